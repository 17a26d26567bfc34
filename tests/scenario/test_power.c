/* A device that loses its power and comes back, with its state and without. The registrar keeps its bindings. */
#include "support/world.h"

#include <stdio.h>
#include <string.h>

#define SECOND 1000u

/* What the registrar holds, by Contact URI (RFC 3261 10.3), over the lives of the device. */
enum { BINDINGS = 4 };
static char bindings[BINDINGS][200];
static char call_id[80];
static uint32_t cseq;
static unsigned out_of_order;

static void bind(sira_str uri, uint32_t expires)
{
    size_t empty = BINDINGS;
    for (size_t i = 0; i < BINDINGS; i++) {
        bool same = strlen(bindings[i]) == uri.len && memcmp(bindings[i], uri.at, uri.len) == 0;
        if (same && expires == 0)
            bindings[i][0] = '\0';
        if (same)
            return;
        if (bindings[i][0] == '\0')
            empty = i;
    }
    assert_true(empty < BINDINGS && uri.len < sizeof bindings[0]);
    if (expires == 0)
        return;
    memcpy(bindings[empty], uri.at, uri.len);
    bindings[empty][uri.len] = '\0';
}

static size_t held(void)
{
    size_t count = 0;
    for (size_t i = 0; i < BINDINGS; i++)
        count += bindings[i][0] != '\0';
    return count;
}

static void check_order(const sira_message *request)
{
    sira_cseq number;
    sira_str id = sira_message_field(request, SIRA_FIELD_CALL_ID)->value;
    assert_int_equal(sira_message_cseq(request, &number, NULL), SIRA_OK);
    if (strlen(call_id) == id.len && memcmp(call_id, id.at, id.len) == 0 && number.number <= cseq)
        out_of_order++;
    (void)snprintf(call_id, sizeof call_id, "%.*s", (int)id.len, id.at);
    cseq = number.number;
}

static void registrar(world *w, const sira_message *request)
{
    char nonce[32], listed[900] = "";
    sira_cursor cursor;
    sira_contact contact;
    check_order(request);
    (void)snprintf(nonce, sizeof nonce, "nonce-%d", w->nonce);
    if (strcmp(world_credential(request, "nonce"), nonce) != 0 || !world_verify(request, "alice", "secret")) {
        world_registrar(w, request, 3600);
        return;
    }
    sira_cursor_init(&cursor, request, SIRA_FIELD_CONTACT);
    while (sira_contact_next(&cursor, &contact, NULL) == SIRA_OK)
        bind(contact.address.uri, contact.has_expires ? contact.expires : world_expires(request));
    for (size_t i = 0; i < BINDINGS; i++)
        if (bindings[i][0] != '\0')
            (void)snprintf(listed + strlen(listed), sizeof listed - strlen(listed), "Contact: <%s>;expires=3600\r\n",
                           bindings[i]);
    world_reply(w, request, 200, "%s", listed);
}

static void empty_registrar(void)
{
    memset(bindings, 0, sizeof bindings);
    call_id[0] = '\0';
    out_of_order = 0;
}

typedef struct life {
    const char *address;
    uint32_t random;
    int nonce; /* that the registrar still takes */
    const uint8_t *block;
    size_t length;
} life;

static world *live(const life *given)
{
    world *w = world_open(registrar);
    w->address = given->address;
    w->random = given->random;
    w->nonce = given->nonce;
    world_init(w);
    if (given->block != NULL)
        assert_int_equal(sira_registration_import(&w->line, given->block, given->length), SIRA_OK);
    assert_int_equal(sira_registration_start(&w->line), SIRA_OK);
    return w;
}

static uint8_t block[SIRA_REGISTRATION_EXPORT_SIZE];
static size_t length;

/* The power is cut after so many ms; what was kept last is the state of `kept` ms. Returns the registrar's nonce. */
static int first_life(uint64_t kept, uint64_t cut)
{
    world *w = live(&(life){.address = "192.0.2.1", .random = 1});
    world_run(w, kept);
    assert_int_equal(sira_registration_export(&w->line, block, sizeof block, &length), SIRA_OK);
    world_run(w, cut);
    int nonce = w->nonce;
    world_close(w);
    return nonce;
}

static void with_its_state_it_is_one_binding_and_one_request(void **context)
{
    (void)context;
    empty_registrar();
    int nonce = first_life(SECOND, SECOND);
    world *w = live(&(life){"192.0.2.1", 77, nonce, block, length});
    world_run(w, SECOND);
    assert_true(sira_registration_is_bound(&w->line));
    assert_int_equal(w->requests, 1); /* by the cached nonce */
    assert_int_equal(held(), 1);
    assert_int_equal(world_last(w)->bindings, 1);
    assert_int_equal(out_of_order, 0);
    world_close(w);
}

static void without_it_there_are_two(void **context)
{
    (void)context;
    empty_registrar();
    int nonce = first_life(SECOND, SECOND);
    world *w = live(&(life){"192.0.2.1", 77, nonce, NULL, 0});
    world_run(w, SECOND);
    assert_true(sira_registration_is_bound(&w->line));
    assert_int_equal(held(), 2);
    assert_int_equal(world_last(w)->bindings, 2);
    world_close(w);
}

static void from_another_address_the_old_binding_goes(void **context)
{
    (void)context;
    empty_registrar();
    int nonce = first_life(SECOND, SECOND);
    world *w = live(&(life){"192.0.2.9", 77, nonce, block, length});
    world_run(w, SECOND);
    assert_true(sira_registration_is_bound(&w->line));
    assert_int_equal(held(), 1);
    for (size_t i = 0; i < BINDINGS; i++)
        assert_null(strstr(bindings[i], "@192.0.2.1:"));
    assert_int_equal(out_of_order, 0);

    /* and once it is gone it is not spoken of any more */
    assert_int_equal(sira_registration_start(&w->line), SIRA_OK);
    world_run(w, 2 * SECOND);
    assert_null(strstr(w->sent[w->sent_count - 1].bytes, "192.0.2.1:"));
    sira_registration_stop(&w->line);
    world_run(w, 3 * SECOND);
    assert_int_equal(held(), 0);
    world_close(w);
}

/* The state is older than the last requests: cut before, in and behind the first exchange, and after a day. */
static void an_old_state_still_counts_upwards(void **context)
{
    (void)context;
    static const uint64_t cuts[][2] = {{0, 1}, {0, 6}, {0, 11}, {0, SECOND}, {6, SECOND}, {SECOND, 86400 * SECOND}};
    for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
        empty_registrar();
        int nonce = first_life(cuts[i][0], cuts[i][1]);
        world *w = live(&(life){"192.0.2.1", 77, nonce, block, length});
        world_run(w, SECOND);
        assert_true(sira_registration_is_bound(&w->line));
        assert_int_equal(held(), 1);
        assert_int_equal(out_of_order, 0);
        world_close(w);
    }
}

static void an_address_that_changes_leaves_no_binding_behind(void **context)
{
    (void)context;
    empty_registrar();
    world *w = live(&(life){.address = "192.0.2.1", .random = 1});
    world_run(w, SECOND);
    assert_int_equal(held(), 1);
    static const char *const addresses[] = {"192.0.2.2", "2001:db8::3", "192.0.2.1"};
    for (size_t i = 0; i < 3; i++) {
        w->address = addresses[i];
        sira_agent_network_changed(&w->agent, w->now);
        world_run(w, w->now + 60 * SECOND);
        assert_true(sira_registration_is_bound(&w->line));
        assert_int_equal(held(), 1);
    }
    world_close(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(with_its_state_it_is_one_binding_and_one_request),
        cmocka_unit_test(without_it_there_are_two),
        cmocka_unit_test(from_another_address_the_old_binding_goes),
        cmocka_unit_test(an_old_state_still_counts_upwards),
        cmocka_unit_test(an_address_that_changes_leaves_no_binding_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
