#include "differential/reading.h"

#include <sofia-sip/msg.h>
#include <sofia-sip/msg_addr.h>
#include <sofia-sip/sip.h>
#include <sofia-sip/sip_header.h>
#include <sofia-sip/sip_parser.h>
#include <sofia-sip/sip_util.h>

#include <string.h>

static size_t length_of(const char *text)
{
    return text != NULL ? strlen(text) : 0;
}

static void put_uri(reading *to, const char *key, int index, const url_t *url)
{
    if (url->url_type == url_any) {
        reading_put(to, key, index, ".uri", "*");
        return;
    }
    const char *user = url->url_type == url_tel ? NULL : url->url_user;
    const char *host = url->url_type == url_tel ? url->url_user : url->url_host;
    reading_uri parts = {.scheme = url->url_scheme,
                         .scheme_length = length_of(url->url_scheme),
                         .user = user,
                         .user_length = length_of(user),
                         .host = host,
                         .host_length = length_of(host),
                         .port = url->url_port,
                         .port_length = length_of(url->url_port),
                         .user_is_escaped = true};
    if (url->url_scheme != NULL)
        reading_put_uri(to, key, index, &parts);
}

static void read_vias(reading *to, const sip_t *sip)
{
    int i = 0;
    for (const sip_via_t *via = sip->sip_via; via != NULL; via = via->v_next, i++) {
        const char *transport = via->v_protocol != NULL ? strrchr(via->v_protocol, '/') : NULL;
        reading_put_upper(to, "via", i, ".transport", transport != NULL ? transport + 1 : via->v_protocol);
        reading_put(to, "via", i, ".host", via->v_host);
        reading_put_digits(to, "via", i, ".port", via->v_port);
        reading_put(to, "via", i, ".branch", via->v_branch);
    }
}

static void read_contacts(reading *to, const sip_t *sip)
{
    int i = 0;
    for (const sip_contact_t *contact = sip->sip_contact; contact != NULL; contact = contact->m_next, i++) {
        put_uri(to, "contact", i, contact->m_url);
        reading_put_digits(to, "contact", i, ".expires", contact->m_expires);
    }
}

static void read_party(reading *to, const sip_addr_t *party, const char *key)
{
    if (party == NULL)
        return;
    put_uri(to, key, -1, party->a_url);
    reading_put(to, key, -1, ".tag", party->a_tag);
}

static void read_all(reading *to, const sip_t *sip)
{
    if (sip->sip_request != NULL) {
        reading_put(to, "method", -1, "", sip->sip_request->rq_method_name);
        put_uri(to, "request", -1, sip->sip_request->rq_url);
    } else {
        reading_put_number(to, "status", -1, "", (unsigned long)sip->sip_status->st_status);
    }
    read_party(to, sip->sip_from, "from");
    read_party(to, sip->sip_to, "to");
    if (sip->sip_call_id != NULL)
        reading_put(to, "call-id", -1, "", sip->sip_call_id->i_id);
    if (sip->sip_cseq != NULL) {
        reading_put_number(to, "cseq", -1, ".number", sip->sip_cseq->cs_seq);
        reading_put(to, "cseq", -1, ".method", sip->sip_cseq->cs_method_name);
    }
    read_vias(to, sip);
    read_contacts(to, sip);
    if (sip->sip_expires != NULL)
        reading_put_number(to, "expires", -1, "", sip->sip_expires->ex_delta);
    reading_put_number(to, "body", -1, ".length", sip->sip_payload != NULL ? sip->sip_payload->pl_len : 0);
}

/* Whole, without an error, and with the fields that a message must have: what its own transaction layer asks for. */
static bool is_accepted(msg_t *message, const sip_t *sip)
{
    return sip != NULL && (sip->sip_request != NULL || sip->sip_status != NULL) && sip->sip_error == NULL &&
           msg_has_error(message) == 0 && msg_is_complete(message) && sip_sanity_check(sip) == 0;
}

void read_with_sofia(reading *to, const char *bytes, size_t length)
{
    memset(to, 0, sizeof *to);
    msg_t *message = msg_make(sip_default_mclass(), MSG_DO_EXTRACT_COPY, bytes, (ssize_t)length);
    const sip_t *sip = message != NULL ? sip_object(message) : NULL;
    to->accepted = message != NULL && is_accepted(message, sip);
    if (to->accepted)
        read_all(to, sip);
    if (message != NULL)
        msg_destroy(message);
}
