/* Text that a quick look could not let pass, or that is only counted. */
#include <sira/writer.h>

#include "message/writing.h"

static bool is_wrong(sira_str text, sira_i_place in)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];
        if (c == '\r' || c == '\n' || c == '\0')
            return true;
        if (in == SIRA_I_IN_URI && (c <= ' ' || c >= 0x7f || c == '"' || c == '<' || c == '>'))
            return true;
    }
    return in == SIRA_I_IN_URI && text.len == 0;
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
