#include "registration/policy.h"

#include "support/support.h"

#include <sira/limits.h>

static void refresh_is_early_enough_and_never_too_often(void **context)
{
    (void)context;
    static const struct {
        const char *name;
        uint32_t granted, floor;
        uint64_t wait;
    } cases[] = {
        {"an hour: ten minutes before the end", 3600, 10, 3000000},
        {"twenty minutes: half", 1200, 10, 600000},
        {"just above", 1201, 10, 601000},
        {"a minute: half", 60, 10, 30000},
        {"twelve seconds: the floor", 12, 10, 10000},
        {"one second: the floor", 1, 10, 10000},
        {"a week", 604800, 10, 604200000},
        {"another floor", 60, 45, 45000},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (sira_i_policy_refresh(cases[i].granted, cases[i].floor) != cases[i].wait)
            fail_msg("%s: %llu", cases[i].name,
                     (unsigned long long)sira_i_policy_refresh(cases[i].granted, cases[i].floor));
}

/* RFC 5626 4.5. */
static void backoff_doubles_up_to_its_maximum(void **context)
{
    (void)context;
    static const struct {
        uint32_t failures;
        uint64_t low, high;
    } cases[] = {{1, 30000, 60000},    {2, 60000, 120000},   {3, 120000, 240000},
                 {6, 900000, 1800000}, {7, 900000, 1800000}, {65535, 900000, 1800000}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(sira_i_policy_backoff(30, 1800, cases[i].failures, 0), cases[i].low);
        uint64_t most = sira_i_policy_backoff(30, 1800, cases[i].failures, UINT32_MAX);
        assert_true(most <= cases[i].high && most > cases[i].high - 10);
    }
}

static void retry_after_is_clamped(void **context)
{
    (void)context;
    assert_int_equal(sira_i_policy_retry_after(0, 10, 1, 40000), 10000);
    assert_int_equal(sira_i_policy_retry_after(3, 10, 1, 40000), 10000);
    assert_int_equal(sira_i_policy_retry_after(120, 10, 1, 40000), 120000);
    assert_int_equal(sira_i_policy_retry_after(3, 10, 2, 40000), 40000);
    assert_int_equal(sira_i_policy_retry_after(120, 10, 2, 40000), 120000);
    assert_int_equal(sira_i_policy_retry_after(2147483648u, 10, 1, 40000),
                     1000u * (uint64_t)SIRA_LIMIT_RETRY_AFTER_MAX);
    assert_int_equal(sira_i_policy_retry_after(UINT32_MAX, 10, 5, 40000), 1000u * (uint64_t)SIRA_LIMIT_RETRY_AFTER_MAX);
}

static void a_flow_that_has_lived_is_replaced_at_once(void **context)
{
    (void)context;
    static const struct {
        const char *name;
        sira_i_policy_flow flow;
        uint64_t low, high;
    } cases[] = {
        {"it has lived", {500000, 0, 0, 10, 1800}, 0, 0},
        {"one of many lines", {500000, 0, 20000, 10, 1800}, 0, 19999},
        {"at the floor", {10000, 0, 0, 10, 1800}, 0, 0},
        {"below the floor", {9999, 0, 0, 10, 1800}, 1, 1},
        {"at once, of many lines", {0, 0, 20000, 10, 1800}, 10000, 29999},
        {"the second of a row", {0, 1, 20000, 10, 1800}, 10000, 20000},
        {"the third", {0, 2, 0, 10, 1800}, 20000, 40000},
        {"a long row", {0, 1000, 0, 10, 1800}, 900000, 1800000},
        {"a floor above the most", {0, 1000, 0, 60, 30}, 60000, 60000},
        {"a floor above the most, later", {50000, 1000, 0, 60, 30}, 15000, 30000},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const uint64_t least = sira_i_policy_flow_down(&cases[i].flow, 0);
        const uint64_t most = sira_i_policy_flow_down(&cases[i].flow, UINT32_MAX);
        if (least != cases[i].low || most > cases[i].high || most + 10 < cases[i].high)
            fail_msg("%s: %llu to %llu", cases[i].name, (unsigned long long)least, (unsigned long long)most);
    }
}

static void a_start_is_spread_within_its_window(void **context)
{
    (void)context;
    assert_int_equal(sira_i_policy_spread(0, UINT32_MAX), 0);
    assert_int_equal(sira_i_policy_spread(20000, 0), 0);
    assert_int_equal(sira_i_policy_spread(20000, 0x80000000u), 10000);
    assert_int_equal(sira_i_policy_spread(20000, UINT32_MAX), 19999);
    assert_true(sira_i_policy_spread(UINT32_MAX, UINT32_MAX) < UINT32_MAX);
}

/* Each refusal by what is known of the credentials: nothing was shown, they were shown, they have registered before;
 * at first, and after many failures. SECURITY.md has the same table. */
enum { RETRY = SIRA_I_VERDICT_RETRY, REJECTED = SIRA_I_VERDICT_REJECTED, SLOW = SIRA_I_VERDICT_SLOW };

typedef struct refusal_case {
    const char *name;
    int nothing, shown, before;          /* the verdict at first */
    int nothing_at, shown_at, before_at; /* and the last failure with which it is that */
} refusal_case;

static const refusal_case refusals[] = {
    {"password", REJECTED, REJECTED, REJECTED, 0, 0, 0},
    {"forbidden", REJECTED, REJECTED, RETRY, 0, 0, 6},
    {"request", SLOW, SLOW, RETRY, 0, 0, 6},
    {"trouble", RETRY, RETRY, RETRY, 0, 4, 0},
    {"challenge", SLOW, SLOW, SLOW, 0, 0, 0},
    {"silence", RETRY, RETRY, RETRY, 0, 0, 0},
};

enum { PASSWORD, FORBIDDEN, REQUEST, TROUBLE, CHALLENGE, SILENCE };

static int refusal_of(uint16_t code)
{
    static const uint16_t troubles[] = {401, 407, 408, 413, 480, 486, 491};
    for (size_t i = 0; i < sizeof troubles / sizeof troubles[0]; i++)
        if (troubles[i] == code)
            return TROUBLE;
    if (code == 403)
        return FORBIDDEN;
    return code >= 500 && code < 600 && code != 501 && code != 505 && code != 513 ? TROUBLE : REQUEST;
}

static void expect_rows(sira_status status, uint16_t code, int refusal)
{
    const refusal_case *c = &refusals[refusal];
    for (int history = 0; history < 3; history++) {
        const int first = history == 0 ? c->nothing : history == 1 ? c->shown : c->before;
        const int last = history == 0 ? c->nothing_at : history == 1 ? c->shown_at : c->before_at;
        for (unsigned failures = 1; failures <= 20; failures++) {
            const sira_i_history known = {
                .registered = history == 2, .shown = history != 0, .failures = (uint16_t)failures};
            const int expected = last != 0 && (int)failures > last ? SLOW : first;
            const int verdict = (int)sira_i_policy_verdict(status, code, &known);
            if (verdict != expected)
                fail_msg("%s, %s %u, history %d, failure %u: %d", c->name, sira_status_name(status), code, history,
                         failures, verdict);
        }
    }
}

static void each_refusal_has_its_verdict(void **context)
{
    (void)context;
    for (unsigned code = 300; code < 700; code++)
        expect_rows(SIRA_E_RESPONSE, (uint16_t)code, refusal_of((uint16_t)code));
    static const struct {
        sira_status status;
        int refusal;
    } cases[] = {
        {SIRA_E_CREDENTIALS, PASSWORD}, {SIRA_E_STALE, PASSWORD},      {SIRA_E_RSPAUTH, PASSWORD},
        {SIRA_E_CHALLENGE, CHALLENGE},  {SIRA_E_DOWNGRADE, CHALLENGE}, {SIRA_E_LIMIT, CHALLENGE},
        {SIRA_E_EXPIRES, TROUBLE},      {SIRA_E_SYNTAX, TROUBLE},      {SIRA_E_TIMEOUT, SILENCE},
        {SIRA_E_TRANSPORT, SILENCE},    {SIRA_E_RESOLVE, SILENCE},     {SIRA_E_ENTROPY, SILENCE},
        {SIRA_E_HASH, SILENCE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect_rows(cases[i].status, 401, cases[i].refusal);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refresh_is_early_enough_and_never_too_often),
        cmocka_unit_test(backoff_doubles_up_to_its_maximum),
        cmocka_unit_test(retry_after_is_clamped),
        cmocka_unit_test(a_flow_that_has_lived_is_replaced_at_once),
        cmocka_unit_test(a_start_is_spread_within_its_window),
        cmocka_unit_test(each_refusal_has_its_verdict),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
