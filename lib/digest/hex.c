#include "digest/digest.h"

/* The digits of two bytes in the four bytes of a word, lowest first: no table, no branch. */
static uint32_t four_digits(unsigned first, unsigned second)
{
    const uint32_t pair = (uint32_t)first | (uint32_t)second << 16;
    const uint32_t nibbles = (pair >> 4 | pair << 8) & 0x0f0f0f0fu;
    const uint32_t letters = (nibbles + 0x06060606u) >> 4 & 0x01010101u;
    return nibbles + 0x30303030u + letters * ('a' - '0' - 10);
}

sira_str sira_i_hex_write(const uint8_t *bytes, size_t n, char *out)
{
    for (size_t i = 0; i + 2 <= n; i += 2) {
        const uint32_t digits = four_digits(bytes[i], bytes[i + 1]);
        char *at = out + 2 * i;
        at[0] = (char)digits;
        at[1] = (char)(digits >> 8);
        at[2] = (char)(digits >> 16);
        at[3] = (char)(digits >> 24);
    }
    if (n % 2 != 0) {
        const uint32_t digits = four_digits(bytes[n - 1], 0);
        out[2 * n - 2] = (char)digits;
        out[2 * n - 1] = (char)(digits >> 8);
    }
    return (sira_str){out, 2 * n};
}

unsigned sira_i_hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    if (c >= 'a' && c <= 'f')
        return (unsigned)(c - 'a') + 10;
    if (c >= 'A' && c <= 'F')
        return (unsigned)(c - 'A') + 10;
    return 16;
}

bool sira_i_hex_read(sira_str text, uint8_t *bytes, size_t n)
{
    if (text.len != 2 * n)
        return false;
    for (size_t i = 0; i < n; i++) {
        unsigned high = sira_i_hex_digit(text.at[2 * i]), low = sira_i_hex_digit(text.at[2 * i + 1]);
        if (high > 15 || low > 15)
            return false;
        bytes[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}
