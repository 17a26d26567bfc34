/* What the files of the request share. */
#ifndef SIRA_REQUEST_REQUEST_H
#define SIRA_REQUEST_REQUEST_H

#include <sira/detail/agent.h>
#include <sira/detail/request.h>

#include "agent/exchange.h"

/* ---- write_request.c: its bytes ---- */

/* The configuration as it is understood: which methods and fields can't be, and URIs. SIRA_OK or SIRA_E_CONFIG. */
sira_status sira_i_request_check(const sira_request_config *config, const sira_account *account, sira_diag *diag);

/* Does it fit the agent's scratch, but for credentials, and does every part of it make a message? */
sira_status sira_i_request_check_size(sira_request *request, sira_diag *diag);

sira_digest_request sira_i_request_digest(sira_exchange *exchange, char *uri);
sira_status sira_i_request_write(sira_exchange *exchange, const sira_digest_request *request, sira_writer *writer);

/* CANCEL of the INVITE that is out (RFC 3261 9.1): the same branch. */
void sira_i_request_write_cancel(const sira_request *request, sira_writer *writer);

/* ACK of a final response other than 2xx (17.1.1.3), to the try that it is of. */
void sira_i_request_write_past_ack(const sira_request_past *past, const sira_message *response, sira_writer *writer);

/* ACK of a 2xx (13.2.2.4). SIRA_OK or SIRA_E_ARGUMENT. */
sira_status sira_i_request_write_ack(const sira_request *request, const sira_request_ack *ack, sira_writer *writer);

bool sira_i_request_matches(sira_exchange *exchange, const sira_i_arrival *response);

/* ---- invite.c: what only INVITE has ---- */

/* What the transaction of an INVITE wants. */
void sira_i_invite_acted(sira_request *request, sira_i_transaction_action action, const sira_i_arrival *response);

void sira_i_invite_init(sira_request *request);
void sira_i_invite_remove(sira_request *request);

/* ---- trial.c ---- */

/* The account has requests from now on. */
void sira_i_trial_begin(sira_account *account);

/* Somebody behind whoever challenged has answered provisionally: others need not wait for the end, which may take
 * minutes. */
void sira_i_trial_pass(sira_exchange *exchange);

/* ---- request_event.c ---- */

typedef struct sira_i_request_news {
    sira_request_event_kind kind;
    sira_status status;
    uint16_t code;
    const sira_i_arrival *arrival;
    uint64_t not_before;
} sira_i_request_news;

void sira_i_request_post(sira_request *request, const sira_i_request_news *news);
void sira_i_request_deliver(sira_waiter *waiter);

/* Tells that nothing more comes, when it is so. */
void sira_i_request_post_over(sira_request *request);

/* ---- all ---- */

typedef enum sira_i_request_phase {
    SIRA_I_REQUEST_READY = 0, /* not started */
    SIRA_I_REQUEST_BUSY,
    SIRA_I_REQUEST_ENDED, /* it has its outcome */
    SIRA_I_REQUEST_OVER
} sira_i_request_phase;

static inline sira_request *sira_i_request_of(sira_exchange *exchange)
{
    return SIRA_I_OWNER(exchange, sira_request, exchange);
}

#define SIRA_I_REQUEST_PASTS (sizeof((sira_request *)0)->past / sizeof((sira_request *)0)->past[0])

/* None of its transactions absorbs anything any more. */
static inline bool sira_i_request_is_quiet(const sira_request *request)
{
    bool quiet = request->exchange.transaction.state == SIRA_I_TRANSACTION_TERMINATED &&
                 request->cancel.state == SIRA_I_TRANSACTION_TERMINATED;
    for (size_t i = 0; i < SIRA_I_REQUEST_PASTS; i++)
        quiet = quiet && request->past[i].transaction.state == SIRA_I_TRANSACTION_TERMINATED;
    return quiet;
}

static inline sira_agent *sira_i_request_agent(const sira_request *request)
{
    return sira_i_exchange_agent(&request->exchange);
}

#endif
