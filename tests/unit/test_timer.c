#include "base/timer.h"

#include "support/support.h"

#include <stdlib.h>

enum { COUNT = 500 };

static uint32_t state;

static uint32_t next_random(void)
{
    state = state * 1664525u + 1013904223u;
    return state >> 8;
}

static void empty_queue_has_no_first(void **context)
{
    (void)context;
    sira_timers timers;
    sira_i_timers_init(&timers);
    assert_null(sira_i_timers_first(&timers));
}

static void set_to_never_takes_out(void **context)
{
    (void)context;
    sira_timers timers;
    sira_timer a, b;
    sira_i_timers_init(&timers);
    sira_i_timer_init(&a, NULL);
    sira_i_timer_init(&b, NULL);
    sira_i_timer_set(&timers, &a, SIRA_NEVER);
    assert_null(sira_i_timers_first(&timers));
    sira_i_timer_set(&timers, &a, 5);
    sira_i_timer_set(&timers, &b, 7);
    assert_ptr_equal(sira_i_timers_first(&timers), &a);
    sira_i_timer_set(&timers, &a, SIRA_NEVER);
    assert_ptr_equal(sira_i_timers_first(&timers), &b);
    sira_i_timer_set(&timers, &b, SIRA_NEVER);
    assert_null(sira_i_timers_first(&timers));
}

static void moving_a_timer_moves_the_first(void **context)
{
    (void)context;
    sira_timers timers;
    sira_timer a, b;
    sira_i_timers_init(&timers);
    sira_i_timer_init(&a, NULL);
    sira_i_timer_init(&b, NULL);
    sira_i_timer_set(&timers, &a, 10);
    sira_i_timer_set(&timers, &b, 20);
    sira_i_timer_set(&timers, &a, 30);
    assert_ptr_equal(sira_i_timers_first(&timers), &b);
    sira_i_timer_set(&timers, &a, 1);
    assert_ptr_equal(sira_i_timers_first(&timers), &a);
}

/* Against a plain search over an array, with sets, moves and removals in random order. */
static void agrees_with_a_search(void **context)
{
    (void)context;
    sira_timers timers;
    sira_timer *timer = calloc(COUNT, sizeof *timer);
    assert_non_null(timer);
    sira_i_timers_init(&timers);
    for (int i = 0; i < COUNT; i++)
        sira_i_timer_init(&timer[i], NULL);
    state = 1;
    for (int step = 0; step < 20000; step++) {
        sira_timer *one = &timer[next_random() % COUNT];
        sira_i_timer_set(&timers, one, next_random() % 5 == 0 ? SIRA_NEVER : next_random() % 1000);
        uint64_t least = SIRA_NEVER;
        for (int i = 0; i < COUNT; i++)
            if (timer[i].deadline < least)
                least = timer[i].deadline;
        const sira_timer *first = sira_i_timers_first(&timers);
        assert_int_equal(first != NULL ? first->deadline : SIRA_NEVER, least);
    }
    uint64_t last = 0;
    while (sira_i_timers_first(&timers) != NULL) {
        sira_timer *first = sira_i_timers_first(&timers);
        assert_true(first->deadline >= last);
        last = first->deadline;
        sira_i_timer_set(&timers, first, SIRA_NEVER);
    }
    free(timer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty_queue_has_no_first),
        cmocka_unit_test(set_to_never_takes_out),
        cmocka_unit_test(moving_a_timer_moves_the_first),
        cmocka_unit_test(agrees_with_a_search),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
