/* Layout of an exchange: one client request from the wish to its outcome. Not API. */
#ifndef SIRA_DETAIL_EXCHANGE_H
#define SIRA_DETAIL_EXCHANGE_H

#include <sira/detail/forward.h>
#include <sira/detail/server.h>
#include <sira/detail/timer.h>
#include <sira/detail/transaction.h>
#include <sira/digest.h>

struct sira_exchange {
    sira_claim claim; /* on the server */
    sira_timer timer;
    sira_transaction transaction;
    sira_waiter in_account; /* waits for a key */
    const struct sira_exchange_owner *owner;
    sira_account *account;
    sira_server *server; /* the account's, unless it was moved */
    sira_digest_attempt attempt;
    sira_flow flow;      /* that the present request uses */
    uint64_t give_up_at; /* what is waited for has to come before */
    uint32_t cseq;
    int16_t
        why_status; /* why the request goes out again: sira_status, SIRA_OK when it is the first or just a challenge */
    uint16_t why_code;
    uint8_t phase;
    uint8_t rounds;  /* challenges answered */
    uint8_t targets; /* that were left after a failure */
    bool insists;    /* goes out also to a server that wants to be left alone */
    bool broken;     /* the flow went down */
    bool shown;      /* credentials, since it was started */
    bool content;    /* a refusal of something else has come since they were shown: no other challenge is answered */
};

#endif
