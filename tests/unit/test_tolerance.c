#include "support/marked.h"

#include <stdio.h>
#include <string.h>

#include <sira/message.h>

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

typedef struct reader {
    sira_str bytes;
    sira_field slots[32];
    sira_message message;
    sira_oddities odd;
    sira_diag diag;
} reader;

static sira_status read_bytes(reader *r, const char *text, size_t length, bool is_stream)
{
    memset(r, 0, sizeof *r);
    r->bytes = heap_str(text, length);
    sira_message_init(&r->message, r->slots, COUNT(r->slots));
    return sira_message_read(&r->message, r->bytes, is_stream, &r->odd, &r->diag);
}

static sira_status read_text(reader *r, const char *text, bool is_stream)
{
    return read_bytes(r, text, strlen(text), is_stream);
}

static void done(reader *r)
{
    heap_str_free(r->bytes);
}

/* What makes it an answer of ours, read by the functions of field.h. */
static void expect_ours(const char *name, const reader *r)
{
    sira_via via;
    sira_cseq cseq;
    sira_str call_id;
    sira_address from;
    assert_false(r->message.is_request);
    if (r->message.status_code != 200)
        fail_msg("%s: %u", name, (unsigned)r->message.status_code);
    expect_status(name, sira_message_via(&r->message, &via, NULL), SIRA_OK);
    expect_str(name, via.branch, "z9hG4bK1");
    expect_status(name, sira_message_cseq(&r->message, &cseq, NULL), SIRA_OK);
    assert_int_equal(cseq.number, 7);
    expect_str(name, cseq.method, "REGISTER");
    assert_int_equal(r->message.method, SIRA_METHOD_REGISTER);
    expect_status(name, sira_message_call_id(&r->message, &call_id, NULL), SIRA_OK);
    expect_str(name, call_id, "c1");
    expect_status(name, sira_message_address(&r->message, SIRA_FIELD_FROM, &from, NULL), SIRA_OK);
    expect_str(name, from.tag, "f1");
}

#define START "SIP/2.0 200 OK\r\n"
#define VIA "Via: SIP/2.0/UDP h:5060;branch=z9hG4bK1\r\n"
#define FROM "From: <sip:a@b>;tag=f1\r\n"
#define TO "To: <sip:a@b>;tag=t1\r\n"
#define CALL_ID "Call-ID: c1\r\n"
#define CSEQ "CSeq: 7 REGISTER\r\n"
#define CONTACT "Contact: <sip:a@h;line=l1>;expires=600\r\n"
#define LENGTH "Content-Length: 0\r\n"
#define OURS VIA FROM TO CALL_ID CSEQ

/* ---- one blemish each ---- */

typedef struct blemish {
    const char *text;
    int kind; /* -1: none, the strict reading takes it */
    const char *field;
    bool on_stream; /* let pass there, too */
} blemish;

static const blemish blemishes[] = {
    {START OURS CONTACT LENGTH "\r\n", -1, "", true},
    /* start line */
    {"SIP/2.0 200\r\n" OURS CONTACT LENGTH "\r\n", SIRA_ODDITY_LINE, "", true},
    {"SIP/2.0 200 \1OK\r\n" OURS CONTACT LENGTH "\r\n", SIRA_ODDITY_LINE, "", true},
    {"SIP/2.0  200 OK\r\n" OURS CONTACT LENGTH "\r\n", SIRA_ODDITY_LINE, "", true},
    {"SIP/2.0 200 OK\n" OURS CONTACT LENGTH "\r\n", SIRA_ODDITY_LINE, "", false},
    {"\n" START OURS CONTACT LENGTH "\r\n", -2, "", false},
    /* lines */
    {START OURS "X-Broken header line\r\n" CONTACT LENGTH "\r\n", SIRA_ODDITY_LINE, "", true},
    {START OURS ": no name\r\n" CONTACT LENGTH "\r\n", SIRA_ODDITY_LINE, "", true},
    {START OURS "@\r\n folded\r\n" CONTACT LENGTH "\r\n", SIRA_ODDITY_LINE, "", true},
    {START OURS "Date: x\n" CONTACT LENGTH "\r\n", SIRA_ODDITY_LINE, "", false},
    {START OURS "Date: x\r\r\n" CONTACT LENGTH "\r\n", SIRA_ODDITY_LINE, "", false},
    {START OURS "Date: x\n y\r\n" CONTACT LENGTH "\r\n", SIRA_ODDITY_LINE, "", false},
    {START OURS "Date: \1\r\n" CONTACT LENGTH "\r\n", SIRA_ODDITY_LINE, "", true},
    {START OURS "Date: a\rb\r\n" CONTACT LENGTH "\r\n", SIRA_ODDITY_LINE, "", true},
    {START OURS CONTACT LENGTH "\n", SIRA_ODDITY_LINE, "", false},
    {START OURS CONTACT LENGTH, SIRA_ODDITY_LINE, "", false},
    {START OURS LENGTH "Contact: <sip:a@h;line=l1>;expires=600", SIRA_ODDITY_LINE, "", false},
    {START OURS CONTACT LENGTH "\r", SIRA_ODDITY_LINE, "", false},
    /* Via */
    {START "Via: SIP/2.0/UDP h:5060;branch=z9hG4bK1;\r\n" FROM TO CALL_ID CSEQ CONTACT LENGTH "\r\n", SIRA_ODDITY_VALUE,
     "Via", true},
    {START "Via: SIP/2.0/UDP h:5060;branch=z9hG4bK1,\r\n" FROM TO CALL_ID CSEQ CONTACT LENGTH "\r\n", SIRA_ODDITY_VALUE,
     "Via", true},
    {START "Via: SIP/2.0/UDP h:5060;;branch=z9hG4bK1\r\n" FROM TO CALL_ID CSEQ CONTACT LENGTH "\r\n", SIRA_ODDITY_VALUE,
     "Via", true},
    {START "Via: SIP/2.0/UDP h:5060;rport=0;branch=z9hG4bK1\r\n" FROM TO CALL_ID CSEQ CONTACT LENGTH "\r\n",
     SIRA_ODDITY_VALUE, "Via", true},
    {START "Via: SIP/2.0/UDP h:5060;branch=z9hG4bK1;received=here\r\n" FROM TO CALL_ID CSEQ CONTACT LENGTH "\r\n",
     SIRA_ODDITY_VALUE, "Via", true},
    {START "Via: SIP/2.0/UDP h:5060;=x;branch=z9hG4bK1;maddr=?;ttl=999\r\n" FROM TO CALL_ID CSEQ CONTACT LENGTH "\r\n",
     SIRA_ODDITY_VALUE, "Via", true},
    {START "Via: SIP/2.0/UDP h:5060;branch=z9hG4bK1 junk;x=\"\r\n" FROM TO CALL_ID CSEQ CONTACT LENGTH "\r\n",
     SIRA_ODDITY_VALUE, "Via", true},
    {START "Via: SIP/2.0/UDP h:5060 junk;branch=z9hG4bK1;branch=z9hG4bK1\r\n" FROM TO CALL_ID CSEQ CONTACT LENGTH
           "\r\n",
     SIRA_ODDITY_VALUE, "Via", true},
    /* From */
    {START VIA "From: <sip:a@b>;tag=f1;\r\n" TO CALL_ID CSEQ CONTACT LENGTH "\r\n", SIRA_ODDITY_VALUE, "From", true},
    {START VIA "From: <sip:a@b>;;tag=f1\r\n" TO CALL_ID CSEQ CONTACT LENGTH "\r\n", SIRA_ODDITY_VALUE, "From", true},
    {START VIA "From: A, B <sip:a@b>;tag=f1\r\n" TO CALL_ID CSEQ CONTACT LENGTH "\r\n", SIRA_ODDITY_VALUE, "From",
     true},
    {START VIA "From: M\xfcller <sip:a@b>;tag=f1\r\n" TO CALL_ID CSEQ CONTACT LENGTH "\r\n", SIRA_ODDITY_VALUE, "From",
     true},
    {START VIA "From: <sip:a b@c>;tag=f1\r\n" TO CALL_ID CSEQ CONTACT LENGTH "\r\n", SIRA_ODDITY_VALUE, "From", true},
    {START VIA "From: \"A <sip:a@b>;tag=f1\r\n" TO CALL_ID CSEQ CONTACT LENGTH "\r\n", SIRA_ODDITY_VALUE, "From", true},
    {START VIA "From: <sip:a@b;tag=f1\r\n" TO CALL_ID CSEQ CONTACT LENGTH "\r\n", SIRA_ODDITY_VALUE, "From", true},
    {START VIA "From: <sip:a@b>;x=\";tag=f1\r\n" TO CALL_ID CSEQ CONTACT LENGTH "\r\n", SIRA_ODDITY_VALUE, "From",
     true},
    {START VIA "From: <sip:a@b>;tag=f1;tag=f1\r\n" TO CALL_ID CSEQ CONTACT LENGTH "\r\n", SIRA_ODDITY_VALUE, "From",
     true},
    {START VIA FROM FROM TO CALL_ID CSEQ CONTACT LENGTH "\r\n", SIRA_ODDITY_REPEATED, "From", true},
    /* To */
    {START VIA FROM CALL_ID CSEQ CONTACT LENGTH "\r\n", SIRA_ODDITY_MISSING, "To", true},
    {START VIA FROM "To:\r\n" CALL_ID CSEQ CONTACT LENGTH "\r\n", SIRA_ODDITY_VALUE, "To", true},
    {START VIA FROM "To: <sip:a@b>;tag=t;\r\n" CALL_ID CSEQ CONTACT LENGTH "\r\n", SIRA_ODDITY_VALUE, "To", true},
    {START VIA FROM "To: <sip:a@b>;tag=t;tag=u\r\n" CALL_ID CSEQ CONTACT LENGTH "\r\n", SIRA_ODDITY_VALUE, "To", true},
    {START VIA FROM "To: <sip:a@b>, <sip:c@d>\r\n" CALL_ID CSEQ CONTACT LENGTH "\r\n", SIRA_ODDITY_VALUE, "To", true},
    {START VIA FROM "To: \"\\\r\n" CALL_ID CSEQ CONTACT LENGTH "\r\n", SIRA_ODDITY_VALUE, "To", true},
    {START VIA FROM TO "t: <sip:c@d>;tag=u\r\n" CALL_ID CSEQ CONTACT LENGTH "\r\n", SIRA_ODDITY_REPEATED, "To", true},
    /* Call-ID, CSeq */
    {START VIA FROM TO "Call-ID: c1;\r\n" CSEQ CONTACT LENGTH "\r\n", SIRA_ODDITY_VALUE, "Call-ID", true},
    {START VIA FROM TO CALL_ID "i: c1\r\n" CSEQ CONTACT LENGTH "\r\n", SIRA_ODDITY_REPEATED, "Call-ID", true},
    {START VIA FROM TO CALL_ID "CSeq: 7 REGISTER,\r\n" CONTACT LENGTH "\r\n", SIRA_ODDITY_VALUE, "CSeq", true},
    {START VIA FROM TO CALL_ID CSEQ CSEQ CONTACT LENGTH "\r\n", SIRA_ODDITY_REPEATED, "CSeq", true},
    /* Content-Length */
    {START OURS CONTACT "Content-Length: 9\r\n\r\n", SIRA_ODDITY_LENGTH, "Content-Length", false},
    {START OURS CONTACT "Content-Length: none\r\n\r\n", SIRA_ODDITY_LENGTH, "Content-Length", false},
    {START OURS CONTACT "Content-Length: -1\r\n\r\n", SIRA_ODDITY_LENGTH, "Content-Length", false},
    {START OURS CONTACT "Content-Length: 99999999999\r\n\r\n", SIRA_ODDITY_LENGTH, "Content-Length", false},
    {START OURS CONTACT LENGTH "l: 0\r\n\r\n", SIRA_ODDITY_LENGTH, "Content-Length", false},
};

static void expect_blemish(const blemish *one, bool is_stream)
{
    reader r;
    uint32_t seconds = 0;
    sira_status status = read_text(&r, one->text, is_stream);
    if (is_stream && !one->on_stream) {
        assert_true(status < 0);
        done(&r);
        return;
    }
    if (status != SIRA_OK)
        fail_msg("%s: %d at %zu, %s", one->text, (int)status, r.diag.offset, r.diag.expected);
    expect_ours(one->text, &r);
    expect_status(one->text, sira_message_least_expires(&r.message, &seconds), SIRA_OK);
    assert_int_equal(seconds, 600);
    /* a To that is of no use is two of them, and so is a header section that is cut in a line */
    if (one->kind != -2 && r.odd.count != (one->kind >= 0 ? 1 : 0) && strcmp(one->field, "To") != 0 &&
        strrchr(one->text, '\n')[1] == '\0')
        fail_msg("%s: %u oddities", one->text, (unsigned)r.odd.count);
    if (one->kind >= 0) {
        assert_int_equal(r.odd.first[0].kind, one->kind);
        assert_string_equal(r.odd.first[0].diag.field, one->field);
        assert_true(r.odd.first[0].diag.offset <= r.message.bytes.len);
        assert_non_null(r.odd.first[0].diag.expected);
    }
    done(&r);
}

static void a_blemish_is_no_silence(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(blemishes); i++) {
        expect_blemish(&blemishes[i], false);
        expect_blemish(&blemishes[i], true);
    }
}

/* ---- every field, every blemish ---- */

static const char *const values[] = {
    "",  ";",  ",",           "x;",    "x,",       "x;;y", "x,,y", "\"", "\"x", "<",        "<sip:a", "<sip:a>;",
    "=", "-1", "99999999999", "x y z", "\xff\xfe", "\1",   "a\rb", "\\", "(",   "x=\"y\"z", "?",      "*, *",
};

/* In any field that says neither whose answer it is nor where it ends, anything may stand, once and twice; so may a
 * line that is none. */
static void no_field_that_is_not_needed_makes_it_silence(void **state)
{
    (void)state;
    for (unsigned id = 1; id < SIRA_FIELD_COUNT; id++) {
        if (id == SIRA_FIELD_VIA || id == SIRA_FIELD_FROM || id == SIRA_FIELD_CALL_ID || id == SIRA_FIELD_CSEQ)
            continue;
        for (size_t i = 0; i < COUNT(values) * COUNT(values); i++) {
            const char *name = sira_field_name((sira_field_id)id);
            const char *first = values[i / COUNT(values)], *second = values[i % COUNT(values)];
            bool to = id == SIRA_FIELD_TO;
            char text[600];
            reader r;
            snprintf(text, sizeof text, START VIA FROM "%s" CALL_ID CSEQ "%s: %s\r\n%s: %s\r\n\r\n", to ? "" : TO, name,
                     first, name, second);
            sira_status status = read_text(&r, text, false);
            if (status != SIRA_OK)
                fail_msg("%s: %d at %zu, %s", text, (int)status, r.diag.offset, r.diag.expected);
            expect_ours(text, &r);
            done(&r);
        }
    }
}

/* ---- what is there twice and needed ---- */

static void of_two_values_the_safer_counts(void **state)
{
    (void)state;
    static const struct {
        sira_field_id id;
        const char *first, *second;
        uint32_t value;
    } cases[] = {
        {SIRA_FIELD_EXPIRES, "600", "60", 60},      {SIRA_FIELD_EXPIRES, "60", "600", 60},
        {SIRA_FIELD_EXPIRES, "0", "600", 600},      {SIRA_FIELD_EXPIRES, "600", "0", 600},
        {SIRA_FIELD_EXPIRES, "soon", "600", 600},   {SIRA_FIELD_EXPIRES, "600", "soon", 600},
        {SIRA_FIELD_EXPIRES, "600", "600", 600},    {SIRA_FIELD_MIN_EXPIRES, "600", "60", 600},
        {SIRA_FIELD_MIN_EXPIRES, "60", "600", 600}, {SIRA_FIELD_RETRY_AFTER, "60", "600", 600},
        {SIRA_FIELD_RETRY_AFTER, "600", "60", 600}, {SIRA_FIELD_FLOW_TIMER, "60", "600", 60},
        {SIRA_FIELD_FLOW_TIMER, "600", "60", 600},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[400];
        reader r;
        uint32_t number = 0;
        sira_retry_after after = {0};
        const char *name = sira_field_name(cases[i].id);
        snprintf(text, sizeof text, START OURS "%s: %s\r\n%s: %s\r\n\r\n", name, cases[i].first, name, cases[i].second);
        expect_status(text, read_text(&r, text, true), SIRA_OK);
        assert_int_equal(r.odd.count, 1);
        assert_int_equal(r.odd.first[0].kind, SIRA_ODDITY_REPEATED);
        if (cases[i].id == SIRA_FIELD_RETRY_AFTER) {
            expect_status(text, sira_message_retry_after(&r.message, &after, NULL), SIRA_OK);
            number = after.seconds;
        } else {
            expect_status(text, sira_message_number(&r.message, cases[i].id, &number, NULL), SIRA_OK);
        }
        if (number != cases[i].value)
            fail_msg("%s: %u", text, (unsigned)number);
        done(&r);
    }
}

/* ---- what is never tolerated ---- */

static void some_things_are_never_tolerated(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        sira_status status;
    } cases[] = {
        /* another answer */
        {START OURS "x\n" START CONTACT "\r\n", SIRA_E_SYNTAX},
        {START OURS START CONTACT "\r\n", SIRA_E_SYNTAX},
        {START OURS "sip/2.0 200 OK\r\n" CONTACT "\r\n", SIRA_E_SYNTAX},
        /* two of what it is known by */
        {START OURS "Call-ID: c2\r\n\r\n", SIRA_E_MISMATCH},
        {START "Call-ID: c2\r\n" OURS "\r\n", SIRA_E_MISMATCH},
        {START OURS CALL_ID "Call-ID: c2\r\n\r\n", SIRA_E_MISMATCH},
        {START OURS "CSeq: 8 REGISTER\r\n\r\n", SIRA_E_MISMATCH},
        {START OURS "CSeq: 7 INVITE\r\n\r\n", SIRA_E_MISMATCH},
        {START OURS "From: <sip:a@b>;tag=f2\r\n\r\n", SIRA_E_MISMATCH},
        {START OURS VIA "\r\n", SIRA_E_MISMATCH},
        {START OURS "Via: SIP/2.0/UDP h;branch=z9hG4bK2\r\n\r\n", SIRA_E_MISMATCH},
        {START OURS "Via: SIP/2.0/UDP h;branch=z9hG4bK2\r\nx\r\n\r\n", SIRA_E_MISMATCH},
        {START "Via: SIP/2.0/UDP h;branch=z9hG4bK1, SIP/2.0/UDP h;branch=z9hG4bK2\r\n" FROM TO CALL_ID CSEQ "\r\n",
         SIRA_E_MISMATCH},
        {START "Via: SIP/2.0/UDP h;branch=z9hG4bK1;branch=z9hG4bK2\r\n" FROM TO CALL_ID CSEQ "\r\n", SIRA_E_SYNTAX},
        {START VIA "From: <sip:a@b>;tag=f1;tag=f2\r\n" TO CALL_ID CSEQ "\r\n", SIRA_E_SYNTAX},
        {START VIA "From: <sip:a@b>;tag=f1, <sip:a@b>;tag=f2\r\n" TO CALL_ID CSEQ "\r\n", SIRA_E_SYNTAX},
        /* none of it */
        {START FROM TO CALL_ID CSEQ "\r\n", SIRA_E_MISSING},
        {START VIA TO CALL_ID CSEQ "\r\n", SIRA_E_MISSING},
        {START VIA FROM TO CSEQ "\r\n", SIRA_E_MISSING},
        {START VIA FROM TO CALL_ID "\r\n", SIRA_E_MISSING},
        {START VIA FROM TO CALL_ID "CSeq: REGISTER\r\n\r\n", SIRA_E_SYNTAX},
        {START VIA FROM TO CALL_ID "CSeq: 2147483648 REGISTER\r\n\r\n", SIRA_E_NUMBER},
        {START VIA FROM TO "Call-ID:\r\n" CSEQ "\r\n", SIRA_E_SYNTAX},
        {START "Via: h;branch=z9hG4bK1\r\n" FROM TO CALL_ID CSEQ "\r\n", SIRA_E_SYNTAX},
        /* start line */
        {"SIP/3.0 200 OK\r\n" OURS "\r\n", SIRA_E_VERSION},
        {"SIP/2.0 20 OK\r\n" OURS "\r\n", SIRA_E_NUMBER},
        {"SIP/2.0 2000 OK\r\n" OURS "\r\n", SIRA_E_NUMBER},
        {"SIP/2.0 700 OK\r\n" OURS "\r\n", SIRA_E_NUMBER},
        {"SIP/2.0 099 OK\r\n" OURS "\r\n", SIRA_E_NUMBER},
        {"SIP/2.0 200OK\r\n" OURS "\r\n", SIRA_E_SYNTAX},
        {"SIP/2.0200 OK\r\n" OURS "\r\n", SIRA_E_VERSION},
        {"SIP/2.0", SIRA_E_SYNTAX},
        {"SIP/", SIRA_E_SYNTAX},
        {"\n", SIRA_E_SYNTAX},
        /* requests are read strictly */
        {"REGISTER sip:b SIP/2.0\r\n" OURS "x\r\n" LENGTH "\r\n", SIRA_E_SYNTAX},
        {"REGISTER sip:b SIP/2.0\r\n" VIA FROM CALL_ID CSEQ LENGTH "\r\n", SIRA_E_MISSING},
        {"REGISTER sip:b SIP/2.0\n" OURS LENGTH "\r\n", SIRA_E_SYNTAX},
    };
    for (size_t i = 0; i < COUNT(cases) * 2; i++) {
        reader r;
        sira_status status = read_text(&r, cases[i / 2].text, i % 2 != 0);
        if (status >= 0 || (i % 2 == 0 && status != cases[i / 2].status))
            fail_msg("%s: %d", cases[i / 2].text, (int)status);
        done(&r);
    }
}

/* At each place of the header section, and behind each blemish. */
static void a_nul_is_never_tolerated(void **state)
{
    (void)state;
    static const char *const texts[] = {START OURS CONTACT "\r\n", START OURS "x\r\n y\r\n" CONTACT "\r\n",
                                        START "X: y\n" OURS "\r\n"};
    for (size_t t = 0; t < COUNT(texts); t++) {
        size_t length = strlen(texts[t]);
        for (size_t i = 0; i < length - 1; i++) {
            char text[400];
            reader r;
            memcpy(text, texts[t], i);
            text[i] = '\0';
            memcpy(text + i + 1, texts[t] + i, length - i);
            if (read_bytes(&r, text, length + 1, false) >= 0)
                fail_msg("%zu of %s", i, texts[t]);
            done(&r);
        }
    }
}

/* ---- more fields than slots ---- */

static void fields_that_nobody_asks_for_make_room(void **state)
{
    (void)state;
    char text[8192] = START;
    for (int i = 0; i < 100; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "X-%d: y\r\n", i);
    strcat(text, OURS CONTACT LENGTH "\r\n");
    reader r;
    expect_status("many", read_text(&r, text, true), SIRA_OK);
    expect_ours("many", &r);
    assert_int_equal(r.odd.count, 1);
    assert_int_equal(r.odd.first[0].kind, SIRA_ODDITY_FIELDS);
    assert_non_null(sira_message_field(&r.message, SIRA_FIELD_CONTACT));
    done(&r);
    /* what can't be compared is not taken */
    strcpy(text, START OURS);
    for (int i = 0; i < 40; i++)
        strcat(text, "Allow: X\r\n");
    strcat(text, "Call-ID: c2\r\n\r\n");
    expect_status("full", read_text(&r, text, false), SIRA_E_FIELDS);
    done(&r);
}

static void oddities_are_all_counted(void **state)
{
    (void)state;
    reader r;
    expect_status("", read_text(&r, START OURS "a\r\nb\r\nc\r\nd\r\ne\r\n\r\n", false), SIRA_OK);
    assert_int_equal(r.odd.count, 5);
    assert_int_equal(r.odd.first[3].kind, SIRA_ODDITY_LINE);
    done(&r);
    /* the next message is read by itself */
    sira_str bytes = heap_str_from(START OURS "a\r\n\r\n");
    assert_int_equal(sira_message_read(&r.message, bytes, false, NULL, NULL), SIRA_OK);
    assert_int_equal(sira_message_parse(&r.message, bytes, NULL), SIRA_E_SYNTAX);
    heap_str_free(bytes);
}

static void the_body_is_what_is_left(void **state)
{
    (void)state;
    reader r;
    expect_status("", read_text(&r, START OURS "Content-Length: 9\r\n\r\nbody", false), SIRA_OK);
    expect_str("too long", r.message.body, "body");
    done(&r);
    expect_status("", read_text(&r, START OURS "x\r\nContent-Length: 2\r\n\r\nbody", false), SIRA_OK);
    expect_str("right", r.message.body, "bo");
    done(&r);
    expect_status("", read_text(&r, "\r\n\r\n", false), SIRA_IDLE);
    done(&r);
}

/* ---- the leniencies, one by one ---- */

#define REQUEST "REGISTER sip:b SIP/2.0\r\n"

static void each_leniency_is_a_flag(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned flag;
    } cases[] = {
        {"REGISTER sip:b SIP/2.0\n" OURS CONTACT LENGTH "\r\n", SIRA_LENIENT_BARE_LF},
        {REQUEST OURS "X-Broken header line\r\n" LENGTH "\r\n", SIRA_LENIENT_BAD_LINES},
        {REQUEST OURS "x\r\n y\r\nz\r\n" LENGTH "\r\n", SIRA_LENIENT_BAD_LINES},
        {REQUEST VIA "From: <sip:a@b>;tag=f1;\r\n" TO CALL_ID CSEQ LENGTH "\r\n", SIRA_LENIENT_EMPTY_PARAMS},
        {REQUEST VIA "From: <sip:a@b>;;tag=f1\r\n" TO CALL_ID CSEQ LENGTH "\r\n", SIRA_LENIENT_EMPTY_PARAMS},
        {REQUEST OURS "Contact: <sip:a@h>;expires=600, \r\n" LENGTH "\r\n", SIRA_LENIENT_EMPTY_PARAMS},
        {REQUEST OURS "Contact: <sip:a@h>;expires=600;,,<sip:b>\r\n" LENGTH "\r\n", SIRA_LENIENT_EMPTY_PARAMS},
        {REQUEST OURS "Expires: 600\r\nExpires: 600\r\n" LENGTH "\r\n", SIRA_LENIENT_REPEATED},
        {REQUEST OURS "Expires: 600\r\nX: y\r\nexpires: 600\r\nExpires:600\r\n" LENGTH "\r\n", SIRA_LENIENT_REPEATED},
        {REQUEST VIA "From: Doe, John <sip:a@b>;tag=f1\r\n" TO CALL_ID CSEQ LENGTH "\r\n", SIRA_LENIENT_DISPLAY_NAME},
        {REQUEST VIA "From: M\xfcller <sip:a@b>;tag=f1\r\n" TO CALL_ID CSEQ LENGTH "\r\n", SIRA_LENIENT_DISPLAY_NAME},
        {REQUEST VIA FROM TO "Call-ID: {c 1}\r\n" CSEQ LENGTH "\r\n", SIRA_LENIENT_CALL_ID},
        {REQUEST OURS "Contact: <sip:a@h>;q=1.0000\r\n" LENGTH "\r\n", SIRA_LENIENT_LONG_Q},
    };
    static const char *const never[] = {
        REQUEST OURS "x\r\n SIP/2.0 200 OK\r\n" LENGTH "\r\n",
        REQUEST OURS "SIP/2.0 200 OK\r\n" LENGTH "\r\n",
        REQUEST OURS "INVITE sip:x SIP/2.0\r\n" LENGTH "\r\n",
        REQUEST OURS "Expires: 600\r\nExpires: 60\r\n" LENGTH "\r\n",
        REQUEST OURS LENGTH LENGTH "\r\n",
        REQUEST VIA "From: \"Doe <sip:a@b>;tag=f1\r\n" TO CALL_ID CSEQ LENGTH "\r\n",
        REQUEST VIA "From: sip:x@y, <sip:a@b>;tag=f1\r\n" TO CALL_ID CSEQ LENGTH "\r\n",
        REQUEST VIA "From: <sip:a@b>;tag=f1;x=\r\n" TO CALL_ID CSEQ LENGTH "\r\n",
        REQUEST OURS "Contact: *, <sip:a@h>\r\n" LENGTH "\r\n",
        REQUEST OURS "Contact: * \r\n , <sip:a@h>\r\n" LENGTH "\r\n",
        REQUEST OURS "Contact: <sip:a@h>;q=1.0001x\r\n" LENGTH "\r\n",
        REQUEST OURS "Contact: <sip:a@h>;q=1.1000\r\n" LENGTH "\r\n",
        REQUEST OURS "Date: \1\r\n" LENGTH "\r\n",
    };
    for (size_t i = 0; i < COUNT(cases) + COUNT(never); i++) {
        const char *text = i < COUNT(cases) ? cases[i].text : never[i - COUNT(cases)];
        unsigned flag = i < COUNT(cases) ? cases[i].flag : 0;
        sira_str bytes = heap_str_from(text);
        for (unsigned bit = 1; bit < 256; bit <<= 1) {
            for (unsigned inverted = 0; inverted < 2; inverted++) {
                sira_field slots[16];
                sira_message message;
                sira_message_init(&message, slots, COUNT(slots));
                message.lenient = inverted ? 127u & ~bit : bit;
                sira_status status = sira_message_parse(&message, bytes, NULL);
                if (status == SIRA_OK)
                    status = sira_message_validate(&message, NULL);
                bool right = (message.lenient & flag) != 0;
                if ((status == SIRA_OK) != right)
                    fail_msg("%s: %d with flags %u", text, (int)status, message.lenient);
            }
        }
        heap_str_free(bytes);
    }
    /* a NUL in a line that is skipped */
    static const char nul[] = REQUEST OURS "x\0\r\n" LENGTH "\r\n";
    sira_field slots[16];
    sira_message message;
    sira_message_init(&message, slots, COUNT(slots));
    message.lenient = SIRA_LENIENT_BAD_LINES;
    assert_int_equal(sira_message_parse(&message, (sira_str){nul, sizeof nul - 1}, NULL), SIRA_E_SYNTAX);
}

/* A line that is skipped may stand right behind a start line of hardly any octets. */
static void nothing_before_a_message_is_read(void **state)
{
    (void)state;
    static const char *const texts[] = {"x\n=\n\n", "x\r\n=\r\n\r\n", "xy\n=\n\n", "x\n\nx\n=", "\n\nx\n=\n"};
    for (size_t i = 0; i < COUNT(texts); i++) {
        sira_field slots[4];
        sira_message message;
        sira_str bytes = heap_str_from(texts[i]);
        sira_message_init(&message, slots, COUNT(slots));
        message.lenient = SIRA_LENIENT_BAD_LINES | SIRA_LENIENT_BARE_LF;
        assert_int_equal(sira_message_parse(&message, bytes, NULL), SIRA_E_SYNTAX);
        heap_str_free(bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_blemish_is_no_silence),
        cmocka_unit_test(no_field_that_is_not_needed_makes_it_silence),
        cmocka_unit_test(of_two_values_the_safer_counts),
        cmocka_unit_test(some_things_are_never_tolerated),
        cmocka_unit_test(a_nul_is_never_tolerated),
        cmocka_unit_test(fields_that_nobody_asks_for_make_room),
        cmocka_unit_test(oddities_are_all_counted),
        cmocka_unit_test(the_body_is_what_is_left),
        cmocka_unit_test(each_leniency_is_a_flag),
        cmocka_unit_test(nothing_before_a_message_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
