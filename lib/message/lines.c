#include "message/lines.h"

#include "base/chars.h"
#include "message/words.h"

static sira_status broken(sira_i_line_error *error, const char *at, const char *expected, const char *reason)
{
    *error = (sira_i_line_error){at, expected, reason, true};
    return SIRA_E_SYNTAX;
}

/* Is there a line end at stop (RFC 3261 25.1: CRLF)? Then lines->at goes behind it. */
static sira_status take_line_end(sira_i_lines *lines, const char *stop, sira_i_line_error *error)
{
    if (lines->end - stop >= 2 && stop[0] == '\r' && stop[1] == '\n') {
        lines->at = stop + 2;
        return SIRA_OK;
    }
    if (stop == lines->end || (*stop == '\r' && stop + 1 == lines->end))
        return broken(error, stop, "the end of the line", "Incomplete Message");
    if (*stop == '\r')
        return broken(error, stop, "LF behind CR", "Bare CR");
    if ((lines->lenient & SIRA_LENIENT_BARE_LF) == 0)
        return broken(error, stop, "CR before LF", "Bare LF");
    lines->at = stop + 1;
    return SIRA_OK;
}

sira_status sira_i_lines_text(sira_i_lines *lines, const char **stop, sira_i_line_error *error)
{
    *stop = sira_i_find_line_end(lines->at, lines->end);
    return take_line_end(lines, *stop, error);
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

/* The rest of a line and the lines that continue it. */
static sira_status take_folded(sira_i_lines *lines, const char *at, const char **stop, sira_i_line_error *error)
{
    do {
        *stop = sira_i_find_line_end(at, lines->end);
        sira_status status = take_line_end(lines, *stop, error);
        if (status != SIRA_OK)
            return status;
        at = lines->at;
    } while (at < lines->end && is_space(*at));
    return SIRA_OK;
}

/* The first colon, or NULL when a name of ordinary length does not end in one. */
static const char *find_colon(const char *at, const char *end)
{
    for (unsigned words = 0; words < 4 && end - at >= 8; words++, at += 8) {
        uint64_t marks = sira_i_same(sira_i_load(at), ':');
        if (marks != 0)
            return at + sira_i_lowest(marks);
    }
    return NULL;
}

/* HCOLON = *( SP / HTAB ) ":". Any token is a name; *stop is then the colon. */
static bool take_any_name(const sira_i_lines *lines, sira_field *field, const char **stop)
{
    const char *start = lines->at;
    const char *name_end = sira_i_span(start, lines->end, SIRA_I_TOKEN);
    *stop = sira_i_span(name_end, lines->end, SIRA_I_WSP);
    field->name = (sira_str){start, (size_t)(name_end - start)};
    field->id = (uint16_t)sira_field_id_of(field->name);
    return name_end > start && *stop < lines->end && **stop == ':';
}

/* A known name directly before a colon needs no look at each octet. */
static bool take_name(const sira_i_lines *lines, sira_field *field, const char **stop)
{
    const char *colon = find_colon(lines->at, lines->end);
    if (colon != NULL) {
        field->name = (sira_str){lines->at, (size_t)(colon - lines->at)};
        field->id = (uint16_t)sira_field_id_of(field->name);
        *stop = colon;
        if (field->id != SIRA_FIELD_OTHER)
            return true;
    }
    return take_any_name(lines, field, stop);
}

/* The value is what stands between the white space and folds around it. */
static sira_str trimmed(const char *at, const char *stop)
{
    while (at < stop && (is_space(*at) || *at == '\r' || *at == '\n'))
        at++;
    while (at < stop && (is_space(stop[-1]) || stop[-1] == '\r' || stop[-1] == '\n'))
        stop--;
    return (sira_str){at, (size_t)(stop - at)};
}

sira_status sira_i_lines_field(sira_i_lines *lines, sira_field *field, sira_i_line_error *error)
{
    const char *stop;
    if (lines->at < lines->end && (*lines->at == '\r' || *lines->at == '\n')) {
        sira_status status = take_line_end(lines, lines->at, error);
        return status == SIRA_OK ? SIRA_IDLE : status;
    }
    if (!take_name(lines, field, &stop)) {
        *error = (sira_i_line_error){stop, "a header name and a colon", "Bad Header Line", false};
        sira_i_line_error worse;
        if (take_folded(lines, stop, &stop, &worse) != SIRA_OK)
            *error = worse;
        return SIRA_E_SYNTAX;
    }
    const char *value = stop + 1;
    sira_status status = take_folded(lines, value, &stop, error);
    if (status == SIRA_OK)
        field->value = trimmed(value, stop);
    return status;
}

sira_status sira_i_content_length(sira_str value, uint32_t *length)
{
    sira_status status = sira_str_to_u32(value, UINT32_MAX, length);
    return status == SIRA_E_SYNTAX ? SIRA_E_LENGTH : status;
}
