/* What the library tells the application: each attempt, each result, each plan, with its reason and its due time. */
#ifndef SIRA_EVENT_H
#define SIRA_EVENT_H

#include <sira/base.h>
#include <sira/detail/forward.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum sira_event_kind {
    SIRA_EVENT_REGISTERING = 0, /* a first REGISTER goes out, or one after a failure; code 423: again, for longer */
    SIRA_EVENT_REGISTERED,      /* the binding is there for expires seconds; next: when it will be refreshed;
                                   SIRA_E_UNCLEAR: the answer does not say for how long, so that is a short guess */
    SIRA_EVENT_REFRESHING,      /* a refresh goes out; the binding is still there; code 423: again, for longer */
    SIRA_EVENT_WAITING, /* an attempt failed, or has to wait: for its time in the start window (SIRA_OK), or because the
                           server wants to be left alone (503); next: when it will be tried; bound says whether the old
                           binding still lives */
    SIRA_EVENT_LAPSED,  /* the binding has run out while no attempt succeeded */
    SIRA_EVENT_UNREGISTERING,
    SIRA_EVENT_STOPPED, /* nothing is registered any more, or nothing more is done about it; status says how the last
                           request ended; SIRA_E_LISTED: well, but the registrar lists our binding still */
    SIRA_EVENT_FAILED   /* given up: needs another configuration or a start by hand */
} sira_event_kind;

/* As "registered"; static. */
SIRA_API const char *sira_event_kind_name(sira_event_kind kind);

typedef struct sira_event {
    uint8_t kind;       /* sira_event_kind */
    bool bound;         /* a binding is known to live */
    uint16_t code;      /* response code that caused it, 0: none */
    sira_status status; /* why; SIRA_OK when all is well */
    uint32_t expires;   /* seconds granted (clamped); REGISTERED only */
    uint16_t bindings;  /* REGISTERED: how many the registrar listed for this address-of-record */
    uint64_t now;       /* when it happened */
    uint64_t next;      /* when the next attempt is planned; SIRA_NEVER: none */
    sira_registration *registration;
    const char *detail; /* SIRA_E_TRANSPORT: the port's words for it, as sira_agent_flow_lost got them; NULL: none.
                           Valid during the call */
} sira_event;

/* user: from the agent's configuration. The event is valid during the call. */
typedef void (*sira_event_fn)(void *user, const sira_event *event);

/* Why, for people: the event's detail when it has one; else the standard phrase of the code when the status is
 * SIRA_E_RESPONSE; else the text of the status. Static, but for the detail. */
SIRA_API const char *sira_event_reason(const sira_event *event);

/* One line for people: "sip:alice@example.com registered for 3600 s, refresh in 3000 s". Always ends in a NUL when size
 * is not 0; cut when it does not fit (200 is enough for addresses of usual length). Returns its length. */
SIRA_API size_t sira_event_describe(const sira_event *event, char *text, size_t size);

#ifdef __cplusplus
}
#endif
#endif
