/* RFC 8489, with the samples of RFC 5769. */
#include "support/support.h"

#include <sira/stun.h>

#include <stdio.h>
#include <string.h>

#define ID "\xb7\xe7\xa7\x01\xbc\x34\xd6\x86\xfa\x87\xdf\xae"
#define START(type, length) type length "\x21\x12\xa4\x42" ID
#define REQUEST "\x00\x01"
#define SUCCESS "\x01\x01"
#define FAILURE "\x01\x11"
#define HIDDEN "\x00\x20\x00\x08\x00\x01\xa1\x47\xe1\x12\xa6\x43" /* 192.0.2.1:32853 */
#define PLAIN "\x00\x01\x00\x08\x00\x01\x13\xc4\xc0\x00\x02\x02"  /* 192.0.2.2:5060 */
#define ZEROS20 "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"

/* A literal, with or without NULs inside. */
#define BYTES(literal) (literal), sizeof(literal) - 1

typedef struct reading {
    const char *name;
    const char *bytes;
    size_t len;
    sira_status status;
    sira_stun_kind kind;
    const char *mapped; /* NULL: none */
    unsigned code, unknown;
} reading;

static const reading readings[] = {
    {"RFC 5769 2.2",
     BYTES(START(SUCCESS, "\x00\x3c") "\x80\x22\x00\x0btest vector " HIDDEN
                                      "\x00\x08\x00\x14\x2b\x91\xf5\x99\xfd\x9e\x90\xc3\x8c\x74\x89\xf9\x2a\xf9\xba\x53"
                                      "\xf0\x6b\xe7\xd7\x80\x28\x00\x04\xc0\x7d\x4c\x96"),
     SIRA_OK, SIRA_STUN_SUCCESS, "192.0.2.1:32853", 0, 0},
    {"RFC 5769 2.3",
     BYTES(START(SUCCESS, "\x00\x48") "\x80\x22\x00\x0btest vector "
                                      "\x00\x20\x00\x14\x00\x02\xa1\x47\x01\x13\xa9\xfa\xa5\xd3\xf1\x79\xbc\x25\xf4\xb5"
                                      "\xbe\xd2\xb9\xd9\x00\x08\x00\x14\xa3\x82\x95\x4e\x4b\xe6\x7b\xf1\x17\x84\xc9\x7c"
                                      "\x82\x92\xc2\x75\xbf\xe3\xed\x41\x80\x28\x00\x04\xc8\xfb\x0b\x4c"),
     SIRA_OK, SIRA_STUN_SUCCESS, "[2001:db8:1234:5678:11:2233:4455:6677]:32853", 0, 0},
    {"a wrong fingerprint", BYTES(START(SUCCESS, "\x00\x14") HIDDEN "\x80\x28\x00\x04\xc0\x7d\x4c\x96"), SIRA_E_SYNTAX,
     SIRA_STUN_SUCCESS, NULL, 0, 0},
    {"something behind the fingerprint",
     BYTES(START(SUCCESS, "\x00\x20") HIDDEN "\x80\x28\x00\x04\xc0\x7d\x4c\x96" PLAIN), SIRA_E_SYNTAX,
     SIRA_STUN_SUCCESS, NULL, 0, 0},
    {"a long fingerprint", BYTES(START(SUCCESS, "\x00\x18") HIDDEN "\x80\x28\x00\x08\xc0\x7d\x4c\x96\0\0\0\0"),
     SIRA_E_SYNTAX, SIRA_STUN_SUCCESS, NULL, 0, 0},
    {"a request", BYTES(START(REQUEST, "\0\0")), SIRA_OK, SIRA_STUN_REQUEST, NULL, 0, 0},
    {"an indication", BYTES(START("\x00\x11", "\0\0")), SIRA_OK, SIRA_STUN_INDICATION, NULL, 0, 0},
    {"another method", BYTES(START("\x00\x03", "\0\0")), SIRA_IDLE, SIRA_STUN_REQUEST, NULL, 0, 0},
    {"the plain address", BYTES(START(SUCCESS, "\x00\x0c") PLAIN), SIRA_OK, SIRA_STUN_SUCCESS, "192.0.2.2:5060", 0, 0},
    {"the plain one before the hidden one", BYTES(START(SUCCESS, "\x00\x18") PLAIN HIDDEN), SIRA_OK, SIRA_STUN_SUCCESS,
     "192.0.2.1:32853", 0, 0},
    {"the hidden one before the plain one", BYTES(START(SUCCESS, "\x00\x18") HIDDEN PLAIN), SIRA_OK, SIRA_STUN_SUCCESS,
     "192.0.2.1:32853", 0, 0},
    {"two hidden ones", BYTES(START(SUCCESS, "\x00\x18") HIDDEN "\x00\x20\x00\x08\x00\x01\xa1\x47\xe1\x12\xa6\x44"),
     SIRA_OK, SIRA_STUN_SUCCESS, "192.0.2.1:32853", 0, 0},
    {"behind the seal", BYTES(START(SUCCESS, "\x00\x30") PLAIN "\x00\x08\x00\x14" ZEROS20 HIDDEN), SIRA_OK,
     SIRA_STUN_SUCCESS, "192.0.2.2:5060", 0, 0},
    {"behind the newer seal", BYTES(START(SUCCESS, "\x00\x30") PLAIN "\x00\x1c\x00\x14" ZEROS20 HIDDEN), SIRA_OK,
     SIRA_STUN_SUCCESS, "192.0.2.2:5060", 0, 0},
    {"a success without an address", BYTES(START(SUCCESS, "\0\0")), SIRA_E_SYNTAX, SIRA_STUN_SUCCESS, NULL, 0, 0},
    {"an address of another family",
     BYTES(START(SUCCESS, "\x00\x0c") "\x00\x01\x00\x08\x00\x03\x13\xc4\xc0\x00\x02\x02"), SIRA_E_SYNTAX,
     SIRA_STUN_SUCCESS, NULL, 0, 0},
    {"IPv6 in four bytes", BYTES(START(SUCCESS, "\x00\x0c") "\x00\x01\x00\x08\x00\x02\x13\xc4\xc0\x00\x02\x02"),
     SIRA_E_SYNTAX, SIRA_STUN_SUCCESS, NULL, 0, 0},
    {"IPv4 in sixteen bytes",
     BYTES(START(SUCCESS, "\x00\x18") "\x00\x01\x00\x14\x00\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), SIRA_E_SYNTAX,
     SIRA_STUN_SUCCESS, NULL, 0, 0},
    {"a failure", BYTES(START(FAILURE, "\x00\x08") "\x00\x09\x00\x04\x00\x00\x05\x00"), SIRA_OK, SIRA_STUN_FAILURE,
     NULL, 500, 0},
    {"300, the least", BYTES(START(FAILURE, "\x00\x08") "\x00\x09\x00\x04\x00\x00\x03\x00"), SIRA_OK, SIRA_STUN_FAILURE,
     NULL, 300, 0},
    {"699, the most", BYTES(START(FAILURE, "\x00\x08") "\x00\x09\x00\x04\x00\x00\xfe\x63"), SIRA_OK, SIRA_STUN_FAILURE,
     NULL, 699, 0},
    {"the first of two codes",
     BYTES(START(FAILURE, "\x00\x10") "\x00\x09\x00\x04\x00\x00\x05\x00\x00\x09\x00\x04\x00\x00\x04\x01"), SIRA_OK,
     SIRA_STUN_FAILURE, NULL, 500, 0},
    {"a failure without a code", BYTES(START(FAILURE, "\0\0")), SIRA_E_SYNTAX, SIRA_STUN_FAILURE, NULL, 0, 0},
    {"code 200", BYTES(START(FAILURE, "\x00\x08") "\x00\x09\x00\x04\x00\x00\x02\x00"), SIRA_E_SYNTAX, SIRA_STUN_FAILURE,
     NULL, 0, 0},
    {"code 700", BYTES(START(FAILURE, "\x00\x08") "\x00\x09\x00\x04\x00\x00\x07\x00"), SIRA_E_SYNTAX, SIRA_STUN_FAILURE,
     NULL, 0, 0},
    {"code 4100", BYTES(START(FAILURE, "\x00\x08") "\x00\x09\x00\x04\x00\x00\x04\x64"), SIRA_E_SYNTAX,
     SIRA_STUN_FAILURE, NULL, 0, 0},
    {"a code that is cut", BYTES(START(FAILURE, "\x00\x08") "\x00\x09\x00\x03\x00\x00\x05\x00"), SIRA_E_SYNTAX,
     SIRA_STUN_FAILURE, NULL, 0, 0},
    {"what RFC 3489 put into answers",
     BYTES(START(SUCCESS, "\x00\x24") PLAIN "\x00\x04\x00\x08\x00\x01\x13\xc4\xc0\x00\x02\x02"
                                            "\x00\x05\x00\x08\x00\x01\x13\xc4\xc0\x00\x02\x02"),
     SIRA_OK, SIRA_STUN_SUCCESS, "192.0.2.2:5060", 0, 0},
    {"an answer with what must be understood", BYTES(START(SUCCESS, "\x00\x10") PLAIN "\x00\x24\x00\x00"),
     SIRA_E_SYNTAX, SIRA_STUN_SUCCESS, NULL, 0, 1},
    {"with what need not be", BYTES(START(SUCCESS, "\x00\x10") PLAIN "\x80\x00\x00\x00"), SIRA_OK, SIRA_STUN_SUCCESS,
     "192.0.2.2:5060", 0, 0},
    {"a request with what must be understood",
     BYTES(START(REQUEST, "\x00\x10") "\x00\x24\x00\x04\x6e\x00\x01\xff\x00\x06\x00\x03"
                                      "abc\0"),
     SIRA_OK, SIRA_STUN_REQUEST, NULL, 0, 1},
    {"CHANGE-REQUEST of RFC 3489", BYTES(START(REQUEST, "\x00\x08") "\x00\x03\x00\x04\x00\x00\x00\x06"), SIRA_OK,
     SIRA_STUN_REQUEST, NULL, 0, 1},
    {"the last of a range", BYTES(START(REQUEST, "\x00\x08") "\x00\x0c\x00\x00\x00\x16\x00\x00"), SIRA_OK,
     SIRA_STUN_REQUEST, NULL, 0, 2},
    {"the ends of another", BYTES(START(REQUEST, "\x00\x0c") "\x00\x1b\x00\x00\x00\x1e\x00\x00\x00\x1f\x00\x00"),
     SIRA_OK, SIRA_STUN_REQUEST, NULL, 0, 2},
    {"more of them than are kept",
     BYTES(START(REQUEST, "\x00\x14") "\x7f\xf0\x00\x00\x7f\xf1\x00\x00\x7f\xf2\x00\x00\x7f\xf3\x00\x00\x7f\xf4\x00"
                                      "\x00"),
     SIRA_OK, SIRA_STUN_REQUEST, NULL, 0, SIRA_STUN_UNKNOWN_MAX},
    {"a length that is no multiple of four", BYTES(START(REQUEST, "\x00\x02") "\0\0"), SIRA_E_SYNTAX, SIRA_STUN_REQUEST,
     NULL, 0, 0},
    {"longer than it says", BYTES(START(REQUEST, "\0\0") "\x80\x00\x00\x00"), SIRA_E_SYNTAX, SIRA_STUN_REQUEST, NULL, 0,
     0},
    {"shorter than it says", BYTES(START(REQUEST, "\x00\x08") "\x80\x00\x00\x00"), SIRA_E_SYNTAX, SIRA_STUN_REQUEST,
     NULL, 0, 0},
    {"an attribute that does not fit", BYTES(START(REQUEST, "\x00\x08") "\x80\x00\x00\x05\0\0\0\0"), SIRA_E_SYNTAX,
     SIRA_STUN_REQUEST, NULL, 0, 0},
    {"an attribute of 65535 bytes", BYTES(START(REQUEST, "\x00\x04") "\x80\x00\xff\xff"), SIRA_E_SYNTAX,
     SIRA_STUN_REQUEST, NULL, 0, 0},
    {"nothing", "", 0, SIRA_IDLE, SIRA_STUN_REQUEST, NULL, 0, 0},
    {"a cut header", BYTES("\x00\x01\x00\x00\x21\x12\xa4\x42\xb7\xe7\xa7\x01\xbc\x34\xd6\x86\xfa\x87\xdf"), SIRA_IDLE,
     SIRA_STUN_REQUEST, NULL, 0, 0},
    {"another cookie", BYTES("\x00\x01\x00\x00\x21\x12\xa4\x43" ID), SIRA_IDLE, SIRA_STUN_REQUEST, NULL, 0, 0},
    {"the first bit", BYTES(START("\x40\x01", "\0\0")), SIRA_IDLE, SIRA_STUN_REQUEST, NULL, 0, 0},
    {"SIP", BYTES("OPTIONS sip:alice@example.com SIP/2.0\r\n"), SIRA_IDLE, SIRA_STUN_REQUEST, NULL, 0, 0},
};

static void expect_reading(const reading *one, const sira_stun *stun)
{
    char mapped[SIRA_ENDPOINT_TEXT] = "none";
    if (stun->has_mapped)
        (void)sira_endpoint_to_text(&stun->mapped, mapped, sizeof mapped);
    if (stun->kind != one->kind || stun->code != one->code || stun->unknown_count != one->unknown)
        fail_msg("%s: kind %u, code %u, %u unknown", one->name, stun->kind, stun->code, stun->unknown_count);
    if (one->status == SIRA_OK)
        expect_str(one->name, sira_str_from(mapped), one->mapped != NULL ? one->mapped : "none");
}

static void each_is_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof readings / sizeof readings[0]; i++) {
        const reading *one = &readings[i];
        sira_stun stun;
        sira_str copy = heap_str(one->bytes, one->len);
        const sira_status status = sira_stun_read(&stun, copy);
        expect_status(one->name, status, one->status);
        if (status != SIRA_IDLE)
            expect_reading(one, &stun);
        if (status == SIRA_OK)
            assert_memory_equal(stun.id, ID, SIRA_STUN_ID_SIZE);
        heap_str_free(copy);
    }
}

static void a_request_is_what_is_read(void **state)
{
    uint8_t out[SIRA_STUN_REQUEST_SIZE];
    (void)state;
    assert_int_equal(sira_stun_write_request((const uint8_t *)ID, out), sizeof out);
    assert_memory_equal(out, START(REQUEST, "\0\0"), sizeof out);
}

static sira_str answer(const sira_stun *request, const char *source, uint8_t out[SIRA_STUN_ANSWER_SIZE])
{
    sira_endpoint endpoint = {0};
    assert_int_equal(sira_endpoint_from_text(sira_str_from(source), 0, &endpoint), SIRA_OK);
    return (sira_str){(const char *)out, sira_stun_write_answer(request, &endpoint, out)};
}

static void each_source_comes_back(void **state)
{
    static const char *const sources[] = {"192.0.2.1:32853", "[2001:db8:1234:5678:11:2233:4455:6677]:5060"};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        sira_stun request = {.kind = SIRA_STUN_REQUEST, .has_fingerprint = i >= 2}, read;
        uint8_t out[SIRA_STUN_ANSWER_SIZE];
        char text[SIRA_ENDPOINT_TEXT];
        memcpy(request.id, ID, sizeof request.id);
        const sira_str bytes = answer(&request, sources[i % 2], out);
        assert_int_equal(bytes.len, (i % 2 == 0 ? 32 : 44) + (i >= 2 ? 8 : 0));
        assert_int_equal(sira_stun_read(&read, bytes), SIRA_OK);
        assert_int_equal(read.kind, SIRA_STUN_SUCCESS);
        assert_int_equal(read.has_fingerprint, i >= 2);
        assert_memory_equal(read.id, ID, sizeof read.id);
        (void)sira_endpoint_to_text(&read.mapped, text, sizeof text);
        assert_string_equal(text, sources[i % 2]);
    }
}

static void what_must_be_understood_is_refused(void **state)
{
    (void)state;
    for (uint8_t count = 1; count <= SIRA_STUN_UNKNOWN_MAX; count++) {
        sira_stun request = {.unknown_count = count, .unknown = {0x24, 0x25, 0x26, 0x27}, .has_fingerprint = true};
        sira_stun read;
        uint8_t out[SIRA_STUN_ANSWER_SIZE];
        const sira_str bytes = answer(&request, "192.0.2.1:5060", out);
        assert_int_equal(sira_stun_read(&read, bytes), SIRA_OK);
        assert_int_equal(read.kind, SIRA_STUN_FAILURE);
        assert_int_equal(read.code, 420);
        assert_memory_equal(out + 28, "\x00\x0a\x00", 3);
        assert_int_equal(out[31], 2 * count);
        assert_memory_equal(out + 32, "\x00\x24", 2);
    }
}

static void nobody_is_not_answered(void **state)
{
    const sira_stun request = {.kind = SIRA_STUN_REQUEST};
    const sira_endpoint nobody = {.port = 5060};
    uint8_t out[SIRA_STUN_ANSWER_SIZE];
    (void)state;
    assert_int_equal(sira_stun_write_answer(&request, &nobody, out), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_is_read),           cmocka_unit_test(a_request_is_what_is_read),
        cmocka_unit_test(each_source_comes_back), cmocka_unit_test(what_must_be_understood_is_refused),
        cmocka_unit_test(nobody_is_not_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
