/* What can be another while a registration runs: how long, and by which server. Its credentials are the account's. */
#include "registration/registration.h"

#include "agent/config.h"

sira_status sira_registration_change(sira_registration *registration, const sira_registration_config *config,
                                     sira_diag *diag)
{
    sira_registration_config checked = *config;
    sira_registration_config *present = &registration->config;
    sira_status status = sira_i_registration_check(&checked, diag);
    if (status != SIRA_OK)
        return status;
    if (!sira_str_equal(checked.contact_user, present->contact_user))
        return sira_i_config_refuse(diag, "contact_user", "that of the binding");
    if (!sira_str_equal(checked.instance_id, present->instance_id))
        return sira_i_config_refuse(diag, "instance_id", "that of the binding");
    const bool other = checked.expires != present->expires;
    *present = checked;
    if (!other)
        return SIRA_OK;
    registration->raised = 0;
    (void)sira_registration_renew(registration);
    return SIRA_OK;
}

/* The same for a registration that runs. */
static size_t longest(sira_registration *registration)
{
    const sira_endpoint local = registration->exchange.flow.local, contact = registration->contact;
    const uint32_t cseq = registration->exchange.cseq, asked = registration->asked;
    const size_t size = sira_i_register_size(registration);
    registration->exchange.flow.local = local;
    registration->contact = contact;
    registration->exchange.cseq = cseq;
    registration->asked = asked;
    return size;
}

sira_status sira_registration_move(sira_registration *registration, sira_server *server, sira_diag *diag)
{
    sira_server *former = registration->home;
    if (server->agent != former->agent ||
        (registration->exchange.account->secure && !server->is_secure))
        return sira_i_config_refuse(diag, "server", "one of the same agent, and over TLS for a sips account");
    if (server == former)
        return SIRA_OK;
    registration->home = server;
    if (longest(registration) > server->agent->config.scratch_size) {
        registration->home = former;
        return sira_i_config_refuse(diag, "scratch", "room for the longest REGISTER of this line");
    }
    registration->moved = true;
    registration->exchange.account->server = server; /* its other requests go where it is registered */
    if (sira_registration_renew(registration) == SIRA_IDLE && !sira_i_exchange_is_out(&registration->exchange)) {
        sira_i_exchange_cancel(&registration->exchange);
        sira_i_exchange_move(&registration->exchange, server);
        registration->moved = false;
    }
    return SIRA_OK;
}
