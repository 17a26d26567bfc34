/* Stop, start and remove at every moment of a registration; and the ways that nothing else goes. */
#include "support/names.h"
#include "support/world.h"

#include <stdio.h>
#include <string.h>

#define MINUTE 60000u
#define LOSSES 3u /* packets lost each way, at most */

/* A registrar that remembers in step whether it holds the binding. */
static void remembers(world *w, const sira_message *request)
{
    char nonce[32];
    (void)snprintf(nonce, sizeof nonce, "nonce-%d", w->nonce);
    if (strcmp(world_credential(request, "nonce"), nonce) == 0 && world_verify(request, "alice", "secret"))
        w->step = world_expires(request) > 0;
    world_registrar(w, request, 3600);
}

typedef void (*moment_fn)(world *w, const char *when);

/* Calls meanwhile at each of these times, in worlds with and without losses, each of which has lived up to there. */
static void at_each_moment(uint64_t from, uint64_t to, moment_fn meanwhile)
{
    for (uint64_t at = from; at <= to; at++) {
        for (unsigned loss = 0; loss < LOSSES * LOSSES; loss++) {
            char when[64];
            (void)snprintf(when, sizeof when, "at %llu, %u lost there, %u lost back", (unsigned long long)at,
                           loss % LOSSES, loss / LOSSES);
            world *w = world_open(remembers);
            world_start(w);
            if (from > 0)
                world_run(w, from);
            w->lose = loss % LOSSES;
            w->lose_replies = loss / LOSSES;
            world_run(w, at);
            meanwhile(w, when);
            world_close(w);
        }
    }
}

static void stops(world *w, const char *when)
{
    sira_status status = sira_registration_stop(&w->line);
    world_run(w, w->now + MINUTE);
    if (status != SIRA_OK || sira_registration_get_state(&w->line) != SIRA_REGISTRATION_STOPPED)
        fail_msg("%s: not stopped", when);
    if (w->step != 0)
        fail_msg("%s: stopped, and the registrar still holds the binding", when);
    if (world_last(w)->kind != SIRA_EVENT_STOPPED || world_last(w)->next != SIRA_NEVER || world_last(w)->bound)
        fail_msg("%s: %s", when, w->events[w->event_count - 1].text);
    assert_int_equal(sira_registration_stop(&w->line), SIRA_IDLE);
}

static void stops_and_starts(world *w, const char *when)
{
    sira_registration_stop(&w->line);
    sira_registration_start(&w->line);
    world_run(w, w->now + MINUTE);
    if (sira_registration_get_state(&w->line) != SIRA_REGISTRATION_REGISTERED || w->step != 1)
        fail_msg("%s: not registered", when);
}

static void stops_and_later_starts(world *w, const char *when)
{
    sira_registration_stop(&w->line);
    world_run(w, w->now + 7);
    stops_and_starts(w, when);
}

static void is_removed(world *w, const char *when)
{
    size_t sent = w->sent_count;
    sira_registration_remove(&w->line);
    world_run(w, w->now + MINUTE);
    if (w->sent_count != sent || sira_agent_deadline(&w->agent) != SIRA_NEVER)
        fail_msg("%s: removed, and still at work", when);
    assert_int_equal(sira_server_remove(&w->server), SIRA_OK);
}

/* 0 to 25 ms: two requests and their responses. */
static void stopping_leaves_nothing_behind(void **context)
{
    (void)context;
    at_each_moment(0, 25, stops);
    at_each_moment(2999998, 3000015, stops);
}

static void stopping_is_taken_back(void **context)
{
    (void)context;
    at_each_moment(0, 25, stops_and_starts);
    at_each_moment(0, 25, stops_and_later_starts);
    at_each_moment(2999998, 3000015, stops_and_starts);
    at_each_moment(2999998, 3000015, stops_and_later_starts);
}

static void removing_ends_everything(void **context)
{
    (void)context;
    at_each_moment(0, 25, is_removed);
    at_each_moment(2999998, 3000015, is_removed);
}

/* ---- looking at a line ---- */

static void states_have_names(void **context)
{
    (void)context;
    for (int i = SIRA_REGISTRATION_STOPPED; i <= SIRA_REGISTRATION_FAILED; i++)
        for (int j = SIRA_REGISTRATION_STOPPED; j < i; j++)
            assert_string_not_equal(sira_registration_state_name((sira_registration_state)i),
                                    sira_registration_state_name((sira_registration_state)j));
    assert_string_equal(sira_registration_state_name(SIRA_REGISTRATION_REGISTERED), "registered");
    assert_string_equal(sira_registration_state_name((sira_registration_state)(SIRA_REGISTRATION_FAILED + 1)), "?");
    for (int i = SIRA_EVENT_REGISTERING; i <= SIRA_EVENT_FAILED; i++)
        for (int j = SIRA_EVENT_REGISTERING; j < i; j++)
            assert_string_not_equal(sira_event_kind_name((sira_event_kind)i), sira_event_kind_name((sira_event_kind)j));
    assert_string_equal(sira_event_kind_name((sira_event_kind)(SIRA_EVENT_FAILED + 1)), "?");
}

static void a_line_tells_how_it_is(void **context)
{
    (void)context;
    world *w = world_open(remembers);
    world_init(w);
    assert_false(sira_registration_is_bound(&w->line));
    assert_int_equal(sira_registration_expires_at(&w->line), 0);
    assert_true(sira_registration_next_at(&w->line) == SIRA_NEVER);
    assert_ptr_equal(sira_registration_account(&w->line), &w->account);
    expect_str("aor", sira_registration_aor(&w->line), "sip:alice@example.test");
    assert_int_equal(sira_registration_stop(&w->line), SIRA_IDLE);
    sira_registration_start(&w->line);
    world_run(w, 6000); /* T4 is over, too */
    assert_true(sira_registration_is_bound(&w->line));
    assert_int_equal(sira_registration_next_at(&w->line), world_last(w)->next);
    assert_int_equal(sira_agent_deadline(&w->agent), sira_registration_next_at(&w->line));
    world_close(w);
}

/* ---- where requests go ---- */

static void the_request_uri(void **context)
{
    (void)context;
    static const struct {
        const char *aor, *registrar, *expected;
    } cases[] = {
        {"sip:alice@example.test", "", "sip:example.test"},
        {"sip:alice@example.test:5070", "", "sip:example.test:5070"},
        {"sip:alice@example.test;user=phone", "", "sip:example.test"},
        {"sip:alice@[2001:db8::1]:5070", "", "sip:[2001:db8::1]:5070"},
        {"sip:alice@example.test", "sip:registrar.example.test", "sip:registrar.example.test"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        world *w = world_open(remembers);
        w->account_config.aor = sira_str_from(cases[i].aor);
        w->account_config.registrar = sira_str_from(cases[i].registrar);
        world_start(w);
        world_run(w, 1000);
        expect_str(cases[i].aor, world_sent(w, 0)->uri, cases[i].expected);
        assert_int_equal(world_last(w)->kind, SIRA_EVENT_REGISTERED);
        world_close(w);
    }
}

static void transports_and_ports(void **context)
{
    (void)context;
    static const struct {
        const char *uri;
        unsigned transport, port;
    } cases[] = {
        {"sip:192.0.2.100", SIRA_TRANSPORT_UDP, 5060},
        {"sip:192.0.2.100;transport=UDP", SIRA_TRANSPORT_UDP, 5060},
        {"sip:192.0.2.100;transport=tcp", SIRA_TRANSPORT_TCP, 5060},
        {"sip:192.0.2.100;transport=tls", SIRA_TRANSPORT_TLS, 5061},
        {"sips:192.0.2.100", SIRA_TRANSPORT_TLS, 5061},
        {"sips:192.0.2.100;transport=tcp", SIRA_TRANSPORT_TLS, 5061},
        {"sips:192.0.2.100:5071;transport=tls", SIRA_TRANSPORT_TLS, 5071},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        world *w = world_open(remembers);
        w->agent_config.transport.kinds =
            1u << SIRA_TRANSPORT_UDP | 1u << SIRA_TRANSPORT_TCP | 1u << SIRA_TRANSPORT_TLS;
        w->server_config.uri = sira_str_from(cases[i].uri);
        world_start(w);
        world_run(w, 0);
        assert_int_equal(w->sent[0].flow.remote.transport, cases[i].transport);
        assert_int_equal(w->sent[0].flow.remote.port, cases[i].port);
        world_close(w);
    }
}

static world *open_named(void)
{
    world *w = world_open(remembers);
    world_name(w);
    w->server_config.uri = SIRA_STR("sip:sip.example.test");
    return w;
}

static void a_resolver_that_fails_at_once(void **context)
{
    (void)context;
    world *w = open_named();
    w->dns_broken = true;
    world_start(w);
    world_run(w, 100);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_WAITING);
    assert_int_equal(world_last(w)->status, SIRA_E_RESOLVE);
    w->dns_broken = false;
    world_run(w, MINUTE);
    world_resolve_for(w, 300, "192.0.2.100");
    world_run(w, 2 * MINUTE);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_REGISTERED);
    world_close(w);
}

/* The next refresh goes where the name points then. */
static void a_name_that_moves(void **context)
{
    (void)context;
    world *w = open_named();
    world_start(w);
    world_run(w, 100);
    world_resolve_for(w, 300, "192.0.2.100");
    world_run(w, 50 * MINUTE + 200);
    assert_int_equal(w->query_count, 1); /* what it said has expired */
    world_resolve_for(w, 300, "192.0.2.101");
    world_run(w, 51 * MINUTE);
    assert_int_equal(w->sent[w->sent_count - 1].flow.remote.address[3], 101);
    assert_int_equal(w->close_calls, 1);
    assert_int_equal(world_count(w, SIRA_EVENT_REGISTERED), 2);
    world_close(w);
}

/* RFC 8767 2: what worked before is better than nothing. */
static void a_name_that_can_not_be_looked_up_any_more(void **context)
{
    (void)context;
    world *w = open_named();
    world_start(w);
    world_run(w, 100);
    world_resolve_for(w, 300, "192.0.2.100");
    world_run(w, 50 * MINUTE + 200);
    world_resolve_for(w, 300, "");
    world_run(w, 51 * MINUTE);
    assert_int_equal(world_count(w, SIRA_EVENT_REGISTERED), 2);
    assert_int_equal(world_count(w, SIRA_EVENT_WAITING), 0);
    w->dns_broken = true;
    world_run(w, 101 * MINUTE);
    assert_int_equal(world_count(w, SIRA_EVENT_REGISTERED), 3);
    assert_int_equal(w->sent[w->sent_count - 1].flow.remote.address[3], 100);
    world_close(w);
}

/* ---- what a 200 may hold ---- */

static void lists(world *w, const sira_message *request)
{
    static const char *const contacts[] = {"*", "<sip:@>;expires=60", "<tel:+1>;expires=60",
                                           "<sip:alice@192.0.2.1:5060;line=other>;expires=60", ">;expires=60"};
    world_reply(w, request, 200, "Contact: %s\r\nExpires: 1800\r\n", contacts[w->step]);
}

static void contacts_that_are_not_ours(void **context)
{
    (void)context;
    static const struct {
        sira_event_kind kind;
        uint32_t expires, bindings;
    } expected[] = {{SIRA_EVENT_REGISTERED, 1800, 0},
                    {SIRA_EVENT_REGISTERED, 60, 1},
                    {SIRA_EVENT_REGISTERED, 60, 1},
                    {SIRA_EVENT_REGISTERED, 60, 1},
                    {SIRA_EVENT_REGISTERED, 60, 1}};
    for (int i = 0; i < 5; i++) {
        world *w = world_open(lists);
        w->step = i;
        world_start(w);
        world_run(w, 1000);
        assert_int_equal(world_last(w)->kind, expected[i].kind);
        assert_int_equal(world_last(w)->expires, expected[i].expires);
        assert_int_equal(world_last(w)->bindings, expected[i].bindings);
        world_close(w);
    }
}

/* ---- two lines of one account ---- */

static unsigned asked;

static sira_status ask_later(void *context, sira_str realm, sira_hash_algorithm algorithm, uint8_t *ha1)
{
    (void)context;
    (void)realm;
    (void)algorithm;
    (void)ha1;
    asked++;
    return SIRA_MORE;
}

static void two_lines_of_one_account_share_a_secure_element(void **context)
{
    (void)context;
    world *w = world_open(remembers);
    sira_registration second;
    asked = 0;
    w->account_config.password = SIRA_STR("");
    w->account_config.get_ha1 = ask_later;
    world_start(w);
    assert_int_equal(sira_registration_init(&second, &w->account, NULL, NULL), SIRA_OK);
    sira_registration_start(&second);
    world_run(w, 2000);
    assert_true(asked > 0);
    uint8_t ha1[SIRA_HASH_SIZE_MAX];
    const sira_str parts[3] = {SIRA_STR_INIT("alice"), SIRA_STR_INIT("example.test"), SIRA_STR_INIT("secret")};
    assert_int_equal(sira_digest_ha1(&w->agent_config.hash, SIRA_HASH_MD5, parts, ha1), SIRA_OK);
    assert_int_equal(sira_account_give_ha1(&w->account, SIRA_STR("example.test"), SIRA_HASH_MD5, ha1), SIRA_OK);
    world_run(w, 3 * MINUTE);
    assert_int_equal(sira_registration_get_state(&w->line), SIRA_REGISTRATION_REGISTERED);
    assert_int_equal(sira_registration_get_state(&second), SIRA_REGISTRATION_REGISTERED);
    world_close(w);
}

/* What fell due within a jump of the clock is done once, however long it was. */
static void a_clock_that_jumps_ahead(void **state)
{
    (void)state;
    static const uint64_t jumps[] = {3600u * 1000u, UINT64_C(1) << 32, UINT64_C(1) << 40, UINT64_C(1) << 62};
    for (size_t i = 0; i < sizeof jumps / sizeof jumps[0]; i++) {
        world *w = world_open(remembers);
        world_start(w);
        world_run(w, 2000);
        const size_t sent = w->sent_count;
        w->now += jumps[i];
        sira_agent_tick(&w->agent, w->now);
        assert_int_equal(w->sent_count, sent + 1);
        assert_int_equal(world_count(w, SIRA_EVENT_LAPSED), 1);
        sira_agent_tick(&w->agent, w->now);
        assert_int_equal(w->sent_count, sent + 1);
        world_run(w, w->now + MINUTE);
        assert_int_equal(world_count(w, SIRA_EVENT_REGISTERED), 2);
        assert_int_equal(sira_registration_get_state(&w->line), SIRA_REGISTRATION_REGISTERED);
        world_close(w);
    }
}

/* It stands still meanwhile: nothing is due sooner or later than it was, and what comes is answered. */
static void a_clock_that_goes_back(void **state)
{
    (void)state;
    static const uint64_t jumps[] = {0, 1000, 3600u * 1000u, UINT64_C(1) << 40};
    static const char options[] =
        "OPTIONS sip:alice@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.100;branch=z9hG4bKo\r\n"
        "Max-Forwards: 70\r\nFrom: <sip:a@h>;tag=1\r\nTo: <sip:alice@192.0.2.1>\r\n"
        "Call-ID: o\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n";
    for (size_t i = 0; i < sizeof jumps / sizeof jumps[0]; i++) {
        world *w = world_open(remembers);
        world_start(w);
        world_run(w, 5000);
        const uint64_t ahead = w->now + jumps[i];
        sira_agent_tick(&w->agent, ahead);
        w->now = ahead;
        world_run(w, ahead + MINUTE);
        const uint64_t deadline = sira_agent_deadline(&w->agent);
        assert_true(deadline > ahead + MINUTE);
        const size_t sent = w->sent_count;
        for (uint64_t now = 0; now < ahead && now < 48u * 3600u * 1000u; now += 600u * 1000u) {
            sira_agent_tick(&w->agent, now);
            assert_int_equal(sira_agent_deadline(&w->agent), deadline);
        }
        assert_int_equal(w->sent_count, sent);
        const sira_flow flow = w->sent[sent - 1].flow;
        assert_int_equal(sira_agent_receive(&w->agent, &flow, (sira_str){options, sizeof options - 1}, 0), SIRA_OK);
        assert_int_equal(w->sent_count, sent + 1);
        world_run(w, deadline - 1);
        assert_int_equal(w->sent_count, sent + 1);
        world_run(w, deadline + MINUTE);
        assert_int_equal(w->sent_count, sent + 2);
        assert_int_equal(sira_registration_get_state(&w->line), SIRA_REGISTRATION_REGISTERED);
        world_close(w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stopping_leaves_nothing_behind),
        cmocka_unit_test(stopping_is_taken_back),
        cmocka_unit_test(removing_ends_everything),
        cmocka_unit_test(states_have_names),
        cmocka_unit_test(a_line_tells_how_it_is),
        cmocka_unit_test(the_request_uri),
        cmocka_unit_test(transports_and_ports),
        cmocka_unit_test(a_resolver_that_fails_at_once),
        cmocka_unit_test(a_name_that_moves),
        cmocka_unit_test(a_name_that_can_not_be_looked_up_any_more),
        cmocka_unit_test(contacts_that_are_not_ours),
        cmocka_unit_test(two_lines_of_one_account_share_a_secure_element),
        cmocka_unit_test(a_clock_that_jumps_ahead),
        cmocka_unit_test(a_clock_that_goes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
