/* Layout of the pool of random bytes. Not API. */
#ifndef SIRA_DETAIL_RANDOM_H
#define SIRA_DETAIL_RANDOM_H

#include <sira/hash.h>

/* Entropy is drawn in blocks; each byte is used once and wiped. */
typedef struct sira_random {
    sira_entropy source;
    uint8_t pool[128];
    uint8_t left;
} sira_random;

#endif
