/* Keep-alives of one flow (RFC 5626 4.4).
 *
 *     stopped --a registration is accepted on a flow--> waiting --interval--> asked --answer--> waiting
 *     asked --no answer--> waiting, when this peer need not answer; else the flow is given up: stopped
 *     any --the flow is another now, or nobody is registered on it--> stopped
 *
 * One timer: to the next request, to the next copy of one, or to the end of waiting. That the flow has gone is seen
 * when it is due, because whoever is registered on it is told by the server. */
#include "agent/config.h"
#include "agent/flow.h"
#include "agent/port.h"
#include "agent/server.h"
#include "base/random.h"
#include "base/timer.h"

#include <sira/keepalive.h>

#include <string.h>

/* RFC 8489 6.2.1: so many copies of a request, and after the last one 16 times RTO. */
#define COPIES 7u
#define LAST_WAIT 16u

static sira_keepalive *of_timer(sira_timer *timer)
{
    return SIRA_I_OWNER(timer, sira_keepalive, timer);
}

static sira_agent *agent_of(const sira_keepalive *keepalive)
{
    return keepalive->server->agent;
}

static bool is_stream(const sira_keepalive *keepalive)
{
    return keepalive->flow.remote.transport != SIRA_TRANSPORT_UDP;
}

static bool asks_stun(const sira_keepalive *keepalive)
{
    return !is_stream(keepalive) && keepalive->config.udp == SIRA_KEEPALIVE_STUN && !keepalive->has_no_stun;
}

static void post(sira_keepalive *keepalive, sira_keepalive_event_kind kind)
{
    keepalive->pending |= (uint8_t)(1u << kind);
    sira_i_agent_notify(agent_of(keepalive), &keepalive->in_agent);
}

static void deliver(sira_waiter *waiter)
{
    sira_keepalive *keepalive = SIRA_I_OWNER(waiter, sira_keepalive, in_agent);
    const sira_flow flow = keepalive->flow;
    sira_keepalive_event event = {.server = keepalive->server,
                                  .flow = &flow,
                                  .mapped = keepalive->mapped,
                                  .former = keepalive->former,
                                  .is_followed = keepalive->is_followed};
    while ((keepalive->pending & 1u << event.kind) == 0)
        event.kind++;
    keepalive->pending &= (uint8_t) ~(1u << event.kind);
    if (keepalive->pending == 0)
        sira_i_list_remove(&waiter->link);
    if (keepalive->config.on_event != NULL)
        keepalive->config.on_event(keepalive->config.user, &event);
}

static void set_timer(sira_keepalive *keepalive, uint64_t deadline)
{
    sira_i_agent_set_timer(agent_of(keepalive), &keepalive->timer, deadline);
}

static void stop(sira_keepalive *keepalive)
{
    keepalive->is_running = false;
    keepalive->copies = 0;
    set_timer(keepalive, SIRA_NEVER);
}

/* RFC 5626 4.4: what the registrar asks for, else what is usual; and at most what is configured. */
static uint32_t interval_of(const sira_keepalive *keepalive)
{
    const uint32_t configured =
        is_stream(keepalive) ? keepalive->config.stream_interval : keepalive->config.udp_interval;
    uint32_t interval = keepalive->flow_timer;
    if (interval == 0)
        interval = is_stream(keepalive) ? 120 : 29;
    return configured != 0 && (keepalive->flow_timer == 0 || configured < interval) ? configured : interval;
}

/* From the last request on: all of it at most, and not all flows at the same moment. */
static void wait_for_next(sira_keepalive *keepalive)
{
    const uint32_t fifth = 200u * interval_of(keepalive);
    keepalive->copies = 0;
    set_timer(keepalive, keepalive->sent_at + 4u * (uint64_t)fifth +
                             ((uint64_t)fifth * sira_i_agent_draw(agent_of(keepalive)) >> 32));
}

/* ---- out ---- */

/* False: the flow can't carry it, and has been given up. */
static bool send(sira_keepalive *keepalive, sira_str bytes)
{
    const sira_transport *transport = &agent_of(keepalive)->config.transport;
    const sira_flow flow = keepalive->flow;
    if (transport->send(transport->context, &flow, bytes) == SIRA_OK)
        return true;
    stop(keepalive);
    sira_i_server_flow_failed(keepalive->server, &flow, SIRA_E_TRANSPORT);
    return false;
}

static void send_stun(sira_keepalive *keepalive)
{
    const uint64_t rto = agent_of(keepalive)->config.t1;
    uint8_t bytes[SIRA_STUN_REQUEST_SIZE];
    const size_t length = sira_stun_write_request(keepalive->id, bytes);
    if (!send(keepalive, (sira_str){(const char *)bytes, length}))
        return;
    const uint64_t wait = ++keepalive->copies < COPIES ? rto << (keepalive->copies - 1u) : LAST_WAIT * rto;
    set_timer(keepalive, agent_of(keepalive)->now + wait);
}

static void ask(sira_keepalive *keepalive)
{
    sira_agent *agent = agent_of(keepalive);
    keepalive->sent_at = agent->now;
    if (asks_stun(keepalive)) {
        if (sira_i_random_fill(&agent->random, keepalive->id, sizeof keepalive->id) == SIRA_OK)
            send_stun(keepalive);
        else
            wait_for_next(keepalive);
        return;
    }
    if (!send(keepalive, SIRA_STR("\r\n\r\n")))
        return;
    if (!is_stream(keepalive)) {
        wait_for_next(keepalive);
        return;
    }
    keepalive->copies = COPIES;
    set_timer(keepalive, agent->now + keepalive->config.pong_timeout);
}

/* ---- no answer ---- */

/* A peer that was taken for one that answers, and has not done so on this flow, gets no second flow closed. */
static void give_up(sira_keepalive *keepalive)
{
    const sira_flow flow = keepalive->flow;
    keepalive->learned = keepalive->learned && keepalive->has_answered;
    stop(keepalive);
    post(keepalive, SIRA_KEEPALIVE_LOST);
    sira_i_server_flow_failed(keepalive->server, &flow, SIRA_E_KEEPALIVE);
}

static void unanswered(sira_keepalive *keepalive)
{
    if (keepalive->learned || keepalive->promised) {
        give_up(keepalive);
        return;
    }
    if (!is_stream(keepalive)) {
        keepalive->has_no_stun = true;
        post(keepalive, SIRA_KEEPALIVE_UNANSWERED);
        /* It may be long since a packet has opened the NAT. */
        ask(keepalive);
        return;
    }
    wait_for_next(keepalive);
}

static void due(sira_timer *timer)
{
    sira_keepalive *keepalive = of_timer(timer);
    sira_server *server = keepalive->server;
    if (server->flow_state != SIRA_I_FLOW_UP || !sira_i_flow_equal(&server->flow, &keepalive->flow)) {
        stop(keepalive);
    } else if (keepalive->copies == COPIES) {
        unanswered(keepalive);
    } else if (keepalive->copies != 0) {
        send_stun(keepalive);
    } else if (sira_i_server_in_use(server)) {
        ask(keepalive);
    } else {
        stop(keepalive);
        if (is_stream(keepalive)) {
            post(keepalive, SIRA_KEEPALIVE_IDLE);
            sira_i_flow_close(server);
        }
    }
}

/* ---- in ---- */

static void answered(sira_keepalive *keepalive)
{
    if (!keepalive->learned)
        post(keepalive, SIRA_KEEPALIVE_ANSWERED);
    keepalive->learned = keepalive->has_answered = true;
    if (keepalive->copies != 0)
        wait_for_next(keepalive);
}

/* RFC 5626 4.4.2: another mapping is another flow. A NAT whose mappings do not last for a few answers is not chased. */
static void take_mapping(sira_keepalive *keepalive, const sira_endpoint *mapped)
{
    const uint64_t now = agent_of(keepalive)->now;
    if (sira_endpoint_equal(&keepalive->mapped, mapped))
        return;
    keepalive->former = keepalive->mapped;
    keepalive->mapped = *mapped;
    if (keepalive->former.family == SIRA_FAMILY_NONE) {
        post(keepalive, SIRA_KEEPALIVE_MAPPED);
        return;
    }
    keepalive->is_followed =
        keepalive->chased_at == 0 || now - keepalive->chased_at >= 1000u * (uint64_t)SIRA_LIMIT_REMAP_WINDOW;
    post(keepalive, SIRA_KEEPALIVE_REMAPPED);
    if (!keepalive->is_followed)
        return;
    keepalive->chased_at = now;
    sira_i_server_remapped(keepalive->server);
}

static bool take_stun(sira_keepalive *keepalive, sira_str bytes)
{
    sira_stun stun;
    if (keepalive->copies == 0 || is_stream(keepalive) || sira_stun_read(&stun, bytes) != SIRA_OK ||
        (stun.kind != SIRA_STUN_SUCCESS && stun.kind != SIRA_STUN_FAILURE) ||
        memcmp(stun.id, keepalive->id, sizeof stun.id) != 0)
        return false;
    answered(keepalive);
    if (stun.kind == SIRA_STUN_SUCCESS)
        take_mapping(keepalive, &stun.mapped);
    return true;
}

static bool received(sira_watcher *watcher, const sira_flow *flow, sira_str bytes)
{
    sira_keepalive *keepalive = SIRA_I_OWNER(watcher, sira_keepalive, watcher);
    if (!keepalive->is_running || !sira_i_flow_equal(flow, &keepalive->flow))
        return false;
    if (sira_stun_is(bytes))
        return take_stun(keepalive, bytes);
    if (!is_stream(keepalive) || bytes.at[0] != '\r' || bytes.len > 4)
        return false;
    if (keepalive->copies != 0)
        answered(keepalive);
    return true;
}

/* ---- the registrar's words ---- */

/* RFC 5626 6 and 7: who does outbound says so, and answers keep-alives (4.4.1). */
static bool requires_outbound(const sira_message *response)
{
    sira_cursor cursor;
    sira_str option;
    sira_cursor_init(&cursor, response, SIRA_FIELD_REQUIRE);
    while (sira_token_next(&cursor, &option, NULL) == SIRA_OK) {
        if (sira_str_equal_nocase(option, SIRA_STR("outbound")))
            return true;
    }
    return false;
}

static void take_promise(sira_keepalive *keepalive, const sira_message *response)
{
    uint32_t seconds;
    keepalive->flow_timer = 0;
    keepalive->promised = requires_outbound(response);
    if (sira_message_number(response, SIRA_FIELD_FLOW_TIMER, &seconds, NULL) != SIRA_OK)
        return;
    keepalive->promised = true;
    keepalive->flow_timer = seconds < SIRA_LIMIT_FLOW_TIMER_MIN   ? SIRA_LIMIT_FLOW_TIMER_MIN
                            : seconds > SIRA_LIMIT_FLOW_TIMER_MAX ? SIRA_LIMIT_FLOW_TIMER_MAX
                                                                  : seconds;
}

static void accepted(sira_keeper *keeper, const sira_flow *flow, const sira_message *response)
{
    sira_keepalive *keepalive = SIRA_I_OWNER(keeper, sira_keepalive, keeper);
    const bool is_same = sira_i_flow_equal(flow, &keepalive->flow);
    if (!sira_endpoint_equal(&flow->remote, &keepalive->flow.remote)) {
        keepalive->learned = keepalive->has_no_stun = false;
        keepalive->mapped = (sira_endpoint){.family = SIRA_FAMILY_NONE};
    }
    keepalive->flow = *flow;
    take_promise(keepalive, response);
    if ((keepalive->is_running && is_same) || (!is_stream(keepalive) && keepalive->config.udp == SIRA_KEEPALIVE_SILENT))
        return;
    keepalive->is_running = true;
    keepalive->has_answered = false;
    keepalive->sent_at = agent_of(keepalive)->now;
    wait_for_next(keepalive);
}

/* ---- the application's side ---- */

const char *sira_keepalive_event_name(sira_keepalive_event_kind kind)
{
    switch (kind) {
    case SIRA_KEEPALIVE_LOST:
        return "lost";
    case SIRA_KEEPALIVE_IDLE:
        return "idle";
    case SIRA_KEEPALIVE_ANSWERED:
        return "answered";
    case SIRA_KEEPALIVE_UNANSWERED:
        return "unanswered";
    case SIRA_KEEPALIVE_MAPPED:
        return "mapped";
    case SIRA_KEEPALIVE_REMAPPED:
        return "remapped";
    }
    return "?";
}

void sira_keepalive_config_init(sira_keepalive_config *config)
{
    *config = (sira_keepalive_config){.size = sizeof *config};
}

static sira_status check(sira_keepalive_config *config, const sira_server *server, sira_diag *diag)
{
    const sira_status status = sira_i_config_size(config->size, sizeof *config, diag);
    if (status != SIRA_OK)
        return status;
    if (server->keeper != NULL)
        return sira_i_config_refuse(diag, "server", "one that has no keep-alive yet");
    if (config->udp > SIRA_KEEPALIVE_SILENT)
        return sira_i_config_refuse(diag, "udp", "a sira_keepalive_udp");
    if (config->udp_interval > 86400)
        return sira_i_config_refuse(diag, "udp_interval", "at most 86400 s");
    if (config->stream_interval > 86400)
        return sira_i_config_refuse(diag, "stream_interval", "at most 86400 s");
    if (config->pong_timeout > 600000)
        return sira_i_config_refuse(diag, "pong_timeout", "at most 600000 ms");
    if (config->pong_timeout == 0)
        config->pong_timeout = 10000;
    return SIRA_OK;
}

sira_status sira_keepalive_init(sira_keepalive *keepalive, sira_server *server, const sira_keepalive_config *config,
                                sira_diag *diag)
{
    sira_keepalive_config checked;
    sira_keepalive_config_init(&checked);
    if (config != NULL)
        checked = *config;
    const sira_status status = check(&checked, server, diag);
    if (status != SIRA_OK)
        return status;
    memset(keepalive, 0, sizeof *keepalive);
    keepalive->config = checked;
    keepalive->server = server;
    keepalive->keeper.accepted = accepted;
    keepalive->watcher.received = received;
    server->keeper = &keepalive->keeper;
    sira_i_list_append(&server->agent->watchers, &keepalive->watcher.link);
    sira_i_waiter_init(&keepalive->in_agent, deliver);
    sira_i_timer_init(&keepalive->timer, due);
    return SIRA_OK;
}

void sira_keepalive_remove(sira_keepalive *keepalive)
{
    stop(keepalive);
    keepalive->server->keeper = NULL;
    sira_i_list_remove(&keepalive->watcher.link);
    sira_i_list_remove(&keepalive->in_agent.link);
    sira_i_agent_told(agent_of(keepalive), false);
}

sira_status sira_keepalive_mapped(const sira_keepalive *keepalive, sira_endpoint *mapped)
{
    if (keepalive->mapped.family == SIRA_FAMILY_NONE)
        return SIRA_IDLE;
    *mapped = keepalive->mapped;
    return SIRA_OK;
}
