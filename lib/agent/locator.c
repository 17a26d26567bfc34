#include "agent/locator.h"

#include "agent/config.h"
#include "agent/flow.h"
#include "agent/server.h"
#include "base/random.h"
#include "location/targets.h"

#include <sira/detail/agent.h>

#include <string.h>

/* ---- a list of addresses ---- */

/* Transport and port of an address that says nothing of them: those of the URI. */
static sira_endpoint defaults_of(const sira_locator *locator, const sira_uri *uri, uint32_t kinds)
{
    sira_location location = locator->location;
    sira_uri numeric = *uri;
    size_t count;
    numeric.host = SIRA_STR("127.0.0.1");
    (void)sira_location_aim(&location, &numeric, kinds);
    (void)sira_location_start(&location, 0, 0);
    return sira_location_targets(&location, &count)[0];
}

static sira_status take_list(sira_server *server, const sira_endpoint *defaults, sira_diag *diag)
{
    const sira_str list = server->config.locator->config.addresses;
    sira_endpoint targets[SIRA_LIMIT_TARGETS];
    size_t count = 0;
    for (size_t at = 0; at < list.len;) {
        size_t end = at;
        while (end < list.len && list.at[end] != ' ')
            end++;
        if (end > at) {
            sira_endpoint target = *defaults;
            if (count == SIRA_LIMIT_TARGETS ||
                sira_endpoint_from_text((sira_str){list.at + at, end - at}, defaults->port, &target) != SIRA_OK)
                return sira_i_config_refuse(diag, "addresses", "at most 8 numeric addresses with blanks between them");
            targets[count++] = target;
        }
        at = end + 1;
    }
    if (count == 0)
        return sira_i_config_refuse(diag, "addresses", "at least one numeric address");
    (void)sira_i_targets_set(&server->targets, targets, count, server->agent->now);
    server->config.locator->found_until = SIRA_NEVER;
    return SIRA_OK;
}

/* ---- what DNS says ---- */

/* RFC 8767: an answer with a hole in it does not replace a good one. */
static void settle(sira_server *server, sira_status status)
{
    sira_locator *locator = server->config.locator;
    size_t count;
    const sira_endpoint *found = sira_location_targets(&locator->location, &count);
    const uint32_t ttl = sira_location_ttl(&locator->location);
    locator->is_asking = false;
    locator->found_until = ttl != 0 ? server->agent->now + 1000u * (uint64_t)ttl : SIRA_NEVER;
    if (status == SIRA_OK && (server->targets.count == 0 || !sira_location_is_doubtful(&locator->location)))
        sira_i_server_take_targets(server, found, count);
}

/* Makes all queries that can be made now. */
static sira_status ask(sira_server *server)
{
    sira_location *location = &server->config.locator->location;
    const sira_resolver *resolver = &server->agent->config.resolver;
    sira_location_query query;
    sira_status status = SIRA_MORE;
    while (status == SIRA_MORE && sira_location_next(location, &query) == SIRA_OK)
        if (resolver->query(resolver->context, query.ticket, query.name, query.type) != SIRA_OK)
            status =
                sira_location_answer(location, &(sira_dns_answer){.ticket = query.ticket, .result = SIRA_DNS_FAILED});
    return status;
}

static sira_status begin(sira_server *server)
{
    sira_locator *locator = server->config.locator;
    sira_agent *agent = server->agent;
    if (!locator->has_drawn) {
        sira_status status = sira_i_random_fill(&agent->random, &locator->random, sizeof locator->random);
        if (status != SIRA_OK)
            return status;
        locator->has_drawn = true;
    }
    locator->is_asking = true;
    sira_status status = sira_location_start(&locator->location, agent->ticket, locator->random);
    agent->ticket += SIRA_LIMIT_QUERIES;
    return status == SIRA_MORE ? ask(server) : status;
}

static sira_status locate(sira_server *server)
{
    sira_locator *locator = server->config.locator;
    if (!locator->is_asking && server->agent->now >= locator->found_until) {
        sira_status status = begin(server);
        if (locator->is_asking && status != SIRA_MORE)
            settle(server, status);
    }
    if (locator->is_asking)
        return SIRA_MORE;
    return server->targets.count != 0 ? SIRA_OK : SIRA_E_RESOLVE;
}

static void answer(sira_server *server, const sira_dns_answer *answer)
{
    sira_locator *locator = server->config.locator;
    if (!locator->is_asking)
        return;
    sira_status status = sira_location_answer(&locator->location, answer);
    if (status == SIRA_MORE)
        status = ask(server);
    if (status == SIRA_MORE || status == SIRA_IDLE)
        return;
    settle(server, status);
    sira_i_server_tell(server, SIRA_I_NEWS_READY, NULL);
}

static void give_up(sira_server *server)
{
    sira_locator *locator = server->config.locator;
    if (locator->is_asking)
        settle(server, sira_location_give_up(&locator->location));
}

/* ---- back to the better one ---- */

/* One request at a time does it. Over UDP all others go on with the present target; a connection has to be given up for
 * it, so nobody else may be using that. */
static void try_better(sira_server *server, sira_claim *claim)
{
    const sira_targets *targets = &server->targets;
    if (server->trier != NULL || !claim->returns || server->flow_state == SIRA_I_FLOW_OPENING)
        return;
    const uint8_t better = sira_i_targets_better(targets, server->agent->now);
    if (better == targets->count)
        return;
    const bool is_apart = targets->list[better].endpoint.transport == SIRA_TRANSPORT_UDP &&
                          targets->list[targets->present].endpoint.transport == SIRA_TRANSPORT_UDP;
    if (!is_apart && server->in_flight > 1)
        return;
    server->trier = claim;
    server->trial = better;
    server->tries_alone = !is_apart;
}

/* ---- the configuration ---- */

static sira_status aim(sira_server *server, const sira_uri *uri, sira_diag *diag)
{
    sira_locator *locator = server->config.locator;
    const uint32_t kinds = server->agent->config.transport.kinds;
    sira_endpoint numeric = {0};
    if (sira_location_aim(&locator->location, uri, kinds) != SIRA_OK)
        return sira_i_config_refuse(diag, "uri", "a transport that the port has");
    const sira_endpoint defaults = defaults_of(locator, uri, kinds);
    server->is_secure = uri->scheme == SIRA_SCHEME_SIPS || kinds == 1u << SIRA_TRANSPORT_TLS ||
                        (locator->location.has_transport && defaults.transport == SIRA_TRANSPORT_TLS);
    if (locator->config.addresses.len != 0)
        return take_list(server, &defaults, diag);
    if (sira_endpoint_from_host(uri->host, &numeric) == SIRA_OK || server->agent->config.resolver.query != NULL)
        return SIRA_OK;
    (void)sira_i_config_refuse(diag, "uri", "a numeric address, because the agent has no resolver");
    return SIRA_E_RESOLVE;
}

void sira_locator_config_init(sira_locator_config *config)
{
    *config = (sira_locator_config){.size = sizeof *config};
}

sira_status sira_locator_init(sira_locator *locator, const sira_locator_config *config, sira_diag *diag)
{
    static const sira_locator_functions functions = {aim, locate, give_up, answer, try_better};
    sira_locator_config checked;
    sira_location_config location;
    sira_locator_config_init(&checked);
    if (config != NULL)
        checked = *config;
    sira_status status = sira_i_config_size(checked.size, sizeof checked, diag);
    if (status != SIRA_OK)
        return status;
    sira_location_config_init(&location);
    location.families = checked.families;
    location.streams_first = checked.streams_first;
    memset(locator, 0, sizeof *locator);
    locator->functions = &functions;
    locator->config = checked;
    return sira_location_init(&locator->location, &location);
}
