#include "registration/registration.h"

#include "support/world.h"

#include <stdio.h>
#include <string.h>

#define SECOND 1000u
#define CONTACT(request) (int)world_contact(request).len, world_contact(request).at

/* Registrars by the last number of their address: what each answers, "" for 200. */
static const char *answers[256];
static unsigned code;
static sira_redirect redirect;

static void registrars(world *w, const sira_message *request)
{
    const char *answer = answers[w->sent[w->sent_count - 1].flow.remote.address[3]];
    if (answer == NULL)
        return;
    if (*answer != '\0')
        world_reply(w, request, code, "%s", answer);
    else if (world_expires(request) == 0)
        world_reply(w, request, 200, "%s", "");
    else
        world_reply(w, request, 200, "Contact: %.*s;expires=3600\r\n", CONTACT(request));
}

static world *open_world(const char *home)
{
    memset(answers, 0, sizeof answers);
    answers[100] = home;
    code = 302;
    world *w = world_open(registrars);
    world_init(w);
    sira_registration_follow(&w->line, &redirect);
    return w;
}

static unsigned asked(world *w, size_t i)
{
    return w->sent[i].flow.remote.address[3];
}

/* ---- where to ---- */

static const struct {
    const char *name, *lines, *uri; /* NULL: not followed */
} cases[] = {
    {"an address", "Contact: <sip:192.0.2.101>\r\n", "sip:192.0.2.101"},
    {"with a port", "Contact: <sip:192.0.2.101:5070>\r\n", "sip:192.0.2.101:5070"},
    {"a user goes", "Contact: <sip:alice@192.0.2.101>\r\n", "sip:192.0.2.101"},
    {"headers go", "Contact: <sip:192.0.2.101?Subject=x>\r\n", "sip:192.0.2.101"},
    {"parameters stay", "Contact: <sip:192.0.2.101;transport=udp;x=y>\r\n", "sip:192.0.2.101;transport=udp;x=y"},
    {"IPv6", "Contact: <sip:[2001:db8::1]:5070>\r\n", "sip:[2001:db8::1]:5070"},
    {"the first of equals", "Contact: <sip:192.0.2.101>, <sip:192.0.2.102>\r\n", "sip:192.0.2.101"},
    {"the highest q", "Contact: <sip:192.0.2.101>;q=0.3\r\nContact: <sip:192.0.2.102>;q=0.7\r\n", "sip:192.0.2.102"},
    {"no q is the highest", "Contact: <sip:192.0.2.101>;q=0.9, <sip:192.0.2.102>\r\n", "sip:192.0.2.102"},
    {"behind one that is malformed", "Contact: <sip:x>;q=2\r\nContact: <sip:192.0.2.102>\r\n", "sip:192.0.2.102"},
    {"behind one by telephone", "Contact: <tel:+49301234>, <sip:192.0.2.102>;q=0\r\n", "sip:192.0.2.102"},
    {"behind one to itself", "Contact: <sip:192.0.2.100>, <sip:192.0.2.102>;q=0.1\r\n", "sip:192.0.2.102"},
    {"itself", "Contact: <sip:192.0.2.100>\r\n", NULL},
    {"itself, with a user", "Contact: <sip:bob@192.0.2.100>\r\n", NULL},
    {"the Request-URI", "Contact: <sip:example.test>\r\n", NULL},
    {"a name without a resolver", "Contact: <sip:other.test>\r\n", NULL},
    {"a transport that the port lacks", "Contact: <sip:192.0.2.101;transport=tls>\r\n", NULL},
    {"no Contact", "", NULL},
    {"a star", "Contact: *\r\n", NULL},
    {"nothing to read", "Contact: >\r\n", NULL},
};

static void each_contact(void **context)
{
    (void)context;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        world *w = open_world(cases[i].lines[0] != '\0' ? cases[i].lines : "Expires: 1\r\n");
        answers[101] = answers[102] = answers[0xb8] = "";
        sira_registration_start(&w->line);
        world_run(w, SECOND);
        if (cases[i].uri == NULL) {
            if (w->requests != 1 || world_last(w)->status != SIRA_E_REDIRECT || world_last(w)->code != 302)
                fail_msg("%s: %u requests, %s", cases[i].name, w->requests, sira_status_name(world_last(w)->status));
            assert_ptr_equal(w->line.exchange.server, &w->server);
        } else {
            if (w->requests < 2)
                fail_msg("%s: %s", cases[i].name, sira_status_name(world_last(w)->status));
            sira_str uri = world_sent(w, 1)->uri;
            if (uri.len != strlen(cases[i].uri) || memcmp(uri.at, cases[i].uri, uri.len) != 0)
                fail_msg("%s: %.*s", cases[i].name, (int)uri.len, uri.at);
        }
        sira_registration_remove(&w->line);
        world_close(w);
    }
}

static void each_code(void **context)
{
    (void)context;
    static const struct {
        unsigned code;
        bool followed;
    } codes[] = {{300, false}, {301, true}, {302, true}, {303, false}, {305, false}, {380, false}, {399, false}};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        world *w = open_world("Contact: <sip:192.0.2.101>\r\n");
        answers[101] = "";
        code = codes[i].code;
        sira_registration_start(&w->line);
        world_run(w, SECOND);
        assert_int_equal(sira_registration_is_bound(&w->line), codes[i].followed);
        if (!codes[i].followed) {
            assert_int_equal(world_last(w)->status, SIRA_E_RESPONSE);
            assert_int_equal(world_last(w)->code, codes[i].code);
        }
        sira_registration_remove(&w->line);
        world_close(w);
    }
}

/* ---- a life elsewhere ---- */

static void it_stays_where_it_was_sent_and_leaves_there(void **context)
{
    (void)context;
    world *w = open_world("Contact: <sip:192.0.2.101>\r\n");
    answers[101] = "";
    sira_registration_start(&w->line);
    world_run(w, 9000 * SECOND);
    assert_int_equal(world_count(w, SIRA_EVENT_REGISTERED), 3);
    assert_int_equal(w->requests, 4);
    assert_int_equal(asked(w, 0), 100);
    for (size_t i = 1; i < 4; i++)
        assert_int_equal(asked(w, i), 101);
    sira_registration_stop(&w->line);
    world_run(w, 9001 * SECOND);
    assert_int_equal(asked(w, 4), 101);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_STOPPED);
    assert_ptr_equal(w->line.exchange.server, &w->server);
    sira_registration_start(&w->line);
    world_run(w, 9002 * SECOND);
    assert_int_equal(asked(w, 5), 100);
    sira_registration_remove(&w->line);
    assert_int_equal(sira_server_remove(&w->server), SIRA_OK);
    world_close(w);
}

static void when_that_fails_its_own_server_is_asked_again(void **context)
{
    (void)context;
    world *w = open_world("Contact: <sip:192.0.2.101>\r\n");
    answers[101] = "";
    sira_registration_start(&w->line);
    world_run(w, SECOND);
    assert_true(sira_registration_is_bound(&w->line));
    answers[101] = NULL; /* silent */
    answers[100] = "";
    world_run(w, 3100 * SECOND);
    assert_int_equal(w->event_count > 0 ? asked(w, w->sent_count - 1) : 0, 100);
    assert_true(sira_registration_is_bound(&w->line));
    sira_registration_remove(&w->line);
    world_close(w);
}

static void a_chain_is_followed_and_bounded(void **context)
{
    (void)context;
    static char lines[6][60];
    world *w = open_world("Contact: <sip:192.0.2.101>\r\n");
    for (int i = 0; i < 6; i++) {
        (void)snprintf(lines[i], sizeof lines[i], "Contact: <sip:192.0.2.%d>\r\n", 102 + i);
        answers[101 + i] = lines[i];
    }
    answers[103] = "";
    sira_registration_start(&w->line);
    world_run(w, SECOND);
    assert_int_equal(w->requests, 4);
    assert_true(sira_registration_is_bound(&w->line));
    sira_registration_stop(&w->line);
    world_run(w, 2 * SECOND);

    answers[103] = lines[2];
    sira_registration_start(&w->line);
    world_run(w, 3 * SECOND);
    assert_int_equal(w->requests, 5 + 1 + SIRA_LIMIT_REDIRECTS);
    assert_int_equal(world_last(w)->status, SIRA_E_REDIRECT);
    assert_true(world_last(w)->next >= w->now + 100 * SECOND); /* the slow pace */
    sira_registration_remove(&w->line);
    world_close(w);
}

static void circles_end(void **context)
{
    (void)context;
    static const char *const backs[] = {"Contact: <sip:192.0.2.100>\r\n", "Contact: <sip:192.0.2.101>\r\n",
                                        "Contact: <sip:example.test>\r\n"};
    for (size_t i = 0; i < 3; i++) {
        world *w = open_world("Contact: <sip:192.0.2.101>\r\n");
        answers[101] = backs[i];
        sira_registration_start(&w->line);
        world_run(w, 3600 * SECOND);
        assert_in_range(w->requests, 2, 20);
        assert_int_equal(world_last(w)->status, SIRA_E_REDIRECT);
        assert_false(sira_registration_is_bound(&w->line));
        sira_registration_remove(&w->line);
        world_close(w);
    }
}

/* Stopped at every ms of a redirected attempt: it ends in STOPPED, with nothing bound, at its own server. */
static void stopped_at_every_moment(void **context)
{
    (void)context;
    for (uint64_t moment = 0; moment < 25; moment++) {
        world *w = open_world("Contact: <sip:192.0.2.101>\r\n");
        answers[101] = "";
        sira_registration_start(&w->line);
        world_run(w, moment);
        (void)sira_registration_stop(&w->line);
        world_run(w, 100 * SECOND);
        assert_int_equal(sira_registration_get_state(&w->line), SIRA_REGISTRATION_STOPPED);
        assert_ptr_equal(w->line.exchange.server, &w->server);
        if (world_count(w, SIRA_EVENT_REGISTERED) != 0)
            assert_int_equal(world_expires(world_sent(w, w->sent_count - 1)), 0);
        sira_registration_remove(&w->line);
        world_close(w);
    }
}

static void without_it_nothing_is_followed(void **context)
{
    (void)context;
    world *w = open_world("Contact: <sip:192.0.2.101>\r\n");
    w->line.redirect = NULL;
    sira_registration_start(&w->line);
    world_run(w, SECOND);
    assert_int_equal(w->requests, 1);
    assert_int_equal(world_last(w)->status, SIRA_E_RESPONSE);
    assert_int_equal(world_last(w)->code, 302);
    world_close(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_contact),
        cmocka_unit_test(each_code),
        cmocka_unit_test(it_stays_where_it_was_sent_and_leaves_there),
        cmocka_unit_test(when_that_fails_its_own_server_is_asked_again),
        cmocka_unit_test(a_chain_is_followed_and_bounded),
        cmocka_unit_test(circles_end),
        cmocka_unit_test(stopped_at_every_moment),
        cmocka_unit_test(without_it_nothing_is_followed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
