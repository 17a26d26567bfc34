/* A registrar with a store in memory, which can be told to fail, to lose, and to answer later. */
#ifndef SUPPORT_OFFICE_H
#define SUPPORT_OFFICE_H

#include "support/support.h"

#include <sira/registrar.h>

#define OFFICE_PLACES 4

typedef struct office_place {
    char aor[SIRA_LIMIT_AOR];
    size_t length;
    sira_bindings bindings;
} office_place;

typedef struct office {
    sira_registrar_config config;
    sira_registrar registrar;
    sira_registrar_task task;
    sira_endpoint source;
    uint64_t now;

    /* the request */
    const char *uri, *to, *call_id, *vias; /* vias: above the client's own, each line with its CRLF */
    unsigned cseq;                         /* of the last one; each takes the next */
    sira_str bytes;
    sira_message message;
    sira_field fields[SIRA_LIMIT_FIELDS];
    char reply[16384]; /* NUL-terminated */
    size_t room;       /* of it that a writer is given; 0: all */

    /* the store */
    office_place places[OFFICE_PLACES];
    sira_status look_up_status, commit_status; /* what it says if not SIRA_OK */
    unsigned losses;                           /* that many commits find another version */
    bool later;                                /* the look-up and the commit say SIRA_MORE, and do it in office_go_on */
    sira_status (*pending)(struct office *o);
    sira_str pending_aor;
    const sira_bindings_change *change;
    sira_bindings *found;
    unsigned lookups, commits, decisions;
} office;

/* Open to all, time 1,000,000 ms, alice@example.com from 192.0.2.1. config may be changed before office_init. */
void office_open(office *o);
void office_init(office *o);
void office_close(office *o);

/* A REGISTER with these header lines: the code of its answer, which stands in reply; 0: it is not decided yet. */
unsigned office_take(office *o, const char *lines);
/* The store does what it put off. The code when it is decided now, else 0. */
unsigned office_go_on(office *o);

/* The values of all header lines of this name in the reply, with "|" between. Static, for up to four calls. */
const char *office_lines(const office *o, const char *name);
/* office_take and then the Contacts of its answer, or its status line without the version if it is no 200. */
const char *office_contacts(office *o, const char *lines);

#endif
