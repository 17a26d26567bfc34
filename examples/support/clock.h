/* The wall clock, for people and for files. */
#ifndef EXAMPLES_SUPPORT_CLOCK_H
#define EXAMPLES_SUPPORT_CLOCK_H

#include <stddef.h>
#include <stdint.h>

/* Microseconds since 1970, UTC. */
uint64_t clock_wall(void);

#define CLOCK_TEXT 32
/* ISO 8601 in UTC with milliseconds, as "2026-01-31T12:00:00.250Z". */
void clock_text(uint64_t wall, char text[CLOCK_TEXT]);

#endif
