#include "support/marked.h"

#include <string.h>

#include <sira/field.h>

#define COUNT(table) (sizeof(table) / sizeof(table)[0])
#define NONE UINT32_MAX

typedef struct parts {
    const char *text;
    const char *transport, *host;
    unsigned port;
    const char *params;
    const char *branch, *received, *maddr; /* NULL: none */
    int rport;                             /* -1: none */
    uint32_t ttl;
} parts;

#define PLAIN(text, transport, host, port)                                                                             \
    {                                                                                                                  \
        (text), (transport), (host), (port), "", NULL, NULL, NULL, -1, NONE                                            \
    }
#define WITH(params, branch, received, maddr, rport, ttl)                                                              \
    {                                                                                                                  \
        "SIP/2.0/UDP h;" params, "UDP", "h", 0, params, (branch), (received), (maddr), (rport), (ttl)                  \
    }

static const parts good[] = {
    /* sent-protocol: names in any case, white space and folds around the slashes (RFC 4475 3.1.1.1) */
    PLAIN("SIP/2.0/UDP h", "UDP", "h", 0),
    PLAIN("SIP/2.0/TCP h", "TCP", "h", 0),
    PLAIN("SIP/2.0/TLS-SCTP h", "TLS-SCTP", "h", 0),
    PLAIN("SIP/2.0/udp h", "udp", "h", 0),
    PLAIN("sip/2.0/UDP h", "UDP", "h", 0),
    PLAIN("sIp / 2.0 / UDP h", "UDP", "h", 0),
    PLAIN("SIP/2.0/ UDP h", "UDP", "h", 0),
    PLAIN("SIP\t/\t2.0\t/\tUDP\th", "UDP", "h", 0),
    PLAIN("SIP  / 2.0\r\n /UDP\r\n h", "UDP", "h", 0),
    PLAIN("SIP\r\n /\r\n\t2.0\r\n  /\r\n UDP \r\n \r\n h", "UDP", "h", 0),
    PLAIN("SIP/2.0/x.-!%*_+`'~9 h", "x.-!%*_+`'~9", "h", 0),

    /* sent-by */
    PLAIN("SIP/2.0/UDP 192.0.2.1", "UDP", "192.0.2.1", 0),
    PLAIN("SIP/2.0/UDP 192.0.2.1:5060", "UDP", "192.0.2.1", 5060),
    PLAIN("SIP/2.0/UDP [2001:db8::9:1]", "UDP", "[2001:db8::9:1]", 0),
    PLAIN("SIP/2.0/UDP [2001:db8::9:1]:6050", "UDP", "[2001:db8::9:1]", 6050),
    PLAIN("SIP/2.0/UDP [::ffff:192.0.2.10]:19823", "UDP", "[::ffff:192.0.2.10]", 19823),
    PLAIN("SIP/2.0/UDP example.com.", "UDP", "example.com.", 0),
    PLAIN("SIP/2.0/UDP a-b.9.c:1", "UDP", "a-b.9.c", 1),
    PLAIN("SIP/2.0/UDP h:65535", "UDP", "h", 65535),
    PLAIN("SIP/2.0/UDP h:05060", "UDP", "h", 5060),
    PLAIN("SIP/2.0/UDP h : 5060", "UDP", "h", 5060),
    PLAIN("SIP/2.0/UDP h\t:\t5060\t", "UDP", "h", 5060),
    PLAIN("SIP/2.0/UDP h\r\n :\r\n 5060 ", "UDP", "h", 5060),
    PLAIN("SIP/2.0/UDP\r\n\t[::1]\r\n :\r\n 5060", "UDP", "[::1]", 5060),

    /* branch */
    WITH("branch=z9hG4bK776asdhds", "z9hG4bK776asdhds", NULL, NULL, -1, NONE),
    WITH("BRANCH=1", "1", NULL, NULL, -1, NONE),
    WITH("branch = z9hG4bK1", "z9hG4bK1", NULL, NULL, -1, NONE),
    WITH("branch\r\n =\r\n z9hG4bK1", "z9hG4bK1", NULL, NULL, -1, NONE),
    WITH("branch=-.!%*_+`'~", "-.!%*_+`'~", NULL, NULL, -1, NONE),

    /* rport (RFC 3581 3) */
    WITH("rport", NULL, NULL, NULL, 0, NONE),
    WITH("RPort", NULL, NULL, NULL, 0, NONE),
    WITH("rport=1", NULL, NULL, NULL, 1, NONE),
    WITH("rport=65535", NULL, NULL, NULL, 65535, NONE),
    WITH("rport = 5060", NULL, NULL, NULL, 5060, NONE),
    WITH("rport;branch=1", "1", NULL, NULL, 0, NONE),
    WITH("branch=1;rport", "1", NULL, NULL, 0, NONE),

    /* received: IPv6 with and without brackets (RFC 5118 4.5) */
    WITH("received=192.0.2.255", NULL, "192.0.2.255", NULL, -1, NONE),
    WITH("received=2001:db8::9:255", NULL, "2001:db8::9:255", NULL, -1, NONE),
    WITH("received=[2001:db8::9:255]", NULL, "[2001:db8::9:255]", NULL, -1, NONE),
    WITH("received=::1", NULL, "::1", NULL, -1, NONE),
    WITH("received=::", NULL, "::", NULL, -1, NONE),
    WITH("received=[::]", NULL, "[::]", NULL, -1, NONE),
    WITH("received=::ffff:192.0.2.1", NULL, "::ffff:192.0.2.1", NULL, -1, NONE),
    WITH("received=FE80::1;branch=1", "1", "FE80::1", NULL, -1, NONE),
    WITH("received = [::1] ; branch=1", "1", "[::1]", NULL, -1, NONE),
    WITH("Received\r\n =\r\n 1:2:3:4:5:6:7:8\r\n ;rport=9", NULL, "1:2:3:4:5:6:7:8", NULL, 9, NONE),

    /* maddr and ttl */
    WITH("maddr=224.2.0.1", NULL, NULL, "224.2.0.1", -1, NONE),
    WITH("maddr=example.com", NULL, NULL, "example.com", -1, NONE),
    WITH("MADDR=[ff02::1]", NULL, NULL, "[ff02::1]", -1, NONE),
    WITH("ttl=0", NULL, NULL, NULL, -1, 0),
    WITH("TTL=1", NULL, NULL, NULL, -1, 1),
    WITH("ttl=255", NULL, NULL, NULL, -1, 255),
    WITH("maddr=224.2.0.1;ttl=16", NULL, NULL, "224.2.0.1", -1, 16),

    /* all of them, in any order, and others among them (RFC 3261 20.42, RFC 4475 3.1.1.1) */
    WITH("received=192.0.2.207;branch=z9hG4bK77asjd;ttl=1;maddr=h.example;rport=5066", "z9hG4bK77asjd", "192.0.2.207",
         "h.example", 5066, 1),
    WITH("rport=5066;ttl=1;maddr=h.example;branch=b;received=192.0.2.207", "b", "192.0.2.207", "h.example", 5066, 1),
    WITH("unknown", NULL, NULL, NULL, -1, NONE),
    WITH("hidden;keep=10;branch=b;oc-algo=\"loss, \\\"A\\\"\";oc", "b", NULL, NULL, -1, NONE),
    WITH("x=\"a;branch=no\";branch=b", "b", NULL, NULL, -1, NONE),
    WITH("x=[::1];y=host.example", NULL, NULL, NULL, -1, NONE),
    WITH("x;x;x=1", NULL, NULL, NULL, -1, NONE),
    WITH("branch1=a;ranch=b;receive=c;receivedx=d;ttll=e;ttl1=f;maddrs=g;rports=h;rpor=i", NULL, NULL, NULL, -1, NONE),
    {"SIP  / 2.0\r\n / UDP\r\n  192.0.2.2;branch=390skdjuw", "UDP", "192.0.2.2", 0, "branch=390skdjuw", "390skdjuw",
     NULL, NULL, -1, NONE},
    {"SIP  / 2.0 /TCP     spindle.example.com   ;\r\n  branch  =   z9hG4bK9ikj8  ", "TCP", "spindle.example.com", 0,
     "branch  =   z9hG4bK9ikj8", "z9hG4bK9ikj8", NULL, NULL, -1, NONE},
    {"SIP/2.0/TCP first.example.com: 4000;ttl=16 ;maddr=224.2.0.1 ;Akritos.x ; Branch=Z9HG4BKa7c6a8dlze.1", "TCP",
     "first.example.com", 4000, "ttl=16 ;maddr=224.2.0.1 ;Akritos.x ; Branch=Z9HG4BKa7c6a8dlze.1",
     "Z9HG4BKa7c6a8dlze.1", NULL, "224.2.0.1", -1, 16},
};

static void expect_optional(const char *name, sira_str actual, const char *expected)
{
    expect_str(name, actual, expected != NULL ? expected : "");
    if ((actual.at != NULL) != (expected != NULL))
        fail_msg("%s: present without being there", name);
}

static void expect_parts(const parts *expected, const sira_via *via)
{
    const char *name = expected->text;
    expect_str(name, via->transport, expected->transport);
    expect_str(name, via->host, expected->host);
    expect_str(name, via->params, expected->params);
    expect_optional(name, via->branch, expected->branch);
    expect_optional(name, via->received, expected->received);
    expect_optional(name, via->maddr, expected->maddr);
    if (via->port != expected->port)
        fail_msg("%s: port %u", name, via->port);
    if (via->has_rport != (expected->rport >= 0) || via->rport != (expected->rport > 0 ? expected->rport : 0))
        fail_msg("%s: rport %d %u", name, via->has_rport, via->rport);
    if (via->ttl != expected->ttl)
        fail_msg("%s: ttl %u", name, (unsigned)via->ttl);
}

static void test_parts(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        sira_str text = heap_str_from(good[i].text);
        sira_diag diag = {.offset = 9999};
        sira_cursor cursor;
        sira_via via;
        sira_cursor_init_text(&cursor, text, SIRA_FIELD_VIA);
        sira_status status = sira_via_next(&cursor, &via, &diag);
        if (status != SIRA_OK)
            fail_msg("%s: %d at %zu, %s", good[i].text, (int)status, diag.offset, diag.expected);
        expect_parts(&good[i], &via);
        expect_status(good[i].text, sira_via_next(&cursor, &via, &diag), SIRA_IDLE);
        assert_int_equal(diag.offset, 9999);
        heap_str_free(text);
    }
}

static const struct {
    const char *name, *text;
} bad[] = {
    {"empty", "^"},
    {"other protocol", "SIQ^/2.0/UDP h"},
    {"no protocol", "^/2.0/UDP h"},
    {"other version", "SIP/2.1^/UDP h"},
    {"other version", "SIP/2.00^/UDP h"},
    {"version with a comma", "SIP/2^,0/UDP h"},
    {"no version", "SIP/^/UDP h"},
    {"only the protocol", "SIP^"},
    {"protocol and slash", "SIP/^"},
    {"no second slash", "SIP/2.0^ UDP h"},
    {"no transport", "SIP/2.0/^"},
    {"no transport", "SIP/2.0/ ^"},
    {"no transport", "SIP / 2.0 / ^;h"},
    {"no white space", "SIP/2.0/UDP^"},
    {"no white space", "SIP/2.0/UDP^;h"},
    {"fold without white space", "SIP/2.0/UDP^\r\nh"},
    {"no host", "SIP/2.0/UDP ^"},
    {"no host", "SIP/2.0/UDP ^:5060"},
    {"no host", "SIP/2.0/UDP ^;branch=1"},
    {"no host", "SIP/2.0/UDP ^, SIP/2.0/UDP h"},
    {"bad host", "SIP/2.0/UDP ^-h"},
    {"bad host", "SIP/2.0/UDP ^h-"},
    {"bad host", "SIP/2.0/UDP ^a..b"},
    {"bad IPv4 address", "SIP/2.0/UDP ^192.0.2.256"},
    {"bad IPv4 address", "SIP/2.0/UDP ^192.0.2"},
    {"underscore", "SIP/2.0/UDP a^_b"},
    {"IPv6 address without brackets", "SIP/2.0/UDP ^2001:db8::1"},
    {"open bracket", "SIP/2.0/UDP ^[::1"},
    {"bad IPv6 address", "SIP/2.0/UDP ^[1:2]"},
    {"empty brackets", "SIP/2.0/UDP ^[]"},
    {"zone", "SIP/2.0/UDP ^[fe80::1%eth0]"},
    {"no port", "SIP/2.0/UDP h:^"},
    {"no port", "SIP/2.0/UDP h:^;branch=1"},
    {"port 0", "SIP/2.0/UDP h:^0"},
    {"port 65536", "SIP/2.0/UDP h:^65536"},
    {"port 2^32 + 5060", "SIP/2.0/UDP h:^4294972356"},
    {"negative port", "SIP/2.0/UDP h:^-1"},
    {"letter in the port", "SIP/2.0/UDP h:5060^a"},
    {"two ports", "SIP/2.0/UDP h:5060^:5061"},
    {"two hosts", "SIP/2.0/UDP h ^i"},
    {"empty parameter", "SIP/2.0/UDP h;^"},
    {"empty parameter", "SIP/2.0/UDP h;^;branch=1"},
    {"empty parameter", "SIP/2.0/UDP h;  ^;branch=1"},
    {"empty parameter", "SIP/2.0/UDP h;branch=1;^"},
    {"parameter without name", "SIP/2.0/UDP h;^=1"},
    {"parameter without value", "SIP/2.0/UDP h;x=^"},
    {"parameter without value", "SIP/2.0/UDP h;x= ^;y"},
    {"open quote", "SIP/2.0/UDP h;x=\"abc^"},
    {"control in quotes", "SIP/2.0/UDP h;x=\"ab^\1c\""},
    {"two words", "SIP/2.0/UDP h;x ^y"},
    {"bare line feed", "SIP/2.0/UDP h^\n"},
    {"control", "SIP/2.0/UDP h^\1"},
    {"no branch", "SIP/2.0/UDP h;^branch"},
    {"no branch", "SIP/2.0/UDP h;branch=^;rport"},
    {"quoted branch", "SIP/2.0/UDP h;branch=^\"z9hG4bK1\""},
    {"address for a branch", "SIP/2.0/UDP h;branch=^[::1]"},
    {"two branches", "SIP/2.0/UDP h;branch=1;branch=^1"},
    {"two branches", "SIP/2.0/UDP h;branch=1;rport;BRANCH=^2"},
    {"rport without value", "SIP/2.0/UDP h;rport=^"},
    {"rport 0", "SIP/2.0/UDP h;rport=^0"},
    {"rport 65536", "SIP/2.0/UDP h;rport=^65536"},
    {"rport with a letter", "SIP/2.0/UDP h;rport=^5060a"},
    {"quoted rport", "SIP/2.0/UDP h;rport=^\"5060\""},
    {"two rports", "SIP/2.0/UDP h;rport;^rport"},
    {"two rports", "SIP/2.0/UDP h;rport;rport=^1"},
    {"two rports", "SIP/2.0/UDP h;rport=1;^rport"},
    {"no received", "SIP/2.0/UDP h;^received"},
    {"name in received", "SIP/2.0/UDP h;received=^example.com"},
    {"three octets in received", "SIP/2.0/UDP h;received=^192.0.2"},
    {"quoted received", "SIP/2.0/UDP h;received=^\"192.0.2.1\""},
    {"received with port", "SIP/2.0/UDP h;received=^192.0.2.1:5060"},
    {"received in brackets with port", "SIP/2.0/UDP h;received=[::1]^:5060"},
    {"IPv4 in brackets", "SIP/2.0/UDP h;received=^[192.0.2.1]"},
    {"open bracket", "SIP/2.0/UDP h;received=^[::1"},
    {"open bracket", "SIP/2.0/UDP h;received=^[::1;branch=1"},
    {"closing bracket only", "SIP/2.0/UDP h;received=::1^]"},
    {"nine groups", "SIP/2.0/UDP h;received=^1:2:3:4:5:6:7:8:9"},
    {"two receiveds", "SIP/2.0/UDP h;received=192.0.2.1;received=^192.0.2.1"},
    {"two receiveds", "SIP/2.0/UDP h;received=::1;received=^[::1]"},
    {"no maddr", "SIP/2.0/UDP h;^maddr"},
    {"bad maddr", "SIP/2.0/UDP h;maddr=^a_b"},
    {"bad maddr", "SIP/2.0/UDP h;maddr=^192.0.2.256"},
    {"IPv6 of another without brackets", "SIP/2.0/UDP h;x=^::1"},
    {"IPv6 maddr without brackets", "SIP/2.0/UDP h;maddr=^ff02::1"},
    {"two maddrs", "SIP/2.0/UDP h;maddr=a;maddr=^a"},
    {"no ttl", "SIP/2.0/UDP h;^ttl"},
    {"ttl 256", "SIP/2.0/UDP h;ttl=^256"},
    {"ttl of four digits", "SIP/2.0/UDP h;ttl=^0255"},
    {"ttl with leading zeros", "SIP/2.0/UDP h;ttl=^00000255"},
    {"ttl -1", "SIP/2.0/UDP h;ttl=^-1"},
    {"ttl with a letter", "SIP/2.0/UDP h;ttl=^1s"},
    {"two ttls", "SIP/2.0/UDP h;ttl=0;ttl=^0"},
    {"comma at the end", "SIP/2.0/UDP h,^"},
    {"comma at the end", "SIP/2.0/UDP h;branch=1 , ^"},
};

static void test_wrong_ones(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        size_t offset;
        sira_str text = marked_str(bad[i].text, &offset);
        sira_diag diag = {.offset = 9999};
        sira_cursor cursor;
        sira_via via;
        sira_cursor_init_text(&cursor, text, SIRA_FIELD_VIA);
        expect_status(bad[i].text, sira_via_next(&cursor, &via, &diag), SIRA_E_SYNTAX);
        expect_diag(bad[i].text, &diag, offset, "Via");
        expect_status(bad[i].text, sira_via_next(&cursor, &via, &diag), SIRA_IDLE);
        sira_cursor_init_text(&cursor, text, SIRA_FIELD_VIA);
        expect_status(bad[i].name, sira_via_next(&cursor, &via, NULL), SIRA_E_SYNTAX);
        heap_str_free(text);
    }
}

/* Each octet of a value cut off: right or wrong, but nothing behind it is read. */
static void test_cut_values(void **state)
{
    (void)state;
    static const char whole[] = "SIP/2.0/UDP [::1] : 5060 ;received=[::2];branch=\"z9hG4bK\\\"1\"";
    for (size_t n = 0; n < sizeof whole; n++) {
        sira_str text = heap_str(whole, n);
        sira_diag diag = {.offset = 9999};
        sira_cursor cursor;
        sira_via via;
        sira_cursor_init_text(&cursor, text, SIRA_FIELD_VIA);
        if (sira_via_next(&cursor, &via, &diag) != SIRA_OK)
            assert_true(diag.offset <= n);
        heap_str_free(text);
    }
}

static void test_several_in_one_field(void **state)
{
    (void)state;
    sira_str text =
        heap_str_from("SIP/2.0/UDP a;branch=1,SIP/2.0/TCP [::1]:5 ;x=\",\"\r\n ,\r\n SIP / 2.0 / TLS c;rport");
    static const parts expected[] = {
        {"first", "UDP", "a", 0, "branch=1", "1", NULL, NULL, -1, NONE},
        {"second", "TCP", "[::1]", 5, "x=\",\"", NULL, NULL, NULL, -1, NONE},
        {"third", "TLS", "c", 0, "rport", NULL, NULL, NULL, 0, NONE},
    };
    sira_cursor cursor;
    sira_via via;
    sira_cursor_init_text(&cursor, text, SIRA_FIELD_VIA);
    for (size_t i = 0; i < COUNT(expected); i++) {
        expect_status(expected[i].text, sira_via_next(&cursor, &via, NULL), SIRA_OK);
        expect_parts(&expected[i], &via);
    }
    expect_status("end", sira_via_next(&cursor, &via, NULL), SIRA_IDLE);
    expect_status("still the end", sira_via_next(&cursor, &via, NULL), SIRA_IDLE);
    heap_str_free(text);
}

/* What stands before a wrong value is found; what stands behind it in the same text is not looked at. */
static void test_wrong_one_behind_a_right_one(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "SIP/2.0/UDP a,^, SIP/2.0/UDP b",
        "SIP/2.0/UDP a , SIP/2.0/UDP ^, SIP/2.0/UDP b",
        "SIP/2.0/UDP a;branch=1, SIP/2.0/UDP b;branch=1;branch=^1, SIP/2.0/UDP c",
        "SIP/2.0/UDP a, SIP/2.0/UDP b;ttl=^256, SIP/2.0/UDP c",
    };
    for (size_t i = 0; i < COUNT(texts); i++) {
        size_t offset;
        sira_str text = marked_str(texts[i], &offset);
        sira_diag diag = {.offset = 9999};
        sira_cursor cursor;
        sira_via via;
        sira_cursor_init_text(&cursor, text, SIRA_FIELD_VIA);
        expect_status(texts[i], sira_via_next(&cursor, &via, &diag), SIRA_OK);
        expect_str(texts[i], via.host, "a");
        expect_status(texts[i], sira_via_next(&cursor, &via, &diag), SIRA_E_SYNTAX);
        expect_diag(texts[i], &diag, offset, "Via");
        expect_status(texts[i], sira_via_next(&cursor, &via, &diag), SIRA_IDLE);
        heap_str_free(text);
    }
}

static void test_no_text(void **state)
{
    (void)state;
    sira_diag diag = {.offset = 9999};
    sira_cursor cursor;
    sira_via via;
    sira_cursor_init_text(&cursor, (sira_str){NULL, 0}, SIRA_FIELD_VIA);
    expect_status("NULL", sira_via_next(&cursor, &via, &diag), SIRA_E_SYNTAX);
    expect_diag("NULL", &diag, 0, "Via");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_wrong_ones),
        cmocka_unit_test(test_cut_values),
        cmocka_unit_test(test_several_in_one_field),
        cmocka_unit_test(test_wrong_one_behind_a_right_one),
        cmocka_unit_test(test_no_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
