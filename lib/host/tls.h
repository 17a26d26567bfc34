/* TLS by OpenSSL, as host.c sees it. */
#ifndef SIRA_I_HOST_TLS_H
#define SIRA_I_HOST_TLS_H

#include <sira/base.h>
#include <sira/tls.h>

/* Makes a provider from a configuration. SIRA_OK; SIRA_E_CONFIG with the field's name in diag; SIRA_E_TRANSPORT: no
 * memory. */
sira_status sira_i_openssl_open(const sira_tls_config *config, sira_tls *tls, sira_diag *diag);
void sira_i_openssl_close(sira_tls *tls);

/* Did a session go on where an earlier one with this server had ended? */
bool sira_i_openssl_is_resumed(const void *session);

/* Is a name of a certificate the one that is expected (RFC 5922 7.2)? */
bool sira_i_tls_name_fits(sira_str found, sira_str expected, bool allow_wildcards);

#endif
