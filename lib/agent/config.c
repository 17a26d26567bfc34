#include "agent/config.h"

sira_status sira_i_config_refuse(sira_diag *diag, const char *field, const char *expected)
{
    if (diag != NULL)
        *diag = (sira_diag){.field = field, .expected = expected, .reason = ""};
    return SIRA_E_CONFIG;
}

sira_status sira_i_config_size(size_t size, size_t expected, sira_diag *diag)
{
    return size == expected ? SIRA_OK : sira_i_config_refuse(diag, "size", "a config filled by its ..._config_init");
}

sira_status sira_i_config_string(sira_str value, const char *field, sira_diag *diag)
{
    if (value.len > SIRA_LIMIT_CONFIG)
        return sira_i_config_refuse(diag, field, "at most 255 bytes");
    for (size_t i = 0; i < value.len; i++) {
        unsigned char octet = (unsigned char)value.at[i];
        if (octet >= ' ' && octet != 0x7f)
            continue;
        (void)sira_i_config_refuse(diag, field, "no control characters");
        if (diag != NULL)
            diag->offset = i;
        return SIRA_E_CONFIG;
    }
    return SIRA_OK;
}

sira_status sira_i_config_uri(sira_str value, const char *field, sira_uri *uri, sira_diag *diag)
{
    sira_status status = sira_i_config_string(value, field, diag);
    if (status != SIRA_OK)
        return status;
    if (sira_uri_parse(uri, value, diag) != SIRA_OK) {
        if (diag != NULL) {
            diag->field = field;
            diag->code = 0;
            diag->reason = "";
        }
        return SIRA_E_CONFIG;
    }
    if (uri->scheme != SIRA_SCHEME_SIP && uri->scheme != SIRA_SCHEME_SIPS)
        return sira_i_config_refuse(diag, field, "a sip or sips URI");
    if (uri->has_password) /* RFC 3261 19.1.1: it would be sent in clear */
        return sira_i_config_refuse(diag, field, "a URI without a password");
    if (uri->headers.len != 0)
        return sira_i_config_refuse(diag, field, "a URI without headers");
    return SIRA_OK;
}
