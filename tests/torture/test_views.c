/* Each value of the torture messages is read, written and read again: the views are equal, but for folds, which are
 * spaces then. */
#include "torture/corpus.h"

#include <string.h>

#include <sira/writer.h>

static void expect_read(const corpus_case *test, sira_status status, const char *what)
{
    if (status != SIRA_OK)
        fail_msg("%s: %s is not read: %s", test->name, what, sira_status_name(status));
}

#define BUFFER 8192

/* Equal once the folds are spaces. */
static void expect_same(const corpus_case *test, const char *what, sira_str before, sira_str after)
{
    char text[4096];
    size_t length;
    assert_int_equal(sira_str_unfold(before, text, sizeof text, &length), SIRA_OK);
    if (!sira_str_equal((sira_str){text, length}, after))
        fail_msg("%s: %s \"%.*s\" became \"%.*s\"", test->name, what, (int)before.len, before.at, (int)after.len,
                 after.at);
}

/* The header line that a writer holds, as a cursor over its value. */
static sira_cursor again(const corpus_case *test, sira_writer *writer, sira_field_id id)
{
    size_t length = 0, name = strlen(sira_field_name(id)) + 2;
    sira_cursor cursor;
    if (sira_writer_finish(writer, &length) != SIRA_OK || length < name + 2)
        fail_msg("%s: %s is not written: %s", test->name, sira_field_name(id), sira_status_name(writer->status));
    sira_cursor_init_text(&cursor, (sira_str){writer->buffer + name, length - name - 2}, id);
    return cursor;
}

typedef void (*round_trip)(const corpus_case *test, sira_cursor *cursor, sira_field_id id, sira_writer *writer);

static void vias(const corpus_case *test, sira_cursor *cursor, sira_field_id id, sira_writer *writer)
{
    sira_via before, after;
    while (sira_via_next(cursor, &before, NULL) == SIRA_OK) {
        writer->length = 0;
        sira_write_via_view(writer, &before);
        sira_cursor second = again(test, writer, id);
        expect_read(test, sira_via_next(&second, &after, NULL), "a Via");
        expect_same(test, "transport", before.transport, after.transport);
        expect_same(test, "host", before.host, after.host);
        expect_same(test, "params", before.params, after.params);
        assert_int_equal(before.port, after.port);
        assert_int_equal(before.rport, after.rport);
    }
}

static void addresses(const corpus_case *test, sira_cursor *cursor, sira_field_id id, sira_writer *writer)
{
    sira_address before, after;
    while (sira_address_next(cursor, &before, NULL) == SIRA_OK) {
        writer->length = 0;
        sira_write_address_view(writer, id, &before);
        if (before.display.len > 0 && memchr(before.display.at, '\0', before.display.len) != NULL) {
            assert_int_equal(writer->status, SIRA_E_ARGUMENT); /* no NUL reaches the wire (sira/writer.h) */
            sira_writer_init(writer, writer->buffer, BUFFER);
            continue;
        }
        sira_cursor second = again(test, writer, id);
        expect_read(test, sira_address_next(&second, &after, NULL), "an address");
        expect_same(test, "display", before.display, after.display);
        expect_same(test, "uri", before.uri, after.uri);
        expect_same(test, "params", before.params, after.params);
        expect_same(test, "tag", before.tag, after.tag);
    }
}

static void contacts(const corpus_case *test, sira_cursor *cursor, sira_field_id id, sira_writer *writer)
{
    sira_contact before, after;
    while (sira_contact_next(cursor, &before, NULL) == SIRA_OK) {
        writer->length = 0;
        sira_write_contact_field(writer, &before);
        sira_cursor second = again(test, writer, id);
        expect_read(test, sira_contact_next(&second, &after, NULL), "a Contact");
        expect_same(test, "display", before.address.display, after.address.display);
        expect_same(test, "uri", before.address.uri, after.address.uri);
        expect_same(test, "instance", before.instance, after.instance);
        expect_same(test, "pub-gruu", before.pub_gruu, after.pub_gruu);
        assert_true(before.star == after.star && before.has_q == after.has_q && before.q == after.q);
        assert_true(before.has_expires == after.has_expires && before.expires == after.expires);
    }
}

static void token_params(const corpus_case *test, sira_cursor *cursor, sira_field_id id, sira_writer *writer)
{
    sira_token_params before, after;
    while (sira_token_params_next(cursor, &before, NULL) == SIRA_OK) {
        writer->length = 0;
        sira_write_token_params_field(writer, id, &before);
        sira_cursor second = again(test, writer, id);
        expect_read(test, sira_token_params_next(&second, &after, NULL), "a token with parameters");
        expect_same(test, "token", before.token, after.token);
        expect_same(test, "params", before.params, after.params);
    }
}

static void auths(const corpus_case *test, sira_cursor *cursor, sira_field_id id, sira_writer *writer)
{
    sira_auth before, after;
    while (sira_auth_next(cursor, &before, NULL) == SIRA_OK) {
        writer->length = 0;
        sira_write_auth_field(writer, id, &before);
        sira_cursor second = again(test, writer, id);
        expect_read(test, sira_auth_next(&second, &after, NULL), "a challenge or credentials");
        expect_same(test, "scheme", before.scheme, after.scheme);
        expect_same(test, "params", before.params, after.params);
    }
}

static void warnings(const corpus_case *test, sira_cursor *cursor, sira_field_id id, sira_writer *writer)
{
    sira_warning before, after;
    while (sira_warning_next(cursor, &before, NULL) == SIRA_OK) {
        writer->length = 0;
        sira_write_warning_field(writer, &before);
        sira_cursor second = again(test, writer, id);
        expect_read(test, sira_warning_next(&second, &after, NULL), "a Warning");
        assert_int_equal(before.code, after.code);
        expect_same(test, "agent", before.agent, after.agent);
        expect_same(test, "text", before.text, after.text);
    }
}

static const struct {
    sira_field_id id;
    round_trip go;
} trips[] = {
    {SIRA_FIELD_VIA, vias},
    {SIRA_FIELD_FROM, addresses},
    {SIRA_FIELD_TO, addresses},
    {SIRA_FIELD_ROUTE, addresses},
    {SIRA_FIELD_RECORD_ROUTE, addresses},
    {SIRA_FIELD_PATH, addresses},
    {SIRA_FIELD_SERVICE_ROUTE, addresses},
    {SIRA_FIELD_P_ASSOCIATED_URI, addresses},
    {SIRA_FIELD_P_ASSERTED_IDENTITY, addresses},
    {SIRA_FIELD_REFER_TO, addresses},
    {SIRA_FIELD_REFERRED_BY, addresses},
    {SIRA_FIELD_REPLY_TO, addresses},
    {SIRA_FIELD_CONTACT, contacts},
    {SIRA_FIELD_CONTENT_TYPE, token_params},
    {SIRA_FIELD_CONTENT_DISPOSITION, token_params},
    {SIRA_FIELD_ACCEPT, token_params},
    {SIRA_FIELD_EVENT, token_params},
    {SIRA_FIELD_REASON, token_params},
    {SIRA_FIELD_AUTHORIZATION, auths},
    {SIRA_FIELD_PROXY_AUTHORIZATION, auths},
    {SIRA_FIELD_WWW_AUTHENTICATE, auths},
    {SIRA_FIELD_PROXY_AUTHENTICATE, auths},
    {SIRA_FIELD_AUTHENTICATION_INFO, auths},
    {SIRA_FIELD_WARNING, warnings},
};

static void test_round_trips(void **state)
{
    (void)state;
    char buffer[BUFFER];
    sira_field slots[CORPUS_FIELDS];
    sira_message message;
    sira_diag diag;
    const char *level;
    for (const corpus_case *test = corpus; test->name != NULL; test++) {
        if (corpus_judge(&message, slots, test, test->bytes, &level, &diag) != SIRA_OK)
            continue;
        for (size_t i = 0; i < sizeof trips / sizeof trips[0]; i++) {
            sira_cursor cursor;
            sira_writer writer;
            sira_writer_init(&writer, buffer, sizeof buffer);
            sira_cursor_init(&cursor, &message, trips[i].id);
            trips[i].go(test, &cursor, trips[i].id, &writer);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trips),
    };
    return cmocka_run_group_tests(tests, corpus_open, corpus_close);
}
