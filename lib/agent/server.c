#include "agent/server.h"

#include "agent/config.h"
#include "agent/flow.h"
#include "agent/locator.h"
#include "base/list.h"
#include "location/targets.h"

#include <sira/detail/agent.h>

#include <string.h>

#define DEFAULT_IN_FLIGHT 16u

void sira_server_config_init(sira_server_config *config)
{
    *config = (sira_server_config){.size = sizeof *config};
}

/* RFC 3261 19.1.1, 26.2.2: sips means TLS; without a transport parameter a sip URI means UDP here. */
static sira_status transport_of(const sira_uri *uri, uint8_t *transport)
{
    sira_str name;
    if (sira_uri_param(uri, SIRA_STR("transport"), &name) != SIRA_OK)
        *transport = uri->scheme == SIRA_SCHEME_SIPS ? SIRA_TRANSPORT_TLS : SIRA_TRANSPORT_UDP;
    else if (sira_str_equal_nocase(name, SIRA_STR("udp")) && uri->scheme == SIRA_SCHEME_SIP)
        *transport = SIRA_TRANSPORT_UDP;
    else if (sira_str_equal_nocase(name, SIRA_STR("tcp")))
        *transport = uri->scheme == SIRA_SCHEME_SIPS ? SIRA_TRANSPORT_TLS : SIRA_TRANSPORT_TCP;
    else if (sira_str_equal_nocase(name, SIRA_STR("tls")))
        *transport = SIRA_TRANSPORT_TLS;
    else
        return SIRA_E_UNSUPPORTED;
    return SIRA_OK;
}

static sira_status set_target(sira_server *server, const sira_uri *uri, sira_diag *diag)
{
    sira_endpoint target;
    if (transport_of(uri, &target.transport) != SIRA_OK ||
        (server->agent->config.transport.kinds & 1u << target.transport) == 0)
        return sira_i_config_refuse(diag, "uri", "a transport that the port has");
    target.port = uri->port != 0 ? uri->port : (target.transport == SIRA_TRANSPORT_TLS ? 5061 : 5060);
    server->is_secure = target.transport == SIRA_TRANSPORT_TLS;
    if (sira_endpoint_from_host(uri->host, &target) != SIRA_OK) {
        (void)sira_i_config_refuse(diag, "uri", "a numeric address, because there is no locator");
        return SIRA_E_RESOLVE;
    }
    server->targets.list[0].endpoint = target;
    server->targets.count = 1;
    return SIRA_OK;
}

sira_status sira_server_init(sira_server *server, sira_agent *agent, const sira_server_config *config, sira_diag *diag)
{
    sira_uri uri;
    sira_status status = sira_i_config_size(config->size, sizeof *config, diag);
    if (status == SIRA_OK)
        status = sira_i_config_uri(config->uri, "uri", &uri, diag);
    if (status != SIRA_OK)
        return status;
    memset(server, 0, sizeof *server);
    server->agent = agent;
    server->config = *config;
    if (server->config.max_in_flight == 0)
        server->config.max_in_flight = DEFAULT_IN_FLIGHT;
    server->host = uri.host;
    status =
        config->locator != NULL ? config->locator->functions->aim(server, &uri, diag) : set_target(server, &uri, diag);
    if (status != SIRA_OK)
        return status;
    sira_i_list_init(&server->claims);
    sira_i_list_init(&server->queue);
    sira_i_list_append(&agent->servers, &server->in_agent);
    return SIRA_OK;
}

void sira_i_server_tell(sira_server *server, sira_i_news news, const sira_flow *flow)
{
    for (sira_link *link = server->claims.next; link != &server->claims; link = link->next) {
        sira_claim *claim = SIRA_I_OWNER(link, sira_claim, in_server);
        claim->told(claim, news, flow);
    }
}

/* ---- where: targets ---- */

/* The next request goes to this target. Whoever is registered on a connection to another one can't be reached on it any
 * more. */
static void point_to(sira_server *server, uint8_t target)
{
    server->target = target;
    if (server->flow_state == SIRA_I_FLOW_NONE ||
        sira_endpoint_equal(&server->flow.remote, &server->targets.list[target].endpoint))
        return;
    const sira_flow flow = server->flow;
    const bool was_up = server->flow_state == SIRA_I_FLOW_UP;
    sira_i_flow_close(server);
    server->why = SIRA_E_TRANSPORT;
    if (was_up && flow.remote.transport != SIRA_TRANSPORT_UDP)
        sira_i_server_tell(server, SIRA_I_NEWS_FLOW_DOWN, &flow);
}

void sira_i_server_take_targets(sira_server *server, const sira_endpoint *list, size_t count)
{
    server->trier = NULL;
    (void)sira_i_targets_set(&server->targets, list, count, server->agent->now);
    point_to(server, server->targets.present);
}

void sira_i_server_located(sira_server *server, const void *news)
{
    if (server->config.locator != NULL)
        server->config.locator->functions->answer(server, news);
}

uint8_t sira_i_server_widest(const sira_server *server)
{
    if (server->is_secure)
        return SIRA_TRANSPORT_TLS;
    return server->config.locator != NULL ? SIRA_TRANSPORT_TCP : server->targets.list[0].endpoint.transport;
}

static void target_failed(sira_server *server, uint8_t failed)
{
    sira_i_targets_fail(&server->targets, failed, server->agent->now);
    if (server->trier != NULL && failed == server->trial)
        server->trier = NULL;
    if (server->flow_state != SIRA_I_FLOW_NONE &&
        sira_endpoint_equal(&server->flow.remote, &server->targets.list[failed].endpoint))
        sira_i_flow_close(server);
    server->target = server->targets.present;
}

void sira_i_server_target_works(sira_server *server, const sira_claim *claim)
{
    if (server->trier != claim)
        return;
    server->targets.present = server->trial;
    server->trier = NULL;
}

/* ---- how: flows ---- */

static sira_status connect_flow(sira_server *server)
{
    sira_status status = sira_i_flow_open(server);
    if (status != SIRA_OK && status != SIRA_MORE)
        target_failed(server, server->target);
    return status;
}

void sira_i_server_flow_up(sira_server *server, const void *flow)
{
    if (sira_i_flow_up(server, flow))
        sira_i_server_tell(server, SIRA_I_NEWS_READY, flow);
}

void sira_i_server_flow_down(sira_server *server, const void *flow)
{
    if (!sira_i_flow_down(server, flow))
        return;
    target_failed(server, server->target);
    server->why = SIRA_E_TRANSPORT;
    server->agent->why_of = server;
    sira_i_server_tell(server, SIRA_I_NEWS_FLOW_DOWN, flow);
}

void sira_i_server_flow_failed(sira_server *server, const sira_flow *flow, sira_status why)
{
    if (server->flow_state != SIRA_I_FLOW_NONE && sira_i_flow_equal(&server->flow, flow))
        target_failed(server, server->target);
    server->why = (int16_t)why;
    sira_i_server_tell(server, SIRA_I_NEWS_FLOW_DOWN, flow);
}

bool sira_i_server_target_failed(sira_server *server, const sira_flow *flow, uint64_t rests_until)
{
    sira_targets *targets = &server->targets;
    const uint8_t failed = sira_i_targets_find(targets, &flow->remote);
    if (failed == targets->count)
        return sira_i_targets_choose(targets, server->agent->now);
    if (targets->list[failed].barred_until < rests_until)
        targets->list[failed].barred_until = rests_until;
    /* Only the first of many requests that failed on the same flow moves the server on. */
    if ((server->trier != NULL && failed == server->trial) ||
        (server->flow_state != SIRA_I_FLOW_NONE && sira_i_flow_equal(&server->flow, flow))) {
        target_failed(server, failed);
        /* Whoever is registered on a connection that was closed can't be reached any more. */
        server->why = SIRA_E_TIMEOUT;
        if (flow->remote.transport != SIRA_TRANSPORT_UDP)
            sira_i_server_tell(server, SIRA_I_NEWS_FLOW_DOWN, flow);
    }
    return targets->count > 1 && sira_i_targets_choose(targets, server->agent->now);
}

void sira_i_server_prefer(sira_server *server, const sira_endpoint *target)
{
    const uint8_t preferred = sira_i_targets_find(&server->targets, target);
    if (preferred < server->targets.count && server->flow_state == SIRA_I_FLOW_NONE)
        server->targets.present = preferred;
}

uint64_t sira_i_server_rests_until(const sira_server *server)
{
    return sira_i_targets_barred_until(&server->targets);
}

void sira_i_server_remapped(sira_server *server)
{
    sira_i_flow_close(server);
    server->why = SIRA_E_REMAPPED;
    sira_i_server_tell(server, SIRA_I_NEWS_NETWORK_CHANGED, NULL);
}

void sira_i_server_network_changed(sira_server *server, const void *nothing)
{
    (void)nothing;
    if (server->targets.count != 0 && server->targets.list[server->target].endpoint.transport != SIRA_TRANSPORT_UDP)
        return;
    sira_i_server_remapped(server);
}

bool sira_i_server_in_use(const sira_server *server)
{
    for (sira_link *link = server->claims.next; link != &server->claims; link = link->next) {
        const sira_claim *claim = SIRA_I_OWNER(link, sira_claim, in_server);
        if (claim->is_bound || claim->has_turn)
            return true;
    }
    return false;
}

void sira_i_server_give_up(sira_server *server)
{
    if (server->config.locator != NULL)
        server->config.locator->functions->give_up(server);
    if (server->flow_state == SIRA_I_FLOW_OPENING)
        target_failed(server, server->target);
}

/* ---- when: turns ---- */

void sira_i_claim_make(sira_claim *claim, sira_server *server,
                       void (*told)(sira_claim *claim, unsigned news, const sira_flow *flow))
{
    *claim = (sira_claim){.told = told};
    sira_i_list_init(&claim->in_queue);
    sira_i_list_append(&server->claims, &claim->in_server);
}

void sira_i_claim_remove(sira_claim *claim, sira_server *server)
{
    sira_i_server_release(server, claim);
    sira_i_list_remove(&claim->in_server);
}

static void give_turn(sira_server *server, sira_claim *claim)
{
    claim->has_turn = true;
    server->in_flight++;
}

static unsigned turns(const sira_server *server)
{
    return server->trier != NULL && server->tries_alone ? 1 : server->config.max_in_flight;
}

static sira_status take_turn(sira_server *server, sira_claim *claim)
{
    if (claim->has_turn)
        return SIRA_OK;
    if (server->in_flight < turns(server) && sira_i_list_empty(&server->queue)) {
        give_turn(server, claim);
        return SIRA_OK;
    }
    if (sira_i_list_empty(&claim->in_queue))
        sira_i_list_append(&server->queue, &claim->in_queue);
    return SIRA_MORE;
}

void sira_i_server_release(sira_server *server, sira_claim *claim)
{
    sira_i_list_remove(&claim->in_queue);
    if (server->trier == claim)
        server->trier = NULL;
    if (!claim->has_turn)
        return;
    claim->has_turn = false;
    server->in_flight--;
    while (server->in_flight < turns(server) && !sira_i_list_empty(&server->queue)) {
        sira_claim *next = SIRA_I_OWNER(server->queue.next, sira_claim, in_queue);
        sira_i_list_remove(&next->in_queue);
        give_turn(server, next);
        next->told(next, SIRA_I_NEWS_READY, NULL);
    }
}

sira_status sira_i_server_prepare(sira_server *server, sira_claim *claim, bool insists, sira_i_phase *phase)
{
    const sira_locator *locator = server->config.locator;
    sira_status status = SIRA_OK;
    *phase = SIRA_I_PHASE_LOCATING;
    if (locator != NULL)
        status = locator->functions->locate(server);
    if (status != SIRA_OK)
        return status;
    if (!sira_i_targets_choose(&server->targets, server->agent->now) && !insists)
        return SIRA_IDLE;
    *phase = SIRA_I_PHASE_QUEUED;
    status = take_turn(server, claim);
    if (status != SIRA_OK)
        return status;
    if (locator != NULL)
        locator->functions->try_better(server, claim);
    point_to(server, server->trier == claim ? server->trial : server->targets.present);
    *phase = SIRA_I_PHASE_CONNECTING;
    return connect_flow(server);
}

sira_status sira_server_remove(sira_server *server)
{
    if (!sira_i_list_empty(&server->claims) || server->keeper != NULL)
        return SIRA_E_STATE;
    sira_i_flow_close(server);
    sira_i_list_remove(&server->in_agent);
    return SIRA_OK;
}
