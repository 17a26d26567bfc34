#include "support/marked.h"

#include <stdio.h>
#include <string.h>

#include <sira/message.h>

#include "message/scan.h"

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

/* Each '^' in the text stands where the next error is. */
typedef struct marked_text {
    sira_str text;
    size_t marks[4];
    size_t count;
} marked_text;

static marked_text unmark(const char *start, const char *marked)
{
    char text[1024];
    marked_text result = {.count = 0};
    size_t length = (size_t)snprintf(text, sizeof text, "%s", start);
    for (; *marked != '\0'; marked++) {
        assert_true(length < sizeof text && result.count < COUNT(result.marks));
        if (*marked == '^')
            result.marks[result.count++] = length;
        else
            text[length++] = *marked;
    }
    result.text = heap_str(text, length);
    return result;
}

static sira_field slots[64];

static void parse(sira_message *message, sira_str bytes)
{
    sira_message_init(message, slots, COUNT(slots));
    expect_status("message", sira_message_parse(message, bytes, NULL), SIRA_OK);
}

/* One value of any field that this file walks over: its text. */
static sira_status take(sira_cursor *cursor, sira_field_id id, sira_str *text, sira_diag *diag)
{
    sira_status status;
    if (id == SIRA_FIELD_ROUTE || id == SIRA_FIELD_FROM || id == SIRA_FIELD_P_ASSERTED_IDENTITY) {
        sira_address address = {0};
        status = sira_address_next(cursor, &address, diag);
        *text = address.text;
    } else if (id == SIRA_FIELD_WARNING) {
        sira_warning warning = {0};
        status = sira_warning_next(cursor, &warning, diag);
        *text = warning.text;
    } else {
        status = sira_token_next(cursor, text, diag);
    }
    return status;
}

/* What is read, in order; "^" is an error. */
static void expect_walk(const char *name, sira_cursor *cursor, sira_field_id id, const char *const *expected,
                        const marked_text *marked, uint16_t code)
{
    size_t errors = 0;
    char reason[64];
    sira_str text;
    snprintf(reason, sizeof reason, "Bad %s", sira_field_name(id));
    for (; *expected != NULL; expected++) {
        bool wrong = strcmp(*expected, "^") == 0;
        sira_diag diag = {.offset = 9999};
        expect_status(name, take(cursor, id, &text, &diag), wrong ? SIRA_E_SYNTAX : SIRA_OK);
        if (wrong) {
            assert_true(errors < marked->count);
            expect_diag(name, &diag, marked->marks[errors++], sira_field_name(id));
            assert_int_equal(diag.code, code);
            assert_string_equal(diag.reason, code != 0 ? reason : "");
        } else {
            expect_str(name, text, *expected);
            assert_int_equal(diag.offset, 9999);
        }
    }
    assert_int_equal(errors, marked->count);
    for (size_t i = 0; i < 2; i++) {
        sira_diag diag = {.offset = 9999};
        expect_status(name, take(cursor, id, &text, &diag), SIRA_IDLE);
        assert_int_equal(diag.offset, 9999);
    }
}

typedef struct walk {
    const char *marked;
    sira_field_id id;
    const char *read[8];
} walk;

/* ---- in a message ---- */

static void expect_walks(const walk *cases, size_t count)
{
    static const struct {
        const char *start;
        uint16_t code;
    } starts[] = {
        {"OPTIONS sip:a SIP/2.0\r\n", 400},
        {"SIP/2.0 200 OK\r\n", 0},
        {"OPTIONS sip:a SIP/2.0\r\nVia: SIP/2.0/UDP a\r\nX:\r\n y\r\n", 400},
    };
    for (size_t i = 0; i < count * COUNT(starts); i++) {
        const walk *expected = &cases[i / COUNT(starts)];
        const char *start = starts[i % COUNT(starts)].start;
        marked_text marked = unmark(start, expected->marked);
        sira_message message;
        sira_cursor cursor;
        parse(&message, marked.text);
        sira_cursor_init(&cursor, &message, expected->id);
        expect_walk(expected->marked, &cursor, expected->id, expected->read, &marked, starts[i % COUNT(starts)].code);
        heap_str_free(marked.text);
    }
}

/* RFC 3261 7.3.1: lines and lists in any combination are the same. */
static void test_lines_and_lists(void **state)
{
    (void)state;
    static const walk cases[] = {
        {"Allow: a\r\n\r\n", SIRA_FIELD_ALLOW, {"a"}},
        {"Allow: a,b,c\r\n\r\n", SIRA_FIELD_ALLOW, {"a", "b", "c"}},
        {"Allow: a\r\nAllow: b\r\nAllow: c\r\n\r\n", SIRA_FIELD_ALLOW, {"a", "b", "c"}},
        {"Allow: a, b\r\nAllow: c\r\n\r\n", SIRA_FIELD_ALLOW, {"a", "b", "c"}},
        {"Allow: a\r\nAllow: b , c\r\n\r\n", SIRA_FIELD_ALLOW, {"a", "b", "c"}},
        {"Supported: a\r\nX: x\r\nk: b\r\nRequire: y\r\nSUPPORTED : c\r\nK:d\r\n\r\n",
         SIRA_FIELD_SUPPORTED,
         {"a", "b", "c", "d"}},
        {"Allow:\r\n a\r\n\t,\r\n b \r\nAllow: c,\r\n   d\r\n \r\n\r\n", SIRA_FIELD_ALLOW, {"a", "b", "c", "d"}},
        {"Allow: a\r\n\r\nAllow: b\r\n", SIRA_FIELD_ALLOW, {"a"}}, /* the body is none of it */
        {"Allow: a\r\nAllow:\r\nAllow:\r\n \r\nAllow: b\r\n\r\n", SIRA_FIELD_ALLOW, {"a", "b"}}, /* 25.1 */
        {"Supported:\r\n\r\n", SIRA_FIELD_SUPPORTED, {NULL}},
        {"Route: <sip:a,b>;c=\",\", <sip:d>\r\nroute: \"e, f\" <sip:g>\r\n\r\n",
         SIRA_FIELD_ROUTE,
         {"<sip:a,b>;c=\",\"", "<sip:d>", "\"e, f\" <sip:g>"}},
        {"Warning: 300 a \"x, y\" , 301 b \"\\\",\"\r\nWarning: 302 c \"z\"\r\n\r\n",
         SIRA_FIELD_WARNING,
         {"\"x, y\"", "\"\\\",\"", "\"z\""}},
    };
    expect_walks(cases, COUNT(cases));
}

/* After an error the cursor stands at the next header line (sira/field.h). */
static void test_errors(void **state)
{
    (void)state;
    static const walk cases[] = {
        {"Allow: ^=\r\n\r\n", SIRA_FIELD_ALLOW, {"^"}},
        {"Allow: a ^b\r\n\r\n", SIRA_FIELD_ALLOW, {"^"}},
        {"Allow: a,^\r\n\r\n", SIRA_FIELD_ALLOW, {"^"}},
        {"Allow: a ,^ \r\n\r\n", SIRA_FIELD_ALLOW, {"^"}},
        {"Allow: ^,a\r\n\r\n", SIRA_FIELD_ALLOW, {"^"}},
        {"Allow: a,^,b\r\n\r\n", SIRA_FIELD_ALLOW, {"a", "^"}},
        {"Allow: a^;b, c\r\n\r\n", SIRA_FIELD_ALLOW, {"^"}},
        {"Allow:\r\n a\r\n ,\r\n ^=, b\r\nAllow: c\r\n\r\n", SIRA_FIELD_ALLOW, {"a", "^", "c"}},
        {"Allow: ^=, a\r\nAllow: b\r\n\r\n", SIRA_FIELD_ALLOW, {"^", "b"}},
        {"Allow: a, b ^c, d\r\nX: y\r\nAllow: e\r\n\r\n", SIRA_FIELD_ALLOW, {"a", "^", "e"}},
        {"Allow: ^=\r\nAllow: ^\"\"\r\nAllow: c\r\nAllow: ^@\r\n\r\n", SIRA_FIELD_ALLOW, {"^", "^", "c", "^"}},
        {"Allow: a, b\r\nAllow: c, d^/\r\n\r\n", SIRA_FIELD_ALLOW, {"a", "b", "c", "^"}},
        {"k: ^@\r\nX: y\r\nSupported: a\r\n\r\n", SIRA_FIELD_SUPPORTED, {"^", "a"}},
        {"Route: ^\r\nRoute: <sip:a>\r\n\r\n", SIRA_FIELD_ROUTE, {"^", "<sip:a>"}},
        {"Route:\r\n ^\r\nRoute: <sip:a>\r\n\r\n", SIRA_FIELD_ROUTE, {"^", "<sip:a>"}},
        {"Route: <sip:a>, <sip:b^\r\nRoute: <sip:c>, ^d, <sip:e>\r\nRoute: <sip:f>\r\n\r\n",
         SIRA_FIELD_ROUTE,
         {"<sip:a>", "^", "<sip:c>", "^", "<sip:f>"}},
        {"Route: \"a, <sip:b>^\r\nRoute: <sip:c^\r\n >\r\n\r\n", SIRA_FIELD_ROUTE, {"^", "^"}},
        {"Warning: 300 a \"x^\r\nWarning: 301 b \"y\"^;\r\nWarning: 302 c \"z\"\r\n\r\n",
         SIRA_FIELD_WARNING,
         {"^", "^", "\"z\""}},
    };
    expect_walks(cases, COUNT(cases));
}

/* RFC 3261 7.5: CRLFs before a message are no part of it, so offsets do not count them. */
static void test_empty_lines_before(void **state)
{
    (void)state;
    marked_text marked = unmark("\r\n\r\nOPTIONS sip:a SIP/2.0\r\n", "Allow: a\r\nAllow: ^=\r\n\r\n");
    static const char *const expected[] = {"a", "^", NULL};
    sira_message message;
    sira_cursor cursor;
    parse(&message, marked.text);
    marked.marks[0] -= 4;
    sira_cursor_init(&cursor, &message, SIRA_FIELD_ALLOW);
    expect_walk("empty lines", &cursor, SIRA_FIELD_ALLOW, expected, &marked, 400);
    heap_str_free(marked.text);
}

static void test_no_line(void **state)
{
    (void)state;
    sira_str bytes = heap_str_from("OPTIONS sip:a SIP/2.0\r\nY: z\r\nFrom: <sip:a>\r\n\r\n");
    sira_message message;
    parse(&message, bytes);
    for (unsigned id = SIRA_FIELD_VIA; id <= SIRA_FIELD_COUNT + 1; id++) {
        sira_diag diag = {.offset = 9999};
        sira_cursor cursor;
        sira_str text;
        if (id == SIRA_FIELD_FROM)
            continue;
        memset(&cursor, 0xff, sizeof cursor);
        sira_cursor_init(&cursor, &message, (sira_field_id)id);
        for (size_t i = 0; i < 2; i++)
            expect_status(sira_field_name((sira_field_id)id), take(&cursor, SIRA_FIELD_ALLOW, &text, &diag), SIRA_IDLE);
        assert_int_equal(diag.offset, 9999);
    }
    heap_str_free(bytes);
}

/* All slots, every second line of the field; and two cursors do not disturb each other. */
static void test_many_lines(void **state)
{
    (void)state;
    char text[2048];
    size_t length = (size_t)snprintf(text, sizeof text, "OPTIONS sip:a SIP/2.0\r\n");
    for (unsigned i = 0; i < COUNT(slots) / 2; i++)
        length += (size_t)snprintf(text + length, sizeof text - length, "Allow: a%u, b%u\r\nk: c%u\r\n", i, i, i);
    length += (size_t)snprintf(text + length, sizeof text - length, "\r\n");
    sira_str bytes = heap_str(text, length);
    sira_message message;
    sira_cursor allow, supported;
    parse(&message, bytes);
    sira_cursor_init(&allow, &message, SIRA_FIELD_ALLOW);
    sira_cursor_init(&supported, &message, SIRA_FIELD_SUPPORTED);
    for (unsigned i = 0; i < COUNT(slots) / 2 * 3; i++) {
        char expected[16];
        sira_str token;
        snprintf(expected, sizeof expected, "%c%u", "abc"[i % 3], i / 3);
        expect_status(expected, sira_token_next(i % 3 < 2 ? &allow : &supported, &token, NULL), SIRA_OK);
        expect_str(expected, token, expected);
    }
    sira_str token;
    expect_status("end", sira_token_next(&allow, &token, NULL), SIRA_IDLE);
    expect_status("end", sira_token_next(&supported, &token, NULL), SIRA_IDLE);
    heap_str_free(bytes);
}

/* ---- over one text ---- */

static void test_texts(void **state)
{
    (void)state;
    static const walk cases[] = {
        {"a", SIRA_FIELD_ALLOW, {"a"}},
        {"a,b", SIRA_FIELD_ALLOW, {"a", "b"}},
        {"a \t,\r\n b\r\n ,\tc ", SIRA_FIELD_SUPPORTED, {"a", "b", "c"}},
        {"", SIRA_FIELD_ALLOW, {NULL}},
        {"^,", SIRA_FIELD_ALLOW, {"^"}},
        {"a,^", SIRA_FIELD_ALLOW, {"^"}},
        {"a, b, ^", SIRA_FIELD_ALLOW, {"a", "^"}},
        {"a, ^=, c", SIRA_FIELD_ALLOW, {"a", "^"}},
        {"a^\r\n", SIRA_FIELD_ALLOW, {"^"}},
        {"a^\r\nb", SIRA_FIELD_ALLOW, {"^"}}, /* a text is one line */
        {"a^\r b", SIRA_FIELD_ALLOW, {"^"}},
        {" \r\n\ta", SIRA_FIELD_ALLOW, {"a"}},
        {" \t", SIRA_FIELD_SUPPORTED, {NULL}},
        {" \t^", SIRA_FIELD_REQUIRE, {"^"}}, /* RFC 3261 25.1: only Supported and Allow may be empty */
        {"^", SIRA_FIELD_PROXY_REQUIRE, {"^"}},
        {"^", SIRA_FIELD_UNSUPPORTED, {"^"}},
        {"^", SIRA_FIELD_ALLOW_EVENTS, {"^"}},
        {"^", SIRA_FIELD_FROM, {"^"}},
        {"^", SIRA_FIELD_ROUTE, {"^"}},
        {"<sip:a,b>, sip:c;d=\"e, f\"", SIRA_FIELD_P_ASSERTED_IDENTITY, {"<sip:a,b>", "sip:c;d=\"e, f\""}},
        {"<sip:a> ,\r\n sip:b^?c, sip:d", SIRA_FIELD_P_ASSERTED_IDENTITY, {"<sip:a>", "^"}},
        {"300 a \",\", 301 b \"x^", SIRA_FIELD_WARNING, {"\",\"", "^"}},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        marked_text marked = unmark("", cases[i].marked);
        sira_cursor cursor;
        memset(&cursor, 0xff, sizeof cursor);
        sira_cursor_init_text(&cursor, marked.text, cases[i].id);
        expect_walk(cases[i].marked, &cursor, cases[i].id, cases[i].read, &marked, 0);
        heap_str_free(marked.text);
    }
}

/* An empty view may be NULL (sira/base.h); it is an empty value all the same. */
static void test_null_text(void **state)
{
    (void)state;
    static const sira_str nothing = {NULL, 0};
    static const char *const none[] = {NULL}, *const wrong[] = {"^", NULL};
    marked_text marked = {.count = 0};
    sira_cursor cursor;
    sira_cursor_init_text(&cursor, nothing, SIRA_FIELD_ALLOW);
    expect_walk("NULL", &cursor, SIRA_FIELD_ALLOW, none, &marked, 0);
    marked.count = 1;
    sira_cursor_init_text(&cursor, nothing, SIRA_FIELD_ROUTE);
    expect_walk("NULL", &cursor, SIRA_FIELD_ROUTE, wrong, &marked, 0);
}

static void test_cut_texts(void **state)
{
    (void)state;
    static const char whole[] = "a , bc,\r\n d";
    static const char counts[] = "011002212213", right[] = "+++--++----+"; /* by length */
    assert_int_equal(sizeof counts, sizeof whole + 1);
    for (size_t n = 0; n < sizeof whole; n++) {
        sira_str text = heap_str(whole, n), token;
        sira_diag diag = {.offset = 0};
        sira_cursor cursor;
        sira_status status;
        int count = 0;
        sira_cursor_init_text(&cursor, text, SIRA_FIELD_ALLOW);
        while ((status = sira_token_next(&cursor, &token, &diag)) == SIRA_OK)
            count++;
        expect_status(whole, status, right[n] == '+' ? SIRA_IDLE : SIRA_E_SYNTAX);
        assert_int_equal(count, counts[n] - '0');
        assert_true(diag.offset <= n);
        heap_str_free(text);
    }
}

/* ---- fields that stand once ---- */

static void test_single(void **state)
{
    (void)state;
    static const struct {
        const char *marked;
        sira_status status;
    } cases[] = {
        {"\r\n", SIRA_IDLE},
        {"Dat: a\r\n\r\n", SIRA_IDLE},
        {"Date: a\r\n\r\n", SIRA_OK},
        {"X: y\r\nDate:\r\nExpires: 1\r\n\r\n", SIRA_OK},
        {"Date: a\r\n^Date: a\r\n\r\n", SIRA_E_DUPLICATE},
        {"Date: a\r\nX: y\r\n^DATE:\r\n b\r\ndate: c\r\n\r\n", SIRA_E_DUPLICATE},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        marked_text marked = unmark("OPTIONS sip:a SIP/2.0\r\n", cases[i].marked);
        sira_diag diag = {.offset = 9999};
        sira_message message;
        sira_cursor cursor;
        parse(&message, marked.text);
        expect_status(cases[i].marked, sira_i_single(&message, SIRA_FIELD_DATE, &cursor, &diag), cases[i].status);
        expect_status(cases[i].marked, sira_i_single(&message, SIRA_FIELD_DATE, &cursor, NULL), cases[i].status);
        if (cases[i].status == SIRA_E_DUPLICATE)
            expect_diag(cases[i].marked, &diag, marked.marks[0], "Date");
        else
            assert_int_equal(diag.offset, 9999);
        heap_str_free(marked.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines_and_lists),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_empty_lines_before),
        cmocka_unit_test(test_no_line),
        cmocka_unit_test(test_many_lines),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_null_text),
        cmocka_unit_test(test_cut_texts),
        cmocka_unit_test(test_single),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
