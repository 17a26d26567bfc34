#include "support/counter.h"
#include "support/exchange.h"
#include "support/providers.h"
#include "support/table.h"

#include "digest/digest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static sira_gcrypt gcrypt;

/* "hex:..." is binary. */
static sira_str password_of(const char *cell, uint8_t bytes[32])
{
    const size_t n = strlen(cell);
    if (strncmp(cell, "hex:", 4) != 0)
        return (sira_str){cell, n};
    assert_true(sira_i_hex_read((sira_str){cell + 4, n - 4}, bytes, (n - 4) / 2));
    return (sira_str){(const char *)bytes, (n - 4) / 2};
}

static sira_qop qop_of(const char *name)
{
    return strcmp(name, "auth") == 0       ? SIRA_QOP_AUTH
           : strcmp(name, "auth-int") == 0 ? SIRA_QOP_AUTH_INT
                                           : SIRA_QOP_NONE;
}

static void compute(const table *t, const sira_hash *hash, char out[SIRA_I_HEX_MAX + 1])
{
    uint8_t ha1[SIRA_HASH_SIZE_MAX], bytes[SIRA_HASH_SIZE_MAX], password[32];
    const sira_algorithm algorithm = sira_algorithm_of(sira_str_from(table_cell(t, "algorithm")));
    const sira_str parts[3] = {sira_str_from(table_cell(t, "user")), sira_str_from(table_cell(t, "realm")),
                               password_of(table_cell(t, "password"), password)};
    char *body = table_text(t, "body");
    assert_int_equal(sira_digest_ha1(hash, sira_i_algorithm_hash(algorithm), parts, ha1), SIRA_OK);
    const sira_i_proof proof = {
        .hash = hash,
        .algorithm = algorithm,
        .ha1 = ha1,
        .nonce = sira_str_from(table_cell(t, "nonce")),
        .nc = sira_str_from(table_cell(t, "nc")),
        .cnonce = sira_str_from(table_cell(t, "cnonce")),
        .qop = qop_of(table_cell(t, "qop")),
        .method = sira_str_from(table_cell(t, "method")),
        .uri = sira_str_from(table_cell(t, "uri")),
        .body = sira_str_from(body),
    };
    expect_status(table_cell(t, "id"), sira_i_proof_compute(&proof, bytes), SIRA_OK);
    out[sira_i_hex_write(bytes, sira_hash_size(sira_i_algorithm_hash(algorithm)), out).len] = '\0';
    free(body);
}

static void published_responses_come_out(void **state)
{
    (void)state;
    provider list[PROVIDERS_MOST];
    const size_t count = providers(&gcrypt, list);
    table t;
    table_open(&t, SIRA_TEST_DIR "/vectors/digest/responses.tsv");
    while (table_next(&t)) {
        for (size_t i = 0; i < count; i++) {
            char response[SIRA_I_HEX_MAX + 1], name[160];
            compute(&t, &list[i].hash, response);
            snprintf(name, sizeof name, "%s by %s", table_cell(&t, "id"), list[i].name);
            expect_str(name, sira_str_from(response), table_cell(&t, "response"));
            if (strcmp(response, table_cell(&t, "printed")) == 0)
                fail_msg("%s: what is printed is wrong, and came out", name);
        }
    }
    assert_int_equal(t.rows, 40);
    table_close(&t);
}

static void compute_rspauth(const table *t, const sira_hash *hash, char out[SIRA_I_HEX_MAX + 1])
{
    uint8_t ha1[SIRA_HASH_SIZE_MAX], bytes[SIRA_HASH_SIZE_MAX];
    char *body = table_text(t, "body");
    const sira_algorithm algorithm = sira_algorithm_of(sira_str_from(table_cell(t, "algorithm")));
    const sira_str parts[3] = {SIRA_STR("bob"), SIRA_STR("biloxi.com"), SIRA_STR("zanzibar")};
    assert_int_equal(sira_digest_ha1(hash, sira_i_algorithm_hash(algorithm), parts, ha1), SIRA_OK);
    const sira_i_proof proof = {.hash = hash,
                                .algorithm = algorithm,
                                .ha1 = ha1,
                                .nonce = SIRA_STR("dcd98b7102dd2f0e8b11d0f600bfb0c093"),
                                .nc = SIRA_STR("00000001"),
                                .cnonce = SIRA_STR("0a4f113b"),
                                .qop = qop_of(table_cell(t, "qop")),
                                .uri = SIRA_STR("sip:bob@biloxi.com"),
                                .body = sira_str_from(body)};
    assert_int_equal(sira_i_proof_compute(&proof, bytes), SIRA_OK);
    out[sira_i_hex_write(bytes, sira_hash_size(sira_i_algorithm_hash(algorithm)), out).len] = '\0';
    free(body);
}

static void rspauth_comes_out(void **state)
{
    (void)state;
    provider list[PROVIDERS_MOST];
    const size_t count = providers(&gcrypt, list);
    table t;
    table_open(&t, SIRA_TEST_DIR "/vectors/digest/rspauth.tsv");
    while (table_next(&t)) {
        for (size_t i = 0; i < count; i++) {
            char hex[SIRA_I_HEX_MAX + 1];
            compute_rspauth(&t, &list[i].hash, hex);
            expect_str(list[i].name, sira_str_from(hex), table_cell(&t, "rspauth"));
        }
    }
    assert_int_equal(t.rows, 6);
    table_close(&t);
}

static sira_i_proof simple_proof(const sira_hash *hash, const uint8_t *ha1, sira_algorithm algorithm, sira_qop qop)
{
    return (sira_i_proof){.hash = hash,
                          .algorithm = algorithm,
                          .ha1 = ha1,
                          .nonce = SIRA_STR("n"),
                          .nc = SIRA_STR("00000001"),
                          .cnonce = SIRA_STR("c"),
                          .qop = qop,
                          .method = SIRA_STR("REGISTER"),
                          .uri = SIRA_STR("sip:x")};
}

static void an_answer_costs_two_hashes(void **state)
{
    (void)state;
    static const struct {
        sira_algorithm algorithm;
        sira_qop qop;
        unsigned calls;
    } cases[] = {
        {SIRA_ALGORITHM_MD5, SIRA_QOP_NONE, 2},          {SIRA_ALGORITHM_MD5, SIRA_QOP_AUTH, 2},
        {SIRA_ALGORITHM_SHA_256, SIRA_QOP_AUTH, 2},      {SIRA_ALGORITHM_SHA_512_256, SIRA_QOP_AUTH, 2},
        {SIRA_ALGORITHM_SHA_256, SIRA_QOP_AUTH_INT, 3},  {SIRA_ALGORITHM_SHA_256_SESS, SIRA_QOP_AUTH, 3},
        {SIRA_ALGORITHM_MD5_SESS, SIRA_QOP_AUTH_INT, 4},
    };
    const uint8_t ha1[SIRA_HASH_SIZE_MAX] = {1};
    uint8_t out[SIRA_HASH_SIZE_MAX];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        counter c;
        const sira_hash hash = counter_hash(&c, sira_gcrypt_hash(&gcrypt), 0);
        const sira_i_proof proof = simple_proof(&hash, ha1, cases[i].algorithm, cases[i].qop);
        assert_int_equal(sira_i_proof_compute(&proof, out), SIRA_OK);
        assert_int_equal(c.calls, cases[i].calls);
        for (unsigned fail_at = 1; fail_at <= cases[i].calls; fail_at++) {
            c.calls = 0;
            c.fail_at = fail_at;
            assert_int_equal(sira_i_proof_compute(&proof, out), SIRA_E_HASH);
            assert_int_equal(c.calls, fail_at);
        }
    }
}

static void a_provider_is_not_asked_for_what_it_lacks(void **state)
{
    (void)state;
    uint8_t out[SIRA_HASH_SIZE_MAX];
    const sira_str parts[3] = {SIRA_STR("alice"), SIRA_STR("r"), SIRA_STR("secret")};
    counter c;
    sira_hash hash = counter_hash(&c, sira_gcrypt_hash(&gcrypt), 0);
    hash.algorithms = 1u << SIRA_HASH_SHA256;
    static const unsigned lacking[] = {SIRA_HASH_MD5, SIRA_HASH_SHA512_256, SIRA_HASH_COUNT, 32, 33};
    for (size_t i = 0; i < sizeof lacking / sizeof lacking[0]; i++) {
        assert_int_equal(sira_digest_ha1(&hash, (sira_hash_algorithm)lacking[i], parts, out), SIRA_E_HASH);
        assert_int_equal(sira_digest_userhash(&hash, (sira_hash_algorithm)lacking[i], parts, out), SIRA_E_HASH);
    }
    assert_int_equal(c.calls, 0);
    assert_int_equal(sira_digest_ha1(&hash, SIRA_HASH_SHA256, parts, out), SIRA_OK);
    assert_int_equal(sira_digest_userhash(&hash, SIRA_HASH_SHA256, parts, out), SIRA_OK);
    assert_int_equal(c.calls, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_responses_come_out),
        cmocka_unit_test(rspauth_comes_out),
        cmocka_unit_test(an_answer_costs_two_hashes),
        cmocka_unit_test(a_provider_is_not_asked_for_what_it_lacks),
    };
    if (sira_gcrypt_open(&gcrypt) != SIRA_OK)
        return 1;
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    sira_gcrypt_close(&gcrypt);
    return failed;
}
