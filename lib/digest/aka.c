/* AKAv1-MD5 (RFC 3310) and AKAv2-MD5 (RFC 4169): the password is what a USIM makes of the nonce. */
#include "digest/client.h"

#include "digest/base64.h"
#include "digest/hmac.h"
#include "message/writing.h"

#include <string.h>

/* The nonce is base64 of RAND, AUTN and maybe server data (RFC 3310 3.2). */
#define CHALLENGE_BYTES SIRA_I_BASE64_BYTES(SIRA_LIMIT_NONCE)

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

static sira_status key_from_aka(const sira_i_key_request *request, const sira_aka *aka, sira_i_key *key)
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

static bool read_challenge(sira_str nonce, uint8_t bytes[CHALLENGE_BYTES])
{
    size_t length;
    return nonce.len <= SIRA_LIMIT_NONCE && sira_i_base64_read(nonce, bytes, &length) && length >= 32;
}

static sira_status ask_usim(const sira_i_key_request *request, sira_i_key *key)
{
    uint8_t bytes[CHALLENGE_BYTES];
    if (!read_challenge(request->nonce, bytes))
        return SIRA_E_CHALLENGE;
    const sira_digest_usim *usim = request->config->usim;
    sira_aka aka;
    memset(&aka, 0, sizeof aka);
    sira_status status = usim->get_aka(usim->context, bytes, bytes + 16, &aka);
    if (status == SIRA_OK)
        status = key_from_aka(request, &aka, key);
    sira_wipe(&aka, sizeof aka);
    return status;
}

/* RFC 3310 3.4. */
static void write_auts(const sira_digest_realm *realm, sira_writer *writer)
{
    char text[SIRA_I_BASE64_SIZE(SIRA_I_AUTS_SIZE)];
    const sira_str auts = sira_i_base64_write(realm->ha1 + SIRA_I_AUTS_AT, SIRA_I_AUTS_SIZE, text);
    SIRA_I_WRITE(writer, ", auts=\"");
    sira_i_write_raw(writer, auts.at, auts.len);
    SIRA_I_WRITE(writer, "\"");
}

void sira_digest_usim_init(sira_digest_usim *usim, sira_digest_aka_fn get_aka, void *context)
{
    static const struct sira_digest_usim_ops ops = {.get_key = ask_usim, .write_auts = write_auts};
    *usim = (sira_digest_usim){.ops = &ops, .get_aka = get_aka, .context = context};
}

/* ---- an answer that comes later ---- */

/* Does an entry wait for the USIM's answer to this challenge? An answer to an earlier one is of no use any more. */
static bool waits_for_aka(const sira_digest_realm *realm, const uint8_t rand[16])
{
    char unescaped[SIRA_LIMIT_NONCE];
    uint8_t bytes[CHALLENGE_BYTES];
    return sira_i_realm_has(realm, SIRA_I_REALM_WAITING) && sira_i_algorithm_is_aka((sira_algorithm)realm->algorithm) &&
           read_challenge(sira_i_unescape(sira_i_realm_nonce(realm), unescaped), bytes) && memcmp(bytes, rand, 16) == 0;
}

static sira_status give_aka_to(const sira_digest_client *client, sira_digest_realm *entry, const sira_aka *aka)
{
    char unescaped[SIRA_LIMIT_REALM];
    const sira_i_key_request request = {.config = client->config,
                                        .realm = sira_i_unescape(sira_i_realm_text(entry), unescaped),
                                        .algorithm = (sira_algorithm)entry->algorithm};
    sira_i_key key;
    sira_status status = key_from_aka(&request, aka, &key);
    if (status == SIRA_OK && key.auts && sira_i_realm_has(entry, SIRA_I_REALM_RESYNCED))
        status = SIRA_E_CREDENTIALS;
    if (status == SIRA_OK)
        sira_i_realm_take_key(entry, &key);
    else if (status != SIRA_E_ARGUMENT)
        sira_i_realm_forget(entry);
    sira_wipe(&key, sizeof key);
    return status;
}

sira_status sira_digest_client_give_aka(sira_digest_client *client, const uint8_t rand[16], const sira_aka *aka)
{
    bool taken = false;
    for (size_t i = 0; i < SIRA_LIMIT_REALMS; i++) {
        if (!waits_for_aka(&client->realms[i], rand))
            continue;
        sira_status status = give_aka_to(client, &client->realms[i], aka);
        if (status != SIRA_OK)
            return status;
        taken = true;
    }
    return sira_i_client_given(client, taken);
}
