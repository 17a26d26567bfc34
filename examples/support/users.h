/* Names and passwords. */
#ifndef EXAMPLES_SUPPORT_USERS_H
#define EXAMPLES_SUPPORT_USERS_H

#include <sira/digest_server.h>

#include "support/text.h"

#define USERS_MAX 1000

typedef struct users_entry {
    short_text name, password;
} users_entry;

typedef struct users {
    size_t count;
    users_entry all[USERS_MAX];
} users;

/* Takes "name:password". NULL, or what would have been right. */
const char *users_add(users *self, sira_str line);

/* Takes a file of such lines; empty ones and those that begin with '#' are skipped. False: file, line and reason were
 * told on stderr. */
bool users_read(users *self, const char *program, const char *path);

/* For sira_digest_server_config.lookup; context: the users. */
sira_status users_look_up(void *context, const sira_digest_lookup *lookup, sira_digest_account *account);

#endif
