/* The records in an answer of DNS (RFC 1035 4.1). */
#ifndef SIRA_I_HOST_RECORDS_H
#define SIRA_I_HOST_RECORDS_H

#include <sira/dns.h>

/* What exceeds these is left out. */
#define SIRA_I_RECORDS_MAX 64
#define SIRA_I_RECORDS_TEXT 8192

typedef struct sira_i_records {
    uint8_t result; /* sira_dns_result */
    uint32_t ttl;   /* of SIRA_DNS_NONE */
    size_t count;
    sira_dns_record list[SIRA_I_RECORDS_MAX];
    size_t used;
    char text[SIRA_I_RECORDS_TEXT]; /* what the records point to */
} sira_i_records;

/* Reads the answer to a query for the records of a name, following CNAMEs in it. Bytes that are no such answer give
 * SIRA_DNS_FAILED. */
void sira_i_records_read(sira_i_records *records, sira_str bytes, sira_str name, sira_dns_type type);

#endif
