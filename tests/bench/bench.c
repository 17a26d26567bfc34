#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROUNDS 31
#define ROUND_NS 3000000.0

const bench_register bench_parts = {
    .domain = "ims.example.net",
    .display = "Alice Example",
    .user = "alice.example",
    .host = "192.0.2.17",
    .port = "5060",
    .branch = "z9hG4bK7d1f0c2ab93e4455",
    .tag = "a73kszlfl8d2",
    .call_id = "1j9FpLxk3uxtm8tn-7c1e2a@192.0.2.17",
    .method = "REGISTER",
    .transport = "udp",
    .instance = "<urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6>",
    .realm = "ims.example.net",
    .nonce = "dcd98b7102dd2f0e8b11d0f600bfb0c093f1a2b3",
    .response = "6629fae49393a05397450978507c4ef1",
    .algorithm = "MD5",
    .cnonce = "0a4f113b8c2d11ef",
    .qop = "auth",
    .supported = "path, outbound, gruu",
    .user_agent = "ExampleUA/1.4.2 (linux)",
    .expires = 3600,
    .cseq = 4712,
    .nc = 1,
    .max_forwards = 70,
};

bench_text bench_request, bench_ok, bench_challenge, bench_invite;

void bench_fail(const char *what)
{
    fprintf(stderr, "%s failed\n", what);
    exit(1);
}

static bench_text load(const char *name)
{
    char path[512];
    bench_text text = {malloc(65536), 0};
    snprintf(path, sizeof path, "%s/messages/%s", BENCH_DIR, name);
    FILE *file = fopen(path, "rb");
    if (file == NULL || text.at == NULL)
        bench_fail(path);
    text.len = fread(text.at, 1, 65535, file);
    text.at[text.len] = '\0';
    fclose(file);
    return text;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double bench_median(double *values, size_t count)
{
    qsort(values, count, sizeof values[0], by_value);
    return values[count / 2];
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double run_ns(const bench_case *one, unsigned long count)
{
    double start = seconds();
    for (unsigned long i = 0; i < count; i++)
        one->run();
    return (seconds() - start) * 1e9 / (double)count;
}

/* The median of rounds of some milliseconds each. */
static double median_ns(const bench_case *one)
{
    double times[ROUNDS], guess = run_ns(one, 100);
    unsigned long count = (unsigned long)(ROUND_NS / (guess + 1)) + 1;
    for (int i = 0; i < ROUNDS; i++)
        times[i] = run_ns(one, count);
    return bench_median(times, ROUNDS);
}

int bench_main(int argc, char **argv, const bench_case *cases, size_t count)
{
    if (argc != 1 && argc != 3) {
        fprintf(stderr, "Usage: %s [CASE COUNT]\n", argv[0]);
        return 2;
    }
    bench_request = load("register.sip");
    bench_ok = load("r200.sip");
    bench_challenge = load("r401.sip");
    bench_invite = load("invite.sip");
    for (size_t i = 0; i < count; i++) {
        if (argc == 1) {
            printf("%s\t%.1f\n", cases[i].name, median_ns(&cases[i]));
        } else if (strcmp(argv[1], cases[i].name) == 0) {
            for (unsigned long n = strtoul(argv[2], NULL, 10); n > 0; n--)
                cases[i].run();
            return 0;
        }
    }
    return argc == 1 ? 0 : 3;
}

static int has(const char *text, size_t length, const char *needle)
{
    size_t n = strlen(needle);
    for (size_t i = 0; i + n <= length; i++)
        if (memcmp(text + i, needle, n) == 0)
            return 1;
    return 0;
}

void bench_check_register(const char *text, size_t length)
{
    static int checked;
    static const char *const needed[] = {
        "REGISTER sip:ims.example.net SIP/2.0\r\n",
        "SIP/2.0/UDP 192.0.2.17:5060;",
        "branch=z9hG4bK7d1f0c2ab93e4455",
        "rport",
        "Max-Forwards: 70\r\n",
        "\"Alice Example\" <sip:alice.example@ims.example.net>;tag=a73kszlfl8d2\r\n",
        "To: <sip:alice.example@ims.example.net>\r\n",
        ": 1j9FpLxk3uxtm8tn-7c1e2a@192.0.2.17\r\n",
        "CSeq: 4712 REGISTER\r\n",
        "<sip:alice.example@192.0.2.17:5060;transport=udp;ob>;",
        "expires=3600",
        "+sip.instance=\"<urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6>\"",
        "Authorization: Digest username=\"alice.example\", ",
        "realm=\"ims.example.net\"",
        "nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093f1a2b3\"",
        "uri=\"sip:ims.example.net\"",
        "response=\"6629fae49393a05397450978507c4ef1\"",
        "algorithm=MD5",
        "cnonce=\"0a4f113b8c2d11ef\"",
        "qop=auth",
        "nc=00000001",
        "Supported: path",
        "User-Agent: ExampleUA/1.4.2 (linux)\r\n",
        "Content-Length: 0\r\n",
    };
    for (size_t i = 0; !checked && i < sizeof needed / sizeof needed[0]; i++)
        if (!has(text, length, needed[i])) {
            fprintf(stderr, "%.*s\n", (int)length, text);
            bench_fail(needed[i]);
        }
    checked = 1;
}
