/* What a 2xx says about authentication: Authentication-Info (RFC 7616 3.5) and Proxy-Authentication-Info (RFC 7615 4).
 */
#include "digest/client.h"

#include <string.h>

struct info {
    sira_str nextnonce, rspauth, qop, cnonce, nc;
};

static sira_status read_info(const sira_message *response, sira_field_id id, struct info *info, sira_diag *diag)
{
    const sira_i_param table[] = {{SIRA_STR_INIT("nextnonce"), &info->nextnonce},
                                  {SIRA_STR_INIT("rspauth"), &info->rspauth},
                                  {SIRA_STR_INIT("qop"), &info->qop},
                                  {SIRA_STR_INIT("cnonce"), &info->cnonce},
                                  {SIRA_STR_INIT("nc"), &info->nc}};
    sira_cursor cursor;
    sira_auth auth;
    sira_status status;
    sira_cursor_init(&cursor, response, id);
    while ((status = sira_auth_next(&cursor, &auth, diag)) == SIRA_OK) {
        status = sira_i_params_read(auth.params, table, sizeof table / sizeof table[0], diag);
        if (status != SIRA_OK)
            return status;
    }
    return status == SIRA_IDLE ? SIRA_OK : status;
}

static bool is_absent_or(sira_str value, sira_str expected)
{
    return value.at == NULL || sira_str_equal_nocase(sira_i_inner(value), expected);
}

/* RFC 7616 3.5: qop, cnonce and nc are those of the request; the server may protect its body where we did not. */
static bool is_proof_right(const sira_i_proof *proof, const struct info *info)
{
    uint8_t right[SIRA_HASH_SIZE_MAX], given[SIRA_HASH_SIZE_MAX];
    const size_t size = sira_hash_size(sira_i_algorithm_hash(proof->algorithm));
    return is_absent_or(info->cnonce, proof->cnonce) && is_absent_or(info->nc, proof->nc) &&
           sira_i_hex_read(sira_i_inner(info->rspauth), given, size) && sira_i_proof_compute(proof, right) == SIRA_OK &&
           sira_equal_constant_time(right, given, size);
}

static bool choose_info_qop(sira_i_proof *proof, const struct info *info)
{
    if (info->qop.at == NULL)
        return true;
    for (unsigned qop = SIRA_QOP_AUTH; qop <= SIRA_QOP_AUTH_INT; qop++) {
        if (!sira_str_equal_nocase(sira_i_inner(info->qop), sira_i_qop_name((sira_qop)qop)))
            continue;
        if (proof->qop == SIRA_QOP_NONE)
            return false;
        proof->qop = (sira_qop)qop;
        return true;
    }
    return false;
}

/* One request and what came back for it. */
struct acceptance {
    sira_digest_client *client;
    const sira_digest_attempt *attempt;
    const sira_digest_request *request;
    const sira_message *response;
    struct info info;
};

static bool is_proved(const struct acceptance *acceptance, size_t i)
{
    sira_i_proof proof = {.uri = acceptance->request->uri, .body = acceptance->response->body};
    sira_i_proof_scratch scratch;
    sira_i_client_proof(acceptance->client, acceptance->attempt, i, &proof, &scratch);
    return choose_info_qop(&proof, &acceptance->info) && is_proof_right(&proof, &acceptance->info);
}

/* Did the request carry credentials of this kind for this entry, and does the entry still know what they were? */
static bool was_sent(const struct acceptance *acceptance, size_t i, bool proxy)
{
    return acceptance->attempt->realm[i].sent &&
           sira_i_realm_has(&acceptance->client->realms[i], SIRA_I_REALM_PROXY) == proxy;
}

static bool is_known(const struct acceptance *acceptance, size_t i)
{
    return acceptance->client->realms[i].generation == acceptance->attempt->realm[i].generation;
}

/* The entry that the proof is for: the field does not name its realm. Without a proof, the first one.
 * SIRA_LIMIT_REALMS: none. */
static size_t find_entry(const struct acceptance *acceptance, bool proxy, sira_status *status)
{
    const bool required = acceptance->client->config->policy.require_rspauth;
    const bool proof = acceptance->info.rspauth.at != NULL;
    size_t sent = 0, known = 0, first = SIRA_LIMIT_REALMS;
    *status = SIRA_OK;
    for (size_t i = 0; i < SIRA_LIMIT_REALMS; i++) {
        if (!was_sent(acceptance, i, proxy))
            continue;
        sent++;
        if (!is_known(acceptance, i))
            continue;
        known++;
        if (proof && is_proved(acceptance, i))
            return i;
        if (first == SIRA_LIMIT_REALMS)
            first = i;
    }
    /* A proof for a nonce that another request has replaced meanwhile can't be checked; it is not taken for right if
     * one is demanded. */
    if (sent > 0 && (required || (proof && known == sent)))
        *status = SIRA_E_RSPAUTH;
    return *status == SIRA_OK ? first : SIRA_LIMIT_REALMS;
}

/* RFC 7616 3.5: the nonce of the next request; its count starts anew. */
static sira_status take_nextnonce(sira_digest_realm *realm, sira_str value)
{
    char nonce[SIRA_LIMIT_NONCE];
    size_t length;
    if (value.at == NULL || sira_i_algorithm_is_aka((sira_algorithm)realm->algorithm))
        return SIRA_OK; /* an AKA nonce is a challenge to the USIM and comes by a 401 only (RFC 3310 3.2) */
    sira_status status = sira_i_inner_copy(value, nonce, sizeof nonce, &length);
    if (status != SIRA_OK)
        return status;
    if (sira_i_realm_has(realm, SIRA_I_REALM_NONCE) &&
        sira_str_equal(sira_i_realm_nonce(realm), (sira_str){nonce, length}))
        return SIRA_OK; /* Kamailio names the present nonce again: its count goes on */
    memcpy(realm->nonce, nonce, length);
    realm->nonce_len = (uint8_t)length;
    realm->nc = 0;
    realm->generation++;
    sira_i_realm_set(realm, SIRA_I_REALM_NONCE, true);
    sira_i_realm_set(realm, SIRA_I_REALM_FRESH, false);
    return SIRA_OK;
}

static void settle(const struct acceptance *acceptance, bool proxy)
{
    for (size_t i = 0; i < SIRA_LIMIT_REALMS; i++)
        if (was_sent(acceptance, i, proxy))
            sira_i_realm_set(&acceptance->client->realms[i], SIRA_I_REALM_STALE | SIRA_I_REALM_RESYNCED, false);
}

static sira_status accept_field(struct acceptance *acceptance, bool proxy, sira_diag *diag)
{
    const sira_field_id id = proxy ? SIRA_FIELD_PROXY_AUTHENTICATION_INFO : SIRA_FIELD_AUTHENTICATION_INFO;
    sira_status status, result = SIRA_OK;
    sira_diag found = {0};
    memset(&acceptance->info, 0, sizeof acceptance->info);
    if (read_info(acceptance->response, id, &acceptance->info, &found) != SIRA_OK) {
        memset(&acceptance->info, 0, sizeof acceptance->info);
        result = SIRA_IDLE;
    }
    size_t entry = find_entry(acceptance, proxy, &status);
    if (status != SIRA_OK)
        return sira_i_digest_refuse(diag, status, sira_field_name(id), "the rspauth of who knows the password");
    settle(acceptance, proxy);
    if (entry < SIRA_LIMIT_REALMS &&
        take_nextnonce(&acceptance->client->realms[entry], acceptance->info.nextnonce) != SIRA_OK)
        result = SIRA_IDLE;
    return result;
}

sira_status sira_digest_client_accepted(sira_digest_client *client, const sira_digest_attempt *attempt,
                                        const sira_digest_request *request, const sira_message *response,
                                        sira_diag *diag)
{
    struct acceptance acceptance = {.client = client, .attempt = attempt, .request = request, .response = response};
    sira_status status = accept_field(&acceptance, false, diag);
    if (status < 0)
        return status;
    sira_status proxy_status = accept_field(&acceptance, true, diag);
    return proxy_status != SIRA_OK ? proxy_status : status;
}
