/* Our own address changes while lines are registered over UDP. */
#include "support/names.h"
#include "support/world.h"

#include <stdio.h>
#include <string.h>

#define HOUR 3600000u

static void good(world *w, const sira_message *request)
{
    world_registrar(w, request, 3600);
}

/* Fails unless Via and Contact of a sent request name these addresses. */
static void expect_addresses(world *w, size_t i, const char *in_via, const char *in_contact)
{
    char expected[64];
    sira_via via;
    const sira_message *request = world_sent(w, i);
    assert_int_equal(sira_message_via(request, &via, NULL), SIRA_OK);
    expect_str("Via", via.host, in_via);
    (void)snprintf(expected, sizeof expected, "@%s:5060;", in_contact);
    if (strstr(w->sent[i].bytes, expected) == NULL)
        fail_msg("no Contact at %s:\n%s", in_contact, w->sent[i].bytes);
}

static void each_attempt_names_the_present_address(void **context)
{
    (void)context;
    world *w = world_open(good);
    world_start(w);
    world_run(w, 1000);
    expect_addresses(w, 1, "192.0.2.1", "192.0.2.1");
    w->address = "192.0.2.2";
    world_run(w, HOUR);
    assert_int_equal(w->sent_count, 3);
    expect_addresses(w, 2, "192.0.2.2", "192.0.2.2");
    assert_int_equal(world_count(w, SIRA_EVENT_REGISTERED), 2);
    assert_int_equal(w->close_calls, 0); /* it is the same socket */
    world_close(w);
}

/* The registrar keeps what was registered at the former address until that runs out. */
static void keeps_the_former(world *w, const sira_message *request)
{
    static char former[200];
    if (w->step++ == 0)
        (void)snprintf(former, sizeof former, "%.*s", (int)world_contact(request).len, world_contact(request).at);
    world_reply(w, request, 200, "Contact: %s;expires=2\r\nContact: %.*s;expires=600\r\n", former,
                (int)world_contact(request).len, world_contact(request).at);
}

static void the_former_contact_is_not_ours_any_more(void **context)
{
    (void)context;
    world *w = world_open(keeps_the_former);
    world_start(w);
    world_run(w, 1000);
    assert_int_equal(world_last(w)->expires, 2);
    w->address = "192.0.2.2";
    sira_registration_start(&w->line);
    world_run(w, 2000);
    assert_int_equal(world_last(w)->expires, 600);
    assert_int_equal(world_last(w)->bindings, 2);
    world_close(w);
}

static void leaving_removes_the_contact_that_is_registered(void **context)
{
    (void)context;
    world *w = world_open(good);
    world_start(w);
    world_run(w, 1000);
    w->address = "192.0.2.2";
    assert_int_equal(sira_registration_stop(&w->line), SIRA_OK);
    world_run(w, 2000);
    assert_int_equal(w->sent_count, 3);
    expect_addresses(w, 2, "192.0.2.2", "192.0.2.1");
    world_close(w);
}

/* Nobody answered at the new address: what is registered is at the former one still. */
static void a_refresh_that_fails_changes_no_contact(void **context)
{
    (void)context;
    world *w = world_open(good);
    world_start(w);
    world_run(w, 1000);
    w->address = "192.0.2.2";
    w->script = NULL;
    sira_registration_start(&w->line);
    world_run(w, 40000);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_WAITING);
    expect_addresses(w, 2, "192.0.2.2", "192.0.2.2");
    sira_registration_stop(&w->line);
    world_run(w, 41000);
    expect_addresses(w, w->sent_count - 1, "192.0.2.2", "192.0.2.1");
    world_close(w);
}

static void what_is_under_way_keeps_its_flow(void **context)
{
    (void)context;
    world *w = world_open(NULL);
    sira_registration second;
    world_start(w);
    assert_int_equal(sira_registration_init(&second, &w->account, NULL, NULL), SIRA_OK);
    world_run(w, 100);
    w->address = "192.0.2.2";
    assert_int_equal(sira_registration_start(&second), SIRA_OK);
    world_run(w, 590);
    assert_int_equal(w->sent_count, 3); /* the first, the second, and the first again */
    expect_addresses(w, 1, "192.0.2.2", "192.0.2.2");
    assert_int_equal(w->sent[2].len, w->sent[0].len);
    assert_memory_equal(w->sent[2].bytes, w->sent[0].bytes, w->sent[0].len);
    world_close(w);
}

/* ---- the port has noticed ---- */

static void change(world *w)
{
    w->address = "192.0.2.2";
    sira_agent_network_changed(&w->agent, w->now);
}

static void a_registered_line_registers_anew_at_once(void **context)
{
    (void)context;
    world *w = world_open(good);
    world_start(w);
    world_run(w, 1000);
    change(w);
    size_t told = w->event_count;
    world_run(w, 2000);
    assert_int_equal(w->sent_count, 3);
    expect_addresses(w, 2, "192.0.2.2", "192.0.2.2");
    assert_true(w->event_count > told);
    assert_int_equal(w->events[2].event.kind, SIRA_EVENT_WAITING);
    assert_int_equal(w->events[2].event.status, SIRA_E_REMAPPED);
    assert_int_equal(w->events[2].event.next, 1000);
    assert_true(w->events[2].event.bound);
    assert_int_equal(w->events[3].event.kind, SIRA_EVENT_REFRESHING);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_REGISTERED);
    assert_int_equal(w->close_calls, 1);
    world_close(w);
}

static void many_lines_spread_over_the_start_window(void **context)
{
    (void)context;
    enum { LINES = 20 };
    world *w = world_open(good);
    static sira_registration lines[LINES];
    w->server_config.start_window = 20000;
    world_init(w);
    for (int i = 0; i < LINES; i++) {
        assert_int_equal(sira_registration_init(&lines[i], &w->account, NULL, NULL), SIRA_OK);
        assert_int_equal(sira_registration_start(&lines[i]), SIRA_OK);
    }
    world_run(w, 30000);
    assert_int_equal(world_count(w, SIRA_EVENT_REGISTERED), LINES);
    change(w);
    world_run(w, 40000);
    assert_in_range(world_count(w, SIRA_EVENT_REFRESHING), 3, LINES - 3);
    world_run(w, 51000);
    assert_int_equal(world_count(w, SIRA_EVENT_REGISTERED), 2 * LINES);
    world_close(w);
}

static void a_request_under_way_begins_again(void **context)
{
    (void)context;
    world *w = world_open(NULL);
    world_start(w);
    world_run(w, 100);
    w->script = good;
    change(w);
    world_run(w, 200);
    expect_addresses(w, 1, "192.0.2.2", "192.0.2.2");
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_REGISTERED);
    w->script = NULL;
    sira_registration_stop(&w->line);
    world_run(w, 300);
    w->script = good;
    w->address = "192.0.2.3";
    sira_agent_network_changed(&w->agent, w->now);
    world_run(w, 400);
    expect_addresses(w, w->sent_count - 1, "192.0.2.3", "192.0.2.2");
    assert_int_equal(sira_registration_get_state(&w->line), SIRA_REGISTRATION_STOPPED);
    world_close(w);
}

static void who_was_not_heard_tries_at_once(void **context)
{
    (void)context;
    world *w = world_open(NULL);
    world_start(w);
    world_run(w, 32000);
    assert_int_equal(sira_registration_get_state(&w->line), SIRA_REGISTRATION_WAITING);
    w->script = good;
    change(w);
    world_run(w, 32100);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_REGISTERED);
    world_close(w);
}

static void refuses(world *w, const sira_message *request)
{
    world_reply(w, request, 403, "%s", "");
}

static void who_was_refused_or_stopped_stays_so(void **context)
{
    (void)context;
    world *w = world_open(refuses);
    world_start(w);
    world_run(w, 1000);
    size_t events = w->event_count;
    change(w);
    world_run(w, 100000);
    assert_int_equal(w->requests, 1);
    sira_registration_stop(&w->line);
    change(w);
    world_run(w, 200000);
    assert_int_equal(w->requests, 1);
    assert_int_equal(w->event_count, events + 1);
    world_close(w);
}

static void connections_know_by_themselves(void **context)
{
    (void)context;
    world *w = world_open(good);
    w->agent_config.transport.kinds = 1u << SIRA_TRANSPORT_TCP;
    w->server_config.uri = SIRA_STR("sip:192.0.2.100;transport=tcp");
    world_start(w);
    world_run(w, 1000);
    change(w);
    world_run(w, HOUR);
    assert_int_equal(world_count(w, SIRA_EVENT_WAITING), 0);
    assert_int_equal(w->open_calls, 1);
    world_close(w);
}

/* ---- addresses of the server ---- */

static void an_address_without_a_route_is_left(void **context)
{
    (void)context;
    world *w = world_open(good);
    world_name(w);
    w->server_config.uri = SIRA_STR("sip:sip.example.test");
    w->no_route = SIRA_FAMILY_IPV6;
    world_start(w);
    world_run(w, 100);
    world_resolve(w, "2001:db8::1 192.0.2.100");
    world_run(w, 200);
    assert_int_equal(w->open_calls, 2);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_REGISTERED);
    assert_int_equal(w->sent[0].flow.remote.family, SIRA_FAMILY_IPV4);
    world_close(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_attempt_names_the_present_address),
        cmocka_unit_test(the_former_contact_is_not_ours_any_more),
        cmocka_unit_test(leaving_removes_the_contact_that_is_registered),
        cmocka_unit_test(a_refresh_that_fails_changes_no_contact),
        cmocka_unit_test(what_is_under_way_keeps_its_flow),
        cmocka_unit_test(a_registered_line_registers_anew_at_once),
        cmocka_unit_test(many_lines_spread_over_the_start_window),
        cmocka_unit_test(a_request_under_way_begins_again),
        cmocka_unit_test(who_was_not_heard_tries_at_once),
        cmocka_unit_test(who_was_refused_or_stopped_stays_so),
        cmocka_unit_test(connections_know_by_themselves),
        cmocka_unit_test(an_address_without_a_route_is_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
