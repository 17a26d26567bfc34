/* The ready-made port for hosts: libuv sockets and timers, Libgcrypt hashes and entropy. Link sira::host. */
#ifndef SIRA_HOST_H
#define SIRA_HOST_H

#include <uv.h>

#include <sira/agent.h>
#include <sira/gcrypt.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Strings are borrowed: they must outlive the host. */
typedef struct sira_host_config {
    size_t size;              /* set by sira_host_config_init */
    uv_loop_t *loop;          /* NULL: a loop of its own, run by sira_host_run; else the caller runs its loop */
    sira_event_fn on_event;
    sira_agent_request_fn on_request;
    void *user;               /* handed to on_event and on_request */
    sira_str bind_ipv4;       /* local address, "0.0.0.0:5060"; default: any address, a free port */
    sira_str bind_ipv6;       /* default "[::]", a free port */
    sira_str user_agent;
    sira_trace trace;
    uint32_t t1, t2, t4;      /* ms; 0: the agent's defaults */
} sira_host_config;

typedef struct sira_host {
    /* not API */
    uv_loop_t own_loop;
    uv_loop_t *loop;
    uv_udp_t udp[2]; /* IPv4, IPv6; made when first used */
    uv_timer_t timer;
    sira_gcrypt gcrypt;
    sira_agent agent;
    uint8_t flags;
    unsigned handles;
    char scratch[4096];
    char received[65536];
} sira_host;

SIRA_API void sira_host_config_init(sira_host_config *config);

/* SIRA_OK; SIRA_E_CONFIG with the field's name in diag; SIRA_E_TRANSPORT: an address can't be bound; SIRA_E_HASH, SIRA_E_ENTROPY: Libgcrypt does not work. */
SIRA_API sira_status sira_host_init(sira_host *host, const sira_host_config *config, sira_diag *diag);

/* For sira_server_init. */
SIRA_API sira_agent *sira_host_agent(sira_host *host);

/* The loop, for the program's own handles (signals, timers). */
SIRA_API uv_loop_t *sira_host_loop(sira_host *host);

/* Milliseconds of the clock that the agent runs on. */
SIRA_API uint64_t sira_host_now(sira_host *host);

/* Runs until sira_host_stop. 0, or 1 when the loop failed. */
SIRA_API int sira_host_run(sira_host *host);
SIRA_API void sira_host_stop(sira_host *host);

/* Closes sockets and timers and frees what Libgcrypt holds; with the host's own loop it returns when all is closed. */
SIRA_API void sira_host_close(sira_host *host);

#ifdef __cplusplus
}
#endif
#endif
