/* Endpoints as the socket interface has them. */
#ifndef EXAMPLES_SUPPORT_ADDRESS_H
#define EXAMPLES_SUPPORT_ADDRESS_H

#include <sys/socket.h>

#include <sira/endpoint.h>

/* Of AF_INET or AF_INET6. */
sira_endpoint address_read(const struct sockaddr *address);

void address_write(const sira_endpoint *endpoint, struct sockaddr_storage *address);

#endif
