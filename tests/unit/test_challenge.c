#include "support/support.h"

#include <sira/digest.h>

#include <string.h>

/* Free *copy when done: the views point into it. */
static sira_status parse(const char *text, sira_str *copy, sira_challenge *challenge, sira_diag *diag)
{
    sira_cursor cursor;
    sira_auth auth;
    *copy = heap_str_from(text);
    sira_cursor_init_text(&cursor, *copy, SIRA_FIELD_WWW_AUTHENTICATE);
    assert_int_equal(sira_auth_next(&cursor, &auth, NULL), SIRA_OK);
    return sira_challenge_parse(challenge, &auth, diag);
}

static void parameters_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
        sira_algorithm algorithm;
        unsigned qop;
        bool algorithm_present, qop_present, stale, userhash, utf8;
        const char *realm, *nonce, *opaque, *domain;
    } cases[] = {
        {"least", "Digest realm=\"r\", nonce=\"n\"", SIRA_ALGORITHM_MD5, 0, 0, 0, 0, 0, 0, "\"r\"", "\"n\"", "", ""},
        {"all",
         "Digest realm=\"r\", domain=\"sip:a sip:b\", nonce=\"n\", opaque=\"o\", stale=true, algorithm=SHA-256, "
         "qop=\"auth,auth-int\", charset=UTF-8, userhash=true",
         SIRA_ALGORITHM_SHA_256, 3, 1, 1, 1, 1, 1, "\"r\"", "\"n\"", "\"o\"", "\"sip:a sip:b\""},
        {"any case",
         "dIGEST "
         "REALM=\"r\",NONCE=\"n\",ALGORITHM=sha-512-256-SESS,QOP=\"AUTH\",STALE=TRUE,USERHASH=True,CHARSET=utf-8",
         SIRA_ALGORITHM_SHA_512_256_SESS, 1, 1, 1, 1, 1, 1, "\"r\"", "\"n\"", "", ""},
        {"sloppy quotes", "Digest realm=r, nonce=n, algorithm=\"MD5-sess\", qop=auth-int, stale=\"true\"",
         SIRA_ALGORITHM_MD5_SESS, 2, 1, 1, 1, 0, 0, "r", "n", "", ""},
        {"unknown algorithm", "Digest realm=\"r\", nonce=\"n\", algorithm=SHA3-256", SIRA_ALGORITHM_NONE, 0, 1, 0, 0, 0,
         0, "\"r\"", "\"n\"", "", ""},
        {"unknown qop", "Digest realm=\"r\", nonce=\"n\", qop=\"auth-conf\"", SIRA_ALGORITHM_MD5, 0, 0, 1, 0, 0, 0,
         "\"r\"", "\"n\"", "", ""},
        {"unknown among qop", "Digest realm=\"r\", nonce=\"n\", qop=\"auth-conf, auth-int ,,x\"", SIRA_ALGORITHM_MD5, 2,
         0, 1, 0, 0, 0, "\"r\"", "\"n\"", "", ""},
        {"empty qop", "Digest realm=\"r\", nonce=\"n\", qop=\"\"", SIRA_ALGORITHM_MD5, 0, 0, 1, 0, 0, 0, "\"r\"",
         "\"n\"", "", ""},
        {"qop is no prefix", "Digest realm=\"r\", nonce=\"n\", qop=\"auth-in,au\"", SIRA_ALGORITHM_MD5, 0, 0, 1, 0, 0,
         0, "\"r\"", "\"n\"", "", ""},
        {"unknown parameters", "Digest realm=\"r\", x=\"1\", nonce=\"n\", x=2, y=\",\"", SIRA_ALGORITHM_MD5, 0, 0, 0, 0,
         0, 0, "\"r\"", "\"n\"", "", ""},
        {"escapes stay", "Digest realm=\"a\\\"b\\\\c\", nonce=\"n\\\"\"", SIRA_ALGORITHM_MD5, 0, 0, 0, 0, 0, 0,
         "\"a\\\"b\\\\c\"", "\"n\\\"\"", "", ""},
        {"stale that is not true", "Digest realm=\"r\", nonce=\"n\", stale=yes", SIRA_ALGORITHM_MD5, 0, 0, 0, 0, 0, 0,
         "\"r\"", "\"n\"", "", ""},
        {"empty values", "Digest realm=\"\", nonce=\"\", opaque=\"\"", SIRA_ALGORITHM_MD5, 0, 0, 0, 0, 0, 0, "\"\"",
         "\"\"", "\"\"", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        sira_challenge c;
        sira_str copy;
        memset(&c, 0xee, sizeof c);
        expect_status(cases[i].name, parse(cases[i].text, &copy, &c, NULL), SIRA_OK);
        expect_str(cases[i].name, c.realm, cases[i].realm);
        expect_str(cases[i].name, c.nonce, cases[i].nonce);
        expect_str(cases[i].name, c.opaque, cases[i].opaque);
        expect_str(cases[i].name, c.domain, cases[i].domain);
        if (c.algorithm != cases[i].algorithm || c.qop != cases[i].qop ||
            c.algorithm_present != cases[i].algorithm_present || c.qop_present != cases[i].qop_present ||
            c.stale != cases[i].stale || c.userhash != cases[i].userhash || c.utf8 != cases[i].utf8)
            fail_msg("%s: algorithm %u qop %u flags %d%d%d%d%d", cases[i].name, c.algorithm, c.qop, c.algorithm_present,
                     c.qop_present, c.stale, c.userhash, c.utf8);
        heap_str_free(copy);
    }
}

static void what_is_none_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
        sira_status status;
    } cases[] = {
        {"Basic", "Basic realm=\"r\"", SIRA_IDLE},
        {"Bearer", "Bearer realm=\"r\", nonce=\"n\"", SIRA_IDLE},
        {"no realm", "Digest nonce=\"n\"", SIRA_E_SYNTAX},
        {"no nonce", "Digest realm=\"r\"", SIRA_E_SYNTAX},
        {"realm twice", "Digest realm=\"r\", nonce=\"n\", realm=\"r\"", SIRA_E_SYNTAX},
        {"nonce twice", "Digest realm=\"r\", nonce=\"n\", NONCE=\"m\"", SIRA_E_SYNTAX},
        {"algorithm twice", "Digest realm=\"r\", nonce=\"n\", algorithm=MD5, algorithm=SHA-256", SIRA_E_SYNTAX},
        {"qop twice", "Digest realm=\"r\", nonce=\"n\", qop=\"auth\", qop=\"auth-int\"", SIRA_E_SYNTAX},
        {"stale twice", "Digest realm=\"r\", nonce=\"n\", stale=true, stale=false", SIRA_E_SYNTAX},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        sira_challenge c, before;
        sira_str copy;
        memset(&c, 0xee, sizeof c);
        before = c;
        expect_status(cases[i].name, parse(cases[i].text, &copy, &c, NULL), cases[i].status);
        if (memcmp(&c, &before, sizeof c) != 0)
            fail_msg("%s: the challenge was written all the same", cases[i].name);
        heap_str_free(copy);
    }
}

static void a_refusal_says_where(void **state)
{
    (void)state;
    sira_challenge c;
    sira_str copy;
    sira_diag diag = {0};
    expect_status("twice", parse("Digest realm=\"r\", nonce=\"n\", realm=\"r\"", &copy, &c, &diag), SIRA_E_SYNTAX);
    assert_string_equal(diag.expected, "each parameter once");
    assert_int_equal(diag.offset, strlen("realm=\"r\", nonce=\"n\", "));
    heap_str_free(copy);
    expect_status("missing", parse("Digest realm=\"r\"", &copy, &c, &diag), SIRA_E_SYNTAX);
    assert_string_equal(diag.expected, "a nonce");
    heap_str_free(copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parameters_are_read),
        cmocka_unit_test(what_is_none_is_refused),
        cmocka_unit_test(a_refusal_says_where),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
