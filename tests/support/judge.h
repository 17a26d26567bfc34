/* One hash function against what is published of it, and against Libgcrypt. */
#ifndef SUPPORT_JUDGE_H
#define SUPPORT_JUDGE_H

#include "support/support.h"

#include <sira/gcrypt.h>

typedef struct judged {
    sira_hash_algorithm algorithm;
    void (*hash)(const sira_str *pieces, size_t count, uint8_t *out);
} judged;

typedef struct published {
    const char *text, *hash; /* hash: lower-case hex */
} published;

void expect_published(const judged *j, const published *list, size_t count);

/* A million times 'a', in a thousand pieces (FIPS 180-4's long example). */
void expect_million(const judged *j, const char *hash);

/* Texts of 0 to 300 bytes as one piece, and as one piece for each byte with empty ones between. */
void expect_as_libgcrypt(const judged *j);

/* A text of each length around the ends of blocks, cut in two at each place. */
void expect_same_however_cut(const judged *j);

#endif
