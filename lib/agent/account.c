#include "agent/account.h"

#include "agent/config.h"
#include "agent/port.h"
#include "base/list.h"

#include <sira/detail/agent.h>

#include <string.h>

void sira_account_config_init(sira_account_config *config)
{
    *config = (sira_account_config){.size = sizeof *config};
}

/* "host:port" of the AOR as it stands there. */
static sira_str domain_of(const sira_uri *aor)
{
    const char *end = aor->host.at + aor->host.len;
    if (aor->port != 0) {
        end++;
        while (end < aor->text.at + aor->text.len && *end >= '0' && *end <= '9')
            end++;
    }
    return (sira_str){aor->host.at, (size_t)(end - aor->host.at)};
}

/* RFC 3261 26.2.2: what is sips never goes over anything but TLS. */
static sira_status check_uri(const sira_server *server, sira_str value, const char *field, sira_uri *uri,
                             sira_diag *diag)
{
    sira_status status = sira_i_config_uri(value, field, uri, diag);
    if (status == SIRA_OK && uri->scheme == SIRA_SCHEME_SIPS && !server->is_secure)
        status = sira_i_config_refuse(diag, field, "a sip URI, because the server is not reached over TLS");
    return status;
}

static sira_status check_uris(const sira_account_config *config, const sira_server *server, sira_account *account,
                              sira_diag *diag)
{
    sira_uri uri;
    sira_status status = check_uri(server, config->aor, "aor", &uri, diag);
    if (status != SIRA_OK)
        return status;
    account->secure = uri.scheme == SIRA_SCHEME_SIPS;
    account->aor = config->aor;
    account->user_part = uri.user;
    account->domain = domain_of(&uri);
    if (config->registrar.len == 0)
        return SIRA_OK;
    status = check_uri(server, config->registrar, "registrar", &uri, diag);
    if (status != SIRA_OK)
        return status;
    if (uri.has_user) /* RFC 3261 10.2 */
        return sira_i_config_refuse(diag, "registrar", "a URI without a user");
    account->registrar = config->registrar;
    return SIRA_OK;
}

static bool has_credentials(const sira_account_config *config)
{
    bool any = config->password.len != 0 || config->get_ha1 != NULL || config->usim != NULL;
    for (size_t i = 0; i < SIRA_HASH_COUNT; i++)
        any = any || config->ha1[i].len != 0;
    return any;
}

static sira_status read_credentials(const sira_account *account, const sira_account_config *config,
                                    sira_digest_client_config *digest, sira_diag *diag)
{
    /* Which name stands behind an escape is the provider's to say: "al%20ice" as it is, or "al ice". */
    if (config->user.len == 0 && account->user_part.len != 0 &&
        memchr(account->user_part.at, '%', account->user_part.len) != NULL)
        return sira_i_config_refuse(diag, "user", "a name, because that in the AOR has escapes");
    sira_digest_client_config_init(digest);
    digest->hash = account->server->agent->config.hash;
    digest->user = config->user.len != 0 ? config->user : account->user_part;
    digest->password = config->password;
    memcpy(digest->ha1, config->ha1, sizeof digest->ha1);
    digest->ha1_realm = config->ha1_realm;
    digest->get_ha1 = config->get_ha1;
    digest->get_ha1_context = config->get_ha1_context;
    digest->policy = config->policy;
    digest->usim = config->usim;
    return SIRA_OK;
}

static sira_status set_credentials(sira_account *account, const sira_account_config *config, sira_diag *diag)
{
    if (!has_credentials(config))
        return SIRA_OK;
    sira_status status = read_credentials(account, config, &account->digest_config, diag);
    if (status == SIRA_OK)
        status = sira_digest_client_init(&account->digest, &account->digest_config, diag);
    account->has_credentials = status == SIRA_OK;
    return status;
}

sira_status sira_account_init(sira_account *account, sira_server *server, const sira_account_config *config,
                              sira_diag *diag)
{
    sira_status status = sira_i_config_size(config->size, sizeof *config, diag);
    if (status != SIRA_OK)
        return status;
    memset(account, 0, sizeof *account);
    sira_i_list_init(&account->waiting);
    sira_i_list_init(&account->on_hold);
    account->server = server;
    status = check_uris(config, server, account, diag);
    if (status == SIRA_OK)
        status = sira_i_config_string(config->display_name, "display_name", diag);
    if (status == SIRA_OK)
        status = sira_i_config_string(config->user, "user", diag);
    account->display_name = config->display_name;
    return status == SIRA_OK ? set_credentials(account, config, diag) : status;
}

void sira_i_account_wake(sira_link *list)
{
    while (!sira_i_list_empty(list)) {
        sira_waiter *waiter = SIRA_I_OWNER(list->next, sira_waiter, link);
        sira_i_list_remove(&waiter->link);
        waiter->ready(waiter);
    }
}

/* All that wait go on; whom another key is missing for waits again. */
static void wake(sira_account *account)
{
    sira_i_account_wake(&account->waiting);
    sira_i_agent_told(account->server->agent, false);
}

static sira_status take_key(sira_account *account, sira_status status)
{
    if (status == SIRA_OK)
        wake(account);
    return status;
}

sira_status sira_account_change(sira_account *account, const sira_account_config *config, sira_diag *diag)
{
    sira_digest_client_config digest;
    sira_status status = sira_i_config_size(config->size, sizeof *config, diag);
    if (status == SIRA_OK)
        status = sira_i_config_string(config->user, "user", diag);
    if (status != SIRA_OK)
        return status;
    if (!sira_str_equal(config->aor, account->aor))
        return sira_i_config_refuse(diag, "aor", "the one that is registered");
    if (!sira_str_equal(config->registrar, account->registrar))
        return sira_i_config_refuse(diag, "registrar", "the one that is registered at");
    /* A request under way that carries credentials has to go on as it was. */
    if (!has_credentials(config) || !account->has_credentials)
        return sira_i_config_refuse(diag, "password", "credentials, as before");
    status = read_credentials(account, config, &digest, diag);
    if (status == SIRA_OK)
        status = sira_digest_client_change(&account->digest, &digest, diag);
    if (status == SIRA_OK) {
        account->digest_config = digest;
        account->digest.config = &account->digest_config;
        wake(account); /* the key that is waited for would be that of the former user */
    }
    sira_wipe(&digest, sizeof digest);
    return status;
}

sira_status sira_account_give_ha1(sira_account *account, sira_str realm, sira_hash_algorithm algorithm,
                                  const uint8_t ha1[SIRA_HASH_SIZE_MAX])
{
    if (sira_i_list_empty(&account->waiting))
        return SIRA_IDLE;
    return take_key(account, sira_digest_client_give_ha1(&account->digest, realm, algorithm, ha1));
}

sira_status sira_account_give_aka(sira_account *account, const uint8_t rand[16], const sira_aka *aka)
{
    if (sira_i_list_empty(&account->waiting))
        return SIRA_IDLE;
    return take_key(account, sira_digest_client_give_aka(&account->digest, rand, aka));
}

void sira_account_forget_strength(sira_account *account)
{
    if (account->has_credentials)
        sira_digest_client_forget_strength(&account->digest);
}

sira_status sira_account_export(const sira_account *account, uint8_t *out, size_t size, size_t *length)
{
    return account->has_credentials ? sira_digest_client_export(&account->digest, out, size, length) : SIRA_IDLE;
}

sira_status sira_account_import(sira_account *account, const uint8_t *bytes, size_t length)
{
    return account->has_credentials ? sira_digest_client_import(&account->digest, bytes, length) : SIRA_IDLE;
}

void sira_account_wipe(sira_account *account)
{
    if (account->has_credentials)
        sira_digest_client_wipe(&account->digest);
    sira_wipe(account, sizeof *account);
}
