/* What a request tells: queued in it, delivered when all state is settled. */
#include "request/request.h"

#include "agent/port.h"

const char *sira_request_event_kind_name(sira_request_event_kind kind)
{
    switch (kind) {
    case SIRA_REQUEST_PROGRESS:
        return "progress";
    case SIRA_REQUEST_ENDED:
        return "ended";
    case SIRA_REQUEST_REPEATED:
        return "repeated";
    case SIRA_REQUEST_OVER:
        return "over";
    }
    return "?";
}

void sira_i_request_post(sira_request *request, const sira_i_request_news *news)
{
    sira_agent *agent = sira_i_request_agent(request);
    /* Between two deliveries a request has three things to say at most: what arrived, its outcome, and its end. */
    sira_request_news *kept = &request->news[(request->news_first + request->news_count++) % SIRA_LIMIT_EVENTS];
    *kept = (sira_request_news){.kind = (uint8_t)news->kind,
                                .status = (int16_t)news->status,
                                .code = news->code,
                                .has_response = news->arrival != NULL,
                                .now = agent->now,
                                .not_before = news->not_before};
    sira_i_agent_notify(agent, &request->in_agent);
}

void sira_i_request_deliver(sira_waiter *waiter)
{
    sira_request *request = SIRA_I_OWNER(waiter, sira_request, in_agent);
    const sira_agent *agent = sira_i_request_agent(request);
    const sira_request_news *news = &request->news[request->news_first];
    /* Events go out behind the message that they are about, and before the next one is parsed. */
    const sira_request_event event = {.kind = news->kind,
                                      .code = news->code,
                                      .status = (sira_status)news->status,
                                      .response = news->has_response ? &agent->message : NULL,
                                      .now = news->now,
                                      .not_before = news->not_before,
                                      .request = request};
    request->news_first = (uint8_t)((request->news_first + 1u) % SIRA_LIMIT_EVENTS);
    if (--request->news_count == 0)
        sira_i_list_remove(&waiter->link);
    if (request->config.on_event != NULL)
        request->config.on_event(request->config.user, &event);
}

void sira_i_request_post_over(sira_request *request)
{
    if (request->phase != SIRA_I_REQUEST_ENDED || !sira_i_request_is_quiet(request))
        return;
    request->phase = SIRA_I_REQUEST_OVER;
    sira_i_request_post(request, &(sira_i_request_news){.kind = SIRA_REQUEST_OVER});
}
