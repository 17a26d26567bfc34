#include "support/registrar.h"

#include <stdio.h>
#include <string.h>

#define METHODS SIRA_STR("REGISTER, OPTIONS")
#define LONGEST 65507u /* of a datagram, over IPv4 */
#define AMPLIFICATION                                                                                                  \
    3 /* how many times its request's octets an answer has at most, as long as the source is unproven */

/* One request and its answer in the making. */
typedef struct task {
    registrar *self;
    const sira_message *request;
    const sira_flow *flow;
    size_t octets; /* of the datagram */
    uint64_t now;
    bool is_verified;
    sira_writer writer;
} task;

/* ---- answers ---- */

/* How long an answer may be. Who knows the password of a nonce that was made for this address receives there. */
static size_t room_of(const task *at, uint16_t code)
{
    if (at->is_verified || (at->self->open_to_all && code == 200) || at->octets > LONGEST / AMPLIFICATION)
        return LONGEST;
    return AMPLIFICATION * at->octets;
}

static void begin_answer(task *at, uint16_t code, const char *reason)
{
    uint8_t random[4] = {0};
    char tag[2 * sizeof random + 1];
    const sira_entropy *entropy = &at->self->entropy;
    /* A tag that is not random would only make two answers look like one. */
    (void)entropy->fill(entropy->context, random, sizeof random);
    int length = snprintf(tag, sizeof tag, "%02x%02x%02x%02x", random[0], random[1], random[2], random[3]);
    sira_writer_init(&at->writer, at->self->out, room_of(at, code));
    void (*const write)(sira_writer *, const sira_message *, const sira_response *) =
        at->request->lenient != SIRA_LENIENT_NONE ? sira_write_clean_response : sira_write_response;
    write(&at->writer, at->request,
          &(sira_response){.code = code,
                           .reason = sira_str_from(reason),
                           .to_tag = {tag, (size_t)length},
                           .source = &at->flow->remote});
}

/* Empty when it can't be written. */
static sira_str end_answer(task *at)
{
    size_t length;
    sira_write_field(&at->writer, SIRA_FIELD_SERVER, SIRA_STR("sira-server/" SIRA_VERSION));
    sira_write_body(&at->writer, SIRA_STR(""));
    if (sira_writer_finish(&at->writer, &length) != SIRA_OK)
        return SIRA_STR("");
    return (sira_str){at->self->out, length};
}

/* One that says at least that something is wrong here. */
static sira_str end_or_fail(task *at)
{
    sira_str reply = end_answer(at);
    if (reply.len != 0)
        return reply;
    begin_answer(at, 500, "Server Internal Error");
    return end_answer(at);
}

static sira_str answer(task *at, uint16_t code, const char *reason)
{
    at->self->counters.refused++;
    begin_answer(at, code, reason);
    if (code == 405)
        sira_write_field(&at->writer, SIRA_FIELD_ALLOW, METHODS);
    return end_or_fail(at);
}

/* ---- REGISTER ---- */

/* With the first so many of the algorithms. */
static sira_str challenge(task *at, size_t count)
{
    sira_digest_server_config *config = &at->self->digest_config;
    uint8_t offers[SIRA_DIGEST_OFFERS];
    memcpy(offers, config->algorithms, sizeof offers);
    memset(config->algorithms + count, 0, sizeof offers - count);
    begin_answer(at, 401, "Unauthorized");
    (void)sira_registrar_write_fields(&at->self->task, &at->writer);
    memcpy(config->algorithms, offers, sizeof offers);
    return end_answer(at);
}

/* As many challenges as there may be in answer to so short a request. */
static sira_str answer_challenge(task *at)
{
    sira_str reply = SIRA_STR("");
    for (size_t count = SIRA_DIGEST_OFFERS; reply.len == 0 && count > 0; count--)
        reply = challenge(at, count);
    if (reply.len == 0)
        return at->writer.status == SIRA_E_SPACE ? answer(at, 400, "Request Too Short")
                                                 : answer(at, 500, "Server Internal Error");
    at->self->counters.challenged++;
    return reply;
}

/* 503 before any work is done that costs more than this. */
static sira_str turn_away(task *at, uint32_t seconds, uint32_t *counter)
{
    ++*counter;
    at->self->counters.unavailable++;
    begin_answer(at, 503, "Service Unavailable");
    sira_write_field_number(&at->writer, SIRA_FIELD_RETRY_AFTER, seconds);
    return end_or_fail(at);
}

/* Each request moves the time at which the allowance of one second would be full; more than a second ahead is too much.
 */
static bool is_too_much(registrar *self, uint64_t now)
{
    if (self->rate == 0)
        return false;
    if (self->full < now)
        self->full = now;
    if (self->full > now + 1000u)
        return true;
    self->fraction += 1000u;
    self->full += self->fraction / self->rate;
    self->fraction %= self->rate;
    return false;
}

/* Clients that are turned away at once are not to come back at once. */
static uint32_t some_seconds(const registrar *self)
{
    uint8_t random = 0;
    (void)self->entropy.fill(self->entropy.context, &random, sizeof random);
    return 5u + random % 16u;
}

static sira_str take_register(task *at)
{
    const sira_endpoint *source = &at->flow->remote;
    if (is_too_much(at->self, at->now))
        return turn_away(at, some_seconds(at->self), &at->self->counters.overload);
    if (sira_message_field(at->request, SIRA_FIELD_AUTHORIZATION) != NULL) {
        const uint32_t seconds = guesses_wait(&at->self->guesses, source, at->now);
        if (seconds != 0)
            return turn_away(at, seconds, &at->self->counters.slowed);
    }

    registrar *self = at->self;
    sira_registrar_task *work = &self->task;
    sira_str reply;
    (void)sira_registrar_take(&self->core, work, at->request, &at->flow->remote,
                              at->now); /* the stores answer at once */
    const uint16_t code = sira_registrar_code(work);
    at->is_verified = sira_registrar_user(work).len > 0;
    if (at->is_verified)
        guesses_right(&self->guesses, source);
    else if (sira_registrar_is_guess(work))
        guesses_wrong(&self->guesses, source, at->now);
    if (code == 401)
        reply = answer_challenge(at);
    else {
        begin_answer(at, code, sira_registrar_reason(work));
        (void)sira_registrar_write_fields(work, &at->writer);
        reply = end_or_fail(at);
    }
    self->counters.accepted += code == 200;
    self->counters.refused += code != 200 && code != 401 && code != 503;
    self->counters.unavailable += code == 503;
    sira_registrar_drop(work);
    return reply;
}

/* Whoever has proved a password may register what has their name in it; with any domain, not too many of these. */
static uint16_t may_register(void *context, const sira_registrar_claim *claim, const char **reason)
{
    const registrar *self = context;
    const sira_str name = store_user(claim->aor);
    if (!self->open_to_all && !sira_str_equal(claim->user, name) && !sira_str_equal(claim->user, claim->aor))
        return 403;
    if (self->domain.len != 0 ||
        self->store.others(self->store.calls.context, claim->aor, self->now) < REGISTRAR_ADDRESSES_EACH)
        return 0;
    *reason = "Too Many Addresses-Of-Record";
    return 403;
}

/* ---- any request ---- */

static sira_str take_request(task *at)
{
    switch (at->request->method) {
    case SIRA_METHOD_REGISTER:
        return take_register(at);
    case SIRA_METHOD_OPTIONS:
        begin_answer(at, 200, "OK");
        sira_write_field(&at->writer, SIRA_FIELD_ALLOW, METHODS);
        sira_write_field(&at->writer, SIRA_FIELD_SUPPORTED, SIRA_STR("path, outbound"));
        return end_or_fail(at);
    case SIRA_METHOD_CANCEL: /* RFC 3261 9.2: of a transaction that is not there */
        return answer(at, 481, "Call/Transaction Does Not Exist");
    default:
        return answer(at, 405, "Method Not Allowed");
    }
}

static sira_str refuse(task *at, sira_status status, const sira_diag *diag, sira_str bytes)
{
    const sira_trace *trace = &at->self->trace;
    sira_trace_entry entry = {
        .kind = SIRA_TRACE_REFUSED, .now = at->now, .flow = at->flow, .bytes = bytes, .status = status, .diag = diag};
    at->self->counters.malformed++;
    if (trace->message != NULL)
        trace->message(trace->context, &entry);
    if (!at->request->is_request || at->request->method == SIRA_METHOD_ACK || diag->code == 0)
        return SIRA_STR("");
    return answer(at, diag->code, diag->reason);
}

static void tell_tolerated(const task *at, unsigned passed, const sira_diag *diag, sira_str bytes)
{
    const sira_trace *trace = &at->self->trace;
    sira_trace_entry entry = {.kind = SIRA_TRACE_TOLERATED,
                              .now = at->now,
                              .flow = at->flow,
                              .bytes = bytes,
                              .diag = diag,
                              .oddity = SIRA_ODDITY_VALUE};
    for (unsigned i = 0; i < REGISTRAR_LENIENCIES; i++)
        at->self->counters.let_pass[i] += passed >> i & 1u;
    if (trace->message != NULL)
        trace->message(trace->context, &entry);
}

static sira_str take_valid(task *at)
{
    registrar *self = at->self;
    if (!at->request->is_request || at->request->method == SIRA_METHOD_ACK)
        return SIRA_STR("");
    self->counters.requests++;
    sira_str reply = replies_find(&self->replies, at->request, &at->flow->remote, at->now);
    if (reply.len != 0) {
        self->counters.retransmissions++;
        return reply;
    }
    reply = take_request(at);
    if (reply.len != 0)
        replies_keep(&self->replies, at->request, &at->flow->remote, reply, at->now);
    return reply;
}

sira_str registrar_take(registrar *self, const sira_flow *flow, sira_str bytes, uint64_t now)
{
    task at = {.self = self, .request = &self->request, .flow = flow, .octets = bytes.len, .now = now};
    sira_diag diag = {.code = 0, .reason = ""};
    sira_str reply = SIRA_STR("");
    unsigned passed;
    sira_status status = sira_message_read_sloppy(&self->request, bytes, self->lenient, &passed, &diag);
    if (status == SIRA_IDLE)
        return reply;
    self->now = now;
    if (passed != 0)
        tell_tolerated(&at, passed, &diag, bytes);
    reply = status == SIRA_OK ? take_valid(&at) : refuse(&at, status, &diag, bytes);
    return reply;
}

/* Those that were named at the start come before those of the database. */
static sira_status look_up_user(void *context, const sira_digest_lookup *lookup, sira_digest_account *account)
{
    registrar *self = context;
    const sira_status status = users_look_up(&self->users, lookup, account);
    if (status != SIRA_IDLE || self->more_users == NULL)
        return status;
    return self->more_users(self->more_users_context, lookup, account);
}

sira_status registrar_open(registrar *self, sira_diag *diag)
{
    sira_message_init(&self->request, self->fields, SIRA_LIMIT_FIELDS);
    if (self->digest_config.algorithms[0] == SIRA_ALGORITHM_NONE) { /* by name, so that challenge can leave some out */
        self->digest_config.algorithms[0] = SIRA_ALGORITHM_SHA_256;
        self->digest_config.algorithms[1] = SIRA_ALGORITHM_MD5;
    }
    self->digest_config.hash = self->hash;
    self->digest_config.entropy = self->entropy;
    self->digest_config.realm = self->realm;
    self->digest_config.lookup = look_up_user;
    self->digest_config.lookup_context = self;
    self->digest_config.slots = self->slots;
    self->digest_config.slot_count = REGISTRAR_NONCES;
    self->config.store = self->store.calls;
    self->config.digest = self->open_to_all ? NULL : &self->digest;
    self->config.open_to_all = self->open_to_all;
    self->config.domain = self->domain;
    self->config.may_register = may_register;
    self->config.context = self;
    self->config.outbound = true;
    (void)self->entropy.fill(self->entropy.context, (uint8_t *)&self->guesses.key, sizeof self->guesses.key);
    sira_status status = sira_digest_server_init(&self->digest, &self->digest_config, diag);
    return status == SIRA_OK ? sira_registrar_init(&self->core, &self->config, diag) : status;
}

void registrar_close(registrar *self)
{
    sira_digest_server_wipe(&self->digest);
    sira_wipe(&self->users, sizeof self->users);
    replies_clear(&self->replies);
}
