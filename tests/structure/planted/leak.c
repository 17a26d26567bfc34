/* Forgets a block of the heap. */
#include <stdlib.h>

static void *volatile last;

int main(void)
{
    for (int i = 0; i < 4; i++) {
        last = malloc(100);
    }
    last = NULL;
    return 0;
}
