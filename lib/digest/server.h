/* What the files of the digest server share. */
#ifndef SIRA_I_DIGEST_SERVER_H
#define SIRA_I_DIGEST_SERVER_H

#include <sira/digest_server.h>

#include "digest/digest.h"

/* ---- credentials.c ---- */

typedef struct sira_i_credentials_scratch {
    char nonce[SIRA_LIMIT_NONCE];
    char cnonce[SIRA_LIMIT_CONFIG];
    char uri[SIRA_LIMIT_CONFIG];
} sira_i_credentials_scratch;

/* What was hashed for a quoted value: without quotes, folds and escapes; in out when it is not as it stands. SIRA_OK;
 * SIRA_E_LIMIT; SIRA_E_SYNTAX. */
sira_status sira_i_unquote(sira_str value, char *out, size_t size, sira_str *text);

/* The proof that credentials claim, without hash, HA1, method and body. SIRA_OK; SIRA_E_LIMIT; SIRA_E_SYNTAX. */
sira_status sira_i_credentials_proof(const sira_credentials *credentials, sira_i_proof *proof,
                                     sira_i_credentials_scratch *scratch);

/* ---- server.c ---- */

/* The i-th algorithm to offer; NONE behind the last. */
sira_algorithm sira_i_server_offer(const sira_digest_server_config *config, size_t i);
unsigned sira_i_server_qop(const sira_digest_server_config *config);

/* ---- nonce.c ---- */

/* How long a nonce lives, in milliseconds. */
uint32_t sira_i_nonce_lifetime(const sira_digest_server_config *config);

/* What a nonce carries: when it was issued, and as which one. */
#define SIRA_I_NONCE_TIME 0xffffffffffffu /* it has 48 bits for its time */
#define SIRA_I_NONCE_MAC 16u
#define SIRA_I_NONCE_BODY 10u
#define SIRA_I_NONCE_SIZE (2u * (SIRA_I_NONCE_BODY + SIRA_I_NONCE_MAC))

typedef struct sira_i_nonce {
    uint64_t time;
    uint32_t counter;
} sira_i_nonce;

/* Makes a new one; *text is the view of it in out. SIRA_OK or SIRA_E_HASH. */
sira_status sira_i_nonce_make(sira_digest_server *server, const sira_digest_peer *peer, char out[SIRA_I_NONCE_SIZE],
                              sira_str *text);

/* Is it one of ours, for this peer, and alive? SIRA_OK; SIRA_E_NONCE; SIRA_E_STALE; SIRA_E_HASH. */
sira_status sira_i_nonce_read(const sira_digest_server *server, const sira_digest_peer *peer, sira_str text,
                              sira_i_nonce *nonce);

/* Marks a count as used; 0 is for a nonce that may be used once. SIRA_OK; SIRA_E_REPLAY; SIRA_E_STALE: used before
 * and made for one use, or its slot was needed for a later nonce. */
sira_status sira_i_nonce_use(sira_digest_server *server, const sira_i_nonce *nonce, uint32_t count);

#endif
