#include "support/leg.h"

#include <stdio.h>
#include <string.h>

bool leg_server_uri(sira_str text, const char *transport, char *out, size_t size)
{
    sira_uri uri;
    sira_str said = {NULL, 0};
    char port[8] = "";
    if (sira_uri_parse(&uri, text, NULL) != SIRA_OK ||
        (uri.scheme != SIRA_SCHEME_SIP && uri.scheme != SIRA_SCHEME_SIPS))
        return false;
    if (sira_uri_param(&uri, SIRA_STR("transport"), &said) == SIRA_OK && transport != NULL)
        return false;
    if (transport != NULL)
        said = sira_str_from(transport);
    if (uri.port != 0)
        (void)snprintf(port, sizeof port, ":%u", uri.port);
    const int length =
        snprintf(out, size, "%s:%.*s%s%s%.*s", uri.scheme == SIRA_SCHEME_SIPS ? "sips" : "sip", (int)uri.host.len,
                 uri.host.at, port, said.len != 0 ? ";transport=" : "", (int)said.len, said.len != 0 ? said.at : "");
    return length > 0 && (size_t)length < size;
}

/* A server and an account for this dialog alone. */
static sira_status make_way(leg *self, const leg_way *way, sira_diag *diag)
{
    sira_server_config server;
    sira_account_config account;
    if (!leg_server_uri(sira_dialog_next_hop(&self->of_bye), NULL, self->uri, sizeof self->uri))
        return SIRA_E_URI;
    sira_server_config_init(&server);
    server.uri = sira_str_from(self->uri);
    server.locator = &self->locator;
    sira_status status = sira_locator_init(&self->locator, NULL, diag);
    if (status == SIRA_OK)
        status = sira_server_init(&self->server, way->agent, &server, diag);
    if (status != SIRA_OK)
        return status;
    sira_account_config_init(&account);
    account.aor = way->aor;
    status = sira_account_init(&self->account, &self->server, &account, diag);
    self->has_way = status == SIRA_OK;
    if (status != SIRA_OK)
        (void)sira_server_remove(&self->server);
    return status;
}

sira_status leg_hang_up(leg *self, const leg_way *way, sira_diag *diag)
{
    sira_request_config config;
    self->of_bye = self->dialog;
    sira_status status = way->account != NULL ? SIRA_OK : make_way(self, way, diag);
    sira_request_config_init(&config);
    config.method = SIRA_STR("BYE");
    config.on_event = way->on_event;
    config.user = self;
    if (status == SIRA_OK)
        status = sira_dialog_fill_request(&self->of_bye, &config);
    if (status == SIRA_OK)
        status = sira_request_init(&self->bye, way->account != NULL ? way->account : &self->account, &config, diag);
    if (status != SIRA_OK)
        return status;
    self->has_bye = true;
    return sira_request_start(&self->bye);
}

void leg_bye_is_over(leg *self)
{
    self->bye_over = true;
}

bool leg_is_over(const leg *self)
{
    return !self->has_bye || self->bye_over;
}

void leg_close(leg *self)
{
    if (self->has_bye)
        sira_request_remove(&self->bye);
    if (self->has_way) {
        sira_account_wipe(&self->account);
        (void)sira_server_remove(&self->server);
    }
    memset(self, 0, sizeof *self);
}
