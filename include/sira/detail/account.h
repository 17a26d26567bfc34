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
    sira_link waiting;      /* for a key: sira_waiter */
    sira_str service_route; /* as a header value, in the registration that learnt it; empty: none */
    /* Of requests, so that one password is tried once at a time (request/trial.c); NULL: there are none. */
    sira_status (*judge)(sira_exchange *exchange, sira_status so_far, uint16_t code);
    sira_exchange *on_trial;
    sira_link on_hold; /* until that is over: sira_waiter */
    uint64_t closed_until;
    uint32_t closed_for;
    bool proven; /* a challenge was answered rightly */
    bool has_credentials;
    bool secure; /* the AOR is a sips URI */
};

#endif
