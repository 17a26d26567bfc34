/* RFC 5626 4.4: when a keep-alive goes out, what its answer means, and what its absence does. */
#include "support/world.h"

#include <stdio.h>
#include <string.h>

#define SECOND 1000u
#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

/* What the peer does, and what the application was told. */
static struct {
    const char *headers; /* of the 200 */
    bool answers;
    const char *mapped; /* in answers to STUN; NULL: a failure */
    uint8_t asked[SIRA_STUN_REQUEST_SIZE];
    size_t asked_len;
    char told[400];
    sira_keepalive_event last;
    sira_flow flow; /* of it */
} peer;

static sira_keepalive keepalive;

static void registrar(world *w, const sira_message *request)
{
    if (world_expires(request) == 0)
        world_reply(w, request, 200, "%s", "");
    else
        world_reply(w, request, 200, "Contact: %.*s;expires=3600\r\n%s", (int)world_contact(request).len,
                    world_contact(request).at, peer.headers);
}

static size_t answer_of(uint8_t answer[SIRA_STUN_ANSWER_SIZE])
{
    sira_stun request;
    sira_endpoint mapped = {.transport = SIRA_TRANSPORT_UDP};
    assert_int_equal(sira_stun_read(&request, (sira_str){(const char *)peer.asked, peer.asked_len}), SIRA_OK);
    if (peer.mapped == NULL) {
        request.unknown_count = 1;
        mapped.family = SIRA_FAMILY_IPV4;
    } else {
        assert_int_equal(sira_endpoint_from_text(sira_str_from(peer.mapped), 0, &mapped), SIRA_OK);
    }
    return sira_stun_write_answer(&request, &mapped, answer);
}

static void asked(world *w, sira_str bytes)
{
    uint8_t answer[SIRA_STUN_ANSWER_SIZE];
    peer.asked_len = bytes.len;
    assert_true(bytes.len <= sizeof peer.asked);
    memcpy(peer.asked, bytes.at, bytes.len);
    if (!peer.answers)
        return;
    if (bytes.at[0] == '\r')
        world_deliver_raw(w, 5, "\r\n", 2);
    else
        world_deliver_raw(w, 5, answer, answer_of(answer));
}

static void on_event(void *user, const sira_keepalive_event *event)
{
    assert_ptr_equal(user, &peer);
    strcat(strcat(peer.told, peer.told[0] != '\0' ? " " : ""),
           sira_keepalive_event_name((sira_keepalive_event_kind)event->kind));
    peer.last = *event;
    peer.flow = *event->flow;
}

static sira_keepalive_config config;

/* A line over this transport, registered at 5 ms, with a keep-alive beside it. */
static world *open_world(const char *uri, bool answers)
{
    world *w = world_open(registrar);
    w->agent_config.transport.kinds = 7;
    world_name(w);
    w->server_config.uri = sira_str_from(uri);
    w->kept = asked;
    world_init(w);
    memset(&peer, 0, sizeof peer);
    peer.headers = "";
    peer.answers = answers;
    peer.mapped = "198.51.100.7:40000";
    sira_keepalive_config_init(&config);
    config.on_event = on_event;
    config.user = &peer;
    return w;
}

static void begin(world *w)
{
    assert_int_equal(sira_keepalive_init(&keepalive, &w->server, &config, NULL), SIRA_OK);
    assert_int_equal(sira_registration_start(&w->line), SIRA_OK);
    world_run(w, 10);
    assert_int_equal(world_count(w, SIRA_EVENT_REGISTERED), 1);
}

static void end(world *w)
{
    sira_keepalive_remove(&keepalive);
    assert_null(w->server.keeper);
    world_close(w);
}

#define UDP "sip:192.0.2.100"
#define TCP "sip:192.0.2.100;transport=tcp"
#define NAME "sip:sip.example.test"
#define TLS "sip:192.0.2.100;transport=tls"

static void expect_told(const char *name, const char *expected)
{
    expect_str(name, sira_str_from(peer.told), expected);
}

/* ---- when ---- */

static void each_interval_is_kept_and_drawn(void **state)
{
    static const struct {
        const char *name, *uri, *headers;
        uint32_t udp, stream;
        uint64_t most; /* s */
    } cases[] = {
        {"UDP", UDP, "", 0, 0, 29},
        {"TCP", TCP, "", 0, 0, 120},
        {"TLS", TLS, "", 0, 0, 120},
        {"UDP as configured", UDP, "", 15, 60, 15},
        {"TCP as configured", TCP, "", 15, 60, 60},
        {"longer than usual", UDP, "", 290, 0, 290},
        {"the registrar's", UDP, "Flow-Timer: 100\r\n", 0, 0, 100},
        {"the registrar's for a connection", TCP, "Flow-Timer: 200\r\n", 0, 0, 200},
        {"a configured one is the most", UDP, "Flow-Timer: 100\r\n", 50, 0, 50},
        {"and the registrar's is, too", UDP, "Flow-Timer: 40\r\n", 50, 0, 40},
        {"none is too short", UDP, "Flow-Timer: 0\r\n", 0, 0, 10},
        {"at the lower clamp", UDP, "Flow-Timer: 9\r\n", 0, 0, 10},
        {"above it", UDP, "Flow-Timer: 11\r\n", 0, 0, 11},
        {"or too long", TCP, "Flow-Timer: 4294967295\r\n", 0, 0, 3600},
        {"what is no number is none", TCP, "Flow-Timer: soon\r\n", 0, 0, 120},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        world *w = open_world(cases[i].uri, true);
        config.udp_interval = cases[i].udp;
        config.stream_interval = cases[i].stream;
        peer.headers = cases[i].headers;
        begin(w);
        uint64_t from = 5, least = SIRA_NEVER, most = 0;
        for (unsigned n = 1; n <= 20; n++) {
            while (w->pings < n)
                world_run(w, w->told);
            least = w->pinged_at - from < least ? w->pinged_at - from : least;
            most = w->pinged_at - from > most ? w->pinged_at - from : most;
            from = w->pinged_at;
            world_run(w, w->now + 10);
        }
        const uint64_t whole = cases[i].most * SECOND;
        if (least < 8 * whole / 10 || most > whole || most - least < whole / 20)
            fail_msg("%s: %llu to %llu ms", cases[i].name, (unsigned long long)least, (unsigned long long)most);
        assert_int_equal(world_count(w, SIRA_EVENT_WAITING), 0);
        end(w);
    }
}

static void a_refresh_neither_puts_off_nor_repeats(void **state)
{
    (void)state;
    world *w = open_world(TCP, true);
    begin(w);
    const uint64_t planned = w->told;
    world_run(w, 50 * SECOND);
    sira_registration_start(&w->line);
    world_run(w, 51 * SECOND);
    assert_int_equal(world_count(w, SIRA_EVENT_REGISTERED), 2);
    assert_int_equal(w->told, planned);
    world_run(w, 119 * SECOND + 900);
    assert_int_equal(w->pings, 1);
    end(w);
}

static void silence_is_kept_over_udp_only(void **state)
{
    (void)state;
    world *w = open_world(UDP, true);
    config.udp = SIRA_KEEPALIVE_SILENT;
    begin(w);
    world_run(w, 1000 * SECOND);
    assert_int_equal(w->pings, 0);
    end(w);
    w = open_world(TCP, true);
    config.udp = SIRA_KEEPALIVE_SILENT;
    begin(w);
    world_run(w, 130 * SECOND);
    assert_int_equal(w->pings, 1);
    end(w);
}

static void crlfs_over_udp_wait_for_nothing(void **state)
{
    (void)state;
    world *w = open_world(UDP, false);
    config.udp = SIRA_KEEPALIVE_CRLF;
    begin(w);
    world_run(w, 300 * SECOND);
    assert_in_range(w->pings, 10, 13);
    assert_int_equal(peer.asked_len, 4);
    assert_memory_equal(peer.asked, "\r\n\r\n", 4);
    expect_told("events", "");
    assert_int_equal(w->event_count, 2);
    end(w);
}

/* ---- connections ---- */

static void who_has_never_answered_need_not(void **state)
{
    (void)state;
    world *w = open_world(TCP, false);
    begin(w);
    world_run(w, 1000 * SECOND);
    assert_in_range(w->pings, 8, 10);
    expect_told("events", "");
    assert_int_equal(w->close_calls, 0);
    end(w);
}

static void who_has_answered_has_to(void **state)
{
    (void)state;
    world *w = open_world(TCP, true);
    begin(w);
    while (w->pings < 2)
        world_run(w, w->told);
    world_run(w, w->now + 10);
    expect_told("events", "answered");
    peer.answers = false;
    while (w->pings < 3)
        world_run(w, w->told);
    const uint64_t asked_at = w->now;
    world_run(w, asked_at + 9999);
    assert_int_equal(w->close_calls, 0);
    world_run(w, asked_at + 10000);
    expect_told("events", "answered lost");
    assert_int_equal(peer.flow.id, 1);
    assert_ptr_equal(peer.last.server, &w->server);
    assert_int_equal(w->close_calls, 1);
    assert_int_equal(w->open_calls, 2); /* a new connection, at once */
    assert_int_equal(w->events[2].event.kind, SIRA_EVENT_WAITING);
    assert_int_equal(w->events[2].event.status, SIRA_E_KEEPALIVE);
    assert_int_equal(w->events[2].event.next, w->now);
    assert_true(w->events[2].event.bound);
    world_run(w, w->now + 10);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_REGISTERED);
    end(w);
}

/* One flow of a peer that has stopped to answer is closed, not one after the other. */
static void who_has_stopped_to_answer_loses_one_flow(void **state)
{
    (void)state;
    world *w = open_world(TCP, true);
    begin(w);
    world_run(w, 130 * SECOND);
    peer.answers = false;
    world_run(w, 2000 * SECOND);
    expect_told("events", "answered lost lost");
    assert_int_equal(w->open_calls, 3);
    peer.answers = true;
    world_run(w, 2200 * SECOND);
    expect_told("events", "answered lost lost answered");
    end(w);
}

static void a_promise_counts_from_the_first_time(void **state)
{
    static const char *const promises[] = {"Flow-Timer: 60\r\n", "Require: outbound\r\n",
                                           "Require: path, Outbound\r\n"};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(promises); i++) {
        world *w = open_world(TCP, false);
        peer.headers = promises[i];
        begin(w);
        world_run(w, (i == 0 ? 100 : 131) * SECOND);
        expect_told(promises[i], "lost");
        end(w);
    }
}

static void what_promises_nothing(void **state)
{
    (void)state;
    world *w = open_world(TCP, false);
    peer.headers = "Supported: outbound\r\nRequire: path\r\n";
    begin(w);
    world_run(w, 140 * SECOND);
    expect_told("events", "");
    end(w);
}

static void any_crlf_is_a_pong(void **state)
{
    static const struct {
        const char *bytes;
        bool is_taken;
    } cases[] = {{"\r\n", true}, {"\r\n\r\n", true}, {"\r\n\r\n\r\n", false}, {"\n", false}};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        world *w = open_world(TCP, false);
        begin(w);
        while (w->pings == 0)
            world_run(w, w->told);
        world_deliver_raw(w, 1, cases[i].bytes, strlen(cases[i].bytes));
        world_run(w, w->now + 5);
        expect_told(cases[i].bytes, cases[i].is_taken ? "answered" : "");
        end(w);
    }
}

static void a_pong_that_nobody_has_asked_for_means_nothing(void **state)
{
    (void)state;
    world *w = open_world(TCP, false);
    begin(w);
    assert_int_equal(sira_agent_receive(&w->agent, &w->opened, SIRA_STR("\r\n"), w->now), SIRA_OK);
    sira_flow other = w->opened;
    other.id++;
    assert_int_equal(sira_agent_receive(&w->agent, &other, SIRA_STR("\r\n"), w->now), SIRA_IDLE);
    expect_told("events", "");
    while (w->pings == 0)
        world_run(w, w->told);
    assert_int_equal(sira_agent_receive(&w->agent, &other, SIRA_STR("\r\n"), w->now), SIRA_IDLE);
    expect_told("events", "");
    end(w);
}

static void a_connection_without_a_line_is_closed(void **state)
{
    (void)state;
    world *w = open_world(TCP, true);
    begin(w);
    sira_registration_stop(&w->line);
    world_run(w, SECOND);
    assert_int_equal(sira_registration_get_state(&w->line), SIRA_REGISTRATION_STOPPED);
    assert_int_equal(w->close_calls, 0);
    world_run(w, 120 * SECOND);
    expect_told("events", "idle");
    assert_int_equal(w->close_calls, 1);
    assert_int_equal(w->pings, 0);
    sira_registration_start(&w->line);
    world_run(w, 121 * SECOND);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_REGISTERED);
    world_run(w, 245 * SECOND);
    assert_int_equal(w->pings, 1);
    end(w);
}

static void a_flow_that_is_gone_is_not_asked(void **state)
{
    (void)state;
    world *w = open_world(TCP, true);
    begin(w);
    w->script = NULL;
    const sira_flow flow = w->opened;
    world_run(w, 10 * SECOND);
    w->open_status = SIRA_MORE;
    sira_agent_flow_down(&w->agent, &flow, w->now);
    world_run(w, 200 * SECOND);
    assert_int_equal(w->pings, 0);
    end(w);
}

static void what_can_not_be_sent_is_lost(void **state)
{
    (void)state;
    for (unsigned tells = 0; tells < 2; tells++) {
        world *w = open_world(TCP, true);
        begin(w);
        w->send_broken = true;
        w->send_tells = tells != 0;
        world_run(w, 121 * SECOND);
        assert_true(world_count(w, SIRA_EVENT_WAITING) >= 1);
        assert_int_equal(w->events[2].event.status, SIRA_E_TRANSPORT);
        w->send_broken = false;
        world_run(w, 300 * SECOND);
        assert_int_equal(world_last(w)->kind, SIRA_EVENT_REGISTERED);
        end(w);
    }
}

/* ---- STUN ---- */

static void an_answer_tells_what_the_server_sees(void **state)
{
    (void)state;
    world *w = open_world(UDP, true);
    sira_endpoint mapped;
    char text[SIRA_ENDPOINT_TEXT];
    begin(w);
    assert_int_equal(sira_keepalive_mapped(&keepalive, &mapped), SIRA_IDLE);
    world_run(w, 30 * SECOND);
    assert_int_equal(w->pings, 1);
    expect_told("events", "answered mapped");
    assert_int_equal(sira_keepalive_mapped(&keepalive, &mapped), SIRA_OK);
    (void)sira_endpoint_to_text(&mapped, text, sizeof text);
    assert_string_equal(text, "198.51.100.7:40000");
    world_run(w, 300 * SECOND);
    expect_told("events", "answered mapped");
    assert_int_equal(w->event_count, 2);
    end(w);
}

static void another_mapping_makes_the_lines_register(void **state)
{
    (void)state;
    world *w = open_world(UDP, true);
    begin(w);
    world_run(w, 30 * SECOND);
    peer.mapped = "198.51.100.7:40001";
    world_run(w, 60 * SECOND);
    expect_told("events", "answered mapped remapped");
    assert_true(peer.last.is_followed);
    assert_int_equal(peer.last.former.port, 40000);
    assert_int_equal(peer.last.mapped.port, 40001);
    assert_int_equal(w->events[2].event.kind, SIRA_EVENT_WAITING);
    assert_int_equal(w->events[2].event.status, SIRA_E_REMAPPED);
    assert_int_equal(w->events[2].event.next, w->events[2].event.now);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_REGISTERED);
    const unsigned pings = w->pings;
    peer.mapped = "198.51.100.8:40001"; /* too soon: told, not followed */
    world_run(w, 90 * SECOND);
    assert_in_range(w->pings, pings + 1, pings + 2);
    expect_told("events", "answered mapped remapped remapped");
    assert_false(peer.last.is_followed);
    assert_int_equal(world_count(w, SIRA_EVENT_REGISTERED), 2);
    world_run(w, 360 * SECOND);
    peer.mapped = "198.51.100.9:40001";
    world_run(w, 390 * SECOND);
    assert_true(peer.last.is_followed);
    assert_int_equal(world_count(w, SIRA_EVENT_REGISTERED), 3);
    end(w);
}

static void requests_are_repeated_as_rfc_8489_says(void **state)
{
    static const uint64_t copies[] = {0, 500, 1500, 3500, 7500, 15500, 31500};
    uint8_t first[SIRA_STUN_REQUEST_SIZE];
    (void)state;
    world *w = open_world(UDP, false);
    begin(w);
    while (w->pings == 0)
        world_run(w, w->told);
    const uint64_t from = w->now;
    memcpy(first, peer.asked, sizeof first);
    for (unsigned i = 1; i < COUNT_OF(copies); i++) {
        world_run(w, from + copies[i] - 1);
        assert_int_equal(w->pings, i);
        world_run(w, from + copies[i]);
        assert_int_equal(w->pings, i + 1);
        assert_memory_equal(first, peer.asked, sizeof first);
    }
    world_run(w, from + 39499);
    assert_int_equal(w->pings, 7);
    expect_told("events", "");
    world_run(w, from + 39500);
    expect_told("events", "unanswered");
    assert_int_equal(w->pings, 8);
    assert_int_equal(peer.asked_len, 4); /* CRLFs from now on */
    world_run(w, from + 39500 + 30 * SECOND);
    assert_int_equal(w->pings, 9);
    assert_int_equal(peer.asked_len, 4);
    assert_int_equal(w->event_count, 2);
    end(w);
}

static void who_has_answered_stun_has_to(void **state)
{
    (void)state;
    world *w = open_world(UDP, true);
    begin(w);
    world_run(w, 30 * SECOND);
    peer.answers = false;
    while (w->pings < 2)
        world_run(w, w->told);
    const uint64_t from = w->now;
    world_run(w, from + 39499);
    expect_told("events", "answered mapped");
    world_run(w, from + 39500);
    expect_told("events", "answered mapped lost");
    assert_int_equal(w->events[2].event.status, SIRA_E_KEEPALIVE);
    world_run(w, from + 40000);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_REGISTERED);
    world_run(w, from + 130000);
    expect_told("events", "answered mapped lost lost");
    end(w);
}

static void a_failure_is_an_answer_too(void **state)
{
    (void)state;
    world *w = open_world(UDP, true);
    peer.mapped = NULL;
    begin(w);
    world_run(w, 30 * SECOND);
    expect_told("events", "answered");
    end(w);
}

static void what_is_not_the_answer_is_not_taken(void **state)
{
    uint8_t answer[SIRA_STUN_ANSWER_SIZE];
    (void)state;
    world *w = open_world(UDP, false);
    begin(w);
    while (w->pings == 0)
        world_run(w, w->told);
    const size_t length = answer_of(answer);
    sira_flow other = w->opened;
    other.remote.port++;
    const sira_str bytes = {(const char *)answer, length};
    assert_true(sira_agent_receive(&w->agent, &other, bytes, w->now) < 0); /* from somebody else */
    answer[19] ^= 1;
    assert_true(sira_agent_receive(&w->agent, &w->opened, bytes, w->now) < 0); /* to another request */
    answer[19] ^= 1;
    answer[0] = 0;
    assert_true(sira_agent_receive(&w->agent, &w->opened, bytes, w->now) < 0); /* a request */
    answer[0] = 1;
    assert_true(sira_agent_receive(&w->agent, &w->opened, (sira_str){bytes.at, 24}, w->now) < 0);
    expect_told("events", "");
    assert_int_equal(sira_agent_receive(&w->agent, &w->opened, bytes, w->now), SIRA_OK);
    expect_told("events", "answered mapped");
    assert_true(sira_agent_receive(&w->agent, &w->opened, bytes, w->now) < 0); /* once */
    end(w);
}

static void without_entropy_nothing_is_asked(void **state)
{
    (void)state;
    world *w = open_world(UDP, true);
    begin(w);
    w->entropy_broken = true; /* some bytes are drawn already */
    world_run(w, 1000 * SECOND);
    const unsigned pings = w->pings;
    assert_true(pings < 10);
    world_run(w, 2000 * SECOND);
    assert_int_equal(w->pings, pings);
    w->entropy_broken = false;
    world_run(w, 2100 * SECOND);
    assert_in_range(w->pings, pings + 3, pings + 5);
    end(w);
}

/* ---- another peer ---- */

static void nothing_is_known_of_another_server(void **state)
{
    (void)state;
    sira_endpoint mapped;
    world *w = open_world(NAME, true);
    assert_int_equal(sira_keepalive_init(&keepalive, &w->server, &config, NULL), SIRA_OK);
    assert_int_equal(sira_registration_start(&w->line), SIRA_OK);
    world_run(w, 5);
    world_resolve(w, "192.0.2.100 192.0.2.101");
    world_run(w, 30 * SECOND);
    assert_int_equal(sira_keepalive_mapped(&keepalive, &mapped), SIRA_OK);
    peer.answers = false;
    world_run(w, 100 * SECOND);
    expect_told("events", "answered mapped lost");
    assert_int_equal(w->opened.remote.address[3], 101);
    assert_int_equal(sira_keepalive_mapped(&keepalive, &mapped), SIRA_IDLE);
    world_run(w, 200 * SECOND);
    expect_told("events", "answered mapped lost unanswered");
    end(w);
}

/* ---- configuration ---- */

static void each_field_is_checked(void **state)
{
    static const struct {
        const char *field;
        sira_keepalive_config config;
    } cases[] = {
        {"size", {.size = 1}},
        {"udp", {.size = sizeof(sira_keepalive_config), .udp = 3}},
        {"udp_interval", {.size = sizeof(sira_keepalive_config), .udp_interval = 86401}},
        {"stream_interval", {.size = sizeof(sira_keepalive_config), .stream_interval = 86401}},
        {"pong_timeout", {.size = sizeof(sira_keepalive_config), .pong_timeout = 600001}},
        {"", {.size = sizeof(sira_keepalive_config), .udp = 2, .udp_interval = 86400, .stream_interval = 86400}},
        {"", {.size = sizeof(sira_keepalive_config), .pong_timeout = 600000}},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        world *w = open_world(UDP, true);
        sira_diag diag = {.field = ""};
        const sira_status expected = cases[i].field[0] != '\0' ? SIRA_E_CONFIG : SIRA_OK;
        expect_status(cases[i].field, sira_keepalive_init(&keepalive, &w->server, &cases[i].config, &diag), expected);
        assert_string_equal(diag.field, cases[i].field);
        if (expected == SIRA_OK) {
            sira_keepalive second;
            expect_status("second", sira_keepalive_init(&second, &w->server, NULL, &diag), SIRA_E_CONFIG);
            assert_string_equal(diag.field, "server");
            sira_registration_remove(&w->line);
            assert_int_equal(sira_server_remove(&w->server), SIRA_E_STATE);
            sira_keepalive_remove(&keepalive);
            assert_int_equal(sira_server_remove(&w->server), SIRA_OK);
        }
        world_close(w);
    }
}

static void each_event_has_a_name(void **state)
{
    (void)state;
    for (int kind = SIRA_KEEPALIVE_LOST; kind <= SIRA_KEEPALIVE_REMAPPED; kind++)
        assert_string_not_equal(sira_keepalive_event_name((sira_keepalive_event_kind)kind), "?");
    assert_string_equal(sira_keepalive_event_name((sira_keepalive_event_kind)9), "?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_interval_is_kept_and_drawn),
        cmocka_unit_test(a_refresh_neither_puts_off_nor_repeats),
        cmocka_unit_test(silence_is_kept_over_udp_only),
        cmocka_unit_test(crlfs_over_udp_wait_for_nothing),
        cmocka_unit_test(who_has_never_answered_need_not),
        cmocka_unit_test(who_has_answered_has_to),
        cmocka_unit_test(who_has_stopped_to_answer_loses_one_flow),
        cmocka_unit_test(a_promise_counts_from_the_first_time),
        cmocka_unit_test(what_promises_nothing),
        cmocka_unit_test(any_crlf_is_a_pong),
        cmocka_unit_test(a_pong_that_nobody_has_asked_for_means_nothing),
        cmocka_unit_test(a_connection_without_a_line_is_closed),
        cmocka_unit_test(a_flow_that_is_gone_is_not_asked),
        cmocka_unit_test(what_can_not_be_sent_is_lost),
        cmocka_unit_test(an_answer_tells_what_the_server_sees),
        cmocka_unit_test(another_mapping_makes_the_lines_register),
        cmocka_unit_test(requests_are_repeated_as_rfc_8489_says),
        cmocka_unit_test(who_has_answered_stun_has_to),
        cmocka_unit_test(a_failure_is_an_answer_too),
        cmocka_unit_test(what_is_not_the_answer_is_not_taken),
        cmocka_unit_test(without_entropy_nothing_is_asked),
        cmocka_unit_test(nothing_is_known_of_another_server),
        cmocka_unit_test(each_field_is_checked),
        cmocka_unit_test(each_event_has_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
