/* The server as others of the library see it: whoever sends requests to it makes a claim. */
#ifndef SIRA_AGENT_SERVER_H
#define SIRA_AGENT_SERVER_H

#include <sira/detail/server.h>

/* What a claim waits for. */
typedef enum sira_i_phase {
    SIRA_I_PHASE_IDLE = 0,
    SIRA_I_PHASE_LOCATING,   /* the address */
    SIRA_I_PHASE_QUEUED,     /* its turn: it comes for sure */
    SIRA_I_PHASE_CONNECTING, /* the flow */
    SIRA_I_PHASE_KEY,        /* HA1, or the USIM; of the account */
    SIRA_I_PHASE_CALLING     /* the final response */
} sira_i_phase;

/* What a claim is told. */
typedef enum sira_i_news {
    SIRA_I_NEWS_READY = 0,      /* something that may have been waited for has come, or has failed */
    SIRA_I_NEWS_FLOW_DOWN,      /* this flow is gone */
    SIRA_I_NEWS_NETWORK_CHANGED /* our address on UDP flows is another now, or may be */
} sira_i_news;

/* told: called with what is new, and the flow that it is about; it must neither make nor release claims. */
void sira_i_claim_make(sira_claim *claim, sira_server *server,
                       void (*told)(sira_claim *claim, unsigned news, const sira_flow *flow));
void sira_i_claim_remove(sira_claim *claim, sira_server *server);

/* Makes the server ready for a request. SIRA_OK: server->flow can be used and the claim has a turn; SIRA_MORE: it will
 * be told when to ask again, *phase says what it waits for; SIRA_IDLE: not before sira_i_server_rests_until (who
 * insists is not put off); an error. */
sira_status sira_i_server_prepare(sira_server *server, sira_claim *claim, bool insists, sira_i_phase *phase);

/* The request has ended, or nothing is waited for any more. */
void sira_i_server_release(sira_server *server, sira_claim *claim);

/* The port's news: a sira_flow, nothing, or a sira_dns_answer, which may be another server's. */
void sira_i_server_flow_up(sira_server *server, const void *flow);
void sira_i_server_flow_down(sira_server *server, const void *flow);
void sira_i_server_network_changed(sira_server *server, const void *nothing);
void sira_i_server_located(sira_server *server, const void *news);

/* Somebody has found out that the flow is dead: it is closed, and all claims are told, with why. */
void sira_i_server_flow_failed(sira_server *server, const sira_flow *flow, sira_status why);

/* The server sees us at another address than before; as if the network had changed. */
void sira_i_server_remapped(sira_server *server);

/* Is somebody registered, or is a request under way? */
bool sira_i_server_in_use(const sira_server *server);

/* A registration was accepted. */
static inline void sira_i_server_accepted(sira_server *server, const sira_flow *flow, const sira_message *response)
{
    if (server->keeper != NULL)
        server->keeper->accepted(server->keeper, flow, response);
}

/* The resolver or the connection that is waited for has not answered in time: the next attempt asks anew. */
void sira_i_server_give_up(sira_server *server);

/* Other addresses than before were found, at least one. */
void sira_i_server_take_targets(sira_server *server, const sira_endpoint *list, size_t count);

/* Tells all claims. */
void sira_i_server_tell(sira_server *server, sira_i_news news, const sira_flow *flow);

/* The transport of which Via and Contact say most. */
uint8_t sira_i_server_widest(const sira_server *server);

/* The claim's request was answered: if it was the trier's, the better target is the present one from now on. */
void sira_i_server_target_works(sira_server *server, const sira_claim *claim);

/* A request on this flow failed: the next one tries another target, when there is one. rests_until: when this one wants
 * to be asked again, 0: it did not say. True: there is another that may be asked now. */
bool sira_i_server_target_failed(sira_server *server, const sira_flow *flow, uint64_t rests_until);

/* The next request goes to this target, if it is one and no flow was opened yet. */
void sira_i_server_prefer(sira_server *server, const sira_endpoint *target);

/* When the first of the targets may be asked (RFC 3261 21.5.4). */
uint64_t sira_i_server_rests_until(const sira_server *server);

#endif
