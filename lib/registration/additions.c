/* What the application adds to a REGISTER, and what of that would get in the way of the registration's own. */
#include "registration/registration.h"

#include "agent/config.h"

#include <string.h>

/* ---- what is refused ---- */

/* Another text that begins with prefix: a view into the buffer. */
static sira_str behind(const char *prefix, sira_str text, char *buffer)
{
    const size_t length = strlen(prefix);
    memcpy(buffer, prefix, length);
    memcpy(buffer + length, text.at, text.len);
    return (sira_str){buffer, length + text.len};
}

static sira_status check_uri_params(const sira_registration *registration, sira_str params, sira_diag *diag)
{
    char buffer[SIRA_LIMIT_CONFIG + 16];
    sira_uri uri;
    sira_str value;
    sira_status status = sira_i_config_string(params, "uri_params", diag);
    if (status != SIRA_OK || params.len == 0)
        return status;
    if (params.len + registration->config.contact_user.len > SIRA_LIMIT_CONFIG)
        return sira_i_config_refuse(diag, "uri_params", "at most 255 bytes together with contact_user");
    if (sira_uri_parse(&uri, behind("sip:a@b;", params, buffer), NULL) != SIRA_OK || uri.params.len != params.len ||
        sira_uri_param(&uri, SIRA_STR("transport"), &value) != SIRA_IDLE ||
        sira_uri_param(&uri, SIRA_STR("line"), &value) != SIRA_IDLE)
        return sira_i_config_refuse(diag, "uri_params", "parameters of a SIP URI, but for transport and line");
    return SIRA_OK;
}

static sira_status check_contact_params(sira_str params, sira_diag *diag)
{
    char buffer[SIRA_LIMIT_CONFIG + 16];
    sira_cursor cursor;
    sira_contact contact, more;
    sira_status status = sira_i_config_string(params, "contact_params", diag);
    if (status != SIRA_OK || params.len == 0)
        return status;
    sira_cursor_init_text(&cursor, behind("<sip:a@b>;", params, buffer), SIRA_FIELD_CONTACT);
    if (sira_contact_next(&cursor, &contact, NULL) != SIRA_OK || sira_contact_next(&cursor, &more, NULL) != SIRA_IDLE ||
        contact.has_expires || contact.instance.len != 0 || contact.reg_id != 0)
        return sira_i_config_refuse(diag, "contact_params",
                                    "parameters of a Contact, but for expires, +sip.instance and reg-id");
    return SIRA_OK;
}

static bool is_ours(sira_field_id id)
{
    switch (id) {
    case SIRA_FIELD_VIA:
    case SIRA_FIELD_FROM:
    case SIRA_FIELD_TO:
    case SIRA_FIELD_CALL_ID:
    case SIRA_FIELD_CSEQ:
    case SIRA_FIELD_CONTACT:
    case SIRA_FIELD_EXPIRES:
    case SIRA_FIELD_MAX_FORWARDS:
    case SIRA_FIELD_ROUTE:
    case SIRA_FIELD_AUTHORIZATION:
    case SIRA_FIELD_PROXY_AUTHORIZATION:
    case SIRA_FIELD_USER_AGENT:
    case SIRA_FIELD_CONTENT_TYPE:
    case SIRA_FIELD_CONTENT_LENGTH:
        return true;
    default:
        return false;
    }
}

static sira_status check_fields(const sira_additions *additions, sira_diag *diag)
{
    for (size_t i = 0; i < additions->field_count; i++) {
        sira_writer writer;
        size_t length;
        const struct sira_addition *field = &additions->fields[i];
        sira_status status = sira_i_config_string(field->value, "fields", diag);
        if (status != SIRA_OK)
            return status;
        sira_writer_init(&writer, NULL, 0);
        sira_write_token(&writer, field->name);
        status = sira_writer_finish(&writer, &length);
        if ((status != SIRA_OK && status != SIRA_E_SPACE) || field->name.len == 0 ||
            field->name.len > SIRA_LIMIT_CONFIG || is_ours(sira_field_id_of(field->name)))
            return sira_i_config_refuse(diag, "fields", "header fields that a REGISTER does not have already");
    }
    return SIRA_OK;
}

/* ---- what is written ---- */

static void add_params(sira_str params, sira_writer *writer)
{
    if (params.len == 0)
        return;
    sira_write_text(writer, SIRA_STR(";"));
    sira_write_text(writer, params);
}

static void add_to_uri(const sira_additions *additions, sira_writer *writer)
{
    add_params(additions->uri_params, writer);
}

static void add_to_contact(const sira_additions *additions, sira_writer *writer)
{
    add_params(additions->contact_params, writer);
}

static void add_fields(const sira_additions *additions, sira_writer *writer)
{
    for (size_t i = 0; i < additions->field_count; i++)
        sira_write_other(writer, additions->fields[i].name, additions->fields[i].value);
}

sira_status sira_registration_add(sira_registration *registration, sira_additions *additions, sira_diag *diag)
{
    static const sira_adder adder = {add_to_uri, add_to_contact, add_fields};
    sira_status status = check_uri_params(registration, additions->uri_params, diag);
    if (status == SIRA_OK)
        status = check_contact_params(additions->contact_params, diag);
    if (status == SIRA_OK)
        status = check_fields(additions, diag);
    if (status != SIRA_OK)
        return status;
    additions->by = &adder;
    registration->additions = additions;
    if (sira_i_register_size(registration) <= sira_i_registration_agent(registration)->config.scratch_size)
        return SIRA_OK;
    registration->additions = NULL;
    return sira_i_config_refuse(diag, "scratch", "room for the longest REGISTER of this line");
}
