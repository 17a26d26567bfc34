#include "digest/hmac.h"

#include <string.h>

#define BLOCK 64u

#define INNER 0x36u
#define OUTER 0x5cu

static void make_inner_pad(const sira_i_hmac_key *key, uint8_t pad[BLOCK])
{
    memset(pad, INNER, BLOCK);
    for (size_t i = 0; i < key->length; i++)
        pad[i] = (uint8_t)(pad[i] ^ key->key[i]);
}

static void make_outer_of_inner(uint8_t pad[BLOCK])
{
    for (size_t i = 0; i < BLOCK; i++)
        pad[i] = (uint8_t)(pad[i] ^ INNER ^ OUTER);
}

sira_status sira_i_hmac(const sira_i_hmac_key *key, const sira_str *pieces, size_t count,
                        uint8_t out[SIRA_HASH_SIZE_MAX])
{
    uint8_t pad[BLOCK], inner[SIRA_HASH_SIZE_MAX];
    sira_str list[1 + SIRA_I_HMAC_PIECES] = {{(const char *)pad, sizeof pad}};
    if (key->length > BLOCK || count > SIRA_I_HMAC_PIECES || key->algorithm > SIRA_HASH_SHA256)
        return SIRA_E_ARGUMENT;
    make_inner_pad(key, pad);
    memcpy(list + 1, pieces, count * sizeof *pieces);
    sira_status status = key->hash->digest(key->hash->context, key->algorithm, list, 1 + count, inner);
    if (status == SIRA_OK) {
        make_outer_of_inner(pad);
        list[1] = (sira_str){(const char *)inner, sira_hash_size(key->algorithm)};
        status = key->hash->digest(key->hash->context, key->algorithm, list, 2, out);
    }
    sira_wipe(pad, sizeof pad);
    sira_wipe(inner, sizeof inner);
    return status == SIRA_OK ? SIRA_OK : SIRA_E_HASH;
}
