#include "support/asker.h"

#include <stdio.h>
#include <string.h>

static void take_event(void *user, const sira_request_event *event)
{
    asker *a = user;
    assert_true(a->count < ASKER_EVENTS);
    assert_false(a->over);
    assert_ptr_equal(event->request, &a->request);
    assert_true(event->now <= a->w->now);
    a->events[a->count++] = *event;
    a->over = event->kind == SIRA_REQUEST_OVER;
    if (event->kind == SIRA_REQUEST_ENDED && a->removes) {
        sira_request_remove(&a->request);
        memset(&a->request, 0xaa, sizeof a->request);
        return;
    }
    const bool final = event->kind == SIRA_REQUEST_ENDED || event->kind == SIRA_REQUEST_REPEATED;
    if (final && event->status == SIRA_OK && a->acknowledges) {
        sira_address to;
        assert_int_equal(sira_message_address(event->response, SIRA_FIELD_TO, &to, NULL), SIRA_OK);
        const sira_request_ack ack = {.uri = SIRA_STR("sip:bob@192.0.2.200"), .to_tag = to.tag};
        assert_int_equal(sira_request_send_ack(&a->request, &ack), SIRA_OK);
    }
}

void asker_open(asker *a, world *w, const char *method)
{
    memset(a, 0, sizeof *a);
    a->w = w;
    sira_request_config_init(&a->config);
    a->config.method = sira_str_from(method);
    a->config.uri = SIRA_STR("sip:bob@example.test");
    a->config.on_event = take_event;
    a->config.user = a;
}

void asker_start(asker *a)
{
    sira_diag diag = {.field = "", .expected = ""};
    sira_status status = sira_request_init(&a->request, &a->w->account, &a->config, &diag);
    if (status != SIRA_OK)
        fail_msg("%s, field %s, expected %s", sira_status_name(status), diag.field, diag.expected);
    assert_int_equal(sira_request_start(&a->request), SIRA_OK);
}

unsigned asker_count(const asker *a, sira_request_event_kind kind)
{
    unsigned count = 0;
    for (size_t i = 0; i < a->count; i++)
        count += a->events[i].kind == kind;
    return count;
}

const sira_request_event *asker_outcome(const asker *a)
{
    for (size_t i = 0; i < a->count; i++)
        if (a->events[i].kind == SIRA_REQUEST_ENDED)
            return &a->events[i];
    return NULL;
}

void asker_expect(const char *name, const asker *a, sira_status status, unsigned code)
{
    const sira_request_event *outcome = asker_outcome(a);
    if (outcome == NULL)
        fail_msg("%s: no outcome", name);
    else if (outcome->status != status || outcome->code != code || asker_count(a, SIRA_REQUEST_ENDED) != 1)
        fail_msg("%s: %s, code %u, %u times", name, sira_status_name(outcome->status), outcome->code,
                 asker_count(a, SIRA_REQUEST_ENDED));
}

static sira_str value_of(const sira_message *message, sira_field_id id)
{
    const sira_field *field = sira_message_field(message, id);
    return field != NULL ? field->value : SIRA_STR("");
}

#define TEXT(str) (int)(str).len, (str).at

void asker_reply(world *w, const sira_message *request, unsigned code, const char *tag, const char *headers)
{
    char bytes[5000];
    sira_address to;
    assert_int_equal(sira_message_address(request, SIRA_FIELD_TO, &to, NULL), SIRA_OK);
    const bool tagged = to.tag.len != 0 || *tag == '\0';
    if (w->lose_replies > 0) {
        w->lose_replies--;
        return;
    }
    int len = snprintf(bytes, sizeof bytes,
                       "SIP/2.0 %u Whatever\r\nVia: %.*s\r\nFrom: %.*s\r\nTo: %.*s%s%s\r\nCall-ID: %.*s\r\nCSeq: "
                       "%.*s\r\n%sContent-Length: 0\r\n\r\n",
                       code, TEXT(value_of(request, SIRA_FIELD_VIA)), TEXT(value_of(request, SIRA_FIELD_FROM)),
                       TEXT(value_of(request, SIRA_FIELD_TO)), tagged ? "" : ";tag=", tagged ? "" : tag,
                       TEXT(value_of(request, SIRA_FIELD_CALL_ID)), TEXT(value_of(request, SIRA_FIELD_CSEQ)), headers);
    assert_true(len > 0 && (size_t)len < sizeof bytes);
    world_deliver(w, 5, bytes, (size_t)len);
}

static bool is_method(const world_packet *packet, const char *method)
{
    const size_t length = strlen(method);
    return packet->len > length && memcmp(packet->bytes, method, length) == 0 && packet->bytes[length] == ' ';
}

unsigned asker_sent(const world *w, const char *method)
{
    unsigned count = 0;
    for (size_t i = 0; i < w->sent_count; i++)
        count += is_method(&w->sent[i], method);
    return count;
}

const char *asker_text(const world *w, const char *method, unsigned n)
{
    for (size_t i = 0; i < w->sent_count; i++)
        if (is_method(&w->sent[i], method) && n-- == 0)
            return w->sent[i].bytes;
    fail_msg("no such %s went out", method);
    return "";
}

const char *asker_line(const char *text, const char *name)
{
    static char found[8][400];
    static unsigned turn;
    char *out = found[turn++ % 8];
    char pattern[80];
    (void)snprintf(pattern, sizeof pattern, "\r\n%s: ", name);
    const char *at = strstr(text, pattern);
    out[0] = '\0';
    if (at != NULL) {
        at += strlen(pattern);
        (void)snprintf(out, sizeof found[0], "%.*s", (int)strcspn(at, "\r"), at);
    }
    return out;
}
