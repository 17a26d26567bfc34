/* The other values: tokens, numbers, CSeq, Call-ID, Retry-After, Warning, Date. */
#include <sira/message.h>

#include <string.h>

#include "message/scan.h"

/* A token; that of an event is token-nodot *( "." token-nodot ) (RFC 6665 8.4). Returns NULL, or what was expected. */
static const char *take_token(sira_i_scan *scan, unsigned id, sira_str *token)
{
    const char *at = scan->at, *end = sira_i_span(at, scan->end, SIRA_I_TOKEN);
    *token = (sira_str){at, (size_t)(end - at)};
    if (end > at && (id == SIRA_FIELD_EVENT || id == SIRA_FIELD_ALLOW_EVENTS)) {
        char before = '.';
        for (; at < end && (before != '.' || *at != '.'); at++)
            before = *at;
        scan->at = at;
        return before == '.' ? "a token between dots" : NULL;
    }
    scan->at = end;
    return end > at ? NULL : "a token";
}

sira_status sira_token_next(sira_cursor *cursor, sira_str *token, sira_diag *diag)
{
    sira_i_scan scan;
    sira_status status = sira_i_list_begin(cursor, &scan);
    if (status != SIRA_OK)
        return status;
    const char *wrong = take_token(&scan, cursor->id, token);
    if (wrong != NULL)
        return sira_i_value_bad(cursor, scan.at, wrong, diag);
    return sira_i_value_end(cursor, &scan, diag);
}

/* m-type SLASH m-subtype */
static const char *take_media_type(sira_i_scan *scan, sira_str *token)
{
    sira_str subtype = {NULL, 0};
    if (sira_i_take_around(scan, '/'))
        subtype = sira_i_span_str(scan, SIRA_I_TOKEN);
    token->len = (size_t)(scan->at - token->at);
    return subtype.len > 0 ? NULL : "type/subtype";
}

static const char *take_params(sira_i_scan *scan, bool need_values, sira_str *list)
{
    sira_i_params param = {0};
    while (sira_i_params_next(scan, &param))
        if (need_values && param.now.kind != SIRA_I_VALUE_TOKEN && param.now.kind != SIRA_I_VALUE_QUOTED) {
            if (param.now.value.at != NULL)
                scan->at = param.now.value.at;
            return "name=value";
        }
    *list = param.list;
    return param.bad ? "a parameter" : NULL;
}

/* token *( SEMI generic-param ); a '/' makes it a media type (Content-Type, Accept). Content-Type has m-parameters,
 * each with a token or a quoted string; behind Accept others may stand. */
static const char *take_token_params(sira_i_scan *scan, unsigned id, sira_token_params *value)
{
    const char *wrong = take_token(scan, id, &value->token);
    if (wrong == NULL && (id == SIRA_FIELD_CONTENT_TYPE || id == SIRA_FIELD_ACCEPT))
        wrong = take_media_type(scan, &value->token);
    return wrong != NULL ? wrong : take_params(scan, id == SIRA_FIELD_CONTENT_TYPE, &value->params);
}

sira_status sira_token_params_next(sira_cursor *cursor, sira_token_params *value, sira_diag *diag)
{
    sira_i_scan scan;
    sira_status status = sira_i_list_begin(cursor, &scan);
    if (status != SIRA_OK)
        return status;
    memset(value, 0, sizeof *value);
    const char *wrong = take_token_params(&scan, cursor->id, value);
    if (wrong != NULL)
        return sira_i_value_bad(cursor, scan.at, wrong, diag);
    return sira_i_value_end(cursor, &scan, diag);
}

/* warn-agent = hostport / pseudonym (a token) */
bool sira_i_take_agent(sira_i_scan *scan)
{
    const char *start = scan->at, *stop = sira_i_span(start, scan->end, SIRA_I_TOKEN);
    if (stop > start && (stop == scan->end || *stop != ':')) {
        scan->at = stop;
        return true;
    }
    return sira_i_host(scan).len > 0 && (!sira_i_take(scan, ':') || sira_i_port(scan) != 0);
}

sira_status sira_warning_next(sira_cursor *cursor, sira_warning *warning, sira_diag *diag)
{
    sira_i_scan scan;
    uint32_t code = 0;
    sira_status status = sira_i_value_begin(cursor, &scan);
    if (status != SIRA_OK)
        return status;
    memset(warning, 0, sizeof *warning);
    sira_str digits = sira_i_span_str(&scan, SIRA_I_DIGIT);
    if (digits.len != 3 || sira_str_to_u32(digits, 999, &code) != SIRA_OK || code < 100)
        return sira_i_value_bad(cursor, digits.at, "three digits", diag);
    warning->code = (uint16_t)code;
    if (!sira_i_take(&scan, ' '))
        return sira_i_value_bad(cursor, scan.at, "a space", diag);
    const char *agent = scan.at;
    bool is_agent = sira_i_take_agent(&scan);
    warning->agent = (sira_str){agent, (size_t)(scan.at - agent)};
    if (!is_agent || !sira_i_take(&scan, ' ') || scan.at == scan.end || *scan.at != '"')
        return sira_i_value_bad(cursor, scan.at, "an agent and a quoted text", diag);
    warning->text = sira_i_quoted(&scan);
    if (warning->text.len == 0)
        return sira_i_value_bad(cursor, scan.at, "a closing quote", diag);
    return sira_i_value_end(cursor, &scan, diag);
}

/* ---- fields that stand once ---- */

static sira_status begin_single(const struct sira_message *message, sira_field_id id, sira_cursor *cursor,
                                sira_i_scan *scan, sira_diag *diag)
{
    sira_status status = sira_i_single(message, id, cursor, diag);
    return status == SIRA_OK ? sira_i_value_begin(cursor, scan) : status;
}

static sira_status end_single(sira_cursor *cursor, sira_i_scan *scan, sira_diag *diag)
{
    sira_i_skip_lws(scan);
    if (scan->at < scan->end && (scan->lenient & SIRA_LENIENT_EMPTY_PARAMS) != 0)
        sira_i_skip_empty(scan, *scan->at == ';' ? ';' : ',');
    return scan->at == scan->end ? SIRA_OK : sira_i_value_bad(cursor, scan->at, "the end of the value", diag);
}

/* After a view that is of a list elsewhere. */
static sira_status end_alone(sira_status status, sira_cursor *cursor, const char *expected, sira_diag *diag)
{
    if (status == SIRA_OK && cursor->rest.at != NULL)
        return sira_i_value_bad(cursor, cursor->rest.at, expected, diag);
    return status;
}

static sira_status take_number(sira_cursor *cursor, sira_i_scan *scan, uint32_t max, uint32_t *number, sira_diag *diag)
{
    sira_str digits = sira_i_span_str(scan, SIRA_I_DIGIT);
    sira_status status = sira_str_to_u32(digits, max, number);
    if (status == SIRA_OK)
        return SIRA_OK;
    (void)sira_i_value_bad(cursor, digits.at, max == 255 ? "a number from 0 to 255" : "a number from 0 to 4294967295",
                           diag);
    return status;
}

sira_status sira_message_via(const struct sira_message *message, sira_via *topmost, sira_diag *diag)
{
    sira_cursor cursor;
    sira_cursor_init(&cursor, message, SIRA_FIELD_VIA);
    return sira_via_next(&cursor, topmost, diag);
}

sira_status sira_message_address(const struct sira_message *message, sira_field_id id, sira_address *address,
                                 sira_diag *diag)
{
    sira_cursor cursor;
    sira_status status = sira_i_single(message, id, &cursor, diag);
    if (status == SIRA_OK)
        status = sira_address_next(&cursor, address, diag);
    return end_alone(status, &cursor, "one address only", diag);
}

sira_status sira_message_token_params(const struct sira_message *message, sira_field_id id, sira_token_params *value,
                                      sira_diag *diag)
{
    sira_cursor cursor;
    sira_status status = sira_i_single(message, id, &cursor, diag);
    if (status == SIRA_OK)
        status = sira_token_params_next(&cursor, value, diag);
    return end_alone(status, &cursor, "one value only", diag);
}

sira_status sira_message_cseq(const struct sira_message *message, sira_cseq *cseq, sira_diag *diag)
{
    sira_cursor cursor;
    sira_i_scan scan;
    sira_status status = begin_single(message, SIRA_FIELD_CSEQ, &cursor, &scan, diag);
    if (status == SIRA_OK)
        status = take_number(&cursor, &scan, UINT32_MAX, &cseq->number, diag);
    if (status != SIRA_OK)
        return status;
    const char *behind = scan.at;
    sira_i_skip_lws(&scan);
    if (scan.at == behind)
        return sira_i_value_bad(&cursor, behind, "white space and a method", diag);
    cseq->method = sira_i_span_str(&scan, SIRA_I_TOKEN);
    if (cseq->method.len == 0)
        return sira_i_value_bad(&cursor, scan.at, "a method", diag);
    return end_single(&cursor, &scan, diag);
}

/* callid = word [ "@" word ] */
sira_status sira_message_call_id(const struct sira_message *message, sira_str *call_id, sira_diag *diag)
{
    sira_cursor cursor;
    sira_i_scan scan;
    sira_status status = begin_single(message, SIRA_FIELD_CALL_ID, &cursor, &scan, diag);
    if (status != SIRA_OK)
        return status;
    const char *start = scan.at;
    const char *word = start;
    if ((scan.lenient & SIRA_LENIENT_CALL_ID) != 0 && start < scan.end) { /* the index lets no control character in */
        *call_id = (sira_str){start, (size_t)(scan.end - start)};
        return SIRA_OK;
    }
    scan.at = sira_i_span_far(word, scan.end, SIRA_I_WORD);
    if (scan.at > word && sira_i_take(&scan, '@')) {
        word = scan.at;
        scan.at = sira_i_span_far(word, scan.end, SIRA_I_WORD);
    }
    if (scan.at == word)
        return sira_i_value_bad(&cursor, word, "a word", diag);
    *call_id = (sira_str){start, (size_t)(scan.at - start)};
    return end_single(&cursor, &scan, diag);
}

sira_status sira_message_number(const struct sira_message *message, sira_field_id id, uint32_t *number, sira_diag *diag)
{
    sira_cursor cursor;
    sira_i_scan scan;
    uint32_t found = 0;
    sira_status status = begin_single(message, id, &cursor, &scan, diag);
    if (status == SIRA_OK)
        status = take_number(&cursor, &scan, id == SIRA_FIELD_MAX_FORWARDS ? 255 : UINT32_MAX, &found, diag);
    if (status == SIRA_OK)
        status = end_single(&cursor, &scan, diag);
    if (status == SIRA_OK)
        *number = found;
    return status;
}

/* comment = LPAREN *(ctext / quoted-pair / comment) RPAREN; counted, not recursed into. */
sira_str sira_i_comment(sira_i_scan *scan)
{
    const char *start = scan->at;
    size_t depth = 0;
    while (scan->at < scan->end) {
        char c = *scan->at++;
        if (c == '(')
            depth++;
        else if (c == ')' && --depth == 0)
            return (sira_str){start, (size_t)(scan->at - start)};
        else if (c == '\\' && scan->at < scan->end)
            scan->at++;
    }
    return (sira_str){start, 0};
}

sira_status sira_message_retry_after(const struct sira_message *message, sira_retry_after *retry_after, sira_diag *diag)
{
    sira_cursor cursor;
    sira_i_scan scan;
    sira_i_params param = {0};
    sira_retry_after found = {0};
    sira_status status = begin_single(message, SIRA_FIELD_RETRY_AFTER, &cursor, &scan, diag);
    if (status == SIRA_OK)
        status = take_number(&cursor, &scan, UINT32_MAX, &found.seconds, diag);
    if (status != SIRA_OK)
        return status;
    sira_i_skip_lws(&scan);
    if (scan.at < scan.end && *scan.at == '(') {
        found.comment = sira_i_comment(&scan);
        if (found.comment.len == 0)
            return sira_i_value_bad(&cursor, scan.at, "a closing parenthesis", diag);
    }
    while (sira_i_params_next(&scan, &param)) {
        if (!sira_str_equal_nocase(param.now.name, SIRA_STR("duration")))
            continue;
        bool again = found.has_duration; /* RFC 3261 7.3.1 */
        found.has_duration = true;
        if (again || sira_str_to_u32(param.now.value, UINT32_MAX, &found.duration) != SIRA_OK)
            return sira_i_value_bad(&cursor, param.now.name.at, "a number of seconds, once", diag);
    }
    if (param.bad)
        return sira_i_value_bad(&cursor, scan.at, "a parameter", diag);
    status = end_single(&cursor, &scan, diag);
    if (status == SIRA_OK)
        *retry_after = found;
    return status;
}

/* ---- Date = rfc1123-date, GMT only (RFC 3261 20.17, RFC 4475 3.1.2.12) ---- */

static bool take_name(const char *at, const char *names, uint8_t *index)
{
    for (uint8_t i = 0; names[3u * i] != '\0'; i++) {
        if (memcmp(at, names + 3u * i, 3) == 0) {
            *index = i;
            return true;
        }
    }
    return false;
}

static bool take_digits(const char *at, size_t n, uint32_t max, uint32_t *value)
{
    return sira_str_to_u32((sira_str){at, n}, max, value) == SIRA_OK;
}

/* Returns NULL, or the first place that is wrong. */
static const char *read_date(const char *at, const char *end, sira_date *date)
{
    static const char pattern[] = "xxx, dd xxx dddd dd:dd:dd GMT";
    uint32_t day, year, hour, minute, second;
    for (size_t i = 0; i < sizeof pattern - 1; i++)
        if (at + i == end || (pattern[i] != 'x' && pattern[i] != 'd' && pattern[i] != at[i]))
            return at + i;
    if (!take_name(at, "MonTueWedThuFriSatSun", &date->weekday))
        return at;
    if (!take_digits(at + 5, 2, 31, &day) || day == 0)
        return at + 5;
    if (!take_name(at + 8, "JanFebMarAprMayJunJulAugSepOctNovDec", &date->month))
        return at + 8;
    if (!take_digits(at + 12, 4, 9999, &year))
        return at + 12;
    if (!take_digits(at + 17, 2, 23, &hour) || !take_digits(at + 20, 2, 59, &minute) ||
        !take_digits(at + 23, 2, 60, &second))
        return at + 17;
    date->month++;
    date->year = (uint16_t)year;
    date->day = (uint8_t)day;
    date->hour = (uint8_t)hour;
    date->minute = (uint8_t)minute;
    date->second = (uint8_t)second;
    at += sizeof pattern - 1;
    return at == end ? NULL : at;
}

sira_status sira_message_date(const struct sira_message *message, sira_date *date, sira_diag *diag)
{
    sira_cursor cursor;
    sira_i_scan scan;
    sira_date found = {0};
    sira_status status = begin_single(message, SIRA_FIELD_DATE, &cursor, &scan, diag);
    if (status != SIRA_OK)
        return status;
    const char *wrong = read_date(scan.at, scan.end, &found);
    if (wrong != NULL)
        return sira_i_value_bad(&cursor, wrong, "a date as \"Sat, 13 Nov 2010 23:29:00 GMT\"", diag);
    *date = found;
    return SIRA_OK;
}
