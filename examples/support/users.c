#include "support/users.h"

#include <errno.h>
#include <stdio.h>

const char *users_add(users *self, sira_str line)
{
    const char *colon = line.len != 0 ? memchr(line.at, ':', line.len) : NULL;
    if (colon == NULL || colon == line.at)
        return "name:password";
    const sira_str name = {line.at, (size_t)(colon - line.at)};
    const sira_str secret = {colon + 1, line.len - name.len - 1};
    if (self->count == USERS_MAX)
        return "at most 1000 users";
    users_entry *added = &self->all[self->count];
    if (!text_set(&added->name, name) || !text_set(&added->password, secret))
        return "a name and a password of at most 255 bytes";
    for (size_t i = 0; i < self->count; i++) {
        if (sira_str_equal(text_view(&self->all[i].name), name))
            return "each name once";
    }
    self->count++;
    return NULL;
}

bool users_read(users *self, const char *program, const char *path)
{
    char line[2 * TEXT_MAX + 4];
    const char *expected = NULL;
    unsigned number = 0;
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        fprintf(stderr, "%s: %s: %s\n", program, path, strerror(errno));
        return false;
    }
    while (expected == NULL && fgets(line, sizeof line, file) != NULL) {
        size_t length = strcspn(line, "\r\n");
        number++;
        if (length == sizeof line - 1)
            expected = "a shorter line";
        else if (length != 0 && line[0] != '#')
            expected = users_add(self, (sira_str){line, length});
    }
    if (expected != NULL)
        fprintf(stderr, "%s: %s:%u: expected %s\n", program, path, number, expected);
    bool failed = ferror(file) != 0;
    if (failed)
        fprintf(stderr, "%s: %s: can't be read\n", program, path);
    fclose(file);
    sira_wipe(line, sizeof line);
    return expected == NULL && !failed;
}

sira_status users_look_up(void *context, const sira_digest_lookup *lookup, sira_digest_account *account)
{
    const users *self = context;
    sira_status status = SIRA_IDLE;
    /* To the end for each, so that the time does not tell who is there and where. */
    for (size_t i = 0; i < self->count; i++) {
        if (sira_str_equal(text_view(&self->all[i].name), lookup->user)) {
            account->password = text_view(&self->all[i].password);
            status = SIRA_OK;
        }
    }
    return status;
}
