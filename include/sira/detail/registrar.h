/* Layout of what registrar.h describes. Fields are not API where no comment says so. */
#ifndef SIRA_DETAIL_REGISTRAR_H
#define SIRA_DETAIL_REGISTRAR_H

#include <sira/digest_server.h>
#include <sira/endpoint.h>
#include <sira/limits.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One binding of an address-of-record: API. All text is clean: no folds, no control characters. */
typedef struct sira_binding {
    sira_str uri;         /* of the Contact, without angle brackets */
    sira_str params;      /* of the Contact, as ";name=value;name", without expires and q; empty: none */
    sira_str instance;    /* +sip.instance without its quotes; empty: none */
    sira_str path;        /* values of Path (RFC 3327), the first one to be visited first; empty: none */
    sira_str call_id;     /* of the REGISTER that made it */
    sira_endpoint source; /* where that came from */
    uint64_t expires_at;  /* ms */
    uint64_t updated_at;  /* ms */
    uint32_t cseq;        /* of that REGISTER */
    uint32_t reg_id;      /* 0: none, or not in use (RFC 5626 6) */
    uint16_t q;           /* thousandths, 0 to 1000; 1000 where there is none */
    bool has_q;
} sira_binding;

/* The bindings of one address-of-record, as a store found them. */
typedef struct sira_bindings {
    uint64_t version; /* API: set by the store */
    size_t count;
    sira_binding all[SIRA_LIMIT_BINDINGS];
    size_t used; /* bytes of text */
    char text[SIRA_LIMIT_BINDINGS_TEXT];
} sira_bindings;

/* What is to become of the bindings of one address-of-record: API. Valid during the call, and where commit says
 * SIRA_MORE until sira_registrar_stored. */
typedef struct sira_bindings_change {
    sira_str aor;     /* canonical: "alice@example.com" */
    uint64_t version; /* that the look-up found; what is there now may be replaced only if it is this one still */
    const sira_binding *all;
    size_t count; /* 0: none is left */
} sira_bindings_change;

struct sira_registrar_config;

typedef struct sira_registrar {
    const struct sira_registrar_config *config;
    uint32_t expires_min, expires_max, expires_default;
    uint16_t bindings_max;
} sira_registrar;

/* One REGISTER, from its arrival to its response. */
typedef struct sira_registrar_task {
    void *owner; /* API: the caller's */
    sira_registrar *registrar;
    const sira_message *request;
    sira_endpoint source;
    uint64_t now; /* API: of sira_registrar_take */

    uint8_t step; /* what is waited for */
    uint8_t tries;
    bool stale; /* the challenge says so */
    bool wrong_password;
    bool outbound;
    bool star;
    bool verified_once; /* verified holds something */
    uint16_t code;
    const char *reason;

    sira_digest_peer peer;
    char peer_text[SIRA_ENDPOINT_TEXT];
    sira_digest_verified verified;

    char aor[SIRA_LIMIT_AOR];
    size_t aor_length;
    sira_bindings found;
    /* What the request asks for; expires_at is now where a binding is to go. */
    sira_binding asked[SIRA_LIMIT_BINDINGS];
    size_t asked_count;
    sira_str call_id, path;
    uint32_t cseq;
    char text[SIRA_LIMIT_REGISTER_TEXT];
    /* What there will be: views into found and text. */
    sira_binding wanted[SIRA_LIMIT_BINDINGS];
    size_t wanted_count;
    sira_bindings_change change;
} sira_registrar_task;

#ifdef __cplusplus
}
#endif
#endif
