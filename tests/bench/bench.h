/* What every benchmark program does: run a case so often, or time all of them.
 *
 *     bench_X             prints for each case its name and the median time of one run in ns
 *     bench_X CASE COUNT  runs one case so often, for a program that counts instructions
 */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include <stddef.h>

typedef struct bench_case {
    const char *name;
    void (*run)(void);
} bench_case;

int bench_main(int argc, char **argv, const bench_case *cases, size_t count);

/* What is timed of each stack's messages, by functions of these names. */
#define BENCH_MESSAGE_CASES                                                                                            \
    {"parse-register", parse_register}, {"parse-200", parse_200}, {"parse-401", parse_401},                            \
        {"parse-invite", parse_invite},                                                                                \
    {                                                                                                                  \
        "write-register", write_register                                                                               \
    }

/* Ends the program: a case that fails has no time. */
void bench_fail(const char *what);

/* Sorts the values, too. */
double bench_median(double *values, size_t count);

typedef struct bench_text {
    char *at;
    size_t len;
} bench_text;

/* The messages of messages/, with a NUL behind them; there from bench_main on. */
extern bench_text bench_request, bench_ok, bench_challenge, bench_invite;

/* What a REGISTER is written of, the same for every program (that of messages/register.sip). */
typedef struct bench_register {
    const char *domain, *display, *user, *host, *port, *branch, *tag, *call_id, *method, *transport, *instance;
    const char *realm, *nonce, *response, *algorithm, *cnonce, *qop, *supported, *user_agent;
    unsigned expires, cseq, nc, max_forwards;
} bench_register;
extern const bench_register bench_parts;

/* Compares what was written with messages/register.sip, once: headers may stand in another order, but each must be
 * there. */
void bench_check_register(const char *text, size_t length);

#endif
