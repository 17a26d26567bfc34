#include "base/random.h"

#include "support/support.h"

#include <string.h>

typedef struct source {
    unsigned calls;
    uint8_t next;
    bool broken;
} source;

static sira_status fill(void *context, uint8_t *bytes, size_t n)
{
    source *from = context;
    from->calls++;
    for (size_t i = 0; i < n; i++)
        bytes[i] = from->broken ? 0xee : ++from->next;
    return from->broken ? SIRA_E_ENTROPY : SIRA_OK;
}

static void draws_in_blocks_and_gives_each_byte_once(void **context)
{
    (void)context;
    source from = {0};
    const sira_entropy entropy = {&from, fill};
    sira_random random;
    bool seen[256] = {false};
    sira_i_random_init(&random, &entropy);
    for (int i = 0; i < 16; i++) {
        uint8_t out[8];
        assert_int_equal(sira_i_random_fill(&random, out, sizeof out), SIRA_OK);
        for (size_t k = 0; k < sizeof out; k++) {
            assert_false(seen[out[k]]);
            seen[out[k]] = true;
        }
    }
    assert_int_equal(from.calls, 1);
}

static void wipes_what_was_given_out(void **context)
{
    (void)context;
    source from = {0};
    const sira_entropy entropy = {&from, fill};
    sira_random random;
    uint8_t out[16];
    sira_i_random_init(&random, &entropy);
    assert_int_equal(sira_i_random_fill(&random, out, sizeof out), SIRA_OK);
    for (size_t i = random.left; i < sizeof random.pool; i++)
        assert_int_equal(random.pool[i], 0);
}

static void a_broken_source_gives_nothing(void **context)
{
    (void)context;
    source from = {.broken = true};
    const sira_entropy entropy = {&from, fill};
    sira_random random;
    uint8_t out[4] = {1, 2, 3, 4};
    const uint8_t zero[4] = {0};
    sira_i_random_init(&random, &entropy);
    assert_int_equal(sira_i_random_fill(&random, out, sizeof out), SIRA_E_ENTROPY);
    assert_memory_equal(out, zero, sizeof out);
    from.broken = false;
    assert_int_equal(sira_i_random_fill(&random, out, sizeof out), SIRA_OK);
    uint8_t much[sizeof random.pool + 1];
    assert_int_equal(sira_i_random_fill(&random, much, sizeof much), SIRA_E_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_in_blocks_and_gives_each_byte_once),
        cmocka_unit_test(wipes_what_was_given_out),
        cmocka_unit_test(a_broken_source_gives_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
