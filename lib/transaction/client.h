/* The client transactions of RFC 3261 17.1 as state machines without I/O: state and time in, an action out.
 *
 * One transaction, in the order of use; the two figures differ only in the names of start, run and response:
 *
 *     transaction->reliable = ...;                          not UDP
 *     transaction->take = ...;                              who takes its responses
 *     sira_i_transaction_start(transaction, id, now, &timing);  and sira_i_transactions_add
 *     when sira_i_transaction_deadline has come: sira_i_transaction_run, and do what it returns
 *     when a response with this branch comes in: sira_i_transaction_response, and do what it returns
 *
 * after each of them, set the timer to the new deadline. TIMEOUT and END leave it terminated: take it out of the tree.
 * A transport error ends it, too (8.1.3.1, 17.1.4): set state to SIRA_I_TRANSACTION_TERMINATED.
 *
 * An INVITE (RFC 3261 17.1.1, RFC 6026) has sira_i_invite_client_start, _run and _response instead, the same _deadline,
 * and sira_i_invite_client_cancel. ACK for a 2xx is no business of a transaction: its owner sends it again for each 2xx
 * that is delivered (13.2.2.4). CANCEL is a non-INVITE transaction of its own; see sira_i_branch_of_cancel. */
#ifndef SIRA_TRANSACTION_CLIENT_H
#define SIRA_TRANSACTION_CLIENT_H

#include <sira/base.h>
#include <sira/detail/transaction.h>

#include "transaction/timing.h"

/* The states of both figures. Those of one place have one number: all that holds of Trying holds of Calling. */
typedef enum sira_i_transaction_state {
    SIRA_I_TRANSACTION_TERMINATED = 0,
    SIRA_I_TRANSACTION_TRYING,
    SIRA_I_TRANSACTION_PROCEEDING,
    SIRA_I_TRANSACTION_COMPLETED
} sira_i_transaction_state;
typedef enum sira_i_invite_client_state {
    SIRA_I_INVITE_CLIENT_TERMINATED = SIRA_I_TRANSACTION_TERMINATED,
    SIRA_I_INVITE_CLIENT_CALLING = SIRA_I_TRANSACTION_TRYING,
    SIRA_I_INVITE_CLIENT_PROCEEDING = SIRA_I_TRANSACTION_PROCEEDING,
    SIRA_I_INVITE_CLIENT_COMPLETED = SIRA_I_TRANSACTION_COMPLETED,
    SIRA_I_INVITE_CLIENT_ACCEPTED /* RFC 6026 */
} sira_i_invite_client_state;

/* What the owner has to do. */
typedef enum sira_i_transaction_action {
    SIRA_I_TRANSACTION_NOTHING = 0,
    SIRA_I_TRANSACTION_SEND,    /* write the request and send it */
    SIRA_I_TRANSACTION_RESEND,  /* again, the same bytes */
    SIRA_I_TRANSACTION_TIMEOUT, /* timer B or F, or nothing came of a CANCEL: no final response */
    SIRA_I_TRANSACTION_DELIVER, /* take the response */
    SIRA_I_TRANSACTION_END,     /* timer D, K or M: forget it */
    /* INVITE only: */
    SIRA_I_TRANSACTION_ACK_AND_DELIVER, /* send ACK with the To of this response (17.1.1.3), then take the response */
    SIRA_I_TRANSACTION_ACK,             /* send the same ACK again; the response was delivered before */
    SIRA_I_TRANSACTION_CANCEL           /* send CANCEL (9.1), by a transaction of its own */
} sira_i_transaction_action;

/* ---- any method but INVITE and ACK (17.1.2) ---- */

/* Starts with a new id; the first SEND is due at once. Set transaction->reliable before. */
void sira_i_transaction_start(sira_transaction *transaction, uint64_t id, uint64_t now,
                              const sira_i_transaction_timing *timing);

/* When sira_i_transaction_run is needed; SIRA_NEVER when terminated, and never else. */
uint64_t sira_i_transaction_deadline(const sira_transaction *transaction);

/* Runs the timers that are due: NOTHING, SEND, RESEND, TIMEOUT or END. */
sira_i_transaction_action sira_i_transaction_run(sira_transaction *transaction, uint64_t now,
                                                 const sira_i_transaction_timing *timing);

/* A response with this code came in: DELIVER, or NOTHING for one that was delivered before. */
sira_i_transaction_action sira_i_transaction_response(sira_transaction *transaction, uint16_t code, uint64_t now,
                                                      const sira_i_transaction_timing *timing);

/* ---- INVITE (17.1.1) ---- */

/* As sira_i_transaction_start. */
void sira_i_invite_client_start(sira_transaction *transaction, uint64_t id, uint64_t now,
                                const sira_i_transaction_timing *timing);

/* NOTHING, SEND, RESEND, CANCEL, TIMEOUT or END. CANCEL comes by itself when nothing but silence has followed a
 * provisional response for three minutes (timer C). */
sira_i_transaction_action sira_i_invite_client_run(sira_transaction *transaction, uint64_t now,
                                                   const sira_i_transaction_timing *timing);

/* ACK_AND_DELIVER, ACK, DELIVER (provisional, and each 2xx, which may be another's when the INVITE forked) or NOTHING.
 */
sira_i_transaction_action sira_i_invite_client_response(sira_transaction *transaction, uint16_t code, uint64_t now,
                                                        const sira_i_transaction_timing *timing);

/* Gives the INVITE up (9.1). END: it has not gone out, and is terminated now; else NOTHING, and CANCEL is due at once,
 * or when a provisional response has come, or never when a final one is there or comes first. Then go on as before:
 * mostly 487 follows, but it may be a 2xx. */
sira_i_transaction_action sira_i_invite_client_cancel(sira_transaction *transaction, uint64_t now);

/* ---- branches ---- */

/* The branch parameter: the magic cookie of RFC 3261 8.1.1.7 and the id as sixteen hex digits. */
#define SIRA_I_BRANCH_SIZE 23u
void sira_i_branch_write(uint64_t id, char branch[SIRA_I_BRANCH_SIZE]);

/* SIRA_OK, or SIRA_IDLE when the text is no branch of ours. */
sira_status sira_i_branch_read(sira_str branch, uint64_t *id);

/* A CANCEL has the branch of the request that it cancels (9.1), so in the tree it stands under another id: this one
 * leads from the one to the other and back. Its response is known by the method of CSeq (17.1.3). */
static inline uint64_t sira_i_branch_of_cancel(uint64_t id)
{
    return ~id;
}

/* ---- the tree of live transactions, in which responses find theirs (17.1.3) ---- */

void sira_i_transactions_init(sira_transactions *transactions);
/* SIRA_OK; SIRA_E_STATE: the id is taken. */
sira_status sira_i_transactions_add(sira_transactions *transactions, sira_transaction *transaction);
/* Also for a transaction that is not in it. */
void sira_i_transactions_remove(sira_transactions *transactions, sira_transaction *transaction);
sira_transaction *sira_i_transactions_find(const sira_transactions *transactions, uint64_t id);

#endif
