/* Faults that tests/proof/run must not prove right (check_planted). */
#include "base/chars.h"

/* Reads one octet behind the view. */
/*@ requires READABLE(text);
    assigns \nothing; */
bool over_read(sira_str text)
{
    /*@ loop invariant 0 <= i <= text.len + 1;
        loop assigns i;
        loop variant text.len - i; */
    for (size_t i = 0; i <= text.len; i++)
        if (text.at[i] == ' ')
            return true;
    return false;
}

/* Calls outside the contract of what is called. */
/*@ assigns \nothing; */
unsigned no_digit(char c)
{
    return sira_i_hex_value(c);
}

/* Wraps for one value. */
/*@ assigns \nothing; */
size_t wraps(size_t a)
{
    return a + 1;
}
