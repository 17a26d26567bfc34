/* What a refusal costs: each class of refusals for a week, and the passwords that it draws. SECURITY.md promises these
 * bounds. */
#include "support/world.h"

#include <stdio.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
#define CONTACT(request) (int)world_contact(request).len, world_contact(request).at

enum { HOUR = 3600 * 1000, WEEK = 7 * 24 * HOUR };

/* How the registrar refuses whoever has shown a password. */
typedef struct refusal {
    const char *name;
    unsigned code;
    const char *headers; /* %d: a number that is new each time */
    bool each;           /* also without a password */
    /* at most: answers in an hour, of the first and of the later ones; in a week; in one attempt */
    unsigned first_hour, later_hour, week, attempt;
    bool ends; /* and the line is given up */
} refusal;

#define CHALLENGE "WWW-Authenticate: Digest realm=\"r\", nonce=\"n%d\", qop=\"auth\""

/* A line that was never registered. */
static const refusal refusals[] = {
    {"401 with a new nonce", 401, CHALLENGE "\r\n", true, 5, 3, 10, 1, true},
    {"401, stale for ever", 401, CHALLENGE ", stale=true\r\n", true, 10, 6, 20, 2, true},
    {"401 with a new realm", 401, "WWW-Authenticate: Digest realm=\"r%d\", nonce=\"n\"\r\n", true, 10, 6, 20, 2, true},
    {"407 with a new nonce", 407, "Proxy-Authenticate: Digest realm=\"r\", nonce=\"n%d\"\r\n", true, 5, 3, 10, 1,
     true},
    {"401 without a challenge", 401, "X: %d\r\n", false, 5, 3, 10, 1, true},
    {"401 with what can't be read", 401, CHALLENGE ", x\r\n", false, 5, 3, 10, 1, true},
    {"a wrong proof", 200, "Contact: <sip:a@h>;expires=60\r\nAuthentication-Info: rspauth=\"%032d\"\r\n", false, 5, 3,
     10, 1, true},
    {"403", 403, "X: %d\r\n", false, 5, 3, 10, 1, true},
    {"404", 404, "X: %d\r\n", false, 5, 3, 400, 1, false},
    {"480", 480, "X: %d\r\n", false, 8, 3, 400, 1, false},
    {"302", 302, "Contact: <sip:192.0.2.100;x=%d>\r\n", false, 5, 3, 400, 1, false},
    {"408", 408, "X: %d\r\n", false, 8, 3, 400, 1, false},
    {"423 without Min-Expires", 423, "X: %d\r\n", false, 8, 3, 400, 1, false},
    {"423 again and again", 423, "Min-Expires: 7%03d\r\n", false, 16, 6, 800, 2, false},
    {"500", 500, "X: %d\r\n", false, 8, 3, 400, 1, false},
    {"503", 503, "X: %d\r\n", false, 8, 3, 400, 1, false},
    {"503 with Retry-After", 503, "Retry-After: 1\r\nX: %d\r\n", false, 8, 3, 400, 1, false},
    {"504", 504, "X: %d\r\n", false, 8, 3, 400, 1, false},
    {"513", 513, "X: %d\r\n", false, 5, 3, 400, 1, false},
    {"600", 600, "X: %d\r\n", false, 5, 3, 400, 1, false},
};

static const refusal *chosen;

static void refuses(world *w, const sira_message *request)
{
    char headers[300];
    const bool shown = *world_credential(request, "nonce") != '\0';
    const bool counts = shown || chosen->each;
    (void)snprintf(headers, sizeof headers, counts ? chosen->headers : CHALLENGE "\r\n", w->nonce++ % 1000);
    world_reply(w, request, counts ? chosen->code : 401, "%s", headers);
}

static bool shows(const world_packet *packet)
{
    return strstr(packet->bytes, "uthorization: ") != NULL;
}

/* The most answers in any hour that starts with one, from the given time on. */
static unsigned most_in_an_hour(const world *w, uint64_t from)
{
    unsigned most = 0;
    for (size_t i = 0; i < w->sent_count; i++) {
        unsigned count = 0;
        if (w->sent[i].at < from)
            continue;
        for (size_t j = i; j < w->sent_count && w->sent[j].at < w->sent[i].at + HOUR; j++)
            count += shows(&w->sent[j]);
        most = count > most ? count : most;
    }
    return most;
}

/* The most answers that follow each other within a second. */
static unsigned most_in_an_attempt(const world *w)
{
    unsigned most = 0, count = 0;
    for (size_t i = 0; i < w->sent_count; i++) {
        if (i > 0 && w->sent[i].at > w->sent[i - 1].at + 1000)
            count = 0;
        count += shows(&w->sent[i]);
        most = count > most ? count : most;
    }
    return most;
}

static void expect_bounds(const refusal *r, uint32_t seed)
{
    chosen = r;
    world *w = world_open(refuses);
    w->random = seed;
    world_start(w);
    world_run(w, WEEK);
    const unsigned first = most_in_an_hour(w, 0), later = most_in_an_hour(w, HOUR), attempt = most_in_an_attempt(w);
    if (first > r->first_hour || later > r->later_hour || w->answered > r->week || attempt > r->attempt ||
        w->answered == 0)
        fail_msg("%s: %u answers in an hour, later %u, %u in a week, %u in an attempt", r->name, first, later,
                 w->answered, attempt);
    if ((sira_registration_get_state(&w->line) == SIRA_REGISTRATION_FAILED) != r->ends)
        fail_msg("%s: %s", r->name, w->events[w->event_count - 1].text);
    world_close(w);
}

static void a_password_that_never_registered_is_shown_rarely(void **context)
{
    (void)context;
    for (size_t i = 0; i < COUNT_OF(refusals); i++)
        for (uint32_t seed = 1; seed <= 3; seed++)
            expect_bounds(&refusals[i], seed);
}

/* ---- 423 and a challenge take turns ---- */

static void takes_turns(world *w, const sira_message *request)
{
    if (*world_credential(request, "nonce") == '\0' || w->step == 1) {
        w->step = 0;
        world_reply(w, request, 401, CHALLENGE "\r\n", w->nonce++);
    } else {
        w->step = 1;
        world_reply(w, request, 423, "Min-Expires: %u\r\n", world_expires(request) + 60);
    }
}

static void taking_turns_draws_no_second_answer(void **context)
{
    (void)context;
    world *w = world_open(takes_turns);
    world_start(w);
    world_run(w, 1000);
    assert_int_equal(w->requests, 3); /* without a password, with it, and for longer with the same nonce */
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_WAITING);
    assert_int_equal(world_last(w)->code, 401);
    world_run(w, WEEK);
    assert_in_range(w->answered, 10, 800);
    world_close(w);
}

/* ---- a line that was registered with these credentials ---- */

static void registers_then_refuses(world *w, const sira_message *request)
{
    if (w->now < 60000)
        world_registrar(w, request, 60);
    else
        refuses(w, request);
}

static void who_has_registered_before_is_not_given_up(void **context)
{
    (void)context;
    static const refusal cases[] = {
        {"403", 403, "X: %d\r\n", true, 8, 4, 0, 1, false}, {"404", 404, "X: %d\r\n", true, 8, 4, 0, 1, false},
        {"410", 410, "X: %d\r\n", true, 8, 4, 0, 1, false}, {"480", 480, "X: %d\r\n", true, 8, 5, 0, 1, false},
        {"604", 604, "X: %d\r\n", true, 8, 4, 0, 1, false}, {"439", 439, "X: %d\r\n", true, 8, 4, 0, 1, false},
        {"500", 500, "X: %d\r\n", true, 9, 5, 0, 1, false}, {"408", 408, "X: %d\r\n", true, 9, 5, 0, 1, false},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        chosen = &cases[i];
        world *w = world_open(registers_then_refuses);
        world_start(w);
        world_run(w, WEEK);
        const unsigned first = most_in_an_hour(w, 60000), later = most_in_an_hour(w, 2 * HOUR);
        if (first > chosen->first_hour || later > chosen->later_hour)
            fail_msg("%s: %u answers in an hour, later %u", chosen->name, first, later);
        if (sira_registration_get_state(&w->line) == SIRA_REGISTRATION_FAILED)
            fail_msg("%s: %s", chosen->name, w->events[w->event_count - 1].text);
        w->nonce = 0;
        w->script = NULL;
        world_close(w);
    }
}

/* Whoever was registered and is refused the password itself has the budget of everybody. */
static void a_password_that_has_changed_has_its_budget(void **context)
{
    (void)context;
    chosen = &refusals[0];
    world *w = world_open(registers_then_refuses);
    world_start(w);
    world_run(w, 60000);
    const unsigned before = w->answered;
    world_run(w, WEEK);
    assert_int_equal(sira_registration_get_state(&w->line), SIRA_REGISTRATION_FAILED);
    assert_in_range(w->answered - before, 10, 11); /* the first one with the nonce in use */
    world_close(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_password_that_never_registered_is_shown_rarely),
        cmocka_unit_test(taking_turns_draws_no_second_answer),
        cmocka_unit_test(who_has_registered_before_is_not_given_up),
        cmocka_unit_test(a_password_that_has_changed_has_its_budget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
