#include "support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sira/uri.h>
#include <sira/writer.h>

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

/* ---- what is a URI, and its parts ---- */

typedef struct parts {
    const char *text;
    sira_scheme scheme;
    const char *user, *password; /* NULL: none */
    sira_host_kind kind;
    const char *host;
    uint16_t port;
    const char *params, *headers, *rest;
} parts;

#define SIP(text, ...)                                                                                                 \
    {                                                                                                                  \
        (text), SIRA_SCHEME_SIP, __VA_ARGS__                                                                           \
    }
#define SIPS(text, ...)                                                                                                \
    {                                                                                                                  \
        (text), SIRA_SCHEME_SIPS, __VA_ARGS__                                                                          \
    }
#define TEL(text, number, params)                                                                                      \
    {                                                                                                                  \
        (text), SIRA_SCHEME_TEL, (number), NULL, SIRA_HOST_NONE, "", 0, (params), "", ""                               \
    }
#define OTHER(text, rest)                                                                                              \
    {                                                                                                                  \
        (text), SIRA_SCHEME_OTHER, NULL, NULL, SIRA_HOST_NONE, "", 0, "", "", (rest)                                   \
    }
#define NAME SIRA_HOST_NAME
#define IPV4 SIRA_HOST_IPV4
#define IPV6 SIRA_HOST_IPV6

static const parts good[] = {
    /* RFC 3261 19.1.3 */
    SIP("sip:alice@atlanta.com", "alice", NULL, NAME, "atlanta.com", 0, "", "", ""),
    SIP("sip:alice:secretword@atlanta.com;transport=tcp", "alice", "secretword", NAME, "atlanta.com", 0,
        "transport=tcp", "", ""),
    SIPS("sips:alice@atlanta.com?subject=project%20x&priority=urgent", "alice", NULL, NAME, "atlanta.com", 0, "",
         "subject=project%20x&priority=urgent", ""),
    SIP("sip:+1-212-555-1212:1234@gateway.com;user=phone", "+1-212-555-1212", "1234", NAME, "gateway.com", 0,
        "user=phone", "", ""),
    SIPS("sips:1212@gateway.com", "1212", NULL, NAME, "gateway.com", 0, "", "", ""),
    SIP("sip:alice@192.0.2.4", "alice", NULL, IPV4, "192.0.2.4", 0, "", "", ""),
    SIP("sip:atlanta.com;method=REGISTER?to=alice%40atlanta.com", NULL, NULL, NAME, "atlanta.com", 0, "method=REGISTER",
        "to=alice%40atlanta.com", ""),
    SIP("sip:alice;day=tuesday@atlanta.com", "alice;day=tuesday", NULL, NAME, "atlanta.com", 0, "", "", ""),

    /* schemes in any case */
    SIP("SIP:h", NULL, NULL, NAME, "h", 0, "", "", ""),
    SIPS("sIpS:h", NULL, NULL, NAME, "h", 0, "", "", ""),
    TEL("TeL:+1", "+1", ""),

    /* users and passwords: RFC 4475 3.1.1.3, 3.1.1.9, 3.1.1.11 */
    SIP("sip:user;par=u%40example.net@example.com", "user;par=u%40example.net", NULL, NAME, "example.com", 0, "", "",
        ""),
    SIP("sip:sips%3Auser%40example.com@example.net", "sips%3Auser%40example.com", NULL, NAME, "example.net", 0, "", "",
        ""),
    SIP("sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com",
        "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*", "&it+has=1,weird!*pas$wo~d_too.(doesn't-it)", NAME,
        "example.com", 0, "", "", ""),
    SIP("sip:null-%00-null@example.com", "null-%00-null", NULL, NAME, "example.com", 0, "", "", ""),
    SIP("sip:a:@h", "a", "", NAME, "h", 0, "", "", ""),
    SIP("sip:a:%00@h", "a", "%00", NAME, "h", 0, "", "", ""),
    SIP("sip:%25@h", "%25", NULL, NAME, "h", 0, "", "", ""),
    SIP("sip:?@h", "?", NULL, NAME, "h", 0, "", "", ""),
    SIP("sip:a?b=c@h?d=e", "a?b=c", NULL, NAME, "h", 0, "", "d=e", ""),

    /* hosts */
    SIP("sip:a.b.c.example.com.", NULL, NULL, NAME, "a.b.c.example.com.", 0, "", "", ""),
    SIP("sip:x--y.z9", NULL, NULL, NAME, "x--y.z9", 0, "", "", ""),
    SIP("sip:1.2.3.4.a", NULL, NULL, NAME, "1.2.3.4.a", 0, "", "", ""),
    SIP("sip:3com.com", NULL, NULL, NAME, "3com.com", 0, "", "", ""),
    SIP("sip:0.0.0.0:1", NULL, NULL, IPV4, "0.0.0.0", 1, "", "", ""),
    SIP("sip:255.255.255.255", NULL, NULL, IPV4, "255.255.255.255", 0, "", "", ""),
    SIP("sip:[::]", NULL, NULL, IPV6, "[::]", 0, "", "", ""),
    SIP("sip:u@[2001:db8::10]:5070;lr", "u", NULL, IPV6, "[2001:db8::10]", 5070, "lr", "", ""), /* RFC 5118 4.1 */
    SIP("sip:u:p@[::ffff:192.0.2.1]", "u", "p", IPV6, "[::ffff:192.0.2.1]", 0, "", "", ""),
    SIP("sip:u@[2001:db8::10:5070]", "u", NULL, IPV6, "[2001:db8::10:5070]", 0, "", "", ""), /* RFC 5118 4.3 */

    /* parameters and headers */
    SIP("sip:h;lr", NULL, NULL, NAME, "h", 0, "lr", "", ""),
    SIP("sip:h;lr;a=b;c", NULL, NULL, NAME, "h", 0, "lr;a=b;c", "", ""),
    SIP("sip:h:5060;maddr=[::1];ttl=1?a=", NULL, NULL, NAME, "h", 5060, "maddr=[::1];ttl=1", "a=", ""),
    SIP("sip:h;%6c%72=%00", NULL, NULL, NAME, "h", 0, "%6c%72=%00", "", ""),
    SIP("sip:h;lr;ttl=255;Transport=udp;user=phone;method=INVITE;maddr=1.2.3.4", NULL, NULL, NAME, "h", 0,
        "lr;ttl=255;Transport=udp;user=phone;method=INVITE;maddr=1.2.3.4", "", ""),
    SIP("sip:h;a;a;a=b;ttl=0;ext=1;ext=2", NULL, NULL, NAME, "h", 0, "a;a;a=b;ttl=0;ext=1;ext=2", "", ""),
    SIP("sip:h?a=&b=?&c=/", NULL, NULL, NAME, "h", 0, "", "a=&b=?&c=/", ""),

    /* RFC 3966 6, and 5.1.5 */
    TEL("tel:+1-201-555-0123", "+1-201-555-0123", ""),
    TEL("tel:7042;phone-context=example.com", "7042", "phone-context=example.com"),
    TEL("tel:863-1234;phone-context=+1-914-555", "863-1234", "phone-context=+1-914-555"),
    TEL("tel:+358-555-1234567;postd=pp22", "+358-555-1234567", "postd=pp22"),
    TEL("tel:+1(20).3-;ext=12-3;isub=a;p", "+1(20).3-", "ext=12-3;isub=a;p"),
    TEL("tel:+-(.1", "+-(.1", ""),
    TEL("tel:aBcDeF*#-.();phone-context=+1", "aBcDeF*#-.()", "phone-context=+1"),
    TEL("tel:1;phone-context=a-b.example.", "1", "phone-context=a-b.example."),
    TEL("tel:+1;phone-context=+1-(2).3;ttl=1;ttl=2;a-1", "+1", "phone-context=+1-(2).3;ttl=1;ttl=2;a-1"),
    TEL("tel:*;x;Phone-Context=h;y=%3b", "*", "x;Phone-Context=h;y=%3b"),

    /* absolute URIs: kept whole */
    OTHER("nobodyKnowsThisScheme:totallyopaquecontent", "totallyopaquecontent"), /* RFC 4475 3.3.2 */
    OTHER("soap.beep://192.0.2.103:3002", "//192.0.2.103:3002"),                 /* RFC 4475 3.3.3 */
    OTHER("name:John_Smith", "John_Smith"),
    OTHER("mailto:a@b?subject=%00", "a@b?subject=%00"),
    OTHER("a+b-c.9:x", "x"),
    OTHER("si:x", "x"),
    OTHER("sipz:x", "x"),
    OTHER("tels:x", "x"),
    OTHER("urn:service:sos", "service:sos"),
};

static void expect_part(const char *text, const char *part, sira_str whole, sira_str actual, const char *expected)
{
    if (actual.len != strlen(expected) || (actual.len > 0 && memcmp(actual.at, expected, actual.len) != 0))
        fail_msg("%s: the %s is \"%.*s\", expected \"%s\"", text, part, (int)actual.len,
                 actual.len > 0 ? actual.at : "", expected);
    if (actual.len > 0 && (actual.at < whole.at || actual.at + actual.len > whole.at + whole.len))
        fail_msg("%s: the %s is no view into the text", text, part);
}

static void expect_parts(const parts *p)
{
    sira_uri uri;
    sira_str text = heap_str_from(p->text), none = {"", 0};
    sira_diag untouched, diag;
    memset(&untouched, 0x55, sizeof untouched);
    diag = untouched;
    expect_status(p->text, sira_uri_parse(&uri, text, &diag), SIRA_OK);
    assert_memory_equal(&diag, &untouched, sizeof diag);
    if (uri.scheme != p->scheme || uri.host_kind != p->kind || uri.port != p->port)
        fail_msg("%s: scheme %d, host %d, port %d", p->text, uri.scheme, uri.host_kind, uri.port);
    bool has_user = p->user != NULL && p->scheme != SIRA_SCHEME_TEL;
    if (uri.has_user != has_user || uri.has_password != (p->password != NULL))
        fail_msg("%s: has_user %d, has_password %d", p->text, uri.has_user, uri.has_password);
    char scheme[40];
    snprintf(scheme, sizeof scheme, "%.*s", (int)(strchr(p->text, ':') - p->text), p->text);
    assert_true(uri.text.at == text.at && uri.text.len == text.len);
    expect_part(p->text, "scheme", text, uri.scheme_text, scheme);
    expect_part(p->text, "user", text, p->user != NULL ? uri.user : none, p->user != NULL ? p->user : "");
    expect_part(p->text, "password", text, uri.password, p->password != NULL ? p->password : "");
    expect_part(p->text, "host", text, uri.host, p->host);
    expect_part(p->text, "parameters", text, uri.params, p->params);
    expect_part(p->text, "headers", text, uri.headers, p->headers);
    expect_part(p->text, "rest", text, uri.rest, p->rest);
    heap_str_free(text);
}

static void test_parts(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(good); i++)
        expect_parts(&good[i]);
}

/* What was read is written as it stood. */
static void test_written_again(void **state)
{
    (void)state;
    char buffer[256];
    for (size_t i = 0; i < COUNT(good); i++) {
        sira_uri uri;
        sira_writer writer;
        expect_status(good[i].text, sira_uri_parse(&uri, sira_str_from(good[i].text), NULL), SIRA_OK);
        uri.text = (sira_str){NULL, 0};
        sira_writer_init(&writer, buffer, sizeof buffer);
        sira_write_uri(&writer, &uri);
        expect_status(good[i].text, writer.status, SIRA_OK);
        expect_str(good[i].text, (sira_str){buffer, writer.length}, good[i].text);
    }
}

/* ---- what is none, and where ---- */

/* '^' stands before the octet that is wrong; it is none of a URI's own. */
static const char *const wrong[] = {
    "^",
    "^:",
    "^sip",
    "^ sip:h",
    "^<sip:h>",
    "^1sip:h",
    "^+a:b",
    "^-a:b",
    "^.a:b",
    "^s%69p:h",
    "^s\xc3\xadp:h",
    "^sip;h",
    "^//h/path",
    "sip:^",
    "sips:^",
    "tel:^",
    "urn:^",

    /* users and passwords */
    "sip:^@h",
    "sip:^:p@h",
    "sip:^:@h",
    "sip:a^%@h",
    "sip:a^%4@h",
    "sip:a^%4",
    "sip:a^%4g@h",
    "sip:a^%g4@h",
    "sip:a^%%41@h",
    "sip:a^ @h",
    "sip:a^\"@h",
    "sip:a^[b@h",
    "sip:a^#@h",
    "sip:a^\x80@h",
    "sip:a:b^:c@h",
    "sip:a:b^;c@h",
    "sip:a:^/@h",
    "sip:a:^?@h",
    "sip:a:^%0@h",
    "sip:a@^@h",
    "sip:a@b^@h",
    "sip:a@b;c^@h",
    "sip:a@b?c=d^@h",

    /* hosts */
    "sip:a@^",
    "sip:^ h",
    "sip:h^ ",
    "sip:h^/",
    "sip:^/h",
    "sip:^//h",
    "sip:^-h",
    "sip:^h-",
    "sip:^h-.a",
    "sip:^h.-a",
    "sip:^.h",
    "sip:^h..a",
    "sip:^h..",
    "sip:^.",
    "sip:^h.1",
    "sip:^h.1a",
    "sip:^1",
    "sip:^1.2.3",
    "sip:^1.2.3.4.",
    "sip:^1.2.3.4.5",
    "sip:^1.2.3.256",
    "sip:^01.2.3.4",
    "sip:h^%41",
    "sip:^%41",
    "sip:h^_a",
    "sip:^\xe2\x80\x8bh",
    "sip:^2001:db8::1",
    "sip:^[",
    "sip:^[]",
    "sip:^[::1",
    "sip:^[::1;lr",
    "sip:^[1.2.3.4]",
    "sip:^[h]",
    "sip:^[::1%25eth0]",
    "sip:^[v1.x]",
    "sip:^[1:2:3:4:5:6:7]",
    "sip:^[1:2:3:4:5:6:7:8:9]",
    "sip:^[1::2::3]",
    "sip:^[:1::2]",
    "sip:^[::12345]",
    "sip:^[::g]",
    "sip:^[[::1]]",
    "sip:[::1]^]",
    "sip:[::1]^a",
    "sip:a^[::1]",

    /* ports */
    "sip:h:^",
    "sip:h:^;lr",
    "sip:h:^0",
    "sip:h:^00000",
    "sip:h:^65536",
    "sip:h:^70596",
    "sip:h:^4294972356",
    "sip:h:^18446744073709556676",
    "sip:h:^000000000000000000065536",
    "sip:h:^-1",
    "sip:h:^+1",
    "sip:h:^ 1",
    "sip:h:^0x1",
    "sip:h:1^ ",
    "sip:h:1^a",
    "sip:h:1^:1",
    "sip:h:^:1",
    "sip:h:^%31",
    "sip:[::1]:^",
    "sip:1.2.3.4:^",

    /* parameters */
    "sip:h;^",
    "sip:h;^;a",
    "sip:h;a;^",
    "sip:h;^=b",
    "sip:h;a=^",
    "sip:h;a=^;b",
    "sip:h;a=b^=c",
    "sip:h;a^ ",
    "sip:h;a^,b",
    "sip:h;a^%",
    "sip:h;a=^%4",
    "sip:h;a=b^%4z",
    "sip:h;a=^\"b\"",
    "sip:h;a=b^\xff",
    "sip:h;^?a=b",
    /* each of these once (RFC 3261 19.1.1) */
    "sip:h;lr;^lr",
    "sips:h;lr;a;^LR=on",
    "sip:h;transport=udp;^Transport=tcp",
    "sip:h;user=phone;^user=phone",
    "sip:h;method=A;^method=A",
    "sip:h;maddr=a;b;^maddr=a",
    "sip:h;ttl=1;^ttl=1",
    "sip:h;ttl=^256",
    "sip:h;ttl=^0255",
    "sip:h;ttl=^-1",
    "sip:h;ttl=^%31",
    "sip:h;ttl^",

    /* headers */
    "sip:h?^",
    "sip:h?a^",
    "sip:h?a^&b=c",
    "sip:h?^=b",
    "sip:h?^&a=b",
    "sip:h?a=b&^",
    "sip:h?a=b&^&c=d",
    "sip:h?a=b^;c",
    "sip:h?a=b^=c",
    "sip:h?a=b^,c",
    "sip:h?a=b^%0",
    "sip:h?a^%0g=b",
    "sip:h?a=b^#c",
    "sip:h?Route=%3Csip:%5b::1%5D^;lr%3e",

    /* tel */
    "tel:^+",
    "tel:^+-()",
    "tel:^-;phone-context=a",
    "tel:^;phone-context=a",
    "tel:^ +1",
    "tel:^1+2;phone-context=a",
    "tel:^++1",
    "tel:^+1a",
    "tel:^+1*",
    "tel:^+1#",
    "tel:^+1%32",
    "tel:^+1,2",
    "tel:^+1 2",
    "tel:^G;phone-context=a",
    "tel:^+1?a=b",
    "tel:^+1@h",
    "tel:+1;^",
    "tel:+1;a=^",
    "tel:+1;a^%",
    "tel:+1;a=b^?c=d",
    "tel:+1;a=b^@c",
    "tel:911^",
    "tel:911;ext=1^",
    "tel:911;phone-context^",
    "tel:911;phone-context=^",
    "tel:911;x-phone-context=a^",
    "tel:1;phone-context=^/",
    "tel:1;phone-context=^1",
    "tel:1;phone-context=^+",
    "tel:1;phone-context=^+1a",
    "tel:1;phone-context=^[::1]",
    "tel:1;phone-context=^1.2.3.4",
    "tel:1;phone-context=^a-",
    "tel:+1;phone-context=^/",
    "tel:+1;ext=^abc",
    "tel:+1;ext=^*",
    "tel:+1;ext=^%31",
    "tel:+1;ext^",
    "tel:+1;a^_c=1",
    "tel:+1;a^.c",
    "tel:+1;a^%41",
    "tel:+1;ext=1;^EXT=2",
    "tel:+1;isub=1;^isub=1",
    "tel:1;phone-context=a;^phone-context=a",

    /* absolute URIs */
    "urn:a^ b",
    "urn:^ ",
    "urn:a^%",
    "urn:a^%0",
    "urn:a^%0g",
    "urn:a^<",
    "urn:a^>",
    "urn:a^\"",
    "urn:a^#b",
    "urn:a^\\",
    "urn:a^\r\n",
    "urn:a^\x7f",
    "urn:a^\x80",
};

static void expect_wrong(const char *name, sira_str text, size_t offset)
{
    sira_uri untouched, uri;
    sira_diag diag;
    memset(&untouched, 0x55, sizeof untouched);
    memset(&diag, 0x55, sizeof diag);
    uri = untouched;
    expect_status(name, sira_uri_parse(&uri, text, &diag), SIRA_E_URI);
    assert_memory_equal(&uri, &untouched, sizeof uri);
    if (diag.offset != offset)
        fail_msg("%s: refused at %zu, expected %zu (%s)", name, diag.offset, offset, diag.expected);
    assert_true(strlen(diag.expected) > 0);
    assert_string_equal(diag.field, "");
    assert_string_equal(diag.reason, "");
    assert_int_equal(diag.code, 0);
    expect_status(name, sira_uri_parse(&uri, text, NULL), SIRA_E_URI);
}

static void test_wrong_ones(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        char text[80];
        const char *mark = strchr(wrong[i], '^');
        assert_non_null(mark);
        snprintf(text, sizeof text, "%.*s%s", (int)(mark - wrong[i]), wrong[i], mark + 1);
        sira_str copy = heap_str_from(text);
        expect_wrong(wrong[i], copy, (size_t)(mark - wrong[i]));
        heap_str_free(copy);
    }
    expect_wrong("NULL", (sira_str){NULL, 0}, 0);
}

/* ---- each octet at each place (RFC 3261 25.1) ---- */

#define ALPHANUM "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
#define UNRESERVED ALPHANUM "-_.!~*'()"

static const struct {
    const char *before, *behind;
    const char *octets; /* that may stand there; behind the class those that begin another part */
} places[] = {
    {"", "a:b", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"},
    {"a", ":b", ALPHANUM "+-.:"}, /* "a::b" is the scheme "a" */
    {"sip:a", "b@h",
     UNRESERVED "&=+$,;?/"
                ":"},
    {"sip:a:b", "c@h", UNRESERVED "&=+$,"},
    {"sip:u@h", "h",
     ALPHANUM "-."
              ";"},
    {"sip:u@h;a", "b=c",
     UNRESERVED "[]/:&+$"
                ";?"},
    {"sip:u@h;a=b", "c",
     UNRESERVED "[]/:&+$"
                ";"},
    {"sip:u@h?a", "b=c", UNRESERVED "[]/?:+$"},
    {"sip:u@h?a=b", "c", UNRESERVED "[]/?:+$"},
    {"tel:+1", "2",
     "0123456789-.()"
     ";"},
    {"tel:1", "2;phone-context=a",
     "0123456789ABCDEFabcdef*#-.()"
     ";"},
    {"tel:+1;a=b", "c",
     UNRESERVED "[]/:&+$"
                ";"},
    {"urn:a", "b", UNRESERVED ";/?:@&=+$,[]"}, /* an authority may hold an IPv6 reference */
};

static void test_each_octet_at_each_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(places); i++)
        for (int octet = 0; octet < 256; octet++) {
            char text[64];
            int n = snprintf(text, sizeof text, "%s%c%s", places[i].before, octet, places[i].behind);
            sira_str copy = heap_str(text, (size_t)n);
            sira_uri uri;
            bool right = octet != 0 && strchr(places[i].octets, octet) != NULL;
            if ((sira_uri_parse(&uri, copy, NULL) == SIRA_OK) != right)
                fail_msg("%s[%02x]%s is %s", places[i].before, (unsigned)octet, places[i].behind,
                         right ? "refused" : "taken");
            heap_str_free(copy);
        }
}

/* ---- escapes ---- */

static const struct {
    const char *before, *behind;
} escapable[] = {{"sip:a", "b@h"}, {"sip:", "@h"},       {"sip:a:", "@h"},  {"sip:h;", ""}, {"sip:h;a=", ";c"},
                 {"sip:h?", "=b"}, {"sip:h?a=", "&b=c"}, {"tel:+1;a=", ""}, {"urn:", "b"}};

/* Every octet may be escaped, in digits of either case, and no escape ends a part. */
static void test_each_escape(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(escapable); i++)
        for (unsigned octet = 0; octet < 256; octet++)
            for (size_t form = 0; form < 2; form++) {
                const char *digits = form == 0 ? "0123456789abcdef" : "0123456789ABCDEF";
                char text[64];
                snprintf(text, sizeof text, "%s%%%c%c%s", escapable[i].before, digits[octet / 16], digits[octet % 16],
                         escapable[i].behind);
                sira_str copy = heap_str_from(text);
                sira_uri uri;
                expect_status(text, sira_uri_parse(&uri, copy, NULL), SIRA_OK);
                assert_int_equal(uri.text.len, strlen(text));
                heap_str_free(copy);
            }
}

static void test_unescape(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        sira_str bytes;
    } cases[] = {
        {"", SIRA_STR_INIT("")},
        {"alice", SIRA_STR_INIT("alice")},
        {"%61lice", SIRA_STR_INIT("alice")},
        {"%00", SIRA_STR_INIT("\0")},
        {"null-%00-null", SIRA_STR_INIT("null-\0-null")},
        {"%00%00", SIRA_STR_INIT("\0\0")},
        {"%25", SIRA_STR_INIT("%")},
        {"%2541", SIRA_STR_INIT("%41")}, /* once only */
        {"%fF%Ff%7f%80", SIRA_STR_INIT("\xff\xff\x7f\x80")},
        {"a+b", SIRA_STR_INIT("a+b")}, /* no form of HTML */
        {"%c3%bc\xc3\xbc", SIRA_STR_INIT("\xc3\xbc\xc3\xbc")},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        sira_str text = heap_str_from(cases[i].text);
        size_t need = cases[i].bytes.len;
        for (size_t size = 0; size <= need + 1; size++) {
            char *out = malloc(size > 0 ? size : 1);
            assert_non_null(out);
            size_t length = 999;
            expect_status(cases[i].text, sira_uri_unescape(text, size > 0 ? out : out + 1, size, &length),
                          size < need ? SIRA_E_SPACE : SIRA_OK);
            assert_int_equal(length, size < need ? 999 : need);
            if (size >= need && need > 0)
                assert_memory_equal(out, cases[i].bytes.at, need);
            free(out);
        }
        heap_str_free(text);
    }
}

static void test_unescape_refuses(void **state)
{
    (void)state;
    static const char *const texts[] = {"%", "%4", "a%", "a%0", "%0g", "%g0", "%%41", "%4%31", "% 1", "%+1", "%-1"};
    for (size_t i = 0; i < COUNT(texts); i++) {
        sira_str text = heap_str_from(texts[i]);
        char out[16];
        size_t length = 999;
        expect_status(texts[i], sira_uri_unescape(text, out, sizeof out, &length), SIRA_E_URI);
        assert_int_equal(length, 999);
        heap_str_free(text);
    }
}

/* ---- ports ---- */

static void test_every_port(void **state)
{
    (void)state;
    for (unsigned port = 1; port <= 65535; port++) {
        char text[32];
        sira_uri uri;
        snprintf(text, sizeof text, port % 2 == 0 ? "sip:h:%u" : "sip:[::1]:0%u;lr", port);
        assert_int_equal(sira_uri_parse(&uri, sira_str_from(text), NULL), SIRA_OK);
        assert_int_equal(uri.port, port);
    }
}

/* ---- parameters and headers ---- */

typedef struct pairs {
    const char *list;
    struct {
        const char *name, *value; /* value NULL: no '=' */
    } pairs[4];
} pairs;

static void expect_pairs(const pairs *p, sira_status (*next)(sira_str *rest, sira_str *name, sira_str *value))
{
    sira_str text = heap_str_from(p->list), rest = text, name, value;
    for (size_t i = 0; i < COUNT(p->pairs) && p->pairs[i].name != NULL; i++) {
        expect_status(p->list, next(&rest, &name, &value), SIRA_OK);
        expect_str(p->list, name, p->pairs[i].name);
        expect_str(p->list, value, p->pairs[i].value != NULL ? p->pairs[i].value : "");
        if ((value.at == NULL) != (p->pairs[i].value == NULL))
            fail_msg("%s: an empty value is not told from none", p->list);
    }
    expect_status(p->list, next(&rest, &name, &value), SIRA_IDLE);
    expect_status(p->list, next(&rest, &name, &value), SIRA_IDLE);
    heap_str_free(text);
}

static void test_pairs_one_by_one(void **state)
{
    (void)state;
    static const pairs params[] = {
        {"", {{NULL, NULL}}},          {"lr", {{"lr", NULL}}},
        {"a=b", {{"a", "b"}}},         {"transport=udp;lr;x=%3b", {{"transport", "udp"}, {"lr", NULL}, {"x", "%3b"}}},
        {"a&b=c?d", {{"a&b", "c?d"}}},
    };
    static const pairs headers[] = {
        {"", {{NULL, NULL}}},
        {"a=", {{"a", ""}}},
        {"subject=project%20x&priority=urgent", {{"subject", "project%20x"}, {"priority", "urgent"}}},
        {"a=&b=;c&d=%26", {{"a", ""}, {"b", ";c"}, {"d", "%26"}}},
    };
    for (size_t i = 0; i < COUNT(params); i++)
        expect_pairs(&params[i], sira_uri_param_next);
    for (size_t i = 0; i < COUNT(headers); i++)
        expect_pairs(&headers[i], sira_uri_header_next);
    sira_str none = {NULL, 0}, name, value;
    expect_status("NULL", sira_uri_param_next(&none, &name, &value), SIRA_IDLE);
    expect_status("NULL", sira_uri_header_next(&none, &name, &value), SIRA_IDLE);
}

static void test_params_by_name(void **state)
{
    (void)state;
    static const struct {
        const char *name, *value; /* value NULL: not there */
    } cases[] = {
        {"transport", "TCP"}, {"TRANSPORT", "TCP"}, {"Lr", ""},    {"a", "1"}, {"maddr", "[::1]"},
        {"transpor", NULL},   {"transports", NULL}, {"TCP", NULL}, {"", NULL}, {"subject", NULL},
    };
    sira_str text = heap_str_from("sip:a;x=y@h;transport=TCP;LR;a=1;A=2;maddr=[::1]?subject=x"), value;
    sira_uri uri;
    expect_status("parse", sira_uri_parse(&uri, text, NULL), SIRA_OK);
    for (size_t i = 0; i < COUNT(cases); i++) {
        sira_str name = heap_str_from(cases[i].name);
        expect_status(cases[i].name, sira_uri_param(&uri, name, &value), cases[i].value ? SIRA_OK : SIRA_IDLE);
        if (cases[i].value != NULL)
            expect_str(cases[i].name, value, cases[i].value);
        heap_str_free(name);
    }
    expect_status("of the user", sira_uri_param(&uri, SIRA_STR("x"), &value), SIRA_IDLE);
    heap_str_free(text);
}

/* ---- every prefix ---- */

/* The end of the text is an end, wherever it is: the address sanitizer watches, and what is taken is written again. */
static void test_every_prefix(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(good); i++)
        for (size_t len = 0; len < strlen(good[i].text); len++) {
            sira_str text = heap_str(good[i].text, len);
            char buffer[256];
            sira_uri uri;
            sira_diag diag;
            sira_writer writer;
            sira_writer_init(&writer, buffer, sizeof buffer);
            if (sira_uri_parse(&uri, text, &diag) != SIRA_OK) {
                assert_true(diag.offset <= len);
            } else {
                sira_write_uri(&writer, &uri);
                assert_int_equal(writer.status, SIRA_OK);
                assert_int_equal(writer.length, len);
                assert_memory_equal(buffer, text.at, len);
            }
            heap_str_free(text);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_written_again),
        cmocka_unit_test(test_wrong_ones),
        cmocka_unit_test(test_each_octet_at_each_place),
        cmocka_unit_test(test_each_escape),
        cmocka_unit_test(test_unescape),
        cmocka_unit_test(test_unescape_refuses),
        cmocka_unit_test(test_every_port),
        cmocka_unit_test(test_pairs_one_by_one),
        cmocka_unit_test(test_params_by_name),
        cmocka_unit_test(test_every_prefix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
