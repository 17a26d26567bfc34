/* A server that wants to be left alone for a while: 503 with Retry-After (RFC 3261 21.5.4). */
#include "support/names.h"
#include "support/world.h"

#define SECOND 1000u
#define CONTACT(request) (int)world_contact(request).len, world_contact(request).at

/* Refuses the first so many, and for a time w->nonce seconds. */
static void overloaded(world *w, const sira_message *request)
{
    if (w->step > 0) {
        w->step--;
        world_reply(w, request, 503, "Retry-After: %d\r\n", w->nonce);
        return;
    }
    world_reply(w, request, 200, "Contact: %.*s;expires=3600\r\n", CONTACT(request));
}

enum { LINES = 20 };
static sira_registration lines[LINES];

static world *open_lines(void)
{
    world *w = world_open(overloaded);
    w->step = 1;
    w->nonce = 600;
    w->server_config.max_in_flight = 1;
    world_init(w);
    for (int i = 0; i < LINES; i++)
        assert_int_equal(sira_registration_init(&lines[i], &w->account, NULL, NULL), SIRA_OK);
    return w;
}

static void all_lines_of_a_server_wait_for_it(void **context)
{
    (void)context;
    world *w = open_lines();
    for (int i = 0; i < LINES; i++)
        sira_registration_start(&lines[i]);
    world_run(w, SECOND);
    assert_int_equal(w->requests, 1);
    assert_int_equal(world_count(w, SIRA_EVENT_WAITING), LINES);
    for (size_t i = 1; i < w->event_count; i++) {
        const sira_event *event = &w->events[i].event;
        assert_int_equal(event->kind, SIRA_EVENT_WAITING);
        assert_int_equal(event->status, SIRA_E_RESPONSE);
        assert_int_equal(event->code, 503);
        assert_in_range(event->next, 600 * SECOND + 5, 630 * SECOND + 5);
        assert_int_equal(event->next, sira_registration_next_at(event->registration));
    }
    world_run(w, 600 * SECOND);
    assert_int_equal(w->requests, 1);
    world_run(w, 610 * SECOND);
    assert_in_range(w->requests, 3, LINES - 3); /* not all at once */
    world_run(w, 640 * SECOND);
    assert_int_equal(world_count(w, SIRA_EVENT_REGISTERED), LINES);
    world_close(w);
}

static void a_refresh_and_a_start_by_hand_wait_too(void **context)
{
    (void)context;
    world *w = open_lines();
    w->step = 0;
    sira_registration_start(&lines[0]);
    world_run(w, SECOND);
    assert_true(sira_registration_is_bound(&lines[0]));
    world_run(w, 2990 * SECOND);
    w->step = 1;
    sira_registration_start(&lines[1]);
    world_run(w, 3010 * SECOND);
    assert_int_equal(w->requests, 2);
    assert_ptr_equal(world_last(w)->registration, &lines[0]);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_WAITING);
    assert_true(world_last(w)->bound);
    sira_registration_start(&lines[0]);
    world_run(w, 3020 * SECOND);
    assert_int_equal(w->requests, 2);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_WAITING);
    world_run(w, 3650 * SECOND);
    assert_int_equal(world_count(w, SIRA_EVENT_REGISTERED), 3);
    world_close(w);
}

static void who_leaves_still_says_so(void **context)
{
    (void)context;
    world *w = open_lines();
    w->step = 0;
    sira_registration_start(&lines[0]);
    world_run(w, SECOND);
    w->step = 1;
    sira_registration_start(&lines[1]);
    world_run(w, 2 * SECOND);
    sira_registration_stop(&lines[0]);
    world_run(w, 3 * SECOND);
    assert_int_equal(world_expires(world_sent(w, w->sent_count - 1)), 0);
    assert_int_equal(sira_registration_get_state(&lines[0]), SIRA_REGISTRATION_STOPPED);
    world_close(w);
}

static void two_hours_at_most(void **context)
{
    (void)context;
    world *w = open_lines();
    w->nonce = 2147483647;
    sira_registration_start(&lines[0]);
    sira_registration_start(&lines[1]);
    world_run(w, SECOND);
    assert_in_range(world_last(w)->next, SIRA_LIMIT_RETRY_AFTER_MAX * SECOND + 5,
                    (SIRA_LIMIT_RETRY_AFTER_MAX + 30) * SECOND + 5);
    world_close(w);
}

/* ---- turns ---- */

static void answers_at_first(world *w, const sira_message *request)
{
    if (w->step == 0)
        world_reply(w, request, 200, "Contact: %.*s;expires=3600\r\n", CONTACT(request));
}

/* Its first request is absorbing retransmissions still (RFC 3261 17.1.2.2, timer K) when it waits for another turn. */
static void who_has_just_registered_may_wait_for_a_turn(void **context)
{
    (void)context;
    world *w = world_open(answers_at_first);
    w->server_config.max_in_flight = 1;
    world_start(w);
    assert_int_equal(sira_registration_init(&lines[1], &w->account, NULL, NULL), SIRA_OK);
    world_run(w, SECOND);
    assert_true(sira_registration_is_bound(&w->line));
    w->step = 1;
    sira_registration_start(&lines[1]);
    world_run(w, SECOND + 10);
    sira_registration_start(&w->line);
    world_run(w, 20 * SECOND);
    assert_int_equal(sira_registration_get_state(&w->line), SIRA_REGISTRATION_CONNECTING);
    w->step = 0;
    world_run(w, 60 * SECOND);
    assert_int_equal(world_count(w, SIRA_EVENT_REGISTERED), 3);
    world_close(w);
}

/* ---- several addresses ---- */

static unsigned last_address(const world *w)
{
    return w->sent[w->sent_count - 1].flow.remote.address[3];
}

static void another_address_is_used_meanwhile(void **context)
{
    (void)context;
    world *w = world_open(overloaded);
    sira_registration second;
    w->step = 1;
    w->nonce = 600;
    world_name(w);
    w->server_config.uri = SIRA_STR("sip:sip.example.test");
    world_start(w);
    world_run(w, SECOND);
    world_resolve_for(w, 10, "192.0.2.100 192.0.2.101");
    world_run(w, 2 * SECOND);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_REGISTERED); /* at once, at the other address */
    assert_int_equal(last_address(w), 101);
    assert_int_equal(sira_registration_init(&second, &w->account, NULL, NULL), SIRA_OK);
    sira_registration_start(&second);
    world_run(w, 3 * SECOND);
    assert_int_equal(world_count(w, SIRA_EVENT_REGISTERED), 2);
    assert_int_equal(last_address(w), 101);
    /* What the resolver says anew does not make the first one forget. */
    w->step = 1;
    sira_registration_start(&second);
    world_run(w, 4 * SECOND);
    assert_int_equal(w->requests, 4);
    assert_int_equal(last_address(w), 101);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_WAITING); /* now both rest */
    sira_registration_start(&second);
    world_run(w, 20 * SECOND);
    world_resolve_for(w, 1000, "192.0.2.100 192.0.2.101");
    world_run(w, 590 * SECOND);
    assert_int_equal(w->requests, 4);
    world_close(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_lines_of_a_server_wait_for_it),
        cmocka_unit_test(a_refresh_and_a_start_by_hand_wait_too),
        cmocka_unit_test(who_leaves_still_says_so),
        cmocka_unit_test(two_hours_at_most),
        cmocka_unit_test(who_has_just_registered_may_wait_for_a_turn),
        cmocka_unit_test(another_address_is_used_meanwhile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
