/* A registrar on UDP, TCP and TLS, to try things against. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include <uv.h>

#include <sira/gcrypt.h>
#include <sira/sira.h>

#include "support/address.h"
#include "support/command.h"
#include "support/connections.h"
#include "support/ladder.h"
#include "support/memory_store.h"
#include "support/options.h"
#include "support/registrar.h"

#define TIDYING_MS 10000

typedef struct settings {
    const char *listen, *realm, *domain, *database, *password_file;
    uint32_t nonce_lifetime, most;
    bool any_domain, strict, trace;
} settings;

typedef struct app {
    settings set;
    registrar registrar;
    memory_store memory;
    database database;
    connections connections;
    sira_gcrypt gcrypt;
    uv_loop_t loop;
    uv_udp_t udp;
    uv_signal_t signals[3]; /* SIGINT, SIGTERM, SIGUSR1 */
    uv_timer_t tidying;
    sira_endpoint listening;
    ladder ladder;
    char received[65536];
} app;

static app self = {.set = {.listen = "127.0.0.1:5060", .realm = "example.test", .nonce_lifetime = 300, .most = 10000}};

/* ---- options ---- */

/* Takes the next item of a comma-separated list. */
static bool next_item(sira_str *rest, sira_str *item)
{
    if (rest->at == NULL)
        return false;
    const char *comma = rest->len != 0 ? memchr(rest->at, ',', rest->len) : NULL;
    item->at = rest->at;
    item->len = comma != NULL ? (size_t)(comma - rest->at) : rest->len;
    *rest = comma != NULL ? (sira_str){comma + 1, rest->len - item->len - 1} : (sira_str){NULL, 0};
    return true;
}

static const char *take_user(const option *list, const char *value)
{
    return users_add(list->target, sira_str_from(value));
}

static const char *take_users(const option *file, const char *value)
{
    return users_read(file->target, "server", value) ? NULL : "a file of users";
}

static const char *take_algorithms(const option *list, const char *value)
{
    sira_digest_server_config *config = list->target;
    sira_str rest = sira_str_from(value), item;
    size_t count = 0;
    memset(config->algorithms, 0, sizeof config->algorithms);
    while (next_item(&rest, &item)) {
        sira_algorithm algorithm = sira_algorithm_of(item);
        if (algorithm == SIRA_ALGORITHM_NONE || algorithm > SIRA_ALGORITHM_SHA_512_256_SESS ||
            count == SIRA_DIGEST_OFFERS)
            return "a list of MD5, SHA-256, SHA-512-256 and their -sess forms";
        config->algorithms[count++] = (uint8_t)algorithm;
    }
    return NULL;
}

static const char *take_qop(const option *list, const char *value)
{
    sira_digest_server_config *config = list->target;
    sira_str rest = sira_str_from(value), item;
    config->qop = 0;
    config->no_qop = strcmp(value, "none") == 0;
    while (!config->no_qop && next_item(&rest, &item)) {
        if (sira_str_equal_nocase(item, SIRA_STR("auth")))
            config->qop |= SIRA_QOP_AUTH;
        else if (sira_str_equal_nocase(item, SIRA_STR("auth-int")))
            config->qop |= SIRA_QOP_AUTH_INT;
        else
            return "auth, auth-int, both with a comma between, or none";
    }
    return NULL;
}

static const char *take_uri_check(const option *check, const char *value)
{
    static const char *const names[] = {"equal", "host", "any"}; /* by sira_digest_uri_check */
    for (uint8_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(value, names[i]) == 0) {
            *(uint8_t *)check->target = i;
            return NULL;
        }
    }
    return "equal, host or any";
}

static const char *take_trusted(const option *trusted, const char *value)
{
    connections *all = trusted->target;
    all->trusted = value;
    all->client_certificates = true;
    return NULL;
}

static const option options[] = {
    {"--listen", "ADDRESS:PORT",
     "where to listen, as 0.0.0.0:5060 or [::1]:5060; port 0: a free one\n(default: 127.0.0.1:5060)", options_text,
     &self.set.listen, 0, 0},
    {"--realm", "NAME", "realm of the challenges (default: example.test)", options_text, &self.set.realm, 0, 0},
    {"--domain", "NAME", "take addresses-of-record of this domain (default: that of --realm)", options_text,
     &self.set.domain, 0, 0},
    {"--any-domain", NULL, "take them of any domain, of each user ten at most", options_flag, &self.set.any_domain, 0,
     0},
    {"--user", "NAME:PASSWORD", "a user; may be repeated. Others can see it: use --users for real\npasswords",
     take_user, &self.registrar.users, 0, 0},
    {"--users", "FILE", "users, one NAME:PASSWORD per line", take_users, &self.registrar.users, 0, 0},
    {"--no-auth", NULL,
     "take everybody without a password; where strangers reach it, they can\nhave long answers sent to others",
     options_flag, &self.registrar.open_to_all, 0, 0},
    {"--algorithm", "LIST",
     "MD5, SHA-256, SHA-512-256 or their -sess forms; several, with commas\nbetween, make several challenges in that "
     "order (default: SHA-256,MD5)",
     take_algorithms, &self.registrar.digest_config, 0, 0},
    {"--qop", "LIST", "auth, auth-int, both, or none (default: auth)", take_qop, &self.registrar.digest_config, 0, 0},
    {"--nonce-lifetime", "SECONDS", "how long a nonce may be used (default: 300)", options_number,
     &self.set.nonce_lifetime, 1, 86400},
    {"--uri-check", "HOW",
     "the URI in the credentials has to be that of the request: equal;\nhost: the same user and host; any: it may be "
     "another (default: equal)",
     take_uri_check, &self.registrar.digest_config.uri_check, 0, 0},
    {"--one-time", NULL, "each nonce once; the next one goes out in Authentication-Info", options_flag,
     &self.registrar.digest_config.one_time, 0, 0},
    {"--min-expires", "SECONDS", "shortest lifetime of a binding; below it: 423 (default: 60)", options_number,
     &self.registrar.config.expires_min, 1, 3600},
    {"--max-expires", "SECONDS", "longest lifetime of a binding (default: 7200)", options_number,
     &self.registrar.config.expires_max, 1, 604800},
    {"--default-expires", "SECONDS", "lifetime when a request names none (default: 3600)", options_number,
     &self.registrar.config.expires_default, 1, 604800},
    {"--database", "FILE",
     "users and bindings in an SQLite file, made when it is not there;\nwithout it bindings are in memory and "
     "gone at exit",
     options_text, &self.set.database, 0, 0},
    {"--max-addresses", "NUMBER", "addresses-of-record in memory; above it: 503 (default: 10000)", options_number,
     &self.set.most, 1, 1000000},
    {"--password-file", "FILE", "of user add; without it SIRA_PASSWORD, or a question", options_text,
     &self.set.password_file, 0, 0},
    {"--max-rate", "NUMBER", "REGISTER requests a second; above it: 503 (default: any)", options_number,
     &self.registrar.rate, 1, 1000000},
    {"--strict", NULL,
     "refuse what devices are forgiven otherwise: lines that end in LF\nalone, empty parameters, and others",
     options_flag, &self.set.strict, 0, 0},
    {"--tls-cert", "FILE", "our certificate, PEM with its chain: then we listen over TLS, too", options_text,
     &self.connections.certificate, 0, 0},
    {"--tls-key", "FILE", "its key (default: in the file of --tls-cert, too)", options_text, &self.connections.key, 0,
     0},
    {"--tls-listen", "ADDRESS:PORT", "where (default: the address of --listen, port 5061)", options_text,
     &self.connections.listen_tls, 0, 0},
    {"--tls-clients", "FILE", "clients have to show a certificate that these vouch for", take_trusted,
     &self.connections, 0, 0},
    {"--max-connections", "COUNT", "connections in all (default: 256)", options_number, &self.connections.most, 1,
     30000},
    {"--max-per-address", "COUNT", "from one address, or one IPv6 /64 network (default: 16)", options_number,
     &self.connections.most_per_address, 1, 30000},
    {"--message-timeout", "SECONDS", "how long one message may take to come (default: 20)", options_number,
     &self.connections.message_timeout, 1, 3600},
    {"--idle-timeout", "SECONDS", "a connection on which nothing comes is closed (default: 3600)", options_number,
     &self.connections.idle_timeout, 1, 86400},
    {"--trace", NULL, "show every message", options_flag, &self.set.trace, 0, 0},
};

static const options_program program = {
    .name = "server",
    .usage = "[--listen ADDRESS:PORT] --user NAME:PASSWORD... [OPTION]...\n"
             "       server user add|remove NAME --database FILE [--realm NAME]\n"
             "       server user list --database FILE\n"
             "       server bindings --database FILE",
    .about = "A SIP registrar on UDP, TCP and TLS: challenges, verifies, keeps bindings in memory or in a\n"
             "database, answers keep-alives. The first line it prints says where it listens. SIGINT\n"
             "(Ctrl-C) and SIGTERM end it with its statistics; SIGUSR1 prints figures in Prometheus' text\n"
             "format. The commands work beside a server that runs. A password is kept as its HA1s.",
    .epilogue = "A user may register the address-of-record that has the user's name in it, in the domain\n"
                "above. At most 1000 users besides those of the database, 10 bindings for each address. What\n"
                "is acknowledged with --database is on the disk; while that can't be written, the answer is\n"
                "503. Until a sender has proved a password, no answer is more than three times as long as\n"
                "what it answers.\n"
                "\n"
                "Examples:\n"
                "  server --user alice:secret\n"
                "  server --listen 127.0.0.1:0 --users users.txt --algorithm SHA-256,MD5 --trace\n"
                "  server user add alice --database sip.db --realm example.com\n"
                "  server --listen 0.0.0.0:5060 --database sip.db --realm example.com\n"
                "\n"
                "Exit status: 0 after a signal and when a command is done, 1 when the address or the database\n"
                "can't be had, 2 for a wrong option.",
    .options = options,
    .count = sizeof options / sizeof options[0],
};

/* ---- datagrams ---- */

static void trace(void *context, const sira_trace_entry *entry)
{
    (void)context;
    if (self.set.trace)
        ladder_show(&self.ladder, entry);
}

static void trace_bytes(sira_trace_kind kind, const sira_flow *flow, sira_str bytes)
{
    trace(NULL, &(sira_trace_entry){.kind = (uint8_t)kind, .now = uv_now(&self.loop), .flow = flow, .bytes = bytes});
}

static void send_reply(const sira_flow *flow, const struct sockaddr *to, sira_str reply)
{
    uv_buf_t buffer = uv_buf_init((char *)(uintptr_t)reply.at, (unsigned)reply.len);
    trace_bytes(SIRA_TRACE_SENT, flow, reply);
    int result = uv_udp_try_send(&self.udp, &buffer, 1, to);
    if (result < 0) /* the client sends its request again, and gets the answer then */
        fprintf(stderr, "server: not sent: %s\n", uv_strerror(result));
}

/* A keep-alive (RFC 5626 8); it is not shown. */
static bool answers_stun(const sira_flow *flow, const struct sockaddr *from, sira_str bytes)
{
    sira_stun request;
    uint8_t answer[SIRA_STUN_ANSWER_SIZE];
    const sira_status status = sira_stun_read(&request, bytes);
    if (status == SIRA_OK && request.kind == SIRA_STUN_REQUEST) {
        size_t length = sira_stun_write_answer(&request, &flow->remote, answer);
        uv_buf_t buffer = uv_buf_init((char *)answer, (unsigned)length);
        (void)uv_udp_try_send(&self.udp, &buffer, 1, from);
    }
    return sira_stun_is(bytes);
}

static void on_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    (void)handle;
    (void)suggested;
    *buffer = uv_buf_init(self.received, sizeof self.received);
}

static void on_read(uv_udp_t *handle, ssize_t count, const uv_buf_t *buffer, const struct sockaddr *from,
                    unsigned flags)
{
    (void)handle;
    if (count < 0 || from == NULL || (flags & UV_UDP_PARTIAL) != 0)
        return;
    sira_flow flow = {.local = self.listening, .remote = address_read(from)};
    sira_str bytes = {buffer->base, (size_t)count};
    if (answers_stun(&flow, from, bytes))
        return;
    trace_bytes(SIRA_TRACE_RECEIVED, &flow, bytes);
    sira_str reply = registrar_take(&self.registrar, &flow, bytes, uv_now(&self.loop));
    if (reply.len != 0)
        send_reply(&flow, from, reply);
}

/* ---- life ---- */

/* Prometheus' text format, whose names are for machines. */
static void print_figures(void)
{
    const registrar_counters *counters = &self.registrar.counters;
    const store *bindings = &self.registrar.store;
    const struct {
        const char *name;
        uint32_t value;
    } all[] = {{"requests", counters->requests},       {"accepted", counters->accepted},
               {"challenged", counters->challenged},   {"refused", counters->refused},
               {"unavailable", counters->unavailable}, {"slowed", counters->slowed},
               {"overload", counters->overload},       {"sent_again", counters->retransmissions},
               {"malformed", counters->malformed}};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        printf("# TYPE sira_%s_total counter\nsira_%s_total %u\n", all[i].name, all[i].name, all[i].value);
    printf("# TYPE sira_let_pass_total counter\n");
    for (unsigned i = 0; i < REGISTRAR_LENIENCIES; i++)
        printf("sira_let_pass_total{kind=\"%s\"} %u\n", sira_lenient_name((sira_lenient)(1u << i)),
               counters->let_pass[i]);
    printf("# TYPE sira_database_failures_total counter\nsira_database_failures_total %llu\n",
           (unsigned long long)self.database.failures);
    printf("# TYPE sira_bindings gauge\nsira_bindings %zu\n",
           bindings->count(bindings->calls.context, uv_now(&self.loop)));
}

static void on_signal(uv_signal_t *handle, int number)
{
    if (number == SIGUSR1)
        print_figures();
    else
        uv_stop(handle->loop);
}

static int open_connections(void)
{
    static const char *const names[][2] = {{"tls.certificate_file", "--tls-cert"},
                                           {"tls.key_file", "--tls-key"},
                                           {"tls.ca_file", "--tls-clients"},
                                           {"listen_tcp", "--listen, over TCP"},
                                           {"listen_tls", "--tls-listen"}};
    sira_diag diag = {.field = "", .expected = "something else"};
    self.connections.registrar = &self.registrar;
    self.connections.trace = (sira_trace){NULL, trace};
    if (connections_open(&self.connections, &self.loop, &self.listening, &diag) == SIRA_OK)
        return 0;
    const char *name = diag.field;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        name = strcmp(diag.field, names[i][0]) == 0 ? names[i][1] : name;
    fprintf(stderr, "server: %s: expected %s\n", name, diag.expected);
    return 1;
}

static int listen_at(void)
{
    sira_endpoint wanted = {.transport = SIRA_TRANSPORT_UDP};
    struct sockaddr_storage address;
    char text[SIRA_ENDPOINT_TEXT];
    int length = sizeof address;
    if (sira_endpoint_from_text(sira_str_from(self.set.listen), 5060, &wanted) != SIRA_OK)
        return options_refuse(&program, "--listen: expected a numeric address and a port, not \"%s\"", self.set.listen);
    address_write(&wanted, &address);
    uv_udp_init(&self.loop, &self.udp);
    int result = uv_udp_bind(&self.udp, (const struct sockaddr *)&address, 0);
    if (result == 0)
        result = uv_udp_getsockname(&self.udp, (struct sockaddr *)&address, &length);
    if (result == 0)
        result = uv_udp_recv_start(&self.udp, on_buffer, on_read);
    if (result != 0) {
        fprintf(stderr, "server: %s: %s\n", self.set.listen, uv_strerror(result));
        return 1;
    }
    self.listening = address_read((const struct sockaddr *)&address);
    (void)sira_endpoint_to_text(&self.listening, text, sizeof text);
    printf("listening on %s\n", text);
    return open_connections();
}

static void on_tidying(uv_timer_t *timer)
{
    self.registrar.store.tidy(self.registrar.store.calls.context, uv_now(timer->loop));
}

static void print_statistics(void)
{
    const registrar_counters *counters = &self.registrar.counters;
    const store *bindings = &self.registrar.store;
    printf("%u requests: %u accepted, %u challenged, %u refused, %u sent again; %u malformed; %zu bindings\n",
           counters->requests, counters->accepted, counters->challenged, counters->refused, counters->retransmissions,
           counters->malformed, bindings->count(bindings->calls.context, uv_now(&self.loop)));
    if (counters->unavailable != 0)
        printf("%u answered by 503: %s\n", counters->unavailable, self.database.error);
}

static int serve(void)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGUSR1};
    uv_loop_init(&self.loop);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        uv_signal_init(&self.loop, &self.signals[i]);
        uv_signal_start(&self.signals[i], on_signal, numbers[i]);
    }
    uv_timer_init(&self.loop, &self.tidying);
    uv_timer_start(&self.tidying, on_tidying, TIDYING_MS, TIDYING_MS);
    int status = listen_at();
    if (status == 0) {
        uv_run(&self.loop, UV_RUN_DEFAULT);
        print_statistics();
    }
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        uv_close((uv_handle_t *)&self.signals[i], NULL);
    uv_close((uv_handle_t *)&self.tidying, NULL);
    connections_close(&self.connections);
    if (self.udp.loop != NULL)
        uv_close((uv_handle_t *)&self.udp, NULL);
    uv_run(&self.loop, UV_RUN_DEFAULT);
    uv_loop_close(&self.loop);
    return status;
}

/* A name that can stand in an address-of-record. */
static bool is_domain(const char *name)
{
    char text[SIRA_LIMIT_CONFIG + 1];
    sira_uri uri;
    int length = snprintf(text, sizeof text, "sip:%s", name);
    return length > 0 && (size_t)length < sizeof text &&
           sira_uri_parse(&uri, (sira_str){text, (size_t)length}, NULL) == SIRA_OK && uri.host.len == strlen(name);
}

static int check_domain(void)
{
    if (self.set.domain != NULL && self.set.any_domain)
        return options_refuse(&program, "--domain and --any-domain exclude each other");
    if (self.set.domain != NULL && !is_domain(self.set.domain))
        return options_refuse(&program, "--domain: expected a name or an address, not \"%s\"", self.set.domain);
    if (self.set.domain == NULL && !self.set.any_domain && !is_domain(self.set.realm))
        return options_refuse(&program, "--realm is no domain: give --domain or --any-domain, too");
    return OPTIONS_GO_ON;
}

static int check_settings(void)
{
    const sira_registrar_config *config = &self.registrar.config;
    if (self.registrar.users.count == 0 && !self.registrar.open_to_all && self.set.database == NULL)
        return options_refuse(&program, "no users: give --user, --users, --database or --no-auth");
    if (config->expires_min > config->expires_max)
        return options_refuse(&program, "--min-expires is above --max-expires");
    if (config->expires_default < config->expires_min)
        return options_refuse(&program, "--default-expires is below --min-expires");
    return check_domain();
}

/* ms of the clock that uv_now has. */
static uint64_t now(void)
{
    return uv_hrtime() / 1000000u;
}

static int run_command(const command *wanted)
{
    if (!command_is_known(wanted))
        return options_refuse(&program, "unexpected argument: %s", wanted->words[0]);
    if (self.set.database == NULL)
        return options_refuse(&program, "%s needs --database", wanted->words[0]);
    if (!database_open(&self.database, self.set.database, true)) {
        fprintf(stderr, "server: %s\n", self.database.error);
        return 1;
    }
    return command_run(wanted, &self.database);
}

static bool open_store(void)
{
    self.memory.most = self.set.most;
    self.registrar.store = memory_store_open(&self.memory);
    if (self.set.database == NULL)
        return true;
    if (!database_open(&self.database, self.set.database, true)) {
        fprintf(stderr, "server: %s\n", self.database.error);
        return false;
    }
    self.registrar.store = database_store(&self.database);
    self.registrar.more_users = database_look_up_user;
    self.registrar.more_users_context = &self.database;
    return true;
}

static int run_server(void)
{
    sira_diag diag = {.field = "", .expected = ""};
    int status = check_settings();
    if (status != OPTIONS_GO_ON)
        return status;
    if (!open_store())
        return 1;
    signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is an error of the database, not the end */
    setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
    self.ladder.out = stdout;
    self.registrar.entropy = sira_gcrypt_entropy(&self.gcrypt);
    self.registrar.realm = sira_str_from(self.set.realm);
    self.registrar.domain =
        sira_str_from(self.set.any_domain || self.set.domain != NULL ? self.set.domain : self.set.realm);
    self.registrar.trace.message = trace;
    self.registrar.lenient = self.set.strict ? 0 : 2u * SIRA_LENIENT_LAST - 1u;
    self.registrar.digest_config.lifetime = 1000u * self.set.nonce_lifetime;
    if (registrar_open(&self.registrar, &diag) != SIRA_OK)
        status = options_refuse(&program, "%s: expected %s", diag.field, diag.expected);
    else
        status = serve();
    registrar_close(&self.registrar);
    memory_store_close(&self.memory);
    return status;
}

int main(int argc, char **argv)
{
    command wanted = {.words = (const char *const *)argv + 1};
    sira_digest_server_config_init(&self.registrar.digest_config);
    sira_registrar_config_init(&self.registrar.config);
    self.registrar.config.expires_min = 60;
    self.registrar.config.expires_max = 7200;
    self.registrar.config.expires_default = 3600;
    while ((int)wanted.count + 1 < argc && wanted.words[wanted.count][0] != '-')
        wanted.count++;
    int status = options_read(&program, argc - (int)wanted.count, argv + wanted.count);
    if (status != OPTIONS_GO_ON)
        return status;
    if (sira_gcrypt_open(&self.gcrypt) != SIRA_OK) {
        fprintf(stderr, "server: Libgcrypt does not work\n");
        return 1;
    }
    self.registrar.hash = sira_gcrypt_hash(&self.gcrypt);
    self.database.now = now;
    wanted.realm = self.set.realm;
    wanted.password_file = self.set.password_file;
    wanted.hash = &self.registrar.hash;
    status = wanted.count > 0 ? run_command(&wanted) : run_server();
    database_close(&self.database);
    sira_gcrypt_close(&self.gcrypt);
    return status;
}
