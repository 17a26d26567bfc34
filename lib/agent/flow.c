#include "agent/flow.h"

#include <sira/detail/agent.h>

bool sira_i_flow_equal(const sira_flow *a, const sira_flow *b)
{
    return a->id == b->id && sira_endpoint_equal(&a->remote, &b->remote);
}

/* A datagram socket is asked anew for each attempt: our own address may have changed, and Via and Contact have to say
 * the present one. A connection says by itself when it is gone. */
sira_status sira_i_flow_open(sira_server *server)
{
    const sira_transport *transport = &server->agent->config.transport;
    const sira_endpoint *target = &server->targets.list[server->target].endpoint;
    if (server->flow_state == SIRA_I_FLOW_UP && target->transport != SIRA_TRANSPORT_UDP)
        return SIRA_OK;
    if (server->flow_state == SIRA_I_FLOW_OPENING)
        return SIRA_MORE;
    sira_flow flow = {.remote = *target, .local = {.transport = target->transport}};
    sira_status status = transport->open(transport->context, target, server->host, &flow);
    if (status != SIRA_OK && status != SIRA_MORE)
        return status;
    server->flow = flow;
    server->flow_state = status == SIRA_OK ? SIRA_I_FLOW_UP : SIRA_I_FLOW_OPENING;
    return status;
}

void sira_i_flow_close(sira_server *server)
{
    const sira_transport *transport = &server->agent->config.transport;
    if (server->flow_state != SIRA_I_FLOW_NONE && transport->close != NULL)
        transport->close(transport->context, &server->flow);
    server->flow_state = SIRA_I_FLOW_NONE;
}

bool sira_i_flow_up(sira_server *server, const sira_flow *flow)
{
    if (server->flow_state != SIRA_I_FLOW_OPENING || !sira_i_flow_equal(&server->flow, flow))
        return false;
    server->flow = *flow;
    server->flow_state = SIRA_I_FLOW_UP;
    return true;
}

bool sira_i_flow_down(sira_server *server, const sira_flow *flow)
{
    if (server->flow_state == SIRA_I_FLOW_NONE || !sira_i_flow_equal(&server->flow, flow))
        return false;
    server->flow_state = SIRA_I_FLOW_NONE;
    return true;
}
