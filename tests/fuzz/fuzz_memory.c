/* What a digest client is given from outside: a block that is said to be exported memory, and HA1 and the USIM's
 * answers that come later than the challenge, in any order. What is refused changes nothing, and what was taken is
 * exported and taken again as it is. */
#include "fuzz/fuzz.h"

#include <sira/digest.h>
#include <sira/gcrypt.h>

#define HEAD                                                                                                           \
    "SIP/2.0 401 X\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:a@h>;tag=1\r\nTo: <sip:a@h>\r\nCall-ID: 1\r\n"  \
    "CSeq: 1 REGISTER\r\n"

typedef struct memory {
    sira_gcrypt gcrypt;
    sira_digest_client_config config;
    sira_digest_usim usim;
    sira_digest_client client;
    sira_digest_attempt attempt;
    uint8_t rand[16]; /* that the USIM was asked about last */
    char realm[SIRA_LIMIT_REALM];
    size_t realm_length;
    sira_hash_algorithm algorithm;
} memory;

static memory m;

static sira_status get_ha1(void *context, sira_str realm, sira_hash_algorithm algorithm,
                           uint8_t ha1[SIRA_HASH_SIZE_MAX])
{
    (void)context;
    (void)ha1;
    REQUIRE(realm.len <= sizeof m.realm);
    memcpy(m.realm, realm.at, realm.len);
    m.realm_length = realm.len;
    m.algorithm = algorithm;
    return SIRA_MORE;
}

static sira_status get_aka(void *context, const uint8_t rand[16], const uint8_t autn[16], sira_aka *aka)
{
    (void)context;
    (void)autn;
    (void)aka;
    memcpy(m.rand, rand, sizeof m.rand);
    return SIRA_MORE;
}

static void begin(sira_digest_client *client)
{
    memset(client, 0, sizeof *client); /* padding too: it is compared */
    REQUIRE(sira_digest_client_init(client, &m.config, NULL) == SIRA_OK);
}

/* Whatever is there can be written, whole lines of ours. */
static void use(void)
{
    static const sira_digest_request request = {.method = SIRA_STR_INIT("REGISTER"), .uri = SIRA_STR_INIT("sip:h")};
    static const uint8_t cnonce[8] = {1};
    char text[4096];
    sira_writer writer;
    size_t length;
    sira_digest_client_begin(&m.client, &m.attempt, cnonce);
    sira_writer_init(&writer, text, sizeof text);
    if (sira_digest_client_write(&m.client, &m.attempt, &request, &writer) != SIRA_OK)
        return;
    REQUIRE(sira_writer_finish(&writer, &length) == SIRA_OK);
    REQUIRE(length == 0 || (length > 2 && memcmp(text + length - 2, "\r\n", 2) == 0));
    REQUIRE(memchr(text, '\0', length) == NULL);
}

static void take_back(void)
{
    static uint8_t block[2][SIRA_DIGEST_EXPORT_SIZE];
    size_t length[2];
    sira_digest_client_config config = m.config;
    sira_digest_client other;
    config.password = SIRA_STR("secret"); /* so that it waits for no HA1, without which a nonce is not exported */
    config.get_ha1 = NULL;
    REQUIRE(sira_digest_client_init(&other, &config, NULL) == SIRA_OK);
    REQUIRE(sira_digest_client_export(&m.client, block[0], sizeof block[0], &length[0]) == SIRA_OK);
    REQUIRE(sira_digest_client_import(&other, block[0], length[0]) == SIRA_OK);
    REQUIRE(sira_digest_client_export(&other, block[1], sizeof block[1], &length[1]) == SIRA_OK);
    REQUIRE(length[0] == length[1] && memcmp(block[0], block[1], length[0]) == 0);
    for (size_t room = 0; room < length[0]; room += 1 + room / 2) {
        size_t written;
        REQUIRE(sira_digest_client_export(&m.client, block[1], room, &written) == SIRA_E_SPACE);
    }
}

static void import(sira_str bytes)
{
    uint8_t *exact = malloc(bytes.len);
    REQUIRE(exact != NULL || bytes.len == 0);
    if (bytes.len > 0)
        memcpy(exact, bytes.at, bytes.len);
    begin(&m.client);
    const sira_digest_client before = m.client;
    if (sira_digest_client_import(&m.client, exact, bytes.len) != SIRA_OK)
        REQUIRE(memcmp(&before, &m.client, sizeof before) == 0);
    free(exact);
}

static void challenge(sira_str lines)
{
    char bytes[sizeof HEAD + 600];
    sira_field fields[32];
    sira_message message;
    memcpy(bytes, HEAD, sizeof HEAD - 1);
    memcpy(bytes + sizeof HEAD - 1, lines.at, lines.len);
    memcpy(bytes + sizeof HEAD - 1 + lines.len, "\r\n\r\n", 4);
    sira_message_init(&message, fields, 32);
    if (sira_message_parse(&message, (sira_str){bytes, sizeof HEAD + 3 + lines.len}, NULL) == SIRA_OK)
        (void)sira_digest_client_challenged(&m.client, &m.attempt, &message, NULL);
}

static void give_ha1(fuzz_input *in, bool asked)
{
    uint8_t ha1[SIRA_HASH_SIZE_MAX] = {0};
    const sira_str given = fuzz_text(in, sizeof ha1), realm = fuzz_text(in, 40);
    const sira_hash_algorithm algorithm = (sira_hash_algorithm)(fuzz_byte(in) % SIRA_HASH_COUNT);
    memcpy(ha1, given.at, given.len);
    const sira_status status =
        asked ? sira_digest_client_give_ha1(&m.client, (sira_str){m.realm, m.realm_length}, m.algorithm, ha1)
              : sira_digest_client_give_ha1(&m.client, realm, algorithm, ha1);
    REQUIRE(status == SIRA_OK || status == SIRA_MORE || status == SIRA_IDLE || status < 0);
}

static void give_aka(fuzz_input *in, bool asked)
{
    sira_aka aka = {.resynchronize = (fuzz_byte(in) & 1) != 0, .res_len = fuzz_byte(in)};
    uint8_t rand[16] = {0};
    const sira_str other = fuzz_text(in, sizeof rand), res = fuzz_text(in, sizeof aka.res);
    memcpy(rand, other.at, other.len);
    memcpy(aka.res, res.at, res.len);
    (void)sira_digest_client_give_aka(&m.client, asked ? m.rand : rand, &aka);
}

static void obey(fuzz_input *in)
{
    const uint8_t order = fuzz_byte(in);
    switch (order % 8) {
    case 0:
        import((sira_str){(const char *)in->at, in->left < 600 ? in->left : 600});
        in->at += in->left < 600 ? in->left : 600;
        in->left -= in->left < 600 ? in->left : 600;
        break;
    case 1:
    case 2:
        challenge(fuzz_text(in, 255));
        break;
    case 3:
    case 4:
        give_ha1(in, order % 8 == 3);
        break;
    case 5:
    case 6:
        give_aka(in, order % 8 == 5);
        break;
    default:
        if ((order & 8) != 0)
            sira_digest_client_forget(&m.client);
        else
            sira_digest_client_forget_strength(&m.client);
    }
    use();
    take_back();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_input in = {data, size};
    if (m.gcrypt.algorithms == 0)
        REQUIRE(sira_gcrypt_open(&m.gcrypt) == SIRA_OK);
    sira_digest_client_config_init(&m.config);
    m.config.hash = sira_gcrypt_hash(&m.gcrypt);
    m.config.user = SIRA_STR("alice");
    m.config.get_ha1 = get_ha1;
    if ((fuzz_byte(&in) & 1) != 0) {
        sira_digest_usim_init(&m.usim, get_aka, NULL);
        m.config.usim = &m.usim;
    }
    m.realm_length = 0;
    begin(&m.client);
    use();
    for (unsigned orders = 0; in.left > 0 && orders < 50; orders++)
        obey(&in);
    return 0;
}
