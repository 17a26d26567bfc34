#include "agent/server.h"

#include "agent/config.h"
#include "agent/flow.h"
#include "base/list.h"

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
    sira_endpoint *target = &server->targets[0];
    if (transport_of(uri, &target->transport) != SIRA_OK ||
        (server->agent->config.transport.kinds & 1u << target->transport) == 0)
        return sira_i_config_refuse(diag, "uri", "a transport that the port has");
    target->port = uri->port != 0 ? uri->port : (target->transport == SIRA_TRANSPORT_TLS ? 5061 : 5060);
    server->host = uri->host;
    if (sira_endpoint_from_host(uri->host, target) == SIRA_OK) {
        server->target_count = 1;
        server->resolved_until = SIRA_NEVER;
        return SIRA_OK;
    }
    if (server->agent->config.resolver.query == NULL) {
        (void)sira_i_config_refuse(diag, "uri", "a numeric address, because the agent has no resolver");
        return SIRA_E_RESOLVE;
    }
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
    status = set_target(server, &uri, diag);
    if (status != SIRA_OK)
        return status;
    sira_i_list_init(&server->claims);
    sira_i_list_init(&server->queue);
    sira_i_list_append(&agent->servers, &server->in_agent);
    return SIRA_OK;
}

static void tell_all(sira_server *server, sira_i_news news, const sira_flow *flow)
{
    for (sira_link *link = server->claims.next; link != &server->claims; link = link->next) {
        sira_claim *claim = SIRA_I_OWNER(link, sira_claim, in_server);
        claim->told(claim, news, flow);
    }
}

/* ---- where: names to addresses ---- */

static sira_status query(sira_server *server, sira_dns_type type)
{
    const sira_resolver *resolver = &server->agent->config.resolver;
    if (++server->agent->ticket == 0)
        server->agent->ticket = 1;
    server->ticket = server->agent->ticket;
    server->dns_type = (uint16_t)type;
    sira_status status = resolver->query(resolver->context, server->ticket, server->host, type);
    if (status != SIRA_OK)
        server->ticket = 0;
    return status;
}

static sira_status locate(sira_server *server)
{
    const sira_status known = server->target_count != 0 ? SIRA_OK : SIRA_E_RESOLVE;
    if (server->agent->now < server->resolved_until)
        return known;
    if (server->ticket != 0 || query(server, SIRA_DNS_A) == SIRA_OK)
        return SIRA_MORE;
    return known;
}

/* The index of a target; target_count when it is none. */
static uint8_t target_of(const sira_server *server, const sira_endpoint *remote)
{
    uint8_t i = 0;
    while (i < server->target_count && !sira_endpoint_equal(&server->targets[i], remote))
        i++;
    return i;
}

static void take_addresses(sira_server *server, const sira_dns_answer *answer)
{
    const sira_server before = *server;
    const sira_endpoint present = server->targets[server->target];
    uint32_t ttl = UINT32_MAX;
    server->target_count = 0;
    for (size_t i = 0; i < answer->count && server->target_count < SIRA_LIMIT_TARGETS; i++) {
        sira_endpoint *target = &server->targets[server->target_count++];
        *target = answer->records[i].endpoint;
        target->transport = present.transport;
        target->port = present.port;
        uint8_t known = target_of(&before, target);
        server->rests_until[server->target_count - 1u] = known < before.target_count ? before.rests_until[known] : 0;
        ttl = answer->records[i].ttl < ttl ? answer->records[i].ttl : ttl;
    }
    server->resolved_until = server->agent->now + 1000u * (uint64_t)ttl;
    /* A target stays until it fails or is none any more. */
    server->target = target_of(server, &present);
    if (server->target == server->target_count) {
        sira_i_flow_close(server);
        server->target = 0;
    }
}

void sira_i_server_located(sira_server *server, const void *news)
{
    const sira_dns_answer *answer = news;
    if (server->ticket == 0 || server->ticket != answer->ticket)
        return;
    server->ticket = 0;
    if (answer->count == 0 && server->dns_type == SIRA_DNS_A && query(server, SIRA_DNS_AAAA) == SIRA_OK)
        return;
    /* An old answer is better than none (RFC 8767 2): the addresses that worked before stay when the name can't be
     * looked up now. */
    if (answer->count != 0)
        take_addresses(server, answer);
    else
        server->resolved_until = server->agent->now + SIRA_I_RESOLVE_AGAIN;
    tell_all(server, SIRA_I_NEWS_READY, NULL);
}

/* ---- how: flows ---- */

static void next_target(sira_server *server)
{
    sira_i_flow_close(server);
    server->target = (uint8_t)((server->target + 1u) % server->target_count);
}

static sira_status connect_flow(sira_server *server)
{
    sira_status status = sira_i_flow_open(server);
    if (status != SIRA_OK && status != SIRA_MORE)
        next_target(server);
    return status;
}

void sira_i_server_flow_up(sira_server *server, const void *flow)
{
    if (sira_i_flow_up(server, flow))
        tell_all(server, SIRA_I_NEWS_READY, flow);
}

void sira_i_server_flow_down(sira_server *server, const void *flow)
{
    if (!sira_i_flow_down(server, flow))
        return;
    next_target(server);
    server->why = SIRA_E_TRANSPORT;
    server->agent->why_of = server;
    tell_all(server, SIRA_I_NEWS_FLOW_DOWN, flow);
}

void sira_i_server_flow_failed(sira_server *server, const sira_flow *flow, sira_status why)
{
    if (server->flow_state != SIRA_I_FLOW_NONE && sira_i_flow_equal(&server->flow, flow))
        next_target(server);
    server->why = (int16_t)why;
    tell_all(server, SIRA_I_NEWS_FLOW_DOWN, flow);
}

/* Goes to the next target that may be asked; false: all of them rest. */
static bool leave_resting(sira_server *server)
{
    for (uint8_t i = 0; i < server->target_count; i++) {
        uint8_t target = (uint8_t)((server->target + i) % server->target_count);
        if (server->rests_until[target] > server->agent->now)
            continue;
        if (target != server->target)
            sira_i_flow_close(server);
        server->target = target;
        return true;
    }
    return false;
}

bool sira_i_server_target_failed(sira_server *server, const sira_flow *flow, uint64_t rests_until)
{
    uint8_t failed = target_of(server, &flow->remote);
    if (failed < server->target_count && server->rests_until[failed] < rests_until)
        server->rests_until[failed] = rests_until;
    /* Only the first of many requests that failed on the same flow moves the server on. */
    if (server->flow_state != SIRA_I_FLOW_NONE && sira_i_flow_equal(&server->flow, flow)) {
        next_target(server);
        /* Whoever is registered on a connection that was closed can't be reached any more. */
        server->why = SIRA_E_TIMEOUT;
        if (flow->remote.transport != SIRA_TRANSPORT_UDP)
            tell_all(server, SIRA_I_NEWS_FLOW_DOWN, flow);
    }
    return server->target_count > 1 && leave_resting(server);
}

void sira_i_server_prefer(sira_server *server, const sira_endpoint *target)
{
    const uint8_t preferred = target_of(server, target);
    if (preferred < server->target_count && server->flow_state == SIRA_I_FLOW_NONE)
        server->target = preferred;
}

uint64_t sira_i_server_rests_until(const sira_server *server)
{
    uint64_t first = SIRA_NEVER;
    for (uint8_t i = 0; i < server->target_count; i++)
        first = server->rests_until[i] < first ? server->rests_until[i] : first;
    return first;
}

void sira_i_server_network_changed(sira_server *server, const void *nothing)
{
    (void)nothing;
    if (server->targets[0].transport != SIRA_TRANSPORT_UDP)
        return;
    sira_i_flow_close(server);
    server->why = SIRA_E_TRANSPORT;
    tell_all(server, SIRA_I_NEWS_NETWORK_CHANGED, NULL);
}

void sira_i_server_remapped(sira_server *server)
{
    sira_i_flow_close(server);
    server->why = SIRA_E_REMAPPED;
    tell_all(server, SIRA_I_NEWS_NETWORK_CHANGED, NULL);
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
    server->ticket = 0;
    if (server->flow_state == SIRA_I_FLOW_OPENING)
        next_target(server);
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

static sira_status take_turn(sira_server *server, sira_claim *claim)
{
    if (claim->has_turn)
        return SIRA_OK;
    if (server->in_flight < server->config.max_in_flight && sira_i_list_empty(&server->queue)) {
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
    if (!claim->has_turn)
        return;
    claim->has_turn = false;
    server->in_flight--;
    if (sira_i_list_empty(&server->queue))
        return;
    sira_claim *next = SIRA_I_OWNER(server->queue.next, sira_claim, in_queue);
    sira_i_list_remove(&next->in_queue);
    give_turn(server, next);
    next->told(next, SIRA_I_NEWS_READY, NULL);
}

sira_status sira_i_server_prepare(sira_server *server, sira_claim *claim, bool insists, sira_i_phase *phase)
{
    *phase = SIRA_I_PHASE_LOCATING;
    sira_status status = locate(server);
    if (status != SIRA_OK)
        return status;
    if (!leave_resting(server) && !insists)
        return SIRA_IDLE;
    *phase = SIRA_I_PHASE_QUEUED;
    status = take_turn(server, claim);
    if (status != SIRA_OK)
        return status;
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
