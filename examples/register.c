/* Registers one line and keeps it registered, until it is told to leave. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include <sira/host.h>
#include <sira/sira.h>

#include "support/clock.h"
#include "support/json.h"
#include "support/ladder.h"
#include "support/options.h"
#include "support/password.h"
#include "support/pcap.h"

typedef struct settings {
    const char *aor, *registrar, *user, *password_file, *local, *pcap;
    const char *transport, *proxy, *dns, *tls_ca, *tls_cert, *tls_key;
    uint32_t expires, min_interval, t1, duration, keepalive_interval;
    uint8_t keepalive; /* sira_keepalive_udp */
    bool once, trace, json, strongest_first;
} settings;

typedef struct app {
    settings set;
    password secret;
    sira_host host;
    sira_server provider;
    sira_locator locator;
    sira_keepalive keepalive;
    sira_account account;
    sira_registration line;
    uv_signal_t signals[3]; /* SIGINT, SIGTERM, SIGHUP */
    uv_timer_t duration;
    ladder ladder;
    pcap pcap;
    char typed[3][SIRA_LIMIT_CONFIG + 1];  /* AOR, registrar and proxy that were given without "sip:", with it */
    char registrar[SIRA_LIMIT_CONFIG + 1]; /* made from the AOR when none was given */
    char server[SIRA_LIMIT_CONFIG + 1];    /* where requests go: the proxy or the registrar, by --transport */
    sira_agent_counters before;            /* as they were at the last event */
    bool leaving;
    bool unread;    /* standard output can't be written any more */
    bool succeeded; /* it was registered when it was told to leave */
} app;

static app self;

/* ---- options ---- */

static const char *take_events(const option *events, const char *value)
{
    *(bool *)events->target = strcmp(value, "json") == 0;
    return strcmp(value, "json") == 0 || strcmp(value, "text") == 0 ? NULL : "json or text";
}

static const char *take_transport(const option *transport, const char *value)
{
    *(const char **)transport->target = value;
    return strcmp(value, "udp") == 0 || strcmp(value, "tcp") == 0 || strcmp(value, "tls") == 0 ? NULL
                                                                                               : "udp, tcp or tls";
}

/* Was "sip:" left out of this URI? What stands before a ':' is a scheme, unless a port or a host in brackets is there.
 */
static bool lacks_scheme(const char *text)
{
    const char *colon = strchr(text, ':'), *at = strchr(text, '@');
    if (at != NULL)
        return colon == NULL || colon > at;
    size_t digits = colon != NULL ? strspn(colon + 1, "0123456789") : 0;
    return text[0] == '[' || colon == NULL || (digits != 0 && (colon[1 + digits] == '\0' || colon[1 + digits] == ';'));
}

/* Takes a URI as people type it: alice@example.com, 192.0.2.1:5060. least: its place among those that were typed. */
static const char *take_uri(const option *uri, const char *value)
{
    const char **target = uri->target;
    char *typed = self.typed[uri->least];
    *target = value;
    if (value[0] == '\0')
        return options_text(uri, value);
    if (!lacks_scheme(value) || (uri->target == &self.set.aor && strchr(value, '@') == NULL))
        return NULL;
    int length = snprintf(typed, sizeof self.typed[0], "sip:%s", value);
    *target = typed;
    return length > 0 && (size_t)length < sizeof self.typed[0] ? NULL : "a shorter URI";
}

static const char *take_keepalive(const option *keepalive, const char *value)
{
    static const char *const names[] = {"stun", "crlf", "silent"}; /* by sira_keepalive_udp */
    for (uint8_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(value, names[i]) == 0) {
            *(uint8_t *)keepalive->target = i;
            return NULL;
        }
    }
    return "stun, crlf or silent";
}

static const option options[] = {
    {"--aor", "URI", "address-of-record, as alice@example.com (needed)", take_uri, &self.set.aor, 0, 0},
    {"--registrar", "URI",
     "where to register, as sip.example.com or sip:192.0.2.1:5060\n(default: the domain of the AOR)", take_uri,
     &self.set.registrar, 1, 0},
    {"--transport", "NAME", "udp, tcp or tls (default: what the URI says, else udp)", take_transport,
     &self.set.transport, 0, 0},
    {"--proxy", "URI", "send everything there, as proxy.example.com", take_uri, &self.set.proxy, 2, 0},
    {"--dns", "ADDRESSES",
     "servers to ask for names, as \"192.0.2.53 192.0.2.54:5353\"\n(default: those of the system)", options_text,
     &self.set.dns, 0, 0},
    {"--tls-ca", "FILE", "whose certificates are trusted (default: the system's trust store)", options_text,
     &self.set.tls_ca, 0, 0},
    {"--tls-cert", "FILE", "our own certificate, where the server wants one", options_text, &self.set.tls_cert, 0, 0},
    {"--tls-key", "FILE", "its key (default: in the file of --tls-cert, too)", options_text, &self.set.tls_key, 0, 0},
    {"--user", "NAME", "user name for authentication (default: that of the AOR)", options_text, &self.set.user, 0, 0},
    {"--password-file", "FILE",
     "file that holds the password (default: the environment variable\nSIRA_PASSWORD, else a question on the terminal)",
     options_text, &self.set.password_file, 0, 0},
    {"--expires", "SECONDS", "lifetime to ask for (default: 3600)", options_number, &self.set.expires, 1,
     SIRA_LIMIT_EXPIRES_MAX},
    {"--once", NULL, "register, unregister and exit; fail at the first failed attempt", options_flag, &self.set.once, 0,
     0},
    {"--duration", "SECONDS", "leave after this time (default: when interrupted)", options_number, &self.set.duration,
     1, 31536000},
    {"--events", "FORMAT", "text, or json: one object per line and event (default: text)", take_events, &self.set.json,
     0, 0},
    {"--trace", NULL, "show every message, on standard output; with --events json on\nstandard error", options_flag,
     &self.set.trace, 0, 0},
    {"--pcap", "FILE", "write every message into a file for Wireshark", options_text, &self.set.pcap, 0, 0},
    {"--local", "ADDRESS",
     "local address, as 192.0.2.7, 0.0.0.0:5060 or [2001:db8::7]:5060\n(default: any, a free port)", options_text,
     &self.set.local, 0, 0},
    {"--strongest-first", NULL, "answer the strongest challenge instead of the topmost", options_flag,
     &self.set.strongest_first, 0, 0},
    {"--min-interval", "SECONDS", "shortest time between two attempts (default: 10)", options_number,
     &self.set.min_interval, 1, 3600},
    {"--keepalive", "HOW", "over UDP: stun, crlf or silent (default: stun); connections\nalways have pings",
     take_keepalive, &self.set.keepalive, 0, 0},
    {"--keepalive-interval", "SECONDS",
     "longest time between two keep-alives (default: what the registrar\nsays, else 29 over UDP and 120 on "
     "connections)",
     options_number, &self.set.keepalive_interval, 1, 86400},
    {"--t1", "MS", "RFC 3261 T1: round-trip time (default: 500)", options_number, &self.set.t1, 10, 60000},
};

static const options_program program = {
    .name = "register",
    .usage = "--aor URI [--registrar URI] [OPTION]...",
    .about = "Registers a SIP line over UDP, TCP or TLS, answers digest challenges, refreshes in time, and\n"
             "unregisters on SIGINT (Ctrl-C), SIGTERM and SIGHUP; a second signal ends it at once.",
    .epilogue = "Examples:\n"
                "  register --aor alice@example.com --registrar 192.0.2.1 --once --trace\n"
                "  SIRA_PASSWORD=secret register --aor alice@192.0.2.1 --events json\n"
                "  register --aor alice@example.com --transport tls --tls-ca provider.pem\n"
                "  register --aor alice@example.com --registrar '[2001:db8::1]:5070' --password-file ~/.alice\n"
                "\n"
                "\"sip:\" may be left out of URIs.\n"
                "\n"
                "An empty SIRA_PASSWORD registers without a password, where the registrar asks for none.\n"
                "\n"
                "Exit status:\n"
                "  0  it was registered when it was told to leave\n"
                "  1  it was not, and the last event says why; or its output could not be written\n"
                "  2  a wrong option or value",
    .options = options,
    .count = sizeof options / sizeof options[0],
};

/* ---- events ---- */

static void print_json(const sira_event *event)
{
    char time[CLOCK_TEXT];
    json object;
    clock_text(clock_wall(), time);
    json_begin(&object, stdout);
    json_text(&object, "time", sira_str_from(time));
    json_event(&object, event);
    json_end(&object);
}

static void print_text(const sira_event *event)
{
    char line[SIRA_LIMIT_CONFIG + 200];
    sira_event_describe(event, line, sizeof line);
    printf("%s%s\n%s", self.set.trace ? "*** " : "", line, self.set.trace ? "\n" : "");
}

/* Why nothing came of an attempt, by what was counted since it began. */
static void print_silence(const sira_agent_counters *now)
{
    if (now->sent == self.before.sent)
        fprintf(stderr, "register: nothing could be sent to %s: there is no way there%s\n", self.server,
                self.set.local != NULL ? " from the address of --local" : "");
    else if (now->malformed != self.before.malformed || now->stray != self.before.stray)
        fprintf(stderr, "register: answers came that can't be used; --trace shows them and says why\n");
    else
        fprintf(stderr, "register: nobody answers at %s: check --registrar\n", self.server);
}

/* What a person can do about it. */
static void print_advice(const sira_event *event)
{
    switch (event->status) {
    case SIRA_E_CREDENTIALS:
        if (self.secret.length == 0)
            fprintf(stderr, "register: the registrar wants a password: give one by --password-file or SIRA_PASSWORD\n");
        else
            fprintf(stderr, "register: the registrar refused the user name or the password: check both (--user, "
                            "--password-file)\n");
        break;
    case SIRA_E_CHALLENGE:
        fprintf(stderr, "register: the registrar offers no way to authenticate that is supported here; --trace shows "
                        "its challenge\n");
        break;
    case SIRA_E_TIMEOUT:
    case SIRA_E_TRANSPORT:
        print_silence(sira_agent_get_counters(sira_host_agent(&self.host)));
        break;
    case SIRA_E_RESOLVE:
        fprintf(stderr, "register: no address was found for %s: check the name, or --dns\n", self.server);
        break;
    default:
        break;
    }
}

static void leave(void)
{
    if (self.leaving)
        return;
    self.leaving = true;
    self.succeeded = sira_registration_is_bound(&self.line);
    if (sira_registration_stop(&self.line) == SIRA_IDLE)
        sira_host_stop(&self.host);
}

/* Nobody would see any more what happens, as behind "| head -1". */
static void check_output(void)
{
    if (self.unread || (fflush(stdout) == 0 && !ferror(stdout)))
        return;
    self.unread = true;
    fprintf(stderr, "register: standard output can't be written: it unregisters and ends\n");
    leave();
}

static void on_event(void *user, const sira_event *event)
{
    (void)user;
    if (self.set.json)
        print_json(event);
    else
        print_text(event);
    check_output();
    switch (event->kind) {
    case SIRA_EVENT_REGISTERED:
        if (self.set.once)
            leave();
        break;
    case SIRA_EVENT_WAITING:
        print_advice(event);
        if (self.set.once)
            leave();
        break;
    case SIRA_EVENT_FAILED:
        print_advice(event);
        leave();
        break;
    case SIRA_EVENT_STOPPED:
        sira_host_stop(&self.host);
        break;
    default:
        break;
    }
    if (event->kind != SIRA_EVENT_LAPSED) /* it is in the middle of an attempt */
        self.before = *sira_agent_get_counters(sira_host_agent(&self.host));
}

static void on_keepalive(void *user, const sira_keepalive_event *event)
{
    const char *what = sira_keepalive_event_name((sira_keepalive_event_kind)event->kind);
    const char *transport = sira_transport_name((sira_transport_kind)event->flow->remote.transport);
    char server[SIRA_ENDPOINT_TEXT] = "?", mapped[SIRA_ENDPOINT_TEXT] = "", time[CLOCK_TEXT];
    (void)user;
    (void)sira_endpoint_to_text(&event->flow->remote, server, sizeof server);
    if (event->kind == SIRA_KEEPALIVE_MAPPED || event->kind == SIRA_KEEPALIVE_REMAPPED)
        (void)sira_endpoint_to_text(&event->mapped, mapped, sizeof mapped);
    if (!self.set.json) {
        printf("%skeep-alive over %s to %s: %s%s%s\n", self.set.trace ? "*** " : "", transport, server, what,
               mapped[0] != '\0' ? " to " : "", mapped);
    } else {
        json object;
        clock_text(clock_wall(), time);
        json_begin(&object, stdout);
        json_text(&object, "time", sira_str_from(time));
        json_text(&object, "event", SIRA_STR("keepalive"));
        json_null(&object, "code");
        json_text(&object, "keepalive", sira_str_from(what));
        json_text(&object, "transport", sira_str_from(transport));
        json_text(&object, "server", sira_str_from(server));
        if (mapped[0] != '\0')
            json_text(&object, "mapped", sira_str_from(mapped));
        json_end(&object);
    }
    check_output();
}

/* ---- messages ---- */

static void on_message(void *context, const sira_trace_entry *entry)
{
    const sira_flow *flow = entry->flow;
    bool sent = entry->kind == SIRA_TRACE_SENT;
    (void)context;
    if (self.set.trace)
        ladder_show(&self.ladder, entry);
    if (self.pcap.file == NULL || (entry->kind != SIRA_TRACE_SENT && entry->kind != SIRA_TRACE_RECEIVED))
        return;
    if (!pcap_write(&self.pcap, sent ? &flow->local : &flow->remote, sent ? &flow->remote : &flow->local,
                    entry->bytes)) {
        fprintf(stderr, "register: %s: can't be written; it ends here\n", self.set.pcap);
        pcap_close(&self.pcap);
    }
}

/* Why a connection did not come about or broke, as the port says it. */
static void on_trouble(void *user, const sira_flow *flow, const char *text)
{
    char where[SIRA_ENDPOINT_TEXT];
    (void)user;
    if (sira_endpoint_to_text(&flow->remote, where, sizeof where) == 0)
        where[0] = '\0';
    fprintf(stderr, "register: %s %s: %s\n", sira_transport_name((sira_transport_kind)flow->remote.transport), where,
            text);
}

/* ---- signals and time ---- */

static void on_signal(uv_signal_t *handle, int number)
{
    (void)handle;
    (void)number;
    if (self.leaving) {
        fprintf(stderr, "register: ended without unregistering\n");
        self.succeeded = false;
        sira_host_stop(&self.host);
        return;
    }
    leave();
    if (sira_registration_get_state(&self.line) != SIRA_REGISTRATION_STOPPED)
        fprintf(stderr, "register: unregistering; press Ctrl-C again to leave at once\n");
}

static void on_duration(uv_timer_t *handle)
{
    (void)handle;
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
    uv_timer_init(loop, &self.duration);
    uv_update_time(loop); /* that of the loop stood still while all was set up */
    if (self.set.duration != 0)
        uv_timer_start(&self.duration, on_duration, 1000u * (uint64_t)self.set.duration, 0);
}

static void unwatch(void)
{
    for (size_t i = 0; i < 3; i++)
        uv_close((uv_handle_t *)&self.signals[i], NULL);
    uv_close((uv_handle_t *)&self.duration, NULL);
}

/* ---- setting up ---- */

/* The domain of the AOR, its port and transport. */
static bool default_registrar(void)
{
    sira_uri aor;
    sira_str transport = {0};
    char port[8] = "";
    if (sira_uri_parse(&aor, sira_str_from(self.set.aor), NULL) != SIRA_OK || aor.host.len == 0)
        return false;
    if (aor.port != 0)
        (void)snprintf(port, sizeof port, ":%u", aor.port);
    (void)sira_uri_param(&aor, SIRA_STR("transport"), &transport);
    int length =
        snprintf(self.registrar, sizeof self.registrar, "%s:%.*s%s%s%.*s",
                 aor.scheme == SIRA_SCHEME_SIPS ? "sips" : "sip", (int)aor.host.len, aor.host.at, port,
                 transport.len != 0 ? ";transport=" : "", (int)transport.len, transport.len != 0 ? transport.at : "");
    self.set.registrar = self.registrar;
    return length > 0 && (size_t)length < sizeof self.registrar;
}

/* Where requests go, with the transport of --transport instead of the URI's. */
static bool choose_server(void)
{
    const char *uri = self.set.proxy != NULL ? self.set.proxy : self.set.registrar;
    bool has_transport = strstr(uri, ";transport=") != NULL;
    if (self.set.transport != NULL && has_transport)
        return false;
    int length =
        snprintf(self.server, sizeof self.server, "%s%s%s", uri, self.set.transport != NULL ? ";transport=" : "",
                 self.set.transport != NULL ? self.set.transport : "");
    return length > 0 && (size_t)length < sizeof self.server;
}

static sira_status make_host(sira_diag *diag)
{
    sira_host_config config;
    sira_host_config_init(&config);
    config.on_event = on_event;
    config.on_trouble = on_trouble;
    config.dns_servers = sira_str_from(self.set.dns);
    config.tls.ca_file = sira_str_from(self.set.tls_ca);
    config.tls.certificate_file = sira_str_from(self.set.tls_cert);
    config.tls.key_file = sira_str_from(self.set.tls_key != NULL ? self.set.tls_key : self.set.tls_cert);
    config.user_agent = SIRA_STR("sira-register/" SIRA_VERSION);
    config.t1 = self.set.t1;
    if (self.set.trace || self.pcap.file != NULL)
        config.trace.message = on_message;
    if (self.set.local != NULL && strchr(self.set.local, ':') != strrchr(self.set.local, ':'))
        config.bind_ipv6 = sira_str_from(self.set.local);
    else
        config.bind_ipv4 = sira_str_from(self.set.local);
    return sira_host_init(&self.host, &config, diag);
}

static sira_status make_line(sira_diag *diag)
{
    sira_server_config server;
    sira_account_config account;
    sira_registration_config line;
    sira_keepalive_config keepalive;

    sira_server_config_init(&server);
    server.uri = sira_str_from(self.server);
    server.locator = &self.locator;
    sira_account_config_init(&account);
    account.aor = sira_str_from(self.set.aor);
    account.user = sira_str_from(self.set.user);
    if (self.set.proxy != NULL && self.set.registrar != self.registrar)
        account.registrar = sira_str_from(self.set.registrar);
    account.password = (sira_str){self.secret.text, self.secret.length};
    account.policy.strongest_first = self.set.strongest_first;
    sira_registration_config_init(&line);
    line.expires = self.set.expires;
    line.min_interval = self.set.min_interval;
    sira_keepalive_config_init(&keepalive);
    keepalive.udp = self.set.keepalive;
    keepalive.udp_interval = keepalive.stream_interval = self.set.keepalive_interval;
    keepalive.on_event = on_keepalive;

    sira_status status = sira_locator_init(&self.locator, NULL, diag);
    if (status == SIRA_OK)
        status = sira_server_init(&self.provider, sira_host_agent(&self.host), &server, diag);
    if (status == SIRA_OK)
        status = sira_account_init(&self.account, &self.provider, &account, diag);
    if (status == SIRA_OK)
        status = sira_keepalive_init(&self.keepalive, &self.provider, &keepalive, diag);
    if (status == SIRA_OK)
        status = sira_registration_init(&self.line, &self.account, &line, diag);
    return status;
}

/* Says what was refused in the words of the command line. */
static int refused(sira_status status, const sira_diag *diag)
{
    static const char *const names[][2] = {{"uri", "--registrar"},
                                           {"bind_ipv4", "--local"},
                                           {"bind_ipv6", "--local"},
                                           {"dns_servers", "--dns"},
                                           {"registrar", "--registrar"},
                                           {"tls.ca_file", "--tls-ca"},
                                           {"tls.certificate_file", "--tls-cert"},
                                           {"tls.key_file", "--tls-key"},
                                           {"aor", "--aor"},
                                           {"user", "--user"},
                                           {"expires", "--expires"}};
    if (status == SIRA_E_RESOLVE)
        return options_refuse(&program, "%s: this build looks no names up; a numeric address is needed", self.server);
    const char *name = diag->field != NULL ? diag->field : "";
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(name, names[i][0]) == 0)
            name = names[i][1];
    }
    if (strcmp(name, "--registrar") == 0 && self.set.proxy != NULL)
        name = "--proxy";
    else if (strcmp(name, "--registrar") == 0 && self.set.registrar == self.registrar)
        name = "--aor";
    if (status == SIRA_E_CONFIG)
        return options_refuse(&program, "%s: expected %s", name,
                              diag->expected != NULL ? diag->expected : "something else");
    fprintf(stderr, "register: %s%s%s\n", name, name[0] != '\0' ? ": " : "", sira_status_text(status));
    return 1;
}

/* Can the address of --local reach the registrar's? What is wrong with either of them alone is said later. */
static int check_local(void)
{
    sira_endpoint local = {0}, there = {0};
    char text[SIRA_ENDPOINT_TEXT];
    sira_uri registrar;
    if (self.set.local == NULL || sira_endpoint_from_text(sira_str_from(self.set.local), 0, &local) != SIRA_OK ||
        sira_uri_parse(&registrar, sira_str_from(self.server), NULL) != SIRA_OK ||
        sira_endpoint_from_host(registrar.host, &there) != SIRA_OK || local.family == there.family)
        return OPTIONS_GO_ON;
    there.port = registrar.port != 0 ? registrar.port : 5060;
    (void)sira_endpoint_to_text(&there, text, sizeof text);
    return options_refuse(&program, "--local: %s is %s, so the local address has to be, too", text,
                          there.family == SIRA_FAMILY_IPV4 ? "IPv4" : "IPv6");
}

/* Host, line, and the time between: the exit status. */
static int run(void)
{
    sira_diag diag = {.field = ""};
    sira_status status = make_host(&diag);
    if (status != SIRA_OK)
        return refused(status, &diag);
    status = make_line(&diag);
    if (status == SIRA_OK) {
        watch();
        sira_registration_start(&self.line);
        (void)sira_host_run(&self.host);
        unwatch();
        sira_registration_remove(&self.line);
        sira_keepalive_remove(&self.keepalive);
    }
    sira_account_wipe(&self.account);
    sira_host_close(&self.host);
    if (status != SIRA_OK)
        return refused(status, &diag);
    return self.succeeded && !self.unread ? 0 : 1;
}

int main(int argc, char **argv)
{
    int status = options_read(&program, argc, argv);
    if (status != OPTIONS_GO_ON)
        return status;
    if (self.set.aor == NULL)
        return options_refuse(&program, "--aor is needed");
    if (self.set.registrar == NULL && !default_registrar())
        return options_refuse(&program, "--aor: expected a SIP URI, as sip:alice@example.com");
    if (!choose_server())
        return options_refuse(&program, "--transport: the URI says its transport already, or is too long");
    status = check_local();
    if (status != OPTIONS_GO_ON)
        return status;
    if (self.set.once && self.set.duration != 0)
        return options_refuse(&program, "--once and --duration exclude each other");
    if (!password_get(&self.secret, program.name, self.set.password_file, "SIRA_PASSWORD"))
        return 2;
    if (self.set.pcap != NULL && !pcap_open(&self.pcap, self.set.pcap)) {
        fprintf(stderr, "register: %s: %s\n", self.set.pcap, strerror(errno));
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
    self.ladder.out = self.set.json ? stderr : stdout;
    status = run();
    pcap_close(&self.pcap);
    password_wipe(&self.secret);
    return status;
}
