/* Parameters: behind semicolons (RFC 3261 25.1 generic-param), and the comma-separated ones of challenges and
 * credentials. */
#include "message/scan.h"

/*@ predicate read_to(char *at, char *behind, char *end, sira_i_generic_param *p) =
        behind == \null ? BETWEEN(at, p->wrong, end) : BETWEEN(at, behind, end) && behind > at; */

/* An IPv6 address in brackets; only that of received may have none (RFC 3261 25.1 via-received, RFC 5118 4.5). */
/*@ requires RANGE(at, end) && at < end && \valid(p);
    requires READABLE(p->name);
    assigns p->value, p->kind, p->wrong;
    ensures read_to(at, \result, end, p) && WITHIN(at, p->value, end) && p->kind == SIRA_I_VALUE_ADDRESS; */
static const char *behind_ipv6(const char *at, const char *end, sira_i_generic_param *p)
{
    sira_endpoint endpoint;
    const char *stop = at;
    if (*at == '[')
        stop++;
    /*@ loop invariant BETWEEN(at, stop, end) && stop >= \at(stop, LoopEntry);
        loop assigns stop;
        loop variant end - stop; */
    while (stop < end && (sira_i_is(*stop, SIRA_I_HEX) || *stop == ':' || *stop == '.'))
        stop++;
    if (*at == '[' && stop < end)
        stop++;
    p->value = (sira_str){at, (size_t)(stop - at)};
    p->kind = SIRA_I_VALUE_ADDRESS;
    p->wrong = at;
    if (*at != '[' && !sira_str_equal_nocase(p->name, SIRA_STR("received")))
        return NULL;
    return sira_endpoint_from_host(p->value, &endpoint) == SIRA_OK ? stop : NULL;
}

/* gen-value = token / host / quoted-string; returns what stands behind it, or NULL. */
/*@ requires RANGE(at, end) && \valid(p) && p->kind == SIRA_I_VALUE_NONE && READABLE(p->name);
    assigns p->value, p->kind, p->wrong;
    ensures read_to(at, \result, end, p);
    ensures \result != \null ==> p->kind != SIRA_I_VALUE_NONE;
    ensures \result != \null || p->kind == SIRA_I_VALUE_ADDRESS ==> WITHIN(at, p->value, end); */
static inline const char *behind_value(const char *at, const char *end, sira_i_generic_param *p)
{
    const char *stop;
    if (at < end && *at == '"') {
        stop = sira_i_behind_quoted(at + 1, end, &p->wrong);
        if (stop == NULL)
            return NULL;
        p->kind = SIRA_I_VALUE_QUOTED;
    } else {
        stop = sira_i_span_far(at, end, SIRA_I_TOKEN);
        if (stop < end && (*stop == ':' || *stop == '['))
            return behind_ipv6(at, end, p);
        p->kind = SIRA_I_VALUE_TOKEN;
        if (stop == at) {
            p->wrong = stop;
            return NULL;
        }
    }
    p->value = (sira_str){at, (size_t)(stop - at)};
    return stop;
}

/* name [ EQUAL value ]; returns what stands behind it, or NULL. */
/*@ requires RANGE(at, end) && \valid(p);
    assigns p->name, p->value, p->kind, p->wrong;
    ensures read_to(at, \result, end, p) && WITHIN(at, p->name, end);
    ensures p->kind == SIRA_I_VALUE_ADDRESS ==> WITHIN(at, p->value, end); */
static const char *behind_param(const char *at, const char *end, sira_i_generic_param *p)
{
    const char *stop = sira_i_span(SIRA_I_QUICK && end - at >= 8 ? sira_i_letters_end(at) : at, end, SIRA_I_TOKEN);
    p->name = (sira_str){at, (size_t)(stop - at)};
    p->value = (sira_str){NULL, 0};
    p->kind = SIRA_I_VALUE_NONE;
    if (stop == at) {
        p->wrong = stop;
        return NULL;
    }
    const char *value = sira_i_behind_separator(stop, end, '=');
    return value != NULL ? behind_value(value, end, p) : stop;
}

/* The short way for what stands most in challenges and credentials: letters="text", and letters=token where a comma or
 * the end follows. First the name: returns where '=' is, and something behind it; NULL when it is anything else. */
/*@ requires RANGE(at, end);
    assigns \nothing;
    ensures \result != \null ==> BETWEEN(at, \result, end) && at < \result && \result + 1 < end; */
static inline const char *usual_name_end(const char *at, const char *end)
{
    if (!SIRA_I_QUICK || end - at < 10)
        return NULL;
    const char *name_end = sira_i_letters_end(at);
    if (name_end - at == 8)
        name_end = sira_i_span(name_end, end, SIRA_I_ALPHA);
    return name_end > at && end - name_end >= 2 && *name_end == '=' ? name_end : NULL;
}

/* Then the value: returns what stands behind it, or NULL. */
/*@ requires RANGE(at, end) && at < end;
    assigns \nothing;
    ensures \result != \null ==> BETWEEN(at, \result, end) && at < \result; */
static inline const char *behind_usual_value(const char *at, const char *end)
{
    if (*at == '"') {
        const char *stop = sira_i_plain_end(at + 1, end);
        return stop < end && *stop == '"' ? stop + 1 : NULL;
    }
    const char *stop = sira_i_span_far(at, end, SIRA_I_TOKEN);
    return stop > at && (stop == end || *stop == ',') ? stop : NULL;
}

/* The same for what stands most behind semicolons: letters=token where another, the end of the value or of the line
 * follows. */
/*@ requires RANGE(at, end) && \valid(p);
    assigns *p;
    ensures \result != \null ==> BETWEEN(at, \result, end) && \result > at;
    ensures \result != \null ==> WITHIN(at, p->name, end) && WITHIN(at, p->value, end); */
static inline const char *behind_usual_param(const char *at, const char *end, sira_i_generic_param *p)
{
    const char *name_end = usual_name_end(at, end);
    if (name_end == NULL)
        return NULL;
    const char *value = name_end + 1, *stop = sira_i_span_far(value, end, SIRA_I_TOKEN);
    if (stop == value || (stop < end && *stop != ';' && *stop != ','))
        return NULL;
    p->name = (sira_str){at, (size_t)(name_end - at)};
    p->value = (sira_str){value, (size_t)(stop - value)};
    p->kind = SIRA_I_VALUE_TOKEN;
    return stop;
}

/* Where a parameter starts in a value that is read with leniencies, or, of an answer, the next that may be one; NULL:
 * there is none. */
/*@ requires scannable(scan);
    assigns scan->at;
    ensures BETWEEN(\old(scan->at), scan->at, scan->end);
    ensures \result == \null || BETWEEN(scan->at, \result, scan->end); */
static const char *behind_semicolons(sira_i_scan *scan)
{
    if ((scan->lenient & SIRA_I_LENIENT_ANSWER) != 0)
        scan->at = sira_i_find_outside(scan->at, scan->end, ';', ',');
    const char *at = sira_i_behind_separator(scan->at, scan->end, ';');
    if (at == NULL || (scan->lenient & SIRA_LENIENT_EMPTY_PARAMS) == 0)
        return at;
    scan->at = at;
    sira_i_skip_empty(scan, ';');
    return scan->at < scan->end && *scan->at != ',' ? scan->at : NULL;
}

/* What stands from at to stop is of the list. */
/*@ requires scannable(scan) && \valid(params) && \separated(scan, params) && BETWEEN(scan->at, at, scan->end);
    requires BETWEEN(at, stop, scan->end) && (params->list.at == \null || RANGE(params->list.at, at));
    assigns scan->at, params->list;
    ensures scan->at == stop; */
static inline void extend(sira_i_scan *scan, sira_i_params *params, const char *at, const char *stop)
{
    if (params->list.at == NULL)
        params->list.at = at;
    params->list.len = (size_t)(stop - params->list.at);
    scan->at = stop;
}

/* What stands at scan->at is not as it should be: bad, or read with leniencies. */
/*@ requires scannable(scan) && \valid(params) && \separated(scan, params);
    assigns scan->at, *params;
    ensures BETWEEN(\old(scan->at), scan->at, scan->end); */
static bool take_unusual(sira_i_scan *scan, sira_i_params *params)
{
    const char *behind, *at;
    while ((at = behind_semicolons(scan)) != NULL) {
        behind = behind_param(at, scan->end, &params->now);
        params->bad = behind == NULL && (scan->lenient & SIRA_I_LENIENT_ANSWER) == 0;
        if (behind != NULL || params->bad) {
            extend(scan, params, at, behind != NULL ? behind : params->now.wrong);
            return behind != NULL;
        }
        scan->at = at;
    }
    return false;
}

bool sira_i_take_semicolon_param(sira_i_scan *scan, sira_i_params *params)
{
    const char *end = scan->end;
    const char *at = sira_i_behind_separator(scan->at, end, ';'), *behind = NULL;
    if (at != NULL) {
        behind = behind_usual_param(at, end, &params->now);
        if (behind == NULL)
            behind = behind_param(at, end, &params->now);
    }
    if (behind == NULL)
        return (at != NULL || scan->lenient != 0) && take_unusual(scan, params);
    extend(scan, params, at, behind);
    return true;
}

/* auth-param = auth-param-name EQUAL ( token / quoted-string ) */
/*@ requires \valid_read(p);
    assigns \nothing; */
static inline bool is_auth_param(const sira_i_generic_param *p)
{
    return p->kind == SIRA_I_VALUE_TOKEN || p->kind == SIRA_I_VALUE_QUOTED;
}

/* Where it is none: behind its name, or in a value that only semicolons have; or where it is wrong anyway (behind is
 * NULL). */
/*@ requires \valid_read(p) && (behind == \null || RANGE(behind, end)) && \object_pointer(end);
    requires p->kind == SIRA_I_VALUE_ADDRESS ==> RANGE(p->value.at, end);
    requires behind == \null ==> \object_pointer(p->wrong);
    assigns \nothing;
    ensures p->kind == SIRA_I_VALUE_ADDRESS ==> BETWEEN(p->value.at, \result, end);
    ensures p->kind != SIRA_I_VALUE_ADDRESS && behind != \null ==> BETWEEN(behind, \result, end);
    ensures p->kind != SIRA_I_VALUE_ADDRESS && behind == \null ==> \result == p->wrong; */
static const char *auth_param_wrong(const sira_i_generic_param *p, const char *behind, const char *end)
{
    if (p->kind == SIRA_I_VALUE_ADDRESS)
        return sira_i_span(p->value.at, end, SIRA_I_TOKEN);
    return behind != NULL ? sira_i_behind_lws(behind, end) : p->wrong;
}

/* Behind a comma: a scheme, alone or with white space and more, as HTTP puts several challenges into one line? */
/*@ requires \valid_read(p) && RANGE(p->name.at, end) && WITHIN(p->name.at, p->name, end);
    assigns \nothing; */
static bool is_challenge(const sira_i_generic_param *p, const char *end)
{
    const char *behind = p->name.at + p->name.len, *next = sira_i_behind_lws(behind, end);
    return p->kind == SIRA_I_VALUE_NONE && (next > behind || next == end || *next == ',');
}

/* RFC 7235 7: elements of a list may be empty. NULL: nothing follows but such. */
/*@ requires RANGE(at, end);
    assigns \nothing;
    ensures \result == \null || (BETWEEN(at, \result, end) && \result > at); */
static const char *behind_commas(const char *at, const char *end)
{
    const char *next = sira_i_behind_separator(at, end, ',');
    /*@ loop invariant next == \null || (BETWEEN(at, next, end) && next > at);
        loop assigns next; */
    while (next != NULL && next < end && *next == ',')
        next = sira_i_behind_lws(next + 1, end);
    return next != end ? next : NULL;
}

const char *sira_i_take_auth_params(sira_i_scan *scan, sira_str *list)
{
    const char *start = scan->at, *end = scan->end, *at = start, *behind = start;
    *list = (sira_str){start, 0};
    /*@ loop invariant BETWEEN(start, behind, end);
        loop invariant BETWEEN(behind, at, end);
        loop assigns at, behind;
        loop variant end - at; */
    do {
        const char *name_end = usual_name_end(at, end);
        const char *next = name_end != NULL ? behind_usual_value(name_end + 1, end) : NULL;
        if (next == NULL) {
            sira_i_generic_param p;
            next = behind_param(at, end, &p);
            if (next == NULL || !is_auth_param(&p)) {
                bool stops = next != NULL && behind > start && is_challenge(&p, end);
                scan->at = stops ? behind : auth_param_wrong(&p, next, end);
                list->len = (size_t)(behind - start);
                return stops ? NULL : "name=value";
            }
        }
        behind = next;
        at = behind_commas(behind, end);
    } while (at != NULL);
    scan->at = behind;
    list->len = (size_t)(behind - start);
    return NULL;
}

/* ---- public ---- */

/* What stands behind a parameter: SIRA_OK, a separator, or the end. */
/*@ requires \valid(rest) && RANGE(behind, end);
    assigns *rest;
    ensures WITHIN(behind, *rest, end); */
static inline sira_status go_on(sira_str *rest, const char *behind, const char *end, char separator)
{
    const char *next = sira_i_behind_separator(behind, end, separator);
    const char *at = next != NULL ? next : sira_i_behind_lws(behind, end);
    *rest = (sira_str){at, (size_t)(end - at)};
    return next != NULL || at == end ? SIRA_OK : SIRA_E_SYNTAX;
}

/*@ requires \valid(rest) && RANGE(rest->at, rest->at + rest->len) && \valid(name) && \valid(value);
    requires \separated(rest, name, value);
    assigns *rest, *name, *value;
    ensures \result == SIRA_OK ==> WITHIN(\old(rest->at), *name, \old(rest->at + rest->len));
    ensures WITHIN(\old(rest->at), *rest, \old(rest->at + rest->len)); */
static sira_status next_of(sira_str *rest, char separator, sira_str *name, sira_str *value)
{
    sira_i_generic_param p;
    bool is_auth = separator == ',';
    const char *end = sira_i_end(*rest), *at = sira_i_behind_lws(rest->at, end);
    if (at == end)
        return SIRA_IDLE;
    const char *behind = behind_param(at, end, &p);
    *name = p.name;
    *value = p.value;
    if (behind == NULL || (is_auth && !is_auth_param(&p))) {
        const char *wrong = is_auth ? auth_param_wrong(&p, behind, end) : p.wrong;
        *rest = (sira_str){wrong, (size_t)(end - wrong)};
        return SIRA_E_SYNTAX;
    }
    return go_on(rest, behind, end, separator);
}

/* Between two separators, and before one at the end, there may be nothing. */
/*@ requires \valid(rest) && RANGE(rest->at, rest->at + rest->len);
    assigns *rest;
    ensures WITHIN(\old(rest->at), *rest, \old(rest->at + rest->len)); */
static void skip_empty(sira_str *rest, char separator)
{
    const char *end = sira_i_end(*rest), *at = sira_i_behind_lws(rest->at, end);
    if (at == end || *at != separator)
        return;
    sira_i_scan scan = {at, end, 0};
    sira_i_skip_empty(&scan, separator);
    *rest = (sira_str){scan.at, (size_t)(end - scan.at)};
}

/*@ requires \valid(rest) && RANGE(rest->at, rest->at + rest->len) && \valid(name) && \valid(value);
    requires \separated(rest, name, value);
    assigns *rest, *name, *value;
    ensures \result == SIRA_OK ==> WITHIN(\old(rest->at), *name, \old(rest->at + rest->len));
    ensures WITHIN(\old(rest->at), *rest, \old(rest->at + rest->len)); */
sira_status sira_param_next(sira_str *rest, sira_str *name, sira_str *value)
{
    skip_empty(rest, ';');
    return next_of(rest, ';', name, value);
}

/*@ requires RANGE(params.at, params.at + params.len) && READABLE(name) && \valid(value);
    assigns *value; */
sira_status sira_param_find(sira_str params, sira_str name, sira_str *value)
{
    sira_str found;
    /*@ loop invariant RANGE(params.at, params.at + params.len);
        loop assigns params, found, *value; */
    while (sira_param_next(&params, &found, value) == SIRA_OK)
        if (sira_str_equal_nocase(found, name))
            return SIRA_OK;
    return SIRA_IDLE;
}

/*@ requires \valid(rest) && RANGE(rest->at, rest->at + rest->len) && \valid(name) && \valid(value);
    requires \separated(rest, name, value);
    assigns *rest, *name, *value;
    ensures \result == SIRA_OK ==> WITHIN(\old(rest->at), *name, \old(rest->at + rest->len));
    ensures WITHIN(\old(rest->at), *rest, \old(rest->at + rest->len)); */
sira_status sira_auth_param_next(sira_str *rest, sira_str *name, sira_str *value)
{
    const char *at = rest->at, *end = sira_i_end(*rest), *name_end = usual_name_end(at, end);
    const char *behind = name_end != NULL ? behind_usual_value(name_end + 1, end) : NULL;
    if (behind == NULL) {
        if (rest->len > 0)
            skip_empty(rest, ',');
        return next_of(rest, ',', name, value);
    }
    *name = (sira_str){at, (size_t)(name_end - at)};
    *value = (sira_str){name_end + 1, (size_t)(behind - (name_end + 1))};
    return go_on(rest, behind, end, ',');
}

/*@ requires \valid(rest) && RANGE(rest->at, rest->at + rest->len) && \valid(name) && \valid(value);
    requires \separated(rest, name, value) && (separator == ',' || separator == ';');
    assigns *rest, *name, *value;
    ensures \result == SIRA_OK ==> WITHIN(\old(rest->at), *name, \old(rest->at + rest->len));
    ensures WITHIN(\old(rest->at), *rest, \old(rest->at + rest->len)); */
sira_status sira_i_next_param(sira_str *rest, char separator, sira_str *name, sira_str *value)
{
    const char *end = sira_i_end(*rest), *at = sira_i_behind_lws(rest->at, end);
    *rest = (sira_str){at, (size_t)(end - at)};
    if (at < end && *at == separator)
        return SIRA_E_SYNTAX;
    sira_status status =
        separator == ',' ? sira_auth_param_next(rest, name, value) : sira_param_next(rest, name, value);
    /* Nothing is left, though the last octet but for white space is a separator? */
    for (at = end; status == SIRA_OK && rest->len == 0 && sira_i_is_white(at[-1]);)
        at--;
    return status == SIRA_OK && rest->len == 0 && at[-1] == separator ? SIRA_E_SYNTAX : status;
}
