#include "digest/digest.h"

#include <string.h>

#define COLON SIRA_STR_INIT(":")
#define COUNT(pieces) (sizeof(pieces) / sizeof(pieces)[0])

sira_str sira_i_qop_name(sira_qop qop)
{
    static const sira_str none = {NULL, 0}, auth = SIRA_STR_INIT("auth"), auth_int = SIRA_STR_INIT("auth-int");
    return qop == SIRA_QOP_AUTH ? auth : qop == SIRA_QOP_AUTH_INT ? auth_int : none;
}

uint8_t sira_i_qop_of(sira_str name)
{
    for (unsigned qop = SIRA_QOP_AUTH; qop <= SIRA_QOP_AUTH_INT; qop++)
        if (sira_str_equal_nocase(name, sira_i_qop_name((sira_qop)qop)))
            return (uint8_t)qop;
    return SIRA_QOP_NONE;
}

/* For an application that names an algorithm: the provider may lack it. */
static sira_status ask(const sira_hash *hash, sira_hash_algorithm algorithm, const sira_str *pieces, size_t count,
                       uint8_t *out)
{
    if ((unsigned)algorithm >= SIRA_HASH_COUNT || (hash->algorithms >> (unsigned)algorithm & 1u) == 0)
        return SIRA_E_HASH;
    return hash->digest(hash->context, algorithm, pieces, count, out) == SIRA_OK ? SIRA_OK : SIRA_E_HASH;
}

sira_status sira_digest_ha1(const sira_hash *hash, sira_hash_algorithm algorithm, const sira_str user_realm_password[3],
                            uint8_t ha1[SIRA_HASH_SIZE_MAX])
{
    const sira_str pieces[] = {user_realm_password[0], COLON, user_realm_password[1], COLON, user_realm_password[2]};
    return ask(hash, algorithm, pieces, COUNT(pieces), ha1);
}

sira_status sira_i_userhash(const sira_hash *hash, sira_hash_algorithm algorithm, const sira_str user_realm[2],
                            uint8_t out[SIRA_HASH_SIZE_MAX])
{
    const sira_str pieces[] = {user_realm[0], COLON, user_realm[1]};
    return ask(hash, algorithm, pieces, COUNT(pieces), out);
}

/* One proof under way: its hash function, and the texts that the last hash is made of. The separators stand in them
 * already: the fewer the pieces, the less a provider has to do. */
typedef struct sira_i_proving {
    const sira_i_proof *proof;
    sira_hash_algorithm algorithm;
    size_t size;
    char head[SIRA_I_HEX_MAX + 1];                       /* HA1 and a colon */
    char tail[sizeof ":auth-int:" - 1 + SIRA_I_HEX_MAX]; /* qop and HA2 */
    size_t tail_len;
} sira_i_proving;

static sira_status digest(const sira_i_proving *proving, const sira_str *pieces, size_t count, uint8_t *out)
{
    const sira_hash *hash = proving->proof->hash;
    return hash->digest(hash->context, proving->algorithm, pieces, count, out);
}

static sira_str head_of(const sira_i_proving *proving)
{
    return (sira_str){proving->head, 2 * proving->size + 1};
}

static void put_ha1(sira_i_proving *proving, const uint8_t *ha1)
{
    proving->head[sira_i_hex_write(ha1, proving->size, proving->head).len] = ':';
}

/* RFC 7616 3.4.2: with -sess the key of the session, which nonce and cnonce fix. */
static sira_status put_session_key(sira_i_proving *proving)
{
    uint8_t key[SIRA_HASH_SIZE_MAX];
    const sira_i_proof *proof = proving->proof;
    const sira_str pieces[] = {head_of(proving), proof->nonce, COLON, proof->cnonce};
    sira_status status = digest(proving, pieces, COUNT(pieces), key);
    if (status == SIRA_OK)
        put_ha1(proving, key);
    sira_wipe(key, sizeof key);
    return status;
}

/* RFC 7616 3.4.3, 3.5. */
static sira_status put_ha2(sira_i_proving *proving, uint8_t *out)
{
    const sira_i_proof *proof = proving->proof;
    char body_hex[SIRA_I_HEX_MAX];
    sira_str pieces[] = {proof->method, COLON, proof->uri, COLON, {body_hex, 0}};
    size_t count = 3;
    sira_status status;
    if (proof->qop == SIRA_QOP_AUTH_INT) {
        status = digest(proving, &proof->body, 1, out);
        if (status != SIRA_OK)
            return status;
        pieces[4] = sira_i_hex_write(out, proving->size, body_hex);
        count = 5;
    }
    status = digest(proving, pieces, count, out);
    if (status != SIRA_OK)
        return status;
    const sira_str qop = sira_i_qop_name(proof->qop);
    char *at = proving->tail;
    *at++ = ':';
    if (qop.len != 0) {
        memcpy(at, qop.at, qop.len);
        at += qop.len;
        *at++ = ':';
    }
    at += sira_i_hex_write(out, proving->size, at).len;
    proving->tail_len = (size_t)(at - proving->tail);
    return SIRA_OK;
}

/* RFC 7616 3.4.1. */
static sira_status response(const sira_i_proving *proving, uint8_t *out)
{
    const sira_i_proof *proof = proving->proof;
    const sira_str tail = {proving->tail, proving->tail_len};
    sira_str pieces[] = {head_of(proving), proof->nonce, COLON, proof->nc, COLON, proof->cnonce, tail};
    if (proof->qop != SIRA_QOP_NONE)
        return digest(proving, pieces, COUNT(pieces), out);
    pieces[2] = tail;
    return digest(proving, pieces, 3, out);
}

sira_status sira_i_proof_compute(const sira_i_proof *proof, uint8_t out[SIRA_HASH_SIZE_MAX])
{
    sira_i_proving proving;
    proving.proof = proof;
    proving.algorithm = sira_i_algorithm_hash(proof->algorithm);
    proving.size = sira_hash_size(proving.algorithm);
    put_ha1(&proving, proof->ha1);
    sira_status status = SIRA_OK;
    if (sira_i_algorithm_is_sess(proof->algorithm))
        status = put_session_key(&proving);
    if (status == SIRA_OK)
        status = put_ha2(&proving, out);
    if (status == SIRA_OK)
        status = response(&proving, out);
    sira_wipe(proving.head, sizeof proving.head);
    return status == SIRA_OK ? SIRA_OK : SIRA_E_HASH;
}
