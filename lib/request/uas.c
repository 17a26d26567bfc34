/* The UAS core (RFC 3261 8.2): to which request a message belongs, and what is answered without the application.
 *
 *     source -> retransmission, ACK, CANCEL: to its slot -> loop, authorization, method, merged, scheme, extensions
 *            -> OPTIONS -> a free slot, and the application
 *
 * in the order of 8.2. What is answered on the way takes no slot: the answer is made of the request alone and is the
 * same when that comes again (8.2.7). */
#include "request/incoming.h"

#include "agent/answer.h"
#include "agent/config.h"
#include "agent/port.h"
#include "base/hex.h"
#include "transaction/client.h"

#include <string.h>

#define SHARE_LEAST 512u

/* ---- answers without a slot ---- */

typedef struct reply {
    uint16_t code;
    sira_str tag; /* empty: that of all stateless answers */
    void (*write_more)(const sira_uas *uas, sira_writer *writer);
} reply;

static void begin_reply(const sira_uas *uas, const sira_i_arrival *request, const reply *answer, sira_writer *writer)
{
    const sira_agent *agent = uas->agent;
    char tag[2 * sizeof agent->tag];
    const sira_str usual = sira_i_hex_write(agent->tag, sizeof agent->tag, tag);
    sira_writer_init(writer, agent->config.scratch, agent->config.scratch_size);
    sira_write_response(writer, request->message,
                        &(sira_response){.code = answer->code,
                                         .to_tag = answer->tag.len != 0 ? answer->tag : usual,
                                         .source = &request->flow->remote});
}

static void end_reply(const sira_uas *uas, const sira_i_arrival *request, sira_writer *writer)
{
    size_t length;
    sira_flow back = *request->flow;
    back.remote.port = sira_i_answer_port(request->flow, &request->via);
    sira_write_body(writer, SIRA_STR(""));
    if (sira_writer_finish(writer, &length) == SIRA_OK)
        (void)sira_i_agent_send_scratch(uas->agent, &back, length);
}

static void send_reply(sira_uas *uas, const sira_i_arrival *request, const reply *answer)
{
    sira_writer writer;
    begin_reply(uas, request, answer, &writer);
    if (answer->write_more != NULL)
        answer->write_more(uas, &writer);
    end_reply(uas, request, &writer);
}

static void refuse(sira_uas *uas, const sira_i_arrival *request, const reply *answer)
{
    uas->counters.refused++;
    send_reply(uas, request, answer);
}

static void write_allow(const sira_uas *uas, sira_writer *writer)
{
    sira_write_field(writer, SIRA_FIELD_ALLOW, uas->config.allow);
}

static void write_capabilities(const sira_uas *uas, sira_writer *writer)
{
    write_allow(uas, writer);
    if (uas->config.accept.len != 0)
        sira_write_field(writer, SIRA_FIELD_ACCEPT, uas->config.accept);
    if (uas->config.supported.len != 0)
        sira_write_field(writer, SIRA_FIELD_SUPPORTED, uas->config.supported);
}

static void write_retry_after(const sira_uas *uas, sira_writer *writer)
{
    sira_write_field_number(writer, SIRA_FIELD_RETRY_AFTER, uas->config.retry_after);
}

/* ---- who may ask ---- */

static bool is_from_server(const sira_server *server, const sira_flow *flow)
{
    if (flow->remote.transport != SIRA_TRANSPORT_UDP)
        return server->flow_state != 0 && server->flow.id == flow->id;
    for (uint8_t i = 0; i < server->targets.count; i++) {
        sira_endpoint target = server->targets.list[i].endpoint;
        target.port = flow->remote.port; /* a proxy may send from another */
        target.transport = flow->remote.transport;
        if (sira_endpoint_equal(&target, &flow->remote))
            return true;
    }
    return false;
}

static bool is_from_servers(const sira_uas *uas, const sira_flow *flow)
{
    sira_link *all = &uas->agent->servers;
    for (sira_link *link = all->next; link != all; link = link->next)
        if (is_from_server(SIRA_I_OWNER(link, sira_server, in_agent), flow))
            return true;
    return false;
}

/* 401 is written before it is known whether it is needed: the challenges go right behind it. */
static bool is_authorized(sira_uas *uas, const sira_i_arrival *request)
{
    const sira_incoming_event event = {
        .kind = SIRA_INCOMING_REQUEST, .message = request->message, .flow = request->flow, .now = uas->agent->now};
    sira_writer writer;
    if (uas->config.source != SIRA_INCOMING_WITH_DIGEST || is_from_servers(uas, request->flow))
        return true;
    begin_reply(uas, request, &(reply){.code = 401}, &writer);
    sira_status status = uas->config.authorize(uas->config.authorize_context, &event, &writer);
    if (status == SIRA_OK)
        return true;
    uas->counters.strange++;
    if (status == SIRA_MORE)
        end_reply(uas, request, &writer);
    else
        send_reply(uas, request, &(reply){.code = 403});
    return false;
}

sira_status sira_incoming_digest(void *digest_server, const sira_incoming_event *request, sira_writer *challenges)
{
    char address[SIRA_ENDPOINT_TEXT];
    sira_digest_verified verified;
    const size_t length = sira_endpoint_host_to_text(&request->flow->remote, address, sizeof address);
    const sira_digest_peer peer = {.identity = {address, length}, .now = request->now};
    sira_status status = sira_digest_server_verify(digest_server, &peer, request->message, &verified, NULL);
    sira_wipe(&verified, sizeof verified);
    switch (status) {
    case SIRA_OK:
        return SIRA_OK;
    case SIRA_IDLE:
    case SIRA_E_CREDENTIALS:
        status = sira_digest_server_challenge(digest_server, &peer, false, challenges);
        break;
    case SIRA_E_STALE:
    case SIRA_E_REPLAY:
    case SIRA_E_NONCE:
        status = sira_digest_server_challenge(digest_server, &peer, true, challenges);
        break;
    default:
        return status;
    }
    return status == SIRA_OK ? SIRA_MORE : status;
}

/* ---- what is asked ---- */

/* Does a list of tokens hold this one? */
static bool holds(sira_str list, sira_field_id id, sira_str token)
{
    sira_cursor cursor;
    sira_str one;
    sira_cursor_init_text(&cursor, list, id);
    while (sira_token_next(&cursor, &one, NULL) == SIRA_OK)
        if (sira_str_equal(one, token))
            return true;
    return false;
}

/* RFC 3261 8.2.2.3: the extensions that the request demands and we lack. Returns how many; writer may be NULL. */
static size_t unsupported(const sira_uas *uas, const sira_message *request, sira_writer *writer)
{
    sira_cursor cursor;
    sira_str tag;
    size_t count = 0;
    sira_cursor_init(&cursor, request, SIRA_FIELD_REQUIRE);
    while (sira_token_next(&cursor, &tag, NULL) == SIRA_OK) {
        if (holds(uas->config.supported, SIRA_FIELD_SUPPORTED, tag))
            continue;
        count++;
        if (writer != NULL)
            sira_write_field(writer, SIRA_FIELD_UNSUPPORTED, tag);
    }
    return count;
}

static void write_unsupported(const sira_uas *uas, sira_writer *writer)
{
    (void)unsupported(uas, &uas->agent->message, writer);
}

/* A request of ours whose Via is on top still has been thrown back at us: nobody was between. */
static bool is_our_own(const sira_uas *uas, const sira_i_arrival *request)
{
    uint64_t id;
    return sira_i_branch_read(request->via.branch, &id) == SIRA_OK &&
           sira_i_transactions_find(&uas->agent->transactions, id) != NULL;
}

static bool is_understood(const sira_message *request)
{
    sira_uri uri;
    return sira_uri_parse(&uri, request->uri, NULL) == SIRA_OK && uri.scheme != SIRA_SCHEME_OTHER;
}

/* What is answered without the application, in the order of 8.2; code 0: nothing. */
static reply judge(const sira_uas *uas, const sira_i_arrival *request, bool merged)
{
    const sira_message *message = request->message;
    const bool allowed = holds(uas->config.allow, SIRA_FIELD_ALLOW, message->method_name);
    if (is_our_own(uas, request))
        return (reply){.code = 482};
    if (!allowed) /* 8.2.1; 21.5.2: nobody here knows it */
        return (reply){.code = message->method != SIRA_METHOD_OTHER ? 405 : 501, .write_more = write_allow};
    if (!is_understood(message)) /* 8.2.2.1 */
        return (reply){.code = 416};
    if (merged) /* 8.2.2.2 */
        return (reply){.code = 482};
    if (unsupported(uas, message, NULL) != 0)
        return (reply){.code = 420, .write_more = write_unsupported};
    if (message->method == SIRA_METHOD_OPTIONS) /* 11.2 */
        return (reply){.code = 200, .write_more = write_capabilities};
    return (reply){.code = 0};
}

/* ---- to which it belongs ---- */

/* The slot that an arrival has most to do with. */
static sira_incoming *find(const sira_uas *uas, const sira_i_arrival *request, sira_i_relation *relation)
{
    sira_incoming *best = NULL;
    *relation = SIRA_I_RELATION_NONE;
    for (size_t i = 0; i < uas->config.slot_count; i++) {
        sira_i_relation one = sira_i_incoming_relation(&uas->config.slots[i], request);
        if (one <= *relation)
            continue;
        *relation = one;
        best = &uas->config.slots[i];
    }
    return best;
}

/* 9.2: the same answer when it comes again, with the To tag of its INVITE. */
static void take_cancel(sira_uas *uas, const sira_i_arrival *request, sira_incoming *incoming)
{
    uas->counters.refused++;
    if (incoming == NULL) {
        send_reply(uas, request, &(reply){.code = 481});
        return;
    }
    send_reply(uas, request, &(reply){.code = 200, .tag = sira_i_incoming_own_tag(incoming)});
    sira_i_incoming_cancel(incoming);
}

static void take_new(sira_uas *uas, const sira_i_arrival *request)
{
    for (size_t i = 0; i < uas->config.slot_count; i++) {
        sira_incoming *incoming = &uas->config.slots[i];
        if (incoming->used)
            continue;
        sira_status status = sira_i_incoming_begin(incoming, request);
        if (status == SIRA_OK)
            uas->counters.taken++;
        else
            refuse(uas, request, &(reply){.code = status == SIRA_E_SPACE ? 513 : 500});
        return;
    }
    uas->counters.full++;
    send_reply(uas, request, &(reply){.code = 503, .write_more = write_retry_after});
}

static void take(sira_uas *uas, const sira_i_arrival *request)
{
    sira_i_relation relation;
    sira_incoming *incoming = find(uas, request, &relation);
    if (relation == SIRA_I_RELATION_REPEATS) {
        uas->counters.repeated++;
        sira_i_incoming_repeat(incoming);
    } else if (request->message->method == SIRA_METHOD_ACK) {
        if (relation == SIRA_I_RELATION_ACKS)
            sira_i_incoming_acknowledge(incoming);
        else
            uas->counters.stray++;
    } else if (request->message->method == SIRA_METHOD_CANCEL) {
        take_cancel(uas, request, relation == SIRA_I_RELATION_CANCELS ? incoming : NULL);
    } else if (is_authorized(uas, request)) {
        const reply answer = judge(uas, request, relation == SIRA_I_RELATION_MERGED);
        if (answer.code != 0)
            refuse(uas, request, &answer);
        else
            take_new(uas, request);
    }
}

static void take_request(sira_agent *agent, const sira_flow *flow, const sira_diag *why)
{
    sira_uas *uas = agent->uas;
    sira_i_arrival arrival;
    if (uas->config.source == SIRA_INCOMING_FROM_SERVERS && !is_from_servers(uas, flow))
        uas->counters.strange++;
    else if (why != NULL)
        sira_i_agent_answer(agent, flow, why->code, why->reason);
    else if (sira_i_arrival_read(&arrival, &agent->message, flow) == SIRA_OK)
        take(uas, &arrival);
}

/* ---- the application's side ---- */

void sira_incoming_config_init(sira_incoming_config *config)
{
    *config = (sira_incoming_config){.size = sizeof *config};
}

static sira_status check_strings(const sira_incoming_config *config, sira_diag *diag)
{
    sira_status status = sira_i_config_string(config->allow, "allow", diag);
    if (status == SIRA_OK)
        status = sira_i_config_string(config->accept, "accept", diag);
    if (status == SIRA_OK)
        status = sira_i_config_string(config->supported, "supported", diag);
    return status;
}

static sira_status check(sira_incoming_config *config, sira_diag *diag)
{
    if (sira_i_config_size(config->size, sizeof *config, diag) != SIRA_OK)
        return SIRA_E_CONFIG;
    if (config->slots == NULL || config->slot_count == 0)
        return sira_i_config_refuse(diag, "slots", "one at least");
    if (config->bytes == NULL || config->bytes_size / config->slot_count < SHARE_LEAST)
        return sira_i_config_refuse(diag, "bytes", "at least 512 bytes for each slot");
    if (config->on_event == NULL)
        return sira_i_config_refuse(diag, "on_event", "a function");
    if (config->source > SIRA_INCOMING_WITH_DIGEST)
        return sira_i_config_refuse(diag, "source", "a sira_incoming_source");
    if (config->source == SIRA_INCOMING_WITH_DIGEST && config->authorize == NULL)
        return sira_i_config_refuse(diag, "authorize", "a function");
    if (config->allow.len == 0)
        config->allow = SIRA_STR("OPTIONS");
    if (config->answer_within == 0)
        config->answer_within = 16000;
    if (config->answer_within > 30000)
        return sira_i_config_refuse(diag, "answer_within", "at most 30000 ms");
    if (config->ring_within == 0)
        config->ring_within = 300000;
    if (config->retry_after == 0)
        config->retry_after = 5;
    return check_strings(config, diag);
}

sira_status sira_uas_init(sira_uas *uas, sira_agent *agent, const sira_incoming_config *config, sira_diag *diag)
{
    sira_incoming_config checked = *config;
    sira_status status = check(&checked, diag);
    if (status != SIRA_OK)
        return status;
    if (agent->uas != NULL)
        return SIRA_E_STATE;
    *uas = (sira_uas){.agent = agent, .config = checked, .share = checked.bytes_size / checked.slot_count};
    sira_message_init(&uas->message, uas->fields, SIRA_LIMIT_FIELDS);
    for (size_t i = 0; i < checked.slot_count; i++)
        sira_i_incoming_init(&checked.slots[i], uas, checked.bytes + i * uas->share);
    agent->uas = uas;
    agent->take_request = take_request;
    return SIRA_OK;
}

void sira_uas_remove(sira_uas *uas)
{
    for (size_t i = 0; i < uas->config.slot_count; i++)
        sira_i_incoming_forget(&uas->config.slots[i]);
    uas->agent->uas = NULL;
    uas->agent->take_request = NULL;
    sira_i_agent_told(uas->agent, false);
}

const sira_uas_counters *sira_uas_get_counters(const sira_uas *uas)
{
    return &uas->counters;
}
