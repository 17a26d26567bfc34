#include <sira/base.h>

#include <string.h>

void sira_wipe(void *memory, size_t size)
{
    /* Reading a volatile is a side effect, so the compiler can't know that it is memset that is called, and keeps the
     * call though nobody reads the memory again. */
    void *(*volatile set)(void *, int, size_t) = memset;
    if (size > 0)
        set(memory, 0, size);
}

/*@ requires n == 0 || \valid_read((unsigned char *)a + (0 .. n - 1));
    requires n == 0 || \valid_read((unsigned char *)b + (0 .. n - 1));
    assigns \nothing; */
bool sira_equal_constant_time(const void *a, const void *b, size_t n)
{
    const volatile unsigned char *left = a;
    const volatile unsigned char *right = b;
    unsigned difference = 0;
    /*@ loop invariant 0 <= i <= n;
        loop assigns i, difference;
        loop variant n - i; */
    for (size_t i = 0; i < n; i++)
        difference |= (unsigned)left[i] ^ (unsigned)right[i];
    return difference == 0;
}
