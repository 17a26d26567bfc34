/* Reads one byte behind an array on the stack. */
#include <stddef.h>

int main(void)
{
    char array[4] = {0};
    volatile size_t length = sizeof array;
    const char *volatile start = array;
    volatile char seen = start[length];
    (void)seen;
    return 0;
}
