/* The server transactions of RFC 3261 17.2 as state machines without I/O: state and time in, an action out.
 *
 * One transaction, in the order of use (key.h tells which request belongs to which):
 *
 *     transaction->invite = ...; transaction->reliable = ...;   not UDP
 *     sira_i_server_transaction_start(transaction, now, &timing);   then the request goes to its user
 *     when sira_i_server_transaction_deadline has come: sira_i_server_transaction_run
 *     when the request comes again: sira_i_server_transaction_request
 *     when ACK comes for an INVITE: sira_i_server_transaction_ack
 *     when the user answers: sira_i_server_transaction_respond, before anything is written
 *
 * and do what they return; after each of them, set the timer to the new deadline. TIMEOUT and END leave it terminated:
 * give its slot back. A transport error changes nothing (RFC 6026 7.1): the user may be told, the machine goes on,
 * since the request may come again.
 *
 * Beyond the figures, since what is kept is here: a provisional response to INVITE is repeated each minute, and a 2xx
 * until its ACK comes, both of which 13.3.1 asks of the user agent that this transaction always has as its user. */
#ifndef SIRA_TRANSACTION_SERVER_H
#define SIRA_TRANSACTION_SERVER_H

#include <sira/base.h>
#include <sira/detail/transaction.h>

#include "transaction/timing.h"

typedef enum sira_i_server_transaction_state {
    SIRA_I_SERVER_TRANSACTION_TERMINATED = 0,
    SIRA_I_SERVER_TRANSACTION_TRYING, /* not of an INVITE */
    SIRA_I_SERVER_TRANSACTION_PROCEEDING,
    SIRA_I_SERVER_TRANSACTION_COMPLETED,
    SIRA_I_SERVER_TRANSACTION_CONFIRMED, /* of an INVITE, as the next */
    SIRA_I_SERVER_TRANSACTION_ACCEPTED   /* RFC 6026 */
} sira_i_server_transaction_state;

/* What the owner has to do. */
typedef enum sira_i_server_transaction_action {
    SIRA_I_SERVER_TRANSACTION_NOTHING = 0,
    SIRA_I_SERVER_TRANSACTION_SEND,     /* write the response, send it, keep it instead of what was kept */
    SIRA_I_SERVER_TRANSACTION_SEND_100, /* the same with a 100 (without To tag, with Timestamp: 8.2.6) */
    SIRA_I_SERVER_TRANSACTION_RESEND,   /* what is kept, once more */
    SIRA_I_SERVER_TRANSACTION_DELIVER,  /* give the ACK to the user */
    SIRA_I_SERVER_TRANSACTION_TIMEOUT,  /* tell the user: no ACK came (13.3.1.4: BYE), or it is too late to answer */
    SIRA_I_SERVER_TRANSACTION_END       /* forget it */
} sira_i_server_transaction_action;

/* Its request has come. Set invite and reliable before. */
void sira_i_server_transaction_start(sira_server_transaction *transaction, uint64_t now,
                                     const sira_i_transaction_timing *timing);

/* When sira_i_server_transaction_run is needed. SIRA_NEVER: terminated; or an INVITE waits for its user, with 100 sent:
 * how long that may take is for the owner to bound. */
uint64_t sira_i_server_transaction_deadline(const sira_server_transaction *transaction);

/* Runs the timers that are due: NOTHING, SEND_100, RESEND, TIMEOUT or END. */
sira_i_server_transaction_action sira_i_server_transaction_run(sira_server_transaction *transaction, uint64_t now,
                                                               const sira_i_transaction_timing *timing);

/* The request has come again: RESEND or NOTHING; never anything for the user. */
sira_i_server_transaction_action sira_i_server_transaction_request(const sira_server_transaction *transaction);

/* ACK has come for an INVITE, to this transaction (17.2.3), or to the dialog of its 2xx, which this ends the repetition
 * of: DELIVER (ACK of a 2xx) or NOTHING (of another response, or of none). */
sira_i_server_transaction_action sira_i_server_transaction_ack(sira_server_transaction *transaction, uint64_t now,
                                                               const sira_i_transaction_timing *timing);

/* The user answers with this code. SEND; NOTHING: it must not be sent, because
 *   - a final response has been given (but a 2xx may be given again to an INVITE), or it is too late;
 *   - it is provisional, to another request than INVITE, and not 100, or 100 too early (RFC 4320 4.1): 100 goes by
 * itself;
 *   - it is 408 to another request than INVITE (RFC 4320 4.2): the client has seen the time pass, and nothing is sent.
 */
sira_i_server_transaction_action sira_i_server_transaction_respond(sira_server_transaction *transaction, uint16_t code,
                                                                   uint64_t now,
                                                                   const sira_i_transaction_timing *timing);

#endif
