/* Whether a 401 or 407 rejects what the request carried, and what is kept of it if not. */
#include "digest/selection.h"

#include <string.h>

/* Does the response come from the kind of server that this entry is of? Without any challenge the code tells. */
static bool is_judged(const sira_i_selection *selection, size_t i)
{
    const bool proxy = sira_i_realm_has(&selection->client->realms[i], SIRA_I_REALM_PROXY);
    if (selection->kinds[0] || selection->kinds[1])
        return selection->kinds[proxy];
    return (selection->response->status_code == 407) == proxy;
}

static bool has_plan_of(const sira_i_selection *selection, bool proxy)
{
    for (size_t i = 0; i < selection->count; i++)
        if (selection->plans[i].proxy == proxy)
            return true;
    return false;
}

/* Did the request carry a first answer for this entry, so that a challenge in return rejects it? */
static bool was_fresh(const sira_i_selection *selection, size_t i)
{
    return sira_i_was_sent(selection->attempt, i, SIRA_I_REALM_FRESH) &&
           sira_i_is_same_realm(selection->attempt, &selection->client->realms[i], i);
}

/* Does the response reject what the request carried for this entry? */
static sira_status verdict(const sira_i_selection *selection, size_t i)
{
    if (!was_fresh(selection, i) || !is_judged(selection, i))
        return SIRA_OK;
    if (!selection->seen[i]) /* as when one proxy stands behind another */
        return has_plan_of(selection, sira_i_realm_has(&selection->client->realms[i], SIRA_I_REALM_PROXY))
                   ? SIRA_OK
                   : SIRA_E_CREDENTIALS;
    if (sira_i_was_sent(selection->attempt, i, SIRA_I_REALM_AUTS)) /* RFC 3310 3.4: it asked for another one */
        return SIRA_OK;
    if (!selection->stale[i])
        return SIRA_E_CREDENTIALS;
    return sira_i_was_sent(selection->attempt, i, SIRA_I_REALM_STALE) ? SIRA_E_STALE : SIRA_OK;
}

/* A first answer that nobody has judged is the first one still when it is sent again. A registrar's challenge says that
 * the proxy before it was content. */
static bool stays_fresh(const sira_i_selection *selection, size_t i)
{
    const sira_digest_realm *realm = &selection->client->realms[i];
    if (sira_i_realm_has(realm, SIRA_I_REALM_FRESH))
        return true;
    return was_fresh(selection, i) && realm->generation == selection->attempt->realm[i].generation &&
           (is_judged(selection, i) || !sira_i_realm_has(realm, SIRA_I_REALM_PROXY));
}

static void keep_fresh(sira_i_selection *selection)
{
    for (size_t i = 0; i < SIRA_LIMIT_REALMS; i++)
        sira_i_realm_set(&selection->client->realms[i], SIRA_I_REALM_FRESH, stays_fresh(selection, i));
}

/* The nonces of an entry that is rejected, and of all that were sent with it to the same kind of server, are not used
 * again: each use would be one more try of the same password. */
static void forget_sent(sira_i_selection *selection, bool proxy)
{
    for (size_t i = 0; i < SIRA_LIMIT_REALMS; i++) {
        sira_digest_realm *realm = &selection->client->realms[i];
        if (sira_i_was_sent(selection->attempt, i, 0) && sira_i_realm_has(realm, SIRA_I_REALM_PROXY) == proxy &&
            realm->generation == selection->attempt->realm[i].generation)
            sira_i_realm_forget(realm);
    }
}

static sira_status judge(sira_i_selection *selection)
{
    sira_status verdicts[SIRA_LIMIT_REALMS], worst = SIRA_OK;
    for (size_t i = 0; i < SIRA_LIMIT_REALMS; i++)
        verdicts[i] = verdict(selection, i);
    for (size_t i = 0; i < SIRA_LIMIT_REALMS; i++) {
        if (verdicts[i] == SIRA_OK)
            continue;
        forget_sent(selection, sira_i_realm_has(&selection->client->realms[i], SIRA_I_REALM_PROXY));
        if (worst != SIRA_E_CREDENTIALS)
            worst = verdicts[i];
    }
    return worst;
}

static bool is_planned(const sira_i_selection *selection, size_t slot)
{
    for (size_t i = 0; i < selection->count; i++)
        if (selection->plans[i].slot == slot)
            return true;
    return false;
}

/* A place for a new realm: a free one, else one without a nonce, else one that the request did without, else any, but
 * none with a first answer: whoever names a new realm each time gets no more answers than there can be realms. */
static size_t make_room(const sira_i_selection *selection)
{
    size_t best = SIRA_LIMIT_REALMS;
    unsigned best_cost = 4;
    for (size_t i = 0; i < SIRA_LIMIT_REALMS; i++) {
        const sira_digest_realm *realm = &selection->client->realms[i];
        unsigned cost = !sira_i_realm_has(realm, SIRA_I_REALM_USED)    ? 0
                        : !sira_i_realm_has(realm, SIRA_I_REALM_NONCE) ? 1
                        : !sira_i_was_sent(selection->attempt, i, 0)   ? 2
                        : !stays_fresh(selection, i)                   ? 3
                                                                       : 4;
        if (cost < best_cost && !is_planned(selection, i)) {
            best = i;
            best_cost = cost;
        }
    }
    return best;
}

/* Finds a place for each plan. Requests that are under way at once can take each other's places, so what each of them
 * has been through is counted, too. */
static bool place(sira_i_selection *selection)
{
    uint8_t round = 0;
    for (size_t i = 0; i < SIRA_LIMIT_REALMS; i++)
        if (selection->attempt->realm[i].round > round)
            round = selection->attempt->realm[i].round;
    for (size_t i = 0; i < selection->count; i++) {
        sira_i_plan *plan = &selection->plans[i];
        if (plan->slot == SIRA_LIMIT_REALMS) {
            round++;
            plan->slot = make_room(selection);
        }
        if (plan->slot == SIRA_LIMIT_REALMS || round > SIRA_LIMIT_REALMS)
            return false;
        plan->round = round > 0 ? round : 1;
    }
    return true;
}

static bool has_key_for(const sira_digest_realm *realm, const sira_i_plan *plan)
{
    const sira_algorithm had = (sira_algorithm)realm->algorithm, wanted = (sira_algorithm)plan->challenge.algorithm;
    return plan->known && sira_i_realm_has(realm, SIRA_I_REALM_KEY) &&
           sira_i_algorithm_hash(had) == sira_i_algorithm_hash(wanted) && !sira_i_algorithm_is_aka(had) &&
           !sira_i_algorithm_is_aka(wanted);
}

static sira_status get_key(const sira_i_selection *selection, sira_i_plan *plan)
{
    sira_digest_realm *realm = &selection->client->realms[plan->slot];
    char name[SIRA_LIMIT_REALM], nonce[SIRA_LIMIT_NONCE], unescaped[SIRA_LIMIT_NONCE];
    size_t nonce_len = 0;
    plan->keep_key = has_key_for(realm, plan);
    if (plan->keep_key)
        return SIRA_OK;
    sira_i_inner_copy(plan->challenge.nonce, nonce, sizeof nonce, &nonce_len);
    const sira_i_key_request request = {
        .config = selection->client->config,
        .realm = sira_i_unescape(sira_i_plan_realm(plan), name),
        .nonce = sira_i_unescape((sira_str){nonce, nonce_len}, unescaped),
        .algorithm = (sira_algorithm)plan->challenge.algorithm,
    };
    sira_status status = sira_i_key_get(&request, &plan->key);
    plan->waiting = status == SIRA_MORE;
    if (status == SIRA_OK && plan->key.auts && plan->known && sira_i_realm_has(realm, SIRA_I_REALM_AUTS)) {
        sira_i_realm_forget(realm); /* out of step again after a resynchronization */
        return SIRA_E_CREDENTIALS;
    }
    return plan->waiting ? SIRA_OK : status;
}

static sira_status get_keys(sira_i_selection *selection)
{
    sira_status status = SIRA_OK;
    for (size_t i = 0; i < selection->count && status == SIRA_OK; i++)
        status = get_key(selection, &selection->plans[i]);
    return status;
}

/* The same challenge as before, as servers give that make a nonce of the time: the nonce count goes on. */
static bool is_repeated(const sira_digest_realm *realm, const sira_i_plan *plan, unsigned flags)
{
    const unsigned written = SIRA_I_REALM_ALGORITHM | SIRA_I_REALM_OPAQUE | SIRA_I_REALM_USERHASH;
    return ((realm->flags ^ flags) & written) == 0 && sira_i_realm_has(realm, SIRA_I_REALM_NONCE) && plan->keep_key &&
           realm->algorithm == plan->challenge.algorithm && realm->qop == plan->qop &&
           sira_str_equal(sira_i_realm_text(realm), sira_i_plan_realm(plan)) &&
           sira_i_is_kept(sira_i_realm_nonce(realm), plan->challenge.nonce) &&
           sira_i_is_kept((sira_str){realm->opaque, realm->opaque_len}, plan->challenge.opaque);
}

static void take_nonce(sira_digest_realm *realm, const sira_i_plan *plan)
{
    size_t length = 0;
    memcpy(realm->realm, plan->realm, plan->realm_len);
    realm->realm_len = plan->realm_len;
    sira_i_inner_copy(plan->challenge.nonce, realm->nonce, sizeof realm->nonce, &length);
    realm->nonce_len = (uint8_t)length;
    length = 0;
    sira_i_inner_copy(plan->challenge.opaque, realm->opaque, sizeof realm->opaque, &length);
    realm->opaque_len = (uint8_t)length;
    realm->nc = 0;
    realm->generation++;
    realm->algorithm = plan->challenge.algorithm;
    realm->qop = plan->qop;
}

static unsigned when(bool condition, unsigned flag)
{
    return condition ? flag : 0;
}

static void commit(sira_i_selection *selection, const sira_i_plan *plan)
{
    sira_digest_realm *realm = &selection->client->realms[plan->slot];
    const sira_challenge *challenge = &plan->challenge;
    const bool known = plan->known;
    const bool resynced = known && sira_i_realm_has(realm, SIRA_I_REALM_AUTS);
    const bool stale = known && was_fresh(selection, plan->slot) && selection->stale[plan->slot];
    if (!known) { /* the entry becomes that of another realm */
        sira_i_realm_forget(realm);
        realm->since = realm->generation;
    }
    const unsigned flags =
        SIRA_I_REALM_USED | SIRA_I_REALM_NONCE | SIRA_I_REALM_FRESH |
        (plan->waiting ? SIRA_I_REALM_WAITING : SIRA_I_REALM_KEY) | when(plan->proxy, SIRA_I_REALM_PROXY) |
        when(stale, SIRA_I_REALM_STALE) | when(challenge->algorithm_present, SIRA_I_REALM_ALGORITHM) |
        when(challenge->opaque.at != NULL, SIRA_I_REALM_OPAQUE) | when(challenge->userhash, SIRA_I_REALM_USERHASH) |
        when(plan->key.auts, SIRA_I_REALM_AUTS) | when(resynced, SIRA_I_REALM_RESYNCED);
    if (!is_repeated(realm, plan, flags))
        take_nonce(realm, plan);
    if (!plan->keep_key)
        memcpy(realm->ha1, plan->key.ha1, sizeof realm->ha1);
    realm->flags = (uint16_t)flags;
    if (realm->round < plan->round)
        realm->round = plan->round;
}

static sira_status refuse_credentials(sira_i_selection *selection, sira_status status)
{
    return sira_i_digest_refuse(&selection->diag, status,
                                sira_field_name(selection->kinds[0] || selection->response->status_code == 401
                                                    ? SIRA_FIELD_WWW_AUTHENTICATE
                                                    : SIRA_FIELD_PROXY_AUTHENTICATE),
                                "no challenge in return to a first answer");
}

sira_status sira_i_selection_decide(sira_i_selection *selection)
{
    sira_status status = judge(selection);
    if (status != SIRA_OK)
        return refuse_credentials(selection, status);
    if (selection->over)
        return sira_i_digest_refuse(&selection->diag, SIRA_E_LIMIT, "",
                                    "at most SIRA_LIMIT_REALMS realms and SIRA_LIMIT_CHALLENGES challenges");
    if (selection->count == 0)
        return selection->refused != SIRA_OK ? selection->refused : SIRA_E_CHALLENGE;
    if (!place(selection)) {
        forget_sent(selection, false);
        forget_sent(selection, true);
        return refuse_credentials(selection, SIRA_E_CREDENTIALS);
    }
    status = get_keys(selection);
    if (status != SIRA_OK)
        return sira_i_digest_refuse(&selection->diag, status, "", "a key for the challenge");
    keep_fresh(selection);
    for (size_t i = 0; i < selection->count; i++) {
        commit(selection, &selection->plans[i]);
        if (selection->plans[i].waiting)
            status = SIRA_MORE;
    }
    return status;
}
