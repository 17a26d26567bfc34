/* The policy of a registration with a fault in it, in place of the library's own. */
#ifdef PLANTED_REFRESH
#define sira_i_policy_refresh honest_refresh
#endif
#ifdef PLANTED_VERDICT
#define sira_i_policy_verdict honest_verdict
#endif
#include "registration/policy.c"
#undef sira_i_policy_refresh
#undef sira_i_policy_verdict

#ifdef PLANTED_REFRESH
/* When it has run out already. */
uint64_t sira_i_policy_refresh(uint32_t granted, uint32_t floor)
{
    (void)honest_refresh;
    return 1000u * (uint64_t)(granted < floor ? floor : granted);
}
#endif

#ifdef PLANTED_VERDICT
/* A refused password is tried again as soon as anything else, and without a budget. */
sira_i_verdict sira_i_policy_verdict(sira_status status, uint16_t code, const sira_i_history *history)
{
    sira_i_verdict verdict = honest_verdict(status, code, history);
    return verdict == SIRA_I_VERDICT_REJECTED ? SIRA_I_VERDICT_RETRY : verdict;
}
#endif
