/* Sends one request of an account and tells what became of it. */
#include <stdio.h>
#include <string.h>

#include <sira/host.h>
#include <sira/sira.h>

#include "support/ladder.h"
#include "support/options.h"
#include "support/password.h"

#define FIELDS 8u

static struct {
    const char *aor, *to, *server, *method, *body, *type, *password_file, *user;
    bool trace;
    sira_request_field fields[FIELDS];
    size_t field_count;
    password secret;
    ladder ladder;
    sira_host host;
    sira_server provider;
    sira_account account;
    sira_request request;
    bool accepted;
} self = {.method = "OPTIONS", .type = "text/plain"};

/* "Name: value" */
static const char *take_field(const option *field, const char *value)
{
    const char *colon = strchr(value, ':');
    (void)field;
    if (colon == NULL || self.field_count == FIELDS)
        return "a name, ':' and a value, at most 8 times";
    sira_request_field *one = &self.fields[self.field_count++];
    one->name = (sira_str){value, (size_t)(colon - value)};
    one->value = sira_str_from(colon + 1 + strspn(colon + 1, " "));
    return NULL;
}

static const option options[] = {
    {"--aor", "URI", "who sends, as sip:alice@example.com (needed)", options_text, &self.aor, 0, 0},
    {"--to", "URI", "whom it is for, as sip:bob@example.com (needed)", options_text, &self.to, 0, 0},
    {"--server", "URI", "where it goes first, as sip:192.0.2.1:5060 (default: --to)", options_text, &self.server, 0, 0},
    {"--method", "NAME", "any but INVITE, ACK and CANCEL (default: OPTIONS)", options_text, &self.method, 0, 0},
    {"--field", "TEXT", "a further header field, as \"Event: presence\"; may stand again", take_field, NULL, 0, 0},
    {"--body", "TEXT", "the body (default: none)", options_text, &self.body, 0, 0},
    {"--type", "TYPE", "of the body (default: text/plain)", options_text, &self.type, 0, 0},
    {"--user", "NAME", "user name for authentication (default: that of the AOR)", options_text, &self.user, 0, 0},
    {"--password-file", "FILE",
     "file that holds the password (default: the environment variable\nSIRA_PASSWORD, else a question on the terminal)",
     options_text, &self.password_file, 0, 0},
    {"--trace", NULL, "show every message", options_flag, &self.trace, 0, 0},
};

static const options_program program = {
    .name = "send",
    .usage = "--aor URI --to URI [OPTION]...",
    .about = "Sends one SIP request, answers digest challenges, and prints each response.",
    .epilogue = "Examples:\n"
                "  send --aor sip:alice@example.com --to sip:192.0.2.1\n"
                "  send --aor sip:alice@example.com --to sip:bob@example.com --server sip:192.0.2.1 \\\n"
                "       --method MESSAGE --body 'Hello.'\n"
                "\n"
                "An empty SIRA_PASSWORD sends without a password, where nobody asks for one.\n"
                "\n"
                "Exit status:\n"
                "  0  it was accepted (2xx)\n"
                "  1  it was not, and the last line says why\n"
                "  2  a wrong option or value",
    .options = options,
    .count = sizeof options / sizeof options[0],
};

static void on_event(void *user, const sira_request_event *event)
{
    (void)user;
    if (event->kind == SIRA_REQUEST_OVER)
        return;
    if (event->response != NULL)
        printf("%u %.*s\n", event->code, (int)event->response->reason.len, event->response->reason.at);
    if (event->kind != SIRA_REQUEST_ENDED)
        return;
    self.accepted = event->status == SIRA_OK;
    if (event->status != SIRA_OK && event->status != SIRA_E_RESPONSE)
        printf("%s\n", sira_status_text(event->status));
    sira_host_stop(&self.host);
}

static void on_message(void *context, const sira_trace_entry *entry)
{
    (void)context;
    ladder_show(&self.ladder, entry);
}

static sira_status make_request(sira_diag *diag)
{
    sira_server_config server;
    sira_account_config account;
    sira_request_config request;
    sira_server_config_init(&server);
    server.uri = sira_str_from(self.server != NULL ? self.server : self.to);
    sira_account_config_init(&account);
    account.aor = sira_str_from(self.aor);
    account.user = sira_str_from(self.user);
    account.password = (sira_str){self.secret.text, self.secret.length};
    sira_request_config_init(&request);
    request.method = sira_str_from(self.method);
    request.uri = sira_str_from(self.to);
    request.fields = self.fields;
    request.field_count = self.field_count;
    request.body = sira_str_from(self.body);
    request.content_type = self.body != NULL ? sira_str_from(self.type) : SIRA_STR("");
    request.on_event = on_event;
    sira_status status = sira_server_init(&self.provider, sira_host_agent(&self.host), &server, diag);
    if (status == SIRA_OK)
        status = sira_account_init(&self.account, &self.provider, &account, diag);
    if (status == SIRA_OK)
        status = sira_request_init(&self.request, &self.account, &request, diag);
    return status;
}

static int run(void)
{
    sira_diag diag = {.field = ""};
    sira_host_config config;
    sira_host_config_init(&config);
    config.user_agent = SIRA_STR("sira-send/" SIRA_VERSION);
    if (self.trace)
        config.trace.message = on_message;
    sira_status status = sira_host_init(&self.host, &config, &diag);
    if (status == SIRA_OK) {
        status = make_request(&diag);
        if (status == SIRA_OK) {
            (void)sira_request_start(&self.request);
            (void)sira_host_run(&self.host);
            sira_request_remove(&self.request);
        }
        sira_account_wipe(&self.account);
        sira_host_close(&self.host);
    }
    if (status == SIRA_OK)
        return self.accepted ? 0 : 1;
    return options_refuse(&program, "%s: %s%s", diag.field, sira_status_text(status),
                          diag.expected != NULL ? diag.expected : "");
}

int main(int argc, char **argv)
{
    int status = options_read(&program, argc, argv);
    if (status != OPTIONS_GO_ON)
        return status;
    if (self.aor == NULL || self.to == NULL)
        return options_refuse(&program, "--aor and --to are needed");
    if (strcmp(self.method, "INVITE") == 0)
        return options_refuse(&program, "--method: an INVITE is a call, and this program makes none");
    if (!password_get(&self.secret, program.name, self.password_file, "SIRA_PASSWORD"))
        return 2;
    self.ladder.out = stdout;
    status = run();
    password_wipe(&self.secret);
    return status;
}
