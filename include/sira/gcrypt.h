/* The hash and entropy providers over Libgcrypt, the default on a host. This is the one part of the library that needs
 * Libgcrypt. */
#ifndef SIRA_GCRYPT_H
#define SIRA_GCRYPT_H

#include <sira/hash.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Keeps one open handle per algorithm: opening one costs three system calls once the random generator is up. Random
 * bytes are drawn many at a time, because a call costs as much as a thousand of them; each is given out once and wiped.
 * Not for use by two threads at once, nor by both sides of a fork. Fields are not API. */
typedef struct sira_gcrypt {
    void *handle[SIRA_HASH_COUNT];
    uint32_t algorithms;
    uint32_t left; /* of the pool, at its start */
    uint8_t pool[1024];
} sira_gcrypt;

/* Initializes Libgcrypt if the program has not, and opens the handles. Algorithms that Libgcrypt refuses (MD5 in FIPS
 * mode) are left out. SIRA_OK; SIRA_E_HASH when not one can be opened or the library is too old. Pair it with
 * sira_gcrypt_close. */
SIRA_API sira_status sira_gcrypt_open(sira_gcrypt *gcrypt);
SIRA_API void sira_gcrypt_close(sira_gcrypt *gcrypt);

/* The plug points; gcrypt must outlive their users. */
SIRA_API sira_hash sira_gcrypt_hash(sira_gcrypt *gcrypt);
SIRA_API sira_entropy sira_gcrypt_entropy(sira_gcrypt *gcrypt);

#ifdef __cplusplus
}
#endif
#endif
