/* An address that bytes come from or go to: transport, family, 16 raw bytes, port. Never a sockaddr. */
#ifndef SIRA_ENDPOINT_H
#define SIRA_ENDPOINT_H

#include <sira/base.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum sira_transport_kind {
    SIRA_TRANSPORT_UDP = 0,
    SIRA_TRANSPORT_TCP = 1,
    SIRA_TRANSPORT_TLS = 2
} sira_transport_kind;

typedef enum sira_family { SIRA_FAMILY_NONE = 0, SIRA_FAMILY_IPV4 = 4, SIRA_FAMILY_IPV6 = 6 } sira_family;

typedef struct sira_endpoint {
    uint8_t transport;   /* sira_transport_kind */
    uint8_t family;      /* sira_family; SIRA_FAMILY_NONE: not set */
    uint16_t port;       /* host byte order; 0: not set */
    uint8_t address[16]; /* network byte order; IPv4 uses the first four, the rest is zero */
} sira_endpoint;

/* Longest text that sira_endpoint_to_text writes, with the NUL. */
#define SIRA_ENDPOINT_TEXT 56

/* "UDP", "TCP" or "TLS", as it stands in Via (RFC 3261 20.42); static; "?" for another value. */
SIRA_API const char *sira_transport_name(sira_transport_kind kind);

/* Reads "192.0.2.1" (RFC 3986 3.2.2: no leading zeros), "2001:db8::1" or "[2001:db8::1]" (RFC 5954: IPv4-mapped forms
 * too; RFC 5118 4.10: also with a third colon before an IPv4 address) into family and address; transport and port stay
 * as they were. SIRA_E_SYNTAX: it is a name or no address; *endpoint stays. */
SIRA_API sira_status sira_endpoint_from_host(sira_str host, sira_endpoint *endpoint);

/* Reads "192.0.2.1:5060", "[2001:db8::1]:5060" or either without the port (then port is set to default_port).
 * SIRA_E_SYNTAX or SIRA_E_NUMBER (port); *endpoint stays. */
SIRA_API sira_status sira_endpoint_from_text(sira_str text, uint16_t default_port, sira_endpoint *endpoint);

/* Writes the address as SIP wants a host: "192.0.2.1" or "[2001:db8::1]" (RFC 5952 form), with a NUL. Returns its
 * length without the NUL; 0 when size is too small (SIRA_ENDPOINT_TEXT always suffices) or the family is not set. */
SIRA_API size_t sira_endpoint_host_to_text(const sira_endpoint *endpoint, char *text, size_t size);

/* The same with ":port" behind it when the port is not 0. */
SIRA_API size_t sira_endpoint_to_text(const sira_endpoint *endpoint, char *text, size_t size);

/* Same transport, family, address and port? An IPv4-mapped IPv6 address is not equal to the IPv4 one. */
SIRA_API bool sira_endpoint_equal(const sira_endpoint *a, const sira_endpoint *b);

#ifdef __cplusplus
}
#endif
#endif
