/* Where the requests to a URI go: RFC 3263 as a procedure over DNS records. It asks nobody itself: it says which
 * queries are needed, takes their answers, and ends with a short list of addresses in the order in which they are to be
 * tried.
 *
 *     sira_location_init(&location, NULL);
 *     status = sira_location_aim(&location, &uri, kinds);            // once
 *     status = sira_location_start(&location, ticket, random);       // now, and when sira_location_ttl has passed
 *     while (status == SIRA_MORE) {
 *         while (sira_location_next(&location, &query) == SIRA_OK)
 *             ...                                                    // ask for query.name and query.type
 *         ...                                                        // until one answer is there
 *         status = sira_location_answer(&location, &answer);
 *     }
 *     if (status == SIRA_OK)
 *         ...                                                        // sira_location_targets
 *
 * What DNS says is bounded: SIRA_LIMIT_QUERIES queries in all, SIRA_LIMIT_DNS_RECORDS records of an answer,
 * SIRA_LIMIT_TARGETS addresses, and SIRA_LIMIT_DNS_NAMES bytes for the names that are looked up; the best come first,
 * and what exceeds is left out. A record that can't be used (a port 0, a name that is none, a multicast address) is as
 * if it was not there. */
#ifndef SIRA_LOCATION_H
#define SIRA_LOCATION_H

#include <sira/detail/forward.h>
#include <sira/dns.h>
#include <sira/limits.h>
#include <sira/uri.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Families, as bits. */
#define SIRA_LOCATION_IPV4 1u
#define SIRA_LOCATION_IPV6 2u

typedef struct sira_location_config {
    size_t size;        /* sizeof this struct; sira_location_config_init sets it */
    uint8_t families;   /* SIRA_LOCATION_IPV4, SIRA_LOCATION_IPV6, or both: those that are asked for; default both */
    bool streams_first; /* where the domain leaves the choice: TLS, TCP, UDP instead of UDP, TCP, TLS */
} sira_location_config;

SIRA_API void sira_location_config_init(sira_location_config *config);

/* A query to be made. */
typedef struct sira_location_query {
    uint32_t ticket;
    sira_dns_type type;
    sira_str name; /* into text */
    char text[256];
} sira_location_query;

/* Makes a location that aims at nothing yet. config: NULL for the defaults; copied. SIRA_OK; SIRA_E_CONFIG: its size is
 * not that of this library. */
SIRA_API sira_status sira_location_init(sira_location *location, const sira_location_config *config);

/* Sets what is looked for. The URI's host is borrowed: it must outlive the location. kinds: bit 1u << SIRA_TRANSPORT_X
 * for each transport that can be used; others are never chosen, so TLS alone means that nothing goes in clear.
 * SIRA_OK; SIRA_E_UNSUPPORTED: neither a sip nor a sips URI, or a transport that is unknown, not among kinds, or not
 * for sips (RFC 3261 26.2.2). */
SIRA_API sira_status sira_location_aim(sira_location *location, const sira_uri *uri, uint32_t kinds);

/* Begins anew; what was found before is forgotten, so keep a copy: it is still the best there is when DNS does not
 * answer this time. The queries have the tickets first_ticket to first_ticket + SIRA_LIMIT_QUERIES - 1.
 *
 * random draws the order of equals: of SRV records with the same priority by their weights (RFC 2782), of addresses of
 * one name evenly. The draw depends on it and on each record alone: give the same number again for as long as the order
 * shall stay as it is, however DNS rotates its records.
 *
 * SIRA_OK: done without a query, the host is an address; SIRA_MORE: call sira_location_next; SIRA_E_RESOLVE: the host
 * can't be asked for. */
SIRA_API sira_status sira_location_start(sira_location *location, uint32_t first_ticket, uint32_t random);

/* The next query to make; several may be under way. SIRA_OK; SIRA_IDLE: none before the next answer. */
SIRA_API sira_status sira_location_next(sira_location *location, sira_location_query *query);

/* Takes an answer. One that could not be asked for is SIRA_DNS_FAILED.
 * SIRA_MORE: call sira_location_next again, or wait for the other answers;
 * SIRA_OK: done, there are targets;
 * SIRA_E_RESOLVE: done, there are none;
 * SIRA_IDLE: it is none of ours, or an old one. */
SIRA_API sira_status sira_location_answer(sira_location *location, const sira_dns_answer *answer);

/* Waits for no further answer: what is missing has failed. SIRA_OK: there are targets; SIRA_E_RESOLVE: there are none.
 */
SIRA_API sira_status sira_location_give_up(sira_location *location);

/* What was found, in the order in which to try: transport, family, address and port. It is the location's and changes
 * with the next start. TLS: the certificate has to show the host of the URI (RFC 5922 7.1), whatever name DNS led to.
 */
SIRA_API const sira_endpoint *sira_location_targets(const sira_location *location, size_t *count);

/* Seconds for which this holds, also that nothing was found: the shortest TTL that it stands on, but between
 * SIRA_LIMIT_DNS_TTL_MIN and SIRA_LIMIT_DNS_TTL_MAX; SIRA_LIMIT_DNS_AGAIN when a query has failed. 0 for an address. */
SIRA_API uint32_t sira_location_ttl(const sira_location *location);

/* Whether a query without an answer stood in the way of a better list: one from before is worth more then. */
SIRA_API bool sira_location_is_doubtful(const sira_location *location);

#include <sira/detail/location.h>

#ifdef __cplusplus
}
#endif
#endif
