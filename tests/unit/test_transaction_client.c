#include "transaction/client.h"

#include "support/support.h"

#include <string.h>

static const sira_i_transaction_timing timing = {500, 4000, 5000};

/* RFC 3261 17.1.2.2: at T1 = 500 ms, E fires at 0.5, 1.5, 3.5, 7.5, 11.5 ... s and F at 32 s. */
static void retransmits_as_the_rfc_says(void **context)
{
    (void)context;
    static const uint64_t expected[] = {0, 500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500};
    sira_transaction transaction = {0};
    size_t sent = 0;
    sira_i_transaction_start(&transaction, 1, 0, &timing);
    for (;;) {
        uint64_t now = sira_i_transaction_deadline(&transaction);
        sira_i_transaction_action action = sira_i_transaction_run(&transaction, now, &timing);
        if (action == SIRA_I_TRANSACTION_TIMEOUT) {
            assert_int_equal(now, 32000);
            break;
        }
        assert_int_equal(action, sent == 0 ? SIRA_I_TRANSACTION_SEND : SIRA_I_TRANSACTION_RESEND);
        assert_true(sent < sizeof expected / sizeof expected[0]);
        assert_int_equal(now, expected[sent++]);
    }
    assert_int_equal(sent, sizeof expected / sizeof expected[0]);
    assert_int_equal(sira_i_transaction_deadline(&transaction), SIRA_NEVER);
}

static void a_provisional_slows_to_t2(void **context)
{
    (void)context;
    sira_transaction transaction = {0};
    sira_i_transaction_start(&transaction, 1, 0, &timing);
    assert_int_equal(sira_i_transaction_run(&transaction, 0, &timing), SIRA_I_TRANSACTION_SEND);
    assert_int_equal(sira_i_transaction_response(&transaction, 100, 100, &timing), SIRA_I_TRANSACTION_DELIVER);
    assert_int_equal(sira_i_transaction_deadline(&transaction), 500);
    assert_int_equal(sira_i_transaction_run(&transaction, 500, &timing), SIRA_I_TRANSACTION_RESEND);
    assert_int_equal(sira_i_transaction_deadline(&transaction), 4500);
    assert_int_equal(sira_i_transaction_run(&transaction, 32000, &timing), SIRA_I_TRANSACTION_TIMEOUT);
}

static void a_final_response_is_delivered_once(void **context)
{
    (void)context;
    sira_transaction transaction = {0};
    sira_i_transaction_start(&transaction, 1, 0, &timing);
    assert_int_equal(sira_i_transaction_run(&transaction, 0, &timing), SIRA_I_TRANSACTION_SEND);
    assert_int_equal(sira_i_transaction_run(&transaction, 500, &timing), SIRA_I_TRANSACTION_RESEND);
    assert_int_equal(sira_i_transaction_response(&transaction, 200, 540, &timing), SIRA_I_TRANSACTION_DELIVER);
    assert_int_equal(sira_i_transaction_response(&transaction, 200, 541, &timing), SIRA_I_TRANSACTION_NOTHING);
    assert_int_equal(sira_i_transaction_deadline(&transaction), 5540);
    assert_int_equal(sira_i_transaction_run(&transaction, 5539, &timing), SIRA_I_TRANSACTION_NOTHING);
    assert_int_equal(sira_i_transaction_run(&transaction, 5540, &timing), SIRA_I_TRANSACTION_END);
    assert_int_equal(sira_i_transaction_response(&transaction, 200, 5541, &timing), SIRA_I_TRANSACTION_NOTHING);
}

static void a_request_that_went_out_once_leaves_nothing_to_absorb(void **context)
{
    (void)context;
    sira_transaction transaction = {0};
    sira_i_transaction_start(&transaction, 1, 0, &timing);
    assert_int_equal(sira_i_transaction_run(&transaction, 0, &timing), SIRA_I_TRANSACTION_SEND);
    assert_int_equal(sira_i_transaction_response(&transaction, 100, 20, &timing), SIRA_I_TRANSACTION_DELIVER);
    assert_int_equal(sira_i_transaction_response(&transaction, 200, 40, &timing), SIRA_I_TRANSACTION_DELIVER);
    assert_int_equal(sira_i_transaction_deadline(&transaction), 40);
    assert_int_equal(sira_i_transaction_run(&transaction, 40, &timing), SIRA_I_TRANSACTION_END);
}

static void a_reliable_transport_does_not_repeat(void **context)
{
    (void)context;
    sira_transaction transaction = {.reliable = true};
    sira_i_transaction_start(&transaction, 1, 0, &timing);
    assert_int_equal(sira_i_transaction_run(&transaction, 0, &timing), SIRA_I_TRANSACTION_SEND);
    assert_int_equal(sira_i_transaction_deadline(&transaction), 32000);
    assert_int_equal(sira_i_transaction_response(&transaction, 200, 40, &timing), SIRA_I_TRANSACTION_DELIVER);
    assert_int_equal(sira_i_transaction_run(&transaction, 40, &timing), SIRA_I_TRANSACTION_END);
}

static void a_branch_comes_back_as_it_went(void **context)
{
    (void)context;
    static const uint64_t ids[] = {0, 1, 0x0123456789abcdefu, UINT64_MAX};
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        char branch[SIRA_I_BRANCH_SIZE];
        uint64_t id = ~ids[i];
        sira_i_branch_write(ids[i], branch);
        assert_memory_equal(branch, "z9hG4bK", 7);
        assert_int_equal(sira_i_branch_read((sira_str){branch, sizeof branch}, &id), SIRA_OK);
        assert_int_equal(id, ids[i]);
    }
    static const char *const foreign[] = {"",
                                          "z9hG4bK",
                                          "z9hG4bK0123456789abcde",
                                          "z9hG4bK0123456789abcdef0",
                                          "z9hG4bK0123456789abcdeg",
                                          "z9hG4bX0123456789abcdef",
                                          "z9hG4bK0123456789abcde "};
    for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++) {
        uint64_t id;
        if (sira_i_branch_read(sira_str_from(foreign[i]), &id) != SIRA_IDLE)
            fail_msg("taken as ours: %s", foreign[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(retransmits_as_the_rfc_says),
        cmocka_unit_test(a_provisional_slows_to_t2),
        cmocka_unit_test(a_final_response_is_delivered_once),
        cmocka_unit_test(a_request_that_went_out_once_leaves_nothing_to_absorb),
        cmocka_unit_test(a_reliable_transport_does_not_repeat),
        cmocka_unit_test(a_branch_comes_back_as_it_went),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
