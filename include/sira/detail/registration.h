/* Layout of a registration. Not API. */
#ifndef SIRA_DETAIL_REGISTRATION_H
#define SIRA_DETAIL_REGISTRATION_H

#include <sira/registration.h>
#include <sira/detail/exchange.h>
#include <sira/detail/timer.h>

/* An event that was not delivered yet. */
typedef struct sira_registration_news {
    uint64_t now, next;
    uint32_t expires;
    int16_t status;
    uint16_t code, bindings;
    uint8_t kind;
    bool bound;
} sira_registration_news;

/* Where a registration was redirected to. Functions are reached from here only, so who follows none links none. */
struct sira_redirect {
    const struct sira_redirector *by;
    sira_server server;
    uint16_t uri_len; /* 0: at home */
    uint8_t count;    /* in a row */
    char uri[SIRA_LIMIT_CONFIG];
};

/* What a NAT makes of our address. Reached from here only. */
struct sira_nat {
    const struct sira_nat_policy *by;
    sira_endpoint given;   /* by the application; no family: none */
    sira_endpoint mapping; /* as a registrar has seen it last, while we were at local */
    sira_endpoint local;
    sira_endpoint present; /* what the Contact of the present request says; no family: our own address */
    uint64_t rewritten_at;
    bool rewritten; /* at all, from where we are */
};

struct sira_registration {
    sira_exchange exchange;
    sira_redirect *redirect;         /* NULL: none is followed */
    const sira_additions *additions; /* NULL: none */
    sira_nat *nat;                   /* NULL: the Contact says our own address */
    sira_server *home;               /* that of its account, or to which it was moved */
    sira_timer timer;                /* to the next attempt, or to the end of the binding */
    sira_waiter in_agent;            /* has events */
    sira_registration_config config;
    sira_endpoint contact; /* ours, as it is registered */
    uint64_t expires_at;   /* 0: not bound */
    uint64_t next_at;      /* next planned attempt */
    uint64_t bound_at;     /* the last 2xx */
    struct {               /* all random */
        uint8_t call_id[12];
        uint8_t tag[6];
        uint8_t line[4]; /* marks our Contact: servers return it even when they rewrite host and port */
    } names;
    uint32_t asked;       /* lifetime in the request under way */
    uint32_t raised;      /* what a 423 demanded; kept apart from what is configured */
    uint16_t failures;    /* in a row */
    uint16_t rejections;  /* in a row */
    uint16_t brief_flows; /* in a row: they went down soon after the 2xx */
    uint8_t state;
    bool unheard;    /* the last failure was no answer of the server's */
    bool leaving;    /* the binding is to be removed */
    bool raised_now; /* in this attempt */
    bool started;    /* the start window was waited for */
    bool proven;     /* the credentials have registered it, and were not refused since */
    bool anew;       /* at once when the request under way has ended */
    bool moved;      /* home is another server since then */
    uint8_t news_first, news_count;
    sira_registration_news news[SIRA_LIMIT_EVENTS];
    uint16_t service_route_len;
    char service_route[SIRA_LIMIT_ROUTE];
};

#endif
