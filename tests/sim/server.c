/* A registrar: digest with nonces that age, bindings by RFC 3261 10.3, and the faults of its kind. */
#include "sim/sim.h"

#include <gcrypt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT(str) (int)(str).len, (str).at

void server_make(server *self, unsigned index)
{
    *self = (server){.index = index, .epoch = 1};
    self->stales = sim_draw(2) != 0;
    self->max_expires = sim_draw(3) == 0 ? 120 : 7200;
    self->min_expires = sim_draw(4) == 0 ? 90 : 0;
}

void server_forget(server *self)
{
    self->binding_count = 0;
    self->epoch++;
}

void server_free(server *self)
{
    free(self->bindings);
}

static sira_str value_of(const sira_message *message, sira_field_id id)
{
    const sira_field *field = sira_message_field(message, id);
    return field != NULL ? field->value : (sira_str){"", 0};
}

static void reply(const packet *asked, const sira_message *request, unsigned code, const char *more)
{
    char bytes[3000];
    packet answer = *asked;
    sira_str via = value_of(request, SIRA_FIELD_VIA);
    const uint64_t slow = sim_fault(FAULT_SLOW, asked->server) != NULL
                              ? sim_draw(sim_fault(FAULT_SLOW, asked->server)->how_much + 1u)
                              : 0;
    int length =
        snprintf(bytes, sizeof bytes,
                 "SIP/2.0 %u Whatever\r\nVia: %.*s=%u;received=203.0.113.%u\r\nFrom: %.*s\r\nTo: %.*s;tag=s\r\n"
                 "Call-ID: %.*s\r\nCSeq: %.*s\r\n%sContent-Length: 0\r\n\r\n",
                 code, TEXT(via), 1024 + asked->mapping, asked->device, TEXT(value_of(request, SIRA_FIELD_FROM)),
                 TEXT(value_of(request, SIRA_FIELD_TO)), TEXT(value_of(request, SIRA_FIELD_CALL_ID)),
                 TEXT(value_of(request, SIRA_FIELD_CSEQ)), more);
    answer.to_server = false;
    answer.at = world.now + slow;
    if (length > 0 && (size_t)length < sizeof bytes)
        sim_post(&answer, bytes, (size_t)length);
}

/* A parameter of the credentials, without quotes. */
static void credential(const sira_message *request, const char *name, char out[160])
{
    char pattern[24], text[1200];
    (void)snprintf(text, sizeof text, "%.*s", TEXT(value_of(request, SIRA_FIELD_AUTHORIZATION)));
    (void)snprintf(pattern, sizeof pattern, " %s=", name);
    const char *at = strstr(text, pattern);
    out[0] = '\0';
    if (at == NULL)
        return;
    at += strlen(pattern);
    const char *stop = *at == '"' ? "\"" : ", ";
    at += *at == '"';
    (void)snprintf(out, 160, "%.*s", (int)strcspn(at, stop), at);
}

static void md5(const char *text, char out[33])
{
    uint8_t digest[16];
    gcry_md_hash_buffer(GCRY_MD_MD5, digest, text, strlen(text));
    for (int i = 0; i < 16; i++)
        (void)snprintf(out + 2 * i, 3, "%02x", digest[i]);
}

static void write_nonce(const server *self, char nonce[40])
{
    (void)snprintf(nonce, 40, "%u-%u-%llu", self->index, self->epoch,
                   (unsigned long long)(self->stales ? world.now / MINUTE : 0));
}

/* 1: right; 0: to be challenged; -1: wrong. */
static int judge(const server *self, const sira_message *request)
{
    char nonce[40], user[160], text[1200], ha1[33], ha2[33], wanted[33];
    char given[160], nc[160], cnonce[160], qop[160], uri[160], response[160];
    credential(request, "nonce", given);
    credential(request, "username", user);
    if (given[0] == '\0')
        return 0;
    credential(request, "nc", nc);
    credential(request, "cnonce", cnonce);
    credential(request, "qop", qop);
    credential(request, "uri", uri);
    credential(request, "response", response);
    (void)snprintf(text, sizeof text, "%s:sim:secret", user);
    md5(text, ha1);
    (void)snprintf(text, sizeof text, "REGISTER:%s", uri);
    md5(text, ha2);
    (void)snprintf(text, sizeof text, "%s:%s:%s:%s:%s:%s", ha1, given, nc, cnonce, qop, ha2);
    md5(text, wanted);
    write_nonce(self, nonce);
    if (strcmp(nonce, given) != 0)
        return 0;
    return strcmp(wanted, response) == 0 ? 1 : -1;
}

static void challenge(const server *self, const packet *asked, const sira_message *request)
{
    char nonce[40], more[200], given[160];
    write_nonce(self, nonce);
    credential(request, "nonce", given);
    (void)snprintf(more, sizeof more,
                   "WWW-Authenticate: Digest realm=\"sim\", nonce=\"%s\", qop=\"auth\", algorithm=MD5%s\r\n", nonce,
                   given[0] != '\0' && strcmp(nonce, given) != 0 ? ", stale=true" : "");
    reply(asked, request, 401, more);
}

/* ---- bindings (RFC 3261 10.3) ---- */

static binding *find(server *self, const char *aor, sira_str contact)
{
    for (size_t i = 0; i < self->binding_count; i++) {
        binding *at = &self->bindings[i];
        if (strcmp(at->aor, aor) == 0 && strlen(at->contact) == contact.len &&
            memcmp(at->contact, contact.at, contact.len) == 0)
            return at;
    }
    return NULL;
}

static void bind(server *self, const char *aor, sira_str contact, const binding *with)
{
    binding *at = find(self, aor, contact);
    if (at == NULL) {
        if (self->binding_count == self->capacity) {
            self->capacity = self->capacity == 0 ? 256 : 2 * self->capacity;
            self->bindings = realloc(self->bindings, self->capacity * sizeof *self->bindings);
            if (self->bindings == NULL)
                abort();
        }
        at = &self->bindings[self->binding_count++];
    }
    *at = *with;
    (void)snprintf(at->aor, sizeof at->aor, "%s", aor);
    (void)snprintf(at->contact, sizeof at->contact, "%.*s", TEXT(contact));
}

static void drop_expired(server *self)
{
    size_t kept = 0;
    for (size_t i = 0; i < self->binding_count; i++)
        if (self->bindings[i].expires_at > world.now)
            self->bindings[kept++] = self->bindings[i];
    self->binding_count = kept;
}

static void take(server *self, const packet *asked, const sira_message *request)
{
    char aor[40], more[1500] = "";
    uint32_t header = 3600;
    binding with = {.cseq = 0};
    sira_cseq cseq;
    sira_cursor cursor;
    sira_contact contact;
    sira_str call_id = value_of(request, SIRA_FIELD_CALL_ID);
    sira_str to = value_of(request, SIRA_FIELD_TO);
    (void)snprintf(aor, sizeof aor, "%.*s", TEXT(to));
    (void)snprintf(with.call_id, sizeof with.call_id, "%.*s", TEXT(call_id));
    (void)sira_message_number(request, SIRA_FIELD_EXPIRES, &header, NULL);
    if (sira_message_cseq(request, &cseq, NULL) != SIRA_OK)
        return;
    with.cseq = cseq.number;
    if (header != 0 && header < self->min_expires) {
        (void)snprintf(more, sizeof more, "Min-Expires: %u\r\n", self->min_expires);
        reply(asked, request, 423, more);
        return;
    }
    drop_expired(self);
    sira_cursor_init(&cursor, request, SIRA_FIELD_CONTACT);
    while (sira_contact_next(&cursor, &contact, NULL) == SIRA_OK) {
        const binding *old = find(self, aor, contact.address.uri);
        if (old != NULL && strcmp(old->call_id, with.call_id) == 0 && old->cseq >= with.cseq)
            continue; /* it was late */
        uint32_t expires = contact.has_expires ? contact.expires : header;
        with.expires_at = world.now + SECOND * (uint64_t)(expires < self->max_expires ? expires : self->max_expires);
        bind(self, aor, contact.address.uri, &with);
    }
    drop_expired(self);
    for (size_t i = 0; i < self->binding_count; i++) {
        const binding *at = &self->bindings[i];
        size_t length = strlen(more);
        if (strcmp(at->aor, aor) == 0 && length + 180 < sizeof more)
            (void)snprintf(more + length, sizeof more - length, "Contact: <%s>;expires=%llu\r\n", at->contact,
                           (unsigned long long)((at->expires_at - world.now) / SECOND));
    }
    reply(asked, request, 200, more);
}

static void lie(const packet *asked, const sira_message *request)
{
    static const struct {
        unsigned code;
        const char *more;
    } lies[] = {{200, ""},
                {200, "Contact: <sip:x@198.51.100.1>;expires=4294967295\r\n"},
                {200, "Contact: *\r\n"},
                {200, "Expires: 0\r\n"},
                {200, "Contact: <sip:x@198.51.100.1>;expires=0\r\n"},
                {401, ""},
                {401, "WWW-Authenticate: Digest realm=\"sim\", nonce=\"x\", qop=\"auth\", stale=true\r\n"},
                {401, "WWW-Authenticate: Digest realm=\"other\", nonce=\"x\", algorithm=FOO\r\n"},
                {407, "Proxy-Authenticate: Digest realm=\"sim\", nonce=\"y\", qop=\"auth-int\"\r\n"},
                {423, ""},
                {423, "Min-Expires: 4294967295\r\n"},
                {423, "Min-Expires: 1\r\n"},
                {302, "Contact: <sip:192.0.2.1>\r\n"},
                {480, ""},
                {500, "Retry-After: 0\r\n"},
                {503, "Retry-After: 2147483648\r\n"},
                {600, ""},
                {100, ""},
                {199, ""}};
    const size_t which = sim_draw(sizeof lies / sizeof *lies);
    reply(asked, request, lies[which].code, lies[which].more);
}

void server_receive(server *self, const packet *arrived)
{
    sira_field slots[SIRA_LIMIT_FIELDS];
    sira_message request;
    sira_message_init(&request, slots, SIRA_LIMIT_FIELDS);
    if (sim_fault(FAULT_RESTART, self->index) != NULL)
        return;
    if (sira_message_parse(&request, (sira_str){arrived->bytes, arrived->length}, NULL) != SIRA_OK) {
        sim_break("a device sent what can't be parsed");
        return;
    }
    const fault *busy = sim_fault(FAULT_BUSY, self->index);
    if (busy != NULL) {
        char more[60] = "";
        if (sim_draw(4) != 0)
            (void)snprintf(more, sizeof more, "Retry-After: %u\r\n", busy->how_much);
        reply(arrived, &request, 503, more);
        return;
    }
    if (sim_fault(FAULT_LIES, self->index) != NULL && sim_draw(4) != 0) {
        lie(arrived, &request);
        return;
    }
    int verdict = judge(self, &request);
    if (verdict < 0)
        device_rejected(&world.devices[arrived->device], &request);
    if (verdict == 1)
        take(self, arrived, &request);
    else
        challenge(self, arrived, &request);
}
