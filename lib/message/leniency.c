/* Requests of devices that can't be changed: read strictly, else by named leniencies, and answered without blemishes.
 */
#include <sira/writer.h>

#include "message/scan.h"
#include "message/writing.h"

/* ---- reading ---- */

static sira_status read_with(sira_message *message, sira_str bytes, unsigned lenient, sira_diag *diag)
{
    message->lenient = lenient;
    sira_status status = sira_message_parse(message, bytes, diag);
    return status == SIRA_OK ? sira_message_validate(message, diag) : status;
}

sira_status sira_message_read_sloppy(sira_message *message, sira_str bytes, unsigned allowed, unsigned *passed,
                                     sira_diag *diag)
{
    unsigned needed = 0;
    sira_status strict = read_with(message, bytes, SIRA_LENIENT_NONE, diag);
    *passed = 0;
    if (strict >= SIRA_OK || allowed == SIRA_LENIENT_NONE)
        return strict;
    if (read_with(message, bytes, allowed, NULL) != SIRA_OK || !message->is_request)
        return read_with(message, bytes, SIRA_LENIENT_NONE, diag);
    for (unsigned flag = 1; flag <= SIRA_LENIENT_LAST; flag <<= 1)
        if ((allowed & flag) != 0 && read_with(message, bytes, allowed & ~flag, NULL) != SIRA_OK)
            needed |= flag;
    /* Where one of two would do, neither is needed by itself. */
    if (read_with(message, bytes, needed, NULL) != SIRA_OK)
        (void)read_with(message, bytes, needed = allowed, NULL);
    *passed = needed;
    return SIRA_OK;
}

const char *sira_lenient_name(sira_lenient flag)
{
    switch (flag) {
    case SIRA_LENIENT_BARE_LF:
        return "bare LF";
    case SIRA_LENIENT_EMPTY_PARAMS:
        return "empty parameters";
    case SIRA_LENIENT_BAD_LINES:
        return "bad lines";
    case SIRA_LENIENT_REPEATED:
        return "repeated field";
    case SIRA_LENIENT_DISPLAY_NAME:
        return "display name";
    case SIRA_LENIENT_CALL_ID:
        return "Call-ID";
    case SIRA_LENIENT_LONG_Q:
        return "long q";
    default:
        return "";
    }
}

/* ---- answering ---- */

static void write_params(sira_writer *writer, sira_str rest)
{
    sira_str name, value;
    while (sira_param_next(&rest, &name, &value) == SIRA_OK) {
        SIRA_I_WRITE(writer, ";");
        sira_write_token(writer, name);
        if (value.at == NULL)
            continue;
        SIRA_I_WRITE(writer, "=");
        sira_i_write_unfolded(writer, value);
    }
}

/* The topmost says where the request came from (RFC 3261 18.2.1, RFC 3581 4). */
static void write_top_params(sira_writer *writer, const sira_via *via, const sira_endpoint *source)
{
    char text[SIRA_ENDPOINT_TEXT];
    sira_str rest = via->params, name, value;
    size_t length = sira_endpoint_host_to_text(source, text, sizeof text);
    bool brackets = text[0] == '[';
    while (sira_param_next(&rest, &name, &value) == SIRA_OK) {
        bool rport = sira_str_equal_nocase(name, SIRA_STR("rport"));
        if (sira_str_equal_nocase(name, SIRA_STR("received")))
            continue;
        SIRA_I_WRITE(writer, ";");
        sira_write_token(writer, name);
        if (rport || value.at != NULL)
            SIRA_I_WRITE(writer, "=");
        if (rport)
            sira_write_number(writer, source->port);
        else if (value.at != NULL)
            sira_i_write_unfolded(writer, value);
    }
    SIRA_I_WRITE(writer, ";received=");
    sira_i_write_raw(writer, brackets ? text + 1 : text, brackets ? length - 2 : length);
}

static void write_vias(sira_writer *writer, const sira_message *request, const sira_endpoint *source)
{
    sira_cursor cursor;
    sira_via via;
    bool top = true;
    sira_cursor_init(&cursor, request, SIRA_FIELD_VIA);
    while (sira_via_next(&cursor, &via, NULL) == SIRA_OK) {
        SIRA_I_WRITE(writer, "Via: SIP/2.0/");
        sira_write_token(writer, via.transport);
        SIRA_I_WRITE(writer, " ");
        sira_write_text(writer, via.host);
        if (via.port != 0) {
            SIRA_I_WRITE(writer, ":");
            sira_write_number(writer, via.port);
        }
        if (top && source != NULL && source->family != SIRA_FAMILY_NONE)
            write_top_params(writer, &via, source);
        else
            write_params(writer, via.params);
        sira_write_end(writer);
        top = false;
    }
    if (top)
        sira_i_write_fail(writer, SIRA_E_MISSING);
}

/* A display name that is no quoted string becomes one. */
static void write_display(sira_writer *writer, sira_str display)
{
    if (display.len > 0 && display.at[0] != '"') {
        sira_write_quoted(writer, display);
        SIRA_I_WRITE(writer, " ");
    } else {
        sira_i_write_display(writer, display);
    }
}

static bool has_fold(sira_str text)
{
    return memchr(text.at, '\n', text.len) != NULL;
}

static void write_address(sira_writer *writer, const sira_message *request, sira_field_id id, sira_str tag)
{
    sira_address address;
    if (sira_message_address(request, id, &address, NULL) != SIRA_OK) {
        sira_i_write_fail(writer, SIRA_E_MISSING);
        return;
    }
    sira_write_begin(writer, id);
    if (address.display.len > 0 && address.display.at[0] != '"' && has_fold(address.display))
        address.display.len = 0;
    write_display(writer, address.display);
    sira_write_address(writer, (sira_str){NULL, 0}, address.uri);
    write_params(writer, address.params);
    if (tag.len > 0 && address.tag.len == 0)
        sira_write_param(writer, SIRA_STR("tag"), tag);
    sira_write_end(writer);
}

void sira_write_clean_response(sira_writer *writer, const sira_message *request, const sira_response *response)
{
    size_t mark = writer->length;
    sira_str call_id = {NULL, 0};
    sira_cseq cseq = {.number = 0};
    sira_write_status_line(writer, response->code, response->reason);
    write_vias(writer, request, response->source);
    write_address(writer, request, SIRA_FIELD_FROM, (sira_str){NULL, 0});
    write_address(writer, request, SIRA_FIELD_TO, response->to_tag);
    if (sira_message_call_id(request, &call_id, NULL) != SIRA_OK || sira_message_cseq(request, &cseq, NULL) != SIRA_OK)
        sira_i_write_fail(writer, SIRA_E_MISSING);
    sira_write_field(writer, SIRA_FIELD_CALL_ID, call_id);
    sira_write_cseq_field(writer, cseq.number, cseq.method);
    sira_i_write_settle(writer, mark);
}
