/* Reads from a block of the heap that was given back. */
#include <stdlib.h>

int main(void)
{
    char *volatile block = calloc(4, 1);
    if (block == NULL) {
        return 0;
    }
    free(block);
    volatile char seen = block[0];
    (void)seen;
    return 0;
}
