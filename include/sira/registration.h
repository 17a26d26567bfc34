/* Keeps one binding of an account alive at a server (RFC 3261 10.2): registers, refreshes in time, answers challenges,
 * backs off, and leaves. */
#ifndef SIRA_REGISTRATION_H
#define SIRA_REGISTRATION_H

#include <sira/account.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Strings are borrowed: they must outlive the registration. Times are in seconds. 0 means the default. */
typedef struct sira_registration_config {
    size_t size;           /* sizeof this struct; sira_registration_config_init sets it */
    uint32_t expires;      /* lifetime that is asked for; default 3600; above min_interval, and at most
                              SIRA_LIMIT_EXPIRES_MAX */
    sira_str contact_user; /* user part of the Contact; default: that of the AOR */
    sira_str instance_id;  /* "<urn:uuid:...>" for +sip.instance (RFC 5626 4.1); no default: identities made up by a
                              library collide */
    uint32_t min_interval; /* floor between two attempts that follow each other without a challenge; default 10; at most
                              3600. What is granted for no longer is reported with SIRA_E_EXPIRES: it runs out before
                              each refresh */
    uint32_t retry_base;   /* first back-off (RFC 5626 4.5); default 30 */
    uint32_t retry_max;    /* default 1800 */
    uint32_t rejected_base;   /* first back-off after a rejected password; default 300 */
    uint32_t rejected_max;    /* default 3600 */
    uint16_t rejected_budget; /* rejections in a row after which it is given up; default 10 */
    uint32_t unclear_expires; /* what is taken for granted where an answer does not say it, or can't be understood, and
                                 no lifetime stands in it anywhere; default 120, at most SIRA_LIMIT_EXPIRES_MAX; never
                                 more than was asked for. The event has SIRA_E_UNCLEAR then */
} sira_registration_config;

SIRA_API void sira_registration_config_init(sira_registration_config *config);

typedef enum sira_registration_state {
    SIRA_REGISTRATION_STOPPED = 0,
    SIRA_REGISTRATION_LOCATING,   /* resolving the server's name */
    SIRA_REGISTRATION_CONNECTING, /* making a flow, or waiting for a turn (max_in_flight) */
    SIRA_REGISTRATION_REGISTERING,
    SIRA_REGISTRATION_REGISTERED,
    SIRA_REGISTRATION_REFRESHING,
    SIRA_REGISTRATION_WAITING, /* for the end of a back-off */
    SIRA_REGISTRATION_UNREGISTERING,
    SIRA_REGISTRATION_FAILED /* given up; sira_registration_start tries again */
} sira_registration_state;

/* As "registered"; static. */
SIRA_API const char *sira_registration_state_name(sira_registration_state state);

/* config: NULL for all defaults; it is copied. SIRA_OK; SIRA_E_CONFIG with the field's name in diag ("scratch": the
 * agent's scratch buffer is too small for this line's REGISTER with one line of credentials, whatever the server puts
 * into its challenge); SIRA_E_ENTROPY. */
SIRA_API sira_status sira_registration_init(sira_registration *registration, sira_account *account,
                                            const sira_registration_config *config, sira_diag *diag);

/* What the application adds to each REGISTER. Zero it; all of it is optional, and borrowed with the strings. */
struct sira_additions {
    sira_str uri_params;     /* of the Contact's URI, as "pn-provider=apns;pn-prid=00fc13adff78512" (RFC 8599); not
                                transport and line, which are ours */
    sira_str contact_params; /* of the Contact, as "q=0.5;+sip.src"; not expires, +sip.instance and reg-id */
    const struct sira_addition {
        sira_str name, value;
    } * fields; /* header fields, as "P-Preferred-Identity" or "X-Device"; none that a REGISTER has already */
    size_t field_count;
    const struct sira_adder *by; /* not API */
};

/* For a registration that was just initialized. SIRA_OK; SIRA_E_CONFIG with "uri_params", "contact_params", "fields" or
 * "scratch" in diag, and nothing is added. */
SIRA_API sira_status sira_registration_add(sira_registration *registration, sira_additions *additions, sira_diag *diag);

/* Lets the registration follow 301 and 302 (RFC 3261 8.1.3.4): the Contact with the highest q is asked, up to
 * SIRA_LIMIT_REDIRECTS in a row, never one that leads back; what was redirected stays there until it fails, and then
 * asks its own server again. A sips account goes to no sip URI. Without this each 3xx is a failure, as 305 and 380 are
 * in any case. The answer to a challenge, which whoever redirects may have made, then goes to where he says: do it
 * where the network to the registrar is trusted, or over TLS.
 *
 * redirect: in memory that lives as long as the registration. For a registration that was just initialized. */
SIRA_API void sira_registration_follow(sira_registration *registration, sira_redirect *redirect);

/* Lets the Contact say the public address behind a NAT, which the registrar tells in rport and received (RFC 3581):
 * when it is not what was registered, the registration says so at once, and removes the binding that it had. That is
 * done once for an observed address and once in SIRA_LIMIT_MAPPING_AGE; what changes faster is told by a REGISTERED
 * event with SIRA_E_MAPPING and left as it is. Without this the Contact says our own address, which a registrar that
 * helps with NAT on its side expects.
 *
 * nat: in memory that lives as long as the registration. For a registration that was just initialized. */
SIRA_API void sira_registration_learn_address(sira_registration *registration, sira_nat *nat);

/* The same with an address that the application knows, as from a router that forwards a port: it is said from the next
 * request on, whatever a registrar observes; sira_registration_renew says it now. Its transport is not used. NULL: our
 * own again, or what is observed, if that may be learnt. */
SIRA_API void sira_registration_give_address(sira_registration *registration, sira_nat *nat,
                                             const sira_endpoint *address);

/* Registers at once, from any state; while registered it refreshes at once; but see server.h. Nothing is sent before
 * the next tick, which becomes due now. SIRA_OK. */
SIRA_API sira_status sira_registration_start(sira_registration *registration);

/* Registers again at once, because what it says or proves has changed: after the request under way, if there is one
 * (RFC 3261 10.2), and with refusals so far forgotten. SIRA_OK; SIRA_IDLE: it is stopped, or leaves. */
SIRA_API sira_status sira_registration_renew(sira_registration *registration);

/* Changes lifetimes and waits of a registration in whatever state, and renews it when it asks for another lifetime now.
 * contact_user and instance_id have to stay, because they name the binding: who wants others stops and begins another
 * registration. SIRA_OK; SIRA_E_CONFIG with the field's name in diag, and nothing has changed. */
SIRA_API sira_status sira_registration_change(sira_registration *registration, const sira_registration_config *config,
                                              sira_diag *diag);

/* Takes a registration in whatever state to another server of the same agent, as another proxy on the way to its
 * registrar, and renews it there. The binding stays as it is: who goes to another registrar stops first. The server
 * must outlive the registration; the former one may be removed when no registration is there any more. SIRA_OK;
 * SIRA_E_CONFIG with "server" in diag: a sips account can't go there, "scratch": the longest REGISTER would not fit.
 * Nothing has changed then. */
SIRA_API sira_status sira_registration_move(sira_registration *registration, sira_server *server, sira_diag *diag);

/* Removes the binding (Expires: 0) and ends in STOPPED, with an event. SIRA_OK; SIRA_IDLE: it is stopped already. */
SIRA_API sira_status sira_registration_stop(sira_registration *registration);

/* Takes the object out of the agent without a word to the registrar; then its memory may be reused. */
SIRA_API void sira_registration_remove(sira_registration *registration);

/* Writes what should outlive a reboot: Call-ID, CSeq, what marks our Contact, that Contact and where it was registered,
 * the Service-Route set, and what sira_account_export writes; no password and no HA1. With it the registrar holds one
 * binding after a power cut, not two, and does not challenge anew. Call it for each event that says REGISTERING, and
 * keep the bytes: a block may be older than the present state by 60 requests.
 *
 * out: SIRA_REGISTRATION_EXPORT_SIZE bytes always suffice, a few hundred are usual. SIRA_OK with *length;
 * SIRA_E_SPACE. */
#define SIRA_REGISTRATION_EXPORT_SIZE (76u + SIRA_LIMIT_ROUTE + SIRA_DIGEST_EXPORT_SIZE)
SIRA_API sira_status sira_registration_export(const sira_registration *registration, uint8_t *out, size_t size,
                                              size_t *length);

/* Takes such a block into a registration that was just initialized, and into its account. On an error nothing is
 * changed, and the line begins anew as if there were no block.
 * SIRA_OK
 * SIRA_E_STATE: the registration has been started already
 * SIRA_E_SYNTAX: it is damaged, or that of another address-of-record or registrar
 * SIRA_E_UNSUPPORTED: of another version
 * SIRA_E_LIMIT: what it holds is longer than can be kept, or it has counted too far */
SIRA_API sira_status sira_registration_import(sira_registration *registration, const uint8_t *bytes, size_t length);

SIRA_API sira_registration_state sira_registration_get_state(const sira_registration *registration);
SIRA_API bool sira_registration_is_bound(const sira_registration *registration); /* a binding lives as far as we know */
SIRA_API uint64_t sira_registration_expires_at(const sira_registration *registration); /* 0: not bound */
SIRA_API uint64_t
sira_registration_next_at(const sira_registration *registration); /* next planned attempt; SIRA_NEVER: none */
SIRA_API const sira_account *sira_registration_account(const sira_registration *registration);
/* The AOR as configured. */
SIRA_API sira_str sira_registration_aor(const sira_registration *registration);
/* The Service-Route set of the last 2xx as a header value (RFC 3608); empty: none. */
SIRA_API sira_str sira_registration_service_route(const sira_registration *registration);

#include <sira/detail/registration.h>

#ifdef __cplusplus
}
#endif
#endif
