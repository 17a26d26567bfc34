#include <sira/base.h>

#include <string.h>

#include "base/chars.h"

/*@ requires text == \null ||
        \exists integer i; 0 <= i < 0x7fffffffffffffff && text[i] == 0 && \valid_read(text + (0 .. i));
    assigns \result \from text, indirect:text[0 ..];
    ensures READABLE(\result); */
sira_str sira_str_from(const char *text)
{
    return (sira_str){text, text != NULL ? strlen(text) : 0};
}

/*@ requires READABLE(a) && READABLE(b);
    assigns \nothing;
    ensures \result ==> a.len == b.len; */
bool sira_str_equal(sira_str a, sira_str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

/*@ requires READABLE(a) && READABLE(b);
    assigns \nothing;
    ensures \result ==> a.len == b.len; */
bool sira_str_equal_nocase(sira_str a, sira_str b)
{
    if (a.len != b.len)
        return false;
    /*@ loop invariant 0 <= i <= a.len;
        loop assigns i;
        loop variant a.len - i; */
    for (size_t i = 0; i < a.len; i++)
        if (sira_i_lower(a.at[i]) != sira_i_lower(b.at[i]))
            return false;
    return true;
}

/*@ requires READABLE(text) && \valid(value);
    requires \separated(value, text.at + (0 .. text.len - 1));
    assigns *value;
    ensures \result == SIRA_OK || \result == SIRA_E_SYNTAX || \result == SIRA_E_NUMBER;
    ensures \result == SIRA_OK ==> *value <= max && text.len > 0;
    ensures \result != SIRA_OK ==> *value == \old(*value); */
sira_status sira_str_to_u32(sira_str text, uint32_t max, uint32_t *value)
{
    uint64_t number = 0;
    bool over = false;
    if (text.len == 0)
        return SIRA_E_SYNTAX;
    /*@ loop invariant 0 <= i <= text.len && number <= max;
        loop assigns i, number, over;
        loop variant text.len - i; */
    for (size_t i = 0; i < text.len; i++) {
        int digit = text.at[i] - '0';
        if (digit < 0 || digit > 9)
            return SIRA_E_SYNTAX;
        number = 10u * number + (unsigned)digit;
        if (number > max) {
            over = true;
            number = max; /* stays small, so that no number of digits can wrap it */
        }
    }
    if (over)
        return SIRA_E_NUMBER;
    *value = (uint32_t)number;
    return SIRA_OK;
}
