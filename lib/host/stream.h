/* Connections of the host port, as its files see them. */
#ifndef SIRA_I_HOST_STREAM_H
#define SIRA_I_HOST_STREAM_H

#include "host/host.h"

#include <sira/framer.h>

typedef enum sira_i_stream_state {
    SIRA_I_STREAM_CONNECTING = 0, /* TCP */
    SIRA_I_STREAM_SECURING,       /* the handshake of TLS */
    SIRA_I_STREAM_OPEN,
    SIRA_I_STREAM_DRAINING, /* the agent is done with it; what waits is still sent */
    SIRA_I_STREAM_CLOSED    /* libuv gives its handles back, and then it is freed */
} sira_i_stream_state;

/* Longest reason, with the NUL; the names in a certificate may take most of it. */
#define SIRA_I_STREAM_REASON 400

typedef struct sira_host_stream {
    uv_tcp_t handle;
    uv_timer_t timer;
    uv_connect_t connect;
    uv_shutdown_t shutdown;
    sira_host *host;
    sira_flow flow;
    sira_framer framer;
    void *session;        /* of the TLS provider; NULL: plain TCP */
    uint64_t began;       /* this state; */
    uint64_t message_at;  /* the message that is not complete yet; SIRA_NEVER: there is none */
    uint64_t heard_at;    /* the last complete message, ping or pong, */
    uint64_t stuck_since; /* and since when what waits to be sent has not become less; SIRA_NEVER: nothing waits */
    size_t unsent;        /* bytes */
    uint8_t state;        /* sira_i_stream_state */
    uint8_t handles;      /* that libuv still has */
    bool accepted;
    bool is_known; /* the agent has to be told when it is gone */
    bool has_heard;
    char reason[SIRA_I_STREAM_REASON];
    char buffer[]; /* of the framer */
} sira_host_stream;

/* Makes the table of connections from the configuration. SIRA_OK; SIRA_E_TRANSPORT: no memory. */
sira_status sira_i_streams_prepare(sira_host *host);

/* Closes all at once, without a word to the agent. */
void sira_i_streams_close(sira_host *host);

/* The agent's plug point for TCP and TLS; see sira_transport. */
sira_status sira_i_stream_open(sira_host *host, const sira_endpoint *remote, sira_str name, sira_flow *flow);
sira_status sira_i_stream_send(sira_host *host, const sira_flow *flow, sira_str bytes);
void sira_i_stream_close(sira_host *host, const sira_flow *flow);

/* A connection waits at a listener: takes it, or refuses it when there are too many. */
void sira_i_stream_accept(sira_host_listener *listener);

#endif
