#include "support/office.h"
#include "support/realm.h"

#include <stdio.h>
#include <string.h>

#define A "Contact: <sip:a@192.0.2.1>\r\n"

/* ---- configuration ---- */

static void a_bad_config_is_refused_by_name(void **state)
{
    (void)state;
    static const char *const fields[] = {"size",        "store",           "store",         "digest",
                                         "digest",      "bindings_max",    "expires_min",   "expires_max",
                                         "expires_max", "expires_default", "service_route", "service_route"};
    static sira_digest_server digest;
    for (unsigned i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        office o;
        sira_diag diag = {.field = ""};
        office_open(&o);
        sira_registrar_config *c = &o.config;
        switch (i) {
        case 0:
            c->size--;
            break;
        case 1:
            c->store.look_up = NULL;
            break;
        case 2:
            c->store.commit = NULL;
            break;
        case 3:
            c->open_to_all = false;
            break;
        case 4:
            c->digest = &digest;
            break;
        case 5:
            c->bindings_max = SIRA_LIMIT_BINDINGS + 1;
            break;
        case 6:
            c->expires_min = 3601;
            break;
        case 7:
            c->expires_max = SIRA_LIMIT_EXPIRES_MAX + 1;
            break;
        case 8:
            c->expires_max = 59;
            break;
        case 9:
            c->expires_default = 59;
            break;
        case 10:
            c->service_route = SIRA_STR("sip:p.example.com;lr");
            break;
        default:
            c->service_route = SIRA_STR("<sip:p.example.com>;a=\r\n b");
            break;
        }
        expect_status(fields[i], sira_registrar_init(&o.registrar, c, &diag), SIRA_E_CONFIG);
        assert_string_equal(diag.field, fields[i]);
        expect_status(fields[i], sira_registrar_init(&o.registrar, c, NULL), SIRA_E_CONFIG);
    }
}

static void the_limits_of_a_config_are_good(void **state)
{
    (void)state;
    office o;
    office_open(&o);
    o.config.expires_min = 3600;
    o.config.expires_max = SIRA_LIMIT_EXPIRES_MAX;
    o.config.bindings_max = SIRA_LIMIT_BINDINGS;
    o.config.service_route = SIRA_STR("<sip:p.example.com;lr>, <sip:q.example.com;lr>");
    office_init(&o);
    assert_string_equal(office_contacts(&o, A "Expires: 999999\r\n"), "<sip:a@192.0.2.1>;expires=604800");
    assert_string_equal(office_lines(&o, "Service-Route"), "<sip:p.example.com;lr>, <sip:q.example.com;lr>");
    office_close(&o);
    office_open(&o);
    o.config.expires_max = 1800; /* then it is the default, too */
    office_init(&o);
    assert_string_equal(office_contacts(&o, A), "<sip:a@192.0.2.1>;expires=1800");
    assert_string_equal(office_lines(&o, "Service-Route"), "");
    office_close(&o);
    office_open(&o);
    o.config.expires_default = 60;
    office_init(&o);
    assert_string_equal(office_contacts(&o, A), "<sip:a@192.0.2.1>;expires=60");
    office_close(&o);
}

/* ---- who and what ---- */

static void other_messages_are_not_for_it(void **state)
{
    (void)state;
    office o;
    office_open(&o);
    office_init(&o);
    assert_int_equal(office_take(&o, A), 200);
    o.message.method = SIRA_METHOD_OPTIONS;
    assert_int_equal(sira_registrar_take(&o.registrar, &o.task, &o.message, &o.source, o.now), SIRA_E_ARGUMENT);
    o.message.method = SIRA_METHOD_REGISTER;
    o.message.is_request = false;
    assert_int_equal(sira_registrar_take(&o.registrar, &o.task, &o.message, &o.source, o.now), SIRA_E_ARGUMENT);
    office_close(&o);
}

/* RFC 3261 10.3 steps 1, 2 and 5. */
static void what_is_asked_for(void **state)
{
    (void)state;
    static const struct {
        const char *name, *uri, *to, *lines, *domain, *expected, *aor;
    } cases[] = {
        {"right", "sip:example.com", "<sip:alice@example.com>", A, "example.com", "200 OK", "alice@example.com"},
        {"the host in any case", "sip:example.com", "<sip:Alice@EXAMPLE.com>", A, "example.COM", "200 OK",
         "Alice@example.com"},
        {"any domain", "sip:x.org", "<sip:alice@x.org>", A, "", "200 OK", "alice@x.org"},
        {"sips", "sips:example.com", "<sips:alice@example.com>", A, "", "200 OK", "alice@example.com"},
        {"escapes, port, parameters", "sip:example.com", "\"A\" <sip:%61lice:pass@example.com:5061;x=1>", A, "",
         "200 OK", "alice@example.com"},
        {"another domain", "sip:example.com", "<sip:alice@example.org>", A, "example.com", "404 Not Found", NULL},
        {"no user", "sip:example.com", "<sip:example.com>", A, "", "404 Not Found", NULL},
        {"a telephone number", "sip:example.com", "<tel:+49123>", A, "", "404 Not Found", NULL},
        {"a blank in the name", "sip:example.com", "<sip:a%20b@example.com>", A, "", "404 Not Found", NULL},
        {"a line end in the name", "sip:example.com", "<sip:a%0ab@example.com>", A, "", "404 Not Found", NULL},
        {"NUL in the name", "sip:example.com", "<sip:a%00b@example.com>", A, "", "404 Not Found", NULL},
        {"DEL in the name", "sip:example.com", "<sip:a%7fb@example.com>", A, "", "404 Not Found", NULL},
        {"a To that is no URI", "sip:example.com", "<sip:@>", A, "", "400 Bad To", NULL},
        {"another scheme", "tel:+49123", "<sip:alice@example.com>", A, "", "416 Unsupported URI Scheme", NULL},
        {"demands", "sip:example.com", "<sip:alice@example.com>", A "Require: path, gruu\r\nRequire: x\r\n", "",
         "420 Bad Extension", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        office o;
        office_open(&o);
        o.config.domain = sira_str_from(cases[i].domain);
        office_init(&o);
        o.uri = cases[i].uri;
        o.to = cases[i].to;
        (void)office_take(&o, cases[i].lines);
        if (strncmp(o.reply + 8, cases[i].expected, strlen(cases[i].expected)) != 0)
            fail_msg("%s: %s", cases[i].name, o.reply);
        assert_string_equal(office_lines(&o, "Unsupported"), cases[i].expected[1] == '2' ? "gruu|x" : "");
        if (cases[i].aor != NULL)
            expect_str(cases[i].name, (sira_str){o.places[0].aor, o.places[0].length}, cases[i].aor);
        else
            assert_int_equal(o.lookups, 0);
        office_close(&o);
    }
}

static void an_aor_has_a_longest(void **state)
{
    (void)state;
    office o;
    char to[400];
    office_open(&o);
    office_init(&o);
    const int room = SIRA_LIMIT_AOR - 2;
    snprintf(to, sizeof to, "<sip:%0*u@h>", room, 1u);
    o.to = to;
    assert_int_equal(office_take(&o, A), 200);
    assert_int_equal(o.places[0].length, SIRA_LIMIT_AOR);
    snprintf(to, sizeof to, "<sip:%0*u@h>", room + 1, 1u);
    assert_int_equal(office_take(&o, A), 404);
    snprintf(to, sizeof to, "<sip:%0*u@h>", room + 9, 1u);
    assert_int_equal(office_take(&o, A), 404);
    office_close(&o);
}

static uint16_t ask(void *context, const sira_registrar_claim *claim, const char **reason)
{
    office *o = context;
    expect_str("user", claim->user, "");
    expect_str("aor", claim->aor, "alice@example.com");
    expect_str("to", claim->to.text, "sip:alice@example.com;x");
    if (o->cseq == 3)
        *reason = "Never";
    return (uint16_t)o->cseq == 1 ? 0 : 403;
}

static void others_may_decide_who_may(void **state)
{
    (void)state;
    office o;
    office_open(&o);
    o.config.may_register = ask;
    office_init(&o);
    o.to = "<sip:alice@example.com;x>";
    assert_int_equal(office_take(&o, A), 200);
    assert_string_equal(office_contacts(&o, A), " 403 Forbidden");
    assert_string_equal(office_contacts(&o, A), " 403 Never");
    office_close(&o);
}

/* ---- authentication ---- */

typedef struct guarded {
    office o;
    realm r;
} guarded;

static void guarded_open(guarded *g)
{
    realm_open(&g->r);
    realm_init(&g->r);
    office_open(&g->o);
    g->o.config.open_to_all = false;
    g->o.config.digest = &g->r.server;
    office_init(&g->o);
}

static void guarded_close(guarded *g)
{
    office_close(&g->o);
    realm_close(&g->r);
}

/* Takes the challenge of the last answer, and registers again with what it asks for. */
static unsigned answer(guarded *g, const char *lines)
{
    char text[4096];
    char challenges[2048] = "";
    for (const char *at = strstr(g->o.reply, "WWW-Authenticate:"); at != NULL; at = strstr(at + 1, "WWW-Authenticate:"))
        strncat(challenges, at, strcspn(at, "\n") + 1);
    expect_status(challenges, exchange_challenge(&g->r.client, challenges), SIRA_OK);
    assert_int_equal(exchange_answer(&g->r.client), SIRA_OK);
    snprintf(text, sizeof text, "%s%s", lines, g->r.client.text);
    return office_take(&g->o, text);
}

static void who_registers_is_asked(void **state)
{
    (void)state;
    guarded g;
    guarded_open(&g);
    assert_int_equal(office_take(&g.o, A), 401);
    assert_int_equal(line_count(g.o.reply, "WWW-Authenticate"), 2);
    assert_int_equal(line_count(g.o.reply, "Contact"), 0);
    assert_int_equal(g.o.lookups, 0);
    expect_str("nobody", sira_registrar_user(&g.o.task), "");
    assert_int_equal(answer(&g, A), 200);
    assert_int_equal(line_count(g.o.reply, "Authentication-Info"), 1);
    uint8_t ha1[SIRA_HASH_SIZE_MAX]; /* which was known in between, and is no more */
    const sira_str parts[3] = {SIRA_STR("alice"), SIRA_STR("example.com"), SIRA_STR("secret")};
    assert_int_equal(sira_digest_ha1(&g.r.client.config.hash, SIRA_HASH_SHA256, parts, ha1), SIRA_OK);
    assert_false(memory_holds(&g.o.task, sizeof g.o.task, ha1, sizeof ha1));
    assert_int_equal(line_count(g.o.reply, "Contact"), 1);

    /* the same once more is a replay: the password was right */
    char text[4096];
    snprintf(text, sizeof text, "%s%s", A, g.r.client.text);
    assert_int_equal(office_take(&g.o, text), 401);
    assert_string_equal(line_param(g.o.reply, "WWW-Authenticate", 0, "stale"), "true");
    assert_int_equal(office_take(&g.o, A), 401);
    assert_null(line_param(g.o.reply, "WWW-Authenticate", 0, "stale"));

    /* from another address the nonce is not good (as whoever has seen it on the way would use it) */
    assert_int_equal(exchange_answer(&g.r.client), SIRA_OK);
    snprintf(text, sizeof text, "%s%s", A, g.r.client.text);
    g.o.source.address[3]++;
    assert_int_equal(office_take(&g.o, text), 401);
    assert_string_equal(line_param(g.o.reply, "WWW-Authenticate", 0, "stale"), "true");
    guarded_close(&g);
}

/* Without a nonce of ours nobody learns whether a password is right. */
static void foreign_nonces_tell_nothing(void **state)
{
    (void)state;
    static const char *const passwords[] = {"secret", "wrong"};
    for (size_t i = 0; i < 2; i++) {
        guarded g;
        char text[4096];
        realm_open(&g.r);
        g.r.client.config.password = sira_str_from(passwords[i]);
        realm_init(&g.r);
        office_open(&g.o);
        g.o.config.open_to_all = false;
        g.o.config.digest = &g.r.server;
        office_init(&g.o);
        expect_status("challenge",
                      exchange_challenge(&g.r.client, "WWW-Authenticate: Digest realm=\"example.com\", nonce=\"abc\", "
                                                      "qop=\"auth\", algorithm=SHA-256\r\n"),
                      SIRA_OK);
        assert_int_equal(exchange_answer(&g.r.client), SIRA_OK);
        snprintf(text, sizeof text, "%s%s", A, g.r.client.text);
        assert_int_equal(office_take(&g.o, text), 401);
        assert_string_equal(line_param(g.o.reply, "WWW-Authenticate", 0, "stale"), "true");
        assert_false(sira_registrar_is_guess(&g.o.task));
        assert_int_equal(g.r.lookups, 0);
        assert_int_equal(answer(&g, A), i == 0 ? 200 : 401);
        assert_int_equal(sira_registrar_is_guess(&g.o.task), i == 1);
        snprintf(text, sizeof text,
                 "%sAuthorization: Digest username=\"a\", realm=\"other\", nonce=\"n\", uri=\"u\", "
                 "response=\"r\"\r\n",
                 A);
        assert_int_equal(office_take(&g.o, text), 401); /* of another realm: as none */
        assert_null(line_param(g.o.reply, "WWW-Authenticate", 0, "stale"));
        guarded_close(&g);
    }
}

static void whose_address_it_is(void **state)
{
    (void)state;
    static const struct {
        const char *name, *user, *to;
        unsigned code;
    } cases[] = {
        {"their own", "alice", "<sip:alice@example.com>", 200},
        {"their own in another domain", "alice", "<sip:alice@example.org>", 200},
        {"by the whole name", "alice@example.com", "<sip:alice@example.com>", 200},
        {"by the whole name, another domain", "alice@example.com", "<sip:alice@example.org>", 403},
        {"another's", "alice", "<sip:bob@example.com>", 403},
        {"in another case", "alice", "<sip:Alice@example.com>", 403},
        {"a longer one", "alice", "<sip:alicee@example.com>", 403},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        guarded g;
        realm_open(&g.r);
        g.r.client.config.user = sira_str_from(cases[i].user);
        realm_init(&g.r);
        office_open(&g.o);
        g.o.config.open_to_all = false;
        g.o.config.digest = &g.r.server;
        office_init(&g.o);
        g.o.to = cases[i].to;
        assert_int_equal(office_take(&g.o, A), 401);
        const unsigned code = answer(&g, A);
        if (code != cases[i].code)
            fail_msg("%s: %u", cases[i].name, code);
        assert_int_equal(g.o.lookups, code == 200 ? 1 : 0);
        guarded_close(&g);
    }
}

static void a_failing_look_up_of_users_is_told(void **state)
{
    (void)state;
    static const struct {
        sira_status status;
        unsigned code;
    } cases[] = {{SIRA_E_TRANSPORT, 503}, {SIRA_E_STATE, 503}, {SIRA_E_HASH, 500}, {SIRA_IDLE, 401}, {SIRA_OK, 200}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        guarded g;
        guarded_open(&g);
        assert_int_equal(office_take(&g.o, A), 401);
        g.r.lookup_status = cases[i].status;
        const unsigned code = answer(&g, A);
        if (code != cases[i].code)
            fail_msg("%s: %u", sira_status_name(cases[i].status), code);
        assert_string_equal(office_lines(&g.o, "Retry-After"), code == 503 ? "10" : "");
        assert_int_equal(sira_registrar_is_guess(&g.o.task), cases[i].status == SIRA_IDLE);
        assert_int_equal(office_take(&g.o, A), 401); /* no credentials are no guess */
        assert_false(sira_registrar_is_guess(&g.o.task));
        guarded_close(&g);
    }
}

static void malformed_credentials_are_400(void **state)
{
    (void)state;
    guarded g;
    guarded_open(&g);
    assert_int_equal(office_take(&g.o, A "Authorization: Digest realm=\"example.com\", nc=x\r\n"), 400);
    assert_null(strstr(g.o.reply, "400 \r\n"));
    guarded_close(&g);
}

/* ---- the store ---- */

static void a_store_that_fails_is_503(void **state)
{
    (void)state;
    office o;
    office_open(&o);
    o.config.retry_after = 77;
    office_init(&o);
    o.look_up_status = SIRA_E_TRANSPORT;
    assert_string_equal(office_contacts(&o, A), " 503 Service Unavailable");
    assert_string_equal(office_lines(&o, "Retry-After"), "77");
    o.look_up_status = SIRA_IDLE; /* a store may not say it */
    assert_int_equal(office_take(&o, A), 503);
    o.look_up_status = SIRA_OK;
    o.commit_status = SIRA_E_SPACE;
    assert_string_equal(office_contacts(&o, A), " 503 Service Unavailable");
    assert_int_equal(line_count(o.reply, "Contact"), 0);
    assert_int_equal(o.commits, 1);
    assert_int_equal(o.places[0].bindings.count, 0);
    o.commit_status = SIRA_OK; /* it recovers */
    assert_int_equal(office_take(&o, A), 200);
    office_close(&o);
}

static void who_was_slower_looks_again(void **state)
{
    (void)state;
    office o;
    office_open(&o);
    office_init(&o);
    o.losses = 3;
    assert_int_equal(office_take(&o, A), 200);
    assert_int_equal(o.lookups, 4);
    assert_int_equal(o.commits, 4);
    o.losses = 4;
    assert_int_equal(office_take(&o, A), 503);
    assert_int_equal(o.commits, 8);
    o.losses = 0;
    assert_int_equal(office_take(&o, A), 200);
    office_close(&o);
}

/* Nothing is said before the commit has lasted. */
static void a_store_may_answer_later(void **state)
{
    (void)state;
    office o;
    office_open(&o);
    office_init(&o);
    o.later = true;
    assert_int_equal(office_take(&o, A), 0);
    assert_int_equal(o.commits, 0);
    assert_int_equal(office_go_on(&o), 0);
    assert_int_equal(o.commits, 1);
    assert_int_equal(o.decisions, 0);
    o.losses = 1;
    assert_int_equal(office_go_on(&o), 0); /* lost: looks up again */
    assert_int_equal(o.lookups, 2);
    assert_int_equal(office_go_on(&o), 0);
    assert_int_equal(office_go_on(&o), 200);
    assert_int_equal(o.decisions, 1);
    assert_string_equal(office_lines(&o, "Contact"), "<sip:a@192.0.2.1>;expires=3600");
    sira_registrar_stored(&o.task, SIRA_OK); /* once too often: nothing */
    assert_int_equal(o.decisions, 1);

    /* one that nobody waits for */
    assert_int_equal(office_take(&o, A), 0);
    sira_registrar_drop(&o.task);
    sira_registrar_stored(&o.task, SIRA_OK);
    assert_int_equal(o.decisions, 1);

    o.config.decided = NULL;
    assert_int_equal(office_take(&o, ""), 0);
    sira_registrar_stored(&o.task, o.pending(&o));
    assert_int_equal(sira_registrar_code(&o.task), 200);
    assert_string_equal(sira_registrar_reason(&o.task), "OK");
    office_close(&o);
}

static void what_has_lapsed_is_swept(void **state)
{
    (void)state;
    static const char *const names[] = {"<sip:alice@example.com>", "<sip:bob@example.com>", "<sip:carol@example.com>"};
    office o;
    office_open(&o);
    office_init(&o);
    for (size_t i = 0; i < 3; i++) {
        o.to = names[i];
        assert_int_equal(office_take(&o, i == 1 ? A "Expires: 90\r\n" : A "Expires: 60\r\n"), 200);
        assert_int_equal(office_take(&o, "Contact: <sip:b@192.0.2.1>;expires=90\r\n"), 200);
    }
    o.now += 59999;
    assert_int_equal(sira_registrar_sweep(&o.registrar, &o.task, o.now), SIRA_IDLE);
    o.now += 1;
    assert_int_equal(sira_registrar_sweep(&o.registrar, &o.task, o.now), SIRA_OK);
    o.losses = 1;
    assert_int_equal(sira_registrar_sweep(&o.registrar, &o.task, o.now), SIRA_OK); /* another was faster */
    assert_int_equal(sira_registrar_sweep(&o.registrar, &o.task, o.now), SIRA_OK);
    assert_int_equal(sira_registrar_sweep(&o.registrar, &o.task, o.now), SIRA_IDLE);
    assert_int_equal(o.places[0].bindings.count, 1);
    assert_int_equal(o.places[1].bindings.count, 2);
    assert_int_equal(o.places[2].bindings.count, 1);
    o.now += 30000;
    o.look_up_status = SIRA_E_TRANSPORT;
    assert_int_equal(sira_registrar_sweep(&o.registrar, &o.task, o.now), SIRA_E_TRANSPORT);
    o.look_up_status = SIRA_OK;
    o.commit_status = SIRA_E_TRANSPORT;
    assert_int_equal(sira_registrar_sweep(&o.registrar, &o.task, o.now), SIRA_E_TRANSPORT);
    o.commit_status = SIRA_OK;
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(sira_registrar_sweep(&o.registrar, &o.task, o.now), SIRA_OK);
    assert_int_equal(sira_registrar_sweep(&o.registrar, &o.task, o.now), SIRA_IDLE);
    o.config.store.next_lapsed = NULL;
    assert_int_equal(sira_registrar_sweep(&o.registrar, &o.task, o.now), SIRA_IDLE);
    office_close(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bad_config_is_refused_by_name),
        cmocka_unit_test(the_limits_of_a_config_are_good),
        cmocka_unit_test(other_messages_are_not_for_it),
        cmocka_unit_test(what_is_asked_for),
        cmocka_unit_test(an_aor_has_a_longest),
        cmocka_unit_test(others_may_decide_who_may),
        cmocka_unit_test(who_registers_is_asked),
        cmocka_unit_test(foreign_nonces_tell_nothing),
        cmocka_unit_test(whose_address_it_is),
        cmocka_unit_test(a_failing_look_up_of_users_is_told),
        cmocka_unit_test(malformed_credentials_are_400),
        cmocka_unit_test(a_store_that_fails_is_503),
        cmocka_unit_test(who_was_slower_looks_again),
        cmocka_unit_test(a_store_may_answer_later),
        cmocka_unit_test(what_has_lapsed_is_swept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
