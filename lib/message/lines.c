#include "message/lines.h"

#include "base/chars.h"
#include "message/names.h"
#include "message/words.h"

/* Text is mostly neither, so one comparison comes before the others. */
/*@ assigns \nothing;
    ensures \result <==> c == ' ' || c == '\t'; */
static inline bool is_space(char c)
{
    return (unsigned char)c <= ' ' && (c == ' ' || c == '\t');
}

/*@ assigns \nothing;
    ensures \result <==> c == '\r' || c == '\n'; */
static inline bool is_line_end(char c)
{
    return (unsigned char)c <= '\r' && (c == '\r' || c == '\n');
}

/*@ requires \valid(error) && \valid_read(expected);
    assigns *error;
    ensures \result == \null && error->at == at && error->expected == expected && error->broken == \true; */
static const char *broken(sira_i_line_error *error, const char *at, const char *expected, const char *reason)
{
    *error = (sira_i_line_error){at, expected, reason, true, false};
    return NULL;
}

/* What stands at stop is no CRLF (RFC 3261 25.1). */
/*@ requires lines_sound((sira_i_lines *)lines, error) && BETWEEN(lines->at, stop, lines->end);
    assigns *error;
    ensures \result == \null || \result == stop + 1;
    ensures \result != \null ==> stop < lines->end && *error == \old(*error);
    ensures \result == \null ==> error->at == stop && \valid_read(error->expected);
    ensures \result == \null ==> error->broken == \false || error->broken == \true;
    ensures \result == \null && (stop == lines->end || *stop == '\r' || *stop == '\n') ==> error->broken == \true; */
static const char *behind_unusual_end(const sira_i_lines *lines, const char *stop, sira_i_line_error *error)
{
    if (stop == lines->end || (*stop == '\r' && stop + 1 == lines->end))
        return broken(error, stop, "the end of the line", "Incomplete Message");
    if (*stop == '\r')
        return broken(error, stop, "LF behind CR", "Bare CR");
    if (*stop != '\n') {
        *error = (sira_i_line_error){stop, "text", "Control Character", false, false};
        return NULL;
    }
    if ((lines->lenient & SIRA_LENIENT_BARE_LF) == 0)
        return broken(error, stop, "CR before LF", "Bare LF");
    return stop + 1;
}

/* Where the next line starts; NULL: there is no line end at stop. */
/*@ requires lines_sound((sira_i_lines *)lines, error) && BETWEEN(lines->at, stop, lines->end);
    assigns *error;
    ensures \result != \null ==> BETWEEN(stop, \result, lines->end) && \result > stop && *error == \old(*error);
    ensures \result == \null ==> error->at == stop && \valid_read(error->expected);
    ensures \result == \null ==> error->broken == \false || error->broken == \true;
    ensures \result == \null && (stop == lines->end || *stop == '\r' || *stop == '\n') ==> error->broken == \true; */
static inline const char *behind_end(const sira_i_lines *lines, const char *stop, sira_i_line_error *error)
{
    if (lines->end - stop >= 2 && stop[0] == '\r' && stop[1] == '\n')
        return stop + 2;
    return behind_unusual_end(lines, stop, error);
}

sira_status sira_i_lines_end(sira_i_lines *lines, const char *stop, sira_i_line_error *error)
{
    const char *next = behind_end(lines, stop, error);
    if (next == NULL)
        return SIRA_E_SYNTAX;
    lines->at = next;
    return SIRA_OK;
}

sira_status sira_i_lines_skip(sira_i_lines *lines, const char *at, sira_i_line_error *error)
{
    /*@ loop invariant BETWEEN(\at(at, Pre), at, lines->end) && *error == \at(*error, Pre);
        loop assigns at, *error;
        loop variant lines->end - at; */
    do {
        /*@ loop invariant BETWEEN(\at(at, LoopEntry), at, lines->end);
            loop assigns at;
            loop variant lines->end - at; */
        while (at < lines->end && !is_line_end(*at))
            at++;
        at = behind_end(lines, at, error);
        if (at == NULL)
            return SIRA_E_SYNTAX;
    } while (at < lines->end && is_space(*at));
    lines->at = at;
    return SIRA_OK;
}

/* The first colon, or NULL when a name of ordinary length does not end in one. */
/*@ requires RANGE(at, end);
    assigns \nothing;
    ensures \result == \null || (BETWEEN(at, \result, end) && \result < end); */
static inline const char *find_colon(const char *at, const char *end)
{
    /*@ loop invariant BETWEEN(\at(at, Pre), at, end) && words <= 4;
        loop assigns words, at;
        loop variant 4 - words; */
    for (unsigned words = 0; words < 4 && end - at >= 8; words++, at += 8) {
        uint64_t marks = sira_i_same(sira_i_load(at), ':');
        if (marks != 0)
            return at + sira_i_lowest(marks);
    }
    return NULL;
}

/* HCOLON = *( SP / HTAB ) ":". Any token is a name. Returns the colon, or NULL with the error set. */
/*@ requires RANGE(start, end) && \valid(field) && \valid(error) && \separated(field, error);
    assigns field->name, field->id, *error;
    ensures \result != \null ==> BETWEEN(start, \result, end) && \result < end;
    ensures \result != \null ==> WITHIN(start, field->name, end);
    ensures \result == \null ==> BETWEEN(start, error->at, end) && \valid_read(error->expected) && !error->broken; */
static const char *take_any_name(const char *start, const char *end, sira_field *field, sira_i_line_error *error)
{
    const char *name_end = sira_i_span(start, end, SIRA_I_TOKEN);
    const char *colon = sira_i_span(name_end, end, SIRA_I_WSP);
    field->name = (sira_str){start, (size_t)(name_end - start)};
    field->id = (uint16_t)sira_field_id_of(field->name);
    if (name_end > start && colon < end && *colon == ':')
        return colon;
    *error = (sira_i_line_error){name_end > start ? colon : start, "a header name and a colon", "Bad Header Line",
                                 false, true};
    return NULL;
}

/* A known name directly before a colon needs no look at each octet. */
/*@ requires RANGE(start, end) && \valid(field) && \valid(error) && \separated(field, error);
    assigns field->name, field->id, *error;
    ensures \result != \null ==> BETWEEN(start, \result, end) && \result < end;
    ensures \result != \null ==> WITHIN(start, field->name, end);
    ensures \result == \null ==> BETWEEN(start, error->at, end) && \valid_read(error->expected) && !error->broken; */
static inline const char *take_name(const char *start, const char *end, sira_field *field, sira_i_line_error *error)
{
    const char *colon = SIRA_I_QUICK ? find_colon(start, end) : NULL;
    if (colon == NULL)
        return take_any_name(start, end, field, error);
    size_t length = (size_t)(colon - start);
    sira_field_id id = sira_i_field_id_at(start, length, (size_t)(end - start));
    if (id == SIRA_FIELD_OTHER)
        return take_any_name(start, end, field, error);
    field->name = (sira_str){start, length};
    field->id = (uint16_t)id;
    return colon;
}

/* The value is what stands between the white space and folds around it (RFC 3261 7.3.1). Returns where the next line
 * starts, or NULL with the error set. */
/*@ requires lines_sound((sira_i_lines *)lines, error) && BETWEEN(lines->at, at, lines->end);
    requires \valid(value) && \separated(value, lines, error);
    assigns *value, *error;
    ensures \result != \null ==> BETWEEN(at, \result, lines->end) && \result > at && WITHIN(at, *value, lines->end);
    ensures \result == \null ==> BETWEEN(at, error->at, lines->end) && \valid_read(error->expected);
    ensures \result == \null ==> error->broken == \false || error->broken == \true; */
static inline const char *take_value(const sira_i_lines *lines, const char *at, sira_str *value,
                                     sira_i_line_error *error)
{
    const char *start = at, *stop;
    /*@ loop invariant BETWEEN(start, at, lines->end);
        loop assigns at, stop, *error;
        loop variant lines->end - at; */
    do {
        stop = sira_i_text_end(at, lines->end);
        at = behind_end(lines, stop, error);
        if (at == NULL)
            return NULL;
    } while (at < lines->end && is_space(*at));
    /*@ loop invariant BETWEEN(\at(at, Pre), start, stop);
        loop assigns start;
        loop variant stop - start; */
    while (start < stop && sira_i_is_white(*start))
        start++;
    /*@ loop invariant BETWEEN(start, stop, lines->end);
        loop assigns stop;
        loop variant stop - start; */
    while (start < stop && sira_i_is_white(stop[-1]))
        stop--;
    *value = (sira_str){start, (size_t)(stop - start)};
    return at;
}

/* After a line that was refused: on to the next, if it can be found. */
/*@ requires lines_sound(lines, error) && BETWEEN(lines->at, error->at, lines->end);
    requires \valid_read(error->expected) && (error->broken == \false || error->broken == \true);
    assigns lines->at, *error;
    ensures BETWEEN(\old(lines->at), lines->at, lines->end) && BETWEEN(\old(lines->at), error->at, lines->end);
    ensures \valid_read(error->expected) && (error->broken == \false || error->broken == \true);
    ensures !error->broken ==> lines->at > \old(lines->at); */
static void pass_line(sira_i_lines *lines, sira_i_line_error *error)
{
    if (!error->broken)
        (void)sira_i_lines_skip(lines, error->at, error);
}

sira_status sira_i_lines_fields(sira_i_lines *lines, sira_field *slots, size_t capacity, size_t *count,
                                sira_i_line_error *error)
{
    const char *at = lines->at, *end = lines->end;
    size_t n = *count;
    /*@ loop invariant BETWEEN(lines->at, at, end) && *count <= n <= capacity;
        loop invariant \forall integer i; *count <= i < n ==> BETWEEN(lines->at, slots[i].value.at, end);
        loop invariant \forall integer i; *count <= i < n ==> slots[i].value.len <= end - slots[i].value.at;
        loop invariant n > *count ==> at > lines->at;
        loop assigns at, n, slots[*count .. capacity - 1], *error;
        loop variant capacity - n; */
    while (at == end || !is_line_end(*at)) {
        const char *colon = n < capacity ? take_name(at, end, &slots[n], error) : NULL;
        const char *next = colon != NULL ? take_value(lines, colon + 1, &slots[n].value, error) : NULL;
        if (next == NULL)
            break;
        at = next;
        n++;
    }
    *count = n;
    lines->at = at;
    if (at < end && is_line_end(*at))
        return sira_i_lines_end(lines, at, error);
    if (n == capacity)
        return SIRA_E_FIELDS;
    pass_line(lines, error);
    return SIRA_E_SYNTAX;
}

sira_status sira_i_content_length(sira_str value, uint32_t *length)
{
    sira_status status = sira_str_to_u32(value, UINT32_MAX, length);
    return status == SIRA_E_SYNTAX ? SIRA_E_LENGTH : status;
}
