/* What stands in for database.c where SQLite is not there. */
#include "support/database.h"

#include <stdio.h>

bool database_open(database *self, const char *path, bool create)
{
    (void)create;
    self->path = path;
    snprintf(self->error, sizeof self->error, "%s: this server was built without SQLite (libsqlite3-dev)", path);
    return false;
}

void database_close(database *self)
{
    (void)self;
}

store database_store(database *self)
{
    (void)self;
    return (store){.tidy = NULL};
}

sira_status database_look_up_user(void *context, const sira_digest_lookup *lookup, sira_digest_account *account)
{
    (void)context;
    (void)lookup;
    (void)account;
    return SIRA_E_STATE;
}

bool database_add_user(database *self, const sira_hash *hash, const sira_str user_realm_password[3])
{
    (void)self;
    (void)hash;
    (void)user_realm_password;
    return false;
}

sira_status database_remove_user(database *self, sira_str name, sira_str realm)
{
    (void)self;
    (void)name;
    (void)realm;
    return SIRA_E_TRANSPORT;
}

bool database_list_users(database *self)
{
    (void)self;
    return false;
}

bool database_list_bindings(database *self)
{
    (void)self;
    return false;
}
