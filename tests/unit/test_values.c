#include "support/marked.h"

#include <stdio.h>
#include <string.h>

#include <sira/message.h>

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

static sira_field slots[8];

/* A message with these lines; the marked ones hold one '^'. */
static sira_str parse(sira_message *message, const char *lines, size_t *offset)
{
    char text[512];
    snprintf(text, sizeof text, "OPTIONS sip:a SIP/2.0\r\n%s\r\n", lines);
    sira_str bytes = offset != NULL ? marked_str(text, offset) : heap_str_from(text);
    sira_message_init(message, slots, COUNT(slots));
    expect_status(lines, sira_message_parse(message, bytes, NULL), SIRA_OK);
    return bytes;
}

/* ---- lists of tokens ---- */

static void test_tokens(void **state)
{
    (void)state;
    static const sira_field_id ids[] = {SIRA_FIELD_REQUIRE,     SIRA_FIELD_PROXY_REQUIRE, SIRA_FIELD_SUPPORTED,
                                        SIRA_FIELD_UNSUPPORTED, SIRA_FIELD_ALLOW,         SIRA_FIELD_ALLOW_EVENTS};
    static const char *const expected[] = {"100rel", "-.!%*_+`'~", "x", "path"};
    for (size_t i = 0; i < COUNT(ids); i++) {
        sira_str text = heap_str_from("100rel,-.!%*_+`'~ ,\r\n x\t,path "), token;
        sira_cursor cursor;
        sira_cursor_init_text(&cursor, text, ids[i]);
        for (size_t n = 0; n < COUNT(expected); n++) {
            expect_status(expected[n], sira_token_next(&cursor, &token, NULL), SIRA_OK);
            expect_str(expected[n], token, expected[n]);
        }
        expect_status("end", sira_token_next(&cursor, &token, NULL), SIRA_IDLE);
        heap_str_free(text);
    }
}

/* RFC 6665 8.4: event-type = token-nodot *( "." token-nodot ) */
static void test_events(void **state)
{
    (void)state;
    static const char *const wrong[] = {"^.a", "a.^", "a.^.b", "a.^,b", "^."};
    sira_str text = heap_str_from("presence, presence.winfo, a.b.c"), token;
    sira_cursor cursor;
    sira_cursor_init_text(&cursor, text, SIRA_FIELD_ALLOW_EVENTS);
    for (size_t i = 0; i < 3; i++)
        expect_status("events", sira_token_next(&cursor, &token, NULL), SIRA_OK);
    expect_str("events", token, "a.b.c");
    heap_str_free(text);
    for (size_t i = 0; i < COUNT(wrong); i++) {
        size_t offset;
        sira_diag diag;
        text = marked_str(wrong[i], &offset);
        sira_cursor_init_text(&cursor, text, SIRA_FIELD_ALLOW_EVENTS);
        expect_status(wrong[i], sira_token_next(&cursor, &token, &diag), SIRA_E_SYNTAX);
        expect_diag(wrong[i], &diag, offset, "Allow-Events");
        heap_str_free(text);
    }
}

static void test_wrong_tokens(void **state)
{
    (void)state;
    static const char *const texts[] = {"^,",         "^=",   "^\"a\"", "^<a>", "^\xc3\xa4",
                                        "a^\xc3\xa4", "a^;b", "a ^b",   "a^/b"};
    for (size_t i = 0; i < COUNT(texts); i++) {
        size_t offset;
        sira_str text = marked_str(texts[i], &offset), token;
        sira_diag diag;
        sira_cursor cursor;
        sira_cursor_init_text(&cursor, text, SIRA_FIELD_SUPPORTED);
        expect_status(texts[i], sira_token_next(&cursor, &token, &diag), SIRA_E_SYNTAX);
        expect_diag(texts[i], &diag, offset, "Supported");
        heap_str_free(text);
    }
}

/* RFC 3261 25.1: Supported, Allow and Accept may be empty; a value may stand in the next line all the same. */
static void test_empty_lists(void **state)
{
    (void)state;
    sira_message message;
    sira_cursor cursor;
    sira_str bytes = parse(&message, "Allow:\r\nAllow: ACK\r\nAllow: \r\nAccept:\r\nAccept: a/b\r\n", NULL), token;
    sira_cursor_init(&cursor, &message, SIRA_FIELD_ALLOW);
    expect_status("Allow", sira_token_next(&cursor, &token, NULL), SIRA_OK);
    expect_str("Allow", token, "ACK");
    expect_status("Allow", sira_token_next(&cursor, &token, NULL), SIRA_IDLE);
    sira_token_params accept;
    sira_cursor_init(&cursor, &message, SIRA_FIELD_ACCEPT);
    expect_status("Accept", sira_token_params_next(&cursor, &accept, NULL), SIRA_OK);
    expect_str("Accept", accept.token, "a/b");
    expect_status("Accept", sira_token_params_next(&cursor, &accept, NULL), SIRA_IDLE);
    heap_str_free(bytes);
}

/* ---- a token and parameters ---- */

static void test_token_params(void **state)
{
    (void)state;
    static const struct {
        sira_field_id id;
        const char *text, *token, *params;
    } cases[] = {
        {SIRA_FIELD_REASON, "SIP;cause=200;text=\"Call completed elsewhere\"", "SIP",
         "cause=200;text=\"Call completed elsewhere\""},
        {SIRA_FIELD_SECURITY_CLIENT, "ipsec-3gpp ; alg=hmac-md5-96;q=0.1", "ipsec-3gpp", "alg=hmac-md5-96;q=0.1"},
        {SIRA_FIELD_SECURITY_SERVER, "tls;q=0.2", "tls", "q=0.2"},
        {SIRA_FIELD_SECURITY_VERIFY, "tls;q=0.2;d-ver=\"0000\"", "tls", "q=0.2;d-ver=\"0000\""},
        {SIRA_FIELD_EVENT, "reg", "reg", ""},
        {SIRA_FIELD_EVENT, "presence.winfo;id=7", "presence.winfo", "id=7"},
        {SIRA_FIELD_SUBSCRIPTION_STATE, "terminated ;reason=timeout;retry-after=5", "terminated",
         "reason=timeout;retry-after=5"},
        {SIRA_FIELD_CONTENT_DISPOSITION, "session;handling=optional", "session", "handling=optional"},
        {SIRA_FIELD_CONTENT_TYPE, "application/sdp", "application/sdp", ""},
        {SIRA_FIELD_CONTENT_TYPE, "text / html\r\n ; charset=ISO-8859-4", "text / html", "charset=ISO-8859-4"},
        {SIRA_FIELD_CONTENT_TYPE, "multipart/mixed;boundary=\"a;b, c\"", "multipart/mixed", "boundary=\"a;b, c\""},
        {SIRA_FIELD_ACCEPT, "*/*;q=0.5", "*/*", "q=0.5"},
        {SIRA_FIELD_ACCEPT, "text/*", "text/*", ""},
        {SIRA_FIELD_ACCEPT, "text/.a;q=1;x", "text/.a", "q=1;x"},
        {SIRA_FIELD_EVENT, "a.b.c", "a.b.c", ""},
        {SIRA_FIELD_REASON, ".a..;x", ".a..", "x"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        sira_str text = heap_str_from(cases[i].text);
        sira_token_params value;
        sira_cursor cursor;
        sira_cursor_init_text(&cursor, text, cases[i].id);
        expect_status(cases[i].text, sira_token_params_next(&cursor, &value, NULL), SIRA_OK);
        expect_str(cases[i].text, value.token, cases[i].token);
        expect_str(cases[i].text, value.params, cases[i].params);
        expect_status(cases[i].text, sira_token_params_next(&cursor, &value, NULL), SIRA_IDLE);
        heap_str_free(text);
    }
}

static void test_wrong_token_params(void **state)
{
    (void)state;
    static const struct {
        sira_field_id id;
        const char *text;
    } cases[] = {
        {SIRA_FIELD_EVENT, "^.a"},
        {SIRA_FIELD_EVENT, "^."},
        {SIRA_FIELD_EVENT, "a.^"},
        {SIRA_FIELD_EVENT, "a.^.b"},
        {SIRA_FIELD_EVENT, "a.b.^;id=7"},
        {SIRA_FIELD_CONTENT_TYPE, "text/plain;charset^"},
        {SIRA_FIELD_CONTENT_TYPE, "text/plain;a=b;charset^ ;c=d"},
        {SIRA_FIELD_CONTENT_TYPE, "text/plain;charset=^[::1]"},
        {SIRA_FIELD_CONTENT_TYPE, "text/plain;charset=^"},
        {SIRA_FIELD_EVENT, "^"},
        {SIRA_FIELD_EVENT, "^;id=7"},
        {SIRA_FIELD_EVENT, "reg^/x"},
        {SIRA_FIELD_EVENT, "reg;^"},
        {SIRA_FIELD_EVENT, "reg;id=^"},
        {SIRA_FIELD_EVENT, "reg;id=\"^"},
        {SIRA_FIELD_EVENT, "reg ^x"},
        {SIRA_FIELD_CONTENT_TYPE, "^"},
        {SIRA_FIELD_CONTENT_TYPE, "^/sdp"},
        {SIRA_FIELD_CONTENT_TYPE, "application^"},
        {SIRA_FIELD_CONTENT_TYPE, "application^;a=b"},
        {SIRA_FIELD_CONTENT_TYPE, "application/^"},
        {SIRA_FIELD_CONTENT_TYPE, "application/^;a=b"},
        {SIRA_FIELD_CONTENT_TYPE, "application/sdp^/x"},
        {SIRA_FIELD_ACCEPT, "text/^,"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        size_t offset;
        sira_str text = marked_str(cases[i].text, &offset);
        sira_token_params value;
        sira_diag diag;
        sira_cursor cursor;
        sira_cursor_init_text(&cursor, text, cases[i].id);
        expect_status(cases[i].text, sira_token_params_next(&cursor, &value, &diag), SIRA_E_SYNTAX);
        expect_diag(cases[i].text, &diag, offset, sira_field_name(cases[i].id));
        heap_str_free(text);
    }
}

static void test_token_params_that_stand_once(void **state)
{
    (void)state;
    static const struct {
        const char *lines;
        sira_status status;
    } cases[] = {
        {"c: a/b;c=d\r\n", SIRA_OK},
        {"X: y\r\n", SIRA_IDLE},
        {"c: a/b\r\n^Content-Type: a/b\r\n", SIRA_E_DUPLICATE},
        {"c: a/b, ^c/d\r\n", SIRA_E_SYNTAX},
        {"c: a^\r\n", SIRA_E_SYNTAX},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        size_t offset = 0;
        sira_message message;
        sira_token_params value;
        sira_diag diag = {.offset = 9999};
        bool wrong = strchr(cases[i].lines, '^') != NULL;
        sira_str bytes = parse(&message, cases[i].lines, wrong ? &offset : NULL);
        expect_status(cases[i].lines, sira_message_token_params(&message, SIRA_FIELD_CONTENT_TYPE, &value, &diag),
                      cases[i].status);
        if (wrong)
            expect_diag(cases[i].lines, &diag, offset, "Content-Type");
        else
            assert_int_equal(diag.offset, 9999);
        heap_str_free(bytes);
    }
}

/* ---- Warning ---- */

static void test_warnings(void **state)
{
    (void)state;
    sira_str text =
        heap_str_from("307 isi.edu \"Session \\\"parameter\\\" 'foo'\",\r\n 999 [2001:db8::1]:5060 \"\" ,"
                      "100 a \"x, y\" , 101 a.b:1 \"\", 102 [::1] \"\", 103 ~a_b! \"\", 104 1.2.3.4:5 \"\"");
    static const struct {
        uint16_t code;
        const char *agent, *text;
    } expected[] = {{307, "isi.edu", "\"Session \\\"parameter\\\" 'foo'\""},
                    {999, "[2001:db8::1]:5060", "\"\""},
                    {100, "a", "\"x, y\""},
                    {101, "a.b:1", "\"\""},
                    {102, "[::1]", "\"\""},
                    {103, "~a_b!", "\"\""},
                    {104, "1.2.3.4:5", "\"\""}};
    sira_cursor cursor;
    sira_warning warning;
    sira_cursor_init_text(&cursor, text, SIRA_FIELD_WARNING);
    for (size_t i = 0; i < COUNT(expected); i++) {
        expect_status("warning", sira_warning_next(&cursor, &warning, NULL), SIRA_OK);
        assert_int_equal(warning.code, expected[i].code);
        expect_str("agent", warning.agent, expected[i].agent);
        expect_str("text", warning.text, expected[i].text);
    }
    expect_status("end", sira_warning_next(&cursor, &warning, NULL), SIRA_IDLE);
    heap_str_free(text);
}

static void test_wrong_warnings(void **state)
{
    (void)state;
    static const char *const texts[] = {"^",
                                        " ^",
                                        "^30 a \"\"",
                                        "^3070 a \"\"",
                                        "^099 a \"\"",
                                        "^a b \"\"",
                                        "300^",
                                        "300^\ta",
                                        "300 ^",
                                        "300 ^\"\"",
                                        "300 ^ \"",
                                        "300 a^",
                                        "300 a^\"\"",
                                        "300 a ^b",
                                        "300 a ^ \"\"",
                                        "300 a^,",
                                        "300 a \"b^",
                                        "300 a \"b^\\",
                                        "300 a \"b\" ^c",
                                        "300 a \"b\"^;c",
                                        "300 ^<a> \"\"",
                                        "300 ^:1 \"\"",
                                        "300 a:^ \"\"",
                                        "300 a:^x \"\"",
                                        "300 a:1^:2 \"\"",
                                        "300 a^_b:1 \"\"",
                                        "300 ^[::g] \"\"",
                                        "300 ^::1 \"\"",
                                        "300 a^;b \"\"",
                                        "300 ^\xc3\xa4 \"\"",
                                        "300 a^@b \"\"",
                                        "300 a:^65536 \"\""};
    for (size_t i = 0; i < COUNT(texts); i++) {
        size_t offset;
        sira_str text = marked_str(texts[i], &offset);
        sira_warning warning;
        sira_diag diag;
        sira_cursor cursor;
        sira_cursor_init_text(&cursor, text, SIRA_FIELD_WARNING);
        expect_status(texts[i], sira_warning_next(&cursor, &warning, &diag), SIRA_E_SYNTAX);
        expect_diag(texts[i], &diag, offset, "Warning");
        heap_str_free(text);
    }
}

/* ---- CSeq ---- */

static void test_cseq(void **state)
{
    (void)state;
    static const struct {
        const char *lines;
        uint32_t number;
        const char *method;
    } right[] = {
        {"CSeq: 1 REGISTER\r\n", 1, "REGISTER"},
        {"cseq:\r\n 0009 \t\r\n INVITE \r\n", 9, "INVITE"},
        {"CSeq: 0 x\r\n", 0, "x"},
        {"CSeq: 4294967295 -.!%*_+`'~\r\n", UINT32_MAX, "-.!%*_+`'~"},
    };
    static const struct {
        const char *lines;
        sira_status status;
    } wrong[] = {
        {"CSeq:^\r\n", SIRA_E_SYNTAX},           {"CSeq: ^INVITE\r\n", SIRA_E_SYNTAX},
        {"CSeq: ^-1 INVITE\r\n", SIRA_E_SYNTAX}, {"CSeq: ^4294967296 INVITE\r\n", SIRA_E_NUMBER},
        {"CSeq: 1^\r\n", SIRA_E_SYNTAX},         {"CSeq: 1^INVITE\r\n", SIRA_E_SYNTAX},
        {"CSeq: 1 ^;\r\n", SIRA_E_SYNTAX},       {"CSeq: 1 INVITE ^x\r\n", SIRA_E_SYNTAX},
        {"CSeq: 1 INVITE^,\r\n", SIRA_E_SYNTAX}, {"CSeq: 1 A\r\n^CSeq: 1 A\r\n", SIRA_E_DUPLICATE},
        {"CSeq: 1^.5 A\r\n", SIRA_E_SYNTAX},     {"CSeq: 0^x1 A\r\n", SIRA_E_SYNTAX},
    };
    sira_message message;
    sira_cseq cseq;
    for (size_t i = 0; i < COUNT(right); i++) {
        sira_str bytes = parse(&message, right[i].lines, NULL);
        expect_status(right[i].lines, sira_message_cseq(&message, &cseq, NULL), SIRA_OK);
        assert_true(cseq.number == right[i].number);
        expect_str(right[i].lines, cseq.method, right[i].method);
        heap_str_free(bytes);
    }
    for (size_t i = 0; i < COUNT(wrong); i++) {
        size_t offset;
        sira_diag diag;
        sira_str bytes = parse(&message, wrong[i].lines, &offset);
        expect_status(wrong[i].lines, sira_message_cseq(&message, &cseq, &diag), wrong[i].status);
        expect_diag(wrong[i].lines, &diag, offset, "CSeq");
        heap_str_free(bytes);
    }
    sira_str bytes = parse(&message, "", NULL);
    expect_status("none", sira_message_cseq(&message, &cseq, NULL), SIRA_IDLE);
    heap_str_free(bytes);
}

/* ---- Call-ID ---- */

static void test_call_id(void **state)
{
    (void)state;
    static const char *const right[] = {"a", "a@b", "f81d4fae-7dec-11d0-a765-00a0c91e6bf6@foo.bar.com",
                                        "-.!%*_+`'~()<>:\\\"/[]?{}@-.!%*_+`'~()<>:\\\"/[]?{}"};
    static const char *const wrong[] = {"^",    "^@b",    "a@^", "a ^b",       "a^,b",
                                        "a^;b", "a@b^@c", "a^=", "a^\xc3\xa4", "^\xc3\xa4"};
    char lines[200];
    sira_message message;
    sira_str call_id;
    for (size_t i = 0; i < COUNT(right); i++) {
        snprintf(lines, sizeof lines, "i:%s \r\n", right[i]);
        sira_str bytes = parse(&message, lines, NULL);
        expect_status(right[i], sira_message_call_id(&message, &call_id, NULL), SIRA_OK);
        expect_str(right[i], call_id, right[i]);
        heap_str_free(bytes);
    }
    for (size_t i = 0; i < COUNT(wrong); i++) {
        size_t offset;
        sira_diag diag;
        snprintf(lines, sizeof lines, "Call-ID:%s\r\n", wrong[i]);
        sira_str bytes = parse(&message, lines, &offset);
        expect_status(wrong[i], sira_message_call_id(&message, &call_id, &diag), SIRA_E_SYNTAX);
        expect_diag(wrong[i], &diag, offset, "Call-ID");
        heap_str_free(bytes);
    }
}

/* ---- numbers ---- */

static void test_numbers(void **state)
{
    (void)state;
    static const sira_field_id ids[] = {SIRA_FIELD_EXPIRES, SIRA_FIELD_MIN_EXPIRES, SIRA_FIELD_CONTENT_LENGTH,
                                        SIRA_FIELD_FLOW_TIMER, SIRA_FIELD_MAX_FORWARDS};
    static const struct {
        const char *text;
        uint32_t number;
        sira_status status, short_status; /* of a number up to 2^32-1, and of one up to 255 */
    } cases[] = {
        {"^0", 0, SIRA_OK, SIRA_OK},
        {"^255", 255, SIRA_OK, SIRA_OK},
        {"^256", 256, SIRA_OK, SIRA_E_NUMBER},
        {"^000000000000000000000000000070", 70, SIRA_OK, SIRA_OK},
        {"^4294967295", UINT32_MAX, SIRA_OK, SIRA_E_NUMBER},
        {"^4294967296", 0, SIRA_E_NUMBER, SIRA_E_NUMBER},
        {"^99999999999999999999999999999999", 0, SIRA_E_NUMBER, SIRA_E_NUMBER},
        {"^", 0, SIRA_E_SYNTAX, SIRA_E_SYNTAX},
        {"^-1", 0, SIRA_E_SYNTAX, SIRA_E_SYNTAX},
        {"^+1", 0, SIRA_E_SYNTAX, SIRA_E_SYNTAX},
        {"^x", 0, SIRA_E_SYNTAX, SIRA_E_SYNTAX},
        {"1^x", 0, SIRA_E_SYNTAX, SIRA_E_SYNTAX},
        {"1^;a=b", 0, SIRA_E_SYNTAX, SIRA_E_SYNTAX},
        {"1 ^2", 0, SIRA_E_SYNTAX, SIRA_E_SYNTAX},
        {"1^,2", 0, SIRA_E_SYNTAX, SIRA_E_SYNTAX},
    };
    for (size_t i = 0; i < COUNT(cases) * COUNT(ids); i++) {
        const char *text = cases[i / COUNT(ids)].text;
        sira_field_id id = ids[i % COUNT(ids)];
        bool is_short = id == SIRA_FIELD_MAX_FORWARDS;
        sira_status expected = is_short ? cases[i / COUNT(ids)].short_status : cases[i / COUNT(ids)].status;
        size_t offset;
        sira_diag diag;
        uint32_t number = 12345;
        /* Not parsed: the index itself reads Content-Length. */
        sira_str value = marked_str(text, &offset);
        sira_field field = {.name = sira_str_from(sira_field_name(id)), .value = value, .id = (uint16_t)id};
        sira_message message;
        sira_message_init(&message, &field, 1);
        message.bytes = value;
        message.field_count = 1;
        message.first[id] = 1;
        expect_status(text, sira_message_number(&message, id, &number, &diag), expected);
        assert_true(number == (expected == SIRA_OK ? cases[i / COUNT(ids)].number : 12345));
        if (expected != SIRA_OK)
            expect_diag(text, &diag, offset, sira_field_name(id));
        heap_str_free(value);
    }
}

/* ---- Retry-After ---- */

static void test_retry_after(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint32_t seconds;
        int64_t duration; /* -1: none */
        const char *comment;
    } right[] = {
        {"0", 0, -1, ""},
        {"18000;duration=3600", 18000, 3600, ""},
        {"120 (I'm in a meeting)", 120, -1, "(I'm in a meeting)"},
        {"5(a(b)\\)c) ; x=y;Duration = 0", 5, 0, "(a(b)\\)c)"},
        {"4294967295\r\n (a\r\n b);x;duration=4294967295", UINT32_MAX, UINT32_MAX, "(a\r\n b)"},
        {"1 ()", 1, -1, "()"},
        {"1 (\\\\)", 1, -1, "(\\\\)"},
    };
    static const struct {
        const char *text;
        sira_status status;
    } wrong[] = {
        {"^", SIRA_E_SYNTAX},
        {"^soon", SIRA_E_SYNTAX},
        {"^4294967296", SIRA_E_NUMBER},
        {"^Fri, 01 Jan 2038 00:00:00 GMT", SIRA_E_SYNTAX},
        {"1 (a^", SIRA_E_SYNTAX},
        {"1 ((a)^", SIRA_E_SYNTAX},
        {"1 (a\\)^", SIRA_E_SYNTAX},
        {"1 (a\\^", SIRA_E_SYNTAX},
        {"1 (a) ^(b)", SIRA_E_SYNTAX},
        {"1 ^x", SIRA_E_SYNTAX},
        {"1;^", SIRA_E_SYNTAX},
        {"1;a=^", SIRA_E_SYNTAX},
        {"1;^duration", SIRA_E_SYNTAX},
        {"1;^duration=x", SIRA_E_SYNTAX},
        {"1;^duration=\"1\"", SIRA_E_SYNTAX},
        {"1;^duration=4294967296", SIRA_E_SYNTAX},
        {"1;duration=1;^duration=1", SIRA_E_SYNTAX},
        {"1;duration=1 ^(a)", SIRA_E_SYNTAX},
        {"1^,2", SIRA_E_SYNTAX},
    };
    char lines[200];
    sira_message message;
    for (size_t i = 0; i < COUNT(right); i++) {
        sira_retry_after found;
        snprintf(lines, sizeof lines, "Retry-After: %s\r\n", right[i].text);
        sira_str bytes = parse(&message, lines, NULL);
        expect_status(right[i].text, sira_message_retry_after(&message, &found, NULL), SIRA_OK);
        assert_true(found.seconds == right[i].seconds);
        assert_int_equal(found.has_duration, right[i].duration >= 0);
        assert_true(right[i].duration < 0 || found.duration == (uint32_t)right[i].duration);
        expect_str(right[i].text, found.comment, right[i].comment);
        heap_str_free(bytes);
    }
    for (size_t i = 0; i < COUNT(wrong); i++) {
        sira_retry_after untouched = {.seconds = 77};
        size_t offset;
        sira_diag diag;
        snprintf(lines, sizeof lines, "Retry-After: %s\r\n", wrong[i].text);
        if (wrong[i].text[0] == '^' && wrong[i].text[1] == '\0')
            snprintf(lines, sizeof lines, "Retry-After:^\r\n");
        sira_str bytes = parse(&message, lines, &offset);
        expect_status(wrong[i].text, sira_message_retry_after(&message, &untouched, &diag), wrong[i].status);
        expect_diag(wrong[i].text, &diag, offset, "Retry-After");
        assert_true(untouched.seconds == 77);
        heap_str_free(bytes);
    }
}

/* A comment is counted, not recursed into: as deep as a message is long. */
static void test_deep_comment(void **state)
{
    (void)state;
    enum { DEPTH = 20000 };
    static char text[2 * DEPTH + 64];
    int n = snprintf(text, sizeof text, "SIP/2.0 503 X\r\nRetry-After: 1 ");
    memset(text + n, '(', DEPTH);
    memset(text + n + DEPTH, ')', DEPTH);
    memcpy(text + n + 2 * DEPTH, "\r\n\r\n", 5);
    sira_str bytes = heap_str_from(text);
    sira_message message;
    sira_retry_after found;
    sira_message_init(&message, slots, COUNT(slots));
    expect_status("parse", sira_message_parse(&message, bytes, NULL), SIRA_OK);
    expect_status("deep", sira_message_retry_after(&message, &found, NULL), SIRA_OK);
    assert_int_equal(found.comment.len, 2 * DEPTH);
    heap_str_free(bytes);
}

/* ---- Date ---- */

static void test_date(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        sira_date date;
    } right[] = {
        {"Sat, 13 Nov 2010 23:29:00 GMT", {2010, 11, 13, 23, 29, 0, 5}},
        {"Mon, 01 Jan 0000 00:00:60 GMT", {0, 1, 1, 0, 0, 60, 0}},
        {"Sun, 31 Dec 9999 23:59:59 GMT", {9999, 12, 31, 23, 59, 59, 6}},
    };
    static const char *const wrong[] = {
        "^sat, 13 Nov 2010 23:29:00 GMT", "^Xyz, 13 Nov 2010 23:29:00 GMT",  "Sat^ 13 Nov 2010 23:29:00 GMT",
        "Sat, ^00 Nov 2010 23:29:00 GMT", "Sat, ^32 Nov 2010 23:29:00 GMT",  "Sat, ^1x Nov 2010 23:29:00 GMT",
        "Sat, 13 ^nov 2010 23:29:00 GMT", "Sat, 13 Nov ^20x0 23:29:00 GMT",  "Sat, 13 Nov 2010 ^24:29:00 GMT",
        "Sat, 13 Nov 2010 ^23:60:00 GMT", "Sat, 13 Nov 2010 ^23:29:61 GMT",  "Sat, 13 Nov 2010 23:29:00 ^EST",
        "Sat, 13 Nov 2010 23:29:00 G^",   "Sat, 13 Nov 2010 23:29:00 GMT^+", "Sat, 13 Nov 2010 23:29:00 GMT^ x",
        "Sat, 13 Nov 10 2^3:29:00 GMT",   "Sat, 3 ^Nov 2010 23:29:00 GMT",   "Sat^"};
    char lines[200];
    sira_message message;
    for (size_t i = 0; i < COUNT(right); i++) {
        sira_date date;
        const sira_date *expected = &right[i].date;
        snprintf(lines, sizeof lines, "Date: %s\r\n", right[i].text);
        sira_str bytes = parse(&message, lines, NULL);
        expect_status(right[i].text, sira_message_date(&message, &date, NULL), SIRA_OK);
        assert_true(date.year == expected->year && date.month == expected->month && date.day == expected->day);
        assert_true(date.hour == expected->hour && date.minute == expected->minute && date.second == expected->second);
        assert_int_equal(date.weekday, expected->weekday);
        heap_str_free(bytes);
    }
    for (size_t i = 0; i < COUNT(wrong); i++) {
        sira_date date;
        size_t offset;
        sira_diag diag;
        snprintf(lines, sizeof lines, "Date: %s\r\n", wrong[i]);
        sira_str bytes = parse(&message, lines, &offset);
        expect_status(wrong[i], sira_message_date(&message, &date, &diag), SIRA_E_SYNTAX);
        expect_diag(wrong[i], &diag, offset, "Date");
        heap_str_free(bytes);
    }
}

/* ---- Via ---- */

static void test_topmost_via(void **state)
{
    (void)state;
    sira_message message;
    sira_via via;
    sira_str bytes = parse(&message, "v: SIP/2.0/TCP a;branch=1, SIP/2.0/UDP b;branch=2\r\nVia: x\r\n", NULL);
    expect_status("topmost", sira_message_via(&message, &via, NULL), SIRA_OK);
    expect_str("topmost", via.host, "a");
    heap_str_free(bytes);
    bytes = parse(&message, "", NULL);
    expect_status("none", sira_message_via(&message, &via, NULL), SIRA_IDLE);
    heap_str_free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tokens),
        cmocka_unit_test(test_events),
        cmocka_unit_test(test_wrong_tokens),
        cmocka_unit_test(test_empty_lists),
        cmocka_unit_test(test_token_params),
        cmocka_unit_test(test_wrong_token_params),
        cmocka_unit_test(test_token_params_that_stand_once),
        cmocka_unit_test(test_warnings),
        cmocka_unit_test(test_wrong_warnings),
        cmocka_unit_test(test_cseq),
        cmocka_unit_test(test_call_id),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_retry_after),
        cmocka_unit_test(test_deep_comment),
        cmocka_unit_test(test_date),
        cmocka_unit_test(test_topmost_via),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
