/* What digest answers cost, beside the hashing that they can't do without, measured in the same run.
 *
 *     bench_digest                 prints the times
 *     bench_digest CASE COUNT      runs one case so often, for instruction counts
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sira/digest_server.h>
#include <sira/gcrypt.h>

#include "digest/digest.h"

#define NONCE "dcd98b7102dd2f0e8b11d0f600bfb0c093dcd98b"
#define MD5 "MD5"
#define SHA256 "SHA-256"
#define CHALLENGE(algorithm)                                                                                           \
    "SIP/2.0 401 Unauthorized\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;rport=5060;branch=z9hG4bK74bf9b7a1b2c\r\n"            \
    "From: <sip:alice@example.com>;tag=1928301774\r\nTo: <sip:alice@example.com>;tag=a6c85cf\r\n"                      \
    "Call-ID: a84b4c76e66710@192.0.2.1\r\nCSeq: 314159 REGISTER\r\n"                                                   \
    "WWW-Authenticate: Digest realm=\"example.com\", nonce=\"" NONCE                                                   \
    "\", opaque=\"5ccc069c403ebaf9f0171e9517f40e41\", "                                                                \
    "algorithm=" algorithm ", qop=\"auth\"\r\nContent-Length: 0\r\n\r\n"

typedef struct bench {
    sira_gcrypt gcrypt;
    sira_hash hash;
    sira_digest_client_config config;
    sira_digest_client client;
    sira_digest_attempt attempt;
    sira_message message;
    sira_field fields[SIRA_LIMIT_FIELDS];
    uint8_t ha1[SIRA_HASH_SIZE_MAX];
    sira_i_proof proof;
    char ha2_text[64], response_text[256]; /* what the two hashes of an answer hash */
    size_t ha2_len, response_len;
    char out[1024];
} bench;

static bench b;
static volatile unsigned char sink;

/* ---- the cases ---- */

static void floor_of(sira_hash_algorithm algorithm)
{
    const sira_str texts[2] = {{b.ha2_text, b.ha2_len}, {b.response_text, b.response_len}};
    uint8_t out[SIRA_HASH_SIZE_MAX];
    for (int i = 0; i < 2; i++) {
        if (b.hash.digest(b.hash.context, algorithm, &texts[i], 1, out) != SIRA_OK)
            abort();
        sink ^= out[0];
    }
}

static void floor_md5(void)
{
    floor_of(SIRA_HASH_MD5);
}

static void floor_sha256(void)
{
    floor_of(SIRA_HASH_SHA256);
}

static void answer(sira_algorithm algorithm)
{
    uint8_t out[SIRA_HASH_SIZE_MAX];
    b.proof.algorithm = algorithm;
    if (sira_i_proof_compute(&b.proof, out) != SIRA_OK)
        abort();
    sink ^= out[0];
}

static void answer_md5(void)
{
    answer(SIRA_ALGORITHM_MD5);
}

static void answer_sha256(void)
{
    answer(SIRA_ALGORITHM_SHA_256);
}

/* From the bytes of a 401 to the bytes of the Authorization line; with a new client HA1 is made too. */
static void whole(const char *response, size_t length, bool known)
{
    static const sira_digest_request request = {.method = SIRA_STR_INIT("REGISTER"),
                                                .uri = SIRA_STR_INIT("sip:example.com")};
    static const uint8_t cnonce[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    sira_writer writer;
    if (!known)
        sira_digest_client_forget(&b.client);
    memset(&b.attempt, 0, sizeof b.attempt);
    sira_message_init(&b.message, b.fields, SIRA_LIMIT_FIELDS);
    if (sira_message_parse(&b.message, (sira_str){response, length}, NULL) != SIRA_OK ||
        sira_digest_client_challenged(&b.client, &b.attempt, &b.message, NULL) != SIRA_OK)
        abort();
    sira_digest_client_begin(&b.client, &b.attempt, cnonce);
    sira_writer_init(&writer, b.out, sizeof b.out);
    sira_digest_client_write(&b.client, &b.attempt, &request, &writer);
    if (sira_writer_finish(&writer, &length) != SIRA_OK)
        abort();
    sink ^= (unsigned char)b.out[length - 3];
}

static void whole_md5(void)
{
    whole(CHALLENGE(MD5), sizeof CHALLENGE(MD5) - 1, true);
}

static void whole_md5_new(void)
{
    whole(CHALLENGE(MD5), sizeof CHALLENGE(MD5) - 1, false);
}

static void whole_sha256(void)
{
    whole(CHALLENGE(SHA256), sizeof CHALLENGE(SHA256) - 1, true);
}

static const struct bench_case {
    const char *name, *what;
    void (*run)(void);
    const char *algorithm;
    int floor; /* the case that it is compared with; -1: none */
} cases[] = {
    {"floor_md5", "two hashes, MD5", floor_md5, MD5, -1},
    {"answer_md5", "digest answer, MD5, HA1 known", answer_md5, MD5, 0},
    {"floor_sha256", "two hashes, SHA-256", floor_sha256, SHA256, -1},
    {"answer_sha256", "digest answer, SHA-256, HA1 known", answer_sha256, SHA256, 2},
    {"whole_md5", "401 to Authorization line, MD5, HA1 known", whole_md5, MD5, 0},
    {"whole_md5_new", "401 to Authorization line, MD5, password", whole_md5_new, MD5, 0},
    {"whole_sha256", "401 to Authorization line, SHA-256, HA1 known", whole_sha256, SHA256, 2},
};
#define CASES (sizeof cases / sizeof cases[0])

static void set_up(const struct bench_case *c)
{
    const size_t hex = strcmp(c->algorithm, MD5) == 0 ? 32 : 64;
    char zeros[65];
    memset(zeros, '0', sizeof zeros);
    b.ha2_len = (size_t)snprintf(b.ha2_text, sizeof b.ha2_text, "REGISTER:sip:example.com");
    b.response_len =
        (size_t)snprintf(b.response_text, sizeof b.response_text, "%.*s:%s:00000001:0a4f113b0a4f113b:auth:%.*s",
                         (int)hex, zeros, NONCE, (int)hex, zeros);
    if (sira_digest_client_init(&b.client, &b.config, NULL) != SIRA_OK)
        abort();
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* The best of several rounds: what disturbs a round only makes it slower. */
static double nanoseconds(const struct bench_case *c)
{
    double best = 1e9;
    set_up(c);
    for (int round = 0; round < 25; round++) {
        const int n = 4000;
        const double start = seconds();
        for (int i = 0; i < n; i++)
            c->run();
        const double each = (seconds() - start) / n * 1e9;
        if (each < best)
            best = each;
    }
    return best;
}

static int print_all(void)
{
    double times[CASES];
    for (size_t i = 0; i < CASES; i++) {
        times[i] = nanoseconds(&cases[i]);
        printf("%-46s %7.0f ns", cases[i].what, times[i]);
        if (cases[i].floor >= 0)
            printf("  %5.2f x the hashing", times[i] / times[cases[i].floor]);
        putchar('\n');
    }
    return 0;
}

int main(int argc, char **argv)
{
    if (sira_gcrypt_open(&b.gcrypt) != SIRA_OK)
        return 1;
    b.hash = sira_gcrypt_hash(&b.gcrypt);
    sira_digest_client_config_init(&b.config);
    b.config.hash = b.hash;
    b.config.user = SIRA_STR("alice");
    b.config.password = SIRA_STR("secret");
    b.proof = (sira_i_proof){.hash = &b.hash,
                             .ha1 = b.ha1,
                             .nonce = SIRA_STR(NONCE),
                             .nc = SIRA_STR("00000001"),
                             .cnonce = SIRA_STR("0a4f113b0a4f113b"),
                             .qop = SIRA_QOP_AUTH,
                             .method = SIRA_STR("REGISTER"),
                             .uri = SIRA_STR("sip:example.com")};
    if (argc == 1)
        return print_all();
    for (size_t i = 0; argc == 3 && i < CASES; i++) {
        if (strcmp(argv[1], cases[i].name) != 0)
            continue;
        set_up(&cases[i]);
        for (long n = strtol(argv[2], NULL, 10); n > 0; n--)
            cases[i].run();
        return 0;
    }
    fprintf(stderr, "usage: bench_digest [CASE COUNT]\n");
    return 2;
}
