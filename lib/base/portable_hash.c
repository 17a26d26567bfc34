#include <sira/portable_hash.h>

#include "base/portable.h"

static sira_status digest(void *context, sira_hash_algorithm algorithm, const sira_str *pieces, size_t count,
                          uint8_t *out)
{
    (void)context;
    switch (algorithm) {
    case SIRA_HASH_MD5:
        sira_i_md5(pieces, count, out);
        return SIRA_OK;
    case SIRA_HASH_SHA256:
        sira_i_sha256(pieces, count, out);
        return SIRA_OK;
    case SIRA_HASH_SHA512_256:
        sira_i_sha512_256(pieces, count, out);
        return SIRA_OK;
    case SIRA_HASH_COUNT:
        break;
    }
    return SIRA_E_HASH;
}

sira_hash sira_portable_hash(void)
{
    return (sira_hash){.algorithms = 1u << SIRA_HASH_MD5 | 1u << SIRA_HASH_SHA256 | 1u << SIRA_HASH_SHA512_256,
                       .digest = digest};
}
