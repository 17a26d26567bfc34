#include "support/clock.h"

#include <stdio.h>
#include <time.h>

uint64_t clock_wall(void)
{
    struct timespec now;
    if (clock_gettime(CLOCK_REALTIME, &now) != 0)
        return 0;
    return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
}

void clock_text(uint64_t wall, char text[CLOCK_TEXT])
{
    time_t seconds = (time_t)(wall / 1000000u);
    struct tm utc = {0};
    gmtime_r(&seconds, &utc);
    size_t length = strftime(text, CLOCK_TEXT, "%Y-%m-%dT%H:%M:%S", &utc);
    snprintf(text + length, CLOCK_TEXT - length, ".%03uZ", (unsigned)(wall / 1000u % 1000u));
}
