/* Reads one byte behind a block of the heap. */
#include <stdlib.h>

int main(void)
{
    char *block = malloc(3);
    if (block == NULL) {
        return 0;
    }
    volatile size_t length = 3;
    block[0] = 'x';
    volatile char seen = block[length];
    (void)seen;
    free(block);
    return 0;
}
