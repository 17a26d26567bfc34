/* libre, with the calls of its own registration client. */
#include "bench.h"

#include <stdint.h>

#include <re/re.h>

static volatile size_t sink;

static bool read_contact(const struct sip_hdr *header, const struct sip_msg *msg, void *arg)
{
    struct sip_addr address;
    struct pl expires;
    (void)msg;
    (void)arg;
    if (sip_addr_decode(&address, &header->val) != 0)
        bench_fail("libre: Contact");
    if (msg_param_decode(&address.params, "expires", &expires) == 0)
        sink += pl_u32(&expires);
    return false;
}

static bool read_challenge(const struct sip_hdr *header, const struct sip_msg *msg, void *arg)
{
    struct httpauth_digest_chall parsed;
    (void)msg;
    (void)arg;
    if (httpauth_digest_challenge_decode(&parsed, &header->val) != 0)
        bench_fail("libre: challenge");
    sink += parsed.nonce.l;
    return false;
}

static bool read_credentials(const struct sip_hdr *header, const struct sip_msg *msg, void *arg)
{
    struct httpauth_digest_resp parsed;
    (void)msg;
    (void)arg;
    if (httpauth_digest_response_decode(&parsed, &header->val) != 0)
        bench_fail("libre: credentials");
    sink += parsed.nonce.l;
    return false;
}

static bool read_address(const struct sip_hdr *header, const struct sip_msg *msg, void *arg)
{
    struct sip_addr address;
    (void)msg;
    (void)arg;
    sink += (size_t)sip_addr_decode(&address, &header->val);
    return false;
}

/* Via, To, From, CSeq and Call-ID are taken apart by sip_msg_decode. */
static struct sip_msg *parse(struct mbuf *mb, bench_text text)
{
    struct sip_msg *msg = NULL;
    mb->buf = (uint8_t *)text.at;
    mb->size = mb->end = text.len;
    mb->pos = 0;
    if (sip_msg_decode(&msg, mb) != 0)
        bench_fail("libre: parse");
    sip_msg_hdr_apply(msg, true, SIP_HDR_CONTACT, read_contact, NULL);
    return msg;
}

/* mem_deref frees the buffer with the mbuf, which is not its own here. */
static struct mbuf *borrowed(void)
{
    struct mbuf *mb = mbuf_alloc(0);
    if (mb == NULL)
        bench_fail("libre: mbuf");
    return mb;
}

static void done(struct mbuf *mb, struct sip_msg *msg)
{
    mem_deref(msg);
    mb->buf = NULL;
    mem_deref(mb);
}

static void parse_register(void)
{
    struct mbuf *mb = borrowed();
    struct sip_msg *msg = parse(mb, bench_request);
    sip_msg_hdr_apply(msg, true, SIP_HDR_AUTHORIZATION, read_credentials, NULL);
    done(mb, msg);
}

static void parse_200(void)
{
    struct mbuf *mb = borrowed();
    struct sip_msg *msg = parse(mb, bench_ok);
    sip_msg_hdr_apply(msg, true, SIP_HDR_PATH, read_address, NULL);
    sip_msg_hdr_apply(msg, true, SIP_HDR_SERVICE_ROUTE, read_address, NULL);
    sip_msg_hdr_apply(msg, true, SIP_HDR_P_ASSOCIATED_URI, read_address, NULL);
    done(mb, msg);
}

static void parse_401(void)
{
    struct mbuf *mb = borrowed();
    struct sip_msg *msg = parse(mb, bench_challenge);
    sip_msg_hdr_apply(msg, true, SIP_HDR_WWW_AUTHENTICATE, read_challenge, NULL);
    done(mb, msg);
}

static void parse_invite(void)
{
    struct mbuf *mb = borrowed();
    done(mb, parse(mb, bench_invite));
}

static void write_register(void)
{
    const bench_register *b = &bench_parts;
    struct mbuf *mb = mbuf_alloc(2048);
    int err = mb == NULL;
    err |= mbuf_printf(mb, "%s sip:%s SIP/2.0\r\n", b->method, b->domain);
    err |= mbuf_printf(mb, "Via: SIP/2.0/UDP %s:%s;branch=%s;rport\r\n", b->host, b->port, b->branch);
    err |= mbuf_printf(mb, "Max-Forwards: %u\r\n", b->max_forwards);
    err |= mbuf_printf(mb, "From: \"%s\" <sip:%s@%s>;tag=%s\r\n", b->display, b->user, b->domain, b->tag);
    err |= mbuf_printf(mb, "To: <sip:%s@%s>\r\n", b->user, b->domain);
    err |= mbuf_printf(mb, "Call-ID: %s\r\n", b->call_id);
    err |= mbuf_printf(mb, "CSeq: %u %s\r\n", b->cseq, b->method);
    err |= mbuf_printf(mb, "Contact: <sip:%s@%s:%s;transport=%s;ob>;expires=%u;+sip.instance=\"%s\"\r\n", b->user,
                       b->host, b->port, b->transport, b->expires, b->instance);
    err |= mbuf_printf(mb, "Authorization: Digest username=\"%s\", realm=\"%s\", nonce=\"%s\", uri=\"sip:%s\"", b->user,
                       b->realm, b->nonce, b->domain);
    err |= mbuf_printf(mb, ", response=\"%s\", algorithm=%s", b->response, b->algorithm);
    err |= mbuf_printf(mb, ", cnonce=\"%s\", qop=%s, nc=%08x\r\n", b->cnonce, b->qop, b->nc);
    err |= mbuf_printf(mb, "Supported: %s\r\n", b->supported);
    err |= mbuf_printf(mb, "User-Agent: %s\r\n", b->user_agent);
    err |= mbuf_printf(mb, "Content-Length: 0\r\n\r\n");
    if (err != 0)
        bench_fail("libre: write");
    bench_check_register((const char *)mb->buf, mb->end);
    sink += mb->end;
    mem_deref(mb);
}

int main(int argc, char **argv)
{
    static const bench_case cases[] = {BENCH_MESSAGE_CASES};
    return bench_main(argc, argv, cases, sizeof cases / sizeof cases[0]);
}
