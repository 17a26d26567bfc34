#include "support/marked.h"

#include <stdio.h>
#include <string.h>

#include <sira/message.h>

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

static sira_status read_one(sira_str text, sira_address *address, sira_diag *diag)
{
    sira_cursor cursor;
    sira_cursor_init_text(&cursor, text, SIRA_FIELD_FROM);
    return sira_address_next(&cursor, address, diag);
}

typedef struct parts {
    const char *text, *display, *uri, *params, *tag;
} parts;

static void expect_parts(const parts *expected, const sira_address *address)
{
    expect_str(expected->text, address->display, expected->display);
    expect_str(expected->text, address->uri, expected->uri);
    expect_str(expected->text, address->params, expected->params);
    expect_str(expected->text, address->tag, expected->tag);
    expect_str(expected->text, address->text, expected->text);
}

static void expect_right(const parts *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        sira_str text = heap_str_from(cases[i].text);
        sira_diag diag = {.offset = 9999};
        sira_cursor cursor;
        sira_address address;
        sira_cursor_init_text(&cursor, text, SIRA_FIELD_FROM);
        sira_status status = sira_address_next(&cursor, &address, &diag);
        if (status != SIRA_OK)
            fail_msg("%s: %d at %zu, %s", cases[i].text, (int)status, diag.offset, diag.expected);
        expect_parts(&cases[i], &address);
        expect_status(cases[i].text, sira_address_next(&cursor, &address, &diag), SIRA_IDLE);
        assert_int_equal(diag.offset, 9999);
        heap_str_free(text);
    }
}

static void expect_wrong(const char *const *marked, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t offset;
        sira_str text = marked_str(marked[i], &offset);
        sira_diag diag = {.offset = 9999};
        sira_cursor cursor;
        sira_address address;
        sira_cursor_init_text(&cursor, text, SIRA_FIELD_FROM);
        expect_status(marked[i], sira_address_next(&cursor, &address, &diag), SIRA_E_SYNTAX);
        expect_diag(marked[i], &diag, offset, "From");
        expect_status(marked[i], sira_address_next(&cursor, &address, &diag), SIRA_IDLE);
        expect_status(marked[i], read_one(text, &address, NULL), SIRA_E_SYNTAX);
        heap_str_free(text);
    }
}

/* ---- name-addr ---- */

static void test_name_addr(void **state)
{
    (void)state;
    static const parts cases[] = {
        {"<sip:a>", "", "sip:a", "", ""},
        {"<sip:a@b>", "", "sip:a@b", "", ""},
        {"<SIP:a@b>", "", "SIP:a@b", "", ""},
        {"<sips:a@b:5061>", "", "sips:a@b:5061", "", ""},
        {"<tel:+1-201-555-0123>", "", "tel:+1-201-555-0123", "", ""},
        {"<urn:service:sos>", "", "urn:service:sos", "", ""},
        {"<http://a.example/b?c=d>", "", "http://a.example/b?c=d", "", ""},
        {"<a+b-c.1:x>", "", "a+b-c.1:x", "", ""},
        {"<sip:[2001:db8::1]:5060>", "", "sip:[2001:db8::1]:5060", "", ""},
        {"<sip:a;b@c;lr?d=e&f=g>", "", "sip:a;b@c;lr?d=e&f=g", "", ""},
        {"<sip:a,b@c,d>", "", "sip:a,b@c,d", "", ""},
        {"<sip:a%20b%3C%3E@c>", "", "sip:a%20b%3C%3E@c", "", ""},
        {"<sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*@example.com>", "",
         "sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*@example.com", "", ""},
        {"<sip:a>;tag=1", "", "sip:a", "tag=1", "1"},
        {"<sip:a;tag=1>", "", "sip:a;tag=1", "", ""},
        {"<sip:a;tag=1>;tag=2", "", "sip:a;tag=1", "tag=2", "2"},
        {"<sip:a> ; tag = 1", "", "sip:a", "tag = 1", "1"},
        {"<sip:a>\r\n ;\r\n\ttag\r\n =\r\n  1", "", "sip:a", "tag\r\n =\r\n  1", "1"},
    };
    expect_right(cases, COUNT(cases));
}

static void test_display_names(void **state)
{
    (void)state;
    static const parts cases[] = {
        /* tokens */
        {"Alice <sip:a>", "Alice", "sip:a", "", ""},
        {"Alice<sip:a>", "Alice", "sip:a", "", ""}, /* RFC 4475 3.1.1.6 */
        {"A. G. Bell <sip:a>;tag=1", "A. G. Bell", "sip:a", "tag=1", "1"},
        {"A \t B  <sip:a>", "A \t B", "sip:a", "", ""},
        {"A\r\n B\r\n\t<sip:a>", "A\r\n B", "sip:a", "", ""},
        {"-.!%*_+`'~ <sip:a>", "-.!%*_+`'~", "sip:a", "", ""},
        {"sip <sip:a>", "sip", "sip:a", "", ""},
        {"* <sip:a>", "*", "sip:a", "", ""},

        /* quoted */
        {"\"\" <sip:a>", "\"\"", "sip:a", "", ""},
        {"\"Alice\"<sip:a>", "\"Alice\"", "sip:a", "", ""},
        {"\"A. G. Bell\" \t <sip:a>;tag=1", "\"A. G. Bell\"", "sip:a", "tag=1", "1"},
        {"\"Alice\"\r\n <sip:a>", "\"Alice\"", "sip:a", "", ""},
        {"\"Joe \\\"Pinky\\\" \\\\\" <sip:a>", "\"Joe \\\"Pinky\\\" \\\\\"", "sip:a", "", ""},
        {"\"J Rosenberg \\\\\\\"\" <sip:a>;tag=98asjd8", "\"J Rosenberg \\\\\\\"\"", "sip:a", "tag=98asjd8", "98asjd8"},
        {"\"\\a\\\1\\\177\\ \" <sip:a>", "\"\\a\\\1\\\177\\ \"", "sip:a", "", ""},
        {"\"<sip:x>;tag=9, <sip:y>\" <sip:a>;tag=1", "\"<sip:x>;tag=9, <sip:y>\"", "sip:a", "tag=1", "1"},
        {"\"a\tb\r\n c\r\n\td\" <sip:a>", "\"a\tb\r\n c\r\n\td\"", "sip:a", "", ""},
        {"\"a long name that goes on past sixteen octets \\\" and more\" <sip:a>",
         "\"a long name that goes on past sixteen octets \\\" and more\"", "sip:a", "", ""},

        /* UTF-8, and what is none of it */
        {"\"\xc3\x84nne M\xc3\xbcller\" <sip:a>", "\"\xc3\x84nne M\xc3\xbcller\"", "sip:a", "", ""},
        {"\"\xe4\xba\x94\xf0\x9f\x93\x9e\" <sip:a>;tag=1", "\"\xe4\xba\x94\xf0\x9f\x93\x9e\"", "sip:a", "tag=1", "1"},
        {"\"M\xfcller\" <sip:a>", "\"M\xfcller\"", "sip:a", "", ""},
    };
    expect_right(cases, COUNT(cases));
}

/* ---- addr-spec (RFC 3261 20.10) ---- */

static void test_addr_spec(void **state)
{
    (void)state;
    static const parts cases[] = {
        {"sip:a", "", "sip:a", "", ""},
        {"sip:a@b", "", "sip:a@b", "", ""},
        {"SIPS:a@b:1", "", "SIPS:a@b:1", "", ""},
        {"sip:[::1]", "", "sip:[::1]", "", ""},
        {"tel:+1-201-555-0123", "", "tel:+1-201-555-0123", "", ""},
        {"mailto:a@b", "", "mailto:a@b", "", ""},
        {"h:x", "", "h:x", "", ""},
        {"sip:a@b;tag=1", "", "sip:a@b", "tag=1", "1"},
        {"sip:a@b;user=phone;tag=1", "", "sip:a@b", "user=phone;tag=1", "1"},
        {"sip:a@b ; lr ; tag=1", "", "sip:a@b", "lr ; tag=1", "1"},
        {"sip:a@b\r\n ;tag=1", "", "sip:a@b", "tag=1", "1"},
        {"sip:a;b", "", "sip:a", "b", ""},
    };
    expect_right(cases, COUNT(cases));
}

/* ---- parameters ---- */

static void test_params(void **state)
{
    (void)state;
    static const parts cases[] = {
        {"<sip:a>;lr", "", "sip:a", "lr", ""},
        {"<sip:a>;TAG=1", "", "sip:a", "TAG=1", "1"},
        {"<sip:a>;tAg=x.-!%*_+`'~", "", "sip:a", "tAg=x.-!%*_+`'~", "x.-!%*_+`'~"},
        {"<sip:a>;x;y=1;tag=2;z=\";tag=3\"", "", "sip:a", "x;y=1;tag=2;z=\";tag=3\"", "2"},
        {"<sip:a>;x=\"tag=3\"", "", "sip:a", "x=\"tag=3\"", ""},
        {"<sip:a>;x=\"a\\\"b\"", "", "sip:a", "x=\"a\\\"b\"", ""},
        {"<sip:a>;x=[::1];y=192.0.2.1;z=a.example", "", "sip:a", "x=[::1];y=192.0.2.1;z=a.example", ""},
        {"<sip:a>;received=::1", "", "sip:a", "received=::1", ""},
        {"<sip:a>;tags=1;ta=2;t=3;tag1=4;gat=5;xtag=6", "", "sip:a", "tags=1;ta=2;t=3;tag1=4;gat=5;xtag=6", ""},
        {"<sip:a>;x=1;x=2;x", "", "sip:a", "x=1;x=2;x", ""},
        {"<sip:a>;a-parameter-with-a-long-name=a-value-of-more-than-sixteen-octets;tag=1", "", "sip:a",
         "a-parameter-with-a-long-name=a-value-of-more-than-sixteen-octets;tag=1", "1"},
    };
    expect_right(cases, COUNT(cases));
}

/* ---- wrong ones ---- */

static void test_wrong_addresses(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "^",
        " ^",
        "^,",
        "^;tag=1",
        "^>",
        "<^",
        "<^>",
        "<^ sip:a>",
        "<^\r\n sip:a>",
        "<^a>",
        "<^:a>",
        "<^sip:>",
        "<^sip: a>",
        "<^1a:b>",
        "<^+a:b>",
        "<^s_p:a>",
        "<^<sip:a>>",
        "<sip:a^",
        "<sip:a^ >",
        "<sip:a^ b>",
        "<sip:a^\r\n >",
        "<sip:a^\\b>",
        "<sip:a^\"b\">",
        "<sip:a^{b}>",
        "<sip:a^|b>",
        "<sip:a^`b>",
        "<sip:a^\x7f>",
        "<sip:a^\1>",
        "<^sip:\xc3\xa4>",
        "<sip:a-long-user-part-of-more-than-sixteen-octets^ @b>",
        "<sip:a-long-user-part-of-more-than-sixteen-octets@b^",
        "<sip:a>^>",
        "<sip:a> ^b",
        "<sip:a>^\"b\"",
        "<sip:a> ^\r\n",
        "<http://a.example/^#b>",
        "<sip:a>^\n",
        "<sip:a>^\1",
        "<sip:a>^:1",
    };
    static const char *const others[] = {
        /* display names */
        "^Alice",
        "^Alice B",
        "^Alice;tag=1",
        "^Alice sip:a",
        "^Alice, <sip:a>",
        "^Alice \"B\" <sip:a>",
        "^A@B <sip:a>",
        "^\xc3\x84nne <sip:a>",
        "^(comment) <sip:a>",
        "Alice <^",
        "Alice <^>",
        "Alice <^a>",
        "\"Alice^",
        "\"Alice <sip:a>^",
        "\"Alice\\\" <sip:a>^",
        "\"Alice^\\",
        "\"Al^\\\r\nice\" <sip:a>",
        "\"Al^\\\xc3\xa4\" <sip:a>",
        "\"Al^\1ice\" <sip:a>",
        "\"Al^\x7fice\" <sip:a>",
        "\"Al^\r\nice\" <sip:a>",
        "\"Al^\rice\" <sip:a>",
        "\"a long name that goes on past sixteen octets ^\1\" <sip:a>",
        "\"a long name that goes on past sixteen octets^",
        "\"Alice\"^",
        "\"Alice\" ^",
        "\"Alice\" ^sip:a",
        "\"Alice\" ^B <sip:a>",
        "\"Alice\"^;tag=1",
        "\"Alice\"^, <sip:a>",
        "^'Alice, B' <sip:a>",
        /* addr-spec */
        "^a@b",
        "^sip",
        "^sip:",
        "^sip: a",
        "sip:^;tag=1",
        "sip:^,",
        "sip:^?a=b",
        "sip:a@b^?c=d",
        "sip:a@b^?c=d;tag=1",
        "sip:a@b ^c",
        "sip:a@b^>",
        "sip:a@b^<",
        "sip:a@b^\"c\"",
        "sip:a@b^\xc3\xa4",
        "^1a:b",
        /* parameters */
        "<sip:a>;^",
        "<sip:a>;^;tag=1",
        "<sip:a>;tag=1;^",
        "<sip:a>; ^",
        "<sip:a>;^=1",
        "<sip:a>;x=^",
        "<sip:a>;x= ^;y",
        "<sip:a>;x=^;y",
        "<sip:a>;x=^,y",
        "<sip:a>;x=\"^",
        "<sip:a>;x=\"y^\1\"",
        "<sip:a>;x=\"y\" ^z",
        "<sip:a>;x ^y",
        "<sip:a>;x=y ^z",
        "<sip:a>;x=y^=z",
        "<sip:a>;x=y^\"z\"",
        "<sip:a>;x=^[::g]",
        "<sip:a>;x=^::1",
        "<sip:a>;x=^[::1",
        "<sip:a>;x=^a:b",
        "<sip:a>;^\xc3\xa4=1",
        "<sip:a>;x^\xc3\xa4=1",
        "<sip:a>;^<x>",
        "sip:a;^",
        /* tags */
        "<sip:a>;^tag",
        "<sip:a>;^tag;x",
        "<sip:a>;tag=^",
        "<sip:a>;^tag=\"1\"",
        "<sip:a>;^tag=[::1]",
        "<sip:a>;tag=1;^tag=1",
        "<sip:a>;tag=1;x;^TAG=2",
        "<sip:a>;tag=1;^tag",
        "sip:a;tag=1;^tag=2",
        /* lists */
        "<sip:a>,^",
        "<sip:a> , ^",
        "sip:a,^",
    };
    expect_wrong(texts, COUNT(texts));
    expect_wrong(others, COUNT(others));
}

/* ---- lists ---- */

static void test_lists(void **state)
{
    (void)state;
    static const char whole[] = "<sip:a,b;lr>,\"x, y\" <sip:c>;d=\",\" , sip:e;f=g,\r\n h <sip:i?j=k,l>";
    static const parts expected[] = {
        {"<sip:a,b;lr>", "", "sip:a,b;lr", "", ""},
        {"\"x, y\" <sip:c>;d=\",\"", "\"x, y\"", "sip:c", "d=\",\"", ""},
        {"sip:e;f=g", "", "sip:e", "f=g", ""},
        {"h <sip:i?j=k,l>", "h", "sip:i?j=k,l", "", ""},
    };
    static const sira_field_id ids[] = {SIRA_FIELD_FROM,     SIRA_FIELD_TO,          SIRA_FIELD_P_ASSERTED_IDENTITY,
                                        SIRA_FIELD_REFER_TO, SIRA_FIELD_REFERRED_BY, SIRA_FIELD_REPLY_TO};
    for (size_t i = 0; i < COUNT(ids); i++) {
        sira_str text = heap_str(whole, sizeof whole - 1);
        sira_cursor cursor;
        sira_address address;
        sira_cursor_init_text(&cursor, text, ids[i]);
        for (size_t n = 0; n < COUNT(expected); n++) {
            expect_status(expected[n].text, sira_address_next(&cursor, &address, NULL), SIRA_OK);
            expect_parts(&expected[n], &address);
        }
        expect_status("end", sira_address_next(&cursor, &address, NULL), SIRA_IDLE);
        heap_str_free(text);
    }
}

/* Where the grammar has name-addr only, ";lr" behind a bare URI is of nobody. */
static void test_lists_in_brackets(void **state)
{
    (void)state;
    static const sira_field_id ids[] = {SIRA_FIELD_ROUTE, SIRA_FIELD_RECORD_ROUTE, SIRA_FIELD_PATH,
                                        SIRA_FIELD_SERVICE_ROUTE, SIRA_FIELD_P_ASSOCIATED_URI};
    static const char *const wrong[] = {"^sip:a;lr", "^sip:a", " ^sip:a, <sip:b>", "^tel:1;x", "^sip:a>", "^sip:a;;"};
    static const parts expected[] = {{"<sip:a;lr>;b=c", "", "sip:a;lr", "b=c", ""},
                                     {"\"x, y\" <sip:c>", "\"x, y\"", "sip:c", "", ""},
                                     {"h <sip:i?j=k,l>", "h", "sip:i?j=k,l", "", ""}};
    for (size_t i = 0; i < COUNT(ids); i++) {
        sira_str text = heap_str_from("<sip:a;lr>;b=c,\"x, y\" <sip:c> ,\r\n h <sip:i?j=k,l>");
        sira_cursor cursor;
        sira_address address;
        sira_cursor_init_text(&cursor, text, ids[i]);
        for (size_t n = 0; n < COUNT(expected); n++) {
            expect_status(expected[n].text, sira_address_next(&cursor, &address, NULL), SIRA_OK);
            expect_parts(&expected[n], &address);
        }
        expect_status("end", sira_address_next(&cursor, &address, NULL), SIRA_IDLE);
        heap_str_free(text);
        for (size_t n = 0; n < COUNT(wrong); n++) {
            size_t offset;
            sira_diag diag = {.offset = 9999};
            text = marked_str(wrong[n], &offset);
            sira_cursor_init_text(&cursor, text, ids[i]);
            expect_status(wrong[n], sira_address_next(&cursor, &address, &diag), SIRA_E_SYNTAX);
            expect_diag(wrong[n], &diag, offset, sira_field_name(ids[i]));
            heap_str_free(text);
        }
    }
}

/* ---- in a message ---- */

static sira_field slots[8];

static sira_str parse(sira_message *message, const char *fields)
{
    char text[512];
    int length = snprintf(text, sizeof text, "OPTIONS sip:a SIP/2.0\r\n%s\r\n", fields);
    sira_str bytes = heap_str(text, (size_t)length);
    sira_message_init(message, slots, COUNT(slots));
    expect_status(fields, sira_message_parse(message, bytes, NULL), SIRA_OK);
    return bytes;
}

static void test_of_a_message(void **state)
{
    (void)state;
    static const struct {
        const char *fields;
        sira_field_id id;
        sira_status status;
        const char *found; /* what is read, or where it is wrong */
    } cases[] = {
        {"f: <sip:a>;tag=1\r\n", SIRA_FIELD_FROM, SIRA_OK, "<sip:a>;tag=1"},
        {"To:\r\n B\r\n <sip:b> \r\n", SIRA_FIELD_TO, SIRA_OK, "B\r\n <sip:b>"},
        {"r: sip:c;x\r\n", SIRA_FIELD_REFER_TO, SIRA_OK, "sip:c;x"},
        {"f: <sip:a>\r\n", SIRA_FIELD_TO, SIRA_IDLE, ""},
        {"From: <sip:a>\r\nX: y\r\nf: <sip:a>\r\n", SIRA_FIELD_FROM, SIRA_E_DUPLICATE, "f: <sip:a>"},
        {"From: <sip:a>, <sip:b>\r\n", SIRA_FIELD_FROM, SIRA_E_SYNTAX, "<sip:b>"},
        {"From: <sip:a>,\r\n", SIRA_FIELD_FROM, SIRA_E_SYNTAX, "\r\n"},
        {"From: sip:a?b\r\n", SIRA_FIELD_FROM, SIRA_E_SYNTAX, "?b"},
        {"From: \r\n", SIRA_FIELD_FROM, SIRA_E_SYNTAX, "\r\n"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        sira_message message;
        sira_address address;
        sira_diag diag = {.offset = 9999};
        sira_str bytes = parse(&message, cases[i].fields);
        expect_status(cases[i].fields, sira_message_address(&message, cases[i].id, &address, &diag), cases[i].status);
        if (cases[i].status == SIRA_OK) {
            expect_str(cases[i].fields, address.text, cases[i].found);
        } else if (cases[i].status == SIRA_IDLE) {
            assert_int_equal(diag.offset, 9999);
        } else {
            size_t n = strlen(cases[i].found);
            expect_diag(cases[i].fields, &diag, diag.offset, sira_field_name(cases[i].id));
            assert_int_equal(diag.code, 400);
            if (diag.offset + n > bytes.len || memcmp(bytes.at + diag.offset, cases[i].found, n) != 0)
                fail_msg("%s: wrong at %zu", cases[i].fields, diag.offset);
        }
        heap_str_free(bytes);
    }
}

/* After a wrong value the next line is read (sira/field.h). */
static void test_lines_of_a_message(void **state)
{
    (void)state;
    static const struct {
        sira_status status;
        const char *text;
    } expected[] = {{SIRA_OK, "<sip:a>"}, {SIRA_OK, "<sip:b>"}, {SIRA_OK, "<sip:c>"}, {SIRA_E_SYNTAX, ""},
                    {SIRA_E_SYNTAX, ""},  {SIRA_OK, "<sip:f>"}, {SIRA_IDLE, ""}};
    sira_message message;
    sira_str bytes = parse(&message, "Route: <sip:a>, <sip:b>\r\nPath: <sip:x>\r\nroute: <sip:c>, d, <sip:e>\r\n"
                                     "Route:\r\nROUTE: <sip:f>\r\n");
    sira_cursor cursor;
    sira_address address;
    sira_cursor_init(&cursor, &message, SIRA_FIELD_ROUTE);
    for (size_t i = 0; i < COUNT(expected); i++) {
        expect_status("Route", sira_address_next(&cursor, &address, NULL), expected[i].status);
        if (expected[i].status == SIRA_OK)
            expect_str("Route", address.text, expected[i].text);
    }
    heap_str_free(bytes);
}

/* RFC 7315 5.1: nobody else's identity is implied. */
static void test_empty_list(void **state)
{
    (void)state;
    sira_message message;
    sira_str bytes = parse(&message, "P-Associated-URI:\r\nP-Associated-URI: <sip:a>\r\nP-Associated-URI: \r\n");
    sira_cursor cursor;
    sira_address address;
    sira_cursor_init(&cursor, &message, SIRA_FIELD_P_ASSOCIATED_URI);
    expect_status("one", sira_address_next(&cursor, &address, NULL), SIRA_OK);
    expect_str("one", address.uri, "sip:a");
    expect_status("end", sira_address_next(&cursor, &address, NULL), SIRA_IDLE);
    heap_str_free(bytes);
    sira_cursor_init_text(&cursor, SIRA_STR(" "), SIRA_FIELD_P_ASSOCIATED_URI);
    expect_status("none", sira_address_next(&cursor, &address, NULL), SIRA_IDLE);
    sira_cursor_init_text(&cursor, SIRA_STR(" "), SIRA_FIELD_P_ASSERTED_IDENTITY);
    expect_status("another", sira_address_next(&cursor, &address, NULL), SIRA_E_SYNTAX);
}

static void test_cut_values(void **state)
{
    (void)state;
    static const char whole[] =
        "\"Alice, \\\"A\\\"\" <sips:alice.of.more.than.sixteen@[2001:db8::1]>;x=[::1];tag=1;y=\"z\"";
    for (size_t n = 0; n < sizeof whole; n++) {
        sira_str text = heap_str(whole, n);
        sira_diag diag = {.offset = 9999};
        sira_address address;
        if (read_one(text, &address, &diag) != SIRA_OK)
            assert_true(diag.offset <= n);
        heap_str_free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_name_addr),          cmocka_unit_test(test_display_names),
        cmocka_unit_test(test_addr_spec),          cmocka_unit_test(test_params),
        cmocka_unit_test(test_wrong_addresses),    cmocka_unit_test(test_lists),
        cmocka_unit_test(test_lists_in_brackets),  cmocka_unit_test(test_of_a_message),
        cmocka_unit_test(test_lines_of_a_message), cmocka_unit_test(test_empty_list),
        cmocka_unit_test(test_cut_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
