#include "support/counter.h"
#include "support/realm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const algorithms[] = {"MD5",          "MD5-sess",    "SHA-256",
                                         "SHA-256-sess", "SHA-512-256", "SHA-512-256-sess"};

/* Every algorithm, qop, kind of account and userhash: the right password verifies, with a proof in return, and a wrong
 * one never. */
static void every_way_verifies(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 6 * 3 * 2 * 2; i++) {
        const char *algorithm = algorithms[i % 6];
        const unsigned qop = i / 6 % 3;
        realm r;
        char name[100];
        realm_open(&r);
        r.config.algorithms[0] = (uint8_t)sira_algorithm_of(sira_str_from(algorithm));
        r.config.qop = (uint8_t)qop;
        r.config.no_qop = qop == SIRA_QOP_NONE;
        r.give_ha1 = i / 18 % 2 != 0;
        r.config.userhash = i / 36 % 2 != 0;
        snprintf(name, sizeof name, "%s, qop %u, %s%s", algorithm, qop, r.give_ha1 ? "HA1" : "password",
                 r.config.userhash ? ", userhash" : "");
        if (r.config.no_qop && strstr(algorithm, "-sess") != NULL) {
            exchange_close(&r.client);
            continue;
        }
        r.client.config.policy.require_rspauth = true;
        realm_init(&r);
        r.client.request.body = SIRA_STR("the body");
        realm_challenge(&r, false);
        expect_status(name, realm_verify(&r, r.client.text), SIRA_OK);
        expect_str(name, r.verified.user, "alice");
        packet p;
        packet_response(&p, 200, r.info, "answer");
        expect_status(
            name, sira_digest_client_accepted(&r.client.client, &r.client.attempt, &r.client.request, &p.message, NULL),
            SIRA_OK);
        packet_free(&p);

        r.client.request.body = SIRA_STR("another");
        char other[2048];
        snprintf(other, sizeof other, "%s", r.client.text);
        if (qop == SIRA_QOP_AUTH_INT)
            expect_status(name, realm_verify(&r, other), SIRA_E_CREDENTIALS);
        r.client.config.password = SIRA_STR("Secret");
        sira_digest_client_forget(&r.client.client);
        exchange_answer(&r.client);
        realm_challenge(&r, false);
        expect_status(name, realm_verify(&r, r.client.text), SIRA_E_CREDENTIALS);
        assert_int_equal(r.diag.code, 401);
        realm_close(&r);
    }
}

static void without_credentials_for_us_there_is_nothing_to_verify(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "",
        "Authorization: Basic YWxpY2U6c2VjcmV0\r\n",
        "Authorization: Digest username=\"alice\", realm=\"other\", nonce=\"n\", uri=\"sip:example.com\", "
        "response=\"00\"\r\n",
        "Proxy-Authorization: Digest username=\"alice\", realm=\"example.com\", nonce=\"n\", uri=\"sip:x\", "
        "response=\"0\"\r\n",
    };
    realm r;
    realm_open(&r);
    realm_init(&r);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        expect_status(lines[i], realm_verify(&r, lines[i]), SIRA_IDLE);
    assert_int_equal(r.lookups, 0);
    realm_close(&r);
}

static void credentials_of_others_are_passed_over(void **state)
{
    (void)state;
    realm r;
    char lines[4200];
    realm_open(&r);
    realm_init(&r);
    realm_challenge(&r, false);
    snprintf(lines, sizeof lines,
             "Authorization: Digest username=\"x\", realm=\"other\", nonce=\"n\", uri=\"sip:x\", response=\"00\"\r\n"
             "Authorization: Bearer abc\r\nAuthorization: Digest nonsense\r\n%s",
             r.client.text);
    assert_int_equal(realm_verify(&r, lines), SIRA_OK);
    /* What is wrong with another realm's is its own matter. */
    assert_int_equal(realm_verify(&r, "Authorization: Digest username=\"x\", realm=\"other\", nonce=\"n\", "
                                      "uri=\"sip:x\", response=\"00\", qop=auth-conf\r\n"),
                     SIRA_IDLE);
    assert_int_equal(realm_verify(&r, "Authorization: Digest username=\"x\", realm=\"example.com\", nonce=\"n\", "
                                      "uri=\"sip:x\", response=\"00\", qop=auth-conf\r\n"),
                     SIRA_E_SYNTAX);
    realm_close(&r);
}

/* Some clients answer every algorithm: one that is right is enough. */
static void of_several_answers_one_must_be_right(void **state)
{
    (void)state;
    realm r;
    char lines[4200], wrong[2048];
    realm_open(&r);
    realm_init(&r);
    realm_challenge(&r, false);
    const char *algorithm = strstr(r.client.text, "SHA-256");
    assert_non_null(algorithm);
    snprintf(wrong, sizeof wrong, "%.*sMD5%s", (int)(algorithm - r.client.text), r.client.text, algorithm + 7);
    snprintf(lines, sizeof lines, "%s%s", wrong, r.client.text);
    assert_int_equal(realm_verify(&r, lines), SIRA_OK);
    snprintf(lines, sizeof lines, "%s%s", wrong, r.client.text); /* now a replay */
    assert_int_equal(realm_verify(&r, lines), SIRA_E_REPLAY);
    snprintf(lines, sizeof lines, "%s%s", r.client.text, wrong);
    assert_int_equal(realm_verify(&r, lines), SIRA_E_REPLAY);
    realm_close(&r);
}

/* Changes one parameter of the answer, and says what becomes of it. */
static void one_request_is_one_guess(void **state)
{
    (void)state;
    realm r;
    char lines[2 * sizeof r.client.text];
    realm_open(&r);
    realm_init(&r);
    realm_challenge(&r, false);
    snprintf(lines, sizeof lines, "%s%s", r.client.text, r.client.text);
    char *digit = strstr(lines, "response=\"") + 10;
    *digit = *digit == '0' ? '1' : '0';
    assert_int_equal(realm_verify(&r, lines), SIRA_E_CREDENTIALS);
    assert_int_equal(r.lookups, 1);
    realm_close(&r);
}

static void what_is_changed_on_the_way_is_found(void **state)
{
    (void)state;
    static const struct {
        const char *name, *from, *to;
        sira_status status;
    } cases[] = {
        {"user", "username=\"alice\"", "username=\"bob\"", SIRA_E_CREDENTIALS},
        {"nonce", "nonce=\"00", "nonce=\"01", SIRA_E_CREDENTIALS},
        {"uri", "uri=\"sip:example.com\"", "uri=\"sip:example.org\"", SIRA_E_MISMATCH},
        {"uri that is none", "uri=\"sip:example.com\"", "uri=\"\"", SIRA_E_MISMATCH},
        {"cnonce", "cnonce=\"01", "cnonce=\"02", SIRA_E_CREDENTIALS},
        {"nc", "nc=00000001", "nc=00000002", SIRA_E_CREDENTIALS},
        {"nc in another form", "nc=00000001", "nc=1", SIRA_E_CREDENTIALS},
        {"qop", "qop=auth", "qop=auth-int", SIRA_E_CREDENTIALS},
        {"algorithm", "algorithm=SHA-256", "algorithm=MD5", SIRA_E_CREDENTIALS},
        {"an algorithm that was not offered", "algorithm=SHA-256", "algorithm=SHA-512-256", SIRA_E_CREDENTIALS},
        {"an AKA algorithm", "algorithm=SHA-256", "algorithm=AKAv1-MD5", SIRA_E_CREDENTIALS},
        {"an unknown algorithm", "algorithm=SHA-256", "algorithm=SHA3", SIRA_E_CREDENTIALS},
        {"userhash that was not offered", "nc=00000001", "nc=00000001, userhash=true", SIRA_E_CREDENTIALS},
        {"no qop", ", qop=auth, nc=00000001", "", SIRA_E_CREDENTIALS},
        {"response cut", "response=\"", "response=\"\", x=\"", SIRA_E_CREDENTIALS},
        {"a parameter twice", "nc=00000001", "nc=00000001, nc=00000001", SIRA_E_SYNTAX},
        {"nothing", "qop=auth", "qop=auth", SIRA_OK},
        {"an unknown parameter", "qop=auth", "x=\"y\", qop=auth", SIRA_OK},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        realm r;
        char changed[2400];
        realm_open(&r);
        realm_init(&r);
        realm_challenge(&r, false);
        const char *at = strstr(r.client.text, cases[i].from);
        assert_non_null(at);
        snprintf(changed, sizeof changed, "%.*s%s%s", (int)(at - r.client.text), r.client.text, cases[i].to,
                 at + strlen(cases[i].from));
        expect_status(cases[i].name, realm_verify(&r, changed), cases[i].status);
        if (cases[i].status == SIRA_E_MISMATCH || cases[i].status == SIRA_E_SYNTAX) {
            assert_int_equal(r.diag.code, 400);
            assert_string_equal(r.diag.reason, cases[i].status == SIRA_E_SYNTAX
                                                   ? "Bad Authorization"
                                                   : "URI Of Credentials Is Not That Of Request");
        }
        if (cases[i].status != SIRA_OK) {
            const uint8_t zeros[sizeof r.verified.ha1] = {0};
            assert_memory_equal(r.verified.ha1, zeros, sizeof zeros);
        }
        /* The nonce is not used up by what failed. */
        expect_status(cases[i].name, realm_verify(&r, r.client.text),
                      cases[i].status == SIRA_OK ? SIRA_E_REPLAY : SIRA_OK);
        realm_close(&r);
    }
}

/* The proof is right each time, for a challenge that somebody has made weaker, or another, on its way. */
static void only_what_was_offered_is_taken(void **state)
{
    (void)state;
    static const struct {
        const char *name, *from, *to;
        bool allow_no_qop;
        sira_status status;
    } cases[] = {
        {"as it came", "realm", "realm", false, SIRA_OK},
        {"a weaker algorithm", "algorithm=SHA-256", "algorithm=MD5", false, SIRA_E_CREDENTIALS},
        {"a stronger one", "algorithm=SHA-256", "algorithm=SHA-512-256", false, SIRA_E_CREDENTIALS},
        {"its -sess form", "algorithm=SHA-256", "algorithm=SHA-256-sess", false, SIRA_E_CREDENTIALS},
        {"no algorithm", "algorithm=SHA-256", "x=y", false, SIRA_E_CREDENTIALS},
        {"no qop", ", qop=\"auth\"", "", false, SIRA_E_CREDENTIALS},
        {"no qop where that is allowed", ", qop=\"auth\"", "", true, SIRA_OK},
        {"another qop", "qop=\"auth\"", "qop=\"auth-int\"", false, SIRA_E_CREDENTIALS},
        {"userhash", "algorithm=SHA-256", "userhash=true, algorithm=SHA-256", false, SIRA_E_CREDENTIALS},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        realm r;
        char changed[1200];
        sira_writer writer;
        size_t length = 0;
        realm_open(&r);
        r.config.algorithms[0] = SIRA_ALGORITHM_SHA_256;
        r.config.allow_no_qop = cases[i].allow_no_qop;
        realm_init(&r);
        sira_writer_init(&writer, r.challenge, sizeof r.challenge - 1);
        assert_int_equal(sira_digest_server_challenge(&r.server, &r.peer, false, &writer), SIRA_OK);
        assert_int_equal(sira_writer_finish(&writer, &length), SIRA_OK);
        r.challenge[length] = '\0';
        const char *at = strstr(r.challenge, cases[i].from);
        assert_non_null(at);
        snprintf(changed, sizeof changed, "%.*s%s%s", (int)(at - r.challenge), r.challenge, cases[i].to,
                 at + strlen(cases[i].from));
        expect_status(cases[i].name, exchange_challenge(&r.client, changed), SIRA_OK);
        assert_int_equal(exchange_answer(&r.client), SIRA_OK);
        expect_status(cases[i].name, realm_verify(&r, r.client.text), cases[i].status);
        realm_close(&r);
    }
}

static void uris_are_compared_as_the_policy_says(void **state)
{
    (void)state;
    static const struct {
        const char *claimed;
        bool equal, host;
    } cases[] = {
        {"sip:example.com", true, true},
        {"sip:EXAMPLE.com", true, true},
        {"SIP:example.com", true, true},
        {"sip:example.com:5060", false, true},
        {"sip:example.com;transport=udp", false, true},
        {"sip:alice@example.com", false, false},
        {"sips:example.com", false, false},
        {"sip:example.org", false, false},
        {"/", false, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (unsigned check = SIRA_DIGEST_URI_EQUAL; check <= SIRA_DIGEST_URI_ANY; check++) {
            realm r;
            realm_open(&r);
            r.config.uri_check = (uint8_t)check;
            realm_init(&r);
            r.client.request.uri = sira_str_from(cases[i].claimed);
            realm_challenge(&r, false);
            const bool good =
                check == SIRA_DIGEST_URI_ANY || (check == SIRA_DIGEST_URI_HOST ? cases[i].host : cases[i].equal);
            expect_status(cases[i].claimed, realm_verify(&r, r.client.text), good ? SIRA_OK : SIRA_E_MISMATCH);
            realm_close(&r);
        }
    }
}

/* From now on the server hashes by this counter; the client and the look-up do not. */
static void count_in(realm *r, counter *c, unsigned fail_at)
{
    r->config.hash = counter_hash(c, r->client.config.hash, fail_at);
}

static void a_user_who_is_not_there_costs_as_much(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        bool userhash, ha1, absent, other;
    } cases[] = {
        {"a wrong password", false, false, false, false},
        {"a wrong password, HA1 known", false, true, false, false},
        {"nobody, says the look-up", false, false, true, false},
        {"another name", false, false, false, true},
        {"userhash, a wrong password", true, false, false, false},
        {"userhash, a wrong password, HA1 known", true, true, false, false},
        {"userhash, nobody, says the look-up", true, false, true, false},
        {"userhash, another name", true, false, false, true},
    };
    for (unsigned algorithm = 0; algorithm < 6; algorithm++) {
        unsigned calls = 0;
        size_t blocks = 0;
        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
            realm r;
            counter c;
            realm_open(&r);
            r.config.algorithms[0] = (uint8_t)sira_algorithm_of(sira_str_from(algorithms[algorithm]));
            r.config.userhash = cases[i].userhash;
            r.give_ha1 = cases[i].ha1;
            realm_init(&r);
            r.client.config.password = SIRA_STR("wrong");
            if (cases[i].absent)
                r.lookup_status = SIRA_IDLE;
            if (cases[i].other)
                r.client.config.user = SIRA_STR("nobody");
            realm_challenge(&r, false);
            r.client.config.user = SIRA_STR("alice");
            count_in(&r, &c, 0);
            expect_status(cases[i].name, realm_verify(&r, r.client.text), SIRA_E_CREDENTIALS);
            if (i == 0) {
                calls = c.calls;
                blocks = c.blocks;
            }
            if (c.calls != calls || c.blocks != blocks)
                fail_msg("%s, %s: %u hashes of %zu blocks, not %u of %zu", algorithms[algorithm], cases[i].name,
                         c.calls, c.blocks, calls, blocks);
            realm_close(&r);
        }
    }
}

static sira_status look_up_length(void *context, const sira_digest_lookup *lookup, sira_digest_account *account)
{
    static const char letters[200] = {0};
    const size_t *length = context;
    (void)lookup;
    account->password = (sira_str){letters, *length};
    return *length != SIZE_MAX ? SIRA_OK : SIRA_IDLE;
}

/* Nor does the length of a password tell. */
static void a_password_of_any_usual_length_costs_as_much(void **state)
{
    (void)state;
    static const size_t lengths[] = {SIZE_MAX, 0, 8, 36, 37, 38, 60, 100, 101, 102, 165};
    for (unsigned algorithm = 0; algorithm < 6; algorithm++) {
        size_t blocks = 0;
        for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
            realm r;
            counter c;
            size_t length = lengths[i];
            realm_open(&r);
            r.config.algorithms[0] = (uint8_t)sira_algorithm_of(sira_str_from(algorithms[algorithm]));
            r.config.lookup = look_up_length;
            r.config.lookup_context = &length;
            realm_init(&r);
            realm_challenge(&r, false);
            count_in(&r, &c, 0);
            assert_int_equal(realm_verify(&r, r.client.text), SIRA_E_CREDENTIALS);
            if (i == 0)
                blocks = c.blocks;
            if (c.blocks != blocks)
                fail_msg("%s, %zu: %zu blocks, not %zu", algorithms[algorithm], length, c.blocks, blocks);
            realm_close(&r);
        }
    }
}

/* Whichever hash fails, that is what is said; nothing is used up, and nothing is left of the key. */
static void any_hash_may_fail(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 6 * 2; i++) {
        bool failed = true;
        for (unsigned fail_at = 1; failed; fail_at++) {
            realm r;
            counter c;
            realm_open(&r);
            r.config.algorithms[0] = (uint8_t)sira_algorithm_of(sira_str_from(algorithms[i % 6]));
            r.config.qop = i / 6 != 0 ? SIRA_QOP_AUTH_INT : SIRA_QOP_AUTH;
            realm_init(&r);
            r.client.request.body = SIRA_STR("body");
            realm_challenge(&r, false);
            assert_int_equal(sira_digest_server_rotate(&r.server), SIRA_OK); /* so that two keys are tried */
            count_in(&r, &c, fail_at);
            packet_request(&r.request, "REGISTER sip:example.com SIP/2.0", r.client.text, "body");
            const sira_status status =
                sira_digest_server_verify(&r.server, &r.peer, &r.request.message, &r.verified, &r.diag);
            failed = c.calls >= fail_at;
            expect_status(algorithms[i % 6], status, failed ? SIRA_E_HASH : SIRA_OK);
            if (failed) {
                const uint8_t zeros[sizeof r.verified] = {0};
                assert_memory_equal(&r.verified, zeros, sizeof zeros);
                assert_int_equal(r.diag.code, 500);
                r.config.hash = r.client.config.hash;
                expect_status("it is not used up", realm_verify(&r, r.client.text), SIRA_OK);
            } else {
                assert_true(fail_at > 7); /* HA1, two or more for the response, two for each key's MAC */
            }
            realm_close(&r);
        }
    }
}

/* Counts go on, with the key of one session where there is one, and every answer proves the password in return. */
static void one_nonce_serves_many_requests(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 6 * 2; i++) {
        realm r;
        realm_open(&r);
        r.config.algorithms[0] = (uint8_t)sira_algorithm_of(sira_str_from(algorithms[i % 6]));
        r.config.qop = i / 6 != 0 ? SIRA_QOP_AUTH_INT : SIRA_QOP_AUTH;
        r.config.lifetime = 1000;
        r.client.config.policy.require_rspauth = true;
        realm_init(&r);
        realm_challenge(&r, false);
        unsigned fresh = 0;
        for (unsigned n = 1; n <= 40; n++) {
            const char *nc = line_param(r.client.text, "Authorization", 0, "nc");
            fresh += strcmp(nc, "00000001") == 0;
            expect_status(nc, realm_verify(&r, r.client.text), SIRA_OK);
            packet p;
            packet_response(&p, 200, r.info, "answer");
            const sira_status status =
                sira_digest_client_accepted(&r.client.client, &r.client.attempt, &r.client.request, &p.message, NULL);
            expect_status(algorithms[i % 6], status, SIRA_OK);
            packet_free(&p);
            expect_status("a replay", realm_verify(&r, r.client.text), SIRA_E_REPLAY);
            r.peer.now += 50;
            assert_int_equal(exchange_answer(&r.client), SIRA_OK);
        }
        assert_true(fresh > 2); /* nextnonce came in time, each with a count from one and a session of its own */
        assert_int_equal(r.lookups, 80);
        realm_close(&r);
    }
}

/* What stands between the quotes is hashed without escapes on both sides, and looked up without. */
static void names_and_realms_of_any_bytes_verify(void **state)
{
    (void)state;
    static const struct {
        const char *user, *realm;
    } cases[] = {
        {"alice", "example.com"}, {"J\xc3\xa4s\xc3\xb8n Doe", "b\xc3\xa4r"}, {"a\"b", "x\"y\"\"z"},  {"a\\", "\\"},
        {"\\\"", "\\\\\""},       {" , =;<>", "r, nonce=\"evil\""},          {"\xff\xfe", "\t\x80"}, {"a:b", "c:d"},
        {"\x01\x7f", "\x1f"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        realm r;
        realm_open(&r);
        r.client.config.user = sira_str_from(cases[i].user);
        r.config.realm = sira_str_from(cases[i].realm);
        r.config.opaque = r.config.realm;
        r.client.config.policy.require_rspauth = true;
        realm_init(&r);
        realm_challenge(&r, false);
        expect_status(cases[i].user, realm_verify(&r, r.client.text), SIRA_OK);
        expect_str(cases[i].user, r.verified.user, cases[i].user);
        expect_status(cases[i].user, exchange_accept(&r.client, r.info), SIRA_OK);
        realm_close(&r);
    }
}

/* An application that knows its users by a part of the name gives that part, which is a view of what it was asked. */
static sira_status look_up_local_part(void *context, const sira_digest_lookup *lookup, sira_digest_account *account)
{
    (void)context;
    account->user = (sira_str){lookup->user.at + 6, lookup->user.len - 6};
    account->password = SIRA_STR("secret");
    return SIRA_OK;
}

static void a_look_up_may_give_a_part_of_the_name(void **state)
{
    (void)state;
    realm r;
    uint8_t ha1[SIRA_HASH_SIZE_MAX];
    char hex[65];
    realm_open(&r);
    r.config.lookup = look_up_local_part;
    r.client.config.user = SIRA_STR("tenantalice.smith");
    const sira_str parts[3] = {SIRA_STR("alice.smith"), SIRA_STR("example.com"), SIRA_STR("secret")};
    assert_int_equal(sira_digest_ha1(&r.config.hash, SIRA_HASH_SHA256, parts, ha1), SIRA_OK);
    for (size_t i = 0; i < 32; i++)
        snprintf(hex + 2 * i, 3, "%02x", ha1[i]);
    r.client.config.password = (sira_str){NULL, 0};
    r.client.config.ha1[SIRA_HASH_SHA256] = sira_str_from(hex);
    realm_init(&r);
    realm_challenge(&r, false);
    assert_int_equal(realm_verify(&r, r.client.text), SIRA_OK);
    expect_str("user", r.verified.user, "alice.smith");
    realm_close(&r);
}

/* HA1 of nobody is no HA1: not even who guesses what is hashed for them gets in. */
static void nobody_has_no_password(void **state)
{
    (void)state;
    realm r;
    char response[65], lines[800];
    realm_open(&r);
    realm_init(&r);
    realm_challenge(&r, false);
    r.lookup_status = SIRA_IDLE;
    char nonce[100];
    snprintf(nonce, sizeof nonce, "%s", line_param(r.challenge, "WWW-Authenticate", 0, "nonce") + 1);
    nonce[strlen(nonce) - 1] = '\0';
    const book b = {.algorithm = "SHA-256",
                    .user = "alice",
                    .realm = "example.com",
                    .password = "",
                    .method = "REGISTER",
                    .uri = "sip:example.com",
                    .nonce = nonce,
                    .nc = "00000001",
                    .cnonce = "c",
                    .qop = "auth"};
    book_response(&r.config.hash, &b, response);
    snprintf(lines, sizeof lines,
             "Authorization: Digest username=\"alice\", realm=\"example.com\", nonce=\"%s\", uri=\"sip:example.com\", "
             "response=\"%s\", algorithm=SHA-256, qop=auth, nc=00000001, cnonce=\"c\"\r\n",
             nonce, response);
    assert_int_equal(realm_verify(&r, lines), SIRA_E_CREDENTIALS);
    realm_close(&r);
}

static void a_look_up_may_fail(void **state)
{
    (void)state;
    realm r;
    realm_open(&r);
    realm_init(&r);
    realm_challenge(&r, false);
    r.lookup_status = SIRA_E_STATE;
    assert_int_equal(realm_verify(&r, r.client.text), SIRA_E_STATE);
    realm_close(&r);
}

static void the_extended_user_name_is_read(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        sira_status status;
    } cases[] = {
        {"UTF-8''J%C3%A4s%c3%b8n%20Doe", SIRA_OK},
        {"utf-8'en'J%C3%A4s%C3%B8n%20Doe", SIRA_OK},
        {"UTF-8''Jason", SIRA_E_CREDENTIALS},
        {"iso-8859-1''J%E4s%F8n%20Doe", SIRA_E_SYNTAX},
        {"UTF-8'J", SIRA_E_SYNTAX},
        {"UTF-8''%", SIRA_E_SYNTAX},
        {"UTF-8''%4", SIRA_E_SYNTAX},
        {"J", SIRA_E_SYNTAX},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        realm r;
        char changed[2400];
        realm_open(&r);
        r.client.config.user = SIRA_STR("J\xc3\xa4s\xc3\xb8n Doe");
        realm_init(&r);
        realm_challenge(&r, false);
        const char *at = strstr(r.client.text, "username=");
        const char *end = strstr(at, ", realm");
        snprintf(changed, sizeof changed, "%.*susername*=%s%s", (int)(at - r.client.text), r.client.text,
                 cases[i].value, end);
        expect_status(cases[i].value, realm_verify(&r, changed), cases[i].status);
        if (cases[i].status == SIRA_OK)
            expect_str(cases[i].value, r.verified.user, "J\xc3\xa4s\xc3\xb8n Doe");
        realm_close(&r);
    }
}

static void a_user_name_has_its_limit(void **state)
{
    (void)state;
    for (size_t n = SIRA_LIMIT_CONFIG - 1; n <= SIRA_LIMIT_CONFIG + 1; n++) {
        realm r;
        char name[300], line[1200];
        realm_open(&r);
        realm_init(&r);
        memset(name, 'x', n);
        name[n] = '\0';
        snprintf(line, sizeof line,
                 "Authorization: Digest username=\"%s\", realm=\"example.com\", nonce=\"n\", uri=\"sip:example.com\", "
                 "response=\"00\", qop=auth, nc=00000001, cnonce=\"c\"\r\n",
                 name);
        expect_status("name", realm_verify(&r, line), n > SIRA_LIMIT_CONFIG ? SIRA_E_LIMIT : SIRA_E_CREDENTIALS);
        realm_close(&r);
    }
}

/* Any value of any length, with and without an escape: a clear status, and never a crash or a yes. */
static void a_value_of_any_length_has_a_status(void **state)
{
    (void)state;
    static const char *const names[] = {"username", "realm",     "nonce", "uri",      "response", "cnonce", "nc",
                                        "opaque",   "algorithm", "qop",   "userhash", "auts",     "unknown"};
    static const size_t lengths[] = {0, 1, 15, 16, 63, 64, 127, 128, 129, 160, 161, 254, 255, 256, 257, 258, 1000};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        for (size_t n = 0; n < 2 * sizeof lengths / sizeof lengths[0]; n++) {
            static const char *const least[] = {"username", "realm", "nonce", "uri", "response"};
            const size_t length = lengths[n / 2];
            char line[2000] = "Authorization: Digest ", value[1100] = "";
            memset(value, 'x', length);
            if (n % 2 != 0 && length > 1)
                value[0] = '\\';
            realm r;
            realm_open(&r);
            realm_init(&r);
            for (size_t k = 0; k < sizeof least / sizeof least[0]; k++)
                if (strcmp(least[k], names[i]) != 0)
                    sprintf(line + strlen(line), "%s=\"%s\", ", least[k],
                            k == 1   ? "example.com"
                            : k == 3 ? "sip:example.com"
                                     : "0");
            sprintf(line + strlen(line), "%s=\"%s\"\r\n", names[i], value);
            const sira_status status = realm_verify(&r, line);
            if (status != SIRA_IDLE && status != SIRA_E_CREDENTIALS && status != SIRA_E_SYNTAX &&
                status != SIRA_E_LIMIT && status != SIRA_E_MISMATCH)
                fail_msg("%s of %zu: %d", names[i], length, (int)status);
            realm_close(&r);
        }
    }
}

static void a_proxy_speaks_of_itself(void **state)
{
    (void)state;
    realm r;
    realm_open(&r);
    realm_init(&r);
    r.peer.proxy = true;
    realm_challenge(&r, false);
    assert_int_equal(line_count(r.challenge, "Proxy-Authenticate"), 2);
    assert_int_equal(line_count(r.client.text, "Proxy-Authorization"), 1);
    assert_int_equal(realm_verify(&r, r.client.text), SIRA_OK);
    assert_int_equal(strncmp(r.info, "Proxy-Authentication-Info: ", 27), 0);
    assert_int_equal(realm_verify(&r, r.client.text), SIRA_E_REPLAY);
    assert_int_equal(r.diag.code, 407);
    realm_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_way_verifies),
        cmocka_unit_test(without_credentials_for_us_there_is_nothing_to_verify),
        cmocka_unit_test(credentials_of_others_are_passed_over),
        cmocka_unit_test(of_several_answers_one_must_be_right),
        cmocka_unit_test(one_request_is_one_guess),
        cmocka_unit_test(what_is_changed_on_the_way_is_found),
        cmocka_unit_test(only_what_was_offered_is_taken),
        cmocka_unit_test(uris_are_compared_as_the_policy_says),
        cmocka_unit_test(a_user_who_is_not_there_costs_as_much),
        cmocka_unit_test(a_password_of_any_usual_length_costs_as_much),
        cmocka_unit_test(nobody_has_no_password),
        cmocka_unit_test(a_look_up_may_fail),
        cmocka_unit_test(any_hash_may_fail),
        cmocka_unit_test(one_nonce_serves_many_requests),
        cmocka_unit_test(names_and_realms_of_any_bytes_verify),
        cmocka_unit_test(a_look_up_may_give_a_part_of_the_name),
        cmocka_unit_test(the_extended_user_name_is_read),
        cmocka_unit_test(a_user_name_has_its_limit),
        cmocka_unit_test(a_value_of_any_length_has_a_status),
        cmocka_unit_test(a_proxy_speaks_of_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
