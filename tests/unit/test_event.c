#include "registration/registration.h"

#include "support/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static void each_kind_has_a_name(void **state)
{
    (void)state;
    static const char *const names[] = {"registering", "registered",    "refreshing", "waiting",
                                        "lapsed",      "unregistering", "stopped",    "failed"};
    for (unsigned kind = 0; kind < COUNT_OF(names); kind++)
        assert_string_equal(sira_event_kind_name((sira_event_kind)kind), names[kind]);
    assert_string_equal(sira_event_kind_name((sira_event_kind)COUNT_OF(names)), "?");
    assert_string_equal(sira_event_kind_name((sira_event_kind)255), "?");
}

static void a_reason_is_the_phrase_of_a_response_or_the_text_of_a_status(void **state)
{
    (void)state;
    static const struct {
        sira_status status;
        uint16_t code;
        const char *reason;
    } cases[] = {
        {SIRA_E_RESPONSE, 403, "Forbidden"},
        {SIRA_E_RESPONSE, 503, "Service Unavailable"},
        {SIRA_E_TIMEOUT, 0, "no final response in time"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const sira_event event = {.status = cases[i].status, .code = cases[i].code};
        assert_string_equal(sira_event_reason(&event), cases[i].reason);
    }
    const sira_event broken = {.status = SIRA_E_TRANSPORT, .detail = "closed by the peer"};
    assert_string_equal(sira_event_reason(&broken), "closed by the peer");
    /* A code beside another status is not what it is about. */
    const sira_event credentials = {.status = SIRA_E_CREDENTIALS, .code = 403};
    assert_string_equal(sira_event_reason(&credentials), sira_status_text(SIRA_E_CREDENTIALS));
    const sira_event well = {.status = SIRA_OK};
    assert_string_equal(sira_event_reason(&well), sira_status_text(SIRA_OK));
    for (unsigned code = 0; code <= UINT16_MAX; code++) {
        const sira_event any = {.status = SIRA_E_RESPONSE, .code = (uint16_t)code};
        if (sira_event_reason(&any)[0] == '\0')
            fail_msg("no reason for %u", code);
    }
}

/* ---- one line for people ---- */

#define AOR "sip:alice@example.test"

static const struct {
    sira_event event;
    const char *text;
} lines[] = {
    {{.kind = SIRA_EVENT_REGISTERING, .next = SIRA_NEVER}, AOR " registering"},
    {{.kind = SIRA_EVENT_REGISTERING, .status = SIRA_E_RESPONSE, .code = 423, .next = SIRA_NEVER},
     AOR " registering: 423 Interval Too Brief"},
    {{.kind = SIRA_EVENT_REGISTERED, .expires = 3600, .now = 5000, .next = 3005000, .bound = true},
     AOR " registered for 3600 s, refresh in 3000 s"},
    {{.kind = SIRA_EVENT_REGISTERED, .expires = 3600, .next = SIRA_NEVER}, AOR " registered for 3600 s"},
    {{.kind = SIRA_EVENT_REGISTERED, .expires = 5, .next = 10000, .status = SIRA_E_EXPIRES},
     AOR " registered for 5 s, refresh in 10 s: an unusable lifetime"},
    {{.kind = SIRA_EVENT_REGISTERED, .expires = 0, .now = 9000, .next = 1000},
     AOR " registered for 0 s, refresh in 0 s"},
    {{.kind = SIRA_EVENT_REGISTERED, .expires = UINT32_MAX, .next = 499},
     AOR " registered for 4294967295 s, refresh in 0 s"},
    {{.kind = SIRA_EVENT_REGISTERED, .expires = 1, .next = 500}, AOR " registered for 1 s, refresh in 1 s"},
    {{.kind = SIRA_EVENT_REFRESHING, .next = 100, .bound = true}, AOR " refreshing"},
    {{.kind = SIRA_EVENT_WAITING, .next = 30000}, AOR " waiting; next attempt in 30 s"},
    {{.kind = SIRA_EVENT_WAITING, .next = 30000, .bound = true},
     AOR " waiting; next attempt in 30 s, still registered"},
    {{.kind = SIRA_EVENT_WAITING, .next = SIRA_NEVER, .status = SIRA_E_TIMEOUT},
     AOR " waiting: no final response in time"},
    {{.kind = SIRA_EVENT_WAITING, .next = 30000, .status = SIRA_E_RESPONSE, .code = 503, .bound = true},
     AOR " waiting: 503 Service Unavailable; next attempt in 30 s, still registered"},
    {{.kind = SIRA_EVENT_WAITING, .next = 30000, .status = SIRA_E_CREDENTIALS, .code = 401},
     AOR " waiting: 401 user name or password rejected; next attempt in 30 s"},
    {{.kind = SIRA_EVENT_LAPSED, .next = 30000, .bound = false}, AOR " lapsed"},
    {{.kind = SIRA_EVENT_UNREGISTERING, .next = 30000, .bound = true}, AOR " unregistering"},
    {{.kind = SIRA_EVENT_STOPPED, .next = SIRA_NEVER}, AOR " stopped"},
    {{.kind = SIRA_EVENT_STOPPED, .next = SIRA_NEVER, .status = SIRA_E_TIMEOUT},
     AOR " stopped: no final response in time"},
    {{.kind = SIRA_EVENT_FAILED, .next = SIRA_NEVER, .status = SIRA_E_RESPONSE, .code = 403},
     AOR " failed: 403 Forbidden"},
    {{.kind = 99, .next = SIRA_NEVER}, AOR " ?"},
};

static void each_event_is_described(void **state)
{
    (void)state;
    world *w = world_open(NULL);
    world_init(w);
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        sira_event event = lines[i].event;
        char text[200];
        event.registration = &w->line;
        const size_t length = sira_event_describe(&event, text, sizeof text);
        expect_str(lines[i].text, (sira_str){text, length}, lines[i].text);
        assert_int_equal(text[length], '\0');
    }
    world_close(w);
}

/* Into memory of each size: a beginning of the line, longer with each byte or as long, and always with its NUL. */
static void a_description_is_cut_where_the_room_ends(void **state)
{
    (void)state;
    world *w = world_open(NULL);
    world_init(w);
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        sira_event event = lines[i].event;
        const size_t full = strlen(lines[i].text);
        size_t before = 0;
        event.registration = &w->line;
        assert_int_equal(sira_event_describe(&event, NULL, 0), 0);
        for (size_t size = 1; size <= full + 3; size++) {
            char *text = malloc(size);
            assert_non_null(text);
            memset(text, 'x', size);
            const size_t length = sira_event_describe(&event, text, size);
            if (length >= size || length < before || (size > full && length != full) || text[length] != '\0' ||
                memcmp(text, lines[i].text, length) != 0)
                fail_msg("%s, in %zu bytes: %zu", lines[i].text, size, length);
            before = length;
            free(text);
        }
    }
    world_close(w);
}

static void the_longest_address_fits_into_its_own_length(void **state)
{
    (void)state;
    world *w = world_open(NULL);
    char aor[SIRA_LIMIT_CONFIG + 1] = "sip:", text[SIRA_LIMIT_CONFIG + 20];
    memset(aor + 4, 'a', sizeof aor - 5);
    memcpy(aor + SIRA_LIMIT_CONFIG - 2, "@b", 2);
    w->agent_config.scratch_size = sizeof w->scratch;
    w->account_config.aor = sira_str_from(aor);
    world_init(w);
    const sira_event event = {.kind = SIRA_EVENT_STOPPED, .next = SIRA_NEVER, .registration = &w->line};
    assert_int_equal(sira_event_describe(&event, text, sizeof text), SIRA_LIMIT_CONFIG + strlen(" stopped"));
    world_close(w);
}

/* ---- from the registration to the application ---- */

static void an_event_says_what_was_when_it_was_posted(void **state)
{
    (void)state;
    world *w = world_open(NULL);
    world_init(w);
    w->agent.now = 1000;
    w->line.next_at = 2000;
    w->line.expires_at = 9000;
    sira_registration_news *news = sira_i_registration_post(&w->line, SIRA_EVENT_WAITING, SIRA_E_RESPONSE, 503);
    news->expires = 77;
    news->bindings = 3;
    w->agent.now = 5000; /* what comes later does not change it */
    w->line.next_at = SIRA_NEVER;
    w->line.expires_at = 0;
    sira_i_registration_deliver(&w->line.in_agent);
    assert_int_equal(w->event_count, 1);
    const sira_event *event = world_last(w);
    assert_int_equal(event->kind, SIRA_EVENT_WAITING);
    assert_int_equal(event->status, SIRA_E_RESPONSE);
    assert_int_equal(event->code, 503);
    assert_int_equal(event->expires, 77);
    assert_int_equal(event->bindings, 3);
    assert_int_equal(event->now, 1000);
    assert_int_equal(event->next, 2000);
    assert_true(event->bound);
    assert_ptr_equal(event->registration, &w->line);
    assert_true(sira_i_list_empty(&w->agent.news));

    (void)sira_i_registration_post(&w->line, SIRA_EVENT_STOPPED, SIRA_E_RESOLVE, 0);
    sira_i_registration_deliver(&w->line.in_agent);
    event = world_last(w);
    assert_int_equal(event->status, SIRA_E_RESOLVE); /* the least there is */
    assert_false(event->bound);
    assert_int_equal(event->expires, 0);
    assert_int_equal(event->bindings, 0);
    world_close(w);
}

/* A handler that starts and stops without end: the newest tell the state. */
static void too_many_events_push_out_the_oldest(void **state)
{
    (void)state;
    for (unsigned posted = 1; posted <= 3 * SIRA_LIMIT_EVENTS; posted++) {
        for (unsigned before = 0; before < SIRA_LIMIT_EVENTS; before++) {
            world *w = world_open(NULL);
            world_init(w);
            for (unsigned i = 0; i < before; i++) { /* the ring begins anywhere */
                (void)sira_i_registration_post(&w->line, SIRA_EVENT_STOPPED, SIRA_OK, 0);
                sira_i_registration_deliver(&w->line.in_agent);
            }
            for (unsigned i = 1; i <= posted; i++)
                (void)sira_i_registration_post(&w->line, SIRA_EVENT_WAITING, SIRA_E_RESPONSE, (uint16_t)i);
            const unsigned kept = posted < SIRA_LIMIT_EVENTS ? posted : SIRA_LIMIT_EVENTS;
            sira_agent_tick(&w->agent, 0);
            assert_int_equal(w->event_count, before + kept);
            for (unsigned i = 0; i < kept; i++)
                assert_int_equal(w->events[before + i].event.code, posted - kept + 1 + i);
            assert_true(sira_i_list_empty(&w->agent.news));
            assert_int_equal(w->line.news_count, 0);
            world_close(w);
        }
    }
}

static void post_again(world *w, const sira_event *event)
{
    if (event->code < 100)
        (void)sira_i_registration_post(&w->line, SIRA_EVENT_WAITING, SIRA_E_RESPONSE, (uint16_t)(event->code + 1));
}

static void an_event_may_bring_the_next(void **state)
{
    (void)state;
    world *w = world_open(NULL);
    world_init(w);
    w->on_event = post_again;
    (void)sira_i_registration_post(&w->line, SIRA_EVENT_WAITING, SIRA_E_RESPONSE, 1);
    sira_agent_tick(&w->agent, 0);
    assert_int_equal(w->event_count, 100);
    for (unsigned i = 0; i < 100; i++)
        assert_int_equal(w->events[i].event.code, i + 1);
    world_close(w);
}

static void remove_line(world *w, const sira_event *event)
{
    (void)event;
    sira_registration_remove(&w->line);
    memset(&w->line, 0xa5, sizeof w->line);
}

/* It has left the agent's list before its last event is told. */
static void a_handler_may_remove_the_registration(void **state)
{
    (void)state;
    world *w = world_open(NULL);
    world_init(w);
    w->on_event = remove_line;
    (void)sira_i_registration_post(&w->line, SIRA_EVENT_STOPPED, SIRA_OK, 0);
    sira_agent_tick(&w->agent, 0);
    assert_int_equal(w->event_count, 1);
    assert_true(sira_i_list_empty(&w->agent.news));
    world_close(w);
}

static void nobody_needs_to_listen(void **state)
{
    (void)state;
    world *w = world_open(NULL);
    w->agent_config.on_event = NULL;
    world_init(w);
    for (unsigned i = 0; i < 2 * SIRA_LIMIT_EVENTS; i++)
        (void)sira_i_registration_post(&w->line, SIRA_EVENT_STOPPED, SIRA_OK, 0);
    sira_agent_tick(&w->agent, 0);
    assert_int_equal(w->event_count, 0);
    assert_int_equal(w->line.news_count, 0);
    world_close(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_has_a_name),
        cmocka_unit_test(a_reason_is_the_phrase_of_a_response_or_the_text_of_a_status),
        cmocka_unit_test(each_event_is_described),
        cmocka_unit_test(a_description_is_cut_where_the_room_ends),
        cmocka_unit_test(the_longest_address_fits_into_its_own_length),
        cmocka_unit_test(an_event_says_what_was_when_it_was_posted),
        cmocka_unit_test(too_many_events_push_out_the_oldest),
        cmocka_unit_test(an_event_may_bring_the_next),
        cmocka_unit_test(a_handler_may_remove_the_registration),
        cmocka_unit_test(nobody_needs_to_listen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
