/* The figures of RFC 3261 17.2, each drawn above its switches: on an arrow what happens, behind '/' what is done. */
#include "transaction/server.h"

#define TRYING_AFTER 200u   /* 17.2.1 */
#define REPEAT_AFTER 60000u /* 13.3.1.1 */

static sira_i_server_transaction_action terminate(sira_server_transaction *transaction,
                                                  sira_i_server_transaction_action action)
{
    transaction->state = SIRA_I_SERVER_TRANSACTION_TERMINATED;
    return action;
}

static void enter(sira_server_transaction *transaction, sira_i_server_transaction_state state, uint64_t timeout)
{
    transaction->state = (uint8_t)state;
    transaction->resend = SIRA_NEVER;
    transaction->timeout = timeout;
}

/* RFC 4320 4.1: how long it takes the client's timer E to be reset to T2. */
static uint64_t time_of_t2(const sira_i_transaction_timing *timing)
{
    uint64_t time = timing->t1;
    for (uint64_t interval = 2 * time; interval < timing->t2; interval *= 2)
        time += interval;
    return time;
}

void sira_i_server_transaction_start(sira_server_transaction *transaction, uint64_t now,
                                     const sira_i_transaction_timing *timing)
{
    transaction->answered = false;
    if (transaction->invite) {
        enter(transaction, SIRA_I_SERVER_TRANSACTION_PROCEEDING, SIRA_NEVER);
        transaction->resend = now + TRYING_AFTER;
    } else {
        enter(transaction, SIRA_I_SERVER_TRANSACTION_TRYING, now + sira_i_64_t1(timing));
        transaction->resend = now + time_of_t2(timing);
    }
}

uint64_t sira_i_server_transaction_deadline(const sira_server_transaction *transaction)
{
    if (transaction->state == SIRA_I_SERVER_TRANSACTION_TERMINATED)
        return SIRA_NEVER;
    return transaction->timeout < transaction->resend ? transaction->timeout : transaction->resend;
}

/* Of both figures: what is kept, in the states that have this arrow. */
sira_i_server_transaction_action sira_i_server_transaction_request(const sira_server_transaction *transaction)
{
    switch ((sira_i_server_transaction_state)transaction->state) {
    case SIRA_I_SERVER_TRANSACTION_PROCEEDING:
    case SIRA_I_SERVER_TRANSACTION_COMPLETED:
        if (transaction->answered)
            return SIRA_I_SERVER_TRANSACTION_RESEND;
        break;
    case SIRA_I_SERVER_TRANSACTION_TERMINATED:
    case SIRA_I_SERVER_TRANSACTION_TRYING:
    case SIRA_I_SERVER_TRANSACTION_CONFIRMED:
    case SIRA_I_SERVER_TRANSACTION_ACCEPTED:
        break;
    }
    return SIRA_I_SERVER_TRANSACTION_NOTHING;
}

/* ---- RFC 3261 figure 7, as RFC 6026 8.6 draws it: the INVITE server transaction ----
 *
 *     start
 *       |
 *       v
 *     Proceeding    200 ms / SEND_100; a minute / RESEND; request / RESEND; respond 1xx / SEND
 *       |    |
 *       |    | respond 2xx / SEND
 *       |    +------> Accepted      request / -; ACK / DELIVER; respond 2xx / SEND; no ACK yet, time / RESEND
 *       |               | timer L / END, or without ACK / TIMEOUT
 *       |               v
 *       |             Terminated <---------------------------+
 *       |               ^                                    |
 *       |               | timer H / TIMEOUT                  | timer I / END
 *       +-----------> Completed ----------------------> Confirmed      request, ACK / -
 *     respond 300-699 / SEND              ACK / -
 *                     Completed: request, timer G / RESEND */

/* Timer G, and the repetition of a 2xx (13.3.1.4): T1 at first, doubled up to T2. */
static sira_i_server_transaction_action repeat(sira_server_transaction *transaction, uint64_t now,
                                               const sira_i_transaction_timing *timing)
{
    transaction->interval = transaction->interval > timing->t2 / 2 ? timing->t2 : 2 * transaction->interval;
    transaction->resend = now + transaction->interval;
    return SIRA_I_SERVER_TRANSACTION_RESEND;
}

static sira_i_server_transaction_action run_invite(sira_server_transaction *transaction, uint64_t now,
                                                   const sira_i_transaction_timing *timing)
{
    bool over = now >= transaction->timeout;
    switch ((sira_i_server_transaction_state)transaction->state) {
    case SIRA_I_SERVER_TRANSACTION_PROCEEDING:
        if (transaction->answered) {
            transaction->resend = now + REPEAT_AFTER;
            return SIRA_I_SERVER_TRANSACTION_RESEND;
        }
        transaction->answered = true;
        transaction->resend = SIRA_NEVER;
        return SIRA_I_SERVER_TRANSACTION_SEND_100;
    case SIRA_I_SERVER_TRANSACTION_COMPLETED:
        return over ? terminate(transaction, SIRA_I_SERVER_TRANSACTION_TIMEOUT) : repeat(transaction, now, timing);
    case SIRA_I_SERVER_TRANSACTION_CONFIRMED:
        return terminate(transaction, SIRA_I_SERVER_TRANSACTION_END);
    case SIRA_I_SERVER_TRANSACTION_ACCEPTED:
        if (!over)
            return repeat(transaction, now, timing);
        return terminate(transaction, transaction->resend == SIRA_NEVER ? SIRA_I_SERVER_TRANSACTION_END
                                                                        : SIRA_I_SERVER_TRANSACTION_TIMEOUT);
    case SIRA_I_SERVER_TRANSACTION_TERMINATED:
    case SIRA_I_SERVER_TRANSACTION_TRYING:
        break;
    }
    return SIRA_I_SERVER_TRANSACTION_NOTHING;
}

sira_i_server_transaction_action sira_i_server_transaction_ack(sira_server_transaction *transaction, uint64_t now,
                                                               const sira_i_transaction_timing *timing)
{
    switch ((sira_i_server_transaction_state)transaction->state) {
    case SIRA_I_SERVER_TRANSACTION_COMPLETED:
        if (transaction->invite) /* timer I */
            enter(transaction, SIRA_I_SERVER_TRANSACTION_CONFIRMED, transaction->reliable ? now : now + timing->t4);
        break;
    case SIRA_I_SERVER_TRANSACTION_ACCEPTED:
        transaction->resend = SIRA_NEVER;
        return SIRA_I_SERVER_TRANSACTION_DELIVER;
    case SIRA_I_SERVER_TRANSACTION_TERMINATED:
    case SIRA_I_SERVER_TRANSACTION_TRYING:
    case SIRA_I_SERVER_TRANSACTION_PROCEEDING:
    case SIRA_I_SERVER_TRANSACTION_CONFIRMED:
        break;
    }
    return SIRA_I_SERVER_TRANSACTION_NOTHING;
}

static sira_i_server_transaction_action respond_to_invite(sira_server_transaction *transaction, uint16_t code,
                                                          uint64_t now, const sira_i_transaction_timing *timing)
{
    switch ((sira_i_server_transaction_state)transaction->state) {
    case SIRA_I_SERVER_TRANSACTION_PROCEEDING:
        if (code == 100 && transaction->answered) /* would replace what says more */
            break;
        transaction->answered = true;
        transaction->interval = timing->t1;
        if (code < 200) {
            transaction->resend = code == 100 ? SIRA_NEVER : now + REPEAT_AFTER;
            return SIRA_I_SERVER_TRANSACTION_SEND;
        }
        /* timers L and H are alike; timer G is for unreliable transports only, the 2xx is repeated on all */
        enter(transaction, code < 300 ? SIRA_I_SERVER_TRANSACTION_ACCEPTED : SIRA_I_SERVER_TRANSACTION_COMPLETED,
              now + sira_i_64_t1(timing));
        if (code < 300 || !transaction->reliable)
            transaction->resend = now + timing->t1;
        return SIRA_I_SERVER_TRANSACTION_SEND;
    case SIRA_I_SERVER_TRANSACTION_ACCEPTED:
        return code >= 200 && code < 300 ? SIRA_I_SERVER_TRANSACTION_SEND : SIRA_I_SERVER_TRANSACTION_NOTHING;
    case SIRA_I_SERVER_TRANSACTION_TERMINATED:
    case SIRA_I_SERVER_TRANSACTION_TRYING:
    case SIRA_I_SERVER_TRANSACTION_COMPLETED:
    case SIRA_I_SERVER_TRANSACTION_CONFIRMED:
        break;
    }
    return SIRA_I_SERVER_TRANSACTION_NOTHING;
}

/* ---- RFC 3261 figure 8, with RFC 4320: the non-INVITE server transaction ----
 *
 *     start
 *       |
 *       v      time of T2 / SEND_100; on a reliable transport respond 100 / SEND
 *     Trying -----------------------------------------------> Proceeding
 *       |      request / -                                      |           request / RESEND; respond 100 / SEND
 *       | respond 200-699, but 408 / SEND                       | as from Trying
 *       +---------------------> Completed <---------------------+
 *                                 | timer J / END               Completed: request / RESEND
 *                                 v
 *                             Terminated <---- 64*T1 / TIMEOUT, from Trying and Proceeding */

static sira_i_server_transaction_action run_non_invite(sira_server_transaction *transaction, uint64_t now)
{
    switch ((sira_i_server_transaction_state)transaction->state) {
    case SIRA_I_SERVER_TRANSACTION_TRYING:
    case SIRA_I_SERVER_TRANSACTION_PROCEEDING:
        if (now >= transaction->timeout) /* the client's timer F has fired (RFC 4320 4.2) */
            return terminate(transaction, SIRA_I_SERVER_TRANSACTION_TIMEOUT);
        transaction->answered = true;
        enter(transaction, SIRA_I_SERVER_TRANSACTION_PROCEEDING, transaction->timeout);
        return SIRA_I_SERVER_TRANSACTION_SEND_100;
    case SIRA_I_SERVER_TRANSACTION_COMPLETED:
        return terminate(transaction, SIRA_I_SERVER_TRANSACTION_END);
    case SIRA_I_SERVER_TRANSACTION_TERMINATED:
    case SIRA_I_SERVER_TRANSACTION_CONFIRMED:
    case SIRA_I_SERVER_TRANSACTION_ACCEPTED:
        break;
    }
    return SIRA_I_SERVER_TRANSACTION_NOTHING;
}

/* RFC 4320 4.1 and 4.2: no provisional response but 100, and no 408. */
static sira_i_server_transaction_action answer_non_invite(sira_server_transaction *transaction, uint16_t code,
                                                          uint64_t now, const sira_i_transaction_timing *timing)
{
    if (code == 408 || (code > 100 && code < 200))
        return SIRA_I_SERVER_TRANSACTION_NOTHING;
    transaction->answered = true;
    if (code == 100)
        enter(transaction, SIRA_I_SERVER_TRANSACTION_PROCEEDING, transaction->timeout);
    else /* timer J */
        enter(transaction, SIRA_I_SERVER_TRANSACTION_COMPLETED,
              transaction->reliable ? now : now + sira_i_64_t1(timing));
    return SIRA_I_SERVER_TRANSACTION_SEND;
}

static sira_i_server_transaction_action respond_to_non_invite(sira_server_transaction *transaction, uint16_t code,
                                                              uint64_t now, const sira_i_transaction_timing *timing)
{
    switch ((sira_i_server_transaction_state)transaction->state) {
    case SIRA_I_SERVER_TRANSACTION_TRYING:
        if (code == 100 && !transaction->reliable) /* too early (RFC 4320 4.1) */
            break;
        return answer_non_invite(transaction, code, now, timing);
    case SIRA_I_SERVER_TRANSACTION_PROCEEDING:
        return answer_non_invite(transaction, code, now, timing);
    case SIRA_I_SERVER_TRANSACTION_TERMINATED:
    case SIRA_I_SERVER_TRANSACTION_COMPLETED:
    case SIRA_I_SERVER_TRANSACTION_CONFIRMED:
    case SIRA_I_SERVER_TRANSACTION_ACCEPTED:
        break;
    }
    return SIRA_I_SERVER_TRANSACTION_NOTHING;
}

/* ---- both ---- */

sira_i_server_transaction_action sira_i_server_transaction_run(sira_server_transaction *transaction, uint64_t now,
                                                               const sira_i_transaction_timing *timing)
{
    if (now < sira_i_server_transaction_deadline(transaction))
        return SIRA_I_SERVER_TRANSACTION_NOTHING;
    return transaction->invite ? run_invite(transaction, now, timing) : run_non_invite(transaction, now);
}

sira_i_server_transaction_action sira_i_server_transaction_respond(sira_server_transaction *transaction, uint16_t code,
                                                                   uint64_t now,
                                                                   const sira_i_transaction_timing *timing)
{
    return transaction->invite ? respond_to_invite(transaction, code, now, timing)
                               : respond_to_non_invite(transaction, code, now, timing);
}
