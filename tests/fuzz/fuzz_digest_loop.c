/* Any names, passwords and options, both sides: the right password always verifies, a wrong one never does. */
#include "fuzz/fuzz.h"

#include <sira/digest_server.h>
#include <sira/gcrypt.h>

/* A text of up to most bytes that a configuration may hold. */
static sira_str take_text(fuzz_input *in, char *out, size_t most)
{
    size_t n = fuzz_byte(in) % (most + 1);
    for (size_t i = 0; i < n; i++) {
        const uint8_t c = fuzz_byte(in);
        out[i] = (char)(c == 0 || c == '\r' || c == '\n' ? 'x' : c);
    }
    return (sira_str){out, n};
}

typedef struct loop {
    sira_gcrypt gcrypt;
    char user[40], realm[60], password[40], opaque[30], body[60];
    sira_str password_text, wrong_text;
    char wrong[41];
    sira_digest_client_config client_config;
    sira_digest_client client;
    sira_digest_attempt attempt;
    sira_digest_server_config server_config;
    sira_digest_server server;
    sira_digest_slot slots[4];
    sira_digest_request request;
    sira_digest_peer peer;
    bool give_ha1;
} loop;

static sira_status look_up(void *context, const sira_digest_lookup *lookup, sira_digest_account *account)
{
    const loop *l = context;
    account->user = l->client_config.user;
    account->password = l->password_text;
    account->has_ha1 = l->give_ha1;
    REQUIRE(lookup->userhash || sira_str_equal(lookup->user, l->client_config.user));
    const sira_str parts[3] = {l->client_config.user, lookup->realm, l->password_text};
    return l->give_ha1 ? sira_digest_ha1(&l->server_config.hash, lookup->algorithm, parts, account->ha1) : SIRA_OK;
}

static sira_status count_up(void *context, uint8_t *bytes, size_t n)
{
    static uint8_t last;
    (void)context;
    memset(bytes, ++last, n);
    return SIRA_OK;
}

static void configure(loop *l, fuzz_input *in)
{
    const uint8_t options = fuzz_byte(in), choice = fuzz_byte(in);
    sira_digest_client_config_init(&l->client_config);
    sira_digest_server_config_init(&l->server_config);
    l->client_config.hash = l->server_config.hash = sira_gcrypt_hash(&l->gcrypt);
    l->client_config.user = take_text(in, l->user, sizeof l->user);
    l->server_config.realm = take_text(in, l->realm, sizeof l->realm);
    l->password_text = take_text(in, l->password, sizeof l->password);
    l->server_config.opaque = take_text(in, l->opaque, sizeof l->opaque);
    l->request = (sira_digest_request){.method = SIRA_STR("REGISTER"), .uri = SIRA_STR("sip:example.com")};
    l->request.body = take_text(in, l->body, sizeof l->body);
    l->client_config.policy.prefer_auth_int = (options & 1) != 0;
    l->client_config.policy.strongest_first = (options & 2) != 0;
    l->client_config.policy.require_rspauth = true;
    l->server_config.userhash = (options & 4) != 0;
    l->server_config.one_time = (options & 8) != 0;
    l->server_config.no_qop = (options & 16) != 0;
    l->server_config.qop = (options & 32) != 0 ? SIRA_QOP_AUTH | SIRA_QOP_AUTH_INT : SIRA_QOP_AUTH;
    l->give_ha1 = (options & 64) != 0;
    l->peer.proxy = (options & 128) != 0;
    for (unsigned i = 0; i < 2; i++)
        l->server_config.algorithms[i] = (uint8_t)(SIRA_ALGORITHM_MD5 + (choice >> (4 * i)) % 6);
    l->server_config.entropy.fill = count_up;
    l->server_config.lookup = look_up;
    l->server_config.lookup_context = l;
    l->server_config.slots = l->slots;
    l->server_config.slot_count = 4;
}

static size_t write_message(const char *start, const char *lines, sira_str body, char *out, size_t size)
{
    const int n = snprintf(out, size,
                           "%s\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:a@h>;tag=1\r\nTo: <sip:a@h>\r\n"
                           "Call-ID: 1\r\nCSeq: 1 REGISTER\r\n%sContent-Length: %zu\r\n\r\n",
                           start, lines, body.len);
    REQUIRE(n > 0 && (size_t)n + body.len < size);
    if (body.len > 0)
        memcpy(out + n, body.at, body.len);
    return (size_t)n + body.len;
}

/* Every text is written and read as a message, so both writer and parser stand between the two sides. */
static void parse(sira_message *message, sira_field fields[32], const char *text, size_t length)
{
    sira_message_init(message, fields, 32);
    REQUIRE(sira_message_parse(message, (sira_str){text, length}, NULL) == SIRA_OK);
}

static void finish(sira_writer *writer, char *text)
{
    size_t length;
    REQUIRE(sira_writer_finish(writer, &length) == SIRA_OK);
    text[length] = '\0';
}

/* SIRA_OK, or what the client said to the challenge. */
static sira_status challenge(loop *l)
{
    char lines[2000], text[3000];
    sira_writer writer;
    sira_message message;
    sira_field fields[32];
    sira_writer_init(&writer, lines, sizeof lines - 1);
    REQUIRE(sira_digest_server_challenge(&l->server, &l->peer, false, &writer) == SIRA_OK);
    finish(&writer, lines);
    parse(&message, fields, text, write_message("SIP/2.0 401 X", lines, (sira_str){NULL, 0}, text, sizeof text));
    return sira_digest_client_challenged(&l->client, &l->attempt, &message, NULL);
}

static sira_status answer(loop *l)
{
    static const uint8_t cnonce[8] = {3, 1, 4};
    char lines[2000], text[3000], info[800];
    sira_writer writer;
    sira_message message;
    sira_field fields[32];
    sira_digest_verified verified;
    sira_digest_client_begin(&l->client, &l->attempt, cnonce);
    sira_writer_init(&writer, lines, sizeof lines - 1);
    REQUIRE(sira_digest_client_write(&l->client, &l->attempt, &l->request, &writer) == SIRA_OK);
    finish(&writer, lines);
    const size_t length = write_message("REGISTER sip:example.com SIP/2.0", lines, l->request.body, text, sizeof text);
    parse(&message, fields, text, length);
    sira_status status = sira_digest_server_verify(&l->server, &l->peer, &message, &verified, NULL);
    if (status != SIRA_OK)
        return status;
    REQUIRE(sira_str_equal(verified.user, l->client_config.user));
    sira_writer_init(&writer, info, sizeof info - 1);
    REQUIRE(sira_digest_server_info(&l->server, &l->peer, &verified, l->request.body, &writer) == SIRA_OK);
    finish(&writer, info);
    /* What was right once is a replay, or stale, the second time. */
    status = sira_digest_server_verify(&l->server, &l->peer, &message, &verified, NULL);
    REQUIRE(status == SIRA_E_REPLAY || status == SIRA_E_STALE);
    parse(&message, fields, text, write_message("SIP/2.0 200 X", info, l->request.body, text, sizeof text));
    return sira_digest_client_accepted(&l->client, &l->attempt, &l->request, &message, NULL);
}

static void run(loop *l, bool right)
{
    l->client_config.password = right ? l->password_text : l->wrong_text;
    memset(&l->attempt, 0, sizeof l->attempt);
    REQUIRE(sira_digest_client_init(&l->client, &l->client_config, NULL) == SIRA_OK);
    const sira_status status = challenge(l);
    if (status != SIRA_OK) {
        /* A long realm with many escapes; or -sess without qop, which can't be answered. */
        REQUIRE(status == SIRA_E_LIMIT || (status == SIRA_E_CHALLENGE && l->server_config.no_qop));
        return;
    }
    if (!right) {
        REQUIRE(answer(l) == SIRA_E_CREDENTIALS);
        return;
    }
    REQUIRE(answer(l) == SIRA_OK);
    /* And once more at once: with the next nonce, or the next count, or for one without a count with a stale one. */
    const sira_status again = answer(l);
    REQUIRE(again == SIRA_OK || (again == SIRA_E_STALE && l->server_config.no_qop));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static loop l;
    fuzz_input in = {data, size};
    if (l.gcrypt.algorithms == 0)
        REQUIRE(sira_gcrypt_open(&l.gcrypt) == SIRA_OK);
    configure(&l, &in);
    if (l.client_config.user.len == 0 || l.server_config.realm.len == 0 || l.password_text.len == 0)
        return 0;
    REQUIRE(sira_digest_server_init(&l.server, &l.server_config, NULL) == SIRA_OK);
    memcpy(l.wrong, l.password, l.password_text.len);
    l.wrong_text = (sira_str){l.wrong, l.password_text.len};
    const uint8_t change = fuzz_byte(&in);
    if (change % 3 == 0)
        l.wrong[l.wrong_text.len++] = 'x';
    else
        l.wrong[fuzz_byte(&in) % l.wrong_text.len] ^= change % 3 == 1 ? 32 : 64;
    for (size_t i = 0; i < l.wrong_text.len; i++)
        if (l.wrong[i] == '\0' || l.wrong[i] == '\r' || l.wrong[i] == '\n')
            l.wrong[i] = l.password[0] == 'y' ? 'z' : 'y';
    run(&l, true);
    if (!sira_str_equal(l.wrong_text, l.password_text))
        run(&l, false);
    return 0;
}
