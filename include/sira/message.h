/* A SIP message as an index over the caller's bytes: start line, every header field, body. Nothing is copied.
 *
 * Three levels, each as strict as RFC 3261 and each useful alone:
 *   1. sira_message_parse:    start line, header lines, body (framing);
 *   2. sira_message_validate: the mandatory fields, once each, in range, and in agreement (8.1.1, 8.2, 18.3);
 *   3. the functions of field.h: each value, when it is asked for. */
#ifndef SIRA_MESSAGE_H
#define SIRA_MESSAGE_H

#include <sira/base.h>
#include <sira/field.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum sira_method {
    SIRA_METHOD_OTHER = 0,
    SIRA_METHOD_INVITE,
    SIRA_METHOD_ACK,
    SIRA_METHOD_BYE,
    SIRA_METHOD_CANCEL,
    SIRA_METHOD_OPTIONS,
    SIRA_METHOD_REGISTER,
    SIRA_METHOD_PRACK,
    SIRA_METHOD_SUBSCRIBE,
    SIRA_METHOD_NOTIFY,
    SIRA_METHOD_PUBLISH,
    SIRA_METHOD_INFO,
    SIRA_METHOD_REFER,
    SIRA_METHOD_MESSAGE,
    SIRA_METHOD_UPDATE
} sira_method;

/* Methods are case-sensitive (RFC 3261 7.1). */
SIRA_API sira_method sira_method_of(sira_str name);

/* What is let pass on purpose, because it is only compared, hashed or copied, and peers that send it exist:
 *   - octets above 127 need not be UTF-8, in values, quoted strings and reason phrases: there are registrars whose
 * realm is in ISO 8859-1;
 *   - a reason phrase may hold any octet but control characters;
 *   - at level 1 a control character (not CR or LF) may stand behind any backslash: whether that is a quoted-pair,
 * which needs quotes around it, is judged at level 3, by who knows the field.
 *
 * Leniencies, all off by default. */
typedef enum sira_lenient {
    SIRA_LENIENT_NONE = 0,
    /* A line may end in LF alone: messages typed into netcat, some alarm panels and old ATAs. */
    SIRA_LENIENT_BARE_LF = 1
} sira_lenient;

typedef struct sira_message {
    bool is_request;
    uint8_t method;       /* sira_method; of a response: that of CSeq, once validated */
    uint16_t status_code; /* response: 100 to 699 */
    uint16_t field_count;
    uint16_t field_capacity;
    uint16_t repeated;    /* index + 1 of the first field that stands again and may stand once; 0: none */
    unsigned lenient;     /* sira_lenient flags; set it between init and parse */
    sira_str method_name; /* request */
    sira_str uri;         /* request: Request-URI; sira_uri_parse takes it apart */
    sira_str reason;      /* response: reason phrase, may be empty */
    sira_str bytes;       /* the message, from its first byte to the last of its body */
    sira_str body;
    sira_field *fields;               /* field_count of them, in order */
    uint16_t first[SIRA_FIELD_COUNT]; /* by id: index + 1 of its first field, 0 when there is none */
} sira_message;

/* Gives a message its field slots, which must outlive it. One message may be parsed into again and again. */
SIRA_API void sira_message_init(sira_message *message, sira_field *slots, size_t capacity);

/* Reads one datagram. Leading CRLFs are skipped (RFC 3261 7.5), octets behind the body are left out (18.3); without
 * Content-Length the body is all the rest. The bytes must live as long as the message is used. SIRA_OK; SIRA_IDLE:
 * nothing but CRLFs (a keep-alive); SIRA_E_FIELDS; SIRA_E_LIMIT: longer than SIRA_LIMIT_MESSAGE; SIRA_E_VERSION;
 * SIRA_E_LENGTH; SIRA_E_SYNTAX and its band, with diag. After an error what was read so far can still be looked at (a
 * response needs Via, From, To, Call-ID and CSeq); of a message above the limit, the header lines within it. */
SIRA_API sira_status sira_message_parse(sira_message *message, sira_str bytes, sira_diag *diag);

/* Checks what every message must have: Via, From, To, Call-ID, CSeq once each (and well-formed; the URIs inside are
 * checked when sira_uri_parse takes them apart), a CSeq below 2^31 whose method is the start line's, and nothing twice
 * that may stand once. Of a request also that the Request-URI is one, that each Contact is well-formed and "*" alone,
 * and that Max-Forwards, if it is there, is 0 to 255; a response may list bindings of others, so there a bad Contact is
 * for sira_contact_next to find. SIRA_OK or an error of the syntax band; for a request diag has the response code. */
SIRA_API sira_status sira_message_validate(sira_message *message, sira_diag *diag);

/* Does the branch identify the transaction (RFC 3261 8.1.1.7: "z9hG4bK" and more)? If not, the rules of RFC 2543 hold
 * (17.2.3). */
SIRA_API bool sira_via_is_unique(const sira_via *via);

/* The first field of an id, NULL when absent. */
SIRA_API const sira_field *sira_message_field(const sira_message *message, sira_field_id id);

/* The first field of a name (long or compact, any case) at or behind index from, for names that have no id too; NULL
 * when absent. */
SIRA_API const sira_field *sira_message_find(const sira_message *message, sira_str name, size_t from);

/* The standard reason phrase of a response code, as "Unauthorized" (RFC 3261 21 and its extensions); for others that of
 * its class. Static. */
SIRA_API const char *sira_reason_phrase(uint16_t code);

#ifdef __cplusplus
}
#endif
#endif
