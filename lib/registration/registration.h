/* What the files of the registration share. */
#ifndef SIRA_REGISTRATION_REGISTRATION_H
#define SIRA_REGISTRATION_REGISTRATION_H

#include <sira/detail/agent.h>
#include <sira/detail/registration.h>

#include "agent/exchange.h"

/* ---- setup.c ---- */

/* Fills in the defaults and refuses what can't be. */
sira_status sira_i_registration_check(sira_registration_config *config, sira_diag *diag);

/* ---- register.c: the request ---- */

/* The URI of our Contact. The buffer must hold SIRA_I_CONTACT_SIZE bytes. SIRA_OK; SIRA_E_SPACE. */
#define SIRA_I_CONTACT_SIZE (SIRA_LIMIT_CONFIG + 128u)
sira_status sira_i_contact_uri(const sira_registration *registration, char *buffer, sira_str *uri);

/* The address in our Contact. What is removed is what was registered, wherever we are now. */
const sira_endpoint *sira_i_register_address(const sira_registration *registration);

/* The Request-URI: a view into the account, or into the buffer of SIRA_I_REQUEST_URI_SIZE bytes. SIRA_OK;
 * SIRA_E_SPACE. */
sira_status sira_i_register_uri(const sira_registration *registration, char *buffer, sira_str *uri);

sira_digest_request sira_i_register_digest(sira_exchange *exchange, char *uri);
sira_status sira_i_register_write(sira_exchange *exchange, const sira_digest_request *request, sira_writer *writer);

/* How long it can get, with one line of credentials. For a registration that has not begun. */
size_t sira_i_register_size(sira_registration *registration);

/* Is it a response to our REGISTER? RFC 3261 17.1.3, and what we put into From and Call-ID. */
bool sira_i_register_matches(sira_exchange *exchange, const sira_i_arrival *response);

/* ---- binding.c: the 200 ---- */

typedef struct sira_i_binding {
    uint32_t expires;  /* granted seconds, not clamped */
    uint16_t bindings; /* living ones in the response */
    bool is_ours;      /* surely: one with our line parameter or URI, and it lives */
    bool is_unclear;   /* expires is a guess from below */
    sira_oddities odd; /* what is wrong with the list */
} sira_i_binding;

/* Finds our binding among the Contacts of a 2xx and what was granted. SIRA_OK, or what keeps our own Contact from being
 * written. */
sira_status sira_i_binding_find(const sira_registration *registration, const sira_message *response,
                                sira_i_binding *binding);

/* Keeps the Service-Route set (RFC 3608 5). SIRA_OK; SIRA_E_LIMIT: it does not fit, SIRA_E_SYNTAX: it is malformed, and
 * none is kept. */
sira_status sira_i_service_route_keep(sira_registration *registration, const sira_message *response);

/* ---- additions.c ---- */

/* How what the application adds is written. */
typedef struct sira_adder {
    void (*uri)(const sira_additions *additions, sira_writer *writer);
    void (*contact)(const sira_additions *additions, sira_writer *writer);
    void (*fields)(const sira_additions *additions, sira_writer *writer);
} sira_adder;

/* ---- redirect.c ---- */

/* How redirections are followed, in a registration that does. */
typedef struct sira_redirector {
    /* True: followed, the next request goes there; else why is changed where it has to be. */
    bool (*follow)(sira_registration *registration, sira_i_outcome *why);
    void (*go_home)(sira_registration *registration);
} sira_redirector;

/* ---- nat.c ---- */

/* Which address our Contact says. */
typedef struct sira_nat_policy {
    /* A request is about to go out: settles nat->present. */
    void (*begin)(sira_registration *registration);
    /* A 2xx has come: SIRA_OK; SIRA_MORE: at once again, with another address; SIRA_E_MAPPING. */
    sira_status (*learn)(sira_registration *registration, const sira_message *response);
} sira_nat_policy;

/* ---- event.c ---- */

/* Queues an event of this kind; status and code say why. */
sira_registration_news *sira_i_registration_post(sira_registration *registration, sira_event_kind kind,
                                                 sira_status status, uint16_t code);
void sira_i_registration_deliver(sira_waiter *waiter);

static inline sira_registration *sira_i_registration_of(sira_exchange *exchange)
{
    return SIRA_I_OWNER(exchange, sira_registration, exchange);
}

static inline sira_agent *sira_i_registration_agent(const sira_registration *registration)
{
    return registration->exchange.account->server->agent;
}

#endif
