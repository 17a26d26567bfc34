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
    assert_int_equal(exchange_accept(&x, ""), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
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
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_int_equal(exchange_accept(&x, ""), SIRA_OK);
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

/* Sends what a challenge asks for and has it accepted. */
static void succeed(exchange *x, const char *lines)
{
    assert_int_equal(exchange_answer(x), SIRA_OK);
    expect_status(lines, exchange_challenge(x, lines), SIRA_OK);
    assert_int_equal(exchange_answer(x), SIRA_OK);
    assert_int_equal(exchange_accept(x, ""), SIRA_OK);
    assert_int_equal(exchange_answer(x), SIRA_OK);
}

#define STRONG ", nonce=\"1\", qop=\"auth\", algorithm=SHA-256\r\n"
#define WEAK ", nonce=\"2\", qop=\"auth\", algorithm=MD5\r\n"

/* Whatever a server calls itself, and whether it asks as a registrar or as a proxy that nobody has met before. */
static void what_was_accepted_counts_for_every_realm(void **state)
{
    (void)state;
    static const struct {
        const char *before, *after;
        sira_status status;
    } cases[] = {
        {W "realm=\"r\"" STRONG, W "realm=\"r\"" WEAK, SIRA_E_DOWNGRADE},
        {W "realm=\"r\"" STRONG, W "realm=\"R\"" WEAK, SIRA_E_DOWNGRADE},
        {W "realm=\"r\"" STRONG, W "realm=\"other\"" WEAK, SIRA_E_DOWNGRADE},
        {W "realm=\"r\"" STRONG, P "realm=\"other\"" WEAK, SIRA_E_DOWNGRADE},
        {P "realm=\"r\"" STRONG, W "realm=\"r\"" WEAK, SIRA_E_DOWNGRADE},
        {W "realm=\"r\"" STRONG, W "realm=\"other\"" STRONG, SIRA_OK},
        {W "realm=\"r\"" STRONG P "realm=\"p\"" WEAK, P "realm=\"q\"" WEAK, SIRA_OK},
        {W "realm=\"r\"" STRONG P "realm=\"p\"" WEAK, W "realm=\"q\"" WEAK, SIRA_E_DOWNGRADE},
        {W "realm=\"r\", nonce=\"1\", qop=\"auth\"\r\n", W "realm=\"r\", nonce=\"2\"\r\n", SIRA_E_DOWNGRADE},
        {W "realm=\"r\", nonce=\"1\", qop=\"auth\"\r\n", W "realm=\"s\", nonce=\"2\", qop=\"\"\r\n", SIRA_E_DOWNGRADE},
        {W "realm=\"r\", nonce=\"1\", qop=\"auth-int\"\r\n", W "realm=\"s\", nonce=\"2\", qop=\"auth\"\r\n",
         SIRA_E_DOWNGRADE},
        {W "realm=\"r\", nonce=\"1\", qop=\"auth-int\"\r\n", W "realm=\"s\", nonce=\"2\", qop=\"auth,auth-int\"\r\n",
         SIRA_OK},
        {W "realm=\"r\", nonce=\"1\"\r\n", W "realm=\"s\", nonce=\"2\", qop=\"auth\"\r\n", SIRA_OK},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (unsigned allowed = 0; allowed < 2; allowed++) {
            exchange x;
            exchange_open(&x);
            x.config.policy.allow_downgrade = allowed != 0;
            exchange_init(&x);
            succeed(&x, cases[i].before);
            expect_status(cases[i].after, exchange_challenge(&x, cases[i].after), allowed ? SIRA_OK : cases[i].status);
            if (allowed == 0 && strstr(cases[i].after, "auth,auth-int") != NULL) {
                assert_int_equal(exchange_answer(&x), SIRA_OK);
                assert_string_equal(line_param(x.text, "Authorization", 1, "qop"), "auth-int");
            }
            exchange_close(&x);
        }
        exchange x;
        exchange_open(&x);
        exchange_init(&x);
        succeed(&x, cases[i].before);
        sira_digest_client_forget_strength(&x.client);
        expect_status(cases[i].after, exchange_challenge(&x, cases[i].after), SIRA_OK);
        exchange_close(&x);
    }
}

/* Anybody on the path can offer what the server does not have. */
static void a_challenge_alone_teaches_no_strength(void **state)
{
    (void)state;
    static const char *const forged[] = {
        W "realm=\"r\", nonce=\"f\", algorithm=SHA-512-256, qop=\"auth-int\"\r\n",
        W "realm=\"evil\", nonce=\"f\", algorithm=SHA-512-256, qop=\"auth-int\"\r\n",
        P "realm=\"evil\", nonce=\"f\", algorithm=SHA-512-256, qop=\"auth-int\"\r\n",
    };
    for (size_t i = 0; i < sizeof forged / sizeof forged[0]; i++) {
        for (unsigned known = 0; known < 2; known++) {
            exchange x;
            exchange_open(&x);
            exchange_init(&x);
            if (known)
                succeed(&x, W "realm=\"r\", nonce=\"0\", qop=\"auth\"\r\n");
            else
                assert_int_equal(exchange_answer(&x), SIRA_OK);
            expect_status(forged[i], exchange_challenge(&x, forged[i]), SIRA_OK);
            assert_int_equal(exchange_answer(&x), SIRA_OK);
            if (known && i > 0) /* the real server looks at its own realm only, and is content */
                assert_int_equal(exchange_accept(&x, ""), SIRA_OK);
            sira_digest_client_forget(&x.client);
            assert_int_equal(exchange_answer(&x), SIRA_OK);
            expect_status(forged[i], exchange_challenge(&x, W "realm=\"r\"" WEAK), SIRA_OK);
            exchange_close(&x);
        }
    }
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

/* Two requests of one account take each other's places in the cache: the server gets no more answers from them than
 * from two requests one after the other. */
static void two_requests_at_once_give_no_more_answers_than_two(void **state)
{
    (void)state;
    static const char *const kinds[] = {W, P};
    for (unsigned kind = 0; kind < 3; kind++) {
        exchange x;
        sira_digest_attempt attempts[2];
        bool ended[2] = {false, false};
        unsigned answers = 0;
        exchange_open(&x);
        exchange_init(&x);
        for (unsigned i = 0; i < 2; i++) {
            assert_int_equal(exchange_answer(&x), SIRA_OK);
            attempts[i] = x.attempt;
        }
        for (unsigned i = 0; i < 40; i++) {
            char line[96];
            if (ended[i % 2])
                continue;
            x.attempt = attempts[i % 2];
            snprintf(line, sizeof line, "%srealm=\"%u\", nonce=\"1\"\r\n", kinds[kind == 2 ? i / 2 % 2 : kind], i);
            const sira_status status = exchange_challenge(&x, line);
            if (status != SIRA_OK) {
                expect_status(line, status, SIRA_E_CREDENTIALS);
                ended[i % 2] = true;
                continue;
            }
            answers++;
            assert_int_equal(exchange_answer(&x), SIRA_OK);
            attempts[i % 2] = x.attempt;
        }
        assert_true(ended[0] && ended[1]);
        if (answers > 2 * SIRA_LIMIT_REALMS)
            fail_msg("%u answers", answers);
        exchange_close(&x);
    }
}

/* A registrar asks, and a proxy beside it for something that we don't have: that says nothing of what the proxy was
 * sent. */
static void another_scheme_of_the_other_kind_rejects_nothing(void **state)
{
    (void)state;
    exchange x;
    exchange_open(&x);
    exchange_init(&x);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_int_equal(exchange_challenge(&x, P "realm=\"p\", nonce=\"1\"\r\n"), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_int_equal(exchange_challenge(&x, W "realm=\"r\", nonce=\"1\"\r\nProxy-Authenticate: Basic realm=\"p\"\r\n"),
                     SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_int_equal(line_count(x.text, "Proxy-Authorization"), 1);
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
        cmocka_unit_test(what_was_accepted_counts_for_every_realm),
        cmocka_unit_test(a_challenge_alone_teaches_no_strength),
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
        cmocka_unit_test(two_requests_at_once_give_no_more_answers_than_two),
        cmocka_unit_test(another_scheme_of_the_other_kind_rejects_nothing),
        cmocka_unit_test(a_lost_stale_is_forgiven_after_a_success),
        cmocka_unit_test(ha1_is_made_once_for_a_realm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
