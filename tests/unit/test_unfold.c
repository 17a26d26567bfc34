#include "support/support.h"

#include <stdlib.h>
#include <string.h>

#include <sira/message.h>

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

/* Into a block of exactly this size: the address sanitizer sees an octet too many. */
static void expect_unfolded(const char *name, sira_str value, size_t size, sira_str expected)
{
    char *out = malloc(size > 0 ? size : 1);
    size_t length = 9999;
    assert_non_null(out);
    char *at = size > 0 ? out : out + 1;
    sira_status status = sira_str_unfold(value, at, size, &length);
    if (status != (expected.len <= size ? SIRA_OK : SIRA_E_SPACE))
        fail_msg("%s: into %zu: status %d", name, size, (int)status);
    if (status == SIRA_OK && !sira_str_equal((sira_str){at, length}, expected))
        fail_msg("%s: into %zu: got \"%.*s\"", name, size, (int)length, at);
    free(out);
}

static void expect_at_every_size(const char *name, sira_str value, sira_str expected)
{
    for (size_t size = 0; size <= value.len + 2; size++)
        expect_unfolded(name, value, size, expected);
}

typedef struct texts {
    const char *folded, *text;
} texts;

static void expect_all(const texts *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        sira_str value = heap_str_from(cases[i].folded);
        expect_at_every_size(cases[i].folded, value, sira_str_from(cases[i].text));
        heap_str_free(value);
    }
}

/* RFC 3261 7.3.1: the line end and the white space at the start of the next line are one space. */
static void test_folds(void **state)
{
    (void)state;
    static const texts cases[] = {
        {"a\r\n b", "a b"},
        {"a\r\n\tb", "a b"},
        {"a\r\n    b", "a b"},
        {"a\r\n \t \tb", "a b"},
        {"a\r\n b\r\n c", "a b c"},
        {"a\r\n b\r\n\tc\r\n  d", "a b c d"},
        {"ab,\r\n cd", "ab, cd"},
        {"a\r\n =\r\n \"b\"", "a = \"b\""},
        {"\"a\r\n b\"", "\"a b\""},
        {"\"\r\n \"", "\" \""},
        {"\"a\\\\\r\n b\"", "\"a\\\\ b\""},
        {"(a\r\n (b)\r\n c)", "(a (b) c)"},
        {"\xe4\xba\x94\r\n \xe4\xba\x94", "\xe4\xba\x94 \xe4\xba\x94"},
        {"\r\n a", " a"},
        {"a\r\n ", "a "},
        {"\r\n ", " "},
        {"I know you're there,\r\n         pick up the phone\r\n         and talk to me!",
         "I know you're there, pick up the phone and talk to me!"},
        /* SIRA_LENIENT_BARE_LF */
        {"a\n b", "a b"},
        {"a\n\t b\n c", "a b c"},
        {"a\r\n b\n c", "a b c"},
    };
    expect_all(cases, COUNT(cases));
}

/* White space is as it was where no line ends. */
static void test_white_space(void **state)
{
    (void)state;
    static const texts cases[] = {
        {"a b", "a b"}, {"a  b", "a  b"},     {"a\tb", "a\tb"},        {" \t a \t ", " \t a \t "},
        {" ", " "},     {"a \r\n b", "a  b"}, {"a\t\r\n\tb", "a\t b"}, {"a  b\r\n  c  d", "a  b c  d"},
    };
    expect_all(cases, COUNT(cases));
}

static void test_no_folds(void **state)
{
    (void)state;
    static const texts cases[] = {
        {"", ""},
        {"a", "a"},
        {"<sip:a@b>;tag=1", "<sip:a@b>;tag=1"},
        {"\"a\\\"b\\\\\"", "\"a\\\"b\\\\\""}, /* quotes and escapes stay */
        {"\\r\\n a", "\\r\\n a"},
        {"\"M\xfcller\"", "\"M\xfcller\""},
        {"\1\x7f\xff", "\1\x7f\xff"},
        /* a line end with no white space behind it is no fold, nor is CR without LF */
        {"\r\n", "\r\n"},
        {"a\r\n", "a\r\n"},
        {"a\r\nb", "a\r\nb"},
        {"a\nb", "a\nb"},
        {"a\r b", "a\r b"},
        {"a\r", "a\r"},
        {"a\n", "a\n"},
        {"a\r\r\n b", "a\r b"},
        {"a\r\n\r\n b", "a\r\n b"},
        {"a\r\n b\r\nc\r\n d", "a b\r\nc d"},
        {"a\r\n\vb", "a\r\n\vb"},
    };
    expect_all(cases, COUNT(cases));
}

static void test_every_octet(void **state)
{
    (void)state;
    char all[256], plain[256];
    for (size_t i = 0; i < 256; i++)
        all[i] = plain[i] = (char)(255 - i); /* backwards, so that no LF has white space behind it but HTAB */
    memmove(plain + 245, plain + 246, 10);
    plain[245] = ' ';
    sira_str value = heap_str(all, 256);
    expect_unfolded("every octet", value, 256, (sira_str){plain, 255});
    heap_str_free(value);
}

static void test_nul(void **state)
{
    (void)state;
    sira_str value = heap_str("a\0\r\n \0b", 7);
    expect_at_every_size("NUL", value, SIRA_STR("a\0 \0b"));
    heap_str_free(value);
}

static void test_nothing(void **state)
{
    (void)state;
    size_t length = 9999;
    expect_status("NULL", sira_str_unfold((sira_str){NULL, 0}, NULL, 0, &length), SIRA_OK);
    assert_int_equal(length, 0);
    expect_status("no room", sira_str_unfold(SIRA_STR("a"), NULL, 0, &length), SIRA_E_SPACE);
}

/* What is cut off in the midst of a fold is read no further, and what is whole before it is unfolded. */
static void test_cut_values(void **state)
{
    (void)state;
    static const char whole[] = "a\r\n b \r\n\t c\n  d";
    static const char *const texts_of[] = {"",         "a",       "a\r",      "a\r\n",   "a ",    "a b",
                                           "a b ",     "a b \r",  "a b \r\n", "a b  ",   "a b  ", "a b  c",
                                           "a b  c\n", "a b  c ", "a b  c ",  "a b  c d"};
    assert_int_equal(COUNT(texts_of), sizeof whole);
    for (size_t n = 0; n < sizeof whole; n++) {
        sira_str value = heap_str(whole, n);
        expect_at_every_size(texts_of[n], value, sira_str_from(texts_of[n]));
        heap_str_free(value);
    }
}

/* The values of a message hold their folds (sira/field.h), and no line end once they are unfolded. */
static void test_of_a_message(void **state)
{
    (void)state;
    static const char text[] = "OPTIONS sip:a SIP/2.0\r\n"
                               "Subject:\r\n I know you're there,\r\n\tpick up \r\n   the phone\r\n  \r\n"
                               "User-Agent: a (b\r\n c)\r\n"
                               "Organization:\r\n\t\r\n"
                               "\r\n";
    static const char *const expected[] = {"I know you're there, pick up  the phone", "a (b c)", ""};
    sira_str bytes = heap_str(text, sizeof text - 1);
    sira_field slots[4];
    sira_message message;
    sira_message_init(&message, slots, COUNT(slots));
    expect_status("message", sira_message_parse(&message, bytes, NULL), SIRA_OK);
    assert_int_equal(message.field_count, COUNT(expected));
    for (size_t i = 0; i < COUNT(expected); i++)
        expect_at_every_size(expected[i], message.fields[i].value, sira_str_from(expected[i]));
    heap_str_free(bytes);
}

/* Unfolding and reading are the same as reading and unfolding: a fold stands where a space may stand. */
static void test_reads_the_same(void **state)
{
    (void)state;
    static const char folded[] = "\"A\r\n B\"\r\n <sip:a>\r\n ;\r\n tag\r\n =\r\n 1";
    char text[sizeof folded];
    size_t length = 0;
    expect_status(folded, sira_str_unfold(SIRA_STR(folded), text, sizeof text, &length), SIRA_OK);
    expect_str(folded, (sira_str){text, length}, "\"A B\" <sip:a> ; tag = 1");
    sira_cursor cursor;
    sira_address address;
    sira_cursor_init_text(&cursor, (sira_str){text, length}, SIRA_FIELD_FROM);
    expect_status(folded, sira_address_next(&cursor, &address, NULL), SIRA_OK);
    expect_str(folded, address.display, "\"A B\"");
    expect_str(folded, address.tag, "1");
}

/* ---- sira_str_unquote ---- */

static void test_unquote(void **state)
{
    (void)state;
    static const struct {
        const char *value, *text; /* NULL: refused */
    } cases[] = {
        {"", ""},
        {"a", "a"},
        {"-.!%*_+`'~", "-.!%*_+`'~"},
        {"\"\"", ""},
        {"\"a b\"", "a b"},
        {"\"a\\\"b\\\\c\\d\"", "a\"b\\cd"},
        {"\"\xc3\xa4\\\1\\\x7f\t\"", "\xc3\xa4\1\x7f\t"},
        {"\"M\xfcller\"", "M\xfcller"},
        /* folds (RFC 3261 7.3.1) */
        {"\"a\r\n b\"", "a b"},
        {"\"\r\n a \r\n\t\r\n  b\r\n \"", " a  b "},
        {"\"a\n b\\\\\r\n c\"", "a b\\ c"},
        {"\"", NULL},
        {"\"a", NULL},
        {"\"a\\\"", NULL},
        {"\"a\" ", NULL},
        {"\"a\"b\"", NULL},
        {"\"a\r\nb\"", NULL},
        {"\"a\1\"", NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char out[64];
        size_t length = 9999, needed = cases[i].text != NULL ? strlen(cases[i].text) : 0;
        sira_str value = heap_str_from(cases[i].value);
        sira_status status = sira_str_unquote(value, out, sizeof out, &length);
        expect_status(cases[i].value, status, cases[i].text != NULL ? SIRA_OK : SIRA_E_SYNTAX);
        if (cases[i].text != NULL)
            expect_str(cases[i].value, (sira_str){out, length}, cases[i].text);
        for (size_t size = 0; size < needed; size++)
            expect_status(cases[i].value, sira_str_unquote(value, out, size, &length), SIRA_E_SPACE);
        heap_str_free(value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_folds),       cmocka_unit_test(test_white_space),  cmocka_unit_test(test_no_folds),
        cmocka_unit_test(test_every_octet), cmocka_unit_test(test_nul),          cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_cut_values),  cmocka_unit_test(test_of_a_message), cmocka_unit_test(test_reads_the_same),
        cmocka_unit_test(test_unquote),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
