#include "support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sira/message.h>

#define SLOTS 32

typedef struct parsed {
    sira_field slots[SLOTS];
    sira_message message;
    sira_diag diag;
    sira_str bytes;
} parsed;

/* What stands in every right message: a case replaces one of these lines, or adds others. */
static const char *const lines[] = {
    "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1\r\n",
    "From: <sip:a@example.com>;tag=1\r\n",
    "To: <sip:a@example.com>\r\n",
    "Call-ID: abc@192.0.2.1\r\n",
    "CSeq: 1 OPTIONS\r\n",
    "Max-Forwards: 70\r\n",
};
#define LINES (sizeof lines / sizeof lines[0])

static sira_status validate(parsed *p, const char *start, int replaced, const char *by)
{
    char text[2048];
    size_t length = (size_t)snprintf(text, sizeof text, "%s\r\n", start);
    for (size_t i = 0; i < LINES; i++)
        length += (size_t)snprintf(text + length, sizeof text - length, "%s", (int)i == replaced ? by : lines[i]);
    length += (size_t)snprintf(text + length, sizeof text - length, "%s\r\n", replaced < 0 ? by : "");
    p->bytes = heap_str(text, length);
    p->diag = (sira_diag){.offset = 9999};
    sira_message_init(&p->message, p->slots, SLOTS);
    expect_status(by, sira_message_parse(&p->message, p->bytes, &p->diag), SIRA_OK);
    return sira_message_validate(&p->message, &p->diag);
}

#define REQUEST "OPTIONS sip:a@example.com SIP/2.0"
#define RESPONSE "SIP/2.0 200 OK"

static void test_right_messages(void **state)
{
    (void)state;
    static const struct {
        const char *name, *start;
        int replaced;
        const char *by;
    } cases[] = {
        {"request", REQUEST, -1, ""},
        {"response", RESPONSE, -1, ""},
        {"another scheme", "OPTIONS mailto:a@example.com SIP/2.0", -1, ""},
        {"no Max-Forwards (RFC 2543)", REQUEST, 5, ""},
        {"Max-Forwards 0", REQUEST, 5, "Max-Forwards: 0\r\n"},
        {"Max-Forwards 255", REQUEST, 5, "Max-Forwards: 255\r\n"},
        {"no tag in From (RFC 2543)", REQUEST, 1, "From: sip:a@example.com\r\n"},
        {"no branch (RFC 2543)", REQUEST, 0, "Via: SIP/2.0/UDP a\r\n"},
        {"only the cookie", REQUEST, 0, "Via: SIP/2.0/UDP a;branch=z9hG4bK\r\n"},
        {"two Vias in one line", REQUEST, 0, "v: SIP/2.0/UDP a;branch=z9hG4bK1, SIP/2.0/TCP b\r\n"},
        {"CSeq 0", REQUEST, 4, "CSeq: 0 OPTIONS\r\n"},
        {"CSeq 2^31-1", REQUEST, 4, "CSeq: 2147483647 OPTIONS\r\n"},
        {"another method in a response", RESPONSE, 4, "CSeq: 1 REGISTER\r\n"},
        {"two Contacts", REQUEST, -1, "Contact: <sip:a@b>, <sip:c@d>\r\nm: <sip:e@f>\r\n"},
        {"a bad Contact in a response", RESPONSE, -1, "Contact: <sip:a\r\nContact: *\r\nContact: <sip:a>\r\n"},
        {"star", REQUEST, -1, "Contact: *\r\n"},
        {"lists in two lines", REQUEST, -1, "Supported: path\r\nk: gruu\r\nRoute: <sip:a;lr>\r\nRoute: <sip:b;lr>\r\n"},
        {"unknown fields, repeated", REQUEST, -1, "X-A: 1\r\nX-A: 2\r\nTimestamp: 1\r\n"},
        {"a malformed field that is not looked at", REQUEST, -1, "Date: now\r\nExpires: -1\r\nWarning: x\r\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        parsed p;
        sira_status status = validate(&p, cases[i].start, cases[i].replaced, cases[i].by);
        if (status != SIRA_OK)
            fail_msg("%s: %d at %zu, %s", cases[i].name, (int)status, p.diag.offset, p.diag.expected);
        heap_str_free(p.bytes);
    }
}

static void test_wrong_messages(void **state)
{
    (void)state;
    static const struct {
        const char *name, *start;
        int replaced;
        const char *by;
        sira_status status;
        const char *field, *reason;
    } cases[] = {
        {"no Via", REQUEST, 0, "", SIRA_E_MISSING, "Via", "Missing Via"},
        {"no From", REQUEST, 1, "", SIRA_E_MISSING, "From", "Missing From"},
        {"no To", REQUEST, 2, "", SIRA_E_MISSING, "To", "Missing To"},
        {"no Call-ID", REQUEST, 3, "", SIRA_E_MISSING, "Call-ID", "Missing Call-ID"},
        {"no CSeq", REQUEST, 4, "", SIRA_E_MISSING, "CSeq", "Missing CSeq"},
        {"no CSeq in a response", RESPONSE, 4, "", SIRA_E_MISSING, "CSeq", "Missing CSeq"},
        {"bad Request-URI", "OPTIONS sip:a@ SIP/2.0", -1, "", SIRA_E_URI, "", "Bad Request-URI"},
        {"no URI", "OPTIONS example.com SIP/2.0", -1, "", SIRA_E_URI, "", "Bad Request-URI"},
        {"bad Via", REQUEST, 0, "Via: SIP/2.0/UDP\r\n", SIRA_E_SYNTAX, "Via", "Bad Via"},
        {"bad second Via", REQUEST, -1, "Via: SIP/2.0/UDP a;;\r\n", SIRA_E_SYNTAX, "Via", "Bad Via"},
        {"empty Via", REQUEST, -1, "Via:\r\n", SIRA_E_SYNTAX, "Via", "Bad Via"},
        {"bad From", REQUEST, 1, "From: <sip:a\r\n", SIRA_E_SYNTAX, "From", "Bad From"},
        {"bad To", REQUEST, 2, "To: \"a <sip:a>\r\n", SIRA_E_SYNTAX, "To", "Bad To"},
        {"empty Call-ID", REQUEST, 3, "Call-ID:\r\n", SIRA_E_SYNTAX, "Call-ID", "Bad Call-ID"},
        {"two words of Call-ID", REQUEST, 3, "Call-ID: a b\r\n", SIRA_E_SYNTAX, "Call-ID", "Bad Call-ID"},
        {"CSeq without method", REQUEST, 4, "CSeq: 1\r\n", SIRA_E_SYNTAX, "CSeq", "Bad CSeq"},
        {"CSeq without number", REQUEST, 4, "CSeq: OPTIONS\r\n", SIRA_E_SYNTAX, "CSeq", "Bad CSeq"},
        {"CSeq 2^31", REQUEST, 4, "CSeq: 2147483648 OPTIONS\r\n", SIRA_E_NUMBER, "CSeq", "Bad CSeq"},
        {"CSeq 2^32", REQUEST, 4, "CSeq: 4294967296 OPTIONS\r\n", SIRA_E_NUMBER, "CSeq", "Bad CSeq"},
        {"CSeq 2^31 in a response", RESPONSE, 4, "CSeq: 2147483648 OPTIONS\r\n", SIRA_E_NUMBER, "CSeq", "Bad CSeq"},
        {"another method", REQUEST, 4, "CSeq: 1 INVITE\r\n", SIRA_E_MISMATCH, "CSeq", "CSeq Method Mismatch"},
        {"another case", REQUEST, 4, "CSeq: 1 options\r\n", SIRA_E_MISMATCH, "CSeq", "CSeq Method Mismatch"},
        {"Max-Forwards 256", REQUEST, 5, "Max-Forwards: 256\r\n", SIRA_E_NUMBER, "Max-Forwards", "Bad Max-Forwards"},
        {"Max-Forwards -1", REQUEST, 5, "Max-Forwards: -1\r\n", SIRA_E_SYNTAX, "Max-Forwards", "Bad Max-Forwards"},
        {"bad Contact", REQUEST, -1, "Contact: <sip:a>;=\r\n", SIRA_E_SYNTAX, "Contact", "Bad Contact"},
        {"star and more", REQUEST, -1, "Contact: *\r\nContact: <sip:a>\r\n", SIRA_E_SYNTAX, "Contact", "Bad Contact"},
        {"star behind another", REQUEST, -1, "Contact: <sip:a>\r\nContact: *\r\n", SIRA_E_SYNTAX, "Contact",
         "Bad Contact"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        parsed p;
        bool is_request = strcmp(cases[i].start, RESPONSE) != 0;
        expect_status(cases[i].name, validate(&p, cases[i].start, cases[i].replaced, cases[i].by), cases[i].status);
        if (strcmp(p.diag.field, cases[i].field) != 0 ||
            strcmp(p.diag.reason, is_request ? cases[i].reason : "") != 0 || p.diag.code != (is_request ? 400 : 0) ||
            p.diag.offset > p.bytes.len || p.diag.expected == NULL)
            fail_msg("%s: %u \"%s\" field %s at %zu", cases[i].name, p.diag.code, p.diag.reason, p.diag.field,
                     p.diag.offset);
        heap_str_free(p.bytes);
    }
}

/* Each field that is no list, twice: the same and another value, long and compact name. */
static void test_repeated_fields(void **state)
{
    (void)state;
    static const struct {
        const char *first, *second, *field;
    } cases[] = {
        {"", "From: <sip:a@example.com>;tag=1", "From"},
        {"", "f: <sip:b@example.com>", "From"},
        {"", "t: <sip:b@example.com>", "To"},
        {"", "i: other", "Call-ID"},
        {"", "CSeq: 1 OPTIONS", "CSeq"},
        {"", "Max-Forwards: 70", "Max-Forwards"},
        {"c: a/b", "Content-Type: a/b", "Content-Type"},
        {"Expires: 1", "Expires: 1", "Expires"},
        {"Min-Expires: 1", "Min-Expires: 2", "Min-Expires"},
        {"Retry-After: 1", "Retry-After: 1", "Retry-After"},
        {"Date: Sat, 13 Nov 2010 23:29:00 GMT", "Date: x", "Date"},
        {"User-Agent: a", "User-Agent: b", "User-Agent"},
        {"Server: a", "Server: b", "Server"},
        {"s: a", "Subject: b", "Subject"},
        {"o: presence", "Event: presence", "Event"},
        {"Subscription-State: active", "Subscription-State: active", "Subscription-State"},
        {"r: <sip:a>", "Refer-To: <sip:a>", "Refer-To"},
        {"b: <sip:a>", "Referred-By: <sip:a>", "Referred-By"},
        {"x: 90", "Session-Expires: 90", "Session-Expires"},
        {"Flow-Timer: 1", "Flow-Timer: 1", "Flow-Timer"},
        {"Reply-To: <sip:a>", "reply-to: <sip:a>", "Reply-To"},
        {"MIME-Version: 1.0", "MIME-Version: 1.0", "MIME-Version"},
        {"Content-Disposition: session", "Content-Disposition: render", "Content-Disposition"},
        {"Timestamp: 1", "Timestamp: 2", "Timestamp"},
        {"Organization: a", "Organization: b", "Organization"},
        {"Priority: urgent", "Priority: urgent", "Priority"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char more[256];
        parsed p;
        snprintf(more, sizeof more, "%s%s%s\r\n", cases[i].first, cases[i].first[0] != '\0' ? "\r\n" : "",
                 cases[i].second);
        expect_status(cases[i].field, validate(&p, REQUEST, -1, more), SIRA_E_DUPLICATE);
        assert_string_equal(p.diag.field, cases[i].field);
        assert_int_equal(p.diag.code, 400);
        assert_non_null(strstr(p.diag.reason, cases[i].field));
        heap_str_free(p.bytes);
        expect_status(cases[i].field, validate(&p, RESPONSE, -1, more), SIRA_E_DUPLICATE);
        assert_int_equal(p.diag.code, 0);
        assert_string_equal(p.diag.reason, "");
        heap_str_free(p.bytes);
    }
}

static void test_method_of_a_response(void **state)
{
    (void)state;
    parsed p;
    expect_status("response", validate(&p, RESPONSE, 4, "CSeq: 7 REGISTER\r\n"), SIRA_OK);
    assert_int_equal(p.message.method, SIRA_METHOD_REGISTER);
    heap_str_free(p.bytes);
    expect_status("response", validate(&p, RESPONSE, 4, "CSeq: 7 register\r\n"), SIRA_OK);
    assert_int_equal(p.message.method, SIRA_METHOD_OTHER);
    heap_str_free(p.bytes);
}

/* RFC 4475 3.1.2.18: an unknown method whose CSeq has another one. */
static void test_unknown_method_that_differs(void **state)
{
    (void)state;
    parsed p;
    expect_status("unknown", validate(&p, "NEWMETHOD sip:a SIP/2.0", 4, "CSeq: 1 INVITE\r\n"), SIRA_E_MISMATCH);
    assert_int_equal(p.diag.code, 501);
    heap_str_free(p.bytes);
}

static void test_diag_is_optional(void **state)
{
    (void)state;
    for (int i = 0; i < (int)LINES - 1; i++) {
        parsed p;
        (void)validate(&p, REQUEST, i, "");
        expect_status("without diag", sira_message_validate(&p.message, NULL), SIRA_E_MISSING);
        heap_str_free(p.bytes);
    }
}

static void test_unique_branches(void **state)
{
    (void)state;
    static const struct {
        const char *branch;
        bool unique;
    } cases[] = {{"z9hG4bK1", true}, {"Z9HG4BK-x", true},  {"z9hG4bK", false}, {"", false},
                 {"z9hG4b", false},  {"1z9hG4bK1", false}, {"z9hG4bL1", false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        sira_via via = {.branch = heap_str_from(cases[i].branch)};
        assert_int_equal(sira_via_is_unique(&via), cases[i].unique);
        heap_str_free(via.branch);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_right_messages),
        cmocka_unit_test(test_wrong_messages),
        cmocka_unit_test(test_repeated_fields),
        cmocka_unit_test(test_method_of_a_response),
        cmocka_unit_test(test_unknown_method_that_differs),
        cmocka_unit_test(test_diag_is_optional),
        cmocka_unit_test(test_unique_branches),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
