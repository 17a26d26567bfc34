/* Sira keeps SIP accounts registered and answers digest challenges.
 *
 * The contract, for every function of every header:
 *   - Sira owns no memory. Every object is a struct that you place; its fields are not API unless a comment says so. An
 * object stays where it is from its init to its removal.
 *   - Sira does no I/O and reads no clock. You hand in bytes and the time; it hands out bytes and one deadline.
 *   - Strings are sira_str: a place and a length. Configuration strings are borrowed and must outlive the object. What
 * a parser returns points into your bytes.
 *   - NULL is allowed only where a comment says so; for a sira_diag it always is.
 *   - In a config struct zero means the default, but for its size: ..._config_init() clears all and sets that, or write
 * {.size = sizeof config, ...}.
 *   - Functions that can fail return sira_status: 0 is success, positive "nothing done", negative an error.
 *   - No locks: one agent and all that belongs to it is used by one thread at a time. There is no global state, so
 * agents in different threads do not meet.
 *
 * To keep a line registered: agent.h, server.h, account.h, registration.h (firmware) or these and host.h (a host). Only
 * to take SIP apart: message.h, field.h, uri.h. Only to answer a challenge: digest.h. Only to find a
 * server: location.h. To be a registrar: registrar.h. */
#ifndef SIRA_SIRA_H
#define SIRA_SIRA_H

#include <sira/account.h>
#include <sira/agent.h>
#include <sira/base.h>
#include <sira/dialog.h>
#include <sira/digest.h>
#include <sira/digest_server.h>
#include <sira/dns.h>
#include <sira/endpoint.h>
#include <sira/event.h>
#include <sira/field.h>
#include <sira/framer.h>
#include <sira/hash.h>
#include <sira/incoming.h>
#include <sira/keepalive.h>
#include <sira/limits.h>
#include <sira/location.h>
#include <sira/locator.h>
#include <sira/message.h>
#include <sira/registrar.h>
#include <sira/registration.h>
#include <sira/request.h>
#include <sira/server.h>
#include <sira/status.h>
#include <sira/stun.h>
#include <sira/transport.h>
#include <sira/uri.h>
#include <sira/version.h>
#include <sira/writer.h>

#endif
