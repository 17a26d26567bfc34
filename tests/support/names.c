#include "support/names.h"

#include "support/support.h"

#include <stdio.h>
#include <string.h>

const sira_dns_answer *names_answer(uint32_t ticket, uint32_t ttl, const char *addresses)
{
    static sira_dns_record records[NAMES_RECORDS];
    static sira_dns_answer answer;
    memset(records, 0, sizeof records);
    answer = (sira_dns_answer){.ticket = ticket, .result = SIRA_DNS_NONE, .ttl = ttl, .records = records};
    for (const char *at = addresses; *at != '\0'; at += strspn(at, " ")) {
        const size_t length = strcspn(at, " ");
        assert_true(answer.count < NAMES_RECORDS);
        sira_dns_record *record = &records[answer.count++];
        assert_int_equal(sira_endpoint_from_host((sira_str){at, length}, &record->endpoint), SIRA_OK);
        record->type = record->endpoint.family == SIRA_FAMILY_IPV6 ? SIRA_DNS_AAAA : SIRA_DNS_A;
        record->ttl = ttl;
        answer.result = SIRA_DNS_FOUND;
        at += length;
    }
    return &answer;
}

static const sira_dns_answer *services(uint32_t ticket, uint32_t ttl, const char *addresses)
{
    static sira_dns_record records[NAMES_RECORDS];
    static char names[NAMES_RECORDS][40];
    static sira_dns_answer answer;
    memset(records, 0, sizeof records);
    answer = (sira_dns_answer){.ticket = ticket, .result = SIRA_DNS_FOUND, .ttl = ttl, .records = records};
    const size_t count = names_answer(ticket, ttl, addresses)->count;
    for (size_t i = 0; i < count; i++) {
        snprintf(names[i], sizeof names[i], "t%zu.example.test", i);
        records[i] = (sira_dns_record){
            .type = SIRA_DNS_SRV, .order = (uint16_t)i, .port = 5060, .ttl = ttl, .target = sira_str_from(names[i])};
    }
    answer.count = count;
    return &answer;
}

const sira_dns_answer *names_reply(const sira_location_query *query, uint32_t ttl, const char *addresses)
{
    static sira_dns_answer answer;
    static sira_dns_record records[NAMES_RECORDS];
    unsigned number = NAMES_RECORDS;
    answer = (sira_dns_answer){
        .ticket = query->ticket, .result = addresses == NULL ? SIRA_DNS_FAILED : SIRA_DNS_NONE, .ttl = ttl};
    if (addresses == NULL || *addresses == '\0' || query->type == SIRA_DNS_NAPTR)
        return &answer;
    if (query->type == SIRA_DNS_SRV)
        return services(query->ticket, ttl, addresses);
    (void)sscanf(query->text, "t%u.", &number);
    const sira_dns_answer *all = names_answer(query->ticket, ttl, addresses);
    for (size_t i = 0; i < all->count; i++)
        if (all->records[i].type == (unsigned)query->type && (number == NAMES_RECORDS || number == i))
            records[answer.count++] = all->records[i];
    answer.records = records;
    answer.result = answer.count > 0 ? SIRA_DNS_FOUND : SIRA_DNS_NONE;
    return &answer;
}
