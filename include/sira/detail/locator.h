/* Layout of a locator. Not API. */
#ifndef SIRA_DETAIL_LOCATOR_H
#define SIRA_DETAIL_LOCATOR_H

#include <sira/locator.h>
#include <sira/detail/location.h>

struct sira_locator {
    const struct sira_locator_functions *functions;
    sira_locator_config config;
    sira_location location;
    uint64_t found_until; /* DNS is asked again */
    uint32_t random;      /* draws the order of equals, once for all answers */
    bool has_drawn;
    bool is_asking;
};

#endif
