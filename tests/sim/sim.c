/* sim: runs simulated worlds from seeds and checks that what the library promises holds in all of them. A run that
 * breaks a promise is run again with ever fewer faults, until each that is left is needed. */
#include "sim/sim.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

sim world;

/* ---- chance ---- */

/* splitmix64 over both. */
uint64_t sim_hash(uint64_t a, uint64_t b)
{
    uint64_t z = world.seed * 0x9e3779b97f4a7c15u + a * 0xbf58476d1ce4e5b9u + b * 0x94d049bb133111ebu;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

uint64_t sim_draw(uint64_t below)
{
    return sim_hash(++world.draws, 0) % below;
}

void sim_break(const char *format, ...)
{
    va_list list;
    if (world.broken[0] != '\0')
        return;
    va_start(list, format);
    (void)vsnprintf(world.broken, sizeof world.broken, format, list);
    va_end(list);
}

/* ---- faults ---- */

static const char *const fault_names[FAULT_KINDS] = {"loss",    "delay",   "twice", "cut",     "mapping",
                                                     "address", "sending", "power", "amnesia", "sleep",
                                                     "restart", "slow",    "busy",  "lies"};

static bool is_of_server(fault_kind kind)
{
    return kind >= FAULT_RESTART;
}

static void make_faults(void)
{
    world.fault_count = (unsigned)sim_draw(FAULTS_MAX + 1u);
    for (unsigned i = 0; i < world.fault_count; i++) {
        fault *at = &world.faults[i];
        static const unsigned how_much[FAULT_KINDS] = {
            [FAULT_LOSS] = 900, [FAULT_DELAY] = 20000, [FAULT_TWICE] = 500, [FAULT_SLOW] = 40000, [FAULT_BUSY] = 10000};
        *at = (fault){.kind = (fault_kind)sim_draw(FAULT_KINDS)};
        at->from = sim_draw(FAULTS_END - HOUR);
        at->to = at->from + 1 + sim_draw(sim_draw(3) == 0 ? HOUR : 3 * MINUTE);
        at->who = (unsigned)sim_draw(is_of_server(at->kind) ? world.server_count : world.device_count);
        at->how_much = (unsigned)sim_draw(how_much[at->kind] + 1u);
        at->left_out = (world.left_out >> i & 1u) != 0;
    }
}

const fault *sim_fault(fault_kind kind, unsigned who)
{
    for (unsigned i = 0; i < world.fault_count; i++) {
        const fault *at = &world.faults[i];
        const bool of_all = kind == FAULT_LOSS || kind == FAULT_DELAY || kind == FAULT_TWICE;
        if (!at->left_out && at->kind == kind && (of_all || at->who == who) && at->from <= world.now &&
            world.now < at->to)
            return at;
    }
    return NULL;
}

/* What happens when a fault begins and ends. */
static void turn(const fault *at, bool begins)
{
    if (at->kind == FAULT_RESTART && begins)
        server_forget(&world.servers[at->who]);
    if (is_of_server(at->kind))
        return;
    device *who = &world.devices[at->who];
    switch (at->kind) {
    case FAULT_MAPPING:
        who->mapping++;
        for (unsigned i = 0; i < who->line_count; i++)
            who->lines[i].excuses += 2;
        break;
    case FAULT_ADDRESS:
        if (begins && who->on && !who->asleep)
            device_move(who);
        break;
    case FAULT_POWER:
    case FAULT_AMNESIA:
        if (begins)
            device_off(who);
        else if (!who->on && sim_fault(FAULT_POWER, at->who) == NULL && sim_fault(FAULT_AMNESIA, at->who) == NULL)
            device_boot(who, at->kind == FAULT_POWER);
        break;
    case FAULT_SLEEP:
        who->asleep = sim_fault(FAULT_SLEEP, at->who) != NULL;
        break;
    default:
        break;
    }
}

/* ---- the network ---- */

static bool is_before(const packet *a, const packet *b)
{
    return a->at < b->at || (a->at == b->at && a->order < b->order);
}

static void push(packet *added)
{
    if (world.heap_count == world.heap_capacity) {
        world.heap_capacity = world.heap_capacity == 0 ? 1024 : 2 * world.heap_capacity;
        world.heap = realloc(world.heap, world.heap_capacity * sizeof *world.heap);
        if (world.heap == NULL)
            abort();
    }
    size_t at = world.heap_count++;
    while (at > 0 && is_before(added, world.heap[(at - 1) / 2])) {
        world.heap[at] = world.heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    world.heap[at] = added;
}

static packet *pop(void)
{
    packet *first = world.heap[0], *last = world.heap[--world.heap_count];
    size_t at = 0;
    for (size_t child = 1; child < world.heap_count; child = 2 * at + 1) {
        if (child + 1 < world.heap_count && is_before(world.heap[child + 1], world.heap[child]))
            child++;
        if (!is_before(world.heap[child], last))
            break;
        world.heap[at] = world.heap[child];
        at = child;
    }
    world.heap[at] = last;
    return first;
}

void sim_post(const packet *like, const char *bytes, size_t length)
{
    const fault *loss = sim_fault(FAULT_LOSS, 0), *delay = sim_fault(FAULT_DELAY, 0),
                *twice = sim_fault(FAULT_TWICE, 0);
    unsigned copies = twice != NULL && sim_draw(1000) < twice->how_much ? 2 : 1;
    while (copies-- > 0) {
        packet *added = malloc(sizeof *added + length);
        if (added == NULL)
            abort();
        *added = *like;
        added->order = ++world.order;
        added->at = like->at + 1 + sim_draw(30) + (delay != NULL ? sim_draw(delay->how_much + 1u) : 0);
        added->length = length;
        memcpy(added->bytes, bytes, length);
        if ((loss != NULL && sim_draw(1000) < loss->how_much) || sim_fault(FAULT_CUT, like->device) != NULL)
            free(added);
        else
            push(added);
    }
}

static void arrive(packet *arrived)
{
    device *who = &world.devices[arrived->device];
    if (arrived->to_server)
        server_receive(&world.servers[arrived->server], arrived);
    else if (sim_fault(FAULT_CUT, arrived->device) == NULL && (!who->nat || arrived->mapping == who->mapping))
        device_receive(who, arrived);
    free(arrived);
}

/* ---- time ---- */

static void make_world(void)
{
    world.server_count = 1 + (unsigned)sim_draw(SERVERS_MAX);
    world.device_count = 1 + (unsigned)sim_draw(DEVICES_MAX);
    make_faults();
    for (unsigned i = 0; i < world.server_count; i++)
        server_make(&world.servers[i], i);
    world.devices = calloc(world.device_count, sizeof *world.devices);
    if (world.devices == NULL || sira_gcrypt_open(&world.gcrypt) != SIRA_OK)
        abort();
    world.now = 1000;
    for (unsigned i = 0; i < world.device_count; i++) {
        device_make(&world.devices[i], i);
        device_boot(&world.devices[i], false);
    }
}

static void turn_faults(uint64_t at)
{
    for (unsigned i = 0; i < world.fault_count; i++) {
        if (world.faults[i].left_out)
            continue;
        if (world.faults[i].from == at)
            turn(&world.faults[i], true);
        if (world.faults[i].to == at)
            turn(&world.faults[i], false);
    }
}

static uint64_t next_fault(uint64_t after)
{
    uint64_t next = UINT64_MAX;
    for (unsigned i = 0; i < world.fault_count; i++) {
        if (world.faults[i].left_out)
            continue;
        if (world.faults[i].from > after && world.faults[i].from < next)
            next = world.faults[i].from;
        if (world.faults[i].to > after && world.faults[i].to < next)
            next = world.faults[i].to;
    }
    return next;
}

static void run_world(void)
{
    uint64_t turned = 0, check_at = SETTLED;
    unsigned same = 0;
    while (world.broken[0] == '\0') {
        uint64_t next = next_fault(turned);
        const uint64_t fault_at = next;
        device *due = NULL;
        if (check_at < next)
            next = check_at;
        if (world.heap_count > 0 && world.heap[0]->at < next)
            next = world.heap[0]->at;
        for (unsigned i = 0; i < world.device_count; i++) {
            device *at = &world.devices[i];
            if (at->on && !at->asleep && at->told < next) {
                next = at->told;
                due = at;
            }
        }
        same = next > world.now ? 0 : same + 1;
        if (same > 100000)
            sim_break("no end at %llu ms: %s %u, heap %zu at %llu", (unsigned long long)world.now,
                      due != NULL ? "device" : "else", due != NULL ? due->index : 0, world.heap_count,
                      world.heap_count ? (unsigned long long)world.heap[0]->at : 0);
        if (next > world.now)
            world.now = next;
        if (due != NULL) {
            device_tick(due);
        } else if (next == fault_at) {
            turned = fault_at;
            turn_faults(fault_at);
        } else if (next == check_at) {
            for (unsigned i = 0; i < world.device_count; i++)
                device_check(&world.devices[i]);
            if (check_at == END)
                return;
            check_at = END;
        } else {
            arrive(pop());
        }
    }
}

/* False: a promise was broken; world.broken says which. */
static bool run_seed(uint64_t seed, uint64_t left_out)
{
    world = (sim){.seed = seed, .left_out = left_out};
    make_world();
    run_world();
    while (world.heap_count > 0)
        free(pop());
    free(world.heap);
    for (unsigned i = 0; i < world.device_count; i++)
        device_free(&world.devices[i]);
    for (unsigned i = 0; i < world.server_count; i++)
        server_free(&world.servers[i]);
    free(world.devices);
    sira_gcrypt_close(&world.gcrypt);
    return world.broken[0] == '\0';
}

/* ---- the command ---- */

static void print_faults(void)
{
    for (unsigned i = 0; i < world.fault_count; i++) {
        const fault *at = &world.faults[i];
        if (!at->left_out)
            printf("    %u: %s %u from %llu to %llu ms, %u\n", i, fault_names[at->kind], at->who,
                   (unsigned long long)at->from, (unsigned long long)at->to, at->how_much);
    }
}

static void report(uint64_t seed, uint64_t left_out)
{
    printf("seed %llu: %s\n", (unsigned long long)seed, world.broken);
    const unsigned count = world.fault_count;
    for (unsigned i = 0; i < count; i++)
        if ((left_out >> i & 1u) == 0 && !run_seed(seed, left_out | 1ull << i))
            left_out |= 1ull << i;
    (void)run_seed(seed, left_out);
    printf("with the fewest faults: %s\n", world.broken);
    print_faults();
    printf("again: sim --seed %llu --without %llu\n", (unsigned long long)seed, (unsigned long long)left_out);
}

static bool number(const char *text, uint64_t *value)
{
    char *end;
    errno = 0;
    *value = text != NULL ? strtoull(text, &end, 10) : 0;
    return text != NULL && errno == 0 && end != text && *end == '\0';
}

int main(int argc, char **argv)
{
    uint64_t seed = 1, seeds = 1, without = 0, lines = 0, requests = 0;
    for (int i = 1; i < argc; i += 2) {
        uint64_t *value = strcmp(argv[i], "--seed") == 0      ? &seed
                          : strcmp(argv[i], "--seeds") == 0   ? &seeds
                          : strcmp(argv[i], "--without") == 0 ? &without
                                                              : NULL;
        if (value == NULL || !number(i + 1 < argc ? argv[i + 1] : NULL, value)) {
            fprintf(stderr, "Usage: sim [--seed FIRST] [--seeds COUNT] [--without FAULTS]\n");
            return 2;
        }
    }
    for (uint64_t i = 0; i < seeds; i++) {
        if (!run_seed(seed + i, without)) {
            report(seed + i, without);
            return 1;
        }
        requests += world.requests;
        lines += world.registered;
    }
    printf("%llu worlds, %llu requests, %llu times registered: all promises hold\n", (unsigned long long)seeds,
           (unsigned long long)requests, (unsigned long long)lines);
    return 0;
}
