/* What finds the addresses of one server and keeps them right: names by RFC 3263 through the agent's resolver, or a
 * list of addresses that is given. A server that has it fails over and comes back by itself; one whose URI holds a
 * single numeric address needs none.
 *
 *     sira_locator_init(&locator, NULL, &diag);
 *     server_config.uri = SIRA_STR("sip:provider.example");
 *     server_config.locator = &locator;
 *
 * Every account of the server shares what is found. It holds for the TTL of the records; then DNS is asked again by the
 * next request, which waits two seconds for that at most where addresses are known: the last good answer stays for as
 * long as DNS is silent (RFC 8767). An address stays in use until it fails or is none any more. One that fails rests
 * for a minute, and up to an hour when it fails again and again; then a refresh of one registration asks the better one
 * again, for eight T1, and all lines return to it when it answers. */
#ifndef SIRA_LOCATOR_H
#define SIRA_LOCATOR_H

#include <sira/location.h>
#include <sira/server.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Strings are borrowed: they must outlive the server. */
typedef struct sira_locator_config {
    size_t size;        /* sizeof this struct; sira_locator_config_init sets it */
    sira_str addresses; /* instead of what the host of the server's URI leads to: at most SIRA_LIMIT_TARGETS numeric
                           addresses, the preferred one first, blanks between them, each with or without a port
                           ("192.0.2.1 [2001:db8::1]:5070"); default empty: the URI's host */
    uint8_t families;   /* SIRA_LOCATION_IPV4, SIRA_LOCATION_IPV6, or both: what names are asked for; default both */
    bool streams_first; /* where the domain leaves the choice: TLS, TCP, UDP instead of UDP, TCP, TLS */
} sira_locator_config;

SIRA_API void sira_locator_config_init(sira_locator_config *config);

/* Makes a locator for one server; it must outlive that. config: NULL for the defaults; copied. SIRA_OK; SIRA_E_CONFIG
 * with the field's name in diag. Next: put its address into sira_server_config. */
SIRA_API sira_status sira_locator_init(sira_locator *locator, const sira_locator_config *config, sira_diag *diag);

#include <sira/detail/locator.h>

#ifdef __cplusplus
}
#endif
#endif
