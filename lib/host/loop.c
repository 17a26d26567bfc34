/* What every part of the host asks of it: the time, that the network has changed, and that the last handle is given
 * back. */
#include "host/host.h"

uint64_t sira_host_now(sira_host *host)
{
    if (host->loop == NULL)
        return 0;
    uv_update_time(host->loop);
    return uv_now(host->loop);
}

void sira_host_network_changed(sira_host *host)
{
    for (size_t i = 0; i < 2; i++)
        host->sockets[i].known_peer = (sira_endpoint){0};
    sira_agent_network_changed(&host->agent, sira_host_now(host));
}

void sira_i_host_released(sira_host *host)
{
    host->handles--;
    if (host->handles == 0 && host->loop == NULL)
        host->free_all(host);
}
