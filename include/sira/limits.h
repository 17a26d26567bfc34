/* Every limit of the library, in one place.
 *
 * The sizes decide how large the structs in the public headers are: change them only for the library and its users
 * together. What exceeds one is an error that is reported, never a truncation. */
#ifndef SIRA_LIMITS_H
#define SIRA_LIMITS_H

/* Sizes, in bytes unless another unit stands there. */
#define SIRA_LIMIT_MESSAGE 65535u /* longest message that is parsed */
#define SIRA_LIMIT_FIELDS 64u     /* header fields that the agent's own parser keeps of one message */
#define SIRA_LIMIT_REALM 64u      /* a realm that is remembered */
#define SIRA_LIMIT_NONCE 160u     /* a nonce that is remembered */
#define SIRA_LIMIT_OPAQUE 64u     /* an opaque that is remembered */
#define SIRA_LIMIT_REALMS 2u      /* realms that an account remembers at once */
#define SIRA_LIMIT_CHALLENGES 16u /* challenges of a server, and of proxies, in one response */
#define SIRA_LIMIT_ROUTE 256u     /* Service-Route set of a registration, as one header value */
#define SIRA_LIMIT_CONFIG 255u    /* any one configuration string */
#define SIRA_LIMIT_TARGETS 4u     /* addresses of one server */
#define SIRA_LIMIT_EVENTS 4u      /* undelivered events of one registration */
#define SIRA_LIMIT_URI_PAIRS 32u  /* parameters, and headers, of a URI that is compared */

/* Clamps on numbers from the network, in seconds unless another unit stands there. */
#define SIRA_LIMIT_EXPIRES_MAX 604800u    /* a granted lifetime above a week is taken as a week */
#define SIRA_LIMIT_MIN_EXPIRES_MAX 86400u /* a 423 may raise the requested lifetime to a day, no further */
#define SIRA_LIMIT_RETRY_AFTER_MAX 7200u  /* a Retry-After above two hours is taken as two hours */

#endif
