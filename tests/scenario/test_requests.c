/* Requests of an account, from the wish to the outcome, against a peer that follows a script. */
#include "support/asker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHALLENGE(field, realm, nonce)                                                                                 \
    field ": Digest realm=\"" realm "\", nonce=\"" nonce "\", qop=\"auth\", algorithm=MD5\r\n"
#define BY_PROXY CHALLENGE("Proxy-Authenticate", "proxy.test", "np")
#define BY_SERVER CHALLENGE("WWW-Authenticate", "example.test", "ns")

static const char *credentials(const sira_message *request, sira_field_id id)
{
    static char text[600];
    const sira_field *field = sira_message_field(request, id);
    (void)snprintf(text, sizeof text, "%.*s", field != NULL ? (int)field->value.len : 0,
                   field != NULL ? field->value.at : "");
    return text;
}

static bool is_method(const sira_message *request, const char *method)
{
    return sira_str_equal(request->method_name, sira_str_from(method));
}

/* ---- any method ---- */

static void say_ok(world *w, const sira_message *request)
{
    asker_reply(w, request, 200, "r", "");
}

static void a_request_is_answered(void **context)
{
    (void)context;
    static const sira_request_field fields[] = {{SIRA_STR_INIT("Subject"), SIRA_STR_INIT("door")},
                                                {SIRA_STR_INIT("X-Bell"), SIRA_STR_INIT("2")}};
    world *w = world_open(say_ok);
    asker a;
    w->agent_config.user_agent = SIRA_STR("bell");
    world_init(w);
    asker_open(&a, w, "MESSAGE");
    a.config.uri = SIRA_STR("sip:bob@example.test:5070;transport=udp");
    a.config.fields = fields;
    a.config.field_count = 2;
    a.config.body = SIRA_STR("Hello.");
    a.config.content_type = SIRA_STR("text/plain");
    asker_start(&a);
    assert_true(sira_request_is_busy(&a.request));
    assert_int_equal(sira_request_start(&a.request), SIRA_E_STATE);
    assert_int_equal(w->sent_count, 0);
    world_run(w, 100);
    asker_expect("MESSAGE", &a, SIRA_OK, 200);
    assert_non_null(asker_outcome(&a)->response);
    assert_int_equal(a.count, 2);
    assert_int_equal(a.events[1].kind, SIRA_REQUEST_OVER);
    assert_false(sira_request_is_busy(&a.request));
    assert_int_equal(sira_request_cancel(&a.request), SIRA_IDLE);
    const char *text = asker_text(w, "MESSAGE", 0);
    char expected[1000];
    (void)snprintf(expected, sizeof expected,
                   "MESSAGE sip:bob@example.test:5070;transport=udp SIP/2.0\r\n"
                   "Via: %s\r\nMax-Forwards: 70\r\nFrom: <sip:alice@example.test>;tag=%.*s\r\n"
                   "To: <sip:bob@example.test>\r\nCall-ID: %.*s\r\nCSeq: 1 MESSAGE\r\nSubject: door\r\nX-Bell: 2\r\n"
                   "User-Agent: bell\r\nContent-Type: text/plain\r\nContent-Length: 6\r\n\r\nHello.",
                   asker_line(text, "Via"), 12, sira_request_from_tag(&a.request).at, 24,
                   sira_request_call_id(&a.request).at);
    assert_string_equal(text, expected);
    sira_request_remove(&a.request);
    assert_int_equal(sira_agent_deadline(&w->agent), SIRA_NEVER);
    world_close(w);
}

/* A proxy asks first, then the server behind it, and both answers stand in the third try. */
static void ask_at_each_hop(world *w, const sira_message *request)
{
    if (is_method(request, "ACK"))
        return;
    if (strstr(credentials(request, SIRA_FIELD_PROXY_AUTHORIZATION), "nonce=\"np\"") == NULL)
        asker_reply(w, request, 407, "p", BY_PROXY);
    else if (strstr(credentials(request, SIRA_FIELD_AUTHORIZATION), "nonce=\"ns\"") == NULL)
        asker_reply(w, request, 401, "s", BY_SERVER);
    else
        asker_reply(w, request, 200, "r", "");
}

static void ask_both_at_once(world *w, const sira_message *request)
{
    if (is_method(request, "ACK"))
        return;
    if (strstr(credentials(request, SIRA_FIELD_PROXY_AUTHORIZATION), "nonce=\"np\"") == NULL ||
        strstr(credentials(request, SIRA_FIELD_AUTHORIZATION), "nonce=\"ns\"") == NULL)
        asker_reply(w, request, 401, "s", BY_PROXY BY_SERVER);
    else
        asker_reply(w, request, 200, "r", "");
}

static void several_hops_are_answered(void **context)
{
    (void)context;
    static const struct {
        const char *name, *method;
        world_script script;
        unsigned tries;
    } cases[] = {{"one after the other", "MESSAGE", ask_at_each_hop, 3},
                 {"in one response", "SUBSCRIBE", ask_both_at_once, 2},
                 {"an INVITE, one after the other", "INVITE", ask_at_each_hop, 3},
                 {"an INVITE, in one response", "INVITE", ask_both_at_once, 2}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        world *w = world_open(cases[i].script);
        asker a, again;
        world_init(w);
        asker_open(&a, w, cases[i].method);
        a.acknowledges = strcmp(cases[i].method, "INVITE") == 0;
        asker_start(&a);
        world_run(w, 100);
        asker_expect(cases[i].name, &a, SIRA_OK, 200);
        assert_int_equal(asker_sent(w, cases[i].method), cases[i].tries);
        for (unsigned n = 0; n < cases[i].tries; n++) {
            char cseq[40];
            (void)snprintf(cseq, sizeof cseq, "%u %s", n + 1, cases[i].method);
            assert_string_equal(asker_line(asker_text(w, cases[i].method, n), "CSeq"), cseq);
        }
        const char *first = asker_text(w, cases[i].method, 0), *second = asker_text(w, cases[i].method, 1);
        assert_string_equal(asker_line(first, "Call-ID"), asker_line(second, "Call-ID"));
        assert_string_equal(asker_line(first, "From"), asker_line(second, "From"));
        assert_string_not_equal(asker_line(first, "Via"), asker_line(second, "Via"));
        /* the next request brings both by itself */
        asker_open(&again, w, "OPTIONS");
        asker_start(&again);
        world_run(w, 200);
        asker_expect(cases[i].name, &again, SIRA_OK, 200);
        assert_int_equal(asker_sent(w, "OPTIONS"), 1);
        sira_request_remove(&again.request);
        sira_request_remove(&a.request);
        world_close(w);
    }
}

static void refuse_all(world *w, const sira_message *request)
{
    char challenge[200];
    (void)snprintf(challenge, sizeof challenge,
                   "WWW-Authenticate: Digest realm=\"example.test\", nonce=\"n%d\", qop=\"auth\"\r\n", ++w->nonce);
    asker_reply(w, request, 401, "r", challenge);
}

static void a_wrong_password_is_tried_once(void **context)
{
    (void)context;
    world *w = world_open(refuse_all);
    asker a;
    world_init(w);
    asker_open(&a, w, "MESSAGE");
    asker_start(&a);
    world_run(w, 60000);
    asker_expect("rejected", &a, SIRA_E_CREDENTIALS, 401);
    assert_int_equal(w->answered, 1);
    sira_request_remove(&a.request);
    world_close(w);
}

/* ---- several at once ---- */

#define CROWD 6

static void open_crowd(asker *crowd, world *w, const char *method)
{
    for (unsigned i = 0; i < CROWD; i++) {
        asker_open(&crowd[i], w, method);
        crowd[i].acknowledges = strcmp(method, "INVITE") == 0;
        asker_start(&crowd[i]);
    }
}

static void expect_crowd(const asker *crowd, sira_status status, unsigned code)
{
    for (unsigned i = 0; i < CROWD; i++)
        asker_expect("one of many", &crowd[i], status, code);
}

static void remove_crowd(asker *crowd)
{
    for (unsigned i = 0; i < CROWD; i++)
        sira_request_remove(&crowd[i].request);
}

static void forbid(world *w, const sira_message *request)
{
    if (sira_message_field(request, SIRA_FIELD_AUTHORIZATION) != NULL)
        asker_reply(w, request, 403, "r", "");
    else
        refuse_all(w, request);
}

/* However many ask, and whatever a registration does beside them. */
static void a_wrong_password_is_tried_once_by_all_together(void **context)
{
    (void)context;
    static const struct {
        const char *name;
        world_script script;
        sira_status first;
        unsigned code;
    } cases[] = {{"401", refuse_all, SIRA_E_CREDENTIALS, 401}, {"403", forbid, SIRA_E_RESPONSE, 403}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        world *w = world_open(cases[i].script);
        asker crowd[CROWD], late;
        world_init(w);
        open_crowd(crowd, w, "MESSAGE");
        world_run(w, 1000);
        assert_int_equal(w->answered, 1);
        asker_expect(cases[i].name, &crowd[0], cases[i].first, cases[i].code);
        for (unsigned n = 1; n < CROWD; n++)
            asker_expect(cases[i].name, &crowd[n], SIRA_E_CREDENTIALS, 401);
        remove_crowd(crowd);
        /* and none for five minutes, then one, and none for ten */
        static const struct {
            uint64_t at;
            unsigned answered;
        } later[] = {{299000, 1}, {301000, 2}, {890000, 2}, {902000, 3}, {902100, 3}};
        for (unsigned n = 0; n < sizeof later / sizeof later[0]; n++) {
            world_run(w, later[n].at);
            asker_open(&late, w, "MESSAGE");
            asker_start(&late);
            world_run(w, later[n].at + 50);
            assert_non_null(asker_outcome(&late));
            if (w->answered != later[n].answered)
                fail_msg("%s, at %llu: %u answers", cases[i].name, (unsigned long long)later[n].at, w->answered);
            sira_request_remove(&late.request);
        }
        world_close(w);
    }
}

static void a_right_password_is_proved_once_for_all(void **context)
{
    (void)context;
    static const char *const methods[] = {"MESSAGE", "INVITE"};
    for (size_t i = 0; i < 2; i++) {
        world *w = world_open(ask_at_each_hop);
        asker crowd[CROWD];
        world_init(w);
        open_crowd(crowd, w, methods[i]);
        world_run(w, 1000);
        expect_crowd(crowd, SIRA_OK, 200);
        /* the first three times; the others once in vain, then with what it has proved */
        assert_int_equal(asker_sent(w, methods[i]), 3 + 2 * (CROWD - 1));
        remove_crowd(crowd);
        world_close(w);
    }
}

/* Who is on trial goes away, and the next one is. */
static void a_trial_without_an_end_is_no_end(void **context)
{
    (void)context;
    world *w = world_open(ask_at_each_hop);
    asker crowd[CROWD];
    world_init(w);
    open_crowd(crowd, w, "MESSAGE");
    world_run(w, 5);
    assert_int_equal(sira_request_cancel(&crowd[0].request), SIRA_OK);
    world_run(w, 1000);
    asker_expect("given up", &crowd[0], SIRA_E_RESPONSE, 487);
    for (unsigned n = 1; n < CROWD; n++)
        asker_expect("the others", &crowd[n], SIRA_OK, 200);
    remove_crowd(crowd);
    world_close(w);
}

static void refuse_messages(world *w, const sira_message *request)
{
    if (request->method == SIRA_METHOD_REGISTER)
        world_registrar(w, request, 3600);
    else if (w->step == 0)
        refuse_all(w, request);
    else
        say_ok(w, request);
}

/* The registration has its own back-off, and its success opens the way again. */
static void a_registration_is_not_kept_from_trying(void **context)
{
    (void)context;
    world *w = world_open(refuse_messages);
    asker a;
    world_init(w);
    asker_open(&a, w, "MESSAGE");
    asker_start(&a);
    world_run(w, 100);
    asker_expect("rejected", &a, SIRA_E_CREDENTIALS, 401);
    sira_request_remove(&a.request);
    assert_int_equal(sira_registration_start(&w->line), SIRA_OK);
    world_run(w, 200);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_REGISTERED);
    w->step = 1;
    asker_open(&a, w, "MESSAGE");
    asker_start(&a);
    world_run(w, 300);
    asker_expect("accepted", &a, SIRA_OK, 200);
    sira_request_remove(&a.request);
    sira_registration_remove(&w->line);
    world_close(w);
}

static void silence(world *w, const sira_message *request)
{
    (void)w, (void)request;
}

/* RFC 3261 17.1.1.2, 17.1.2.2: and all that goes out again is the same. */
static void silence_ends_at_timer_b_and_f(void **context)
{
    (void)context;
    static const struct {
        const char *method;
        unsigned sent;
    } cases[] = {{"MESSAGE", 11}, {"INVITE", 7}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        world *w = world_open(silence);
        asker a;
        world_init(w);
        asker_open(&a, w, cases[i].method);
        asker_start(&a);
        world_run(w, 31999);
        assert_int_equal(a.count, 0);
        world_run(w, 32000);
        asker_expect(cases[i].method, &a, SIRA_E_TIMEOUT, 0);
        assert_int_equal(a.events[a.count - 1].kind, SIRA_REQUEST_OVER);
        assert_int_equal(asker_sent(w, cases[i].method), cases[i].sent);
        for (unsigned n = 1; n < cases[i].sent; n++)
            assert_string_equal(asker_text(w, cases[i].method, n), asker_text(w, cases[i].method, 0));
        sira_request_remove(&a.request);
        world_close(w);
    }
}

static void be_busy_at_the_first(world *w, const sira_message *request)
{
    if (is_method(request, "ACK"))
        return;
    if (w->sent[w->sent_count - 1].flow.remote.address[3] == 100)
        asker_reply(w, request, 503, "x", "Retry-After: 60\r\n");
    else
        asker_reply(w, request, 200, "r", "");
}

static void the_next_target_is_tried(void **context)
{
    (void)context;
    static const char *const methods[] = {"MESSAGE", "INVITE"};
    for (size_t i = 0; i < 2; i++) {
        world *w = world_open(be_busy_at_the_first);
        asker a;
        w->server_config.uri = SIRA_STR("sip:sip.example.test");
        world_name(w);
        world_init(w);
        asker_open(&a, w, methods[i]);
        a.acknowledges = i == 1;
        asker_start(&a);
        world_run(w, 10);
        world_resolve(w, "192.0.2.100 192.0.2.101");
        world_run(w, 100);
        asker_expect(methods[i], &a, SIRA_OK, 200);
        assert_int_equal(asker_sent(w, methods[i]), 2);
        sira_request_remove(&a.request);
        world_close(w);
    }
}

/* A server that wants to be left alone is, and the application hears until when. */
static void a_resting_server_is_not_asked(void **context)
{
    (void)context;
    world *w = world_open(be_busy_at_the_first);
    asker a, b;
    world_init(w);
    asker_open(&a, w, "MESSAGE");
    asker_start(&a);
    world_run(w, 100);
    asker_expect("503", &a, SIRA_E_RESPONSE, 503);
    assert_int_equal(asker_outcome(&a)->not_before, asker_outcome(&a)->now + 60000);
    asker_open(&b, w, "MESSAGE");
    asker_start(&b);
    world_run(w, 200);
    asker_expect("resting", &b, SIRA_E_RESPONSE, 503);
    assert_null(asker_outcome(&b)->response);
    assert_int_equal(asker_outcome(&b)->not_before, asker_outcome(&a)->not_before);
    assert_int_equal(asker_sent(w, "MESSAGE"), 1);
    sira_request_remove(&a.request);
    sira_request_remove(&b.request);
    world_close(w);
}

/* ---- Service-Route ---- */

static void register_with_a_route(world *w, const sira_message *request)
{
    if (request->method == SIRA_METHOD_REGISTER)
        world_reply(w, request, 200,
                    "Contact: %.*s;expires=3600\r\nService-Route: <sip:edge.test;lr>, <sip:b.test;lr>\r\n",
                    (int)world_contact(request).len, world_contact(request).at);
    else
        asker_reply(w, request, 200, "r", "");
}

static void a_service_route_is_followed(void **context)
{
    (void)context;
    static const struct {
        const char *name, *to_tag, *route;
        bool direct;
        const char *expected;
    } cases[] = {{"as registered", "", "", false, "<sip:edge.test;lr>, <sip:b.test;lr>"},
                 {"within a dialog", "t", "", false, ""},
                 {"a dialog's own", "t", "<sip:c.test;lr>", false, "<sip:c.test;lr>"},
                 {"given", "", "<sip:c.test;lr>", false, "<sip:c.test;lr>"},
                 {"direct", "", "", true, ""}};
    world *w = world_open(register_with_a_route);
    world_start(w);
    world_run(w, 100);
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        asker a;
        asker_open(&a, w, "MESSAGE");
        a.config.to_tag = sira_str_from(cases[i].to_tag);
        a.config.route = sira_str_from(cases[i].route);
        a.config.direct = cases[i].direct;
        asker_start(&a);
        world_run(w, w->now + 100);
        asker_expect(cases[i].name, &a, SIRA_OK, 200);
        assert_string_equal(asker_line(asker_text(w, "MESSAGE", i), "Route"), cases[i].expected);
        sira_request_remove(&a.request);
    }
    /* and it is gone with the registration */
    asker a;
    assert_int_equal(sira_registration_stop(&w->line), SIRA_OK);
    world_run(w, w->now + 100);
    asker_open(&a, w, "OPTIONS");
    asker_start(&a);
    world_run(w, w->now + 100);
    assert_string_equal(asker_line(asker_text(w, "OPTIONS", 0), "Route"), "");
    sira_request_remove(&a.request);
    sira_registration_remove(&w->line);
    world_close(w);
}

/* ---- INVITE ---- */

static void expect_acknowledged(const world *w, unsigned n, const char *invite, const char *to)
{
    const char *ack = asker_text(w, "ACK", n);
    char cseq[20];
    (void)snprintf(cseq, sizeof cseq, "%u ACK", (unsigned)strtoul(asker_line(invite, "CSeq"), NULL, 10));
    assert_string_equal(asker_line(ack, "CSeq"), cseq);
    assert_string_equal(asker_line(ack, "Via"), asker_line(invite, "Via"));
    assert_string_equal(asker_line(ack, "From"), asker_line(invite, "From"));
    assert_string_equal(asker_line(ack, "Call-ID"), asker_line(invite, "Call-ID"));
    assert_string_equal(asker_line(ack, "To"), to);
    assert_int_equal(strncmp(ack + 4, invite + 7, strcspn(invite + 7, "\r")), 0);
}

/* Challenges and the refusal behind them are each acknowledged, and again when they come again. */
static void ask_then_refuse(world *w, const sira_message *request)
{
    if (is_method(request, "ACK"))
        return;
    if (strstr(credentials(request, SIRA_FIELD_PROXY_AUTHORIZATION), "nonce=\"np\"") == NULL)
        asker_reply(w, request, 407, "p", BY_PROXY);
    else if (strstr(credentials(request, SIRA_FIELD_AUTHORIZATION), "nonce=\"ns\"") == NULL)
        asker_reply(w, request, 401, "s", BY_SERVER);
    else
        asker_reply(w, request, 486, "b", "");
}

static void each_refusal_is_acknowledged(void **context)
{
    (void)context;
    static const char *const to[] = {"<sip:bob@example.test>;tag=p", "<sip:bob@example.test>;tag=s",
                                     "<sip:bob@example.test>;tag=b"};
    world *w = world_open(ask_then_refuse);
    asker a;
    world_init(w);
    asker_open(&a, w, "INVITE");
    asker_start(&a);
    world_run(w, 100);
    asker_expect("busy", &a, SIRA_E_RESPONSE, 486);
    assert_int_equal(asker_sent(w, "INVITE"), 3);
    assert_int_equal(asker_sent(w, "ACK"), 3);
    for (unsigned i = 0; i < 3; i++)
        expect_acknowledged(w, i, asker_text(w, "INVITE", i), to[i]);
    /* those of the last two tries come again; that of the first is forgotten by now */
    static const struct {
        unsigned code;
        const char *tag;
    } again[] = {{407, "p"}, {401, "s"}, {486, "b"}};
    w->script = silence;
    for (unsigned i = 0; i < 3; i++) {
        sira_field slots[SIRA_LIMIT_FIELDS];
        sira_message message;
        const char *invite = asker_text(w, "INVITE", i);
        sira_message_init(&message, slots, SIRA_LIMIT_FIELDS);
        assert_int_equal(sira_message_parse(&message, sira_str_from(invite), NULL), SIRA_OK);
        asker_reply(w, &message, again[i].code, again[i].tag, "");
        world_run(w, w->now + 100);
        assert_int_equal(asker_sent(w, "ACK"), 3 + i);
        if (i > 0)
            assert_string_equal(asker_text(w, "ACK", 2 + i), asker_text(w, "ACK", i));
    }
    assert_int_equal(asker_count(&a, SIRA_REQUEST_OVER), 0);
    world_run(w, 32200); /* timer D */
    assert_int_equal(asker_count(&a, SIRA_REQUEST_OVER), 1);
    assert_int_equal(sira_agent_deadline(&w->agent), SIRA_NEVER);
    sira_request_remove(&a.request);
    world_close(w);
}

/* Two forks answer, each twice. */
static void answer_by_forks(world *w, const sira_message *request)
{
    if (!is_method(request, "INVITE"))
        return;
    asker_reply(w, request, 100, "", "");
    asker_reply(w, request, 180, "a", "");
    asker_reply(w, request, 183, "b", "");
    asker_reply(w, request, 200, "a", "");
    asker_reply(w, request, 200, "b", "");
    asker_reply(w, request, 200, "a", "");
    asker_reply(w, request, 200, "b", "");
    asker_reply(w, request, 486, "c", ""); /* of a third, too late: a proxy would not let it pass */
}

static void each_2xx_of_each_fork_is_acknowledged(void **context)
{
    (void)context;
    world *w = world_open(answer_by_forks);
    asker a;
    world_init(w);
    asker_open(&a, w, "INVITE");
    a.acknowledges = true;
    asker_start(&a);
    world_run(w, 100);
    asker_expect("forks", &a, SIRA_OK, 200);
    assert_int_equal(asker_count(&a, SIRA_REQUEST_PROGRESS), 3);
    assert_int_equal(asker_count(&a, SIRA_REQUEST_REPEATED), 3);
    assert_int_equal(asker_sent(w, "INVITE"), 1);
    assert_int_equal(asker_sent(w, "ACK"), 4);
    for (unsigned i = 0; i < 2; i++)
        assert_string_equal(asker_text(w, "ACK", i), asker_text(w, "ACK", i + 2));
    const char *ack = asker_text(w, "ACK", 0), *invite = asker_text(w, "INVITE", 0);
    assert_string_equal(asker_line(ack, "To"), "<sip:bob@example.test>;tag=a");
    assert_string_equal(asker_line(asker_text(w, "ACK", 1), "To"), "<sip:bob@example.test>;tag=b");
    assert_string_equal(asker_line(ack, "CSeq"), "1 ACK");
    assert_string_equal(asker_line(ack, "Call-ID"), asker_line(invite, "Call-ID"));
    assert_string_not_equal(asker_line(ack, "Via"), asker_line(invite, "Via"));
    assert_string_not_equal(asker_line(ack, "Via"), asker_line(asker_text(w, "ACK", 1), "Via"));
    assert_int_equal(strncmp(ack, "ACK sip:bob@192.0.2.200 SIP/2.0", 31), 0);
    assert_string_equal(asker_line(invite, "Contact"), "<sip:alice@192.0.2.1:5060>");
    world_run(w, 32000);
    assert_false(a.over);
    world_run(w, 32100); /* timer M */
    assert_true(a.over);
    sira_request_remove(&a.request);
    world_close(w);
}

/* RFC 3261 22.1. */
static void ack_has_the_credentials_of_the_invite(void **context)
{
    (void)context;
    world *w = world_open(ask_at_each_hop);
    asker a;
    world_init(w);
    asker_open(&a, w, "INVITE");
    a.acknowledges = true;
    asker_start(&a);
    world_run(w, 100);
    const char *ack = asker_text(w, "ACK", 2), *invite = asker_text(w, "INVITE", 2);
    assert_string_equal(asker_line(ack, "CSeq"), "3 ACK");
    assert_string_equal(asker_line(ack, "Authorization"), asker_line(invite, "Authorization"));
    assert_string_equal(asker_line(ack, "Proxy-Authorization"), asker_line(invite, "Proxy-Authorization"));
    assert_string_not_equal(asker_line(ack, "Authorization"), "");
    sira_request_remove(&a.request);
    world_close(w);
}

static void ack_without_a_2xx_is_refused(void **context)
{
    (void)context;
    world *w = world_open(silence);
    asker a;
    const sira_request_ack ack = {.uri = SIRA_STR("sip:bob@192.0.2.200"), .to_tag = SIRA_STR("x")};
    world_init(w);
    asker_open(&a, w, "INVITE");
    asker_start(&a);
    world_run(w, 100);
    assert_int_equal(sira_request_send_ack(&a.request, &ack), SIRA_E_STATE);
    assert_int_equal(asker_sent(w, "ACK"), 0);
    sira_request_remove(&a.request);
    world_close(w);
}

/* ---- CANCEL ---- */

static struct {
    unsigned first, final; /* responses to INVITE; 0: none */
    unsigned lost;         /* CANCELs */
} plan;

static void ring(world *w, const sira_message *request)
{
    if (is_method(request, "CANCEL")) {
        if (plan.lost > 0) {
            plan.lost--;
            return;
        }
        const sira_message *invite = world_sent(w, 0);
        asker_reply(w, request, 200, "r", "");
        if (plan.final != 0)
            asker_reply(w, invite, plan.final, "r", "");
    } else if (is_method(request, "INVITE") && plan.first != 0) {
        asker_reply(w, request, plan.first, "r", "");
    }
}

static void an_invite_is_cancelled(void **context)
{
    (void)context;
    static const struct {
        const char *name;
        unsigned first, final, lost;
        uint64_t at; /* when it is given up */
        unsigned invites, cancels, acks;
        sira_status status;
        unsigned code;
        uint64_t ended; /* at the latest */
    } cases[] = {
        {"before anything goes out", 0, 487, 0, 0, 0, 0, 0, SIRA_E_RESPONSE, 487, 0},
        {"while it rings", 180, 487, 0, 100, 1, 1, 1, SIRA_E_RESPONSE, 487, 110},
        {"and CANCEL gets lost", 180, 487, 1, 100, 1, 2, 1, SIRA_E_RESPONSE, 487, 610},
        {"and it is answered all the same", 180, 200, 0, 100, 1, 1, 0, SIRA_OK, 200, 110},
        {"and refused meanwhile", 180, 486, 0, 100, 1, 1, 1, SIRA_E_RESPONSE, 486, 110},
        {"and nothing comes of it", 180, 0, 0, 100, 1, 1, 0, SIRA_E_TIMEOUT, 0, 32100},
        {"and nobody hears", 180, 487, 99, 100, 1, 11, 0, SIRA_E_TIMEOUT, 0, 32100},
        {"before it rings", 0, 487, 0, 100, 7, 0, 0, SIRA_E_TIMEOUT, 0, 32000},
        {"behind the answer", 200, 487, 0, 100, 1, 0, 0, SIRA_OK, 200, 10},
        {"behind the refusal", 486, 487, 0, 100, 1, 0, 1, SIRA_E_RESPONSE, 486, 10},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        world *w = world_open(ring);
        asker a;
        plan.first = cases[i].first;
        plan.final = cases[i].final;
        plan.lost = cases[i].lost;
        world_init(w);
        asker_open(&a, w, "INVITE");
        asker_start(&a);
        if (cases[i].at != 0)
            world_run(w, cases[i].at);
        const bool late = asker_outcome(&a) != NULL;
        assert_int_equal(sira_request_cancel(&a.request), late ? SIRA_IDLE : SIRA_OK);
        world_run(w, 100000);
        asker_expect(cases[i].name, &a, cases[i].status, cases[i].code);
        if (asker_outcome(&a)->now > cases[i].ended || asker_sent(w, "INVITE") != cases[i].invites ||
            asker_sent(w, "CANCEL") != cases[i].cancels || asker_sent(w, "ACK") != cases[i].acks)
            fail_msg("%s: at %llu, %u INVITE, %u CANCEL, %u ACK", cases[i].name,
                     (unsigned long long)asker_outcome(&a)->now, asker_sent(w, "INVITE"), asker_sent(w, "CANCEL"),
                     asker_sent(w, "ACK"));
        for (unsigned n = 0; n < cases[i].cancels; n++) {
            const char *cancel = asker_text(w, "CANCEL", n), *invite = asker_text(w, "INVITE", 0);
            assert_string_equal(asker_line(cancel, "Via"), asker_line(invite, "Via"));
            assert_string_equal(asker_line(cancel, "To"), asker_line(invite, "To"));
            assert_string_equal(asker_line(cancel, "From"), asker_line(invite, "From"));
            assert_string_equal(asker_line(cancel, "Call-ID"), asker_line(invite, "Call-ID"));
            assert_string_equal(asker_line(cancel, "CSeq"), "1 CANCEL");
            assert_string_equal(cancel, asker_text(w, "CANCEL", 0));
        }
        assert_true(a.over);
        assert_int_equal(sira_agent_deadline(&w->agent), SIRA_NEVER);
        sira_request_remove(&a.request);
        world_close(w);
    }
}

/* Its provisional response comes late. */
static void cancel_waits_for_a_provisional_response(void **context)
{
    (void)context;
    world *w = world_open(ring);
    asker a;
    plan.first = 180;
    plan.final = 487;
    plan.lost = 0;
    w->lose = 1;
    world_init(w);
    asker_open(&a, w, "INVITE");
    asker_start(&a);
    world_run(w, 100);
    assert_int_equal(sira_request_cancel(&a.request), SIRA_OK);
    world_run(w, 499);
    assert_int_equal(asker_sent(w, "CANCEL"), 0);
    world_run(w, 600);
    assert_int_equal(asker_sent(w, "CANCEL"), 1);
    asker_expect("late", &a, SIRA_E_RESPONSE, 487);
    sira_request_remove(&a.request);
    world_close(w);
}

/* A challenge behind CANCEL is not answered: that would make it ring again. */
static void what_is_given_up_is_not_tried_again(void **context)
{
    (void)context;
    static const unsigned codes[] = {401, 503};
    for (size_t i = 0; i < 2; i++) {
        world *w = world_open(ring);
        asker a;
        plan.first = 100;
        plan.final = 0;
        plan.lost = 0;
        w->server_config.uri = SIRA_STR("sip:sip.example.test");
        world_name(w);
        world_init(w);
        asker_open(&a, w, "INVITE");
        asker_start(&a);
        world_run(w, 10);
        world_resolve(w, "192.0.2.100 192.0.2.101");
        world_run(w, 100);
        assert_int_equal(sira_request_cancel(&a.request), SIRA_OK);
        world_run(w, 200);
        const sira_message *invite = world_sent(w, 0);
        asker_reply(w, invite, codes[i], "r", BY_SERVER);
        world_run(w, 300);
        asker_expect("given up", &a, SIRA_E_RESPONSE, i == 0 ? 487 : 503);
        assert_int_equal(asker_sent(w, "INVITE"), 1);
        sira_request_remove(&a.request);
        world_close(w);
    }
}

static void other_requests_are_given_up_at_once(void **context)
{
    (void)context;
    world *w = world_open(silence);
    asker a;
    world_init(w);
    asker_open(&a, w, "MESSAGE");
    asker_start(&a);
    world_run(w, 100);
    assert_int_equal(sira_request_cancel(&a.request), SIRA_OK);
    world_run(w, 100000);
    asker_expect("given up", &a, SIRA_E_RESPONSE, 487);
    assert_null(asker_outcome(&a)->response);
    assert_int_equal(asker_sent(w, "MESSAGE"), 1);
    assert_true(a.over);
    sira_request_remove(&a.request);
    world_close(w);
}

/* ---- moments ---- */

static void removed_by_its_own_handler(void **context)
{
    (void)context;
    static const char *const methods[] = {"MESSAGE", "INVITE"};
    for (size_t i = 0; i < 2; i++) {
        world *w = world_open(say_ok);
        asker a;
        world_init(w);
        asker_open(&a, w, methods[i]);
        a.removes = true;
        asker_start(&a);
        world_run(w, 1000);
        assert_int_equal(a.count, 1);
        assert_int_equal(sira_agent_deadline(&w->agent), SIRA_NEVER);
        world_close(w);
    }
}

/* A line that rings for minutes keeps nobody from registering. */
static void ringing_takes_no_turn(void **context)
{
    (void)context;
    world *w = world_open(ring);
    asker a, b;
    plan.first = 180;
    w->server_config.max_in_flight = 1;
    world_init(w);
    asker_open(&a, w, "INVITE");
    asker_start(&a);
    asker_open(&b, w, "MESSAGE");
    asker_start(&b);
    world_run(w, 0);
    assert_int_equal(asker_sent(w, "MESSAGE"), 0);
    world_run(w, 100);
    assert_int_equal(asker_sent(w, "MESSAGE"), 1);
    sira_request_remove(&a.request);
    sira_request_remove(&b.request);
    world_close(w);
}

static void the_network_has_changed(void **context)
{
    (void)context;
    world *w = world_open(silence);
    asker a;
    world_init(w);
    asker_open(&a, w, "MESSAGE");
    asker_start(&a);
    world_run(w, 100);
    sira_agent_network_changed(&w->agent, w->now);
    world_run(w, 200);
    asker_expect("network changed", &a, SIRA_E_TRANSPORT, 0);
    sira_request_remove(&a.request);
    world_close(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_is_answered),
        cmocka_unit_test(several_hops_are_answered),
        cmocka_unit_test(a_wrong_password_is_tried_once),
        cmocka_unit_test(a_wrong_password_is_tried_once_by_all_together),
        cmocka_unit_test(a_right_password_is_proved_once_for_all),
        cmocka_unit_test(a_trial_without_an_end_is_no_end),
        cmocka_unit_test(a_registration_is_not_kept_from_trying),
        cmocka_unit_test(silence_ends_at_timer_b_and_f),
        cmocka_unit_test(the_next_target_is_tried),
        cmocka_unit_test(a_resting_server_is_not_asked),
        cmocka_unit_test(a_service_route_is_followed),
        cmocka_unit_test(each_refusal_is_acknowledged),
        cmocka_unit_test(each_2xx_of_each_fork_is_acknowledged),
        cmocka_unit_test(ack_has_the_credentials_of_the_invite),
        cmocka_unit_test(ack_without_a_2xx_is_refused),
        cmocka_unit_test(an_invite_is_cancelled),
        cmocka_unit_test(cancel_waits_for_a_provisional_response),
        cmocka_unit_test(what_is_given_up_is_not_tried_again),
        cmocka_unit_test(other_requests_are_given_up_at_once),
        cmocka_unit_test(removed_by_its_own_handler),
        cmocka_unit_test(ringing_takes_no_turn),
        cmocka_unit_test(the_network_has_changed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
