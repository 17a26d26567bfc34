/* Nonces of a server, and the counts of those that were used. */
#include "digest/server.h"

#include "digest/hmac.h"

#define DEFAULT_LIFETIME 300000u

static void put_body(const sira_i_nonce *nonce, uint8_t body[SIRA_I_NONCE_BODY])
{
    for (unsigned i = 0; i < 6; i++)
        body[i] = (uint8_t)(nonce->time >> (40 - 8 * i));
    for (unsigned i = 0; i < 4; i++)
        body[6 + i] = (uint8_t)(nonce->counter >> (24 - 8 * i));
}

static sira_status make_mac(const sira_digest_server *server, const uint8_t *key, const uint8_t body[SIRA_I_NONCE_BODY],
                            sira_str identity, uint8_t mac[SIRA_HASH_SIZE_MAX])
{
    const sira_i_hmac_key hmac_key = {
        .hash = &server->config->hash, .key = key, .length = SIRA_DIGEST_KEY_SIZE, .algorithm = SIRA_HASH_SHA256};
    /* The realm holds no NUL, so no two pairs of realm and peer look alike. */
    const sira_str pieces[] = {{(const char *)body, SIRA_I_NONCE_BODY}, server->config->realm, {"", 1}, identity};
    return sira_i_hmac(&hmac_key, pieces, sizeof pieces / sizeof pieces[0], mac);
}

sira_status sira_i_nonce_make(sira_digest_server *server, const sira_digest_peer *peer, char out[SIRA_I_NONCE_SIZE],
                              sira_str *text)
{
    uint8_t bytes[SIRA_I_NONCE_BODY], mac[SIRA_HASH_SIZE_MAX];
    const sira_i_nonce nonce = {.time = peer->now & SIRA_I_NONCE_TIME, .counter = server->counter++};
    put_body(&nonce, bytes);
    sira_status status = make_mac(server, server->keys[0], bytes, peer->identity, mac);
    sira_i_hex_write(bytes, sizeof bytes, out);
    sira_i_hex_write(mac, SIRA_I_NONCE_MAC, out + 2 * sizeof bytes);
    *text = (sira_str){out, SIRA_I_NONCE_SIZE};
    return status;
}

uint32_t sira_i_nonce_lifetime(const sira_digest_server_config *config)
{
    return config->lifetime != 0 ? config->lifetime : DEFAULT_LIFETIME;
}

static sira_status is_ours(const sira_digest_server *server, const sira_digest_peer *peer, const uint8_t *bytes)
{
    uint8_t mac[SIRA_HASH_SIZE_MAX];
    sira_status status = SIRA_E_NONCE;
    for (unsigned i = 0; i < (server->has_former_key ? 2u : 1u) && status == SIRA_E_NONCE; i++) {
        if (make_mac(server, server->keys[i], bytes, peer->identity, mac) != SIRA_OK)
            status = SIRA_E_HASH;
        else if (sira_equal_constant_time(mac, bytes + SIRA_I_NONCE_BODY, SIRA_I_NONCE_MAC))
            status = SIRA_OK;
    }
    sira_wipe(mac, sizeof mac); /* the right one for what may be a forged nonce */
    return status;
}

sira_status sira_i_nonce_read(const sira_digest_server *server, const sira_digest_peer *peer, sira_str text,
                              sira_i_nonce *nonce)
{
    uint8_t bytes[SIRA_I_NONCE_BODY + SIRA_I_NONCE_MAC];
    if (!sira_i_hex_read(text, bytes, sizeof bytes))
        return SIRA_E_NONCE;
    sira_status status = is_ours(server, peer, bytes);
    if (status != SIRA_OK)
        return status;
    *nonce = (sira_i_nonce){.time = 0};
    for (unsigned i = 0; i < 6; i++)
        nonce->time = nonce->time << 8 | bytes[i];
    for (unsigned i = 0; i < 4; i++)
        nonce->counter = nonce->counter << 8 | bytes[6 + i];
    const uint64_t now = peer->now & SIRA_I_NONCE_TIME;
    const bool alive = nonce->time <= now && now - nonce->time <= sira_i_nonce_lifetime(server->config);
    return alive ? SIRA_OK : SIRA_E_STALE;
}

static bool is_later(const sira_i_nonce *nonce, const sira_digest_slot *slot)
{
    return nonce->time > slot->time || (nonce->time == slot->time && nonce->counter > slot->counter);
}

static sira_status use_count(sira_digest_slot *slot, uint32_t count)
{
    if (count > slot->highest) {
        const uint32_t ahead = count - slot->highest;
        slot->window = ahead < 64 ? slot->window << ahead | 1u : 1u;
        slot->highest = count;
        return SIRA_OK;
    }
    const uint32_t behind = slot->highest - count;
    if (behind >= 64 || (slot->window >> behind & 1u) != 0)
        return SIRA_E_REPLAY;
    slot->window |= (uint64_t)1 << behind;
    return SIRA_OK;
}

sira_status sira_i_nonce_use(sira_digest_server *server, const sira_i_nonce *nonce, uint32_t count)
{
    sira_digest_slot *slot = &server->config->slots[nonce->counter % server->config->slot_count];
    const bool used = slot->highest != 0;
    const bool once = count == 0 || server->config->one_time;
    if (!used || is_later(nonce, slot))
        *slot = (sira_digest_slot){.time = nonce->time, .counter = nonce->counter};
    else if (slot->time != nonce->time || slot->counter != nonce->counter || once)
        return SIRA_E_STALE;
    return use_count(slot, once ? UINT32_MAX : count);
}
