/* The lexical pieces that header values are made of (RFC 3261 25.1), read in place. */
#ifndef SIRA_MESSAGE_SCAN_H
#define SIRA_MESSAGE_SCAN_H

#include <sira/message.h>

#include "base/chars.h"
#include "base/view.h"
#include "message/words.h"

/* A function that takes something moves at behind it; where one fails, at stands where it went wrong, unless its
 * comment says otherwise. */
typedef struct sira_i_scan {
    const char *at, *end;
    unsigned lenient; /* sira_lenient flags, and those below */
} sira_i_scan;
/*@ predicate scannable(sira_i_scan *s) = \valid(s) && RANGE(s->at, s->end); */

/* How the answers to our own requests are read where the strict reading refuses them (tolerance.c). A parameter that is
 * malformed is passed over, and what is no URI may stand between angle brackets. */
enum { SIRA_I_LENIENT_ANSWER = 1u << 15 };

/* ---- white space ---- */

/* LWS = [*WSP CRLF] 1*WSP, any number of times. A bare LF gets here only if the index was told to let it pass. */
/*@ requires RANGE(at, end);
    assigns \nothing;
    ensures BETWEEN(at, \result, end); */
const char *sira_i_lws_end(const char *at, const char *end);

/*@ requires RANGE(at, end);
    assigns \nothing;
    ensures BETWEEN(at, \result, end); */
static inline const char *sira_i_behind_lws(const char *at, const char *end)
{
    if (at == end || (unsigned char)*at > ' ')
        return at;
    if (SIRA_I_QUICK && *at == ' ' && end - at > 1 && (unsigned char)at[1] > ' ') /* what there mostly is */
        return at + 1;
    return sira_i_lws_end(at, end);
}

/*@ requires scannable(scan);
    assigns scan->at;
    ensures BETWEEN(\old(scan->at), scan->at, scan->end); */
static inline void sira_i_skip_lws(sira_i_scan *scan)
{
    if (scan->at < scan->end && (unsigned char)*scan->at <= ' ')
        scan->at = sira_i_behind_lws(scan->at, scan->end);
}

/* ---- single octets ---- */

/*@ requires scannable(scan);
    assigns scan->at;
    ensures BETWEEN(\old(scan->at), scan->at, scan->end); */
static inline bool sira_i_take(sira_i_scan *scan, char c)
{
    if (scan->at == scan->end || *scan->at != c)
        return false;
    scan->at++;
    return true;
}

/* What stands behind SWS c SWS; NULL when c is not there. */
/*@ requires RANGE(at, end);
    assigns \nothing;
    ensures \result == \null || (BETWEEN(at, \result, end) && \result > at); */
static inline const char *sira_i_behind_separator(const char *at, const char *end, char c)
{
    if (at == end || *at != c) {
        at = sira_i_behind_lws(at, end);
        if (at == end || *at != c)
            return NULL;
    }
    return sira_i_behind_lws(at + 1, end);
}

/* SWS c SWS; when c is not there nothing is taken. */
/*@ requires scannable(scan);
    assigns scan->at;
    ensures BETWEEN(\old(scan->at), scan->at, scan->end); */
static inline bool sira_i_take_around(sira_i_scan *scan, char c)
{
    const char *behind = sira_i_behind_separator(scan->at, scan->end, c);
    if (behind == NULL)
        return false;
    scan->at = behind;
    return true;
}

/* Elements of a list that hold nothing: separators with nothing between them. */
/*@ requires scannable(scan);
    assigns scan->at;
    ensures BETWEEN(\old(scan->at), scan->at, scan->end); */
static inline void sira_i_skip_empty(sira_i_scan *scan, char separator)
{
    /*@ loop invariant BETWEEN(\at(scan->at, Pre), scan->at, scan->end);
        loop assigns scan->at;
        loop variant scan->end - scan->at; */
    while (sira_i_take_around(scan, separator))
        ;
}

/* ---- runs of octets ---- */

/* sira_i_span for text that is likely long: four octets that have a class in common are passed at once. */
/*@ requires RANGE(at, end);
    assigns \nothing;
    ensures BETWEEN(at, \result, end); */
static inline const char *sira_i_span_far(const char *at, const char *end, unsigned classes)
{
    const uint16_t *class_of = sira_i_char_class;
    /*@ loop invariant BETWEEN(\at(at, Pre), at, end);
        loop assigns at;
        loop variant end - at; */
    while (SIRA_I_QUICK && end - at >= 4 &&
           (class_of[(unsigned char)at[0]] & class_of[(unsigned char)at[1]] & class_of[(unsigned char)at[2]] &
            class_of[(unsigned char)at[3]] & classes) != 0)
        at += 4;
    return sira_i_span(at, end, classes);
}

/*@ requires scannable(scan);
    assigns scan->at;
    ensures BETWEEN(\old(scan->at), scan->at, scan->end) && WITHIN(\old(scan->at), \result, scan->at); */
static inline sira_str sira_i_span_str(sira_i_scan *scan, unsigned classes)
{
    const char *start = scan->at;
    scan->at = sira_i_span(start, scan->end, classes);
    return (sira_str){start, (size_t)(scan->at - start)};
}

/* The first octet that may be no qdtext; a closer look tells. */
/*@ requires RANGE(at, end);
    assigns \nothing;
    ensures BETWEEN(at, \result, end); */
static inline const char *sira_i_plain_end(const char *at, const char *end)
{
    return sira_i_first_marked(at, end, sira_i_look_in_quotes);
}

/*@ requires RANGE(at, end);
    assigns \nothing;
    ensures BETWEEN(at, \result, end); */
static inline const char *sira_i_uri_end(const char *at, const char *end)
{
    return sira_i_span(sira_i_first_marked(at, end, sira_i_look_in_uri), end, SIRA_I_URIC);
}

/* What stands behind a quoted string, at being somewhere behind its opening quote; NULL when it does not close, and
 * where it went wrong. */
/*@ requires RANGE(at, end) && \valid(wrong);
    assigns *wrong;
    ensures \result == \null ==> BETWEEN(at, *wrong, end);
    ensures \result != \null ==> BETWEEN(at, \result, end) && \result > at && *wrong == \old(*wrong); */
const char *sira_i_behind_quoted(const char *at, const char *end, const char **wrong);

/* A quoted string with its quotes, at standing on the first; empty when it does not close. */
/*@ requires scannable(scan) && scan->at < scan->end;
    assigns scan->at;
    ensures BETWEEN(\old(scan->at), scan->at, scan->end) && WITHIN(\old(scan->at), \result, scan->at); */
static inline sira_str sira_i_quoted(sira_i_scan *scan)
{
    const char *start = scan->at, *wrong = start;
    const char *behind = sira_i_behind_quoted(start + 1, scan->end, &wrong);
    scan->at = behind != NULL ? behind : wrong;
    return (sira_str){start, behind != NULL ? (size_t)(behind - start) : 0};
}

/* The number whose digits a text starts with, at most 2^32-1. */
/*@ requires READABLE(text) && \valid(number);
    assigns *number; */
bool sira_i_leading_number(sira_str text, uint32_t *number);

/* Without its quotes, when it has some. */
/*@ requires READABLE(value);
    assigns \nothing;
    ensures READABLE(\result) && \result.len <= value.len;
    ensures \result.at == value.at || (\result.at == value.at + 1 && \result.len + 1 < value.len); */
static inline sira_str sira_i_unquoted(sira_str value)
{
    return value.len >= 2 && value.at[0] == '"' ? (sira_str){value.at + 1, value.len - 2} : value;
}

/* The first of two octets that stands outside quotes and angle brackets; end when there is none. What opens and does
 * not close is taken for any other octet. */
/*@ requires RANGE(at, end);
    assigns \nothing;
    ensures BETWEEN(at, \result, end); */
const char *sira_i_find_outside(const char *at, const char *end, char one, char other);

/* ---- hosts ---- */

/* host = hostname / IPv4address / IPv6reference. When it is none at stays. */
/*@ requires scannable(scan) && \valid(host) && \separated(host, scan);
    assigns scan->at, *host;
    ensures BETWEEN(\old(scan->at), scan->at, scan->end) && WITHIN(\old(scan->at), *host, scan->end); */
sira_host_kind sira_i_take_host(sira_i_scan *scan, sira_str *host);

/* The same; empty when it is none. */
/*@ requires scannable(scan);
    assigns scan->at;
    ensures BETWEEN(\old(scan->at), scan->at, scan->end) && WITHIN(\old(scan->at), \result, scan->end); */
static inline sira_str sira_i_host(sira_i_scan *scan)
{
    sira_str host;
    return sira_i_take_host(scan, &host) != SIRA_HOST_NONE ? host : (sira_str){scan->at, 0};
}

/* 1 to 65535; 0 when it is none (then at stays). */
/*@ requires scannable(scan);
    assigns scan->at;
    ensures BETWEEN(\old(scan->at), scan->at, scan->end); */
uint16_t sira_i_port(sira_i_scan *scan);

/* ---- parameters (param.c) ---- */

typedef enum sira_i_value {
    SIRA_I_VALUE_NONE = 0, /* no '=' */
    SIRA_I_VALUE_TOKEN,
    SIRA_I_VALUE_QUOTED,
    SIRA_I_VALUE_ADDRESS /* an IPv6 address; that of received perhaps without brackets */
} sira_i_value;

/* One parameter. */
typedef struct sira_i_generic_param {
    sira_str name, value;
    sira_i_value kind;
    const char *wrong; /* where it went wrong, when it did */
} sira_i_generic_param;

/* The next *( SEMI generic-param ), extending the list; false: there is none, or bad is set. */
typedef struct sira_i_params {
    sira_i_generic_param now;
    sira_str list;
    bool bad;
} sira_i_params;
/*@ requires scannable(scan) && \valid(params) && \separated(scan, params);
    requires params->list.at == \null || RANGE(params->list.at, scan->at);
    assigns scan->at, *params;
    ensures BETWEEN(\old(scan->at), scan->at, scan->end); */
bool sira_i_take_semicolon_param(sira_i_scan *scan, sira_i_params *params);
/*@ requires scannable(scan) && \valid(params) && \separated(scan, params);
    requires params->list.at == \null || RANGE(params->list.at, scan->at);
    assigns scan->at, *params;
    ensures BETWEEN(\old(scan->at), scan->at, scan->end); */
static inline bool sira_i_params_next(sira_i_scan *scan, sira_i_params *params)
{
    return scan->at < scan->end && (*scan->at == ';' || (unsigned char)*scan->at <= ' ' || scan->lenient != 0) &&
           sira_i_take_semicolon_param(scan, params);
}

/* sira_param_next or sira_auth_param_next, by the separator, but nothing may be empty. */
sira_status sira_i_next_param(sira_str *rest, char separator, sira_str *name, sira_str *value);

/* name=value *( COMMA name=value ), up to the end of the line or the comma before another challenge. Returns NULL, or
 * what was expected. */
/*@ requires scannable(scan) && \valid(list) && \separated(scan, list);
    assigns scan->at, *list;
    ensures BETWEEN(\old(scan->at), scan->at, scan->end);
    ensures list->at == \old(scan->at) && list->len <= scan->end - \old(scan->at); */
const char *sira_i_take_auth_params(sira_i_scan *scan, sira_str *list);

/* ---- addresses (address.c) ---- */

/* name-addr or addr-spec without its parameters. Returns NULL, or what was expected. */
const char *sira_i_take_address(sira_i_scan *scan, sira_address *address);

/* The same of what that refuses, as far as it can be known: the URI is what stands between angle brackets, or before
 * the first semicolon. NULL, or what was expected. */
const char *sira_i_pass_address(sira_i_scan *scan, sira_address *address);

/* ---- auth.c ---- */

bool sira_i_is_token68(sira_str text);

/* ---- uri.c ---- */

/* Do these parts, written one behind the other, make a URI that is read as the same parts again? */
bool sira_i_uri_is_right(const sira_uri *uri);

/* ---- values.c ---- */

bool sira_i_take_agent(sira_i_scan *scan);

/* A comment with its parentheses, at standing on the first; empty when it does not close. */
sira_str sira_i_comment(sira_i_scan *scan);

/* ---- cursor.c ---- */

/* Where the next value starts. SIRA_OK: scan covers the rest of its line; SIRA_IDLE. */
sira_status sira_i_value_begin(sira_cursor *cursor, sira_i_scan *scan);

/* The same for a list that may be empty in some fields; then the next value stands in another line. */
sira_status sira_i_list_begin(sira_cursor *cursor, sira_i_scan *scan);

/* The value has ended: a comma and another value, or the end of the line. */
sira_status sira_i_value_end(sira_cursor *cursor, sira_i_scan *scan, sira_diag *diag);

/* A wrong value: on to the next line. */
sira_status sira_i_value_bad(sira_cursor *cursor, const char *at, const char *expected, sira_diag *diag);

/* For the fields that stand once: SIRA_OK, SIRA_IDLE, SIRA_E_DUPLICATE. */
sira_status sira_i_single(const struct sira_message *message, sira_field_id id, sira_cursor *cursor, sira_diag *diag);

#endif
