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
 * Leniencies, all off by default, for whoever has to understand devices that can't be changed. Each costs nothing where
 * the message is right. None lets pass what two readers would understand in two ways, but for the risks that are named;
 * none touches credentials or what a body's length is. */
typedef enum sira_lenient {
    SIRA_LENIENT_NONE = 0,
    /* A line may end in LF alone: messages typed into netcat, some alarm panels and old ATAs. Risk: who reads strictly
     * sees fewer fields, so a text that is copied into a message unchecked can add some. The framer never does it. */
    SIRA_LENIENT_BARE_LF = 1,
    /* Nothing between two semicolons or, in a list, two commas; a semicolon or comma at the end of a value. Risk: none
     * known; whoever forwards such a value passes the blemish on. */
    SIRA_LENIENT_EMPTY_PARAMS = 2,
    /* A line that is no header field, as one without a colon, is skipped with its folds; not one that holds a NUL, or
     * "SIP/", as a start line does. Risk: a field whose name is misspelt is not missed. */
    SIRA_LENIENT_BAD_LINES = 4,
    /* A field that stands once may stand again with the same octets (never Content-Length). Risk: none known. */
    SIRA_LENIENT_REPEATED = 8,
    /* A display name without quotes may hold octets above 127 and all of ASCII but control characters and
     * < > " ; and the colon. Risk: what is shown of it is not what was meant. */
    SIRA_LENIENT_DISPLAY_NAME = 16,
    /* A Call-ID may hold anything but control characters. Risk: white space that somebody on the way changes makes it
     * another one. */
    SIRA_LENIENT_CALL_ID = 32,
    /* The q of a Contact may have more than three decimals, of which three count. Risk: none known. */
    SIRA_LENIENT_LONG_Q = 64,
    SIRA_LENIENT_LAST = SIRA_LENIENT_LONG_Q
} sira_lenient;

/* A few words for a table or a trace, as "bare LF"; static; "" for what is no flag. */
SIRA_API const char *sira_lenient_name(sira_lenient flag);

typedef struct sira_message {
    bool is_request;
    uint8_t method;       /* sira_method; of a response: that of CSeq, once validated */
    uint16_t status_code; /* response: 100 to 699 */
    uint16_t field_count;
    uint16_t field_capacity;
    uint16_t repeated;    /* index + 1 of the first field that stands again and may stand once; 0: none */
    uint16_t via_count;   /* values of Via, once validated: an answer to a request of our own has one (8.1.3.3) */
    unsigned lenient;     /* sira_lenient flags; set it between init and parse */
    unsigned let_pass;    /* not API: those that hold for this message */
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

/* What sira_message_read let pass. */
typedef enum sira_oddity_kind {
    SIRA_ODDITY_LINE = 0, /* how a line ends, a line that is no field, or no end of the header section */
    SIRA_ODDITY_VALUE,    /* a value that is malformed */
    SIRA_ODDITY_REPEATED, /* a field that stands once stands again */
    SIRA_ODDITY_MISSING,  /* a mandatory field is not there, or is of no use */
    SIRA_ODDITY_LENGTH,   /* Content-Length is of no use */
    SIRA_ODDITY_FIELDS    /* more fields than slots */
} sira_oddity_kind;

typedef struct sira_oddity {
    uint8_t kind;   /* sira_oddity_kind */
    sira_diag diag; /* its place, what would have been right there, and the field */
} sira_oddity;

#define SIRA_ODDITIES_KEPT 4

typedef struct sira_oddities {
    uint16_t count; /* all of them */
    sira_oddity first[SIRA_ODDITIES_KEPT];
} sira_oddities;

/* Parses and validates in one, and reads the answers to our own requests with tolerance. Of a request, and of a
 * response that is right, it says what sira_message_parse and sira_message_validate say. What these refuse of a
 * response is skipped, as long as start line, topmost Via, CSeq, Call-ID and From can be read, by which an answer is
 * known: then everything else of it counts, and the oddities (may be NULL; the count is set in any case) say what was
 * passed over.
 *
 *   - A line that is no field is skipped. In a datagram a line may end in LF alone, the header section without an empty
 *     line, and a Content-Length that is malformed, too large or there twice leaves the body all the rest. On a stream
 *     nothing that moves the end of the message is let pass.
 *   - Malformed parameters of Via, From and To are skipped, To may be missing or malformed.
 *   - Of a field that stands once and is there again one is read by the functions of field.h: of Expires the smallest
 *     that is not 0, of Min-Expires and Retry-After the largest, of others the first.
 *   - Where there are more fields than slots, those that have no id make room.
 *
 * Never: NUL in the header section, a second status line in it, two different Call-IDs, CSeqs or Froms, more than one
 * value of Via (8.1.3.3; that is refused of a right response, too). Returns SIRA_OK, SIRA_IDLE, or an error as those
 * two, with diag. Costs what they cost, and as much again for a response that they refuse. */
SIRA_API sira_status sira_message_read(sira_message *message, sira_str bytes, bool is_stream, sira_oddities *oddities,
                                       sira_diag *diag);

/* Parses and validates a request strictly, and one that is refused then once more with the leniencies that are allowed.
 * *passed: those of them that it needed, 0 where it is right; message->lenient is the same. Then, too, diag says what
 * the strict reading has refused. Returns what sira_message_parse and sira_message_validate say; of what is refused
 * all the same, what the strict reading says, with diag. On a stream SIRA_LENIENT_BARE_LF is not to be allowed. A
 * request that is right costs nothing more; one that is not as many readings as there are leniencies. Answer it by
 * sira_write_clean_response. */
SIRA_API sira_status sira_message_read_sloppy(sira_message *message, sira_str bytes, unsigned allowed, unsigned *passed,
                                              sira_diag *diag);

/* The smallest lifetime above 0 that stands anywhere in an answer to a REGISTER: in an Expires field, or behind
 * "expires=" in a Contact, however malformed the rest of it is. For an answer whose Contacts can't be understood: no
 * binding that it tells of lapses sooner. SIRA_OK, SIRA_IDLE: there is none. */
SIRA_API sira_status sira_message_least_expires(const sira_message *message, uint32_t *seconds);

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
