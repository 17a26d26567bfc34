#include <sira/base.h>

void sira_wipe(void *memory, size_t size)
{
    /* Volatile stores are side effects, so the compiler keeps them though nobody reads the memory again. */
    volatile unsigned char *at = memory;
    while (size-- > 0)
        *at++ = 0;
}

bool sira_equal_constant_time(const void *a, const void *b, size_t n)
{
    const volatile unsigned char *left = a;
    const volatile unsigned char *right = b;
    unsigned difference = 0;
    for (size_t i = 0; i < n; i++)
        difference |= (unsigned)left[i] ^ (unsigned)right[i];
    return difference == 0;
}
