/* From pieces to padded blocks (RFC 1321 3.1, 3.2; FIPS 180-4 5.1). */
#include "base/portable.h"

#include <string.h>

/* A block that fills up. */
typedef struct sira_i_fill {
    uint8_t block[SIRA_I_BLOCK_MAX];
    size_t used;
} sira_i_fill;

static void add(const sira_i_blocks *blocks, sira_i_fill *fill, const uint8_t *bytes, size_t n)
{
    while (n > 0) {
        size_t part = blocks->size - fill->used;
        if (part > n)
            part = n;
        memcpy(fill->block + fill->used, bytes, part);
        fill->used += part;
        bytes += part;
        n -= part;
        if (fill->used == blocks->size) {
            blocks->compress(blocks->state, fill->block);
            fill->used = 0;
        }
    }
}

static void finish(const sira_i_blocks *blocks, sira_i_fill *fill, uint64_t bits)
{
    const uint8_t mark = 0x80;
    add(blocks, fill, &mark, 1);
    if (fill->used > blocks->size - blocks->size / 8) {
        memset(fill->block + fill->used, 0, blocks->size - fill->used);
        blocks->compress(blocks->state, fill->block);
        fill->used = 0;
    }
    memset(fill->block + fill->used, 0, blocks->size - fill->used);
    for (unsigned i = 0; i < 8; i++) /* of the 16 bytes of SHA-512's length the upper 8 stay zero */
        fill->block[blocks->size - 8 + i] = (uint8_t)(bits >> (blocks->little_endian ? 8 * i : 56 - 8 * i));
    blocks->compress(blocks->state, fill->block);
}

void sira_i_blocks_hash(const sira_i_blocks *blocks, const sira_str *pieces, size_t count)
{
    sira_i_fill fill = {.used = 0};
    uint64_t bits = 0;
    for (size_t i = 0; i < count; i++) {
        add(blocks, &fill, (const uint8_t *)pieces[i].at, pieces[i].len);
        bits += (uint64_t)pieces[i].len * 8;
    }
    finish(blocks, &fill, bits);
    sira_wipe(&fill, sizeof fill);
}
