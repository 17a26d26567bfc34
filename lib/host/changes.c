/* Notices by itself, where the system can tell (Linux, by netlink), that our own address is another now. Addresses,
 * routes and links of a machine change often and mostly elsewhere: what counts is whether datagrams to the peer of our
 * flow leave from another address than the agent was told. */
#include "host/host.h"

#ifdef __linux__

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <unistd.h>

/* ms after the last piece of news in which there may be another: an interface that comes up says a lot. */
#define SETTLES_AFTER 300u

static bool leaves_from_another(const sira_host_socket *socket)
{
    sira_endpoint local = {.transport = SIRA_TRANSPORT_UDP};
    if (!socket->open || socket->told_peer.family == SIRA_FAMILY_NONE ||
        sira_i_local_address(&socket->told_peer, &local) != SIRA_OK)
        return false; /* there is no way now; what comes next may be the same one again */
    return memcmp(local.address, socket->told_local.address, sizeof local.address) != 0;
}

static void on_settled(uv_timer_t *timer)
{
    sira_host *host = timer->data;
    bool is_another = false;
    for (size_t i = 0; i < 2; i++) {
        is_another = is_another || leaves_from_another(&host->sockets[i]);
    }
    if (is_another)
        sira_host_network_changed(host);
}

/* What it says is not read: it is looked at what has come of it. */
static void on_news(uv_poll_t *poll, int status, int events)
{
    sira_host *host = poll->data;
    char news[8192];
    (void)status, (void)events;
    while (recv(host->netlink, news, sizeof news, MSG_DONTWAIT) > 0)
        ;
    (void)uv_timer_start(&host->settling, on_settled, SETTLES_AFTER, 0);
}

static void on_closed(uv_handle_t *handle)
{
    sira_i_host_released(handle->data);
}

void sira_i_changes_watch(sira_host *host)
{
    const struct sockaddr_nl groups = {.nl_family = AF_NETLINK,
                                       .nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR |
                                                    RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE};
    host->netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
    if (host->netlink < 0)
        return;
    if (bind(host->netlink, (const struct sockaddr *)&groups, sizeof groups) != 0 ||
        uv_poll_init(host->loop, &host->poll, host->netlink) != 0) {
        (void)close(host->netlink);
        return;
    }
    (void)uv_timer_init(host->loop, &host->settling);
    host->poll.data = host->settling.data = host;
    host->handles += 2;
    host->is_watching = true;
    (void)uv_poll_start(&host->poll, UV_READABLE, on_news);
    uv_unref((uv_handle_t *)&host->poll);
    uv_unref((uv_handle_t *)&host->settling);
}

void sira_i_changes_ignore(sira_host *host)
{
    if (!host->is_watching)
        return;
    host->is_watching = false;
    (void)uv_poll_stop(&host->poll);
    uv_close((uv_handle_t *)&host->poll, on_closed);
    uv_close((uv_handle_t *)&host->settling, on_closed);
    (void)close(host->netlink);
}

#else

void sira_i_changes_watch(sira_host *host)
{
    (void)host;
}

void sira_i_changes_ignore(sira_host *host)
{
    (void)host;
}

#endif
