/* The tolerant reading of the answers to our own requests.
 *
 * An answer is known by its start line, topmost Via, CSeq, Call-ID and From tag; a blemish elsewhere must not make it
 * count as silence. So the index is made once more with rules of its own for lines, and what stands once and is there
 * again, or is malformed and not needed, is taken out of its chain; what is left is read by the same functions as any
 * other message, with SIRA_I_LENIENT_ANSWER. An attacker gains nothing here that he would not with a right answer. */
#include <sira/limits.h>
#include <sira/message.h>

#include <string.h>

#include "message/lines.h"
#include "message/scan.h"

typedef struct answer {
    sira_message *message;
    const char *at, *end; /* what is left of the header section, and of the message */
    bool is_stream;
    bool told_line_end; /* once is enough */
    bool told_fields;
    sira_oddities *odd;
    sira_diag *diag;
} answer;

static void tell(answer *a, sira_oddity_kind kind, const sira_diag *diag)
{
    sira_oddities *odd = a->odd;
    if (odd->count < SIRA_ODDITIES_KEPT)
        odd->first[odd->count] = (sira_oddity){(uint8_t)kind, *diag};
    odd->count = (uint16_t)(odd->count + (odd->count < UINT16_MAX));
}

static sira_diag place(const answer *a, const char *at, sira_field_id id, const char *expected)
{
    return (sira_diag){.offset = (size_t)(at - a->message->bytes.at),
                       .expected = expected,
                       .field = sira_field_name(id),
                       .reason = ""};
}

static void tell_at(answer *a, sira_oddity_kind kind, const char *at, sira_field_id id, const char *expected)
{
    sira_diag diag = place(a, at, id, expected);
    tell(a, kind, &diag);
}

static sira_status refuse(answer *a, sira_status status, const char *at, sira_field_id id, const char *expected)
{
    if (a->diag != NULL)
        *a->diag = place(a, at, id, expected);
    return status;
}

/* ---- lines ---- */

/* Where the text of the line ends that starts at a->at, which moves behind it and its folds. NULL: it holds a NUL, or
 * on a stream is not ended as it should be. */
static const char *take_line(answer *a)
{
    const char *start = a->at, *stop, *next = start;
    do {
        const char *lf = memchr(next, '\n', (size_t)(a->end - next));
        bool right = lf != NULL && lf > next && lf[-1] == '\r' && (lf - next < 2 || lf[-2] != '\r');
        if (!right && a->is_stream)
            return NULL;
        stop = lf != NULL ? lf : a->end;
        if (!right && !a->told_line_end) {
            a->told_line_end = true;
            tell_at(a, SIRA_ODDITY_LINE, stop, SIRA_FIELD_OTHER, "CRLF at the end of the line");
        }
        next = lf != NULL ? lf + 1 : a->end;
    } while (stop > start && *start != '\r' && next < a->end && sira_i_is(*next, SIRA_I_WSP));
    a->at = next;
    if (stop > start && memchr(start, '\0', (size_t)(stop - start)) != NULL)
        return NULL;
    while (stop > start && sira_i_is_white(stop[-1]))
        stop--;
    return stop;
}

/* Status-Line, with what can be missing or wrong in its reason phrase. */
static bool take_status_line(answer *a)
{
    const char *at = a->at, *stop = take_line(a);
    uint32_t code = 0;
    if (stop == NULL || stop - at < 11 || !sira_i_is_sip(at, stop) || memcmp(at + 4, "2.0 ", 4) != 0)
        return false;
    const char *digits = sira_i_span(at + 8, stop, SIRA_I_WSP), *behind = sira_i_span(digits, stop, SIRA_I_DIGIT);
    if (behind - digits != 3 || sira_str_to_u32((sira_str){digits, 3}, 699, &code) != SIRA_OK || code < 100 ||
        (behind < stop && !sira_i_is(*behind, SIRA_I_WSP)))
        return false;
    a->message->status_code = (uint16_t)code;
    const char *reason = behind < stop ? behind + 1 : stop, *text = reason;
    while (text < stop && ((unsigned char)*text >= ' ' || *text == '\t') && *text != 0x7f)
        text++;
    a->message->reason = (sira_str){reason, (size_t)(text - reason)};
    if (digits != at + 8 || behind == stop || text != stop)
        tell_at(a, SIRA_ODDITY_LINE, behind == stop || text == stop ? behind : text, SIRA_FIELD_OTHER,
                "a status code and a reason with one space between");
    return true;
}

static bool is_identity(unsigned id)
{
    return id == SIRA_FIELD_VIA || id == SIRA_FIELD_CALL_ID || id == SIRA_FIELD_CSEQ || id == SIRA_FIELD_FROM;
}

/* Fields without an id leave half of the slots to the others. False: what an answer is known by has no room, so it
 * could not be compared. */
static bool keep(answer *a, const sira_field *field)
{
    sira_message *m = a->message;
    unsigned room = field->id == SIRA_FIELD_OTHER ? m->field_capacity / 2u : m->field_capacity;
    if (m->field_count < room) {
        m->fields[m->field_count++] = *field;
        return true;
    }
    if (!a->told_fields)
        tell_at(a, SIRA_ODDITY_FIELDS, field->name.at, SIRA_FIELD_OTHER, "fewer header fields");
    a->told_fields = true;
    return !is_identity(field->id);
}

static sira_status take_fields(answer *a)
{
    while (a->at < a->end) {
        const char *start = a->at, *stop = take_line(a);
        if (stop == NULL)
            return refuse(a, SIRA_E_SYNTAX, start, SIRA_FIELD_OTHER, "lines of text that end in CRLF");
        if (stop == start)
            return SIRA_OK;
        const char *name_end = sira_i_span(start, stop, SIRA_I_TOKEN);
        const char *colon = sira_i_span(name_end, stop, SIRA_I_WSP);
        if (name_end > start && colon < stop && *colon == ':') {
            const char *value = colon + 1;
            while (value < stop && sira_i_is_white(*value))
                value++;
            sira_field field = {.name = {start, (size_t)(name_end - start)}, .value = {value, (size_t)(stop - value)}};
            field.id = (uint16_t)sira_field_id_of(field.name);
            if (!keep(a, &field))
                return refuse(a, SIRA_E_FIELDS, start, SIRA_FIELD_OTHER, "fewer header fields");
        } else if (sira_i_is_sip(start, stop)) {
            return refuse(a, SIRA_E_SYNTAX, start, SIRA_FIELD_OTHER, "one start line");
        } else {
            tell_at(a, SIRA_ODDITY_LINE, name_end > start ? colon : start, SIRA_FIELD_OTHER,
                    "a header name and a colon");
        }
    }
    if (a->is_stream)
        return refuse(a, SIRA_E_SYNTAX, a->at, SIRA_FIELD_OTHER, "the end of the header section");
    tell_at(a, SIRA_ODDITY_LINE, a->at, SIRA_FIELD_OTHER, "an empty line behind the header fields");
    return SIRA_OK;
}

/* ---- what stands again ---- */

/* Is the later one of two the safer reading? */
static bool is_safer(const sira_field *later, const sira_field *sooner)
{
    uint32_t a = 0, b = 0;
    bool later_is_number = sira_i_leading_number(later->value, &a);
    bool sooner_is_number = sira_i_leading_number(sooner->value, &b);
    if (!later_is_number || !sooner_is_number)
        return later_is_number;
    if (later->id == SIRA_FIELD_EXPIRES)
        return a != 0 && (b == 0 || a < b);
    return a > b && (later->id == SIRA_FIELD_MIN_EXPIRES || later->id == SIRA_FIELD_RETRY_AFTER);
}

/* Leaves one field of an id in its chain. */
static sira_status choose(answer *a, sira_field_id id)
{
    sira_message *m = a->message;
    uint16_t chosen = m->first[id];
    for (uint16_t i = m->fields[chosen - 1].next; i != 0; i = m->fields[i - 1].next) {
        const sira_field *field = &m->fields[i - 1], *best = &m->fields[chosen - 1];
        if (is_identity(id) && !sira_str_equal(field->value, best->value))
            return refuse(a, SIRA_E_MISMATCH, field->name.at, id, "one value of this field");
        tell_at(a, SIRA_ODDITY_REPEATED, field->name.at, id, "this field only once");
        if (is_safer(field, best))
            chosen = i;
    }
    m->first[id] = chosen;
    m->fields[chosen - 1].next = 0;
    return SIRA_OK;
}

static sira_status choose_all(answer *a)
{
    sira_status status = SIRA_OK;
    sira_i_enter_fields(a->message);
    a->message->repeated = 0;
    for (unsigned id = 1; id < SIRA_FIELD_COUNT && status == SIRA_OK; id++)
        if (a->message->first[id] != 0 && sira_i_stands_once(id) && id != SIRA_FIELD_CONTENT_LENGTH)
            status = choose(a, (sira_field_id)id);
    return status;
}

/* ---- body ---- */

static sira_status take_body(answer *a)
{
    sira_message *m = a->message;
    const sira_field *field = sira_message_field(m, SIRA_FIELD_CONTENT_LENGTH);
    size_t length = (size_t)(a->end - a->at);
    uint32_t number = 0;
    if (field != NULL && field->next == 0 && sira_i_content_length(field->value, &number) == SIRA_OK &&
        number <= length) {
        length = number;
    } else if (field != NULL) {
        if (a->is_stream)
            return refuse(a, SIRA_E_LENGTH, field->value.at, SIRA_FIELD_CONTENT_LENGTH, "the length of the body");
        tell_at(a, SIRA_ODDITY_LENGTH, field->value.at, SIRA_FIELD_CONTENT_LENGTH, "the length of the body");
        m->first[SIRA_FIELD_CONTENT_LENGTH] = 0;
    }
    m->body = (sira_str){a->at, length};
    m->bytes.len = (size_t)(a->at - m->bytes.at) + length;
    return SIRA_OK;
}

/* ---- values ---- */

/* As each is read strictly: SIRA_OK; SIRA_IDLE: absent. */
static sira_status read_value(const sira_message *m, sira_field_id id, sira_diag *diag)
{
    sira_via via;
    sira_address address;
    sira_str call_id;
    sira_cseq cseq;
    switch (id) {
    case SIRA_FIELD_VIA:
        return sira_message_via(m, &via, diag);
    case SIRA_FIELD_CALL_ID:
        return sira_message_call_id(m, &call_id, diag);
    case SIRA_FIELD_CSEQ:
        return sira_message_cseq(m, &cseq, diag);
    default:
        return sira_message_address(m, id, &address, diag);
    }
}

/* Tells which of what is needed is read only with tolerance, and does without To where that does not help. */
static void try_values(answer *a)
{
    static const uint8_t needed[] = {SIRA_FIELD_VIA, SIRA_FIELD_FROM, SIRA_FIELD_TO, SIRA_FIELD_CALL_ID,
                                     SIRA_FIELD_CSEQ};
    sira_message *m = a->message;
    sira_diag diag;
    for (size_t i = 0; i < sizeof needed; i++)
        if (read_value(m, (sira_field_id)needed[i], &diag) < 0)
            tell(a, SIRA_ODDITY_VALUE, &diag);
    m->let_pass |= SIRA_I_LENIENT_ANSWER | SIRA_LENIENT_EMPTY_PARAMS;
    if (read_value(m, SIRA_FIELD_TO, NULL) != SIRA_OK) {
        m->first[SIRA_FIELD_TO] = 0;
        tell_at(a, SIRA_ODDITY_MISSING, a->at, SIRA_FIELD_TO, "a mandatory header field");
    }
}

static sira_status check_vias(const sira_message *m, sira_diag *diag)
{
    if (m->is_request || m->via_count == 1)
        return SIRA_OK;
    if (diag != NULL)
        *diag = (sira_diag){.expected = "one value of Via", .field = "Via", .reason = ""};
    return SIRA_E_MISMATCH;
}

static sira_status read_tolerantly(answer *a)
{
    sira_message *m = a->message;
    sira_status status = take_fields(a);
    if (status == SIRA_OK)
        status = choose_all(a);
    if (status == SIRA_OK)
        status = take_body(a);
    if (status != SIRA_OK)
        return status;
    try_values(a);
    return sira_message_validate(m, a->diag);
}

sira_status sira_message_read(sira_message *message, sira_str bytes, bool is_stream, sira_oddities *oddities,
                              sira_diag *diag)
{
    sira_oddities unseen;
    sira_diag strict = {.reason = ""};
    answer a = {.message = message, .is_stream = is_stream, .odd = oddities != NULL ? oddities : &unseen, .diag = diag};
    a.odd->count = 0;
    sira_status status = sira_message_parse(message, bytes, &strict);
    if (status == SIRA_OK)
        status = sira_message_validate(message, &strict);
    if (status < 0 && diag != NULL)
        *diag = strict;
    if (status >= 0)
        return status == SIRA_OK ? check_vias(message, diag) : status;
    bytes = sira_i_behind_empty_lines(bytes, message->lenient | (is_stream ? 0u : (unsigned)SIRA_LENIENT_BARE_LF));
    if (message->is_request && !sira_i_is_sip(bytes.at, sira_i_end(bytes)))
        return status;
    if (bytes.len > SIRA_LIMIT_MESSAGE)
        return status;
    sira_i_message_reset(message, bytes);
    a.at = bytes.at;
    a.end = bytes.at + bytes.len;
    if (!take_status_line(&a))
        return status;
    status = read_tolerantly(&a);
    if (status == SIRA_OK && a.odd->count == 0) /* what was refused was not even looked at, as a control character */
        tell(&a, SIRA_ODDITY_LINE, &strict);
    return status == SIRA_OK ? check_vias(message, diag) : status;
}
