#include "host_ends.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <sira/sira.h>

/* ---- as it should be ---- */

static void a_line_registers_over_tcp(void **state)
{
    (void)state;
    stage on;
    stage_open(&on);
    end *a = end_make(&on), *b = end_make(&on);
    b->config.listen_tcp = SIRA_STR("127.0.0.1:0");
    end_open(a);
    end_open(b);
    sira_endpoint where = end_listening(b, 0);
    end_register(a, "sip:%s:%u;transport=tcp", "127.0.0.1", where.port);
    RUN_UNTIL(&on, a->events[SIRA_EVENT_WAITING] == 1);
    assert_int_equal(a->event.code, 405); /* b is no registrar, and says so on the same connection */
    assert_int_equal(b->requests, 1);
    assert_int_equal(b->flow.remote.transport, SIRA_TRANSPORT_TCP);
    assert_int_equal(b->flow.local.port, where.port);
    assert_int_equal(a->flow.local.port, b->flow.remote.port);
    assert_int_equal(a->flow.remote.port, where.port);
    assert_non_null(strstr(b->last, "Via: SIP/2.0/TCP 127.0.0.1"));

    /* The next attempt takes the connection that is there. */
    assert_int_equal(sira_registration_start(&a->line), SIRA_OK);
    RUN_UNTIL(&on, a->events[SIRA_EVENT_WAITING] == 2);
    assert_int_equal(b->requests, 2);
    assert_int_equal(a->host.opened, 1);
    assert_int_equal(b->host.accepted, 1);
    assert_int_equal(a->troubles + b->troubles, 0);
    end_close(a, &on);
    RUN_UNTIL(&on, b->host.accepted == 0);
    assert_int_equal(b->troubles, 0); /* to hang up is none */
    end_close(b, &on);
    stage_close(&on);
}

static void messages_may_come_in_any_pieces(void **state)
{
    (void)state;
    stage on;
    peer there;
    char text[3000];
    stage_open(&on);
    end *self = end_make(&on);
    self->config.listen_tcp = SIRA_STR("127.0.0.1:0");
    end_open(self);
    sira_endpoint where = end_listening(self, 0);
    peer_connect(&there, &on, &where);
    size_t one = request_text(text, sizeof text, 10);
    memcpy(text + one, text, one);
    for (size_t i = 0; i < 2 * one; i++) {
        peer_write(&there, text + i, 1);
        if (i % 7 == 0)
            uv_run(&on.loop, UV_RUN_NOWAIT);
    }
    RUN_UNTIL(&on, self->received == 2);
    memcpy(text + 2 * one, text, one);
    peer_write(&there, text, 3 * one);
    RUN_UNTIL(&on, self->received == 5);
    assert_int_equal(sira_agent_get_counters(sira_host_agent(&self->host))->malformed, 0);
    peer_close(&there, &on);
    end_close(self, &on);
    stage_close(&on);
}

/* RFC 5626 4.4.1: who accepted answers a ping by one CRLF. */
static void a_ping_is_answered(void **state)
{
    (void)state;
    stage on;
    peer there;
    stage_open(&on);
    end *self = end_make(&on);
    self->config.listen_tcp = SIRA_STR("127.0.0.1:0");
    end_open(self);
    sira_endpoint where = end_listening(self, 0);
    peer_connect(&there, &on, &where);
    peer_write(&there, "\r\n\r\n", 4);
    RUN_UNTIL(&on, there.count != 0);
    assert_int_equal(there.count, 2);
    assert_memory_equal(there.bytes, "\r\n", 2);
    peer_close(&there, &on);
    end_close(self, &on);
    stage_close(&on);
}

static void what_waits_is_sent_before_the_end(void **state)
{
    (void)state;
    stage on;
    peer there;
    stage_open(&on);
    end *self = end_make(&on);
    end_open(self);
    sira_endpoint where = peer_listen(&there, &on);
    sira_flow flow = end_connect(self, &where, SIRA_STR("example.test"), SIRA_MORE);
    RUN_UNTIL(&on, there.is_open);
    assert_int_equal(sira_i_stream_send(&self->host, &flow, SIRA_STR("good-bye")), SIRA_OK);
    sira_i_stream_close(&self->host, &flow);
    sira_i_stream_close(&self->host, &flow); /* twice does no harm */
    assert_int_equal(sira_i_stream_send(&self->host, &flow, SIRA_STR("late")), SIRA_E_TRANSPORT);
    RUN_UNTIL(&on, there.has_ended && self->host.opened == 0);
    assert_int_equal(there.count, 8);
    assert_int_equal(self->troubles, 0);
    sira_i_stream_close(&self->host, &flow); /* and for one that is gone neither */
    peer_close(&there, &on);
    end_close(self, &on);
    stage_close(&on);
}

/* ---- connections that do not come about ---- */

static void a_refused_connection_says_so(void **state)
{
    (void)state;
    stage on;
    peer there;
    stage_open(&on);
    end *self = end_make(&on);
    end_open(self);
    sira_endpoint where = peer_listen(&there, &on);
    peer_close(&there, &on);
    end_register(self, "sip:%s:%u;transport=tcp", "127.0.0.1", where.port);
    RUN_UNTIL(&on, self->events[SIRA_EVENT_WAITING] == 1);
    assert_int_equal(self->event.status, SIRA_E_TRANSPORT);
    assert_string_equal(self->trouble, "connecting: connection refused");
    end_close(self, &on);
    stage_close(&on);
}

#ifdef __linux__
/* A queue of one that is full: the kernel leaves whoever comes next without an answer. */
static void a_connection_that_nobody_answers_ends_in_time(void **state)
{
    (void)state;
    stage on;
    struct sockaddr_storage address;
    socklen_t length = sizeof(struct sockaddr_in);
    int fds[5];
    sira_endpoint where = {.transport = SIRA_TRANSPORT_TCP};
    stage_open(&on);
    end *self = end_make(&on);
    self->config.connect_timeout = 50;
    end_open(self);
    assert_int_equal(uv_ip4_addr("127.0.0.1", 0, (struct sockaddr_in *)&address), 0);
    for (size_t i = 0; i < 5; i++)
        assert_true((fds[i] = socket(AF_INET, SOCK_STREAM | (i != 0 ? SOCK_NONBLOCK : 0), 0)) >= 0);
    assert_int_equal(bind(fds[0], (const struct sockaddr *)&address, length), 0);
    assert_int_equal(listen(fds[0], 0), 0);
    assert_int_equal(getsockname(fds[0], (struct sockaddr *)&address, &length), 0);
    for (size_t i = 1; i < 5; i++)
        (void)connect(fds[i], (const struct sockaddr *)&address, length);
    assert_int_equal(sira_i_sockaddr_read((const struct sockaddr *)&address, &where), SIRA_OK);
    (void)end_connect(self, &where, SIRA_STR("example.test"), SIRA_MORE);
    RUN_UNTIL(&on, self->troubles == 1);
    assert_string_equal(self->trouble, "no connection in time");
    for (size_t i = 0; i < 5; i++)
        close(fds[i]);
    end_close(self, &on);
    stage_close(&on);
}
#endif

static void there_are_no_more_than_configured(void **state)
{
    (void)state;
    stage on;
    peer there;
    stage_open(&on);
    end *self = end_make(&on);
    self->config.max_connections = 2;
    end_open(self);
    sira_endpoint where = peer_listen(&there, &on), tls = where;
    sira_flow first = end_connect(self, &where, SIRA_STR(""), SIRA_MORE);
    sira_flow second = end_connect(self, &where, SIRA_STR(""), SIRA_MORE);
    assert_int_not_equal(first.id, second.id);
    (void)end_connect(self, &where, SIRA_STR(""), SIRA_E_TRANSPORT);
    sira_i_stream_close(&self->host, &first);
    RUN_UNTIL(&on, self->host.opened == 1);
    sira_flow third = end_connect(self, &where, SIRA_STR(""), SIRA_MORE);
    assert_int_not_equal(third.id, first.id); /* in the same place, and not taken for the old one */
    assert_int_equal(sira_i_stream_send(&self->host, &first, SIRA_STR("x")), SIRA_E_TRANSPORT);
    tls.family = SIRA_FAMILY_NONE;
    (void)end_connect(self, &tls, SIRA_STR(""), SIRA_E_UNSUPPORTED);
    peer_close(&there, &on);
    end_close(self, &on);
    stage_close(&on);
}

/* ---- what peers do ---- */

typedef struct peer_case {
    const char *name;
    const char *bytes;
    bool closes;
    const char *trouble;
} peer_case;

static const peer_case peer_cases[] = {
    {"hangs up", "", true, "closed by the peer"},
    {"hangs up in a message", "SIP/2.0 200 OK\r\nVia: ", true, "closed by the peer in the middle of a message"},
    {"speaks HTTP", "HTTP/1.1 400 Bad Request\r\n\r\n", false, "what came is no SIP: expected a start line"},
    {"sends rubbish", "\x01\x02\x03", false, "what came is no SIP: expected a start line"},
    {"tells no length", "SIP/2.0 200 OK\r\nVia: x\r\n\r\n", false,
     "what came is no SIP: expected one Content-Length, a number"},
    {"announces too much", "SIP/2.0 200 OK\r\nContent-Length: 99999\r\n\r\n", false,
     "what came is no SIP: expected a shorter message"},
    {"begins and does not go on", "SIP/2.0 200 OK\r\n", false, "a message that does not end"},
    {"sends half a CRLF", "\r", false, "a message that does not end"},
};

static void a_bad_peer_is_left(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof peer_cases / sizeof peer_cases[0]; i++) {
        const peer_case *one = &peer_cases[i];
        stage on;
        peer there;
        stage_open(&on);
        end *self = end_make(&on);
        self->config.message_timeout = 60;
        end_open(self);
        sira_endpoint where = peer_listen(&there, &on);
        (void)end_connect(self, &where, SIRA_STR("example.test"), SIRA_MORE);
        RUN_UNTIL(&on, there.is_open);
        peer_write(&there, "\r\n", 2); /* a pong, by the way */
        RUN_UNTIL(&on, self->received == 1);
        if (one->bytes[0] != '\0')
            peer_write(&there, one->bytes, strlen(one->bytes));
        if (one->closes) {
            uv_run(&on.loop, UV_RUN_NOWAIT);
            peer_close(&there, &on);
        }
        RUN_UNTIL(&on, self->host.opened == 0);
        assert_int_equal(self->troubles, 1);
        if (strcmp(self->trouble, one->trouble) != 0)
            fail_msg("a peer that %s: \"%s\" instead of \"%s\"", one->name, self->trouble, one->trouble);
        peer_close(&there, &on);
        end_close(self, &on);
        stage_close(&on);
    }
}

/* Each byte comes long before the last one's time is over, and the message's is over all the same. */
static uv_timer_t dripper;
static void drip(uv_timer_t *timer)
{
    peer *there = timer->data;
    if (there->is_open && !there->has_ended)
        peer_write(there, "x", 1);
}

static void drops_do_not_lengthen_the_time(void **state)
{
    (void)state;
    stage on;
    peer there;
    stage_open(&on);
    end *self = end_make(&on);
    self->config.listen_tcp = SIRA_STR("127.0.0.1:0");
    self->config.message_timeout = 100;
    end_open(self);
    sira_endpoint where = end_listening(self, 0);
    peer_connect(&there, &on, &where);
    assert_int_equal(uv_timer_init(&on.loop, &dripper), 0);
    dripper.data = &there;
    uint64_t began = uv_now(&on.loop);
    uv_timer_start(&dripper, drip, 0, 10);
    RUN_UNTIL(&on, self->troubles == 1);
    assert_string_equal(self->trouble, "no message in time");
    assert_true(uv_now(&on.loop) - began < PATIENCE / 2);
    uv_close((uv_handle_t *)&dripper, NULL);
    peer_close(&there, &on);
    end_close(self, &on);
    stage_close(&on);
}

static void a_peer_that_does_not_read_costs_a_bounded_queue(void **state)
{
    (void)state;
    static char much[8192];
    stage on;
    peer there;
    stage_open(&on);
    end *self = end_make(&on);
    self->config.max_unsent = 20000;
    end_open(self);
    sira_endpoint where = peer_listen(&there, &on);
    sira_flow flow = end_connect(self, &where, SIRA_STR("example.test"), SIRA_MORE);
    RUN_UNTIL(&on, there.is_open);
    assert_int_equal(uv_read_stop((uv_stream_t *)&there.handle), 0);
    unsigned sent = 0;
    memset(much, 'x', sizeof much);
    while (sira_i_stream_send(&self->host, &flow, (sira_str){much, sizeof much}) == SIRA_OK)
        assert_true(sent++ < 10000);
    RUN_UNTIL(&on, self->host.opened == 0);
    assert_int_equal(strncmp(self->trouble, "the peer does not read: ", 24), 0);
    peer_close(&there, &on);
    end_close(self, &on);
    stage_close(&on);
}

static void a_queue_that_does_not_move_ends_in_time(void **state)
{
    (void)state;
    static char much[65536];
    stage on;
    peer there;
    stage_open(&on);
    end *self = end_make(&on);
    self->config.max_unsent = 64 << 20;
    self->config.message_timeout = 60;
    end_open(self);
    sira_endpoint where = peer_listen(&there, &on);
    sira_flow flow = end_connect(self, &where, SIRA_STR("example.test"), SIRA_MORE);
    RUN_UNTIL(&on, there.is_open);
    assert_int_equal(uv_read_stop((uv_stream_t *)&there.handle), 0);
    for (unsigned i = 0; i < 300; i++)
        assert_int_equal(sira_i_stream_send(&self->host, &flow, (sira_str){much, sizeof much}), SIRA_OK);
    RUN_UNTIL(&on, self->host.opened == 0);
    assert_string_equal(self->trouble, "the peer does not read");
    peer_close(&there, &on);
    end_close(self, &on);
    stage_close(&on);
}

/* ---- the host's own end ---- */

static void a_host_can_be_closed_in_every_state(void **state)
{
    (void)state;
    static char much[65536];
    for (int step = 0; step < 4; step++) {
        stage on;
        peer there;
        stage_open(&on);
        end *self = end_make(&on);
        self->config.max_unsent = 64 << 20;
        end_open(self);
        sira_endpoint where = peer_listen(&there, &on);
        sira_flow flow = end_connect(self, &where, SIRA_STR("example.test"), SIRA_MORE);
        if (step > 0)
            RUN_UNTIL(&on, there.is_open);
        if (step > 1) {
            assert_int_equal(uv_read_stop((uv_stream_t *)&there.handle), 0);
            for (unsigned i = 0; i < 200; i++)
                assert_int_equal(sira_i_stream_send(&self->host, &flow, (sira_str){much, sizeof much}), SIRA_OK);
        }
        if (step > 2)
            sira_i_stream_close(&self->host, &flow);
        sira_host_close(&self->host);
        RUN_UNTIL(&on, self->host.handles == 0);
        assert_int_equal(self->troubles, 0);
        peer_close(&there, &on);
        end_close(self, &on);
        stage_close(&on);
    }
}

static end *closing;
static sira_status close_host(void *user, const sira_message *request, const sira_flow *flow)
{
    (void)user;
    (void)request;
    (void)flow;
    sira_host_close(&closing->host);
    return SIRA_OK;
}

static void a_message_may_close_the_host(void **state)
{
    (void)state;
    stage on;
    peer there;
    char text[2000];
    stage_open(&on);
    closing = end_make(&on);
    closing->config.listen_tcp = SIRA_STR("127.0.0.1:0");
    closing->config.on_request = close_host;
    end_open(closing);
    sira_endpoint where = end_listening(closing, 0);
    peer_connect(&there, &on, &where);
    size_t one = request_text(text, sizeof text, 0);
    memcpy(text + one, text, one);
    peer_write(&there, text, 2 * one);
    RUN_UNTIL(&on, closing->host.handles == 0);
    assert_int_equal(closing->received, 1);
    peer_close(&there, &on);
    end_close(closing, &on);
    stage_close(&on);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_registers_over_tcp),
        cmocka_unit_test(messages_may_come_in_any_pieces),
        cmocka_unit_test(a_ping_is_answered),
        cmocka_unit_test(what_waits_is_sent_before_the_end),
        cmocka_unit_test(a_refused_connection_says_so),
#ifdef __linux__
        cmocka_unit_test(a_connection_that_nobody_answers_ends_in_time),
#endif
        cmocka_unit_test(there_are_no_more_than_configured),
        cmocka_unit_test(a_bad_peer_is_left),
        cmocka_unit_test(drops_do_not_lengthen_the_time),
        cmocka_unit_test(a_peer_that_does_not_read_costs_a_bounded_queue),
        cmocka_unit_test(a_queue_that_does_not_move_ends_in_time),
        cmocka_unit_test(a_host_can_be_closed_in_every_state),
        cmocka_unit_test(a_message_may_close_the_host),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
