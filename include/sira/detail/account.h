/* Layout of an account. Not API. */
#ifndef SIRA_DETAIL_ACCOUNT_H
#define SIRA_DETAIL_ACCOUNT_H

#include <sira/account.h>
#include <sira/detail/timer.h>

struct sira_account {
    sira_server *server;
    sira_str aor, registrar, display_name;
    sira_str user_part; /* of the AOR, as it stands there */
    sira_str domain;    /* host part of the AOR with its port */
    sira_digest_client_config digest_config;
    sira_digest_client digest;
    sira_link waiting; /* for a key: sira_waiter */
    sira_str service_route; /* as a header value, in the registration that learnt it; empty: none */
    bool has_credentials;
    bool secure; /* the AOR is a sips URI */
};

#endif
