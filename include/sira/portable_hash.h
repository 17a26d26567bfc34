/* A hash provider in plain C, for machines without Libgcrypt and without an engine of their own: MD5 (RFC 1321),
 * SHA-256 and SHA-512/256 (FIPS 180-4). Small rather than fast. Part of builds with SIRA_WITH_PORTABLE_HASH. It has no
 * state, so one may be used everywhere at once. */
#ifndef SIRA_PORTABLE_HASH_H
#define SIRA_PORTABLE_HASH_H

#include <sira/hash.h>

#ifdef __cplusplus
extern "C" {
#endif

SIRA_API sira_hash sira_portable_hash(void);

#ifdef __cplusplus
}
#endif
#endif
