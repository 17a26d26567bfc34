#include "support/memory_store.h"

#include <stdlib.h>
#include <string.h>

/* One address-of-record, in one piece of memory: the struct, its bindings, their text. */
struct memory_place {
    memory_place *next;
    uint64_t version;
    sira_str aor;
    size_t count;
    sira_binding all[];
};

/* By the user alone (FNV-1a), so that all that are one user's hang at one head. */
static memory_place **head_of(memory_store *self, sira_str aor)
{
    const sira_str user = store_user(aor);
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < user.len; i++)
        hash = (hash ^ (unsigned char)user.at[i]) * 16777619u;
    return &self->heads[hash % MEMORY_STORE_HEADS];
}

/* Where the pointer to it stands; to NULL when it is not there. */
static memory_place **find(memory_store *self, sira_str aor)
{
    memory_place **at = head_of(self, aor);
    while (*at != NULL && !sira_str_equal((*at)->aor, aor))
        at = &(*at)->next;
    return at;
}

static size_t live(const memory_place *place, uint64_t now)
{
    size_t count = 0;
    for (size_t i = 0; i < place->count; i++)
        count += place->all[i].expires_at > now;
    return count;
}

static sira_status look_up(void *context, sira_registrar_task *task, sira_str aor, sira_bindings *found)
{
    const memory_place *place = *find(context, aor);
    sira_status status = SIRA_OK;
    (void)task;
    if (place == NULL)
        return SIRA_OK;
    found->version = place->version;
    for (size_t i = 0; i < place->count && status == SIRA_OK; i++)
        status = sira_bindings_add(found, &place->all[i]);
    return status;
}

static sira_str copy(char **to, sira_str text)
{
    const sira_str copied = {*to, text.len};
    if (text.len != 0)
        memcpy(*to, text.at, text.len);
    *to += text.len;
    return copied;
}

static memory_place *make(const sira_bindings_change *change)
{
    size_t size = sizeof(memory_place) + change->count * sizeof change->all[0];
    size_t text = change->aor.len;
    for (size_t i = 0; i < change->count; i++) {
        const sira_binding *one = &change->all[i];
        text += one->uri.len + one->params.len + one->instance.len + one->path.len + one->call_id.len;
    }
    memory_place *made = malloc(size + text);
    if (made == NULL)
        return NULL;
    char *at = (char *)made + size;
    made->aor = copy(&at, change->aor);
    made->count = change->count;
    for (size_t i = 0; i < change->count; i++) {
        sira_binding *one = &made->all[i];
        *one = change->all[i];
        one->uri = copy(&at, one->uri);
        one->params = copy(&at, one->params);
        one->instance = copy(&at, one->instance);
        one->path = copy(&at, one->path);
        one->call_id = copy(&at, one->call_id);
    }
    return made;
}

static void drop(memory_store *self, memory_place **at)
{
    memory_place *place = *at;
    *at = place->next;
    free(place);
    self->used--;
}

static sira_status commit(void *context, sira_registrar_task *task, const sira_bindings_change *change)
{
    memory_store *self = context;
    memory_place **at = find(self, change->aor), *old = *at, *made = NULL;
    (void)task;
    if ((old != NULL ? old->version : 0) != change->version)
        return SIRA_E_STATE;
    if (change->count > 0) {
        if (old == NULL && self->used == self->most)
            return SIRA_E_SPACE;
        made = make(change);
        if (made == NULL)
            return SIRA_E_SPACE;
    }
    if (old != NULL)
        drop(self, at);
    if (made != NULL) {
        made->version = ++self->version;
        made->next = *at;
        *at = made;
        self->used++;
    }
    return SIRA_OK;
}

static size_t others(void *context, sira_str aor, uint64_t now)
{
    const sira_str user = store_user(aor);
    size_t count = 0;
    for (const memory_place *place = *head_of(context, aor); place != NULL; place = place->next)
        count +=
            sira_str_equal(store_user(place->aor), user) && !sira_str_equal(place->aor, aor) && live(place, now) > 0;
    return count;
}

static size_t count_all(void *context, uint64_t now)
{
    const memory_store *self = context;
    size_t count = 0;
    for (size_t i = 0; i < MEMORY_STORE_HEADS; i++)
        for (const memory_place *place = self->heads[i]; place != NULL; place = place->next)
            count += live(place, now);
    return count;
}

static void tidy(void *context, uint64_t now)
{
    memory_store *self = context;
    for (size_t i = 0; i < MEMORY_STORE_HEADS; i++) {
        for (memory_place **at = &self->heads[i]; *at != NULL;) {
            if (live(*at, now) == 0)
                drop(self, at);
            else
                at = &(*at)->next;
        }
    }
}

store memory_store_open(memory_store *self)
{
    return (store){.calls = {.context = self, .look_up = look_up, .commit = commit},
                   .others = others,
                   .count = count_all,
                   .tidy = tidy};
}

void memory_store_close(memory_store *self)
{
    for (size_t i = 0; i < MEMORY_STORE_HEADS; i++)
        while (self->heads[i] != NULL)
            drop(self, &self->heads[i]);
}
