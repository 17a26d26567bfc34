/* A parsed message, written again as it came. */
#include <sira/writer.h>

#include <string.h>

#include "message/scan.h"
#include "message/writing.h"

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

/* The value was cut where white space and folds follow; they belong to the line, and its end as well. */
sira_str sira_i_field_line(const sira_message *message, const sira_field *field)
{
    const char *end = message->bytes.at + message->bytes.len, *at = field->value.at + field->value.len;
    for (;;) {
        const char *lf = memchr(at, '\n', (size_t)(end - at));
        if (lf == NULL)
            return (sira_str){field->name.at, (size_t)(end - field->name.at)};
        at = lf + 1;
        if (at == end || !is_space(*at))
            return (sira_str){field->name.at, (size_t)(at - field->name.at)};
    }
}

void sira_i_write_parsed(sira_writer *writer, const sira_message *message, sira_str text)
{
    if ((message->lenient & SIRA_LENIENT_BARE_LF) == 0) {
        sira_i_write_raw(writer, text.at, text.len);
        return;
    }
    size_t mark = writer->length;
    while (text.len > 0) {
        const char *lf = memchr(text.at, '\n', text.len);
        size_t line = lf != NULL ? (size_t)(lf - text.at) : text.len;
        size_t kept = line > 0 && lf != NULL && lf[-1] == '\r' ? line - 1 : line;
        sira_i_write_raw(writer, text.at, kept);
        if (lf == NULL)
            break;
        sira_write_end(writer);
        text.at += line + 1;
        text.len -= line + 1;
    }
    sira_i_write_settle(writer, mark);
}

void sira_write_start_line(sira_writer *writer, const sira_message *message, sira_str uri)
{
    if (!message->is_request) {
        size_t mark = writer->length;
        sira_i_write_raw(writer, message->bytes.at, (size_t)(message->reason.at - message->bytes.at));
        sira_i_write_raw(writer, message->reason.at, message->reason.len);
        sira_write_end(writer);
        sira_i_write_settle(writer, mark);
        return;
    }
    if (uri.len > 0) {
        sira_write_request_line(writer, message->method_name, uri);
        return;
    }
    const char *version_end = message->uri.at + message->uri.len + sizeof " SIP/2.0" - 1;
    size_t mark = writer->length;
    sira_i_write_raw(writer, message->bytes.at, (size_t)(version_end - message->bytes.at));
    sira_write_end(writer);
    sira_i_write_settle(writer, mark);
}

void sira_write_fields(sira_writer *writer, const sira_message *message, size_t from, size_t to)
{
    size_t mark = writer->length;
    if (from > to || to > message->field_count) {
        sira_i_write_fail(writer, SIRA_E_ARGUMENT);
        return;
    }
    for (size_t i = from; i < to; i++) {
        if (message->fields[i].id == SIRA_FIELD_CONTENT_LENGTH)
            sira_i_write_note_length(writer);
        sira_i_write_parsed(writer, message, sira_i_field_line(message, &message->fields[i]));
    }
    sira_i_write_settle(writer, mark);
}

/* Moves the cursor over one value; SIRA_E_ARGUMENT for a field that is no list. */
static sira_status pass_value(sira_cursor *cursor, unsigned id)
{
    sira_via via;
    sira_contact contact;
    sira_address address;
    switch (id) {
    case SIRA_FIELD_VIA:
        return sira_via_next(cursor, &via, NULL);
    case SIRA_FIELD_CONTACT:
        return sira_contact_next(cursor, &contact, NULL);
    case SIRA_FIELD_ROUTE:
    case SIRA_FIELD_RECORD_ROUTE:
    case SIRA_FIELD_PATH:
    case SIRA_FIELD_SERVICE_ROUTE:
    case SIRA_FIELD_P_ASSOCIATED_URI:
    case SIRA_FIELD_P_ASSERTED_IDENTITY:
        return sira_address_next(cursor, &address, NULL);
    default:
        return SIRA_E_ARGUMENT;
    }
}

void sira_write_rest_of_field(sira_writer *writer, const sira_message *message, size_t index)
{
    sira_cursor cursor;
    if (index >= message->field_count) {
        sira_i_write_fail(writer, SIRA_E_ARGUMENT);
        return;
    }
    const sira_field *field = &message->fields[index];
    sira_cursor_init_text(&cursor, field->value, (sira_field_id)field->id);
    if (pass_value(&cursor, field->id) != SIRA_OK) {
        sira_i_write_fail(writer, SIRA_E_ARGUMENT);
        return;
    }
    if (cursor.rest.len == 0)
        return;
    sira_str line = sira_i_field_line(message, field);
    size_t mark = writer->length;
    sira_i_write_parsed(writer, message, (sira_str){line.at, (size_t)(field->value.at - line.at)});
    sira_i_write_parsed(writer, message, (sira_str){cursor.rest.at, (size_t)(line.at + line.len - cursor.rest.at)});
    sira_i_write_settle(writer, mark);
}

void sira_write_message_body(sira_writer *writer, const sira_message *message)
{
    size_t mark = writer->length;
    sira_write_end(writer);
    sira_i_write_raw(writer, message->body.at, message->body.len);
    sira_i_write_settle(writer, mark);
}

void sira_write_message(sira_writer *writer, const sira_message *message)
{
    size_t mark = writer->length;
    sira_write_start_line(writer, message, (sira_str){NULL, 0});
    sira_write_fields(writer, message, 0, message->field_count);
    sira_write_message_body(writer, message);
    sira_i_write_settle(writer, mark);
}
