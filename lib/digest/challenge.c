#include "digest/digest.h"

#include <string.h>

#include "message/scan.h"

sira_status sira_i_digest_refuse(sira_diag *diag, sira_status status, const char *field, const char *expected)
{
    if (diag != NULL)
        *diag = (sira_diag){.expected = expected, .field = field, .reason = ""};
    return status;
}

sira_status sira_i_digest_text(sira_str text, const char *field, sira_diag *diag)
{
    if (text.len > SIRA_LIMIT_CONFIG)
        return sira_i_digest_refuse(diag, SIRA_E_CONFIG, field, "at most SIRA_LIMIT_CONFIG bytes");
    if (!sira_i_is_one_line(text))
        return sira_i_digest_refuse(diag, SIRA_E_CONFIG, field, "no CR, LF or NUL");
    return SIRA_OK;
}

/* Where the value of a parameter goes; NULL when its name is none of ours. */
static sira_str *place_of(sira_str name, const char *names, sira_str *values)
{
    for (const char *known = names; *known != '\0'; known += 1 + *known, values++)
        if (name.len == (size_t)*known && sira_str_equal_nocase(name, (sira_str){known + 1, name.len}))
            return values;
    return NULL;
}

static sira_status refuse_at(sira_diag *diag, const char *expected, size_t offset)
{
    sira_i_digest_refuse(diag, SIRA_E_SYNTAX, "", expected);
    if (diag != NULL)
        diag->offset = offset;
    return SIRA_E_SYNTAX;
}

typedef sira_status take_fn(sira_str *rest, sira_str *name, sira_str *value);

static sira_status take_strictly(sira_str *rest, sira_str *name, sira_str *value)
{
    return sira_i_next_param(rest, ',', name, value);
}

static sira_status read_params(take_fn *take, sira_str params, const char *names, sira_str *values, sira_diag *diag)
{
    sira_str rest = params, name, value;
    sira_status status;
    while ((status = take(&rest, &name, &value)) == SIRA_OK) {
        sira_str *place = place_of(name, names, values);
        if (place == NULL)
            continue;
        if (place->at != NULL)
            return refuse_at(diag, "each parameter once", (size_t)(name.at - params.at));
        *place = value;
    }
    if (status == SIRA_IDLE)
        return SIRA_OK;
    return refuse_at(diag, "name=value", rest.at != NULL ? (size_t)(rest.at - params.at) : 0);
}

sira_status sira_i_params_read(sira_str params, const char *names, sira_str *values, sira_diag *diag)
{
    return read_params(sira_auth_param_next, params, names, values, diag);
}

sira_status sira_i_credentials_read(sira_str params, const char *names, sira_str *values, sira_diag *diag)
{
    return read_params(take_strictly, params, names, values, diag);
}

/* Does the quoted list "auth,auth-int" go on with another token here? */
static bool is_between(char c)
{
    return c == ',' || c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* RFC 7616 3.3: unrecognized options are ignored. */
static uint8_t qop_mask(sira_str value)
{
    uint8_t mask = 0;
    const sira_str list = sira_i_inner(value);
    for (size_t i = 0, start = 0; i <= list.len; i++) {
        if (i < list.len && !is_between(list.at[i]))
            continue;
        if (i > start)
            mask |= sira_i_qop_of((sira_str){list.at + start, i - start});
        start = i + 1;
    }
    return mask;
}

/* Quotes around a token are no reason to fail (RFC 7616 3.3 forbids only to send them). */
static bool is_text(sira_str value, const char *text)
{
    return sira_str_equal_nocase(sira_i_inner(value), sira_str_from(text));
}

sira_status sira_challenge_parse(sira_challenge *challenge, const sira_auth *auth, sira_diag *diag)
{
    if (!sira_str_equal_nocase(auth->scheme, SIRA_STR("Digest")))
        return SIRA_IDLE;
    enum { REALM, NONCE, OPAQUE, DOMAIN, ALGORITHM, QOP, STALE, USERHASH, CHARSET, COUNT };
    static const char names[] = "\5realm"
                                "\5nonce"
                                "\6opaque"
                                "\6domain"
                                "\11algorithm"
                                "\3qop"
                                "\5stale"
                                "\10userhash"
                                "\7charset";
    sira_str values[COUNT] = {{0}};
    sira_status status = sira_i_params_read(auth->params, names, values, diag);
    if (status != SIRA_OK)
        return status;
    if (values[REALM].at == NULL)
        return sira_i_digest_refuse(diag, SIRA_E_SYNTAX, "", "a realm");
    if (values[NONCE].at == NULL)
        return sira_i_digest_refuse(diag, SIRA_E_SYNTAX, "", "a nonce");
    *challenge = (sira_challenge){
        .realm = values[REALM],
        .nonce = values[NONCE],
        .opaque = values[OPAQUE],
        .domain = values[DOMAIN],
        .algorithm = sira_i_algorithm_read(values[ALGORITHM]),
        .qop = qop_mask(values[QOP]),
        .algorithm_present = values[ALGORITHM].at != NULL,
        .qop_present = values[QOP].at != NULL,
        .stale = is_text(values[STALE], "true"),
        .userhash = is_text(values[USERHASH], "true"),
        .utf8 = is_text(values[CHARSET], "UTF-8"),
    };
    return SIRA_OK;
}
