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

static size_t slot_of(const sira_digest_client *client, sira_str name, bool proxy)
{
    size_t i = 0;
    while (i < SIRA_LIMIT_REALMS && (!sira_i_realm_has(&client->realms[i], SIRA_I_REALM_USED) ||
                                     sira_i_realm_has(&client->realms[i], SIRA_I_REALM_PROXY) != proxy ||
                                     !sira_str_equal(sira_i_realm_text(&client->realms[i]), name)))
        i++;
    return i;
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
    uint8_t strongest =
        candidate->slot < SIRA_LIMIT_REALMS ? client->realms[candidate->slot].strongest : client->strongest;
    if (candidate->level < strongest && !policy->allow_downgrade)
        return sira_i_digest_refuse(diag, SIRA_E_DOWNGRADE, "", "an algorithm as strong as before");
    return check_lengths(&candidate->challenge, diag);
}

static struct plan *plan_for(struct selection *selection, const struct candidate *candidate)
{
    for (size_t i = 0; i < selection->count; i++) {
        struct plan *plan = &selection->plans[i];
        if (plan->proxy == candidate->proxy &&
            sira_str_equal((sira_str){plan->realm, plan->realm_len}, candidate->name))
            return plan;
    }
    return NULL;
}

/* RFC 8760 2.4: the topmost of a realm, unless the policy looks for the strongest. */
static void adopt(struct selection *selection, const struct candidate *candidate)
{
    struct plan *plan = plan_for(selection, candidate);
    const bool strongest_first = selection->client->config->policy.strongest_first;
    if (plan == NULL) {
        if (selection->count == SIRA_LIMIT_REALMS)
            return;
        plan = &selection->plans[selection->count++];
        memcpy(plan->realm, candidate->realm, candidate->name.len);
        plan->realm_len = (uint8_t)candidate->name.len;
        plan->proxy = candidate->proxy;
        plan->slot = candidate->slot;
        plan->offered = 0;
    } else if (!strongest_first || candidate->level <= plan->offered) {
        if (candidate->level > plan->offered)
            plan->offered = candidate->level;
        return;
    }
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
    for (unsigned i = 0; i < SIRA_LIMIT_CHALLENGES; i++) {
        sira_status status = sira_auth_next(&cursor, &auth, &diag);
        if (status == SIRA_IDLE)
            return;
        if (status == SIRA_OK)
            consider(selection, &auth, proxy);
        else
            refuse(selection, SIRA_E_SYNTAX, &diag);
    }
}

/* Does the response reject what the request carried for this entry? */
static sira_status verdict(const struct selection *selection, size_t i)
{
    const sira_digest_realm *realm = &selection->client->realms[i];
    const bool current = realm->generation == selection->attempt->realm[i].generation;
    if (!selection->seen[i] || !selection->attempt->realm[i].sent || !selection->attempt->realm[i].fresh ||
        selection->attempt->realm[i].generation < realm->since)
        return SIRA_OK;
    if (current && sira_i_realm_has(realm, SIRA_I_REALM_AUTS)) /* RFC 3310 3.4: it asked for another one */
        return SIRA_OK;
    if (!selection->stale[i])
        return SIRA_E_CREDENTIALS;
    return current && sira_i_realm_has(realm, SIRA_I_REALM_STALE) ? SIRA_E_STALE : SIRA_OK;
}

static sira_status judge(struct selection *selection)
{
    sira_status worst = SIRA_OK;
    for (size_t i = 0; i < SIRA_LIMIT_REALMS; i++) {
        sira_digest_realm *realm = &selection->client->realms[i];
        sira_status status = verdict(selection, i);
        if (status == SIRA_OK)
            continue;
        if (realm->generation == selection->attempt->realm[i].generation)
            sira_i_realm_forget(realm);
        if (worst != SIRA_E_CREDENTIALS)
            worst = status;
    }
    return worst;
}

static bool is_planned(const struct selection *selection, size_t slot)
{
    for (size_t i = 0; i < selection->count; i++)
        if (selection->plans[i].slot == slot)
            return true;
    return false;
}

/* A place for a new realm: a free one, else one without a nonce, else one that the request did without, else any. */
static size_t make_room(const struct selection *selection)
{
    size_t best = SIRA_LIMIT_REALMS;
    unsigned best_cost = 4;
    for (size_t i = 0; i < SIRA_LIMIT_REALMS; i++) {
        const sira_digest_realm *realm = &selection->client->realms[i];
        unsigned cost = !sira_i_realm_has(realm, SIRA_I_REALM_USED)    ? 0
                        : !sira_i_realm_has(realm, SIRA_I_REALM_NONCE) ? 1
                        : !selection->attempt->realm[i].sent           ? 2
                                                                       : 3;
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

static bool is_realm_of(const sira_digest_realm *realm, const struct plan *plan)
{
    return sira_i_realm_has(realm, SIRA_I_REALM_USED) && sira_i_realm_has(realm, SIRA_I_REALM_PROXY) == plan->proxy &&
           sira_str_equal(sira_i_realm_text(realm), (sira_str){plan->realm, plan->realm_len});
}

static bool has_key_for(const sira_digest_realm *realm, const struct plan *plan)
{
    const sira_algorithm had = (sira_algorithm)realm->algorithm, wanted = (sira_algorithm)plan->challenge.algorithm;
    return is_realm_of(realm, plan) && sira_i_realm_has(realm, SIRA_I_REALM_KEY) &&
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
        .realm = sira_i_unescape((sira_str){plan->realm, plan->realm_len}, name),
        .nonce = sira_i_unescape((sira_str){nonce, nonce_len}, unescaped),
        .algorithm = (sira_algorithm)plan->challenge.algorithm,
    };
    sira_status status = sira_i_key_get(&request, &plan->key);
    plan->waiting = status == SIRA_MORE;
    if (status == SIRA_OK && plan->key.auts && is_realm_of(realm, plan) && sira_i_realm_has(realm, SIRA_I_REALM_AUTS)) {
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
static void replace(sira_digest_client *client, sira_digest_realm *realm, const struct plan *plan)
{
    sira_i_realm_forget(realm);
    if (realm->strongest > client->strongest)
        client->strongest = realm->strongest;
    realm->strongest = client->strongest;
    realm->since = realm->generation;
    realm->flags = (uint16_t)(SIRA_I_REALM_USED | (plan->proxy ? SIRA_I_REALM_PROXY : 0u));
    memcpy(realm->realm, plan->realm, plan->realm_len);
    realm->realm_len = plan->realm_len;
}

/* The same challenge as before, as servers give that make a nonce of the time: the nonce count goes on. */
static bool is_repeated(const sira_digest_realm *realm, const struct plan *plan)
{
    return sira_i_realm_has(realm, SIRA_I_REALM_NONCE) && plan->keep_key &&
           realm->algorithm == plan->challenge.algorithm && realm->qop == plan->qop &&
           is_same_text(sira_i_realm_nonce(realm), plan->challenge.nonce) &&
           is_same_text((sira_str){realm->opaque, realm->opaque_len}, plan->challenge.opaque);
}

static void take_nonce(sira_digest_realm *realm, const struct plan *plan)
{
    size_t length = 0;
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

static void commit(struct selection *selection, const struct plan *plan)
{
    sira_digest_realm *realm = &selection->client->realms[plan->slot];
    const bool known = is_realm_of(realm, plan);
    const bool resynced = known && sira_i_realm_has(realm, SIRA_I_REALM_AUTS);
    if (!known)
        replace(selection->client, realm, plan);
    if (!is_repeated(realm, plan))
        take_nonce(realm, plan);
    if (!plan->keep_key)
        memcpy(realm->ha1, plan->key.ha1, sizeof realm->ha1);
    if (plan->offered > realm->strongest)
        realm->strongest = plan->offered;
    const sira_challenge *challenge = &plan->challenge;
    const bool was_fresh = selection->attempt->realm[plan->slot].sent && selection->attempt->realm[plan->slot].fresh;
    realm->flags &= SIRA_I_REALM_USED | SIRA_I_REALM_PROXY;
    sira_i_realm_set(realm, SIRA_I_REALM_NONCE | SIRA_I_REALM_FRESH, true);
    sira_i_realm_set(realm, SIRA_I_REALM_KEY, !plan->waiting);
    sira_i_realm_set(realm, SIRA_I_REALM_WAITING, plan->waiting);
    sira_i_realm_set(realm, SIRA_I_REALM_STALE, known && was_fresh && selection->stale[plan->slot]);
    sira_i_realm_set(realm, SIRA_I_REALM_ALGORITHM, challenge->algorithm_present);
    sira_i_realm_set(realm, SIRA_I_REALM_OPAQUE, challenge->opaque.at != NULL);
    sira_i_realm_set(realm, SIRA_I_REALM_USERHASH, challenge->userhash);
    sira_i_realm_set(realm, SIRA_I_REALM_AUTS, plan->key.auts);
    sira_i_realm_set(realm, SIRA_I_REALM_RESYNCED, resynced);
}

static sira_status decide(struct selection *selection)
{
    sira_status status = judge(selection);
    if (status != SIRA_OK) {
        sira_i_digest_refuse(&selection->diag, status, "", "a response to what was sent");
        return status;
    }
    if (selection->count == 0)
        return selection->refused != SIRA_OK ? selection->refused : SIRA_E_CHALLENGE;
    place(selection);
    status = get_keys(selection);
    if (status != SIRA_OK) {
        sira_i_digest_refuse(&selection->diag, status, "", "a key for the challenge");
        return status;
    }
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
