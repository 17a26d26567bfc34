#include "support/world.h"

#include "support/names.h"

#include <gcrypt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LATENCY 5

static void *grown(void *array, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return array;
    *capacity = *capacity == 0 ? 64 : 2 * *capacity;
    array = realloc(array, *capacity * size);
    assert_non_null(array);
    return array;
}

static char *copied(sira_str bytes)
{
    char *copy = malloc(bytes.len + 1);
    assert_non_null(copy);
    memcpy(copy, bytes.at, bytes.len);
    copy[bytes.len] = '\0';
    return copy;
}

/* ---- plug points ---- */

static sira_status plug_open(void *context, const sira_endpoint *remote, sira_str name, sira_flow *flow)
{
    world *w = context;
    w->open_calls++;
    (void)name;
    if (w->no_route != 0 && w->no_route == remote->family)
        return SIRA_E_TRANSPORT;
    if (w->open_status < 0)
        return w->open_status;
    flow->local = (sira_endpoint){.transport = flow->remote.transport, .port = 5060};
    assert_int_equal(sira_endpoint_from_host(sira_str_from(w->address), &flow->local), SIRA_OK);
    flow->id = flow->remote.transport == SIRA_TRANSPORT_UDP ? 1 : w->open_calls; /* one socket, many connections */
    w->opened = *flow;
    return w->open_status;
}

static void plug_close(void *context, const sira_flow *flow)
{
    world *w = context;
    (void)flow;
    w->close_calls++;
}

static sira_status plug_send(void *context, const sira_flow *flow, sira_str bytes)
{
    world *w = context;
    if (w->send_broken || (w->broken_to != 0 && w->broken_to == flow->remote.address[3])) {
        if (w->send_tells)
            sira_agent_flow_down(&w->agent, flow, w->now);
        return SIRA_E_TRANSPORT;
    }
    if (bytes.at[0] == '\r' || (uint8_t)bytes.at[0] < 4) { /* no SIP */
        w->pings++;
        w->pinged_at = w->now;
        if (w->kept != NULL)
            w->kept(w, bytes);
        return SIRA_OK;
    }
    w->sent = grown(w->sent, w->sent_count, &w->sent_capacity, sizeof *w->sent);
    w->sent[w->sent_count++] = (world_packet){w->now, *flow, copied(bytes), bytes.len};
    if (w->lose > 0) {
        w->lose--;
        return SIRA_OK;
    }
    sira_field slots[SIRA_LIMIT_FIELDS];
    sira_message message;
    sira_diag diag;
    sira_message_init(&message, slots, SIRA_LIMIT_FIELDS);
    sira_str copy = {w->sent[w->sent_count - 1].bytes, bytes.len};
    sira_status status = sira_message_parse(&message, copy, &diag);
    if (status == SIRA_OK && message.is_request) /* an answer may repeat what is wrong with its request */
        status = sira_message_validate(&message, &diag);
    if (status != SIRA_OK)
        fail_msg("the agent sent what its own parser refuses (%s at %zu: %s):\n%s", sira_status_name(status),
                 diag.offset, diag.expected, copy.at);
    if (!message.is_request)
        return SIRA_OK;
    w->requests++;
    if (sira_message_field(&message, SIRA_FIELD_AUTHORIZATION) != NULL ||
        sira_message_field(&message, SIRA_FIELD_PROXY_AUTHORIZATION) != NULL)
        w->answered++;
    if (w->script != NULL)
        w->script(w, &message);
    return SIRA_OK;
}

static void plug_arm(void *context, uint64_t deadline)
{
    world *w = context;
    w->told = deadline;
}

static sira_status plug_entropy(void *context, uint8_t *bytes, size_t n)
{
    world *w = context;
    for (size_t i = 0; i < n; i++) {
        w->random = w->random * 1664525u + 1013904223u;
        bytes[i] = (uint8_t)(w->random >> 24);
    }
    return w->entropy_broken ? SIRA_E_ENTROPY : SIRA_OK;
}

static void plug_event(void *user, const sira_event *event)
{
    world *w = user;
    w->events = grown(w->events, w->event_count, &w->event_capacity, sizeof *w->events);
    world_event *kept = &w->events[w->event_count++];
    kept->event = *event;
    (void)sira_event_describe(event, kept->text, sizeof kept->text);
    if (w->on_event != NULL)
        w->on_event(w, event);
}

static void plug_trace(void *context, const sira_trace_entry *entry)
{
    world *w = context;
    if (entry->kind == SIRA_TRACE_REFUSED)
        w->refused++;
    if (entry->kind == SIRA_TRACE_TOLERATED && w->tolerated++ < sizeof w->oddities / sizeof *w->oddities)
        w->oddities[w->tolerated - 1] = (sira_oddity){.kind = entry->oddity, .diag = *entry->diag};
}

/* ---- life ---- */

world *world_open(world_script script)
{
    world *w = calloc(1, sizeof *w);
    assert_non_null(w);
    assert_int_equal(sira_gcrypt_open(&w->gcrypt), SIRA_OK);
    w->script = script;
    w->random = 1;
    w->address = "192.0.2.1";
    w->told = SIRA_NEVER;
    sira_agent_config_init(&w->agent_config);
    w->agent_config.transport =
        (sira_transport){.context = w, .open = plug_open, .send = plug_send, .close = plug_close};
    w->agent_config.timer = (sira_timer_port){w, plug_arm};
    w->agent_config.entropy = (sira_entropy){w, plug_entropy};
    w->agent_config.hash = sira_gcrypt_hash(&w->gcrypt);
    w->agent_config.trace = (sira_trace){w, plug_trace};
    w->agent_config.on_event = plug_event;
    w->agent_config.user = w;
    w->agent_config.scratch = w->scratch;
    w->agent_config.scratch_size = 2000;
    sira_server_config_init(&w->server_config);
    w->server_config.uri = SIRA_STR("sip:192.0.2.100");
    sira_account_config_init(&w->account_config);
    w->account_config.aor = SIRA_STR("sip:alice@example.test");
    w->account_config.password = SIRA_STR("secret");
    sira_registration_config_init(&w->line_config);
    return w;
}

static void expect_config(const char *what, sira_status status, const sira_diag *diag)
{
    if (status != SIRA_OK)
        fail_msg("%s: %s, field %s, expected %s", what, sira_status_name(status), diag->field, diag->expected);
}

void world_init(world *w)
{
    sira_diag diag = {.field = "", .expected = "", .reason = ""};
    expect_config("agent", sira_agent_init(&w->agent, &w->agent_config, w->now, &diag), &diag);
    expect_config("server", sira_server_init(&w->server, &w->agent, &w->server_config, &diag), &diag);
    expect_config("account", sira_account_init(&w->account, &w->server, &w->account_config, &diag), &diag);
    expect_config("registration", sira_registration_init(&w->line, &w->account, &w->line_config, &diag), &diag);
}

void world_start(world *w)
{
    world_init(w);
    assert_int_equal(sira_registration_start(&w->line), SIRA_OK);
}

static void free_packets(world_packet *packets, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(packets[i].bytes);
    free(packets);
}

static sira_status plug_query(void *context, uint32_t ticket, sira_str name, sira_dns_type type)
{
    world *w = context;
    w->asked++;
    if (w->dns_broken)
        return SIRA_E_RESOLVE;
    assert_true(w->query_count < sizeof w->queries / sizeof w->queries[0]);
    sira_location_query *kept = &w->queries[w->query_count++];
    *kept = (sira_location_query){.ticket = ticket, .type = type};
    assert_true(name.len < sizeof kept->text);
    memcpy(kept->text, name.at, name.len);
    return SIRA_OK;
}

void world_name(world *w)
{
    w->agent_config.resolver = (sira_resolver){w, plug_query};
    assert_int_equal(sira_locator_init(&w->locator, NULL, NULL), SIRA_OK);
    w->server_config.locator = &w->locator;
}

void world_resolve(world *w, const char *addresses)
{
    world_resolve_for(w, 3600, addresses);
}

void world_resolve_for(world *w, uint32_t ttl, const char *addresses)
{
    while (w->query_count > 0) {
        const sira_location_query query = w->queries[--w->query_count];
        bool serves = true; /* UDP is asked for first */
        for (unsigned i = 0; i < w->query_count; i++)
            serves = serves && (query.type != SIRA_DNS_SRV || w->queries[i].type != SIRA_DNS_SRV);
        sira_agent_dns_answer(&w->agent, names_reply(&query, ttl, serves || addresses == NULL ? addresses : ""),
                              w->now);
    }
}

void world_close(world *w)
{
    sira_gcrypt_close(&w->gcrypt);
    free_packets(w->sent, w->sent_count);
    free_packets(w->inbox, w->inbox_count);
    free(w->events);
    free(w);
}

/* ---- time ---- */

static size_t first_in_inbox(const world *w)
{
    size_t first = 0;
    for (size_t i = 1; i < w->inbox_count; i++)
        if (w->inbox[i].at < w->inbox[first].at)
            first = i;
    return first;
}

static void receive(world *w, size_t i)
{
    world_packet packet = w->inbox[i];
    memmove(&w->inbox[i], &w->inbox[i + 1], (w->inbox_count - i - 1) * sizeof *w->inbox);
    w->inbox_count--;
    sira_str exact = heap_str(packet.bytes, packet.len);
    (void)sira_agent_receive(&w->agent, &packet.flow, exact, w->now);
    heap_str_free(exact);
    free(packet.bytes);
}

void world_run(world *w, uint64_t until)
{
    for (unsigned same = 0;;) {
        if (w->told != sira_agent_deadline(&w->agent))
            fail_msg("the port was told %llu, the agent waits for %llu", (unsigned long long)w->told,
                     (unsigned long long)sira_agent_deadline(&w->agent));
        uint64_t mail = w->inbox_count > 0 ? w->inbox[first_in_inbox(w)].at : SIRA_NEVER;
        uint64_t next = mail < w->told ? mail : w->told;
        if (next > until)
            break;
        same = next > w->now ? 0 : same + 1;
        if (same > 1000)
            fail_msg("no end at %llu ms", (unsigned long long)w->now);
        if (next > w->now)
            w->now = next;
        if (mail <= w->now)
            receive(w, first_in_inbox(w));
        else
            sira_agent_tick(&w->agent, w->now);
    }
    w->now = until;
}

/* ---- the registrar's side ---- */

void world_deliver(world *w, uint64_t after, const char *bytes, size_t len)
{
    w->inbox = grown(w->inbox, w->inbox_count, &w->inbox_capacity, sizeof *w->inbox);
    sira_flow flow = w->opened;
    flow.remote.port = 5060;
    w->inbox[w->inbox_count++] = (world_packet){w->now + after, flow, copied((sira_str){bytes, len}), len};
}

void world_deliver_raw(world *w, uint64_t after, const void *bytes, size_t len)
{
    w->inbox = grown(w->inbox, w->inbox_count, &w->inbox_capacity, sizeof *w->inbox);
    w->inbox[w->inbox_count++] = (world_packet){w->now + after, w->opened, copied((sira_str){bytes, len}), len};
}

void world_lose_mail(world *w)
{
    while (w->inbox_count > 0)
        free(w->inbox[--w->inbox_count].bytes);
}

static sira_str value_of(const sira_message *message, sira_field_id id)
{
    const sira_field *field = sira_message_field(message, id);
    return field != NULL ? field->value : SIRA_STR("");
}

#define TEXT(str) (int)(str).len, (str).at

void world_reply(world *w, const sira_message *request, unsigned code, const char *headers, ...)
{
    if (w->lose_replies > 0) {
        w->lose_replies--;
        return;
    }
    char more[3000];
    char bytes[5000];
    va_list list;
    va_start(list, headers);
    (void)vsnprintf(more, sizeof more, headers, list);
    va_end(list);
    sira_str via = value_of(request, SIRA_FIELD_VIA), from = value_of(request, SIRA_FIELD_FROM),
             to = value_of(request, SIRA_FIELD_TO);
    sira_str call_id = value_of(request, SIRA_FIELD_CALL_ID), cseq = value_of(request, SIRA_FIELD_CSEQ);
    int len =
        snprintf(bytes, sizeof bytes,
                 "SIP/2.0 %u Whatever\r\nVia: %.*s\r\nFrom: %.*s\r\nTo: %.*s;tag=r\r\nCall-ID: %.*s\r\nCSeq: %.*s\r\n%s"
                 "Content-Length: 0\r\n\r\n",
                 code, TEXT(via), TEXT(from), TEXT(to), TEXT(call_id), TEXT(cseq), more);
    assert_true(len > 0 && (size_t)len < sizeof bytes);
    world_deliver(w, LATENCY, bytes, (size_t)len);
}

static sira_str auth_value(const sira_message *request)
{
    sira_str value = value_of(request, SIRA_FIELD_AUTHORIZATION);
    return value.len != 0 ? value : value_of(request, SIRA_FIELD_PROXY_AUTHORIZATION);
}

const char *world_credential(const sira_message *request, const char *name)
{
    static char found[8][256];
    static unsigned turn;
    char *out = found[turn++ % 8];
    out[0] = '\0';
    sira_str value = auth_value(request);
    char *text = copied(value);
    char pattern[64];
    (void)snprintf(pattern, sizeof pattern, " %s=", name);
    const char *at = strstr(text, pattern);
    if (at != NULL) {
        at += strlen(pattern);
        const char *stop = *at == '"' ? "\"" : ", ";
        at += *at == '"';
        (void)snprintf(out, 256, "%.*s", (int)strcspn(at, stop), at);
    }
    free(text);
    return out;
}

static void md5_hex(const char *text, char out[33])
{
    uint8_t digest[16];
    gcry_md_hash_buffer(GCRY_MD_MD5, digest, text, strlen(text));
    for (int i = 0; i < 16; i++)
        (void)snprintf(out + 2 * i, 3, "%02x", digest[i]);
}

bool world_verify(const sira_message *request, const char *user, const char *password)
{
    if (auth_value(request).len == 0 || strcmp(world_credential(request, "username"), user) != 0)
        return false;
    char text[1200], ha1[33], ha2[33], response[33];
    (void)snprintf(text, sizeof text, "%s:%s:%s", user, world_credential(request, "realm"), password);
    md5_hex(text, ha1);
    (void)snprintf(text, sizeof text, "%.*s:%s", TEXT(request->method_name), world_credential(request, "uri"));
    md5_hex(text, ha2);
    if (*world_credential(request, "qop") != '\0')
        (void)snprintf(text, sizeof text, "%s:%s:%s:%s:%s:%s", ha1, world_credential(request, "nonce"),
                       world_credential(request, "nc"), world_credential(request, "cnonce"),
                       world_credential(request, "qop"), ha2);
    else
        (void)snprintf(text, sizeof text, "%s:%s:%s", ha1, world_credential(request, "nonce"), ha2);
    md5_hex(text, response);
    return strcmp(response, world_credential(request, "response")) == 0;
}

sira_str world_contact(const sira_message *request)
{
    return value_of(request, SIRA_FIELD_CONTACT);
}

uint32_t world_expires(const sira_message *request)
{
    uint32_t expires = UINT32_MAX;
    assert_int_equal(sira_message_number(request, SIRA_FIELD_EXPIRES, &expires, NULL), SIRA_OK);
    return expires;
}

void world_registrar(world *w, const sira_message *request, unsigned lifetime)
{
    char nonce[32];
    (void)snprintf(nonce, sizeof nonce, "nonce-%d", w->nonce);
    if (strcmp(world_credential(request, "nonce"), nonce) != 0 || !world_verify(request, "alice", "secret")) {
        world_reply(
            w, request, 401,
            "WWW-Authenticate: Digest realm=\"example.test\", nonce=\"nonce-%d\", qop=\"auth\", algorithm=MD5\r\n",
            ++w->nonce);
        return;
    }
    if (world_expires(request) == 0)
        world_reply(w, request, 200, "%s", "");
    else
        world_reply(w, request, 200, "Contact: %.*s;expires=%u\r\n", TEXT(world_contact(request)), lifetime);
}

/* ---- looking back ---- */

const sira_message *world_sent(world *w, size_t i)
{
    static sira_field slots[SIRA_LIMIT_FIELDS];
    static sira_message message;
    assert_true(i < w->sent_count);
    sira_message_init(&message, slots, SIRA_LIMIT_FIELDS);
    assert_int_equal(sira_message_parse(&message, (sira_str){w->sent[i].bytes, w->sent[i].len}, NULL), SIRA_OK);
    return &message;
}

const sira_event *world_last(world *w)
{
    assert_true(w->event_count > 0);
    return &w->events[w->event_count - 1].event;
}

size_t world_count(world *w, sira_event_kind kind)
{
    size_t count = 0;
    for (size_t i = 0; i < w->event_count; i++)
        count += w->events[i].event.kind == kind;
    return count;
}
