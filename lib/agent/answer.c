#include "agent/answer.h"

#include "agent/port.h"

#include "base/hex.h"
#include "message/writing.h"

#include <sira/detail/agent.h>

uint16_t sira_i_answer_port(const sira_flow *flow, const sira_via *via)
{
    if (flow->remote.transport != SIRA_TRANSPORT_UDP || via->has_rport)
        return flow->remote.port;
    return via->port != 0 ? via->port : 5060;
}

void sira_i_agent_answer(sira_agent *agent, const sira_flow *flow, uint16_t code, const char *reason)
{
    const sira_message *request = &agent->message;
    sira_via via;
    if (request->method == SIRA_METHOD_ACK || sira_message_via(request, &via, NULL) != SIRA_OK)
        return;
    sira_flow back = *flow;
    back.remote.port = sira_i_answer_port(flow, &via);

    char tag[2 * sizeof agent->tag];
    sira_writer writer;
    size_t length;
    sira_writer_init(&writer, agent->config.scratch, agent->config.scratch_size);
    sira_i_write_response(&writer, request,
                          &(sira_response){.code = code,
                                           .reason = sira_str_from(reason),
                                           .to_tag = sira_i_hex_write(agent->tag, sizeof agent->tag, tag),
                                           .source = &flow->remote});
    if (code == 200 || code == 405)
        sira_write_field(&writer, SIRA_FIELD_ALLOW, SIRA_STR("OPTIONS"));
    sira_write_body(&writer, SIRA_STR(""));
    if (sira_writer_finish(&writer, &length) == SIRA_OK)
        (void)sira_i_agent_send_scratch(agent, &back, length);
}
