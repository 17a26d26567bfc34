/* Makes the library itself read one byte behind a block of the heap: it is built with the sanitizers too. */
#include <stdlib.h>
#include <string.h>

#include <sira/base.h>

int main(void)
{
    char *block = malloc(3);
    if (block == NULL) {
        return 0;
    }
    memcpy(block, "123", 3);
    uint32_t value = 0;
    (void)sira_str_to_u32((sira_str){block, 4}, UINT32_MAX, &value);
    free(block);
    return 0;
}
