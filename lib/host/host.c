/* The host: one loop, one agent, and the plug points between them. */
#include "host/stream.h"
#ifdef SIRA_WITH_DNS
#include "host/dns.h"
#endif
#ifdef SIRA_WITH_TLS
#include "host/tls.h"
#endif

#include <signal.h>
#include <stdlib.h>
#include <string.h>

void sira_host_config_init(sira_host_config *config)
{
    *config = (sira_host_config){.size = sizeof *config};
}

static sira_status refuse(sira_diag *diag, sira_status status, const char *field, const char *expected)
{
    *diag = (sira_diag){.field = field, .expected = expected, .reason = ""};
    return status;
}

/* ---- timer ---- */

static void on_timer(uv_timer_t *timer)
{
    sira_host *host = timer->data;
    sira_agent_tick(&host->agent, sira_host_now(host));
}

static void arm(void *context, uint64_t deadline)
{
    sira_host *host = context;
    if (host->loop == NULL)
        return;
    if (deadline == SIRA_NEVER) {
        (void)uv_timer_stop(&host->timer);
        return;
    }
    uint64_t now = uv_now(host->loop); /* libuv counts from here */
    (void)uv_timer_start(&host->timer, on_timer, deadline > now ? deadline - now : 0, 0);
}

/* ---- transport ---- */

static sira_status open_flow(void *context, const sira_endpoint *remote, sira_str name, sira_flow *flow)
{
    sira_host *host = context;
    if (host->loop == NULL)
        return SIRA_E_TRANSPORT;
    if (remote->transport == SIRA_TRANSPORT_UDP)
        return sira_i_host_socket_flow(host, remote, flow);
    return sira_i_stream_open(host, remote, name, flow);
}

static sira_status send_bytes(void *context, const sira_flow *flow, sira_str bytes)
{
    sira_host *host = context;
    if (host->loop == NULL)
        return SIRA_E_TRANSPORT;
    if (flow->remote.transport == SIRA_TRANSPORT_UDP)
        return sira_i_host_socket_send(host, flow, bytes);
    return sira_i_stream_send(host, flow, bytes);
}

static void close_flow(void *context, const sira_flow *flow)
{
    sira_host *host = context;
    if (host->loop != NULL && flow->remote.transport != SIRA_TRANSPORT_UDP)
        sira_i_stream_close(host, flow);
}

static sira_transport transport_of(sira_host *host)
{
    const uint32_t tls = host->has_tls ? 1u << SIRA_TRANSPORT_TLS : 0;
    return (sira_transport){.context = host,
                            .kinds = 1u << SIRA_TRANSPORT_UDP | 1u << SIRA_TRANSPORT_TCP | tls,
                            .open = open_flow,
                            .send = send_bytes,
                            .close = close_flow};
}

/* ---- opening ---- */

#define CONNECTIONS_MAX 30000u /* of each kind: their numbers have 16 bits */

static void set_default(uint32_t *field, uint32_t value)
{
    if (*field == 0)
        *field = value;
}

/* Fills in the bounds of connections. */
static sira_status take_bounds(sira_host *host, const sira_host_config *config, sira_diag *diag)
{
    sira_host_config *own = &host->config;
    *own = *config;
    set_default(&own->max_connections, 64);
    set_default(&own->max_accepted, 256);
    set_default(&own->max_accepted_per_peer, 16);
    set_default(&own->max_message, 16384);
    set_default(&own->max_unsent, 65536);
    set_default(&own->connect_timeout, 10000);
    set_default(&own->message_timeout, 20000);
    set_default(&own->idle_timeout, 3600000);
    if (own->max_connections > CONNECTIONS_MAX)
        return refuse(diag, SIRA_E_CONFIG, "max_connections", "at most 30000");
    if (own->max_accepted > CONNECTIONS_MAX)
        return refuse(diag, SIRA_E_CONFIG, "max_accepted", "at most 30000");
    if (own->max_message < 1024 || own->max_message > 65536)
        return refuse(diag, SIRA_E_CONFIG, "max_message", "1024 to 65536");
    return SIRA_OK;
}

/* libuv writes to a connection that its peer has closed, and the signal would end the program that did not think of
 * it. */
static void survive_broken_pipes(void)
{
    struct sigaction present;
    if (sigaction(SIGPIPE, NULL, &present) == 0 && present.sa_handler == SIG_DFL)
        (void)signal(SIGPIPE, SIG_IGN);
}

static sira_status take_tls(sira_host *host, const sira_host_config *config, sira_diag *diag)
{
    if (config->tls_provider != NULL) {
        host->tls = *config->tls_provider;
        host->has_tls = true;
    }
#ifdef SIRA_WITH_TLS
    if (!host->has_tls) {
        sira_status status = sira_i_openssl_open(&config->tls, &host->tls, diag);
        if (status != SIRA_OK)
            return status;
        host->has_tls = host->has_openssl = true;
    }
    if (config->listen_tls.len != 0 && host->has_openssl && config->tls.certificate_file.len == 0)
        return refuse(diag, SIRA_E_CONFIG, "tls.certificate_file", "a certificate, because listen_tls needs one");
#endif
    if (config->listen_tls.len != 0 && !host->has_tls)
        return refuse(diag, SIRA_E_CONFIG, "listen_tls", "nothing, because this build has no TLS");
    return SIRA_OK;
}

static sira_status open_dns(sira_host *host, const sira_host_config *config, sira_diag *diag)
{
#ifdef SIRA_WITH_DNS
    (void)config;
    sira_status status = sira_i_dns_open(host);
    if (status == SIRA_OK)
        return SIRA_OK;
    return refuse(diag, status, "dns_servers", "up to 8 numeric addresses, with or without a port");
#else
    (void)host;
    if (config->dns_servers.len != 0)
        return refuse(diag, SIRA_E_CONFIG, "dns_servers", "nothing, because this build has no DNS");
    return SIRA_OK;
#endif
}

static sira_status listen_at(sira_host *host, uint8_t transport, sira_str addresses, sira_diag *diag)
{
    const char *field = transport == SIRA_TRANSPORT_TLS ? "listen_tls" : "listen_tcp";
    sira_status status = sira_i_host_listen(host, transport, addresses);
    if (status == SIRA_E_CONFIG)
        return refuse(diag, status, field, "up to 4 numeric addresses, with or without a port");
    if (status != SIRA_OK)
        return refuse(diag, status, field, "an address of this machine, and a free port");
    return SIRA_OK;
}

typedef struct bind_field {
    const char *name;
    const char *expected;
    const char *any;
    uint8_t family;
} bind_field;

static const bind_field bind_fields[2] = {
    {"bind_ipv4", "an IPv4 address, with or without a port", "0.0.0.0", SIRA_FAMILY_IPV4},
    {"bind_ipv6", "an IPv6 address, with or without a port", "[::]", SIRA_FAMILY_IPV6}};

/* Where the sockets go. One whose address was configured is opened at once, so that a bad address is found at once. */
static sira_status prepare_sockets(sira_host *host, const sira_host_config *config, sira_diag *diag)
{
    const sira_str texts[2] = {config->bind_ipv4, config->bind_ipv6};
    for (size_t i = 0; i < 2; i++) {
        sira_host_socket *socket = &host->sockets[i];
        sira_str text = texts[i].len != 0 ? texts[i] : sira_str_from(bind_fields[i].any);
        socket->host = host;
        if (sira_endpoint_from_text(text, 0, &socket->bound) != SIRA_OK ||
            socket->bound.family != bind_fields[i].family)
            return refuse(diag, SIRA_E_CONFIG, bind_fields[i].name, bind_fields[i].expected);
    }
    for (size_t i = 0; i < 2; i++) {
        if (texts[i].len != 0 && sira_i_host_socket_open(&host->sockets[i]) != SIRA_OK)
            return refuse(diag, SIRA_E_TRANSPORT, bind_fields[i].name, "an address of this machine, and a free port");
    }
    return SIRA_OK;
}

static sira_status make_agent(sira_host *host, const sira_host_config *config, sira_diag *diag)
{
    sira_status status = sira_gcrypt_open(&host->gcrypt);
    if (status != SIRA_OK)
        return status;
    host->has_gcrypt = true;

    sira_agent_config agent;
    sira_agent_config_init(&agent);
    agent.transport = transport_of(host);
#ifdef SIRA_WITH_DNS
    agent.resolver = (sira_resolver){host, sira_i_dns_query};
#endif
    agent.timer = (sira_timer_port){host, arm};
    agent.entropy = sira_gcrypt_entropy(&host->gcrypt);
    agent.hash = sira_gcrypt_hash(&host->gcrypt);
    agent.trace = config->trace;
    agent.on_event = config->on_event;
    agent.on_request = config->on_request;
    agent.user = config->user;
    agent.scratch = host->scratch;
    agent.scratch_size = sizeof host->scratch;
    agent.user_agent = config->user_agent;
    agent.t1 = config->t1;
    agent.t2 = config->t2;
    agent.t4 = config->t4;
    return sira_agent_init(&host->agent, &agent, uv_now(host->loop), diag);
}

static sira_status open_all(sira_host *host, const sira_host_config *config, sira_diag *diag)
{
    if (config->loop == NULL && uv_loop_init(&host->own_loop) != 0)
        return refuse(diag, SIRA_E_TRANSPORT, "loop", "a loop that can be made");
    host->loop = config->loop != NULL ? config->loop : &host->own_loop;
    sira_status status = take_bounds(host, config, diag);
    if (status == SIRA_OK)
        status = take_tls(host, config, diag);
    if (status == SIRA_OK)
        status = make_agent(host, config, diag);
    if (status != SIRA_OK)
        return status;
    survive_broken_pipes();
    if (uv_timer_init(host->loop, &host->timer) != 0)
        return refuse(diag, SIRA_E_TRANSPORT, "loop", "a loop with room for a timer");
    host->timer.data = host;
    host->has_timer = true;
    host->handles++;
    if (sira_i_streams_prepare(host) != SIRA_OK)
        return refuse(diag, SIRA_E_TRANSPORT, "max_connections", "so many that there is memory for their table");
    if (!config->no_network_watch)
        sira_i_changes_watch(host);
    status = open_dns(host, config, diag);
    if (status == SIRA_OK)
        status = prepare_sockets(host, config, diag);
    if (status == SIRA_OK)
        status = listen_at(host, SIRA_TRANSPORT_TCP, config->listen_tcp, diag);
    if (status == SIRA_OK)
        status = listen_at(host, SIRA_TRANSPORT_TLS, config->listen_tls, diag);
    return status;
}

static void free_all(sira_host *host)
{
    free(host->streams);
    host->streams = NULL;
#ifdef SIRA_WITH_DNS
    sira_i_dns_free(host);
#endif
#ifdef SIRA_WITH_TLS
    if (host->has_openssl)
        sira_i_openssl_close(&host->tls);
    host->has_openssl = false;
#endif
}

sira_status sira_host_init(sira_host *host, const sira_host_config *config, sira_diag *diag)
{
    /* What entropy that fails is reported with. */
    sira_diag why = {.field = "gcrypt", .expected = "a Libgcrypt that works", .reason = ""};
    sira_status status;
    memset(host, 0, sizeof *host);
    host->free_all = free_all;
    if (config->size != sizeof *config)
        status = refuse(&why, SIRA_E_CONFIG, "size", "a config filled by sira_host_config_init");
    else
        status = open_all(host, config, &why);
    if (status == SIRA_OK)
        return SIRA_OK;
    sira_host_close(host);
    if (diag != NULL)
        *diag = why;
    return status;
}

/* ---- in use ---- */

sira_agent *sira_host_agent(sira_host *host)
{
    return &host->agent;
}

uv_loop_t *sira_host_loop(sira_host *host)
{
    return host->loop;
}

sira_status sira_host_bound(const sira_host *host, sira_family family, sira_endpoint *bound)
{
    for (size_t i = 0; i < 2; i++) {
        if (!host->sockets[i].open || host->sockets[i].bound.family != family)
            continue;
        *bound = host->sockets[i].bound;
        return SIRA_OK;
    }
    return SIRA_IDLE;
}

sira_status sira_host_send(sira_host *host, const sira_flow *flow, sira_str bytes)
{
    return send_bytes(host, flow, bytes);
}

int sira_host_run(sira_host *host)
{
    if (host->loop == NULL)
        return 1;
    (void)uv_run(host->loop, UV_RUN_DEFAULT);
    return 0;
}

void sira_host_stop(sira_host *host)
{
    if (host->loop != NULL)
        uv_stop(host->loop);
}

/* ---- closing ---- */

static void on_timer_closed(uv_handle_t *handle)
{
    sira_i_host_released(handle->data);
}

void sira_host_close(sira_host *host)
{
    uv_loop_t *loop = host->loop;
    if (loop == NULL)
        return;
    host->loop = NULL;
    sira_i_host_socket_close(&host->sockets[0]);
    sira_i_host_socket_close(&host->sockets[1]);
#ifdef SIRA_WITH_DNS
    sira_i_dns_close(host);
#endif
    sira_i_changes_ignore(host);
    sira_i_listeners_close(host);
    sira_i_streams_close(host);
    if (host->has_timer)
        uv_close((uv_handle_t *)&host->timer, on_timer_closed);
    host->has_timer = false;
    if (host->handles == 0)
        free_all(host); /* it never came so far */
    if (loop == &host->own_loop) {
        while (host->handles > 0)
            (void)uv_run(loop, UV_RUN_ONCE);
        (void)uv_run(loop, UV_RUN_NOWAIT); /* the program's own handles, if it has just closed them */
        (void)uv_loop_close(loop);
    }
    if (host->has_gcrypt)
        sira_gcrypt_close(&host->gcrypt);
    host->has_gcrypt = false;
}
