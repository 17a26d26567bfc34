/* Where to send: a registrar or an outbound proxy, with its resolved addresses, its health and its pacing. One per
 * provider.
 *
 * An address that answers 503 with Retry-After (RFC 3261 21.5.4; at most SIRA_LIMIT_RETRY_AFTER_MAX) is not asked
 * before that time, by none of the server's lines: they go to another of its addresses, or wait, with a WAITING event
 * that says until when. Only a line that leaves still says so. */
#ifndef SIRA_SERVER_H
#define SIRA_SERVER_H

#include <sira/agent.h>
#include <sira/detail/forward.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Strings are borrowed: they must outlive the server. */
typedef struct sira_server_config {
    size_t size;  /* sizeof this struct; sira_server_config_init sets it */
    sira_str uri; /* "sip:192.0.2.1:5060", "sip:[2001:db8::1]", or a name when there is a locator; ";transport=udp" is
                     understood */
    uint16_t max_in_flight; /* registrations that may have a request under way at once; default 16 */
    uint32_t start_window;  /* ms: the first attempt of each registration waits a random time up to this, so that lines
                               do not all start at once after a power cut;  default 0: at once */
    sira_locator *locator;  /* finds the addresses of a name, or has a list of them (locator.h); must outlive the
                               server; default NULL: uri has a numeric address */
} sira_server_config;

SIRA_API void sira_server_config_init(sira_server_config *config);

/* SIRA_OK; SIRA_E_CONFIG with the field's name in diag; SIRA_E_RESOLVE: a name, and there is no locator, or the agent
 * has no resolver. */
SIRA_API sira_status sira_server_init(sira_server *server, sira_agent *agent, const sira_server_config *config,
                                      sira_diag *diag);

/* Takes the server out of the agent; then its memory may be reused. SIRA_OK; SIRA_E_STATE: a registration of one of its
 * accounts, or its keep-alive, was not removed yet. */
SIRA_API sira_status sira_server_remove(sira_server *server);

#include <sira/detail/server.h>

#ifdef __cplusplus
}
#endif
#endif
