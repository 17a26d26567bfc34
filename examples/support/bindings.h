/* Who can be reached where, and until when (RFC 3261 10.3). */
#ifndef EXAMPLES_SUPPORT_BINDINGS_H
#define EXAMPLES_SUPPORT_BINDINGS_H

#include <sira/message.h>
#include <sira/writer.h>

#include "support/text.h"

#define BINDINGS_LOCATIONS 1000    /* addresses-of-record */
#define BINDINGS_LOCATIONS_EACH 10 /* of them for one user, in several domains */
#define BINDINGS_EACH 10           /* bindings of one */

typedef struct binding {
    uint64_t expires_at; /* ms */
    uint32_t cseq;
    uint32_t reg_id; /* 0: none */
    short_text uri;
    short_text params; /* of the Contact, without expires */
    short_text instance;
    short_text call_id;
    short_text path;
} binding;

typedef struct location {
    short_text aor;
    size_t count;
    binding all[BINDINGS_EACH];
} location;

typedef struct bindings_limits {
    uint32_t minimum, maximum, usual; /* seconds */
} bindings_limits;

typedef struct bindings {
    bindings_limits limits;
    size_t count;
    location all[BINDINGS_LOCATIONS];
} bindings;

/* 200 with the place of an address-of-record in its canonical form; a new one when there is none. 403: its user has
 * bound as many as one may; 503: all places are taken. What has expired is gone. */
uint16_t bindings_at(bindings *self, sira_str aor, uint64_t now, location **place);

/* All that live, for statistics. */
size_t bindings_count(bindings *self, uint64_t now);

/* Does what a REGISTER asks for, all of it or nothing: 200, or another response code with its reason in *reason. */
uint16_t bindings_update(location *at, const sira_message *request, const bindings_limits *limits, uint64_t now,
                         const char **reason);

/* One Contact line for each binding, with its remaining time. */
void bindings_write(const location *at, uint64_t now, sira_writer *writer);

#endif
