/* Authorization and Proxy-Authorization, taken apart and checked against HA1. */
#include "digest/server.h"

static sira_status read_count(sira_credentials *credentials)
{
    uint64_t count = 0;
    if (credentials->nc.len == 0 || credentials->nc.len > 16)
        return SIRA_E_SYNTAX;
    for (size_t i = 0; i < credentials->nc.len; i++) {
        unsigned digit = sira_i_hex_digit(credentials->nc.at[i]);
        if (digit > 15)
            return SIRA_E_SYNTAX;
        count = count << 4 | digit;
    }
    credentials->count = (uint32_t)count;
    return count != 0 && count <= UINT32_MAX ? SIRA_OK : SIRA_E_SYNTAX;
}

/* RFC 7616 3.4: qop comes with nc and cnonce; -sess needs a cnonce. */
static sira_status check_qop(sira_credentials *credentials, sira_str qop, sira_diag *diag)
{
    credentials->qop = SIRA_QOP_NONE;
    if (qop.at != NULL) {
        credentials->qop = sira_i_qop_of(sira_i_inner(qop));
        if (credentials->qop == SIRA_QOP_NONE)
            return sira_i_digest_refuse(diag, SIRA_E_SYNTAX, "", "a qop of auth or auth-int");
        if (read_count(credentials) != SIRA_OK)
            return sira_i_digest_refuse(diag, SIRA_E_SYNTAX, "", "nc of eight hexadecimal digits, from 1");
    }
    const bool needed = qop.at != NULL || sira_i_algorithm_is_sess((sira_algorithm)credentials->algorithm);
    if (needed && credentials->cnonce.at == NULL)
        return sira_i_digest_refuse(diag, SIRA_E_SYNTAX, "", "a cnonce");
    return SIRA_OK;
}

static sira_status check_presence(const sira_credentials *credentials, sira_diag *diag)
{
    if ((credentials->username.at == NULL) == (credentials->username_extended.at == NULL))
        return sira_i_digest_refuse(diag, SIRA_E_SYNTAX, "", "username or username*, and one of them");
    if (credentials->userhash && credentials->username.at == NULL)
        return sira_i_digest_refuse(diag, SIRA_E_SYNTAX, "", "a userhash in username");
    if (credentials->realm.at == NULL)
        return sira_i_digest_refuse(diag, SIRA_E_SYNTAX, "", "a realm");
    if (credentials->nonce.at == NULL)
        return sira_i_digest_refuse(diag, SIRA_E_SYNTAX, "", "a nonce");
    if (credentials->uri.at == NULL)
        return sira_i_digest_refuse(diag, SIRA_E_SYNTAX, "", "a uri");
    if (credentials->response.at == NULL)
        return sira_i_digest_refuse(diag, SIRA_E_SYNTAX, "", "a response");
    return SIRA_OK;
}

sira_status sira_credentials_parse(sira_credentials *credentials, const sira_auth *auth, sira_diag *diag)
{
    if (!sira_str_equal_nocase(auth->scheme, SIRA_STR("Digest")))
        return SIRA_IDLE;
    enum { USER, EXTENDED, REALM, NONCE, URI, RESPONSE, CNONCE, OPAQUE, NC, AUTS, ALGORITHM, QOP, USERHASH, COUNT };
    static const char names[] = "\10username"
                                "\11username*"
                                "\5realm"
                                "\5nonce"
                                "\3uri"
                                "\10response"
                                "\6cnonce"
                                "\6opaque"
                                "\2nc"
                                "\4auts"
                                "\11algorithm"
                                "\3qop"
                                "\10userhash";
    sira_str values[COUNT] = {{0}};
    sira_status status = sira_i_credentials_read(auth->params, names, values, diag);
    if (status != SIRA_OK)
        return status;
    sira_credentials found = {
        .username = values[USER],
        .username_extended = values[EXTENDED],
        .realm = values[REALM],
        .nonce = values[NONCE],
        .uri = values[URI],
        .response = values[RESPONSE],
        .cnonce = values[CNONCE],
        .opaque = values[OPAQUE],
        .nc = sira_i_inner(values[NC]),
        .auts = values[AUTS],
        .algorithm = sira_i_algorithm_read(values[ALGORITHM]),
        .userhash = sira_str_equal_nocase(sira_i_inner(values[USERHASH]), SIRA_STR("true")),
    };
    *credentials = (sira_credentials){.realm = found.realm};
    status = check_presence(&found, diag);
    if (status == SIRA_OK)
        status = check_qop(&found, values[QOP], diag);
    if (status == SIRA_OK)
        *credentials = found;
    return status;
}

sira_status sira_i_unquote(sira_str value, char *out, size_t size, sira_str *text)
{
    size_t length;
    *text = sira_i_inner(value);
    if (sira_i_is_plain(*text))
        return SIRA_OK;
    sira_status status = sira_i_inner_copy(value, out, size, &length);
    if (status == SIRA_OK)
        *text = sira_i_unescape((sira_str){out, length}, out);
    return status;
}

sira_status sira_i_credentials_proof(const sira_credentials *credentials, sira_i_proof *proof,
                                     sira_i_credentials_scratch *scratch)
{
    sira_status status = sira_i_unquote(credentials->nonce, scratch->nonce, sizeof scratch->nonce, &proof->nonce);
    if (status == SIRA_OK)
        status = sira_i_unquote(credentials->cnonce, scratch->cnonce, sizeof scratch->cnonce, &proof->cnonce);
    if (status == SIRA_OK)
        status = sira_i_unquote(credentials->uri, scratch->uri, sizeof scratch->uri, &proof->uri);
    proof->algorithm = (sira_algorithm)credentials->algorithm;
    proof->nc = credentials->nc;
    proof->qop = (sira_qop)credentials->qop;
    return status;
}

sira_status sira_credentials_check(const sira_credentials *credentials, const sira_hash *hash,
                                   const sira_digest_request *request, const uint8_t ha1[SIRA_HASH_SIZE_MAX])
{
    sira_i_proof proof = {.hash = hash, .ha1 = ha1, .method = request->method, .body = request->body};
    sira_i_credentials_scratch scratch;
    uint8_t right[SIRA_HASH_SIZE_MAX], given[SIRA_HASH_SIZE_MAX];
    const size_t size = sira_hash_size(sira_i_algorithm_hash((sira_algorithm)credentials->algorithm));
    if (!sira_i_hash_has(hash, (sira_algorithm)credentials->algorithm))
        return credentials->algorithm == SIRA_ALGORITHM_NONE ? SIRA_E_CREDENTIALS : SIRA_E_HASH;
    sira_status status = sira_i_credentials_proof(credentials, &proof, &scratch);
    if (status == SIRA_OK)
        status = sira_i_proof_compute(&proof, right);
    if (status != SIRA_OK)
        return status;
    const bool same = sira_i_hex_read(sira_i_inner(credentials->response), given, size) &&
                      sira_equal_constant_time(right, given, size);
    sira_wipe(right, sizeof right);
    return same ? SIRA_OK : SIRA_E_CREDENTIALS;
}

sira_status sira_digest_userhash(const sira_hash *hash, sira_hash_algorithm algorithm, const sira_str user_realm[2],
                                 uint8_t userhash[SIRA_HASH_SIZE_MAX])
{
    return sira_i_userhash(hash, algorithm, user_realm, userhash);
}
