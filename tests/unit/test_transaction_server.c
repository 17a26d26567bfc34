#include "transaction/server.h"

#include "support/support.h"

#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

/* ---- a walk: steps over one machine, each with what must come of it ---- */

typedef enum event {
    END_OF_WALK = 0,
    TIME, /* run, at this time */
    REQUEST,
    GOT_ACK,
    ANSWER /* code */
} event;

typedef struct step {
    event event;
    uint64_t at;
    unsigned code;
    unsigned action, state; /* expected */
    uint64_t deadline;      /* expected */
} step;

typedef struct walk {
    const char *name;
    sira_i_transaction_timing timing;
    bool reliable;
    step steps[13];
} walk;

static void take(const walk *w, bool invite, unsigned state, uint64_t deadline)
{
    sira_server_transaction transaction;
    memset(&transaction, 0xff, sizeof transaction); /* whatever was there */
    transaction.invite = invite;
    transaction.reliable = w->reliable;
    sira_i_server_transaction_start(&transaction, 0, &w->timing);
    if (transaction.state != state || sira_i_server_transaction_deadline(&transaction) != deadline)
        fail_msg("%s: starts in state %u, deadline %lld", w->name, transaction.state,
                 (long long)sira_i_server_transaction_deadline(&transaction));
    for (size_t i = 0; i < COUNT_OF(w->steps) && w->steps[i].event != END_OF_WALK; i++) {
        const step *s = &w->steps[i];
        unsigned action = 0;
        switch (s->event) {
        case TIME:
            action = sira_i_server_transaction_run(&transaction, s->at, &w->timing);
            break;
        case REQUEST:
            action = sira_i_server_transaction_request(&transaction);
            break;
        case GOT_ACK:
            action = sira_i_server_transaction_ack(&transaction, s->at, &w->timing);
            break;
        case ANSWER:
            action = sira_i_server_transaction_respond(&transaction, (uint16_t)s->code, s->at, &w->timing);
            break;
        case END_OF_WALK:
            break;
        }
        const uint64_t now_due = sira_i_server_transaction_deadline(&transaction);
        if (action != s->action || transaction.state != s->state || now_due != s->deadline)
            fail_msg("%s, step %zu: action %u, state %u, deadline %lld; expected %u, %u, %lld", w->name, i, action,
                     transaction.state, (long long)now_due, s->action, s->state, (long long)s->deadline);
    }
}

#define RFC                                                                                                            \
    {                                                                                                                  \
        500, 4000, 5000                                                                                                \
    }
#define NOTHING SIRA_I_SERVER_TRANSACTION_NOTHING
#define SEND SIRA_I_SERVER_TRANSACTION_SEND
#define SEND_100 SIRA_I_SERVER_TRANSACTION_SEND_100
#define RESEND SIRA_I_SERVER_TRANSACTION_RESEND
#define DELIVER SIRA_I_SERVER_TRANSACTION_DELIVER
#define TIMEOUT SIRA_I_SERVER_TRANSACTION_TIMEOUT
#define END SIRA_I_SERVER_TRANSACTION_END
#define TERMINATED SIRA_I_SERVER_TRANSACTION_TERMINATED
#define TRYING SIRA_I_SERVER_TRANSACTION_TRYING
#define PROCEEDING SIRA_I_SERVER_TRANSACTION_PROCEEDING
#define COMPLETED SIRA_I_SERVER_TRANSACTION_COMPLETED
#define CONFIRMED SIRA_I_SERVER_TRANSACTION_CONFIRMED
#define ACCEPTED SIRA_I_SERVER_TRANSACTION_ACCEPTED
#define NEVER SIRA_NEVER

/* clang-format off */

/* RFC 3261 figure 7 with RFC 6026. */
static const walk figure_7[] = {
    {"Proceeding: send 100 if TU won't in 200 ms; INVITE, send response", RFC, false,
     {{REQUEST, 100, 0, NOTHING, PROCEEDING, 200}, {TIME, 199, 0, NOTHING, PROCEEDING, 200},
      {TIME, 200, 0, SEND_100, PROCEEDING, NEVER}, {REQUEST, 500, 0, RESEND, PROCEEDING, NEVER},
      {TIME, 99000, 0, NOTHING, PROCEEDING, NEVER}}},
    {"Proceeding: 101-199 from TU, send response; again each minute (13.3.1.1)", RFC, false,
     {{ANSWER, 100, 180, SEND, PROCEEDING, 60100}, {REQUEST, 500, 0, RESEND, PROCEEDING, 60100},
      {TIME, 60099, 0, NOTHING, PROCEEDING, 60100}, {TIME, 60100, 0, RESEND, PROCEEDING, 120100},
      {ANSWER, 70000, 199, SEND, PROCEEDING, 130000}, {TIME, 130000, 0, RESEND, PROCEEDING, 190000}}},
    {"Proceeding: 101 from TU behind the 100", RFC, false,
     {{TIME, 200, 0, SEND_100, PROCEEDING, NEVER}, {ANSWER, 300, 101, SEND, PROCEEDING, 60300}}},
    {"Proceeding: 100 from TU", RFC, false,
     {{ANSWER, 10, 100, SEND, PROCEEDING, NEVER}, {REQUEST, 500, 0, RESEND, PROCEEDING, NEVER},
      {ANSWER, 20, 100, NOTHING, PROCEEDING, NEVER}}},
    {"Proceeding: 100 from TU does not replace a 180", RFC, false,
     {{ANSWER, 10, 180, SEND, PROCEEDING, 60010}, {ANSWER, 20, 100, NOTHING, PROCEEDING, 60010}}},
    {"Proceeding: ACK of nothing", RFC, false,
     {{GOT_ACK, 10, 0, NOTHING, PROCEEDING, 200}}},
    {"Proceeding: 300-699 from TU, send response; Completed: INVITE and Timer G, send response; Timer H", RFC, false,
     {{ANSWER, 100, 300, SEND, COMPLETED, 600}, {REQUEST, 500, 0, RESEND, COMPLETED, 600},
      {TIME, 599, 0, NOTHING, COMPLETED, 600}, {TIME, 600, 0, RESEND, COMPLETED, 1600},
      {TIME, 1600, 0, RESEND, COMPLETED, 3600}, {TIME, 3600, 0, RESEND, COMPLETED, 7600},
      {TIME, 7600, 0, RESEND, COMPLETED, 11600}, {TIME, 11600, 0, RESEND, COMPLETED, 15600},
      {ANSWER, 12000, 200, NOTHING, COMPLETED, 15600}, {TIME, 32099, 0, RESEND, COMPLETED, 32100},
      {TIME, 32100, 0, TIMEOUT, TERMINATED, NEVER}, {TIME, 99000, 0, NOTHING, TERMINATED, NEVER}}},
    {"Completed on a reliable transport: no Timer G, but Timer H", RFC, true,
     {{ANSWER, 100, 699, SEND, COMPLETED, 32100}, {TIME, 600, 0, NOTHING, COMPLETED, 32100},
      {TIME, 32100, 0, TIMEOUT, TERMINATED, NEVER}}},
    {"Completed: ACK; Confirmed: INVITE, ACK and TU; Timer I", RFC, false,
     {{ANSWER, 100, 486, SEND, COMPLETED, 600}, {GOT_ACK, 200, 0, NOTHING, CONFIRMED, 5200},
      {GOT_ACK, 300, 0, NOTHING, CONFIRMED, 5200}, {REQUEST, 400, 0, NOTHING, CONFIRMED, 5200},
      {ANSWER, 500, 200, NOTHING, CONFIRMED, 5200}, {TIME, 600, 0, NOTHING, CONFIRMED, 5200},
      {TIME, 5199, 0, NOTHING, CONFIRMED, 5200}, {TIME, 5200, 0, END, TERMINATED, NEVER},
      {GOT_ACK, 5300, 0, NOTHING, TERMINATED, NEVER}}},
    {"Confirmed on a reliable transport: Timer I is 0", RFC, true,
     {{ANSWER, 100, 486, SEND, COMPLETED, 32100}, {GOT_ACK, 200, 0, NOTHING, CONFIRMED, 200},
      {TIME, 200, 0, END, TERMINATED, NEVER}}},
    {"Proceeding: 2xx from TU, send response; Accepted: INVITE, 2xx from TU, ACK to TU; Timer L", RFC, false,
     {{ANSWER, 100, 200, SEND, ACCEPTED, 600}, {REQUEST, 500, 0, NOTHING, ACCEPTED, 600},
      {TIME, 600, 0, RESEND, ACCEPTED, 1600}, {ANSWER, 700, 299, SEND, ACCEPTED, 1600},
      {ANSWER, 700, 200, SEND, ACCEPTED, 1600}, {ANSWER, 701, 300, NOTHING, ACCEPTED, 1600},
      {ANSWER, 702, 199, NOTHING, ACCEPTED, 1600},
      {GOT_ACK, 800, 0, DELIVER, ACCEPTED, 32100}, {GOT_ACK, 900, 0, DELIVER, ACCEPTED, 32100},
      {TIME, 1600, 0, NOTHING, ACCEPTED, 32100}, {TIME, 32099, 0, NOTHING, ACCEPTED, 32100},
      {TIME, 32100, 0, END, TERMINATED, NEVER}, {REQUEST, 32101, 0, NOTHING, TERMINATED, NEVER}}},
    {"Accepted: without ACK the 2xx is repeated (13.3.1.4), and Timer L tells TU", RFC, false,
     {{ANSWER, 100, 200, SEND, ACCEPTED, 600}, {TIME, 600, 0, RESEND, ACCEPTED, 1600},
      {TIME, 1600, 0, RESEND, ACCEPTED, 3600}, {TIME, 3600, 0, RESEND, ACCEPTED, 7600},
      {TIME, 7600, 0, RESEND, ACCEPTED, 11600}, {TIME, 32000, 0, RESEND, ACCEPTED, 32100},
      {TIME, 32100, 0, TIMEOUT, TERMINATED, NEVER}}},
    {"Accepted on a reliable transport: the 2xx is repeated as well", RFC, true,
     {{ANSWER, 100, 200, SEND, ACCEPTED, 600}, {TIME, 600, 0, RESEND, ACCEPTED, 1600},
      {GOT_ACK, 700, 0, DELIVER, ACCEPTED, 32100}, {TIME, 32100, 0, END, TERMINATED, NEVER}}},
    {"Proceeding behind 180: 2xx from TU; its interval starts at T1", RFC, false,
     {{ANSWER, 100, 180, SEND, PROCEEDING, 60100}, {TIME, 60100, 0, RESEND, PROCEEDING, 120100},
      {ANSWER, 70000, 200, SEND, ACCEPTED, 70500}, {TIME, 70500, 0, RESEND, ACCEPTED, 71500}}},
    {"Proceeding behind 100: 300-699 from TU", RFC, false,
     {{TIME, 200, 0, SEND_100, PROCEEDING, NEVER}, {ANSWER, 300, 487, SEND, COMPLETED, 800}}},
    {"408 to INVITE is an answer as any", RFC, false, {{ANSWER, 100, 408, SEND, COMPLETED, 600}}},
    {"other T1, T2 and T4: Timers G, H and I", {100, 300, 700}, false,
     {{ANSWER, 0, 404, SEND, COMPLETED, 100}, {TIME, 100, 0, RESEND, COMPLETED, 300},
      {TIME, 300, 0, RESEND, COMPLETED, 600}, {TIME, 600, 0, RESEND, COMPLETED, 900},
      {TIME, 6399, 0, RESEND, COMPLETED, 6400}, {GOT_ACK, 6399, 0, NOTHING, CONFIRMED, 7099},
      {TIME, 7099, 0, END, TERMINATED, NEVER}}},
    {"Timer G doubles up to T2", {400, 1000, 700}, false,
     {{ANSWER, 0, 404, SEND, COMPLETED, 400}, {TIME, 400, 0, RESEND, COMPLETED, 1200},
      {TIME, 1200, 0, RESEND, COMPLETED, 2200}, {TIME, 2200, 0, RESEND, COMPLETED, 3200}}},
    {"other T1: Timer L", {100, 300, 700}, false,
     {{ANSWER, 50, 202, SEND, ACCEPTED, 150}, {GOT_ACK, 60, 0, DELIVER, ACCEPTED, 6450}}},
};

/* RFC 3261 figure 8 with RFC 4320. */
static const walk figure_8[] = {
    {"Trying: Request is discarded; 100 when Timer E has reached T2; Proceeding: Request, send response", RFC, false,
     {{REQUEST, 500, 0, NOTHING, TRYING, 3500}, {TIME, 3499, 0, NOTHING, TRYING, 3500},
      {TIME, 3500, 0, SEND_100, PROCEEDING, 32000}, {REQUEST, 3600, 0, RESEND, PROCEEDING, 32000},
      {TIME, 31999, 0, NOTHING, PROCEEDING, 32000}, {TIME, 32000, 0, TIMEOUT, TERMINATED, NEVER},
      {ANSWER, 32001, 200, NOTHING, TERMINATED, NEVER}, {REQUEST, 32001, 0, NOTHING, TERMINATED, NEVER}}},
    {"Trying: too late also where no 100 went out", RFC, false,
     {{TIME, 32000, 0, TIMEOUT, TERMINATED, NEVER}, {TIME, 99000, 0, NOTHING, TERMINATED, NEVER}}},
    {"Trying: 1xx from TU is not sent", RFC, false,
     {{ANSWER, 100, 100, NOTHING, TRYING, 3500}, {ANSWER, 100, 101, NOTHING, TRYING, 3500},
      {ANSWER, 100, 199, NOTHING, TRYING, 3500}, {REQUEST, 500, 0, NOTHING, TRYING, 3500}}},
    {"Trying on a reliable transport: 100 from TU, send response", RFC, true,
     {{ANSWER, 100, 180, NOTHING, TRYING, 3500}, {ANSWER, 100, 100, SEND, PROCEEDING, 32000},
      {REQUEST, 500, 0, RESEND, PROCEEDING, 32000}}},
    {"Trying on a reliable transport: 100 by itself", RFC, true,
     {{TIME, 3500, 0, SEND_100, PROCEEDING, 32000}, {TIME, 32000, 0, TIMEOUT, TERMINATED, NEVER}}},
    {"Proceeding: 100 from TU, send response; no other", RFC, false,
     {{TIME, 3500, 0, SEND_100, PROCEEDING, 32000}, {ANSWER, 3600, 100, SEND, PROCEEDING, 32000},
      {ANSWER, 3700, 183, NOTHING, PROCEEDING, 32000}, {ANSWER, 3700, 408, NOTHING, PROCEEDING, 32000}}},
    {"Trying: 200-699 from TU, send response; Completed: Request, send response; Timer J", RFC, false,
     {{ANSWER, 100, 200, SEND, COMPLETED, 32100}, {REQUEST, 500, 0, RESEND, COMPLETED, 32100},
      {ANSWER, 600, 500, NOTHING, COMPLETED, 32100}, {ANSWER, 600, 100, NOTHING, COMPLETED, 32100},
      {GOT_ACK, 700, 0, NOTHING, COMPLETED, 32100}, {TIME, 3500, 0, NOTHING, COMPLETED, 32100},
      {TIME, 32099, 0, NOTHING, COMPLETED, 32100}, {TIME, 32100, 0, END, TERMINATED, NEVER}}},
    {"Timer J on a reliable transport is 0", RFC, true,
     {{ANSWER, 100, 699, SEND, COMPLETED, 100}, {TIME, 100, 0, END, TERMINATED, NEVER}}},
    {"Proceeding: 200-699 from TU, send response", RFC, false,
     {{TIME, 3500, 0, SEND_100, PROCEEDING, 32000}, {ANSWER, 4000, 404, SEND, COMPLETED, 36000},
      {REQUEST, 4100, 0, RESEND, COMPLETED, 36000}, {TIME, 32000, 0, NOTHING, COMPLETED, 36000},
      {TIME, 36000, 0, END, TERMINATED, NEVER}}},
    {"Trying: 408 is not sent, its neighbours are", RFC, false,
     {{ANSWER, 100, 408, NOTHING, TRYING, 3500}, {ANSWER, 100, 407, SEND, COMPLETED, 32100}}},
    {"Trying: 409", RFC, false, {{ANSWER, 100, 409, SEND, COMPLETED, 32100}}},
    {"Trying: ACK of nothing", RFC, false, {{GOT_ACK, 100, 0, NOTHING, TRYING, 3500}}},
};

/* RFC 4320 4.1: when the client's timer E is reset to T2. */
static const struct {
    sira_i_transaction_timing timing;
    uint64_t time;
} times_of_t2[] = {
    {{500, 4000, 5000}, 3500},
    {{500, 4001, 5000}, 7500}, /* E: 0.5, 1, 2, 4, then T2 */
    {{500, 3000, 5000}, 3500},
    {{500, 1000, 5000}, 500},
    {{500, 500, 5000}, 500},
    {{100, 300, 5000}, 300},
    {{10, 60000, 5000}, 640}, /* never: 64*T1 comes first */
};
/* clang-format on */

static void every_edge_of_figure_7(void **context)
{
    (void)context;
    for (size_t i = 0; i < COUNT_OF(figure_7); i++)
        take(&figure_7[i], true, PROCEEDING, 200);
}

static void every_edge_of_figure_8(void **context)
{
    (void)context;
    for (size_t i = 0; i < COUNT_OF(figure_8); i++)
        take(&figure_8[i], false, TRYING, 3500);
}

static void the_automatic_100_comes_when_e_is_at_t2(void **context)
{
    (void)context;
    for (size_t i = 0; i < COUNT_OF(times_of_t2); i++) {
        sira_server_transaction transaction = {0};
        sira_i_server_transaction_start(&transaction, 1000, &times_of_t2[i].timing);
        if (sira_i_server_transaction_deadline(&transaction) != 1000 + times_of_t2[i].time)
            fail_msg("case %zu: at %llu", i, (unsigned long long)sira_i_server_transaction_deadline(&transaction));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_edge_of_figure_7),
        cmocka_unit_test(every_edge_of_figure_8),
        cmocka_unit_test(the_automatic_100_comes_when_e_is_at_t2),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
