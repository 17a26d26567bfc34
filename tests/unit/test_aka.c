/* AKA with the values of 3GPP TS 35.208, test set 1. */
#include "support/counter.h"
#include "support/exchange.h"

#include <stdio.h>
#include <string.h>

#define W "WWW-Authenticate: Digest "

static const uint8_t rand_set1[16] = {0x23, 0x55, 0x3c, 0xbe, 0x96, 0x37, 0xa8, 0x9d,
                                      0x21, 0x8a, 0xe6, 0x4d, 0xae, 0x47, 0xbf, 0x35};
static const uint8_t autn_set1[16] = {0x55, 0xf3, 0x28, 0xb4, 0x35, 0x77, 0xb9, 0xb9,
                                      0x4a, 0x9f, 0xfa, 0xc3, 0x54, 0xdf, 0xaf, 0xb3};
static const sira_aka answer_set1 = {
    .res_len = 8,
    .res = {0xa5, 0x42, 0x11, 0xd5, 0xe3, 0xba, 0x50, 0xbf},
    .ck = {0xb4, 0x0b, 0xa9, 0xa3, 0xc5, 0x8b, 0x2a, 0x05, 0xbb, 0xf0, 0xd9, 0x87, 0xb2, 0x1b, 0xf8, 0xcb},
    .ik = {0xf7, 0x69, 0xbc, 0xd7, 0x51, 0x04, 0x46, 0x04, 0x12, 0x76, 0x72, 0x71, 0x1c, 0x6d, 0x34, 0x41},
};
static const sira_aka resync_set1 = {
    .resynchronize = true,
    .auts = {0x45, 0x1e, 0x8b, 0xec, 0xa4, 0x1a, 0x80, 0x12, 0x5e, 0xca, 0x88, 0x84, 0xb5, 0x6a},
};
#define NONCE_SET1 "I1U8vpY3qJ0hiuZNrke/NVXzKLQ1d7m5Sp/6w1Tfr7M="

typedef struct card {
    sira_digest_usim usim;
    sira_aka answer;
    sira_status status;
    unsigned calls;
} card;

static sira_status ask_card(void *context, const uint8_t rand[16], const uint8_t autn[16], sira_aka *aka)
{
    card *c = context;
    c->calls++;
    assert_memory_equal(rand, rand_set1, 16);
    assert_memory_equal(autn, autn_set1, 16);
    if (c->status == SIRA_OK)
        *aka = c->answer;
    return c->status;
}

static void open_card(exchange *x, card *c, const sira_aka *answer, sira_status status)
{
    exchange_open(x);
    *c = (card){.answer = *answer, .status = status};
    sira_digest_usim_init(&c->usim, ask_card, c);
    x->config.user = SIRA_STR("alice@ims.example.org");
    x->config.password = (sira_str){NULL, 0};
    x->config.usim = &c->usim;
    exchange_init(x);
    x->request.uri = SIRA_STR("sip:ims.example.org");
}

/* The vectors' cnonce is not ours, so the answer is checked by the book, which the vectors check elsewhere. */
static void expect_aka_answer(const exchange *x, const char *algorithm, const char *password)
{
    char right[65], quoted[70];
    const book b = {.algorithm = algorithm,
                    .user = "alice@ims.example.org",
                    .realm = "ims.example.org",
                    .password = password,
                    .method = "REGISTER",
                    .uri = "sip:ims.example.org",
                    .nonce = NONCE_SET1,
                    .nc = "00000001",
                    .cnonce = "0101010101010101",
                    .qop = "auth"};
    book_response(&x->config.hash, &b, right);
    snprintf(quoted, sizeof quoted, "\"%s\"", right);
    assert_string_equal(line_param(x->text, "Authorization", 0, "response"), quoted);
    assert_string_equal(line_param(x->text, "Authorization", 0, "algorithm"), algorithm);
}

#define AKA(algorithm, nonce)                                                                                          \
    W "realm=\"ims.example.org\", nonce=\"" nonce "\", qop=\"auth\", algorithm=" algorithm "\r\n"

static void akav1_answers_with_res(void **state)
{
    (void)state;
    exchange x;
    card c;
    open_card(&x, &c, &answer_set1, SIRA_OK);
    assert_int_equal(exchange_challenge(&x, AKA("AKAv1-MD5", NONCE_SET1)), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    expect_aka_answer(&x, "AKAv1-MD5", "\xa5\x42\x11\xd5\xe3\xba\x50\xbf");
    assert_int_equal(exchange_accept(&x, ""), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK); /* a refresh does not ask the card again */
    assert_int_equal(c.calls, 1);
    assert_false(memory_holds(&x.client, sizeof x.client, answer_set1.ck, 8));
    assert_false(memory_holds(&x.client, sizeof x.client, answer_set1.ik, 8));
    assert_false(memory_holds(&x.client, sizeof x.client, answer_set1.res, 8));
    exchange_close(&x);
}

static void akav2_answers_with_the_key_of_res_ik_and_ck(void **state)
{
    (void)state;
    exchange x;
    card c;
    open_card(&x, &c, &answer_set1, SIRA_OK);
    assert_int_equal(exchange_challenge(&x, AKA("AKAv2-MD5", NONCE_SET1)), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    expect_aka_answer(&x, "AKAv2-MD5", "shzt3q8CWaZnCAWqs3WmEQ==");
    exchange_close(&x);
}

/* Two hashes for the key, one for HA1. */
static void any_hash_of_akav2_may_fail(void **state)
{
    (void)state;
    for (unsigned fail_at = 1; fail_at <= 3; fail_at++) {
        exchange x;
        card c;
        counter hashes;
        open_card(&x, &c, &answer_set1, SIRA_OK);
        const sira_hash right = x.config.hash;
        const sira_digest_client before = x.client;
        x.config.hash = counter_hash(&hashes, right, fail_at);
        assert_int_equal(exchange_challenge(&x, AKA("AKAv2-MD5", NONCE_SET1)), SIRA_E_HASH);
        assert_memory_equal(&before, &x.client, sizeof before);
        c.status = SIRA_MORE; /* the same when the card answers later: the challenge is given up */
        assert_int_equal(exchange_challenge(&x, AKA("AKAv2-MD5", NONCE_SET1)), SIRA_MORE);
        x.config.hash = counter_hash(&hashes, right, fail_at);
        assert_int_equal(sira_digest_client_give_aka(&x.client, rand_set1, &answer_set1), SIRA_E_HASH);
        assert_int_equal(sira_digest_client_give_aka(&x.client, rand_set1, &answer_set1), SIRA_IDLE);
        assert_false(memory_holds(&x.client, sizeof x.client, answer_set1.res, 8));
        x.config.hash = right;
        assert_int_equal(exchange_answer(&x), SIRA_OK);
        assert_string_equal(x.text, "");
        exchange_close(&x);
    }
}

/* A byte of zero in RES is hashed like any other. */
static void res_is_binary(void **state)
{
    (void)state;
    exchange x;
    card c;
    sira_aka answer = answer_set1;
    uint8_t ha1[SIRA_HASH_SIZE_MAX];
    answer.res[0] = 0;
    answer.res[5] = 0;
    open_card(&x, &c, &answer, SIRA_OK);
    assert_int_equal(exchange_challenge(&x, AKA("AKAv1-MD5", NONCE_SET1)), SIRA_OK);
    const sira_str parts[3] = {x.config.user, SIRA_STR("ims.example.org"), {(const char *)answer.res, 8}};
    assert_int_equal(sira_digest_ha1(&x.config.hash, SIRA_HASH_MD5, parts, ha1), SIRA_OK);
    assert_true(memory_holds(&x.client, sizeof x.client, ha1, 16));
    exchange_close(&x);
}

static void a_card_out_of_step_asks_for_resynchronization_once(void **state)
{
    (void)state;
    exchange x;
    card c;
    open_card(&x, &c, &resync_set1, SIRA_OK);
    assert_int_equal(exchange_challenge(&x, AKA("AKAv1-MD5", NONCE_SET1)), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_string_equal(line_param(x.text, "Authorization", 0, "auts"), "\"RR6L7KQagBJeyoiEtWo=\"");
    expect_aka_answer(&x, "AKAv1-MD5", "");
    /* The network has followed: another challenge is no rejection. */
    c.answer = answer_set1;
    assert_int_equal(exchange_challenge(&x, AKA("AKAv1-MD5", NONCE_SET1)), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_null(line_param(x.text, "Authorization", 0, "auts"));
    /* And the answer to it can be rejected. */
    assert_int_equal(exchange_challenge(&x, AKA("AKAv1-MD5", NONCE_SET1)), SIRA_E_CREDENTIALS);
    exchange_close(&x);
}

static void resynchronization_is_bounded(void **state)
{
    (void)state;
    exchange x;
    card c;
    open_card(&x, &c, &resync_set1, SIRA_OK);
    assert_int_equal(exchange_challenge(&x, AKA("AKAv1-MD5", NONCE_SET1)), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_int_equal(exchange_challenge(&x, AKA("AKAv1-MD5", NONCE_SET1)), SIRA_E_CREDENTIALS);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_string_equal(x.text, "");
    /* AUTS that came to nothing is not sent again. */
    assert_int_equal(exchange_challenge(&x, AKA("AKAv1-MD5", NONCE_SET1)), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_string_equal(x.text, "");
    exchange_close(&x);
}

static void the_card_may_answer_later(void **state)
{
    (void)state;
    exchange x;
    card c;
    const uint8_t ha1[SIRA_HASH_SIZE_MAX] = {1}, other[16] = {1};
    open_card(&x, &c, &answer_set1, SIRA_MORE);
    assert_int_equal(exchange_challenge(&x, AKA("AKAv1-MD5", NONCE_SET1)), SIRA_MORE);
    assert_int_equal(sira_digest_client_give_aka(&x.client, other, &answer_set1), SIRA_IDLE);
    assert_int_equal(sira_digest_client_give_ha1(&x.client, SIRA_STR("ims.example.org"), SIRA_HASH_MD5, ha1),
                     SIRA_IDLE);
    assert_int_equal(sira_digest_client_give_aka(&x.client, rand_set1, &answer_set1), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    expect_aka_answer(&x, "AKAv1-MD5", "\xa5\x42\x11\xd5\xe3\xba\x50\xbf");
    exchange_close(&x);

    open_card(&x, &c, &answer_set1, SIRA_MORE);
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(exchange_challenge(&x, AKA("AKAv1-MD5", NONCE_SET1)), SIRA_MORE);
        assert_int_equal(sira_digest_client_give_aka(&x.client, rand_set1, &resync_set1),
                         i == 0 ? SIRA_OK : SIRA_E_CREDENTIALS);
        assert_int_equal(exchange_answer(&x), SIRA_OK);
    }
    assert_string_equal(x.text, "");
    exchange_close(&x);
}

/* The same card asked about another RAND: 2a in place of the first byte. */
#define NONCE_OTHER "KlU8vpY3qJ0hiuZNrke/NVXzKLQ1d7m5Sp/6w1Tfr7M="

static sira_status ask_any(void *context, const uint8_t rand[16], const uint8_t autn[16], sira_aka *aka)
{
    (void)context;
    (void)rand;
    (void)autn;
    (void)aka;
    return SIRA_MORE;
}

static void an_answer_that_comes_too_late_is_not_taken_for_another(void **state)
{
    (void)state;
    exchange x;
    card c;
    uint8_t other[16];
    memcpy(other, rand_set1, sizeof other);
    other[0] = 0x2a;
    open_card(&x, &c, &answer_set1, SIRA_MORE);
    sira_digest_usim_init(&c.usim, ask_any, NULL);
    assert_int_equal(exchange_challenge(&x, AKA("AKAv1-MD5", NONCE_SET1)), SIRA_MORE);
    assert_int_equal(exchange_challenge(&x, AKA("AKAv1-MD5", NONCE_OTHER)), SIRA_MORE);
    assert_int_equal(sira_digest_client_give_aka(&x.client, rand_set1, &answer_set1), SIRA_IDLE);
    assert_int_equal(sira_digest_client_give_aka(&x.client, other, &answer_set1), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_string_equal(line_param(x.text, "Authorization", 0, "nonce"), "\"" NONCE_OTHER "\"");
    exchange_close(&x);
    /* Two that wait at once, of one realm. */
    open_card(&x, &c, &answer_set1, SIRA_MORE);
    sira_digest_usim_init(&c.usim, ask_any, NULL);
    assert_int_equal(exchange_challenge(&x,
                                        AKA("AKAv1-MD5", NONCE_SET1) "Proxy-Authenticate: Digest "
                                                                     "realm=\"ims.example.org\", nonce=\"" NONCE_OTHER
                                                                     "\", qop=\"auth\", algorithm=AKAv1-MD5\r\n"),
                     SIRA_MORE);
    assert_int_equal(sira_digest_client_give_aka(&x.client, rand_set1, &answer_set1), SIRA_MORE);
    assert_int_equal(sira_digest_client_give_aka(&x.client, rand_set1, &answer_set1), SIRA_IDLE);
    assert_int_equal(sira_digest_client_give_aka(&x.client, other, &answer_set1), SIRA_OK);
    exchange_close(&x);
}

/* Its password is empty, so everybody could make this proof. */
static void an_answer_to_auts_proves_nothing(void **state)
{
    (void)state;
    for (unsigned demanded = 0; demanded < 2; demanded++) {
        exchange x;
        card c;
        char line[120], hex[65];
        open_card(&x, &c, &resync_set1, SIRA_OK);
        x.config.policy.require_rspauth = demanded != 0;
        assert_int_equal(exchange_challenge(&x, AKA("AKAv1-MD5", NONCE_SET1)), SIRA_OK);
        assert_int_equal(exchange_answer(&x), SIRA_OK);
        const book b = {.algorithm = "AKAv1-MD5",
                        .user = "alice@ims.example.org",
                        .realm = "ims.example.org",
                        .password = "",
                        .method = "",
                        .uri = "sip:ims.example.org",
                        .nonce = NONCE_SET1,
                        .nc = "00000001",
                        .cnonce = "0101010101010101",
                        .qop = "auth"};
        book_response(&x.config.hash, &b, hex);
        snprintf(line, sizeof line, "Authentication-Info: rspauth=\"%s\"\r\n", hex);
        assert_int_equal(exchange_accept(&x, line), SIRA_E_RSPAUTH);
        assert_int_equal(exchange_accept(&x, ""), demanded ? SIRA_E_RSPAUTH : SIRA_OK);
        exchange_close(&x);
    }
}

static void what_is_no_aka_challenge_is_refused(void **state)
{
    (void)state;
    static const char *const lines[] = {
        AKA("AKAv1-MD5", "I1U8vpY3qJ0hiuZNrke/NVXzKLQ1d7m5Sp/6w1Tfrw=="), /* 31 bytes */
        AKA("AKAv1-MD5", "I1U8"),
        AKA("AKAv1-MD5", ""),
        AKA("AKAv1-MD5", "****"),
        AKA("MD5", NONCE_SET1), /* a password there is none */
    };
    exchange x;
    card c;
    open_card(&x, &c, &answer_set1, SIRA_OK);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        const sira_digest_client before = x.client;
        expect_status(lines[i], exchange_challenge(&x, lines[i]), SIRA_E_CHALLENGE);
        assert_memory_equal(&before, &x.client, sizeof before);
    }
    assert_int_equal(c.calls, 0);
    c.status = SIRA_E_CHALLENGE; /* the network is not genuine */
    assert_int_equal(exchange_challenge(&x, AKA("AKAv1-MD5", NONCE_SET1)), SIRA_E_CHALLENGE);
    c.status = SIRA_OK;
    c.answer.res_len = 3;
    assert_int_equal(exchange_challenge(&x, AKA("AKAv1-MD5", NONCE_SET1)), SIRA_E_ARGUMENT);
    c.answer.res_len = 17;
    assert_int_equal(exchange_challenge(&x, AKA("AKAv1-MD5", NONCE_SET1)), SIRA_E_ARGUMENT);
    exchange_close(&x);
}

/* RFC 3310 3.2 allows server data behind AUTN. */
static void server_data_in_the_nonce_is_passed_over(void **state)
{
    (void)state;
    exchange x;
    card c;
    open_card(&x, &c, &answer_set1, SIRA_OK);
    assert_int_equal(exchange_challenge(&x, AKA("AKAv1-MD5", "I1U8vpY3qJ0hiuZNrke/NVXzKLQ1d7m5Sp/6w1Tfr7Nub25jZQ==")),
                     SIRA_OK);
    assert_int_equal(c.calls, 1);
    exchange_close(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(akav1_answers_with_res),
        cmocka_unit_test(akav2_answers_with_the_key_of_res_ik_and_ck),
        cmocka_unit_test(any_hash_of_akav2_may_fail),
        cmocka_unit_test(res_is_binary),
        cmocka_unit_test(a_card_out_of_step_asks_for_resynchronization_once),
        cmocka_unit_test(resynchronization_is_bounded),
        cmocka_unit_test(the_card_may_answer_later),
        cmocka_unit_test(an_answer_that_comes_too_late_is_not_taken_for_another),
        cmocka_unit_test(an_answer_to_auts_proves_nothing),
        cmocka_unit_test(what_is_no_aka_challenge_is_refused),
        cmocka_unit_test(server_data_in_the_nonce_is_passed_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
