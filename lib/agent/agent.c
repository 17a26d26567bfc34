#include "agent/answer.h"
#include "agent/config.h"
#include "agent/port.h"
#include "agent/server.h"
#include "base/random.h"
#include "base/timer.h"
#include "transaction/arrival.h"

#include <sira/detail/agent.h>

#include <string.h>

/* One entry point runs at most so many timers; then the port is asked to come again at once, so no storm keeps it from
 * its sockets. */
#define TIMERS_PER_ENTRY 256u

#define SCRATCH_MINIMUM 512u

void sira_agent_config_init(sira_agent_config *config)
{
    *config = (sira_agent_config){.size = sizeof *config};
}

static sira_status check_plugs(const sira_agent_config *config, sira_diag *diag)
{
    if (sira_i_config_size(config->size, sizeof *config, diag) != SIRA_OK)
        return SIRA_E_CONFIG;
    if (config->transport.open == NULL || config->transport.send == NULL)
        return sira_i_config_refuse(diag, "transport", "the functions open and send");
    if (config->entropy.fill == NULL)
        return sira_i_config_refuse(diag, "entropy", "the function fill");
    if (config->hash.digest == NULL || config->hash.algorithms == 0)
        return sira_i_config_refuse(diag, "hash", "the function digest and at least one algorithm");
    if (config->scratch == NULL || config->scratch_size < SCRATCH_MINIMUM)
        return sira_i_config_refuse(diag, "scratch", "at least 512 bytes");
    return SIRA_OK;
}

static sira_status check_values(sira_agent_config *config, sira_diag *diag)
{
    if (config->t1 == 0)
        config->t1 = 500;
    if (config->t2 == 0)
        config->t2 = config->t1 > 4000 ? config->t1 : 4000;
    if (config->t4 == 0)
        config->t4 = 5000;
    if (config->t1 < 10 || config->t1 > 60000)
        return sira_i_config_refuse(diag, "t1", "10 to 60000 ms");
    if (config->t2 < config->t1 || config->t2 > 3600000)
        return sira_i_config_refuse(diag, "t2", "t1 to 3600000 ms");
    if (config->t4 > 3600000)
        return sira_i_config_refuse(diag, "t4", "at most 3600000 ms");
    if (config->transport.kinds == 0)
        config->transport.kinds = 1u << SIRA_TRANSPORT_UDP;
    return sira_i_config_string(config->user_agent, "user_agent", diag);
}

sira_status sira_agent_init(sira_agent *agent, const sira_agent_config *config, uint64_t now, sira_diag *diag)
{
    sira_status status = check_plugs(config, diag);
    if (status != SIRA_OK)
        return status;
    sira_agent_config checked = *config;
    status = check_values(&checked, diag);
    if (status != SIRA_OK)
        return status;

    memset(agent, 0, sizeof *agent);
    agent->config = checked;
    agent->now = now;
    agent->told = SIRA_NEVER;
    sira_i_random_init(&agent->random, &agent->config.entropy);
    sira_i_timers_init(&agent->timers);
    sira_i_transactions_init(&agent->transactions);
    sira_i_list_init(&agent->servers);
    sira_i_list_init(&agent->watchers);
    sira_i_list_init(&agent->news);
    sira_message_init(&agent->message, agent->fields, SIRA_LIMIT_FIELDS);
    status = sira_i_random_fill(&agent->random, agent->tag, sizeof agent->tag);
    if (status != SIRA_OK)
        (void)sira_i_config_refuse(diag, "entropy", "a source that works");
    return status;
}

const sira_agent_counters *sira_agent_get_counters(const sira_agent *agent)
{
    return &agent->counters;
}

/* ---- time ---- */

static void deliver_news(sira_agent *agent)
{
    while (!sira_i_list_empty(&agent->news)) {
        sira_waiter *waiter = SIRA_I_OWNER(agent->news.next, sira_waiter, link);
        waiter->ready(waiter);
    }
}

/* Delivers events and runs what is due, until neither is left. A call from inside (from an event handler) leaves the
 * work to the one outside. */
static void settle(sira_agent *agent)
{
    if (agent->running)
        return;
    agent->running = true;
    deliver_news(agent);
    for (unsigned budget = TIMERS_PER_ENTRY; budget > 0; budget--) {
        sira_timer *first = sira_i_timers_first(&agent->timers);
        if (first == NULL || first->deadline > agent->now)
            break;
        sira_i_timer_set(&agent->timers, first, SIRA_NEVER);
        first->due(first);
        deliver_news(agent);
    }
    agent->running = false;
}

/* Time never runs backwards in here, whatever the caller's clock does. */
static void enter(sira_agent *agent, uint64_t now)
{
    if (now > agent->now)
        agent->now = now;
}

void sira_agent_tick(sira_agent *agent, uint64_t now)
{
    enter(agent, now);
    settle(agent);
    sira_i_agent_told(agent, true);
}

/* ---- in ---- */

/* RFC 3261 18.1.2, 17.1.3: by the branch of the topmost Via and the method CANCEL; the transaction's user compares the
 * rest. */
static bool take_response(sira_agent *agent, const sira_i_arrival *response)
{
    uint64_t id;
    if (sira_i_branch_read(response->via.branch, &id) != SIRA_OK)
        return false;
    if (response->message->method == SIRA_METHOD_CANCEL)
        id = sira_i_branch_of_cancel(id);
    sira_transaction *transaction = sira_i_transactions_find(&agent->transactions, id);
    return transaction != NULL && transaction->take(transaction, response);
}

static void take_request(sira_agent *agent, const sira_flow *flow)
{
    const sira_agent_config *config = &agent->config;
    if (config->on_request != NULL && config->on_request(config->user, &agent->message, flow) == SIRA_OK)
        return;
    if (agent->take_request != NULL) {
        agent->take_request(agent, flow, NULL);
        return;
    }
    agent->counters.unhandled++;
    if (agent->message.method == SIRA_METHOD_OPTIONS)
        sira_i_agent_answer(agent, flow, 200, "OK");
    else if (agent->message.method == SIRA_METHOD_CANCEL) /* RFC 3261 9.2 */
        sira_i_agent_answer(agent, flow, 481, "Call/Transaction Does Not Exist");
    else
        sira_i_agent_answer(agent, flow, 405, "Method Not Allowed");
}

/* DESIGN: a malformed request gets a 400 that names the field, a malformed response is dropped; both are counted and
 * can be seen. */
static void refuse(sira_agent *agent, const sira_trace_entry *received, sira_status status, const sira_diag *diag)
{
    agent->counters.malformed++;
    sira_trace_entry entry = *received;
    entry.kind = SIRA_TRACE_REFUSED;
    entry.status = status;
    entry.diag = diag;
    sira_i_agent_trace(agent, &entry);
    if (!agent->message.is_request || diag->code == 0)
        return;
    if (agent->take_request != NULL)
        agent->take_request(agent, received->flow, diag);
    else
        sira_i_agent_answer(agent, received->flow, diag->code, diag->reason);
}

/* RFC 5626 8: no SIP message begins with a CR, or with what STUN begins with. */
static bool watched(const sira_agent *agent, const sira_flow *flow, sira_str bytes)
{
    if (bytes.len == 0 || (bytes.at[0] != '\r' && (uint8_t)bytes.at[0] > 3))
        return false;
    for (sira_link *link = agent->watchers.next; link != &agent->watchers; link = link->next) {
        sira_watcher *watcher = SIRA_I_OWNER(link, sira_watcher, link);
        if (watcher->received(watcher, flow, bytes))
            return true;
    }
    return false;
}

static sira_status take(sira_agent *agent, const sira_flow *flow, sira_str bytes)
{
    sira_trace_entry entry = {.kind = SIRA_TRACE_RECEIVED, .now = agent->now, .flow = flow, .bytes = bytes};
    sira_diag diag = {.reason = ""};
    sira_oddities odd;
    if (watched(agent, flow, bytes))
        return SIRA_OK;
    sira_i_agent_trace(agent, &entry);
    sira_status status =
        sira_message_read(&agent->message, bytes, flow->remote.transport != SIRA_TRANSPORT_UDP, &odd, &diag);
    if (status == SIRA_IDLE)
        return status;
    agent->counters.received++;
    if (status != SIRA_OK) {
        refuse(agent, &entry, status, &diag);
        return status;
    }
    if (agent->message.is_request) {
        take_request(agent, flow);
        return SIRA_OK;
    }
    sira_i_arrival arrival = {.odd = &odd};
    if (sira_i_arrival_read(&arrival, &agent->message, flow) == SIRA_OK && take_response(agent, &arrival))
        return SIRA_OK;
    agent->counters.stray++;
    return SIRA_IDLE;
}

sira_status sira_agent_receive(sira_agent *agent, const sira_flow *flow, sira_str bytes, uint64_t now)
{
    if (agent->running)
        return SIRA_E_STATE;
    enter(agent, now);
    agent->running = true;
    sira_status status = take(agent, flow, bytes);
    agent->running = false;
    settle(agent);
    sira_i_agent_told(agent, false);
    return status;
}

/* ---- news of the port's ---- */

/* Each server knows which news are its own. */
static void tell_servers(sira_agent *agent, void (*tell_one)(sira_server *server, const void *news), const void *news,
                         uint64_t now)
{
    enter(agent, now);
    for (sira_link *link = agent->servers.next; link != &agent->servers; link = link->next)
        tell_one(SIRA_I_OWNER(link, sira_server, in_agent), news);
    settle(agent);
    sira_i_agent_told(agent, false);
}

void sira_agent_flow_up(sira_agent *agent, const sira_flow *flow, uint64_t now)
{
    tell_servers(agent, sira_i_server_flow_up, flow, now);
}

void sira_agent_flow_down(sira_agent *agent, const sira_flow *flow, uint64_t now)
{
    sira_agent_flow_lost(agent, flow, NULL, now);
}

void sira_agent_flow_lost(sira_agent *agent, const sira_flow *flow, const char *why, uint64_t now)
{
    agent->why = why;
    agent->why_of = NULL; /* the server whose flow it is sets it */
    tell_servers(agent, sira_i_server_flow_down, flow, now);
    agent->why = NULL;
    agent->why_of = NULL;
}

void sira_agent_network_changed(sira_agent *agent, uint64_t now)
{
    tell_servers(agent, sira_i_server_network_changed, NULL, now);
}

void sira_agent_dns_answer(sira_agent *agent, const sira_dns_answer *answer, uint64_t now)
{
    tell_servers(agent, sira_i_server_located, answer, now);
}
