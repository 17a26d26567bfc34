#include "support/counter.h"
#include "support/exchange.h"
#include "support/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define W "WWW-Authenticate: Digest "

/* Whole lines, so that order and quotes are seen. */
static void lines_look_like_this(void **state)
{
    (void)state;
    static const struct {
        const char *name, *challenge, *line;
    } cases[] = {
        {"RFC 2069", W "realm=\"r\", nonce=\"n\"\r\n",
         "Authorization: Digest username=\"alice\", realm=\"r\", nonce=\"n\", uri=\"sip:example.com\", "
         "response=\"@MD5\"\r\n"},
        {"all",
         W "realm=\"r\", nonce=\"n\", opaque=\"o\", qop=\"auth\", algorithm=sha-256, stale=false, domain=\"sip:x\"\r\n",
         "Authorization: Digest username=\"alice\", realm=\"r\", nonce=\"n\", uri=\"sip:example.com\", "
         "response=\"@SHA-256\", algorithm=SHA-256, cnonce=\"0101010101010101\", opaque=\"o\", qop=auth, "
         "nc=00000001\r\n"},
        {"an algorithm that is not named is not repeated", W "realm=\"r\", nonce=\"n\", qop=\"auth\"\r\n",
         "Authorization: Digest username=\"alice\", realm=\"r\", nonce=\"n\", uri=\"sip:example.com\", "
         "response=\"@MD5\", cnonce=\"0101010101010101\", qop=auth, nc=00000001\r\n"},
        {"an empty opaque is repeated", W "realm=\"r\", nonce=\"n\", opaque=\"\"\r\n",
         "Authorization: Digest username=\"alice\", realm=\"r\", nonce=\"n\", uri=\"sip:example.com\", "
         "response=\"@MD5\", opaque=\"\"\r\n"},
        {"proxy", "Proxy-Authenticate: Digest realm=\"r\", nonce=\"n\"\r\n",
         "Proxy-Authorization: Digest username=\"alice\", realm=\"r\", nonce=\"n\", uri=\"sip:example.com\", "
         "response=\"@MD5\"\r\n"},
        {"tokens come back quoted", W "realm=r, nonce=n, opaque=o\r\n",
         "Authorization: Digest username=\"alice\", realm=\"r\", nonce=\"n\", uri=\"sip:example.com\", "
         "response=\"@MD5\", opaque=\"o\"\r\n"},
        {"userhash", W "realm=\"r\", nonce=\"n\", userhash=true, charset=UTF-8\r\n",
         "Authorization: Digest username=\"%\", realm=\"r\", nonce=\"n\", uri=\"sip:example.com\", "
         "response=\"@MD5\", userhash=true\r\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        exchange x;
        char expected[600], response[65], name_hash[33];
        exchange_open(&x);
        exchange_init(&x);
        const bool qop = strstr(cases[i].challenge, "qop") != NULL;
        const bool sha = strstr(cases[i].line, "@SHA-256") != NULL;
        const book b = {.algorithm = sha ? "SHA-256" : "MD5",
                        .user = "alice",
                        .realm = "r",
                        .password = "secret",
                        .method = "REGISTER",
                        .uri = "sip:example.com",
                        .nonce = "n",
                        .nc = "00000001",
                        .cnonce = "0101010101010101",
                        .qop = qop ? "auth" : ""};
        book_response(&x.config.hash, &b, response);
        uint8_t bytes[SIRA_HASH_SIZE_MAX];
        const sira_str user_realm[2] = {SIRA_STR("alice"), SIRA_STR("r")};
        assert_int_equal(sira_digest_userhash(&x.config.hash, SIRA_HASH_MD5, user_realm, bytes), SIRA_OK);
        for (unsigned n = 0; n < 16; n++)
            snprintf(name_hash + 2 * n, 3, "%02x", bytes[n]);
        /* '@...' stands for the response, '%' for the user's hash. */
        char *to = expected;
        for (const char *from = cases[i].line; *from != '\0';) {
            if (*from == '@') {
                to += sprintf(to, "%s", response);
                from = strchr(from, '"');
            } else if (*from == '%') {
                to += sprintf(to, "%s", name_hash);
                from++;
            } else {
                *to++ = *from++;
            }
        }
        *to = '\0';
        assert_int_equal(exchange_challenge(&x, cases[i].challenge), SIRA_OK);
        assert_int_equal(exchange_answer(&x), SIRA_OK);
        expect_str(cases[i].name, sira_str_from(x.text), expected);
        exchange_close(&x);
    }
}

/* RFC 7616 3.9.2 with erratum 4897: the user's name goes hashed, the response is over the plain one. */
static void the_userhash_of_the_rfc(void **state)
{
    (void)state;
    exchange x;
    exchange_open(&x);
    x.config.user = SIRA_STR("J\xc3\xa4s\xc3\xb8n Doe");
    x.config.password = SIRA_STR("Secret, or not?");
    exchange_init(&x);
    x.request = (sira_digest_request){.method = SIRA_STR("GET"), .uri = SIRA_STR("/doe.json")};
    assert_int_equal(exchange_challenge(&x, W "realm=\"api@example.org\", qop=\"auth\", algorithm=SHA-512-256, "
                                              "nonce=\"5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK\", "
                                              "opaque=\"HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS\", charset=UTF-8, "
                                              "userhash=true\r\n"),
                     SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_string_equal(line_param(x.text, "Authorization", 0, "username"),
                        "\"793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b\"");
    assert_string_equal(line_param(x.text, "Authorization", 0, "userhash"), "true");
    assert_null(line_param(x.text, "Authorization", 0, "username*"));
    exchange_close(&x);
}

/* A provider that fails at any of the hashes leaves no line, not even that of the first realm. */
static void a_failing_provider_leaves_no_half_line(void **state)
{
    (void)state;
    for (unsigned fail_at = 1; fail_at <= 8; fail_at++) {
        exchange x;
        exchange_open(&x);
        exchange_init(&x);
        assert_int_equal(exchange_challenge(&x, W
                                            "realm=\"one\", nonce=\"1\", qop=\"auth\", userhash=true\r\n" W
                                            "realm=\"two\", nonce=\"2\", algorithm=SHA-256-sess, qop=\"auth-int\"\r\n"),
                         SIRA_OK);
        uint8_t cnonce[8] = {0};
        sira_digest_client_begin(&x.client, &x.attempt, cnonce);
        counter c;
        x.config.hash = counter_hash(&c, x.config.hash, fail_at);
        sira_writer writer;
        char text[1000];
        memset(text, '#', sizeof text);
        sira_writer_init(&writer, text, sizeof text);
        const sira_status status = sira_digest_client_write(&x.client, &x.attempt, &x.request, &writer);
        assert_int_equal(status, fail_at < 8 ? SIRA_E_HASH : SIRA_OK);
        if (status != SIRA_OK) {
            size_t length;
            assert_int_equal(text[0], '#');
            assert_int_equal(sira_writer_finish(&writer, &length), SIRA_E_HASH);
        }
        exchange_close(&x);
    }
}

static void any_capacity_gives_all_or_an_error(void **state)
{
    (void)state;
    exchange x;
    exchange_open(&x);
    exchange_init(&x);
    assert_int_equal(exchange_challenge(&x, W "realm=\"r\", nonce=\"n\", opaque=\"o\", qop=\"auth\", userhash=true\r\n"
                                              "Proxy-Authenticate: Digest realm=\"p\", nonce=\"n\"\r\n"),
                     SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    const size_t needed = strlen(x.text);
    sira_writer writer;
    size_t length = 0;
    sira_writer_init(&writer, NULL, 0);
    assert_int_equal(sira_digest_client_write(&x.client, &x.attempt, &x.request, &writer), SIRA_OK);
    assert_int_equal(sira_writer_finish(&writer, &length), SIRA_OK);
    assert_int_equal(length, needed);
    for (size_t size = 1; size <= needed + 1; size++) {
        char *room = malloc(size);
        assert_non_null(room);
        sira_writer_init(&writer, room, size);
        sira_digest_client_write(&x.client, &x.attempt, &x.request, &writer);
        assert_int_equal(sira_writer_finish(&writer, &length), size < needed ? SIRA_E_SPACE : SIRA_OK);
        if (size >= needed)
            assert_memory_equal(room, x.text, needed);
        free(room);
    }
    exchange_close(&x);
}

static void a_uri_or_user_that_breaks_the_line_is_refused(void **state)
{
    (void)state;
    exchange x;
    exchange_open(&x);
    exchange_init(&x);
    assert_int_equal(exchange_challenge(&x, W "realm=\"r\", nonce=\"n\"\r\n"), SIRA_OK);
    x.request.uri = SIRA_STR("sip:x\r\nEvil: y");
    uint8_t cnonce[8] = {0};
    sira_digest_client_begin(&x.client, &x.attempt, cnonce);
    sira_writer writer;
    size_t length;
    sira_writer_init(&writer, x.text, sizeof x.text);
    sira_digest_client_write(&x.client, &x.attempt, &x.request, &writer);
    assert_int_equal(sira_writer_finish(&writer, &length), SIRA_E_ARGUMENT);
    exchange_close(&x);
}

static sira_status ask_usim(void *context, const uint8_t rand[16], const uint8_t autn[16], sira_aka *aka)
{
    static const sira_aka set1 = {.res_len = 8, .res = {0xa5, 0x42, 0x11, 0xd5, 0xe3, 0xba, 0x50, 0xbf}};
    (void)context;
    (void)rand;
    (void)autn;
    *aka = set1;
    return SIRA_OK;
}

/* Challenge in, header out. Where a cnonce is part of the response it is ours, so these are the vectors without. */
static void published_responses_come_out_of_a_client(void **state)
{
    (void)state;
    table t;
    unsigned rows = 0;
    sira_digest_usim usim;
    sira_digest_usim_init(&usim, ask_usim, NULL);
    table_open(&t, SIRA_TEST_DIR "/vectors/digest/responses.tsv");
    while (table_next(&t)) {
        char line[600], quoted[80];
        exchange x;
        if (*table_cell(&t, "qop") != '\0')
            continue;
        rows++;
        exchange_open(&x);
        x.config.user = sira_str_from(table_cell(&t, "user"));
        x.config.password = sira_str_from(table_cell(&t, "password"));
        x.config.usim = &usim;
        exchange_init(&x);
        x.request = (sira_digest_request){.method = sira_str_from(table_cell(&t, "method")),
                                          .uri = sira_str_from(table_cell(&t, "uri"))};
        snprintf(line, sizeof line, W "realm=\"%s\", nonce=\"%s\", algorithm=%s\r\n", table_cell(&t, "realm"),
                 table_cell(&t, "nonce"), table_cell(&t, "algorithm"));
        expect_status(table_cell(&t, "id"), exchange_challenge(&x, line), SIRA_OK);
        assert_int_equal(exchange_answer(&x), SIRA_OK);
        snprintf(quoted, sizeof quoted, "\"%s\"", table_cell(&t, "response"));
        expect_str(table_cell(&t, "id"), sira_str_from(line_param(x.text, "Authorization", 0, "response")), quoted);
        exchange_close(&x);
    }
    assert_true(rows >= 6);
    table_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_look_like_this),
        cmocka_unit_test(published_responses_come_out_of_a_client),
        cmocka_unit_test(the_userhash_of_the_rfc),
        cmocka_unit_test(a_failing_provider_leaves_no_half_line),
        cmocka_unit_test(any_capacity_gives_all_or_an_error),
        cmocka_unit_test(a_uri_or_user_that_breaks_the_line_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
