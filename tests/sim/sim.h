/* A simulated world: devices with their lines, the networks between, and registrars, under one virtual clock. All that
 * happens follows from a seed and the set of faults that are left out, so each run can be had again. */
#ifndef SIM_H
#define SIM_H

#include <sira/gcrypt.h>
#include <sira/sira.h>

#define SECOND 1000u
#define MINUTE (60u * SECOND)
#define HOUR (60u * (uint64_t)MINUTE)
#define FAULTS_END (6 * HOUR)           /* no fault begins or lasts later */
#define SETTLED (FAULTS_END + 4 * HOUR) /* from here on all lines are registered, and stay so */
#define END (SETTLED + 3 * HOUR)

enum { DEVICES_MAX = 12, LINES_MAX = 40, SERVERS_MAX = 3, FAULTS_MAX = 16, BINDINGS_MAX = 64 };

/* ---- faults ---- */

typedef enum fault_kind {
    FAULT_LOSS = 0, /* of so many thousandths of all packets */
    FAULT_DELAY,    /* up to so many ms more, which also changes their order */
    FAULT_TWICE,    /* so many thousandths arrive twice */
    FAULT_CUT,      /* nothing passes between a device and the world */
    FAULT_MAPPING,  /* the device's NAT gives it another port */
    FAULT_ADDRESS,  /* the device gets another address, and says so */
    FAULT_SENDING,  /* the device's port can't send */
    FAULT_POWER,    /* the device is off; it comes back with its state */
    FAULT_AMNESIA,  /* and without */
    FAULT_SLEEP,    /* the device's clock jumps over it */
    FAULT_RESTART,  /* a server is off, and comes back without bindings and nonces */
    FAULT_SLOW,     /* a server answers after up to so many ms */
    FAULT_BUSY,     /* a server says 503, mostly with Retry-After */
    FAULT_LIES,     /* a server answers anything */
    FAULT_KINDS
} fault_kind;

typedef struct fault {
    fault_kind kind;
    uint64_t from, to;
    unsigned who, how_much;
    bool left_out;
} fault;

/* ---- devices ---- */

typedef struct line {
    sira_account account;
    sira_registration registration;
    sira_nat nat;
    char aor[40], user[40];
    unsigned server;
    bool wrong_password;
    /* what was seen of it */
    char call_id[64];
    uint32_t cseq;
    uint64_t sent_at;
    bool answered; /* finally */
    uint64_t begun_at;
    unsigned excuses;  /* attempts that may come sooner than the floor */
    unsigned rejected; /* requests with a password that is none, since the device was started */
    uint32_t rejected_cseq;
} line;

typedef struct device {
    unsigned index;
    bool on, asleep;
    uint64_t slept_until;
    unsigned boots, mapping, moves;
    sira_agent agent;
    sira_server servers[SERVERS_MAX];
    char uris[SERVERS_MAX][40];
    uint16_t max_in_flight;
    uint32_t window;
    bool nat, learns;
    unsigned line_count;
    line *lines;
    uint8_t *states; /* SIRA_REGISTRATION_EXPORT_SIZE for each line */
    size_t state_lengths[LINES_MAX];
    uint64_t told;
    char scratch[2000];
} device;

/* ---- servers ---- */

typedef struct binding {
    char aor[40], contact[120], call_id[64];
    uint32_t cseq;
    uint64_t expires_at;
} binding;

typedef struct server {
    unsigned index;
    uint32_t epoch; /* new with each restart: part of its nonces */
    bool stales;    /* its nonces last a minute */
    uint32_t max_expires, min_expires;
    binding *bindings;
    size_t binding_count, capacity;
} server;

/* ---- all ---- */

typedef struct packet {
    uint64_t at, order;
    bool to_server;
    unsigned device, server, mapping, boot;
    sira_flow flow;
    size_t length;
    char bytes[];
} packet;

typedef struct sim {
    uint64_t seed, now, draws, order;
    uint64_t left_out; /* bit n: fault n */
    fault faults[FAULTS_MAX];
    unsigned fault_count, device_count, server_count;
    device *devices;
    server servers[SERVERS_MAX];
    packet **heap;
    size_t heap_count, heap_capacity;
    sira_gcrypt gcrypt;
    uint64_t events, requests, registered;
    char broken[300]; /* the invariant that does not hold; empty: all do */
} sim;

/* The one that runs. */
extern sim world;

/* A number below `below` that is the same in each run of this seed: of a stream of its own, or the next of all. */
uint64_t sim_hash(uint64_t a, uint64_t b);
uint64_t sim_draw(uint64_t below);
/* The worst fault of a kind that holds now for this device or server; NULL: none. */
const fault *sim_fault(fault_kind kind, unsigned who);
/* Queues a packet, which may get lost, late, or there twice. */
void sim_post(const packet *like, const char *bytes, size_t length);
void sim_break(const char *format, ...) __attribute__((format(printf, 1, 2)));

void device_make(device *self, unsigned index);
void device_boot(device *self, bool with_state);
void device_off(device *self);
void device_move(device *self);
void device_tick(device *self);
void device_receive(device *self, const packet *arrived);
void device_rejected(device *self, const sira_message *request); /* by its password */
void device_check(device *self);                                 /* what has to hold from SETTLED on */
void device_free(device *self);

void server_make(server *self, unsigned index);
void server_forget(server *self);
void server_receive(server *self, const packet *arrived);
void server_free(server *self);

#endif
