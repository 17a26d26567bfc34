/* The nouns, declared once, so that the headers can name each other's types. */
#ifndef SIRA_DETAIL_FORWARD_H
#define SIRA_DETAIL_FORWARD_H

typedef struct sira_agent sira_agent;
typedef struct sira_location sira_location;
typedef struct sira_locator sira_locator;
typedef struct sira_server sira_server;
typedef struct sira_account sira_account;
typedef struct sira_registration sira_registration;
typedef struct sira_request sira_request;
typedef struct sira_incoming sira_incoming;
typedef struct sira_uas sira_uas;
typedef struct sira_redirect sira_redirect;
typedef struct sira_nat sira_nat;
typedef struct sira_additions sira_additions;
typedef struct sira_exchange sira_exchange;

#endif
