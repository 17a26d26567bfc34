/* What a port tells an agent, in any order and of any kind: answers of DNS, connections that come about and break,
 * another network, bytes. Two lines register at a name over every transport. It must settle, send no more than was
 * asked for, and close what it has opened. And texts that people write for addresses. */
#include "fuzz/fuzz.h"

#include <sira/gcrypt.h>
#include <sira/sira.h>

#define TICKETS 64
#define RECORDS 12

typedef struct stage {
    sira_gcrypt gcrypt;
    sira_agent agent;
    sira_server server;
    sira_locator locator;
    sira_account account[2];
    sira_registration line[2];
    char scratch[1500];
    uint32_t random;
    uint64_t now, told;
    uint32_t ticket; /* the last that was asked with */
    sira_flow flow;  /* opened last */
    uint32_t flows;
    bool open[256]; /* by id */
    sira_endpoint remote[256];
    uint8_t answer; /* what open and query say next */
} stage;

static stage s;

/* ---- plug points ---- */

static sira_status open_flow(void *context, const sira_endpoint *remote, sira_str name, sira_flow *flow)
{
    (void)context;
    REQUIRE(remote->family != SIRA_FAMILY_NONE && remote->port != 0 && name.len != 0);
    if (s.answer % 8 == 7)
        return SIRA_E_TRANSPORT;
    const bool is_datagram = remote->transport == SIRA_TRANSPORT_UDP;
    flow->local = *remote;
    flow->local.address[3] = 1;
    flow->id = is_datagram ? 0 : 1 + s.flows++ % 255;
    s.open[flow->id] = true;
    s.remote[flow->id] = *remote;
    s.flow = *flow;
    s.flow.remote = *remote;
    return is_datagram ? SIRA_OK : SIRA_MORE;
}

static void close_flow(void *context, const sira_flow *flow)
{
    (void)context;
    REQUIRE(flow->id < 256);
    s.open[flow->id] = false;
}

static sira_status send_bytes(void *context, const sira_flow *flow, sira_str bytes)
{
    (void)context;
    REQUIRE(bytes.len > 0 && flow->id < 256);
    return s.answer % 16 == 6 ? SIRA_E_TRANSPORT : SIRA_OK;
}

static sira_status query(void *context, uint32_t ticket, sira_str name, sira_dns_type type)
{
    (void)context;
    (void)type;
    REQUIRE(name.len > 0 && name.len < 256);
    s.ticket = ticket;
    return s.answer % 16 == 5 ? SIRA_E_RESOLVE : SIRA_OK;
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
    (void)user;
    REQUIRE(event->kind <= SIRA_EVENT_FAILED && event->now <= s.now);
}

/* ---- the course of things ---- */

static void begin(uint8_t choice)
{
    static const char *const uris[] = {"sip:h.example", "sip:h.example;transport=tcp", "sip:h.example:5070",
                                       "sip:192.0.2.9;transport=tcp"};
    static const char *const aors[] = {"sip:a@h.example", "sip:b@h.example"};
    sira_agent_config ac;
    sira_server_config sc;
    memset(&s.agent, 0, sizeof s.agent);
    memset(s.open, 0, sizeof s.open);
    s.random = 1;
    s.now = s.ticket = s.flows = s.answer = 0;
    s.flow = (sira_flow){.id = 0};
    s.told = SIRA_NEVER;
    sira_agent_config_init(&ac);
    ac.transport = (sira_transport){.kinds = 1u << SIRA_TRANSPORT_UDP | 1u << SIRA_TRANSPORT_TCP,
                                    .open = open_flow,
                                    .send = send_bytes,
                                    .close = close_flow};
    ac.timer.arm = arm;
    ac.entropy.fill = fill;
    ac.hash = sira_gcrypt_hash(&s.gcrypt);
    ac.resolver.query = query;
    ac.scratch = s.scratch;
    ac.scratch_size = sizeof s.scratch;
    ac.on_event = on_event;
    sira_server_config_init(&sc);
    sc.uri = sira_str_from(uris[choice % 4]);
    REQUIRE(sira_locator_init(&s.locator, NULL, NULL) == SIRA_OK);
    sc.locator = &s.locator;
    REQUIRE(sira_agent_init(&s.agent, &ac, 0, NULL) == SIRA_OK);
    REQUIRE(sira_server_init(&s.server, &s.agent, &sc, NULL) == SIRA_OK);
    for (size_t i = 0; i < 2; i++) {
        sira_account_config cc;
        sira_account_config_init(&cc);
        cc.aor = sira_str_from(aors[i]);
        cc.password = SIRA_STR("secret");
        REQUIRE(sira_account_init(&s.account[i], &s.server, &cc, NULL) == SIRA_OK);
        REQUIRE(sira_registration_init(&s.line[i], &s.account[i], NULL, NULL) == SIRA_OK);
        REQUIRE(sira_registration_start(&s.line[i]) == SIRA_OK);
    }
}

static void settle(void)
{
    unsigned turns = 0;
    while (s.told <= s.now) {
        sira_agent_tick(&s.agent, s.now);
        REQUIRE(++turns < 1000);
    }
    REQUIRE(s.told == sira_agent_deadline(&s.agent));
}

static void wait_for(uint64_t time)
{
    const uint64_t until = s.now + time;
    for (unsigned steps = 0; s.told <= until && steps < 1000; steps++) {
        s.now = s.told > s.now ? s.told : s.now;
        settle();
    }
    s.now = until;
}

static void answer_query(fuzz_input *in)
{
    static const uint16_t types[] = {SIRA_DNS_A, SIRA_DNS_AAAA, SIRA_DNS_SRV, SIRA_DNS_NAPTR};
    static const char *const services[] = {"SIP+D2U", "SIP+D2T", "SIPS+D2T", "x"};
    sira_dns_record records[RECORDS];
    const uint8_t choice = fuzz_byte(in);
    sira_dns_answer answer = {.ticket = (choice & 1) != 0 ? s.ticket : fuzz_byte(in) % TICKETS,
                              .result = choice / 2 % 3,
                              .ttl = UINT32_C(1) << choice % 32,
                              .records = records,
                              .count = choice / 16 % (RECORDS + 1)};
    for (size_t i = 0; i < answer.count; i++) {
        const uint8_t kind = fuzz_byte(in);
        records[i] = (sira_dns_record){
            .type = kind / 4 == 63 ? kind : types[kind % 4],
            .order = fuzz_byte(in) % 4,
            .preference = fuzz_byte(in),
            .port = (uint16_t)(fuzz_byte(in) * 256u),
            .ttl = UINT32_C(1) << kind % 32,
            .endpoint = {.family = kind % 4 == 1 ? SIRA_FAMILY_IPV6 : SIRA_FAMILY_IPV4, .address = {fuzz_byte(in)}},
            .target = fuzz_text(in, 20),
            .flags = (kind & 16) != 0 ? SIRA_STR("s") : fuzz_text(in, 2),
            .service = (kind & 8) != 0 ? sira_str_from(services[kind / 32 % 4]) : fuzz_text(in, 8)};
    }
    sira_agent_dns_answer(&s.agent, &answer, s.now);
}

/* One that was opened, or any. */
static sira_flow choose_flow(fuzz_input *in, uint8_t choice)
{
    sira_flow flow = s.flow;
    if ((choice & 1) != 0)
        flow.id = fuzz_byte(in);
    if ((choice & 2) != 0)
        flow.remote.address[15] = fuzz_byte(in);
    return flow;
}

/* A text that is read as an address is written so that it reads as the same. */
static void check_text(sira_str text)
{
    sira_endpoint first = {0}, again = {0};
    char written[SIRA_ENDPOINT_TEXT];
    if (sira_endpoint_from_text(text, 5060, &first) != SIRA_OK)
        return;
    const size_t length = sira_endpoint_to_text(&first, written, sizeof written);
    REQUIRE(length > 0 && length < sizeof written && written[length] == '\0');
    REQUIRE(sira_endpoint_from_text((sira_str){written, length}, 0, &again) == SIRA_OK);
    REQUIRE(sira_endpoint_equal(&first, &again));
}

static void obey(fuzz_input *in)
{
    const uint8_t order = fuzz_byte(in), value = fuzz_byte(in);
    s.answer = value;
    sira_flow flow;
    switch (order % 10) {
    case 0:
        wait_for(UINT64_C(1) << value % 24);
        break;
    case 1:
    case 2:
    case 3:
        answer_query(in);
        break;
    case 4:
        flow = choose_flow(in, value);
        sira_agent_flow_up(&s.agent, &flow, s.now);
        break;
    case 5:
        flow = choose_flow(in, value);
        if (flow.id < 256 && sira_endpoint_equal(&flow.remote, &s.remote[flow.id]))
            s.open[flow.id] = false; /* and it is not closed any more */
        sira_agent_flow_down(&s.agent, &flow, s.now);
        break;
    case 6:
        sira_agent_network_changed(&s.agent, s.now);
        break;
    case 7:
        flow = choose_flow(in, value);
        (void)sira_agent_receive(&s.agent, &flow, fuzz_text(in, 255), s.now);
        break;
    case 8:
        (void)((value & 1) != 0 ? sira_registration_stop(&s.line[value / 2 % 2])
                                : sira_registration_start(&s.line[value / 2 % 2]));
        break;
    default:
        check_text(fuzz_text(in, 60));
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
    for (unsigned orders = 0; in.left > 0 && orders < 200; orders++)
        obey(&in);
    for (size_t i = 0; i < 2; i++)
        sira_registration_remove(&s.line[i]);
    REQUIRE(sira_server_remove(&s.server) == SIRA_OK);
    REQUIRE(sira_agent_deadline(&s.agent) == SIRA_NEVER);
    for (size_t id = 1; id < 256; id++)
        REQUIRE(!s.open[id]);
    return 0;
}
