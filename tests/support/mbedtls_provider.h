/* A second provider of TLS, over mbedTLS: that the plug point of sira/tls.h fits more than one library is proved by it.
 * For tests: its random numbers are seeded once, and names are compared as mbedTLS does, by DNS names alone. */
#ifndef SUPPORT_MBEDTLS_PROVIDER_H
#define SUPPORT_MBEDTLS_PROVIDER_H

#include <sira/tls.h>

/* trusted, certificate, key: PEM files; certificate and key NULL: a client only. Free it with mbedtls_provider_close.
 * False: something can't be read. */
bool mbedtls_provider_open(sira_tls *tls, const char *trusted, const char *certificate, const char *key);
void mbedtls_provider_close(sira_tls *tls);

#endif
