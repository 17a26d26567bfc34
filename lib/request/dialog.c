/* The text of a dialog is one array, in which its parts stand in this order:
 *
 *     Call-ID, local tag, remote tag, local URI, remote URI,
 *     routes    "<sip:a;lr>, <sip:b;lr>, "     each followed by ", "
 *     target    "<sip:bob@192.0.2.4>"
 *
 * so that both values of Route that RFC 3261 12.2.1.1 knows are a piece of it as it stands: with a loose router in
 * front the routes alone, with a strict one all behind the first, the target among them; and what may change, the
 * target, and with the first 2xx the routes, stands last. URIs of routes and target are kept without what neither
 * Request-URI nor Route may hold (19.1.1). */
#include <sira/dialog.h>

#include "base/view.h"

#include <string.h>

typedef enum part { CALL_ID, LOCAL_TAG, REMOTE_TAG, LOCAL_URI, REMOTE_URI, ROUTES, TARGET, PARTS } part;

_Static_assert(PARTS == sizeof((sira_dialog *)0)->end / sizeof((sira_dialog *)0)->end[0], "an end for each part");
_Static_assert(SIRA_LIMIT_DIALOG <= UINT16_MAX, "ends are 16 bits");

#define MAX_FORWARDS 70u /* RFC 3261 8.1.1.6 */

static sira_str part_of(const sira_dialog *dialog, part which)
{
    const size_t begin = which == 0 ? 0 : dialog->end[which - 1];
    return (sira_str){dialog->text + begin, dialog->end[which] - begin};
}

/* ---- what a message says of a dialog ---- */

typedef struct facts {
    const sira_message *message;
    sira_address from, to;
    sira_str call_id;
    sira_cseq cseq;
    sira_str local_tag;
    sira_str target; /* empty: no Contact */
    size_t route_count;
    sira_str routes[SIRA_LIMIT_ROUTES]; /* in the order in which we go through them */
} facts;

static sira_status refuse(sira_status status, const sira_message *message, const char *field, sira_diag *diag)
{
    static const struct {
        sira_status status;
        uint16_t code;
        const char *expected, *reason;
    } why[] = {
        {SIRA_E_MISSING, 400, "this field", "Missing Header Field"},
        {SIRA_E_URI, 400, "a SIP URI; a SIPS URI where the Request-URI is one", "Bad URI"},
        {SIRA_E_LIMIT, 513, "less of it", "Message Too Large"},
        {SIRA_E_STATE, 500, "a CSeq above the one before", "CSeq Out of Order"},
    };
    if (diag == NULL)
        return status;
    *diag = (sira_diag){.field = field, .expected = "", .reason = ""};
    for (size_t i = 0; i < sizeof why / sizeof why[0]; i++) {
        if (why[i].status != status)
            continue;
        diag->expected = why[i].expected;
        diag->code = message->is_request ? why[i].code : 0;
        diag->reason = message->is_request ? why[i].reason : "";
    }
    return status;
}

static sira_status missing(const facts *f, sira_field_id id, sira_diag *diag)
{
    return refuse(SIRA_E_MISSING, f->message, sira_field_name(id), diag);
}

/* What every message has. */
static sira_status read_names(facts *f, const sira_message *message, sira_diag *diag)
{
    f->message = message;
    sira_status status = sira_message_address(message, SIRA_FIELD_FROM, &f->from, diag);
    if (status != SIRA_OK)
        return status == SIRA_IDLE ? missing(f, SIRA_FIELD_FROM, diag) : status;
    status = sira_message_address(message, SIRA_FIELD_TO, &f->to, diag);
    if (status != SIRA_OK)
        return status == SIRA_IDLE ? missing(f, SIRA_FIELD_TO, diag) : status;
    status = sira_message_call_id(message, &f->call_id, diag);
    if (status != SIRA_OK)
        return status == SIRA_IDLE ? missing(f, SIRA_FIELD_CALL_ID, diag) : status;
    status = sira_message_cseq(message, &f->cseq, diag);
    return status == SIRA_IDLE ? missing(f, SIRA_FIELD_CSEQ, diag) : status;
}

/* Both go into From and To of what we send. */
static sira_status check_uris(const facts *f, sira_diag *diag)
{
    sira_uri uri;
    if (sira_uri_parse(&uri, f->from.uri, NULL) != SIRA_OK)
        return refuse(SIRA_E_URI, f->message, "From", diag);
    return sira_uri_parse(&uri, f->to.uri, NULL) != SIRA_OK ? refuse(SIRA_E_URI, f->message, "To", diag) : SIRA_OK;
}

/* RFC 3261 8.1.1.8: the Contact of what makes or refreshes a dialog is one SIP or SIPS URI. */
static sira_status read_target(facts *f, bool secure, sira_diag *diag)
{
    sira_cursor cursor;
    sira_contact contact;
    sira_uri uri;
    f->target = (sira_str){NULL, 0};
    sira_cursor_init(&cursor, f->message, SIRA_FIELD_CONTACT);
    sira_status status = sira_contact_next(&cursor, &contact, diag);
    if (status != SIRA_OK)
        return status == SIRA_IDLE ? SIRA_OK : status;
    if (contact.star || sira_uri_parse(&uri, contact.address.uri, NULL) != SIRA_OK ||
        (uri.scheme != SIRA_SCHEME_SIPS && (secure || uri.scheme != SIRA_SCHEME_SIP)))
        return refuse(SIRA_E_URI, f->message, "Contact", diag);
    f->target = contact.address.uri;
    return SIRA_OK;
}

/* RFC 3261 12.1.1, 12.1.2: Record-Route as it stands for who has got the request, backwards for who has sent it. */
static sira_status read_routes(facts *f, sira_diag *diag)
{
    sira_cursor cursor;
    sira_address route;
    sira_status status;
    sira_uri uri;
    f->route_count = 0;
    sira_cursor_init(&cursor, f->message, SIRA_FIELD_RECORD_ROUTE);
    while ((status = sira_address_next(&cursor, &route, diag)) == SIRA_OK) {
        if (sira_uri_parse(&uri, route.uri, NULL) != SIRA_OK ||
            (uri.scheme != SIRA_SCHEME_SIP && uri.scheme != SIRA_SCHEME_SIPS))
            return refuse(SIRA_E_URI, f->message, "Record-Route", diag);
        if (f->route_count == SIRA_LIMIT_ROUTES)
            return refuse(SIRA_E_LIMIT, f->message, "Record-Route", diag);
        f->routes[f->route_count++] = route.uri;
    }
    if (status != SIRA_IDLE)
        return status;
    for (size_t i = 0; !f->message->is_request && i < f->route_count / 2; i++) {
        const sira_str swapped = f->routes[i];
        f->routes[i] = f->routes[f->route_count - 1 - i];
        f->routes[f->route_count - 1 - i] = swapped;
    }
    return SIRA_OK;
}

/* ---- putting it into the text ---- */

/* RFC 3261 19.1.1, table 1: neither a Request-URI nor a route has headers or a method. */
static void write_uri(sira_str text, sira_writer *writer)
{
    sira_uri uri;
    sira_str name, value;
    sira_write_text(writer, SIRA_STR("<"));
    if (sira_uri_parse(&uri, text, NULL) != SIRA_OK) { /* it was parsed before */
        sira_write_text(writer, text);
        return;
    }
    sira_uri bare = uri;
    bare.params = bare.headers = (sira_str){NULL, 0};
    sira_write_uri(writer, &bare);
    while (sira_uri_param_next(&uri.params, &name, &value) == SIRA_OK) {
        if (sira_str_equal_nocase(name, SIRA_STR("method")))
            continue;
        sira_write_text(writer, SIRA_STR(";"));
        sira_write_text(writer, name);
        if (value.at != NULL) {
            sira_write_text(writer, SIRA_STR("="));
            sira_write_text(writer, value);
        }
    }
    sira_write_text(writer, SIRA_STR(">"));
}

static void write_part(const facts *f, part which, sira_writer *writer)
{
    const bool ours = !f->message->is_request;
    switch (which) {
    case CALL_ID:
        sira_write_text(writer, f->call_id);
        break;
    case LOCAL_TAG:
        sira_write_text(writer, ours ? f->from.tag : f->local_tag);
        break;
    case REMOTE_TAG:
        sira_write_text(writer, ours ? f->to.tag : f->from.tag);
        break;
    case LOCAL_URI:
        sira_write_text(writer, ours ? f->from.uri : f->to.uri);
        break;
    case REMOTE_URI:
        sira_write_text(writer, ours ? f->to.uri : f->from.uri);
        break;
    case ROUTES:
        for (size_t i = 0; i < f->route_count; i++) {
            write_uri(f->routes[i], writer);
            sira_write_text(writer, SIRA_STR(", "));
        }
        break;
    case TARGET:
        write_uri(f->target, writer);
        break;
    case PARTS:
        break;
    }
}

/* Replaces the parts from one on, or nothing: what is too long is found out before anything is written. */
static sira_status put_parts(sira_dialog *dialog, const facts *f, part first, sira_diag *diag)
{
    const size_t begin = first == 0 ? 0 : dialog->end[first - 1];
    sira_writer writer;
    size_t length;
    sira_writer_init(&writer, NULL, 0);
    for (part which = first; which < PARTS; which++)
        write_part(f, which, &writer);
    sira_status status = sira_writer_finish(&writer, &length);
    if (status != SIRA_OK || begin + length > sizeof dialog->text)
        return refuse(status != SIRA_OK ? status : SIRA_E_LIMIT, f->message,
                      first == TARGET ? "Contact" : "Record-Route", diag);
    sira_writer_init(&writer, dialog->text + begin, sizeof dialog->text - begin);
    for (part which = first; which < PARTS; which++) {
        write_part(f, which, &writer);
        dialog->end[which] = (uint16_t)(begin + writer.length);
    }
    return SIRA_OK;
}

/* RFC 3261 12.2.1.1: a first route without lr is a strict router. */
static bool is_strict(const facts *f)
{
    sira_uri uri;
    sira_str value;
    return f->route_count > 0 && sira_uri_parse(&uri, f->routes[0], NULL) == SIRA_OK &&
           sira_uri_param(&uri, SIRA_STR("lr"), &value) != SIRA_OK;
}

static sira_status put_route_and_target(sira_dialog *dialog, facts *f, part first, sira_diag *diag)
{
    sira_status status = first == CALL_ID ? check_uris(f, diag) : SIRA_OK;
    if (status == SIRA_OK)
        status = read_routes(f, diag);
    if (status == SIRA_OK && f->target.len == 0)
        status = missing(f, SIRA_FIELD_CONTACT, diag);
    if (status == SIRA_OK)
        status = put_parts(dialog, f, first, diag);
    if (status == SIRA_OK)
        dialog->strict = is_strict(f);
    return status;
}

static bool is_2xx(const sira_message *response)
{
    return response->status_code >= 200 && response->status_code < 300;
}

/* ---- how it begins ---- */

sira_status sira_dialog_from_response(sira_dialog *dialog, const sira_message *response, bool secure, sira_diag *diag)
{
    facts f;
    if (response->is_request || response->status_code == 100 || response->status_code >= 300)
        return SIRA_IDLE;
    sira_status status = read_names(&f, response, diag);
    if (status == SIRA_OK)
        status = read_target(&f, secure, diag);
    if (status != SIRA_OK)
        return status;
    if (!is_2xx(response) && (f.to.tag.len == 0 || f.target.len == 0))
        return SIRA_IDLE;
    status = put_route_and_target(dialog, &f, CALL_ID, diag);
    if (status != SIRA_OK)
        return status;
    dialog->local_cseq = f.cseq.number;
    dialog->remote_cseq = 0;
    dialog->has_remote_cseq = false;
    dialog->confirmed = is_2xx(response);
    dialog->secure = secure;
    return SIRA_OK;
}

sira_status sira_dialog_from_request(sira_dialog *dialog, const sira_message *request, sira_str local_tag,
                                     sira_diag *diag)
{
    facts f;
    sira_uri uri;
    if (local_tag.len == 0 || !request->is_request)
        return SIRA_E_ARGUMENT;
    const bool secure =
        sira_uri_parse(&uri, request->uri, NULL) == SIRA_OK && uri.scheme == SIRA_SCHEME_SIPS; /* 12.1.1 */
    sira_status status = read_names(&f, request, diag);
    if (status == SIRA_OK && f.to.tag.len != 0) {
        if (diag != NULL)
            *diag = (sira_diag){.field = "To", .expected = "no tag", .code = 481, .reason = sira_reason_phrase(481)};
        return SIRA_E_STATE;
    }
    if (status == SIRA_OK)
        status = read_target(&f, secure, diag);
    f.local_tag = local_tag;
    if (status == SIRA_OK)
        status = put_route_and_target(dialog, &f, CALL_ID, diag);
    if (status != SIRA_OK)
        return status;
    dialog->local_cseq = 0;
    dialog->remote_cseq = f.cseq.number;
    dialog->has_remote_cseq = true;
    dialog->confirmed = false;
    dialog->secure = secure;
    return SIRA_OK;
}

void sira_dialog_confirm(sira_dialog *dialog)
{
    dialog->confirmed = true;
}

/* ---- what comes in ---- */

/* RFC 3261 12: tags are compared as the parameters that they are, in any case (7.3.1). */
static bool is_of(const sira_dialog *dialog, const facts *f)
{
    const bool answer = !f->message->is_request;
    return sira_str_equal(f->call_id, part_of(dialog, CALL_ID)) &&
           sira_str_equal_nocase(answer ? f->from.tag : f->to.tag, part_of(dialog, LOCAL_TAG)) &&
           sira_str_equal_nocase(answer ? f->to.tag : f->from.tag, part_of(dialog, REMOTE_TAG));
}

/* RFC 3261 12.2; RFC 3311 5.1, RFC 6665 3.1.3 and 4.4.1, RFC 3515. */
static bool refreshes(sira_str method)
{
    switch (sira_method_of(method)) {
    case SIRA_METHOD_INVITE:
    case SIRA_METHOD_UPDATE:
    case SIRA_METHOD_SUBSCRIBE:
    case SIRA_METHOD_NOTIFY:
    case SIRA_METHOD_REFER:
        return true;
    default:
        return false;
    }
}

static sira_status put_target(sira_dialog *dialog, facts *f, sira_diag *diag)
{
    const sira_status status = read_target(f, dialog->secure, diag);
    return status != SIRA_OK || f->target.len == 0 ? status : put_parts(dialog, f, TARGET, diag);
}

sira_status sira_dialog_take_response(sira_dialog *dialog, const sira_message *response, sira_diag *diag)
{
    facts f;
    if (response->is_request)
        return SIRA_IDLE;
    sira_status status = read_names(&f, response, diag);
    if (status != SIRA_OK)
        return status;
    if (!is_of(dialog, &f))
        return SIRA_IDLE;
    if (!is_2xx(response) || !refreshes(f.cseq.method))
        return SIRA_OK;
    if (dialog->confirmed || sira_method_of(f.cseq.method) != SIRA_METHOD_INVITE)
        return put_target(dialog, &f, diag);
    status = read_target(&f, dialog->secure, diag);
    if (status == SIRA_OK)
        status = put_route_and_target(dialog, &f, ROUTES, diag);
    if (status == SIRA_OK)
        dialog->confirmed = true;
    return status;
}

sira_status sira_dialog_take_request(sira_dialog *dialog, const sira_message *request, sira_diag *diag)
{
    facts f;
    if (!request->is_request)
        return SIRA_IDLE;
    sira_status status = read_names(&f, request, diag);
    if (status != SIRA_OK)
        return status;
    if (!is_of(dialog, &f))
        return SIRA_IDLE;
    const sira_method method = sira_method_of(f.cseq.method);
    if (method == SIRA_METHOD_ACK || method == SIRA_METHOD_CANCEL) {
        if (dialog->has_remote_cseq && f.cseq.number <= dialog->remote_cseq)
            return SIRA_OK;
        if (diag != NULL)
            *diag = (sira_diag){.field = "CSeq", .expected = "the CSeq of a request before", .reason = ""};
        return SIRA_E_STATE;
    }
    if (dialog->has_remote_cseq && f.cseq.number <= dialog->remote_cseq)
        return refuse(SIRA_E_STATE, request, "CSeq", diag);
    dialog->has_remote_cseq = true;
    dialog->remote_cseq = f.cseq.number;
    return SIRA_OK;
}

sira_status sira_dialog_refresh(sira_dialog *dialog, const sira_message *request, sira_diag *diag)
{
    facts f = {.message = request};
    return request->is_request && refreshes(request->method_name) ? put_target(dialog, &f, diag) : SIRA_OK;
}

/* ---- what goes out ---- */

sira_status sira_dialog_next_cseq(sira_dialog *dialog, uint32_t *number)
{
    if (dialog->local_cseq >= INT32_MAX) /* RFC 3261 8.1.1.5 */
        return SIRA_E_NUMBER;
    *number = ++dialog->local_cseq;
    return SIRA_OK;
}

void sira_dialog_used_cseq(sira_dialog *dialog, uint32_t number)
{
    if (number > dialog->local_cseq)
        dialog->local_cseq = number;
}

void sira_dialog_write_request(const sira_dialog *dialog, const sira_dialog_request *request, sira_writer *writer)
{
    const sira_str route = sira_dialog_route(dialog);
    sira_write_request_line(writer, request->method, sira_dialog_request_uri(dialog));
    sira_write_via_field(writer, request->via);
    sira_write_field_number(writer, SIRA_FIELD_MAX_FORWARDS, MAX_FORWARDS);
    if (route.len != 0)
        sira_write_field(writer, SIRA_FIELD_ROUTE, route);
    sira_write_address_field(writer, SIRA_FIELD_FROM, SIRA_STR(""), part_of(dialog, LOCAL_URI),
                             part_of(dialog, LOCAL_TAG));
    sira_write_address_field(writer, SIRA_FIELD_TO, SIRA_STR(""), part_of(dialog, REMOTE_URI),
                             part_of(dialog, REMOTE_TAG));
    sira_write_field(writer, SIRA_FIELD_CALL_ID, part_of(dialog, CALL_ID));
    sira_write_cseq_field(writer, request->cseq, request->method);
}

sira_status sira_dialog_fill_request(sira_dialog *dialog, sira_request_config *config)
{
    const sira_status status = sira_dialog_next_cseq(dialog, &config->cseq);
    if (status != SIRA_OK)
        return status;
    config->uri = sira_dialog_request_uri(dialog);
    config->from = part_of(dialog, LOCAL_URI);
    config->to = part_of(dialog, REMOTE_URI);
    config->call_id = part_of(dialog, CALL_ID);
    config->from_tag = part_of(dialog, LOCAL_TAG);
    config->to_tag = part_of(dialog, REMOTE_TAG);
    config->route = sira_dialog_route(dialog);
    return SIRA_OK;
}

void sira_dialog_fill_ack(const sira_dialog *dialog, sira_request_ack *ack)
{
    ack->uri = sira_dialog_request_uri(dialog);
    ack->to_tag = part_of(dialog, REMOTE_TAG);
    ack->route = sira_dialog_route(dialog);
}

/* ---- what it says ---- */

bool sira_dialog_is_confirmed(const sira_dialog *dialog)
{
    return dialog->confirmed;
}

bool sira_dialog_is_secure(const sira_dialog *dialog)
{
    return dialog->secure;
}

sira_str sira_dialog_call_id(const sira_dialog *dialog)
{
    return part_of(dialog, CALL_ID);
}

sira_str sira_dialog_local_tag(const sira_dialog *dialog)
{
    return part_of(dialog, LOCAL_TAG);
}

sira_str sira_dialog_remote_tag(const sira_dialog *dialog)
{
    return part_of(dialog, REMOTE_TAG);
}

sira_str sira_dialog_local_uri(const sira_dialog *dialog)
{
    return part_of(dialog, LOCAL_URI);
}

sira_str sira_dialog_remote_uri(const sira_dialog *dialog)
{
    return part_of(dialog, REMOTE_URI);
}

sira_str sira_dialog_remote_target(const sira_dialog *dialog)
{
    const sira_str target = part_of(dialog, TARGET);
    return (sira_str){target.at + 1, target.len - 2};
}

/* The URI of the first route; no URI that was parsed holds a '>'. */
static sira_str first_route(const sira_dialog *dialog)
{
    const sira_str routes = part_of(dialog, ROUTES);
    const char *end = (const char *)memchr(routes.at, '>', routes.len);
    return (sira_str){routes.at + 1, (size_t)(end - routes.at) - 1};
}

sira_str sira_dialog_next_hop(const sira_dialog *dialog)
{
    return part_of(dialog, ROUTES).len != 0 ? first_route(dialog) : sira_dialog_remote_target(dialog);
}

sira_str sira_dialog_request_uri(const sira_dialog *dialog)
{
    return dialog->strict ? first_route(dialog) : sira_dialog_remote_target(dialog);
}

sira_str sira_dialog_route(const sira_dialog *dialog)
{
    const sira_str routes = part_of(dialog, ROUTES);
    if (dialog->strict) {
        const char *second = sira_i_end(first_route(dialog)) + sizeof ">, " - 1;
        return (sira_str){second, (size_t)(dialog->text + dialog->end[TARGET] - second)};
    }
    return (sira_str){routes.at, routes.len != 0 ? routes.len - 2 : 0};
}
