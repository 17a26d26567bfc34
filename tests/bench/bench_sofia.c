/* sofia-sip, with the calls of its own transaction layer. */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sofia-sip/msg.h>
#include <sofia-sip/msg_addr.h>
#include <sofia-sip/sip.h>
#include <sofia-sip/sip_header.h>
#include <sofia-sip/sip_parser.h>
#include <sofia-sip/su_alloc.h>

static volatile size_t sink;

/* It takes every field apart that it knows. */
static void parse(bench_text text)
{
    msg_t *msg = msg_make(sip_default_mclass(), 0, text.at, (ssize_t)text.len);
    sip_t *sip = sip_object(msg);
    if (sip == NULL || (sip->sip_flags & MSG_FLG_ERROR) != 0 || sip->sip_via == NULL || sip->sip_cseq == NULL)
        bench_fail("sofia-sip: parse");
    for (const sip_contact_t *contact = sip->sip_contact; contact != NULL; contact = contact->m_next)
        sink += contact->m_expires != NULL ? (size_t)atoi(contact->m_expires) : 0;
    sink += strlen(sip->sip_call_id->i_id) + sip->sip_cseq->cs_seq + strlen(sip->sip_from->a_url->url_host);
    msg_destroy(msg);
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

static void insert(msg_t *msg, void *header)
{
    if (header == NULL || msg_header_insert(msg, NULL, header) < 0)
        bench_fail("sofia-sip: insert");
}

static void write_register(void)
{
    const bench_register *b = &bench_parts;
    msg_t *msg = msg_create(sip_default_mclass(), 0);
    su_home_t *home = msg_home(msg);
    char uri[64];
    size_t length = 0;
    snprintf(uri, sizeof uri, "sip:%s", b->domain);
    insert(msg, sip_request_create(home, SIP_METHOD_REGISTER, (const url_string_t *)uri, NULL));
    insert(msg, sip_via_format(home, "SIP/2.0/UDP %s:%s;branch=%s;rport", b->host, b->port, b->branch));
    insert(msg, sip_max_forwards_format(home, "%u", b->max_forwards));
    insert(msg, sip_from_format(home, "\"%s\" <sip:%s@%s>;tag=%s", b->display, b->user, b->domain, b->tag));
    insert(msg, sip_to_format(home, "<sip:%s@%s>", b->user, b->domain));
    insert(msg, sip_call_id_make(home, b->call_id));
    insert(msg, sip_cseq_create(home, b->cseq, SIP_METHOD_REGISTER));
    insert(msg, sip_contact_format(home, "<sip:%s@%s:%s;transport=%s;ob>;expires=%u;+sip.instance=\"%s\"", b->user,
                                   b->host, b->port, b->transport, b->expires, b->instance));
    insert(msg, sip_authorization_format(
                    home,
                    "Digest username=\"%s\", realm=\"%s\", nonce=\"%s\", uri=\"sip:%s\", response=\"%s\", "
                    "algorithm=%s, cnonce=\"%s\", qop=%s, nc=%08x",
                    b->user, b->realm, b->nonce, b->domain, b->response, b->algorithm, b->cnonce, b->qop, b->nc));
    insert(msg, sip_supported_make(home, b->supported));
    insert(msg, sip_user_agent_make(home, b->user_agent));
    insert(msg, sip_content_length_create(home, 0));
    insert(msg, sip_separator_create(home));
    char *out = msg_as_string(home, msg, NULL, 0, &length);
    if (out == NULL)
        bench_fail("sofia-sip: write");
    bench_check_register(out, length);
    sink += length;
    msg_destroy(msg);
}

int main(int argc, char **argv)
{
    static const bench_case cases[] = {BENCH_MESSAGE_CASES};
    return bench_main(argc, argv, cases, sizeof cases / sizeof cases[0]);
}
