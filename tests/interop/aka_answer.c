/* aka_answer RAND AUTN RES (hex) < RESPONSE: prints how Sira answers the AKA challenge of a 401, as header fields. The
 * USIM is this program: it knows one challenge, and RES for it. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <sira/digest.h>
#include <sira/gcrypt.h>

typedef struct card {
    uint8_t rand[16];
    uint8_t autn[16];
    sira_aka answer;
} card;

static size_t read_hex(const char *text, uint8_t *out, size_t size)
{
    size_t n = 0;
    unsigned byte;

    while (n < size && sscanf(text + 2 * n, "%2x", &byte) == 1) {
        out[n++] = (uint8_t)byte;
    }
    return n;
}

static sira_status ask_card(void *context, const uint8_t rand[16], const uint8_t autn[16], sira_aka *aka)
{
    const card *usim = context;

    if (memcmp(rand, usim->rand, sizeof usim->rand) != 0 || memcmp(autn, usim->autn, sizeof usim->autn) != 0) {
        fprintf(stderr, "the card was asked about another RAND or AUTN\n");
        return SIRA_E_CREDENTIALS;
    }
    *aka = usim->answer;
    return SIRA_OK;
}

static sira_status answer(const sira_message *response, card *card_in, sira_gcrypt *gcrypt, sira_writer *writer)
{
    static const uint8_t cnonce[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    const sira_digest_request request = {SIRA_STR("REGISTER"), SIRA_STR("sip:interop.test"), SIRA_STR("")};
    sira_digest_client_config config;
    sira_digest_client client;
    sira_digest_attempt attempt;
    sira_digest_usim usim;
    sira_status status;

    sira_digest_client_config_init(&config);
    config.hash = sira_gcrypt_hash(gcrypt);
    config.user = SIRA_STR("alice");
    sira_digest_usim_init(&usim, ask_card, card_in);
    config.usim = &usim;
    status = sira_digest_client_init(&client, &config, NULL);
    if (status == SIRA_OK) {
        sira_digest_client_begin(&client, &attempt, cnonce);
        status = sira_digest_client_challenged(&client, &attempt, response, NULL);
    }
    if (status == SIRA_OK) {
        sira_digest_client_begin(&client, &attempt, cnonce);
        status = sira_digest_client_write(&client, &attempt, &request, writer);
    }
    return status;
}

int main(int argc, char **argv)
{
    char text[4096], out[2048];
    const sira_str bytes = {text, fread(text, 1, sizeof text, stdin)};
    sira_field slots[SIRA_LIMIT_FIELDS];
    sira_message response;
    sira_writer writer;
    sira_gcrypt gcrypt;
    sira_status status;
    card usim = {{0}, {0}, {0}};

    if (argc != 4 || read_hex(argv[1], usim.rand, 16) != 16 || read_hex(argv[2], usim.autn, 16) != 16) {
        fprintf(stderr, "usage: aka_answer RAND AUTN RES < RESPONSE\n");
        return 2;
    }
    usim.answer.res_len = (uint8_t)read_hex(argv[3], usim.answer.res, sizeof usim.answer.res);
    sira_message_init(&response, slots, SIRA_LIMIT_FIELDS);
    sira_writer_init(&writer, out, sizeof out);
    status = sira_message_parse(&response, bytes, NULL);
    if (status == SIRA_OK) {
        status = sira_gcrypt_open(&gcrypt);
    }
    if (status == SIRA_OK) {
        status = answer(&response, &usim, &gcrypt, &writer);
        sira_gcrypt_close(&gcrypt);
    }
    if (status != SIRA_OK) {
        fprintf(stderr, "%s\n", sira_status_name(status));
        return 1;
    }
    fwrite(out, 1, writer.length, stdout);
    return 0;
}
