/* Connections: TCP through libuv, TLS through a provider in between.
 *
 *   CONNECTING -> SECURING -> OPEN -> DRAINING -> CLOSED      without TLS, and when accepted, a step is left out
 *   any but CLOSED -> CLOSED, by fail, which says why
 *
 * A connection ends in one place, settle, when libuv has given back both of its handles; only there is it freed and the
 * agent told, so nothing here is used after it is gone, and the agent is never called from inside its own callbacks.
 * Each state has one deadline, and the memory of a connection is its block plus what waits to be sent, which has a
 * bound. */
#ifndef _DEFAULT_SOURCE
#define _DEFAULT_SOURCE /* TCP_USER_TIMEOUT */
#endif
#include "host/stream.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Seconds without a byte after which the kernel asks whether the peer is still there, and ms for which bytes may stay
 * without an acknowledgement: a half-open connection is found out whether anything is sent or not. */
#define PROBE_AFTER 30u
#define LOST_AFTER 32000u

/* A message that waits until the peer reads. */
typedef struct unsent {
    uv_write_t request;
    sira_host_stream *stream;
    size_t length;
    char bytes[];
} unsent;

static uint64_t now_of(const sira_host_stream *stream)
{
    return uv_now(stream->host->loop);
}

/* ---- numbers ---- */

/* 4 and 6 are the datagram sockets. */
#define FIRST_ID 8u

static size_t slot_count(const sira_host *host)
{
    return (size_t)host->config.max_connections + host->config.max_accepted;
}

static sira_host_stream *stream_of(const sira_host *host, const sira_flow *flow)
{
    size_t slot = (flow->id & 0xffffu) - FIRST_ID;
    if (host->streams == NULL || slot >= slot_count(host) || host->streams[slot] == NULL)
        return NULL;
    return host->streams[slot]->flow.id == flow->id ? host->streams[slot] : NULL;
}

/* ---- the end ---- */

static void settle(sira_host_stream *stream)
{
    sira_host *host = stream->host;
    host->streams[(stream->flow.id & 0xffffu) - FIRST_ID] = NULL;
    *(stream->accepted ? &host->accepted : &host->opened) -= 1;
    if (host->loop != NULL && stream->reason[0] != '\0' && host->config.on_trouble != NULL)
        host->config.on_trouble(host->config.user, &stream->flow, stream->reason);
    if (host->loop != NULL && stream->is_known)
        sira_agent_flow_lost(&host->agent, &stream->flow, stream->reason[0] != '\0' ? stream->reason : NULL,
                             sira_host_now(host));
    if (stream->session != NULL)
        host->tls.close(stream->session);
    free(stream);
}

static void on_closed(uv_handle_t *handle)
{
    sira_host_stream *stream = handle->data;
    sira_host *host = stream->host;
    if (--stream->handles == 0)
        settle(stream);
    sira_i_host_released(host);
}

static void shut(sira_host_stream *stream)
{
    stream->state = SIRA_I_STREAM_CLOSED;
    uv_close((uv_handle_t *)&stream->handle, on_closed);
    uv_close((uv_handle_t *)&stream->timer, on_closed);
}

/* Closes at once. The first reason stays. */
__attribute__((format(printf, 2, 3))) static void fail(sira_host_stream *stream, const char *format, ...)
{
    va_list arguments;
    if (stream->state == SIRA_I_STREAM_CLOSED)
        return;
    va_start(arguments, format);
    (void)vsnprintf(stream->reason, sizeof stream->reason, format, arguments);
    va_end(arguments);
    shut(stream);
}

/* ---- deadlines ---- */

/* Which bound comes first, and what to say when it is broken. */
static uint64_t deadline(const sira_host_stream *stream, const char **why)
{
    const sira_host_config *config = &stream->host->config;
    uint64_t message = stream->message_at == SIRA_NEVER ? SIRA_NEVER : stream->message_at + config->message_timeout;
    uint64_t stuck = stream->stuck_since == SIRA_NEVER ? SIRA_NEVER : stream->stuck_since + config->message_timeout;
    uint64_t idle = stream->accepted ? stream->heard_at + config->idle_timeout : SIRA_NEVER;
    switch (stream->state) {
    case SIRA_I_STREAM_CONNECTING:
        *why = "no connection in time";
        return stream->began + config->connect_timeout;
    case SIRA_I_STREAM_SECURING:
        *why = "no TLS handshake in time";
        return stream->began + config->connect_timeout;
    case SIRA_I_STREAM_DRAINING:
        *why = "the peer does not read";
        return stream->began + config->message_timeout;
    case SIRA_I_STREAM_OPEN:
        break;
    default:
        return SIRA_NEVER;
    }
    if (stuck <= message && stuck <= idle) {
        *why = "the peer does not read";
        return stuck;
    }
    *why = message <= idle ? (stream->has_heard ? "a message that does not end" : "no message in time")
                           : "nothing has come for too long";
    return message <= idle ? message : idle;
}

static void schedule(sira_host_stream *stream);

static void on_deadline(uv_timer_t *timer)
{
    sira_host_stream *stream = timer->data;
    const char *why = "";
    if (deadline(stream, &why) <= now_of(stream))
        fail(stream, "%s", why);
    else
        schedule(stream);
}

static void schedule(sira_host_stream *stream)
{
    const char *why;
    uint64_t at = deadline(stream, &why);
    if (stream->state == SIRA_I_STREAM_CLOSED)
        return;
    uint64_t now = now_of(stream);
    if (at == SIRA_NEVER)
        (void)uv_timer_stop(&stream->timer);
    else
        (void)uv_timer_start(&stream->timer, on_deadline, at > now ? at - now : 0, 0);
}

/* ---- out ---- */

static void on_written(uv_write_t *request, int result)
{
    unsent *waiting = request->data;
    sira_host_stream *stream = waiting->stream;
    stream->unsent -= waiting->length;
    free(waiting);
    if (stream->state == SIRA_I_STREAM_CLOSED)
        return;
    stream->stuck_since = stream->unsent != 0 ? now_of(stream) : SIRA_NEVER;
    if (result < 0)
        fail(stream, "sending: %s", uv_strerror(result));
    schedule(stream);
}

static sira_status send_later(sira_host_stream *stream, sira_str bytes)
{
    unsent *waiting = NULL;
    if (bytes.len <= stream->host->config.max_unsent - stream->unsent)
        waiting = malloc(sizeof *waiting + bytes.len);
    if (waiting == NULL) {
        fail(stream, "the peer does not read: %zu bytes wait", stream->unsent + bytes.len);
        return SIRA_E_TRANSPORT;
    }
    *waiting = (unsent){.stream = stream, .length = bytes.len};
    memcpy(waiting->bytes, bytes.at, bytes.len);
    waiting->request.data = waiting;
    uv_buf_t buffer = uv_buf_init(waiting->bytes, (unsigned)bytes.len);
    int result = uv_write(&waiting->request, (uv_stream_t *)&stream->handle, &buffer, 1, on_written);
    if (result < 0) {
        free(waiting);
        fail(stream, "sending: %s", uv_strerror(result));
        return SIRA_E_TRANSPORT;
    }
    if (stream->unsent == 0)
        stream->stuck_since = now_of(stream);
    stream->unsent += bytes.len;
    schedule(stream);
    return SIRA_OK;
}

/* Sends bytes as they are. */
static sira_status send_raw(sira_host_stream *stream, sira_str bytes)
{
    if (stream->unsent == 0) {
        /* libuv takes a plain pointer, and does not write through it. */
        uv_buf_t buffer = uv_buf_init((char *)(uintptr_t)bytes.at, (unsigned)bytes.len);
        int sent = uv_try_write((uv_stream_t *)&stream->handle, &buffer, 1);
        if (sent < 0 && sent != UV_EAGAIN) {
            fail(stream, "sending: %s", uv_strerror(sent));
            return SIRA_E_TRANSPORT;
        }
        if (sent > 0)
            bytes = (sira_str){bytes.at + sent, bytes.len - (size_t)sent};
    }
    return bytes.len == 0 ? SIRA_OK : send_later(stream, bytes);
}

/* What the TLS provider wants to tell its peer. */
static sira_status send_session(sira_host_stream *stream)
{
    const sira_tls *tls = &stream->host->tls;
    char bytes[4096];
    size_t length;
    while ((length = tls->take(stream->session, bytes, sizeof bytes)) != 0) {
        if (send_raw(stream, (sira_str){bytes, length}) != SIRA_OK)
            return SIRA_E_TRANSPORT;
    }
    return SIRA_OK;
}

static sira_status send_bytes(sira_host_stream *stream, sira_str bytes)
{
    const sira_tls *tls = &stream->host->tls;
    if (stream->session == NULL)
        return send_raw(stream, bytes);
    if (tls->write(stream->session, bytes) != SIRA_OK) {
        fail(stream, "TLS: %s", tls->why(stream->session));
        return SIRA_E_TRANSPORT;
    }
    return send_session(stream);
}

sira_status sira_i_stream_send(sira_host *host, const sira_flow *flow, sira_str bytes)
{
    sira_host_stream *stream = stream_of(host, flow);
    if (stream == NULL || stream->state != SIRA_I_STREAM_OPEN)
        return SIRA_E_TRANSPORT;
    return send_bytes(stream, bytes);
}

/* ---- in ---- */

static void hand_over(sira_host_stream *stream, const sira_frame *frame)
{
    sira_host *host = stream->host;
    const sira_flow flow = stream->flow;
    sira_str bytes = frame->kind == SIRA_FRAME_PING ? SIRA_STR("\r\n\r\n") : frame->bytes;
    stream->has_heard = true;
    stream->heard_at = now_of(stream);
    stream->message_at = SIRA_NEVER;
    sira_status status = sira_agent_receive(&host->agent, &flow, bytes, sira_host_now(host));
    /* RFC 5626 4.4.1: who accepted the connection answers, unless the agent has. */
    if (frame->kind == SIRA_FRAME_PING && stream->accepted && status == SIRA_IDLE &&
        stream->state == SIRA_I_STREAM_OPEN)
        (void)send_bytes(stream, SIRA_STR("\r\n"));
}

/* Whatever is called in here may close the connection, or the host. */
static void deliver(sira_host_stream *stream)
{
    sira_frame frame;
    sira_diag diag = {.expected = ""};
    sira_status status = SIRA_MORE;
    while (stream->state == SIRA_I_STREAM_OPEN &&
           (status = sira_framer_next(&stream->framer, &frame, &diag)) == SIRA_OK)
        hand_over(stream, &frame);
    if (stream->state != SIRA_I_STREAM_OPEN)
        return;
    if (status != SIRA_MORE)
        fail(stream, "what came is no SIP: expected %s", diag.expected);
    else if (stream->framer.end != stream->framer.start && stream->message_at == SIRA_NEVER)
        stream->message_at = now_of(stream);
    schedule(stream);
}

/* It can be used now. */
static void come_up(sira_host_stream *stream)
{
    stream->state = SIRA_I_STREAM_OPEN;
    stream->heard_at = now_of(stream);
    stream->message_at = stream->accepted ? now_of(stream) : SIRA_NEVER;
    schedule(stream);
    if (!stream->accepted)
        sira_agent_flow_up(&stream->host->agent, &stream->flow, sira_host_now(stream->host));
}

static void take_end(sira_host_stream *stream)
{
    if (stream->state == SIRA_I_STREAM_SECURING)
        fail(stream, "closed by the peer in the TLS handshake");
    else if (stream->framer.end != stream->framer.start)
        fail(stream, "closed by the peer in the middle of a message");
    else if (!stream->accepted)
        fail(stream, "closed by the peer");
    else
        shut(stream); /* as people hang up */
}

static void take_secured(sira_host_stream *stream, sira_str bytes)
{
    const sira_tls *tls = &stream->host->tls;
    sira_status status = tls->put(stream->session, bytes);
    while (status == SIRA_OK) {
        size_t size, length = 0;
        char *space = sira_framer_space(&stream->framer, &size);
        status = tls->read(stream->session, space, size, &length);
        if (send_session(stream) != SIRA_OK)
            return;
        if (stream->state == SIRA_I_STREAM_SECURING && tls->ready(stream->session))
            come_up(stream);
        if (status == SIRA_OK && stream->state == SIRA_I_STREAM_OPEN) {
            sira_framer_added(&stream->framer, length);
            deliver(stream);
        }
        if (stream->state == SIRA_I_STREAM_CLOSED || stream->state == SIRA_I_STREAM_DRAINING)
            return;
    }
    if (status == SIRA_IDLE)
        take_end(stream);
    else if (status != SIRA_MORE)
        fail(stream, "TLS: %s", tls->why(stream->session));
}

static void on_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    sira_host_stream *stream = handle->data;
    size_t size = sizeof stream->host->received;
    char *at = stream->host->received;
    (void)suggested;
    if (stream->session == NULL)
        at = sira_framer_space(&stream->framer, &size);
    *buffer = uv_buf_init(at, (unsigned)size);
}

static void on_read(uv_stream_t *handle, ssize_t count, const uv_buf_t *buffer)
{
    sira_host_stream *stream = handle->data;
    if (count == 0 || stream->state == SIRA_I_STREAM_CLOSED)
        return;
    if (count == UV_EOF) {
        take_end(stream);
    } else if (count < 0) {
        fail(stream, "receiving: %s", uv_strerror((int)count));
    } else if (stream->session != NULL) {
        take_secured(stream, (sira_str){buffer->base, (size_t)count});
    } else {
        sira_framer_added(&stream->framer, (size_t)count);
        deliver(stream);
    }
}

/* ---- making ---- */

static sira_status open_session(sira_host_stream *stream, sira_str name)
{
    sira_host *host = stream->host;
    if (stream->flow.remote.transport != SIRA_TRANSPORT_TLS)
        return SIRA_OK;
    stream->session = host->tls.open(host->tls.context, &(sira_tls_peer){name, stream->flow.remote, stream->accepted});
    return stream->session != NULL ? SIRA_OK : SIRA_E_TRANSPORT;
}

/* NULL: there are as many as there may be, or no memory. */
static sira_host_stream *make(sira_host *host, bool accepted)
{
    size_t first = accepted ? host->config.max_connections : 0;
    size_t end = accepted ? slot_count(host) : host->config.max_connections;
    size_t slot = first;
    while (slot < end && host->streams[slot] != NULL)
        slot++;
    sira_host_stream *stream = slot < end ? calloc(1, sizeof *stream + host->config.max_message) : NULL;
    if (stream == NULL)
        return NULL;
    host->streams[slot] = stream;
    host->generation++;
    stream->host = host;
    stream->accepted = accepted;
    stream->flow.id = host->generation << 16 | (uint32_t)(slot + FIRST_ID);
    stream->message_at = stream->stuck_since = SIRA_NEVER;
    stream->began = stream->heard_at = sira_host_now(host); /* the program may have been busy */
    sira_framer_init(&stream->framer, stream->buffer, host->config.max_message);
    (void)uv_tcp_init(host->loop, &stream->handle);
    (void)uv_timer_init(host->loop, &stream->timer);
    stream->handle.data = stream->timer.data = stream->connect.data = stream->shutdown.data = stream;
    stream->handles = 2;
    host->handles += 2;
    *(accepted ? &host->accepted : &host->opened) += 1;
    return stream;
}

static void watch(sira_host_stream *stream)
{
    (void)uv_tcp_nodelay(&stream->handle, 1);
    (void)uv_tcp_keepalive(&stream->handle, 1, PROBE_AFTER);
#ifdef TCP_USER_TIMEOUT
    uv_os_fd_t fd;
    const unsigned lost_after = LOST_AFTER;
    if (uv_fileno((const uv_handle_t *)&stream->handle, &fd) == 0)
        (void)setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &lost_after, sizeof lost_after);
#endif
}

static void find_local(sira_host_stream *stream)
{
    struct sockaddr_storage address;
    int length = sizeof address;
    stream->flow.local.transport = stream->flow.remote.transport;
    if (uv_tcp_getsockname(&stream->handle, (struct sockaddr *)&address, &length) == 0)
        (void)sira_i_sockaddr_read((const struct sockaddr *)&address, &stream->flow.local);
}

/* The connection is there: TLS comes next, or messages. */
static void begin(sira_host_stream *stream)
{
    watch(stream);
    find_local(stream);
    stream->state = stream->session != NULL ? SIRA_I_STREAM_SECURING : SIRA_I_STREAM_OPEN;
    schedule(stream);
    int result = uv_read_start((uv_stream_t *)&stream->handle, on_buffer, on_read);
    if (result < 0)
        fail(stream, "receiving: %s", uv_strerror(result));
    else if (stream->session != NULL)
        take_secured(stream, SIRA_STR("")); /* what the handshake begins with */
    else
        come_up(stream);
}

/* ---- connections that we open ---- */

static void on_connected(uv_connect_t *request, int result)
{
    sira_host_stream *stream = request->data;
    if (stream->state == SIRA_I_STREAM_CLOSED)
        return;
    if (result < 0)
        fail(stream, "connecting: %s", uv_strerror(result));
    else
        begin(stream);
}

/* From the address that was configured for datagrams, and any port. */
static int bind_local(sira_host_stream *stream)
{
    struct sockaddr_storage address;
    const sira_host *host = stream->host;
    const uint8_t family = stream->flow.remote.family;
    sira_endpoint local = host->sockets[family == SIRA_FAMILY_IPV6].bound;
    sira_str configured = family == SIRA_FAMILY_IPV6 ? host->config.bind_ipv6 : host->config.bind_ipv4;
    local.port = 0;
    if (configured.len == 0 || sira_i_sockaddr_from(&local, &address) != SIRA_OK)
        return 0;
    return uv_tcp_bind(&stream->handle, (const struct sockaddr *)&address,
                       family == SIRA_FAMILY_IPV6 ? UV_TCP_IPV6ONLY : 0);
}

sira_status sira_i_stream_open(sira_host *host, const sira_endpoint *remote, sira_str name, sira_flow *flow)
{
    struct sockaddr_storage address;
    if (sira_i_sockaddr_from(remote, &address) != SIRA_OK ||
        (remote->transport == SIRA_TRANSPORT_TLS && !host->has_tls))
        return SIRA_E_UNSUPPORTED;
    sira_host_stream *stream = make(host, false);
    if (stream == NULL)
        return SIRA_E_TRANSPORT;
    stream->flow.remote = *remote;
    stream->flow.local.transport = remote->transport;
    if (open_session(stream, name) != SIRA_OK) {
        fail(stream, "TLS: no session can be made");
        return SIRA_E_TRANSPORT;
    }
    int result = bind_local(stream);
    if (result == 0)
        result = uv_tcp_connect(&stream->connect, &stream->handle, (const struct sockaddr *)&address, on_connected);
    if (result < 0) {
        fail(stream, "connecting: %s", uv_strerror(result));
        return SIRA_E_TRANSPORT;
    }
    stream->is_known = true;
    schedule(stream);
    flow->id = stream->flow.id;
    return SIRA_MORE;
}

static void on_drained(uv_shutdown_t *request, int result)
{
    sira_host_stream *stream = request->data;
    (void)result;
    if (stream->state != SIRA_I_STREAM_CLOSED)
        shut(stream);
}

/* What waits is still sent, for as long as the peer reads. */
void sira_i_stream_close(sira_host *host, const sira_flow *flow)
{
    sira_host_stream *stream = stream_of(host, flow);
    if (stream == NULL || stream->state == SIRA_I_STREAM_CLOSED) {
        if (stream != NULL)
            stream->is_known = false;
        return;
    }
    stream->is_known = false;
    if (stream->state != SIRA_I_STREAM_OPEN) {
        if (stream->state != SIRA_I_STREAM_DRAINING)
            shut(stream);
        return;
    }
    (void)uv_read_stop((uv_stream_t *)&stream->handle);
    if (stream->session != NULL) {
        host->tls.shut(stream->session);
        if (send_session(stream) != SIRA_OK)
            return;
    }
    stream->state = SIRA_I_STREAM_DRAINING;
    stream->began = now_of(stream);
    schedule(stream);
    if (uv_shutdown(&stream->shutdown, (uv_stream_t *)&stream->handle, on_drained) < 0)
        shut(stream);
}

/* ---- connections that others open ---- */

/* RFC 4291 2.5.4: whoever has one IPv6 address has a whole /64 of them. */
static bool same_peer(const sira_endpoint *a, const sira_endpoint *b)
{
    return a->family == b->family && memcmp(a->address, b->address, a->family == SIRA_FAMILY_IPV6 ? 8 : 4) == 0;
}

static uint32_t count_from(const sira_host *host, const sira_endpoint *peer)
{
    uint32_t count = 0;
    for (size_t i = host->config.max_connections; i < slot_count(host); i++)
        count += host->streams[i] != NULL && host->streams[i]->state != SIRA_I_STREAM_CLOSED &&
                 same_peer(&host->streams[i]->flow.remote, peer);
    return count;
}

static void find_remote(const uv_tcp_t *handle, sira_endpoint *remote)
{
    struct sockaddr_storage address;
    int length = sizeof address;
    if (uv_tcp_getpeername(handle, (struct sockaddr *)&address, &length) == 0)
        (void)sira_i_sockaddr_read((const struct sockaddr *)&address, remote);
}

static void on_refused(uv_handle_t *handle)
{
    sira_host *host = handle->data;
    free(handle);
    sira_i_host_released(host);
}

/* One that is not accepted waits at the listener, and nothing behind it is seen. */
static void refuse(sira_host_listener *listener)
{
    sira_host *host = listener->host;
    sira_flow flow = {.remote = {.transport = listener->bound.transport}, .local = listener->bound};
    uv_tcp_t *handle = malloc(sizeof *handle);
    if (handle == NULL)
        return;
    (void)uv_tcp_init(host->loop, handle);
    handle->data = host;
    host->handles++;
    if (uv_accept((uv_stream_t *)&listener->handle, (uv_stream_t *)handle) == 0)
        find_remote(handle, &flow.remote);
    uv_close((uv_handle_t *)handle, on_refused);
    if (host->config.on_trouble != NULL)
        host->config.on_trouble(host->config.user, &flow, "refused: too many connections");
}

void sira_i_stream_accept(sira_host_listener *listener)
{
    sira_host *host = listener->host;
    sira_host_stream *stream = make(host, true);
    if (stream == NULL) {
        refuse(listener);
        return;
    }
    stream->flow.remote.transport = listener->bound.transport;
    int result = uv_accept((uv_stream_t *)&listener->handle, (uv_stream_t *)&stream->handle);
    if (result < 0) {
        fail(stream, "accepting: %s", uv_strerror(result));
        return;
    }
    find_remote(&stream->handle, &stream->flow.remote);
    if (count_from(host, &stream->flow.remote) > host->config.max_accepted_per_peer) {
        fail(stream, "refused: too many connections from there");
        return;
    }
    if (open_session(stream, (sira_str){0}) != SIRA_OK) {
        fail(stream, "TLS: no session can be made");
        return;
    }
    stream->is_known = true;
    begin(stream);
}

/* ---- all of them ---- */

sira_status sira_i_streams_prepare(sira_host *host)
{
    host->streams = calloc(slot_count(host), sizeof(sira_host_stream *));
    return host->streams != NULL ? SIRA_OK : SIRA_E_TRANSPORT;
}

void sira_i_streams_close(sira_host *host)
{
    for (size_t i = 0; host->streams != NULL && i < slot_count(host); i++) {
        if (host->streams[i] != NULL && host->streams[i]->state != SIRA_I_STREAM_CLOSED)
            shut(host->streams[i]);
    }
}
