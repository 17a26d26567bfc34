/* From any header lines of a 401 to an answer, and from the same lines of a 200 to a verdict. */
#include "fuzz/fuzz.h"

#include <sira/digest.h>
#include <sira/gcrypt.h>

#define HEAD                                                                                                           \
    "SIP/2.0 401 X\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:a@h>;tag=1\r\nTo: <sip:a@h>\r\nCall-ID: 1\r\n"  \
    "CSeq: 1 REGISTER\r\n"

static sira_status answer_usim(void *context, const uint8_t rand[16], const uint8_t autn[16], sira_aka *aka)
{
    (void)context;
    aka->resynchronize = (autn[0] & 1) != 0;
    aka->res_len = (uint8_t)(rand[0] % 18);
    return rand[1] == 0 ? SIRA_MORE : SIRA_OK;
}

/* Two writings of one attempt are the same bytes, and whole lines of ours. */
static void check_answer(sira_digest_client *client, const sira_digest_attempt *attempt)
{
    static const sira_digest_request request = {.method = SIRA_STR_INIT("REGISTER"), .uri = SIRA_STR_INIT("sip:h")};
    char text[2][4096];
    size_t length[2] = {0, 0};
    for (int i = 0; i < 2; i++) {
        sira_writer writer;
        sira_writer_init(&writer, text[i], sizeof text[i]);
        REQUIRE(sira_digest_client_write(client, attempt, &request, &writer) == SIRA_OK);
        REQUIRE(sira_writer_finish(&writer, &length[i]) == SIRA_OK);
    }
    REQUIRE(length[0] == length[1] && memcmp(text[0], text[1], length[0]) == 0);
    for (size_t at = 0; at < length[0];) {
        const char *line = text[0] + at, *end = memchr(line, '\n', length[0] - at);
        REQUIRE(end != NULL && end[-1] == '\r' && memchr(line, '\0', (size_t)(end - line)) == NULL);
        REQUIRE(memcmp(line, "Authorization: Digest ", 22) == 0 ||
                memcmp(line, "Proxy-Authorization: Digest ", 28) == 0);
        at = (size_t)(end + 1 - text[0]);
    }
}

static void exchange(sira_digest_client *client, const sira_message *message)
{
    static const sira_digest_request request = {.method = SIRA_STR_INIT("REGISTER"), .uri = SIRA_STR_INIT("sip:h")};
    static const uint8_t cnonce[8] = {1};
    sira_digest_attempt attempt;
    sira_diag diag;
    for (int round = 0; round < 4; round++) {
        sira_digest_client_begin(client, &attempt, cnonce);
        check_answer(client, &attempt);
        const sira_digest_client before = *client;
        const sira_status status = sira_digest_client_challenged(client, &attempt, message, &diag);
        /* Whatever is refused changes nothing but that a rejected nonce is forgotten. */
        if (status < 0 && status != SIRA_E_CREDENTIALS && status != SIRA_E_STALE)
            REQUIRE(memcmp(&before, client, sizeof before) == 0);
    }
    sira_digest_client_begin(client, &attempt, cnonce);
    sira_digest_client_accepted(client, &attempt, &request, message, &diag);
    sira_digest_client_begin(client, &attempt, cnonce);
    check_answer(client, &attempt);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static sira_gcrypt gcrypt;
    if (gcrypt.algorithms == 0)
        REQUIRE(sira_gcrypt_open(&gcrypt) == SIRA_OK);
    if (size == 0)
        return 0;
    sira_digest_client_config config;
    sira_digest_client_config_init(&config);
    config.hash = sira_gcrypt_hash(&gcrypt);
    config.user = SIRA_STR("a\"b");
    config.password = SIRA_STR("secret");
    config.policy.strongest_first = (data[0] & 1) != 0;
    config.policy.prefer_auth_int = (data[0] & 2) != 0;
    config.policy.allow_downgrade = (data[0] & 4) != 0;
    config.policy.require_rspauth = (data[0] & 8) != 0;
    sira_digest_usim usim;
    sira_digest_usim_init(&usim, answer_usim, NULL);
    if ((data[0] & 16) != 0)
        config.usim = &usim;

    char *bytes = malloc(sizeof HEAD - 1 + size - 1);
    REQUIRE(bytes != NULL);
    memcpy(bytes, HEAD, sizeof HEAD - 1);
    memcpy(bytes + sizeof HEAD - 1, data + 1, size - 1);
    sira_message message;
    sira_field fields[64];
    sira_digest_client client;
    memset(&client, 0, sizeof client); /* padding too: it is compared */
    REQUIRE(sira_digest_client_init(&client, &config, NULL) == SIRA_OK);
    sira_message_init(&message, fields, 64);
    if (sira_message_parse(&message, (sira_str){bytes, sizeof HEAD - 1 + size - 1}, NULL) == SIRA_OK)
        exchange(&client, &message);
    free(bytes);
    return 0;
}
