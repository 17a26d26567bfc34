/* What can be known of bindings whose Contact is malformed. */
#include <sira/message.h>

#include "message/scan.h"

static void keep_least(uint32_t found, uint32_t *least)
{
    if (found != 0 && (*least == 0 || found < *least))
        *least = found;
}

/* Each "expires" that stands behind no other octet of a token, with "=" and a number behind it. */
static void find_expires(sira_str text, uint32_t *least)
{
    static const sira_str name = SIRA_STR_INIT("expires");
    const char *end = sira_i_end(text);
    for (const char *at = text.at; (size_t)(end - at) > name.len; at++) {
        if ((at > text.at && sira_i_is(at[-1], SIRA_I_TOKEN)) || !sira_str_equal_nocase((sira_str){at, name.len}, name))
            continue;
        const char *value = sira_i_behind_separator(at + name.len, end, '=');
        uint32_t seconds;
        if (value == NULL)
            continue;
        value += value < end && *value == '"';
        if (sira_i_leading_number((sira_str){value, (size_t)(end - value)}, &seconds))
            keep_least(seconds, least);
    }
}

sira_status sira_message_least_expires(const sira_message *message, uint32_t *seconds)
{
    uint32_t least = 0, number;
    for (size_t i = 0; i < message->field_count; i++) {
        const sira_field *field = &message->fields[i];
        if (field->id == SIRA_FIELD_CONTACT)
            find_expires(field->value, &least);
        else if (field->id == SIRA_FIELD_EXPIRES && sira_i_leading_number(sira_i_unquoted(field->value), &number))
            keep_least(number, &least);
    }
    if (least == 0)
        return SIRA_IDLE;
    *seconds = least;
    return SIRA_OK;
}

sira_status sira_uri_text_param(sira_str uri, sira_str name, sira_str *value)
{
    const char *at = uri.at, *end = sira_i_end(uri);
    while ((at = sira_i_find_outside(at, end, ';', '?')) < end && *at == ';') {
        at++;
        const char *stop = sira_i_find_outside(at, end, ';', '?');
        sira_str text = {at, (size_t)(stop - at)};
        if (text.len < name.len || !sira_str_equal_nocase((sira_str){at, name.len}, name))
            continue;
        if (text.len == name.len) {
            *value = (sira_str){NULL, 0};
            return SIRA_OK;
        }
        if (at[name.len] != '=')
            continue;
        *value = (sira_str){at + name.len + 1, text.len - name.len - 1};
        return SIRA_OK;
    }
    return SIRA_IDLE;
}
