#include "support/names.h"

#include "support/support.h"

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
