/* Where HA1 comes from: the password, the configuration, the application's callback, or a USIM. */
#include "digest/client.h"

#include "digest/base64.h"
#include "digest/hmac.h"

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
        return config->get_aka != NULL;
    return config->password.len != 0 || has_ha1(config, realm, sira_i_algorithm_hash(algorithm)) ||
           config->get_ha1 != NULL;
}

/* RFC 4169 2: the password of AKAv2 is base64(HMAC-MD5(RES || IK || CK, "http-digest-akav2-password")). */
static sira_status akav2_password(const sira_hash *hash, const sira_aka *aka, char *text, sira_str *password)
{
    static const sira_str label = SIRA_STR_INIT("http-digest-akav2-password");
    uint8_t key[sizeof aka->res + sizeof aka->ik + sizeof aka->ck], mac[SIRA_HASH_SIZE_MAX];
    size_t length = aka->res_len;
    memcpy(key, aka->res, length);
    memcpy(key + length, aka->ik, sizeof aka->ik);
    length += sizeof aka->ik;
    memcpy(key + length, aka->ck, sizeof aka->ck);
    length += sizeof aka->ck;
    sira_i_hmac_key hmac_key = {.hash = hash, .algorithm = SIRA_HASH_MD5, .key = key, .length = length};
    sira_status status = sira_i_hmac(&hmac_key, &label, 1, mac);
    if (status == SIRA_OK)
        *password = sira_i_base64_write(mac, sira_hash_size(SIRA_HASH_MD5), text);
    sira_wipe(key, sizeof key);
    sira_wipe(mac, sizeof mac);
    return status;
}

sira_status sira_i_key_from_aka(const sira_i_key_request *request, const sira_aka *aka, sira_i_key *key)
{
    const sira_hash *hash = &request->config->hash;
    char text[SIRA_I_BASE64_SIZE(SIRA_HASH_SIZE_MAX)];
    sira_str password = {NULL, 0}; /* with AUTS the response is over an empty one (RFC 3310 3.4) */
    sira_status status = SIRA_OK;
    memset(key, 0, sizeof *key);
    key->auts = aka->resynchronize;
    if (!key->auts && (aka->res_len < 4 || aka->res_len > sizeof aka->res))
        return SIRA_E_ARGUMENT;
    if (!key->auts && request->algorithm == SIRA_ALGORITHM_AKAV2_MD5)
        status = akav2_password(hash, aka, text, &password);
    else if (!key->auts)
        password = (sira_str){(const char *)aka->res, aka->res_len};
    const sira_str parts[3] = {request->config->user, request->realm, password};
    if (status == SIRA_OK)
        status = sira_digest_ha1(hash, SIRA_HASH_MD5, parts, key->ha1);
    if (key->auts)
        memcpy(key->ha1 + SIRA_I_AUTS_AT, aka->auts, sizeof aka->auts);
    sira_wipe(text, sizeof text);
    return status;
}

/* RFC 3310 3.2: the nonce is base64 of RAND, AUTN and maybe server data. */
static sira_status ask_usim(const sira_i_key_request *request, sira_i_key *key)
{
    uint8_t bytes[SIRA_I_BASE64_BYTES(SIRA_LIMIT_NONCE)];
    size_t length;
    if (request->nonce.len > SIRA_LIMIT_NONCE || !sira_i_base64_read(request->nonce, bytes, &length) || length < 32)
        return SIRA_E_CHALLENGE;
    sira_aka aka;
    memset(&aka, 0, sizeof aka);
    sira_status status = request->config->get_aka(request->config->get_aka_context, bytes, bytes + 16, &aka);
    if (status == SIRA_OK)
        status = sira_i_key_from_aka(request, &aka, key);
    sira_wipe(&aka, sizeof aka);
    return status;
}

sira_status sira_i_key_get(const sira_i_key_request *request, sira_i_key *key)
{
    const sira_digest_client_config *config = request->config;
    const sira_hash_algorithm hash = sira_i_algorithm_hash(request->algorithm);
    memset(key, 0, sizeof *key);
    if (sira_i_algorithm_is_aka(request->algorithm))
        return ask_usim(request, key);
    if (config->password.len != 0) {
        const sira_str parts[3] = {config->user, request->realm, config->password};
        return sira_digest_ha1(&config->hash, hash, parts, key->ha1);
    }
    if (has_ha1(config, request->realm, hash))
        return sira_i_hex_read(config->ha1[hash], key->ha1, sira_hash_size(hash)) ? SIRA_OK : SIRA_E_CONFIG;
    return config->get_ha1(config->get_ha1_context, request->realm, hash, key->ha1);
}
