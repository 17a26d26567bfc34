/* What the server does instead of serving: it looks after the users and bindings of a database. */
#ifndef EXAMPLES_SUPPORT_COMMAND_H
#define EXAMPLES_SUPPORT_COMMAND_H

#include "support/database.h"

typedef struct command {
    const char *const *words; /* "user", "add", "alice" */
    size_t count;
    const char *realm, *password_file;
    const sira_hash *hash;
} command;

/* Are these words a command? */
bool command_is_known(const command *self);

/* The exit status; what went wrong has been told on stderr. */
int command_run(const command *self, database *file);

#endif
