#include "support/support.h"

#include <sira/gcrypt.h>

#include <gcrypt.h>
#include <stdlib.h>
#include <string.h>

static void handles_are_open_for_each_algorithm(void **state)
{
    (void)state;
    sira_gcrypt gcrypt;
    assert_int_equal(sira_gcrypt_open(&gcrypt), SIRA_OK);
    const sira_hash hash = sira_gcrypt_hash(&gcrypt);
    const bool fips = getenv("LIBGCRYPT_FORCE_FIPS_MODE") != NULL;
    assert_int_equal(hash.algorithms, fips ? 6 : 7);
    sira_gcrypt_close(&gcrypt);
    assert_int_equal(gcrypt.algorithms, 0);
    assert_null(gcrypt.handle[SIRA_HASH_SHA256]);
}

static void two_providers_live_side_by_side(void **state)
{
    (void)state;
    sira_gcrypt a, b;
    uint8_t first[SIRA_HASH_SIZE_MAX], second[SIRA_HASH_SIZE_MAX];
    const sira_str text = SIRA_STR("abc");
    assert_int_equal(sira_gcrypt_open(&a), SIRA_OK);
    assert_int_equal(sira_gcrypt_open(&b), SIRA_OK);
    const sira_hash hash_a = sira_gcrypt_hash(&a), hash_b = sira_gcrypt_hash(&b);
    assert_int_equal(hash_a.digest(hash_a.context, SIRA_HASH_SHA256, &text, 1, first), SIRA_OK);
    sira_gcrypt_close(&a);
    assert_int_equal(hash_b.digest(hash_b.context, SIRA_HASH_SHA256, &text, 1, second), SIRA_OK);
    assert_memory_equal(first, second, sizeof first);
    sira_gcrypt_close(&b);
}

static void an_algorithm_without_a_handle_is_an_error(void **state)
{
    (void)state;
    sira_gcrypt gcrypt;
    uint8_t out[SIRA_HASH_SIZE_MAX] = {0};
    const uint8_t zeros[SIRA_HASH_SIZE_MAX] = {0};
    const sira_str text = SIRA_STR("abc");
    assert_int_equal(sira_gcrypt_open(&gcrypt), SIRA_OK);
    gcry_md_close(gcrypt.handle[SIRA_HASH_MD5]);
    gcrypt.handle[SIRA_HASH_MD5] = NULL;
    const sira_hash hash = sira_gcrypt_hash(&gcrypt);
    assert_int_equal(hash.digest(hash.context, SIRA_HASH_MD5, &text, 1, out), SIRA_E_HASH);
    assert_memory_equal(out, zeros, sizeof out);
    sira_gcrypt_close(&gcrypt);
}

static void entropy_fills_each_byte(void **state)
{
    (void)state;
    sira_gcrypt gcrypt;
    assert_int_equal(sira_gcrypt_open(&gcrypt), SIRA_OK);
    const sira_entropy entropy = sira_gcrypt_entropy(&gcrypt);
    uint8_t seen[40] = {0}, bytes[40];
    for (unsigned i = 0; i < 20; i++) {
        assert_int_equal(entropy.fill(entropy.context, bytes, sizeof bytes), SIRA_OK);
        for (size_t n = 0; n < sizeof bytes; n++)
            seen[n] |= bytes[n];
    }
    for (size_t n = 0; n < sizeof seen; n++)
        assert_int_not_equal(seen[n], 0);
    sira_gcrypt_close(&gcrypt);
}

/* Also across the blocks in which they are drawn, and none of them is kept. */
static void entropy_is_given_out_once(void **state)
{
    (void)state;
    static uint8_t all[3000];
    static const uint8_t zeros[sizeof((sira_gcrypt *)NULL)->pool] = {0};
    sira_gcrypt gcrypt;
    size_t at = 0;
    assert_int_equal(sira_gcrypt_open(&gcrypt), SIRA_OK);
    const sira_entropy entropy = sira_gcrypt_entropy(&gcrypt);
    for (size_t n = 24; at + n <= sizeof all; at += n, n = n == 24 ? 1000 : 24) {
        assert_int_equal(entropy.fill(entropy.context, all + at, n), SIRA_OK);
        assert_memory_equal(gcrypt.pool + gcrypt.left, zeros, sizeof gcrypt.pool - gcrypt.left);
    }
    for (size_t i = 0; i + 16 <= at; i += 8)
        for (size_t n = i + 8; n + 16 <= at; n += 8)
            assert_memory_not_equal(all + i, all + n, 8);
    sira_gcrypt_close(&gcrypt);
    assert_memory_equal(gcrypt.pool, zeros, sizeof zeros);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(handles_are_open_for_each_algorithm),
        cmocka_unit_test(two_providers_live_side_by_side),
        cmocka_unit_test(an_algorithm_without_a_handle_is_an_error),
        cmocka_unit_test(entropy_fills_each_byte),
        cmocka_unit_test(entropy_is_given_out_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
