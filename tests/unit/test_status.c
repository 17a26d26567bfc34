#include "support/support.h"

#include <stdlib.h>
#include <string.h>

#include <sira/status.h>

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

/* The values are part of the binary interface: they never change. */
static const struct {
    sira_status status;
    int value;
    const char *name;
} statuses[] = {
#define STATUS(name, value)                                                                                            \
    {                                                                                                                  \
        name, value, #name                                                                                             \
    }
    STATUS(SIRA_OK, 0),
    STATUS(SIRA_IDLE, 1),
    STATUS(SIRA_MORE, 2),
    STATUS(SIRA_E_ARGUMENT, -1),
    STATUS(SIRA_E_STATE, -2),
    STATUS(SIRA_E_CONFIG, -3),
    STATUS(SIRA_E_UNSUPPORTED, -4),
    STATUS(SIRA_E_SPACE, -20),
    STATUS(SIRA_E_LIMIT, -21),
    STATUS(SIRA_E_FIELDS, -22),
    STATUS(SIRA_E_SYNTAX, -40),
    STATUS(SIRA_E_VERSION, -41),
    STATUS(SIRA_E_NUMBER, -42),
    STATUS(SIRA_E_MISSING, -43),
    STATUS(SIRA_E_DUPLICATE, -44),
    STATUS(SIRA_E_MISMATCH, -45),
    STATUS(SIRA_E_LENGTH, -46),
    STATUS(SIRA_E_URI, -47),
    STATUS(SIRA_E_CHALLENGE, -60),
    STATUS(SIRA_E_CREDENTIALS, -61),
    STATUS(SIRA_E_DOWNGRADE, -62),
    STATUS(SIRA_E_RSPAUTH, -63),
    STATUS(SIRA_E_STALE, -64),
    STATUS(SIRA_E_REPLAY, -65),
    STATUS(SIRA_E_NONCE, -66),
    STATUS(SIRA_E_HASH, -67),
    STATUS(SIRA_E_ENTROPY, -68),
    STATUS(SIRA_E_TIMEOUT, -80),
    STATUS(SIRA_E_RESPONSE, -81),
    STATUS(SIRA_E_EXPIRES, -82),
    STATUS(SIRA_E_UNCLEAR, -83),
    STATUS(SIRA_E_LISTED, -84),
    STATUS(SIRA_E_REDIRECT, -85),
    STATUS(SIRA_E_TRANSPORT, -100),
    STATUS(SIRA_E_RESOLVE, -101),
    STATUS(SIRA_E_KEEPALIVE, -102),
    STATUS(SIRA_E_REMAPPED, -103),
    STATUS(SIRA_E_MAPPING, -104),
};

static void test_values_and_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(statuses); i++) {
        if ((int)statuses[i].status != statuses[i].value)
            fail_msg("%s is %d", statuses[i].name, (int)statuses[i].status);
        assert_string_equal(sira_status_name(statuses[i].status), statuses[i].name);
    }
}

/* One sentence, without a capital at its start and without a full stop; no two alike. */
static void test_texts(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(statuses); i++) {
        const char *text = sira_status_text(statuses[i].status);
        size_t length = strlen(text);
        if (length < 5 || length > 70 || text[0] < 'a' || text[0] > 'z' || strpbrk(text, ".\r\n_") != NULL)
            fail_msg("%s: \"%s\"", statuses[i].name, text);
        for (size_t k = 0; k < i; k++)
            if (strcmp(text, sira_status_text(statuses[k].status)) == 0)
                fail_msg("%s and %s have the same text", statuses[i].name, statuses[k].name);
    }
}

static bool is_known(int value)
{
    for (size_t i = 0; i < COUNT(statuses); i++)
        if (statuses[i].value == value)
            return true;
    return false;
}

/* Every other number has a name and a text too; and there is no status that the table above has not. */
static void test_other_values(void **state)
{
    (void)state;
    for (int value = -1000; value <= 1000; value++) {
        if (is_known(value))
            continue;
        assert_string_equal(sira_status_name((sira_status)value), "?");
        assert_string_equal(sira_status_text((sira_status)value), "an unknown status");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_and_names),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_other_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
