/* What a function answers, and where an error stands.
 *
 * 0 is success, a positive value means "nothing was done, nothing is wrong", a negative one is an error. The errors
 * stand in bands, so that a caller may treat a whole band alike: caller, space, syntax, authentication, transaction,
 * transport. */
#ifndef SIRA_STATUS_H
#define SIRA_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sira/export.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum sira_status {
    SIRA_OK = 0,

    /* nothing done */
    SIRA_IDLE = 1, /* the end of a list, an absent field, nothing due, not ours */
    SIRA_MORE = 2, /* more bytes, or a later answer, are needed before this can go on */

    /* the caller */
    SIRA_E_ARGUMENT = -1,    /* a pointer or value that the function's comment excludes */
    SIRA_E_STATE = -2,       /* not possible in the object's present state */
    SIRA_E_CONFIG = -3,      /* a configuration field is refused; the diag names it */
    SIRA_E_UNSUPPORTED = -4, /* well-formed, but this build or port can't do it */

    /* space */
    SIRA_E_SPACE = -20,  /* the output buffer is too small; nothing usable was written */
    SIRA_E_LIMIT = -21,  /* longer than a limit of limits.h allows to keep */
    SIRA_E_FIELDS = -22, /* more header fields than the caller gave slots for */

    /* syntax of a message */
    SIRA_E_SYNTAX = -40,    /* not what the grammar has at this place */
    SIRA_E_VERSION = -41,   /* a SIP version other than 2.0 (RFC 3261 21.5.6) */
    SIRA_E_NUMBER = -42,    /* a number out of its range */
    SIRA_E_MISSING = -43,   /* a mandatory header field is absent (RFC 3261 8.1.1) */
    SIRA_E_DUPLICATE = -44, /* a header field that stands once stands twice */
    SIRA_E_MISMATCH = -45,  /* two parts contradict each other, as CSeq and the start line */
    SIRA_E_LENGTH = -46,    /* Content-Length and the bytes do not agree */
    SIRA_E_URI = -47,       /* not a URI, or one whose scheme can't serve here */

    /* authentication */
    SIRA_E_CHALLENGE = -60,   /* no challenge that the credentials, provider and policy can answer */
    SIRA_E_CREDENTIALS = -61, /* user name or password rejected */
    SIRA_E_DOWNGRADE =
        -62,              /* weaker than what this server has accepted before; refused (sira_account_forget_strength) */
    SIRA_E_RSPAUTH = -63, /* the server did not prove that it knows the password */
    SIRA_E_STALE = -64,   /* right credentials on a nonce that has expired */
    SIRA_E_REPLAY = -65,  /* a nonce count that was seen before */
    SIRA_E_NONCE = -66,   /* not a nonce of ours */
    SIRA_E_HASH = -67,    /* the hash provider failed or lacks the algorithm */
    SIRA_E_ENTROPY = -68, /* the entropy source failed */

    /* transaction */
    SIRA_E_TIMEOUT = -80,  /* no final response within 64*T1 (RFC 3261 17.1.2.2, timer F) */
    SIRA_E_RESPONSE = -81, /* a final response that is a failure; its code stands beside this */
    SIRA_E_EXPIRES = -82,  /* a lifetime was granted or demanded that can't be used */
    SIRA_E_UNCLEAR = -83,  /* the answer can't be understood where it says what was granted */
    SIRA_E_LISTED = -84,   /* the registrar lists our binding still, though it should be gone */
    SIRA_E_REDIRECT = -85, /* redirected in a circle, too often, or to where it can't be followed */

    /* transport */
    SIRA_E_TRANSPORT = -100, /* sending failed or the flow broke */
    SIRA_E_RESOLVE = -101,   /* a name has no usable address, or there is no resolver */
    SIRA_E_KEEPALIVE = -102, /* keep-alives are not answered any more: the flow is dead */
    SIRA_E_REMAPPED = -103,  /* our address is another one than before, or a NAT's for us */
    SIRA_E_MAPPING = -104    /* a NAT gives us another public address too often to be followed */
} sira_status;

/* The name of a status, as "SIRA_E_SYNTAX"; never NULL ("?" for a value that is none). */
SIRA_API const char *sira_status_name(sira_status status);

/* One sentence for people, in lower case and without a full stop, as "no final response in time". Never NULL. */
SIRA_API const char *sira_status_text(sira_status status);

/* Where and why something was refused. Optional: every function that takes one accepts NULL. It is written only on an
 * error, or where a function says so. */
typedef struct sira_diag {
    size_t offset;        /* bytes from the start of the text that was parsed; of a message: from the first byte of its
                             start line, so empty lines before that are not counted */
    const char *expected; /* what would have been right there, as "a token"; static */
    const char *field;    /* the header field's or configuration field's name; static; "" when there is none */
    uint16_t code;        /* for a request: the response code that fits (RFC 3261 21.4), else 0 */
    const char *reason;   /* and its reason phrase, as "Bad Via"; static; "" when code is 0 */
} sira_diag;

#ifdef __cplusplus
}
#endif
#endif
