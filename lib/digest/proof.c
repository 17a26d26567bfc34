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

/* The hash function of one proof. */
typedef struct sira_i_hasher {
    const sira_hash *hash;
    sira_hash_algorithm algorithm;
    size_t size;
} sira_i_hasher;

static sira_status digest(const sira_i_hasher *hasher, const sira_str *pieces, size_t count, uint8_t *out)
{
    return hasher->hash->digest(hasher->hash->context, hasher->algorithm, pieces, count, out);
}

/* RFC 7616 3.4.2: with -sess the key of the session, which nonce and cnonce fix. */
static sira_status session_key(const sira_i_proof *proof, const sira_i_hasher *hasher, sira_str ha1, char *hex)
{
    uint8_t key[SIRA_HASH_SIZE_MAX];
    const sira_str pieces[] = {ha1, COLON, proof->nonce, COLON, proof->cnonce};
    sira_status status = digest(hasher, pieces, COUNT(pieces), key);
    sira_i_hex_write(key, hasher->size, hex);
    sira_wipe(key, sizeof key);
    return status;
}

/* RFC 7616 3.4.3, 3.5. */
static sira_status ha2_with_body(const sira_i_proof *proof, const sira_i_hasher *hasher, uint8_t *out)
{
    char body_hex[SIRA_I_HEX_MAX];
    sira_status status = digest(hasher, &proof->body, 1, out);
    if (status != SIRA_OK)
        return status;
    const sira_str body = sira_i_hex_write(out, hasher->size, body_hex);
    const sira_str pieces[] = {proof->method, COLON, proof->uri, COLON, body};
    return digest(hasher, pieces, COUNT(pieces), out);
}

static sira_status ha2(const sira_i_proof *proof, const sira_i_hasher *hasher, uint8_t *out)
{
    const sira_str pieces[] = {proof->method, COLON, proof->uri};
    if (proof->qop == SIRA_QOP_AUTH_INT)
        return ha2_with_body(proof, hasher, out);
    return digest(hasher, pieces, COUNT(pieces), out);
}

/* RFC 7616 3.4.1. */
static sira_status response(const sira_i_proof *proof, const sira_i_hasher *hasher, const sira_str ha[2], uint8_t *out)
{
    static const sira_str auth = SIRA_STR_INIT(":auth:"), auth_int = SIRA_STR_INIT(":auth-int:");
    if (proof->qop == SIRA_QOP_NONE) {
        const sira_str pieces[] = {ha[0], COLON, proof->nonce, COLON, ha[1]};
        return digest(hasher, pieces, COUNT(pieces), out);
    }
    const sira_str pieces[] = {ha[0],     COLON, proof->nonce,  COLON,
                               proof->nc, COLON, proof->cnonce, proof->qop == SIRA_QOP_AUTH ? auth : auth_int,
                               ha[1]};
    return digest(hasher, pieces, COUNT(pieces), out);
}

sira_status sira_i_proof_compute(const sira_i_proof *proof, uint8_t out[SIRA_HASH_SIZE_MAX])
{
    char ha1_hex[SIRA_I_HEX_MAX], ha2_hex[SIRA_I_HEX_MAX];
    const sira_hash_algorithm algorithm = sira_i_algorithm_hash(proof->algorithm);
    const sira_i_hasher hasher = {.hash = proof->hash, .algorithm = algorithm, .size = sira_hash_size(algorithm)};
    sira_str ha[2] = {sira_i_hex_write(proof->ha1, hasher.size, ha1_hex), {NULL, 0}};
    sira_status status = SIRA_OK;
    if (sira_i_algorithm_is_sess(proof->algorithm))
        status = session_key(proof, &hasher, ha[0], ha1_hex);
    if (status == SIRA_OK)
        status = ha2(proof, &hasher, out);
    if (status == SIRA_OK) {
        ha[1] = sira_i_hex_write(out, hasher.size, ha2_hex);
        status = response(proof, &hasher, ha, out);
    }
    sira_wipe(ha1_hex, sizeof ha1_hex);
    return status == SIRA_OK ? SIRA_OK : SIRA_E_HASH;
}
