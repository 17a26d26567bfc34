/* The bindings of one address-of-record (RFC 3261 10.3): what was found and what is asked for make what is wanted. All
 * of a request is done, or nothing. */
#include "registrar/registrar.h"

#include <string.h>

sira_status sira_bindings_add(sira_bindings *found, const sira_binding *binding)
{
    const sira_str *from[] = {&binding->uri, &binding->params, &binding->instance, &binding->path, &binding->call_id};
    if (found->count == SIRA_LIMIT_BINDINGS)
        return SIRA_E_SPACE;
    sira_binding *one = &found->all[found->count];
    sira_str *to[] = {&one->uri, &one->params, &one->instance, &one->path, &one->call_id};
    size_t used = found->used;
    *one = *binding;
    for (size_t i = 0; i < sizeof from / sizeof from[0]; i++) {
        if (from[i]->len > sizeof found->text - used)
            return SIRA_E_SPACE;
        *to[i] = (sira_str){found->text + used, from[i]->len};
        if (from[i]->len > 0)
            memcpy(found->text + used, from[i]->at, from[i]->len);
        used += from[i]->len;
    }
    found->used = used;
    found->count++;
    return SIRA_OK;
}

void sira_i_bindings_live(sira_registrar_task *task)
{
    task->wanted_count = 0;
    for (size_t i = 0; i < task->found.count; i++)
        if (task->found.all[i].expires_at > task->now)
            task->wanted[task->wanted_count++] = task->found.all[i];
}

/* RFC 3261 10.3 steps 6 and 7: what this client has made is changed by a later request only. What the present request
 * has made itself has its very Call-ID. */
static bool is_later(const sira_registrar_task *task, const sira_binding *existing)
{
    return existing->call_id.at == task->call_id.at || !sira_str_equal(existing->call_id, task->call_id) ||
           task->cseq > existing->cseq;
}

/* RFC 5626 6: instance-id and reg-id name a binding where both have them; else the URI does (RFC 3261 10.3). */
static bool is_same(const sira_binding *existing, const sira_binding *asked)
{
    sira_uri ours, theirs;
    if (existing->reg_id != 0 && asked->reg_id != 0)
        return existing->reg_id == asked->reg_id && sira_str_equal_nocase(existing->instance, asked->instance);
    if (sira_str_equal(existing->uri, asked->uri)) /* as it mostly is */
        return true;
    return sira_uri_parse(&ours, existing->uri, NULL) == SIRA_OK &&
           sira_uri_parse(&theirs, asked->uri, NULL) == SIRA_OK && sira_uri_equal(&ours, &theirs);
}

static void remove_at(sira_registrar_task *task, size_t i)
{
    task->wanted_count--;
    memmove(&task->wanted[i], &task->wanted[i + 1], (task->wanted_count - i) * sizeof task->wanted[0]);
}

/* RFC 3261 10.3 step 7. */
static uint16_t apply_one(sira_registrar_task *task, const sira_binding *asked, bool *changed, const char **reason)
{
    size_t i = 0;
    bool stays = asked->expires_at > task->now;
    while (i < task->wanted_count && !is_same(&task->wanted[i], asked))
        i++;
    bool exists = i < task->wanted_count;
    if (exists && !is_later(task, &task->wanted[i])) {
        *reason = "CSeq Out Of Order";
        return 500;
    }
    if (!exists && stays && task->wanted_count == task->registrar->bindings_max) {
        *reason = "Too Many Bindings"; /* and 5xx, as one that lapses makes room */
        return 500;
    }
    *changed = *changed || exists || stays;
    if (exists && !stays)
        remove_at(task, i);
    if (stays)
        task->wanted[i] = *asked;
    task->wanted_count += stays && !exists;
    return 0;
}

/* RFC 3261 10.3 step 6. */
static uint16_t remove_all(sira_registrar_task *task, bool *changed, const char **reason)
{
    *reason = "CSeq Out Of Order";
    for (size_t i = 0; i < task->wanted_count; i++)
        if (!is_later(task, &task->wanted[i]))
            return 500;
    *changed = task->wanted_count > 0;
    task->wanted_count = 0;
    return 0;
}

/* Does sira_bindings_add take it all again? */
static bool fits(const sira_registrar_task *task)
{
    size_t used = 0;
    for (size_t i = 0; i < task->wanted_count; i++) {
        const sira_binding *one = &task->wanted[i];
        used += one->uri.len + one->params.len + one->instance.len + one->path.len + one->call_id.len;
    }
    return used <= SIRA_LIMIT_BINDINGS_TEXT;
}

uint16_t sira_i_bindings_apply(sira_registrar_task *task, bool *changed, const char **reason)
{
    uint16_t code = 0;
    *changed = false;
    sira_i_bindings_live(task);
    if (task->star)
        return remove_all(task, changed, reason);
    for (size_t i = 0; i < task->asked_count && code == 0; i++)
        code = apply_one(task, &task->asked[i], changed, reason);
    if (code == 0 && !fits(task)) {
        *reason = "Bindings Too Long";
        code = 513;
    }
    return code;
}
