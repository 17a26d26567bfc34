#include "support/office.h"
#include "support/realm.h"

#include <stdio.h>
#include <string.h>

/* RFC 3261 8.2.6 and 10.3 step 8. */
static void a_whole_answer(void **state)
{
    (void)state;
    office o;
    office_open(&o);
    o.config.service_route = SIRA_STR("<sip:p.example.com;lr>");
    office_init(&o);
    assert_int_equal(office_take(&o, "Contact: <sip:a@192.0.2.1>;q=0.25\r\n"), 200);
    assert_string_equal(o.reply, "SIP/2.0 200 OK\r\n"
                                 "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1\r\n"
                                 "From: <sip:alice@example.com>;tag=1\r\n"
                                 "To: <sip:alice@example.com>;tag=office\r\n"
                                 "Call-ID: call-1\r\n"
                                 "CSeq: 1 REGISTER\r\n"
                                 "Contact: <sip:a@192.0.2.1>;q=0.250;expires=3600\r\n"
                                 "Service-Route: <sip:p.example.com;lr>\r\n"
                                 "Supported: path\r\n"
                                 "Content-Length: 0\r\n"
                                 "\r\n");
    office_close(&o);
}

/* In whatever place it runs out, what is left is a 500, or an error. */
static void there_may_be_little_room(void **state)
{
    (void)state;
    office o;
    office_open(&o);
    office_init(&o);
    o.room = 150;
    assert_int_equal(office_take(&o, "Contact: <sip:a@192.0.2.1>;q=0.25;x=12345678901234567890\r\n"), 200);
    assert_string_equal(o.reply, "");
    o.room = 230;
    assert_int_equal(office_take(&o, "Contact: <sip:a@192.0.2.1>;q=0.25;x=12345678901234567890\r\n"), 200);
    assert_int_equal(strncmp(o.reply, "SIP/2.0 500 Server Internal Error\r\nVia: ", 40), 0);
    assert_int_equal(line_count(o.reply, "Contact"), 0);
    office_close(&o);
}

/* A hash that fails in the midst of an answer. */
static sira_status broken(void *context, sira_hash_algorithm algorithm, const sira_str *pieces, size_t count,
                          uint8_t *out)
{
    (void)context;
    (void)algorithm;
    (void)pieces;
    (void)count;
    (void)out;
    return SIRA_E_HASH;
}

static void without_a_challenge_there_is_500(void **state)
{
    (void)state;
    office o;
    realm r;
    realm_open(&r);
    realm_init(&r);
    office_open(&o);
    o.config.open_to_all = false;
    o.config.digest = &r.server;
    office_init(&o);
    r.config.hash.digest = broken;
    assert_int_equal(office_take(&o, ""), 401);
    assert_int_equal(strncmp(o.reply, "SIP/2.0 500 ", 12), 0);
    assert_int_equal(line_count(o.reply, "WWW-Authenticate"), 0);
    office_close(&o);
    realm_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_answer),
        cmocka_unit_test(there_may_be_little_room),
        cmocka_unit_test(without_a_challenge_there_is_500),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
