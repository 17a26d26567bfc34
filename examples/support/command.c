#include "support/command.h"

#include <stdio.h>
#include <string.h>

#include "support/password.h"

static bool is(const command *self, const char *first, const char *second, size_t count)
{
    return self->count == count && strcmp(self->words[0], first) == 0 &&
           (second == NULL || strcmp(self->words[1], second) == 0);
}

bool command_is_known(const command *self)
{
    return is(self, "user", "add", 3) || is(self, "user", "remove", 3) || is(self, "user", "list", 2) ||
           is(self, "bindings", NULL, 1);
}

static int tell(const database *file)
{
    fprintf(stderr, "server: %s\n", file->error);
    return 1;
}

/* A name that stands in an address-of-record and in credentials, as a registrar looks it up. */
static bool is_name(sira_str name)
{
    for (size_t i = 0; i < name.len; i++)
        if ((unsigned char)name.at[i] <= ' ' || name.at[i] == 0x7f || name.at[i] == ':')
            return false;
    return name.len > 0 && name.len <= SIRA_LIMIT_CONFIG;
}

static int add(const command *self, database *file, sira_str name)
{
    password secret = {.length = 0};
    if (!is_name(name)) {
        fprintf(stderr, "server: expected a name of at most %u bytes, without blanks and colons\n", SIRA_LIMIT_CONFIG);
        return 2;
    }
    if (!password_get(&secret, "server", self->password_file, "SIRA_PASSWORD"))
        return 1;
    const sira_str parts[3] = {name, sira_str_from(self->realm), {secret.text, secret.length}};
    const bool added = database_add_user(file, self->hash, parts);
    password_wipe(&secret);
    return added ? 0 : tell(file);
}

static int remove_user(const command *self, database *file, sira_str name)
{
    switch (database_remove_user(file, name, sira_str_from(self->realm))) {
    case SIRA_OK:
        return 0;
    case SIRA_IDLE:
        fprintf(stderr, "server: no user %s in realm %s\n", self->words[2], self->realm);
        return 1;
    default:
        return tell(file);
    }
}

int command_run(const command *self, database *file)
{
    if (is(self, "user", "add", 3))
        return add(self, file, sira_str_from(self->words[2]));
    if (is(self, "user", "remove", 3))
        return remove_user(self, file, sira_str_from(self->words[2]));
    const bool listed = is(self, "user", "list", 2) ? database_list_users(file) : database_list_bindings(file);
    return listed && fflush(stdout) == 0 ? 0 : tell(file);
}
