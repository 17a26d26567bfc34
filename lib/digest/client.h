/* What the files of the digest client share. */
#ifndef SIRA_DIGEST_CLIENT_H
#define SIRA_DIGEST_CLIENT_H

#include "digest/digest.h"

/* Of sira_digest_realm; exported state holds some of them, so values are stable. */
enum {
    SIRA_I_REALM_USED = 1u << 0,
    SIRA_I_REALM_PROXY = 1u << 1, /* it came by Proxy-Authenticate: another entry than the same realm of a registrar */
    SIRA_I_REALM_NONCE = 1u << 2, /* a nonce to use */
    SIRA_I_REALM_KEY = 1u << 3,   /* ha1 is known */
    SIRA_I_REALM_WAITING = 1u << 4,   /* for HA1 or the USIM */
    SIRA_I_REALM_FRESH = 1u << 5,     /* the nonce came by a challenge and was not used since */
    SIRA_I_REALM_STALE = 1u << 6,     /* it replaced a fresh one that was called stale */
    SIRA_I_REALM_ALGORITHM = 1u << 7, /* the challenge named its algorithm */
    SIRA_I_REALM_OPAQUE = 1u << 8,
    SIRA_I_REALM_USERHASH = 1u << 9,
    SIRA_I_REALM_AUTS = 1u << 10,    /* the USIM asks for resynchronization */
    SIRA_I_REALM_RESYNCED = 1u << 11 /* the challenge answers a resynchronization */
};

/* Where AUTS stands in ha1, behind the 16 bytes of MD5. */
#define SIRA_I_AUTS_AT 16u
#define SIRA_I_AUTS_SIZE 14u

static inline bool sira_i_realm_has(const sira_digest_realm *realm, unsigned flags)
{
    return (realm->flags & flags) == flags;
}

static inline void sira_i_realm_set(sira_digest_realm *realm, unsigned flags, bool on)
{
    realm->flags = (uint16_t)(on ? realm->flags | flags : realm->flags & ~flags);
}

/* Did the request carry credentials for an entry? */
static inline bool sira_i_was_sent(const sira_digest_attempt *attempt, size_t i, unsigned flags)
{
    return (attempt->realm[i].flags & (flags | SIRA_I_REALM_NONCE)) == (flags | SIRA_I_REALM_NONCE);
}

static inline bool sira_i_attempt_shows(const sira_digest_attempt *attempt)
{
    bool any = false;
    for (size_t i = 0; i < SIRA_LIMIT_REALMS; i++)
        any = any || sira_i_was_sent(attempt, i, 0);
    return any;
}

/* Is the entry still that of the realm that it was of when the request was begun? */
static inline bool sira_i_is_same_realm(const sira_digest_attempt *attempt, const sira_digest_realm *realm, size_t i)
{
    return attempt->realm[i].generation >= realm->since;
}

static inline sira_str sira_i_realm_text(const sira_digest_realm *realm)
{
    return (sira_str){realm->realm, realm->realm_len};
}

static inline sira_str sira_i_realm_nonce(const sira_digest_realm *realm)
{
    return (sira_str){realm->nonce, realm->nonce_len};
}

/* Drops nonce and keys; realm and downgrade memory stay. */
void sira_i_realm_forget(sira_digest_realm *realm);

/* Do these credentials serve this algorithm in this realm (without escapes)? */
bool sira_i_key_possible(const sira_digest_client_config *config, sira_str realm, sira_algorithm algorithm);

/* What a key is asked for with. realm and nonce without escapes. */
typedef struct sira_i_key_request {
    const sira_digest_client_config *config;
    sira_str realm;
    sira_str nonce;
    sira_algorithm algorithm;
} sira_i_key_request;

typedef struct sira_i_key {
    uint8_t ha1[SIRA_HASH_SIZE_MAX]; /* with auts: that behind the 16 bytes of MD5 */
    bool auts;
} sira_i_key;

/* SIRA_OK; SIRA_MORE; SIRA_E_HASH; SIRA_E_CHALLENGE: an AKA nonce that holds no RAND and AUTN; what the callback failed
 * with. */
sira_status sira_i_key_get(const sira_i_key_request *request, sira_i_key *key);

/* What AKA does for the rest (aka.c). */
struct sira_digest_usim_ops {
    sira_status (*get_key)(const sira_i_key_request *request, sira_i_key *key); /* as sira_i_key_get */
    void (*write_auts)(const sira_digest_realm *realm, sira_writer *writer);    /* with the comma before it */
};

/* A key that an entry has waited for. */
void sira_i_realm_take_key(sira_digest_realm *realm, const sira_i_key *key);

/* What giving a key comes to: SIRA_OK; SIRA_MORE: another is still missing; SIRA_IDLE: nobody waited for it. */
sira_status sira_i_client_given(const sira_digest_client *client, bool taken);

/* The proof of what a begun request carries for an entry, as far as the entry knows it. The texts behind it live in the
 * scratch. */
typedef struct sira_i_proof_scratch {
    char nonce[SIRA_LIMIT_NONCE];
    char nc[8];
    char cnonce[16];
} sira_i_proof_scratch;
void sira_i_client_proof(const sira_digest_client *client, const sira_digest_attempt *attempt, size_t index,
                         sira_i_proof *proof, sira_i_proof_scratch *scratch);

#endif
