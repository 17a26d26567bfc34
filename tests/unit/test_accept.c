#include "support/exchange.h"
#include "support/table.h"

#include "digest/digest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NONCE "dcd98b7102dd2f0e8b11d0f600bfb0c093"

/* A client of the vectors' inputs that has sent one request. */
static void open_bob(exchange *x, const char *algorithm, const char *qop)
{
    char line[200];
    exchange_open(x);
    x->config.user = SIRA_STR("bob");
    x->config.password = SIRA_STR("zanzibar");
    exchange_init(x);
    x->request = (sira_digest_request){.method = SIRA_STR("INVITE"), .uri = SIRA_STR("sip:bob@biloxi.com")};
    snprintf(line, sizeof line,
             "WWW-Authenticate: Digest realm=\"biloxi.com\", nonce=\"" NONCE "\", algorithm=%s%s%s%s\r\n", algorithm,
             *qop != '\0' ? ", qop=\"" : "", qop, *qop != '\0' ? "\"" : "");
    assert_int_equal(exchange_challenge(x, line), SIRA_OK);
    assert_int_equal(exchange_answer(x), SIRA_OK);
}

/* rspauth for what a client has sent, with any qop and body. */
static const char *proof_of(const exchange *x, const char *algorithm, const char *qop, const char *body)
{
    static char text[80];
    char hex[65];
    const book b = {.algorithm = algorithm,
                    .user = "bob",
                    .realm = "biloxi.com",
                    .password = "zanzibar",
                    .method = "",
                    .uri = "sip:bob@biloxi.com",
                    .nonce = NONCE,
                    .nc = "00000001",
                    .cnonce = "0101010101010101",
                    .qop = qop,
                    .body = body};
    book_response(&x->config.hash, &b, hex);
    snprintf(text, sizeof text, "%s", hex);
    return text;
}

/* The book is right: it gives the table's values for the table's cnonce. */
static void rspauth_is_that_of_the_table(void **state)
{
    (void)state;
    exchange x;
    table t;
    exchange_open(&x);
    table_open(&t, SIRA_TEST_DIR "/vectors/digest/rspauth.tsv");
    while (table_next(&t)) {
        char *body = table_text(&t, "body");
        const book b = {.algorithm = table_cell(&t, "algorithm"),
                        .user = "bob",
                        .realm = "biloxi.com",
                        .password = "zanzibar",
                        .method = "",
                        .uri = "sip:bob@biloxi.com",
                        .nonce = NONCE,
                        .nc = "00000001",
                        .cnonce = "0a4f113b",
                        .qop = table_cell(&t, "qop"),
                        .body = body};
        char hex[65];
        book_response(&x.config.hash, &b, hex);
        assert_string_equal(hex, table_cell(&t, "rspauth"));
        free(body);
    }
    table_close(&t);
    sira_gcrypt_close(&x.gcrypt);
}

static sira_status accept_body(exchange *x, const char *lines, const char *body)
{
    packet p;
    packet_response(&p, 200, lines, body);
    const sira_status status = sira_digest_client_accepted(&x->client, &x->attempt, &x->request, &p.message, &x->diag);
    packet_free(&p);
    return status;
}

static void a_right_proof_is_taken_and_a_wrong_one_is_not(void **state)
{
    (void)state;
    static const char *const algorithms[] = {"MD5",          "MD5-sess",    "SHA-256",
                                             "SHA-256-sess", "SHA-512-256", "SHA-512-256-sess"};
    static const char *const qops[] = {"", "auth", "auth-int"};
    for (size_t i = 0; i < 18; i++) {
        const char *algorithm = algorithms[i / 3], *qop = qops[i % 3];
        if (*qop == '\0' && strstr(algorithm, "-sess") != NULL)
            continue;
        exchange x;
        char line[300];
        open_bob(&x, algorithm, qop);
        const char *proof = proof_of(&x, algorithm, qop, "the body");
        snprintf(line, sizeof line, "Authentication-Info: rspauth=\"%s\"\r\n", proof);
        expect_status(line, accept_body(&x, line, "the body"), SIRA_OK);
        if (strcmp(qop, "auth-int") == 0)
            expect_status(line, accept_body(&x, line, "the bodY"), SIRA_E_RSPAUTH);
        char *digit = strstr(line, "rspauth=\"") + 9;
        *digit = *digit == '0' ? '1' : '0';
        expect_status(line, accept_body(&x, line, "the body"), SIRA_E_RSPAUTH);
        assert_string_equal(x.diag.field, "Authentication-Info");
        exchange_close(&x);
    }
}

static void what_stands_beside_the_proof_must_agree(void **state)
{
    (void)state;
    static const struct {
        const char *name, *beside;
        sira_status status;
    } cases[] = {
        {"all of it", ", qop=auth, cnonce=\"0101010101010101\", nc=00000001", SIRA_OK},
        {"qop in quotes", ", qop=\"auth\"", SIRA_OK},
        {"another cnonce", ", cnonce=\"0201010101010101\"", SIRA_E_RSPAUTH},
        {"another nc", ", nc=00000002", SIRA_E_RSPAUTH},
        {"another qop", ", qop=auth-int", SIRA_E_RSPAUTH},
        {"an unknown qop", ", qop=auth-conf", SIRA_E_RSPAUTH},
        {"unknown parameters", ", x=y, z=\"\"", SIRA_OK},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        exchange x;
        char line[300];
        open_bob(&x, "SHA-256", "auth");
        snprintf(line, sizeof line, "Authentication-Info: rspauth=\"%s\"%s\r\n", proof_of(&x, "SHA-256", "auth", ""),
                 cases[i].beside);
        expect_status(cases[i].name, exchange_accept(&x, line), cases[i].status);
        exchange_close(&x);
    }
}

static void the_server_may_protect_its_body_where_we_did_not(void **state)
{
    (void)state;
    exchange x;
    char line[300];
    open_bob(&x, "SHA-256", "auth");
    snprintf(line, sizeof line, "Authentication-Info: rspauth=\"%s\", qop=auth-int\r\n",
             proof_of(&x, "SHA-256", "auth-int", "sdp"));
    assert_int_equal(accept_body(&x, line, "sdp"), SIRA_OK);
    assert_int_equal(accept_body(&x, line, "spd"), SIRA_E_RSPAUTH);
    exchange_close(&x);
}

static void a_proof_can_be_demanded(void **state)
{
    (void)state;
    exchange x;
    char line[300];
    open_bob(&x, "MD5", "auth");
    assert_int_equal(exchange_accept(&x, ""), SIRA_OK);
    x.config.policy.require_rspauth = true;
    assert_int_equal(exchange_accept(&x, ""), SIRA_E_RSPAUTH);
    assert_int_equal(exchange_accept(&x, "Authentication-Info: nextnonce=\"x\"\r\n"), SIRA_E_RSPAUTH);
    assert_int_equal(exchange_accept(&x, "Authentication-Info: rspauth=\"\r\n"), SIRA_E_RSPAUTH);
    assert_int_equal(exchange_accept(&x, "Proxy-Authentication-Info: rspauth=\"00\"\r\n"), SIRA_E_RSPAUTH);
    snprintf(line, sizeof line, "Authentication-Info: rspauth=\"%s\"\r\n", proof_of(&x, "MD5", "auth", ""));
    assert_int_equal(exchange_accept(&x, line), SIRA_OK);
    /* Who answers first needs no password, if a request without credentials may succeed. */
    sira_digest_client_forget(&x.client);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_int_equal(exchange_accept(&x, ""), SIRA_E_RSPAUTH);
    assert_string_equal(x.diag.field, "Authentication-Info");
    assert_int_equal(exchange_accept(&x, line), SIRA_E_RSPAUTH);
    x.config.policy.require_rspauth = false;
    assert_int_equal(exchange_accept(&x, ""), SIRA_OK);
    exchange_close(&x);
}

static void a_wrong_proof_gives_no_next_nonce(void **state)
{
    (void)state;
    exchange x;
    open_bob(&x, "MD5", "auth");
    const sira_digest_client before = x.client;
    assert_int_equal(exchange_accept(&x, "Authentication-Info: nextnonce=\"evil\", rspauth=\"00\"\r\n"),
                     SIRA_E_RSPAUTH);
    assert_memory_equal(&before, &x.client, sizeof before);
    exchange_close(&x);
}

/* Both fields are judged before either is taken. */
static void one_false_proof_spoils_both_fields(void **state)
{
    (void)state;
    exchange x;
    exchange_open(&x);
    exchange_init(&x);
    assert_int_equal(exchange_challenge(&x, "WWW-Authenticate: Digest realm=\"r\", nonce=\"good\", qop=\"auth\"\r\n"
                                            "Proxy-Authenticate: Digest realm=\"p\", nonce=\"p\", qop=\"auth\"\r\n"),
                     SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_int_equal(exchange_accept(&x, "Authentication-Info: nextnonce=\"evil\"\r\n"
                                         "Proxy-Authentication-Info: rspauth=\"00\"\r\n"),
                     SIRA_E_RSPAUTH);
    assert_string_equal(x.diag.field, "Proxy-Authentication-Info");
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_string_equal(line_param(x.text, "Authorization", 0, "nonce"), "\"good\"");
    exchange_close(&x);
}

static void a_next_nonce_that_can_not_be_used_is_reported(void **state)
{
    (void)state;
    char line[SIRA_LIMIT_NONCE + 80];
    exchange x;
    open_bob(&x, "MD5", "auth");
    snprintf(line, sizeof line, "Authentication-Info: nextnonce=\"%0*d\"\r\n", (int)SIRA_LIMIT_NONCE + 1, 0);
    assert_int_equal(exchange_accept(&x, line), SIRA_IDLE);
    assert_string_equal(x.diag.field, "Authentication-Info");
    assert_string_equal(x.diag.expected, "a nextnonce within SIRA_LIMIT_NONCE");
    assert_int_equal(exchange_accept(&x, "Authentication-Info: nextnonce\r\n"), SIRA_IDLE);
    assert_string_equal(x.diag.field, "Authentication-Info");
    assert_int_equal(exchange_accept(&x, "Authentication-Info: nextnonce=\"\"\r\n"), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_string_equal(line_param(x.text, "Authorization", 0, "nonce"), "\"" NONCE "\"");
    exchange_close(&x);
}

static void what_is_malformed_or_too_long_is_not_used(void **state)
{
    (void)state;
    char longest[300] = "Authentication-Info: nextnonce=\"";
    memset(longest + strlen(longest), 'x', SIRA_LIMIT_NONCE + 1);
    strcat(longest, "\"\r\n");
    exchange x;
    char both[300], twice[300];
    open_bob(&x, "MD5", "auth");
    const char *proof = proof_of(&x, "MD5", "auth", "");
    snprintf(both, sizeof both, "Authentication-Info: rspauth=\"00\", rspauth=\"%s\", nextnonce=\"a\"\r\n", proof);
    snprintf(twice, sizeof twice,
             "Authentication-Info: rspauth=\"%s\"\r\nAuthentication-Info: rspauth=\"00\", nextnonce=\"a\"\r\n", proof);
    exchange_close(&x);
    const char *const lines[] = {
        longest,
        "Authentication-Info: nextnonce=\"a\", nextnonce=\"b\"\r\n",
        "Authentication-Info: nextnonce=\"a\"\r\nAuthentication-Info: nextnonce=\"b\"\r\n",
        "Authentication-Info: nextnonce=\"\r\n",
        "Authentication-Info: =\r\n",
        both,
        twice,
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        open_bob(&x, "MD5", "auth");
        assert_int_equal(exchange_accept(&x, ""), SIRA_OK);
        const sira_digest_client before = x.client;
        expect_status(lines[i], exchange_accept(&x, lines[i]), SIRA_IDLE);
        assert_memory_equal(&before, &x.client, sizeof before);
        x.config.policy.require_rspauth = true; /* what can be read in two ways proves nothing */
        expect_status(lines[i], exchange_accept(&x, lines[i]), SIRA_E_RSPAUTH);
        exchange_close(&x);
    }
}

static void a_late_answer_does_not_bring_an_old_nonce_back(void **state)
{
    (void)state;
    exchange x;
    open_bob(&x, "MD5", "auth");
    const sira_digest_attempt first = x.attempt;
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_int_equal(exchange_accept(&x, "Authentication-Info: nextnonce=\"second\"\r\n"), SIRA_OK);
    x.attempt = first;
    assert_int_equal(exchange_accept(&x, "Authentication-Info: nextnonce=\"first\"\r\n"), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_string_equal(line_param(x.text, "Authorization", 0, "nonce"), "\"second\"");
    /* Its proof can't be checked any more: that is no proof, and no reason for distrust unless one is demanded. */
    x.attempt = first;
    assert_int_equal(exchange_accept(&x, "Authentication-Info: rspauth=\"00\"\r\n"), SIRA_OK);
    x.config.policy.require_rspauth = true;
    assert_int_equal(exchange_accept(&x, "Authentication-Info: rspauth=\"00\"\r\n"), SIRA_E_RSPAUTH);
    exchange_close(&x);
}

/* Kamailio names the present nonce again: it is no new one, so its count goes on and the request can be repeated. */
static void the_present_nonce_as_the_next_one_changes_nothing(void **state)
{
    (void)state;
    exchange x;
    open_bob(&x, "MD5", "auth");
    assert_int_equal(exchange_accept(&x, "Authentication-Info: nextnonce=\"" NONCE "\"\r\n"), SIRA_OK);
    assert_int_equal(exchange_repeat(&x), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_string_equal(line_param(x.text, "Authorization", 0, "nc"), "00000002");
    exchange_close(&x);
}

/* Of two realms the field does not say which it is for. */
static void the_proof_finds_its_realm(void **state)
{
    (void)state;
    exchange x;
    char hex[65], line[300];
    exchange_open(&x);
    exchange_init(&x);
    assert_int_equal(exchange_challenge(&x, "WWW-Authenticate: Digest realm=\"one\", nonce=\"1\", qop=\"auth\"\r\n"
                                            "WWW-Authenticate: Digest realm=\"two\", nonce=\"2\", qop=\"auth\"\r\n"),
                     SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    const book b = {.algorithm = "MD5",
                    .user = "alice",
                    .realm = "two",
                    .password = "secret",
                    .method = "",
                    .uri = "sip:example.com",
                    .nonce = "2",
                    .nc = "00000001",
                    .cnonce = "0101010101010101",
                    .qop = "auth"};
    book_response(&x.config.hash, &b, hex);
    snprintf(line, sizeof line, "Authentication-Info: rspauth=\"%s\", nextnonce=\"3\"\r\n", hex);
    assert_int_equal(exchange_accept(&x, line), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_string_equal(line_param(x.text, "Authorization", 0, "nonce"), "\"1\"");
    assert_string_equal(line_param(x.text, "Authorization", 1, "nonce"), "\"3\"");
    exchange_close(&x);
}

static void a_proxys_field_is_for_the_proxy(void **state)
{
    (void)state;
    exchange x;
    exchange_open(&x);
    exchange_init(&x);
    assert_int_equal(exchange_challenge(&x, "Proxy-Authenticate: Digest realm=\"r\", nonce=\"p\", qop=\"auth\"\r\n"
                                            "WWW-Authenticate: Digest realm=\"r\", nonce=\"w\", qop=\"auth\"\r\n"),
                     SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_int_equal(exchange_accept(&x, "Proxy-Authentication-Info: nextnonce=\"p2\"\r\n"), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_string_equal(line_param(x.text, "Proxy-Authorization", 0, "nonce"), "\"p2\"");
    assert_string_equal(line_param(x.text, "Authorization", 0, "nonce"), "\"w\"");
    exchange_close(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rspauth_is_that_of_the_table),
        cmocka_unit_test(a_right_proof_is_taken_and_a_wrong_one_is_not),
        cmocka_unit_test(what_stands_beside_the_proof_must_agree),
        cmocka_unit_test(the_server_may_protect_its_body_where_we_did_not),
        cmocka_unit_test(a_proof_can_be_demanded),
        cmocka_unit_test(a_wrong_proof_gives_no_next_nonce),
        cmocka_unit_test(one_false_proof_spoils_both_fields),
        cmocka_unit_test(a_next_nonce_that_can_not_be_used_is_reported),
        cmocka_unit_test(what_is_malformed_or_too_long_is_not_used),
        cmocka_unit_test(a_late_answer_does_not_bring_an_old_nonce_back),
        cmocka_unit_test(the_present_nonce_as_the_next_one_changes_nothing),
        cmocka_unit_test(the_proof_finds_its_realm),
        cmocka_unit_test(a_proxys_field_is_for_the_proxy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
