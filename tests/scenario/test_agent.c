/* The agent itself: calls from inside its callbacks, more events than fit, more timers than one turn runs. */
#include "support/world.h"

#include <string.h>

static void accepts(world *w, const sira_message *request)
{
    world_reply(w, request, 200, "Contact: %.*s;expires=3600\r\n", (int)world_contact(request).len,
                world_contact(request).at);
}

/* ---- from inside ---- */

static void receives_and_ticks(world *w, const sira_event *event)
{
    (void)event;
    assert_int_equal(sira_agent_receive(&w->agent, &w->opened, SIRA_STR("OPTIONS"), w->now), SIRA_E_STATE);
    sira_agent_tick(&w->agent, w->now);
    w->step++;
}

static void a_handler_can_not_receive(void **context)
{
    (void)context;
    world *w = world_open(accepts);
    w->on_event = receives_and_ticks;
    world_start(w);
    world_run(w, 1000);
    assert_int_equal(w->step, 2);
    assert_int_equal(sira_agent_get_counters(&w->agent)->malformed, 0);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_REGISTERED);
    world_close(w);
}

static sira_status starts_the_line(void *user, const sira_message *request, const sira_flow *flow)
{
    world *w = user;
    (void)request;
    assert_int_equal(sira_agent_receive(&w->agent, flow, SIRA_STR("OPTIONS"), w->now), SIRA_E_STATE);
    assert_int_equal(sira_registration_start(&w->line), SIRA_OK);
    return SIRA_OK;
}

static void a_request_may_start_a_line(void **context)
{
    (void)context;
    static const char request[] =
        "NOTIFY sip:alice@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.100:5070;branch=z9hG4bKx\r\n"
        "From: <sip:x@example.test>;tag=1\r\nTo: <sip:alice@example.test>\r\nCall-ID: c\r\nCSeq: 7 NOTIFY\r\n\r\n";
    world *w = world_open(accepts);
    w->agent_config.on_request = starts_the_line;
    world_init(w);
    world_deliver(w, 1, request, strlen(request));
    world_run(w, 1000);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_REGISTERED);
    world_close(w);
}

/* ---- events that nobody could fetch ---- */

static void the_newest_events_stay(void **context)
{
    (void)context;
    world *w = world_open(accepts);
    w->server_config.start_window = 60000;
    world_init(w);
    for (unsigned i = 0; i < 2 * SIRA_LIMIT_EVENTS; i++) { /* no tick between them: nothing is delivered */
        assert_int_equal(sira_registration_start(&w->line), SIRA_OK);
        assert_int_equal(sira_registration_stop(&w->line), SIRA_OK);
    }
    assert_int_equal(w->event_count, 0);
    assert_int_equal(sira_registration_start(&w->line), SIRA_OK);
    assert_int_equal(sira_registration_stop(&w->line), SIRA_OK);
    world_run(w, 1000);
    assert_int_equal(w->event_count, SIRA_LIMIT_EVENTS);
    for (size_t i = 0; i < w->event_count; i++)
        assert_int_equal(w->events[i].event.kind, SIRA_EVENT_STOPPED);
    world_close(w);
}

/* ---- many timers ---- */

static void one_turn_runs_so_many_timers(void **context)
{
    (void)context;
    enum { LINES = 600, PER_TURN = 256 };
    static sira_registration lines[LINES];
    world *w = world_open(accepts);
    w->server_config.max_in_flight = LINES;
    world_init(w);
    for (int i = 0; i < LINES; i++) {
        assert_int_equal(sira_registration_init(&lines[i], &w->account, NULL, NULL), SIRA_OK);
        assert_int_equal(sira_registration_start(&lines[i]), SIRA_OK);
    }
    sira_agent_tick(&w->agent, 0);
    assert_in_range(world_count(w, SIRA_EVENT_REGISTERING), PER_TURN / 2, PER_TURN);
    assert_int_equal(w->told, 0); /* and the port is asked to come again at once */
    world_run(w, 1000);
    assert_int_equal(world_count(w, SIRA_EVENT_REGISTERED), LINES);
    world_close(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_handler_can_not_receive),
        cmocka_unit_test(a_request_may_start_a_line),
        cmocka_unit_test(the_newest_events_stay),
        cmocka_unit_test(one_turn_runs_so_many_timers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
