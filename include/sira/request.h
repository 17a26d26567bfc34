/* Sends any request of an account (OPTIONS, MESSAGE, SUBSCRIBE, INVITE, BYE, ...) through its server, authorized as its
 * registration is.
 *
 *     sira_request_config_init(&config);
 *     config.method = SIRA_STR("MESSAGE");
 *     config.uri = SIRA_STR("sip:bob@example.com");
 *     config.content_type = SIRA_STR("text/plain");
 *     config.body = SIRA_STR("Hello.");
 *     config.on_event = on_event;
 *     status = sira_request_init(&request, &account, &config, &diag);
 *     status = sira_request_start(&request);
 *
 * A request goes where the account's registration goes: to the same server, on its flow, in its turn, by its
 * Service-Route. 401 and 407 are answered from the account's credentials, at several hops if need be; another target of
 * the server is tried when one fails. Each of these goes out with a new branch and CSeq. What is sent again is written
 * again from the configuration, byte for byte, and no copy of it is kept.
 *
 * The application hears of each provisional response and of one outcome; with INVITE also of each further 2xx, since a
 * request may have forked (RFC 3261 13.2.2.4). It acknowledges each 2xx by sira_request_send_ack; other final responses
 * are acknowledged by themselves (17.1.1.3). */
#ifndef SIRA_REQUEST_H
#define SIRA_REQUEST_H

#include <sira/account.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum sira_request_event_kind {
    SIRA_REQUEST_PROGRESS = 0, /* a provisional response: code, response */
    SIRA_REQUEST_ENDED,        /* the one outcome: a final response, or what kept us from having one */
    SIRA_REQUEST_REPEATED,     /* INVITE, behind a 2xx: it has come again, or another fork's has: acknowledge it */
    SIRA_REQUEST_OVER          /* nothing more comes, nothing is absorbed any more: the memory may be reused once it is
                                  removed */
} sira_request_event_kind;

/* As "progress"; static. */
SIRA_API const char *sira_request_event_kind_name(sira_request_event_kind kind);

typedef struct sira_request_event {
    uint8_t kind;       /* sira_request_event_kind */
    uint16_t code;      /* of the response, or of the one that led to the status; 0: none */
    sira_status status; /* ENDED: SIRA_OK: a 2xx that may be trusted; SIRA_E_RESPONSE: another final response, or code
                           487 without one: it was given up before there was an answer; SIRA_E_CREDENTIALS,
                           SIRA_E_CHALLENGE, ...: what sira_digest_client_challenged and _accepted say; SIRA_E_TIMEOUT;
                           SIRA_E_TRANSPORT; SIRA_E_RESOLVE; SIRA_E_SPACE: longer than the agent's scratch;
                           else SIRA_OK */
    const sira_message *response; /* valid during the call; NULL: none */
    uint64_t now;
    uint64_t not_before; /* when the server wants to be asked again (503); 0: it did not say */
    sira_request *request;
} sira_request_event;

/* user: of the request's configuration. Called when all state is settled: it may call any function of the library but
 * sira_agent_receive, also sira_request_remove. */
typedef void (*sira_request_event_fn)(void *user, const sira_request_event *event);

/* A header field as it shall stand in the request: a line of its own. */
typedef struct sira_request_field {
    sira_str name;
    sira_str value;
} sira_request_field;

/* Strings, fields and body are borrowed: they must outlive the request, since what is sent again is written again. */
typedef struct sira_request_config {
    size_t size;                      /* sizeof this struct; sira_request_config_init sets it */
    sira_str method;                  /* needed: any token but ACK and CANCEL, which belong to an INVITE */
    sira_str uri;                     /* needed: the Request-URI, of any scheme; a sips URI needs a server over TLS */
    const sira_request_field *fields; /* further header fields, in this order; none of those that are written by
                                         themselves: Via, From, To, Call-ID, CSeq, Max-Forwards, Route, Authorization,
                                         Proxy-Authorization, Content-Type, Content-Length. A Contact among them stands
                                         instead of ours */
    size_t field_count;
    sira_str body;                  /* default: none */
    sira_str content_type;          /* needed with a body */
    sira_request_event_fn on_event; /* optional */
    void *user;                     /* handed to on_event */

    /* Who with whom. */
    sira_str from;         /* URI in From; default: the AOR */
    sira_str display_name; /* in From; default: the account's */
    sira_str to;           /* URI in To; default: uri without what To may not hold (RFC 3261 19.1.1) */
    sira_str contact_user; /* user part of our Contact, escaped; default: that of the AOR. INVITE, SUBSCRIBE, NOTIFY,
                              REFER and UPDATE get a Contact */

    /* Within a dialog (RFC 3261 12.2.1.1), or where others give the names. */
    sira_str call_id;  /* default: random */
    sira_str from_tag; /* default: random */
    sira_str to_tag;   /* of the peer; empty: this is not within a dialog */
    uint32_t cseq;     /* number of the first try, below 2^31; default 1. sira_request_cseq says the last one's */
    sira_str route;    /* value of Route: "<sip:a;lr>, <sip:b;lr>"; default: without a To tag the Service-Route that the
                          account's registrar has given (RFC 3608), else none */
    bool direct;       /* no Service-Route either */
} sira_request_config;

SIRA_API void sira_request_config_init(sira_request_config *config);

/* The config is copied, what it points to is not. SIRA_OK; SIRA_E_CONFIG with the field's name in diag ("scratch":
 * the agent's scratch buffer is too small for it, whatever is challenged); SIRA_E_ENTROPY: no tag or Call-ID could be
 * made up. Next: sira_request_start. */
SIRA_API sira_status sira_request_init(sira_request *request, sira_account *account, const sira_request_config *config,
                                       sira_diag *diag);

/* Sends it; nothing is on the wire before the next tick, which becomes due now. SIRA_OK; SIRA_E_STATE: it was started
 * before: each object is one request. */
SIRA_API sira_status sira_request_start(sira_request *request);

/* Gives it up. An INVITE that is out is cancelled (RFC 3261 9.1): CANCEL goes as soon as there is a provisional
 * response, and the outcome is what then comes: mostly 487, but it may be a 2xx, which has to be acknowledged and ended
 * by BYE; within 64*T1 it comes for sure. Everything else ends at once, with 487 and no response: other requests can't
 * be cancelled, and what they do is done. SIRA_OK; SIRA_IDLE: it has its outcome already, or was not started. */
SIRA_API sira_status sira_request_cancel(sira_request *request);

/* What the ACK of a 2xx says (RFC 3261 13.2.2.4). Strings are used during the call only. */
typedef struct sira_request_ack {
    sira_str uri;                     /* needed: the remote target: Contact of the 2xx, or the first of strict routes */
    sira_str to_tag;                  /* needed: of the 2xx */
    sira_str route;                   /* value of Route: Record-Route of the 2xx, backwards; empty: none */
    const sira_request_field *fields; /* as in the configuration */
    size_t field_count;
    sira_str body; /* when the 2xx had the offer */
    sira_str content_type;
} sira_request_ack;

/* Acknowledges a 2xx to an INVITE; once for each ENDED with a 2xx and each REPEATED, with the same contents for the
 * same To tag. It carries the credentials of the INVITE (22.1). SIRA_OK; SIRA_E_STATE: there is no 2xx;
 * SIRA_E_ARGUMENT; SIRA_E_SPACE; SIRA_E_TRANSPORT: the next 2xx gives another chance. */
SIRA_API sira_status sira_request_send_ack(sira_request *request, const sira_request_ack *ack);

/* Takes the object out of the agent, whatever its state, without a word to anybody; then its memory may be reused. What
 * the peer sends again later is not acknowledged any more: best after OVER. */
SIRA_API void sira_request_remove(sira_request *request);

/* It has been started and has no outcome yet. */
SIRA_API bool sira_request_is_busy(const sira_request *request);
/* The names under which it goes, as long as the object lives: what a dialog is made of. */
SIRA_API sira_str sira_request_call_id(const sira_request *request);
SIRA_API sira_str sira_request_from_tag(const sira_request *request);
SIRA_API uint32_t sira_request_cseq(const sira_request *request); /* of what went out last */
SIRA_API const sira_request_config *sira_request_get_config(const sira_request *request);

#include <sira/detail/request.h>

#ifdef __cplusplus
}
#endif
#endif
