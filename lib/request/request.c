/* A request of the application: one exchange with what it says, and one outcome. This page is its life.
 *
 *     READY --start--> BUSY --the exchange has ended, or was given up--> ENDED --nothing is absorbed any more--> OVER
 *
 * BUSY is the exchange's: it asks for an address, a turn and a flow, answers challenges, tries the next target. What an
 * INVITE has beside that, CANCEL and the ACKs of what is no 2xx, stands in invite.c and goes on behind ENDED: so does
 * its transaction, which delivers each further 2xx (RFC 6026 8.4).
 *
 * Invariants: ENDED and OVER are told once each, in this order; nothing goes out between READY and BUSY or in OVER; a
 * request that was given up begins no further try. */
#include "request/request.h"

#include "agent/config.h"
#include "agent/port.h"
#include "base/hex.h"
#include "base/random.h"
#include "base/timer.h"

#include <string.h>

void sira_request_config_init(sira_request_config *config)
{
    *config = (sira_request_config){.size = sizeof *config};
}

/* ---- the exchange's owner ---- */

static void end(sira_request *request, const sira_i_request_news *news)
{
    request->phase = SIRA_I_REQUEST_ENDED;
    sira_i_request_post(request, news);
    sira_i_request_post_over(request);
}

/* As if the peer had said so: what is given up ends as what is cancelled. */
static void end_given_up(sira_request *request, sira_status why, uint16_t code)
{
    end(request, &(sira_i_request_news){.kind = SIRA_REQUEST_ENDED,
                                        .status = why == SIRA_OK ? SIRA_E_RESPONSE : why,
                                        .code = why == SIRA_OK ? 487 : code});
}

/* A route that a registration learns while a try is out is the next one's: what is sent again must be the same. */
static void keep_route(sira_request *request)
{
    const sira_request_config *config = &request->config;
    const sira_str route = request->exchange.account->service_route;
    request->service_route_len = 0;
    if (config->route.len != 0 || config->to_tag.len != 0 || config->direct || route.len == 0)
        return;
    memcpy(request->service_route, route.at, route.len); /* as long as what it was kept in */
    request->service_route_len = (uint16_t)route.len;
}

static bool begins(sira_exchange *exchange)
{
    sira_request *request = sira_i_request_of(exchange);
    if (request->given_up) {
        end_given_up(request, (sira_status)exchange->why_status, exchange->why_code);
        return false;
    }
    exchange->transaction.cancel = 0;
    keep_route(request);
    return true;
}

static bool ended(sira_exchange *exchange, const sira_i_outcome *outcome)
{
    sira_request *request = sira_i_request_of(exchange);
    uint64_t not_before = outcome->not_before;
    if (outcome->has_retry_after)
        not_before = sira_i_request_agent(request)->now +
                     1000u * (uint64_t)(outcome->retry_after < SIRA_LIMIT_RETRY_AFTER_MAX ? outcome->retry_after
                                                                                          : SIRA_LIMIT_RETRY_AFTER_MAX);
    request->accepted = outcome->status == SIRA_OK;
    end(request, &(sira_i_request_news){.kind = SIRA_REQUEST_ENDED,
                                        .status = outcome->status,
                                        .code = outcome->code,
                                        .arrival = outcome->arrival,
                                        .not_before = not_before});
    return false;
}

/* Where we were nobody answers to any more. */
static void told(sira_exchange *exchange, sira_i_news news, const sira_flow *flow)
{
    (void)flow;
    if (news != SIRA_I_NEWS_NETWORK_CHANGED || !sira_i_exchange_is_out(exchange))
        return;
    exchange->broken = true;
    sira_i_agent_set_timer(sira_i_exchange_agent(exchange), &exchange->timer, sira_i_exchange_agent(exchange)->now);
}

static void acted(sira_exchange *exchange, sira_i_transaction_action action, const sira_i_arrival *response)
{
    sira_request *request = sira_i_request_of(exchange);
    const uint16_t code = response != NULL ? response->message->status_code : 0;
    if (action == SIRA_I_TRANSACTION_DELIVER && code < 200)
        sira_i_request_post(request,
                            &(sira_i_request_news){.kind = SIRA_REQUEST_PROGRESS, .code = code, .arrival = response});
    if (action == SIRA_I_TRANSACTION_DELIVER && code > 100 && code < 200)
        sira_i_trial_pass(exchange);
    if (request->invite)
        sira_i_invite_acted(request, action, response);
    if (action == SIRA_I_TRANSACTION_END)
        sira_i_request_post_over(request);
}

static const sira_exchange_owner owner = {.begins = begins,
                                          .digest = sira_i_request_digest,
                                          .write = sira_i_request_write,
                                          .matches = sira_i_request_matches,
                                          .run = sira_i_transaction_run,
                                          .respond = sira_i_transaction_response,
                                          .acted = acted,
                                          .ended = ended,
                                          .told = told};
static const sira_exchange_owner owner_of_invite = {.begins = begins,
                                                    .digest = sira_i_request_digest,
                                                    .write = sira_i_request_write,
                                                    .matches = sira_i_request_matches,
                                                    .run = sira_i_invite_client_run,
                                                    .respond = sira_i_invite_client_response,
                                                    .acted = acted,
                                                    .ended = ended,
                                                    .told = told};

/* ---- the application's side ---- */

static sira_status make_names(sira_request *request)
{
    struct {
        uint8_t tag[sizeof request->tag / 2], call_id[sizeof request->call_id / 2];
    } random;
    sira_status status = sira_i_random_fill(&sira_i_request_agent(request)->random, &random, sizeof random);
    if (request->config.from_tag.len == 0)
        request->config.from_tag = sira_i_hex_write(random.tag, sizeof random.tag, request->tag);
    if (request->config.call_id.len == 0)
        request->config.call_id = sira_i_hex_write(random.call_id, sizeof random.call_id, request->call_id);
    return status;
}

sira_status sira_request_init(sira_request *request, sira_account *account, const sira_request_config *config,
                              sira_diag *diag)
{
    sira_status status = sira_i_request_check(config, account, diag);
    if (status != SIRA_OK)
        return status;
    memset(request, 0, sizeof *request);
    request->config = *config;
    request->invite = sira_method_of(config->method) == SIRA_METHOD_INVITE;
    request->exchange.account = account;
    status = make_names(request);
    if (status != SIRA_OK)
        return status;
    request->exchange.cseq = 1;
    status = sira_i_request_check_size(request, diag);
    if (status != SIRA_OK)
        return status;
    sira_i_trial_begin(account);
    sira_i_exchange_init(&request->exchange, account, request->invite ? &owner_of_invite : &owner);
    request->exchange.cseq = config->cseq != 0 ? config->cseq - 1 : 0;
    sira_i_waiter_init(&request->in_agent, sira_i_request_deliver);
    sira_i_invite_init(request);
    return SIRA_OK;
}

sira_status sira_request_start(sira_request *request)
{
    if (request->phase != SIRA_I_REQUEST_READY)
        return SIRA_E_STATE;
    request->phase = SIRA_I_REQUEST_BUSY;
    sira_i_exchange_start(&request->exchange);
    sira_i_agent_told(sira_i_request_agent(request), false);
    return SIRA_OK;
}

/* Is an INVITE out, so that it can be cancelled? */
static bool cancel_invite(sira_request *request)
{
    sira_exchange *exchange = &request->exchange;
    const uint64_t now = sira_i_request_agent(request)->now;
    if (!request->invite || !sira_i_exchange_is_out(exchange) || exchange->phase != SIRA_I_PHASE_CALLING ||
        sira_i_invite_client_cancel(&exchange->transaction, now) == SIRA_I_TRANSACTION_END)
        return false;
    sira_i_agent_set_timer(sira_i_request_agent(request), &exchange->timer,
                           sira_i_transaction_deadline(&exchange->transaction));
    return true;
}

sira_status sira_request_cancel(sira_request *request)
{
    if (request->phase != SIRA_I_REQUEST_BUSY)
        return SIRA_IDLE;
    request->given_up = true;
    if (!cancel_invite(request)) {
        sira_i_exchange_cancel(&request->exchange);
        end_given_up(request, SIRA_OK, 0);
    }
    sira_i_agent_told(sira_i_request_agent(request), false);
    return SIRA_OK;
}

sira_status sira_request_send_ack(sira_request *request, const sira_request_ack *ack)
{
    sira_agent *agent = sira_i_request_agent(request);
    sira_writer writer;
    size_t length;
    if (!request->invite || !request->accepted)
        return SIRA_E_STATE;
    sira_writer_init(&writer, agent->config.scratch, agent->config.scratch_size);
    sira_status status = sira_i_request_write_ack(request, ack, &writer);
    if (status == SIRA_OK)
        status = sira_writer_finish(&writer, &length);
    return status == SIRA_OK ? sira_i_agent_send_scratch(agent, &request->exchange.flow, length) : status;
}

void sira_request_remove(sira_request *request)
{
    sira_agent *agent = sira_i_request_agent(request);
    sira_i_exchange_remove(&request->exchange);
    sira_i_invite_remove(request);
    sira_i_list_remove(&request->in_agent.link);
    sira_i_agent_told(agent, false);
}

bool sira_request_is_busy(const sira_request *request)
{
    return request->phase == SIRA_I_REQUEST_BUSY;
}

sira_str sira_request_call_id(const sira_request *request)
{
    return request->config.call_id;
}

sira_str sira_request_from_tag(const sira_request *request)
{
    return request->config.from_tag;
}

uint32_t sira_request_cseq(const sira_request *request)
{
    return request->exchange.cseq;
}

const sira_request_config *sira_request_get_config(const sira_request *request)
{
    return &request->config;
}
