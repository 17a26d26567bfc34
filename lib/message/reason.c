#include <sira/message.h>

#include <string.h>

/* clang-format off */
/* The response codes of the IANA registry for SIP, in order, each with its phrase. */
static const char phrases[] =
    "100Trying\0"
    "180Ringing\0"
    "181Call Is Being Forwarded\0"
    "182Queued\0"
    "183Session Progress\0"
    "199Early Dialog Terminated\0"
    "200OK\0"
    "202Accepted\0"
    "204No Notification\0"
    "300Multiple Choices\0"
    "301Moved Permanently\0"
    "302Moved Temporarily\0"
    "305Use Proxy\0"
    "380Alternative Service\0"
    "400Bad Request\0"
    "401Unauthorized\0"
    "402Payment Required\0"
    "403Forbidden\0"
    "404Not Found\0"
    "405Method Not Allowed\0"
    "406Not Acceptable\0"
    "407Proxy Authentication Required\0"
    "408Request Timeout\0"
    "410Gone\0"
    "412Conditional Request Failed\0"
    "413Request Entity Too Large\0"
    "414Request-URI Too Long\0"
    "415Unsupported Media Type\0"
    "416Unsupported URI Scheme\0"
    "417Unknown Resource-Priority\0"
    "420Bad Extension\0"
    "421Extension Required\0"
    "422Session Interval Too Small\0"
    "423Interval Too Brief\0"
    "424Bad Location Information\0"
    "425Bad Alert Message\0"
    "428Use Identity Header\0"
    "429Provide Referrer Identity\0"
    "430Flow Failed\0"
    "433Anonymity Disallowed\0"
    "436Bad Identity Info\0"
    "437Unsupported Credential\0"
    "438Invalid Identity Header\0"
    "439First Hop Lacks Outbound Support\0"
    "440Max-Breadth Exceeded\0"
    "469Bad Info Package\0"
    "470Consent Needed\0"
    "480Temporarily Unavailable\0"
    "481Call/Transaction Does Not Exist\0"
    "482Loop Detected\0"
    "483Too Many Hops\0"
    "484Address Incomplete\0"
    "485Ambiguous\0"
    "486Busy Here\0"
    "487Request Terminated\0"
    "488Not Acceptable Here\0"
    "489Bad Event\0"
    "491Request Pending\0"
    "493Undecipherable\0"
    "494Security Agreement Required\0"
    "500Server Internal Error\0"
    "501Not Implemented\0"
    "502Bad Gateway\0"
    "503Service Unavailable\0"
    "504Server Time-out\0"
    "505Version Not Supported\0"
    "513Message Too Large\0"
    "555Push Notification Service Not Supported\0"
    "580Precondition Failure\0"
    "600Busy Everywhere\0"
    "603Decline\0"
    "604Does Not Exist Anywhere\0"
    "606Not Acceptable\0"
    "607Unwanted\0"
    "608Rejected\0";
/* clang-format on */

static const char *find(unsigned code)
{
    const char digits[3] = {(char)('0' + code / 100 % 10), (char)('0' + code / 10 % 10), (char)('0' + code % 10)};
    for (const char *at = phrases; *at != '\0'; at += strlen(at) + 1)
        if (memcmp(at, digits, sizeof digits) == 0)
            return at + 3;
    return NULL;
}

const char *sira_reason_phrase(uint16_t code)
{
    if (code < 100 || code > 699)
        return "Unknown";
    const char *phrase = find(code);
    if (phrase == NULL) /* RFC 3261 8.1.3.2: as x00 of its class, and a provisional one as 183 */
        phrase = find(code < 200 ? 183u : code / 100u * 100u);
    return phrase;
}
