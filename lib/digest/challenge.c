#include "digest/digest.h"

#include <string.h>

sira_status sira_i_digest_refuse(sira_diag *diag, sira_status status, const char *field, const char *expected)
{
    if (diag != NULL)
        *diag = (sira_diag){.expected = expected, .field = field, .reason = ""};
    return status;
}

static const sira_i_param *param_of(sira_str name, const sira_i_param *table, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (name.len == table[i].name.len && sira_str_equal_nocase(name, table[i].name))
            return &table[i];
    return NULL;
}

sira_status sira_i_params_read(sira_str params, const sira_i_param *table, size_t count, sira_diag *diag)
{
    sira_str rest = params, name, value;
    sira_status status;
    while ((status = sira_auth_param_next(&rest, &name, &value)) == SIRA_OK) {
        const sira_i_param *param = param_of(name, table, count);
        if (param == NULL)
            continue;
        if (param->value->at != NULL) {
            sira_i_digest_refuse(diag, SIRA_E_SYNTAX, "", "each parameter once");
            if (diag != NULL)
                diag->offset = (size_t)(name.at - params.at);
            return SIRA_E_SYNTAX;
        }
        *param->value = value;
    }
    if (status == SIRA_IDLE)
        return SIRA_OK;
    sira_i_digest_refuse(diag, SIRA_E_SYNTAX, "", "name=value");
    if (diag != NULL && rest.at != NULL)
        diag->offset = (size_t)(rest.at - params.at);
    return SIRA_E_SYNTAX;
}

/* Takes the next of the tokens that a quoted list like "auth,auth-int" holds. */
static bool token_next(sira_str *list, sira_str *token)
{
    size_t i = 0;
    if (list->len == 0)
        return false;
    while (i < list->len && (list->at[i] == ',' || list->at[i] == ' ' || list->at[i] == '\t' || list->at[i] == '\r' ||
                             list->at[i] == '\n'))
        i++;
    size_t start = i;
    while (i < list->len && list->at[i] != ',' && list->at[i] != ' ' && list->at[i] != '\t' && list->at[i] != '\r' &&
           list->at[i] != '\n')
        i++;
    *token = (sira_str){list->at + start, i - start};
    *list = (sira_str){list->at + i, list->len - i};
    return token->len > 0;
}

/* RFC 7616 3.3: unrecognized options are ignored. */
static uint8_t qop_mask(sira_str value)
{
    uint8_t mask = 0;
    sira_str list = sira_i_inner(value), token;
    while (token_next(&list, &token)) {
        for (unsigned qop = SIRA_QOP_AUTH; qop <= SIRA_QOP_AUTH_INT; qop++)
            if (sira_str_equal_nocase(token, sira_i_qop_name((sira_qop)qop)))
                mask = (uint8_t)(mask | qop);
    }
    return mask;
}

sira_status sira_challenge_parse(sira_challenge *challenge, const sira_auth *auth, sira_diag *diag)
{
    if (!sira_str_equal_nocase(auth->scheme, SIRA_STR("Digest")))
        return SIRA_IDLE;
    sira_challenge found = {0};
    sira_str algorithm = {0}, qop = {0}, stale = {0}, userhash = {0}, charset = {0};
    const sira_i_param table[] = {
        {SIRA_STR_INIT("realm"), &found.realm},   {SIRA_STR_INIT("nonce"), &found.nonce},
        {SIRA_STR_INIT("opaque"), &found.opaque}, {SIRA_STR_INIT("domain"), &found.domain},
        {SIRA_STR_INIT("algorithm"), &algorithm}, {SIRA_STR_INIT("qop"), &qop},
        {SIRA_STR_INIT("stale"), &stale},         {SIRA_STR_INIT("userhash"), &userhash},
        {SIRA_STR_INIT("charset"), &charset},
    };
    sira_status status = sira_i_params_read(auth->params, table, sizeof table / sizeof table[0], diag);
    if (status != SIRA_OK)
        return status;
    if (found.realm.at == NULL)
        return sira_i_digest_refuse(diag, SIRA_E_SYNTAX, "", "a realm");
    if (found.nonce.at == NULL)
        return sira_i_digest_refuse(diag, SIRA_E_SYNTAX, "", "a nonce");
    /* Quotes around a token are no reason to fail (RFC 7616 3.3 forbids only to send them). */
    found.algorithm = algorithm.at == NULL ? SIRA_ALGORITHM_MD5 : (uint8_t)sira_algorithm_of(sira_i_inner(algorithm));
    found.algorithm_present = algorithm.at != NULL;
    found.qop_present = qop.at != NULL;
    found.qop = qop_mask(qop);
    found.stale = sira_str_equal_nocase(sira_i_inner(stale), SIRA_STR("true"));
    found.userhash = sira_str_equal_nocase(sira_i_inner(userhash), SIRA_STR("true"));
    found.utf8 = sira_str_equal_nocase(sira_i_inner(charset), SIRA_STR("UTF-8"));
    *challenge = found;
    return SIRA_OK;
}
