/* One leg of a call: its dialog, and the BYE that ends it. */
#ifndef EXAMPLES_SUPPORT_LEG_H
#define EXAMPLES_SUPPORT_LEG_H

#include <sira/dialog.h>
#include <sira/locator.h>
#include <sira/request.h>

/* Zero it. */
typedef struct leg {
    bool exists; /* the dialog is one */
    sira_dialog dialog;
    void *user; /* of the program */
    /* ---- of the BYE ---- */
    bool has_bye, bye_over;
    sira_dialog of_bye; /* as the dialog was then: what is sent again is the same */
    sira_request bye;
    /* a way of its own, where there is no proxy */
    bool has_way;
    char uri[SIRA_LIMIT_CONFIG + 1];
    sira_server server;
    sira_locator locator;
    sira_account account;
} leg;

/* Which way a BYE goes. */
typedef struct leg_way {
    sira_account *account; /* through its server; NULL: to where the dialog says (RFC 3261 12.2.1.1) */
    sira_agent *agent;
    sira_str aor;
    sira_request_event_fn on_event; /* user: the leg */
} leg_way;

/* Sends BYE. SIRA_OK, or why not, with diag. */
sira_status leg_hang_up(leg *self, const leg_way *way, sira_diag *diag);

/* Nothing more comes of the BYE: it is out of the agent. */
void leg_bye_is_over(leg *self);
bool leg_is_over(const leg *self);

/* Whatever it does; zeroes it. */
void leg_close(leg *self);

/* Makes the URI of a server from one of a person or place: "sip:", host and port, and the transport that it or the
 * argument (may be NULL) says. False: that is none, both say one, or it is too long. */
bool leg_server_uri(sira_str uri, const char *transport, char *out, size_t size);

#endif
