#include "support/support.h"

#include "digest/digest.h"
#include "digest/hmac.h"

#include <sira/gcrypt.h>

#include <string.h>

static sira_gcrypt gcrypt;

static void published_values_come_out(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        sira_hash_algorithm algorithm;
        const char *key, *text, *mac;
    } cases[] = {
        {"RFC 2202 2, case 2", SIRA_HASH_MD5, "Jefe", "what do ya want for nothing?",
         "750c783e6ab0b503eaa86e310a5db738"},
        {"RFC 4231 4.3", SIRA_HASH_SHA256, "Jefe", "what do ya want for nothing?",
         "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
        {"RFC 4231 4.2", SIRA_HASH_SHA256,
         "\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b", "Hi There",
         "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
    };
    const sira_hash hash = sira_gcrypt_hash(&gcrypt);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const sira_i_hmac_key key = {.hash = &hash,
                                     .key = (const uint8_t *)cases[i].key,
                                     .length = strlen(cases[i].key),
                                     .algorithm = cases[i].algorithm};
        const size_t n = strlen(cases[i].text);
        uint8_t mac[SIRA_HASH_SIZE_MAX];
        char hex[SIRA_I_HEX_MAX];
        for (size_t cut = 0; cut <= n; cut++) {
            const sira_str pieces[2] = {{cases[i].text, cut}, {cases[i].text + cut, n - cut}};
            expect_status(cases[i].name, sira_i_hmac(&key, pieces, 2, mac), SIRA_OK);
            expect_str(cases[i].name, sira_i_hex_write(mac, sira_hash_size(cases[i].algorithm), hex), cases[i].mac);
        }
    }
}

static sira_status fail_second(void *context, sira_hash_algorithm algorithm, const sira_str *pieces, size_t count,
                               uint8_t *out)
{
    unsigned *left = context;
    (void)pieces;
    (void)count;
    memset(out, 0, sira_hash_size(algorithm));
    return (*left)-- > 0 ? SIRA_OK : SIRA_E_HASH;
}

static void a_failing_provider_is_an_error(void **state)
{
    (void)state;
    for (unsigned good = 0; good < 2; good++) {
        unsigned left = good;
        const sira_hash hash = {.context = &left, .algorithms = 7, .digest = fail_second};
        const sira_i_hmac_key key = {
            .hash = &hash, .key = (const uint8_t *)"k", .length = 1, .algorithm = SIRA_HASH_MD5};
        uint8_t mac[SIRA_HASH_SIZE_MAX];
        const sira_str text = SIRA_STR("t");
        assert_int_equal(sira_i_hmac(&key, &text, 1, mac), SIRA_E_HASH);
    }
}

static void what_does_not_fit_is_refused(void **state)
{
    (void)state;
    const sira_hash hash = sira_gcrypt_hash(&gcrypt);
    const uint8_t bytes[65] = {0};
    const sira_str pieces[SIRA_I_HMAC_PIECES + 1] = {{"", 0}};
    uint8_t mac[SIRA_HASH_SIZE_MAX];
    sira_i_hmac_key key = {.hash = &hash, .key = bytes, .length = 64, .algorithm = SIRA_HASH_SHA256};
    assert_int_equal(sira_i_hmac(&key, pieces, SIRA_I_HMAC_PIECES, mac), SIRA_OK);
    assert_int_equal(sira_i_hmac(&key, pieces, SIRA_I_HMAC_PIECES + 1, mac), SIRA_E_ARGUMENT);
    key.length = 65;
    assert_int_equal(sira_i_hmac(&key, pieces, 1, mac), SIRA_E_ARGUMENT);
    key.length = 64;
    key.algorithm = SIRA_HASH_SHA512_256; /* its block has 128 bytes */
    assert_int_equal(sira_i_hmac(&key, pieces, 1, mac), SIRA_E_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_values_come_out),
        cmocka_unit_test(a_failing_provider_is_an_error),
        cmocka_unit_test(what_does_not_fit_is_refused),
    };
    if (sira_gcrypt_open(&gcrypt) != SIRA_OK)
        return 1;
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    sira_gcrypt_close(&gcrypt);
    return failed;
}
