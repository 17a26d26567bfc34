/* Contact (RFC 3261 20.10, RFC 5626, RFC 5627). */
#include <string.h>

#include <sira/message.h>

#include "message/scan.h"

/* qvalue = ( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3("0") ] ) */
static bool read_q(sira_str text, unsigned lenient, uint16_t *q)
{
    static const uint16_t weights[] = {100, 10, 1};
    while ((lenient & SIRA_LENIENT_LONG_Q) != 0 && text.len > 5 && sira_i_is(text.at[text.len - 1], SIRA_I_DIGIT))
        text.len--;
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

enum { SIFT = 1u << 16 }; /* among the leniencies: sira_contact_sift reads */

static const char once[] = "this parameter only once"; /* RFC 3261 7.3.1 */

static const char *know_q(sira_contact *contact, sira_str value, unsigned lenient)
{
    if (contact->has_q)
        return once;
    contact->has_q = true;
    return read_q(value, lenient, &contact->q) ? NULL : "a number from 0 to 1 with up to three decimals";
}

/* What counts in an answer: digits, in quotes or not, whatever stands behind them. */
static const char *sift_expires(sira_contact *contact, sira_str value)
{
    uint32_t seconds = 0, before = contact->expires;
    bool again = contact->has_expires, right = sira_str_to_u32(value, UINT32_MAX, &seconds) == SIRA_OK;
    if (!right && !sira_i_leading_number(sira_i_unquoted(value), &seconds))
        return "a number of seconds";
    if (!again || before == 0 || (seconds != 0 && seconds < before))
        contact->expires = seconds;
    contact->has_expires = true;
    return right && !again ? NULL : "a number of seconds, without quotes, once";
}

static const char *know_expires(sira_contact *contact, sira_str value)
{
    if (contact->has_expires)
        return once;
    contact->has_expires = true;
    if (sira_str_to_u32(sira_i_unquoted(value), UINT32_MAX, &contact->expires) != SIRA_OK)
        contact->expires = 3600; /* RFC 3261 10.3: malformed values are treated as 3600 */
    return NULL;
}

static const char *know_reg_id(sira_contact *contact, sira_str value)
{
    if (contact->reg_id != 0)
        return once;
    if (sira_str_to_u32(value, INT32_MAX, &contact->reg_id) != SIRA_OK || contact->reg_id == 0)
        return "a number from 1 to 2^31-1"; /* RFC 5626 4.2 */
    return NULL;
}

/* The inner text of a quoted string. */
static const char *know_quoted(sira_str *known, const sira_i_generic_param *param)
{
    if (known->at != NULL)
        return once;
    if (param->kind != SIRA_I_VALUE_QUOTED)
        return "a quoted string";
    *known = sira_i_unquoted(param->value);
    return NULL;
}

/* Is that the end of a token of eight octets or more? */
static bool ends_in(sira_str token, const char last[8])
{
    return (sira_i_load(token.at + token.len - 8) | SIRA_I_EACH(0x20)) == sira_i_load(last);
}

static const char *know_param(sira_contact *contact, const sira_i_generic_param *param, const sira_i_scan *scan)
{
    const sira_str name = param->name;
    uint64_t key = sira_i_key(name, scan->end);
    switch (name.len) {
    case 1:
        return key == 'q' ? know_q(contact, param->value, scan->lenient) : NULL;
    case 6:
        return key == sira_i_load("reg-id\0") ? know_reg_id(contact, param->value) : NULL;
    case 7:
        if (key != sira_i_load("expires"))
            return NULL;
        return (scan->lenient & SIFT) != 0 ? sift_expires(contact, param->value) : know_expires(contact, param->value);
    case 8:
        return key == sira_i_load("pub-gruu") ? know_quoted(&contact->pub_gruu, param) : NULL;
    case 9:
        return key == sira_i_load("temp-gru") && ends_in(name, "emp-gruu") ? know_quoted(&contact->temp_gruu, param)
                                                                           : NULL;
    case 13:
        return key == sira_i_load("+sip.ins") && ends_in(name, "instance") ? know_quoted(&contact->instance, param)
                                                                           : NULL;
    default:
        return NULL;
    }
}

static const char *take_params(sira_i_scan *scan, sira_contact *contact)
{
    sira_i_params param = {0};
    while (sira_i_params_next(scan, &param)) {
        const char *wrong = know_param(contact, &param.now, scan);
        if (wrong == NULL || (scan->lenient & SIRA_I_LENIENT_ANSWER) != 0)
            continue;
        scan->at = param.now.value.at != NULL ? param.now.value.at : param.now.name.at;
        return wrong;
    }
    contact->address.params = param.list;
    contact->address.text.len = (size_t)(scan->at - contact->address.text.at);
    return param.bad ? "a parameter" : NULL;
}

/* Contact = ( STAR / ( contact-param *( COMMA contact-param ) ) ), STAR = SWS "*" SWS (RFC 3261 25.1): the whole field.
 */
static bool is_star(const sira_cursor *cursor, const sira_i_scan *scan)
{
    if (sira_i_behind_lws(scan->at + 1, scan->end) != scan->end)
        return false;
    const char *start = cursor->message != NULL ? cursor->message->fields[cursor->line - 1].value.at : cursor->base;
    return sira_i_behind_lws(start, scan->end) == scan->at;
}

static inline sira_status read_contact(sira_cursor *cursor, unsigned lenient, sira_contact *contact, sira_diag *diag)
{
    sira_i_scan scan;
    sira_status status = sira_i_value_begin(cursor, &scan);
    if (status != SIRA_OK)
        return status;
    scan.lenient |= lenient;
    memset(contact, 0, sizeof *contact);
    if (scan.at < scan.end && *scan.at == '*' && is_star(cursor, &scan)) {
        contact->star = true;
        scan.at++;
        return sira_i_value_end(cursor, &scan, diag);
    }
    const char *wrong = sira_i_take_address(&scan, &contact->address);
    if (wrong == NULL)
        wrong = take_params(&scan, contact);
    if (wrong != NULL)
        return sira_i_value_bad(cursor, scan.at, wrong, diag);
    return sira_i_value_end(cursor, &scan, diag);
}

sira_status sira_contact_next(sira_cursor *cursor, sira_contact *contact, sira_diag *diag)
{
    return read_contact(cursor, 0, contact, diag);
}

/* Where it ends is looked for before it is read, so that nothing in it hides what stands behind. */
static void pass_contact(sira_cursor *cursor, sira_contact *contact)
{
    sira_i_scan scan;
    (void)sira_i_value_begin(cursor, &scan);
    const char *end = scan.end, *stop = sira_i_find_outside(scan.at, end, ',', ',');
    memset(contact, 0, sizeof *contact);
    scan.end = stop;
    scan.lenient = SIFT | SIRA_I_LENIENT_ANSWER | SIRA_LENIENT_EMPTY_PARAMS | SIRA_LENIENT_LONG_Q;
    if (sira_i_take_address(&scan, &contact->address) != NULL)
        (void)sira_i_pass_address(&scan, &contact->address);
    (void)take_params(&scan, contact);
    const char *next = stop < end ? sira_i_behind_lws(stop + 1, end) : end;
    cursor->rest = next < end ? (sira_str){next, (size_t)(end - next)} : (sira_str){NULL, 0};
}

sira_status sira_contact_sift(sira_cursor *cursor, sira_contact *contact, sira_diag *diag)
{
    sira_cursor start = *cursor;
    sira_status status = read_contact(cursor, SIFT, contact, diag);
    if (status != SIRA_OK && status != SIRA_IDLE) {
        *cursor = start;
        pass_contact(cursor, contact);
    }
    return status;
}
