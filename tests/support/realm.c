#include "support/realm.h"

#include <stdio.h>
#include <string.h>

static sira_status look_up(void *context, const sira_digest_lookup *lookup, sira_digest_account *account)
{
    realm *r = context;
    uint8_t hashed[SIRA_HASH_SIZE_MAX];
    char hex[65];
    const sira_str name = SIRA_STR("alice"), password = SIRA_STR("secret");
    r->lookups++;
    if (r->lookup_status != SIRA_OK)
        return r->lookup_status;
    if (lookup->userhash) {
        const sira_str parts[2] = {name, lookup->realm};
        assert_int_equal(sira_digest_userhash(&r->client.config.hash, lookup->algorithm, parts, hashed), SIRA_OK);
        for (size_t i = 0; i < sira_hash_size(lookup->algorithm); i++)
            snprintf(hex + 2 * i, 3, "%02x", hashed[i]);
        if (!sira_str_equal(lookup->user, sira_str_from(hex)))
            return SIRA_IDLE;
        account->user = name;
    } else if (!sira_str_equal(lookup->user, r->client.config.user)) {
        return SIRA_IDLE;
    }
    if (!r->give_ha1) {
        account->password = password;
        return SIRA_OK;
    }
    const sira_str parts[3] = {lookup->userhash ? name : lookup->user, lookup->realm, password};
    account->has_ha1 = true;
    return sira_digest_ha1(&r->client.config.hash, lookup->algorithm, parts, account->ha1);
}

static sira_status count_up(void *context, uint8_t *bytes, size_t n)
{
    realm *r = context;
    memset(bytes, ++r->random, n);
    return r->entropy_broken ? SIRA_E_ENTROPY : SIRA_OK;
}

void realm_open(realm *r)
{
    memset(r, 0, sizeof *r);
    exchange_open(&r->client);
    sira_digest_server_config_init(&r->config);
    r->config.hash = r->client.config.hash;
    r->config.entropy = (sira_entropy){r, count_up};
    r->config.realm = SIRA_STR("example.com");
    r->config.lookup = look_up;
    r->config.lookup_context = r;
    r->config.slots = r->slots;
    r->config.slot_count = REALM_SLOTS;
    r->peer = (sira_digest_peer){.identity = SIRA_STR("192.0.2.1"), .now = 1000};
}

void realm_init(realm *r)
{
    exchange_init(&r->client);
    expect_status("server", sira_digest_server_init(&r->server, &r->config, NULL), SIRA_OK);
}

void realm_challenge(realm *r, bool stale)
{
    sira_writer writer;
    size_t length = 0;
    sira_writer_init(&writer, r->challenge, sizeof r->challenge - 1);
    assert_int_equal(sira_digest_server_challenge(&r->server, &r->peer, stale, &writer), SIRA_OK);
    assert_int_equal(sira_writer_finish(&writer, &length), SIRA_OK);
    r->challenge[length] = '\0';
    expect_status(r->challenge, exchange_challenge(&r->client, r->challenge), SIRA_OK);
    assert_int_equal(exchange_answer(&r->client), SIRA_OK);
}

static void drop_request(realm *r)
{
    if (r->request.bytes.at != NULL)
        packet_free(&r->request);
    r->request.bytes.at = NULL;
}

void realm_close(realm *r)
{
    drop_request(r);
    sira_digest_server_wipe(&r->server);
    exchange_close(&r->client);
}

sira_status realm_verify(realm *r, const char *lines)
{
    char body[128];
    const sira_str given = r->client.request.body;
    snprintf(body, sizeof body, "%.*s", (int)given.len, given.len > 0 ? given.at : "");
    drop_request(r);
    packet_request(&r->request, "REGISTER sip:example.com SIP/2.0", lines, body);
    const sira_status status =
        sira_digest_server_verify(&r->server, &r->peer, &r->request.message, &r->verified, &r->diag);
    if (status == SIRA_OK)
        realm_info(r, "answer");
    return status;
}

void realm_info(realm *r, const char *body)
{
    sira_writer writer;
    size_t length = 0;
    sira_writer_init(&writer, r->info, sizeof r->info - 1);
    assert_int_equal(sira_digest_server_info(&r->server, &r->peer, &r->verified, sira_str_from(body), &writer),
                     SIRA_OK);
    assert_int_equal(sira_writer_finish(&writer, &length), SIRA_OK);
    r->info[length] = '\0';
}
