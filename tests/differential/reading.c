#include "differential/reading.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void reading_put_bytes(reading *to, const char *key, int index, const char *part, const char *bytes, size_t length)
{
    if (bytes == NULL || to->count == READING_ROWS)
        return;
    reading_row *row = &to->rows[to->count++];
    if (index < 0)
        (void)snprintf(row->key, sizeof row->key, "%s%s", key, part);
    else
        (void)snprintf(row->key, sizeof row->key, "%s.%d%s", key, index, part);
    size_t n = 0;
    for (size_t i = 0; i < length && n + 5 < sizeof row->value; i++) {
        unsigned char c = (unsigned char)bytes[i];
        if (c < ' ' || c == 0x7f || c == '\\')
            n += (size_t)snprintf(row->value + n, sizeof row->value - n, "\\x%02x", c);
        else
            row->value[n++] = (char)c;
    }
    row->value[n] = '\0';
}

void reading_put(reading *to, const char *key, int index, const char *part, const char *value)
{
    if (value != NULL)
        reading_put_bytes(to, key, index, part, value, strlen(value));
}

void reading_put_number(reading *to, const char *key, int index, const char *part, unsigned long number)
{
    char text[24];
    (void)snprintf(text, sizeof text, "%lu", number);
    reading_put(to, key, index, part, text);
}

void reading_put_digits(reading *to, const char *key, int index, const char *part, const char *digits)
{
    if (digits == NULL)
        return;
    if (digits[0] != '\0' && strspn(digits, "0123456789") == strlen(digits))
        while (digits[0] == '0' && digits[1] != '\0')
            digits++;
    reading_put(to, key, index, part, digits);
}

void reading_put_upper(reading *to, const char *key, int index, const char *part, const char *value)
{
    if (value == NULL || to->count == READING_ROWS)
        return;
    reading_put(to, key, index, part, value);
    for (char *c = to->rows[to->count - 1].value; *c != '\0'; c++)
        if (*c >= 'a' && *c <= 'z')
            *c = (char)(*c - 'a' + 'A');
}

static bool is_known_scheme(const reading_uri *uri)
{
    static const char *const known[] = {"sip", "sips", "tel"};
    for (size_t i = 0; i < 3; i++)
        if (uri->scheme_length == strlen(known[i]) && strncasecmp(uri->scheme, known[i], uri->scheme_length) == 0)
            return true;
    return false;
}

static int hex(char c)
{
    const char *digits = "0123456789abcdef0123456789ABCDEF", *at = c != '\0' ? strchr(digits, c) : NULL;
    return at != NULL ? (int)((at - digits) % 16) : -1;
}

void reading_put_uri(reading *to, const char *key, int index, const reading_uri *uri)
{
    char text[READING_VALUE];
    size_t n = 0, limit = sizeof text - 8;
    for (size_t i = 0; i < uri->scheme_length && n < limit; i++)
        text[n++] = uri->scheme[i];
    text[n++] = ':';
    if (!is_known_scheme(uri)) {
        reading_put_bytes(to, key, index, ".uri", text, n);
        return;
    }
    for (size_t i = 0; i < uri->user_length && n < limit; i++) {
        bool escape = uri->user_is_escaped && uri->user[i] == '%' && i + 2 < uri->user_length &&
                      hex(uri->user[i + 1]) >= 0 && hex(uri->user[i + 2]) >= 0;
        text[n++] = escape ? (char)(16 * hex(uri->user[i + 1]) + hex(uri->user[i + 2])) : uri->user[i];
        i += escape ? 2 : 0;
    }
    if (uri->user != NULL)
        text[n++] = '@';
    bool bare = uri->host_length > 0 && uri->host[0] != '[' && memchr(uri->host, ':', uri->host_length) != NULL;
    if (bare)
        text[n++] = '[';
    for (size_t i = 0; i < uri->host_length && n < limit; i++)
        text[n++] = uri->host[i];
    if (bare)
        text[n++] = ']';
    if (uri->port_length > 0) {
        text[n++] = ':';
        for (size_t i = 0; i < uri->port_length && n < limit; i++)
            text[n++] = uri->port[i];
    }
    reading_put_bytes(to, key, index, ".uri", text, n);
}

const char *reading_find(const reading *from, const char *key)
{
    for (size_t i = 0; i < from->count; i++)
        if (strcmp(from->rows[i].key, key) == 0)
            return from->rows[i].value;
    return NULL;
}
