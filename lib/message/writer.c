/* The pieces that messages are written of. Each call either appends all of its text or, on an error, nothing. */
#include <sira/writer.h>

#include <string.h>

#include "message/names.h"
#include "message/scan.h"
#include "message/writing.h"

void sira_writer_init(sira_writer *writer, char *buffer, size_t capacity)
{
    *writer = (sira_writer){.buffer = buffer, .capacity = buffer != NULL ? capacity : SIZE_MAX};
}

/* Without capacity nothing is appended any more, so that pieces need to look at nothing else. */
void sira_i_write_fail(sira_writer *writer, sira_status status)
{
    if (writer->status == SIRA_OK)
        writer->status = status;
    writer->capacity = 0;
}

static inline void append(sira_writer *writer, sira_str text)
{
    char *to = sira_i_write_room(writer, text.len);
    if (to != NULL)
        sira_i_copy(to, text.at, text.len);
}

void sira_i_write_raw(sira_writer *writer, const char *text, size_t length)
{
    append(writer, (sira_str){text, length});
}

/* ---- checked text ---- */

/* A quick look at eight octets: a top bit is set when one of them may not stand as it is, perhaps also otherwise. */
typedef uint64_t quick_look(uint64_t word);
/* Looks at each octet: is one wrong? */
typedef bool close_look(sira_str text);

static inline uint64_t look_in_line(uint64_t word)
{
    return word - SIRA_I_EACH('\r' + 1);
}

static inline uint64_t look_in_quotes(uint64_t word)
{
    uint64_t quote_or_control = (word ^ SIRA_I_EACH(2)) - SIRA_I_EACH(0x21); /* '"' ^ 2 is below '!' ^ 2 */
    return quote_or_control | ((word ^ SIRA_I_EACH('\\')) - SIRA_I_EACH(1)) | (word + SIRA_I_EACH(1));
}

static inline uint64_t look_in_uri(uint64_t word)
{
    uint64_t quotes = (word ^ SIRA_I_EACH('"')) - SIRA_I_EACH(1);
    uint64_t brackets = ((word | SIRA_I_EACH('<' ^ '>')) ^ SIRA_I_EACH('>')) - SIRA_I_EACH(1);
    return (word - SIRA_I_EACH(' ' + 1)) | quotes | brackets | (word + SIRA_I_EACH(1)) | word;
}

/* Copies eight octets or more, with a quick look on the way: true when a closer one is not needed. */
static inline bool copy(char *to, sira_str text, quick_look *look)
{
    uint64_t found = 0;
    size_t last = text.len - 8;
    for (size_t i = 0; i < last; i += 8) {
        found |= look(sira_i_load(text.at + i));
        memcpy(to + i, text.at + i, 8);
    }
    found |= look(sira_i_load(text.at + last));
    memcpy(to + last, text.at + last, 8);
    return (found & SIRA_I_HIGH) == 0;
}

static void write_closely(sira_writer *writer, sira_str text, close_look *is_wrong)
{
    if (is_wrong(text))
        sira_i_write_fail(writer, SIRA_E_ARGUMENT);
    else
        append(writer, text);
}

static inline void write_checked(sira_writer *writer, sira_str text, quick_look *look, close_look *is_wrong)
{
    size_t mark = writer->length;
    if (text.len >= 8) {
        char *to = sira_i_write_room(writer, text.len);
        if (to != NULL && copy(to, text, look))
            return;
        writer->length = mark;
    }
    write_closely(writer, text, is_wrong);
}

static bool ends_line(sira_str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] == '\r' || text.at[i] == '\n' || text.at[i] == '\0')
            return true;
    return false;
}

static bool is_wrong_uri(sira_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];
        if (c <= ' ' || c >= 0x7f || c == '"' || c == '<' || c == '>')
            return true;
    }
    return text.len == 0;
}

static inline void write_text(sira_writer *writer, sira_str text)
{
    write_checked(writer, text, look_in_line, ends_line);
}

void sira_write_text(sira_writer *writer, sira_str text)
{
    write_text(writer, text);
}

void sira_i_write_uri_text(sira_writer *writer, sira_str uri)
{
    write_checked(writer, uri, look_in_uri, is_wrong_uri);
}

static inline void write_class(sira_writer *writer, sira_str text, unsigned classes)
{
    if (text.len == 0 || sira_i_span_far(text.at, text.at + text.len, classes) != text.at + text.len)
        sira_i_write_fail(writer, SIRA_E_ARGUMENT);
    else
        append(writer, text);
}

void sira_i_write_class(sira_writer *writer, sira_str text, unsigned classes)
{
    write_class(writer, text, classes);
}

void sira_write_token(sira_writer *writer, sira_str token)
{
    write_class(writer, token, SIRA_I_TOKEN);
}

/* ---- numbers ---- */

void sira_write_number(sira_writer *writer, uint32_t number)
{
    size_t digits = 1;
    for (uint32_t rest = number; rest > 9; rest /= 10)
        digits++;
    char *to = sira_i_write_room(writer, digits);
    for (; to != NULL && digits > 0; number /= 10)
        to[--digits] = (char)('0' + number % 10);
}

static void hex_of(uint8_t byte, char *digits)
{
    static const char hex[16] = {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};
    digits[0] = hex[byte >> 4];
    digits[1] = hex[byte & 15];
}

void sira_write_hex(sira_writer *writer, const uint8_t *bytes, size_t n)
{
    char *to = sira_i_write_room(writer, 2 * n);
    for (size_t i = 0; to != NULL && i < n; i++)
        hex_of(bytes[i], to + 2 * i);
}

void sira_write_hex32(sira_writer *writer, uint32_t number)
{
    const uint8_t bytes[4] = {(uint8_t)(number >> 24), (uint8_t)(number >> 16), (uint8_t)(number >> 8),
                              (uint8_t)number};
    sira_write_hex(writer, bytes, sizeof bytes);
}

/* ---- quoted strings (RFC 3261 25.1) ---- */

/* qdtext has no control characters, so they become quoted-pairs. */
static inline bool is_escaped(char octet)
{
    unsigned char c = (unsigned char)octet;
    return c == '"' || c == '\\' || (c < ' ' && c != '\t') || c == 0x7f;
}

static void write_escaped(sira_writer *writer, sira_str text)
{
    size_t escapes = 0;
    for (size_t i = 0; i < text.len; i++)
        escapes += is_escaped(text.at[i]);
    if (ends_line(text)) {
        sira_i_write_fail(writer, SIRA_E_ARGUMENT);
        return;
    }
    char *to = sira_i_write_room(writer, text.len + escapes + 2);
    if (to == NULL)
        return;
    *to++ = '"';
    for (size_t i = 0; i < text.len; i++) {
        if (is_escaped(text.at[i]))
            *to++ = '\\';
        *to++ = text.at[i];
    }
    *to = '"';
}

void sira_write_quoted(sira_writer *writer, sira_str text)
{
    size_t mark = writer->length;
    if (text.len >= 8) {
        char *to = sira_i_write_room(writer, text.len + 2);
        if (to != NULL && copy(to + 1, text, look_in_quotes)) {
            to[0] = '"';
            to[text.len + 1] = '"';
            return;
        }
        writer->length = mark;
    }
    write_escaped(writer, text);
}

/* ---- lines ---- */

void sira_write_request_line(sira_writer *writer, sira_str method, sira_str uri)
{
    size_t mark = writer->length;
    sira_write_token(writer, method);
    SIRA_I_WRITE(writer, " ");
    sira_i_write_uri_text(writer, uri);
    SIRA_I_WRITE(writer, " SIP/2.0\r\n");
    sira_i_write_settle(writer, mark);
}

void sira_write_status_line(sira_writer *writer, uint16_t code, sira_str reason)
{
    size_t mark = writer->length;
    if (code < 100 || code > 699) {
        sira_i_write_fail(writer, SIRA_E_ARGUMENT);
        return;
    }
    SIRA_I_WRITE(writer, "SIP/2.0 ");
    sira_write_number(writer, code);
    SIRA_I_WRITE(writer, " ");
    sira_write_text(writer, reason.len > 0 ? reason : sira_str_from(sira_reason_phrase(code)));
    sira_write_end(writer);
    sira_i_write_settle(writer, mark);
}

/* RFC 3261 20.14: Content-Length stands once. */
void sira_i_write_note_length(sira_writer *writer)
{
    if (writer->has_length)
        sira_i_write_fail(writer, SIRA_E_STATE);
    writer->has_length = true;
}

static inline void write_begin(sira_writer *writer, sira_field_id id)
{
    sira_str name = sira_i_field_name(id);
    if (name.len == 0) {
        sira_i_write_fail(writer, SIRA_E_ARGUMENT);
        return;
    }
    if (id == SIRA_FIELD_CONTENT_LENGTH)
        sira_i_write_note_length(writer);
    char *to = sira_i_write_room(writer, name.len + 2);
    if (to == NULL)
        return;
    sira_i_copy(to, name.at, name.len);
    memcpy(to + name.len, ": ", 2);
}

static inline void write_end(sira_writer *writer)
{
    SIRA_I_WRITE(writer, "\r\n");
}

void sira_write_begin(sira_writer *writer, sira_field_id id)
{
    write_begin(writer, id);
}

void sira_write_end(sira_writer *writer)
{
    write_end(writer);
}

void sira_write_field(sira_writer *writer, sira_field_id id, sira_str value)
{
    size_t mark = writer->length;
    write_begin(writer, id);
    write_text(writer, value);
    write_end(writer);
    sira_i_write_settle(writer, mark);
}

void sira_write_field_number(sira_writer *writer, sira_field_id id, uint32_t number)
{
    size_t mark = writer->length;
    write_begin(writer, id);
    sira_write_number(writer, number);
    write_end(writer);
    sira_i_write_settle(writer, mark);
}

void sira_write_other(sira_writer *writer, sira_str name, sira_str value)
{
    size_t mark = writer->length;
    if (sira_field_id_of(name) == SIRA_FIELD_CONTENT_LENGTH)
        sira_i_write_note_length(writer);
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
    sira_write_end(writer);
    sira_i_write_raw(writer, body.at, body.len);
    sira_i_write_settle(writer, mark);
}

sira_status sira_writer_finish(sira_writer *writer, size_t *length)
{
    if (writer->status == SIRA_OK)
        *length = writer->length;
    return writer->status;
}
