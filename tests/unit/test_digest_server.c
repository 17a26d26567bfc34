#include "support/counter.h"
#include "support/realm.h"
#include "support/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void a_bad_config_is_refused_by_name(void **state)
{
    (void)state;
    static char longest[SIRA_LIMIT_CONFIG + 2];
    memset(longest, 'x', sizeof longest - 1);
    static const char *const fields[] = {"size",   "hash",      "hash",       "entropy",    "lookup",    "slots",
                                         "slots",  "qop",       "realm",      "realm",      "realm",     "opaque",
                                         "opaque", "uri_check", "algorithms", "algorithms", "algorithms"};
    for (unsigned i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        realm r;
        realm_open(&r);
        sira_digest_server_config *c = &r.config;
        switch (i) {
        case 0:
            c->size++;
            break;
        case 1:
            c->hash.digest = NULL;
            break;
        case 2:
            c->hash.algorithms = 1u << SIRA_HASH_MD5;
            break;
        case 3:
            c->entropy.fill = NULL;
            break;
        case 4:
            c->lookup = NULL;
            break;
        case 5:
            c->slots = NULL;
            break;
        case 6:
            c->slot_count = 0;
            break;
        case 7:
            c->qop = 4;
            break;
        case 8:
            c->realm.len = 0;
            break;
        case 9:
            c->realm = SIRA_STR("a\rb");
            break;
        case 10:
            c->realm = sira_str_from(longest);
            break;
        case 11:
            c->opaque = SIRA_STR("a\0b");
            break;
        case 12:
            c->opaque = sira_str_from(longest);
            break;
        case 13:
            c->uri_check = 3;
            break;
        case 14:
            c->algorithms[0] = SIRA_ALGORITHM_AKAV1_MD5;
            break;
        case 15:
            c->algorithms[0] = SIRA_ALGORITHM_COUNT;
            break;
        default:
            c->algorithms[0] = SIRA_ALGORITHM_MD5;
            c->hash.algorithms = 1u << SIRA_HASH_SHA256;
            break;
        }
        expect_status(fields[i], sira_digest_server_init(&r.server, c, &r.diag), SIRA_E_CONFIG);
        assert_string_equal(r.diag.field, fields[i]);
        expect_status(fields[i], sira_digest_server_init(&r.server, c, NULL), SIRA_E_CONFIG);
        sira_gcrypt_close(&r.client.gcrypt);
    }
}

/* Memory that was used for something else knows no count. */
static void slots_begin_empty(void **state)
{
    (void)state;
    realm r;
    realm_open(&r);
    memset(r.slots, 0xff, sizeof r.slots);
    realm_init(&r);
    const sira_digest_slot empty[REALM_SLOTS] = {{0}};
    assert_memory_equal(r.slots, empty, sizeof empty);
    realm_challenge(&r, false);
    assert_int_equal(realm_verify(&r, r.client.text), SIRA_OK);
    realm_close(&r);
}

static void without_entropy_there_is_no_server(void **state)
{
    (void)state;
    realm r;
    realm_open(&r);
    r.entropy_broken = true;
    assert_int_equal(sira_digest_server_init(&r.server, &r.config, NULL), SIRA_E_ENTROPY);
    sira_gcrypt_close(&r.client.gcrypt);
}

static const char *written(realm *r, bool stale)
{
    sira_writer writer;
    size_t length = 0;
    sira_writer_init(&writer, r->challenge, sizeof r->challenge - 1);
    assert_int_equal(sira_digest_server_challenge(&r->server, &r->peer, stale, &writer), SIRA_OK);
    assert_int_equal(sira_writer_finish(&writer, &length), SIRA_OK);
    r->challenge[length] = '\0';
    return r->challenge;
}

static void challenges_look_like_this(void **state)
{
    (void)state;
    realm r;
    char expected[1024], nonce[100];
    realm_open(&r);
    realm_init(&r);
    written(&r, false);
    snprintf(nonce, sizeof nonce, "%s", line_param(r.challenge, "WWW-Authenticate", 0, "nonce"));
    snprintf(expected, sizeof expected,
             "WWW-Authenticate: Digest realm=\"example.com\", nonce=%s, qop=\"auth\", algorithm=SHA-256\r\n"
             "WWW-Authenticate: Digest realm=\"example.com\", nonce=%s, qop=\"auth\", algorithm=MD5\r\n",
             nonce, nonce);
    assert_string_equal(r.challenge, expected);

    r.config.realm = SIRA_STR("a\"b\\c");
    r.config.opaque = SIRA_STR("o\"");
    r.config.qop = SIRA_QOP_AUTH | SIRA_QOP_AUTH_INT;
    r.config.userhash = true;
    r.config.utf8 = true;
    r.config.algorithms[0] = SIRA_ALGORITHM_SHA_512_256_SESS;
    r.peer.proxy = true;
    written(&r, true);
    snprintf(nonce, sizeof nonce, "%s", line_param(r.challenge, "Proxy-Authenticate", 0, "nonce"));
    snprintf(expected, sizeof expected,
             "Proxy-Authenticate: Digest realm=\"a\\\"b\\\\c\", nonce=%s, qop=\"auth,auth-int\", opaque=\"o\\\"\", "
             "algorithm=SHA-512-256-sess, userhash=true, charset=UTF-8, stale=true\r\n",
             nonce);
    assert_string_equal(r.challenge, expected);

    r.config.no_qop = true;
    assert_null(line_param(written(&r, false), "Proxy-Authenticate", 0, "qop"));
    assert_null(line_param(r.challenge, "Proxy-Authenticate", 0, "stale"));
    realm_close(&r);
}

static void what_the_provider_lacks_is_not_offered(void **state)
{
    (void)state;
    realm r;
    realm_open(&r);
    r.config.hash.algorithms = 1u << SIRA_HASH_SHA256;
    realm_init(&r);
    written(&r, false);
    assert_int_equal(line_count(r.challenge, "WWW-Authenticate"), 1);
    assert_string_equal(line_param(r.challenge, "WWW-Authenticate", 0, "algorithm"), "SHA-256");
    realm_close(&r);
}

static void several_realms_are_several_servers(void **state)
{
    (void)state;
    realm a, b;
    char lines[2100];
    realm_open(&a);
    realm_init(&a);
    realm_open(&b);
    b.config.realm = SIRA_STR("other");
    realm_init(&b);
    snprintf(lines, sizeof lines, "%s", written(&a, false));
    strcat(lines, written(&b, false));
    assert_int_equal(exchange_challenge(&a.client, lines), SIRA_OK);
    assert_int_equal(exchange_answer(&a.client), SIRA_OK);
    assert_int_equal(line_count(a.client.text, "Authorization"), 2);
    assert_int_equal(realm_verify(&a, a.client.text), SIRA_OK);
    assert_int_equal(realm_verify(&b, a.client.text), SIRA_OK);
    realm_close(&a);
    realm_close(&b);
}

static sira_status accept_info(realm *r)
{
    packet p;
    packet_response(&p, 200, r->info, "answer");
    const sira_status status =
        sira_digest_client_accepted(&r->client.client, &r->client.attempt, &r->client.request, &p.message, NULL);
    packet_free(&p);
    return status;
}

static void one_time_nonces_follow_each_other_without_a_challenge(void **state)
{
    (void)state;
    realm r;
    realm_open(&r);
    r.config.one_time = true;
    r.client.config.policy.require_rspauth = true;
    realm_init(&r);
    realm_challenge(&r, false);
    for (unsigned i = 0; i < 20; i++) {
        assert_int_equal(realm_verify(&r, r.client.text), SIRA_OK);
        assert_non_null(strstr(r.info, "nextnonce="));
        assert_int_equal(realm_verify(&r, r.client.text), SIRA_E_STALE);
        assert_int_equal(accept_info(&r), SIRA_OK);
        assert_int_equal(exchange_answer(&r.client), SIRA_OK);
        assert_string_equal(line_param(r.client.text, "Authorization", 0, "nc"), "00000001");
    }
    realm_close(&r);
}

static void an_aging_nonce_gets_a_successor(void **state)
{
    (void)state;
    realm r;
    realm_open(&r);
    r.config.lifetime = 10000;
    realm_init(&r);
    realm_challenge(&r, false);
    r.peer.now += 5000;
    assert_int_equal(realm_verify(&r, r.client.text), SIRA_OK);
    assert_null(strstr(r.info, "nextnonce="));
    assert_int_equal(accept_info(&r), SIRA_OK);
    r.peer.now++;
    assert_int_equal(exchange_answer(&r.client), SIRA_OK);
    assert_int_equal(realm_verify(&r, r.client.text), SIRA_OK);
    assert_non_null(strstr(r.info, "nextnonce="));
    assert_int_equal(accept_info(&r), SIRA_OK);
    r.peer.now += 9000; /* the first one is over, its successor lives */
    assert_int_equal(exchange_answer(&r.client), SIRA_OK);
    assert_int_equal(realm_verify(&r, r.client.text), SIRA_OK);
    realm_close(&r);
}

static void a_stale_nonce_is_renewed_without_a_password(void **state)
{
    (void)state;
    realm r;
    realm_open(&r);
    r.config.lifetime = 1000;
    realm_init(&r);
    realm_challenge(&r, false);
    assert_int_equal(realm_verify(&r, r.client.text), SIRA_OK);
    r.peer.now += 2000;
    assert_int_equal(exchange_answer(&r.client), SIRA_OK);
    assert_int_equal(realm_verify(&r, r.client.text), SIRA_E_STALE);
    realm_challenge(&r, true);
    assert_int_equal(realm_verify(&r, r.client.text), SIRA_OK);
    /* Moved to another address: not our nonce any more, and the password is right. */
    r.peer.identity = SIRA_STR("198.51.100.7");
    assert_int_equal(exchange_answer(&r.client), SIRA_OK);
    assert_int_equal(realm_verify(&r, r.client.text), SIRA_E_NONCE);
    realm_challenge(&r, true);
    assert_int_equal(realm_verify(&r, r.client.text), SIRA_OK);
    realm_close(&r);
}

static void info_looks_like_this(void **state)
{
    (void)state;
    realm r;
    realm_open(&r);
    r.config.algorithms[0] = SIRA_ALGORITHM_MD5;
    realm_init(&r);
    realm_challenge(&r, false);
    assert_int_equal(realm_verify(&r, r.client.text), SIRA_OK);
    char rspauth[65], nonce[100], expected[300];
    snprintf(nonce, sizeof nonce, "%s", line_param(r.challenge, "WWW-Authenticate", 0, "nonce") + 1);
    nonce[strlen(nonce) - 1] = '\0';
    const book b = {.algorithm = "MD5",
                    .user = "alice",
                    .realm = "example.com",
                    .password = "secret",
                    .method = "",
                    .uri = "sip:example.com",
                    .nonce = nonce,
                    .nc = "00000001",
                    .cnonce = "0101010101010101",
                    .qop = "auth"};
    book_response(&r.config.hash, &b, rspauth);
    snprintf(expected, sizeof expected,
             "Authentication-Info: rspauth=\"%s\", qop=auth, cnonce=\"0101010101010101\", nc=00000001\r\n", rspauth);
    assert_string_equal(r.info, expected);
    realm_close(&r);
}

/* A cnonce that could not be written back is left out, and what is hashed stays right. */
static void published_proofs_are_written(void **state)
{
    (void)state;
    table t;
    table_open(&t, SIRA_TEST_DIR "/vectors/digest/rspauth.tsv");
    while (table_next(&t)) {
        realm r;
        char right[100], *body = table_text(&t, "body");
        realm_open(&r);
        realm_init(&r);
        const sira_algorithm algorithm = sira_algorithm_of(sira_str_from(table_cell(&t, "algorithm")));
        const sira_hash_algorithm hash = algorithm == SIRA_ALGORITHM_MD5       ? SIRA_HASH_MD5
                                         : algorithm == SIRA_ALGORITHM_SHA_256 ? SIRA_HASH_SHA256
                                                                               : SIRA_HASH_SHA512_256;
        const sira_str parts[3] = {SIRA_STR("bob"), SIRA_STR("biloxi.com"), SIRA_STR("zanzibar")};
        r.verified.credentials = (sira_credentials){
            .nonce = SIRA_STR("\"dcd98b7102dd2f0e8b11d0f600bfb0c093\""),
            .cnonce = SIRA_STR("\"0a4f113b\""),
            .uri = SIRA_STR("\"sip:bob@biloxi.com\""),
            .nc = SIRA_STR("00000001"),
            .algorithm = (uint8_t)algorithm,
            .qop = strcmp(table_cell(&t, "qop"), "auth-int") == 0 ? SIRA_QOP_AUTH_INT : SIRA_QOP_AUTH,
        };
        assert_int_equal(sira_digest_ha1(&r.config.hash, hash, parts, r.verified.ha1), SIRA_OK);
        realm_info(&r, body);
        snprintf(right, sizeof right, "rspauth=\"%s\"", table_cell(&t, "rspauth"));
        if (strstr(r.info, right) == NULL)
            fail_msg("%s, %s: %s", table_cell(&t, "algorithm"), table_cell(&t, "qop"), r.info);
        free(body);
        realm_close(&r);
    }
    assert_int_equal(t.rows, 6);
    table_close(&t);
}

static void an_odd_cnonce_does_no_harm(void **state)
{
    (void)state;
    static const struct {
        const char *cnonce, *hashed;
        bool repeated;
    } cases[] = {{"a\\\"b", "a\"b", true}, {"a\r\n b", "a b", false}, {"", "", true}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        realm r;
        char response[65], lines[800], nonce[100];
        realm_open(&r);
        r.config.algorithms[0] = SIRA_ALGORITHM_MD5;
        realm_init(&r);
        realm_challenge(&r, false);
        snprintf(nonce, sizeof nonce, "%s", line_param(r.challenge, "WWW-Authenticate", 0, "nonce") + 1);
        nonce[strlen(nonce) - 1] = '\0';
        const book b = {.algorithm = "MD5",
                        .user = "alice",
                        .realm = "example.com",
                        .password = "secret",
                        .method = "REGISTER",
                        .uri = "sip:example.com",
                        .nonce = nonce,
                        .nc = "00000001",
                        .cnonce = cases[i].hashed,
                        .qop = "auth"};
        book_response(&r.config.hash, &b, response);
        snprintf(
            lines, sizeof lines,
            "Authorization: Digest username=\"alice\", realm=\"example.com\", nonce=\"%s\", uri=\"sip:example.com\", "
            "response=\"%s\", algorithm=MD5, qop=auth, nc=00000001, cnonce=\"%s\"\r\n",
            nonce, response, cases[i].cnonce);
        expect_status(lines, realm_verify(&r, lines), SIRA_OK);
        assert_int_equal(strstr(r.info, "cnonce=") != NULL, cases[i].repeated);
        realm_close(&r);
    }
}

/* Writes a challenge, or what goes with a 2xx, into a room of '#'. */
static sira_status write_line(realm *r, bool info, char *room, size_t size)
{
    sira_writer writer;
    size_t length;
    memset(room, '#', size);
    sira_writer_init(&writer, room, size);
    const sira_status status =
        info ? sira_digest_server_info(&r->server, &r->peer, &r->verified, SIRA_STR("body"), &writer)
             : sira_digest_server_challenge(&r->server, &r->peer, false, &writer);
    assert_int_equal(sira_writer_finish(&writer, &length), status);
    return status;
}

static void a_failing_hash_writes_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        bool info;
        unsigned hashes;
    } cases[] = {
        {"challenge", false, 2}, /* the nonce's MAC */
        {"info", true, 6},       /* session key, body, HA2, proof, and the MAC of the next nonce */
    };
    for (size_t i = 0; i < 2; i++) {
        for (unsigned fail_at = 1; fail_at <= cases[i].hashes + 1; fail_at++) {
            realm r;
            counter c;
            char room[600];
            realm_open(&r);
            r.config.one_time = true;
            r.config.algorithms[0] = SIRA_ALGORITHM_SHA_256_SESS;
            r.config.qop = SIRA_QOP_AUTH_INT;
            realm_init(&r);
            realm_challenge(&r, false);
            assert_int_equal(realm_verify(&r, r.client.text), SIRA_OK);
            r.config.hash = counter_hash(&c, r.client.config.hash, fail_at);
            const bool fails = fail_at <= cases[i].hashes;
            expect_status(cases[i].name, write_line(&r, cases[i].info, room, sizeof room),
                          fails ? SIRA_E_HASH : SIRA_OK);
            for (size_t n = 0; fails && n < sizeof room; n++)
                assert_int_equal(room[n], '#');
            r.config.hash = r.client.config.hash;
            realm_close(&r);
        }
    }
}

static void any_capacity_gives_all_or_an_error(void **state)
{
    (void)state;
    realm r;
    realm_open(&r);
    r.config.one_time = true;
    realm_init(&r);
    realm_challenge(&r, false);
    const size_t needed = strlen(r.challenge);
    for (size_t size = 1; size <= needed; size++) {
        char *room = malloc(size);
        size_t length;
        sira_writer writer;
        assert_non_null(room);
        sira_writer_init(&writer, room, size);
        sira_digest_server_challenge(&r.server, &r.peer, false, &writer);
        assert_int_equal(sira_writer_finish(&writer, &length), size < needed ? SIRA_E_SPACE : SIRA_OK);
        free(room);
    }
    realm_close(&r);
}

static void secrets_are_wiped(void **state)
{
    (void)state;
    realm r;
    uint8_t key[SIRA_DIGEST_KEY_SIZE];
    realm_open(&r);
    realm_init(&r);
    memset(key, r.random, sizeof key); /* it was drawn last */
    assert_true(memory_holds(&r.server, sizeof r.server, key, sizeof key));
    realm_challenge(&r, false);
    assert_int_equal(realm_verify(&r, r.client.text), SIRA_OK);
    assert_false(memory_holds(&r.server, sizeof r.server, r.verified.ha1, 16));
    assert_false(memory_holds(r.slots, sizeof r.slots, r.verified.ha1, 16));
    sira_digest_server_wipe(&r.server);
    const uint8_t zeros[sizeof r.server] = {0};
    assert_memory_equal(&r.server, zeros, sizeof r.server);
    for (size_t i = 0; i < REALM_SLOTS; i++)
        assert_int_equal(r.slots[i].time, 0);
    realm_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bad_config_is_refused_by_name),
        cmocka_unit_test(slots_begin_empty),
        cmocka_unit_test(without_entropy_there_is_no_server),
        cmocka_unit_test(challenges_look_like_this),
        cmocka_unit_test(what_the_provider_lacks_is_not_offered),
        cmocka_unit_test(several_realms_are_several_servers),
        cmocka_unit_test(one_time_nonces_follow_each_other_without_a_challenge),
        cmocka_unit_test(an_aging_nonce_gets_a_successor),
        cmocka_unit_test(a_stale_nonce_is_renewed_without_a_password),
        cmocka_unit_test(info_looks_like_this),
        cmocka_unit_test(published_proofs_are_written),
        cmocka_unit_test(an_odd_cnonce_does_no_harm),
        cmocka_unit_test(a_failing_hash_writes_nothing),
        cmocka_unit_test(any_capacity_gives_all_or_an_error),
        cmocka_unit_test(secrets_are_wiped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
