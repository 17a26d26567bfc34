#include "message/lines.h"

#include "support/marked.h"

#include <stdio.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
#define SLOTS 8

/* ---- one line end ---- */

static void a_line_ends_in_crlf(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned lenient;
        size_t stop, behind;
        const char *reason; /* NULL: it is an end */
    } cases[] = {
        {"\r\n", 0, 0, 2, NULL},
        {"a\r\nb", 0, 1, 3, NULL},
        {"\r\n\r\n", 0, 2, 4, NULL},
        {"\r\n", SIRA_LENIENT_BARE_LF, 0, 2, NULL},
        {"\n", SIRA_LENIENT_BARE_LF, 0, 1, NULL},
        {"a\n\n", SIRA_LENIENT_BARE_LF, 1, 2, NULL},
        {"", 0, 0, 0, "Incomplete Message"},
        {"ab", 0, 2, 0, "Incomplete Message"},
        {"a\r", 0, 1, 0, "Incomplete Message"},
        {"a\r", SIRA_LENIENT_BARE_LF, 1, 0, "Incomplete Message"},
        {"a\rb", 0, 1, 0, "Bare CR"},
        {"a\r\r\n", 0, 1, 0, "Bare CR"},
        {"a\r\r\n", SIRA_LENIENT_BARE_LF, 1, 0, "Bare CR"},
        {"a\nb", 0, 1, 0, "Bare LF"},
        {"\n", 0, 0, 0, "Bare LF"},
        {"\n\r", 0, 0, 0, "Bare LF"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const sira_str text = heap_str_from(cases[i].text);
        sira_i_lines lines = {text.at, text.at + text.len, cases[i].lenient};
        sira_i_line_error error = {0};
        const sira_status status = sira_i_lines_end(&lines, text.at + cases[i].stop, &error);
        if (cases[i].reason == NULL) {
            expect_status(cases[i].text, status, SIRA_OK);
            assert_ptr_equal(lines.at, text.at + cases[i].behind);
            assert_null(error.at);
        } else {
            expect_status(cases[i].text, status, SIRA_E_SYNTAX);
            assert_ptr_equal(lines.at, text.at);
            assert_ptr_equal(error.at, text.at + cases[i].stop);
            assert_true(error.broken);
            expect_str(cases[i].text, sira_str_from(error.reason), cases[i].reason);
            assert_true(error.expected[0] != '\0');
        }
        heap_str_free(text);
    }
}

/* ---- what is of no use ---- */

static void a_line_is_passed_with_its_folds(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned lenient;
        const char *rest; /* NULL: broken */
        size_t wrong;     /* then: where */
        const char *reason;
    } cases[] = {
        {"\r\n", 0, "", 0, ""},
        {"abc\r\n", 0, "", 0, ""},
        {"abc\r\nd", 0, "d", 0, ""},
        {"abc\r\n d\r\n\te\r\nf: g\r\n", 0, "f: g\r\n", 0, ""},
        {"\r\n \r\n\r\n", 0, "\r\n", 0, ""},
        {"a\x01\x7f\xff\r\nb", 0, "b", 0, ""},
        {"a\nb", SIRA_LENIENT_BARE_LF, "b", 0, ""},
        {"a\n b\r\n\tc\nd", SIRA_LENIENT_BARE_LF, "d", 0, ""},
        {"", 0, NULL, 0, "Incomplete Message"},
        {"abc", 0, NULL, 3, "Incomplete Message"},
        {"abc\r", 0, NULL, 3, "Incomplete Message"},
        {"abc\r\n d", 0, NULL, 7, "Incomplete Message"},
        {"abc\r\n d\n", 0, NULL, 7, "Bare LF"},
        {"abc\r\n d\rx\r\n", 0, NULL, 7, "Bare CR"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const sira_str text = heap_str_from(cases[i].text);
        sira_i_lines lines = {text.at, text.at + text.len, cases[i].lenient};
        sira_i_line_error error = {0};
        const sira_status status = sira_i_lines_skip(&lines, text.at, &error);
        expect_status(cases[i].text, status, cases[i].rest != NULL ? SIRA_OK : SIRA_E_SYNTAX);
        expect_str(cases[i].text, (sira_str){lines.at, (size_t)(lines.end - lines.at)},
                   cases[i].rest != NULL ? cases[i].rest : cases[i].text);
        if (cases[i].rest == NULL) {
            assert_true(error.broken);
            assert_int_equal(error.at - text.at, cases[i].wrong);
            expect_str(cases[i].text, sira_str_from(error.reason), cases[i].reason);
        } else {
            assert_null(error.at);
        }
        heap_str_free(text);
    }
}

/* ---- fields ---- */

/* "name=value|" of each, folds as '~'. */
static void show(const sira_field *fields, size_t count, char text[400])
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        n += (size_t)snprintf(text + n, 400 - n, "%.*s=%.*s|", (int)fields[i].name.len, fields[i].name.at,
                              (int)fields[i].value.len, fields[i].value.at);
    text[n] = '\0';
    for (char *at = text; *at != '\0'; at++)
        if (*at == '\r' || *at == '\n')
            *at = '~';
}

static void fields_are_taken_with_their_folds(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
        unsigned lenient;
        const char *fields, *rest;
    } cases[] = {
        {"none", "\r\nbody", 0, "", "body"},
        {"one", "a: 1\r\n\r\n", 0, "a=1|", ""},
        {"several", "a: 1\r\nB:2\r\nc:\t3\r\n\r\nx", 0, "a=1|B=2|c=3|", "x"},
        {"white space before the colon", "Via \t: 1\r\nodd :2\r\n\r\n", 0, "Via=1|odd=2|", ""},
        {"white space around the value", "a: \t 1 2 \t \r\n\r\n", 0, "a=1 2|", ""},
        {"empty", "a:\r\nb: \t\r\n\r\n", 0, "a=|b=|", ""},
        {"a fold", "a: 1\r\n 2\r\n\r\n", 0, "a=1~~ 2|", ""},
        {"folds in a row", "a: 1\r\n \r\n\t2\r\n\r\n", 0, "a=1~~ ~~\t2|", ""},
        {"a fold in front", "a:\r\n 1\r\n\r\n", 0, "a=1|", ""},
        {"a fold behind", "a: 1\r\n \r\nb: 2\r\n\r\n", 0, "a=1|b=2|", ""},
        {"nothing but folds", "a:\r\n \r\n\t\r\n\r\n", 0, "a=|", ""},
        {"colons in the value", "a: b: c:\r\n\r\n", 0, "a=b: c:|", ""},
        {"every octet of a token", "!%*_+`'~-.0Zz: 1\r\n\r\n", 0, "!%*_+`'~-.0Zz=1|", ""},
        {"controls behind a backslash", "a: \"\\\x01\\\x7f\"\r\n\r\n", 0, "a=\"\\\x01\\\x7f\"|", ""},
        {"octets beyond ASCII", "a: \x80\xff\r\n\r\n", 0, "a=\x80\xff|", ""},
        {"bare LFs", "a: 1\n 2\nb: 3\r\n\nx", SIRA_LENIENT_BARE_LF, "a=1~ 2|b=3|", "x"},
        {"a name of more than 32 octets", "x234567890123456789012345678901234567890: 1\r\n\r\n", 0,
         "x234567890123456789012345678901234567890=1|", ""},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const sira_str text = heap_str_from(cases[i].text);
        sira_i_lines lines = {text.at, text.at + text.len, cases[i].lenient};
        sira_i_line_error error = {0};
        sira_field slots[SLOTS];
        size_t count = 0;
        char shown[400];
        expect_status(cases[i].name, sira_i_lines_fields(&lines, slots, SLOTS, &count, &error), SIRA_OK);
        show(slots, count, shown);
        expect_str(cases[i].name, sira_str_from(shown), cases[i].fields);
        expect_str(cases[i].name, (sira_str){lines.at, (size_t)(lines.end - lines.at)}, cases[i].rest);
        heap_str_free(text);
    }
}

/* In any case, and whether the quick look for a colon finds it or not. */
static void names_are_recognized(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned id;
    } cases[] = {
        {"Via: 1\r\n\r\n", SIRA_FIELD_VIA},
        {"v:1\r\n\r\n", SIRA_FIELD_VIA},
        {"VIA : 1\r\n\r\n", SIRA_FIELD_VIA},
        {"V\t:\r\n\r\n", SIRA_FIELD_VIA},
        {"Proxy-Authenticate:x\r\n\r\n", SIRA_FIELD_PROXY_AUTHENTICATE},
        {"p-asserted-IDENTITY: x\r\n\r\n", SIRA_FIELD_P_ASSERTED_IDENTITY},
        {"Viaa: 1\r\n\r\n", SIRA_FIELD_OTHER},
        {"Vi: 1\r\n\r\n", SIRA_FIELD_OTHER},
        {"y: 1\r\nVia: 2\r\n\r\n", SIRA_FIELD_OTHER},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const sira_str text = heap_str_from(cases[i].text);
        sira_i_lines lines = {text.at, text.at + text.len, 0};
        sira_i_line_error error = {0};
        sira_field slots[SLOTS];
        size_t count = 0;
        expect_status(cases[i].text, sira_i_lines_fields(&lines, slots, SLOTS, &count, &error), SIRA_OK);
        if (slots[0].id != cases[i].id)
            fail_msg("%s: %u", cases[i].text, slots[0].id);
        heap_str_free(text);
    }
}

/* '^' stands before the octet that is refused. */
static void what_is_no_field_is_refused_and_passed(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text, *reason;
        bool broken;
        const char *before, *rest;
    } cases[] = {
        {"no colon", "a: 1\r\nxy^\r\nb: 2\r\n\r\n", "Bad Header Line", false, "a=1|", "b: 2\r\n\r\n"},
        {"no name", "a: 1\r\n^: 2\r\nb: 2\r\n\r\n", "Bad Header Line", false, "a=1|", "b: 2\r\n\r\n"},
        {"a fold at the beginning", "^ a: 1\r\nb: 2\r\n\r\n", "Bad Header Line", false, "", "b: 2\r\n\r\n"},
        {"two words", "a ^b: 1\r\n c\r\nd: 2\r\n\r\n", "Bad Header Line", false, "", "d: 2\r\n\r\n"},
        {"a fold before the colon", "a^\r\n : 1\r\nb: 2\r\n\r\n", "Bad Header Line", false, "", "b: 2\r\n\r\n"},
        {"a control", "a: 1^\x01\r\n 2\r\nb: 2\r\n\r\n", "Control Character", false, "", "b: 2\r\n\r\n"},
        {"a control in front", "a: ^\x02 1\r\n\r\n", "Control Character", false, "", "\r\n"},
        {"DEL", "a: b\r\n c^\x7f\r\nb: 2\r\n\r\n", "Control Character", false, "", "b: 2\r\n\r\n"},
        {"a bare CR", "a: 1\r\nb: 2^\rx\r\nc: 3\r\n\r\n", "Bare CR", true, "a=1|", "b: 2\rx\r\nc: 3\r\n\r\n"},
        {"a bare LF", "a: 1^\nb: 2\r\n\r\n", "Bare LF", true, "", "a: 1\nb: 2\r\n\r\n"},
        {"a bare LF instead of the empty line", "a: 1\r\n^\n", "Bare LF", true, "a=1|", "\n"},
        {"a bare LF in a line that is refused already", "a b: 1^\nc: 2\r\n\r\n", "Bare LF", true, "",
         "a b: 1\nc: 2\r\n\r\n"},
        {"no end", "a: 1^", "Incomplete Message", true, "", "a: 1"},
        {"no empty line", "a: 1\r\n^", "Incomplete Message", true, "a=1|", ""},
        {"half an empty line", "a: 1\r\n^\r", "Incomplete Message", true, "a=1|", "\r"},
        {"nothing at all", "^", "Incomplete Message", true, "", ""},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        size_t wrong;
        const sira_str text = marked_str(cases[i].text, &wrong);
        sira_i_lines lines = {text.at, text.at + text.len, 0};
        sira_i_line_error error = {0};
        sira_field slots[SLOTS];
        size_t count = 0;
        char shown[400];
        expect_status(cases[i].name, sira_i_lines_fields(&lines, slots, SLOTS, &count, &error), SIRA_E_SYNTAX);
        show(slots, count, shown);
        expect_str(cases[i].name, sira_str_from(shown), cases[i].before);
        expect_str(cases[i].name, (sira_str){lines.at, (size_t)(lines.end - lines.at)}, cases[i].rest);
        expect_str(cases[i].name, sira_str_from(error.reason), cases[i].reason);
        if (error.at != text.at + wrong || error.broken != cases[i].broken || error.expected[0] == '\0')
            fail_msg("%s: at %zu, %sbroken", cases[i].name, (size_t)(error.at - text.at), error.broken ? "" : "not ");
        heap_str_free(text);
    }
}

/* Each line that is refused costs one call, and no field that is right. */
static void what_stands_between_wrong_lines_is_taken(void **state)
{
    (void)state;
    const sira_str text = heap_str_from("wrong\r\na: 1\r\nalso wrong: 2\r\n\x01\r\nb: 2\r\nc: \x7f\r\n d\r\n\r\nrest");
    sira_i_lines lines = {text.at, text.at + text.len, 0};
    sira_i_line_error error = {0};
    sira_field slots[SLOTS];
    size_t count = 0;
    unsigned refused = 0;
    char shown[400];
    sira_status status;
    while ((status = sira_i_lines_fields(&lines, slots, SLOTS, &count, &error)) == SIRA_E_SYNTAX && !error.broken)
        refused++;
    expect_status("in the end", status, SIRA_OK);
    assert_int_equal(refused, 4);
    show(slots, count, shown);
    assert_string_equal(shown, "a=1|b=2|");
    expect_str("rest", (sira_str){lines.at, (size_t)(lines.end - lines.at)}, "rest");
    heap_str_free(text);
}

static void slots_may_run_out_and_be_added(void **state)
{
    (void)state;
    static const char message[] = "a: 1\r\nb: 2\r\n 3\r\nc: 4\r\n\r\nrest";
    static const char *const rests[] = {"a: 1\r\nb: 2\r\n 3\r\nc: 4\r\n\r\nrest", "b: 2\r\n 3\r\nc: 4\r\n\r\nrest",
                                        "c: 4\r\n\r\nrest", "rest"};
    for (size_t capacity = 0; capacity <= 3; capacity++) {
        const sira_str text = heap_str_from(message);
        sira_i_lines lines = {text.at, text.at + text.len, 0};
        sira_i_line_error error = {0};
        sira_field slots[SLOTS];
        size_t count = 0;
        char shown[400];
        expect_status("first", sira_i_lines_fields(&lines, slots, capacity, &count, &error),
                      capacity < 3 ? SIRA_E_FIELDS : SIRA_OK);
        assert_int_equal(count, capacity);
        expect_str("rest", (sira_str){lines.at, (size_t)(lines.end - lines.at)}, rests[capacity]);
        if (capacity < 3)
            expect_status("then", sira_i_lines_fields(&lines, slots, 3, &count, &error), SIRA_OK);
        show(slots, count, shown);
        assert_string_equal(shown, "a=1|b=2~~ 3|c=4|");
        expect_str("rest", (sira_str){lines.at, (size_t)(lines.end - lines.at)}, "rest");
        heap_str_free(text);
    }
}

/* A message that comes in pieces: no part of the lines is taken for all of them, nor is anything read behind it. */
static void no_beginning_is_the_whole(void **state)
{
    (void)state;
    static const char message[] =
        "Via: SIP/2.0/UDP a;branch=z9hG4bK1\r\nFrom :\t<sip:a>\r\n ;tag=1\r\nX-Long-Name-Of-Some-"
        "Extension: \"\\\x01\"\r\n\r\n";
    const size_t length = sizeof message - 1;
    for (size_t len = 0; len <= length; len++) {
        const sira_str text = heap_str(message, len);
        sira_i_lines lines = {text.at, text.at + text.len, 0};
        sira_i_line_error error = {0};
        sira_field slots[SLOTS];
        size_t count = 0;
        const sira_status status = sira_i_lines_fields(&lines, slots, SLOTS, &count, &error);
        if (status != (len == length ? SIRA_OK : SIRA_E_SYNTAX))
            fail_msg("%zu bytes: %s", len, sira_status_name(status));
        if (len < length && (!error.broken || error.at < text.at || error.at > text.at + len))
            fail_msg("%zu bytes: %s at %zd", len, error.broken ? "broken" : "whole", error.at - text.at);
        assert_true(lines.at >= text.at && lines.at <= text.at + len);
        heap_str_free(text);
    }
}

/* ---- small ones ---- */

static void a_version_is_known_by_its_name(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool is_sip;
    } cases[] = {{"SIP/", true},  {"sip/2.0", true}, {"sIp/x", true},  {"SIP", false},
                 {"", false},     {"SIP:", false},   {"XIP/", false},  {"SXP/", false},
                 {"SIX/", false}, {"SIPS/", false},  {"s\tp/", false}, {"\x13IP/", false}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const sira_str text = heap_str_from(cases[i].text);
        if (sira_i_is_sip(text.at, text.at + text.len) != cases[i].is_sip)
            fail_msg("%s", cases[i].text);
        heap_str_free(text);
    }
}

static void content_length_is_a_number(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        sira_status status;
        uint32_t length;
    } cases[] = {
        {"0", SIRA_OK, 0},
        {"00000000000000000012", SIRA_OK, 12},
        {"4294967295", SIRA_OK, UINT32_MAX},
        {"4294967296", SIRA_E_NUMBER, 7},
        {"99999999999999999999", SIRA_E_NUMBER, 7},
        {"", SIRA_E_LENGTH, 7},
        {"-1", SIRA_E_LENGTH, 7},
        {"+1", SIRA_E_LENGTH, 7},
        {"1 ", SIRA_E_LENGTH, 7},
        {"0x10", SIRA_E_LENGTH, 7},
        {"1, 1", SIRA_E_LENGTH, 7},
        {"1;x", SIRA_E_LENGTH, 7},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const sira_str text = heap_str_from(cases[i].text);
        uint32_t length = 7;
        expect_status(cases[i].text, sira_i_content_length(text, &length), cases[i].status);
        assert_int_equal(length, cases[i].length);
        heap_str_free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_ends_in_crlf),
        cmocka_unit_test(a_line_is_passed_with_its_folds),
        cmocka_unit_test(fields_are_taken_with_their_folds),
        cmocka_unit_test(names_are_recognized),
        cmocka_unit_test(what_is_no_field_is_refused_and_passed),
        cmocka_unit_test(what_stands_between_wrong_lines_is_taken),
        cmocka_unit_test(slots_may_run_out_and_be_added),
        cmocka_unit_test(no_beginning_is_the_whole),
        cmocka_unit_test(a_version_is_known_by_its_name),
        cmocka_unit_test(content_length_is_a_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
