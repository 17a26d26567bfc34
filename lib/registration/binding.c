/* What a registrar's 2xx says about our binding (RFC 3261 10.2.4), also when something between us rewrote our Contact.
 */
#include "registration/registration.h"

#include "message/uri_equal.h"

#include <string.h>

/* What makes a Contact look like ours. Our line parameter is new with each start of the device; the instance is also
 * that of a binding from before (RFC 5626 4.1), so it says less; the URI may be rewritten, but tells us from where we
 * were before our address changed. The larger sum wins. */
enum { SAME_URI = 1, SAME_INSTANCE = 2, SAME_LINE = 4 };

static bool has_our_line(const sira_contact *contact, sira_str own)
{
    static const sira_str name = SIRA_STR_INIT("line");
    sira_str ours, its;
    return sira_uri_text_param(own, name, &ours) == SIRA_OK &&
           (sira_uri_text_param(contact->address.uri, name, &its) == SIRA_OK ||
            sira_param_find(contact->address.params, name, &its) == SIRA_OK) && /* angle brackets were left out */
           sira_str_equal_nocase(ours, its);
}

static int likeness(const sira_registration *registration, sira_str own_text, const sira_contact *contact)
{
    sira_str instance = registration->config.instance_id;
    int like = instance.len != 0 && sira_str_equal_nocase(contact->instance, instance) ? SAME_INSTANCE : 0;
    sira_uri uri, own;
    if (sira_str_equal(contact->address.uri, own_text)) /* as registrars mostly return it */
        return like | SAME_LINE | SAME_URI;
    if (has_our_line(contact, own_text))
        like |= SAME_LINE;
    if (sira_uri_parse(&uri, contact->address.uri, NULL) == SIRA_OK &&
        sira_uri_parse(&own, own_text, NULL) == SIRA_OK && sira_i_uri_equal_sip(&own, &uri))
        like |= SAME_URI;
    return like;
}

/* What an answer says of ours, as far as it has been read. */
typedef struct search {
    uint32_t stated; /* by the Expires field */
    bool is_stated;
    bool is_removed; /* ours is listed with no lifetime */
    bool is_known;   /* the lifetime of the best */
    int best;        /* how much like ours; below 0: nothing lives */
    sira_i_binding *found;
} search;

static void weigh(search *s, const sira_contact *contact, bool is_right, int like)
{
    bool is_known = contact->has_expires || (is_right && s->is_stated);
    uint32_t expires = contact->has_expires ? contact->expires : (is_known ? s->stated : UINT32_MAX);
    bool is_sure = (like & (SAME_LINE | SAME_URI)) != 0;
    if (expires == 0) { /* it was removed, and counts for nobody */
        s->is_removed = s->is_removed || is_sure;
        return;
    }
    if (s->found->bindings < UINT16_MAX)
        s->found->bindings++;
    /* Among those that are equally like ours, or not at all, the smallest lifetime can't leave the line dead. */
    if (like < s->best || (like == s->best && expires >= s->found->expires))
        return;
    s->best = like;
    s->is_known = is_known;
    s->found->expires = expires;
    s->found->is_ours = is_sure;
}

/* A lifetime that is not said is never guessed from above: no binding of this answer ends sooner. */
static void guess(const sira_registration *registration, const sira_message *response, sira_i_binding *found)
{
    found->is_unclear = true;
    found->expires = registration->config.unclear_expires;
    (void)sira_message_least_expires(response, &found->expires);
    if (found->expires > registration->asked)
        found->expires = registration->asked;
}

static void tell(sira_i_binding *found, sira_oddity_kind kind, const sira_diag *diag)
{
    if (found->odd.count < SIRA_ODDITIES_KEPT)
        found->odd.first[found->odd.count] = (sira_oddity){(uint8_t)kind, *diag};
    found->odd.count = (uint16_t)(found->odd.count + (found->odd.count < UINT16_MAX));
}

static void conclude(const search *s, const sira_registration *registration, const sira_message *response)
{
    if (s->is_removed && !s->found->is_ours)
        s->found->expires = 0;
    else if (s->best < 0 && s->is_stated)
        s->found->expires = s->stated;
    else if (s->best < 0 || !s->is_known || (s->best == 0 && s->found->bindings > 1))
        guess(registration, response, s->found);
    s->found->is_ours = s->found->is_ours && s->found->expires != 0;
    if (s->best <= 0 && s->found->expires != 0)
        tell(s->found, SIRA_ODDITY_MISSING, &(sira_diag){.expected = "our binding", .field = "Contact", .reason = ""});
}

sira_status sira_i_binding_find(const sira_registration *registration, const sira_message *response,
                                sira_i_binding *binding)
{
    char buffer[SIRA_I_CONTACT_SIZE];
    sira_str own;
    sira_status status = sira_i_contact_uri(registration, buffer, &own);
    if (status != SIRA_OK)
        return status;
    sira_cursor cursor;
    sira_contact contact;
    search s = {.best = -1, .found = binding};
    sira_diag diag;
    *binding = (sira_i_binding){0};
    s.is_stated = sira_message_number(response, SIRA_FIELD_EXPIRES, &s.stated, NULL) == SIRA_OK;
    sira_cursor_init(&cursor, response, SIRA_FIELD_CONTACT);
    while ((status = sira_contact_sift(&cursor, &contact, &diag)) != SIRA_IDLE) {
        if (status != SIRA_OK)
            tell(binding, SIRA_ODDITY_VALUE, &diag);
        if (!contact.star && (contact.address.uri.len != 0 || contact.has_expires))
            weigh(&s, &contact, status == SIRA_OK, likeness(registration, own, &contact));
    }
    conclude(&s, registration, response);
    return SIRA_OK;
}

sira_status sira_i_service_route_keep(sira_registration *registration, const sira_message *response)
{
    sira_cursor cursor;
    sira_address route;
    sira_status status;
    size_t length = 0;
    registration->service_route_len = 0;
    registration->exchange.account->service_route.len = 0;
    sira_cursor_init(&cursor, response, SIRA_FIELD_SERVICE_ROUTE);
    while ((status = sira_address_next(&cursor, &route, NULL)) == SIRA_OK) {
        size_t comma = length == 0 ? 0 : 2, room = sizeof registration->service_route - length, used;
        if (comma > room ||
            sira_str_unfold(route.text, registration->service_route + length + comma, room - comma, &used) != SIRA_OK)
            return SIRA_E_LIMIT;
        memcpy(registration->service_route + length, ", ", comma);
        length += comma + used;
    }
    if (status != SIRA_IDLE) /* half a route leads elsewhere */
        return status;
    registration->service_route_len = (uint16_t)length;
    registration->exchange.account->service_route = (sira_str){registration->service_route, length};
    return SIRA_OK;
}
