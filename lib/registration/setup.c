/* The configuration of a registration: its defaults, and what is refused. */
#include "registration/registration.h"

#include "agent/config.h"

#include <string.h>

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
    fill_in(&config->unclear_expires, 120);
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
    if (config->unclear_expires > SIRA_LIMIT_EXPIRES_MAX)
        return sira_i_config_refuse(diag, "unclear_expires", "at most 604800 s");
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

sira_status sira_i_registration_check(sira_registration_config *config, sira_diag *diag)
{
    sira_status status = sira_i_config_size(config->size, sizeof *config, diag);
    if (status == SIRA_OK)
        status = check_times(config, diag);
    return status == SIRA_OK ? check_contact(config, diag) : status;
}
