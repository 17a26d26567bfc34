/* The registrar's connections, TCP and TLS, by the host port: each bounded in time and memory, and in number. What is
 * wrong with one is said on stderr. */
#ifndef EXAMPLES_SUPPORT_CONNECTIONS_H
#define EXAMPLES_SUPPORT_CONNECTIONS_H

#include <sira/host.h>

#include "support/registrar.h"

/* Zero it, set what stands above the line, then call connections_open. Text is borrowed. */
typedef struct connections {
    registrar *registrar;
    sira_trace trace;
    const char *certificate, *key, *trusted; /* PEM files; without a certificate there is no TLS */
    const char *listen_tls;                  /* NULL: at the address of UDP, port 5061, or a free one */
    bool client_certificates;                /* are demanded */
    uint32_t most, most_per_address;         /* 0: the port's defaults */
    uint32_t message_timeout, idle_timeout;  /* s, as well */
    /* ---- */
    sira_host host;
} connections;

/* Listens over TCP where UDP does, and over TLS. Says where, on standard output. SIRA_OK, or the port's error with
 * diag.
 */
sira_status connections_open(connections *self, uv_loop_t *loop, const sira_endpoint *udp, sira_diag *diag);
void connections_close(connections *self);

#endif
