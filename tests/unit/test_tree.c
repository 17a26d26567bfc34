#include "transaction/client.h"

#include "support/support.h"

#include <stdlib.h>

#define DEEPEST 64

/* Walks along an id as the tree should have it: each node on the way has the bits in common that led to it. Returns how
 * many edges lead to the id, -1 when it is not there. */
static int depth_of(const sira_transactions *tree, uint64_t id)
{
    const sira_transaction *at = tree->root;
    for (int depth = 0; at != NULL; depth++) {
        assert_true(depth <= DEEPEST);
        if (depth > 0 && (at->id ^ id) >> (DEEPEST - depth) != 0)
            fail_msg("%016llx stands where the first %d bits of %016llx lead", (unsigned long long)at->id, depth,
                     (unsigned long long)id);
        if (at->id == id)
            return depth;
        assert_true(depth < DEEPEST);
        at = at->child[id >> (DEEPEST - 1 - depth) & 1];
    }
    return -1;
}

static void an_empty_tree_holds_nothing(void **context)
{
    (void)context;
    sira_transactions tree = {.root = (sira_transaction *)1};
    sira_transaction foreign = {.id = 7};
    sira_i_transactions_init(&tree);
    assert_null(tree.root);
    assert_null(sira_i_transactions_find(&tree, 0));
    assert_null(sira_i_transactions_find(&tree, UINT64_MAX));
    sira_i_transactions_remove(&tree, &foreign);
    assert_null(tree.root);
}

/* An entry may have been used before: what it pointed to is forgotten when it comes in. */
static void an_old_entry_brings_no_children(void **context)
{
    (void)context;
    sira_transactions tree;
    sira_transaction other = {.id = 1}, used = {.id = 0, .child = {&other, &other}};
    sira_i_transactions_init(&tree);
    assert_int_equal(sira_i_transactions_add(&tree, &used), SIRA_OK);
    assert_null(sira_i_transactions_find(&tree, 1));
    assert_int_equal(sira_i_transactions_add(&tree, &other), SIRA_OK);
    assert_ptr_equal(sira_i_transactions_find(&tree, 1), &other);
}

static void an_id_is_there_once(void **context)
{
    (void)context;
    sira_transactions tree;
    sira_transaction first = {.id = 5}, child = {.id = 6}, twin = {.id = 5, .child = {&first, &first}};
    sira_i_transactions_init(&tree);
    assert_int_equal(sira_i_transactions_add(&tree, &first), SIRA_OK);
    assert_int_equal(sira_i_transactions_add(&tree, &child), SIRA_OK);
    assert_int_equal(sira_i_transactions_add(&tree, &twin), SIRA_E_STATE);
    assert_int_equal(sira_i_transactions_add(&tree, &first), SIRA_E_STATE);
    assert_ptr_equal(twin.child[0], &first); /* it was not touched */
    assert_ptr_equal(sira_i_transactions_find(&tree, 6), &child);
    sira_i_transactions_remove(&tree, &twin); /* it is not in: the other one stays */
    assert_ptr_equal(sira_i_transactions_find(&tree, 5), &first);
    sira_i_transactions_remove(&tree, &first);
    assert_int_equal(sira_i_transactions_add(&tree, &twin), SIRA_OK);
    assert_ptr_equal(sira_i_transactions_find(&tree, 5), &twin);
    assert_ptr_equal(sira_i_transactions_find(&tree, 6), &child);
}

#define HIGH 0x8000000000000000u

/* Each shape that a removal may find: which goes, and which are left. */
static void whoever_goes_leaves_the_others(void **context)
{
    (void)context;
    static const struct {
        const char *name;
        size_t count, gone;
        uint64_t ids[7];
    } cases[] = {
        {"the only one", 1, 0, {9}},
        {"a root with a left child", 2, 0, {0, 1}},
        {"a root with a right child", 2, 0, {0, HIGH}},
        {"a root with both", 3, 0, {0, 1, HIGH}},
        {"a left leaf", 3, 1, {0, 1, HIGH}},
        {"a right leaf", 3, 2, {0, 1, HIGH}},
        {"a node with a left child only", 3, 1, {0, HIGH, HIGH + 1}},
        {"a node with a right child only", 3, 1, {0, HIGH, HIGH + HIGH / 2}},
        {"a root whose leaves are deep on the left", 5, 0, {0, 1, 2, 3, 4}},
        {"a root whose leaves are deep on the right", 5, 0, {0, ~1ull, ~2ull, ~3ull, ~4ull}},
        {"a root with a zigzag below", 6, 0, {0, HIGH, HIGH + 1, HIGH + HIGH / 2, HIGH + HIGH / 4, HIGH + 3}},
        {"an inner node of a full tree", 7, 1, {0, 1, HIGH, HIGH / 2, HIGH / 4, HIGH + HIGH / 2, HIGH + HIGH / 4}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        sira_transactions tree;
        sira_transaction all[7] = {0};
        sira_i_transactions_init(&tree);
        for (size_t k = 0; k < cases[i].count; k++) {
            all[k].id = cases[i].ids[k];
            expect_status(cases[i].name, sira_i_transactions_add(&tree, &all[k]), SIRA_OK);
        }
        sira_i_transactions_remove(&tree, &all[cases[i].gone]);
        for (size_t k = 0; k < cases[i].count; k++) {
            const bool there = k != cases[i].gone;
            if (sira_i_transactions_find(&tree, all[k].id) != (there ? &all[k] : NULL) ||
                (depth_of(&tree, all[k].id) >= 0) != there)
                fail_msg("%s: %zu", cases[i].name, k);
        }
        sira_i_transactions_remove(&tree, &all[cases[i].gone]); /* a second time does nothing */
        for (size_t k = 0; k < cases[i].count; k++)
            if (k != cases[i].gone)
                assert_ptr_equal(sira_i_transactions_find(&tree, all[k].id), &all[k]);
    }
}

/* Ids that have as many bits in common as can be, so that each stands below the one before. */
static void the_deepest_tree_has_64_levels_below_its_root(void **context)
{
    (void)context;
    sira_transaction all[DEEPEST + 1] = {0};
    for (int order = 0; order < 3; order++) {
        sira_transactions tree;
        sira_i_transactions_init(&tree);
        for (int i = 0; i <= DEEPEST; i++) {
            all[i].id = i < DEEPEST ? HIGH >> i : 0;
            assert_int_equal(sira_i_transactions_add(&tree, &all[i]), SIRA_OK);
            assert_int_equal(depth_of(&tree, all[i].id), i);
        }
        sira_transaction twin = {.id = 0};
        assert_int_equal(sira_i_transactions_add(&tree, &twin), SIRA_E_STATE);
        for (int i = 0; i <= DEEPEST; i++) {
            /* From the root, from the last leaf, and from the middle on. */
            const int gone = order == 0 ? i : order == 1 ? DEEPEST - i : (i + DEEPEST / 2) % (DEEPEST + 1);
            sira_i_transactions_remove(&tree, &all[gone]);
            assert_int_equal(depth_of(&tree, all[gone].id), -1);
            int left = 0;
            for (int k = 0; k <= DEEPEST; k++) {
                const int depth = depth_of(&tree, all[k].id);
                left += depth >= 0;
                assert_ptr_equal(sira_i_transactions_find(&tree, all[k].id), depth >= 0 ? &all[k] : NULL);
            }
            assert_int_equal(left, DEEPEST - i);
        }
        assert_null(tree.root);
    }
}

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
        assert_int_equal(depth_of(&tree, all[k].id) >= 0, in[k]);
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
        cmocka_unit_test(an_empty_tree_holds_nothing),
        cmocka_unit_test(an_old_entry_brings_no_children),
        cmocka_unit_test(an_id_is_there_once),
        cmocka_unit_test(whoever_goes_leaves_the_others),
        cmocka_unit_test(the_deepest_tree_has_64_levels_below_its_root),
        cmocka_unit_test(the_tree_finds_what_is_in_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
