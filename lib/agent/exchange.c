#include "agent/exchange.h"

#include "agent/flow.h"
#include "agent/port.h"
#include "base/random.h"
#include "base/timer.h"
#include "digest/client.h"

#include <sira/detail/agent.h>

/* Challenges answered in one exchange: a proxy's and a registrar's, each once more when its nonce was stale. */
#define ROUNDS_MAX 4u

static sira_exchange *of_timer(sira_timer *timer)
{
    return SIRA_I_OWNER(timer, sira_exchange, timer);
}

static uint64_t now(const sira_exchange *exchange)
{
    return sira_i_exchange_agent(exchange)->now;
}

static void set_timer(sira_exchange *exchange, uint64_t deadline)
{
    sira_i_agent_set_timer(sira_i_exchange_agent(exchange), &exchange->timer, deadline);
}

/* The one timer goes to whatever comes next. */
static void schedule(sira_exchange *exchange)
{
    uint64_t deadline = sira_i_transaction_deadline(&exchange->transaction);
    set_timer(exchange, deadline < exchange->give_up_at ? deadline : exchange->give_up_at);
}

/* Who asks a better target has another one that works, and a binding that has to be refreshed there in time. Addresses
 * that are known are worth more than new ones that don't come (RFC 8767 5 has 1.8 s for that). */
static uint64_t patience(const sira_exchange *exchange)
{
    const sira_server *server = exchange->server;
    const bool locates = exchange->phase == SIRA_I_PHASE_LOCATING && server->targets.count != 0;
    const unsigned t1s = server->trier == &exchange->claim ? 8 : locates ? 4 : 64;
    return (uint64_t)t1s * sira_i_exchange_agent(exchange)->config.t1;
}

static void wait_for(sira_exchange *exchange, sira_i_phase phase)
{
    exchange->phase = (uint8_t)phase;
    exchange->give_up_at = now(exchange) + patience(exchange);
}

static void end_transaction(sira_exchange *exchange)
{
    sira_i_transactions_remove(&sira_i_exchange_agent(exchange)->transactions, &exchange->transaction);
    exchange->transaction.state = SIRA_I_TRANSACTION_TERMINATED;
}

/* Two exchanges of an account are as careful with its password as one (detail/account.h). */
static sira_status judge(sira_exchange *exchange, sira_status so_far, uint16_t code)
{
    const sira_account *account = exchange->account;
    return account->judge != NULL ? account->judge(exchange, so_far, code) : SIRA_OK;
}

/* Gives back what is held but for the transaction, which may still absorb retransmissions. */
static void release(sira_exchange *exchange)
{
    exchange->phase = SIRA_I_PHASE_IDLE;
    exchange->give_up_at = SIRA_NEVER;
    exchange->broken = false;
    sira_i_list_remove(&exchange->in_account.link);
    (void)judge(exchange, SIRA_IDLE, 0);
    sira_i_server_release(exchange->server, &exchange->claim);
}

/* On with another request, by the timer, which is due at once. */
static void again(sira_exchange *exchange, sira_i_phase phase, const sira_i_outcome *why)
{
    exchange->phase = (uint8_t)phase;
    exchange->give_up_at = now(exchange);
    exchange->why_status = (int16_t)why->status;
    exchange->why_code = why->code;
}

static void end(sira_exchange *exchange, const sira_i_outcome *outcome)
{
    exchange->content = exchange->shown;
    (void)judge(exchange, outcome->status, outcome->code);
    if (exchange->owner->ended(exchange, outcome)) /* maybe at another server, whose turns are its own */
        again(exchange, exchange->claim.has_turn ? SIRA_I_PHASE_KEY : SIRA_I_PHASE_QUEUED, outcome);
    else
        release(exchange);
}

/* RFC 3263 4.3: each of the server's targets is tried once, with another branch. */
static bool try_next_target(sira_exchange *exchange, const sira_i_outcome *why)
{
    if (exchange->targets + 1u >= exchange->server->targets.count)
        return false;
    exchange->targets++;
    again(exchange, SIRA_I_PHASE_QUEUED, why);
    return true;
}

static void fail(sira_exchange *exchange, sira_i_outcome *outcome)
{
    end_transaction(exchange);
    if (outcome->status == SIRA_E_TIMEOUT || outcome->status == SIRA_E_TRANSPORT || outcome->code == 503) {
        uint64_t until = 0;
        if (outcome->has_retry_after)
            until = now(exchange) + 1000u * (uint64_t)(outcome->retry_after < SIRA_LIMIT_RETRY_AFTER_MAX
                                                           ? outcome->retry_after
                                                           : SIRA_LIMIT_RETRY_AFTER_MAX);
        /* A Retry-After is that target's (RFC 3261 21.5.4). */
        const bool is_next = sira_i_server_target_failed(exchange->server, &exchange->flow, until);
        exchange->broken = false; /* it knows */
        if (is_next) {
            outcome->has_retry_after = false;
            if (try_next_target(exchange, outcome))
                return;
        }
    }
    end(exchange, outcome);
}

static void fail_by(sira_exchange *exchange, sira_status status)
{
    fail(exchange, &(sira_i_outcome){.status = status});
}

/* ---- out ---- */

static bool take(sira_transaction *transaction, const sira_i_arrival *response);

/* Another branch, CSeq and cnonce. It goes out when the transaction runs, behind the event that announces it. */
static sira_status begin(sira_exchange *exchange)
{
    sira_agent *agent = sira_i_exchange_agent(exchange);
    struct {
        uint64_t id;
        uint8_t cnonce[8];
    } random;
    sira_status status = sira_i_random_fill(&agent->random, &random, sizeof random);
    if (status != SIRA_OK)
        return status;
    exchange->cseq++;
    if (exchange->account->has_credentials) {
        sira_digest_client_begin(&exchange->account->digest, &exchange->attempt, random.cnonce);
        exchange->shown = exchange->shown || sira_i_attempt_shows(&exchange->attempt);
    }
    sira_wipe(random.cnonce, sizeof random.cnonce);
    sira_i_transaction_timing timing = sira_i_agent_timing(agent);
    exchange->transaction.reliable = exchange->flow.remote.transport != SIRA_TRANSPORT_UDP;
    sira_i_transaction_start(&exchange->transaction, random.id, agent->now, &timing);
    exchange->transaction.take = take;
    /* 64 random bits that repeat are not random */
    return sira_i_transactions_add(&agent->transactions, &exchange->transaction) == SIRA_OK ? SIRA_OK : SIRA_E_ENTROPY;
}

static void request(sira_exchange *exchange)
{
    end_transaction(exchange);
    exchange->phase = SIRA_I_PHASE_CALLING;
    exchange->give_up_at = SIRA_NEVER;
    if (exchange->server->trier == &exchange->claim)
        exchange->give_up_at = now(exchange) + patience(exchange);
    if (!exchange->owner->begins(exchange)) {
        release(exchange);
        return;
    }
    exchange->why_status = SIRA_OK;
    exchange->why_code = 0;
    sira_status status = begin(exchange);
    if (status != SIRA_OK)
        fail_by(exchange, status);
}

/* No flow to the present target: the server has moved on already. */
static void unconnected(sira_exchange *exchange, sira_status status)
{
    const sira_i_outcome why = {.status = status};
    exchange->broken = false;
    if (!try_next_target(exchange, &why))
        end(exchange, &why);
}

/* As far as it goes now. */
static void proceed(sira_exchange *exchange)
{
    sira_server *server = exchange->server;
    sira_i_phase phase;
    sira_status status = sira_i_server_prepare(server, &exchange->claim, exchange->insists, &phase);
    exchange->broken = false; /* a flow that was closed on the way to a better target */
    if (status == SIRA_OK) {
        exchange->flow = server->flow; /* also for what follows a challenge */
        request(exchange);
    } else if (status == SIRA_IDLE) {
        end(exchange,
            &(sira_i_outcome){.status = SIRA_E_RESPONSE, .code = 503, .not_before = sira_i_server_rests_until(server)});
    } else if (status != SIRA_MORE) {
        unconnected(exchange, status);
    } else if (phase == SIRA_I_PHASE_QUEUED) {
        exchange->phase = (uint8_t)phase;
        exchange->give_up_at = SIRA_NEVER;
    } else if (exchange->phase != phase) {
        wait_for(exchange, phase);
    } else if (now(exchange) >= exchange->give_up_at) {
        sira_i_server_give_up(server);
        if (phase != SIRA_I_PHASE_LOCATING)
            unconnected(exchange, SIRA_E_TRANSPORT);
        else if (server->targets.count == 0)
            unconnected(exchange, SIRA_E_RESOLVE);
        else
            exchange->phase = SIRA_I_PHASE_QUEUED; /* on with the old ones, by the timer, which is due still */
    }
}

void sira_i_exchange_write_via(const sira_exchange *exchange, sira_writer *writer)
{
    char branch[SIRA_I_BRANCH_SIZE];
    sira_i_branch_write(exchange->transaction.id, branch);
    sira_write_via_field(
        writer, &(sira_write_via){.sent_by = &exchange->flow.local, .branch = {branch, sizeof branch}, .rport = true});
}

sira_status sira_i_exchange_write_credentials(const sira_exchange *exchange, const sira_digest_request *request,
                                              sira_writer *writer)
{
    sira_account *account = exchange->account;
    return account->has_credentials ? sira_digest_client_write(&account->digest, &exchange->attempt, request, writer)
                                    : SIRA_OK;
}

static sira_status write_and_send(sira_exchange *exchange)
{
    sira_agent *agent = sira_i_exchange_agent(exchange);
    char uri[SIRA_I_REQUEST_URI_SIZE];
    const sira_digest_request asked = exchange->owner->digest(exchange, uri);
    sira_writer writer;
    size_t length;
    sira_writer_init(&writer, agent->config.scratch, agent->config.scratch_size);
    sira_status status = exchange->owner->write(exchange, &asked, &writer);
    if (status == SIRA_OK)
        status = sira_writer_finish(&writer, &length);
    if (status == SIRA_OK)
        status = sira_i_agent_send_scratch(agent, &exchange->flow, length);
    return status;
}

static void send(sira_exchange *exchange)
{
    sira_status status = write_and_send(exchange);
    /* A request whose nonce has been replaced meanwhile can't be repeated as it was; the first copy may still be
     * answered. */
    if (status == SIRA_OK || status == SIRA_E_STATE)
        return;
    /* Unless the port has said something in between that made the owner give it up. */
    if (sira_i_exchange_is_out(exchange))
        fail_by(exchange, status);
}

/* ---- time ---- */

static void run_transaction(sira_exchange *exchange)
{
    sira_agent *agent = sira_i_exchange_agent(exchange);
    sira_i_transaction_timing timing = sira_i_agent_timing(agent);
    sira_i_transaction_action action = exchange->owner->run(&exchange->transaction, agent->now, &timing);
    if (exchange->owner->acted != NULL)
        exchange->owner->acted(exchange, action, NULL);
    switch (action) {
    case SIRA_I_TRANSACTION_RESEND:
        agent->counters.retransmitted++;
        send(exchange);
        break;
    case SIRA_I_TRANSACTION_SEND:
        send(exchange);
        break;
    case SIRA_I_TRANSACTION_TIMEOUT:
        fail_by(exchange, SIRA_E_TIMEOUT);
        break;
    case SIRA_I_TRANSACTION_END:
        end_transaction(exchange);
        break;
    case SIRA_I_TRANSACTION_NOTHING:
    case SIRA_I_TRANSACTION_DELIVER:
    case SIRA_I_TRANSACTION_ACK_AND_DELIVER: /* an INVITE's: the owner's business */
    case SIRA_I_TRANSACTION_ACK:
    case SIRA_I_TRANSACTION_CANCEL:
        break;
    }
}

static void due(sira_timer *timer)
{
    sira_exchange *exchange = of_timer(timer);
    switch ((sira_i_phase)exchange->phase) {
    case SIRA_I_PHASE_LOCATING:
    case SIRA_I_PHASE_QUEUED:
    case SIRA_I_PHASE_CONNECTING:
        if (sira_i_transaction_deadline(&exchange->transaction) <= now(exchange))
            run_transaction(exchange); /* timer K of the request before */
        if (exchange->broken)
            unconnected(exchange, SIRA_E_TRANSPORT);
        else
            proceed(exchange);
        break;
    case SIRA_I_PHASE_KEY:
        if (sira_i_list_empty(&exchange->in_account.link))
            request(exchange);
        else if (now(exchange) >= exchange->give_up_at)
            fail_by(exchange, SIRA_E_CHALLENGE);
        else
            run_transaction(exchange); /* timer K */
        break;
    case SIRA_I_PHASE_CALLING:
        if (exchange->broken)
            fail_by(exchange, SIRA_E_TRANSPORT);
        else if (now(exchange) >= exchange->give_up_at)
            fail_by(exchange, SIRA_E_TIMEOUT);
        else
            run_transaction(exchange);
        break;
    case SIRA_I_PHASE_IDLE:
        run_transaction(exchange); /* timer K */
        break;
    }
    schedule(exchange);
}

/* ---- in ---- */

static void challenged(sira_exchange *exchange, const sira_i_arrival *response)
{
    sira_account *account = exchange->account;
    sira_status status = SIRA_E_CREDENTIALS;
    if (exchange->content) /* one password for one attempt, also where 423 and 401 take turns */
        status = SIRA_E_RESPONSE;
    else if (account->has_credentials)
        status = judge(exchange, SIRA_MORE, 0);
    if (status == SIRA_MORE) { /* on hold: another exchange tries the password */
        wait_for(exchange, SIRA_I_PHASE_KEY);
        return;
    }
    if (status == SIRA_OK)
        status = sira_digest_client_challenged(&account->digest, &exchange->attempt, response->message, NULL);
    if (status == SIRA_OK && exchange->rounds >= ROUNDS_MAX)
        status = SIRA_E_CREDENTIALS;
    exchange->rounds++;
    if (status == SIRA_OK) {
        request(exchange);
    } else if (status == SIRA_MORE) {
        wait_for(exchange, SIRA_I_PHASE_KEY);
        sira_i_list_append(&account->waiting, &exchange->in_account.link);
    } else {
        fail(exchange,
             &(sira_i_outcome){.status = status, .code = response->message->status_code, .arrival = response});
    }
}

static void accepted(sira_exchange *exchange, const sira_i_arrival *response)
{
    sira_account *account = exchange->account;
    sira_i_outcome outcome = {.code = response->message->status_code, .arrival = response};
    if (account->has_credentials) {
        char uri[SIRA_I_REQUEST_URI_SIZE];
        const sira_digest_request asked = exchange->owner->digest(exchange, uri);
        sira_status status =
            sira_digest_client_accepted(&account->digest, &exchange->attempt, &asked, response->message, NULL);
        if (status < 0)
            outcome.status = status;
    }
    if (outcome.status == SIRA_OK)
        end(exchange, &outcome);
    else
        fail(exchange, &outcome);
}

static void refused(sira_exchange *exchange, const sira_i_arrival *response)
{
    sira_retry_after after;
    sira_i_outcome outcome = {.status = SIRA_E_RESPONSE, .code = response->message->status_code, .arrival = response};
    if (sira_message_retry_after(response->message, &after, NULL) == SIRA_OK) {
        outcome.has_retry_after = true;
        outcome.retry_after = after.seconds;
    }
    fail(exchange, &outcome);
}

/* RFC 3261 18.1.2: what we put there, or it was not we who asked. */
static bool is_sent_by(const sira_via *via, const sira_endpoint *local)
{
    sira_endpoint sent_by = *local;
    const uint16_t usual = local->transport == SIRA_TRANSPORT_TLS ? 5061 : 5060;
    return (via->port == local->port || (via->port == 0 && local->port == usual)) &&
           sira_endpoint_from_host(via->host, &sent_by) == SIRA_OK && sira_endpoint_equal(&sent_by, local);
}

static bool take(sira_transaction *transaction, const sira_i_arrival *response)
{
    sira_exchange *exchange = SIRA_I_OWNER(transaction, sira_exchange, transaction);
    sira_agent *agent = sira_i_exchange_agent(exchange);
    if (response->flow->id != exchange->flow.id || !is_sent_by(&response->via, &exchange->flow.local) ||
        response->flow->remote.transport != exchange->flow.remote.transport ||
        response->cseq.number != exchange->cseq || !exchange->owner->matches(exchange, response))
        return false;
    if (response->odd != NULL)
        sira_i_agent_tolerated(agent, response, response->odd);
    sira_i_transaction_timing timing = sira_i_agent_timing(agent);
    uint16_t code = response->message->status_code;
    sira_i_transaction_action action = exchange->owner->respond(&exchange->transaction, code, agent->now, &timing);
    if (exchange->owner->acted != NULL)
        exchange->owner->acted(exchange, action, response);
    /* A 2xx to an INVITE is delivered again and again (RFC 6026 8.4), the outcome once. */
    if ((action == SIRA_I_TRANSACTION_DELIVER || action == SIRA_I_TRANSACTION_ACK_AND_DELIVER) && code >= 200 &&
        exchange->phase == SIRA_I_PHASE_CALLING) {
        if (code != 503)
            sira_i_server_target_works(exchange->server, &exchange->claim);
        if (code == 401 || code == 407)
            challenged(exchange, response);
        else if (code >= 300)
            refused(exchange, response);
        else
            accepted(exchange, response);
    }
    schedule(exchange);
    return true;
}

/* ---- for the owner ---- */

static void told(sira_claim *claim, unsigned news, const sira_flow *flow)
{
    sira_exchange *exchange = SIRA_I_OWNER(claim, sira_exchange, claim);
    bool waits = exchange->phase >= SIRA_I_PHASE_LOCATING && exchange->phase <= SIRA_I_PHASE_CONNECTING;
    if (news == SIRA_I_NEWS_FLOW_DOWN)
        exchange->broken = (exchange->phase == SIRA_I_PHASE_CALLING && sira_i_flow_equal(&exchange->flow, flow)) ||
                           (exchange->phase == SIRA_I_PHASE_CONNECTING && claim->has_turn);
    if (waits || exchange->broken)
        set_timer(exchange, now(exchange));
    if (news != SIRA_I_NEWS_READY)
        exchange->owner->told(exchange, (sira_i_news)news, flow);
}

static void key_is_there(sira_waiter *waiter)
{
    sira_exchange *exchange = SIRA_I_OWNER(waiter, sira_exchange, in_account);
    set_timer(exchange, now(exchange));
}

void sira_i_exchange_init(sira_exchange *exchange, sira_account *account, const sira_exchange_owner *owner)
{
    *exchange =
        (sira_exchange){.account = account, .server = account->server, .owner = owner, .give_up_at = SIRA_NEVER};
    sira_i_timer_init(&exchange->timer, due);
    sira_i_waiter_init(&exchange->in_account, key_is_there);
    sira_i_claim_make(&exchange->claim, account->server, told);
}

void sira_i_exchange_start(sira_exchange *exchange)
{
    exchange->rounds = 0;
    exchange->targets = 0;
    exchange->shown = false;
    exchange->content = false;
    proceed(exchange);
    schedule(exchange);
}

void sira_i_exchange_cancel(sira_exchange *exchange)
{
    end_transaction(exchange);
    release(exchange);
    schedule(exchange);
}

void sira_i_exchange_move(sira_exchange *exchange, sira_server *server)
{
    sira_i_claim_remove(&exchange->claim, exchange->server);
    exchange->server = server;
    exchange->targets = 0;
    sira_i_claim_make(&exchange->claim, server, told);
}

void sira_i_exchange_remove(sira_exchange *exchange)
{
    sira_i_exchange_cancel(exchange);
    sira_i_claim_remove(&exchange->claim, exchange->server);
}
