/* The other side of a registration: takes REGISTER requests, asks who sends them, and keeps the bindings (RFC 3261
 * 10.3, with RFC 3327, RFC 3608 and RFC 5626).
 *
 * A registrar does no I/O and needs no agent. You give it a REGISTER that sira_message_validate has taken, where it
 * came from, and the time; it decides on the response, and you write that. Bindings live in a store of yours: memory, a
 * file, a database. The store may answer at once or later, so each request has a sira_registrar_task, which you place.
 *
 *     status = sira_registrar_take(&registrar, task, &request, &source, now);
 *     if (status == SIRA_OK)
 *         sira_registrar_write(task, to_tag, &writer);      (SIRA_MORE: the same, when config.decided is called)
 *
 * A retransmission is to be answered by its transaction (RFC 3261 17.2.2), not to be taken again. What is compared and
 * what is changed lies in one compare-and-set of the store, so several registrars may share one. */
#ifndef SIRA_REGISTRAR_H
#define SIRA_REGISTRAR_H

#include <sira/detail/registrar.h>
#include <sira/digest_server.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- bindings ---- */

/* Adds a copy of a binding to what a look-up found. SIRA_OK; SIRA_E_SPACE: more of them, or more text, than a registrar
 * ever commits. */
SIRA_API sira_status sira_bindings_add(sira_bindings *found, const sira_binding *binding);

/* ---- the store ---- */

/* Time in bindings is that of sira_registrar_take; a store that outlives the process keeps another clock beside it.
 *
 * Each function returns SIRA_OK; SIRA_MORE: it takes longer, and sira_registrar_stored will be called with what is said
 * here (never from within the function); any error: the store can't be used at present, the request is answered by 503
 * and nothing has changed. */
typedef struct sira_registrar_store {
    void *context;
    /* Fills *found, which is empty, by sira_bindings_add and sets its version: another one after each commit, 0 where
     * there is nothing. What has lapsed may be in it. */
    sira_status (*look_up)(void *context, sira_registrar_task *task, sira_str aor, sira_bindings *found);
    /* Replaces all bindings of the address-of-record, or changes nothing. SIRA_OK means that it lasts, also if the
     * power fails now. SIRA_E_STATE: there is another version by now; it will be looked up again. */
    sira_status (*commit)(void *context, sira_registrar_task *task, const sira_bindings_change *change);
    /* Gives an address-of-record that has bindings whose expires_at is not above now: it sets *length to that of its
     * canonical name, and writes that into aor, which has room for SIRA_LIMIT_AOR bytes. SIRA_IDLE: there is none. May
     * be NULL, if the store takes away itself what has lapsed; with it all three have to answer at once. */
    sira_status (*next_lapsed)(void *context, uint64_t now, char *aor, size_t *length);
} sira_registrar_store;

/* ---- the registrar ---- */

/* Who wants to register what. Valid during the call. */
typedef struct sira_registrar_claim {
    sira_str user; /* that is authenticated; empty: nobody was asked */
    sira_str aor;  /* canonical: "alice@example.com" */
    sira_uri to;   /* as it came */
} sira_registrar_claim;

/* Strings are borrowed: they must outlive the registrar. */
typedef struct sira_registrar_config {
    size_t size; /* sizeof this struct; sira_registrar_config_init sets it */
    sira_registrar_store store;
    sira_digest_server *digest; /* who may log in; NULL only with open_to_all */
    bool open_to_all;           /* nobody is asked for a password. For trials: anybody takes anybody's calls */
    sira_str domain;            /* host of the addresses-of-record that are served; empty: any */
    /* May this one be registered by this user? 0: yes; else the code of the response, as 403, with *reason if that is
     * to be another phrase than the standard one (static). NULL: whoever is authenticated as "alice" or
     * "alice@example.com" may register alice@example.com, nothing else (RFC 3261 10.3 step 4). */
    uint16_t (*may_register)(void *context, const sira_registrar_claim *claim, const char **reason);
    /* A response is decided that sira_registrar_take left open. NULL where the store answers at once. */
    void (*decided)(void *context, sira_registrar_task *task);
    void *context;            /* of the two */
    uint32_t expires_min;     /* seconds; a shorter lifetime is answered by 423. Default 60, at most 3600 */
    uint32_t expires_max;     /* seconds; a longer one is shortened. Default 7200 */
    uint32_t expires_default; /* seconds; where the request names none. Default 3600, or what min and max allow */
    uint16_t bindings_max;    /* of one address-of-record. Default and most: SIRA_LIMIT_BINDINGS */
    sira_str service_route;   /* value of the Service-Route field (RFC 3608), "<sip:p.example.com;lr>"; empty: none */
    bool outbound;            /* RFC 5626: whoever delivers requests uses the flow that a binding came by */
    uint32_t flow_timer;      /* seconds between keep-alives of a flow (RFC 5626 5.4), with outbound; 0: not said */
    bool path_unasked;        /* a Path is kept even if the client does not say that it knows of it (RFC 3327 5.3) */
    uint32_t retry_after;     /* seconds in a 503. Default 10 */
} sira_registrar_config;
SIRA_API void sira_registrar_config_init(sira_registrar_config *config);

/* The config must outlive the registrar. SIRA_OK; SIRA_E_CONFIG with the field's name in diag. */
SIRA_API sira_status sira_registrar_init(sira_registrar *registrar, const sira_registrar_config *config,
                                         sira_diag *diag);

/* Takes a REGISTER that is parsed and validated. The task must not be in use; it need not be cleared but for the first
 * time. Request, its bytes and task must stay until the response is written.
 *
 * SIRA_OK: decided; write the response. SIRA_MORE: the store takes longer; config.decided will be called.
 * SIRA_E_ARGUMENT: it is no REGISTER. */
SIRA_API sira_status sira_registrar_take(sira_registrar *registrar, sira_registrar_task *task,
                                         const sira_message *request, const sira_endpoint *source, uint64_t now);

/* The store tells what came of a look_up or commit that said SIRA_MORE; a look-up has filled its *found by then. May
 * call config.decided, and the store again. */
SIRA_API void sira_registrar_stored(sira_registrar_task *task, sira_status status);

/* The code that was decided on, and its reason phrase; static. */
SIRA_API uint16_t sira_registrar_code(const sira_registrar_task *task);
SIRA_API const char *sira_registrar_reason(const sira_registrar_task *task);

/* Who was authenticated; empty: nobody. Valid until the response is written. */
SIRA_API sira_str sira_registrar_user(const sira_registrar_task *task);

/* Were there credentials for a nonce that was made for the address they came from, and wrong ones? For whoever
 * slows down those who guess. As long as sira_registrar_user. */
SIRA_API bool sira_registrar_is_guess(const sira_registrar_task *task);

/* Writes what the response has beyond Via, From, To, Call-ID and CSeq: the bindings, the challenge, and so on; no body.
 * SIRA_OK: it is written, and the task's use has ended; what was secret is wiped. SIRA_E_HASH, SIRA_E_SPACE: the writer
 * has failed; write it again elsewhere, or answer 500 and call sira_registrar_drop. */
SIRA_API sira_status sira_registrar_write_fields(sira_registrar_task *task, sira_writer *writer);

/* The whole response, for whoever has no transaction that writes the rest. to_tag: random, a token. The status is that
 * of sira_writer_finish; where the fields can't be written it is a 500. */
SIRA_API sira_status sira_registrar_write(sira_registrar_task *task, sira_str to_tag, sira_writer *writer);

/* Ends a task whose response nobody waits for any more. What the store still works on has to end before the task is
 * used again. */
SIRA_API void sira_registrar_drop(sira_registrar_task *task);

/* Takes the lapsed bindings of one address-of-record out of the store. Call it again and again until it says SIRA_IDLE:
 * nothing has lapsed. SIRA_OK: one is done; an error of the store. */
SIRA_API sira_status sira_registrar_sweep(sira_registrar *registrar, sira_registrar_task *task, uint64_t now);

#ifdef __cplusplus
}
#endif
#endif
