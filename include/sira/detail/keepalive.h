/* Layout of a keep-alive. Not API. */
#ifndef SIRA_DETAIL_KEEPALIVE_H
#define SIRA_DETAIL_KEEPALIVE_H

#include <sira/detail/agent.h>
#include <sira/detail/server.h>
#include <sira/keepalive.h>
#include <sira/stun.h>

struct sira_keepalive {
    sira_keeper keeper;   /* of the server's flow */
    sira_watcher watcher; /* sees what is no SIP */
    sira_waiter in_agent; /* has events */
    sira_timer timer;     /* to the next request, or to the end of waiting for an answer */
    sira_keepalive_config config;
    sira_server *server;
    sira_flow flow; /* that is kept alive */
    sira_endpoint mapped, former;
    uint64_t sent_at;    /* the last request, its first copy */
    uint64_t chased_at;  /* the last registration because of another mapping; 0: none yet */
    uint32_t flow_timer; /* seconds that the registrar asked for; 0: it did not */
    uint8_t id[SIRA_STUN_ID_SIZE];
    uint8_t copies;    /* of the STUN request under way; 0: nothing is asked */
    uint8_t pending;   /* events, one bit for each kind */
    bool is_running;   /* there is a flow to keep alive */
    bool promised;     /* the registrar says that it answers */
    bool learned;      /* this peer has answered once, */
    bool has_answered; /* on this flow */
    bool has_no_stun;  /* this peer does not answer STUN */
    bool is_followed;  /* the last change of the mapping made the lines register */
};

struct sira_stun_responder {
    sira_watcher watcher;
    sira_agent *agent;
};

#endif
