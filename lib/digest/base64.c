#include "digest/base64.h"

#include <string.h>

#define DIGITS 64u

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

sira_str sira_i_base64_write(const uint8_t *bytes, size_t n, char *out)
{
    char *at = out;
    for (size_t i = 0; i < n; i += 3) {
        size_t left = n - i;
        uint32_t group = (uint32_t)bytes[i] << 16 | (left > 1 ? (uint32_t)bytes[i + 1] << 8 : 0) |
                         (left > 2 ? (uint32_t)bytes[i + 2] : 0);
        *at++ = digits[group >> 18];
        *at++ = digits[group >> 12 & 63];
        *at++ = left > 1 ? digits[group >> 6 & 63] : '=';
        *at++ = left > 2 ? digits[group & 63] : '=';
    }
    return (sira_str){out, (size_t)(at - out)};
}

/* 64: it is none. */
static unsigned digit_value(char c)
{
    const char *digit = memchr(digits, c, DIGITS);
    return digit != NULL ? (unsigned)(digit - digits) : DIGITS;
}

bool sira_i_base64_read(sira_str text, uint8_t *out, size_t *length)
{
    size_t n = text.len, made = 0;
    for (unsigned padding = 0; padding < 2 && n > 0 && text.at[n - 1] == '='; padding++)
        n--;
    if (n % 4 == 1 || (n != text.len && text.len % 4 != 0))
        return false;
    uint32_t bits = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned value = digit_value(text.at[i]);
        if (value == DIGITS)
            return false;
        bits = (bits << 6 | value) & 0xffffffu;
        if (i % 4 != 0)
            out[made++] = (uint8_t)(bits >> (6 - 2 * (i % 4)));
    }
    *length = made;
    return true;
}
