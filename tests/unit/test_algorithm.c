#include "digest/digest.h"

#include "support/support.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_of_algorithms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
