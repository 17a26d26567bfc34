#include "transaction/client.h"

#include "support/support.h"

#include <stdlib.h>

static void the_tree_finds_what_is_in_it(void **context)
{
    (void)context;
    enum { COUNT = 400 };
    sira_transactions tree;
    sira_transaction *all = calloc(COUNT, sizeof *all);
    bool in[COUNT] = {false};
    assert_non_null(all);
    sira_i_transactions_init(&tree);
    uint64_t random = 88172645463325252u;
    for (int i = 0; i < COUNT; i++) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        /* Some ids that differ in their last bits only, so that the tree gets as deep as it can. */
        all[i].id = i < 64 ? (uint64_t)1 << i : random;
    }
    for (int step = 0; step < 20000; step++) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        int i = (int)(random % COUNT);
        if (in[i])
            sira_i_transactions_remove(&tree, &all[i]);
        else
            assert_int_equal(sira_i_transactions_add(&tree, &all[i]), SIRA_OK);
        in[i] = !in[i];
        int k = (int)(random >> 32) % COUNT;
        k = k < 0 ? -k : k;
        assert_ptr_equal(sira_i_transactions_find(&tree, all[k].id), in[k] ? &all[k] : NULL);
    }
    for (int i = 0; i < COUNT; i++) {
        sira_transaction twin = {.id = all[i].id};
        if (in[i])
            assert_int_equal(sira_i_transactions_add(&tree, &twin), SIRA_E_STATE);
        sira_i_transactions_remove(&tree, &twin);
        assert_ptr_equal(sira_i_transactions_find(&tree, all[i].id), in[i] ? &all[i] : NULL);
    }
    free(all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_tree_finds_what_is_in_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
