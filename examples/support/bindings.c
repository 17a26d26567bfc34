#include "support/bindings.h"

/* One REGISTER, and what came of it so far. */
typedef struct update {
    location work; /* a copy: it replaces the original when everything went well */
    const sira_message *request;
    const bindings_limits *limits;
    sira_cseq cseq;
    sira_str call_id;
    uint32_t usual;    /* lifetime of a Contact that names none, in seconds */
    bool is_requested; /* usual is: by Expires */
    uint64_t now;
    const char *reason;
} update;

/* ---- places ---- */

static void remove_binding(location *at, size_t i)
{
    at->count--;
    if (i != at->count)
        at->all[i] = at->all[at->count];
}

static void expire(location *at, uint64_t now)
{
    for (size_t i = at->count; i-- > 0;) {
        if (at->all[i].expires_at <= now)
            remove_binding(at, i);
    }
}

/* Of an address-of-record, all before its host. */
static sira_str user_of(sira_str aor)
{
    while (aor.len > 0 && aor.at[--aor.len] != '@')
        ;
    return aor;
}

uint16_t bindings_at(bindings *self, sira_str aor, uint64_t now, location **place)
{
    location *unused = NULL;
    size_t of_user = 0;
    for (size_t i = 0; i < self->count; i++) {
        location *at = &self->all[i];
        expire(at, now);
        if (sira_str_equal(text_view(&at->aor), aor)) {
            *place = at;
            return 200;
        }
        if (at->count == 0)
            unused = at;
        else if (sira_str_equal(user_of(text_view(&at->aor)), user_of(aor)))
            of_user++;
    }
    if (of_user >= BINDINGS_LOCATIONS_EACH)
        return 403;
    if (unused == NULL && self->count < BINDINGS_LOCATIONS)
        unused = &self->all[self->count++];
    if (unused == NULL || !text_set(&unused->aor, aor))
        return 503;
    unused->count = 0;
    *place = unused;
    return 200;
}

size_t bindings_count(bindings *self, uint64_t now)
{
    size_t count = 0;
    for (size_t i = 0; i < self->count; i++) {
        expire(&self->all[i], now);
        count += self->all[i].count;
    }
    return count;
}

/* ---- one request ---- */

static uint16_t fail(update *self, uint16_t code, const char *reason)
{
    self->reason = reason;
    return code;
}

/* RFC 3261 10.3 step 7: a binding that this client made is changed by a later request only. */
static bool is_later(const update *self, const binding *existing)
{
    return !sira_str_equal(text_view(&existing->call_id), self->call_id) || self->cseq.number > existing->cseq;
}

/* RFC 5626 6: instance and reg-id name a binding where both are there; else the URI does (RFC 3261 10.3). */
static bool is_same(const binding *existing, const sira_contact *contact)
{
    sira_uri ours, theirs;
    short_text instance = {0};
    if (contact->reg_id != 0 && contact->instance.len != 0 && existing->reg_id != 0 && existing->instance.length != 0)
        return contact->reg_id == existing->reg_id && text_add(&instance, contact->instance) &&
               sira_str_equal_nocase(text_view(&existing->instance), text_view(&instance));
    return sira_uri_parse(&ours, text_view(&existing->uri), NULL) == SIRA_OK &&
           sira_uri_parse(&theirs, contact->address.uri, NULL) == SIRA_OK && sira_uri_equal(&ours, &theirs);
}

static binding *find(update *self, const sira_contact *contact)
{
    for (size_t i = 0; i < self->work.count; i++) {
        if (is_same(&self->work.all[i], contact))
            return &self->work.all[i];
    }
    return NULL;
}

/* Copies the parameters but for expires, which is told anew each time. */
static bool keep_params(short_text *out, sira_str params)
{
    sira_str rest = params, name, value;
    out->length = 0;
    while (sira_param_next(&rest, &name, &value) == SIRA_OK) {
        if (sira_str_equal_nocase(name, SIRA_STR("expires")))
            continue;
        if (!text_add(out, SIRA_STR(";")) || !text_add(out, name) ||
            (value.at != NULL && (!text_add(out, SIRA_STR("=")) || !text_add(out, value))))
            return false;
    }
    return true;
}

/* All values of Path in one (RFC 3327 5.3). */
static bool keep_path(short_text *out, const sira_message *request)
{
    sira_cursor cursor;
    sira_address path;
    out->length = 0;
    sira_cursor_init(&cursor, request, SIRA_FIELD_PATH);
    while (sira_address_next(&cursor, &path, NULL) == SIRA_OK) {
        if ((out->length != 0 && !text_add(out, SIRA_STR(","))) || !text_add(out, path.text))
            return false;
    }
    return true;
}

static uint16_t keep(update *self, binding *at, const sira_contact *contact, uint32_t lifetime)
{
    at->instance.length = 0;
    bool fits = text_set(&at->uri, contact->address.uri) && keep_params(&at->params, contact->address.params) &&
                text_add(&at->instance, contact->instance) && text_set(&at->call_id, self->call_id) &&
                keep_path(&at->path, self->request);
    at->reg_id = contact->reg_id;
    at->cseq = self->cseq.number;
    at->expires_at = self->now + 1000u * (uint64_t)lifetime;
    return fits ? 200 : fail(self, 513, "Contact Too Long");
}

/* RFC 3261 10.3 step 7. */
static uint16_t update_one(update *self, const sira_contact *contact)
{
    uint32_t lifetime = contact->has_expires ? contact->expires : self->usual;
    binding *existing = find(self, contact);
    bool is_requested = contact->has_expires || self->is_requested;
    if (is_requested && lifetime > 0 && lifetime < 3600 && lifetime < self->limits->minimum)
        return fail(self, 423, "Interval Too Brief");
    if (lifetime > self->limits->maximum)
        lifetime = self->limits->maximum;
    if (existing != NULL && !is_later(self, existing))
        return fail(self, 500, "CSeq Out Of Order");
    if (lifetime == 0) {
        if (existing != NULL)
            remove_binding(&self->work, (size_t)(existing - self->work.all));
        return 200;
    }
    if (existing == NULL && self->work.count == BINDINGS_EACH)
        return fail(self, 500, "Too Many Bindings");
    return keep(self, existing != NULL ? existing : &self->work.all[self->work.count++], contact, lifetime);
}

/* RFC 3261 10.3 step 6: "*" stands alone, and with Expires: 0 only. */
static uint16_t remove_all(update *self, size_t contacts)
{
    uint32_t expires;
    if (contacts != 1 || sira_message_number(self->request, SIRA_FIELD_EXPIRES, &expires, NULL) != SIRA_OK ||
        expires != 0)
        return fail(self, 400, "Bad Contact");
    for (size_t i = self->work.count; i-- > 0;) {
        if (!is_later(self, &self->work.all[i]))
            return fail(self, 500, "CSeq Out Of Order");
        remove_binding(&self->work, i);
    }
    return 200;
}

/* How many Contacts there are, and whether one is "*"; false when one can't be read. */
static bool count_contacts(const sira_message *request, size_t *count, bool *star)
{
    sira_cursor cursor;
    sira_contact contact;
    sira_status status;
    *count = 0;
    *star = false;
    sira_cursor_init(&cursor, request, SIRA_FIELD_CONTACT);
    while ((status = sira_contact_next(&cursor, &contact, NULL)) == SIRA_OK) {
        ++*count;
        *star = *star || contact.star;
    }
    return status == SIRA_IDLE;
}

static uint16_t update_all(update *self)
{
    sira_cursor cursor;
    sira_contact contact;
    size_t count;
    bool star;
    uint16_t code = 200;
    if (!count_contacts(self->request, &count, &star))
        return fail(self, 400, "Bad Contact");
    if (star)
        return remove_all(self, count);
    sira_cursor_init(&cursor, self->request, SIRA_FIELD_CONTACT);
    while (code == 200 && sira_contact_next(&cursor, &contact, NULL) == SIRA_OK)
        code = update_one(self, &contact);
    return code;
}

uint16_t bindings_update(location *at, const sira_message *request, const bindings_limits *limits, uint64_t now,
                         const char **reason)
{
    update self = {
        .work = *at, .request = request, .limits = limits, .usual = limits->usual, .now = now, .reason = "OK"};
    self.is_requested = sira_message_number(request, SIRA_FIELD_EXPIRES, &self.usual, NULL) == SIRA_OK;
    uint16_t code = 400;
    if (sira_message_cseq(request, &self.cseq, NULL) == SIRA_OK &&
        sira_message_call_id(request, &self.call_id, NULL) == SIRA_OK)
        code = update_all(&self);
    if (code == 200)
        *at = self.work;
    *reason = self.reason;
    return code;
}

void bindings_write(const location *at, uint64_t now, sira_writer *writer)
{
    for (size_t i = 0; i < at->count; i++) {
        const binding *one = &at->all[i];
        sira_write_begin(writer, SIRA_FIELD_CONTACT);
        sira_write_text(writer, SIRA_STR("<"));
        sira_write_text(writer, text_view(&one->uri));
        sira_write_text(writer, SIRA_STR(">"));
        sira_write_text(writer, text_view(&one->params));
        sira_write_text(writer, SIRA_STR(";expires="));
        sira_write_number(writer, (uint32_t)((one->expires_at - now + 999u) / 1000u));
        sira_write_end(writer);
    }
}
