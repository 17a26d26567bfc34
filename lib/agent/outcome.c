/* What the final response to a REGISTER comes to. */
#include "agent/registration.h"

#include "agent/policy.h"

/* Challenges answered in one attempt: a proxy's and a registrar's, each once more when its nonce was stale. */
#define ROUNDS_MAX 4u

static void left(sira_registration *registration, const sira_message *response)
{
    sira_i_binding binding;
    sira_i_attempt_end(registration);
    if (registration->leaving) {
        bool stays = sira_i_binding_find(registration, response, &binding) == SIRA_OK && binding.is_ours;
        sira_i_attempt_stopped(registration, stays ? SIRA_E_EXPIRES : SIRA_OK, 0);
        return;
    }
    registration->expires_at = 0; /* started again meanwhile */
    sira_i_attempt_begin_at_once(registration);
}

static void bound(sira_registration *registration, const sira_message *response, const sira_i_binding *binding)
{
    const sira_agent *agent = sira_i_registration_agent(registration);
    uint32_t granted = binding->expires < SIRA_LIMIT_EXPIRES_MAX ? binding->expires : SIRA_LIMIT_EXPIRES_MAX;
    sira_status status = sira_i_service_route_keep(registration, response);
    sira_i_attempt_end(registration);
    registration->failures = 0;
    registration->rejections = 0;
    registration->contact = registration->flow.local;
    registration->expires_at = agent->now + 1000u * (uint64_t)granted;
    if (registration->leaving) {
        sira_i_attempt_begin_at_once(registration);
        return;
    }
    if (granted <= registration->config.min_interval) /* it runs out before each refresh */
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
        sira_i_attempt_failed(registration, &(sira_i_failure){.status = status, .code = response->status_code});
        return;
    }
    if (registration->asked == 0) {
        left(registration, response);
        return;
    }
    sira_i_binding binding;
    status = sira_i_binding_find(registration, response, &binding);
    if (status == SIRA_OK && binding.expires == 0) {
        registration->expires_at = 0;
        status = SIRA_E_EXPIRES;
    }
    if (status != SIRA_OK)
        sira_i_attempt_failed(registration, &(sira_i_failure){.status = status, .code = response->status_code});
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
        status = SIRA_E_CREDENTIALS;
    if (status == SIRA_MORE && account->waiting_for_ha1 != NULL)
        status = SIRA_E_STATE;
    if (status != SIRA_OK && status != SIRA_MORE) {
        sira_i_attempt_failed(registration, &(sira_i_failure){.status = status, .code = response->status_code});
        return;
    }
    registration->rounds++;
    if (status == SIRA_OK || sira_i_attempt_has_left(registration)) {
        sira_i_attempt_request(registration, 0);
        return;
    }
    account->waiting_for_ha1 = registration;
    registration->next_at = sira_i_registration_agent(registration)->now +
                            64u * (uint64_t)sira_i_registration_agent(registration)->config.t1;
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
        sira_i_attempt_failed(registration, &(sira_i_failure){.status = SIRA_E_EXPIRES, .code = response->status_code});
        return;
    }
    registration->raised = least;
    registration->raised_now = true;
    sira_i_attempt_request(registration, response->status_code);
}

static void refused(sira_registration *registration, const sira_message *response)
{
    sira_retry_after after;
    sira_i_failure why = {.status = SIRA_E_RESPONSE, .code = response->status_code};
    /* A nonce that is kept would be one more try of a refused password, before the one for the next challenge. */
    if (registration->account->has_credentials &&
        sira_i_policy_verdict(response->status_code) == SIRA_I_VERDICT_REJECTED)
        sira_digest_client_forget(&registration->account->digest);
    if (sira_message_retry_after(response, &after, NULL) == SIRA_OK) {
        why.has_retry_after = true;
        why.retry_after = after.seconds;
    }
    sira_i_attempt_failed(registration, &why);
}

bool sira_i_outcome_take(sira_client *client, const sira_message *response)
{
    sira_registration *registration = sira_i_registration_of(client);
    const sira_agent *agent = sira_i_registration_agent(registration);
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
    sira_i_attempt_schedule(registration);
    return true;
}
