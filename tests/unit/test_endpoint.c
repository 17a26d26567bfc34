/* Addresses in text and in binary; the judge is inet_pton and inet_ntop of the system. */
#include "support/support.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sira/endpoint.h>

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

static sira_endpoint unset(void)
{
    sira_endpoint endpoint;
    memset(&endpoint, 0x55, sizeof endpoint);
    return endpoint;
}

/* Reads from a heap copy; what is not said to change must not. */
static sira_status read_host(const char *text, sira_endpoint *endpoint)
{
    sira_str copy = heap_str_from(text);
    sira_endpoint before = unset();
    *endpoint = before;
    sira_status status = sira_endpoint_from_host(copy, endpoint);
    heap_str_free(copy);
    if (status != SIRA_OK)
        assert_memory_equal(endpoint, &before, sizeof before);
    assert_int_equal(endpoint->port, before.port);
    assert_int_equal(endpoint->transport, before.transport);
    return status;
}

/* ---- text to address ---- */

static void test_hosts(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint8_t family, address[16];
    } cases[] = {
        {"0.0.0.0", 4, {0}},
        {"192.0.2.1", 4, {192, 0, 2, 1}},
        {"255.255.255.255", 4, {255, 255, 255, 255}},
        {"1.20.9.199", 4, {1, 20, 9, 199}},

        /* RFC 4291 2.2 */
        {"ABCD:EF01:2345:6789:ABCD:EF01:2345:6789",
         6,
         {0xab, 0xcd, 0xef, 1, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 1, 0x23, 0x45, 0x67, 0x89}},
        {"2001:DB8:0:0:8:800:200C:417A", 6, {0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 8, 8, 0, 0x20, 0xc, 0x41, 0x7a}},
        {"2001:DB8::8:800:200C:417A", 6, {0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 8, 8, 0, 0x20, 0xc, 0x41, 0x7a}},
        {"FF01:0:0:0:0:0:0:101", 6, {0xff, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1}},
        {"FF01::101", 6, {0xff, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1}},
        {"0:0:0:0:0:0:0:1", 6, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}},
        {"::1", 6, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}},
        {"0:0:0:0:0:0:0:0", 6, {0}},
        {"::", 6, {0}},
        {"0:0:0:0:0:0:13.1.68.3", 6, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 13, 1, 68, 3}},
        {"::13.1.68.3", 6, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 13, 1, 68, 3}},
        {"0:0:0:0:0:FFFF:129.144.52.38", 6, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 129, 144, 52, 38}},
        {"::FFFF:129.144.52.38", 6, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 129, 144, 52, 38}},

        /* RFC 5954 4.1 and 4.2, which correct what RFC 3261 25.1 has */
        {"[2001:db8::192.0.2.1]", 6, {0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 192, 0, 2, 1}},
        {"[::ffff:192.0.2.128]", 6, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 128}},
        {"[::ffff:c000:280]", 6, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 128}},
        /* RFC 5118 4.10: that mistake is tolerated */
        {"[2001:db8:::192.0.2.1]", 6, {0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 192, 0, 2, 1}},
        {":::192.0.2.1", 6, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 192, 0, 2, 1}},
        {"1:2:3:4:5:::0.7.0.8", 6, {0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 0, 0, 7, 0, 8}},
        {"[2001:db8::9:01]", 6, {0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9, 0, 1}},

        /* one row of the grammar in RFC 3986 3.2.2 after the other */
        {"1:2:3:4:5:6:7:8", 6, {0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8}},
        {"1:2:3:4:5:6:0.7.0.8", 6, {0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8}},
        {"::2:3:4:5:6:7:8", 6, {0, 0, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8}},
        {"1::3:4:5:6:7:8", 6, {0, 1, 0, 0, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8}},
        {"::3:4:5:6:0.7.0.8", 6, {0, 0, 0, 0, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8}},
        {"1:2::4:5:6:0.7.0.8", 6, {0, 1, 0, 2, 0, 0, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8}},
        {"1:2:3::5:6:0.7.0.8", 6, {0, 1, 0, 2, 0, 3, 0, 0, 0, 5, 0, 6, 0, 7, 0, 8}},
        {"1:2:3:4::6:0.7.0.8", 6, {0, 1, 0, 2, 0, 3, 0, 4, 0, 0, 0, 6, 0, 7, 0, 8}},
        {"1:2:3:4:5::0.7.0.8", 6, {0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 0, 0, 7, 0, 8}},
        {"1:2:3:4:5:6::8", 6, {0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 0, 0, 8}},
        {"1:2:3:4:5:6:7::", 6, {0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 0}},
        {"1::", 6, {0, 1}},
        {"[::]", 6, {0}},
        {"[2001:DB8::1]", 6, {0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        sira_endpoint endpoint;
        expect_status(cases[i].text, read_host(cases[i].text, &endpoint), SIRA_OK);
        if (endpoint.family != cases[i].family || memcmp(endpoint.address, cases[i].address, 16) != 0)
            fail_msg("%s: another address", cases[i].text);
    }
}

static const char *const no_hosts[] = {
    "",
    " ",
    "h",
    "example.com",
    "localhost",

    "1",
    "1.2",
    "1.2.3",
    "1.2.3.",
    ".1.2.3",
    "1..2.3",
    "1.2.3.4.",
    ".1.2.3.4",
    "1.2.3.4.5",
    "1.2.3.256",
    "1.2.3.1000",
    "256.2.3.4",
    "01.2.3.4",
    "1.2.3.04",
    "1.2.3.00",
    "000.0.0.0",
    "0x1.2.3.4",
    "1.2.3.a",
    "-1.2.3.4",
    "+1.2.3.4",
    "1.2.3.4 ",
    " 1.2.3.4",
    "1,2,3,4",
    "1.2.3.4:5060",
    "[1.2.3.4]",
    "4294967295",

    ":",
    ":::",
    "::::",
    ":1",
    "1:",
    ":1::",
    "::1:",
    "1::2:",
    ":1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:",
    "1:2:3:4:5:6:7:8:",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7:8::",
    "::1:2:3:4:5:6:7:8",
    "1::2:3:4:5:6:7:8",
    "1::2::3",
    "1:::2",
    "1:::",
    "1::::1.2.3.4",
    "1:::2:1.2.3.4",
    "1::2:::1.2.3.4",
    "1:2:3:4:5:6:::1.2.3.4",
    ":::1.2.3",
    "1:2:3:4:5:6::1.2.3.4",
    "::12345",
    "::00001",
    "::g",
    "::-1",
    "::1 ",
    " ::1",
    "::1%1",
    "::1%25eth0",
    "fe80::1%eth0",
    "::1/128",
    "1:2:3:4:5:6:7:1.2.3.4",
    "1:2:3:4:5:6:7::1.2.3.4",
    "1:2:3:4:5:1.2.3.4",
    "::1.2.3",
    "::1.2.3.4.5",
    "::1.2.3.256",
    "::01.2.3.4",
    "::1.2.3.4:1",
    "1.2.3.4::",
    "::1.2.3.4::",

    "[",
    "]",
    "[]",
    "[:]",
    "[::",
    "::]",
    "[[::]]",
    "[::]]",
    "[[::]",
    "[::] ",
    " [::]",
    "[ ::]",
    "[::1]:5060",
    "[v1.a]",
};

static void test_no_hosts(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(no_hosts); i++) {
        sira_endpoint endpoint;
        expect_status(no_hosts[i], read_host(no_hosts[i], &endpoint), SIRA_E_SYNTAX);
    }
    sira_endpoint endpoint = unset(), before = unset();
    expect_status("NULL", sira_endpoint_from_host((sira_str){NULL, 0}, &endpoint), SIRA_E_SYNTAX);
    expect_status("NUL", sira_endpoint_from_host((sira_str){"1.2.3.4\0", 8}, &endpoint), SIRA_E_SYNTAX);
    expect_status("NUL", sira_endpoint_from_host((sira_str){"::1\0", 4}, &endpoint), SIRA_E_SYNTAX);
    assert_memory_equal(&endpoint, &before, sizeof before);
}

/* ---- the judge ---- */

/* RFC 5118 4.10: without the third colon before an IPv4 address. */
static void correct(char *text)
{
    uint8_t address[4];
    char *colons = strstr(text, ":::");
    if (colons != NULL && inet_pton(AF_INET, colons + 3, address) == 1)
        memmove(colons, colons + 1, strlen(colons));
}

/* Says the same as inet_pton, which takes no brackets; in brackets only what is IPv6. */
static void judge(const char *written)
{
    uint8_t address[16] = {0};
    char text[128];
    snprintf(text, sizeof text, "%s", written);
    correct(text);
    int family = inet_pton(AF_INET, text, address) == 1 ? SIRA_FAMILY_IPV4 : SIRA_FAMILY_NONE;
    if (family == SIRA_FAMILY_NONE && inet_pton(AF_INET6, text, address) == 1)
        family = SIRA_FAMILY_IPV6;
    sira_endpoint endpoint;
    sira_status status = read_host(written, &endpoint);
    if ((status == SIRA_OK) != (family != SIRA_FAMILY_NONE))
        fail_msg("%s is %s", written, status == SIRA_OK ? "taken" : "refused");
    if (status == SIRA_OK && (endpoint.family != family || memcmp(endpoint.address, address, 16) != 0))
        fail_msg("%s: another address", written);
    char bracketed[160];
    snprintf(bracketed, sizeof bracketed, "[%s]", written);
    if ((read_host(bracketed, &endpoint) == SIRA_OK) != (family == SIRA_FAMILY_IPV6))
        fail_msg("%s is %s", bracketed, family == SIRA_FAMILY_IPV6 ? "refused" : "taken");
}

static const char *const seeds[] = {
    "0.0.0.0",
    "192.0.2.1",
    "255.249.100.99",
    "::",
    "::1",
    "1::",
    "2001:db8::8:800:200c:417a",
    "ABCD:EF01:2345:6789:ABCD:EF01:2345:6789",
    "1:2:3:4:5:6:7::",
    "::2:3:4:5:6:7:8",
    "::ffff:192.0.2.128",
    "1:2:3:4:5:6:255.10.0.1",
    "64:ff9b::192.0.2.33",
};

/* Every octet at every place, more and fewer of them. */
static void test_judge_changes(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(seeds); i++) {
        char text[64];
        size_t len = strlen(seeds[i]);
        for (size_t at = 0; at <= len; at++)
            for (int octet = 1; octet < 256; octet++) {
                snprintf(text, sizeof text, "%s", seeds[i]);
                if (at < len) {
                    text[at] = (char)octet;
                    judge(text);
                }
                snprintf(text, sizeof text, "%.*s%c%s", (int)at, seeds[i], octet, seeds[i] + at);
                judge(text);
            }
        for (size_t from = 0; from <= len; from++)
            for (size_t to = from; to <= len; to++) {
                snprintf(text, sizeof text, "%.*s%s", (int)from, seeds[i], seeds[i] + to); /* a piece cut out */
                judge(text);
                snprintf(text, sizeof text, "%.*s", (int)(to - from), seeds[i] + from);
                judge(text);
            }
    }
}

/* A simple generator: the same numbers at each run. */
static uint32_t next_random(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

static void test_judge_pieces(void **state)
{
    (void)state;
    static const char *const pieces[] = {"0",   "1",   ":",    ":",     ":",     "::",      "ffff",    "A",
                                         "0:0", "1:2", "00ab", "12345", "3:4:5", "6:7:8:9", "1.2.3.4", ".",
                                         "255", "256", "01",   "g",     "[",     "]",       "%",       " "};
    uint32_t seed = 0x5162a;
    for (int i = 0; i < 200000; i++) {
        char text[128] = "";
        size_t len = 0, parts = 1 + next_random(&seed) % 12;
        /* the last seven pieces make nothing right: seldom */
        size_t choice = next_random(&seed) % 8 == 0 ? COUNT(pieces) : COUNT(pieces) - 7;
        for (size_t k = 0; k < parts; k++) {
            const char *piece = pieces[next_random(&seed) % choice];
            len += (size_t)snprintf(text + len, sizeof text - len, "%s", piece);
        }
        judge(text);
    }
}

/* ---- address to text ---- */

static sira_endpoint make(uint8_t family, const uint8_t *address, uint16_t port)
{
    sira_endpoint endpoint = {.transport = SIRA_TRANSPORT_UDP, .family = family, .port = port};
    memcpy(endpoint.address, address, family == SIRA_FAMILY_IPV4 ? 4 : 16);
    return endpoint;
}

/* Writes with every room: too little gives 0 and an empty string. */
static void expect_text(const sira_endpoint *endpoint, const char *host, const char *all)
{
    size_t lengths[] = {strlen(host), strlen(all)};
    for (int with_port = 0; with_port < 2; with_port++)
        for (size_t size = 0; size <= lengths[with_port] + 2; size++) {
            char *text = malloc(size > 0 ? size : 1);
            assert_non_null(text);
            char *start = size > 0 ? text : text + 1;
            size_t length = with_port ? sira_endpoint_to_text(endpoint, start, size)
                                      : sira_endpoint_host_to_text(endpoint, start, size);
            size_t expected = size > lengths[with_port] ? lengths[with_port] : 0;
            if (length != expected || (size > 0 && strlen(text) != length) ||
                (length > 0 && strcmp(text, with_port ? all : host) != 0))
                fail_msg("%s in %zu: %zu, %s", with_port ? all : host, size, length, size > 0 ? text : "");
            free(text);
        }
    assert_true(lengths[1] < SIRA_ENDPOINT_TEXT);
}

static void test_texts(void **state)
{
    (void)state;
    static const struct {
        const char *from;
        uint16_t port;
        const char *host, *all;
    } cases[] = {
        {"192.0.2.1", 0, "192.0.2.1", "192.0.2.1"},
        {"0.0.0.0", 1, "0.0.0.0", "0.0.0.0:1"},
        {"255.255.255.255", 65535, "255.255.255.255", "255.255.255.255:65535"},
        {"1.10.100.9", 5060, "1.10.100.9", "1.10.100.9:5060"},
        {"::", 0, "[::]", "[::]"},
        {"::1", 9, "[::1]", "[::1]:9"},
        {"1::", 10, "[1::]", "[1::]:10"},
        {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 65535, "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]",
         "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535"},

        /* RFC 5952 4.1 to 4.3 */
        {"2001:0db8::0001", 0, "[2001:db8::1]", "[2001:db8::1]"},
        {"2001:db8:0:0:0:0:2:1", 0, "[2001:db8::2:1]", "[2001:db8::2:1]"},
        {"2001:db8::0:1", 0, "[2001:db8::1]", "[2001:db8::1]"},
        {"2001:db8::1:1:1:1:1", 0, "[2001:db8:0:1:1:1:1:1]", "[2001:db8:0:1:1:1:1:1]"},
        {"2001:0:0:1:0:0:0:1", 0, "[2001:0:0:1::1]", "[2001:0:0:1::1]"},
        {"2001:db8:0:0:1:0:0:1", 0, "[2001:db8::1:0:0:1]", "[2001:db8::1:0:0:1]"},
        {"2001:DB8:AAAA::000F", 0, "[2001:db8:aaaa::f]", "[2001:db8:aaaa::f]"},
        {"0:1:0:1:0:1:0:1", 0, "[0:1:0:1:0:1:0:1]", "[0:1:0:1:0:1:0:1]"},
        {"0:0:1:1:1:1:0:0", 0, "[::1:1:1:1:0:0]", "[::1:1:1:1:0:0]"},
        {"1:0:0:1:1:0:0:0", 0, "[1:0:0:1:1::]", "[1:0:0:1:1::]"},

        /* RFC 5952 5: dotted when the prefix says that it is an IPv4 address */
        {"::ffff:c000:280", 5060, "[::ffff:192.0.2.128]", "[::ffff:192.0.2.128]:5060"},
        {"::ffff:0.0.0.0", 0, "[::ffff:0.0.0.0]", "[::ffff:0.0.0.0]"},
        {"::fffe:0102:0304", 0, "[::fffe:102:304]", "[::fffe:102:304]"},
        {"::1.2.3.4", 0, "[::102:304]", "[::102:304]"},
        {"1::ffff:1.2.3.4", 0, "[1::ffff:102:304]", "[1::ffff:102:304]"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        sira_endpoint endpoint;
        expect_status(cases[i].from, read_host(cases[i].from, &endpoint), SIRA_OK);
        endpoint.port = cases[i].port;
        expect_text(&endpoint, cases[i].host, cases[i].all);
    }
}

/* A port that is not set is not written, and neither is an address. */
static void test_no_family(void **state)
{
    (void)state;
    sira_endpoint endpoint = {.port = 5060};
    for (int family = 0; family < 256; family++) {
        char text[SIRA_ENDPOINT_TEXT] = "x";
        if (family == SIRA_FAMILY_IPV4 || family == SIRA_FAMILY_IPV6)
            continue;
        endpoint.family = (uint8_t)family;
        assert_int_equal(sira_endpoint_host_to_text(&endpoint, text, sizeof text), 0);
        assert_string_equal(text, "");
        assert_int_equal(sira_endpoint_to_text(&endpoint, text, sizeof text), 0);
        assert_int_equal(sira_endpoint_to_text(&endpoint, NULL, 0), 0);
    }
}

/* There and back, and the same text as the system's, which writes ::/96 dotted though nothing says that it is IPv4. */
static void expect_round_trip(uint8_t family, const uint8_t *address, uint16_t port)
{
    static const uint8_t zeros[12] = {0};
    char host[SIRA_ENDPOINT_TEXT], all[SIRA_ENDPOINT_TEXT], judged[INET6_ADDRSTRLEN + 2];
    sira_endpoint endpoint = make(family, address, port), again = {0};
    size_t host_length = sira_endpoint_host_to_text(&endpoint, host, sizeof host);
    size_t length = sira_endpoint_to_text(&endpoint, all, sizeof all);
    assert_int_equal(host_length, strlen(host));
    assert_int_equal(length, strlen(all));
    expect_status(all, sira_endpoint_from_text((sira_str){all, length}, 0, &again), SIRA_OK);
    if (!sira_endpoint_equal(&endpoint, &again))
        fail_msg("%s is read as something else", all);
    if (family == SIRA_FAMILY_IPV4) {
        assert_non_null(inet_ntop(AF_INET, address, judged, sizeof judged));
        assert_string_equal(host, judged);
    } else {
        uint8_t read[16];
        host[host_length - 1] = '\0';
        assert_int_equal(inet_pton(AF_INET6, host + 1, read), 1);
        assert_memory_equal(read, address, 16);
        assert_non_null(inet_ntop(AF_INET6, address, judged, sizeof judged));
        if (memcmp(address, zeros, sizeof zeros) != 0)
            assert_string_equal(host + 1, judged);
    }
}

static void test_round_trips(void **state)
{
    (void)state;
    uint32_t seed = 0x2e15;
    uint8_t address[16];
    for (int i = 0; i < 50000; i++) {
        for (size_t k = 0; k < sizeof address; k++)
            address[k] = (uint8_t)(next_random(&seed) >> 8);
        expect_round_trip(SIRA_FAMILY_IPV4, address, (uint16_t)(next_random(&seed) >> 4));
        expect_round_trip(SIRA_FAMILY_IPV6, address, (uint16_t)(next_random(&seed) >> 4));
    }
}

/* Every pattern of zero groups, with groups of every number of digits. */
static void test_zero_groups(void **state)
{
    (void)state;
    static const uint16_t groups[] = {0x1, 0x20, 0x300, 0x4000, 0xffff};
    for (size_t k = 0; k < COUNT(groups); k++)
        for (unsigned pattern = 0; pattern < 256; pattern++) {
            uint8_t address[16] = {0};
            for (size_t i = 0; i < 8; i++)
                if ((pattern >> i & 1) != 0) {
                    address[2 * i] = (uint8_t)(groups[k] >> 8);
                    address[2 * i + 1] = (uint8_t)groups[k];
                }
            expect_round_trip(SIRA_FAMILY_IPV6, address, 5060);
        }
}

/* ---- addresses with ports ---- */

static void test_with_ports(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        sira_status status;
        const char *host;
        uint16_t port;
    } cases[] = {
        {"192.0.2.1", SIRA_OK, "192.0.2.1", 777},
        {"192.0.2.1:5060", SIRA_OK, "192.0.2.1", 5060},
        {"192.0.2.1:1", SIRA_OK, "192.0.2.1", 1},
        {"192.0.2.1:65535", SIRA_OK, "192.0.2.1", 65535},
        {"192.0.2.1:005060", SIRA_OK, "192.0.2.1", 5060},
        {"[2001:db8::1]", SIRA_OK, "[2001:db8::1]", 777},
        {"[2001:db8::1]:5060", SIRA_OK, "[2001:db8::1]", 5060},
        {"2001:db8::1", SIRA_OK, "[2001:db8::1]", 777},
        {"2001:db8::1:5060", SIRA_OK, "[2001:db8::1:5060]", 777}, /* a port needs brackets (RFC 5118 4.3) */
        {"::", SIRA_OK, "[::]", 777},
        {"[::ffff:192.0.2.1]:5061", SIRA_OK, "[::ffff:192.0.2.1]", 5061},
        {"::ffff:192.0.2.1", SIRA_OK, "[::ffff:192.0.2.1]", 777},

        {"192.0.2.1:65536", SIRA_E_NUMBER, NULL, 0},
        {"192.0.2.1:70596", SIRA_E_NUMBER, NULL, 0},
        {"192.0.2.1:4294972356", SIRA_E_NUMBER, NULL, 0},
        {"[::1]:65536", SIRA_E_NUMBER, NULL, 0},
        {"", SIRA_E_SYNTAX, NULL, 0},
        {":", SIRA_E_SYNTAX, NULL, 0},
        {":5060", SIRA_E_SYNTAX, NULL, 0},
        {"192.0.2.1:", SIRA_E_SYNTAX, NULL, 0},
        {"192.0.2.1::5060", SIRA_E_SYNTAX, NULL, 0},
        {"192.0.2.1:5060:", SIRA_E_SYNTAX, NULL, 0},
        {"192.0.2.1:-1", SIRA_E_SYNTAX, NULL, 0},
        {"192.0.2.1:+1", SIRA_E_SYNTAX, NULL, 0},
        {"192.0.2.1: 1", SIRA_E_SYNTAX, NULL, 0},
        {"192.0.2.1:1 ", SIRA_E_SYNTAX, NULL, 0},
        {"192.0.2.1:0x1", SIRA_E_SYNTAX, NULL, 0},
        {"192.0.2.1:sip", SIRA_E_SYNTAX, NULL, 0},
        {"192.0.2:5060", SIRA_E_SYNTAX, NULL, 0},
        {"example.com", SIRA_E_SYNTAX, NULL, 0},
        {"example.com:5060", SIRA_E_SYNTAX, NULL, 0},
        {"[", SIRA_E_SYNTAX, NULL, 0},
        {"[]", SIRA_E_SYNTAX, NULL, 0},
        {"[]:5060", SIRA_E_SYNTAX, NULL, 0},
        {"[::1", SIRA_E_SYNTAX, NULL, 0},
        {"[::1:5060", SIRA_E_SYNTAX, NULL, 0},
        {"[::1]5060", SIRA_E_SYNTAX, NULL, 0},
        {"[::1]:", SIRA_E_SYNTAX, NULL, 0},
        {"[::1]]:5060", SIRA_E_SYNTAX, NULL, 0},
        {"[::1]::5060", SIRA_E_SYNTAX, NULL, 0},
        {"::1]:5060", SIRA_E_SYNTAX, NULL, 0},
        {"[192.0.2.1]:5060", SIRA_E_SYNTAX, NULL, 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        sira_str text = heap_str_from(cases[i].text);
        sira_endpoint endpoint = unset(), before = unset();
        expect_status(cases[i].text, sira_endpoint_from_text(text, 777, &endpoint), cases[i].status);
        if (cases[i].status == SIRA_OK) {
            char host[SIRA_ENDPOINT_TEXT];
            sira_endpoint_host_to_text(&endpoint, host, sizeof host);
            assert_string_equal(host, cases[i].host);
            assert_int_equal(endpoint.port, cases[i].port);
            assert_int_equal(endpoint.transport, before.transport);
        } else {
            assert_memory_equal(&endpoint, &before, sizeof before);
        }
        heap_str_free(text);
    }
    sira_endpoint endpoint = unset();
    expect_status("NULL", sira_endpoint_from_text((sira_str){NULL, 0}, 1, &endpoint), SIRA_E_SYNTAX);
}

/* ---- the rest ---- */

static void test_equal(void **state)
{
    (void)state;
    const sira_endpoint first = {SIRA_TRANSPORT_TCP, SIRA_FAMILY_IPV6, 5060, {1, 2, 3}};
    sira_endpoint second = first;
    assert_true(sira_endpoint_equal(&first, &second));
    second.transport = SIRA_TRANSPORT_TLS;
    assert_false(sira_endpoint_equal(&first, &second));
    second = first;
    second.family = SIRA_FAMILY_IPV4;
    assert_false(sira_endpoint_equal(&first, &second));
    second = first;
    second.port = 5061;
    assert_false(sira_endpoint_equal(&first, &second));
    for (size_t i = 0; i < sizeof second.address; i++) {
        second = first;
        second.address[i] ^= 0x80;
        assert_false(sira_endpoint_equal(&first, &second));
        assert_false(sira_endpoint_equal(&second, &first));
    }
}

static void test_mapped_is_another_address(void **state)
{
    (void)state;
    sira_endpoint plain, mapped;
    expect_status("plain", read_host("192.0.2.1", &plain), SIRA_OK);
    expect_status("mapped", read_host("::ffff:192.0.2.1", &mapped), SIRA_OK);
    assert_false(sira_endpoint_equal(&plain, &mapped));
}

/* Nothing of an address that stood there before is left behind a shorter one. */
static void test_ipv4_over_ipv6(void **state)
{
    (void)state;
    sira_endpoint endpoint = unset();
    const uint8_t expected[16] = {192, 0, 2, 1};
    expect_status("IPv6", sira_endpoint_from_host(SIRA_STR("1:2:3:4:5:6:7:8"), &endpoint), SIRA_OK);
    expect_status("IPv4", sira_endpoint_from_host(SIRA_STR("192.0.2.1"), &endpoint), SIRA_OK);
    assert_memory_equal(endpoint.address, expected, sizeof expected);
}

static void test_transport_names(void **state)
{
    (void)state;
    assert_string_equal(sira_transport_name(SIRA_TRANSPORT_UDP), "UDP");
    assert_string_equal(sira_transport_name(SIRA_TRANSPORT_TCP), "TCP");
    assert_string_equal(sira_transport_name(SIRA_TRANSPORT_TLS), "TLS");
    assert_string_equal(sira_transport_name((sira_transport_kind)3), "?");
    assert_string_equal(sira_transport_name((sira_transport_kind)255), "?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hosts),
        cmocka_unit_test(test_no_hosts),
        cmocka_unit_test(test_judge_changes),
        cmocka_unit_test(test_judge_pieces),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_no_family),
        cmocka_unit_test(test_round_trips),
        cmocka_unit_test(test_zero_groups),
        cmocka_unit_test(test_with_ports),
        cmocka_unit_test(test_equal),
        cmocka_unit_test(test_mapped_is_another_address),
        cmocka_unit_test(test_ipv4_over_ipv6),
        cmocka_unit_test(test_transport_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
