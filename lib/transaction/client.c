/* The figures of RFC 3261 17.1, each drawn above its switches: on an arrow what happens, behind '/' what is done. */
#include "transaction/client.h"

#include "base/hex.h"

#include <string.h>

/* "At least 32 seconds" (17.1.1.2): the server's T1 is not known here. */
#define TIMER_D_LEAST 32000u
/* More than three minutes (16.6 11). It is a proxy's, but without it a peer that dies while it rings would hold the
 * transaction for ever; one that lives says so each minute (13.3.1.1). */
#define TIMER_C 181000u

typedef enum cancel_state {
    CANCEL_NONE = 0,
    CANCEL_WANTED, /* and waits for a provisional response */
    CANCEL_SENT
} cancel_state;

uint64_t sira_i_transaction_deadline(const sira_transaction *transaction)
{
    if (transaction->state == SIRA_I_TRANSACTION_TERMINATED)
        return SIRA_NEVER;
    return transaction->timeout < transaction->resend ? transaction->timeout : transaction->resend;
}

static sira_i_transaction_action terminate(sira_transaction *transaction, sira_i_transaction_action action)
{
    transaction->state = SIRA_I_TRANSACTION_TERMINATED;
    return action;
}

/* ---- RFC 3261 figure 6: the non-INVITE client transaction ----
 *
 *     start / SEND
 *       |
 *       v         1xx / DELIVER
 *     Trying -------------------------> Proceeding      both: timer E / RESEND
 *       |                                 |             Proceeding: 1xx / DELIVER
 *       | 200-699 / DELIVER               | 200-699 / DELIVER
 *       +--------------> Completed <------+
 *                          | timer K / END
 *                          v
 *                      Terminated <---- timer F / TIMEOUT, from Trying and Proceeding */

void sira_i_transaction_start(sira_transaction *transaction, uint64_t id, uint64_t now,
                              const sira_i_transaction_timing *timing)
{
    transaction->id = id;
    transaction->state = SIRA_I_TRANSACTION_TRYING;
    transaction->interval = 0;
    transaction->repeated = false;
    transaction->resend = now;
    transaction->timeout = now + sira_i_64_t1(timing);
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

sira_i_transaction_action sira_i_transaction_run(sira_transaction *transaction, uint64_t now,
                                                 const sira_i_transaction_timing *timing)
{
    if (now < sira_i_transaction_deadline(transaction))
        return SIRA_I_TRANSACTION_NOTHING;
    switch ((sira_i_transaction_state)transaction->state) {
    case SIRA_I_TRANSACTION_TERMINATED:
        break;
    case SIRA_I_TRANSACTION_TRYING:
    case SIRA_I_TRANSACTION_PROCEEDING:
        if (now >= transaction->timeout)
            return terminate(transaction, SIRA_I_TRANSACTION_TIMEOUT);
        bool first = transaction->interval == 0;
        transaction->interval = next_interval(transaction, timing);
        transaction->resend = transaction->reliable ? SIRA_NEVER : now + transaction->interval;
        transaction->repeated = !first;
        return first ? SIRA_I_TRANSACTION_SEND : SIRA_I_TRANSACTION_RESEND;
    case SIRA_I_TRANSACTION_COMPLETED:
        return terminate(transaction, SIRA_I_TRANSACTION_END);
    }
    return SIRA_I_TRANSACTION_NOTHING;
}

sira_i_transaction_action sira_i_transaction_response(sira_transaction *transaction, uint16_t code, uint64_t now,
                                                      const sira_i_transaction_timing *timing)
{
    switch ((sira_i_transaction_state)transaction->state) {
    case SIRA_I_TRANSACTION_TERMINATED:
    case SIRA_I_TRANSACTION_COMPLETED:
        break;
    case SIRA_I_TRANSACTION_TRYING:
    case SIRA_I_TRANSACTION_PROCEEDING:
        if (code < 200) {
            transaction->state = SIRA_I_TRANSACTION_PROCEEDING;
            return SIRA_I_TRANSACTION_DELIVER;
        }
        transaction->state = SIRA_I_TRANSACTION_COMPLETED;
        transaction->resend = SIRA_NEVER;
        /* Timer K waits for retransmissions of the response to absorb. A server sends one only when the request comes
         * again (17.2.2), so after a request that went out once there is nothing to wait for, as on a reliable
         * transport. */
        transaction->timeout = transaction->repeated ? now + timing->t4 : now;
        return SIRA_I_TRANSACTION_DELIVER;
    }
    return SIRA_I_TRANSACTION_NOTHING;
}

/* ---- RFC 3261 figure 5, as RFC 6026 8.4 draws it: the INVITE client transaction ----
 *
 *     start / SEND
 *       |
 *       v         1xx / DELIVER
 *     Calling ------------------------> Proceeding      Calling: timer A / RESEND
 *       |    |                            |    |        Proceeding: 1xx / DELIVER; timer C or cancelled / CANCEL
 *       |    | 2xx / DELIVER              |    |
 *       |    +------> Accepted <----------+    |        Accepted: 2xx / DELIVER
 *       |               | timer M / END        |
 *       |               v                      |
 *       |             Terminated <---- timer B / TIMEOUT, from Calling; 64*T1 behind CANCEL / TIMEOUT, from Proceeding
 *       |               ^                      |
 *       |               | timer D / END        |
 *       +-----------> Completed <--------------+        Completed: 300-699 / ACK
 *              300-699 / ACK_AND_DELIVER */

void sira_i_invite_client_start(sira_transaction *transaction, uint64_t id, uint64_t now,
                                const sira_i_transaction_timing *timing)
{
    sira_i_transaction_start(transaction, id, now, timing);
    transaction->cancel = CANCEL_NONE;
}

sira_i_transaction_action sira_i_invite_client_run(sira_transaction *transaction, uint64_t now,
                                                   const sira_i_transaction_timing *timing)
{
    if (now < sira_i_transaction_deadline(transaction))
        return SIRA_I_TRANSACTION_NOTHING;
    bool over = now >= transaction->timeout;
    switch ((sira_i_invite_client_state)transaction->state) {
    case SIRA_I_INVITE_CLIENT_TERMINATED:
        break;
    case SIRA_I_INVITE_CLIENT_CALLING:
        if (over)
            return terminate(transaction, SIRA_I_TRANSACTION_TIMEOUT);
        bool first = transaction->interval == 0;
        transaction->interval = first ? timing->t1 : 2 * transaction->interval;
        transaction->resend = transaction->reliable ? SIRA_NEVER : now + transaction->interval;
        return first ? SIRA_I_TRANSACTION_SEND : SIRA_I_TRANSACTION_RESEND;
    case SIRA_I_INVITE_CLIENT_PROCEEDING:
        if (transaction->cancel == CANCEL_SENT)
            return terminate(transaction, SIRA_I_TRANSACTION_TIMEOUT);
        transaction->cancel = CANCEL_SENT;
        transaction->resend = SIRA_NEVER;
        transaction->timeout = now + sira_i_64_t1(timing); /* 9.1 */
        return SIRA_I_TRANSACTION_CANCEL;
    case SIRA_I_INVITE_CLIENT_COMPLETED:
    case SIRA_I_INVITE_CLIENT_ACCEPTED:
        return terminate(transaction, SIRA_I_TRANSACTION_END);
    }
    return SIRA_I_TRANSACTION_NOTHING;
}

/* The response is the first final one. */
static sira_i_transaction_action finish(sira_transaction *transaction, uint16_t code, uint64_t now,
                                        const sira_i_transaction_timing *timing)
{
    uint64_t wait = sira_i_64_t1(timing);
    transaction->resend = SIRA_NEVER;
    if (code < 300) {
        transaction->state = SIRA_I_INVITE_CLIENT_ACCEPTED;
        transaction->timeout = now + wait; /* timer M, for all transports (RFC 6026 8.4) */
        return SIRA_I_TRANSACTION_DELIVER;
    }
    if (wait < TIMER_D_LEAST)
        wait = TIMER_D_LEAST;
    transaction->state = SIRA_I_INVITE_CLIENT_COMPLETED;
    transaction->timeout = transaction->reliable ? now : now + wait;
    return SIRA_I_TRANSACTION_ACK_AND_DELIVER;
}

sira_i_transaction_action sira_i_invite_client_response(sira_transaction *transaction, uint16_t code, uint64_t now,
                                                        const sira_i_transaction_timing *timing)
{
    switch ((sira_i_invite_client_state)transaction->state) {
    case SIRA_I_INVITE_CLIENT_TERMINATED:
        break;
    case SIRA_I_INVITE_CLIENT_CALLING:
        if (code >= 200)
            return finish(transaction, code, now, timing);
        transaction->state = SIRA_I_INVITE_CLIENT_PROCEEDING;
        transaction->resend = transaction->cancel == CANCEL_WANTED ? now : SIRA_NEVER;
        transaction->timeout = now + TIMER_C;
        return SIRA_I_TRANSACTION_DELIVER;
    case SIRA_I_INVITE_CLIENT_PROCEEDING:
        if (code >= 200)
            return finish(transaction, code, now, timing);
        if (code > 100 && transaction->cancel != CANCEL_SENT)
            transaction->timeout = now + TIMER_C; /* 16.7 2 */
        return SIRA_I_TRANSACTION_DELIVER;
    case SIRA_I_INVITE_CLIENT_COMPLETED:
        return code >= 300 ? SIRA_I_TRANSACTION_ACK : SIRA_I_TRANSACTION_NOTHING;
    case SIRA_I_INVITE_CLIENT_ACCEPTED:
        return code >= 200 && code < 300 ? SIRA_I_TRANSACTION_DELIVER : SIRA_I_TRANSACTION_NOTHING;
    }
    return SIRA_I_TRANSACTION_NOTHING;
}

sira_i_transaction_action sira_i_invite_client_cancel(sira_transaction *transaction, uint64_t now)
{
    switch ((sira_i_invite_client_state)transaction->state) {
    case SIRA_I_INVITE_CLIENT_CALLING:
        if (transaction->interval == 0)
            return terminate(transaction, SIRA_I_TRANSACTION_END);
        transaction->cancel = CANCEL_WANTED;
        break;
    case SIRA_I_INVITE_CLIENT_PROCEEDING:
        if (transaction->cancel == CANCEL_NONE)
            transaction->resend = now;
        break;
    case SIRA_I_INVITE_CLIENT_TERMINATED:
    case SIRA_I_INVITE_CLIENT_COMPLETED:
    case SIRA_I_INVITE_CLIENT_ACCEPTED:
        break;
    }
    return SIRA_I_TRANSACTION_NOTHING;
}

/* ---- branches ---- */

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
