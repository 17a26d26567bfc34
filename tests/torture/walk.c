#include "torture/walk.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- telling ---- */

/* Where in the message the walk is. */
typedef struct place {
    const char *noun;
    int index;
    const char *part;
} place;

static place at_message(const char *noun)
{
    return (place){noun, -1, ""};
}

static void tell(walker *walk, place at, const char *part, sira_str value)
{
    walk_fact fact = {.noun = at.noun,
                      .index = at.index,
                      .part = at.part,
                      .below = part,
                      .has_value = true,
                      .is_view = true,
                      .value = value};
    walk->tell(walk, &fact);
}

/* Only what is there. */
static void tell_some(walker *walk, place at, const char *part, sira_str value)
{
    if (value.len > 0)
        tell(walk, at, part, value);
}

static void tell_named(walker *walk, place at, const char *part, sira_str name, sira_str value)
{
    walk_fact fact = {at.noun, at.index, at.part, part, name, value.at != NULL, value.at != NULL, value};
    walk->tell(walk, &fact);
}

static void tell_flag(walker *walk, place at, const char *part)
{
    walk_fact fact = {.noun = at.noun, .index = at.index, .part = at.part, .below = part};
    walk->tell(walk, &fact);
}

static void tell_text(walker *walk, place at, const char *part, const char *text)
{
    walk_fact fact = {.noun = at.noun,
                      .index = at.index,
                      .part = at.part,
                      .below = part,
                      .has_value = true,
                      .value = sira_str_from(text)};
    walk->tell(walk, &fact);
}

static void tell_number(walker *walk, place at, const char *part, unsigned long number)
{
    if (!walk->numbers)
        return;
    char text[24];
    (void)snprintf(text, sizeof text, "%lu", number);
    tell_text(walk, at, part, text);
}

/* True when there is a value; tells of an error. */
static bool got(walker *walk, place at, sira_status status, const sira_diag *diag)
{
    if (status == SIRA_OK)
        return true;
    if (status != SIRA_IDLE) {
        walk->errors++;
        if (diag->offset > walk->message->bytes.len)
            walk->bad_offset = true;
        if (walk->numbers) {
            char text[64];
            (void)snprintf(text, sizeof text, "%s at %zu", sira_status_name(status), diag->offset);
            tell_text(walk, at, ".error", text);
        }
    }
    return false;
}

/* ---- pieces of values ---- */

static const char *const kinds[] = {"none", "name", "ipv4", "ipv6"};

static void walk_uri_parts(walker *walk, place at, const sira_uri *uri)
{
    sira_str rest, name, value;
    tell(walk, at, ".scheme", uri->scheme_text);
    if (uri->scheme == SIRA_SCHEME_OTHER) {
        tell(walk, at, ".rest", uri->rest);
        return;
    }
    tell_some(walk, at, ".user", uri->user);
    if (uri->has_password)
        tell(walk, at, ".password", uri->password);
    if (uri->host_kind != SIRA_HOST_NONE) {
        tell(walk, at, ".host", uri->host);
        tell_text(walk, at, ".host.kind", kinds[uri->host_kind]);
    }
    if (uri->port != 0)
        tell_number(walk, at, ".port", uri->port);
    for (rest = uri->params; sira_uri_param_next(&rest, &name, &value) == SIRA_OK;)
        tell_named(walk, at, ".param.", name, value);
    for (rest = uri->headers; sira_uri_header_next(&rest, &name, &value) == SIRA_OK;)
        tell_named(walk, at, ".header.", name, value);
}

static void walk_uri(walker *walk, place at, const char *part, sira_str text)
{
    sira_uri uri;
    sira_diag diag = {0};
    at.part = part;
    tell(walk, at, "", text);
    sira_status status = sira_uri_parse(&uri, text, &diag);
    if (status == SIRA_OK) {
        walk_uri_parts(walk, at, &uri);
        char out[256];
        size_t length;
        (void)sira_uri_unescape(uri.user, out, sizeof out, &length);
        if (!sira_uri_equal(&uri, &uri))
            tell_flag(walk, at, ".differs-from-itself");
    } else {
        if (diag.offset > text.len)
            walk->bad_offset = true;
        tell_text(walk, at, ".error", sira_status_name(status));
    }
}

static void walk_params(walker *walk, place at, sira_str params)
{
    sira_str name, value;
    sira_status status;
    while ((status = sira_param_next(&params, &name, &value)) == SIRA_OK) {
        tell_named(walk, at, ".param.", name, value);
        char out[64];
        size_t length;
        if (value.len > 0)
            (void)sira_str_unquote(value, out, sizeof out, &length);
    }
    if (status != SIRA_IDLE)
        tell_text(walk, at, ".param.error", sira_status_name(status));
}

static void walk_address(walker *walk, place at, const sira_address *address)
{
    tell_some(walk, at, ".display", address->display);
    walk_uri(walk, at, ".uri", address->uri);
}

/* ---- one value each ---- */

typedef sira_status (*walk_value)(walker *walk, place at, sira_cursor *cursor, sira_diag *diag);

static sira_status walk_via(walker *walk, place at, sira_cursor *cursor, sira_diag *diag)
{
    sira_via via;
    sira_status status = sira_via_next(cursor, &via, diag);
    if (status != SIRA_OK)
        return status;
    tell(walk, at, ".transport", via.transport);
    tell(walk, at, ".host", via.host);
    if (via.port != 0)
        tell_number(walk, at, ".port", via.port);
    if (via.has_rport && via.rport == 0)
        tell_flag(walk, at, ".rport");
    if (via.rport != 0)
        tell_number(walk, at, ".rport", via.rport);
    tell_some(walk, at, ".branch", via.branch);
    tell_some(walk, at, ".received", via.received);
    tell_some(walk, at, ".maddr", via.maddr);
    if (via.ttl != UINT32_MAX)
        tell_number(walk, at, ".ttl", via.ttl);
    walk_params(walk, at, via.params);
    return SIRA_OK;
}

static sira_status walk_route(walker *walk, place at, sira_cursor *cursor, sira_diag *diag)
{
    sira_address address;
    sira_status status = sira_address_next(cursor, &address, diag);
    if (status == SIRA_OK) {
        walk_address(walk, at, &address);
        walk_params(walk, at, address.params);
    }
    return status;
}

static sira_status walk_contact(walker *walk, place at, sira_cursor *cursor, sira_diag *diag)
{
    sira_contact contact;
    sira_status status = sira_contact_next(cursor, &contact, diag);
    if (status != SIRA_OK)
        return status;
    if (contact.star) {
        tell_flag(walk, at, ".star");
        return SIRA_OK;
    }
    walk_address(walk, at, &contact.address);
    if (contact.has_expires)
        tell_number(walk, at, ".expires", contact.expires);
    if (contact.has_q)
        tell_number(walk, at, ".q", contact.q);
    if (contact.reg_id != 0)
        tell_number(walk, at, ".reg-id", contact.reg_id);
    tell_some(walk, at, ".instance", contact.instance);
    tell_some(walk, at, ".pub-gruu", contact.pub_gruu);
    tell_some(walk, at, ".temp-gruu", contact.temp_gruu);
    walk_params(walk, at, contact.address.params);
    return SIRA_OK;
}

static sira_status walk_token(walker *walk, place at, sira_cursor *cursor, sira_diag *diag)
{
    sira_str token;
    sira_status status = sira_token_next(cursor, &token, diag);
    if (status == SIRA_OK)
        tell(walk, at, "", token);
    return status;
}

static sira_status walk_token_params(walker *walk, place at, sira_cursor *cursor, sira_diag *diag)
{
    sira_token_params value;
    sira_status status = sira_token_params_next(cursor, &value, diag);
    if (status == SIRA_OK) {
        tell(walk, at, "", value.token);
        walk_params(walk, at, value.params);
    }
    return status;
}

static sira_status walk_auth(walker *walk, place at, sira_cursor *cursor, sira_diag *diag)
{
    sira_auth auth;
    sira_str name, value;
    sira_status status = sira_auth_next(cursor, &auth, diag);
    if (status != SIRA_OK)
        return status;
    tell_some(walk, at, ".scheme", auth.scheme);
    sira_str rest = auth.params;
    while ((status = sira_auth_param_next(&rest, &name, &value)) == SIRA_OK)
        tell_named(walk, at, ".param.", name, value);
    if (status != SIRA_IDLE)
        tell(walk, at, ".token68", auth.params);
    return SIRA_OK;
}

static sira_status walk_warning(walker *walk, place at, sira_cursor *cursor, sira_diag *diag)
{
    sira_warning warning;
    sira_status status = sira_warning_next(cursor, &warning, diag);
    if (status == SIRA_OK) {
        tell_number(walk, at, ".code", warning.code);
        tell(walk, at, ".agent", warning.agent);
        tell(walk, at, ".text", warning.text);
    }
    return status;
}

/* ---- whole fields ---- */

static void walk_list(walker *walk, const char *noun, sira_field_id id, walk_value value)
{
    sira_cursor cursor;
    sira_diag diag = {0};
    place at = {noun, 0, ""};
    if (sira_message_field(walk->message, id) == NULL)
        return;
    sira_cursor_init(&cursor, walk->message, id);
    for (;; at.index++) {
        sira_status status = value(walk, at, &cursor, &diag);
        /* After an error the cursor stands at the next header line: this has to end too. */
        if (!got(walk, at, status, &diag) && status == SIRA_IDLE)
            return;
    }
}

static void walk_from_to(walker *walk, const char *noun, sira_field_id id)
{
    sira_address address;
    sira_diag diag = {0};
    place at = at_message(noun);
    if (got(walk, at, sira_message_address(walk->message, id, &address, &diag), &diag)) {
        walk_address(walk, at, &address);
        tell_some(walk, at, ".tag", address.tag);
        walk_params(walk, at, address.params);
    }
}

static void walk_number(walker *walk, const char *noun, sira_field_id id)
{
    uint32_t number;
    sira_diag diag = {0};
    if (got(walk, at_message(noun), sira_message_number(walk->message, id, &number, &diag), &diag))
        tell_number(walk, at_message(noun), "", number);
}

static void walk_cseq(walker *walk)
{
    sira_cseq cseq;
    sira_diag diag = {0};
    place at = at_message("cseq");
    if (got(walk, at, sira_message_cseq(walk->message, &cseq, &diag), &diag)) {
        tell_number(walk, at, ".number", cseq.number);
        tell(walk, at, ".method", cseq.method);
    }
}

static void walk_call_id(walker *walk)
{
    sira_str call_id;
    sira_diag diag = {0};
    place at = at_message("call-id");
    if (got(walk, at, sira_message_call_id(walk->message, &call_id, &diag), &diag))
        tell(walk, at, "", call_id);
}

static void walk_retry_after(walker *walk)
{
    sira_retry_after retry;
    sira_diag diag = {0};
    place at = at_message("retry-after");
    if (got(walk, at, sira_message_retry_after(walk->message, &retry, &diag), &diag)) {
        tell_number(walk, at, "", retry.seconds);
        if (retry.has_duration)
            tell_number(walk, at, ".duration", retry.duration);
        tell_some(walk, at, ".comment", retry.comment);
    }
}

static void walk_date(walker *walk)
{
    static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "?"};
    sira_date date;
    sira_diag diag = {0};
    place at = at_message("date");
    if (got(walk, at, sira_message_date(walk->message, &date, &diag), &diag) && walk->numbers) {
        char text[64];
        (void)snprintf(text, sizeof text, "%s %04u-%02u-%02u %02u:%02u:%02u", days[date.weekday & 7], date.year,
                       date.month, date.day, date.hour, date.minute, date.second);
        tell_text(walk, at, "", text);
    }
}

static void walk_single_token(walker *walk, const char *noun, sira_field_id id)
{
    sira_token_params value;
    sira_diag diag = {0};
    place at = at_message(noun);
    if (got(walk, at, sira_message_token_params(walk->message, id, &value, &diag), &diag)) {
        tell(walk, at, "", value.token);
        walk_params(walk, at, value.params);
    }
}

/* Fields without a typed view, unfolded. */
static void walk_plain(walker *walk)
{
    const sira_message *message = walk->message;
    for (size_t i = 0; i < message->field_count; i++) {
        const sira_field *field = &message->fields[i];
        if (field->id != SIRA_FIELD_OTHER && field->id != SIRA_FIELD_USER_AGENT && field->id != SIRA_FIELD_SERVER &&
            field->id != SIRA_FIELD_SUBJECT && field->id != SIRA_FIELD_CONTENT_ENCODING &&
            field->id != SIRA_FIELD_SESSION_EXPIRES)
            continue;
        char out[4096];
        size_t length;
        walk_fact fact = {"field", -1, "", ".", field->name, true, false, {out, 0}};
        if (sira_str_unfold(field->value, out, sizeof out, &length) == SIRA_OK)
            fact.value.len = length;
        walk->tell(walk, &fact);
    }
}

static const struct {
    const char *noun;
    sira_field_id id;
    walk_value value;
} lists[] = {
    {"contact", SIRA_FIELD_CONTACT, walk_contact},
    {"route", SIRA_FIELD_ROUTE, walk_route},
    {"record-route", SIRA_FIELD_RECORD_ROUTE, walk_route},
    {"path", SIRA_FIELD_PATH, walk_route},
    {"service-route", SIRA_FIELD_SERVICE_ROUTE, walk_route},
    {"p-associated-uri", SIRA_FIELD_P_ASSOCIATED_URI, walk_route},
    {"p-asserted-identity", SIRA_FIELD_P_ASSERTED_IDENTITY, walk_route},
    {"refer-to", SIRA_FIELD_REFER_TO, walk_route},
    {"referred-by", SIRA_FIELD_REFERRED_BY, walk_route},
    {"reply-to", SIRA_FIELD_REPLY_TO, walk_route},
    {"content-disposition", SIRA_FIELD_CONTENT_DISPOSITION, walk_token_params},
    {"require", SIRA_FIELD_REQUIRE, walk_token},
    {"proxy-require", SIRA_FIELD_PROXY_REQUIRE, walk_token},
    {"supported", SIRA_FIELD_SUPPORTED, walk_token},
    {"unsupported", SIRA_FIELD_UNSUPPORTED, walk_token},
    {"allow", SIRA_FIELD_ALLOW, walk_token},
    {"allow-events", SIRA_FIELD_ALLOW_EVENTS, walk_token},
    {"authorization", SIRA_FIELD_AUTHORIZATION, walk_auth},
    {"proxy-authorization", SIRA_FIELD_PROXY_AUTHORIZATION, walk_auth},
    {"www-authenticate", SIRA_FIELD_WWW_AUTHENTICATE, walk_auth},
    {"proxy-authenticate", SIRA_FIELD_PROXY_AUTHENTICATE, walk_auth},
    {"authentication-info", SIRA_FIELD_AUTHENTICATION_INFO, walk_auth},
    {"proxy-authentication-info", SIRA_FIELD_PROXY_AUTHENTICATION_INFO, walk_auth},
    {"accept", SIRA_FIELD_ACCEPT, walk_token_params},
    {"reason", SIRA_FIELD_REASON, walk_token_params},
    {"security-client", SIRA_FIELD_SECURITY_CLIENT, walk_token_params},
    {"security-server", SIRA_FIELD_SECURITY_SERVER, walk_token_params},
    {"security-verify", SIRA_FIELD_SECURITY_VERIFY, walk_token_params},
    {"warning", SIRA_FIELD_WARNING, walk_warning},
};

static void walk_start_line(walker *walk)
{
    const sira_message *message = walk->message;
    if (message->is_request) {
        tell(walk, at_message("method"), "", message->method_name);
        tell_text(walk, at_message("method"), ".known", message->method != SIRA_METHOD_OTHER ? "yes" : "no");
        walk_uri(walk, at_message("request-uri"), "", message->uri);
    } else {
        tell_number(walk, at_message("status"), "", message->status_code);
        tell(walk, at_message("reason-phrase"), "", message->reason);
    }
}

void walk_message(walker *walk, const sira_message *message)
{
    walk->message = message;
    walk_start_line(walk);
    walk_list(walk, "via", SIRA_FIELD_VIA, walk_via);
    walk_from_to(walk, "from", SIRA_FIELD_FROM);
    walk_from_to(walk, "to", SIRA_FIELD_TO);
    walk_call_id(walk);
    walk_cseq(walk);
    walk_number(walk, "max-forwards", SIRA_FIELD_MAX_FORWARDS);
    walk_number(walk, "content-length", SIRA_FIELD_CONTENT_LENGTH);
    walk_number(walk, "expires", SIRA_FIELD_EXPIRES);
    walk_number(walk, "min-expires", SIRA_FIELD_MIN_EXPIRES);
    walk_number(walk, "flow-timer", SIRA_FIELD_FLOW_TIMER);
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        walk_list(walk, lists[i].noun, lists[i].id, lists[i].value);
    walk_single_token(walk, "content-type", SIRA_FIELD_CONTENT_TYPE);
    walk_single_token(walk, "event", SIRA_FIELD_EVENT);
    walk_single_token(walk, "subscription-state", SIRA_FIELD_SUBSCRIPTION_STATE);
    walk_retry_after(walk);
    walk_date(walk);
    walk_plain(walk);
    tell_number(walk, at_message("body"), ".length", message->body.len);
    tell_number(walk, at_message("message"), ".length", message->bytes.len);
    tell_number(walk, at_message("message"), ".fields", message->field_count);
}

/* ---- what is done with facts ---- */

static void print_bytes(FILE *out, sira_str bytes)
{
    for (size_t i = 0; i < bytes.len; i++) {
        unsigned char c = (unsigned char)bytes.at[i];
        if (c == '\\')
            (void)fputs("\\\\", out);
        else if (c == '\r')
            (void)fputs("\\r", out);
        else if (c == '\n')
            (void)fputs("\\n", out);
        else if (c == '\t')
            (void)fputs("\\t", out);
        else if (c < 0x20 || c == 0x7f)
            (void)fprintf(out, "\\x%02x", c);
        else
            (void)fputc(c, out);
    }
}

void walk_print(FILE *out, const walk_fact *fact)
{
    (void)fputs(fact->noun, out);
    if (fact->index >= 0)
        (void)fprintf(out, ".%d", fact->index);
    (void)fputs(fact->part, out);
    (void)fputs(fact->below, out);
    print_bytes(out, fact->name);
    if (fact->has_value) {
        (void)fputs(fact->value.len > 0 ? " = " : " =", out);
        print_bytes(out, fact->value);
    }
    (void)fputc('\n', out);
}

static void print_fact(walker *walk, const walk_fact *fact)
{
    walk_print(walk->context, fact);
}

char *walk_text(const sira_message *message)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL)
        return NULL;
    walker walk = {.tell = print_fact, .numbers = true, .context = out};
    walk_message(&walk, message);
    return fclose(out) == 0 ? text : NULL;
}

typedef struct checker {
    bool inside;
    uint64_t hash;
} checker;

static void mix(checker *check, sira_str bytes)
{
    /* White space is left out: a folded value may have been written as one line. */
    for (size_t i = 0; i < bytes.len; i++)
        if (bytes.at[i] != ' ' && bytes.at[i] != '\t' && bytes.at[i] != '\r' && bytes.at[i] != '\n')
            check->hash = (check->hash ^ (unsigned char)bytes.at[i]) * UINT64_C(0x100000001b3);
    check->hash = (check->hash ^ 0x1ff) * UINT64_C(0x100000001b3);
}

static bool inside(const sira_message *message, sira_str view)
{
    uintptr_t start = (uintptr_t)message->bytes.at, at = (uintptr_t)view.at;
    return view.len == 0 ||
           (at >= start && at - start <= message->bytes.len && view.len <= message->bytes.len - (at - start));
}

static void check_fact(walker *walk, const walk_fact *fact)
{
    checker *check = walk->context;
    if (!inside(walk->message, fact->name) || (fact->is_view && !inside(walk->message, fact->value)))
        check->inside = false;
    mix(check, fact->name);
    mix(check, fact->value);
}

bool walk_check(const sira_message *message, uint64_t *hash)
{
    checker check = {true, UINT64_C(0xcbf29ce484222325)};
    walker walk = {.tell = check_fact, .context = &check};
    walk_message(&walk, message);
    *hash = check.hash;
    return check.inside && !walk.bad_offset && inside(message, message->body);
}
