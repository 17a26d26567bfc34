/* What every configuration is checked for. */
#ifndef SIRA_AGENT_CONFIG_H
#define SIRA_AGENT_CONFIG_H

#include <sira/limits.h>
#include <sira/uri.h>

/* Refuses what must not reach the wire or a terminal: over SIRA_LIMIT_CONFIG, or with control characters. */
sira_status sira_i_config_string(sira_str value, const char *field, sira_diag *diag);
sira_status sira_i_config_size(size_t size, size_t expected, sira_diag *diag);
sira_status sira_i_config_refuse(sira_diag *diag, const char *field, const char *expected);
/* The string rules, and a SIP or SIPS URI without password and headers. */
sira_status sira_i_config_uri(sira_str value, const char *field, sira_uri *uri, sira_diag *diag);

#endif
