#include "agent/registration.h"

#include <string.h>

#include "agent/policy.h"
#include "base/random.h"
#include "base/timer.h"

/* Challenges answered in one attempt: a proxy's and a registrar's, each once more when its nonce was stale. */
#define ROUNDS_MAX 4u

/* ---- configuration ---- */

void sira_registration_config_init(sira_registration_config *config)
{
    *config = (sira_registration_config){.size = sizeof *config};
}

static void fill_in(uint32_t *value, uint32_t fallback)
{
    if (*value == 0)
        *value = fallback;
}

static sira_status check_times(sira_registration_config *config, sira_diag *diag)
{
    fill_in(&config->expires, 3600);
    fill_in(&config->min_interval, 10);
    fill_in(&config->retry_base, 30);
    fill_in(&config->retry_max, 1800);
    fill_in(&config->rejected_base, 300);
    fill_in(&config->rejected_max, 3600);
    if (config->rejected_budget == 0)
        config->rejected_budget = 10;
    if (config->expires > SIRA_LIMIT_EXPIRES_MAX)
        return sira_i_config_refuse(diag, "expires", "at most 604800 s");
    if (config->min_interval > 3600)
        return sira_i_config_refuse(diag, "min_interval", "at most 3600 s");
    if (config->retry_max > 86400 || config->retry_base > config->retry_max)
        return sira_i_config_refuse(diag, "retry_max", "from retry_base to 86400 s");
    if (config->rejected_max > 86400 || config->rejected_base > config->rejected_max)
        return sira_i_config_refuse(diag, "rejected_max", "from rejected_base to 86400 s");
    return SIRA_OK;
}

/* The user part must make a URI together with the rest. */
static sira_status check_contact(const sira_registration_config *config, sira_diag *diag)
{
    char text[SIRA_LIMIT_CONFIG + 8];
    sira_uri uri;
    sira_status status = sira_i_config_string(config->contact_user, "contact_user", diag);
    if (status != SIRA_OK)
        return status;
    if (config->contact_user.len != 0) {
        memcpy(text, "sip:", 4);
        memcpy(text + 4, config->contact_user.at, config->contact_user.len);
        memcpy(text + 4 + config->contact_user.len, "@a", 2);
        if (sira_uri_parse(&uri, (sira_str){text, config->contact_user.len + 6}, NULL) != SIRA_OK || uri.has_password ||
            !uri.has_user || uri.user.len != config->contact_user.len)
            return sira_i_config_refuse(diag, "contact_user", "the user part of a SIP URI, escaped");
    }
    status = sira_i_config_string(config->instance_id, "instance_id", diag);
    sira_str instance = config->instance_id;
    if (status == SIRA_OK && instance.len != 0 &&
        (instance.len < 3 || instance.at[0] != '<' || instance.at[instance.len - 1] != '>'))
        return sira_i_config_refuse(diag, "instance_id", "a URN in angle brackets");
    return status;
}

/* ---- small steps ---- */

static sira_agent *agent_of(const sira_registration *registration)
{
    return sira_i_registration_agent(registration);
}

static bool under_way(const sira_registration *registration)
{
    return registration->client.transaction.state == SIRA_I_TRANSACTION_TRYING ||
           registration->client.transaction.state == SIRA_I_TRANSACTION_PROCEEDING;
}

static bool is_bound(const sira_registration *registration)
{
    return registration->expires_at != 0;
}

static uint32_t draw(sira_registration *registration)
{
    /* Without entropy there is no request either, so a plain back-off is no loss then. */
    uint32_t random = 0;
    (void)sira_i_random_fill(&agent_of(registration)->random, &random, sizeof random);
    return random;
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static void schedule(sira_registration *registration)
{
    uint64_t deadline = earlier(registration->next_at, sira_i_transaction_deadline(&registration->client.transaction));
    if (is_bound(registration))
        deadline = earlier(deadline, registration->expires_at);
    sira_i_agent_set_timer(agent_of(registration), &registration->client, deadline);
}

void sira_i_registration_wake(sira_registration *registration)
{
    sira_agent *agent = agent_of(registration);
    sira_i_agent_set_timer(agent, &registration->client, agent->now);
}

static void end_transaction(sira_registration *registration)
{
    sira_i_transactions_remove(&agent_of(registration)->transactions, &registration->client.transaction);
    registration->client.transaction.state = SIRA_I_TRANSACTION_TERMINATED;
}

static void end_attempt(sira_registration *registration)
{
    if (registration->account->waiting_for_ha1 == registration)
        registration->account->waiting_for_ha1 = NULL;
    sira_i_server_release(registration->account->server, registration);
}

/* ---- the ends of an attempt ---- */

static void stopped(sira_registration *registration, sira_status status, uint16_t code)
{
    registration->state = SIRA_REGISTRATION_STOPPED;
    registration->leaving = false;
    registration->expires_at = 0;
    registration->service_route_len = 0;
    registration->next_at = SIRA_NEVER;
    (void)sira_i_registration_post(registration, SIRA_EVENT_STOPPED, status, code);
}

typedef struct failure {
    sira_status status;
    uint16_t code;
    bool has_retry_after;
    uint32_t retry_after;
} failure;

static sira_i_verdict verdict_of(const failure *why)
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

static uint64_t wait_after(sira_registration *registration, const failure *why, sira_i_verdict verdict)
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

static void failed(sira_registration *registration, const failure *why)
{
    end_transaction(registration);
    end_attempt(registration);
    if (why->status == SIRA_E_TIMEOUT || why->status == SIRA_E_TRANSPORT || why->code == 503)
        sira_i_server_target_failed(registration->account->server, &registration->flow);
    if (registration->leaving) {
        stopped(registration, why->status, why->code);
        return;
    }
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
    registration->next_at = agent_of(registration)->now + wait_after(registration, why, verdict);
    (void)sira_i_registration_post(registration, SIRA_EVENT_WAITING, why->status, why->code);
}

static void failed_by(sira_registration *registration, sira_status status)
{
    failed(registration, &(failure){.status = status});
}

/* ---- out ---- */

/* A new request of this attempt: new branch, CSeq and cnonce. It goes out when the transaction runs, at the end of this
 * entry. */
static sira_status new_request(sira_registration *registration)
{
    sira_agent *agent = agent_of(registration);
    struct {
        uint64_t id;
        uint8_t cnonce[8];
    } random;
    sira_status status = sira_i_random_fill(&agent->random, &random, sizeof random);
    if (status != SIRA_OK)
        return status;
    end_transaction(registration);
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

static void announce(sira_registration *registration)
{
    sira_event_kind kind = registration->leaving    ? SIRA_EVENT_UNREGISTERING
                           : is_bound(registration) ? SIRA_EVENT_REFRESHING
                                                    : SIRA_EVENT_REGISTERING;
    (void)sira_i_registration_post(registration, kind, SIRA_OK, 0);
}

static void request(sira_registration *registration)
{
    registration->state = registration->leaving    ? SIRA_REGISTRATION_UNREGISTERING
                          : is_bound(registration) ? SIRA_REGISTRATION_REFRESHING
                                                   : SIRA_REGISTRATION_REGISTERING;
    sira_status status = new_request(registration);
    if (status != SIRA_OK)
        failed_by(registration, status);
    else
        sira_i_registration_wake(registration);
}

/* LOCATING and CONNECTING: as far as it goes now. */
static void proceed(sira_registration *registration)
{
    sira_registration_state state;
    sira_status status = sira_i_server_prepare(registration->account->server, registration, &state);
    if (status == SIRA_OK) {
        announce(registration);
        request(registration);
    } else if (status != SIRA_MORE) {
        failed_by(registration, status);
    } else if (!sira_i_list_empty(&registration->in_queue)) {
        registration->state = (uint8_t)state;
        registration->next_at = SIRA_NEVER; /* a turn comes for sure */
    } else if (agent_of(registration)->now >= registration->next_at) {
        sira_i_server_give_up(registration->account->server);
        failed_by(registration, state == SIRA_REGISTRATION_LOCATING ? SIRA_E_RESOLVE : SIRA_E_TRANSPORT);
    } else {
        uint64_t give_up = agent_of(registration)->now + 64u * (uint64_t)agent_of(registration)->config.t1;
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

static void begin_at_once(sira_registration *registration)
{
    registration->state = SIRA_REGISTRATION_WAITING;
    registration->next_at = agent_of(registration)->now;
    sira_i_registration_wake(registration);
}

/* ---- in ---- */

static void left(sira_registration *registration)
{
    end_attempt(registration);
    if (registration->leaving) {
        stopped(registration, SIRA_OK, 0);
        return;
    }
    registration->expires_at = 0; /* started again meanwhile */
    begin_at_once(registration);
}

static void bound(sira_registration *registration, const sira_message *response, const sira_i_binding *binding)
{
    const sira_agent *agent = agent_of(registration);
    uint32_t granted = binding->expires < SIRA_LIMIT_EXPIRES_MAX ? binding->expires : SIRA_LIMIT_EXPIRES_MAX;
    sira_status status = sira_i_service_route_keep(registration, response);
    end_attempt(registration);
    registration->failures = 0;
    registration->rejections = 0;
    registration->expires_at = agent->now + 1000u * (uint64_t)granted;
    if (registration->leaving) {
        begin_at_once(registration);
        return;
    }
    if (granted < registration->config.min_interval)
        status = SIRA_E_EXPIRES;
    registration->state = SIRA_REGISTRATION_REGISTERED;
    registration->next_at = agent->now + sira_i_policy_refresh(granted, registration->config.min_interval);
    sira_registration_news *news = sira_i_registration_post(registration, SIRA_EVENT_REGISTERED, status, 0);
    news->expires = granted;
    news->bindings = binding->bindings;
}

static void accepted(sira_registration *registration, const sira_message *response)
{
    char uri[SIRA_I_REQUEST_URI_SIZE];
    sira_status status = SIRA_OK;
    if (registration->account->has_credentials) {
        const sira_digest_request asked = sira_i_register_digest(registration, uri);
        status =
            sira_digest_client_accepted(&registration->account->digest, &registration->attempt, &asked, response, NULL);
    }
    if (status < 0) {
        failed(registration, &(failure){.status = status, .code = response->status_code});
        return;
    }
    if (registration->asked == 0) {
        left(registration);
        return;
    }
    sira_i_binding binding;
    status = sira_i_binding_find(registration, response, &binding);
    if (status == SIRA_OK && binding.expires == 0) {
        registration->expires_at = 0;
        status = SIRA_E_EXPIRES;
    }
    if (status != SIRA_OK)
        failed(registration, &(failure){.status = status, .code = response->status_code});
    else
        bound(registration, response, &binding);
}

static void challenged(sira_registration *registration, const sira_message *response)
{
    sira_account *account = registration->account;
    sira_status status = SIRA_E_CREDENTIALS;
    if (account->has_credentials)
        status = sira_digest_client_challenged(&account->digest, &registration->attempt, response, NULL);
    if (status == SIRA_OK && registration->rounds >= ROUNDS_MAX)
        status = SIRA_E_STALE;
    if (status == SIRA_MORE && account->waiting_for_ha1 != NULL)
        status = SIRA_E_STATE;
    if (status != SIRA_OK && status != SIRA_MORE) {
        failed(registration, &(failure){.status = status, .code = response->status_code});
        return;
    }
    if (registration->leaving &&
        !is_bound(registration)) { /* stopped before anything was registered: nothing is left to do */
        end_attempt(registration);
        stopped(registration, SIRA_OK, 0);
        return;
    }
    registration->rounds++;
    if (status == SIRA_OK) {
        request(registration);
        return;
    }
    account->waiting_for_ha1 = registration;
    registration->next_at = agent_of(registration)->now + 64u * (uint64_t)agent_of(registration)->config.t1;
}

/* RFC 3261 10.2.8. One raise for an attempt; what it came to is kept apart from what is configured. */
static void too_brief(sira_registration *registration, const sira_message *response)
{
    uint32_t least;
    bool useful = !registration->raised_now && registration->asked != 0 &&
                  sira_message_number(response, SIRA_FIELD_MIN_EXPIRES, &least, NULL) == SIRA_OK;
    if (useful && least > SIRA_LIMIT_MIN_EXPIRES_MAX)
        least = SIRA_LIMIT_MIN_EXPIRES_MAX;
    if (!useful || least <= registration->asked) {
        registration->raised = 0;
        failed(registration, &(failure){.status = SIRA_E_EXPIRES, .code = response->status_code});
        return;
    }
    registration->raised = least;
    registration->raised_now = true;
    request(registration);
}

static void refused(sira_registration *registration, const sira_message *response)
{
    sira_retry_after after;
    failure why = {.status = SIRA_E_RESPONSE, .code = response->status_code};
    if (sira_message_retry_after(response, &after, NULL) == SIRA_OK) {
        why.has_retry_after = true;
        why.retry_after = after.seconds;
    }
    failed(registration, &why);
}

static bool take_response(sira_client *client, const sira_message *response)
{
    sira_registration *registration = sira_i_registration_of(client);
    const sira_agent *agent = agent_of(registration);
    if (agent->flow->id != registration->flow.id ||
        agent->flow->remote.transport != registration->flow.remote.transport ||
        !sira_i_register_matches(registration, response))
        return false;
    sira_i_transaction_timing timing = sira_i_agent_timing(agent);
    uint16_t code = response->status_code;
    bool fresh =
        sira_i_transaction_response(&client->transaction, code, agent->now, &timing) == SIRA_I_TRANSACTION_DELIVER;
    if (fresh && code >= 300 && sira_i_policy_verdict(code) == SIRA_I_VERDICT_CHALLENGE)
        challenged(registration, response);
    else if (fresh && code == 423)
        too_brief(registration, response);
    else if (fresh && code >= 300)
        refused(registration, response);
    else if (fresh && code >= 200)
        accepted(registration, response);
    schedule(registration);
    return true;
}

/* ---- time ---- */

static void send(sira_registration *registration)
{
    sira_status status = sira_i_agent_send(agent_of(registration), &registration->client, &registration->flow);
    /* A request whose nonce has been replaced meanwhile can't be repeated as it was; the first copy may still be
     * answered. */
    if (status != SIRA_OK && status != SIRA_E_STATE)
        failed_by(registration, status);
}

static void run_transaction(sira_registration *registration)
{
    sira_agent *agent = agent_of(registration);
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
        end_transaction(registration);
        break;
    case SIRA_I_TRANSACTION_NOTHING:
    case SIRA_I_TRANSACTION_DELIVER:
        break;
    }
}

static void lapse(sira_registration *registration)
{
    if (!is_bound(registration) || agent_of(registration)->now < registration->expires_at)
        return;
    registration->expires_at = 0;
    if (registration->state == SIRA_REGISTRATION_REGISTERED)
        registration->state = SIRA_REGISTRATION_WAITING;
    (void)sira_i_registration_post(registration, SIRA_EVENT_LAPSED, SIRA_E_EXPIRES, 0);
}

static void await_ha1(sira_registration *registration)
{
    if (under_way(registration))
        return;
    if (registration->account->waiting_for_ha1 != registration)
        request(registration);
    else if (agent_of(registration)->now >= registration->next_at)
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
        if (agent_of(registration)->now >= registration->next_at)
            begin(registration);
        break;
    }
    schedule(registration);
}

static const struct sira_client_ops registration_ops = {due, sira_i_register_write, take_response,
                                                        sira_i_registration_deliver};

/* Nobody can reach us on a flow that is gone, so a registered line registers anew (RFC 5626 4.4), not sooner than the
 * floor: some registrars close the connection after each 200. */
static void flow_lost(sira_registration *registration)
{
    uint64_t soon = agent_of(registration)->now + 1000u * (uint64_t)registration->config.min_interval;
    registration->state = SIRA_REGISTRATION_WAITING;
    registration->next_at = earlier(registration->next_at, soon);
    (void)sira_i_registration_post(registration, SIRA_EVENT_WAITING, SIRA_E_TRANSPORT, 0);
}

void sira_i_registration_flow_down(sira_registration *registration, const sira_flow *flow)
{
    bool uses = registration->flow.id == flow->id && sira_endpoint_equal(&registration->flow.remote, &flow->remote);
    bool waits = registration->state == SIRA_REGISTRATION_CONNECTING && registration->has_turn;
    if ((uses && under_way(registration)) || waits)
        failed_by(registration, SIRA_E_TRANSPORT);
    else if (uses && registration->state == SIRA_REGISTRATION_REGISTERED)
        flow_lost(registration);
    else
        return;
    schedule(registration);
}

/* ---- the application's side ---- */

sira_status sira_registration_init(sira_registration *registration, sira_account *account,
                                   const sira_registration_config *config, sira_diag *diag)
{
    sira_registration_config checked;
    if (config != NULL)
        checked = *config;
    else
        sira_registration_config_init(&checked);
    if (checked.size != sizeof checked)
        return sira_i_config_refuse(diag, "size", "a config filled by sira_registration_config_init");
    sira_status status = check_times(&checked, diag);
    if (status == SIRA_OK)
        status = check_contact(&checked, diag);
    if (status != SIRA_OK)
        return status;

    memset(registration, 0, sizeof *registration);
    registration->account = account;
    registration->config = checked;
    registration->next_at = SIRA_NEVER;
    registration->client.ops = &registration_ops;
    sira_i_timer_init(&registration->client.timer);
    sira_i_list_init(&registration->client.in_events);
    sira_i_list_init(&registration->in_queue);
    struct {
        uint8_t call_id[sizeof registration->call_id];
        uint8_t tag[sizeof registration->tag];
        uint8_t line[sizeof registration->line];
    } random;
    status = sira_i_random_fill(&account->server->agent->random, &random, sizeof random);
    if (status != SIRA_OK)
        return status;
    memcpy(registration->call_id, random.call_id, sizeof random.call_id);
    memcpy(registration->tag, random.tag, sizeof random.tag);
    memcpy(registration->line, random.line, sizeof random.line);
    sira_i_list_append(&account->server->registrations, &registration->in_server);
    return SIRA_OK;
}

sira_status sira_registration_start(sira_registration *registration)
{
    const sira_server *server = registration->account->server;
    sira_agent *agent = server->agent;
    registration->leaving = false;
    switch ((sira_registration_state)registration->state) {
    case SIRA_REGISTRATION_STOPPED:
    case SIRA_REGISTRATION_FAILED:
    case SIRA_REGISTRATION_WAITING:
        registration->failures = 0;
        registration->rejections = 0;
        registration->state = SIRA_REGISTRATION_WAITING;
        registration->next_at = agent->now;
        if (!registration->started)
            registration->next_at += sira_i_policy_spread(server->config.start_window, draw(registration));
        registration->started = true;
        break;
    case SIRA_REGISTRATION_REGISTERED:
        registration->next_at = agent->now;
        break;
    case SIRA_REGISTRATION_LOCATING:
    case SIRA_REGISTRATION_CONNECTING:
    case SIRA_REGISTRATION_REGISTERING:
    case SIRA_REGISTRATION_REFRESHING:
    case SIRA_REGISTRATION_UNREGISTERING:
        return SIRA_OK;
    }
    schedule(registration);
    sira_i_agent_told(agent);
    return SIRA_OK;
}

sira_status sira_registration_stop(sira_registration *registration)
{
    if (registration->state == SIRA_REGISTRATION_STOPPED)
        return SIRA_IDLE;
    registration->leaving = true;
    if (!under_way(registration)) {
        if (!is_bound(registration)) {
            end_attempt(registration);
            stopped(registration, SIRA_OK, 0);
        } else if (registration->state == SIRA_REGISTRATION_REGISTERED ||
                   registration->state == SIRA_REGISTRATION_WAITING ||
                   registration->state == SIRA_REGISTRATION_FAILED) {
            begin_at_once(registration);
        }
    }
    schedule(registration);
    sira_i_agent_told(agent_of(registration));
    return SIRA_OK;
}

void sira_registration_remove(sira_registration *registration)
{
    sira_agent *agent = agent_of(registration);
    end_transaction(registration);
    end_attempt(registration);
    sira_i_agent_set_timer(agent, &registration->client, SIRA_NEVER);
    sira_i_list_remove(&registration->client.in_events);
    sira_i_list_remove(&registration->in_server);
    sira_i_agent_told(agent);
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
    return (sira_registration_state)registration->state;
}

bool sira_registration_is_bound(const sira_registration *registration)
{
    return is_bound(registration);
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
    return registration->account;
}

sira_str sira_registration_aor(const sira_registration *registration)
{
    return registration->account->aor;
}

sira_str sira_registration_service_route(const sira_registration *registration)
{
    return (sira_str){registration->service_route, registration->service_route_len};
}
