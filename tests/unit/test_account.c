#include "registration/registration.h"

#include "support/world.h"

#include <stdlib.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

/* An account of an initialized agent and server, and what came of it. */
static sira_status init(world *w, sira_diag *diag)
{
    assert_int_equal(sira_agent_init(&w->agent, &w->agent_config, 0, NULL), SIRA_OK);
    assert_int_equal(sira_server_init(&w->server, &w->agent, &w->server_config, NULL), SIRA_OK);
    return sira_account_init(&w->account, &w->server, &w->account_config, diag);
}

static void what_an_address_of_record_gives(void **state)
{
    (void)state;
    static const struct {
        const char *server, *aor, *user, *domain;
        bool secure;
    } cases[] = {
        {"sip:192.0.2.100", "sip:alice@example.test", "alice", "example.test", false},
        {"sip:192.0.2.100", "SIP:alice@example.test:5060", "alice", "example.test:5060", false},
        {"sip:192.0.2.100", "sip:alice@example.test:05060;x=y", "alice", "example.test:05060", false},
        {"sip:192.0.2.100", "sip:alice@192.0.2.1;user=phone", "alice", "192.0.2.1", false},
        {"sip:192.0.2.100", "sip:alice@[2001:db8::1]", "alice", "[2001:db8::1]", false},
        {"sip:192.0.2.100", "sip:alice@[2001:db8::1]:1", "alice", "[2001:db8::1]:1", false},
        {"sip:192.0.2.100", "sip:+49301234;phone-context=x@example.test", "+49301234;phone-context=x", "example.test",
         false},
        {"sips:192.0.2.100", "sips:alice@example.test:5061", "alice", "example.test:5061", true},
        {"sips:192.0.2.100", "sip:alice@example.test", "alice", "example.test", false},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        world *w = world_open(NULL);
        const sira_str aor = heap_str_from(cases[i].aor);
        w->agent_config.transport.kinds = 7;
        w->server_config.uri = sira_str_from(cases[i].server);
        w->account_config.aor = aor;
        expect_status(cases[i].aor, init(w, NULL), SIRA_OK);
        expect_str(cases[i].aor, w->account.aor, cases[i].aor);
        expect_str(cases[i].aor, w->account.user_part, cases[i].user);
        expect_str(cases[i].aor, w->account.domain, cases[i].domain);
        assert_int_equal(w->account.secure, cases[i].secure);
        assert_int_equal(w->account.registrar.len, 0);
        sira_account_wipe(&w->account);
        heap_str_free(aor);
        world_close(w);
    }
}

/* ---- what is refused, and where ---- */

static void uris_are_refused_by_name(void **state)
{
    (void)state;
    static const struct {
        const char *server, *aor, *registrar, *field;
        size_t offset;
        const char *expected; /* NULL: whatever sira_uri_parse says */
    } cases[] = {
        {"sip:192.0.2.100", "", "", "aor", 0, NULL},
        {"sip:192.0.2.100", "sip:alice@", "", "aor", 10, NULL},
        {"sip:192.0.2.100", "sip:al\tice@example.test", "", "aor", 6, "no control characters"},
        {"sip:192.0.2.100", "tel:+49301234", "", "aor", 0, "a sip or sips URI"},
        {"sip:192.0.2.100", "sip:a:b@example.test", "", "aor", 0, "a URI without a password"},
        {"sip:192.0.2.100", "sip:a@example.test?x=y", "", "aor", 0, "a URI without headers"},
        {"sip:192.0.2.100", "sips:a@example.test", "", "aor", 0,
         "a sip URI, because the server is not reached over TLS"},
        {"sip:192.0.2.100;transport=tcp", "sips:a@example.test", "", "aor", 0,
         "a sip URI, because the server is not reached over TLS"},
        {"sip:192.0.2.100", "sip:a@example.test", "example.test", "registrar", 0, NULL},
        {"sip:192.0.2.100", "sip:a@example.test", "sip:b@example.test", "registrar", 0, "a URI without a user"},
        {"sip:192.0.2.100", "sip:a@example.test", "sip:@example.test", "registrar", 4, NULL},
        {"sip:192.0.2.100", "sip:a@example.test", "sips:example.test", "registrar", 0,
         "a sip URI, because the server is not reached over TLS"},
        {"sip:192.0.2.100", "sip:a@example.test", "sip:example.test\n", "registrar", 16, "no control characters"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        world *w = world_open(NULL);
        sira_diag diag = {.field = "", .expected = ""};
        w->agent_config.transport.kinds = 7;
        w->server_config.uri = sira_str_from(cases[i].server);
        w->account_config.aor = sira_str_from(cases[i].aor);
        w->account_config.registrar = sira_str_from(cases[i].registrar);
        expect_status(cases[i].aor, init(w, &diag), SIRA_E_CONFIG);
        expect_str(cases[i].aor, sira_str_from(diag.field), cases[i].field);
        if (diag.offset != cases[i].offset || diag.expected[0] == '\0')
            fail_msg("%s, %s: %s at %zu", cases[i].aor, cases[i].registrar, diag.expected, diag.offset);
        if (cases[i].expected != NULL)
            expect_str(cases[i].aor, sira_str_from(diag.expected), cases[i].expected);
        world_close(w);
    }
}

static void a_name_with_escapes_has_to_be_given(void **state)
{
    (void)state;
    static const struct {
        const char *aor, *user, *password;
        sira_status status;
    } cases[] = {
        {"sip:al%20ice@example.test", "", "secret", SIRA_E_CONFIG},
        {"sip:al%20ice@example.test", "al ice", "secret", SIRA_OK},
        {"sip:al%20ice@example.test", "", "", SIRA_OK}, /* nobody asks for it */
        {"sip:alice@example.test", "", "secret", SIRA_OK},
        {"sip:example.test", "", "secret", SIRA_E_CONFIG},
        {"sip:example.test", "alice", "secret", SIRA_OK},
        {"sip:example.test", "", "", SIRA_OK},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        world *w = world_open(NULL);
        sira_diag diag = {.field = "", .expected = ""};
        w->account_config.aor = sira_str_from(cases[i].aor);
        w->account_config.user = sira_str_from(cases[i].user);
        w->account_config.password = sira_str_from(cases[i].password);
        expect_status(cases[i].aor, init(w, &diag), cases[i].status);
        assert_string_equal(diag.field, cases[i].status == SIRA_OK ? "" : "user");
        assert_int_equal(w->account.has_credentials, cases[i].status == SIRA_OK && cases[i].password[0] != '\0');
        world_close(w);
    }
}

/* ---- credentials of each kind ---- */

static sira_status later(void *context, sira_str realm, sira_hash_algorithm algorithm, uint8_t ha1[SIRA_HASH_SIZE_MAX])
{
    (void)context, (void)realm, (void)algorithm, (void)ha1;
    return SIRA_MORE;
}

static sira_status card_later(void *context, const uint8_t rand[16], const uint8_t autn[16], sira_aka *aka)
{
    (void)context, (void)rand, (void)autn, (void)aka;
    return SIRA_MORE;
}

static void any_of_four_is_a_credential(void **state)
{
    (void)state;
    sira_digest_usim usim;
    sira_digest_usim_init(&usim, card_later, NULL);
    for (unsigned kind = 0; kind < 5; kind++) {
        world *w = world_open(NULL);
        w->account_config.password = SIRA_STR("");
        if (kind == 1)
            w->account_config.password = SIRA_STR("secret");
        if (kind == 2)
            w->account_config.ha1[SIRA_HASH_MD5] = SIRA_STR("00112233445566778899aabbccddeeff");
        if (kind == 3)
            w->account_config.get_ha1 = later;
        if (kind == 4)
            w->account_config.usim = &usim;
        assert_int_equal(init(w, NULL), SIRA_OK);
        assert_int_equal(w->account.has_credentials, kind != 0);
        world_close(w);
    }
}

/* ---- what comes later ---- */

static void challenge(world *w, const sira_message *request)
{
    if (world_credential(request, "nonce")[0] != '\0')
        world_reply(w, request, 200, "Contact: %.*s;expires=3600\r\n", (int)world_contact(request).len,
                    world_contact(request).at);
    else
        world_reply(w, request, 401,
                    "WWW-Authenticate: Digest realm=\"one\", nonce=\"1\", algorithm=SHA-256\r\n"
                    "WWW-Authenticate: Digest realm=\"one\", nonce=\"1\", algorithm=MD5\r\n%s",
                    w->step != 0 ? "Proxy-Authenticate: Digest realm=\"two\", nonce=\"2\"\r\n" : "");
}

static world *open_waiting(int realms)
{
    world *w = world_open(challenge);
    w->step = realms - 1;
    w->account_config.password = SIRA_STR("");
    w->account_config.get_ha1 = later;
    world_start(w);
    return w;
}

static void ha1_is_taken_by_who_waits_for_it(void **state)
{
    (void)state;
    static const uint8_t ha1[SIRA_HASH_SIZE_MAX] = {1, 2, 3};
    world *w = open_waiting(1);
    assert_int_equal(sira_account_give_ha1(&w->account, SIRA_STR("one"), SIRA_HASH_SHA256, ha1), SIRA_IDLE);
    world_run(w, 100);
    assert_int_equal(w->requests, 1);
    assert_ptr_equal(w->account.waiting.next, &w->line.exchange.in_account.link);
    assert_int_equal(sira_account_give_ha1(&w->account, SIRA_STR("two"), SIRA_HASH_SHA256, ha1), SIRA_IDLE);
    assert_int_equal(sira_account_give_ha1(&w->account, SIRA_STR("one"), SIRA_HASH_MD5, ha1), SIRA_IDLE);
    assert_ptr_equal(w->account.waiting.next, &w->line.exchange.in_account.link);
    assert_int_equal(sira_account_give_ha1(&w->account, SIRA_STR("one"), SIRA_HASH_SHA256, ha1), SIRA_OK);
    assert_true(sira_i_list_empty(&w->account.waiting));
    assert_true(w->told <= w->now); /* the port knows that the tick is due */
    assert_int_equal(sira_account_give_ha1(&w->account, SIRA_STR("one"), SIRA_HASH_SHA256, ha1), SIRA_IDLE);
    world_run(w, 200);
    assert_int_equal(w->answered, 1);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_REGISTERED);
    world_close(w);
}

static void two_realms_wait_for_the_second(void **state)
{
    (void)state;
    static const uint8_t ha1[SIRA_HASH_SIZE_MAX] = {1, 2, 3};
    world *w = open_waiting(2);
    world_run(w, 100);
    assert_int_equal(sira_account_give_ha1(&w->account, SIRA_STR("two"), SIRA_HASH_MD5, ha1), SIRA_MORE);
    assert_ptr_equal(w->account.waiting.next, &w->line.exchange.in_account.link);
    world_run(w, 200);
    assert_int_equal(w->requests, 1);
    assert_int_equal(sira_account_give_ha1(&w->account, SIRA_STR("one"), SIRA_HASH_SHA256, ha1), SIRA_OK);
    world_run(w, 300);
    assert_int_equal(w->requests, 2);
    world_close(w);
}

static void nobody_waits_for_a_card_that_is_not_asked(void **state)
{
    (void)state;
    static const uint8_t rand[16] = {1};
    static const sira_aka aka = {.res_len = 8};
    world *w = open_waiting(1);
    assert_int_equal(sira_account_give_aka(&w->account, rand, &aka), SIRA_IDLE);
    world_run(w, 100);
    assert_int_equal(sira_account_give_aka(&w->account, rand, &aka), SIRA_IDLE); /* it waits for HA1 */
    assert_ptr_equal(w->account.waiting.next, &w->line.exchange.in_account.link);
    world_close(w);
}

/* ---- what outlives a reboot ---- */

static void answer_and_accept(world *w, const sira_message *request)
{
    world_registrar(w, request, 3600);
}

static void memory_is_taken_from_one_account_to_the_next(void **state)
{
    (void)state;
    world *w = world_open(answer_and_accept), *next = world_open(answer_and_accept);
    uint8_t block[SIRA_DIGEST_EXPORT_SIZE];
    size_t length = 0;
    world_start(w);
    world_run(w, 1000);
    assert_int_equal(w->requests, 2);
    assert_int_equal(sira_account_export(&w->account, block, sizeof block, &length), SIRA_OK);
    assert_true(length > 0 && length <= sizeof block);
    for (size_t size = 0; size < length; size++) {
        uint8_t *out = malloc(size > 0 ? size : 1);
        size_t written;
        assert_non_null(out);
        assert_int_equal(sira_account_export(&w->account, out, size, &written), SIRA_E_SPACE);
        free(out);
    }
    world_init(next);
    const sira_digest_client before = next->account.digest;
    for (size_t size = 0; size < length; size++) {
        const sira_str part = heap_str(block, size);
        if (sira_account_import(&next->account, (const uint8_t *)part.at, size) == SIRA_OK)
            fail_msg("%zu of %zu bytes were taken", size, length);
        assert_memory_equal(&before, &next->account.digest, sizeof before);
        heap_str_free(part);
    }
    const sira_str whole = heap_str(block, length);
    assert_int_equal(sira_account_import(&next->account, (const uint8_t *)whole.at, length), SIRA_OK);
    heap_str_free(whole);
    next->nonce = w->nonce;
    assert_int_equal(sira_registration_start(&next->line), SIRA_OK);
    world_run(next, 1000);
    assert_int_equal(next->requests, 1); /* the first one has credentials */
    assert_int_equal(next->answered, 1);
    world_close(w);
    world_close(next);
}

static void without_credentials_there_is_nothing_to_remember(void **state)
{
    (void)state;
    world *w = world_open(NULL);
    uint8_t block[SIRA_DIGEST_EXPORT_SIZE] = {0};
    size_t length = 77;
    w->account_config.password = SIRA_STR("");
    assert_int_equal(init(w, NULL), SIRA_OK);
    assert_int_equal(sira_account_export(&w->account, block, sizeof block, &length), SIRA_IDLE);
    assert_int_equal(length, 77);
    assert_int_equal(sira_account_import(&w->account, block, sizeof block), SIRA_IDLE);
    world_close(w);
}

static void nothing_is_left_behind_a_wipe(void **state)
{
    (void)state;
    static const sira_account zero;
    for (unsigned password = 0; password < 2; password++) {
        world *w = world_open(answer_and_accept);
        if (!password)
            w->account_config.password = SIRA_STR("");
        world_start(w);
        world_run(w, 1000);
        sira_registration_remove(&w->line);
        sira_account_wipe(&w->account);
        assert_memory_equal(&w->account, &zero, sizeof zero);
        world_close(w);
    }
}

static void a_config_starts_empty(void **state)
{
    (void)state;
    sira_account_config config;
    memset(&config, 0xa5, sizeof config);
    sira_account_config_init(&config);
    assert_int_equal(config.size, sizeof config);
    assert_int_equal(config.aor.len + config.registrar.len + config.display_name.len + config.user.len +
                         config.password.len + config.ha1_realm.len,
                     0);
    assert_true(config.get_ha1 == NULL);
    assert_null(config.usim);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_an_address_of_record_gives),
        cmocka_unit_test(uris_are_refused_by_name),
        cmocka_unit_test(a_name_with_escapes_has_to_be_given),
        cmocka_unit_test(any_of_four_is_a_credential),
        cmocka_unit_test(ha1_is_taken_by_who_waits_for_it),
        cmocka_unit_test(two_realms_wait_for_the_second),
        cmocka_unit_test(nobody_waits_for_a_card_that_is_not_asked),
        cmocka_unit_test(memory_is_taken_from_one_account_to_the_next),
        cmocka_unit_test(without_credentials_there_is_nothing_to_remember),
        cmocka_unit_test(nothing_is_left_behind_a_wipe),
        cmocka_unit_test(a_config_starts_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
