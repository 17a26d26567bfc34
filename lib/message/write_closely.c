/* Text that a quick look could not let pass, or that is only counted. */
#include <sira/writer.h>

#include "message/scan.h"
#include "message/writing.h"

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
