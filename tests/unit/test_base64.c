#include "support/support.h"

#include "digest/base64.h"

#include <string.h>

/* RFC 4648 10, and one nonce of RFC 3310's kind. */
static const struct {
    const char *bytes, *text;
} pairs[] = {
    {"", ""},
    {"f", "Zg=="},
    {"fo", "Zm8="},
    {"foo", "Zm9v"},
    {"foob", "Zm9vYg=="},
    {"fooba", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy"},
    {"\xfb\xff\xbe", "+/++"},
};

static void both_ways(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        const size_t n = strlen(pairs[i].bytes);
        char text[16];
        expect_str(pairs[i].text, sira_i_base64_write((const uint8_t *)pairs[i].bytes, n, text), pairs[i].text);
        assert_int_equal(strlen(pairs[i].text), SIRA_I_BASE64_SIZE(n));
        uint8_t bytes[16];
        size_t length;
        const sira_str copy = heap_str_from(pairs[i].text);
        assert_true(sira_i_base64_read(copy, bytes, &length));
        assert_int_equal(length, n);
        assert_memory_equal(bytes, pairs[i].bytes, n);
        heap_str_free(copy);
    }
}

static void padding_may_be_left_out(void **state)
{
    (void)state;
    uint8_t bytes[16];
    size_t length;
    assert_true(sira_i_base64_read(SIRA_STR("Zm8"), bytes, &length));
    assert_int_equal(length, 2);
    assert_true(sira_i_base64_read(SIRA_STR("Zg"), bytes, &length));
    assert_int_equal(length, 1);
}

static void what_is_none_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"Z", "Zm9vY", "Zg=", "Zg===", "=", "====", "Zm=v", "Zm-v", "Zm 9", "Zm9\xc3"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        uint8_t bytes[16];
        size_t length;
        const sira_str copy = heap_str_from(texts[i]);
        if (sira_i_base64_read(copy, bytes, &length))
            fail_msg("%s was taken", texts[i]);
        heap_str_free(copy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_ways),
        cmocka_unit_test(padding_may_be_left_out),
        cmocka_unit_test(what_is_none_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
