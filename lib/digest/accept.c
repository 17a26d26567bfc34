/* What a 2xx says about authentication: Authentication-Info (RFC 7616 3.5) and Proxy-Authentication-Info (RFC 7615 4).
 */
#include "digest/client.h"

#include <string.h>

enum { NEXTNONCE, RSPAUTH, QOP, CNONCE, NC, VALUES };
static const char names[] = "\11nextnonce"
                            "\7rspauth"
                            "\3qop"
                            "\6cnonce"
                            "\2nc";

static sira_status read_info(const sira_message *response, sira_field_id id, sira_str *values, sira_diag *diag)
{
    sira_cursor cursor;
    sira_auth auth;
    sira_status status;
    sira_cursor_init(&cursor, response, id);
    while ((status = sira_auth_next(&cursor, &auth, diag)) == SIRA_OK) {
        status = sira_i_params_read(auth.params, names, values, diag);
        if (status != SIRA_OK && diag != NULL)
            diag->offset += (size_t)(auth.params.at - response->bytes.at);
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
static bool is_proof_right(const sira_i_proof *proof, const sira_str *values)
{
    uint8_t right[SIRA_HASH_SIZE_MAX], given[SIRA_HASH_SIZE_MAX];
    const size_t size = sira_hash_size(sira_i_algorithm_hash(proof->algorithm));
    const bool same = is_absent_or(values[CNONCE], proof->cnonce) && is_absent_or(values[NC], proof->nc) &&
                      sira_i_hex_read(sira_i_inner(values[RSPAUTH]), given, size) &&
                      sira_i_proof_compute(proof, right) == SIRA_OK && sira_equal_constant_time(right, given, size);
    sira_wipe(right, sizeof right); /* of what may be a forged response */
    return same;
}

static bool choose_info_qop(sira_i_proof *proof, const sira_str *values)
{
    if (values[QOP].at == NULL)
        return true;
    if (proof->qop != SIRA_QOP_NONE)
        proof->qop = (sira_qop)sira_i_qop_of(sira_i_inner(values[QOP]));
    return proof->qop != SIRA_QOP_NONE;
}

/* One request and what came back for it, in one of the two fields. */
struct acceptance {
    sira_digest_client *client;
    const sira_digest_attempt *attempt;
    const sira_digest_request *request;
    const sira_message *response;
    bool proxy;
    bool malformed; /* there are no values then */
    sira_str values[VALUES];
    size_t entry; /* that the field is for; SIRA_LIMIT_REALMS: none */
    size_t sent;  /* credentials of this kind */
    bool proved;  /* the entry, by rspauth */
};

/* With AUTS the password was empty (RFC 3310 3.4), so whoever answers to that has proved nothing. */
static bool is_proved(const struct acceptance *acceptance, size_t i)
{
    sira_i_proof proof = {.uri = acceptance->request->uri, .body = acceptance->response->body};
    sira_i_proof_scratch scratch;
    if (sira_i_realm_has(&acceptance->client->realms[i], SIRA_I_REALM_AUTS))
        return false;
    sira_i_client_proof(acceptance->client, acceptance->attempt, i, &proof, &scratch);
    return choose_info_qop(&proof, acceptance->values) && is_proof_right(&proof, acceptance->values);
}

/* Did the request carry credentials of this kind for this entry, and does the entry still know what they were? */
static bool was_sent(const struct acceptance *acceptance, size_t i)
{
    return sira_i_was_sent(acceptance->attempt, i, 0) &&
           sira_i_realm_has(&acceptance->client->realms[i], SIRA_I_REALM_PROXY) == acceptance->proxy;
}

static bool is_known(const struct acceptance *acceptance, size_t i)
{
    return acceptance->client->realms[i].generation == acceptance->attempt->realm[i].generation;
}

/* Finds the entry that the proof is for: the field does not name its realm. Without a proof, the first one. SIRA_OK or
 * SIRA_E_RSPAUTH. */
static sira_status find_entry(struct acceptance *acceptance)
{
    const bool required = acceptance->client->config->policy.require_rspauth;
    const bool proof = acceptance->values[RSPAUTH].at != NULL;
    size_t known = 0;
    acceptance->entry = SIRA_LIMIT_REALMS;
    for (size_t i = 0; i < SIRA_LIMIT_REALMS; i++) {
        if (!was_sent(acceptance, i))
            continue;
        acceptance->sent++;
        if (!is_known(acceptance, i))
            continue;
        known++;
        if (proof && is_proved(acceptance, i)) {
            acceptance->entry = i;
            acceptance->proved = true;
            return SIRA_OK;
        }
        if (acceptance->entry == SIRA_LIMIT_REALMS)
            acceptance->entry = i;
    }
    /* A proof for a nonce that another request has replaced meanwhile can't be checked; it is not taken for right if
     * one is demanded. */
    if (acceptance->sent > 0 && (required || (proof && known == acceptance->sent)))
        return SIRA_E_RSPAUTH;
    if (proof) /* it is for an entry that is not known any more */
        acceptance->entry = SIRA_LIMIT_REALMS;
    return SIRA_OK;
}

/* RFC 7616 3.5: the nonce of the next request; its count starts anew. */
static sira_status take_nextnonce(sira_digest_realm *realm, sira_str value)
{
    char nonce[SIRA_LIMIT_NONCE];
    size_t length;
    if (sira_i_inner(value).len == 0 || sira_i_algorithm_is_aka((sira_algorithm)realm->algorithm))
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

/* Reads and judges one field; nothing is taken yet. SIRA_OK; SIRA_E_RSPAUTH. */
static sira_status judge(struct acceptance *acceptance, sira_field_id id, sira_diag *diag)
{
    acceptance->malformed = read_info(acceptance->response, id, acceptance->values, diag) != SIRA_OK;
    if (acceptance->malformed)
        memset(acceptance->values, 0, sizeof acceptance->values);
    if (acceptance->malformed && diag != NULL)
        diag->field = sira_field_name(id);
    sira_status status = find_entry(acceptance);
    if (status != SIRA_OK)
        return sira_i_digest_refuse(diag, status, sira_field_name(id), "the rspauth of who knows the password");
    return SIRA_OK;
}

static void settle(const struct acceptance *acceptance)
{
    for (size_t i = 0; i < SIRA_LIMIT_REALMS; i++) {
        sira_digest_realm *realm = &acceptance->client->realms[i];
        if (!was_sent(acceptance, i))
            continue;
        sira_i_realm_set(realm, SIRA_I_REALM_STALE | SIRA_I_REALM_RESYNCED, false);
        if (sira_i_is_same_realm(acceptance->attempt, realm, i))
            realm->round = 0;
    }
}

/* What the success says about strength: that of the credentials that were proved or, as nobody knows which of them the
 * server looked at, the weakest that it was shown. So a challenge that anybody could forge teaches nothing. */
static void learn(const struct acceptance *acceptance)
{
    sira_digest_client *client = acceptance->client;
    uint8_t level = UINT8_MAX, qop = UINT8_MAX;
    for (size_t i = 0; i < SIRA_LIMIT_REALMS; i++) {
        const sira_digest_realm *realm = &client->realms[i];
        if (!was_sent(acceptance, i) || (acceptance->proved && i != acceptance->entry))
            continue;
        if (!is_known(acceptance, i) || sira_i_realm_has(realm, SIRA_I_REALM_AUTS))
            return;
        const uint8_t its_level = sira_i_algorithm_level((sira_algorithm)realm->algorithm);
        level = its_level < level ? its_level : level;
        qop = realm->qop < qop ? realm->qop : qop;
    }
    if (level == UINT8_MAX) /* nothing was sent */
        return;
    if (client->accepted[acceptance->proxy].level < level)
        client->accepted[acceptance->proxy].level = level;
    if (client->accepted[acceptance->proxy].qop < qop)
        client->accepted[acceptance->proxy].qop = qop;
}

/* SIRA_OK; SIRA_IDLE: there was something that can't be used. */
static sira_status take(const struct acceptance *acceptance, sira_field_id id, sira_diag *diag)
{
    settle(acceptance);
    learn(acceptance);
    if (acceptance->malformed)
        return SIRA_IDLE;
    if (acceptance->entry == SIRA_LIMIT_REALMS)
        return SIRA_OK;
    sira_digest_realm *realm = &acceptance->client->realms[acceptance->entry];
    if (take_nextnonce(realm, acceptance->values[NEXTNONCE]) == SIRA_OK)
        return SIRA_OK;
    return sira_i_digest_refuse(diag, SIRA_IDLE, sira_field_name(id), "a nextnonce within SIRA_LIMIT_NONCE");
}

sira_status sira_digest_client_accepted(sira_digest_client *client, const sira_digest_attempt *attempt,
                                        const sira_digest_request *request, const sira_message *response,
                                        sira_diag *diag)
{
    static const sira_field_id ids[2] = {SIRA_FIELD_AUTHENTICATION_INFO, SIRA_FIELD_PROXY_AUTHENTICATION_INFO};
    struct acceptance fields[2];
    sira_status result = SIRA_OK;
    for (unsigned i = 0; i < 2; i++) {
        fields[i] = (struct acceptance){
            .client = client, .attempt = attempt, .request = request, .response = response, .proxy = i == 1};
        sira_status status = judge(&fields[i], ids[i], diag);
        if (status != SIRA_OK)
            return status;
    }
    if (client->config->policy.require_rspauth && fields[0].sent + fields[1].sent == 0)
        return sira_i_digest_refuse(diag, SIRA_E_RSPAUTH, sira_field_name(ids[0]),
                                    "a success to credentials, and their rspauth");
    for (unsigned i = 0; i < 2; i++) {
        sira_status status = take(&fields[i], ids[i], diag);
        if (status != SIRA_OK)
            result = status;
    }
    return result;
}
