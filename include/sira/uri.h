/* SIP, SIPS and tel URIs (RFC 3261 19.1, RFC 3966), taken apart in place; every other scheme is kept as an absolute
 * URI. */
#ifndef SIRA_URI_H
#define SIRA_URI_H

#include <sira/base.h>
#include <sira/endpoint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum sira_scheme {
    SIRA_SCHEME_OTHER = 0, /* an absolute URI: only scheme_text and rest are set */
    SIRA_SCHEME_SIP,
    SIRA_SCHEME_SIPS,
    SIRA_SCHEME_TEL
} sira_scheme;

typedef enum sira_host_kind { SIRA_HOST_NONE = 0, SIRA_HOST_NAME, SIRA_HOST_IPV4, SIRA_HOST_IPV6 } sira_host_kind;

/* The parts as they stand in the text, escapes untouched. Every part is a view into the text that was parsed. */
typedef struct sira_uri {
    uint8_t scheme;       /* sira_scheme */
    uint8_t host_kind;    /* sira_host_kind */
    bool has_user;        /* an '@' was there: "sip:@host" is refused, so user is then not empty */
    bool has_password;    /* a ':' stood behind the user; the password may be empty */
    uint16_t port;        /* 0: none was given */
    sira_str text;        /* the whole URI */
    sira_str scheme_text; /* without the ':' */
    sira_str user;        /* tel: the number */
    sira_str password;
    sira_str host;    /* an IPv6 reference keeps its brackets */
    sira_str params;  /* "transport=udp;lr": without the first ';' */
    sira_str headers; /* "subject=x&priority=urgent": without the '?' */
    sira_str rest;    /* other schemes: all behind the ':' */
} sira_uri;

/* Takes a whole text apart. Of the parameters those that RFC 3261 19.1.1 and RFC 3966 3 define stand once (transport,
 * user, method, ttl, maddr, lr; ext, isub, phone-context), and ttl, ext and phone-context have a value that fits;
 * others may stand again, because to find that out would take longer than the URI is long. SIRA_OK; SIRA_E_URI with the
 * offset in diag. *uri is written only on success. */
SIRA_API sira_status sira_uri_parse(sira_uri *uri, sira_str text, sira_diag *diag);

/* Takes the next parameter from *rest ("a=b;c"), which moves on. SIRA_OK, or SIRA_IDLE at the end. A parameter without
 * '=' has an empty value with at NULL. */
SIRA_API sira_status sira_uri_param_next(sira_str *rest, sira_str *name, sira_str *value);

/* Finds a parameter by name (any case). SIRA_OK, or SIRA_IDLE when it is not there. */
SIRA_API sira_status sira_uri_param(const sira_uri *uri, sira_str name, sira_str *value);

/* The same for the headers part; names are compared in any case (RFC 3261 19.1.4). */
SIRA_API sira_status sira_uri_header_next(sira_str *rest, sira_str *name, sira_str *value);

/* Equal by RFC 3261 19.1.4 (sip and sips), RFC 3966 4 (tel), byte by byte (others). Not transitive; see the RFC's own
 * examples. URIs with more than SIRA_LIMIT_URI_PAIRS parameters or headers are equal only byte by byte, so that nobody
 * can make a comparison expensive. */
SIRA_API bool sira_uri_equal(const sira_uri *a, const sira_uri *b);

/* Replaces %HH by its byte, so "%00" becomes a NUL inside *out (never an end). out may hold up to text.len bytes.
 * Returns SIRA_OK with *length set; SIRA_E_SPACE; SIRA_E_URI for a '%' without two hex digits. */
SIRA_API sira_status sira_uri_unescape(sira_str text, char *out, size_t size, size_t *length);

#ifdef __cplusplus
}
#endif
#endif
