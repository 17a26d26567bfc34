#include "support/exchange.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define W "WWW-Authenticate: Digest "
#define P "Proxy-Authenticate: Digest "

typedef struct block {
    uint8_t bytes[SIRA_DIGEST_EXPORT_SIZE];
    size_t length;
} block;

static void save(const exchange *x, block *b)
{
    assert_int_equal(sira_digest_client_export(&x->client, b->bytes, sizeof b->bytes, &b->length), SIRA_OK);
}

/* From a heap copy of exactly its length. */
static sira_status load(exchange *x, const uint8_t *bytes, size_t length)
{
    const sira_str copy = heap_str(bytes, length);
    const sira_status status = sira_digest_client_import(&x->client, (const uint8_t *)copy.at, copy.len);
    heap_str_free(copy);
    return status;
}

static void what_was_known_is_known_again(void **state)
{
    (void)state;
    exchange x, y;
    block b;
    exchange_open(&x);
    exchange_init(&x);
    assert_int_equal(
        exchange_challenge(&x, W "realm=\"r\\\"1\", nonce=\"n\", opaque=\"o\", qop=\"auth\", algorithm=SHA-256-sess, "
                                 "userhash=true\r\n" P "realm=\"p\", nonce=\"m\"\r\n"),
        SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    save(&x, &b);
    exchange_open(&y);
    exchange_init(&y);
    assert_int_equal(load(&y, b.bytes, b.length), SIRA_OK);
    x.cnonces = y.cnonces = 7;
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_int_equal(exchange_answer(&y), SIRA_OK);
    assert_string_equal(x.text, y.text);
    assert_string_equal(line_param(y.text, "Authorization", 0, "nc"), "00000003");
    /* It came by no challenge of this run: one in return rejects nothing. */
    assert_int_equal(exchange_challenge(&y, W "realm=\"r\\\"1\", nonce=\"2\", algorithm=SHA-256\r\n"), SIRA_OK);
    exchange_close(&x);
    exchange_close(&y);
}

static void a_nonce_that_the_policy_no_longer_allows_is_left_behind(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        sira_digest_policy policy;
        unsigned lines;
    } cases[] = {
        {"the same", {0}, 1},
        {"as much as is needed", {.minimum_algorithm = SIRA_ALGORITHM_SHA_256, .minimum_qop = SIRA_QOP_AUTH}, 1},
        {"a stronger algorithm", {.minimum_algorithm = SIRA_ALGORITHM_SHA_512_256}, 0},
        {"another qop", {.minimum_qop = SIRA_QOP_AUTH_INT}, 0},
    };
    exchange x;
    block b;
    exchange_open(&x);
    exchange_init(&x);
    assert_int_equal(exchange_challenge(&x, W "realm=\"r\", nonce=\"1\", qop=\"auth\", algorithm=SHA-256\r\n"),
                     SIRA_OK);
    save(&x, &b);
    exchange_close(&x);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        exchange_open(&x);
        x.config.policy = cases[i].policy;
        exchange_init(&x);
        assert_int_equal(load(&x, b.bytes, b.length), SIRA_OK);
        assert_int_equal(exchange_answer(&x), SIRA_OK);
        if (line_count(x.text, "Authorization") != cases[i].lines)
            fail_msg("%s: %s", cases[i].name, x.text);
        exchange_close(&x);
    }
}

static void no_secret_is_in_it(void **state)
{
    (void)state;
    exchange x;
    block b;
    exchange_open(&x);
    exchange_init(&x);
    assert_int_equal(exchange_challenge(&x, W "realm=\"r\", nonce=\"n\", qop=\"auth\"\r\n"), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    save(&x, &b);
    assert_false(memory_holds(b.bytes, b.length, "secret", 6));
    assert_false(memory_holds(b.bytes, b.length, x.client.realms[0].ha1, 16));
    exchange_close(&x);
}

static void the_downgrade_memory_outlives_a_reboot(void **state)
{
    (void)state;
    exchange x;
    block b;
    exchange_open(&x);
    exchange_init(&x);
    assert_int_equal(exchange_challenge(&x, W "realm=\"r\", nonce=\"n\", algorithm=SHA-256\r\n"), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_int_equal(exchange_accept(&x, ""), SIRA_OK);
    sira_digest_client_forget(&x.client); /* also without a nonce */
    save(&x, &b);
    exchange_close(&x);
    exchange_open(&x);
    exchange_init(&x);
    assert_int_equal(load(&x, b.bytes, b.length), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_string_equal(x.text, "");
    assert_int_equal(exchange_challenge(&x, W "realm=\"r\", nonce=\"n\", algorithm=MD5\r\n"), SIRA_E_DOWNGRADE);
    exchange_close(&x);
}

static void an_empty_client_is_a_block_too(void **state)
{
    (void)state;
    exchange x;
    block b;
    exchange_open(&x);
    exchange_init(&x);
    save(&x, &b);
    assert_int_equal(b.length, 5);
    assert_int_equal(exchange_challenge(&x, W "realm=\"r\", nonce=\"n\"\r\n"), SIRA_OK);
    assert_int_equal(load(&x, b.bytes, b.length), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_string_equal(x.text, "");
    exchange_close(&x);
}

static void a_block_needs_its_room(void **state)
{
    (void)state;
    exchange x;
    block b;
    exchange_open(&x);
    exchange_init(&x);
    assert_int_equal(exchange_challenge(&x, W "realm=\"r\", nonce=\"n\"\r\n"), SIRA_OK);
    save(&x, &b);
    for (size_t size = 0; size <= b.length; size++) {
        uint8_t *room = malloc(size > 0 ? size : 1);
        size_t length = 0;
        assert_non_null(room);
        assert_int_equal(sira_digest_client_export(&x.client, room, size, &length),
                         size < b.length ? SIRA_E_SPACE : SIRA_OK);
        free(room);
    }
    exchange_close(&x);
}

/* Whatever is done to a block: it is refused and nothing changes, or what it says can be written without harm. */
static void a_damaged_block_does_no_harm(void **state)
{
    (void)state;
    exchange x, y;
    block b;
    exchange_open(&x);
    exchange_init(&x);
    exchange_open(&y);
    exchange_init(&y);
    assert_int_equal(exchange_challenge(&x, W "realm=\"rr\", nonce=\"nn\", opaque=\"oo\", qop=\"auth\"\r\n" P
                                              "realm=\"p\", nonce=\"m\"\r\n"),
                     SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    save(&x, &b);
    for (size_t length = 0; length < b.length; length++) {
        const sira_digest_client before = y.client;
        assert_true(load(&y, b.bytes, length) < 0);
        assert_memory_equal(&before, &y.client, sizeof before);
    }
    static const uint8_t values[] = {0, 1, 2, 3, 8, 9, '"', '\\', '\r', '\n', 0x3f, 0x40, 0x41, 0x7f, 0x80, 0xa0, 0xff};
    for (size_t at = 0; at < b.length; at++) {
        for (size_t i = 0; i < sizeof values; i++) {
            block damaged = b;
            damaged.bytes[at] = values[i];
            const sira_digest_client before = y.client;
            const sira_status status = load(&y, damaged.bytes, damaged.length);
            if (status < 0)
                assert_memory_equal(&before, &y.client, sizeof before);
            /* A line could be broken by a quote, a CR or LF: exchange_answer finds what the writer refuses. */
            assert_int_equal(exchange_answer(&y), SIRA_OK);
            assert_true(strstr(y.text, "\r\n\r\n") == NULL);
            exchange_init(&y);
        }
    }
    b.bytes[b.length] = 0;
    assert_int_equal(load(&y, b.bytes, b.length + 1), SIRA_E_SYNTAX);
    b.bytes[1] = 1;
    assert_int_equal(load(&y, b.bytes, b.length), SIRA_E_UNSUPPORTED);
    b.bytes[1] = 2;
    b.bytes[2] = SIRA_LIMIT_REALMS + 1;
    assert_int_equal(load(&y, b.bytes, b.length), SIRA_E_LIMIT);
    exchange_close(&x);
    exchange_close(&y);
}

/* The block of one realm with texts of these lengths, all 'x'. */
static void build(const exchange *x, block *b, size_t realm, size_t nonce, size_t opaque)
{
    enum { LENGTHS = 9, TEXTS = 27 };
    const size_t lengths[] = {realm, nonce, opaque};
    save(x, b);
    for (size_t i = 0; i < 3; i++) {
        b->bytes[LENGTHS + 2 * i] = (uint8_t)(lengths[i] >> 8);
        b->bytes[LENGTHS + 1 + 2 * i] = (uint8_t)lengths[i];
    }
    b->length = TEXTS + realm + nonce + opaque;
    assert_true(b->length <= sizeof b->bytes);
    memset(b->bytes + TEXTS, 'x', b->length - TEXTS);
}

static void expect_load(const block *b, sira_status expected)
{
    exchange y;
    exchange_open(&y);
    exchange_init(&y);
    const sira_digest_client before = y.client;
    assert_int_equal(load(&y, b->bytes, b->length), expected);
    if (expected != SIRA_OK)
        assert_memory_equal(&before, &y.client, sizeof before);
    exchange_close(&y);
}

static void texts_have_their_limits(void **state)
{
    (void)state;
    static const size_t limits[] = {SIRA_LIMIT_REALM, SIRA_LIMIT_NONCE, SIRA_LIMIT_OPAQUE};
    exchange x;
    block b;
    exchange_open(&x);
    exchange_init(&x);
    assert_int_equal(exchange_challenge(&x, W "realm=\"r\", nonce=\"n\", opaque=\"o\"\r\n"), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    for (size_t i = 0; i < 3; i++) {
        size_t lengths[] = {1, 1, 1};
        lengths[i] = limits[i];
        build(&x, &b, lengths[0], lengths[1], lengths[2]);
        expect_load(&b, SIRA_OK);
        lengths[i]++;
        build(&x, &b, lengths[0], lengths[1], lengths[2]);
        expect_load(&b, SIRA_E_LIMIT);
    }
    exchange_close(&x);
}

/* A quote in any of the three texts, at either end, would break the line that they are written into. */
static void texts_can_be_quoted(void **state)
{
    (void)state;
    exchange x;
    block b;
    exchange_open(&x);
    exchange_init(&x);
    assert_int_equal(exchange_challenge(&x, W "realm=\"r\", nonce=\"n\", opaque=\"o\"\r\n"), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    for (size_t at = 0; at < 12; at++) {
        build(&x, &b, 4, 4, 4);
        expect_load(&b, SIRA_OK);
        b.bytes[b.length - 12 + at] = '"';
        expect_load(&b, SIRA_E_SYNTAX);
    }
    exchange_close(&x);
}

static void what_a_block_says_is_in_range(void **state)
{
    (void)state;
    static const struct {
        size_t at;
        uint8_t value;
        sira_status status;
    } cases[] = {
        {0, 0xd0, SIRA_E_SYNTAX},
        {3, 0x25, SIRA_OK}, /* what the registrar has accepted: auth-int and the strongest algorithm */
        {3, 0x26, SIRA_E_SYNTAX},
        {3, 0x35, SIRA_E_SYNTAX},
        {4, 0x25, SIRA_OK}, /* and proxies */
        {4, 0x26, SIRA_E_SYNTAX},
        {4, 0x35, SIRA_E_SYNTAX},
        {7, SIRA_ALGORITHM_SHA_512_256, SIRA_OK},
        {7, SIRA_ALGORITHM_SHA_512_256_SESS, SIRA_E_SYNTAX}, /* without qop */
        {7, SIRA_ALGORITHM_AKAV1_MD5, SIRA_E_SYNTAX},
        {7, SIRA_ALGORITHM_COUNT, SIRA_E_SYNTAX},
        {7, SIRA_ALGORITHM_NONE, SIRA_E_SYNTAX},
        {8, SIRA_QOP_AUTH_INT, SIRA_OK},
        {8, SIRA_QOP_AUTH_INT + 1, SIRA_E_SYNTAX},
    };
    exchange x;
    block b;
    exchange_open(&x);
    exchange_init(&x);
    assert_int_equal(exchange_challenge(&x, W "realm=\"r\", nonce=\"n\", opaque=\"o\"\r\n"), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        build(&x, &b, 1, 1, 1);
        b.bytes[cases[i].at] = cases[i].value;
        expect_load(&b, cases[i].status);
    }
    exchange_close(&x);
}

/* All of it is what the block says: a realm of before that stands in no block is gone. */
static void a_block_leaves_nothing_of_before(void **state)
{
    (void)state;
    exchange x;
    block one, again;
    exchange_open(&x);
    exchange_init(&x);
    assert_int_equal(exchange_challenge(&x, W "realm=\"r\", nonce=\"n\"\r\n"), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    save(&x, &one);
    assert_int_equal(exchange_challenge(&x, P "realm=\"p\", nonce=\"m\"\r\n"), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_int_equal(load(&x, one.bytes, one.length), SIRA_OK);
    save(&x, &again);
    assert_int_equal(again.length, one.length);
    assert_memory_equal(again.bytes, one.bytes, one.length);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_null(strstr(x.text, "realm=\"p\""));
    exchange_close(&x);
}

static void a_nonce_without_a_key_is_left_behind(void **state)
{
    (void)state;
    exchange x;
    block b;
    exchange_open(&x);
    exchange_init(&x);
    assert_int_equal(exchange_challenge(&x, W "realm=\"r\", nonce=\"n\", algorithm=SHA-256\r\n"), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_int_equal(exchange_accept(&x, ""), SIRA_OK);
    save(&x, &b);
    exchange_close(&x);
    exchange_open(&x);
    x.config.hash.algorithms = 1u << SIRA_HASH_MD5; /* another build */
    exchange_init(&x);
    assert_int_equal(load(&x, b.bytes, b.length), SIRA_OK);
    assert_int_equal(exchange_answer(&x), SIRA_OK);
    assert_string_equal(x.text, "");
    assert_int_equal(exchange_challenge(&x, W "realm=\"r\", nonce=\"n\", algorithm=MD5\r\n"), SIRA_E_DOWNGRADE);
    exchange_close(&x);
}

static void the_largest_client_fits(void **state)
{
    (void)state;
    exchange x;
    block b;
    char line[600], text[SIRA_LIMIT_NONCE + 1];
    exchange_open(&x);
    exchange_init(&x);
    memset(text, 'x', sizeof text);
    for (unsigned i = 0; i < SIRA_LIMIT_REALMS; i++) {
        text[0] = (char)('a' + i);
        snprintf(line, sizeof line, "%srealm=\"%.*s\", nonce=\"%.*s\", opaque=\"%.*s\"\r\n", W, (int)SIRA_LIMIT_REALM,
                 text, (int)SIRA_LIMIT_NONCE, text, (int)SIRA_LIMIT_OPAQUE, text);
        assert_int_equal(exchange_challenge(&x, line), SIRA_OK);
    }
    save(&x, &b);
    assert_int_equal(b.length, SIRA_DIGEST_EXPORT_SIZE);
    assert_int_equal(load(&x, b.bytes, b.length), SIRA_OK);
    exchange_close(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_known_is_known_again),
        cmocka_unit_test(a_nonce_that_the_policy_no_longer_allows_is_left_behind),
        cmocka_unit_test(no_secret_is_in_it),
        cmocka_unit_test(the_downgrade_memory_outlives_a_reboot),
        cmocka_unit_test(an_empty_client_is_a_block_too),
        cmocka_unit_test(a_block_needs_its_room),
        cmocka_unit_test(a_damaged_block_does_no_harm),
        cmocka_unit_test(texts_have_their_limits),
        cmocka_unit_test(texts_can_be_quoted),
        cmocka_unit_test(what_a_block_says_is_in_range),
        cmocka_unit_test(a_block_leaves_nothing_of_before),
        cmocka_unit_test(a_nonce_without_a_key_is_left_behind),
        cmocka_unit_test(the_largest_client_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
