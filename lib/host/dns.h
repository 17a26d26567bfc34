/* DNS by c-ares on the host's loop. */
#ifndef SIRA_I_HOST_DNS_H
#define SIRA_I_HOST_DNS_H

#include "host/host.h"

/* SIRA_OK; SIRA_E_CONFIG: the list of servers can't be read; SIRA_E_TRANSPORT: no memory. */
sira_status sira_i_dns_open(sira_host *host);

/* No answer comes any more; what is left of it goes when libuv has given back its handles. */
void sira_i_dns_close(sira_host *host);
void sira_i_dns_free(sira_host *host);

/* The agent's plug point; see sira_resolver. */
sira_status sira_i_dns_query(void *host, uint32_t ticket, sira_str name, sira_dns_type type);

#endif
