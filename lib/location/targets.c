#include "location/targets.h"

static bool is_barred(const sira_target *target, uint64_t now)
{
    return now < target->barred_until;
}

static bool is_well(const sira_target *target, uint64_t now)
{
    return now >= target->rests_until && !is_barred(target, now);
}

uint8_t sira_i_targets_find(const sira_targets *targets, const sira_endpoint *endpoint)
{
    uint8_t i = 0;
    while (i < targets->count && !sira_endpoint_equal(&targets->list[i].endpoint, endpoint))
        i++;
    return i;
}

/* From start on, round; of those that are well the first of all. targets->count: all are barred. */
static uint8_t next_from(const sira_targets *targets, unsigned start, uint64_t now)
{
    for (uint8_t i = 0; i < targets->count; i++)
        if (is_well(&targets->list[i], now))
            return i;
    for (unsigned i = 0; i < targets->count; i++) {
        const uint8_t next = (uint8_t)((start + i) % targets->count);
        if (!is_barred(&targets->list[next], now))
            return next;
    }
    return targets->count;
}

bool sira_i_targets_choose(sira_targets *targets, uint64_t now)
{
    if (targets->count == 0)
        return false;
    if (is_well(&targets->list[targets->present], now))
        return true;
    const uint8_t next = next_from(targets, targets->present, now);
    if (next == targets->count)
        return false;
    targets->present = next;
    return true;
}

bool sira_i_targets_set(sira_targets *targets, const sira_endpoint *list, size_t count, uint64_t now)
{
    const sira_targets before = *targets;
    targets->count = (uint8_t)(count < SIRA_LIMIT_TARGETS ? count : SIRA_LIMIT_TARGETS);
    for (uint8_t i = 0; i < targets->count; i++) {
        const uint8_t known = sira_i_targets_find(&before, &list[i]);
        targets->list[i] = known < before.count ? before.list[known] : (sira_target){.endpoint = list[i]};
    }
    targets->present = 0;
    if (before.count > 0) {
        const uint8_t same = sira_i_targets_find(targets, &before.list[before.present].endpoint);
        if (same < targets->count) {
            targets->present = same;
            return true;
        }
    }
    (void)sira_i_targets_choose(targets, now);
    return false;
}

void sira_i_targets_fail(sira_targets *targets, uint8_t failed, uint64_t now)
{
    sira_target *target = &targets->list[failed];
    if (now >= target->rests_until) { /* who was asked though it rests has not to rest longer for that */
        const bool soon = target->rest != 0 && now - target->rests_until < target->rest;
        target->rest = !soon                                ? SIRA_I_REST_FIRST
                       : target->rest < SIRA_I_REST_MAX / 2 ? 2 * target->rest
                                                            : SIRA_I_REST_MAX;
        target->rests_until = now + target->rest;
    }
    if (failed != targets->present)
        return;
    const uint8_t next = next_from(targets, failed + 1u, now);
    if (next < targets->count)
        targets->present = next;
}

uint8_t sira_i_targets_better(const sira_targets *targets, uint64_t now)
{
    for (uint8_t i = 0; i < targets->present; i++)
        if (is_well(&targets->list[i], now))
            return i;
    return targets->count;
}

uint64_t sira_i_targets_barred_until(const sira_targets *targets)
{
    uint64_t first = SIRA_NEVER;
    for (uint8_t i = 0; i < targets->count; i++)
        first = targets->list[i].barred_until < first ? targets->list[i].barred_until : first;
    return first;
}
