#include <sira/message.h>

#include "message/names.h"
#include "message/scan.h"

void sira_cursor_init(sira_cursor *cursor, const struct sira_message *message, sira_field_id id)
{
    *cursor = (sira_cursor){.message = message,
                            .base = message->bytes.at,
                            .id = (uint16_t)id,
                            .next = (unsigned)id < SIRA_FIELD_COUNT ? message->first[id] : 0};
}

void sira_cursor_init_text(sira_cursor *cursor, sira_str value, sira_field_id id)
{
    if (value.at == NULL)
        value.at = "";
    const char *end = value.at + value.len, *at = sira_i_behind_lws(value.at, end);
    *cursor = (sira_cursor){.rest = {at, (size_t)(end - at)}, .base = value.at, .id = (uint16_t)id};
}

sira_status sira_i_value_begin(sira_cursor *cursor, sira_i_scan *scan)
{
    if (cursor->rest.at == NULL) {
        if (cursor->next == 0)
            return SIRA_IDLE;
        const sira_field *field = &cursor->message->fields[cursor->next - 1];
        cursor->line = cursor->next;
        cursor->next = field->next;
        cursor->rest = field->value;
    }
    scan->at = cursor->rest.at;
    scan->end = cursor->rest.at + cursor->rest.len;
    scan->lenient = cursor->message != NULL ? cursor->message->let_pass : 0;
    if (scan->lenient != 0 && cursor->id != SIRA_FIELD_VIA && cursor->id != SIRA_FIELD_FROM &&
        cursor->id != SIRA_FIELD_TO)
        scan->lenient &= ~(unsigned)SIRA_I_LENIENT_ANSWER;
    return SIRA_OK;
}

/* RFC 3261 25.1, and for P-Associated-URI RFC 7315 5.1. */
static bool may_be_empty(unsigned id)
{
    return id == SIRA_FIELD_SUPPORTED || id == SIRA_FIELD_ALLOW || id == SIRA_FIELD_ACCEPT ||
           id == SIRA_FIELD_P_ASSOCIATED_URI;
}

sira_status sira_i_list_begin(sira_cursor *cursor, sira_i_scan *scan)
{
    sira_status status;
    do {
        status = sira_i_value_begin(cursor, scan);
        if (status != SIRA_OK)
            return status;
        cursor->rest = (sira_str){NULL, 0};
    } while (scan->at == scan->end && may_be_empty(cursor->id));
    return SIRA_OK;
}

sira_status sira_i_value_end(sira_cursor *cursor, sira_i_scan *scan, sira_diag *diag)
{
    sira_i_skip_lws(scan);
    cursor->rest = (sira_str){NULL, 0};
    if (scan->at == scan->end)
        return SIRA_OK;
    if (!sira_i_take(scan, ','))
        return sira_i_value_bad(cursor, scan->at, "a comma or the end of the value", diag);
    sira_i_skip_lws(scan);
    if ((scan->lenient & SIRA_LENIENT_EMPTY_PARAMS) != 0) {
        sira_i_skip_empty(scan, ',');
        if (scan->at == scan->end)
            return SIRA_OK;
    } else if (scan->at == scan->end) {
        return sira_i_value_bad(cursor, scan->at, "another value behind the comma", diag);
    }
    cursor->rest = (sira_str){scan->at, (size_t)(scan->end - scan->at)};
    return SIRA_OK;
}

static void explain(const sira_cursor *cursor, const char *at, const char *expected, sira_diag *diag)
{
    bool is_request = cursor->message != NULL && cursor->message->is_request;
    if (diag != NULL)
        *diag = (sira_diag){.offset = (size_t)(at - cursor->base),
                            .expected = expected,
                            .field = sira_field_name((sira_field_id)cursor->id),
                            .code = is_request ? 400 : 0,
                            .reason = is_request ? sira_i_field_reason((sira_field_id)cursor->id) : ""};
}

sira_status sira_i_value_bad(sira_cursor *cursor, const char *at, const char *expected, sira_diag *diag)
{
    cursor->rest = (sira_str){NULL, 0};
    explain(cursor, at, expected, diag);
    return SIRA_E_SYNTAX;
}

sira_status sira_i_single(const struct sira_message *message, sira_field_id id, sira_cursor *cursor, sira_diag *diag)
{
    sira_cursor_init(cursor, message, id);
    if (cursor->next == 0)
        return SIRA_IDLE;
    const sira_field *field = &message->fields[cursor->next - 1];
    if (field->next == 0)
        return SIRA_OK;
    explain(cursor, message->fields[field->next - 1].name.at, "this field only once", diag);
    return SIRA_E_DUPLICATE;
}
