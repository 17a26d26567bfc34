/* Registrations over loopback, REGISTER, 401, REGISTER, 200: an agent with many lines and one server, beside the four
 * system calls that a registration can't do without, measured in the same run.
 *
 *     bench_agent              prints names and values: ns for one registration, and the bytes of a line
 *     bench_agent lines COUNT  registers so many lines once, for a program that counts
 *
 * "lines-N" and "floor" are processor time of this process alone: what the registrar takes is not in it. "clock-..." is
 * by the clock on the wall, with the registrar's share. "ends-N" is what comes T4 later, the end of the transactions.
 * Values are steady to a percent or two when the program is pinned to one core, as report.py does. */
#include "bench.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <sira/gcrypt.h>
#include <sira/sira.h>

#include "registrar.h"

#define IN_FLIGHT 64u
#define ROUNDS 5
#define LINES_MAX 100000u
#define FLOOR_COUNT 10000u

/* Nothing gets lost on loopback, so a retransmission means that the machine stood still, and would spoil the counts. T1
 * stays below T4, so that timers stand in the order that they have outside. */
#define T1 2000u
#define T4 5000u

/* The program ends in any case: so many ms without an answer, so many seconds in all. */
#define PATIENCE 10000
#define TIME_LIMIT 300u

/* What an application keeps for a line. */
typedef struct line {
    sira_account account;
    sira_registration registration;
    char aor[32];
} line;

typedef struct datagram {
    char bytes[2048];
    size_t length;
} datagram;

static struct {
    registrar peer;
    char peer_uri[32];
    sira_gcrypt gcrypt;
    sira_agent agent;
    sira_server server;
    sira_flow flow;
    line *lines;
    unsigned registered; /* events of this run */
    unsigned exchanges;  /* of all runs: so often the registrar has to have challenged and accepted */
    datagram sent[2];    /* a REGISTER without and one with Authorization */
    unsigned sent_count;
    datagram in;
    char scratch[1500];
} own;

static void need(sira_status status, const char *what)
{
    if (status != SIRA_OK)
        bench_fail(what);
}

/* ---- time ---- */

static double seconds(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static uint64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u;
}

typedef struct stopwatch {
    double processor, wall;
} stopwatch;

static stopwatch started(void)
{
    return (stopwatch){seconds(CLOCK_PROCESS_CPUTIME_ID), seconds(CLOCK_MONOTONIC)};
}

/* ns for one of count. */
static stopwatch stopped(stopwatch start, unsigned count)
{
    const stopwatch end = started();
    return (stopwatch){(end.processor - start.processor) * 1e9 / count, (end.wall - start.wall) * 1e9 / count};
}

/* ---- the port ---- */

static sira_status send_bytes(void *context, const sira_flow *flow, sira_str bytes)
{
    (void)context, (void)flow;
    return send(own.peer.udp, bytes.at, bytes.len, 0) == (ssize_t)bytes.len ? SIRA_OK : SIRA_E_TRANSPORT;
}

/* Waits only when nothing is there. */
static sira_str receive_bytes(void)
{
    struct pollfd source = {.fd = own.peer.udp, .events = POLLIN};
    ssize_t length;
    while ((length = recv(own.peer.udp, own.in.bytes, sizeof own.in.bytes, 0)) < 0) {
        if (errno != EAGAIN)
            bench_fail("recv");
        if (poll(&source, 1, PATIENCE) <= 0)
            bench_fail("an answer in time");
    }
    return (sira_str){own.in.bytes, (size_t)length};
}

static sira_status open_flow(void *context, const sira_endpoint *remote, sira_str name, sira_flow *flow)
{
    (void)context;
    (void)name;
    flow->local = *remote;
    flow->local.port = own.peer.local_port;
    own.flow = *flow;
    return SIRA_OK;
}

/* Libgcrypt's takes some microseconds a call, which says nothing about the agent. */
static sira_status fill(void *context, uint8_t *bytes, size_t n)
{
    (void)context;
    return getrandom(bytes, n, 0) == (ssize_t)n ? SIRA_OK : SIRA_E_ENTROPY;
}

static void keep_sent(void *context, const sira_trace_entry *entry)
{
    (void)context;
    if (entry->kind != SIRA_TRACE_SENT || own.sent_count == 2)
        return;
    datagram *to = &own.sent[own.sent_count++];
    memcpy(to->bytes, entry->bytes.at, entry->bytes.len);
    to->length = entry->bytes.len;
}

static void on_event(void *user, const sira_event *event)
{
    char text[200];
    (void)user;
    if (event->kind == SIRA_EVENT_REGISTERED && event->status == SIRA_OK) {
        own.registered++;
    } else if (event->kind != SIRA_EVENT_REGISTERING) {
        sira_event_describe(event, text, sizeof text);
        bench_fail(text);
    }
}

/* ---- one run ---- */

static void make_agent(void (*trace)(void *context, const sira_trace_entry *entry))
{
    sira_agent_config config;
    sira_agent_config_init(&config);
    config.transport = (sira_transport){.open = open_flow, .send = send_bytes};
    config.entropy.fill = fill;
    config.hash = sira_gcrypt_hash(&own.gcrypt);
    config.trace.message = trace;
    config.on_event = on_event;
    config.scratch = own.scratch;
    config.scratch_size = sizeof own.scratch;
    config.user_agent = SIRA_STR("ExampleUA/1.4.2 (linux)");
    config.t1 = T1;
    config.t4 = T4;
    need(sira_agent_init(&own.agent, &config, now_ms(), NULL), "agent");
}

static void make_server(void)
{
    sira_server_config config;
    sira_server_config_init(&config);
    snprintf(own.peer_uri, sizeof own.peer_uri, "sip:127.0.0.1:%u", own.peer.port);
    config.uri = sira_str_from(own.peer_uri);
    config.max_in_flight = IN_FLIGHT;
    need(sira_server_init(&own.server, &own.agent, &config, NULL), "server");
}

static void make_lines(unsigned count)
{
    sira_account_config config;
    sira_account_config_init(&config);
    config.password = SIRA_STR("secret");
    for (line *l = own.lines; l < own.lines + count; l++) {
        snprintf(l->aor, sizeof l->aor, "sip:%08u@ims.example.net", (unsigned)(l - own.lines));
        config.aor = sira_str_from(l->aor);
        need(sira_account_init(&l->account, &own.server, &config, NULL), "account");
        need(sira_registration_init(&l->registration, &l->account, NULL, NULL), "registration");
    }
}

static void run_due(uint64_t now)
{
    while (sira_agent_deadline(&own.agent) <= now)
        sira_agent_tick(&own.agent, now);
}

static void register_all(unsigned count)
{
    own.registered = 0;
    for (unsigned i = 0; i < count; i++)
        need(sira_registration_start(&own.lines[i].registration), "start");
    run_due(now_ms());
    while (own.registered < count) {
        sira_str bytes = receive_bytes();
        uint64_t now = now_ms();
        need(sira_agent_receive(&own.agent, &own.flow, bytes, now), "an answer that fits");
        run_due(now);
    }
}

static void check(unsigned count)
{
    const sira_agent_counters *counters = sira_agent_get_counters(&own.agent);
    const sira_agent_counters expected = {.sent = 2 * count, .received = 2 * count};
    for (unsigned i = 0; i < count; i++)
        if (sira_registration_get_state(&own.lines[i].registration) != SIRA_REGISTRATION_REGISTERED ||
            !sira_registration_is_bound(&own.lines[i].registration))
            bench_fail("registering each line");
    if (own.registered != count || memcmp(counters, &expected, sizeof expected) != 0)
        bench_fail("two requests and two answers for each line, and nothing else");
    own.exchanges += count;
}

typedef struct result {
    stopwatch registering, ending;
} result;

/* What is made here is dropped whole: it owns nothing. */
static result run_lines(unsigned count, void (*trace)(void *context, const sira_trace_entry *entry))
{
    result measured;
    make_agent(trace);
    make_server();
    make_lines(count);
    stopwatch start = started();
    register_all(count);
    measured.registering = stopped(start, count);
    check(count);
    start = started();
    run_due(now_ms() + T4);
    measured.ending = stopped(start, count);
    return measured;
}

/* ---- the floor ---- */

static void send_again(const datagram *d)
{
    need(send_bytes(NULL, NULL, (sira_str){d->bytes, d->length}), "send");
}

/* The requests of one line again and again, so the sizes are the same; only the status code of an answer is looked at.
 */
static stopwatch run_floor(unsigned count)
{
    const stopwatch start = started();
    unsigned begun = 0, done = 0;
    for (; begun < IN_FLIGHT; begun++)
        send_again(&own.sent[0]);
    while (done < count) {
        if (receive_bytes().at[sizeof "SIP/2.0 " - 1] == '4') {
            send_again(&own.sent[1]);
        } else {
            done++;
            if (begun < count) {
                begun++;
                send_again(&own.sent[0]);
            }
        }
    }
    own.exchanges += count;
    return stopped(start, count);
}

/* ---- all runs ---- */

typedef struct figure {
    const char *name;
    double rounds[ROUNDS];
} figure;

enum { FLOOR, CLOCK_FLOOR, LINES_1000, LINES_10000, LINES_100000, CLOCK_10000, ENDS_1000, ENDS_10000, ENDS_100000 };

/* As many registrations of few lines as of more, so that a short run says as much as a long one. */
static result run_few_lines(void)
{
    result sum = {{0, 0}, {0, 0}};
    for (int i = 0; i < 10; i++) {
        const result one = run_lines(1000, NULL);
        sum.registering.processor += one.registering.processor / 10;
        sum.ending.processor += one.ending.processor / 10;
    }
    return sum;
}

/* One round of everything after the other, so that a disturbance meets the floor, too. */
static void measure_round(figure *figures, int round)
{
    const stopwatch bare = run_floor(FLOOR_COUNT);
    const result few = run_few_lines(), many = run_lines(10000, NULL), most = run_lines(100000, NULL);
    figures[FLOOR].rounds[round] = bare.processor;
    figures[CLOCK_FLOOR].rounds[round] = bare.wall;
    figures[LINES_1000].rounds[round] = few.registering.processor;
    figures[LINES_10000].rounds[round] = many.registering.processor;
    figures[LINES_100000].rounds[round] = most.registering.processor;
    figures[CLOCK_10000].rounds[round] = many.registering.wall;
    figures[ENDS_1000].rounds[round] = few.ending.processor;
    figures[ENDS_10000].rounds[round] = many.ending.processor;
    figures[ENDS_100000].rounds[round] = most.ending.processor;
}

static void measure(void)
{
    static figure figures[] = {
        [FLOOR] = {.name = "floor"},
        [CLOCK_FLOOR] = {.name = "clock-floor"},
        [LINES_1000] = {.name = "lines-1000"},
        [LINES_10000] = {.name = "lines-10000"},
        [LINES_100000] = {.name = "lines-100000"},
        [CLOCK_10000] = {.name = "clock-10000"},
        [ENDS_1000] = {.name = "ends-1000"},
        [ENDS_10000] = {.name = "ends-10000"},
        [ENDS_100000] = {.name = "ends-100000"},
    };
    (void)run_lines(1, keep_sent);
    for (int round = 0; round < ROUNDS; round++)
        measure_round(figures, round);
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++)
        printf("%s\t%.1f\n", figures[i].name, bench_median(figures[i].rounds, ROUNDS));
    printf("bytes\t%zu\n", sizeof(sira_account) + sizeof(sira_registration));
}

/* Neither side interrupts the other: on one core each handles all that is there before the other's turn comes. Where
 * that can't be had, the figures are only less steady. */
static void take_turns(void)
{
    const struct sched_param none = {.sched_priority = 0};
    (void)sched_setscheduler(0, SCHED_BATCH, &none);
}

static void open_all(unsigned count)
{
    alarm(TIME_LIMIT);
    take_turns();
    need(sira_gcrypt_open(&own.gcrypt), "Libgcrypt");
    registrar_start(&own.peer);
    own.lines = calloc(count, sizeof *own.lines);
    if (own.lines == NULL)
        bench_fail("memory for the lines");
}

static void close_all(void)
{
    const registrar_counts counts = registrar_stop(&own.peer);
    if (counts.challenged != own.exchanges || counts.accepted != own.exchanges || counts.ignored != 0)
        bench_fail("the registrar's count");
    free(own.lines);
    sira_gcrypt_close(&own.gcrypt);
}

int main(int argc, char **argv)
{
    unsigned long count = argc == 3 && strcmp(argv[1], "lines") == 0 ? strtoul(argv[2], NULL, 10) : 0;
    if (argc != 1 && (count == 0 || count > LINES_MAX)) {
        fprintf(stderr, "Usage: %s [lines COUNT]\n", argv[0]);
        return 2;
    }
    open_all(argc == 1 ? LINES_MAX : (unsigned)count);
    if (argc == 1)
        measure();
    else
        (void)run_lines((unsigned)count, NULL);
    close_all();
    return 0;
}
