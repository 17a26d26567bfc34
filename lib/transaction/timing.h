/* The three times from which all timers of RFC 3261 17 follow. */
#ifndef SIRA_TRANSACTION_TIMING_H
#define SIRA_TRANSACTION_TIMING_H

#include <stdint.h>

/* RFC 3261 17.1.1.1, milliseconds; none is 0. */
typedef struct sira_i_transaction_timing {
    uint32_t t1, t2, t4;
} sira_i_transaction_timing;

/* Timers B, F, H, J, L and M. */
static inline uint64_t sira_i_64_t1(const sira_i_transaction_timing *timing)
{
    return 64u * (uint64_t)timing->t1;
}

#endif
