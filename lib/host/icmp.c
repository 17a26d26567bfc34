/* ICMP errors, where the system says which peer they are about: on Linux, by the error queue of a socket. Elsewhere a
 * registrar that is not there is found out by the timeout of the transaction. */
#ifndef _DEFAULT_SOURCE
#define _DEFAULT_SOURCE /* IP_RECVERR */
#endif
#include "host/host.h"

#ifdef __linux__

#include <linux/errqueue.h>
#include <string.h>
#include <time.h>

/* So many in one go; the queue wakes us again. */
#define ERRORS_AT_ONCE 32

enum { ICMP_UNREACHABLE = 3, ICMP_PARAMETER = 12, ICMP6_UNREACHABLE = 1, ICMP6_PARAMETER = 4 };
enum { ICMP_PORT_UNREACHABLE = 3 };

void sira_i_host_errors_enable(const sira_host_socket *socket)
{
    uv_os_fd_t fd;
    const int on = 1;
    if (uv_fileno((const uv_handle_t *)&socket->handle, &fd) != 0)
        return;
    if (socket->bound.family == SIRA_FAMILY_IPV4)
        (void)setsockopt(fd, IPPROTO_IP, IP_RECVERR, &on, sizeof on);
    else
        (void)setsockopt(fd, IPPROTO_IPV6, IPV6_RECVERR, &on, sizeof on);
}

/* RFC 3261 18.4: host, network, port or protocol unreachable, or a parameter problem; source quench and TTL exceeded
 * are ignored. "Fragmentation needed" (code 4 of IPv4) is the kernel's own business. */
static bool means_unreachable(const struct sock_extended_err *error)
{
    switch (error->ee_origin) {
    case SO_EE_ORIGIN_ICMP:
        return (error->ee_type == ICMP_UNREACHABLE && error->ee_code <= ICMP_PORT_UNREACHABLE) ||
               error->ee_type == ICMP_PARAMETER;
    case SO_EE_ORIGIN_ICMP6:
        return error->ee_type == ICMP6_UNREACHABLE || error->ee_type == ICMP6_PARAMETER;
    default:
        return false;
    }
}

/* The next error: 1 with the peer it is about, 0 when it is of no interest, -1 when there is none. */
static int next_error(const sira_host_socket *socket, sira_endpoint *peer)
{
    uv_os_fd_t fd;
    struct sockaddr_storage address = {0};
    union {
        struct cmsghdr header; /* for its alignment */
        char bytes[256];
    } control;
    struct msghdr message = {
        .msg_name = &address, .msg_namelen = sizeof address, .msg_control = &control, .msg_controllen = sizeof control};
    if (uv_fileno((const uv_handle_t *)&socket->handle, &fd) != 0 ||
        recvmsg(fd, &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
        return -1;
    struct sock_extended_err error;
    const struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (header == NULL || header->cmsg_len < CMSG_LEN(sizeof error))
        return 0;
    bool expected = (header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_RECVERR) ||
                    (header->cmsg_level == IPPROTO_IPV6 && header->cmsg_type == IPV6_RECVERR);
    memcpy(&error, CMSG_DATA(header), sizeof error);
    return expected && means_unreachable(&error) &&
           sira_i_sockaddr_read((const struct sockaddr *)&address, peer) == SIRA_OK;
}

void sira_i_host_errors_take(sira_host_socket *socket)
{
    sira_host *host = socket->host;
    for (int i = 0; i < ERRORS_AT_ONCE && socket->open; i++) {
        sira_flow flow = {.remote = {.transport = SIRA_TRANSPORT_UDP}, .id = socket->bound.family};
        int found = next_error(socket, &flow.remote);
        if (found < 0)
            return;
        flow.local = socket->bound;
        if (found > 0)
            sira_agent_flow_down(&host->agent, &flow, sira_host_now(host));
    }
}

#else

void sira_i_host_errors_enable(const sira_host_socket *socket)
{
    (void)socket;
}

void sira_i_host_errors_take(sira_host_socket *socket)
{
    (void)socket;
}

#endif
