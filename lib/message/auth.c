/* Challenges and credentials of any scheme (RFC 3261 25.1, RFC 7235 2.1). */
#include <string.h>

#include "message/scan.h"

static bool is_info(unsigned id)
{
    return id == SIRA_FIELD_AUTHENTICATION_INFO || id == SIRA_FIELD_PROXY_AUTHENTICATION_INFO;
}

static bool is_challenge(unsigned id)
{
    return id == SIRA_FIELD_WWW_AUTHENTICATE || id == SIRA_FIELD_PROXY_AUTHENTICATE;
}

/* '=' stands only at the end of a token68: "realm=r" is a parameter. */
static bool is_padded(sira_str text)
{
    size_t n = text.len;
    while (n > 0 && text.at[n - 1] == '=')
        n--;
    return n > 0 && memchr(text.at, '=', n) == NULL;
}

bool sira_i_is_token68(sira_str text)
{
    const char *end = sira_i_end(text);
    return is_padded(text) && sira_i_span(text.at, end, SIRA_I_TOKEN68) == end;
}

/* token68 "=" padding: credentials that are no list. */
static bool take_token68(sira_i_scan *scan, sira_str *text)
{
    sira_i_scan ahead = *scan;
    *text = sira_i_span_str(&ahead, SIRA_I_TOKEN68);
    sira_i_skip_lws(&ahead);
    if (!is_padded(*text) || (ahead.at < ahead.end && *ahead.at != ','))
        return false;
    *scan = ahead;
    return true;
}

/* RFC 3261 7.3.1: nothing but these parameters stands in the line, and they are looked at when they are asked for. */
static const char *take_rest(sira_i_scan *scan, sira_str *params)
{
    *params = (sira_str){scan->at, (size_t)(scan->end - scan->at)};
    scan->at = scan->end;
    return params->len > 0 ? NULL : "name=value";
}

/* Up to the next challenge, because HTTP puts several into one line. */
static const char *take_challenge(sira_i_scan *scan, sira_str *params)
{
    sira_i_scan start = *scan;
    const char *wrong = sira_i_take_auth_params(scan, params);
    if (wrong == NULL || params->len != 0 || !take_token68(&start, params))
        return wrong;
    *scan = start;
    return NULL;
}

static const char *take_auth(sira_i_scan *scan, unsigned id, sira_auth *auth)
{
    if (is_info(id))
        return take_rest(scan, &auth->params);
    auth->scheme = sira_i_span_str(scan, SIRA_I_TOKEN);
    const char *behind = scan->at;
    sira_i_skip_lws(scan);
    bool challenge = is_challenge(id);
    if (auth->scheme.len > 0 && challenge && (scan->at == scan->end || *scan->at == ',')) {
        scan->lenient = SIRA_LENIENT_EMPTY_PARAMS;
        return NULL; /* RFC 7235 2.1: a challenge may be a scheme alone */
    }
    if (auth->scheme.len == 0 || scan->at == behind)
        return "a scheme and white space";
    if (!challenge)
        return take_rest(scan, &auth->params);
    scan->lenient = SIRA_LENIENT_EMPTY_PARAMS; /* what sira_i_value_end may skip */
    return take_challenge(scan, &auth->params);
}

sira_status sira_auth_next(sira_cursor *cursor, sira_auth *auth, sira_diag *diag)
{
    sira_i_scan scan;
    sira_status status;
    while ((status = sira_i_value_begin(cursor, &scan)) == SIRA_OK) {
        scan.lenient = 0; /* in credentials nothing is let pass */
        if (scan.at == scan.end || *scan.at != ',' || !is_challenge(cursor->id))
            break;
        sira_i_skip_empty(&scan, ','); /* RFC 7235 7: elements of the list may be empty */
        if (scan.at < scan.end)
            break;
        cursor->rest = (sira_str){NULL, 0};
    }
    if (status != SIRA_OK)
        return status;
    memset(auth, 0, sizeof *auth);
    const char *wrong = take_auth(&scan, cursor->id, auth);
    if (wrong != NULL)
        return sira_i_value_bad(cursor, scan.at, wrong, diag);
    return sira_i_value_end(cursor, &scan, diag);
}
