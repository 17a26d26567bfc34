/* The registration: keeps one binding alive. This page is its states, who moves them, and why.
 *
 *     STOPPED --start--> WAITING (the start window) --time--> CONNECTING --exchange begins--> REGISTERING
 *     WAITING --time--> CONNECTING                                             (bound: REFRESHING, leaving:
 * UNREGISTERING) REGISTERING, REFRESHING --2xx--> REGISTERED --time, or another address--> CONNECTING REGISTERING,
 * REFRESHING --423 with a useful Min-Expires--> the same again, once in an attempt REGISTERING, REFRESHING, CONNECTING
 * --any other end--> WAITING, or FAILED when the password was refused too often REGISTERED --flow down, network
 * changed--> WAITING any --stop--> UNREGISTERING --any end--> STOPPED; or STOPPED at once when nothing is bound FAILED
 * --start--> WAITING
 *
 * While the exchange asks for an address, a turn and a flow the state is CONNECTING; LOCATING is what people are shown
 * of that. The binding has a life of its own beside the state: expires_at is 0 when none is known to live, and when
 * that time comes without a refresh the line has lapsed.
 *
 * Invariants: the exchange is busy in CONNECTING, REGISTERING, REFRESHING and UNREGISTERING only, so there is at most
 * one request under way; next_at is a time in WAITING and REGISTERED only; between two attempts that nobody asked for
 * lies min_interval at least. How long is waited, and what a refusal means, is policy.c's. */
#include "registration/registration.h"

#include "agent/config.h"
#include "agent/flow.h"
#include "agent/port.h"
#include "base/random.h"
#include "base/timer.h"
#include "registration/policy.h"

#include <string.h>

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t now(const sira_registration *registration)
{
    return sira_i_registration_agent(registration)->now;
}

static uint32_t draw(const sira_registration *registration)
{
    return sira_i_agent_draw(sira_i_registration_agent(registration));
}

/* The one timer goes to whatever comes next. */
static void schedule(sira_registration *registration)
{
    uint64_t deadline = registration->next_at;
    registration->exchange.claim.is_bound = sira_registration_is_bound(registration);
    if (sira_registration_is_bound(registration))
        deadline = earlier(deadline, registration->expires_at);
    sira_i_agent_set_timer(sira_i_registration_agent(registration), &registration->timer, deadline);
}

/* ---- to WAITING, STOPPED and FAILED ---- */

static void wait_until(sira_registration *registration, uint64_t next_at, sira_status status, uint16_t code)
{
    registration->state = SIRA_REGISTRATION_WAITING;
    registration->next_at = next_at;
    (void)sira_i_registration_post(registration, SIRA_EVENT_WAITING, status, code);
}

static void attempt_at_once(sira_registration *registration)
{
    registration->state = SIRA_REGISTRATION_WAITING;
    registration->next_at = now(registration);
}

static void go_home(sira_registration *registration)
{
    if (registration->redirect != NULL)
        registration->redirect->by->go_home(registration);
}

static void stopped(sira_registration *registration, sira_status status, uint16_t code)
{
    go_home(registration);
    registration->state = SIRA_REGISTRATION_STOPPED;
    registration->leaving = false;
    registration->expires_at = 0;
    registration->service_route_len = 0;
    registration->exchange.account->service_route.len = 0;
    registration->next_at = SIRA_NEVER;
    (void)sira_i_registration_post(registration, SIRA_EVENT_STOPPED, status, code);
}

static uint64_t wait_after(const sira_registration *registration, const sira_i_outcome *why, sira_i_verdict verdict)
{
    const sira_registration_config *config = &registration->config;
    uint32_t random = draw(registration);
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

static void failed(sira_registration *registration, const sira_i_outcome *why)
{
    sira_account *account = registration->exchange.account;
    go_home(registration);
    if (registration->leaving) {
        stopped(registration, why->status, why->code);
        return;
    }
    registration->unheard =
        why->status == SIRA_E_TIMEOUT || why->status == SIRA_E_TRANSPORT || why->status == SIRA_E_RESOLVE;
    count(&registration->failures);
    sira_i_verdict verdict = sira_i_policy_verdict(why->status, why->code,
                                                   &(sira_i_history){.registered = registration->proven,
                                                                     .shown = registration->exchange.shown,
                                                                     .failures = registration->failures});
    if (verdict == SIRA_I_VERDICT_REJECTED) {
        count(&registration->rejections);
        registration->proven = false;
        /* A nonce that is kept would be one more try of a refused password, before the one for the next challenge. */
        if (account->has_credentials)
            sira_digest_client_forget(&account->digest);
    }
    if (registration->rejections < registration->config.rejected_budget) {
        wait_until(registration, now(registration) + wait_after(registration, why, verdict), why->status, why->code);
        return;
    }
    registration->state = SIRA_REGISTRATION_FAILED;
    registration->next_at = SIRA_NEVER;
    (void)sira_i_registration_post(registration, SIRA_EVENT_FAILED, why->status, why->code);
}

/* ---- what a response comes to ---- */

static void left(sira_registration *registration, const sira_message *response)
{
    sira_i_binding binding;
    if (registration->leaving) {
        bool stays = sira_i_binding_find(registration, response, &binding) == SIRA_OK && binding.is_ours;
        if (!stays)
            registration->contact.family = SIRA_FAMILY_NONE;
        stopped(registration, stays ? SIRA_E_LISTED : SIRA_OK, 0);
        return;
    }
    registration->expires_at = 0; /* started again meanwhile */
    attempt_at_once(registration);
}

static void bound(sira_registration *registration, const sira_message *response, const sira_i_binding *binding)
{
    uint32_t granted = binding->expires < SIRA_LIMIT_EXPIRES_MAX ? binding->expires : SIRA_LIMIT_EXPIRES_MAX;
    sira_status status = sira_i_service_route_keep(registration, response);
    registration->failures = 0;
    registration->rejections = 0;
    registration->proven = true;
    registration->bound_at = now(registration);
    sira_i_server_accepted(registration->exchange.server, &registration->exchange.flow, response);
    registration->contact = *sira_i_register_address(registration);
    registration->expires_at = now(registration) + 1000u * (uint64_t)granted;
    if (registration->leaving) {
        attempt_at_once(registration);
        return;
    }
    if (binding->is_unclear)
        status = SIRA_E_UNCLEAR;
    if (granted <= registration->config.min_interval) /* it runs out before each refresh */
        status = SIRA_E_EXPIRES;
    registration->state = SIRA_REGISTRATION_REGISTERED;
    registration->next_at = now(registration) + sira_i_policy_refresh(granted, registration->config.min_interval);
    if (registration->nat != NULL) {
        sira_status learnt = registration->nat->by->learn(registration, response);
        if (learnt == SIRA_MORE)
            registration->next_at = now(registration);
        else if (status == SIRA_OK)
            status = learnt;
    }
    sira_registration_news *news = sira_i_registration_post(registration, SIRA_EVENT_REGISTERED, status, 0);
    news->expires = granted;
    news->bindings = binding->bindings;
}

static void accepted(sira_registration *registration, const sira_i_outcome *outcome)
{
    const sira_message *response = outcome->arrival->message;
    sira_i_binding binding;
    if (registration->asked == 0) {
        left(registration, response);
        return;
    }
    sira_status status = sira_i_binding_find(registration, response, &binding);
    if (status == SIRA_OK)
        sira_i_agent_tolerated(sira_i_registration_agent(registration), outcome->arrival, &binding.odd);
    if (status == SIRA_OK && binding.expires == 0) {
        registration->expires_at = 0;
        status = SIRA_E_EXPIRES;
    }
    if (status != SIRA_OK)
        failed(registration, &(sira_i_outcome){.status = status, .code = outcome->code});
    else
        bound(registration, response, &binding);
}

/* RFC 3261 10.2.8. One raise for an attempt; what it came to is kept apart from what is configured. True: asks again.
 */
static bool too_brief(sira_registration *registration, const sira_i_outcome *outcome)
{
    uint32_t least;
    bool useful = !registration->raised_now && registration->asked != 0 &&
                  sira_message_number(outcome->arrival->message, SIRA_FIELD_MIN_EXPIRES, &least, NULL) == SIRA_OK;
    if (useful && least > SIRA_LIMIT_MIN_EXPIRES_MAX)
        least = SIRA_LIMIT_MIN_EXPIRES_MAX;
    if (!useful || least <= registration->asked) {
        registration->raised = 0;
        failed(registration, &(sira_i_outcome){.status = SIRA_E_EXPIRES, .code = outcome->code});
        return false;
    }
    registration->raised = least;
    registration->raised_now = true;
    return true;
}

/* Another line was told when the server wants to be asked again. All come some time after that, not all at once. */
static void put_off(sira_registration *registration, const sira_i_outcome *outcome)
{
    const uint32_t window = 1000u * registration->config.retry_base;
    wait_until(registration, outcome->not_before + sira_i_policy_spread(window, draw(registration)), outcome->status,
               outcome->code);
}

static bool ended(sira_exchange *exchange, const sira_i_outcome *outcome)
{
    sira_registration *registration = sira_i_registration_of(exchange);
    bool again = false;
    if (outcome->status == SIRA_OK) {
        accepted(registration, outcome);
    } else if (outcome->not_before != 0) {
        put_off(registration, outcome);
    } else if (outcome->status == SIRA_E_RESPONSE && outcome->code == 423) {
        again = too_brief(registration, outcome);
    } else if (registration->redirect != NULL && outcome->code >= 300 && outcome->code < 400) {
        sira_i_outcome why = *outcome;
        again = registration->redirect->by->follow(registration, &why);
        if (!again)
            failed(registration, &why);
    } else {
        failed(registration, outcome);
    }
    if (!again && registration->anew && !registration->leaving) { /* what that request said is not true any more */
        registration->failures = 0;
        registration->rejections = 0;
        attempt_at_once(registration);
    }
    schedule(registration);
    return again;
}

/* ---- out ---- */

/* An event says what goes out, and why again, unless it is the same again because of a challenge. */
static bool begins(sira_exchange *exchange)
{
    sira_registration *registration = sira_i_registration_of(exchange);
    const uint8_t before = registration->state;
    sira_event_kind kind = SIRA_EVENT_REGISTERING;
    registration->state = SIRA_REGISTRATION_REGISTERING;
    registration->asked =
        registration->raised > registration->config.expires ? registration->raised : registration->config.expires;
    if (registration->nat != NULL)
        registration->nat->by->begin(registration);
    if (registration->leaving) {
        if (!sira_registration_is_bound(registration)) { /* before anything was registered, or after it has run out */
            stopped(registration, SIRA_OK, 0);
            schedule(registration);
            return false;
        }
        registration->state = SIRA_REGISTRATION_UNREGISTERING;
        registration->asked = 0;
        kind = SIRA_EVENT_UNREGISTERING;
    } else if (sira_registration_is_bound(registration)) {
        registration->state = SIRA_REGISTRATION_REFRESHING;
        kind = SIRA_EVENT_REFRESHING;
    }
    if (before == SIRA_REGISTRATION_CONNECTING || exchange->why_status != SIRA_OK ||
        (registration->leaving && before != registration->state))
        (void)sira_i_registration_post(registration, kind, (sira_status)exchange->why_status, exchange->why_code);
    return true;
}

static void attempt(sira_registration *registration)
{
    if (registration->exchange.server != registration->home && registration->moved)
        sira_i_exchange_move(&registration->exchange, registration->home);
    registration->moved = false;
    registration->anew = false;
    registration->raised_now = false;
    registration->next_at = SIRA_NEVER;
    registration->state = SIRA_REGISTRATION_CONNECTING;
    /* To say that we leave takes one request, and later is too late for it. */
    registration->exchange.insists = registration->leaving;
    sira_i_exchange_start(&registration->exchange);
}

/* ---- time and news ---- */

static void due(sira_timer *timer)
{
    sira_registration *registration = SIRA_I_OWNER(timer, sira_registration, timer);
    if (sira_registration_is_bound(registration) && now(registration) >= registration->expires_at) {
        registration->expires_at = 0;
        if (registration->state == SIRA_REGISTRATION_REGISTERED)
            registration->state = SIRA_REGISTRATION_WAITING;
        (void)sira_i_registration_post(registration, SIRA_EVENT_LAPSED, SIRA_E_EXPIRES, 0);
    }
    if (now(registration) >= registration->next_at)
        attempt(registration);
    schedule(registration);
}

/* Nobody can reach us on a flow that is gone, so the line registers anew (RFC 5626 4.4), in so many ms at the latest.
 */
static void register_anew(sira_registration *registration, uint64_t wait)
{
    wait_until(registration, earlier(registration->next_at, now(registration) + wait),
               (sira_status)registration->exchange.server->why, 0);
}

/* Some registrars close the connection after each 200: a flow that lives for less than RFC 5626's min-regtime (4.5) is
 * one of a row, and the wait grows along it. */
static void flow_down(sira_registration *registration)
{
    const uint64_t lived = now(registration) - registration->bound_at;
    if (lived >= SIRA_I_FLOW_LIVES)
        registration->brief_flows = 0;
    const sira_i_policy_flow flow = {.lived = lived,
                                     .brief = registration->brief_flows,
                                     .window = registration->home->config.start_window,
                                     .floor = registration->config.min_interval,
                                     .max = registration->config.retry_max};
    if (lived < SIRA_I_FLOW_LIVES)
        count(&registration->brief_flows);
    register_anew(registration, sira_i_policy_flow_down(&flow, draw(registration)));
}

static void network_changed(sira_registration *registration)
{
    switch ((sira_registration_state)registration->state) {
    case SIRA_REGISTRATION_STOPPED:
    case SIRA_REGISTRATION_FAILED:
    case SIRA_REGISTRATION_LOCATING:
    case SIRA_REGISTRATION_CONNECTING:
        return;
    case SIRA_REGISTRATION_WAITING:
        if (!registration->unheard) /* who was refused is so from another address, too */
            return;
        break;
    case SIRA_REGISTRATION_REGISTERED:
    case SIRA_REGISTRATION_REGISTERING:
    case SIRA_REGISTRATION_REFRESHING:
    case SIRA_REGISTRATION_UNREGISTERING: /* the answer would go to where we were */
        sira_i_exchange_cancel(&registration->exchange);
        break;
    }
    if (registration->leaving)
        attempt_at_once(registration);
    else
        register_anew(registration, sira_i_policy_spread(registration->home->config.start_window, draw(registration)));
}

static void told(sira_exchange *exchange, sira_i_news news, const sira_flow *flow)
{
    sira_registration *registration = sira_i_registration_of(exchange);
    if (news == SIRA_I_NEWS_NETWORK_CHANGED)
        network_changed(registration);
    else if (registration->state == SIRA_REGISTRATION_REGISTERED && sira_i_flow_equal(&exchange->flow, flow))
        flow_down(registration);
    schedule(registration);
}

static const sira_exchange_owner owner = {.backs_off = true,
                                          .begins = begins,
                                          .digest = sira_i_register_digest,
                                          .write = sira_i_register_write,
                                          .matches = sira_i_register_matches,
                                          .run = sira_i_transaction_run,
                                          .respond = sira_i_transaction_response,
                                          .ended = ended,
                                          .told = told};

/* ---- the application's side ---- */

sira_status sira_registration_init(sira_registration *registration, sira_account *account,
                                   const sira_registration_config *config, sira_diag *diag)
{
    sira_agent *agent = account->server->agent;
    sira_registration_config checked;
    sira_registration_config_init(&checked);
    if (config != NULL)
        checked = *config;
    sira_status status = sira_i_registration_check(&checked, diag);
    if (status != SIRA_OK)
        return status;

    memset(registration, 0, sizeof *registration);
    registration->config = checked;
    registration->next_at = SIRA_NEVER;
    status = sira_i_random_fill(&agent->random, &registration->names, sizeof registration->names);
    if (status != SIRA_OK) {
        (void)sira_i_config_refuse(diag, "entropy", "a source that works");
        return status;
    }
    registration->exchange.account = account;
    registration->home = account->server;
    if (sira_i_register_size(registration) > agent->config.scratch_size)
        return sira_i_config_refuse(diag, "scratch", "room for the longest REGISTER of this line");
    sira_i_timer_init(&registration->timer, due);
    sira_i_waiter_init(&registration->in_agent, sira_i_registration_deliver);
    sira_i_exchange_init(&registration->exchange, account, &owner);
    registration->exchange.claim.returns = true;
    return SIRA_OK;
}

sira_status sira_registration_start(sira_registration *registration)
{
    registration->leaving = false;
    registration->exchange.insists = false;
    switch ((sira_registration_state)registration->state) {
    case SIRA_REGISTRATION_STOPPED:
    case SIRA_REGISTRATION_FAILED:
    case SIRA_REGISTRATION_WAITING:
        registration->failures = 0;
        registration->rejections = 0;
        attempt_at_once(registration);
        if (!registration->started)
            registration->next_at += sira_i_policy_spread(registration->home->config.start_window, draw(registration));
        registration->started = true;
        if (registration->next_at > now(registration))
            (void)sira_i_registration_post(registration, SIRA_EVENT_WAITING, SIRA_OK, 0);
        break;
    case SIRA_REGISTRATION_REGISTERED:
        registration->next_at = now(registration);
        break;
    case SIRA_REGISTRATION_LOCATING:
    case SIRA_REGISTRATION_CONNECTING:
    case SIRA_REGISTRATION_REGISTERING:
    case SIRA_REGISTRATION_REFRESHING:
    case SIRA_REGISTRATION_UNREGISTERING:
        return SIRA_OK;
    }
    schedule(registration);
    sira_i_agent_told(sira_i_registration_agent(registration), false);
    return SIRA_OK;
}

sira_status sira_registration_renew(sira_registration *registration)
{
    if (registration->state == SIRA_REGISTRATION_STOPPED || registration->leaving)
        return SIRA_IDLE;
    registration->anew = true;
    if (sira_i_exchange_is_out(&registration->exchange)) /* RFC 3261 10.2: not before that one has ended */
        return SIRA_OK;
    sira_i_exchange_cancel(&registration->exchange);
    registration->failures = 0;
    registration->rejections = 0;
    attempt_at_once(registration);
    schedule(registration);
    sira_i_agent_told(sira_i_registration_agent(registration), false);
    return SIRA_OK;
}

sira_status sira_registration_stop(sira_registration *registration)
{
    if (registration->state == SIRA_REGISTRATION_STOPPED)
        return SIRA_IDLE;
    registration->leaving = true;
    registration->exchange.insists = true;
    if (!sira_registration_is_bound(registration) && !sira_i_exchange_is_out(&registration->exchange)) {
        sira_i_exchange_cancel(&registration->exchange);
        stopped(registration, SIRA_OK, 0);
    } else if (registration->state == SIRA_REGISTRATION_REGISTERED ||
               registration->state == SIRA_REGISTRATION_WAITING || registration->state == SIRA_REGISTRATION_FAILED) {
        attempt_at_once(registration);
    }
    schedule(registration);
    sira_i_agent_told(sira_i_registration_agent(registration), false);
    return SIRA_OK;
}

void sira_registration_remove(sira_registration *registration)
{
    sira_agent *agent = sira_i_registration_agent(registration);
    registration->exchange.account->service_route.len = 0;
    go_home(registration);
    sira_i_exchange_remove(&registration->exchange);
    sira_i_agent_set_timer(agent, &registration->timer, SIRA_NEVER);
    sira_i_list_remove(&registration->in_agent.link);
    sira_i_agent_told(agent, false);
}

const char *sira_registration_state_name(sira_registration_state state)
{
    switch (state) {
    case SIRA_REGISTRATION_STOPPED:
        return "stopped";
    case SIRA_REGISTRATION_LOCATING:
        return "locating";
    case SIRA_REGISTRATION_CONNECTING:
        return "connecting";
    case SIRA_REGISTRATION_REGISTERING:
        return "registering";
    case SIRA_REGISTRATION_REGISTERED:
        return "registered";
    case SIRA_REGISTRATION_REFRESHING:
        return "refreshing";
    case SIRA_REGISTRATION_WAITING:
        return "waiting";
    case SIRA_REGISTRATION_UNREGISTERING:
        return "unregistering";
    case SIRA_REGISTRATION_FAILED:
        return "failed";
    }
    return "?";
}

sira_registration_state sira_registration_get_state(const sira_registration *registration)
{
    if (registration->state == SIRA_REGISTRATION_CONNECTING && registration->exchange.phase == SIRA_I_PHASE_LOCATING)
        return SIRA_REGISTRATION_LOCATING;
    return (sira_registration_state)registration->state;
}

bool sira_registration_is_bound(const sira_registration *registration)
{
    return registration->expires_at != 0;
}

uint64_t sira_registration_expires_at(const sira_registration *registration)
{
    return registration->expires_at;
}

uint64_t sira_registration_next_at(const sira_registration *registration)
{
    return registration->next_at;
}

const sira_account *sira_registration_account(const sira_registration *registration)
{
    return registration->exchange.account;
}

sira_str sira_registration_aor(const sira_registration *registration)
{
    return registration->exchange.account->aor;
}

sira_str sira_registration_service_route(const sira_registration *registration)
{
    return (sira_str){registration->service_route, registration->service_route_len};
}
