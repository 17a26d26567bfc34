#include "host_ends.h"

#include <stdlib.h>
#include <string.h>

#include <sira/sira.h>

/* ---- the configuration ---- */

typedef struct refused_case {
    const char *name;
    const char *listen_tcp, *listen_tls;
    uint32_t max_connections, max_accepted, max_message;
    sira_status status;
    const char *field;
} refused_case;

static const refused_case refused_cases[] = {
    {"a name", "localhost:5060", "", 0, 0, 0, SIRA_E_CONFIG, "listen_tcp"},
    {"a comma", "127.0.0.1:0,127.0.0.1:0", "", 0, 0, 0, SIRA_E_CONFIG, "listen_tcp"},
    {"five addresses", "127.0.0.1:0 127.0.0.1:0 127.0.0.1:0 127.0.0.1:0 127.0.0.1:0", "", 0, 0, 0, SIRA_E_CONFIG,
     "listen_tcp"},
    {"not ours", "127.0.0.1:0 192.0.2.77:0", "", 0, 0, 0, SIRA_E_TRANSPORT, "listen_tcp"},
    {"too many connections", "", "", 30001, 0, 0, SIRA_E_CONFIG, "max_connections"},
    {"too many accepted", "", "", 0, 30001, 0, SIRA_E_CONFIG, "max_accepted"},
    {"short messages", "", "", 0, 0, 1023, SIRA_E_CONFIG, "max_message"},
    {"long messages", "", "", 0, 0, 65537, SIRA_E_CONFIG, "max_message"},
};

static void a_wrong_configuration_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refused_cases / sizeof refused_cases[0]; i++) {
        const refused_case *one = &refused_cases[i];
        stage on;
        sira_diag diag = {.field = ""};
        stage_open(&on);
        end *self = end_make(&on);
        self->config.listen_tcp = sira_str_from(one->listen_tcp);
        self->config.listen_tls = sira_str_from(one->listen_tls);
        self->config.max_connections = one->max_connections;
        self->config.max_accepted = one->max_accepted;
        self->config.max_message = one->max_message;
        expect_status(one->name, sira_host_init(&self->host, &self->config, &diag), one->status);
        if (strcmp(diag.field, one->field) != 0)
            fail_msg("%s: the diag names \"%s\" instead of \"%s\"", one->name, diag.field, one->field);
        end_close(self, &on);
        stage_close(&on);
    }
}

static void it_listens_at_each_address(void **state)
{
    (void)state;
    stage on;
    peer first, second;
    sira_endpoint none;
    stage_open(&on);
    end *self = end_make(&on);
    self->config.listen_tcp = SIRA_STR("  127.0.0.1:0 127.0.0.2:0 ");
    end_open(self);
    sira_endpoint a = end_listening(self, 0), b = end_listening(self, 1);
    assert_int_equal(b.address[3], 2);
    assert_int_equal(sira_host_listening(&self->host, 2, &none), SIRA_IDLE);
    peer_connect(&first, &on, &a);
    peer_connect(&second, &on, &b);
    RUN_UNTIL(&on, self->host.accepted == 2);
    peer_close(&first, &on);
    peer_close(&second, &on);
    RUN_UNTIL(&on, self->host.accepted == 0);
    end_close(self, &on);
    stage_close(&on);
}

static void a_port_that_is_taken_is_refused(void **state)
{
    (void)state;
    stage on;
    char text[SIRA_ENDPOINT_TEXT];
    sira_diag diag = {.field = ""};
    stage_open(&on);
    end *a = end_make(&on), *b = end_make(&on);
    a->config.listen_tcp = SIRA_STR("127.0.0.1:0");
    end_open(a);
    sira_endpoint where = end_listening(a, 0);
    (void)sira_endpoint_to_text(&where, text, sizeof text);
    b->config.listen_tcp = sira_str_from(text);
    assert_int_equal(sira_host_init(&b->host, &b->config, &diag), SIRA_E_TRANSPORT);
    assert_string_equal(diag.field, "listen_tcp");
    end_close(b, &on);
    end_close(a, &on);
    stage_close(&on);
}

/* ---- limits ---- */

static void one_address_takes_only_its_part(void **state)
{
    (void)state;
    stage on;
    peer *there = calloc(4, sizeof *there);
    assert_non_null(there);
    stage_open(&on);
    end *self = end_make(&on);
    self->config.listen_tcp = SIRA_STR("127.0.0.1:0");
    self->config.max_accepted_per_peer = 2;
    end_open(self);
    sira_endpoint where = end_listening(self, 0);
    for (size_t i = 0; i < 3; i++)
        peer_connect(&there[i], &on, &where);
    RUN_UNTIL(&on, self->troubles == 1);
    assert_string_equal(self->trouble, "refused: too many connections from there");
    RUN_UNTIL(&on, self->host.accepted == 2);
    RUN_UNTIL(&on, there[2].has_ended);
    assert_false(there[0].has_ended || there[1].has_ended);

    /* When one goes, there is room for another. */
    peer_close(&there[0], &on);
    RUN_UNTIL(&on, self->host.accepted == 1);
    peer_connect(&there[3], &on, &where);
    RUN_UNTIL(&on, self->host.accepted == 2);
    assert_int_equal(self->troubles, 1);
    for (size_t i = 1; i < 4; i++)
        peer_close(&there[i], &on);
    end_close(self, &on);
    stage_close(&on);
    free(there);
}

static void all_together_take_only_so_much(void **state)
{
    (void)state;
    enum { PEERS = 20 };
    stage on;
    peer *there = calloc(PEERS, sizeof *there);
    assert_non_null(there);
    stage_open(&on);
    end *self = end_make(&on);
    self->config.listen_tcp = SIRA_STR("127.0.0.1:0");
    self->config.max_accepted = 3;
    self->config.max_accepted_per_peer = 100;
    end_open(self);
    sira_endpoint where = end_listening(self, 0);
    for (size_t i = 0; i < PEERS; i++)
        peer_connect(&there[i], &on, &where);
    RUN_UNTIL(&on, self->troubles == PEERS - 3);
    assert_string_equal(self->trouble, "refused: too many connections");
    assert_int_equal(self->host.accepted, 3);

    /* What the host opens itself is not touched by it. */
    (void)end_connect(self, &where, SIRA_STR("example.test"), SIRA_MORE);
    for (size_t i = 0; i < PEERS; i++)
        peer_close(&there[i], &on);
    end_close(self, &on);
    stage_close(&on);
    free(there);
}

static void who_says_nothing_is_sent_away(void **state)
{
    (void)state;
    stage on;
    peer there;
    stage_open(&on);
    end *self = end_make(&on);
    self->config.listen_tcp = SIRA_STR("127.0.0.1:0");
    self->config.message_timeout = 50;
    end_open(self);
    sira_endpoint where = end_listening(self, 0);
    peer_connect(&there, &on, &where);
    RUN_UNTIL(&on, there.has_ended);
    assert_string_equal(self->trouble, "no message in time");
    peer_close(&there, &on);
    end_close(self, &on);
    stage_close(&on);
}

static void who_has_become_silent_is_sent_away(void **state)
{
    (void)state;
    stage on;
    peer there;
    char text[1000];
    stage_open(&on);
    end *self = end_make(&on);
    self->config.listen_tcp = SIRA_STR("127.0.0.1:0");
    self->config.idle_timeout = 50;
    end_open(self);
    sira_endpoint where = end_listening(self, 0);
    peer_connect(&there, &on, &where);
    peer_write(&there, text, request_text(text, sizeof text, 0));
    RUN_UNTIL(&on, there.count != 0);
    assert_memory_equal(there.bytes, "SIP/2.0 405 ", 12);
    RUN_UNTIL(&on, there.has_ended);
    assert_string_equal(self->trouble, "nothing has come for too long");
    peer_close(&there, &on);
    end_close(self, &on);
    stage_close(&on);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wrong_configuration_is_refused),   cmocka_unit_test(it_listens_at_each_address),
        cmocka_unit_test(a_port_that_is_taken_is_refused),    cmocka_unit_test(one_address_takes_only_its_part),
        cmocka_unit_test(all_together_take_only_so_much),     cmocka_unit_test(who_says_nothing_is_sent_away),
        cmocka_unit_test(who_has_become_silent_is_sent_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
