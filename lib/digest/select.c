/* Which challenges of a 401 or 407 are answered, and whether it rejects what the request carried. */
#include "digest/client.h"

#include <string.h>

/* An answer that will be given to one realm's challenge, once every realm's is known to be possible. */
struct plan {
    sira_challenge challenge;
    char realm[SIRA_LIMIT_REALM]; /* as it will be kept */
    uint8_t realm_len;
    uint8_t qop;
    uint8_t offered; /* the strongest level that this response offers for the realm */
    bool proxy;
    bool keep_key; /* the entry has the key already */
    bool waiting;
    size_t slot;
    sira_i_key key;
};

struct selection {
    sira_digest_client *client;
    const sira_digest_attempt *attempt;
    const sira_message *response;
    struct plan plans[SIRA_LIMIT_REALMS];
    size_t count;
    bool kinds[2];                 /* has challenges of a server, of a proxy */
    bool over;                     /* more realms, or more challenges, than are looked at */
    bool seen[SIRA_LIMIT_REALMS];  /* by entry: challenged again */
    bool stale[SIRA_LIMIT_REALMS]; /* and that with stale=true, for another nonce than was sent */
    sira_status refused;           /* why the most telling of the refused challenges was */
    sira_diag diag;
};

/* One challenge under consideration. */
struct candidate {
    sira_challenge challenge;
    char realm[SIRA_LIMIT_REALM];
    sira_str name; /* in realm */
    size_t slot;   /* SIRA_LIMIT_REALMS: an unknown realm */
    uint8_t qop;
    uint8_t level;
    bool proxy;
};

/* When nothing can be answered: the later in this list, the more it tells. */
static unsigned rank(sira_status status)
{
    switch (status) {
    case SIRA_E_DOWNGRADE:
        return 4;
    case SIRA_E_LIMIT:
        return 3;
    case SIRA_E_SYNTAX:
        return 2;
    default:
        return 1;
    }
}

static void refuse(struct selection *selection, sira_status status, const sira_diag *diag)
{
    if (selection->refused != SIRA_OK && rank(status) <= rank(selection->refused))
        return;
    selection->refused = status;
    selection->diag = *diag;
}

/* An entry's realm is the same however it is escaped: that is what is hashed (RFC 7616 3.4.2). */
static bool is_named(const sira_digest_realm *realm, sira_str name)
{
    return sira_i_realm_has(realm, SIRA_I_REALM_USED) && sira_i_same_unescaped(sira_i_realm_text(realm), name);
}

static bool is_realm_of(const sira_digest_realm *realm, sira_str name, bool proxy)
{
    return is_named(realm, name) && sira_i_realm_has(realm, SIRA_I_REALM_PROXY) == proxy;
}

static size_t slot_of(const sira_digest_client *client, sira_str name, bool proxy)
{
    size_t i = 0;
    while (i < SIRA_LIMIT_REALMS && !is_realm_of(&client->realms[i], name, proxy))
        i++;
    return i;
}

/* The strongest that this realm has offered, to whichever kind of request: both have one password. Of realms that had
 * to make room only the strongest of all is known. */
static uint8_t strongest_of(const sira_digest_client *client, sira_str name)
{
    bool known = false;
    uint8_t strongest = 0;
    for (size_t i = 0; i < SIRA_LIMIT_REALMS; i++) {
        if (!is_named(&client->realms[i], name))
            continue;
        known = true;
        if (client->realms[i].strongest > strongest)
            strongest = client->realms[i].strongest;
    }
    return known ? strongest : client->strongest;
}

/* SIRA_QOP_NONE is a choice too, so the answer comes beside it. */
static bool choose_qop(const sira_digest_policy *policy, const sira_challenge *challenge, uint8_t *qop)
{
    if (!challenge->qop_present) {
        /* RFC 2069. A session key needs a cnonce, which goes with qop only (RFC 7616 3.4). */
        *qop = SIRA_QOP_NONE;
        return policy->minimum_qop == SIRA_QOP_NONE && !sira_i_algorithm_is_sess((sira_algorithm)challenge->algorithm);
    }
    unsigned mask = challenge->qop;
    if (policy->minimum_qop == SIRA_QOP_AUTH_INT || (policy->prefer_auth_int && (mask & SIRA_QOP_AUTH_INT) != 0))
        mask &= SIRA_QOP_AUTH_INT;
    *qop = (uint8_t)((mask & SIRA_QOP_AUTH) != 0 ? SIRA_QOP_AUTH : mask);
    return mask != 0;
}

static sira_status check_length(sira_str value, size_t limit, const char *expected, sira_diag *diag)
{
    size_t length;
    sira_status status = sira_i_inner_copy(value, NULL, limit, &length);
    if (status == SIRA_OK)
        return SIRA_OK;
    return sira_i_digest_refuse(diag, status, "", status == SIRA_E_LIMIT ? expected : "a quoted string");
}

static sira_status check_lengths(const sira_challenge *challenge, sira_diag *diag)
{
    sira_status status = check_length(challenge->nonce, SIRA_LIMIT_NONCE, "a nonce within SIRA_LIMIT_NONCE", diag);
    if (status != SIRA_OK)
        return status;
    return check_length(challenge->opaque, SIRA_LIMIT_OPAQUE, "an opaque within SIRA_LIMIT_OPAQUE", diag);
}

/* Can it be answered, by what we have, by policy, and by what this realm offered before? */
static sira_status check_candidate(const struct selection *selection, struct candidate *candidate, sira_diag *diag)
{
    const sira_digest_client *client = selection->client;
    const sira_digest_policy *policy = &client->config->policy;
    const sira_algorithm algorithm = (sira_algorithm)candidate->challenge.algorithm;
    char unescaped[SIRA_LIMIT_REALM];
    candidate->level = sira_i_algorithm_level(algorithm);
    if (!sira_i_key_possible(client->config, sira_i_unescape(candidate->name, unescaped), algorithm))
        return sira_i_digest_refuse(diag, SIRA_E_CHALLENGE, "", "an algorithm that we have, with a key for it");
    if (candidate->level < sira_i_algorithm_level((sira_algorithm)policy->minimum_algorithm))
        return sira_i_digest_refuse(diag, SIRA_E_CHALLENGE, "", "an algorithm that the policy allows");
    if (!choose_qop(policy, &candidate->challenge, &candidate->qop))
        return sira_i_digest_refuse(diag, SIRA_E_CHALLENGE, "", "a qop that we know and the policy allows");
    if (candidate->level < strongest_of(client, candidate->name) && !policy->allow_downgrade)
        return sira_i_digest_refuse(diag, SIRA_E_DOWNGRADE, "", "an algorithm as strong as before");
    return check_lengths(&candidate->challenge, diag);
}

static sira_str realm_of(const struct plan *plan)
{
    return (sira_str){plan->realm, plan->realm_len};
}

static struct plan *plan_for(struct selection *selection, const struct candidate *candidate)
{
    for (size_t i = 0; i < selection->count; i++) {
        struct plan *plan = &selection->plans[i];
        if (plan->proxy == candidate->proxy && sira_i_same_unescaped(realm_of(plan), candidate->name))
            return plan;
    }
    return NULL;
}

static void set_realm(struct plan *plan, sira_str name)
{
    memcpy(plan->realm, name.at, name.len);
    plan->realm_len = (uint8_t)name.len;
}

/* RFC 8760 2.4: the topmost of a realm, unless the policy looks for the strongest. */
static void adopt(struct selection *selection, const struct candidate *candidate)
{
    struct plan *plan = plan_for(selection, candidate);
    const bool strongest_first = selection->client->config->policy.strongest_first;
    if (plan == NULL) {
        if (selection->count == SIRA_LIMIT_REALMS) {
            selection->over = true;
            return;
        }
        plan = &selection->plans[selection->count++];
        plan->proxy = candidate->proxy;
        plan->slot = candidate->slot;
        plan->offered = 0;
    } else if (!strongest_first || candidate->level <= plan->offered) {
        if (candidate->level > plan->offered)
            plan->offered = candidate->level;
        return;
    }
    set_realm(plan, candidate->name);
    plan->challenge = candidate->challenge;
    plan->qop = candidate->qop;
    plan->offered = candidate->level;
}

/* What is kept has no folds, so only a value that has one is compared as it would be kept. */
static bool is_same_text(sira_str kept, sira_str value)
{
    char text[SIRA_LIMIT_NONCE];
    size_t length;
    const sira_str inner = sira_i_inner(value);
    if (inner.len == 0 || memchr(inner.at, '\n', inner.len) == NULL)
        return sira_str_equal(kept, inner);
    return sira_i_inner_copy(value, text, sizeof text, &length) == SIRA_OK &&
           sira_str_equal(kept, (sira_str){text, length});
}

/* A stale nonce that comes back as the new one is no stale nonce: what was sent decides, not only the flag. */
static void note_seen(struct selection *selection, const struct candidate *candidate)
{
    const sira_digest_realm *realm = &selection->client->realms[candidate->slot];
    selection->seen[candidate->slot] = true;
    if (candidate->challenge.stale && !is_same_text(sira_i_realm_nonce(realm), candidate->challenge.nonce))
        selection->stale[candidate->slot] = true;
}

static sira_status read_realm(struct candidate *candidate, sira_diag *diag)
{
    size_t length = 0;
    sira_status status =
        sira_i_inner_copy(candidate->challenge.realm, candidate->realm, sizeof candidate->realm, &length);
    candidate->name = (sira_str){candidate->realm, length};
    if (status == SIRA_OK)
        return SIRA_OK;
    return sira_i_digest_refuse(diag, status, "",
                                status == SIRA_E_LIMIT ? "a realm within SIRA_LIMIT_REALM" : "a quoted string");
}

static void consider(struct selection *selection, const sira_auth *auth, bool proxy)
{
    struct candidate candidate = {.proxy = proxy};
    sira_diag diag = {0};
    sira_status status = sira_challenge_parse(&candidate.challenge, auth, &diag);
    if (status == SIRA_IDLE)
        return;
    if (status == SIRA_OK)
        status = read_realm(&candidate, &diag);
    if (status == SIRA_OK) {
        candidate.slot = slot_of(selection->client, candidate.name, proxy);
        if (candidate.slot < SIRA_LIMIT_REALMS)
            note_seen(selection, &candidate);
        status = check_candidate(selection, &candidate, &diag);
    }
    if (status == SIRA_OK) {
        adopt(selection, &candidate);
        return;
    }
    diag.field = sira_field_name(proxy ? SIRA_FIELD_PROXY_AUTHENTICATE : SIRA_FIELD_WWW_AUTHENTICATE);
    diag.reason = "";
    diag.offset += (size_t)(auth->params.at - selection->response->bytes.at);
    refuse(selection, status, &diag);
}

static void consider_field(struct selection *selection, bool proxy)
{
    sira_cursor cursor;
    sira_auth auth;
    sira_diag diag;
    sira_cursor_init(&cursor, selection->response, proxy ? SIRA_FIELD_PROXY_AUTHENTICATE : SIRA_FIELD_WWW_AUTHENTICATE);
    for (unsigned i = 0;; i++) {
        sira_status status = sira_auth_next(&cursor, &auth, &diag);
        if (status == SIRA_IDLE)
            return;
        selection->kinds[proxy] = true;
        if (i == SIRA_LIMIT_CHALLENGES) {
            selection->over = true;
            return;
        }
        if (status == SIRA_OK)
            consider(selection, &auth, proxy);
        else
            refuse(selection, SIRA_E_SYNTAX, &diag);
    }
}

/* Does the response come from the kind of server that this entry is of? Without any challenge the code tells. */
static bool is_judged(const struct selection *selection, size_t i)
{
    const bool proxy = sira_i_realm_has(&selection->client->realms[i], SIRA_I_REALM_PROXY);
    if (selection->kinds[0] || selection->kinds[1])
        return selection->kinds[proxy];
    return (selection->response->status_code == 407) == proxy;
}

static bool has_plan_of(const struct selection *selection, bool proxy)
{
    for (size_t i = 0; i < selection->count; i++)
        if (selection->plans[i].proxy == proxy)
            return true;
    return false;
}

/* Did the request carry a first answer for this entry, so that a challenge in return rejects it? */
static bool was_fresh(const struct selection *selection, size_t i)
{
    return selection->attempt->realm[i].sent && selection->attempt->realm[i].fresh &&
           selection->attempt->realm[i].generation >= selection->client->realms[i].since;
}

/* Was the answer passed over for a challenge of another realm, as when one proxy stands behind another? */
static bool is_passed_over(const struct selection *selection, size_t i)
{
    return was_fresh(selection, i) && is_judged(selection, i) && !selection->seen[i] &&
           has_plan_of(selection, sira_i_realm_has(&selection->client->realms[i], SIRA_I_REALM_PROXY));
}

/* Does the response reject what the request carried for this entry? Whoever names a new realm each time gets no more
 * answers than there can be realms. */
static sira_status verdict(const struct selection *selection, size_t i)
{
    const sira_digest_realm *realm = &selection->client->realms[i];
    const bool current = realm->generation == selection->attempt->realm[i].generation;
    if (!was_fresh(selection, i) || !is_judged(selection, i))
        return SIRA_OK;
    if (!selection->seen[i])
        return is_passed_over(selection, i) && selection->client->passed_over + 1u < SIRA_LIMIT_REALMS
                   ? SIRA_OK
                   : SIRA_E_CREDENTIALS;
    if (current && sira_i_realm_has(realm, SIRA_I_REALM_AUTS)) /* RFC 3310 3.4: it asked for another one */
        return SIRA_OK;
    if (!selection->stale[i])
        return SIRA_E_CREDENTIALS;
    return current && sira_i_realm_has(realm, SIRA_I_REALM_STALE) ? SIRA_E_STALE : SIRA_OK;
}

/* The nonces of an entry that is rejected, and of all that were sent with it to the same kind of server, are not used
 * again: each use would be one more try of the same password. */
static void forget_sent(struct selection *selection, bool proxy)
{
    for (size_t i = 0; i < SIRA_LIMIT_REALMS; i++) {
        sira_digest_realm *realm = &selection->client->realms[i];
        if (selection->attempt->realm[i].sent && sira_i_realm_has(realm, SIRA_I_REALM_PROXY) == proxy &&
            realm->generation == selection->attempt->realm[i].generation)
            sira_i_realm_forget(realm);
    }
}

static sira_status judge(struct selection *selection)
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

/* How often in a row answers were passed over: an attempt begins with a request that carries no first answer. */
static void count_passed_over(struct selection *selection)
{
    bool fresh = false, passed_over = false;
    for (size_t i = 0; i < SIRA_LIMIT_REALMS; i++) {
        fresh = fresh || was_fresh(selection, i);
        passed_over = passed_over || is_passed_over(selection, i);
    }
    if (passed_over)
        selection->client->passed_over++;
    else if (!fresh)
        selection->client->passed_over = 0;
}

static bool is_planned(const struct selection *selection, size_t slot)
{
    for (size_t i = 0; i < selection->count; i++)
        if (selection->plans[i].slot == slot)
            return true;
    return false;
}

/* A place for a new realm: a free one, else one without a nonce, else one that the request did without, else any, and
 * one with a first answer last. */
static size_t make_room(const struct selection *selection)
{
    size_t best = SIRA_LIMIT_REALMS;
    unsigned best_cost = 5;
    for (size_t i = 0; i < SIRA_LIMIT_REALMS; i++) {
        const sira_digest_realm *realm = &selection->client->realms[i];
        unsigned cost = !sira_i_realm_has(realm, SIRA_I_REALM_USED)    ? 0
                        : !sira_i_realm_has(realm, SIRA_I_REALM_NONCE) ? 1
                        : !selection->attempt->realm[i].sent           ? 2
                        : !selection->attempt->realm[i].fresh          ? 3
                                                                       : 4;
        if (cost < best_cost && !is_planned(selection, i)) {
            best = i;
            best_cost = cost;
        }
    }
    return best;
}

static void place(struct selection *selection)
{
    for (size_t i = 0; i < selection->count; i++)
        if (selection->plans[i].slot == SIRA_LIMIT_REALMS)
            selection->plans[i].slot = make_room(selection);
}

static bool is_planned_for(const sira_digest_realm *realm, const struct plan *plan)
{
    return is_realm_of(realm, realm_of(plan), plan->proxy);
}

static bool has_key_for(const sira_digest_realm *realm, const struct plan *plan)
{
    const sira_algorithm had = (sira_algorithm)realm->algorithm, wanted = (sira_algorithm)plan->challenge.algorithm;
    return is_planned_for(realm, plan) && sira_i_realm_has(realm, SIRA_I_REALM_KEY) &&
           sira_i_algorithm_hash(had) == sira_i_algorithm_hash(wanted) && !sira_i_algorithm_is_aka(had) &&
           !sira_i_algorithm_is_aka(wanted);
}

static sira_status get_key(const struct selection *selection, struct plan *plan)
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
        .realm = sira_i_unescape(realm_of(plan), name),
        .nonce = sira_i_unescape((sira_str){nonce, nonce_len}, unescaped),
        .algorithm = (sira_algorithm)plan->challenge.algorithm,
    };
    sira_status status = sira_i_key_get(&request, &plan->key);
    plan->waiting = status == SIRA_MORE;
    if (status == SIRA_OK && plan->key.auts && is_planned_for(realm, plan) &&
        sira_i_realm_has(realm, SIRA_I_REALM_AUTS)) {
        sira_i_realm_forget(realm); /* out of step again after a resynchronization */
        return SIRA_E_CREDENTIALS;
    }
    return plan->waiting ? SIRA_OK : status;
}

static sira_status get_keys(struct selection *selection)
{
    sira_status status = SIRA_OK;
    for (size_t i = 0; i < selection->count && status == SIRA_OK; i++)
        status = get_key(selection, &selection->plans[i]);
    return status;
}

/* The entry becomes that of another realm; what it knew of its strength counts for all that are not remembered. */
static void replace(sira_digest_client *client, sira_digest_realm *realm)
{
    sira_i_realm_forget(realm);
    if (realm->strongest > client->strongest)
        client->strongest = realm->strongest;
    realm->strongest = 0;
    realm->since = realm->generation;
}

/* The same challenge as before, as servers give that make a nonce of the time: the nonce count goes on. */
static bool is_repeated(const sira_digest_realm *realm, const struct plan *plan)
{
    return sira_i_realm_has(realm, SIRA_I_REALM_NONCE) && plan->keep_key &&
           realm->algorithm == plan->challenge.algorithm && realm->qop == plan->qop &&
           sira_str_equal(sira_i_realm_text(realm), realm_of(plan)) &&
           is_same_text(sira_i_realm_nonce(realm), plan->challenge.nonce) &&
           is_same_text((sira_str){realm->opaque, realm->opaque_len}, plan->challenge.opaque);
}

static void take_nonce(sira_digest_realm *realm, const struct plan *plan)
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

static void commit(struct selection *selection, const struct plan *plan)
{
    sira_digest_realm *realm = &selection->client->realms[plan->slot];
    const sira_challenge *challenge = &plan->challenge;
    const bool known = is_planned_for(realm, plan);
    const bool resynced = known && sira_i_realm_has(realm, SIRA_I_REALM_AUTS);
    const bool stale = known && was_fresh(selection, plan->slot) && selection->stale[plan->slot];
    if (!known)
        replace(selection->client, realm);
    if (!is_repeated(realm, plan))
        take_nonce(realm, plan);
    if (!plan->keep_key)
        memcpy(realm->ha1, plan->key.ha1, sizeof realm->ha1);
    if (plan->offered > realm->strongest)
        realm->strongest = plan->offered;
    realm->flags =
        (uint16_t)(SIRA_I_REALM_USED | SIRA_I_REALM_NONCE | SIRA_I_REALM_FRESH |
                   (plan->waiting ? SIRA_I_REALM_WAITING : SIRA_I_REALM_KEY) | when(plan->proxy, SIRA_I_REALM_PROXY) |
                   when(stale, SIRA_I_REALM_STALE) | when(challenge->algorithm_present, SIRA_I_REALM_ALGORITHM) |
                   when(challenge->opaque.at != NULL, SIRA_I_REALM_OPAQUE) |
                   when(challenge->userhash, SIRA_I_REALM_USERHASH) | when(plan->key.auts, SIRA_I_REALM_AUTS) |
                   when(resynced, SIRA_I_REALM_RESYNCED));
}

static sira_status decide(struct selection *selection)
{
    sira_status status = judge(selection);
    if (status != SIRA_OK) {
        sira_i_digest_refuse(&selection->diag, status, "", "a response to what was sent");
        return status;
    }
    if (selection->over)
        return sira_i_digest_refuse(&selection->diag, SIRA_E_LIMIT, "",
                                    "at most SIRA_LIMIT_REALMS realms and SIRA_LIMIT_CHALLENGES challenges");
    if (selection->count == 0)
        return selection->refused != SIRA_OK ? selection->refused : SIRA_E_CHALLENGE;
    place(selection);
    status = get_keys(selection);
    if (status != SIRA_OK) {
        sira_i_digest_refuse(&selection->diag, status, "", "a key for the challenge");
        return status;
    }
    count_passed_over(selection);
    for (size_t i = 0; i < selection->count; i++) {
        commit(selection, &selection->plans[i]);
        if (selection->plans[i].waiting)
            status = SIRA_MORE;
    }
    return status;
}

sira_status sira_digest_client_challenged(sira_digest_client *client, const sira_digest_attempt *attempt,
                                          const sira_message *response, sira_diag *diag)
{
    struct selection selection;
    memset(&selection, 0, sizeof selection);
    selection.client = client;
    selection.attempt = attempt;
    selection.response = response;
    sira_i_digest_refuse(&selection.diag, SIRA_OK, "WWW-Authenticate", "a digest challenge");
    consider_field(&selection, false);
    consider_field(&selection, true);
    sira_status status = decide(&selection);
    if (status < 0 && diag != NULL)
        *diag = selection.diag;
    sira_wipe(&selection, sizeof selection);
    return status;
}
