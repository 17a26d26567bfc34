/* What the parts of the writer share. */
#ifndef SIRA_MESSAGE_WRITING_H
#define SIRA_MESSAGE_WRITING_H

#include <string.h>

#include <sira/writer.h>

/* The first error stays. Without capacity nothing is appended any more, so that pieces need to look at nothing else. */
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

/* Appends what needs no check. */
void sira_i_write_raw(sira_writer *writer, const char *text, size_t length);
#define SIRA_I_WRITE(writer, literal) sira_i_write_raw((writer), (literal), sizeof(literal) - 1)

/* ---- text where there is room for it: each returns where the next goes; NULL and NULL when nothing is put anywhere.
 * A value that is refused fails the writer. ---- */

static inline char *sira_i_put_literal(char *to, const char *text, size_t length)
{
    if (to == NULL)
        return NULL;
    memcpy(to, text, length);
    return to + length;
}
#define SIRA_I_PUT(to, literal) sira_i_put_literal((to), (literal), sizeof(literal) - 1)

char *sira_i_put_raw(char *to, sira_str text);

char *sira_i_put_token(sira_writer *writer, char *to, sira_str token);

/* Decimal. to: not NULL. */
char *sira_i_put_number(char *to, uint32_t number);

/* A URI as it may stand on the request line and in angle brackets: octets that URIs have, and not empty. */
char *sira_i_put_uri(sira_writer *writer, char *to, sira_str uri);

/* Appends text of which each octet is of the class (base/chars.h), and at least one stands there. */
void sira_i_write_class(sira_writer *writer, sira_str text, unsigned class);

/* ---- writer.c: a closer look ---- */

typedef enum sira_i_place { SIRA_I_IN_LINE, SIRA_I_IN_QUOTES, SIRA_I_IN_URI } sira_i_place;

/* Puts text after a look at each octet. */
char *sira_i_put_closely(sira_writer *writer, char *to, sira_str text, sira_i_place in);

/* Puts a quoted string where there is room for text and quotes already, and makes room for its escapes. */
void sira_i_write_escapes(sira_writer *writer, sira_str text);

/* Appends text as it was read, which may be folded: each fold is written as one space (RFC 3261 7.3.1). */
void sira_i_write_unfolded(sira_writer *writer, sira_str text);

/* Appends a quoted string of which this stands between the quotes, its escapes included; it may be folded. */
void sira_i_write_inner(sira_writer *writer, sira_str text);
void sira_i_write_inner_closely(sira_writer *writer, sira_str text);

/* Appends a display name as it was read, and a space behind it; nothing when it is empty. (write_fields.c) */
void sira_i_write_display(sira_writer *writer, sira_str display);

/* Content-Length is about to be written: SIRA_E_STATE when it stands already (RFC 3261 20.14). */
void sira_i_write_note_length(sira_writer *writer);

/* ---- without the standard phrases, so that who gives each reason does not link them ---- */

/* reason may be empty: then the line has none. */
void sira_i_write_status(sira_writer *writer, uint16_t code, sira_str reason);
void sira_i_write_response(sira_writer *writer, const sira_message *request, const sira_response *response);

/* ---- forward.c ---- */

/* A header line as it stands in its message, with its name, folds and line end. */
sira_str sira_i_field_line(const sira_message *message, const sira_field *field);

/* Appends text of a parsed message; where the message was allowed bare LFs, each becomes CRLF. */
void sira_i_write_parsed(sira_writer *writer, const sira_message *message, sira_str text);

#endif
