/* Layout of the addresses of one server, with their health. Not API. */
#ifndef SIRA_DETAIL_TARGETS_H
#define SIRA_DETAIL_TARGETS_H

#include <sira/endpoint.h>
#include <sira/limits.h>

typedef struct sira_target {
    sira_endpoint endpoint;
    uint64_t barred_until; /* it has said that it wants no requests before */
    uint64_t rests_until;  /* it has failed: others come first */
    uint32_t rest;         /* ms, the last one; 0: none yet */
} sira_target;

typedef struct sira_targets {
    sira_target list[SIRA_LIMIT_TARGETS]; /* the preferred one first */
    uint8_t count;
    uint8_t present; /* the one in use */
} sira_targets;

#endif
