#include "differential/reading.h"

#include <sira/message.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void put(reading *to, const char *key, int index, const char *part, sira_str value)
{
    if (value.len > 0)
        reading_put_bytes(to, key, index, part, value.at, value.len);
}

static void put_uri(reading *to, const char *key, int index, sira_str text)
{
    sira_uri uri;
    char port[8];
    if (sira_uri_parse(&uri, text, NULL) != SIRA_OK)
        return;
    int digits = snprintf(port, sizeof port, "%u", uri.port);
    bool other = uri.scheme == SIRA_SCHEME_OTHER;
    sira_str rest = other ? uri.rest : uri.host;
    bool tel = uri.scheme == SIRA_SCHEME_TEL;
    reading_uri parts = {.scheme = uri.scheme_text.at,
                         .scheme_length = uri.scheme_text.len,
                         .user = uri.has_user ? uri.user.at : NULL,
                         .user_length = uri.has_user ? uri.user.len : 0,
                         .host = tel ? uri.user.at : rest.at,
                         .host_length = tel ? uri.user.len : rest.len,
                         .port = port,
                         .port_length = uri.port != 0 ? (size_t)digits : 0,
                         .user_is_escaped = true};
    reading_put_uri(to, key, index, &parts);
}

static void read_vias(reading *to, const sira_message *message)
{
    sira_cursor cursor;
    sira_via via;
    sira_cursor_init(&cursor, message, SIRA_FIELD_VIA);
    for (int i = 0; sira_via_next(&cursor, &via, NULL) == SIRA_OK; i++) {
        char transport[40];
        (void)snprintf(transport, sizeof transport, "%.*s", (int)via.transport.len, via.transport.at);
        reading_put_upper(to, "via", i, ".transport", transport);
        put(to, "via", i, ".host", via.host);
        if (via.port != 0)
            reading_put_number(to, "via", i, ".port", via.port);
        put(to, "via", i, ".branch", via.branch);
    }
}

typedef sira_status (*next_contact)(sira_cursor *cursor, sira_contact *contact, sira_diag *diag);

static void read_contacts(reading *to, const sira_message *message, next_contact next)
{
    sira_cursor cursor;
    sira_contact contact;
    sira_status status;
    sira_cursor_init(&cursor, message, SIRA_FIELD_CONTACT);
    for (int i = 0;
         (status = next(&cursor, &contact, NULL)) == SIRA_OK || (next == sira_contact_sift && status == SIRA_E_SYNTAX);
         i++) {
        if (contact.star) {
            reading_put(to, "contact", i, ".uri", "*");
            continue;
        }
        put_uri(to, "contact", i, contact.address.uri);
        if (contact.has_expires)
            reading_put_number(to, "contact", i, ".expires", contact.expires);
    }
}

static void read_party(reading *to, const sira_message *message, sira_field_id id, const char *key)
{
    sira_address address;
    if (sira_message_address(message, id, &address, NULL) != SIRA_OK)
        return;
    put_uri(to, key, -1, address.uri);
    put(to, key, -1, ".tag", address.tag);
}

static sira_status read_strictly(sira_message *message, sira_str bytes)
{
    const sira_status status = sira_message_parse(message, bytes, NULL);
    return status == SIRA_OK ? sira_message_validate(message, NULL) : status;
}

static sira_status read_tolerantly(sira_message *message, sira_str bytes)
{
    return sira_message_read(message, bytes, false, NULL, NULL);
}

static void read_by(reading *to, sira_str bytes, sira_status (*read)(sira_message *message, sira_str bytes),
                    next_contact next)
{
    sira_field slots[200];
    sira_message message;
    sira_cseq cseq;
    sira_str call_id;
    uint32_t expires;
    memset(to, 0, sizeof *to);
    /* Of exactly this length, for the sanitizer. */
    char *copy = malloc(bytes.len > 0 ? bytes.len : 1);
    if (copy == NULL)
        abort();
    memcpy(copy, bytes.at, bytes.len);
    sira_message_init(&message, slots, 200);
    to->accepted = read(&message, (sira_str){copy, bytes.len}) == SIRA_OK;
    if (to->accepted) {
        put(to, "method", -1, "", message.method_name);
        if (message.is_request)
            put_uri(to, "request", -1, message.uri);
        else
            reading_put_number(to, "status", -1, "", message.status_code);
        read_party(to, &message, SIRA_FIELD_FROM, "from");
        read_party(to, &message, SIRA_FIELD_TO, "to");
        if (sira_message_call_id(&message, &call_id, NULL) == SIRA_OK)
            put(to, "call-id", -1, "", call_id);
        if (sira_message_cseq(&message, &cseq, NULL) == SIRA_OK) {
            reading_put_number(to, "cseq", -1, ".number", cseq.number);
            put(to, "cseq", -1, ".method", cseq.method);
        }
        read_vias(to, &message);
        read_contacts(to, &message, next);
        if (sira_message_number(&message, SIRA_FIELD_EXPIRES, &expires, NULL) == SIRA_OK)
            reading_put_number(to, "expires", -1, "", expires);
        reading_put_number(to, "body", -1, ".length", message.body.len);
    }
    free(copy);
}

void read_with_sira(reading *to, const char *bytes, size_t length)
{
    read_by(to, (sira_str){bytes, length}, read_strictly, sira_contact_next);
}

void read_answer_with_sira(reading *to, const char *bytes, size_t length)
{
    read_by(to, (sira_str){bytes, length}, read_tolerantly, sira_contact_sift);
}
