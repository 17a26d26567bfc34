#include "support/counter.h"

#include "support/support.h"

static sira_status digest(void *context, sira_hash_algorithm algorithm, const sira_str *pieces, size_t count,
                          uint8_t *out)
{
    counter *c = context;
    const size_t block = algorithm == SIRA_HASH_SHA512_256 ? 128 : 64;
    size_t bytes = block == 128 ? 17 : 9; /* what stands behind the text */
    for (size_t i = 0; i < count; i++) {  /* a provider may rely on it */
        assert_true(pieces[i].len == 0 || (const uint8_t *)pieces[i].at + pieces[i].len <= out ||
                    out + sira_hash_size(algorithm) <= (const uint8_t *)pieces[i].at);
        bytes += pieces[i].len;
    }
    c->blocks += (bytes + block - 1) / block;
    if (++c->calls == c->fail_at)
        return SIRA_E_HASH;
    return c->inner.digest(c->inner.context, algorithm, pieces, count, out);
}

sira_hash counter_hash(counter *c, sira_hash inner, unsigned fail_at)
{
    *c = (counter){.inner = inner, .fail_at = fail_at};
    return (sira_hash){.context = c, .algorithms = inner.algorithms, .digest = digest};
}
