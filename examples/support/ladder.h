/* Messages as a ladder: who to whom, when, and what. */
#ifndef EXAMPLES_SUPPORT_LADDER_H
#define EXAMPLES_SUPPORT_LADDER_H

#include <stdint.h>
#include <stdio.h>

#include <sira/transport.h>

typedef struct ladder {
    FILE *out;
    uint64_t begin; /* time of the first message; 0: none yet */
} ladder;

/* Prints a message, or why one was not taken. Control characters, which a terminal might obey, are shown as \x1b. */
void ladder_show(ladder *self, const sira_trace_entry *entry);

#endif
