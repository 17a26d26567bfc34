/* An agent that takes requests, and an application that answers them in any way and at any time: requests of a few
 * transactions come, come again, are cancelled and acknowledged, with odd lines in them, and time passes. Slots are
 * never more than there are, each event is about one that is in use, a slot ends once, and nothing goes out by itself
 * for ever. */
#include "fuzz/fuzz.h"

#include <sira/gcrypt.h>
#include <sira/sira.h>

#define SLOTS 3

typedef struct stage {
    sira_gcrypt gcrypt;
    sira_agent agent;
    sira_server server;
    sira_uas uas;
    sira_incoming slots[SLOTS];
    char bytes[SLOTS * 1500];
    char scratch[1500];
    bool in_use[SLOTS];
    uint32_t random;
    uint64_t now, told;
    size_t sent, orders;
    sira_flow flow;
    uint8_t answers; /* how the application answers at once */
} stage;

static stage s;

/* ---- plug points ---- */

static sira_status open_flow(void *context, const sira_endpoint *remote, sira_str name, sira_flow *flow)
{
    (void)context, (void)remote, (void)name, (void)flow;
    return SIRA_OK;
}

static sira_status send_bytes(void *context, const sira_flow *flow, sira_str bytes)
{
    static sira_field fields[SIRA_LIMIT_FIELDS];
    sira_message message;
    (void)context;
    REQUIRE(flow->id == s.flow.id);
    sira_message_init(&message, fields, SIRA_LIMIT_FIELDS);
    REQUIRE(sira_message_parse(&message, bytes, NULL) == SIRA_OK && !message.is_request);
    s.sent++;
    return (s.answers & 0x40) != 0 ? SIRA_E_TRANSPORT : SIRA_OK;
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

static void answer(sira_incoming *incoming, uint8_t choice)
{
    static const uint16_t codes[] = {180, 200, 486, 100, 404, 408, 183, 202};
    static const sira_request_field field[1] = {{SIRA_STR_INIT("Contact"), SIRA_STR_INIT("<sip:a@b>")}};
    const bool answered = sira_incoming_is_answered(incoming);
    const sira_answer what = {.code = codes[choice % 8],
                              .fields = field,
                              .field_count = choice >> 3 & 1u,
                              .body = (choice & 16) != 0 ? SIRA_STR("body") : SIRA_STR(""),
                              .content_type = SIRA_STR("a/b")};
    const sira_status status = sira_incoming_answer(incoming, &what);
    REQUIRE(!answered || status == SIRA_E_STATE);
}

static void on_event(void *user, const sira_incoming_event *event)
{
    const size_t slot = (size_t)(event->incoming - s.slots);
    (void)user;
    REQUIRE(slot < SLOTS && event->kind <= SIRA_INCOMING_OVER && event->now <= s.now);
    REQUIRE(s.in_use[slot] == (event->kind != SIRA_INCOMING_REQUEST));
    s.in_use[slot] = event->kind != SIRA_INCOMING_OVER;
    if (event->kind == SIRA_INCOMING_REQUEST) {
        REQUIRE(event->message != NULL && event->message->is_request);
        if ((s.answers & 0x80) != 0)
            answer(event->incoming, s.answers);
    }
}

/* ---- the course of things ---- */

static void begin(uint8_t choice)
{
    sira_agent_config ac;
    sira_server_config sc;
    sira_incoming_config ic;
    memset(&s.agent, 0, sizeof s.agent);
    memset(s.in_use, 0, sizeof s.in_use);
    s.random = 1;
    s.now = s.sent = 0;
    s.orders = 1;
    s.told = SIRA_NEVER;
    s.answers = 0;
    s.flow = (sira_flow){.id = 7};
    s.flow.local = s.flow.remote =
        (sira_endpoint){.transport = (choice & 1) != 0 ? SIRA_TRANSPORT_TCP : SIRA_TRANSPORT_UDP,
                        .family = SIRA_FAMILY_IPV4,
                        .address = {192, 0, 2, 9},
                        .port = 5060};
    sira_agent_config_init(&ac);
    ac.transport = (sira_transport){.open = open_flow, .send = send_bytes};
    ac.timer.arm = arm;
    ac.entropy.fill = fill;
    ac.hash = sira_gcrypt_hash(&s.gcrypt);
    ac.scratch = s.scratch;
    ac.scratch_size = sizeof s.scratch;
    sira_server_config_init(&sc);
    sc.uri = SIRA_STR("sip:192.0.2.9");
    sira_incoming_config_init(&ic);
    ic.slots = s.slots;
    ic.slot_count = SLOTS;
    ic.bytes = s.bytes;
    ic.bytes_size = sizeof s.bytes;
    ic.allow = SIRA_STR("INVITE, ACK, BYE, CANCEL, OPTIONS, MESSAGE, SUBSCRIBE");
    ic.supported = SIRA_STR("timer");
    ic.on_event = on_event;
    ic.source = (choice & 2) != 0 ? SIRA_INCOMING_FROM_SERVERS : SIRA_INCOMING_FROM_ANYBODY;
    REQUIRE(sira_agent_init(&s.agent, &ac, 0, NULL) == SIRA_OK);
    REQUIRE(sira_server_init(&s.server, &s.agent, &sc, NULL) == SIRA_OK);
    REQUIRE(sira_uas_init(&s.uas, &s.agent, &ic, NULL) == SIRA_OK);
}

static void settle(void)
{
    unsigned turns = 0;
    while (s.told <= s.now) {
        sira_agent_tick(&s.agent, s.now);
        REQUIRE(++turns < 100);
    }
    REQUIRE(s.told == sira_agent_deadline(&s.agent));
    /* each order: an answer and a final response at most, each of which is repeated for 32 s: 13 times at most */
    REQUIRE(s.sent <= 20 * s.orders + s.now / 60000 * SLOTS);
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

/* A request of one of four calls, with more lines of the input's. */
static void arrive(uint8_t choice, uint8_t names, sira_str more)
{
    static const char *const methods[] = {"INVITE", "ACK", "CANCEL", "MESSAGE", "OPTIONS", "BYE", "X", "SUBSCRIBE"};
    char text[1400];
    sira_str tag = SIRA_STR("");
    if ((names & 0x80) != 0 && s.slots[names % SLOTS].tag[0] != '\0')
        tag = sira_incoming_to_tag(&s.slots[names % SLOTS]);
    const char *method = methods[choice % 8];
    const int n = snprintf(text, sizeof text,
                           "%s sip:a@192.0.2.9 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9;branch=%s%u%s\r\nFrom: "
                           "<sip:b@x>;tag=%u\r\nTo: <sip:a@x>%s%.*s\r\nCall-ID: %u\r\nCSeq: %u %s\r\n%.*s\r\n\r\n",
                           method, (choice & 8) != 0 ? "" : "z9hG4bK", names & 3u, (choice & 16) != 0 ? ";rport" : "",
                           names >> 2 & 1u, tag.len != 0 ? ";tag=" : "", (int)tag.len, tag.at, names & 3u,
                           1u + (names >> 3 & 1u), method, (int)more.len, more.at);
    receive((sira_str){text, (size_t)n < sizeof text ? (size_t)n : sizeof text - 1});
}

static void obey(fuzz_input *in)
{
    const uint8_t order = fuzz_byte(in), value = fuzz_byte(in);
    s.orders++;
    switch (order % 8) {
    case 0:
        wait_for(UINT64_C(1) << value % 20);
        break;
    case 1:
        receive(fuzz_text(in, 255));
        break;
    case 2:
        if (s.in_use[value % SLOTS])
            answer(&s.slots[value % SLOTS], value / SLOTS);
        break;
    case 3:
        s.answers = value;
        break;
    case 4:
        arrive(value, fuzz_byte(in), fuzz_text(in, 200));
        break;
    default:
        arrive(value, fuzz_byte(in), SIRA_STR("Subject: x"));
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
    wait_for(1000000); /* all is over by itself */
    for (size_t i = 0; i < SLOTS; i++)
        REQUIRE(!s.in_use[i]);
    sira_uas_remove(&s.uas);
    REQUIRE(sira_server_remove(&s.server) == SIRA_OK);
    REQUIRE(sira_agent_deadline(&s.agent) == SIRA_NEVER);
    return 0;
}
