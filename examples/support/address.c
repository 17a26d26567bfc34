#include "support/address.h"

#include <netinet/in.h>
#include <string.h>

sira_endpoint address_read(const struct sockaddr *address)
{
    sira_endpoint endpoint = {.transport = SIRA_TRANSPORT_UDP};
    const struct sockaddr_in *ipv4 = (const struct sockaddr_in *)address;
    const struct sockaddr_in6 *ipv6 = (const struct sockaddr_in6 *)address;
    if (address->sa_family == AF_INET6) {
        endpoint.family = SIRA_FAMILY_IPV6;
        endpoint.port = ntohs(ipv6->sin6_port);
        memcpy(endpoint.address, &ipv6->sin6_addr, 16);
    } else {
        endpoint.family = SIRA_FAMILY_IPV4;
        endpoint.port = ntohs(ipv4->sin_port);
        memcpy(endpoint.address, &ipv4->sin_addr, 4);
    }
    return endpoint;
}

void address_write(const sira_endpoint *endpoint, struct sockaddr_storage *address)
{
    struct sockaddr_in *ipv4 = (struct sockaddr_in *)address;
    struct sockaddr_in6 *ipv6 = (struct sockaddr_in6 *)address;
    memset(address, 0, sizeof *address);
    if (endpoint->family == SIRA_FAMILY_IPV6) {
        ipv6->sin6_family = AF_INET6;
        ipv6->sin6_port = htons(endpoint->port);
        memcpy(&ipv6->sin6_addr, endpoint->address, 16);
    } else {
        ipv4->sin_family = AF_INET;
        ipv4->sin_port = htons(endpoint->port);
        memcpy(&ipv4->sin_addr, endpoint->address, 4);
    }
}
