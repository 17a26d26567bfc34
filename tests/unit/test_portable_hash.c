#include "base/portable.h"

#include "support/support.h"

#include <sira/portable_hash.h>

#include <stdlib.h>
#include <string.h>

static void each_algorithm_is_its_own(void **state)
{
    (void)state;
    static void (*const functions[SIRA_HASH_COUNT])(const sira_str *pieces, size_t count, uint8_t *out) = {
        [SIRA_HASH_MD5] = sira_i_md5, [SIRA_HASH_SHA256] = sira_i_sha256, [SIRA_HASH_SHA512_256] = sira_i_sha512_256};
    const sira_hash hash = sira_portable_hash();
    const sira_str pieces[2] = {SIRA_STR("ab"), SIRA_STR("c")};
    assert_int_equal(hash.algorithms, (1u << SIRA_HASH_COUNT) - 1);
    for (unsigned a = 0; a < SIRA_HASH_COUNT; a++) {
        const size_t size = sira_hash_size((sira_hash_algorithm)a);
        uint8_t right[SIRA_HASH_SIZE_MAX], *out = malloc(size);
        assert_non_null(out);
        assert_int_equal(hash.digest(hash.context, (sira_hash_algorithm)a, pieces, 2, out), SIRA_OK);
        functions[a](pieces, 2, right);
        assert_memory_equal(out, right, size);
        free(out);
    }
}

static void what_is_no_algorithm_is_refused(void **state)
{
    (void)state;
    static const sira_hash_algorithm none[] = {SIRA_HASH_COUNT, (sira_hash_algorithm)99, (sira_hash_algorithm)-1};
    const sira_hash hash = sira_portable_hash();
    const sira_str piece = SIRA_STR("x");
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        uint8_t out = 0xa5;
        assert_int_equal(hash.digest(hash.context, none[i], &piece, 1, &out), SIRA_E_HASH);
        assert_int_equal(out, 0xa5);
    }
}

static void no_pieces_are_an_empty_text(void **state)
{
    (void)state;
    const sira_hash hash = sira_portable_hash();
    const sira_str pieces[3] = {{NULL, 0}, {NULL, 0}, {NULL, 0}};
    for (unsigned a = 0; a < SIRA_HASH_COUNT; a++) {
        uint8_t none[SIRA_HASH_SIZE_MAX] = {0}, empty[SIRA_HASH_SIZE_MAX] = {0};
        assert_int_equal(hash.digest(hash.context, (sira_hash_algorithm)a, NULL, 0, none), SIRA_OK);
        assert_int_equal(hash.digest(hash.context, (sira_hash_algorithm)a, pieces, 3, empty), SIRA_OK);
        assert_memory_equal(none, empty, sizeof none);
    }
}

/* Keeps the blocks instead of hashing them. */
typedef struct record {
    uint8_t bytes[1024];
    size_t length, size;
} record;

static void keep(void *state, const uint8_t *block)
{
    record *r = state;
    assert_true(r->length + r->size <= sizeof r->bytes);
    memcpy(r->bytes + r->length, block, r->size);
    r->length += r->size;
}

/* RFC 1321 3.1 and 3.2, FIPS 180-4 5.1: a one, zeros, and the length in bits in the last eighth of a block. */
static void padding_is_right_at_every_length(void **state)
{
    (void)state;
    enum { LONGEST = 400 };
    char bytes[LONGEST];
    for (size_t i = 0; i < LONGEST; i++)
        bytes[i] = (char)(i + 1);
    for (size_t size = 64; size <= SIRA_I_BLOCK_MAX; size *= 2) {
        for (size_t len = 0; len <= LONGEST; len++) {
            for (int little = 0; little < 2; little++) {
                record r = {.size = size};
                uint8_t right[1024] = {0};
                const size_t total = (len + 1 + size / 8 + size - 1) / size * size;
                memcpy(right, bytes, len);
                right[len] = 0x80;
                right[little ? total - 8 : total - 1] = (uint8_t)(8 * len);
                right[little ? total - 7 : total - 2] = (uint8_t)(8 * len >> 8);
                const sira_str text = heap_str(bytes, len);
                const sira_str pieces[2] = {{text.at, len / 3}, {text.at + len / 3, len - len / 3}};
                sira_i_blocks_hash(
                    &(sira_i_blocks){.state = &r, .compress = keep, .size = size, .little_endian = little != 0}, pieces,
                    2);
                if (r.length != total || memcmp(r.bytes, right, total) != 0)
                    fail_msg("%zu bytes in blocks of %zu", len, size);
                heap_str_free(text);
            }
        }
    }
}

typedef struct tally {
    uint64_t blocks;
    uint8_t last[8];
} tally;

static void count_blocks(void *state, const uint8_t *block)
{
    tally *t = state;
    t->blocks++;
    memcpy(t->last, block + SIRA_I_BLOCK_MAX - 8, sizeof t->last);
}

/* The length in bits needs more than 32 of them. */
static void a_length_above_4_gigabits_is_counted(void **state)
{
    (void)state;
    enum { PIECE = 1 << 20, PIECES = 513 };
    char *bytes = calloc(PIECE, 1);
    sira_str *pieces = calloc(PIECES, sizeof *pieces);
    tally t = {0};
    static const uint8_t right[8] = {0, 0, 0, 1, 0, 0x80, 0, 0}; /* 513 * 2^23 */
    assert_non_null(bytes);
    assert_non_null(pieces);
    for (size_t i = 0; i < PIECES; i++)
        pieces[i] = (sira_str){bytes, PIECE};
    sira_i_blocks_hash(&(sira_i_blocks){.state = &t, .compress = count_blocks, .size = SIRA_I_BLOCK_MAX}, pieces,
                       PIECES);
    assert_memory_equal(t.last, right, sizeof right);
    assert_int_equal(t.blocks, (uint64_t)PIECES * (PIECE / SIRA_I_BLOCK_MAX) + 1);
    free(pieces);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_algorithm_is_its_own),
        cmocka_unit_test(what_is_no_algorithm_is_refused),
        cmocka_unit_test(no_pieces_are_an_empty_text),
        cmocka_unit_test(padding_is_right_at_every_length),
        cmocka_unit_test(a_length_above_4_gigabits_is_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
