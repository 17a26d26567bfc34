/* SHA-256 (FIPS 180-4 6.2). */
#include "base/portable.h"

/* The first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
static const uint32_t roots[64] = {
    0x428a2f98u, 0x71374491u, 0xb5c0fbcfu, 0xe9b5dba5u, 0x3956c25bu, 0x59f111f1u, 0x923f82a4u, 0xab1c5ed5u,
    0xd807aa98u, 0x12835b01u, 0x243185beu, 0x550c7dc3u, 0x72be5d74u, 0x80deb1feu, 0x9bdc06a7u, 0xc19bf174u,
    0xe49b69c1u, 0xefbe4786u, 0x0fc19dc6u, 0x240ca1ccu, 0x2de92c6fu, 0x4a7484aau, 0x5cb0a9dcu, 0x76f988dau,
    0x983e5152u, 0xa831c66du, 0xb00327c8u, 0xbf597fc7u, 0xc6e00bf3u, 0xd5a79147u, 0x06ca6351u, 0x14292967u,
    0x27b70a85u, 0x2e1b2138u, 0x4d2c6dfcu, 0x53380d13u, 0x650a7354u, 0x766a0abbu, 0x81c2c92eu, 0x92722c85u,
    0xa2bfe8a1u, 0xa81a664bu, 0xc24b8b70u, 0xc76c51a3u, 0xd192e819u, 0xd6990624u, 0xf40e3585u, 0x106aa070u,
    0x19a4c116u, 0x1e376c08u, 0x2748774cu, 0x34b0bcb5u, 0x391c0cb3u, 0x4ed8aa4au, 0x5b9cca4fu, 0x682e6ff3u,
    0x748f82eeu, 0x78a5636fu, 0x84c87814u, 0x8cc70208u, 0x90befffau, 0xa4506cebu, 0xbef9a3f7u, 0xc67178f2u,
};

static uint32_t rotate(uint32_t x, unsigned n)
{
    return x >> n | x << (32 - n);
}

static uint32_t big_sigma(uint32_t x, unsigned a, unsigned b, unsigned c)
{
    return rotate(x, a) ^ rotate(x, b) ^ rotate(x, c);
}

static uint32_t small_sigma(uint32_t x, unsigned a, unsigned b, unsigned c)
{
    return rotate(x, a) ^ rotate(x, b) ^ x >> c;
}

/* The message schedule keeps its last 16 words only. */
static uint32_t schedule(uint32_t w[16], unsigned i)
{
    if (i >= 16)
        w[i % 16] +=
            small_sigma(w[(i + 14) % 16], 17, 19, 10) + w[(i + 9) % 16] + small_sigma(w[(i + 1) % 16], 7, 18, 3);
    return w[i % 16];
}

static void compress(void *state, const uint8_t *block)
{
    uint32_t *sum = state, s[8], w[16] = {0};
    for (unsigned i = 0; i < 64; i++)
        w[i / 4] = w[i / 4] << 8 | block[i];
    for (unsigned i = 0; i < 8; i++)
        s[i] = sum[i];
    for (unsigned i = 0; i < 64; i++) {
        const uint32_t choice = (s[4] & s[5]) ^ (~s[4] & s[6]);
        const uint32_t majority = (s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]);
        const uint32_t t1 = s[7] + big_sigma(s[4], 6, 11, 25) + choice + roots[i] + schedule(w, i);
        const uint32_t t2 = big_sigma(s[0], 2, 13, 22) + majority;
        for (unsigned n = 7; n > 0; n--)
            s[n] = s[n - 1];
        s[4] += t1;
        s[0] = t1 + t2;
    }
    for (unsigned i = 0; i < 8; i++)
        sum[i] += s[i];
    sira_wipe(s, sizeof s);
    sira_wipe(w, sizeof w);
}

void sira_i_sha256(const sira_str *pieces, size_t count, uint8_t *out)
{
    /* FIPS 180-4 5.3.3 */
    uint32_t state[8] = {
        0x6a09e667u, 0xbb67ae85u, 0x3c6ef372u, 0xa54ff53au, 0x510e527fu, 0x9b05688cu, 0x1f83d9abu, 0x5be0cd19u,
    };
    const sira_i_blocks blocks = {.state = state, .compress = compress, .size = 64};
    sira_i_blocks_hash(&blocks, pieces, count);
    for (unsigned i = 0; i < 32; i++)
        out[i] = (uint8_t)(state[i / 4] >> (24 - 8 * (i % 4)));
    sira_wipe(state, sizeof state);
}
