/* HMAC (RFC 2104) over a hash provider. */
#ifndef SIRA_DIGEST_HMAC_H
#define SIRA_DIGEST_HMAC_H

#include <sira/hash.h>

typedef struct sira_i_hmac_key {
    const sira_hash *hash;
    const uint8_t *key;
    size_t length;                 /* at most 64 */
    sira_hash_algorithm algorithm; /* MD5 or SHA-256, whose blocks have 64 bytes */
} sira_i_hmac_key;

#define SIRA_I_HMAC_PIECES 8u

/* Of the pieces one after the other, SIRA_I_HMAC_PIECES at most. SIRA_OK; SIRA_E_HASH; SIRA_E_ARGUMENT. */
sira_status sira_i_hmac(const sira_i_hmac_key *key, const sira_str *pieces, size_t count,
                        uint8_t out[SIRA_HASH_SIZE_MAX]);

#endif
