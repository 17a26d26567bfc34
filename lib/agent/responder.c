#include "base/list.h"

#include <sira/keepalive.h>

/* RFC 8489 6.3.1. A lie about the source costs whoever is there 24 bytes more than it cost the liar. */
static bool received(sira_watcher *watcher, const sira_flow *flow, sira_str bytes)
{
    const sira_transport *transport = &SIRA_I_OWNER(watcher, sira_stun_responder, watcher)->agent->config.transport;
    sira_stun request;
    uint8_t answer[SIRA_STUN_ANSWER_SIZE];
    if (flow->remote.transport != SIRA_TRANSPORT_UDP || sira_stun_read(&request, bytes) != SIRA_OK ||
        request.kind != SIRA_STUN_REQUEST)
        return false;
    const size_t length = sira_stun_write_answer(&request, &flow->remote, answer);
    if (length != 0)
        (void)transport->send(transport->context, flow, (sira_str){(const char *)answer, length});
    return true;
}

void sira_stun_responder_init(sira_stun_responder *responder, sira_agent *agent)
{
    *responder = (sira_stun_responder){.watcher = {.received = received}, .agent = agent};
    sira_i_list_append(&agent->watchers, &responder->watcher.link);
}

void sira_stun_responder_remove(sira_stun_responder *responder)
{
    sira_i_list_remove(&responder->watcher.link);
}
