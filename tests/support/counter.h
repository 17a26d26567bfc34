/* A hash provider that counts, and fails when it is told to. */
#ifndef SUPPORT_COUNTER_H
#define SUPPORT_COUNTER_H

#include <sira/hash.h>

typedef struct counter {
    sira_hash inner;
    unsigned calls;
    size_t blocks;    /* that were hashed: what takes the time */
    unsigned fail_at; /* the call that fails, from 1; 0: none */
} counter;

/* Starts to count from 0 before the inner provider. */
sira_hash counter_hash(counter *c, sira_hash inner, unsigned fail_at);

#endif
