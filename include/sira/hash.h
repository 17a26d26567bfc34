/* The plug points for hashing and entropy. A hardware engine, PSA Crypto or OpenSSL fits in a page of code; this is all
 * of PSA Crypto without SHA-512/256 (tests/support/openssl_hash.c is OpenSSL, and is tested against the others):
 *
 *     static sira_status digest(void *context, sira_hash_algorithm algorithm, const sira_str *pieces, size_t count,
 *                               uint8_t *out)
 *     {
 *         psa_hash_operation_t operation = PSA_HASH_OPERATION_INIT;
 *         size_t length;
 *         psa_status_t status =
 *             psa_hash_setup(&operation, algorithm == SIRA_HASH_MD5 ? PSA_ALG_MD5 : PSA_ALG_SHA_256);
 *         for (size_t i = 0; i < count && status == PSA_SUCCESS; i++)
 *             status = psa_hash_update(&operation, (const uint8_t *)pieces[i].at, pieces[i].len);
 *         if (status == PSA_SUCCESS)
 *             status = psa_hash_finish(&operation, out, sira_hash_size(algorithm), &length);
 *         psa_hash_abort(&operation);
 *         return status == PSA_SUCCESS ? SIRA_OK : SIRA_E_HASH;
 *     }
 *
 *     const sira_hash hash = {.algorithms = 1u << SIRA_HASH_MD5 | 1u << SIRA_HASH_SHA256, .digest = digest};
 */
#ifndef SIRA_HASH_H
#define SIRA_HASH_H

#include <sira/base.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum sira_hash_algorithm {
    SIRA_HASH_MD5 = 0,    /* 16 bytes */
    SIRA_HASH_SHA256,     /* 32 bytes */
    SIRA_HASH_SHA512_256, /* 32 bytes: FIPS 180-4 SHA-512/256, not SHA-512 cut short */
    SIRA_HASH_COUNT
} sira_hash_algorithm;

#define SIRA_HASH_SIZE_MAX 32u

/* Bytes of a digest; 0 for a value that is no algorithm. */
SIRA_API size_t sira_hash_size(sira_hash_algorithm algorithm);

/* A hash provider. It is copied; what context points to must outlive every object that was given the provider. */
typedef struct sira_hash {
    void *context;
    uint32_t algorithms; /* bit 1u << SIRA_HASH_X is set when the provider has X; one that is missing (MD5 in FIPS mode)
                            is skipped in challenge selection */
    /* Hashes the pieces one after the other into out (sira_hash_size bytes). A piece may be empty, and its address
     * NULL then; no piece overlaps out. It is asked for no algorithm that it does not have. SIRA_OK, or SIRA_E_HASH and
     * out is not used. */
    sira_status (*digest)(void *context, sira_hash_algorithm algorithm, const sira_str *pieces, size_t count,
                          uint8_t *out);
} sira_hash;

/* An entropy source fit for cryptography: fills n bytes or fails with SIRA_E_ENTROPY. There is no default and no
 * fall-back. */
typedef struct sira_entropy {
    void *context;
    sira_status (*fill)(void *context, uint8_t *bytes, size_t n);
} sira_entropy;

#ifdef __cplusplus
}
#endif
#endif
