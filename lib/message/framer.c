#include <sira/framer.h>

#include <string.h>

#include "base/chars.h"
#include "message/lines.h"

/*@ predicate sound(sira_framer *f) =
        \valid(f) && f->start <= f->end <= f->capacity && 0 < f->capacity &&
        \valid(f->buffer + (0 .. f->capacity - 1)) && \separated(f, f->buffer + (0 .. f->capacity - 1)) &&
        f->scanned <= f->end - f->start && f->need <= f->capacity && f->failed != SIRA_MORE;
    predicate optional(sira_diag *d, sira_framer *f) = d == \null || (\valid(d) && \separated(d, f)); */

/*@ requires \valid(framer) && 0 < capacity && \valid(buffer + (0 .. capacity - 1));
    requires \separated(framer, buffer + (0 .. capacity - 1));
    assigns *framer;
    ensures sound(framer); */
void sira_framer_init(sira_framer *framer, char *buffer, size_t capacity)
{
    *framer = (sira_framer){.buffer = buffer, .capacity = capacity};
}

/* Each message is moved once at most: then it starts the buffer until it is taken. */
/*@ requires sound(framer) && \valid(size) && \separated(size, framer, framer->buffer + (0 .. framer->capacity - 1));
    assigns framer->start, framer->end, *size, framer->buffer[0 .. framer->end - framer->start - 1];
    ensures sound(framer) && framer->end == \old(framer->end - framer->start);
    ensures \result == framer->buffer + framer->end && *size == framer->capacity - framer->end; */
char *sira_framer_space(sira_framer *framer, size_t *size)
{
    size_t length = framer->end - framer->start;
    if (framer->start > 0 && length > 0)
        memmove(framer->buffer, framer->buffer + framer->start, length);
    framer->start = 0;
    framer->end = length;
    *size = framer->capacity - length;
    return framer->buffer + length;
}

/*@ requires sound(framer);
    assigns framer->end;
    ensures sound(framer);
    ensures n <= framer->capacity - \old(framer->end) ==> framer->end == \old(framer->end) + n; */
void sira_framer_added(sira_framer *framer, size_t n)
{
    size_t room = framer->capacity - framer->end;
    framer->end += n < room ? n : room;
}

/*@ requires sound((sira_framer *)framer);
    assigns \nothing;
    ensures \result.at == framer->buffer + framer->start && \result.len == framer->end - framer->start; */
static sira_str pending(const sira_framer *framer)
{
    return (sira_str){framer->buffer + framer->start, framer->end - framer->start};
}

/*@ requires sound(framer) && optional(diag, framer) && \valid_read(why) && status != SIRA_MORE;
    requires BETWEEN(framer->buffer + framer->start, at, framer->buffer + framer->end);
    assigns framer->failed, *diag;
    ensures sound(framer) && \result == status; */
static sira_status fail(sira_framer *framer, sira_status status, const char *at, const sira_diag *why, sira_diag *diag)
{
    sira_str bytes = pending(framer);
    framer->failed = status;
    if (diag != NULL) {
        *diag = *why;
        diag->offset = (size_t)(at - bytes.at);
        if (sira_i_is_sip(bytes.at, bytes.at + bytes.len)) /* a response is not answered */
            diag->code = 0;
    }
    return status;
}

/*@ requires sound(framer) && optional(diag, framer);
    requires BETWEEN(framer->buffer + framer->start, at, framer->buffer + framer->end);
    assigns framer->failed, *diag;
    ensures sound(framer) && \result == SIRA_E_SYNTAX; */
static sira_status fail_syntax(sira_framer *framer, const char *at, const char *expected, sira_diag *diag)
{
    return fail(framer, SIRA_E_SYNTAX, at,
                &(sira_diag){.expected = expected, .field = "", .code = 400, .reason = "Bad Request"}, diag);
}

/*@ requires sound(framer) && optional(diag, framer);
    requires BETWEEN(framer->buffer + framer->start, at, framer->buffer + framer->end);
    assigns framer->failed, *diag;
    ensures sound(framer) && \result == SIRA_E_LENGTH; */
static sira_status fail_length(sira_framer *framer, const char *at, const char *reason, sira_diag *diag)
{
    return fail(
        framer, SIRA_E_LENGTH, at,
        &(sira_diag){
            .expected = "one Content-Length, a number", .field = "Content-Length", .code = 400, .reason = reason},
        diag);
}

/*@ requires sound(framer) && optional(diag, framer);
    assigns framer->failed, *diag;
    ensures sound(framer) && \result == SIRA_E_LIMIT; */
static sira_status fail_limit(sira_framer *framer, sira_diag *diag)
{
    return fail(framer, SIRA_E_LIMIT, pending(framer).at,
                &(sira_diag){.expected = "a shorter message", .field = "", .code = 513, .reason = "Message Too Large"},
                diag);
}

/* RFC 5626 3.5.1: a CRLF between messages. SIRA_IDLE: something else stands there. */
/*@ requires sound(framer) && optional(diag, framer);
    requires framer->need == 0 && framer->scanned == 0;
    requires \valid(frame) && \separated(frame, framer, diag);
    assigns framer->failed, framer->start, framer->has_crlf, *frame, *diag;
    ensures sound(framer);
    ensures \result != SIRA_OK ==> framer->start == \old(framer->start);
    ensures \result == SIRA_OK ==> framer->start == \old(framer->start) + 2 <= framer->end;
    ensures \result == SIRA_OK ==> frame->bytes.at == framer->buffer + \old(framer->start) && frame->bytes.len == 2;
    ensures \result == SIRA_MORE ==> framer->end - framer->start < framer->capacity;
    ensures \result == SIRA_IDLE ==> framer->start < framer->end; */
static sira_status next_crlf(sira_framer *framer, sira_frame *frame, sira_diag *diag)
{
    sira_str bytes = pending(framer);
    if (framer->capacity < 2)
        return fail_limit(framer, diag);
    if (bytes.len == 0)
        return SIRA_MORE;
    if (*bytes.at != '\r')
        return SIRA_IDLE;
    if (bytes.len < 2)
        return SIRA_MORE;
    if (bytes.at[1] != '\n')
        return fail_syntax(framer, bytes.at + 1, "LF behind CR", diag);
    *frame = (sira_frame){framer->has_crlf ? SIRA_FRAME_PING : SIRA_FRAME_PONG, {bytes.at, 2}};
    framer->has_crlf = !framer->has_crlf;
    framer->start += 2;
    return SIRA_OK;
}

/* Does a line have the name and the version of SIP where a start line has it? What is wrong with the rest can be
 * answered. */
/*@ requires RANGE(at, stop);
    assigns \nothing; */
static bool is_start_line(const char *at, const char *stop)
{
    if (sira_i_is_sip(at, stop))
        return true;
    /*@ loop invariant BETWEEN(\at(at, Pre), at, stop);
        loop assigns at;
        loop variant stop - at; */
    for (; at < stop; at++)
        if (*at == ' ' && sira_i_is_sip(at + 1, stop))
            return true;
    return false;
}

/* Finds the end of the header section. SIRA_OK: it is *head bytes long. */
/*@ requires sound(framer) && optional(diag, framer) && framer->start < framer->end;
    requires \valid(head) && \separated(head, framer, diag);
    assigns framer->failed, framer->scanned, framer->has_line, *head, *diag;
    ensures sound(framer);
    ensures \result == SIRA_OK ==> 0 < *head <= framer->end - framer->start;
    ensures \result == SIRA_MORE ==> framer->end - framer->start < framer->capacity; */
static sira_status find_head(sira_framer *framer, size_t *head, sira_diag *diag)
{
    sira_str bytes = pending(framer);
    const char *end = bytes.at + bytes.len, *at = bytes.at + framer->scanned, *lf;
    if (!sira_i_is(*bytes.at, SIRA_I_TOKEN))
        return fail_syntax(framer, bytes.at, "a start line", diag);
    /*@ loop invariant BETWEEN(bytes.at, at, end) && sound(framer);
        loop assigns at, lf, framer->failed, framer->has_line, *head, *diag;
        loop variant end - at; */
    for (; (lf = memchr(at, '\n', (size_t)(end - at))) != NULL; at = lf + 1) {
        if (lf[-1] != '\r')
            return fail_syntax(framer, lf, "CR before LF", diag);
        if (!framer->has_line && !is_start_line(bytes.at, lf - 1))
            return fail_syntax(framer, bytes.at, "a start line", diag);
        framer->has_line = true;
        if (lf - bytes.at >= 3 && lf[-2] == '\n') {
            *head = (size_t)(lf + 1 - bytes.at);
            return SIRA_OK;
        }
    }
    framer->scanned = bytes.len;
    return bytes.len == framer->capacity ? fail_limit(framer, diag) : SIRA_MORE;
}

/* Reads the length of the body from the header section. */
/*@ requires sound(framer) && optional(diag, framer) && 0 < head <= framer->end - framer->start;
    requires \valid(length) && \separated(length, framer, diag);
    requires \separated(length, framer->buffer + (0 .. framer->capacity - 1));
    assigns framer->failed, *length, *diag;
    ensures sound(framer) && \result != SIRA_MORE; */
static sira_status find_length(sira_framer *framer, size_t head, uint32_t *length, sira_diag *diag)
{
    sira_i_lines lines = {pending(framer).at, pending(framer).at + head, SIRA_LENIENT_NONE};
    sira_i_line_error error = {0};
    bool found = false;
    sira_status status = sira_i_lines_skip(&lines, lines.at, &error);
    if (status != SIRA_OK)
        return fail_syntax(framer, error.at, error.expected, diag);
    /*@ loop invariant sound(framer);
        loop invariant lines.end == framer->buffer + framer->start + head;
        loop invariant BETWEEN(framer->buffer + framer->start, lines.at, lines.end);
        loop invariant found == \true || found == \false;
        loop assigns lines.at, found, status, error, framer->failed, *length, *diag;
        loop variant lines.end - lines.at; */
    do {
        sira_field slot;
        size_t count = 0;
        status = sira_i_lines_fields(&lines, &slot, 1, &count, &error);
        if (status == SIRA_E_SYNTAX && error.broken)
            return fail_syntax(framer, error.at, error.expected, diag);
        if (count == 0 || slot.id != SIRA_FIELD_CONTENT_LENGTH)
            continue;
        if (found || sira_i_content_length(slot.value, length) != SIRA_OK)
            return fail_length(framer, slot.value.at, "Bad Content-Length", diag);
        found = true;
    } while (status != SIRA_OK);
    return found ? SIRA_OK : fail_length(framer, lines.at, "Missing Content-Length", diag);
}

/* Learns how long the message is. */
/*@ requires sound(framer) && optional(diag, framer) && framer->start < framer->end;
    assigns framer->failed, framer->scanned, framer->has_line, framer->need, *diag;
    ensures sound(framer);
    ensures \result == SIRA_OK ==> framer->need > 0;
    ensures \result == SIRA_MORE ==> framer->end - framer->start < framer->capacity; */
static sira_status measure(sira_framer *framer, sira_diag *diag)
{
    size_t head = 0;
    uint32_t length = 0;
    sira_status status = find_head(framer, &head, diag);
    if (status == SIRA_OK)
        status = find_length(framer, head, &length, diag);
    if (status != SIRA_OK)
        return status;
    if (length > framer->capacity - head)
        return fail_limit(framer, diag);
    framer->need = head + length;
    return SIRA_OK;
}

/*@ requires sound(framer) && optional(diag, framer) && \valid(frame) && \separated(frame, framer, diag);
    assigns *framer, *frame, *diag;
    ensures sound(framer);
    ensures \result == SIRA_OK ==> frame->bytes.at == framer->buffer + \old(framer->start);
    ensures \result == SIRA_OK ==> frame->bytes.len == framer->start - \old(framer->start) > 0;
    ensures \result == SIRA_MORE ==> framer->end - framer->start < framer->capacity; */
sira_status sira_framer_next(sira_framer *framer, sira_frame *frame, sira_diag *diag)
{
    if (framer->failed != SIRA_OK)
        return fail(framer, framer->failed, pending(framer).at,
                    &(sira_diag){.expected = "a new connection", .field = "", .reason = ""}, diag);
    if (framer->need == 0) {
        sira_status status = framer->scanned == 0 ? next_crlf(framer, frame, diag) : SIRA_IDLE;
        if (status == SIRA_IDLE)
            status = measure(framer, diag);
        else if (status == SIRA_OK)
            return SIRA_OK;
        if (status != SIRA_OK)
            return status;
    }
    sira_str bytes = pending(framer);
    if (bytes.len < framer->need)
        return SIRA_MORE;
    *frame = (sira_frame){SIRA_FRAME_MESSAGE, {bytes.at, framer->need}};
    framer->start += framer->need;
    framer->need = framer->scanned = 0;
    framer->has_line = framer->has_crlf = false;
    return SIRA_OK;
}
