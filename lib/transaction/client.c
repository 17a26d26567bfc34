#include "transaction/client.h"

#include <string.h>

void sira_i_transaction_start(sira_transaction *transaction, uint64_t id, uint64_t now,
                              const sira_i_transaction_timing *timing)
{
    transaction->id = id;
    transaction->state = SIRA_I_TRANSACTION_TRYING;
    transaction->interval = 0;
    transaction->resend = now;
    transaction->timeout = now + 64u * (uint64_t)timing->t1;
}

uint64_t sira_i_transaction_deadline(const sira_transaction *transaction)
{
    if (transaction->state == SIRA_I_TRANSACTION_TERMINATED)
        return SIRA_NEVER;
    if (transaction->state == SIRA_I_TRANSACTION_COMPLETED || transaction->timeout < transaction->resend)
        return transaction->timeout;
    return transaction->resend;
}

/* Timer E: T1 at first, doubled up to T2 while Trying, T2 at once when Proceeding. */
static uint32_t next_interval(const sira_transaction *transaction, const sira_i_transaction_timing *timing)
{
    if (transaction->interval == 0)
        return timing->t1;
    if (transaction->state == SIRA_I_TRANSACTION_PROCEEDING || transaction->interval > timing->t2 / 2)
        return timing->t2;
    return 2 * transaction->interval;
}

/* RFC 3261 figure 6 and 17.1.2.2: the time-driven arrows. */
sira_i_transaction_action sira_i_transaction_run(sira_transaction *transaction, uint64_t now,
                                                 const sira_i_transaction_timing *timing)
{
    switch ((sira_i_transaction_state)transaction->state) {
    case SIRA_I_TRANSACTION_TERMINATED:
        return SIRA_I_TRANSACTION_NOTHING;
    case SIRA_I_TRANSACTION_COMPLETED:
        if (now < transaction->timeout)
            return SIRA_I_TRANSACTION_NOTHING;
        transaction->state = SIRA_I_TRANSACTION_TERMINATED;
        return SIRA_I_TRANSACTION_END;
    case SIRA_I_TRANSACTION_TRYING:
    case SIRA_I_TRANSACTION_PROCEEDING:
        break;
    }
    if (now >= transaction->timeout) {
        transaction->state = SIRA_I_TRANSACTION_TERMINATED;
        return SIRA_I_TRANSACTION_TIMEOUT;
    }
    if (now < transaction->resend)
        return SIRA_I_TRANSACTION_NOTHING;
    bool first = transaction->interval == 0;
    transaction->interval = next_interval(transaction, timing);
    transaction->resend = transaction->reliable ? SIRA_NEVER : now + transaction->interval;
    return first ? SIRA_I_TRANSACTION_SEND : SIRA_I_TRANSACTION_RESEND;
}

/* RFC 3261 figure 6: the arrows that a response takes. */
sira_i_transaction_action sira_i_transaction_response(sira_transaction *transaction, uint16_t code, uint64_t now,
                                                      const sira_i_transaction_timing *timing)
{
    switch ((sira_i_transaction_state)transaction->state) {
    case SIRA_I_TRANSACTION_TERMINATED:
    case SIRA_I_TRANSACTION_COMPLETED:
        return SIRA_I_TRANSACTION_NOTHING;
    case SIRA_I_TRANSACTION_TRYING:
    case SIRA_I_TRANSACTION_PROCEEDING:
        break;
    }
    if (code < 200) {
        transaction->state = SIRA_I_TRANSACTION_PROCEEDING;
        return SIRA_I_TRANSACTION_DELIVER;
    }
    /* Timer K is zero on a reliable transport: there are no retransmissions to absorb. */
    transaction->state = SIRA_I_TRANSACTION_COMPLETED;
    transaction->timeout = transaction->reliable ? now : now + timing->t4;
    return SIRA_I_TRANSACTION_DELIVER;
}

static const char cookie[] = "z9hG4bK";
#define COOKIE_LENGTH (sizeof cookie - 1)

void sira_i_branch_write(uint64_t id, char branch[SIRA_I_BRANCH_SIZE])
{
    memcpy(branch, cookie, COOKIE_LENGTH);
    for (unsigned i = 0; i < 16; i++)
        branch[COOKIE_LENGTH + i] = "0123456789abcdef"[(id >> (60u - 4u * i)) & 15u];
}

/* Only what branch_write makes: a peer returns the parameter as it was, in any case of letters at most (RFC
 * 3261 7.3.1). */
sira_status sira_i_branch_read(sira_str branch, uint64_t *id)
{
    if (branch.len != SIRA_I_BRANCH_SIZE ||
        !sira_str_equal_nocase((sira_str){branch.at, COOKIE_LENGTH}, SIRA_STR("z9hG4bK")))
        return SIRA_IDLE;
    uint64_t value = 0;
    for (size_t i = COOKIE_LENGTH; i < SIRA_I_BRANCH_SIZE; i++) {
        char c = branch.at[i];
        unsigned digit;
        if (c >= '0' && c <= '9')
            digit = (unsigned)(c - '0');
        else if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'))
            digit = ((unsigned)c & 7u) + 9u;
        else
            return SIRA_IDLE;
        value = value << 4 | digit;
    }
    *id = value;
    return SIRA_OK;
}
