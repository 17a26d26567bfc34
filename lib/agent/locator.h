/* The locator as the server sees it: through these functions, so that a server with one numeric address links none of
 * them. */
#ifndef SIRA_AGENT_LOCATOR_H
#define SIRA_AGENT_LOCATOR_H

#include <sira/detail/locator.h>
#include <sira/detail/server.h>

typedef struct sira_locator_functions {
    /* What the server's URI means. SIRA_OK; SIRA_E_CONFIG and SIRA_E_RESOLVE as sira_server_init. */
    sira_status (*aim)(sira_server *server, const sira_uri *uri, sira_diag *diag);
    /* SIRA_OK: there are targets; SIRA_MORE: the claims will be told; SIRA_E_RESOLVE: there are none. */
    sira_status (*locate)(sira_server *server);
    /* Waits for DNS no longer. */
    void (*give_up)(sira_server *server);
    void (*answer)(sira_server *server, const sira_dns_answer *answer);
    /* Lets this claim ask a better target than the present one, when it is time. */
    void (*try_better)(sira_server *server, sira_claim *claim);
} sira_locator_functions;

#endif
