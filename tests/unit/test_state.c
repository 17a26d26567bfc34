#include "registration/registration.h"

#include "support/exchange.h"
#include "support/world.h"

#include <stdlib.h>
#include <string.h>

#define ROUTE "<sip:edge.example.test;lr>, <sip:192.0.2.7;lr>"

static void registrar(world *w, const sira_message *request)
{
    world_registrar(w, request, 3600);
}

/* A line that has registered, and its block on the heap, exactly as long as it is. */
static world *open_world(void)
{
    world *w = world_open(registrar);
    world_start(w);
    world_run(w, 1000);
    assert_true(sira_registration_is_bound(&w->line));
    return w;
}

static uint8_t *export_line(const world *w, size_t *length)
{
    uint8_t bytes[SIRA_REGISTRATION_EXPORT_SIZE];
    assert_int_equal(sira_registration_export(&w->line, bytes, sizeof bytes, length), SIRA_OK);
    uint8_t *block = malloc(*length);
    assert_non_null(block);
    memcpy(block, bytes, *length);
    return block;
}

static sira_registration before; /* too large for a stack */

/* Into the line of a world that was initialized; on an error nothing has changed. */
static sira_status import_line(world *w, const uint8_t *block, size_t length)
{
    uint8_t *exact = malloc(length + (length == 0));
    assert_non_null(exact);
    memcpy(exact, block, length);
    memcpy(&before, &w->line, sizeof before);
    sira_status status = sira_registration_import(&w->line, exact, length);
    if (status != SIRA_OK)
        assert_memory_equal(&before, &w->line, sizeof before);
    free(exact);
    return status;
}

static void everything_comes_back(void **context)
{
    (void)context;
    world *w = open_world();
    memcpy(w->line.service_route, ROUTE, sizeof ROUTE - 1);
    w->line.service_route_len = sizeof ROUTE - 1;
    size_t length, again;
    uint8_t *block = export_line(w, &length);
    assert_in_range(length, 100, 300);
    assert_false(memory_holds(block, length, "secret", 6));

    world *other = world_open(registrar);
    world_init(other);
    other->line.names.line[0] ^= 1; /* drawn from the same numbers */
    assert_int_equal(import_line(other, block, length), SIRA_OK);
    assert_memory_equal(&other->line.names, &w->line.names, sizeof w->line.names);
    assert_true(other->line.exchange.cseq > w->line.exchange.cseq + 60);
    assert_true(sira_endpoint_equal(&other->line.contact, &w->line.contact));
    sira_str route = sira_registration_service_route(&other->line);
    assert_int_equal(route.len, sizeof ROUTE - 1);
    assert_memory_equal(route.at, ROUTE, route.len);
    assert_false(sira_registration_is_bound(&other->line)); /* for how long is not known */

    uint8_t *second = export_line(other, &again);
    assert_int_equal(again, length);
    free(second);
    free(block);
    world_close(other);
    world_close(w);
}

static void a_line_that_never_registered_has_a_state_too(void **context)
{
    (void)context;
    world *w = world_open(registrar);
    world_init(w);
    size_t length;
    uint8_t *block = export_line(w, &length);
    world *other = world_open(registrar);
    world_init(other);
    other->line.names.call_id[0] ^= 1;
    assert_int_equal(import_line(other, block, length), SIRA_OK);
    assert_memory_equal(&other->line.names, &w->line.names, sizeof w->line.names);
    free(block);
    world_close(other);
    world_close(w);
}

static void each_size_that_is_too_small_is_refused(void **context)
{
    (void)context;
    world *w = open_world();
    size_t length, used = 77;
    uint8_t *block = export_line(w, &length);
    for (size_t size = 0; size < length; size++) {
        uint8_t *out = malloc(size + (size == 0));
        assert_non_null(out);
        assert_int_equal(sira_registration_export(&w->line, out, size, &used), SIRA_E_SPACE);
        free(out);
    }
    assert_int_equal(used, 77);
    uint8_t *out = malloc(length);
    assert_non_null(out);
    assert_int_equal(sira_registration_export(&w->line, out, length, &used), SIRA_OK);
    assert_int_equal(used, length);
    free(out);
    free(block);
    world_close(w);
}

static void each_length_and_each_flipped_bit_is_refused(void **context)
{
    (void)context;
    world *w = open_world();
    size_t length;
    uint8_t *block = export_line(w, &length);
    world *other = world_open(registrar);
    world_init(other);
    for (size_t cut = 0; cut < length; cut++)
        assert_true(import_line(other, block, cut) < 0);
    for (size_t i = 0; i < 8 * length; i++) {
        block[i / 8] ^= (uint8_t)(1u << i % 8);
        assert_true(import_line(other, block, length) < 0);
        block[i / 8] ^= (uint8_t)(1u << i % 8);
    }
    assert_int_equal(import_line(other, block, length), SIRA_OK);
    free(block);
    world_close(other);
    world_close(w);
}

/* With the right checksum, so that it is what stands there that is refused. */
static void seal(const world *w, uint8_t *block, size_t n)
{
    uint32_t sum = UINT32_MAX;
    const sira_str parts[] = {w->account.aor, {"", 1}, w->account.registrar, {"", 1}, {(const char *)block, n - 4}};
    for (size_t part = 0; part < 5; part++)
        for (size_t i = 0; i < parts[part].len; i++) {
            sum ^= (uint8_t)parts[part].at[i];
            for (int bit = 0; bit < 8; bit++)
                sum = (sum & 1) != 0 ? sum >> 1 ^ 0xedb88320u : sum >> 1;
        }
    for (size_t i = 0; i < 4; i++)
        block[n - 4 + i] = (uint8_t)(~sum >> (24 - 8 * i));
}

static void what_contradicts_itself_is_refused(void **context)
{
    (void)context;
    enum { CSEQ = 24, CONTACT = 28, TARGET = 48, ROUTES = 68 };
    static const struct {
        const char *name;
        size_t at;
        uint8_t byte;
        sira_status status;
    } cases[] = {{"another magic", 0, 0xd1, SIRA_E_SYNTAX},
                 {"another version", 1, 2, SIRA_E_UNSUPPORTED},
                 {"a CSeq near its end", CSEQ, 0x40, SIRA_E_LIMIT},
                 {"no transport", CONTACT, 3, SIRA_E_SYNTAX},
                 {"no family", CONTACT + 1, 5, SIRA_E_SYNTAX},
                 {"no transport of the target", TARGET, 9, SIRA_E_SYNTAX},
                 {"no family of the target", TARGET + 1, 1, SIRA_E_SYNTAX},
                 {"a route longer than the block", ROUTES, 0xff, SIRA_E_SYNTAX},
                 {"a route that is cut", ROUTES + 1, sizeof ROUTE - 3, SIRA_E_SYNTAX},
                 {"a line end in a route", ROUTES + 4, '\n', SIRA_E_SYNTAX},
                 {"no route", ROUTES + 2, '>', SIRA_E_SYNTAX},
                 {"a longer memory than there is", ROUTES + 2 + sizeof ROUTE - 1, 0x10, SIRA_E_SYNTAX},
                 {"a memory of another kind", ROUTES + 4 + sizeof ROUTE - 1, 0, SIRA_E_SYNTAX}};
    world *w = open_world();
    memcpy(w->line.service_route, ROUTE, sizeof ROUTE - 1);
    w->line.service_route_len = sizeof ROUTE - 1;
    size_t length;
    uint8_t *block = export_line(w, &length);
    world *other = world_open(registrar);
    world_init(other);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const uint8_t byte = block[cases[i].at];
        block[cases[i].at] = cases[i].byte;
        seal(w, block, length);
        sira_status status = import_line(other, block, length);
        if (status != cases[i].status)
            fail_msg("%s: %s", cases[i].name, sira_status_name(status));
        block[cases[i].at] = byte;
    }
    seal(w, block, length);
    assert_int_equal(import_line(other, block, length), SIRA_OK);
    free(block);
    world_close(other);
    world_close(w);
}

static void that_of_another_line_is_refused(void **context)
{
    (void)context;
    static const struct {
        const char *aor, *registrar;
        sira_status status;
    } cases[] = {{"sip:bob@example.test", "", SIRA_E_SYNTAX},
                 {"sip:alice@example.test", "sip:registrar.example.test", SIRA_E_SYNTAX},
                 {"sip:alice@example.test", "", SIRA_OK}};
    world *w = open_world();
    size_t length;
    uint8_t *block = export_line(w, &length);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        world *other = world_open(registrar);
        other->account_config.aor = sira_str_from(cases[i].aor);
        other->account_config.registrar = sira_str_from(cases[i].registrar);
        world_init(other);
        assert_int_equal(import_line(other, block, length), cases[i].status);
        world_close(other);
    }
    free(block);
    world_close(w);
}

static void only_a_fresh_line_takes_one(void **context)
{
    (void)context;
    world *w = open_world();
    size_t length;
    uint8_t *block = export_line(w, &length);
    assert_int_equal(import_line(w, block, length), SIRA_E_STATE);
    sira_registration_stop(&w->line);
    world_run(w, 2000);
    assert_int_equal(sira_registration_get_state(&w->line), SIRA_REGISTRATION_STOPPED);
    assert_int_equal(import_line(w, block, length), SIRA_E_STATE);
    free(block);
    world_close(w);
}

static void without_credentials_the_memory_of_them_is_left_out(void **context)
{
    (void)context;
    world *w = open_world();
    size_t length;
    uint8_t *block = export_line(w, &length);
    world *other = world_open(registrar);
    other->account_config.password = SIRA_STR("");
    world_init(other);
    assert_int_equal(import_line(other, block, length), SIRA_OK);
    size_t shorter;
    uint8_t *second = export_line(other, &shorter);
    assert_true(shorter < length);
    free(second);
    free(block);
    world_close(other);
    world_close(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_comes_back),
        cmocka_unit_test(a_line_that_never_registered_has_a_state_too),
        cmocka_unit_test(each_size_that_is_too_small_is_refused),
        cmocka_unit_test(each_length_and_each_flipped_bit_is_refused),
        cmocka_unit_test(what_contradicts_itself_is_refused),
        cmocka_unit_test(that_of_another_line_is_refused),
        cmocka_unit_test(only_a_fresh_line_takes_one),
        cmocka_unit_test(without_credentials_the_memory_of_them_is_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
