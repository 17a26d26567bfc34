/* libosip2, as eXosip uses it. */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <osipparser2/osip_parser.h>

static volatile size_t sink;

/* It takes every field apart that it knows; Path, Service-Route and P-Associated-URI stay text. */
static void parse(bench_text text)
{
    osip_message_t *m = NULL;
    osip_contact_t *contact = NULL;
    osip_generic_param_t *expires = NULL;
    if (osip_message_init(&m) != 0 || osip_message_parse(m, text.at, text.len) != 0)
        bench_fail("libosip2: parse");
    for (int i = 0; osip_message_get_contact(m, i, &contact) >= 0; i++)
        if (osip_contact_param_get_byname(contact, (char *)"expires", &expires) == 0 && expires != NULL)
            sink += (size_t)atoi(expires->gvalue);
    sink += strlen(m->call_id->number) + strlen(m->cseq->number) + strlen(m->from->url->host);
    osip_message_free(m);
}

static void parse_register(void)
{
    parse(bench_request);
}

static void parse_200(void)
{
    parse(bench_ok);
}

static void parse_401(void)
{
    parse(bench_challenge);
}

static void parse_invite(void)
{
    parse(bench_invite);
}

static char *quoted(const char *text)
{
    char buffer[512];
    snprintf(buffer, sizeof buffer, "\"%s\"", text);
    return osip_strdup(buffer);
}

static void add_authorization(osip_message_t *m)
{
    const bench_register *b = &bench_parts;
    char buffer[256];
    osip_authorization_t *a = NULL;
    if (osip_authorization_init(&a) != 0)
        bench_fail("libosip2: authorization");
    osip_authorization_set_auth_type(a, osip_strdup("Digest"));
    osip_authorization_set_username(a, quoted(b->user));
    osip_authorization_set_realm(a, quoted(b->realm));
    osip_authorization_set_nonce(a, quoted(b->nonce));
    snprintf(buffer, sizeof buffer, "sip:%s", b->domain);
    osip_authorization_set_uri(a, quoted(buffer));
    osip_authorization_set_response(a, quoted(b->response));
    osip_authorization_set_algorithm(a, osip_strdup(b->algorithm));
    osip_authorization_set_cnonce(a, quoted(b->cnonce));
    osip_authorization_set_message_qop(a, osip_strdup(b->qop));
    snprintf(buffer, sizeof buffer, "%08x", b->nc);
    osip_authorization_set_nonce_count(a, osip_strdup(buffer));
    osip_list_add(&m->authorizations, a, -1);
}

static void write_register(void)
{
    const bench_register *b = &bench_parts;
    char text[512], *out = NULL;
    size_t length = 0;
    osip_message_t *m = NULL;
    osip_uri_t *uri = NULL;
    if (osip_message_init(&m) != 0 || osip_uri_init(&uri) != 0)
        bench_fail("libosip2: init");
    osip_message_set_method(m, osip_strdup(b->method));
    osip_message_set_version(m, osip_strdup("SIP/2.0"));
    osip_message_set_status_code(m, 0);
    osip_message_set_reason_phrase(m, NULL);
    snprintf(text, sizeof text, "sip:%s", b->domain);
    osip_uri_parse(uri, text);
    osip_message_set_uri(m, uri);
    snprintf(text, sizeof text, "SIP/2.0/UDP %s:%s;branch=%s;rport", b->host, b->port, b->branch);
    osip_message_set_via(m, text);
    snprintf(text, sizeof text, "%u", b->max_forwards);
    osip_message_set_max_forwards(m, text);
    snprintf(text, sizeof text, "\"%s\" <sip:%s@%s>;tag=%s", b->display, b->user, b->domain, b->tag);
    osip_message_set_from(m, text);
    snprintf(text, sizeof text, "<sip:%s@%s>", b->user, b->domain);
    osip_message_set_to(m, text);
    osip_message_set_call_id(m, b->call_id);
    snprintf(text, sizeof text, "%u %s", b->cseq, b->method);
    osip_message_set_cseq(m, text);
    snprintf(text, sizeof text, "<sip:%s@%s:%s;transport=%s;ob>;expires=%u;+sip.instance=\"%s\"", b->user, b->host,
             b->port, b->transport, b->expires, b->instance);
    osip_message_set_contact(m, text);
    add_authorization(m);
    osip_message_set_header(m, "Supported", b->supported);
    osip_message_set_header(m, "User-Agent", b->user_agent);
    osip_message_set_content_length(m, "0");
    if (osip_message_to_str(m, &out, &length) != 0)
        bench_fail("libosip2: write");
    bench_check_register(out, length);
    sink += length;
    osip_free(out);
    osip_message_free(m);
}

int main(int argc, char **argv)
{
    static const bench_case cases[] = {BENCH_MESSAGE_CASES};
    parser_init();
    return bench_main(argc, argv, cases, sizeof cases / sizeof cases[0]);
}
