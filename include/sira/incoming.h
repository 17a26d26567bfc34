/* Answers the requests that arrive: with a server transaction each (RFC 3261 17.2), in slots of the caller's memory.
 *
 *     sira_incoming_config_init(&config);
 *     config.slots = slots;          config.slot_count = 4;
 *     config.bytes = bytes;          config.bytes_size = sizeof bytes;
 *     config.allow = SIRA_STR("INVITE, ACK, BYE, CANCEL, OPTIONS, MESSAGE");
 *     config.on_event = on_event;
 *     status = sira_uas_init(&uas, &agent, &config, &diag);
 *
 * From then on each new request is handed to on_event, which answers it, at once or later, provisionally first if need
 * be, by sira_incoming_answer. Retransmissions are absorbed and answered from the slot; a final response to INVITE is
 * repeated until its ACK comes, a 2xx by the same clock (13.3.1.4); 100 goes by itself.
 *
 * Answered without the application: OPTIONS (200 with Allow, Accept and Supported); methods that are not allowed (405
 * with Allow, or 501 where nobody knows them); extensions that are required and not supported (420 with Unsupported);
 * bad messages (400 with the reason), schemes that are no SIP (416), other versions (505); a request that has come by
 * another way already or that is our own (482); CANCEL (200, and 487 to its INVITE; else 481); and when all slots are
 * taken, 503 with Retry-After. ACK is never answered. None of these takes a slot. */
#ifndef SIRA_INCOMING_H
#define SIRA_INCOMING_H

#include <sira/digest_server.h>
#include <sira/request.h>
#include <sira/server.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum sira_incoming_event_kind {
    SIRA_INCOMING_REQUEST = 0, /* a new request: answer it, within answer_within */
    SIRA_INCOMING_CANCELLED,   /* its CANCEL has come, and 487 has gone out: do not answer it any more */
    SIRA_INCOMING_ACKED,       /* the ACK of our 2xx has come */
    SIRA_INCOMING_FAILED, /* SIRA_E_TIMEOUT with code 500: it was not answered in time, and 500 has gone out; with code
                             200 to 299: no ACK came for our 2xx: end the dialog by BYE (13.3.1.4); with another code:
                             no ACK came for it; with 0: it was too late for any answer */
    SIRA_INCOMING_OVER    /* the slot is free again: the pointer must not be used any more */
} sira_incoming_event_kind;

/* As "request"; static. */
SIRA_API const char *sira_incoming_event_kind_name(sira_incoming_event_kind kind);

typedef struct sira_incoming_event {
    uint8_t kind; /* sira_incoming_event_kind */
    uint16_t code;
    sira_status status;
    const sira_message *message; /* the request, its CANCEL or its ACK; valid during the call; NULL: none */
    const sira_flow *flow;       /* that it came in on; valid during the call */
    uint64_t now;
    sira_incoming *incoming;
} sira_incoming_event;

/* user: of the configuration. Called when all state is settled: it may call any function of the library but
 * sira_agent_receive. */
typedef void (*sira_incoming_event_fn)(void *user, const sira_incoming_event *event);

/* From whom requests are taken. Devices on open ports ring by calls of scanners (ghost calls), so whoever has all calls
 * from a provider should say so. */
typedef enum sira_incoming_source {
    SIRA_INCOMING_FROM_ANYBODY = 0,
    SIRA_INCOMING_FROM_SERVERS, /* from an address of one of the agent's servers, or on the connection to it; others get
                                   no answer, and are counted */
    SIRA_INCOMING_WITH_DIGEST   /* from these, and from others who know a password: see authorize */
} sira_incoming_source;

/* Judges a request of a stranger: message, flow and now are set. Write challenges (sira_digest_server_challenge) and
 * return SIRA_MORE: they go out with a 401; return SIRA_OK: it is taken; an error: 403. */
typedef sira_status (*sira_incoming_authorize_fn)(void *context, const sira_incoming_event *request,
                                                  sira_writer *challenges);

/* Strings and memory are borrowed: they must outlive the UAS. Times are in milliseconds. */
typedef struct sira_incoming_config {
    size_t size;          /* sizeof this struct; sira_incoming_config_init sets it */
    sira_incoming *slots; /* needed: as many requests as are under way at once, with those of the last 32 seconds */
    size_t slot_count;
    char *bytes; /* needed: shared evenly by the slots. Each holds a request without its body, and the last response:
                    2000 bytes are enough for both at usual length, 512 the least */
    size_t bytes_size;
    sira_str allow; /* methods that are handed over, as the value of Allow; default "OPTIONS": all others are refused */
    sira_str accept;                      /* value of Accept in answers to OPTIONS; default: none */
    sira_str supported;                   /* value of Supported, and what Require may name; default: nothing */
    sira_incoming_event_fn on_event;      /* needed */
    void *user;                           /* handed to on_event */
    uint8_t source;                       /* sira_incoming_source */
    sira_incoming_authorize_fn authorize; /* needed with SIRA_INCOMING_WITH_DIGEST; sira_incoming_digest is one */
    void *authorize_context;              /* for sira_incoming_digest: a sira_digest_server */
    uint32_t answer_within; /* ms until 500 goes out for an application that has not answered; default 16000, at most
                               30000 */
    uint32_t ring_within;   /* ms that an INVITE may take after its last provisional response; default 300000 */
    uint32_t retry_after;   /* seconds in the 503 of full slots; default 5 */
} sira_incoming_config;

SIRA_API void sira_incoming_config_init(sira_incoming_config *config);

/* What was counted since sira_uas_init. */
typedef struct sira_uas_counters {
    uint32_t taken;    /* handed over */
    uint32_t repeated; /* absorbed */
    uint32_t refused;  /* answered without the application, 503 apart */
    uint32_t full;     /* 503 */
    uint32_t strange;  /* from a source that requests are not taken from */
    uint32_t stray;    /* ACK to nothing */
} sira_uas_counters;

/* Lets an agent take requests. The config is copied. SIRA_OK; SIRA_E_CONFIG with the field's name in diag;
 * SIRA_E_STATE: the agent has a UAS already. */
SIRA_API sira_status sira_uas_init(sira_uas *uas, sira_agent *agent, const sira_incoming_config *config,
                                   sira_diag *diag);

/* Forgets all requests, without a word; then the memory may be reused. */
SIRA_API void sira_uas_remove(sira_uas *uas);

SIRA_API const sira_uas_counters *sira_uas_get_counters(const sira_uas *uas);

/* authorize by a digest server (its realm, its look-up): give that as authorize_context. */
SIRA_API sira_status sira_incoming_digest(void *digest_server, const sira_incoming_event *request,
                                          sira_writer *challenges);

/* What an answer says. Via, From, To, Call-ID, CSeq, and in responses that make a dialog Record-Route and Contact
 * (12.1.1), are written by themselves. Strings are used during the call only. */
typedef struct sira_answer {
    uint16_t code;                    /* 101 to 699 */
    sira_str reason;                  /* default: the standard phrase */
    const sira_request_field *fields; /* further header fields; none of those that are written by themselves. A Contact
                                         among them stands instead of ours */
    size_t field_count;
    sira_str body;
    sira_str content_type; /* needed with a body */
} sira_answer;

/* Answers, provisionally (INVITE only: RFC 4320 4.1) or finally. Its timers count from the agent's last tick: outside
 * of an event call sira_agent_tick before.
 *   SIRA_OK
 *   SIRA_E_STATE        a final answer has been given, or it is too late for any
 *   SIRA_E_UNSUPPORTED  a provisional answer, or 408, to a request that must not get one
 *   SIRA_E_ARGUMENT     the code, or a field that is written by itself
 *   SIRA_E_SPACE        longer than the agent's scratch or than the slot: nothing was sent
 *   SIRA_E_TRANSPORT    it could not be sent, and goes out when the request comes again */
SIRA_API sira_status sira_incoming_answer(sira_incoming *incoming, const sira_answer *answer);

/* The request once more, without its body, into a message with slots of the caller's; valid until OVER. SIRA_OK, or
 * what sira_message_parse says. */
SIRA_API sira_status sira_incoming_parse(const sira_incoming *incoming, sira_message *message);

/* The tag that is put into To of our responses: a dialog's local tag (12.1.1). Lives until OVER. */
SIRA_API sira_str sira_incoming_to_tag(const sira_incoming *incoming);
SIRA_API const sira_flow *sira_incoming_flow(const sira_incoming *incoming);
/* A final response has been given. */
SIRA_API bool sira_incoming_is_answered(const sira_incoming *incoming);
/* For the application: its own state of this request; NULL at first. */
SIRA_API void sira_incoming_set_user(sira_incoming *incoming, void *user);
SIRA_API void *sira_incoming_get_user(const sira_incoming *incoming);

#include <sira/detail/incoming.h>

#ifdef __cplusplus
}
#endif
#endif
