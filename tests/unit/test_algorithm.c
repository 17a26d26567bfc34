#include "digest/digest.h"

#include "support/support.h"

#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

/* RFC 7616 6.1, RFC 3310 3.3, RFC 4169 3. */
static const struct {
    sira_algorithm algorithm;
    const char *name;
    sira_hash_algorithm hash;
    bool sess, aka;
    uint8_t level;
} all[] = {
    {SIRA_ALGORITHM_MD5, "MD5", SIRA_HASH_MD5, false, false, 1},
    {SIRA_ALGORITHM_MD5_SESS, "MD5-sess", SIRA_HASH_MD5, true, false, 1},
    {SIRA_ALGORITHM_SHA_256, "SHA-256", SIRA_HASH_SHA256, false, false, 2},
    {SIRA_ALGORITHM_SHA_256_SESS, "SHA-256-sess", SIRA_HASH_SHA256, true, false, 2},
    {SIRA_ALGORITHM_SHA_512_256, "SHA-512-256", SIRA_HASH_SHA512_256, false, false, 3},
    {SIRA_ALGORITHM_SHA_512_256_SESS, "SHA-512-256-sess", SIRA_HASH_SHA512_256, true, false, 3},
    {SIRA_ALGORITHM_AKAV1_MD5, "AKAv1-MD5", SIRA_HASH_MD5, false, true, 4},
    {SIRA_ALGORITHM_AKAV2_MD5, "AKAv2-MD5", SIRA_HASH_MD5, false, true, 5},
};

static void each_is_what_the_rfcs_say(void **state)
{
    (void)state;
    assert_int_equal(COUNT_OF(all), SIRA_ALGORITHM_COUNT - 1);
    for (size_t i = 0; i < COUNT_OF(all); i++) {
        const sira_algorithm a = all[i].algorithm;
        expect_str("name", sira_str_from(sira_algorithm_name(a)), all[i].name);
        if (sira_i_algorithm_hash(a) != all[i].hash || sira_i_algorithm_is_sess(a) != all[i].sess ||
            sira_i_algorithm_is_aka(a) != all[i].aka || sira_i_algorithm_level(a) != all[i].level)
            fail_msg("%s is something else", all[i].name);
    }
}

static void what_is_none_is_nothing(void **state)
{
    (void)state;
    static const sira_algorithm none[] = {SIRA_ALGORITHM_NONE, SIRA_ALGORITHM_COUNT,
                                          (sira_algorithm)(SIRA_ALGORITHM_COUNT + 1), (sira_algorithm)255,
                                          (sira_algorithm)-1};
    const sira_hash every = {.algorithms = UINT32_MAX};
    for (size_t i = 0; i < COUNT_OF(none); i++) {
        assert_string_equal(sira_algorithm_name(none[i]), "");
        assert_int_equal(sira_i_algorithm_hash(none[i]), SIRA_HASH_COUNT);
        assert_int_equal(sira_i_algorithm_level(none[i]), 0);
        assert_false(sira_i_algorithm_is_sess(none[i]));
        assert_false(sira_i_algorithm_is_aka(none[i]));
        assert_false(sira_i_hash_has(&every, none[i]));
    }
}

static void names_of_algorithms(void **state)
{
    (void)state;
    for (unsigned i = 1; i < SIRA_ALGORITHM_COUNT; i++) {
        const char *name = sira_algorithm_name((sira_algorithm)i);
        assert_int_equal(sira_algorithm_of(sira_str_from(name)), i);
    }
    assert_int_equal(sira_algorithm_of(SIRA_STR("md5-SESS")), SIRA_ALGORITHM_MD5_SESS);
    assert_int_equal(sira_algorithm_of(SIRA_STR("aKaV2-md5")), SIRA_ALGORITHM_AKAV2_MD5);
    assert_int_equal(sira_algorithm_of(SIRA_STR("MD5-")), SIRA_ALGORITHM_NONE);
    assert_int_equal(sira_algorithm_of(SIRA_STR("SHA-512")), SIRA_ALGORITHM_NONE);
    assert_int_equal(sira_algorithm_of(SIRA_STR("")), SIRA_ALGORITHM_NONE);
    assert_string_equal(sira_algorithm_name(SIRA_ALGORITHM_NONE), "");
    assert_string_equal(sira_algorithm_name(SIRA_ALGORITHM_COUNT), "");
    assert_string_equal(sira_algorithm_name(SIRA_ALGORITHM_SHA_512_256_SESS), "SHA-512-256-sess");
}

/* Which of them has exactly this name, by a comparison of our own. */
static sira_algorithm named(const char *text, size_t len)
{
    for (size_t i = 0; i < COUNT_OF(all); i++)
        if (strlen(all[i].name) == len && memcmp(all[i].name, text, len) == 0)
            return all[i].algorithm;
    return SIRA_ALGORITHM_NONE;
}

static void no_part_of_a_name_is_one(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(all); i++) {
        const size_t length = strlen(all[i].name);
        for (size_t from = 0; from <= length; from++) {
            for (size_t len = 0; len <= length - from; len++) {
                const sira_str part = heap_str(all[i].name + from, len);
                if (sira_algorithm_of(part) != named(all[i].name + from, len))
                    fail_msg("%.*s", (int)len, all[i].name + from);
                heap_str_free(part);
            }
        }
        for (unsigned octet = 0; octet < 256; octet++) {
            char text[32];
            memcpy(text, all[i].name, length);
            text[length] = (char)octet;
            const sira_str more = heap_str(text, length + 1);
            if (sira_algorithm_of(more) != SIRA_ALGORITHM_NONE)
                fail_msg("%s with %02x behind it", all[i].name, octet);
            heap_str_free(more);
        }
    }
}

/* RFC 7616 3.3: MD5 when it is absent; servers write it with quotes and without. */
static void the_parameter_is_read(void **state)
{
    (void)state;
    static const struct {
        const char *value; /* NULL: absent */
        sira_algorithm algorithm;
    } cases[] = {
        {NULL, SIRA_ALGORITHM_MD5},
        {"MD5", SIRA_ALGORITHM_MD5},
        {"\"MD5\"", SIRA_ALGORITHM_MD5},
        {"\"sha-256-SESS\"", SIRA_ALGORITHM_SHA_256_SESS},
        {"AKAv1-MD5", SIRA_ALGORITHM_AKAV1_MD5},
        {"", SIRA_ALGORITHM_NONE},
        {"\"\"", SIRA_ALGORITHM_NONE},
        {"\" MD5\"", SIRA_ALGORITHM_NONE},
        {"\"M\\D5\"", SIRA_ALGORITHM_NONE},
        {"MD6", SIRA_ALGORITHM_NONE},
        {"SHA-512/256", SIRA_ALGORITHM_NONE},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        if (cases[i].value == NULL) {
            assert_int_equal(sira_i_algorithm_read((sira_str){NULL, 0}), cases[i].algorithm);
            continue;
        }
        const sira_str value = heap_str_from(cases[i].value);
        if (sira_i_algorithm_read(value) != (uint8_t)cases[i].algorithm)
            fail_msg("%s: %u", cases[i].value, sira_i_algorithm_read(value));
        heap_str_free(value);
    }
}

static void a_provider_has_what_its_bits_say(void **state)
{
    (void)state;
    for (uint32_t bits = 0; bits < 1u << SIRA_HASH_COUNT; bits++) {
        const sira_hash hash = {.algorithms = bits};
        for (size_t i = 0; i < COUNT_OF(all); i++)
            if (sira_i_hash_has(&hash, all[i].algorithm) != ((bits >> all[i].hash & 1) != 0))
                fail_msg("%s of %x", all[i].name, (unsigned)bits);
    }
}

static void a_policy_allows_what_is_as_strong(void **state)
{
    (void)state;
    static const sira_qop qops[] = {SIRA_QOP_NONE, SIRA_QOP_AUTH, SIRA_QOP_AUTH_INT};
    for (size_t least = 0; least < COUNT_OF(all); least++)
        for (size_t i = 0; i < COUNT_OF(all); i++)
            for (size_t q = 0; q < COUNT_OF(qops); q++)
                for (size_t p = 0; p < COUNT_OF(qops); p++) {
                    const sira_digest_policy policy = {.minimum_algorithm = (uint8_t)all[least].algorithm,
                                                       .minimum_qop = (uint8_t)qops[q]};
                    const bool allowed = all[i].level >= all[least].level && p >= q;
                    if (sira_i_policy_allows(&policy, all[i].algorithm, qops[p]) != allowed)
                        fail_msg("at least %s, %zu: %s, %zu", all[least].name, q, all[i].name, p);
                }
    /* Without a minimum everything is. */
    const sira_digest_policy open = {.minimum_algorithm = SIRA_ALGORITHM_NONE};
    for (size_t i = 0; i < COUNT_OF(all); i++)
        assert_true(sira_i_policy_allows(&open, all[i].algorithm, SIRA_QOP_NONE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_is_what_the_rfcs_say),
        cmocka_unit_test(what_is_none_is_nothing),
        cmocka_unit_test(names_of_algorithms),
        cmocka_unit_test(no_part_of_a_name_is_one),
        cmocka_unit_test(the_parameter_is_read),
        cmocka_unit_test(a_provider_has_what_its_bits_say),
        cmocka_unit_test(a_policy_allows_what_is_as_strong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
