/* A device: an agent with its lines behind a NAT or not, its port, and what must hold of everything that it does. */
#include "sim/sim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Two attempts of a line lie so far apart, and a request is out for so long. */
#define FLOOR (10u * SECOND)
#define TIMER_F (32u * SECOND)
/* Ten rejections end a line whose password is wrong; some that it did not hear of may come beside. */
#define REJECTED_MOST 20u

static device *of(void *context)
{
    return context;
}

static sira_status plug_open(void *context, const sira_endpoint *remote, sira_str name, sira_flow *flow)
{
    const device *self = of(context);
    (void)remote;
    (void)name;
    flow->local = (sira_endpoint){.transport = SIRA_TRANSPORT_UDP,
                                  .family = SIRA_FAMILY_IPV4,
                                  .port = 5060,
                                  .address = {10, (uint8_t)self->moves, 0, (uint8_t)(self->index + 1)}};
    flow->id = 1;
    return SIRA_OK;
}

static line *line_of(device *self, const sira_message *message)
{
    sira_str from = sira_message_field(message, SIRA_FIELD_FROM)->value;
    for (unsigned i = 0; i < self->line_count; i++) {
        const size_t length = strlen(self->lines[i].aor);
        if (from.len > length + 1 && memcmp(from.at + 1, self->lines[i].aor, length) == 0 && from.at[length + 1] == '>')
            return &self->lines[i];
    }
    return NULL;
}

static bool is_out(const line *at)
{
    return at->sent_at != 0 && !at->answered && world.now < at->sent_at + TIMER_F;
}

/* RFC 3261 10.2: one REGISTER at a time, and CSeq grows by Call-ID; the server's limit of requests in flight. */
static void watch_request(device *self, const sira_message *request)
{
    sira_cseq cseq;
    line *at = line_of(self, request);
    sira_str id = sira_message_field(request, SIRA_FIELD_CALL_ID)->value;
    if (at == NULL || sira_message_cseq(request, &cseq, NULL) != SIRA_OK) {
        sim_break("a request of no line");
        return;
    }
    const bool same = strlen(at->call_id) == id.len && memcmp(at->call_id, id.at, id.len) == 0;
    if (same && cseq.number == at->cseq)
        return; /* again */
    if (same && cseq.number < at->cseq)
        sim_break("%s: CSeq %u behind %u", at->aor, cseq.number, at->cseq);
    if (same && is_out(at))
        sim_break("%s: CSeq %u while %u is out", at->aor, cseq.number, at->cseq);
    (void)snprintf(at->call_id, sizeof at->call_id, "%.*s", (int)id.len, id.at);
    at->cseq = cseq.number;
    at->sent_at = world.now;
    at->answered = false;
    unsigned out = 0;
    for (unsigned i = 0; i < self->line_count; i++)
        out += self->lines[i].server == at->server && is_out(&self->lines[i]) ? 1u : 0u;
    if (out > self->max_in_flight)
        sim_break("device %u has %u requests in flight at server %u, %u are allowed", self->index, out, at->server,
                  self->max_in_flight);
}

static sira_status plug_send(void *context, const sira_flow *flow, sira_str bytes)
{
    device *self = of(context);
    sira_field slots[SIRA_LIMIT_FIELDS];
    sira_message request;
    sira_message_init(&request, slots, SIRA_LIMIT_FIELDS);
    if (sira_message_parse(&request, bytes, NULL) != SIRA_OK || sira_message_validate(&request, NULL) != SIRA_OK)
        sim_break("device %u writes what can't be parsed", self->index);
    else
        watch_request(self, &request);
    world.requests++;
    if (sim_fault(FAULT_SENDING, self->index) != NULL) {
        line *at = line_of(self, &request);
        if (at != NULL)
            at->answered = true; /* by the port */
        return SIRA_E_TRANSPORT;
    }
    const packet like = {.at = world.now,
                         .to_server = true,
                         .device = self->index,
                         .server = flow->remote.address[3] - 100u,
                         .mapping = self->nat ? self->mapping : 4036,
                         .boot = self->boots,
                         .flow = *flow};
    sim_post(&like, bytes.at, bytes.len);
    return SIRA_OK;
}

static void plug_arm(void *context, uint64_t deadline)
{
    of(context)->told = deadline;
}

static sira_status plug_entropy(void *context, uint8_t *bytes, size_t n)
{
    const device *self = of(context);
    for (size_t i = 0; i < n; i++)
        bytes[i] = (uint8_t)sim_hash(++world.draws, self->index);
    return SIRA_OK;
}

static line *line_by(device *self, const sira_registration *registration)
{
    for (unsigned i = 0; i < self->line_count; i++)
        if (&self->lines[i].registration == registration)
            return &self->lines[i];
    return NULL;
}

static void keep(device *self, const line *at)
{
    const size_t index = (size_t)(at - self->lines);
    (void)sira_registration_export(&at->registration, self->states + index * SIRA_REGISTRATION_EXPORT_SIZE,
                                   SIRA_REGISTRATION_EXPORT_SIZE, &self->state_lengths[index]);
}

static void on_event(void *user, const sira_event *event)
{
    device *self = of(user);
    line *at = line_by(self, event->registration);
    world.events++;
    if (at == NULL)
        return;
    keep(self, at);
    if (event->kind == SIRA_EVENT_REGISTERED) {
        world.registered++;
        if (sira_registration_expires_at(&at->registration) > world.now + 604800u * (uint64_t)SECOND)
            sim_break("%s is registered for more than a week", at->aor);
    }
    if (event->kind == SIRA_EVENT_LAPSED && world.now > SETTLED)
        sim_break("%s lapsed at %llu ms while all was well", at->aor, (unsigned long long)world.now);
    if ((event->kind != SIRA_EVENT_REGISTERING && event->kind != SIRA_EVENT_REFRESHING) || event->status != SIRA_OK)
        return;
    if (at->begun_at != 0 && world.now < at->begun_at + FLOOR && at->excuses-- == 0)
        sim_break("%s asks at %llu and %llu ms", at->aor, (unsigned long long)at->begun_at,
                  (unsigned long long)world.now);
    at->begun_at = world.now;
}

/* ---- life ---- */

void device_make(device *self, unsigned index)
{
    *self = (device){.index = index, .told = SIRA_NEVER, .mapping = 1};
    self->nat = sim_draw(2) != 0;
    self->learns = sim_draw(2) != 0;
    self->max_in_flight = (uint16_t)(1 + sim_draw(16));
    self->window = (uint32_t)sim_draw(60 * SECOND);
    self->line_count = 1 + (unsigned)sim_draw(LINES_MAX);
    self->lines = calloc(self->line_count, sizeof *self->lines);
    self->states = calloc(self->line_count, SIRA_REGISTRATION_EXPORT_SIZE);
    if (self->lines == NULL || self->states == NULL)
        abort();
    for (unsigned i = 0; i < self->line_count; i++) {
        line *at = &self->lines[i];
        (void)snprintf(at->aor, sizeof at->aor, "sip:l%u-%u@sim.test", index, i);
        (void)snprintf(at->user, sizeof at->user, "l%u-%u", index, i);
        at->server = (unsigned)sim_draw(world.server_count);
        at->wrong_password = sim_draw(20) == 0;
    }
    for (unsigned i = 0; i < world.server_count; i++)
        (void)snprintf(self->uris[i], sizeof self->uris[i], "sip:192.0.2.%u", 100 + i);
}

static void must(sira_status status, const char *what)
{
    if (status != SIRA_OK)
        sim_break("%s: %s", what, sira_status_name(status));
}

static void make_line(device *self, unsigned index, bool with_state)
{
    static const uint32_t lifetimes[] = {60, 600, 3600, 3600};
    line *at = &self->lines[index];
    sira_account_config account = {.size = sizeof account,
                                   .aor = sira_str_from(at->aor),
                                   .password = at->wrong_password ? SIRA_STR("wrong") : SIRA_STR("secret")};
    sira_registration_config config = {.size = sizeof config, .expires = lifetimes[sim_hash(index, self->index) % 4]};
    must(sira_account_init(&at->account, &self->servers[at->server], &account, NULL), "account");
    must(sira_registration_init(&at->registration, &at->account, &config, NULL), "registration");
    if (self->learns)
        sira_registration_learn_address(&at->registration, &at->nat);
    if (with_state && self->state_lengths[index] != 0)
        must(sira_registration_import(&at->registration, self->states + index * SIRA_REGISTRATION_EXPORT_SIZE,
                                      self->state_lengths[index]),
             "state");
    at->sent_at = 0;
    at->rejected = 0;
    at->excuses = 2;
    keep(self, at);
    (void)sira_registration_start(&at->registration);
}

void device_boot(device *self, bool with_state)
{
    sira_agent_config config = {.size = sizeof config,
                                .transport = {.context = self, .open = plug_open, .send = plug_send},
                                .timer = {self, plug_arm},
                                .entropy = {self, plug_entropy},
                                .hash = sira_gcrypt_hash(&world.gcrypt),
                                .on_event = on_event,
                                .user = self,
                                .scratch = self->scratch,
                                .scratch_size = sizeof self->scratch};
    self->on = true;
    self->boots++;
    must(sira_agent_init(&self->agent, &config, world.now, NULL), "agent");
    for (unsigned i = 0; i < world.server_count; i++) {
        sira_server_config there = {.size = sizeof there,
                                    .uri = sira_str_from(self->uris[i]),
                                    .max_in_flight = self->max_in_flight,
                                    .start_window = self->window};
        must(sira_server_init(&self->servers[i], &self->agent, &there, NULL), "server");
    }
    for (unsigned i = 0; i < self->line_count; i++)
        make_line(self, i, with_state);
}

/* Without a word: its memory is as if it had never been. */
void device_off(device *self)
{
    self->on = false;
    self->told = SIRA_NEVER;
}

void device_move(device *self)
{
    self->moves++;
    for (unsigned i = 0; i < self->line_count; i++) {
        self->lines[i].excuses += 2;
        self->lines[i].answered = true; /* the answer would go to where it was */
    }
    if (self->on)
        sira_agent_network_changed(&self->agent, world.now);
}

void device_tick(device *self)
{
    sira_agent_tick(&self->agent, world.now);
    if (self->told != sira_agent_deadline(&self->agent))
        sim_break("device %u was told another deadline than it has", self->index);
}

void device_receive(device *self, const packet *arrived)
{
    sira_field slots[SIRA_LIMIT_FIELDS];
    sira_message answer;
    sira_cseq cseq;
    if (!self->on || self->asleep || arrived->boot != self->boots)
        return;
    sira_message_init(&answer, slots, SIRA_LIMIT_FIELDS);
    if (sira_message_parse(&answer, (sira_str){arrived->bytes, arrived->length}, NULL) == SIRA_OK &&
        answer.status_code >= 200 && sira_message_cseq(&answer, &cseq, NULL) == SIRA_OK) {
        line *at = line_of(self, &answer);
        if (at != NULL && cseq.number == at->cseq)
            at->answered = true;
    }
    char *exact = malloc(arrived->length);
    if (exact == NULL)
        abort();
    memcpy(exact, arrived->bytes, arrived->length);
    (void)sira_agent_receive(&self->agent, &arrived->flow, (sira_str){exact, arrived->length}, world.now);
    free(exact);
}

void device_rejected(device *self, const sira_message *request)
{
    line *at = line_of(self, request);
    if (at == NULL || at->rejected_cseq == at->cseq) /* the same once more */
        return;
    at->rejected_cseq = at->cseq;
    at->rejected++;
}

void device_check(device *self)
{
    for (unsigned i = 0; i < self->line_count; i++) {
        const line *at = &self->lines[i];
        if (at->rejected > REJECTED_MOST)
            sim_break("%s: its password was refused %u times", at->aor, at->rejected);
        if (!at->wrong_password && !sira_registration_is_bound(&at->registration))
            sim_break("%s is %s at %llu ms", at->aor,
                      sira_registration_state_name(sira_registration_get_state(&at->registration)),
                      (unsigned long long)world.now);
    }
}

void device_free(device *self)
{
    free(self->lines);
    free(self->states);
}
