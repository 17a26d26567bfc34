/* DNS as the library sees it: typed records in, no wire format and no sockets. The port asks (c-ares in sira::host, a
 * modem's resolver in firmware), RFC 3263 is done here. */
#ifndef SIRA_DNS_H
#define SIRA_DNS_H

#include <sira/base.h>
#include <sira/endpoint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The record types that RFC 3263 needs, by their numbers in DNS. */
typedef enum sira_dns_type { SIRA_DNS_A = 1, SIRA_DNS_AAAA = 28, SIRA_DNS_SRV = 33, SIRA_DNS_NAPTR = 35 } sira_dns_type;

/* One record of an answer. Names are without the dot at the end, in any case; CNAMEs were followed by whoever asked. */
typedef struct sira_dns_record {
    uint16_t type;          /* sira_dns_type */
    uint16_t order;         /* NAPTR: order; SRV: priority */
    uint16_t preference;    /* NAPTR: preference; SRV: weight */
    uint16_t port;          /* SRV */
    uint32_t ttl;           /* seconds */
    sira_endpoint endpoint; /* A, AAAA: family and address; the rest is not looked at */
    sira_str target;        /* SRV: target, "" or "." for none (RFC 2782); NAPTR: replacement */
    sira_str flags;         /* NAPTR: "s", "a", ... */
    sira_str service;       /* NAPTR: "SIP+D2U" */
} sira_dns_record;

typedef enum sira_dns_result {
    SIRA_DNS_FOUND = 0, /* there are records */
    SIRA_DNS_NONE,      /* the name, or records of this type, do not exist: that holds for ttl seconds (RFC 2308) */
    SIRA_DNS_FAILED     /* nobody answered, or nothing that can be used: what was known before still holds */
} sira_dns_result;

/* The answer to one query. What it points to must be valid during the call that takes it. */
typedef struct sira_dns_answer {
    uint32_t ticket; /* of the query */
    uint8_t result;  /* sira_dns_result */
    uint32_t ttl;    /* seconds; of SIRA_DNS_NONE */
    const sira_dns_record *records;
    size_t count;
} sira_dns_answer;

/* Asks DNS, asynchronously. */
typedef struct sira_resolver {
    void *context;
    /* Asks for the records of a name; the name is valid during the call. The answer comes through sira_agent_dns_answer
     * with the same ticket, not before this function has returned. SIRA_OK; SIRA_E_RESOLVE: can't be asked. */
    sira_status (*query)(void *context, uint32_t ticket, sira_str name, sira_dns_type type);
} sira_resolver;

#ifdef __cplusplus
}
#endif
#endif
