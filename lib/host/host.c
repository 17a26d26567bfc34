/* The host: one loop, one agent, and the plug points between them. */
#include "host/host.h"

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

/* ---- opening ---- */

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
    agent.transport = sira_i_host_transport(host);
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
    sira_status status = make_agent(host, config, diag);
    if (status != SIRA_OK)
        return status;
    if (uv_timer_init(host->loop, &host->timer) != 0)
        return refuse(diag, SIRA_E_TRANSPORT, "loop", "a loop with room for a timer");
    host->timer.data = host;
    host->has_timer = true;
    host->handles++;
    return prepare_sockets(host, config, diag);
}

sira_status sira_host_init(sira_host *host, const sira_host_config *config, sira_diag *diag)
{
    /* What entropy that fails is reported with. */
    sira_diag why = {.field = "gcrypt", .expected = "a Libgcrypt that works", .reason = ""};
    sira_status status;
    memset(host, 0, sizeof *host);
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

void sira_host_network_changed(sira_host *host)
{
    for (size_t i = 0; i < 2; i++)
        host->sockets[i].known_peer = (sira_endpoint){0};
    sira_agent_network_changed(&host->agent, sira_host_now(host));
}

uint64_t sira_host_now(sira_host *host)
{
    if (host->loop == NULL)
        return 0;
    uv_update_time(host->loop);
    return uv_now(host->loop);
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
    sira_host *host = handle->data;
    host->handles--;
}

void sira_host_close(sira_host *host)
{
    uv_loop_t *loop = host->loop;
    if (loop == NULL)
        return;
    host->loop = NULL;
    sira_i_host_socket_close(&host->sockets[0]);
    sira_i_host_socket_close(&host->sockets[1]);
    if (host->has_timer)
        uv_close((uv_handle_t *)&host->timer, on_timer_closed);
    host->has_timer = false;
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
