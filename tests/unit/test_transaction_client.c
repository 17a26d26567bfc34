#include "transaction/client.h"

#include "support/support.h"

#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

/* ---- a walk: steps over one machine, each with what must come of it ---- */

typedef enum event {
    END_OF_WALK = 0,
    TIME,     /* run, at this time */
    RESPONSE, /* code */
    CANCEL
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
    step steps[10];
} walk;

typedef struct figure {
    void (*start)(sira_transaction *, uint64_t, uint64_t, const sira_i_transaction_timing *);
    sira_i_transaction_action (*run)(sira_transaction *, uint64_t, const sira_i_transaction_timing *);
    sira_i_transaction_action (*response)(sira_transaction *, uint16_t, uint64_t, const sira_i_transaction_timing *);
} figure;

static const figure non_invite = {sira_i_transaction_start, sira_i_transaction_run, sira_i_transaction_response};
static const figure invite = {sira_i_invite_client_start, sira_i_invite_client_run, sira_i_invite_client_response};

static const sira_i_transaction_timing timing = {500, 4000, 5000};

static void take(const walk *w, const figure *f)
{
    sira_transaction transaction;
    memset(&transaction, 0xff, sizeof transaction); /* whatever was there */
    transaction.reliable = w->reliable;
    f->start(&transaction, 7, 0, &w->timing);
    assert_int_equal(transaction.id, 7);
    if (sira_i_transaction_deadline(&transaction) != 0)
        fail_msg("%s: is not due at once", w->name);
    for (size_t i = 0; i < COUNT_OF(w->steps) && w->steps[i].event != END_OF_WALK; i++) {
        const step *s = &w->steps[i];
        unsigned action = SIRA_I_TRANSACTION_NOTHING;
        if (s->event == TIME)
            action = f->run(&transaction, s->at, &w->timing);
        else if (s->event == RESPONSE)
            action = f->response(&transaction, (uint16_t)s->code, s->at, &w->timing);
        else
            action = sira_i_invite_client_cancel(&transaction, s->at);
        const uint64_t deadline = sira_i_transaction_deadline(&transaction);
        if (action != s->action || transaction.state != s->state || deadline != s->deadline)
            fail_msg("%s, step %zu: action %u, state %u, deadline %lld; expected %u, %u, %lld", w->name, i, action,
                     transaction.state, (long long)deadline, s->action, s->state, (long long)s->deadline);
    }
}

#define RFC                                                                                                            \
    {                                                                                                                  \
        500, 4000, 5000                                                                                                \
    }
#define NOTHING SIRA_I_TRANSACTION_NOTHING
#define SEND SIRA_I_TRANSACTION_SEND
#define RESEND SIRA_I_TRANSACTION_RESEND
#define TIMEOUT SIRA_I_TRANSACTION_TIMEOUT
#define DELIVER SIRA_I_TRANSACTION_DELIVER
#define END SIRA_I_TRANSACTION_END
#define ACK SIRA_I_TRANSACTION_ACK
#define ACK_AND_DELIVER SIRA_I_TRANSACTION_ACK_AND_DELIVER
#define SEND_CANCEL SIRA_I_TRANSACTION_CANCEL
#define TERMINATED SIRA_I_TRANSACTION_TERMINATED
#define TRYING SIRA_I_TRANSACTION_TRYING
#define CALLING SIRA_I_INVITE_CLIENT_CALLING
#define PROCEEDING SIRA_I_TRANSACTION_PROCEEDING
#define COMPLETED SIRA_I_TRANSACTION_COMPLETED
#define ACCEPTED SIRA_I_INVITE_CLIENT_ACCEPTED

/* clang-format off */

/* RFC 3261 figure 6. */
static const walk figure_6[] = {
    {"Request from TU, send request; nothing before its time", RFC, false,
     {{TIME, 0, 0, SEND, TRYING, 500}, {TIME, 499, 0, NOTHING, TRYING, 500}}},
    {"Trying: Timer E, send request", RFC, false,
     {{TIME, 0, 0, SEND, TRYING, 500}, {TIME, 500, 0, RESEND, TRYING, 1500}, {TIME, 1499, 0, NOTHING, TRYING, 1500},
      {TIME, 1500, 0, RESEND, TRYING, 3500}, {TIME, 3500, 0, RESEND, TRYING, 7500},
      {TIME, 7500, 0, RESEND, TRYING, 11500}}},
    {"Trying: Timer E late counts from when it ran", RFC, false,
     {{TIME, 0, 0, SEND, TRYING, 500}, {TIME, 700, 0, RESEND, TRYING, 1700}}},
    {"Trying: Timer F, inform TU", RFC, false,
     {{TIME, 0, 0, SEND, TRYING, 500}, {TIME, 32000, 0, TIMEOUT, TERMINATED, SIRA_NEVER},
      {TIME, 99000, 0, NOTHING, TERMINATED, SIRA_NEVER}}},
    {"Trying: Timer F comes before Timer E", RFC, false,
     {{TIME, 0, 0, SEND, TRYING, 500}, {TIME, 31999, 0, RESEND, TRYING, 32000},
      {TIME, 32000, 0, TIMEOUT, TERMINATED, SIRA_NEVER}}},
    {"Trying: Timer F on a reliable transport, no Timer E", RFC, true,
     {{TIME, 0, 0, SEND, TRYING, 32000}, {TIME, 31999, 0, NOTHING, TRYING, 32000},
      {TIME, 32000, 0, TIMEOUT, TERMINATED, SIRA_NEVER}}},
    {"Trying: 1xx, resp. to TU; Proceeding: Timer E at T2", RFC, false,
     {{TIME, 0, 0, SEND, TRYING, 500}, {RESPONSE, 100, 100, DELIVER, PROCEEDING, 500},
      {TIME, 500, 0, RESEND, PROCEEDING, 4500},
      {TIME, 4500, 0, RESEND, PROCEEDING, 8500}}},
    {"Trying: 199 is provisional", RFC, false,
     {{TIME, 0, 0, SEND, TRYING, 500}, {RESPONSE, 100, 199, DELIVER, PROCEEDING, 500}}},
    {"Proceeding: 1xx, resp. to TU", RFC, false,
     {{TIME, 0, 0, SEND, TRYING, 500}, {RESPONSE, 100, 100, DELIVER, PROCEEDING, 500},
      {RESPONSE, 200, 183, DELIVER, PROCEEDING, 500}}},
    {"Proceeding: Timer F, inform TU", RFC, false,
     {{TIME, 0, 0, SEND, TRYING, 500}, {RESPONSE, 100, 100, DELIVER, PROCEEDING, 500},
      {TIME, 32000, 0, TIMEOUT, TERMINATED, SIRA_NEVER}}},
    {"Trying: 200-699, resp. to TU; sent once, so Timer K is 0", RFC, false,
     {{TIME, 0, 0, SEND, TRYING, 500}, {RESPONSE, 40, 200, DELIVER, COMPLETED, 40},
      {TIME, 40, 0, END, TERMINATED, SIRA_NEVER},
      {RESPONSE, 50, 200, NOTHING, TERMINATED, SIRA_NEVER}}},
    {"Trying: 699, resp. to TU; Completed: Timer K", RFC, false,
     {{TIME, 0, 0, SEND, TRYING, 500}, {TIME, 500, 0, RESEND, TRYING, 1500},
      {RESPONSE, 540, 699, DELIVER, COMPLETED, 5540},
      {RESPONSE, 541, 699, NOTHING, COMPLETED, 5540}, {RESPONSE, 542, 100, NOTHING, COMPLETED, 5540},
      {TIME, 1500, 0, NOTHING, COMPLETED, 5540}, {TIME, 5539, 0, NOTHING, COMPLETED, 5540},
      {TIME, 5540, 0, END, TERMINATED, SIRA_NEVER}}},
    {"Completed: Timer K behind where Timer F was", RFC, false,
     {{TIME, 0, 0, SEND, TRYING, 500}, {TIME, 31000, 0, RESEND, TRYING, 32000},
      {RESPONSE, 31500, 200, DELIVER, COMPLETED, 36500},
      {TIME, 32000, 0, NOTHING, COMPLETED, 36500}, {TIME, 36500, 0, END, TERMINATED, SIRA_NEVER}}},
    {"Proceeding: 200-699, resp. to TU", RFC, false,
     {{TIME, 0, 0, SEND, TRYING, 500}, {RESPONSE, 100, 100, DELIVER, PROCEEDING, 500},
      {TIME, 500, 0, RESEND, PROCEEDING, 4500},
      {RESPONSE, 600, 300, DELIVER, COMPLETED, 5600}, {TIME, 5600, 0, END, TERMINATED, SIRA_NEVER}}},
    {"a reliable transport: Timer K is 0", RFC, true,
     {{TIME, 0, 0, SEND, TRYING, 32000}, {RESPONSE, 40, 200, DELIVER, COMPLETED, 40},
      {TIME, 40, 0, END, TERMINATED, SIRA_NEVER}}},
    {"other T1, T2 and T4", {100, 300, 700}, false,
     {{TIME, 0, 0, SEND, TRYING, 100}, {TIME, 100, 0, RESEND, TRYING, 300}, {TIME, 300, 0, RESEND, TRYING, 600},
      {TIME, 600, 0, RESEND, TRYING, 900}, {RESPONSE, 650, 200, DELIVER, COMPLETED, 1350},
      {TIME, 1350, 0, END, TERMINATED, SIRA_NEVER}}},
    {"Timer E doubles up to T2", {400, 1000, 1}, false,
     {{TIME, 0, 0, SEND, TRYING, 400}, {TIME, 400, 0, RESEND, TRYING, 1200}, {TIME, 1200, 0, RESEND, TRYING, 2200},
      {TIME, 2200, 0, RESEND, TRYING, 3200}}},
    {"T1 that is T2", {900, 900, 1}, false,
     {{TIME, 0, 0, SEND, TRYING, 900}, {TIME, 900, 0, RESEND, TRYING, 1800},
      {TIME, 57600, 0, TIMEOUT, TERMINATED, SIRA_NEVER}}},
};

/* RFC 3261 figure 5 with RFC 6026; CANCEL by 9.1. */
static const walk figure_5[] = {
    {"INVITE from TU, INVITE sent; nothing before its time", RFC, false,
     {{TIME, 0, 0, SEND, CALLING, 500}, {TIME, 499, 0, NOTHING, CALLING, 500}}},
    {"Calling: Timer A fires, reset A, INVITE sent: doubled, also beyond T2", RFC, false,
     {{TIME, 0, 0, SEND, CALLING, 500}, {TIME, 500, 0, RESEND, CALLING, 1500}, {TIME, 1500, 0, RESEND, CALLING, 3500},
      {TIME, 3500, 0, RESEND, CALLING, 7500}, {TIME, 7500, 0, RESEND, CALLING, 15500},
      {TIME, 15500, 0, RESEND, CALLING, 31500},
      {TIME, 31500, 0, RESEND, CALLING, 32000}, {TIME, 32000, 0, TIMEOUT, TERMINATED, SIRA_NEVER}}},
    {"Calling: Timer B fires, inform TU", RFC, true,
     {{TIME, 0, 0, SEND, CALLING, 32000}, {TIME, 31999, 0, NOTHING, CALLING, 32000},
      {TIME, 32000, 0, TIMEOUT, TERMINATED, SIRA_NEVER},
      {TIME, 99000, 0, NOTHING, TERMINATED, SIRA_NEVER}}},
    {"Calling: 1xx, 1xx to TU; no INVITE is sent again", RFC, false,
     {{TIME, 0, 0, SEND, CALLING, 500}, {RESPONSE, 100, 100, DELIVER, PROCEEDING, 181100},
      {TIME, 500, 0, NOTHING, PROCEEDING, 181100},
      {TIME, 32000, 0, NOTHING, PROCEEDING, 181100}}},
    {"Calling: 199 is provisional", RFC, false,
     {{TIME, 0, 0, SEND, CALLING, 500}, {RESPONSE, 100, 199, DELIVER, PROCEEDING, 181100}}},
    {"Calling: 2xx, 2xx to TU; Accepted: 2xx, 2xx to TU; Timer M", RFC, false,
     {{TIME, 0, 0, SEND, CALLING, 500}, {RESPONSE, 100, 200, DELIVER, ACCEPTED, 32100},
      {RESPONSE, 600, 200, DELIVER, ACCEPTED, 32100},
      {RESPONSE, 600, 299, DELIVER, ACCEPTED, 32100},
      {RESPONSE, 700, 300, NOTHING, ACCEPTED, 32100}, {RESPONSE, 800, 180, NOTHING, ACCEPTED, 32100},
      {TIME, 32099, 0, NOTHING, ACCEPTED, 32100}, {TIME, 32100, 0, END, TERMINATED, SIRA_NEVER},
      {RESPONSE, 32101, 200, NOTHING, TERMINATED, SIRA_NEVER}}},
    {"Timer M on a reliable transport", RFC, true,
     {{TIME, 0, 0, SEND, CALLING, 32000}, {RESPONSE, 100, 200, DELIVER, ACCEPTED, 32100},
      {TIME, 32100, 0, END, TERMINATED, SIRA_NEVER}}},
    {"Calling: 300-699, ACK sent, resp. to TU; Completed: 300-699, ACK sent; Timer D", RFC, false,
     {{TIME, 0, 0, SEND, CALLING, 500}, {RESPONSE, 100, 300, ACK_AND_DELIVER, COMPLETED, 32100},
      {RESPONSE, 600, 300, ACK, COMPLETED, 32100}, {RESPONSE, 601, 699, ACK, COMPLETED, 32100},
      {RESPONSE, 602, 200, NOTHING, COMPLETED, 32100},
      {RESPONSE, 603, 180, NOTHING, COMPLETED, 32100}, {TIME, 32099, 0, NOTHING, COMPLETED, 32100},
      {TIME, 32100, 0, END, TERMINATED, SIRA_NEVER}, {RESPONSE, 32101, 300, NOTHING, TERMINATED, SIRA_NEVER}}},
    {"Timer D on a reliable transport is 0", RFC, true,
     {{TIME, 0, 0, SEND, CALLING, 32000}, {RESPONSE, 100, 699, ACK_AND_DELIVER, COMPLETED, 100},
      {TIME, 100, 0, END, TERMINATED, SIRA_NEVER}}},
    {"Proceeding: 1xx, 1xx to TU; 100 does not prolong Timer C", RFC, false,
     {{TIME, 0, 0, SEND, CALLING, 500}, {RESPONSE, 100, 100, DELIVER, PROCEEDING, 181100},
      {RESPONSE, 200, 100, DELIVER, PROCEEDING, 181100},
      {RESPONSE, 300, 101, DELIVER, PROCEEDING, 181300}, {RESPONSE, 400, 199, DELIVER, PROCEEDING, 181400}}},
    {"Proceeding: 2xx, 2xx to TU", RFC, false,
     {{TIME, 0, 0, SEND, CALLING, 500}, {RESPONSE, 100, 100, DELIVER, PROCEEDING, 181100},
      {RESPONSE, 200, 200, DELIVER, ACCEPTED, 32200}}},
    {"Proceeding: 300-699, ACK sent, resp. to TU", RFC, false,
     {{TIME, 0, 0, SEND, CALLING, 500}, {RESPONSE, 100, 100, DELIVER, PROCEEDING, 181100},
      {RESPONSE, 200, 486, ACK_AND_DELIVER, COMPLETED, 32200}}},
    {"other T1: Timers A, B and M; D is 32 seconds at least", {100, 200, 1}, false,
     {{TIME, 0, 0, SEND, CALLING, 100}, {TIME, 100, 0, RESEND, CALLING, 300}, {TIME, 300, 0, RESEND, CALLING, 700},
      {RESPONSE, 400, 404, ACK_AND_DELIVER, COMPLETED, 32400}}},
    {"a shorter T1: Timer B", {100, 200, 1}, true, {{TIME, 0, 0, SEND, CALLING, 6400},
      {RESPONSE, 50, 200, DELIVER, ACCEPTED, 6450}}},
    {"a longer T1: Timer D", {1000, 4000, 1}, false,
     {{TIME, 0, 0, SEND, CALLING, 1000}, {RESPONSE, 400, 404, ACK_AND_DELIVER, COMPLETED, 64400}}},

    {"Timer C: CANCEL, and 64*T1 for what comes of it", RFC, false,
     {{TIME, 0, 0, SEND, CALLING, 500}, {RESPONSE, 100, 180, DELIVER, PROCEEDING, 181100},
      {TIME, 181099, 0, NOTHING, PROCEEDING, 181100},
      {TIME, 181100, 0, SEND_CANCEL, PROCEEDING, 213100}, {RESPONSE, 181200, 180, DELIVER, PROCEEDING, 213100},
      {CANCEL, 181300, 0, NOTHING, PROCEEDING, 213100}, {TIME, 213099, 0, NOTHING, PROCEEDING, 213100},
      {TIME, 213100, 0, TIMEOUT, TERMINATED, SIRA_NEVER}}},
    {"cancel before anything was sent", RFC, false, {{CANCEL, 0, 0, END, TERMINATED, SIRA_NEVER},
      {CANCEL, 0, 0, NOTHING, TERMINATED, SIRA_NEVER}}},
    {"cancel in Calling waits for a provisional response", RFC, false,
     {{TIME, 0, 0, SEND, CALLING, 500}, {CANCEL, 100, 0, NOTHING, CALLING, 500}, {TIME, 500, 0, RESEND, CALLING, 1500},
      {RESPONSE, 600, 100, DELIVER, PROCEEDING, 600}, {CANCEL, 600, 0, NOTHING, PROCEEDING, 600},
      {TIME, 600, 0, SEND_CANCEL, PROCEEDING, 32600}, {RESPONSE, 700, 487, ACK_AND_DELIVER, COMPLETED, 32700}}},
    {"cancel in Calling, and a final response comes first", RFC, false,
     {{TIME, 0, 0, SEND, CALLING, 500}, {CANCEL, 100, 0, NOTHING, CALLING, 500},
      {RESPONSE, 200, 200, DELIVER, ACCEPTED, 32200},
      {TIME, 200, 0, NOTHING, ACCEPTED, 32200}}},
    {"cancel in Calling, and nothing comes", RFC, true,
     {{TIME, 0, 0, SEND, CALLING, 32000}, {CANCEL, 100, 0, NOTHING, CALLING, 32000},
      {TIME, 32000, 0, TIMEOUT, TERMINATED, SIRA_NEVER}}},
    {"cancel in Proceeding", RFC, false,
     {{TIME, 0, 0, SEND, CALLING, 500}, {RESPONSE, 100, 180, DELIVER, PROCEEDING, 181100},
      {CANCEL, 200, 0, NOTHING, PROCEEDING, 200},
      {TIME, 200, 0, SEND_CANCEL, PROCEEDING, 32200}, {CANCEL, 300, 0, NOTHING, PROCEEDING, 32200},
      {RESPONSE, 400, 200, DELIVER, ACCEPTED, 32400}}},
    {"cancel in Proceeding, and a final response before CANCEL goes out", RFC, false,
     {{TIME, 0, 0, SEND, CALLING, 500}, {RESPONSE, 100, 180, DELIVER, PROCEEDING, 181100},
      {CANCEL, 200, 0, NOTHING, PROCEEDING, 200},
      {RESPONSE, 200, 486, ACK_AND_DELIVER, COMPLETED, 32200}, {TIME, 200, 0, NOTHING, COMPLETED, 32200}}},
    {"cancel in Completed", RFC, false,
     {{TIME, 0, 0, SEND, CALLING, 500}, {RESPONSE, 100, 486, ACK_AND_DELIVER, COMPLETED, 32100},
      {CANCEL, 200, 0, NOTHING, COMPLETED, 32100}}},
    {"cancel in Accepted", RFC, false,
     {{TIME, 0, 0, SEND, CALLING, 500}, {RESPONSE, 100, 200, DELIVER, ACCEPTED, 32100},
      {CANCEL, 200, 0, NOTHING, ACCEPTED, 32100}}},
};
/* clang-format on */

static void every_edge_of_figure_6(void **context)
{
    (void)context;
    for (size_t i = 0; i < COUNT_OF(figure_6); i++)
        take(&figure_6[i], &non_invite);
}

static void every_edge_of_figure_5(void **context)
{
    (void)context;
    for (size_t i = 0; i < COUNT_OF(figure_5); i++)
        take(&figure_5[i], &invite);
}

/* RFC 3261 17.1.1.2 and 17.1.2.2: every time at which a request goes out that nobody answers. */
static void retransmits_as_the_rfc_says(void **context)
{
    (void)context;
    static const struct {
        const char *name;
        const figure *figure;
        sira_i_transaction_timing timing;
        uint64_t expected[13];
        size_t count; /* the last is the timeout */
    } cases[] = {
        {"E", &non_invite, RFC, {0, 500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500, 32000}, 12},
        {"A", &invite, RFC, {0, 500, 1500, 3500, 7500, 15500, 31500, 32000}, 8},
        {"E, T2 between", &non_invite, {100, 1300, 1}, {0, 100, 300, 700, 1500, 2800, 4100, 5400, 6400}, 9},
        {"E, T2 never reached", &non_invite, {10, 60000, 1}, {0, 10, 30, 70, 150, 310, 630, 640}, 8},
    };
    for (size_t c = 0; c < COUNT_OF(cases); c++) {
        sira_transaction transaction = {0};
        cases[c].figure->start(&transaction, 1, 0, &cases[c].timing);
        for (size_t i = 0; i < cases[c].count; i++) {
            const uint64_t now = sira_i_transaction_deadline(&transaction);
            const sira_i_transaction_action action = cases[c].figure->run(&transaction, now, &cases[c].timing);
            if (now != cases[c].expected[i])
                fail_msg("%s: number %zu at %llu", cases[c].name, i, (unsigned long long)now);
            assert_int_equal(action, i == 0 ? SEND : i + 1 == cases[c].count ? TIMEOUT : RESEND);
        }
        assert_int_equal(sira_i_transaction_deadline(&transaction), SIRA_NEVER);
    }
}

/* A transport error ends either machine: the owner sets Terminated, and nothing comes of it any more. */
static void nothing_comes_of_a_terminated_one(void **context)
{
    (void)context;
    static const figure *const figures[] = {&non_invite, &invite};
    for (size_t i = 0; i < COUNT_OF(figures); i++) {
        sira_transaction transaction = {0};
        assert_int_equal(sira_i_transaction_deadline(&transaction), SIRA_NEVER);
        figures[i]->start(&transaction, 1, 0, &timing);
        transaction.state = TERMINATED;
        assert_int_equal(sira_i_transaction_deadline(&transaction), SIRA_NEVER);
        assert_int_equal(figures[i]->run(&transaction, 64000, &timing), NOTHING);
        for (uint16_t code = 100; code < 700; code++)
            assert_int_equal(figures[i]->response(&transaction, code, 1, &timing), NOTHING);
        assert_int_equal(sira_i_invite_client_cancel(&transaction, 1), NOTHING);
        assert_int_equal(transaction.state, TERMINATED);
    }
}

static void a_branch_comes_back_as_it_went(void **context)
{
    (void)context;
    static const uint64_t ids[] = {0, 1, 0x0123456789abcdefu, UINT64_MAX};
    for (size_t i = 0; i < COUNT_OF(ids); i++) {
        char branch[SIRA_I_BRANCH_SIZE];
        uint64_t id = ~ids[i];
        sira_i_branch_write(ids[i], branch);
        assert_memory_equal(branch, "z9hG4bK", 7);
        assert_int_equal(sira_i_branch_read((sira_str){branch, sizeof branch}, &id), SIRA_OK);
        assert_int_equal(id, ids[i]);
    }
    static const char *const foreign[] = {"",
                                          "z9hG4bK",
                                          "z9hG4bK0123456789abcde",
                                          "z9hG4bK0123456789abcdef0",
                                          "z9hG4bK0123456789abcdeg",
                                          "z9hG4bX0123456789abcdef",
                                          "z9hG4bK0123456789abcde "};
    for (size_t i = 0; i < COUNT_OF(foreign); i++) {
        uint64_t id;
        if (sira_i_branch_read(sira_str_from(foreign[i]), &id) != SIRA_IDLE)
            fail_msg("taken as ours: %s", foreign[i]);
    }
}

/* RFC 3261 9.1: both have one branch on the wire, and each its place in the tree. */
static void a_cancel_stands_beside_what_it_cancels(void **context)
{
    (void)context;
    sira_transactions live;
    sira_transaction call = {.id = 0x0123456789abcdefu}, cancel = {.id = sira_i_branch_of_cancel(call.id)};
    sira_i_transactions_init(&live);
    assert_int_equal(sira_i_transactions_add(&live, &call), SIRA_OK);
    assert_int_equal(sira_i_transactions_add(&live, &cancel), SIRA_OK);
    assert_ptr_equal(sira_i_transactions_find(&live, call.id), &call);
    assert_ptr_equal(sira_i_transactions_find(&live, sira_i_branch_of_cancel(call.id)), &cancel);
    assert_int_equal(sira_i_branch_of_cancel(cancel.id), call.id);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_edge_of_figure_6),         cmocka_unit_test(every_edge_of_figure_5),
        cmocka_unit_test(retransmits_as_the_rfc_says),    cmocka_unit_test(nothing_comes_of_a_terminated_one),
        cmocka_unit_test(a_branch_comes_back_as_it_went), cmocka_unit_test(a_cancel_stands_beside_what_it_cancels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
