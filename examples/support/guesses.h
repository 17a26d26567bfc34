/* Who has sent wrong passwords lately, by address: each wrong one beyond a few makes the address wait, for longer and
 * longer up to a minute. Nobody's account is locked by it: the same user from elsewhere does not wait. */
#ifndef EXAMPLES_SUPPORT_GUESSES_H
#define EXAMPLES_SUPPORT_GUESSES_H

#include <stdbool.h>
#include <stdint.h>

#include <sira/endpoint.h>

#define GUESSES_PLACES 4096u
#define GUESSES_FREE 8u       /* that cost nothing */
#define GUESSES_LONGEST 60u   /* seconds */
#define GUESSES_FORGET 600000 /* ms after the last one */

typedef struct guesses_entry {
    sira_endpoint address;
    uint64_t last; /* ms */
    uint32_t count;
} guesses_entry;

/* Two addresses may meet in a place; then the later one takes it, so memory is bounded whoever sends. */
typedef struct guesses {
    uint32_t key; /* random, so that nobody can choose whom to meet */
    guesses_entry all[GUESSES_PLACES];
} guesses;

/* How many seconds the address has to wait still; 0: it may try. */
uint32_t guesses_wait(const guesses *self, const sira_endpoint *address, uint64_t now);

void guesses_wrong(guesses *self, const sira_endpoint *address, uint64_t now);
void guesses_right(guesses *self, const sira_endpoint *address);

#endif
