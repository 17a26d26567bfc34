/* Layout of the timer queue and of intrusive lists. Not API. */
#ifndef SIRA_DETAIL_TIMER_H
#define SIRA_DETAIL_TIMER_H

#include <sira/base.h>

/* A node of a doubly linked ring; alone it points to itself, unlinked to nothing. */
typedef struct sira_link {
    struct sira_link *next, *previous;
} sira_link;

/* A node of a pairing heap, and what is called when its time has come. previous is the elder sibling, or the parent of
 * a first child. */
typedef struct sira_timer {
    struct sira_timer *child, *sibling, *previous;
    void (*due)(struct sira_timer *timer);
    uint64_t deadline;
    bool queued;
} sira_timer;

typedef struct sira_timers {
    sira_timer *first;
} sira_timers;

/* Whoever waits, in the list of what it waits for. */
typedef struct sira_waiter {
    sira_link link;
    void (*ready)(struct sira_waiter *waiter);
} sira_waiter;

#endif
