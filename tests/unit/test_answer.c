#include "agent/answer.h"

#include <sira/detail/agent.h>

#include "support/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

#define REST "From: <sip:b@x>;tag=9\r\nTo: <sip:a@x>\r\nCall-ID: 1@x\r\nCSeq: 1 OPTIONS\r\n"
#define REST_TAGGED "From: <sip:b@x>;tag=9\r\nTo: <sip:a@x>;tag=01020304\r\nCall-ID: 1@x\r\nCSeq: 1 OPTIONS\r\n"
#define END "Content-Length: 0\r\n\r\n"

static world *open_agent(void)
{
    static const uint8_t tag[4] = {1, 2, 3, 4};
    world *w = world_open(NULL);
    world_init(w);
    memcpy(w->agent.tag, tag, sizeof tag);
    return w;
}

/* As the agent does: the message is parsed, whatever comes of it, and stays until it is answered. */
static void answer(world *w, const char *request, const char *from, uint16_t code, const char *reason)
{
    const sira_str bytes = heap_str_from(request);
    sira_flow flow = {.id = 7};
    assert_int_equal(sira_endpoint_from_text(SIRA_STR("192.0.2.1:5060"), 0, &flow.local), SIRA_OK);
    assert_int_equal(sira_endpoint_from_text(sira_str_from(from + 4), 0, &flow.remote), SIRA_OK);
    flow.local.transport = flow.remote.transport = memcmp(from, "tcp ", 4) == 0   ? SIRA_TRANSPORT_TCP
                                                   : memcmp(from, "tls ", 4) == 0 ? SIRA_TRANSPORT_TLS
                                                                                  : SIRA_TRANSPORT_UDP;
    (void)sira_message_parse(&w->agent.message, bytes, NULL);
    sira_i_agent_answer(&w->agent, &flow, code, reason);
    heap_str_free(bytes);
}

/* RFC 3261 18.2.1 and 18.2.2, RFC 3581 4: what the Via becomes, and where the answer goes. */
static void an_answer_goes_where_its_via_says(void **state)
{
    (void)state;
    static const struct {
        const char *name, *from, *via, *back, *to;
    } cases[] = {
        {"from where it says", "udp 192.0.2.100:5060", "SIP/2.0/UDP 192.0.2.100;branch=z9hG4bKa",
         "SIP/2.0/UDP 192.0.2.100;branch=z9hG4bKa", "192.0.2.100:5060"},
        {"another port than it came from", "udp 192.0.2.100:40000", "SIP/2.0/UDP 192.0.2.100:5080;branch=z9hG4bKa",
         "SIP/2.0/UDP 192.0.2.100:5080;branch=z9hG4bKa", "192.0.2.100:5080"},
        {"no port is 5060", "udp 192.0.2.100:40000", "SIP/2.0/UDP 192.0.2.100;branch=z9hG4bKa",
         "SIP/2.0/UDP 192.0.2.100;branch=z9hG4bKa", "192.0.2.100:5060"},
        {"another address", "udp 203.0.113.7:5060", "SIP/2.0/UDP 10.0.0.1:5080;branch=z9hG4bKa",
         "SIP/2.0/UDP 10.0.0.1:5080;branch=z9hG4bKa;received=203.0.113.7", "203.0.113.7:5080"},
        {"a name", "udp 203.0.113.7:5060", "SIP/2.0/UDP pc.example.test;branch=z9hG4bKa",
         "SIP/2.0/UDP pc.example.test;branch=z9hG4bKa;received=203.0.113.7", "203.0.113.7:5060"},
        {"rport", "udp 203.0.113.7:40000", "SIP/2.0/UDP 10.0.0.1:5080;rport;branch=z9hG4bKa",
         "SIP/2.0/UDP 10.0.0.1:5080;rport=40000;branch=z9hG4bKa;received=203.0.113.7", "203.0.113.7:40000"},
        {"rport from where it says", "udp 192.0.2.100:5060", "SIP/2.0/UDP 192.0.2.100:5060;branch=z9hG4bKa;rport",
         "SIP/2.0/UDP 192.0.2.100:5060;branch=z9hG4bKa;rport=5060;received=192.0.2.100", "192.0.2.100:5060"},
        {"a received that is made up", "udp 203.0.113.7:5060",
         "SIP/2.0/UDP 10.0.0.1;received=198.51.100.1;branch=z9hG4bKa",
         "SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKa;received=203.0.113.7", "203.0.113.7:5060"},
        {"IPv6", "udp [2001:db8::7]:40000", "SIP/2.0/UDP [2001:db8::1]:5080;branch=z9hG4bKa",
         "SIP/2.0/UDP [2001:db8::1]:5080;branch=z9hG4bKa;received=2001:db8::7", "[2001:db8::7]:5080"},
        {"a connection", "tcp 192.0.2.100:40000", "SIP/2.0/TCP 192.0.2.100:5060;branch=z9hG4bKa",
         "SIP/2.0/TCP 192.0.2.100:5060;branch=z9hG4bKa", "192.0.2.100:40000"},
        {"a connection over TLS", "tls 203.0.113.7:40000", "SIP/2.0/TLS 10.0.0.1;branch=z9hG4bKa",
         "SIP/2.0/TLS 10.0.0.1;branch=z9hG4bKa;received=203.0.113.7", "203.0.113.7:40000"},
        {"several Vias in a line", "udp 203.0.113.7:5060",
         "SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKa, SIP/2.0/UDP 10.0.0.2:5999",
         "SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKa;received=203.0.113.7, SIP/2.0/UDP 10.0.0.2:5999", "203.0.113.7:5060"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        world *w = open_agent();
        char request[600], expected[600], to[SIRA_ENDPOINT_TEXT];
        snprintf(request, sizeof request, "OPTIONS sip:a@x SIP/2.0\r\nVia: %s\r\n" REST "\r\n", cases[i].via);
        snprintf(expected, sizeof expected, "SIP/2.0 481 Gone\r\nVia: %s\r\n" REST_TAGGED END, cases[i].back);
        answer(w, request, cases[i].from, 481, "Gone");
        assert_int_equal(w->sent_count, 1);
        expect_str(cases[i].name, (sira_str){w->sent[0].bytes, w->sent[0].len}, expected);
        const sira_flow *flow = &w->sent[0].flow;
        expect_str(cases[i].name, (sira_str){to, sira_endpoint_to_text(&flow->remote, to, sizeof to)}, cases[i].to);
        assert_int_equal(flow->id, 7);
        assert_int_equal(flow->local.port, 5060);
        assert_int_equal(w->agent.counters.sent, 1);
        world_close(w);
    }
}

#define VIA "Via: SIP/2.0/UDP 192.0.2.100;branch=z9hG4bKa\r\n"

static void what_an_answer_holds(void **state)
{
    (void)state;
    static const struct {
        const char *name, *request;
        uint16_t code;
        const char *reason, *expected; /* NULL: nothing is sent */
    } cases[] = {
        {"OPTIONS", "OPTIONS sip:a@x SIP/2.0\r\n" VIA REST "\r\n", 200, "OK",
         "SIP/2.0 200 OK\r\n" VIA REST_TAGGED "Allow: OPTIONS\r\n" END},
        {"not allowed", "INFO sip:a@x SIP/2.0\r\n" VIA REST "\r\n", 405, "Method Not Allowed",
         "SIP/2.0 405 Method Not Allowed\r\n" VIA REST_TAGGED "Allow: OPTIONS\r\n" END},
        {"no Allow elsewhere", "OPTIONS sip:a@x SIP/2.0\r\n" VIA REST "\r\n", 400, "Bad Via",
         "SIP/2.0 400 Bad Via\r\n" VIA REST_TAGGED END},
        {"a body is not given back", "OPTIONS sip:a@x SIP/2.0\r\n" VIA REST "Content-Length: 4\r\n\r\nbody", 481, "X",
         "SIP/2.0 481 X\r\n" VIA REST_TAGGED END},
        {"a tag that stands in To stays",
         "BYE sip:a@x SIP/2.0\r\n" VIA "From: <sip:b@x>;tag=9\r\nTo: <sip:a@x>;tag=5\r\nCall-ID: 1@x\r\nCSeq: 1 BYE\r\n"
         "\r\n",
         481, "X",
         "SIP/2.0 481 X\r\n" VIA "From: <sip:b@x>;tag=9\r\nTo: <sip:a@x>;tag=5\r\nCall-ID: 1@x\r\nCSeq: 1 BYE\r\n" END},
        {"what is not there is left out", "OPTIONS sip:a@x SIP/2.0\r\n" VIA "Call-ID: 1@x\r\n\r\n", 400, "Missing To",
         "SIP/2.0 400 Missing To\r\n" VIA "Call-ID: 1@x\r\n" END},
        {"ACK", "ACK sip:a@x SIP/2.0\r\n" VIA REST "\r\n", 481, "X", NULL},
        {"no Via", "OPTIONS sip:a@x SIP/2.0\r\n" REST "\r\n", 400, "Missing Via", NULL},
        {"a Via that is none", "OPTIONS sip:a@x SIP/2.0\r\nVia: nonsense\r\n" REST "\r\n", 400, "Bad Via", NULL},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        world *w = open_agent();
        answer(w, cases[i].request, "udp 192.0.2.100:5060", cases[i].code, cases[i].reason);
        if (w->sent_count != (cases[i].expected != NULL))
            fail_msg("%s: %zu answers", cases[i].name, w->sent_count);
        if (cases[i].expected != NULL)
            expect_str(cases[i].name, (sira_str){w->sent[0].bytes, w->sent[0].len}, cases[i].expected);
        world_close(w);
    }
}

/* RFC 3261 8.2.7: stateless, so a request that comes again has to be told the same. */
static void a_request_that_comes_again_gets_the_same(void **state)
{
    (void)state;
    world *w = open_agent();
    for (unsigned i = 0; i < 2; i++)
        answer(w, "OPTIONS sip:a@x SIP/2.0\r\n" VIA REST "\r\n", "udp 192.0.2.100:5060", 200, "OK");
    assert_int_equal(w->sent_count, 2);
    expect_str("again", (sira_str){w->sent[1].bytes, w->sent[1].len}, w->sent[0].bytes);
    world_close(w);
}

/* An answer is sent as a whole or not at all. */
static void what_does_not_fit_is_not_sent(void **state)
{
    (void)state;
    static const char expected[] = "SIP/2.0 200 OK\r\n" VIA REST_TAGGED "Allow: OPTIONS\r\n" END;
    const size_t needed = sizeof expected - 1;
    for (size_t size = needed - 30; size <= needed + 2; size++) {
        world *w = open_agent();
        char *scratch = malloc(size);
        assert_non_null(scratch);
        w->agent.config.scratch = scratch;
        w->agent.config.scratch_size = size;
        answer(w, "OPTIONS sip:a@x SIP/2.0\r\n" VIA REST "\r\n", "udp 192.0.2.100:5060", 200, "OK");
        assert_int_equal(w->sent_count, size >= needed);
        assert_int_equal(w->agent.counters.sent, size >= needed);
        free(scratch);
        world_close(w);
    }
}

static void a_failure_to_send_is_counted(void **state)
{
    (void)state;
    world *w = open_agent();
    w->send_broken = true;
    answer(w, "OPTIONS sip:a@x SIP/2.0\r\n" VIA REST "\r\n", "udp 192.0.2.100:5060", 200, "OK");
    assert_int_equal(w->agent.counters.sent, 0);
    assert_int_equal(w->agent.counters.send_failed, 1);
    world_close(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_goes_where_its_via_says),
        cmocka_unit_test(what_an_answer_holds),
        cmocka_unit_test(a_request_that_comes_again_gets_the_same),
        cmocka_unit_test(what_does_not_fit_is_not_sent),
        cmocka_unit_test(a_failure_to_send_is_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
