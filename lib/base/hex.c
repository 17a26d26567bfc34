#include "base/hex.h"

/* What fits a vector register, and a part of every hash: loops of a fixed length are what compilers make vectors of. */
#define BLOCK 16u

/* Of a value below 16: no table, no branch. */
static inline char digit_of(unsigned value)
{
    const unsigned char letter = (unsigned char)((value + 6) >> 4);
    return (char)(value + '0' + ((unsigned char)-letter & ('a' - '0' - 10)));
}

static inline void write_some(const uint8_t *restrict bytes, size_t n, char *restrict out)
{
    for (size_t i = 0; i < n; i++) {
        out[2 * i] = digit_of(bytes[i] >> 4);
        out[2 * i + 1] = digit_of(bytes[i] & 15u);
    }
}

sira_str sira_i_hex_write(const uint8_t *bytes, size_t n, char *out)
{
    size_t done = 0;
    for (; n - done >= BLOCK; done += BLOCK)
        write_some(bytes + done, BLOCK, out + 2 * done);
    write_some(bytes + done, n - done, out + 2 * done);
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
