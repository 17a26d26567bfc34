#include "support/connections.h"

#include <stdio.h>
#include <string.h>

static void on_trouble(void *user, const sira_flow *flow, const char *text)
{
    char peer[SIRA_ENDPOINT_TEXT] = "?";
    (void)user;
    (void)sira_endpoint_to_text(&flow->remote, peer, sizeof peer);
    fprintf(stderr, "server: %s from %s: %s\n", sira_transport_name((sira_transport_kind)flow->remote.transport), peer,
            text);
}

/* What is malformed was answered by the agent. */
static sira_status on_request(void *user, const sira_message *request, const sira_flow *flow)
{
    connections *self = user;
    const uint64_t now = sira_host_now(&self->host);
    const sira_str reply = registrar_take(self->registrar, flow, request->bytes, now);
    if (reply.len == 0)
        return SIRA_OK;
    if (self->trace.message != NULL)
        self->trace.message(self->trace.context,
                            &(sira_trace_entry){.kind = SIRA_TRACE_SENT, .now = now, .flow = flow, .bytes = reply});
    (void)sira_host_send(&self->host, flow, reply); /* a connection that breaks tells so by itself */
    return SIRA_OK;
}

static void say_where(const connections *self)
{
    sira_endpoint at;
    char text[SIRA_ENDPOINT_TEXT];
    for (size_t i = 0; sira_host_listening(&self->host, i, &at) == SIRA_OK; i++) {
        (void)sira_endpoint_to_text(&at, text, sizeof text);
        printf("listening on %s over %s\n", text, sira_transport_name((sira_transport_kind)at.transport));
    }
}

sira_status connections_open(connections *self, uv_loop_t *loop, const sira_endpoint *udp, sira_diag *diag)
{
    sira_endpoint tls = *udp;
    char tcp_text[SIRA_ENDPOINT_TEXT], tls_text[SIRA_ENDPOINT_TEXT];
    sira_host_config config;
    tls.port = 5061;
    (void)sira_endpoint_to_text(udp, tcp_text, sizeof tcp_text);
    (void)sira_endpoint_to_text(&tls, tls_text, sizeof tls_text);
    sira_host_config_init(&config);
    config.loop = loop;
    config.on_request = on_request;
    config.on_trouble = on_trouble;
    config.user = self;
    config.trace = self->trace;
    config.listen_tcp = sira_str_from(tcp_text);
    if (self->certificate != NULL)
        config.listen_tls = sira_str_from(self->listen_tls != NULL ? self->listen_tls : tls_text);
    config.tls.certificate_file = sira_str_from(self->certificate);
    config.tls.key_file = sira_str_from(self->key != NULL ? self->key : self->certificate);
    config.tls.ca_file = sira_str_from(self->trusted);
    config.tls.require_client_certificates = self->client_certificates;
    config.max_accepted = self->most;
    config.max_accepted_per_peer = self->most_per_address;
    config.message_timeout = 1000u * self->message_timeout;
    config.idle_timeout = 1000u * self->idle_timeout;
    const sira_status status = sira_host_init(&self->host, &config, diag);
    if (status == SIRA_OK)
        say_where(self);
    return status;
}

void connections_close(connections *self)
{
    sira_host_close(&self->host);
}
