/* An attempt to register, refresh or unregister: its requests, its end, and the wait for the next. */
#include "agent/registration.h"

#include "agent/policy.h"
#include "base/random.h"
#include "base/timer.h"

/* ---- small steps ---- */

uint32_t sira_i_registration_draw(sira_registration *registration)
{
    /* Without entropy there is no request either, so a plain back-off is no loss then. */
    uint32_t random = 0;
    (void)sira_i_random_fill(&sira_i_registration_agent(registration)->random, &random, sizeof random);
    return random;
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

void sira_i_attempt_schedule(sira_registration *registration)
{
    uint64_t deadline = earlier(registration->next_at, sira_i_transaction_deadline(&registration->client.transaction));
    if (sira_registration_is_bound(registration))
        deadline = earlier(deadline, registration->expires_at);
    sira_i_agent_set_timer(sira_i_registration_agent(registration), &registration->client, deadline);
}

void sira_i_registration_wake(sira_registration *registration)
{
    sira_agent *agent = sira_i_registration_agent(registration);
    sira_i_agent_set_timer(agent, &registration->client, agent->now);
}

void sira_i_attempt_end_transaction(sira_registration *registration)
{
    sira_i_transactions_remove(&sira_i_registration_agent(registration)->transactions,
                               &registration->client.transaction);
    registration->client.transaction.state = SIRA_I_TRANSACTION_TERMINATED;
}

void sira_i_attempt_end(sira_registration *registration)
{
    if (registration->account->waiting_for_ha1 == registration)
        registration->account->waiting_for_ha1 = NULL;
    sira_i_server_release(registration->account->server, registration);
}

/* ---- the ends of an attempt ---- */

void sira_i_attempt_stopped(sira_registration *registration, sira_status status, uint16_t code)
{
    registration->state = SIRA_REGISTRATION_STOPPED;
    registration->leaving = false;
    registration->expires_at = 0;
    registration->service_route_len = 0;
    registration->next_at = SIRA_NEVER;
    (void)sira_i_registration_post(registration, SIRA_EVENT_STOPPED, status, code);
}

static sira_i_verdict verdict_of(const sira_i_failure *why)
{
    switch (why->status) {
    case SIRA_E_RESPONSE:
        return sira_i_policy_verdict(why->code);
    case SIRA_E_CREDENTIALS:
        return SIRA_I_VERDICT_REJECTED;
    case SIRA_E_CHALLENGE:
    case SIRA_E_DOWNGRADE:
    case SIRA_E_RSPAUTH:
    case SIRA_E_LIMIT:
        return SIRA_I_VERDICT_SLOW;
    default:
        return SIRA_I_VERDICT_RETRY;
    }
}

static uint64_t wait_after(sira_registration *registration, const sira_i_failure *why, sira_i_verdict verdict)
{
    const sira_registration_config *config = &registration->config;
    uint32_t random = sira_i_registration_draw(registration);
    if (verdict == SIRA_I_VERDICT_REJECTED)
        return sira_i_policy_backoff(config->rejected_base, config->rejected_max, registration->rejections, random);
    uint32_t base = verdict == SIRA_I_VERDICT_SLOW ? config->rejected_base : config->retry_base;
    uint32_t max = verdict == SIRA_I_VERDICT_SLOW ? config->rejected_max : config->retry_max;
    uint64_t wait = sira_i_policy_backoff(base, max, registration->failures, random);
    if (why->has_retry_after)
        wait = sira_i_policy_retry_after(why->retry_after, config->min_interval, registration->failures, wait);
    uint64_t floor = 1000u * (uint64_t)config->min_interval;
    return wait < floor ? floor : wait;
}

static void count(uint16_t *counter)
{
    if (*counter < UINT16_MAX)
        ++*counter;
}

/* Moves the server on from a target that can't serve us. A Retry-After is that target's (RFC 3261 21.5.4): with another
 * one there it does not hold the line up. */
static void leave_target(const sira_registration *registration, sira_i_failure *why)
{
    uint64_t until = 0;
    if (why->status != SIRA_E_TIMEOUT && why->status != SIRA_E_TRANSPORT && why->code != 503)
        return;
    if (why->has_retry_after)
        until = sira_i_registration_agent(registration)->now + sira_i_policy_retry_after(why->retry_after, 0, 1, 0);
    if (sira_i_server_target_failed(registration->account->server, &registration->flow, until))
        why->has_retry_after = false;
}

void sira_i_attempt_failed(sira_registration *registration, sira_i_failure *why)
{
    sira_i_attempt_end_transaction(registration);
    sira_i_attempt_end(registration);
    leave_target(registration, why);
    if (registration->leaving) {
        sira_i_attempt_stopped(registration, why->status, why->code);
        return;
    }
    registration->unheard =
        why->status == SIRA_E_TIMEOUT || why->status == SIRA_E_TRANSPORT || why->status == SIRA_E_RESOLVE;
    sira_i_verdict verdict = verdict_of(why);
    count(&registration->failures);
    if (verdict == SIRA_I_VERDICT_REJECTED)
        count(&registration->rejections);
    if (registration->rejections >= registration->config.rejected_budget) {
        registration->state = SIRA_REGISTRATION_FAILED;
        registration->next_at = SIRA_NEVER;
        (void)sira_i_registration_post(registration, SIRA_EVENT_FAILED, why->status, why->code);
        return;
    }
    registration->state = SIRA_REGISTRATION_WAITING;
    registration->next_at = sira_i_registration_agent(registration)->now + wait_after(registration, why, verdict);
    (void)sira_i_registration_post(registration, SIRA_EVENT_WAITING, why->status, why->code);
}

static void failed_by(sira_registration *registration, sira_status status)
{
    sira_i_attempt_failed(registration, &(sira_i_failure){.status = status});
}

/* ---- out ---- */

/* A new request of this attempt: new branch, CSeq and cnonce. It goes out when the transaction runs, at the end of this
 * entry. */
static sira_status new_request(sira_registration *registration)
{
    sira_agent *agent = sira_i_registration_agent(registration);
    struct {
        uint64_t id;
        uint8_t cnonce[8];
    } random;
    sira_status status = sira_i_random_fill(&agent->random, &random, sizeof random);
    if (status != SIRA_OK)
        return status;
    sira_i_attempt_end_transaction(registration);
    registration->cseq++;
    registration->flow = registration->account->server->flow;
    registration->asked = registration->leaving                                 ? 0
                          : registration->raised > registration->config.expires ? registration->raised
                                                                                : registration->config.expires;
    if (registration->account->has_credentials)
        sira_digest_client_begin(&registration->account->digest, &registration->attempt, random.cnonce);
    sira_wipe(random.cnonce, sizeof random.cnonce);
    sira_i_transaction_timing timing = sira_i_agent_timing(agent);
    registration->client.transaction.reliable = registration->flow.remote.transport != SIRA_TRANSPORT_UDP;
    sira_i_transaction_start(&registration->client.transaction, random.id, agent->now, &timing);
    if (sira_i_transactions_add(&agent->transactions, &registration->client.transaction) != SIRA_OK)
        return SIRA_E_ENTROPY; /* 64 random bits that repeat are not random */
    registration->next_at = SIRA_NEVER;
    return SIRA_OK;
}

void sira_i_attempt_request(sira_registration *registration, uint16_t code)
{
    const uint8_t before = registration->state;
    sira_event_kind kind = SIRA_EVENT_REGISTERING;
    if (sira_i_attempt_has_left(registration)) {
        sira_i_attempt_end(registration);
        sira_i_attempt_stopped(registration, SIRA_OK, 0);
        return;
    }
    registration->state = SIRA_REGISTRATION_REGISTERING;
    if (registration->leaving) {
        registration->state = SIRA_REGISTRATION_UNREGISTERING;
        kind = SIRA_EVENT_UNREGISTERING;
    } else if (sira_registration_is_bound(registration)) {
        registration->state = SIRA_REGISTRATION_REFRESHING;
        kind = SIRA_EVENT_REFRESHING;
    }
    if (before <= SIRA_REGISTRATION_CONNECTING || code != 0 || (registration->leaving && before != registration->state))
        (void)sira_i_registration_post(registration, kind, code != 0 ? SIRA_E_RESPONSE : SIRA_OK, code);
    sira_status status = new_request(registration);
    if (status != SIRA_OK)
        failed_by(registration, status);
    else
        sira_i_registration_wake(registration);
}

/* The server has told another line when it wants to be asked again. All come some time after that, not all at once. */
static void rest(sira_registration *registration)
{
    const uint32_t window = 1000u * registration->config.retry_base;
    sira_i_attempt_end(registration);
    registration->state = SIRA_REGISTRATION_WAITING;
    registration->next_at = sira_i_server_rests_until(registration->account->server) +
                            sira_i_policy_spread(window, sira_i_registration_draw(registration));
    (void)sira_i_registration_post(registration, SIRA_EVENT_WAITING, SIRA_E_RESPONSE, 503);
}

/* LOCATING and CONNECTING: as far as it goes now. */
static void proceed(sira_registration *registration)
{
    sira_registration_state state;
    sira_status status = sira_i_server_prepare(registration->account->server, registration, &state);
    if (status == SIRA_OK) {
        sira_i_attempt_request(registration, 0);
    } else if (status == SIRA_IDLE) {
        rest(registration);
    } else if (status != SIRA_MORE) {
        failed_by(registration, status);
    } else if (!sira_i_list_empty(&registration->in_queue)) {
        registration->state = (uint8_t)state;
        registration->next_at = SIRA_NEVER; /* a turn comes for sure */
    } else if (sira_i_registration_agent(registration)->now >= registration->next_at) {
        sira_i_server_give_up(registration->account->server);
        failed_by(registration, state == SIRA_REGISTRATION_LOCATING ? SIRA_E_RESOLVE : SIRA_E_TRANSPORT);
    } else {
        uint64_t give_up = sira_i_registration_agent(registration)->now +
                           64u * (uint64_t)sira_i_registration_agent(registration)->config.t1;
        if (registration->next_at == SIRA_NEVER || registration->state != state)
            registration->next_at = give_up;
        registration->state = (uint8_t)state;
    }
}

static void begin(sira_registration *registration)
{
    registration->rounds = 0;
    registration->raised_now = false;
    registration->next_at = SIRA_NEVER;
    registration->state = SIRA_REGISTRATION_CONNECTING;
    proceed(registration);
}

void sira_i_attempt_begin_at_once(sira_registration *registration)
{
    registration->state = SIRA_REGISTRATION_WAITING;
    registration->next_at = sira_i_registration_agent(registration)->now;
    sira_i_registration_wake(registration);
}

/* ---- time ---- */

static void send(sira_registration *registration)
{
    sira_status status =
        sira_i_agent_send(sira_i_registration_agent(registration), &registration->client, &registration->flow);
    /* A request whose nonce has been replaced meanwhile can't be repeated as it was; the first copy may still be
     * answered. */
    if (status == SIRA_OK || status == SIRA_E_STATE)
        return;
    /* Unless the port has said already that the flow is down. */
    if (sira_i_attempt_is_under_way(registration))
        failed_by(registration, status);
}

static void run_transaction(sira_registration *registration)
{
    sira_agent *agent = sira_i_registration_agent(registration);
    sira_i_transaction_timing timing = sira_i_agent_timing(agent);
    switch (sira_i_transaction_run(&registration->client.transaction, agent->now, &timing)) {
    case SIRA_I_TRANSACTION_RESEND:
        agent->counters.retransmitted++;
        send(registration);
        break;
    case SIRA_I_TRANSACTION_SEND:
        send(registration);
        break;
    case SIRA_I_TRANSACTION_TIMEOUT:
        failed_by(registration, SIRA_E_TIMEOUT);
        break;
    case SIRA_I_TRANSACTION_END:
        sira_i_attempt_end_transaction(registration);
        break;
    case SIRA_I_TRANSACTION_NOTHING:
    case SIRA_I_TRANSACTION_DELIVER:
        break;
    }
}

static void lapse(sira_registration *registration)
{
    if (!sira_registration_is_bound(registration) ||
        sira_i_registration_agent(registration)->now < registration->expires_at)
        return;
    registration->expires_at = 0;
    if (registration->state == SIRA_REGISTRATION_REGISTERED)
        registration->state = SIRA_REGISTRATION_WAITING;
    (void)sira_i_registration_post(registration, SIRA_EVENT_LAPSED, SIRA_E_EXPIRES, 0);
}

static void await_ha1(sira_registration *registration)
{
    if (sira_i_attempt_is_under_way(registration))
        return;
    if (registration->account->waiting_for_ha1 != registration)
        sira_i_attempt_request(registration, 0);
    else if (sira_i_registration_agent(registration)->now >= registration->next_at)
        failed_by(registration, SIRA_E_CHALLENGE);
}

/* The state machine of the header, as time moves it. A request that is made here goes out in the next round, behind the
 * event that announces it. */
static void due(sira_client *client)
{
    sira_registration *registration = sira_i_registration_of(client);
    lapse(registration);
    run_transaction(registration);
    switch ((sira_registration_state)registration->state) {
    case SIRA_REGISTRATION_STOPPED:
    case SIRA_REGISTRATION_FAILED:
        break;
    case SIRA_REGISTRATION_LOCATING:
    case SIRA_REGISTRATION_CONNECTING:
        proceed(registration);
        break;
    case SIRA_REGISTRATION_REGISTERING:
    case SIRA_REGISTRATION_REFRESHING:
    case SIRA_REGISTRATION_UNREGISTERING:
        await_ha1(registration);
        break;
    case SIRA_REGISTRATION_REGISTERED:
    case SIRA_REGISTRATION_WAITING:
        if (sira_i_registration_agent(registration)->now >= registration->next_at)
            begin(registration);
        break;
    }
    sira_i_attempt_schedule(registration);
}

const struct sira_client_ops sira_i_registration_ops = {due, sira_i_register_write, sira_i_outcome_take,
                                                        sira_i_registration_deliver};

/* Nobody can reach us on a flow that is gone, so the line registers anew (RFC 5626 4.4), in so many ms at the latest.
 */
static void register_anew(sira_registration *registration, uint64_t wait)
{
    registration->state = SIRA_REGISTRATION_WAITING;
    registration->next_at = earlier(registration->next_at, sira_i_registration_agent(registration)->now + wait);
    (void)sira_i_registration_post(registration, SIRA_EVENT_WAITING, SIRA_E_TRANSPORT, 0);
}

void sira_i_registration_flow_down(sira_registration *registration, const sira_flow *flow)
{
    bool uses = registration->flow.id == flow->id && sira_endpoint_equal(&registration->flow.remote, &flow->remote);
    bool waits = registration->state == SIRA_REGISTRATION_CONNECTING && registration->has_turn;
    if ((uses && sira_i_attempt_is_under_way(registration)) || waits)
        failed_by(registration, SIRA_E_TRANSPORT);
    else if (uses && registration->state == SIRA_REGISTRATION_REGISTERED)
        /* Not sooner than the floor: some registrars close the connection after each 200. */
        register_anew(registration, 1000u * (uint64_t)registration->config.min_interval);
    else
        return;
    sira_i_attempt_schedule(registration);
}

void sira_i_registration_network_changed(sira_registration *registration)
{
    switch ((sira_registration_state)registration->state) {
    case SIRA_REGISTRATION_STOPPED:
    case SIRA_REGISTRATION_FAILED:
        return;
    case SIRA_REGISTRATION_LOCATING:
    case SIRA_REGISTRATION_CONNECTING:
        sira_i_registration_wake(registration);
        return;
    case SIRA_REGISTRATION_WAITING:
        if (!registration->unheard) /* who was refused is so from another address, too */
            return;
        break;
    case SIRA_REGISTRATION_REGISTERED:
    case SIRA_REGISTRATION_REGISTERING:
    case SIRA_REGISTRATION_REFRESHING:
    case SIRA_REGISTRATION_UNREGISTERING: /* the answer would go to where we were */
        sira_i_attempt_end_transaction(registration);
        sira_i_attempt_end(registration);
        break;
    }
    if (registration->leaving)
        sira_i_attempt_begin_at_once(registration);
    else
        register_anew(registration, sira_i_policy_spread(registration->account->server->config.start_window,
                                                         sira_i_registration_draw(registration)));
    sira_i_attempt_schedule(registration);
}
