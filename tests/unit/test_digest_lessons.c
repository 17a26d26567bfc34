/* What widely used stacks get wrong, line by line: each of these is a behaviour that at least one of them fails. */
#include "support/exchange.h"

#include <stdio.h>
#include <string.h>

#define MD5_CHALLENGE "WWW-Authenticate: Digest realm=\"r\", nonce=\"m\", qop=\"auth\", algorithm=MD5\r\n"
#define SHA_CHALLENGE "WWW-Authenticate: Digest realm=\"r\", nonce=\"s\", qop=\"auth\", algorithm=SHA-256\r\n"

static void expect_param(const exchange *x, const char *header, const char *param, const char *expected)
{
    const char *value = line_param(x->text, header, 0, param);
    if (value == NULL || strcmp(value, expected) != 0)
        fail_msg("%s is %s, expected %s, in %s", param, value != NULL ? value : "absent", expected, x->text);
}

/* A line's response must be what its own parameters and the password give. unquoted: how realm, nonce and user are
 * hashed. */
static void expect_right(const exchange *x, const char *header, unsigned n, const book *unquoted)
{
    char right[65], quoted[70];
    book_response(&x->config.hash, unquoted, right);
    snprintf(quoted, sizeof quoted, "\"%s\"", right);
    const char *response = line_param(x->text, header, n, "response");
    if (response == NULL || strcmp(response, quoted) != 0)
        fail_msg("response is %s, expected %s, in %s", response != NULL ? response : "absent", quoted, x->text);
}

static book usual(const char *algorithm, const char *nonce, const char *qop)
{
    return (book){.algorithm = algorithm,
                  .user = "alice",
                  .realm = "r",
                  .password = "secret",
                  .method = "REGISTER",
                  .uri = "sip:example.com",
                  .nonce = nonce,
                  .nc = "00000001",
                  .cnonce = "0101010101010101",
                  .qop = qop};
}

static void the_topmost_supported_challenge_is_answered(void **state)
{
    (void)state;
    exchange x;
    exchange_open(&x);
    exchange_init(&x);
    assert_int_equal(exchange_challenge(&x, MD5_CHALLENGE SHA_CHALLENGE), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_int_equal(line_count(x.text, "Authorization"), 1);
    expect_param(&x, "Authorization", "algorithm", "MD5");
    expect_param(&x, "Authorization", "nonce", "\"m\"");
    exchange_close(&x);
    exchange_open(&x);
    exchange_init(&x);
    assert_int_equal(exchange_challenge(&x, SHA_CHALLENGE MD5_CHALLENGE), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_int_equal(line_count(x.text, "Authorization"), 1);
    expect_param(&x, "Authorization", "algorithm", "SHA-256");
    expect_param(&x, "Authorization", "nonce", "\"s\"");
    const book b = usual("SHA-256", "s", "auth");
    expect_right(&x, "Authorization", 0, &b);
    exchange_close(&x);
}

static void the_strongest_challenge_is_answered_by_policy(void **state)
{
    (void)state;
    exchange x;
    exchange_open(&x);
    x.config.policy.strongest_first = true;
    exchange_init(&x);
    assert_int_equal(exchange_challenge(&x, MD5_CHALLENGE SHA_CHALLENGE), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    expect_param(&x, "Authorization", "algorithm", "SHA-256");
    expect_param(&x, "Authorization", "nonce", "\"s\"");
    exchange_close(&x);
}

static void an_unknown_scheme_or_algorithm_in_front_is_skipped(void **state)
{
    (void)state;
    static const char *const before[] = {
        "WWW-Authenticate: Bearer realm=\"r\", authz_server=\"https://example.com\"\r\n",
        "WWW-Authenticate: Basic realm=\"r\"\r\n",
        "WWW-Authenticate: Digest realm=\"r\", nonce=\"x\", algorithm=SHA3-512, qop=\"auth\"\r\n",
        "WWW-Authenticate: Digest realm=\"r\", nonce=\"x\", algorithm=AKAv1-MD5, qop=\"auth\"\r\n",
        "WWW-Authenticate: Digest realm=\"r\", nonce=\"x\", algorithm=MD5, qop=\"auth-conf\"\r\n",
        "WWW-Authenticate: Digest realm=\"r\", algorithm=MD5, qop=\"auth\"\r\n",
        "WWW-Authenticate: NTLM TlRMTVNTUAAC\r\n",
    };
    for (size_t i = 0; i < sizeof before / sizeof before[0]; i++) {
        exchange x;
        char lines[400];
        exchange_open(&x);
        exchange_init(&x);
        snprintf(lines, sizeof lines, "%s%s", before[i], MD5_CHALLENGE);
        expect_status(before[i], exchange_challenge(&x, lines), SIRA_OK);
        assert_int_equal(exchange_answer(&x), SIRA_OK);
        assert_int_equal(line_count(x.text, "Authorization"), 1);
        expect_param(&x, "Authorization", "nonce", "\"m\"");
        exchange_close(&x);
    }
}

static void auth_int_alone_is_answered_with_auth_int(void **state)
{
    (void)state;
    exchange x;
    exchange_open(&x);
    exchange_init(&x);
    x.request.body = SIRA_STR("v=0\r\n");
    assert_int_equal(exchange_challenge(&x, "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth-int\"\r\n"),
                     SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    expect_param(&x, "Authorization", "qop", "auth-int");
    book b = usual("MD5", "n", "auth-int");
    b.body = "v=0\r\n";
    expect_right(&x, "Authorization", 0, &b);
    exchange_close(&x);
}

static void of_two_qops_the_same_stands_in_hash_and_header(void **state)
{
    (void)state;
    static const struct {
        const char *offer, *taken;
        bool prefer;
        uint8_t minimum;
    } cases[] = {{"auth-int,auth", "auth", false, 0},
                 {"auth,auth-int", "auth", false, 0},
                 {"auth-int, auth", "auth-int", true, 0},
                 {"auth,auth-int", "auth-int", false, SIRA_QOP_AUTH_INT},
                 {"auth", "auth", true, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        exchange x;
        char line[128];
        exchange_open(&x);
        x.config.policy.prefer_auth_int = cases[i].prefer;
        x.config.policy.minimum_qop = cases[i].minimum;
        exchange_init(&x);
        x.request.body = SIRA_STR("body");
        snprintf(line, sizeof line, "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"%s\"\r\n",
                 cases[i].offer);
        assert_int_equal(exchange_challenge(&x, line), SIRA_OK);
        assert_int_equal(exchange_answer(&x), SIRA_OK);
        expect_param(&x, "Authorization", "qop", cases[i].taken);
        book b = usual("MD5", "n", cases[i].taken);
        b.body = "body";
        expect_right(&x, "Authorization", 0, &b);
        exchange_close(&x);
    }
}

static void nc_is_eight_lower_case_hex_digits(void **state)
{
    (void)state;
    static const unsigned looked_at[] = {1, 9, 10, 15, 16, 255, 256, 65535, 65536};
    exchange x;
    size_t next = 0;
    exchange_open(&x);
    exchange_init(&x);
    assert_int_equal(exchange_challenge(&x, MD5_CHALLENGE), SIRA_OK);
    for (unsigned n = 1; next < sizeof looked_at / sizeof looked_at[0]; n++) {
        assert_int_equal(exchange_answer(&x), SIRA_OK);
        if (n != looked_at[next])
            continue;
        char nc[16], cnonce[17];
        snprintf(nc, sizeof nc, "%08x", n);
        for (unsigned i = 0; i < 8; i++)
            snprintf(cnonce + 2 * i, 3, "%02x", n & 255);
        expect_param(&x, "Authorization", "nc", nc);
        book b = usual("MD5", "m", "auth");
        b.nc = nc;
        b.cnonce = cnonce;
        expect_right(&x, "Authorization", 0, &b);
        next++;
    }
    exchange_close(&x);
}

static void nc_starts_at_one_with_a_new_nonce(void **state)
{
    (void)state;
    exchange x;
    exchange_open(&x);
    exchange_init(&x);
    assert_int_equal(exchange_challenge(&x, MD5_CHALLENGE), SIRA_OK);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(exchange_answer(&x), SIRA_OK);
    expect_param(&x, "Authorization", "nc", "00000003");
    assert_int_equal(exchange_accept(&x, "Authentication-Info: nextnonce=\"n2\"\r\n"), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    expect_param(&x, "Authorization", "nonce", "\"n2\"");
    expect_param(&x, "Authorization", "nc", "00000001");
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    expect_param(&x, "Authorization", "nc", "00000002");
    assert_int_equal(
        exchange_challenge(&x, "WWW-Authenticate: Digest realm=\"r\", nonce=\"n3\", qop=\"auth\", algorithm=MD5\r\n"),
        SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    expect_param(&x, "Authorization", "nonce", "\"n3\"");
    expect_param(&x, "Authorization", "nc", "00000001");
    exchange_close(&x);
}

static void each_request_has_a_cnonce_of_its_own(void **state)
{
    (void)state;
    exchange x;
    exchange_open(&x);
    exchange_init(&x);
    assert_int_equal(exchange_challenge(&x, MD5_CHALLENGE), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    expect_param(&x, "Authorization", "cnonce", "\"0101010101010101\"");
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    expect_param(&x, "Authorization", "cnonce", "\"0202020202020202\"");
    exchange_close(&x);
}

static void a_session_keeps_its_cnonce_and_hashes_hex(void **state)
{
    (void)state;
    exchange x;
    exchange_open(&x);
    exchange_init(&x);
    assert_int_equal(exchange_challenge(
                         &x, "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\", algorithm=MD5-sess\r\n"),
                     SIRA_OK);
    for (unsigned i = 1; i <= 2; i++) {
        assert_int_equal(exchange_answer(&x), SIRA_OK);
        expect_param(&x, "Authorization", "cnonce", "\"0101010101010101\"");
        book b = usual("MD5-sess", "n", "auth");
        b.nc = i == 1 ? "00000001" : "00000002";
        expect_right(&x, "Authorization", 0, &b);
    }
    /* The next nonce is another session. */
    assert_int_equal(exchange_accept(&x, "Authentication-Info: nextnonce=\"n2\"\r\n"), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    expect_param(&x, "Authorization", "cnonce", "\"0303030303030303\"");
    book b = usual("MD5-sess", "n2", "auth");
    b.cnonce = "0303030303030303";
    expect_right(&x, "Authorization", 0, &b);
    exchange_close(&x);
}

static void an_algorithm_that_the_provider_lacks_is_skipped(void **state)
{
    (void)state;
    exchange x;
    exchange_open(&x);
    x.config.hash.algorithms = 1u << SIRA_HASH_SHA256;
    exchange_init(&x);
    assert_int_equal(exchange_challenge(&x, MD5_CHALLENGE SHA_CHALLENGE), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    expect_param(&x, "Authorization", "algorithm", "SHA-256");
    sira_digest_client_forget(&x.client);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_int_equal(exchange_challenge(&x, MD5_CHALLENGE), SIRA_E_CHALLENGE);
    exchange_close(&x);
}

static void two_realms_and_a_proxy_are_answered_each_with_its_own(void **state)
{
    (void)state;
    exchange x;
    exchange_open(&x);
    exchange_init(&x);
    assert_int_equal(exchange_challenge(&x, "WWW-Authenticate: Digest realm=\"one\", nonce=\"n1\", qop=\"auth\"\r\n"
                                            "WWW-Authenticate: Digest realm=\"two\", nonce=\"n2\"\r\n"),
                     SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_int_equal(line_count(x.text, "Authorization"), 2);
    book b = usual("MD5", "n1", "auth");
    b.realm = "one";
    expect_right(&x, "Authorization", 0, &b);
    b.realm = "two";
    b.nonce = "n2";
    b.qop = "";
    expect_right(&x, "Authorization", 1, &b);
    exchange_close(&x);

    exchange_open(&x);
    exchange_init(&x);
    assert_int_equal(exchange_challenge(&x, "Proxy-Authenticate: Digest realm=\"r\", nonce=\"p\", qop=\"auth\"\r\n"
                                            "WWW-Authenticate: Digest realm=\"r\", nonce=\"w\", qop=\"auth\"\r\n"),
                     SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_int_equal(line_count(x.text, "Authorization"), 1);
    assert_int_equal(line_count(x.text, "Proxy-Authorization"), 1);
    b = usual("MD5", "w", "auth");
    expect_right(&x, "Authorization", 0, &b);
    b.nonce = "p";
    expect_right(&x, "Proxy-Authorization", 0, &b);
    exchange_close(&x);
}

static void quoted_strings_go_back_as_they_came_and_are_hashed_without_escapes(void **state)
{
    (void)state;
    exchange x;
    exchange_open(&x);
    x.config.user = SIRA_STR("J\xc3\xa4s\xc3\xb8n \"D\" \\oe");
    exchange_init(&x);
    assert_int_equal(
        exchange_challenge(&x, "WWW-Authenticate: Digest realm=\"a\\\"b\\\\c \\d\xc3\xa4\", nonce=\"n\\\"\\\\1\", "
                               "opaque=\"o\\\"\", qop=\"auth\"\r\n"),
        SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    expect_param(&x, "Authorization", "realm", "\"a\\\"b\\\\c \\d\xc3\xa4\"");
    expect_param(&x, "Authorization", "nonce", "\"n\\\"\\\\1\"");
    expect_param(&x, "Authorization", "opaque", "\"o\\\"\"");
    expect_param(&x, "Authorization", "username", "\"J\xc3\xa4s\xc3\xb8n \\\"D\\\" \\\\oe\"");
    book b = usual("MD5", "n\"\\1", "auth");
    b.realm = "a\"b\\c d\xc3\xa4";
    b.user = "J\xc3\xa4s\xc3\xb8n \"D\" \\oe";
    expect_right(&x, "Authorization", 0, &b);
    exchange_close(&x);
}

static void authentication_info_is_read_in_all_its_forms(void **state)
{
    (void)state;
    static const struct {
        const char *name, *lines, *next;
    } cases[] = {
        {"one line", "Authentication-Info: nextnonce=\"n2\", qop=auth, nc=00000001, cnonce=\"0101010101010101\"\r\n",
         "n2"},
        {"two lines", "Authentication-Info: qop=auth\r\nAuthentication-Info: nextnonce=\"n2\"\r\n", "n2"},
        {"unknown parameters", "Authentication-Info: x=1, nextnonce=\"n2\", y=\"a,b\"\r\n", "n2"},
        {"any case", "AUTHENTICATION-INFO: NEXTNONCE=\"n2\"\r\n", "n2"},
        {"a proxy's is not ours", "Proxy-Authentication-Info: nextnonce=\"n2\"\r\n", "m"},
        {"none", "", "m"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        exchange x;
        char quoted[16];
        exchange_open(&x);
        exchange_init(&x);
        assert_int_equal(exchange_challenge(&x, MD5_CHALLENGE), SIRA_OK);
        assert_int_equal(exchange_answer(&x), SIRA_OK);
        expect_status(cases[i].name, exchange_accept(&x, cases[i].lines), SIRA_OK);
        assert_int_equal(exchange_answer(&x), SIRA_OK);
        snprintf(quoted, sizeof quoted, "\"%s\"", cases[i].next);
        expect_param(&x, "Authorization", "nonce", quoted);
        exchange_close(&x);
    }
}

static void a_refresh_carries_credentials_at_once(void **state)
{
    (void)state;
    exchange x;
    exchange_open(&x);
    exchange_init(&x);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_string_equal(x.text, "");
    assert_int_equal(exchange_challenge(&x, SHA_CHALLENGE), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_int_equal(exchange_accept(&x, ""), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    expect_param(&x, "Authorization", "nc", "00000002");
    exchange_close(&x);
}

static void a_wrong_password_is_answered_once(void **state)
{
    (void)state;
    exchange x;
    exchange_open(&x);
    exchange_init(&x);
    for (unsigned attempt = 0; attempt < 3; attempt++) {
        char line[128];
        assert_int_equal(exchange_answer(&x), SIRA_OK);
        assert_string_equal(x.text, ""); /* a rejected nonce is not used again */
        snprintf(line, sizeof line, "WWW-Authenticate: Digest realm=\"r\", nonce=\"a%u\", qop=\"auth\"\r\n", attempt);
        assert_int_equal(exchange_challenge(&x, line), SIRA_OK);
        assert_int_equal(exchange_answer(&x), SIRA_OK);
        snprintf(line, sizeof line, "WWW-Authenticate: Digest realm=\"r\", nonce=\"b%u\", qop=\"auth\"\r\n", attempt);
        assert_int_equal(exchange_challenge(&x, line), SIRA_E_CREDENTIALS);
    }
    exchange_close(&x);
}

static void a_challenge_to_a_preemptive_answer_is_a_new_nonce(void **state)
{
    (void)state;
    exchange x;
    exchange_open(&x);
    exchange_init(&x);
    assert_int_equal(exchange_challenge(&x, MD5_CHALLENGE), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_int_equal(exchange_accept(&x, ""), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK); /* nc=2 */
    assert_int_equal(exchange_challenge(&x, "WWW-Authenticate: Digest realm=\"r\", nonce=\"new\", qop=\"auth\"\r\n"),
                     SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    expect_param(&x, "Authorization", "nonce", "\"new\"");
    /* A nonce that came by nextnonce was no challenge either. */
    assert_int_equal(exchange_accept(&x, "Authentication-Info: nextnonce=\"next\"\r\n"), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK); /* nc=1 */
    assert_int_equal(exchange_challenge(&x, "WWW-Authenticate: Digest realm=\"r\", nonce=\"newer\", qop=\"auth\"\r\n"),
                     SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_int_equal(exchange_challenge(&x, MD5_CHALLENGE), SIRA_E_CREDENTIALS);
    exchange_close(&x);
}

static void stale_for_ever_is_bounded(void **state)
{
    (void)state;
    exchange x;
    exchange_open(&x);
    exchange_init(&x);
    assert_int_equal(exchange_challenge(&x, MD5_CHALLENGE), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_int_equal(
        exchange_challenge(&x, "WWW-Authenticate: Digest realm=\"r\", nonce=\"2\", qop=\"auth\", stale=true\r\n"),
        SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_int_equal(
        exchange_challenge(&x, "WWW-Authenticate: Digest realm=\"r\", nonce=\"3\", qop=\"auth\", stale=true\r\n"),
        SIRA_E_STALE);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_string_equal(x.text, "");
    exchange_close(&x);
}

static void stale_for_the_nonce_that_was_sent_is_a_rejection(void **state)
{
    (void)state;
    exchange x;
    exchange_open(&x);
    exchange_init(&x);
    assert_int_equal(exchange_challenge(&x, MD5_CHALLENGE), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_int_equal(
        exchange_challenge(&x, "WWW-Authenticate: Digest realm=\"r\", nonce=\"m\", qop=\"auth\", stale=true\r\n"),
        SIRA_E_CREDENTIALS);
    exchange_close(&x);
}

static void a_weaker_offer_than_before_is_refused(void **state)
{
    (void)state;
    exchange x;
    exchange_open(&x);
    exchange_init(&x);
    assert_int_equal(exchange_challenge(&x, SHA_CHALLENGE MD5_CHALLENGE), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_int_equal(exchange_accept(&x, ""), SIRA_OK);
    sira_digest_client_forget(&x.client);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_int_equal(exchange_challenge(&x, MD5_CHALLENGE), SIRA_E_DOWNGRADE);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_string_equal(x.text, "");
    /* Put in front of the strong one it is skipped. */
    assert_int_equal(exchange_challenge(&x, MD5_CHALLENGE SHA_CHALLENGE), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    expect_param(&x, "Authorization", "algorithm", "SHA-256");
    exchange_close(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_topmost_supported_challenge_is_answered),
        cmocka_unit_test(the_strongest_challenge_is_answered_by_policy),
        cmocka_unit_test(an_unknown_scheme_or_algorithm_in_front_is_skipped),
        cmocka_unit_test(auth_int_alone_is_answered_with_auth_int),
        cmocka_unit_test(of_two_qops_the_same_stands_in_hash_and_header),
        cmocka_unit_test(nc_is_eight_lower_case_hex_digits),
        cmocka_unit_test(nc_starts_at_one_with_a_new_nonce),
        cmocka_unit_test(each_request_has_a_cnonce_of_its_own),
        cmocka_unit_test(a_session_keeps_its_cnonce_and_hashes_hex),
        cmocka_unit_test(an_algorithm_that_the_provider_lacks_is_skipped),
        cmocka_unit_test(two_realms_and_a_proxy_are_answered_each_with_its_own),
        cmocka_unit_test(quoted_strings_go_back_as_they_came_and_are_hashed_without_escapes),
        cmocka_unit_test(authentication_info_is_read_in_all_its_forms),
        cmocka_unit_test(a_refresh_carries_credentials_at_once),
        cmocka_unit_test(a_wrong_password_is_answered_once),
        cmocka_unit_test(a_challenge_to_a_preemptive_answer_is_a_new_nonce),
        cmocka_unit_test(stale_for_ever_is_bounded),
        cmocka_unit_test(stale_for_the_nonce_that_was_sent_is_a_rejection),
        cmocka_unit_test(a_weaker_offer_than_before_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
