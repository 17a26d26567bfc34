#include "host_ends.h"

#include <stdlib.h>
#include <string.h>

/* ---- stage ---- */

static void on_guard(uv_timer_t *timer)
{
    stage *self = timer->data;
    self->late = ++self->ticks > PATIENCE / TICK;
}

void stage_open(stage *self)
{
    *self = (stage){.late = false};
    assert_int_equal(uv_loop_init(&self->loop), 0);
    assert_int_equal(uv_timer_init(&self->loop, &self->guard), 0);
    self->guard.data = self;
    uv_timer_start(&self->guard, on_guard, TICK, TICK);
}

void stage_close(stage *self)
{
    uv_close((uv_handle_t *)&self->guard, NULL);
    uv_run(&self->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&self->loop), 0);
}

/* ---- host ---- */

static void on_trouble(void *user, const sira_flow *flow, const char *text)
{
    end *self = user;
    (void)flow;
    self->troubles++;
    snprintf(self->trouble, sizeof self->trouble, "%s", text);
}

static sira_status on_request(void *user, const sira_message *request, const sira_flow *flow)
{
    end *self = user;
    (void)request;
    (void)flow;
    self->requests++;
    return SIRA_IDLE; /* the agent answers: 405 */
}

static void on_event(void *user, const sira_event *event)
{
    end *self = user;
    self->events[event->kind]++;
    self->event = *event;
}

static void on_message(void *context, const sira_trace_entry *entry)
{
    end *self = context;
    if (entry->kind != SIRA_TRACE_RECEIVED)
        return;
    self->received++;
    self->flow = *entry->flow;
    snprintf(self->last, sizeof self->last, "%.*s", (int)entry->bytes.len, entry->bytes.at);
}

end *end_make(stage *on)
{
    end *self = calloc(1, sizeof *self);
    assert_non_null(self);
    sira_host_config_init(&self->config);
    self->config.loop = &on->loop;
    self->config.on_event = on_event;
    self->config.on_request = on_request;
    self->config.on_trouble = on_trouble;
    self->config.user = self;
    self->config.trace = (sira_trace){self, on_message};
    return self;
}

void end_open(end *self)
{
    sira_diag diag = {.field = ""};
    sira_status status = sira_host_init(&self->host, &self->config, &diag);
    if (status != SIRA_OK)
        fail_msg("sira_host_init: %s, field \"%s\", expected %s", sira_status_name(status), diag.field, diag.expected);
}

void end_close(end *self, stage *on)
{
    sira_host_close(&self->host);
    RUN_UNTIL(on, self->host.handles == 0);
    assert_null(self->host.streams);
    free(self);
}

void end_register(end *self, const char *format, const char *host, unsigned port)
{
    sira_server_config server;
    sira_account_config account;
    sira_server_config_init(&server);
    snprintf(self->uri, sizeof self->uri, format, host, port);
    server.uri = sira_str_from(self->uri);
    assert_int_equal(sira_locator_init(&self->locator, NULL, NULL), SIRA_OK);
    server.locator = &self->locator;
    sira_account_config_init(&account);
    account.aor = SIRA_STR("sip:alice@example.test");
    account.registrar = SIRA_STR("sip:example.test");
    assert_int_equal(sira_server_init(&self->server, sira_host_agent(&self->host), &server, NULL), SIRA_OK);
    assert_int_equal(sira_account_init(&self->account, &self->server, &account, NULL), SIRA_OK);
    assert_int_equal(sira_registration_init(&self->line, &self->account, NULL, NULL), SIRA_OK);
    assert_int_equal(sira_registration_start(&self->line), SIRA_OK);
}

sira_endpoint end_listening(const end *self, size_t index)
{
    sira_endpoint where = {0};
    assert_int_equal(sira_host_listening(&self->host, index, &where), SIRA_OK);
    assert_true(where.port != 0);
    return where;
}

sira_flow end_connect(end *self, const sira_endpoint *to, sira_str name, sira_status status)
{
    sira_flow flow = {.remote = *to};
    assert_int_equal(sira_i_stream_open(&self->host, to, name, &flow), status);
    return flow;
}

/* ---- peer ---- */

static void on_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    peer *self = handle->data;
    (void)suggested;
    *buffer = uv_buf_init(self->bytes + self->count, (unsigned)(sizeof self->bytes - self->count));
}

static void on_read(uv_stream_t *handle, ssize_t count, const uv_buf_t *buffer)
{
    peer *self = handle->data;
    (void)buffer;
    if (count < 0)
        self->has_ended = true;
    else
        self->count += (size_t)count;
}

static void on_connection(uv_stream_t *listener, int result)
{
    peer *self = listener->data;
    assert_int_equal(result, 0);
    self->accepted++;
    if (self->is_open)
        return;
    assert_int_equal(uv_tcp_init(listener->loop, &self->handle), 0);
    self->handle.data = self;
    self->is_open = true;
    assert_int_equal(uv_accept(listener, (uv_stream_t *)&self->handle), 0);
    assert_int_equal(uv_read_start((uv_stream_t *)&self->handle, on_buffer, on_read), 0);
}

sira_endpoint peer_listen(peer *self, stage *on)
{
    struct sockaddr_storage address;
    int length = sizeof address;
    sira_endpoint where = {.transport = SIRA_TRANSPORT_TCP};
    memset(self, 0, sizeof *self);
    assert_int_equal(uv_ip4_addr("127.0.0.1", 0, (struct sockaddr_in *)&address), 0);
    assert_int_equal(uv_tcp_init(&on->loop, &self->listener), 0);
    self->listener.data = self;
    assert_int_equal(uv_tcp_bind(&self->listener, (const struct sockaddr *)&address, 0), 0);
    assert_int_equal(uv_listen((uv_stream_t *)&self->listener, 8, on_connection), 0);
    assert_int_equal(uv_tcp_getsockname(&self->listener, (struct sockaddr *)&address, &length), 0);
    assert_int_equal(sira_i_sockaddr_read((const struct sockaddr *)&address, &where), SIRA_OK);
    return where;
}

static void on_connected(uv_connect_t *request, int result)
{
    peer *self = request->data;
    free(request);
    if (result == 0)
        assert_int_equal(uv_read_start((uv_stream_t *)&self->handle, on_buffer, on_read), 0);
    else
        self->has_ended = true;
}

void peer_connect(peer *self, stage *on, const sira_endpoint *to)
{
    struct sockaddr_storage address;
    uv_connect_t *request = malloc(sizeof *request);
    assert_non_null(request);
    memset(self, 0, sizeof *self);
    assert_int_equal(sira_i_sockaddr_from(to, &address), SIRA_OK);
    assert_int_equal(uv_tcp_init(&on->loop, &self->handle), 0);
    self->handle.data = request->data = self;
    self->is_open = true;
    assert_int_equal(uv_tcp_connect(request, &self->handle, (const struct sockaddr *)&address, on_connected), 0);
}

static void on_written(uv_write_t *request, int result)
{
    (void)result; /* the host may have closed by then */
    free(request->data);
    free(request);
}

void peer_write(peer *self, const char *bytes, size_t length)
{
    uv_write_t *request = malloc(sizeof *request);
    char *copy = malloc(length);
    assert_true(request != NULL && copy != NULL);
    memcpy(copy, bytes, length);
    request->data = copy;
    uv_buf_t buffer = uv_buf_init(copy, (unsigned)length);
    assert_int_equal(uv_write(request, (uv_stream_t *)&self->handle, &buffer, 1, on_written), 0);
}

void peer_close(peer *self, stage *on)
{
    if (self->listener.data != NULL)
        uv_close((uv_handle_t *)&self->listener, NULL);
    if (self->is_open)
        uv_close((uv_handle_t *)&self->handle, NULL);
    self->listener.data = NULL;
    self->is_open = false;
    uv_run(&on->loop, UV_RUN_NOWAIT);
}

size_t request_text(char *text, size_t size, unsigned body)
{
    int length = snprintf(text, size,
                          "REGISTER sip:example.test SIP/2.0\r\n"
                          "Via: SIP/2.0/TCP 192.0.2.1;branch=z9hG4bKtest\r\n"
                          "Max-Forwards: 70\r\n"
                          "From: <sip:alice@example.test>;tag=1\r\n"
                          "To: <sip:alice@example.test>\r\n"
                          "Call-ID: test\r\n"
                          "CSeq: 1 REGISTER\r\n"
                          "Content-Length: %u\r\n\r\n",
                          body);
    assert_true(length > 0 && (size_t)length + body <= size);
    memset(text + length, 'x', body);
    return (size_t)length + body;
}
