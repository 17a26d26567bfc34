/* Takes a SIP message from standard input apart: parse < message.sip */
#include <stdio.h>

#include <sira/message.h>

int main(void)
{
    static char bytes[65535];
    sira_field slots[64];
    sira_message message;
    sira_contact contact;
    sira_cursor cursor;
    sira_diag diag;
    sira_str text = {bytes, fread(bytes, 1, sizeof bytes, stdin)};

    sira_message_init(&message, slots, 64);
    sira_status status = sira_message_parse(&message, text, &diag);
    if (status == SIRA_OK)
        status = sira_message_validate(&message, &diag);
    sira_cursor_init(&cursor, &message, SIRA_FIELD_CONTACT);
    while (status == SIRA_OK && (status = sira_contact_next(&cursor, &contact, &diag)) == SIRA_OK) {
        printf("%.*s", (int)contact.address.uri.len, contact.address.uri.at);
        if (contact.has_expires)
            printf(" for %u s", contact.expires);
        printf("\n");
    }
    if (status < 0)
        printf("byte %zu of %s: expected %s\n", diag.offset, diag.field, diag.expected);
    return status < 0;
}
