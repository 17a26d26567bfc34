/* A world for one agent: a virtual clock, a network without sockets, and a registrar that follows a script.
 *
 * Nothing in it waits. world_run() goes from one deadline to the next, so a day of refreshes is over in milliseconds;
 * it fails the test when the agent's own deadline and the one it told the port differ, and when the agent asks to be
 * called again without end. */
#ifndef SUPPORT_WORLD_H
#define SUPPORT_WORLD_H

#include "support/support.h"

#include <sira/gcrypt.h>
#include <sira/sira.h>

typedef struct world world;

/* The registrar: it sees each request that was not lost, and answers by world_reply. */
typedef void (*world_script)(world *w, const sira_message *request);

typedef struct world_packet {
    uint64_t at;
    sira_flow flow;
    char *bytes;
    size_t len;
} world_packet;

typedef struct world_event {
    sira_event event;
    char text[200];
} world_event;

struct world {
    sira_gcrypt gcrypt;
    sira_agent_config agent_config;
    sira_server_config server_config;
    sira_account_config account_config;
    sira_registration_config line_config;
    sira_agent agent;
    sira_server server;
    sira_locator locator; /* the server's, by world_name */
    sira_account account;
    sira_registration line;
    char scratch[8000];

    uint64_t now, told;
    uint32_t random;
    bool entropy_broken, send_broken;
    unsigned broken_to; /* last number of an address to which nothing can be sent */
    bool send_tells;    /* a send that fails says first that the flow is down */
    sira_status open_status;
    unsigned no_route; /* a sira_family: open has none to it */
    uint32_t open_calls, close_calls;
    sira_location_query queries[32]; /* that were not answered yet */
    unsigned query_count, asked;     /* and all that were made */
    bool dns_broken;                 /* nobody can be asked */
    const char *address;             /* of ours, at the next open */
    sira_flow opened;

    world_script script;
    unsigned requests;     /* that reached the registrar */
    unsigned answered;     /* of these with credentials */
    int nonce;             /* for scripts */
    int step;              /* for scripts */
    unsigned lose;         /* so many of the next packets to the registrar get lost */
    unsigned lose_replies; /* and from it */

    void (*kept)(world *w, sira_str bytes); /* sees each keep-alive that the agent sends; may be NULL */
    unsigned pings;                         /* so many were sent, */
    uint64_t pinged_at;                     /* the last one at this time */

    world_packet *sent; /* all that the agent sent, also what got lost */
    size_t sent_count, sent_capacity;
    world_packet *inbox; /* on its way to the agent */
    size_t inbox_count, inbox_capacity;
    world_event *events;
    size_t event_count, event_capacity;
    unsigned refused, tolerated;                         /* so many were traced as refused, as tolerated */
    sira_oddity oddities[8];                             /* the first of these */
    void (*on_event)(world *w, const sira_event *event); /* a test's own handler, may be NULL */
};

/* One agent at 192.0.2.1:5060, the server sip:192.0.2.100, alice@example.test with the password "secret", user "alice".
 * Change the configs between open and start. */
world *world_open(world_script script);
void world_start(world *w); /* inits agent, server, account, line and starts the line */
void world_init(world *w);  /* the same without the start */
void world_close(world *w);

/* Runs everything that is due up to and including the given time, counted from the start of the world in ms. */
void world_run(world *w, uint64_t until);

/* The agent gets a resolver, and the server a locator, so that its URI may hold a name. world_resolve answers all
 * queries, also those that come of an answer: the addresses, blanks between them, are those of SRV records in this
 * order, for UDP unless the URI names another transport (where the URI has a port: of the name, in the order that is
 * drawn); "" says that there is nothing, NULL that
 * DNS has failed. The TTL is an hour; world_resolve_for has it in seconds. */
void world_name(world *w);
void world_resolve(world *w, const char *addresses);
void world_resolve_for(world *w, uint32_t ttl, const char *addresses);

/* Queues a response that arrives after 5 ms. headers: further lines, each with CRLF; may be a format. */
void world_reply(world *w, const sira_message *request, unsigned code, const char *headers, ...)
    __attribute__((format(printf, 4, 5)));

/* Queues any bytes from the registrar. */
void world_deliver(world *w, uint64_t after, const char *bytes, size_t len);

/* The same from the peer of the flow that was opened last, as it is. */
void world_deliver_raw(world *w, uint64_t after, const void *bytes, size_t len);

/* Forgets what is on its way to the agent. */
void world_lose_mail(world *w);

/* A parameter of the Authorization header of a request, without quotes; empty when there is none. The text is static.
 */
const char *world_credential(const sira_message *request, const char *name);

/* Are the credentials right for MD5 and this user and password, by our own reckoning (not by the code under test)?
 * False when there are none. */
bool world_verify(const sira_message *request, const char *user, const char *password);

/* Challenges until the credentials are right and answer to the present nonce, then says 200 with our Contact and this
 * lifetime. */
void world_registrar(world *w, const sira_message *request, unsigned lifetime);

/* What the request's first Contact and Expires are. */
sira_str world_contact(const sira_message *request);
uint32_t world_expires(const sira_message *request);

/* The sent message number i, parsed; valid until the next call. */
const sira_message *world_sent(world *w, size_t i);

/* The last event; fails when there is none. */
const sira_event *world_last(world *w);
/* How many events of a kind there were. */
size_t world_count(world *w, sira_event_kind kind);

#endif
