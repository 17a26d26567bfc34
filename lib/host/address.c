/* Endpoints and what the socket interface makes of them. */
#include "host/host.h"

#include <string.h>
#include <unistd.h>

sira_status sira_i_sockaddr_from(const sira_endpoint *endpoint, struct sockaddr_storage *address)
{
    struct sockaddr_in ipv4 = {.sin_family = AF_INET, .sin_port = htons(endpoint->port)};
    struct sockaddr_in6 ipv6 = {.sin6_family = AF_INET6, .sin6_port = htons(endpoint->port)};
    memset(address, 0, sizeof *address);
    switch (endpoint->family) {
    case SIRA_FAMILY_IPV4:
        memcpy(&ipv4.sin_addr, endpoint->address, sizeof ipv4.sin_addr);
        memcpy(address, &ipv4, sizeof ipv4);
        return SIRA_OK;
    case SIRA_FAMILY_IPV6:
        memcpy(&ipv6.sin6_addr, endpoint->address, sizeof ipv6.sin6_addr);
        memcpy(address, &ipv6, sizeof ipv6);
        return SIRA_OK;
    default:
        return SIRA_E_UNSUPPORTED;
    }
}

sira_status sira_i_sockaddr_read(const struct sockaddr *address, sira_endpoint *endpoint)
{
    struct sockaddr_in ipv4;
    struct sockaddr_in6 ipv6;
    memset(endpoint->address, 0, sizeof endpoint->address);
    switch (address->sa_family) {
    case AF_INET:
        memcpy(&ipv4, address, sizeof ipv4);
        memcpy(endpoint->address, &ipv4.sin_addr, sizeof ipv4.sin_addr);
        endpoint->family = SIRA_FAMILY_IPV4;
        endpoint->port = ntohs(ipv4.sin_port);
        return SIRA_OK;
    case AF_INET6:
        memcpy(&ipv6, address, sizeof ipv6);
        memcpy(endpoint->address, &ipv6.sin6_addr, sizeof ipv6.sin6_addr);
        endpoint->family = SIRA_FAMILY_IPV6;
        endpoint->port = ntohs(ipv6.sin6_port);
        return SIRA_OK;
    default:
        return SIRA_E_UNSUPPORTED;
    }
}

sira_status sira_i_local_address(const sira_endpoint *remote, sira_endpoint *local)
{
    struct sockaddr_storage address;
    if (sira_i_sockaddr_from(remote, &address) != SIRA_OK)
        return SIRA_E_UNSUPPORTED;
    socklen_t length = address.ss_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
    int probe = socket(address.ss_family, SOCK_DGRAM, 0);
    if (probe < 0)
        return SIRA_E_TRANSPORT;
    /* Connecting a datagram socket only looks up the route. */
    sira_status status = SIRA_E_TRANSPORT;
    if (connect(probe, (const struct sockaddr *)&address, length) == 0) {
        length = sizeof address;
        if (getsockname(probe, (struct sockaddr *)&address, &length) == 0)
            status = sira_i_sockaddr_read((const struct sockaddr *)&address, local);
    }
    (void)close(probe);
    return status;
}
