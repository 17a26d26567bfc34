/* Copies of values without what only the wire needs: folds, quotes, escapes. */
#include "message/scan.h"

/*@ requires value.len > 0 ==> RANGE(value.at, value.at + value.len);
    requires size > 0 ==> \valid(out + (0 .. size - 1));
    requires \valid(length) && \separated(value.at + (0 .. value.len - 1), out + (0 .. size - 1), length);
    assigns out[0 .. size - 1], *length;
    ensures \result == SIRA_OK ==> *length <= size && *length <= value.len; */
sira_status sira_str_unfold(sira_str value, char *out, size_t size, size_t *length)
{
    size_t n = 0;
    /*@ loop invariant n <= i <= value.len && n <= size;
        loop assigns i, n, out[0 .. size - 1];
        loop variant value.len - i; */
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

/*@ requires value.len > 0 ==> RANGE(value.at, value.at + value.len);
    requires size > 0 ==> \valid(out + (0 .. size - 1));
    requires \valid(length) && \separated(value.at + (0 .. value.len - 1), out + (0 .. size - 1), length);
    assigns out[0 .. size - 1], *length;
    ensures \result == SIRA_OK ==> *length <= size; */
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
    //@ assert value.len > 0 ==> \object_pointer(value.at) && \valid_read(value.at + (0 .. value.len - 1));
    /*@ loop invariant 0 <= i <= value.len && n <= i && n <= size;
        loop assigns i, n, out[0 .. size - 1];
        loop variant value.len - i; */
    for (size_t i = 0; i < value.len; i++) {
        if (quoted && value.at[i] == '\\' && i + 1 < value.len)
            i++;
        if (n == size)
            return SIRA_E_SPACE;
        out[n++] = value.at[i];
    }
    *length = n;
    return SIRA_OK;
}
