#include "support/support.h"

#include <sira/writer.h>

#include <stdio.h>
#include <string.h>

#define ALL 127u

#define RIGHT                                                                                                          \
    "REGISTER sip:h SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\nFrom: <sip:b@h>;tag=1\r\nTo: <sip:b@h>\r\n"       \
    "Call-ID: c\r\nCSeq: 1 REGISTER\r\n\r\n"

typedef struct sloppy {
    sira_message message;
    sira_field fields[16];
    sira_str bytes;
    unsigned passed;
    sira_diag diag;
    sira_status status;
} sloppy;

static void read_text(sloppy *s, const char *text, unsigned allowed)
{
    s->bytes = heap_str_from(text);
    s->passed = 9999;
    s->diag = (sira_diag){.reason = ""};
    sira_message_init(&s->message, s->fields, 16);
    s->status = sira_message_read_sloppy(&s->message, s->bytes, allowed, &s->passed, &s->diag);
}

/* RIGHT with one line replaced. */
static const char *with(const char *line, const char *other)
{
    static char text[1024];
    const char *at = strstr(RIGHT, line);
    assert_non_null(at);
    snprintf(text, sizeof text, "%.*s%s%s", (int)(at - RIGHT), RIGHT, other, at + strlen(line));
    return text;
}

#define FROM "From: <sip:b@h>;tag=1\r\n"

static const struct {
    const char *name, *line, *other;
    unsigned passed;
    const char *answered; /* as this line; NULL: as it came */
} cases[] = {
    {"right", FROM, FROM, 0, NULL},
    {"bare LF", FROM, "From: <sip:b@h>;tag=1\n", SIRA_LENIENT_BARE_LF, FROM},
    {"From ends in ;", FROM, "From: <sip:b@h>;tag=1;\r\n", SIRA_LENIENT_EMPTY_PARAMS, FROM},
    {"nothing between two ;", FROM, "f: <sip:b@h>;;tag=1\r\n", SIRA_LENIENT_EMPTY_PARAMS, FROM},
    {"a line without a colon", "Call-ID: c\r\n", "nonsense\r\nCall-ID: c\r\n", SIRA_LENIENT_BAD_LINES,
     "Call-ID: c\r\n"},
    {"Expires twice", "Call-ID: c\r\n", "Call-ID: c\r\nExpires: 60\r\nExpires: 60\r\n", SIRA_LENIENT_REPEATED,
     "Call-ID: c\r\n"},
    {"comma in a display name", FROM, "From: Doe, John <sip:b@h>;tag=1\r\n", SIRA_LENIENT_DISPLAY_NAME,
     "From: \"Doe, John\" <sip:b@h>;tag=1\r\n"},
    {"ISO 8859-1 in a display name", FROM, "From: J\xf6rg <sip:b@h>;tag=1\r\n", SIRA_LENIENT_DISPLAY_NAME,
     "From: \"J\xf6rg\" <sip:b@h>;tag=1\r\n"},
    {"a backslash in a display name", FROM, "From: a\\b <sip:b@h>;tag=1\r\n", SIRA_LENIENT_DISPLAY_NAME,
     "From: \"a\\\\b\" <sip:b@h>;tag=1\r\n"},
    {"blanks in a Call-ID", "Call-ID: c\r\n", "Call-ID: c d {e}\r\n", SIRA_LENIENT_CALL_ID, "Call-ID: c d {e}\r\n"},
    {"q=1.0000", "Call-ID: c\r\n", "Call-ID: c\r\nContact: <sip:b@a>;q=1.0000\r\n", SIRA_LENIENT_LONG_Q,
     "Call-ID: c\r\n"},
    {"two at once", FROM, "From: a, b <sip:b@h>;tag=1;\r\n", SIRA_LENIENT_DISPLAY_NAME | SIRA_LENIENT_EMPTY_PARAMS,
     "From: \"a, b\" <sip:b@h>;tag=1\r\n"},
};
enum { CASES = sizeof cases / sizeof cases[0] };

static void what_a_request_needs(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES; i++) {
        sloppy s;
        read_text(&s, with(cases[i].line, cases[i].other), ALL);
        expect_status(cases[i].name, s.status, SIRA_OK);
        if (s.passed != cases[i].passed || s.message.lenient != s.passed)
            fail_msg("%s: needs %u", cases[i].name, s.passed);
        heap_str_free(s.bytes);

        read_text(&s, with(cases[i].line, cases[i].other), cases[i].passed); /* no more than that is enough */
        expect_status(cases[i].name, s.status, SIRA_OK);
        assert_int_equal(s.passed, cases[i].passed);
        heap_str_free(s.bytes);

        if (cases[i].passed == 0)
            continue;
        for (unsigned less = 0; less < 2; less++) {
            read_text(&s, with(cases[i].line, cases[i].other), less != 0 ? ALL & ~cases[i].passed : 0);
            assert_true(s.status < 0);
            assert_int_equal(s.passed, 0);
            assert_int_equal(s.diag.code, 400);
            assert_int_equal(s.message.lenient, 0);
            heap_str_free(s.bytes);
        }
    }
}

/* What is refused in any case says what the strict reading says; an empty datagram and responses stay what they are. */
static void what_is_beyond_help(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
        sira_status status;
    } others[] = {
        {"a keep-alive", "\r\n\r\n", SIRA_IDLE},
        {"two Call-IDs", RIGHT, SIRA_E_DUPLICATE},
        {"a response", "SIP/2.0 200 OK\nVia: SIP/2.0/UDP a\nFrom: <sip:b>\nTo: <sip:b>\nCall-ID: c\nCSeq: 1 X\n\n",
         SIRA_E_SYNTAX},
    };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        sloppy s;
        read_text(&s, i == 1 ? with("Call-ID: c\r\n", "Call-ID: c\r\nCall-ID: d\n") : others[i].text, ALL);
        expect_status(others[i].name, s.status, i == 1 ? SIRA_E_SYNTAX : others[i].status);
        assert_int_equal(s.passed, 0);
        heap_str_free(s.bytes);
    }
}

static const char *answer(const sloppy *s, const sira_response *response)
{
    static char text[1024];
    sira_writer writer;
    size_t length = 0;
    sira_writer_init(&writer, text, sizeof text - 1);
    sira_write_clean_response(&writer, &s->message, response);
    if (sira_writer_finish(&writer, &length) != SIRA_OK)
        length = 0;
    text[length] = '\0';
    return text;
}

static void answers_are_right(void **state)
{
    (void)state;
    const sira_endpoint source = {SIRA_TRANSPORT_UDP, SIRA_FAMILY_IPV4, 5070, {192, 0, 2, 1}};
    for (size_t i = 0; i < CASES; i++) {
        sloppy s, strict;
        char expected[1024], whole[1100];
        read_text(&s, with(cases[i].line, cases[i].other), ALL);
        const char *text = answer(&s, &(sira_response){.code = 200, .to_tag = SIRA_STR("t"), .source = &source});
        const char *from = strncmp(cases[i].line, "From", 4) == 0 && cases[i].answered ? cases[i].answered : FROM;
        const char *call_id = cases[i].line[0] == 'C' && cases[i].answered ? cases[i].answered : "Call-ID: c\r\n";
        snprintf(
            expected, sizeof expected,
            "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1;received=192.0.2.1\r\n%sTo: <sip:b@h>;tag=t\r\n%s"
            "CSeq: 1 REGISTER\r\n",
            from, call_id);
        assert_string_equal(text, expected);
        heap_str_free(s.bytes);
        if (cases[i].passed == SIRA_LENIENT_CALL_ID)
            continue;
        snprintf(whole, sizeof whole, "%s\r\n", text);
        read_text(&strict, whole, 0);
        expect_status(cases[i].name, strict.status, SIRA_OK);
        heap_str_free(strict.bytes);
    }
}

static void every_via_is_answered(void **state)
{
    (void)state;
    static const char *const via = "Via: SIP/2.0/UDP a;branch=z9hG4bK1\r\n";
    const sira_endpoint ipv6 = {SIRA_TRANSPORT_UDP, SIRA_FAMILY_IPV6, 5070, {0x20, 0x01, 0x0d, 0xb8, [15] = 9}};
    const sira_endpoint unset = {.family = SIRA_FAMILY_NONE};
    sloppy s;
    read_text(&s,
              with(via, "Via: SIP/2.0/UDP a:5061;;rport;branch=z9hG4bK1;received=1.2.3.4;x=\"y\r\n z\";n, "
                        "SIP/2.0/TCP b;x;\r\nv: SIP / 2.0 / TLS c:1;received=5.6.7.8\n"),
              ALL);
    expect_status("vias", s.status, SIRA_OK);
    const char *rest = "Via: SIP/2.0/TCP b;x\r\nVia: SIP/2.0/TLS c:1;received=5.6.7.8\r\nFrom: ";
    const char *text = answer(&s, &(sira_response){.code = 404, .source = &ipv6});
    assert_non_null(strstr(text, "SIP/2.0 404 Not Found\r\nVia: SIP/2.0/UDP "
                                 "a:5061;rport=5070;branch=z9hG4bK1;x=\"y z\";n;received=2001:db8::9\r\nVia: "));
    assert_non_null(strstr(text, rest));
    assert_non_null(strstr(text, "To: <sip:b@h>\r\n"));
    text = answer(&s, &(sira_response){.code = 404, .source = &unset});
    assert_non_null(strstr(text, "a:5061;rport;branch=z9hG4bK1;received=1.2.3.4;x=\"y z\";n\r\n"));
    text = answer(&s, &(sira_response){.code = 404});
    assert_non_null(strstr(text, "a:5061;rport;branch=z9hG4bK1;received=1.2.3.4;x=\"y z\";n\r\n"));
    heap_str_free(s.bytes);
}

static void addresses_are_written_anew(void **state)
{
    (void)state;
    static const struct {
        const char *to, *expected;
    } tos[] = {
        {"sip:b@h;x=1;;tag=2", "To: <sip:b@h>;x=1;tag=2\r\n"},
        {"\"a\r\n b\" <sip:b@h>;", "To: \"a b\" <sip:b@h>;tag=t\r\n"},
        {"a\r\n b <sip:b@h>;", "To: <sip:b@h>;tag=t\r\n"},
        {"a <sip:b@h>;x;", "To: \"a\" <sip:b@h>;x;tag=t\r\n"},
    };
    for (size_t i = 0; i < sizeof tos / sizeof tos[0]; i++) {
        sloppy s;
        char line[256];
        snprintf(line, sizeof line, "To: %s\r\n", tos[i].to);
        read_text(&s, with("To: <sip:b@h>\r\n", line), ALL);
        expect_status(tos[i].to, s.status, SIRA_OK);
        const char *text = answer(&s, &(sira_response){.code = 200, .to_tag = SIRA_STR("t")});
        if (strstr(text, tos[i].expected) == NULL)
            fail_msg("%s: %s", tos[i].to, text);
        heap_str_free(s.bytes);
    }
}

static void what_is_missing_can_not_be_answered(void **state)
{
    (void)state;
    static const char *const lines[] = {"Via: SIP/2.0/UDP a;branch=z9hG4bK1\r\n", FROM, "To: <sip:b@h>\r\n",
                                        "Call-ID: c\r\n", "CSeq: 1 REGISTER\r\n"};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        sloppy s;
        read_text(&s, with(lines[i], ""), ALL);
        assert_true(s.status < 0);
        assert_string_equal(answer(&s, &(sira_response){.code = 400}), "");
        heap_str_free(s.bytes);
    }
}

static void each_has_a_name(void **state)
{
    (void)state;
    for (unsigned flag = 1; flag <= SIRA_LENIENT_LAST; flag <<= 1) {
        assert_true(strlen(sira_lenient_name((sira_lenient)flag)) > 3);
        for (unsigned other = 1; other < flag; other <<= 1)
            assert_string_not_equal(sira_lenient_name((sira_lenient)flag), sira_lenient_name((sira_lenient)other));
    }
    assert_string_equal(sira_lenient_name(SIRA_LENIENT_NONE), "");
    assert_int_equal(2 * SIRA_LENIENT_LAST - 1, ALL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_request_needs),
        cmocka_unit_test(what_is_beyond_help),
        cmocka_unit_test(answers_are_right),
        cmocka_unit_test(every_via_is_answered),
        cmocka_unit_test(addresses_are_written_anew),
        cmocka_unit_test(what_is_missing_can_not_be_answered),
        cmocka_unit_test(each_has_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
