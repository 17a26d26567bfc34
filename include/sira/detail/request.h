/* Layout of a request. Not API. */
#ifndef SIRA_DETAIL_REQUEST_H
#define SIRA_DETAIL_REQUEST_H

#include <sira/request.h>
#include <sira/detail/exchange.h>
#include <sira/detail/timer.h>
#include <sira/detail/transaction.h>

/* An event that was not delivered yet. */
typedef struct sira_request_news {
    uint64_t now, not_before;
    int16_t status;
    uint16_t code;
    uint8_t kind;
    bool has_response; /* it is the agent's present message */
} sira_request_news;

/* A try of an INVITE that has its final response other than 2xx: ACK is repeated for as long as that may come again. */
typedef struct sira_request_past {
    sira_transaction transaction;
    sira_request *request;
    sira_flow flow;
    uint32_t cseq;
} sira_request_past;

struct sira_request {
    sira_exchange exchange;
    sira_timer timer;     /* of cancel and past */
    sira_waiter in_agent; /* has events */
    sira_request_config config;
    sira_transaction cancel;
    sira_request_past past[2]; /* a proxy's challenge and a registrar's; of more the eldest is forgotten */
    uint8_t phase;             /* of its life */
    bool invite;
    bool given_up; /* by the application, or timer C */
    bool accepted; /* a 2xx has come */
    uint8_t news_first, news_count;
    sira_request_news news[SIRA_LIMIT_EVENTS];
    char tag[12], call_id[24]; /* made up */
    uint16_t service_route_len;
    char service_route[SIRA_LIMIT_ROUTE]; /* as it was when the try began */
};

#endif
