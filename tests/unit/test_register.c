#include "registration/registration.h"

#include "support/exchange.h"
#include "support/sweep.h"
#include "support/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

/* What is random stands still. */
static void settle_names(world *w)
{
    static const uint8_t bytes[12] = {0xca, 0x11, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
    memcpy(w->line.names.call_id, bytes, sizeof w->line.names.call_id);
    memcpy(w->line.names.tag, "\x7a\x60\x01\x02\x03\x04", sizeof w->line.names.tag);
    memcpy(w->line.names.line, "\xde\xad\xbe\xef", sizeof w->line.names.line);
    w->line.exchange.transaction.id = 0x0123456789abcdefu;
    w->line.exchange.cseq = 1;
    w->line.asked = 3600;
}

static void set_local(world *w, const char *address, unsigned transport)
{
    memset(&w->line.exchange.flow, 0, sizeof w->line.exchange.flow);
    assert_int_equal(sira_endpoint_from_text(sira_str_from(address), 0, &w->line.exchange.flow.local), SIRA_OK);
    w->line.exchange.flow.local.transport = (uint8_t)transport;
    w->line.contact = w->line.exchange.flow.local;
}

/* A line without credentials at 192.0.2.1:5060. */
static world *open_line(void (*change)(world *w))
{
    world *w = world_open(NULL);
    w->account_config.password = SIRA_STR("");
    w->agent_config.transport.kinds = 7;
    w->agent_config.scratch_size = sizeof w->scratch;
    if (change != NULL)
        change(w);
    world_init(w);
    settle_names(w);
    set_local(w, "192.0.2.1:5060", w->server.targets.list[0].endpoint.transport);
    return w;
}

static sira_status write_line(world *w, sira_writer *writer)
{
    char uri[SIRA_I_REQUEST_URI_SIZE];
    const sira_digest_request request = sira_i_register_digest(&w->line.exchange, uri);
    return sira_i_register_write(&w->line.exchange, &request, writer);
}

static void write_register(sira_writer *writer, const void *input)
{
    (void)write_line((world *)(uintptr_t)input, writer);
}

#define BRANCH ";branch=z9hG4bK0123456789abcdef;rport\r\nMax-Forwards: 70\r\n"
#define CALL "Call-ID: ca1102030405060708090a0b\r\nCSeq: 1 REGISTER\r\n"
#define END "Supported: path\r\nContent-Length: 0\r\n\r\n"

static void plain(world *w)
{
    (void)w;
}
static void full(world *w)
{
    w->account_config.aor = SIRA_STR("sip:alice@example.test:5080;user=phone");
    w->account_config.registrar = SIRA_STR("sip:registrar.example.test;lr");
    w->account_config.display_name = SIRA_STR("Alice \"A\" \\ Smith");
    w->line_config.contact_user = SIRA_STR("a%20b;x=y");
    w->line_config.instance_id = SIRA_STR("<urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6>");
    w->agent_config.user_agent = SIRA_STR("Gateway/1.0");
}
static void domain_with_port(world *w)
{
    w->account_config.aor = SIRA_STR("sip:alice@example.test:5080");
}
static void ipv6_domain(world *w)
{
    w->account_config.aor = SIRA_STR("sip:alice@[2001:db8::1]:05080;x=y");
}
static void no_user(world *w)
{
    w->account_config.aor = SIRA_STR("sip:example.test");
}
static void over_tcp(world *w)
{
    w->server_config.uri = SIRA_STR("sip:192.0.2.100;transport=tcp");
}
static void over_tls(world *w)
{
    w->server_config.uri = SIRA_STR("sip:192.0.2.100;transport=tls");
}
static void secure(world *w)
{
    w->server_config.uri = SIRA_STR("sips:192.0.2.100");
    w->account_config.aor = SIRA_STR("sips:alice@example.test");
}

static const struct {
    const char *name;
    void (*change)(world *w);
    const char *text;
} requests[] = {
    {"plain", plain,
     "REGISTER sip:example.test SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1:5060" BRANCH
     "From: <sip:alice@example.test>;tag=7a6001020304\r\nTo: <sip:alice@example.test>\r\n" CALL
     "Contact: <sip:alice@192.0.2.1:5060;line=deadbeef>\r\nExpires: 3600\r\n" END},
    {"all there is", full,
     "REGISTER sip:registrar.example.test;lr SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1:5060" BRANCH
     "From: \"Alice \\\"A\\\" \\\\ Smith\" <sip:alice@example.test:5080;user=phone>;tag=7a6001020304\r\n"
     "To: \"Alice \\\"A\\\" \\\\ Smith\" <sip:alice@example.test:5080;user=phone>\r\n" CALL
     "Contact: <sip:a%20b;x=y@192.0.2.1:5060;line=deadbeef>"
     ";+sip.instance=\"<urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6>\"\r\nExpires: 3600\r\n"
     "Supported: path\r\nUser-Agent: Gateway/1.0\r\nContent-Length: 0\r\n\r\n"},
    {"a domain with its port", domain_with_port,
     "REGISTER sip:example.test:5080 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1:5060" BRANCH
     "From: <sip:alice@example.test:5080>;tag=7a6001020304\r\nTo: <sip:alice@example.test:5080>\r\n" CALL
     "Contact: <sip:alice@192.0.2.1:5060;line=deadbeef>\r\nExpires: 3600\r\n" END},
    {"an IPv6 domain", ipv6_domain,
     "REGISTER sip:[2001:db8::1]:05080 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1:5060" BRANCH
     "From: <sip:alice@[2001:db8::1]:05080;x=y>;tag=7a6001020304\r\nTo: <sip:alice@[2001:db8::1]:05080;x=y>\r\n" CALL
     "Contact: <sip:alice@192.0.2.1:5060;line=deadbeef>\r\nExpires: 3600\r\n" END},
    {"no user", no_user,
     "REGISTER sip:example.test SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1:5060" BRANCH
     "From: <sip:example.test>;tag=7a6001020304\r\nTo: <sip:example.test>\r\n" CALL
     "Contact: <sip:192.0.2.1:5060;line=deadbeef>\r\nExpires: 3600\r\n" END},
    {"over TCP", over_tcp,
     "REGISTER sip:example.test SIP/2.0\r\nVia: SIP/2.0/TCP 192.0.2.1:5060" BRANCH
     "From: <sip:alice@example.test>;tag=7a6001020304\r\nTo: <sip:alice@example.test>\r\n" CALL
     "Contact: <sip:alice@192.0.2.1:5060;transport=tcp;line=deadbeef>\r\nExpires: 3600\r\n" END},
    {"over TLS", over_tls,
     "REGISTER sip:example.test SIP/2.0\r\nVia: SIP/2.0/TLS 192.0.2.1:5060" BRANCH
     "From: <sip:alice@example.test>;tag=7a6001020304\r\nTo: <sip:alice@example.test>\r\n" CALL
     "Contact: <sip:alice@192.0.2.1:5060;transport=tls;line=deadbeef>\r\nExpires: 3600\r\n" END},
    {"sips", secure,
     "REGISTER sips:example.test SIP/2.0\r\nVia: SIP/2.0/TLS 192.0.2.1:5060" BRANCH
     "From: <sips:alice@example.test>;tag=7a6001020304\r\nTo: <sips:alice@example.test>\r\n" CALL
     "Contact: <sips:alice@192.0.2.1:5060;line=deadbeef>\r\nExpires: 3600\r\n" END},
};

static void a_request_looks_like_this(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(requests); i++) {
        world *w = open_line(requests[i].change);
        expect_written(requests[i].name, write_register, w, requests[i].text);
        world_close(w);
    }
}

static void it_says_where_we_are_now(void **state)
{
    (void)state;
    world *w = open_line(NULL);
    set_local(w, "[2001:db8::1]:1024", SIRA_TRANSPORT_UDP);
    w->line.exchange.cseq = INT32_MAX;
    w->line.asked = SIRA_LIMIT_EXPIRES_MAX;
    expect_written("IPv6", write_register, w,
                   "REGISTER sip:example.test SIP/2.0\r\nVia: SIP/2.0/UDP [2001:db8::1]:1024" BRANCH
                   "From: <sip:alice@example.test>;tag=7a6001020304\r\nTo: <sip:alice@example.test>\r\n"
                   "Call-ID: ca1102030405060708090a0b\r\nCSeq: 2147483647 REGISTER\r\n"
                   "Contact: <sip:alice@[2001:db8::1]:1024;line=deadbeef>\r\nExpires: 604800\r\n" END);
    /* What is removed is what was registered. */
    set_local(w, "192.0.2.1:5060", SIRA_TRANSPORT_UDP);
    assert_int_equal(sira_endpoint_from_text(SIRA_STR("198.51.100.7:5061"), 0, &w->line.exchange.flow.local), SIRA_OK);
    w->line.exchange.cseq = 2;
    w->line.asked = 0;
    expect_written("leaving", write_register, w,
                   "REGISTER sip:example.test SIP/2.0\r\nVia: SIP/2.0/UDP 198.51.100.7:5061" BRANCH
                   "From: <sip:alice@example.test>;tag=7a6001020304\r\nTo: <sip:alice@example.test>\r\n"
                   "Call-ID: ca1102030405060708090a0b\r\nCSeq: 2 REGISTER\r\n"
                   "Contact: <sip:alice@192.0.2.1:5060;line=deadbeef>\r\nExpires: 0\r\n" END);
    world_close(w);
}

static void with_password(world *w)
{
    w->account_config.password = SIRA_STR("secret");
}

static void challenge(world *w, const char *lines)
{
    packet p;
    packet_response(&p, 401, lines, "");
    assert_int_equal(sira_digest_client_challenged(&w->account.digest, &w->line.exchange.attempt, &p.message, NULL),
                     SIRA_OK);
    packet_free(&p);
    sira_digest_client_begin(&w->account.digest, &w->line.exchange.attempt, (const uint8_t *)"\1\2\3\4\5\6\7\x08");
}

/* Credentials stand between Expires and Supported; each time it is written it is the same to the byte. */
static void a_repetition_is_the_same_to_the_byte(void **state)
{
    (void)state;
    static const struct {
        const char *name, *lines;
        unsigned credentials;
    } cases[] = {
        {"no challenge yet", NULL, 0},
        {"MD5", "WWW-Authenticate: Digest realm=\"r\", nonce=\"1\", qop=\"auth\"\r\n", 1},
        {"a session", "WWW-Authenticate: Digest realm=\"r\", nonce=\"1\", qop=\"auth-int\", algorithm=SHA-256-sess\r\n",
         1},
        {"a proxy too",
         "WWW-Authenticate: Digest realm=\"r\", nonce=\"1\"\r\nProxy-Authenticate: Digest realm=\"p\", nonce=\"2\"\r\n",
         2},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        world *w = open_line(with_password);
        char first[2000] = "", again[2000] = "";
        size_t length = 0;
        sira_digest_client_begin(&w->account.digest, &w->line.exchange.attempt, (const uint8_t *)"\1\2\3\4\5\6\7\x08");
        if (cases[i].lines != NULL)
            challenge(w, cases[i].lines);
        for (unsigned turn = 0; turn < 3; turn++) {
            sira_writer writer;
            sira_writer_init(&writer, turn == 0 ? first : again, sizeof first - 1);
            expect_status(cases[i].name, write_line(w, &writer), SIRA_OK);
            expect_status(cases[i].name, sira_writer_finish(&writer, &length), SIRA_OK);
            if (turn > 0)
                expect_str(cases[i].name, (sira_str){again, length}, first);
        }
        const unsigned lines = line_count(first, "Authorization") + line_count(first, "Proxy-Authorization");
        assert_int_equal(lines, cases[i].credentials);
        const char *expires = strstr(first, "\r\nExpires: 3600\r\n"), *supported = strstr(first, "\r\nSupported: path");
        assert_true(expires != NULL && supported != NULL);
        const char *between = expires + strlen("\r\nExpires: 3600");
        assert_true(cases[i].credentials > 0 ? between < supported : between == supported);
        world_close(w);
    }
}

/* The nonce is another by now: it can't go out as it was. */
static void what_can_not_be_repeated_is_not_written(void **state)
{
    (void)state;
    world *w = open_line(with_password);
    char text[2000];
    sira_writer writer;
    sira_digest_client_begin(&w->account.digest, &w->line.exchange.attempt, (const uint8_t *)"\1\2\3\4\5\6\7\x08");
    challenge(w, "WWW-Authenticate: Digest realm=\"r\", nonce=\"1\"\r\n");
    sira_digest_client_forget(&w->account.digest);
    sira_writer_init(&writer, text, sizeof text);
    assert_int_equal(write_line(w, &writer), SIRA_E_STATE);
    world_close(w);
}

/* ---- how long it can get ---- */

/* As long as it can get at this place: the widest address, the largest numbers. */
static size_t widest(world *w)
{
    size_t length;
    sira_writer writer;
    settle_names(w);
    set_local(w, "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535", w->server.targets.list[0].endpoint.transport);
    w->line.contact = w->line.exchange.flow.local; /* from where it moved: that binding is removed */
    w->line.contact.port = 65534;
    w->line.exchange.cseq = INT32_MAX;
    w->line.asked = SIRA_LIMIT_EXPIRES_MAX;
    sira_writer_init(&writer, NULL, 0);
    assert_int_equal(write_line(w, &writer), SIRA_OK);
    assert_int_equal(sira_writer_finish(&writer, &length), SIRA_OK);
    return length;
}

static void without_credentials_the_size_is_exact(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(requests); i++) {
        world *w = open_line(requests[i].change);
        const size_t size = sira_i_register_size(&w->line);
        assert_int_equal(w->line.exchange.cseq, 0); /* it begins with 1 */
        if (size != widest(w))
            fail_msg("%s: %zu counted, %zu written", requests[i].name, size, widest(w));
        world_close(w);
    }
}

static void long_user(world *w)
{
    static char user[SIRA_LIMIT_CONFIG];
    memset(user, '"', sizeof user);
    with_password(w);
    w->account_config.user = (sira_str){user, sizeof user};
}
static void all_with_password(world *w)
{
    full(w);
    with_password(w);
}

/* All that a server can make us say with a password: the size is enough, and not much more. */
static void with_credentials_the_size_is_enough(void **state)
{
    (void)state;
    static void (*const changes[])(world * w) = {with_password, all_with_password, long_user};
    static const char *const algorithms[] = {"MD5", "MD5-sess", "SHA-256-sess", "SHA-512-256", "SHA-512-256-sess"};
    for (size_t i = 0; i < COUNT_OF(changes); i++) {
        size_t longest = 0, size = 0;
        for (size_t a = 0; a < COUNT_OF(algorithms); a++) {
            for (unsigned userhash = 0; userhash < 2; userhash++) {
                for (unsigned proxy = 0; proxy < 2; proxy++) {
                    world *w = open_line(changes[i]);
                    char realm[SIRA_LIMIT_REALM + 1], nonce[SIRA_LIMIT_NONCE + 1], opaque[SIRA_LIMIT_OPAQUE + 1];
                    char line[700];
                    memset(realm, 'r', sizeof realm);
                    memset(nonce, 'n', sizeof nonce);
                    memset(opaque, 'o', sizeof opaque);
                    realm[sizeof realm - 1] = nonce[sizeof nonce - 1] = opaque[sizeof opaque - 1] = '\0';
                    snprintf(line, sizeof line,
                             "%s-Authenticate: Digest realm=\"%s\", nonce=\"%s\", opaque=\"%s\", qop=\"auth-int\", "
                             "algorithm=%s%s\r\n",
                             proxy ? "Proxy" : "WWW", realm, nonce, opaque, algorithms[a],
                             userhash ? ", userhash=true" : "");
                    size = sira_i_register_size(&w->line);
                    sira_digest_client_begin(&w->account.digest, &w->line.exchange.attempt,
                                             (const uint8_t *)"\1\2\3\4\5\6\7\x08");
                    challenge(w, line);
                    const size_t length = widest(w);
                    if (length > size)
                        fail_msg("%s%s: %zu, and %zu was counted", algorithms[a], userhash ? " and userhash" : "",
                                 length, size);
                    longest = length > longest ? length : longest;
                    world_close(w);
                }
            }
        }
        if (size - longest > 64) /* AUTS, and what never comes together */
            fail_msg("%zu: %zu counted, %zu at most", i, size, longest);
    }
}

/* ---- what it looks for ---- */

static void only_its_own_response_matches(void **state)
{
    (void)state;
    static const struct {
        const char *name, *from, *call_id, *cseq;
        bool matches;
    } cases[] = {
        {"ours", "<sip:alice@example.test>;tag=7a6001020304", "ca1102030405060708090a0b", "1 REGISTER", true},
        {"a tag in capitals", "<sip:alice@example.test>;tag=7A6001020304", "ca1102030405060708090a0b", "1 REGISTER",
         true},
        {"another From URI", "\"A\" <sip:x@y>;x=y;tag=7a6001020304", "ca1102030405060708090a0b", "1 REGISTER", true},
        {"another number, which the exchange compares", "<sip:a@b>;tag=7a6001020304", "ca1102030405060708090a0b",
         "2 REGISTER", true},
        {"another method", "<sip:a@b>;tag=7a6001020304", "ca1102030405060708090a0b", "1 OPTIONS", false},
        {"a method in small letters", "<sip:a@b>;tag=7a6001020304", "ca1102030405060708090a0b", "1 register", false},
        {"a Call-ID in capitals", "<sip:a@b>;tag=7a6001020304", "CA1102030405060708090A0B", "1 REGISTER", false},
        {"a longer Call-ID", "<sip:a@b>;tag=7a6001020304", "ca1102030405060708090a0b0", "1 REGISTER", false},
        {"another Call-ID", "<sip:a@b>;tag=7a6001020304", "x", "1 REGISTER", false},
        {"another tag", "<sip:a@b>;tag=7a6001020305", "ca1102030405060708090a0b", "1 REGISTER", false},
        {"no tag", "<sip:a@b>", "ca1102030405060708090a0b", "1 REGISTER", false},
        {"a malformed From", "<sip:a@b;tag=7a6001020304", "ca1102030405060708090a0b", "1 REGISTER", false},
        {"no CSeq", "<sip:a@b>;tag=7a6001020304", "ca1102030405060708090a0b", "REGISTER", false},
    };
    world *w = open_line(NULL);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char text[500];
        snprintf(text, sizeof text,
                 "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP h\r\nTo: <sip:b@c>\r\nFrom: %s\r\nCall-ID: %s\r\nCSeq: %s\r\n\r\n",
                 cases[i].from, cases[i].call_id, cases[i].cseq);
        const sira_str bytes = heap_str_from(text);
        sira_field slots[8];
        sira_message response;
        sira_message_init(&response, slots, COUNT_OF(slots));
        expect_status(cases[i].name, sira_message_parse(&response, bytes, NULL), SIRA_OK);
        sira_i_arrival arrival;
        const bool matches = sira_i_arrival_read(&arrival, &response, NULL) == SIRA_OK &&
                             sira_i_register_matches(&w->line.exchange, &arrival);
        if (matches != cases[i].matches)
            fail_msg("%s", cases[i].name);
        heap_str_free(bytes);
    }
    world_close(w);
}

/* A contact of the longest parts fits where it is made. */
static void the_longest_contact_fits(void **state)
{
    (void)state;
    world *w = open_line(over_tls);
    char user[SIRA_LIMIT_CONFIG], *buffer = malloc(SIRA_I_CONTACT_SIZE);
    sira_str uri;
    assert_non_null(buffer);
    memset(user, 'u', sizeof user);
    w->line.config.contact_user = (sira_str){user, sizeof user};
    set_local(w, "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535", SIRA_TRANSPORT_TLS);
    assert_int_equal(sira_i_contact_uri(&w->line, buffer, &uri), SIRA_OK);
    assert_int_equal(uri.len, sizeof user + strlen("sip:@[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535"
                                                   ";transport=tls;line=deadbeef"));
    free(buffer);
    world_close(w);
}

/* Digest hashes the URI of the request line; the buffer holds the longest domain there is. */
static void digest_sees_the_request_uri(void **state)
{
    (void)state;
    static char aor[SIRA_LIMIT_CONFIG + 1];
    char *buffer = malloc(SIRA_I_REQUEST_URI_SIZE);
    assert_non_null(buffer);
    world *w = open_line(full);
    sira_digest_request request = sira_i_register_digest(&w->line.exchange, buffer);
    expect_str("method", request.method, "REGISTER");
    expect_str("registrar", request.uri, "sip:registrar.example.test;lr");
    world_close(w);
    w = open_line(domain_with_port);
    request = sira_i_register_digest(&w->line.exchange, buffer);
    expect_str("domain", request.uri, "sip:example.test:5080");
    memset(aor, 'd', sizeof aor - 1);
    w->account.domain = sira_str_from(aor);
    w->account.secure = true;
    request = sira_i_register_digest(&w->line.exchange, buffer);
    assert_int_equal(request.uri.len, strlen("sips:") + SIRA_LIMIT_CONFIG);
    world_close(w);
    free(buffer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_looks_like_this),
        cmocka_unit_test(it_says_where_we_are_now),
        cmocka_unit_test(a_repetition_is_the_same_to_the_byte),
        cmocka_unit_test(what_can_not_be_repeated_is_not_written),
        cmocka_unit_test(without_credentials_the_size_is_exact),
        cmocka_unit_test(with_credentials_the_size_is_enough),
        cmocka_unit_test(only_its_own_response_matches),
        cmocka_unit_test(the_longest_contact_fits),
        cmocka_unit_test(digest_sees_the_request_uri),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
