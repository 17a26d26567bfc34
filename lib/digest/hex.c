#include "digest/digest.h"

sira_str sira_i_hex_write(const uint8_t *bytes, size_t n, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < n; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
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
