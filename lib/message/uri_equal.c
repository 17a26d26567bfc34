/* When two URIs are the same: RFC 3261 19.1.4 (with RFC 5954 4.2 for IPv6), RFC 3966 4. */
#include <sira/limits.h>
#include <sira/uri.h>

#include <string.h>

#include "base/chars.h"
#include "base/view.h"
#include "message/uri_equal.h"

/* One octet of a URI part: decoded or as it is. */
typedef struct octet {
    unsigned char value;
    bool escaped;
} octet;

static octet next_octet(const char **at)
{
    octet next = {(unsigned char)**at, false};
    if (next.value == '%') { /* the parser has seen two hex digits behind it */
        next.value = (unsigned char)(16u * sira_i_hex_value((*at)[1]) + sira_i_hex_value((*at)[2]));
        next.escaped = true;
        *at += 2;
    }
    ++*at;
    return next;
}

/* "Characters other than those in the reserved set are equivalent to their escapes." */
static bool is_reserved(unsigned char c)
{
    return memchr(";/?:@&=+$,", c, 10) != NULL;
}

static bool same_octet(octet a, octet b, bool any_case)
{
    if (a.escaped != b.escaped && is_reserved(a.escaped ? a.value : b.value))
        return false;
    if (any_case)
        return sira_i_lower((char)a.value) == sira_i_lower((char)b.value);
    return a.value == b.value;
}

static bool same_part(sira_str a, sira_str b, bool any_case)
{
    const char *left = a.at, *left_end = sira_i_end(a), *right = b.at, *right_end = sira_i_end(b);
    while (left < left_end && right < right_end)
        if (!same_octet(next_octet(&left), next_octet(&right), any_case))
            return false;
    return left == left_end && right == right_end;
}

/* Addresses are compared in binary (RFC 5954 4.2), names in any case. */
static bool same_host(const sira_uri *a, const sira_uri *b)
{
    sira_endpoint left = {0}, right = {0};
    if (a->host_kind != b->host_kind)
        return false;
    if (a->host_kind == SIRA_HOST_NAME)
        return sira_str_equal_nocase(a->host, b->host);
    return sira_endpoint_from_host(a->host, &left) == SIRA_OK && sira_endpoint_from_host(b->host, &right) == SIRA_OK &&
           sira_endpoint_equal(&left, &right);
}

static bool find_param(sira_str params, sira_str name, sira_str *value)
{
    sira_str found;
    while (sira_uri_param_next(&params, &found, value) == SIRA_OK)
        if (same_part(found, name, true))
            return true;
    return false;
}

static const char *skip_separators(const char *at, const char *end)
{
    while (at < end && (*at == '-' || *at == '.' || *at == '(' || *at == ')'))
        at++;
    return at;
}

/* Visual separators do not count (RFC 3966 4). */
static bool same_number(sira_str a, sira_str b)
{
    const char *left = a.at, *left_end = sira_i_end(a), *right = b.at, *right_end = sira_i_end(b);
    for (;;) {
        left = skip_separators(left, left_end);
        right = skip_separators(right, right_end);
        if (left == left_end || right == right_end)
            return left == left_end && right == right_end;
        if (sira_i_lower(*left++) != sira_i_lower(*right++))
            return false;
    }
}

/* extension = ";ext=" 1*phonedigit, and a phone-context may be global-number-digits (RFC 3966 3). */
static bool is_number_param(sira_str name, sira_str value)
{
    return same_part(name, SIRA_STR("ext"), true) ||
           (same_part(name, SIRA_STR("phone-context"), true) && value.len > 0 && value.at[0] == '+');
}

/* A parameter of a that b lacks: ignored, unless it is one that must then differ. */
static bool may_be_missing(sira_str name)
{
    static const sira_str never[] = {SIRA_STR_INIT("user"), SIRA_STR_INIT("ttl"), SIRA_STR_INIT("method"),
                                     SIRA_STR_INIT("maddr"), SIRA_STR_INIT("transport")};
    for (size_t i = 0; i < sizeof never / sizeof never[0]; i++)
        if (same_part(name, never[i], true))
            return false;
    return true;
}

static bool params_agree(sira_str a, sira_str b, bool tel)
{
    sira_str name, value, other;
    while (sira_uri_param_next(&a, &name, &value) == SIRA_OK) {
        if (find_param(b, name, &other)) {
            if (!same_part(value, other, true) && !(tel && is_number_param(name, value) && same_number(value, other)))
                return false;
        } else if (tel || !may_be_missing(name)) {
            return false;
        }
    }
    return true;
}

static size_t count(sira_str pairs, char separator)
{
    size_t count = pairs.len > 0 ? 1 : 0;
    for (size_t i = 0; i < pairs.len; i++)
        count += pairs.at[i] == separator;
    return count;
}

static size_t count_header(sira_str headers, sira_str name, sira_str value)
{
    size_t count = 0;
    sira_str found, other;
    while (sira_uri_header_next(&headers, &found, &other) == SIRA_OK)
        count += same_part(found, name, true) && same_part(other, value, false);
    return count;
}

/* Header components are never ignored, and one may stand several times. */
static bool same_headers(sira_str a, sira_str b)
{
    sira_str name, value, rest = a;
    if (count(a, '&') != count(b, '&'))
        return false;
    while (sira_uri_header_next(&rest, &name, &value) == SIRA_OK)
        if (count_header(a, name, value) != count_header(b, name, value))
            return false;
    return true;
}

static bool same_sip(const sira_uri *a, const sira_uri *b)
{
    return a->has_user == b->has_user && a->has_password == b->has_password && same_part(a->user, b->user, false) &&
           same_part(a->password, b->password, false) && same_host(a, b) && a->port == b->port &&
           params_agree(a->params, b->params, false) && params_agree(b->params, a->params, false) &&
           same_headers(a->headers, b->headers);
}

/* RFC 3966 4: parameters stand in any order and all count. */
static bool same_tel(const sira_uri *a, const sira_uri *b)
{
    return same_number(a->user, b->user) && params_agree(a->params, b->params, true) &&
           params_agree(b->params, a->params, true);
}

/* Each parameter is looked for among all of the other URI. */
static bool is_costly(const sira_uri *uri)
{
    return count(uri->params, ';') > SIRA_LIMIT_URI_PAIRS || count(uri->headers, '&') > SIRA_LIMIT_URI_PAIRS;
}

static bool is_same_text(const sira_uri *a, const sira_uri *b)
{
    return a->text.len > 0 && sira_str_equal(a->text, b->text);
}

bool sira_i_uri_equal_sip(const sira_uri *a, const sira_uri *b)
{
    return a->scheme == b->scheme && (is_same_text(a, b) || (!is_costly(a) && !is_costly(b) && same_sip(a, b)));
}

bool sira_uri_equal(const sira_uri *a, const sira_uri *b)
{
    if (a->scheme != b->scheme)
        return false;
    if (is_same_text(a, b))
        return true;
    switch ((sira_scheme)a->scheme) {
    case SIRA_SCHEME_SIP:
    case SIRA_SCHEME_SIPS:
        return sira_i_uri_equal_sip(a, b);
    case SIRA_SCHEME_TEL:
        return !is_costly(a) && !is_costly(b) && same_tel(a, b);
    case SIRA_SCHEME_OTHER:
        break;
    }
    return sira_str_equal_nocase(a->scheme_text, b->scheme_text) && sira_str_equal(a->rest, b->rest);
}
