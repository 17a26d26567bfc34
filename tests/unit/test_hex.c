#include "base/hex.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/support.h"

/* Every byte, and lengths below, at and above a block. */
static void bytes_are_written_as_digits(void **state)
{
    (void)state;
    uint8_t all[256];
    for (unsigned i = 0; i < sizeof all; i++)
        all[i] = (uint8_t)(i * 7u);
    for (size_t n = 0; n <= sizeof all; n = n < 70 ? n + 1 : n + 31) {
        char *out = malloc(2 * n + 1), right[2 * sizeof all + 1] = "";
        uint8_t *bytes = malloc(n + (n == 0));
        memcpy(bytes, all, n);
        for (size_t i = 0; i < n; i++)
            snprintf(right + 2 * i, 3, "%02x", bytes[i]);
        const sira_str text = sira_i_hex_write(bytes, n, out);
        assert_ptr_equal(text.at, out);
        expect_str("digits", text, right);
        free(bytes);
        free(out);
    }
}

static void digits_are_read_in_either_case(void **state)
{
    (void)state;
    static const uint8_t bytes[] = {0x00, 0x0f, 0xa5, 0xff};
    uint8_t back[4];
    assert_true(sira_i_hex_read(SIRA_STR("000fA5fF"), back, sizeof back));
    assert_memory_equal(back, bytes, sizeof back);
    assert_true(sira_i_hex_read(SIRA_STR(""), back, 0));
    static const char *const wrong[] = {"",         "000fa5f",  "000fa5ff0", "000fa5fg",
                                        "000fa5 f", "0x0fa5ff", "000fa5f/",  "000fa5f:"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        const sira_str text = heap_str_from(wrong[i]);
        if (sira_i_hex_read(text, back, sizeof back))
            fail_msg("%s was taken", wrong[i]);
        heap_str_free(text);
    }
}

static void no_other_octet_is_a_digit(void **state)
{
    (void)state;
    static const char digits[] = "0123456789abcdefABCDEF";
    for (unsigned c = 0; c < 256; c++) {
        const char *at = c == 0 ? NULL : strchr(digits, (int)c);
        const unsigned value = at == NULL                     ? 16
                               : (unsigned)(at - digits) > 15 ? (unsigned)(at - digits) - 6
                                                              : (unsigned)(at - digits);
        if (sira_i_hex_digit((char)c) != value)
            fail_msg("octet %u is %u", c, sira_i_hex_digit((char)c));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_are_written_as_digits),
        cmocka_unit_test(digits_are_read_in_either_case),
        cmocka_unit_test(no_other_octet_is_a_digit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
