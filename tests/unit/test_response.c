#include "support/sweep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sira/writer.h>

#define SLOTS 16

typedef struct answer {
    sira_message message;
    sira_response response;
} answer;

static void write_answer(sira_writer *writer, const void *input)
{
    const answer *a = input;
    sira_write_response(writer, &a->message, &a->response);
}

static const sira_endpoint same = {SIRA_TRANSPORT_UDP, SIRA_FAMILY_IPV4, 5060, {192, 0, 2, 1}};
static const sira_endpoint other = {SIRA_TRANSPORT_UDP, SIRA_FAMILY_IPV4, 40000, {198, 51, 100, 7}};
static const sira_endpoint ipv6 = {SIRA_TRANSPORT_UDP, SIRA_FAMILY_IPV6, 5060, {0x20, 0x01, 0x0d, 0xb8, [15] = 9}};
static const sira_endpoint unset = {0};

#define REST "From: <sip:a>;tag=1\r\nTo: <sip:b>;tag=2\r\nCall-ID: c\r\nCSeq: 1 OPTIONS\r\n"

static void check(const char *name, const char *headers, unsigned lenient, const sira_response *response,
                  const char *expected)
{
    char text[1024];
    sira_field slots[SLOTS];
    answer a = {.response = *response};
    snprintf(text, sizeof text, "OPTIONS sip:b SIP/2.0%s%s\r\n", lenient ? "\n" : "\r\n", headers);
    sira_str bytes = heap_str_from(text);
    sira_message_init(&a.message, slots, SLOTS);
    a.message.lenient = lenient;
    (void)sira_message_parse(&a.message, bytes, NULL);
    if (expected != NULL)
        expect_written(name, write_answer, &a, expected);
    else
        expect_refused(name, write_answer, &a, SIRA_E_MISSING);
    heap_str_free(bytes);
}

static void test_top_via(void **state)
{
    (void)state;
    static const struct {
        const char *name, *via;
        const sira_endpoint *source;
        const char *expected;
    } cases[] = {
        {"as it came", "v :\tSIP / 2.0 / UDP 192.0.2.1 ;\r\n branch=1", NULL,
         "v :\tSIP / 2.0 / UDP 192.0.2.1 ;\r\n branch=1"},
        {"source not set", "v:  SIP/2.0/UDP a", &unset, "v:  SIP/2.0/UDP a"},
        {"same address", "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=1", &same, "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=1"},
        {"another port only", "Via: SIP/2.0/UDP 192.0.2.1:99;branch=1", &same,
         "Via: SIP/2.0/UDP 192.0.2.1:99;branch=1"},
        {"another address", "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=1", &other,
         "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=1;received=198.51.100.7"},
        {"a name", "Via: SIP/2.0/UDP a.example;branch=1", &same,
         "Via: SIP/2.0/UDP a.example;branch=1;received=192.0.2.1"},
        {"rport", "Via: SIP/2.0/UDP 192.0.2.1;rport;branch=1", &same,
         "Via: SIP/2.0/UDP 192.0.2.1;rport=5060;branch=1;received=192.0.2.1"},
        {"rport with a value", "Via: SIP/2.0/UDP 192.0.2.1;branch=1;RPORT=7", &other,
         "Via: SIP/2.0/UDP 192.0.2.1;branch=1;RPORT=40000;received=198.51.100.7"},
        {"forged received", "Via: SIP/2.0/UDP 192.0.2.1;received=6.6.6.6;branch=1", &same,
         "Via: SIP/2.0/UDP 192.0.2.1;branch=1"},
        {"forged received, replaced", "Via: SIP/2.0/UDP 10.0.0.1;received=6.6.6.6;branch=1", &same,
         "Via: SIP/2.0/UDP 10.0.0.1;branch=1;received=192.0.2.1"},
        {"IPv6", "Via: SIP/2.0/UDP [2001:db8::1]:5060;branch=1;rport", &ipv6,
         "Via: SIP/2.0/UDP [2001:db8::1]:5060;branch=1;rport=5060;received=2001:db8::9"},
        {"the same IPv6 address, written otherwise", "Via: SIP/2.0/UDP [2001:0DB8:0::9]", &ipv6,
         "Via: SIP/2.0/UDP [2001:0DB8:0::9]"},
        {"odd spacing and folds", "Via: SIP / 2.0\r\n / UDP\t192.0.2.1 : 5060 ; branch = 1 ; x = \"a\r\n b\"", &other,
         "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=1;x=\"a\r\n b\";received=198.51.100.7"},
        {"others in the same line", "Via: SIP/2.0/UDP a;branch=1 ,\r\n SIP/2.0/TCP b;branch=2;rport;received=1.1.1.1",
         &same, "Via: SIP/2.0/UDP a;branch=1;received=192.0.2.1, SIP/2.0/TCP b;branch=2;rport;received=1.1.1.1"},
        {"others below", "Via: SIP/2.0/UDP a\r\nX: y\r\nv:SIP/2.0/TCP b;rport", &same,
         "Via: SIP/2.0/UDP a;received=192.0.2.1\r\nv:SIP/2.0/TCP b;rport"},
        {"malformed", "Via: nonsense", &same, "Via: nonsense"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char headers[512], expected[512];
        snprintf(headers, sizeof headers, "%s\r\n" REST, cases[i].via);
        snprintf(expected, sizeof expected, "SIP/2.0 200 OK\r\n%s\r\n" REST, cases[i].expected);
        check(cases[i].name, headers, 0, &(sira_response){.code = 200, .source = cases[i].source}, expected);
    }
}

static void test_to_tag(void **state)
{
    (void)state;
    static const struct {
        const char *name, *to, *expected;
    } cases[] = {
        {"none yet", "To: <sip:b>", "To: <sip:b>;tag=new"},
        {"one already", "To: <sip:b>;tag=2", "To: <sip:b>;tag=2"},
        {"without brackets", "t:sip:b;x=y", "t:sip:b;x=y;tag=new"},
        {"white space behind", "To: <sip:b> \t", "To: <sip:b>;tag=new"},
        {"a tag in the URI", "To: <sip:b;tag=2>", "To: <sip:b;tag=2>;tag=new"},
        {"a tag in the display name", "To: \";tag=2\" <sip:b>", "To: \";tag=2\" <sip:b>;tag=new"},
        {"folded", "To: B\r\n <sip:b>", "To: B\r\n <sip:b>;tag=new"},
        {"malformed", "To: \"b <sip:b>", "To: \"b <sip:b>"},
        {"the first of two", "To: <sip:b>\r\nTo: <sip:c>", "To: <sip:b>;tag=new"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char headers[256], expected[256];
        snprintf(headers, sizeof headers, "Via: x\r\n%s\r\n", cases[i].to);
        snprintf(expected, sizeof expected, "SIP/2.0 404 Not Found\r\nVia: x\r\n%s\r\n", cases[i].expected);
        check(cases[i].name, headers, 0, &(sira_response){.code = 404, .to_tag = SIRA_STR("new")}, expected);
    }
    check("no tag wanted", "Via: x\r\nTo: <sip:b>\r\n", 0, &(sira_response){.code = 404},
          "SIP/2.0 404 Not Found\r\nVia: x\r\nTo: <sip:b>\r\n");
}

static void test_what_is_missing_is_left_out(void **state)
{
    (void)state;
    static const sira_response bad = {
        .code = 400, .reason = SIRA_STR_INIT("Missing CSeq"), .to_tag = SIRA_STR_INIT("t")};
    check("only Via", "Via: 1\r\n", 0, &bad, "SIP/2.0 400 Missing CSeq\r\nVia: 1\r\n");
    check("no Via", REST, 0, &bad, NULL);
    check("nothing", "", 0, &bad, NULL);
    check("in another order", "CSeq: 1 X\r\ni: 2\r\nf: 3\r\nv: 4\r\n", 0, &bad,
          "SIP/2.0 400 Missing CSeq\r\nv: 4\r\nf: 3\r\ni: 2\r\nCSeq: 1 X\r\n");
    check("refused in the middle", "Via: 1\r\nnonsense\r\nVia: 2\r\nCall-ID: 3\r\n", 0, &bad,
          "SIP/2.0 400 Missing CSeq\r\nVia: 1\r\nVia: 2\r\nCall-ID: 3\r\n");
    check("refused at the end", "Via: 1\r\nCall-ID: 3\r\nTo: \r", 0, &bad,
          "SIP/2.0 400 Missing CSeq\r\nVia: 1\r\nCall-ID: 3\r\n");
    check("several of one", "Via: 1\r\ni: 2\r\ni: 3\r\n", 0, &bad, "SIP/2.0 400 Missing CSeq\r\nVia: 1\r\ni: 2\r\n");
}

static void test_trying(void **state)
{
    (void)state;
    check("100", "Via: 1\r\nTimestamp: 54\r\n", 0, &(sira_response){.code = 100},
          "SIP/2.0 100 Trying\r\nVia: 1\r\nTimestamp: 54\r\n");
    check("180", "Via: 1\r\nTimestamp: 54\r\n", 0, &(sira_response){.code = 180}, "SIP/2.0 180 Ringing\r\nVia: 1\r\n");
}

static void test_bare_lf_becomes_crlf(void **state)
{
    (void)state;
    check("lenient", "Via: 1\nTo: B\n <sip:b>\ni: 2\r\n", SIRA_LENIENT_BARE_LF,
          &(sira_response){.code = 200, .to_tag = SIRA_STR("t")},
          "SIP/2.0 200 OK\r\nVia: 1\r\nTo: B\r\n <sip:b>;tag=t\r\ni: 2\r\n");
}

static void test_refused_values(void **state)
{
    (void)state;
    sira_field slots[SLOTS];
    answer a = {.response = {.code = 200, .to_tag = SIRA_STR("t\r\nX: y")}};
    sira_message_init(&a.message, slots, SLOTS);
    expect_status("parse",
                  sira_message_parse(&a.message, SIRA_STR("A sip:b SIP/2.0\r\nv: x\r\nt: <sip:b>\r\n\r\n"), NULL),
                  SIRA_OK);
    expect_refused("tag", write_answer, &a, SIRA_E_ARGUMENT);
    a.response = (sira_response){.code = 99};
    expect_refused("code", write_answer, &a, SIRA_E_ARGUMENT);
    a.response = (sira_response){.code = 400, .reason = SIRA_STR("a\nb")};
    expect_refused("reason", write_answer, &a, SIRA_E_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_top_via),
        cmocka_unit_test(test_to_tag),
        cmocka_unit_test(test_what_is_missing_is_left_out),
        cmocka_unit_test(test_trying),
        cmocka_unit_test(test_bare_lf_becomes_crlf),
        cmocka_unit_test(test_refused_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
