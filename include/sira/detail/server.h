/* Layout of a server. Not API. */
#ifndef SIRA_DETAIL_SERVER_H
#define SIRA_DETAIL_SERVER_H

#include <sira/server.h>
#include <sira/detail/timer.h>

/* Whoever sends requests to a server: it waits for an address, a turn, a flow, and hears when its flow is gone. */
typedef struct sira_claim {
    sira_link in_server, in_queue;
    void (*told)(struct sira_claim *claim, unsigned news, const sira_flow *flow);
    bool has_turn;
    bool is_bound; /* a binding is known to live, for which requests may arrive on the flow */
} sira_claim;

/* Who looks after the flow. accepted: a registration was accepted on it, and the registrar says this. */
typedef struct sira_keeper {
    void (*accepted)(struct sira_keeper *keeper, const sira_flow *flow, const sira_message *response);
} sira_keeper;

struct sira_server {
    sira_agent *agent;
    sira_server_config config;
    sira_link in_agent;
    sira_link claims; /* all, */
    sira_link queue;  /* and those that wait for a turn, in order */
    sira_str host;    /* of the URI: a name to resolve, or an address */
    sira_endpoint targets[SIRA_LIMIT_TARGETS];
    uint64_t rests_until[SIRA_LIMIT_TARGETS]; /* a target has said that it wants no requests before */
    sira_flow flow;                           /* to targets[target] */
    sira_keeper *keeper;                      /* NULL: nobody */
    uint64_t resolved_until;
    uint32_t ticket; /* of the query under way; 0: none */
    uint16_t dns_type;
    uint16_t in_flight;
    uint8_t target_count, target;
    uint8_t flow_state;
    int16_t why; /* sira_status: what the claims are told last, that is why */
};

#endif
