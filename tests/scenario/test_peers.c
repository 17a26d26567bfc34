/* Two agents, one that asks and one that answers, over a network that loses, doubles or holds up each message of an
 * exchange: every combination of these for the first messages, and after them no more faults. Whatever happens, what
 * was answered is what arrives, once; who is asked hears of it once; what goes out again is the same to the byte; and
 * in the end nothing is left. */
#include "support/support.h"

#include <sira/gcrypt.h>
#include <sira/sira.h>

#include <stdlib.h>
#include <string.h>

#define MESSAGES 200
#define HELD_UP 700 /* ms: longer than T1, so that a retransmission overtakes */

typedef enum fault { NONE, LOST, DOUBLED, LATE, FAULTS } fault;

typedef struct packet {
    uint64_t at; /* SIRA_NEVER: delivered, or lost */
    unsigned to;
    size_t len;
    char bytes[1000];
} packet;

/* What happens in one run. */
typedef struct story {
    const char *name, *method;
    uint16_t answers[3]; /* by who is asked: up to the first 0; at once, and then a second apart */
    uint64_t cancel_at;  /* ms; 0: not given up */
    unsigned faulty;     /* so many of the first messages may suffer */
} story;

typedef struct net {
    const story *story;
    uint64_t now;
    sira_agent agents[2];
    char scratch[2][1500];
    sira_server server;
    sira_account account;
    sira_request request;
    sira_uas uas;
    sira_incoming slots[4];
    char bytes[4 * 2000];
    uint32_t random;
    fault faults[MESSAGES];
    packet packets[2 * MESSAGES];
    size_t count, sent;
    sira_incoming *incoming;
    unsigned asked, ended, over, acked, failed, cancelled, answered;
    sira_status status;
    uint16_t code;
    uint64_t answer_at;
    bool cancels;
} net;

static sira_gcrypt gcrypt;
static net n;

static unsigned side_of(const void *context)
{
    return context == &n.agents[1];
}

static sira_status open_flow(void *context, const sira_endpoint *remote, sira_str name, sira_flow *flow)
{
    (void)context, (void)remote, (void)name;
    flow->id = 1;
    flow->local = *remote;
    flow->local.address[3] = 1;
    return SIRA_OK;
}

/* Same start line, transaction and CSeq: then also the same bytes. */
static void expect_same(const packet *a, const packet *b)
{
    const char *line_end = memchr(a->bytes, '\r', a->len);
    const char *via = line_end + 2, *via_end = memchr(via, '\r', (size_t)(a->bytes + a->len - via));
    const size_t head = (size_t)(via_end - a->bytes);
    const char *a_cseq = strstr(a->bytes, "\r\nCSeq: "), *b_cseq = strstr(b->bytes, "\r\nCSeq: ");
    assert_true(a_cseq != NULL && b_cseq != NULL);
    if (a->to == b->to && b->len >= head && memcmp(a->bytes, b->bytes, head) == 0 &&
        strcspn(a_cseq + 2, "\r") == strcspn(b_cseq + 2, "\r") &&
        memcmp(a_cseq, b_cseq, 2 + strcspn(a_cseq + 2, "\r")) == 0 &&
        (a->len != b->len || memcmp(a->bytes, b->bytes, a->len) != 0))
        fail_msg("%s: this\n%.*s\nis not the same as\n%.*s", n.story->name, (int)b->len, b->bytes, (int)a->len,
                 a->bytes);
}

static sira_status send_bytes(void *context, const sira_flow *flow, sira_str bytes)
{
    (void)flow;
    assert_true(n.sent < MESSAGES && bytes.len < sizeof n.packets[0].bytes);
    const fault f = n.faults[n.sent++];
    packet *p = &n.packets[n.count++];
    *p = (packet){.at = n.now + (f == LATE ? HELD_UP : 5), .to = !side_of(context), .len = bytes.len};
    memcpy(p->bytes, bytes.at, bytes.len); /* a NUL stands behind it */
    for (size_t i = 0; i + 1 < n.count; i++)
        expect_same(&n.packets[i], p);
    if (f == LOST)
        p->at = SIRA_NEVER;
    if (f == DOUBLED) {
        n.packets[n.count] = *p;
        n.packets[n.count++].at += HELD_UP;
    }
    return SIRA_OK;
}

static sira_status fill(void *context, uint8_t *bytes, size_t count)
{
    (void)context;
    for (size_t i = 0; i < count; i++) {
        n.random = n.random * 1664525u + 1013904223u;
        bytes[i] = (uint8_t)(n.random >> 24);
    }
    return SIRA_OK;
}

/* ---- who asks ---- */

static void on_outcome(void *user, const sira_request_event *event)
{
    (void)user;
    if (event->kind == SIRA_REQUEST_ENDED) {
        n.ended++;
        n.status = event->status;
        n.code = event->code;
    }
    n.over += event->kind == SIRA_REQUEST_OVER;
    if (event->kind == SIRA_REQUEST_PROGRESS || event->status != SIRA_OK || event->kind == SIRA_REQUEST_OVER ||
        strcmp(n.story->method, "INVITE") != 0)
        return;
    sira_address to;
    assert_int_equal(sira_message_address(event->response, SIRA_FIELD_TO, &to, NULL), SIRA_OK);
    const sira_request_ack ack = {.uri = SIRA_STR("sip:b@192.0.2.2"), .to_tag = to.tag};
    assert_int_equal(sira_request_send_ack(event->request, &ack), SIRA_OK);
}

/* ---- who is asked ---- */

static void answer_next(void)
{
    const uint16_t code = n.answered < 3 ? n.story->answers[n.answered] : 0;
    n.answer_at = SIRA_NEVER;
    if (code == 0 || n.incoming == NULL || sira_incoming_is_answered(n.incoming))
        return;
    assert_int_equal(sira_incoming_answer(n.incoming, &(sira_answer){.code = code}), SIRA_OK);
    n.answered++;
    n.answer_at = n.now + 1000;
}

static void on_request(void *user, const sira_incoming_event *event)
{
    (void)user;
    switch ((sira_incoming_event_kind)event->kind) {
    case SIRA_INCOMING_REQUEST:
        n.asked++;
        n.incoming = event->incoming;
        answer_next();
        break;
    case SIRA_INCOMING_CANCELLED:
        n.cancelled++;
        break;
    case SIRA_INCOMING_ACKED:
        n.acked++;
        break;
    case SIRA_INCOMING_FAILED:
        n.failed++;
        break;
    case SIRA_INCOMING_OVER:
        n.incoming = NULL;
        break;
    }
}

/* ---- the course of things ---- */

static void begin_agent(unsigned side)
{
    sira_agent_config config;
    sira_agent_config_init(&config);
    config.transport = (sira_transport){.context = &n.agents[side], .open = open_flow, .send = send_bytes};
    config.entropy.fill = fill;
    config.hash = sira_gcrypt_hash(&gcrypt);
    config.scratch = n.scratch[side];
    config.scratch_size = sizeof n.scratch[side];
    assert_int_equal(sira_agent_init(&n.agents[side], &config, 0, NULL), SIRA_OK);
}

static void begin(const story *s)
{
    sira_server_config server;
    sira_account_config account;
    sira_request_config request;
    sira_incoming_config incoming;
    n.story = s;
    n.now = n.count = n.sent = 0;
    n.random = 1;
    n.incoming = NULL;
    n.asked = n.ended = n.over = n.acked = n.failed = n.cancelled = n.answered = 0;
    n.answer_at = SIRA_NEVER;
    n.cancels = s->cancel_at != 0;
    begin_agent(0);
    begin_agent(1);
    sira_server_config_init(&server);
    server.uri = SIRA_STR("sip:192.0.2.2");
    assert_int_equal(sira_server_init(&n.server, &n.agents[0], &server, NULL), SIRA_OK);
    sira_account_config_init(&account);
    account.aor = SIRA_STR("sip:a@192.0.2.1");
    assert_int_equal(sira_account_init(&n.account, &n.server, &account, NULL), SIRA_OK);
    sira_incoming_config_init(&incoming);
    incoming.slots = n.slots;
    incoming.slot_count = 4;
    incoming.bytes = n.bytes;
    incoming.bytes_size = sizeof n.bytes;
    incoming.allow = SIRA_STR("INVITE, ACK, CANCEL, MESSAGE");
    incoming.on_event = on_request;
    assert_int_equal(sira_uas_init(&n.uas, &n.agents[1], &incoming, NULL), SIRA_OK);
    sira_request_config_init(&request);
    request.method = sira_str_from(s->method);
    request.uri = SIRA_STR("sip:b@192.0.2.2");
    request.on_event = on_outcome;
    assert_int_equal(sira_request_init(&n.request, &n.account, &request, NULL), SIRA_OK);
    assert_int_equal(sira_request_start(&n.request), SIRA_OK);
}

static void deliver(packet *p)
{
    sira_flow flow = {.id = 1};
    flow.local = flow.remote = (sira_endpoint){
        .transport = SIRA_TRANSPORT_UDP, .family = SIRA_FAMILY_IPV4, .address = {192, 0, 2, 1}, .port = 5060};
    if (p->to == 0)
        flow.remote.address[3] = 2;
    else
        flow.local.address[3] = 2;
    p->at = SIRA_NEVER;
    (void)sira_agent_receive(&n.agents[p->to], &flow, (sira_str){p->bytes, p->len}, n.now);
}

static void earliest(uint64_t *next, uint64_t at)
{
    *next = at < *next ? at : *next;
}

/* False: nothing happens any more. */
static bool step(void)
{
    uint64_t next = n.answer_at;
    for (unsigned side = 0; side < 2; side++)
        earliest(&next, sira_agent_deadline(&n.agents[side]));
    for (size_t i = 0; i < n.count; i++)
        earliest(&next, n.packets[i].at);
    if (n.cancels)
        earliest(&next, n.story->cancel_at);
    if (next == SIRA_NEVER)
        return false;
    n.now = next > n.now ? next : n.now;
    if (n.cancels && n.now >= n.story->cancel_at) {
        n.cancels = false;
        (void)sira_request_cancel(&n.request);
    }
    for (size_t i = 0; i < n.count; i++)
        if (n.packets[i].at <= n.now)
            deliver(&n.packets[i]);
    if (n.answer_at <= n.now)
        answer_next();
    for (unsigned side = 0; side < 2; side++)
        sira_agent_tick(&n.agents[side], n.now);
    return true;
}

static uint16_t last_answer(const story *s)
{
    uint16_t code = 0;
    for (size_t i = 0; i < 3 && s->answers[i] != 0; i++)
        code = s->answers[i];
    return code;
}

static void expect_the_right_end(const story *s)
{
    const uint16_t given = n.cancelled != 0 ? 487 : last_answer(s);
    const bool invite = strcmp(s->method, "INVITE") == 0;
    if (n.asked != 1 || n.ended != 1 || n.over != 1 || n.incoming != NULL || n.failed != 0)
        fail_msg("%s: asked %u, ended %u, over %u, failed %u", s->name, n.asked, n.ended, n.over, n.failed);
    if (n.code != given || n.status != (given < 300 ? SIRA_OK : SIRA_E_RESPONSE))
        fail_msg("%s: %u was answered, %u arrived (%s)", s->name, given, n.code, sira_status_name(n.status));
    if (n.acked != (invite && given < 300))
        fail_msg("%s: acknowledged %u times", s->name, n.acked);
}

static void run(const story *s)
{
    begin(s);
    for (unsigned steps = 0; step(); steps++)
        assert_true(steps < 2000);
    expect_the_right_end(s);
    sira_request_remove(&n.request);
    sira_uas_remove(&n.uas);
}

/* Every combination of faults for the first messages. */
static void run_all(const story *s)
{
    unsigned long combinations = 1;
    for (unsigned i = 0; i < s->faulty; i++)
        combinations *= FAULTS;
    for (unsigned long c = 0; c < combinations; c++) {
        unsigned long rest = c;
        memset(n.faults, 0, sizeof n.faults);
        for (unsigned i = 0; i < s->faulty; i++, rest /= FAULTS)
            n.faults[i] = (fault)(rest % FAULTS);
        run(s);
    }
}

static void every_message(void **context)
{
    (void)context;
    static const story stories[] = {{"answered at once", "MESSAGE", {200}, 0, 5},
                                    {"refused at once", "MESSAGE", {404}, 0, 4}};
    for (size_t i = 0; i < sizeof stories / sizeof stories[0]; i++)
        run_all(&stories[i]);
}

static void every_invite(void **context)
{
    (void)context;
    static const story stories[] = {{"taken at once", "INVITE", {200}, 0, 5},
                                    {"taken after ringing", "INVITE", {180, 200}, 0, 5},
                                    {"refused at once", "INVITE", {486}, 0, 5},
                                    {"refused after ringing", "INVITE", {180, 183, 603}, 0, 5}};
    for (size_t i = 0; i < sizeof stories / sizeof stories[0]; i++)
        run_all(&stories[i]);
}

static void every_cancel(void **context)
{
    (void)context;
    static const story stories[] = {{"given up while it rings", "INVITE", {180, 183, 200}, 900, 6},
                                    {"given up as it is taken", "INVITE", {180, 200}, 1000, 5}};
    for (size_t i = 0; i < sizeof stories / sizeof stories[0]; i++)
        run_all(&stories[i]);
}

static int open_gcrypt(void **context)
{
    (void)context;
    return sira_gcrypt_open(&gcrypt) == SIRA_OK ? 0 : -1;
}

static int close_gcrypt(void **context)
{
    (void)context;
    sira_gcrypt_close(&gcrypt);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_message),
        cmocka_unit_test(every_invite),
        cmocka_unit_test(every_cancel),
    };
    return cmocka_run_group_tests(tests, open_gcrypt, close_gcrypt);
}
