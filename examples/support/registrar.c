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
    sira_digest_peer peer;
    char peer_text[SIRA_ENDPOINT_TEXT];
    sira_digest_verified verified;
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
    sira_write_response(&at->writer, at->request,
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
    if (code == 423)
        sira_write_field_number(&at->writer, SIRA_FIELD_MIN_EXPIRES, at->self->bindings.limits.minimum);
    return end_or_fail(at);
}

/* With the first so many of the algorithms. */
static sira_str challenge(task *at, bool stale, size_t count)
{
    sira_digest_server_config *config = &at->self->digest_config;
    uint8_t offers[SIRA_DIGEST_OFFERS];
    memcpy(offers, config->algorithms, sizeof offers);
    memset(config->algorithms + count, 0, sizeof offers - count);
    begin_answer(at, 401, "Unauthorized");
    (void)sira_digest_server_challenge(&at->self->digest, &at->peer, stale, &at->writer);
    memcpy(config->algorithms, offers, sizeof offers);
    return end_answer(at);
}

/* As many challenges as there may be in answer to so short a request. */
static sira_str answer_challenge(task *at, bool stale)
{
    sira_str reply = SIRA_STR("");
    for (size_t count = SIRA_DIGEST_OFFERS; reply.len == 0 && count > 0; count--)
        reply = challenge(at, stale, count);
    if (reply.len == 0)
        return at->writer.status == SIRA_E_SPACE ? answer(at, 400, "Request Too Short")
                                                 : answer(at, 500, "Server Internal Error");
    at->self->counters.challenged++;
    return reply;
}

static sira_str answer_unsupported(task *at, sira_str option)
{
    at->self->counters.refused++;
    begin_answer(at, 420, "Bad Extension");
    sira_write_field(&at->writer, SIRA_FIELD_UNSUPPORTED, option);
    return end_or_fail(at);
}

static sira_str answer_bindings(task *at, const location *place)
{
    sira_cursor cursor;
    sira_address path;
    at->self->counters.accepted++;
    begin_answer(at, 200, "OK");
    bindings_write(place, at->now, &at->writer);
    sira_cursor_init(&cursor, at->request, SIRA_FIELD_PATH);
    while (sira_address_next(&cursor, &path, NULL) == SIRA_OK) /* RFC 3327 5.3 */
        sira_write_address_view(&at->writer, SIRA_FIELD_PATH, &path);
    if (at->is_verified &&
        sira_digest_server_info(&at->self->digest, &at->peer, &at->verified, SIRA_STR(""), &at->writer) != SIRA_OK)
        return answer(at, 500, "Server Internal Error");
    return end_or_fail(at);
}

/* ---- REGISTER ---- */

static bool lists(const sira_message *request, sira_field_id id, sira_str token)
{
    sira_cursor cursor;
    sira_str found;
    sira_cursor_init(&cursor, request, id);
    while (sira_token_next(&cursor, &found, NULL) == SIRA_OK) {
        if (sira_str_equal_nocase(found, token))
            return true;
    }
    return false;
}

/* The first option that is demanded and not known: RFC 3261 10.3 step 2, and RFC 3327 5.3 for a Path that the client
 * knows nothing of. */
static bool finds_unsupported(const sira_message *request, sira_str *option)
{
    sira_cursor cursor;
    sira_cursor_init(&cursor, request, SIRA_FIELD_REQUIRE);
    while (sira_token_next(&cursor, option, NULL) == SIRA_OK) {
        if (!sira_str_equal_nocase(*option, SIRA_STR("path")))
            return true;
    }
    *option = SIRA_STR("path");
    return sira_message_field(request, SIRA_FIELD_PATH) != NULL && !lists(request, SIRA_FIELD_SUPPORTED, *option) &&
           !lists(request, SIRA_FIELD_REQUIRE, *option);
}

/* RFC 3261 10.3 step 5: user without escapes, host in lower case, no parameters. False when it has no user or is too
 * long. */
static bool canonical_aor(const sira_uri *to, short_text *aor, sira_str *user)
{
    size_t length;
    if ((to->scheme != SIRA_SCHEME_SIP && to->scheme != SIRA_SCHEME_SIPS) || !to->has_user ||
        sira_uri_unescape(to->user, aor->bytes, TEXT_MAX, &length) != SIRA_OK || length + 1 + to->host.len > TEXT_MAX)
        return false;
    *user = (sira_str){aor->bytes, length};
    aor->bytes[length++] = '@';
    for (size_t i = 0; i < to->host.len; i++) {
        char c = to->host.at[i];
        aor->bytes[length++] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    aor->length = length;
    return true;
}

/* RFC 3261 10.3 step 3. SIRA_OK: go on; else *reply is the answer. */
static sira_status authenticate(task *at, sira_str *reply)
{
    sira_diag diag = {.code = 500, .reason = "Server Internal Error"};
    if (at->self->open_to_all)
        return SIRA_OK;
    sira_status status = sira_digest_server_verify(&at->self->digest, &at->peer, at->request, &at->verified, &diag);
    at->is_verified = status == SIRA_OK;
    switch (status) {
    case SIRA_OK:
        break;
    case SIRA_IDLE:
    case SIRA_E_CREDENTIALS:
        *reply = answer_challenge(at, false);
        break;
    case SIRA_E_STALE:
    case SIRA_E_REPLAY:
    case SIRA_E_NONCE:
        *reply = answer_challenge(at, true);
        break;
    default:
        *reply = answer(at, diag.code, diag.reason);
    }
    return status;
}

/* RFC 3261 10.3. */
static sira_str take_register(task *at)
{
    sira_str option, user, reply;
    sira_address to;
    sira_uri uri;
    short_text aor;
    const char *reason;
    if (finds_unsupported(at->request, &option))
        return answer_unsupported(at, option);
    if (authenticate(at, &reply) != SIRA_OK)
        return reply;
    if (sira_message_address(at->request, SIRA_FIELD_TO, &to, NULL) != SIRA_OK ||
        sira_uri_parse(&uri, to.uri, NULL) != SIRA_OK)
        return answer(at, 400, "Bad To");
    if (!canonical_aor(&uri, &aor, &user) ||
        (at->self->domain.len != 0 && !sira_str_equal_nocase(uri.host, at->self->domain)))
        return answer(at, 404, "Not Found");
    if (at->is_verified && !sira_str_equal(at->verified.user, user))
        return answer(at, 403, "Forbidden");
    location *place;
    uint16_t code = bindings_at(&at->self->bindings, text_view(&aor), at->now, &place);
    if (code != 200)
        return answer(at, code, code == 403 ? "Too Many Addresses-Of-Record" : "Service Unavailable");
    code = bindings_update(place, at->request, &at->self->bindings.limits, at->now, &reason);
    return code == 200 ? answer_bindings(at, place) : answer(at, code, reason);
}

/* ---- any request ---- */

static sira_str take_request(task *at)
{
    sira_uri uri;
    switch (at->request->method) {
    case SIRA_METHOD_REGISTER:
        if (sira_uri_parse(&uri, at->request->uri, NULL) != SIRA_OK ||
            (uri.scheme != SIRA_SCHEME_SIP && uri.scheme != SIRA_SCHEME_SIPS))
            return answer(at, 416, "Unsupported URI Scheme");
        return take_register(at);
    case SIRA_METHOD_OPTIONS:
        begin_answer(at, 200, "OK");
        sira_write_field(&at->writer, SIRA_FIELD_ALLOW, METHODS);
        sira_write_field(&at->writer, SIRA_FIELD_SUPPORTED, SIRA_STR("path"));
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
    sira_status status = sira_message_parse(&self->request, bytes, &diag);
    if (status == SIRA_IDLE)
        return reply;
    if (status == SIRA_OK)
        status = sira_message_validate(&self->request, &diag);
    at.peer.now = now;
    at.peer.identity.at = at.peer_text;
    at.peer.identity.len = sira_endpoint_host_to_text(&flow->remote, at.peer_text, sizeof at.peer_text);
    reply = status == SIRA_OK ? take_valid(&at) : refuse(&at, status, &diag, bytes);
    sira_wipe(&at.verified, sizeof at.verified);
    return reply;
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
    self->digest_config.lookup = users_look_up;
    self->digest_config.lookup_context = &self->users;
    self->digest_config.slots = self->slots;
    self->digest_config.slot_count = REGISTRAR_NONCES;
    return sira_digest_server_init(&self->digest, &self->digest_config, diag);
}

void registrar_close(registrar *self)
{
    sira_digest_server_wipe(&self->digest);
    sira_wipe(&self->users, sizeof self->users);
    replies_clear(&self->replies);
}
