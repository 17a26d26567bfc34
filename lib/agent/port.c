#include "agent/port.h"

#include "base/random.h"
#include "base/timer.h"

sira_i_transaction_timing sira_i_agent_timing(const sira_agent *agent)
{
    return (sira_i_transaction_timing){agent->config.t1, agent->config.t2, agent->config.t4};
}

uint64_t sira_agent_deadline(const sira_agent *agent)
{
    if (!sira_i_list_empty(&agent->news))
        return agent->now;
    const sira_timer *first = sira_i_timers_first(&agent->timers);
    return first != NULL ? first->deadline : SIRA_NEVER;
}

void sira_i_agent_told(sira_agent *agent, bool always)
{
    if (agent->running)
        return;
    uint64_t deadline = sira_agent_deadline(agent);
    if (deadline == agent->told && !always)
        return;
    agent->told = deadline;
    if (agent->config.timer.arm != NULL)
        agent->config.timer.arm(agent->config.timer.context, deadline);
}

void sira_i_agent_set_timer(sira_agent *agent, sira_timer *timer, uint64_t deadline)
{
    sira_i_timer_set(&agent->timers, timer, deadline);
}

void sira_i_agent_notify(sira_agent *agent, sira_waiter *waiter)
{
    if (sira_i_list_empty(&waiter->link))
        sira_i_list_append(&agent->news, &waiter->link);
}

uint32_t sira_i_agent_draw(sira_agent *agent)
{
    uint32_t random = 0;
    (void)sira_i_random_fill(&agent->random, &random, sizeof random);
    return random;
}

void sira_i_agent_trace(const sira_agent *agent, const sira_trace_entry *entry)
{
    if (agent->config.trace.message != NULL)
        agent->config.trace.message(agent->config.trace.context, entry);
}

void sira_i_agent_tolerated(sira_agent *agent, const sira_i_arrival *answer, const sira_oddities *odd)
{
    agent->counters.tolerated += odd->count;
    for (unsigned i = 0; i < odd->count && i < SIRA_ODDITIES_KEPT; i++)
        sira_i_agent_trace(agent, &(sira_trace_entry){.kind = SIRA_TRACE_TOLERATED,
                                                      .now = agent->now,
                                                      .flow = answer->flow,
                                                      .bytes = answer->message->bytes,
                                                      .diag = &odd->first[i].diag,
                                                      .oddity = odd->first[i].kind});
}

sira_status sira_i_agent_send_scratch(sira_agent *agent, const sira_flow *flow, size_t length)
{
    sira_str bytes = {agent->config.scratch, length};
    sira_i_agent_trace(agent,
                       &(sira_trace_entry){.kind = SIRA_TRACE_SENT, .now = agent->now, .flow = flow, .bytes = bytes});
    sira_status status = agent->config.transport.send(agent->config.transport.context, flow, bytes);
    if (status == SIRA_OK)
        agent->counters.sent++;
    else
        agent->counters.send_failed++;
    return status;
}
