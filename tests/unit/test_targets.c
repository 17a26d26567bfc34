/* lib/location/targets.c: who is asked next, how long who failed rests, and when the preferred one is asked again. */
#include "location/targets.h"

#include "support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
#define MINUTE 60000u

static sira_endpoint address(char letter)
{
    return (sira_endpoint){.family = SIRA_FAMILY_IPV4, .port = 5060, .address = {192, 0, 2, (uint8_t)letter}};
}

static bool set(sira_targets *targets, const char *letters, uint64_t now)
{
    sira_endpoint list[16];
    for (size_t i = 0; i < strlen(letters); i++)
        list[i] = address(letters[i]);
    return sira_i_targets_set(targets, list, strlen(letters), now);
}

static sira_targets made(const char *letters)
{
    sira_targets targets = {.count = 0};
    assert_false(set(&targets, letters, 0));
    return targets;
}

static char letter(const sira_targets *targets, uint8_t i)
{
    return i < targets->count ? (char)targets->list[i].endpoint.address[3] : '-';
}

static uint8_t index_of(const sira_targets *targets, char name)
{
    const sira_endpoint endpoint = address(name);
    return sira_i_targets_find(targets, &endpoint);
}

/* A story: "A!" A fails; "A-" A is barred for a minute; "?A" A is chosen, "?-" nobody may be asked; ">A" A is better
 * than the present one, ">-" nobody is; "=A" A is in use, whatever is chosen; "+90" so many seconds pass. */
static void run(const char *name, const char *letters, const char *story)
{
    sira_targets targets = made(letters);
    uint64_t now = 1000000;
    for (const char *at = story; *at != '\0'; at += strspn(at, " ")) {
        char found = 0, expected = at[1];
        if (*at == '+') {
            now += 1000u * (uint64_t)strtoul(at + 1, NULL, 10);
        } else if (*at == '?') {
            found = sira_i_targets_choose(&targets, now) ? letter(&targets, targets.present) : '-';
        } else if (*at == '>') {
            found = letter(&targets, sira_i_targets_better(&targets, now));
        } else if (*at == '=') {
            targets.present = index_of(&targets, at[1]);
        } else if (at[1] == '!') {
            sira_i_targets_fail(&targets, index_of(&targets, *at), now);
        } else {
            targets.list[index_of(&targets, *at)].barred_until = now + MINUTE;
        }
        if (found != 0 && found != expected)
            fail_msg("%s: %c instead of %.*s at %s", name, found, (int)strcspn(at, " "), at, at);
        at += strcspn(at, " ");
    }
}

static void who_is_asked(void **state)
{
    (void)state;
    static const struct {
        const char *name, *letters, *story;
    } cases[] = {
        {"in order", "ABC", "?A A! ?B B! ?C"},
        {"all fail: round", "ABC", "A! B! C! ?A A! ?B B! ?C C! ?A"},
        {"the first that is well comes before the next", "ABC", "=B B! ?A"},
        {"who is in use stays though a better one is well again", "ABC", "A! ?B +100 ?B >A"},
        {"a better one is not offered while it rests", "AB", "A! +59 >- +1 >A"},
        {"the best of the better ones", "ABC", "A! B! ?C +60 >A A! >B"},
        {"nobody is better than the first", "ABC", ">-"},
        {"nor is one that comes behind", "ABC", "=B A! >-"},
        {"a failure of another one changes nothing", "AB", "A! ?B A! ?B"},
        {"alone", "A", "A! ?A A! ?A"},
        {"alone and barred", "A", "A- ?- +59 ?- +1 ?A"},
        {"barred ones are not asked, resting ones are", "ABC", "A- B! C! ?B B! ?C C! ?B"},
        {"barred and in use", "ABC", "A- ?B +60 ?B >A"},
        {"barred is not better", "AB", "A! ?B +60 A- >- +60 >A"},
        {"all are barred", "AB", "A- +1 B- ?- +58 ?- +1 ?A"},
        {"all are barred, and one fails", "AB", "A- B- A! ?- +60 ?A"},
        {"none", "", "?- >-"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        run(cases[i].name, cases[i].letters, cases[i].story);
}

static void a_rest_grows_when_it_was_in_vain(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint64_t fails_at[9]; /* s; the end is 0 */
        uint64_t rests_until; /* s */
    } cases[] = {
        {"the first", {10}, 70},
        {"again within it: nothing new", {10, 69}, 70},
        {"at its end: twice", {10, 70}, 190},
        {"within one rest behind it", {10, 129}, 249},
        {"one rest behind it: as the first", {10, 130}, 190},
        {"twice twice", {10, 70, 190}, 430},
        {"long after: as the first", {10, 70, 190, 100000}, 100060},
        {"no longer than an hour", {10, 70, 190, 430, 910, 1870, 3790}, 7390},
        {"again", {10, 70, 190, 430, 910, 1870, 3790, 7390}, 10990},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        sira_targets targets = made("AB");
        for (size_t n = 0; cases[i].fails_at[n] != 0; n++)
            sira_i_targets_fail(&targets, 0, 1000 * cases[i].fails_at[n]);
        if (targets.list[0].rests_until != 1000 * cases[i].rests_until)
            fail_msg("%s: rests until %llu", cases[i].name, (unsigned long long)targets.list[0].rests_until / 1000);
        assert_int_equal(targets.list[1].rests_until, 0);
    }
}

static void another_list(void **state)
{
    (void)state;
    static const struct {
        const char *name, *before;
        char present;
        const char *after;
        bool stays;
        char then;
    } cases[] = {
        {"the same", "ABC", 'B', "ABC", true, 'B'},
        {"another order", "ABC", 'B', "CAB", true, 'B'},
        {"alone", "ABC", 'B', "B", true, 'B'},
        {"gone", "ABC", 'B', "DEF", false, 'D'},
        {"gone, and the first rests", "ABC", 'B', "XA", false, 'A'},
        {"the first", "", 0, "AB", false, 'A'},
        {"too many", "A", 'A', "BCDEFGHIA", false, 'B'},
        {"nothing any more", "AB", 'B', "", false, '-'},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        sira_targets targets = made(cases[i].before);
        if (cases[i].present != 0)
            targets.present = index_of(&targets, cases[i].present);
        if (strcmp(cases[i].after, "XA") == 0) { /* X is known, and rests */
            targets.list[2].endpoint = address('X');
            sira_i_targets_fail(&targets, 2, 5000);
        }
        if (set(&targets, cases[i].after, 6000) != cases[i].stays || letter(&targets, targets.present) != cases[i].then)
            fail_msg("%s: %c", cases[i].name, letter(&targets, targets.present));
        assert_true(targets.count <= SIRA_LIMIT_TARGETS);
    }
}

static void health_outlives_another_list(void **state)
{
    (void)state;
    sira_targets targets = made("ABC");
    sira_i_targets_fail(&targets, 0, 10000);
    targets.list[2].barred_until = 20000;
    assert_true(set(&targets, "CDAB", 11000));
    assert_int_equal(targets.list[0].barred_until, 20000);
    assert_int_equal(targets.list[1].rests_until, 0);
    assert_int_equal(targets.list[2].rests_until, 70000);
    assert_int_equal(targets.list[2].rest, MINUTE);
}

static void the_first_bar_that_ends(void **state)
{
    (void)state;
    sira_targets targets = made("ABC");
    assert_true(sira_i_targets_barred_until(&targets) == 0);
    targets.list[0].barred_until = 3000;
    targets.list[1].barred_until = 2000;
    targets.list[2].barred_until = 4000;
    assert_true(sira_i_targets_barred_until(&targets) == 2000);
    targets.count = 0;
    assert_true(sira_i_targets_barred_until(&targets) == SIRA_NEVER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_is_asked),
        cmocka_unit_test(a_rest_grows_when_it_was_in_vain),
        cmocka_unit_test(another_list),
        cmocka_unit_test(health_outlives_another_list),
        cmocka_unit_test(the_first_bar_that_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
