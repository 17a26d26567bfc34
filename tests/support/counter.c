#include "support/counter.h"

static sira_status digest(void *context, sira_hash_algorithm algorithm, const sira_str *pieces, size_t count,
                          uint8_t *out)
{
    counter *c = context;
    if (++c->calls == c->fail_at)
        return SIRA_E_HASH;
    return c->inner.digest(c->inner.context, algorithm, pieces, count, out);
}

sira_hash counter_hash(counter *c, sira_hash inner, unsigned fail_at)
{
    *c = (counter){.inner = inner, .fail_at = fail_at};
    return (sira_hash){.context = c, .algorithms = inner.algorithms, .digest = digest};
}
