/* Answers of registrars as they are in the field: the line is registered all the same, for what was granted, and the
 * trace says what is odd. And what is never let pass. */
#include "support/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

#define START "SIP/2.0 200 OK\r\n"
#define VIA "Via: $V\r\n"
#define FROM "From: $F\r\n"
#define TO "To: $T;tag=r\r\n"
#define CALL_ID "Call-ID: $I\r\n"
#define CSEQ "CSeq: $S\r\n"
#define OURS VIA FROM TO CALL_ID CSEQ
#define GRANT "Contact: $C;expires=600\r\n"
#define END "Content-Length: 0\r\n\r\n"

/* ---- answers from a text: $V, $F, $T, $I, $S stand for what the request has in Via, From, To, Call-ID and CSeq, $C
 * for its Contact, $U for the URI in that, $0 for a NUL ---- */

static sira_str value_of(const sira_message *request, char sign)
{
    static const struct {
        char sign;
        sira_field_id id;
    } signs[] = {{'V', SIRA_FIELD_VIA},     {'F', SIRA_FIELD_FROM}, {'T', SIRA_FIELD_TO},
                 {'I', SIRA_FIELD_CALL_ID}, {'S', SIRA_FIELD_CSEQ}, {'C', SIRA_FIELD_CONTACT}};
    if (sign == '0')
        return (sira_str){"", 1};
    if (sign == 'U') {
        sira_str contact = world_contact(request);
        return (sira_str){contact.at + 1, contact.len - 2};
    }
    for (size_t i = 0; i < COUNT_OF(signs); i++)
        if (signs[i].sign == sign)
            return sira_message_field(request, signs[i].id)->value;
    fail_msg("$%c", sign);
    return SIRA_STR("");
}

static void answer(world *w, const sira_message *request, const char *text)
{
    char bytes[4000];
    size_t length = 0;
    for (; *text != '\0'; text++) {
        sira_str part = {text, 1};
        if (*text == '$')
            part = value_of(request, *++text);
        assert_true(length + part.len < sizeof bytes);
        memcpy(bytes + length, part.at, part.len);
        length += part.len;
    }
    world_deliver(w, 5, bytes, length);
}

static const char *challenge, *grant; /* NULL: the usual challenge */

static void is_sloppy(world *w, const sira_message *request)
{
    if (sira_message_field(request, SIRA_FIELD_AUTHORIZATION) != NULL && world_verify(request, "alice", "secret"))
        answer(w, request, grant);
    else if (challenge != NULL)
        answer(w, request, challenge);
    else
        world_reply(w, request, 401, "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\"\r\n");
}

/* ---- what is let pass ---- */

typedef struct sloppy_case {
    const char *name, *grant;
    uint32_t expires;
    unsigned tolerated;
    uint8_t kind;      /* of the first, */
    const char *field; /* and where */
    sira_status status;
} sloppy_case;

enum { LINE = SIRA_ODDITY_LINE, VALUE = SIRA_ODDITY_VALUE, AGAIN = SIRA_ODDITY_REPEATED };
enum { MISSING = SIRA_ODDITY_MISSING, LENGTH = SIRA_ODDITY_LENGTH };

static const sloppy_case sloppy[] = {
    {"nothing is wrong", START OURS GRANT END, 600, 0, 0, "", 0},

    {"Via ends in a semicolon", START "Via: $V;\r\n" FROM TO CALL_ID CSEQ GRANT END, 600, 1, VALUE, "Via", 0},
    {"Via has an empty parameter", START "Via: $V;;x\r\n" FROM TO CALL_ID CSEQ GRANT END, 600, 1, VALUE, "Via", 0},
    {"Via ends in a comma", START "Via: $V,\r\n" FROM TO CALL_ID CSEQ GRANT END, 600, 1, VALUE, "Via", 0},
    {"received is no address", START "Via: $V;received=nat.example\r\n" FROM TO CALL_ID CSEQ GRANT END, 600, 1, VALUE,
     "Via", 0},
    {"rport is no port", START "Via: $V;rport=99999\r\n" FROM TO CALL_ID CSEQ GRANT END, 600, 1, VALUE, "Via", 0},

    {"lines end in LF alone",
     "SIP/2.0 200 OK\nVia: $V\nFrom: $F\nTo: $T;tag=r\nCall-ID: $I\nCSeq: $S\nContact: $C;expires=600\n\n", 600, 1,
     LINE, "", 0},
    {"one line ends in LF alone", START OURS "Server: x\n" GRANT END, 600, 1, LINE, "", 0},
    {"one line ends in CR CR LF", START OURS "Server: x\r\r\n" GRANT END, 600, 1, LINE, "", 0},
    {"no empty line at the end", START OURS GRANT, 600, 1, LINE, "", 0},
    {"cut in the last line", START OURS "Server: x\r\nContact: $C;expires=600", 600, 2, LINE, "", 0},
    {"a line without a colon", START OURS "X-Broken header line\r\n" GRANT END, 600, 1, LINE, "", 0},
    {"a line without a name", START OURS ": x\r\n" GRANT END, 600, 1, LINE, "", 0},
    {"a line of blanks", START OURS "X: y\r\n \r\n" GRANT END, 600, 0, 0, "", 0},
    {"a name with a blank in it", START OURS "Contact Info: x\r\n" GRANT END, 600, 1, LINE, "", 0},
    {"no reason phrase and no blank", "SIP/2.0 200\r\n" OURS GRANT END, 600, 1, LINE, "", 0},
    {"two blanks in the start line", "SIP/2.0  200 OK\r\n" OURS GRANT END, 600, 1, LINE, "", 0},
    {"a control character in a value", START OURS "Server: \1\r\n" GRANT END, 600, 1, LINE, "", 0},

    {"no To", START VIA FROM CALL_ID CSEQ GRANT END, 600, 1, MISSING, "To", 0},
    {"an empty To", START VIA FROM "To:\r\n" CALL_ID CSEQ GRANT END, 600, 2, VALUE, "To", 0},
    {"To without a URI", START VIA FROM "To: alice;tag=r\r\n" CALL_ID CSEQ GRANT END, 600, 1, VALUE, "To", 0},
    {"To with two tags", START VIA FROM "To: $T;tag=r;tag=s\r\n" CALL_ID CSEQ GRANT END, 600, 2, VALUE, "To", 0},
    {"To with a display name in no charset", START VIA FROM "To: J\xf6rg <sip:a@b>;tag=r\r\n" CALL_ID CSEQ GRANT END,
     600, 1, VALUE, "To", 0},
    {"two To", START OURS "To: <sip:x@y>\r\n" GRANT END, 600, 1, AGAIN, "To", 0},
    {"From ends in a semicolon", START VIA "From: $F;\r\n" TO CALL_ID CSEQ GRANT END, 600, 1, VALUE, "From", 0},
    {"From twice, the same", START OURS FROM GRANT END, 600, 1, AGAIN, "From", 0},
    {"Call-ID twice, the same", START OURS CALL_ID GRANT END, 600, 1, AGAIN, "Call-ID", 0},
    {"CSeq twice, the same", START OURS CSEQ GRANT END, 600, 1, AGAIN, "CSeq", 0},

    {"Content-Length beyond the end", START OURS GRANT "Content-Length: 99\r\n\r\n", 600, 1, LENGTH, "Content-Length",
     0},
    {"Content-Length is none", START OURS GRANT "Content-Length: x\r\n\r\n", 600, 1, LENGTH, "Content-Length", 0},
    {"Content-Length below 0", START OURS GRANT "Content-Length: -1\r\n\r\n", 600, 1, LENGTH, "Content-Length", 0},
    {"Content-Length twice", START OURS GRANT "Content-Length: 0\r\n" END, 600, 1, LENGTH, "Content-Length", 0},
    {"Content-Length twice, unlike", START OURS GRANT "Content-Length: 1\r\n" END, 600, 1, LENGTH, "Content-Length", 0},

    {"Expires twice: the smaller", START OURS "Contact: $C\r\nExpires: 3600\r\nExpires: 600\r\n" END, 600, 1, AGAIN,
     "Expires", 0},
    {"Expires twice, one of them 0", START OURS "Contact: $C\r\nExpires: 0\r\nExpires: 600\r\n" END, 600, 1, AGAIN,
     "Expires", 0},
    {"Expires twice, one of them a word", START OURS "Contact: $C\r\nExpires: soon\r\nExpires: 600\r\n" END, 600, 1,
     AGAIN, "Expires", 0},
    {"a field that nobody reads, twice", START OURS GRANT "Server: x\r\nServer: y\r\n" END, 600, 1, AGAIN, "Server", 0},
    {"Date twice and none", START OURS GRANT "Date: x\r\nDate: today\r\n" END, 600, 1, AGAIN, "Date", 0},
    {"User-Agent twice", START OURS GRANT "User-Agent: x\r\nUser-Agent: y\r\n" END, 600, 1, AGAIN, "User-Agent", 0},

    /* the list */
    {"a quoted parameter in the URI", START OURS "Contact: <$U;t=\"VG8+/SaA=\">;expires=600\r\n" END, 600, 1, VALUE,
     "Contact", 0},
    {"a quoted lifetime", START OURS "Contact: $C;expires=\"600\"\r\n" END, 600, 1, VALUE, "Contact", 0},
    {"a lifetime with a unit", START OURS "Contact: $C;expires=600s\r\n" END, 600, 1, VALUE, "Contact", 0},
    {"two foreign ones, one of them removed",
     START OURS "Contact: <sip:a@198.51.100.7>;expires=60, <sip:b@198.51.100.8>;expires=0\r\n" END, 60, 1, MISSING,
     "Contact", 0},
    {"two foreign ones, the removed one first",
     START OURS "Contact: <sip:b@198.51.100.8>;expires=0\r\nContact: <sip:a@198.51.100.7>;expires=60\r\n" END, 60, 1,
     MISSING, "Contact", 0},
    {"three foreign ones",
     START OURS "Contact: <sip:a@198.51.100.7>;expires=900, <sip:b@198.51.100.8>;expires=60\r\n"
                "Contact: <sip:c@198.51.100.9>;expires=0\r\n" END,
     60, 1, MISSING, "Contact", SIRA_E_UNCLEAR},
    {"one foreign one", START OURS "Contact: <sip:a@198.51.100.7>;expires=60\r\n" END, 60, 1, MISSING, "Contact", 0},
    {"no list, but a lifetime", START OURS "Expires: 600\r\n" END, 600, 1, MISSING, "Contact", 0},
    {"neither", START OURS END, 120, 1, MISSING, "Contact", SIRA_E_UNCLEAR},
    {"ours, without a lifetime", START OURS "Contact: $C\r\n" END, 120, 0, 0, "", SIRA_E_UNCLEAR},
    {"ours, with a word for it", START OURS "Contact: $C;expires=never\r\n" END, 120, 1, VALUE, "Contact",
     SIRA_E_UNCLEAR},
    {"ours, with a word for it, and a lifetime", START OURS "Contact: $C;expires=never\r\nExpires: 600\r\n" END, 600, 1,
     VALUE, "Contact", SIRA_E_UNCLEAR},
    {"nothing that can be read", START OURS "Contact: \"<;;expires=600\r\n" END, 600, 2, VALUE, "Contact", 0},
    {"nothing but a star", START OURS "Contact: *\r\n" END, 120, 1, MISSING, "Contact", SIRA_E_UNCLEAR},
    {"ours behind one that is malformed", START OURS "Contact: <sip:al ice@x>;expires=5, $C;expires=600\r\n" END, 600,
     1, VALUE, "Contact", 0},
    {"ours in front of one that is malformed", START OURS "Contact: $C;expires=600, <sip:x\r\n" END, 600, 1, VALUE,
     "Contact", 0},
    {"ours, and a comma at the end", START OURS "Contact: $C;expires=600,\r\n" END, 600, 1, VALUE, "Contact", 0},
    {"a Contact that is empty, then ours", START OURS "Contact:\r\n" GRANT END, 600, 1, VALUE, "Contact", 0},
    {"ours with a lifetime twice", START OURS "Contact: $C;expires=3600;expires=600\r\n" END, 600, 1, VALUE, "Contact",
     0},
    {"ours with a display name in no charset", START OURS "Contact: J\xf6rg $C;expires=600\r\n" END, 600, 1, VALUE,
     "Contact", 0},
    {"ours with a q above 1", START OURS "Contact: $C;q=1.5;expires=600\r\n" END, 600, 1, VALUE, "Contact", 0},

    /* both */
    {"all at once",
     "SIP/2.0 200\nVia: $V;\nFrom: $F;\nCall-ID: $I\nCSeq: $S\nwhat\nExpires: x\nContact: <$U;t=\"+\">;expires=\"600\"",
     600, 8, LINE, "", 0},
};

static world *run(world_script script)
{
    world *w = world_open(script);
    world_start(w);
    world_run(w, 1000);
    return w;
}

static void expect_sloppy(const sloppy_case *c)
{
    grant = c->grant;
    world *w = run(is_sloppy);
    const sira_event *last = world_last(w);
    if (last->kind != SIRA_EVENT_REGISTERED || last->expires != c->expires || last->status != c->status)
        fail_msg("%s: %s, %u refused", c->name, w->events[w->event_count - 1].text, w->refused);
    const unsigned shown = c->tolerated > SIRA_ODDITIES_KEPT ? SIRA_ODDITIES_KEPT + 1 : c->tolerated;
    if (w->tolerated != shown || sira_agent_get_counters(&w->agent)->tolerated != c->tolerated)
        fail_msg("%s: %u tolerated", c->name, w->tolerated);
    if (c->tolerated != 0 && (w->oddities[0].kind != c->kind || strcmp(w->oddities[0].diag.field, c->field) != 0))
        fail_msg("%s: %u in %s, expected %s", c->name, w->oddities[0].kind, w->oddities[0].diag.field,
                 w->oddities[0].diag.expected);
    assert_int_equal(w->refused, 0);
    assert_int_equal(w->answered, 1);
    assert_in_range(last->next, last->now + 1, last->now + 1000u * c->expires);
    world_close(w);
}

static void a_sloppy_answer_is_an_answer(void **context)
{
    (void)context;
    for (size_t i = 0; i < COUNT_OF(sloppy); i++)
        expect_sloppy(&sloppy[i]);
}

/* In any field that says neither whose answer it is nor what was granted. */
static void no_other_field_matters(void **context)
{
    (void)context;
    static const char *const fields[] = {
        "To",           "Server",       "Supported",        "Date",          "Service-Route", "P-Associated-URI",
        "Allow",        "Require",      "Retry-After",      "Warning",       "Record-Route",  "Path",
        "Content-Type", "Timestamp",    "Organization",     "Event",         "Reason",        "Unsupported",
        "Min-Expires",  "Flow-Timer",   "WWW-Authenticate", "Max-Forwards",  "Route",         "Subject",
        "Allow-Events", "MIME-Version", "Content-Encoding", "Priority",      "X-Whatever",    "Authentication-Info",
        "Accept",       "Refer-To",     "Session-Expires",  "Authorization", "User-Agent",    "P-Asserted-Identity",
    };
    static const char *const values[] = {"",       ";", ",",  "x,",   "x;;y", "\"", "<",
                                         "<sip:a", "=", "-1", "\xff", "\1",   "\\", "x\r\n y"};
    for (size_t i = 0; i < COUNT_OF(fields) * COUNT_OF(values); i++) {
        const char *field = fields[i / COUNT_OF(values)], *value = values[i % COUNT_OF(values)];
        char text[900];
        (void)snprintf(text, sizeof text, START VIA FROM "%s" CALL_ID CSEQ "%s: %s\r\n%s: %s\r\n" GRANT END,
                       strcmp(field, "To") != 0 ? TO : "", field, value, field, value);
        grant = text;
        world *w = run(is_sloppy);
        if (world_last(w)->kind != SIRA_EVENT_REGISTERED || world_last(w)->expires != 600)
            fail_msg("%s: %s: %s", field, value, w->events[w->event_count - 1].text);
        world_close(w);
    }
}

/* ---- challenges ---- */

static void a_sloppy_challenge_is_answered(void **context)
{
    (void)context;
    static const struct {
        const char *name, *field;
        bool has_qop;
    } cases[] = {
        {"usual", "Digest realm=\"r\", nonce=\"n\", qop=\"auth\"", true},
        {"an empty qop", "Digest realm=\"r\", nonce=\"n\", qop=\"\"", false},
        {"a qop that nobody knows", "Digest realm=\"r\", nonce=\"n\", qop=\"auth-conf\"", false},
        {"a comma at the end", "Digest realm=\"r\", nonce=\"n\", qop=\"auth\",", true},
        {"a comma and a blank at the end", "Digest realm=\"r\", nonce=\"n\", qop=\"auth\", ", true},
        {"two commas", "Digest realm=\"r\",, nonce=\"n\", qop=\"auth\"", true},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char text[600];
        (void)snprintf(text, sizeof text, "SIP/2.0 401 No\r\n" OURS "WWW-Authenticate: %s\r\n" END, cases[i].field);
        challenge = text;
        grant = START OURS GRANT END;
        world *w = run(is_sloppy);
        if (world_last(w)->kind != SIRA_EVENT_REGISTERED || w->answered != 1)
            fail_msg("%s: %s", cases[i].name, w->events[w->event_count - 1].text);
        assert_true((*world_credential(world_sent(w, 1), "qop") != '\0') == cases[i].has_qop);
        world_close(w);
    }
    challenge = NULL;
}

/* The blemish is in the 401 itself. */
static void a_challenge_in_a_sloppy_answer_is_answered(void **context)
{
    (void)context;
    static const char *const texts[] = {
        "SIP/2.0 401\n" OURS "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\"\n\n",
        "SIP/2.0 401 No\r\nVia: $V;\r\nFrom: $F\r\nCall-ID: $I\r\nCSeq: $S\r\nwhat\r\n"
        "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\"\r\nDate: x\r\nDate: y\r\nContent-Length: 7\r\n\r\n",
    };
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        challenge = texts[i];
        grant = START OURS GRANT END;
        world *w = run(is_sloppy);
        assert_int_equal(world_last(w)->kind, SIRA_EVENT_REGISTERED);
        assert_true(w->tolerated > 0);
        assert_int_equal(w->answered, 1);
        world_close(w);
    }
    challenge = NULL;
}

/* Two readings: no answer. */
static void an_ambiguous_challenge_is_not_answered(void **context)
{
    (void)context;
    static const char *const fields[] = {
        "Digest realm=\"r\", nonce=\"n\", nonce=\"m\"",
        "Digest realm=\"r\", realm=\"s\", nonce=\"n\"",
        "Digest realm=\"r\", nonce=\"n\", algorithm=MD5, algorithm=SHA-256",
        "Digest realm=\"r\", nonce=\"n\", qop=\"auth\", qop=\"auth-int\"",
        "Digest realm=\"r\", nonce=\"n\", opaque=\"a\", opaque=\"b\"",
        "Digest realm=\"r, nonce=\"n\"",
        "Digest realm=\"r\" nonce=\"n\"",
        "Digest realm=\"r\"; nonce=\"n\"",
    };
    for (size_t i = 0; i < COUNT_OF(fields); i++) {
        char text[600];
        (void)snprintf(text, sizeof text, "SIP/2.0 401 No\r\n" OURS "what\r\nWWW-Authenticate: %s\r\n" END, fields[i]);
        challenge = text;
        world *w = run(is_sloppy);
        if (world_last(w)->kind != SIRA_EVENT_WAITING || world_last(w)->status >= 0 || w->answered != 0)
            fail_msg("%s: %s", fields[i], w->events[w->event_count - 1].text);
        assert_int_equal(world_last(w)->code, 401); /* it is an answer, if a useless one */
        world_close(w);
    }
    challenge = NULL;
}

/* ---- what is never let pass ---- */

#define SPLICED START OURS "Contact: $C;expires=1\r\n"

static void some_things_are_no_answer(void **context)
{
    (void)context;
    static const struct {
        const char *name, *grant;
        bool stray; /* well-formed, but not ours */
    } cases[] = {
        {"a NUL in a value", START OURS "Server: $0\r\n" GRANT END, false},
        {"a NUL in a line that is none", START OURS "what$0\r\n" GRANT END, false},
        {"a NUL in Via", START "Via: $V;x=$0\r\n" FROM TO CALL_ID CSEQ GRANT END, false},
        {"another answer spliced in", START OURS SPLICED GRANT END, false},
        {"another answer behind a line that is none", START OURS "what\n" SPLICED GRANT END, false},
        {"two Call-IDs", START OURS "Call-ID: other\r\n" GRANT END, false},
        {"two Call-IDs, ours behind", START "Call-ID: other\r\n" OURS GRANT END, false},
        {"two CSeqs", START OURS "CSeq: 99 REGISTER\r\n" GRANT END, false},
        {"two Froms", START OURS "From: <sip:alice@example.test>;tag=x\r\n" GRANT END, false},
        {"two From tags", START VIA "From: $F;tag=x\r\n" TO CALL_ID CSEQ GRANT END, false},
        {"two branches", START "Via: $V;branch=z9hG4bKother\r\n" FROM TO CALL_ID CSEQ GRANT END, false},
        {"two Via", START OURS "Via: SIP/2.0/UDP 192.0.2.50;branch=z9hG4bKx\r\n" GRANT END, false},
        {"two Via, ours behind", START "Via: SIP/2.0/UDP 192.0.2.50;branch=z9hG4bKx\r\n" OURS GRANT END, false},
        {"two Via in one", START "Via: $V, SIP/2.0/UDP 192.0.2.50;branch=z9hG4bKx\r\n" FROM TO CALL_ID CSEQ GRANT END,
         false},
        {"no Via", START FROM TO CALL_ID CSEQ GRANT END, false},
        {"no From", START VIA TO CALL_ID CSEQ GRANT END, false},
        {"no Call-ID", START VIA FROM TO CSEQ GRANT END, false},
        {"no CSeq", START VIA FROM TO CALL_ID GRANT END, false},
        {"another version", "SIP/3.0 200 OK\r\n" OURS GRANT END, false},
        {"a code of two digits", "SIP/2.0 20 OK\r\n" OURS GRANT END, false},
        {"another Call-ID", START VIA FROM TO "Call-ID: other\r\n" CSEQ GRANT END, true},
        {"another CSeq", START VIA FROM TO CALL_ID "CSeq: 99 REGISTER\r\n" GRANT END, true},
        {"another method", START VIA FROM TO CALL_ID "CSeq: 2 OPTIONS\r\n" GRANT END, true},
        {"another From tag", START VIA "From: <sip:alice@example.test>;tag=x\r\n" TO CALL_ID CSEQ GRANT END, true},
        {"another branch",
         START "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK0123456789abcdef\r\n" FROM TO CALL_ID CSEQ GRANT END,
         true},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        grant = cases[i].grant;
        world *w = run(is_sloppy);
        const sira_agent_counters *counters = sira_agent_get_counters(&w->agent);
        if (world_last(w)->kind != SIRA_EVENT_REGISTERING || w->tolerated != 0)
            fail_msg("%s: %s", cases[i].name, w->events[w->event_count - 1].text);
        if ((counters->stray != 0) != cases[i].stray || (counters->malformed != 0) == cases[i].stray)
            fail_msg("%s: %u stray, %u malformed", cases[i].name, counters->stray, counters->malformed);
        world_close(w);
    }
}

/* RFC 3261 18.1.2: it has to say where we said that we are. */
static void an_answer_that_was_sent_by_another_is_discarded(void **context)
{
    (void)context;
    static const struct {
        const char *sent_by;
        bool ours;
    } cases[] = {
        {"192.0.2.1:5060", true},      {"192.0.2.1", true},       {"192.0.2.1 : 5060", true},
        {"192.0.2.2:5060", false},     {"192.0.2.1:5061", false}, {"alice.example.test", false},
        {"[2001:db8::1]:5060", false},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char text[600];
        world *w = world_open(NULL);
        world_start(w);
        world_run(w, 1);
        const sira_message *request = world_sent(w, 0);
        const char *branch = strstr(value_of(request, 'V').at, ";branch=");
        (void)snprintf(text, sizeof text, START "Via: SIP/2.0/UDP %s%.*s\r\n" FROM TO CALL_ID CSEQ GRANT END,
                       cases[i].sent_by, (int)strcspn(branch, "\r"), branch);
        answer(w, request, text);
        world_run(w, 100);
        if ((world_last(w)->kind == SIRA_EVENT_REGISTERED) != cases[i].ours)
            fail_msg("%s: %s", cases[i].sent_by, w->events[w->event_count - 1].text);
        assert_int_equal(sira_agent_get_counters(&w->agent)->stray, !cases[i].ours);
        world_close(w);
    }
}

/* Where a message ends must not be guessed on a stream. */
static void nothing_on_a_stream_moves_the_end(void **context)
{
    (void)context;
    static const struct {
        const char *grant;
        bool taken;
    } cases[] = {
        {START OURS GRANT END, true},
        {START OURS "what\r\n" GRANT END, true},
        {START "Via: $V;\r\n" FROM CALL_ID CSEQ GRANT "Date: x\r\nDate: y\r\n" END, true},
        {START OURS "Server: x\n" GRANT END, false},
        {START OURS GRANT "Content-Length: 9\r\n\r\n", false},
        {START OURS GRANT "Content-Length: x\r\n\r\n", false},
        {START OURS GRANT "Content-Length: 0\r\n" END, false},
        {START OURS GRANT, false},
        {START OURS "what\n" GRANT END, false},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        grant = cases[i].grant;
        world *w = world_open(is_sloppy);
        w->server_config.uri = SIRA_STR("sip:192.0.2.100;transport=tcp");
        w->agent_config.transport.kinds = 1u << SIRA_TRANSPORT_TCP;
        world_start(w);
        world_run(w, 1000);
        if ((world_last(w)->kind == SIRA_EVENT_REGISTERED) != cases[i].taken)
            fail_msg("%u: %s", (unsigned)i, w->events[w->event_count - 1].text);
        assert_true((sira_agent_get_counters(&w->agent)->malformed == 0) == cases[i].taken);
        world_close(w);
    }
}

/* ---- requests ---- */

static void requests_are_read_as_strictly_as_before(void **context)
{
    (void)context;
    static const char *const requests[] = {
        "OPTIONS sip:a@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.100;branch=z9hG4bKx;\r\nFrom: <sip:x@y>;tag=1\r\n"
        "To: <sip:a@b>\r\nCall-ID: c\r\nCSeq: 7 OPTIONS\r\n\r\n",
        "OPTIONS sip:a@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.100;branch=z9hG4bKx\r\nFrom: <sip:x@y>;tag=1\r\n"
        "Call-ID: c\r\nCSeq: 7 OPTIONS\r\n\r\n",
        "OPTIONS sip:a@192.0.2.1 SIP/2.0\nVia: SIP/2.0/UDP 192.0.2.100;branch=z9hG4bKx\nFrom: <sip:x@y>;tag=1\n"
        "To: <sip:a@b>\nCall-ID: c\nCSeq: 7 OPTIONS\n\n",
    };
    for (size_t i = 0; i < COUNT_OF(requests); i++) {
        world *w = world_open(NULL);
        world_start(w);
        world_run(w, 1);
        world_deliver(w, 1, requests[i], strlen(requests[i]));
        world_run(w, 100);
        assert_int_equal(w->refused, 1);
        assert_int_equal(sira_agent_get_counters(&w->agent)->malformed, 1);
        assert_int_equal(w->tolerated, 0);
        world_close(w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sloppy_answer_is_an_answer),
        cmocka_unit_test(no_other_field_matters),
        cmocka_unit_test(a_sloppy_challenge_is_answered),
        cmocka_unit_test(a_challenge_in_a_sloppy_answer_is_answered),
        cmocka_unit_test(an_ambiguous_challenge_is_not_answered),
        cmocka_unit_test(some_things_are_no_answer),
        cmocka_unit_test(an_answer_that_was_sent_by_another_is_discarded),
        cmocka_unit_test(nothing_on_a_stream_moves_the_end),
        cmocka_unit_test(requests_are_read_as_strictly_as_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
