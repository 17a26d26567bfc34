/* As far as a machine by itself can tell: by the errors of its own loopback. */
#ifndef _DEFAULT_SOURCE
#define _DEFAULT_SOURCE /* IP_RECVERR */
#endif
#include "host/host.h"

#include "support/support.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include <sira/sira.h>

#include "agent/flow.h"

#ifdef __linux__

/* A test that hangs is a failure that says so. */
#define PATIENCE 20000

/* A host with a server at a port where nobody listens. */
typedef struct caller {
    uv_loop_t loop;
    sira_host host;
    sira_server server;
    char uri[SIRA_ENDPOINT_TEXT + 8];
} caller;

/* A port that was free just now. */
static sira_endpoint free_port(const char *address)
{
    uv_loop_t loop;
    uv_udp_t socket;
    struct sockaddr_storage bound;
    int length = sizeof bound;
    sira_endpoint endpoint = {.transport = SIRA_TRANSPORT_UDP};
    assert_int_equal(sira_endpoint_from_text(sira_str_from(address), 0, &endpoint), SIRA_OK);
    assert_int_equal(sira_i_sockaddr_from(&endpoint, &bound), SIRA_OK);
    assert_int_equal(uv_loop_init(&loop), 0);
    assert_int_equal(uv_udp_init(&loop, &socket), 0);
    if (uv_udp_bind(&socket, (const struct sockaddr *)&bound, 0) == 0) {
        assert_int_equal(uv_udp_getsockname(&socket, (struct sockaddr *)&bound, &length), 0);
        assert_int_equal(sira_i_sockaddr_read((const struct sockaddr *)&bound, &endpoint), SIRA_OK);
    }
    uv_close((uv_handle_t *)&socket, NULL);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
    return endpoint; /* without a port: there is no such family here */
}

static caller *open_caller(const char *address, const sira_endpoint *where)
{
    caller *self = calloc(1, sizeof *self);
    sira_host_config config;
    sira_server_config server;
    char text[SIRA_ENDPOINT_TEXT];
    assert_non_null(self);
    assert_int_equal(uv_loop_init(&self->loop), 0);
    sira_host_config_init(&config);
    config.loop = &self->loop;
    if (where->family == SIRA_FAMILY_IPV4)
        config.bind_ipv4 = sira_str_from(address);
    else
        config.bind_ipv6 = sira_str_from(address);
    assert_int_equal(sira_host_init(&self->host, &config, NULL), SIRA_OK);
    assert_true(sira_endpoint_to_text(where, text, sizeof text) > 0);
    strcat(strcpy(self->uri, "sip:"), text);
    sira_server_config_init(&server);
    server.uri = sira_str_from(self->uri);
    assert_int_equal(sira_server_init(&self->server, sira_host_agent(&self->host), &server, NULL), SIRA_OK);
    self->server.flow = (sira_flow){.remote = *where, .id = where->family};
    self->server.flow_state = SIRA_I_FLOW_UP;
    return self;
}

static void close_caller(caller *self)
{
    sira_host_close(&self->host);
    uv_run(&self->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&self->loop), 0);
    free(self);
}

static int fd_of(const sira_host_socket *socket)
{
    uv_os_fd_t fd = -1;
    assert_int_equal(uv_fileno((const uv_handle_t *)&socket->handle, &fd), 0);
    return fd;
}

static void errors_are_asked_for_in_each_family(void **state)
{
    (void)state;
    static const char *const addresses[] = {"127.0.0.1:0", "[::1]:0"};
    for (size_t i = 0; i < 2; i++) {
        const sira_endpoint where = free_port(addresses[i]);
        if (where.port == 0)
            continue;
        caller *self = open_caller(addresses[i], &where);
        int on = 0;
        socklen_t length = sizeof on;
        assert_int_equal(getsockopt(fd_of(&self->host.sockets[i]), i == 0 ? IPPROTO_IP : IPPROTO_IPV6,
                                    i == 0 ? IP_RECVERR : IPV6_RECVERR, &on, &length),
                         0);
        assert_int_equal(on, 1);
        close_caller(self);
    }
}

static void send_to(sira_host_socket *socket, const sira_endpoint *where)
{
    struct sockaddr_storage to;
    uv_buf_t buffer = uv_buf_init((char[]){"x"}, 1);
    assert_int_equal(sira_i_sockaddr_from(where, &to), SIRA_OK);
    assert_int_equal(uv_udp_try_send(&socket->handle, &buffer, 1, (const struct sockaddr *)&to), 1);
    struct pollfd error = {.fd = fd_of(socket)};
    assert_int_equal(poll(&error, 1, PATIENCE), 1); /* an error is always looked for */
    assert_true((error.revents & POLLERR) != 0);
}

static void an_error_ends_the_flow_to_its_peer(void **state)
{
    (void)state;
    static const char *const addresses[] = {"127.0.0.1:0", "[::1]:0"};
    for (size_t i = 0; i < 2; i++) {
        const sira_endpoint where = free_port(addresses[i]);
        if (where.port == 0)
            continue;
        caller *self = open_caller(addresses[i], &where);
        sira_host_socket *socket = &self->host.sockets[i];
        sira_i_host_errors_take(socket); /* there is none */
        assert_int_equal(self->server.flow_state, SIRA_I_FLOW_UP);
        send_to(socket, &where);
        sira_i_host_errors_take(socket);
        assert_int_equal(self->server.flow_state, SIRA_I_FLOW_NONE);
        assert_int_equal(poll(&(struct pollfd){.fd = fd_of(socket)}, 1, 0), 0); /* nor is there any more */
        self->server.flow_state = SIRA_I_FLOW_UP;
        sira_i_host_errors_take(socket);
        assert_int_equal(self->server.flow_state, SIRA_I_FLOW_UP);
        close_caller(self);
    }
}

static void an_error_of_another_peer_does_not(void **state)
{
    (void)state;
    const sira_endpoint where = free_port("127.0.0.1:0");
    caller *self = open_caller("127.0.0.1:0", &where);
    sira_host_socket *socket = &self->host.sockets[0];
    self->server.flow.remote.port = where.port == 1 ? 2 : 1;
    send_to(socket, &where);
    sira_i_host_errors_take(socket);
    assert_int_equal(self->server.flow_state, SIRA_I_FLOW_UP);
    self->server.flow.remote.port = where.port;
    self->server.flow.id = SIRA_FAMILY_IPV6; /* and of another socket */
    send_to(socket, &where);
    sira_i_host_errors_take(socket);
    assert_int_equal(self->server.flow_state, SIRA_I_FLOW_UP);
    close_caller(self);
}

static void a_socket_that_is_closed_takes_none(void **state)
{
    (void)state;
    const sira_endpoint where = free_port("127.0.0.1:0");
    caller *self = open_caller("127.0.0.1:0", &where);
    sira_host_socket *socket = &self->host.sockets[0];
    send_to(socket, &where);
    socket->open = false;
    sira_i_host_errors_take(socket);
    assert_int_equal(self->server.flow_state, SIRA_I_FLOW_UP);
    socket->open = true;
    sira_i_host_errors_take(socket);
    assert_int_equal(self->server.flow_state, SIRA_I_FLOW_NONE);
    close_caller(self);
}

#endif

/* libuv gives a handle its descriptor when it is bound. */
static void a_handle_without_a_descriptor_is_left_alone(void **state)
{
    (void)state;
    uv_loop_t loop;
    sira_host_socket socket = {.bound = {.family = SIRA_FAMILY_IPV4}, .open = true};
    assert_int_equal(uv_loop_init(&loop), 0);
    assert_int_equal(uv_udp_init(&loop, &socket.handle), 0);
    sira_i_host_errors_enable(&socket);
    sira_i_host_errors_take(&socket);
    uv_close((uv_handle_t *)&socket.handle, NULL);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#ifdef __linux__
        cmocka_unit_test(errors_are_asked_for_in_each_family),
        cmocka_unit_test(an_error_ends_the_flow_to_its_peer),
        cmocka_unit_test(an_error_of_another_peer_does_not),
        cmocka_unit_test(a_socket_that_is_closed_takes_none),
#endif
        cmocka_unit_test(a_handle_without_a_descriptor_is_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
