/* What the parts of the writer share. */
#ifndef SIRA_MESSAGE_WRITING_H
#define SIRA_MESSAGE_WRITING_H

#include <string.h>

#include <sira/writer.h>

/* The first error stays. */
void sira_i_write_fail(sira_writer *writer, sira_status status);

/* The end of a call that wrote several pieces since length was mark: all of them stay, or none. */
static inline void sira_i_write_settle(sira_writer *writer, size_t mark)
{
    if (writer->status != SIRA_OK)
        writer->length = mark;
}

/* Counts n bytes more in. Returns where they go; NULL when none are to be put there, because the writer counts, or
 * there is no room for them (or, after an error, for anything). */
static inline char *sira_i_write_room(sira_writer *writer, size_t n)
{
    size_t length = writer->length, end = length + n;
    if (end > writer->capacity) {
        sira_i_write_fail(writer, SIRA_E_SPACE);
        return NULL;
    }
    writer->length = end;
    return writer->buffer != NULL ? writer->buffer + length : NULL;
}

/* memcpy for the short pieces that headers are made of: a few moves, some of which overlap, instead of a call. */
static inline void sira_i_copy(char *to, const char *from, size_t n)
{
    if (n >= 16) {
        size_t last = n - 16;
        for (size_t i = 0; i < last; i += 16)
            memcpy(to + i, from + i, 16);
        memcpy(to + last, from + last, 16);
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

/* Appends what needs no check. */
void sira_i_write_raw(sira_writer *writer, const char *text, size_t length);

/* The same for text of a length that the compiler knows. */
static inline void sira_i_write_literal(sira_writer *writer, const char *text, size_t length)
{
    char *to = sira_i_write_room(writer, length);
    if (to != NULL)
        memcpy(to, text, length);
}
#define SIRA_I_WRITE(writer, literal) sira_i_write_literal((writer), (literal), sizeof(literal) - 1)

/* Appends text of which each octet is of the classes (base/chars.h), and at least one stands there. */
void sira_i_write_class(sira_writer *writer, sira_str text, unsigned classes);

/* Appends a URI as it may stand on the request line and in angle brackets: no white space, control character, quote,
 * angle bracket or octet above 126, and not empty. */
void sira_i_write_uri_text(sira_writer *writer, sira_str uri);

/* Content-Length is about to be written: SIRA_E_STATE when it stands already (RFC 3261 20.14). */
void sira_i_write_note_length(sira_writer *writer);

/* ---- forward.c ---- */

/* A header line as it stands in its message, with its name, folds and line end. */
sira_str sira_i_field_line(const sira_message *message, const sira_field *field);

/* Appends text of a parsed message; where the message was allowed bare LFs, each becomes CRLF. */
void sira_i_write_parsed(sira_writer *writer, const sira_message *message, sira_str text);

#endif
