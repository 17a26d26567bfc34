#include "transaction/arrival.h"

#include "support/support.h"

#include <stdio.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

#define VIA "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa, SIP/2.0/UDP h\r\n"
#define FROM "From: <sip:a@b>;tag=1\r\n"
#define TO "To: <sip:c@d>;tag=2\r\n"
#define CALL_ID "Call-ID: x@y\r\n"
#define CSEQ "CSeq: 7 REGISTER\r\n"

static sira_status read_all(sira_i_arrival *arrival, sira_message *message, const char *fields, sira_str *bytes)
{
    static const sira_flow flow = {.id = 9};
    static sira_field slots[8];
    char text[400];
    snprintf(text, sizeof text, "SIP/2.0 200 OK\r\n%s\r\n", fields);
    *bytes = heap_str_from(text);
    sira_message_init(message, slots, COUNT_OF(slots));
    expect_status(fields, sira_message_parse(message, *bytes, NULL), SIRA_OK);
    return sira_i_arrival_read(arrival, message, &flow);
}

static void all_that_identifies_a_message_is_read_once(void **state)
{
    (void)state;
    sira_i_arrival arrival;
    sira_message message;
    sira_str bytes;
    assert_int_equal(read_all(&arrival, &message, VIA FROM TO CALL_ID CSEQ, &bytes), SIRA_OK);
    assert_ptr_equal(arrival.message, &message);
    assert_int_equal(arrival.flow->id, 9);
    expect_str("branch", arrival.via.branch, "z9hG4bKa");
    expect_str("From tag", arrival.from.tag, "1");
    expect_str("To tag", arrival.to.tag, "2");
    expect_str("Call-ID", arrival.call_id, "x@y");
    assert_int_equal(arrival.cseq.number, 7);
    expect_str("method", arrival.cseq.method, "REGISTER");
    heap_str_free(bytes);
}

/* An answer may be known without it; of a request it was missed before. */
static void to_may_be_missing(void **state)
{
    (void)state;
    sira_i_arrival arrival = {.to.tag = SIRA_STR_INIT("2")};
    sira_message message;
    sira_str bytes;
    assert_int_equal(read_all(&arrival, &message, VIA FROM CALL_ID CSEQ, &bytes), SIRA_OK);
    expect_str("Call-ID", arrival.call_id, "x@y");
    assert_int_equal(arrival.cseq.number, 7);
    assert_int_equal(arrival.to.tag.len, 0);
    assert_int_equal(arrival.to.uri.len, 0);
    heap_str_free(bytes);
}

static void what_is_missing_or_malformed_is_no_arrival(void **state)
{
    (void)state;
    static const struct {
        const char *fields;
        sira_status status;
    } cases[] = {
        {FROM TO CALL_ID CSEQ, SIRA_IDLE},
        {VIA TO CALL_ID CSEQ, SIRA_IDLE},
        {VIA FROM TO CSEQ, SIRA_IDLE},
        {VIA FROM TO CALL_ID, SIRA_IDLE},
        {VIA FROM CALL_ID, SIRA_IDLE},
        {"Via: x\r\n" FROM TO CALL_ID CSEQ, SIRA_E_SYNTAX},
        {VIA "From: <x\r\n" TO CALL_ID CSEQ, SIRA_E_SYNTAX},
        {VIA FROM "To: <x\r\n" CALL_ID CSEQ, SIRA_E_SYNTAX},
        {VIA FROM TO "Call-ID: a b\r\n" CSEQ, SIRA_E_SYNTAX},
        {VIA FROM TO CALL_ID "CSeq: x\r\n", SIRA_E_SYNTAX},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        sira_i_arrival arrival;
        sira_message message;
        sira_str bytes;
        expect_status(cases[i].fields, read_all(&arrival, &message, cases[i].fields, &bytes), cases[i].status);
        heap_str_free(bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_that_identifies_a_message_is_read_once),
        cmocka_unit_test(to_may_be_missing),
        cmocka_unit_test(what_is_missing_or_malformed_is_no_arrival),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
