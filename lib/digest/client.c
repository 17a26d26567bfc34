#include "digest/client.h"

#include <string.h>

void sira_digest_client_config_init(sira_digest_client_config *config)
{
    *config = (sira_digest_client_config){.size = sizeof *config};
}

static sira_status check_ha1(const sira_digest_client_config *config, sira_diag *diag, bool *any)
{
    uint8_t ha1[SIRA_HASH_SIZE_MAX];
    for (unsigned i = 0; i < SIRA_HASH_COUNT; i++) {
        if (config->ha1[i].len == 0)
            continue;
        bool right = sira_i_hex_read(config->ha1[i], ha1, sira_hash_size((sira_hash_algorithm)i));
        sira_wipe(ha1, sizeof ha1);
        if (!right)
            return sira_i_digest_refuse(diag, SIRA_E_CONFIG, "ha1",
                                        "hexadecimal digits, two for each byte of the hash");
        *any = true;
    }
    return SIRA_OK;
}

static sira_status check_config(const sira_digest_client_config *config, sira_diag *diag)
{
    if (config->size != sizeof *config)
        return sira_i_digest_refuse(diag, SIRA_E_CONFIG, "size", "a config filled by sira_digest_client_config_init");
    if (config->hash.digest == NULL || config->hash.algorithms == 0)
        return sira_i_digest_refuse(diag, SIRA_E_CONFIG, "hash", "the function digest and at least one algorithm");
    if (config->user.len == 0)
        return sira_i_digest_refuse(diag, SIRA_E_CONFIG, "user", "a user name");
    sira_status status = sira_i_digest_text(config->user, "user", diag);
    if (status == SIRA_OK)
        status = sira_i_digest_text(config->password, "password", diag);
    if (status == SIRA_OK)
        status = sira_i_digest_text(config->ha1_realm, "ha1_realm", diag);
    bool any = config->password.len != 0 || config->get_ha1 != NULL || config->usim != NULL;
    if (status == SIRA_OK)
        status = check_ha1(config, diag, &any);
    if (status == SIRA_OK && !any)
        return sira_i_digest_refuse(diag, SIRA_E_CONFIG, "password", "a password, HA1, or a callback for either");
    if (status == SIRA_OK && config->policy.minimum_algorithm >= SIRA_ALGORITHM_COUNT)
        return sira_i_digest_refuse(diag, SIRA_E_CONFIG, "policy.minimum_algorithm", "a sira_algorithm");
    if (status == SIRA_OK && config->policy.minimum_qop > SIRA_QOP_AUTH_INT)
        return sira_i_digest_refuse(diag, SIRA_E_CONFIG, "policy.minimum_qop", "a sira_qop");
    return status;
}

sira_status sira_digest_client_init(sira_digest_client *client, const sira_digest_client_config *config,
                                    sira_diag *diag)
{
    sira_status status = check_config(config, diag);
    if (status != SIRA_OK)
        return status;
    memset(client, 0, sizeof *client);
    client->config = config;
    return SIRA_OK;
}

void sira_i_realm_forget(sira_digest_realm *realm)
{
    realm->flags &= SIRA_I_REALM_USED | SIRA_I_REALM_PROXY;
    realm->generation++;
    realm->nc = 0;
    realm->round = 0;
    realm->nonce_len = 0;
    realm->opaque_len = 0;
    sira_wipe(realm->nonce, sizeof realm->nonce);
    sira_wipe(realm->opaque, sizeof realm->opaque);
    sira_wipe(realm->ha1, sizeof realm->ha1);
    sira_wipe(realm->sess_cnonce, sizeof realm->sess_cnonce);
}

void sira_digest_client_forget(sira_digest_client *client)
{
    for (size_t i = 0; i < SIRA_LIMIT_REALMS; i++)
        sira_i_realm_forget(&client->realms[i]);
}

sira_status sira_digest_client_change(sira_digest_client *client, const sira_digest_client_config *config,
                                      sira_diag *diag)
{
    sira_status status = check_config(config, diag);
    if (status != SIRA_OK)
        return status;
    sira_digest_client_forget(client);
    client->config = config;
    return SIRA_OK;
}

void sira_digest_client_forget_strength(sira_digest_client *client)
{
    memset(client->accepted, 0, sizeof client->accepted);
}

void sira_digest_client_wipe(sira_digest_client *client)
{
    sira_wipe(client, sizeof *client);
}

static void begin_realm(sira_digest_attempt *attempt, sira_digest_realm *realm, size_t i)
{
    attempt->realm[i].generation = realm->generation;
    if (!sira_i_realm_has(realm, SIRA_I_REALM_NONCE | SIRA_I_REALM_KEY))
        return;
    if ((realm->flags & (SIRA_I_REALM_FRESH | SIRA_I_REALM_AUTS)) == SIRA_I_REALM_AUTS)
        return;                    /* it goes out once: another request may wait for what comes of it */
    if (realm->nc == UINT32_MAX) { /* eight digits are used up (RFC 7616 3.4) */
        sira_i_realm_forget(realm);
        return;
    }
    if (realm->nc == 0)
        memcpy(realm->sess_cnonce, attempt->cnonce, sizeof realm->sess_cnonce);
    attempt->realm[i].nc = ++realm->nc;
    attempt->realm[i].flags = realm->flags;
    attempt->realm[i].round = realm->round;
    sira_i_realm_set(realm, SIRA_I_REALM_FRESH, false);
}

void sira_digest_client_begin(sira_digest_client *client, sira_digest_attempt *attempt, const uint8_t cnonce[8])
{
    memset(attempt, 0, sizeof *attempt);
    memcpy(attempt->cnonce, cnonce, sizeof attempt->cnonce);
    for (size_t i = 0; i < SIRA_LIMIT_REALMS; i++)
        begin_realm(attempt, &client->realms[i], i);
}

/* Does an entry wait for HA1 of this realm (without escapes)? */
static bool waits_for_ha1(const sira_digest_realm *realm, sira_str name, sira_hash_algorithm algorithm)
{
    char unescaped[SIRA_LIMIT_REALM];
    return sira_i_realm_has(realm, SIRA_I_REALM_WAITING) &&
           !sira_i_algorithm_is_aka((sira_algorithm)realm->algorithm) &&
           sira_i_algorithm_hash((sira_algorithm)realm->algorithm) == algorithm &&
           sira_str_equal(sira_i_unescape(sira_i_realm_text(realm), unescaped), name);
}

void sira_i_realm_take_key(sira_digest_realm *realm, const sira_i_key *key)
{
    memcpy(realm->ha1, key->ha1, sizeof realm->ha1);
    sira_i_realm_set(realm, SIRA_I_REALM_WAITING, false);
    sira_i_realm_set(realm, SIRA_I_REALM_KEY, true);
    sira_i_realm_set(realm, SIRA_I_REALM_AUTS, key->auts);
}

sira_status sira_i_client_given(const sira_digest_client *client, bool taken)
{
    if (!taken)
        return SIRA_IDLE;
    for (size_t i = 0; i < SIRA_LIMIT_REALMS; i++)
        if (sira_i_realm_has(&client->realms[i], SIRA_I_REALM_WAITING))
            return SIRA_MORE;
    return SIRA_OK;
}

sira_status sira_digest_client_give_ha1(sira_digest_client *client, sira_str realm, sira_hash_algorithm algorithm,
                                        const uint8_t ha1[SIRA_HASH_SIZE_MAX])
{
    bool taken = false;
    sira_i_key key = {.auts = false};
    memcpy(key.ha1, ha1, sira_hash_size(algorithm));
    for (size_t i = 0; i < SIRA_LIMIT_REALMS; i++) {
        sira_digest_realm *entry = &client->realms[i];
        if (!waits_for_ha1(entry, realm, algorithm))
            continue;
        sira_i_realm_take_key(entry, &key);
        taken = true;
    }
    sira_wipe(&key, sizeof key);
    return sira_i_client_given(client, taken);
}
