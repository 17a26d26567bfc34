#include "support/providers.h"
#include "support/support.h"
#include "support/table.h"

#include <stdio.h>
#include <string.h>

static sira_gcrypt gcrypt;

static void each_algorithm_has_its_size(void **state)
{
    (void)state;
    assert_int_equal(sira_hash_size(SIRA_HASH_MD5), 16);
    assert_int_equal(sira_hash_size(SIRA_HASH_SHA256), 32);
    assert_int_equal(sira_hash_size(SIRA_HASH_SHA512_256), 32);
    assert_int_equal(sira_hash_size(SIRA_HASH_COUNT), 0);
    assert_int_equal(sira_hash_size((sira_hash_algorithm)-1), 0);
}

static sira_hash_algorithm algorithm_of(const char *name)
{
    return strcmp(name, "MD5") == 0       ? SIRA_HASH_MD5
           : strcmp(name, "SHA-256") == 0 ? SIRA_HASH_SHA256
                                          : SIRA_HASH_SHA512_256;
}

static void hash_hex(const sira_hash *hash, sira_hash_algorithm algorithm, sira_str text, char hex[65])
{
    uint8_t bytes[SIRA_HASH_SIZE_MAX];
    assert_int_equal(hash->digest(hash->context, algorithm, &text, 1, bytes), SIRA_OK);
    for (size_t i = 0; i < sira_hash_size(algorithm); i++)
        snprintf(hex + 2 * i, 3, "%02x", bytes[i]);
}

/* What is wrong in print must come out of none of them: SHA-512/256 is not SHA-512 cut short. */
static void published_hashes_come_out(void **state)
{
    (void)state;
    provider list[PROVIDERS_MOST];
    const size_t count = providers(&gcrypt, list);
    table t;
    table_open(&t, SIRA_TEST_DIR "/vectors/digest/hashes.tsv");
    while (table_next(&t)) {
        for (size_t i = 0; i < count; i++) {
            char hex[65], name[160];
            hash_hex(&list[i].hash, algorithm_of(table_cell(&t, "algorithm")), sira_str_from(table_cell(&t, "text")),
                     hex);
            snprintf(name, sizeof name, "%s by %s", table_cell(&t, "id"), list[i].name);
            expect_str(name, sira_str_from(hex), table_cell(&t, "hash"));
            if (strcmp(hex, table_cell(&t, "printed")) == 0)
                fail_msg("%s: what is printed is wrong, and came out", name);
        }
    }
    assert_int_equal(t.rows, 9);
    table_close(&t);
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

/* Cuts a text into pieces at random, empty ones among them. */
static size_t cut(sira_str text, sira_str *pieces, size_t most, uint32_t *seed)
{
    size_t n = 0, at = 0;
    while (n + 1 < most && at < text.len) {
        const size_t len = next_random(seed) % (text.len - at + 1);
        pieces[n++] = (sira_str){text.at + at, len};
        at += len;
    }
    pieces[n++] = (sira_str){text.at + at, text.len - at};
    return n;
}

static void providers_agree_on_random_texts_in_random_pieces(void **state)
{
    (void)state;
    provider list[PROVIDERS_MOST];
    const size_t count = providers(&gcrypt, list);
    char bytes[600];
    uint32_t seed = 20260101;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)next_random(&seed);
    for (size_t len = 0; len <= sizeof bytes; len++) {
        const sira_str text = heap_str(bytes, len);
        for (unsigned algorithm = 0; algorithm < SIRA_HASH_COUNT; algorithm++) {
            uint8_t whole[SIRA_HASH_SIZE_MAX];
            assert_int_equal(list[0].hash.digest(list[0].hash.context, (sira_hash_algorithm)algorithm, &text, 1, whole),
                             SIRA_OK);
            for (size_t i = 0; i < count; i++) {
                uint8_t out[SIRA_HASH_SIZE_MAX];
                sira_str pieces[12];
                const size_t n = cut(text, pieces, 12, &seed);
                assert_int_equal(
                    list[i].hash.digest(list[i].hash.context, (sira_hash_algorithm)algorithm, pieces, n, out), SIRA_OK);
                if (memcmp(out, whole, sira_hash_size((sira_hash_algorithm)algorithm)) != 0)
                    fail_msg("%s: algorithm %u of %zu bytes in %zu pieces", list[i].name, algorithm, len, n);
            }
        }
        heap_str_free(text);
    }
}

static void a_provider_refuses_what_it_lacks(void **state)
{
    (void)state;
    provider list[PROVIDERS_MOST];
    const size_t count = providers(&gcrypt, list);
    for (size_t i = 0; i < count; i++) {
        uint8_t out[SIRA_HASH_SIZE_MAX];
        const sira_str text = SIRA_STR("x");
        expect_status(list[i].name, list[i].hash.digest(list[i].hash.context, SIRA_HASH_COUNT, &text, 1, out),
                      SIRA_E_HASH);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_algorithm_has_its_size),
        cmocka_unit_test(published_hashes_come_out),
        cmocka_unit_test(providers_agree_on_random_texts_in_random_pieces),
        cmocka_unit_test(a_provider_refuses_what_it_lacks),
    };
    if (sira_gcrypt_open(&gcrypt) != SIRA_OK)
        return 1;
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    sira_gcrypt_close(&gcrypt);
    return failed;
}
