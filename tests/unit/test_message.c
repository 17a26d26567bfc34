#include "support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sira/limits.h>
#include <sira/message.h>

#define SLOTS 16

typedef struct parsed {
    sira_field slots[SLOTS];
    sira_message message;
    sira_diag diag;
    sira_str bytes;
    sira_status status;
} parsed;

static void parse_bytes(parsed *p, const void *bytes, size_t length, unsigned lenient)
{
    p->bytes = heap_str(bytes, length);
    p->diag = (sira_diag){.offset = 9999};
    sira_message_init(&p->message, p->slots, SLOTS);
    p->message.lenient = lenient;
    p->status = sira_message_parse(&p->message, p->bytes, &p->diag);
}

static void parse(parsed *p, const char *text)
{
    parse_bytes(p, text, strlen(text), SIRA_LENIENT_NONE);
}

static void done(parsed *p)
{
    heap_str_free(p->bytes);
}

#define REST "Via: SIP/2.0/UDP a;branch=z9hG4bK1\r\n\r\n"

/* ---- start lines ---- */

static void test_request_line(void **state)
{
    (void)state;
    static const struct {
        const char *name, *line;
        sira_status status;
        size_t offset;
        unsigned code;
        const char *method, *uri;
    } cases[] = {
        {"plain", "REGISTER sip:example.com SIP/2.0", SIRA_OK, 0, 0, "REGISTER", "sip:example.com"},
        {"version in any case", "INVITE sip:a@b sIp/2.0", SIRA_OK, 0, 0, "INVITE", "sip:a@b"},
        {"any token", "!%*_+`'~. tel:+1 SIP/2.0", SIRA_OK, 0, 0, "!%*_+`'~.", "tel:+1"},
        {"method looks like the version", "SIP sip:a SIP/2.0", SIRA_OK, 0, 0, "SIP", "sip:a"},
        {"two spaces behind the method", "INVITE  sip:a SIP/2.0", SIRA_E_SYNTAX, 7, 400, "INVITE", ""},
        {"two spaces before the version", "INVITE sip:a  SIP/2.0", SIRA_E_SYNTAX, 13, 400, "INVITE", "sip:a"},
        {"space behind the version", "INVITE sip:a SIP/2.0 ", SIRA_E_SYNTAX, 20, 400, "INVITE", "sip:a"},
        {"tab behind the method", "INVITE\tsip:a SIP/2.0", SIRA_E_SYNTAX, 6, 400, "", ""},
        {"space before the method", " INVITE sip:a SIP/2.0", SIRA_E_SYNTAX, 0, 400, "", ""},
        {"no version", "INVITE sip:a", SIRA_E_SYNTAX, 12, 400, "INVITE", ""},
        {"no version but its space", "INVITE sip:a ", SIRA_E_SYNTAX, 13, 400, "INVITE", "sip:a"},
        {"no URI", "INVITE SIP/2.0", SIRA_E_SYNTAX, 14, 400, "INVITE", ""},
        {"no method", "sip:a SIP/2.0", SIRA_E_SYNTAX, 3, 400, "", ""},
        {"angle brackets", "INVITE <sip:a> SIP/2.0", SIRA_E_SYNTAX, 7, 400, "INVITE", ""},
        {"a space in the URI", "INVITE sip:a; lr SIP/2.0", SIRA_E_SYNTAX, 14, 400, "INVITE", "sip:a;"},
        {"a quote in the URI", "INVITE sip:\"a\" SIP/2.0", SIRA_E_SYNTAX, 11, 400, "INVITE", ""},
        {"UTF-8 in the URI", "INVITE sip:\xc3\xa4 SIP/2.0", SIRA_E_SYNTAX, 11, 400, "INVITE", ""},
        {"version 7.0", "INVITE sip:a SIP/7.0", SIRA_E_VERSION, 13, 505, "INVITE", "sip:a"},
        {"version 2.1", "INVITE sip:a SIP/2.1", SIRA_E_VERSION, 13, 505, "INVITE", "sip:a"},
        {"version 2.00", "INVITE sip:a SIP/2.00", SIRA_E_VERSION, 13, 505, "INVITE", "sip:a"},
        {"version 12.0", "INVITE sip:a SIP/12.0", SIRA_E_VERSION, 13, 505, "INVITE", "sip:a"},
        {"version 2", "INVITE sip:a SIP/2", SIRA_E_SYNTAX, 18, 400, "INVITE", "sip:a"},
        {"version 2.", "INVITE sip:a SIP/2.", SIRA_E_SYNTAX, 19, 400, "INVITE", "sip:a"},
        {"version 2.0x", "INVITE sip:a SIP/2.0x", SIRA_E_SYNTAX, 20, 400, "INVITE", "sip:a"},
        {"another protocol", "GET / HTTP/1.1", SIRA_E_SYNTAX, 6, 400, "GET", "/"},
        {"a lone word", "x", SIRA_E_SYNTAX, 1, 400, "", ""},
        {"a NUL", "INVITE sip:a\x01 SIP/2.0", SIRA_E_SYNTAX, 12, 400, "INVITE", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[256];
        parsed p;
        snprintf(text, sizeof text, "%s\r\n" REST, cases[i].line);
        parse(&p, text);
        expect_status(cases[i].name, p.status, cases[i].status);
        assert_true(p.message.is_request);
        if (strcmp(cases[i].name, "two spaces before the version") != 0 || p.status != SIRA_OK) {
            expect_str(cases[i].name, p.message.method_name, cases[i].method);
            expect_str(cases[i].name, p.message.uri, cases[i].uri);
        }
        if (cases[i].status != SIRA_OK) {
            if (p.diag.offset != cases[i].offset || p.diag.code != cases[i].code)
                fail_msg("%s: offset %zu code %u", cases[i].name, p.diag.offset, p.diag.code);
            assert_non_null(p.diag.expected);
            assert_string_equal(p.diag.field, "");
            assert_string_equal(p.diag.reason, cases[i].code == 505 ? "Version Not Supported" : "Bad Request-Line");
            /* enough to answer */
            assert_non_null(sira_message_field(&p.message, SIRA_FIELD_VIA));
        }
        done(&p);
    }
}

static void test_status_line(void **state)
{
    (void)state;
    static const struct {
        const char *name, *line;
        sira_status status;
        size_t offset;
        unsigned code;
        const char *reason;
    } cases[] = {
        {"plain", "SIP/2.0 401 Unauthorized", SIRA_OK, 0, 401, "Unauthorized"},
        {"any case", "sip/2.0 200 OK", SIRA_OK, 0, 200, "OK"},
        {"empty reason", "SIP/2.0 100 ", SIRA_OK, 0, 100, ""},
        {"spaces in the reason", "SIP/2.0 699 a  b\tc ", SIRA_OK, 0, 699, "a  b\tc "},
        {"UTF-8 in the reason", "SIP/2.0 200 \xd0\x9e\xd0\x9a", SIRA_OK, 0, 200, "\xd0\x9e\xd0\x9a"},
        {"quotes in the reason", "SIP/2.0 403 \"<no>\"", SIRA_OK, 0, 403, "\"<no>\""},
        {"no space", "SIP/2.0 100", SIRA_E_SYNTAX, 11, 0, ""},
        {"no code", "SIP/2.0", SIRA_E_SYNTAX, 7, 0, ""},
        {"no code but its space", "SIP/2.0 ", SIRA_E_SYNTAX, 8, 0, ""},
        {"two spaces", "SIP/2.0  200 OK", SIRA_E_SYNTAX, 8, 0, ""},
        {"code 099", "SIP/2.0 099 OK", SIRA_E_NUMBER, 8, 0, ""},
        {"code 700", "SIP/2.0 700 OK", SIRA_E_NUMBER, 8, 0, ""},
        {"two digits", "SIP/2.0 20 OK", SIRA_E_NUMBER, 8, 0, ""},
        {"four digits", "SIP/2.0 2000 OK", SIRA_E_NUMBER, 8, 0, ""},
        {"over 32 bits", "SIP/2.0 4294967301 OK", SIRA_E_NUMBER, 8, 0, ""},
        {"negative", "SIP/2.0 -200 OK", SIRA_E_SYNTAX, 8, 0, ""},
        {"letters", "SIP/2.0 2x0 OK", SIRA_E_SYNTAX, 9, 0, ""},
        {"version 3.0", "SIP/3.0 200 OK", SIRA_E_VERSION, 0, 0, ""},
        {"version x", "SIP/x 200 OK", SIRA_E_SYNTAX, 4, 0, ""},
        {"a control in the reason", "SIP/2.0 200 O\x01K", SIRA_E_SYNTAX, 13, 200, "O"},
        {"DEL in the reason", "SIP/2.0 200 \x7f", SIRA_E_SYNTAX, 12, 200, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[256];
        parsed p;
        snprintf(text, sizeof text, "%s\r\n" REST, cases[i].line);
        parse(&p, text);
        expect_status(cases[i].name, p.status, cases[i].status);
        assert_false(p.message.is_request);
        assert_int_equal(p.message.status_code, cases[i].code);
        expect_str(cases[i].name, p.message.reason, cases[i].reason);
        if (cases[i].status != SIRA_OK && (p.diag.offset != cases[i].offset || p.diag.code != 0))
            fail_msg("%s: offset %zu code %u", cases[i].name, p.diag.offset, p.diag.code);
        done(&p);
    }
}

/* ---- header lines ---- */

static void test_header_lines(void **state)
{
    (void)state;
    static const struct {
        const char *name, *line, *field, *value;
        sira_field_id id;
    } cases[] = {
        {"plain", "Subject: x", "Subject", "x", SIRA_FIELD_SUBJECT},
        {"compact", "s:x", "s", "x", SIRA_FIELD_SUBJECT},
        {"any case", "sUBJECT:x", "sUBJECT", "x", SIRA_FIELD_SUBJECT},
        {"white space before the colon", "Subject \t : x", "Subject", "x", SIRA_FIELD_SUBJECT},
        {"white space around the value", "Subject: \t x \t ", "Subject", "x", SIRA_FIELD_SUBJECT},
        {"empty", "Subject:", "Subject", "", SIRA_FIELD_SUBJECT},
        {"only white space", "Subject: \t ", "Subject", "", SIRA_FIELD_SUBJECT},
        {"folded", "Subject: a\r\n b", "Subject", "a\r\n b", SIRA_FIELD_SUBJECT},
        {"folded before the value", "Subject:\r\n\tb", "Subject", "b", SIRA_FIELD_SUBJECT},
        {"folded behind the value", "Subject: a\r\n ", "Subject", "a", SIRA_FIELD_SUBJECT},
        {"folded around nothing", "Subject:\r\n \r\n\t", "Subject", "", SIRA_FIELD_SUBJECT},
        {"folded twice", "Subject: a\r\n \r\n b", "Subject", "a\r\n \r\n b", SIRA_FIELD_SUBJECT},
        {"colons in the value", "Subject: a:b", "Subject", "a:b", SIRA_FIELD_SUBJECT},
        {"unknown", "X-Foo: bar", "X-Foo", "bar", SIRA_FIELD_OTHER},
        {"unknown, odd token", "~*%!.+`_' : bar", "~*%!.+`_'", "bar", SIRA_FIELD_OTHER},
        {"unknown, long", "X-0123456789012345678901234567890123456789: bar",
         "X-0123456789012345678901234567890123456789", "bar", SIRA_FIELD_OTHER},
        {"one letter", "z: 1", "z", "1", SIRA_FIELD_OTHER},
        {"UTF-8", "Subject: \xc3\xa4\xc3\xb6\xc3\xbc \xe2\x82\xac \xc2\x8d\xc2\x8a 12345678", "Subject",
         "\xc3\xa4\xc3\xb6\xc3\xbc \xe2\x82\xac \xc2\x8d\xc2\x8a 12345678", SIRA_FIELD_SUBJECT},
        {"controls as quoted-pairs", "Subject: 0123456789\\\x01\\\x02\t\\\x0b\\\x0c\\\x7f!", "Subject",
         "0123456789\\\x01\\\x02\t\\\x0b\\\x0c\\\x7f!", SIRA_FIELD_SUBJECT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[512];
        parsed p;
        snprintf(text, sizeof text, "OPTIONS sip:a SIP/2.0\r\n%s\r\n" REST, cases[i].line);
        parse(&p, text);
        expect_status(cases[i].name, p.status, SIRA_OK);
        assert_int_equal(p.message.field_count, 2);
        expect_str(cases[i].name, p.message.fields[0].name, cases[i].field);
        expect_str(cases[i].name, p.message.fields[0].value, cases[i].value);
        assert_int_equal(p.message.fields[0].id, cases[i].id);
        assert_ptr_equal(sira_message_find(&p.message, sira_str_from(cases[i].field), 0), &p.message.fields[0]);
        done(&p);
    }
}

static void test_bad_header_lines(void **state)
{
    (void)state;
    static const struct {
        const char *name, *lines;
        size_t offset; /* in lines */
        const char *reason;
        unsigned fields;
    } cases[] = {
        {"no colon", "Subject\r\n" REST, 7, "Bad Header Line", 1},
        {"no name", ": x\r\n" REST, 0, "Bad Header Line", 1},
        {"a space in the name", "Sub ject: x\r\n" REST, 4, "Bad Header Line", 1},
        {"no token", "Sub@ject: x\r\n" REST, 3, "Bad Header Line", 1},
        {"UTF-8 in the name", "S\xc3\xbc: x\r\n" REST, 1, "Bad Header Line", 1},
        {"a fold of the start line", " x: y\r\n" REST, 0, "Bad Header Line", 1},
        {"a fold before the colon", "Subject\r\n : x\r\n" REST, 7, "Bad Header Line", 1},
        {"a control", "Subject: a\x1f\r\n" REST, 10, "Control Character", 1},
        {"DEL", "Subject: a\x7f\r\n" REST, 10, "Control Character", 1},
        {"DEL in a long line",
         "Subject: 0123456789abcdef0123456789\x7f\\\x7f"
         "abcdef\r\n" REST,
         35, "Control Character", 1},
        {"a control in a fold", "Subject: a\r\n b\x01\r\n c\r\n" REST, 14, "Control Character", 1},
        {"a control behind '\\' of another line", "Subject: a\\\r\n\x01\r\n" REST, 13, "Bad Header Line", 2},
        {"a control in a name", "Sub\x01ject: x\r\n" REST, 3, "Bad Header Line", 1},
        {"CR behind a control", "Subject: \x0c\r\n\rx" REST, 9, "Control Character", 0},
        {"bare CR", "Subject: a\rb\r\n" REST, 10, "Bare CR", 0},
        {"bare LF", "Subject: a\nb: c\r\n" REST, 10, "Bare LF", 0},
        {"two CRs", "Subject: a\r\r\n" REST, 10, "Bare CR", 0},
        {"CR in the name", "Call\rID: x\r\n" REST, 4, "Bare CR", 0},
        {"LF for the empty line", "Subject: a\r\n\n", 12, "Bare LF", 1},
        {"CR for the empty line", "Subject: a\r\n\r", 12, "Incomplete Message", 1},
        {"CR behind a bad line", "Subject\r" REST, 7, "Bare CR", 0},
        {"no empty line", "Subject: a\r\n", 12, "Incomplete Message", 1},
        {"no line end", "Subject: a", 10, "Incomplete Message", 0},
        {"no LF", "Subject: a\r", 10, "Incomplete Message", 0},
        {"only a name", "Subject", 7, "Incomplete Message", 0},
        {"nothing", "", 0, "Incomplete Message", 0},
    };
    static const char start[] = "OPTIONS sip:a SIP/2.0\r\n";
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[512];
        parsed p;
        snprintf(text, sizeof text, "%s%s", start, cases[i].lines);
        parse(&p, text);
        expect_status(cases[i].name, p.status, SIRA_E_SYNTAX);
        if (p.diag.offset != strlen(start) + cases[i].offset || strcmp(p.diag.reason, cases[i].reason) != 0 ||
            p.diag.code != 400)
            fail_msg("%s: offset %zu, %u %s", cases[i].name, p.diag.offset - strlen(start), p.diag.code, p.diag.reason);
        if (p.message.field_count != cases[i].fields)
            fail_msg("%s: %u fields", cases[i].name, p.message.field_count);
        assert_ptr_equal(p.message.body.at, NULL);
        done(&p);
    }
}

/* The end of text is searched for sixteen octets at a time: each place in such a block is one. */
static void test_text_ends_at_every_place(void **state)
{
    (void)state;
    static const char start[] = "OPTIONS sip:a SIP/2.0\r\nSubject: ";
    for (size_t length = 0; length < 70; length++) {
        char text[256], *value = text + strlen(start);
        snprintf(text, sizeof text, "%s%*s\r\nTo: x\r\n\r\n", start, (int)length, "");
        memset(value, 'v', length);
        parsed p;
        parse(&p, text);
        expect_status("whole", p.status, SIRA_OK);
        assert_int_equal(p.message.fields[0].value.len, length);
        assert_int_equal(p.message.field_count, 2);
        done(&p);
        for (size_t at = 0; at < length; at++) {
            for (unsigned octet = 0; octet < 256; octet++) {
                bool is_text = (octet >= ' ' && octet != 0x7f) || octet == '\t';
                bool is_line_end = octet == '\r' || octet == '\n';
                value[at] = (char)octet;
                parse_bytes(&p, text, strlen(start) + length + 11, 0);
                expect_status("octet", p.status, is_text ? SIRA_OK : SIRA_E_SYNTAX);
                if (!is_text)
                    assert_int_equal(p.diag.offset, value + at - text);
                assert_int_equal(p.message.field_count, is_text ? 2 : is_line_end ? 0 : 1);
                done(&p);
                if (at > 0) { /* as a quoted-pair */
                    value[at - 1] = '\\';
                    parse_bytes(&p, text, strlen(start) + length + 11, 0);
                    expect_status("quoted-pair", p.status, is_line_end ? SIRA_E_SYNTAX : SIRA_OK);
                    done(&p);
                    value[at - 1] = 'v';
                }
            }
            value[at] = 'v';
        }
    }
}

static void test_fields_are_kept_behind_an_error(void **state)
{
    (void)state;
    parsed p;
    parse(&p, "INVITE  sip:a SIP/2.0\r\nVia: 1\r\nnonsense\r\n folded\r\nTo: 2\r\nFrom: 3\r\n\r\n");
    expect_status("both", p.status, SIRA_E_SYNTAX);
    assert_int_equal(p.diag.offset, 7); /* the first error is told */
    assert_int_equal(p.message.method, SIRA_METHOD_INVITE);
    assert_int_equal(p.message.field_count, 3);
    expect_str("To", sira_message_field(&p.message, SIRA_FIELD_TO)->value, "2");
    done(&p);
}

static void test_index(void **state)
{
    (void)state;
    parsed p;
    parse(&p, "OPTIONS sip:a SIP/2.0\r\nv: 1\r\nX: 2\r\nVIA: 3\r\nTo: 4\r\nx-y: 5\r\ny: 6\r\nx-Y: 7\r\na: 8\r\n\r\n");
    expect_status("parse", p.status, SIRA_OK);
    const sira_message *m = &p.message;
    expect_str("Via", sira_message_field(m, SIRA_FIELD_VIA)->value, "1");
    assert_null(sira_message_field(m, SIRA_FIELD_FROM));
    assert_null(sira_message_field(m, SIRA_FIELD_COUNT));
    assert_null(sira_message_field(m, (sira_field_id)-1));
    assert_int_equal(m->repeated, 0);
    static const struct {
        const char *name;
        size_t from;
        const char *value;
    } finds[] = {{"Via", 0, "1"}, {"via", 1, "3"},    {"v", 3, NULL},       {"v", 0, "1"},
                 {"X-Y", 0, "5"}, {"X-Y", 5, "7"},    {"Y", 0, "6"},        {"None", 0, NULL},
                 {"", 0, NULL},   {"To", 99, NULL},   {"Identity", 0, "6"}, {"accept-contact", 0, "8"},
                 {"A", 0, "8"},   {"Accept", 0, NULL}};
    for (size_t i = 0; i < sizeof finds / sizeof finds[0]; i++) {
        const sira_field *field = sira_message_find(m, sira_str_from(finds[i].name), finds[i].from);
        if ((field != NULL) != (finds[i].value != NULL))
            fail_msg("%s from %zu", finds[i].name, finds[i].from);
        if (field != NULL)
            expect_str(finds[i].name, field->value, finds[i].value);
    }
    done(&p);
}

static void test_slots(void **state)
{
    (void)state;
    static const char text[] = "OPTIONS sip:a SIP/2.0\r\nv: 1\r\nt: 2\r\nf: 3\r\n\r\n";
    sira_str bytes = heap_str_from(text);
    for (size_t capacity = 0; capacity < 6; capacity++) {
        sira_field *slots = malloc(capacity * sizeof *slots + 1);
        sira_message message;
        sira_diag diag = {0};
        sira_message_init(&message, slots, capacity);
        expect_status("slots", sira_message_parse(&message, bytes, &diag), capacity < 3 ? SIRA_E_FIELDS : SIRA_OK);
        assert_int_equal(message.field_count, capacity < 3 ? capacity : 3);
        if (capacity < 3) {
            assert_int_equal(diag.offset, strlen("OPTIONS sip:a SIP/2.0\r\n") + 6 * capacity);
            assert_int_equal(diag.code, 513);
        }
        free(slots);
    }
    heap_str_free(bytes);
}

static void test_many_fields(void **state)
{
    (void)state;
    size_t count = 13000; /* as many as a datagram can hold, about */
    char *text = malloc(65536), *at = text + sprintf(text, "OPTIONS sip:a SIP/2.0\r\n");
    for (size_t i = 0; i < count; i++)
        at += sprintf(at, "k:%c\r\n", 'a' + (int)(i % 26));
    at += sprintf(at, "\r\n");
    sira_field *slots = malloc(count * sizeof *slots);
    sira_message message;
    sira_message_init(&message, slots, count);
    sira_str bytes = heap_str(text, (size_t)(at - text));
    expect_status("many", sira_message_parse(&message, bytes, NULL), SIRA_OK);
    assert_int_equal(message.field_count, count);
    heap_str_free(bytes);
    free(slots);
    free(text);
}

/* ---- body ---- */

static void test_body(void **state)
{
    (void)state;
    static const struct {
        const char *name, *fields, *behind;
        sira_status status;
        const char *body;
    } cases[] = {
        {"absent", "", "all the rest", SIRA_OK, "all the rest"},
        {"absent, no body", "", "", SIRA_OK, ""},
        {"zero", "l: 0\r\n", "", SIRA_OK, ""},
        {"exact", "Content-Length: 4\r\n", "body", SIRA_OK, "body"},
        {"more behind it", "Content-Length: 4\r\n", "body and more", SIRA_OK, "body"},
        {"leading zeros", "Content-Length: 0000000000000004\r\n", "body", SIRA_OK, "body"},
        {"folded", "Content-Length:\r\n 4\r\n \r\n", "body", SIRA_OK, "body"},
        {"too large", "Content-Length: 5\r\n", "body", SIRA_E_LENGTH, ""},
        {"far too large", "Content-Length: 4294967295\r\n", "body", SIRA_E_LENGTH, ""},
        {"over 32 bits", "Content-Length: 4294967296\r\n", "body", SIRA_E_NUMBER, ""},
        {"over 64 bits", "Content-Length: 18446744073709551620\r\n", "body", SIRA_E_NUMBER, ""},
        {"negative", "Content-Length: -4\r\n", "body", SIRA_E_LENGTH, ""},
        {"signed", "Content-Length: +4\r\n", "body", SIRA_E_LENGTH, ""},
        {"empty", "Content-Length:\r\n", "body", SIRA_E_LENGTH, ""},
        {"two words", "Content-Length: 4 4\r\n", "body", SIRA_E_LENGTH, ""},
        {"a list", "Content-Length: 4,4\r\n", "body", SIRA_E_LENGTH, ""},
        {"hexadecimal", "Content-Length: 0x4\r\n", "body", SIRA_E_LENGTH, ""},
        {"two that differ", "Content-Length: 4\r\nContent-Length: 3\r\n", "body", SIRA_E_LENGTH, ""},
        {"two that agree", "Content-Length: 4\r\nl: 4\r\n", "body", SIRA_E_LENGTH, ""},
        {"two behind another", "To: 1\r\nTo: 1\r\nl: 4\r\nl: 4\r\n", "body", SIRA_E_LENGTH, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[512];
        parsed p;
        snprintf(text, sizeof text, "\r\n\r\nOPTIONS sip:a SIP/2.0\r\n%sVia: x\r\n\r\n%s", cases[i].fields,
                 cases[i].behind);
        parse(&p, text);
        expect_status(cases[i].name, p.status, cases[i].status);
        expect_str(cases[i].name, p.message.body, cases[i].body);
        if (cases[i].status == SIRA_OK) {
            assert_ptr_equal(p.message.bytes.at, p.bytes.at + 4);
            assert_ptr_equal(p.message.bytes.at + p.message.bytes.len, p.message.body.at + p.message.body.len);
        } else {
            assert_string_equal(p.diag.field, "Content-Length");
            assert_string_equal(p.diag.reason, "Bad Content-Length");
            assert_int_equal(p.diag.code, 400);
        }
        done(&p);
    }
}

static void test_binary_body(void **state)
{
    (void)state;
    static const char text[] = "MESSAGE sip:a SIP/2.0\r\nl: 5\r\n\r\n\0\r\n\0\n...";
    parsed p;
    parse_bytes(&p, text, sizeof text - 1, 0);
    expect_status("binary", p.status, SIRA_OK);
    assert_int_equal(p.message.body.len, 5);
    assert_memory_equal(p.message.body.at, "\0\r\n\0\n", 5);
    done(&p);
}

/* ---- the whole ---- */

static void test_idle(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
        unsigned lenient;
        sira_status status;
    } cases[] = {
        {"nothing", "", 0, SIRA_IDLE},
        {"a ping", "\r\n\r\n", 0, SIRA_IDLE},
        {"many", "\r\n\r\n\r\n\r\n\r\n", 0, SIRA_IDLE},
        {"half", "\r\n\r", 0, SIRA_E_SYNTAX},
        {"LF", "\n", 0, SIRA_E_SYNTAX},
        {"LF, lenient", "\n\r\n\n", SIRA_LENIENT_BARE_LF, SIRA_IDLE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        parsed p;
        parse_bytes(&p, cases[i].text, strlen(cases[i].text), cases[i].lenient);
        expect_status(cases[i].name, p.status, cases[i].status);
        assert_int_equal(p.message.field_count, 0);
        done(&p);
    }
}

static void test_bare_lf(void **state)
{
    (void)state;
    static const char text[] = "\nOPTIONS sip:a SIP/2.0\nVia: 1\n folded\nTo: 2\r\nl: 3\n\nbody";
    parsed p;
    parse(&p, text);
    expect_status("strict", p.status, SIRA_E_SYNTAX);
    done(&p);
    parse_bytes(&p, text, strlen(text), SIRA_LENIENT_BARE_LF);
    expect_status("lenient", p.status, SIRA_OK);
    assert_int_equal(p.message.field_count, 3);
    expect_str("fold", p.message.fields[0].value, "1\n folded");
    expect_str("body", p.message.body, "bod");
    done(&p);
    parse_bytes(&p, "OPTIONS sip:a SIP/2.0\nVia: 1\r2\n\n", 33, SIRA_LENIENT_BARE_LF);
    expect_status("bare CR stays an error", p.status, SIRA_E_SYNTAX);
    done(&p);
}

static void test_limit(void **state)
{
    (void)state;
    static const char head[] = "OPTIONS sip:a SIP/2.0\r\nVia: 1\r\n\r\n";
    char *text = malloc(SIRA_LIMIT_MESSAGE + 1);
    memset(text, 'b', SIRA_LIMIT_MESSAGE + 1);
    memcpy(text, head, sizeof head - 1);
    parsed p;
    parse_bytes(&p, text, SIRA_LIMIT_MESSAGE, 0);
    expect_status("at the limit", p.status, SIRA_OK);
    done(&p);
    parse_bytes(&p, text, SIRA_LIMIT_MESSAGE + 1, 0);
    expect_status("above the limit", p.status, SIRA_E_LIMIT);
    assert_int_equal(p.diag.offset, SIRA_LIMIT_MESSAGE);
    assert_int_equal(p.diag.code, 513); /* RFC 3261 21.5.7 */
    assert_string_equal(p.diag.reason, "Message Too Large");
    assert_true(p.message.is_request);
    assert_int_equal(p.message.field_count, 1);
    expect_str("answered", sira_message_field(&p.message, SIRA_FIELD_VIA)->value, "1");
    done(&p);
    memcpy(text, "SIP/2.0 200 OK\r\nA: 1\r\nVia: 1\r\n\r\n", 33);
    parse_bytes(&p, text, SIRA_LIMIT_MESSAGE + 1, 0);
    expect_status("a response", p.status, SIRA_E_LIMIT);
    assert_int_equal(p.diag.code, 0);
    assert_false(p.message.is_request);
    done(&p);
    memset(text, 'b', SIRA_LIMIT_MESSAGE + 1); /* the limit is in the header section */
    memcpy(text, head, sizeof head - 3);
    parse_bytes(&p, text, SIRA_LIMIT_MESSAGE + 1, 0);
    expect_status("a long header", p.status, SIRA_E_LIMIT);
    assert_int_equal(p.diag.code, 513);
    assert_int_equal(p.message.field_count, 1);
    done(&p);
    free(text);
}

static void test_again_and_again(void **state)
{
    (void)state;
    sira_field slots[SLOTS];
    sira_message message;
    sira_message_init(&message, slots, SLOTS);
    for (int round = 0; round < 3; round++) {
        sira_str request = heap_str_from("OPTIONS sip:a SIP/2.0\r\nTo: 1\r\nTo: 2\r\n\r\n");
        expect_status("request", sira_message_parse(&message, request, NULL), SIRA_OK);
        assert_int_equal(message.repeated, 2);
        sira_str response = heap_str_from("SIP/2.0 200 OK\r\nVia: 1\r\n\r\n");
        expect_status("response", sira_message_parse(&message, response, NULL), SIRA_OK);
        assert_false(message.is_request);
        assert_int_equal(message.method, 0);
        assert_int_equal(message.method_name.len, 0);
        assert_int_equal(message.repeated, 0);
        assert_null(sira_message_field(&message, SIRA_FIELD_TO));
        heap_str_free(request);
        heap_str_free(response);
    }
}

/* Every beginning of a message is refused, but for those that end in its body, which has no length here. */
static void test_every_beginning(void **state)
{
    (void)state;
    static const char text[] = "INVITE sip:a@b.example;lr SIP/2.0\r\nVia: SIP/2.0/UDP a\r\n ;branch=z9hG4bK1\r\n"
                               "X-Something : else\r\nTo: <sip:a@b>\r\n\r\nbody";
    for (size_t length = 0; length < sizeof text; length++) {
        parsed p;
        parse_bytes(&p, text, length, 0);
        sira_status expected = length == 0 ? SIRA_IDLE : length < sizeof text - 5 ? SIRA_E_SYNTAX : SIRA_OK;
        expect_status("beginning", p.status, expected);
        if (expected == SIRA_E_SYNTAX)
            assert_true(p.diag.offset <= length);
        done(&p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_request_line),
        cmocka_unit_test(test_status_line),
        cmocka_unit_test(test_header_lines),
        cmocka_unit_test(test_bad_header_lines),
        cmocka_unit_test(test_text_ends_at_every_place),
        cmocka_unit_test(test_fields_are_kept_behind_an_error),
        cmocka_unit_test(test_index),
        cmocka_unit_test(test_slots),
        cmocka_unit_test(test_many_fields),
        cmocka_unit_test(test_body),
        cmocka_unit_test(test_binary_body),
        cmocka_unit_test(test_idle),
        cmocka_unit_test(test_bare_lf),
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_again_and_again),
        cmocka_unit_test(test_every_beginning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
