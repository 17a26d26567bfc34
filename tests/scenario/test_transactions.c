/* Client and server transaction of each kind against each other, over a network that loses, doubles and reorders: every
 * sequence of events up to a depth, and from each of its ends on without faults until both machines are through. */
#include "transaction/client.h"
#include "transaction/server.h"

#include "support/support.h"

#include <string.h>

typedef enum kind { REQUEST, ACK, ACK_OF_2XX, CANCEL, TRYING, RINGING, ACCEPTING, REFUSING, KINDS } kind;

static const uint16_t code_of[KINDS] = {[TRYING] = 100, [RINGING] = 180, [ACCEPTING] = 200, [REFUSING] = 486};
static const sira_i_transaction_timing timing = {500, 4000, 5000};

typedef struct world {
    bool invite;
    uint64_t now;
    uint8_t flying[KINDS];
    sira_transaction client;
    sira_server_transaction server;
    bool arrived;      /* the request has been given to the server's user */
    uint8_t final;     /* of the server's user; 0: none yet */
    uint8_t kept;      /* by the server's transaction; 0: none */
    uint8_t delivered; /* the final response that the client's user got; 0: none */
    bool timed_out, cancelled;
    unsigned faults, sent;
} world;

static unsigned long worlds;

static bool client_is_over(const world *w)
{
    return w->client.state == SIRA_I_TRANSACTION_TERMINATED;
}

static bool server_is_over(const world *w)
{
    return w->server.state == SIRA_I_SERVER_TRANSACTION_TERMINATED;
}

static void fly(world *w, kind k)
{
    w->flying[k]++;
    w->sent++;
    assert_true(w->sent < 200);
}

/* ---- what the owners do ---- */

static void deliver(world *w, kind k)
{
    if (code_of[k] < 200)
        return;
    if (w->delivered != 0) { /* only a 2xx to INVITE may come again */
        assert_true(w->invite && k == ACCEPTING);
        assert_int_equal(w->delivered, k);
    }
    assert_false(w->timed_out);
    assert_int_equal(k, w->final);
    w->delivered = (uint8_t)k;
    if (w->invite && k == ACCEPTING)
        fly(w, ACK_OF_2XX);
}

static void obey_client(world *w, sira_i_transaction_action action, kind response)
{
    switch (action) {
    case SIRA_I_TRANSACTION_NOTHING:
        break;
    case SIRA_I_TRANSACTION_RESEND:
        assert_false(w->client.reliable);
        fly(w, REQUEST);
        break;
    case SIRA_I_TRANSACTION_SEND:
        fly(w, REQUEST);
        break;
    case SIRA_I_TRANSACTION_TIMEOUT:
        assert_int_equal(w->delivered, 0);
        w->timed_out = true;
        break;
    case SIRA_I_TRANSACTION_ACK_AND_DELIVER:
        fly(w, ACK);
        deliver(w, response);
        break;
    case SIRA_I_TRANSACTION_DELIVER:
        deliver(w, response);
        break;
    case SIRA_I_TRANSACTION_ACK:
        assert_int_equal(w->delivered, response);
        fly(w, ACK);
        break;
    case SIRA_I_TRANSACTION_CANCEL:
        fly(w, CANCEL);
        break;
    case SIRA_I_TRANSACTION_END:
        assert_int_not_equal(w->delivered, 0);
        break;
    }
}

static void obey_server(world *w, sira_i_server_transaction_action action, kind response)
{
    switch (action) {
    case SIRA_I_SERVER_TRANSACTION_SEND_100:
        w->kept = TRYING;
        fly(w, TRYING);
        break;
    case SIRA_I_SERVER_TRANSACTION_SEND:
        w->kept = (uint8_t)response;
        fly(w, response);
        break;
    case SIRA_I_SERVER_TRANSACTION_RESEND:
        assert_int_not_equal(w->kept, 0);
        fly(w, (kind)w->kept);
        break;
    case SIRA_I_SERVER_TRANSACTION_DELIVER:
        assert_int_equal(w->final, ACCEPTING);
        break;
    case SIRA_I_SERVER_TRANSACTION_NOTHING:
    case SIRA_I_SERVER_TRANSACTION_TIMEOUT:
    case SIRA_I_SERVER_TRANSACTION_END:
        break;
    }
}

/* ---- events ---- */

static void answer(world *w, kind k)
{
    obey_server(w, sira_i_server_transaction_respond(&w->server, code_of[k], w->now, &timing), k);
    if (code_of[k] >= 200)
        w->final = (uint8_t)k;
}

static void server_receives(world *w, kind k)
{
    if (k == REQUEST && !w->arrived) {
        w->arrived = true;
        sira_i_server_transaction_start(&w->server, w->now, &timing);
    } else if (k == REQUEST) {
        obey_server(w, sira_i_server_transaction_request(&w->server), k);
    } else if (k == CANCEL && w->server.state == SIRA_I_SERVER_TRANSACTION_PROCEEDING) {
        answer(w, REFUSING);
    } else if (k != CANCEL) {
        obey_server(w, sira_i_server_transaction_ack(&w->server, w->now, &timing), k);
    }
}

static void receive(world *w, kind k)
{
    if (code_of[k] == 0)
        server_receives(w, k);
    else if (w->invite)
        obey_client(w, sira_i_invite_client_response(&w->client, code_of[k], w->now, &timing), k);
    else
        obey_client(w, sira_i_transaction_response(&w->client, code_of[k], w->now, &timing), k);
}

static uint64_t next_deadline(const world *w)
{
    const uint64_t c = sira_i_transaction_deadline(&w->client), s = sira_i_server_transaction_deadline(&w->server);
    return c < s ? c : s;
}

static void let_time_pass(world *w)
{
    w->now = next_deadline(w);
    obey_client(w,
                w->invite ? sira_i_invite_client_run(&w->client, w->now, &timing)
                          : sira_i_transaction_run(&w->client, w->now, &timing),
                REQUEST);
    obey_server(w, sira_i_server_transaction_run(&w->server, w->now, &timing), REQUEST);
    assert_true(next_deadline(w) >= w->now);
}

static void cancel(world *w)
{
    w->cancelled = true;
    sira_i_invite_client_cancel(&w->client, w->now);
}

/* Nobody is stuck: what isn't over has a deadline, unless an INVITE waits for the server's user. */
static void check(const world *w)
{
    assert_true(client_is_over(w) || sira_i_transaction_deadline(&w->client) != SIRA_NEVER);
    assert_true(server_is_over(w) || sira_i_server_transaction_deadline(&w->server) != SIRA_NEVER ||
                (w->invite && w->final == 0));
}

/* ---- every sequence ---- */

static bool take_one(world *w)
{
    for (unsigned k = 0; k < KINDS; k++)
        if (w->flying[k] > 0) {
            w->flying[k]--;
            receive(w, (kind)k);
            return true;
        }
    return false;
}

/* Without faults from here on both come to their end, and the client to the answer, if there is time left for it. */
static void settle(world w)
{
    const bool in_time =
        w.now < 20000 &&
        (w.client.state == SIRA_I_TRANSACTION_TRYING || w.client.state == SIRA_I_TRANSACTION_PROCEEDING) &&
        (!w.client.reliable || w.faults == 0);
    for (unsigned steps = 0; steps < 400; steps++) {
        if (take_one(&w))
            continue;
        if (w.arrived && !server_is_over(&w) && w.final == 0)
            answer(&w, ACCEPTING);
        else if (next_deadline(&w) != SIRA_NEVER)
            let_time_pass(&w);
        else
            break;
        check(&w);
    }
    assert_true(client_is_over(&w));
    assert_true(!w.arrived || server_is_over(&w));
    if (in_time && (w.delivered == 0 || w.delivered != w.final))
        fail_msg("no answer reached the client");
    worlds++;
}

static void explore(const world *w, unsigned depth, unsigned faults);

static void go_on(world *next, unsigned depth, unsigned faults)
{
    check(next);
    explore(next, depth - 1, faults);
}

static void explore_flying(const world *w, kind k, unsigned depth, unsigned faults)
{
    world next = *w;
    next.flying[k]--;
    receive(&next, k);
    go_on(&next, depth, faults);
    if (faults == 0)
        return;
    next = *w; /* lost */
    next.flying[k]--;
    next.faults++;
    go_on(&next, depth, faults - 1);
    next = *w; /* doubled */
    next.faults++;
    receive(&next, k);
    go_on(&next, depth, faults - 1);
}

static void explore(const world *w, unsigned depth, unsigned faults)
{
    if (depth == 0) {
        settle(*w);
        return;
    }
    world next;
    for (unsigned k = 0; k < KINDS; k++)
        if (w->flying[k] > 0)
            explore_flying(w, (kind)k, depth, faults);
    for (unsigned k = w->invite ? RINGING : ACCEPTING; k <= REFUSING; k++)
        if (w->arrived && !server_is_over(w) && w->final == 0) {
            next = *w;
            answer(&next, (kind)k);
            go_on(&next, depth, faults);
        }
    if (w->invite && !w->cancelled && w->arrived) {
        next = *w;
        cancel(&next);
        go_on(&next, depth, faults);
    }
    if (next_deadline(w) != SIRA_NEVER) {
        next = *w;
        let_time_pass(&next);
        go_on(&next, depth, faults);
    } else {
        settle(*w);
    }
}

static void begin(bool invite, bool reliable, unsigned depth, unsigned faults)
{
    world w = {.invite = invite};
    w.client.reliable = w.server.reliable = reliable;
    w.server.invite = invite;
    if (invite)
        sira_i_invite_client_start(&w.client, 1, 0, &timing);
    else
        sira_i_transaction_start(&w.client, 1, 0, &timing);
    worlds = 0;
    let_time_pass(&w);
    assert_int_equal(w.flying[REQUEST], 1);
    explore(&w, depth, faults);
    assert_true(worlds > 10);
}

static void every_other_request(void **context)
{
    (void)context;
    begin(false, false, 9, 3);
}

static void every_other_request_on_a_connection(void **context)
{
    (void)context;
    begin(false, true, 12, 0);
}

static void every_invite(void **context)
{
    (void)context;
    begin(true, false, 8, 2);
}

static void every_invite_on_a_connection(void **context)
{
    (void)context;
    begin(true, true, 10, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_other_request),
        cmocka_unit_test(every_other_request_on_a_connection),
        cmocka_unit_test(every_invite),
        cmocka_unit_test(every_invite_on_a_connection),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
