#include "base/portable.h"

#include "support/judge.h"

static const judged hash = {SIRA_HASH_SHA512_256, sira_i_sha512_256};

/* The examples of NIST for FIPS 180-4: SHA-512/256, not SHA-512 cut short. */
static void published_hashes_come_out(void **state)
{
    (void)state;
    static const published list[] = {
        {"", "c672b8d1ef56ed28ab87c3622c5114069bdd3ad7b8f9737498d0c01ecef0967a"},
        {"abc", "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23"},
        {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqr"
         "stu",
         "3928e184fb8690f840da3988121d31be65cb9d3ef83ee6146feac861e19b563a"},
    };
    expect_published(&hash, list, sizeof list / sizeof list[0]);
}

static void a_million_letters_come_out(void **state)
{
    (void)state;
    expect_million(&hash, "9a59a052930187a97038cae692f30708aa6491923ef5194394dc68d56c74fb21");
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
