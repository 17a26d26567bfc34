/* The start of a response, taken from its request (RFC 3261 8.2.6.2). */
#include <sira/writer.h>

#include "message/scan.h"
#include "message/writing.h"

static void write_line(sira_writer *writer, const sira_message *request, const sira_field *field)
{
    sira_i_write_parsed(writer, request, sira_i_field_line(request, field));
}

/* RFC 3261 18.2.1: the sent-by is a name, or another address than that which the request came from. */
static bool needs_received(const sira_via *via, const sira_endpoint *source)
{
    sira_endpoint sent_by = *source;
    if (sira_endpoint_from_host(via->host, &sent_by) != SIRA_OK)
        return true;
    return !sira_endpoint_equal(&sent_by, source);
}

/* RFC 5118 4.5: an IPv6 address stands in received without brackets. */
static void write_received(sira_writer *writer, const sira_endpoint *source)
{
    char text[SIRA_ENDPOINT_TEXT];
    size_t length = sira_endpoint_host_to_text(source, text, sizeof text);
    bool brackets = length > 2 && text[0] == '[';
    SIRA_I_WRITE(writer, ";received=");
    sira_i_write_raw(writer, brackets ? text + 1 : text, brackets ? length - 2 : length);
}

static void write_via_params(sira_writer *writer, const sira_message *request, const sira_via *via, uint16_t rport)
{
    sira_str rest = via->params, name, value;
    while (sira_param_next(&rest, &name, &value) == SIRA_OK) {
        if (sira_str_equal_nocase(name, SIRA_STR("received"))) /* whoever sent it can't know (RFC 3261 18.2.1) */
            continue;
        SIRA_I_WRITE(writer, ";");
        sira_i_write_parsed(writer, request, name);
        if (sira_str_equal_nocase(name, SIRA_STR("rport"))) { /* RFC 3581 4 */
            SIRA_I_WRITE(writer, "=");
            sira_write_number(writer, rport);
        } else if (value.at != NULL) {
            SIRA_I_WRITE(writer, "=");
            sira_i_write_parsed(writer, request, value);
        }
    }
}

/* The first value of the topmost line with received and rport, then the others of that line as they came. */
static void write_top_via(sira_writer *writer, const sira_message *request, const sira_field *field,
                          const sira_endpoint *source)
{
    sira_cursor cursor;
    sira_via via;
    sira_cursor_init_text(&cursor, field->value, SIRA_FIELD_VIA);
    if (sira_via_next(&cursor, &via, NULL) != SIRA_OK) {
        write_line(writer, request, field);
        return;
    }
    SIRA_I_WRITE(writer, "Via: SIP/2.0/");
    sira_i_write_parsed(writer, request, via.transport);
    SIRA_I_WRITE(writer, " ");
    sira_i_write_parsed(writer, request, via.host);
    if (via.port != 0) {
        SIRA_I_WRITE(writer, ":");
        sira_write_number(writer, via.port);
    }
    write_via_params(writer, request, &via, source->port);
    if (via.has_rport || needs_received(&via, source))
        write_received(writer, source);
    if (cursor.rest.len > 0) {
        SIRA_I_WRITE(writer, ", ");
        sira_i_write_parsed(writer, request, cursor.rest);
    }
    sira_write_end(writer);
}

static void write_vias(sira_writer *writer, const sira_message *request, const sira_endpoint *source)
{
    const sira_field *top = sira_message_field(request, SIRA_FIELD_VIA);
    if (top == NULL) {
        sira_i_write_fail(writer, SIRA_E_MISSING);
        return;
    }
    if (source != NULL && source->family != SIRA_FAMILY_NONE)
        write_top_via(writer, request, top, source);
    else
        write_line(writer, request, top);
    for (const sira_field *field = top + 1; field < request->fields + request->field_count; field++)
        if (field->id == SIRA_FIELD_VIA)
            write_line(writer, request, field);
}

static void write_first(sira_writer *writer, const sira_message *request, sira_field_id id)
{
    const sira_field *field = sira_message_field(request, id);
    if (field != NULL)
        write_line(writer, request, field);
}

static void write_to(sira_writer *writer, const sira_message *request, sira_str tag)
{
    const sira_field *field = sira_message_field(request, SIRA_FIELD_TO);
    sira_cursor cursor;
    sira_address to;
    if (field == NULL)
        return;
    sira_cursor_init_text(&cursor, field->value, SIRA_FIELD_TO);
    if (tag.len == 0 || sira_address_next(&cursor, &to, NULL) != SIRA_OK || to.tag.len > 0) {
        write_line(writer, request, field);
        return;
    }
    const char *value_end = field->value.at + field->value.len;
    sira_i_write_parsed(writer, request, (sira_str){field->name.at, (size_t)(value_end - field->name.at)});
    SIRA_I_WRITE(writer, ";tag=");
    sira_write_token(writer, tag);
    sira_write_end(writer);
}

void sira_i_write_response(sira_writer *writer, const sira_message *request, const sira_response *response)
{
    size_t mark = writer->length;
    sira_i_write_status(writer, response->code, response->reason);
    write_vias(writer, request, response->source);
    write_first(writer, request, SIRA_FIELD_FROM);
    write_to(writer, request, response->to_tag);
    write_first(writer, request, SIRA_FIELD_CALL_ID);
    write_first(writer, request, SIRA_FIELD_CSEQ);
    if (response->code == 100) /* RFC 3261 8.2.6.1 */
        write_first(writer, request, SIRA_FIELD_TIMESTAMP);
    sira_i_write_settle(writer, mark);
}

void sira_write_response(sira_writer *writer, const sira_message *request, const sira_response *response)
{
    sira_response full = *response;
    if (full.reason.len == 0)
        full.reason = sira_str_from(sira_reason_phrase(full.code));
    sira_i_write_response(writer, request, &full);
}
