#include "base/timer.h"

void sira_i_timers_init(sira_timers *timers)
{
    timers->first = NULL;
}

void sira_i_timer_init(sira_timer *timer, void (*due)(sira_timer *timer))
{
    *timer = (sira_timer){.due = due, .deadline = SIRA_NEVER};
}

/* Both are roots: no sibling, no previous. The later one becomes the first child of the earlier one. */
static sira_timer *meld(sira_timer *a, sira_timer *b)
{
    if (a == NULL)
        return b;
    if (b == NULL)
        return a;
    if (b->deadline < a->deadline) {
        sira_timer *swap = a;
        a = b;
        b = swap;
    }
    b->previous = a;
    b->sibling = a->child;
    if (a->child != NULL)
        a->child->previous = b;
    a->child = b;
    return a;
}

static sira_timer *cut(sira_timer *timer)
{
    sira_timer *next = timer->sibling;
    timer->sibling = NULL;
    timer->previous = NULL;
    return next;
}

/* Two passes, without recursion: pairs from left to right, then the pairs from right to left. */
static sira_timer *meld_siblings(sira_timer *first)
{
    sira_timer *pairs = NULL;
    while (first != NULL) {
        sira_timer *a = first;
        sira_timer *b = cut(a);
        first = b != NULL ? cut(b) : NULL;
        a = meld(a, b);
        a->sibling = pairs;
        pairs = a;
    }
    sira_timer *root = NULL;
    while (pairs != NULL) {
        sira_timer *next = cut(pairs);
        root = meld(root, pairs);
        pairs = next;
    }
    return root;
}

static void take_out(sira_timers *timers, sira_timer *timer)
{
    sira_timer *rest = meld_siblings(timer->child);
    timer->child = NULL;
    if (timers->first == timer) {
        timers->first = rest;
    } else {
        if (timer->previous->child == timer)
            timer->previous->child = timer->sibling;
        else
            timer->previous->sibling = timer->sibling;
        if (timer->sibling != NULL)
            timer->sibling->previous = timer->previous;
        (void)cut(timer);
        timers->first = meld(timers->first, rest);
    }
    timer->queued = false;
}

void sira_i_timer_set(sira_timers *timers, sira_timer *timer, uint64_t deadline)
{
    if (timer->queued) {
        if (timer->deadline == deadline)
            return;
        take_out(timers, timer);
    }
    timer->deadline = deadline;
    if (deadline == SIRA_NEVER)
        return;
    timer->queued = true;
    timers->first = meld(timers->first, timer);
}
