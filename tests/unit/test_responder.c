#include "support/world.h"

#include <string.h>

static struct {
    unsigned count;
    uint8_t bytes[SIRA_STUN_ANSWER_SIZE];
    size_t len;
} answer;

static void answered(world *w, sira_str bytes)
{
    (void)w;
    answer.count++;
    answer.len = bytes.len;
    assert_true(bytes.len <= sizeof answer.bytes);
    memcpy(answer.bytes, bytes.at, bytes.len);
}

static const uint8_t id[SIRA_STUN_ID_SIZE] = "twelve bytes";

static sira_status receive(world *w, const char *from, uint8_t transport, const uint8_t *bytes, size_t len)
{
    sira_flow flow = {.remote = {.transport = transport}, .local = {.transport = transport}, .id = 1};
    assert_int_equal(sira_endpoint_from_text(sira_str_from(from), 0, &flow.remote), SIRA_OK);
    sira_str copy = heap_str(bytes, len);
    const sira_status status = sira_agent_receive(&w->agent, &flow, copy, w->now);
    heap_str_free(copy);
    return status;
}

static void a_request_is_answered_with_its_source(void **state)
{
    (void)state;
    world *w = world_open(NULL);
    sira_stun_responder responder;
    sira_stun read;
    uint8_t request[SIRA_STUN_REQUEST_SIZE];
    char text[SIRA_ENDPOINT_TEXT];
    w->kept = answered;
    world_init(w);
    sira_stun_responder_init(&responder, &w->agent);
    memset(&answer, 0, sizeof answer);
    (void)sira_stun_write_request(id, request);
    assert_int_equal(receive(w, "192.0.2.7:40000", SIRA_TRANSPORT_UDP, request, sizeof request), SIRA_OK);
    assert_int_equal(answer.count, 1);
    assert_int_equal(sira_stun_read(&read, (sira_str){(const char *)answer.bytes, answer.len}), SIRA_OK);
    assert_int_equal(read.kind, SIRA_STUN_SUCCESS);
    assert_memory_equal(read.id, id, sizeof id);
    (void)sira_endpoint_to_text(&read.mapped, text, sizeof text);
    assert_string_equal(text, "192.0.2.7:40000");

    /* What is none, or comes over something else, is for others. */
    assert_true(receive(w, "192.0.2.7:40000", SIRA_TRANSPORT_TCP, request, sizeof request) < 0);
    assert_true(receive(w, "192.0.2.7:40000", SIRA_TRANSPORT_UDP, request, sizeof request - 1) < 0);
    assert_int_equal(receive(w, "192.0.2.7:40000", SIRA_TRANSPORT_UDP, (const uint8_t *)"\r\n\r\n", 4), SIRA_IDLE);
    request[1] = 0x11; /* an indication */
    assert_true(receive(w, "192.0.2.7:40000", SIRA_TRANSPORT_UDP, request, sizeof request) < 0);
    request[0] = 1;
    request[1] = 1;
    assert_true(receive(w, "192.0.2.7:40000", SIRA_TRANSPORT_UDP, request, sizeof request) < 0);
    assert_int_equal(answer.count, 1);

    sira_stun_responder_remove(&responder);
    (void)sira_stun_write_request(id, request);
    assert_true(receive(w, "192.0.2.7:40000", SIRA_TRANSPORT_UDP, request, sizeof request) < 0);
    assert_int_equal(answer.count, 1);
    world_close(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_is_answered_with_its_source),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
