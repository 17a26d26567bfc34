/* Requests of a world's account, and what their peer answers. */
#ifndef SUPPORT_ASKER_H
#define SUPPORT_ASKER_H

#include "support/world.h"

#define ASKER_EVENTS 64

/* One request and all that it has told. */
typedef struct asker {
    world *w;
    sira_request_config config;
    sira_request request;
    sira_request_event events[ASKER_EVENTS];
    size_t count;
    bool acknowledges; /* each 2xx, at once */
    bool removes;      /* itself, at the outcome */
    bool over;
} asker;

/* A MESSAGE to bob@example.test, or another request without a body. */
void asker_open(asker *a, world *w, const char *method);
/* Inits and starts. */
void asker_start(asker *a);

/* How many events of a kind there were, and the last one. */
unsigned asker_count(const asker *a, sira_request_event_kind kind);
const sira_request_event *asker_outcome(const asker *a);
/* Fails unless it has this outcome. */
void asker_expect(const char *name, const asker *a, sira_status status, unsigned code);

/* Queues a response to a request with this To tag, unless there is one; headers: further lines, each with CRLF. */
void asker_reply(world *w, const sira_message *request, unsigned code, const char *tag, const char *headers);

/* How many messages with this method went out; the text of the n-th of them, from 0. */
unsigned asker_sent(const world *w, const char *method);
const char *asker_text(const world *w, const char *method, unsigned n);

/* The value of the first header line of this name, up to its end, in static memory. */
const char *asker_line(const char *text, const char *name);

#endif
