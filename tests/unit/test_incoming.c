#include "request/incoming.h"

#include "support/asker.h"

#include <stdio.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
#define SLOTS 3
#define EVENTS 64

/* An agent that takes requests, and what its application was told. */
typedef struct door {
    world *w;
    sira_uas uas;
    sira_incoming_config config;
    sira_incoming slots[SLOTS];
    char bytes[SLOTS * 2000];
    sira_incoming_event events[EVENTS];
    size_t count;
    sira_incoming *last; /* request that came */
    uint16_t codes[3];   /* answered with, at once, up to the first 0 */
    sira_status said;    /* by the last answer */
} door;

static void on_event(void *user, const sira_incoming_event *event)
{
    door *d = user;
    assert_true(d->count < EVENTS);
    d->events[d->count++] = *event;
    if (event->kind != SIRA_INCOMING_REQUEST)
        return;
    assert_non_null(event->message);
    assert_true(event->message->is_request);
    d->last = event->incoming;
    for (size_t i = 0; i < 3 && d->codes[i] != 0; i++)
        d->said = sira_incoming_answer(event->incoming, &(sira_answer){.code = d->codes[i]});
}

static void door_open(door *d)
{
    memset(d, 0, sizeof *d);
    d->w = world_open(NULL);
    sira_incoming_config_init(&d->config);
    d->config.slots = d->slots;
    d->config.slot_count = SLOTS;
    d->config.bytes = d->bytes;
    d->config.bytes_size = sizeof d->bytes;
    d->config.allow = SIRA_STR("INVITE, ACK, BYE, CANCEL, OPTIONS, MESSAGE, SUBSCRIBE");
    d->config.accept = SIRA_STR("application/sdp");
    d->config.supported = SIRA_STR("replaces, timer");
    d->config.on_event = on_event;
    d->config.user = d;
}

static void door_start(door *d)
{
    sira_diag diag = {.field = ""};
    world_init(d->w);
    d->w->opened = (sira_flow){.id = 1};
    assert_int_equal(sira_endpoint_from_text(SIRA_STR("192.0.2.1:5060"), SIRA_TRANSPORT_UDP, &d->w->opened.local),
                     SIRA_OK);
    assert_int_equal(sira_endpoint_from_text(SIRA_STR("192.0.2.100:5060"), SIRA_TRANSPORT_UDP, &d->w->opened.remote),
                     SIRA_OK);
    if (sira_uas_init(&d->uas, &d->w->agent, &d->config, &diag) != SIRA_OK)
        fail_msg("field %s", diag.field);
}

static void door_close(door *d)
{
    sira_uas_remove(&d->uas);
    assert_int_equal(sira_agent_deadline(&d->w->agent), SIRA_NEVER);
    world_close(d->w);
}

/* What comes in. */
typedef struct knock {
    const char *method, *uri, *branch, *tag, *call_id, *to_tag, *more;
    unsigned cseq;
} knock;

static const knock usual = {"MESSAGE", "sip:alice@192.0.2.1", "z9hG4bKa", "f", "c1", "", "", 1};

static void ring(door *d, const knock *k)
{
    char text[3000];
    int len = snprintf(text, sizeof text,
                       "%s %s SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.100;branch=%s\r\nMax-Forwards: 70\r\n"
                       "From: <sip:bob@example.test>;tag=%s\r\nTo: <sip:alice@example.test>%s%s\r\nCall-ID: %s\r\n"
                       "CSeq: %u %s\r\n%sContent-Length: 3\r\n\r\nabc",
                       k->method, k->uri, k->branch, k->tag, *k->to_tag != '\0' ? ";tag=" : "", k->to_tag, k->call_id,
                       k->cseq, k->method, k->more);
    assert_true(len > 0 && (size_t)len < sizeof text);
    world_deliver(d->w, 0, text, (size_t)len);
    world_run(d->w, d->w->now);
}

/* The n-th message that went out; the last one when n is negative. */
static const char *out(const door *d, int n)
{
    size_t i = n >= 0 ? (size_t)n : d->w->sent_count - 1;
    assert_true(i < d->w->sent_count);
    return d->w->sent[i].bytes;
}

static unsigned code_out(const door *d, int n)
{
    unsigned code = 0;
    assert_int_equal(sscanf(out(d, n), "SIP/2.0 %u", &code), 1);
    return code;
}

static unsigned told(const door *d, sira_incoming_event_kind kind)
{
    unsigned count = 0;
    for (size_t i = 0; i < d->count; i++)
        count += d->events[i].kind == kind;
    return count;
}

/* ---- a request and its answer ---- */

static void a_request_is_answered_once(void **context)
{
    (void)context;
    door d;
    char expected[600];
    door_open(&d);
    d.codes[0] = 200;
    d.codes[1] = 200;
    door_start(&d);
    ring(&d, &usual);
    assert_int_equal(told(&d, SIRA_INCOMING_REQUEST), 1);
    assert_int_equal(d.said, SIRA_E_STATE);
    assert_int_equal(d.w->sent_count, 1);
    (void)snprintf(expected, sizeof expected,
                   "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.100;branch=z9hG4bKa\r\n"
                   "From: <sip:bob@example.test>;tag=f\r\nTo: <sip:alice@example.test>;tag=%.8s\r\nCall-ID: c1\r\n"
                   "CSeq: 1 MESSAGE\r\nContent-Length: 0\r\n\r\n",
                   sira_incoming_to_tag(d.last).at);
    assert_string_equal(out(&d, 0), expected);
    assert_true(sira_incoming_is_answered(d.last));
    /* it comes again: the same, and nobody is told */
    for (unsigned i = 1; i < 4; i++) {
        ring(&d, &usual);
        assert_int_equal(d.w->sent_count, i + 1);
        assert_string_equal(out(&d, -1), expected);
    }
    assert_int_equal(d.count, 1);
    world_run(d.w, 31999);
    assert_int_equal(told(&d, SIRA_INCOMING_OVER), 0);
    world_run(d.w, 32000); /* timer J */
    assert_int_equal(told(&d, SIRA_INCOMING_OVER), 1);
    assert_int_equal(sira_incoming_answer(d.last, &(sira_answer){.code = 200}), SIRA_E_STATE);
    const sira_uas_counters *counters = sira_uas_get_counters(&d.uas);
    assert_int_equal(counters->taken, 1);
    assert_int_equal(counters->repeated, 3);
    door_close(&d);
}

static void it_may_be_answered_later(void **context)
{
    (void)context;
    static const sira_request_field fields[1] = {{SIRA_STR_INIT("Expires"), SIRA_STR_INIT("60")}};
    door d;
    sira_field slots[SIRA_LIMIT_FIELDS];
    sira_message message;
    door_open(&d);
    door_start(&d);
    ring(&d, &usual);
    world_run(d.w, 400);
    ring(&d, &usual);
    assert_int_equal(d.w->sent_count, 0);
    sira_message_init(&message, slots, SIRA_LIMIT_FIELDS);
    assert_int_equal(sira_incoming_parse(d.last, &message), SIRA_OK);
    expect_str("method", message.method_name, "MESSAGE");
    assert_null(sira_incoming_get_user(d.last));
    sira_incoming_set_user(d.last, &d);
    assert_ptr_equal(sira_incoming_get_user(d.last), &d);
    assert_int_equal(sira_incoming_flow(d.last)->id, 1);
    const sira_answer answer = {.code = 480,
                                .reason = SIRA_STR("Away"),
                                .fields = fields,
                                .field_count = 1,
                                .body = SIRA_STR("later"),
                                .content_type = SIRA_STR("text/plain")};
    assert_int_equal(sira_incoming_answer(d.last, &answer), SIRA_OK);
    assert_int_equal(strncmp(out(&d, 0), "SIP/2.0 480 Away\r\n", 18), 0);
    assert_string_equal(asker_line(out(&d, 0), "Expires"), "60");
    assert_string_equal(asker_line(out(&d, 0), "Content-Type"), "text/plain");
    assert_non_null(strstr(out(&d, 0), "\r\n\r\nlater"));
    door_close(&d);
}

static void bad_answers_are_refused(void **context)
{
    (void)context;
    static const sira_request_field via[1] = {{SIRA_STR_INIT("v"), SIRA_STR_INIT("SIP/2.0/UDP a")}},
                                    broken[1] = {{SIRA_STR_INIT("X-A"), SIRA_STR_INIT("a\r\nb: c")}};
    static char large[3000];
    memset(large, 'x', sizeof large);
    static const struct {
        const char *name;
        sira_answer answer;
        sira_status status;
    } cases[] = {
        {"100", {.code = 100}, SIRA_E_ARGUMENT},
        {"no code", {.code = 0}, SIRA_E_ARGUMENT},
        {"700", {.code = 700}, SIRA_E_ARGUMENT},
        {"a body without its type", {.code = 200, .body = SIRA_STR_INIT("x")}, SIRA_E_ARGUMENT},
        {"a Via", {.code = 200, .fields = via, .field_count = 1}, SIRA_E_ARGUMENT},
        {"a line end", {.code = 200, .fields = broken, .field_count = 1}, SIRA_E_ARGUMENT},
        {"too long", {.code = 200, .body = {large, sizeof large}, .content_type = SIRA_STR_INIT("a/b")}, SIRA_E_SPACE},
        {"longer than the slot",
         {.code = 200, .body = {large, 1600}, .content_type = SIRA_STR_INIT("a/b")},
         SIRA_E_SPACE},
        {"provisional", {.code = 180}, SIRA_E_UNSUPPORTED}, /* RFC 4320 4.1 */
        {"408", {.code = 408}, SIRA_E_UNSUPPORTED},
        {"and then a good one", {.code = 200}, SIRA_OK}};
    door d;
    door_open(&d);
    door_start(&d);
    ring(&d, &usual);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        expect_status(cases[i].name, sira_incoming_answer(d.last, &cases[i].answer), cases[i].status);
        assert_int_equal(d.w->sent_count, cases[i].status == SIRA_OK);
    }
    door_close(&d);
}

/* ---- INVITE ---- */

static const knock invite = {"INVITE",
                             "sip:alice@192.0.2.1",
                             "z9hG4bKi",
                             "f",
                             "c2",
                             "",
                             "Record-Route: <sip:p.test;lr>\r\n"
                             "Record-Route: <sip:q.test;lr>\r\n",
                             7};

static void knock_again(door *d, const knock *base, const char *method, const char *branch, const char *to_tag)
{
    knock k = *base;
    k.method = method;
    k.branch = branch;
    k.to_tag = to_tag;
    ring(d, &k);
}

static const char *tag_of(const door *d)
{
    static char tag[20];
    sira_str text = sira_incoming_to_tag(d->last);
    (void)snprintf(tag, sizeof tag, "%.*s", (int)text.len, text.at);
    return tag;
}

static void an_invite_is_taken(void **context)
{
    (void)context;
    door d;
    door_open(&d);
    door_start(&d);
    ring(&d, &invite);
    world_run(d.w, 200); /* RFC 3261 17.2.1 */
    assert_int_equal(code_out(&d, 0), 100);
    assert_string_equal(asker_line(out(&d, 0), "To"), "<sip:alice@example.test>");
    assert_int_equal(sira_incoming_answer(d.last, &(sira_answer){.code = 180}), SIRA_OK);
    assert_int_equal(code_out(&d, 1), 180);
    assert_int_equal(sira_incoming_answer(d.last, &(sira_answer){.code = 200}), SIRA_OK);
    for (int i = 1; i < 3; i++) {
        assert_non_null(strstr(out(&d, i), "Record-Route: <sip:p.test;lr>\r\nRecord-Route: <sip:q.test;lr>\r\n"));
        assert_string_equal(asker_line(out(&d, i), "Contact"), "<sip:alice@192.0.2.1:5060>");
        assert_non_null(strstr(asker_line(out(&d, i), "To"), tag_of(&d)));
    }
    /* the 2xx comes again until its ACK does (13.3.1.4) */
    world_run(d.w, 1800);
    assert_int_equal(d.w->sent_count, 5);
    assert_string_equal(out(&d, 4), out(&d, 2));
    knock_again(&d, &invite, "ACK", "z9hG4bKother", tag_of(&d));
    knock_again(&d, &invite, "ACK", "z9hG4bKother", tag_of(&d));
    assert_int_equal(told(&d, SIRA_INCOMING_ACKED), 1);
    world_run(d.w, 100000);
    assert_int_equal(d.w->sent_count, 5);
    assert_int_equal(told(&d, SIRA_INCOMING_FAILED), 0);
    assert_int_equal(told(&d, SIRA_INCOMING_OVER), 1);
    door_close(&d);
}

static void no_ack_of_a_2xx_is_told(void **context)
{
    (void)context;
    door d;
    door_open(&d);
    d.codes[0] = 200;
    door_start(&d);
    ring(&d, &invite);
    knock_again(&d, &invite, "ACK", "z9hG4bKother", "another");
    world_run(d.w, 32000);
    assert_int_equal(told(&d, SIRA_INCOMING_ACKED), 0);
    assert_int_equal(told(&d, SIRA_INCOMING_FAILED), 1);
    assert_int_equal(d.events[d.count - 2].code, 200);
    assert_int_equal(d.events[d.count - 2].status, SIRA_E_TIMEOUT);
    assert_int_equal(d.w->sent_count, 11);
    door_close(&d);
}

static void an_invite_is_refused(void **context)
{
    (void)context;
    door d;
    door_open(&d);
    d.codes[0] = 486;
    door_start(&d);
    ring(&d, &invite);
    assert_string_equal(asker_line(out(&d, 0), "Contact"), "");
    assert_string_equal(asker_line(out(&d, 0), "Record-Route"), "");
    world_run(d.w, 600);
    assert_int_equal(d.w->sent_count, 2); /* timer G */
    knock_again(&d, &invite, "ACK", invite.branch, tag_of(&d));
    world_run(d.w, 100000);
    assert_int_equal(d.w->sent_count, 2);
    assert_int_equal(told(&d, SIRA_INCOMING_ACKED), 0);
    assert_int_equal(told(&d, SIRA_INCOMING_FAILED), 0);
    assert_int_equal(told(&d, SIRA_INCOMING_OVER), 1);
    door_close(&d);
}

static void an_invite_is_cancelled(void **context)
{
    (void)context;
    static const struct {
        const char *name;
        uint16_t before; /* answered with, before CANCEL */
        unsigned told;
        unsigned last; /* final response */
    } cases[] = {
        {"at once", 0, 1, 487}, {"while it rings", 180, 1, 487}, {"too late", 200, 0, 200}, {"refused", 486, 0, 486}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        door d;
        door_open(&d);
        d.codes[0] = cases[i].before;
        door_start(&d);
        ring(&d, &invite);
        const size_t before = d.w->sent_count;
        knock_again(&d, &invite, "CANCEL", invite.branch, "");
        assert_int_equal(code_out(&d, (int)before), 200);
        assert_string_equal(asker_line(out(&d, (int)before), "CSeq"), "7 CANCEL");
        assert_non_null(strstr(asker_line(out(&d, (int)before), "To"), tag_of(&d)));
        if (told(&d, SIRA_INCOMING_CANCELLED) != cases[i].told)
            fail_msg("%s: told %u", cases[i].name, told(&d, SIRA_INCOMING_CANCELLED));
        if (cases[i].told != 0) {
            assert_int_equal(code_out(&d, (int)before + 1), 487);
            assert_int_equal(sira_incoming_answer(d.last, &(sira_answer){.code = 200}), SIRA_E_STATE);
        }
        assert_int_equal(d.slots[0].code, cases[i].last);
        /* it comes again: the same answer */
        knock_again(&d, &invite, "CANCEL", invite.branch, "");
        assert_string_equal(out(&d, -1), out(&d, (int)before));
        assert_int_equal(told(&d, SIRA_INCOMING_CANCELLED), cases[i].told);
        door_close(&d);
    }
}

static void cancel_of_nothing_and_of_what_can_not_be_cancelled(void **context)
{
    (void)context;
    door d;
    door_open(&d);
    door_start(&d);
    knock_again(&d, &invite, "CANCEL", "z9hG4bKnobody", "");
    assert_int_equal(code_out(&d, -1), 481);
    ring(&d, &usual);
    knock_again(&d, &usual, "CANCEL", usual.branch, "");
    assert_int_equal(code_out(&d, -1), 200);
    assert_int_equal(told(&d, SIRA_INCOMING_CANCELLED), 0);
    assert_int_equal(sira_incoming_answer(d.last, &(sira_answer){.code = 200}), SIRA_OK);
    knock_again(&d, &usual, "ACK", "z9hG4bKnobody", "");
    assert_int_equal(sira_uas_get_counters(&d.uas)->stray, 1);
    door_close(&d);
}

/* ---- time ---- */

static void who_never_answers_is_answered_for(void **context)
{
    (void)context;
    static const struct {
        const char *name;
        const knock *knock;
        uint16_t first;
        uint64_t at;
    } cases[] = {{"MESSAGE", &usual, 0, 16000}, {"INVITE", &invite, 0, 16000}, {"ringing", &invite, 180, 300000}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        door d;
        door_open(&d);
        d.codes[0] = cases[i].first;
        door_start(&d);
        ring(&d, cases[i].knock);
        world_run(d.w, cases[i].at - 1);
        assert_int_equal(told(&d, SIRA_INCOMING_FAILED), 0);
        world_run(d.w, cases[i].at);
        if (told(&d, SIRA_INCOMING_FAILED) != 1 || d.events[1].code != 500 || d.events[1].status != SIRA_E_TIMEOUT)
            fail_msg("%s: told %u", cases[i].name, told(&d, SIRA_INCOMING_FAILED));
        assert_int_equal(code_out(&d, -1), 500);
        assert_int_equal(sira_incoming_answer(d.last, &(sira_answer){.code = 200}), SIRA_E_STATE);
        world_run(d.w, cases[i].at + 40000);
        assert_int_equal(told(&d, SIRA_INCOMING_OVER), 1);
        door_close(&d);
    }
}

static void what_can_not_be_sent_goes_out_later(void **context)
{
    (void)context;
    door d;
    door_open(&d);
    door_start(&d);
    ring(&d, &usual);
    d.w->send_broken = true;
    assert_int_equal(sira_incoming_answer(d.last, &(sira_answer){.code = 200}), SIRA_E_TRANSPORT);
    d.w->send_broken = false;
    ring(&d, &usual);
    assert_int_equal(code_out(&d, 0), 200);
    door_close(&d);
}

static void each_kind_has_its_name(void **context)
{
    (void)context;
    static const char *const names[] = {"request", "cancelled", "acked", "failed", "over", "?"};
    for (size_t i = 0; i < COUNT_OF(names); i++)
        assert_string_equal(sira_incoming_event_kind_name((sira_incoming_event_kind)i), names[i]);
}

/* ---- without the application ---- */

static void some_requests_are_answered_by_themselves(void **context)
{
    (void)context;
    static const struct {
        const char *name;
        knock knock;
        unsigned code;
        const char *field, *value;
    } cases[] = {
        {"OPTIONS",
         {"OPTIONS", "sip:alice@192.0.2.1", "z9hG4bK1", "f", "a", "", "", 1},
         200,
         "Accept",
         "application/sdp"},
        {"OPTIONS",
         {"OPTIONS", "sip:alice@192.0.2.1", "z9hG4bK1", "f", "a", "", "", 1},
         200,
         "Supported",
         "replaces, timer"},
        {"OPTIONS",
         {"OPTIONS", "sip:192.0.2.1", "z9hG4bK1", "f", "a", "", "", 1},
         200,
         "Allow",
         "INVITE, ACK, BYE, CANCEL, OPTIONS, MESSAGE, SUBSCRIBE"},
        {"known, not allowed",
         {"REFER", "sip:alice@192.0.2.1", "z9hG4bK1", "f", "a", "", "", 1},
         405,
         "Allow",
         "INVITE, ACK, BYE, CANCEL, OPTIONS, MESSAGE, SUBSCRIBE"},
        {"unknown",
         {"RING", "sip:alice@192.0.2.1", "z9hG4bK1", "f", "a", "", "", 1},
         501,
         "Allow",
         "INVITE, ACK, BYE, CANCEL, OPTIONS, MESSAGE, SUBSCRIBE"},
        {"methods have a case",
         {"message", "sip:alice@192.0.2.1", "z9hG4bK1", "f", "a", "", "", 1},
         501,
         "CSeq",
         "1 message"},
        {"another scheme",
         {"MESSAGE", "im:alice@192.0.2.1", "z9hG4bK1", "f", "a", "", "", 1},
         416,
         "CSeq",
         "1 MESSAGE"},
        {"what we lack",
         {"MESSAGE", "sip:alice@192.0.2.1", "z9hG4bK1", "f", "a", "", "Require: timer, 100rel\r\n", 1},
         420,
         "Unsupported",
         "100rel"},
        {"what is no URI", {"MESSAGE", "sip:", "z9hG4bK1", "f", "a", "", "", 1}, 400, "CSeq", "1 MESSAGE"},
        {"two Froms",
         {"MESSAGE", "sip:a@b", "z9hG4bK1", "f", "a", "", "f: <sip:c@d>;tag=e\r\n", 1},
         400,
         "CSeq",
         "1 MESSAGE"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        door d;
        door_open(&d);
        door_start(&d);
        ring(&d, &cases[i].knock);
        if (d.w->sent_count != 1 || code_out(&d, 0) != cases[i].code ||
            strcmp(asker_line(out(&d, 0), cases[i].field), cases[i].value) != 0)
            fail_msg("%s:\n%s", cases[i].name, d.w->sent_count != 0 ? out(&d, 0) : "nothing");
        /* and the same once more (8.2.7) */
        ring(&d, &cases[i].knock);
        assert_string_equal(out(&d, 1), out(&d, 0));
        assert_int_equal(d.count, 0);
        door_close(&d);
    }
}

static void what_is_supported_may_be_required(void **context)
{
    (void)context;
    door d;
    knock k = usual;
    door_open(&d);
    door_start(&d);
    k.more = "Require: replaces\r\nRequire: timer\r\n";
    ring(&d, &k);
    assert_int_equal(told(&d, SIRA_INCOMING_REQUEST), 1);
    door_close(&d);
}

static void the_same_by_another_way_is_merged(void **context)
{
    (void)context;
    door d;
    knock k = usual;
    door_open(&d);
    door_start(&d);
    ring(&d, &usual);
    k.branch = "z9hG4bKb";
    ring(&d, &k);
    assert_int_equal(code_out(&d, -1), 482);
    assert_int_equal(told(&d, SIRA_INCOMING_REQUEST), 1);
    door_close(&d);
}

/* A peer that sends our own request back. */
static void what_is_our_own_is_a_loop(void **context)
{
    (void)context;
    door d;
    asker a;
    door_open(&d);
    door_start(&d);
    asker_open(&a, d.w, "MESSAGE");
    asker_start(&a);
    world_run(d.w, 10);
    world_deliver(d.w, 0, d.w->sent[0].bytes, d.w->sent[0].len);
    world_run(d.w, 20);
    assert_int_equal(code_out(&d, 1), 482);
    sira_request_remove(&a.request);
    door_close(&d);
}

static void full_slots_are_said(void **context)
{
    (void)context;
    door d;
    door_open(&d);
    door_start(&d);
    for (unsigned i = 0; i < SLOTS + 2; i++) {
        char branch[20], call_id[20];
        knock k = usual;
        (void)snprintf(branch, sizeof branch, "z9hG4bK-%u", i);
        (void)snprintf(call_id, sizeof call_id, "call%u", i);
        k.branch = branch;
        k.call_id = call_id;
        ring(&d, &k);
        assert_int_equal(d.w->sent_count, i < SLOTS ? 0 : i - SLOTS + 1);
    }
    assert_int_equal(code_out(&d, 0), 503);
    assert_string_equal(asker_line(out(&d, 0), "Retry-After"), "5");
    assert_int_equal(sira_uas_get_counters(&d.uas)->full, 2);
    assert_int_equal(told(&d, SIRA_INCOMING_REQUEST), SLOTS);
    /* those that are there go on, and what is over makes room */
    assert_int_equal(sira_incoming_answer(&d.slots[0], &(sira_answer){.code = 200}), SIRA_OK);
    world_run(d.w, 32000);
    knock k = usual;
    k.branch = "z9hG4bKlate";
    k.call_id = "late";
    ring(&d, &k);
    assert_int_equal(told(&d, SIRA_INCOMING_REQUEST), SLOTS + 1);
    door_close(&d);
}

static void what_does_not_fit_is_too_large(void **context)
{
    (void)context;
    static char more[1200];
    door d;
    knock k = usual;
    door_open(&d);
    door_start(&d);
    memset(more, 'x', sizeof more - 1);
    memcpy(more, "X-Long: ", 8);
    memcpy(more + sizeof more - 3, "\r\n", 3);
    k.more = more;
    ring(&d, &k);
    assert_int_equal(code_out(&d, 0), 513);
    assert_int_equal(d.count, 0);
    door_close(&d);
}

/* ---- from whom, and where to ---- */

static void arrive_from(door *d, const char *address, const char *via)
{
    char text[600];
    int len = snprintf(text, sizeof text,
                       "MESSAGE sip:alice@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP %s\r\nMax-Forwards: 70\r\n"
                       "From: <sip:bob@example.test>;tag=f\r\nTo: <sip:alice@example.test>\r\nCall-ID: c\r\n"
                       "CSeq: 1 MESSAGE\r\n\r\n",
                       via);
    sira_flow flow = d->w->opened;
    assert_int_equal(sira_endpoint_from_text(sira_str_from(address), SIRA_TRANSPORT_UDP, &flow.remote), SIRA_OK);
    (void)sira_agent_receive(&d->w->agent, &flow, (sira_str){text, (size_t)len}, d->w->now);
}

static void answers_go_where_they_have_to(void **context)
{
    (void)context;
    static const struct {
        const char *name, *from, *via, *to, *expected;
    } cases[] = {
        {"sent-by's port", "192.0.2.7:7000", "192.0.2.7:5070;branch=z9hG4bKq", "192.0.2.7:5070",
         "SIP/2.0/UDP 192.0.2.7:5070;branch=z9hG4bKq"},
        {"the usual port", "192.0.2.7:7000", "host.test;branch=z9hG4bKq", "192.0.2.7:5060",
         "SIP/2.0/UDP host.test;branch=z9hG4bKq;received=192.0.2.7"},
        {"rport", "192.0.2.7:7000", "10.0.0.1:5060;rport;branch=z9hG4bKq", "192.0.2.7:7000",
         "SIP/2.0/UDP 10.0.0.1:5060;rport=7000;branch=z9hG4bKq;received=192.0.2.7"},
        {"maddr is not followed", "192.0.2.7:7000", "10.0.0.1;maddr=192.0.2.99;rport;branch=z9hG4bKq", "192.0.2.7:7000",
         "SIP/2.0/UDP 10.0.0.1;maddr=192.0.2.99;rport=7000;branch=z9hG4bKq;received=192.0.2.7"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        door d;
        char text[SIRA_ENDPOINT_TEXT];
        door_open(&d);
        d.codes[0] = 200;
        door_start(&d);
        arrive_from(&d, cases[i].from, cases[i].via);
        arrive_from(&d, cases[i].from, cases[i].via);
        assert_int_equal(d.w->sent_count, 2);
        for (unsigned n = 0; n < 2; n++) {
            size_t length = sira_endpoint_to_text(&d.w->sent[n].flow.remote, text, sizeof text);
            expect_str(cases[i].name, (sira_str){text, length}, cases[i].to);
            if (strcmp(asker_line(out(&d, (int)n), "Via"), cases[i].expected) != 0)
                fail_msg("%s: %s", cases[i].name, asker_line(out(&d, (int)n), "Via"));
        }
        door_close(&d);
    }
}

static void strangers_get_no_answer_where_servers_alone_may_ask(void **context)
{
    (void)context;
    static const struct {
        const char *name, *from;
        bool taken;
    } cases[] = {{"the server", "192.0.2.100:5060", true},
                 {"the server from another port", "192.0.2.100:40000", true},
                 {"a stranger", "192.0.2.101:5060", false},
                 {"a stranger on IPv6", "[2001:db8::1]:5060", false}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        door d;
        door_open(&d);
        d.config.source = SIRA_INCOMING_FROM_SERVERS;
        d.codes[0] = 200;
        door_start(&d);
        arrive_from(&d, cases[i].from, "192.0.2.7;branch=z9hG4bKq");
        if (d.w->sent_count != cases[i].taken || sira_uas_get_counters(&d.uas)->strange != !cases[i].taken)
            fail_msg("%s", cases[i].name);
        /* nor to what is malformed */
        arrive_from(&d, cases[i].from, "192.0.2.7;branch=z9hG4bKr\r\nCSeq: x");
        assert_int_equal(d.w->sent_count, 2 * cases[i].taken);
        door_close(&d);
    }
}

static sira_status look_up(void *context, const sira_digest_lookup *lookup, sira_digest_account *account)
{
    (void)context, (void)lookup;
    account->password = SIRA_STR("secret");
    return SIRA_OK;
}

static void strangers_have_to_know_a_password(void **context)
{
    (void)context;
    door d;
    sira_digest_server_config config;
    sira_digest_server digest;
    sira_digest_slot slots[4];
    door_open(&d);
    d.config.source = SIRA_INCOMING_WITH_DIGEST;
    d.codes[0] = 200;
    sira_digest_server_config_init(&config);
    config.hash = d.w->agent_config.hash;
    config.entropy = d.w->agent_config.entropy;
    config.realm = SIRA_STR("door");
    config.lookup = look_up;
    config.slots = slots;
    config.slot_count = 4;
    config.algorithms[0] = SIRA_ALGORITHM_MD5;
    config.uri_check = SIRA_DIGEST_URI_ANY;
    assert_int_equal(sira_digest_server_init(&digest, &config, NULL), SIRA_OK);
    d.config.authorize = sira_incoming_digest;
    d.config.authorize_context = &digest;
    door_start(&d);
    arrive_from(&d, "192.0.2.100:5060", "192.0.2.100;branch=z9hG4bKs");
    assert_int_equal(code_out(&d, 0), 200); /* the server need not */
    arrive_from(&d, "192.0.2.7:5060", "192.0.2.7;branch=z9hG4bKq");
    assert_int_equal(code_out(&d, 1), 401);
    assert_non_null(strstr(out(&d, 1), "WWW-Authenticate: Digest realm=\"door\""));
    assert_int_equal(told(&d, SIRA_INCOMING_REQUEST), 1);
    /* a wrong password is challenged again */
    arrive_from(&d, "192.0.2.7:5060",
                "192.0.2.7;branch=z9hG4bKt\r\nAuthorization: Digest username=\"bob\", realm=\"door\", nonce=\"x\", "
                "uri=\"sip:alice@192.0.2.1\", response=\"00000000000000000000000000000000\", algorithm=MD5");
    assert_int_equal(code_out(&d, 2), 401);
    assert_int_equal(told(&d, SIRA_INCOMING_REQUEST), 1);
    assert_int_equal(sira_uas_get_counters(&d.uas)->strange, 2);
    door_close(&d);
}

static void what_can_not_be_is_refused(void **context)
{
    (void)context;
    door d;
    sira_uas another;
    door_open(&d);
    door_start(&d);
    assert_int_equal(sira_uas_init(&another, &d.w->agent, &d.config, NULL), SIRA_E_STATE);
    static const char *const fields[] = {"size",   "slots",     "bytes",         "on_event",
                                         "source", "authorize", "answer_within", "allow"};
    for (size_t i = 0; i < COUNT_OF(fields); i++) {
        sira_incoming_config config = d.config;
        sira_diag diag = {.field = ""};
        config.size -= i == 0;
        config.slot_count = i == 1 ? 0 : config.slot_count;
        config.bytes_size = i == 2 ? SLOTS * 512 - 1 : config.bytes_size;
        config.on_event = i == 3 ? NULL : config.on_event;
        config.source = i == 4 ? 3 : i == 5 ? SIRA_INCOMING_WITH_DIGEST : SIRA_INCOMING_FROM_ANYBODY;
        config.answer_within = i == 6 ? 30001 : 0;
        config.allow = i == 7 ? SIRA_STR("A\r\nB: c") : config.allow;
        assert_int_equal(sira_uas_init(&another, &d.w->agent, &config, &diag), SIRA_E_CONFIG);
        assert_string_equal(diag.field, fields[i]);
    }
    door_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_is_answered_once),
        cmocka_unit_test(it_may_be_answered_later),
        cmocka_unit_test(bad_answers_are_refused),
        cmocka_unit_test(an_invite_is_taken),
        cmocka_unit_test(no_ack_of_a_2xx_is_told),
        cmocka_unit_test(an_invite_is_refused),
        cmocka_unit_test(an_invite_is_cancelled),
        cmocka_unit_test(cancel_of_nothing_and_of_what_can_not_be_cancelled),
        cmocka_unit_test(who_never_answers_is_answered_for),
        cmocka_unit_test(what_can_not_be_sent_goes_out_later),
        cmocka_unit_test(each_kind_has_its_name),
        cmocka_unit_test(some_requests_are_answered_by_themselves),
        cmocka_unit_test(what_is_supported_may_be_required),
        cmocka_unit_test(the_same_by_another_way_is_merged),
        cmocka_unit_test(what_is_our_own_is_a_loop),
        cmocka_unit_test(full_slots_are_said),
        cmocka_unit_test(what_does_not_fit_is_too_large),
        cmocka_unit_test(answers_go_where_they_have_to),
        cmocka_unit_test(strangers_get_no_answer_where_servers_alone_may_ask),
        cmocka_unit_test(strangers_have_to_know_a_password),
        cmocka_unit_test(what_can_not_be_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
