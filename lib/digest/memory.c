/* The part of a client that outlives a reboot, as bytes.
 *
 *     0xd1, version 1, number of realms, strongest algorithm of realms that are not remembered; then for each realm
 *     flags (2), algorithm, qop, strongest, length of realm, of nonce, of opaque, nc (4), session cnonce (8), and
 *     the three texts
 *
 * Numbers are big-endian. A nonce of an AKA challenge is left out: its key can't be had again. */
#include "digest/client.h"

#include <string.h>

#define MAGIC 0xd1u
#define VERSION 1u
#define HEADER 4u
#define ENTRY 20u
#define KEPT_FLAGS                                                                                                     \
    (SIRA_I_REALM_USED | SIRA_I_REALM_PROXY | SIRA_I_REALM_NONCE | SIRA_I_REALM_ALGORITHM | SIRA_I_REALM_OPAQUE |      \
     SIRA_I_REALM_USERHASH)

static bool keeps_nonce(const sira_digest_realm *realm)
{
    return sira_i_realm_has(realm, SIRA_I_REALM_NONCE | SIRA_I_REALM_KEY) &&
           !sira_i_algorithm_is_aka((sira_algorithm)realm->algorithm);
}

static size_t entry_size(const sira_digest_realm *realm)
{
    return ENTRY + realm->realm_len + (keeps_nonce(realm) ? (size_t)realm->nonce_len + realm->opaque_len : 0u);
}

static uint8_t *put(uint8_t *at, const void *bytes, size_t n)
{
    memcpy(at, bytes, n);
    return at + n;
}

static uint8_t *put_entry(uint8_t *at, const sira_digest_realm *realm)
{
    const bool nonce = keeps_nonce(realm);
    const unsigned flags = realm->flags & (nonce ? KEPT_FLAGS : SIRA_I_REALM_USED | SIRA_I_REALM_PROXY);
    const uint8_t fixed[12] = {(uint8_t)(flags >> 8),
                               (uint8_t)flags,
                               nonce ? realm->algorithm : (uint8_t)SIRA_ALGORITHM_NONE,
                               nonce ? realm->qop : (uint8_t)SIRA_QOP_NONE,
                               realm->strongest,
                               realm->realm_len,
                               nonce ? realm->nonce_len : 0,
                               nonce ? realm->opaque_len : 0,
                               (uint8_t)(realm->nc >> 24),
                               (uint8_t)(realm->nc >> 16),
                               (uint8_t)(realm->nc >> 8),
                               (uint8_t)realm->nc};
    at = put(at, fixed, sizeof fixed);
    at = put(at, realm->sess_cnonce, sizeof realm->sess_cnonce);
    at = put(at, realm->realm, realm->realm_len);
    at = put(at, realm->nonce, fixed[6]);
    return put(at, realm->opaque, fixed[7]);
}

sira_status sira_digest_client_export(const sira_digest_client *client, uint8_t *out, size_t size, size_t *length)
{
    size_t needed = HEADER;
    uint8_t count = 0;
    for (size_t i = 0; i < SIRA_LIMIT_REALMS; i++) {
        if (!sira_i_realm_has(&client->realms[i], SIRA_I_REALM_USED))
            continue;
        needed += entry_size(&client->realms[i]);
        count++;
    }
    if (needed > size)
        return SIRA_E_SPACE;
    const uint8_t header[HEADER] = {MAGIC, VERSION, count, client->strongest};
    uint8_t *at = put(out, header, sizeof header);
    for (size_t i = 0; i < SIRA_LIMIT_REALMS; i++)
        if (sira_i_realm_has(&client->realms[i], SIRA_I_REALM_USED))
            at = put_entry(at, &client->realms[i]);
    *length = needed;
    return SIRA_OK;
}

static bool is_quotable(const uint8_t *bytes, size_t n)
{
    size_t length;
    const sira_str text = {(const char *)bytes, n};
    return n == 0 || (bytes[0] != '"' && sira_i_inner_copy(text, NULL, n, &length) == SIRA_OK && length == n);
}

static sira_status check_entry(const uint8_t *at, size_t left, size_t *size)
{
    if (left < ENTRY)
        return SIRA_E_SYNTAX;
    const unsigned flags = (unsigned)at[0] << 8 | at[1];
    if (at[5] > SIRA_LIMIT_REALM || at[6] > SIRA_LIMIT_NONCE || at[7] > SIRA_LIMIT_OPAQUE)
        return SIRA_E_LIMIT;
    *size = ENTRY + (size_t)at[5] + at[6] + at[7];
    if (left < *size || (flags & ~(unsigned)KEPT_FLAGS) != 0 || (flags & SIRA_I_REALM_USED) == 0)
        return SIRA_E_SYNTAX;
    if (at[2] >= SIRA_ALGORITHM_COUNT || at[3] > SIRA_QOP_AUTH_INT ||
        at[4] > sira_i_algorithm_level(SIRA_ALGORITHM_AKAV2_MD5))
        return SIRA_E_SYNTAX;
    const sira_algorithm algorithm = (sira_algorithm)at[2];
    const bool nonce = (flags & SIRA_I_REALM_NONCE) != 0;
    if (nonce == (algorithm == SIRA_ALGORITHM_NONE) || sira_i_algorithm_is_aka(algorithm) ||
        (sira_i_algorithm_is_sess(algorithm) && at[3] == SIRA_QOP_NONE))
        return SIRA_E_SYNTAX;
    const uint8_t *text = at + ENTRY;
    return is_quotable(text, at[5]) && is_quotable(text + at[5], at[6]) && is_quotable(text + at[5] + at[6], at[7])
               ? SIRA_OK
               : SIRA_E_SYNTAX;
}

/* All of it is checked before any of it is taken. */
static sira_status check_block(const uint8_t *bytes, size_t length)
{
    if (length < HEADER || bytes[0] != MAGIC)
        return SIRA_E_SYNTAX;
    if (bytes[1] != VERSION)
        return SIRA_E_UNSUPPORTED;
    if (bytes[2] > SIRA_LIMIT_REALMS)
        return SIRA_E_LIMIT;
    if (bytes[3] > sira_i_algorithm_level(SIRA_ALGORITHM_AKAV2_MD5))
        return SIRA_E_SYNTAX;
    size_t at = HEADER;
    for (unsigned i = 0; i < bytes[2]; i++) {
        size_t size = 0;
        sira_status status = check_entry(bytes + at, length - at, &size);
        if (status != SIRA_OK)
            return status;
        at += size;
    }
    return at == length ? SIRA_OK : SIRA_E_SYNTAX;
}

/* Without a key at once, or when the policy has become stricter, the nonce is of no use: the first request will be
 * challenged. */
static void find_key(const sira_digest_client *client, sira_digest_realm *realm)
{
    char name[SIRA_LIMIT_REALM];
    sira_i_key key = {.auts = false};
    const sira_i_key_request request = {
        .config = client->config,
        .realm = sira_i_unescape(sira_i_realm_text(realm), name),
        .algorithm = (sira_algorithm)realm->algorithm,
    };
    if (sira_i_policy_allows(&client->config->policy, request.algorithm, (sira_qop)realm->qop) &&
        sira_i_key_possible(client->config, request.realm, request.algorithm) &&
        sira_i_key_get(&request, &key) == SIRA_OK) {
        memcpy(realm->ha1, key.ha1, sizeof realm->ha1);
        sira_i_realm_set(realm, SIRA_I_REALM_KEY, true);
    } else {
        sira_i_realm_forget(realm);
    }
    sira_wipe(&key, sizeof key);
}

static size_t take_entry(sira_digest_realm *realm, const uint8_t *at)
{
    const uint8_t *text = at + ENTRY;
    realm->flags = (uint16_t)((unsigned)at[0] << 8 | at[1]);
    realm->algorithm = at[2];
    realm->qop = at[3];
    realm->strongest = at[4];
    realm->realm_len = at[5];
    realm->nonce_len = at[6];
    realm->opaque_len = at[7];
    realm->nc = (uint32_t)at[8] << 24 | (uint32_t)at[9] << 16 | (uint32_t)at[10] << 8 | at[11];
    realm->generation++;
    realm->since = realm->generation;
    memcpy(realm->sess_cnonce, at + 12, sizeof realm->sess_cnonce);
    memcpy(realm->realm, text, realm->realm_len);
    memcpy(realm->nonce, text + realm->realm_len, realm->nonce_len);
    memcpy(realm->opaque, text + realm->realm_len + realm->nonce_len, realm->opaque_len);
    return (size_t)ENTRY + realm->realm_len + realm->nonce_len + realm->opaque_len;
}

sira_status sira_digest_client_import(sira_digest_client *client, const uint8_t *bytes, size_t length)
{
    sira_status status = check_block(bytes, length);
    if (status != SIRA_OK)
        return status;
    size_t at = HEADER;
    client->strongest = bytes[3];
    for (unsigned i = 0; i < SIRA_LIMIT_REALMS; i++) {
        sira_i_realm_forget(&client->realms[i]);
        client->realms[i].flags = 0;
        client->realms[i].strongest = 0;
        if (i >= bytes[2])
            continue;
        at += take_entry(&client->realms[i], bytes + at);
        if (sira_i_realm_has(&client->realms[i], SIRA_I_REALM_NONCE))
            find_key(client, &client->realms[i]);
    }
    return SIRA_OK;
}
