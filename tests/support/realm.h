/* A digest server with its users, and a client that talks to it. */
#ifndef SUPPORT_REALM_H
#define SUPPORT_REALM_H

#include "support/exchange.h"

#define REALM_SLOTS 8

typedef struct realm {
    exchange client;
    sira_digest_server_config config;
    sira_digest_server server;
    sira_digest_slot slots[REALM_SLOTS];
    sira_digest_peer peer;
    sira_digest_verified verified;
    packet request; /* that was verified last; verified points into it */
    sira_diag diag;
    unsigned lookups;
    bool give_ha1; /* instead of the password */
    sira_status lookup_status;
    uint8_t random; /* entropy counts */
    bool entropy_broken;
    char challenge[1024]; /* header lines, NUL-terminated */
    char info[512];
} realm;

/* Realm "example.com" with alice, secret. config may be changed before realm_init. */
void realm_open(realm *r);
void realm_init(realm *r);
void realm_close(realm *r);

/* The server challenges; the client takes it and writes its answer, into client.text. */
void realm_challenge(realm *r, bool stale);
/* The server verifies a REGISTER with these header lines. */
sira_status realm_verify(realm *r, const char *lines);
/* Authentication-Info of what was verified last, for a response with this body. */
void realm_info(realm *r, const char *body);

#endif
