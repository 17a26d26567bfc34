/* What the agent does for all others: bytes out, the one deadline, the queue of news. The lowest file of its layer. */
#ifndef SIRA_AGENT_PORT_H
#define SIRA_AGENT_PORT_H

#include <sira/agent.h>

#include "base/list.h"
#include "transaction/arrival.h"
#include "transaction/client.h"

sira_i_transaction_timing sira_i_agent_timing(const sira_agent *agent);

/* Sets a timer; the port learns about it at the end of the entry point. */
void sira_i_agent_set_timer(sira_agent *agent, sira_timer *timer, uint64_t deadline);

/* The waiter has news for the application: it is called when all state is settled, again and again until it has left
 * the list. */
void sira_i_agent_notify(sira_agent *agent, sira_waiter *waiter);

/* Tells the port the next deadline, when an application's call may have moved it; always: also when it has not moved.
 */
void sira_i_agent_told(sira_agent *agent, bool always);

/* A random number for a wait; 0 when there is no entropy: then there is no request either, so that is no loss. */
uint32_t sira_i_agent_draw(sira_agent *agent);

void sira_i_agent_trace(const sira_agent *agent, const sira_trace_entry *entry);

/* Counts what an answer to us was let pass, and shows it. */
void sira_i_agent_tolerated(sira_agent *agent, const sira_i_arrival *answer, const sira_oddities *odd);

/* Sends what stands in the scratch buffer. SIRA_OK or the transport's error. */
sira_status sira_i_agent_send_scratch(sira_agent *agent, const sira_flow *flow, size_t length);

#endif
