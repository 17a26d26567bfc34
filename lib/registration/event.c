#include "registration/registration.h"

#include "agent/port.h"

sira_registration_news *sira_i_registration_post(sira_registration *registration, sira_event_kind kind,
                                                 sira_status status, uint16_t code)
{
    sira_agent *agent = sira_i_registration_agent(registration);
    if (registration->news_count ==
        SIRA_LIMIT_EVENTS) { /* a handler that starts and stops without end: the newest tell the state */
        registration->news_first = (uint8_t)((registration->news_first + 1u) % SIRA_LIMIT_EVENTS);
        registration->news_count--;
    }
    sira_registration_news *news =
        &registration->news[(registration->news_first + registration->news_count++) % SIRA_LIMIT_EVENTS];
    *news = (sira_registration_news){.kind = (uint8_t)kind,
                                     .status = (int16_t)status,
                                     .code = code,
                                     .bound = registration->expires_at != 0,
                                     .now = agent->now,
                                     .next = registration->next_at};
    sira_i_agent_notify(agent, &registration->in_agent);
    return news;
}

void sira_i_registration_deliver(sira_waiter *waiter)
{
    sira_registration *registration = SIRA_I_OWNER(waiter, sira_registration, in_agent);
    const sira_agent *agent = sira_i_registration_agent(registration);
    const sira_registration_news *news = &registration->news[registration->news_first];
    const sira_event event = {.kind = news->kind,
                              .bound = news->bound,
                              .code = news->code,
                              .status = (sira_status)news->status,
                              .expires = news->expires,
                              .bindings = news->bindings,
                              .now = news->now,
                              .next = news->next,
                              .registration = registration,
                              .detail = news->status == SIRA_E_TRANSPORT &&
                                                agent->why_of == registration->exchange.server
                                            ? agent->why
                                            : NULL};
    registration->news_first = (uint8_t)((registration->news_first + 1u) % SIRA_LIMIT_EVENTS);
    if (--registration->news_count == 0)
        sira_i_list_remove(&waiter->link);
    if (agent->config.on_event != NULL)
        agent->config.on_event(agent->config.user, &event);
}
