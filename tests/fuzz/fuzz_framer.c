/* A stream in pieces of any size gives the same messages, pings, pongs and error as the stream octet by octet. */
#include "fuzz/fuzz.h"

#include <sira/framer.h>
#include <sira/message.h>

/* What came out, as one number. */
typedef struct outcome {
    uint64_t hash;
    size_t frames;
    sira_status status;
} outcome;

static void add(outcome *o, sira_str bytes, uint8_t kind)
{
    o->hash = (o->hash ^ kind) * UINT64_C(1099511628211);
    for (size_t i = 0; i < bytes.len; i++)
        o->hash = (o->hash ^ (uint8_t)bytes.at[i]) * UINT64_C(1099511628211);
    o->frames++;
}

/* A message that the framer cuts ends where the parser ends it. */
static void check_frame(const sira_frame *frame)
{
    sira_field slots[100];
    sira_message message;
    sira_message_init(&message, slots, 100);
    if (frame->kind != SIRA_FRAME_MESSAGE) {
        REQUIRE(frame->bytes.len == 2 && memcmp(frame->bytes.at, "\r\n", 2) == 0);
        return;
    }
    if (sira_message_parse(&message, frame->bytes, NULL) == SIRA_OK)
        REQUIRE(message.bytes.len == frame->bytes.len && message.bytes.at == frame->bytes.at);
}

static void take_all(sira_framer *framer, outcome *o)
{
    sira_frame frame;
    sira_diag diag;
    while ((o->status = sira_framer_next(framer, &frame, &diag)) == SIRA_OK) {
        check_frame(&frame);
        add(o, frame.bytes, frame.kind);
    }
}

/* pieces: sizes that come round and round. */
static outcome feed(sira_str stream, size_t capacity, const uint8_t *pieces, size_t count)
{
    outcome o = {.status = SIRA_MORE};
    sira_framer framer;
    char *buffer = malloc(capacity); /* of this size, so that the sanitizer sees one byte too many */
    REQUIRE(buffer != NULL);
    sira_framer_init(&framer, buffer, capacity);
    for (size_t at = 0, turn = 0; at < stream.len && o.status == SIRA_MORE; turn++) {
        size_t space, n = pieces[turn % count] + 1u;
        char *to = sira_framer_space(&framer, &space);
        REQUIRE(space > 0);
        if (n > space)
            n = space;
        if (n > stream.len - at)
            n = stream.len - at;
        memcpy(to, stream.at + at, n);
        sira_framer_added(&framer, n);
        at += n;
        take_all(&framer, &o);
    }
    if (o.status < 0) { /* and for ever */
        sira_frame frame;
        REQUIRE(sira_framer_next(&framer, &frame, NULL) == o.status);
    }
    free(buffer);
    return o;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t single = 0, large = 255;
    if (size < 6)
        return 0;
    const size_t capacity = 1u + data[0] * 16u;
    const sira_str stream = {(const char *)data + 6, size - 6};
    const outcome one = feed(stream, capacity, &single, 1), many = feed(stream, capacity, &large, 1),
                  some = feed(stream, capacity, data + 1, 5);
    REQUIRE(one.hash == many.hash && one.frames == many.frames && one.status == many.status);
    REQUIRE(one.hash == some.hash && one.frames == some.frames && one.status == some.status);
    return 0;
}
