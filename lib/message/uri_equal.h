/* The part of the comparison of URIs that a client needs. */
#ifndef SIRA_MESSAGE_URI_EQUAL_H
#define SIRA_MESSAGE_URI_EQUAL_H

#include <sira/uri.h>

/* sira_uri_equal where a is known to be a SIP or SIPS URI: what compares telephone numbers is not linked then. */
bool sira_i_uri_equal_sip(const sira_uri *a, const sira_uri *b);

#endif
