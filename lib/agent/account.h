/* The account as others of the library see it. */
#ifndef SIRA_AGENT_ACCOUNT_H
#define SIRA_AGENT_ACCOUNT_H

#include <sira/detail/account.h>

/* Whoever waits for HA1 or the USIM stands in account->waiting, and is out of it when it is made ready: all that was
 * missing may be there. */

/* Makes all ready that stand in such a list. */
void sira_i_account_wake(sira_link *list);

#endif
