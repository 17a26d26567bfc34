#include "support/support.h"

#include <sira/message.h>

static void test_phrases(void **state)
{
    (void)state;
    static const struct {
        uint16_t code;
        const char *phrase;
    } cases[] = {
        {100, "Trying"},
        {180, "Ringing"},
        {199, "Early Dialog Terminated"},
        {200, "OK"},
        {302, "Moved Temporarily"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {407, "Proxy Authentication Required"},
        {423, "Interval Too Brief"},
        {439, "First Hop Lacks Outbound Support"},
        {494, "Security Agreement Required"},
        {503, "Service Unavailable"},
        {505, "Version Not Supported"},
        {555, "Push Notification Service Not Supported"},
        {608, "Rejected"},
        /* RFC 3261 8.1.3.2: as the x00 of the class, provisional ones as 183 */
        {198, "Session Progress"},
        {299, "OK"},
        {399, "Multiple Choices"},
        {499, "Bad Request"},
        {599, "Server Internal Error"},
        {699, "Busy Everywhere"},
        {0, "Unknown"},
        {99, "Unknown"},
        {700, "Unknown"},
        {1200, "Unknown"},
        {65535, "Unknown"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(sira_reason_phrase(cases[i].code), cases[i].phrase);
}

static void test_every_code_has_a_phrase(void **state)
{
    (void)state;
    for (unsigned code = 0; code <= UINT16_MAX; code++) {
        const char *phrase = sira_reason_phrase((uint16_t)code);
        assert_non_null(phrase);
        assert_true(phrase[0] >= 'A' && phrase[0] <= 'Z');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_phrases),
        cmocka_unit_test(test_every_code_has_a_phrase),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
