/* How long and whether at all: pure functions of configuration, history and a random number. */
#ifndef SIRA_REGISTRATION_POLICY_H
#define SIRA_REGISTRATION_POLICY_H

#include <sira/base.h>

/* ms from a grant to the refresh: ten minutes before the end for lifetimes above twenty minutes, half of them below
 * (3GPP TS 24.229 5.1.1.4.1), but never sooner than the floor. Seconds in. */
uint64_t sira_i_policy_refresh(uint32_t granted, uint32_t floor);

/* ms to wait after so many failures in a row (1 and up): between half and all of base * 2^failures, at most max (RFC
 * 5626 4.5). Seconds in; any random number. */
uint64_t sira_i_policy_backoff(uint32_t base, uint32_t max, uint32_t failures, uint32_t random);

/* The same with a Retry-After (seconds, as received): after the first failure it stands instead of the back-off, later
 * it is its lower bound; clamped to SIRA_LIMIT_RETRY_AFTER_MAX and the floor. */
uint64_t sira_i_policy_retry_after(uint32_t retry_after, uint32_t floor, uint32_t failures, uint64_t backoff);

/* ms of a random start within a window of ms. */
uint64_t sira_i_policy_spread(uint32_t window, uint32_t random);

/* ms that a flow has to live after a 2xx, or it counts as one of a row that went down soon (RFC 5626 4.5). */
#define SIRA_I_FLOW_LIVES 120000u

typedef struct sira_i_policy_flow {
    uint64_t lived;  /* ms since the 2xx */
    uint32_t brief;  /* flows in a row before it that went down soon */
    uint32_t window; /* ms */
    uint32_t floor;  /* s */
    uint32_t max;    /* s */
} sira_i_policy_flow;

/* ms to wait when a flow has gone down: none but for the floor, and spread over the window; in a row with a back-off
 * that begins at the floor. */
uint64_t sira_i_policy_flow_down(const sira_i_policy_flow *flow, uint32_t random);

/* What the end of an attempt that is no success means for the next one. */
typedef enum sira_i_verdict {
    SIRA_I_VERDICT_RETRY = 0, /* a passing trouble: back off */
    SIRA_I_VERDICT_REJECTED,  /* the credentials, or what they stand for, are refused: back off long, within a budget */
    SIRA_I_VERDICT_SLOW       /* nothing that a soon repetition would change: back off long */
} sira_i_verdict;

/* What is known of the credentials. */
typedef struct sira_i_history {
    bool registered;   /* with them the line was registered, and they were not refused since */
    bool shown;        /* the attempt has shown them */
    uint16_t failures; /* in a row, this one with them */
} sira_i_history;

/* code: of the final response, when the status is SIRA_E_RESPONSE. */
sira_i_verdict sira_i_policy_verdict(sira_status status, uint16_t code, const sira_i_history *history);

#endif
