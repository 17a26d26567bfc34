#include "message/scan.h"

#include <string.h>

const char *sira_i_fold_end(const char *at, const char *end)
{
    while (at < end) {
        const char *next = at;
        if (*next == '\r')
            next++;
        if (next < end && *next == '\n')
            next++;
        if (next == at || next == end || (*next != ' ' && *next != '\t'))
            return at;
        while (next < end && (*next == ' ' || *next == '\t'))
            next++;
        at = next;
    }
    return at;
}

sira_str sira_i_quoted(sira_i_scan *scan)
{
    const char *start = scan->at, *at = start + 1;
    for (;;) {
        at = sira_i_span(at, scan->end, SIRA_I_QUOTED);
        scan->at = at;
        if (at == scan->end)
            return (sira_str){start, 0};
        if (*at == '"') {
            scan->at = at + 1;
            return (sira_str){start, (size_t)(scan->at - start)};
        }
        if (*at == '\\') { /* quoted-pair: any octet of ASCII but CR and LF */
            if (scan->end - at < 2 || at[1] == '\r' || at[1] == '\n' || (unsigned char)at[1] > 0x7f)
                return (sira_str){start, 0};
            at += 2;
            continue;
        }
        const char *behind = sira_i_fold_end(at, scan->end);
        if (behind == at)
            return (sira_str){start, 0};
        at = behind;
    }
}

sira_str sira_i_host(sira_i_scan *scan)
{
    const char *start = scan->at;
    sira_endpoint endpoint;
    if (start < scan->end && *start == '[') {
        const char *close = memchr(start, ']', (size_t)(scan->end - start));
        sira_str reference = {start, close != NULL ? (size_t)(close + 1 - start) : 0};
        if (sira_endpoint_from_host(reference, &endpoint) != SIRA_OK)
            return (sira_str){start, 0};
        scan->at = close + 1;
        return reference;
    }
    sira_str host = sira_i_span_str(scan, SIRA_I_HOST);
    if (host.len != 0 && (*start == '-' || *start == '.')) {
        scan->at = start;
        host.len = 0;
    }
    return host;
}

uint16_t sira_i_port(sira_i_scan *scan)
{
    const char *start = scan->at;
    uint32_t port = 0;
    if (sira_str_to_u32(sira_i_span_str(scan, SIRA_I_DIGIT), 65535, &port) != SIRA_OK || port == 0) {
        scan->at = start;
        return 0;
    }
    return (uint16_t)port;
}

/* gen-value. An IPv6 address stands without brackets too (RFC 5118 4.5: received), so ':' is taken with a token's
 * octets. */
static sira_str take_value(sira_i_scan *scan)
{
    if (scan->at < scan->end && *scan->at == '"')
        return sira_i_quoted(scan);
    if (scan->at < scan->end && *scan->at == '[')
        return sira_i_host(scan);
    const char *start = scan->at;
    const char *at = sira_i_span(start, scan->end, SIRA_I_TOKEN);
    while (at < scan->end && *at == ':')
        at = sira_i_span(at + 1, scan->end, SIRA_I_TOKEN);
    scan->at = at;
    return (sira_str){start, (size_t)(at - start)};
}

bool sira_i_param(sira_i_scan *scan, sira_str *name, sira_str *value)
{
    *name = sira_i_span_str(scan, SIRA_I_TOKEN);
    *value = (sira_str){NULL, 0};
    if (name->len == 0)
        return false;
    if (!sira_i_take_around(scan, '='))
        return true;
    *value = take_value(scan);
    return value->len != 0;
}

bool sira_i_params_next(sira_i_scan *scan, sira_i_params *params)
{
    if (!sira_i_take_around(scan, ';'))
        return false;
    if (params->list.at == NULL)
        params->list.at = scan->at;
    if (!sira_i_param(scan, &params->name, &params->value)) {
        params->bad = true;
        return false;
    }
    params->list.len = (size_t)(scan->at - params->list.at);
    return true;
}

/* ---- public ---- */

static sira_status next_of(sira_str *rest, char separator, sira_str *name, sira_str *value)
{
    sira_i_scan scan = {rest->at, rest->at + rest->len};
    sira_i_skip_lws(&scan);
    if (scan.at == scan.end)
        return SIRA_IDLE;
    bool right = sira_i_param(&scan, name, value);
    sira_i_skip_lws(&scan);
    bool more = sira_i_take(&scan, separator);
    sira_i_skip_lws(&scan);
    right = right && more == (scan.at < scan.end);
    *rest = (sira_str){scan.at, (size_t)(scan.end - scan.at)};
    return right ? SIRA_OK : SIRA_E_SYNTAX;
}

sira_status sira_param_next(sira_str *rest, sira_str *name, sira_str *value)
{
    return next_of(rest, ';', name, value);
}

sira_status sira_param_find(sira_str params, sira_str name, sira_str *value)
{
    sira_str found;
    while (sira_param_next(&params, &found, value) == SIRA_OK)
        if (sira_str_equal_nocase(found, name))
            return SIRA_OK;
    return SIRA_IDLE;
}

/* auth-param = auth-param-name EQUAL ( token / quoted-string ). */
sira_status sira_auth_param_next(sira_str *rest, sira_str *name, sira_str *value)
{
    sira_status status = next_of(rest, ',', name, value);
    return status == SIRA_OK && value->at == NULL ? SIRA_E_SYNTAX : status;
}

sira_status sira_str_unfold(sira_str value, char *out, size_t size, size_t *length)
{
    size_t n = 0;
    const char *at = value.at, *end = value.at + value.len;
    while (at < end) {
        char c = *at;
        if (c == '\r' || c == '\n') {
            const char *behind = sira_i_fold_end(at, end);
            c = behind > at ? ' ' : c;
            at = behind > at ? behind : at + 1;
        } else {
            at++;
        }
        if (n == size)
            return SIRA_E_SPACE;
        out[n++] = c;
    }
    *length = n;
    return SIRA_OK;
}

sira_status sira_str_unquote(sira_str value, char *out, size_t size, size_t *length)
{
    size_t n = 0;
    bool quoted = value.len > 0 && value.at[0] == '"';
    if (quoted) {
        sira_i_scan scan = {value.at, value.at + value.len};
        if (sira_i_quoted(&scan).len != value.len)
            return SIRA_E_SYNTAX;
        value = sira_i_unquoted(value);
    }
    for (size_t i = 0; i < value.len; i++) {
        if (quoted && value.at[i] == '\\')
            i++;
        if (n == size)
            return SIRA_E_SPACE;
        out[n++] = value.at[i];
    }
    *length = n;
    return SIRA_OK;
}
