#include "request/request.h"

#include "support/asker.h"

#include <stdlib.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static const sira_request_field one_field[1] = {{SIRA_STR_INIT("X-A"), SIRA_STR_INIT("b")}};

/* What is refused when it is given, and by which name. */

static void no_method(sira_request_config *c)
{
    c->method.len = 0;
}
static void no_token(sira_request_config *c)
{
    c->method = SIRA_STR("MES SAGE");
}
static void ack(sira_request_config *c)
{
    c->method = SIRA_STR("ACK");
}
static void cancel(sira_request_config *c)
{
    c->method = SIRA_STR("CANCEL");
}
static void no_uri(sira_request_config *c)
{
    c->uri.len = 0;
}
static void headers(sira_request_config *c)
{
    c->uri = SIRA_STR("sip:bob@example.test?Subject=x");
}
static void sips(sira_request_config *c)
{
    c->uri = SIRA_STR("sips:bob@example.test");
}
static void line_end_in_uri(sira_request_config *c)
{
    c->uri = SIRA_STR("sip:bob@example.test\r\nX: y");
}
static void from(sira_request_config *c)
{
    c->from = SIRA_STR("alice");
}
static void to(sira_request_config *c)
{
    c->to = SIRA_STR("<sip:bob@example.test>");
}
static void untyped_body(sira_request_config *c)
{
    c->body = SIRA_STR("x");
}
static void high_cseq(sira_request_config *c)
{
    c->cseq = 0x80000000u;
}
static void line_end_in_name(sira_request_config *c)
{
    c->display_name = SIRA_STR("a\r\nb");
}
static void line_end_in_route(sira_request_config *c)
{
    c->route = SIRA_STR("<sip:a;lr>\r\nX: y");
}
static void line_end_in_tag(sira_request_config *c)
{
    c->to_tag = SIRA_STR("a\nb");
}
static void tag_is_no_token(sira_request_config *c)
{
    c->from_tag = SIRA_STR("a;b");
}
static void too_long(sira_request_config *c)
{
    static char text[3000];
    memset(text, 'x', sizeof text);
    c->body = (sira_str){text, sizeof text};
    c->content_type = SIRA_STR("text/plain");
}
static void size(sira_request_config *c)
{
    c->size--;
}

static void what_can_not_be_is_refused(void **context)
{
    (void)context;
    static const struct {
        const char *name, *field;
        void (*change)(sira_request_config *config);
    } cases[] = {{"no method", "method", no_method},
                 {"no token", "method", no_token},
                 {"ACK", "method", ack},
                 {"CANCEL", "method", cancel},
                 {"no uri", "uri", no_uri},
                 {"headers in the uri", "uri", headers},
                 {"sips over UDP", "uri", sips},
                 {"a line end in the uri", "uri", line_end_in_uri},
                 {"no URI in From", "from", from},
                 {"no URI in To", "to", to},
                 {"a body without its type", "content_type", untyped_body},
                 {"a high CSeq", "cseq", high_cseq},
                 {"a line end in the name", "display_name", line_end_in_name},
                 {"a line end in Route", "config", line_end_in_route},
                 {"a line end in a tag", "to_tag", line_end_in_tag},
                 {"a tag that is none", "config", tag_is_no_token},
                 {"longer than the scratch", "scratch", too_long},
                 {"another size", "size", size}};
    world *w = world_open(NULL);
    world_init(w);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        asker a;
        sira_diag diag = {.field = ""};
        asker_open(&a, w, "MESSAGE");
        cases[i].change(&a.config);
        expect_status(cases[i].name, sira_request_init(&a.request, &w->account, &a.config, &diag), SIRA_E_CONFIG);
        if (strcmp(diag.field, cases[i].field) != 0)
            fail_msg("%s: field %s", cases[i].name, diag.field);
    }
    assert_int_equal(sira_agent_deadline(&w->agent), SIRA_NEVER);
    world_close(w);
}

static void fields_that_are_written_by_themselves_are_refused(void **context)
{
    (void)context;
    static const struct {
        const char *name, *value;
        sira_status status;
    } cases[] = {{"Via", "SIP/2.0/UDP a", SIRA_E_CONFIG},
                 {"v", "SIP/2.0/UDP a", SIRA_E_CONFIG},
                 {"From", "<sip:a>", SIRA_E_CONFIG},
                 {"t", "<sip:a>", SIRA_E_CONFIG},
                 {"Call-ID", "a", SIRA_E_CONFIG},
                 {"CSeq", "1 MESSAGE", SIRA_E_CONFIG},
                 {"Max-Forwards", "1", SIRA_E_CONFIG},
                 {"Route", "<sip:a;lr>", SIRA_E_CONFIG},
                 {"Authorization", "Digest x", SIRA_E_CONFIG},
                 {"Proxy-Authorization", "Digest x", SIRA_E_CONFIG},
                 {"Content-Type", "text/plain", SIRA_E_CONFIG},
                 {"l", "0", SIRA_E_CONFIG},
                 {"X A", "b", SIRA_E_CONFIG},
                 {"", "b", SIRA_E_CONFIG},
                 {"X-A", "b\r\nVia: c", SIRA_E_CONFIG},
                 {"X-A", "b", SIRA_OK},
                 {"Event", "presence", SIRA_OK},
                 {"Contact", "<sip:a@b>", SIRA_OK}};
    world *w = world_open(NULL);
    world_init(w);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        asker a;
        const sira_request_field fields[] = {one_field[0],
                                             {sira_str_from(cases[i].name), sira_str_from(cases[i].value)}};
        sira_diag diag = {.field = ""};
        asker_open(&a, w, "SUBSCRIBE");
        a.config.fields = fields;
        a.config.field_count = 2;
        sira_status status = sira_request_init(&a.request, &w->account, &a.config, &diag);
        expect_status(cases[i].name, status, cases[i].status);
        if (status == SIRA_OK)
            sira_request_remove(&a.request);
        else
            assert_string_equal(diag.field, "fields");
    }
    world_close(w);
}

static void nothing_is_made_up_without_entropy(void **context)
{
    (void)context;
    world *w = world_open(NULL);
    asker a;
    world_init(w);
    w->agent.random.left = 0;
    w->entropy_broken = true;
    asker_open(&a, w, "MESSAGE");
    assert_int_equal(sira_request_init(&a.request, &w->account, &a.config, NULL), SIRA_E_ENTROPY);
    world_close(w);
}

/* To has no port and no parameters (RFC 3261 19.1.1), Contact stands where it has to and once. */
static void each_line_is_as_it_has_to_be(void **context)
{
    (void)context;
    static const sira_request_field contact[1] = {{SIRA_STR_INIT("m"), SIRA_STR_INIT("<sip:me@192.0.2.9>")}};
    static const struct {
        const char *name, *method, *uri, *to, *to_tag;
        const sira_request_field *field;
        const char *expected_to, *expected_contact;
    } cases[] = {
        {"OPTIONS", "OPTIONS", "sip:bob@example.test:5070;transport=tcp;lr", "", "", NULL, "<sip:bob@example.test>",
         ""},
        {"no user", "OPTIONS", "sip:[2001:db8::1]:5070", "", "", NULL, "<sip:[2001:db8::1]>", ""},
        {"a telephone number", "INVITE", "tel:+4989123;ext=5", "", "", NULL, "<tel:+4989123;ext=5>",
         "<sip:alice@192.0.2.1:5060>"},
        {"another scheme", "MESSAGE", "im:bob@example.test", "", "", NULL, "<im:bob@example.test>", ""},
        {"To is given", "MESSAGE", "sip:bob@192.0.2.7", "sip:bob@example.test;user=phone", "x", NULL,
         "<sip:bob@example.test;user=phone>;tag=x", ""},
        {"SUBSCRIBE", "SUBSCRIBE", "sip:bob@example.test", "", "", NULL, "<sip:bob@example.test>",
         "<sip:alice@192.0.2.1:5060>"},
        {"REFER", "REFER", "sip:bob@example.test", "", "y", NULL, "<sip:bob@example.test>;tag=y",
         "<sip:alice@192.0.2.1:5060>"},
        {"NOTIFY", "NOTIFY", "sip:bob@example.test", "", "y", NULL, "<sip:bob@example.test>;tag=y",
         "<sip:alice@192.0.2.1:5060>"},
        {"UPDATE", "UPDATE", "sip:bob@example.test", "", "y", NULL, "<sip:bob@example.test>;tag=y",
         "<sip:alice@192.0.2.1:5060>"},
        {"BYE", "BYE", "sip:bob@example.test", "", "y", NULL, "<sip:bob@example.test>;tag=y", ""},
        {"a Contact of the application's", "INVITE", "sip:bob@example.test", "", "", contact, "<sip:bob@example.test>",
         ""},
    };
    world *w = world_open(NULL);
    world_init(w);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        asker a;
        asker_open(&a, w, cases[i].method);
        a.config.uri = sira_str_from(cases[i].uri);
        a.config.to = sira_str_from(cases[i].to);
        a.config.to_tag = sira_str_from(cases[i].to_tag);
        a.config.fields = cases[i].field;
        a.config.field_count = cases[i].field != NULL;
        asker_start(&a);
        world_run(w, w->now + 100);
        const char *text = asker_text(w, cases[i].method, asker_sent(w, cases[i].method) - 1);
        if (strcmp(asker_line(text, "To"), cases[i].expected_to) != 0 ||
            strcmp(asker_line(text, "Contact"), cases[i].expected_contact) != 0)
            fail_msg("%s:\n%s", cases[i].name, text);
        sira_request_remove(&a.request);
    }
    world_close(w);
}

static void names_are_kept_when_they_are_given(void **context)
{
    (void)context;
    world *w = world_open(NULL);
    asker a;
    world_init(w);
    asker_open(&a, w, "BYE");
    a.config.call_id = SIRA_STR("call@192.0.2.1");
    a.config.from_tag = SIRA_STR("ours");
    a.config.to_tag = SIRA_STR("theirs");
    a.config.cseq = 7;
    a.config.from = SIRA_STR("sip:anonymous@anonymous.invalid");
    a.config.display_name = SIRA_STR("A \"B\"");
    asker_start(&a);
    world_run(w, 100);
    const char *text = asker_text(w, "BYE", 0);
    assert_string_equal(asker_line(text, "Call-ID"), "call@192.0.2.1");
    assert_string_equal(asker_line(text, "CSeq"), "7 BYE");
    assert_string_equal(asker_line(text, "From"), "\"A \\\"B\\\"\" <sip:anonymous@anonymous.invalid>;tag=ours");
    expect_str("tag", sira_request_from_tag(&a.request), "ours");
    assert_int_equal(sira_request_cseq(&a.request), 7);
    assert_ptr_equal(sira_request_get_config(&a.request)->user, &a);
    sira_request_remove(&a.request);
    world_close(w);
}

/* RFC 3261 18.1.1. */
static void what_is_large_is_counted(void **context)
{
    (void)context;
    static char text[1400];
    world *w = world_open(NULL);
    asker a;
    world_init(w);
    memset(text, 'x', sizeof text);
    for (unsigned i = 0; i < 2; i++) {
        asker_open(&a, w, "MESSAGE");
        a.config.body = (sira_str){text, i == 0 ? 500 : sizeof text};
        a.config.content_type = SIRA_STR("text/plain");
        asker_start(&a);
        world_run(w, w->now + 100);
        assert_int_equal(sira_agent_get_counters(&w->agent)->large, i);
        sira_request_remove(&a.request);
    }
    world_close(w);
}

static void each_kind_has_its_name(void **context)
{
    (void)context;
    static const char *const names[] = {"progress", "ended", "repeated", "over", "?"};
    for (size_t i = 0; i < COUNT_OF(names); i++)
        assert_string_equal(sira_request_event_kind_name((sira_request_event_kind)i), names[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_can_not_be_is_refused),
        cmocka_unit_test(fields_that_are_written_by_themselves_are_refused),
        cmocka_unit_test(nothing_is_made_up_without_entropy),
        cmocka_unit_test(each_line_is_as_it_has_to_be),
        cmocka_unit_test(names_are_kept_when_they_are_given),
        cmocka_unit_test(what_is_large_is_counted),
        cmocka_unit_test(each_kind_has_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
