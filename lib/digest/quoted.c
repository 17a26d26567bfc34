#include "digest/digest.h"

#include "base/view.h"
#include "message/words.h"

#include <string.h>

sira_str sira_i_inner(sira_str value)
{
    if (value.len >= 2 && value.at[0] == '"' && value.at[value.len - 1] == '"')
        return (sira_str){value.at + 1, value.len - 2};
    return value;
}

/* The length of the fold at the start of text, 0 when there is none (RFC 3261 7.3.1). */
static size_t fold_length(sira_str text)
{
    size_t i = 0;
    if (i < text.len && text.at[i] == '\r')
        i++;
    if (i == text.len || text.at[i] != '\n')
        return 0;
    size_t end = ++i;
    while (i < text.len && (text.at[i] == ' ' || text.at[i] == '\t'))
        i++;
    return i > end ? i : 0;
}

static bool has_any(sira_str text, const char *octets, size_t n)
{
    for (size_t i = 0; i < n && text.len > 0; i++)
        if (memchr(text.at, octets[i], text.len) != NULL)
            return true;
    return false;
}

bool sira_i_is_one_line(sira_str text)
{
    return !has_any(text, "\r\n\0", 3);
}

bool sira_i_is_plain(sira_str text)
{
    return !has_any(text, "\\\"\r\n\0", 5);
}

/* Character by character, because there is something among them. */
static sira_status copy_odd(sira_str text, char *out, size_t size, size_t *length)
{
    size_t n = 0;
    bool escaped = false;
    while (text.len > 0) {
        char c = text.at[0];
        size_t step = 1;
        if (c == '\r' || c == '\n') {
            step = fold_length(text);
            c = ' ';
        }
        if (step == 0 || c == '\0' || (c == '"' && !escaped))
            return SIRA_E_SYNTAX;
        escaped = c == '\\' && !escaped;
        if (n == size)
            return SIRA_E_LIMIT;
        if (out != NULL)
            out[n] = c;
        n++;
        text = (sira_str){text.at + step, text.len - step};
    }
    *length = n;
    return escaped ? SIRA_E_SYNTAX : SIRA_OK;
}

sira_status sira_i_inner_copy(sira_str value, char *out, size_t size, size_t *length)
{
    const sira_str text = sira_i_inner(value);
    if (!SIRA_I_QUICK || !sira_i_is_plain(text))
        return copy_odd(text, out, size, length);
    if (text.len > size)
        return SIRA_E_LIMIT;
    if (out != NULL && text.len > 0)
        memcpy(out, text.at, text.len);
    *length = text.len;
    return SIRA_OK;
}

bool sira_i_is_kept(sira_str kept, sira_str value)
{
    char text[SIRA_LIMIT_NONCE];
    size_t length;
    const sira_str inner = sira_i_inner(value);
    if (SIRA_I_QUICK && (inner.len == 0 || memchr(inner.at, '\n', inner.len) == NULL))
        return sira_str_equal(kept, inner);
    return sira_i_inner_copy(value, text, sizeof text, &length) == SIRA_OK &&
           sira_str_equal(kept, (sira_str){text, length});
}

sira_str sira_i_unescape(sira_str text, char *out)
{
    if (text.len == 0 || memchr(text.at, '\\', text.len) == NULL)
        return text;
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] == '\\' && i + 1 < text.len)
            i++;
        out[n++] = text.at[i];
    }
    return (sira_str){out, n};
}

/* The next octet that a text means; an escape at its very end is none. */
static char next_meant(const char **at, const char *end)
{
    if (**at == '\\' && *at + 1 < end)
        ++*at;
    return *(*at)++;
}

bool sira_i_same_unescaped(sira_str a, sira_str b)
{
    const char *left = a.at, *left_end = sira_i_end(a), *right = b.at, *right_end = sira_i_end(b);
    if (sira_str_equal(a, b)) /* as it mostly is */
        return true;
    while (left < left_end && right < right_end)
        if (next_meant(&left, left_end) != next_meant(&right, right_end))
            return false;
    return left == left_end && right == right_end;
}
