#include "support/database.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <sqlite3.h>

#include "support/clock.h"

#define BUSY_MS 100 /* how long another process is waited for; then it is 503, and the client comes again */

static const char schema[] =
    "CREATE TABLE IF NOT EXISTS users (name TEXT NOT NULL, realm TEXT NOT NULL, algorithm INTEGER NOT NULL,"
    " ha1 BLOB NOT NULL, userhash BLOB NOT NULL, PRIMARY KEY (name, realm, algorithm)) WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS users_by_hash ON users (userhash);"
    "CREATE TABLE IF NOT EXISTS places (aor TEXT PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS bindings (aor TEXT NOT NULL, number INTEGER NOT NULL, uri TEXT NOT NULL,"
    " params TEXT NOT NULL, instance TEXT NOT NULL, path TEXT NOT NULL, call_id TEXT NOT NULL, source TEXT NOT NULL,"
    " transport INTEGER NOT NULL, cseq INTEGER NOT NULL, reg_id INTEGER NOT NULL, q INTEGER, updated INTEGER NOT NULL,"
    " expires INTEGER NOT NULL, PRIMARY KEY (aor, number)) WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS bindings_by_expires ON bindings (expires);";

enum {
    BEGIN,
    COMMIT,
    ROLLBACK,
    VERSION,
    BINDINGS,
    NEW_PLACE,
    NEXT_VERSION,
    CLEAR,
    INSERT,
    NO_PLACE,
    USER,
    USER_BY_HASH
};

/* A version is random: one that was there before is never there again, also when a place has gone and come. */
static const char *const texts[DATABASE_STATEMENTS] = {
    "BEGIN IMMEDIATE",
    "COMMIT",
    "ROLLBACK",
    "SELECT version FROM places WHERE aor = ?1",
    ("SELECT uri, params, instance, path, call_id, source, transport, cseq, reg_id, q, updated, expires FROM bindings"
     " WHERE aor = ?1 ORDER BY number"),
    "INSERT OR IGNORE INTO places (aor, version) VALUES (?1, random() | 1)",
    "UPDATE places SET version = random() | 1 WHERE aor = ?1 AND version = ?2",
    "DELETE FROM bindings WHERE aor = ?1",
    "INSERT INTO bindings VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
    "DELETE FROM places WHERE aor = ?1",
    "SELECT ha1 FROM users WHERE name = ?1 AND realm = ?2 AND algorithm = ?3",
    "SELECT ha1, name FROM users WHERE userhash = ?1 AND realm = ?2 AND algorithm = ?3",
};

/* ---- the file ---- */

static bool failed(database *self, const char *what)
{
    const char *why = self->file != NULL ? sqlite3_errmsg(self->file) : "not open";
    self->failures++;
    snprintf(self->error, sizeof self->error, "%s: %s: %s", self->path, what, why);
    return false;
}

static void shut(database *self)
{
    for (size_t i = 0; i < DATABASE_STATEMENTS; i++) {
        sqlite3_finalize(self->statements[i]);
        self->statements[i] = NULL;
    }
    sqlite3_close(self->file);
    self->file = NULL;
}

static bool prepare(database *self)
{
    for (size_t i = 0; i < DATABASE_STATEMENTS; i++)
        if (sqlite3_prepare_v3(self->file, texts[i], -1, SQLITE_PREPARE_PERSISTENT, &self->statements[i], NULL) !=
            SQLITE_OK)
            return false;
    return true;
}

static bool run(database *self, const char *text)
{
    return sqlite3_exec(self->file, text, NULL, NULL, NULL) == SQLITE_OK;
}

/* The file has to be there unless it is to be made: an empty one in the place of one that is lost would have no users
 * and no bindings, and nobody would know. */
static bool open_file(database *self, bool create)
{
    struct stat now;
    const int flags = SQLITE_OPEN_READWRITE | (create ? SQLITE_OPEN_CREATE : 0);
    if (sqlite3_open_v2(self->path, &self->file, flags, NULL) != SQLITE_OK)
        return failed(self, "open");
    sqlite3_busy_timeout(self->file, BUSY_MS);
    if (!run(self, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;") || !run(self, schema) || !prepare(self))
        return failed(self, "open");
    if (stat(self->path, &now) != 0)
        return failed(self, "stat");
    self->device = now.st_dev;
    self->inode = now.st_ino;
    return true;
}

bool database_open(database *self, const char *path, bool create)
{
    self->path = path;
    if (open_file(self, create))
        return true;
    shut(self);
    return false;
}

void database_close(database *self)
{
    shut(self);
}

/* Is the file open, and is it the one of that name still? What is written into one that was removed is lost. */
static bool is_open(database *self)
{
    struct stat now;
    if (self->file != NULL &&
        (stat(self->path, &now) != 0 || now.st_dev != self->device || now.st_ino != self->inode)) {
        failed(self, "another file");
        shut(self);
    }
    return self->file != NULL || database_open(self, self->path, false);
}

/* ---- statements ---- */

static struct sqlite3_stmt *start(database *self, int which)
{
    struct sqlite3_stmt *statement = self->statements[which];
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return statement;
}

static void put_text(struct sqlite3_stmt *statement, int number, sira_str text)
{
    sqlite3_bind_text(statement, number, text.len != 0 ? text.at : "", (int)text.len, SQLITE_STATIC);
}

static sira_str get_text(struct sqlite3_stmt *statement, int column)
{
    const char *text = (const char *)sqlite3_column_text(statement, column);
    return (sira_str){text, text != NULL ? (size_t)sqlite3_column_bytes(statement, column) : 0};
}

/* Runs one that gives no rows. */
static bool done(database *self, struct sqlite3_stmt *statement)
{
    const int result = sqlite3_step(statement);
    sqlite3_reset(statement);
    return result == SQLITE_DONE || failed(self, "write");
}

static bool step(database *self, int which)
{
    return done(self, start(self, which));
}

/* Both in ms; what the wall says of a time of ours, and back. */
static int64_t to_wall(const database *self, uint64_t time)
{
    return (int64_t)(clock_wall() / 1000u) + (int64_t)(time - self->now());
}

static uint64_t from_wall(const database *self, int64_t time)
{
    const int64_t now = (int64_t)self->now(), there = now + (time - (int64_t)(clock_wall() / 1000u));
    return there > 0 ? (uint64_t)there : 0;
}

/* ---- bindings ---- */

static void read_binding(const database *self, struct sqlite3_stmt *row, sira_binding *one)
{
    *one = (sira_binding){.uri = get_text(row, 0),
                          .params = get_text(row, 1),
                          .instance = get_text(row, 2),
                          .path = get_text(row, 3),
                          .call_id = get_text(row, 4),
                          .cseq = (uint32_t)sqlite3_column_int64(row, 7),
                          .reg_id = (uint32_t)sqlite3_column_int64(row, 8),
                          .has_q = sqlite3_column_type(row, 9) != SQLITE_NULL,
                          .updated_at = from_wall(self, sqlite3_column_int64(row, 10)),
                          .expires_at = from_wall(self, sqlite3_column_int64(row, 11))};
    one->q = one->has_q ? (uint16_t)sqlite3_column_int(row, 9) : (uint16_t)1000;
    (void)sira_endpoint_from_text(get_text(row, 5), 0, &one->source);
    one->source.transport = (uint8_t)sqlite3_column_int(row, 6);
}

/* In one transaction, so that bindings and version belong together. */
static bool read_place(database *self, sira_str aor, sira_bindings *found)
{
    struct sqlite3_stmt *version = start(self, VERSION), *row = start(self, BINDINGS);
    sira_binding one;
    int result;
    put_text(version, 1, aor);
    put_text(row, 1, aor);
    result = sqlite3_step(version);
    if (result == SQLITE_ROW)
        found->version = (uint64_t)sqlite3_column_int64(version, 0);
    while (result == SQLITE_ROW && (result = sqlite3_step(row)) == SQLITE_ROW) {
        read_binding(self, row, &one);
        if (sira_bindings_add(found, &one) != SIRA_OK)
            break; /* somebody else has written more than a registrar does */
    }
    if (result != SQLITE_DONE)
        failed(self, "read");
    sqlite3_reset(row);
    sqlite3_reset(version);
    return result == SQLITE_DONE;
}

static sira_status look_up(void *context, sira_registrar_task *task, sira_str aor, sira_bindings *found)
{
    database *self = context;
    (void)task;
    return is_open(self) && read_place(self, aor, found) ? SIRA_OK : SIRA_E_TRANSPORT;
}

static bool write_binding(database *self, const sira_bindings_change *change, size_t number)
{
    const sira_binding *one = &change->all[number];
    struct sqlite3_stmt *row = start(self, INSERT);
    char source[SIRA_ENDPOINT_TEXT];
    const size_t length = sira_endpoint_to_text(&one->source, source, sizeof source);
    const sira_str values[] = {one->uri, one->params, one->instance, one->path, one->call_id, {source, length}};
    put_text(row, 1, change->aor);
    sqlite3_bind_int64(row, 2, (int64_t)number);
    for (int i = 0; i < 6; i++)
        put_text(row, 3 + i, values[i]);
    sqlite3_bind_int(row, 9, one->source.transport);
    sqlite3_bind_int64(row, 10, one->cseq);
    sqlite3_bind_int64(row, 11, one->reg_id);
    if (one->has_q)
        sqlite3_bind_int(row, 12, one->q);
    sqlite3_bind_int64(row, 13, to_wall(self, one->updated_at));
    sqlite3_bind_int64(row, 14, to_wall(self, one->expires_at));
    return done(self, row);
}

/* SIRA_E_STATE: another one was faster. */
static sira_status replace(database *self, const sira_bindings_change *change)
{
    struct sqlite3_stmt *version = start(self, change->version == 0 ? NEW_PLACE : NEXT_VERSION);
    put_text(version, 1, change->aor);
    if (change->version != 0)
        sqlite3_bind_int64(version, 2, (int64_t)change->version);
    if (!done(self, version))
        return SIRA_E_TRANSPORT;
    if (sqlite3_changes(self->file) == 0)
        return SIRA_E_STATE;
    struct sqlite3_stmt *clear = start(self, CLEAR), *no_place = start(self, NO_PLACE);
    put_text(clear, 1, change->aor);
    if (!done(self, clear))
        return SIRA_E_TRANSPORT;
    for (size_t i = 0; i < change->count; i++)
        if (!write_binding(self, change, i))
            return SIRA_E_TRANSPORT;
    put_text(no_place, 1, change->aor);
    return change->count > 0 || done(self, no_place) ? SIRA_OK : SIRA_E_TRANSPORT;
}

static sira_status commit(void *context, sira_registrar_task *task, const sira_bindings_change *change)
{
    database *self = context;
    (void)task;
    if (!is_open(self) || !step(self, BEGIN))
        return SIRA_E_TRANSPORT;
    sira_status status = replace(self, change);
    if (status == SIRA_OK && !step(self, COMMIT))
        status = SIRA_E_TRANSPORT;
    if (status != SIRA_OK && sqlite3_get_autocommit(self->file) == 0 && !step(self, ROLLBACK))
        shut(self); /* nothing of it is left then, and the next request opens the file anew */
    return status;
}

/* The number in the first column of a query, with one text and one time in it. */
static size_t number_of(database *self, const char *text, sira_str value, int64_t time)
{
    struct sqlite3_stmt *statement = NULL;
    size_t number = 0;
    if (!is_open(self) || sqlite3_prepare_v2(self->file, text, -1, &statement, NULL) != SQLITE_OK)
        return 0;
    put_text(statement, 1, value);
    sqlite3_bind_int64(statement, 2, time);
    if (sqlite3_step(statement) == SQLITE_ROW)
        number = (size_t)sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return number;
}

static size_t others(void *context, sira_str aor, uint64_t now)
{
    database *self = context;
    char text[256];
    /* By the primary key: all that begin with the user and '@', behind which 'A' comes; without a further '@'. */
    snprintf(text, sizeof text,
             "SELECT count(DISTINCT aor) FROM bindings WHERE aor > substr(?1, 1, %zu) || '@' AND aor < substr(?1, 1, "
             "%zu) || 'A' AND instr(substr(aor, %zu), '@') = 0 AND aor <> ?1 AND expires > ?2",
             store_user(aor).len, store_user(aor).len, store_user(aor).len + 2);
    return number_of(self, text, aor, to_wall(self, now));
}

static size_t count_all(void *context, uint64_t now)
{
    database *self = context;
    return number_of(self, "SELECT count(*) FROM bindings WHERE ?1 = '' AND expires > ?2", SIRA_STR(""),
                     to_wall(self, now));
}

/* All that has lapsed, in one transaction. Versions stay: who looked before sees what lives only, as before. */
static void tidy(void *context, uint64_t now)
{
    database *self = context;
    char text[256];
    snprintf(text, sizeof text,
             "BEGIN IMMEDIATE; DELETE FROM bindings WHERE expires <= %lld; DELETE FROM places WHERE NOT EXISTS"
             " (SELECT 1 FROM bindings WHERE bindings.aor = places.aor); COMMIT",
             (long long)to_wall(self, now));
    if (!is_open(self) || run(self, text))
        return;
    failed(self, "tidy");
    if (sqlite3_get_autocommit(self->file) == 0 && !run(self, "ROLLBACK"))
        shut(self);
}

store database_store(database *self)
{
    return (store){.calls = {.context = self, .look_up = look_up, .commit = commit},
                   .others = others,
                   .count = count_all,
                   .tidy = tidy};
}

/* ---- users ---- */

static bool from_hex(sira_str text, uint8_t *bytes, size_t size)
{
    if (text.len != 2 * size)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.at[i];
        const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (digit < 0)
            return false;
        bytes[i / 2] = (uint8_t)((i % 2 != 0 ? bytes[i / 2] << 4 : 0) | digit);
    }
    return true;
}

sira_status database_look_up_user(void *context, const sira_digest_lookup *lookup, sira_digest_account *account)
{
    database *self = context;
    static char name[SIRA_LIMIT_CONFIG];
    uint8_t hashed[SIRA_HASH_SIZE_MAX];
    const size_t size = sira_hash_size(lookup->algorithm);
    if (!is_open(self))
        return SIRA_E_STATE;
    struct sqlite3_stmt *row = start(self, lookup->userhash ? USER_BY_HASH : USER);
    if (!lookup->userhash)
        put_text(row, 1, lookup->user);
    else if (from_hex(lookup->user, hashed, size))
        sqlite3_bind_blob(row, 1, hashed, (int)size, SQLITE_STATIC);
    put_text(row, 2, lookup->realm);
    sqlite3_bind_int(row, 3, (int)lookup->algorithm);
    const int result = sqlite3_step(row);
    sira_status status = result == SQLITE_DONE ? SIRA_IDLE : SIRA_E_STATE;
    if (result == SQLITE_ROW && sqlite3_column_bytes(row, 0) == (int)size) {
        const sira_str found = lookup->userhash ? get_text(row, 1) : SIRA_STR("");
        memcpy(account->ha1, sqlite3_column_blob(row, 0), size);
        account->has_ha1 = true;
        if (found.len <= sizeof name) {
            if (found.len != 0)
                memcpy(name, found.at, found.len);
            account->user = (sira_str){name, found.len};
            status = SIRA_OK;
        }
    } else if (status != SIRA_IDLE) {
        failed(self, "read");
    }
    sqlite3_reset(row);
    return status;
}

static bool add_one(database *self, const sira_hash *hash, const sira_str parts[3], sira_hash_algorithm algorithm)
{
    uint8_t ha1[SIRA_HASH_SIZE_MAX], userhash[SIRA_HASH_SIZE_MAX];
    struct sqlite3_stmt *row = NULL;
    const int size = (int)sira_hash_size(algorithm);
    if ((hash->algorithms & 1u << algorithm) == 0)
        return true;
    if (sira_digest_ha1(hash, algorithm, parts, ha1) != SIRA_OK ||
        sira_digest_userhash(hash, algorithm, parts, userhash) != SIRA_OK)
        return failed(self, "hash");
    if (sqlite3_prepare_v2(self->file, "INSERT OR REPLACE INTO users VALUES (?1, ?2, ?3, ?4, ?5)", -1, &row, NULL) !=
        SQLITE_OK)
        return failed(self, "write");
    put_text(row, 1, parts[0]);
    put_text(row, 2, parts[1]);
    sqlite3_bind_int(row, 3, (int)algorithm);
    sqlite3_bind_blob(row, 4, ha1, size, SQLITE_STATIC);
    sqlite3_bind_blob(row, 5, userhash, size, SQLITE_STATIC);
    const bool right = done(self, row);
    sqlite3_finalize(row);
    sira_wipe(ha1, sizeof ha1);
    return right;
}

bool database_add_user(database *self, const sira_hash *hash, const sira_str user_realm_password[3])
{
    bool right = step(self, BEGIN);
    for (int i = 0; i < SIRA_HASH_COUNT && right; i++)
        right = add_one(self, hash, user_realm_password, (sira_hash_algorithm)i);
    if (right)
        right = step(self, COMMIT);
    if (!right && sqlite3_get_autocommit(self->file) == 0)
        (void)run(self, "ROLLBACK");
    return right;
}

sira_status database_remove_user(database *self, sira_str name, sira_str realm)
{
    struct sqlite3_stmt *row = NULL;
    if (sqlite3_prepare_v2(self->file, "DELETE FROM users WHERE name = ?1 AND realm = ?2", -1, &row, NULL) !=
        SQLITE_OK) {
        failed(self, "write");
        return SIRA_E_TRANSPORT;
    }
    put_text(row, 1, name);
    put_text(row, 2, realm);
    const bool right = done(self, row);
    sqlite3_finalize(row);
    if (!right)
        return SIRA_E_TRANSPORT;
    return sqlite3_changes(self->file) > 0 ? SIRA_OK : SIRA_IDLE;
}

/* One line for each row, its columns with tabs between; what is no printable ASCII is shown as '?'. */
static bool list(database *self, const char *text)
{
    struct sqlite3_stmt *row = NULL;
    int result;
    if (sqlite3_prepare_v2(self->file, text, -1, &row, NULL) != SQLITE_OK)
        return failed(self, "read");
    sqlite3_bind_int64(row, 1, (int64_t)(clock_wall() / 1000u));
    while ((result = sqlite3_step(row)) == SQLITE_ROW) {
        for (int column = 0; column < sqlite3_column_count(row); column++) {
            const sira_str value = get_text(row, column);
            if (column > 0)
                putchar('\t');
            for (size_t i = 0; i < value.len; i++)
                putchar(value.at[i] >= ' ' && value.at[i] < 0x7f ? value.at[i] : '?');
        }
        putchar('\n');
    }
    sqlite3_finalize(row);
    return result == SQLITE_DONE || failed(self, "read");
}

bool database_list_users(database *self)
{
    return list(self, "SELECT DISTINCT name, realm FROM users WHERE ?1 >= 0 ORDER BY realm, name");
}

bool database_list_bindings(database *self)
{
    return list(self, "SELECT aor, uri, (expires - ?1 + 999) / 1000, source, path FROM bindings WHERE expires > ?1"
                      " ORDER BY aor, number");
}
