/* Two targets, and each way of failing: the second is tried at once, and the first again when the second fails. */
#include "support/world.h"

#include <string.h>

#define CONTACT(request) (int)world_contact(request).len, world_contact(request).at

/* Which target fails, and how. */
static struct {
    unsigned bad; /* the last number of its address */
    unsigned code;
    const char *headers;
} plan;

static unsigned last_address(const world *w)
{
    return w->sent_count != 0 ? w->sent[w->sent_count - 1].flow.remote.address[3] : 0;
}

static void registrar(world *w, const sira_message *request)
{
    if (last_address(w) != plan.bad)
        world_reply(w, request, 200, "Contact: %.*s;expires=60\r\n", CONTACT(request));
    else if (plan.code != 0)
        world_reply(w, request, plan.code, "%s", plan.headers);
}

/* The flow that the last request went out on, or that was opened last, is gone. */
static void lose_flow(world *w)
{
    sira_agent_flow_down(&w->agent, &w->opened, w->now);
}

typedef struct way {
    const char *name;
    const char *uri;
    void (*prepare)(world *w);
    void (*happens)(world *w);
    unsigned code;
    const char *headers;
    uint64_t moves_at; /* ms after the start of the attempt, when the next target has answered */
    sira_status why;
} way;

static void nothing(world *w)
{
    (void)w;
}
static void sending_fails(world *w)
{
    w->broken_to = plan.bad;
}
static void sending_fails_and_tells(world *w)
{
    w->broken_to = plan.bad;
    w->send_tells = true;
}
static void connects_later(world *w)
{
    w->open_status = SIRA_MORE;
}
/* The connection to the bad target is refused, that to the good one comes. */
static void is_refused(world *w)
{
    w->open_status = SIRA_OK;
    lose_flow(w);
}
static void connects_from_now_on(world *w)
{
    w->open_status = SIRA_OK;
}

static const way ways[] = {
    {"silence", "sip:sip.example.test", nothing, nothing, 0, "", 32020, SIRA_E_TIMEOUT},
    {"an ICMP error", "sip:sip.example.test", nothing, lose_flow, 0, "", 20, SIRA_E_TRANSPORT},
    {"sending fails", "sip:sip.example.test", sending_fails, nothing, 0, "", 20, SIRA_E_TRANSPORT},
    {"sending says that the flow is down", "sip:sip.example.test", sending_fails_and_tells, nothing, 0, "", 20,
     SIRA_E_TRANSPORT},
    {"503", "sip:sip.example.test", nothing, nothing, 503, "", 20, SIRA_E_RESPONSE},
    {"503 with Retry-After", "sip:sip.example.test", nothing, nothing, 503, "Retry-After: 300\r\n", 20,
     SIRA_E_RESPONSE},
    {"a connection is refused", "sip:sip.example.test;transport=tcp", connects_later, is_refused, 0, "", 20,
     SIRA_E_TRANSPORT},
    {"a connection never comes", "sip:sip.example.test;transport=tcp", connects_later, connects_from_now_on, 0, "",
     32020, SIRA_E_TRANSPORT},
    {"a connection closes before the answer", "sip:sip.example.test;transport=tcp", nothing, lose_flow, 0, "", 20,
     SIRA_E_TRANSPORT},
    {"silence on a connection", "sip:sip.example.test;transport=tcp", nothing, nothing, 0, "", 32020, SIRA_E_TIMEOUT},
};

static void expect_registered_at(const world *w, const char *name, unsigned address)
{
    if (world_last((world *)(uintptr_t)w)->kind != SIRA_EVENT_REGISTERED || last_address(w) != address)
        fail_msg("%s: %s, the last request went to %u", name, w->events[w->event_count - 1].text, last_address(w));
}

/* The event before the last: what goes out to the next target says why. */
static void expect_reason(const world *w, const way *one)
{
    const sira_event *event = &w->events[w->event_count - 2].event;
    if (event->status != one->why)
        fail_msg("%s: %s", one->name, w->events[w->event_count - 2].text);
}

static void each_way_of_failing_leads_to_the_other_target(void **context)
{
    (void)context;
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        const way *one = &ways[i];
        world *w = world_open(registrar);
        w->agent_config.transport.kinds = 7;
        w->server_config.uri = sira_str_from(one->uri);
        plan.bad = 100;
        plan.code = one->code;
        plan.headers = one->headers;
        world_name(w);
        world_start(w);
        world_run(w, 100);
        one->prepare(w);
        world_resolve(w, "192.0.2.100 192.0.2.101");
        one->happens(w);
        world_run(w, 100 + one->moves_at);
        expect_registered_at(w, one->name, 101);
        expect_reason(w, one);
        world_close(w);
    }
}

/* And back: the other target fails at the refresh, in the same way. */
static void the_first_is_tried_again_when_the_second_fails(void **context)
{
    (void)context;
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        const way *one = &ways[i];
        if (one->prepare == connects_later) /* the connection is there by then */
            continue;
        world *w = world_open(registrar);
        w->agent_config.transport.kinds = 7;
        w->server_config.uri = sira_str_from(one->uri);
        plan.bad = 101;
        plan.code = one->code;
        plan.headers = one->headers;
        one->prepare(w);
        world_name(w);
        world_start(w);
        world_run(w, 100);
        world_resolve(w, "192.0.2.101 192.0.2.100");
        one->happens(w);
        world_run(w, 100 + one->moves_at);
        expect_registered_at(w, one->name, 100);
        const uint64_t refresh = world_last(w)->next;
        plan.bad = 100;
        world_run(w, refresh - 1);
        if (one->why == SIRA_E_RESPONSE && one->headers[0] != '\0') { /* the first wants to be left alone still */
            world_run(w, refresh + 20);
            assert_int_equal(world_last(w)->kind, SIRA_EVENT_WAITING);
            world_close(w);
            continue;
        }
        one->prepare(w);
        world_run(w, refresh);
        one->happens(w);
        world_run(w, refresh + one->moves_at);
        expect_registered_at(w, one->name, 101);
        expect_reason(w, one);
        world_close(w);
    }
}

/* Both fail: each was tried once, and the line waits for its back-off. */
static void each_target_is_tried_once_in_an_attempt(void **context)
{
    (void)context;
    world *w = world_open(NULL);
    world_name(w);
    w->server_config.uri = SIRA_STR("sip:sip.example.test");
    world_start(w);
    world_run(w, 0);
    world_resolve(w, "192.0.2.100 192.0.2.101 192.0.2.102");
    world_run(w, 3 * 32000 - 1);
    assert_int_equal(world_count(w, SIRA_EVENT_WAITING), 0);
    world_run(w, 3 * 32000);
    assert_int_equal(world_count(w, SIRA_EVENT_WAITING), 1);
    assert_int_equal(world_last(w)->status, SIRA_E_TIMEOUT);
    assert_in_range(world_last(w)->next - world_last(w)->now, 30000, 60000);
    for (unsigned address = 100; address <= 102; address++) {
        unsigned sent = 0;
        for (size_t i = 0; i < w->sent_count; i++)
            sent += w->sent[i].flow.remote.address[3] == address;
        assert_int_equal(sent, 11); /* RFC 3261 17.1.2.2: timer E until F */
    }
    world_close(w);
}

/* Another branch and CSeq, as RFC 3263 4.3 has it, and the same Call-ID. */
static void the_next_target_gets_a_request_of_its_own(void **context)
{
    (void)context;
    sira_via via[2];
    sira_cseq cseq[2];
    char branch[2][64], call_id[2][64];
    world *w = world_open(registrar);
    plan.bad = 100;
    plan.code = 503;
    plan.headers = "";
    world_name(w);
    w->server_config.uri = SIRA_STR("sip:sip.example.test");
    world_start(w);
    world_run(w, 0);
    world_resolve(w, "192.0.2.100 192.0.2.101");
    world_run(w, 100);
    assert_int_equal(w->sent_count, 2);
    for (size_t i = 0; i < 2; i++) {
        const sira_message *request = world_sent(w, i);
        sira_str id;
        assert_int_equal(sira_message_via(request, &via[i], NULL), SIRA_OK);
        assert_int_equal(sira_message_cseq(request, &cseq[i], NULL), SIRA_OK);
        assert_int_equal(sira_message_call_id(request, &id, NULL), SIRA_OK);
        memcpy(branch[i], via[i].branch.at, via[i].branch.len);
        branch[i][via[i].branch.len] = '\0';
        memcpy(call_id[i], id.at, id.len);
        call_id[i][id.len] = '\0';
    }
    assert_string_not_equal(branch[0], branch[1]);
    assert_string_equal(call_id[0], call_id[1]);
    assert_int_equal(cseq[1].number, cseq[0].number + 1);
    world_close(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_way_of_failing_leads_to_the_other_target),
        cmocka_unit_test(the_first_is_tried_again_when_the_second_fails),
        cmocka_unit_test(each_target_is_tried_once_in_an_attempt),
        cmocka_unit_test(the_next_target_gets_a_request_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
