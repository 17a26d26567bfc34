/* Numbers at their boundaries, fields that stand twice, and names that only look like others. */
#include "torture/corpus.h"

#include <sira/field.h>
#include <sira/writer.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIELDS 40

static unsigned failures;

static void complain(const char *field, const char *value, const char *what)
{
    print_error("%s: %.60s: %s\n", field, value, what);
    failures++;
}

/* A message on the heap, in a buffer of exactly its length. */
typedef struct built {
    sira_str bytes;
    sira_field slots[FIELDS];
    sira_message message;
    sira_diag diag;
    sira_status status;
    bool parsed;
} built;

static void build(built *b, const char *start_line, const char *via, const char *cseq, const char *more)
{
    char text[2000];
    int length =
        snprintf(text, sizeof text,
                 "%s\r\n%s\r\nFrom: <sip:a@example.com>;tag=1\r\nTo: <sip:b@example.com>\r\nCall-ID: id@example.com\r\n"
                 "CSeq: %s\r\n%s\r\n",
                 start_line, via, cseq, more);
    assert_true(length > 0 && (size_t)length < sizeof text);
    b->bytes = heap_str(text, (size_t)length);
    memset(&b->diag, 0, sizeof b->diag);
    sira_message_init(&b->message, b->slots, FIELDS);
    b->status = sira_message_parse(&b->message, b->bytes, &b->diag);
    b->parsed = b->status == SIRA_OK;
    if (b->parsed)
        b->status = sira_message_validate(&b->message, &b->diag);
}

static void build_request(built *b, const char *more)
{
    build(b, "REGISTER sip:example.com SIP/2.0", "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1", "1 REGISTER", more);
}

static void unbuild(built *b)
{
    heap_str_free(b->bytes);
}

/* ---- numbers ---- */

/* Which of a field's values the number is. */
typedef sira_status (*read_number)(const built *b, uint32_t *number);

static sira_status read_max_forwards(const built *b, uint32_t *number)
{
    return sira_message_number(&b->message, SIRA_FIELD_MAX_FORWARDS, number, NULL);
}

static sira_status read_content_length(const built *b, uint32_t *number)
{
    return sira_message_number(&b->message, SIRA_FIELD_CONTENT_LENGTH, number, NULL);
}

static sira_status read_expires(const built *b, uint32_t *number)
{
    return sira_message_number(&b->message, SIRA_FIELD_EXPIRES, number, NULL);
}

static sira_status read_min_expires(const built *b, uint32_t *number)
{
    return sira_message_number(&b->message, SIRA_FIELD_MIN_EXPIRES, number, NULL);
}

static sira_status read_flow_timer(const built *b, uint32_t *number)
{
    return sira_message_number(&b->message, SIRA_FIELD_FLOW_TIMER, number, NULL);
}

static sira_status read_cseq(const built *b, uint32_t *number)
{
    sira_cseq cseq;
    sira_status status = sira_message_cseq(&b->message, &cseq, NULL);
    if (status == SIRA_OK)
        *number = cseq.number;
    return status;
}

static sira_status read_retry_after(const built *b, uint32_t *number)
{
    sira_retry_after retry;
    sira_status status = sira_message_retry_after(&b->message, &retry, NULL);
    if (status == SIRA_OK)
        *number = retry.seconds;
    return status;
}

static sira_status read_duration(const built *b, uint32_t *number)
{
    sira_retry_after retry;
    sira_status status = sira_message_retry_after(&b->message, &retry, NULL);
    if (status == SIRA_OK)
        *number = retry.duration;
    return status;
}

static sira_status read_status_code(const built *b, uint32_t *number)
{
    *number = b->message.status_code;
    return SIRA_OK;
}

static sira_status read_via(const built *b, sira_via *via)
{
    sira_cursor cursor;
    sira_cursor_init(&cursor, &b->message, SIRA_FIELD_VIA);
    return sira_via_next(&cursor, via, NULL);
}

static sira_status read_via_port(const built *b, uint32_t *number)
{
    sira_via via;
    sira_status status = read_via(b, &via);
    if (status == SIRA_OK)
        *number = via.port;
    return status;
}

static sira_status read_rport(const built *b, uint32_t *number)
{
    sira_via via;
    sira_status status = read_via(b, &via);
    if (status == SIRA_OK)
        *number = via.rport;
    return status;
}

static sira_status read_ttl(const built *b, uint32_t *number)
{
    sira_via via;
    sira_status status = read_via(b, &via);
    if (status == SIRA_OK)
        *number = via.ttl;
    return status;
}

static sira_status read_contact(const built *b, sira_contact *contact)
{
    sira_cursor cursor;
    sira_cursor_init(&cursor, &b->message, SIRA_FIELD_CONTACT);
    return sira_contact_next(&cursor, contact, NULL);
}

static sira_status read_q(const built *b, uint32_t *number)
{
    sira_contact contact;
    sira_status status = read_contact(b, &contact);
    if (status == SIRA_OK)
        *number = contact.q;
    return status;
}

static sira_status read_contact_expires(const built *b, uint32_t *number)
{
    sira_contact contact;
    sira_status status = read_contact(b, &contact);
    if (status == SIRA_OK)
        *number = contact.expires;
    return status;
}

static sira_status read_warning(const built *b, uint32_t *number)
{
    sira_cursor cursor;
    sira_warning warning;
    sira_cursor_init(&cursor, &b->message, SIRA_FIELD_WARNING);
    sira_status status = sira_warning_next(&cursor, &warning, NULL);
    if (status == SIRA_OK)
        *number = warning.code;
    return status;
}

static sira_status read_uri_port(const built *b, uint32_t *number)
{
    sira_uri uri;
    sira_status status = sira_uri_parse(&uri, b->message.uri, NULL);
    if (status == SIRA_OK)
        *number = uri.port;
    return status;
}

/* A place where a number stands: the message has %s there. */
typedef struct spot {
    const char *name;
    const char *start_line, *via, *cseq, *more;
    read_number read;
} spot;

#define REQUEST "REGISTER sip:example.com SIP/2.0"
#define VIA "Via: SIP/2.0/UDP 192.0.2.1"
#define CSEQ "1 REGISTER"
static const spot spots[] = {
    {"CSeq", REQUEST, VIA, "%s REGISTER", "", read_cseq},
    {"Max-Forwards", REQUEST, VIA, CSEQ, "Max-Forwards: %s\r\n", read_max_forwards},
    {"Content-Length", REQUEST, VIA, CSEQ, "Content-Length: %s\r\n", read_content_length},
    {"Expires", REQUEST, VIA, CSEQ, "Expires: %s\r\n", read_expires},
    {"Min-Expires", "SIP/2.0 423 x", VIA, CSEQ, "Min-Expires: %s\r\n", read_min_expires},
    {"Flow-Timer", "SIP/2.0 200 x", VIA, CSEQ, "Flow-Timer: %s\r\n", read_flow_timer},
    {"Retry-After", "SIP/2.0 503 x", VIA, CSEQ, "Retry-After: %s\r\n", read_retry_after},
    {"duration", "SIP/2.0 503 x", VIA, CSEQ, "Retry-After: 1;duration=%s\r\n", read_duration},
    {"Warning", "SIP/2.0 503 x", VIA, CSEQ, "Warning: %s host \"text\"\r\n", read_warning},
    {"status code", "SIP/2.0 %s x", VIA, CSEQ, "", read_status_code},
    {"Via port", REQUEST, "Via: SIP/2.0/UDP 192.0.2.1:%s", CSEQ, "", read_via_port},
    {"rport", REQUEST, "Via: SIP/2.0/UDP 192.0.2.1;rport=%s", CSEQ, "", read_rport},
    {"ttl", REQUEST, "Via: SIP/2.0/UDP 192.0.2.1;ttl=%s", CSEQ, "", read_ttl},
    {"URI port", "REGISTER sip:example.com:%s SIP/2.0", VIA, CSEQ, "", read_uri_port},
    {"q", REQUEST, VIA, CSEQ, "Contact: <sip:a@b>;q=%s\r\n", read_q},
    {"expires", REQUEST, VIA, CSEQ, "Contact: <sip:a@b>;expires=%s\r\n", read_contact_expires},
};

#define GOOD(spot, text, number)                                                                                       \
    {                                                                                                                  \
        spot, text, true, number                                                                                       \
    }
#define BAD(spot, text)                                                                                                \
    {                                                                                                                  \
        spot, text, false, 0                                                                                           \
    }
#define ZEROS "00000000000000000000"
static const struct {
    const char *spot, *text;
    bool good;
    uint32_t number;
} numbers[] = {
    /* RFC 3261 8.1.1.5: below 2^31. */
    GOOD("CSeq", "0", 0),
    GOOD("CSeq", "2147483646", 2147483646),
    GOOD("CSeq", "2147483647", 2147483647),
    BAD("CSeq", "2147483648"),
    BAD("CSeq", "4294967296"),
    BAD("CSeq", "4294967297"),
    BAD("CSeq", "18446744073709551617"),
    BAD("CSeq", "99999999999999999999"),
    GOOD("CSeq", "0001", 1),
    GOOD("CSeq", ZEROS "7", 7),
    BAD("CSeq", "-1"),
    BAD("CSeq", "+1"),
    BAD("CSeq", "1.0"),
    BAD("CSeq", "0x1"),
    BAD("CSeq", ""),
    /* 20.22: 0 to 255. */
    GOOD("Max-Forwards", "0", 0),
    GOOD("Max-Forwards", "254", 254),
    GOOD("Max-Forwards", "255", 255),
    BAD("Max-Forwards", "256"),
    BAD("Max-Forwards", "4294967296"),
    BAD("Max-Forwards", "18446744073709551616"),
    BAD("Max-Forwards", "99999999999999999999"),
    GOOD("Max-Forwards", "0068", 68),
    GOOD("Max-Forwards", ZEROS "70", 70),
    BAD("Max-Forwards", "-1"),
    BAD("Max-Forwards", "70 70"),
    BAD("Max-Forwards", ""),
    /* 20.14; the message has no body. */
    GOOD("Content-Length", "0", 0),
    GOOD("Content-Length", ZEROS, 0),
    BAD("Content-Length", "1"),
    BAD("Content-Length", "65535"),
    BAD("Content-Length", "4294967295"),
    BAD("Content-Length", "4294967296"),
    BAD("Content-Length", "18446744073709551615"),
    BAD("Content-Length", "18446744073709551616"),
    BAD("Content-Length", "99999999999999999999"),
    BAD("Content-Length", "-0"),
    BAD("Content-Length", "-1"),
    BAD("Content-Length", "+0"),
    BAD("Content-Length", "0,0"),
    BAD("Content-Length", "five"),
    BAD("Content-Length", ""),
    /* 20.19: 0 to 2^32-1. */
    GOOD("Expires", "0", 0),
    GOOD("Expires", "4294967294", 4294967294),
    GOOD("Expires", "4294967295", 4294967295),
    BAD("Expires", "4294967296"),
    BAD("Expires", "4294967297"),
    BAD("Expires", "18446744073709551616"),
    BAD("Expires", "99999999999999999999"),
    GOOD("Expires", ZEROS "3600", 3600),
    BAD("Expires", "-1"),
    BAD("Expires", "3600s"),
    BAD("Expires", ""),
    GOOD("Min-Expires", "4294967295", 4294967295),
    BAD("Min-Expires", "4294967296"),
    BAD("Min-Expires", "-1"),
    GOOD("Flow-Timer", "0", 0),
    GOOD("Flow-Timer", "4294967295", 4294967295),
    BAD("Flow-Timer", "4294967296"),
    BAD("Flow-Timer", ""),
    /* 20.33. */
    GOOD("Retry-After", "0", 0),
    GOOD("Retry-After", "4294967294", 4294967294),
    GOOD("Retry-After", "4294967295", 4294967295),
    BAD("Retry-After", "-1"),
    BAD("Retry-After", "1.5"),
    BAD("Retry-After", ""),
    GOOD("Retry-After", "007 (in a minute)", 7),
    GOOD("duration", "0", 0),
    GOOD("duration", "4294967295", 4294967295),
    BAD("duration", "-1"),
    BAD("duration", "x"),
    /* 20.43: three digits. */
    GOOD("Warning", "100", 100),
    GOOD("Warning", "399", 399),
    GOOD("Warning", "999", 999),
    BAD("Warning", "1000"),
    BAD("Warning", "1812"),
    BAD("Warning", "99"),
    BAD("Warning", "-99"),
    /* 7.2: three digits, the first of them 1 to 6. */
    GOOD("status code", "100", 100),
    GOOD("status code", "699", 699),
    BAD("status code", "099"),
    BAD("status code", "99"),
    BAD("status code", "000"),
    BAD("status code", "700"),
    BAD("status code", "999"),
    BAD("status code", "1000"),
    BAD("status code", "0200"),
    BAD("status code", "65736"),      /* 200 in 16 bits */
    BAD("status code", "4294967496"), /* 200 in 32 bits */
    BAD("status code", "99999999999999999999"),
    BAD("status code", "-100"),
    BAD("status code", "20x"),
    BAD("status code", ""),
    GOOD("Via port", "1", 1),
    GOOD("Via port", "65534", 65534),
    GOOD("Via port", "65535", 65535),
    BAD("Via port", "65536"),
    BAD("Via port", "70596"),      /* 5060 in 16 bits */
    BAD("Via port", "4294972356"), /* 5060 in 32 bits */
    BAD("Via port", "99999999999999999999"),
    GOOD("Via port", ZEROS "5060", 5060),
    BAD("Via port", "-1"),
    BAD("Via port", "x"),
    BAD("Via port", ""),
    GOOD("rport", "65535", 65535),
    BAD("rport", "65536"),
    BAD("rport", "99999999999999999999"),
    BAD("rport", "-1"),
    BAD("rport", "x"),
    /* 25.1: 0 to 255. */
    GOOD("ttl", "0", 0),
    GOOD("ttl", "254", 254),
    GOOD("ttl", "255", 255),
    BAD("ttl", "256"),
    BAD("ttl", "4294967297"),
    BAD("ttl", "99999999999999999999"),
    BAD("ttl", "-1"),
    BAD("ttl", ""),
    GOOD("URI port", "1", 1),
    GOOD("URI port", "65535", 65535),
    BAD("URI port", "65536"),
    BAD("URI port", "70596"),
    BAD("URI port", "4294972356"),
    BAD("URI port", "99999999999999999999"),
    GOOD("URI port", ZEROS "5060", 5060),
    BAD("URI port", "-1"),
    BAD("URI port", ""),
    /* 25.1: 0 to 1 with up to three digits. */
    GOOD("q", "0", 0),
    GOOD("q", "0.", 0),
    GOOD("q", "0.0", 0),
    GOOD("q", "0.001", 1),
    GOOD("q", "0.01", 10),
    GOOD("q", "0.1", 100),
    GOOD("q", "0.33", 330),
    GOOD("q", "0.999", 999),
    GOOD("q", "1", 1000),
    GOOD("q", "1.", 1000),
    GOOD("q", "1.000", 1000),
    BAD("q", "1.001"),
    BAD("q", "1.1"),
    BAD("q", "2"),
    BAD("q", "0.0001"),
    BAD("q", "00.1"),
    BAD("q", "-0.1"),
    BAD("q", ".5"),
    BAD("q", ""),
    BAD("q", "0,5"),
    /* 10.3: a malformed one is taken as 3600; RFC 4475 3.1.2.4 says the same of one that is too large. */
    GOOD("expires", "0", 0),
    GOOD("expires", "4294967294", 4294967294),
    GOOD("expires", "4294967295", 4294967295),
    GOOD("expires", "4294967296", 3600),
    GOOD("expires", "280297596632815", 3600),
    GOOD("expires", "99999999999999999999", 3600),
    GOOD("expires", ZEROS "60", 60),
    GOOD("expires", "-1", 3600),
    GOOD("expires", "soon", 3600),
};

static const spot *find_spot(const char *name)
{
    for (size_t i = 0; i < sizeof spots / sizeof spots[0]; i++)
        if (strcmp(spots[i].name, name) == 0)
            return &spots[i];
    fail_msg("no spot %s", name);
    return NULL;
}

static char *filled(const char *pattern, const char *text)
{
    static char out[4][300];
    static unsigned turn;
    char *line = out[turn++ % 4];
    const char *gap = strstr(pattern, "%s");
    if (gap == NULL)
        (void)snprintf(line, 300, "%s", pattern);
    else
        (void)snprintf(line, 300, "%.*s%s%s", (int)(gap - pattern), pattern, text, gap + 2);
    return line;
}

static void test_numbers_at_their_boundaries(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        const spot *place = find_spot(numbers[i].spot);
        const char *text = numbers[i].text;
        built b;
        uint32_t number = 12345;
        build(&b, filled(place->start_line, text), filled(place->via, text), filled(place->cseq, text),
              filled(place->more, text));
        sira_status status = b.status != SIRA_OK ? b.status : place->read(&b, &number);
        if (numbers[i].good && status != SIRA_OK)
            complain(place->name, text, sira_status_name(status));
        else if (numbers[i].good && number != numbers[i].number)
            complain(place->name, text, "another number was read");
        else if (!numbers[i].good && status == SIRA_OK)
            complain(place->name, text, "accepted");
        if (!numbers[i].good && b.status < 0 && b.message.is_request && b.diag.code != 400)
            complain(place->name, text, "the response code is not 400");
        unbuild(&b);
    }
    assert_int_equal(failures, 0);
}

/* A number with more digits than any integer has, and a message that is full of them. */
static void test_many_digits(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof spots / sizeof spots[0]; i++)
        for (int fill = 0; fill < 2; fill++) {
            char digits[201];
            memset(digits, fill == 0 ? '9' : '0', 200);
            digits[200] = '\0';
            built b;
            uint32_t number = 0;
            build(&b, filled(spots[i].start_line, digits), filled(spots[i].via, digits), filled(spots[i].cseq, digits),
                  filled(spots[i].more, digits));
            sira_status status = b.status != SIRA_OK ? b.status : spots[i].read(&b, &number);
            bool lenient = strcmp(spots[i].name, "expires") == 0; /* taken as the default */
            if (fill == 0 && status == SIRA_OK && !lenient && strcmp(spots[i].name, "Retry-After") != 0 &&
                strcmp(spots[i].name, "duration") != 0)
                complain(spots[i].name, digits, "accepted");
            if (fill == 1 && status == SIRA_OK && number != 0)
                complain(spots[i].name, digits, "not 0");
            unbuild(&b);
        }
    assert_int_equal(failures, 0);
}

/* ---- fields that stand once ---- */

/* RFC 3261 7.3.1: only what is a comma-separated list may stand in several lines. */
static const struct {
    const char *first, *second;
} doubled[] = {
    {"", "From: <sip:c@example.com>;tag=2\r\n"},
    {"", "f: <sip:a@example.com>;tag=1\r\n"},
    {"", "To: <sip:c@example.com>\r\n"},
    {"", "t: <sip:b@example.com>\r\n"},
    {"", "Call-ID: other@example.com\r\n"},
    {"", "i: id@example.com\r\n"},
    {"", "CSeq: 2 REGISTER\r\n"},
    {"", "CSEQ : 1 REGISTER\r\n"},
    {"Max-Forwards: 70\r\n", "Max-Forwards: 70\r\n"},
    {"Content-Length: 0\r\n", "Content-Length: 0\r\n"},
    {"Content-Length: 0\r\n", "l: 0\r\n"},
    {"Content-Type: text/plain\r\n", "c: text/plain\r\n"},
    {"Expires: 1\r\n", "Expires: 2\r\n"},
    {"Min-Expires: 1\r\n", "Min-Expires: 1\r\n"},
    {"Date: Sat, 13 Nov 2010 23:29:00 GMT\r\n", "Date: Sat, 13 Nov 2010 23:29:00 GMT\r\n"},
    {"Retry-After: 1\r\n", "Retry-After: 1\r\n"},
    {"Event: reg\r\n", "o: reg\r\n"},
    {"Subscription-State: active\r\n", "Subscription-State: active\r\n"},
    {"Refer-To: <sip:c@example.com>\r\n", "r: <sip:d@example.com>\r\n"},
    {"Referred-By: <sip:c@example.com>\r\n", "b: <sip:d@example.com>\r\n"},
    {"Session-Expires: 90\r\n", "x: 90\r\n"},
    {"Flow-Timer: 90\r\n", "Flow-Timer: 90\r\n"},
};

static void test_fields_that_stand_twice(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof doubled / sizeof doubled[0]; i++) {
        char more[300];
        built once, twice;
        build_request(&once, doubled[i].first);
        if (once.status != SIRA_OK)
            complain(doubled[i].first, "once", sira_status_name(once.status));
        (void)snprintf(more, sizeof more, "%s%s", doubled[i].first, doubled[i].second);
        build_request(&twice, more);
        if (twice.status != SIRA_E_DUPLICATE && twice.status != SIRA_E_LENGTH)
            complain(doubled[i].second, "twice", sira_status_name(twice.status));
        else if (twice.diag.code != 400 ||
                 twice.diag.offset < (size_t)(twice.bytes.len - strlen(doubled[i].second) - 2))
            complain(doubled[i].second, "twice", "the diag does not point at the second one with 400");
        unbuild(&once);
        unbuild(&twice);
    }
    assert_int_equal(failures, 0);
}

static const char *const lists[] = {
    "Via: SIP/2.0/UDP 192.0.2.2;branch=z9hG4bK2\r\n",
    "Contact: <sip:a@192.0.2.1>\r\n",
    "Route: <sip:p1.example.com;lr>\r\n",
    "Record-Route: <sip:p1.example.com;lr>\r\n",
    "Path: <sip:p1.example.com;lr>\r\n",
    "Service-Route: <sip:p1.example.com;lr>\r\n",
    "P-Associated-URI: <sip:a@example.com>\r\n",
    "Supported: path\r\n",
    "Require: path\r\n",
    "Proxy-Require: path\r\n",
    "Unsupported: path\r\n",
    "Allow: INVITE\r\n",
    "Allow-Events: reg\r\n",
    "Accept: text/plain\r\n",
    "Warning: 399 h \"t\"\r\n",
    "Reason: SIP;cause=1\r\n",
    "Security-Client: tls\r\n",
    "Authorization: Digest realm=\"a\"\r\n",
    "Proxy-Authorization: Digest realm=\"a\"\r\n",
    "WWW-Authenticate: Digest realm=\"a\"\r\n",
    "Proxy-Authenticate: Digest realm=\"a\"\r\n",
    "X-Other: 1\r\n",
};

static void test_lists_may_stand_twice(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        char more[300];
        built b;
        (void)snprintf(more, sizeof more, "%s%s", lists[i], lists[i]);
        build_request(&b, more);
        if (b.status != SIRA_OK)
            complain(lists[i], "twice", sira_status_name(b.status));
        unbuild(&b);
    }
    assert_int_equal(failures, 0);
}

/* A single one that has a comma is not two. */
static void test_a_comma_makes_no_list(void **state)
{
    static const char *const values[] = {
        "1 REGISTER, 2 REGISTER",
        "1 REGISTER 2",
    };
    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        built b;
        build(&b, REQUEST, VIA, values[i], "");
        if (b.status == SIRA_OK)
            complain("CSeq", values[i], "accepted");
        unbuild(&b);
    }
    static const char *const more[] = {
        "Max-Forwards: 70, 70\r\n",
        "Expires: 1, 2\r\n",
        "Content-Type: text/plain, text/html\r\n",
        "Content-Length: 0, 0\r\n",
    };
    for (size_t i = 0; i < sizeof more / sizeof more[0]; i++) {
        built b;
        sira_token_params type;
        uint32_t number;
        build_request(&b, more[i]);
        if (b.status == SIRA_OK && sira_message_number(&b.message, SIRA_FIELD_MAX_FORWARDS, &number, NULL) != SIRA_OK)
            b.status = SIRA_E_SYNTAX;
        if (b.status == SIRA_OK && sira_message_number(&b.message, SIRA_FIELD_EXPIRES, &number, NULL) != SIRA_OK)
            b.status = SIRA_E_SYNTAX;
        if (b.status == SIRA_OK &&
            sira_message_token_params(&b.message, SIRA_FIELD_CONTENT_TYPE, &type, NULL) != SIRA_OK)
            b.status = SIRA_E_SYNTAX;
        if (b.status == SIRA_OK)
            complain(more[i], "", "accepted");
        unbuild(&b);
    }
    assert_int_equal(failures, 0);
}

/* ---- names ---- */

/* These have the hash of Call-ID, Content-Length and From in a stack that compares hashes only. */
static void test_names_that_collide_elsewhere(void **state)
{
    (void)state;
    built b;
    sira_str call_id;
    sira_address from;
    uint32_t length;
    build_request(&b, "Foo-469: evil@example.com\r\nFoo-2488: 999\r\nFoo-132: "
                      "<sip:evil@example.com>;tag=evil\r\nContent-Length: 0\r\n");
    assert_int_equal(b.status, SIRA_OK);
    assert_int_equal(sira_message_call_id(&b.message, &call_id, NULL), SIRA_OK);
    expect_str("Call-ID", call_id, "id@example.com");
    assert_int_equal(sira_message_number(&b.message, SIRA_FIELD_CONTENT_LENGTH, &length, NULL), SIRA_OK);
    assert_int_equal(length, 0);
    assert_int_equal(sira_message_address(&b.message, SIRA_FIELD_FROM, &from, NULL), SIRA_OK);
    expect_str("From tag", from.tag, "1");
    static const char *const names[] = {"Foo-469", "Foo-2488", "Foo-132"};
    static const char *const values[] = {"evil@example.com", "999", "<sip:evil@example.com>;tag=evil"};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(sira_field_id_of(sira_str_from(names[i])), SIRA_FIELD_OTHER);
        const sira_field *field = sira_message_find(&b.message, sira_str_from(names[i]), 0);
        assert_non_null(field);
        expect_str(names[i], field->value, values[i]);
    }
    unbuild(&b);
}

/* Each known name with one bit of one byte turned is another name, unless that bit is the case of a letter. */
static void test_names_one_bit_off(void **state)
{
    (void)state;
    for (int id = 1; id < SIRA_FIELD_COUNT; id++) {
        const char *name = sira_field_name((sira_field_id)id);
        assert_int_equal(sira_field_id_of(sira_str_from(name)), id);
        for (size_t i = 0; i < strlen(name); i++)
            for (int bit = 0; bit < 8; bit++) {
                sira_str copy = heap_str_from(name);
                char *changed = (char *)(uintptr_t)copy.at;
                changed[i] = (char)(changed[i] ^ (1 << bit));
                bool letter = (name[i] >= 'a' && name[i] <= 'z') || (name[i] >= 'A' && name[i] <= 'Z');
                sira_field_id expected = bit == 5 && letter ? (sira_field_id)id : SIRA_FIELD_OTHER;
                if (sira_field_id_of(copy) != expected)
                    complain(name, changed, "one bit off");
                heap_str_free(copy);
            }
        /* A part of a name is another name, and so is a longer one. */
        for (size_t length = 2; length < strlen(name); length++) {
            sira_field_id part = sira_field_id_of((sira_str){name, length});
            if (part != SIRA_FIELD_OTHER && strlen(sira_field_name(part)) != length)
                complain(name, sira_field_name(part), "taken for a part of it");
        }
        char longer[64];
        (void)snprintf(longer, sizeof longer, "%sx", name);
        assert_int_equal(sira_field_id_of(sira_str_from(longer)), SIRA_FIELD_OTHER);
    }
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_at_their_boundaries), cmocka_unit_test(test_many_digits),
        cmocka_unit_test(test_fields_that_stand_twice),     cmocka_unit_test(test_lists_may_stand_twice),
        cmocka_unit_test(test_a_comma_makes_no_list),       cmocka_unit_test(test_names_that_collide_elsewhere),
        cmocka_unit_test(test_names_one_bit_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
