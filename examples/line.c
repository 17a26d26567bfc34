/* The program of README.md: one registered line on a host. */
#include <stdio.h>
#include <sira/host.h>

static void on_event(void *user, const sira_event *event)
{
    char text[200]; /* "sip:101@provider.example registered for 3600 s, refresh in 3000 s" */
    fprintf(user, "%.*s\n", (int)sira_event_describe(event, text, sizeof text), text);
}

int main(void)
{
    static sira_host host;
    static sira_locator locator;
    static sira_server provider;
    static sira_account account;
    static sira_registration line;
    sira_host_config hc = {.size = sizeof hc, .on_event = on_event, .user = stdout};
    sira_server_config sc = {.size = sizeof sc, .uri = SIRA_STR("sip:provider.example"), .locator = &locator};
    sira_account_config ac = {
        .size = sizeof ac, .aor = SIRA_STR("sip:101@provider.example"), .password = SIRA_STR("secret")};
    sira_diag diag;
    if (sira_host_init(&host, &hc, &diag) != SIRA_OK || sira_locator_init(&locator, NULL, &diag) != SIRA_OK ||
        sira_server_init(&provider, sira_host_agent(&host), &sc, &diag) != SIRA_OK ||
        sira_account_init(&account, &provider, &ac, &diag) != SIRA_OK ||
        sira_registration_init(&line, &account, NULL, &diag) != SIRA_OK)
        return fprintf(stderr, "%s: expected %s\n", diag.field, diag.expected);
    return sira_registration_start(&line) != SIRA_OK || sira_host_run(&host) != 0;
}
