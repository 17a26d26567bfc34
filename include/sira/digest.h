/* Digest authentication (RFC 3261 22, RFC 7616, RFC 8760, RFC 3310), usable without the agent: challenge in, header
 * out. */
#ifndef SIRA_DIGEST_H
#define SIRA_DIGEST_H

#include <sira/base.h>
#include <sira/field.h>
#include <sira/hash.h>
#include <sira/limits.h>
#include <sira/message.h>
#include <sira/writer.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The algorithms, weakest first within the plain ones; values are stable (they stand in exported state). */
typedef enum sira_algorithm {
    SIRA_ALGORITHM_NONE = 0, /* unknown or not given */
    SIRA_ALGORITHM_MD5,
    SIRA_ALGORITHM_MD5_SESS,
    SIRA_ALGORITHM_SHA_256,
    SIRA_ALGORITHM_SHA_256_SESS,
    SIRA_ALGORITHM_SHA_512_256,
    SIRA_ALGORITHM_SHA_512_256_SESS,
    SIRA_ALGORITHM_AKAV1_MD5,
    SIRA_ALGORITHM_AKAV2_MD5,
    SIRA_ALGORITHM_COUNT
} sira_algorithm;

/* Any case; SIRA_ALGORITHM_NONE when unknown. */
SIRA_API sira_algorithm sira_algorithm_of(sira_str name);
SIRA_API const char *sira_algorithm_name(sira_algorithm algorithm); /* as "SHA-512-256-sess"; static */

typedef enum sira_qop {
    SIRA_QOP_NONE = 0,
    SIRA_QOP_AUTH = 1,
    SIRA_QOP_AUTH_INT = 2
} sira_qop; /* also a bit mask of offers */

/* One digest challenge, its quoted values as they were received: with quotes and escapes (sira_str_unquote). */
typedef struct sira_challenge {
    sira_str realm;
    sira_str nonce;
    sira_str opaque;        /* empty: none */
    sira_str domain;        /* empty: none; it has no meaning in SIP (RFC 3261 22.4) */
    uint8_t algorithm;      /* sira_algorithm; MD5 when the parameter is absent, NONE when it is unknown */
    uint8_t qop;            /* mask of sira_qop; 0 when the parameter is absent (RFC 2069) */
    bool algorithm_present; /* it was there: the answer repeats it */
    bool qop_present;       /* it was there, maybe with unknown values only */
    bool stale;
    bool userhash;
    bool utf8; /* charset=UTF-8 */
} sira_challenge;

/* Takes one challenge apart. SIRA_OK; SIRA_IDLE: another scheme than Digest; SIRA_E_SYNTAX: realm or nonce is missing,
 * or a parameter stands twice; then diag.offset counts from the start of auth->params. */
SIRA_API sira_status sira_challenge_parse(sira_challenge *challenge, const sira_auth *auth, sira_diag *diag);

/* H(user:realm:password), RFC 7616 3.4.2, as bytes. user and realm without quotes and escapes. SIRA_OK or SIRA_E_HASH.
 */
SIRA_API sira_status sira_digest_ha1(const sira_hash *hash, sira_hash_algorithm algorithm,
                                     const sira_str user_realm_password[3], uint8_t ha1[SIRA_HASH_SIZE_MAX]);

/* ---- client ---- */

/* How challenges are chosen. All zero is the default. */
typedef struct sira_digest_policy {
    bool strongest_first;      /* default: the topmost that is supported (RFC 8760 2.4) and not weaker than what the
                                  server has accepted before */
    uint8_t minimum_algorithm; /* sira_algorithm; weaker challenges are skipped; NONE: any. Compared by the hash: MD5 <
                                  SHA-256 < SHA-512-256 < AKAv1 < AKAv2 */
    uint8_t minimum_qop;       /* sira_qop; NONE: challenges without qop are answered too; AUTH_INT: only auth-int */
    bool prefer_auth_int;      /* when both are offered; default: auth */
    bool allow_downgrade;      /* accept a weaker algorithm or qop than the server has accepted before */
    bool require_rspauth;      /* a 2xx must prove the password (RFC 7616 3.5), so one to a request without credentials
                                  is refused as well */
} sira_digest_policy;

/* Asks for HA1 (a secure element, a database). Write it and return SIRA_OK; return SIRA_MORE to give it later by
 * sira_digest_client_give_ha1; return an error to refuse. realm has no quotes or escapes and is valid during the call.
 */
typedef sira_status (*sira_digest_ha1_fn)(void *context, sira_str realm, sira_hash_algorithm algorithm,
                                          uint8_t ha1[SIRA_HASH_SIZE_MAX]);

/* What a USIM makes of a challenge (3GPP TS 33.102 6.3). */
typedef struct sira_aka {
    bool resynchronize; /* the sequence number is out of range: auts is set and nothing else */
    uint8_t res_len;    /* 4 to 16 */
    uint8_t res[16];    /* binary: it may hold zeros */
    uint8_t ck[16];     /* ck and ik are needed for AKAv2-MD5 */
    uint8_t ik[16];
    uint8_t auts[14];
} sira_aka;

/* Asks the USIM about RAND and AUTN. Fill *aka and return SIRA_OK; return SIRA_MORE to give it later by
 * sira_digest_client_give_aka; return an error when the network is not genuine (MAC) or the card fails. */
typedef sira_status (*sira_digest_aka_fn)(void *context, const uint8_t rand[16], const uint8_t autn[16], sira_aka *aka);

/* A USIM, for AKAv1-MD5 (RFC 3310) and AKAv2-MD5 (RFC 4169). What these take is linked only into programs that call
 * sira_digest_usim_init. Fields are not API. */
typedef struct sira_digest_usim {
    const struct sira_digest_usim_ops *ops;
    sira_digest_aka_fn get_aka;
    void *context;
} sira_digest_usim;
SIRA_API void sira_digest_usim_init(sira_digest_usim *usim, sira_digest_aka_fn get_aka, void *context);

/* Who answers. Strings are borrowed: they must outlive the client. At least one of password, ha1, get_ha1, usim is
 * needed; the first of them in this order that fits a challenge is used, usim for AKA challenges and only for them. */
typedef struct sira_digest_client_config {
    size_t size; /* sizeof this struct; sira_digest_client_config_init sets it */
    sira_hash hash;
    sira_str user;                 /* without escapes, at most SIRA_LIMIT_CONFIG bytes. Beyond ASCII it is UTF-8 as the
                                      server has it, mostly NFC (RFC 7616 4), and so is the password */
    sira_str password;             /* or: */
    sira_str ha1[SIRA_HASH_COUNT]; /* hex, by sira_hash_algorithm; empty: none. Only algorithms given here are answered
                                      when there is no password */
    sira_str ha1_realm;            /* the realm that ha1 is for; empty: any realm that challenges */
    sira_digest_ha1_fn get_ha1;    /* or this */
    void *get_ha1_context;
    sira_digest_policy policy;
    const sira_digest_usim *usim; /* or this */
} sira_digest_client_config;
SIRA_API void sira_digest_client_config_init(sira_digest_client_config *config);

/* What is remembered of one realm. Fields are not API. */
typedef struct sira_digest_realm {
    char realm[SIRA_LIMIT_REALM]; /* as received, without the quotes */
    char nonce[SIRA_LIMIT_NONCE];
    char opaque[SIRA_LIMIT_OPAQUE];
    uint8_t ha1[SIRA_HASH_SIZE_MAX]; /* with AUTS: that behind the 16 bytes of MD5 */
    uint8_t sess_cnonce[8];          /* -sess: of the first request with this nonce */
    uint32_t nc;                     /* last one used with this nonce */
    uint32_t generation;             /* changes with every new nonce */
    uint32_t since;                  /* generation at which this realm took the place */
    uint16_t flags;
    uint8_t realm_len, nonce_len, opaque_len;
    uint8_t algorithm, qop;
    uint8_t round; /* how many realms in a row were answered up to this one without a success; 0: it had one */
} sira_digest_realm;

/* The authentication cache of one account. Fields are not API. */
typedef struct sira_digest_client {
    const sira_digest_client_config *config;
    sira_digest_realm realms[SIRA_LIMIT_REALMS];
    struct {
        uint8_t level, qop; /* 0: no success yet */
    } accepted[2];          /* downgrade memory: of the registrar, of proxies */
} sira_digest_client;

/* What one request carried: enough to write it again byte for byte, and to judge what comes back. A few dozen bytes;
 * the owner of the request keeps it. Fields are not API. */
typedef struct sira_digest_attempt {
    uint8_t cnonce[8];
    struct {
        uint32_t generation;
        uint32_t nc;
        uint16_t flags; /* of the entry when credentials for it went into the request; 0: none did */
        uint8_t round;
    } realm[SIRA_LIMIT_REALMS];
} sira_digest_attempt;

/* What is to be authorized. */
typedef struct sira_digest_request {
    sira_str method;
    sira_str uri;  /* the Request-URI */
    sira_str body; /* hashed with auth-int; may be empty */
} sira_digest_request;

/* The config must outlive the client. SIRA_OK; SIRA_E_CONFIG with the field's name in diag: no user, neither password
 * nor HA1 nor callback, HA1 that is not hex of the right length, a string over SIRA_LIMIT_CONFIG or with a CR, LF or
 * NUL. */
SIRA_API sira_status sira_digest_client_init(sira_digest_client *client, const sira_digest_client_config *config,
                                             sira_diag *diag);

/* Forgets nonces and keys and wipes them; the downgrade memory stays. */
SIRA_API void sira_digest_client_forget(sira_digest_client *client);

/* Empties the downgrade memory: for when a server has been moved to something weaker on purpose. Without it
 * SIRA_E_DOWNGRADE comes again and again, also after a reboot when the state is exported. */
SIRA_API void sira_digest_client_forget_strength(sira_digest_client *client);

/* Wipes all. */
SIRA_API void sira_digest_client_wipe(sira_digest_client *client);

/* Starts a request: takes nc of every realm that has a nonce and fixes the cnonce (8 random bytes of the caller's). */
SIRA_API void sira_digest_client_begin(sira_digest_client *client, sira_digest_attempt *attempt,
                                       const uint8_t cnonce[8]);

/* Writes the Authorization and Proxy-Authorization lines of a begun request, one per realm that has a nonce; maybe
 * none. The same attempt gives the same bytes. SIRA_OK; SIRA_E_STATE: a nonce has changed since begin, so the request
 * can't be repeated as it was; SIRA_E_HASH. After an error nothing was written and the writer has failed. */
SIRA_API sira_status sira_digest_client_write(sira_digest_client *client, const sira_digest_attempt *attempt,
                                              const sira_digest_request *request, sira_writer *writer);

/* Takes a 401 or 407 to a request. Exactly one fresh challenge is answered per realm, and of realms that take turns no
 * more than SIRA_LIMIT_REALMS in a row, also when several requests are under way at once. stale is decided by what was
 * sent. SIRA_OK: begin again
 * and send (new CSeq); SIRA_MORE: HA1 or the USIM's answer comes later; SIRA_E_CREDENTIALS: what we sent was rejected,
 * whatever challenge stands in the response; SIRA_E_STALE: two fresh answers in a row were called stale: back off;
 * SIRA_E_CHALLENGE: nothing that can be answered; SIRA_E_DOWNGRADE: only weaker than what a 2xx of the
 * registrar, or of a proxy, has confirmed (see sira_digest_client_forget_strength); SIRA_E_LIMIT: a nonce,
 * realm or opaque is too long to keep, or there are too many of them (diag says which); SIRA_E_SYNTAX; SIRA_E_HASH;
 * what get_ha1 or get_aka failed with. On every error nothing has changed except that rejected nonces are forgotten. */
SIRA_API sira_status sira_digest_client_challenged(sira_digest_client *client, const sira_digest_attempt *attempt,
                                                   const sira_message *response, sira_diag *diag);

/* Gives the HA1 that get_ha1 announced with SIRA_MORE. SIRA_OK: begin and send; SIRA_MORE: taken, and another is still
 * missing; SIRA_IDLE: nobody waits for it. realm without quotes and escapes. */
SIRA_API sira_status sira_digest_client_give_ha1(sira_digest_client *client, sira_str realm,
                                                 sira_hash_algorithm algorithm, const uint8_t ha1[SIRA_HASH_SIZE_MAX]);

/* The same for what get_aka announced; rand: of the challenge that is answered, so that an answer that comes too late
 * is not taken for another one's. Also SIRA_E_ARGUMENT: res_len out of its range, and it is still waited for;
 * SIRA_E_HASH, and SIRA_E_CREDENTIALS: a second resynchronization in a row: the challenge is given up. */
SIRA_API sira_status sira_digest_client_give_aka(sira_digest_client *client, const uint8_t rand[16],
                                                 const sira_aka *aka);

/* Takes any 2xx to a request: Authentication-Info and Proxy-Authentication-Info with rspauth and nextnonce. SIRA_OK,
 * also when there is none; SIRA_IDLE with diag: a field is malformed, or its nextnonce is over its limit, and was not
 * used: the response may be trusted; SIRA_E_RSPAUTH: the proof is wrong or can't be computed, or is missing while the
 * policy demands it: do not trust the response, of which nothing was taken. What a 2xx has confirmed, the weakest that
 * the request carried or what its proof was made with, is what later challenges may not fall below, whichever realm
 * they name. */
SIRA_API sira_status sira_digest_client_accepted(sira_digest_client *client, const sira_digest_attempt *attempt,
                                                 const sira_digest_request *request, const sira_message *response,
                                                 sira_diag *diag);

/* Gives a client another configuration while its requests are under way: nonces and keys are forgotten, what servers
 * have accepted is not. A request that carries the former credentials can't be written again. SIRA_OK; SIRA_E_CONFIG
 * with the field's name in diag, and nothing has changed. */
SIRA_API sira_status sira_digest_client_change(sira_digest_client *client, const sira_digest_client_config *config,
                                               sira_diag *diag);

/* The most bytes that sira_digest_client_export writes. */
#define SIRA_DIGEST_EXPORT_SIZE                                                                                        \
    (5u + SIRA_LIMIT_REALMS * (22u + SIRA_LIMIT_REALM + SIRA_LIMIT_NONCE + SIRA_LIMIT_OPAQUE))

/* Writes what should outlive a reboot: realms, nonces with their counts, and the downgrade memory; no password, no HA1.
 * SIRA_OK with *length; SIRA_E_SPACE. */
SIRA_API sira_status sira_digest_client_export(const sira_digest_client *client, uint8_t *out, size_t size,
                                               size_t *length);

/* Takes such a block into a client that was just initialized. SIRA_OK; SIRA_E_UNSUPPORTED: of another version of the
 * format; SIRA_E_SYNTAX: damaged; SIRA_E_LIMIT: written by a build with larger limits. On an error nothing
 * has changed. */
SIRA_API sira_status sira_digest_client_import(sira_digest_client *client, const uint8_t *bytes, size_t length);

#ifdef __cplusplus
}
#endif
#endif
