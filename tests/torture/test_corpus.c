/* The torture messages of RFC 4475 and RFC 5118: each has the outcome that stands beside it in tests/vectors, at the
 * byte that stands there, and of each that is accepted every field reads as it should. */
#include "torture/corpus.h"
#include "torture/walk.h"

#include <stdlib.h>
#include <string.h>

static unsigned failures;

static void complain(const corpus_case *test, const char *what)
{
    print_error("%s: %s\n", test->name, what);
    failures++;
}

static void check_refusal(const corpus_case *test, const sira_diag *diag)
{
    char text[200];
    if (test->offset >= 0 && diag->offset != (size_t)test->offset) {
        size_t left = diag->offset <= test->bytes.len ? test->bytes.len - diag->offset : 0;
        (void)snprintf(text, sizeof text, "refused at %zu (\"%.*s\"), expected %ld (\"%s\")", diag->offset,
                       (int)(left < 12 ? left : 12), left > 0 ? test->bytes.at + diag->offset : "", test->offset,
                       test->at);
        complain(test, text);
    }
    if (diag->offset > test->bytes.len)
        complain(test, "the offset is behind the message");
    if (diag->code != test->code) {
        (void)snprintf(text, sizeof text, "response code %u, expected %u", diag->code, test->code);
        complain(test, text);
    }
    const char *reason = strcmp(test->reason, "-") == 0 ? "" : test->reason;
    if (diag->reason != NULL && strcmp(diag->reason, reason) != 0) {
        (void)snprintf(text, sizeof text, "reason \"%s\", expected \"%s\"", diag->reason, reason);
        complain(test, text);
    }
    if (diag->expected == NULL || diag->expected[0] == '\0' || diag->field == NULL || diag->reason == NULL)
        complain(test, "the diag does not say what was expected");
}

/* Takes the line out of the text; false when it is not there. */
static bool take_line(char *text, const char *line, size_t length)
{
    for (char *at = text; *at != '\0';) {
        char *end = strchr(at, '\n');
        if ((size_t)(end - at) == length && memcmp(at, line, length) == 0) {
            memmove(at, end + 1, strlen(end + 1) + 1);
            return true;
        }
        at = end + 1;
    }
    return false;
}

/* Both hold the same lines, in whatever order. */
static void check_lines(const corpus_case *test, char *actual, const char *expected)
{
    char message[4200];
    for (const char *line = expected; *line != '\0'; line = strchr(line, '\n') + 1) {
        size_t length = strcspn(line, "\n");
        if (line[length] == '\0') {
            complain(test, "the .expect file does not end with a line end");
            return;
        }
        if (length == 0 || *line == '#')
            continue;
        if (!take_line(actual, line, length)) {
            (void)snprintf(message, sizeof message, "not read: %.*s", (int)length, line);
            complain(test, message);
        }
    }
    for (char *line = actual; *line != '\0'; line = strchr(line, '\n') + 1) {
        (void)snprintf(message, sizeof message, "read, but not expected: %.*s", (int)strcspn(line, "\n"), line);
        complain(test, message);
    }
}

static void check_facts(const corpus_case *test, const sira_message *message)
{
    size_t length;
    uint64_t hash;
    char *path = malloc(strlen(test->path) + 8);
    assert_non_null(path);
    strcpy(path, test->path);
    strcpy(strrchr(path, '.'), ".expect");
    char *expected = corpus_read(path, &length);
    char *actual = walk_text(message);
    assert_non_null(actual);
    if (expected == NULL)
        complain(test, "there is no .expect file");
    else
        check_lines(test, actual, expected);
    if (!walk_check(message, &hash))
        complain(test, "a view or an offset lies outside the message");
    free(actual);
    free(expected);
    free(path);
}

static void check_case(const corpus_case *test)
{
    sira_field slots[CORPUS_FIELDS];
    sira_message message;
    sira_diag diag = {0};
    const char *level;
    sira_status status = corpus_judge(&message, slots, test, test->bytes, &level, &diag);
    char text[200];
    if (strcmp(level, test->level) != 0 || strcmp(sira_status_name(status), test->status) != 0) {
        (void)snprintf(text, sizeof text, "%s, %s (at %zu: %s), expected: %s, %s", level, sira_status_name(status),
                       diag.offset, diag.expected != NULL ? diag.expected : "", test->level, test->status);
        complain(test, text);
    } else if (status == SIRA_OK) {
        check_facts(test, &message);
    } else {
        check_refusal(test, &diag);
    }
}

static void test_each_message(void **state)
{
    (void)state;
    size_t count = 0;
    for (const corpus_case *test = corpus; test->name != NULL; test++, count++)
        check_case(test);
    assert_int_equal(count, 52 + 41); /* no file was lost */
    if (failures > 0)
        fail_msg("%u complaints", failures);
}

/* RFC 4475 3.1.1.4: what looks alike to a C string is two users. */
static void test_escaped_nulls_are_two_users(void **state)
{
    (void)state;
    sira_uri one, two;
    char out[8];
    size_t length;
    assert_int_equal(sira_uri_parse(&one, SIRA_STR("sip:%00@host5.example.com"), NULL), SIRA_OK);
    assert_int_equal(sira_uri_parse(&two, SIRA_STR("sip:%00%00@host5.example.com"), NULL), SIRA_OK);
    assert_false(sira_uri_equal(&one, &two));
    assert_int_equal(sira_uri_unescape(two.user, out, sizeof out, &length), SIRA_OK);
    assert_int_equal(length, 2);
    assert_memory_equal(out, "\0\0", 2);
}

/* RFC 4475 3.1.1.3: unescaping happens once. */
static void test_unescaping_is_not_recursive(void **state)
{
    (void)state;
    char out[32];
    size_t length;
    assert_int_equal(sira_uri_unescape(SIRA_STR("v%61lue%25%34%31"), out, sizeof out, &length), SIRA_OK);
    expect_str("value%25%34%31", (sira_str){out, length}, "value%41");
    assert_int_equal(sira_uri_unescape(SIRA_STR("sips%3Auser%40example.com"), out, sizeof out, &length), SIRA_OK);
    expect_str("user part", (sira_str){out, length}, "sips:user@example.com");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_message),
        cmocka_unit_test(test_escaped_nulls_are_two_users),
        cmocka_unit_test(test_unescaping_is_not_recursive),
    };
    return cmocka_run_group_tests(tests, corpus_open, corpus_close);
}
