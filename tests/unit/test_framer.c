#include "support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sira/framer.h>

/* What came out of a framer: kinds and texts, one behind the other, and how it ended. */
typedef struct outcome {
    char text[4096];
    size_t length;
    sira_status status;
} outcome;

static void note(outcome *o, const sira_frame *frame)
{
    static const char *const kinds[] = {"M[", "PING[", "PONG["};
    o->length += (size_t)snprintf(o->text + o->length, sizeof o->text - o->length, "%s", kinds[frame->kind]);
    assert_true(o->length + frame->bytes.len + 2 < sizeof o->text);
    memcpy(o->text + o->length, frame->bytes.at, frame->bytes.len);
    o->length += frame->bytes.len;
    o->text[o->length++] = ']';
    o->text[o->length] = '\0';
}

/* Takes all frames that are there. */
static void drain(sira_framer *framer, outcome *o)
{
    sira_frame frame;
    while ((o->status = sira_framer_next(framer, &frame, NULL)) == SIRA_OK)
        note(o, &frame);
}

/* Feeds a text in pieces of the given size, the first one shorter if first is not 0. */
static void feed(outcome *o, const char *text, size_t length, size_t capacity, size_t first, size_t piece)
{
    char *buffer = malloc(capacity);
    sira_framer framer;
    *o = (outcome){.status = SIRA_MORE};
    sira_framer_init(&framer, buffer, capacity);
    drain(&framer, o);
    for (size_t at = 0; at < length && o->status == SIRA_MORE;) {
        size_t room, take = at == 0 && first > 0 ? first : piece;
        char *space = sira_framer_space(&framer, &room);
        assert_true(room > 0);
        if (take > room)
            take = room;
        if (take > length - at)
            take = length - at;
        memcpy(space, text + at, take);
        sira_framer_added(&framer, take);
        at += take;
        drain(&framer, o);
    }
    free(buffer);
}

#define A "OPTIONS sip:a SIP/2.0\r\nl: 3\r\n\r\nabc"
#define B "SIP/2.0 200 OK\r\nVia: x\r\nContent-Length : \r\n 0\r\n\r\n"

static const struct {
    const char *name, *text;
    size_t capacity;
    const char *frames;
    sira_status status;
} cases[] = {
    {"nothing", "", 100, "", SIRA_MORE},
    {"one", A, 100, "M[" A "]", SIRA_MORE},
    {"it fits to the byte", A, sizeof A - 1, "M[" A "]", SIRA_MORE},
    {"it is one byte too long", A, sizeof A - 2, "", SIRA_E_LIMIT},
    {"two", A B, 100, "M[" A "]M[" B "]", SIRA_MORE},
    {"many in a small buffer", A B A B A, sizeof B - 1, "M[" A "]M[" B "]M[" A "]M[" B "]M[" A "]", SIRA_MORE},
    {"a pong", "\r\n", 100, "PONG[\r\n]", SIRA_MORE},
    {"a ping", "\r\n\r\n", 100, "PONG[\r\n]PING[\r\n]", SIRA_MORE},
    {"two pings", "\r\n\r\n\r\n\r\n", 100, "PONG[\r\n]PING[\r\n]PONG[\r\n]PING[\r\n]", SIRA_MORE},
    {"a pong between messages", A "\r\n" B "\r\n" A, 100, "M[" A "]PONG[\r\n]M[" B "]PONG[\r\n]M[" A "]", SIRA_MORE},
    {"a ping before a message", "\r\n\r\n" A, 100, "PONG[\r\n]PING[\r\n]M[" A "]", SIRA_MORE},
    {"half a CRLF", "\r", 100, "", SIRA_MORE},
    {"CR and something", "\rOPTIONS", 100, "", SIRA_E_SYNTAX},
    {"LF", "\n", 100, "", SIRA_E_SYNTAX},
    {"a TLS hello", "\x16\x03\x01", 100, "", SIRA_E_SYNTAX},
    {"a space", " OPTIONS", 100, "", SIRA_E_SYNTAX},
    {"HTTP", "GET / HTTP/1.1\r\n", 100, "", SIRA_E_SYNTAX},
    {"another version", "OPTIONS sip:a SIP/7.0\r\nl: 0\r\n\r\n", 100, "M[OPTIONS sip:a SIP/7.0\r\nl: 0\r\n\r\n]",
     SIRA_MORE},
    {"what the parser refuses", "OPTIONS  <sip:a> SIP/2.0 \r\nx\r\nl: 0\r\n\r\n", 100,
     "M[OPTIONS  <sip:a> SIP/2.0 \r\nx\r\nl: 0\r\n\r\n]", SIRA_MORE},
    {"bare LF", "OPTIONS sip:a SIP/2.0\nl: 0\r\n\r\n", 100, "", SIRA_E_SYNTAX},
    {"LF for the empty line", "OPTIONS sip:a SIP/2.0\r\nl: 0\r\n\n", 100, "", SIRA_E_SYNTAX},
    {"bare CR in the start line", "OPTIONS sip:a\r SIP/2.0\r\nl: 0\r\n\r\n", 100, "", SIRA_E_SYNTAX},
    {"bare CR in a field", "OPTIONS sip:a SIP/2.0\r\nx: \ry\r\nl: 0\r\n\r\n", 100, "", SIRA_E_SYNTAX},
    {"no Content-Length", "OPTIONS sip:a SIP/2.0\r\nVia: x\r\n\r\n", 100, "", SIRA_E_LENGTH},
    {"no field at all", "OPTIONS sip:a SIP/2.0\r\n\r\n", 100, "", SIRA_E_LENGTH},
    {"Content-Length in the body only", "OPTIONS sip:a SIP/2.0\r\nx: 1\r\n\r\nl: 0\r\n\r\n", 100, "", SIRA_E_LENGTH},
    {"two that agree", "OPTIONS sip:a SIP/2.0\r\nl: 0\r\nl: 0\r\n\r\n", 100, "", SIRA_E_LENGTH},
    {"two that differ", "OPTIONS sip:a SIP/2.0\r\nl: 0\r\nContent-length: 1\r\n\r\n", 100, "", SIRA_E_LENGTH},
    {"negative", "OPTIONS sip:a SIP/2.0\r\nl: -1\r\n\r\n", 100, "", SIRA_E_LENGTH},
    {"no number", "OPTIONS sip:a SIP/2.0\r\nl: x\r\n\r\n", 100, "", SIRA_E_LENGTH},
    {"empty", "OPTIONS sip:a SIP/2.0\r\nl:\r\n\r\n", 100, "", SIRA_E_LENGTH},
    {"2^32", "OPTIONS sip:a SIP/2.0\r\nl: 4294967296\r\n\r\n", 100, "", SIRA_E_LENGTH},
    {"2^32-1", "OPTIONS sip:a SIP/2.0\r\nl: 4294967295\r\n\r\n", 100, "", SIRA_E_LIMIT},
    {"a fold is no other field", "OPTIONS sip:a SIP/2.0\r\nx: 1\r\n l: 9\r\nl: 0\r\n\r\n", 100,
     "M[OPTIONS sip:a SIP/2.0\r\nx: 1\r\n l: 9\r\nl: 0\r\n\r\n]", SIRA_MORE},
    {"a longer name is another", "OPTIONS sip:a SIP/2.0\r\nContent-Length2: 9\r\nXl: 8\r\nl: 0\r\n\r\n", 100,
     "M[OPTIONS sip:a SIP/2.0\r\nContent-Length2: 9\r\nXl: 8\r\nl: 0\r\n\r\n]", SIRA_MORE},
    {"an endless header section", "OPTIONS sip:a SIP/2.0\r\nx: 1\r\nx: 2\r\nx: 3\r\nx: 4\r\n", 40, "", SIRA_E_LIMIT},
    {"an endless line", "OPTIONSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSS", 40, "", SIRA_E_LIMIT},
    {"a message behind an error", "OPTIONS sip:a SIP/2.0\r\n\r\n" A, 100, "", SIRA_E_LENGTH},
};

static void expect(const char *name, const outcome *o, const char *frames, sira_status status)
{
    expect_status(name, o->status, status);
    expect_str(name, (sira_str){o->text, o->length}, frames);
}

static void test_in_one_piece(void **state)
{
    (void)state;
    outcome o;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        feed(&o, cases[i].text, strlen(cases[i].text), cases[i].capacity, 0, 4096);
        expect(cases[i].name, &o, cases[i].frames, cases[i].status);
    }
}

static void test_in_pieces(void **state)
{
    (void)state;
    outcome o;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t length = strlen(cases[i].text);
        for (size_t first = 1; first <= length; first++) {
            feed(&o, cases[i].text, length, cases[i].capacity, first, 4096);
            expect(cases[i].name, &o, cases[i].frames, cases[i].status);
        }
        for (size_t piece = 1; piece < 9; piece++) {
            feed(&o, cases[i].text, length, cases[i].capacity, 0, piece);
            expect(cases[i].name, &o, cases[i].frames, cases[i].status);
        }
    }
}

static void test_capacities(void **state)
{
    (void)state;
    outcome o;
    for (size_t capacity = 0; capacity < sizeof A + 20; capacity++) {
        feed(&o, A, capacity == 0 ? 0 : sizeof A - 1, capacity, 0, 1);
        expect("one", &o, capacity < sizeof A - 1 ? "" : "M[" A "]",
               capacity < sizeof A - 1 ? SIRA_E_LIMIT : SIRA_MORE);
    }
}

static void test_diag(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        sira_status status;
        size_t offset;
        unsigned code;
        const char *reason;
    } diags[] = {
        {"OPTIONS sip:a SIP/2.0\r\nl: x\r\n\r\n", SIRA_E_LENGTH, 26, 400, "Bad Content-Length"},
        {"\r\nOPTIONS sip:a SIP/2.0\r\nl: x\r\n\r\n", SIRA_E_LENGTH, 26, 400, "Bad Content-Length"},
        {"SIP/2.0 200 OK\r\nl: x\r\n\r\n", SIRA_E_LENGTH, 19, 0, "Bad Content-Length"},
        {"OPTIONS sip:a SIP/2.0\r\nx: 1\r\n\r\n", SIRA_E_LENGTH, 31, 400, "Missing Content-Length"},
        {"OPTIONS sip:a SIP/2.0\r\nl: 4000\r\n\r\n", SIRA_E_LIMIT, 0, 513, "Message Too Large"},
        {"OPTIONS sip:a SIP/2.0\r\nx\n", SIRA_E_SYNTAX, 24, 400, "Bad Request"},
    };
    for (size_t i = 0; i < sizeof diags / sizeof diags[0]; i++) {
        char buffer[200];
        sira_framer framer;
        sira_frame frame;
        sira_diag diag = {0};
        sira_status status;
        size_t room;
        sira_framer_init(&framer, buffer, sizeof buffer);
        memcpy(sira_framer_space(&framer, &room), diags[i].text, strlen(diags[i].text));
        sira_framer_added(&framer, strlen(diags[i].text));
        while ((status = sira_framer_next(&framer, &frame, &diag)) == SIRA_OK)
            ;
        expect_status(diags[i].reason, status, diags[i].status);
        if (diag.offset != diags[i].offset || diag.code != diags[i].code || strcmp(diag.reason, diags[i].reason) != 0)
            fail_msg("%zu: offset %zu, %u %s", i, diag.offset, diag.code, diag.reason);
        /* the stream is lost */
        memcpy(sira_framer_space(&framer, &room), A, 20);
        sira_framer_added(&framer, 20);
        expect_status("again", sira_framer_next(&framer, &frame, NULL), diags[i].status);
        expect_status("again", sira_framer_next(&framer, &frame, &diag), diags[i].status);
    }
}

static void test_added_is_clamped(void **state)
{
    (void)state;
    char *buffer = malloc(16);
    sira_framer framer;
    sira_frame frame;
    memset(buffer, 'x', 16);
    sira_framer_init(&framer, buffer, 16);
    sira_framer_added(&framer, SIZE_MAX);
    sira_framer_added(&framer, 1);
    expect_status("clamped", sira_framer_next(&framer, &frame, NULL), SIRA_E_LIMIT);
    free(buffer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_in_one_piece), cmocka_unit_test(test_in_pieces),        cmocka_unit_test(test_capacities),
        cmocka_unit_test(test_diag),         cmocka_unit_test(test_added_is_clamped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
