/* Where a view ends. */
#ifndef SIRA_BASE_VIEW_H
#define SIRA_BASE_VIEW_H

#include <sira/base.h>

#include "base/acsl.h"

/* An empty view may be NULL, and C11 6.5.6 has no sum of NULL and 0. */
/*@ requires text.len > 0 ==> RANGE(text.at, text.at + text.len);
    assigns \nothing;
    ensures \result == text.at + text.len; */
static inline const char *sira_i_end(sira_str text)
{
    return text.len > 0 ? text.at + text.len : text.at;
}

#endif
