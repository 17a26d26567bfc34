/* A registrar from datagram to datagram: sira_registrar with what stands around it. No socket, no clock. */
#ifndef EXAMPLES_SUPPORT_REGISTRAR_H
#define EXAMPLES_SUPPORT_REGISTRAR_H

#include <sira/registrar.h>
#include <sira/transport.h>
#include <sira/version.h>

#include "support/guesses.h"
#include "support/replies.h"
#include "support/store.h"
#include "support/users.h"

#define REGISTRAR_NONCES 4096
#define REGISTRAR_LENIENCIES 7
#define REGISTRAR_ADDRESSES_EACH 10 /* addresses-of-record of one user, in several domains */

typedef struct registrar_counters {
    uint32_t requests, retransmissions, malformed, challenged, refused, unavailable, accepted;
    uint32_t slowed, overload; /* of those that were answered by 503: for guessing, for too many at once */
    uint32_t let_pass[REGISTRAR_LENIENCIES]; /* by the bit of sira_lenient */
} registrar_counters;

/* Zero it, set what stands above the line, then call registrar_open. */
typedef struct registrar {
    sira_hash hash;
    sira_entropy entropy;
    sira_str realm;
    sira_str domain; /* of the addresses-of-record that are taken; empty: any, REGISTRAR_ADDRESSES_EACH for each user */
    bool open_to_all; /* no authentication */
    unsigned lenient; /* sira_lenient: what devices are forgiven that can't be changed */
    uint32_t rate;    /* REGISTER requests a second; above it: 503. 0: any */
    sira_digest_server_config
        digest_config; /* algorithms, qop, lifetime, one_time; filled by sira_digest_server_config_init before */
    users users;
    sira_digest_lookup_fn more_users; /* may be NULL */
    void *more_users_context;
    store store;
    sira_registrar_config config; /* the lifetimes; filled by sira_registrar_config_init before */
    sira_trace trace;             /* told of messages that are refused */
    /* ---- */
    registrar_counters counters;
    uint64_t now;      /* of the request that is worked on */
    uint64_t full;     /* when the allowance for requests is full again, ms */
    uint32_t fraction; /* of a ms, by rate */
    guesses guesses;
    sira_registrar core;
    sira_registrar_task task;
    sira_digest_server digest;
    sira_digest_slot slots[REGISTRAR_NONCES];
    replies replies;
    sira_message request;
    sira_field fields[SIRA_LIMIT_FIELDS];
    char out[65536];
} registrar;

/* SIRA_OK, SIRA_E_CONFIG or SIRA_E_ENTROPY. */
sira_status registrar_open(registrar *self, sira_diag *diag);
void registrar_close(registrar *self);

/* Takes a datagram; flow->remote says from where. Returns the answer, empty when there is none; it is valid until the
 * next call. It goes back to where the request came from, port included, as if each client had asked for that (RFC
 * 3581). Until credentials have shown that who sends from there also receives there, no answer has more than three
 * times the octets of its request, so that nobody sends them to others; with open_to_all that is never shown, and an
 * answer that lists bindings may be longer. */
sira_str registrar_take(registrar *self, const sira_flow *flow, sira_str bytes, uint64_t now);

#endif
