/* The agent: the root of everything that has state. It routes messages, keeps time and owns the plug points. One per
 * thread; no locks inside.
 *
 * Time is the caller's monotonic clock, in ms and below 2^63, from the same beginning in each call. A jump ahead is one
 * moment: what fell due in between is done once and at once. Backwards time does not go: after a call that was too far
 * ahead nothing is due until the clock has come there again, so one such call may silence every line for as long. Give
 * no clock that can be set (a calendar's, a modem's).
 *
 * Bytes and time go in through sira_agent_receive and sira_agent_tick; bytes and one deadline come out through the plug
 * points. Events are delivered last, when all state is settled, so a handler may call any function of the library, also
 * one that removes the object the event is about.
 *
 * From inside the agent's callbacks: on_event and on_request may call every function but sira_agent_receive, which says
 * SIRA_E_STATE; a tick does nothing there. send may call sira_agent_flow_down, sira_agent_flow_lost and
 * sira_agent_network_changed. The other plug points (open, close, arm, query, entropy, hash, get_ha1, get_aka, trace)
 * call no function that takes the agent or an object of it, but those that only look. */
#ifndef SIRA_AGENT_H
#define SIRA_AGENT_H

#include <sira/detail/forward.h>
#include <sira/event.h>
#include <sira/hash.h>
#include <sira/limits.h>
#include <sira/message.h>
#include <sira/transport.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Takes a request that the agent has no owner for. Return SIRA_OK when it is dealt with; SIRA_IDLE: the UAS takes it
 * (incoming.h), or without one the agent answers (OPTIONS: 200, CANCEL: 481, others: 405). The message is valid during
 * the call. */
typedef sira_status (*sira_agent_request_fn)(void *user, const sira_message *request, const sira_flow *flow);

/* Times are in milliseconds. Strings and memory are borrowed: they must outlive the agent. Strings here and in the
 * other configurations have at most SIRA_LIMIT_CONFIG bytes and no control characters. */
typedef struct sira_agent_config {
    size_t size;                      /* sizeof this struct; sira_agent_config_init sets it */
    sira_transport transport;         /* open and send are needed */
    sira_timer_port timer;            /* optional */
    sira_entropy entropy;             /* needed */
    sira_hash hash;                   /* needed */
    sira_resolver resolver;           /* optional */
    sira_trace trace;                 /* optional */
    sira_event_fn on_event;           /* optional */
    sira_agent_request_fn on_request; /* optional; default: as if it said SIRA_IDLE. To answer requests with a
                                         transaction see incoming.h */
    void *user;                       /* handed to on_event and on_request */
    char *scratch;                    /* needed: where messages are written before they are sent */
    size_t scratch_size;              /* at least 512; 1500 is enough for strings of usual length, and
                                         sira_registration_init refuses a line whose REGISTER may need more */
    sira_str user_agent;              /* User-Agent; empty: none */
    uint32_t t1;                      /* RFC 3261 17.1.1.1; default 500; 10 to 60000 */
    uint32_t t2;                      /* default 4000; at least t1 */
    uint32_t t4;                      /* default 5000 */
} sira_agent_config;

SIRA_API void sira_agent_config_init(sira_agent_config *config);

/* What was counted since sira_agent_init. */
typedef struct sira_agent_counters {
    uint32_t sent;
    uint32_t received;
    uint32_t retransmitted;
    uint32_t malformed; /* refused by the parser */
    uint32_t stray;     /* responses that fit no live transaction */
    uint32_t unhandled; /* requests that nobody owned */
    uint32_t send_failed;
    uint32_t large;     /* requests (request.h) above 1300 bytes that went out over UDP: ways may lose them in fragments
                           (RFC 3261 18.1.1) */
    uint32_t tolerated; /* blemishes of answers that were taken all the same; the trace shows them */
} sira_agent_counters;

/* SIRA_OK; SIRA_E_CONFIG with the field's name in diag; SIRA_E_ENTROPY. now: any moment of the caller's clock. */
SIRA_API sira_status sira_agent_init(sira_agent *agent, const sira_agent_config *config, uint64_t now, sira_diag *diag);

/* Takes one datagram, or one message that a framer cut. flow says which socket it came in on (local, id) and from whom
 * (remote). Answers to our own requests are read with tolerance (sira_message_read), requests are not.
 *   SIRA_OK: taken;
 *   SIRA_IDLE: a keep-alive, or a response that is not ours: give it to your own call stack;
 *   an error of the syntax band: it was refused, counted and traced (and a request answered with a stateless 400);
 *   SIRA_E_STATE: called from inside one of the agent's callbacks. */
SIRA_API sira_status sira_agent_receive(sira_agent *agent, const sira_flow *flow, sira_str bytes, uint64_t now);

/* Runs what is due. Call it at the deadline, or whenever you like. */
SIRA_API void sira_agent_tick(sira_agent *agent, uint64_t now);

/* When sira_agent_tick is needed next; SIRA_NEVER: not until something else happens. */
SIRA_API uint64_t sira_agent_deadline(const sira_agent *agent);

/* A connection that open() announced with SIRA_MORE is there; flow->local is known now. */
SIRA_API void sira_agent_flow_up(sira_agent *agent, const sira_flow *flow, uint64_t now);
/* A flow broke, could not be made, or its peer is unreachable (an ICMP error, say). Matched by id and remote. */
SIRA_API void sira_agent_flow_down(sira_agent *agent, const sira_flow *flow, uint64_t now);
/* The same with the port's own words, as "the certificate is for sip.example.org, not for sip.example.com": events of
 * this flow's server that come of it hold them. why: valid during the call. */
SIRA_API void sira_agent_flow_lost(sira_agent *agent, const sira_flow *flow, const char *why, uint64_t now);

/* The port has got another address, network or route: every UDP flow is forgotten, and all lines over UDP that are
 * registered, on their way or waiting because nobody answered register anew at once, spread over the server's
 * start_window, each with a WAITING event that says when. Without this call a line finds out at its next refresh. */
SIRA_API void sira_agent_network_changed(sira_agent *agent, uint64_t now);

/* The answer to a resolver's query. */
SIRA_API void sira_agent_dns_answer(sira_agent *agent, const sira_dns_answer *answer, uint64_t now);

SIRA_API const sira_agent_counters *sira_agent_get_counters(const sira_agent *agent);

#include <sira/detail/agent.h>

#ifdef __cplusplus
}
#endif
#endif
