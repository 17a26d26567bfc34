/* Parameters: behind semicolons (RFC 3261 25.1 generic-param), and the comma-separated ones of challenges and
 * credentials. */
#include "message/scan.h"

/* One parameter while it is read. */
typedef struct param {
    sira_str name, value;
    sira_i_value kind;
    const char *wrong; /* where it went wrong, when it did */
} param;

/* The end of a token. Names are mostly letters, and few: eight octets are looked at together first. */
static inline const char *name_end(const char *at, const char *end)
{
    if (end - at >= 8) {
        uint64_t word = sira_i_load(at), lower = word | SIRA_I_EACH(0x20);
        uint64_t marks = ((lower - SIRA_I_EACH('a')) | (lower + SIRA_I_EACH(0x7f - 'z')) | word) & SIRA_I_HIGH;
        at += marks != 0 ? sira_i_lowest(marks) : 8;
    }
    return sira_i_span(at, end, SIRA_I_TOKEN);
}

/* An IPv6 address: a host has brackets, received has none (RFC 5118 4.5). */
static const char *behind_ipv6(const char *at, const char *end, param *p)
{
    sira_endpoint endpoint;
    const char *stop = at;
    if (*at == '[')
        stop++;
    while (stop < end && (sira_i_is(*stop, SIRA_I_HEX) || *stop == ':' || *stop == '.'))
        stop++;
    if (*at == '[' && stop < end)
        stop++;
    p->value = (sira_str){at, (size_t)(stop - at)};
    p->kind = SIRA_I_VALUE_ADDRESS;
    p->wrong = at;
    return sira_endpoint_from_host(p->value, &endpoint) == SIRA_OK ? stop : NULL;
}

/* gen-value = token / host / quoted-string; returns what stands behind it, or NULL. */
static inline const char *behind_value(const char *at, const char *end, param *p)
{
    const char *stop;
    if (at < end && *at == '"') {
        stop = sira_i_plain_end(at + 1, end);
        stop = stop < end && *stop == '"' ? stop + 1 : sira_i_behind_quoted(stop, end, &p->wrong);
        if (stop == NULL)
            return NULL;
        p->kind = SIRA_I_VALUE_QUOTED;
    } else {
        stop = sira_i_span(at, end, SIRA_I_TOKEN);
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
static inline const char *behind_param(const char *at, const char *end, param *p)
{
    const char *stop = name_end(at, end);
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

bool sira_i_take_semicolon_param(sira_i_scan *scan, sira_i_params *params)
{
    const char *end = scan->end;
    const char *at = sira_i_behind_separator(scan->at, end, ';');
    if (at == NULL)
        return false;
    param p;
    const char *behind = behind_param(at, end, &p);
    if (params->list.at == NULL)
        params->list.at = at;
    params->name = p.name;
    params->value = p.value;
    params->kind = (uint8_t)p.kind;
    params->bad = behind == NULL;
    scan->at = behind != NULL ? behind : p.wrong;
    params->list.len = (size_t)(scan->at - params->list.at);
    return behind != NULL;
}

/* auth-param = auth-param-name EQUAL ( token / quoted-string ) */
static inline bool is_auth_param(const param *p)
{
    return p->kind == SIRA_I_VALUE_TOKEN || p->kind == SIRA_I_VALUE_QUOTED;
}

/* Behind a comma: a scheme, white space and more, as HTTP puts several challenges into one line? */
static bool is_challenge(const param *p, const char *end)
{
    const char *behind = p->name.at + p->name.len, *next = sira_i_behind_lws(behind, end);
    return p->kind == SIRA_I_VALUE_NONE && next > behind && next < end;
}

const char *sira_i_take_auth_params(sira_i_scan *scan, bool may_stop, sira_str *list)
{
    const char *at = scan->at, *end = scan->end;
    *list = (sira_str){at, 0};
    for (;;) {
        param p;
        const char *behind = behind_param(at, end, &p);
        if (behind == NULL || !is_auth_param(&p)) {
            if (behind != NULL && may_stop && list->len != 0 && is_challenge(&p, end))
                return NULL;
            scan->at = behind != NULL ? behind : p.wrong;
            return "name=value";
        }
        scan->at = behind;
        list->len = (size_t)(behind - list->at);
        at = sira_i_behind_separator(behind, end, ',');
        if (at == NULL)
            return NULL;
    }
}

/* ---- public ---- */

static inline sira_status next_of(sira_str *rest, char separator, param *p)
{
    const char *end = sira_i_end(*rest), *at = sira_i_behind_lws(rest->at, end);
    if (at == end)
        return SIRA_IDLE;
    const char *behind = behind_param(at, end, p);
    sira_status status = SIRA_E_SYNTAX;
    if (behind != NULL) {
        const char *next = sira_i_behind_separator(behind, end, separator);
        at = next != NULL ? next : sira_i_behind_lws(behind, end);
        if ((next != NULL) == (at < end))
            status = SIRA_OK;
    } else {
        at = p->wrong;
    }
    *rest = (sira_str){at, (size_t)(end - at)};
    return status;
}

sira_status sira_param_next(sira_str *rest, sira_str *name, sira_str *value)
{
    param p;
    sira_status status = next_of(rest, ';', &p);
    if (status == SIRA_IDLE)
        return status;
    *name = p.name;
    *value = p.value;
    return status;
}

sira_status sira_param_find(sira_str params, sira_str name, sira_str *value)
{
    sira_str found;
    while (sira_param_next(&params, &found, value) == SIRA_OK)
        if (sira_str_equal_nocase(found, name))
            return SIRA_OK;
    return SIRA_IDLE;
}

sira_status sira_auth_param_next(sira_str *rest, sira_str *name, sira_str *value)
{
    param p;
    sira_status status = next_of(rest, ',', &p);
    if (status == SIRA_IDLE)
        return status;
    *name = p.name;
    *value = p.value;
    return status == SIRA_OK && !is_auth_param(&p) ? SIRA_E_SYNTAX : status;
}
