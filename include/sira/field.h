/* Header fields: their names, and typed views of their values.
 *
 * A cursor walks over all values of one field of a message, in order, across several header lines and comma-separated
 * lists (RFC 3261 7.3.1). Each sira_..._next() takes one value, checks it in full (but for credentials and
 * Authentication-Info, whose parameters are checked when sira_auth_param_next takes them) and moves on:
 *
 *     sira_cursor cursor;
 *     sira_contact contact;
 *     sira_cursor_init(&cursor, &message, SIRA_FIELD_CONTACT);
 *     while ((status = sira_contact_next(&cursor, &contact, &diag)) == SIRA_OK)
 *         ...
 *
 * They return SIRA_OK, SIRA_IDLE at the end, or a syntax error; after an error the cursor stands at the next header
 * line. Views point into the message. A value that was folded (RFC 3261 7.3.1) still holds its line ends;
 * sira_str_unfold removes them. */
#ifndef SIRA_FIELD_H
#define SIRA_FIELD_H

#include <sira/base.h>
#include <sira/uri.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum sira_field_id {
    SIRA_FIELD_OTHER = 0, /* any name that is not in this list; find it with sira_message_find */
    SIRA_FIELD_VIA,
    SIRA_FIELD_FROM,
    SIRA_FIELD_TO,
    SIRA_FIELD_CALL_ID,
    SIRA_FIELD_CSEQ,
    SIRA_FIELD_CONTACT,
    SIRA_FIELD_MAX_FORWARDS,
    SIRA_FIELD_CONTENT_LENGTH,
    SIRA_FIELD_CONTENT_TYPE,
    SIRA_FIELD_CONTENT_ENCODING,
    SIRA_FIELD_CONTENT_DISPOSITION,
    SIRA_FIELD_MIME_VERSION,
    SIRA_FIELD_EXPIRES,
    SIRA_FIELD_MIN_EXPIRES,
    SIRA_FIELD_ROUTE,
    SIRA_FIELD_RECORD_ROUTE,
    SIRA_FIELD_PATH,
    SIRA_FIELD_SERVICE_ROUTE,
    SIRA_FIELD_P_ASSOCIATED_URI,
    SIRA_FIELD_P_ASSERTED_IDENTITY,
    SIRA_FIELD_AUTHORIZATION,
    SIRA_FIELD_PROXY_AUTHORIZATION,
    SIRA_FIELD_WWW_AUTHENTICATE,
    SIRA_FIELD_PROXY_AUTHENTICATE,
    SIRA_FIELD_AUTHENTICATION_INFO,
    SIRA_FIELD_PROXY_AUTHENTICATION_INFO,
    SIRA_FIELD_SUPPORTED,
    SIRA_FIELD_REQUIRE,
    SIRA_FIELD_PROXY_REQUIRE,
    SIRA_FIELD_UNSUPPORTED,
    SIRA_FIELD_ALLOW,
    SIRA_FIELD_ALLOW_EVENTS,
    SIRA_FIELD_ACCEPT,
    SIRA_FIELD_RETRY_AFTER,
    SIRA_FIELD_WARNING,
    SIRA_FIELD_REASON,
    SIRA_FIELD_DATE,
    SIRA_FIELD_TIMESTAMP,
    SIRA_FIELD_USER_AGENT,
    SIRA_FIELD_SERVER,
    SIRA_FIELD_ORGANIZATION,
    SIRA_FIELD_SUBJECT,
    SIRA_FIELD_PRIORITY,
    SIRA_FIELD_EVENT,
    SIRA_FIELD_SUBSCRIPTION_STATE,
    SIRA_FIELD_REFER_TO,
    SIRA_FIELD_REFERRED_BY,
    SIRA_FIELD_REPLY_TO,
    SIRA_FIELD_SESSION_EXPIRES,
    SIRA_FIELD_FLOW_TIMER,
    SIRA_FIELD_SECURITY_CLIENT,
    SIRA_FIELD_SECURITY_SERVER,
    SIRA_FIELD_SECURITY_VERIFY,
    SIRA_FIELD_COUNT
} sira_field_id;

/* One header field of a message. */
typedef struct sira_field {
    sira_str name;  /* as it stands in the message */
    sira_str value; /* without the white space around it; may be empty, may hold folds */
    uint16_t id;    /* sira_field_id */
    uint16_t next;  /* index + 1 of the next field with this id, 0 when this is the last */
} sira_field;

/* The id of a name in its long or compact form and any case; SIRA_FIELD_OTHER when it is none of the list. */
SIRA_API sira_field_id sira_field_id_of(sira_str name);

/* The long form, as "Call-ID"; static; "" for SIRA_FIELD_OTHER. */
SIRA_API const char *sira_field_name(sira_field_id id);

struct sira_message;

/* A place in the values of one field. Fields are not API. */
typedef struct sira_cursor {
    const struct sira_message *message; /* NULL: over one text */
    sira_str rest;                      /* what is left of the present header line */
    const char *base;                   /* diag offsets count from here */
    uint16_t id;
    uint16_t line; /* index + 1 of the present header line, 0: none yet */
    uint16_t next; /* the same of the next one, 0: there is none */
} sira_cursor;

/* Starts at the first value of a field of a parsed message. */
SIRA_API void sira_cursor_init(sira_cursor *cursor, const struct sira_message *message, sira_field_id id);

/* Starts in one header value that does not stand in a message. */
SIRA_API void sira_cursor_init_text(sira_cursor *cursor, sira_str value, sira_field_id id);

/* Takes the next parameter from *rest, the params of one of the views below (";tag=x;lr" in the message is "tag=x;lr"
 * there); *rest moves on. SIRA_OK; SIRA_IDLE at the end; SIRA_E_SYNTAX, which the params of a view never give, unless
 * sira_message_read or sira_contact_sift has passed over some of them. A quoted
 * value keeps its quotes; one without '=' is empty with at NULL. White space and folds around '=' and ';' are skipped,
 * and semicolons with nothing between them, as SIRA_LENIENT_EMPTY_PARAMS leaves them in the params of a view. */
SIRA_API sira_status sira_param_next(sira_str *rest, sira_str *name, sira_str *value);

/* The same of the text of a URI that sira_uri_parse may refuse, as an SBC makes it that puts quotes into a parameter:
 * of ";line=abc" the value is "abc". */
SIRA_API sira_status sira_uri_text_param(sira_str uri, sira_str name, sira_str *value);

/* Finds a parameter by name (any case): SIRA_OK, or SIRA_IDLE when it is not there. */
SIRA_API sira_status sira_param_find(sira_str params, sira_str name, sira_str *value);

/* Via (RFC 3261 20.42, RFC 3581). */
typedef struct sira_via {
    sira_str transport; /* "UDP" */
    sira_str host;      /* sent-by; an IPv6 reference keeps its brackets */
    uint16_t port;      /* 0: none */
    bool has_rport;     /* "rport" with or without a value */
    uint16_t rport;     /* 0: no value */
    sira_str branch;    /* empty: none */
    sira_str received;  /* RFC 5118 4.5: an IPv6 address with or without brackets */
    sira_str maddr;
    uint32_t ttl;    /* UINT32_MAX: none */
    sira_str params; /* all of them */
} sira_via;
SIRA_API sira_status sira_via_next(sira_cursor *cursor, sira_via *via, sira_diag *diag);

/* From, To, Reply-To, P-Asserted-Identity, Refer-To, Referred-By: name-addr or addr-spec (RFC 3261 20.10: without angle
 * brackets what follows ';' are header parameters, and the URI holds no ',', ';' or '?'). Route, Record-Route, Path,
 * Service-Route, P-Associated-URI: name-addr, so the angle brackets must be there (RFC 3261 25.1, RFC 3327, RFC 3608,
 * RFC 7315). P-Associated-URI may be empty (RFC 7315 5.1). */
typedef struct sira_address {
    sira_str text;    /* the whole value, with its parameters */
    sira_str display; /* display name; a quoted one keeps its quotes; empty: none */
    sira_str uri;     /* without the angle brackets; sira_uri_parse takes it apart */
    sira_str tag;     /* empty: none */
    sira_str params;  /* all header parameters */
} sira_address;
SIRA_API sira_status sira_address_next(sira_cursor *cursor, sira_address *address, sira_diag *diag);

/* Contact (RFC 3261 20.10, RFC 5626, RFC 5627). */
typedef struct sira_contact {
    sira_address address; /* tag is not used */
    bool star;            /* the value is "*"; all else is empty */
    bool has_expires;
    bool has_q;
    uint32_t expires;  /* seconds, 0 to 2^32-1, quoted or not; a malformed one is taken as 3600 (RFC 3261 10.3) */
    uint16_t q;        /* thousandths, 0 to 1000 */
    uint32_t reg_id;   /* 0: none */
    sira_str instance; /* +sip.instance without the quotes, as <urn:uuid:...> but kept as it came; empty: none */
    sira_str pub_gruu; /* without the quotes, its escapes untouched, as instance; empty: none */
    sira_str temp_gruu;
} sira_contact;
SIRA_API sira_status sira_contact_next(sira_cursor *cursor, sira_contact *contact, sira_diag *diag);

/* The same for an answer's list of bindings, in which one that is malformed must hide neither itself nor those behind
 * it. SIRA_OK: as sira_contact_next, and the lifetime stands there as it should. SIRA_E_SYNTAX, with diag: something is
 * wrong in this Contact; all the same the cursor stands behind it, and contact has as much of it as can be known. Then
 * the URI may be none, for sira_uri_text_param; malformed parameters are skipped; a lifetime in quotes or with
 * something behind its digits is read, of two the smaller above 0 counts, and has_expires is false where there is none.
 * SIRA_IDLE at the end. */
SIRA_API sira_status sira_contact_sift(sira_cursor *cursor, sira_contact *contact, sira_diag *diag);

/* Require, Proxy-Require, Supported, Unsupported, Allow, Allow-Events: one token each. Supported and Allow may be empty
 * (RFC 3261 25.1). */
SIRA_API sira_status sira_token_next(sira_cursor *cursor, sira_str *token, sira_diag *diag);

/* WWW-Authenticate and Proxy-Authenticate (RFC 3261 25.1: one per header line, with a parameter at least; several in
 * one line, a scheme alone, and empty elements of the list, as HTTP has them (RFC 7235 2.1, 7), are read too, so that
 * what is not understood can be ignored), Authorization and Proxy-Authorization, and Authentication-Info (scheme is
 * empty). */
typedef struct sira_auth {
    sira_str scheme; /* "Digest" */
    sira_str params; /* a list of name=value, for sira_auth_param_next; that of a challenge is checked, because where it
                        ends has to be found. For a scheme with a token68, as Basic, that text. Empty: a scheme alone */
} sira_auth;
SIRA_API sira_status sira_auth_next(sira_cursor *cursor, sira_auth *auth, sira_diag *diag);

/* Takes the next name=value from *rest, which moves on: SIRA_OK; SIRA_IDLE at the end; SIRA_E_SYNTAX, and *rest starts
 * where it went wrong. Commas with nothing between them are skipped (RFC 7235 7). A quoted value keeps its quotes. */
SIRA_API sira_status sira_auth_param_next(sira_str *rest, sira_str *name, sira_str *value);

/* Warning (RFC 3261 20.43). */
typedef struct sira_warning {
    uint16_t code; /* 100 to 999 */
    sira_str agent;
    sira_str text; /* keeps its quotes */
} sira_warning;
SIRA_API sira_status sira_warning_next(sira_cursor *cursor, sira_warning *warning, sira_diag *diag);

/* Reason (RFC 3326), Security-Client, Security-Server, Security-Verify (RFC 3329), Event (RFC 6665),
 * Subscription-State, Content-Disposition, Accept and Content-Type ("type/subtype"): a token, then parameters. Accept
 * may be empty. */
typedef struct sira_token_params {
    sira_str token;
    sira_str params;
} sira_token_params;
SIRA_API sira_status sira_token_params_next(sira_cursor *cursor, sira_token_params *value, sira_diag *diag);

/* CSeq (RFC 3261 20.16). */
typedef struct sira_cseq {
    uint32_t number; /* below 2^31 when the message was validated (RFC 3261 8.1.1.5) */
    sira_str method;
} sira_cseq;

/* Retry-After (RFC 3261 20.33). */
typedef struct sira_retry_after {
    uint32_t seconds;
    bool has_duration;
    uint32_t duration; /* seconds */
    sira_str comment;  /* with its parentheses; empty: none */
} sira_retry_after;

/* Date (RFC 3261 20.17: RFC 1123 form, GMT only). */
typedef struct sira_date {
    uint16_t year;
    uint8_t month; /* 1 to 12 */
    uint8_t day;   /* 1 to 31 */
    uint8_t hour;
    uint8_t minute;
    uint8_t second;  /* 0 to 60 */
    uint8_t weekday; /* 0 Monday to 6 Sunday, as written */
} sira_date;

/* The first value of the first Via. SIRA_OK; SIRA_IDLE: the field is absent; a syntax error. */
SIRA_API sira_status sira_message_via(const struct sira_message *message, sira_via *topmost, sira_diag *diag);

/* Fields that stand once. SIRA_OK; SIRA_IDLE: the field is absent; SIRA_E_DUPLICATE; a syntax error. */
SIRA_API sira_status sira_message_address(const struct sira_message *message, sira_field_id id, sira_address *address,
                                          sira_diag *diag);
SIRA_API sira_status sira_message_cseq(const struct sira_message *message, sira_cseq *cseq, sira_diag *diag);
SIRA_API sira_status sira_message_call_id(const struct sira_message *message, sira_str *call_id, sira_diag *diag);
SIRA_API sira_status sira_message_retry_after(const struct sira_message *message, sira_retry_after *retry_after,
                                              sira_diag *diag);
SIRA_API sira_status sira_message_date(const struct sira_message *message, sira_date *date, sira_diag *diag);
/* Content-Type, Content-Disposition, Event, Subscription-State. */
SIRA_API sira_status sira_message_token_params(const struct sira_message *message, sira_field_id id,
                                               sira_token_params *value, sira_diag *diag);
/* Expires, Min-Expires, Max-Forwards (0 to 255), Content-Length, Flow-Timer: a number of at most 2^32-1. */
SIRA_API sira_status sira_message_number(const struct sira_message *message, sira_field_id id, uint32_t *number,
                                         sira_diag *diag);

/* Copies a value with each fold (CRLF and white space, once or more) made one space. SIRA_OK with *length;
 * SIRA_E_SPACE. */
SIRA_API sira_status sira_str_unfold(sira_str value, char *out, size_t size, size_t *length);

/* Copies a quoted string without its quotes and escapes (RFC 3261 25.1 quoted-pair, RFC 7616 3.4 unq()), and each fold
 * made one space; a token is copied as it is. SIRA_OK with *length; SIRA_E_SPACE; SIRA_E_SYNTAX when the quotes do not
 * close. */
SIRA_API sira_status sira_str_unquote(sira_str value, char *out, size_t size, size_t *length);

#ifdef __cplusplus
}
#endif
#endif
