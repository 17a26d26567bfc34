#include "support/exchange.h"
#include "support/table.h"

#include "digest/digest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static sira_gcrypt gcrypt;

/* Free *copy when done: the views point into it. */
static sira_status parse(const char *text, sira_str *copy, sira_credentials *credentials, sira_diag *diag)
{
    sira_cursor cursor;
    sira_auth auth;
    *copy = heap_str_from(text);
    sira_cursor_init_text(&cursor, *copy, SIRA_FIELD_AUTHORIZATION);
    sira_status status = sira_auth_next(&cursor, &auth, NULL);
    return status == SIRA_OK ? sira_credentials_parse(credentials, &auth, diag) : status;
}

static void row_header(const table *t, const char *response, char *text, size_t size)
{
    const bool qop = *table_cell(t, "qop") != '\0';
    int n = snprintf(text, size,
                     "Digest username=\"%s\", realm=\"%s\", nonce=\"%s\", uri=\"%s\", response=\"%s\", algorithm=%s",
                     table_cell(t, "user"), table_cell(t, "realm"), table_cell(t, "nonce"), table_cell(t, "uri"),
                     response, table_cell(t, "algorithm"));
    if (qop)
        snprintf(text + n, size - (size_t)n, ", qop=%s, nc=%s, cnonce=\"%s\"", table_cell(t, "qop"),
                 table_cell(t, "nc"), table_cell(t, "cnonce"));
}

static void row_ha1(const table *t, const sira_hash *hash, uint8_t ha1[SIRA_HASH_SIZE_MAX])
{
    uint8_t password[32];
    const char *cell = table_cell(t, "password");
    sira_str text = sira_str_from(cell);
    if (strncmp(cell, "hex:", 4) == 0) {
        assert_true(sira_i_hex_read((sira_str){cell + 4, strlen(cell) - 4}, password, (strlen(cell) - 4) / 2));
        text = (sira_str){(const char *)password, (strlen(cell) - 4) / 2};
    }
    const sira_algorithm algorithm = sira_algorithm_of(sira_str_from(table_cell(t, "algorithm")));
    const sira_str parts[3] = {sira_str_from(table_cell(t, "user")), sira_str_from(table_cell(t, "realm")), text};
    assert_int_equal(sira_digest_ha1(hash, sira_i_algorithm_hash(algorithm), parts, ha1), SIRA_OK);
}

static sira_status check_row(const table *t, const char *response)
{
    const sira_hash hash = sira_gcrypt_hash(&gcrypt);
    uint8_t ha1[SIRA_HASH_SIZE_MAX];
    char text[1200];
    sira_credentials credentials;
    sira_str copy;
    char *body = table_text(t, "body");
    row_header(t, response, text, sizeof text);
    row_ha1(t, &hash, ha1);
    expect_status(table_cell(t, "id"), parse(text, &copy, &credentials, NULL), SIRA_OK);
    const sira_digest_request request = {.method = sira_str_from(table_cell(t, "method")),
                                         .uri = sira_str_from(table_cell(t, "uri")),
                                         .body = sira_str_from(body)};
    const sira_status status = sira_credentials_check(&credentials, &hash, &request, ha1);
    free(body);
    heap_str_free(copy);
    return status;
}

static void published_credentials_are_right(void **state)
{
    (void)state;
    table t;
    table_open(&t, SIRA_TEST_DIR "/vectors/digest/responses.tsv");
    while (table_next(&t)) {
        expect_status(table_cell(&t, "id"), check_row(&t, table_cell(&t, "response")), SIRA_OK);
        if (*table_cell(&t, "printed") != '\0')
            expect_status(table_cell(&t, "id"), check_row(&t, table_cell(&t, "printed")), SIRA_E_CREDENTIALS);
        /* One bit makes it wrong, wherever it is. */
        char wrong[80];
        snprintf(wrong, sizeof wrong, "%s", table_cell(&t, "response"));
        for (size_t i = 0; i < strlen(wrong); i++) {
            const char right = wrong[i];
            wrong[i] = right == '0' ? '1' : '0';
            expect_status(table_cell(&t, "id"), check_row(&t, wrong), SIRA_E_CREDENTIALS);
            wrong[i] = right;
        }
        wrong[strlen(wrong) - 1] = '\0';
        expect_status(table_cell(&t, "id"), check_row(&t, wrong), SIRA_E_CREDENTIALS);
        expect_status(table_cell(&t, "id"), check_row(&t, ""), SIRA_E_CREDENTIALS);
    }
    assert_int_equal(t.rows, 40);
    table_close(&t);
}

#define LEAST "Digest username=\"u\", realm=\"r\", nonce=\"n\", uri=\"sip:x\", response=\"00\""

static void what_is_incomplete_or_contradicts_itself_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
        sira_status status;
    } cases[] = {
        {"least", LEAST, SIRA_OK},
        {"Basic", "Basic dXNlcjpwYXNz", SIRA_IDLE},
        {"no user", "Digest realm=\"r\", nonce=\"n\", uri=\"sip:x\", response=\"00\"", SIRA_E_SYNTAX},
        {"no realm", "Digest username=\"u\", nonce=\"n\", uri=\"sip:x\", response=\"00\"", SIRA_E_SYNTAX},
        {"no nonce", "Digest username=\"u\", realm=\"r\", uri=\"sip:x\", response=\"00\"", SIRA_E_SYNTAX},
        {"no uri", "Digest username=\"u\", realm=\"r\", nonce=\"n\", response=\"00\"", SIRA_E_SYNTAX},
        {"no response", "Digest username=\"u\", realm=\"r\", nonce=\"n\", uri=\"sip:x\"", SIRA_E_SYNTAX},
        {"two names", LEAST ", username*=UTF-8''u", SIRA_E_SYNTAX},
        {"the user twice", LEAST ", username=\"v\"", SIRA_E_SYNTAX},
        {"the response twice", LEAST ", RESPONSE=\"00\"", SIRA_E_SYNTAX},
        {"qop, nc and cnonce", LEAST ", qop=auth, nc=00000001, cnonce=\"c\"", SIRA_OK},
        {"qop in quotes", LEAST ", qop=\"auth\", nc=00000001, cnonce=\"c\"", SIRA_OK},
        {"qop without nc", LEAST ", qop=auth, cnonce=\"c\"", SIRA_E_SYNTAX},
        {"qop without cnonce", LEAST ", qop=auth, nc=00000001", SIRA_E_SYNTAX},
        {"unknown qop", LEAST ", qop=auth-conf, nc=00000001, cnonce=\"c\"", SIRA_E_SYNTAX},
        {"two qops", LEAST ", qop=\"auth,auth-int\", nc=00000001, cnonce=\"c\"", SIRA_E_SYNTAX},
        {"nc of zero", LEAST ", qop=auth, nc=00000000, cnonce=\"c\"", SIRA_E_SYNTAX},
        {"nc of the largest number", LEAST ", qop=auth, nc=ffffffff, cnonce=\"c\"", SIRA_OK},
        {"nc of nine digits", LEAST ", qop=auth, nc=000000001, cnonce=\"c\"", SIRA_OK},
        {"nc over 32 bits", LEAST ", qop=auth, nc=100000000, cnonce=\"c\"", SIRA_E_SYNTAX},
        {"nc of seventeen digits", LEAST ", qop=auth, nc=00000000000000001, cnonce=\"c\"", SIRA_E_SYNTAX},
        {"nc that is no hex", LEAST ", qop=auth, nc=0000000g, cnonce=\"c\"", SIRA_E_SYNTAX},
        {"-sess without cnonce", LEAST ", algorithm=MD5-sess", SIRA_E_SYNTAX},
        {"-sess with cnonce", LEAST ", algorithm=MD5-sess, cnonce=\"c\"", SIRA_OK},
        {"username* alone", "Digest username*=UTF-8''u, realm=\"r\", nonce=\"n\", uri=\"sip:x\", response=\"00\"",
         SIRA_OK},
        {"username* with userhash",
         "Digest username*=UTF-8''u, realm=\"r\", nonce=\"n\", uri=\"sip:x\", response=\"00\", userhash=true",
         SIRA_E_SYNTAX},
        {"an unknown algorithm", LEAST ", algorithm=SHA3", SIRA_OK},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        sira_credentials credentials, before;
        sira_diag diag;
        sira_str copy;
        memset(&credentials, 0xee, sizeof credentials);
        before = credentials;
        expect_status(cases[i].name, parse(cases[i].text, &copy, &credentials, &diag), cases[i].status);
        if (cases[i].status != SIRA_OK) { /* at most the realm is told */
            const sira_credentials realm = {.realm = credentials.realm};
            if (memcmp(&before, &credentials, sizeof before) != 0 && memcmp(&realm, &credentials, sizeof realm) != 0)
                fail_msg("%s: the credentials were written all the same", cases[i].name);
        }
        heap_str_free(copy);
    }
}

/* What was hashed is hashed as received: a nonce count of nine digits, upper case, escapes resolved. */
static void odd_forms_are_hashed_as_they_were_meant(void **state)
{
    (void)state;
    static const struct {
        const char *name, *nonce, *nonce_text, *nc, *cnonce, *cnonce_text, *uri, *uri_text;
    } cases[] = {
        {"usual", "n", "n", "00000001", "c", "c", "sip:x", "sip:x"},
        {"nine digits", "n", "n", "000000001", "c", "c", "sip:x", "sip:x"},
        {"upper case", "n", "n", "0000000A", "c", "c", "sip:x", "sip:x"},
        {"escapes", "n\\\"\\\\", "n\"\\", "00000001", "\\c\\\"", "c\"", "sip:\\x", "sip:x"},
        {"a fold", "n\r\n m", "n m", "00000001", "c", "c", "sip:x", "sip:x"},
    };
    const sira_hash hash = sira_gcrypt_hash(&gcrypt);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char response[65], text[400];
        uint8_t ha1[SIRA_HASH_SIZE_MAX];
        const book b = {.algorithm = "MD5",
                        .user = "u",
                        .realm = "r",
                        .password = "p",
                        .method = "REGISTER",
                        .uri = cases[i].uri_text,
                        .nonce = cases[i].nonce_text,
                        .nc = cases[i].nc,
                        .cnonce = cases[i].cnonce_text,
                        .qop = "auth"};
        book_response(&hash, &b, response);
        for (char *at = response; *at != '\0'; at++)
            *at = (char)(*at >= 'a' ? *at - 32 : *at); /* in upper case it is as right */
        snprintf(text, sizeof text,
                 "Digest username=\"u\", realm=\"r\", nonce=\"%s\", uri=\"%s\", response=\"%s\", qop=auth, nc=%s, "
                 "cnonce=\"%s\"",
                 cases[i].nonce, cases[i].uri, response, cases[i].nc, cases[i].cnonce);
        const sira_str parts[3] = {SIRA_STR("u"), SIRA_STR("r"), SIRA_STR("p")};
        assert_int_equal(sira_digest_ha1(&hash, SIRA_HASH_MD5, parts, ha1), SIRA_OK);
        sira_credentials credentials;
        sira_str copy;
        expect_status(cases[i].name, parse(text, &copy, &credentials, NULL), SIRA_OK);
        const sira_digest_request request = {.method = SIRA_STR("REGISTER"), .uri = SIRA_STR("sip:x")};
        expect_status(cases[i].name, sira_credentials_check(&credentials, &hash, &request, ha1), SIRA_OK);
        heap_str_free(copy);
    }
}

static void what_can_not_be_checked_says_so(void **state)
{
    (void)state;
    const uint8_t ha1[SIRA_HASH_SIZE_MAX] = {0};
    sira_hash hash = sira_gcrypt_hash(&gcrypt);
    const sira_digest_request request = {.method = SIRA_STR("REGISTER"), .uri = SIRA_STR("sip:x")};
    sira_credentials credentials;
    sira_str copy;
    assert_int_equal(parse(LEAST ", algorithm=SHA3", &copy, &credentials, NULL), SIRA_OK);
    assert_int_equal(sira_credentials_check(&credentials, &hash, &request, ha1), SIRA_E_CREDENTIALS);
    heap_str_free(copy);
    hash.algorithms = 1u << SIRA_HASH_SHA256;
    assert_int_equal(parse(LEAST, &copy, &credentials, NULL), SIRA_OK);
    assert_int_equal(sira_credentials_check(&credentials, &hash, &request, ha1), SIRA_E_HASH);
    heap_str_free(copy);
    /* Only what has to be copied, because of an escape, has a limit. */
    char text[1200] = "Digest username=\"u\", realm=\"r\", uri=\"sip:x\", response=\"00\", nonce=\"";
    memset(text + strlen(text), 'x', 500);
    hash.algorithms = 7;
    strcat(text, "\"");
    assert_int_equal(parse(text, &copy, &credentials, NULL), SIRA_OK);
    assert_int_equal(sira_credentials_check(&credentials, &hash, &request, ha1), SIRA_E_CREDENTIALS);
    heap_str_free(copy);
    strcpy(text + strlen(text) - 3, "\\x\"");
    assert_int_equal(parse(text, &copy, &credentials, NULL), SIRA_OK);
    assert_int_equal(sira_credentials_check(&credentials, &hash, &request, ha1), SIRA_E_LIMIT);
    heap_str_free(copy);
}

static void userhash_is_published(void **state)
{
    (void)state;
    const sira_hash hash = sira_gcrypt_hash(&gcrypt);
    const sira_str parts[2] = {SIRA_STR("J\xc3\xa4s\xc3\xb8n Doe"), SIRA_STR("api@example.org")};
    uint8_t bytes[SIRA_HASH_SIZE_MAX];
    char hex[SIRA_I_HEX_MAX];
    assert_int_equal(sira_digest_userhash(&hash, SIRA_HASH_SHA512_256, parts, bytes), SIRA_OK);
    expect_str("RFC 7616 3.9.2, erratum 4897", sira_i_hex_write(bytes, 32, hex),
               "793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_credentials_are_right),
        cmocka_unit_test(what_is_incomplete_or_contradicts_itself_is_refused),
        cmocka_unit_test(odd_forms_are_hashed_as_they_were_meant),
        cmocka_unit_test(what_can_not_be_checked_says_so),
        cmocka_unit_test(userhash_is_published),
    };
    if (sira_gcrypt_open(&gcrypt) != SIRA_OK)
        return 1;
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    sira_gcrypt_close(&gcrypt);
    return failed;
}
