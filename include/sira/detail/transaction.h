/* Layout of transactions (RFC 3261 17). Not API. */
#ifndef SIRA_DETAIL_TRANSACTION_H
#define SIRA_DETAIL_TRANSACTION_H

#include <sira/detail/timer.h>

struct sira_arrival;

/* A client transaction of either figure. A node of a digital search tree over its id, the random part of the branch: 64
 * levels at most, whatever comes. */
typedef struct sira_transaction {
    struct sira_transaction *child[2];
    /* Its user's: takes a response with this branch. False: it is not to this request. */
    bool (*take)(struct sira_transaction *transaction, const struct sira_arrival *response);
    uint64_t id;
    uint64_t resend;  /* timer A or E; in an INVITE's Proceeding state when CANCEL is due */
    uint64_t timeout; /* timer B or F; then C; then D, K or M */
    uint32_t interval;
    uint8_t state;
    bool reliable;
    bool repeated;  /* non-INVITE: the request went out more than once */
    uint8_t cancel; /* INVITE only */
} sira_transaction;

typedef struct sira_transactions {
    sira_transaction *root;
} sira_transactions;

/* A server transaction of either figure. */
typedef struct sira_server_transaction {
    uint64_t resend;  /* timer G; before there is an answer, when 100 is due */
    uint64_t timeout; /* timer H, I, J or L; non-INVITE, before its answer: when the client's timer F has fired */
    uint32_t interval;
    uint8_t state;
    bool invite;
    bool reliable;
    bool answered; /* a response is kept */
} sira_server_transaction;

/* Where in a request something stands. */
typedef struct sira_span {
    uint16_t at, length;
} sira_span;

/* What a request is known by: places in its bytes, or in a copy of these. */
typedef struct sira_request_key {
    sira_span method, uri;
    sira_span transport, host, branch; /* of the topmost Via */
    sira_span from_tag, to_tag, call_id;
    uint32_t cseq;
    uint16_t port; /* of sent-by, never 0 */
    bool unique;   /* the branch has the magic cookie */
    bool invite;
} sira_request_key;

#endif
