#include "support/marked.h"

#include <string.h>

#include "message/scan.h"

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

/* value NULL: there is no '='. */
typedef struct param {
    const char *name, *value;
} param;

static void expect_param(const char *text, const param *expected, sira_str name, sira_str value)
{
    expect_str(text, name, expected->name);
    expect_str(text, value, expected->value != NULL ? expected->value : "");
    if ((value.at == NULL) != (expected->value == NULL))
        fail_msg("%s: %s %s '='", text, expected->name, value.at == NULL ? "has no" : "has a");
}

typedef struct params {
    const char *text;
    param list[5];
} params;

static void expect_right(const params *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *text = cases[i].text;
        sira_str copy = heap_str_from(text), rest = copy, name, value;
        for (const param *expected = cases[i].list; expected->name != NULL; expected++) {
            expect_status(text, sira_param_next(&rest, &name, &value), SIRA_OK);
            expect_param(text, expected, name, value);
        }
        expect_status(text, sira_param_next(&rest, &name, &value), SIRA_IDLE);
        expect_status(text, sira_param_next(&rest, &name, &value), SIRA_IDLE);
        heap_str_free(copy);
    }
}

/* Takes one after the other; the last status. */
static sira_status take_all(sira_str *rest)
{
    sira_status status;
    sira_str name, value;
    do
        status = sira_i_next_param(rest, ';', &name, &value);
    while (status == SIRA_OK);
    return status;
}

static void expect_wrong(const char *const *marked, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t offset;
        sira_str text = marked_str(marked[i], &offset), rest = text;
        expect_status(marked[i], take_all(&rest), SIRA_E_SYNTAX);
        if (rest.at != text.at + offset || rest.len != text.len - offset)
            fail_msg("%s: wrong at %td, %zu left", marked[i], rest.at - text.at, rest.len);
        heap_str_free(text);
    }
}

/* ---- generic-param = token [ EQUAL gen-value ] ---- */

static void test_forms(void **state)
{
    (void)state;
    static const params cases[] = {
        {"", {{NULL, NULL}}},
        {"lr", {{"lr", NULL}}},
        {"tag=1", {{"tag", "1"}}},
        {"tag=1;lr", {{"tag", "1"}, {"lr", NULL}}},
        {"lr;tag=1", {{"lr", NULL}, {"tag", "1"}}},
        {"a;b;c;d", {{"a", NULL}, {"b", NULL}, {"c", NULL}, {"d", NULL}}},
        {"a=1;a=2;A;a", {{"a", "1"}, {"a", "2"}, {"A", NULL}, {"a", NULL}}},
        {"-.!%*_+`'~09aZ=-.!%*_+`'~09aZ", {{"-.!%*_+`'~09aZ", "-.!%*_+`'~09aZ"}}},
        {"+sip.instance=1;reg-id=2", {{"+sip.instance", "1"}, {"reg-id", "2"}}},

        /* names around the eight octets that are looked at at once */
        {"abcdefg;x", {{"abcdefg", NULL}, {"x", NULL}}},
        {"abcdefgh;x", {{"abcdefgh", NULL}, {"x", NULL}}},
        {"abcdefghi;x", {{"abcdefghi", NULL}, {"x", NULL}}},
        {"abcdefgh-ijklmno=p", {{"abcdefgh-ijklmno", "p"}}},
        {"a-name-of-more-than-sixteen-octets=a-value-of-more-than-sixteen-octets",
         {{"a-name-of-more-than-sixteen-octets", "a-value-of-more-than-sixteen-octets"}}},

        /* hosts; IPv6 addresses have brackets; that of received may have none (RFC 5118 4.5) */
        {"maddr=a.example;x", {{"maddr", "a.example"}, {"x", NULL}}},
        {"maddr=a.example.;x", {{"maddr", "a.example."}, {"x", NULL}}},
        {"maddr=192.0.2.1;x", {{"maddr", "192.0.2.1"}, {"x", NULL}}},
        {"maddr=[2001:db8::1];x", {{"maddr", "[2001:db8::1]"}, {"x", NULL}}},
        {"maddr=[::ffff:192.0.2.1]", {{"maddr", "[::ffff:192.0.2.1]"}}},
        {"maddr = [::] ; x", {{"maddr", "[::]"}, {"x", NULL}}},
        {"received=2001:DB8::1;x", {{"received", "2001:DB8::1"}, {"x", NULL}}},
        {"received=::1", {{"received", "::1"}}},
        {"RECEIVED = ::1", {{"RECEIVED", "::1"}}},
        {"received=1:2:3:4:5:6:7:8", {{"received", "1:2:3:4:5:6:7:8"}}},
    };
    expect_right(cases, COUNT(cases));
}

static void test_quoted(void **state)
{
    (void)state;
    static const params cases[] = {
        {"x=\"\"", {{"x", "\"\""}}},
        {"x=\"\";y", {{"x", "\"\""}, {"y", NULL}}},
        {"x=\"a\";y=\"b\"", {{"x", "\"a\""}, {"y", "\"b\""}}},
        {"x=\"a;b=c, d\";y", {{"x", "\"a;b=c, d\""}, {"y", NULL}}},
        {"x=\"\\\"\";y", {{"x", "\"\\\"\""}, {"y", NULL}}},
        {"x=\"\\\\\";y", {{"x", "\"\\\\\""}, {"y", NULL}}},
        {"x=\"a\\\";y=\\\\\\\"\"", {{"x", "\"a\\\";y=\\\\\\\"\""}}},
        {"x=\"\\a\\ \\\1\\\177\"", {{"x", "\"\\a\\ \\\1\\\177\""}}},
        {"x=\"a\tb\r\n c\r\n\td\"", {{"x", "\"a\tb\r\n c\r\n\td\""}}},
        {"x=\"a\r\n ;b\";y", {{"x", "\"a\r\n ;b\""}, {"y", NULL}}},
        {"x=\"M\xc3\xbcller \xe4\xba\x94\"", {{"x", "\"M\xc3\xbcller \xe4\xba\x94\""}}},
        {"x=\"a text of more than sixteen octets; \\\"and more\\\"\";y",
         {{"x", "\"a text of more than sixteen octets; \\\"and more\\\"\""}, {"y", NULL}}},
    };
    expect_right(cases, COUNT(cases));
}

/* As SIRA_LENIENT_EMPTY_PARAMS leaves them in the params of a view. */
static void test_empty_params(void **state)
{
    (void)state;
    static const params cases[] = {
        {";", {{NULL, NULL}}},    {" ;\r\n ; ", {{NULL, NULL}}},
        {";a", {{"a", NULL}}},    {"a;", {{"a", NULL}}},
        {"a=1 ; ", {{"a", "1"}}}, {"a;;b=\"2\"; ;c=3;;", {{"a", NULL}, {"b", "\"2\""}, {"c", "3"}}},
    };
    expect_right(cases, COUNT(cases));
}

/* SEMI and EQUAL have SWS on both sides. */
static void test_white_space(void **state)
{
    (void)state;
    static const params cases[] = {
        {" ", {{NULL, NULL}}},
        {" \t ", {{NULL, NULL}}},
        {"\r\n ", {{NULL, NULL}}},
        {" lr", {{"lr", NULL}}},
        {"lr ", {{"lr", NULL}}},
        {"tag =1", {{"tag", "1"}}},
        {"tag= 1", {{"tag", "1"}}},
        {"tag\t=\t1\t;\tlr\t", {{"tag", "1"}, {"lr", NULL}}},
        {"tag  =  1  ;  lr  ", {{"tag", "1"}, {"lr", NULL}}},
        {"tag = \"1\" ; lr", {{"tag", "\"1\""}, {"lr", NULL}}},
        {"tag\r\n =\r\n\t1\r\n ;\r\n  lr\r\n ", {{"tag", "1"}, {"lr", NULL}}},
        {"tag \r\n = \t\r\n 1 ; \r\n\tlr", {{"tag", "1"}, {"lr", NULL}}},
        {"a ; b", {{"a", NULL}, {"b", NULL}}},
        {"a\n =\n 1\n ;b", {{"a", "1"}, {"b", NULL}}}, /* SIRA_LENIENT_BARE_LF */
    };
    expect_right(cases, COUNT(cases));
    sira_str rest = {NULL, 0}, name, value;
    expect_status("NULL", sira_param_next(&rest, &name, &value), SIRA_IDLE);
}

static void test_wrong_params(void **state)
{
    (void)state;
    static const char *const texts[] = {
        /* names */
        "^;", "^;a", " ^;a", "^=", "^=1", "^,", "^\"a\"", "^<a>", "^[::1]", "^@", "^\xc3\xa4", "^\1", "^\x7f",
        "a^\xc3\xa4=1", "a^/b", "a^\"b\"", "abcdefgh^@", "abcdefg^@i=1", "abc^@efgh=1",
        /* separators */
        "a;^", "a; ^", "a;\r\n ^", "a;^;b", "a; ^;b", "a=1;^", "a=\"1\";^", "a ^b", "a^,b", "a=1 ^b", "a=1^,b",
        "a=1 ^, b=2", "a=1\r\n ^b", "a=\"1\"^b", "a=\"1\"^\"2\"", "a=\"1\" ^b=2", "a=1^=2", "a=1^\"2\"", "a=1^/2",
        "a=1^@b", "a=[::1]^1", "a=[::1]^:5060", "received=::1^]", "a=1;b ^c;d",
        /* values */
        "a=^", "a= ^", "a=\r\n ^", "a=^;b", "a = ^;b", "a=^,b", "a=^=", "a=^<b>", "a=^\xc3\xa4", "a=^(b)",
        /* white space that is none */
        "a^\r\n;b", "a^\r\n", "a^\r =1", "a=1^\r\n;b", "a=^\r\n1", "a=^\n1", "a;^\r\nb", "a=1 ^\r\n", "a=1^\1",
        "a^\v=1"};
    static const char *const quoted[] = {
        "a=\"^",
        "a=\"b^",
        "a=\"b;c=d^",
        "a=\"b\\\"^",
        "a=\"b\\\\\\\"^",
        "a=\"b^\\",
        "a=\"b^\\\xc3\xa4\"",
        "a=\"b^\\\r\n c\"",
        "a=\"b^\\\n c\"",
        "a=\"b^\1\"",
        "a=\"b^\x7f\"",
        "a=\"b^\r\nc\"",
        "a=\"b^\r c\"",
        "a=\"b^\n\"",
        "a=\"a text of more than sixteen octets ^\1\"",
        "a=\"a text of more than sixteen octets^",
        "a=\"b\";c=\"d^",
    };
    static const char *const addresses[] = {"a=^[",
                                            "a=^[]",
                                            "a=^[::1",
                                            "a=^[::1;b]",
                                            "a=^[::g]",
                                            "a=^[1.2.3.4]",
                                            "a=^[::1::]",
                                            "a=^[fe80::1%25eth0]",
                                            "a=^:",
                                            "a=^:1",
                                            "a=^b:c",
                                            "a=^b.example:5060",
                                            "a=^1:2",
                                            "a=^1:2:3:4:5:6:7:8:9",
                                            "a=^[12345::]",
                                            "a=^ab[::1]",
                                            "a=^::1.2.3",
                                            "a=^::1",
                                            "x=1;a=^1:2:3:4:5:6:7:8",
                                            "receive=^::1",
                                            "xreceived=^::1;b",
                                            "received=::^g",
                                            "received=^::1.2.3",
                                            "a=^192.0.2.1:5060"};
    expect_wrong(texts, COUNT(texts));
    expect_wrong(quoted, COUNT(quoted));
    expect_wrong(addresses, COUNT(addresses));
}

/* What was right before the wrong one is given all the same. */
static void test_before_a_wrong_one(void **state)
{
    (void)state;
    sira_str text = heap_str_from("a=1;b;c=;d"), rest = text, name, value;
    static const param expected[] = {{"a", "1"}, {"b", NULL}};
    for (size_t i = 0; i < COUNT(expected); i++) {
        expect_status("c", sira_param_next(&rest, &name, &value), SIRA_OK);
        expect_param("c", &expected[i], name, value);
    }
    expect_status("c", sira_param_next(&rest, &name, &value), SIRA_E_SYNTAX);
    expect_str("c", rest, ";d");
    heap_str_free(text);
}

static void test_cut_params(void **state)
{
    (void)state;
    static const char whole[] = "tag = 12 ;lr;x=\"a;\\\"b\" ;y=[::1];z=[::]";
    static const char right[] = "+++++--+++-++-+-------++-+-----+-+----+";
    assert_int_equal(sizeof right, sizeof whole + 1);
    for (size_t n = 0; n < sizeof whole; n++) {
        sira_str text = heap_str(whole, n), rest = text;
        expect_status(whole, take_all(&rest), right[n] == '+' ? SIRA_IDLE : SIRA_E_SYNTAX);
        assert_true(rest.at >= text.at && rest.at + rest.len == text.at + n);
        heap_str_free(text);
    }
}

/* ---- sira_param_find ---- */

static void test_find(void **state)
{
    (void)state;
    static const struct {
        const char *text, *name;
        sira_status status;
        const char *value;
    } cases[] = {
        {"tag=1", "tag", SIRA_OK, "1"},
        {"TAG=1", "tag", SIRA_OK, "1"},
        {"tag=1", "tAg", SIRA_OK, "1"},
        {"a;tag = 1 ;b", "tag", SIRA_OK, "1"},
        {"a;b;tag=\"x;y\"", "tag", SIRA_OK, "\"x;y\""},
        {"tag=1;tag=2", "tag", SIRA_OK, "1"},
        {"lr;tag=1", "lr", SIRA_OK, NULL},
        {"tag=1;lr", "LR", SIRA_OK, NULL},
        {"+sip.instance=\"<urn:x:y>\"", "+SIP.Instance", SIRA_OK, "\"<urn:x:y>\""},
        {"", "tag", SIRA_IDLE, NULL},
        {"a", "tag", SIRA_IDLE, NULL},
        {"tags=1;ta=2;t;xtag=3", "tag", SIRA_IDLE, NULL},
        {"x=tag;y=\"tag=1\";z=\";tag=2;\"", "tag", SIRA_IDLE, NULL},
        {"tag=1", "", SIRA_IDLE, NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        sira_str text = heap_str_from(cases[i].text), name = heap_str_from(cases[i].name), value;
        expect_status(cases[i].text, sira_param_find(text, name, &value), cases[i].status);
        if (cases[i].status == SIRA_OK)
            expect_param(cases[i].text, &(param){cases[i].name, cases[i].value}, name, value);
        heap_str_free(name);
        heap_str_free(text);
    }
    sira_str value;
    expect_status("NULL", sira_param_find((sira_str){NULL, 0}, SIRA_STR("tag"), &value), SIRA_IDLE);
}

/* ---- inside the views ---- */

/* The list is what stands behind the first semicolon, without the white space around it. */
static void test_lists_in_values(void **state)
{
    (void)state;
    static const struct {
        const char *marked, *list;
        unsigned count;
        bool bad;
    } cases[] = {
        {"^", "", 0, false},
        {"^x", "", 0, false},
        {"^ ", "", 0, false},
        {"^, <sip:a>", "", 0, false},
        {"^ , <sip:a>", "", 0, false},
        {";a^", "a", 1, false},
        {";a^ ", "a", 1, false},
        {" ; a = 1 ;b^ , c", "a = 1 ;b", 2, false},
        {"\r\n ;\r\n a\r\n =\r\n 1^\r\n ", "a\r\n =\r\n 1", 1, false},
        {";a=\"b;c\";d=[::1];e^ x;f", "a=\"b;c\";d=[::1];e", 3, false},
        {";a^,b;c", "a", 1, false},
        {";^", "", 0, true},
        {"; ^;a", "", 0, true},
        {";a;^,b", "a;", 1, true},
        {";a=1;b=^;c", "a=1;b=", 1, true},
        {";a=1;b=\"c^", "a=1;b=\"c", 1, true},
        {";a=1;b=^[::1;c", "a=1;b=", 1, true},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        size_t offset;
        sira_str text = marked_str(cases[i].marked, &offset);
        sira_i_scan scan = {text.at, text.at + text.len, 0};
        sira_i_params found = {0};
        unsigned count = 0;
        while (sira_i_params_next(&scan, &found))
            count++;
        if (count != cases[i].count || found.bad != cases[i].bad || scan.at != text.at + offset)
            fail_msg("%s: %u, at %td", cases[i].marked, count, scan.at - text.at);
        expect_str(cases[i].marked, found.list, cases[i].list);
        heap_str_free(text);
    }
}

static void test_kinds(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        sira_i_value kind;
    } cases[] = {
        {";x", SIRA_I_VALUE_NONE},
        {";x=1", SIRA_I_VALUE_TOKEN},
        {";x=192.0.2.1", SIRA_I_VALUE_TOKEN},
        {";x=a.b", SIRA_I_VALUE_TOKEN},
        {";x=\"\"", SIRA_I_VALUE_QUOTED},
        {";x=\"::1\"", SIRA_I_VALUE_QUOTED},
        {";Received=::1", SIRA_I_VALUE_ADDRESS},
        {";x=[::1]", SIRA_I_VALUE_ADDRESS},
        {";received=1::", SIRA_I_VALUE_ADDRESS},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        sira_str text = heap_str_from(cases[i].text);
        sira_i_scan scan = {text.at, text.at + text.len, 0};
        sira_i_params found = {0};
        assert_true(sira_i_params_next(&scan, &found));
        if (found.now.kind != cases[i].kind)
            fail_msg("%s: kind %d", cases[i].text, (int)found.now.kind);
        heap_str_free(text);
    }
}

/* A name is known by its key, whether or not eight octets can be read. */
static void test_keys(void **state)
{
    (void)state;
    static const char octets[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-.!%*_+`'~";
    static const char name[] = "RPort-name=1";
    for (size_t len = 1; len <= 8; len++)
        for (size_t room = len; room < sizeof name; room++) {
            char lower[8] = {0};
            sira_str text = heap_str(name, room);
            memcpy(lower, "rport-na", len);
            assert_true(sira_i_key((sira_str){text.at, len}, text.at + room) == sira_i_load(lower));
            heap_str_free(text);
        }
    for (size_t i = 0; i < sizeof octets - 1; i++)
        for (size_t j = 0; j < sizeof octets - 1; j++) {
            sira_str a = {octets + i, 1}, b = {octets + j, 1};
            bool same = sira_i_key(a, octets + sizeof octets - 1) == sira_i_key(b, octets + j + 1);
            if (same != sira_str_equal_nocase(a, b))
                fail_msg("%c and %c", octets[i], octets[j]);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_quoted),
        cmocka_unit_test(test_white_space),
        cmocka_unit_test(test_empty_params),
        cmocka_unit_test(test_wrong_params),
        cmocka_unit_test(test_before_a_wrong_one),
        cmocka_unit_test(test_cut_params),
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_lists_in_values),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
