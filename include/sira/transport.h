/* The plug points through which bytes, time and names reach the agent. Each is a small struct with a context and
 * functions; the agent copies it, what context points to must outlive the agent. */
#ifndef SIRA_TRANSPORT_H
#define SIRA_TRANSPORT_H

#include <sira/base.h>
#include <sira/dns.h>
#include <sira/endpoint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The way between us and a peer: for UDP a socket and an address, for TCP and TLS a connection. */
typedef struct sira_flow {
    sira_endpoint local;  /* what the peer sees of us as far as we know: it goes into Via and Contact */
    sira_endpoint remote; /* where bytes go; its transport says which */
    uint32_t id;          /* the port's own number for the socket or connection; the agent only compares it */
} sira_flow;

typedef struct sira_transport {
    void *context;
    uint32_t kinds; /* bit 1u << SIRA_TRANSPORT_X is set for each transport that open can make; 0 means UDP only */
    /* Makes a flow to remote: sets flow->local (address and port that the peer shall answer to) and flow->id. name is
     * the host of the server's URI, valid during the call: what a TLS certificate has to show (RFC 5922 7.1). Must not
     * block. For UDP it is called anew at the start of each attempt, because the address may be another by then: look
     * it up each time, and give the same id as long as it is the same socket. What is under way goes on with the flow
     * that it was sent on. SIRA_OK: it can be used at once (UDP); SIRA_MORE: sira_agent_flow_up or sira_agent_flow_down
     * will tell (TCP, TLS); SIRA_E_UNSUPPORTED; SIRA_E_TRANSPORT: the next attempt tries the server's next address. */
    sira_status (*open)(void *context, const sira_endpoint *remote, sira_str name, sira_flow *flow);
    /* Sends one message on a flow. The bytes are valid during the call. SIRA_OK; SIRA_E_TRANSPORT. It may call
     * sira_agent_flow_down for a flow that it finds broken; with that or without, it is one failure. */
    sira_status (*send)(void *context, const sira_flow *flow, sira_str bytes);
    /* The agent does not use the flow any more; once for all that open has given with the same id. May be NULL. */
    void (*close)(void *context, const sira_flow *flow);
} sira_transport;

/* The one next deadline, told after every call into the agent that moved it; SIRA_NEVER: none. May be left empty by a
 * caller that asks sira_agent_deadline() itself. A tick that comes too early does no harm. */
typedef struct sira_timer_port {
    void *context;
    void (*arm)(void *context, uint64_t deadline);
} sira_timer_port;

/* Sees every message: incoming ones before parsing, outgoing ones after writing. Bytes are valid during the call and
 * hold credentials (digest responses), but no password. */
typedef enum sira_trace_kind {
    SIRA_TRACE_SENT = 0,
    SIRA_TRACE_RECEIVED,
    SIRA_TRACE_REFUSED,  /* behind SIRA_TRACE_RECEIVED: the same bytes were not taken; status and diag say why */
    SIRA_TRACE_TOLERATED /* the same: they were taken, though something in them is wrong; oddity and diag say what and
                            where. Once for each that sira_oddities keeps */
} sira_trace_kind;
typedef struct sira_trace_entry {
    uint8_t kind; /* sira_trace_kind */
    uint64_t now;
    const sira_flow *flow;
    sira_str bytes;
    sira_status status;
    const sira_diag *diag; /* NULL unless refused by the parser, or tolerated */
    uint8_t oddity;        /* tolerated: sira_oddity_kind of message.h */
} sira_trace_entry;
typedef struct sira_trace {
    void *context;
    void (*message)(void *context, const sira_trace_entry *entry);
} sira_trace;

#ifdef __cplusplus
}
#endif
#endif
