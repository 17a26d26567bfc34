/* The part of a client that outlives a reboot, as bytes.
 *
 *     0xd1, version 2, number of realms, downgrade memory of the registrar and of proxies (qop in the high four bits,
 *     strength of the algorithm in the low); then for each realm flags (2), algorithm, qop, length of realm (2), of
 *     nonce (2), of opaque (2), nc (4), session cnonce (8), and the three texts
 *
 * Numbers are big-endian. A nonce of an AKA challenge is left out: its key can't be had again. */
#include "digest/client.h"

#include <string.h>

#define MAGIC 0xd1u
#define VERSION 2u
#define HEADER 5u
#define ENTRY 22u
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

static uint8_t *put_number(uint8_t *at, uint32_t number, unsigned n)
{
    while (n-- > 0)
        *at++ = (uint8_t)(number >> 8 * n);
    return at;
}

static uint32_t number_at(const uint8_t *at, unsigned n)
{
    uint32_t number = 0;
    while (n-- > 0)
        number = number << 8 | *at++;
    return number;
}

static uint8_t *put_entry(uint8_t *at, const sira_digest_realm *realm)
{
    const bool nonce = keeps_nonce(realm);
    const size_t nonce_len = nonce ? realm->nonce_len : 0, opaque_len = nonce ? realm->opaque_len : 0;
    at = put_number(at, realm->flags & (nonce ? KEPT_FLAGS : SIRA_I_REALM_USED | SIRA_I_REALM_PROXY), 2);
    at = put_number(at, nonce ? realm->algorithm : SIRA_ALGORITHM_NONE, 1);
    at = put_number(at, nonce ? realm->qop : SIRA_QOP_NONE, 1);
    at = put_number(at, realm->realm_len, 2);
    at = put_number(at, (uint32_t)nonce_len, 2);
    at = put_number(at, (uint32_t)opaque_len, 2);
    at = put_number(at, realm->nc, 4);
    at = put(at, realm->sess_cnonce, sizeof realm->sess_cnonce);
    at = put(at, realm->realm, realm->realm_len);
    at = put(at, realm->nonce, nonce_len);
    return put(at, realm->opaque, opaque_len);
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
    uint8_t header[HEADER] = {MAGIC, VERSION, count};
    for (unsigned kind = 0; kind < 2; kind++)
        header[3 + kind] = (uint8_t)(client->accepted[kind].qop << 4 | client->accepted[kind].level);
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
    const unsigned flags = number_at(at, 2);
    const size_t realm_len = number_at(at + 4, 2), nonce_len = number_at(at + 6, 2), opaque_len = number_at(at + 8, 2);
    if (realm_len > SIRA_LIMIT_REALM || nonce_len > SIRA_LIMIT_NONCE || opaque_len > SIRA_LIMIT_OPAQUE)
        return SIRA_E_LIMIT;
    *size = ENTRY + realm_len + nonce_len + opaque_len;
    if (left < *size || (flags & ~(unsigned)KEPT_FLAGS) != 0 || (flags & SIRA_I_REALM_USED) == 0)
        return SIRA_E_SYNTAX;
    if (at[2] >= SIRA_ALGORITHM_COUNT || at[3] > SIRA_QOP_AUTH_INT)
        return SIRA_E_SYNTAX;
    const sira_algorithm algorithm = (sira_algorithm)at[2];
    const bool nonce = (flags & SIRA_I_REALM_NONCE) != 0;
    if (nonce == (algorithm == SIRA_ALGORITHM_NONE) || sira_i_algorithm_is_aka(algorithm) ||
        (sira_i_algorithm_is_sess(algorithm) && at[3] == SIRA_QOP_NONE))
        return SIRA_E_SYNTAX;
    const uint8_t *text = at + ENTRY;
    return is_quotable(text, realm_len) && is_quotable(text + realm_len, nonce_len) &&
                   is_quotable(text + realm_len + nonce_len, opaque_len)
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
    for (unsigned kind = 0; kind < 2; kind++)
        if ((bytes[3 + kind] & 15u) > sira_i_algorithm_level(SIRA_ALGORITHM_AKAV2_MD5) ||
            bytes[3 + kind] >> 4 > SIRA_QOP_AUTH_INT)
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
    realm->flags = (uint16_t)number_at(at, 2);
    realm->algorithm = at[2];
    realm->qop = at[3];
    realm->realm_len = (uint8_t)number_at(at + 4, 2);
    realm->nonce_len = (uint8_t)number_at(at + 6, 2);
    realm->opaque_len = (uint8_t)number_at(at + 8, 2);
    realm->nc = number_at(at + 10, 4);
    realm->generation++;
    realm->since = realm->generation;
    memcpy(realm->sess_cnonce, at + 14, sizeof realm->sess_cnonce);
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
    for (unsigned kind = 0; kind < 2; kind++) {
        client->accepted[kind].level = bytes[3 + kind] & 15u;
        client->accepted[kind].qop = bytes[3 + kind] >> 4;
    }
    for (unsigned i = 0; i < SIRA_LIMIT_REALMS; i++) {
        sira_i_realm_forget(&client->realms[i]);
        client->realms[i].flags = 0;
        if (i >= bytes[2])
            continue;
        at += take_entry(&client->realms[i], bytes + at);
        if (sira_i_realm_has(&client->realms[i], SIRA_I_REALM_NONCE))
            find_key(client, &client->realms[i]);
    }
    return SIRA_OK;
}
