/* The health of a server's addresses: which one is asked next. Pure: no network, no clock.
 *
 * The addresses stand in the order of preference. One that fails rests, and is asked only where all others rest, too;
 * when its rest is over it may be tried again. A rest is SIRA_I_REST_FIRST, and twice the last one, up to
 * SIRA_I_REST_MAX, when the target fails sooner than one rest after it. A target that has said until when it wants no
 * request (RFC 3261 21.5.4) is barred till then. */
#ifndef SIRA_LOCATION_TARGETS_H
#define SIRA_LOCATION_TARGETS_H

#include <sira/base.h>
#include <sira/detail/targets.h>

#define SIRA_I_REST_FIRST 60000u /* ms */
#define SIRA_I_REST_MAX 3600000u

/* The index of a target; targets->count: it is none. */
uint8_t sira_i_targets_find(const sira_targets *targets, const sira_endpoint *endpoint);

/* Takes another list, of SIRA_LIMIT_TARGETS at most. Those that were known keep their health. True: the present one is
 * among them and stays; else it is the first that may be asked. */
bool sira_i_targets_set(sira_targets *targets, const sira_endpoint *list, size_t count, uint64_t now);

/* Makes the best of those that may be asked the present one, unless that may be asked itself. False: all are barred. */
bool sira_i_targets_choose(sira_targets *targets, uint64_t now);

/* A request to this one has failed: it rests, and if it is the present one, the next takes its place. */
void sira_i_targets_fail(sira_targets *targets, uint8_t failed, uint64_t now);

/* The first before the present one that neither rests nor is barred; targets->count: there is none. */
uint8_t sira_i_targets_better(const sira_targets *targets, uint64_t now);

/* When the first of them may be asked; SIRA_NEVER: there are none. */
uint64_t sira_i_targets_barred_until(const sira_targets *targets);

#endif
