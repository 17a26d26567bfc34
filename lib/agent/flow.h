/* The flow from a server to its present target: opening, there, gone. */
#ifndef SIRA_AGENT_FLOW_H
#define SIRA_AGENT_FLOW_H

#include <sira/detail/server.h>

typedef enum sira_i_flow_state { SIRA_I_FLOW_NONE = 0, SIRA_I_FLOW_OPENING, SIRA_I_FLOW_UP } sira_i_flow_state;

/* Same socket or connection, same peer? */
bool sira_i_flow_equal(const sira_flow *a, const sira_flow *b);

/* Makes the flow to the present target. SIRA_OK: it can be used; SIRA_MORE: it is on its way; the transport's error. */
sira_status sira_i_flow_open(sira_server *server);

/* Gives it back to the port, when there is one. */
void sira_i_flow_close(sira_server *server);

/* The port's news. False: it is about another flow. */
bool sira_i_flow_up(sira_server *server, const sira_flow *flow);
bool sira_i_flow_down(sira_server *server, const sira_flow *flow);

#endif
