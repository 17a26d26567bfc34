/* The other side of digest authentication (RFC 3261 22, RFC 7616, RFC 8760): challenges, verification,
 * Authentication-Info.
 *
 * A server speaks for one realm; for several, place several. Its nonces carry their time, a counter and a keyed MAC
 * over these, the realm and the peer, so nothing is kept of a challenge. Only a nonce that was used with the right
 * password takes a slot of the caller's memory, where its counts are kept (RFC 7616 3.4, nc). The counter says which
 * slot; when two nonces meet there, the later one takes it and the earlier one is stale from then on. So too little
 * memory costs a round trip, never the protection against replays, and whoever has no password can't fill it.
 */
#ifndef SIRA_DIGEST_SERVER_H
#define SIRA_DIGEST_SERVER_H

#include <sira/digest.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- credentials, without a server ---- */

/* One Authorization or Proxy-Authorization value of the Digest scheme, as received: quoted values keep quotes and
 * escapes. */
typedef struct sira_credentials {
    sira_str username;
    sira_str username_extended; /* username*, RFC 7616 3.4 with RFC 5987 */
    sira_str realm;
    sira_str nonce;
    sira_str uri;
    sira_str response;
    sira_str cnonce;   /* empty: none */
    sira_str opaque;   /* empty: none */
    sira_str nc;       /* the digits; empty: none */
    sira_str auts;     /* RFC 3310 3.4; empty: none */
    uint32_t count;    /* of nc; 0: none */
    uint8_t algorithm; /* sira_algorithm; MD5 when the parameter is absent, NONE when it is unknown */
    uint8_t qop;       /* sira_qop; NONE when the parameter is absent (RFC 2069) */
    bool userhash;
} sira_credentials;

/* Takes one value apart and checks that it is complete: with qop also nc and cnonce, and a user name in one form only.
 * SIRA_OK; SIRA_IDLE: another scheme than Digest; SIRA_E_SYNTAX with diag, whose offset counts from auth->params; then
 * realm alone is set, if it could be read, so that a server can tell whose they are. */
SIRA_API sira_status sira_credentials_parse(sira_credentials *credentials, const sira_auth *auth, sira_diag *diag);

/* Are these credentials the right ones for a request, given HA1 (also with -sess)? Nothing is said about the nonce. For
 * AKA HA1 is that of the user's RES (RFC 3310 3.3). SIRA_OK; SIRA_E_CREDENTIALS; SIRA_E_LIMIT: a value with escapes or
 * folds is too long to resolve them (a nonce over SIRA_LIMIT_NONCE, another one over SIRA_LIMIT_CONFIG); SIRA_E_HASH.
 */
SIRA_API sira_status sira_credentials_check(const sira_credentials *credentials, const sira_hash *hash,
                                            const sira_digest_request *request, const uint8_t ha1[SIRA_HASH_SIZE_MAX]);

/* H(user:realm), the name that a client sends with userhash (RFC 7616 3.4.4). SIRA_OK or SIRA_E_HASH. */
SIRA_API sira_status sira_digest_userhash(const sira_hash *hash, sira_hash_algorithm algorithm,
                                          const sira_str user_realm[2], uint8_t userhash[SIRA_HASH_SIZE_MAX]);

/* ---- server ---- */

/* Whose account is asked for. Valid during the call. */
typedef struct sira_digest_lookup {
    sira_str user; /* without escapes; with userhash the hexadecimal digits as received */
    sira_str realm;
    sira_hash_algorithm algorithm;
    bool userhash;
} sira_digest_lookup;

/* What is known of it: password or HA1. Strings must live until verification returns. */
typedef struct sira_digest_account {
    sira_str user;     /* the name itself; needed for a userhash, else it may stay empty */
    sira_str password; /* or: */
    uint8_t ha1[SIRA_HASH_SIZE_MAX];
    bool has_ha1;
} sira_digest_account;

/* SIRA_OK with *account filled; SIRA_IDLE: there is no such user; an error, which verification passes on. It should
 * take the same time for each. */
typedef sira_status (*sira_digest_lookup_fn)(void *context, const sira_digest_lookup *lookup,
                                             sira_digest_account *account);

/* The count of one nonce. Fields are not API. */
typedef struct sira_digest_slot {
    uint64_t time;
    uint64_t window; /* bit n: highest - n was seen */
    uint32_t counter;
    uint32_t highest; /* 0: nothing was here yet */
} sira_digest_slot;

/* How closely the uri of the credentials must be the Request-URI (RFC 7616 3.4.6). */
typedef enum sira_digest_uri_check {
    SIRA_DIGEST_URI_EQUAL = 0, /* the same text, or equal by RFC 3261 19.1.4 */
    SIRA_DIGEST_URI_HOST, /* the same user and host: for devices that leave port or parameters out of one of the two */
    SIRA_DIGEST_URI_ANY   /* behind a proxy that rewrites the Request-URI */
} sira_digest_uri_check;

#define SIRA_DIGEST_KEY_SIZE 32u
#define SIRA_DIGEST_OFFERS 8u

/* Strings and memory are borrowed: they must outlive the server. */
typedef struct sira_digest_server_config {
    size_t size;    /* sizeof this struct; sira_digest_server_config_init sets it */
    sira_hash hash; /* SHA-256 is needed for the nonces */
    sira_entropy entropy;
    sira_str realm;  /* without escapes, at most SIRA_LIMIT_CONFIG bytes */
    sira_str opaque; /* sent with each challenge; empty: none */
    sira_digest_lookup_fn lookup;
    void *lookup_context;
    uint8_t algorithms[SIRA_DIGEST_OFFERS]; /* sira_algorithm, in the order of preference, up to the first NONE; default
                                               SHA-256, then MD5. What the provider lacks is not offered. AKA is not for
                                               this server: see sira_credentials_check */
    uint8_t qop;                            /* mask of sira_qop to offer; default auth */
    bool no_qop;             /* offer none (RFC 2069), for clients that break on it; implies allow_no_qop */
    bool allow_no_qop;       /* take credentials without qop too: each nonce once, since they have no count */
    bool one_time;           /* each nonce once; the next one goes out in Authentication-Info */
    bool userhash;           /* offer it */
    bool utf8;               /* say charset=UTF-8 */
    uint8_t uri_check;       /* sira_digest_uri_check */
    uint32_t lifetime;       /* ms that a nonce lives; default 300000 */
    sira_digest_slot *slots; /* at least one; twice as many as accounts that are active within a lifetime are good */
    size_t slot_count;
} sira_digest_server_config;
SIRA_API void sira_digest_server_config_init(sira_digest_server_config *config);

/* Fields are not API. */
typedef struct sira_digest_server {
    const sira_digest_server_config *config;
    uint8_t keys[2][SIRA_DIGEST_KEY_SIZE]; /* the present and the former one; random, so that the nonces of a former
                                              run, of whose use nothing is known any more, are not taken */
    uint32_t counter;
    bool has_former_key;
} sira_digest_server;

/* The config must outlive the server; the slots are cleared. SIRA_OK; SIRA_E_CONFIG with the field's name in diag;
 * SIRA_E_ENTROPY. */
SIRA_API sira_status sira_digest_server_init(sira_digest_server *server, const sira_digest_server_config *config,
                                             sira_diag *diag);

/* Nonces are made with a new random key from now on; those made with the one before are still taken, those before that
 * are not. SIRA_OK; SIRA_E_ENTROPY: all stays as it was. */
SIRA_API sira_status sira_digest_server_rotate(sira_digest_server *server);

/* Wipes keys and slots. */
SIRA_API void sira_digest_server_wipe(sira_digest_server *server);

/* Whom a nonce is for. */
typedef struct sira_digest_peer {
    sira_str identity; /* the nonce serves this peer only: an address, a connection; empty: anybody */
    uint64_t now;      /* ms of the caller's monotonic clock */
    bool proxy;        /* 407 and the Proxy- fields instead of 401 and the WWW- ones */
} sira_digest_peer;

/* Writes the WWW-Authenticate or Proxy-Authenticate lines of a 401 or 407, one per algorithm. stale: what verification
 * said last was SIRA_E_STALE, SIRA_E_REPLAY or SIRA_E_NONCE, so the password was right. SIRA_OK; SIRA_E_HASH: nothing
 * was written and the writer has failed. */
SIRA_API sira_status sira_digest_server_challenge(sira_digest_server *server, const sira_digest_peer *peer, bool stale,
                                                  sira_writer *writer);

/* Who it was, and what Authentication-Info needs. Views point into the request, user into the struct itself: it is not
 * to be copied. */
typedef struct sira_digest_verified {
    sira_str user; /* without escapes; the account's name if the look-up gave one */
    sira_credentials credentials;
    sira_digest_request request;
    char name[SIRA_LIMIT_CONFIG];    /* not API */
    uint8_t ha1[SIRA_HASH_SIZE_MAX]; /* secret: wipe the struct when it is not needed any more. Not API */
    bool renew;                      /* the nonce is due for a successor. Not API */
} sira_digest_verified;

/* Verifies a request's credentials for our realm. *verified is to be used after SIRA_OK only, and then to be wiped. A
 * retransmission is to be answered by its transaction (RFC 3261 17.2.2): verified again it is SIRA_E_REPLAY.
 *
 * SIRA_OK: the user is who they say. SIRA_IDLE: no credentials for our realm: challenge. SIRA_E_CREDENTIALS: wrong
 * user, password, algorithm or qop: challenge again, or 403. SIRA_E_STALE, SIRA_E_REPLAY (a count that was seen),
 * SIRA_E_NONCE (not ours, or another peer's): the password is right, challenge with stale. SIRA_E_MISMATCH: for another
 * URI: 400 (RFC 7616 3.4.6). SIRA_E_SYNTAX: 400. SIRA_E_LIMIT: a value is too long: 400. SIRA_E_HASH, and what the
 * look-up failed with: 500. diag has the code. */
SIRA_API sira_status sira_digest_server_verify(sira_digest_server *server, const sira_digest_peer *peer,
                                               const sira_message *request, sira_digest_verified *verified,
                                               sira_diag *diag);

/* The same for one value that does not stand in a SIP message: verified->credentials and verified->request are set by
 * the caller. */
SIRA_API sira_status sira_digest_server_verify_credentials(sira_digest_server *server, const sira_digest_peer *peer,
                                                           sira_digest_verified *verified, sira_diag *diag);

/* Writes the Authentication-Info or Proxy-Authentication-Info line of the 2xx (RFC 7616 3.5): the proof that we know
 * the password, and the next nonce when one is due. body: that of the response. SIRA_OK; SIRA_E_HASH: nothing was
 * written and the writer has failed. */
SIRA_API sira_status sira_digest_server_info(sira_digest_server *server, const sira_digest_peer *peer,
                                             const sira_digest_verified *verified, sira_str body, sira_writer *writer);

#ifdef __cplusplus
}
#endif
#endif
