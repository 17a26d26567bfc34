#include "agent/registration.h"

#include <string.h>

#include "agent/policy.h"
#include "base/random.h"
#include "base/timer.h"

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
    if (config->expires <= config->min_interval)
        return sira_i_config_refuse(diag, "expires", "a lifetime above min_interval");
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

/* ---- the application's side ---- */

sira_status sira_registration_init(sira_registration *registration, sira_account *account,
                                   const sira_registration_config *config, sira_diag *diag)
{
    sira_registration_config checked;
    if (config != NULL)
        checked = *config;
    else
        sira_registration_config_init(&checked);
    sira_status status = sira_i_config_size(checked.size, sizeof checked, diag);
    if (status == SIRA_OK)
        status = check_times(&checked, diag);
    if (status == SIRA_OK)
        status = check_contact(&checked, diag);
    if (status != SIRA_OK)
        return status;

    memset(registration, 0, sizeof *registration);
    registration->account = account;
    registration->config = checked;
    registration->next_at = SIRA_NEVER;
    registration->client.ops = &sira_i_registration_ops;
    sira_i_timer_init(&registration->client.timer);
    sira_i_list_init(&registration->client.in_events);
    sira_i_list_init(&registration->in_queue);
    status = sira_i_random_fill(&account->server->agent->random, &registration->names, sizeof registration->names);
    if (status != SIRA_OK) {
        (void)sira_i_config_refuse(diag, "entropy", "a source that works");
        return status;
    }
    if (sira_i_register_size(registration) > account->server->agent->config.scratch_size)
        return sira_i_config_refuse(diag, "scratch", "room for the longest REGISTER of this line");
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
            registration->next_at +=
                sira_i_policy_spread(server->config.start_window, sira_i_registration_draw(registration));
        registration->started = true;
        if (registration->next_at > agent->now)
            (void)sira_i_registration_post(registration, SIRA_EVENT_WAITING, SIRA_OK, 0);
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
    sira_i_attempt_schedule(registration);
    sira_i_agent_told(agent);
    return SIRA_OK;
}

sira_status sira_registration_stop(sira_registration *registration)
{
    if (registration->state == SIRA_REGISTRATION_STOPPED)
        return SIRA_IDLE;
    registration->leaving = true;
    if (!sira_i_attempt_is_under_way(registration)) {
        if (!sira_registration_is_bound(registration)) {
            sira_i_attempt_end(registration);
            sira_i_attempt_stopped(registration, SIRA_OK, 0);
        } else if (registration->state == SIRA_REGISTRATION_REGISTERED ||
                   registration->state == SIRA_REGISTRATION_WAITING ||
                   registration->state == SIRA_REGISTRATION_FAILED) {
            sira_i_attempt_begin_at_once(registration);
        }
    }
    sira_i_attempt_schedule(registration);
    sira_i_agent_told(sira_i_registration_agent(registration));
    return SIRA_OK;
}

void sira_registration_remove(sira_registration *registration)
{
    sira_agent *agent = sira_i_registration_agent(registration);
    sira_i_attempt_end_transaction(registration);
    sira_i_attempt_end(registration);
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
