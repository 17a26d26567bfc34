/* Hexadecimal digits. */
#ifndef SIRA_BASE_HEX_H
#define SIRA_BASE_HEX_H

#include <sira/base.h>

#include "base/acsl.h"

/* Two lower-case digits for each byte, which out must hold and not overlap; returns the view of them. The time does not
 * depend on the bytes: they may be secret. */
/*@ requires 2 * n <= SIZE_MAX && \object_pointer(bytes) && \object_pointer(out);
    requires \valid_read(bytes + (0 .. n - 1)) && \valid(out + (0 .. 2 * n - 1));
    requires \separated(bytes + (0 .. n - 1), out + (0 .. 2 * n - 1));
    assigns out[0 .. 2 * n - 1];
    ensures \result.at == out && \result.len == 2 * n; */
sira_str sira_i_hex_write(const uint8_t *bytes, size_t n, char *out);

/* The value of a digit of either case; 16: it is none. */
/*@ assigns \nothing;
    ensures \result <= 16; */
static inline unsigned sira_i_hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    if (c >= 'a' && c <= 'f')
        return (unsigned)(c - 'a') + 10;
    if (c >= 'A' && c <= 'F')
        return (unsigned)(c - 'A') + 10;
    return 16;
}

/* Reads exactly n bytes from 2n digits; false: it is something else. */
/*@ requires READABLE(text) && 2 * n <= SIZE_MAX && \valid(bytes + (0 .. n - 1));
    requires \separated(bytes + (0 .. n - 1), text.at + (0 .. text.len - 1));
    assigns bytes[0 .. n - 1];
    ensures \result ==> text.len == 2 * n; */
bool sira_i_hex_read(sira_str text, uint8_t *bytes, size_t n);

#endif
