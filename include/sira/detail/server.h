/* Layout of a server. Not API. */
#ifndef SIRA_DETAIL_SERVER_H
#define SIRA_DETAIL_SERVER_H

#include <sira/server.h>
#include <sira/detail/targets.h>
#include <sira/detail/timer.h>

/* Whoever sends requests to a server: it waits for an address, a turn, a flow, and hears when its flow is gone. */
typedef struct sira_claim {
    sira_link in_server, in_queue;
    void (*told)(struct sira_claim *claim, unsigned news, const sira_flow *flow);
    bool has_turn;
    bool is_bound; /* a binding is known to live, for which requests may arrive on the flow */
    bool returns;  /* may be the one that asks a better target again */
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
    sira_targets targets;
    sira_claim *trier;   /* the one that asks a better target again, targets.list[trial]; NULL: nobody does */
    sira_flow flow;      /* to targets.list[target] */
    sira_keeper *keeper; /* NULL: nobody */
    uint16_t in_flight;
    uint8_t target, trial;
    uint8_t flow_state;
    int16_t why;      /* sira_status: what the claims are told last, that is why */
    bool tries_alone; /* the others wait for the trier */
    bool is_secure;   /* reached over TLS only */
};

#endif
