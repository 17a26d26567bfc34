/* How long a nonce lives, for whom, and how often it serves. */
#include "support/realm.h"

#include "digest/server.h"

#include <stdio.h>
#include <string.h>

static void make(realm *r, char nonce[SIRA_I_NONCE_SIZE + 1])
{
    sira_str text;
    assert_int_equal(sira_i_nonce_make(&r->server, &r->peer, nonce, &text), SIRA_OK);
    nonce[text.len] = '\0';
}

static sira_status check(realm *r, const char *nonce)
{
    sira_i_nonce read;
    return sira_i_nonce_read(&r->server, &r->peer, sira_str_from(nonce), &read);
}

static sira_status use(realm *r, const char *nonce, uint32_t count)
{
    sira_i_nonce read;
    const sira_status status = sira_i_nonce_read(&r->server, &r->peer, sira_str_from(nonce), &read);
    return status == SIRA_OK ? sira_i_nonce_use(&r->server, &read, count) : status;
}

static void a_nonce_lives_its_time(void **state)
{
    (void)state;
    realm r;
    char nonce[SIRA_I_NONCE_SIZE + 1];
    realm_open(&r);
    r.config.lifetime = 5000;
    realm_init(&r);
    make(&r, nonce);
    assert_int_equal(check(&r, nonce), SIRA_OK);
    r.peer.now = 6000;
    assert_int_equal(check(&r, nonce), SIRA_OK);
    r.peer.now = 6001;
    assert_int_equal(check(&r, nonce), SIRA_E_STALE);
    r.peer.now = 999; /* the clock runs backwards */
    assert_int_equal(check(&r, nonce), SIRA_E_STALE);
    realm_close(&r);
    realm_open(&r);
    realm_init(&r);
    make(&r, nonce);
    r.peer.now += 300000;
    assert_int_equal(check(&r, nonce), SIRA_OK);
    r.peer.now++;
    assert_int_equal(check(&r, nonce), SIRA_E_STALE);
    realm_close(&r);
}

/* Each bit of the 48 is kept. */
static void a_nonce_knows_its_time_whole(void **state)
{
    (void)state;
    for (unsigned bit = 13; bit < 48; bit++) {
        realm r;
        char nonce[SIRA_I_NONCE_SIZE + 1], digits[13];
        const uint64_t time = UINT64_C(1) << bit;
        realm_open(&r);
        r.config.lifetime = 5000;
        realm_init(&r);
        r.peer.now = time + 0x55;
        make(&r, nonce);
        (void)snprintf(digits, sizeof digits, "%012llx", (unsigned long long)(time + 0x55));
        assert_memory_equal(nonce, digits, 12);
        assert_int_equal(check(&r, nonce), SIRA_OK);
        r.peer.now += time < UINT64_C(1) << 47 ? time : 5001;
        assert_int_equal(check(&r, nonce), SIRA_E_STALE);
        r.peer.now = 0x55;
        assert_int_equal(check(&r, nonce), SIRA_E_STALE);
        realm_close(&r);
    }
}

static void no_two_are_alike(void **state)
{
    (void)state;
    realm r;
    static char nonces[200][SIRA_I_NONCE_SIZE + 1];
    realm_open(&r);
    realm_init(&r);
    for (size_t i = 0; i < 200; i++) {
        make(&r, nonces[i]);
        for (size_t n = 0; n < i; n++)
            assert_string_not_equal(nonces[i], nonces[n]);
    }
    realm_close(&r);
}

static void each_changed_digit_is_found(void **state)
{
    (void)state;
    realm r;
    char nonce[SIRA_I_NONCE_SIZE + 2];
    realm_open(&r);
    realm_init(&r);
    make(&r, nonce);
    for (size_t i = 0; i < SIRA_I_NONCE_SIZE; i++) {
        const char right = nonce[i];
        nonce[i] = right == '0' ? '1' : '0';
        assert_int_equal(check(&r, nonce), SIRA_E_NONCE);
        nonce[i] = 'g';
        assert_int_equal(check(&r, nonce), SIRA_E_NONCE);
        nonce[i] = right;
    }
    assert_int_equal(check(&r, nonce), SIRA_OK);
    strcat(nonce, "0");
    assert_int_equal(check(&r, nonce), SIRA_E_NONCE);
    nonce[SIRA_I_NONCE_SIZE - 1] = '\0';
    assert_int_equal(check(&r, nonce), SIRA_E_NONCE);
    assert_int_equal(check(&r, ""), SIRA_E_NONCE);
    realm_close(&r);
}

static void it_is_for_one_peer_realm_and_run(void **state)
{
    (void)state;
    realm r;
    char nonce[SIRA_I_NONCE_SIZE + 1];
    realm_open(&r);
    realm_init(&r);
    make(&r, nonce);
    r.peer.identity = SIRA_STR("192.0.2.2");
    assert_int_equal(check(&r, nonce), SIRA_E_NONCE);
    r.peer.identity = SIRA_STR("");
    assert_int_equal(check(&r, nonce), SIRA_E_NONCE);
    r.peer.identity = SIRA_STR("192.0.2.1");
    r.config.realm = SIRA_STR("example.net");
    assert_int_equal(check(&r, nonce), SIRA_E_NONCE);
    r.config.realm = SIRA_STR("example.com");
    assert_int_equal(check(&r, nonce), SIRA_OK);
    assert_int_equal(sira_digest_server_init(&r.server, &r.config, NULL), SIRA_OK);
    assert_int_equal(check(&r, nonce), SIRA_E_NONCE);
    realm_close(&r);
}

/* Where realm ends and peer begins is part of what is signed. */
static void realm_and_peer_do_not_flow_together(void **state)
{
    (void)state;
    realm r;
    char nonce[SIRA_I_NONCE_SIZE + 1];
    realm_open(&r);
    realm_init(&r);
    r.config.realm = SIRA_STR("ab");
    r.peer.identity = SIRA_STR("c");
    make(&r, nonce);
    r.config.realm = SIRA_STR("a");
    r.peer.identity = SIRA_STR("bc");
    assert_int_equal(check(&r, nonce), SIRA_E_NONCE);
    realm_close(&r);
}

static void the_former_key_serves_once_more(void **state)
{
    (void)state;
    realm r;
    char first[SIRA_I_NONCE_SIZE + 1], second[SIRA_I_NONCE_SIZE + 1];
    realm_open(&r);
    realm_init(&r);
    make(&r, first);
    assert_int_equal(sira_digest_server_rotate(&r.server), SIRA_OK);
    make(&r, second);
    assert_int_equal(check(&r, first), SIRA_OK);
    assert_int_equal(check(&r, second), SIRA_OK);
    r.entropy_broken = true;
    assert_int_equal(sira_digest_server_rotate(&r.server), SIRA_E_ENTROPY);
    assert_int_equal(check(&r, first), SIRA_OK); /* nothing has moved */
    r.entropy_broken = false;
    assert_int_equal(sira_digest_server_rotate(&r.server), SIRA_OK);
    assert_int_equal(check(&r, first), SIRA_E_NONCE);
    assert_int_equal(check(&r, second), SIRA_OK);
    realm_close(&r);
}

static void each_count_serves_once(void **state)
{
    (void)state;
    static const struct {
        uint32_t count;
        sira_status status;
    } steps[] = {
        {1, SIRA_OK},
        {1, SIRA_E_REPLAY},
        {2, SIRA_OK},
        {5, SIRA_OK},
        {4, SIRA_OK},
        {4, SIRA_E_REPLAY},
        {3, SIRA_OK},
        {68, SIRA_OK},
        {5, SIRA_E_REPLAY},
        {4, SIRA_E_REPLAY},
        {6, SIRA_OK},
        {6, SIRA_E_REPLAY},
        {132, SIRA_OK},
        {68, SIRA_E_REPLAY},
        {69, SIRA_OK},
        {200000, SIRA_OK},
        {132, SIRA_E_REPLAY},
        {UINT32_MAX, SIRA_OK},
        {UINT32_MAX, SIRA_E_REPLAY},
        {UINT32_MAX - 63, SIRA_OK},
        {UINT32_MAX - 64, SIRA_E_REPLAY},
        {1, SIRA_E_REPLAY},
    };
    realm r;
    char nonce[SIRA_I_NONCE_SIZE + 1];
    realm_open(&r);
    realm_init(&r);
    make(&r, nonce);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        char name[64];
        snprintf(name, sizeof name, "step %zu, count %u", i, (unsigned)steps[i].count);
        expect_status(name, use(&r, nonce, steps[i].count), steps[i].status);
    }
    realm_close(&r);
}

/* The first request need not be the first that arrives. */
static void a_nonce_may_begin_anywhere(void **state)
{
    (void)state;
    realm r;
    char nonce[SIRA_I_NONCE_SIZE + 1];
    realm_open(&r);
    realm_init(&r);
    make(&r, nonce);
    assert_int_equal(use(&r, nonce, 70), SIRA_OK);
    assert_int_equal(use(&r, nonce, 7), SIRA_OK);
    assert_int_equal(use(&r, nonce, 6), SIRA_E_REPLAY); /* too far behind to be known */
    realm_close(&r);
}

static void a_one_time_nonce_serves_once(void **state)
{
    (void)state;
    realm r;
    char nonce[SIRA_I_NONCE_SIZE + 1];
    realm_open(&r);
    r.config.one_time = true;
    realm_init(&r);
    make(&r, nonce);
    assert_int_equal(use(&r, nonce, 1), SIRA_OK);
    assert_int_equal(use(&r, nonce, 2), SIRA_E_STALE);
    assert_int_equal(use(&r, nonce, 1), SIRA_E_STALE);
    realm_close(&r);
}

static void without_a_count_a_nonce_serves_once(void **state)
{
    (void)state;
    realm r;
    char nonce[SIRA_I_NONCE_SIZE + 1];
    realm_open(&r);
    realm_init(&r);
    make(&r, nonce);
    assert_int_equal(use(&r, nonce, 0), SIRA_OK);
    assert_int_equal(use(&r, nonce, 0), SIRA_E_STALE);
    assert_int_equal(use(&r, nonce, 1), SIRA_E_REPLAY);
    make(&r, nonce);
    assert_int_equal(use(&r, nonce, 3), SIRA_OK);
    assert_int_equal(use(&r, nonce, 0), SIRA_E_STALE);
    realm_close(&r);
}

/* A flood of other nonces may cost a nonce its slot; what was used with it can't be used again all the same. */
static void a_full_memory_forgets_no_replay(void **state)
{
    (void)state;
    realm r;
    char old[SIRA_I_NONCE_SIZE + 1], nonce[SIRA_I_NONCE_SIZE + 1], late[SIRA_I_NONCE_SIZE + 1];
    realm_open(&r);
    realm_init(&r);
    make(&r, old);
    make(&r, late); /* issued now, used only later */
    assert_int_equal(use(&r, old, 1), SIRA_OK);
    for (unsigned i = 0; i < 3 * REALM_SLOTS; i++) {
        make(&r, nonce);
        assert_int_equal(use(&r, nonce, 1), SIRA_OK);
        assert_int_equal(use(&r, nonce, 1), SIRA_E_REPLAY);
    }
    for (uint32_t count = 1; count < 100; count++)
        assert_int_equal(use(&r, old, count), SIRA_E_STALE);
    assert_int_equal(use(&r, late, 1), SIRA_E_STALE); /* the price: it was good, and costs a round trip */
    assert_int_equal(use(&r, nonce, 2), SIRA_OK);
    realm_close(&r);
}

/* Challenges alone take no room: whoever has no password can't push anybody out. */
static void challenges_take_no_slots(void **state)
{
    (void)state;
    realm r;
    char nonce[SIRA_I_NONCE_SIZE + 1], other[SIRA_I_NONCE_SIZE + 1];
    realm_open(&r);
    realm_init(&r);
    make(&r, nonce);
    assert_int_equal(use(&r, nonce, 1), SIRA_OK);
    for (unsigned i = 0; i < 1000; i++)
        make(&r, other);
    assert_int_equal(use(&r, nonce, 2), SIRA_OK);
    realm_close(&r);
}

static void a_failing_hash_is_an_error(void **state)
{
    (void)state;
    realm r;
    char nonce[SIRA_I_NONCE_SIZE + 1];
    sira_gcrypt none = {.algorithms = 7};
    sira_str text;
    realm_open(&r);
    realm_init(&r);
    make(&r, nonce);
    r.config.hash.context = &none;
    assert_int_equal(check(&r, nonce), SIRA_E_HASH);
    assert_int_equal(sira_i_nonce_make(&r.server, &r.peer, nonce, &text), SIRA_E_HASH);
    realm_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_nonce_lives_its_time),
        cmocka_unit_test(a_nonce_knows_its_time_whole),
        cmocka_unit_test(no_two_are_alike),
        cmocka_unit_test(each_changed_digit_is_found),
        cmocka_unit_test(it_is_for_one_peer_realm_and_run),
        cmocka_unit_test(realm_and_peer_do_not_flow_together),
        cmocka_unit_test(the_former_key_serves_once_more),
        cmocka_unit_test(each_count_serves_once),
        cmocka_unit_test(a_nonce_may_begin_anywhere),
        cmocka_unit_test(a_one_time_nonce_serves_once),
        cmocka_unit_test(without_a_count_a_nonce_serves_once),
        cmocka_unit_test(a_full_memory_forgets_no_replay),
        cmocka_unit_test(challenges_take_no_slots),
        cmocka_unit_test(a_failing_hash_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
