/* Layout of a non-INVITE client transaction (RFC 3261 17.1.2). Not API. */
#ifndef SIRA_DETAIL_TRANSACTION_H
#define SIRA_DETAIL_TRANSACTION_H

#include <sira/detail/timer.h>

/* A node of a digital search tree over its id, the random part of the branch: 64 levels at most, whatever comes. */
typedef struct sira_transaction {
    struct sira_transaction *child[2];
    uint64_t id;
    uint64_t resend;  /* timer E */
    uint64_t timeout; /* timer F; when completed timer K */
    uint32_t interval;
    uint8_t state;
    bool reliable;
    bool repeated; /* the request went out more than once */
} sira_transaction;

typedef struct sira_transactions {
    sira_transaction *root;
} sira_transactions;

#endif
