#include <sira/framer.h>

#include <string.h>

#include "base/chars.h"
#include "message/lines.h"

void sira_framer_init(sira_framer *framer, char *buffer, size_t capacity)
{
    *framer = (sira_framer){.buffer = buffer, .capacity = capacity};
}

/* Each message is moved once at most: then it starts the buffer until it is taken. */
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

void sira_framer_added(sira_framer *framer, size_t n)
{
    size_t room = framer->capacity - framer->end;
    framer->end += n < room ? n : room;
}

static sira_str pending(const sira_framer *framer)
{
    return (sira_str){framer->buffer + framer->start, framer->end - framer->start};
}

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

static sira_status fail_syntax(sira_framer *framer, const char *at, const char *expected, sira_diag *diag)
{
    return fail(framer, SIRA_E_SYNTAX, at,
                &(sira_diag){.expected = expected, .field = "", .code = 400, .reason = "Bad Request"}, diag);
}

static sira_status fail_length(sira_framer *framer, const char *at, const char *reason, sira_diag *diag)
{
    return fail(
        framer, SIRA_E_LENGTH, at,
        &(sira_diag){
            .expected = "one Content-Length, a number", .field = "Content-Length", .code = 400, .reason = reason},
        diag);
}

static sira_status fail_limit(sira_framer *framer, sira_diag *diag)
{
    return fail(framer, SIRA_E_LIMIT, pending(framer).at,
                &(sira_diag){.expected = "a shorter message", .field = "", .code = 513, .reason = "Message Too Large"},
                diag);
}

/* RFC 5626 3.5.1: a CRLF between messages. SIRA_IDLE: something else stands there. */
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
static bool is_start_line(const char *at, const char *stop)
{
    if (sira_i_is_sip(at, stop))
        return true;
    for (; at < stop; at++)
        if (*at == ' ' && sira_i_is_sip(at + 1, stop))
            return true;
    return false;
}

/* Finds the end of the header section. SIRA_OK: it is *head bytes long. */
static sira_status find_head(sira_framer *framer, size_t *head, sira_diag *diag)
{
    sira_str bytes = pending(framer);
    const char *end = bytes.at + bytes.len, *at = bytes.at + framer->scanned, *lf;
    if (!sira_i_is(*bytes.at, SIRA_I_TOKEN))
        return fail_syntax(framer, bytes.at, "a start line", diag);
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
static sira_status find_length(sira_framer *framer, size_t head, uint32_t *length, sira_diag *diag)
{
    sira_i_lines lines = {pending(framer).at, pending(framer).at + head, SIRA_LENIENT_NONE};
    sira_i_line_error error = {0};
    sira_field field;
    bool found = false;
    sira_status status = sira_i_lines_skip(&lines, lines.at, &error);
    if (status != SIRA_OK)
        return fail_syntax(framer, error.at, error.expected, diag);
    do {
        size_t count = 0;
        status = sira_i_lines_fields(&lines, &field, 1, &count, &error);
        if (status == SIRA_E_SYNTAX && error.broken)
            return fail_syntax(framer, error.at, error.expected, diag);
        if (count == 0 || field.id != SIRA_FIELD_CONTENT_LENGTH)
            continue;
        if (found || sira_i_content_length(field.value, length) != SIRA_OK)
            return fail_length(framer, field.value.at, "Bad Content-Length", diag);
        found = true;
    } while (status != SIRA_OK);
    return found ? SIRA_OK : fail_length(framer, lines.at, "Missing Content-Length", diag);
}

/* Learns how long the message is. */
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
