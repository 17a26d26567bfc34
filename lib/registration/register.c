/* The REGISTER request: built from state each time, so that a retransmission is the same to the byte without being
 * kept. */
#include "registration/registration.h"

#include "base/hex.h"

#include <string.h>

static sira_str contact_user(const sira_registration *registration)
{
    return registration->config.contact_user.len != 0 ? registration->config.contact_user
                                                      : registration->exchange.account->user_part;
}

const sira_endpoint *sira_i_register_address(const sira_registration *registration)
{
    if (registration->asked == 0)
        return &registration->contact;
    if (registration->nat != NULL && registration->nat->present.family != SIRA_FAMILY_NONE)
        return &registration->nat->present;
    return &registration->exchange.flow.local;
}

static void write_contact_uri(const sira_registration *registration, const sira_endpoint *local, sira_writer *writer)
{
    char text[SIRA_ENDPOINT_TEXT];
    char line[2 * sizeof registration->names.line];
    sira_str user = contact_user(registration);
    sira_write_text(writer, registration->exchange.account->secure ? SIRA_STR("sips:") : SIRA_STR("sip:"));
    if (user.len != 0) {
        sira_write_text(writer, user);
        sira_write_text(writer, SIRA_STR("@"));
    }
    sira_write_text(writer, (sira_str){text, sira_endpoint_to_text(local, text, sizeof text)});
    if (local->transport != SIRA_TRANSPORT_UDP && !registration->exchange.account->secure)
        sira_write_text(writer, local->transport == SIRA_TRANSPORT_TCP ? SIRA_STR(";transport=tcp")
                                                                       : SIRA_STR(";transport=tls"));
    sira_write_text(writer, SIRA_STR(";line="));
    sira_write_text(writer, sira_i_hex_write(registration->names.line, sizeof registration->names.line, line));
    if (registration->additions != NULL)
        registration->additions->by->uri(registration->additions, writer);
}

sira_status sira_i_contact_uri(const sira_registration *registration, char *buffer, sira_str *uri)
{
    sira_writer writer;
    sira_writer_init(&writer, buffer, SIRA_I_CONTACT_SIZE);
    write_contact_uri(registration, sira_i_register_address(registration), &writer);
    uri->at = buffer;
    return sira_writer_finish(&writer, &uri->len);
}

/* RFC 3261 10.2: the domain of the location service, without a user. */
sira_status sira_i_register_uri(const sira_registration *registration, char *buffer, sira_str *uri)
{
    const sira_account *account = registration->exchange.account;
    if (registration->redirect != NULL && registration->redirect->uri_len != 0) { /* RFC 3261 8.1.3.4 */
        *uri = (sira_str){registration->redirect->uri, registration->redirect->uri_len};
        return SIRA_OK;
    }
    if (account->registrar.len != 0) {
        *uri = account->registrar;
        return SIRA_OK;
    }
    sira_writer writer;
    sira_writer_init(&writer, buffer, SIRA_I_REQUEST_URI_SIZE);
    sira_write_text(&writer, account->secure ? SIRA_STR("sips:") : SIRA_STR("sip:"));
    sira_write_text(&writer, account->domain);
    uri->at = buffer;
    return sira_writer_finish(&writer, &uri->len);
}

sira_digest_request sira_i_register_digest(sira_exchange *exchange, char *uri)
{
    sira_digest_request request = {.method = SIRA_STR("REGISTER")};
    (void)sira_i_register_uri(sira_i_registration_of(exchange), uri,
                              &request.uri); /* it fits: every part of it was checked when it was configured */
    return request;
}

static void write_contact(const sira_registration *registration, sira_writer *writer)
{
    const sira_endpoint *own = sira_i_register_address(registration), *former = &registration->contact;
    sira_write_begin(writer, SIRA_FIELD_CONTACT);
    sira_write_text(writer, SIRA_STR("<"));
    write_contact_uri(registration, own, writer);
    sira_write_text(writer, SIRA_STR(">"));
    if (registration->config.instance_id.len != 0) /* RFC 5626 4.1 */
        sira_write_param_quoted(writer, SIRA_STR("+sip.instance"), registration->config.instance_id);
    if (registration->additions != NULL)
        registration->additions->by->contact(registration->additions, writer);
    sira_write_end(writer);
    if (former->family == SIRA_FAMILY_NONE || sira_endpoint_equal(former, own))
        return;
    /* Where we were before our address changed, nobody answers. */
    sira_write_begin(writer, SIRA_FIELD_CONTACT);
    sira_write_text(writer, SIRA_STR("<"));
    write_contact_uri(registration, former, writer);
    sira_write_text(writer, SIRA_STR(">;expires=0"));
    sira_write_end(writer);
}

static void write_dialog(const sira_registration *registration, sira_writer *writer)
{
    const sira_account *account = registration->exchange.account;
    char tag[2 * sizeof registration->names.tag];
    char call_id[2 * sizeof registration->names.call_id];
    sira_write_address_field(writer, SIRA_FIELD_FROM, account->display_name, account->aor,
                             sira_i_hex_write(registration->names.tag, sizeof registration->names.tag, tag));
    sira_write_address_field(writer, SIRA_FIELD_TO, account->display_name, account->aor, SIRA_STR(""));
    sira_write_field(writer, SIRA_FIELD_CALL_ID,
                     sira_i_hex_write(registration->names.call_id, sizeof registration->names.call_id, call_id));
    sira_write_cseq_field(writer, registration->exchange.cseq, SIRA_STR("REGISTER"));
}

static void write_before_credentials(const sira_registration *registration, const sira_digest_request *request,
                                     sira_writer *writer)
{
    sira_write_request_line(writer, request->method, request->uri);
    sira_i_exchange_write_via(&registration->exchange, writer);
    sira_write_field_number(writer, SIRA_FIELD_MAX_FORWARDS, 70);
    write_dialog(registration, writer);
    write_contact(registration, writer);
    sira_write_field_number(writer, SIRA_FIELD_EXPIRES, registration->asked);
}

static void write_behind_credentials(const sira_registration *registration, sira_writer *writer)
{
    const sira_agent *agent = sira_i_registration_agent(registration);
    sira_write_field(writer, SIRA_FIELD_SUPPORTED,
                     SIRA_STR("path")); /* RFC 3327 5.1: else an edge proxy must refuse with 420 */
    if (agent->config.user_agent.len != 0)
        sira_write_field(writer, SIRA_FIELD_USER_AGENT, agent->config.user_agent);
    if (registration->additions != NULL)
        registration->additions->by->fields(registration->additions, writer);
    sira_write_body(writer, SIRA_STR(""));
}

sira_status sira_i_register_write(sira_exchange *exchange, const sira_digest_request *request, sira_writer *writer)
{
    const sira_registration *registration = sira_i_registration_of(exchange);
    write_before_credentials(registration, request, writer);
    sira_status status = sira_i_exchange_write_credentials(exchange, request, writer);
    if (status == SIRA_OK)
        write_behind_credentials(registration, writer);
    return status;
}

/* ---- how long it can get ---- */

/* A credentials line with all that a server can make us say: what it gave us is as long as we keep it. */
static void count_credentials(const sira_registration *registration, const sira_digest_request *request,
                              sira_writer *writer)
{
    static const char rest[] =
        ", realm=\"\", nonce=\"\", uri=, response=\"\", algorithm=SHA-512-256-sess, cnonce=\"\", "
        "opaque=\"\", qop=auth-int, nc=00000001, userhash=true, auts=\"\"";
    enum { RESPONSE = 2 * SIRA_HASH_SIZE_MAX, CNONCE = 16, AUTS = 20 };
    size_t at = writer->length;
    sira_write_begin(writer, SIRA_FIELD_PROXY_AUTHORIZATION);
    sira_write_quoted(writer, registration->exchange.account->digest_config.user);
    if (writer->length < at + RESPONSE) /* a hash may stand for it */
        writer->length = at + RESPONSE;
    sira_write_quoted(writer, request->uri);
    sira_write_end(writer);
    writer->length += sizeof "Digest username=" + sizeof rest - 2 + SIRA_LIMIT_REALM + SIRA_LIMIT_NONCE +
                      SIRA_LIMIT_OPAQUE + RESPONSE + CNONCE + AUTS;
}

size_t sira_i_register_size(sira_registration *registration)
{
    char uri[SIRA_I_REQUEST_URI_SIZE];
    const sira_digest_request request = sira_i_register_digest(&registration->exchange, uri);
    sira_writer writer;
    sira_endpoint *local = &registration->exchange.flow.local;
    *local = (sira_endpoint){.transport = sira_i_server_widest(registration->home),
                             .family = SIRA_FAMILY_IPV6,
                             .port = 65535};
    memset(local->address, 0xff, sizeof local->address); /* the widest text */
    registration->contact = *local;
    registration->contact.port--;
    registration->exchange.cseq = INT32_MAX; /* RFC 3261 8.1.1.5 */
    registration->asked = SIRA_LIMIT_EXPIRES_MAX;
    sira_writer_init(&writer, NULL, 0);
    write_before_credentials(registration, &request, &writer);
    if (registration->exchange.account->has_credentials)
        count_credentials(registration, &request, &writer);
    write_behind_credentials(registration, &writer);
    registration->exchange.cseq = 0;
    registration->contact.family = SIRA_FAMILY_NONE;
    return writer.length;
}

bool sira_i_register_matches(sira_exchange *exchange, const sira_i_arrival *response)
{
    const sira_registration *registration = sira_i_registration_of(exchange);
    char ours[2 * sizeof registration->names.call_id];
    if (!sira_str_equal(response->cseq.method, SIRA_STR("REGISTER")) ||
        !sira_str_equal(response->call_id,
                        sira_i_hex_write(registration->names.call_id, sizeof registration->names.call_id, ours)))
        return false;
    return sira_str_equal_nocase(response->from.tag,
                                 sira_i_hex_write(registration->names.tag, sizeof registration->names.tag, ours));
}
