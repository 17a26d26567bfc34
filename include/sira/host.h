/* The ready-made port for hosts: libuv sockets and timers, Libgcrypt hashes and entropy. Link sira::host.
 *
 * UDP over IPv4 and IPv6; a socket is opened when the first flow needs it, or at once where an address was configured.
 * Only numeric addresses: nothing here ever blocks in a resolver. IPv6 link-local addresses need a zone, which SIP URIs
 * can't carry, and do not work. */
#ifndef SIRA_HOST_H
#define SIRA_HOST_H

#include <uv.h>

#include <sira/gcrypt.h>
#include <sira/registration.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Strings are borrowed: they must outlive the host. */
typedef struct sira_host_config {
    size_t size;     /* sizeof this struct; sira_host_config_init sets it */
    uv_loop_t *loop; /* NULL: a loop of its own, run by sira_host_run; else the caller runs its loop */
    sira_event_fn on_event;
    sira_agent_request_fn on_request;
    void *user;         /* handed to on_event and on_request */
    sira_str bind_ipv4; /* local address and port, "192.0.2.1:5060", "0.0.0.0:5060" or without the port; default: any
                           address, a free port */
    sira_str bind_ipv6; /* the same, "[2001:db8::1]:5060"; default: any address, a free port */
    sira_str user_agent;
    sira_trace trace;
    uint32_t t1, t2, t4; /* ms; 0: the agent's defaults */
} sira_host_config;

/* Longest message that is sent: it holds any REGISTER with the limits of limits.h and answers to two realms. */
#define SIRA_HOST_SCRATCH 6144u
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
    bool open, has_read;
} sira_host_socket;

typedef struct sira_host_packet {
    uv_udp_send_t request;
    bool waiting;
    char bytes[SIRA_HOST_SCRATCH];
} sira_host_packet;

/* Large (about 180 kB): better static than on the stack. Fields are not API. */
struct sira_host {
    uv_loop_t own_loop;
    uv_loop_t *loop; /* NULL: closed */
    uv_timer_t timer;
    sira_host_socket sockets[2]; /* IPv4, IPv6 */
    unsigned handles;            /* that libuv still knows */
    bool has_timer, has_gcrypt;
    sira_gcrypt gcrypt;
    sira_agent agent;
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

/* For a program that learns that the machine has got another address or route (by netlink, say): see
 * sira_agent_network_changed. Without it a line finds out at its next refresh. */
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
