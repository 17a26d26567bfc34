/* An exchange: one client request from the wish to its outcome, for whoever owns it.
 *
 *     idle -> locating -> queued -> connecting -> calling -> idle, with the outcome
 *                ^                      ^            |
 *                |                      |            +-> 401, 407: key, when HA1 has to be waited for; calling again
 *                +----------------------+------------+-> 503, timeout, transport error: the next target
 *
 * It asks its server for an address, a turn and a flow (server.h says what is waited for), begins the request (a new
 * branch, CSeq and cnonce), runs its transaction, and answers challenges from the account's credentials. Its owner
 * writes the request, the same bytes each time, and takes the outcome. What a target's failure means for the next
 * request is the server's to know. An exchange is the user of its transaction (RFC 3261 17.1.2). */
#ifndef SIRA_AGENT_EXCHANGE_H
#define SIRA_AGENT_EXCHANGE_H

#include <sira/detail/account.h>
#include <sira/detail/exchange.h>

#include "agent/server.h"
#include "base/list.h"
#include "transaction/arrival.h"
#include "transaction/client.h"

typedef struct sira_i_outcome {
    sira_status status; /* SIRA_OK: a 2xx that may be trusted; SIRA_E_RESPONSE: another final response, code; else code
                           is that of the response which could not be used, or 0 */
    uint16_t code;
    bool has_retry_after; /* and no other target could be asked */
    uint32_t retry_after;
    uint64_t not_before;           /* nothing was sent, because the server rests until then; else 0 */
    const sira_i_arrival *arrival; /* the response; NULL: none */
} sira_i_outcome;

/* Whose exchange it is. None of these is called from within one of the others. */
typedef struct sira_exchange_owner {
    bool backs_off; /* it waits by itself after its password was rejected */
    /* A request is about to go out with another branch and CSeq: the owner settles what it says. False: it shall not,
     * and the exchange is idle. */
    bool (*begins)(sira_exchange *exchange);
    /* The request as digest sees it. uri has room for SIRA_I_REQUEST_URI_SIZE bytes and outlives the result. */
    sira_digest_request (*digest)(sira_exchange *exchange, char *uri);
    /* Writes the request, with the help of the functions below. SIRA_OK or what those said. */
    sira_status (*write)(sira_exchange *exchange, const sira_digest_request *request, sira_writer *writer);
    /* Has this response the request's method, Call-ID and From tag (RFC 3261 17.1.3 and what we put in)? The branch and
     * the number of CSeq were compared. */
    bool (*matches)(sira_exchange *exchange, const sira_i_arrival *response);
    /* The transaction's figure: sira_i_transaction_run and _response, or those of INVITE. */
    sira_i_transaction_action (*run)(sira_transaction *transaction, uint64_t now,
                                     const sira_i_transaction_timing *timing);
    sira_i_transaction_action (*respond)(sira_transaction *transaction, uint16_t code, uint64_t now,
                                         const sira_i_transaction_timing *timing);
    /* What the transaction wants, before the exchange makes anything of it; response: NULL: time has passed. The owner
     * sends ACK and CANCEL, and takes provisional responses and each 2xx behind the first. May be NULL. */
    void (*acted)(sira_exchange *exchange, sira_i_transaction_action action, const sira_i_arrival *response);
    /* The end. True: on with another request, in the same turn, as after a 423. */
    bool (*ended)(sira_exchange *exchange, const sira_i_outcome *outcome);
    /* What the server tells (server.h), when the exchange has done what it has to. */
    void (*told)(sira_exchange *exchange, sira_i_news news, const sira_flow *flow);
} sira_exchange_owner;

#define SIRA_I_REQUEST_URI_SIZE (SIRA_LIMIT_CONFIG + 8u)

void sira_i_exchange_init(sira_exchange *exchange, sira_account *account, const sira_exchange_owner *owner);
void sira_i_exchange_remove(sira_exchange *exchange);

/* Begins: an exchange that is idle. Its end may come before this returns. */
void sira_i_exchange_start(sira_exchange *exchange);

/* Takes it to another server: an exchange that is idle, or from within ended. The account's own server is where it
 * begins. */
void sira_i_exchange_move(sira_exchange *exchange, sira_server *server);

/* Forgets the request, without an outcome. */
void sira_i_exchange_cancel(sira_exchange *exchange);

/* A request is out and not answered finally. */
static inline bool sira_i_exchange_is_out(const sira_exchange *exchange)
{
    return exchange->transaction.state == SIRA_I_TRANSACTION_TRYING ||
           exchange->transaction.state == SIRA_I_TRANSACTION_PROCEEDING;
}

/* The topmost Via, and the credentials for a request, maybe none. */
void sira_i_exchange_write_via(const sira_exchange *exchange, sira_writer *writer);
sira_status sira_i_exchange_write_credentials(const sira_exchange *exchange, const sira_digest_request *request,
                                              sira_writer *writer);

static inline sira_agent *sira_i_exchange_agent(const sira_exchange *exchange)
{
    return exchange->account->server->agent;
}

#endif
