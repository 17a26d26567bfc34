/* The pieces that messages are written of. Each call either appends all of its text or, on an error, nothing. */
#include <sira/writer.h>

#include <string.h>

#include "base/hex.h"
#include "message/names.h"
#include "message/scan.h"
#include "message/writing.h"

void sira_writer_init(sira_writer *writer, char *buffer, size_t capacity)
{
    *writer = (sira_writer){.buffer = buffer, .capacity = buffer != NULL ? capacity : SIZE_MAX};
}

void sira_i_write_fail(sira_writer *writer, sira_status status)
{
    if (writer->status == SIRA_OK)
        writer->status = status;
    writer->capacity = 0;
}

/* The short pieces that headers are made of take a few moves, some of which overlap, instead of a call. */
static inline void copy_piece(char *to, const char *from, size_t n)
{
    if (n >= 16) {
        memcpy(to, from, n);
    } else if (n >= 8) {
        memcpy(to, from, 8);
        memcpy(to + n - 8, from + n - 8, 8);
    } else if (n >= 4) {
        memcpy(to, from, 4);
        memcpy(to + n - 4, from + n - 4, 4);
    } else if (n > 0) {
        to[0] = from[0];
        to[n / 2] = from[n / 2];
        to[n - 1] = from[n - 1];
    }
}

static inline char *put_raw(char *to, sira_str text)
{
    if (to == NULL)
        return NULL;
    copy_piece(to, text.at, text.len);
    return to + text.len;
}

char *sira_i_put_raw(char *to, sira_str text)
{
    return put_raw(to, text);
}

void sira_i_write_raw(sira_writer *writer, const char *text, size_t length)
{
    sira_i_put_raw(sira_i_write_room(writer, length), (sira_str){text, length});
}

/* ---- a closer look ---- */

/* In a line what the index lets pass, but for NUL, which no C program expects. */
static bool is_wrong(sira_str text, sira_i_place in)
{
    const char *end = sira_i_end(text);
    if (in == SIRA_I_IN_URI)
        return text.len == 0 || sira_i_span(text.at, end, SIRA_I_URIC) != end;
    if (in == SIRA_I_IN_LINE && sira_i_text_end(text.at, end) != end)
        return true;
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] == '\r' || text.at[i] == '\n' || text.at[i] == '\0')
            return true;
    return false;
}

char *sira_i_put_closely(sira_writer *writer, char *to, sira_str text, sira_i_place in)
{
    if (is_wrong(text, in))
        sira_i_write_fail(writer, SIRA_E_ARGUMENT);
    return sira_i_put_raw(to, text);
}

/* qdtext has no control characters, so they become quoted-pairs. */
static inline bool is_escaped(char octet)
{
    unsigned char c = (unsigned char)octet;
    return c == '"' || c == '\\' || (c < ' ' && c != '\t') || c == 0x7f;
}

void sira_i_write_escapes(sira_writer *writer, sira_str text)
{
    if (writer->status != SIRA_OK)
        return;
    size_t mark = writer->length - text.len - 2, escapes = 0;
    for (size_t i = 0; i < text.len; i++)
        escapes += is_escaped(text.at[i]);
    if (is_wrong(text, SIRA_I_IN_QUOTES))
        sira_i_write_fail(writer, SIRA_E_ARGUMENT);
    sira_i_write_room(writer, escapes);
    sira_i_write_settle(writer, mark);
    if (writer->status != SIRA_OK || writer->buffer == NULL)
        return;
    char *to = writer->buffer + mark;
    *to++ = '"';
    for (size_t i = 0; i < text.len; i++) {
        if (is_escaped(text.at[i]))
            *to++ = '\\';
        *to++ = text.at[i];
    }
    *to = '"';
}

void sira_i_write_unfolded(sira_writer *writer, sira_str text)
{
    const char *at = text.at, *end = sira_i_end(text);
    while (at < end) {
        const char *stop = at;
        while (stop < end && *stop != '\r' && *stop != '\n')
            stop++;
        sira_write_text(writer, (sira_str){at, (size_t)(stop - at)});
        if (stop == end)
            return;
        at = sira_i_lws_end(stop, end);
        if (at == stop) {
            sira_i_write_fail(writer, SIRA_E_ARGUMENT);
            return;
        }
        SIRA_I_WRITE(writer, " ");
    }
}

/* What stands between the quotes of a quoted string, its escapes included, so that it can't end it. */
static bool is_inner(sira_str text)
{
    const char *end = sira_i_end(text), *wrong = NULL;
    return sira_i_behind_quoted(text.at, end, &wrong) == NULL && wrong == end;
}

void sira_i_write_inner_closely(sira_writer *writer, sira_str text)
{
    if (!is_inner(text))
        sira_i_write_fail(writer, SIRA_E_ARGUMENT);
    SIRA_I_WRITE(writer, "\"");
    sira_i_write_unfolded(writer, text);
    SIRA_I_WRITE(writer, "\"");
}

/* ---- checked text ---- */

/* Octets side by side, in the order of the machine. */
typedef size_t word;
#define EACH(octet) (SIZE_MAX / 0xff * (octet))

/* A quick look: a top bit is set when an octet may not stand there as it is, perhaps also otherwise. What is too small
 * gets it from the difference, 0x7f from the sum; a borrow or carry comes only from an octet that is beyond ASCII or
 * has the bit, and takes it from none. */
static inline word look(word octets, sira_i_place in)
{
    if (in == SIRA_I_IN_LINE)
        return (octets - EACH(' ')) | (octets + EACH(1));
    if (in == SIRA_I_IN_QUOTES) /* '"' ^ 2 is below '!' ^ 2 */
        return ((octets ^ EACH(2)) - EACH(0x21)) | ((octets ^ EACH('\\' ^ 0x7f)) + EACH(1)) | (octets + EACH(1));
    word brackets = ((octets | EACH(0x62)) ^ EACH(0x7e ^ 0x7f)) + EACH(1); /* < > \ ^ | ~ */
    return (octets - EACH('#' + 1)) | brackets | ((octets ^ EACH('`' ^ 0x7f)) + EACH(1)) | (octets + EACH(5));
}

static inline word copy_word(char *to, const char *from, sira_i_place in)
{
    word octets;
    memcpy(&octets, from, sizeof octets);
    memcpy(to, &octets, sizeof octets);
    return look(octets, in);
}

/* Four to seven octets. */
static inline word copy_halves(char *to, const char *from, size_t last, sira_i_place in)
{
    uint32_t first, second;
    memcpy(&first, from, sizeof first);
    memcpy(&second, from + last, sizeof second);
    memcpy(to, &first, sizeof first);
    memcpy(to + last, &second, sizeof second);
    return look(first | (word)second << (8 * (sizeof(word) - sizeof second)), in);
}

/* Copies, some of it perhaps twice: true when a closer look is not needed. */
static inline bool copy(char *to, sira_str text, sira_i_place in)
{
    if (!SIRA_I_QUICK || text.len < 4)
        return false;
    if (text.len < sizeof(word))
        return (copy_halves(to, text.at, text.len - 4, in) & EACH(0x80)) == 0;
    size_t last = text.len - sizeof(word);
    word found = copy_word(to + last, text.at + last, in);
    for (size_t at = 0; at < last; at += sizeof(word))
        found |= copy_word(to + at, text.at + at, in);
    return (found & EACH(0x80)) == 0;
}

static inline char *put(sira_writer *writer, char *to, sira_str text, sira_i_place in)
{
    if (to != NULL && copy(to, text, in))
        return to + text.len;
    return sira_i_put_closely(writer, to, text, in);
}

void sira_write_text(sira_writer *writer, sira_str text)
{
    size_t mark = writer->length;
    put(writer, sira_i_write_room(writer, text.len), text, SIRA_I_IN_LINE);
    sira_i_write_settle(writer, mark);
}

char *sira_i_put_uri(sira_writer *writer, char *to, sira_str uri)
{
    return put(writer, to, uri, SIRA_I_IN_URI);
}

/* The classes that four octets have in common. */
static inline unsigned common(const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    return sira_i_char_class[at[0]] & sira_i_char_class[at[1]] & sira_i_char_class[at[2]] & sira_i_char_class[at[3]];
}

static inline bool is_of(sira_str text, unsigned class)
{
    size_t n = text.len;
    if (!SIRA_I_QUICK || n < 4)
        return n > 0 && sira_i_span(text.at, text.at + n, class) == text.at + n;
    unsigned classes = class & common(text.at + n - 4);
    for (size_t i = 0; i < n - 4; i += 4)
        classes &= common(text.at + i);
    return classes != 0;
}

static inline char *put_class(sira_writer *writer, char *to, sira_str text, unsigned class)
{
    if (!is_of(text, class))
        sira_i_write_fail(writer, SIRA_E_ARGUMENT);
    return put_raw(to, text);
}

void sira_i_write_class(sira_writer *writer, sira_str text, unsigned class)
{
    size_t mark = writer->length;
    put_class(writer, sira_i_write_room(writer, text.len), text, class);
    sira_i_write_settle(writer, mark);
}

char *sira_i_put_token(sira_writer *writer, char *to, sira_str token)
{
    return put_class(writer, to, token, SIRA_I_TOKEN);
}

void sira_write_token(sira_writer *writer, sira_str token)
{
    sira_i_write_class(writer, token, SIRA_I_TOKEN);
}

/* ---- numbers ---- */

static inline size_t digits_of(uint32_t number)
{
    size_t digits = 1;
    for (; number >= 1000; number /= 1000)
        digits += 3;
    return number < 10 ? digits : number < 100 ? digits + 1 : digits + 2;
}

static inline char *put_digits(char *to, uint32_t number, size_t digits)
{
    if (to == NULL)
        return NULL;
    char *at = to + digits;
    for (; number >= 10; number /= 10)
        *--at = (char)('0' + number % 10);
    *--at = (char)('0' + number);
    return to + digits;
}

char *sira_i_put_number(char *to, uint32_t number)
{
    return put_digits(to, number, digits_of(number));
}

void sira_write_number(sira_writer *writer, uint32_t number)
{
    size_t digits = digits_of(number);
    put_digits(sira_i_write_room(writer, digits), number, digits);
}

void sira_write_hex(sira_writer *writer, const uint8_t *bytes, size_t n)
{
    char *to = sira_i_write_room(writer, 2 * n);
    if (to != NULL)
        sira_i_hex_write(bytes, n, to);
}

void sira_write_hex32(sira_writer *writer, uint32_t number)
{
    char *to = sira_i_write_room(writer, 8);
    if (to == NULL)
        return;
    for (int shift = 28; shift >= 0; shift -= 4)
        *to++ = "0123456789abcdef"[number >> shift & 15];
}

/* ---- quoted strings (RFC 3261 25.1) ---- */

/* Most text stands between quotes as it is. Makes room for it in any case. */
static inline bool write_plain(sira_writer *writer, sira_str text)
{
    char *to = sira_i_write_room(writer, text.len + 2);
    if (to == NULL || !copy(to + 1, text, SIRA_I_IN_QUOTES))
        return false;
    to[0] = '"';
    to[text.len + 1] = '"';
    return true;
}

void sira_write_quoted(sira_writer *writer, sira_str text)
{
    if (!write_plain(writer, text))
        sira_i_write_escapes(writer, text);
}

void sira_i_write_inner(sira_writer *writer, sira_str text)
{
    size_t mark = writer->length;
    if (write_plain(writer, text))
        return;
    if (writer->status == SIRA_OK)
        writer->length = mark;
    sira_i_write_inner_closely(writer, text);
}

/* ---- lines ---- */

void sira_write_request_line(sira_writer *writer, sira_str method, sira_str uri)
{
    size_t mark = writer->length;
    char *to = sira_i_write_room(writer, method.len + uri.len + sizeof "  SIP/2.0\r\n" - 1);
    to = sira_i_put_token(writer, to, method);
    to = SIRA_I_PUT(to, " ");
    to = sira_i_put_uri(writer, to, uri);
    SIRA_I_PUT(to, " SIP/2.0\r\n");
    sira_i_write_settle(writer, mark);
}

/* What sira_message_parse lets pass (sira/message.h). */
static bool is_reason(sira_str reason)
{
    for (size_t i = 0; i < reason.len; i++)
        if (((unsigned char)reason.at[i] < ' ' && reason.at[i] != '\t') || reason.at[i] == 0x7f)
            return false;
    return true;
}

void sira_i_write_status(sira_writer *writer, uint16_t code, sira_str reason)
{
    size_t mark = writer->length;
    if (code < 100 || code > 699 || !is_reason(reason)) {
        sira_i_write_fail(writer, SIRA_E_ARGUMENT);
        return;
    }
    SIRA_I_WRITE(writer, "SIP/2.0 ");
    sira_write_number(writer, code);
    SIRA_I_WRITE(writer, " ");
    sira_write_text(writer, reason);
    sira_write_end(writer);
    sira_i_write_settle(writer, mark);
}

void sira_write_status_line(sira_writer *writer, uint16_t code, sira_str reason)
{
    sira_i_write_status(writer, code, reason.len > 0 ? reason : sira_str_from(sira_reason_phrase(code)));
}

/* RFC 3261 20.14: Content-Length stands once. */
void sira_i_write_note_length(sira_writer *writer)
{
    if (writer->has_length)
        sira_i_write_fail(writer, SIRA_E_STATE);
    writer->has_length = true;
}

/* Makes room for a name, ": " and as many octets more; returns where those go. */
static inline char *begin(sira_writer *writer, sira_field_id id, size_t more)
{
    sira_str name = sira_i_field_name(id);
    if (name.len == 0) {
        sira_i_write_fail(writer, SIRA_E_ARGUMENT);
        return NULL;
    }
    char *to = put_raw(sira_i_write_room(writer, name.len + 2 + more), name);
    return SIRA_I_PUT(to, ": ");
}

void sira_write_begin(sira_writer *writer, sira_field_id id)
{
    if (id == SIRA_FIELD_CONTENT_LENGTH)
        sira_i_write_note_length(writer);
    begin(writer, id, 0);
}

void sira_write_end(sira_writer *writer)
{
    SIRA_I_PUT(sira_i_write_room(writer, 2), "\r\n");
}

/* What parts messages from each other (RFC 3261 18.3), or ends a loop of them (16.3), is never but a number. */
static inline bool is_number(sira_field_id id)
{
    return id == SIRA_FIELD_CONTENT_LENGTH || id == SIRA_FIELD_MAX_FORWARDS;
}

static void take_number(sira_writer *writer, sira_field_id id, sira_str value)
{
    uint32_t number;
    if (sira_str_to_u32(value, id == SIRA_FIELD_MAX_FORWARDS ? 255 : UINT32_MAX, &number) != SIRA_OK)
        sira_i_write_fail(writer, SIRA_E_ARGUMENT);
    if (id == SIRA_FIELD_CONTENT_LENGTH)
        sira_i_write_note_length(writer);
}

void sira_write_field(sira_writer *writer, sira_field_id id, sira_str value)
{
    size_t mark = writer->length;
    if (is_number(id))
        take_number(writer, id, value);
    char *to = begin(writer, id, value.len + 2);
    to = put(writer, to, value, SIRA_I_IN_LINE);
    SIRA_I_PUT(to, "\r\n");
    sira_i_write_settle(writer, mark);
}

void sira_write_field_number(sira_writer *writer, sira_field_id id, uint32_t number)
{
    size_t digits = digits_of(number);
    if (id == SIRA_FIELD_MAX_FORWARDS && number > 255) { /* RFC 3261 20.22 */
        sira_i_write_fail(writer, SIRA_E_ARGUMENT);
        return;
    }
    if (id == SIRA_FIELD_CONTENT_LENGTH)
        sira_i_write_note_length(writer);
    char *to = begin(writer, id, digits + 2);
    to = put_digits(to, number, digits);
    SIRA_I_PUT(to, "\r\n");
}

void sira_write_other(sira_writer *writer, sira_str name, sira_str value)
{
    size_t mark = writer->length;
    sira_field_id id = sira_field_id_of(name);
    if (is_number(id))
        take_number(writer, id, value);
    sira_write_token(writer, name);
    SIRA_I_WRITE(writer, ": ");
    sira_write_text(writer, value);
    sira_write_end(writer);
    sira_i_write_settle(writer, mark);
}

void sira_write_body(sira_writer *writer, sira_str body)
{
    size_t mark = writer->length;
    if (body.len > UINT32_MAX) {
        sira_i_write_fail(writer, SIRA_E_ARGUMENT);
        return;
    }
    sira_write_field_number(writer, SIRA_FIELD_CONTENT_LENGTH, (uint32_t)body.len);
    char *to = sira_i_write_room(writer, body.len + 2);
    to = SIRA_I_PUT(to, "\r\n");
    sira_i_put_raw(to, body);
    sira_i_write_settle(writer, mark);
}

sira_status sira_writer_finish(sira_writer *writer, size_t *length)
{
    if (writer->status == SIRA_OK)
        *length = writer->length;
    return writer->status;
}
