/* Registrars and networks that have brought other clients down: a day with each of them, without a storm and without a
 * line that stays dead. lessons.tsv says which test holds which lesson. */
#include "support/world.h"

#include <stdio.h>
#include <string.h>

#define SECOND 1000u
#define HOUR (3600u * SECOND)
#define DAY (24u * (uint64_t)HOUR)
#define CONTACT(request) (int)world_contact(request).len, world_contact(request).at

static void good(world *w, const sira_message *request)
{
    world_registrar(w, request, 3600);
}

/* ---- how often it may ask ---- */

/* No two requests that nobody asked for by a challenge or a raise lie closer together than the floor, none at all are
 * more than so many in the day, and the line never ends for good by itself unless its password was refused. */
static void check_pace(world *w, const char *name, unsigned most)
{
    if (w->requests < 2 || w->requests > most)
        fail_msg("%s: %u requests in a day", name, w->requests);
    uint64_t last = 0;
    for (size_t i = 0; i < w->event_count; i++) {
        const sira_event *event = &w->events[i].event;
        const bool begins = (event->kind == SIRA_EVENT_REGISTERING || event->kind == SIRA_EVENT_REFRESHING) &&
                            event->code != 423 && event->status == SIRA_OK;
        if (!begins)
            continue;
        if (last != 0 && event->now < last + 10 * SECOND)
            fail_msg("%s: attempts at %llu and %llu ms", name, (unsigned long long)last,
                     (unsigned long long)event->now);
        last = event->now;
    }
    if (sira_registration_next_at(&w->line) == SIRA_NEVER &&
        sira_registration_get_state(&w->line) != SIRA_REGISTRATION_FAILED &&
        sira_registration_get_state(&w->line) != SIRA_REGISTRATION_REGISTERING)
        fail_msg("%s: nothing is planned any more", name);
}

static unsigned code;

static void refuses(world *w, const sira_message *request)
{
    world_reply(w, request, code, "%s", "");
}

static void refuses_a_refresh(world *w, const sira_message *request)
{
    if (w->step > 0)
        world_reply(w, request, code, "%s", "");
    else
        world_registrar(w, request, 3600);
    w->step = w->step > 0 || w->answered > 0;
}

/* Each final response from 300 to 699, to the first request and to a line that is registered. */
static void each_refusal_for_a_day(void **context)
{
    (void)context;
    for (code = 300; code < 700; code++) {
        char name[40];
        (void)snprintf(name, sizeof name, "%u to the first", code);
        world *w = world_open(refuses);
        world_start(w);
        world_run(w, DAY);
        check_pace(w, name, 200);
        assert_false(sira_registration_is_bound(&w->line));
        world_close(w);

        (void)snprintf(name, sizeof name, "%u to a refresh", code);
        w = world_open(refuses_a_refresh);
        world_start(w);
        world_run(w, DAY);
        check_pace(w, name, 200);
        assert_int_equal(world_count(w, SIRA_EVENT_REGISTERED), 1);
        assert_int_equal(world_count(w, SIRA_EVENT_LAPSED), 1);
        world_close(w);
    }
}

static void grants(world *w, const sira_message *request)
{
    static const unsigned granted[] = {0, 1, 10, 4772186, UINT32_MAX};
    world_reply(w, request, 200, "Contact: %.*s;expires=%u\r\n", CONTACT(request), granted[w->step]);
}

static void each_odd_lifetime_for_a_day(void **context)
{
    (void)context;
    static const unsigned most[] = {200, 8641, 8641, 1, 1};
    for (int i = 0; i < 5; i++) {
        char name[40];
        (void)snprintf(name, sizeof name, "lifetime number %d", i);
        world *w = world_open(grants);
        w->step = i;
        world_start(w);
        world_run(w, DAY);
        if (most[i] > 1)
            check_pace(w, name, most[i]);
        else
            assert_int_equal(w->requests, 1); /* a week is the most that is believed */
        world_close(w);
    }
}

static const char *least;

static void too_brief(world *w, const sira_message *request)
{
    world_reply(w, request, 423, "%s", least);
}

static void asks_for_more_and_more(world *w, const sira_message *request)
{
    world_reply(w, request, 423, "Min-Expires: %u\r\n", world_expires(request) + 1);
}

static void each_useless_423_for_a_day(void **context)
{
    (void)context;
    static const char *const lines[] = {"",
                                        "Min-Expires: 0\r\n",
                                        "Min-Expires: 3600\r\n",
                                        "Min-Expires: 3601\r\n",
                                        "Min-Expires: 4294967295\r\n",
                                        "Min-Expires: -1\r\n"};
    for (size_t i = 0; i < 7; i++) {
        world *w = world_open(i < 6 ? too_brief : asks_for_more_and_more);
        least = i < 6 ? lines[i] : "";
        world_start(w);
        world_run(w, DAY);
        check_pace(w, i < 6 ? lines[i] : "one more each time", 300);
        for (size_t j = 0; j < w->sent_count; j++)
            assert_true(world_expires(world_sent(w, j)) <= SIRA_LIMIT_MIN_EXPIRES_MAX);
        world_close(w);
    }
}

static void says_when(world *w, const sira_message *request)
{
    world_reply(w, request, 503, "%s", least);
}

static void each_retry_after_for_a_day(void **context)
{
    (void)context;
    static const struct {
        const char *line;
        unsigned most;
    } cases[] = {{"", 200},
                 {"Retry-After: 0\r\n", 200},
                 {"Retry-After: 3\r\n", 200},
                 {"Retry-After: 3 (down);duration=0\r\n", 200},
                 {"Retry-After: 2147483648\r\n", 14},
                 {"Retry-After: 4294967295\r\n", 14},
                 {"Retry-After: 99999999999\r\n", 200}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        least = cases[i].line;
        world *w = world_open(says_when);
        world_start(w);
        world_run(w, DAY);
        check_pace(w, cases[i].line, cases[i].most);
        world_close(w);
    }
}

static void always_stale(world *w, const sira_message *request)
{
    world_reply(w, request, 401,
                "WWW-Authenticate: Digest realm=\"r\", nonce=\"%d\", qop=\"auth\", algorithm=MD5, stale=true\r\n",
                ++w->nonce);
}

static void always_fresh(world *w, const sira_message *request)
{
    world_reply(w, request, 401, "WWW-Authenticate: Digest realm=\"r\", nonce=\"%d\", qop=\"auth\", algorithm=MD5\r\n",
                ++w->nonce);
}

static void forgets_us_each_time(world *w, const sira_message *request)
{
    world_reply(w, request, 200, "%s", "Contact: <sip:else@198.51.100.9>;expires=7\r\n");
}

static void redirects_to_itself(world *w, const sira_message *request)
{
    world_reply(w, request, 302, "%s", "Contact: <sip:192.0.2.100>\r\nContact: <sip:example.test>\r\n");
}

static sira_redirect redirect;

static void each_stubborn_registrar_for_a_day(void **context)
{
    (void)context;
    static const struct {
        const char *name;
        world_script script;
        unsigned most;
    } cases[] = {{"stale for ever", always_stale, 400},
                 {"a fresh nonce each time", always_fresh, 60},
                 {"another contact only", forgets_us_each_time, 8641},
                 {"302 to itself", redirects_to_itself, 200}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        world *w = world_open(cases[i].script);
        world_init(w);
        sira_registration_follow(&w->line, &redirect);
        assert_int_equal(sira_registration_start(&w->line), SIRA_OK);
        world_run(w, DAY);
        check_pace(w, cases[i].name, cases[i].most);
        sira_registration_remove(&w->line);
        world_close(w);
    }
}

/* ---- what gets lost ---- */

/* Of the packets of a registration and its refresh each may be lost, both ways: bit n of the pattern is the n-th
 * packet. */
static unsigned pattern, position;

static bool is_lost(void)
{
    const bool lost = position < 8 && (pattern >> position & 1u) != 0;
    position++;
    return lost;
}

static void loses(world *w, const sira_message *request)
{
    if (is_lost())
        return;
    w->lose_replies = is_lost();
    world_registrar(w, request, 3600);
}

static void packets_lost_at_every_position(void **context)
{
    (void)context;
    for (pattern = 0; pattern < 256; pattern++) {
        position = 0;
        world *w = world_open(loses);
        world_start(w);
        world_run(w, 32 * SECOND);
        if (!sira_registration_is_bound(&w->line))
            fail_msg("pattern %x: not registered in 32 s", pattern);
        assert_int_equal(world_count(w, SIRA_EVENT_REGISTERING), 1);
        position = 0;
        world_run(w, DAY);
        if (!sira_registration_is_bound(&w->line) || world_count(w, SIRA_EVENT_LAPSED) != 0)
            fail_msg("pattern %x: lapsed", pattern);
        world_close(w);
    }
}

/* ---- a year ---- */

static void a_year_of_refreshes(void **context)
{
    (void)context;
    world *w = world_open(good);
    world_start(w);
    world_run(w, 365 * DAY);
    assert_int_equal(world_count(w, SIRA_EVENT_LAPSED), 0);
    assert_int_equal(world_count(w, SIRA_EVENT_WAITING), 0);
    assert_in_range(w->requests, 10000, 10600);
    uint32_t before = 0;
    for (size_t i = 0; i < w->sent_count; i += 100) {
        sira_cseq cseq;
        assert_int_equal(sira_message_cseq(world_sent(w, i), &cseq, NULL), SIRA_OK);
        assert_true(cseq.number > before);
        before = cseq.number;
    }
    world_close(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_refusal_for_a_day),
        cmocka_unit_test(each_odd_lifetime_for_a_day),
        cmocka_unit_test(each_useless_423_for_a_day),
        cmocka_unit_test(each_retry_after_for_a_day),
        cmocka_unit_test(each_stubborn_registrar_for_a_day),
        cmocka_unit_test(packets_lost_at_every_position),
        cmocka_unit_test(a_year_of_refreshes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
