/* Where HA1 comes from: the password, the configuration, the application's callback, or a USIM. */
#include "digest/client.h"

#include <string.h>

static bool has_ha1(const sira_digest_client_config *config, sira_str realm, sira_hash_algorithm hash)
{
    return config->ha1[hash].len != 0 && (config->ha1_realm.len == 0 || sira_str_equal(config->ha1_realm, realm));
}

bool sira_i_key_possible(const sira_digest_client_config *config, sira_str realm, sira_algorithm algorithm)
{
    if (!sira_i_hash_has(&config->hash, algorithm))
        return false;
    if (sira_i_algorithm_is_aka(algorithm))
        return config->usim != NULL;
    return config->password.len != 0 || has_ha1(config, realm, sira_i_algorithm_hash(algorithm)) ||
           config->get_ha1 != NULL;
}

sira_status sira_i_key_get(const sira_i_key_request *request, sira_i_key *key)
{
    const sira_digest_client_config *config = request->config;
    const sira_hash_algorithm hash = sira_i_algorithm_hash(request->algorithm);
    memset(key, 0, sizeof *key);
    if (sira_i_algorithm_is_aka(request->algorithm))
        return config->usim->ops->get_key(request, key);
    if (config->password.len != 0) {
        const sira_str parts[3] = {config->user, request->realm, config->password};
        return sira_digest_ha1(&config->hash, hash, parts, key->ha1);
    }
    if (has_ha1(config, request->realm, hash))
        return sira_i_hex_read(config->ha1[hash], key->ha1, sira_hash_size(hash)) ? SIRA_OK : SIRA_E_CONFIG;
    return config->get_ha1(config->get_ha1_context, request->realm, hash, key->ha1);
}
