/* The bytes of a request, of its CANCEL and its ACKs: built from state each time, so that a retransmission is the same
 * to the byte without being kept. */
#include "request/request.h"

#include "agent/config.h"

#include <string.h>

#define MAX_FORWARDS 70u /* RFC 3261 8.1.1.6 */
#define LARGE 1300u      /* 18.1.1 */

/* ---- what all three have ---- */

/* RFC 3261 19.1.1: To holds neither port nor parameters but user, and no headers. */
static void write_to_uri(const sira_request_config *config, sira_writer *writer)
{
    sira_uri uri;
    if (config->to.len != 0 || sira_uri_parse(&uri, config->uri, NULL) != SIRA_OK ||
        (uri.scheme != SIRA_SCHEME_SIP && uri.scheme != SIRA_SCHEME_SIPS)) {
        sira_write_text(writer, config->to.len != 0 ? config->to : config->uri);
        return;
    }
    const sira_uri plain = {.scheme = uri.scheme,
                            .host_kind = uri.host_kind,
                            .has_user = uri.has_user,
                            .scheme_text = uri.scheme_text,
                            .user = uri.user,
                            .host = uri.host};
    sira_write_uri(writer, &plain);
}

static void write_to(const sira_request_config *config, sira_str tag, sira_writer *writer)
{
    sira_write_begin(writer, SIRA_FIELD_TO);
    sira_write_text(writer, SIRA_STR("<"));
    write_to_uri(config, writer);
    sira_write_text(writer, SIRA_STR(">"));
    if (tag.len != 0)
        sira_write_param(writer, SIRA_STR("tag"), tag);
    sira_write_end(writer);
}

static void write_from(const sira_request *request, sira_writer *writer)
{
    const sira_request_config *config = &request->config;
    const sira_account *account = request->exchange.account;
    sira_write_address_field(writer, SIRA_FIELD_FROM,
                             config->display_name.len != 0 ? config->display_name : account->display_name,
                             config->from.len != 0 ? config->from : account->aor, config->from_tag);
}

static void write_via(const sira_flow *flow, uint64_t id, sira_writer *writer)
{
    char branch[SIRA_I_BRANCH_SIZE];
    sira_i_branch_write(id, branch);
    sira_write_via_field(writer,
                         &(sira_write_via){.sent_by = &flow->local, .branch = {branch, sizeof branch}, .rport = true});
    sira_write_field_number(writer, SIRA_FIELD_MAX_FORWARDS, MAX_FORWARDS);
}

static void write_route(const sira_request *request, sira_writer *writer)
{
    sira_str route = request->config.route;
    if (request->service_route_len != 0)
        route = (sira_str){request->service_route, request->service_route_len};
    if (route.len != 0)
        sira_write_field(writer, SIRA_FIELD_ROUTE, route);
}

static void write_fields(const sira_request_field *fields, size_t count, sira_writer *writer)
{
    for (size_t i = 0; i < count; i++)
        sira_write_other(writer, fields[i].name, fields[i].value);
}

static void write_end(const sira_request *request, sira_str content_type, sira_str body, sira_writer *writer)
{
    const sira_agent *agent = sira_i_exchange_agent(&request->exchange);
    if (agent->config.user_agent.len != 0)
        sira_write_field(writer, SIRA_FIELD_USER_AGENT, agent->config.user_agent);
    if (body.len != 0)
        sira_write_field(writer, SIRA_FIELD_CONTENT_TYPE, content_type);
    sira_write_body(writer, body);
}

/* ---- the request ---- */

/* RFC 3261 8.1.1.8 (dialogs, target refresh); RFC 6665 3.1.3, RFC 3515 2.2, RFC 3311 5.1. */
static bool has_contact(const sira_request_config *config)
{
    switch (sira_method_of(config->method)) {
    case SIRA_METHOD_INVITE:
    case SIRA_METHOD_SUBSCRIBE:
    case SIRA_METHOD_NOTIFY:
    case SIRA_METHOD_REFER:
    case SIRA_METHOD_UPDATE:
        break;
    default:
        return false;
    }
    for (size_t i = 0; i < config->field_count; i++)
        if (sira_field_id_of(config->fields[i].name) == SIRA_FIELD_CONTACT)
            return false;
    return true;
}

static void write_contact(const sira_request *request, sira_writer *writer)
{
    const sira_account *account = request->exchange.account;
    const sira_endpoint *local = &request->exchange.flow.local;
    const sira_str user = request->config.contact_user.len != 0 ? request->config.contact_user : account->user_part;
    char text[SIRA_ENDPOINT_TEXT];
    sira_write_begin(writer, SIRA_FIELD_CONTACT);
    sira_write_text(writer, account->secure ? SIRA_STR("<sips:") : SIRA_STR("<sip:"));
    if (user.len != 0) {
        sira_write_text(writer, user);
        sira_write_text(writer, SIRA_STR("@"));
    }
    sira_write_text(writer, (sira_str){text, sira_endpoint_to_text(local, text, sizeof text)});
    if (local->transport != SIRA_TRANSPORT_UDP && !account->secure)
        sira_write_text(writer, local->transport == SIRA_TRANSPORT_TCP ? SIRA_STR(";transport=tcp")
                                                                       : SIRA_STR(";transport=tls"));
    sira_write_text(writer, SIRA_STR(">"));
    sira_write_end(writer);
}

sira_digest_request sira_i_request_digest(sira_exchange *exchange, char *uri)
{
    const sira_request_config *config = &sira_i_request_of(exchange)->config;
    (void)uri;
    return (sira_digest_request){.method = config->method, .uri = config->uri, .body = config->body};
}

sira_status sira_i_request_write(sira_exchange *exchange, const sira_digest_request *request, sira_writer *writer)
{
    const sira_request *self = sira_i_request_of(exchange);
    const sira_request_config *config = &self->config;
    sira_write_request_line(writer, config->method, config->uri);
    write_via(&exchange->flow, exchange->transaction.id, writer);
    write_route(self, writer);
    write_from(self, writer);
    write_to(config, config->to_tag, writer);
    sira_write_field(writer, SIRA_FIELD_CALL_ID, config->call_id);
    sira_write_cseq_field(writer, exchange->cseq, config->method);
    if (has_contact(config))
        write_contact(self, writer);
    sira_status status = sira_i_exchange_write_credentials(exchange, request, writer);
    if (status != SIRA_OK)
        return status;
    write_fields(config->fields, config->field_count, writer);
    write_end(self, config->content_type, config->body, writer);
    if (writer->buffer != NULL && writer->length > LARGE && exchange->flow.remote.transport == SIRA_TRANSPORT_UDP)
        sira_i_exchange_agent(exchange)->counters.large++;
    return SIRA_OK;
}

bool sira_i_request_matches(sira_exchange *exchange, const sira_i_arrival *response)
{
    const sira_request_config *config = &sira_i_request_of(exchange)->config;
    return sira_str_equal(response->cseq.method, config->method) &&
           sira_str_equal(response->call_id, config->call_id) &&
           sira_str_equal_nocase(response->from.tag, config->from_tag);
}

/* ---- CANCEL and ACK ---- */

void sira_i_request_write_cancel(const sira_request *request, sira_writer *writer)
{
    const sira_request_config *config = &request->config;
    sira_write_request_line(writer, SIRA_STR("CANCEL"), config->uri);
    write_via(&request->exchange.flow, request->exchange.transaction.id, writer);
    write_route(request, writer);
    write_from(request, writer);
    write_to(config, config->to_tag, writer);
    sira_write_field(writer, SIRA_FIELD_CALL_ID, config->call_id);
    sira_write_cseq_field(writer, request->exchange.cseq, SIRA_STR("CANCEL"));
    write_end(request, SIRA_STR(""), SIRA_STR(""), writer);
}

/* To as it stands in the response (RFC 3261 17.1.1.3). */
static void write_to_of(const sira_message *response, const sira_request_config *config, sira_writer *writer)
{
    sira_address to;
    if (sira_message_address(response, SIRA_FIELD_TO, &to, NULL) == SIRA_OK)
        sira_write_address_view(writer, SIRA_FIELD_TO, &to);
    else
        write_to(config, config->to_tag, writer);
}

void sira_i_request_write_past_ack(const sira_request_past *past, const sira_message *response, sira_writer *writer)
{
    const sira_request *request = past->request;
    sira_write_request_line(writer, SIRA_STR("ACK"), request->config.uri);
    write_via(&past->flow, past->transaction.id, writer);
    write_route(request, writer);
    write_from(request, writer);
    write_to_of(response, &request->config, writer);
    sira_write_field(writer, SIRA_FIELD_CALL_ID, request->config.call_id);
    sira_write_cseq_field(writer, past->cseq, SIRA_STR("ACK"));
    write_end(request, SIRA_STR(""), SIRA_STR(""), writer);
}

/* A branch of its own for each 2xx, and the same when that comes again. */
static uint64_t id_of_ack(const sira_request *request, sira_str to_tag)
{
    uint64_t hash = request->exchange.transaction.id ^ UINT64_C(14695981039346656037); /* FNV-1a */
    for (size_t i = 0; i < to_tag.len; i++)
        hash = (hash ^ (unsigned char)to_tag.at[i]) * UINT64_C(1099511628211);
    return hash;
}

sira_status sira_i_request_write_ack(const sira_request *request, const sira_request_ack *ack, sira_writer *writer)
{
    const sira_exchange *exchange = &request->exchange;
    const sira_request_config *config = &request->config;
    const sira_digest_request asked = {.method = config->method, .uri = config->uri, .body = config->body};
    if (ack->uri.len == 0 || ack->to_tag.len == 0 || (ack->body.len != 0 && ack->content_type.len == 0))
        return SIRA_E_ARGUMENT;
    sira_write_request_line(writer, SIRA_STR("ACK"), ack->uri);
    write_via(&exchange->flow, id_of_ack(request, ack->to_tag), writer);
    if (ack->route.len != 0)
        sira_write_field(writer, SIRA_FIELD_ROUTE, ack->route);
    write_from(request, writer);
    write_to(config, ack->to_tag, writer);
    sira_write_field(writer, SIRA_FIELD_CALL_ID, config->call_id);
    sira_write_cseq_field(writer, exchange->cseq, SIRA_STR("ACK"));
    /* RFC 3261 22.1: those of the INVITE; without them when its nonce has been replaced meanwhile. */
    const sira_writer before = *writer;
    if (sira_i_exchange_write_credentials(exchange, &asked, writer) != SIRA_OK)
        *writer = before;
    write_fields(ack->fields, ack->field_count, writer);
    write_end(request, ack->content_type, ack->body, writer);
    return SIRA_OK;
}

/* ---- the configuration ---- */

static bool is_token(sira_str text)
{
    sira_writer writer;
    size_t length;
    sira_writer_init(&writer, NULL, 0);
    sira_write_token(&writer, text);
    return sira_writer_finish(&writer, &length) == SIRA_OK;
}

static sira_status check_fields(const sira_request_config *config, sira_diag *diag)
{
    sira_writer writer;
    sira_writer_init(&writer, NULL, 0);
    for (size_t i = 0; i < config->field_count; i++) {
        switch (sira_field_id_of(config->fields[i].name)) {
        case SIRA_FIELD_VIA:
        case SIRA_FIELD_FROM:
        case SIRA_FIELD_TO:
        case SIRA_FIELD_CALL_ID:
        case SIRA_FIELD_CSEQ:
        case SIRA_FIELD_MAX_FORWARDS:
        case SIRA_FIELD_ROUTE:
        case SIRA_FIELD_AUTHORIZATION:
        case SIRA_FIELD_PROXY_AUTHORIZATION:
        case SIRA_FIELD_CONTENT_TYPE:
        case SIRA_FIELD_CONTENT_LENGTH:
            return sira_i_config_refuse(diag, "fields", "none of the fields that are written by themselves");
        default:
            break;
        }
    }
    write_fields(config->fields, config->field_count, &writer);
    return writer.status == SIRA_OK ? SIRA_OK : sira_i_config_refuse(diag, "fields", "names and values of one line");
}

/* RFC 3261 26.2.2: what is sips never goes over anything but TLS. */
static sira_status check_uris(const sira_request_config *config, const sira_account *account, sira_diag *diag)
{
    sira_uri uri;
    if (sira_uri_parse(&uri, config->uri, NULL) != SIRA_OK || uri.headers.len != 0)
        return sira_i_config_refuse(diag, "uri", "a URI without headers");
    if (uri.scheme == SIRA_SCHEME_SIPS && !account->server->is_secure)
        return sira_i_config_refuse(diag, "uri", "a sip URI, because the server is not reached over TLS");
    if (config->from.len != 0 && sira_uri_parse(&uri, config->from, NULL) != SIRA_OK)
        return sira_i_config_refuse(diag, "from", "a URI");
    if (config->to.len != 0 && sira_uri_parse(&uri, config->to, NULL) != SIRA_OK)
        return sira_i_config_refuse(diag, "to", "a URI");
    return SIRA_OK;
}

static sira_status check_strings(const sira_request_config *config, sira_diag *diag)
{
    const struct {
        sira_str value;
        const char *field;
    } strings[] = {{config->display_name, "display_name"}, {config->contact_user, "contact_user"},
                   {config->content_type, "content_type"}, {config->call_id, "call_id"},
                   {config->from_tag, "from_tag"},         {config->to_tag, "to_tag"}};
    sira_status status = SIRA_OK;
    for (size_t i = 0; i < sizeof strings / sizeof strings[0] && status == SIRA_OK; i++)
        status = sira_i_config_string(strings[i].value, strings[i].field, diag);
    return status;
}

sira_status sira_i_request_check(const sira_request_config *config, const sira_account *account, sira_diag *diag)
{
    const sira_method method = sira_method_of(config->method);
    sira_status status = sira_i_config_size(config->size, sizeof *config, diag);
    if (status != SIRA_OK)
        return status;
    if (config->method.len == 0 || !is_token(config->method) || method == SIRA_METHOD_ACK ||
        method == SIRA_METHOD_CANCEL)
        return sira_i_config_refuse(diag, "method", "a token, neither ACK nor CANCEL");
    if (config->body.len != 0 && config->content_type.len == 0)
        return sira_i_config_refuse(diag, "content_type", "the type of the body");
    if (config->cseq > INT32_MAX)
        return sira_i_config_refuse(diag, "cseq", "a number below 2^31");
    status = check_uris(config, account, diag);
    if (status == SIRA_OK)
        status = check_strings(config, diag);
    return status == SIRA_OK ? check_fields(config, diag) : status;
}

sira_status sira_i_request_check_size(sira_request *request, sira_diag *diag)
{
    sira_endpoint *local = &request->exchange.flow.local;
    sira_writer writer;
    size_t length;
    *local = (sira_endpoint){.transport = SIRA_TRANSPORT_TCP, .family = SIRA_FAMILY_IPV6, .port = 65535};
    memset(local->address, 0xff, sizeof local->address); /* the widest text */
    sira_writer_init(&writer, NULL, 0);
    (void)sira_i_request_write(&request->exchange, &(sira_digest_request){.uri = request->config.uri}, &writer);
    if (sira_writer_finish(&writer, &length) != SIRA_OK)
        return sira_i_config_refuse(diag, "config", "strings that make a message");
    return length <= sira_i_exchange_agent(&request->exchange)->config.scratch_size
               ? SIRA_OK
               : sira_i_config_refuse(diag, "scratch", "room for this request");
}
