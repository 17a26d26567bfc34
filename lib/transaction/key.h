/* How a request finds its server transaction (RFC 3261 17.2.3, 9.2, 8.2.2.2).
 *
 * Whoever answers a request keeps a copy of its bytes, up to the body at least, and takes its key:
 *
 *     memcpy(slot->bytes, request->message->bytes.at, head length);
 *     sira_i_key_take(&slot->key, request);
 *
 * A key is only places in these bytes, so requests are compared byte by byte, never by a hash. A request that comes in
 * is compared with each slot, and the strongest relation holds: so a CANCEL that comes again belongs to its own
 * transaction, not to that of the INVITE, and is not merged with another. */
#ifndef SIRA_TRANSACTION_KEY_H
#define SIRA_TRANSACTION_KEY_H

#include <sira/detail/transaction.h>

#include "transaction/arrival.h"

/* What a request that comes in is to one that is there; from weak to strong. */
typedef enum sira_i_relation {
    SIRA_I_RELATION_NONE = 0,
    SIRA_I_RELATION_MERGED,  /* the same, by another way: 482 (8.2.2.2) */
    SIRA_I_RELATION_CANCELS, /* a CANCEL of it (9.2) */
    SIRA_I_RELATION_ACKS, /* ACK of its response; that of a 2xx to a client of RFC 3261 belongs to the dialog instead */
    SIRA_I_RELATION_REPEATS /* a retransmission */
} sira_i_relation;

/* The arrival is a validated request. */
void sira_i_key_take(sira_request_key *key, const sira_i_arrival *request);

/* bytes: those that the key was taken of, or their copy. answer_tag: the To tag of the response that was sent, by which
 * ACK of an RFC 2543 client is known; empty: none was sent, or the request brought its own. */
sira_i_relation sira_i_key_relation(const sira_request_key *key, const char *bytes, const sira_i_arrival *request,
                                    sira_str answer_tag);

#endif
