/* Answers that need no transaction. */
#ifndef SIRA_AGENT_ANSWER_H
#define SIRA_AGENT_ANSWER_H

#include <sira/agent.h>

/* The port that an answer goes to (RFC 3261 18.2.2, RFC 3581 4); its address is where the request came from. A maddr is
 * not followed: whoever writes one could aim our answers at anybody. */
uint16_t sira_i_answer_port(const sira_flow *flow, const sira_via *via);

/* A stateless answer to the agent's present message; nothing when it is an ACK or has no Via. */
void sira_i_agent_answer(sira_agent *agent, const sira_flow *flow, uint16_t code, const char *reason);

#endif
