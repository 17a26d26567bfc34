/* lib/agent/server.c: where the next request goes, by which flow, and whose turn it is. */
#include "agent/server.h"

#include "agent/flow.h"
#include "base/list.h"

#include "support/names.h"
#include "support/world.h"

#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static void expect_targets(const char *name, const world *w, const char *expected)
{
    char text[300] = "";
    for (unsigned i = 0; i < w->server.targets.count; i++) {
        char one[SIRA_ENDPOINT_TEXT];
        assert_true(sira_endpoint_to_text(&w->server.targets.list[i].endpoint, one, sizeof one) > 0);
        strcat(strcat(text, i > 0 ? " " : ""), one);
    }
    expect_str(name, sira_str_from(text), expected);
}

static world *open_server(void (*change)(world *w))
{
    world *w = world_open(NULL);
    w->agent_config.transport.kinds = 7;
    if (change != NULL)
        change(w);
    world_init(w);
    return w;
}

/* A server with these addresses. */
static world *open_targets(const char *addresses)
{
    world *w = world_open(NULL);
    sira_locator_config config;
    sira_locator_config_init(&config);
    config.addresses = sira_str_from(addresses);
    assert_int_equal(sira_locator_init(&w->locator, &config, NULL), SIRA_OK);
    w->agent_config.transport.kinds = 7;
    w->server_config.locator = &w->locator;
    w->server_config.uri = SIRA_STR("sip:sip.example.test:5070");
    world_init(w);
    return w;
}

static uint8_t list_of(const char *addresses, sira_endpoint *list)
{
    const sira_dns_answer *answer = names_answer(0, 0, addresses);
    for (size_t i = 0; i < answer->count; i++) {
        list[i] = answer->records[i].endpoint;
        list[i].port = 5070;
    }
    return (uint8_t)answer->count;
}

/* ---- the configuration ---- */

static void a_uri_gives_transport_port_and_address(void **state)
{
    (void)state;
    enum { UDP = SIRA_TRANSPORT_UDP, TCP = SIRA_TRANSPORT_TCP, TLS = SIRA_TRANSPORT_TLS, ALL = 7 };
    static const struct {
        const char *uri;
        unsigned kinds;
        sira_status status;
        unsigned transport;
        const char *target;
        const char *host;
    } cases[] = {
        {"sip:192.0.2.9", ALL, SIRA_OK, UDP, "192.0.2.9:5060", "192.0.2.9"},
        {"sip:192.0.2.9:5070", ALL, SIRA_OK, UDP, "192.0.2.9:5070", "192.0.2.9"},
        {"sip:[2001:db8::1]", ALL, SIRA_OK, UDP, "[2001:db8::1]:5060", "[2001:db8::1]"},
        {"sip:alice@192.0.2.9;lr", ALL, SIRA_OK, UDP, "192.0.2.9:5060", "192.0.2.9"},
        {"sip:192.0.2.9;transport=UDP", ALL, SIRA_OK, UDP, "192.0.2.9:5060", "192.0.2.9"},
        {"sip:192.0.2.9;transport=tcp", ALL, SIRA_OK, TCP, "192.0.2.9:5060", "192.0.2.9"},
        {"sip:192.0.2.9;transport=Tls", ALL, SIRA_OK, TLS, "192.0.2.9:5061", "192.0.2.9"},
        {"sips:192.0.2.9", ALL, SIRA_OK, TLS, "192.0.2.9:5061", "192.0.2.9"},
        {"sips:192.0.2.9;transport=tcp", ALL, SIRA_OK, TLS, "192.0.2.9:5061", "192.0.2.9"},
        {"sips:192.0.2.9:5060;transport=tls", ALL, SIRA_OK, TLS, "192.0.2.9:5060", "192.0.2.9"},
        {"sip:sip.example.test", ALL, SIRA_E_RESOLVE, 0, "", ""},
        {"sips:192.0.2.9;transport=udp", ALL, SIRA_E_CONFIG, 0, "", ""},
        {"sip:192.0.2.9;transport=sctp", ALL, SIRA_E_CONFIG, 0, "", ""},
        {"sip:192.0.2.9;transport=", ALL, SIRA_E_CONFIG, 0, "", ""},
        {"sip:192.0.2.9;transport", ALL, SIRA_E_CONFIG, 0, "", ""},
        {"sip:192.0.2.9;transport=tcp", 1u << UDP, SIRA_E_CONFIG, 0, "", ""},
        {"sips:192.0.2.9", 1u << UDP | 1u << TCP, SIRA_E_CONFIG, 0, "", ""},
        {"sip:192.0.2.9", 1u << TCP, SIRA_E_CONFIG, 0, "", ""},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        world *w = world_open(NULL);
        sira_diag diag = {.field = ""};
        w->agent_config.transport.kinds = cases[i].kinds;
        w->server_config.uri = sira_str_from(cases[i].uri);
        assert_int_equal(sira_agent_init(&w->agent, &w->agent_config, 0, NULL), SIRA_OK);
        expect_status(cases[i].uri, sira_server_init(&w->server, &w->agent, &w->server_config, &diag), cases[i].status);
        if (cases[i].status == SIRA_OK) {
            assert_int_equal(w->server.targets.list[0].endpoint.transport, cases[i].transport);
            assert_int_equal(w->server.is_secure, cases[i].transport == TLS);
            expect_targets(cases[i].uri, w, cases[i].target);
            expect_str(cases[i].uri, w->server.host, cases[i].host);
            assert_int_equal(w->server.config.max_in_flight, 16);
        } else {
            assert_string_equal(diag.field, "uri");
            assert_true(sira_i_list_empty(&w->agent.servers));
        }
        world_close(w);
    }
}

/* ---- from one answer to the next ---- */

static void a_target_stays_until_it_is_none_any_more(void **state)
{
    (void)state;
    static const struct {
        const char *name, *addresses;
        unsigned target, closed;
    } cases[] = {
        {"the same", "192.0.2.1 192.0.2.2 192.0.2.3", 1, 0},
        {"in another order", "192.0.2.3 192.0.2.1 192.0.2.2", 2, 0},
        {"alone", "192.0.2.2", 0, 0},
        {"gone", "192.0.2.1 192.0.2.3", 0, 1},
        {"beyond what is kept",
         "192.0.2.11 192.0.2.12 192.0.2.13 192.0.2.14 192.0.2.15 192.0.2.16 192.0.2.17 192.0.2.18 192.0.2.2", 0, 1},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        world *w = open_targets("192.0.2.1 192.0.2.2 192.0.2.3");
        sira_i_phase waits;
        sira_endpoint list[NAMES_RECORDS];
        w->server.targets.present = 1;
        w->line.exchange.claim.returns = false;
        assert_int_equal(sira_i_server_prepare(&w->server, &w->line.exchange.claim, false, &waits), SIRA_OK);
        assert_int_equal(w->server.flow.remote.address[3], 2);
        sira_i_server_take_targets(&w->server, list, list_of(cases[i].addresses, list));
        if (w->server.target != cases[i].target || w->close_calls != cases[i].closed ||
            w->server.flow_state != (cases[i].closed ? SIRA_I_FLOW_NONE : SIRA_I_FLOW_UP))
            fail_msg("%s: target %u, %u closed", cases[i].name, w->server.target, (unsigned)w->close_calls);
        world_close(w);
    }
}

/* ---- targets that fail, and targets that rest ---- */

static sira_flow flow_to(const world *w, unsigned target)
{
    return (sira_flow){.remote = w->server.targets.list[target].endpoint, .id = 1};
}

static void the_first_who_may_be_asked_is(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint64_t rests[3];
        unsigned target; /* the present one */
        sira_status status;
        unsigned then; /* the one that is asked */
        uint64_t rests_until;
    } cases[] = {
        {"nobody rests", {0, 0, 0}, 1, SIRA_OK, 1, 0},
        {"the present one is barred", {0, 1001, 0}, 1, SIRA_OK, 0, 0},
        {"the last rests", {0, 0, 1001}, 2, SIRA_OK, 0, 0},
        {"two rest", {1001, 0, 1001}, 2, SIRA_OK, 1, 0},
        {"its rest is over just now", {1000, 1001, 1001}, 0, SIRA_OK, 0, 1000},
        {"all rest", {3000, 2000, 4000}, 0, SIRA_IDLE, 0, 2000},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        world *w = open_targets("192.0.2.1 192.0.2.2 192.0.2.3");
        sira_i_phase waits;
        w->agent.now = 1000;
        w->server.targets.present = (uint8_t)cases[i].target;
        w->line.exchange.claim.returns = false; /* a refresh would ask a better one */
        for (unsigned n = 0; n < 3; n++)
            w->server.targets.list[n].barred_until = cases[i].rests[n];
        expect_status(cases[i].name, sira_i_server_prepare(&w->server, &w->line.exchange.claim, false, &waits),
                      cases[i].status);
        assert_int_equal(w->server.targets.present, cases[i].then);
        if (cases[i].status == SIRA_OK)
            assert_int_equal(w->server.flow.remote.address[3], cases[i].then + 1);
        if (sira_i_server_rests_until(&w->server) != cases[i].rests_until)
            fail_msg("%s: %llu", cases[i].name, (unsigned long long)sira_i_server_rests_until(&w->server));
        world_close(w);
    }
}

/* To say that we leave takes one request, and later is too late for it. */
static void who_leaves_does_not_wait_for_a_rest(void **state)
{
    (void)state;
    world *w = open_server(NULL);
    sira_i_phase waits;
    w->server.targets.list[0].barred_until = 5000;
    assert_int_equal(sira_i_server_prepare(&w->server, &w->line.exchange.claim, false, &waits), SIRA_IDLE);
    assert_false(w->line.exchange.claim.has_turn);
    assert_int_equal(sira_i_server_prepare(&w->server, &w->line.exchange.claim, true, &waits), SIRA_OK);
    world_close(w);
}

static void a_failure_moves_on_once(void **state)
{
    (void)state;
    world *w = open_targets("192.0.2.1 192.0.2.2 192.0.2.3");
    sira_i_phase waits;
    assert_int_equal(sira_i_server_prepare(&w->server, &w->line.exchange.claim, false, &waits), SIRA_OK);
    const sira_flow flow = w->server.flow;
    assert_true(sira_i_server_target_failed(&w->server, &flow, 0));
    assert_int_equal(w->server.target, 1);
    assert_int_equal(w->close_calls, 1);
    assert_true(sira_i_server_target_failed(&w->server, &flow, 0)); /* another request of the same flow */
    assert_int_equal(w->server.target, 1);
    assert_int_equal(w->close_calls, 1);
    assert_int_equal(sira_i_server_prepare(&w->server, &w->line.exchange.claim, false, &waits), SIRA_OK);
    assert_true(sira_i_server_target_failed(&w->server, &flow, 0)); /* and when the next one is connected already */
    assert_int_equal(w->server.target, 1);
    assert_int_equal(w->server.flow_state, SIRA_I_FLOW_UP);
    world_close(w);
}

static void a_target_that_wants_to_rest_is_left_alone(void **state)
{
    (void)state;
    world *w = open_targets("192.0.2.1 192.0.2.2");
    sira_i_phase waits;
    w->agent.now = 1000;
    assert_int_equal(sira_i_server_prepare(&w->server, &w->line.exchange.claim, false, &waits), SIRA_OK);
    const sira_flow first = flow_to(w, 0), second = flow_to(w, 1), unknown = {.id = 1};
    assert_true(sira_i_server_target_failed(&w->server, &first, 9000));
    assert_int_equal(w->server.targets.list[0].barred_until, 9000);
    (void)sira_i_server_target_failed(&w->server, &first, 5000); /* the longest counts */
    assert_int_equal(w->server.targets.list[0].barred_until, 9000);
    (void)sira_i_server_target_failed(&w->server, &unknown, 99000);
    assert_int_equal(w->server.targets.list[0].barred_until, 9000);
    assert_int_equal(w->server.targets.list[1].barred_until, 0);
    assert_int_equal(sira_i_server_rests_until(&w->server), 0);
    assert_false(sira_i_server_target_failed(&w->server, &second, 7000));
    assert_int_equal(sira_i_server_rests_until(&w->server), 7000);
    assert_int_equal(sira_i_server_prepare(&w->server, &w->line.exchange.claim, false, &waits), SIRA_IDLE);
    w->agent.now = 7000;
    assert_int_equal(sira_i_server_prepare(&w->server, &w->line.exchange.claim, false, &waits), SIRA_OK);
    assert_int_equal(w->server.target, 1);
    world_close(w);
}

static void the_only_target_has_nobody_to_take_its_place(void **state)
{
    (void)state;
    world *w = open_server(NULL);
    sira_i_phase waits;
    assert_int_equal(sira_i_server_prepare(&w->server, &w->line.exchange.claim, false, &waits), SIRA_OK);
    const sira_flow flow = w->server.flow;
    assert_false(sira_i_server_target_failed(&w->server, &flow, 0));
    assert_int_equal(w->server.target, 0);
    assert_int_equal(w->server.flow_state, SIRA_I_FLOW_NONE);
    world_close(w);
}

/* ---- flows ---- */

static void a_datagram_socket_is_asked_for_each_attempt(void **state)
{
    (void)state;
    world *w = open_server(NULL);
    sira_i_phase waits;
    for (unsigned i = 1; i <= 3; i++) {
        w->address = i == 2 ? "198.51.100.7" : "192.0.2.1";
        assert_int_equal(sira_i_server_prepare(&w->server, &w->line.exchange.claim, false, &waits), SIRA_OK);
        assert_int_equal(w->open_calls, i);
        assert_int_equal(w->server.flow.local.address[0], i == 2 ? 198 : 192);
    }
    assert_int_equal(w->close_calls, 0);
    world_close(w);
}

static void over_tcp(world *w)
{
    w->server_config.uri = SIRA_STR("sip:192.0.2.100;transport=tcp");
}

static void a_connection_is_made_once(void **state)
{
    (void)state;
    world *w = open_server(over_tcp);
    sira_i_phase waits;
    w->open_status = SIRA_MORE;
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(sira_i_server_prepare(&w->server, &w->line.exchange.claim, false, &waits), SIRA_MORE);
        assert_int_equal(waits, SIRA_I_PHASE_CONNECTING);
    }
    assert_int_equal(w->open_calls, 1);
    sira_flow other = w->server.flow, wrong = w->server.flow, up = w->server.flow;
    other.id++;
    wrong.remote.port++;
    up.local.port = 40000;
    sira_i_server_flow_up(&w->server, &other);
    sira_i_server_flow_up(&w->server, &wrong);
    assert_int_equal(w->server.flow_state, SIRA_I_FLOW_OPENING);
    sira_i_server_flow_up(&w->server, &up);
    assert_int_equal(w->server.flow_state, SIRA_I_FLOW_UP);
    assert_int_equal(w->server.flow.local.port, 40000);
    assert_int_equal(sira_i_server_prepare(&w->server, &w->line.exchange.claim, false, &waits), SIRA_OK);
    assert_int_equal(w->open_calls, 1);

    up.local.port = 40001; /* it is up already */
    sira_i_server_flow_up(&w->server, &up);
    assert_int_equal(w->server.flow.local.port, 40000);
    sira_i_server_flow_down(&w->server, &other);
    sira_i_server_flow_down(&w->server, &wrong);
    assert_int_equal(w->server.flow_state, SIRA_I_FLOW_UP);
    sira_i_server_flow_down(&w->server, &up);
    assert_int_equal(w->server.flow_state, SIRA_I_FLOW_NONE);
    assert_int_equal(w->close_calls, 0); /* it is gone already */
    assert_int_equal(sira_i_server_prepare(&w->server, &w->line.exchange.claim, false, &waits), SIRA_MORE);
    assert_int_equal(w->open_calls, 2);
    world_close(w);
}

static void a_connection_that_does_not_come_is_given_up(void **state)
{
    (void)state;
    world *w = open_server(over_tcp);
    sira_i_phase waits;
    w->open_status = SIRA_MORE;
    assert_int_equal(sira_i_server_prepare(&w->server, &w->line.exchange.claim, false, &waits), SIRA_MORE);
    sira_i_server_give_up(&w->server);
    assert_int_equal(w->server.flow_state, SIRA_I_FLOW_NONE);
    assert_int_equal(w->close_calls, 1);
    w->open_status = SIRA_OK;
    assert_int_equal(sira_i_server_prepare(&w->server, &w->line.exchange.claim, false, &waits), SIRA_OK);
    sira_i_server_give_up(&w->server); /* what is there stays */
    assert_int_equal(w->server.flow_state, SIRA_I_FLOW_UP);
    world_close(w);
}

static void who_can_not_be_connected_to_makes_place_for_the_next(void **state)
{
    (void)state;
    world *w = open_targets("192.0.2.1 192.0.2.2");
    sira_i_phase waits;
    for (unsigned i = 1; i <= 4; i++) {
        w->open_status = i % 2 == 0 ? SIRA_E_UNSUPPORTED : SIRA_E_TRANSPORT;
        assert_int_equal(sira_i_server_prepare(&w->server, &w->line.exchange.claim, false, &waits), w->open_status);
        assert_int_equal(w->server.target, i % 2);
        assert_int_equal(w->server.flow_state, SIRA_I_FLOW_NONE);
    }
    world_close(w);
}

static void a_new_network_ends_flows_over_udp(void **state)
{
    (void)state;
    for (unsigned tcp = 0; tcp < 2; tcp++) {
        world *w = open_server(tcp ? over_tcp : NULL);
        sira_i_phase waits;
        assert_int_equal(sira_i_server_prepare(&w->server, &w->line.exchange.claim, false, &waits), SIRA_OK);
        sira_i_server_network_changed(&w->server, NULL);
        assert_int_equal(w->server.flow_state, tcp ? SIRA_I_FLOW_UP : SIRA_I_FLOW_NONE);
        assert_int_equal(w->close_calls, tcp ? 0 : 1);
        sira_i_server_network_changed(&w->server, NULL); /* there is none to close */
        assert_int_equal(w->close_calls, tcp ? 0 : 1);
        world_close(w);
    }
}

static void without_close(world *w)
{
    w->agent_config.transport.close = NULL;
}

static void a_port_need_not_close(void **state)
{
    (void)state;
    world *w = open_server(without_close);
    sira_i_phase waits;
    assert_int_equal(sira_i_server_prepare(&w->server, &w->line.exchange.claim, false, &waits), SIRA_OK);
    sira_i_server_network_changed(&w->server, NULL);
    assert_int_equal(w->server.flow_state, SIRA_I_FLOW_NONE);
    world_close(w);
}

/* ---- turns ---- */

static void two_at_once(world *w)
{
    w->server_config.max_in_flight = 2;
}

/* In the order in which they came; and a turn that is given back goes to the first of those who wait. */
static void turns_go_round(void **state)
{
    (void)state;
    enum { LINES = 6 };
    static sira_registration lines[LINES];
    world *w = open_server(two_at_once);
    sira_i_phase waits;
    for (unsigned i = 0; i < LINES; i++) {
        assert_int_equal(sira_registration_init(&lines[i], &w->account, NULL, NULL), SIRA_OK);
        for (unsigned again = 0; again < 2; again++) /* who asks twice waits once */
            assert_int_equal(sira_i_server_prepare(&w->server, &lines[i].exchange.claim, false, &waits),
                             i < 2 ? SIRA_OK : SIRA_MORE);
        assert_int_equal(waits, i < 2 ? SIRA_I_PHASE_CONNECTING : SIRA_I_PHASE_QUEUED);
        assert_int_equal(lines[i].exchange.claim.has_turn, i < 2);
    }
    assert_int_equal(w->server.in_flight, 2);
    sira_i_server_release(&w->server, &lines[3].exchange.claim); /* does not wait any more */
    assert_int_equal(w->server.in_flight, 2);
    sira_i_server_release(&w->server, &lines[0].exchange.claim);
    assert_true(lines[2].exchange.claim.has_turn);
    sira_i_server_release(&w->server, &lines[0].exchange.claim); /* it has none to give back */
    assert_int_equal(w->server.in_flight, 2);
    /* Who comes now stands behind those who wait. */
    assert_int_equal(sira_i_server_prepare(&w->server, &lines[0].exchange.claim, false, &waits), SIRA_MORE);
    sira_i_server_release(&w->server, &lines[1].exchange.claim);
    assert_true(lines[4].exchange.claim.has_turn);
    sira_i_server_release(&w->server, &lines[2].exchange.claim);
    assert_true(lines[5].exchange.claim.has_turn);
    sira_i_server_release(&w->server, &lines[4].exchange.claim);
    assert_true(lines[0].exchange.claim.has_turn);
    sira_i_server_release(&w->server, &lines[5].exchange.claim);
    sira_i_server_release(&w->server, &lines[0].exchange.claim);
    assert_int_equal(w->server.in_flight, 0);
    assert_true(sira_i_list_empty(&w->server.queue));
    world_close(w);
}

/* ---- the end ---- */

static void a_server_is_removed_behind_its_lines(void **state)
{
    (void)state;
    world *w = open_server(NULL);
    sira_i_phase waits;
    assert_int_equal(sira_i_server_prepare(&w->server, &w->line.exchange.claim, false, &waits), SIRA_OK);
    assert_int_equal(sira_server_remove(&w->server), SIRA_E_STATE);
    assert_false(sira_i_list_empty(&w->agent.servers));
    assert_int_equal(w->close_calls, 0);
    sira_registration_remove(&w->line);
    assert_int_equal(sira_server_remove(&w->server), SIRA_OK);
    assert_true(sira_i_list_empty(&w->agent.servers));
    assert_int_equal(w->close_calls, 1);
    world_close(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_uri_gives_transport_port_and_address),
        cmocka_unit_test(a_target_stays_until_it_is_none_any_more),
        cmocka_unit_test(the_first_who_may_be_asked_is),
        cmocka_unit_test(who_leaves_does_not_wait_for_a_rest),
        cmocka_unit_test(a_failure_moves_on_once),
        cmocka_unit_test(a_target_that_wants_to_rest_is_left_alone),
        cmocka_unit_test(the_only_target_has_nobody_to_take_its_place),
        cmocka_unit_test(a_datagram_socket_is_asked_for_each_attempt),
        cmocka_unit_test(a_connection_is_made_once),
        cmocka_unit_test(a_connection_that_does_not_come_is_given_up),
        cmocka_unit_test(who_can_not_be_connected_to_makes_place_for_the_next),
        cmocka_unit_test(a_new_network_ends_flows_over_udp),
        cmocka_unit_test(a_port_need_not_close),
        cmocka_unit_test(turns_go_round),
        cmocka_unit_test(a_server_is_removed_behind_its_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
