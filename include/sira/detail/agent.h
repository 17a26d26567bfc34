/* Layout of the agent. Not API. */
#ifndef SIRA_DETAIL_AGENT_H
#define SIRA_DETAIL_AGENT_H

#include <sira/agent.h>
#include <sira/detail/random.h>
#include <sira/detail/timer.h>
#include <sira/detail/transaction.h>

/* Takes pongs and STUN, which share their ways with SIP. received: true, when they were meant for it. */
typedef struct sira_watcher {
    sira_link link;
    bool (*received)(struct sira_watcher *watcher, const sira_flow *flow, sira_str bytes);
} sira_watcher;

struct sira_agent {
    sira_agent_config config;
    sira_random random;
    sira_timers timers;
    sira_transactions transactions;
    sira_link servers;
    sira_link watchers; /* see what is no SIP: sira_watcher */
    sira_link news;     /* waiters: who has events to deliver */
    sira_agent_counters counters;
    sira_uas *uas; /* takes requests that arrive; NULL: none */
    /* Its own: the agent's present message is a request; why: what is wrong with it, NULL when it is well-formed. */
    void (*take_request)(struct sira_agent *agent, const sira_flow *flow, const sira_diag *why);
    sira_message message;
    sira_field fields[SIRA_LIMIT_FIELDS];
    uint8_t tag[4]; /* To tag of stateless answers: the same for a repeated request (RFC 3261 8.2.7) */
    uint64_t now;
    uint64_t told;             /* deadline that the port knows */
    const char *why;           /* the port's words for what it tells, and */
    const sira_server *why_of; /* whose flow it is about; NULL: nothing is told now */
    uint32_t ticket;
    bool running;
};

#endif
