/* name-addr and addr-spec (RFC 3261 25.1, 20.10), and Contact. */
#include <string.h>

#include "message/scan.h"

/* scheme ":" and something behind it; the rest is for sira_uri_parse. */
static bool has_scheme(sira_str uri)
{
    if (uri.len == 0 || !sira_i_is(uri.at[0], SIRA_I_ALPHA))
        return false;
    const char *end = uri.at + uri.len;
    const char *colon = sira_i_span(uri.at, end, SIRA_I_SCHEME);
    return end - colon > 1 && *colon == ':';
}

/* [ display-name ] LAQUOT addr-spec RAQUOT; white space between a token and "<" may be missing (RFC 4475 3.1.1.6). */
static const char *take_name_addr(sira_i_scan *scan, sira_address *address)
{
    sira_i_skip_lws(scan);
    if (!sira_i_take(scan, '<'))
        return "<";
    address->uri = sira_i_span_str(scan, SIRA_I_URIC);
    if (scan->at == scan->end || *scan->at != '>')
        return "a character of a URI, or >";
    if (!has_scheme(address->uri)) {
        scan->at = address->uri.at;
        return "a URI";
    }
    scan->at++;
    return NULL;
}

/* 20.10: without angle brackets "," ";" and "?" end the URI, and a "?" may not be there at all (RFC 4475 3.1.2.13). */
static const char *take_addr_spec(sira_i_scan *scan, sira_address *address)
{
    const char *start = scan->at, *at = start;
    while (at < scan->end && sira_i_is(*at, SIRA_I_URIC) && *at != ',' && *at != ';' && *at != '?')
        at++;
    address->uri = (sira_str){start, (size_t)(at - start)};
    if (!has_scheme(address->uri))
        return "a URI, or a display name and <";
    scan->at = at;
    return at < scan->end && *at == '?' ? "angle brackets around a URI with headers" : NULL;
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

static const char *take_address(sira_i_scan *scan, sira_address *address)
{
    memset(address, 0, sizeof *address);
    address->text.at = scan->at;
    if (scan->at < scan->end && *scan->at == '<')
        return take_name_addr(scan, address);
    if (scan->at == scan->end || *scan->at != '"')
        return take_tokens(scan, address);
    address->display = sira_i_quoted(scan);
    return address->display.len == 0 ? "a closing quote" : take_name_addr(scan, address);
}

static void close_address(sira_address *address, const sira_i_scan *scan, const sira_i_params *params)
{
    address->params = params->list;
    address->text.len = (size_t)(scan->at - address->text.at);
}

sira_status sira_address_next(sira_cursor *cursor, sira_address *address, sira_diag *diag)
{
    sira_i_scan scan;
    sira_i_params param = {0};
    sira_status status = sira_i_value_begin(cursor, &scan);
    if (status != SIRA_OK)
        return status;
    const char *wrong = take_address(&scan, address);
    if (wrong != NULL)
        return sira_i_value_bad(cursor, scan.at, wrong, diag);
    while (sira_i_params_next(&scan, &param)) {
        if (param.name.len != 3 || !sira_str_equal_nocase(param.name, SIRA_STR("tag")))
            continue;
        if (param.value.len == 0 || address->tag.len != 0)
            return sira_i_value_bad(cursor, param.name.at, "one tag with a value", diag);
        address->tag = param.value;
    }
    if (param.bad)
        return sira_i_value_bad(cursor, scan.at, "a parameter", diag);
    close_address(address, &scan, &param);
    return sira_i_value_end(cursor, &scan, diag);
}

/* qvalue = ( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3("0") ] ) */
static bool read_q(sira_str text, uint16_t *q)
{
    static const uint16_t weights[] = {100, 10, 1};
    if (text.len == 0 || text.len > 5 || (text.at[0] != '0' && text.at[0] != '1') ||
        (text.len > 1 && text.at[1] != '.'))
        return false;
    unsigned value = text.at[0] == '1' ? 1000 : 0;
    for (size_t i = 2; i < text.len; i++) {
        if (!sira_i_is(text.at[i], SIRA_I_DIGIT))
            return false;
        value += weights[i - 2] * (unsigned)(text.at[i] - '0');
    }
    *q = (uint16_t)value;
    return value <= 1000;
}

static const char *know_contact_param(sira_contact *contact, const sira_i_params *param)
{
    sira_str name = param->name, value = param->value;
    switch (name.len) {
    case 1:
        if (!sira_str_equal_nocase(name, SIRA_STR("q")))
            break;
        contact->has_q = true;
        return read_q(value, &contact->q) ? NULL : "a number from 0 to 1 with up to three decimals";
    case 6:
        if (sira_str_equal_nocase(name, SIRA_STR("reg-id")) &&
            (sira_str_to_u32(value, INT32_MAX, &contact->reg_id) != SIRA_OK || contact->reg_id == 0))
            return "a number from 1 to 2^31-1"; /* RFC 5626 4.2 */
        break;
    case 7:
        if (!sira_str_equal_nocase(name, SIRA_STR("expires")))
            break;
        contact->has_expires = true;
        if (sira_str_to_u32(value, UINT32_MAX, &contact->expires) != SIRA_OK)
            contact->expires = 3600; /* RFC 3261 10.3: malformed values are treated as 3600 */
        break;
    case 8:
        if (sira_str_equal_nocase(name, SIRA_STR("pub-gruu")))
            contact->pub_gruu = sira_i_unquoted(value);
        break;
    case 9:
        if (sira_str_equal_nocase(name, SIRA_STR("temp-gruu")))
            contact->temp_gruu = sira_i_unquoted(value);
        break;
    case 13:
        if (sira_str_equal_nocase(name, SIRA_STR("+sip.instance")))
            contact->instance = sira_i_unquoted(value);
        break;
    default:
        break;
    }
    return NULL;
}

sira_status sira_contact_next(sira_cursor *cursor, sira_contact *contact, sira_diag *diag)
{
    sira_i_scan scan;
    sira_i_params param = {0};
    sira_status status = sira_i_value_begin(cursor, &scan);
    if (status != SIRA_OK)
        return status;
    memset(contact, 0, sizeof *contact);
    if (scan.end - scan.at == 1 && *scan.at == '*') {
        contact->star = true;
        scan.at++;
        return sira_i_value_end(cursor, &scan, diag);
    }
    const char *wrong = take_address(&scan, &contact->address);
    if (wrong != NULL)
        return sira_i_value_bad(cursor, scan.at, wrong, diag);
    while (sira_i_params_next(&scan, &param)) {
        wrong = know_contact_param(contact, &param);
        if (wrong != NULL)
            return sira_i_value_bad(cursor, param.value.at != NULL ? param.value.at : param.name.at, wrong, diag);
    }
    if (param.bad)
        return sira_i_value_bad(cursor, scan.at, "a parameter", diag);
    close_address(&contact->address, &scan, &param);
    return sira_i_value_end(cursor, &scan, diag);
}
