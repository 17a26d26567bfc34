/* Copies of values without what only the wire needs: folds, quotes, escapes. */
#include "message/scan.h"

sira_status sira_str_unfold(sira_str value, char *out, size_t size, size_t *length)
{
    size_t n = 0;
    for (size_t i = 0; i < value.len; n++) {
        char c = value.at[i++];
        if (c == '\r' || c == '\n') {
            const char *at = value.at + i - 1, *behind = sira_i_lws_end(at, value.at + value.len);
            if (behind > at) {
                c = ' ';
                i = (size_t)(behind - value.at);
            }
        }
        if (n == size)
            return SIRA_E_SPACE;
        out[n] = c;
    }
    *length = n;
    return SIRA_OK;
}

sira_status sira_str_unquote(sira_str value, char *out, size_t size, size_t *length)
{
    size_t n = 0;
    bool quoted = value.len > 0 && value.at[0] == '"';
    if (quoted) {
        sira_i_scan scan = {value.at, value.at + value.len};
        if (sira_i_quoted(&scan).len != value.len)
            return SIRA_E_SYNTAX;
        value = sira_i_unquoted(value);
    }
    for (size_t i = 0; i < value.len; i++) {
        if (quoted && value.at[i] == '\\')
            i++;
        if (n == size)
            return SIRA_E_SPACE;
        out[n++] = value.at[i];
    }
    *length = n;
    return SIRA_OK;
}
