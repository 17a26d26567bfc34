/* A line whose world does what the input says: time passes, datagrams of any kind come, requests are answered in any
 * way, it is stopped and started. It must never send more than its retransmission timer and the given orders explain,
 * and never ask to be called again without end. */
#include "fuzz/fuzz.h"

#include <sira/gcrypt.h>
#include <sira/sira.h>

#define FASTEST 500u /* ms: T1, below which nothing is repeated by itself */

typedef struct stage {
    sira_gcrypt gcrypt;
    sira_agent agent;
    sira_server server;
    sira_account account;
    sira_registration line;
    char scratch[1500];
    uint32_t random;
    uint64_t now, told;
    size_t sent, orders;
    char last[1500]; /* the last request */
    size_t last_len;
    sira_flow flow;
} stage;

static stage s;

/* ---- plug points ---- */

static sira_status open_flow(void *context, const sira_endpoint *remote, sira_str name, sira_flow *flow)
{
    (void)context;
    (void)name;
    flow->local = *remote;
    flow->local.address[3] = 1;
    flow->id = 7;
    s.flow = *flow;
    return SIRA_OK;
}

static sira_status send_bytes(void *context, const sira_flow *flow, sira_str bytes)
{
    (void)context;
    (void)flow;
    REQUIRE(bytes.len <= sizeof s.last);
    s.sent++;
    if (bytes.len > 4 && memcmp(bytes.at, "SIP/", 4) != 0) {
        memcpy(s.last, bytes.at, bytes.len);
        s.last_len = bytes.len;
    }
    return SIRA_OK;
}

static sira_status fill(void *context, uint8_t *bytes, size_t n)
{
    (void)context;
    for (size_t i = 0; i < n; i++) {
        s.random = s.random * 1664525u + 1013904223u;
        bytes[i] = (uint8_t)(s.random >> 24);
    }
    return SIRA_OK;
}

static void arm(void *context, uint64_t deadline)
{
    (void)context;
    s.told = deadline;
}

static void on_event(void *user, const sira_event *event)
{
    char text[200];
    (void)user;
    REQUIRE(event->kind <= SIRA_EVENT_FAILED && sira_event_reason(event) != NULL && event->now <= s.now);
    REQUIRE(event->next == SIRA_NEVER || event->next >= event->now);
    REQUIRE(sira_event_describe(event, text, sizeof text) < sizeof text);
}

/* ---- the course of things ---- */

static void begin(uint8_t choice)
{
    sira_agent_config ac;
    sira_server_config sc;
    sira_account_config cc;
    memset(&s.agent, 0, sizeof s.agent);
    s.random = 1;
    s.now = s.sent = s.last_len = 0;
    s.orders = 1;
    s.told = SIRA_NEVER;
    sira_agent_config_init(&ac);
    ac.transport = (sira_transport){.open = open_flow, .send = send_bytes};
    ac.timer.arm = arm;
    ac.entropy.fill = fill;
    ac.hash = sira_gcrypt_hash(&s.gcrypt);
    ac.scratch = s.scratch;
    ac.scratch_size = sizeof s.scratch;
    ac.on_event = on_event;
    sira_server_config_init(&sc);
    sc.uri = SIRA_STR("sip:192.0.2.9");
    sira_account_config_init(&cc);
    cc.aor = SIRA_STR("sip:a@h.example");
    cc.password = SIRA_STR("secret");
    cc.policy.strongest_first = (choice & 1) != 0;
    cc.policy.require_rspauth = (choice & 2) != 0;
    REQUIRE(sira_agent_init(&s.agent, &ac, 0, NULL) == SIRA_OK);
    REQUIRE(sira_server_init(&s.server, &s.agent, &sc, NULL) == SIRA_OK);
    REQUIRE(sira_account_init(&s.account, &s.server, &cc, NULL) == SIRA_OK);
    REQUIRE(sira_registration_init(&s.line, &s.account, NULL, NULL) == SIRA_OK);
    REQUIRE(sira_registration_start(&s.line) == SIRA_OK);
}

static void settle(void)
{
    unsigned turns = 0;
    while (s.told <= s.now) {
        sira_agent_tick(&s.agent, s.now);
        REQUIRE(++turns < 100);
    }
    REQUIRE(s.told == sira_agent_deadline(&s.agent));
    REQUIRE(s.sent <= 3 * s.orders + s.now / FASTEST);
}

static void wait_for(uint64_t time)
{
    const uint64_t until = s.now + time;
    for (unsigned steps = 0; s.told <= until && steps < 10000; steps++) {
        s.now = s.told > s.now ? s.told : s.now;
        settle();
    }
    s.now = until;
}

static void receive(sira_str bytes)
{
    char *exact = malloc(bytes.len);
    REQUIRE(exact != NULL || bytes.len == 0);
    if (bytes.len > 0)
        memcpy(exact, bytes.at, bytes.len);
    (void)sira_agent_receive(&s.agent, &s.flow, (sira_str){exact, bytes.len}, s.now);
    free(exact);
}

/* Answers the last request; headers: whole lines. */
static void reply(unsigned code, sira_str headers)
{
    char text[5000];
    sira_field slots[40];
    sira_message request;
    sira_writer writer;
    size_t length;
    sira_message_init(&request, slots, 40);
    if (s.last_len == 0 || sira_message_parse(&request, (sira_str){s.last, s.last_len}, NULL) != SIRA_OK)
        return;
    sira_writer_init(&writer, text, sizeof text - 600);
    sira_write_response(&writer, &request,
                        &(sira_response){.code = (uint16_t)(100 + code % 600), .to_tag = SIRA_STR("t")});
    REQUIRE(sira_writer_finish(&writer, &length) == SIRA_OK);
    memcpy(text + length, headers.at, headers.len);
    length += headers.len;
    memcpy(text + length, "\r\n\r\n", 4);
    receive((sira_str){text, length + 4});
}

static void challenge(uint8_t choice)
{
    static const char *const algorithms[] = {"MD5", "SHA-256", "SHA-512-256", "MD5-sess", "X"};
    char line[300];
    const int n =
        snprintf(line, sizeof line, "%s: Digest realm=\"r%u\", nonce=\"n%u\", algorithm=%s, qop=\"auth%s\"%s",
                 (choice & 1) != 0 ? "WWW-Authenticate" : "Proxy-Authenticate", choice >> 6, (unsigned)(s.orders % 5),
                 algorithms[choice % 5], (choice & 2) != 0 ? ",auth-int" : "", (choice & 4) != 0 ? ", stale=true" : "");
    reply((choice & 1) != 0 ? 301 : 307, (sira_str){line, (size_t)n});
}

static void grant(unsigned seconds)
{
    char line[300];
    const int n = snprintf(line, sizeof line, "Contact: <sip:a@x>;expires=%u", seconds);
    reply(100, (sira_str){line, (size_t)n});
}

static void obey(fuzz_input *in)
{
    const uint8_t order = fuzz_byte(in), value = fuzz_byte(in);
    s.orders++;
    switch (order % 8) {
    case 0:
        wait_for(UINT64_C(1) << value % 24);
        break;
    case 1:
        receive(fuzz_text(in, 255));
        break;
    case 2:
        reply(value * 256u + fuzz_byte(in), fuzz_text(in, 255));
        break;
    case 3:
        (void)sira_registration_stop(&s.line);
        break;
    case 4:
        (void)sira_registration_start(&s.line);
        break;
    case 5:
        sira_agent_flow_down(&s.agent, &s.flow, s.now);
        break;
    case 6:
        challenge(value);
        break;
    default:
        grant(1u << value % 32);
        break;
    }
    settle();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_input in = {data, size};
    if (s.gcrypt.algorithms == 0)
        REQUIRE(sira_gcrypt_open(&s.gcrypt) == SIRA_OK);
    begin(fuzz_byte(&in));
    settle();
    while (in.left > 0)
        obey(&in);
    sira_registration_remove(&s.line);
    REQUIRE(sira_server_remove(&s.server) == SIRA_OK);
    REQUIRE(sira_agent_deadline(&s.agent) == SIRA_NEVER);
    return 0;
}
