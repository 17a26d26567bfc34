/* What every part of the host asks of the loop: the time, and when the last of its handles is given back. */
#include "host/host.h"

uint64_t sira_host_now(sira_host *host)
{
    if (host->loop == NULL)
        return 0;
    uv_update_time(host->loop);
    return uv_now(host->loop);
}

void sira_i_host_released(sira_host *host)
{
    host->handles--;
    if (host->handles == 0 && host->loop == NULL)
        host->free_all(host);
}
