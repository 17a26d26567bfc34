#include "registration/registration.h"

#include "support/world.h"

#include <stdio.h>
#include <string.h>

#define SECOND 1000u
#define CONTACT(request) (int)world_contact(request).len, world_contact(request).at

/* The registrar behind the proxies 192.0.2.100 and .101; a silent proxy passes nothing on. */
static const char *password;
static unsigned silent;
static sira_server second;

static void registrar(world *w, const sira_message *request)
{
    char nonce[32];
    if (w->sent[w->sent_count - 1].flow.remote.address[3] == silent)
        return;
    (void)snprintf(nonce, sizeof nonce, "nonce-%d", w->nonce);
    if (strcmp(world_credential(request, "nonce"), nonce) != 0 || !world_verify(request, "alice", password))
        world_reply(w, request, 401,
                    "WWW-Authenticate: Digest realm=\"r\", nonce=\"nonce-%d\", qop=\"auth\", algorithm=MD5\r\n",
                    ++w->nonce);
    else if (world_expires(request) == 0)
        world_reply(w, request, 200, "%s", "");
    else
        world_reply(w, request, 200, "Contact: %.*s;expires=%u\r\n", CONTACT(request), world_expires(request));
}

static world *open_world(void)
{
    password = "secret";
    silent = 0;
    world *w = world_open(registrar);
    world_start(w);
    sira_server_config config = {.size = sizeof config, .uri = SIRA_STR("sip:192.0.2.101")};
    assert_int_equal(sira_server_init(&second, &w->agent, &config, NULL), SIRA_OK);
    return w;
}

/* Does this at each ms of the first exchange, of a refresh, and of the way out, with packets lost and without. */
static void at_each_moment(void (*meanwhile)(world *w), bool (*is_well)(world *w))
{
    static const uint64_t spans[][2] = {{0, 24}, {2999998, 3000012}};
    for (size_t span = 0; span < 2; span++)
        for (uint64_t at = spans[span][0]; at <= spans[span][1]; at++)
            for (unsigned loss = 0; loss < 4; loss++) {
                world *w = open_world();
                if (span > 0)
                    world_run(w, spans[span][0]);
                w->lose = loss % 2;
                w->lose_replies = loss / 2;
                world_run(w, at);
                meanwhile(w);
                world_run(w, at + 90 * SECOND);
                if (!is_well(w))
                    fail_msg("at %llu, loss %u: %s, last %s", (unsigned long long)at, loss,
                             sira_registration_state_name(sira_registration_get_state(&w->line)),
                             w->event_count > 0 ? w->events[w->event_count - 1].text : "");
                sira_registration_remove(&w->line);
                assert_int_equal(sira_server_remove(&second), SIRA_OK);
                world_close(w);
            }
}

static void gets_another_password(world *w)
{
    password = "another";
    w->account_config.password = SIRA_STR("another");
    assert_int_equal(sira_account_change(&w->account, &w->account_config, NULL), SIRA_OK);
    assert_int_equal(sira_registration_renew(&w->line), SIRA_OK);
}

static bool is_registered(world *w)
{
    return sira_registration_get_state(&w->line) == SIRA_REGISTRATION_REGISTERED &&
           world_count(w, SIRA_EVENT_LAPSED) == 0;
}

static void a_password_at_every_moment(void **context)
{
    (void)context;
    at_each_moment(gets_another_password, is_registered);
}

static void gets_another_lifetime(world *w)
{
    w->line_config.expires = 900;
    assert_int_equal(sira_registration_change(&w->line, &w->line_config, NULL), SIRA_OK);
}

static bool is_registered_for_less(world *w)
{
    return is_registered(w) && world_last(w)->expires == 900;
}

static void a_lifetime_at_every_moment(void **context)
{
    (void)context;
    at_each_moment(gets_another_lifetime, is_registered_for_less);
}

static void goes_to_the_second(world *w)
{
    assert_int_equal(sira_registration_move(&w->line, &second, NULL), SIRA_OK);
}

static void leaves_a_silent_proxy(world *w)
{
    silent = 100;
    goes_to_the_second(w);
}

static bool is_at_the_second(world *w)
{
    assert_int_equal(w->sent[w->sent_count - 1].flow.remote.address[3], 101);
    return is_registered(w) && w->line.exchange.server == &second;
}

static void a_proxy_at_every_moment(void **context)
{
    (void)context;
    at_each_moment(goes_to_the_second, is_at_the_second);
    at_each_moment(leaves_a_silent_proxy, is_at_the_second);
}

static void is_disabled_and_changed(world *w)
{
    (void)sira_registration_stop(&w->line);
    gets_another_lifetime(w);
    goes_to_the_second(w);
}

static bool is_stopped(world *w)
{
    return sira_registration_get_state(&w->line) == SIRA_REGISTRATION_STOPPED && !sira_registration_is_bound(&w->line);
}

static void what_leaves_goes_on_leaving(void **context)
{
    (void)context;
    at_each_moment(is_disabled_and_changed, is_stopped);
}

/* ---- others ---- */

static void a_line_that_was_given_up_begins_again(void **context)
{
    (void)context;
    world *w = open_world();
    password = "another";
    w->line.config.rejected_budget = 2;
    world_run(w, 4000 * SECOND);
    assert_int_equal(sira_registration_get_state(&w->line), SIRA_REGISTRATION_FAILED);
    gets_another_password(w);
    world_run(w, 4001 * SECOND);
    assert_true(is_registered(w));
    world_close(w);
}

static void a_stopped_line_is_changed_for_its_next_start(void **context)
{
    (void)context;
    world *w = open_world();
    world_run(w, SECOND);
    sira_registration_stop(&w->line);
    world_run(w, 2 * SECOND);
    unsigned before = w->requests;
    assert_int_equal(sira_registration_renew(&w->line), SIRA_IDLE);
    gets_another_lifetime(w);
    goes_to_the_second(w);
    world_run(w, 100 * SECOND);
    assert_int_equal(w->requests, before);
    sira_registration_start(&w->line);
    world_run(w, 101 * SECOND);
    assert_true(is_registered_for_less(w));
    assert_true(is_at_the_second(w));
    assert_int_equal(sira_server_remove(&w->server), SIRA_OK);
    world_close(w);
}

static void what_asks_for_nothing_else_sends_nothing(void **context)
{
    (void)context;
    world *w = open_world();
    world_run(w, SECOND);
    unsigned before = w->requests;
    w->line_config.retry_base = 20;
    assert_int_equal(sira_registration_change(&w->line, &w->line_config, NULL), SIRA_OK);
    assert_int_equal(sira_registration_move(&w->line, &w->server, NULL), SIRA_OK);
    world_run(w, 100 * SECOND);
    assert_int_equal(w->requests, before);
    assert_int_equal(w->line.config.retry_base, 20);
    world_close(w);
}

static void what_is_refused_changes_nothing(void **context)
{
    (void)context;
    world *w = open_world();
    world_run(w, SECOND);
    sira_diag diag = {.field = ""};
    sira_registration_config line = w->line_config;
    line.expires = 5;
    assert_int_equal(sira_registration_change(&w->line, &line, &diag), SIRA_E_CONFIG);
    assert_string_equal(diag.field, "expires");
    line = w->line_config;
    line.contact_user = SIRA_STR("other");
    assert_int_equal(sira_registration_change(&w->line, &line, &diag), SIRA_E_CONFIG);
    assert_string_equal(diag.field, "contact_user");
    line = w->line_config;
    line.instance_id = SIRA_STR("<urn:x:y>");
    assert_int_equal(sira_registration_change(&w->line, &line, &diag), SIRA_E_CONFIG);
    assert_string_equal(diag.field, "instance_id");

    static const struct {
        const char *field;
        size_t size;
        const char *aor, *registrar, *user, *password;
    } accounts[] = {{"size", 1, "sip:alice@example.test", "", "", "x"},
                    {"aor", 0, "sip:bob@example.test", "", "", "x"},
                    {"registrar", 0, "sip:alice@example.test", "sip:x", "", "x"},
                    {"password", 0, "sip:alice@example.test", "", "", ""},
                    {"user", 0, "sip:alice@example.test", "", "a\r\nb", "x"},
                    {"password", 0, "sip:alice@example.test", "", "", "a\nb"}};
    for (size_t i = 0; i < sizeof accounts / sizeof *accounts; i++) {
        sira_account_config config;
        sira_account_config_init(&config);
        config.size -= accounts[i].size;
        config.aor = sira_str_from(accounts[i].aor);
        config.registrar = sira_str_from(accounts[i].registrar);
        config.user = sira_str_from(accounts[i].user);
        config.password = sira_str_from(accounts[i].password);
        assert_int_equal(sira_account_change(&w->account, &config, &diag), SIRA_E_CONFIG);
        assert_string_equal(diag.field, accounts[i].field);
    }
    unsigned before = w->requests;
    sira_registration_start(&w->line);
    world_run(w, 2 * SECOND);
    assert_true(is_registered(w));
    assert_int_equal(w->requests, before + 1); /* by the nonce that it had */

    w->agent.config.scratch_size = 512;
    assert_int_equal(sira_registration_move(&w->line, &second, &diag), SIRA_E_CONFIG);
    assert_string_equal(diag.field, "scratch");
    w->agent.config.scratch_size = 2000;
    w->account.secure = true;
    assert_int_equal(sira_registration_move(&w->line, &second, &diag), SIRA_E_CONFIG);
    assert_string_equal(diag.field, "server");
    w->account.secure = false;
    assert_ptr_equal(w->line.home, &w->server);
    world_close(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_password_at_every_moment),
        cmocka_unit_test(a_lifetime_at_every_moment),
        cmocka_unit_test(a_proxy_at_every_moment),
        cmocka_unit_test(what_leaves_goes_on_leaving),
        cmocka_unit_test(a_line_that_was_given_up_begins_again),
        cmocka_unit_test(a_stopped_line_is_changed_for_its_next_start),
        cmocka_unit_test(what_asks_for_nothing_else_sends_nothing),
        cmocka_unit_test(what_is_refused_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
