/* lib/message/forward.c, case by case; tests/torture forwards the whole corpus. */
#include "support/sweep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sira/writer.h>

#define SLOTS 16

typedef struct parsed {
    sira_field slots[SLOTS];
    sira_message message;
    sira_str bytes;
    size_t from, to;
    const char *uri;
} parsed;

static void parse(parsed *p, const char *text, unsigned lenient)
{
    *p = (parsed){.bytes = heap_str_from(text), .uri = ""};
    sira_message_init(&p->message, p->slots, SLOTS);
    p->message.lenient = lenient;
    expect_status(text, sira_message_parse(&p->message, p->bytes, NULL), SIRA_OK);
}

static void write_message(sira_writer *writer, const void *input)
{
    sira_write_message(writer, &((const parsed *)input)->message);
}

static void write_start_line(sira_writer *writer, const void *input)
{
    const parsed *p = input;
    sira_write_start_line(writer, &p->message, sira_str_from(p->uri));
}

static void write_fields(sira_writer *writer, const void *input)
{
    const parsed *p = input;
    sira_write_fields(writer, &p->message, p->from, p->to);
}

static void write_rest(sira_writer *writer, const void *input)
{
    const parsed *p = input;
    sira_write_rest_of_field(writer, &p->message, p->from);
}

static void test_whole_messages(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
        unsigned lenient;
        const char *expected; /* NULL: the same */
    } cases[] = {
        {"plain", "OPTIONS sip:a SIP/2.0\r\nVia: x\r\n\r\nbody", 0, NULL},
        {"no fields", "OPTIONS sip:a SIP/2.0\r\n\r\n", 0, NULL},
        {"response", "SIP/2.0 200 \r\nVia: x\r\n\r\n", 0, NULL},
        {"case of the version", "OPTIONS sip:a sIP/2.0\r\nv:x\r\n\r\n", 0, NULL},
        {"odd spacing", "sip/2.0 200  a  b \r\nv :\t x \t \r\nTO:y\r\n\r\n", 0, NULL},
        {"folds", "OPTIONS sip:a SIP/2.0\r\nX:\r\n a\r\n\t\r\n b \r\n \r\nl: 0\r\n\r\n", 0, NULL},
        {"empty values", "OPTIONS sip:a SIP/2.0\r\nX:\r\nY: \r\nl:0\r\n \r\n\r\n", 0, NULL},
        {"around it", "\r\n\r\nOPTIONS sip:a SIP/2.0\r\nl: 2\r\n\r\nabcdef", 0,
         "OPTIONS sip:a SIP/2.0\r\nl: 2\r\n\r\nab"},
        {"bare LFs", "OPTIONS sip:a SIP/2.0\nX: a\n b\r\nl: 3\n\nx\ny", SIRA_LENIENT_BARE_LF,
         "OPTIONS sip:a SIP/2.0\r\nX: a\r\n b\r\nl: 3\r\n\r\nx\ny"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        parsed p;
        parse(&p, cases[i].text, cases[i].lenient);
        expect_written(cases[i].name, write_message, &p, cases[i].expected != NULL ? cases[i].expected : cases[i].text);
        heap_str_free(p.bytes);
    }
}

static void test_start_line(void **state)
{
    (void)state;
    parsed p;
    parse(&p, "INVITE sip:a sip/2.0\r\n\r\n", 0);
    expect_written("as it came", write_start_line, &p, "INVITE sip:a sip/2.0\r\n");
    p.uri = "sip:b;lr";
    expect_written("another URI", write_start_line, &p, "INVITE sip:b;lr SIP/2.0\r\n");
    p.uri = "sip:b c";
    expect_refused("no URI", write_start_line, &p, SIRA_E_ARGUMENT);
    heap_str_free(p.bytes);
}

static void test_fields(void **state)
{
    (void)state;
    parsed p;
    parse(&p, "INVITE sip:a SIP/2.0\r\na: 1\r\nb :2\r\n 3\r\nl: 0\r\n\r\n", 0);
    static const struct {
        size_t from, to;
        const char *text; /* NULL: refused */
    } cases[] = {{0, 0, ""},
                 {0, 1, "a: 1\r\n"},
                 {1, 2, "b :2\r\n 3\r\n"},
                 {0, 3, "a: 1\r\nb :2\r\n 3\r\nl: 0\r\n"},
                 {3, 3, ""},
                 {0, 4, NULL},
                 {2, 1, NULL},
                 {SIZE_MAX, SIZE_MAX, NULL}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        p.from = cases[i].from;
        p.to = cases[i].to;
        if (cases[i].text != NULL)
            expect_written("fields", write_fields, &p, cases[i].text);
        else
            expect_refused("fields", write_fields, &p, SIRA_E_ARGUMENT);
    }
    heap_str_free(p.bytes);
}

static void test_first_value_taken_off(void **state)
{
    (void)state;
    static const struct {
        const char *line, *rest; /* NULL: refused */
    } cases[] = {
        {"Via: SIP/2.0/UDP a;branch=1", ""},
        {"v :\tSIP/2.0/UDP a;x=\",\" ,\r\n SIP/2.0/TCP b \t", "v :\tSIP/2.0/TCP b \t"},
        {"Route: <sip:a,b;lr>;x=\"1,2\", \"c,\" <sip:c>,<sip:d>", "Route: \"c,\" <sip:c>,<sip:d>"},
        {"Record-Route:<sip:a>,<sip:b>\r\n ,<sip:c>", "Record-Route:<sip:b>\r\n ,<sip:c>"},
        {"Path: <sip:a>", ""},
        {"Service-Route: <sip:a>, <sip:b>", "Service-Route: <sip:b>"},
        {"m: sip:a;x, *", "m: *"},
        {"Via: nonsense", NULL},
        {"Route: sip:a,", NULL},
        {"Route:", NULL},
        {"To: <sip:a>", NULL},
        {"X: 1, 2", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[256], expected[256];
        parsed p;
        snprintf(text, sizeof text, "INVITE sip:a SIP/2.0\r\n%s\r\n\r\n", cases[i].line);
        parse(&p, text, 0);
        if (cases[i].rest == NULL) {
            expect_refused(cases[i].line, write_rest, &p, SIRA_E_ARGUMENT);
        } else {
            snprintf(expected, sizeof expected, "%s%s", cases[i].rest, cases[i].rest[0] != '\0' ? "\r\n" : "");
            expect_written(cases[i].line, write_rest, &p, expected);
        }
        p.from = 1;
        expect_refused("no such field", write_rest, &p, SIRA_E_ARGUMENT);
        heap_str_free(p.bytes);
    }
}

/* Slots behind the last field hold what a message before this one had. */
static void test_no_field_behind_the_last(void **state)
{
    (void)state;
    parsed p;
    parse(&p, "INVITE sip:a SIP/2.0\r\nRoute: <sip:a>, <sip:b>\r\nRoute: <sip:c>, <sip:d>\r\n\r\n", 0);
    p.from = 1;
    p.to = 2;
    expect_written("the second field", write_rest, &p, "Route: <sip:d>\r\n");
    expect_written("the second field", write_fields, &p, "Route: <sip:c>, <sip:d>\r\n");
    p.message.field_count = 1;
    expect_refused("no field any more", write_rest, &p, SIRA_E_ARGUMENT);
    expect_refused("no field any more", write_fields, &p, SIRA_E_ARGUMENT);
    heap_str_free(p.bytes);
}

/* The loop of the header's comment: what a proxy does (RFC 3261 16.6). */
static void forward(sira_writer *writer, const void *input)
{
    const sira_message *m = &((const parsed *)input)->message;
    static const sira_endpoint here = {SIRA_TRANSPORT_UDP, SIRA_FAMILY_IPV4, 5060, {192, 0, 2, 9}};
    uint32_t hops = 70;
    (void)sira_message_number(m, SIRA_FIELD_MAX_FORWARDS, &hops, NULL);
    sira_write_start_line(writer, m, SIRA_STR("sip:next"));
    sira_write_via_field(writer, &(sira_write_via){.sent_by = &here, .branch = SIRA_STR("z9hG4bKp")});
    for (size_t i = 0; i < m->field_count; i++)
        if (m->fields[i].id == SIRA_FIELD_MAX_FORWARDS)
            sira_write_field_number(writer, SIRA_FIELD_MAX_FORWARDS, hops - 1);
        else if (&m->fields[i] == sira_message_field(m, SIRA_FIELD_ROUTE))
            sira_write_rest_of_field(writer, m, i);
        else
            sira_write_fields(writer, m, i, i + 1);
    sira_write_message_body(writer, m);
}

static void test_a_proxy(void **state)
{
    (void)state;
    parsed p;
    parse(&p,
          "INVITE sip:a SIP/2.0\r\nv:x\r\nX-Odd :  kept \r\nMax-Forwards: 10\r\nRoute: <sip:p;lr>, "
          "<sip:q;lr>\r\nRoute: <sip:r>\r\n"
          "l: 2\r\n\r\nhi",
          0);
    expect_written(
        "proxy", forward, &p,
        "INVITE sip:next SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bKp\r\nv:x\r\nX-Odd :  kept \r\n"
        "Max-Forwards: 9\r\nRoute: <sip:q;lr>\r\nRoute: <sip:r>\r\nl: 2\r\n\r\nhi");
    heap_str_free(p.bytes);
}

static void write_other_body(sira_writer *writer, const void *input)
{
    const sira_message *m = &((const parsed *)input)->message;
    sira_write_start_line(writer, m, SIRA_STR(""));
    for (size_t i = 0; i < m->field_count; i++)
        if (m->fields[i].id != SIRA_FIELD_CONTENT_LENGTH)
            sira_write_fields(writer, m, i, i + 1);
    sira_write_body(writer, SIRA_STR("longer"));
}

static void write_two_lengths(sira_writer *writer, const void *input)
{
    const sira_message *m = &((const parsed *)input)->message;
    sira_write_fields(writer, m, 0, m->field_count);
    writer->length = 0;
    sira_write_body(writer, SIRA_STR("longer"));
}

static void test_another_body(void **state)
{
    (void)state;
    parsed p;
    parse(&p, "INVITE sip:a SIP/2.0\r\nl: 2\r\nv:x\r\n\r\nhi", 0);
    expect_written("body", write_other_body, &p, "INVITE sip:a SIP/2.0\r\nv:x\r\nContent-Length: 6\r\n\r\nlonger");
    expect_refused("its length stayed", write_two_lengths, &p, SIRA_E_STATE);
    heap_str_free(p.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_messages),
        cmocka_unit_test(test_start_line),
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_first_value_taken_off),
        cmocka_unit_test(test_no_field_behind_the_last),
        cmocka_unit_test(test_a_proxy),
        cmocka_unit_test(test_another_body),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
