/* Takes a response apart as a client has to, answers its challenge, and writes a request: parser, writer and digest
 * without an agent. */
#include <sira/digest.h>
#include <sira/framer.h>
#include <sira/message.h>
#include <sira/uri.h>
#include <sira/writer.h>

/* What a program around it would fill in. */
sira_str received;
sira_digest_client_config config;
sira_endpoint local;
uint8_t cnonce[8];
char output[1500];
volatile uint32_t sink;

static sira_field slots[SIRA_LIMIT_FIELDS];
static sira_message message;
static sira_digest_client client;
static sira_digest_attempt attempt;
static sira_digest_request request;

/* Whoever optimizes the whole program must not see that nobody fills in the above: nothing would be received then. */
#define FILLED_IN(object) __asm__ volatile("" : : "r"(&(object)) : "memory")

static void take_apart(void)
{
    sira_via via;
    sira_address address;
    sira_contact contact;
    sira_cursor cursor;
    sira_cseq cseq;
    sira_str text;
    uint32_t number;
    sira_retry_after retry_after;
    sira_uri uri;

    sink += (uint32_t)sira_message_via(&message, &via, NULL);
    sink += (uint32_t)sira_message_address(&message, SIRA_FIELD_TO, &address, NULL);
    sink += (uint32_t)sira_message_cseq(&message, &cseq, NULL);
    sink += (uint32_t)sira_message_call_id(&message, &text, NULL);
    sink += (uint32_t)sira_message_number(&message, SIRA_FIELD_MIN_EXPIRES, &number, NULL);
    sink += (uint32_t)sira_message_retry_after(&message, &retry_after, NULL);
    sink += (uint32_t)sira_uri_parse(&uri, address.uri, NULL);
    sira_cursor_init(&cursor, &message, SIRA_FIELD_CONTACT);
    while (sira_contact_next(&cursor, &contact, NULL) == SIRA_OK) {
        sink++;
    }
}

static void write_register(void)
{
    sira_writer writer;
    const sira_write_via via = {&local, SIRA_STR("z9hG4bK1"), true};
    size_t length;

    sira_writer_init(&writer, output, sizeof output);
    sira_write_request_line(&writer, SIRA_STR("REGISTER"), request.uri);
    sira_write_via_field(&writer, &via);
    sira_write_address_field(&writer, SIRA_FIELD_TO, SIRA_STR(""), request.uri, SIRA_STR(""));
    sira_write_field(&writer, SIRA_FIELD_CALL_ID, SIRA_STR("a"));
    sira_write_field_number(&writer, SIRA_FIELD_EXPIRES, 3600);
    sink += (uint32_t)sira_digest_client_write(&client, &attempt, &request, &writer);
    sira_write_body(&writer, SIRA_STR(""));
    sink += (uint32_t)sira_writer_finish(&writer, &length);
}

int main(void)
{
    FILLED_IN(received);
    FILLED_IN(config);
    FILLED_IN(local);
    FILLED_IN(cnonce);
    sira_message_init(&message, slots, SIRA_LIMIT_FIELDS);
    sink += (uint32_t)sira_digest_client_init(&client, &config, NULL);
    sink += (uint32_t)sira_message_parse(&message, received, NULL);
    sink += (uint32_t)sira_message_validate(&message, NULL);
    take_apart();
    sink += (uint32_t)sira_digest_client_challenged(&client, &attempt, &message, NULL);
    sink += (uint32_t)sira_digest_client_accepted(&client, &attempt, &request, &message, NULL);
    sira_digest_client_begin(&client, &attempt, cnonce);
    write_register();
    return 0;
}
