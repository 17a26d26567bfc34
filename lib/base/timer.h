/* The timer queue: an intrusive pairing heap, so there is no table that could be full and no list to search. */
#ifndef SIRA_BASE_TIMER_H
#define SIRA_BASE_TIMER_H

#include <sira/detail/timer.h>

void sira_i_timers_init(sira_timers *timers);
/* due: called, with the timer out of the queue, when its deadline has come. */
void sira_i_timer_init(sira_timer *timer, void (*due)(sira_timer *timer));

/* Queues the timer for a deadline, or moves it; SIRA_NEVER takes it out. */
void sira_i_timer_set(sira_timers *timers, sira_timer *timer, uint64_t deadline);

/* The earliest timer, NULL when there is none. */
static inline sira_timer *sira_i_timers_first(const sira_timers *timers)
{
    return timers->first;
}

#endif
