/* The bytes of a response to a request that stands in a slot (RFC 3261 8.2.6, 12.1.1). */
#include "request/incoming.h"

#include <string.h>

/* RFC 3261 12.1.1, RFC 6665 4.2.1, RFC 3311 5.2. */
static bool is_of_dialog(const sira_message *request, uint16_t code)
{
    switch (request->method) {
    case SIRA_METHOD_INVITE:
    case SIRA_METHOD_SUBSCRIBE:
    case SIRA_METHOD_NOTIFY:
    case SIRA_METHOD_REFER:
    case SIRA_METHOD_UPDATE:
        return code > 100 && code < 300;
    default:
        return false;
    }
}

static bool has_contact(const sira_answer *answer)
{
    for (size_t i = 0; i < answer->field_count; i++)
        if (sira_field_id_of(answer->fields[i].name) == SIRA_FIELD_CONTACT)
            return true;
    return false;
}

/* Where we are asked at is what the peer knows us by; RFC 3261 12.1.1: sips where it asked by that. */
static void write_contact(const sira_incoming *incoming, const sira_message *request, sira_writer *writer)
{
    char text[SIRA_ENDPOINT_TEXT];
    const sira_endpoint *local = &incoming->flow.local;
    sira_uri uri = {0};
    (void)sira_uri_parse(&uri, request->uri, NULL);
    const bool secure = uri.scheme == SIRA_SCHEME_SIPS;
    sira_write_begin(writer, SIRA_FIELD_CONTACT);
    sira_write_text(writer, secure ? SIRA_STR("<sips:") : SIRA_STR("<sip:"));
    if (uri.has_user && uri.scheme != SIRA_SCHEME_TEL) {
        sira_write_text(writer, uri.user);
        sira_write_text(writer, SIRA_STR("@"));
    }
    sira_write_text(writer, (sira_str){text, sira_endpoint_to_text(local, text, sizeof text)});
    if (local->transport != SIRA_TRANSPORT_UDP && !secure)
        sira_write_text(writer, local->transport == SIRA_TRANSPORT_TCP ? SIRA_STR(";transport=tcp")
                                                                       : SIRA_STR(";transport=tls"));
    sira_write_text(writer, SIRA_STR(">"));
    sira_write_end(writer);
}

static void write_fields(const sira_answer *answer, sira_writer *writer)
{
    for (size_t i = 0; i < answer->field_count; i++)
        sira_write_other(writer, answer->fields[i].name, answer->fields[i].value);
}

sira_status sira_i_incoming_write(sira_incoming *incoming, const sira_answer *answer, size_t *length)
{
    sira_agent *agent = incoming->uas->agent;
    sira_message *request = &incoming->uas->message;
    sira_writer writer;
    sira_status status = sira_message_parse(request, (sira_str){incoming->bytes, incoming->request_len}, NULL);
    if (status != SIRA_OK && status != SIRA_E_LENGTH) /* its body is not kept */
        return status;
    sira_writer_init(&writer, agent->config.scratch, agent->config.scratch_size);
    sira_write_response(
        &writer, request,
        &(sira_response){.code = answer->code,
                         .reason = answer->reason,
                         .to_tag = answer->code > 100 ? sira_i_incoming_own_tag(incoming) : SIRA_STR(""),
                         .source = &incoming->flow.remote});
    if (is_of_dialog(request, answer->code)) {
        for (size_t i = 0; i < request->field_count; i++)
            if (request->fields[i].id == SIRA_FIELD_RECORD_ROUTE)
                sira_write_fields(&writer, request, i, i + 1);
        if (!has_contact(answer))
            write_contact(incoming, request, &writer);
    }
    write_fields(answer, &writer);
    if (answer->body.len != 0)
        sira_write_field(&writer, SIRA_FIELD_CONTENT_TYPE, answer->content_type);
    sira_write_body(&writer, answer->body);
    return sira_writer_finish(&writer, length);
}
