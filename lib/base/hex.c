#include "base/hex.h"

/* What fits a vector register, and a part of every hash: loops of a fixed length are what compilers make vectors of. */
#define BLOCK 16u

/* What letters are further on than digits: of 1 that, of 0 nothing. */
/*@ assigns \nothing;
    ensures \result <= 'a' - '0' - 10; */
static inline unsigned gap_of(unsigned char letter)
{
    return (unsigned char)-letter & ('a' - '0' - 10);
}

/* Of a value below 16: no table, no branch. */
/*@ requires value <= 15;
    assigns \nothing; */
static inline char digit_of(unsigned value)
{
    return (char)(value + '0' + gap_of((unsigned char)((value + 6) / 16)));
}

/*@ requires 2 * n <= SIZE_MAX;
    requires \valid_read(bytes + (0 .. n - 1)) && \valid(out + (0 .. 2 * n - 1));
    requires \separated(bytes + (0 .. n - 1), out + (0 .. 2 * n - 1));
    assigns out[0 .. 2 * n - 1]; */
static inline void write_some(const uint8_t *restrict bytes, size_t n, char *restrict out)
{
    /*@ loop invariant 0 <= i <= n;
        loop assigns i, out[0 .. 2 * n - 1];
        loop variant n - i; */
    for (size_t i = 0; i < n; i++) {
        out[2 * i] = digit_of(bytes[i] / 16u);
        out[2 * i + 1] = digit_of(bytes[i] % 16u);
    }
}

sira_str sira_i_hex_write(const uint8_t *bytes, size_t n, char *out)
{
    size_t done = 0;
    /*@ loop invariant 0 <= done <= n;
        loop assigns done, out[0 .. 2 * n - 1];
        loop variant n - done; */
    for (; n - done >= BLOCK; done += BLOCK)
        write_some(bytes + done, BLOCK, out + 2 * done);
    write_some(bytes + done, n - done, out + 2 * done);
    return (sira_str){out, 2 * n};
}

bool sira_i_hex_read(sira_str text, uint8_t *bytes, size_t n)
{
    if (text.len != 2 * n)
        return false;
    /*@ loop invariant 0 <= i <= n;
        loop assigns i, bytes[0 .. n - 1];
        loop variant n - i; */
    for (size_t i = 0; i < n; i++) {
        unsigned high = sira_i_hex_digit(text.at[2 * i]), low = sira_i_hex_digit(text.at[2 * i + 1]);
        if (high > 15 || low > 15)
            return false;
        bytes[i] = (uint8_t)(16 * high + low);
    }
    return true;
}
