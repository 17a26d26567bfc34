/* Answers that need no transaction. */
#ifndef SIRA_AGENT_ANSWER_H
#define SIRA_AGENT_ANSWER_H

#include <sira/agent.h>

/* A stateless answer to the agent's present message; nothing when it is an ACK or has no Via. */
void sira_i_agent_answer(sira_agent *agent, const sira_flow *flow, uint16_t code, const char *reason);

#endif
