/* What it takes to find a user of the example's registrar: as long for each, so that nobody learns from it who is
 * there. */
#include "bench.h"

#include <stdio.h>

#include "support/users.h"

static users all;
static char names[USERS_MAX + 1][8];
static volatile size_t sink;

static void look_up(size_t number)
{
    sira_digest_account account = {0};
    sira_digest_lookup lookup = {.user = sira_str_from(names[number])};
    sink += (size_t)users_look_up(&all, &lookup, &account) + account.password.len;
}

static void look_up_first(void)
{
    look_up(0);
}

static void look_up_last(void)
{
    look_up(USERS_MAX - 1);
}

static void look_up_nobody(void)
{
    look_up(USERS_MAX);
}

int main(int argc, char **argv)
{
    static const bench_case cases[] = {
        {"look-up-first", look_up_first}, {"look-up-last", look_up_last}, {"look-up-nobody", look_up_nobody}};
    for (size_t i = 0; i <= USERS_MAX; i++) {
        char line[16];
        snprintf(names[i], sizeof names[i], "u%04zu", i);
        snprintf(line, sizeof line, "%s:secret", names[i]);
        if (i < USERS_MAX && users_add(&all, sira_str_from(line)) != NULL)
            bench_fail("users: add");
    }
    return bench_main(argc, argv, cases, sizeof cases / sizeof cases[0]);
}
