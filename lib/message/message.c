/* The index: start line, header lines, body, in one pass (RFC 3261 7, 18.3). */
#include <sira/limits.h>
#include <sira/message.h>

#include <string.h>

#include "base/chars.h"
#include "message/lines.h"
#include "message/scan.h"
#include "message/words.h"

typedef struct parse {
    sira_message *message;
    sira_diag *diag;
    sira_status status; /* the first error */
    sira_i_lines lines;
} parse;

/* The first error is the one that is told; what follows is read all the same, so that a 400 can be built. */
static sira_status refuse(parse *p, sira_status status, const char *at, const sira_diag *why)
{
    if (p->status != SIRA_OK)
        return status;
    p->status = status;
    if (p->diag != NULL) {
        *p->diag = *why;
        p->diag->offset = (size_t)(at - p->message->bytes.at);
        if (!p->message->is_request) {
            p->diag->code = 0;
            p->diag->reason = "";
        }
    }
    return status;
}

/* ---- start line ---- */

/* SIP-Version = "SIP" "/" 1*DIGIT "." 1*DIGIT (RFC 3261 25.1). *next is behind it, or where it went wrong. */
static sira_status version(const char *at, const char *end, const char **next)
{
    *next = at;
    if (SIRA_I_QUICK && end - at >= 8 && (at[7] == '\r' || at[7] == ' ') &&
        memcmp(at, "SIP/2.0", 7) == 0) { /* what it mostly is */
        *next = at + 7;
        return SIRA_OK;
    }
    if (!sira_i_is_sip(at, end))
        return SIRA_E_SYNTAX;
    const char *major = at + 4, *dot = sira_i_span(major, end, SIRA_I_DIGIT);
    *next = dot;
    if (dot == major || dot == end || *dot != '.')
        return SIRA_E_SYNTAX;
    *next = sira_i_span(dot + 1, end, SIRA_I_DIGIT);
    if (*next == dot + 1)
        return SIRA_E_SYNTAX;
    return *next - major == 3 && memcmp(major, "2.0", 3) == 0 ? SIRA_OK : SIRA_E_VERSION;
}

static bool at_line_end(const char *at, const char *end)
{
    return at == end || *at == '\r' || *at == '\n';
}

/* Request-Line = Method SP Request-URI SP SIP-Version CRLF (RFC 3261 7.1): one space each. *at moves on. */
static sira_status request_line(parse *p, const char **at)
{
    static const sira_diag bad = {.expected = "a method, a URI and SIP/2.0 with one space between",
                                  .field = "",
                                  .code = 400,
                                  .reason = "Bad Request-Line"};
    static const sira_diag other_version = {
        .expected = "SIP/2.0", .field = "", .code = 505, .reason = "Version Not Supported"};
    sira_message *m = p->message;
    const char *method = *at, *end = p->lines.end;
    *at = sira_i_span_far(method, end, SIRA_I_TOKEN);
    if (*at == method || *at == end || **at != ' ')
        return refuse(p, SIRA_E_SYNTAX, *at, &bad);
    m->method_name = (sira_str){method, (size_t)(*at - method)};
    m->method = (uint8_t)sira_method_of(m->method_name);
    const char *uri = *at + 1;
    *at = sira_i_uri_end(uri, end);
    if (*at == uri || *at == end || **at != ' ')
        return refuse(p, SIRA_E_SYNTAX, *at, &bad);
    m->uri = (sira_str){uri, (size_t)(*at - uri)};
    const char *number = *at + 1;
    sira_status status = version(number, end, at);
    if (status == SIRA_E_SYNTAX || !at_line_end(*at, end))
        return refuse(p, SIRA_E_SYNTAX, *at, &bad);
    return status == SIRA_OK ? SIRA_OK : refuse(p, status, number, &other_version);
}

/* The reason phrase is for people: everything but control characters is let pass. */
static sira_status reason_phrase(parse *p, const char **at)
{
    const char *start = *at, *end = p->lines.end, *next = start;
    while (next < end && ((unsigned char)*next >= ' ' || *next == '\t') && *next != 0x7f)
        next++;
    *at = next;
    p->message->reason = (sira_str){start, (size_t)(next - start)};
    if (!at_line_end(next, end))
        return refuse(p, SIRA_E_SYNTAX, next, &(sira_diag){.expected = "text", .field = "", .reason = ""});
    return SIRA_OK;
}

/* Status-Line = SIP-Version SP Status-Code SP Reason-Phrase CRLF (RFC 3261 7.2). *at moves on. */
static sira_status status_line(parse *p, const char **at)
{
    static const sira_diag bad = {
        .expected = "SIP/2.0, a status code and a reason with one space between", .field = "", .reason = ""};
    static const sira_diag other_version = {.expected = "SIP/2.0", .field = "", .reason = ""};
    static const sira_diag bad_code = {.expected = "a status code from 100 to 699", .field = "", .reason = ""};
    const char *start = *at, *end = p->lines.end;
    sira_status status = version(start, end, at);
    if (status == SIRA_E_VERSION)
        return refuse(p, status, start, &other_version);
    if (status != SIRA_OK || *at == end || **at != ' ')
        return refuse(p, SIRA_E_SYNTAX, *at, &bad);
    const char *code = *at + 1;
    *at = sira_i_span(code, end, SIRA_I_DIGIT);
    if (*at == code || *at == end || **at != ' ')
        return refuse(p, SIRA_E_SYNTAX, *at, &bad);
    uint32_t number = 0;
    if (*at - code != 3 || sira_str_to_u32((sira_str){code, 3}, 699, &number) != SIRA_OK || number < 100)
        return refuse(p, SIRA_E_NUMBER, code, &bad_code);
    p->message->status_code = (uint16_t)number;
    ++*at;
    return reason_phrase(p, at);
}

static sira_status refuse_line(parse *p, const sira_i_line_error *error)
{
    return refuse(p, SIRA_E_SYNTAX, error->at,
                  &(sira_diag){.expected = error->expected, .field = "", .code = 400, .reason = error->reason});
}

/* SIRA_OK: the line was taken, right or not. */
static sira_status start_line(parse *p)
{
    const char *at = p->lines.at;
    sira_i_line_error error;
    p->message->is_request = !sira_i_is_sip(at, p->lines.end);
    sira_status status = p->message->is_request ? request_line(p, &at) : status_line(p, &at);
    status = status == SIRA_OK ? sira_i_lines_end(&p->lines, at, &error) : sira_i_lines_skip(&p->lines, at, &error);
    return status == SIRA_OK ? SIRA_OK : refuse_line(p, &error);
}

/* ---- header lines ---- */

/* The fields that RFC 3261 20 and their own RFCs do not define as lists. */
bool sira_i_stands_once(unsigned id)
{
    _Static_assert(SIRA_FIELD_COUNT <= 64, "a bit for each");
#define ONCE(id) UINT64_C(1) << SIRA_FIELD_##id
    static const uint64_t once =
        ONCE(FROM) | ONCE(TO) | ONCE(CALL_ID) | ONCE(CSEQ) | ONCE(MAX_FORWARDS) | ONCE(CONTENT_LENGTH) |
        ONCE(CONTENT_TYPE) | ONCE(CONTENT_DISPOSITION) | ONCE(MIME_VERSION) | ONCE(EXPIRES) | ONCE(MIN_EXPIRES) |
        ONCE(RETRY_AFTER) | ONCE(DATE) | ONCE(TIMESTAMP) | ONCE(USER_AGENT) | ONCE(SERVER) | ONCE(ORGANIZATION) |
        ONCE(SUBJECT) | ONCE(PRIORITY) | ONCE(EVENT) | ONCE(SUBSCRIPTION_STATE) | ONCE(REFER_TO) | ONCE(REFERRED_BY) |
        ONCE(REPLY_TO) | ONCE(SESSION_EXPIRES) | ONCE(FLOW_TIMER);
#undef ONCE
    return (once >> id & 1) != 0;
}

/* Backwards, so that each field is linked to the next of its id. */
void sira_i_enter_fields(sira_message *m)
{
    for (size_t i = m->field_count; i > 0; i--) {
        sira_field *field = &m->fields[i - 1];
        uint16_t next = m->first[field->id];
        field->next = next;
        m->first[field->id] = (uint16_t)i;
        if (next == 0 || !sira_i_stands_once(field->id))
            continue;
        if ((m->let_pass & SIRA_LENIENT_REPEATED) != 0 && field->id != SIRA_FIELD_CONTENT_LENGTH &&
            sira_str_equal(field->value, m->fields[next - 1].value))
            field->next = m->fields[next - 1].next;
        else if (m->repeated == 0 || next < m->repeated)
            m->repeated = next;
    }
}

/* SIRA_LENIENT_BAD_LINES: is the line that was taken no field, and neither a start line nor with a NUL in it? */
static bool may_skip(const parse *p, const sira_i_line_error *error)
{
    if (!error->nameless || (p->message->let_pass & SIRA_LENIENT_BAD_LINES) == 0)
        return false;
    const char *begin = p->message->bytes.at; /* a start line that is none may be shorter than what is looked back */
    for (const char *at = error->at - begin > 3 ? error->at - 3 : begin; at < p->lines.at; at++)
        if (*at == '\0' || sira_i_is_sip(at, p->lines.at))
            return false;
    return true;
}

/* SIRA_OK: all lines up to the body were taken. */
static sira_status header_lines(parse *p)
{
    static const sira_diag too_many = {
        .expected = "fewer header fields", .field = "", .code = 513, .reason = "Too Many Header Fields"};
    sira_message *m = p->message;
    sira_i_line_error error;
    sira_status status;
    size_t count = 0;
    do {
        status = sira_i_lines_fields(&p->lines, m->fields, m->field_capacity, &count, &error);
        if (status == SIRA_E_SYNTAX && !may_skip(p, &error))
            (void)refuse_line(p, &error);
    } while (status == SIRA_E_SYNTAX && !error.broken);
    m->field_count = (uint16_t)count;
    sira_i_enter_fields(m);
    return status == SIRA_E_FIELDS ? refuse(p, status, p->lines.at, &too_many) : status;
}

/* ---- body ---- */

/* RFC 3261 18.3: without Content-Length a datagram's body is all the rest; what stands behind the body is left out. */
static sira_status body(parse *p)
{
    static const sira_diag bad = {
        .expected = "the length of the body", .field = "Content-Length", .code = 400, .reason = "Bad Content-Length"};
    sira_message *m = p->message;
    const sira_field *field = sira_message_field(m, SIRA_FIELD_CONTENT_LENGTH);
    size_t length = (size_t)(p->lines.end - p->lines.at);
    if (field != NULL) {
        uint32_t number = 0;
        sira_status status = sira_i_content_length(field->value, &number);
        if (status != SIRA_OK)
            return refuse(p, status, field->value.at, &bad);
        if (field->next != 0) /* two of them would let two readers see different messages, even if they agree here */
            return refuse(p, SIRA_E_LENGTH, m->fields[field->next - 1].name.at, &bad);
        if (number > length)
            return refuse(p, SIRA_E_LENGTH, field->value.at, &bad);
        length = number;
    }
    m->body = (sira_str){p->lines.at, length};
    m->bytes.len = (size_t)(p->lines.at - m->bytes.at) + length;
    return SIRA_OK;
}

/* ---- */

enum { USER_FLAGS = SIRA_I_LENIENT_ANSWER - 1 };

void sira_message_init(sira_message *message, sira_field *slots, size_t capacity)
{
    memset(message, 0, sizeof *message);
    message->fields = slots;
    message->field_capacity = (uint16_t)(capacity < UINT16_MAX ? capacity : UINT16_MAX - 1);
}

void sira_i_message_reset(sira_message *m, sira_str bytes)
{
    sira_field *slots = m->fields;
    uint16_t capacity = m->field_capacity;
    unsigned lenient = m->lenient;
    memset(m, 0, sizeof *m);
    m->fields = slots;
    m->field_capacity = capacity;
    m->lenient = lenient;
    m->let_pass = lenient & USER_FLAGS;
    m->bytes = bytes;
}

/* RFC 3261 7.5: empty lines before the start line are ignored. */
sira_str sira_i_behind_empty_lines(sira_str bytes, unsigned lenient)
{
    while (bytes.len > 0) {
        size_t taken = bytes.len >= 2 && bytes.at[0] == '\r' && bytes.at[1] == '\n' ? 2 : 0;
        if (taken == 0 && (lenient & SIRA_LENIENT_BARE_LF) != 0 && bytes.at[0] == '\n')
            taken = 1;
        if (taken == 0)
            break;
        bytes.at += taken;
        bytes.len -= taken;
    }
    return bytes;
}

/* RFC 3261 21.5.7. What stands within the limit is read all the same, so that the answer can be built. */
static void cut(parse *p)
{
    static const sira_diag too_long = {
        .expected = "the end of the message", .field = "", .code = 513, .reason = "Message Too Large"};
    const char *limit = p->lines.at + SIRA_LIMIT_MESSAGE;
    p->message->is_request = !sira_i_is_sip(p->lines.at, limit);
    p->lines.end = limit;
    (void)refuse(p, SIRA_E_LIMIT, limit, &too_long);
}

sira_status sira_message_parse(sira_message *message, sira_str bytes, sira_diag *diag)
{
    if (bytes.len > 0 && (*bytes.at == '\r' || *bytes.at == '\n'))
        bytes = sira_i_behind_empty_lines(bytes, message->lenient);
    sira_i_message_reset(message, bytes);
    if (bytes.len == 0)
        return SIRA_IDLE;
    parse p = {message, diag, SIRA_OK, {bytes.at, bytes.at + bytes.len, message->let_pass}};
    if (bytes.len > SIRA_LIMIT_MESSAGE)
        cut(&p);
    if (start_line(&p) == SIRA_OK && header_lines(&p) == SIRA_OK && p.status == SIRA_OK)
        (void)body(&p);
    return p.status;
}

const sira_field *sira_message_field(const sira_message *message, sira_field_id id)
{
    unsigned first = (unsigned)id < SIRA_FIELD_COUNT ? message->first[id] : 0;
    return first != 0 ? &message->fields[first - 1] : NULL;
}

/* The compact forms whose fields have no id (RFC 3841, RFC 8224). */
static sira_str long_name(sira_str name)
{
    static const struct {
        char letter;
        char name[20];
    } forms[] = {{'a', "Accept-Contact"}, {'d', "Request-Disposition"}, {'j', "Reject-Contact"}, {'y', "Identity"}};
    for (size_t i = 0; name.len == 1 && i < sizeof forms / sizeof forms[0]; i++)
        if ((name.at[0] | 0x20) == forms[i].letter)
            return sira_str_from(forms[i].name);
    return name;
}

const sira_field *sira_message_find(const sira_message *message, sira_str name, size_t from)
{
    sira_field_id id = sira_field_id_of(name);
    name = long_name(name);
    for (size_t i = from; i < message->field_count; i++) {
        const sira_field *field = &message->fields[i];
        if (field->id == id && (id != SIRA_FIELD_OTHER || sira_str_equal_nocase(long_name(field->name), name)))
            return field;
    }
    return NULL;
}
