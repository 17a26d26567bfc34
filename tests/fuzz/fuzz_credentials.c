/* From any credentials to a verdict, which is never that they are right. */
#include "fuzz/fuzz.h"

#include <sira/digest_server.h>
#include <sira/gcrypt.h>

#define HEAD                                                                                                           \
    "REGISTER sip:h SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:a@h>;tag=1\r\nTo: <sip:a@h>\r\n"       \
    "Call-ID: 1\r\nCSeq: 1 REGISTER\r\n"

/* Everybody has an account, and nobody knows the password. */
static sira_status look_up(void *context, const sira_digest_lookup *lookup, sira_digest_account *account)
{
    (void)context;
    account->user = lookup->userhash ? SIRA_STR("a") : lookup->user;
    account->password = SIRA_STR("2b9f6c1e7d834a05b1c2");
    return SIRA_OK;
}

static sira_status no_entropy(void *context, uint8_t *bytes, size_t n)
{
    (void)context;
    memset(bytes, 7, n);
    return SIRA_OK;
}

static void verify(sira_digest_server *server, const sira_message *message)
{
    sira_digest_verified verified;
    sira_diag diag;
    for (int proxy = 0; proxy < 2; proxy++) {
        const sira_digest_peer peer = {.identity = SIRA_STR("h"), .now = 5, .proxy = proxy != 0};
        const sira_status status = sira_digest_server_verify(server, &peer, message, &verified, &diag);
        REQUIRE(status != SIRA_OK);
        if (status < 0)
            REQUIRE(diag.code >= 400 && diag.field != NULL && diag.expected != NULL && diag.reason != NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static sira_gcrypt gcrypt;
    sira_digest_slot slots[2];
    if (gcrypt.algorithms == 0)
        REQUIRE(sira_gcrypt_open(&gcrypt) == SIRA_OK);
    if (size == 0)
        return 0;
    sira_digest_server_config config;
    sira_digest_server_config_init(&config);
    config.hash = sira_gcrypt_hash(&gcrypt);
    config.entropy.fill = no_entropy;
    config.realm = SIRA_STR("h");
    config.lookup = look_up;
    config.slots = slots;
    config.slot_count = 2;
    config.qop = data[0] & 3;
    config.allow_no_qop = (data[0] & 4) != 0;
    config.userhash = (data[0] & 8) != 0;
    config.one_time = (data[0] & 16) != 0;
    config.uri_check = (uint8_t)(data[0] >> 5) % 3;
    for (uint8_t i = 0; i < 6; i++)
        config.algorithms[i] = (uint8_t)(SIRA_ALGORITHM_MD5 + i);
    sira_digest_server server;
    REQUIRE(sira_digest_server_init(&server, &config, NULL) == SIRA_OK);

    char *bytes = malloc(sizeof HEAD - 1 + size - 1);
    REQUIRE(bytes != NULL);
    memcpy(bytes, HEAD, sizeof HEAD - 1);
    memcpy(bytes + sizeof HEAD - 1, data + 1, size - 1);
    sira_message message;
    sira_field fields[64];
    sira_message_init(&message, fields, 64);
    if (sira_message_parse(&message, (sira_str){bytes, sizeof HEAD - 1 + size - 1}, NULL) == SIRA_OK)
        verify(&server, &message);
    free(bytes);
    return 0;
}
