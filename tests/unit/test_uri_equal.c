#include "support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sira/limits.h>
#include <sira/uri.h>

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

/* Compares in both directions. */
static bool equal(const char *left, const char *right)
{
    sira_str a_text = heap_str_from(left), b_text = heap_str_from(right);
    sira_uri a, b;
    expect_status(left, sira_uri_parse(&a, a_text, NULL), SIRA_OK);
    expect_status(right, sira_uri_parse(&b, b_text, NULL), SIRA_OK);
    bool result = sira_uri_equal(&a, &b);
    if (sira_uri_equal(&b, &a) != result)
        fail_msg("%s and %s: it depends on which comes first", left, right);
    heap_str_free(a_text);
    heap_str_free(b_text);
    return result;
}

/* Under another case of the scheme, so that the bytes differ. */
static void expect_reflexive(const char *text)
{
    char other[256];
    snprintf(other, sizeof other, "%s", text);
    other[0] = (char)(other[0] ^ 0x20);
    if (!equal(text, text) || !equal(text, other))
        fail_msg("%s is not equal to itself", text);
}

typedef struct pair {
    const char *a, *b;
} pair;

static void expect_all(const pair *pairs, size_t count, bool expected)
{
    for (size_t i = 0; i < count; i++) {
        expect_reflexive(pairs[i].a);
        expect_reflexive(pairs[i].b);
        if (equal(pairs[i].a, pairs[i].b) != expected)
            fail_msg("%s and %s are %s", pairs[i].a, pairs[i].b, expected ? "different" : "equal");
    }
}

#define EXPECT_EQUAL(pairs) expect_all((pairs), COUNT(pairs), true)
#define EXPECT_DIFFERENT(pairs) expect_all((pairs), COUNT(pairs), false)

/* ---- the RFCs' own examples ---- */

static void test_rfc3261_equivalent(void **state)
{
    (void)state;
    static const pair pairs[] = {
        {"sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp"},
        {"sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"},
        {"sip:carol@chicago.com", "sip:carol@chicago.com;security=on"},
        {"sip:carol@chicago.com;newparam=5", "sip:carol@chicago.com;security=on"},
        {"sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
         "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com"},
        {"sip:alice@atlanta.com?subject=project%20x&priority=urgent",
         "sip:alice@atlanta.com?priority=urgent&subject=project%20x"},
    };
    EXPECT_EQUAL(pairs);
}

static void test_rfc3261_not_equivalent(void **state)
{
    (void)state;
    static const pair pairs[] = {
        {"SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP"},
        {"sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"},
        {"sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"},
        {"sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp"},
        {"sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting"},
        {"sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4"},
    };
    EXPECT_DIFFERENT(pairs);
}

static void test_rfc3261_not_transitive(void **state)
{
    (void)state;
    assert_true(equal("sip:carol@chicago.com", "sip:carol@chicago.com;security=on"));
    assert_true(equal("sip:carol@chicago.com", "sip:carol@chicago.com;security=off"));
    assert_false(equal("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off"));
}

static void test_rfc5954_addresses(void **state)
{
    (void)state;
    static const pair same[] = {
        {"sip:bob@[::ffff:192.0.2.128]", "sip:bob@[::ffff:c000:280]"},
        {"sip:bob@[2001:db8::9:1]", "sip:bob@[2001:db8::9:01]"},
        {"sip:bob@[0:0:0:0:0:FFFF:129.144.52.38]", "sip:bob@[::FFFF:129.144.52.38]"},
        {"sip:bob@[::]", "sip:bob@[0:0::0.0.0.0]"},
        {"sip:[2001:DB8::A]:5060;lr", "sip:[2001:0db8:0:0::000a]:5060"},
    };
    static const pair different[] = {
        {"sip:bob@[::ffff:192.0.2.128]", "sip:bob@192.0.2.128"}, /* another address, though it reaches the same host */
        {"sip:bob@[::1]", "sip:bob@[::2]"},
        {"sip:bob@[1::]", "sip:bob@[::1]"},
        {"sip:bob@[::1]", "sip:bob@[::1]:5060"},
        {"sip:bob@192.0.2.1", "sip:bob@192.0.2.10"},
        {"sip:bob@[2001:db8::10]:5070", "sip:bob@[2001:db8::10:5070]"},
    };
    EXPECT_EQUAL(same);
    EXPECT_DIFFERENT(different);
}

/* ---- the rules of RFC 3261 19.1.4, one by one ---- */

static void test_equal(void **state)
{
    (void)state;
    static const pair pairs[] = {
        /* case */
        {"sip:h", "SIP:H"},
        {"sips:a@h.EXAMPLE", "SIPS:a@H.example"},
        {"sip:h;A=B", "sip:h;a=b"},
        {"sip:h;LR", "sip:h;lr"},
        {"sip:h;method=INVITE", "sip:h;method=invite"},
        {"sip:h?SUBJECT=x", "sip:h?subject=x"},

        /* order */
        {"sip:h;a=1;b=2;c", "sip:h;c;b=2;a=1"},
        {"sip:h?a=1&b=2&c=", "sip:h?c=&b=2&a=1"},
        {"sip:h?a=1&a=2", "sip:h?a=2&a=1"},
        {"sip:h?a=1&a=1&b=2", "sip:h?b=2&a=1&a=1"},

        /* ports and addresses are numbers */
        {"sip:h:5060", "sip:h:05060"},

        /* parameters that only one has */
        {"sip:h;lr", "sip:h"},
        {"sip:h;lr", "sip:h;ob"},
        {"sip:h;lr;transport=udp", "sip:h;transport=udp;x=y"},
        {"sip:h;users=1", "sip:h"},
        {"sip:h;use=1", "sip:h"},

        /* escapes */
        {"sip:%61%2e%2E@h", "sip:a..@h"},
        {"sip:%7e@h", "sip:~@h"},
        {"sip:a%00b@h", "sip:%61%00%62@h"},
        {"sip:a:%70%77@h", "sip:a:pw@h"},
        {"sip:h;%74ransport=%75dp", "sip:h;transport=UDP"},
        {"sip:h?%73ubject=%78", "sip:h?subject=x"},
        {"sip:%C3%BC@h", "sip:%c3%bc@h"},
        {"sip:h;a=%5B::1%5d", "sip:h;a=[::1]"}, /* not of RFC 2396's reserved set */
    };
    EXPECT_EQUAL(pairs);
}

static void test_different(void **state)
{
    (void)state;
    static const pair pairs[] = {
        /* schemes */
        {"sip:a@h", "sips:a@h"},
        {"sip:a", "tel:+1"},
        {"sip:h", "urn:h"},

        /* users and passwords: case counts, and so does being there */
        {"sip:a@h", "sip:A@h"},
        {"sip:a@h", "sip:h"},
        {"sip:a@h", "sip:ab@h"},
        {"sip:a@h", "sip:b@h"},
        {"sip:a@h", "sip:a:@h"},
        {"sip:a:p@h", "sip:a@h"},
        {"sip:a:p@h", "sip:a:@h"},
        {"sip:a:p@h", "sip:a:P@h"},
        {"sip:a:p@h", "sip:a:pp@h"},
        {"sip:a;b=c@h", "sip:a@h;b=c"},
        {"sip:a;b=c@h", "sip:a;B=c@h"},
        {"sip:a;b=1;c=2@h", "sip:a;c=2;b=1@h"},
        {"sip:+1-2@h;user=phone", "sip:+12@h;user=phone"}, /* separators count in a SIP URI */

        /* hosts and ports */
        {"sip:h", "sip:hh"},
        {"sip:h", "sip:h."},
        {"sip:h.a", "sip:h.b"},
        {"sips:h", "sips:h:5061"},
        {"sip:h:1", "sip:h:2"},

        /* user, ttl, method, maddr, transport in one of them only, with its default value too */
        {"sip:h;user=ip", "sip:h"},
        {"sip:h;user=phone", "sip:h"},
        {"sip:h;ttl=1", "sip:h"},
        {"sip:h;method=INVITE", "sip:h"},
        {"sip:h;maddr=1.2.3.4", "sip:h"},
        {"sip:h;maddr=h", "sip:h"},
        {"sip:h;transport=udp", "sip:h;lr"},
        {"sips:h;transport=tcp", "sips:h"},
        {"sip:h;TRANSPORT=udp", "sip:h"},
        {"sip:h;%75ser=ip", "sip:h"},
        {"sip:h;lr;ttl=1", "sip:h;lr"},

        /* and in both */
        {"sip:h;user=ip", "sip:h;user=phone"},
        {"sip:h;ttl=1", "sip:h;ttl=2"},
        {"sip:h;method=INVITE", "sip:h;method=BYE"},
        {"sip:h;maddr=1.2.3.4", "sip:h;maddr=1.2.3.5"},
        {"sip:h;transport=tcp", "sip:h;transport=tls"},
        {"sip:h;x=1", "sip:h;x=2"},
        {"sip:h;x", "sip:h;x=1"},
        {"sip:h;x=1", "sip:h;x=11"},
        {"sip:h;x=1;y=2", "sip:h;y=1;x=2"},

        /* headers are never ignored */
        {"sip:h?a=1", "sip:h"},
        {"sip:h?a=", "sip:h"},
        {"sip:h?a=", "sip:h?b="},
        {"sip:h?a=1", "sip:h?a=2"},
        {"sip:h?a=1", "sip:h?a="},
        {"sip:h?a=1", "sip:h?a=1&b=2"},
        {"sip:h?a=1", "sip:h?a=1&a=1"},
        {"sip:h?a=1&a=1&b=2", "sip:h?a=1&b=2&b=2"},
        {"sip:h?subject=a", "sip:h?subject=A"},
        {"sip:h?a=1", "sip:h;a=1"},

        /* an escape that is no character, a reserved one, or a second time */
        {"sip:a%00b@h", "sip:a%00c@h"},
        {"sip:a%00b@h", "sip:a@h"},
        {"sip:a%00@h", "sip:a@h"},
        {"sip:%2561@h", "sip:%61@h"},
        {"sip:%2561@h", "sip:a@h"},
        {"sip:%41@h", "sip:a@h"},
        {"sip:a%3Ap@h", "sip:a:p@h"},
        {"sip:a%3bb@h", "sip:a;b@h"},
        {"sip:h;a=b%3bc", "sip:h;a=b;c"},
        {"sip:h?a=b%26c%3dd", "sip:h?a=b&c=d"},
        {"sip:h;x=%00a", "sip:h;x=%00b"},
    };
    EXPECT_DIFFERENT(pairs);
}

/* ---- each octet and its escape ---- */

#define UNRESERVED "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.!~*'()"

static const struct {
    const char *name, *before, *behind;
    const char *reserved; /* RFC 2396's reserved ones that may stand there as they are */
} places[] = {
    {"user", "sip:a", "b@h", "&=+$,;?/"},          {"password", "sip:a:b", "c@h", "&=+$,"},
    {"parameter name", "sip:h;a", "b=c", "/:&+$"}, {"parameter value", "sip:h;a=b", "c", "/:&+$"},
    {"header name", "sip:h?a", "b=c", "/?:+$"},    {"header value", "sip:h?a=b", "c", "/?:+$"},
};

/* "sip:a%41b@h" in what follows. */
static void escaped(char text[64], size_t place, unsigned octet, const char *digits)
{
    snprintf(text, 64, "%s%%%c%c%s", places[place].before, digits[octet / 16], digits[octet % 16],
             places[place].behind);
}

static void test_characters_and_their_escapes(void **state)
{
    (void)state;
    char plain[64], escape[64], other[64];
    for (size_t i = 0; i < COUNT(places); i++)
        for (unsigned octet = 0; octet < 256; octet++) {
            escaped(escape, i, octet, "0123456789abcdef");
            escaped(other, i, octet, "0123456789ABCDEF");
            if (!equal(escape, other))
                fail_msg("%s: %s and %s", places[i].name, escape, other);
            snprintf(plain, sizeof plain, "%s%c%s", places[i].before, (int)octet, places[i].behind);
            bool unreserved = octet != 0 && strchr(UNRESERVED, (int)octet) != NULL;
            bool reserved = octet != 0 && strchr(places[i].reserved, (int)octet) != NULL;
            if (unreserved && !equal(plain, escape))
                fail_msg("%s: %s and %s are different", places[i].name, plain, escape);
            /* A parameter that only one has is ignored: what stands in its name can't make a difference. */
            if (reserved && i != 2 && equal(plain, escape))
                fail_msg("%s: %s and %s are equal", places[i].name, plain, escape);
        }
}

/* Two octets are alike when they are the same, or, but in a user and password and header value, letters in two cases.
 */
static void test_every_two_octets(void **state)
{
    (void)state;
    static const size_t which[] = {0, 1, 3, 5};
    char left[64], right[64];
    for (size_t k = 0; k < COUNT(which); k++)
        for (unsigned a = 0; a < 256; a++) {
            sira_uri first, second;
            escaped(left, which[k], a, "0123456789abcdef");
            expect_status(left, sira_uri_parse(&first, sira_str_from(left), NULL), SIRA_OK);
            for (unsigned b = 0; b < 256; b++) {
                bool letters = (a | 0x20) >= 'a' && (a | 0x20) <= 'z' && (a ^ b) == 0x20;
                escaped(right, which[k], b, "0123456789ABCDEF");
                expect_status(right, sira_uri_parse(&second, sira_str_from(right), NULL), SIRA_OK);
                if (sira_uri_equal(&first, &second) != (a == b || (which[k] == 3 && letters)))
                    fail_msg("%s: %s and %s", places[which[k]].name, left, right);
            }
        }
}

/* ---- all combinations of parts ---- */

/* A part in several forms: of the same class they are equal; class 0 goes with every class when the part is optional.
 */
typedef struct form {
    const char *text;
    int class;
} form;

static const form schemes[] = {{"sip:", 1}, {"SIP:", 1}, {"sips:", 2}};
static const form users[] = {{"", 0}, {"a@", 1}, {"%61@", 1}, {"A@", 2}};
static const form hosts[] = {{"h.example", 1}, {"H.Example", 1}, {"[::1]", 2}, {"[0::01]", 2}};
static const form ports[] = {{"", 0}, {":5060", 1}};
static const form transports[] = {{"", 0}, {";transport=udp", 1}, {";Transport=%55DP", 1}};
static const form options[] = {{"", 0}, {";security=on", 1}, {";security=off", 2}};

#define COMBINATIONS (COUNT(schemes) * COUNT(users) * COUNT(hosts) * COUNT(ports) * COUNT(transports) * COUNT(options))

typedef struct combination {
    char text[80];
    sira_uri uri;
    int classes[5];
    int option;
} combination;

static const form *pick(const form *forms, size_t count, size_t *number)
{
    const form *picked = &forms[*number % count];
    *number /= count;
    return picked;
}

static void combine(combination *c, size_t number)
{
    const form *all[] = {pick(schemes, COUNT(schemes), &number), pick(users, COUNT(users), &number),
                         pick(hosts, COUNT(hosts), &number),     pick(ports, COUNT(ports), &number),
                         pick(options, COUNT(options), &number), pick(transports, COUNT(transports), &number)};
    snprintf(c->text, sizeof c->text, "%s%s%s%s%s%s", all[0]->text, all[1]->text, all[2]->text, all[3]->text,
             all[4]->text, all[5]->text);
    for (size_t i = 0; i < 4; i++)
        c->classes[i] = all[i]->class;
    c->classes[4] = all[5]->class;
    c->option = all[4]->class;
    expect_status(c->text, sira_uri_parse(&c->uri, sira_str_from(c->text), NULL), SIRA_OK);
}

static void test_all_combinations(void **state)
{
    (void)state;
    combination *all = calloc(COMBINATIONS, sizeof *all);
    assert_non_null(all);
    for (size_t i = 0; i < COMBINATIONS; i++)
        combine(&all[i], i);
    for (size_t i = 0; i < COMBINATIONS; i++)
        for (size_t k = 0; k < COMBINATIONS; k++) {
            bool expected = memcmp(all[i].classes, all[k].classes, sizeof all[i].classes) == 0 &&
                            (all[i].option == all[k].option || all[i].option == 0 || all[k].option == 0);
            if (sira_uri_equal(&all[i].uri, &all[k].uri) != expected)
                fail_msg("%s and %s are %s", all[i].text, all[k].text, expected ? "different" : "equal");
        }
    free(all);
}

/* ---- tel and absolute URIs ---- */

static void test_tel(void **state)
{
    (void)state;
    static const pair same[] = {
        {"tel:+1-201-555-0123", "tel:+12015550123"},
        {"tel:+1(201)555.0123", "tel:+1-2-0-1-5550123"},
        {"tel:+-.()1", "tel:+1()"},
        {"TEL:+1", "tel:+1"},
        {"tel:+1;a=B", "tel:+1;A=b"},
        {"tel:+1;a=1;b;c=%61", "tel:+1;c=a;a=1;b"},
        {"tel:+1;ext=12", "tel:+1;EXT=1-2"},
        {"tel:ab*#-1;phone-context=a.example", "tel:(AB)*#1;phone-context=A.EXAMPLE"},
        {"tel:863-1234;phone-context=+1-914-555", "tel:8631234;phone-context=+1914555"},
        {"tel:863;phone-context=+1(914)", "tel:863;Phone-Context=+1.914"},
    };
    static const pair different[] = {
        {"tel:+1", "tel:+2"},
        {"tel:+1", "tel:+11"},
        {"tel:+1", "tel:1;phone-context=+1"}, /* a local one is never a global one */
        {"tel:+1;phone-context=+1", "tel:1;phone-context=+1"},
        {"tel:+1;a", "tel:+1"}, /* no parameter is ignored */
        {"tel:+1;a", "tel:+1;b"},
        {"tel:+1;a=1", "tel:+1;a=2"},
        {"tel:+1;a=1", "tel:+1;a"},
        {"tel:+1;a=1;b=2", "tel:+1;a=2;b=1"},
        {"tel:+1;ext=12", "tel:+1;ext=13"},
        {"tel:+1;ext=12", "tel:+1;ext=1"},
        {"tel:+1;x=1-2", "tel:+1;x=12"}, /* separators are visual in numbers only */
        {"tel:1;phone-context=a-b", "tel:1;phone-context=ab"},
        {"tel:1;phone-context=a.b", "tel:1;phone-context=ab"},
        {"tel:1;phone-context=+1", "tel:1;phone-context=+12"},
        {"tel:1;phone-context=+1", "tel:1;phone-context=a1"},
        {"tel:1;phone-context=a", "tel:1;phone-context=b"},
        {"tel:*;phone-context=a", "tel:#;phone-context=a"},
    };
    EXPECT_EQUAL(same);
    EXPECT_DIFFERENT(different);
}

static void test_absolute(void **state)
{
    (void)state;
    static const pair same[] = {{"urn:a", "URN:a"}, {"http://h/a?b", "HTTP://h/a?b"}};
    static const pair different[] = {{"urn:a", "urn:A"}, {"urn:a", "urn:b"},   {"urn:a", "urn:aa"},
                                     {"urn:a", "urm:a"}, {"urn:a", "urn:%61"}, {"mailto:a", "urn:a"}};
    EXPECT_EQUAL(same);
    EXPECT_DIFFERENT(different);
}

/* ---- what a comparison may cost ---- */

/* count parameters or headers, in the one or the other order. */
static void many(char *text, size_t size, char first, unsigned count, bool backwards)
{
    size_t n = (size_t)snprintf(text, size, "sip:h");
    for (unsigned i = 0; i < count; i++)
        n += (size_t)snprintf(text + n, size - n, "%c%c%u=x",
                              i == 0         ? first
                              : first == ';' ? ';'
                                             : '&',
                              'a', backwards ? count - 1 - i : i);
}

static void test_many_pairs(void **state)
{
    (void)state;
    static const char firsts[] = {';', '?'};
    char forth[512], back[512];
    for (size_t i = 0; i < COUNT(firsts); i++) {
        many(forth, sizeof forth, firsts[i], SIRA_LIMIT_URI_PAIRS, false);
        many(back, sizeof back, firsts[i], SIRA_LIMIT_URI_PAIRS, true);
        assert_true(equal(forth, back));
        many(forth, sizeof forth, firsts[i], SIRA_LIMIT_URI_PAIRS + 1, false);
        many(back, sizeof back, firsts[i], SIRA_LIMIT_URI_PAIRS + 1, true);
        assert_true(equal(forth, forth));
        assert_false(equal(forth, back));
        assert_false(equal(forth, "sip:h"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rfc3261_equivalent),
        cmocka_unit_test(test_rfc3261_not_equivalent),
        cmocka_unit_test(test_rfc3261_not_transitive),
        cmocka_unit_test(test_rfc5954_addresses),
        cmocka_unit_test(test_equal),
        cmocka_unit_test(test_different),
        cmocka_unit_test(test_characters_and_their_escapes),
        cmocka_unit_test(test_every_two_octets),
        cmocka_unit_test(test_all_combinations),
        cmocka_unit_test(test_tel),
        cmocka_unit_test(test_absolute),
        cmocka_unit_test(test_many_pairs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
