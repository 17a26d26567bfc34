#include "support/support.h"

#include <stdio.h>
#include <string.h>

#include <sira/base.h>

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

static void test_from(void **state)
{
    (void)state;
    static const char text[] = "a\0b";
    sira_str none = sira_str_from(NULL), empty = sira_str_from("");
    assert_null(none.at);
    assert_int_equal(none.len, 0);
    assert_non_null(empty.at);
    assert_int_equal(empty.len, 0);
    assert_ptr_equal(sira_str_from(text).at, text);
    assert_int_equal(sira_str_from(text).len, 1);
    assert_int_equal(SIRA_STR("a\0b").len, 3);
    assert_int_equal(SIRA_STR("").len, 0);
}

/* ---- comparison ---- */

static void test_equal(void **state)
{
    (void)state;
    static const struct {
        sira_str a, b;
        bool same, same_nocase;
    } cases[] = {
        {{NULL, 0}, {NULL, 0}, true, true},
        {{NULL, 0}, SIRA_STR_INIT(""), true, true},
        {{NULL, 0}, SIRA_STR_INIT("a"), false, false},
        {SIRA_STR_INIT(""), SIRA_STR_INIT("\0"), false, false},
        {SIRA_STR_INIT("Call-ID"), SIRA_STR_INIT("Call-ID"), true, true},
        {SIRA_STR_INIT("Call-ID"), SIRA_STR_INIT("cALL-id"), false, true},
        {SIRA_STR_INIT("Call-ID"), SIRA_STR_INIT("Call-I"), false, false},
        {SIRA_STR_INIT("Call-ID"), SIRA_STR_INIT("Call-IE"), false, false},
        {SIRA_STR_INIT("Call-ID"), SIRA_STR_INIT("Call_ID"), false, false},
        {SIRA_STR_INIT("a\0b"), SIRA_STR_INIT("a\0B"), false, true},
        {SIRA_STR_INIT("a\0b"), SIRA_STR_INIT("a\0c"), false, false},
        {SIRA_STR_INIT("\xc3\xa4"), SIRA_STR_INIT("\xc3\x84"), false, false}, /* ASCII letters only */
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        sira_str a = heap_str(cases[i].a.at, cases[i].a.len), b = heap_str(cases[i].b.at, cases[i].b.len);
        if (sira_str_equal(a, b) != cases[i].same || sira_str_equal(b, a) != cases[i].same ||
            sira_str_equal(cases[i].a, cases[i].b) != cases[i].same)
            fail_msg("case %zu: equal", i);
        if (sira_str_equal_nocase(a, b) != cases[i].same_nocase ||
            sira_str_equal_nocase(b, a) != cases[i].same_nocase ||
            sira_str_equal_nocase(cases[i].a, cases[i].b) != cases[i].same_nocase)
            fail_msg("case %zu: equal in any case", i);
        heap_str_free(a);
        heap_str_free(b);
    }
}

/* Every two octets: '@' and '`', '[' and '{' differ in the same bit as letters do, and are not alike. */
static void test_every_two_octets(void **state)
{
    (void)state;
    for (unsigned a = 0; a < 256; a++)
        for (unsigned b = 0; b < 256; b++) {
            char left = (char)a, right = (char)b;
            bool letters = (a | 0x20) >= 'a' && (a | 0x20) <= 'z' && (a ^ b) == 0x20;
            if (sira_str_equal((sira_str){&left, 1}, (sira_str){&right, 1}) != (a == b))
                fail_msg("%02x and %02x", a, b);
            if (sira_str_equal_nocase((sira_str){&left, 1}, (sira_str){&right, 1}) != (a == b || letters))
                fail_msg("%02x and %02x in any case", a, b);
        }
}

/* One octet counts at every place of texts of every length. */
static void test_one_octet_differs(void **state)
{
    (void)state;
    char bytes[40];
    for (size_t len = 1; len <= sizeof bytes; len++)
        for (size_t i = 0; i < len; i++) {
            memset(bytes, 'a', sizeof bytes);
            sira_str a = heap_str(bytes, len);
            bytes[i] = 'b';
            sira_str b = heap_str(bytes, len);
            assert_true(sira_str_equal(a, a) && sira_str_equal_nocase(a, a));
            assert_false(sira_str_equal(a, b) || sira_str_equal_nocase(a, b));
            heap_str_free(a);
            heap_str_free(b);
        }
}

/* ---- numbers ---- */

#define ZEROS "00000000000000000000000000000000000000000000000000"
#define UNTOUCHED 0xdeadbeefu

static void test_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint32_t max;
        sira_status status;
        uint32_t value;
    } cases[] = {
        {"0", UINT32_MAX, SIRA_OK, 0},
        {"1", UINT32_MAX, SIRA_OK, 1},
        {"9", UINT32_MAX, SIRA_OK, 9},
        {"10", UINT32_MAX, SIRA_OK, 10},
        {"2147483647", UINT32_MAX, SIRA_OK, 2147483647u},
        {"2147483648", UINT32_MAX, SIRA_OK, 2147483648u},
        {"4294967294", UINT32_MAX, SIRA_OK, 4294967294u},
        {"4294967295", UINT32_MAX, SIRA_OK, UINT32_MAX},
        {"4294967296", UINT32_MAX, SIRA_E_NUMBER, 0},
        {"4294967297", UINT32_MAX, SIRA_E_NUMBER, 0},
        {"4294967299", UINT32_MAX, SIRA_E_NUMBER, 0},
        {"4294967300", UINT32_MAX, SIRA_E_NUMBER, 0},
        {"42949672950", UINT32_MAX, SIRA_E_NUMBER, 0},
        {"42949672960", UINT32_MAX, SIRA_E_NUMBER, 0}, /* 10 * 2^32 */
        {"9999999999", UINT32_MAX, SIRA_E_NUMBER, 0},
        {"18446744073709551615", UINT32_MAX, SIRA_E_NUMBER, 0},
        {"18446744073709551616", UINT32_MAX, SIRA_E_NUMBER, 0},
        {"18446744073709551617", UINT32_MAX, SIRA_E_NUMBER, 0}, /* 2^64 + 1 */
        {"340282366920938463463374607431768211457", UINT32_MAX, SIRA_E_NUMBER, 0},
        {"1" ZEROS ZEROS, UINT32_MAX, SIRA_E_NUMBER, 0},

        /* leading zeros do not count */
        {"00", UINT32_MAX, SIRA_OK, 0},
        {"007", UINT32_MAX, SIRA_OK, 7},
        {ZEROS ZEROS, UINT32_MAX, SIRA_OK, 0},
        {ZEROS "4294967295", UINT32_MAX, SIRA_OK, UINT32_MAX},
        {ZEROS "4294967296", UINT32_MAX, SIRA_E_NUMBER, 0},

        /* limits */
        {"0", 0, SIRA_OK, 0},
        {"1", 0, SIRA_E_NUMBER, 0},
        {"10", 0, SIRA_E_NUMBER, 0},
        {"10", 1, SIRA_E_NUMBER, 0},
        {"255", 255, SIRA_OK, 255},
        {"256", 255, SIRA_E_NUMBER, 0},
        {"65535", 65535, SIRA_OK, 65535},
        {"65536", 65535, SIRA_E_NUMBER, 0},
        {"2147483648", 2147483647u, SIRA_E_NUMBER, 0},
        {"4294967295", UINT32_MAX - 1, SIRA_E_NUMBER, 0},

        /* no numbers; this is said whatever their size */
        {"", UINT32_MAX, SIRA_E_SYNTAX, 0},
        {" ", UINT32_MAX, SIRA_E_SYNTAX, 0},
        {" 1", UINT32_MAX, SIRA_E_SYNTAX, 0},
        {"1 ", UINT32_MAX, SIRA_E_SYNTAX, 0},
        {"+1", UINT32_MAX, SIRA_E_SYNTAX, 0},
        {"-1", UINT32_MAX, SIRA_E_SYNTAX, 0},
        {"-0", UINT32_MAX, SIRA_E_SYNTAX, 0},
        {"1.0", UINT32_MAX, SIRA_E_SYNTAX, 0},
        {"1e3", UINT32_MAX, SIRA_E_SYNTAX, 0},
        {"0x1", UINT32_MAX, SIRA_E_SYNTAX, 0},
        {"1a", UINT32_MAX, SIRA_E_SYNTAX, 0},
        {"1,000", UINT32_MAX, SIRA_E_SYNTAX, 0},
        {"4294967296a", UINT32_MAX, SIRA_E_SYNTAX, 0},
        {"\xd9\xa1", UINT32_MAX, SIRA_E_SYNTAX, 0}, /* ARABIC-INDIC DIGIT ONE */
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        uint32_t value = UNTOUCHED;
        sira_str text = heap_str_from(cases[i].text);
        expect_status(cases[i].text, sira_str_to_u32(text, cases[i].max, &value), cases[i].status);
        uint32_t expected = cases[i].status == SIRA_OK ? cases[i].value : UNTOUCHED;
        if (value != expected)
            fail_msg("%s: %u, expected %u", cases[i].text, (unsigned)value, (unsigned)expected);
        heap_str_free(text);
    }
    uint32_t value = UNTOUCHED;
    expect_status("NULL", sira_str_to_u32((sira_str){NULL, 0}, 1, &value), SIRA_E_SYNTAX);
    assert_int_equal(value, UNTOUCHED);
}

static void test_only_digits_are_digits(void **state)
{
    (void)state;
    for (size_t place = 0; place < 3; place++)
        for (int octet = 0; octet < 256; octet++) {
            char text[] = {'1', '2', '3'};
            uint32_t value;
            text[place] = (char)octet;
            sira_status expected = octet >= '0' && octet <= '9' ? SIRA_OK : SIRA_E_SYNTAX;
            if (sira_str_to_u32((sira_str){text, 3}, UINT32_MAX, &value) != expected)
                fail_msg("octet %02x at %zu", (unsigned)octet, place);
        }
}

/* Around each power of two and of ten, with that very number, and one less, as the limit. */
static void test_around_powers(void **state)
{
    (void)state;
    uint64_t powers[43];
    size_t count = 0;
    for (uint64_t power = 1; power <= UINT64_C(1) << 32; power *= 2)
        powers[count++] = power;
    for (uint64_t power = 1; power <= UINT64_C(1000000000); power *= 10)
        powers[count++] = power;
    assert_int_equal(count, COUNT(powers));
    for (size_t i = 0; i < count; i++)
        for (uint64_t number = powers[i] - 1; number <= powers[i] + 1; number++) {
            char text[24];
            uint32_t value = UNTOUCHED;
            snprintf(text, sizeof text, "%llu", (unsigned long long)number);
            expect_status(text, sira_str_to_u32(sira_str_from(text), UINT32_MAX, &value),
                          number <= UINT32_MAX ? SIRA_OK : SIRA_E_NUMBER);
            assert_int_equal(value, number <= UINT32_MAX ? number : UNTOUCHED);
            if (number == 0 || number > UINT32_MAX)
                continue;
            expect_status(text, sira_str_to_u32(sira_str_from(text), (uint32_t)number, &value), SIRA_OK);
            expect_status(text, sira_str_to_u32(sira_str_from(text), (uint32_t)number - 1, &value), SIRA_E_NUMBER);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_from),
        cmocka_unit_test(test_equal),
        cmocka_unit_test(test_every_two_octets),
        cmocka_unit_test(test_one_octet_differs),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_only_digits_are_digits),
        cmocka_unit_test(test_around_powers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
