/* What the files of the portable hash provider share: Merkle and Damgård's way from pieces to blocks. */
#ifndef SIRA_BASE_PORTABLE_H
#define SIRA_BASE_PORTABLE_H

#include <sira/hash.h>

#define SIRA_I_BLOCK_MAX 128u

/* Takes one block into the state. */
typedef void (*sira_i_compress_fn)(void *state, const uint8_t *block);

typedef struct sira_i_blocks {
    void *state;
    sira_i_compress_fn compress;
    size_t size; /* of a block: 64 or 128; its last eighth holds the length in bits */
    bool little_endian;
} sira_i_blocks;

/* Feeds pieces, padding and length. */
void sira_i_blocks_hash(const sira_i_blocks *blocks, const sira_str *pieces, size_t count);

void sira_i_md5(const sira_str *pieces, size_t count, uint8_t *out);
void sira_i_sha256(const sira_str *pieces, size_t count, uint8_t *out);
void sira_i_sha512_256(const sira_str *pieces, size_t count, uint8_t *out);

#endif
