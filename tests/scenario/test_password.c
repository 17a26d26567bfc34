/* Challenges, and what a wrong password may cost. */
#include "support/counter.h"
#include "support/world.h"

#include <stdio.h>
#include <string.h>

#define CONTACT(request) (int)world_contact(request).len, world_contact(request).at
#define CHALLENGE "WWW-Authenticate: Digest realm=\"example.test\", nonce=\"n%d\", qop=\"auth\", algorithm=MD5%s\r\n"

static void ok(world *w, const sira_message *request)
{
    world_reply(w, request, 200, "Contact: %.*s;expires=600\r\n", CONTACT(request));
}

static void always_401(world *w, const sira_message *request)
{
    world_reply(w, request, 401, CHALLENGE, w->nonce++, "");
}

static void a_wrong_password_is_tried_once(void **context)
{
    (void)context;
    world *w = world_open(always_401);
    world_start(w);
    world_run(w, 60000);
    assert_int_equal(w->requests, 2);
    assert_int_equal(w->answered, 1);
    const sira_event *last = world_last(w);
    assert_int_equal(last->kind, SIRA_EVENT_WAITING);
    assert_int_equal(last->status, SIRA_E_CREDENTIALS);
    assert_int_equal(last->code, 401);
    assert_true(last->next - last->now >= 300000);
    world_close(w);
}

static void a_wrong_password_has_a_budget(void **context)
{
    (void)context;
    world *w = world_open(always_401);
    w->line_config.rejected_budget = 3;
    world_start(w);
    world_run(w, 7u * 24u * 3600u * 1000u);
    assert_int_equal(w->answered, 3);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_FAILED);
    assert_int_equal(world_last(w)->next, SIRA_NEVER);
    assert_int_equal(sira_registration_get_state(&w->line), SIRA_REGISTRATION_FAILED);
    /* By hand it is tried again. */
    assert_int_equal(sira_registration_start(&w->line), SIRA_OK);
    world_run(w, w->now + 1000);
    assert_int_equal(w->answered, 4);
    world_close(w);
}

static void forbidden(world *w, const sira_message *request)
{
    world_reply(w, request, 403, "%s", "");
}

static void a_403_counts_as_a_rejection(void **context)
{
    (void)context;
    world *w = world_open(forbidden);
    w->line_config.rejected_budget = 2;
    world_start(w);
    world_run(w, 100);
    assert_int_equal(world_last(w)->status, SIRA_E_RESPONSE);
    assert_int_equal(world_last(w)->code, 403);
    assert_string_equal(sira_event_reason(world_last(w)), "Forbidden");
    assert_true(world_last(w)->next - world_last(w)->now >= 300000);
    world_run(w, 24u * 3600u * 1000u);
    assert_int_equal(w->requests, 2);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_FAILED);
    world_close(w);
}

/* Ways of a server to refuse a password, by step: each of them once more for each request. */
static void refuses_oddly(world *w, const sira_message *request)
{
    const bool answer = *world_credential(request, "nonce") != '\0';
    if (!answer)
        world_reply(w, request, 401, CHALLENGE, w->nonce++, "");
    else if (w->step == 0)
        world_reply(w, request, 401, "%s", "");
    else if (w->step == 1)
        world_reply(w, request, 401, CHALLENGE, w->nonce++, ", x");
    else if (w->step == 2)
        world_reply(w, request, 401, "WWW-Authenticate: Digest realm=\"r%d\", nonce=\"1\"\r\n", w->nonce++);
    else if (w->step == 3)
        world_reply(w, request, 401, "WWW-Authenticate: Bearer realm=\"r\"\r\n");
    else if (strcmp(world_credential(request, "nc"), "00000001") != 0)
        world_reply(w, request, 401, CHALLENGE, w->nonce++, "");
    else
        world_reply(w, request, 403, "%s", "");
}

/* However it is refused, the tries of one password have an end. */
static void a_password_has_its_budget_whatever_the_refusal(void **context)
{
    (void)context;
    static const struct {
        const char *name;
        unsigned answers; /* of one attempt */
    } cases[] = {{"without a challenge", 1},
                 {"with a malformed one", 1},
                 {"with one of another realm each time", SIRA_LIMIT_REALMS},
                 {"with one that can't be answered", 1},
                 {"with 403, and a new nonce for each request", 1}};
    for (int i = 0; i < (int)(sizeof cases / sizeof cases[0]); i++) {
        world *w = world_open(refuses_oddly);
        w->step = i;
        w->line_config.rejected_budget = 3;
        world_start(w);
        world_run(w, 7u * 24u * 3600u * 1000u);
        if (w->answered != 3 * cases[i].answers || world_last(w)->kind != SIRA_EVENT_FAILED)
            fail_msg("%s: %u passwords in a week, then %s", cases[i].name, w->answered,
                     sira_event_kind_name((sira_event_kind)world_last(w)->kind));
        world_close(w);
    }
}

/* FRITZ!Box, Kamailio: the refresh gets a plain 401 without stale, because the nonce is over. */
static void forgets_nonces(world *w, const sira_message *request)
{
    const char *nonce = world_credential(request, "nonce");
    char present[16];
    (void)snprintf(present, sizeof present, "n%d", w->nonce);
    if (strcmp(nonce, present) == 0 && strcmp(world_credential(request, "nc"), "00000001") == 0)
        ok(w, request);
    else
        world_reply(w, request, 401, CHALLENGE, ++w->nonce, "");
}

static void a_challenge_to_a_preemptive_answer_is_a_new_nonce(void **context)
{
    (void)context;
    world *w = world_open(forgets_nonces);
    world_start(w);
    world_run(w, 3000000);
    assert_int_equal(world_count(w, SIRA_EVENT_WAITING), 0);
    assert_int_equal(world_count(w, SIRA_EVENT_REGISTERED), 10);
    assert_int_equal(w->requests, 20);
    assert_string_equal(world_credential(world_sent(w, 3), "nc"), "00000001");
    world_close(w);
}

static void stale_for_ever(world *w, const sira_message *request)
{
    world_reply(w, request, 401, CHALLENGE, w->nonce++, ", stale=true");
}

static void stale_for_ever_is_bounded(void **context)
{
    (void)context;
    world *w = world_open(stale_for_ever);
    world_start(w);
    world_run(w, 5000);
    assert_in_range(w->requests, 2, 5);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_WAITING);
    world_run(w, 3600000);
    assert_in_range(w->requests, 2, 60);
    world_close(w);
}

static void stale_once(world *w, const sira_message *request)
{
    if (w->step++ < 2)
        world_reply(w, request, 401, CHALLENGE, w->step, w->step == 2 ? ", stale=TRUE" : "");
    else
        ok(w, request);
}

static void stale_once_is_answered(void **context)
{
    (void)context;
    world *w = world_open(stale_once);
    world_start(w);
    world_run(w, 1000);
    assert_int_equal(w->requests, 3);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_REGISTERED);
    world_close(w);
}

static void proxy_then_registrar(world *w, const sira_message *request)
{
    const bool to_proxy = sira_message_field(request, SIRA_FIELD_PROXY_AUTHORIZATION) != NULL;
    const bool to_registrar = sira_message_field(request, SIRA_FIELD_AUTHORIZATION) != NULL;
    if (!to_proxy)
        world_reply(w, request, 407, "Proxy-Authenticate: Digest realm=\"proxy.test\", nonce=\"p\", qop=\"auth\"\r\n");
    else if (!to_registrar)
        world_reply(w, request, 401, "WWW-Authenticate: Digest realm=\"example.test\", nonce=\"r\", qop=\"auth\"\r\n");
    else
        ok(w, request);
}

static void a_407_and_a_401_are_both_answered(void **context)
{
    (void)context;
    world *w = world_open(proxy_then_registrar);
    world_start(w);
    world_run(w, 1000);
    assert_int_equal(w->requests, 3);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_REGISTERED);
    assert_int_equal(sira_registration_start(&w->line), SIRA_OK);
    world_run(w, 2000);
    assert_int_equal(w->requests, 4); /* and both at once from then on */
    world_close(w);
}

static void unanswerable(world *w, const sira_message *request)
{
    world_reply(w, request, 401,
                "WWW-Authenticate: Bearer realm=\"x\"\r\nWWW-Authenticate: Digest realm=\"x\", nonce=\"y\", "
                "algorithm=SHA3-512\r\n");
}

static void nothing_to_answer_is_said(void **context)
{
    (void)context;
    world *w = world_open(unanswerable);
    world_start(w);
    world_run(w, 1000);
    assert_int_equal(w->requests, 1);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_WAITING);
    assert_int_equal(world_last(w)->status, SIRA_E_CHALLENGE);
    world_close(w);
}

static void an_account_without_password_does_not_answer(void **context)
{
    (void)context;
    world *w = world_open(always_401);
    w->account_config.password = SIRA_STR("");
    world_start(w);
    world_run(w, 1000);
    assert_int_equal(w->requests, 1);
    assert_int_equal(world_last(w)->status, SIRA_E_CREDENTIALS);
    world_close(w);
}

static const char *weaker;

static void downgrades(world *w, const sira_message *request)
{
    static const char *const algorithms[] = {"SHA-256", "MD5"};
    const char *algorithm = w->step == 0 ? algorithms[0] : weaker;
    if (*world_credential(request, "nonce") != '\0' &&
        (w->step == 0 || strcmp(world_credential(request, "algorithm"), weaker) == 0)) {
        w->step = 1;
        ok(w, request);
        return;
    }
    world_reply(w, request, 401,
                "WWW-Authenticate: Digest realm=\"example.test\", nonce=\"n%d\", qop=\"auth\", algorithm=%s\r\n",
                ++w->nonce, algorithm);
}

static void a_weaker_algorithm_than_before_is_refused(void **context)
{
    (void)context;
    world *w = world_open(downgrades);
    weaker = "MD5";
    world_start(w);
    world_run(w, 100);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_REGISTERED);
    unsigned before = w->answered;
    assert_int_equal(sira_registration_start(&w->line), SIRA_OK);
    world_run(w, 200);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_WAITING);
    assert_int_equal(world_last(w)->status, SIRA_E_DOWNGRADE);
    assert_true(world_last(w)->bound);
    assert_int_equal(w->answered, before + 1); /* the preemptive one, with SHA-256 */
    /* The provider meant it. */
    sira_account_forget_strength(&w->account);
    assert_int_equal(sira_registration_start(&w->line), SIRA_OK);
    world_run(w, 1000);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_REGISTERED);
    world_close(w);
}

static void lies_about_the_password(world *w, const sira_message *request)
{
    if (*world_credential(request, "nonce") == '\0')
        always_401(w, request);
    else
        world_reply(w, request, 200,
                    "Contact: %.*s;expires=600\r\nAuthentication-Info: rspauth=\"%s\", qop=auth, nc=00000001, "
                    "cnonce=\"%s\"\r\n",
                    CONTACT(request), "0123456789abcdef0123456789abcdef", world_credential(request, "cnonce"));
}

static void a_wrong_rspauth_is_not_trusted(void **context)
{
    (void)context;
    world *w = world_open(lies_about_the_password);
    world_start(w);
    world_run(w, 1000);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_WAITING);
    assert_int_equal(world_last(w)->status, SIRA_E_RSPAUTH);
    assert_false(sira_registration_is_bound(&w->line));
    world_close(w);
}

static void says_nothing_of_the_password(world *w, const sira_message *request)
{
    if (*world_credential(request, "nonce") == '\0')
        always_401(w, request);
    else
        ok(w, request);
}

static void a_proof_can_be_demanded(void **context)
{
    (void)context;
    for (int demanded = 0; demanded < 2; demanded++) {
        world *w = world_open(says_nothing_of_the_password);
        w->account_config.policy.require_rspauth = demanded != 0;
        world_start(w);
        world_run(w, 1000);
        assert_int_equal(world_last(w)->kind, demanded ? SIRA_EVENT_WAITING : SIRA_EVENT_REGISTERED);
        assert_int_equal(world_last(w)->status, demanded ? SIRA_E_RSPAUTH : SIRA_OK);
        assert_int_equal(sira_registration_is_bound(&w->line), !demanded);
        world_close(w);
    }
}

static void next_nonces(world *w, const sira_message *request)
{
    char present[16];
    (void)snprintf(present, sizeof present, "n%d", w->nonce);
    if (strcmp(world_credential(request, "nonce"), present) != 0 ||
        strcmp(world_credential(request, "nc"), "00000001") != 0 || !world_verify(request, "alice", "secret")) {
        world_reply(w, request, 401, CHALLENGE, ++w->nonce, "");
        return;
    }
    w->nonce++;
    world_reply(w, request, 200, "Contact: %.*s;expires=600\r\nAuthentication-Info: nextnonce=\"n%d\"\r\n",
                CONTACT(request), w->nonce);
}

static void a_nextnonce_starts_at_one(void **context)
{
    (void)context;
    world *w = world_open(next_nonces);
    world_start(w);
    world_run(w, 3000000);
    assert_int_equal(w->requests, 11); /* one challenge in all */
    world_close(w);
}

static void same_next_nonce(world *w, const sira_message *request)
{
    char nc[9];
    (void)snprintf(nc, sizeof nc, "%08x", (unsigned)w->step + 1);
    if (!world_verify(request, "alice", "secret") || strcmp(world_credential(request, "nc"), nc) != 0) {
        world_reply(w, request, 401, CHALLENGE, w->nonce, "");
        return;
    }
    w->step++;
    world_reply(w, request, 200, "Contact: %.*s;expires=600\r\nAuthentication-Info: nextnonce=\"n%d\"\r\n",
                CONTACT(request), w->nonce);
}

/* Kamailio with nonce_count: the nonce in use is named again, and its count goes on. */
static void a_nextnonce_that_is_no_new_one_goes_on_counting(void **context)
{
    (void)context;
    world *w = world_open(same_next_nonce);
    world_start(w);
    world_run(w, 3000000);
    assert_int_equal(w->requests, 11);
    world_close(w);
}

static void later(world *w, const sira_message *request)
{
    world_registrar(w, request, 600);
}

static unsigned asked;

static sira_status ask_later(void *context, sira_str realm, sira_hash_algorithm algorithm, uint8_t *ha1)
{
    (void)context;
    (void)ha1;
    asked++;
    assert_int_equal(algorithm, SIRA_HASH_MD5);
    expect_str("realm", realm, "example.test");
    return SIRA_MORE;
}

static void a_secure_element_may_answer_later(void **context)
{
    (void)context;
    world *w = world_open(later);
    asked = 0;
    w->account_config.password = SIRA_STR("");
    w->account_config.get_ha1 = ask_later;
    world_start(w);
    world_run(w, 2000);
    assert_int_equal(asked, 1);
    assert_int_equal(w->requests, 1);
    uint8_t ha1[SIRA_HASH_SIZE_MAX];
    const sira_str parts[3] = {SIRA_STR_INIT("alice"), SIRA_STR_INIT("example.test"), SIRA_STR_INIT("secret")};
    assert_int_equal(sira_digest_ha1(&w->agent_config.hash, SIRA_HASH_MD5, parts, ha1), SIRA_OK);
    assert_int_equal(sira_account_give_ha1(&w->account, SIRA_STR("example.test"), SIRA_HASH_MD5, ha1), SIRA_OK);
    world_run(w, 2100);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_REGISTERED);
    assert_int_equal(sira_account_give_ha1(&w->account, SIRA_STR("example.test"), SIRA_HASH_MD5, ha1), SIRA_IDLE);
    world_close(w);
}

static void a_secure_element_that_never_answers_ends_the_attempt(void **context)
{
    (void)context;
    world *w = world_open(later);
    w->account_config.password = SIRA_STR("");
    w->account_config.get_ha1 = ask_later;
    world_start(w);
    world_run(w, 40000);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_WAITING);
    assert_int_equal(world_last(w)->status, SIRA_E_CHALLENGE);
    world_close(w);
}

/* Whoever answers first, before the registrar asks for anything, needs no password. */
static void a_success_that_nothing_was_asked_for_proves_nothing(void **context)
{
    (void)context;
    for (int demanded = 0; demanded < 2; demanded++) {
        world *w = world_open(ok);
        w->account_config.policy.require_rspauth = demanded != 0;
        world_start(w);
        world_run(w, 1000);
        assert_int_equal(world_last(w)->status, demanded ? SIRA_E_RSPAUTH : SIRA_OK);
        assert_int_equal(sira_registration_is_bound(&w->line), !demanded);
        world_close(w);
    }
}

/* One forged challenge, or one of a registrar that is rolled back soon after. */
static void offers_too_much_once(world *w, const sira_message *request)
{
    weaker = w->step++ == 0 ? "SHA-512-256" : "MD5";
    if (strcmp(world_credential(request, "algorithm"), "MD5") == 0)
        ok(w, request);
    else
        world_reply(w, request, 401,
                    "WWW-Authenticate: Digest realm=\"example.test\", nonce=\"n%d\", qop=\"auth\", algorithm=%s\r\n",
                    ++w->nonce, weaker);
}

static void a_forged_challenge_does_not_end_the_line(void **context)
{
    (void)context;
    world *w = world_open(offers_too_much_once);
    world_start(w);
    world_run(w, 100);
    assert_int_equal(world_last(w)->status, SIRA_E_CREDENTIALS);
    world_run(w, 3600000);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_REGISTERED);
    world_close(w);
}

/* The memory outlives a reboot: what the server could do yesterday is still known, and its nonce still in use. */
static void the_authentication_memory_outlives_a_reboot(void **context)
{
    (void)context;
    uint8_t memory[SIRA_DIGEST_EXPORT_SIZE];
    size_t length;
    world *w = world_open(downgrades);
    weaker = "MD5";
    world_start(w);
    world_run(w, 100);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_REGISTERED);
    assert_int_equal(sira_account_export(&w->account, memory, sizeof memory, &length), SIRA_OK);
    for (size_t size = 0; size < length; size++) {
        size_t unused;
        assert_int_equal(sira_account_export(&w->account, memory, size, &unused), SIRA_E_SPACE);
    }
    assert_int_equal(sira_account_export(&w->account, memory, sizeof memory, &length), SIRA_OK);
    world_close(w);

    w = world_open(downgrades);
    w->step = 1;
    world_init(w);
    assert_int_equal(sira_account_import(&w->account, memory, length - 1), SIRA_E_SYNTAX);
    assert_int_equal(sira_account_import(&w->account, memory, length), SIRA_OK);
    assert_int_equal(sira_registration_start(&w->line), SIRA_OK);
    world_run(w, 200);
    assert_int_equal(world_last(w)->status, SIRA_E_DOWNGRADE);
    world_close(w);

    w = world_open(always_401);
    w->account_config.password = SIRA_STR("");
    world_init(w);
    assert_int_equal(sira_account_export(&w->account, memory, sizeof memory, &length), SIRA_IDLE);
    assert_int_equal(sira_account_import(&w->account, memory, length), SIRA_IDLE);
    world_close(w);
}

static void usim_challenge(world *w, const sira_message *request)
{
    if (*world_credential(request, "nonce") != '\0')
        ok(w, request);
    else
        world_reply(w, request, 401,
                    "WWW-Authenticate: Digest realm=\"ims.example.org\", algorithm=AKAv1-MD5, qop=\"auth\","
                    " nonce=\"I1U8vpY3qJ0hiuZNrke/NVXzKLQ1d7m5Sp/6w1Tfr7M=\"\r\n");
}

static sira_status usim_later(void *context, const uint8_t rand[16], const uint8_t autn[16], sira_aka *aka)
{
    (void)context;
    (void)autn;
    (void)aka;
    assert_int_equal(rand[0], 0x23); /* 3GPP TS 35.208 test set 1 */
    asked++;
    return SIRA_MORE;
}

static void a_usim_may_answer_later(void **context)
{
    (void)context;
    world *w = world_open(usim_challenge);
    static const sira_aka aka = {.res_len = 8, .res = {0xa5, 0x42, 0x11, 0xd5, 0xe3, 0xba, 0x50, 0xbf}};
    static const uint8_t rand[16] = {0x23, 0x55, 0x3c, 0xbe, 0x96, 0x37, 0xa8, 0x9d,
                                     0x21, 0x8a, 0xe6, 0x4d, 0xae, 0x47, 0xbf, 0x35};
    static const uint8_t other[16] = {0x24};
    sira_digest_usim usim;
    asked = 0;
    w->account_config.password = SIRA_STR("");
    sira_digest_usim_init(&usim, usim_later, NULL);
    w->account_config.usim = &usim;
    world_start(w);
    assert_int_equal(sira_account_give_aka(&w->account, rand, &aka), SIRA_IDLE);
    world_run(w, 1000);
    assert_int_equal(asked, 1);
    assert_int_equal(sira_account_give_aka(&w->account, other, &aka), SIRA_IDLE);
    assert_int_equal(sira_account_give_aka(&w->account, rand, &aka), SIRA_OK);
    world_run(w, 2000);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_REGISTERED);
    world_close(w);
}

static bool holds(const void *memory, size_t size, const void *bytes, size_t n)
{
    for (size_t i = 0; i + n <= size; i++)
        if (memcmp((const char *)memory + i, bytes, n) == 0)
            return true;
    return false;
}

/* Neither the password nor HA1, as bytes or digits, in what is sent, in events with all they say, or in the scratch. */
static void expect_no_secret(const world *w, const void *secret, size_t n)
{
    for (size_t i = 0; i < w->sent_count; i++)
        assert_false(holds(w->sent[i].bytes, w->sent[i].len, secret, n));
    for (size_t i = 0; i < w->event_count; i++)
        assert_false(holds(&w->events[i], sizeof w->events[i], secret, n));
    assert_false(holds(w->scratch, sizeof w->scratch, secret, n));
    assert_false(holds(&w->line, sizeof w->line, secret, n));
    assert_false(holds(&w->agent, sizeof w->agent, secret, n));
}

static void no_secret_is_sent_or_told(void **context)
{
    (void)context;
    static const world_script scripts[] = {later, always_401, forbidden, lies_about_the_password, stale_for_ever};
    for (size_t i = 0; i < sizeof scripts / sizeof scripts[0]; i++) {
        uint8_t ha1[SIRA_HASH_SIZE_MAX];
        char digits[33];
        world *w = world_open(scripts[i]);
        world_start(w);
        world_run(w, 700000);
        assert_true(w->answered > 0 || scripts[i] == forbidden);
        const sira_str parts[3] = {SIRA_STR_INIT("alice"), SIRA_STR_INIT("example.test"), SIRA_STR_INIT("secret")};
        assert_int_equal(sira_digest_ha1(&w->agent_config.hash, SIRA_HASH_MD5, parts, ha1), SIRA_OK);
        for (unsigned n = 0; n < 16; n++)
            (void)snprintf(digits + 2 * n, 3, "%02x", ha1[n]);
        expect_no_secret(w, "secret", 6);
        expect_no_secret(w, ha1, 16);
        expect_no_secret(w, digits, 32);
        world_close(w);
    }
}

/* A provider that stops to work in the middle of an attempt: the attempt fails and says so, and what was sent is
 * whole. */
static void a_broken_hash_is_said(void **context)
{
    (void)context;
    bool broken = true;
    for (unsigned fail_at = 1; broken; fail_at++) {
        counter c;
        world *w = world_open(later);
        w->agent_config.hash = counter_hash(&c, w->agent_config.hash, fail_at);
        world_start(w);
        world_run(w, 1000);
        broken = c.calls >= fail_at;
        bool told = false;
        for (size_t i = 0; i < w->event_count; i++)
            told = told || w->events[i].event.status == SIRA_E_HASH;
        assert_int_equal(told, broken);
        for (size_t i = 0; i < w->sent_count; i++)
            assert_non_null(world_sent(w, i));
        /* It is tried again, and the provider works again. */
        world_run(w, 3600000);
        assert_true(sira_registration_is_bound(&w->line));
        world_close(w);
        assert_true(broken ? fail_at < 100 : fail_at > 3);
    }
}

static void no_secret_stays_after_a_wipe(void **context)
{
    (void)context;
    world *w = world_open(later);
    world_start(w);
    world_run(w, 1000);
    assert_true(sira_registration_is_bound(&w->line));
    sira_registration_remove(&w->line);
    sira_account_wipe(&w->account);
    const uint8_t *bytes = (const uint8_t *)&w->account;
    for (size_t i = 0; i < sizeof w->account; i++)
        assert_int_equal(bytes[i], 0);
    world_close(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wrong_password_is_tried_once),
        cmocka_unit_test(a_wrong_password_has_a_budget),
        cmocka_unit_test(a_403_counts_as_a_rejection),
        cmocka_unit_test(a_password_has_its_budget_whatever_the_refusal),
        cmocka_unit_test(a_challenge_to_a_preemptive_answer_is_a_new_nonce),
        cmocka_unit_test(stale_for_ever_is_bounded),
        cmocka_unit_test(stale_once_is_answered),
        cmocka_unit_test(a_407_and_a_401_are_both_answered),
        cmocka_unit_test(nothing_to_answer_is_said),
        cmocka_unit_test(an_account_without_password_does_not_answer),
        cmocka_unit_test(a_weaker_algorithm_than_before_is_refused),
        cmocka_unit_test(a_wrong_rspauth_is_not_trusted),
        cmocka_unit_test(a_proof_can_be_demanded),
        cmocka_unit_test(a_success_that_nothing_was_asked_for_proves_nothing),
        cmocka_unit_test(a_forged_challenge_does_not_end_the_line),
        cmocka_unit_test(a_nextnonce_starts_at_one),
        cmocka_unit_test(a_nextnonce_that_is_no_new_one_goes_on_counting),
        cmocka_unit_test(a_secure_element_may_answer_later),
        cmocka_unit_test(a_secure_element_that_never_answers_ends_the_attempt),
        cmocka_unit_test(the_authentication_memory_outlives_a_reboot),
        cmocka_unit_test(a_usim_may_answer_later),
        cmocka_unit_test(no_secret_is_sent_or_told),
        cmocka_unit_test(a_broken_hash_is_said),
        cmocka_unit_test(no_secret_stays_after_a_wipe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
