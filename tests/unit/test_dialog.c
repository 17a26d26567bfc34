#include "support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sira/dialog.h>
#include <sira/limits.h>

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

/* ---- messages ---- */

typedef struct given {
    sira_message message;
    sira_field fields[SIRA_LIMIT_FIELDS];
    sira_str bytes;
} given;

static given *parse(const char *text)
{
    sira_diag diag = {0};
    given *g = calloc(1, sizeof *g);
    assert_non_null(g);
    g->bytes = heap_str_from(text);
    sira_message_init(&g->message, g->fields, COUNT(g->fields));
    if (sira_message_parse(&g->message, g->bytes, &diag) != SIRA_OK ||
        sira_message_validate(&g->message, &diag) != SIRA_OK)
        fail_msg("%s %s in\n%s", diag.field, diag.expected, text);
    return g;
}

static void drop(given *g)
{
    heap_str_free(g->bytes);
    free(g);
}

#define ALICE "From: \"Alice\" <sip:alice@atlanta.example>;tag=A1\r\n"
#define CALL "Call-ID: one@atlanta\r\n"

/* Alice has sent it: a response that Bob, or one of his forks, gives. */
static given *response(const char *status, const char *to, const char *cseq, const char *lines)
{
    char text[4096];
    (void)snprintf(text, sizeof text,
                   "SIP/2.0 %s\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\n" ALICE
                   "To: Bob <sip:bob@biloxi.example>%s\r\n" CALL "CSeq: %s\r\n%sContent-Length: 0\r\n\r\n",
                   status, to, cseq, lines);
    return parse(text);
}

/* Bob, or who calls Alice, sends it to her. */
static given *request_with(const char *uri, const char *from, const char *to, const char *cseq, const char *lines)
{
    char text[4096];
    (void)snprintf(text, sizeof text,
                   "%s %s SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.4;branch=z9hG4bK2\r\n"
                   "From: <sip:bob@biloxi.example>%s\r\nTo: \"Alice\" <sip:alice@atlanta.example>%s\r\n" CALL
                   "CSeq: %s\r\n%sContent-Length: 0\r\n\r\n",
                   strchr(cseq, ' ') + 1, uri, from, to, cseq, lines);
    return parse(text);
}

static given *request(const char *cseq, const char *lines)
{
    return request_with("sip:alice@192.0.2.1", ";tag=B1", ";tag=A1", cseq, lines);
}

static given *first_request(const char *uri, const char *lines)
{
    return request_with(uri, ";tag=B1", "", "7 INVITE", lines);
}

#define BOB "Contact: <sip:bob@192.0.2.4>\r\n"

/* Dialogs on either side of the same call: tags A1 and B1. */
static sira_dialog caller(const char *lines)
{
    sira_dialog dialog;
    given *g = response("200 OK", ";tag=B1", "5 INVITE", lines);
    memset(&dialog, 0xaa, sizeof dialog);
    expect_status(lines, sira_dialog_from_response(&dialog, &g->message, false, NULL), SIRA_OK);
    drop(g);
    return dialog;
}

static sira_dialog callee(const char *lines)
{
    sira_dialog dialog;
    given *g = first_request("sip:alice@192.0.2.1", lines);
    memset(&dialog, 0xaa, sizeof dialog);
    expect_status(lines, sira_dialog_from_request(&dialog, &g->message, SIRA_STR("A1"), NULL), SIRA_OK);
    drop(g);
    return dialog;
}

/* Nothing of it has changed. */
static void expect_same(const char *name, const sira_dialog *actual, const sira_dialog *expected)
{
    assert_int_equal(actual->local_cseq, expected->local_cseq);
    assert_int_equal(actual->remote_cseq, expected->remote_cseq);
    assert_int_equal(actual->has_remote_cseq, expected->has_remote_cseq);
    assert_int_equal(actual->confirmed, expected->confirmed);
    assert_int_equal(actual->secure, expected->secure);
    assert_int_equal(actual->strict, expected->strict);
    for (size_t i = 0; i < COUNT(actual->end); i++)
        if (actual->end[i] != expected->end[i])
            fail_msg("%s: end %zu", name, i);
    assert_memory_equal(actual->text, expected->text, expected->end[COUNT(expected->end) - 1]);
}

static void expect_route(const char *name, const sira_dialog *dialog, const char *uri, const char *route)
{
    expect_str(name, sira_dialog_request_uri(dialog), uri);
    expect_str(name, sira_dialog_route(dialog), route);
}

/* ---- how it begins ---- */

static void test_caller(void **state)
{
    (void)state;
    sira_dialog dialog = caller(BOB "Record-Route: <sip:p2.example;lr>, <sip:p1.example;lr>\r\n");
    expect_str("Call-ID", sira_dialog_call_id(&dialog), "one@atlanta");
    expect_str("local tag", sira_dialog_local_tag(&dialog), "A1");
    expect_str("remote tag", sira_dialog_remote_tag(&dialog), "B1");
    expect_str("local URI", sira_dialog_local_uri(&dialog), "sip:alice@atlanta.example");
    expect_str("remote URI", sira_dialog_remote_uri(&dialog), "sip:bob@biloxi.example");
    expect_str("target", sira_dialog_remote_target(&dialog), "sip:bob@192.0.2.4");
    expect_str("next hop", sira_dialog_next_hop(&dialog), "sip:p1.example;lr");
    expect_route("backwards", &dialog, "sip:bob@192.0.2.4", "<sip:p1.example;lr>, <sip:p2.example;lr>");
    assert_true(sira_dialog_is_confirmed(&dialog));
    assert_false(sira_dialog_is_secure(&dialog));
    uint32_t number = 0;
    expect_status("next", sira_dialog_next_cseq(&dialog, &number), SIRA_OK);
    assert_int_equal(number, 6);
}

static void test_callee(void **state)
{
    (void)state;
    sira_dialog dialog =
        callee("Record-Route: <sip:p1.example;lr>\r\n" BOB "Record-Route: <sip:p2.example;lr>;x=y\r\n");
    expect_str("Call-ID", sira_dialog_call_id(&dialog), "one@atlanta");
    expect_str("local tag", sira_dialog_local_tag(&dialog), "A1");
    expect_str("remote tag", sira_dialog_remote_tag(&dialog), "B1");
    expect_str("local URI", sira_dialog_local_uri(&dialog), "sip:alice@atlanta.example");
    expect_str("remote URI", sira_dialog_remote_uri(&dialog), "sip:bob@biloxi.example");
    expect_route("in order", &dialog, "sip:bob@192.0.2.4", "<sip:p1.example;lr>, <sip:p2.example;lr>");
    expect_str("next hop", sira_dialog_next_hop(&dialog), "sip:p1.example;lr");
    assert_false(sira_dialog_is_confirmed(&dialog));
    assert_false(sira_dialog_is_secure(&dialog));
    sira_dialog_confirm(&dialog);
    assert_true(sira_dialog_is_confirmed(&dialog));
    uint32_t number = 0;
    expect_status("the first", sira_dialog_next_cseq(&dialog, &number), SIRA_OK);
    assert_int_equal(number, 1);
}

static void test_which_responses_begin_one(void **state)
{
    (void)state;
    static const struct {
        const char *status, *to, *lines;
        sira_status expected;
        bool confirmed;
    } cases[] = {
        {"100 Trying", ";tag=B1", BOB, SIRA_IDLE, false},
        {"101 x", ";tag=B1", BOB, SIRA_OK, false},
        {"180 Ringing", ";tag=B1", BOB, SIRA_OK, false},
        {"199 x", ";tag=B1", BOB, SIRA_OK, false},
        {"180 Ringing", "", BOB, SIRA_IDLE, false},
        {"180 Ringing", ";tag=B1", "", SIRA_IDLE, false},
        {"200 OK", ";tag=B1", BOB, SIRA_OK, true},
        {"299 x", ";tag=B1", BOB, SIRA_OK, true},
        {"200 OK", "", BOB, SIRA_OK, true}, /* RFC 2543 */
        {"200 OK", ";tag=B1", "", SIRA_E_MISSING, false},
        {"300 x", ";tag=B1", BOB, SIRA_IDLE, false},
        {"486 Busy Here", ";tag=B1", BOB, SIRA_IDLE, false},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        sira_dialog dialog = {.local_cseq = 99};
        const sira_dialog before = dialog;
        given *g = response(cases[i].status, cases[i].to, "5 INVITE", cases[i].lines);
        expect_status(cases[i].status, sira_dialog_from_response(&dialog, &g->message, false, NULL), cases[i].expected);
        if (cases[i].expected == SIRA_OK)
            assert_int_equal(sira_dialog_is_confirmed(&dialog), cases[i].confirmed);
        else
            expect_same(cases[i].status, &dialog, &before);
        drop(g);
    }
    sira_dialog dialog;
    given *g = first_request("sip:a@b", BOB);
    expect_status("a request", sira_dialog_from_response(&dialog, &g->message, false, NULL), SIRA_IDLE);
    drop(g);
}

/* RFC 3261 12.1.1, 12.1.2, 8.1.1.8: what the peer may say of itself; the same on either side. */
static void test_what_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *lines;
        bool secure;
        sira_status expected;
        const char *field;
        uint16_t code;
    } cases[] = {
        {"", false, SIRA_E_MISSING, "Contact", 400},
        {"Contact: <tel:+1>\r\n", false, SIRA_E_URI, "Contact", 400},
        {"Contact: <mailto:a@b>\r\n", false, SIRA_E_URI, "Contact", 400},
        {"Contact: <sip:a@b:99999>\r\n", false, SIRA_E_URI, "Contact", 400},
        {"Contact: *\r\n", false, SIRA_E_URI, "Contact", 400},
        {"Contact: <sip:a@b>\r\n", true, SIRA_E_URI, "Contact", 400},
        {"Contact: <sips:a@b>\r\n", true, SIRA_OK, NULL, 0},
        {"Contact: <sips:a@b>\r\n", false, SIRA_OK, NULL, 0},
        {BOB "Record-Route: <tel:+1>\r\n", false, SIRA_E_URI, "Record-Route", 400},
        {BOB "Record-Route: <sip:a:99999>\r\n", false, SIRA_E_URI, "Record-Route", 400},
        {BOB "Record-Route: <sip:p.example;lr>, <sips:p.example;lr>\r\n", false, SIRA_OK, NULL, 0},
        {BOB "Record-Route: sip:p.example\r\n", false, SIRA_E_SYNTAX, "Record-Route", 400},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        for (int ours = 0; ours < 2; ours++) {
            sira_dialog dialog = {.remote_cseq = 99};
            const sira_dialog before = dialog;
            sira_diag diag = {0};
            given *g = ours ? response("200 OK", ";tag=B1", "5 INVITE", cases[i].lines)
                            : first_request(cases[i].secure ? "sips:a@b" : "sip:a@b", cases[i].lines);
            sira_status (*const again)(sira_dialog *, const sira_message *, sira_str, sira_diag *) =
                sira_dialog_from_request;
            expect_status(cases[i].lines,
                          ours ? sira_dialog_from_response(&dialog, &g->message, cases[i].secure, &diag)
                               : again(&dialog, &g->message, SIRA_STR("A1"), &diag),
                          cases[i].expected);
            if (cases[i].expected == SIRA_OK) {
                assert_int_equal(sira_dialog_is_secure(&dialog), cases[i].secure);
            } else {
                expect_same(cases[i].lines, &dialog, &before);
                expect_str(cases[i].lines, sira_str_from(diag.field), cases[i].field);
                assert_int_equal(diag.code, ours ? 0 : cases[i].code);
                assert_int_equal(strlen(diag.reason) != 0, !ours);
                assert_true(strlen(diag.expected) > 0);
            }
            expect_status("without diag",
                          ours ? sira_dialog_from_response(&dialog, &g->message, cases[i].secure, NULL)
                               : again(&dialog, &g->message, SIRA_STR("A1"), NULL),
                          cases[i].expected);
            drop(g);
        }
}

static void test_requests_that_begin_none(void **state)
{
    (void)state;
    sira_dialog dialog;
    sira_diag diag = {0};
    given *g = request("7 INVITE", BOB);
    expect_status("within", sira_dialog_from_request(&dialog, &g->message, SIRA_STR("A1"), &diag), SIRA_E_STATE);
    assert_int_equal(diag.code, 481);
    expect_str("within", sira_str_from(diag.field), "To");
    expect_status("within", sira_dialog_from_request(&dialog, &g->message, SIRA_STR("A1"), NULL), SIRA_E_STATE);
    drop(g);
    g = first_request("sip:a@b", BOB);
    expect_status("no tag", sira_dialog_from_request(&dialog, &g->message, SIRA_STR(""), &diag), SIRA_E_ARGUMENT);
    drop(g);
    g = response("200 OK", "", "5 INVITE", BOB);
    expect_status("response", sira_dialog_from_request(&dialog, &g->message, SIRA_STR("A1"), &diag), SIRA_E_ARGUMENT);
    drop(g);
}

/* Names that go into what is sent have to be URIs, and to be there. */
static void test_names(void **state)
{
    (void)state;
    static const struct {
        const char *text, *field;
        sira_status expected;
    } cases[] = {
        {"SIP/2.0 200 OK\r\nFrom: <sip:a@b:99999>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\n" BOB,
         "From", SIRA_E_URI},
        {"SIP/2.0 200 OK\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b:99999>\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\n" BOB, "To",
         SIRA_E_URI},
        {"SIP/2.0 200 OK\r\nTo: <sip:a@b>\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\n" BOB, "From", SIRA_E_MISSING},
        {"SIP/2.0 200 OK\r\nFrom: <sip:a@b>;tag=1\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\n" BOB, "To", SIRA_E_MISSING},
        {"SIP/2.0 200 OK\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\nCSeq: 1 INVITE\r\n" BOB, "Call-ID",
         SIRA_E_MISSING},
        {"SIP/2.0 200 OK\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: 1\r\n" BOB, "CSeq", SIRA_E_MISSING},
        {"SIP/2.0 200 OK\r\nFrom: <sip:a\r\nTo: <sip:a@b>\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\n" BOB, "From",
         SIRA_E_SYNTAX},
        {"SIP/2.0 200 OK\r\nFrom: <sip:a>\r\nTo: <sip:a\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\n" BOB, "To", SIRA_E_SYNTAX},
        {"SIP/2.0 200 OK\r\nFrom: <sip:a>\r\nTo: <sip:a>\r\nCall-ID: 1\r\nCSeq: x\r\n" BOB, "CSeq", SIRA_E_SYNTAX},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        sira_field fields[16];
        sira_message message;
        sira_dialog dialog = {0};
        sira_diag diag = {0};
        sira_str bytes = heap_str_from(cases[i].text);
        sira_message_init(&message, fields, COUNT(fields));
        (void)sira_message_parse(&message, bytes, NULL); /* it lacks its empty line, too */
        expect_status(cases[i].text, sira_dialog_from_response(&dialog, &message, false, &diag), cases[i].expected);
        expect_str(cases[i].text, sira_str_from(diag.field), cases[i].field);
        heap_str_free(bytes);
    }
}

/* ---- limits ---- */

static void test_number_of_routes(void **state)
{
    (void)state;
    for (size_t n = SIRA_LIMIT_ROUTES; n <= SIRA_LIMIT_ROUTES + 1; n++) {
        char lines[1024] = BOB "Record-Route: <sip:a;lr>";
        for (size_t i = 1; i < n; i++)
            strcat(lines, ", <sip:b;lr>");
        strcat(lines, "\r\n");
        sira_dialog dialog = {0};
        sira_diag diag = {0};
        given *g = response("200 OK", ";tag=B1", "5 INVITE", lines);
        const sira_status status = sira_dialog_from_response(&dialog, &g->message, false, &diag);
        if (n == SIRA_LIMIT_ROUTES) {
            expect_status("all", status, SIRA_OK);
            assert_int_equal(sira_dialog_route(&dialog).len, n * 12 - 2);
        } else {
            expect_status("one more", status, SIRA_E_LIMIT);
            expect_str("one more", sira_str_from(diag.field), "Record-Route");
            assert_int_equal(sira_dialog_call_id(&dialog).len, 0);
        }
        drop(g);
    }
}

/* A Contact that fills the dialog to the last byte, and one that is a byte longer: at its beginning and at a refresh.
 */
static void test_length(void **state)
{
    (void)state;
    const sira_dialog small = caller("Contact: <sip:b@c>\r\n");
    const size_t room = SIRA_LIMIT_DIALOG - small.end[COUNT(small.end) - 1];
    for (size_t more = 0; more <= 1; more++) {
        char lines[SIRA_LIMIT_DIALOG + 100];
        size_t at = (size_t)snprintf(lines, sizeof lines, "Contact: <sip:b");
        memset(lines + at, 'b', room + more);
        (void)snprintf(lines + at + room + more, 20, "@c>\r\n");
        sira_dialog dialog = {0}, refreshed = small;
        sira_diag diag = {0};
        given *g = response("200 OK", ";tag=B1", "6 INVITE", lines);
        expect_status("new", sira_dialog_from_response(&dialog, &g->message, false, NULL),
                      more == 0 ? SIRA_OK : SIRA_E_LIMIT);
        expect_status("refresh", sira_dialog_take_response(&refreshed, &g->message, &diag),
                      more == 0 ? SIRA_OK : SIRA_E_LIMIT);
        drop(g);
        if (more == 0) {
            assert_int_equal(sira_dialog_remote_target(&dialog).len, strlen("sip:b@c") + room);
            assert_int_equal(refreshed.end[COUNT(small.end) - 1], SIRA_LIMIT_DIALOG);
        } else {
            expect_same("refresh", &refreshed, &small);
            expect_str("refresh", sira_str_from(diag.field), "Contact");
        }
        sira_dialog asked = callee(BOB);
        g = request("8 INVITE", lines);
        memset(&diag, 0, sizeof diag);
        if (sira_dialog_refresh(&asked, &g->message, &diag) != SIRA_OK)
            assert_int_equal(diag.code, 513);
        drop(g);
    }
}

/* ---- routes ---- */

static void test_routes(void **state)
{
    (void)state;
    static const struct {
        const char *name, *record_route, *uri, *route, *next_hop;
    } cases[] = {
        /* as a callee gets them: the first is next to it */
        {"none", "", "sip:bob@192.0.2.4", "", "sip:bob@192.0.2.4"},
        {"loose", "<sip:a;lr>", "sip:bob@192.0.2.4", "<sip:a;lr>", "sip:a;lr"},
        {"lr with a value", "<sip:a;lr=on>", "sip:bob@192.0.2.4", "<sip:a;lr=on>", "sip:a;lr=on"},
        {"LR", "<sip:a;LR>", "sip:bob@192.0.2.4", "<sip:a;LR>", "sip:a;LR"},
        {"lr behind the URI is none", "<sip:a>;lr", "sip:a", "<sip:bob@192.0.2.4>", "sip:a"},
        {"strict", "<sip:a>", "sip:a", "<sip:bob@192.0.2.4>", "sip:a"},
        {"strict, then loose", "<sip:a;x=y>, <sip:b;lr>", "sip:a;x=y", "<sip:b;lr>, <sip:bob@192.0.2.4>", "sip:a;x=y"},
        {"strict twice", "<sip:a>, <sip:b>", "sip:a", "<sip:b>, <sip:bob@192.0.2.4>", "sip:a"},
        {"loose, then strict", "<sip:a;lr>, <sip:b>", "sip:bob@192.0.2.4", "<sip:a;lr>, <sip:b>", "sip:a;lr"},
        {"no headers, no method", "<sip:u@a:99;Method=INVITE;x?y=z>", "sip:u@a:99;x", "<sip:bob@192.0.2.4>",
         "sip:u@a:99;x"},
        {"names and IPv6", "\"A, B\" <sips:[2001:db8::1]:5061;lr;transport=tcp>", "sip:bob@192.0.2.4",
         "<sips:[2001:db8::1]:5061;lr;transport=tcp>", "sips:[2001:db8::1]:5061;lr;transport=tcp"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char lines[512];
        (void)snprintf(lines, sizeof lines, BOB "%s%s%s", cases[i].record_route[0] != '\0' ? "Record-Route: " : "",
                       cases[i].record_route, cases[i].record_route[0] != '\0' ? "\r\n" : "");
        sira_dialog dialog = callee(lines);
        expect_route(cases[i].name, &dialog, cases[i].uri, cases[i].route);
        expect_str(cases[i].name, sira_dialog_next_hop(&dialog), cases[i].next_hop);
        expect_str(cases[i].name, sira_dialog_remote_target(&dialog), "sip:bob@192.0.2.4");
    }
    for (unsigned n = 2; n <= 4; n++) { /* an odd number and an even one, backwards */
        char lines[512] = BOB;
        char expected[128] = "";
        for (unsigned i = 0; i < n; i++)
            (void)snprintf(lines + strlen(lines), 64, "Record-Route: <sip:p%u;lr>\r\n", i);
        for (unsigned i = n; i-- > 0;)
            (void)snprintf(expected + strlen(expected), 32, "<sip:p%u;lr>%s", i, i != 0 ? ", " : "");
        sira_dialog dialog = caller(lines);
        expect_str("backwards", sira_dialog_route(&dialog), expected);
    }
}

/* RFC 3261 19.1.1, table 1. */
static void test_target_is_cut(void **state)
{
    (void)state;
    sira_dialog dialog =
        callee("Contact: \"B\" <sip:bob:pw@192.0.2.4:5070;method=BYE;ob;transport=tcp;x=y?Route=%3Csip:e%3E>;q=1\r\n");
    expect_str("cut", sira_dialog_remote_target(&dialog), "sip:bob:pw@192.0.2.4:5070;ob;transport=tcp;x=y");
}

/* ---- later responses ---- */

static void test_responses(void **state)
{
    (void)state;
    static const struct {
        const char *name, *status, *to, *cseq, *lines;
        sira_status expected;
        bool confirmed;
        const char *target, *route;
    } cases[] = {
        /* to a dialog that 180 with a route through p began */
        {"ringing again", "180 Ringing", ";tag=B1", "5 INVITE", "Contact: <sip:new@x>\r\n", SIRA_OK, false,
         "sip:bob@192.0.2.4", "<sip:p;lr>"},
        {"answered", "200 OK", ";tag=B1", "5 INVITE", "Contact: <sip:new@x>\r\nRecord-Route: <sip:q;lr>\r\n", SIRA_OK,
         true, "sip:new@x", "<sip:q;lr>"},
        {"answered, tag in another case", "200 OK", ";tag=b1", "5 INVITE", "Contact: <sip:new@x>\r\n", SIRA_OK, true,
         "sip:new@x", ""},
        {"answered by a strict router", "200 OK", ";tag=B1", "5 INVITE",
         "Contact: <sip:new@x>\r\nRecord-Route: <sip:q>\r\n", SIRA_OK, true, "sip:new@x", "<sip:new@x>"},
        {"answered without Contact", "200 OK", ";tag=B1", "5 INVITE", "", SIRA_E_MISSING, false, "sip:bob@192.0.2.4",
         "<sip:p;lr>"},
        {"answered with a bad route", "200 OK", ";tag=B1", "5 INVITE", BOB "Record-Route: <tel:1>\r\n", SIRA_E_URI,
         false, "sip:bob@192.0.2.4", "<sip:p;lr>"},
        {"answered with a bad Contact", "200 OK", ";tag=B1", "5 INVITE", "Contact: <tel:1>\r\n", SIRA_E_URI, false,
         "sip:bob@192.0.2.4", "<sip:p;lr>"},
        {"another fork", "200 OK", ";tag=B2", "5 INVITE", "Contact: <sip:new@x>\r\n", SIRA_IDLE, false,
         "sip:bob@192.0.2.4", "<sip:p;lr>"},
        {"no tag", "200 OK", "", "5 INVITE", "Contact: <sip:new@x>\r\n", SIRA_IDLE, false, "sip:bob@192.0.2.4",
         "<sip:p;lr>"},
        {"early UPDATE", "200 OK", ";tag=B1", "6 UPDATE", "Contact: <sip:new@x>\r\nRecord-Route: <sip:q;lr>\r\n",
         SIRA_OK, false, "sip:new@x", "<sip:p;lr>"},
        {"early PRACK", "200 OK", ";tag=B1", "6 PRACK", "Contact: <sip:new@x>\r\n", SIRA_OK, false, "sip:bob@192.0.2.4",
         "<sip:p;lr>"},
        {"rejected", "486 Busy Here", ";tag=B1", "5 INVITE", "Contact: <sip:new@x>\r\n", SIRA_OK, false,
         "sip:bob@192.0.2.4", "<sip:p;lr>"},
        {"redirected", "300 x", ";tag=B1", "5 INVITE", "Contact: <sip:new@x>\r\n", SIRA_OK, false, "sip:bob@192.0.2.4",
         "<sip:p;lr>"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        sira_dialog dialog;
        sira_diag diag = {0};
        given *g = response("180 Ringing", ";tag=B1", "5 INVITE", BOB "Record-Route: <sip:p;lr>\r\n");
        expect_status("early", sira_dialog_from_response(&dialog, &g->message, false, NULL), SIRA_OK);
        drop(g);
        const sira_dialog before = dialog;
        g = response(cases[i].status, cases[i].to, cases[i].cseq, cases[i].lines);
        expect_status(cases[i].name, sira_dialog_take_response(&dialog, &g->message, &diag), cases[i].expected);
        drop(g);
        assert_int_equal(sira_dialog_is_confirmed(&dialog), cases[i].confirmed);
        expect_str(cases[i].name, sira_dialog_remote_target(&dialog), cases[i].target);
        expect_str(cases[i].name, sira_dialog_route(&dialog), cases[i].route);
        if (cases[i].expected != SIRA_OK)
            expect_same(cases[i].name, &dialog, &before);
    }
}

/* RFC 3261 12.2.1.2: within a confirmed dialog the target may change, the route set never. */
static void test_target_refresh_by_response(void **state)
{
    (void)state;
    static const struct {
        const char *status, *cseq;
        bool refreshed;
    } cases[] = {
        {"200 OK", "6 INVITE", true},       {"200 OK", "6 UPDATE", true},   {"202 OK", "6 REFER", true},
        {"200 OK", "6 SUBSCRIBE", true},    {"200 OK", "6 NOTIFY", true},   {"200 OK", "6 BYE", false},
        {"200 OK", "6 INFO", false},        {"200 OK", "6 OPTIONS", false}, {"200 OK", "6 MESSAGE", false},
        {"180 Ringing", "6 INVITE", false}, {"488 No", "6 INVITE", false},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        sira_dialog dialog = caller(BOB "Record-Route: <sip:p>\r\n");
        given *g =
            response(cases[i].status, ";tag=B1", cases[i].cseq, "Contact: <sip:new@x>\r\nRecord-Route: <sip:q;lr>\r\n");
        expect_status(cases[i].cseq, sira_dialog_take_response(&dialog, &g->message, NULL), SIRA_OK);
        expect_route(cases[i].cseq, &dialog, "sip:p", cases[i].refreshed ? "<sip:new@x>" : "<sip:bob@192.0.2.4>");
        drop(g);
    }
    sira_dialog dialog = caller(BOB);
    const sira_dialog before = dialog;
    given *g = response("200 OK", ";tag=B1", "6 INVITE", "");
    expect_status("no Contact", sira_dialog_take_response(&dialog, &g->message, NULL), SIRA_OK);
    expect_same("no Contact", &dialog, &before);
    drop(g);
    g = request("8 INVITE", BOB);
    expect_status("a request", sira_dialog_take_response(&dialog, &g->message, NULL), SIRA_IDLE);
    drop(g);
}

/* A secure dialog stays one. */
static void test_secure_refresh(void **state)
{
    (void)state;
    sira_dialog dialog;
    given *g = response("180 x", ";tag=B1", "5 INVITE", "Contact: <sips:b@c>\r\n");
    expect_status("early", sira_dialog_from_response(&dialog, &g->message, true, NULL), SIRA_OK);
    drop(g);
    const sira_dialog before = dialog;
    g = response("200 x", ";tag=B1", "5 INVITE", BOB);
    expect_status("2xx", sira_dialog_take_response(&dialog, &g->message, NULL), SIRA_E_URI);
    drop(g);
    g = request_with("sip:a@b", ";tag=B1", ";tag=A1", "9 UPDATE", BOB);
    expect_status("refresh", sira_dialog_refresh(&dialog, &g->message, NULL), SIRA_E_URI);
    expect_same("refresh", &dialog, &before);
    drop(g);
}

/* RFC 3261 13.2.2.4: one dialog for each To tag. */
static void test_forks(void **state)
{
    (void)state;
    sira_dialog dialogs[2];
    given *a = response("200 OK", ";tag=B1", "5 INVITE", BOB);
    given *b = response("200 OK", ";tag=B2", "5 INVITE", "Contact: <sip:bob@192.0.2.5>\r\n");
    expect_status("one", sira_dialog_from_response(&dialogs[0], &a->message, false, NULL), SIRA_OK);
    expect_status("other", sira_dialog_take_response(&dialogs[0], &b->message, NULL), SIRA_IDLE);
    expect_status("two", sira_dialog_from_response(&dialogs[1], &b->message, false, NULL), SIRA_OK);
    expect_status("other", sira_dialog_take_response(&dialogs[1], &a->message, NULL), SIRA_IDLE);
    expect_status("again", sira_dialog_take_response(&dialogs[1], &b->message, NULL), SIRA_OK);
    expect_str("two", sira_dialog_remote_target(&dialogs[1]), "sip:bob@192.0.2.5");
    drop(a);
    drop(b);
}

/* ---- requests that come in ---- */

static void test_whose_request(void **state)
{
    (void)state;
    static const struct {
        const char *name, *from, *to;
        sira_status expected;
    } cases[] = {
        {"ours", ";tag=B1", ";tag=A1", SIRA_OK},
        {"in another case", ";tag=b1", ";tag=a1", SIRA_OK},
        {"another's", ";tag=B2", ";tag=A1", SIRA_IDLE},
        {"to another", ";tag=B1", ";tag=A2", SIRA_IDLE},
        {"the wrong way round", ";tag=A1", ";tag=B1", SIRA_IDLE},
        {"no To tag", ";tag=B1", "", SIRA_IDLE},
        {"no From tag", "", ";tag=A1", SIRA_IDLE},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        given *g = request_with("sip:a@b", cases[i].from, cases[i].to, "9 BYE", "");
        sira_dialog one = caller(BOB), two = callee(BOB), none = {0};
        expect_status(cases[i].name, sira_dialog_take_request(&one, &g->message, NULL), cases[i].expected);
        expect_status(cases[i].name, sira_dialog_take_request(&two, &g->message, NULL), cases[i].expected);
        expect_status(cases[i].name, sira_dialog_take_request(&none, &g->message, NULL), SIRA_IDLE);
        drop(g);
    }
    sira_dialog dialog = callee(BOB);
    given *g = parse("BYE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.4;branch=z9hG4bK2\r\nFrom: <sip:x@y>;tag=B1\r\n"
                     "To: <sip:x@y>;tag=A1\r\nCall-ID: ONE@atlanta\r\nCSeq: 9 BYE\r\n\r\n");
    expect_status("Call-ID in another case", sira_dialog_take_request(&dialog, &g->message, NULL), SIRA_IDLE);
    drop(g);
    g = response("200 OK", ";tag=B1", "9 BYE", "");
    expect_status("a response", sira_dialog_take_request(&dialog, &g->message, NULL), SIRA_IDLE);
    drop(g);
}

/* A peer without tags (RFC 2543) has empty ones (12.1.1). */
static void test_no_remote_tag(void **state)
{
    (void)state;
    sira_dialog dialog;
    given *g = request_with("sip:a@b", "", "", "7 INVITE", BOB);
    expect_status("begin", sira_dialog_from_request(&dialog, &g->message, SIRA_STR("A1"), NULL), SIRA_OK);
    drop(g);
    assert_int_equal(sira_dialog_remote_tag(&dialog).len, 0);
    g = request_with("sip:a@b", "", ";tag=A1", "8 BYE", "");
    expect_status("later", sira_dialog_take_request(&dialog, &g->message, NULL), SIRA_OK);
    drop(g);
}

/* RFC 3261 12.2.2. */
static void test_order(void **state)
{
    (void)state;
    static const struct {
        const char *cseq;
        sira_status expected;
        uint16_t code;
        uint32_t kept;
    } cases[] = {
        /* behind 7 INVITE */
        {"8 BYE", SIRA_OK, 0, 8},        {"1000 BYE", SIRA_OK, 0, 1000},   {"2147483647 BYE", SIRA_OK, 0, 2147483647},
        {"7 BYE", SIRA_E_STATE, 500, 7}, {"6 BYE", SIRA_E_STATE, 500, 7},  {"0 INVITE", SIRA_E_STATE, 500, 7},
        {"7 ACK", SIRA_OK, 0, 7},        {"6 ACK", SIRA_OK, 0, 7},         {"8 ACK", SIRA_E_STATE, 0, 7},
        {"7 CANCEL", SIRA_OK, 0, 7},     {"8 CANCEL", SIRA_E_STATE, 0, 7},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        sira_dialog dialog = callee(BOB);
        sira_diag diag = {.code = 1, .reason = "", .field = ""};
        given *g = request(cases[i].cseq, "");
        expect_status(cases[i].cseq, sira_dialog_take_request(&dialog, &g->message, &diag), cases[i].expected);
        assert_int_equal(dialog.remote_cseq, cases[i].kept);
        if (cases[i].expected != SIRA_OK) {
            assert_int_equal(diag.code, cases[i].code);
            expect_str(cases[i].cseq, sira_str_from(diag.field), "CSeq");
            assert_int_equal(strlen(diag.reason) != 0, cases[i].code != 0);
            assert_true(strlen(diag.expected) > 0);
        }
        dialog = callee(BOB);
        expect_status(cases[i].cseq, sira_dialog_take_request(&dialog, &g->message, NULL), cases[i].expected);
        drop(g);
    }
    sira_dialog dialog = caller(BOB); /* which has no number of the peer yet (12.1.2) */
    given *ack = request("0 ACK", ""), *bye = request("0 BYE", "");
    expect_status("ACK of nothing", sira_dialog_take_request(&dialog, &ack->message, NULL), SIRA_E_STATE);
    expect_status("any number", sira_dialog_take_request(&dialog, &bye->message, NULL), SIRA_OK);
    expect_status("ACK", sira_dialog_take_request(&dialog, &ack->message, NULL), SIRA_OK);
    expect_status("not twice", sira_dialog_take_request(&dialog, &bye->message, NULL), SIRA_E_STATE);
    drop(ack);
    drop(bye);
}

static void test_target_refresh_by_request(void **state)
{
    (void)state;
    static const struct {
        const char *cseq;
        bool refreshes;
    } cases[] = {
        {"8 INVITE", true}, {"8 UPDATE", true}, {"8 SUBSCRIBE", true}, {"8 NOTIFY", true},
        {"8 REFER", true},  {"8 BYE", false},   {"8 ACK", false},      {"8 INFO", false},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        sira_dialog dialog = callee(BOB "Record-Route: <sip:p;lr>\r\n");
        given *g = request(cases[i].cseq, "Contact: <sip:new@x>\r\nRecord-Route: <sip:q;lr>\r\n");
        expect_status(cases[i].cseq, sira_dialog_refresh(&dialog, &g->message, NULL), SIRA_OK);
        expect_route(cases[i].cseq, &dialog, cases[i].refreshes ? "sip:new@x" : "sip:bob@192.0.2.4", "<sip:p;lr>");
        drop(g);
    }
    sira_dialog dialog = callee(BOB);
    const sira_dialog before = dialog;
    sira_diag diag = {0};
    given *g = request("8 INVITE", "");
    expect_status("no Contact", sira_dialog_refresh(&dialog, &g->message, NULL), SIRA_OK);
    drop(g);
    g = request("8 INVITE", "Contact: <tel:+1>\r\n");
    expect_status("bad", sira_dialog_refresh(&dialog, &g->message, &diag), SIRA_E_URI);
    assert_int_equal(diag.code, 400);
    drop(g);
    g = response("200 OK", ";tag=B1", "6 INVITE", "Contact: <sip:new@x>\r\n");
    expect_status("a response", sira_dialog_refresh(&dialog, &g->message, NULL), SIRA_OK);
    expect_same("none of these", &dialog, &before);
    drop(g);
}

/* ---- what goes out ---- */

static void test_numbers(void **state)
{
    (void)state;
    sira_dialog dialog = caller(BOB);
    uint32_t number = 0;
    sira_dialog_used_cseq(&dialog, 4);
    expect_status("not back", sira_dialog_next_cseq(&dialog, &number), SIRA_OK);
    assert_int_equal(number, 6);
    sira_dialog_used_cseq(&dialog, 9);
    expect_status("behind", sira_dialog_next_cseq(&dialog, &number), SIRA_OK);
    assert_int_equal(number, 10);
    sira_dialog_used_cseq(&dialog, INT32_MAX - 1);
    expect_status("the last", sira_dialog_next_cseq(&dialog, &number), SIRA_OK);
    assert_int_equal(number, INT32_MAX);
    expect_status("none", sira_dialog_next_cseq(&dialog, &number), SIRA_E_NUMBER);
}

static void expect_request(const char *name, const sira_dialog *dialog, const sira_dialog_request *what,
                           const char *expected)
{
    char buffer[2048];
    sira_writer writer;
    size_t length = 0;
    sira_writer_init(&writer, buffer, sizeof buffer);
    sira_dialog_write_request(dialog, what, &writer);
    sira_write_body(&writer, SIRA_STR(""));
    expect_status(name, sira_writer_finish(&writer, &length), SIRA_OK);
    expect_str(name, (sira_str){buffer, length}, expected);
    const sira_dialog copy = *dialog; /* a value: a copy says the same */
    char second[2048];
    sira_writer_init(&writer, second, sizeof second);
    sira_dialog_write_request(&copy, what, &writer);
    assert_memory_equal(second, buffer, writer.length);
}

static void test_writing(void **state)
{
    (void)state;
    const sira_endpoint local = {
        .transport = SIRA_TRANSPORT_UDP, .family = SIRA_FAMILY_IPV4, .address = {192, 0, 2, 1}, .port = 5060};
    const sira_write_via via = {.sent_by = &local, .branch = SIRA_STR("z9hG4bK9"), .rport = true};
    const sira_dialog loose = caller(BOB "Record-Route: <sip:p2;lr>, <sip:p1;lr>\r\n");
    expect_request("loose", &loose, &(sira_dialog_request){SIRA_STR("BYE"), 6, &via},
                   "BYE sip:bob@192.0.2.4 SIP/2.0\r\n"
                   "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK9;rport\r\n"
                   "Max-Forwards: 70\r\n"
                   "Route: <sip:p1;lr>, <sip:p2;lr>\r\n"
                   "From: <sip:alice@atlanta.example>;tag=A1\r\n"
                   "To: <sip:bob@biloxi.example>;tag=B1\r\n"
                   "Call-ID: one@atlanta\r\nCSeq: 6 BYE\r\nContent-Length: 0\r\n\r\n");
    const sira_dialog strict = callee(BOB "Record-Route: <sip:p1>, <sip:p2;lr>\r\n");
    expect_request("strict", &strict, &(sira_dialog_request){SIRA_STR("ACK"), 1, &via},
                   "ACK sip:p1 SIP/2.0\r\n"
                   "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK9;rport\r\n"
                   "Max-Forwards: 70\r\n"
                   "Route: <sip:p2;lr>, <sip:bob@192.0.2.4>\r\n"
                   "From: <sip:alice@atlanta.example>;tag=A1\r\n"
                   "To: <sip:bob@biloxi.example>;tag=B1\r\n"
                   "Call-ID: one@atlanta\r\nCSeq: 1 ACK\r\nContent-Length: 0\r\n\r\n");
    const sira_dialog direct = callee(BOB);
    expect_request("no route", &direct, &(sira_dialog_request){SIRA_STR("BYE"), 1, &via},
                   "BYE sip:bob@192.0.2.4 SIP/2.0\r\n"
                   "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK9;rport\r\n"
                   "Max-Forwards: 70\r\n"
                   "From: <sip:alice@atlanta.example>;tag=A1\r\n"
                   "To: <sip:bob@biloxi.example>;tag=B1\r\n"
                   "Call-ID: one@atlanta\r\nCSeq: 1 BYE\r\nContent-Length: 0\r\n\r\n");
}

/* The same for sira_request and its ACK. */
static void test_filling(void **state)
{
    (void)state;
    sira_dialog dialog = caller(BOB "Record-Route: <sip:p2;lr>, <sip:p1>\r\n");
    sira_request_config config;
    sira_request_ack ack = {.body = SIRA_STR("x")};
    sira_request_config_init(&config);
    expect_status("request", sira_dialog_fill_request(&dialog, &config), SIRA_OK);
    expect_str("uri", config.uri, "sip:p1");
    expect_str("route", config.route, "<sip:p2;lr>, <sip:bob@192.0.2.4>");
    expect_str("from", config.from, "sip:alice@atlanta.example");
    expect_str("from_tag", config.from_tag, "A1");
    expect_str("to", config.to, "sip:bob@biloxi.example");
    expect_str("to_tag", config.to_tag, "B1");
    expect_str("call_id", config.call_id, "one@atlanta");
    assert_int_equal(config.cseq, 6);
    expect_status("next", sira_dialog_fill_request(&dialog, &config), SIRA_OK);
    assert_int_equal(config.cseq, 7);
    sira_dialog_used_cseq(&dialog, INT32_MAX);
    expect_status("none left", sira_dialog_fill_request(&dialog, &config), SIRA_E_NUMBER);
    sira_dialog_fill_ack(&dialog, &ack);
    expect_str("uri", ack.uri, "sip:p1");
    expect_str("route", ack.route, "<sip:p2;lr>, <sip:bob@192.0.2.4>");
    expect_str("to_tag", ack.to_tag, "B1");
    expect_str("the rest is the caller's", ack.body, "x");
}

/* Both ends of one call, each by what the other has sent. */
static void test_two_ends(void **state)
{
    (void)state;
    const sira_endpoint local = {
        .transport = SIRA_TRANSPORT_UDP, .family = SIRA_FAMILY_IPV4, .address = {192, 0, 2, 1}, .port = 5060};
    const sira_write_via via = {.sent_by = &local, .branch = SIRA_STR("z9hG4bK9")};
    sira_dialog a = caller(BOB), b;
    given *g =
        parse("INVITE sip:bob@biloxi.example SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\n" ALICE
              "To: Bob <sip:bob@biloxi.example>\r\n" CALL "CSeq: 5 INVITE\r\nContact: <sip:alice@192.0.2.1>\r\n\r\n");
    expect_status("b", sira_dialog_from_request(&b, &g->message, SIRA_STR("B1"), NULL), SIRA_OK);
    drop(g);
    sira_dialog *ends[] = {&a, &b};
    for (size_t i = 0; i < 4; i++) {
        char buffer[1024];
        sira_writer writer;
        size_t length = 0;
        uint32_t number = 0;
        expect_status("number", sira_dialog_next_cseq(ends[i % 2], &number), SIRA_OK);
        sira_writer_init(&writer, buffer, sizeof buffer - 1);
        sira_dialog_write_request(ends[i % 2], &(sira_dialog_request){SIRA_STR("INFO"), number, &via}, &writer);
        sira_write_body(&writer, SIRA_STR(""));
        expect_status("written", sira_writer_finish(&writer, &length), SIRA_OK);
        buffer[length] = '\0';
        g = parse(buffer);
        expect_status("taken", sira_dialog_take_request(ends[1 - i % 2], &g->message, NULL), SIRA_OK);
        expect_status("not one's own", sira_dialog_take_request(ends[i % 2], &g->message, NULL), SIRA_IDLE);
        drop(g);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_caller),
        cmocka_unit_test(test_callee),
        cmocka_unit_test(test_which_responses_begin_one),
        cmocka_unit_test(test_what_is_refused),
        cmocka_unit_test(test_requests_that_begin_none),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_number_of_routes),
        cmocka_unit_test(test_length),
        cmocka_unit_test(test_routes),
        cmocka_unit_test(test_target_is_cut),
        cmocka_unit_test(test_responses),
        cmocka_unit_test(test_target_refresh_by_response),
        cmocka_unit_test(test_secure_refresh),
        cmocka_unit_test(test_forks),
        cmocka_unit_test(test_whose_request),
        cmocka_unit_test(test_no_remote_tag),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_target_refresh_by_request),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_writing),
        cmocka_unit_test(test_filling),
        cmocka_unit_test(test_two_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
