/* Makes and answers calls without media: the signalling of a phone, by itself. */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sira/host.h>
#include <sira/sira.h>

#include "support/ladder.h"
#include "support/leg.h"
#include "support/options.h"
#include "support/password.h"
#include "support/pcap.h"

#define CALLS 8
#define FORKS 3        /* of one call: its own dialog, and those of others who have picked up as well */
#define SLOTS 24       /* requests that have come in, with those of the last 32 seconds */
#define SLOT_SIZE 6144 /* bytes: a request without its body, and a response with SDP */

typedef struct settings {
    const char *aor, *server, *call, *user, *password_file, *sdp, *local, *pcap, *transport;
    uint32_t ring, hang_up, cancel, reject, count, duration, t1;
    bool answer, registers, only_server, trace;
} settings;

typedef enum phase {
    FREE = 0,
    CALLING,    /* INVITE is out */
    CANCELLING, /* and has been given up */
    RINGING,    /* INVITE has come in */
    ANSWERED,   /* by us, and waits for its ACK */
    UP,
    HANGING_UP, /* BYE is out */
    ENDED       /* what is still sent again is absorbed */
} phase;

typedef struct call {
    phase phase;
    unsigned number;
    bool failed, incoming;
    leg legs[FORKS];
    sira_request invite;
    bool has_invite;      /* it belongs to the agent */
    sira_incoming *asked; /* the INVITE that has come in; NULL: none, or its slot is free again */
    uv_timer_t timer;     /* to answer, to cancel, or to hang up */
} call;

typedef struct app {
    settings set;
    password secret;
    sira_host host;
    sira_server provider;
    sira_locator locator;
    sira_account account; /* of what begins here; only with has_account */
    sira_registration line;
    sira_uas uas;
    sira_incoming slots[SLOTS];
    char slot_bytes[SLOTS * SLOT_SIZE];
    call calls[CALLS];
    uv_signal_t signals[3]; /* SIGINT, SIGTERM, SIGHUP */
    uv_timer_t duration;
    ladder ladder;
    pcap pcap;
    char server[SIRA_LIMIT_CONFIG + 1];
    char sdp_text[3000];
    sira_str sdp;
    unsigned made;        /* calls, of either side */
    unsigned answered_to; /* that came in and are over */
    bool has_account, has_line, calling_is_over, leaving, leave_line, failed, unread;
} app;

static app self;

/* ---- options ---- */

static const char *take_transport(const option *transport, const char *value)
{
    *(const char **)transport->target = value;
    return strcmp(value, "udp") == 0 || strcmp(value, "tcp") == 0 || strcmp(value, "tls") == 0 ? NULL
                                                                                               : "udp, tcp or tls";
}

static const option options[] = {
    {"--aor", "URI", "who we are, as sip:alice@example.com (needed)", options_text, &self.set.aor, 0, 0},
    {"--call", "URI", "whom to call, as sip:bob@example.com or sip:192.0.2.5:5070", options_text, &self.set.call, 0, 0},
    {"--answer", NULL, "take calls (default without --call)", options_flag, &self.set.answer, 0, 0},
    {"--server", "URI",
     "proxy that everything goes through, as sip:sip.example.com\n(default: none; calls go to their address directly; "
     "with --register\nthe domain of the AOR)",
     options_text, &self.set.server, 0, 0},
    {"--register", NULL, "register first, and unregister at the end", options_flag, &self.set.registers, 0, 0},
    {"--user", "NAME", "user name for authentication (default: that of the AOR)", options_text, &self.set.user, 0, 0},
    {"--password-file", "FILE",
     "file that holds the password (default: the environment variable\nSIRA_PASSWORD; without a server there is none)",
     options_text, &self.set.password_file, 0, 0},
    {"--sdp", "FILE", "session description to offer and to answer with (default: audio\nthat is inactive)",
     options_text, &self.set.sdp, 0, 0},
    {"--cancel", "SECONDS", "give our call up when nobody has picked up in this time", options_number, &self.set.cancel,
     1, 3600},
    {"--hang-up", "SECONDS", "end each call after this time (default: the peer does)", options_number,
     &self.set.hang_up, 1, 86400},
    {"--ring", "SECONDS", "ring so long before a call is answered (default: 1)", options_number, &self.set.ring, 0,
     200},
    {"--reject", "CODE", "reject calls with this response code, as 486 or 603", options_number, &self.set.reject, 400,
     699},
    {"--count", "NUMBER", "leave when so many calls have come in and are over (default:\nwhen interrupted)",
     options_number, &self.set.count, 1, 1000000},
    {"--only-server", NULL, "take calls from the server only, not from strangers", options_flag, &self.set.only_server,
     0, 0},
    {"--duration", "SECONDS", "leave after this time", options_number, &self.set.duration, 1, 31536000},
    {"--transport", "NAME", "udp, tcp or tls (default: what the URI says, else udp)", take_transport,
     &self.set.transport, 0, 0},
    {"--local", "ADDRESS",
     "local address, as 192.0.2.7:5060 or [2001:db8::7]:5060 (default:\nany, a free port; with --answer port 5060)",
     options_text, &self.set.local, 0, 0},
    {"--trace", NULL, "show every message", options_flag, &self.set.trace, 0, 0},
    {"--pcap", "FILE", "write every message into a file for Wireshark", options_text, &self.set.pcap, 0, 0},
    {"--t1", "MS", "RFC 3261 T1: round-trip time (default: 500)", options_number, &self.set.t1, 10, 60000},
};

static const options_program program = {
    .name = "call",
    .usage = "--aor URI [--call URI] [--answer] [OPTION]...",
    .about = "Makes and answers calls without media, through a proxy or directly to a peer's address. Ctrl-C\n"
             "hangs up and leaves; a second one ends it at once.",
    .epilogue = "Examples:\n"
                "  call --aor sip:bob@192.0.2.5 --answer --local 0.0.0.0:5060\n"
                "  call --aor sip:alice@192.0.2.4 --call sip:bob@192.0.2.5 --hang-up 10 --trace\n"
                "  SIRA_PASSWORD=secret call --aor sip:alice@example.com --register --call sip:bob@example.com\n"
                "  call --aor sip:bob@example.com --register --reject 486 --count 1 --password-file ~/.bob\n"
                "\n"
                "Exit status:\n"
                "  0  each call was answered and ended, or went as --cancel and --reject want it\n"
                "  1  one did not, and the output says why; or it could not be registered\n"
                "  2  a wrong option or value",
    .options = options,
    .count = sizeof options / sizeof options[0],
};

/* ---- what is told ---- */

static void leave(void);

/* Nobody would see any more what happens, as behind "| head -1". */
static void check_output(void)
{
    if (self.unread || (fflush(stdout) == 0 && !ferror(stdout)))
        return;
    self.unread = true;
    fprintf(stderr, "call: standard output can't be written: it hangs up and ends\n");
    leave();
}

/* What a peer says may hold what a terminal obeys. */
static void print_text(sira_str text)
{
    for (size_t i = 0; i < text.len; i++)
        putchar((unsigned char)text.at[i] < ' ' || text.at[i] == 0x7f ? '?' : text.at[i]);
}

static void tell(const call *c, const char *format, ...)
{
    va_list arguments;
    printf("%scall %u: ", self.set.trace ? "*** " : "", c->number);
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    printf("\n");
    check_output();
}

static void tell_response(const call *c, const char *what, const sira_message *response)
{
    printf("%scall %u: %s: %u ", self.set.trace ? "*** " : "", c->number, what, response->status_code);
    print_text(response->reason.len != 0 ? response->reason : sira_str_from(sira_reason_phrase(response->status_code)));
    printf("\n");
    check_output();
}

/* ---- when it is over ---- */

static bool is_idle(void)
{
    for (size_t i = 0; i < CALLS; i++)
        if (self.calls[i].phase != FREE && self.calls[i].phase != ENDED)
            return false;
    return true;
}

static void leave_if_done(void)
{
    const bool enough = (self.set.call == NULL || self.calling_is_over) &&
                        (!self.set.answer || (self.set.count != 0 && self.answered_to >= self.set.count));
    if ((!enough && !self.leaving) || !is_idle() || self.leave_line)
        return;
    self.leaving = self.leave_line = true;
    if (!self.has_line || sira_registration_stop(&self.line) == SIRA_IDLE)
        sira_host_stop(&self.host);
}

static void end(call *c, bool as_wanted)
{
    uv_timer_stop(&c->timer);
    c->phase = ENDED;
    self.failed = self.failed || c->failed || !as_wanted;
    if (c->incoming)
        self.answered_to++;
    else
        self.calling_is_over = true;
    leave_if_done();
}

/* Takes what has ended long enough out of the agent. */
static void recycle(call *c)
{
    if (c->phase != ENDED || c->has_invite || c->asked != NULL)
        return;
    for (size_t i = 0; i < FORKS; i++)
        if (!leg_is_over(&c->legs[i]))
            return;
    for (size_t i = 0; i < FORKS; i++)
        leg_close(&c->legs[i]);
    c->phase = FREE;
}

static call *new_call(void)
{
    for (size_t i = 0; i < CALLS; i++)
        recycle(&self.calls[i]);
    for (size_t i = 0; i < CALLS; i++) {
        call *c = &self.calls[i];
        if (c->phase != FREE)
            continue;
        c->number = ++self.made;
        c->failed = c->incoming = false;
        c->asked = NULL;
        return c;
    }
    return NULL;
}

/* A timer of ours has fired, and not the agent's: what is done now has to begin now. */
static void begin_moment(void)
{
    sira_agent_tick(sira_host_agent(&self.host), sira_host_now(&self.host));
}

/* ---- hanging up ---- */

static void on_bye(void *user, const sira_request_event *event)
{
    leg *l = (leg *)user;
    call *c = (call *)l->user;
    if (event->kind == SIRA_REQUEST_OVER)
        leg_bye_is_over(l);
    if (event->kind != SIRA_REQUEST_ENDED || l != &c->legs[0])
        return;
    if (event->status == SIRA_OK)
        tell(c, "hung up");
    else if (event->code != 0)
        tell(c, "hung up, and the peer says %u", event->code);
    else
        tell(c, "hung up, and nobody says so: %s", sira_status_text(event->status));
    end(c, event->status == SIRA_OK);
}

static void hang_up_leg(call *c, leg *l)
{
    const leg_way way = {.account = self.set.server != NULL || self.set.registers ? &self.account : NULL,
                         .agent = sira_host_agent(&self.host),
                         .aor = sira_str_from(self.set.aor),
                         .on_event = on_bye};
    sira_diag diag = {.field = ""};
    l->user = c;
    const sira_status status = leg_hang_up(l, &way, &diag);
    if (status == SIRA_OK)
        return;
    tell(c, "can't be hung up: %s%s%s", diag.field, diag.field[0] != '\0' ? ": " : "", sira_status_text(status));
    if (l == &c->legs[0])
        end(c, false);
}

static void hang_up(call *c)
{
    uv_timer_stop(&c->timer);
    c->phase = HANGING_UP;
    hang_up_leg(c, &c->legs[0]);
}

static void on_hang_up(uv_timer_t *timer)
{
    call *c = (call *)timer->data;
    begin_moment();
    if (c->phase == UP)
        hang_up(c);
}

static void go_up(call *c)
{
    c->phase = UP;
    if (self.leaving)
        hang_up(c);
    else if (self.set.hang_up != 0)
        uv_timer_start(&c->timer, on_hang_up, 1000u * (uint64_t)self.set.hang_up, 0);
}

/* ---- calls that we make ---- */

static void acknowledge(call *c, leg *l, const sira_message *response)
{
    sira_request_ack ack = {.uri = {NULL, 0}};
    sira_address to;
    if (l != NULL) {
        sira_dialog_fill_ack(&l->dialog, &ack);
    } else if (sira_message_address(response, SIRA_FIELD_TO, &to, NULL) == SIRA_OK) { /* what it says is of no use */
        ack.uri = sira_request_get_config(&c->invite)->uri;
        ack.to_tag = to.tag;
    }
    (void)sira_request_send_ack(&c->invite, &ack); /* what is lost, the next 2xx asks for again */
}

/* RFC 3261 13.2.2.4: each 2xx is acknowledged; of several who have picked up, one is kept. */
static void picked_up(call *c, const sira_message *response)
{
    leg *l = NULL;
    for (size_t i = 0; i < FORKS && l == NULL; i++) {
        if (!c->legs[i].exists)
            l = &c->legs[i];
        else if (sira_dialog_take_response(&c->legs[i].dialog, response, NULL) == SIRA_OK) {
            acknowledge(c, &c->legs[i], response);
            return;
        }
    }
    sira_diag diag = {.field = ""};
    sira_uri uri;
    const bool secure = sira_uri_parse(&uri, sira_request_get_config(&c->invite)->uri, NULL) == SIRA_OK &&
                        uri.scheme == SIRA_SCHEME_SIPS;
    if (l == NULL || sira_dialog_from_response(&l->dialog, response, secure, &diag) != SIRA_OK) {
        acknowledge(c, NULL, response);
        tell(c, "picked up, but its %s is of no use", diag.field);
        c->failed = true;
        if (c->phase == CALLING || c->phase == CANCELLING)
            end(c, false);
        return;
    }
    l->exists = true;
    acknowledge(c, l, response);
    if (l != &c->legs[0]) {
        tell(c, "another one has picked up as well, and is hung up");
        hang_up_leg(c, l);
        return;
    }
    tell_response(c, "picked up", response);
    if (c->phase == CANCELLING)
        hang_up(c);
    else
        go_up(c);
}

/* Why nothing came of it, for a person. */
static void tell_failure(const call *c, const sira_request_event *event)
{
    switch (event->status) {
    case SIRA_E_CREDENTIALS:
        tell(c, "the server refuses the user name or the password: check --user and --password-file");
        break;
    case SIRA_E_TIMEOUT:
        tell(c, "nobody answers at %s", self.server);
        break;
    case SIRA_E_RESOLVE:
        tell(c, "no address was found for %s: check the name", self.server);
        break;
    default:
        if (event->response != NULL)
            tell_response(c, "refused", event->response);
        else
            tell(c, "failed: %s", sira_status_text(event->status));
        break;
    }
}

static void on_invite(void *user, const sira_request_event *event)
{
    call *c = (call *)user;
    switch (event->kind) {
    case SIRA_REQUEST_PROGRESS:
        if (event->code > 100)
            tell_response(c, "progress", event->response);
        break;
    case SIRA_REQUEST_ENDED:
        uv_timer_stop(&c->timer);
        if (event->status == SIRA_OK) {
            picked_up(c, event->response);
        } else if (c->phase == CANCELLING && event->code == 487) {
            tell(c, "cancelled");
            end(c, true);
        } else {
            tell_failure(c, event);
            end(c, false);
        }
        break;
    case SIRA_REQUEST_REPEATED:
        picked_up(c, event->response);
        break;
    case SIRA_REQUEST_OVER:
        sira_request_remove(&c->invite);
        c->has_invite = false;
        break;
    default:
        break;
    }
}

static void give_up(call *c)
{
    c->phase = CANCELLING;
    tell(c, "giving up");
    (void)sira_request_cancel(&c->invite);
}

static void on_cancel(uv_timer_t *timer)
{
    call *c = (call *)timer->data;
    begin_moment();
    if (c->phase == CALLING)
        give_up(c);
}

static sira_status make_call(sira_diag *diag)
{
    sira_request_config config;
    call *c = new_call();
    if (c == NULL)
        return SIRA_E_STATE;
    sira_request_config_init(&config);
    config.method = SIRA_STR("INVITE");
    config.uri = sira_str_from(self.set.call);
    config.content_type = SIRA_STR("application/sdp");
    config.body = self.sdp;
    config.on_event = on_invite;
    config.user = c;
    sira_status status = sira_request_init(&c->invite, &self.account, &config, diag);
    if (status == SIRA_OK)
        status = sira_request_start(&c->invite);
    if (status != SIRA_OK)
        return status;
    c->has_invite = true;
    c->phase = CALLING;
    tell(c, "calling %s", self.set.call);
    if (self.set.cancel != 0)
        uv_timer_start(&c->timer, on_cancel, 1000u * (uint64_t)self.set.cancel, 0);
    return SIRA_OK;
}

/* ---- calls that come in ---- */

static void answer(sira_incoming *incoming, uint16_t code, const char *reason)
{
    sira_answer what = {.code = code, .reason = sira_str_from(reason)};
    if (code >= 200 && code < 300 && self.sdp.len != 0) {
        what.body = self.sdp;
        what.content_type = SIRA_STR("application/sdp");
    }
    const sira_status status = sira_incoming_answer(incoming, &what);
    if (status < 0 && status != SIRA_E_TRANSPORT)
        fprintf(stderr, "call: %u can't be sent: %s\n", code, sira_status_text(status));
}

static void answer_without_body(sira_incoming *incoming, uint16_t code, const char *reason)
{
    (void)sira_incoming_answer(incoming, &(sira_answer){.code = code, .reason = sira_str_from(reason)});
}

static void on_ring(uv_timer_t *timer)
{
    call *c = (call *)timer->data;
    begin_moment();
    if (c->phase != RINGING)
        return;
    if (self.set.reject != 0) {
        answer_without_body(c->asked, (uint16_t)self.set.reject, NULL);
        tell(c, "rejected with %u", self.set.reject);
        end(c, true);
        return;
    }
    c->phase = ANSWERED;
    sira_dialog_confirm(&c->legs[0].dialog);
    tell(c, "answered");
    answer(c->asked, 200, NULL);
}

static void ring(const sira_incoming_event *event)
{
    sira_diag diag = {.field = "", .code = 400, .reason = "Bad Request"};
    call *c = self.leaving ? NULL : new_call();
    if (c == NULL) {
        answer_without_body(event->incoming, 486, NULL);
        return;
    }
    if (sira_dialog_from_request(&c->legs[0].dialog, event->message, sira_incoming_to_tag(event->incoming), &diag) !=
        SIRA_OK) {
        answer_without_body(event->incoming, diag.code, diag.reason);
        return;
    }
    c->legs[0].exists = true;
    c->phase = RINGING;
    c->incoming = true;
    c->asked = event->incoming;
    sira_incoming_set_user(event->incoming, c);
    printf("%scall %u: from ", self.set.trace ? "*** " : "", c->number);
    print_text(sira_dialog_remote_uri(&c->legs[0].dialog));
    printf("\n");
    check_output();
    answer_without_body(event->incoming, 180, NULL);
    uv_timer_start(&c->timer, on_ring, 1000u * (uint64_t)self.set.ring, 0);
}

/* The call that a request within a dialog is of: SIRA_OK, SIRA_E_STATE with diag, or SIRA_IDLE. */
static sira_status find_call(const sira_message *request, call **found, leg **where, sira_diag *diag)
{
    for (size_t i = 0; i < CALLS; i++) {
        call *c = &self.calls[i];
        for (size_t j = 0; j < FORKS && c->phase != FREE; j++) {
            if (!c->legs[j].exists)
                continue;
            const sira_status status = sira_dialog_take_request(&c->legs[j].dialog, request, diag);
            *found = c;
            *where = &c->legs[j];
            if (status != SIRA_IDLE)
                return status;
        }
    }
    return SIRA_IDLE;
}

static void take_bye(call *c, const leg *l, sira_incoming *incoming)
{
    answer_without_body(incoming, 200, NULL);
    if (l != &c->legs[0] || c->phase == ENDED)
        return;
    if (c->phase == RINGING) /* 15.1.2 */
        answer_without_body(c->asked, 487, NULL);
    tell(c, "the peer has hung up");
    if (c->phase != HANGING_UP) /* else the answer to our BYE ends it */
        end(c, true);
}

static void take_request(const sira_incoming_event *event)
{
    sira_diag diag = {.field = "", .code = 500, .reason = ""};
    sira_address to;
    call *c = NULL;
    leg *l = NULL;
    const sira_method method = (sira_method)event->message->method;
    if (method == SIRA_METHOD_INVITE && sira_message_address(event->message, SIRA_FIELD_TO, &to, NULL) == SIRA_OK &&
        to.tag.len == 0) {
        ring(event);
        return;
    }
    sira_status status = find_call(event->message, &c, &l, &diag);
    if (status == SIRA_IDLE || (status == SIRA_OK && method != SIRA_METHOD_BYE && c->phase != UP)) {
        answer_without_body(event->incoming, 481, NULL);
        return;
    }
    if (status == SIRA_OK && method == SIRA_METHOD_BYE) {
        take_bye(c, l, event->incoming);
        return;
    }
    if (status == SIRA_OK) /* a re-INVITE gets what the first one got */
        status = sira_dialog_refresh(&l->dialog, event->message, &diag);
    if (status == SIRA_OK)
        answer(event->incoming, 200, NULL);
    else
        answer_without_body(event->incoming, diag.code, diag.reason);
}

static void on_incoming(void *user, const sira_incoming_event *event)
{
    call *c = (call *)sira_incoming_get_user(event->incoming);
    (void)user;
    if (event->kind == SIRA_INCOMING_REQUEST) {
        take_request(event);
        return;
    }
    if (c == NULL || c->asked != event->incoming) /* of what makes no call */
        return;
    switch (event->kind) {
    case SIRA_INCOMING_CANCELLED:
        tell(c, "cancelled by the caller");
        end(c, true);
        break;
    case SIRA_INCOMING_ACKED:
        if (c->phase == ANSWERED) {
            tell(c, "up");
            go_up(c);
        }
        break;
    case SIRA_INCOMING_FAILED:
        if (c->phase == ANSWERED) { /* 13.3.1.4 */
            tell(c, "no ACK came");
            c->failed = true;
            hang_up(c);
        }
        break;
    case SIRA_INCOMING_OVER:
        c->asked = NULL;
        break;
    default:
        break;
    }
}

/* ---- registration ---- */

static void on_event(void *user, const sira_event *event)
{
    char line[SIRA_LIMIT_CONFIG + 200];
    sira_diag diag = {.field = ""};
    (void)user;
    sira_event_describe(event, line, sizeof line);
    printf("%s%s\n", self.set.trace ? "*** " : "", line);
    check_output();
    switch (event->kind) {
    case SIRA_EVENT_REGISTERED:
        if (self.set.call == NULL || self.made != 0 || self.leaving)
            break;
        if (make_call(&diag) != SIRA_OK) {
            fprintf(stderr, "call: --call: expected %s\n", diag.expected != NULL ? diag.expected : "something else");
            self.failed = true;
            leave();
        }
        break;
    case SIRA_EVENT_WAITING:
    case SIRA_EVENT_FAILED:
        if (sira_registration_is_bound(&self.line) || self.leaving)
            break;
        fprintf(stderr, "call: it can't be registered: check --server, --user and the password\n");
        self.failed = true;
        leave();
        break;
    case SIRA_EVENT_STOPPED:
        sira_host_stop(&self.host);
        break;
    default:
        break;
    }
}

/* ---- messages ---- */

static void on_message(void *context, const sira_trace_entry *entry)
{
    const sira_flow *flow = entry->flow;
    const bool sent = entry->kind == SIRA_TRACE_SENT;
    (void)context;
    if (self.set.trace)
        ladder_show(&self.ladder, entry);
    if (self.pcap.file == NULL || entry->kind == SIRA_TRACE_REFUSED)
        return;
    if (!pcap_write(&self.pcap, sent ? &flow->local : &flow->remote, sent ? &flow->remote : &flow->local,
                    entry->bytes)) {
        fprintf(stderr, "call: %s: can't be written; it ends here\n", self.set.pcap);
        pcap_close(&self.pcap);
    }
}

static void on_trouble(void *user, const sira_flow *flow, const char *text)
{
    char where[SIRA_ENDPOINT_TEXT];
    (void)user;
    if (sira_endpoint_to_text(&flow->remote, where, sizeof where) == 0)
        where[0] = '\0';
    fprintf(stderr, "call: %s %s: %s\n", sira_transport_name((sira_transport_kind)flow->remote.transport), where, text);
}

/* ---- signals and time ---- */

static void leave(void)
{
    if (self.leaving)
        return;
    self.leaving = true;
    for (size_t i = 0; i < CALLS; i++) {
        call *c = &self.calls[i];
        switch (c->phase) {
        case CALLING:
            give_up(c);
            break;
        case RINGING:
            answer_without_body(c->asked, 480, NULL);
            tell(c, "not answered");
            end(c, true);
            break;
        case UP:
            hang_up(c);
            break;
        case FREE:
        case CANCELLING:
        case ANSWERED: /* its ACK comes, or it fails */
        case HANGING_UP:
        case ENDED:
            break;
        }
    }
    leave_if_done();
}

static void on_signal(uv_signal_t *handle, int number)
{
    (void)handle;
    (void)number;
    if (self.leaving) {
        fprintf(stderr, "call: ended without waiting for the peer\n");
        self.failed = true;
        sira_host_stop(&self.host);
        return;
    }
    begin_moment();
    leave();
}

static void on_duration(uv_timer_t *handle)
{
    (void)handle;
    begin_moment();
    leave();
}

static void watch(void)
{
    static const int numbers[3] = {SIGINT, SIGTERM, SIGHUP};
    uv_loop_t *loop = sira_host_loop(&self.host);
    signal(SIGPIPE, SIG_IGN); /* check_output sees it */
    for (size_t i = 0; i < 3; i++) {
        uv_signal_init(loop, &self.signals[i]);
        uv_signal_start(&self.signals[i], on_signal, numbers[i]);
    }
    for (size_t i = 0; i < CALLS; i++) {
        uv_timer_init(loop, &self.calls[i].timer);
        self.calls[i].timer.data = &self.calls[i];
    }
    uv_timer_init(loop, &self.duration);
    if (self.set.duration != 0)
        uv_timer_start(&self.duration, on_duration, 1000u * (uint64_t)self.set.duration, 0);
}

static void unwatch(void)
{
    for (size_t i = 0; i < 3; i++)
        uv_close((uv_handle_t *)&self.signals[i], NULL);
    for (size_t i = 0; i < CALLS; i++)
        uv_close((uv_handle_t *)&self.calls[i].timer, NULL);
    uv_close((uv_handle_t *)&self.duration, NULL);
}

/* ---- setting up ---- */

/* Where requests go: --server, the domain of the AOR, or whom we call. False: it can't be said. */
static bool choose_server(void)
{
    const char *from = self.set.server != NULL ? self.set.server : self.set.registers ? self.set.aor : self.set.call;
    if (from == NULL)
        return true;
    return leg_server_uri(sira_str_from(from), self.set.transport, self.server, sizeof self.server);
}

static bool read_sdp(void)
{
    static const char usual[] = "v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=-\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\n"
                                "m=audio 9 RTP/AVP 0\r\na=inactive\r\n";
    self.sdp = (sira_str){usual, sizeof usual - 1};
    if (self.set.sdp == NULL)
        return true;
    FILE *file = fopen(self.set.sdp, "rb");
    if (file == NULL) {
        fprintf(stderr, "call: %s: %s\n", self.set.sdp, strerror(errno));
        return false;
    }
    self.sdp = (sira_str){self.sdp_text, fread(self.sdp_text, 1, sizeof self.sdp_text, file)};
    const bool whole = feof(file) && !ferror(file) && self.sdp.len < sizeof self.sdp_text;
    if (!whole)
        fprintf(stderr, "call: %s: can't be read, or is longer than %zu bytes\n", self.set.sdp,
                sizeof self.sdp_text - 1);
    (void)fclose(file);
    return whole;
}

static sira_status make_host(sira_diag *diag)
{
    sira_host_config config;
    const char *local = self.set.local != NULL                   ? self.set.local
                        : self.set.answer && !self.set.registers ? "0.0.0.0:5060"
                                                                 : NULL;
    sira_host_config_init(&config);
    config.on_event = on_event;
    config.on_trouble = on_trouble;
    config.user_agent = SIRA_STR("sira-call/" SIRA_VERSION);
    config.t1 = self.set.t1;
    if (self.set.trace || self.pcap.file != NULL)
        config.trace.message = on_message;
    if (local != NULL && strchr(local, ':') != strrchr(local, ':'))
        config.bind_ipv6 = sira_str_from(local);
    else
        config.bind_ipv4 = sira_str_from(local);
    if (self.set.answer && local != NULL && strstr(local, local[0] == '[' ? "]:" : ":") != NULL)
        config.listen_tcp = sira_str_from(local); /* large requests come by TCP (18.1.1) */
    return sira_host_init(&self.host, &config, diag);
}

static sira_status make_uas(sira_diag *diag)
{
    sira_incoming_config config;
    sira_incoming_config_init(&config);
    config.slots = self.slots;
    config.slot_count = SLOTS;
    config.bytes = self.slot_bytes;
    config.bytes_size = sizeof self.slot_bytes;
    config.allow = SIRA_STR("INVITE, ACK, BYE, CANCEL, OPTIONS");
    config.accept = SIRA_STR("application/sdp");
    config.on_event = on_incoming;
    config.source = self.set.only_server ? SIRA_INCOMING_FROM_SERVERS : SIRA_INCOMING_FROM_ANYBODY;
    return sira_uas_init(&self.uas, sira_host_agent(&self.host), &config, diag);
}

static sira_status make_account(sira_diag *diag)
{
    sira_server_config server;
    sira_account_config account;
    sira_registration_config line;
    if (self.server[0] == '\0')
        return SIRA_OK;
    sira_server_config_init(&server);
    server.uri = sira_str_from(self.server);
    server.locator = &self.locator;
    sira_status status = sira_locator_init(&self.locator, NULL, diag);
    if (status == SIRA_OK)
        status = sira_server_init(&self.provider, sira_host_agent(&self.host), &server, diag);
    if (status != SIRA_OK)
        return status;
    sira_account_config_init(&account);
    account.aor = sira_str_from(self.set.aor);
    account.user = sira_str_from(self.set.user);
    account.password = (sira_str){self.secret.text, self.secret.length};
    status = sira_account_init(&self.account, &self.provider, &account, diag);
    self.has_account = status == SIRA_OK;
    if (status != SIRA_OK || !self.set.registers)
        return status;
    sira_registration_config_init(&line);
    status = sira_registration_init(&self.line, &self.account, &line, diag);
    self.has_line = status == SIRA_OK;
    return status;
}

static sira_status start(sira_diag *diag)
{
    if (self.has_line) {
        sira_registration_start(&self.line);
        return SIRA_OK;
    }
    return self.set.call != NULL ? make_call(diag) : SIRA_OK;
}

/* Says what was refused in the words of the command line. */
static int refused(sira_status status, const sira_diag *diag)
{
    static const char *const names[][2] = {
        {"uri", "--call"}, {"bind_ipv4", "--local"}, {"bind_ipv6", "--local"}, {"listen_tcp", "--local"},
        {"aor", "--aor"},  {"user", "--user"},       {"scratch", "--sdp"}};
    const char *name = diag->field != NULL ? diag->field : "";
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(name, names[i][0]) == 0)
            name = names[i][1];
    }
    if (strcmp(name, "--call") == 0 && !self.has_account)
        name = self.set.server != NULL ? "--server" : self.set.registers ? "--aor" : "--call";
    if (status == SIRA_E_RESOLVE)
        return options_refuse(&program, "%s: this build looks no names up; a numeric address is needed", self.server);
    if (status == SIRA_E_CONFIG)
        return options_refuse(&program, "%s: expected %s", name,
                              diag->expected != NULL ? diag->expected : "something else");
    fprintf(stderr, "call: %s%s%s\n", name, name[0] != '\0' ? ": " : "", sira_status_text(status));
    return 1;
}

static void close_all(void)
{
    for (size_t i = 0; i < CALLS; i++) {
        call *c = &self.calls[i];
        if (c->has_invite)
            sira_request_remove(&c->invite);
        for (size_t j = 0; j < FORKS; j++)
            leg_close(&c->legs[j]);
    }
    sira_uas_remove(&self.uas);
    if (self.has_line)
        sira_registration_remove(&self.line);
    if (self.has_account)
        sira_account_wipe(&self.account);
}

static int run(void)
{
    sira_diag diag = {.field = ""};
    sira_status status = make_host(&diag);
    if (status != SIRA_OK)
        return refused(status, &diag);
    status = make_uas(&diag);
    if (status == SIRA_OK) {
        watch();
        status = make_account(&diag);
        if (status == SIRA_OK)
            status = start(&diag);
        if (status == SIRA_OK)
            (void)sira_host_run(&self.host);
        unwatch();
        close_all();
    }
    sira_host_close(&self.host);
    if (status != SIRA_OK)
        return refused(status, &diag);
    return self.failed || self.unread ? 1 : 0;
}

int main(int argc, char **argv)
{
    self.set.ring = 1;
    int status = options_read(&program, argc, argv);
    if (status != OPTIONS_GO_ON)
        return status;
    if (self.set.aor == NULL)
        return options_refuse(&program, "--aor is needed");
    self.set.answer = self.set.answer || self.set.call == NULL;
    if (self.set.only_server && self.set.server == NULL && !self.set.registers)
        return options_refuse(&program, "--only-server: there is none; --server or --register is needed");
    if (self.set.cancel != 0 && self.set.call == NULL)
        return options_refuse(&program, "--cancel is for --call");
    if (!choose_server())
        return options_refuse(&program,
                              "%s: expected a SIP URI, as sip:192.0.2.1:5060, of which --transport may say "
                              "the transport",
                              self.set.server != NULL ? "--server"
                              : self.set.registers    ? "--aor"
                                                      : "--call");
    if (!read_sdp())
        return 2;
    if ((self.set.registers || self.set.password_file != NULL || getenv("SIRA_PASSWORD") != NULL) &&
        !password_get(&self.secret, program.name, self.set.password_file, "SIRA_PASSWORD"))
        return 2;
    if (self.set.pcap != NULL && !pcap_open(&self.pcap, self.set.pcap)) {
        fprintf(stderr, "call: %s: %s\n", self.set.pcap, strerror(errno));
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
    self.ladder.out = stdout;
    status = run();
    pcap_close(&self.pcap);
    password_wipe(&self.secret);
    return status;
}
