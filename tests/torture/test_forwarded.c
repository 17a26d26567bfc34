/* The messages of tests/vectors, forwarded: written as they came, with each field taken out, with fields put in and
 * changed; into buffers of every size. */
#include "torture/corpus.h"

#include <sira/writer.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct parsed {
    sira_field slots[CORPUS_FIELDS];
    sira_message message;
} parsed;

/* Only the messages that are accepted. */
static bool parse(parsed *p, const corpus_case *test)
{
    const char *level;
    sira_diag diag;
    return corpus_judge(&p->message, p->slots, test, test->bytes, &level, &diag) == SIRA_OK;
}

/* ---- into buffers of every size ---- */

typedef void (*write_it)(sira_writer *writer, const sira_message *message);

/* RFC 3261 16.6, as far as the writing goes: another Request-URI, a Via on top, Max-Forwards down, the first Route off.
 */
static void write_as_proxy(sira_writer *writer, const sira_message *message)
{
    const sira_endpoint sent_by = {SIRA_TRANSPORT_TCP, SIRA_FAMILY_IPV6, 5070, {0x20, 0x01, 0x0d, 0xb8}};
    const sira_write_via via = {.sent_by = &sent_by, .branch = SIRA_STR("z9hG4bKproxy"), .rport = true};
    uint32_t hops = 70;
    sira_write_start_line(writer, message, message->is_request ? SIRA_STR("sip:next.example.com") : SIRA_STR(""));
    sira_write_via_field(writer, &via);
    (void)sira_message_number(message, SIRA_FIELD_MAX_FORWARDS, &hops, NULL);
    for (size_t i = 0; i < message->field_count; i++) {
        if (message->fields[i].id == SIRA_FIELD_MAX_FORWARDS)
            sira_write_field_number(writer, SIRA_FIELD_MAX_FORWARDS, hops > 0 ? hops - 1 : 0);
        else if (&message->fields[i] == sira_message_field(message, SIRA_FIELD_ROUTE))
            sira_write_rest_of_field(writer, message, i);
        else
            sira_write_fields(writer, message, i, i + 1);
    }
    sira_write_message_body(writer, message);
}

/* A response is forwarded without its topmost Via. */
static void write_without_via(sira_writer *writer, const sira_message *message)
{
    sira_write_start_line(writer, message, SIRA_STR(""));
    for (size_t i = 0; i < message->field_count; i++) {
        if (&message->fields[i] == sira_message_field(message, SIRA_FIELD_VIA))
            sira_write_rest_of_field(writer, message, i);
        else
            sira_write_fields(writer, message, i, i + 1);
    }
    sira_write_message_body(writer, message);
}

static void write_answer(sira_writer *writer, const sira_message *message)
{
    const sira_endpoint source = {SIRA_TRANSPORT_UDP, SIRA_FAMILY_IPV4, 5061, {192, 0, 2, 99}};
    const sira_response response = {200, SIRA_STR_INIT("OK"), SIRA_STR_INIT("answer"), &source};
    if (!message->is_request) {
        sira_write_message(writer, message);
        return;
    }
    sira_write_response(writer, message, &response);
    sira_write_body(writer, SIRA_STR("body\r\n"));
}

static const struct {
    const char *name;
    write_it write;
} writes[] = {
    {"as it came", sira_write_message},
    {"by a proxy", write_as_proxy},
    {"back, without its Via", write_without_via},
    {"answer", write_answer},
};

/* The whole is what a buffer of plenty holds. */
static void sweep(const corpus_case *test, const sira_message *message, size_t kind, sira_str whole)
{
    sira_writer writer;
    size_t length = 0;
    sira_writer_init(&writer, NULL, 0);
    writes[kind].write(&writer, message);
    if (sira_writer_finish(&writer, &length) != SIRA_OK || length != whole.len)
        fail_msg("%s, %s: counted %zu bytes, wrote %zu", test->name, writes[kind].name, length, whole.len);
    /* Long messages: each size near the end, else in steps. */
    for (size_t capacity = 0; capacity <= whole.len; capacity += capacity + 64 < whole.len && capacity > 700 ? 13 : 1) {
        char *buffer = malloc(capacity > 0 ? capacity : 1);
        assert_non_null(buffer);
        sira_writer_init(&writer, buffer, capacity);
        writes[kind].write(&writer, message);
        sira_status status = sira_writer_finish(&writer, &length),
                    expected = capacity < whole.len ? SIRA_E_SPACE : SIRA_OK;
        if (status != expected)
            fail_msg("%s, %s, into %zu bytes: %s", test->name, writes[kind].name, capacity, sira_status_name(status));
        if (status == SIRA_OK && (length != whole.len || memcmp(buffer, whole.at, length) != 0))
            fail_msg("%s, %s, into %zu bytes: something else was written", test->name, writes[kind].name, capacity);
        free(buffer);
    }
}

static void test_buffers_of_every_size(void **state)
{
    (void)state;
    parsed p;
    char out[8192];
    for (const corpus_case *test = corpus; test->name != NULL; test++)
        for (size_t kind = 0; parse(&p, test) && kind < sizeof writes / sizeof writes[0]; kind++) {
            sira_writer writer;
            size_t length = 0;
            sira_writer_init(&writer, out, sizeof out);
            writes[kind].write(&writer, &p.message);
            sira_status status = sira_writer_finish(&writer, &length);
            if (status != SIRA_OK)
                fail_msg("%s, %s: %s", test->name, writes[kind].name, sira_status_name(status));
            sweep(test, &p.message, kind, (sira_str){out, length});
        }
}

/* ---- byte for byte ---- */

/* A header line as it stands in the message: from its name to the next name, or to the empty line. */
static sira_str line_of(const sira_message *message, size_t i)
{
    const char *start = message->fields[i].name.at;
    const char *end = i + 1 < message->field_count ? message->fields[i + 1].name.at : message->body.at - 2;
    return (sira_str){start, (size_t)(end - start)};
}

static void put(char *out, size_t *length, sira_str text)
{
    memcpy(out + *length, text.at, text.len);
    *length += text.len;
}

/* Each field left out, and another one in its place. */
static void check_without(const corpus_case *test, const sira_message *message, size_t left_out)
{
    char out[8192], expected[8192];
    sira_writer writer;
    size_t length = 0, wanted = 0;
    sira_writer_init(&writer, out, sizeof out);
    sira_write_start_line(&writer, message, SIRA_STR(""));
    sira_write_fields(&writer, message, 0, left_out);
    sira_write_other(&writer, SIRA_STR("X-Instead"), SIRA_STR("of it"));
    sira_write_fields(&writer, message, left_out + 1, message->field_count);
    sira_write_message_body(&writer, message);
    sira_status status = sira_writer_finish(&writer, &length);
    if (status != SIRA_OK)
        fail_msg("%s without field %zu: %s", test->name, left_out, sira_status_name(status));

    const char *fields = message->fields[0].name.at;
    put(expected, &wanted, (sira_str){message->bytes.at, (size_t)(fields - message->bytes.at)});
    for (size_t i = 0; i < message->field_count; i++)
        put(expected, &wanted, i == left_out ? SIRA_STR("X-Instead: of it\r\n") : line_of(message, i));
    put(expected, &wanted, SIRA_STR("\r\n"));
    put(expected, &wanted, message->body);
    if (length != wanted || memcmp(out, expected, wanted) != 0)
        fail_msg("%s without field %zu: what was kept is not as it came", test->name, left_out);
}

static void test_each_field_replaced(void **state)
{
    (void)state;
    parsed p;
    for (const corpus_case *test = corpus; test->name != NULL; test++)
        for (size_t i = 0; test->lenient == 0 && parse(&p, test) && i < p.message.field_count; i++)
            check_without(test, &p.message, i);
}

/* What a proxy sends on still reads as it did, but for what the proxy changed. */
static void test_forwarded_reads_the_same(void **state)
{
    (void)state;
    parsed first, second;
    char out[8192];
    for (const corpus_case *test = corpus; test->name != NULL; test++) {
        sira_writer writer;
        size_t length;
        sira_via via;
        sira_cseq one, two;
        uint32_t before = 70, after = 0;
        if (!parse(&first, test) || !first.message.is_request)
            continue;
        if (sira_message_number(&first.message, SIRA_FIELD_MAX_FORWARDS, &before, NULL) == SIRA_OK && before == 0)
            continue; /* is not forwarded */
        sira_writer_init(&writer, out, sizeof out);
        write_as_proxy(&writer, &first.message);
        assert_int_equal(sira_writer_finish(&writer, &length), SIRA_OK);
        sira_message_init(&second.message, second.slots, CORPUS_FIELDS);
        if (sira_message_parse(&second.message, (sira_str){out, length}, NULL) != SIRA_OK ||
            sira_message_validate(&second.message, NULL) != SIRA_OK)
            fail_msg("%s: what was forwarded is refused", test->name);
        assert_int_equal(sira_message_via(&second.message, &via, NULL), SIRA_OK);
        expect_str(test->name, via.branch, "z9hG4bKproxy");
        expect_str(test->name, via.host, "[2001:db8::]");
        expect_str(test->name, second.message.uri, "sip:next.example.com");
        assert_int_equal(sira_message_cseq(&first.message, &one, NULL), SIRA_OK);
        assert_int_equal(sira_message_cseq(&second.message, &two, NULL), SIRA_OK);
        assert_int_equal(one.number, two.number);
        if (sira_message_number(&first.message, SIRA_FIELD_MAX_FORWARDS, &before, NULL) == SIRA_OK) {
            assert_int_equal(sira_message_number(&second.message, SIRA_FIELD_MAX_FORWARDS, &after, NULL), SIRA_OK);
            assert_int_equal(after, before - 1);
        }
        if (!sira_str_equal(first.message.body, second.message.body))
            fail_msg("%s: another body", test->name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_buffers_of_every_size),
        cmocka_unit_test(test_each_field_replaced),
        cmocka_unit_test(test_forwarded_reads_the_same),
    };
    return cmocka_run_group_tests(tests, corpus_open, corpus_close);
}
