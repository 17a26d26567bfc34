#include "support/office.h"

#include <stdio.h>
#include <string.h>

/* ---- the store ---- */

static office_place *place_of(office *o, sira_str aor)
{
    for (size_t i = 0; i < OFFICE_PLACES; i++)
        if (sira_str_equal((sira_str){o->places[i].aor, o->places[i].length}, aor))
            return &o->places[i];
    return NULL;
}

static sira_status do_look_up(office *o)
{
    const office_place *place = place_of(o, o->pending_aor);
    if (o->look_up_status != SIRA_OK)
        return o->look_up_status;
    if (place == NULL)
        return SIRA_OK;
    for (size_t i = 0; i < place->bindings.count; i++)
        assert_int_equal(sira_bindings_add(o->found, &place->bindings.all[i]), SIRA_OK);
    o->found->version = place->bindings.version;
    return SIRA_OK;
}

static sira_status do_commit(office *o)
{
    office_place *place = place_of(o, o->change->aor);
    if (o->commit_status != SIRA_OK)
        return o->commit_status;
    if (place == NULL) {
        place = place_of(o, SIRA_STR(""));
        assert_non_null(place);
        memcpy(place->aor, o->change->aor.at, o->change->aor.len);
        place->length = o->change->aor.len;
    }
    if (o->losses > 0) {
        o->losses--;
        place->bindings.version++;
    }
    if (place->bindings.version != o->change->version)
        return SIRA_E_STATE;
    place->bindings.count = place->bindings.used = 0;
    for (size_t i = 0; i < o->change->count; i++)
        assert_int_equal(sira_bindings_add(&place->bindings, &o->change->all[i]), SIRA_OK);
    place->bindings.version++;
    return SIRA_OK;
}

static sira_status now_or_later(office *o, sira_status (*work)(office *o))
{
    o->pending = work;
    return o->later ? SIRA_MORE : work(o);
}

static sira_status look_up(void *context, sira_registrar_task *task, sira_str aor, sira_bindings *found)
{
    office *o = context;
    assert_ptr_equal(task, &o->task);
    assert_int_equal(found->count + found->used + found->version, 0);
    o->lookups++;
    o->pending_aor = aor;
    o->found = found;
    return now_or_later(o, do_look_up);
}

static sira_status commit(void *context, sira_registrar_task *task, const sira_bindings_change *change)
{
    office *o = context;
    assert_ptr_equal(task, &o->task);
    o->commits++;
    o->change = change;
    return now_or_later(o, do_commit);
}

static sira_status next_lapsed(void *context, uint64_t now, char *aor, size_t *length)
{
    office *o = context;
    for (size_t i = 0; i < OFFICE_PLACES; i++) {
        for (size_t k = 0; k < o->places[i].bindings.count; k++) {
            if (o->places[i].bindings.all[k].expires_at > now)
                continue;
            memcpy(aor, o->places[i].aor, o->places[i].length);
            *length = o->places[i].length;
            return SIRA_OK;
        }
    }
    return SIRA_IDLE;
}

static void decided(void *context, sira_registrar_task *task)
{
    office *o = context;
    assert_ptr_equal(task, &o->task);
    o->decisions++;
}

/* ---- the registrar ---- */

void office_open(office *o)
{
    memset(o, 0, sizeof *o);
    sira_registrar_config_init(&o->config);
    o->config.open_to_all = true;
    o->config.store = (sira_registrar_store){o, look_up, commit, next_lapsed};
    o->config.decided = decided;
    o->config.context = o;
    o->now = 1000000;
    o->uri = "sip:example.com";
    o->to = "<sip:alice@example.com>";
    o->call_id = "call-1";
    o->vias = "";
    assert_int_equal(sira_endpoint_from_text(SIRA_STR("192.0.2.1:5060"), 0, &o->source), SIRA_OK);
}

void office_init(office *o)
{
    sira_diag diag = {.field = ""};
    expect_status(diag.field, sira_registrar_init(&o->registrar, &o->config, &diag), SIRA_OK);
}

void office_close(office *o)
{
    if (o->bytes.at != NULL)
        heap_str_free(o->bytes);
    o->bytes.at = NULL;
}

static unsigned write_reply(office *o)
{
    sira_writer writer;
    const unsigned code = sira_registrar_code(&o->task);
    sira_writer_init(&writer, o->reply, o->room != 0 ? o->room : sizeof o->reply - 1);
    const sira_status status = sira_registrar_write(&o->task, SIRA_STR("office"), &writer);
    o->reply[status == SIRA_OK ? writer.length : 0] = '\0';
    assert_false(o->task.verified_once);
    return code;
}

unsigned office_take(office *o, const char *lines)
{
    char text[16384];
    const int n = snprintf(text, sizeof text,
                           "REGISTER %s SIP/2.0\r\n%sVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1\r\n"
                           "From: %s;tag=1\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: %u REGISTER\r\n%s\r\n",
                           o->uri, o->vias, o->to, o->to, o->call_id, ++o->cseq, lines);
    sira_diag diag = {.expected = ""};
    office_close(o);
    o->bytes = heap_str(text, (size_t)n);
    sira_message_init(&o->message, o->fields, SIRA_LIMIT_FIELDS);
    expect_status(lines, sira_message_parse(&o->message, o->bytes, &diag), SIRA_OK);
    expect_status(lines, sira_message_validate(&o->message, &diag), SIRA_OK);
    const sira_status status = sira_registrar_take(&o->registrar, &o->task, &o->message, &o->source, o->now);
    if (status == SIRA_MORE)
        return 0;
    expect_status(lines, status, SIRA_OK);
    return write_reply(o);
}

unsigned office_go_on(office *o)
{
    const unsigned before = o->decisions;
    sira_registrar_stored(&o->task, o->pending(o));
    return o->decisions > before ? write_reply(o) : 0;
}

const char *office_lines(const office *o, const char *name)
{
    static char texts[4][8192];
    static unsigned next;
    char *out = texts[next++ % 4];
    const size_t n = strlen(name);
    size_t length = 0;
    out[0] = '\0';
    for (const char *line = o->reply; line != NULL && *line != '\0';) {
        const char *end = strstr(line, "\r\n");
        if (strncmp(line, name, n) == 0 && line[n] == ':')
            length += (size_t)snprintf(out + length, sizeof texts[0] - length, "%s%.*s", length > 0 ? "|" : "",
                                       (int)(end - line - (long)n - 2), line + n + 2);
        line = end != NULL ? end + 2 : NULL;
    }
    return out;
}

const char *office_contacts(office *o, const char *lines)
{
    static char status[128];
    if (office_take(o, lines) == 200)
        return office_lines(o, "Contact");
    snprintf(status, sizeof status, "%.*s", (int)(strcspn(o->reply, "\r") - 7), o->reply + 7);
    return status;
}
