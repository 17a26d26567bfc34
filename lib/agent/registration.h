/* What the files of the registration share. */
#ifndef SIRA_AGENT_REGISTRATION_H
#define SIRA_AGENT_REGISTRATION_H

#include "agent/agent.h"

/* ---- register.c: the request ---- */

/* The URI of our Contact. The buffer must hold SIRA_I_CONTACT_SIZE bytes. SIRA_OK; SIRA_E_SPACE. */
#define SIRA_I_CONTACT_SIZE (SIRA_LIMIT_CONFIG + 128u)
sira_status sira_i_contact_uri(const sira_registration *registration, char *buffer, sira_str *uri);

sira_status sira_i_register_write(sira_client *client, sira_writer *writer);

/* How long it can get, with one line of credentials. For a registration that has not begun. */
size_t sira_i_register_size(sira_registration *registration);

/* Is it a response to the request under way? RFC 3261 17.1.3, and what we put into From and Call-ID. */
bool sira_i_register_matches(const sira_registration *registration, const sira_message *response);

/* The request as digest sees it. uri must hold SIRA_I_REQUEST_URI_SIZE bytes and outlive the result. */
#define SIRA_I_REQUEST_URI_SIZE (SIRA_LIMIT_CONFIG + 8u)
sira_digest_request sira_i_register_digest(const sira_registration *registration, char *uri);

/* ---- binding.c: the 200 ---- */

typedef struct sira_i_binding {
    uint32_t expires;  /* granted seconds, not clamped */
    uint16_t bindings; /* Contacts in the response */
    bool is_ours;      /* surely: one with our line parameter or URI, and it lives */
} sira_i_binding;

/* Finds our binding among the Contacts of a 2xx and what was granted. SIRA_OK, or what keeps our own Contact from being
 * written. */
sira_status sira_i_binding_find(const sira_registration *registration, const sira_message *response,
                                sira_i_binding *binding);

/* Keeps the Service-Route set (RFC 3608 5). SIRA_OK; SIRA_E_LIMIT: it does not fit, SIRA_E_SYNTAX: it is malformed, and
 * none is kept. */
sira_status sira_i_service_route_keep(sira_registration *registration, const sira_message *response);

/* ---- attempt.c: the state machine ---- */

extern const struct sira_client_ops sira_i_registration_ops;

/* A request is out and not answered finally. */
static inline bool sira_i_attempt_is_under_way(const sira_registration *registration)
{
    return registration->client.transaction.state == SIRA_I_TRANSACTION_TRYING ||
           registration->client.transaction.state == SIRA_I_TRANSACTION_PROCEEDING;
}

/* Stopped before anything was registered, or after it has run out. */
static inline bool sira_i_attempt_has_left(const sira_registration *registration)
{
    return registration->leaving && !sira_registration_is_bound(registration);
}

/* Sets the one timer to whatever comes next. */
void sira_i_attempt_schedule(sira_registration *registration);

/* Makes an attempt due now. */
void sira_i_attempt_begin_at_once(sira_registration *registration);

/* Gives back what an attempt holds: the transaction; the turn, the place in the queue and the wait for HA1. */
void sira_i_attempt_end_transaction(sira_registration *registration);
void sira_i_attempt_end(sira_registration *registration);

/* The end in STOPPED, with its event. */
void sira_i_attempt_stopped(sira_registration *registration, sira_status status, uint16_t code);

/* Why an attempt ends without success. */
typedef struct sira_i_failure {
    sira_status status;
    uint16_t code;
    bool has_retry_after;
    uint32_t retry_after;
} sira_i_failure;

/* The end in WAITING, FAILED or STOPPED, with its event and the time of the next attempt. */
void sira_i_attempt_failed(sira_registration *registration, sira_i_failure *why);

/* The first request of an attempt, or another because of a response with this code; 0: it is just a challenge. An event
 * says what goes out, unless it is the same again. */
void sira_i_attempt_request(sira_registration *registration, uint16_t code);

/* A random number for a wait; 0 when there is no entropy: then there is no request either, so that is no loss. */
uint32_t sira_i_registration_draw(sira_registration *registration);

/* ---- outcome.c ---- */

/* false: the response is not to the request under way. */
bool sira_i_outcome_take(sira_client *client, const sira_message *response);

/* ---- event.c ---- */

/* Queues an event of this kind; status and code say why. */
sira_registration_news *sira_i_registration_post(sira_registration *registration, sira_event_kind kind,
                                                 sira_status status, uint16_t code);
void sira_i_registration_deliver(sira_client *client);

static inline sira_registration *sira_i_registration_of(sira_client *client)
{
    return SIRA_I_OWNER(client, sira_registration, client);
}

static inline sira_agent *sira_i_registration_agent(const sira_registration *registration)
{
    return registration->account->server->agent;
}

#endif
