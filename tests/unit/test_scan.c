#include "message/scan.h"

#include "support/marked.h"

#include <stdio.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

/* ---- every short text over an alphabet ---- */

typedef void (*visit_fn)(sira_str text);

/* before stands in front of each, so that the looks at eight octets at a time have something to do. */
static void for_all(const char *alphabet, size_t longest, const char *before, visit_fn visit)
{
    char text[32];
    const size_t letters = strlen(alphabet), start = strlen(before);
    memcpy(text, before, start);
    for (size_t length = 0; length <= longest; length++) {
        size_t count = 1;
        for (size_t i = 0; i < length; i++)
            count *= letters;
        for (size_t number = 0; number < count; number++) {
            size_t rest = number;
            for (size_t i = 0; i < length; i++, rest /= letters)
                text[start + i] = alphabet[rest % letters];
            const sira_str copy = heap_str(text, start + length);
            visit(copy);
            heap_str_free(copy);
        }
    }
}

static void fail_on(sira_str text, const char *what, size_t got, size_t right)
{
    char shown[200];
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++)
        n += (size_t)snprintf(shown + n, sizeof shown - n, "%02x ", (unsigned char)text.at[i]);
    fail_msg("%s of %.*s: %zd, and not %zd", what, (int)n, shown, got, right);
}

/* ---- white space, by the book: RFC 3261 25.1 ---- */

static bool is_blank(sira_str text, size_t i)
{
    return i < text.len && (text.at[i] == ' ' || text.at[i] == '\t');
}

static size_t lws_from(sira_str text, size_t i)
{
    for (;;) {
        if (is_blank(text, i))
            i++;
        else if (i < text.len && text.at[i] == '\n' && is_blank(text, i + 1))
            i += 2;
        else if (i + 1 < text.len && text.at[i] == '\r' && text.at[i + 1] == '\n' && is_blank(text, i + 2))
            i += 3;
        else
            return i;
    }
}

static void look_at_white_space(sira_str text)
{
    const char *end = text.at + text.len;
    const size_t right = lws_from(text, 0);
    if (sira_i_lws_end(text.at, end) != text.at + right)
        fail_on(text, "lws_end", (size_t)(sira_i_lws_end(text.at, end) - text.at), right);
    if (sira_i_behind_lws(text.at, end) != text.at + right)
        fail_on(text, "behind_lws", (size_t)(sira_i_behind_lws(text.at, end) - text.at), right);
    sira_i_scan scan = {text.at, end, 0};
    sira_i_skip_lws(&scan);
    if (scan.at != text.at + right)
        fail_on(text, "skip_lws", (size_t)(scan.at - text.at), right);
}

static void white_space_ends_where_the_grammar_says(void **state)
{
    (void)state;
    for_all(" \t\r\na", 6, "", look_at_white_space);
}

static void look_at_separator(sira_str text)
{
    const char *end = text.at + text.len;
    size_t at = lws_from(text, 0);
    const bool there = at < text.len && text.at[at] == ',';
    const size_t right = there ? lws_from(text, at + 1) : SIZE_MAX;
    const char *behind = sira_i_behind_separator(text.at, end, ',');
    const size_t got = behind != NULL ? (size_t)(behind - text.at) : SIZE_MAX;
    if (got != right)
        fail_on(text, "behind_separator", got, right);
    sira_i_scan scan = {text.at, end, 0};
    if (sira_i_take_around(&scan, ',') != there || scan.at != text.at + (there ? right : 0))
        fail_on(text, "take_around", (size_t)(scan.at - text.at), there ? right : 0);
}

static void a_separator_takes_what_is_around_it(void **state)
{
    (void)state;
    for_all(" \t\r\n,a", 5, "", look_at_separator);
}

static void a_single_octet_is_taken(void **state)
{
    (void)state;
    const sira_str text = heap_str_from("ab");
    sira_i_scan scan = {text.at, text.at + text.len, 0};
    assert_false(sira_i_take(&scan, 'b'));
    assert_true(sira_i_take(&scan, 'a'));
    assert_false(sira_i_take(&scan, 'a'));
    assert_true(sira_i_take(&scan, 'b'));
    assert_false(sira_i_take(&scan, 'b'));
    assert_ptr_equal(scan.at, scan.end);
    assert_false(sira_i_take(&scan, '\0'));
    heap_str_free(text);
}

/* ---- runs ---- */

static void a_run_ends_at_the_first_other_octet(void **state)
{
    (void)state;
    static const struct {
        unsigned classes;
        char in, out;
    } cases[] = {{SIRA_I_TOKEN, 'a', ' '}, {SIRA_I_DIGIT, '7', 'a'},          {SIRA_I_HEX, 'f', 'g'},
                 {SIRA_I_HOST, '-', ':'},  {SIRA_I_QUOTED, '\t', '"'},        {SIRA_I_URIC, '%', '>'},
                 {SIRA_I_WSP, ' ', '\n'},  {SIRA_I_QUOTED, (char)0xff, '\\'}, {SIRA_I_TOKEN, '~', (char)0x80}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        for (size_t length = 0; length <= 20; length++) {
            for (size_t place = 0; place <= length; place++) {
                char bytes[20];
                memset(bytes, cases[i].in, sizeof bytes);
                if (place < length)
                    bytes[place] = cases[i].out;
                const sira_str text = heap_str(bytes, length);
                const char *end = text.at + length, *right = text.at + place;
                sira_i_scan scan = {text.at, end, 0};
                const sira_str run = sira_i_span_str(&scan, cases[i].classes);
                if (sira_i_span(text.at, end, cases[i].classes) != right ||
                    sira_i_span_far(text.at, end, cases[i].classes) != right || run.at != text.at || run.len != place ||
                    scan.at != right)
                    fail_msg("%02x, %zu of %zu", (unsigned char)cases[i].in, place, length);
                heap_str_free(text);
            }
        }
    }
}

/* Four octets of which each is of one of the classes, but no class is that of all. */
static void a_run_may_mix_its_classes(void **state)
{
    (void)state;
    const sira_str text = heap_str_from("a1 b2\tc3 .d");
    assert_ptr_equal(sira_i_span_far(text.at, text.at + text.len, SIRA_I_ALPHA | SIRA_I_DIGIT | SIRA_I_WSP),
                     text.at + 9);
    heap_str_free(text);
}

/* Not before the first octet that is no part of a URI, and never behind it. */
static void a_uri_ends_at_the_first_octet_that_none_has(void **state)
{
    (void)state;
    for (unsigned octet = 0; octet < 256; octet++) {
        for (size_t length = 1; length <= 20; length++) {
            for (size_t place = 0; place < length; place++) {
                char bytes[20];
                memset(bytes, 'a', sizeof bytes);
                bytes[place] = (char)octet;
                const sira_str text = heap_str(bytes, length);
                const bool part = sira_i_is((char)octet, SIRA_I_URIC);
                if (sira_i_uri_end(text.at, text.at + length) != text.at + (part ? length : place))
                    fail_msg("%02x at %zu of %zu", octet, place, length);
                heap_str_free(text);
            }
        }
    }
}

/* ---- quoted strings ---- */

/* Where the string ends, from behind its first quote; SIZE_MAX, and *wrong, when it does not. */
static size_t quoted_from(sira_str text, size_t i, size_t *wrong)
{
    for (*wrong = i; i < text.len; *wrong = i) {
        const unsigned char c = (unsigned char)text.at[i];
        if (c == '"')
            return i + 1;
        if (c == '\\') {
            if (i + 1 == text.len || text.at[i + 1] == '\r' || text.at[i + 1] == '\n' ||
                (unsigned char)text.at[i + 1] > 0x7f)
                return SIZE_MAX;
            i += 2;
        } else if (lws_from(text, i) != i) {
            i = lws_from(text, i);
        } else if (c > ' ' && c != 0x7f) {
            i++;
        } else {
            return SIZE_MAX;
        }
    }
    return SIZE_MAX;
}

static void look_at_quoted(sira_str text)
{
    const char *end = text.at + text.len, *wrong = NULL;
    size_t right_wrong;
    const size_t right = quoted_from(text, 0, &right_wrong);
    const char *behind = sira_i_behind_quoted(text.at, end, &wrong);
    const size_t got = behind != NULL ? (size_t)(behind - text.at) : SIZE_MAX;
    if (got != right)
        fail_on(text, "behind_quoted", got, right);
    if (behind != NULL)
        assert_null(wrong);
    else if (wrong != text.at + right_wrong)
        fail_on(text, "wrong", (size_t)(wrong - text.at), right_wrong);
}

static void a_quoted_string_ends_where_the_grammar_says(void **state)
{
    (void)state;
    static const char alphabet[] = "a\"\\ \r\n\x01\x80";
    for_all(alphabet, 5, "", look_at_quoted);
    for_all(alphabet, 4, "abcdefg", look_at_quoted);
    for_all(alphabet, 3, "abcd\\\"efgh \tijk", look_at_quoted);
}

static void a_quoted_string_is_taken_with_its_quotes(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t length, at; /* of the string; 0: it does not close, and stands where it went wrong */
    } cases[] = {
        {"\"\"", 2, 2},      {"\"a\"b", 3, 3},    {"\"a\\\"\" x", 5, 5}, {"\"a\r\n b\"", 7, 7},
        {"\"", 0, 1},        {"\"abc", 0, 4},     {"\"a\r\nb\"", 0, 2},  {"\"a\\", 0, 2},
        {"\"a\\\r\"", 0, 2}, {"\"a\x01\"", 0, 2}, {"\"a\x7f\"", 0, 2},   {"\"\\\x7f\"", 4, 4},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const sira_str text = heap_str_from(cases[i].text);
        sira_i_scan scan = {text.at, text.at + text.len, 0};
        const sira_str taken = sira_i_quoted(&scan);
        if (taken.at != text.at || taken.len != cases[i].length || scan.at != text.at + cases[i].at)
            fail_msg("%s: %zu, at %zu", cases[i].text, taken.len, (size_t)(scan.at - text.at));
        heap_str_free(text);
    }
}

static void quotes_are_taken_off(void **state)
{
    (void)state;
    static const struct {
        const char *text, *inner;
    } cases[] = {{"\"a\"", "a"}, {"\"\"", ""}, {"a", "a"}, {"", ""}, {"\"", "\""}, {"a\"b\"", "a\"b\""}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const sira_str text = heap_str_from(cases[i].text);
        expect_str(cases[i].text, sira_i_unquoted(text), cases[i].inner);
        heap_str_free(text);
    }
}

/* ---- hosts and ports ---- */

/* '^' stands where the host ends; where it is none, where reading stays. */
static void hosts_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        sira_host_kind kind;
    } cases[] = {
        {"example.com^", SIRA_HOST_NAME},
        {"example.com^:5060", SIRA_HOST_NAME},
        {"example.com^;x", SIRA_HOST_NAME},
        {"example.com^ x", SIRA_HOST_NAME},
        {"a^", SIRA_HOST_NAME},
        {"a.^", SIRA_HOST_NAME},
        {"A-1.b2^>", SIRA_HOST_NAME},
        {"1.a^", SIRA_HOST_NAME},
        {"3com.net^", SIRA_HOST_NAME},
        {"1.2.3.4.a^", SIRA_HOST_NAME},
        {"xn--bcher-kva.example^", SIRA_HOST_NAME},
        {"192.0.2.1^", SIRA_HOST_IPV4},
        {"0.0.0.0^:1", SIRA_HOST_IPV4},
        {"255.255.255.255^,", SIRA_HOST_IPV4},
        {"[::1]^", SIRA_HOST_IPV6},
        {"[2001:db8::9:1]^:5060", SIRA_HOST_IPV6},
        {"[::ffff:192.0.2.1]^]", SIRA_HOST_IPV6},
        {"^", SIRA_HOST_NONE},
        {"^:5060", SIRA_HOST_NONE},
        {"^.a", SIRA_HOST_NONE},
        {"^a..b", SIRA_HOST_NONE},
        {"^a.b..", SIRA_HOST_NONE},
        {"^.", SIRA_HOST_NONE},
        {"^-a", SIRA_HOST_NONE},
        {"^a-", SIRA_HOST_NONE},
        {"^a-.b", SIRA_HOST_NONE},
        {"^a.-b", SIRA_HOST_NONE},
        {"^a.b-", SIRA_HOST_NONE},
        {"^a.1", SIRA_HOST_NONE},
        {"^1", SIRA_HOST_NONE},
        {"^1.2.3", SIRA_HOST_NONE},
        {"^1.2.3.256", SIRA_HOST_NONE},
        {"^1.2.3.4.", SIRA_HOST_NONE},
        {"^01.2.3.4", SIRA_HOST_NONE},
        {"^1.2.3.4.5", SIRA_HOST_NONE},
        {"^[::1", SIRA_HOST_NONE},
        {"^[", SIRA_HOST_NONE},
        {"^[]", SIRA_HOST_NONE},
        {"^[::g]", SIRA_HOST_NONE},
        {"^[1.2.3.4]", SIRA_HOST_NONE},
        {"^[example.com]", SIRA_HOST_NONE},
        {"^[[::1]]", SIRA_HOST_NONE},
        {"^]", SIRA_HOST_NONE},
        {"^@a", SIRA_HOST_NONE},
        {"^\x80", SIRA_HOST_NONE},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        size_t stop;
        const sira_str text = marked_str(cases[i].text, &stop);
        sira_i_scan scan = {text.at, text.at + text.len, 0};
        sira_str host;
        const sira_host_kind kind = sira_i_take_host(&scan, &host);
        if (kind != cases[i].kind || scan.at != text.at + stop)
            fail_msg("%s: %d, at %zu", cases[i].text, (int)kind, (size_t)(scan.at - text.at));
        assert_ptr_equal(host.at, text.at);
        if (kind != SIRA_HOST_NONE)
            assert_int_equal(host.len, stop);
        scan.at = text.at;
        host = sira_i_host(&scan);
        assert_int_equal(host.len, stop);
        assert_ptr_equal(scan.at, text.at + stop);
        heap_str_free(text);
    }
}

/* What an IPv6 address is cut to is none, until its bracket stands there. */
static void a_beginning_of_an_address_is_none(void **state)
{
    (void)state;
    static const char address[] = "[2001:db8:0:0:1:2:192.0.2.1]";
    for (size_t len = 0; len < sizeof address; len++) {
        const sira_str text = heap_str(address, len);
        sira_i_scan scan = {text.at, text.at + len, 0};
        sira_str host;
        assert_int_equal(sira_i_take_host(&scan, &host), len == sizeof address - 1 ? SIRA_HOST_IPV6 : SIRA_HOST_NONE);
        heap_str_free(text);
    }
}

static void ports_are_numbers_above_none(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint16_t port;
        size_t at;
    } cases[] = {
        {"5060", 5060, 4},   {"1", 1, 1},
        {"65535", 65535, 5}, {"5060;x", 5060, 4},
        {"12a", 12, 2},      {"007", 7, 3},
        {"5060 ", 5060, 4},  {"", 0, 0},
        {"0", 0, 0},         {"000", 0, 0},
        {"65536", 0, 0},     {"99999", 0, 0},
        {"655350", 0, 0},    {"18446744073709556676", 0, 0},
        {"-1", 0, 0},        {"+1", 0, 0},
        {" 1", 0, 0},        {"a", 0, 0},
        {"/", 0, 0},         {":", 0, 0},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const sira_str text = heap_str_from(cases[i].text);
        sira_i_scan scan = {text.at, text.at + text.len, 0};
        if (sira_i_port(&scan) != cases[i].port || scan.at != text.at + cases[i].at)
            fail_msg("\"%s\": at %zu", cases[i].text, (size_t)(scan.at - text.at));
        heap_str_free(text);
    }
    for (unsigned port = 1; port <= 65535; port++) {
        char text[8];
        const int length = snprintf(text, sizeof text, "%u", port);
        sira_i_scan scan = {text, text + length, 0};
        assert_int_equal(sira_i_port(&scan), port);
        assert_ptr_equal(scan.at, text + length);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(white_space_ends_where_the_grammar_says),
        cmocka_unit_test(a_separator_takes_what_is_around_it),
        cmocka_unit_test(a_single_octet_is_taken),
        cmocka_unit_test(a_run_ends_at_the_first_other_octet),
        cmocka_unit_test(a_run_may_mix_its_classes),
        cmocka_unit_test(a_uri_ends_at_the_first_octet_that_none_has),
        cmocka_unit_test(a_quoted_string_ends_where_the_grammar_says),
        cmocka_unit_test(a_quoted_string_is_taken_with_its_quotes),
        cmocka_unit_test(quotes_are_taken_off),
        cmocka_unit_test(hosts_are_told_apart),
        cmocka_unit_test(a_beginning_of_an_address_is_none),
        cmocka_unit_test(ports_are_numbers_above_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
