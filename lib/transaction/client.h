/* The non-INVITE client transaction (RFC 3261 17.1.2) as a state machine without I/O, and the tree in which responses
 * find it (17.1.3). */
#ifndef SIRA_TRANSACTION_CLIENT_H
#define SIRA_TRANSACTION_CLIENT_H

#include <sira/detail/transaction.h>

/* RFC 3261 17.1.1.1, milliseconds. */
typedef struct sira_i_transaction_timing {
    uint32_t t1, t2, t4;
} sira_i_transaction_timing;

typedef enum sira_i_transaction_state {
    SIRA_I_TRANSACTION_TERMINATED = 0,
    SIRA_I_TRANSACTION_TRYING,
    SIRA_I_TRANSACTION_PROCEEDING,
    SIRA_I_TRANSACTION_COMPLETED
} sira_i_transaction_state;

/* What the owner has to do. */
typedef enum sira_i_transaction_action {
    SIRA_I_TRANSACTION_NOTHING = 0,
    SIRA_I_TRANSACTION_SEND,    /* write the request and send it */
    SIRA_I_TRANSACTION_RESEND,  /* again, the same bytes */
    SIRA_I_TRANSACTION_TIMEOUT, /* timer F: no final response */
    SIRA_I_TRANSACTION_DELIVER, /* take the response */
    SIRA_I_TRANSACTION_END      /* timer K: forget it */
} sira_i_transaction_action;

/* Starts with a new id; the first SEND is due at once. Set transaction->reliable before. */
void sira_i_transaction_start(sira_transaction *transaction, uint64_t id, uint64_t now,
                              const sira_i_transaction_timing *timing);

/* When sira_i_transaction_run is needed; SIRA_NEVER when terminated. */
uint64_t sira_i_transaction_deadline(const sira_transaction *transaction);

/* Runs the timers that are due: NOTHING, SEND, RESEND, TIMEOUT or END. */
sira_i_transaction_action sira_i_transaction_run(sira_transaction *transaction, uint64_t now,
                                                 const sira_i_transaction_timing *timing);

/* A response with this code came in: DELIVER, or NOTHING for one that was delivered before. */
sira_i_transaction_action sira_i_transaction_response(sira_transaction *transaction, uint16_t code, uint64_t now,
                                                      const sira_i_transaction_timing *timing);

/* The branch parameter: the magic cookie of RFC 3261 8.1.1.7 and the id as sixteen hex digits. */
#define SIRA_I_BRANCH_SIZE 23u
void sira_i_branch_write(uint64_t id, char branch[SIRA_I_BRANCH_SIZE]);

/* SIRA_OK, or SIRA_IDLE when the text is no branch of ours. */
sira_status sira_i_branch_read(sira_str branch, uint64_t *id);

/* The tree of live transactions. */
void sira_i_transactions_init(sira_transactions *transactions);
/* SIRA_OK; SIRA_E_STATE: the id is taken. */
sira_status sira_i_transactions_add(sira_transactions *transactions, sira_transaction *transaction);
/* Also for a transaction that is not in it. */
void sira_i_transactions_remove(sira_transactions *transactions, sira_transaction *transaction);
sira_transaction *sira_i_transactions_find(const sira_transactions *transactions, uint64_t id);

#endif
