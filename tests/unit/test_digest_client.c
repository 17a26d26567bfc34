#include "support/counter.h"
#include "support/exchange.h"

#include <stdio.h>
#include <string.h>

#define CHALLENGE "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", opaque=\"o\", qop=\"auth\", algorithm=MD5\r\n"
#define HEX32 "00112233445566778899aabbccddeeff"

static void a_bad_config_is_refused_by_name(void **state)
{
    (void)state;
    static char longest[SIRA_LIMIT_CONFIG + 2];
    memset(longest, 'x', sizeof longest - 1);
    enum {
        SIZE,
        HASH,
        ALGORITHMS,
        USER,
        LONG_USER,
        CR,
        LF,
        NUL,
        LONG_PASSWORD,
        NOTHING,
        HA1_SHORT,
        HA1_LONG,
        HA1_NO_HEX,
        HA1_REALM,
        MINIMUM,
        QOP,
        COUNT
    };
    static const struct {
        const char *name, *field;
    } cases[COUNT] = {
        [SIZE] = {"size", "size"},
        [HASH] = {"no hash", "hash"},
        [ALGORITHMS] = {"a hash without algorithms", "hash"},
        [USER] = {"no user", "user"},
        [LONG_USER] = {"a long user", "user"},
        [CR] = {"CR in the user", "user"},
        [LF] = {"LF in the user", "user"},
        [NUL] = {"NUL in the user", "user"},
        [LONG_PASSWORD] = {"a long password", "password"},
        [NOTHING] = {"nothing to answer with", "password"},
        [HA1_SHORT] = {"HA1 too short", "ha1"},
        [HA1_LONG] = {"HA1 too long", "ha1"},
        [HA1_NO_HEX] = {"HA1 that is no hex", "ha1"},
        [HA1_REALM] = {"LF in the realm of HA1", "ha1_realm"},
        [MINIMUM] = {"an algorithm that is none", "policy.minimum_algorithm"},
        [QOP] = {"a qop that is none", "policy.minimum_qop"},
    };
    for (int i = 0; i < COUNT; i++) {
        exchange x;
        exchange_open(&x);
        sira_digest_client_config *c = &x.config;
        switch (i) {
        case SIZE:
            c->size--;
            break;
        case HASH:
            c->hash.digest = NULL;
            break;
        case ALGORITHMS:
            c->hash.algorithms = 0;
            break;
        case USER:
            c->user.len = 0;
            break;
        case LONG_USER:
            c->user = sira_str_from(longest);
            break;
        case CR:
            c->user = SIRA_STR("a\rb");
            break;
        case LF:
            c->user = SIRA_STR("a\nb");
            break;
        case NUL:
            c->user = SIRA_STR("a\0b");
            break;
        case LONG_PASSWORD:
            c->password = sira_str_from(longest);
            break;
        case NOTHING:
            c->password.len = 0;
            break;
        case HA1_SHORT:
            c->ha1[SIRA_HASH_MD5] = SIRA_STR("0011");
            break;
        case HA1_LONG:
            c->ha1[SIRA_HASH_MD5] = SIRA_STR(HEX32 "00");
            break;
        case HA1_NO_HEX:
            c->ha1[SIRA_HASH_MD5] = SIRA_STR("0x112233445566778899aabbccddeeff");
            break;
        case HA1_REALM:
            c->ha1_realm = SIRA_STR("a\n");
            break;
        case MINIMUM:
            c->policy.minimum_algorithm = SIRA_ALGORITHM_COUNT;
            break;
        default:
            c->policy.minimum_qop = 3;
            break;
        }
        expect_status(cases[i].name, sira_digest_client_init(&x.client, c, &x.diag), SIRA_E_CONFIG);
        expect_str(cases[i].name, sira_str_from(x.diag.field), cases[i].field);
        expect_status(cases[i].name, sira_digest_client_init(&x.client, c, NULL), SIRA_E_CONFIG);
        sira_gcrypt_close(&x.gcrypt);
    }
}

static void values_at_their_limits_are_taken(void **state)
{
    (void)state;
    static char longest[SIRA_LIMIT_CONFIG + 1];
    memset(longest, 'x', sizeof longest - 1);
    exchange x;
    exchange_open(&x);
    x.config.user = sira_str_from(longest);
    x.config.password = sira_str_from(longest);
    x.config.ha1_realm = sira_str_from(longest);
    exchange_init(&x);
    exchange_close(&x);
}

static void a_request_is_repeated_byte_for_byte(void **state)
{
    (void)state;
    exchange x;
    char first[sizeof x.text];
    exchange_open(&x);
    exchange_init(&x);
    assert_int_equal(exchange_challenge(&x, CHALLENGE), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    memcpy(first, x.text, sizeof first);
    for (unsigned i = 0; i < 3; i++) {
        memset(x.text, 0, sizeof x.text);
        assert_int_equal(exchange_repeat(&x), SIRA_OK);
        assert_string_equal(x.text, first);
    }
    /* Another request between does not change it, though it takes the next count. */
    sira_digest_attempt mine = x.attempt;
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_string_equal(line_param(x.text, "Authorization", 0, "nc"), "00000002");
    x.attempt = mine;
    assert_int_equal(exchange_repeat(&x), SIRA_OK);
    assert_string_equal(x.text, first);
    exchange_close(&x);
}

static void a_request_whose_nonce_is_gone_is_not_repeated(void **state)
{
    (void)state;
    exchange x;
    exchange_open(&x);
    exchange_init(&x);
    assert_int_equal(exchange_challenge(&x, CHALLENGE), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    const sira_digest_attempt mine = x.attempt;
    assert_int_equal(exchange_accept(&x, "Authentication-Info: nextnonce=\"n2\"\r\n"), SIRA_OK);
    assert_int_equal(exchange_repeat(&x), SIRA_E_STATE);
    assert_string_equal(x.text, "");
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    x.attempt = mine;
    sira_digest_client_forget(&x.client);
    assert_int_equal(exchange_repeat(&x), SIRA_E_STATE);
    exchange_close(&x);
}

static void a_request_without_credentials_stays_without(void **state)
{
    (void)state;
    exchange x;
    exchange_open(&x);
    exchange_init(&x);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    const sira_digest_attempt mine = x.attempt;
    assert_int_equal(exchange_challenge(&x, CHALLENGE), SIRA_OK);
    x.attempt = mine;
    assert_int_equal(exchange_repeat(&x), SIRA_OK);
    assert_string_equal(x.text, "");
    exchange_close(&x);
}

static void the_last_count_ends_the_nonce(void **state)
{
    (void)state;
    exchange x;
    exchange_open(&x);
    exchange_init(&x);
    assert_int_equal(exchange_challenge(&x, CHALLENGE), SIRA_OK);
    x.client.realms[0].nc = UINT32_MAX - 1;
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_string_equal(line_param(x.text, "Authorization", 0, "nc"), "ffffffff");
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_string_equal(x.text, "");
    exchange_close(&x);
}

static void secrets_are_wiped(void **state)
{
    (void)state;
    exchange x;
    uint8_t ha1[SIRA_HASH_SIZE_MAX];
    exchange_open(&x);
    exchange_init(&x);
    const sira_str parts[3] = {SIRA_STR("alice"), SIRA_STR("r"), SIRA_STR("secret")};
    assert_int_equal(sira_digest_ha1(&x.config.hash, SIRA_HASH_MD5, parts, ha1), SIRA_OK);
    assert_int_equal(exchange_challenge(&x, CHALLENGE), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_true(memory_holds(&x.client, sizeof x.client, ha1, 16));
    assert_false(memory_holds(&x.client, sizeof x.client, "secret", 6));
    assert_false(memory_holds(&x.attempt, sizeof x.attempt, ha1, 16));
    sira_digest_client_forget(&x.client);
    assert_false(memory_holds(&x.client, sizeof x.client, ha1, 8));
    assert_true(memory_holds(&x.client, sizeof x.client, "r", 1)); /* the realm stays, for the downgrade memory */
    assert_int_equal(exchange_challenge(&x, CHALLENGE), SIRA_E_CREDENTIALS); /* what was sent was rejected */
    assert_false(memory_holds(&x.client, sizeof x.client, ha1, 8));
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_int_equal(exchange_challenge(&x, CHALLENGE), SIRA_OK);
    assert_true(memory_holds(&x.client, sizeof x.client, ha1, 16));
    sira_digest_client_wipe(&x.client);
    const uint8_t zeros[sizeof x.client] = {0};
    assert_memory_equal(&x.client, zeros, sizeof x.client);
    exchange_close(&x);
}

static void a_rejected_key_is_asked_for_again(void **state)
{
    (void)state;
    exchange x;
    exchange_open(&x);
    exchange_init(&x);
    assert_int_equal(exchange_challenge(&x, CHALLENGE), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    char first[80];
    snprintf(first, sizeof first, "%s", line_param(x.text, "Authorization", 0, "response"));
    assert_int_equal(exchange_challenge(&x, CHALLENGE), SIRA_E_CREDENTIALS);
    x.config.password = SIRA_STR("another"); /* the application has corrected it */
    x.cnonces = 0;
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    x.cnonces = 0;
    assert_int_equal(exchange_challenge(&x, CHALLENGE), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_string_not_equal(line_param(x.text, "Authorization", 0, "response"), first);
    exchange_close(&x);
}

/* Neither of two keys is kept when one of them can't be made. */
static void any_hash_may_fail_while_a_challenge_is_taken(void **state)
{
    (void)state;
    for (unsigned fail_at = 1; fail_at <= 3; fail_at++) {
        exchange x;
        counter c;
        exchange_open(&x);
        const sira_hash right = x.config.hash;
        exchange_init(&x);
        x.config.hash = counter_hash(&c, right, fail_at);
        const sira_digest_client before = x.client;
        const char *lines = CHALLENGE "Proxy-Authenticate: Digest realm=\"p\", nonce=\"n\", algorithm=SHA-256\r\n";
        assert_int_equal(exchange_challenge(&x, lines), fail_at <= 2 ? SIRA_E_HASH : SIRA_OK);
        if (fail_at <= 2)
            assert_memory_equal(&before, &x.client, sizeof before);
        x.config.hash = right;
        assert_int_equal(exchange_challenge(&x, lines), SIRA_OK);
        exchange_close(&x);
    }
}

/* A proof that can't be computed is none, and nothing is taken from beside it. */
static void any_hash_may_fail_while_a_proof_is_checked(void **state)
{
    (void)state;
    for (unsigned fail_at = 1; fail_at <= 3; fail_at++) {
        exchange x;
        counter c;
        char hex[65], line[200];
        exchange_open(&x);
        exchange_init(&x);
        assert_int_equal(exchange_challenge(&x, CHALLENGE), SIRA_OK);
        assert_int_equal(exchange_answer(&x), SIRA_OK);
        const book b = {.algorithm = "MD5",
                        .user = "alice",
                        .realm = "r",
                        .password = "secret",
                        .method = "",
                        .uri = "sip:example.com",
                        .nonce = "n",
                        .nc = "00000001",
                        .cnonce = "0101010101010101",
                        .qop = "auth"};
        book_response(&x.config.hash, &b, hex);
        snprintf(line, sizeof line, "Authentication-Info: nextnonce=\"2\", rspauth=\"%s\"\r\n", hex);
        const sira_hash right = x.config.hash;
        const sira_digest_client before = x.client;
        x.config.hash = counter_hash(&c, right, fail_at);
        assert_int_equal(exchange_accept(&x, line), fail_at <= 2 ? SIRA_E_RSPAUTH : SIRA_OK);
        if (fail_at <= 2)
            assert_memory_equal(&before, &x.client, sizeof before);
        x.config.hash = right;
        exchange_close(&x);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bad_config_is_refused_by_name),
        cmocka_unit_test(values_at_their_limits_are_taken),
        cmocka_unit_test(a_request_is_repeated_byte_for_byte),
        cmocka_unit_test(a_request_whose_nonce_is_gone_is_not_repeated),
        cmocka_unit_test(a_request_without_credentials_stays_without),
        cmocka_unit_test(the_last_count_ends_the_nonce),
        cmocka_unit_test(secrets_are_wiped),
        cmocka_unit_test(a_rejected_key_is_asked_for_again),
        cmocka_unit_test(any_hash_may_fail_while_a_challenge_is_taken),
        cmocka_unit_test(any_hash_may_fail_while_a_proof_is_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
