/* Users and bindings in an SQLite file, that several processes may have open at once. A commit that was reported is on
 * the disk (WAL with synchronous=FULL), so neither kill -9 nor a power cut loses it. */
#ifndef EXAMPLES_SUPPORT_DATABASE_H
#define EXAMPLES_SUPPORT_DATABASE_H

#include <sys/types.h>

#include <sira/digest_server.h>

#include "support/store.h"

struct sqlite3;
struct sqlite3_stmt;

#define DATABASE_STATEMENTS 12

typedef struct database {
    const char *path;
    char error[256]; /* of the last failure */
    uint64_t failures;
    uint64_t (*now)(void); /* ms, the clock of bindings; the file has that of the wall */
    /* ---- */
    struct sqlite3 *file;
    dev_t device; /* of the file that is open: another one may have its name by now */
    ino_t inode;
    struct sqlite3_stmt *statements[DATABASE_STATEMENTS];
} database;

/* Opens the file, or makes it when create is set. False: error says why. */
bool database_open(database *self, const char *path, bool create);
void database_close(database *self);

store database_store(database *self);

/* For sira_digest_server_config.lookup; context: the database. SIRA_E_STATE: it can't be read at present. */
sira_status database_look_up_user(void *context, const sira_digest_lookup *lookup, sira_digest_account *account);

/* Keeps HA1 by each algorithm, not the password; replaces those that were there. False: error says why. */
bool database_add_user(database *self, const sira_hash *hash, const sira_str user_realm_password[3]);
/* SIRA_IDLE: there is no such user. */
sira_status database_remove_user(database *self, sira_str name, sira_str realm);
bool database_list_users(database *self);
bool database_list_bindings(database *self);

#endif
