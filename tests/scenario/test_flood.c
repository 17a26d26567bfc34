/* Strangers knock without end, and the line stays registered. */
#include "support/world.h"

#include <stdio.h>
#include <string.h>

#define SLOTS 2

static void registrar(world *w, const sira_message *request)
{
    world_registrar(w, request, 600);
}

static void never_answer(void *user, const sira_incoming_event *event)
{
    unsigned *told = user;
    ++*told;
    (void)event;
}

static void knock(world *w, unsigned i, const char *method)
{
    char text[600];
    sira_flow flow = w->opened;
    int len =
        snprintf(text, sizeof text,
                 "%s sip:alice@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.66;branch=z9hG4bK%u;rport\r\n"
                 "From: <sip:100@192.0.2.66>;tag=%u\r\nTo: <sip:100@192.0.2.1>\r\nCall-ID: %u\r\nCSeq: 1 %s\r\n\r\n",
                 method, i, i, i, method);
    assert_int_equal(sira_endpoint_from_text(SIRA_STR("192.0.2.66:5060"), SIRA_TRANSPORT_UDP, &flow.remote), SIRA_OK);
    assert_int_equal(sira_agent_receive(&w->agent, &flow, (sira_str){text, (size_t)len}, w->now), SIRA_OK);
}

static void a_flood_costs_no_registration(void **context)
{
    (void)context;
    static const char *const methods[] = {"INVITE", "OPTIONS", "REGISTER", "INVITE", "MESSAGE", "ACK", "CANCEL", "X"};
    static sira_incoming slots[SLOTS];
    static char bytes[SLOTS * 2000];
    sira_uas uas;
    sira_incoming_config config;
    unsigned told = 0;
    world *w = world_open(registrar);
    world_start(w);
    sira_incoming_config_init(&config);
    config.slots = slots;
    config.slot_count = SLOTS;
    config.bytes = bytes;
    config.bytes_size = sizeof bytes;
    config.allow = SIRA_STR("INVITE, ACK, BYE, CANCEL, OPTIONS, MESSAGE");
    config.on_event = never_answer;
    config.user = &told;
    assert_int_equal(sira_uas_init(&uas, &w->agent, &config, NULL), SIRA_OK);
    world_run(w, 100);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_REGISTERED);
    const unsigned count = 36000;
    for (unsigned i = 0; i < count; i++) { /* an hour */
        world_run(w, 100 + i * 100);
        knock(w, i, methods[i % 8]);
        assert_true(sira_registration_is_bound(&w->line));
    }
    assert_int_equal(world_count(w, SIRA_EVENT_LAPSED), 0);
    assert_int_equal(world_count(w, SIRA_EVENT_WAITING), 0);
    assert_in_range(world_count(w, SIRA_EVENT_REGISTERED), 11, 13);
    const sira_uas_counters *counters = sira_uas_get_counters(&uas);
    assert_int_equal(counters->taken + counters->refused + counters->full + counters->stray, count);
    assert_true(counters->taken < SLOTS * 3600 / 16 + SLOTS && told <= 4 * counters->taken);
    assert_true(counters->full > 10000);
    sira_uas_remove(&uas);
    sira_registration_remove(&w->line);
    assert_int_equal(sira_agent_deadline(&w->agent), SIRA_NEVER);
    world_close(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_flood_costs_no_registration),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
