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
#define SIRA_LIMIT_TARGETS 8u     /* addresses of one server */
#define SIRA_LIMIT_EVENTS 4u      /* undelivered events of one registration */
#define SIRA_LIMIT_REDIRECTS 3u   /* redirections in a row that are followed */
#define SIRA_LIMIT_URI_PAIRS 32u  /* parameters, and headers, of a URI that is compared */
#define SIRA_LIMIT_DIALOG 1024u   /* Call-ID, tags, URIs, route set and target of a dialog together */
#define SIRA_LIMIT_ROUTES 16u     /* routes of a dialog */

/* Of a registrar. */
#define SIRA_LIMIT_AOR 256u            /* an address-of-record in its canonical form */
#define SIRA_LIMIT_BINDINGS 10u        /* bindings of one address-of-record, and Contacts of one REGISTER */
#define SIRA_LIMIT_BINDINGS_TEXT 8192u /* what those bindings hold of text, in all */
#define SIRA_LIMIT_REGISTER_TEXT 3072u /* what one REGISTER adds to it */

/* Bounds on what DNS may say (RFC 3263). */
#define SIRA_LIMIT_SERVICES 4u      /* SRV names that are asked for */
#define SIRA_LIMIT_QUERIES 21u      /* queries for one URI: NAPTR, SRV, and for each of the targets' names A and AAAA */
#define SIRA_LIMIT_DNS_RECORDS 256u /* records of one answer that are looked at */
#define SIRA_LIMIT_DNS_NAMES 512u   /* bytes of the names that are looked up */
#define SIRA_LIMIT_DNS_TTL_MIN 5u
#define SIRA_LIMIT_DNS_TTL_MAX 86400u /* an answer holds 5 seconds to a day */
#define SIRA_LIMIT_DNS_AGAIN 30u      /* seconds after which a query that failed is made again */

/* Clamps on numbers from the network, in seconds unless another unit stands there. */
#define SIRA_LIMIT_EXPIRES_MAX 604800u    /* a granted lifetime above a week is taken as a week */
#define SIRA_LIMIT_MIN_EXPIRES_MAX 86400u /* a 423 may raise the requested lifetime to a day, no further */
#define SIRA_LIMIT_FLOW_TIMER_MIN 10u
#define SIRA_LIMIT_FLOW_TIMER_MAX 3600u  /* a Flow-Timer (RFC 5626 10) holds 10 seconds to an hour */
#define SIRA_LIMIT_REMAP_WINDOW 300u     /* lines follow another mapping of a NAT's at most once in so long */
#define SIRA_LIMIT_MAPPING_AGE 600u      /* a Contact is rewritten for a NAT no sooner after the last time */
#define SIRA_LIMIT_RETRY_AFTER_MAX 7200u /* a Retry-After above two hours is taken as two hours */

#endif
