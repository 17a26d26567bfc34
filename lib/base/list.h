/* Intrusive doubly linked rings. A head is a sira_link that was given to sira_i_list_init. */
#ifndef SIRA_BASE_LIST_H
#define SIRA_BASE_LIST_H

#include <sira/detail/timer.h>

static inline void sira_i_list_init(sira_link *link)
{
    link->next = link;
    link->previous = link;
}

static inline bool sira_i_list_empty(const sira_link *head)
{
    return head->next == head;
}

static inline void sira_i_list_append(sira_link *head, sira_link *link)
{
    link->next = head;
    link->previous = head->previous;
    head->previous->next = link;
    head->previous = link;
}

/* Also for a link that is alone. */
static inline void sira_i_list_remove(sira_link *link)
{
    link->previous->next = link->next;
    link->next->previous = link->previous;
    sira_i_list_init(link);
}

static inline void sira_i_waiter_init(sira_waiter *waiter, void (*ready)(sira_waiter *waiter))
{
    sira_i_list_init(&waiter->link);
    waiter->ready = ready;
}

/* The object that a member stands in. */
#define SIRA_I_OWNER(pointer, type, member) ((type *)(void *)((char *)(pointer)-offsetof(type, member)))

#endif
