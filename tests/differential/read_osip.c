#include "differential/reading.h"

#include <osipparser2/osip_parser.h>
#include <osipparser2/osip_port.h>

#include <string.h>

static void put_uri(reading *to, const char *key, int index, const osip_uri_t *uri)
{
    if (uri == NULL || uri->scheme == NULL)
        return;
    const char *host =
        uri->string != NULL ? uri->string : uri->host; /* the former: what stands behind another scheme */
    reading_uri parts = {.scheme = uri->scheme,
                         .scheme_length = strlen(uri->scheme),
                         .user = uri->username,
                         .user_length = uri->username != NULL ? strlen(uri->username) : 0,
                         .host = host,
                         .host_length = host == NULL          ? 0
                                        : uri->string != NULL ? strcspn(host, ";")
                                                              : strlen(host),
                         .port = uri->port,
                         .port_length = uri->port != NULL ? strlen(uri->port) : 0};
    reading_put_uri(to, key, index, &parts);
}

static void read_vias(reading *to, const osip_message_t *message)
{
    osip_via_t *via;
    for (int i = 0; osip_message_get_via(message, i, &via) >= 0 && i < 100; i++) {
        osip_generic_param_t *branch = NULL;
        reading_put_upper(to, "via", i, ".transport", via->protocol);
        if (via->host != NULL && strchr(via->host, ':') != NULL) { /* it keeps IPv6 addresses without brackets */
            char host[80];
            (void)snprintf(host, sizeof host, "[%s]", via->host);
            reading_put(to, "via", i, ".host", host);
        } else {
            reading_put(to, "via", i, ".host", via->host);
        }
        reading_put_digits(to, "via", i, ".port", via->port);
        if (osip_via_param_get_byname(via, (char *)"branch", &branch) == 0 && branch != NULL)
            reading_put(to, "via", i, ".branch", branch->gvalue);
    }
}

static void read_contacts(reading *to, const osip_message_t *message)
{
    osip_contact_t *contact;
    for (int i = 0; osip_message_get_contact(message, i, &contact) >= 0 && i < 100; i++) {
        osip_generic_param_t *expires = NULL;
        if (contact->url == NULL) { /* it keeps "*" as a display name */
            reading_put(to, "contact", i, ".uri", contact->displayname);
            continue;
        }
        put_uri(to, "contact", i, contact->url);
        if (osip_contact_param_get_byname(contact, (char *)"expires", &expires) == 0 && expires != NULL)
            reading_put_digits(to, "contact", i, ".expires", expires->gvalue);
    }
}

static void read_party(reading *to, osip_from_t *party, const char *key)
{
    osip_generic_param_t *tag = NULL;
    if (party == NULL)
        return;
    put_uri(to, key, -1, party->url);
    if (osip_from_get_tag(party, &tag) == 0 && tag != NULL)
        reading_put(to, key, -1, ".tag", tag->gvalue);
}

static void read_call_id(reading *to, const osip_call_id_t *call_id)
{
    char text[READING_VALUE];
    if (call_id == NULL || call_id->number == NULL)
        return;
    (void)snprintf(text, sizeof text, "%s%s%s", call_id->number, call_id->host != NULL ? "@" : "",
                   call_id->host != NULL ? call_id->host : "");
    reading_put(to, "call-id", -1, "", text);
}

static void read_body(reading *to, const osip_message_t *message)
{
    size_t length = 0;
    osip_body_t *body;
    for (int i = 0; osip_message_get_body(message, i, &body) >= 0 && i < 100; i++)
        length += body->length;
    reading_put_number(to, "body", -1, ".length", length);
}

static void read_all(reading *to, const osip_message_t *message)
{
    osip_header_t *expires = NULL;
    if (message->sip_method != NULL && message->status_code == 0) {
        reading_put(to, "method", -1, "", message->sip_method);
        put_uri(to, "request", -1, message->req_uri);
    } else {
        reading_put_number(to, "status", -1, "", (unsigned long)message->status_code);
    }
    read_party(to, message->from, "from");
    read_party(to, message->to, "to");
    read_call_id(to, message->call_id);
    if (message->cseq != NULL) {
        reading_put_digits(to, "cseq", -1, ".number", message->cseq->number);
        reading_put(to, "cseq", -1, ".method", message->cseq->method);
    }
    read_vias(to, message);
    read_contacts(to, message);
    if (osip_message_get_expires(message, 0, &expires) >= 0 && expires != NULL)
        reading_put_digits(to, "expires", -1, "", expires->hvalue);
    read_body(to, message);
}

static void be_quiet(const char *file, int line, osip_trace_level_t level, const char *format, va_list list)
{
    (void)file;
    (void)line;
    (void)level;
    (void)format;
    (void)list;
}

void read_with_osip(reading *to, const char *bytes, size_t length)
{
    static bool ready;
    osip_message_t *message = NULL;
    memset(to, 0, sizeof *to);
    if (!ready) {
        osip_trace_initialize_func(END_TRACE_LEVEL, be_quiet);
        (void)parser_init();
        ready = true;
    }
    if (osip_message_init(&message) != 0)
        return;
    to->accepted = osip_message_parse(message, bytes, length) == 0;
    if (to->accepted)
        read_all(to, message);
    osip_message_free(message);
}
