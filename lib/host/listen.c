/* The server role: where connections are accepted. */
#include "host/stream.h"

#include <string.h>

#define BACKLOG 128

static void on_connection(uv_stream_t *handle, int result)
{
    sira_host_listener *listener = handle->data;
    if (result == 0 && listener->open && listener->host->loop != NULL)
        sira_i_stream_accept(listener);
}

static void on_listener_closed(uv_handle_t *handle)
{
    sira_host_listener *listener = handle->data;
    sira_i_host_released(listener->host);
}

static int bind_listener(sira_host_listener *listener)
{
    struct sockaddr_storage address;
    int length = sizeof address;
    unsigned flags = listener->bound.family == SIRA_FAMILY_IPV6 ? UV_TCP_IPV6ONLY : 0;
    if (sira_i_sockaddr_from(&listener->bound, &address) != SIRA_OK)
        return UV_EINVAL;
    int result = uv_tcp_bind(&listener->handle, (const struct sockaddr *)&address, flags);
    if (result == 0)
        result = uv_listen((uv_stream_t *)&listener->handle, BACKLOG, on_connection);
    if (result == 0)
        result = uv_tcp_getsockname(&listener->handle, (struct sockaddr *)&address, &length);
    if (result == 0)
        (void)sira_i_sockaddr_read((const struct sockaddr *)&address, &listener->bound);
    return result;
}

/* The next word of a list with blanks between; empty: the end. */
static sira_str next_word(sira_str *list)
{
    while (list->len != 0 && *list->at == ' ')
        *list = (sira_str){list->at + 1, list->len - 1};
    const char *blank = list->len != 0 ? memchr(list->at, ' ', list->len) : NULL;
    sira_str word = {list->at, blank != NULL ? (size_t)(blank - list->at) : list->len};
    if (word.len != 0)
        *list = (sira_str){list->at + word.len, list->len - word.len};
    return word;
}

sira_status sira_i_host_listen(sira_host *host, uint8_t transport, sira_str addresses)
{
    const size_t end = host->listener_count + SIRA_HOST_LISTENERS / 2;
    for (sira_str word; (word = next_word(&addresses)).len != 0;) {
        sira_endpoint at = {.transport = transport};
        if (host->listener_count == end ||
            sira_endpoint_from_text(word, transport == SIRA_TRANSPORT_TLS ? 5061 : 5060, &at) != SIRA_OK)
            return SIRA_E_CONFIG;
        sira_host_listener *listener = &host->listeners[host->listener_count];
        if (uv_tcp_init(host->loop, &listener->handle) != 0)
            return SIRA_E_TRANSPORT;
        host->listener_count++;
        host->handles++;
        listener->handle.data = listener;
        listener->host = host;
        listener->bound = at;
        listener->open = true;
        if (bind_listener(listener) != 0)
            return SIRA_E_TRANSPORT;
    }
    return SIRA_OK;
}

void sira_i_listeners_close(sira_host *host)
{
    for (size_t i = 0; i < host->listener_count; i++) {
        if (host->listeners[i].open)
            uv_close((uv_handle_t *)&host->listeners[i].handle, on_listener_closed);
        host->listeners[i].open = false;
    }
}

sira_status sira_host_listening(const sira_host *host, size_t index, sira_endpoint *bound)
{
    if (index >= host->listener_count || !host->listeners[index].open)
        return SIRA_IDLE;
    *bound = host->listeners[index].bound;
    return SIRA_OK;
}
