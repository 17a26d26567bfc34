/* lib/agent/locator.c: what is asked of DNS, how long its answers hold, and when the better target is asked again. */
#include "agent/locator.h"

#include "agent/flow.h"
#include "agent/server.h"
#include "location/targets.h"

#include "support/names.h"
#include "support/world.h"

#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
#define SECOND 1000u

/* Two claims: that of the line, and another one. */
static world *open_named(const char *uri)
{
    world *w = world_open(NULL);
    world_name(w);
    w->agent_config.transport.kinds = 7;
    w->server_config.uri = sira_str_from(uri);
    world_init(w);
    return w;
}

static sira_status prepare(world *w, sira_i_phase *phase)
{
    return sira_i_server_prepare(&w->server, &w->line.exchange.claim, false, phase);
}

static void expect_targets(const char *name, const world *w, const char *expected)
{
    static const char *const transports[] = {"", " tcp", " tls"};
    char text[500] = "";
    for (unsigned i = 0; i < w->server.targets.count; i++) {
        const sira_endpoint *endpoint = &w->server.targets.list[i].endpoint;
        char one[SIRA_ENDPOINT_TEXT];
        assert_true(sira_endpoint_to_text(endpoint, one, sizeof one) > 0);
        strcat(strcat(strcat(text, i > 0 ? " " : ""), one), transports[endpoint->transport]);
    }
    expect_str(name, sira_str_from(text), expected);
}

/* ---- the configuration ---- */

static void a_locator_of_another_size_is_refused(void **state)
{
    (void)state;
    sira_locator locator;
    sira_locator_config config;
    sira_diag diag = {.field = ""};
    sira_locator_config_init(&config);
    assert_int_equal(config.size, sizeof config);
    config.size--;
    assert_int_equal(sira_locator_init(&locator, &config, &diag), SIRA_E_CONFIG);
}

static void what_the_configuration_leads_to(void **state)
{
    (void)state;
    enum { UDP = 1u << SIRA_TRANSPORT_UDP, TCP = 1u << SIRA_TRANSPORT_TCP, TLS = 1u << SIRA_TRANSPORT_TLS, ALL = 7 };
    static const struct {
        const char *uri, *addresses;
        unsigned kinds;
        bool resolver;
        sira_status status;
        const char *field, *targets; /* at once */
        bool is_secure;
    } cases[] = {
        {"sip:a.test", "", ALL, true, SIRA_OK, "", "", false},
        {"sip:a.test", "", ALL, false, SIRA_E_RESOLVE, "uri", "", false},
        {"sip:192.0.2.1", "", ALL, false, SIRA_OK, "", "", false},
        {"sips:a.test", "", ALL, true, SIRA_OK, "", "", true},
        {"sips:a.test", "", UDP | TCP, true, SIRA_E_CONFIG, "uri", "", false},
        {"sip:a.test;transport=tls", "", ALL, true, SIRA_OK, "", "", true},
        {"sip:a.test;transport=tcp", "", ALL, true, SIRA_OK, "", "", false},
        {"sip:a.test;transport=tcp", "", UDP, true, SIRA_E_CONFIG, "uri", "", false},
        {"sip:a.test;transport=sctp", "", ALL, true, SIRA_E_CONFIG, "uri", "", false},
        {"sips:a.test;transport=udp", "", ALL, true, SIRA_E_CONFIG, "uri", "", false},
        {"sip:a.test", "", TLS, true, SIRA_OK, "", "", true},
        {"sip:a.test", "192.0.2.1", ALL, false, SIRA_OK, "", "192.0.2.1:5060", false},
        {"sip:a.test:5070", " 192.0.2.2  192.0.2.1:5080 ", ALL, false, SIRA_OK, "", "192.0.2.2:5070 192.0.2.1:5080",
         false},
        {"sip:a.test;transport=tcp", "[2001:db8::1] 192.0.2.1", ALL, false, SIRA_OK, "",
         "[2001:db8::1]:5060 tcp 192.0.2.1:5060 tcp", false},
        {"sips:a.test", "[2001:db8::1]:5071 192.0.2.1", ALL, false, SIRA_OK, "",
         "[2001:db8::1]:5071 tls 192.0.2.1:5061 tls", true},
        {"sip:a.test", "1.1.1.1 2.2.2.2 3.3.3.3 4.4.4.4 5.5.5.5 6.6.6.6 7.7.7.7 8.8.8.8", ALL, false, SIRA_OK, "",
         "1.1.1.1:5060 2.2.2.2:5060 3.3.3.3:5060 4.4.4.4:5060 5.5.5.5:5060 6.6.6.6:5060 7.7.7.7:5060 8.8.8.8:5060",
         false},
        {"sip:a.test", "1.1.1.1 2.2.2.2 3.3.3.3 4.4.4.4 5.5.5.5 6.6.6.6 7.7.7.7 8.8.8.8 9.9.9.9", ALL, false,
         SIRA_E_CONFIG, "addresses", "", false},
        {"sip:a.test", "192.0.2.1 b.test", ALL, true, SIRA_E_CONFIG, "addresses", "", false},
        {"sip:a.test", "  ", ALL, true, SIRA_E_CONFIG, "addresses", "", false},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        world *w = world_open(NULL);
        sira_locator_config config;
        sira_diag diag = {.field = ""};
        if (cases[i].resolver)
            world_name(w);
        sira_locator_config_init(&config);
        config.addresses = sira_str_from(cases[i].addresses);
        assert_int_equal(sira_locator_init(&w->locator, &config, NULL), SIRA_OK);
        w->agent_config.transport.kinds = cases[i].kinds;
        w->server_config.locator = &w->locator;
        w->server_config.uri = sira_str_from(cases[i].uri);
        assert_int_equal(sira_agent_init(&w->agent, &w->agent_config, 0, NULL), SIRA_OK);
        expect_status(cases[i].uri, sira_server_init(&w->server, &w->agent, &w->server_config, &diag), cases[i].status);
        expect_str(cases[i].uri, sira_str_from(diag.field), cases[i].field);
        if (cases[i].status == SIRA_OK) {
            expect_targets(cases[i].uri, w, cases[i].targets);
            assert_int_equal(w->server.is_secure, cases[i].is_secure);
            assert_int_equal(sira_i_server_widest(&w->server),
                             cases[i].is_secure ? SIRA_TRANSPORT_TLS : SIRA_TRANSPORT_TCP);
        }
        world_close(w);
    }
}

static void a_numeric_host_and_a_list_ask_nobody(void **state)
{
    (void)state;
    world *w = open_named("sip:192.0.2.9:5070");
    sira_i_phase phase;
    w->agent.now = 1000;
    assert_int_equal(prepare(w, &phase), SIRA_OK);
    expect_targets("numeric", w, "192.0.2.9:5070");
    w->agent.now = UINT64_MAX - 1;
    assert_int_equal(prepare(w, &phase), SIRA_OK);
    assert_int_equal(w->asked, 0);
    world_close(w);
}

/* ---- what DNS says ---- */

static void a_name_is_asked_for_once(void **state)
{
    (void)state;
    world *w = open_named("sip:a.test");
    sira_i_phase phase;
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(prepare(w, &phase), SIRA_MORE);
        assert_int_equal(phase, SIRA_I_PHASE_LOCATING);
    }
    assert_int_equal(w->asked, 1);
    const sira_location_query query = w->queries[0];
    assert_int_equal(query.type, SIRA_DNS_NAPTR);
    assert_string_equal(query.text, "a.test");
    sira_agent_dns_answer(&w->agent, names_answer(query.ticket + SIRA_LIMIT_QUERIES, 60, "192.0.2.9"), 0);
    assert_int_equal(prepare(w, &phase), SIRA_MORE);
    world_resolve(w, "192.0.2.1 192.0.2.2");
    expect_targets("taken", w, "192.0.2.1:5060 192.0.2.2:5060");
    assert_int_equal(w->asked, 1 + 3 + 4);
    sira_agent_dns_answer(&w->agent, names_answer(query.ticket, 60, "192.0.2.9"), 0); /* twice */
    expect_targets("once", w, "192.0.2.1:5060 192.0.2.2:5060");
    assert_int_equal(prepare(w, &phase), SIRA_OK);
    assert_int_equal(w->asked, 1 + 3 + 4);
    world_close(w);
}

/* An answer, and what is known after it; again after its time. */
static void what_is_known_stays_until_there_is_better(void **state)
{
    (void)state;
    enum { NOBODY_ASKED = 1 };
    static const struct {
        const char *name, *addresses; /* of the second answer */
        unsigned broken;
        const char *then;
        uint32_t ttl, holds; /* s */
    } cases[] = {
        {"the same", "192.0.2.1", 0, "192.0.2.1:5060", 60, 60},
        {"another", "192.0.2.2 192.0.2.3", 0, "192.0.2.2:5060 192.0.2.3:5060", 60, 60},
        {"no such name", "", 0, "192.0.2.1:5060", 60, 60},
        {"DNS has failed", NULL, 0, "192.0.2.1:5060", 60, SIRA_LIMIT_DNS_AGAIN},
        {"nobody can be asked", NULL, NOBODY_ASKED, "192.0.2.1:5060", 60, SIRA_LIMIT_DNS_AGAIN},
        {"no time at all", "192.0.2.2", 0, "192.0.2.2:5060", 0, SIRA_LIMIT_DNS_TTL_MIN},
        {"for ever", "192.0.2.2", 0, "192.0.2.2:5060", UINT32_MAX, SIRA_LIMIT_DNS_TTL_MAX},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        world *w = open_named("sip:a.test");
        sira_i_phase phase;
        assert_int_equal(prepare(w, &phase), SIRA_MORE);
        world_resolve_for(w, 60, "192.0.2.1");
        w->agent.now = 60 * SECOND - 1;
        assert_int_equal(prepare(w, &phase), SIRA_OK);
        w->now = w->agent.now = 60 * SECOND;
        w->dns_broken = cases[i].broken != 0;
        assert_int_equal(prepare(w, &phase), w->dns_broken ? SIRA_OK : SIRA_MORE);
        world_resolve_for(w, cases[i].ttl, cases[i].addresses);
        expect_targets(cases[i].name, w, cases[i].then);
        assert_int_equal(prepare(w, &phase), SIRA_OK);
        w->dns_broken = false;
        w->agent.now += cases[i].holds * SECOND - 1;
        expect_status(cases[i].name, prepare(w, &phase), SIRA_OK);
        w->agent.now++;
        expect_status(cases[i].name, prepare(w, &phase), SIRA_MORE);
        world_close(w);
    }
}

/* A hole in the first answer is better than nothing, in a later one it is not. */
static void an_answer_with_a_hole_replaces_nothing(void **state)
{
    (void)state;
    world *w = open_named("sip:a.test:5070");
    sira_i_phase phase;
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(prepare(w, &phase), SIRA_MORE);
        assert_int_equal(w->query_count, 2);
        const uint32_t a = w->queries[0].ticket, aaaa = w->queries[1].ticket;
        w->query_count = 0;
        sira_agent_dns_answer(&w->agent, names_answer(a, 600, i == 0 ? "192.0.2.1" : "192.0.2.2"), w->agent.now);
        sira_agent_dns_answer(&w->agent, &(sira_dns_answer){.ticket = aaaa, .result = SIRA_DNS_FAILED}, w->agent.now);
        expect_targets("A only", w, i == 0 ? "192.0.2.1:5070" : "192.0.2.2:5070");
        w->agent.now += SIRA_LIMIT_DNS_AGAIN * SECOND;
    }
    assert_int_equal(prepare(w, &phase), SIRA_MORE);
    const uint32_t a = w->queries[0].ticket, aaaa = w->queries[1].ticket;
    sira_agent_dns_answer(&w->agent, &(sira_dns_answer){.ticket = a, .result = SIRA_DNS_FAILED}, w->agent.now);
    sira_agent_dns_answer(&w->agent, &(sira_dns_answer){.ticket = aaaa, .result = SIRA_DNS_NONE}, w->agent.now);
    expect_targets("the old one", w, "192.0.2.2:5070");
    world_close(w);
}

static void who_does_not_answer_is_waited_for_no_longer(void **state)
{
    (void)state;
    world *w = open_named("sip:a.test");
    sira_i_phase phase;
    assert_int_equal(prepare(w, &phase), SIRA_MORE);
    sira_i_server_give_up(&w->server);
    sira_i_server_give_up(&w->server);
    assert_int_equal(prepare(w, &phase), SIRA_E_RESOLVE);
    const sira_location_query old = w->queries[0];
    w->agent.now += SIRA_LIMIT_DNS_AGAIN * SECOND;
    assert_int_equal(prepare(w, &phase), SIRA_MORE);
    w->queries[0] = w->queries[1];
    w->query_count = 1;
    sira_agent_dns_answer(&w->agent, names_answer(old.ticket, 60, ""), w->agent.now); /* too late */
    assert_int_equal(w->query_count, 1);
    world_resolve(w, "192.0.2.1");
    assert_int_equal(prepare(w, &phase), SIRA_OK);
    world_close(w);
}

static void without_entropy_nothing_is_drawn(void **state)
{
    (void)state;
    world *w = open_named("sip:a.test");
    sira_i_phase phase;
    w->agent.random.left = 0;
    w->entropy_broken = true;
    assert_int_equal(prepare(w, &phase), SIRA_E_RESOLVE);
    assert_int_equal(w->asked, 0);
    w->entropy_broken = false;
    assert_int_equal(prepare(w, &phase), SIRA_MORE);
    world_close(w);
}

/* ---- back to the better one ---- */

typedef struct two {
    world *w;
    sira_claim other;
} two;

static void hears(sira_claim *claim, unsigned news, const sira_flow *flow)
{
    (void)claim, (void)news, (void)flow;
}

/* 192.0.2.1 has failed and rests no longer; 192.0.2.2 is in use. */
static void open_moved(two *t, const char *uri)
{
    *t = (two){.w = open_named(uri)};
    sira_i_phase phase;
    sira_i_claim_make(&t->other, &t->w->server, hears);
    assert_int_equal(prepare(t->w, &phase), SIRA_MORE);
    world_resolve_for(t->w, 86400, "192.0.2.1 192.0.2.2");
    assert_int_equal(prepare(t->w, &phase), SIRA_OK);
    const sira_flow flow = t->w->server.flow;
    assert_true(sira_i_server_target_failed(&t->w->server, &flow, 0));
    assert_int_equal(prepare(t->w, &phase), SIRA_OK);
    assert_int_equal(t->w->server.flow.remote.address[3], 2);
    sira_i_server_release(&t->w->server, &t->w->line.exchange.claim);
    t->w->agent.now = SIRA_I_REST_FIRST;
}

static sira_status prepare_other(two *t)
{
    sira_i_phase phase;
    return sira_i_server_prepare(&t->w->server, &t->other, false, &phase);
}

static void close_moved(two *t)
{
    sira_i_claim_remove(&t->other, &t->w->server);
    world_close(t->w);
}

static unsigned present(const two *t)
{
    return t->w->server.flow.remote.address[3];
}

static void over_udp_one_asks_and_others_stay(void **state)
{
    (void)state;
    sira_i_phase phase;
    two t;
    open_moved(&t, "sip:a.test");
    t.w->agent.now--;
    assert_int_equal(prepare(t.w, &phase), SIRA_OK); /* it rests still */
    assert_int_equal(present(&t), 2);
    t.w->agent.now++;
    assert_int_equal(prepare_other(&t), SIRA_OK); /* no registration */
    assert_int_equal(present(&t), 2);
    t.other.returns = true;
    assert_int_equal(prepare(t.w, &phase), SIRA_OK);
    assert_int_equal(present(&t), 1);
    assert_int_equal(prepare_other(&t), SIRA_OK); /* one at a time */
    assert_int_equal(present(&t), 2);
    sira_i_server_target_works(&t.w->server, &t.other); /* that says nothing of the better one */
    assert_int_equal(prepare_other(&t), SIRA_OK);
    assert_int_equal(present(&t), 2);
    sira_i_server_target_works(&t.w->server, &t.w->line.exchange.claim);
    assert_int_equal(prepare_other(&t), SIRA_OK);
    assert_int_equal(present(&t), 1);
    close_moved(&t);
}

static void who_finds_it_dead_still_leaves_the_others_alone(void **state)
{
    (void)state;
    sira_i_phase phase;
    two t;
    open_moved(&t, "sip:a.test");
    t.other.returns = true;
    assert_int_equal(prepare(t.w, &phase), SIRA_OK);
    const sira_flow better = t.w->server.flow;
    assert_int_equal(prepare_other(&t), SIRA_OK);
    const uint32_t closed = t.w->close_calls;
    assert_true(sira_i_server_target_failed(&t.w->server, &better, 0));
    assert_int_equal(t.w->close_calls, closed);
    assert_null(t.w->server.trier);
    assert_int_equal(prepare(t.w, &phase), SIRA_OK);
    assert_int_equal(present(&t), 2);
    t.w->agent.now += 2 * SIRA_I_REST_FIRST - 1;
    assert_int_equal(prepare(t.w, &phase), SIRA_OK);
    assert_int_equal(present(&t), 2);
    t.w->agent.now++;
    assert_int_equal(prepare(t.w, &phase), SIRA_OK);
    assert_int_equal(present(&t), 1);
    sira_i_server_release(&t.w->server, &t.w->line.exchange.claim); /* without a word about it */
    assert_null(t.w->server.trier);
    assert_int_equal(prepare_other(&t), SIRA_OK); /* now that one asks */
    assert_int_equal(present(&t), 1);
    close_moved(&t);
}

static void a_connection_is_left_only_when_nobody_uses_it(void **state)
{
    (void)state;
    sira_i_phase phase;
    two t;
    open_moved(&t, "sip:a.test;transport=tcp");
    const uint32_t closed = t.w->close_calls;
    assert_int_equal(prepare_other(&t), SIRA_OK);
    assert_int_equal(prepare(t.w, &phase), SIRA_OK);
    assert_int_equal(present(&t), 2); /* the other is under way */
    sira_i_server_release(&t.w->server, &t.other);
    assert_int_equal(prepare(t.w, &phase), SIRA_OK);
    assert_int_equal(present(&t), 1);
    assert_int_equal(t.w->close_calls, closed + 1);
    assert_int_equal(prepare_other(&t), SIRA_MORE); /* it waits */
    sira_i_server_target_works(&t.w->server, &t.w->line.exchange.claim);
    sira_i_server_release(&t.w->server, &t.w->line.exchange.claim);
    assert_true(t.other.has_turn);
    assert_int_equal(prepare_other(&t), SIRA_OK);
    assert_int_equal(present(&t), 1);
    assert_int_equal(t.w->close_calls, closed + 1);
    close_moved(&t);
}

static void another_answer_ends_the_attempt(void **state)
{
    (void)state;
    sira_i_phase phase;
    two t;
    open_moved(&t, "sip:a.test");
    assert_int_equal(prepare(t.w, &phase), SIRA_OK);
    const sira_endpoint list[2] = {t.w->server.targets.list[1].endpoint, t.w->server.targets.list[0].endpoint};
    sira_i_server_take_targets(&t.w->server, list, 2);
    assert_null(t.w->server.trier);
    assert_int_equal(prepare(t.w, &phase), SIRA_OK);
    assert_int_equal(present(&t), 2); /* the first is now the one that was second */
    close_moved(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_locator_of_another_size_is_refused),
        cmocka_unit_test(what_the_configuration_leads_to),
        cmocka_unit_test(a_numeric_host_and_a_list_ask_nobody),
        cmocka_unit_test(a_name_is_asked_for_once),
        cmocka_unit_test(what_is_known_stays_until_there_is_better),
        cmocka_unit_test(an_answer_with_a_hole_replaces_nothing),
        cmocka_unit_test(who_does_not_answer_is_waited_for_no_longer),
        cmocka_unit_test(without_entropy_nothing_is_drawn),
        cmocka_unit_test(over_udp_one_asks_and_others_stay),
        cmocka_unit_test(who_finds_it_dead_still_leaves_the_others_alone),
        cmocka_unit_test(a_connection_is_left_only_when_nobody_uses_it),
        cmocka_unit_test(another_answer_ends_the_attempt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
