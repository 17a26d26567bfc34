/* What a REGISTER asks for, before anybody looks at what there is. */
#include "registrar/registrar.h"

#include "message/writing.h"

#define MALFORMED_EXPIRES 3600u /* RFC 3261 10.2.1.1: a malformed lifetime counts as an hour */
#define HOUR 3600u

bool sira_i_registrar_lists(const sira_message *request, sira_field_id id, sira_str option)
{
    sira_cursor cursor;
    sira_str found;
    sira_cursor_init(&cursor, request, id);
    while (sira_token_next(&cursor, &found, NULL) == SIRA_OK)
        if (sira_str_equal_nocase(found, option))
            return true;
    return false;
}

/* ---- text: what is kept of a request stands in the task, without folds ---- */

static sira_str since(const sira_registrar_task *task, const sira_writer *writer, size_t mark)
{
    return (sira_str){task->text + mark, writer->length - mark};
}

static sira_str keep(const sira_registrar_task *task, sira_writer *writer, sira_str value)
{
    size_t mark = writer->length;
    sira_i_write_unfolded(writer, value);
    return since(task, writer, mark);
}

/* All parameters but those that each answer tells anew, each as ";name=value" with nothing around it. */
static sira_str keep_params(const sira_registrar_task *task, sira_writer *writer, sira_str rest)
{
    size_t mark = writer->length;
    sira_str name, value;
    while (sira_param_next(&rest, &name, &value) == SIRA_OK) {
        if (sira_str_equal_nocase(name, SIRA_STR("expires")) || sira_str_equal_nocase(name, SIRA_STR("q")))
            continue;
        SIRA_I_WRITE(writer, ";");
        sira_write_text(writer, name);
        if (value.at != NULL) {
            SIRA_I_WRITE(writer, "=");
            sira_i_write_unfolded(writer, value);
        }
    }
    return since(task, writer, mark);
}

/* RFC 3327 5.3: all values in their order. *edge: the last of them, which the client's first hop has put there. */
static sira_status keep_path(sira_registrar_task *task, sira_writer *writer, sira_str *edge)
{
    size_t mark = writer->length;
    sira_cursor cursor;
    sira_address path;
    sira_status status;
    sira_cursor_init(&cursor, task->request, SIRA_FIELD_PATH);
    while ((status = sira_address_next(&cursor, &path, NULL)) == SIRA_OK) {
        if (writer->length > mark)
            SIRA_I_WRITE(writer, ", ");
        sira_i_write_unfolded(writer, path.text);
        *edge = path.uri;
    }
    task->path = since(task, writer, mark);
    return status;
}

/* A control character may stand behind a backslash in a message; nobody who shows a binding should have to care. */
static bool is_clean(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (((unsigned char)text[i] < ' ' && text[i] != '\t') || text[i] == 0x7f)
            return false;
    return true;
}

/* ---- RFC 5626 6 ---- */

/* May reg-id count? The client's first hop is either we, or says by "ob" in its Path that it supports outbound. */
static bool has_outbound_hop(const sira_registrar_task *task, sira_str edge)
{
    sira_uri uri;
    sira_str value;
    if (task->request->via_count == 1)
        return true;
    return edge.len > 0 && sira_uri_parse(&uri, edge, NULL) == SIRA_OK &&
           sira_uri_param(&uri, SIRA_STR("ob"), &value) == SIRA_OK;
}

static uint16_t judge_outbound(sira_registrar_task *task, sira_str edge, const char **reason)
{
    size_t stay = 0;
    bool any = false;
    for (size_t i = 0; i < task->asked_count; i++) {
        sira_binding *one = &task->asked[i];
        if (one->instance.len == 0 || !task->registrar->config->outbound)
            one->reg_id = 0;
        any = any || one->reg_id != 0;
        stay += one->expires_at > task->now;
    }
    if (!any)
        return 0;
    bool supported = sira_i_registrar_lists(task->request, SIRA_FIELD_SUPPORTED, SIRA_STR("outbound"));
    if (!has_outbound_hop(task, edge)) {
        *reason = "First Hop Lacks Outbound Support";
        for (size_t i = 0; i < task->asked_count; i++)
            task->asked[i].reg_id = 0;
        return supported ? 439 : 0;
    }
    *reason = "Several Contacts With reg-id";
    task->outbound = supported;
    return stay > 1 ? 400 : 0;
}

/* ---- Contact ---- */

/* RFC 3261 10.3 step 7: its own lifetime, that of the request, or ours. */
static uint16_t keep_contact(sira_registrar_task *task, sira_writer *writer, const sira_contact *contact,
                             uint32_t lifetime)
{
    const sira_registrar *self = task->registrar;
    sira_uri uri;
    if (contact->has_expires)
        lifetime = contact->expires;
    if (lifetime > 0 && lifetime < self->expires_min && lifetime < HOUR)
        return 423;
    if (lifetime > self->expires_max)
        lifetime = self->expires_max;
    if (sira_uri_parse(&uri, contact->address.uri, NULL) != SIRA_OK)
        return 400;
    if (task->asked_count == SIRA_LIMIT_BINDINGS)
        return 403;
    sira_binding *one = &task->asked[task->asked_count];
    *one = (sira_binding){.source = task->source,
                          .expires_at = task->now + 1000u * (uint64_t)lifetime,
                          .updated_at = task->now,
                          .reg_id = contact->reg_id,
                          .q = contact->has_q ? contact->q : (uint16_t)1000,
                          .has_q = contact->has_q};
    one->uri = keep(task, writer, contact->address.uri);
    one->params = keep_params(task, writer, contact->address.params);
    one->instance = keep(task, writer, contact->instance);
    task->asked_count++;
    return 0;
}

/* RFC 3261 10.3 step 6: "*" stands alone, which validation has seen to, and with Expires: 0 only. */
static uint16_t keep_contacts(sira_registrar_task *task, sira_writer *writer, const char **reason)
{
    sira_cursor cursor;
    sira_contact contact;
    sira_status status;
    uint16_t code = 0;
    uint32_t lifetime = task->registrar->expires_default;
    status = sira_message_number(task->request, SIRA_FIELD_EXPIRES, &lifetime, NULL);
    if (status < 0)
        lifetime = MALFORMED_EXPIRES;
    sira_cursor_init(&cursor, task->request, SIRA_FIELD_CONTACT);
    *reason = "Bad Contact";
    while (code == 0 && (status = sira_contact_next(&cursor, &contact, NULL)) == SIRA_OK) {
        if (contact.star) {
            task->star = true;
            code = lifetime == 0 ? 0 : 400;
        } else {
            code = keep_contact(task, writer, &contact, lifetime);
        }
    }
    if (code == 423)
        *reason = "Interval Too Brief";
    if (code == 403)
        *reason = "Too Many Contacts";
    return code == 0 && status < 0 ? 400 : code;
}

uint16_t sira_i_contacts_read(sira_registrar_task *task, const char **reason)
{
    sira_writer writer;
    sira_str call_id, edge = {NULL, 0};
    sira_cseq cseq;
    task->asked_count = 0;
    task->star = task->outbound = false;
    sira_writer_init(&writer, task->text, sizeof task->text);
    *reason = "Bad Request";
    if (sira_message_call_id(task->request, &call_id, NULL) != SIRA_OK ||
        sira_message_cseq(task->request, &cseq, NULL) != SIRA_OK)
        return 400;
    uint16_t code = keep_contacts(task, &writer, reason);
    if (code != 0)
        return code;
    call_id = keep(task, &writer, call_id);
    *reason = "Bad Path";
    if (keep_path(task, &writer, &edge) != SIRA_IDLE)
        return 400;
    for (size_t i = 0; i < task->asked_count; i++) {
        task->asked[i].call_id = call_id;
        task->asked[i].path = task->path;
        task->asked[i].cseq = cseq.number;
    }
    task->call_id = call_id;
    task->cseq = cseq.number;
    if (writer.status == SIRA_E_SPACE) {
        *reason = "Contact Too Long";
        return 513;
    }
    *reason = "Bad Contact";
    if (writer.status != SIRA_OK || !is_clean(task->text, writer.length))
        return 400;
    return judge_outbound(task, edge, reason);
}
