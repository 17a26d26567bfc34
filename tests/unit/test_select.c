#include "support/exchange.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define W "WWW-Authenticate: Digest "
#define P "Proxy-Authenticate: Digest "

/* One response, and which of its nonces is answered; NULL for none. */
static void a_challenge_is_chosen(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        sira_digest_policy policy;
        const char *lines;
        sira_status status;
        const char *nonce;
    } cases[] = {
        {"nothing", {0}, "", SIRA_E_CHALLENGE, NULL},
        {"Basic only", {0}, "WWW-Authenticate: Basic realm=\"r\"\r\n", SIRA_E_CHALLENGE, NULL},
        {"two in one line",
         {0},
         W "realm=\"r\", nonce=\"1\", algorithm=SHA-256, Digest realm=\"r\", nonce=\"2\"\r\n",
         SIRA_OK,
         "1"},
        {"Basic and Digest in one line",
         {0},
         "WWW-Authenticate: Basic realm=\"r\", Digest realm=\"r\", nonce=\"2\"\r\n",
         SIRA_OK,
         "2"},
        {"minimum SHA-256",
         {.minimum_algorithm = SIRA_ALGORITHM_SHA_256},
         W "realm=\"r\", nonce=\"1\", algorithm=MD5\r\n" W "realm=\"r\", nonce=\"2\", algorithm=SHA-256\r\n",
         SIRA_OK,
         "2"},
        {"minimum SHA-256-sess is SHA-256",
         {.minimum_algorithm = SIRA_ALGORITHM_SHA_256_SESS},
         W "realm=\"r\", nonce=\"1\", algorithm=SHA-256\r\n",
         SIRA_OK,
         "1"},
        {"minimum SHA-512-256 and not there",
         {.minimum_algorithm = SIRA_ALGORITHM_SHA_512_256},
         W "realm=\"r\", nonce=\"1\", algorithm=SHA-256\r\n",
         SIRA_E_CHALLENGE,
         NULL},
        {"strongest of three",
         {.strongest_first = true},
         W "realm=\"r\", nonce=\"1\", algorithm=SHA-256\r\n" W "realm=\"r\", nonce=\"2\", algorithm=SHA-512-256\r\n" W
           "realm=\"r\", nonce=\"3\", algorithm=MD5\r\n",
         SIRA_OK,
         "2"},
        {"strongest: the first of two alike",
         {.strongest_first = true},
         W "realm=\"r\", nonce=\"1\", algorithm=SHA-256-sess, qop=\"auth\"\r\n" W
           "realm=\"r\", nonce=\"2\", algorithm=SHA-256\r\n",
         SIRA_OK,
         "1"},
        {"no qop", {0}, W "realm=\"r\", nonce=\"1\"\r\n", SIRA_OK, "1"},
        {"no qop, refused by policy",
         {.minimum_qop = SIRA_QOP_AUTH},
         W "realm=\"r\", nonce=\"1\"\r\n",
         SIRA_E_CHALLENGE,
         NULL},
        {"auth, refused by policy",
         {.minimum_qop = SIRA_QOP_AUTH_INT},
         W "realm=\"r\", nonce=\"1\", qop=\"auth\"\r\n",
         SIRA_E_CHALLENGE,
         NULL},
        {"unknown qop only", {0}, W "realm=\"r\", nonce=\"1\", qop=\"x\"\r\n", SIRA_OK, "1"},
        {"an empty qop", {0}, W "realm=\"r\", nonce=\"1\", qop=\"\"\r\n", SIRA_OK, "1"},
        {"an empty qop, refused by policy",
         {.minimum_qop = SIRA_QOP_AUTH},
         W "realm=\"r\", nonce=\"1\", qop=\"\"\r\n",
         SIRA_E_CHALLENGE,
         NULL},
        {"-sess with an unknown qop",
         {0},
         W "realm=\"r\", nonce=\"1\", algorithm=MD5-sess, qop=\"x\"\r\n",
         SIRA_E_CHALLENGE,
         NULL},
        {"-sess without qop", {0}, W "realm=\"r\", nonce=\"1\", algorithm=MD5-sess\r\n", SIRA_E_CHALLENGE, NULL},
        {"no realm", {0}, W "nonce=\"1\"\r\n", SIRA_E_SYNTAX, NULL},
        {"nonce twice", {0}, W "realm=\"r\", nonce=\"1\", nonce=\"2\"\r\n", SIRA_E_SYNTAX, NULL},
        {"a malformed one, then a good one",
         {0},
         W "realm=\"r\", nonce=\"1\", nonce=\"2\"\r\n" W "realm=\"r\", nonce=\"3\"\r\n",
         SIRA_OK,
         "3"},
        {"no quotes", {0}, W "realm=r, nonce=1\r\n", SIRA_OK, "1"},
        {"an empty realm and nonce", {0}, W "realm=\"\", nonce=\"\"\r\n", SIRA_OK, ""},
        {"a folded nonce", {0}, W "realm=\"r\",\r\n nonce=\"1\r\n  2\"\r\n", SIRA_OK, "1 2"},
        {"stale at once", {0}, W "realm=\"r\", nonce=\"1\", stale=true\r\n", SIRA_OK, "1"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        exchange x;
        exchange_open(&x);
        x.config.policy = cases[i].policy;
        exchange_init(&x);
        expect_status(cases[i].name, exchange_challenge(&x, cases[i].lines), cases[i].status);
        expect_status(cases[i].name, exchange_answer(&x), SIRA_OK);
        const char *nonce = line_param(x.text, "Authorization", 0, "nonce");
        char quoted[64];
        snprintf(quoted, sizeof quoted, "\"%s\"", cases[i].nonce != NULL ? cases[i].nonce : "");
        if ((nonce == NULL) != (cases[i].nonce == NULL) || (nonce != NULL && strcmp(nonce, quoted) != 0))
            fail_msg("%s: answered %s", cases[i].name, nonce != NULL ? nonce : "nothing");
        assert_true(line_count(x.text, "Authorization") <= 1);
        exchange_close(&x);
    }
}

static char *long_line(const char *before, size_t n, const char *after)
{
    char *line = malloc(strlen(before) + n + strlen(after) + 1);
    assert_non_null(line);
    memcpy(line, before, strlen(before));
    memset(line + strlen(before), 'x', n);
    memcpy(line + strlen(before) + n, after, strlen(after) + 1);
    return line;
}

static void what_is_over_its_limit_is_reported_and_not_kept(void **state)
{
    (void)state;
    static const struct {
        const char *name, *before, *after, *expected;
        size_t limit;
    } cases[] = {
        {"realm", W "nonce=\"n\", realm=\"", "\"\r\n", "a realm within SIRA_LIMIT_REALM", SIRA_LIMIT_REALM},
        {"nonce", W "realm=\"r\", nonce=\"", "\"\r\n", "a nonce within SIRA_LIMIT_NONCE", SIRA_LIMIT_NONCE},
        {"opaque", W "realm=\"r\", nonce=\"n\", opaque=\"", "\"\r\n", "an opaque within SIRA_LIMIT_OPAQUE",
         SIRA_LIMIT_OPAQUE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (size_t n = cases[i].limit - 1; n <= cases[i].limit + 2; n++) {
            exchange x;
            exchange_open(&x);
            exchange_init(&x);
            const sira_digest_client before = x.client;
            char *line = long_line(cases[i].before, n, cases[i].after);
            const bool fits = n <= cases[i].limit;
            expect_status(cases[i].name, exchange_challenge(&x, line), fits ? SIRA_OK : SIRA_E_LIMIT);
            if (!fits) {
                expect_str(cases[i].name, sira_str_from(x.diag.expected), cases[i].expected);
                expect_str(cases[i].name, sira_str_from(x.diag.field), "WWW-Authenticate");
                assert_memory_equal(&before, &x.client, sizeof before);
            }
            free(line);
            assert_int_equal(exchange_answer(&x), SIRA_OK);
            assert_int_equal(line_count(x.text, "Authorization"), fits ? 1 : 0);
            exchange_close(&x);
        }
    }
}

/* Each of these leaves the client as it was, nonce in use included. */
static void hostile_challenges_change_nothing(void **state)
{
    (void)state;
    static const char *const lines[] = {
        W "\r\n",
        W ",\r\n",
        W "realm\r\n",
        W "realm=\r\n",
        W "realm=\"\r\n",
        W "realm=\"r\r\n",
        W "realm=\"r\", nonce=\"n\\\"\r\n",
        W "realm=\"r\", nonce=n\"n\"\r\n",
        W "realm=\"r\" nonce=\"n\"\r\n",
        W "realm=\"r\", nonce=\"2\", algorithm=MD5-sess, qop=\"nope\"\r\n",
        W "realm=\"r\", nonce=\"2\", algorithm=MD6\r\n",
        W "realm=\"r\", nonce=\"2\", realm=\"r\"\r\n",
        "WWW-Authenticate: \r\n",
        "WWW-Authenticate: ,,,\r\n",
        "WWW-Authenticate: \"Digest\" realm=\"r\"\r\n",
        "WWW-Authenticate: Digest\r\n",
        W "realm=\"r\", nonce=\"2\", algorithm=MD5, stale=true, stale=true\r\n",
        W "realm=\"r\", nonce=\"\xff\xfe\", qop=\"auth\", nonce=\"\"\r\n",
    };
    exchange x;
    exchange_open(&x);
    exchange_init(&x);
    assert_int_equal(exchange_challenge(&x, W "realm=\"r\", nonce=\"1\", qop=\"auth\"\r\n"), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_int_equal(exchange_accept(&x, ""), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK); /* preemptive: no challenge to it is a rejection */
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        const sira_digest_client before = x.client;
        const sira_status status = exchange_challenge(&x, lines[i]);
        if (status >= 0)
            fail_msg("%s gave %d", lines[i], (int)status);
        if (memcmp(&before, &x.client, sizeof before) != 0)
            fail_msg("%s changed the client", lines[i]);
    }
    exchange_close(&x);
}

/* To answer some of them only would look like a wrong password. */
static void too_many_realms_or_challenges_are_reported(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        unsigned realms, challenges;
        sira_status status;
    } cases[] = {
        {"as many realms as are kept", SIRA_LIMIT_REALMS, SIRA_LIMIT_REALMS, SIRA_OK},
        {"one realm more", SIRA_LIMIT_REALMS + 1, SIRA_LIMIT_REALMS + 1, SIRA_E_LIMIT},
        {"as many challenges as are looked at", 1, SIRA_LIMIT_CHALLENGES, SIRA_OK},
        {"one challenge more", 1, SIRA_LIMIT_CHALLENGES + 1, SIRA_E_LIMIT},
        {"forty realms", 40, 40, SIRA_E_LIMIT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char lines[4096] = "";
        for (unsigned n = 0; n < cases[i].challenges; n++) {
            char line[80];
            snprintf(line, sizeof line, W "realm=\"r%u\", nonce=\"n%u\"\r\n", n % cases[i].realms, n);
            strcat(lines, line);
        }
        exchange x;
        exchange_open(&x);
        exchange_init(&x);
        const sira_digest_client before = x.client;
        expect_status(cases[i].name, exchange_challenge(&x, lines), cases[i].status);
        if (cases[i].status != SIRA_OK)
            assert_memory_equal(&before, &x.client, sizeof before);
        assert_int_equal(exchange_answer(&x), SIRA_OK);
        assert_int_equal(line_count(x.text, "Authorization"), cases[i].status == SIRA_OK ? cases[i].realms : 0);
        exchange_close(&x);
    }
}

/* However it is escaped, and whoever asks: a realm is one, and has one password. */
static void a_realm_in_disguise_is_no_way_to_a_downgrade(void **state)
{
    (void)state;
    static const char *const lines[] = {
        W "realm=\"exampl\\e.com\", nonce=\"2\", algorithm=MD5\r\n",
        P "realm=\"example.com\", nonce=\"2\", algorithm=MD5\r\n",
        P "realm=\"\\example.com\", nonce=\"2\", algorithm=MD5\r\n",
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        exchange x;
        exchange_open(&x);
        exchange_init(&x);
        assert_int_equal(
            exchange_challenge(&x, W "realm=\"example.com\", nonce=\"1\", qop=\"auth\", algorithm=SHA-256\r\n"),
            SIRA_OK);
        assert_int_equal(exchange_answer(&x), SIRA_OK);
        assert_int_equal(exchange_accept(&x, ""), SIRA_OK);
        assert_int_equal(exchange_answer(&x), SIRA_OK);
        expect_status(lines[i], exchange_challenge(&x, lines[i]), SIRA_E_DOWNGRADE);
        exchange_close(&x);
    }
}

static void a_downgrade_is_told_from_all_else(void **state)
{
    (void)state;
    static const struct {
        const char *name, *before, *after;
        bool allow;
        sira_status status;
    } cases[] = {
        {"same", "SHA-256", "SHA-256", false, SIRA_OK},
        {"stronger", "SHA-256", "SHA-512-256", false, SIRA_OK},
        {"weaker", "SHA-512-256", "SHA-256", false, SIRA_E_DOWNGRADE},
        {"weaker, allowed", "SHA-512-256", "MD5", true, SIRA_OK},
        {"-sess is as strong", "SHA-256-sess", "SHA-256", false, SIRA_OK},
        {"from -sess to MD5", "SHA-256-sess", "MD5-sess", false, SIRA_E_DOWNGRADE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        exchange x;
        char line[160];
        exchange_open(&x);
        x.config.policy.allow_downgrade = cases[i].allow;
        exchange_init(&x);
        snprintf(line, sizeof line, W "realm=\"r\", nonce=\"1\", qop=\"auth\", algorithm=%s\r\n", cases[i].before);
        expect_status(cases[i].name, exchange_challenge(&x, line), SIRA_OK);
        assert_int_equal(exchange_answer(&x), SIRA_OK);
        assert_int_equal(exchange_accept(&x, ""), SIRA_OK);
        assert_int_equal(exchange_answer(&x), SIRA_OK);
        snprintf(line, sizeof line, W "realm=\"r\", nonce=\"2\", qop=\"auth\", algorithm=%s\r\n", cases[i].after);
        expect_status(cases[i].name, exchange_challenge(&x, line), cases[i].status);
        /* Another realm is the same matter. */
        snprintf(line, sizeof line, W "realm=\"other\", nonce=\"2\", qop=\"auth\", algorithm=%s\r\n", cases[i].after);
        expect_status(cases[i].name, exchange_challenge(&x, line), cases[i].status);
        exchange_close(&x);
    }
}

static void diag_points_into_the_message(void **state)
{
    (void)state;
    exchange x;
    packet p;
    exchange_open(&x);
    exchange_init(&x);
    packet_response(&p, 401, W "realm=\"r\", nonce=\"1\", nonce=\"2\"\r\n", "");
    assert_int_equal(sira_digest_client_challenged(&x.client, &x.attempt, &p.message, &x.diag), SIRA_E_SYNTAX);
    assert_true(x.diag.offset < p.bytes.len);
    assert_memory_equal(p.bytes.at + x.diag.offset, "nonce=\"2\"", 9);
    assert_string_equal(x.diag.field, "WWW-Authenticate");
    assert_int_equal(sira_digest_client_challenged(&x.client, &x.attempt, &p.message, NULL), SIRA_E_SYNTAX);
    packet_free(&p);
    exchange_close(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_challenge_is_chosen),
        cmocka_unit_test(what_is_over_its_limit_is_reported_and_not_kept),
        cmocka_unit_test(hostile_challenges_change_nothing),
        cmocka_unit_test(too_many_realms_or_challenges_are_reported),
        cmocka_unit_test(a_downgrade_is_told_from_all_else),
        cmocka_unit_test(a_realm_in_disguise_is_no_way_to_a_downgrade),
        cmocka_unit_test(diag_points_into_the_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
