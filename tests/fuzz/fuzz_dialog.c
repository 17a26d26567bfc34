/* Any messages, with a NUL between them, to a dialog of either side: what it takes leaves it one whose requests can be
 * read, and belong to it. */
#include "fuzz/fuzz.h"

#include <sira/dialog.h>

typedef struct one {
    sira_message message;
    sira_field fields[32];
} one;

/* As a peer gives them on: validated. */
static bool parse(one *m, sira_str bytes)
{
    sira_message_init(&m->message, m->fields, 32);
    return sira_message_parse(&m->message, bytes, NULL) == SIRA_OK &&
           sira_message_validate(&m->message, NULL) == SIRA_OK;
}

static void examine(const sira_dialog *dialog)
{
    static const sira_endpoint local = {.transport = SIRA_TRANSPORT_UDP, .family = SIRA_FAMILY_IPV4, .port = 5060};
    const sira_write_via via = {.sent_by = &local, .branch = SIRA_STR("z9hG4bK1")};
    const sira_dialog_request request = {.method = SIRA_STR("INVITE"), .cseq = 1, .via = &via};
    char buffer[4096];
    sira_writer writer;
    size_t length = 0, routes = 0;
    sira_cursor cursor;
    sira_address route;
    sira_uri uri;
    sira_status status;
    one m;
    sira_writer_init(&writer, buffer, sizeof buffer);
    sira_dialog_write_request(dialog, &request, &writer);
    sira_write_body(&writer, SIRA_STR(""));
    REQUIRE(sira_writer_finish(&writer, &length) == SIRA_OK);
    REQUIRE(parse(&m, (sira_str){buffer, length}));
    REQUIRE(sira_str_equal(m.message.uri, sira_dialog_request_uri(dialog)));
    REQUIRE(sira_uri_parse(&uri, m.message.uri, NULL) == SIRA_OK && uri.headers.len == 0);
    REQUIRE(!sira_dialog_is_secure(dialog) ||
            sira_str_equal_nocase((sira_str){sira_dialog_remote_target(dialog).at, 5}, SIRA_STR("sips:")));
    sira_cursor_init(&cursor, &m.message, SIRA_FIELD_ROUTE);
    while ((status = sira_address_next(&cursor, &route, NULL)) == SIRA_OK)
        routes++;
    REQUIRE(status == SIRA_IDLE && routes <= SIRA_LIMIT_ROUTES);
    REQUIRE(sira_uri_parse(&uri, sira_dialog_next_hop(dialog), NULL) == SIRA_OK);
}

static bool begin(sira_dialog *dialog, const sira_message *message, bool secure)
{
    sira_diag diag = {0};
    const sira_status status = message->is_request ? sira_dialog_from_request(dialog, message, SIRA_STR("a"), &diag)
                                                   : sira_dialog_from_response(dialog, message, secure, &diag);
    if (status < 0)
        REQUIRE(diag.field != NULL && diag.expected != NULL && diag.reason != NULL &&
                (diag.code >= 400) == message->is_request);
    return status == SIRA_OK;
}

static void go_on(sira_dialog *dialog, const sira_message *message)
{
    sira_diag diag = {0};
    sira_status status = sira_dialog_take_response(dialog, message, &diag);
    REQUIRE(!message->is_request || status == SIRA_IDLE);
    status = sira_dialog_take_request(dialog, message, &diag);
    REQUIRE(message->is_request || status == SIRA_IDLE);
    status = sira_dialog_refresh(dialog, message, &diag);
    if (status < 0)
        REQUIRE(diag.field != NULL && diag.expected != NULL && diag.code >= 400);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    sira_dialog dialog;
    bool begun = false;
    const bool secure = size > 0 && (data[0] & 1) != 0; /* the empty line before a message may be left out */
    while (size > 0) {
        const uint8_t *nul = memchr(data, '\0', size);
        const size_t length = nul != NULL ? (size_t)(nul - data) : size;
        char *copy = malloc(length + 1);
        one m;
        REQUIRE(copy != NULL);
        memcpy(copy, data, length);
        if (parse(&m, (sira_str){copy, length})) {
            if (begun)
                go_on(&dialog, &m.message);
            else
                begun = begin(&dialog, &m.message, secure);
        }
        free(copy);
        if (begun)
            examine(&dialog);
        data += nul != NULL ? length + 1 : length;
        size -= nul != NULL ? length + 1 : length;
    }
    return 0;
}
