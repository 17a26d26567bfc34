/* Copies of values without what only the wire needs: folds, quotes, escapes. */
#include "message/scan.h"

/* The octet at i, or one space for a fold (RFC 3261 7.3.1); i moves behind it. */
/*@ requires RANGE(value.at, value.at + value.len) && \valid(i) && *i < value.len;
    requires \separated(i, value.at + (0 .. value.len - 1));
    assigns *i;
    ensures \old(*i) < *i <= value.len; */
static char take_octet(sira_str value, size_t *i)
{
    const char *at = value.at + *i, *end = value.at + value.len;
    if (*at == '\r' || *at == '\n') {
        const char *behind = sira_i_lws_end(at, end);
        if (behind > at) {
            *i = (size_t)(behind - value.at);
            return ' ';
        }
    }
    ++*i;
    return *at;
}

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
        char c = take_octet(value, &i);
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
        sira_i_scan scan = {value.at, value.at + value.len, 0};
        if (sira_i_quoted(&scan).len != value.len)
            return SIRA_E_SYNTAX;
        value = sira_i_unquoted(value);
    }
    //@ assert value.len > 0 ==> \object_pointer(value.at) && \valid_read(value.at + (0 .. value.len - 1));
    /*@ loop invariant 0 <= i <= value.len && n <= i && n <= size;
        loop assigns i, n, out[0 .. size - 1];
        loop variant value.len - i; */
    for (size_t i = 0; i < value.len; n++) {
        if (quoted && value.at[i] == '\\' && i + 1 < value.len)
            i++;
        char c = take_octet(value, &i);
        if (n == size)
            return SIRA_E_SPACE;
        out[n] = c;
    }
    *length = n;
    return SIRA_OK;
}
