/* Connections that many lines share: made once, closed, half-open, replaced. */
#include "support/world.h"

#include <string.h>

#define SECOND 1000u
#define MINUTE 60000u
enum { LINES = 5 };

static sira_registration lines[LINES];

static void good(world *w, const sira_message *request)
{
    world_reply(w, request, 200, "Contact: %.*s;expires=3600\r\n", (int)world_contact(request).len,
                world_contact(request).at);
}

/* Lines over TCP, all of them registered. */
static world *open_lines(uint32_t start_window)
{
    world *w = world_open(good);
    w->agent_config.transport.kinds = 7;
    w->server_config.uri = SIRA_STR("sip:192.0.2.100;transport=tcp");
    w->server_config.start_window = start_window;
    world_init(w);
    for (int i = 0; i < LINES; i++) {
        assert_int_equal(sira_registration_init(&lines[i], &w->account, NULL, NULL), SIRA_OK);
        assert_int_equal(sira_registration_start(&lines[i]), SIRA_OK);
    }
    world_run(w, 5 * MINUTE);
    assert_int_equal(world_count(w, SIRA_EVENT_REGISTERED), LINES);
    return w;
}

static size_t events_with(const world *w, sira_event_kind kind, sira_status status)
{
    size_t count = 0;
    for (size_t i = 0; i < w->event_count; i++)
        count += w->events[i].event.kind == kind && w->events[i].event.status == status;
    return count;
}

static void all_lines_share_one_connection(void **state)
{
    (void)state;
    world *w = open_lines(0);
    assert_int_equal(w->open_calls, 1);
    world_run(w, 60 * MINUTE);
    assert_int_equal(world_count(w, SIRA_EVENT_REGISTERED), 2 * LINES);
    assert_int_equal(w->open_calls, 1);
    assert_int_equal(w->close_calls, 0);
    for (size_t i = 0; i < w->sent_count; i++)
        assert_int_equal(w->sent[i].flow.id, 1);
    world_close(w);
}

static void a_lost_connection_moves_all_at_once_to_one_other(void **state)
{
    (void)state;
    world *w = open_lines(0);
    sira_agent_flow_down(&w->agent, &w->opened, w->now);
    assert_int_equal(events_with(w, SIRA_EVENT_WAITING, SIRA_E_TRANSPORT), LINES);
    world_run(w, w->now + 50);
    assert_int_equal(world_count(w, SIRA_EVENT_REGISTERED), 2 * LINES);
    assert_int_equal(w->open_calls, 2);
    world_close(w);
}

static void and_spreads_them_over_the_start_window(void **state)
{
    (void)state;
    world *w = open_lines(20 * SECOND);
    const uint64_t from = w->now;
    sira_agent_flow_down(&w->agent, &w->opened, w->now);
    uint64_t least = SIRA_NEVER, most = 0;
    for (size_t i = w->event_count - LINES; i < w->event_count; i++) {
        const sira_event *event = &w->events[i].event;
        assert_int_equal(event->kind, SIRA_EVENT_WAITING);
        assert_true(event->bound);
        least = event->next < least ? event->next : least;
        most = event->next > most ? event->next : most;
    }
    assert_true(least >= from && most <= from + 20 * SECOND && most - least > 5 * SECOND);
    world_run(w, from + 21 * SECOND);
    assert_int_equal(world_count(w, SIRA_EVENT_REGISTERED), 2 * LINES);
    world_close(w);
}

/* The peer has gone without a word, and TCP takes what is written. */
static void a_timeout_closes_a_half_open_connection_for_all(void **state)
{
    (void)state;
    world *w = open_lines(0);
    w->script = NULL;
    sira_registration_start(&lines[2]);
    const uint64_t from = w->now;
    world_run(w, from + 31999);
    assert_int_equal(w->close_calls, 0);
    w->script = good;
    world_run(w, from + 32000);
    assert_int_equal(w->close_calls, 1);
    assert_int_equal(events_with(w, SIRA_EVENT_WAITING, SIRA_E_TIMEOUT), LINES);
    world_run(w, from + 32100);
    assert_int_equal(w->open_calls, 2);
    assert_int_equal(world_count(w, SIRA_EVENT_REGISTERED), 2 * LINES - 1);
    world_run(w, from + 2 * MINUTE);
    assert_int_equal(world_count(w, SIRA_EVENT_REGISTERED), 2 * LINES);
    assert_int_equal(w->open_calls, 2);
    assert_int_equal(w->close_calls, 1);
    world_close(w);
}

/* Those whose requests are under way on it fail with it, and do not close the next one. */
static void several_requests_that_time_out_close_one_connection(void **state)
{
    (void)state;
    world *w = open_lines(0);
    w->script = NULL;
    const uint64_t from = w->now;
    for (int i = 0; i < LINES; i++)
        sira_registration_start(&lines[i]);
    world_run(w, from + 31999);
    w->script = good;
    world_run(w, from + 32 * SECOND);
    assert_int_equal(w->close_calls, 1);
    world_run(w, from + 3 * MINUTE);
    assert_int_equal(world_count(w, SIRA_EVENT_REGISTERED), 2 * LINES);
    assert_int_equal(w->open_calls, 2);
    assert_int_equal(w->close_calls, 1);
    world_close(w);
}

static void a_timeout_over_udp_moves_nobody_else(void **state)
{
    (void)state;
    sira_registration second;
    world *w = world_open(good);
    world_start(w);
    assert_int_equal(sira_registration_init(&second, &w->account, NULL, NULL), SIRA_OK);
    assert_int_equal(sira_registration_start(&second), SIRA_OK);
    world_run(w, SECOND);
    w->script = NULL;
    sira_registration_start(&second);
    world_run(w, 40 * SECOND);
    assert_int_equal(sira_registration_get_state(&w->line), SIRA_REGISTRATION_REGISTERED);
    assert_int_equal(sira_registration_get_state(&second), SIRA_REGISTRATION_WAITING);
    world_close(w);
}

static void a_connection_that_never_comes_is_left(void **state)
{
    (void)state;
    world *w = world_open(good);
    w->agent_config.transport.kinds = 7;
    w->server_config.uri = SIRA_STR("sip:192.0.2.100;transport=tcp");
    w->open_status = SIRA_MORE;
    world_start(w);
    world_run(w, 31999);
    assert_int_equal(w->close_calls, 0);
    world_run(w, 32 * SECOND);
    assert_int_equal(w->close_calls, 1);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_WAITING);
    assert_int_equal(world_last(w)->status, SIRA_E_TRANSPORT);
    w->open_status = SIRA_OK;
    world_run(w, 32 * SECOND + MINUTE);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_REGISTERED);
    world_close(w);
}

/* ---- the port's words ---- */

static struct {
    unsigned with, without;
    char text[64];
} details;

static void keep_detail(world *w, const sira_event *event)
{
    (void)w;
    if (event->detail == NULL) {
        details.without++;
        return;
    }
    details.with++;
    assert_true(strlen(event->detail) < sizeof details.text);
    strcpy(details.text, event->detail);
    assert_ptr_equal(sira_event_reason(event), event->detail);
}

static void events_hold_the_ports_words(void **state)
{
    (void)state;
    static const char *const words[] = {"the certificate is for a, not for b", NULL};
    for (size_t i = 0; i < 2; i++) {
        world *w = world_open(good);
        memset(&details, 0, sizeof details);
        w->agent_config.transport.kinds = 7;
        w->server_config.uri = SIRA_STR("sip:192.0.2.100;transport=tls");
        w->open_status = SIRA_MORE;
        w->on_event = keep_detail;
        world_start(w);
        world_run(w, SECOND);
        sira_flow other = w->opened;
        other.id++;
        sira_agent_flow_lost(&w->agent, &other, words[0], w->now);
        assert_int_equal(details.with, 0);
        sira_agent_flow_lost(&w->agent, &w->opened, words[i], w->now);
        assert_int_equal(world_last(w)->kind, SIRA_EVENT_WAITING);
        assert_int_equal(world_last(w)->status, SIRA_E_TRANSPORT);
        assert_int_equal(details.with, i == 0);
        assert_string_equal(details.text, i == 0 ? words[0] : "");
        world_run(w, 100 * SECOND); /* what comes later has other reasons */
        assert_int_equal(details.with, i == 0);
        world_close(w);
    }
}

static void another_servers_events_do_not(void **state)
{
    (void)state;
    sira_server second;
    sira_account account;
    sira_registration line;
    world *w = world_open(good);
    memset(&details, 0, sizeof details);
    w->agent_config.transport.kinds = 7;
    w->server_config.uri = SIRA_STR("sip:192.0.2.100;transport=tls");
    w->open_status = SIRA_MORE;
    world_start(w);
    world_run(w, SECOND);
    const sira_flow flow = w->opened;
    w->server_config.uri = SIRA_STR("sip:192.0.2.101");
    w->open_status = SIRA_E_TRANSPORT;
    assert_int_equal(sira_server_init(&second, &w->agent, &w->server_config, NULL), SIRA_OK);
    assert_int_equal(sira_account_init(&account, &second, &w->account_config, NULL), SIRA_OK);
    assert_int_equal(sira_registration_init(&line, &account, NULL, NULL), SIRA_OK);
    w->on_event = keep_detail;
    assert_int_equal(sira_registration_start(&line), SIRA_OK); /* due, and fails in the same call */
    sira_agent_flow_lost(&w->agent, &flow, "gone", w->now);
    assert_int_equal(details.with, 1);
    assert_int_equal(details.without, 1);
    world_close(w);
}

/* ---- incoming requests ---- */

static struct {
    unsigned count;
    sira_flow flow;
} incoming;

static sira_status on_request(void *user, const sira_message *request, const sira_flow *flow)
{
    (void)user;
    assert_int_equal(request->method, SIRA_METHOD_OPTIONS);
    incoming.count++;
    incoming.flow = *flow;
    return SIRA_IDLE;
}

static void requests_arrive_on_the_flow_and_are_answered_there(void **state)
{
    static const char options[] = "OPTIONS sip:alice@192.0.2.1 SIP/2.0\r\n"
                                  "Via: SIP/2.0/TCP 192.0.2.100;branch=z9hG4bKone\r\n"
                                  "From: <sip:bob@example.test>;tag=b\r\n"
                                  "To: <sip:alice@example.test>\r\n"
                                  "Call-ID: one\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n";
    (void)state;
    memset(&incoming, 0, sizeof incoming);
    world *w = world_open(good);
    w->agent_config.transport.kinds = 7;
    w->agent_config.on_request = on_request;
    w->server_config.uri = SIRA_STR("sip:192.0.2.100;transport=tcp");
    world_start(w);
    world_run(w, SECOND);
    world_deliver_raw(w, 1, options, sizeof options - 1);
    world_run(w, 2 * SECOND);
    assert_int_equal(incoming.count, 1);
    assert_int_equal(incoming.flow.id, w->opened.id);
    assert_int_equal(world_sent(w, w->sent_count - 1)->status_code, 200);
    assert_int_equal(w->sent[w->sent_count - 1].flow.id, w->opened.id);
    world_close(w);
}

/* ---- with a keep-alive ---- */

static bool answers;

static void answer(world *w, sira_str bytes)
{
    (void)bytes;
    if (answers)
        world_deliver_raw(w, 5, "\r\n", 2);
}

static void one_ping_serves_all_lines_and_its_loss_moves_them(void **state)
{
    (void)state;
    static sira_keepalive keepalive;
    world *w = open_lines(0);
    w->kept = answer;
    answers = true;
    assert_int_equal(sira_keepalive_init(&keepalive, &w->server, NULL, NULL), SIRA_OK);
    sira_registration_start(&lines[0]); /* on the same connection */
    world_run(w, 15 * MINUTE);
    assert_in_range(w->pings, 5, 6);
    const size_t registered = world_count(w, SIRA_EVENT_REGISTERED);
    answers = false;
    while (events_with(w, SIRA_EVENT_WAITING, SIRA_E_KEEPALIVE) == 0)
        world_run(w, w->told);
    assert_int_equal(events_with(w, SIRA_EVENT_WAITING, SIRA_E_KEEPALIVE), LINES);
    answers = true;
    world_run(w, w->now + 100);
    assert_int_equal(world_count(w, SIRA_EVENT_REGISTERED), registered + LINES);
    assert_int_equal(w->open_calls, 2);
    sira_keepalive_remove(&keepalive);
    world_close(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_lines_share_one_connection),
        cmocka_unit_test(a_lost_connection_moves_all_at_once_to_one_other),
        cmocka_unit_test(and_spreads_them_over_the_start_window),
        cmocka_unit_test(a_timeout_closes_a_half_open_connection_for_all),
        cmocka_unit_test(several_requests_that_time_out_close_one_connection),
        cmocka_unit_test(a_timeout_over_udp_moves_nobody_else),
        cmocka_unit_test(a_connection_that_never_comes_is_left),
        cmocka_unit_test(events_hold_the_ports_words),
        cmocka_unit_test(another_servers_events_do_not),
        cmocka_unit_test(requests_arrive_on_the_flow_and_are_answered_there),
        cmocka_unit_test(one_ping_serves_all_lines_and_its_loss_moves_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
