/* Where a 301 or 302 sends a registration (RFC 3261 8.1.3.4, 21.3): another registrar, with a server of its own here.
 */
#include "registration/registration.h"

#include "message/uri_equal.h"

#include <string.h>

/* The URI to be asked, from that of a Contact: a registrar has no user (RFC 3261 10.2), and what only asks for header
 * fields is nothing for a REGISTER. SIRA_OK; SIRA_E_REDIRECT: it can't be asked by this account. */
static sira_status target_uri(const sira_registration *registration, sira_str contact, char *buffer, sira_str *target)
{
    sira_uri uri;
    sira_writer writer;
    if (sira_uri_parse(&uri, contact, NULL) != SIRA_OK ||
        (uri.scheme != SIRA_SCHEME_SIPS && (uri.scheme != SIRA_SCHEME_SIP || registration->exchange.account->secure)))
        return SIRA_E_REDIRECT; /* RFC 3261 26.2.2 */
    sira_writer_init(&writer, buffer, SIRA_LIMIT_CONFIG);
    sira_write_text(&writer, uri.scheme == SIRA_SCHEME_SIPS ? SIRA_STR("sips:") : SIRA_STR("sip:"));
    sira_write_text(&writer, uri.host);
    if (uri.port != 0) {
        sira_write_text(&writer, SIRA_STR(":"));
        sira_write_number(&writer, uri.port);
    }
    if (uri.params.len != 0) {
        sira_write_text(&writer, SIRA_STR(";"));
        sira_write_text(&writer, uri.params);
    }
    target->at = buffer;
    return sira_writer_finish(&writer, &target->len) == SIRA_OK ? SIRA_OK : SIRA_E_REDIRECT;
}

static bool is_same(sira_str a, sira_str b)
{
    sira_uri first, second;
    return sira_uri_parse(&first, a, NULL) == SIRA_OK && sira_uri_parse(&second, b, NULL) == SIRA_OK &&
           sira_i_uri_equal_sip(&first, &second);
}

/* To where we have just asked, or to where we began. */
static bool leads_back(sira_registration *registration, sira_str target)
{
    char text[SIRA_I_REQUEST_URI_SIZE];
    sira_redirect *redirect = registration->redirect;
    const uint16_t here = redirect->uri_len;
    bool back = here != 0 && is_same(target, (sira_str){redirect->uri, here});
    sira_str home;
    redirect->uri_len = 0;
    back = back || (sira_i_register_uri(registration, text, &home) == SIRA_OK && is_same(target, home)) ||
           is_same(target, registration->home->config.uri);
    redirect->uri_len = here;
    return back;
}

/* The first of those with the highest q (RFC 3261 20.10) that can be asked. */
static bool choose(sira_registration *registration, const sira_message *response, char *buffer, sira_str *target)
{
    char text[SIRA_LIMIT_CONFIG];
    sira_cursor cursor;
    sira_contact contact;
    sira_status status;
    int best = -1;
    sira_cursor_init(&cursor, response, SIRA_FIELD_CONTACT);
    while ((status = sira_contact_next(&cursor, &contact, NULL)) != SIRA_IDLE) {
        sira_str uri;
        if (status != SIRA_OK || contact.star)
            continue;
        int q = contact.has_q ? contact.q : 1000;
        if (q <= best || target_uri(registration, contact.address.uri, text, &uri) != SIRA_OK ||
            leads_back(registration, uri))
            continue;
        best = q;
        memcpy(buffer, text, uri.len);
        *target = (sira_str){buffer, uri.len};
    }
    return best >= 0;
}

static void go_home(sira_registration *registration)
{
    sira_redirect *redirect = registration->redirect;
    redirect->count = 0;
    if (redirect->uri_len == 0)
        return;
    redirect->uri_len = 0;
    sira_i_exchange_move(&registration->exchange, registration->home);
    (void)sira_server_remove(&redirect->server);
}

static bool follow(sira_registration *registration, sira_i_outcome *why)
{
    sira_redirect *redirect = registration->redirect;
    char text[SIRA_LIMIT_CONFIG];
    sira_str target;
    if (why->code != 301 && why->code != 302) /* 305 Use Proxy and 380 Alternative Service have reasons of their own */
        return false;
    const uint8_t count = redirect->count;
    bool known = count < SIRA_LIMIT_REDIRECTS && choose(registration, why->arrival->message, text, &target);
    go_home(registration);
    if (known) {
        sira_server_config config = {.size = sizeof config};
        memcpy(redirect->uri, text, target.len);
        config.uri = (sira_str){redirect->uri, target.len};
        known = sira_server_init(&redirect->server, sira_i_registration_agent(registration), &config, NULL) == SIRA_OK;
    }
    if (!known) {
        why->status = SIRA_E_REDIRECT;
        return false;
    }
    redirect->uri_len = (uint16_t)target.len;
    redirect->count = (uint8_t)(count + 1u);
    sira_i_exchange_move(&registration->exchange, &redirect->server);
    return true;
}

void sira_registration_follow(sira_registration *registration, sira_redirect *redirect)
{
    static const sira_redirector redirector = {follow, go_home};
    redirect->by = &redirector;
    redirect->uri_len = 0;
    redirect->count = 0;
    registration->redirect = redirect;
}
