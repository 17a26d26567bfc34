#include "transaction/client.h"

#include "base/hex.h"

#include <string.h>

void sira_i_transaction_start(sira_transaction *transaction, uint64_t id, uint64_t now,
                              const sira_i_transaction_timing *timing)
{
    transaction->id = id;
    transaction->state = SIRA_I_TRANSACTION_TRYING;
    transaction->interval = 0;
    transaction->repeated = false;
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
    transaction->repeated = !first;
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
    /* Timer K waits for retransmissions of the response to absorb. A server sends one only when the request comes again
     * (17.2.2), so after a request that went out once there is nothing to wait for, as on a reliable transport. */
    transaction->state = SIRA_I_TRANSACTION_COMPLETED;
    transaction->timeout = transaction->repeated ? now + timing->t4 : now;
    return SIRA_I_TRANSACTION_DELIVER;
}

static const char cookie[] = "z9hG4bK";
#define COOKIE_LENGTH (sizeof cookie - 1)

void sira_i_branch_write(uint64_t id, char branch[SIRA_I_BRANCH_SIZE])
{
    uint8_t bytes[8];
    for (unsigned i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(id >> (56u - 8u * i));
    memcpy(branch, cookie, COOKIE_LENGTH);
    sira_i_hex_write(bytes, sizeof bytes, branch + COOKIE_LENGTH);
}

/* Only what branch_write makes: a peer returns the parameter as it was, in any case of letters at most (RFC
 * 3261 7.3.1). */
sira_status sira_i_branch_read(sira_str branch, uint64_t *id)
{
    uint8_t bytes[8];
    if (branch.len != SIRA_I_BRANCH_SIZE ||
        !sira_str_equal_nocase((sira_str){branch.at, COOKIE_LENGTH}, (sira_str){cookie, COOKIE_LENGTH}) ||
        !sira_i_hex_read((sira_str){branch.at + COOKIE_LENGTH, 2 * sizeof bytes}, bytes, sizeof bytes))
        return SIRA_IDLE;
    *id = 0;
    for (unsigned i = 0; i < sizeof bytes; i++)
        *id = *id << 8 | bytes[i];
    return SIRA_OK;
}
