/* A request that has arrived, in its slot: its server transaction, what was answered, what the application is told.
 *
 *     free --a new request--> used, REQUEST --answer, CANCEL, ACK, time--> ... --the transaction ends--> OVER, free
 *
 * The slot holds the head of the request, from which each response is written, and the last response, which goes out
 * again as often as its transaction says. The machine of it is transaction/server.c's. */
#include "request/incoming.h"

#include "agent/answer.h"
#include "agent/port.h"
#include "base/hex.h"
#include "base/random.h"
#include "base/timer.h"

#include <string.h>

static sira_agent *agent_of(const sira_incoming *incoming)
{
    return incoming->uas->agent;
}

static uint64_t now(const sira_incoming *incoming)
{
    return agent_of(incoming)->now;
}

static void schedule(sira_incoming *incoming)
{
    uint64_t deadline = sira_i_server_transaction_deadline(&incoming->transaction);
    sira_i_agent_set_timer(agent_of(incoming), &incoming->timer,
                           deadline < incoming->answer_by ? deadline : incoming->answer_by);
}

/* ---- events ---- */

const char *sira_incoming_event_kind_name(sira_incoming_event_kind kind)
{
    switch (kind) {
    case SIRA_INCOMING_REQUEST:
        return "request";
    case SIRA_INCOMING_CANCELLED:
        return "cancelled";
    case SIRA_INCOMING_ACKED:
        return "acked";
    case SIRA_INCOMING_FAILED:
        return "failed";
    case SIRA_INCOMING_OVER:
        return "over";
    }
    return "?";
}

/* has_message: the agent's present one is what it is about. Of a slot there are never more undelivered events than
 * places: one of what has come, one of its failure, one of its end. */
static void post(sira_incoming *incoming, const sira_incoming_news *news)
{
    sira_incoming_news *kept = &incoming->news[(incoming->news_first + incoming->news_count++) % SIRA_LIMIT_EVENTS];
    *kept = *news;
    kept->now = now(incoming);
    sira_i_agent_notify(agent_of(incoming), &incoming->in_agent);
}

static void deliver(sira_waiter *waiter)
{
    sira_incoming *incoming = SIRA_I_OWNER(waiter, sira_incoming, in_agent);
    const sira_uas *uas = incoming->uas;
    const sira_incoming_news *news = &incoming->news[incoming->news_first];
    const sira_flow flow = incoming->flow;
    const sira_incoming_event event = {.kind = news->kind,
                                       .code = news->code,
                                       .status = (sira_status)news->status,
                                       .message = news->has_message ? &uas->agent->message : NULL,
                                       .flow = &flow,
                                       .now = news->now,
                                       .incoming = incoming};
    incoming->news_first = (uint8_t)((incoming->news_first + 1u) % SIRA_LIMIT_EVENTS);
    if (--incoming->news_count == 0)
        sira_i_list_remove(&waiter->link);
    if (event.kind == SIRA_INCOMING_OVER)
        incoming->used = false;
    uas->config.on_event(uas->config.user, &event);
}

/* ---- out ---- */

static sira_status send(sira_incoming *incoming, size_t length)
{
    sira_flow back = incoming->flow;
    back.remote.port = incoming->reply_port;
    return sira_i_agent_send_scratch(agent_of(incoming), &back, length);
}

static void resend(sira_incoming *incoming)
{
    sira_agent *agent = agent_of(incoming);
    memcpy(agent->config.scratch, incoming->bytes + incoming->request_len, incoming->response_len);
    agent->counters.retransmitted++;
    (void)send(incoming, incoming->response_len);
}

static void keep(sira_incoming *incoming, uint16_t code, size_t length)
{
    memcpy(incoming->bytes + incoming->request_len, agent_of(incoming)->config.scratch, length);
    incoming->response_len = (uint32_t)length;
    incoming->code = code;
    if (code >= 200)
        incoming->answer_by = SIRA_NEVER;
    else if (code > 100)
        incoming->answer_by = now(incoming) + incoming->uas->config.ring_within;
}

static sira_status write(sira_incoming *incoming, const sira_answer *answer, size_t *length)
{
    sira_status status = sira_i_incoming_write(incoming, answer, length);
    if (status == SIRA_OK && *length > incoming->uas->share - incoming->request_len)
        return SIRA_E_SPACE;
    return status;
}

/* Written first, so that what can't be written has not been answered. */
static sira_status respond(sira_incoming *incoming, const sira_answer *answer)
{
    const sira_i_transaction_timing timing = sira_i_agent_timing(agent_of(incoming));
    size_t length;
    sira_status status = write(incoming, answer, &length);
    if (status != SIRA_OK)
        return status;
    if (sira_i_server_transaction_respond(&incoming->transaction, answer->code, now(incoming), &timing) !=
        SIRA_I_SERVER_TRANSACTION_SEND)
        return SIRA_E_UNSUPPORTED;
    keep(incoming, answer->code, length);
    status = send(incoming, length);
    schedule(incoming);
    return status;
}

static void send_100(sira_incoming *incoming)
{
    size_t length;
    if (write(incoming, &(sira_answer){.code = 100}, &length) != SIRA_OK)
        return;
    keep(incoming, 100, length);
    (void)send(incoming, length);
}

/* ---- time ---- */

static void run(sira_incoming *incoming)
{
    const sira_i_transaction_timing timing = sira_i_agent_timing(agent_of(incoming));
    switch (sira_i_server_transaction_run(&incoming->transaction, now(incoming), &timing)) {
    case SIRA_I_SERVER_TRANSACTION_SEND_100:
        send_100(incoming);
        break;
    case SIRA_I_SERVER_TRANSACTION_RESEND:
        resend(incoming);
        break;
    case SIRA_I_SERVER_TRANSACTION_TIMEOUT:
        post(incoming, &(sira_incoming_news){.kind = SIRA_INCOMING_FAILED,
                                             .status = SIRA_E_TIMEOUT,
                                             .code = incoming->code >= 200 ? incoming->code : 0});
        post(incoming, &(sira_incoming_news){.kind = SIRA_INCOMING_OVER});
        break;
    case SIRA_I_SERVER_TRANSACTION_END:
        post(incoming, &(sira_incoming_news){.kind = SIRA_INCOMING_OVER});
        break;
    case SIRA_I_SERVER_TRANSACTION_NOTHING:
    case SIRA_I_SERVER_TRANSACTION_SEND:
    case SIRA_I_SERVER_TRANSACTION_DELIVER:
        break;
    }
}

static void due(sira_timer *timer)
{
    sira_incoming *incoming = SIRA_I_OWNER(timer, sira_incoming, timer);
    run(incoming);
    if (incoming->transaction.state == SIRA_I_SERVER_TRANSACTION_TERMINATED) {
        incoming->answer_by = SIRA_NEVER;
    } else if (now(incoming) >= incoming->answer_by) {
        incoming->answer_by = SIRA_NEVER;
        (void)respond(incoming, &(sira_answer){.code = 500});
        post(incoming, &(sira_incoming_news){.kind = SIRA_INCOMING_FAILED, .status = SIRA_E_TIMEOUT, .code = 500});
    }
    schedule(incoming);
}

/* ---- in ---- */

void sira_i_incoming_init(sira_incoming *incoming, sira_uas *uas, char *bytes)
{
    *incoming = (sira_incoming){.uas = uas, .bytes = bytes, .answer_by = SIRA_NEVER};
    sira_i_timer_init(&incoming->timer, due);
    sira_i_waiter_init(&incoming->in_agent, deliver);
}

static sira_status make_tag(sira_incoming *incoming)
{
    uint8_t random[sizeof incoming->tag / 2];
    sira_status status = sira_i_random_fill(&agent_of(incoming)->random, random, sizeof random);
    (void)sira_i_hex_write(random, sizeof random, incoming->tag);
    return status;
}

sira_status sira_i_incoming_begin(sira_incoming *incoming, const sira_i_arrival *request)
{
    const sira_message *message = request->message;
    const sira_i_transaction_timing timing = sira_i_agent_timing(agent_of(incoming));
    const size_t head = message->bytes.len - message->body.len;
    /* Half of it is for the response, which repeats much of the request. */
    if (head > incoming->uas->share / 2)
        return SIRA_E_SPACE;
    sira_status status = make_tag(incoming);
    if (status != SIRA_OK)
        return status;
    memcpy(incoming->bytes, message->bytes.at, head);
    incoming->request_len = (uint32_t)head;
    incoming->response_len = 0;
    incoming->code = 0;
    incoming->used = true;
    incoming->acked = false;
    incoming->user = NULL;
    incoming->flow = *request->flow;
    incoming->reply_port = sira_i_answer_port(request->flow, &request->via);
    sira_i_key_take(&incoming->key, request);
    incoming->transaction.invite = message->method == SIRA_METHOD_INVITE;
    incoming->transaction.reliable = request->flow->remote.transport != SIRA_TRANSPORT_UDP;
    sira_i_server_transaction_start(&incoming->transaction, now(incoming), &timing);
    incoming->answer_by = now(incoming) + incoming->uas->config.answer_within;
    schedule(incoming);
    post(incoming, &(sira_incoming_news){.kind = SIRA_INCOMING_REQUEST, .has_message = true});
    return SIRA_OK;
}

void sira_i_incoming_forget(sira_incoming *incoming)
{
    sira_i_agent_set_timer(agent_of(incoming), &incoming->timer, SIRA_NEVER);
    sira_i_list_remove(&incoming->in_agent.link);
    incoming->used = false;
}

void sira_i_incoming_repeat(sira_incoming *incoming)
{
    if (sira_i_server_transaction_request(&incoming->transaction) == SIRA_I_SERVER_TRANSACTION_RESEND)
        resend(incoming);
}

void sira_i_incoming_acknowledge(sira_incoming *incoming)
{
    const sira_i_transaction_timing timing = sira_i_agent_timing(agent_of(incoming));
    if (sira_i_server_transaction_ack(&incoming->transaction, now(incoming), &timing) ==
            SIRA_I_SERVER_TRANSACTION_DELIVER &&
        !incoming->acked) {
        incoming->acked = true;
        post(incoming, &(sira_incoming_news){.kind = SIRA_INCOMING_ACKED, .has_message = true});
    }
    schedule(incoming);
}

void sira_i_incoming_cancel(sira_incoming *incoming)
{
    if (!incoming->transaction.invite || incoming->code >= 200 ||
        incoming->transaction.state == SIRA_I_SERVER_TRANSACTION_TERMINATED)
        return;
    (void)respond(incoming, &(sira_answer){.code = 487}); /* RFC 3261 9.2 */
    post(incoming, &(sira_incoming_news){.kind = SIRA_INCOMING_CANCELLED, .code = 487, .has_message = true});
}

static bool acknowledges_2xx(const sira_incoming *incoming, const sira_i_arrival *request)
{
    const sira_request_key *key = &incoming->key;
    return request->message->method == SIRA_METHOD_ACK && incoming->transaction.invite && incoming->code >= 200 &&
           incoming->code < 300 && request->cseq.number == key->cseq &&
           sira_str_equal(request->call_id, (sira_str){incoming->bytes + key->call_id.at, key->call_id.length}) &&
           sira_str_equal_nocase(request->from.tag,
                                 (sira_str){incoming->bytes + key->from_tag.at, key->from_tag.length}) &&
           sira_str_equal_nocase(request->to.tag, sira_incoming_to_tag(incoming));
}

sira_i_relation sira_i_incoming_relation(const sira_incoming *incoming, const sira_i_arrival *request)
{
    if (!incoming->used || incoming->transaction.state == SIRA_I_SERVER_TRANSACTION_TERMINATED)
        return SIRA_I_RELATION_NONE;
    if (acknowledges_2xx(incoming, request))
        return SIRA_I_RELATION_ACKS;
    return sira_i_key_relation(&incoming->key, incoming->bytes, request, sira_incoming_to_tag(incoming));
}

/* ---- the application's side ---- */

/* What is written by itself, or would contradict it. */
static bool is_ours(sira_field_id id)
{
    switch (id) {
    case SIRA_FIELD_VIA:
    case SIRA_FIELD_FROM:
    case SIRA_FIELD_TO:
    case SIRA_FIELD_CALL_ID:
    case SIRA_FIELD_CSEQ:
    case SIRA_FIELD_RECORD_ROUTE:
    case SIRA_FIELD_CONTENT_TYPE:
    case SIRA_FIELD_CONTENT_LENGTH:
        return true;
    default:
        return false;
    }
}

sira_status sira_incoming_answer(sira_incoming *incoming, const sira_answer *answer)
{
    if (!incoming->used || incoming->code >= 200 || incoming->transaction.state == SIRA_I_SERVER_TRANSACTION_TERMINATED)
        return SIRA_E_STATE;
    if (answer->code <= 100 || answer->code > 699 || (answer->body.len != 0 && answer->content_type.len == 0))
        return SIRA_E_ARGUMENT;
    for (size_t i = 0; i < answer->field_count; i++)
        if (is_ours(sira_field_id_of(answer->fields[i].name)))
            return SIRA_E_ARGUMENT;
    sira_status status = respond(incoming, answer);
    sira_i_agent_told(agent_of(incoming), false);
    return status;
}

sira_status sira_incoming_parse(const sira_incoming *incoming, sira_message *message)
{
    sira_status status = sira_message_parse(message, (sira_str){incoming->bytes, incoming->request_len}, NULL);
    return status == SIRA_E_LENGTH ? SIRA_OK : status; /* its body is not kept */
}

sira_str sira_incoming_to_tag(const sira_incoming *incoming)
{
    if (incoming->key.to_tag.length != 0) /* of a request within a dialog */
        return (sira_str){incoming->bytes + incoming->key.to_tag.at, incoming->key.to_tag.length};
    return sira_i_incoming_own_tag(incoming);
}

const sira_flow *sira_incoming_flow(const sira_incoming *incoming)
{
    return &incoming->flow;
}

bool sira_incoming_is_answered(const sira_incoming *incoming)
{
    return incoming->code >= 200;
}

void sira_incoming_set_user(sira_incoming *incoming, void *user)
{
    incoming->user = user;
}

void *sira_incoming_get_user(const sira_incoming *incoming)
{
    return incoming->user;
}
