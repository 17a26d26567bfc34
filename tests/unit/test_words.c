#include "message/words.h"

#include "support/support.h"

#include <string.h>

#define MARK(i) (UINT64_C(0x80) << 8 * (i))

static void test_load(void **state)
{
    (void)state;
    static const char octets[8] = {1, 2, 3, 4, (char)0x85, 6, 7, (char)0x88};
    sira_str text = heap_str(octets, 8);
    assert_true(sira_i_load(text.at) == UINT64_C(0x8807068504030201));
    assert_true(sira_i_load_half(text.at + 4) == UINT64_C(0x88070685));
    heap_str_free(text);
}

/* All there are: the proofs rely on it. */
static void test_lowest(void **state)
{
    (void)state;
    for (unsigned set = 1; set < 256; set++) {
        uint64_t marks = 0;
        size_t lowest = 8;
        for (size_t i = 8; i-- > 0;)
            if ((set >> i & 1) != 0) {
                marks |= MARK(i);
                lowest = i;
            }
        assert_int_equal(sira_i_lowest(marks), lowest);
    }
}

/* Nothing is marked before the first octet that is to be, and that one is. */
static void expect_first(uint64_t marks, const unsigned char *octets, unsigned first_below, int same)
{
    for (size_t i = 0; i < 8; i++) {
        bool expected = same >= 0 ? octets[i] == same : octets[i] < first_below;
        if (((marks & MARK(i)) != 0) != expected)
            fail_msg("octet %zu of %02x %02x %02x %02x: %016llx", i, octets[0], octets[1], octets[2], octets[3],
                     (unsigned long long)marks);
        if (expected)
            return;
    }
    assert_true(marks == 0);
}

static void test_below_and_same(void **state)
{
    (void)state;
    for (size_t place = 0; place < 8; place++)
        for (unsigned octet = 0; octet < 256; octet++)
            for (unsigned before = 0; before < 256; before++) {
                unsigned char octets[8];
                memset(octets, (int)before, sizeof octets);
                octets[place] = (unsigned char)octet;
                uint64_t word = sira_i_load((const char *)octets);
                expect_first(sira_i_below(word, ' '), octets, ' ', -1);
                expect_first(sira_i_below(word, 128), octets, 128, -1);
                expect_first(sira_i_same(word, ':'), octets, 0, ':');
                expect_first(sira_i_same(word, 0), octets, 0, 0);
            }
}

static uint64_t look_for_x(uint64_t octets)
{
    return (octets ^ SIRA_I_EACH('x')) - SIRA_I_EACH(1);
}

/* Stops at the first mark or short of the end by less than a word, and reads nothing behind it. */
static void test_first_marked(void **state)
{
    (void)state;
    for (size_t length = 0; length < 40; length++)
        for (size_t mark = 0; mark <= length; mark++) {
            char octets[40];
            memset(octets, 'a', sizeof octets);
            if (mark < length)
                octets[mark] = 'x';
            sira_str text = heap_str(octets, length);
            const char *at = sira_i_first_marked(text.at, text.at + length, look_for_x);
            size_t found = (size_t)(at - text.at);
            assert_true(found <= mark);
            assert_true(!SIRA_I_QUICK || found == mark || length - found < 8);
            heap_str_free(text);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_load),
        cmocka_unit_test(test_lowest),
        cmocka_unit_test(test_below_and_same),
        cmocka_unit_test(test_first_marked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
