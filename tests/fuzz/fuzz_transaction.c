/* Any events at any times through the four transactions: none is ever stuck without a deadline, none sends without
 * bound, and what is over stays over. */
#include "fuzz/fuzz.h"

#include "transaction/client.h"
#include "transaction/server.h"

#define SENDS_MOST 100u /* 64*T1 in steps of T1, and what goes out at once */

typedef struct machine {
    sira_i_transaction_timing timing;
    uint64_t now;
    bool invite, server;
    bool final;       /* the server's user has answered */
    unsigned by_time; /* what went out because time passed */
    sira_transaction client;
    sira_server_transaction answering;
} machine;

static uint64_t deadline(const machine *m)
{
    return m->server ? sira_i_server_transaction_deadline(&m->answering) : sira_i_transaction_deadline(&m->client);
}

static bool is_over(const machine *m)
{
    return (m->server ? m->answering.state : m->client.state) == 0;
}

static void start(machine *m)
{
    m->client.reliable = m->answering.reliable;
    m->answering.invite = m->invite;
    if (m->server)
        sira_i_server_transaction_start(&m->answering, m->now, &m->timing);
    else if (m->invite)
        sira_i_invite_client_start(&m->client, 1, m->now, &m->timing);
    else
        sira_i_transaction_start(&m->client, 1, m->now, &m->timing);
}

static void run_server(machine *m)
{
    const bool kept = m->answering.answered;
    const sira_i_server_transaction_action action = sira_i_server_transaction_run(&m->answering, m->now, &m->timing);
    REQUIRE(action != SIRA_I_SERVER_TRANSACTION_SEND && action != SIRA_I_SERVER_TRANSACTION_DELIVER);
    REQUIRE(action != SIRA_I_SERVER_TRANSACTION_RESEND || kept);
    if (action == SIRA_I_SERVER_TRANSACTION_RESEND || action == SIRA_I_SERVER_TRANSACTION_SEND_100)
        m->by_time++;
    if (action == SIRA_I_SERVER_TRANSACTION_TIMEOUT || action == SIRA_I_SERVER_TRANSACTION_END)
        REQUIRE(is_over(m));
}

static void run_client(machine *m)
{
    const sira_i_transaction_action action = m->invite ? sira_i_invite_client_run(&m->client, m->now, &m->timing)
                                                       : sira_i_transaction_run(&m->client, m->now, &m->timing);
    REQUIRE(action <= SIRA_I_TRANSACTION_TIMEOUT || action == SIRA_I_TRANSACTION_END ||
            (m->invite && action == SIRA_I_TRANSACTION_CANCEL));
    REQUIRE(action != SIRA_I_TRANSACTION_RESEND || !m->client.reliable);
    if (action == SIRA_I_TRANSACTION_SEND || action == SIRA_I_TRANSACTION_RESEND || action == SIRA_I_TRANSACTION_CANCEL)
        m->by_time++;
    if (action == SIRA_I_TRANSACTION_TIMEOUT || action == SIRA_I_TRANSACTION_END)
        REQUIRE(is_over(m));
}

static void run(machine *m)
{
    if (m->server)
        run_server(m);
    else
        run_client(m);
}

static void respond(machine *m, uint16_t code)
{
    const sira_i_server_transaction_action action =
        sira_i_server_transaction_respond(&m->answering, code, m->now, &m->timing);
    REQUIRE(action == SIRA_I_SERVER_TRANSACTION_NOTHING || action == SIRA_I_SERVER_TRANSACTION_SEND);
    if (action != SIRA_I_SERVER_TRANSACTION_SEND)
        return;
    REQUIRE(m->invite || (code != 408 && (code == 100 || code >= 200))); /* RFC 4320 */
    REQUIRE(!m->final || (m->invite && code >= 200 && code < 300));      /* RFC 6026 */
    m->final = m->final || code >= 200;
}

static void event_of_server(machine *m, uint8_t what, uint16_t code)
{
    sira_i_server_transaction_action action = SIRA_I_SERVER_TRANSACTION_NOTHING;
    if (what % 3 == 0) {
        respond(m, code);
    } else if (what % 3 == 1) {
        action = sira_i_server_transaction_request(&m->answering);
        REQUIRE(action == SIRA_I_SERVER_TRANSACTION_NOTHING ||
                (action == SIRA_I_SERVER_TRANSACTION_RESEND && m->answering.answered));
    } else {
        action = sira_i_server_transaction_ack(&m->answering, m->now, &m->timing);
        REQUIRE(action == SIRA_I_SERVER_TRANSACTION_NOTHING ||
                (action == SIRA_I_SERVER_TRANSACTION_DELIVER && m->final && m->invite));
    }
}

static void event_of_client(machine *m, uint8_t what, uint16_t code)
{
    if (!m->invite) {
        (void)sira_i_transaction_response(&m->client, code, m->now, &m->timing);
    } else if (what % 3 == 0) {
        (void)sira_i_invite_client_cancel(&m->client, m->now);
    } else {
        const sira_i_transaction_action action = sira_i_invite_client_response(&m->client, code, m->now, &m->timing);
        REQUIRE(code >= 300 || (action != SIRA_I_TRANSACTION_ACK && action != SIRA_I_TRANSACTION_ACK_AND_DELIVER));
    }
}

static void check(const machine *m, bool was_over)
{
    REQUIRE(!was_over || is_over(m));
    REQUIRE(is_over(m) || deadline(m) != SIRA_NEVER || (m->server && m->invite && !m->final));
}

/* Only time passes, at each deadline, and the server's user answers in the end. */
static void let_it_end(machine *m)
{
    m->by_time = 0;
    if (m->server)
        respond(m, 500);
    for (unsigned steps = 0; !is_over(m); steps++) {
        REQUIRE(steps < SENDS_MOST + 3);
        REQUIRE(deadline(m) != SIRA_NEVER);
        m->now = deadline(m) > m->now ? deadline(m) : m->now;
        run(m);
        check(m, false);
    }
    REQUIRE(m->by_time <= SENDS_MOST);
    REQUIRE(deadline(m) == SIRA_NEVER);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_input in = {data, size};
    machine m = {0};
    const uint8_t options = fuzz_byte(&in);
    m.invite = (options & 1) != 0;
    m.server = (options & 2) != 0;
    m.answering.reliable = (options & 4) != 0;
    m.timing.t1 = 10u + fuzz_byte(&in) * 235u;
    m.timing.t2 = m.timing.t1 + fuzz_byte(&in) * 235u;
    m.timing.t4 = 1u + fuzz_byte(&in) * 40u;
    m.now = (uint64_t)fuzz_byte(&in) << 40;
    start(&m);
    while (in.left > 0) {
        const uint8_t what = fuzz_byte(&in);
        const uint16_t code = (uint16_t)(100u + 10u * (what >> 2) % 600u + fuzz_byte(&in) % 10u);
        const bool was_over = is_over(&m);
        m.now += (what & 1) != 0 || deadline(&m) == SIRA_NEVER ? fuzz_byte(&in) * 50u : 0u;
        if ((what & 3) == 2 && deadline(&m) != SIRA_NEVER && deadline(&m) > m.now)
            m.now = deadline(&m);
        run(&m); /* the agent runs what is due before anything else */
        if (m.server)
            event_of_server(&m, fuzz_byte(&in), code);
        else
            event_of_client(&m, fuzz_byte(&in), code);
        check(&m, was_over);
    }
    let_it_end(&m);
    return 0;
}
