#include "support/sweep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sira/writer.h>

/* ---- pieces ---- */

static void write_text(sira_writer *writer, const void *input)
{
    sira_write_text(writer, *(const sira_str *)input);
}

static void write_token(sira_writer *writer, const void *input)
{
    sira_write_token(writer, *(const sira_str *)input);
}

static void write_quoted(sira_writer *writer, const void *input)
{
    sira_write_quoted(writer, *(const sira_str *)input);
}

static void test_text(void **state)
{
    (void)state;
    static const char *const texts[] = {"",
                                        "a",
                                        "1234567",
                                        "12345678",
                                        "123456789",
                                        "a\tb",
                                        "\\\x01\\\x0b\t\\\x1f\\\x7f",
                                        "\xc3\xa4\xff\x8d\x8a\x80 12345678",
                                        "a\tb \\\x01 0123456789",
                                        "0123456789abcdef0123456789abcdef\""};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        sira_str text = heap_str_from(texts[i]);
        expect_written(texts[i], write_text, &text, texts[i]);
        heap_str_free(text);
    }
}

/* At every place of texts of every length around the size of a word. */
static void test_text_that_would_end_its_line(void **state)
{
    (void)state;
    static const char octets[] = {'\r', '\n', '\0', '\x01', '\x1f', '\x7f'};
    for (size_t length = 1; length < 35; length++)
        for (size_t at = 0; at < length; at++)
            for (size_t i = 0; i < sizeof octets; i++) {
                char bytes[40];
                memset(bytes, at % 2 ? '\t' : 'x', sizeof bytes);
                bytes[at] = octets[i];
                sira_str text = heap_str(bytes, length);
                expect_refused("text", write_text, &text, SIRA_E_ARGUMENT);
                if (i < 3) /* other controls are escaped */
                    expect_refused("quoted", write_quoted, &text, SIRA_E_ARGUMENT);
                expect_refused("token", write_token, &text, SIRA_E_ARGUMENT);
                heap_str_free(text);
            }
}

static void test_tokens(void **state)
{
    (void)state;
    static const char *const right[] = {"a", "REGISTER", "!%*_+`'~.-", "z9hG4bK0123456789abcdef"};
    static const char *const wrong[] = {"",    "a b", "a;b",      "a,b", "\"a\"", "<a>",
                                        "a=b", "a:b", "\xc3\xa4", "a@b", "a\x7f"};
    for (size_t i = 0; i < sizeof right / sizeof right[0]; i++) {
        sira_str token = heap_str_from(right[i]);
        expect_written(right[i], write_token, &token, right[i]);
        heap_str_free(token);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        sira_str token = heap_str_from(wrong[i]);
        expect_refused(wrong[i], write_token, &token, SIRA_E_ARGUMENT);
        heap_str_free(token);
    }
}

static void test_quoted(void **state)
{
    (void)state;
    static const char *const cases[][2] = {{"", "\"\""},
                                           {"a", "\"a\""},
                                           {"\"", "\"\\\"\""},
                                           {"\\", "\"\\\\\""},
                                           {"a\"b\\c", "\"a\\\"b\\\\c\""},
                                           {"01234567\"", "\"01234567\\\"\""},
                                           {"0123456\"89012345\\", "\"0123456\\\"89012345\\\\\""},
                                           {"\xc3\xa4\t\x01\x7f", "\"\xc3\xa4\t\\\x01\\\x7f\""},
                                           {"0123456789abcdef", "\"0123456789abcdef\""}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        sira_str text = heap_str_from(cases[i][0]);
        expect_written(cases[i][0], write_quoted, &text, cases[i][1]);
        heap_str_free(text);
    }
}

static void write_number(sira_writer *writer, const void *input)
{
    sira_write_number(writer, *(const uint32_t *)input);
}

static void write_hex32(sira_writer *writer, const void *input)
{
    sira_write_hex32(writer, *(const uint32_t *)input);
}

static void test_numbers(void **state)
{
    (void)state;
    static const struct {
        uint32_t number;
        const char *decimal, *hex;
    } cases[] = {{0, "0", "00000000"},
                 {9, "9", "00000009"},
                 {10, "10", "0000000a"},
                 {15, "15", "0000000f"},
                 {16, "16", "00000010"},
                 {255, "255", "000000ff"},
                 {256, "256", "00000100"},
                 {3735928559u, "3735928559", "deadbeef"},
                 {UINT32_MAX, "4294967295", "ffffffff"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        expect_written(cases[i].decimal, write_number, &cases[i].number, cases[i].decimal);
        expect_written(cases[i].hex, write_hex32, &cases[i].number, cases[i].hex);
    }
}

static void write_hex(sira_writer *writer, const void *input)
{
    sira_write_hex(writer, input, 4);
    sira_write_hex(writer, input, 0);
}

static void test_hex(void **state)
{
    (void)state;
    static const uint8_t bytes[4] = {0x00, 0x9f, 0xa0, 0xff};
    expect_written("hex", write_hex, bytes, "009fa0ff");
}

/* ---- lines ---- */

typedef struct start {
    const char *method, *uri;
    uint16_t code;
    const char *reason;
} start;

static void write_request_line(sira_writer *writer, const void *input)
{
    const start *s = input;
    sira_str uri = heap_str_from(s->uri);
    sira_write_request_line(writer, sira_str_from(s->method), uri);
    heap_str_free(uri);
}

static void write_status_line(sira_writer *writer, const void *input)
{
    const start *s = input;
    sira_write_status_line(writer, s->code, sira_str_from(s->reason));
}

static void test_request_line(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",          "sip:a b", "sip:a\r\nb", "sip:a\tb",       "<sip:a>",
                                        "sip:a>",    "sip:\"",  "sip:\x7f",   "sip:\xc3\xa4",   "sip:0123456789 ",
                                        "sip:a\x01", " ",       "sip:a|b@h",  "sip:a\\b",       "sip:a^b",
                                        "sip:{a}",   "sip:`",   "sip:a#",     "sip:0123456789|"};
    expect_written("plain", write_request_line, &(start){.method = "REGISTER", .uri = "sip:example.com"},
                   "REGISTER sip:example.com SIP/2.0\r\n");
    expect_written("odd", write_request_line, &(start){.method = "~", .uri = "x:!$%&'()*+,-./09:;=?@AZ[]_az~"},
                   "~ x:!$%&'()*+,-./09:;=?@AZ[]_az~ SIP/2.0\r\n");
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        expect_refused(wrong[i], write_request_line, &(start){.method = "A", .uri = wrong[i]}, SIRA_E_ARGUMENT);
    expect_refused("method", write_request_line, &(start){.method = "A B", .uri = "sip:a"}, SIRA_E_ARGUMENT);
    expect_refused("no method", write_request_line, &(start){.method = "", .uri = "sip:a"}, SIRA_E_ARGUMENT);
}

static void test_status_line(void **state)
{
    (void)state;
    expect_written("given", write_status_line, &(start){.code = 401, .reason = "Who are you?"},
                   "SIP/2.0 401 Who are you?\r\n");
    expect_written("standard", write_status_line, &(start){.code = 401, .reason = ""}, "SIP/2.0 401 Unauthorized\r\n");
    expect_written("lowest", write_status_line, &(start){.code = 100, .reason = "x"}, "SIP/2.0 100 x\r\n");
    expect_written("highest", write_status_line, &(start){.code = 699, .reason = "x"}, "SIP/2.0 699 x\r\n");
    expect_refused("99", write_status_line, &(start){.code = 99, .reason = "x"}, SIRA_E_ARGUMENT);
    expect_refused("700", write_status_line, &(start){.code = 700, .reason = "x"}, SIRA_E_ARGUMENT);
    expect_written("UTF-8", write_status_line, &(start){.code = 200, .reason = "O\tK \xc3\xa4 \\\""},
                   "SIP/2.0 200 O\tK \xc3\xa4 \\\"\r\n");
    expect_refused("control", write_status_line, &(start){.code = 200, .reason = "OK\x01"}, SIRA_E_ARGUMENT);
    expect_refused("escaped", write_status_line, &(start){.code = 200, .reason = "OK\\\x01"}, SIRA_E_ARGUMENT);
    expect_refused("DEL", write_status_line, &(start){.code = 200, .reason = "OK\x7f"}, SIRA_E_ARGUMENT);
    expect_refused("injection", write_status_line, &(start){.code = 200, .reason = "OK\r\nX: y"}, SIRA_E_ARGUMENT);
}

static void write_every_field(sira_writer *writer, const void *input)
{
    (void)input;
    for (int id = 1; id < SIRA_FIELD_COUNT; id++)
        sira_write_field_number(writer, (sira_field_id)id, (uint32_t)id);
}

static void test_every_name(void **state)
{
    (void)state;
    char expected[2048] = "";
    for (int id = 1; id < SIRA_FIELD_COUNT; id++) {
        char line[64];
        snprintf(line, sizeof line, "%s: %d\r\n", sira_field_name((sira_field_id)id), id);
        strcat(expected, line);
    }
    expect_written("names", write_every_field, NULL, expected);
}

typedef struct field {
    int id;
    const char *name, *value;
} field;

static void write_field(sira_writer *writer, const void *input)
{
    const field *f = input;
    if (f->name != NULL)
        sira_write_other(writer, sira_str_from(f->name), sira_str_from(f->value));
    else
        sira_write_field(writer, (sira_field_id)f->id, sira_str_from(f->value));
}

static void test_fields(void **state)
{
    (void)state;
    expect_written("known", write_field, &(field){SIRA_FIELD_CALL_ID, NULL, "x"}, "Call-ID: x\r\n");
    expect_written("empty", write_field, &(field){SIRA_FIELD_SUBJECT, NULL, ""}, "Subject: \r\n");
    expect_written("other", write_field, &(field){0, "X-Y", "z"}, "X-Y: z\r\n");
    expect_written("length", write_field, &(field){SIRA_FIELD_CONTENT_LENGTH, NULL, "0"}, "Content-Length: 0\r\n");
    expect_written("length", write_field, &(field){0, "l", "4294967295"}, "l: 4294967295\r\n");
    expect_written("hops", write_field, &(field){SIRA_FIELD_MAX_FORWARDS, NULL, "255"}, "Max-Forwards: 255\r\n");
    expect_refused("two lengths", write_field, &(field){SIRA_FIELD_CONTENT_LENGTH, NULL, "0, 5"}, SIRA_E_ARGUMENT);
    expect_refused("no length", write_field, &(field){SIRA_FIELD_CONTENT_LENGTH, NULL, ""}, SIRA_E_ARGUMENT);
    expect_refused("long", write_field, &(field){0, "content-length", "4294967296"}, SIRA_E_ARGUMENT);
    expect_refused("compact", write_field, &(field){0, "L", "0x1"}, SIRA_E_ARGUMENT);
    expect_refused("hops", write_field, &(field){SIRA_FIELD_MAX_FORWARDS, NULL, "256"}, SIRA_E_ARGUMENT);
    expect_refused("hops", write_field, &(field){0, "max-forwards", "-1"}, SIRA_E_ARGUMENT);
    expect_refused("no id", write_field, &(field){SIRA_FIELD_OTHER, NULL, "x"}, SIRA_E_ARGUMENT);
    expect_refused("id too large", write_field, &(field){SIRA_FIELD_COUNT, NULL, "x"}, SIRA_E_ARGUMENT);
    expect_refused("negative id", write_field, &(field){-1, NULL, "x"}, SIRA_E_ARGUMENT);
    expect_refused("injection", write_field, &(field){SIRA_FIELD_TO, NULL, "x\r\nY: z"}, SIRA_E_ARGUMENT);
    expect_refused("a fold", write_field, &(field){SIRA_FIELD_TO, NULL, "x\r\n y"}, SIRA_E_ARGUMENT);
    expect_refused("other, injection", write_field, &(field){0, "X", "x\ny"}, SIRA_E_ARGUMENT);
    expect_refused("other, no name", write_field, &(field){0, "", "x"}, SIRA_E_ARGUMENT);
    expect_refused("other, no token", write_field, &(field){0, "X: y\r\nZ", "x"}, SIRA_E_ARGUMENT);
    expect_refused("other, a space", write_field, &(field){0, "X ", "x"}, SIRA_E_ARGUMENT);
}

/* ---- the whole ---- */

static void write_message(sira_writer *writer, const void *input)
{
    sira_write_request_line(writer, SIRA_STR("MESSAGE"), SIRA_STR("sip:b"));
    sira_write_begin(writer, SIRA_FIELD_CSEQ);
    sira_write_number(writer, 1);
    sira_write_text(writer, SIRA_STR(" MESSAGE"));
    sira_write_end(writer);
    sira_write_body(writer, *(const sira_str *)input);
}

static void test_message(void **state)
{
    (void)state;
    expect_written("body", write_message, &SIRA_STR("a\r\nb"),
                   "MESSAGE sip:b SIP/2.0\r\nCSeq: 1 MESSAGE\r\nContent-Length: 4\r\n\r\na\r\nb");
    expect_written("no body", write_message, &(sira_str){NULL, 0},
                   "MESSAGE sip:b SIP/2.0\r\nCSeq: 1 MESSAGE\r\nContent-Length: 0\r\n\r\n");
}

static void write_two_lengths(sira_writer *writer, const void *input)
{
    (void)input;
    sira_write_body(writer, SIRA_STR(""));
    writer->length = 0; /* what stood before is no matter here */
    sira_write_body(writer, SIRA_STR(""));
}

static void write_other_length(sira_writer *writer, const void *input)
{
    sira_write_other(writer, sira_str_from(input), SIRA_STR("0"));
    writer->length = 0;
    sira_write_field_number(writer, SIRA_FIELD_CONTENT_LENGTH, 0);
}

static void test_one_length_only(void **state)
{
    (void)state;
    expect_refused("two", write_two_lengths, NULL, SIRA_E_STATE);
    expect_refused("by name", write_other_length, "content-LENGTH", SIRA_E_STATE);
    expect_refused("compact", write_other_length, "l", SIRA_E_STATE);
}

static void test_the_first_error_stays(void **state)
{
    (void)state;
    char buffer[8];
    size_t length = 77;
    sira_writer writer;
    sira_writer_init(&writer, buffer, sizeof buffer);
    sira_write_text(&writer, SIRA_STR("123456789"));
    sira_write_text(&writer, SIRA_STR("\r"));
    sira_write_text(&writer, SIRA_STR("1"));
    expect_status("space", sira_writer_finish(&writer, &length), SIRA_E_SPACE);
    sira_writer_init(&writer, buffer, sizeof buffer);
    sira_write_text(&writer, SIRA_STR("ab"));
    sira_write_text(&writer, SIRA_STR("\r"));
    sira_write_text(&writer, SIRA_STR("123456789"));
    expect_status("argument", sira_writer_finish(&writer, &length), SIRA_E_ARGUMENT);
    assert_int_equal(writer.length, 2);
    assert_int_equal(length, 77);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_text_that_would_end_its_line),
        cmocka_unit_test(test_tokens),
        cmocka_unit_test(test_quoted),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_hex),
        cmocka_unit_test(test_request_line),
        cmocka_unit_test(test_status_line),
        cmocka_unit_test(test_every_name),
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_message),
        cmocka_unit_test(test_one_length_only),
        cmocka_unit_test(test_the_first_error_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
