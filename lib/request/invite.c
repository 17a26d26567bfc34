/* What an INVITE has beside its exchange: ACK of each final response that is no 2xx, repeated as long as that comes
 * again (RFC 3261 17.1.1.3, timer D), also of a try that a challenge has ended; and CANCEL, a transaction of its own
 * (9.1).
 *
 * A try with such a final response moves from the exchange into past, so that the exchange is free for the next. */
#include "request/request.h"

#include "agent/port.h"
#include "base/timer.h"

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static void schedule(sira_request *request)
{
    uint64_t deadline = sira_i_transaction_deadline(&request->cancel);
    for (size_t i = 0; i < SIRA_I_REQUEST_PASTS; i++)
        deadline = earlier(deadline, sira_i_transaction_deadline(&request->past[i].transaction));
    sira_i_agent_set_timer(sira_i_request_agent(request), &request->timer, deadline);
}

static void forget(sira_request *request, sira_transaction *transaction)
{
    sira_i_transactions_remove(&sira_i_request_agent(request)->transactions, transaction);
    transaction->state = SIRA_I_TRANSACTION_TERMINATED;
}

/* What can't be sent is made up for by the next retransmission, of the response or of CANCEL. */
static void send_written(sira_request *request, sira_writer *writer, const sira_flow *flow)
{
    size_t length;
    if (sira_writer_finish(writer, &length) == SIRA_OK)
        (void)sira_i_agent_send_scratch(sira_i_request_agent(request), flow, length);
}

static void begin_writing(const sira_request *request, sira_writer *writer)
{
    const sira_agent_config *config = &sira_i_request_agent(request)->config;
    sira_writer_init(writer, config->scratch, config->scratch_size);
}

/* ---- ACK ---- */

static void send_ack(sira_request_past *past, const sira_i_arrival *response)
{
    sira_writer writer;
    begin_writing(past->request, &writer);
    sira_i_request_write_past_ack(past, response->message, &writer);
    send_written(past->request, &writer, &past->flow);
}

/* The final response of a try comes again. */
static bool take_again(sira_transaction *transaction, const sira_i_arrival *response)
{
    sira_request_past *past = SIRA_I_OWNER(transaction, sira_request_past, transaction);
    const sira_agent *agent = sira_i_request_agent(past->request);
    const sira_i_transaction_timing timing = sira_i_agent_timing(agent);
    if (response->flow->id != past->flow.id || response->cseq.number != past->cseq ||
        !sira_i_request_matches(&past->request->exchange, response))
        return false;
    if (sira_i_invite_client_response(transaction, response->message->status_code, agent->now, &timing) ==
        SIRA_I_TRANSACTION_ACK)
        send_ack(past, response);
    return true;
}

/* The place of a try that has ended; else that of the one that ends first. */
static sira_request_past *place(sira_request *request)
{
    sira_request_past *best = &request->past[0];
    for (size_t i = 0; i < SIRA_I_REQUEST_PASTS; i++) {
        sira_request_past *one = &request->past[i];
        if (one->transaction.state == SIRA_I_TRANSACTION_TERMINATED)
            return one;
        if (one->transaction.timeout < best->transaction.timeout)
            best = one;
    }
    forget(request, &best->transaction);
    return best;
}

static void acknowledge(sira_request *request, const sira_i_arrival *response)
{
    sira_exchange *exchange = &request->exchange;
    sira_transactions *tree = &sira_i_request_agent(request)->transactions;
    sira_request_past *past = place(request);
    sira_i_transactions_remove(tree, &exchange->transaction);
    *past = (sira_request_past){
        .transaction = exchange->transaction, .request = request, .flow = exchange->flow, .cseq = exchange->cseq};
    past->transaction.take = take_again;
    (void)sira_i_transactions_add(tree, &past->transaction); /* its id has just become free */
    exchange->transaction.state = SIRA_I_TRANSACTION_TERMINATED;
    send_ack(past, response);
}

/* ---- CANCEL ---- */

static void send_cancel(sira_request *request)
{
    sira_writer writer;
    begin_writing(request, &writer);
    sira_i_request_write_cancel(request, &writer);
    send_written(request, &writer, &request->exchange.flow);
}

static bool take_answer_to_cancel(sira_transaction *transaction, const sira_i_arrival *response)
{
    sira_request *request = SIRA_I_OWNER(transaction, sira_request, cancel);
    const sira_agent *agent = sira_i_request_agent(request);
    const sira_i_transaction_timing timing = sira_i_agent_timing(agent);
    if (response->flow->id != request->exchange.flow.id || response->cseq.number != request->exchange.cseq ||
        !sira_str_equal(response->call_id, request->config.call_id))
        return false;
    (void)sira_i_transaction_response(transaction, response->message->status_code, agent->now, &timing);
    schedule(request);
    return true;
}

static void begin_cancel(sira_request *request)
{
    sira_agent *agent = sira_i_request_agent(request);
    const sira_i_transaction_timing timing = sira_i_agent_timing(agent);
    request->given_up = true; /* by timer C, too */
    request->cancel.reliable = request->exchange.transaction.reliable;
    sira_i_transaction_start(&request->cancel, sira_i_branch_of_cancel(request->exchange.transaction.id), agent->now,
                             &timing);
    request->cancel.take = take_answer_to_cancel;
    (void)sira_i_transactions_add(&agent->transactions, &request->cancel);
}

static void run_cancel(sira_request *request)
{
    sira_agent *agent = sira_i_request_agent(request);
    const sira_i_transaction_timing timing = sira_i_agent_timing(agent);
    switch (sira_i_transaction_run(&request->cancel, agent->now, &timing)) {
    case SIRA_I_TRANSACTION_RESEND:
        agent->counters.retransmitted++;
        send_cancel(request);
        break;
    case SIRA_I_TRANSACTION_SEND:
        send_cancel(request);
        break;
    case SIRA_I_TRANSACTION_TIMEOUT:
    case SIRA_I_TRANSACTION_END:
        forget(request, &request->cancel);
        break;
    default:
        break;
    }
}

/* ---- all of it ---- */

void sira_i_invite_acted(sira_request *request, sira_i_transaction_action action, const sira_i_arrival *response)
{
    const uint16_t code = response != NULL ? response->message->status_code : 0;
    sira_exchange *exchange = &request->exchange;
    switch (action) {
    case SIRA_I_TRANSACTION_ACK_AND_DELIVER:
        acknowledge(request, response);
        break;
    case SIRA_I_TRANSACTION_CANCEL:
        begin_cancel(request);
        break;
    case SIRA_I_TRANSACTION_DELIVER:
        if (code < 200) /* it may ring for minutes: that is no time for others to wait */
            sira_i_server_release(exchange->server, &exchange->claim);
        else if (request->accepted)
            sira_i_request_post(
                request, &(sira_i_request_news){.kind = SIRA_REQUEST_REPEATED, .code = code, .arrival = response});
        break;
    default:
        break;
    }
    schedule(request);
}

static void due(sira_timer *timer)
{
    sira_request *request = SIRA_I_OWNER(timer, sira_request, timer);
    const sira_agent *agent = sira_i_request_agent(request);
    const sira_i_transaction_timing timing = sira_i_agent_timing(agent);
    run_cancel(request);
    for (size_t i = 0; i < SIRA_I_REQUEST_PASTS; i++)
        if (sira_i_invite_client_run(&request->past[i].transaction, agent->now, &timing) == SIRA_I_TRANSACTION_END)
            forget(request, &request->past[i].transaction);
    schedule(request);
    sira_i_request_post_over(request);
}

void sira_i_invite_init(sira_request *request)
{
    sira_i_timer_init(&request->timer, due);
}

void sira_i_invite_remove(sira_request *request)
{
    forget(request, &request->cancel);
    for (size_t i = 0; i < SIRA_I_REQUEST_PASTS; i++)
        forget(request, &request->past[i].transaction);
    schedule(request);
}
