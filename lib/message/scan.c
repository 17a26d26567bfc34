#include "message/scan.h"

#include <string.h>

const char *sira_i_lws_end(const char *at, const char *end)
{
    /*@ loop invariant BETWEEN(\at(at, Pre), at, end);
        loop assigns at;
        loop variant end - at; */
    while (at < end) {
        const char *next = at;
        if (end - next >= 2 && next[0] == '\r' && next[1] == '\n')
            next++;
        if (*next == '\n') {
            next++;
            if (next == end || (*next != ' ' && *next != '\t'))
                return at;
        } else if (*next != ' ' && *next != '\t') {
            return at;
        }
        at = next + 1;
    }
    return at;
}

/* Octets above 127 are not checked to be UTF-8: registrars with a realm in ISO 8859-1 exist, and what is quoted is only
 * compared, hashed or copied. */
const char *sira_i_behind_quoted(const char *at, const char *end, const char **wrong)
{
    /*@ loop invariant BETWEEN(\at(at, Pre), at, end);
        loop assigns at;
        loop variant end - at; */
    for (;;) {
        at = sira_i_plain_end(at, end);
        if (at < end && *at != '"')
            at = sira_i_span(at, end, SIRA_I_QUOTED);
        if (at == end)
            break;
        if (*at == '"')
            return at + 1;
        if (*at == '\\') { /* quoted-pair: any octet of ASCII but CR and LF */
            if (end - at < 2 || at[1] == '\r' || at[1] == '\n' || (unsigned char)at[1] > 0x7f)
                break;
            at += 2;
            continue;
        }
        const char *behind = sira_i_lws_end(at, end);
        if (behind == at)
            break;
        at = behind;
    }
    *wrong = at;
    return NULL;
}

bool sira_i_leading_number(sira_str text, uint32_t *number)
{
    const char *end = sira_i_span(text.at, sira_i_end(text), SIRA_I_DIGIT);
    size_t length = (size_t)(end - text.at);
    if (length == 0)
        return false;
    if (sira_str_to_u32((sira_str){text.at, length}, UINT32_MAX, number) != SIRA_OK)
        *number = UINT32_MAX;
    return true;
}

const char *sira_i_find_outside(const char *at, const char *end, char one, char other)
{
    bool closes = true; /* an angle bracket that opens */
    /*@ loop invariant BETWEEN(\at(at, Pre), at, end);
        loop assigns at, closes;
        loop variant end - at; */
    while (at < end && *at != one && *at != other) {
        const char *behind = NULL, *wrong;
        if (*at == '"') {
            behind = sira_i_behind_quoted(at + 1, end, &wrong);
        } else if (*at == '<' && closes) {
            const char *close = memchr(at, '>', (size_t)(end - at));
            closes = close != NULL;
            behind = closes ? close + 1 : NULL;
        } else if (*at == '\\' && end - at > 1) { /* so that a quote is looked for once only */
            behind = at + 2;
        }
        at = behind != NULL ? behind : at + 1;
    }
    return at;
}

/* hostname = *( domainlabel "." ) toplabel [ "." ]: no label starts or ends with '-', and the last starts with a
 * letter. Each octet is of SIRA_I_HOST. */
/*@ requires RANGE(at, end);
    assigns \nothing; */
static bool is_hostname(const char *at, const char *end)
{
    char before = '.', first = '.';
    /*@ loop invariant BETWEEN(\at(at, Pre), at, end);
        loop assigns at, before, first;
        loop variant end - at; */
    for (; at < end; at++) {
        if (before == '.') {
            if (*at == '.' || *at == '-')
                return false;
            first = *at;
        } else if (*at == '.' && before == '-') {
            return false;
        }
        before = *at;
    }
    return before != '-' && sira_i_is(first, SIRA_I_ALPHA);
}

/*@ requires RANGE(host.at, host.at + host.len);
    assigns \nothing; */
static sira_host_kind kind_of(sira_str host)
{
    sira_endpoint endpoint;
    if (host.len == 0)
        return SIRA_HOST_NONE;
    if (host.at[0] == '[')
        return sira_endpoint_from_host(host, &endpoint) == SIRA_OK ? SIRA_HOST_IPV6 : SIRA_HOST_NONE;
    if (sira_i_is(host.at[0], SIRA_I_DIGIT) && sira_endpoint_from_host(host, &endpoint) == SIRA_OK)
        return SIRA_HOST_IPV4;
    return is_hostname(host.at, host.at + host.len) ? SIRA_HOST_NAME : SIRA_HOST_NONE;
}

sira_host_kind sira_i_take_host(sira_i_scan *scan, sira_str *host)
{
    const char *start = scan->at, *stop;
    if (start < scan->end && *start == '[') {
        const char *close = memchr(start, ']', (size_t)(scan->end - start));
        stop = close != NULL ? close + 1 : start;
    } else {
        stop = sira_i_span(start, scan->end, SIRA_I_HOST);
    }
    *host = (sira_str){start, (size_t)(stop - start)};
    sira_host_kind kind = kind_of(*host);
    if (kind != SIRA_HOST_NONE)
        scan->at = stop;
    return kind;
}

uint16_t sira_i_port(sira_i_scan *scan)
{
    const char *at = scan->at;
    unsigned port = 0;
    /*@ loop invariant BETWEEN(scan->at, at, scan->end) && port <= 65535;
        loop assigns at, port;
        loop variant scan->end - at; */
    for (; at < scan->end && *at >= '0' && *at <= '9'; at++) {
        port = 10 * port + (unsigned)(*at - '0');
        if (port > 65535)
            return 0;
    }
    if (port != 0)
        scan->at = at;
    return (uint16_t)port;
}
