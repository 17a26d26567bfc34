#include "transaction/key.h"

#include <sira/message.h>

static sira_span span_of(const sira_message *message, sira_str view)
{
    if (view.len == 0)
        return (sira_span){0, 0};
    return (sira_span){(uint16_t)(view.at - message->bytes.at), (uint16_t)view.len};
}

static sira_str view_of(const char *bytes, sira_span span)
{
    return (sira_str){bytes + span.at, span.length};
}

/* RFC 3261 18.1.1: the default ports of sent-by. */
static uint16_t port_of(const sira_via *via)
{
    if (via->port != 0)
        return via->port;
    return sira_str_equal_nocase(via->transport, SIRA_STR("TLS")) ? 5061 : 5060;
}

void sira_i_key_take(sira_request_key *key, const sira_i_arrival *request)
{
    const sira_message *message = request->message;
    key->method = span_of(message, message->method_name);
    key->uri = span_of(message, message->uri);
    key->transport = span_of(message, request->via.transport);
    key->host = span_of(message, request->via.host);
    key->branch = span_of(message, request->via.branch);
    key->from_tag = span_of(message, request->from.tag);
    key->to_tag = span_of(message, request->to.tag);
    key->call_id = span_of(message, request->call_id);
    key->cseq = request->cseq.number;
    key->port = port_of(&request->via);
    key->unique = sira_via_is_unique(&request->via);
    key->invite = message->method == SIRA_METHOD_INVITE;
}

/* What all requests of a transaction have in common, and its merged copies as well. RFC 3261 20.8: Call-IDs are
 * compared byte by byte; tags are parameters, and those aren't (7.3.1). */
static bool is_same_call(const sira_request_key *key, const char *bytes, const sira_i_arrival *request)
{
    return key->cseq == request->cseq.number && sira_str_equal(view_of(bytes, key->call_id), request->call_id) &&
           sira_str_equal_nocase(view_of(bytes, key->from_tag), request->from.tag);
}

/* RFC 3261 17.2.3 for those who know no unique branches, except for the method. An RFC 2543 client repeats its bytes,
 * so the Request-URI is compared as such. */
static bool matches_rfc2543(const sira_request_key *key, const char *bytes, const sira_i_arrival *request,
                            sira_str answer_tag)
{
    sira_str to_tag = view_of(bytes, key->to_tag);
    if (request->message->method == SIRA_METHOD_ACK && to_tag.len == 0)
        to_tag = answer_tag;
    return is_same_call(key, bytes, request) && sira_str_equal_nocase(to_tag, request->to.tag) &&
           sira_str_equal(view_of(bytes, key->uri), request->message->uri) &&
           sira_str_equal_nocase(view_of(bytes, key->transport), request->via.transport);
}

/* Everything but the method. */
static bool matches(const sira_request_key *key, const char *bytes, const sira_i_arrival *request, sira_str answer_tag)
{
    const sira_via *via = &request->via;
    if (key->port != port_of(via) || !sira_str_equal_nocase(view_of(bytes, key->branch), via->branch) ||
        !sira_str_equal_nocase(view_of(bytes, key->host), via->host))
        return false;
    /* equal branches are unique both or neither */
    return key->unique || matches_rfc2543(key, bytes, request, answer_tag);
}

sira_i_relation sira_i_key_relation(const sira_request_key *key, const char *bytes, const sira_i_arrival *request,
                                    sira_str answer_tag)
{
    const uint8_t method = request->message->method;
    const bool same_method = sira_str_equal(view_of(bytes, key->method), request->message->method_name);
    if (matches(key, bytes, request, answer_tag)) {
        if (same_method)
            return SIRA_I_RELATION_REPEATS;
        if (method == SIRA_METHOD_ACK && key->invite)
            return SIRA_I_RELATION_ACKS;
        return method == SIRA_METHOD_CANCEL ? SIRA_I_RELATION_CANCELS : SIRA_I_RELATION_NONE;
    }
    if (same_method && method != SIRA_METHOD_CANCEL && request->to.tag.len == 0 && is_same_call(key, bytes, request))
        return SIRA_I_RELATION_MERGED;
    return SIRA_I_RELATION_NONE;
}
