/* Layout of a registration. Not API. */
#ifndef SIRA_DETAIL_REGISTRATION_H
#define SIRA_DETAIL_REGISTRATION_H

#include <sira/registration.h>
#include <sira/detail/timer.h>
#include <sira/detail/transaction.h>

/* An event that was not delivered yet. */
typedef struct sira_registration_news {
    uint64_t now, next;
    uint32_t expires;
    int16_t status;
    uint16_t code, bindings;
    uint8_t kind;
    bool bound;
} sira_registration_news;

struct sira_registration {
    sira_client client;
    sira_account *account;
    sira_link in_server, in_queue;
    sira_registration_config config;
    sira_digest_attempt attempt;
    sira_flow flow;        /* that the request under way uses */
    sira_endpoint contact; /* ours, as it is registered */
    uint64_t expires_at;   /* 0: not bound */
    uint64_t next_at;      /* next planned attempt, or when the present phase is given up */
    struct {               /* all random */
        uint8_t call_id[12];
        uint8_t tag[6];
        uint8_t line[4]; /* marks our Contact: servers return it even when they rewrite host and port */
    } names;
    uint32_t cseq;
    uint32_t asked;      /* lifetime in the request under way */
    uint32_t raised;     /* what a 423 demanded; kept apart from what is configured */
    uint16_t failures;   /* in a row */
    uint16_t rejections; /* in a row */
    uint8_t state;
    uint8_t rounds;  /* challenges answered in this attempt */
    bool unheard;    /* the last failure was no answer of the server's */
    bool leaving;    /* the binding is to be removed */
    bool raised_now; /* in this attempt */
    bool has_turn;
    bool started; /* the start window was waited for */
    uint8_t news_first, news_count;
    sira_registration_news news[SIRA_LIMIT_EVENTS];
    uint16_t service_route_len;
    char service_route[SIRA_LIMIT_ROUTE];
};

#endif
