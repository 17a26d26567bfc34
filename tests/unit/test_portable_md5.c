#include "base/portable.h"

#include "support/judge.h"

static const judged hash = {SIRA_HASH_MD5, sira_i_md5};

/* RFC 1321 A.5. */
static void published_hashes_come_out(void **state)
{
    (void)state;
    static const published list[] = {
        {"", "d41d8cd98f00b204e9800998ecf8427e"},
        {"a", "0cc175b9c0f1b6a831c399e269772661"},
        {"abc", "900150983cd24fb0d6963f7d28e17f72"},
        {"message digest", "f96b697d7cb7938d525a2f31aaf161d0"},
        {"abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"},
        {"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", "d174ab98d277d9f5a5611c2c9f419d9f"},
        {"12345678901234567890123456789012345678901234567890123456789012345678901234567890",
         "57edf4a22be3c955ac49da2e2107b67a"},
    };
    expect_published(&hash, list, sizeof list / sizeof list[0]);
}

static void a_million_letters_come_out(void **state)
{
    (void)state;
    expect_million(&hash, "7707d6ae4e027c70eea2a935c2296f21");
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
