#include "base/random.h"

#include <string.h>

void sira_i_random_init(sira_random *random, const sira_entropy *source)
{
    *random = (sira_random){.source = *source};
}

sira_status sira_i_random_fill(sira_random *random, void *out, size_t n)
{
    memset(out, 0, n);
    if (n > sizeof random->pool)
        return SIRA_E_ARGUMENT;
    if (random->left < n) {
        if (random->source.fill(random->source.context, random->pool, sizeof random->pool) != SIRA_OK) {
            sira_wipe(random->pool, sizeof random->pool);
            random->left = 0;
            return SIRA_E_ENTROPY;
        }
        random->left = sizeof random->pool;
    }
    uint8_t *taken = random->pool + random->left - n;
    memcpy(out, taken, n);
    sira_wipe(taken, n);
    random->left = (uint8_t)(random->left - n);
    return SIRA_OK;
}
