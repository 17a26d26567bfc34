/* What the choice among challenges and the decision about them share. */
#ifndef SIRA_DIGEST_SELECTION_H
#define SIRA_DIGEST_SELECTION_H

#include "digest/client.h"

/* An answer to one realm's challenge: a candidate at first, and given once every realm's is known to be possible. */
typedef struct sira_i_plan {
    sira_challenge challenge;
    char realm[SIRA_LIMIT_REALM]; /* as it will be kept */
    uint8_t realm_len;
    uint8_t qop;
    uint8_t level;
    uint8_t round;
    bool proxy;
    bool keep_key; /* the entry has the key already */
    bool waiting;
    bool known; /* there is an entry for the realm: slot; else slot is chosen last */
    size_t slot;
    sira_i_key key;
} sira_i_plan;

static inline sira_str sira_i_plan_realm(const sira_i_plan *plan)
{
    return (sira_str){plan->realm, plan->realm_len};
}

/* One response under consideration. */
typedef struct sira_i_selection {
    sira_digest_client *client;
    const sira_digest_attempt *attempt;
    const sira_message *response;
    sira_i_plan plans[SIRA_LIMIT_REALMS];
    size_t count;
    bool kinds[2];                 /* has challenges of a server, of a proxy */
    bool over;                     /* more realms, or more challenges, than are looked at */
    bool seen[SIRA_LIMIT_REALMS];  /* by entry: challenged again */
    bool stale[SIRA_LIMIT_REALMS]; /* and that with stale=true, for another nonce than was sent */
    sira_status refused;           /* why the most telling of the refused challenges was */
    sira_diag diag;
} sira_i_selection;

/* Judges what the request carried, and if nothing of it is rejected takes what is planned. SIRA_OK; SIRA_MORE; else
 * the reason, with selection->diag. (decide.c) */
sira_status sira_i_selection_decide(sira_i_selection *selection);

#endif
