/* Answers of DNS for tests. */
#ifndef NAMES_H
#define NAMES_H

#include <sira/sira.h>

#define NAMES_RECORDS 16

/* The answer to a query for addresses: these, with blanks between them. None: there are no such records. What the
 * answer points to is good until the next call. */
const sira_dns_answer *names_answer(uint32_t ticket, uint32_t ttl, const char *addresses);

/* The answer to any query for a zone that has these addresses, blanks between them, in this order of priority: each is
 * that of the target of an SRV record, and all are those of the name itself. No NAPTR. NULL: DNS has failed. */
const sira_dns_answer *names_reply(const sira_location_query *query, uint32_t ttl, const char *addresses);

#endif
