#include "transaction/key.h"

#include "support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
#define SLOTS 16

/* A request by what its transaction is found by; NULL: as in the first request of the case. */
typedef struct request {
    const char *method, *uri, *via, *from, *to, *call_id, *cseq;
} request;

static const request invite = {
    "INVITE", "sip:b@h", "SIP/2.0/UDP pc:5060;branch=z9hG4bKa1", "<sip:a@h>;tag=f", "<sip:b@h>", "c@h", "7"};

/* RFC 2543: no unique branch. */
static const request old_invite = {"INVITE", "sip:b@h", "SIP/2.0/UDP pc:5060;branch=1", "<sip:a@h>;tag=f", "<sip:b@h>",
                                   "c@h",    "7"};

static const char *either(const char *given, const char *usual)
{
    return given != NULL ? given : usual;
}

static sira_str write(const request *r, const request *usual)
{
    char text[600];
    const char *method = either(r->method, usual->method);
    const int n =
        snprintf(text, sizeof text,
                 "%s %s SIP/2.0\r\nVia: %s\r\nFrom: %s\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: %s %s\r\n"
                 "Max-Forwards: 70\r\n\r\n",
                 method, either(r->uri, usual->uri), either(r->via, usual->via), either(r->from, usual->from),
                 either(r->to, usual->to), either(r->call_id, usual->call_id), either(r->cseq, usual->cseq), method);
    assert_true(n > 0 && (size_t)n < sizeof text);
    return heap_str(text, (size_t)n);
}

typedef struct arrived {
    sira_field slots[SLOTS];
    sira_message message;
    sira_i_arrival arrival;
} arrived;

static void read_request(const char *name, arrived *a, sira_str bytes)
{
    static const sira_flow flow = {.id = 1};
    sira_message_init(&a->message, a->slots, SLOTS);
    expect_status(name, sira_message_parse(&a->message, bytes, NULL), SIRA_OK);
    expect_status(name, sira_message_validate(&a->message, NULL), SIRA_OK);
    expect_status(name, sira_i_arrival_read(&a->arrival, &a->message, &flow), SIRA_OK);
}

static const struct {
    const char *name;
    const request *there;
    request other; /* the request that is there, in what differs from the usual */
    request comes;
    const char *answer_tag;
    sira_i_relation relation;
} cases[] = {
    /* RFC 3261 17.2.3, a unique branch */
    {"the same", &invite, {0}, {0}, "", SIRA_I_RELATION_REPEATS},
    {"branch in other letters",
     &invite,
     {0},
     {.via = "SIP/2.0/UDP pc:5060;branch=Z9HG4BKA1"},
     "",
     SIRA_I_RELATION_REPEATS},
    {"another branch", &invite, {0}, {.via = "SIP/2.0/UDP pc:5060;branch=z9hG4bKa2"}, "", SIRA_I_RELATION_MERGED},
    {"a longer branch", &invite, {0}, {.via = "SIP/2.0/UDP pc:5060;branch=z9hG4bKa11"}, "", SIRA_I_RELATION_MERGED},
    {"no branch", &invite, {0}, {.via = "SIP/2.0/UDP pc:5060"}, "", SIRA_I_RELATION_MERGED},
    {"more Vias below",
     &invite,
     {0},
     {.via = "SIP/2.0/UDP pc:5060;branch=z9hG4bKa1, SIP/2.0/UDP x"},
     "",
     SIRA_I_RELATION_REPEATS},
    {"another sent-by",
     &invite,
     {0},
     {.via = "SIP/2.0/UDP pd:5060;branch=z9hG4bKa1", .call_id = "d"},
     "",
     SIRA_I_RELATION_NONE},
    {"sent-by in other letters",
     &invite,
     {0},
     {.via = "SIP/2.0/UDP PC:5060;branch=z9hG4bKa1"},
     "",
     SIRA_I_RELATION_REPEATS},
    {"the default port", &invite, {0}, {.via = "SIP/2.0/UDP pc;branch=z9hG4bKa1"}, "", SIRA_I_RELATION_REPEATS},
    {"the default port is there",
     &invite,
     {.via = "SIP/2.0/TCP pc;branch=z9hG4bKa1"},
     {.via = "SIP/2.0/TCP pc:5060;branch=z9hG4bKa1"},
     "",
     SIRA_I_RELATION_REPEATS},
    {"the default port of TLS",
     &invite,
     {.via = "SIP/2.0/TLS pc;branch=z9hG4bKa1"},
     {.via = "SIP/2.0/TLS pc:5061;branch=z9hG4bKa1"},
     "",
     SIRA_I_RELATION_REPEATS},
    {"not the default port of TLS",
     &invite,
     {.via = "SIP/2.0/TLS pc;branch=z9hG4bKa1"},
     {.via = "SIP/2.0/TLS pc:5060;branch=z9hG4bKa1", .call_id = "d"},
     "",
     SIRA_I_RELATION_NONE},
    {"another port",
     &invite,
     {0},
     {.via = "SIP/2.0/UDP pc:5062;branch=z9hG4bKa1", .call_id = "d"},
     "",
     SIRA_I_RELATION_NONE},
    {"branch, sent-by and method suffice",
     &invite,
     {0},
     {.uri = "sip:x@y", .from = "<sip:x@y>;tag=g", .to = "<sip:x@y>;tag=t", .call_id = "d", .cseq = "8"},
     "",
     SIRA_I_RELATION_REPEATS},
    {"a request of an unknown method", &invite, {.method = "JUMP"}, {.method = "JUMP"}, "", SIRA_I_RELATION_REPEATS},
    {"two unknown methods", &invite, {.method = "JUMP"}, {.method = "DUCK"}, "", SIRA_I_RELATION_NONE},
    {"another method", &invite, {0}, {.method = "BYE"}, "", SIRA_I_RELATION_NONE},

    /* ACK and CANCEL */
    {"ACK of another response than 2xx",
     &invite,
     {0},
     {.method = "ACK", .to = "<sip:b@h>;tag=t"},
     "t",
     SIRA_I_RELATION_ACKS},
    {"ACK of 2xx has another branch",
     &invite,
     {0},
     {.method = "ACK", .via = "SIP/2.0/UDP pc:5060;branch=z9hG4bKa2", .to = "<sip:b@h>;tag=t"},
     "t",
     SIRA_I_RELATION_NONE},
    {"ACK without a To tag is not merged",
     &invite,
     {0},
     {.method = "ACK", .via = "SIP/2.0/UDP pc:5060;branch=z9hG4bKa2"},
     "t",
     SIRA_I_RELATION_NONE},
    {"ACK of another request than INVITE", &invite, {.method = "OPTIONS"}, {.method = "ACK"}, "", SIRA_I_RELATION_NONE},
    {"CANCEL of INVITE", &invite, {0}, {.method = "CANCEL"}, "", SIRA_I_RELATION_CANCELS},
    {"CANCEL of another request", &invite, {.method = "OPTIONS"}, {.method = "CANCEL"}, "", SIRA_I_RELATION_CANCELS},
    {"CANCEL of another branch",
     &invite,
     {0},
     {.method = "CANCEL", .via = "SIP/2.0/UDP pc:5060;branch=z9hG4bKa2"},
     "",
     SIRA_I_RELATION_NONE},
    {"CANCEL again", &invite, {.method = "CANCEL"}, {.method = "CANCEL"}, "", SIRA_I_RELATION_REPEATS},
    {"CANCEL by another way is not merged",
     &invite,
     {.method = "CANCEL"},
     {.method = "CANCEL", .via = "SIP/2.0/UDP pc:5060;branch=z9hG4bKa2"},
     "",
     SIRA_I_RELATION_NONE},

    /* 8.2.2.2 */
    {"merged: by another proxy", &invite, {0}, {.via = "SIP/2.0/UDP p2;branch=z9hG4bKa1"}, "", SIRA_I_RELATION_MERGED},
    {"merged: with another Request-URI",
     &invite,
     {0},
     {.uri = "sip:b@i", .via = "SIP/2.0/UDP p2;branch=z9hG4bKa2"},
     "",
     SIRA_I_RELATION_MERGED},
    {"not merged: a To tag",
     &invite,
     {0},
     {.via = "SIP/2.0/UDP pc:5060;branch=z9hG4bKa2", .to = "<sip:b@h>;tag=t"},
     "",
     SIRA_I_RELATION_NONE},
    {"not merged: another From tag",
     &invite,
     {0},
     {.via = "SIP/2.0/UDP pc:5060;branch=z9hG4bKa2", .from = "<sip:a@h>;tag=g"},
     "",
     SIRA_I_RELATION_NONE},
    {"not merged: another CSeq",
     &invite,
     {0},
     {.via = "SIP/2.0/UDP pc:5060;branch=z9hG4bKa2", .cseq = "8"},
     "",
     SIRA_I_RELATION_NONE},
    {"not merged: Call-ID in other letters",
     &invite,
     {0},
     {.via = "SIP/2.0/UDP pc:5060;branch=z9hG4bKa2", .call_id = "C@h"},
     "",
     SIRA_I_RELATION_NONE},
    {"not merged: another method",
     &invite,
     {0},
     {.method = "OPTIONS", .via = "SIP/2.0/UDP pc:5060;branch=z9hG4bKa2"},
     "",
     SIRA_I_RELATION_NONE},

    /* RFC 3261 17.2.3, no unique branch */
    {"old: the same", &old_invite, {0}, {0}, "", SIRA_I_RELATION_REPEATS},
    {"old: no branch at all",
     &old_invite,
     {.via = "SIP/2.0/UDP pc"},
     {.via = "SIP/2.0/UDP pc:5060"},
     "",
     SIRA_I_RELATION_REPEATS},
    {"old: the cookie alone is not unique",
     &old_invite,
     {.via = "SIP/2.0/UDP pc;branch=z9hG4bK"},
     {.via = "SIP/2.0/UDP pc;branch=z9hG4bK", .call_id = "d"},
     "",
     SIRA_I_RELATION_NONE},
    {"old: another Request-URI", &old_invite, {0}, {.uri = "sip:c@h"}, "", SIRA_I_RELATION_MERGED},
    {"old: another To tag", &old_invite, {0}, {.to = "<sip:b@h>;tag=t"}, "", SIRA_I_RELATION_NONE},
    {"old: another From tag", &old_invite, {0}, {.from = "<sip:a@h>;tag=g"}, "", SIRA_I_RELATION_NONE},
    {"old: another Call-ID", &old_invite, {0}, {.call_id = "d"}, "", SIRA_I_RELATION_NONE},
    {"old: another CSeq", &old_invite, {0}, {.cseq = "8"}, "", SIRA_I_RELATION_NONE},
    {"old: another branch", &old_invite, {0}, {.via = "SIP/2.0/UDP pc:5060;branch=2"}, "", SIRA_I_RELATION_MERGED},
    {"old: another transport", &old_invite, {0}, {.via = "SIP/2.0/TCP pc:5060;branch=1"}, "", SIRA_I_RELATION_MERGED},
    {"old: another host", &old_invite, {0}, {.via = "SIP/2.0/UDP pd:5060;branch=1"}, "", SIRA_I_RELATION_MERGED},
    {"old: another method", &old_invite, {0}, {.method = "OPTIONS"}, "", SIRA_I_RELATION_NONE},
    {"old: within a dialog",
     &old_invite,
     {.to = "<sip:b@h>;tag=t"},
     {.to = "<sip:b@h>;tag=T"},
     "u",
     SIRA_I_RELATION_REPEATS},
    {"old: ACK with the tag of the response",
     &old_invite,
     {0},
     {.method = "ACK", .to = "<sip:b@h>;tag=T"},
     "t",
     SIRA_I_RELATION_ACKS},
    {"old: ACK with another tag",
     &old_invite,
     {0},
     {.method = "ACK", .to = "<sip:b@h>;tag=u"},
     "t",
     SIRA_I_RELATION_NONE},
    {"old: ACK without a tag", &old_invite, {0}, {.method = "ACK"}, "t", SIRA_I_RELATION_NONE},
    {"old: ACK within a dialog",
     &old_invite,
     {.to = "<sip:b@h>;tag=t"},
     {.method = "ACK", .to = "<sip:b@h>;tag=t"},
     "",
     SIRA_I_RELATION_ACKS},
    {"old: ACK within a dialog goes by that",
     &old_invite,
     {.to = "<sip:b@h>;tag=t"},
     {.method = "ACK", .to = "<sip:b@h>;tag=u"},
     "u",
     SIRA_I_RELATION_NONE},
    {"old: the answer's tag is for ACK only", &old_invite, {0}, {.to = "<sip:b@h>;tag=t"}, "t", SIRA_I_RELATION_NONE},
    {"old: CANCEL", &old_invite, {0}, {.method = "CANCEL"}, "t", SIRA_I_RELATION_CANCELS},
    {"old: CANCEL of another call", &old_invite, {0}, {.method = "CANCEL", .call_id = "d"}, "t", SIRA_I_RELATION_NONE},
    {"old there, new comes",
     &old_invite,
     {0},
     {.via = "SIP/2.0/UDP pc:5060;branch=z9hG4bK1"},
     "",
     SIRA_I_RELATION_MERGED},
    {"no From tag on either side",
     &old_invite,
     {.from = "<sip:a@h>"},
     {.from = "<sip:a@h>"},
     "",
     SIRA_I_RELATION_REPEATS},
};

static void a_request_finds_its_own(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        static arrived there, comes;
        sira_request_key key;
        const sira_str first = write(&cases[i].other, cases[i].there);
        read_request(cases[i].name, &there, first);
        memset(&key, 0xff, sizeof key);
        sira_i_key_take(&key, &there.arrival);
        const sira_str kept = heap_str(first.at, first.len); /* only the copy is left */
        heap_str_free(first);
        request usual = *cases[i].there;
        if (cases[i].comes.to == NULL && cases[i].other.to != NULL)
            usual.to = cases[i].other.to;
        const sira_str second = write(&cases[i].comes, &usual);
        read_request(cases[i].name, &comes, second);
        const sira_i_relation relation =
            sira_i_key_relation(&key, kept.at, &comes.arrival, sira_str_from(cases[i].answer_tag));
        if (relation != cases[i].relation)
            fail_msg("%s: %d, expected %d", cases[i].name, relation, cases[i].relation);
        heap_str_free(second);
        heap_str_free(kept);
    }
}

static void a_key_says_whose_it_is(void **state)
{
    (void)state;
    static const request other = {.method = "OPTIONS"};
    static arrived a;
    sira_request_key key;
    sira_str bytes = write(&invite, &invite);
    read_request("INVITE", &a, bytes);
    sira_i_key_take(&key, &a.arrival);
    assert_true(key.invite);
    assert_true(key.unique);
    assert_int_equal(key.cseq, 7);
    assert_int_equal(key.port, 5060);
    heap_str_free(bytes);
    bytes = write(&other, &old_invite);
    read_request("OPTIONS", &a, bytes);
    sira_i_key_take(&key, &a.arrival);
    assert_false(key.invite);
    assert_false(key.unique);
    assert_int_equal(key.to_tag.length, 0);
    heap_str_free(bytes);
}

/* Several may be found: the strongest holds. */
static void relations_are_ordered(void **state)
{
    (void)state;
    assert_true(SIRA_I_RELATION_NONE < SIRA_I_RELATION_MERGED);
    assert_true(SIRA_I_RELATION_MERGED < SIRA_I_RELATION_CANCELS);
    assert_true(SIRA_I_RELATION_CANCELS < SIRA_I_RELATION_ACKS);
    assert_true(SIRA_I_RELATION_ACKS < SIRA_I_RELATION_REPEATS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_finds_its_own),
        cmocka_unit_test(a_key_says_whose_it_is),
        cmocka_unit_test(relations_are_ordered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
