/* Whether a challenge rejects, and what is kept of it. */
#include "support/exchange.h"

#include <stdio.h>
#include <string.h>

#define W "WWW-Authenticate: Digest "
#define P "Proxy-Authenticate: Digest "

static void a_third_realm_makes_room_for_itself(void **state)
{
    (void)state;
    exchange x;
    exchange_open(&x);
    exchange_init(&x);
    assert_int_equal(exchange_challenge(&x, P "realm=\"proxy\", nonce=\"p\", algorithm=SHA-256\r\n"), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_int_equal(exchange_challenge(&x, W "realm=\"one\", nonce=\"1\"\r\n"), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_int_equal(line_count(x.text, "Authorization") + line_count(x.text, "Proxy-Authorization"), 2);
    assert_int_equal(exchange_challenge(&x, W "realm=\"two\", nonce=\"2\", algorithm=SHA-512-256\r\n"), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_int_equal(line_count(x.text, "Authorization") + line_count(x.text, "Proxy-Authorization"), 2);
    bool found = false;
    for (unsigned i = 0; i < 2; i++) {
        const char *realm = line_param(x.text, "Authorization", i, "realm");
        found = found || (realm != NULL && strcmp(realm, "\"two\"") == 0);
    }
    assert_true(found);
    exchange_close(&x);
}

/* Whoever had to make room is still known to have been strong. */
static void the_downgrade_memory_outlives_the_place_in_the_cache(void **state)
{
    (void)state;
    exchange x;
    exchange_open(&x);
    exchange_init(&x);
    assert_int_equal(exchange_challenge(&x, W "realm=\"strong\", nonce=\"1\", algorithm=SHA-256\r\n"), SIRA_OK);
    for (unsigned i = 0; i < SIRA_LIMIT_REALMS; i++) {
        char line[80];
        snprintf(line, sizeof line, W "realm=\"x%u\", nonce=\"1\", algorithm=SHA-256\r\n", i);
        sira_digest_client_forget(&x.client);
        assert_int_equal(exchange_answer(&x), SIRA_OK);
        assert_int_equal(exchange_challenge(&x, line), SIRA_OK);
        assert_int_equal(exchange_answer(&x), SIRA_OK);
    }
    sira_digest_client_forget(&x.client);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_int_equal(exchange_challenge(&x, W "realm=\"strong\", nonce=\"2\", algorithm=MD5\r\n"), SIRA_E_DOWNGRADE);
    exchange_close(&x);
}

/* What a realm that made room had offered is not held against the one that took its place. */
static void a_realm_that_was_always_weak_stays_welcome(void **state)
{
    (void)state;
    exchange x;
    exchange_open(&x);
    exchange_init(&x);
    assert_int_equal(exchange_challenge(&x, W "realm=\"a\", nonce=\"1\", algorithm=SHA-256\r\n"), SIRA_OK);
    assert_int_equal(exchange_challenge(&x, P "realm=\"b\", nonce=\"1\", algorithm=MD5\r\n"), SIRA_OK);
    sira_digest_client_forget(&x.client);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(exchange_answer(&x), SIRA_OK);
        assert_int_equal(exchange_challenge(&x, W "realm=\"c\", nonce=\"1\", algorithm=MD5\r\n"), SIRA_OK);
        sira_digest_client_forget(&x.client);
    }
    /* And what made room is remembered. */
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_int_equal(exchange_challenge(&x, W "realm=\"a\", nonce=\"2\", algorithm=MD5\r\n"), SIRA_E_DOWNGRADE);
    exchange_close(&x);
}

/* The answer names the realm as its challenge did. */
static void a_realm_goes_back_as_it_came_last(void **state)
{
    (void)state;
    exchange x;
    exchange_open(&x);
    exchange_init(&x);
    assert_int_equal(exchange_challenge(&x, W "realm=\"r\\s\", nonce=\"1\", qop=\"auth\"\r\n"), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_string_equal(line_param(x.text, "Authorization", 0, "realm"), "\"r\\s\"");
    assert_int_equal(exchange_accept(&x, ""), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_int_equal(exchange_challenge(&x, W "realm=\"rs\", nonce=\"1\", qop=\"auth\"\r\n"), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_int_equal(line_count(x.text, "Authorization"), 1);
    assert_string_equal(line_param(x.text, "Authorization", 0, "realm"), "\"rs\"");
    assert_string_equal(line_param(x.text, "Authorization", 0, "nc"), "00000001");
    exchange_close(&x);
}

/* Servers that make a nonce of the time give two requests the same one. */
static void a_nonce_that_comes_again_goes_on_counting(void **state)
{
    (void)state;
    exchange x;
    exchange_open(&x);
    exchange_init(&x);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    const sira_digest_attempt other = x.attempt;
    assert_int_equal(exchange_challenge(&x, W "realm=\"r\", nonce=\"1\", qop=\"auth\"\r\n"), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    const sira_digest_attempt first = x.attempt;
    char text[sizeof x.text];
    memcpy(text, x.text, sizeof text);
    x.attempt = other;
    assert_int_equal(exchange_challenge(&x, W "realm=\"r\", nonce=\"1\", qop=\"auth\"\r\n"), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_string_equal(line_param(x.text, "Authorization", 0, "nc"), "00000002");
    x.attempt = first;
    assert_int_equal(exchange_repeat(&x), SIRA_OK); /* the first one can still be repeated */
    assert_string_equal(x.text, text);
    exchange_close(&x);
}

/* Both carried the wrong password; the second response must not be taken for a new challenge because the first changed
 * the nonce. */
static void two_requests_at_once_are_both_rejected(void **state)
{
    (void)state;
    exchange x;
    exchange_open(&x);
    exchange_init(&x);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    const sira_digest_attempt plain = x.attempt;
    assert_int_equal(exchange_challenge(&x, W "realm=\"r\", nonce=\"1\"\r\n"), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    const sira_digest_attempt first = x.attempt;
    x.attempt = plain;
    assert_int_equal(exchange_challenge(&x, W "realm=\"r\", nonce=\"2\"\r\n"), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    const sira_digest_attempt second = x.attempt;
    x.attempt = first;
    assert_int_equal(exchange_challenge(&x, W "realm=\"r\", nonce=\"3\"\r\n"), SIRA_E_CREDENTIALS);
    x.attempt = second;
    assert_int_equal(exchange_repeat(&x), SIRA_OK); /* its own nonce was not the one that was rejected */
    assert_int_equal(exchange_challenge(&x, W "realm=\"r\", nonce=\"4\"\r\n"), SIRA_E_CREDENTIALS);
    exchange_close(&x);
}

static void one_realm_may_reject_while_another_asks(void **state)
{
    (void)state;
    exchange x;
    exchange_open(&x);
    exchange_init(&x);
    assert_int_equal(exchange_challenge(&x, P "realm=\"p\", nonce=\"1\"\r\n"), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    /* The proxy is content, the registrar asks. */
    assert_int_equal(exchange_challenge(&x, W "realm=\"r\", nonce=\"1\"\r\n"), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_int_equal(line_count(x.text, "Authorization") + line_count(x.text, "Proxy-Authorization"), 2);
    /* The proxy wants a new nonce for each request: its second challenge rejects nothing. */
    assert_int_equal(exchange_challenge(&x, P "realm=\"p\", nonce=\"2\"\r\n"), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_int_equal(exchange_challenge(&x, W "realm=\"new\", nonce=\"1\"\r\n" P "realm=\"p\", nonce=\"3\"\r\n"),
                     SIRA_E_CREDENTIALS);
    exchange_close(&x);
}

/* Whatever the 401 to a first answer holds, the password was refused, and is not used by itself again. */
static void a_rejection_needs_no_challenge_that_can_be_answered(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "",
        W "realm=\"r\", nonce=\"2\", qop=\"auth\", x\r\n",
        W "realm=\"r\"\r\n",
        W "realm=\"r\", nonce=\"2\", algorithm=SHA3-512\r\n",
        W "realm=\"other\", nonce=\"2\", algorithm=SHA3-512\r\n",
        "WWW-Authenticate: Basic realm=\"r\"\r\n",
        W "realm=\"\\r\", nonce=\"2\"\r\n",
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        exchange x;
        exchange_open(&x);
        exchange_init(&x);
        assert_int_equal(exchange_challenge(&x, W "realm=\"r\", nonce=\"1\", qop=\"auth\"\r\n"), SIRA_OK);
        assert_int_equal(exchange_answer(&x), SIRA_OK);
        assert_int_equal(line_count(x.text, "Authorization"), 1);
        expect_status(lines[i], exchange_challenge(&x, lines[i]), SIRA_E_CREDENTIALS);
        assert_int_equal(exchange_answer(&x), SIRA_OK);
        assert_string_equal(x.text, "");
        exchange_close(&x);
    }
}

/* The bare code of a proxy says nothing about what was meant for a registrar, and the other way round. */
static void without_challenges_the_code_tells_who_rejects(void **state)
{
    (void)state;
    for (unsigned code = 401; code <= 407; code += 6) {
        exchange x;
        packet p;
        exchange_open(&x);
        exchange_init(&x);
        assert_int_equal(exchange_challenge(&x, W "realm=\"r\", nonce=\"1\", qop=\"auth\"\r\n"), SIRA_OK);
        assert_int_equal(exchange_answer(&x), SIRA_OK);
        packet_response(&p, code, "", "");
        assert_int_equal(sira_digest_client_challenged(&x.client, &x.attempt, &p.message, NULL),
                         code == 401 ? SIRA_E_CREDENTIALS : SIRA_E_CHALLENGE);
        packet_free(&p);
        assert_int_equal(exchange_answer(&x), SIRA_OK);
        assert_int_equal(line_count(x.text, "Authorization"), code == 401 ? 0 : 1);
        exchange_close(&x);
    }
}

/* A new realm each time, or the same one spelled in a new way. */
static void a_server_of_ever_new_realms_gets_few_answers(void **state)
{
    (void)state;
    static const char *const spellings[] = {"realm", "\\realm", "r\\ealm", "re\\alm", "rea\\lm", "real\\m"};
    for (unsigned spelled = 0; spelled < 2; spelled++) {
        exchange x;
        exchange_open(&x);
        exchange_init(&x);
        for (unsigned attempt = 0; attempt < 3; attempt++) {
            unsigned answers = 0;
            sira_status status = SIRA_OK;
            assert_int_equal(exchange_answer(&x), SIRA_OK);
            assert_string_equal(x.text, "");
            for (unsigned i = 0; i < 6 && status == SIRA_OK; i++) {
                char line[96];
                if (spelled)
                    snprintf(line, sizeof line, W "realm=\"%s\", nonce=\"%u\"\r\n", spellings[i], i);
                else
                    snprintf(line, sizeof line, W "realm=\"%u-%u\", nonce=\"1\"\r\n", attempt, i);
                status = exchange_challenge(&x, line);
                if (status != SIRA_OK)
                    break;
                assert_int_equal(exchange_answer(&x), SIRA_OK);
                answers++;
            }
            assert_int_equal(status, SIRA_E_CREDENTIALS);
            assert_int_equal(answers, spelled ? 1 : SIRA_LIMIT_REALMS);
        }
        exchange_close(&x);
    }
}

/* One proxy behind another: each asks once, and neither rejects. */
static void a_chain_of_proxies_is_answered(void **state)
{
    (void)state;
    exchange x;
    exchange_open(&x);
    exchange_init(&x);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(exchange_challenge(&x, P "realm=\"first\", nonce=\"1\", qop=\"auth\"\r\n"), SIRA_OK);
        assert_int_equal(exchange_answer(&x), SIRA_OK);
        assert_int_equal(exchange_challenge(&x, P "realm=\"second\", nonce=\"1\", qop=\"auth\"\r\n"), SIRA_OK);
        assert_int_equal(exchange_answer(&x), SIRA_OK);
        assert_int_equal(line_count(x.text, "Proxy-Authorization"), 2);
        assert_int_equal(exchange_accept(&x, ""), SIRA_OK);
        sira_digest_client_forget(&x.client);
        assert_int_equal(exchange_answer(&x), SIRA_OK);
    }
    exchange_close(&x);
}

/* A proxy with a new nonce for each request stands before a registrar that knows another password. */
static void an_answer_that_nobody_judged_stays_the_first_one(void **state)
{
    (void)state;
    exchange x;
    unsigned answers = 0;
    sira_status status = SIRA_OK;
    exchange_open(&x);
    exchange_init(&x);
    for (unsigned i = 0; i < 10 && status == SIRA_OK; i++) {
        char line[120];
        snprintf(line, sizeof line, P "realm=\"p\", nonce=\"%u\", qop=\"auth\"%s\r\n", i, i > 0 ? ", stale=true" : "");
        assert_int_equal(exchange_answer(&x), SIRA_OK);
        assert_int_equal(exchange_challenge(&x, line), SIRA_OK);
        assert_int_equal(exchange_answer(&x), SIRA_OK);
        answers += line_count(x.text, "Authorization");
        snprintf(line, sizeof line, W "realm=\"r\", nonce=\"%u\", qop=\"auth\"\r\n", i);
        status = exchange_challenge(&x, line);
    }
    assert_int_equal(status, SIRA_E_CREDENTIALS);
    assert_int_equal(answers, 1);
    exchange_close(&x);
}

/* Two requests at once, and a server that makes one nonce for all who come at the same time. */
static void a_nonce_that_another_request_brought_is_no_rejection(void **state)
{
    (void)state;
    exchange x;
    exchange_open(&x);
    exchange_init(&x);
    assert_int_equal(exchange_challenge(&x, W "realm=\"r\", nonce=\"w0\", qop=\"auth\"\r\n"), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    const sira_digest_attempt a = x.attempt;
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_int_equal(exchange_challenge(&x, W "realm=\"r\", nonce=\"w1\", qop=\"auth\", stale=true\r\n"), SIRA_OK);
    x.attempt = a;
    assert_int_equal(exchange_challenge(&x, W "realm=\"r\", nonce=\"w1\", qop=\"auth\", stale=true\r\n"), SIRA_OK);
    exchange_close(&x);
}

/* The line as it went must not change because a later challenge with the same nonce says something else beside it. */
static void a_challenge_in_other_words_is_not_the_same(void **state)
{
    (void)state;
    exchange x;
    char text[sizeof x.text];
    exchange_open(&x);
    exchange_init(&x);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    const sira_digest_attempt plain = x.attempt;
    assert_int_equal(exchange_challenge(&x, W "realm=\"r\", nonce=\"1\", qop=\"auth\"\r\n"), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    const sira_digest_attempt a = x.attempt;
    memcpy(text, x.text, sizeof text);
    x.attempt = plain;
    assert_int_equal(exchange_challenge(&x, W "realm=\"r\", nonce=\"1\", qop=\"auth\", algorithm=MD5, opaque=\"\", "
                                              "userhash=true\r\n"),
                     SIRA_OK);
    x.attempt = a;
    assert_int_equal(exchange_repeat(&x), SIRA_E_STATE);
    exchange_close(&x);
}

static void the_strength_of_a_realm_is_that_of_both_its_kinds(void **state)
{
    (void)state;
    exchange x;
    exchange_open(&x);
    exchange_init(&x);
    static const char *const lines[] = {
        W "realm=\"r\", nonce=\"1\", qop=\"auth\", algorithm=MD5\r\n",
        P "realm=\"r\", nonce=\"1\", qop=\"auth\", algorithm=MD5\r\n",
        W "realm=\"r\", nonce=\"2\", qop=\"auth\", algorithm=SHA-256\r\n",
        W "realm=\"s\", nonce=\"1\", qop=\"auth\", algorithm=MD5\r\n",
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        assert_int_equal(exchange_answer(&x), SIRA_OK);
        expect_status(lines[i], exchange_challenge(&x, lines[i]), SIRA_OK);
        assert_int_equal(exchange_answer(&x), SIRA_OK);
        assert_int_equal(exchange_accept(&x, ""), SIRA_OK);
    }
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_int_equal(exchange_challenge(&x, lines[0]), SIRA_E_DOWNGRADE);
    exchange_close(&x);
}

static void a_lost_stale_is_forgiven_after_a_success(void **state)
{
    (void)state;
    exchange x;
    exchange_open(&x);
    exchange_init(&x);
    for (unsigned i = 0; i < 4; i++) {
        char line[96];
        assert_int_equal(exchange_challenge(&x, W "realm=\"r\", nonce=\"a\", qop=\"auth\"\r\n"), SIRA_OK);
        assert_int_equal(exchange_answer(&x), SIRA_OK);
        snprintf(line, sizeof line, W "realm=\"r\", nonce=\"b%u\", qop=\"auth\", stale=true\r\n", i);
        assert_int_equal(exchange_challenge(&x, line), SIRA_OK);
        assert_int_equal(exchange_answer(&x), SIRA_OK);
        assert_int_equal(exchange_accept(&x, ""), SIRA_OK);
        assert_int_equal(exchange_answer(&x), SIRA_OK);
    }
    exchange_close(&x);
}

static void ha1_is_made_once_for_a_realm(void **state)
{
    (void)state;
    exchange x;
    exchange_open(&x);
    exchange_init(&x);
    assert_int_equal(exchange_challenge(&x, W "realm=\"r\", nonce=\"1\", qop=\"auth\"\r\n"), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_int_equal(exchange_accept(&x, ""), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    x.config.password = SIRA_STR("not looked at");
    assert_int_equal(exchange_challenge(&x, W "realm=\"r\", nonce=\"2\", qop=\"auth\"\r\n"), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    char right[65], quoted[70];
    const book b = {"MD5",  "alice", "r", "secret", "REGISTER", "sip:example.com", "2", "00000001", "0303030303030303",
                    "auth", ""};
    book_response(&x.config.hash, &b, right);
    snprintf(quoted, sizeof quoted, "\"%s\"", right);
    assert_string_equal(line_param(x.text, "Authorization", 0, "response"), quoted);
    exchange_close(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_third_realm_makes_room_for_itself),
        cmocka_unit_test(the_downgrade_memory_outlives_the_place_in_the_cache),
        cmocka_unit_test(a_realm_that_was_always_weak_stays_welcome),
        cmocka_unit_test(a_realm_goes_back_as_it_came_last),
        cmocka_unit_test(a_nonce_that_comes_again_goes_on_counting),
        cmocka_unit_test(two_requests_at_once_are_both_rejected),
        cmocka_unit_test(one_realm_may_reject_while_another_asks),
        cmocka_unit_test(a_rejection_needs_no_challenge_that_can_be_answered),
        cmocka_unit_test(without_challenges_the_code_tells_who_rejects),
        cmocka_unit_test(a_server_of_ever_new_realms_gets_few_answers),
        cmocka_unit_test(a_chain_of_proxies_is_answered),
        cmocka_unit_test(an_answer_that_nobody_judged_stays_the_first_one),
        cmocka_unit_test(a_nonce_that_another_request_brought_is_no_rejection),
        cmocka_unit_test(a_challenge_in_other_words_is_not_the_same),
        cmocka_unit_test(the_strength_of_a_realm_is_that_of_both_its_kinds),
        cmocka_unit_test(a_lost_stale_is_forgiven_after_a_success),
        cmocka_unit_test(ha1_is_made_once_for_a_realm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
