/* The lexical pieces that header values are made of (RFC 3261 25.1), read in place. */
#ifndef SIRA_MESSAGE_SCAN_H
#define SIRA_MESSAGE_SCAN_H

#include <sira/field.h>

#include "base/chars.h"

typedef struct sira_i_scan {
    const char *at, *end;
} sira_i_scan;

/* LWS = [*WSP CRLF] 1*WSP, any number of times. A bare LF stands here only if the index was told to let it pass. */
const char *sira_i_fold_end(const char *at, const char *end);
static inline void sira_i_skip_lws(sira_i_scan *scan)
{
    const char *at = scan->at;
    while (at < scan->end && (*at == ' ' || *at == '\t'))
        at++;
    if (at < scan->end && (*at == '\r' || *at == '\n'))
        at = sira_i_fold_end(at, scan->end);
    scan->at = at;
}

static inline sira_str sira_i_span_str(sira_i_scan *scan, unsigned classes)
{
    const char *start = scan->at;
    scan->at = sira_i_span(start, scan->end, classes);
    return (sira_str){start, (size_t)(scan->at - start)};
}

static inline bool sira_i_take(sira_i_scan *scan, char c)
{
    if (scan->at == scan->end || *scan->at != c)
        return false;
    scan->at++;
    return true;
}

/* SWS c SWS; when c is not there nothing is taken. */
static inline bool sira_i_take_around(sira_i_scan *scan, char c)
{
    sira_i_scan ahead = *scan;
    sira_i_skip_lws(&ahead);
    if (!sira_i_take(&ahead, c))
        return false;
    sira_i_skip_lws(&ahead);
    *scan = ahead;
    return true;
}

/* A quoted string with its quotes. When it does not close the result is empty, and at stands where it went wrong. */
sira_str sira_i_quoted(sira_i_scan *scan);

/* host = hostname / IPv4address / IPv6reference; empty when it is none (then at stays). */
sira_str sira_i_host(sira_i_scan *scan);

/* 1 to 65535; 0 when it is none (then at stays). */
uint16_t sira_i_port(sira_i_scan *scan);

/* name [ EQUAL value ], value = token / host / quoted-string. On an error at stands where it went wrong. */
bool sira_i_param(sira_i_scan *scan, sira_str *name, sira_str *value);

/* The next *( SEMI generic-param ), extending the list; false: there is none, or *bad is set. */
typedef struct sira_i_params {
    sira_str list;
    sira_str name, value;
    bool bad;
} sira_i_params;
bool sira_i_params_next(sira_i_scan *scan, sira_i_params *params);

/* Without its quotes, when it has some. */
static inline sira_str sira_i_unquoted(sira_str value)
{
    return value.len >= 2 && value.at[0] == '"' ? (sira_str){value.at + 1, value.len - 2} : value;
}

/* ---- cursor.c ---- */

/* Where the next value starts. SIRA_OK: scan covers the rest of its line; SIRA_IDLE. */
sira_status sira_i_value_begin(sira_cursor *cursor, sira_i_scan *scan);

/* The value has ended: a comma and another value, or the end of the line. */
sira_status sira_i_value_end(sira_cursor *cursor, sira_i_scan *scan, sira_diag *diag);

/* A wrong value: on to the next line. */
sira_status sira_i_value_bad(sira_cursor *cursor, const char *at, const char *expected, sira_diag *diag);

/* For the fields that stand once: SIRA_OK, SIRA_IDLE, SIRA_E_DUPLICATE. */
sira_status sira_i_single(const struct sira_message *message, sira_field_id id, sira_cursor *cursor, sira_diag *diag);

#endif
