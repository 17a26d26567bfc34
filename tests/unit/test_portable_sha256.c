#include "base/portable.h"

#include "support/judge.h"

static const judged hash = {SIRA_HASH_SHA256, sira_i_sha256};

/* The examples of NIST for FIPS 180-4. */
static void published_hashes_come_out(void **state)
{
    (void)state;
    static const published list[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
        {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqr"
         "stu",
         "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
    };
    expect_published(&hash, list, sizeof list / sizeof list[0]);
}

static void a_million_letters_come_out(void **state)
{
    (void)state;
    expect_million(&hash, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static void libgcrypt_agrees_at_every_length(void **state)
{
    (void)state;
    expect_as_libgcrypt(&hash);
}

static void pieces_may_be_cut_anywhere(void **state)
{
    (void)state;
    expect_same_however_cut(&hash);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_hashes_come_out),
        cmocka_unit_test(a_million_letters_come_out),
        cmocka_unit_test(libgcrypt_agrees_at_every_length),
        cmocka_unit_test(pieces_may_be_cut_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
