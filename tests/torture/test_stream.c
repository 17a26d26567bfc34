/* The messages of tests/vectors as a byte stream, cut into pieces at every byte: what comes out does not depend on
 * where the cuts are. */
#include "torture/corpus.h"

#include <sira/framer.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CAPACITY 4096 /* the longest message has 3515 bytes */

/* What a stream is made of, and where each message in it starts. */
typedef struct stream {
    char *bytes;
    size_t length, count;
    size_t start[300], size[300];
    const char *name[300];
} stream;

/* A message that says on its own where it ends; over a stream Content-Length is mandatory (RFC 3261 18.3). */
static bool can_stand_in_stream(const corpus_case *test)
{
    sira_field slots[CORPUS_FIELDS];
    sira_message message;
    sira_message_init(&message, slots, CORPUS_FIELDS);
    return test->lenient == 0 && sira_message_parse(&message, test->bytes, NULL) == SIRA_OK &&
           sira_message_field(&message, SIRA_FIELD_CONTENT_LENGTH) != NULL && message.bytes.len == test->bytes.len;
}

static void append(stream *whole, const char *name, sira_str bytes)
{
    whole->bytes = realloc(whole->bytes, whole->length + bytes.len);
    assert_non_null(whole->bytes);
    memcpy(whole->bytes + whole->length, bytes.at, bytes.len);
    if (name != NULL) {
        assert_true(whole->count < 300);
        whole->start[whole->count] = whole->length;
        whole->size[whole->count] = bytes.len;
        whole->name[whole->count++] = name;
    }
    whole->length += bytes.len;
}

/* A framer whose buffer has exactly its capacity, and how far it has come. */
typedef struct reader {
    sira_framer framer;
    char *buffer;
    size_t messages, pings, pongs;
    sira_status status;
} reader;

static void reader_open(reader *r, size_t capacity)
{
    memset(r, 0, sizeof *r);
    r->buffer = malloc(capacity);
    assert_non_null(r->buffer);
    sira_framer_init(&r->framer, r->buffer, capacity);
}

static void reader_close(reader *r)
{
    free(r->buffer);
}

static void check_frame(reader *r, const stream *whole, const sira_frame *frame)
{
    size_t i = r->messages;
    if (frame->kind == SIRA_FRAME_PING) {
        r->pings++;
        return;
    }
    if (frame->kind == SIRA_FRAME_PONG) {
        r->pongs++;
        return;
    }
    if (i >= whole->count)
        fail_msg("more messages came out than went in");
    if (frame->bytes.len != whole->size[i] ||
        memcmp(frame->bytes.at, whole->bytes + whole->start[i], whole->size[i]) != 0)
        fail_msg("%s: cut at the wrong place: %zu bytes, expected %zu", whole->name[i], frame->bytes.len,
                 whole->size[i]);
    if (frame->bytes.at < r->buffer || frame->bytes.at + frame->bytes.len > r->buffer + r->framer.capacity)
        fail_msg("%s: the frame lies outside the buffer", whole->name[i]);
    r->messages++;
}

static void drain(reader *r, const stream *whole)
{
    sira_frame frame;
    sira_diag diag;
    for (size_t turn = 0;; turn++) {
        r->status = sira_framer_next(&r->framer, &frame, &diag);
        if (r->status != SIRA_OK)
            return;
        check_frame(r, whole, &frame);
        assert_true(turn < 100000);
    }
}

/* Gives n bytes, as many at a time as there is room for. */
static void feed(reader *r, const stream *whole, const char *bytes, size_t n)
{
    while (n > 0) {
        size_t room;
        char *space = sira_framer_space(&r->framer, &room);
        if (room == 0)
            fail_msg("%s: no room after SIRA_MORE",
                     r->messages < whole->count ? whole->name[r->messages] : "behind the end");
        size_t part = n < room ? n : room;
        memcpy(space, bytes, part);
        sira_framer_added(&r->framer, part);
        drain(r, whole);
        if (r->status != SIRA_MORE)
            fail_msg("%s: %s", r->messages < whole->count ? whole->name[r->messages] : "behind the end",
                     sira_status_name(r->status));
        bytes += part;
        n -= part;
    }
}

static void feed_in_pieces(const stream *whole, size_t piece, size_t capacity)
{
    reader r;
    reader_open(&r, capacity);
    for (size_t at = 0; at < whole->length; at += piece)
        feed(&r, whole, whole->bytes + at, whole->length - at < piece ? whole->length - at : piece);
    assert_int_equal(r.messages, whole->count);
    assert_int_equal(r.pings + r.pongs, 0);
    reader_close(&r);
}

static void fill(stream *whole)
{
    memset(whole, 0, sizeof *whole);
    for (const corpus_case *test = corpus; test->name != NULL; test++)
        if (can_stand_in_stream(test))
            append(whole, test->name, test->bytes);
    assert_true(whole->count > 40);
}

static void test_stream_in_pieces_of_each_size(void **state)
{
    (void)state;
    stream whole;
    fill(&whole);
    for (size_t piece = 1; piece <= 100; piece++)
        feed_in_pieces(&whole, piece, CAPACITY);
    for (size_t piece = 101; piece < whole.length; piece += piece / 3)
        feed_in_pieces(&whole, piece, CAPACITY);
    feed_in_pieces(&whole, whole.length, CAPACITY);
    feed_in_pieces(&whole, whole.length, 2 * whole.length);
    feed_in_pieces(&whole, 7, 3515); /* the longest message fits to the byte */
    free(whole.bytes);
}

/* Two messages with a keep-alive between them, in two pieces: each place for the cut. */
static void cut_pair(const corpus_case *first, const corpus_case *second)
{
    stream whole;
    memset(&whole, 0, sizeof whole);
    append(&whole, first->name, first->bytes);
    append(&whole, NULL, SIRA_STR("\r\n\r\n"));
    append(&whole, second->name, second->bytes);
    append(&whole, NULL, SIRA_STR("\r\n"));
    append(&whole, first->name, first->bytes);
    for (size_t cut = 0; cut <= whole.length; cut++) {
        reader r;
        reader_open(&r, whole.length);
        feed(&r, &whole, whole.bytes, cut);
        feed(&r, &whole, whole.bytes + cut, whole.length - cut);
        if (r.messages != 3 || r.pings != 1 || r.pongs != 2) /* the first CRLF of a ping may be all that comes */
            fail_msg("%s and %s, cut at %zu: %zu messages, %zu pings, %zu pongs", first->name, second->name, cut,
                     r.messages, r.pings, r.pongs);
        reader_close(&r);
    }
    free(whole.bytes);
}

static void test_pairs_cut_at_every_byte(void **state)
{
    (void)state;
    const corpus_case *last = NULL;
    for (const corpus_case *test = corpus; test->name != NULL; test++) {
        if (!can_stand_in_stream(test))
            continue;
        if (last != NULL)
            cut_pair(last, test);
        last = test;
    }
}

/* A buffer that is one byte too short for a message: SIRA_E_LIMIT, never a part of it. */
static void test_buffer_too_short(void **state)
{
    (void)state;
    for (const corpus_case *test = corpus; test->name != NULL; test++) {
        if (!can_stand_in_stream(test))
            continue;
        reader r;
        sira_frame frame;
        sira_status status = SIRA_MORE;
        size_t at = 0;
        reader_open(&r, test->bytes.len - 1);
        while (status == SIRA_MORE && at < test->bytes.len) {
            size_t room;
            char *space = sira_framer_space(&r.framer, &room);
            assert_true(room > 0);
            *space = test->bytes.at[at++];
            sira_framer_added(&r.framer, 1);
            status = sira_framer_next(&r.framer, &frame, NULL);
        }
        if (status != SIRA_E_LIMIT)
            fail_msg("%s: %s", test->name, sira_status_name(status));
        /* The stream is lost; that does not change. */
        assert_int_equal(sira_framer_next(&r.framer, &frame, NULL), SIRA_E_LIMIT);
        reader_close(&r);
    }
}

/* RFC 4475 3.1.2.2, 3.1.2.3, 3.3.9 and what else ends a stream. */
static const struct {
    const char *name, *text;
    sira_status status;
} lost[] = {
    {"negative length", "OPTIONS sip:a SIP/2.0\r\nContent-Length: -999\r\n\r\n", SIRA_E_LENGTH},
    {"no number", "OPTIONS sip:a SIP/2.0\r\nContent-Length: five\r\n\r\n", SIRA_E_LENGTH},
    {"empty length", "OPTIONS sip:a SIP/2.0\r\nContent-Length:\r\n\r\n", SIRA_E_LENGTH},
    {"two numbers in one", "OPTIONS sip:a SIP/2.0\r\nContent-Length: 1 2\r\n\r\n", SIRA_E_LENGTH},
    {"a list", "OPTIONS sip:a SIP/2.0\r\nContent-Length: 0, 0\r\n\r\n", SIRA_E_LENGTH},
    {"two lengths", "OPTIONS sip:a SIP/2.0\r\nContent-Length: 13\r\nl: 5\r\n\r\n", SIRA_E_LENGTH},
    {"two equal lengths", "OPTIONS sip:a SIP/2.0\r\nContent-Length: 5\r\nl: 5\r\n\r\n", SIRA_E_LENGTH},
    {"no length", "OPTIONS sip:a SIP/2.0\r\nCall-ID: a\r\n\r\n", SIRA_E_LENGTH},
    {"2^32", "OPTIONS sip:a SIP/2.0\r\nContent-Length: 4294967296\r\n\r\n", SIRA_E_LIMIT},
    {"2^64", "OPTIONS sip:a SIP/2.0\r\nContent-Length: 18446744073709551616\r\n\r\n", SIRA_E_LIMIT},
    {"2^64 - 1", "OPTIONS sip:a SIP/2.0\r\nContent-Length: 18446744073709551615\r\n\r\n", SIRA_E_LIMIT},
    {"bigger than the buffer", "OPTIONS sip:a SIP/2.0\r\nContent-Length: 9999\r\n\r\n", SIRA_E_LIMIT},
    {"TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", SIRA_E_SYNTAX},
    {"bare LF", "OPTIONS sip:a SIP/2.0\nContent-Length: 0\n\n", SIRA_E_SYNTAX},
    {"CR alone", "OPTIONS sip:a SIP/2.0\rContent-Length: 0\r\n\r\n", SIRA_E_SYNTAX},
    {"a fold first", " OPTIONS sip:a SIP/2.0\r\nContent-Length: 0\r\n\r\n", SIRA_E_SYNTAX},
};

static void test_lost_streams(void **state)
{
    (void)state;
    unsigned wrong = 0;
    for (size_t i = 0; i < sizeof lost / sizeof lost[0]; i++)
        for (size_t piece = 1; piece <= 64; piece += 63) {
            reader r;
            sira_frame frame;
            sira_status status = SIRA_MORE;
            size_t length = i == 12 ? 15 : strlen(lost[i].text);
            reader_open(&r, 1000);
            for (size_t at = 0; at < length && status == SIRA_MORE; at += piece) {
                size_t room, n = length - at < piece ? length - at : piece;
                memcpy(sira_framer_space(&r.framer, &room), lost[i].text + at, n);
                sira_framer_added(&r.framer, n);
                status = sira_framer_next(&r.framer, &frame, NULL);
            }
            bool either =
                lost[i].status == SIRA_E_LIMIT && status == SIRA_E_LENGTH; /* a number beyond all sense is both */
            if (status != lost[i].status && !either) {
                print_error("%s in pieces of %zu: %s, expected %s\n", lost[i].name, piece, sira_status_name(status),
                            sira_status_name(lost[i].status));
                wrong++;
            } else if (sira_framer_next(&r.framer, &frame, NULL) != status) {
                print_error("%s in pieces of %zu: the error does not stay\n", lost[i].name, piece);
                wrong++;
            }
            reader_close(&r);
        }
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stream_in_pieces_of_each_size),
        cmocka_unit_test(test_pairs_cut_at_every_byte),
        cmocka_unit_test(test_buffer_too_short),
        cmocka_unit_test(test_lost_streams),
    };
    return cmocka_run_group_tests(tests, corpus_open, corpus_close);
}
