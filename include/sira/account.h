/* Who: an address-of-record, its credentials and the authentication cache. One per line. */
#ifndef SIRA_ACCOUNT_H
#define SIRA_ACCOUNT_H

#include <sira/digest.h>
#include <sira/server.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Strings are borrowed: they must outlive the account. */
typedef struct sira_account_config {
    size_t size;           /* sizeof this struct; sira_account_config_init sets it */
    sira_str aor;          /* "sip:alice@example.com"; no password in it */
    sira_str registrar;    /* Request-URI of REGISTER; default: "sip:" and the domain of the AOR (RFC 3261 10.2) */
    sira_str display_name; /* default: none */
    sira_str user;     /* for authentication; default: the user part of the AOR; needed when that has escapes (%20) */
    sira_str password; /* or: */
    sira_str ha1[SIRA_HASH_COUNT]; /* hex, by sira_hash_algorithm: see digest.h */
    sira_str ha1_realm;
    sira_digest_ha1_fn get_ha1; /* or this; when it says SIRA_MORE, go on with sira_account_give_ha1 */
    void *get_ha1_context;
    sira_digest_policy policy;
    const sira_digest_usim *usim; /* or this; when its get_aka says SIRA_MORE, go on with sira_account_give_aka */
} sira_account_config;

SIRA_API void sira_account_config_init(sira_account_config *config);

/* SIRA_OK; SIRA_E_CONFIG with the field's name in diag. */
SIRA_API sira_status sira_account_init(sira_account *account, sira_server *server, const sira_account_config *config,
                                       sira_diag *diag);

/* Changes user, password and whatever else proves who the account is, while its registrations run; then call
 * sira_registration_renew for them. aor and registrar have to stay. What the servers have accepted before stays known.
 * SIRA_OK; SIRA_E_CONFIG with the field's name in diag, and nothing has changed. */
SIRA_API sira_status sira_account_change(sira_account *account, const sira_account_config *config, sira_diag *diag);

/* Gives an HA1 that get_ha1 announced with SIRA_MORE, within 64*T1; the request goes out at the next tick, which
 * becomes due now. SIRA_OK; SIRA_MORE: taken, and that of another realm is still missing; SIRA_IDLE: nobody waits for
 * it. */
SIRA_API sira_status sira_account_give_ha1(sira_account *account, sira_str realm, sira_hash_algorithm algorithm,
                                           const uint8_t ha1[SIRA_HASH_SIZE_MAX]);

/* The same for what get_aka announced. Also the errors of sira_digest_client_give_aka; the attempt then ends by itself
 * when 64*T1 are over. */
SIRA_API sira_status sira_account_give_aka(sira_account *account, const uint8_t rand[16], const sira_aka *aka);

/* After SIRA_E_DOWNGRADE, when the provider has gone back to something weaker on purpose: forgets what the account's
 * servers have accepted, so that the next challenge is answered. Then export again. */
SIRA_API void sira_account_forget_strength(sira_account *account);

/* Writes what should outlive a reboot: realms, nonces with their counts, the downgrade memory; no password and no HA1.
 * out: SIRA_DIGEST_EXPORT_SIZE bytes always suffice. SIRA_OK with *length; SIRA_E_SPACE; SIRA_IDLE: the account has no
 * credentials. */
SIRA_API sira_status sira_account_export(const sira_account *account, uint8_t *out, size_t size, size_t *length);

/* Takes such a block into an account that was just initialized. SIRA_OK; SIRA_IDLE: the account has no credentials; the
 * errors of sira_digest_client_import, with nothing changed. */
SIRA_API sira_status sira_account_import(sira_account *account, const uint8_t *bytes, size_t length);

/* Wipes all secrets of an account that is not used any more; its registrations must have been removed. */
SIRA_API void sira_account_wipe(sira_account *account);

#include <sira/detail/account.h>

#ifdef __cplusplus
}
#endif
#endif
