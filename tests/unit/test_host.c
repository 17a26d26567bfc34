#include "host/host.h"

#include "support/support.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include <sira/sira.h>

#include "registration/registration.h"

/* A test that hangs is a failure that says so. */
#define PATIENCE 20000

/* One agent on a loop of the test's, with a line that it may register. */
typedef struct end {
    sira_host host;
    sira_host_config config;
    sira_server server;
    sira_account account;
    sira_registration line;
    char uri[SIRA_ENDPOINT_TEXT + 8];
    unsigned events[8]; /* by kind */
    sira_event last;
    unsigned sent, received, requests;
    sira_flow asked; /* flow of the last request */
    char contact[200];
    bool stop_at_result;
} end;

static void stop_loop(uv_timer_t *timer)
{
    print_error("not finished after %d ms\n", PATIENCE);
    *(bool *)timer->data = true;
    uv_stop(timer->loop);
}

static void on_event(void *user, const sira_event *event)
{
    end *self = user;
    self->events[event->kind]++;
    self->last = *event;
    if (self->stop_at_result && event->kind != SIRA_EVENT_REGISTERING && event->kind != SIRA_EVENT_UNREGISTERING)
        uv_stop(sira_host_loop(&self->host));
}

static sira_status on_request(void *user, const sira_message *request, const sira_flow *flow)
{
    end *self = user;
    (void)request;
    self->requests++;
    self->asked = *flow;
    return SIRA_IDLE; /* the agent answers: 405 */
}

static void on_message(void *context, const sira_trace_entry *entry)
{
    end *self = context;
    sira_field slots[SIRA_LIMIT_FIELDS];
    sira_message message;
    if (entry->kind != SIRA_TRACE_SENT) {
        self->received += entry->kind == SIRA_TRACE_RECEIVED;
        return;
    }
    self->sent++;
    sira_message_init(&message, slots, SIRA_LIMIT_FIELDS);
    assert_int_equal(sira_message_parse(&message, entry->bytes, NULL), SIRA_OK);
    const sira_field *contact = sira_message_field(&message, SIRA_FIELD_CONTACT);
    if (contact != NULL && contact->value.len < sizeof self->contact)
        memcpy(self->contact, contact->value.at, contact->value.len);
}

static end *end_make(uv_loop_t *loop)
{
    end *self = calloc(1, sizeof *self);
    assert_non_null(self);
    sira_host_config_init(&self->config);
    self->config.loop = loop;
    self->config.on_event = on_event;
    self->config.on_request = on_request;
    self->config.user = self;
    self->config.trace = (sira_trace){self, on_message};
    self->config.bind_ipv4 = SIRA_STR("127.0.0.1:0");
    self->config.t1 = 10;
    return self;
}

static void end_open(end *self)
{
    sira_diag diag = {.field = ""};
    sira_status status = sira_host_init(&self->host, &self->config, &diag);
    if (status != SIRA_OK)
        fail_msg("sira_host_init: %s, field \"%s\"", sira_status_name(status), diag.field);
}

static void end_register(end *self, const sira_endpoint *where)
{
    sira_server_config server;
    sira_account_config account;
    char text[SIRA_ENDPOINT_TEXT];
    sira_server_config_init(&server);
    assert_true(sira_endpoint_to_text(where, text, sizeof text) != 0);
    memcpy(self->uri, "sip:", 5);
    strcat(self->uri, text);
    server.uri = sira_str_from(self->uri);
    sira_account_config_init(&account);
    account.aor = SIRA_STR("sip:alice@example.test");
    assert_int_equal(sira_server_init(&self->server, sira_host_agent(&self->host), &server, NULL), SIRA_OK);
    assert_int_equal(sira_account_init(&self->account, &self->server, &account, NULL), SIRA_OK);
    assert_int_equal(sira_registration_init(&self->line, &self->account, NULL, NULL), SIRA_OK);
    assert_int_equal(sira_registration_start(&self->line), SIRA_OK);
    self->stop_at_result = true;
}

/* Runs until somebody stops the loop. */
static void run(uv_loop_t *loop)
{
    bool late = false;
    uv_timer_t guard;
    assert_int_equal(uv_timer_init(loop, &guard), 0);
    guard.data = &late;
    uv_timer_start(&guard, stop_loop, PATIENCE, 0);
    uv_run(loop, UV_RUN_DEFAULT);
    uv_close((uv_handle_t *)&guard, NULL);
    uv_run(loop, UV_RUN_NOWAIT);
    assert_false(late);
}

/* That the loop can be closed proves that nothing of the host's is left on it. */
static void close_all(uv_loop_t *loop, end *a, end *b)
{
    sira_host_close(&a->host);
    if (b != NULL)
        sira_host_close(&b->host);
    uv_run(loop, UV_RUN_DEFAULT);
    assert_int_equal(a->host.handles, 0);
    assert_int_equal(uv_loop_close(loop), 0);
    free(a);
    free(b);
}

/* ---- configuration ---- */

typedef struct refused_case {
    const char *name;
    const char *bind_ipv4, *bind_ipv6, *user_agent;
    uint32_t t1;
    size_t shorter; /* than the right size */
    sira_status status;
    const char *field;
} refused_case;

static const refused_case refused_cases[] = {
    {"not filled by config_init", NULL, NULL, NULL, 0, 8, SIRA_E_CONFIG, "size"},
    {"a name", "localhost", NULL, NULL, 0, 0, SIRA_E_CONFIG, "bind_ipv4"},
    {"a port over 65535", "127.0.0.1:65536", NULL, NULL, 0, 0, SIRA_E_CONFIG, "bind_ipv4"},
    {"IPv6 for IPv4", "[::1]:5060", NULL, NULL, 0, 0, SIRA_E_CONFIG, "bind_ipv4"},
    {"IPv4 for IPv6", NULL, "127.0.0.1:5060", NULL, 0, 0, SIRA_E_CONFIG, "bind_ipv6"},
    {"not ours", "192.0.2.77:0", NULL, NULL, 0, 0, SIRA_E_TRANSPORT, "bind_ipv4"},
    {"not ours, IPv6", NULL, "[2001:db8::77]:0", NULL, 0, 0, SIRA_E_TRANSPORT, "bind_ipv6"},
    {"one good, one bad", "127.0.0.1:0", "[2001:db8::77]:0", NULL, 0, 0, SIRA_E_TRANSPORT, "bind_ipv6"},
    {"a line end in User-Agent", NULL, NULL, "Phone\r\nX: y", 0, 0, SIRA_E_CONFIG, "user_agent"},
    {"T1 of 1 ms", NULL, NULL, NULL, 1, 0, SIRA_E_CONFIG, "t1"},
};

static void a_wrong_configuration_is_refused(void **context)
{
    (void)context;
    sira_host *host = malloc(sizeof *host);
    assert_non_null(host);
    for (size_t i = 0; i < sizeof refused_cases / sizeof refused_cases[0]; i++) {
        const refused_case *one = &refused_cases[i];
        sira_host_config config;
        sira_diag diag = {.field = ""};
        sira_host_config_init(&config);
        config.size -= one->shorter;
        config.bind_ipv4 = sira_str_from(one->bind_ipv4);
        config.bind_ipv6 = sira_str_from(one->bind_ipv6);
        config.user_agent = sira_str_from(one->user_agent);
        config.t1 = one->t1;
        memset(host, 0xa5, sizeof *host);
        expect_status(one->name, sira_host_init(host, &config, &diag), one->status);
        if (strcmp(diag.field, one->field) != 0)
            fail_msg("%s: the diag names \"%s\" instead of \"%s\"", one->name, diag.field, one->field);
        assert_int_equal(host->handles, 0);
        sira_host_close(host);
        expect_status(one->name, sira_host_init(host, &config, NULL), one->status);
    }
    free(host);
}

static void a_failure_leaves_the_callers_loop_clean(void **context)
{
    (void)context;
    uv_loop_t loop;
    assert_int_equal(uv_loop_init(&loop), 0);
    end *self = end_make(&loop);
    self->config.bind_ipv6 = SIRA_STR("[2001:db8::77]:0");
    assert_int_equal(sira_host_init(&self->host, &self->config, NULL), SIRA_E_TRANSPORT);
    close_all(&loop, self, NULL);
}

static void a_port_that_is_taken_is_refused(void **context)
{
    (void)context;
    uv_loop_t loop;
    sira_endpoint bound;
    char text[SIRA_ENDPOINT_TEXT];
    sira_diag diag = {.field = ""};
    assert_int_equal(uv_loop_init(&loop), 0);
    end *a = end_make(&loop), *b = end_make(&loop);
    end_open(a);
    assert_int_equal(sira_host_bound(&a->host, SIRA_FAMILY_IPV4, &bound), SIRA_OK);
    assert_true(bound.port != 0);
    (void)sira_endpoint_to_text(&bound, text, sizeof text);
    b->config.bind_ipv4 = sira_str_from(text);
    assert_int_equal(sira_host_init(&b->host, &b->config, &diag), SIRA_E_TRANSPORT);
    assert_string_equal(diag.field, "bind_ipv4");
    close_all(&loop, a, b);
}

/* ---- life ---- */

static void it_can_be_opened_and_closed_again_and_again(void **context)
{
    (void)context;
    sira_host *host = calloc(1, sizeof *host);
    sira_host_config config;
    assert_non_null(host);
    sira_host_config_init(&config);
    sira_host_close(host); /* never opened */
    for (int i = 0; i < 50; i++) {
        config.bind_ipv4 = i % 2 == 0 ? SIRA_STR("127.0.0.1:0") : SIRA_STR("");
        assert_int_equal(sira_host_init(host, &config, NULL), SIRA_OK);
        assert_non_null(sira_host_loop(host));
        sira_host_close(host);
        sira_host_close(host);
        assert_null(sira_host_loop(host));
        assert_int_equal(sira_host_now(host), 0);
        assert_int_equal(sira_host_run(host), 1);
        sira_host_stop(host);
    }
    free(host);
}

static void sockets_are_opened_when_they_are_needed(void **context)
{
    (void)context;
    uv_loop_t loop;
    sira_endpoint bound;
    assert_int_equal(uv_loop_init(&loop), 0);
    end *self = end_make(&loop);
    self->config.bind_ipv4 = SIRA_STR("");
    end_open(self);
    assert_int_equal(sira_host_bound(&self->host, SIRA_FAMILY_IPV4, &bound), SIRA_IDLE);
    assert_int_equal(sira_host_bound(&self->host, SIRA_FAMILY_IPV6, &bound), SIRA_IDLE);
    close_all(&loop, self, NULL);
}

/* Whatever may be configured, and answers to two realms, each as long as it gets. */
static void the_scratch_holds_any_request(void **context)
{
    (void)context;
    static char registrar[SIRA_LIMIT_CONFIG], aor[SIRA_LIMIT_CONFIG], quotes[SIRA_LIMIT_CONFIG],
        letters[SIRA_LIMIT_CONFIG], instance[SIRA_LIMIT_CONFIG];
    uv_loop_t loop;
    assert_int_equal(uv_loop_init(&loop), 0);
    end *self = end_make(&loop);
    memset(letters, 'a', sizeof letters);
    memset(quotes, '"', sizeof quotes);
    memset(registrar, 'a', sizeof registrar);
    memcpy(registrar, "sip:", 4);
    memset(aor, 'a', sizeof aor);
    memcpy(aor, "sip:a@", 6);
    memset(instance, '"', sizeof instance);
    instance[0] = '<';
    instance[sizeof instance - 1] = '>';
    self->config.user_agent = (sira_str){letters, sizeof letters};
    end_open(self);
    sira_server_config server = {.size = sizeof server, .uri = SIRA_STR("sip:192.0.2.1")};
    sira_account_config account = {.size = sizeof account,
                                   .aor = {aor, sizeof aor},
                                   .registrar = {registrar, sizeof registrar},
                                   .display_name = {quotes, sizeof quotes},
                                   .user = {quotes, sizeof quotes},
                                   .password = SIRA_STR("secret")};
    sira_registration_config line = {
        .size = sizeof line, .contact_user = {letters, sizeof letters}, .instance_id = {instance, sizeof instance}};
    sira_diag diag = {.field = ""};
    assert_int_equal(sira_server_init(&self->server, sira_host_agent(&self->host), &server, NULL), SIRA_OK);
    expect_status(diag.field, sira_account_init(&self->account, &self->server, &account, &diag), SIRA_OK);
    expect_status(diag.field, sira_registration_init(&self->line, &self->account, &line, &diag), SIRA_OK);
    size_t one = sira_i_register_size(&self->line);
    self->account.has_credentials = false;
    size_t two = 2 * one - sira_i_register_size(&self->line);
    if (two > SIRA_HOST_SCRATCH || two + 512 < SIRA_HOST_SCRATCH)
        fail_msg("a REGISTER may have %zu bytes", two);
    close_all(&loop, self, NULL);
}

/* ---- messages ---- */

/* a registers at b, which is no registrar and says so: one request, one answer, both ways. */
static void talk(sira_family family, sira_str bind_a, sira_str bind_b, const char *contact_host)
{
    uv_loop_t loop;
    sira_endpoint bound, own;
    assert_int_equal(uv_loop_init(&loop), 0);
    end *a = end_make(&loop), *b = end_make(&loop);
    if (family == SIRA_FAMILY_IPV6) {
        a->config.bind_ipv4 = b->config.bind_ipv4 = SIRA_STR("");
        a->config.bind_ipv6 = bind_a;
        b->config.bind_ipv6 = bind_b;
    } else {
        a->config.bind_ipv4 = bind_a;
        b->config.bind_ipv4 = bind_b;
    }
    end_open(a);
    end_open(b);
    assert_int_equal(sira_host_bound(&b->host, family, &bound), SIRA_OK);
    end_register(a, &bound);
    run(&loop);
    assert_int_equal(b->requests, 1);
    assert_int_equal(a->last.kind, SIRA_EVENT_WAITING);
    assert_int_equal(a->last.code, 405);
    assert_int_equal(a->sent, 1);
    assert_int_equal(a->received, 1);

    /* b saw it come from where our Contact says we are. */
    char expected[100];
    assert_int_equal(sira_host_bound(&a->host, family, &own), SIRA_OK);
    assert_int_equal(b->asked.remote.port, own.port);
    assert_int_equal(b->asked.local.port, bound.port);
    assert_int_equal(b->asked.local.family, family);
    snprintf(expected, sizeof expected, "<sip:alice@%s:%u;line=", contact_host, (unsigned)own.port);
    if (strncmp(a->contact, expected, strlen(expected)) != 0)
        fail_msg("Contact is %s, expected %s...", a->contact, expected);
    close_all(&loop, a, b);
}

static void two_agents_talk_over_ipv4(void **context)
{
    (void)context;
    talk(SIRA_FAMILY_IPV4, SIRA_STR("127.0.0.1:0"), SIRA_STR("127.0.0.1:0"), "127.0.0.1");
}

static void a_socket_for_any_address_knows_what_the_peer_sees(void **context)
{
    (void)context;
    talk(SIRA_FAMILY_IPV4, SIRA_STR(""), SIRA_STR("127.0.0.1:0"), "127.0.0.1");
}

static void a_bound_address_is_what_the_peer_sees(void **context)
{
    (void)context;
    talk(SIRA_FAMILY_IPV4, SIRA_STR("127.0.0.9:0"), SIRA_STR("127.0.0.1:0"), "127.0.0.9");
}

static void a_new_network_begins_anew(void **context)
{
    (void)context;
    uv_loop_t loop;
    sira_endpoint bound;
    assert_int_equal(uv_loop_init(&loop), 0);
    end *a = end_make(&loop), *b = end_make(&loop);
    a->config.bind_ipv4 = SIRA_STR("");
    end_open(a);
    end_open(b);
    assert_int_equal(sira_host_bound(&b->host, SIRA_FAMILY_IPV4, &bound), SIRA_OK);
    end_register(a, &bound);
    a->stop_at_result = false;
    sira_agent_tick(sira_host_agent(&a->host), sira_host_now(&a->host));
    assert_int_equal(a->sent, 1);
    sira_host_network_changed(&a->host);
    assert_int_equal(a->sent, 2);
    assert_int_equal(a->events[SIRA_EVENT_WAITING], 1);
    assert_int_equal(a->events[SIRA_EVENT_REGISTERING], 2);
    a->stop_at_result = true;
    run(&loop);
    assert_int_equal(b->requests, 2);
    assert_int_equal(a->last.code, 405); /* of the second; the first one's is nobody's */
    assert_int_equal(a->events[SIRA_EVENT_WAITING], 2);
    close_all(&loop, a, b);
}

static bool has_ipv6(void)
{
    uv_loop_t loop;
    uv_udp_t probe;
    struct sockaddr_in6 address;
    uv_ip6_addr("::1", 0, &address);
    assert_int_equal(uv_loop_init(&loop), 0);
    assert_int_equal(uv_udp_init(&loop, &probe), 0);
    bool there = uv_udp_bind(&probe, (const struct sockaddr *)&address, 0) == 0;
    uv_close((uv_handle_t *)&probe, NULL);
    uv_run(&loop, UV_RUN_DEFAULT);
    uv_loop_close(&loop);
    return there;
}

static void two_agents_talk_over_ipv6(void **context)
{
    (void)context;
    if (!has_ipv6())
        skip();
    talk(SIRA_FAMILY_IPV6, SIRA_STR(""), SIRA_STR("[::1]:0"), "[::1]");
}

/* When libuv still has a datagram on its hands, try_send says "again", and ours waits behind it. */
static void a_busy_socket_sends_later(void **context)
{
    (void)context;
    uv_loop_t loop;
    uv_udp_send_t first;
    struct sockaddr_in nowhere;
    sira_endpoint bound;
    uv_buf_t buffer = uv_buf_init("\r\n\r\n", 4);
    assert_int_equal(uv_loop_init(&loop), 0);
    end *a = end_make(&loop), *b = end_make(&loop);
    end_open(a);
    end_open(b);
    assert_int_equal(sira_host_bound(&b->host, SIRA_FAMILY_IPV4, &bound), SIRA_OK);
    uv_ip4_addr("127.0.0.1", bound.port, &nowhere);
    end_register(a, &bound);
    assert_int_equal(
        uv_udp_send(&first, &a->host.sockets[0].handle, &buffer, 1, (const struct sockaddr *)&nowhere, NULL), 0);
    sira_agent_tick(sira_host_agent(&a->host), sira_host_now(&a->host));
    assert_int_equal(a->sent, 1);
    assert_true(a->host.queue[0].waiting);
    run(&loop);
    assert_false(a->host.queue[0].waiting);
    assert_int_equal(b->requests, 1);
    assert_int_equal(a->last.code, 405);
    close_all(&loop, a, b);
}

/* ---- trouble ---- */

/* A socket that is there and never answers. */
static void silence_ends_in_a_timeout(void **context)
{
    (void)context;
    uv_loop_t loop;
    uv_udp_t silent;
    struct sockaddr_in address;
    int length = sizeof address;
    sira_endpoint where = {.transport = SIRA_TRANSPORT_UDP};
    assert_int_equal(uv_loop_init(&loop), 0);
    uv_ip4_addr("127.0.0.1", 0, &address);
    assert_int_equal(uv_udp_init(&loop, &silent), 0);
    assert_int_equal(uv_udp_bind(&silent, (const struct sockaddr *)&address, 0), 0);
    assert_int_equal(uv_udp_getsockname(&silent, (struct sockaddr *)&address, &length), 0);
    assert_int_equal(sira_i_sockaddr_read((const struct sockaddr *)&address, &where), SIRA_OK);
    end *self = end_make(&loop);
    end_open(self);
    end_register(self, &where);
    run(&loop);
    assert_int_equal(self->last.kind, SIRA_EVENT_WAITING);
    assert_int_equal(self->last.status, SIRA_E_TIMEOUT);
    assert_true(self->sent > 3); /* it was sent again and again on the way there */
    uv_close((uv_handle_t *)&silent, NULL);
    close_all(&loop, self, NULL);
}

#ifdef __linux__
/* Nobody listens: the ICMP error ends the attempt at once. T1 is a minute here, so no timer can have done it. */
static void a_port_without_a_listener_is_found_out_at_once(void **context)
{
    (void)context;
    uv_loop_t loop;
    sira_endpoint where;
    assert_int_equal(uv_loop_init(&loop), 0);
    end *gone = end_make(&loop), *self = end_make(&loop);
    self->config.t1 = 60000;
    end_open(gone);
    end_open(self);
    assert_int_equal(sira_host_bound(&gone->host, SIRA_FAMILY_IPV4, &where), SIRA_OK);
    sira_host_close(&gone->host);
    uv_run(&loop, UV_RUN_NOWAIT);
    end_register(self, &where);
    run(&loop);
    assert_int_equal(self->last.kind, SIRA_EVENT_WAITING);
    assert_int_equal(self->last.status, SIRA_E_TRANSPORT);
    assert_int_equal(self->sent, 1);

    /* And the kernel has nothing left to wake us with. */
    uv_os_fd_t fd;
    assert_int_equal(uv_fileno((uv_handle_t *)&self->host.sockets[0].handle, &fd), 0);
    assert_int_equal(poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, 0), 0);
    close_all(&loop, self, gone);
}
#endif

static void rubbish_is_counted(void **context)
{
    (void)context;
    static const char *const rubbish[] = {"REGISTER", "\x01\x02\x03", "SIP/2.0 200 OK\r\nVia: x\r\n\r\n", ""};
    uv_loop_t loop;
    sira_endpoint bound;
    struct sockaddr_in to;
    assert_int_equal(uv_loop_init(&loop), 0);
    end *a = end_make(&loop), *b = end_make(&loop);
    end_open(a);
    end_open(b);
    assert_int_equal(sira_host_bound(&b->host, SIRA_FAMILY_IPV4, &bound), SIRA_OK);
    uv_ip4_addr("127.0.0.1", bound.port, &to);
    for (size_t i = 0; i < sizeof rubbish / sizeof rubbish[0]; i++) {
        char bytes[64];
        memcpy(bytes, rubbish[i], strlen(rubbish[i]));
        uv_buf_t buffer = uv_buf_init(bytes, (unsigned)strlen(rubbish[i]));
        assert_true(uv_udp_try_send(&a->host.sockets[0].handle, &buffer, 1, (const struct sockaddr *)&to) >= 0);
    }
    end_register(a, &bound);
    run(&loop);
    assert_int_equal(a->last.code, 405);
    assert_int_equal(sira_agent_get_counters(sira_host_agent(&b->host))->malformed, 3);
    close_all(&loop, a, b);
}

/* ---- with a loop of its own ---- */

typedef struct own {
    sira_host host;
    sira_server server;
    sira_account account;
    sira_registration line;
    unsigned events;
} own;

static void stop_at_event(void *user, const sira_event *event)
{
    own *self = user;
    self->events++;
    if (event->kind == SIRA_EVENT_WAITING)
        sira_registration_stop(event->registration);
    if (event->kind == SIRA_EVENT_STOPPED)
        sira_host_stop(&self->host);
}

static void its_own_loop_runs_until_it_is_stopped(void **context)
{
    (void)context;
    own *self = calloc(1, sizeof *self);
    sira_host_config config;
    sira_server_config server;
    sira_account_config account;
    assert_non_null(self);
    sira_host_config_init(&config);
    config.on_event = stop_at_event;
    config.user = self;
    config.t1 = 10;
    sira_server_config_init(&server);
    server.uri = SIRA_STR("sip:127.0.0.1:1");
    sira_account_config_init(&account);
    account.aor = SIRA_STR("sip:alice@example.test");
    assert_int_equal(sira_host_init(&self->host, &config, NULL), SIRA_OK);
    assert_int_equal(sira_server_init(&self->server, sira_host_agent(&self->host), &server, NULL), SIRA_OK);
    assert_int_equal(sira_account_init(&self->account, &self->server, &account, NULL), SIRA_OK);
    assert_int_equal(sira_registration_init(&self->line, &self->account, NULL, NULL), SIRA_OK);
    sira_registration_start(&self->line);
    assert_int_equal(sira_host_run(&self->host), 0);
    assert_int_equal(self->events, 3); /* registering, waiting, stopped */
    sira_host_close(&self->host);
    free(self);
}

/* ---- addresses ---- */

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wrong_configuration_is_refused),
        cmocka_unit_test(a_failure_leaves_the_callers_loop_clean),
        cmocka_unit_test(a_port_that_is_taken_is_refused),
        cmocka_unit_test(it_can_be_opened_and_closed_again_and_again),
        cmocka_unit_test(sockets_are_opened_when_they_are_needed),
        cmocka_unit_test(the_scratch_holds_any_request),
        cmocka_unit_test(two_agents_talk_over_ipv4),
        cmocka_unit_test(a_socket_for_any_address_knows_what_the_peer_sees),
        cmocka_unit_test(a_bound_address_is_what_the_peer_sees),
        cmocka_unit_test(a_new_network_begins_anew),
        cmocka_unit_test(two_agents_talk_over_ipv6),
        cmocka_unit_test(a_busy_socket_sends_later),
        cmocka_unit_test(silence_ends_in_a_timeout),
#ifdef __linux__
        cmocka_unit_test(a_port_without_a_listener_is_found_out_at_once),
#endif
        cmocka_unit_test(rubbish_is_counted),
        cmocka_unit_test(its_own_loop_runs_until_it_is_stopped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
