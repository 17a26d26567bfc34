/* What a hostile network does to the messages of tests/vectors: it cuts them at every byte, and puts every byte of a
 * hostile set in the place of each byte. The bytes lie against a page that may not be touched. */
#include "torture/corpus.h"
#include "torture/examine.h"
#include "torture/guard.h"

#include <stdlib.h>
#include <string.h>

#define LONGEST 8192

static unsigned failures;

static void complain(const corpus_case *test, const char *what, const char *where, size_t offset)
{
    if (failures++ < 50)
        print_error("%s, %s %zu: %s\n", test->name, where, offset, what);
}

static void test_each_message_against_both_pages(void **state)
{
    (void)state;
    guard pages;
    examined end, start;
    guard_open(&pages, LONGEST);
    for (const corpus_case *test = corpus; test->name != NULL; test++) {
        const char *wrong = examine(guard_at_end(&pages, test->bytes), test->lenient, &end);
        if (wrong != NULL)
            complain(test, wrong, "at the end, of", test->bytes.len);
        wrong = examine(guard_at_start(&pages, test->bytes), test->lenient, &start);
        if (wrong != NULL)
            complain(test, wrong, "at the start, of", test->bytes.len);
        if (start.status != end.status || start.hash != end.hash)
            complain(test, "the outcome depends on where the message lies", "of", test->bytes.len);
    }
    guard_close(&pages);
    assert_int_equal(failures, 0);
}

/* Only inv2543 has no Content-Length: its body is the rest, whatever that is (RFC 3261 18.3). */
static bool length_is_open(const corpus_case *test)
{
    return strstr(test->name, "inv2543") != NULL;
}

static void cut_one(const corpus_case *test, guard *pages)
{
    examined whole, part;
    (void)examine(test->bytes, test->lenient, &whole);
    for (size_t length = 0; length < test->bytes.len; length++) {
        sira_str bytes = {test->bytes.at, length};
        const char *wrong = examine(guard_at_end(pages, bytes), test->lenient, &part);
        if (wrong != NULL)
            complain(test, wrong, "cut at", length);
        if (part.status != SIRA_OK)
            continue;
        if (whole.status != SIRA_OK)
            complain(test, "accepted when cut, but not as a whole", "cut at", length);
        else if (length_is_open(test) ? part.body.len != whole.body.len - (test->bytes.len - length)
                                      : part.length != whole.length)
            complain(test, "accepted with a part of its body", "cut at", length);
        else if (!length_is_open(test) && part.hash != whole.hash)
            complain(test, "accepted with other values", "cut at", length);
    }
}

static void test_cut_at_every_byte(void **state)
{
    (void)state;
    guard pages;
    guard_open(&pages, LONGEST);
    for (const corpus_case *test = corpus; test->name != NULL; test++)
        cut_one(test, &pages);
    guard_close(&pages);
    assert_int_equal(failures, 0);
}

/* The same with the page in front: nothing may be looked for before the first byte. */
static void test_cut_off_the_front(void **state)
{
    (void)state;
    guard pages;
    examined part;
    guard_open(&pages, LONGEST);
    for (const corpus_case *test = corpus; test->name != NULL; test++)
        for (size_t first = 0; first < test->bytes.len; first++) {
            sira_str bytes = {test->bytes.at + first, test->bytes.len - first};
            const char *wrong = examine(guard_at_start(&pages, bytes), test->lenient, &part);
            if (wrong != NULL)
                complain(test, wrong, "without its first", first);
        }
    guard_close(&pages);
    assert_int_equal(failures, 0);
}

static const unsigned char hostile[] = {0,   '\r', '\n', '\t', ' ',  '"', '<',  '>',  ',',
                                        ';', ':',  '@',  '%',  '\\', '(', 0x7f, 0x80, 0xff};

static size_t header_length(sira_str bytes)
{
    for (size_t i = 3; i < bytes.len; i++)
        if (memcmp(bytes.at + i - 3, "\r\n\r\n", 4) == 0)
            return i + 1;
    return bytes.len;
}

static void poison_one(const corpus_case *test, guard *pages)
{
    examined result;
    sira_str bytes = guard_at_end(pages, test->bytes);
    char *writable = pages->end - bytes.len;
    size_t end = header_length(bytes);
    for (size_t i = 0; i < end; i++) {
        char was = writable[i];
        for (size_t k = 0; k < sizeof hostile; k++) {
            if (was == (char)hostile[k])
                continue;
            writable[i] = (char)hostile[k];
            const char *wrong = examine(bytes, test->lenient, &result);
            if (wrong != NULL && failures++ < 50)
                print_error("%s, byte %zu made 0x%02x: %s\n", test->name, i, hostile[k], wrong);
        }
        writable[i] = was;
    }
}

/* The repaired messages differ from the raw ones in a few bytes only, so one of each pair is enough. */
static bool is_repeated(const corpus_case *test)
{
    return strstr(test->name, "rfc5118/crlf") != NULL ||
           (strstr(test->name, "rfc5118/raw") != NULL && test->lenient == 0) ||
           strstr(test->name, "fixed/trws") != NULL || strstr(test->name, "raw/baddn") != NULL;
}

static void test_every_byte_hostile(void **state)
{
    (void)state;
    guard pages;
    guard_open(&pages, LONGEST);
    for (const corpus_case *test = corpus; test->name != NULL; test++)
        if (!is_repeated(test))
            poison_one(test, &pages);
    guard_close(&pages);
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_message_against_both_pages),
        cmocka_unit_test(test_cut_at_every_byte),
        cmocka_unit_test(test_cut_off_the_front),
        cmocka_unit_test(test_every_byte_hostile),
    };
    return cmocka_run_group_tests(tests, corpus_open, corpus_close);
}
