/* UDP through libuv: one socket for IPv4 and one for IPv6, neither of them connected, because a registrar may well send
 * calls from another address than the one that took the registration. */
#include "host/host.h"

#include <string.h>

static sira_host_socket *socket_for(sira_host *host, uint8_t family)
{
    switch (family) {
    case SIRA_FAMILY_IPV4:
        return &host->sockets[0];
    case SIRA_FAMILY_IPV6:
        return &host->sockets[1];
    default:
        return NULL;
    }
}

static uint32_t id_of(const sira_host_socket *socket)
{
    return socket == &socket->host->sockets[0] ? 4 : 6;
}

static bool is_any(const sira_endpoint *endpoint)
{
    static const uint8_t any[16] = {0};
    return memcmp(endpoint->address, any, sizeof any) == 0;
}

static bool same_host(const sira_endpoint *a, const sira_endpoint *b)
{
    return a->family == b->family && memcmp(a->address, b->address, sizeof a->address) == 0;
}

/* ms for which an answer of the system's is good: routes and addresses change. */
#define KNOWN_FOR 1000u

/* What this peer sees of us. The last answer is kept for a moment, for those who are sent many messages. */
static sira_status local_towards(sira_host_socket *socket, const sira_endpoint *remote, sira_endpoint *local)
{
    if (!is_any(&socket->bound)) {
        *local = socket->bound;
        return SIRA_OK;
    }
    uint64_t now = uv_now(socket->host->loop);
    if (!same_host(&socket->known_peer, remote) || now - socket->known_at >= KNOWN_FOR) {
        sira_endpoint found = {.transport = SIRA_TRANSPORT_UDP};
        sira_status status = sira_i_local_address(remote, &found);
        if (status != SIRA_OK)
            return status;
        socket->known_local = found;
        socket->known_peer = *remote;
        socket->known_at = now;
    }
    *local = socket->known_local;
    local->port = socket->bound.port;
    return SIRA_OK;
}

/* ---- in ---- */

static void on_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    sira_host_socket *socket = handle->data;
    (void)suggested;
    *buffer = uv_buf_init(socket->host->received, sizeof socket->host->received);
}

static void take(sira_host_socket *socket, const struct sockaddr *from, size_t length)
{
    sira_host *host = socket->host;
    sira_flow flow = {.remote = {.transport = SIRA_TRANSPORT_UDP}, .id = id_of(socket)};
    if (sira_i_sockaddr_read(from, &flow.remote) != SIRA_OK)
        return;
    if (local_towards(socket, &flow.remote, &flow.local) != SIRA_OK)
        flow.local = socket->bound;
    (void)sira_agent_receive(&host->agent, &flow, (sira_str){host->received, length}, sira_host_now(host));
}

static void on_read(uv_udp_t *handle, ssize_t count, const uv_buf_t *buffer, const struct sockaddr *from,
                    unsigned flags)
{
    sira_host_socket *socket = handle->data;
    (void)buffer;
    if (count < 0 || from == NULL) {
        /* Behind the last datagram this only says that there is no other; alone it means that an error woke us. */
        if (count < 0 || !socket->has_read)
            sira_i_host_errors_take(socket);
        socket->has_read = false;
        return;
    }
    socket->has_read = true;
    if ((flags & UV_UDP_PARTIAL) == 0)
        take(socket, from, (size_t)count);
}

/* ---- sockets ---- */

static int bind_socket(sira_host_socket *socket)
{
    struct sockaddr_storage address;
    int length = sizeof address;
    unsigned flags = socket->bound.family == SIRA_FAMILY_IPV6 ? UV_UDP_IPV6ONLY : 0;
    if (sira_i_sockaddr_from(&socket->bound, &address) != SIRA_OK)
        return UV_EINVAL;
    int result = uv_udp_bind(&socket->handle, (const struct sockaddr *)&address, flags);
    if (result == 0)
        result = uv_udp_getsockname(&socket->handle, (struct sockaddr *)&address, &length);
    if (result == 0 && sira_i_sockaddr_read((const struct sockaddr *)&address, &socket->bound) != SIRA_OK)
        result = UV_EINVAL;
    if (result == 0)
        result = uv_udp_recv_start(&socket->handle, on_buffer, on_read);
    return result;
}

sira_status sira_i_host_socket_open(sira_host_socket *socket)
{
    if (socket->open)
        return SIRA_OK;
    /* One that failed once may be in the middle of its closing. */
    if (socket->handle.data != NULL || uv_udp_init(socket->host->loop, &socket->handle) != 0)
        return SIRA_E_TRANSPORT;
    socket->handle.data = socket;
    socket->host->handles++;
    socket->open = true;
    if (bind_socket(socket) != 0) {
        sira_i_host_socket_close(socket);
        return SIRA_E_TRANSPORT;
    }
    sira_i_host_errors_enable(socket);
    return SIRA_OK;
}

static void on_socket_closed(uv_handle_t *handle)
{
    sira_host_socket *socket = handle->data;
    handle->data = NULL;
    sira_i_host_released(socket->host);
}

void sira_i_host_socket_close(sira_host_socket *socket)
{
    if (!socket->open)
        return;
    socket->open = false;
    uv_close((uv_handle_t *)&socket->handle, on_socket_closed);
}

/* ---- out ---- */

static void on_sent(uv_udp_send_t *request, int result)
{
    sira_host_packet *packet = request->data;
    (void)result; /* it is UDP: the transaction sends it again */
    packet->waiting = false;
}

static sira_status send_later(sira_host_socket *socket, const struct sockaddr *to, sira_str bytes)
{
    sira_host *host = socket->host;
    if (bytes.len > SIRA_HOST_SCRATCH)
        return SIRA_E_TRANSPORT;
    for (size_t i = 0; i < SIRA_HOST_QUEUE; i++) {
        sira_host_packet *packet = &host->queue[i];
        if (packet->waiting)
            continue;
        memcpy(packet->bytes, bytes.at, bytes.len);
        uv_buf_t buffer = uv_buf_init(packet->bytes, (unsigned)bytes.len);
        packet->request.data = packet;
        packet->waiting = uv_udp_send(&packet->request, &socket->handle, &buffer, 1, to, on_sent) == 0;
        return packet->waiting ? SIRA_OK : SIRA_E_TRANSPORT;
    }
    return SIRA_OK; /* as good as lost on the way */
}

sira_status sira_i_host_socket_send(sira_host *host, const sira_flow *flow, sira_str bytes)
{
    sira_host_socket *socket = socket_for(host, flow->remote.family);
    struct sockaddr_storage address;
    const struct sockaddr *to = (const struct sockaddr *)&address;
    if (socket == NULL || !socket->open || sira_i_sockaddr_from(&flow->remote, &address) != SIRA_OK)
        return SIRA_E_TRANSPORT;
    /* libuv takes a plain pointer, and does not write through it. */
    uv_buf_t buffer = uv_buf_init((char *)(uintptr_t)bytes.at, (unsigned)bytes.len);
    int result = uv_udp_try_send(&socket->handle, &buffer, 1, to);
    /* RFC 1122 4.1.3.3: the error of an earlier datagram, maybe to somebody else, is reported by the next call. */
    if (result < 0 && result != UV_EAGAIN)
        result = uv_udp_try_send(&socket->handle, &buffer, 1, to);
    if (result == UV_EAGAIN)
        return send_later(socket, to, bytes);
    return result < 0 ? SIRA_E_TRANSPORT : SIRA_OK;
}

sira_status sira_i_host_socket_flow(sira_host *host, const sira_endpoint *remote, sira_flow *flow)
{
    sira_host_socket *socket = socket_for(host, remote->family);
    if (socket == NULL)
        return SIRA_E_UNSUPPORTED;
    if (sira_i_host_socket_open(socket) != SIRA_OK)
        return SIRA_E_TRANSPORT;
    flow->id = id_of(socket);
    const sira_status status = local_towards(socket, remote, &flow->local);
    if (status == SIRA_OK && is_any(&socket->bound)) {
        socket->told_peer = *remote;
        socket->told_local = flow->local;
    }
    return status;
}
