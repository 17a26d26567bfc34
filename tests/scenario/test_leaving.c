/* Leaving: the removal that fails, and the line that leaves while it has no attempt under way. */
#include "support/world.h"

#define CONTACT(request) (int)world_contact(request).len, world_contact(request).at

/* Registers; to the removal it answers with the code in step, 0: not at all. */
static void registers_only(world *w, const sira_message *request)
{
    if (world_expires(request) != 0)
        world_reply(w, request, 200, "Contact: %.*s;expires=3600\r\n", CONTACT(request));
    else if (w->step != 0)
        world_reply(w, request, (unsigned)w->step, "%s", "");
}

static void a_removal_that_fails_is_the_end(void **context)
{
    (void)context;
    static const struct {
        int code;
        sira_status status;
        uint64_t after;
    } cases[] = {{500, SIRA_E_RESPONSE, 100},
                 {403, SIRA_E_RESPONSE, 100},
                 {423, SIRA_E_EXPIRES, 100},
                 {401, SIRA_E_CHALLENGE, 100},
                 {0, SIRA_E_TIMEOUT, 32000}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        world *w = world_open(registers_only);
        w->step = cases[i].code;
        world_start(w);
        world_run(w, 1000);
        assert_int_equal(sira_registration_stop(&w->line), SIRA_OK);
        world_run(w, 1000 + cases[i].after);
        const sira_event *last = world_last(w);
        if (last->kind != SIRA_EVENT_STOPPED || last->status != cases[i].status || last->code != cases[i].code)
            fail_msg("%d: %s", cases[i].code, w->events[w->event_count - 1].text);
        assert_false(last->bound);
        assert_true(last->next == SIRA_NEVER);
        assert_false(sira_registration_is_bound(&w->line));
        size_t sent = w->sent_count;
        world_run(w, 10000000);
        assert_int_equal(w->sent_count, sent);
        world_close(w);
    }
}

/* Registers once, and refuses the refresh with the code in step. */
static void refuses_the_refresh(world *w, const sira_message *request)
{
    if (world_expires(request) == 0)
        world_reply(w, request, 200, "%s", "");
    else if (w->requests == 1)
        world_reply(w, request, 200, "Contact: %.*s;expires=3600\r\n", CONTACT(request));
    else
        world_reply(w, request, (unsigned)w->step, "%s", "");
}

static void who_waits_or_has_given_up_removes_what_lives(void **context)
{
    (void)context;
    static const struct {
        int code;
        sira_registration_state state;
    } cases[] = {{500, SIRA_REGISTRATION_WAITING}, {401, SIRA_REGISTRATION_FAILED}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        world *w = world_open(refuses_the_refresh);
        w->step = cases[i].code;
        w->account_config.password = SIRA_STR("");
        w->line_config.rejected_budget = 1;
        world_start(w);
        world_run(w, 3001000);
        assert_int_equal(sira_registration_get_state(&w->line), cases[i].state);
        assert_true(sira_registration_is_bound(&w->line));
        assert_int_equal(sira_registration_stop(&w->line), SIRA_OK);
        world_run(w, 3002000);
        assert_int_equal(w->requests, 3);
        assert_int_equal(world_expires(world_sent(w, 2)), 0);
        assert_int_equal(world_count(w, SIRA_EVENT_UNREGISTERING), 1);
        assert_int_equal(world_last(w)->kind, SIRA_EVENT_STOPPED);
        assert_int_equal(world_last(w)->status, SIRA_OK);
        world_close(w);
    }
}

/* And when it has run out before, there is nothing to remove. */
static void who_has_given_up_and_lapsed_just_stops(void **context)
{
    (void)context;
    world *w = world_open(refuses_the_refresh);
    w->step = 401;
    w->account_config.password = SIRA_STR("");
    w->line_config.rejected_budget = 1;
    world_start(w);
    world_run(w, 4000000);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_LAPSED);
    assert_int_equal(sira_registration_get_state(&w->line), SIRA_REGISTRATION_FAILED);
    assert_int_equal(sira_registration_stop(&w->line), SIRA_OK);
    world_run(w, 4001000);
    assert_int_equal(w->requests, 2);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_STOPPED);
    world_close(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_removal_that_fails_is_the_end),
        cmocka_unit_test(who_waits_or_has_given_up_removes_what_lives),
        cmocka_unit_test(who_has_given_up_and_lapsed_just_stops),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
