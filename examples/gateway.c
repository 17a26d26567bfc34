/* An LTE gateway with subscriber ports: registers each port of its configuration file at the port's provider and keeps
 * it registered. It reads the file again on SIGHUP, and only ports that stand there otherwise than before notice. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sira/host.h>
#include <sira/sira.h>

#include "support/clock.h"
#include "support/gateway_file.h"
#include "support/json.h"
#include "support/keep.h"
#include "support/options.h"

typedef struct provider {
    gateway_provider set;
    sira_server server;
    sira_locator locator;
    size_t ports; /* that register there; without any it goes */
    bool listed;  /* in the file as it was read last */
    struct provider *next;
} provider;

typedef struct port {
    gateway_port set;
    provider *provider;
    sira_account account;
    sira_registration line;
    char result[128]; /* of what happened last */
    bool listed;      /* in the file as it was read last; else it goes when it is unregistered */
    struct port *next;
} port;

typedef struct settings {
    const char *file, *local, *state;
    bool json;
} settings;

typedef struct app {
    settings set;
    sira_host host;
    provider *providers;
    port *ports;            /* in the order of the file, those that leave last */
    uv_signal_t signals[3]; /* SIGINT, SIGTERM, SIGHUP */
    uv_timer_t redraw, save;
    keep kept;  /* as it was saved last, or found at the start */
    bool table; /* standard output is a terminal */
    bool leaving;
} app;

static app self;

static const option options[] = {
    {"--config", "FILE", "the configuration file (needed); examples/gateway.conf shows one", options_text,
     &self.set.file, 0, 0},
    {"--json", NULL, "one JSON object per line and event, also on a terminal", options_flag, &self.set.json, 0, 0},
    {"--local", "ADDRESS",
     "local address, as 192.0.2.7, 0.0.0.0:5060 or [2001:db8::7]:5060\n(default: any, a free port)", options_text,
     &self.set.local, 0, 0},
    {"--state", "FILE",
     "keep in this file what makes a restart go on where it was: it\nleaves no second binding and is not challenged "
     "anew "
     "(default: nowhere)",
     options_text, &self.set.state, 0, 0},
};

static const options_program program = {
    .name = "gateway",
    .usage = "--config FILE [OPTION]...",
    .about = "Registers the subscriber ports of a configuration file at their providers, and keeps\n"
             "them registered. On a terminal it shows the table of its ports, else a line per event.\n"
             "SIGHUP makes it read the file again; on SIGINT (Ctrl-C) and SIGTERM it unregisters all\n"
             "ports and ends; a second one ends it at once.",
    .epilogue = "Examples:\n"
                "  gateway --config gateway.conf\n"
                "  gateway --config gateway.conf --json | logger -t gateway\n"
                "\n"
                "Exit status:\n"
                "  0  it was told to leave, and all ports have unregistered\n"
                "  1  it could not begin, or was told to leave at once\n"
                "  2  a wrong option, or a mistake in the configuration file",
    .options = options,
    .count = sizeof options / sizeof options[0],
};

/* "gateway: gateway.conf:12: ..." */
static bool refuse(unsigned line, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "gateway: %s:", self.set.file);
    if (line != 0)
        fprintf(stderr, "%u:", line);
    fputc(' ', stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    return false;
}

/* ---- the table ---- */

static port *port_of(const sira_registration *line)
{
    port *at = self.ports;
    while (at != NULL && &at->line != line)
        at = at->next;
    return at;
}

static const char *state_of(const port *at)
{
    return at->set.disabled && sira_registration_get_state(&at->line) == SIRA_REGISTRATION_STOPPED
               ? "disabled"
               : sira_registration_state_name(sira_registration_get_state(&at->line));
}

static void show_port(const port *at, uint64_t now)
{
    const uint64_t next = sira_registration_next_at(&at->line);
    char due[24] = "-";
    if (next != SIRA_NEVER)
        (void)snprintf(due, sizeof due, "%" PRIu64 " s", next > now ? (next - now + 500) / 1000 : 0);
    printf("%-8.8s %-30.30s %-14s %-12.12s %8s  %.60s\033[K\n", at->set.name, at->set.aor, state_of(at),
           at->provider->set.name, due, at->result);
}

/* What does not fit on the terminal is left out; the line on top counts all. */
static void show_table(void)
{
    struct winsize window = {0};
    size_t count = 0, bound = 0, room = 24;
    const uint64_t now = sira_host_now(&self.host);
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_row > 4)
        room = window.ws_row;
    for (const port *at = self.ports; at != NULL; at = at->next) {
        count++;
        bound += sira_registration_is_bound(&at->line) ? 1 : 0;
    }
    printf("\033[H%zu of %zu ports are registered\033[K\n", bound, count);
    printf("%-8s %-30s %-14s %-12s %8s  %s\033[K\n", "port", "address-of-record", "state", "provider", "next",
           "last result");
    for (const port *at = self.ports; at != NULL && room > 3; at = at->next, room--)
        show_port(at, now);
    printf("\033[J");
    (void)fflush(stdout);
}

static void on_redraw(uv_timer_t *handle)
{
    (void)handle;
    show_table();
}

/* ---- providers and ports ---- */

static void release_provider(provider *at)
{
    if (--at->ports != 0 || at->listed)
        return;
    provider **link = &self.providers;
    while (*link != at)
        link = &(*link)->next;
    *link = at->next;
    (void)sira_server_remove(&at->server);
    free(at);
}

static void free_port(port *at)
{
    port **link = &self.ports;
    while (*link != at)
        link = &(*link)->next;
    *link = at->next;
    sira_registration_remove(&at->line);
    sira_account_wipe(&at->account);
    release_provider(at->provider);
    sira_wipe(at, sizeof *at);
    free(at);
}

static sira_status init_provider(provider *at, const gateway_provider *set, sira_diag *diag)
{
    sira_server_config config = {.size = sizeof config};
    at->set = *set;
    config.uri = sira_str_from(at->set.proxy[0] != '\0' ? at->set.proxy : at->set.registrar);
    config.start_window = set->start_window;
    config.max_in_flight = (uint16_t)set->max_in_flight;
    config.locator = &at->locator;
    const sira_status status = sira_locator_init(&at->locator, NULL, diag);
    return status != SIRA_OK ? status : sira_server_init(&at->server, sira_host_agent(&self.host), &config, diag);
}

/* The texts of at->set must stand already. */
static sira_status init_port(port *at, sira_diag *diag)
{
    sira_account_config account = {.size = sizeof account};
    sira_registration_config line = {.size = sizeof line};
    account.aor = sira_str_from(at->set.aor);
    if (at->provider->set.proxy[0] != '\0')
        account.registrar = sira_str_from(at->provider->set.registrar);
    account.display_name = sira_str_from(at->set.display_name);
    account.user = sira_str_from(at->set.user);
    account.password = sira_str_from(at->set.password);
    line.expires = at->provider->set.expires;
    line.min_interval = at->provider->set.min_interval;
    sira_status status = sira_account_init(&at->account, &at->provider->server, &account, diag);
    return status == SIRA_OK ? sira_registration_init(&at->line, &at->account, &line, diag) : status;
}

/* ---- state that outlives the program ---- */

static void name_state(const port *at, char name[KEEP_NAME])
{
    (void)snprintf(name, KEEP_NAME, "%s %s", at->set.aor, at->provider->set.registrar);
}

_Static_assert(SIRA_REGISTRATION_EXPORT_SIZE <= KEEP_BLOCK, "a port's state fits into a block");

/* For a port that was just initialized; without a state that fits it starts fresh. */
static void restore(port *at)
{
    char name[KEEP_NAME];
    name_state(at, name);
    const keep_entry *entry = keep_find(&self.kept, name);
    if (entry != NULL && sira_registration_import(&at->line, entry->block, entry->length) < 0)
        fprintf(stderr, "gateway: port %s: its state can't be used; it starts without\n", at->set.name);
}

static bool keep_port(const port *at, keep *all)
{
    char name[KEEP_NAME];
    uint8_t block[SIRA_REGISTRATION_EXPORT_SIZE];
    size_t length;
    name_state(at, name);
    const bool kept = sira_registration_export(&at->line, block, sizeof block, &length) == SIRA_OK &&
                      keep_add(all, name, block, length);
    sira_wipe(block, sizeof block);
    return kept;
}

static void save(void)
{
    keep all = {0};
    bool done = true;
    if (self.set.state == NULL)
        return;
    for (const port *at = self.ports; at != NULL; at = at->next)
        done = (!at->listed || keep_port(at, &all)) && done;
    if (!done)
        fprintf(stderr, "gateway: not all ports' state can be kept: no memory\n");
    if (!keep_write(&all, self.set.state))
        fprintf(stderr, "gateway: %s: %s\n", self.set.state, strerror(errno));
    keep_free(&all);
}

static void on_save(uv_timer_t *handle)
{
    (void)handle;
    save();
}

/* Soon, with what other ports have learnt until then. */
static void save_soon(void)
{
    if (self.set.state != NULL && !uv_is_active((uv_handle_t *)&self.save))
        uv_timer_start(&self.save, on_save, 200, 0);
}

static void read_state(void)
{
    const char *trouble = self.set.state != NULL ? keep_read(&self.kept, self.set.state) : NULL;
    if (trouble != NULL)
        fprintf(stderr, "gateway: %s: %s; all ports start without\n", self.set.state, trouble);
}

/* ---- a file that was read ---- */

/* What the library refuses, in the file's words. */
static bool refuse_field(unsigned line, sira_status status, const sira_diag *diag)
{
    if (status == SIRA_E_RESOLVE)
        return refuse(line, "this build looks no names up; expected a numeric address");
    return refuse(line, "%s: expected %s", diag->field != NULL ? diag->field : "this",
                  diag->expected != NULL ? diag->expected : sira_status_text(status));
}

static bool try_port(const gateway_file *file, size_t i, port *trial)
{
    sira_diag diag = {.field = NULL};
    trial->set = file->ports[i];
    const sira_status status = init_port(trial, &diag);
    if (status == SIRA_OK)
        sira_registration_remove(&trial->line);
    sira_account_wipe(&trial->account);
    return status == SIRA_OK ||
           refuse_field(gateway_file_port_line(file, i, diag.field != NULL ? diag.field : "aor"), status, &diag);
}

/* Would the library take all of it? So a file that is refused changes nothing. */
static bool try_file(const gateway_file *file)
{
    bool taken = true;
    port *trial = calloc(1, sizeof *trial);
    provider *there = calloc(1, sizeof *there);
    for (size_t i = 0; taken && trial != NULL && there != NULL && i < file->provider_count; i++) {
        sira_diag diag = {.field = NULL};
        const gateway_provider *set = &file->providers[i];
        const sira_status status = init_provider(there, set, &diag);
        if (status != SIRA_OK) {
            if (diag.field != NULL && strcmp(diag.field, "uri") == 0)
                diag.field = set->proxy[0] != '\0' ? "proxy" : "registrar";
            taken = refuse_field(gateway_file_provider_line(file, i, diag.field != NULL ? diag.field : "registrar"),
                                 status, &diag);
            break;
        }
        trial->provider = there;
        for (size_t j = 0; taken && j < file->port_count; j++) {
            if (strcmp(file->ports[j].provider, set->name) == 0)
                taken = try_port(file, j, trial);
        }
        (void)sira_server_remove(&there->server);
    }
    if (trial == NULL || there == NULL)
        taken = refuse(0, "no memory to try it");
    if (trial != NULL)
        sira_wipe(trial, sizeof *trial);
    free(trial);
    free(there);
    return taken;
}

/* The provider as this file has it: one that is there already, or a new one. NULL: no memory. */
static provider *get_provider(const gateway_provider *set)
{
    sira_diag diag = {.field = NULL};
    for (provider *at = self.providers; at != NULL; at = at->next) {
        if (memcmp(&at->set, set, sizeof *set) == 0)
            return at;
    }
    provider *made = calloc(1, sizeof *made);
    if (made == NULL)
        return NULL;
    if (init_provider(made, set, &diag) != SIRA_OK) {
        free(made);
        return NULL;
    }
    made->next = self.providers;
    self.providers = made;
    return made;
}

/* A port that is enabled while others run does not wait for its time in the start window: a second start says so. */
static void enable(port *at, bool at_once)
{
    (void)sira_registration_start(&at->line);
    if (at_once)
        (void)sira_registration_start(&at->line);
}

/* A port is known by who registers where. */
static bool same_subscriber(const port *at, const gateway_port *set, const gateway_provider *there)
{
    return strcmp(at->set.aor, set->aor) == 0 && strcmp(at->provider->set.registrar, there->registrar) == 0;
}

static port *find_listed(const gateway_port *set, const gateway_provider *there)
{
    port *at = self.ports;
    while (at != NULL && !(at->listed && same_subscriber(at, set, there)))
        at = at->next;
    return at;
}

/* Takes a port out of the list of the file; it goes when it is unregistered. */
static void dismiss(port *at)
{
    at->listed = false;
    if (sira_registration_stop(&at->line) == SIRA_IDLE)
        free_port(at);
}

static port *make_port(const gateway_port *set, provider *there)
{
    sira_diag diag = {.field = NULL};
    port *made = calloc(1, sizeof *made);
    if (made == NULL)
        return NULL;
    made->set = *set;
    made->provider = there;
    there->ports++;
    (void)init_port(made, &diag); /* try_file has seen that it is taken */
    restore(made);
    made->next = self.ports;
    self.ports = made;
    return made;
}

static bool same_but_enabled(const port *at, const gateway_port *set, const provider *there)
{
    gateway_port now = at->set;
    now.disabled = set->disabled;
    const bool same = at->provider == there && memcmp(&now, set, sizeof now) == 0;
    sira_wipe(&now, sizeof now);
    return same;
}

/* A port that was changed is another one: the one before unregisters as it was, the new one registers beside it with a
 * Contact of its own, so that neither gets in the way of the other. */
static void apply_port(const gateway_port *set, provider *there, bool at_once)
{
    port *at = find_listed(set, &there->set);
    bool running = at != NULL && !at->set.disabled;
    if (at != NULL && same_but_enabled(at, set, there)) {
        at->set.disabled = set->disabled;
    } else {
        if (at != NULL)
            dismiss(at);
        at = make_port(set, there);
        running = false;
    }
    if (at == NULL) {
        fprintf(stderr, "gateway: no memory for port %s: it is left out\n", set->name);
        return;
    }
    at->listed = true;
    if (set->disabled)
        (void)sira_registration_stop(&at->line);
    else if (!running)
        enable(at, at_once);
}

/* From the file's last port to its first, so that the list is in its order. */
static void apply(const gateway_file *file, bool at_once)
{
    for (port *at = self.ports, *next; at != NULL; at = next) {
        bool kept = false;
        next = at->next;
        for (size_t i = 0; i < file->port_count; i++)
            kept = kept || same_subscriber(at, &file->ports[i], gateway_file_provider(file, file->ports[i].provider));
        if (!kept && at->listed)
            dismiss(at);
    }
    for (provider *at = self.providers; at != NULL; at = at->next)
        at->listed = true; /* none goes while ports move */
    for (size_t i = file->port_count; i-- > 0;) {
        provider *there = get_provider(gateway_file_provider(file, file->ports[i].provider));
        if (there != NULL)
            there->listed = true;
        if (there != NULL)
            apply_port(&file->ports[i], there, at_once);
        else
            fprintf(stderr, "gateway: no memory for the provider of port %s: it is left out\n", file->ports[i].name);
    }
    for (provider *at = self.providers, *next; at != NULL; at = next) {
        next = at->next;
        at->listed = false;
        at->ports++;
        release_provider(at); /* which frees it when it has no port any more */
    }
}

static bool load(bool at_once)
{
    gateway_file file = {0};
    gateway_error error;
    struct stat about;
    if (!gateway_file_read(&file, self.set.file, &error))
        return refuse(error.line, "%s", error.text);
    if (stat(self.set.file, &about) == 0 && S_ISREG(about.st_mode) && (about.st_mode & S_IROTH) != 0)
        fprintf(stderr, "gateway: warning: anybody on this machine can read the passwords in %s (chmod 600 %s)\n",
                self.set.file, self.set.file);
    const bool taken = try_file(&file);
    if (taken)
        apply(&file, at_once);
    gateway_file_free(&file);
    return taken;
}

/* ---- events ---- */

static void print_json(const port *at, const sira_event *event)
{
    char time[CLOCK_TEXT];
    json object;
    clock_text(clock_wall(), time);
    json_begin(&object, stdout);
    json_text(&object, "time", sira_str_from(time));
    json_text(&object, "port", sira_str_from(at->set.name));
    json_text(&object, "provider", sira_str_from(at->provider->set.name));
    json_event(&object, event);
    json_end(&object);
}

static bool any_port_runs(void)
{
    for (const port *at = self.ports; at != NULL; at = at->next) {
        if (sira_registration_get_state(&at->line) != SIRA_REGISTRATION_STOPPED)
            return true;
    }
    return false;
}

static void on_event(void *user, const sira_event *event)
{
    (void)user;
    port *at = port_of(event->registration);
    if (at == NULL)
        return;
    (void)snprintf(at->result, sizeof at->result, "%s%s%s", sira_event_kind_name((sira_event_kind)event->kind),
                   event->status != SIRA_OK ? ": " : "", event->status != SIRA_OK ? sira_event_reason(event) : "");
    if (self.set.json) {
        print_json(at, event);
    } else if (!self.table) {
        char text[SIRA_LIMIT_CONFIG + 200];
        (void)sira_event_describe(event, text, sizeof text);
        printf("port %s: %s\n", at->set.name, text);
    }
    /* Also before the first answer, which a power cut may swallow. */
    if (event->kind == SIRA_EVENT_REGISTERED || event->kind == SIRA_EVENT_REGISTERING ||
        event->kind == SIRA_EVENT_STOPPED)
        save_soon();
    if (event->kind == SIRA_EVENT_STOPPED && !at->listed)
        free_port(at);
    if (self.leaving && !any_port_runs())
        sira_host_stop(&self.host);
}

/* ---- signals ---- */

static void on_signal(uv_signal_t *handle, int number)
{
    (void)handle;
    if (number == SIGHUP) {
        if (!self.leaving && !load(true))
            fprintf(stderr, "gateway: all goes on as before\n");
        return;
    }
    if (self.leaving) {
        fprintf(stderr, "gateway: ended without unregistering all ports\n");
        sira_host_stop(&self.host);
        return;
    }
    self.leaving = true;
    for (port *at = self.ports; at != NULL; at = at->next)
        (void)sira_registration_stop(&at->line);
    if (!any_port_runs())
        sira_host_stop(&self.host);
}

static void watch(void)
{
    static const int numbers[3] = {SIGINT, SIGTERM, SIGHUP};
    uv_loop_t *loop = sira_host_loop(&self.host);
    for (size_t i = 0; i < 3; i++) {
        uv_signal_init(loop, &self.signals[i]);
        uv_signal_start(&self.signals[i], on_signal, numbers[i]);
    }
    uv_timer_init(loop, &self.redraw);
    uv_timer_init(loop, &self.save);
    if (self.table) {
        printf("\033[2J");
        uv_timer_start(&self.redraw, on_redraw, 0, 1000);
    }
}

static void unwatch(void)
{
    for (size_t i = 0; i < 3; i++)
        uv_close((uv_handle_t *)&self.signals[i], NULL);
    uv_close((uv_handle_t *)&self.redraw, NULL);
    uv_close((uv_handle_t *)&self.save, NULL);
}

static int run(void)
{
    sira_host_config config;
    sira_diag diag = {.field = NULL};
    sira_host_config_init(&config);
    config.on_event = on_event;
    config.user_agent = SIRA_STR("sira-gateway/" SIRA_VERSION);
    if (self.set.local != NULL && strchr(self.set.local, ':') != strrchr(self.set.local, ':'))
        config.bind_ipv6 = sira_str_from(self.set.local);
    else
        config.bind_ipv4 = sira_str_from(self.set.local);
    sira_status status = sira_host_init(&self.host, &config, &diag);
    if (status == SIRA_E_CONFIG)
        return options_refuse(&program, "--local: expected %s", diag.expected);
    if (status != SIRA_OK) {
        fprintf(stderr, "gateway: %s\n", sira_status_text(status));
        return 1;
    }
    int result = 2;
    read_state();
    const bool loaded = load(false);
    keep_free(&self.kept);
    if (loaded) {
        save(); /* before a port says anything, so that it is known by the same name after a power cut at any time */
        watch();
        (void)sira_host_run(&self.host);
        result = self.leaving && !any_port_runs() ? 0 : 1;
        save();
        unwatch();
    }
    while (self.ports != NULL)
        free_port(self.ports);
    sira_host_close(&self.host);
    return result;
}

int main(int argc, char **argv)
{
    int status = options_read(&program, argc, argv);
    if (status != OPTIONS_GO_ON)
        return status;
    if (self.set.file == NULL)
        return options_refuse(&program, "--config is needed");
    signal(SIGPIPE, SIG_IGN);
    setvbuf(stdout, NULL, self.set.json || !isatty(STDOUT_FILENO) ? _IOLBF : _IOFBF, BUFSIZ);
    self.table = !self.set.json && isatty(STDOUT_FILENO);
    return run();
}
