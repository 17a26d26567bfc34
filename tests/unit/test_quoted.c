#include "support/support.h"

#include "digest/digest.h"

#include <string.h>

static void the_inner_text_is_copied(void **state)
{
    (void)state;
    static const struct {
        const char *name, *value, *text;
        sira_status status;
    } cases[] = {
        {"quoted", "\"abc\"", "abc", SIRA_OK},
        {"token", "abc", "abc", SIRA_OK},
        {"empty", "\"\"", "", SIRA_OK},
        {"nothing", "", "", SIRA_OK},
        {"escapes stay", "\"a\\\"b\\\\\"", "a\\\"b\\\\", SIRA_OK},
        {"a fold is a space", "\"a\r\n \t b\"", "a b", SIRA_OK},
        {"a fold of a lone LF", "\"a\n b\"", "a b", SIRA_OK},
        {"a CR", "\"a\rb\"", NULL, SIRA_E_SYNTAX},
        {"a line end", "\"a\r\nb\"", NULL, SIRA_E_SYNTAX},
        {"a line end at the end", "\"a\r\n\"", NULL, SIRA_E_SYNTAX},
        {"a quote inside", "\"a\"b\"", NULL, SIRA_E_SYNTAX},
        {"a quote in a token", "a\"b", NULL, SIRA_E_SYNTAX},
        {"a lone quote", "\"", NULL, SIRA_E_SYNTAX},
        {"the last quote is escaped", "\"a\\\"", NULL, SIRA_E_SYNTAX},
        {"as long as there is room", "\"12345678\"", "12345678", SIRA_OK},
        {"longer than there is room", "\"123456789\"", NULL, SIRA_E_LIMIT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const sira_str value = heap_str_from(cases[i].value);
        char out[8];
        size_t length = 99, counted = 99;
        expect_status(cases[i].name, sira_i_inner_copy(value, out, sizeof out, &length), cases[i].status);
        expect_status(cases[i].name, sira_i_inner_copy(value, NULL, sizeof out, &counted), cases[i].status);
        assert_int_equal(length, counted);
        if (cases[i].status == SIRA_OK)
            expect_str(cases[i].name, (sira_str){out, length}, cases[i].text);
        heap_str_free(value);
    }
}

static void a_nul_is_refused(void **state)
{
    (void)state;
    const sira_str value = heap_str("\"a\\\0b\"", 6);
    char out[8];
    size_t length;
    assert_int_equal(sira_i_inner_copy(value, out, sizeof out, &length), SIRA_E_SYNTAX);
    heap_str_free(value);
}

static void escapes_are_resolved(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to;
    } cases[] = {{"abc", "abc"},       {"", ""},          {"a\\b", "ab"}, {"\\\"", "\""}, {"\\\\", "\\"},
                 {"\\\\\\\"", "\\\""}, {"end\\", "end\\"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const sira_str from = heap_str_from(cases[i].from);
        const sira_str room = heap_str_from(cases[i].from);
        expect_str(cases[i].from, sira_i_unescape(from, (char *)(uintptr_t)room.at), cases[i].to);
        heap_str_free(room);
        heap_str_free(from);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_inner_text_is_copied),
        cmocka_unit_test(a_nul_is_refused),
        cmocka_unit_test(escapes_are_resolved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
