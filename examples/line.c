/* The program of README.md: one registered line on a host. */
#include <stdio.h>

#include <sira/host.h>
#include <sira/sira.h>

static void on_event(void *user, const sira_event *event)
{
    char line[200];
    (void)user;
    sira_event_describe(event, line, sizeof line);
    puts(line); /* "sip:alice@example.com registered for 3600 s, refresh in 3000 s" */
}

int main(void)
{
    static sira_host host;
    static sira_server provider;
    static sira_account alice;
    static sira_registration line;
    sira_host_config hc;
    sira_server_config sc;
    sira_account_config ac;
    sira_diag diag;

    sira_host_config_init(&hc);
    hc.on_event = on_event;
    sira_server_config_init(&sc);
    sc.uri = SIRA_STR("sip:192.0.2.10");
    sira_account_config_init(&ac);
    ac.aor = SIRA_STR("sip:alice@example.com");
    ac.password = SIRA_STR("secret");

    if (sira_host_init(&host, &hc, &diag) != SIRA_OK ||
        sira_server_init(&provider, sira_host_agent(&host), &sc, &diag) != SIRA_OK ||
        sira_account_init(&alice, &provider, &ac, &diag) != SIRA_OK ||
        sira_registration_init(&line, &alice, NULL, &diag) != SIRA_OK) {
        fprintf(stderr, "%s: expected %s\n", diag.field, diag.expected);
        return 1;
    }
    sira_registration_start(&line);
    return sira_host_run(&host);
}
