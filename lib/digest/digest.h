/* What the files of this layer share. */
#ifndef SIRA_DIGEST_DIGEST_H
#define SIRA_DIGEST_DIGEST_H

#include <sira/digest.h>

#include "base/hex.h"

#define SIRA_I_HEX_MAX (2u * SIRA_HASH_SIZE_MAX)

/* ---- algorithm.c ---- */

/* Of the parameter, with or without quotes: MD5 when it is absent (RFC 7616 3.3). */
uint8_t sira_i_algorithm_read(sira_str value);

sira_hash_algorithm sira_i_algorithm_hash(sira_algorithm algorithm);
bool sira_i_algorithm_is_sess(sira_algorithm algorithm);
bool sira_i_algorithm_is_aka(sira_algorithm algorithm);

/* How strong: MD5 1, SHA-256 2, SHA-512-256 3; a USIM's one-time password above all, so that a password never takes its
 * place. 0 for none. */
uint8_t sira_i_algorithm_level(sira_algorithm algorithm);

/* Does a policy allow an algorithm and a qop to be answered with? */
bool sira_i_policy_allows(const sira_digest_policy *policy, sira_algorithm algorithm, sira_qop qop);

bool sira_i_hash_has(const sira_hash *hash, sira_algorithm algorithm);

/* ---- quoted.c ---- */

/* What stands between the quotes of a quoted string; a token as it is. */
sira_str sira_i_inner(sira_str value);

/* Is it without CR, LF and NUL? */
bool sira_i_is_one_line(sira_str text);

/* Copies what stands between the quotes with each fold made one space, escapes untouched; out may be NULL to count.
 * SIRA_OK; SIRA_E_LIMIT; SIRA_E_SYNTAX: a CR, LF or NUL that could not be sent back, or quotes that do not fit. */
sira_status sira_i_inner_copy(sira_str value, char *out, size_t size, size_t *length);

/* Is a value the one that is kept? What is kept has no folds, so only a value that has one is compared as it would be
 * kept. */
bool sira_i_is_kept(sira_str kept, sira_str value);

/* Is it without escapes, line ends, NULs and quotes, so that there is nothing to resolve or to refuse? Most texts are.
 */
bool sira_i_is_plain(sira_str text);

/* unq() of a text that has lost its quotes already: the text itself when there is no escape in it, else a copy in out,
 * which must hold text.len. */
sira_str sira_i_unescape(sira_str text, char *out);

/* Do two texts without their quotes mean the same, each with its own escapes? */
bool sira_i_same_unescaped(sira_str a, sira_str b);

/* ---- proof.c ---- */

/* All that the digest of a request or a response is made from (RFC 7616 3.4.1 and 3.5). Texts are without quotes and
 * escapes. */
typedef struct sira_i_proof {
    const sira_hash *hash;
    sira_algorithm algorithm;
    const uint8_t *ha1; /* H(user:realm:password), also with -sess */
    sira_str nonce;
    sira_str nc; /* as received: what is not eight digits is hashed as it is */
    sira_str cnonce;
    sira_qop qop;    /* NONE: RFC 2069 */
    sira_str method; /* empty: of a response (RFC 7616 3.5) */
    sira_str uri;
    sira_str body; /* used with auth-int */
} sira_i_proof;

/* SIRA_OK or SIRA_E_HASH; out has sira_hash_size bytes. */
sira_status sira_i_proof_compute(const sira_i_proof *proof, uint8_t out[SIRA_HASH_SIZE_MAX]);

/* H(user:realm), RFC 7616 3.4.4. */
sira_status sira_i_userhash(const sira_hash *hash, sira_hash_algorithm algorithm, const sira_str user_realm[2],
                            uint8_t out[SIRA_HASH_SIZE_MAX]);

sira_str sira_i_qop_name(sira_qop qop); /* empty for none */
uint8_t sira_i_qop_of(sira_str name);   /* NONE when it is unknown */

/* ---- challenge.c ---- */

/* Reads a list of parameters, each at most once: values[i] is that of the i-th of the names, each of which stands
 * behind its length. Unknown ones are skipped (RFC 7616 3.3). The values must be empty before. SIRA_OK;
 * SIRA_E_SYNTAX with diag: a parameter twice, or no list. */
sira_status sira_i_params_read(sira_str params, const char *names, sira_str *values, sira_diag *diag);

/* The same of credentials: no element of the list may be empty. */
sira_status sira_i_credentials_read(sira_str params, const char *names, sira_str *values, sira_diag *diag);

/* A configured text: SIRA_OK, or SIRA_E_CONFIG when it is too long or no one line. */
sira_status sira_i_digest_text(sira_str text, const char *field, sira_diag *diag);

sira_status sira_i_digest_refuse(sira_diag *diag, sira_status status, const char *field, const char *expected);

#endif
