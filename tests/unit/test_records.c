#include "host/records.h"

#include "support/support.h"

#include <stdlib.h>
#include <string.h>

/* ---- answers, written byte by byte ---- */

typedef struct packet {
    char bytes[4000];
    size_t length;
} packet;

static void number(packet *p, uint32_t value, unsigned bytes)
{
    while (bytes-- > 0)
        p->bytes[p->length++] = (char)(value >> 8 * bytes & 0xff);
}

static void name(packet *p, const char *text)
{
    while (*text != '\0') {
        size_t label = strcspn(text, ".");
        number(p, (uint32_t)label, 1);
        memcpy(p->bytes + p->length, text, label);
        p->length += label;
        text += label + (text[label] == '.');
    }
    number(p, 0, 1);
}

static void begin(packet *p, unsigned flags, unsigned answers, unsigned authorities)
{
    p->length = 0;
    number(p, 7, 2);
    number(p, flags, 2);
    number(p, 1, 2);
    number(p, answers, 2);
    number(p, authorities, 2);
    number(p, 0, 2);
    name(p, "example.test");
    number(p, 1, 2);
    number(p, 1, 2);
}

/* The record's head; returns where its length stands. */
static size_t record(packet *p, const char *owner, unsigned type, uint32_t ttl)
{
    if (owner != NULL)
        name(p, owner);
    else
        number(p, 0xc00c, 2); /* the name of the question */
    number(p, type, 2);
    number(p, 1, 2);
    number(p, ttl, 4);
    number(p, 0, 2);
    return p->length - 2;
}

static void finish(packet *p, size_t at)
{
    size_t length = p->length - at - 2;
    p->bytes[at] = (char)(length >> 8);
    p->bytes[at + 1] = (char)length;
}

static void address(packet *p, const char *owner, uint32_t ttl, uint32_t value)
{
    size_t at = record(p, owner, SIRA_DNS_A, ttl);
    number(p, value, 4);
    finish(p, at);
}

static sira_i_records found;
static void take(const packet *p, sira_dns_type type)
{
    sira_i_records_read(&found, (sira_str){p->bytes, p->length}, SIRA_STR("Example.test"), type);
}

/* ---- what is right ---- */

static void addresses_are_read(void **state)
{
    (void)state;
    packet p;
    begin(&p, 0x8180, 3, 0);
    address(&p, NULL, 300, 0xc0000201);
    address(&p, "EXAMPLE.TEST", 60, 0xc0000202);
    address(&p, "other.test", 60, 0xc0000203); /* not what was asked for */
    take(&p, SIRA_DNS_A);
    assert_int_equal(found.result, SIRA_DNS_FOUND);
    assert_int_equal(found.count, 2);
    assert_int_equal(found.list[0].ttl, 300);
    assert_int_equal(found.list[1].ttl, 60);
    assert_int_equal(found.list[1].endpoint.family, SIRA_FAMILY_IPV4);
    assert_memory_equal(found.list[1].endpoint.address, "\xc0\x00\x02\x02", 4);
    take(&p, SIRA_DNS_AAAA);
    assert_int_equal(found.result, SIRA_DNS_NONE);

    begin(&p, 0x8180, 1, 0);
    size_t at = record(&p, NULL, SIRA_DNS_AAAA, 5);
    for (unsigned i = 0; i < 16; i++)
        number(&p, i, 1);
    finish(&p, at);
    take(&p, SIRA_DNS_AAAA);
    assert_int_equal(found.count, 1);
    assert_int_equal(found.list[0].endpoint.family, SIRA_FAMILY_IPV6);
    assert_int_equal(found.list[0].endpoint.address[15], 15);
}

static void services_are_read(void **state)
{
    (void)state;
    packet p;
    begin(&p, 0x8180, 2, 0);
    size_t at = record(&p, NULL, SIRA_DNS_SRV, 30);
    number(&p, 10, 2);
    number(&p, 20, 2);
    number(&p, 5062, 2);
    name(&p, "sip.example.test");
    finish(&p, at);
    at = record(&p, NULL, SIRA_DNS_SRV, 30);
    number(&p, 20, 2);
    number(&p, 0, 2);
    number(&p, 0, 2);
    name(&p, "");
    finish(&p, at);
    take(&p, SIRA_DNS_SRV);
    assert_int_equal(found.count, 2);
    assert_int_equal(found.list[0].order, 10);
    assert_int_equal(found.list[0].preference, 20);
    assert_int_equal(found.list[0].port, 5062);
    expect_str("target", found.list[0].target, "sip.example.test");
    expect_str("target", found.list[1].target, "");

    begin(&p, 0x8180, 1, 0);
    at = record(&p, NULL, SIRA_DNS_NAPTR, 30);
    number(&p, 50, 2);
    number(&p, 60, 2);
    number(&p, 1, 1);
    number(&p, 's', 1);
    number(&p, 7, 1);
    memcpy(p.bytes + p.length, "SIP+D2T", 7);
    p.length += 7;
    number(&p, 0, 1);
    name(&p, "_sip._tcp.example.test");
    finish(&p, at);
    take(&p, SIRA_DNS_NAPTR);
    assert_int_equal(found.count, 1);
    assert_int_equal(found.list[0].order, 50);
    assert_int_equal(found.list[0].preference, 60);
    expect_str("flags", found.list[0].flags, "s");
    expect_str("service", found.list[0].service, "SIP+D2T");
    expect_str("target", found.list[0].target, "_sip._tcp.example.test");
}

static void aliases_are_followed(void **state)
{
    (void)state;
    packet p;
    begin(&p, 0x8180, 3, 0);
    size_t at = record(&p, NULL, 5, 20);
    name(&p, "a.test");
    finish(&p, at);
    at = record(&p, "a.test", 5, 100);
    name(&p, "b.test");
    finish(&p, at);
    address(&p, "b.test", 300, 1);
    take(&p, SIRA_DNS_A);
    assert_int_equal(found.count, 1);
    assert_int_equal(found.list[0].ttl, 20); /* the shortest on the way */

    begin(&p, 0x8180, 2, 0); /* in a circle */
    at = record(&p, NULL, 5, 20);
    name(&p, "a.test");
    finish(&p, at);
    at = record(&p, "a.test", 5, 20);
    name(&p, "example.test");
    finish(&p, at);
    take(&p, SIRA_DNS_A);
    assert_int_equal(found.result, SIRA_DNS_NONE);
}

/* RFC 2308 5: the lesser of the SOA's own TTL and its last field. */
static void nothing_has_a_lifetime_too(void **state)
{
    (void)state;
    packet p;
    for (unsigned code = 0; code <= 3; code += 3) {
        begin(&p, 0x8180 | code, 0, 1);
        size_t at = record(&p, "test", 6, 500);
        name(&p, "ns.test");
        name(&p, "admin.test");
        for (unsigned i = 0; i < 4; i++)
            number(&p, 9, 4);
        number(&p, 120, 4);
        finish(&p, at);
        take(&p, SIRA_DNS_A);
        assert_int_equal(found.result, SIRA_DNS_NONE);
        assert_int_equal(found.ttl, 120);
    }
    begin(&p, 0x8182, 0, 0); /* SERVFAIL */
    take(&p, SIRA_DNS_A);
    assert_int_equal(found.result, SIRA_DNS_FAILED);
    begin(&p, 0x0100, 0, 0); /* a question */
    take(&p, SIRA_DNS_A);
    assert_int_equal(found.result, SIRA_DNS_FAILED);
}

/* ---- what is wrong ---- */

static void every_cut_is_survived(void **state)
{
    (void)state;
    packet p;
    begin(&p, 0x8180, 2, 0);
    size_t at = record(&p, NULL, SIRA_DNS_SRV, 30);
    number(&p, 10, 2);
    number(&p, 20, 2);
    number(&p, 5062, 2);
    name(&p, "sip.example.test");
    finish(&p, at);
    address(&p, NULL, 300, 1);
    for (size_t length = 0; length < p.length; length++) {
        char *cut = malloc(length + (length == 0)); /* so that a sanitizer sees the end */
        assert_non_null(cut);
        memcpy(cut, p.bytes, length);
        sira_i_records_read(&found, (sira_str){cut, length}, SIRA_STR("example.test"), SIRA_DNS_A);
        free(cut);
        assert_int_equal(found.result, SIRA_DNS_FAILED);
    }
}

static void loops_and_lies_end(void **state)
{
    (void)state;
    packet p;
    begin(&p, 0x8180, 1, 0);
    number(&p, 0xc000 | (uint32_t)p.length, 2); /* a pointer to itself */
    number(&p, 1, 2);
    take(&p, SIRA_DNS_A);
    assert_int_equal(found.result, SIRA_DNS_FAILED);

    begin(&p, 0x8180, 1, 0);
    number(&p, 0xc000 | (uint32_t)(p.length + 2), 2); /* forward */
    number(&p, 0, 4);
    take(&p, SIRA_DNS_A);
    assert_int_equal(found.result, SIRA_DNS_FAILED);

    begin(&p, 0x8180, 1, 0);
    size_t at = record(&p, NULL, SIRA_DNS_A, 60); /* an address of three bytes */
    number(&p, 1, 3);
    finish(&p, at);
    take(&p, SIRA_DNS_A);
    assert_int_equal(found.result, SIRA_DNS_NONE);

    begin(&p, 0x8180, 1, 0);
    at = record(&p, NULL, SIRA_DNS_SRV, 0xffffffff); /* RFC 2181 8: no time at all */
    number(&p, 1, 2);
    number(&p, 1, 2);
    number(&p, 1, 2);
    number(&p, 3, 1);
    memcpy(p.bytes + p.length, "a\r\n", 3); /* in a name */
    p.length += 3;
    number(&p, 0, 1);
    finish(&p, at);
    take(&p, SIRA_DNS_SRV);
    assert_int_equal(found.count, 0);
}

static void there_is_room_for_so_many(void **state)
{
    (void)state;
    packet p;
    begin(&p, 0x8180, 200, 0);
    for (unsigned i = 0; i < 200; i++)
        address(&p, NULL, i, i);
    take(&p, SIRA_DNS_A);
    assert_int_equal(found.result, SIRA_DNS_FOUND);
    assert_int_equal(found.count, SIRA_I_RECORDS_MAX);
    assert_int_equal(found.list[SIRA_I_RECORDS_MAX - 1].ttl, SIRA_I_RECORDS_MAX - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_read),        cmocka_unit_test(services_are_read),
        cmocka_unit_test(aliases_are_followed),      cmocka_unit_test(nothing_has_a_lifetime_too),
        cmocka_unit_test(every_cut_is_survived),     cmocka_unit_test(loops_and_lies_end),
        cmocka_unit_test(there_is_room_for_so_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
