/* Which challenges of a 401 or 407 could be answered. */
#include "digest/selection.h"

#include <string.h>

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

static void refuse(sira_i_selection *selection, sira_status status, const sira_diag *diag)
{
    if (selection->refused != SIRA_OK && rank(status) <= rank(selection->refused))
        return;
    selection->refused = status;
    selection->diag = *diag;
}

/* Is the entry for this realm, of either kind? A realm is the same however it is escaped: that is what is hashed (RFC
 * 7616 3.4.2). */
static bool is_named(const sira_digest_realm *realm, sira_str name)
{
    return sira_i_realm_has(realm, SIRA_I_REALM_USED) && sira_i_same_unescaped(sira_i_realm_text(realm), name);
}

static size_t slot_of(const sira_digest_client *client, sira_str name, bool proxy)
{
    size_t i = 0;
    while (i < SIRA_LIMIT_REALMS &&
           (!is_named(&client->realms[i], name) || sira_i_realm_has(&client->realms[i], SIRA_I_REALM_PROXY) != proxy))
        i++;
    return i;
}

/* SIRA_QOP_NONE is a choice too, so the answer comes beside it. */
static bool choose_qop(const sira_digest_policy *policy, unsigned minimum, const sira_challenge *challenge,
                       uint8_t *qop)
{
    unsigned mask = challenge->qop;
    if (mask == 0) { /* RFC 2069: no qop, or nothing in it that we know (RFC 7616 3.3) */
        /* A session key needs a cnonce, which goes with qop only (RFC 7616 3.4). */
        *qop = SIRA_QOP_NONE;
        return minimum == SIRA_QOP_NONE && !sira_i_algorithm_is_sess((sira_algorithm)challenge->algorithm);
    }
    if (minimum == SIRA_QOP_AUTH_INT || (policy->prefer_auth_int && (mask & SIRA_QOP_AUTH_INT) != 0))
        mask &= SIRA_QOP_AUTH_INT;
    *qop = (uint8_t)((mask & SIRA_QOP_AUTH) != 0 ? SIRA_QOP_AUTH : mask);
    return mask != 0;
}

/* Is it as strong as what was accepted before? That counts for every realm that a server of this kind names, however it
 * is called. What one kind has never accepted is measured by the other, so that nobody gets as a proxy what a
 * registrar would be refused. */
static bool is_strong_enough(const sira_digest_client *client, sira_i_plan *candidate)
{
    const sira_digest_policy *policy = &client->config->policy;
    const bool kind = client->accepted[candidate->proxy].level != 0 ? candidate->proxy : !candidate->proxy;
    const uint8_t qop = client->accepted[kind].qop;
    if (policy->allow_downgrade)
        return true;
    return candidate->level >= client->accepted[kind].level &&
           choose_qop(policy, qop > policy->minimum_qop ? qop : policy->minimum_qop, &candidate->challenge,
                      &candidate->qop);
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

/* Can it be answered, by what we have, by policy, and by what was accepted before? */
static sira_status check_candidate(const sira_i_selection *selection, sira_i_plan *candidate, sira_diag *diag)
{
    const sira_digest_client *client = selection->client;
    const sira_digest_policy *policy = &client->config->policy;
    const sira_algorithm algorithm = (sira_algorithm)candidate->challenge.algorithm;
    char unescaped[SIRA_LIMIT_REALM];
    candidate->level = sira_i_algorithm_level(algorithm);
    if (!sira_i_key_possible(client->config, sira_i_unescape(sira_i_plan_realm(candidate), unescaped), algorithm))
        return sira_i_digest_refuse(diag, SIRA_E_CHALLENGE, "", "an algorithm that we have, with a key for it");
    if (candidate->level < sira_i_algorithm_level((sira_algorithm)policy->minimum_algorithm))
        return sira_i_digest_refuse(diag, SIRA_E_CHALLENGE, "", "an algorithm that the policy allows");
    if (!choose_qop(policy, policy->minimum_qop, &candidate->challenge, &candidate->qop))
        return sira_i_digest_refuse(diag, SIRA_E_CHALLENGE, "", "a qop that we know and the policy allows");
    if (!is_strong_enough(client, candidate))
        return sira_i_digest_refuse(diag, SIRA_E_DOWNGRADE, "", "an algorithm and a qop as strong as before");
    return check_lengths(&candidate->challenge, diag);
}

static sira_i_plan *plan_for(sira_i_selection *selection, const sira_i_plan *candidate)
{
    for (size_t i = 0; i < selection->count; i++) {
        sira_i_plan *plan = &selection->plans[i];
        if (plan->proxy == candidate->proxy &&
            sira_i_same_unescaped(sira_i_plan_realm(plan), sira_i_plan_realm(candidate)))
            return plan;
    }
    return NULL;
}

/* Would it be answered without the qop that it asks for, because that is unknown? Another one is better. */
static bool is_makeshift(const sira_i_plan *plan)
{
    return plan->challenge.qop_present && plan->qop == SIRA_QOP_NONE;
}

/* RFC 8760 2.4: the topmost of a realm, unless the policy looks for the strongest. */
static void adopt(sira_i_selection *selection, const sira_i_plan *candidate)
{
    sira_i_plan *plan = plan_for(selection, candidate);
    if (plan == NULL && selection->count == SIRA_LIMIT_REALMS) {
        selection->over = true;
        return;
    }
    if (plan == NULL)
        selection->plans[selection->count++] = *candidate;
    else if (selection->client->config->policy.strongest_first ? candidate->level > plan->level : is_makeshift(plan))
        *plan = *candidate;
}

/* A stale nonce that comes back as the new one is no stale nonce: what was sent decides, not only the flag, as long as
 * it is known. */
static void note_seen(sira_i_selection *selection, const sira_i_plan *candidate)
{
    const sira_digest_realm *realm = &selection->client->realms[candidate->slot];
    selection->seen[candidate->slot] = true;
    if (candidate->challenge.stale && (realm->generation != selection->attempt->realm[candidate->slot].generation ||
                                       !sira_i_is_kept(sira_i_realm_nonce(realm), candidate->challenge.nonce)))
        selection->stale[candidate->slot] = true;
}

static sira_status read_realm(sira_i_plan *candidate, sira_diag *diag)
{
    size_t length = 0;
    sira_status status =
        sira_i_inner_copy(candidate->challenge.realm, candidate->realm, sizeof candidate->realm, &length);
    candidate->realm_len = (uint8_t)length;
    if (status == SIRA_OK)
        return SIRA_OK;
    return sira_i_digest_refuse(diag, status, "",
                                status == SIRA_E_LIMIT ? "a realm within SIRA_LIMIT_REALM" : "a quoted string");
}

static void consider(sira_i_selection *selection, const sira_auth *auth, bool proxy)
{
    sira_i_plan candidate = {.proxy = proxy};
    sira_diag diag = {0};
    sira_status status = sira_challenge_parse(&candidate.challenge, auth, &diag);
    if (status == SIRA_IDLE)
        return;
    if (status == SIRA_OK)
        status = read_realm(&candidate, &diag);
    if (status == SIRA_OK) {
        candidate.slot = slot_of(selection->client, sira_i_plan_realm(&candidate), proxy);
        candidate.known = candidate.slot < SIRA_LIMIT_REALMS;
        if (candidate.known)
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

static void consider_field(sira_i_selection *selection, bool proxy)
{
    sira_cursor cursor;
    sira_auth auth;
    sira_diag diag;
    sira_cursor_init(&cursor, selection->response, proxy ? SIRA_FIELD_PROXY_AUTHENTICATE : SIRA_FIELD_WWW_AUTHENTICATE);
    for (unsigned i = 0;; i++) {
        sira_status status = sira_auth_next(&cursor, &auth, &diag);
        if (status == SIRA_IDLE)
            return;
        /* Beside a digest challenge one of another scheme and kind says nothing about what was sent. */
        if (status != SIRA_OK || (selection->response->status_code == 407) == proxy ||
            sira_str_equal_nocase(auth.scheme, SIRA_STR("Digest")))
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

sira_status sira_digest_client_challenged(sira_digest_client *client, const sira_digest_attempt *attempt,
                                          const sira_message *response, sira_diag *diag)
{
    sira_i_selection selection;
    memset(&selection, 0, sizeof selection);
    selection.client = client;
    selection.attempt = attempt;
    selection.response = response;
    sira_i_digest_refuse(
        &selection.diag, SIRA_OK,
        sira_field_name(response->status_code == 407 ? SIRA_FIELD_PROXY_AUTHENTICATE : SIRA_FIELD_WWW_AUTHENTICATE),
        "a digest challenge");
    consider_field(&selection, false);
    consider_field(&selection, true);
    sira_status status = sira_i_selection_decide(&selection);
    if (status < 0 && diag != NULL)
        *diag = selection.diag;
    sira_wipe(&selection, sizeof selection);
    return status;
}
