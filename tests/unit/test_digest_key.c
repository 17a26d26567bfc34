/* Where HA1 comes from. */
#include "support/exchange.h"

#include "digest/digest.h"

#include <stdio.h>
#include <string.h>

#define W "WWW-Authenticate: Digest "

static void hex_ha1(const exchange *x, sira_hash_algorithm algorithm, const char *realm, char out[65])
{
    uint8_t ha1[SIRA_HASH_SIZE_MAX];
    const sira_str parts[3] = {SIRA_STR("alice"), sira_str_from(realm), SIRA_STR("secret")};
    assert_int_equal(sira_digest_ha1(&x->config.hash, algorithm, parts, ha1), SIRA_OK);
    out[sira_i_hex_write(ha1, sira_hash_size(algorithm), out).len] = '\0';
}

static void expect_answer(const exchange *x, const char *algorithm, const char *realm, const char *nonce)
{
    char right[65], quoted[70];
    const book b = {.algorithm = algorithm,
                    .user = "alice",
                    .realm = realm,
                    .password = "secret",
                    .method = "REGISTER",
                    .uri = "sip:example.com",
                    .nonce = nonce,
                    .nc = "00000001",
                    .cnonce = line_param(x->text, "Authorization", 0, "cnonce"),
                    .qop = "auth"};
    char cnonce[17];
    book unquoted = b;
    snprintf(cnonce, sizeof cnonce, "%.16s", b.cnonce + 1);
    unquoted.cnonce = cnonce;
    book_response(&x->config.hash, &unquoted, right);
    snprintf(quoted, sizeof quoted, "\"%s\"", right);
    assert_string_equal(line_param(x->text, "Authorization", 0, "response"), quoted);
}

static void ha1_serves_instead_of_the_password(void **state)
{
    (void)state;
    exchange x;
    char md5[65], sha[65];
    exchange_open(&x);
    hex_ha1(&x, SIRA_HASH_MD5, "r", md5);
    hex_ha1(&x, SIRA_HASH_SHA256, "r", sha);
    x.config.password = (sira_str){NULL, 0};
    x.config.ha1[SIRA_HASH_MD5] = sira_str_from(md5);
    x.config.ha1_realm = SIRA_STR("r");
    exchange_init(&x);
    /* Only what it was given for is answered: this algorithm, this realm. */
    assert_int_equal(exchange_challenge(&x, W "realm=\"r\", nonce=\"1\", qop=\"auth\", algorithm=SHA-256\r\n"),
                     SIRA_E_CHALLENGE);
    assert_int_equal(exchange_challenge(&x, W "realm=\"q\", nonce=\"1\", qop=\"auth\", algorithm=MD5\r\n"),
                     SIRA_E_CHALLENGE);
    assert_int_equal(exchange_challenge(&x, W "realm=\"r\", nonce=\"1\", qop=\"auth\", algorithm=SHA-256\r\n" W
                                              "realm=\"r\", nonce=\"2\", qop=\"auth\", algorithm=MD5\r\n"),
                     SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    expect_answer(&x, "MD5", "r", "2");
    exchange_close(&x);

    exchange_open(&x);
    x.config.password = (sira_str){NULL, 0};
    for (size_t i = 0; i < 64; i++)
        sha[i] = (char)(sha[i] >= 'a' ? sha[i] - 32 : sha[i]); /* upper case is as good */
    x.config.ha1[SIRA_HASH_SHA256] = sira_str_from(sha);
    exchange_init(&x);
    assert_int_equal(exchange_challenge(&x, W "realm=\"r\", nonce=\"1\", qop=\"auth\", algorithm=SHA-256-sess\r\n"),
                     SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    expect_answer(&x, "SHA-256-sess", "r", "1");
    exchange_close(&x);
}

/* An application that knows HA1, now or later. */
typedef struct element {
    exchange *x;
    sira_status status;
    unsigned calls;
    char realm[64];
    sira_hash_algorithm algorithm;
} element;

static sira_status ask_element(void *context, sira_str realm, sira_hash_algorithm algorithm,
                               uint8_t ha1[SIRA_HASH_SIZE_MAX])
{
    element *e = context;
    e->calls++;
    e->algorithm = algorithm;
    snprintf(e->realm, sizeof e->realm, "%.*s", (int)realm.len, realm.at);
    if (e->status != SIRA_OK)
        return e->status;
    const sira_str parts[3] = {SIRA_STR("alice"), realm, SIRA_STR("secret")};
    return sira_digest_ha1(&e->x->config.hash, algorithm, parts, ha1);
}

static void open_element(exchange *x, element *e, sira_status status)
{
    exchange_open(x);
    *e = (element){.x = x, .status = status};
    x->config.password = (sira_str){NULL, 0};
    x->config.get_ha1 = ask_element;
    x->config.get_ha1_context = e;
    exchange_init(x);
}

static void the_callback_is_asked_once(void **state)
{
    (void)state;
    exchange x;
    element e;
    open_element(&x, &e, SIRA_OK);
    assert_int_equal(exchange_challenge(&x, W "realm=\"a\\\"b\", nonce=\"1\", qop=\"auth\", algorithm=SHA-256\r\n"),
                     SIRA_OK);
    assert_string_equal(e.realm, "a\"b");
    assert_int_equal(e.algorithm, SIRA_HASH_SHA256);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_int_equal(exchange_challenge(&x, W "realm=\"a\\\"b\", nonce=\"2\", qop=\"auth\", algorithm=SHA-256\r\n"),
                     SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    expect_answer(&x, "SHA-256", "a\"b", "2");
    assert_int_equal(e.calls, 1);
    exchange_close(&x);
}

static void the_callback_may_answer_later(void **state)
{
    (void)state;
    exchange x;
    element e;
    uint8_t ha1[SIRA_HASH_SIZE_MAX];
    open_element(&x, &e, SIRA_MORE);
    const sira_str parts[3] = {SIRA_STR("alice"), SIRA_STR("r"), SIRA_STR("secret")};
    assert_int_equal(sira_digest_ha1(&x.config.hash, SIRA_HASH_SHA256, parts, ha1), SIRA_OK);
    assert_int_equal(sira_digest_client_give_ha1(&x.client, SIRA_STR("r"), SIRA_HASH_SHA256, ha1), SIRA_IDLE);
    assert_int_equal(exchange_challenge(&x, W "realm=\"r\", nonce=\"1\", qop=\"auth\", algorithm=SHA-256\r\n"),
                     SIRA_MORE);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_string_equal(x.text, "");
    assert_int_equal(sira_digest_client_give_ha1(&x.client, SIRA_STR("q"), SIRA_HASH_SHA256, ha1), SIRA_IDLE);
    assert_int_equal(sira_digest_client_give_ha1(&x.client, SIRA_STR("r"), SIRA_HASH_MD5, ha1), SIRA_IDLE);
    assert_int_equal(sira_digest_client_give_ha1(&x.client, SIRA_STR("r"), SIRA_HASH_SHA256, ha1), SIRA_OK);
    assert_int_equal(sira_digest_client_give_ha1(&x.client, SIRA_STR("r"), SIRA_HASH_SHA256, ha1), SIRA_IDLE);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    expect_answer(&x, "SHA-256", "r", "1");
    /* It was the first use of the nonce: a challenge rejects it. */
    assert_int_equal(exchange_challenge(&x, W "realm=\"r\", nonce=\"2\", qop=\"auth\", algorithm=SHA-256\r\n"),
                     SIRA_E_CREDENTIALS);
    exchange_close(&x);
}

static void two_keys_may_be_missing(void **state)
{
    (void)state;
    exchange x;
    element e;
    const uint8_t ha1[SIRA_HASH_SIZE_MAX] = {1};
    open_element(&x, &e, SIRA_MORE);
    assert_int_equal(exchange_challenge(&x, W "realm=\"one\", nonce=\"1\"\r\n" W "realm=\"two\", nonce=\"1\"\r\n"),
                     SIRA_MORE);
    assert_int_equal(sira_digest_client_give_ha1(&x.client, SIRA_STR("two"), SIRA_HASH_MD5, ha1), SIRA_MORE);
    assert_int_equal(sira_digest_client_give_ha1(&x.client, SIRA_STR("one"), SIRA_HASH_MD5, ha1), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_int_equal(line_count(x.text, "Authorization"), 2);
    exchange_close(&x);
}

static void what_the_callback_fails_with_changes_nothing(void **state)
{
    (void)state;
    exchange x;
    element e;
    open_element(&x, &e, SIRA_E_STATE);
    const sira_digest_client before = x.client;
    assert_int_equal(exchange_challenge(&x, W "realm=\"r\", nonce=\"1\"\r\n"), SIRA_E_STATE);
    assert_memory_equal(&before, &x.client, sizeof before);
    exchange_close(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ha1_serves_instead_of_the_password),
        cmocka_unit_test(the_callback_is_asked_once),
        cmocka_unit_test(the_callback_may_answer_later),
        cmocka_unit_test(two_keys_may_be_missing),
        cmocka_unit_test(what_the_callback_fails_with_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
