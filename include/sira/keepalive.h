/* Keeps a server's flow alive and notices when it is dead (RFC 5626 4.4): one for each server that wants it, beside the
 * server. It begins when a registrar has accepted a registration on a flow, and ends with the flow.
 *
 * On a connection a ping (two CRLFs) goes out and a pong (one) has to come back (4.4.1). Over UDP a STUN Binding
 * request goes out, and its answer tells what the server sees of us (4.4.2). Not every server answers: a missing answer
 * means a dead flow only where one has come before, or where the registrar has promised them by Flow-Timer or "Require:
 * outbound". Who never answers STUN gets double CRLFs, which keep a NAT's mapping and tell nothing.
 *
 * A dead flow is closed, and its lines register anew at once: over the server's start_window, and not sooner than each
 * line's floor. A change of what the server sees of us makes them register, too, at most once in
 * SIRA_LIMIT_REMAP_WINDOW. When no line is registered on a connection any more, it is closed instead of being kept. */
#ifndef SIRA_KEEPALIVE_H
#define SIRA_KEEPALIVE_H

#include <sira/server.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sira_keepalive sira_keepalive;

/* What goes out over UDP. */
typedef enum sira_keepalive_udp {
    SIRA_KEEPALIVE_STUN = 0,
    SIRA_KEEPALIVE_CRLF, /* two CRLFs that nobody answers: for peers that do not like STUN at their port */
    SIRA_KEEPALIVE_SILENT
} sira_keepalive_udp;

typedef enum sira_keepalive_event_kind {
    SIRA_KEEPALIVE_LOST = 0,   /* an answer is missing; the lines register anew */
    SIRA_KEEPALIVE_IDLE,       /* the connection was closed, because no line is registered on it */
    SIRA_KEEPALIVE_ANSWERED,   /* the first answer of this server: from now on it has to answer each */
    SIRA_KEEPALIVE_UNANSWERED, /* no answer to STUN: from now on double CRLFs */
    SIRA_KEEPALIVE_MAPPED,     /* the server sees us at this address; told once for a server */
    SIRA_KEEPALIVE_REMAPPED    /* it sees us at another than before */
} sira_keepalive_event_kind;

typedef struct sira_keepalive_event {
    uint8_t kind; /* sira_keepalive_event_kind */
    sira_server *server;
    const sira_flow *flow;
    sira_endpoint mapped, former; /* MAPPED, REMAPPED */
    bool is_followed;             /* REMAPPED: the lines register anew; false: they have just done so */
} sira_keepalive_event;

/* The event is valid during the call, which may call any function of the library but sira_agent_receive. */
typedef void (*sira_keepalive_fn)(void *user, const sira_keepalive_event *event);

/* As "lost"; static. */
SIRA_API const char *sira_keepalive_event_name(sira_keepalive_event_kind kind);

/* Each wait is drawn anew between 80 % and all of the interval (RFC 5626 4.4), and a Flow-Timer of the registrar's
 * (clamped by SIRA_LIMIT_FLOW_TIMER_MIN and _MAX) makes a configured interval shorter, and replaces a default. */
typedef struct sira_keepalive_config {
    size_t size;              /* sizeof this struct; sira_keepalive_config_init sets it */
    uint8_t udp;              /* sira_keepalive_udp */
    uint32_t udp_interval;    /* s; default 29; 1 to 86400 */
    uint32_t stream_interval; /* s; default 120; 1 to 86400 */
    uint32_t pong_timeout;    /* ms; default 10000 (RFC 5626 4.4.1); at most 600000. STUN has that of RFC 8489 6.2.1: 79
                                 times T1 */
    sira_keepalive_fn on_event; /* optional */
    void *user;                 /* handed to on_event */
} sira_keepalive_config;

SIRA_API void sira_keepalive_config_init(sira_keepalive_config *config);

/* config: NULL for all defaults; it is copied. SIRA_OK; SIRA_E_CONFIG with the field's name in diag ("server": it has a
 * keep-alive). */
SIRA_API sira_status sira_keepalive_init(sira_keepalive *keepalive, sira_server *server,
                                         const sira_keepalive_config *config, sira_diag *diag);

/* Ends it; then its memory may be reused. To be called before sira_server_remove. */
SIRA_API void sira_keepalive_remove(sira_keepalive *keepalive);

/* What the server sees of us over UDP. SIRA_OK; SIRA_IDLE: it has not told. */
SIRA_API sira_status sira_keepalive_mapped(const sira_keepalive *keepalive, sira_endpoint *mapped);

/* The other side: answers STUN Binding requests that come to the agent over UDP, without state. */
typedef struct sira_stun_responder sira_stun_responder;
SIRA_API void sira_stun_responder_init(sira_stun_responder *responder, sira_agent *agent);
SIRA_API void sira_stun_responder_remove(sira_stun_responder *responder);

#include <sira/detail/keepalive.h>

#ifdef __cplusplus
}
#endif
#endif
