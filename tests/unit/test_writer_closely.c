#include "message/writing.h"

#include "base/chars.h"
#include "support/sweep.h"

#include <stdlib.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

/* ---- each octet ---- */

typedef struct put_input {
    sira_str text;
    sira_i_place in;
} put_input;

static void put(sira_writer *writer, const void *input)
{
    const put_input *p = input;
    const size_t mark = writer->length;
    (void)sira_i_put_closely(writer, sira_i_write_room(writer, p->text.len), p->text, p->in);
    sira_i_write_settle(writer, mark);
}

/* May it stand there, alone or between letters? */
static bool is_right(unsigned octet, sira_i_place in)
{
    switch (in) {
    case SIRA_I_IN_LINE:
        return octet == '\t' || (octet >= ' ' && octet != 0x7f);
    case SIRA_I_IN_QUOTES:
        return octet != '\0' && octet != '\r' && octet != '\n';
    case SIRA_I_IN_URI:
        return sira_i_is((char)octet, SIRA_I_URIC);
    }
    return false;
}

static void each_octet_is_looked_at(void **state)
{
    (void)state;
    for (unsigned octet = 0; octet < 256; octet++) {
        for (size_t length = 1; length <= 17; length += length < 9 ? 1 : 8) {
            for (size_t place = 0; place < length; place++) {
                char bytes[18], out[18];
                memset(bytes, 'a', sizeof bytes);
                bytes[place] = (char)octet;
                const sira_str text = heap_str(bytes, length);
                for (sira_i_place in = SIRA_I_IN_LINE; in <= SIRA_I_IN_URI; in++) {
                    sira_writer writer;
                    sira_writer_init(&writer, out, length);
                    put(&writer, &(put_input){text, in});
                    if ((writer.status == SIRA_OK) != is_right(octet, in))
                        fail_msg("%02x at %zu of %zu, place %d: %s", octet, place, length, (int)in,
                                 sira_status_name(writer.status));
                    if (writer.status == SIRA_OK)
                        assert_memory_equal(out, bytes, length);
                    else
                        assert_int_equal(writer.length, 0);
                }
                heap_str_free(text);
            }
        }
    }
}

/* A quoted-pair may hold controls (RFC 3261 25.1), but no end of a line, and no NUL. */
static void a_backslash_lets_a_control_pass_in_a_line(void **state)
{
    (void)state;
    for (unsigned octet = 0; octet < 256; octet++) {
        const char bytes[4] = {'a', '\\', (char)octet, '\0'};
        const sira_str text = heap_str(bytes, 3);
        const put_input input = {text, SIRA_I_IN_LINE};
        if (octet == '\0' || octet == '\r' || octet == '\n')
            expect_refused("behind a backslash", put, &input, SIRA_E_ARGUMENT);
        else
            expect_written("behind a backslash", put, &input, bytes);
        heap_str_free(text);
    }
}

static void only_a_uri_must_not_be_empty(void **state)
{
    (void)state;
    expect_written("line", put, &(put_input){{NULL, 0}, SIRA_I_IN_LINE}, "");
    expect_written("quotes", put, &(put_input){{NULL, 0}, SIRA_I_IN_QUOTES}, "");
    expect_refused("URI", put, &(put_input){{NULL, 0}, SIRA_I_IN_URI}, SIRA_E_ARGUMENT);
    expect_written("a URI", put, &(put_input){SIRA_STR("sip:a@b;c=d?e=%20"), SIRA_I_IN_URI}, "sip:a@b;c=d?e=%20");
}

/* ---- quoted strings ---- */

static void write_quoted(sira_writer *writer, const void *input)
{
    const sira_str *text = input;
    (void)sira_i_write_room(writer, text->len + 2);
    sira_i_write_escapes(writer, *text);
}

static void what_would_end_a_string_is_escaped(void **state)
{
    (void)state;
    static const struct {
        const char *text, *written;
    } cases[] = {
        {"", "\"\""},
        {"a", "\"a\""},
        {"Alice Smith", "\"Alice Smith\""},
        {"\"", "\"\\\"\""},
        {"\\", "\"\\\\\""},
        {"\\\"\\\"", "\"\\\\\\\"\\\\\\\"\""},
        {"a\"b", "\"a\\\"b\""},
        {"tab\there", "\"tab\there\""},
        {"\x01\x1f\x7f", "\"\\\x01\\\x1f\\\x7f\""},
        {"\x80\xff", "\"\x80\xff\""},
        {"'<>;,", "\"'<>;,\""},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const sira_str text = heap_str_from(cases[i].text);
        expect_written(cases[i].text, write_quoted, &text, cases[i].written);
        heap_str_free(text);
    }
}

static void no_string_holds_the_end_of_a_line(void **state)
{
    (void)state;
    static const sira_str cases[] = {SIRA_STR_INIT("a\rb"), SIRA_STR_INIT("a\n"),  SIRA_STR_INIT("\r\n a"),
                                     SIRA_STR_INIT("a\0b"), SIRA_STR_INIT("\\\n"), SIRA_STR_INIT("\"\"\"\"\r")};
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        expect_refused("a string", write_quoted, &cases[i], SIRA_E_ARGUMENT);
}

/* ---- what was read, and may be folded ---- */

static void write_unfolded(sira_writer *writer, const void *input)
{
    const size_t mark = writer->length;
    sira_i_write_unfolded(writer, *(const sira_str *)input);
    sira_i_write_settle(writer, mark);
}

static void a_fold_becomes_one_space(void **state)
{
    (void)state;
    static const struct {
        const char *text, *written; /* NULL: refused */
    } cases[] = {
        {"", ""},
        {"a b", "a b"},
        {"a\r\n b", "a b"},
        {"a\r\n\tb", "a b"},
        {"a\r\n \t  b", "a b"},
        {"a\r\n \r\n\t\r\n b", "a b"},
        {"a \r\n b", "a  b"},
        {"a\n b", "a b"},
        {"\r\n a", " a"},
        {"a\r\n ", "a "},
        {"a\r\n b\r\n c", "a b c"},
        {"a\r\n b\r\n", NULL},
        {"a\r\nb", NULL},
        {"a\rb", NULL},
        {"a\r", NULL},
        {"\n", NULL},
        {"a\r\n\r\n b", NULL},
        {"a\x01", NULL},
        {"a\r\n \x7f", NULL},
        {"\\\x01", "\\\x01"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const sira_str text = heap_str_from(cases[i].text);
        if (cases[i].written != NULL)
            expect_written(cases[i].text, write_unfolded, &text, cases[i].written);
        else
            expect_refused(cases[i].text, write_unfolded, &text, SIRA_E_ARGUMENT);
        heap_str_free(text);
    }
}

static void write_inner(sira_writer *writer, const void *input)
{
    const size_t mark = writer->length;
    sira_i_write_inner_closely(writer, *(const sira_str *)input);
    sira_i_write_settle(writer, mark);
}

/* Its escapes stand there already. */
static void what_stood_between_quotes_stands_there_again(void **state)
{
    (void)state;
    static const struct {
        const char *text, *written; /* NULL: refused */
    } cases[] = {
        {"", "\"\""},         {"a", "\"a\""},         {"a\\\"b", "\"a\\\"b\""},
        {"\\\\", "\"\\\\\""}, {"a\r\n b", "\"a b\""}, {"\\\x01\\\x7f", "\"\\\x01\\\x7f\""},
        {"\x80", "\"\x80\""}, {"\"", NULL},           {"a\"", NULL},
        {"a\"b", NULL},       {"\\", NULL},           {"a\\\\\\", NULL},
        {"a\\\r\n b", NULL},  {"a\\\x80", NULL},      {"a\rb", NULL},
        {"a\r\nb", NULL},     {"a\x01", NULL},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const sira_str text = heap_str_from(cases[i].text);
        if (cases[i].written != NULL)
            expect_written(cases[i].text, write_inner, &text, cases[i].written);
        else
            expect_refused(cases[i].text, write_inner, &text, SIRA_E_ARGUMENT);
        heap_str_free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_octet_is_looked_at),
        cmocka_unit_test(a_backslash_lets_a_control_pass_in_a_line),
        cmocka_unit_test(only_a_uri_must_not_be_empty),
        cmocka_unit_test(what_would_end_a_string_is_escaped),
        cmocka_unit_test(no_string_holds_the_end_of_a_line),
        cmocka_unit_test(a_fold_becomes_one_space),
        cmocka_unit_test(what_stood_between_quotes_stands_there_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
