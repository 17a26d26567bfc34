#include "registration/policy.h"

#include <sira/limits.h>

uint64_t sira_i_policy_refresh(uint32_t granted, uint32_t floor)
{
    uint32_t seconds = granted > 1200u ? granted - 600u : granted / 2u;
    return 1000u * (uint64_t)(seconds < floor ? floor : seconds);
}

uint64_t sira_i_policy_backoff(uint32_t base, uint32_t max, uint32_t failures, uint32_t random)
{
    uint64_t upper = (uint64_t)base << (failures < 32u ? failures : 32u);
    if (upper > max)
        upper = max;
    uint64_t half = 500u * upper;
    return half + (half * random >> 32);
}

uint64_t sira_i_policy_retry_after(uint32_t retry_after, uint32_t floor, uint32_t failures, uint64_t backoff)
{
    uint32_t seconds = retry_after < SIRA_LIMIT_RETRY_AFTER_MAX ? retry_after : SIRA_LIMIT_RETRY_AFTER_MAX;
    uint64_t wait = 1000u * (uint64_t)(seconds < floor ? floor : seconds);
    return failures > 1 && backoff > wait ? backoff : wait;
}

uint64_t sira_i_policy_spread(uint32_t window, uint32_t random)
{
    return (uint64_t)window * random >> 32;
}

uint64_t sira_i_policy_flow_down(const sira_i_policy_flow *flow, uint32_t random)
{
    const uint64_t floor = 1000u * (uint64_t)flow->floor;
    const uint64_t least = flow->lived < floor ? floor - flow->lived : 0;
    if (flow->brief == 0)
        return least + sira_i_policy_spread(flow->window, random);
    const uint64_t wait = sira_i_policy_backoff(flow->floor, flow->max, flow->brief, random);
    return wait < least ? least : wait;
}

/* What an attempt came to, by what it says of the credentials. */
typedef enum refusal {
    PASSWORD,  /* they were shown, and another challenge came back; or whoever accepted them can't prove it */
    FORBIDDEN, /* RFC 3261 21.4.4: the request should not be repeated */
    REQUEST,   /* it is something else that is not wanted */
    TROUBLE,   /* it may be wanted later */
    CHALLENGE, /* it was not answered */
    SILENCE,   /* no answer, or no request */
    REFUSALS
} refusal;

static refusal of_code(uint16_t code)
{
    switch (code) {
    case 403:
        return FORBIDDEN;
    case 401: /* one more than is answered in an attempt */
    case 407:
    case 408:
    case 413: /* with Retry-After it is temporary (21.4.11) */
    case 480:
    case 486:
    case 491:
        return TROUBLE;
    case 501:
    case 505:
    case 513:
        return REQUEST;
    default:
        return code >= 500 && code < 600 ? TROUBLE : REQUEST;
    }
}

static refusal of_outcome(sira_status status, uint16_t code)
{
    switch (status) {
    case SIRA_E_RESPONSE:
        return of_code(code);
    case SIRA_E_CREDENTIALS:
    case SIRA_E_STALE:
    case SIRA_E_RSPAUTH:
        return PASSWORD;
    case SIRA_E_CHALLENGE:
    case SIRA_E_DOWNGRADE:
    case SIRA_E_REDIRECT:
    case SIRA_E_LIMIT:
        return CHALLENGE;
    case SIRA_E_EXPIRES:
    case SIRA_E_SYNTAX:
        return TROUBLE;
    default:
        return SILENCE;
    }
}

/* SECURITY.md shows this table. The verdict stands behind so many failures in a row that are taken for a passing
 * trouble. */
typedef struct rule {
    uint8_t verdict, first;
} rule;

enum { RETRY = SIRA_I_VERDICT_RETRY, REJECTED = SIRA_I_VERDICT_REJECTED, SLOW = SIRA_I_VERDICT_SLOW };

static const rule rules[REFUSALS][3] = {
    /* nothing was shown; they were shown; they have registered before */
    [PASSWORD] = {{REJECTED, 0}, {REJECTED, 0}, {REJECTED, 0}},
    [FORBIDDEN] = {{REJECTED, 0}, {REJECTED, 0}, {SLOW, 6}},
    [REQUEST] = {{SLOW, 0}, {SLOW, 0}, {SLOW, 6}},
    [TROUBLE] = {{RETRY, 0}, {SLOW, 4}, {RETRY, 0}},
    [CHALLENGE] = {{SLOW, 0}, {SLOW, 0}, {SLOW, 0}},
    [SILENCE] = {{RETRY, 0}, {RETRY, 0}, {RETRY, 0}},
};

sira_i_verdict sira_i_policy_verdict(sira_status status, uint16_t code, const sira_i_history *history)
{
    const rule *one = &rules[of_outcome(status, code)][history->registered ? 2 : history->shown];
    return history->failures <= one->first ? SIRA_I_VERDICT_RETRY : (sira_i_verdict)one->verdict;
}
