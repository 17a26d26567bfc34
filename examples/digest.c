/* Answers the challenges of a 401 or 407 from standard input: digest USER PASSWORD METHOD URI < response.sip */
#include <stdio.h>

#include <sira/digest.h>
#include <sira/gcrypt.h>

int main(int argc, char **argv)
{
    static char bytes[65535], header[2048];
    sira_gcrypt gcrypt;
    sira_digest_client_config config;
    sira_digest_client client;
    sira_digest_attempt attempt = {.cnonce = {0}};
    sira_field slots[64];
    sira_message response;
    sira_writer writer;
    uint8_t cnonce[8];
    size_t length;

    if (argc != 5 || sira_gcrypt_open(&gcrypt) != SIRA_OK)
        return 2;
    sira_entropy entropy = sira_gcrypt_entropy(&gcrypt);
    sira_digest_client_config_init(&config);
    config.hash = sira_gcrypt_hash(&gcrypt);
    config.user = sira_str_from(argv[1]);
    config.password = sira_str_from(argv[2]);
    sira_digest_request request = {.method = sira_str_from(argv[3]), .uri = sira_str_from(argv[4])};
    sira_message_init(&response, slots, 64);
    sira_writer_init(&writer, header, sizeof header);

    sira_status status = sira_digest_client_init(&client, &config, NULL);
    if (status == SIRA_OK)
        status = sira_message_parse(&response, (sira_str){bytes, fread(bytes, 1, sizeof bytes, stdin)}, NULL);
    if (status == SIRA_OK)
        status = sira_digest_client_challenged(&client, &attempt, &response, NULL);
    if (status == SIRA_OK)
        status = entropy.fill(entropy.context, cnonce, sizeof cnonce);
    if (status == SIRA_OK) {
        sira_digest_client_begin(&client, &attempt, cnonce);
        status = sira_digest_client_write(&client, &attempt, &request, &writer);
    }
    if (status == SIRA_OK)
        status = sira_writer_finish(&writer, &length);
    if (status == SIRA_OK)
        printf("%.*s", (int)length, header);
    else
        fprintf(stderr, "digest: %s\n", sira_status_text(status));
    sira_digest_client_wipe(&client);
    sira_gcrypt_close(&gcrypt);
    return status != SIRA_OK;
}
