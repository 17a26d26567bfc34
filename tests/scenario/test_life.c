/* The life of a registration when the registrar behaves. */
#include "support/world.h"

#include <stdio.h>
#include <string.h>

static void good(world *w, const sira_message *request)
{
    world_registrar(w, request, 3600);
}

static void registers_with_one_challenge(void **context)
{
    (void)context;
    world *w = world_open(good);
    world_start(w);
    assert_int_equal(w->sent_count, 0); /* nothing before the first tick */
    world_run(w, 1000);
    assert_int_equal(w->requests, 2);
    assert_int_equal(w->event_count, 2);
    assert_int_equal(w->events[0].event.kind, SIRA_EVENT_REGISTERING);
    const sira_event *last = world_last(w);
    assert_int_equal(last->kind, SIRA_EVENT_REGISTERED);
    assert_int_equal(last->status, SIRA_OK);
    assert_int_equal(last->expires, 3600);
    assert_int_equal(last->bindings, 1);
    assert_true(last->bound);
    assert_int_equal(last->next, last->now + 3000000);
    assert_string_equal(w->events[1].text, "sip:alice@example.test registered for 3600 s, refresh in 3000 s");
    assert_int_equal(sira_registration_get_state(&w->line), SIRA_REGISTRATION_REGISTERED);
    assert_int_equal(sira_registration_expires_at(&w->line), last->now + 3600000);
    world_close(w);
}

/* RFC 3261 10.2: what stays and what changes between the two requests. */
static void the_request_is_what_the_rfc_wants(void **context)
{
    (void)context;
    world *w = world_open(good);
    w->agent_config.user_agent = SIRA_STR("Gateway/1");
    w->account_config.display_name = SIRA_STR("Alice \"A\"");
    w->line_config.instance_id = SIRA_STR("<urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6>");
    world_start(w);
    world_run(w, 1000);
    char call_id[64] = "";
    sira_cseq cseq;
    for (size_t i = 0; i < 2; i++) {
        const sira_message *request = world_sent(w, i);
        sira_str text;
        sira_address from, to;
        sira_contact contact;
        sira_cursor cursor;
        sira_via via;
        uint32_t number;
        expect_str("uri", request->uri, "sip:example.test");
        assert_int_equal(request->method, SIRA_METHOD_REGISTER);
        assert_int_equal(sira_message_cseq(request, &cseq, NULL), SIRA_OK);
        assert_int_equal(cseq.number, i + 1);
        assert_int_equal(sira_message_call_id(request, &text, NULL), SIRA_OK);
        assert_int_equal(text.len, 24);
        if (i == 0)
            memcpy(call_id, text.at, text.len);
        expect_str("call-id", text, call_id);
        assert_int_equal(sira_message_address(request, SIRA_FIELD_FROM, &from, NULL), SIRA_OK);
        assert_int_equal(sira_message_address(request, SIRA_FIELD_TO, &to, NULL), SIRA_OK);
        expect_str("from", from.uri, "sip:alice@example.test");
        expect_str("to", to.uri, "sip:alice@example.test");
        expect_str("display", from.display, "\"Alice \\\"A\\\"\"");
        assert_int_equal(to.tag.len, 0);
        assert_int_equal(from.tag.len, 12);
        sira_cursor_init(&cursor, request, SIRA_FIELD_CONTACT);
        assert_int_equal(sira_contact_next(&cursor, &contact, NULL), SIRA_OK);
        expect_str("instance", contact.instance, "<urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6>");
        assert_memory_equal(contact.address.uri.at, "sip:alice@192.0.2.1:5060;line=", 30);
        assert_int_equal(sira_contact_next(&cursor, &contact, NULL), SIRA_IDLE);
        assert_int_equal(sira_message_via(request, &via, NULL), SIRA_OK);
        assert_true(via.has_rport);
        assert_int_equal(via.branch.len, 23);
        assert_int_equal(sira_message_number(request, SIRA_FIELD_MAX_FORWARDS, &number, NULL), SIRA_OK);
        assert_int_equal(number, 70);
        assert_int_equal(sira_message_number(request, SIRA_FIELD_EXPIRES, &number, NULL), SIRA_OK);
        assert_int_equal(number, 3600);
        expect_str("agent", sira_message_field(request, SIRA_FIELD_USER_AGENT)->value, "Gateway/1");
    }
    sira_via first, second;
    assert_int_equal(sira_message_via(world_sent(w, 0), &first, NULL), SIRA_OK);
    assert_int_equal(sira_message_via(world_sent(w, 1), &second, NULL), SIRA_OK);
    assert_false(sira_str_equal(first.branch, second.branch));
    world_close(w);
}

static void a_refresh_is_one_round_trip(void **context)
{
    (void)context;
    world *w = world_open(good);
    world_start(w);
    world_run(w, 3100000);
    assert_int_equal(w->requests, 3);
    assert_int_equal(world_count(w, SIRA_EVENT_REFRESHING), 1);
    assert_int_equal(world_count(w, SIRA_EVENT_REGISTERED), 2);
    assert_string_equal(world_credential(world_sent(w, 2), "nc"), "00000002");
    world_close(w);
}

static void a_day_of_refreshes(void **context)
{
    (void)context;
    world *w = world_open(good);
    world_start(w);
    world_run(w, 24u * 3600u * 1000u);
    assert_int_equal(world_count(w, SIRA_EVENT_REGISTERED), 1 + 86400 / 3000 - 0);
    assert_int_equal(w->requests, 1 + world_count(w, SIRA_EVENT_REGISTERED));
    assert_int_equal(world_count(w, SIRA_EVENT_LAPSED), 0);
    assert_int_equal(world_count(w, SIRA_EVENT_WAITING), 0);
    char nc[9];
    for (size_t i = 1; i < w->sent_count; i++) {
        (void)snprintf(nc, sizeof nc, "%08x", (unsigned)i);
        assert_string_equal(world_credential(world_sent(w, i), "nc"), nc);
        if (i > 1)
            assert_string_not_equal(world_credential(world_sent(w, i), "cnonce"),
                                    world_credential(world_sent(w, i - 1), "cnonce"));
    }
    world_close(w);
}

static void a_year_is_quick_too(void **context)
{
    (void)context;
    world *w = world_open(good);
    world_start(w);
    world_run(w, 365u * 24u * 3600u * (uint64_t)1000u);
    assert_int_equal(world_count(w, SIRA_EVENT_LAPSED), 0);
    assert_true(sira_registration_is_bound(&w->line));
    world_close(w);
}

static void stop_unregisters(void **context)
{
    (void)context;
    world *w = world_open(good);
    world_start(w);
    world_run(w, 1000);
    assert_int_equal(sira_registration_stop(&w->line), SIRA_OK);
    assert_int_equal(w->requests, 2);
    world_run(w, 2000);
    assert_int_equal(w->requests, 3);
    assert_int_equal(world_expires(world_sent(w, 2)), 0);
    assert_int_equal(world_count(w, SIRA_EVENT_UNREGISTERING), 1);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_STOPPED);
    assert_int_equal(world_last(w)->status, SIRA_OK);
    assert_false(sira_registration_is_bound(&w->line));
    assert_int_equal(sira_registration_stop(&w->line), SIRA_IDLE);
    world_run(w, 100000);
    assert_int_equal(sira_agent_deadline(&w->agent), SIRA_NEVER);
    assert_int_equal(w->requests, 3);
    world_close(w);
}

/* Each un-REGISTER gets a challenge with a nonce we have not seen. */
static void fresh_nonces(world *w, const sira_message *request)
{
    if (world_expires(request) == 0 && w->step == 0) {
        w->step = 1;
        w->nonce++;
    }
    world_registrar(w, request, 3600);
}

static void a_challenged_unregister_is_answered(void **context)
{
    (void)context;
    world *w = world_open(fresh_nonces);
    world_start(w);
    world_run(w, 1000);
    assert_int_equal(sira_registration_stop(&w->line), SIRA_OK);
    world_run(w, 2000);
    assert_int_equal(w->requests, 4);
    assert_int_equal(world_expires(world_sent(w, 3)), 0);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_STOPPED);
    assert_int_equal(world_last(w)->status, SIRA_OK);
    world_close(w);
}

static void stop_before_anything_was_sent(void **context)
{
    (void)context;
    world *w = world_open(good);
    world_start(w);
    assert_int_equal(sira_registration_stop(&w->line), SIRA_OK);
    world_run(w, 1000);
    assert_int_equal(w->requests, 0);
    assert_int_equal(w->event_count, 1);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_STOPPED);
    world_close(w);
}

static void stop_while_the_request_is_out(void **context)
{
    (void)context;
    world *w = world_open(good);
    world_start(w);
    world_run(w, 7); /* the 401 is in, the answer is out */
    assert_int_equal(w->requests, 2);
    assert_int_equal(sira_registration_stop(&w->line), SIRA_OK);
    world_run(w, 1000);
    /* RFC 3261 10.2: no new REGISTER before the last one is answered; then the binding is removed. */
    assert_int_equal(w->requests, 3);
    assert_int_equal(world_expires(world_sent(w, 2)), 0);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_STOPPED);
    world_close(w);
}

static void start_while_it_leaves_registers_again(void **context)
{
    (void)context;
    world *w = world_open(good);
    world_start(w);
    world_run(w, 1000);
    assert_int_equal(sira_registration_stop(&w->line), SIRA_OK);
    world_run(w, 1001);
    assert_int_equal(sira_registration_get_state(&w->line), SIRA_REGISTRATION_UNREGISTERING);
    assert_int_equal(sira_registration_start(&w->line), SIRA_OK);
    world_run(w, 2000);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_REGISTERED);
    assert_true(sira_registration_is_bound(&w->line));
    assert_int_equal(world_expires(world_sent(w, w->sent_count - 1)), 3600);
    world_close(w);
}

static void start_refreshes_a_registered_line_at_once(void **context)
{
    (void)context;
    world *w = world_open(good);
    world_start(w);
    world_run(w, 1000);
    assert_int_equal(sira_registration_start(&w->line), SIRA_OK);
    world_run(w, 1000);
    assert_int_equal(w->requests, 3);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_REFRESHING);
    world_close(w);
}

/* A port that is enabled later registers at once, and the others go on. */
static void a_later_line_registers_at_once(void **context)
{
    (void)context;
    world *w = world_open(good);
    sira_registration second;
    world_start(w);
    world_run(w, 500000);
    assert_int_equal(sira_registration_init(&second, &w->account, NULL, NULL), SIRA_OK);
    assert_int_equal(sira_registration_start(&second), SIRA_OK);
    world_run(w, 500100);
    assert_true(sira_registration_is_bound(&second));
    sira_registration_remove(&second);
    memset(&second, 0xaa, sizeof second); /* its memory is ours again */
    world_run(w, 7000000);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_REGISTERED);
    world_close(w);
}

static void demands_longer(world *w, const sira_message *request)
{
    if (world_expires(request) == 3600)
        world_reply(w, request, 423, "Min-Expires: 7200\r\n");
    else
        world_reply(w, request, 200, "%s", "");
}

/* It is busy for a while, and says so. */
static void tries_first(world *w, const sira_message *request)
{
    if (w->requests == 1)
        world_reply(w, request, 100, "%s", "");
    else if (w->requests == 3)
        world_registrar(w, request, 3600);
    else if (w->requests > 3)
        good(w, request);
}

/* RFC 3261 17.1.2.2: a provisional response slows the repetitions down to T2, and is nothing more. */
static void a_provisional_response_buys_time(void **context)
{
    (void)context;
    world *w = world_open(tries_first);
    world_start(w);
    world_run(w, 20000);
    assert_int_equal(w->sent[1].at, 500);
    assert_int_equal(w->sent[2].at, 4500);
    assert_int_equal(sira_agent_get_counters(&w->agent)->retransmitted, 2);
    assert_int_equal(sira_agent_get_counters(&w->agent)->stray, 0);
    assert_int_equal(w->event_count, 2);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_REGISTERED);
    world_close(w);
}

static void the_contact_has_the_user_that_is_wanted(void **context)
{
    (void)context;
    world *w = world_open(good);
    w->line_config.contact_user = SIRA_STR("line%201;x=1");
    world_start(w);
    world_run(w, 1000);
    sira_str contact = world_contact(world_sent(w, 1));
    expect_str("Contact", (sira_str){contact.at, 34}, "<sip:line%201;x=1@192.0.2.1:5060;l");
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_REGISTERED);
    assert_int_equal(world_last(w)->status, SIRA_OK);
    world_close(w);
}

static void stop_before_a_423(void **context)
{
    (void)context;
    world *w = world_open(demands_longer);
    world_start(w);
    world_run(w, 1);
    assert_int_equal(sira_registration_stop(&w->line), SIRA_OK);
    world_run(w, 1000);
    assert_int_equal(w->requests, 1); /* nothing was registered, so nothing is removed */
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_STOPPED);
    assert_int_equal(world_last(w)->status, SIRA_OK);
    world_close(w);
}

/* The answer to a refresh finds us leaving: what follows is announced as what it is. */
static void stop_while_a_refresh_is_challenged(void **context)
{
    (void)context;
    world *w = world_open(good);
    world_start(w);
    world_run(w, 1000);
    w->nonce++; /* the registrar has forgotten it */
    sira_registration_start(&w->line);
    world_run(w, 1001);
    sira_registration_stop(&w->line);
    world_run(w, 2000);
    assert_int_equal(world_count(w, SIRA_EVENT_UNREGISTERING), 1);
    assert_int_equal(world_expires(world_sent(w, w->sent_count - 1)), 0);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_STOPPED);
    world_close(w);
}

static void a_raise_is_told(void **context)
{
    (void)context;
    world *w = world_open(demands_longer);
    world_start(w);
    world_run(w, 1000);
    assert_int_equal(w->event_count, 3);
    assert_string_equal(w->events[1].text, "sip:alice@example.test registering: 423 Interval Too Brief");
    assert_int_equal(w->events[1].event.kind, SIRA_EVENT_REGISTERING);
    assert_int_equal(w->events[1].event.status, SIRA_E_RESPONSE);
    assert_int_equal(w->events[1].event.code, 423);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_REGISTERED);
    world_close(w);
}

/* It says 200 to our leaving, and lists us still. */
static void keeps_us(world *w, const sira_message *request)
{
    static const char *const lists[] = {"Contact: %.*s;expires=90\r\n", "Contact: %.*s;expires=0\r\n",
                                        "Contact: <sip:other@192.0.2.7>;expires=90\r\n"};
    char headers[300];
    (void)snprintf(headers, sizeof headers, lists[world_expires(request) != 0 ? 0 : w->step],
                   (int)world_contact(request).len, world_contact(request).at);
    world_reply(w, request, 200, "%s", headers);
}

static void a_binding_that_stays_is_told(void **context)
{
    (void)context;
    static const sira_status expected[] = {SIRA_E_LISTED, SIRA_OK, SIRA_OK};
    for (int i = 0; i < 3; i++) {
        world *w = world_open(keeps_us);
        w->step = i;
        world_start(w);
        world_run(w, 1000);
        sira_registration_stop(&w->line);
        world_run(w, 2000);
        assert_int_equal(world_last(w)->kind, SIRA_EVENT_STOPPED);
        assert_int_equal(world_last(w)->status, expected[i]);
        world_close(w);
    }
}

static void service_route_is_kept_in_order(world *w, const sira_message *request)
{
    w->step++;
    if (w->step == 1) /* it counts in a 2xx only (RFC 3608 6.1) */
        world_reply(w, request, 503, "Service-Route: <sip:wrong.example.test;lr>\r\nRetry-After: 20\r\n");
    else
        world_reply(w, request, 200,
                    "Contact: %.*s;expires=600\r\nService-Route: <sip:a.example.test;lr>, <sip:b.example.test;lr>\r\n"
                    "Service-Route: <sip:c.example.test;lr>\r\n",
                    (int)world_contact(request).len, world_contact(request).at);
}

static void service_route_of_a_200(void **context)
{
    (void)context;
    world *w = world_open(service_route_is_kept_in_order);
    world_start(w);
    world_run(w, 100);
    assert_int_equal(sira_registration_service_route(&w->line).len, 0);
    world_run(w, 30000);
    expect_str("route", sira_registration_service_route(&w->line),
               "<sip:a.example.test;lr>, <sip:b.example.test;lr>, <sip:c.example.test;lr>");
    assert_int_equal(sira_registration_stop(&w->line), SIRA_OK);
    world_close(w);
}

static void long_route(world *w, const sira_message *request)
{
    world_reply(w, request, 200, "Contact: %.*s;expires=600\r\nService-Route: <sip:%0250d.example.test;lr>\r\n",
                (int)world_contact(request).len, world_contact(request).at, 1);
}

static void a_route_over_its_limit_is_reported(void **context)
{
    (void)context;
    world *w = world_open(long_route);
    world_start(w);
    world_run(w, 100);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_REGISTERED);
    assert_int_equal(world_last(w)->status, SIRA_E_LIMIT);
    assert_int_equal(sira_registration_service_route(&w->line).len, 0);
    world_close(w);
}

static void odd_route(world *w, const sira_message *request)
{
    static const char *const routes[] = {"<sip:a.example.test;lr>\r\n ;x=y,\r\n <sip:b.example.test;lr>",
                                         "<sip:a.example.test;lr>, sip:b.example.test;lr"};
    world_reply(w, request, 200, "Contact: %.*s;expires=600\r\nService-Route: %s\r\n", (int)world_contact(request).len,
                world_contact(request).at, routes[w->step]);
}

/* A header value of several lines can't be written again, and half a route leads elsewhere. */
static void a_route_is_kept_in_one_line_or_not_at_all(void **context)
{
    (void)context;
    static const struct {
        sira_status status;
        const char *route;
    } expected[] = {{SIRA_OK, "<sip:a.example.test;lr> ;x=y, <sip:b.example.test;lr>"}, {SIRA_E_SYNTAX, ""}};
    for (int i = 0; i < 2; i++) {
        world *w = world_open(odd_route);
        w->step = i;
        world_start(w);
        world_run(w, 100);
        assert_int_equal(world_last(w)->kind, SIRA_EVENT_REGISTERED);
        assert_int_equal(world_last(w)->status, expected[i].status);
        expect_str("route", sira_registration_service_route(&w->line), expected[i].route);
        world_close(w);
    }
}

static void remove_itself(world *w, const sira_event *event)
{
    (void)w;
    if (event->kind == SIRA_EVENT_REGISTERED) {
        sira_registration_remove(event->registration);
        memset(event->registration, 0x55, sizeof *event->registration);
    }
}

static void a_handler_may_remove_the_object(void **context)
{
    (void)context;
    world *w = world_open(good);
    w->on_event = remove_itself;
    world_start(w);
    world_run(w, 10000000);
    assert_int_equal(w->requests, 2);
    assert_int_equal(sira_agent_deadline(&w->agent), SIRA_NEVER);
    world_close(w);
}

static void stop_and_start(world *w, const sira_event *event)
{
    if (event->kind == SIRA_EVENT_REGISTERED && w->step++ < 3) {
        assert_int_equal(sira_registration_stop(event->registration), SIRA_OK);
        assert_int_equal(sira_registration_start(event->registration), SIRA_OK);
    }
}

static void a_handler_may_stop_and_start(void **context)
{
    (void)context;
    world *w = world_open(good);
    w->on_event = stop_and_start;
    world_start(w);
    world_run(w, 100000);
    assert_int_equal(sira_registration_get_state(&w->line), SIRA_REGISTRATION_REGISTERED);
    world_close(w);
}

static void the_start_window_spreads_lines(void **context)
{
    (void)context;
    enum { LINES = 40 };
    world *w = world_open(good);
    static sira_registration lines[LINES];
    w->server_config.start_window = 60000;
    world_init(w);
    for (int i = 0; i < LINES; i++) {
        assert_int_equal(sira_registration_init(&lines[i], &w->account, NULL, NULL), SIRA_OK);
        assert_int_equal(sira_registration_start(&lines[i]), SIRA_OK);
    }
    world_run(w, 0);
    assert_int_equal(world_count(w, SIRA_EVENT_WAITING), LINES); /* each says when */
    for (size_t i = 0; i < w->event_count; i++) {
        const sira_event *event = &w->events[i].event;
        assert_int_equal(event->status, SIRA_OK);
        assert_in_range(event->next, 1, 59999);
        assert_int_equal(event->next, sira_registration_next_at(event->registration));
    }
    world_run(w, 15000);
    assert_in_range(world_count(w, SIRA_EVENT_REGISTERING), 2, LINES / 2);
    world_run(w, 60100);
    assert_int_equal(world_count(w, SIRA_EVENT_REGISTERED), LINES);
    for (int i = 0; i < LINES; i++)
        sira_registration_remove(&lines[i]);
    world_close(w);
}

static void silent(world *w, const sira_message *request)
{
    (void)w;
    (void)request;
}

static void takes_everybody(world *w, const sira_message *request)
{
    world_reply(w, request, 200, "Contact: %.*s;expires=3600\r\n", (int)world_contact(request).len,
                world_contact(request).at);
}

static void a_server_has_so_many_in_flight(void **context)
{
    (void)context;
    enum { LINES = 10 };
    world *w = world_open(silent);
    static sira_registration lines[LINES];
    w->server_config.max_in_flight = 3;
    world_init(w);
    for (int i = 0; i < LINES; i++) {
        assert_int_equal(sira_registration_init(&lines[i], &w->account, NULL, NULL), SIRA_OK);
        assert_int_equal(sira_registration_start(&lines[i]), SIRA_OK);
    }
    world_run(w, 10);
    assert_int_equal(w->requests, 3);
    assert_int_equal(sira_registration_get_state(&lines[5]), SIRA_REGISTRATION_CONNECTING);
    sira_registration_remove(&lines[3]); /* one that waits for its turn may go */
    world_run(w, 32000);
    assert_int_equal(world_count(w, SIRA_EVENT_REGISTERING), 6);
    w->script = takes_everybody;
    world_run(w, 200000);
    for (int i = 0; i < LINES; i++)
        if (i != 3)
            assert_true(sira_registration_is_bound(&lines[i]));
    for (int i = 0; i < LINES; i++)
        if (i != 3)
            sira_registration_remove(&lines[i]);
    world_close(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(registers_with_one_challenge),
        cmocka_unit_test(the_request_is_what_the_rfc_wants),
        cmocka_unit_test(a_refresh_is_one_round_trip),
        cmocka_unit_test(a_day_of_refreshes),
        cmocka_unit_test(a_year_is_quick_too),
        cmocka_unit_test(stop_unregisters),
        cmocka_unit_test(a_challenged_unregister_is_answered),
        cmocka_unit_test(stop_before_anything_was_sent),
        cmocka_unit_test(stop_while_the_request_is_out),
        cmocka_unit_test(start_while_it_leaves_registers_again),
        cmocka_unit_test(start_refreshes_a_registered_line_at_once),
        cmocka_unit_test(a_later_line_registers_at_once),
        cmocka_unit_test(a_provisional_response_buys_time),
        cmocka_unit_test(the_contact_has_the_user_that_is_wanted),
        cmocka_unit_test(stop_before_a_423),
        cmocka_unit_test(stop_while_a_refresh_is_challenged),
        cmocka_unit_test(a_raise_is_told),
        cmocka_unit_test(a_binding_that_stays_is_told),
        cmocka_unit_test(service_route_of_a_200),
        cmocka_unit_test(a_route_over_its_limit_is_reported),
        cmocka_unit_test(a_route_is_kept_in_one_line_or_not_at_all),
        cmocka_unit_test(a_handler_may_remove_the_object),
        cmocka_unit_test(a_handler_may_stop_and_start),
        cmocka_unit_test(the_start_window_spreads_lines),
        cmocka_unit_test(a_server_has_so_many_in_flight),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
