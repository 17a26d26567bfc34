#include "digest/digest.h"

#define COLON SIRA_STR_INIT(":")
#define COUNT(pieces) (sizeof(pieces) / sizeof(pieces)[0])

sira_str sira_i_qop_name(sira_qop qop)
{
    static const sira_str none = {NULL, 0}, auth = SIRA_STR_INIT("auth"), auth_int = SIRA_STR_INIT("auth-int");
    return qop == SIRA_QOP_AUTH ? auth : qop == SIRA_QOP_AUTH_INT ? auth_int : none;
}

sira_status sira_digest_ha1(const sira_hash *hash, sira_hash_algorithm algorithm, const sira_str user_realm_password[3],
                            uint8_t ha1[SIRA_HASH_SIZE_MAX])
{
    const sira_str pieces[] = {user_realm_password[0], COLON, user_realm_password[1], COLON, user_realm_password[2]};
    return hash->digest(hash->context, algorithm, pieces, COUNT(pieces), ha1) == SIRA_OK ? SIRA_OK : SIRA_E_HASH;
}

sira_status sira_i_userhash(const sira_hash *hash, sira_hash_algorithm algorithm, const sira_str user_realm[2],
                            uint8_t out[SIRA_HASH_SIZE_MAX])
{
    const sira_str pieces[] = {user_realm[0], COLON, user_realm[1]};
    return hash->digest(hash->context, algorithm, pieces, COUNT(pieces), out) == SIRA_OK ? SIRA_OK : SIRA_E_HASH;
}

static sira_status digest(const sira_i_proof *proof, const sira_str *pieces, size_t count, uint8_t *out)
{
    return proof->hash->digest(proof->hash->context, sira_i_algorithm_hash(proof->algorithm), pieces, count, out);
}

/* RFC 7616 3.4.2: with -sess the key of the session, which nonce and cnonce fix. */
static sira_status session_key(const sira_i_proof *proof, char ha1_hex[SIRA_I_HEX_MAX], sira_str *ha1)
{
    uint8_t key[SIRA_HASH_SIZE_MAX];
    size_t size = sira_hash_size(sira_i_algorithm_hash(proof->algorithm));
    const sira_str pieces[] = {*ha1, COLON, proof->nonce, COLON, proof->cnonce};
    sira_status status = digest(proof, pieces, COUNT(pieces), key);
    *ha1 = sira_i_hex_write(key, size, ha1_hex);
    sira_wipe(key, sizeof key);
    return status;
}

/* RFC 7616 3.4.3, 3.5. */
static sira_status ha2(const sira_i_proof *proof, uint8_t out[SIRA_HASH_SIZE_MAX])
{
    char body_hex[SIRA_I_HEX_MAX];
    sira_str pieces[] = {proof->method, COLON, proof->uri, COLON, {body_hex, 0}};
    if (!sira_str_equal(proof->qop, sira_i_qop_name(SIRA_QOP_AUTH_INT)))
        return digest(proof, pieces, 3, out);
    sira_status status = digest(proof, &proof->body, 1, out);
    if (status != SIRA_OK)
        return status;
    pieces[4] = sira_i_hex_write(out, sira_hash_size(sira_i_algorithm_hash(proof->algorithm)), body_hex);
    return digest(proof, pieces, COUNT(pieces), out);
}

/* RFC 7616 3.4.1. */
static sira_status response(const sira_i_proof *proof, sira_str ha1, sira_str ha2_hex, uint8_t *out)
{
    if (proof->qop.len == 0) {
        const sira_str pieces[] = {ha1, COLON, proof->nonce, COLON, ha2_hex};
        return digest(proof, pieces, COUNT(pieces), out);
    }
    const sira_str pieces[] = {ha1,           COLON, proof->nonce, COLON, proof->nc, COLON,
                               proof->cnonce, COLON, proof->qop,   COLON, ha2_hex};
    return digest(proof, pieces, COUNT(pieces), out);
}

sira_status sira_i_proof_compute(const sira_i_proof *proof, uint8_t out[SIRA_HASH_SIZE_MAX])
{
    char ha1_hex[SIRA_I_HEX_MAX], ha2_hex[SIRA_I_HEX_MAX];
    size_t size = sira_hash_size(sira_i_algorithm_hash(proof->algorithm));
    sira_str ha1 = sira_i_hex_write(proof->ha1, size, ha1_hex);
    sira_status status = SIRA_OK;
    if (sira_i_algorithm_is_sess(proof->algorithm))
        status = session_key(proof, ha1_hex, &ha1);
    if (status == SIRA_OK)
        status = ha2(proof, out);
    if (status == SIRA_OK)
        status = response(proof, ha1, sira_i_hex_write(out, size, ha2_hex), out);
    sira_wipe(ha1_hex, sizeof ha1_hex);
    return status == SIRA_OK ? SIRA_OK : SIRA_E_HASH;
}
