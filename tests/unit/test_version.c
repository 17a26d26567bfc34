#include "support/support.h"

#include <stdio.h>

#include <sira/version.h>

static void test_version_is_that_of_the_header(void **state)
{
    (void)state;
    assert_string_equal(sira_version(), SIRA_VERSION);
}

static void test_version_numbers_agree_with_the_text(void **state)
{
    (void)state;
    char text[32];
    snprintf(text, sizeof text, "%d.%d.%d", SIRA_VERSION_MAJOR, SIRA_VERSION_MINOR, SIRA_VERSION_PATCH);
    assert_string_equal(SIRA_VERSION, text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_version_is_that_of_the_header),
        cmocka_unit_test(test_version_numbers_agree_with_the_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
