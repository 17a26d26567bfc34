/* Header lines from the views that the readers give: what was taken from one message goes into another as it stands. */
#include <sira/writer.h>

#include "message/scan.h"
#include "message/writing.h"

/* Parameters as the readers give them, so that nothing but parameters can stand there. */
static bool is_params(sira_str params)
{
    sira_str name, value;
    sira_status status;
    do
        status = sira_i_next_param(&params, ';', &name, &value);
    while (status == SIRA_OK);
    return status == SIRA_IDLE;
}

static void write_params(sira_writer *writer, sira_str params)
{
    if (params.len == 0)
        return;
    if (!is_params(params))
        sira_i_write_fail(writer, SIRA_E_ARGUMENT);
    SIRA_I_WRITE(writer, ";");
    sira_i_write_unfolded(writer, params);
}

static bool is_host(sira_str text)
{
    sira_i_scan scan = {text.at, sira_i_end(text), 0};
    return text.len > 0 && sira_i_host(&scan).len == text.len;
}

void sira_write_via_view(sira_writer *writer, const sira_via *via)
{
    size_t mark = writer->length;
    if (!is_host(via->host))
        sira_i_write_fail(writer, SIRA_E_ARGUMENT);
    SIRA_I_WRITE(writer, "Via: SIP/2.0/");
    sira_write_token(writer, via->transport);
    SIRA_I_WRITE(writer, " ");
    sira_i_write_raw(writer, via->host.at, via->host.len);
    if (via->port != 0) {
        SIRA_I_WRITE(writer, ":");
        sira_write_number(writer, via->port);
    }
    write_params(writer, via->params);
    sira_write_end(writer);
    sira_i_write_settle(writer, mark);
}

void sira_write_address_view(sira_writer *writer, sira_field_id id, const sira_address *address)
{
    size_t mark = writer->length;
    sira_write_begin(writer, id);
    sira_i_write_display(writer, address->display);
    sira_write_address(writer, (sira_str){NULL, 0}, address->uri);
    write_params(writer, address->params);
    sira_write_end(writer);
    sira_i_write_settle(writer, mark);
}

/* As it is read in this field: a token, an event or a media type. */
static bool is_value(sira_field_id id, sira_str token)
{
    sira_cursor cursor;
    sira_token_params value;
    sira_cursor_init_text(&cursor, token, id);
    return sira_token_params_next(&cursor, &value, NULL) == SIRA_OK && value.token.at == token.at &&
           value.token.len == token.len;
}

void sira_write_token_params_field(sira_writer *writer, sira_field_id id, const sira_token_params *value)
{
    size_t mark = writer->length;
    if (!is_value(id, value->token))
        sira_i_write_fail(writer, SIRA_E_ARGUMENT);
    sira_write_begin(writer, id);
    sira_i_write_unfolded(writer, value->token);
    write_params(writer, value->params);
    sira_write_end(writer);
    sira_i_write_settle(writer, mark);
}

/* A list of name=value. */
static bool is_auth_params(sira_str params)
{
    sira_str name, value;
    sira_status status;
    do
        status = sira_i_next_param(&params, ',', &name, &value);
    while (status == SIRA_OK);
    return status == SIRA_IDLE;
}

void sira_write_auth_field(sira_writer *writer, sira_field_id id, const sira_auth *auth)
{
    size_t mark = writer->length;
    bool info = id == SIRA_FIELD_AUTHENTICATION_INFO || id == SIRA_FIELD_PROXY_AUTHENTICATION_INFO;
    bool challenge = id == SIRA_FIELD_WWW_AUTHENTICATE || id == SIRA_FIELD_PROXY_AUTHENTICATE;
    bool token68 = !info && sira_i_is_token68(auth->params);
    if ((!is_auth_params(auth->params) && !token68) || (auth->params.len == 0 && !challenge) ||
        info != (auth->scheme.len == 0))
        sira_i_write_fail(writer, SIRA_E_ARGUMENT);
    sira_write_begin(writer, id);
    if (!info)
        sira_write_token(writer, auth->scheme);
    if (auth->params.len > 0) {
        sira_write_text(writer, info ? SIRA_STR("") : SIRA_STR(" "));
        sira_i_write_unfolded(writer, auth->params);
    }
    sira_write_end(writer);
    sira_i_write_settle(writer, mark);
}
