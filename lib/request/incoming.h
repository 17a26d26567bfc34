/* What the files of requests that arrive share. */
#ifndef SIRA_REQUEST_INCOMING_H
#define SIRA_REQUEST_INCOMING_H

#include <sira/detail/agent.h>
#include <sira/detail/incoming.h>

#include "base/list.h"
#include "transaction/arrival.h"
#include "transaction/key.h"
#include "transaction/server.h"

/* ---- incoming.c: one request in its slot ---- */

/* What stays the same while the slot is used again and again. */
void sira_i_incoming_init(sira_incoming *incoming, sira_uas *uas, char *bytes);

/* A free slot takes a request: SIRA_OK, and the application hears of it; SIRA_E_SPACE: it does not fit; SIRA_E_ENTROPY.
 */
sira_status sira_i_incoming_begin(sira_incoming *incoming, const sira_i_arrival *request);

/* It is not waited for any more. */
void sira_i_incoming_forget(sira_incoming *incoming);

/* Its retransmission, its ACK, its CANCEL have come. */
void sira_i_incoming_repeat(sira_incoming *incoming);
void sira_i_incoming_acknowledge(sira_incoming *incoming);
void sira_i_incoming_cancel(sira_incoming *incoming);

/* What an arrival is to it; also ACK of its 2xx, which has a branch of its own (RFC 3261 13.2.2.4, 17.2.3). */
sira_i_relation sira_i_incoming_relation(const sira_incoming *incoming, const sira_i_arrival *request);

/* The tag of our responses, when the request brought none. */
static inline sira_str sira_i_incoming_own_tag(const sira_incoming *incoming)
{
    return (sira_str){incoming->tag, sizeof incoming->tag};
}

/* ---- write_response.c ---- */

/* Writes the response to a request that stands in a slot into the agent's scratch; *length: of it. SIRA_OK;
 * SIRA_E_ARGUMENT; SIRA_E_SPACE. */
sira_status sira_i_incoming_write(sira_incoming *incoming, const sira_answer *answer, size_t *length);

#endif
