#include "host_ends.h"

#include "host/dns.h"

#include <stdlib.h>
#include <string.h>

#include <sira/sira.h>

/* A server of DNS that knows sip.example.test. alone, and can be made to be silent. */
typedef struct zone {
    uv_udp_t handle;
    unsigned asked;
    bool silent;
    char bytes[600];
    char servers[SIRA_ENDPOINT_TEXT];
} zone;

static void on_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    zone *self = handle->data;
    (void)suggested;
    *buffer = uv_buf_init(self->bytes, 512);
}

static void on_question(uv_udp_t *handle, ssize_t count, const uv_buf_t *buffer, const struct sockaddr *from,
                        unsigned flags)
{
    static const char address[] = "\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\x7f\x00\x00\x01";
    static const char name[] = "\x03sip\x07"
                               "example\x04test";
    zone *self = handle->data;
    (void)buffer;
    (void)flags;
    if (count <= 12 || from == NULL)
        return;
    self->asked++;
    if (self->silent)
        return;
    size_t question = 12 + strlen(self->bytes + 12) + 1 + 4;
    bool is_known = memcmp(self->bytes + 12, name, sizeof name) == 0 && self->bytes[question - 3] == 1;
    self->bytes[2] = (char)0x81;
    self->bytes[3] = (char)(is_known ? 0x80 : 0x83);
    memset(self->bytes + 6, 0, 6);
    self->bytes[7] = is_known;
    if (is_known)
        memcpy(self->bytes + question, address, sizeof address - 1);
    uv_buf_t answer = uv_buf_init(self->bytes, (unsigned)(question + (is_known ? sizeof address - 1 : 0)));
    assert_true(uv_udp_try_send(handle, &answer, 1, from) > 0);
}

static void zone_open(zone *self, stage *on)
{
    struct sockaddr_storage address;
    int length = sizeof address;
    sira_endpoint where = {0};
    memset(self, 0, sizeof *self);
    assert_int_equal(uv_ip4_addr("127.0.0.1", 0, (struct sockaddr_in *)&address), 0);
    assert_int_equal(uv_udp_init(&on->loop, &self->handle), 0);
    self->handle.data = self;
    assert_int_equal(uv_udp_bind(&self->handle, (const struct sockaddr *)&address, 0), 0);
    assert_int_equal(uv_udp_getsockname(&self->handle, (struct sockaddr *)&address, &length), 0);
    assert_int_equal(sira_i_sockaddr_read((const struct sockaddr *)&address, &where), SIRA_OK);
    assert_true(sira_endpoint_to_text(&where, self->servers, sizeof self->servers) > 0);
    assert_int_equal(uv_udp_recv_start(&self->handle, on_buffer, on_question), 0);
}

static void zone_close(zone *self, stage *on)
{
    uv_close((uv_handle_t *)&self->handle, NULL);
    uv_run(&on->loop, UV_RUN_NOWAIT);
}

/* ---- ---- */

static void a_line_registers_at_a_name(void **state)
{
    (void)state;
    stage on;
    zone there;
    stage_open(&on);
    zone_open(&there, &on);
    end *a = end_make(&on), *b = end_make(&on);
    b->config.listen_tcp = SIRA_STR("127.0.0.1:0");
    end_open(b);
    a->config.dns_servers = sira_str_from(there.servers);
    end_open(a);
    end_register(a, "sip:%s:%u;transport=tcp", "sip.example.test", end_listening(b, 0).port);
    RUN_UNTIL(&on, a->events[SIRA_EVENT_WAITING] == 1);
    assert_int_equal(a->event.code, 405);
    assert_true(there.asked >= 1);
    assert_int_equal(b->requests, 1);
    end_close(a, &on);
    end_close(b, &on);
    zone_close(&there, &on);
    stage_close(&on);
}

static void a_name_that_does_not_exist_is_told(void **state)
{
    (void)state;
    stage on;
    zone there;
    stage_open(&on);
    zone_open(&there, &on);
    end *self = end_make(&on);
    self->config.dns_servers = sira_str_from(there.servers);
    end_open(self);
    end_register(self, "sip:%s:%u;transport=tcp", "nobody.example.test", 5060);
    RUN_UNTIL(&on, self->events[SIRA_EVENT_WAITING] == 1);
    assert_int_equal(self->event.status, SIRA_E_RESOLVE);
    end_close(self, &on);
    zone_close(&there, &on);
    stage_close(&on);
}

/* c-ares refuses it at once, inside the query: the answer comes all the same, and later. */
static void a_name_that_is_none_is_told_later(void **state)
{
    (void)state;
    stage on;
    zone there;
    stage_open(&on);
    zone_open(&there, &on);
    end *self = end_make(&on);
    self->config.dns_servers = sira_str_from(there.servers);
    end_open(self);
    end_register(self, "sip:%s:%u;transport=tcp",
                 "a-label-of-more-than-sixty-three-characters-that-no-name-may-have-at-all.test", 5060);
    RUN_UNTIL(&on, self->events[SIRA_EVENT_WAITING] == 1);
    assert_int_equal(self->event.status, SIRA_E_RESOLVE);
    assert_int_equal(there.asked, 0);
    end_close(self, &on);
    zone_close(&there, &on);
    stage_close(&on);
}

/* While the server says nothing the loop goes on, and the host can be closed. */
static void silence_blocks_nothing(void **state)
{
    (void)state;
    stage on;
    zone there;
    uint64_t longest = 0;
    stage_open(&on);
    zone_open(&there, &on);
    there.silent = true;
    end *self = end_make(&on);
    self->config.dns_servers = sira_str_from(there.servers);
    end_open(self);
    for (uint32_t i = 1; i <= 20; i++) {
        uint64_t began = uv_hrtime();
        assert_int_equal(sira_i_dns_query(&self->host, i, SIRA_STR("sip.example.test"), SIRA_DNS_A), SIRA_OK);
        uint64_t took = uv_hrtime() - began;
        longest = took > longest ? took : longest;
    }
    RUN_UNTIL(&on, there.asked >= 20);
    assert_true(longest < 1000000000u); /* ns; a resolver that waits takes seconds */
    end_close(self, &on);
    zone_close(&there, &on);
    stage_close(&on);
}

static void there_are_bounds(void **state)
{
    (void)state;
    stage on;
    zone there;
    static char longer[300];
    unsigned taken = 0;
    stage_open(&on);
    zone_open(&there, &on);
    there.silent = true;
    end *self = end_make(&on);
    self->config.dns_servers = sira_str_from(there.servers);
    end_open(self);
    memset(longer, 'a', sizeof longer);
    assert_int_equal(sira_i_dns_query(&self->host, 1, (sira_str){longer, 256}, SIRA_DNS_A), SIRA_E_RESOLVE);
    assert_int_equal(sira_i_dns_query(&self->host, 1, SIRA_STR(""), SIRA_DNS_A), SIRA_E_RESOLVE);
    while (sira_i_dns_query(&self->host, 1, SIRA_STR("sip.example.test"), SIRA_DNS_SRV) == SIRA_OK)
        assert_true(++taken < 10000);
    assert_int_equal(taken, 256);
    end_close(self, &on);
    zone_close(&there, &on);
    stage_close(&on);
}

static end *closing;
static void close_host(void *user, const sira_event *event)
{
    (void)user;
    if (event->kind == SIRA_EVENT_WAITING)
        sira_host_close(&closing->host);
}

static void an_answer_may_close_the_host(void **state)
{
    (void)state;
    stage on;
    zone there;
    stage_open(&on);
    zone_open(&there, &on);
    closing = end_make(&on);
    closing->config.dns_servers = sira_str_from(there.servers);
    closing->config.on_event = close_host;
    end_open(closing);
    end_register(closing, "sip:%s:%u;transport=tcp", "nobody.example.test", 5060);
    RUN_UNTIL(&on, closing->host.loop == NULL && closing->host.handles == 0);
    end_close(closing, &on);
    zone_close(&there, &on);
    stage_close(&on);
}

static void a_wrong_list_of_servers_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"dns.example.test", "192.0.2.1,192.0.2.2", "192.0.2.1:99999", "192.0.2.1 x"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        stage on;
        sira_diag diag = {.field = ""};
        stage_open(&on);
        end *self = end_make(&on);
        self->config.dns_servers = sira_str_from(wrong[i]);
        expect_status(wrong[i], sira_host_init(&self->host, &self->config, &diag), SIRA_E_CONFIG);
        assert_string_equal(diag.field, "dns_servers");
        end_close(self, &on);
        stage_close(&on);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_registers_at_a_name),
        cmocka_unit_test(a_name_that_does_not_exist_is_told),
        cmocka_unit_test(a_name_that_is_none_is_told_later),
        cmocka_unit_test(silence_blocks_nothing),
        cmocka_unit_test(there_are_bounds),
        cmocka_unit_test(an_answer_may_close_the_host),
        cmocka_unit_test(a_wrong_list_of_servers_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
