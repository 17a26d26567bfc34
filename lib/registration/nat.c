/* The public address behind a NAT: what a registrar has seen of us stands in the Via of its answer (RFC 3581 4, RFC
 * 3261 18.2.1). A Contact that follows it blindly has made others register in circles: one rewrite for an observed
 * mapping, and one in SIRA_LIMIT_MAPPING_AGE. */
#include "registration/registration.h"

/* False: the answer does not say. */
static bool observed(const sira_registration *registration, const sira_message *response, sira_endpoint *seen)
{
    sira_cursor cursor;
    sira_via via;
    *seen = registration->exchange.flow.local;
    sira_cursor_init(&cursor, response, SIRA_FIELD_VIA);
    if (sira_via_next(&cursor, &via, NULL) != SIRA_OK || via.rport == 0 ||
        (via.received.len != 0 && sira_endpoint_from_host(via.received, seen) != SIRA_OK))
        return false;
    seen->port = via.rport;
    return seen->family == registration->exchange.flow.local.family;
}

static void begin(sira_registration *registration)
{
    sira_nat *nat = registration->nat;
    const sira_endpoint *local = &registration->exchange.flow.local;
    if (!sira_endpoint_equal(&nat->local, local)) { /* what was seen of us was seen elsewhere */
        nat->local = *local;
        nat->mapping.family = SIRA_FAMILY_NONE;
        nat->rewritten = false;
    }
    nat->present = nat->given.family != SIRA_FAMILY_NONE ? nat->given : nat->mapping;
    nat->present.transport = local->transport;
}

static sira_status stays(sira_registration *registration, const sira_message *response)
{
    (void)registration;
    (void)response;
    return SIRA_OK;
}

static sira_status learn(sira_registration *registration, const sira_message *response)
{
    const uint64_t now = sira_i_registration_agent(registration)->now;
    sira_nat *nat = registration->nat;
    sira_endpoint seen;
    if (nat->given.family != SIRA_FAMILY_NONE || !observed(registration, response, &seen) ||
        sira_endpoint_equal(&seen, &registration->contact))
        return SIRA_OK;
    if (nat->rewritten && now < nat->rewritten_at + 1000u * (uint64_t)SIRA_LIMIT_MAPPING_AGE)
        return SIRA_E_MAPPING;
    nat->mapping = seen;
    nat->rewritten = true;
    nat->rewritten_at = now;
    return SIRA_MORE;
}

static const sira_nat_policy learns = {begin, learn}, keeps = {begin, stays};

static void attach(sira_registration *registration, sira_nat *nat)
{
    if (registration->nat == nat)
        return;
    *nat = (sira_nat){.by = &keeps};
    registration->nat = nat;
}

void sira_registration_learn_address(sira_registration *registration, sira_nat *nat)
{
    attach(registration, nat);
    nat->by = &learns;
}

void sira_registration_give_address(sira_registration *registration, sira_nat *nat, const sira_endpoint *address)
{
    attach(registration, nat);
    if (address != NULL)
        nat->given = *address;
    else
        nat->given.family = SIRA_FAMILY_NONE;
}
