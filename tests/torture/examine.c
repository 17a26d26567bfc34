#include "torture/examine.h"
#include "torture/corpus.h"
#include "torture/walk.h"

#include <string.h>

/* Written again it is the same, byte for byte; where bare LFs were let pass they have become CRLFs. */
static const char *examine_rewritten(const sira_message *message, const examined *first)
{
    char out[16384];
    sira_writer writer;
    sira_field slots[CORPUS_FIELDS];
    sira_message again;
    sira_diag diag;
    size_t length;
    uint64_t hash;
    sira_writer_init(&writer, out, sizeof out);
    sira_write_message(&writer, message);
    if (sira_writer_finish(&writer, &length) != SIRA_OK)
        return "what was read can't be written";
    if (message->lenient == 0)
        return sira_str_equal((sira_str){out, length}, message->bytes) ? NULL : "what was written is not what was read";
    sira_message_init(&again, slots, CORPUS_FIELDS);
    if (sira_message_parse(&again, (sira_str){out, length}, &diag) != SIRA_OK)
        return "what was written can't be parsed";
    if (sira_message_validate(&again, &diag) != first->status)
        return "what was written is judged in another way";
    if (!walk_check(&again, &hash) || hash != first->hash)
        return "what was written reads in another way";
    return sira_str_equal(again.body, message->body) ? NULL : "what was written has another body";
}

/* Also a request that was refused can be answered, unless its Via is beyond use. */
static const char *examine_answer(const sira_message *message, const examined *first)
{
    char out[16384];
    sira_writer writer;
    sira_field slots[CORPUS_FIELDS + 1]; /* all that were read may be Vias, and Content-Length comes to them */
    sira_message answer;
    sira_diag diag;
    size_t length;
    const sira_endpoint source = {SIRA_TRANSPORT_UDP, SIRA_FAMILY_IPV4, 5060, {192, 0, 2, 99}};
    const sira_response response = {400, SIRA_STR_INIT("Bad Request"), SIRA_STR_INIT("answer"), &source};
    sira_writer_init(&writer, out, sizeof out);
    sira_write_response(&writer, message, &response);
    sira_write_body(&writer, SIRA_STR(""));
    sira_status status = sira_writer_finish(&writer, &length);
    if (status != SIRA_OK)
        return first->status == SIRA_OK ? "a good request can't be answered" : NULL;
    sira_message_init(&answer, slots, CORPUS_FIELDS + 1);
    if (sira_message_parse(&answer, (sira_str){out, length}, &diag) != SIRA_OK)
        return "the answer can't be parsed";
    if (first->status == SIRA_OK && sira_message_validate(&answer, &diag) != SIRA_OK)
        return "the answer is not valid";
    return NULL;
}

static const char *examine_refusal(const sira_message *message, const sira_diag *diag, size_t length)
{
    if (diag->offset > length)
        return "refused behind the end";
    if (diag->expected == NULL || diag->field == NULL || diag->reason == NULL)
        return "refused without a reason";
    if (diag->code != 0 && (diag->code < 400 || diag->code > 599 || diag->reason[0] == '\0'))
        return "refused with a code that is none";
    if (diag->code != 0 && !message->is_request)
        return "a response code for a response";
    return NULL;
}

const char *examine(sira_str bytes, unsigned lenient, examined *result)
{
    sira_field slots[CORPUS_FIELDS];
    sira_message message;
    sira_diag diag = {0};
    const char *wrong = NULL;
    memset(result, 0, sizeof *result);
    sira_message_init(&message, slots, CORPUS_FIELDS);
    message.lenient = lenient;
    result->parsed = result->status = sira_message_parse(&message, bytes, &diag);
    if (result->parsed == SIRA_OK) {
        result->status = sira_message_validate(&message, &diag);
        result->length = message.bytes.len;
        result->body = message.body;
        if (message.bytes.at < bytes.at || message.bytes.at + message.bytes.len > bytes.at + bytes.len)
            return "the message lies outside the bytes";
        if (!walk_check(&message, &result->hash))
            return "a view or an offset lies outside the message";
    }
    if (result->status < 0)
        wrong = examine_refusal(&message, &diag, bytes.len);
    if (wrong == NULL && result->parsed == SIRA_OK)
        wrong = examine_rewritten(&message, result);
    if (wrong == NULL && message.is_request && result->parsed != SIRA_IDLE)
        wrong = examine_answer(&message, result);
    return wrong;
}
