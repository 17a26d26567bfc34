/* Layout of requests that arrive. Not API. */
#ifndef SIRA_DETAIL_INCOMING_H
#define SIRA_DETAIL_INCOMING_H

#include <sira/incoming.h>
#include <sira/detail/timer.h>
#include <sira/detail/transaction.h>

/* An event that was not delivered yet. */
typedef struct sira_incoming_news {
    uint64_t now;
    int16_t status;
    uint16_t code;
    uint8_t kind;
    bool has_message; /* it is the agent's present message */
} sira_incoming_news;

struct sira_incoming {
    sira_uas *uas;
    sira_timer timer;
    sira_waiter in_agent; /* has events */
    sira_server_transaction transaction;
    sira_request_key key;
    sira_flow flow; /* that it came in on */
    char *bytes;    /* request_len of the request, then response_len of the last response */
    uint64_t answer_by;
    void *user;
    uint32_t request_len, response_len;
    char tag[8];
    uint16_t code;       /* of the last response */
    uint16_t reply_port; /* RFC 3261 18.2.2, RFC 3581 4 */
    bool used;
    bool acked;
    uint8_t news_first, news_count;
    sira_incoming_news news[SIRA_LIMIT_EVENTS];
};

struct sira_uas {
    sira_agent *agent;
    sira_incoming_config config;
    sira_uas_counters counters;
    size_t share;         /* bytes of a slot */
    sira_message message; /* a request of a slot */
    sira_field fields[SIRA_LIMIT_FIELDS];
};

#endif
