/* Loss, silence, refusals, broken ports and nonsense from the network. */
#include "support/names.h"
#include "support/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONTACT(request) (int)world_contact(request).len, world_contact(request).at

static void good(world *w, const sira_message *request)
{
    world_registrar(w, request, 3600);
}

static void retransmissions_are_the_same_to_the_byte(void **context)
{
    (void)context;
    world *w = world_open(good);
    w->account_config.display_name = SIRA_STR("Alice");
    world_start(w);
    world_run(w, 6);
    assert_int_equal(w->sent_count, 2); /* the one with credentials is out */
    w->script = NULL;
    world_lose_mail(w);
    world_run(w, 31999);
    assert_int_equal(w->sent_count, 12);
    for (size_t i = 2; i < w->sent_count; i++) {
        assert_int_equal(w->sent[i].len, w->sent[1].len);
        assert_memory_equal(w->sent[i].bytes, w->sent[1].bytes, w->sent[1].len);
    }
    assert_int_equal(sira_agent_get_counters(&w->agent)->retransmitted, 10);
    world_close(w);
}

static void lost_requests_and_responses_are_made_up_for(void **context)
{
    (void)context;
    world *w = world_open(good);
    w->lose = 2;
    w->lose_replies = 1;
    world_start(w);
    world_run(w, 20000);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_REGISTERED);
    assert_int_equal(world_count(w, SIRA_EVENT_WAITING), 0);
    world_close(w);
}

static void silence_ends_in_a_timeout_and_back_off(void **context)
{
    (void)context;
    world *w = world_open(NULL);
    world_start(w);
    world_run(w, 32000);
    const sira_event *last = world_last(w);
    assert_int_equal(last->kind, SIRA_EVENT_WAITING);
    assert_int_equal(last->status, SIRA_E_TIMEOUT);
    assert_int_equal(last->now, 32000);
    assert_in_range(last->next - last->now, 30000, 60000);
    world_run(w, 12u * 3600u * 1000u);
    /* RFC 5626 4.5: in the end one attempt in 15 to 30 minutes, and 32 s each. */
    assert_in_range(world_count(w, SIRA_EVENT_WAITING), 24, 60);
    w->script = good;
    world_run(w, 13u * 3600u * 1000u);
    assert_true(sira_registration_is_bound(&w->line));
    world_close(w);
}

static void a_lost_registrar_lets_the_binding_lapse(void **context)
{
    (void)context;
    world *w = world_open(good);
    world_start(w);
    world_run(w, 1000);
    w->script = NULL;
    world_run(w, 3599000);
    assert_true(sira_registration_is_bound(&w->line));
    assert_true(world_count(w, SIRA_EVENT_WAITING) >= 3);
    assert_true(world_last(w)->bound);
    world_run(w, 3700000);
    assert_int_equal(world_count(w, SIRA_EVENT_LAPSED), 1);
    assert_false(sira_registration_is_bound(&w->line));
    world_close(w);
}

static unsigned code;
static const char *headers;

static void refuses(world *w, const sira_message *request)
{
    world_reply(w, request, code, "%s", headers);
}

static void refusals(void **context)
{
    (void)context;
    static const struct {
        unsigned code;
        const char *headers;
        uint64_t low, high; /* s until the next attempt */
    } cases[] = {
        {500, "", 30, 60},
        {503, "", 30, 60},
        {503, "Retry-After: 0\r\n", 10, 10},
        {503, "Retry-After: 3\r\n", 10, 10},
        {503, "Retry-After: 120 (maintenance);duration=60\r\n", 120, 120},
        {503, "Retry-After: 2147483648\r\n", 7200, 7200},
        {503, "Retry-After: never\r\n", 30, 60},
        {480, "Retry-After: 40\r\n", 40, 40},
        {404, "", 300, 600},
        {302, "Contact: <sip:192.0.2.100>\r\n", 300, 600},
        {305, "", 300, 600},
        {420, "Unsupported: path\r\n", 300, 600},
        {494, "Security-Server: tls;q=0.2\r\n", 300, 600},
        {603, "", 300, 600},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        world *w = world_open(refuses);
        code = cases[i].code;
        headers = cases[i].headers;
        world_start(w);
        world_run(w, 100);
        const sira_event *last = world_last(w);
        uint64_t wait = last->next - last->now;
        if (last->kind != SIRA_EVENT_WAITING || last->status != SIRA_E_RESPONSE || last->code != code ||
            wait < 1000 * cases[i].low || wait > 1000 * cases[i].high || strlen(sira_event_reason(last)) < 4)
            fail_msg("%u %s: %s", code, headers, w->events[w->event_count - 1].text);
        assert_int_equal(w->requests, 1);
        world_close(w);
    }
}

static void says_nothing(world *w, const sira_event *event)
{
    (void)w;
    (void)event;
}

static void a_port_that_cannot_send(void **context)
{
    (void)context;
    world *w = world_open(good);
    w->send_broken = true;
    w->on_event = says_nothing;
    world_start(w);
    world_run(w, 100);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_WAITING);
    assert_int_equal(world_last(w)->status, SIRA_E_TRANSPORT);
    w->send_broken = false;
    world_run(w, 70000);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_REGISTERED);
    world_close(w);
}

static void a_failed_send_is_one_failure(void **context)
{
    (void)context;
    world *w = world_open(good);
    w->send_broken = w->send_tells = true;
    world_start(w);
    world_run(w, 100);
    assert_int_equal(world_count(w, SIRA_EVENT_WAITING), 1);
    assert_int_equal(world_last(w)->status, SIRA_E_TRANSPORT);
    assert_in_range(world_last(w)->next - world_last(w)->now, 30000, 60000); /* the first back-off */
    w->send_broken = false;
    world_run(w, 70000);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_REGISTERED);
    world_close(w);
}

static void a_port_that_cannot_open(void **context)
{
    (void)context;
    world *w = world_open(good);
    w->open_status = SIRA_E_TRANSPORT;
    world_start(w);
    world_run(w, 100);
    assert_int_equal(world_last(w)->status, SIRA_E_TRANSPORT);
    w->open_status = SIRA_OK;
    world_run(w, 70000);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_REGISTERED);
    world_close(w);
}

static void entropy_that_fails(void **context)
{
    (void)context;
    world *w = world_open(good);
    world_start(w);
    world_run(w, 1000);
    w->entropy_broken = true;
    /* The pool lasts for a while; then nothing is sent rather than something that can be guessed. */
    for (int i = 0; i < 30 && world_last(w)->status != SIRA_E_ENTROPY; i++) {
        assert_int_equal(sira_registration_start(&w->line), SIRA_OK);
        world_run(w, w->now + 1000);
    }
    assert_int_equal(world_last(w)->status, SIRA_E_ENTROPY);
    size_t sent = w->sent_count;
    world_run(w, w->now + 20000);
    assert_int_equal(w->sent_count, sent);
    w->entropy_broken = false;
    world_run(w, w->now + 200000);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_REGISTERED);
    world_close(w);
}

static void an_unreachable_peer_is_noticed_at_once(void **context)
{
    (void)context;
    world *w = world_open(NULL);
    world_start(w);
    world_run(w, 10);
    sira_flow other = w->opened;
    other.remote.port = 9;
    sira_agent_flow_down(&w->agent, &other, w->now);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_REGISTERING);
    sira_agent_flow_down(&w->agent, &w->opened, w->now);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_WAITING);
    assert_int_equal(world_last(w)->status, SIRA_E_TRANSPORT);
    world_close(w);
}

static void a_lost_flow_is_made_anew(void **context)
{
    (void)context;
    world *w = world_open(good);
    world_start(w);
    world_run(w, 1000);
    sira_agent_flow_down(&w->agent, &w->opened, w->now);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_WAITING);
    assert_int_equal(world_last(w)->status, SIRA_E_TRANSPORT);
    assert_true(world_last(w)->bound);
    assert_int_equal(world_last(w)->next, 10010); /* the floor, from the 2xx on */
    world_run(w, 12000);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_REGISTERED);
    assert_int_equal(w->open_calls, 2);
    world_close(w);
}

/* "sofia-sip re-registers at once without end": 10 s, then 10 to 20, 20 to 40, ... */
static void a_connection_closed_after_each_200_backs_off(void **context)
{
    (void)context;
    world *w = world_open(good);
    world_start(w);
    for (uint64_t second = 1; second <= 600; second++) {
        world_run(w, 1000 * second);
        if (sira_registration_get_state(&w->line) == SIRA_REGISTRATION_REGISTERED)
            sira_agent_flow_down(&w->agent, &w->opened, w->now);
    }
    assert_in_range(w->requests, 7, 10);
    world_close(w);
}

static void a_server_can_be_removed(void **context)
{
    (void)context;
    world *w = world_open(good);
    world_start(w);
    world_run(w, 1000);
    assert_int_equal(sira_server_remove(&w->server), SIRA_E_STATE);
    sira_registration_remove(&w->line);
    assert_int_equal(sira_server_remove(&w->server), SIRA_OK);
    assert_int_equal(w->close_calls, 1);
    memset(&w->server, 0x55, sizeof w->server);
    sira_agent_flow_down(&w->agent, &w->opened, w->now);
    sira_agent_tick(&w->agent, w->now + 1000000);
    world_close(w);
}

/* ---- connections ---- */

static void a_connection_is_waited_for(void **context)
{
    (void)context;
    world *w = world_open(good);
    w->agent_config.transport.kinds = 1u << SIRA_TRANSPORT_TCP;
    w->server_config.uri = SIRA_STR("sip:192.0.2.100;transport=tcp");
    w->open_status = SIRA_MORE;
    world_start(w);
    world_run(w, 300);
    assert_int_equal(sira_registration_get_state(&w->line), SIRA_REGISTRATION_CONNECTING);
    assert_int_equal(w->requests, 0);
    sira_agent_flow_up(&w->agent, &w->opened, w->now);
    world_run(w, 400);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_REGISTERED);
    sira_via via;
    assert_int_equal(sira_message_via(world_sent(w, 0), &via, NULL), SIRA_OK);
    expect_str("transport", via.transport, "TCP");
    world_close(w);
}

static void a_connection_that_never_comes(void **context)
{
    (void)context;
    world *w = world_open(good);
    w->agent_config.transport.kinds = 1u << SIRA_TRANSPORT_TCP;
    w->server_config.uri = SIRA_STR("sip:192.0.2.100;transport=tcp");
    w->open_status = SIRA_MORE;
    world_start(w);
    world_run(w, 32000);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_WAITING);
    assert_int_equal(world_last(w)->status, SIRA_E_TRANSPORT);
    assert_int_equal(w->close_calls, 1);
    world_run(w, 93000);
    assert_int_equal(w->open_calls, 2);
    sira_agent_flow_up(&w->agent, &w->opened, w->now);
    world_run(w, 94000);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_REGISTERED);
    world_close(w);
}

static void a_request_on_a_connection_is_not_repeated(void **context)
{
    (void)context;
    world *w = world_open(NULL);
    w->agent_config.transport.kinds = 1u << SIRA_TRANSPORT_TCP;
    w->server_config.uri = SIRA_STR("sip:192.0.2.100;transport=tcp");
    world_start(w);
    world_run(w, 32000);
    assert_int_equal(w->sent_count, 1);
    assert_int_equal(world_last(w)->status, SIRA_E_TIMEOUT);
    /* A timeout closes the connection; the next attempt makes a new one. */
    assert_int_equal(w->close_calls, 1);
    w->script = good;
    world_run(w, 100000);
    assert_int_equal(w->open_calls, 2);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_REGISTERED);
    world_close(w);
}

/* ---- names ---- */

static void named(world *w)
{
    world_name(w);
    w->server_config.uri = SIRA_STR("sip:sip.example.test:5062");
}

static void a_name_is_resolved(void **context)
{
    (void)context;
    world *w = world_open(good);
    named(w);
    world_start(w);
    world_run(w, 100);
    assert_int_equal(sira_registration_get_state(&w->line), SIRA_REGISTRATION_LOCATING);
    assert_int_equal(w->asked, 2); /* A and AAAA */
    assert_string_equal(w->queries[0].text, "sip.example.test");
    world_resolve(w, "192.0.2.100");
    world_run(w, 200);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_REGISTERED);
    assert_int_equal(w->sent[0].flow.remote.port, 5062);
    world_close(w);
}

static void a_name_with_ipv6_only(void **context)
{
    (void)context;
    world *w = world_open(good);
    named(w);
    world_start(w);
    world_run(w, 100);
    sira_agent_dns_answer(&w->agent, names_answer(w->queries[1].ticket + 1, 300, "2001:db8::9"), w->now); /* not ours */
    assert_int_equal(sira_registration_get_state(&w->line), SIRA_REGISTRATION_LOCATING);
    world_resolve(w, "2001:db8::1");
    world_run(w, 200);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_REGISTERED);
    assert_int_equal(w->sent[0].flow.remote.family, SIRA_FAMILY_IPV6);
    world_close(w);
}

static void a_name_that_does_not_exist(void **context)
{
    (void)context;
    world *w = world_open(good);
    named(w);
    world_start(w);
    world_run(w, 100);
    world_resolve(w, "");
    world_run(w, 200);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_WAITING);
    assert_int_equal(world_last(w)->status, SIRA_E_RESOLVE);
    world_run(w, 3599000); /* so long it does not exist */
    assert_int_equal(w->asked, 2);
    world_run(w, 2 * 3600000);
    assert_true(w->asked > 2);
    world_close(w);
}

static void a_resolver_that_never_answers(void **context)
{
    (void)context;
    world *w = world_open(good);
    named(w);
    world_start(w);
    world_run(w, 32000);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_WAITING);
    assert_int_equal(world_last(w)->status, SIRA_E_RESOLVE);
    world_run(w, 93000); /* after the back-off it is asked anew, and an answer to the old question is none */
    assert_int_equal(w->asked, 4);
    sira_agent_dns_answer(&w->agent, names_answer(w->queries[0].ticket, 300, "192.0.2.7"), w->now);
    assert_int_equal(w->sent_count, 0);
    world_resolve(w, "192.0.2.100");
    world_run(w, 94000);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_REGISTERED);
    world_close(w);
}

static void the_next_address_is_tried(void **context)
{
    (void)context;
    world *w = world_open(NULL);
    named(w);
    w->server_config.uri = SIRA_STR("sip:sip.example.test");
    world_start(w);
    world_run(w, 100);
    world_resolve(w, "192.0.2.100 192.0.2.101");
    world_run(w, 31900);
    w->script = good;
    world_run(w, 32200); /* at once, when the first has timed out */
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_REGISTERED);
    assert_int_equal(w->sent[w->sent_count - 1].flow.remote.address[3], 101);
    world_close(w);
}

/* ---- nonsense ---- */

static void malformed_datagrams_change_nothing(void **context)
{
    (void)context;
    static const char *const garbage[] = {
        "SIP/2.0 200 OK\r\n", "SIP/2.0 200 OK\r\n\r\n",
        "hello\r\n\r\n",      "SIP/2.0 99 OK\r\nCall-ID: x\r\n\r\n",
        "\x80\x00\x00\x00",   "REGISTER sip:x SIP/2.0\r\nVia: ;\r\n\r\n",
    };
    world *w = world_open(good);
    world_start(w);
    world_run(w, 1000);
    size_t sent = w->sent_count, events = w->event_count;
    uint64_t deadline = sira_agent_deadline(&w->agent);
    for (size_t i = 0; i < sizeof garbage / sizeof garbage[0]; i++)
        world_deliver(w, 1 + i, garbage[i], strlen(garbage[i]));
    world_run(w, 2000);
    assert_int_equal(w->sent_count, sent);
    assert_int_equal(w->event_count, events);
    assert_int_equal(sira_agent_deadline(&w->agent), deadline);
    assert_int_equal(sira_agent_get_counters(&w->agent)->malformed, sizeof garbage / sizeof garbage[0]);
    assert_int_equal(w->refused, sizeof garbage / sizeof garbage[0]);
    world_close(w);
}

static void keep_alives_are_nothing(void **context)
{
    (void)context;
    world *w = world_open(good);
    world_start(w);
    world_run(w, 1000);
    assert_int_equal(sira_agent_receive(&w->agent, &w->opened, SIRA_STR("\r\n\r\n"), w->now), SIRA_IDLE);
    assert_int_equal(sira_agent_receive(&w->agent, &w->opened, SIRA_STR(""), w->now), SIRA_IDLE);
    assert_int_equal(sira_agent_get_counters(&w->agent)->malformed, 0);
    world_close(w);
}

/* Changes one thing of the right 200 each time: none of them may be taken. */
static const char *from, *to;

static void forges(world *w, const sira_message *request)
{
    char bytes[2000];
    world_reply(w, request, 200, "Contact: %.*s;expires=600\r\n", CONTACT(request));
    world_packet *packet = &w->inbox[w->inbox_count - 1];
    char *at = strstr(packet->bytes, from);
    assert_non_null(at);
    (void)snprintf(bytes, sizeof bytes, "%.*s%s%s", (int)(at - packet->bytes), packet->bytes, to, at + strlen(from));
    free(packet->bytes);
    w->inbox_count--;
    world_deliver(w, 5, bytes, strlen(bytes));
}

static void a_response_must_fit_its_request(void **context)
{
    (void)context;
    static const struct {
        const char *name, *from, *to;
    } cases[] = {
        {"branch", "branch=z9hG4bK", "branch=z9hG4bKa"},
        {"CSeq number", "CSeq: 1 ", "CSeq: 2 "},
        {"CSeq method", "CSeq: 1 REGISTER", "CSeq: 1 OPTIONS"},
        {"From tag", "From: <sip:alice@example.test>;tag=", "From: <sip:alice@example.test>;tag=a"},
        {"Call-ID", "Call-ID: ", "Call-ID: x"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        world *w = world_open(forges);
        from = cases[i].from;
        to = cases[i].to;
        world_start(w);
        world_run(w, 100);
        if (sira_registration_is_bound(&w->line) || sira_agent_get_counters(&w->agent)->stray != 1)
            fail_msg("%s: taken", cases[i].name);
        world_close(w);
    }
}

static void a_response_on_another_flow_is_not_taken(void **context)
{
    (void)context;
    world *w = world_open(good);
    world_start(w);
    world_run(w, 3);
    assert_int_equal(w->inbox_count, 1);
    sira_flow other = w->opened;
    other.id++;
    sira_str bytes = {w->inbox[0].bytes, w->inbox[0].len};
    assert_int_equal(sira_agent_receive(&w->agent, &other, bytes, w->now), SIRA_IDLE);
    assert_int_equal(w->sent_count, 1);
    world_run(w, 100);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_REGISTERED);
    world_close(w);
}

/* ---- requests that come in ---- */

static const char options[] =
    "OPTIONS sip:alice@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.100:5070;branch=z9hG4bKx\r\n"
    "From: <sip:x@example.test>;tag=1\r\nTo: <sip:alice@example.test>\r\nCall-ID: c\r\nCSeq: 7 OPTIONS\r\n\r\n";

static const sira_message *answer_to(world *w, const char *request)
{
    size_t before = w->sent_count;
    world_deliver(w, 1, request, strlen(request));
    world_run(w, w->now + 10);
    return w->sent_count == before ? NULL : world_sent(w, w->sent_count - 1);
}

static void an_options_ping_is_answered(void **context)
{
    (void)context;
    world *w = world_open(good);
    world_start(w);
    world_run(w, 1000);
    const sira_message *answer = answer_to(w, options);
    assert_non_null(answer);
    assert_int_equal(answer->status_code, 200);
    sira_address answered;
    assert_int_equal(sira_message_address(answer, SIRA_FIELD_TO, &answered, NULL), SIRA_OK);
    assert_true(answered.tag.len > 0);
    /* RFC 3261 18.2.2: without rport the answer goes to the port in Via. */
    assert_int_equal(w->sent[w->sent_count - 1].flow.remote.port, 5070);
    world_close(w);
}

static void other_requests_get_a_405(void **context)
{
    (void)context;
    char request[sizeof options + 10];
    world *w = world_open(good);
    world_start(w);
    world_run(w, 1000);
    (void)snprintf(request, sizeof request, "%s", options);
    memcpy(request, "MESSAGE", 7);
    memcpy(strstr(request, "7 OPTIONS") + 2, "MESSAGE", 7);
    const sira_message *answer = answer_to(w, request);
    assert_non_null(answer);
    assert_int_equal(answer->status_code, 405);
    expect_str("allow", sira_message_field(answer, SIRA_FIELD_ALLOW)->value, "OPTIONS");
    world_close(w);
}

/* RFC 3261 9.2: there is nothing that it could cancel. */
static void a_cancel_gets_a_481(void **context)
{
    (void)context;
    char request[sizeof options + 10];
    world *w = world_open(good);
    world_start(w);
    world_run(w, 1000);
    (void)snprintf(request, sizeof request, "CANCEL%s", options + strlen("OPTIONS"));
    const char *rest = strstr(options, "7 OPTIONS") + strlen("7 OPTIONS");
    (void)snprintf(strstr(request, "7 OPTIONS"), 40, "7 CANCEL%s", rest);
    const sira_message *answer = answer_to(w, request);
    assert_non_null(answer);
    assert_int_equal(answer->status_code, 481);
    expect_str("reason", answer->reason, "Call/Transaction Does Not Exist");
    assert_null(sira_message_field(answer, SIRA_FIELD_ALLOW));
    world_close(w);
}

static void a_malformed_request_gets_a_400_that_names_the_field(void **context)
{
    (void)context;
    char request[sizeof options + 10];
    world *w = world_open(good);
    world_start(w);
    world_run(w, 1000);
    (void)snprintf(request, sizeof request, "%s", options);
    memcpy(strstr(request, "CSeq: 7"), "CSeq: x", 7);
    const sira_message *answer = answer_to(w, request);
    assert_non_null(answer);
    assert_int_equal(answer->status_code, 400);
    expect_str("reason", answer->reason, "Bad CSeq");
    world_close(w);
}

static void an_ack_is_never_answered(void **context)
{
    (void)context;
    world *w = world_open(good);
    world_start(w);
    world_run(w, 1000);
    assert_null(answer_to(w, "ACK sip:alice@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.100;branch=z9hG4bKx\r\nFrom: "
                             "<sip:x@example.test>;tag=1\r\n"
                             "To: <sip:alice@example.test>\r\nCall-ID: c\r\nCSeq: 7 ACK\r\n\r\n"));
    assert_null(answer_to(w, "ACK sip:alice@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.100;branch=z9hG4bKx\r\nFrom: "
                             "<sip:x@example.test>;tag=1\r\n"
                             "To: <sip:alice@example.test>\r\nCall-ID: c\r\nCSeq: x ACK\r\n\r\n"));
    world_close(w);
}

static sira_status own_stack(void *user, const sira_message *request, const sira_flow *flow)
{
    world *w = user;
    (void)flow;
    assert_int_equal(request->method, SIRA_METHOD_OPTIONS);
    w->step++;
    return SIRA_OK;
}

static void requests_may_go_to_the_application(void **context)
{
    (void)context;
    world *w = world_open(good);
    w->agent_config.on_request = own_stack;
    world_start(w);
    world_run(w, 1000);
    assert_null(answer_to(w, options));
    assert_int_equal(w->step, 1);
    world_close(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(retransmissions_are_the_same_to_the_byte),
        cmocka_unit_test(lost_requests_and_responses_are_made_up_for),
        cmocka_unit_test(silence_ends_in_a_timeout_and_back_off),
        cmocka_unit_test(a_lost_registrar_lets_the_binding_lapse),
        cmocka_unit_test(refusals),
        cmocka_unit_test(a_port_that_cannot_send),
        cmocka_unit_test(a_failed_send_is_one_failure),
        cmocka_unit_test(a_port_that_cannot_open),
        cmocka_unit_test(entropy_that_fails),
        cmocka_unit_test(an_unreachable_peer_is_noticed_at_once),
        cmocka_unit_test(a_lost_flow_is_made_anew),
        cmocka_unit_test(a_connection_closed_after_each_200_backs_off),
        cmocka_unit_test(a_server_can_be_removed),
        cmocka_unit_test(a_connection_is_waited_for),
        cmocka_unit_test(a_connection_that_never_comes),
        cmocka_unit_test(a_request_on_a_connection_is_not_repeated),
        cmocka_unit_test(a_name_is_resolved),
        cmocka_unit_test(a_name_with_ipv6_only),
        cmocka_unit_test(a_name_that_does_not_exist),
        cmocka_unit_test(a_resolver_that_never_answers),
        cmocka_unit_test(the_next_address_is_tried),
        cmocka_unit_test(malformed_datagrams_change_nothing),
        cmocka_unit_test(keep_alives_are_nothing),
        cmocka_unit_test(a_response_must_fit_its_request),
        cmocka_unit_test(a_response_on_another_flow_is_not_taken),
        cmocka_unit_test(an_options_ping_is_answered),
        cmocka_unit_test(other_requests_get_a_405),
        cmocka_unit_test(a_cancel_gets_a_481),
        cmocka_unit_test(a_malformed_request_gets_a_400_that_names_the_field),
        cmocka_unit_test(an_ack_is_never_answered),
        cmocka_unit_test(requests_may_go_to_the_application),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
