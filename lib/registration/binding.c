/* What a registrar's 2xx says about our binding (RFC 3261 10.2.4), also when something between us rewrote our Contact.
 */
#include "registration/registration.h"

#include "message/uri_equal.h"

#include <string.h>

/* What makes a Contact look like ours. Our line parameter is new with each start of the device; the instance is also
 * that of a binding from before (RFC 5626 4.1), so it says less; the URI may be rewritten, but tells us from where we
 * were before our address changed. The larger sum wins. */
enum { SAME_URI = 1, SAME_INSTANCE = 2, SAME_LINE = 4 };

static int likeness(const sira_registration *registration, sira_str own_text, const sira_contact *contact)
{
    sira_str instance = registration->config.instance_id;
    int like = instance.len != 0 && sira_str_equal_nocase(contact->instance, instance) ? SAME_INSTANCE : 0;
    sira_uri uri, own;
    sira_str line, our_line;
    if (sira_str_equal(contact->address.uri, own_text)) /* as registrars mostly return it */
        return like | SAME_LINE | SAME_URI;
    if (sira_uri_parse(&uri, contact->address.uri, NULL) != SIRA_OK || sira_uri_parse(&own, own_text, NULL) != SIRA_OK)
        return like;
    if (sira_uri_param(&uri, SIRA_STR("line"), &line) == SIRA_OK &&
        sira_uri_param(&own, SIRA_STR("line"), &our_line) == SIRA_OK && sira_str_equal_nocase(line, our_line))
        like |= SAME_LINE;
    return sira_i_uri_equal_sip(&own, &uri) ? like | SAME_URI : like;
}

sira_status sira_i_binding_find(const sira_registration *registration, const sira_message *response,
                                sira_i_binding *binding)
{
    char buffer[SIRA_I_CONTACT_SIZE];
    sira_str own;
    sira_status status = sira_i_contact_uri(registration, buffer, &own);
    if (status != SIRA_OK)
        return status;

    uint32_t fallback = registration->asked;
    (void)sira_message_number(response, SIRA_FIELD_EXPIRES, &fallback, NULL);

    int best = -1;
    sira_cursor cursor;
    sira_contact contact;
    *binding = (sira_i_binding){.expires = fallback};
    sira_cursor_init(&cursor, response, SIRA_FIELD_CONTACT);
    while ((status = sira_contact_next(&cursor, &contact, NULL)) != SIRA_IDLE) {
        if (status != SIRA_OK || contact.star) /* somebody else's that is malformed does not cost us our line */
            continue;
        if (binding->bindings < UINT16_MAX)
            binding->bindings++;
        uint32_t expires = contact.has_expires ? contact.expires : fallback;
        int like = likeness(registration, own, &contact);
        /* Among those that are equally like ours, or not at all, the smallest lifetime can't leave the line dead. */
        if (like < best || (like == best && expires >= binding->expires))
            continue;
        best = like;
        binding->expires = expires;
        binding->is_ours = expires != 0 && (like & (SAME_LINE | SAME_URI)) != 0;
    }
    return SIRA_OK;
}

sira_status sira_i_service_route_keep(sira_registration *registration, const sira_message *response)
{
    sira_cursor cursor;
    sira_address route;
    sira_status status;
    size_t length = 0;
    registration->service_route_len = 0;
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
    return SIRA_OK;
}
