#include "support/sweep.h"

#include <stdio.h>

#include <sira/writer.h>

#define S(literal) SIRA_STR_INIT(literal)
#define COUNT(table) (sizeof(table) / sizeof(table)[0])

static void write_via(sira_writer *writer, const void *input)
{
    sira_write_via_view(writer, input);
}

static void test_vias(void **state)
{
    (void)state;
    static const struct {
        sira_via via;
        const char *text; /* NULL: refused */
    } cases[] = {
        {{.transport = S("UDP"), .host = S("a.example")}, "Via: SIP/2.0/UDP a.example\r\n"},
        {{.transport = S("x"), .host = S("[::1]"), .port = 5, .params = S("branch=z9hG4bK1;received=::1;a=\"b, c\"")},
         "Via: SIP/2.0/x [::1]:5;branch=z9hG4bK1;received=::1;a=\"b, c\"\r\n"},
        {{.transport = S("UDP"), .host = S("a"), .params = S("b\r\n =\r\n c")}, "Via: SIP/2.0/UDP a;b = c\r\n"},
        {{.transport = S("UDP")}, NULL},
        {{.host = S("a")}, NULL},
        {{.transport = S("U P"), .host = S("a")}, NULL},
        {{.transport = S("UDP"), .host = S("a;b")}, NULL},
        {{.transport = S("UDP"), .host = S("a:5")}, NULL},
        {{.transport = S("UDP"), .host = S("::1")}, NULL},
        {{.transport = S("UDP"), .host = S("a"), .params = S("b, SIP/2.0/UDP c")}, NULL},
        {{.transport = S("UDP"), .host = S("a"), .params = S("b;")}, NULL},
        {{.transport = S("UDP"), .host = S("a"), .params = S(";b")}, NULL},
        {{.transport = S("UDP"), .host = S("a"), .params = S("b\r\nTo: c")}, NULL},
        {{.transport = S("UDP"), .host = S("a"), .params = S("b=\"c")}, NULL},
        {{.transport = S("UDP"), .host = S("a"), .params = S("b=::1")}, NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char name[16];
        snprintf(name, sizeof name, "via %zu", i);
        if (cases[i].text != NULL)
            expect_written(name, write_via, &cases[i].via, cases[i].text);
        else
            expect_refused(name, write_via, &cases[i].via, SIRA_E_ARGUMENT);
    }
}

typedef struct view {
    sira_field_id id;
    sira_str a, b, c;
} view;

typedef struct view_case {
    view view;
    const char *text; /* NULL: refused */
} view_case;

static void expect_views(sweep_fn write, const view_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char name[64];
        snprintf(name, sizeof name, "%s %zu", sira_field_name(cases[i].view.id), i);
        if (cases[i].text != NULL)
            expect_written(name, write, &cases[i].view, cases[i].text);
        else
            expect_refused(name, write, &cases[i].view, SIRA_E_ARGUMENT);
    }
}

static void write_address(sira_writer *writer, const void *input)
{
    const view *v = input;
    sira_write_address_view(writer, v->id, &(sira_address){.display = v->a, .uri = v->b, .params = v->c});
}

static void test_addresses(void **state)
{
    (void)state;
    static const view_case cases[] = {
        {{SIRA_FIELD_FROM, S("\"A \\\"B\\\"\""), S("sip:a@b;lr"), S("tag=1;x")},
         "From: \"A \\\"B\\\"\" <sip:a@b;lr>;tag=1;x\r\n"},
        {{SIRA_FIELD_ROUTE, S(""), S("sip:a;lr"), S("")}, "Route: <sip:a;lr>\r\n"},
        {{SIRA_FIELD_TO, S("A\r\n B"), S("sip:a"), S("x\r\n ;y")}, "To: A B <sip:a>;x ;y\r\n"},
        {{SIRA_FIELD_TO, S("A <sip:b>, C"), S("sip:a"), S("")}, NULL},
        {{SIRA_FIELD_TO, S("\"A\" <sip:b>, \"C\""), S("sip:a"), S("")}, NULL},
        {{SIRA_FIELD_TO, S(""), S("sip:a>, <sip:b"), S("")}, NULL},
        {{SIRA_FIELD_TO, S(""), S(""), S("")}, NULL},
        {{SIRA_FIELD_TO, S(""), S("sip:a"), S("x, <sip:b>")}, NULL},
        {{SIRA_FIELD_TO, S(""), S("sip:a"), S("x\r\ny")}, NULL},
        {{SIRA_FIELD_OTHER, S(""), S("sip:a"), S("")}, NULL},
    };
    expect_views(write_address, cases, COUNT(cases));
}

static void write_token_params(sira_writer *writer, const void *input)
{
    const view *v = input;
    sira_write_token_params_field(writer, v->id, &(sira_token_params){.token = v->a, .params = v->b});
}

static void test_token_params(void **state)
{
    (void)state;
    static const view_case cases[] = {
        {{SIRA_FIELD_EVENT, S("presence.winfo"), S("id=7"), S("")}, "Event: presence.winfo;id=7\r\n"},
        {{SIRA_FIELD_REASON, S("SIP"), S("cause=200;text=\"a, b\""), S("")}, "Reason: SIP;cause=200;text=\"a, b\"\r\n"},
        {{SIRA_FIELD_CONTENT_TYPE, S("text\r\n / plain"), S(""), S("")}, "Content-Type: text / plain\r\n"},
        {{SIRA_FIELD_ACCEPT, S("*/*"), S("q=1"), S("")}, "Accept: */*;q=1\r\n"},
        {{SIRA_FIELD_EVENT, S("a."), S(""), S("")}, NULL},
        {{SIRA_FIELD_EVENT, S("a/b"), S(""), S("")}, NULL},
        {{SIRA_FIELD_EVENT, S("a;b"), S(""), S("")}, NULL},
        {{SIRA_FIELD_EVENT, S("a, b"), S(""), S("")}, NULL},
        {{SIRA_FIELD_EVENT, S(" a"), S(""), S("")}, NULL},
        {{SIRA_FIELD_EVENT, S(""), S(""), S("")}, NULL},
        {{SIRA_FIELD_ACCEPT, S(""), S(""), S("")}, NULL},
        {{SIRA_FIELD_CONTENT_TYPE, S("text"), S(""), S("")}, NULL},
        {{SIRA_FIELD_EVENT, S("a"), S("b, c"), S("")}, NULL},
        {{SIRA_FIELD_OTHER, S("a"), S(""), S("")}, NULL},
    };
    expect_views(write_token_params, cases, COUNT(cases));
}

static void write_auth(sira_writer *writer, const void *input)
{
    const view *v = input;
    sira_write_auth_field(writer, v->id, &(sira_auth){.scheme = v->a, .params = v->b});
}

static void test_auths(void **state)
{
    (void)state;
    static const view_case cases[] = {
        {{SIRA_FIELD_WWW_AUTHENTICATE, S("Digest"), S("realm=\"a, b\",\r\n nonce=c"), S("")},
         "WWW-Authenticate: Digest realm=\"a, b\", nonce=c\r\n"},
        {{SIRA_FIELD_AUTHORIZATION, S("Basic"), S("QWx+/=="), S("")}, "Authorization: Basic QWx+/==\r\n"},
        {{SIRA_FIELD_PROXY_AUTHENTICATE, S("Negotiate"), S(""), S("")}, "Proxy-Authenticate: Negotiate\r\n"},
        {{SIRA_FIELD_AUTHENTICATION_INFO, S(""), S("qop=auth"), S("")}, "Authentication-Info: qop=auth\r\n"},
        {{SIRA_FIELD_AUTHORIZATION, S("Digest"), S(""), S("")}, NULL},
        {{SIRA_FIELD_AUTHORIZATION, S(""), S("a=b"), S("")}, NULL},
        {{SIRA_FIELD_AUTHORIZATION, S("Di gest"), S("a=b"), S("")}, NULL},
        {{SIRA_FIELD_WWW_AUTHENTICATE, S("Digest"), S("a=b, Basic c=d"), S("")}, NULL},
        {{SIRA_FIELD_WWW_AUTHENTICATE, S("Digest"), S("a=b, c"), S("")}, NULL},
        {{SIRA_FIELD_WWW_AUTHENTICATE, S("Digest"), S("a=b,"), S("")}, NULL},
        {{SIRA_FIELD_WWW_AUTHENTICATE, S("Digest"), S("a=\"b"), S("")}, NULL},
        {{SIRA_FIELD_WWW_AUTHENTICATE, S("Digest"), S("a=b\r\nc"), S("")}, NULL},
        {{SIRA_FIELD_AUTHENTICATION_INFO, S("Digest"), S("a=b"), S("")}, NULL},
        {{SIRA_FIELD_AUTHENTICATION_INFO, S(""), S("a"), S("")}, NULL},
        {{SIRA_FIELD_AUTHENTICATION_INFO, S(""), S(""), S("")}, NULL},
    };
    expect_views(write_auth, cases, COUNT(cases));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vias),
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_token_params),
        cmocka_unit_test(test_auths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
