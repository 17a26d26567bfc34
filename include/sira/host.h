/* The ready-made port for hosts: libuv sockets and timers, TLS by OpenSSL, DNS by c-ares, Libgcrypt hashes and entropy.
 * Link sira::host.
 *
 * UDP and TCP over IPv4 and IPv6, and TLS where Sira was built with OpenSSL or the configuration brings a provider;
 * names where it was built with c-ares. A UDP socket is opened when the first flow needs it, or at once where an
 * address was configured. In its server role the host listens for connections too; what comes on one goes to the agent
 * with the flow of that connection, and answers go back on it.
 *
 * Every connection has bounds in time and memory: one that breaks them is closed, and on_trouble says why. The heap
 * gives one block for each connection, one for each message that waits to be sent, and one for each query of a name.
 * Nothing here ever blocks. sira_host_init makes the program ignore SIGPIPE, where that has its default action, because
 * libuv writes to connections that their peers may have closed. IPv6 link-local addresses need a zone, which SIP URIs
 * can't carry, and do not work. */
#ifndef SIRA_HOST_H
#define SIRA_HOST_H

#include <uv.h>

#include <sira/gcrypt.h>
#include <sira/locator.h>
#include <sira/registration.h>
#include <sira/tls.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A connection could not be made, or broke, or was refused or closed for what its peer did. text is a sentence for
 * people, as "the certificate is for sip.example.org, not for sip.example.com", valid during the call. It comes before
 * the agent is told that the flow is down, and must not call the agent. */
typedef void (*sira_host_trouble_fn)(void *user, const sira_flow *flow, const char *text);

/* Strings are borrowed: they must outlive the host. Times are in ms. */
typedef struct sira_host_config {
    size_t size;     /* sizeof this struct; sira_host_config_init sets it */
    uv_loop_t *loop; /* NULL: a loop of its own, run by sira_host_run; else the caller runs its loop */
    sira_event_fn on_event;
    sira_agent_request_fn on_request;
    void *user;         /* handed to on_event, on_request and on_trouble */
    sira_str bind_ipv4; /* local address and port, "192.0.2.1:5060", "0.0.0.0:5060" or without the port; default: any
                           address, a free port */
    sira_str bind_ipv6; /* the same, "[2001:db8::1]:5060"; default: any address, a free port */
    sira_str user_agent;
    sira_trace trace;
    uint32_t t1, t2, t4; /* 0: the agent's defaults */

    sira_host_trouble_fn on_trouble; /* optional */
    sira_str listen_tcp;             /* where connections are accepted: up to 4 addresses with their ports, with blanks
                                        between, as "0.0.0.0:5060 [::]:5060"; default: nowhere */
    sira_str listen_tls;             /* the same over TLS; needs tls.certificate_file and tls.key_file */
    uint32_t max_connections;        /* that we open; default 64 */
    uint32_t max_accepted;           /* that others open; default 256 */
    uint32_t max_accepted_per_peer;  /* of these, from one IPv4 address or IPv6 /64 network; default 16 */
    uint32_t max_message;            /* longest message on a connection, and so the memory for each; bytes; default
                                        16384, 1024 to 65536 */
    uint32_t max_unsent;             /* bytes that may wait on a connection whose peer does not read; default 65536 */
    uint32_t connect_timeout;        /* until a connection is there, TLS and all; default 10000 */
    uint32_t message_timeout;        /* from the first byte of a message to its last, from accepting a connection to its
                                        first message, and for a peer that does not read; default 20000 */
    uint32_t idle_timeout;           /* an accepted connection on which nothing comes is closed; default 3600000 */
    sira_str dns_servers;            /* who is asked for names, up to 8 addresses with blanks between, as "192.0.2.53
                                        [2001:db8::53]:5353"; default: those of the system, also when they change */
    bool no_network_watch;           /* do not notice by itself that our address is another now */
    sira_tls_config tls;
    const sira_tls *tls_provider; /* borrowed; default: OpenSSL, where Sira was built with it */
} sira_host_config;

/* Longest message that is sent: it holds any REGISTER with the limits of limits.h and answers to two realms. */
#define SIRA_HOST_SCRATCH 6656u
/* Datagrams that wait when the socket's buffer is full; what exceeds them is lost, as on any way, and sent again in
 * time. */
#define SIRA_HOST_QUEUE 16u

typedef struct sira_host sira_host;

/* Fields are not API. */
typedef struct sira_host_socket {
    uv_udp_t handle;
    sira_host *host;
    sira_endpoint bound;       /* where it is bound, or is to be; family not set: any address, a free port */
    sira_endpoint known_peer;  /* the last address for which the local one was looked up, */
    sira_endpoint known_local; /* what came out, */
    uint64_t known_at;         /* and when */
    sira_endpoint told_peer;   /* the last address that the agent has opened a flow to, */
    sira_endpoint told_local;  /* and what it was told of us */
    bool open, has_read;
} sira_host_socket;

typedef struct sira_host_packet {
    uv_udp_send_t request;
    bool waiting;
    char bytes[SIRA_HOST_SCRATCH];
} sira_host_packet;

#define SIRA_HOST_LISTENERS 8u

typedef struct sira_host_listener {
    uv_tcp_t handle;
    sira_host *host;
    sira_endpoint bound;
    bool open;
} sira_host_listener;

/* Large (about 180 kB): better static than on the stack. Fields are not API. */
struct sira_host {
    uv_loop_t own_loop;
    uv_loop_t *loop; /* NULL: closed */
    uv_timer_t timer;
    sira_host_socket sockets[2];              /* IPv4, IPv6 */
    unsigned handles;                         /* that libuv still knows */
    void (*free_all)(struct sira_host *host); /* when the last of them is gone and the host is closed */
    bool has_timer, has_gcrypt;
    uv_poll_t poll; /* of netlink, */
    uv_timer_t settling;
    int netlink;
    bool is_watching; /* and whether there is one */
    sira_gcrypt gcrypt;
    sira_agent agent;
    sira_host_config config;
    sira_host_listener listeners[SIRA_HOST_LISTENERS];
    size_t listener_count;
    struct sira_host_stream **streams; /* a slot for each connection that there may be; NULL: free */
    uint32_t opened, accepted;         /* connections */
    uint32_t generation;               /* makes the numbers of connections in one slot different */
    struct sira_host_dns *dns;
    sira_tls tls;
    bool has_tls, has_openssl;
    sira_host_packet queue[SIRA_HOST_QUEUE];
    char scratch[SIRA_HOST_SCRATCH];
    char received[65536];
};

SIRA_API void sira_host_config_init(sira_host_config *config);

/* SIRA_OK; SIRA_E_CONFIG with the field's name in diag; SIRA_E_TRANSPORT: an address can't be bound (the field's name
 * is in diag) or there is no loop to be had; SIRA_E_HASH, SIRA_E_ENTROPY: Libgcrypt does not work. After an error the
 * host is closed already, as by sira_host_close. */
SIRA_API sira_status sira_host_init(sira_host *host, const sira_host_config *config, sira_diag *diag);

/* For sira_server_init. */
SIRA_API sira_agent *sira_host_agent(sira_host *host);

/* The loop, for the program's own handles (signals, timers); NULL when the host is closed. */
SIRA_API uv_loop_t *sira_host_loop(sira_host *host);

/* Where the socket of a family is bound, with the port that was found. SIRA_OK; SIRA_IDLE: it is not open (yet). */
SIRA_API sira_status sira_host_bound(const sira_host *host, sira_family family, sira_endpoint *bound);

/* Where connections are accepted: those of listen_tcp in order, then those of listen_tls, with the ports that were
 * found. SIRA_OK; SIRA_IDLE: there are not so many. */
SIRA_API sira_status sira_host_listening(const sira_host *host, size_t index, sira_endpoint *bound);

/* Sends bytes as they are on a flow that something has come in on: for a program that answers requests by itself, from
 * within on_request. SIRA_OK; SIRA_E_TRANSPORT. */
SIRA_API sira_status sira_host_send(sira_host *host, const sira_flow *flow, sira_str bytes);

/* For a program that learns that the machine has got another address or route: see sira_agent_network_changed. On Linux
 * the host notices by itself (by netlink) when datagrams to its servers leave from another address than before, unless
 * no_network_watch is set; elsewhere a line finds out at its next refresh. */
SIRA_API void sira_host_network_changed(sira_host *host);

/* Milliseconds of the clock that the agent runs on (that of uv_now, brought up to date). */
SIRA_API uint64_t sira_host_now(sira_host *host);

/* Runs until sira_host_stop, or until there is nothing left that could happen. 0; 1 when the host is closed. */
SIRA_API int sira_host_run(sira_host *host);
SIRA_API void sira_host_stop(sira_host *host);

/* Closes sockets and timers without a word to any registrar (sira_registration_stop says it), and frees what Libgcrypt
 * holds. With the host's own loop it returns when all is closed; close your own handles on that loop before, and do not
 * call it from inside the loop: there, sira_host_stop. With a loop of the caller's the host's memory must stay until
 * that loop has run once more. Does nothing for a host that is closed already. */
SIRA_API void sira_host_close(sira_host *host);

#ifdef __cplusplus
}
#endif
#endif
