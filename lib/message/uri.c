/* URIs taken apart by the grammar of RFC 3261 25.1 and RFC 3966. */
#include <sira/uri.h>

#include <string.h>

#include "message/scan.h"

static sira_status refuse(sira_str text, const char *at, const char *expected, sira_diag *diag)
{
    if (diag != NULL)
        *diag = (sira_diag){.offset = (size_t)(at - text.at), .expected = expected, .field = "", .reason = ""};
    return SIRA_E_URI;
}

/* Octets of the classes and %HH; stops at the first that is neither. */
static const char *span_escaped(const char *at, const char *end, unsigned classes)
{
    for (;;) {
        while (at < end && *at != '%' && sira_i_is(*at, classes))
            at++;
        if (end - at < 3 || *at != '%' || !sira_i_is(at[1], SIRA_I_HEX) || !sira_i_is(at[2], SIRA_I_HEX))
            return at;
        at += 3;
    }
}

static bool take(const char **at, const char *end, char c)
{
    if (*at == end || **at != c)
        return false;
    ++*at;
    return true;
}

/* ---- sip and sips ---- */

/* userinfo: everything before the '@', which may hold ';' and '?' (RFC 4475 3.1.1.9). */
static sira_status take_userinfo(sira_uri *uri, const char **at, const char *end, sira_diag *diag)
{
    const char *sign = memchr(*at, '@', (size_t)(end - *at));
    if (sign == NULL)
        return SIRA_OK;
    const char *stop = span_escaped(*at, sign, SIRA_I_USER);
    if (stop == *at)
        return refuse(uri->text, stop, "a user", diag);
    uri->has_user = true;
    uri->user = (sira_str){*at, (size_t)(stop - *at)};
    if (stop < sign && *stop == ':') {
        const char *start = stop + 1;
        stop = span_escaped(start, sign, SIRA_I_PASSWORD);
        uri->has_password = true;
        uri->password = (sira_str){start, (size_t)(stop - start)};
    }
    if (stop != sign)
        return refuse(uri->text, stop, "a character of a user, or its escape", diag);
    *at = sign + 1;
    return SIRA_OK;
}

/* hostport = host [ ":" port ] */
static sira_status take_host(sira_uri *uri, const char **at, const char *end, sira_diag *diag)
{
    sira_i_scan scan = {*at, end, 0};
    uri->host_kind = (uint8_t)sira_i_take_host(&scan, &uri->host);
    if (uri->host_kind == SIRA_HOST_NONE)
        return refuse(uri->text, scan.at, "a host", diag);
    if (sira_i_take(&scan, ':')) {
        uri->port = sira_i_port(&scan);
        if (uri->port == 0)
            return refuse(uri->text, scan.at, "a port from 1 to 65535", diag);
    }
    *at = scan.at;
    return SIRA_OK;
}

/* ---- telephone numbers (RFC 3966 3) ---- */

static bool is_visual_separator(char c)
{
    return c == '-' || c == '.' || c == '(' || c == ')';
}

/* global-number-digits and local-number-digits; without a digit it is none. */
static bool is_number(sira_str number, bool *global)
{
    size_t digits = 0;
    *global = number.len > 0 && number.at[0] == '+';
    for (size_t i = *global ? 1 : 0; i < number.len; i++) {
        char c = number.at[i];
        if (sira_i_is(c, SIRA_I_DIGIT) || (!*global && (sira_i_is(c, SIRA_I_HEX) || c == '*' || c == '#')))
            digits++;
        else if (!is_visual_separator(c))
            return false;
    }
    return digits > 0;
}

/* 1*phonedigit */
static bool is_extension(sira_str value)
{
    size_t i = 0;
    while (i < value.len && (sira_i_is(value.at[i], SIRA_I_DIGIT) || is_visual_separator(value.at[i])))
        i++;
    return i == value.len && i > 0;
}

/* descriptor = domainname / global-number-digits */
static bool is_context(sira_str value)
{
    bool global;
    sira_str host;
    sira_i_scan scan = {value.at, sira_i_end(value), 0};
    return (is_number(value, &global) && global) ||
           (sira_i_take_host(&scan, &host) == SIRA_HOST_NAME && scan.at == scan.end);
}

/* ---- parameters ---- */

/* Each of them stands once (RFC 3261 19.1.1, RFC 3966 3). The names are in the order of the bits. */
enum { EXT = 1u << 0, PHONE_CONTEXT = 1u << 1, TTL = 1u << 3 };
static const char once_in_tel[] = "ext\0phone-context\0isub\0";
static const char once_in_sip[] = "lr\0maddr\0method\0ttl\0transport\0user\0";

static unsigned known_param(const char *names, sira_str name)
{
    for (unsigned bit = 1; *names != '\0'; names += strlen(names) + 1, bit <<= 1)
        if (sira_str_equal_nocase(name, sira_str_from(names)))
            return bit;
    return 0;
}

/* ttl = 1*3DIGIT, 0 to 255 (RFC 3261 25.1) */
static bool is_ttl(sira_str value)
{
    uint32_t ttl;
    return value.len <= 3 && sira_str_to_u32(value, 255, &ttl) == SIRA_OK;
}

static bool is_right(bool tel, unsigned param, sira_str value)
{
    if (!tel)
        return param != TTL || is_ttl(value);
    return (param != EXT || is_extension(value)) && (param != PHONE_CONTEXT || is_context(value));
}

/* pname; that of tel has letters, digits and "-" only. */
static const char *behind_name(bool tel, const char *at, const char *end)
{
    if (!tel)
        return span_escaped(at, end, SIRA_I_PARAM);
    while (at < end && sira_i_is(*at, SIRA_I_HOST) && *at != '.')
        at++;
    return at;
}

/* pname [ "=" pvalue ] *( ";" pname [ "=" pvalue ] ) */
static sira_status take_params(sira_uri *uri, const char **at, const char *end, sira_diag *diag)
{
    bool tel = uri->scheme == SIRA_SCHEME_TEL;
    unsigned seen = 0;
    const char *start = *at;
    do {
        sira_str name = {*at, 0}, value = {NULL, 0};
        *at = behind_name(tel, name.at, end);
        name.len = (size_t)(*at - name.at);
        if (name.len == 0)
            return refuse(uri->text, *at, "a parameter", diag);
        if (take(at, end, '=')) {
            value.at = *at;
            *at = span_escaped(value.at, end, SIRA_I_PARAM);
            value.len = (size_t)(*at - value.at);
            if (value.len == 0)
                return refuse(uri->text, *at, "the parameter's value", diag);
        }
        unsigned param = known_param(tel ? once_in_tel : once_in_sip, name);
        if ((seen & param) != 0)
            return refuse(uri->text, name.at, "this parameter only once", diag);
        if (!is_right(tel, param, value))
            return refuse(uri->text, value.at != NULL ? value.at : *at, "a value of this parameter", diag);
        seen |= param;
    } while (take(at, end, ';'));
    uri->params = (sira_str){start, (size_t)(*at - start)};
    return SIRA_OK;
}

/* ---- the rest of sip and sips ---- */

/* header *( "&" header ), header = hname "=" hvalue; the value may be empty. */
static sira_status take_headers(sira_uri *uri, const char **at, const char *end, sira_diag *diag)
{
    const char *start = *at;
    do {
        const char *name = *at;
        *at = span_escaped(name, end, SIRA_I_HEADER);
        if (*at == name || !take(at, end, '='))
            return refuse(uri->text, *at, "name=value", diag);
        *at = span_escaped(*at, end, SIRA_I_HEADER);
    } while (take(at, end, '&'));
    uri->headers = (sira_str){start, (size_t)(*at - start)};
    return SIRA_OK;
}

static sira_status take_sip(sira_uri *uri, const char *at, const char *end, sira_diag *diag)
{
    sira_status status = take_userinfo(uri, &at, end, diag);
    if (status == SIRA_OK)
        status = take_host(uri, &at, end, diag);
    if (status == SIRA_OK && take(&at, end, ';'))
        status = take_params(uri, &at, end, diag);
    if (status == SIRA_OK && take(&at, end, '?'))
        status = take_headers(uri, &at, end, diag);
    if (status == SIRA_OK && at != end)
        return refuse(uri->text, at, "the end of the URI", diag);
    return status;
}

/* ---- tel (RFC 3966 3) ---- */

static sira_status take_tel(sira_uri *uri, const char *at, const char *end, sira_diag *diag)
{
    bool global;
    sira_str context = {NULL, 0};
    const char *semicolon = memchr(at, ';', (size_t)(end - at));
    const char *stop = semicolon != NULL ? semicolon : end;
    uri->user = (sira_str){at, (size_t)(stop - at)};
    if (!is_number(uri->user, &global))
        return refuse(uri->text, at, "a telephone number", diag);
    if (take(&stop, end, ';')) {
        sira_status status = take_params(uri, &stop, end, diag);
        if (status != SIRA_OK)
            return status;
    }
    if (stop != end)
        return refuse(uri->text, stop, "the end of the URI", diag);
    if (!global && sira_uri_param(uri, SIRA_STR("phone-context"), &context) != SIRA_OK)
        return refuse(uri->text, end, "a phone-context", diag); /* RFC 3966 5.1.5 */
    return SIRA_OK;
}

/* ---- all ---- */

static uint8_t scheme_of(sira_str name)
{
    if (sira_str_equal_nocase(name, SIRA_STR("sip")))
        return SIRA_SCHEME_SIP;
    if (sira_str_equal_nocase(name, SIRA_STR("sips")))
        return SIRA_SCHEME_SIPS;
    return sira_str_equal_nocase(name, SIRA_STR("tel")) ? SIRA_SCHEME_TEL : SIRA_SCHEME_OTHER;
}

static const char *scheme_end(sira_str text)
{
    const char *at = text.at, *end = sira_i_end(text);
    return text.len > 0 && sira_i_is(*at, SIRA_I_ALPHA) ? sira_i_span(at, end, SIRA_I_SCHEME) : at;
}

static const char *take_scheme(sira_uri *uri, sira_str text)
{
    const char *colon = scheme_end(text);
    if (colon == text.at || colon == sira_i_end(text) || *colon != ':')
        return NULL;
    uri->scheme_text = (sira_str){text.at, (size_t)(colon - text.at)};
    uri->scheme = scheme_of(uri->scheme_text);
    return colon + 1;
}

sira_status sira_uri_parse(sira_uri *uri, sira_str text, sira_diag *diag)
{
    sira_uri parts;
    memset(&parts, 0, sizeof parts);
    parts.text = text;
    const char *end = sira_i_end(text);
    const char *at = take_scheme(&parts, text);
    if (at == NULL)
        return refuse(text, text.at, "a scheme and a colon", diag);
    sira_status status = SIRA_OK;
    if (parts.scheme == SIRA_SCHEME_TEL) {
        status = take_tel(&parts, at, end, diag);
    } else if (parts.scheme != SIRA_SCHEME_OTHER) {
        status = take_sip(&parts, at, end, diag);
    } else {
        const char *stop = span_escaped(at, end, SIRA_I_URIC);
        parts.rest = (sira_str){at, (size_t)(end - at)};
        if (stop != end || at == end)
            status = refuse(text, stop, "a character of a URI, or its escape", diag);
    }
    if (status == SIRA_OK)
        *uri = parts;
    return status;
}

/* ---- parts that are to be written ---- */

static bool is_part(sira_str part, unsigned classes)
{
    return span_escaped(part.at, sira_i_end(part), classes) == sira_i_end(part);
}

static bool is_scheme(const sira_uri *uri)
{
    sira_str name = uri->scheme_text;
    if (name.len == 0)
        return uri->scheme != SIRA_SCHEME_OTHER;
    return scheme_end(name) == sira_i_end(name) && scheme_of(name) == uri->scheme;
}

/* In the order of the URI; a list that is absent is empty. */
static bool are_lists(const sira_uri *uri)
{
    sira_uri parts = {.scheme = uri->scheme};
    const char *params = uri->params.at, *headers = uri->headers.at;
    if (uri->params.len > 0 &&
        (take_params(&parts, &params, sira_i_end(uri->params), NULL) != SIRA_OK || params != sira_i_end(uri->params)))
        return false;
    return uri->headers.len == 0 || (take_headers(&parts, &headers, sira_i_end(uri->headers), NULL) == SIRA_OK &&
                                     headers == sira_i_end(uri->headers));
}

static bool is_hierarchy(const sira_uri *uri)
{
    sira_i_scan scan = {uri->host.at, sira_i_end(uri->host), 0};
    bool has_password = uri->has_password || uri->password.len > 0;
    if ((uri->has_user || has_password) && uri->user.len == 0)
        return false;
    return is_part(uri->user, SIRA_I_USER) && is_part(uri->password, SIRA_I_PASSWORD) && uri->host.len > 0 &&
           sira_i_host(&scan).len == uri->host.len;
}

static bool is_tel(const sira_uri *uri)
{
    bool global;
    sira_str context;
    return is_number(uri->user, &global) &&
           (global || sira_uri_param(uri, SIRA_STR("phone-context"), &context) == SIRA_OK);
}

bool sira_i_uri_is_right(const sira_uri *uri)
{
    if (!is_scheme(uri))
        return false;
    switch ((sira_scheme)uri->scheme) {
    case SIRA_SCHEME_SIP:
    case SIRA_SCHEME_SIPS:
        return is_hierarchy(uri) && are_lists(uri);
    case SIRA_SCHEME_TEL:
        return is_tel(uri) && uri->headers.len == 0 && are_lists(uri);
    case SIRA_SCHEME_OTHER:
        break;
    }
    return uri->rest.len > 0 && is_part(uri->rest, SIRA_I_URIC);
}

/* ---- parameters and headers ---- */

static sira_status next_pair(sira_str *rest, char separator, sira_str *name, sira_str *value)
{
    if (rest->len == 0)
        return SIRA_IDLE;
    const char *stop = memchr(rest->at, separator, rest->len);
    sira_str pair = {rest->at, stop != NULL ? (size_t)(stop - rest->at) : rest->len};
    size_t used = pair.len + (stop != NULL ? 1 : 0);
    *rest = (sira_str){rest->at + used, rest->len - used};
    const char *equals = memchr(pair.at, '=', pair.len);
    *name = pair;
    *value = (sira_str){NULL, 0};
    if (equals != NULL) {
        name->len = (size_t)(equals - pair.at);
        *value = (sira_str){equals + 1, pair.len - name->len - 1};
    }
    return SIRA_OK;
}

sira_status sira_uri_param_next(sira_str *rest, sira_str *name, sira_str *value)
{
    return next_pair(rest, ';', name, value);
}

sira_status sira_uri_header_next(sira_str *rest, sira_str *name, sira_str *value)
{
    return next_pair(rest, '&', name, value);
}

sira_status sira_uri_param(const sira_uri *uri, sira_str name, sira_str *value)
{
    sira_str rest = uri->params, found;
    while (sira_uri_param_next(&rest, &found, value) == SIRA_OK)
        if (sira_str_equal_nocase(found, name))
            return SIRA_OK;
    return SIRA_IDLE;
}

sira_status sira_uri_unescape(sira_str text, char *out, size_t size, size_t *length)
{
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++, n++) {
        char c = text.at[i];
        if (c == '%') {
            if (text.len - i < 3 || !sira_i_is(text.at[i + 1], SIRA_I_HEX) || !sira_i_is(text.at[i + 2], SIRA_I_HEX))
                return SIRA_E_URI;
            c = (char)(16u * sira_i_hex_value(text.at[i + 1]) + sira_i_hex_value(text.at[i + 2]));
            i += 2;
        }
        if (n == size)
            return SIRA_E_SPACE;
        out[n] = c;
    }
    *length = n;
    return SIRA_OK;
}
