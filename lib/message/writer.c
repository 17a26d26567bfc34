/* The pieces that messages are written of. Each call either appends all of its text or, on an error, nothing. */
#include <sira/writer.h>

#include <string.h>

#include "base/chars.h"
#include "message/names.h"
#include "message/words.h"
#include "message/writing.h"

void sira_writer_init(sira_writer *writer, char *buffer, size_t capacity)
{
    *writer = (sira_writer){.buffer = buffer, .capacity = buffer != NULL ? capacity : 0};
}

void sira_i_write_fail(sira_writer *writer, sira_status status)
{
    if (writer->status == SIRA_OK)
        writer->status = status;
}

/* May so many bytes more be appended (or counted)? */
static inline bool has_room(sira_writer *writer, size_t length)
{
    if (writer->status != SIRA_OK)
        return false;
    if (writer->buffer != NULL && writer->capacity - writer->length < length) {
        writer->status = SIRA_E_SPACE;
        return false;
    }
    return true;
}

void sira_i_write_raw(sira_writer *writer, const char *text, size_t length)
{
    if (length == 0 || !has_room(writer, length))
        return;
    if (writer->buffer != NULL)
        memcpy(writer->buffer + writer->length, text, length);
    writer->length += length;
}

/* ---- checked text ---- */

typedef enum text_kind { TEXT_LINE, TEXT_URI } text_kind;

/* Not 0 when the word holds what its kind must not hold, and perhaps when it holds another control character. */
static inline uint64_t suspicious(uint64_t word, text_kind kind)
{
    if (kind == TEXT_LINE)
        return sira_i_below(word, '\r' + 1);
    uint64_t brackets = sira_i_same(word | SIRA_I_EACH('<' ^ '>'), '>');
    uint64_t above = ((word + SIRA_I_EACH(1)) | word) & SIRA_I_HIGH;
    return sira_i_below(word, ' ' + 1) | sira_i_same(word, '"') | brackets | above;
}

/* Up to seven octets, filled up with ones that are never suspicious. */
static inline uint64_t load_few(const char *text, size_t length)
{
    uint64_t word = SIRA_I_EACH('A') << (8 * length);
    for (size_t i = 0; i < length; i++)
        word |= (uint64_t)(unsigned char)text[i] << (8 * i);
    return word;
}

static inline bool is_suspicious(sira_str text, text_kind kind)
{
    uint64_t found = 0;
    size_t i = 0;
    for (; text.len - i >= 8; i += 8)
        found |= suspicious(sira_i_load(text.at + i), kind);
    if (i < text.len)
        found |= i > 0 ? suspicious(sira_i_load(text.at + text.len - 8), kind)
                       : suspicious(load_few(text.at, text.len), kind);
    return found != 0;
}

static bool ends_line(sira_str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] == '\r' || text.at[i] == '\n' || text.at[i] == '\0')
            return true;
    return false;
}

void sira_write_text(sira_writer *writer, sira_str text)
{
    if (is_suspicious(text, TEXT_LINE) && ends_line(text))
        sira_i_write_fail(writer, SIRA_E_ARGUMENT);
    else
        sira_i_write_raw(writer, text.at, text.len);
}

void sira_i_write_uri_text(sira_writer *writer, sira_str uri)
{
    if (uri.len == 0 || is_suspicious(uri, TEXT_URI))
        sira_i_write_fail(writer, SIRA_E_ARGUMENT);
    else
        sira_i_write_raw(writer, uri.at, uri.len);
}

void sira_i_write_class(sira_writer *writer, sira_str text, unsigned classes)
{
    if (text.len == 0 || sira_i_span(text.at, text.at + text.len, classes) != text.at + text.len)
        sira_i_write_fail(writer, SIRA_E_ARGUMENT);
    else
        sira_i_write_raw(writer, text.at, text.len);
}

void sira_write_token(sira_writer *writer, sira_str token)
{
    sira_i_write_class(writer, token, SIRA_I_TOKEN);
}

/* ---- numbers ---- */

void sira_write_number(sira_writer *writer, uint32_t number)
{
    char digits[10];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    sira_i_write_raw(writer, digits + at, sizeof digits - at);
}

static void hex_of(uint8_t byte, char *digits)
{
    static const char hex[16] = {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};
    digits[0] = hex[byte >> 4];
    digits[1] = hex[byte & 15];
}

void sira_write_hex(sira_writer *writer, const uint8_t *bytes, size_t n)
{
    if (!has_room(writer, 2 * n))
        return;
    for (size_t i = 0; i < n && writer->buffer != NULL; i++)
        hex_of(bytes[i], writer->buffer + writer->length + 2 * i);
    writer->length += 2 * n;
}

void sira_write_hex32(sira_writer *writer, uint32_t number)
{
    const uint8_t bytes[4] = {(uint8_t)(number >> 24), (uint8_t)(number >> 16), (uint8_t)(number >> 8),
                              (uint8_t)number};
    sira_write_hex(writer, bytes, sizeof bytes);
}

/* ---- quoted strings (RFC 3261 25.1) ---- */

static inline bool is_escaped(char c)
{
    return c == '"' || c == '\\';
}

/* The octets of text that need a backslash; SIZE_MAX when one may not stand there at all. */
static size_t count_escapes(sira_str text)
{
    size_t i = 0, escapes = 0;
    while (text.len - i >= 8) {
        uint64_t word = sira_i_load(text.at + i);
        if ((sira_i_below(word, '\r' + 1) | sira_i_same(word, '"') | sira_i_same(word, '\\')) != 0)
            break;
        i += 8;
    }
    for (; i < text.len; i++) {
        char c = text.at[i];
        if (c == '\r' || c == '\n' || c == '\0')
            return SIZE_MAX;
        escapes += is_escaped(c);
    }
    return escapes;
}

void sira_write_quoted(sira_writer *writer, sira_str text)
{
    size_t escapes = count_escapes(text);
    if (escapes == SIZE_MAX) {
        sira_i_write_fail(writer, SIRA_E_ARGUMENT);
        return;
    }
    size_t length = text.len + escapes + 2;
    if (!has_room(writer, length))
        return;
    if (writer->buffer != NULL) {
        char *to = writer->buffer + writer->length;
        *to++ = '"';
        if (escapes == 0 && text.len > 0) {
            memcpy(to, text.at, text.len);
            to += text.len;
        }
        for (size_t i = 0; escapes > 0 && i < text.len; i++) {
            if (is_escaped(text.at[i]))
                *to++ = '\\';
            *to++ = text.at[i];
        }
        *to = '"';
    }
    writer->length += length;
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

void sira_write_begin(sira_writer *writer, sira_field_id id)
{
    if (id <= SIRA_FIELD_OTHER || id >= SIRA_FIELD_COUNT) {
        sira_i_write_fail(writer, SIRA_E_ARGUMENT);
        return;
    }
    if (id == SIRA_FIELD_CONTENT_LENGTH)
        sira_i_write_note_length(writer);
    size_t length = sira_i_field_name_length(id);
    if (!has_room(writer, length + 2))
        return;
    if (writer->buffer != NULL) {
        char *to = writer->buffer + writer->length;
        memcpy(to, sira_field_name(id), length);
        memcpy(to + length, ": ", 2);
    }
    writer->length += length + 2;
}

void sira_write_end(sira_writer *writer)
{
    SIRA_I_WRITE(writer, "\r\n");
}

void sira_write_field(sira_writer *writer, sira_field_id id, sira_str value)
{
    size_t mark = writer->length;
    sira_write_begin(writer, id);
    sira_write_text(writer, value);
    sira_write_end(writer);
    sira_i_write_settle(writer, mark);
}

void sira_write_field_number(sira_writer *writer, sira_field_id id, uint32_t number)
{
    size_t mark = writer->length;
    sira_write_begin(writer, id);
    sira_write_number(writer, number);
    sira_write_end(writer);
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
