/* Sira's message layer, and the floors: what the same bytes cost when nothing is understood. */
#include "bench.h"

#include <stdint.h>
#include <string.h>

#include <sira/framer.h>
#include <sira/message.h>
#include <sira/uri.h>
#include <sira/writer.h>

#define SLOTS 64

static volatile size_t sink;

/* ---- typed parse: To, From, Via, CSeq, Call-ID, Contact with expires, every parameter of challenges and credentials
 * ---- */

static void read_parties(const sira_message *m)
{
    sira_via via;
    sira_address address;
    sira_cseq cseq;
    sira_str call_id;
    if (sira_message_via(m, &via, NULL) != SIRA_OK ||
        sira_message_address(m, SIRA_FIELD_FROM, &address, NULL) != SIRA_OK ||
        sira_message_address(m, SIRA_FIELD_TO, &address, NULL) != SIRA_OK ||
        sira_message_cseq(m, &cseq, NULL) != SIRA_OK || sira_message_call_id(m, &call_id, NULL) != SIRA_OK)
        bench_fail("Sira: mandatory fields");
    sink += via.branch.len + address.uri.len + cseq.number + call_id.len;
}

static void read_contacts(const sira_message *m)
{
    sira_cursor cursor;
    sira_contact contact;
    sira_status status;
    sira_cursor_init(&cursor, m, SIRA_FIELD_CONTACT);
    while ((status = sira_contact_next(&cursor, &contact, NULL)) == SIRA_OK)
        sink += contact.expires;
    if (status != SIRA_IDLE)
        bench_fail("Sira: Contact");
}

static void read_auth(const sira_message *m, sira_field_id id)
{
    sira_cursor cursor;
    sira_auth auth;
    sira_str name, value;
    sira_status status;
    sira_cursor_init(&cursor, m, id);
    while ((status = sira_auth_next(&cursor, &auth, NULL)) == SIRA_OK)
        while (sira_auth_param_next(&auth.params, &name, &value) == SIRA_OK)
            sink += value.len;
    if (status != SIRA_IDLE)
        bench_fail("Sira: authorization");
}

static void read_addresses(const sira_message *m, sira_field_id id)
{
    sira_cursor cursor;
    sira_address address;
    sira_cursor_init(&cursor, m, id);
    while (sira_address_next(&cursor, &address, NULL) == SIRA_OK)
        sink += address.uri.len;
}

static void parse(sira_message *m, bench_text text)
{
    static sira_field slots[SLOTS];
    sira_message_init(m, slots, SLOTS);
    if (sira_message_parse(m, (sira_str){text.at, text.len}, NULL) != SIRA_OK)
        bench_fail("Sira: parse");
    read_parties(m);
    read_contacts(m);
}

static void parse_register(void)
{
    sira_message m;
    parse(&m, bench_request);
    read_auth(&m, SIRA_FIELD_AUTHORIZATION);
}

static void parse_200(void)
{
    sira_message m;
    parse(&m, bench_ok);
    read_addresses(&m, SIRA_FIELD_PATH);
    read_addresses(&m, SIRA_FIELD_SERVICE_ROUTE);
    read_addresses(&m, SIRA_FIELD_P_ASSOCIATED_URI);
}

static void parse_401(void)
{
    sira_message m;
    parse(&m, bench_challenge);
    read_auth(&m, SIRA_FIELD_WWW_AUTHENTICATE);
}

static void parse_invite(void)
{
    sira_message m;
    parse(&m, bench_invite);
}

static void index_register(void)
{
    static sira_field slots[SLOTS];
    sira_message m;
    sira_message_init(&m, slots, SLOTS);
    if (sira_message_parse(&m, (sira_str){bench_request.at, bench_request.len}, NULL) != SIRA_OK)
        bench_fail("Sira: parse");
    sink += m.field_count;
}

static void validate_register(void)
{
    static sira_field slots[SLOTS];
    sira_message m;
    sira_message_init(&m, slots, SLOTS);
    if (sira_message_parse(&m, (sira_str){bench_request.at, bench_request.len}, NULL) != SIRA_OK ||
        sira_message_validate(&m, NULL) != SIRA_OK)
        bench_fail("Sira: validate");
}

/* ---- what hostile input costs ---- */

/* The REGISTER, but its last header line is none. */
static void refuse_register(void)
{
    static sira_field slots[SLOTS];
    static char text[2048];
    static const char *last;
    sira_message m;
    if (last == NULL) {
        memcpy(text, bench_request.at, bench_request.len);
        char *colon = strstr(text, "Content-Length:") + sizeof "Content-Length" - 1;
        *colon = ';';
        last = colon;
    }
    sira_message_init(&m, slots, SLOTS);
    if (sira_message_parse(&m, (sira_str){text, bench_request.len}, NULL) != SIRA_E_SYNTAX)
        bench_fail("Sira: refuse");
    sink += m.field_count;
}

/* One message of this many header lines, which comes octet by octet. */
static void frame_octets(size_t lines)
{
    static const char start[] = "OPTIONS sip:a SIP/2.0\r\n", line[] = "Subject: a line of the usual length\r\n",
                      end[] = "Content-Length: 0\r\n\r\n";
    static char text[8192], buffer[8192];
    static size_t has_lines;
    sira_framer framer;
    sira_frame frame;
    size_t length = sizeof start - 1 + lines * (sizeof line - 1) + sizeof end - 1, room;
    if (has_lines != lines) {
        memcpy(text, start, sizeof start);
        for (size_t i = 0; i < lines; i++)
            memcpy(text + sizeof start - 1 + i * (sizeof line - 1), line, sizeof line);
        memcpy(text + length - (sizeof end - 1), end, sizeof end);
        has_lines = lines;
    }
    sira_framer_init(&framer, buffer, sizeof buffer);
    for (size_t i = 0; i < length; i++) {
        *sira_framer_space(&framer, &room) = text[i];
        sira_framer_added(&framer, 1);
        if (sira_framer_next(&framer, &frame, NULL) != (i + 1 < length ? SIRA_MORE : SIRA_OK))
            bench_fail("Sira: framer");
    }
    sink += frame.bytes.len;
}

static void frame_some(void)
{
    frame_octets(90);
}

static void frame_twice_as_many(void)
{
    frame_octets(180);
}

/* ---- write ---- */

/* As an application has them: lengths are known. */
static struct {
    sira_str uri, display, aor, branch, tag, call_id, method, contact, instance, user, realm, nonce, response,
        algorithm, cnonce, qop, supported, user_agent;
    sira_endpoint local;
} parts;

static void set_parts(void)
{
    const bench_register *b = &bench_parts;
    parts.uri = SIRA_STR("sip:ims.example.net");
    parts.display = sira_str_from(b->display);
    parts.aor = SIRA_STR("sip:alice.example@ims.example.net");
    parts.branch = sira_str_from(b->branch);
    parts.tag = sira_str_from(b->tag);
    parts.call_id = sira_str_from(b->call_id);
    parts.method = sira_str_from(b->method);
    parts.contact = SIRA_STR("sip:alice.example@192.0.2.17:5060;transport=udp;ob");
    parts.instance = sira_str_from(b->instance);
    parts.user = sira_str_from(b->user);
    parts.realm = sira_str_from(b->realm);
    parts.nonce = sira_str_from(b->nonce);
    parts.response = sira_str_from(b->response);
    parts.algorithm = sira_str_from(b->algorithm);
    parts.cnonce = sira_str_from(b->cnonce);
    parts.qop = sira_str_from(b->qop);
    parts.supported = sira_str_from(b->supported);
    parts.user_agent = sira_str_from(b->user_agent);
    parts.local = (sira_endpoint){SIRA_TRANSPORT_UDP, SIRA_FAMILY_IPV4, 5060, {192, 0, 2, 17}};
}

static void write_authorization(sira_writer *w)
{
    sira_write_begin(w, SIRA_FIELD_AUTHORIZATION);
    sira_write_text(w, SIRA_STR("Digest username="));
    sira_write_quoted(w, parts.user);
    sira_write_text(w, SIRA_STR(", realm="));
    sira_write_quoted(w, parts.realm);
    sira_write_text(w, SIRA_STR(", nonce="));
    sira_write_quoted(w, parts.nonce);
    sira_write_text(w, SIRA_STR(", uri="));
    sira_write_quoted(w, parts.uri);
    sira_write_text(w, SIRA_STR(", response="));
    sira_write_quoted(w, parts.response);
    sira_write_text(w, SIRA_STR(", algorithm="));
    sira_write_token(w, parts.algorithm);
    sira_write_text(w, SIRA_STR(", cnonce="));
    sira_write_quoted(w, parts.cnonce);
    sira_write_text(w, SIRA_STR(", qop="));
    sira_write_token(w, parts.qop);
    sira_write_text(w, SIRA_STR(", nc="));
    sira_write_hex32(w, bench_parts.nc);
    sira_write_end(w);
}

static void write_register(void)
{
    static char buffer[2048];
    sira_writer w;
    size_t length = 0;
    sira_writer_init(&w, buffer, sizeof buffer);
    sira_write_request_line(&w, parts.method, parts.uri);
    sira_write_via_field(&w, &(sira_write_via){&parts.local, parts.branch, true});
    sira_write_field_number(&w, SIRA_FIELD_MAX_FORWARDS, bench_parts.max_forwards);
    sira_write_address_field(&w, SIRA_FIELD_FROM, parts.display, parts.aor, parts.tag);
    sira_write_address_field(&w, SIRA_FIELD_TO, (sira_str){NULL, 0}, parts.aor, (sira_str){NULL, 0});
    sira_write_field(&w, SIRA_FIELD_CALL_ID, parts.call_id);
    sira_write_cseq_field(&w, bench_parts.cseq, parts.method);
    sira_write_contact_field(&w, &(sira_contact){.address = {.uri = parts.contact},
                                                 .has_expires = true,
                                                 .expires = bench_parts.expires,
                                                 .instance = parts.instance});
    write_authorization(&w);
    sira_write_field(&w, SIRA_FIELD_SUPPORTED, parts.supported);
    sira_write_field(&w, SIRA_FIELD_USER_AGENT, parts.user_agent);
    sira_write_body(&w, (sira_str){NULL, 0});
    if (sira_writer_finish(&w, &length) != SIRA_OK)
        bench_fail("Sira: write");
    bench_check_register(buffer, length);
    sink += length;
}

/* ---- floors ---- */

/* One search for the line ends. */
static void floor_lines(void)
{
    const char *at = bench_request.at, *end = at + bench_request.len;
    while ((at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
        sink++;
        at++;
    }
}

static char *put(char *to, const char *text, size_t length)
{
    memcpy(to, text, length);
    return to + length;
}

/* The same text, appended line by line and piece by piece without a look at it. */
static void floor_append(void)
{
    static char buffer[2048];
    char *to = buffer;
    const char *at = bench_request.at, *end = at + bench_request.len;
    while (at < end) {
        size_t piece = (size_t)(end - at) < 14 ? (size_t)(end - at) : 14; /* the pieces are that long on average */
        to = put(to, at, piece);
        at += piece;
    }
    sink += (size_t)(to - buffer);
}

int main(int argc, char **argv)
{
    static const bench_case cases[] = {
        BENCH_MESSAGE_CASES,
        {"index-register", index_register},
        {"validate-register", validate_register},
        {"refuse-register", refuse_register},
        {"frame-octets", frame_some},
        {"frame-twice", frame_twice_as_many},
        {"floor-lines", floor_lines},
        {"floor-append", floor_append},
    };
    set_parts();
    return bench_main(argc, argv, cases, sizeof cases / sizeof cases[0]);
}
