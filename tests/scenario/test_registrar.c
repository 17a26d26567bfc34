/* Our client at our registrar: each hears from the other what it would from a stranger that is right. */
#include "support/office.h"
#include "support/realm.h"
#include "support/world.h"

#include <string.h>

#define MINUTE UINT64_C(60000)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

static office o;
static realm r;
static unsigned codes[700];

static void answer(world *w, const sira_message *request)
{
    char text[4096];
    sira_writer writer;
    o.now = r.peer.now = w->now;
    const sira_status status = sira_registrar_take(&o.registrar, &o.task, request, &o.source, w->now);
    assert_int_equal(status, SIRA_OK);
    codes[sira_registrar_code(&o.task)]++;
    sira_writer_init(&writer, text, sizeof text);
    assert_int_equal(sira_registrar_write(&o.task, SIRA_STR("office"), &writer), SIRA_OK);
    world_deliver(w, 5, text, writer.length);
}

static world *open_both(void)
{
    memset(codes, 0, sizeof codes);
    realm_open(&r);
    r.config.realm = SIRA_STR("example.test");
    realm_init(&r);
    office_open(&o);
    o.config.open_to_all = false;
    o.config.digest = &r.server;
    return world_open(answer);
}

static void close_both(world *w)
{
    world_close(w);
    office_close(&o);
    realm_close(&r);
}

static void a_month_of_refreshes(void **state)
{
    (void)state;
    world *w = open_both();
    office_init(&o);
    world_start(w);
    for (uint64_t day = 1; day <= 30; day++) {
        world_run(w, day * DAY);
        assert_int_equal(o.places[0].bindings.count, 1);
        assert_true(o.places[0].bindings.all[0].expires_at > w->now);
    }
    assert_true(codes[200] >= 30 * 24);
    assert_int_equal(codes[401], codes[200]); /* each nonce is too old by the next refresh */
    assert_int_equal(w->requests, codes[200] + codes[401]);
    assert_int_equal(world_count(w, SIRA_EVENT_WAITING), 0);
    assert_int_equal(w->refused + w->tolerated, 0);
    assert_int_equal(sira_registration_stop(&w->line), SIRA_OK);
    world_run(w, 30 * DAY + MINUTE);
    assert_int_equal(o.places[0].bindings.count, 0);
    close_both(w);
}

/* RFC 3261 10.2.8 and 10.3: a lifetime that is too brief is raised, once. */
static void a_lifetime_is_agreed_on(void **state)
{
    (void)state;
    world *w = open_both();
    o.config.expires_min = 1800;
    office_init(&o);
    w->line_config.expires = 600;
    world_start(w);
    world_run(w, MINUTE);
    assert_int_equal(codes[423], 1);
    assert_int_equal(codes[200], 1);
    assert_int_equal(o.places[0].bindings.all[0].expires_at - o.places[0].bindings.all[0].updated_at, 1800 * 1000);
    world_run(w, DAY);
    assert_int_equal(codes[423], 1);
    close_both(w);
}

/* While the store is gone nothing is acknowledged; when it is back, so is the binding. */
static void a_store_that_was_gone(void **state)
{
    (void)state;
    world *w = open_both();
    office_init(&o);
    world_start(w);
    world_run(w, HOUR / 4);
    assert_int_equal(codes[200], 1);
    o.commit_status = SIRA_E_TRANSPORT;
    world_run(w, 3 * HOUR);
    assert_int_equal(codes[200], 1);
    assert_true(codes[503] > 1);
    o.commit_status = SIRA_OK;
    world_run(w, 5 * HOUR);
    assert_true(codes[200] > 1);
    assert_true(o.places[0].bindings.all[0].expires_at > w->now);
    close_both(w);
}

static void a_wrong_password_binds_nothing(void **state)
{
    (void)state;
    world *w = open_both();
    office_init(&o);
    w->account_config.password = SIRA_STR("wrong");
    world_start(w);
    world_run(w, DAY);
    assert_int_equal(codes[200], 0);
    assert_true(codes[401] >= 2);
    assert_int_equal(o.commits, 0);
    close_both(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_month_of_refreshes),
        cmocka_unit_test(a_lifetime_is_agreed_on),
        cmocka_unit_test(a_store_that_was_gone),
        cmocka_unit_test(a_wrong_password_binds_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
