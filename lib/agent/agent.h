/* What the files of this layer share. */
#ifndef SIRA_AGENT_AGENT_H
#define SIRA_AGENT_AGENT_H

#include <sira/registration.h>

#include "base/list.h"
#include "transaction/client.h"

/* Whoever sends requests through the agent. None of these is called in the middle of another. */
struct sira_client_ops {
    void (*due)(sira_client *client);                                    /* its timer ran out */
    sira_status (*write)(sira_client *client, sira_writer *writer);      /* its request, always the same bytes */
    bool (*response)(sira_client *client, const sira_message *response); /* false: not to this request */
    /* Hands over its oldest event, and leaves the agent's list before the last one: the handler may remove the client.
     */
    void (*deliver)(sira_client *client);
};

/* ---- agent.c ---- */

sira_i_transaction_timing sira_i_agent_timing(const sira_agent *agent);

/* Sets a client's timer; the port learns about it at the end of the entry point. */
void sira_i_agent_set_timer(sira_agent *agent, sira_client *client, uint64_t deadline);

/* The client has an event to deliver. */
void sira_i_agent_notify(sira_agent *agent, sira_client *client);

/* Tells the port the next deadline, when an application's call may have moved it. */
void sira_i_agent_told(sira_agent *agent);

/* Writes the client's request and sends it on the flow. SIRA_OK; SIRA_E_STATE: it can't be written as it was (nothing
 * is sent); the writer's, the hash provider's or the transport's error. */
sira_status sira_i_agent_send(sira_agent *agent, sira_client *client, const sira_flow *flow);

/* Sends what stands in the scratch buffer. */
sira_status sira_i_agent_send_scratch(sira_agent *agent, const sira_flow *flow, size_t length);

/* ---- answer.c ---- */

/* A stateless answer to the agent's present message; nothing when it is an ACK or has no Via. */
void sira_i_agent_answer(sira_agent *agent, const sira_flow *flow, uint16_t code, const char *reason);

/* ---- server.c ---- */

/* ms after which a name that could not be looked up is asked for again. */
#define SIRA_I_RESOLVE_AGAIN 30000u

typedef enum sira_i_flow_state { SIRA_I_FLOW_NONE = 0, SIRA_I_FLOW_OPENING, SIRA_I_FLOW_UP } sira_i_flow_state;

/* Makes the server ready for a request of this registration. SIRA_OK: server->flow can be used and the registration has
 * a turn; SIRA_MORE: it will be woken, *state says what it waits for; SIRA_IDLE: not before sira_i_server_rests_until;
 * an error. */
sira_status sira_i_server_prepare(sira_server *server, sira_registration *registration, sira_registration_state *state);

/* The registration's request has ended, or it does not wait any more. */
void sira_i_server_release(sira_server *server, sira_registration *registration);

/* The port's news: a sira_flow, nothing, or a sira_dns_answer, which may be another server's. */
void sira_i_server_flow_up(sira_server *server, const void *flow);
void sira_i_server_flow_down(sira_server *server, const void *flow);
void sira_i_server_network_changed(sira_server *server, const void *nothing);
void sira_i_server_located(sira_server *server, const void *news);

/* The resolver or the connection that is waited for has not answered in time: the next attempt asks anew. */
void sira_i_server_give_up(sira_server *server);

/* A request on this flow failed: the next one tries another target, when there is one. rests_until: when this one wants
 * to be asked again, 0: it did not say. True: there is another that may be asked now. */
bool sira_i_server_target_failed(sira_server *server, const sira_flow *flow, uint64_t rests_until);

/* When the first of the targets may be asked (RFC 3261 21.5.4). */
uint64_t sira_i_server_rests_until(const sira_server *server);

/* ---- registration.c ---- */

/* The server's state has moved: go on now. */
void sira_i_registration_wake(sira_registration *registration);

/* The flow that a request may be waiting on is gone. */
void sira_i_registration_flow_down(sira_registration *registration, const sira_flow *flow);

/* Our address on its UDP flows is another now, or may be. */
void sira_i_registration_network_changed(sira_registration *registration);

/* ---- config.c ---- */

/* Refuses what must not reach the wire or a terminal: over SIRA_LIMIT_CONFIG, or with control characters. */
sira_status sira_i_config_string(sira_str value, const char *field, sira_diag *diag);
sira_status sira_i_config_size(size_t size, size_t expected, sira_diag *diag);
sira_status sira_i_config_refuse(sira_diag *diag, const char *field, const char *expected);
/* The string rules, and a SIP or SIPS URI without password and headers. */
sira_status sira_i_config_uri(sira_str value, const char *field, sira_uri *uri, sira_diag *diag);

#endif
