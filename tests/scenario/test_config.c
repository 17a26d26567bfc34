/* A wrong configuration is refused when it is given, with the field's name. */
#include "support/world.h"

#include <stdlib.h>
#include <string.h>

enum { AGENT, SERVER, ACCOUNT, LINE };

typedef struct config_case {
    const char *name;
    int object;
    void (*spoil)(world *w);
    const char *field;
    sira_status status; /* 0: SIRA_E_CONFIG */
} config_case;

static char long_text[300];

static sira_str too_long(void)
{
    memset(long_text, 'a', sizeof long_text);
    return (sira_str){long_text, 256};
}

#define SPOIL(name, statement)                                                                                         \
    static void name(world *w)                                                                                         \
    {                                                                                                                  \
        statement;                                                                                                     \
    }

SPOIL(agent_size, w->agent_config.size = 0)
SPOIL(agent_send, w->agent_config.transport.send = NULL)
SPOIL(agent_open, w->agent_config.transport.open = NULL)
SPOIL(agent_entropy, w->agent_config.entropy.fill = NULL)
SPOIL(agent_broken, w->entropy_broken = true)
SPOIL(agent_hash, w->agent_config.hash.digest = NULL)
SPOIL(agent_no_algorithm, w->agent_config.hash.algorithms = 0)
SPOIL(agent_scratch, w->agent_config.scratch_size = 511)
SPOIL(agent_t1, w->agent_config.t1 = 9)
SPOIL(agent_t1_high, w->agent_config.t1 = 60001)
SPOIL(agent_t2, w->agent_config.t2 = 100)
SPOIL(agent_t4, w->agent_config.t4 = 3600001)
SPOIL(agent_cr, w->agent_config.user_agent = SIRA_STR("Gateway\r\nInjected: yes"))
SPOIL(agent_tab, w->agent_config.user_agent = SIRA_STR("Gateway\t1"))
SPOIL(server_size, w->server_config.size = 1)
SPOIL(server_no_uri, w->server_config.uri = SIRA_STR(""))
SPOIL(server_not_a_uri, w->server_config.uri = SIRA_STR("192.0.2.1"))
SPOIL(server_tel, w->server_config.uri = SIRA_STR("tel:+4930123"))
SPOIL(server_name, w->server_config.uri = SIRA_STR("sip:sip.example.test"))
SPOIL(server_tls, w->server_config.uri = SIRA_STR("sips:192.0.2.1"))
SPOIL(server_sctp, w->server_config.uri = SIRA_STR("sip:192.0.2.1;transport=sctp"))
SPOIL(server_port, w->server_config.uri = SIRA_STR("sip:192.0.2.1:65536"))
SPOIL(server_headers, w->server_config.uri = SIRA_STR("sip:192.0.2.1?Subject=x"))
SPOIL(server_password, w->server_config.uri = SIRA_STR("sip:alice:secret@192.0.2.1"))
SPOIL(account_size, w->account_config.size = 1)
SPOIL(account_no_aor, w->account_config.aor = SIRA_STR(""))
SPOIL(account_aor, w->account_config.aor = SIRA_STR("alice@example.test"))
SPOIL(account_sips, w->account_config.aor = SIRA_STR("sips:alice@example.test"))
SPOIL(account_aor_password, w->account_config.aor = SIRA_STR("sip:alice:secret@example.test"))
SPOIL(account_aor_empty_password, w->account_config.aor = SIRA_STR("sip:alice:@example.test"))
SPOIL(account_lf, w->account_config.aor = SIRA_STR("sip:alice@example.test\nX: y"))
SPOIL(account_nul, w->account_config.aor = SIRA_STR("sip:al\0ice@example.test"))
SPOIL(account_long, w->account_config.display_name = too_long())
SPOIL(account_display, w->account_config.display_name = SIRA_STR("A\rB"))
SPOIL(account_escape, w->account_config.display_name = SIRA_STR("A\x1b[2J"))
SPOIL(account_del, w->account_config.display_name = SIRA_STR("A\x7f"))
SPOIL(account_registrar, w->account_config.registrar = SIRA_STR("sip:"))
SPOIL(account_registrar_user, w->account_config.registrar = SIRA_STR("sip:alice@example.test"))
SPOIL(account_registrar_sips, w->account_config.registrar = SIRA_STR("sips:example.test"))
SPOIL(account_user, w->account_config.user = SIRA_STR("ali\r\nce"))
SPOIL(account_escaped_user, w->account_config.aor = SIRA_STR("sip:al%20ice@example.test"))
SPOIL(account_no_user, w->account_config.aor = SIRA_STR("sip:example.test"))
SPOIL(account_password, w->account_config.password = SIRA_STR("sec\0ret"))
SPOIL(account_ha1, (w->account_config.password = SIRA_STR(""), w->account_config.ha1[SIRA_HASH_MD5] = SIRA_STR("abcd")))
SPOIL(line_size, w->line_config.size = 1)
SPOIL(line_expires, w->line_config.expires = SIRA_LIMIT_EXPIRES_MAX + 1)
SPOIL(line_expires_low, w->line_config.expires = 10)
SPOIL(line_expires_interval, (w->line_config.expires = 600, w->line_config.min_interval = 600))
SPOIL(line_interval, w->line_config.min_interval = 3601)
SPOIL(line_retry, (w->line_config.retry_base = 100, w->line_config.retry_max = 99))
SPOIL(line_rejected, w->line_config.rejected_max = 86401)
SPOIL(line_user, w->line_config.contact_user = SIRA_STR("a b"))
SPOIL(line_user_at, w->line_config.contact_user = SIRA_STR("a@b"))
SPOIL(line_user_password, w->line_config.contact_user = SIRA_STR("a:b"))
SPOIL(line_user_lf, w->line_config.contact_user = SIRA_STR("a\nb"))
SPOIL(line_instance, w->line_config.instance_id = SIRA_STR("urn:uuid:1"))
SPOIL(line_instance_lf, w->line_config.instance_id = SIRA_STR("<urn:\r\n>"))

static const config_case cases[] = {
    {"size", AGENT, agent_size, "size", 0},
    {"no send", AGENT, agent_send, "transport", 0},
    {"no open", AGENT, agent_open, "transport", 0},
    {"no entropy", AGENT, agent_entropy, "entropy", 0},
    {"entropy that fails", AGENT, agent_broken, "entropy", SIRA_E_ENTROPY},
    {"no hash", AGENT, agent_hash, "hash", 0},
    {"no algorithm", AGENT, agent_no_algorithm, "hash", 0},
    {"small scratch", AGENT, agent_scratch, "scratch", 0},
    {"T1 low", AGENT, agent_t1, "t1", 0},
    {"T1 high", AGENT, agent_t1_high, "t1", 0},
    {"T2 below T1", AGENT, agent_t2, "t2", 0},
    {"T4", AGENT, agent_t4, "t4", 0},
    {"CR LF", AGENT, agent_cr, "user_agent", 0},
    {"tab", AGENT, agent_tab, "user_agent", 0},
    {"size", SERVER, server_size, "size", 0},
    {"no URI", SERVER, server_no_uri, "uri", 0},
    {"not a URI", SERVER, server_not_a_uri, "uri", 0},
    {"tel", SERVER, server_tel, "uri", 0},
    {"a name without resolver", SERVER, server_name, "uri", SIRA_E_RESOLVE},
    {"TLS that the port lacks", SERVER, server_tls, "uri", 0},
    {"unknown transport", SERVER, server_sctp, "uri", 0},
    {"port over its range", SERVER, server_port, "uri", 0},
    {"headers", SERVER, server_headers, "uri", 0},
    {"password in the URI", SERVER, server_password, "uri", 0},
    {"size", ACCOUNT, account_size, "size", 0},
    {"no AOR", ACCOUNT, account_no_aor, "aor", 0},
    {"AOR without scheme", ACCOUNT, account_aor, "aor", 0},
    {"sips over UDP", ACCOUNT, account_sips, "aor", 0},
    {"password in the AOR", ACCOUNT, account_aor_password, "aor", 0},
    {"empty password in the AOR", ACCOUNT, account_aor_empty_password, "aor", 0},
    {"LF in the AOR", ACCOUNT, account_lf, "aor", 0},
    {"NUL in the AOR", ACCOUNT, account_nul, "aor", 0},
    {"over its limit", ACCOUNT, account_long, "display_name", 0},
    {"CR in the name", ACCOUNT, account_display, "display_name", 0},
    {"escape in the name", ACCOUNT, account_escape, "display_name", 0},
    {"DEL in the name", ACCOUNT, account_del, "display_name", 0},
    {"registrar is no URI", ACCOUNT, account_registrar, "registrar", 0},
    {"registrar with a user", ACCOUNT, account_registrar_user, "registrar", 0},
    {"sips registrar over UDP", ACCOUNT, account_registrar_sips, "registrar", 0},
    {"CR LF in the user", ACCOUNT, account_user, "user", 0},
    {"user with escapes", ACCOUNT, account_escaped_user, "user", 0},
    {"no user", ACCOUNT, account_no_user, "user", 0},
    {"NUL in the password", ACCOUNT, account_password, "password", 0},
    {"short HA1", ACCOUNT, account_ha1, "ha1", 0},
    {"size", LINE, line_size, "size", 0},
    {"expires over a week", LINE, line_expires, "expires", 0},
    {"expires at the usual floor", LINE, line_expires_low, "expires", 0},
    {"expires at the floor", LINE, line_expires_interval, "expires", 0},
    {"interval", LINE, line_interval, "min_interval", 0},
    {"retry base over max", LINE, line_retry, "retry_max", 0},
    {"rejected max", LINE, line_rejected, "rejected_max", 0},
    {"space in the contact", LINE, line_user, "contact_user", 0},
    {"@ in the contact", LINE, line_user_at, "contact_user", 0},
    {"password in the contact", LINE, line_user_password, "contact_user", 0},
    {"LF in the contact", LINE, line_user_lf, "contact_user", 0},
    {"instance without brackets", LINE, line_instance, "instance_id", 0},
    {"LF in the instance", LINE, line_instance_lf, "instance_id", 0},
};

static sira_status build(world *w, int object, sira_diag *diag)
{
    sira_status status = sira_agent_init(&w->agent, &w->agent_config, 0, diag);
    if (object == AGENT)
        return status;
    assert_int_equal(status, SIRA_OK);
    status = sira_server_init(&w->server, &w->agent, &w->server_config, diag);
    if (object == SERVER)
        return status;
    assert_int_equal(status, SIRA_OK);
    status = sira_account_init(&w->account, &w->server, &w->account_config, diag);
    if (object == ACCOUNT)
        return status;
    assert_int_equal(status, SIRA_OK);
    return sira_registration_init(&w->line, &w->account, &w->line_config, diag);
}

static void each_wrong_field_is_named(void **context)
{
    (void)context;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        world *w = world_open(NULL);
        sira_diag diag = {.field = "", .expected = "", .reason = ""};
        cases[i].spoil(w);
        sira_status status = build(w, cases[i].object, &diag);
        sira_status expected = cases[i].status != 0 ? cases[i].status : SIRA_E_CONFIG;
        if (status != expected || strcmp(diag.field, cases[i].field) != 0 || diag.expected == NULL ||
            strlen(diag.expected) == 0)
            fail_msg("%s: %s, field %s", cases[i].name, sira_status_name(status), diag.field);
        /* and the diag is optional */
        assert_int_equal(build(w, cases[i].object, NULL), expected);
        world_close(w);
    }
}

static void what_is_right_is_taken(void **context)
{
    (void)context;
    static const struct {
        const char *uri, *aor, *user, *password;
    } right[] = {
        {"sip:192.0.2.1", "sip:alice@example.test", NULL, "secret"},
        {"sip:[2001:db8::1]:5070", "sip:alice@[2001:db8::1]", NULL, "secret"},
        {"sip:192.0.2.1;transport=UDP;lr", "sip:al%20ice@example.test:5070", "al ice", "secret"},
        {"sip:192.0.2.1;transport=UDP;lr", "sip:al%20ice@example.test:5070", NULL, NULL},
        {"SIP:192.0.2.1", "sip:+4930123;phone-context=x@example.test;user=phone", NULL, "secret"},
    };
    for (size_t i = 0; i < sizeof right / sizeof right[0]; i++) {
        world *w = world_open(NULL);
        sira_diag diag = {.field = "", .expected = ""};
        w->server_config.uri = sira_str_from(right[i].uri);
        w->account_config.aor = sira_str_from(right[i].aor);
        w->account_config.user = sira_str_from(right[i].user);
        w->account_config.password = sira_str_from(right[i].password);
        sira_status status = build(w, LINE, &diag);
        if (status != SIRA_OK)
            fail_msg("%s %s: %s %s", right[i].uri, right[i].aor, diag.field, diag.expected);
        assert_int_equal(sira_registration_start(&w->line), SIRA_OK);
        world_run(w, 10);
        assert_int_equal(w->sent_count, 1);
        world_close(w);
    }
}

/* ---- the scratch buffer ---- */

static char many[4][SIRA_LIMIT_CONFIG];

static sira_str repeated(char c, size_t length)
{
    char *text = many[c % 4];
    memset(text, c, length);
    return (sira_str){text, length};
}

static void usual(world *w)
{
    w->agent_config.user_agent = SIRA_STR("Vendor Gateway 7590/8.02");
    w->account_config.aor = SIRA_STR("sip:+493012345678@registrar.provider.example");
    w->account_config.display_name = SIRA_STR("Alice Liddell");
    w->line_config.instance_id = SIRA_STR("<urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6>");
}

static void none(world *w)
{
    w->account_config.password = SIRA_STR("");
}

static void longest(world *w)
{
    usual(w);
    w->agent_config.user_agent = repeated('u', SIRA_LIMIT_CONFIG);
    w->account_config.display_name = repeated('"', SIRA_LIMIT_CONFIG); /* each is escaped */
    w->account_config.user = w->account_config.display_name;
    w->line_config.contact_user = repeated('c', SIRA_LIMIT_CONFIG);
}

static sira_status with_scratch(world *w, void (*configure)(world *w), size_t size)
{
    sira_diag diag = {.field = "", .expected = ""};
    configure(w);
    w->agent_config.scratch_size = size;
    sira_status status = build(w, LINE, &diag);
    if (status != SIRA_OK)
        assert_string_equal(diag.field, "scratch");
    return status;
}

/* A challenge with everything that is kept of it, and that we answer, at its limit. */
static void asks_for_much(world *w, const sira_message *request)
{
    char realm[SIRA_LIMIT_REALM + 1], nonce[SIRA_LIMIT_NONCE + 1], opaque[SIRA_LIMIT_OPAQUE + 1];
    memset(realm, 'r', sizeof realm);
    memset(nonce, 'n', sizeof nonce);
    memset(opaque, 'o', sizeof opaque);
    world_reply(w, request, 401,
                "WWW-Authenticate: Digest realm=\"%.*s\", nonce=\"%.*s\", opaque=\"%.*s\", qop=\"auth-int\", "
                "algorithm=SHA-512-256-sess%s\r\n",
                (int)SIRA_LIMIT_REALM, realm, (int)SIRA_LIMIT_NONCE, nonce, (int)SIRA_LIMIT_OPAQUE, opaque,
                w->step == 0 ? "" : ", userhash=true");
}

/* What init accepts is enough for whatever a server asks; and not much more is demanded. */
static void the_scratch_holds_the_longest_request(void **context)
{
    (void)context;
    static const struct {
        void (*configure)(world *w);
        size_t low, high; /* what it needs */
    } buffers[] = {{usual, 1000, 1500}, {none, 512, 600}, {longest, 3000, 4000}};
    for (size_t i = 0; i < sizeof buffers / sizeof buffers[0]; i++) {
        size_t size = 512;
        world *w = world_open(asks_for_much);
        w->step = i == 0;
        while (size < sizeof w->scratch && with_scratch(w, buffers[i].configure, size) != SIRA_OK)
            size++;
        if (size < buffers[i].low || size > buffers[i].high)
            fail_msg("case %zu needs %zu bytes", i, size);
        assert_int_equal(with_scratch(w, buffers[i].configure, size), SIRA_OK);
        assert_int_equal(sira_registration_start(&w->line), SIRA_OK);
        world_run(w, 100);
        assert_int_equal(w->answered, i != 1);
        assert_true(w->sent[w->sent_count - 1].len <= size);
        assert_int_equal(world_last(w)->status, SIRA_E_CREDENTIALS);
        world_close(w);
    }
}

static void a_description_is_cut_where_it_must(void **context)
{
    (void)context;
    world *w = world_open(NULL);
    world_start(w);
    world_run(w, 33000);
    const sira_event *event = world_last(w);
    char whole[200];
    size_t length = sira_event_describe(event, whole, sizeof whole);
    assert_int_equal(strlen(whole), length);
    assert_non_null(strstr(whole, "sip:alice@example.test waiting: no final response in time; next attempt in "));
    for (size_t size = 0; size <= length + 1; size++) {
        char *text = malloc(size + 1);
        assert_non_null(text);
        size_t cut = sira_event_describe(event, text, size);
        assert_true(cut <= length && (size == 0 || (cut < size && strlen(text) == cut)));
        assert_memory_equal(text, whole, cut);
        free(text);
    }
    world_close(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_wrong_field_is_named),
        cmocka_unit_test(what_is_right_is_taken),
        cmocka_unit_test(the_scratch_holds_the_longest_request),
        cmocka_unit_test(a_description_is_cut_where_it_must),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
