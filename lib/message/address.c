/* name-addr and addr-spec (RFC 3261 25.1, 20.10). */
#include <string.h>

#include "message/scan.h"

/* scheme ":"; what follows is for sira_uri_parse. NULL when there is none. */
static const char *behind_scheme(const char *at, const char *end)
{
    if (SIRA_I_QUICK && end - at > 4 && (sira_i_load_half(at) | 0x202020u) == sira_i_load_half("sip:"))
        return sira_i_is(at[4], SIRA_I_URIC) ? at + 4 : NULL;
    if (at == end || !sira_i_is(*at, SIRA_I_ALPHA))
        return NULL;
    at = sira_i_span(at, end, SIRA_I_SCHEME);
    return end - at > 1 && *at == ':' && sira_i_is(at[1], SIRA_I_URIC) ? at + 1 : NULL;
}

/* [ display-name ] LAQUOT addr-spec RAQUOT; white space between a token and "<" may be missing (RFC 4475 3.1.1.6). */
static const char *take_name_addr(sira_i_scan *scan, sira_address *address)
{
    sira_i_skip_lws(scan);
    if (!sira_i_take(scan, '<'))
        return "<";
    const char *start = scan->at, *at = behind_scheme(start, scan->end);
    if (at == NULL)
        return "a URI";
    at = sira_i_uri_end(at, scan->end);
    address->uri = (sira_str){start, (size_t)(at - start)};
    scan->at = at;
    return sira_i_take(scan, '>') ? NULL : "a character of a URI, or >";
}

/* 20.10: without angle brackets "," ";" and "?" end the URI, and a "?" may not be there at all (RFC 4475 3.1.2.13). */
static const char *take_addr_spec(sira_i_scan *scan, sira_address *address)
{
    const char *start = scan->at, *at = behind_scheme(start, scan->end), *first = at;
    if (at == NULL)
        return "a URI, or a display name and <";
    while (at < scan->end && sira_i_is(*at, SIRA_I_URIC) && *at != ',' && *at != ';' && *at != '?')
        at++;
    scan->at = at;
    address->uri = (sira_str){start, (size_t)(at - start)};
    if (at < scan->end && *at == '?')
        return "angle brackets around a URI with headers";
    return at == first ? "a URI" : NULL;
}

/* Tokens with white space between them are a display name when "<" follows, else the start of a URI. */
static const char *take_tokens(sira_i_scan *scan, sira_address *address)
{
    sira_i_scan ahead = *scan;
    const char *end = scan->at;
    while (ahead.at < ahead.end && sira_i_is(*ahead.at, SIRA_I_TOKEN)) {
        ahead.at = sira_i_span(ahead.at, ahead.end, SIRA_I_TOKEN);
        end = ahead.at;
        sira_i_skip_lws(&ahead);
    }
    if (ahead.at == ahead.end || *ahead.at != '<')
        return take_addr_spec(scan, address);
    address->display = (sira_str){scan->at, (size_t)(end - scan->at)};
    *scan = ahead;
    return take_name_addr(scan, address);
}

/* SIRA_LENIENT_DISPLAY_NAME: up to "<" stands nothing that could be a URI or a parameter. */
static bool take_any_display(sira_i_scan *scan, sira_address *address)
{
    const char *start = scan->at, *at = start;
    while (at < scan->end && (unsigned char)*at >= ' ' && *at != 0x7f && memchr("<>\";:", *at, 5) == NULL)
        at++;
    if (at == scan->end || *at != '<')
        return false;
    /* "*, <sip:a@b>" in a Contact: others may read that all bindings shall go. */
    if (*start == '*' && *sira_i_behind_lws(start + 1, at) == ',')
        return false;
    scan->at = at;
    while (at > start && at[-1] == ' ')
        at--;
    address->display = (sira_str){start, (size_t)(at - start)};
    return true;
}

const char *sira_i_take_address(sira_i_scan *scan, sira_address *address)
{
    memset(address, 0, sizeof *address);
    address->text.at = scan->at;
    if (scan->at < scan->end && *scan->at == '<')
        return take_name_addr(scan, address);
    if (scan->at == scan->end || *scan->at != '"') {
        const char *wrong = take_tokens(scan, address);
        if (wrong == NULL || (scan->lenient & SIRA_LENIENT_DISPLAY_NAME) == 0)
            return wrong;
        scan->at = address->text.at;
        return take_any_display(scan, address) ? take_name_addr(scan, address) : wrong;
    }
    address->display = sira_i_quoted(scan);
    return address->display.len == 0 ? "a closing quote" : take_name_addr(scan, address);
}

const char *sira_i_pass_address(sira_i_scan *scan, sira_address *address)
{
    const char *start = address->text.at, *end = scan->end, *at = start, *wrong, *close = NULL;
    while (at < end && *at != '<') {
        const char *behind = *at == '"' ? sira_i_behind_quoted(at + 1, end, &wrong) : NULL;
        at = behind != NULL ? behind : at + 1 + (*at == '\\' && end - at > 1);
    }
    if (at < end)
        close = memchr(at, '>', (size_t)(end - at));
    memset(address, 0, sizeof *address);
    address->text.at = start;
    if (close != NULL) {
        address->display = (sira_str){start, (size_t)(at - start)};
        address->uri = (sira_str){at + 1, (size_t)(close - (at + 1))};
        scan->at = close + 1;
        return NULL;
    }
    start += start < end && *start == '<';
    scan->at = sira_i_find_outside(start, end, ';', ',');
    address->uri = (sira_str){start, (size_t)(scan->at - start)};
    return address->uri.len == 0 ? "a URI" : NULL;
}

static bool is_tag(sira_str name)
{
    return name.len == 3 && (name.at[0] | 0x20) == 't' && (name.at[1] | 0x20) == 'a' && (name.at[2] | 0x20) == 'g';
}

static const char *take_params(sira_i_scan *scan, sira_address *address)
{
    sira_i_params param = {0};
    while (sira_i_params_next(scan, &param)) {
        if (!is_tag(param.now.name))
            continue;
        if (param.now.kind != SIRA_I_VALUE_TOKEN || address->tag.at != NULL) {
            if ((scan->lenient & SIRA_I_LENIENT_ANSWER) != 0 && sira_str_equal(param.now.value, address->tag))
                continue;
            scan->at = param.now.name.at;
            return "one tag with a token";
        }
        address->tag = param.now.value;
    }
    address->params = param.list;
    address->text.len = (size_t)(scan->at - address->text.at);
    return param.bad ? "a parameter" : NULL;
}

/* addr-spec is for From, To, Contact and the like; the others are name-addr only (RFC 3261 25.1, RFC 3327 4, RFC 3608
 * 5, RFC 7315 5.1): their URIs have parameters, which would be taken for the header's. */
static bool needs_brackets(unsigned id)
{
    return id == SIRA_FIELD_ROUTE || id == SIRA_FIELD_RECORD_ROUTE || id == SIRA_FIELD_PATH ||
           id == SIRA_FIELD_SERVICE_ROUTE || id == SIRA_FIELD_P_ASSOCIATED_URI;
}

sira_status sira_address_next(sira_cursor *cursor, sira_address *address, sira_diag *diag)
{
    sira_i_scan scan;
    sira_status status = sira_i_list_begin(cursor, &scan);
    if (status != SIRA_OK)
        return status;
    const char *wrong = sira_i_take_address(&scan, address);
    if (wrong != NULL && (scan.lenient & SIRA_I_LENIENT_ANSWER) != 0)
        wrong = sira_i_pass_address(&scan, address);
    if (wrong == NULL && address->uri.at == address->text.at && needs_brackets(cursor->id))
        return sira_i_value_bad(cursor, address->uri.at, "a URI in angle brackets", diag);
    if (wrong == NULL)
        wrong = take_params(&scan, address);
    if (wrong != NULL)
        return sira_i_value_bad(cursor, scan.at, wrong, diag);
    return sira_i_value_end(cursor, &scan, diag);
}
