#include "support/support.h"

#include <stdlib.h>
#include <string.h>

/* ---- wiping ---- */

/* Exactly what was named is wiped: at every place and of every size in a block. */
static void test_wipe(void **state)
{
    (void)state;
    unsigned char block[48];
    for (size_t from = 0; from < sizeof block; from++)
        for (size_t size = 0; from + size <= sizeof block; size++) {
            memset(block, 0xa5, sizeof block);
            sira_wipe(block + from, size);
            for (size_t i = 0; i < sizeof block; i++)
                if (block[i] != (i >= from && i < from + size ? 0 : 0xa5))
                    fail_msg("%zu bytes from %zu: byte %zu is %02x", size, from, i, block[i]);
        }
}

static void test_wipe_nothing(void **state)
{
    (void)state;
    sira_wipe(NULL, 0);
}

/* The address sanitizer sees a byte too many. */
static void test_wipe_all_of_a_block(void **state)
{
    (void)state;
    for (size_t size = 1; size <= 300; size++) {
        unsigned char *block = malloc(size);
        assert_non_null(block);
        memset(block, 0xff, size);
        sira_wipe(block, size);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(block[i], 0);
        free(block);
    }
}

/* ---- comparison ---- */

static void test_every_byte_and_bit_counts(void **state)
{
    (void)state;
    for (size_t n = 1; n <= 70; n++) {
        unsigned char *a = malloc(n), *b = malloc(n);
        assert_non_null(a);
        assert_non_null(b);
        for (size_t i = 0; i < n; i++)
            a[i] = (unsigned char)(7 * i + n);
        memcpy(b, a, n);
        assert_true(sira_equal_constant_time(a, b, n));
        for (size_t i = 0; i < n; i++)
            for (unsigned bit = 0; bit < 8; bit++) {
                b[i] = (unsigned char)(a[i] ^ 1u << bit);
                if (sira_equal_constant_time(a, b, n) || sira_equal_constant_time(b, a, n))
                    fail_msg("%zu bytes: bit %u of byte %zu does not count", n, bit, i);
                assert_int_equal(sira_equal_constant_time(a, b, i), true);
                b[i] = a[i];
            }
        free(a);
        free(b);
    }
}

/* Differences must not cancel out. */
static void test_several_differences(void **state)
{
    (void)state;
    static const unsigned char a[4] = {0, 0, 0, 0};
    for (unsigned left = 0; left < 256; left++)
        for (unsigned right = 0; right < 256; right++) {
            const unsigned char b[4] = {0, (unsigned char)left, 0, (unsigned char)right};
            assert_int_equal(sira_equal_constant_time(a, b, sizeof a), left == 0 && right == 0);
        }
}

static void test_nothing_is_equal_to_nothing(void **state)
{
    (void)state;
    assert_true(sira_equal_constant_time("a", "b", 0));
    assert_true(sira_equal_constant_time(NULL, NULL, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wipe),
        cmocka_unit_test(test_wipe_nothing),
        cmocka_unit_test(test_wipe_all_of_a_block),
        cmocka_unit_test(test_every_byte_and_bit_counts),
        cmocka_unit_test(test_several_differences),
        cmocka_unit_test(test_nothing_is_equal_to_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
