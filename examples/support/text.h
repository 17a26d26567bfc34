/* A short text with its own place. */
#ifndef EXAMPLES_SUPPORT_TEXT_H
#define EXAMPLES_SUPPORT_TEXT_H

#include <string.h>

#include <sira/base.h>

#define TEXT_MAX 256

typedef struct short_text {
    size_t length;
    char bytes[TEXT_MAX];
} short_text;

/* False, and the text is empty: it does not fit. */
static inline bool text_set(short_text *self, sira_str value)
{
    self->length = 0;
    if (value.len > TEXT_MAX)
        return false;
    if (value.len != 0)
        memcpy(self->bytes, value.at, value.len);
    self->length = value.len;
    return true;
}

/* Adds a value that stood in a message. A fold in it becomes one space (RFC 3261 7.3.1), so that it can be written on
 * one line. False: it does not fit. */
static inline bool text_add(short_text *self, sira_str value)
{
    for (size_t i = 0; i < value.len; i++) {
        char c = value.at[i];
        if (c == '\r' || c == '\n') {
            while (i + 1 < value.len && memchr(" \t\r\n", value.at[i + 1], 4) != NULL)
                i++;
            c = ' ';
        }
        if (self->length == TEXT_MAX)
            return false;
        self->bytes[self->length++] = c;
    }
    return true;
}

static inline sira_str text_view(const short_text *self)
{
    return (sira_str){self->bytes, self->length};
}

#endif
