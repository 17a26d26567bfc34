/* For the tests of connections: a host whose trouble and messages are kept, and a bare peer that does what a test says.
 * All of them live on one loop. */
#ifndef UNIT_HOST_ENDS_H
#define UNIT_HOST_ENDS_H

#include "support/support.h"

#include "host/stream.h"

/* A test that hangs is a failure that says so; ms. */
#define PATIENCE 20000
/* What a timer changes is seen after so many ms at most: a turn of the loop runs timers, then waits for something. */
#define TICK 20

typedef struct stage {
    uv_loop_t loop;
    uv_timer_t guard;
    unsigned ticks;
    bool late;
} stage;

typedef struct end {
    sira_host host;
    sira_host_config config;
    unsigned received; /* messages, pings and pongs */
    unsigned requests; /* that the agent had no owner for */
    unsigned troubles; /* and the last one: */
    char trouble[SIRA_I_STREAM_REASON];
    sira_flow flow;  /* of the last message */
    char last[2048]; /* its bytes */
    sira_server server;
    sira_locator locator;
    sira_account account;
    sira_registration line;
    char uri[300];
    unsigned events[8]; /* by kind */
    sira_event event;   /* the last one */
} end;

typedef struct peer {
    uv_tcp_t listener, handle;
    bool is_open, has_ended;
    unsigned accepted;
    size_t count; /* bytes that came */
    char bytes[65536];
} peer;

void stage_open(stage *self);
void stage_close(stage *self); /* that the loop can be closed proves that nothing is left on it */

/* Runs the loop until something is so. */
#define RUN_UNTIL(self, condition)                                                                                     \
    while (!(condition)) {                                                                                             \
        uv_run(&(self)->loop, UV_RUN_ONCE);                                                                            \
        if ((self)->late)                                                                                              \
            fail_msg("not so after %d ms: %s", PATIENCE, #condition);                                                  \
    }

/* Times are short by default. */
end *end_make(stage *on);
void end_open(end *self);
void end_close(end *self, stage *on);

/* Starts a line that registers at the host of the URI. */
void end_register(end *self, const char *format, const char *host, unsigned port);

/* Where a host listens, by its index. */
sira_endpoint end_listening(const end *self, size_t index);

/* A connection of the host's; fails the test unless status comes out. */
sira_flow end_connect(end *self, const sira_endpoint *to, sira_str name, sira_status status);

/* Opens a port of its own. */
sira_endpoint peer_listen(peer *self, stage *on);
void peer_connect(peer *self, stage *on, const sira_endpoint *to);
void peer_write(peer *self, const char *bytes, size_t length);
void peer_close(peer *self, stage *on);

/* A REGISTER with this many bytes of body. */
size_t request_text(char *text, size_t size, unsigned body);

#endif
