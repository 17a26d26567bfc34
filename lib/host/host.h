/* What the files of the libuv port know of each other. */
#ifndef SIRA_I_HOST_HOST_H
#define SIRA_I_HOST_HOST_H

#include <sira/host.h>

/* ---- loop.c ---- */

/* libuv has given back one handle; behind the last one of a closed host what the heap holds is freed. */
void sira_i_host_released(sira_host *host);

/* ---- address.c ---- */

/* SIRA_OK, or SIRA_E_UNSUPPORTED when the family is none that has a sockaddr. */
sira_status sira_i_sockaddr_from(const sira_endpoint *endpoint, struct sockaddr_storage *address);

/* Reads family, address and port; the transport stays. SIRA_OK or SIRA_E_UNSUPPORTED. */
sira_status sira_i_sockaddr_read(const struct sockaddr *address, sira_endpoint *endpoint);

/* The address that a peer sees us under: what the kernel would send from. Sends nothing. SIRA_OK; SIRA_E_TRANSPORT:
 * there is no way to the peer; SIRA_E_UNSUPPORTED: it is of another family than these two. */
sira_status sira_i_local_address(const sira_endpoint *remote, sira_endpoint *local);

/* ---- udp.c ---- */

/* Binds the socket and starts to receive. SIRA_OK or SIRA_E_TRANSPORT. */
sira_status sira_i_host_socket_open(sira_host_socket *socket);
void sira_i_host_socket_close(sira_host_socket *socket);

/* The agent's plug point for UDP; see sira_transport. */
sira_status sira_i_host_socket_flow(sira_host *host, const sira_endpoint *remote, sira_flow *flow);
sira_status sira_i_host_socket_send(sira_host *host, const sira_flow *flow, sira_str bytes);

/* ---- listen.c ---- */

/* Accepts connections at each address of a list. SIRA_OK; SIRA_E_CONFIG: they can't be read, or are too many;
 * SIRA_E_TRANSPORT: one can't be bound. */
sira_status sira_i_host_listen(sira_host *host, uint8_t transport, sira_str addresses);
void sira_i_listeners_close(sira_host *host);

/* ---- changes.c ---- */

/* Watches for another address of ours, from now on until it is ignored. Where the system can't tell, nothing happens.
 */
void sira_i_changes_watch(sira_host *host);
void sira_i_changes_ignore(sira_host *host);

/* ---- icmp.c ---- */

/* Asks the system for the ICMP errors of a socket, where it can tell which peer they are about. */
void sira_i_host_errors_enable(const sira_host_socket *socket);

/* Tells the agent of the errors that came in. */
void sira_i_host_errors_take(sira_host_socket *socket);

#endif
