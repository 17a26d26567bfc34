#include "support/sweep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sira/writer.h>

#define S(literal) SIRA_STR_INIT(literal)

/* ---- URIs ---- */

static void write_uri(sira_writer *writer, const void *input)
{
    sira_write_uri(writer, input);
}

static void test_uris_from_parts(void **state)
{
    (void)state;
    static const struct {
        sira_uri uri;
        const char *text; /* NULL: refused */
    } cases[] = {
        {{.scheme = SIRA_SCHEME_SIP, .host = S("example.com")}, "sip:example.com"},
        {{.scheme = SIRA_SCHEME_SIPS, .user = S("a"), .host = S("[2001:db8::1]"), .port = 5061},
         "sips:a@[2001:db8::1]:5061"},
        {{.scheme = SIRA_SCHEME_SIP, .user = S("a%00b"), .has_password = true, .host = S("b")}, "sip:a%00b:@b"},
        {{.scheme = SIRA_SCHEME_SIP,
          .user = S("a"),
          .password = S("p%3a"),
          .host = S("b"),
          .params = S("lr;transport=udp;x=%20"),
          .headers = S("a=b&c=%41")},
         "sip:a:p%3a@b;lr;transport=udp;x=%20?a=b&c=%41"},
        {{.scheme = SIRA_SCHEME_TEL, .user = S("+1-234(5)"), .params = S("phone-context=example.com")},
         "tel:+1-234(5);phone-context=example.com"},
        {{.scheme_text = S("urn"), .rest = S("service:sos")}, "urn:service:sos"},
        {{.scheme = SIRA_SCHEME_SIP, .scheme_text = S("SIP"), .host = S("b")}, "SIP:b"},
        {{.scheme = SIRA_SCHEME_TEL, .user = S("1*#A"), .params = S("phone-context=+1")}, "tel:1*#A;phone-context=+1"},
        {{.scheme = SIRA_SCHEME_SIP, .host = S("b"), .params = S(";;=a;")}, NULL},
        {{.scheme = SIRA_SCHEME_SIP, .host = S("b"), .params = S("a=b;")}, NULL},
        {{.scheme = SIRA_SCHEME_SIP, .host = S("b"), .params = S("lr;lr")}, NULL},
        {{.scheme = SIRA_SCHEME_SIP, .host = S("b"), .params = S("a=b=c")}, NULL},
        {{.scheme = SIRA_SCHEME_SIP, .host = S("b"), .headers = S("a")}, NULL},
        {{.scheme = SIRA_SCHEME_SIP, .host = S("b"), .headers = S("a=b&")}, NULL},
        {{.scheme = SIRA_SCHEME_SIP, .password = S("p"), .host = S("b")}, NULL},
        {{.scheme = SIRA_SCHEME_SIP, .scheme_text = S("tel"), .host = S("b")}, NULL},
        {{.scheme = SIRA_SCHEME_SIP, .scheme_text = S("sips"), .host = S("b")}, NULL},
        {{.scheme_text = S("sip"), .rest = S("b")}, NULL},
        {{.scheme_text = S("1x"), .rest = S("b")}, NULL},
        {{.scheme_text = S("1x"), .rest = S("%zz")}, NULL},
        {{.scheme_text = S("x"), .rest = S("%zz")}, NULL},
        {{.scheme_text = S("x"), .rest = S("a%4")}, NULL},
        {{.scheme = 77, .scheme_text = S("x"), .rest = S("a")}, NULL},
        {{.scheme = SIRA_SCHEME_TEL, .user = S("a+%41(")}, NULL},
        {{.scheme = SIRA_SCHEME_TEL, .user = S("1")}, NULL},
        {{.scheme = SIRA_SCHEME_TEL, .user = S("+1a")}, NULL},
        {{.scheme = SIRA_SCHEME_TEL, .user = S("+()")}, NULL},
        {{.scheme = SIRA_SCHEME_TEL, .user = S("+1"), .params = S("ext=x")}, NULL},
        {{.scheme = SIRA_SCHEME_TEL, .user = S("+1"), .headers = S("a=b")}, NULL},
        {{.scheme = SIRA_SCHEME_SIP}, NULL},
        {{.rest = S("x")}, NULL},
        {{.scheme_text = S("urn")}, NULL},
        {{.scheme_text = S("u:n"), .rest = S("x")}, NULL},
        {{.scheme_text = S("urn"), .rest = S("a b")}, NULL},
        {{.scheme_text = S("urn"), .rest = S("a>")}, NULL},
        {{.scheme = SIRA_SCHEME_SIP, .has_user = true, .host = S("b")}, NULL},
        {{.scheme = SIRA_SCHEME_SIP, .user = S("a@c"), .host = S("b")}, NULL},
        {{.scheme = SIRA_SCHEME_SIP, .user = S("a%0"), .host = S("b")}, NULL},
        {{.scheme = SIRA_SCHEME_SIP, .user = S("a%0g"), .host = S("b")}, NULL},
        {{.scheme = SIRA_SCHEME_SIP, .user = S("a:p"), .host = S("b")}, NULL},
        {{.scheme = SIRA_SCHEME_SIP, .user = S("a"), .password = S("p:"), .host = S("b")}, NULL},
        {{.scheme = SIRA_SCHEME_SIP, .host = S("b;lr")}, NULL},
        {{.scheme = SIRA_SCHEME_SIP, .host = S("b c")}, NULL},
        {{.scheme = SIRA_SCHEME_SIP, .host = S("[::g]")}, NULL},
        {{.scheme = SIRA_SCHEME_SIP, .host = S("b"), .params = S("lr?x=y")}, NULL},
        {{.scheme = SIRA_SCHEME_SIP, .host = S("b"), .params = S("lr\r\n")}, NULL},
        {{.scheme = SIRA_SCHEME_SIP, .host = S("b"), .headers = S("a=b;c")}, NULL},
        {{.scheme = SIRA_SCHEME_TEL}, NULL},
        {{.scheme = SIRA_SCHEME_TEL, .user = S("1;2")}, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char name[16];
        snprintf(name, sizeof name, "uri %zu", i);
        if (cases[i].text != NULL)
            expect_written(name, write_uri, &cases[i].uri, cases[i].text);
        else
            expect_refused(name, write_uri, &cases[i].uri, SIRA_E_ARGUMENT);
    }
}

static void test_what_was_parsed(void **state)
{
    (void)state;
    static const char *const texts[] = {"sip:a@b",         "SIPS:%61;x?y:p@[::1]:5;lr;a=b?c=d&e=", "tel:+358-9;ext=1",
                                        "isbn:2983792873", "sip:;=,$&+?/@1.2.3.4;maddr=[::1]",     "http://a/b?c"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        sira_uri uri;
        sira_str text = heap_str_from(texts[i]);
        expect_status(texts[i], sira_uri_parse(&uri, text, NULL), SIRA_OK);
        expect_written(texts[i], write_uri, &uri, texts[i]);
        heap_str_free(text);
    }
}

/* ---- addresses and parameters ---- */

typedef struct address {
    sira_field_id id;
    const char *display, *uri, *tag;
} address;

static void write_address(sira_writer *writer, const void *input)
{
    const address *a = input;
    sira_write_address_field(writer, a->id, sira_str_from(a->display), sira_str_from(a->uri), sira_str_from(a->tag));
}

static void test_addresses(void **state)
{
    (void)state;
    expect_written("all", write_address, &(address){SIRA_FIELD_FROM, "A \"B\"", "sip:a@b;lr", "1x"},
                   "From: \"A \\\"B\\\"\" <sip:a@b;lr>;tag=1x\r\n");
    expect_written("bare", write_address, &(address){SIRA_FIELD_ROUTE, "", "sip:p;lr", ""}, "Route: <sip:p;lr>\r\n");
    expect_refused("no URI", write_address, &(address){SIRA_FIELD_TO, "", "", ""}, SIRA_E_ARGUMENT);
    expect_refused("out of the brackets", write_address, &(address){SIRA_FIELD_TO, "", "sip:a>;tag=x", ""},
                   SIRA_E_ARGUMENT);
    expect_refused("tag", write_address, &(address){SIRA_FIELD_TO, "", "sip:a", "x;y"}, SIRA_E_ARGUMENT);
    expect_refused("display", write_address, &(address){SIRA_FIELD_TO, "a\nb", "sip:a", ""}, SIRA_E_ARGUMENT);
    expect_refused("id", write_address, &(address){SIRA_FIELD_OTHER, "", "sip:a", ""}, SIRA_E_ARGUMENT);
}

typedef struct param {
    const char *name;
    sira_str value;
} param;

static void write_param(sira_writer *writer, const void *input)
{
    const param *p = input;
    sira_write_param(writer, sira_str_from(p->name), p->value);
}

static void write_param_quoted(sira_writer *writer, const void *input)
{
    const param *p = input;
    sira_write_param_quoted(writer, sira_str_from(p->name), p->value);
}

static void write_param_number(sira_writer *writer, const void *input)
{
    sira_write_param_number(writer, sira_str_from(input), 3600);
}

static void test_params(void **state)
{
    (void)state;
    static const sira_str wrong[] = {S(""),        S("a b"),     S("a;b"),    S("a,b"),         S("\"a"), S("a\""),
                                     S("\"a\";b"), S("\"a\\\""), S("a\r\nb"), S("\"a\r\n b\""), S("<a>"), S("a:b["),
                                     S("[::1]:1"), S("::1"),     S("[::g]"),  S("[::1"),        S("a:1"), S("[]")};
    expect_written("flag", write_param, &(param){"lr", {NULL, 0}}, ";lr");
    expect_written("token", write_param, &(param){"a", S("b")}, ";a=b");
    expect_written("host", write_param, &(param){"a", S("[2001:db8::1]")}, ";a=[2001:db8::1]");
    expect_written("IPv4", write_param, &(param){"a", S("192.0.2.1")}, ";a=192.0.2.1");
    expect_written("received", write_param, &(param){"Received", S("::1")}, ";Received=::1");
    expect_written("quoted", write_param, &(param){"a", S("\"b;\\\"c\"")}, ";a=\"b;\\\"c\"");
    expect_written("to quote", write_param_quoted, &(param){"a", S("b\"c")}, ";a=\"b\\\"c\"");
    expect_written("number", write_param_number, "expires", ";expires=3600");
    expect_refused("no name", write_param, &(param){"", S("b")}, SIRA_E_ARGUMENT);
    expect_refused("name", write_param_quoted, &(param){"a b", S("b")}, SIRA_E_ARGUMENT);
    expect_refused("name", write_param_number, "a=", SIRA_E_ARGUMENT);
    expect_refused("to quote", write_param_quoted, &(param){"a", S("b\r")}, SIRA_E_ARGUMENT);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        expect_refused(wrong[i].at, write_param, &(param){"a", wrong[i]}, SIRA_E_ARGUMENT);
}

/* ---- lines ---- */

static void write_via(sira_writer *writer, const void *input)
{
    sira_write_via_field(writer, input);
}

static void test_via(void **state)
{
    (void)state;
    static const sira_endpoint ipv4 = {SIRA_TRANSPORT_UDP, SIRA_FAMILY_IPV4, 5060, {192, 0, 2, 1}};
    static const sira_endpoint ipv6 = {SIRA_TRANSPORT_TLS, SIRA_FAMILY_IPV6, 0, {0x20, 1, 0xd, 0xb8}};
    static const sira_endpoint none = {0};
    expect_written("IPv4", write_via, &(sira_write_via){&ipv4, S("z9hG4bK1"), true},
                   "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1;rport\r\n");
    expect_written("IPv6", write_via, &(sira_write_via){&ipv6, S("z9hG4bK1"), false},
                   "Via: SIP/2.0/TLS [2001:db8::];branch=z9hG4bK1\r\n");
    expect_refused("no address", write_via, &(sira_write_via){&none, S("z9hG4bK1"), false}, SIRA_E_ARGUMENT);
    expect_refused("no branch", write_via, &(sira_write_via){&ipv4, S(""), false}, SIRA_E_ARGUMENT);
    expect_refused("branch", write_via, &(sira_write_via){&ipv4, S("z;x"), false}, SIRA_E_ARGUMENT);
}

static void write_cseq(sira_writer *writer, const void *input)
{
    sira_write_cseq_field(writer, 4711, sira_str_from(input));
}

static void write_cseq_number(sira_writer *writer, const void *input)
{
    sira_write_cseq_field(writer, *(const uint32_t *)input, SIRA_STR("A"));
}

static void write_hops(sira_writer *writer, const void *input)
{
    sira_write_field_number(writer, SIRA_FIELD_MAX_FORWARDS, *(const uint32_t *)input);
}

static void test_cseq(void **state)
{
    (void)state;
    expect_written("cseq", write_cseq, "REGISTER", "CSeq: 4711 REGISTER\r\n");
    expect_refused("method", write_cseq, "RE GISTER", SIRA_E_ARGUMENT);
    static const uint32_t numbers[] = {2147483647, 2147483648, 255, 256};
    expect_written("the highest", write_cseq_number, &numbers[0], "CSeq: 2147483647 A\r\n");
    expect_refused("above", write_cseq_number, &numbers[1], SIRA_E_ARGUMENT);
    expect_written("hops", write_hops, &numbers[2], "Max-Forwards: 255\r\n");
    expect_refused("more hops", write_hops, &numbers[3], SIRA_E_ARGUMENT);
}

static void write_contact(sira_writer *writer, const void *input)
{
    sira_write_contact_field(writer, input);
}

static void test_contact(void **state)
{
    (void)state;
    static const struct {
        uint16_t q;
        const char *text;
    } qs[] = {{0, "0"},     {1, "0.001"},   {10, "0.01"},   {100, "0.1"},
              {500, "0.5"}, {125, "0.125"}, {999, "0.999"}, {1000, "1"}};
    static const sira_str bad_displays[] = {S("\"A"),  S("A <x>"),      S("A\"B\""), S("A\r\nB"),
                                            S("A\rB"), S("\"A\r\nB\""), S(" A")};
    static const sira_str bad_inners[] = {S("a\""),       S("\"a"),    S("a\\"),  S("a\\\\\\"),
                                          S("a\";x=\"b"), S("a\r\nb"), S("a\nb"), S("a\1")};
    expect_written("star", write_contact, &(sira_contact){.star = true}, "Contact: *\r\n");
    expect_written(
        "all", write_contact,
        &(sira_contact){.address = {.display = S("\"A B\""), .uri = S("sip:a@b;ob")},
                        .has_expires = true,
                        .has_q = true,
                        .q = 500,
                        .reg_id = 1,
                        .instance = S("<urn:uuid:0>"),
                        .pub_gruu = S("sip:p"),
                        .temp_gruu = S("sip:t")},
        "Contact: \"A B\" <sip:a@b;ob>;q=0.5;expires=0;+sip.instance=\"<urn:uuid:0>\";reg-id=1;pub-gruu=\"sip:p\""
        ";temp-gruu=\"sip:t\"\r\n");
    expect_written("tokens", write_contact, &(sira_contact){.address = {.display = S("A B"), .uri = S("sip:a")}},
                   "Contact: A B <sip:a>\r\n");
    for (size_t i = 0; i < sizeof qs / sizeof qs[0]; i++) {
        char text[64];
        snprintf(text, sizeof text, "Contact: <sip:a>;q=%s\r\n", qs[i].text);
        expect_written(qs[i].text, write_contact,
                       &(sira_contact){.address = {.uri = S("sip:a")}, .has_q = true, .q = qs[i].q}, text);
    }
    expect_refused("q", write_contact, &(sira_contact){.address = {.uri = S("sip:a")}, .has_q = true, .q = 1001},
                   SIRA_E_ARGUMENT);
    for (size_t i = 0; i < sizeof bad_displays / sizeof bad_displays[0]; i++)
        expect_refused("display", write_contact,
                       &(sira_contact){.address = {.display = bad_displays[i], .uri = S("sip:a")}}, SIRA_E_ARGUMENT);
    expect_written(
        "folds", write_contact,
        &(sira_contact){.address = {.display = S("A\r\n \r\n\tB \r\n C"), .uri = S("sip:a")}, .pub_gruu = S("b\r\n c")},
        "Contact: A B  C <sip:a>;pub-gruu=\"b c\"\r\n");
    expect_written("a folded display name", write_contact,
                   &(sira_contact){.address = {.display = S("\"A\r\n B\""), .uri = S("sip:a")}},
                   "Contact: \"A B\" <sip:a>\r\n");
    expect_written("escapes", write_contact,
                   &(sira_contact){.address = {.uri = S("sip:a")},
                                   .instance = S("a\\\"b"),
                                   .pub_gruu = S("\\\\"),
                                   .temp_gruu = S("c\\d\\\1\t\xc3\xa4")},
                   "Contact: <sip:a>;+sip.instance=\"a\\\"b\";pub-gruu=\"\\\\\";temp-gruu=\"c\\d\\\1\t\xc3\xa4\"\r\n");
    for (size_t i = 0; i < sizeof bad_inners / sizeof bad_inners[0]; i++) {
        expect_refused("instance", write_contact,
                       &(sira_contact){.address = {.uri = S("sip:a")}, .instance = bad_inners[i]}, SIRA_E_ARGUMENT);
        expect_refused("pub-gruu", write_contact,
                       &(sira_contact){.address = {.uri = S("sip:a")}, .pub_gruu = bad_inners[i]}, SIRA_E_ARGUMENT);
    }
    expect_refused("no URI", write_contact, &(sira_contact){0}, SIRA_E_ARGUMENT);
}

static void write_retry_after(sira_writer *writer, const void *input)
{
    sira_write_retry_after_field(writer, input);
}

static void test_retry_after(void **state)
{
    (void)state;
    expect_written("plain", write_retry_after, &(sira_retry_after){.seconds = 5}, "Retry-After: 5\r\n");
    expect_written("all", write_retry_after,
                   &(sira_retry_after){.seconds = 5, .has_duration = true, .duration = 60, .comment = S("(at lunch)")},
                   "Retry-After: 5 (at lunch);duration=60\r\n");
    static const sira_str right[] = {S("()"), S("(a(b)c)"), S("(\\)(\\())"), S("(\\\\)")};
    static const sira_str wrong[] = {S("lunch"), S("(a\\)"), S("(a(b)"), S("()x()"), S("(a);duration=7 (b)"),
                                     S("(a) "),  S(" (a)"),  S(")("),    S("(a\1)"), S("(a\r\nb)"),
                                     S("(a\\")};
    for (size_t i = 0; i < sizeof right / sizeof right[0]; i++) {
        char text[64];
        snprintf(text, sizeof text, "Retry-After: 0 %s\r\n", right[i].at);
        expect_written(right[i].at, write_retry_after, &(sira_retry_after){.comment = right[i]}, text);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        expect_refused(wrong[i].at, write_retry_after, &(sira_retry_after){.comment = wrong[i]}, SIRA_E_ARGUMENT);
    expect_written("a fold", write_retry_after, &(sira_retry_after){.comment = S("(a\r\n b)")},
                   "Retry-After: 0 (a b)\r\n");
    expect_refused("half a comment", write_retry_after, &(sira_retry_after){.comment = S("(")}, SIRA_E_ARGUMENT);
    expect_refused("two lines", write_retry_after, &(sira_retry_after){.comment = S("(\r\n)")}, SIRA_E_ARGUMENT);
}

static void write_date(sira_writer *writer, const void *input)
{
    sira_write_date_field(writer, input);
}

static void test_date(void **state)
{
    (void)state;
    static const sira_date wrong[] = {{2010, 0, 1, 0, 0, 0, 0},  {2010, 13, 1, 0, 0, 0, 0}, {2010, 1, 0, 0, 0, 0, 0},
                                      {2010, 1, 32, 0, 0, 0, 0}, {2010, 1, 1, 24, 0, 0, 0}, {2010, 1, 1, 0, 60, 0, 0},
                                      {2010, 1, 1, 0, 0, 61, 0}, {2010, 1, 1, 0, 0, 0, 7},  {10000, 1, 1, 0, 0, 0, 0}};
    expect_written("RFC 3261 20.17", write_date, &(sira_date){2010, 11, 13, 23, 29, 0, 5},
                   "Date: Sat, 13 Nov 2010 23:29:00 GMT\r\n");
    expect_written("short numbers", write_date, &(sira_date){7, 1, 2, 3, 4, 60, 0},
                   "Date: Mon, 02 Jan 0007 03:04:60 GMT\r\n");
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        expect_refused("date", write_date, &wrong[i], SIRA_E_ARGUMENT);
}

static void write_warning(sira_writer *writer, const void *input)
{
    sira_write_warning_field(writer, input);
}

static void test_warning(void **state)
{
    (void)state;
    expect_written("warning", write_warning, &(sira_warning){399, S("[::1]:5060"), S("\"a \\\"b\"")},
                   "Warning: 399 [::1]:5060 \"a \\\"b\"\r\n");
    expect_written("a fold", write_warning, &(sira_warning){399, S("a"), S("\"b\r\n c\"")},
                   "Warning: 399 a \"b c\"\r\n");
    expect_refused("code", write_warning, &(sira_warning){99, S("a"), S("\"\"")}, SIRA_E_ARGUMENT);
    expect_refused("code", write_warning, &(sira_warning){1000, S("a"), S("\"\"")}, SIRA_E_ARGUMENT);
    expect_refused("agent", write_warning, &(sira_warning){399, S("a b"), S("\"\"")}, SIRA_E_ARGUMENT);
    expect_refused("no host", write_warning, &(sira_warning){399, S("a:b["), S("\"\"")}, SIRA_E_ARGUMENT);
    expect_refused("no agent", write_warning, &(sira_warning){399, S(""), S("\"\"")}, SIRA_E_ARGUMENT);
    expect_refused("text", write_warning, &(sira_warning){399, S("a"), S("b")}, SIRA_E_ARGUMENT);
    expect_refused("two texts", write_warning, &(sira_warning){399, S("a"), S("\"b\", 1 c \"d\"")}, SIRA_E_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_uris_from_parts),
        cmocka_unit_test(test_what_was_parsed),
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_params),
        cmocka_unit_test(test_via),
        cmocka_unit_test(test_cseq),
        cmocka_unit_test(test_contact),
        cmocka_unit_test(test_retry_after),
        cmocka_unit_test(test_date),
        cmocka_unit_test(test_warning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
