/* What the parts of the writer share. */
#ifndef SIRA_MESSAGE_WRITING_H
#define SIRA_MESSAGE_WRITING_H

#include <sira/writer.h>

/* The first error stays. */
void sira_i_write_fail(sira_writer *writer, sira_status status);

/* The end of a call that wrote several pieces since length was mark: all of them stay, or none. */
static inline void sira_i_write_settle(sira_writer *writer, size_t mark)
{
    if (writer->status != SIRA_OK)
        writer->length = mark;
}

/* Appends what needs no check. */
void sira_i_write_raw(sira_writer *writer, const char *text, size_t length);
#define SIRA_I_WRITE(writer, literal) sira_i_write_raw((writer), (literal), sizeof(literal) - 1)

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
