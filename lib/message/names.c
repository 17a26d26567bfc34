/* Header field names and methods. A name is looked up by a hash and then compared in full: any hash has names that
 * share it. */
#include <sira/message.h>

#include <string.h>

#include "message/names.h"
#include "message/words.h"

/* In the order of sira_field_id: id, name, its first, middle and last letter in lower case. */
#define NAMES(X)                                                                                                       \
    X(VIA, "Via", 'v', 'i', 'a')                                                                                       \
    X(FROM, "From", 'f', 'o', 'm')                                                                                     \
    X(TO, "To", 't', 'o', 'o')                                                                                         \
    X(CALL_ID, "Call-ID", 'c', 'l', 'd')                                                                               \
    X(CSEQ, "CSeq", 'c', 'e', 'q')                                                                                     \
    X(CONTACT, "Contact", 'c', 't', 't')                                                                               \
    X(MAX_FORWARDS, "Max-Forwards", 'm', 'r', 's')                                                                     \
    X(CONTENT_LENGTH, "Content-Length", 'c', '-', 'h')                                                                 \
    X(CONTENT_TYPE, "Content-Type", 'c', 't', 'e')                                                                     \
    X(CONTENT_ENCODING, "Content-Encoding", 'c', 'e', 'g')                                                             \
    X(CONTENT_DISPOSITION, "Content-Disposition", 'c', 'i', 'n')                                                       \
    X(MIME_VERSION, "MIME-Version", 'm', 'e', 'n')                                                                     \
    X(EXPIRES, "Expires", 'e', 'i', 's')                                                                               \
    X(MIN_EXPIRES, "Min-Expires", 'm', 'x', 's')                                                                       \
    X(ROUTE, "Route", 'r', 'u', 'e')                                                                                   \
    X(RECORD_ROUTE, "Record-Route", 'r', '-', 'e')                                                                     \
    X(PATH, "Path", 'p', 't', 'h')                                                                                     \
    X(SERVICE_ROUTE, "Service-Route", 's', 'e', 'e')                                                                   \
    X(P_ASSOCIATED_URI, "P-Associated-URI", 'p', 'a', 'i')                                                             \
    X(P_ASSERTED_IDENTITY, "P-Asserted-Identity", 'p', 'd', 'y')                                                       \
    X(AUTHORIZATION, "Authorization", 'a', 'i', 'n')                                                                   \
    X(PROXY_AUTHORIZATION, "Proxy-Authorization", 'p', 'h', 'n')                                                       \
    X(WWW_AUTHENTICATE, "WWW-Authenticate", 'w', 'e', 'e')                                                             \
    X(PROXY_AUTHENTICATE, "Proxy-Authenticate", 'p', 'h', 'e')                                                         \
    X(AUTHENTICATION_INFO, "Authentication-Info", 'a', 'a', 'o')                                                       \
    X(PROXY_AUTHENTICATION_INFO, "Proxy-Authentication-Info", 'p', 't', 'o')                                           \
    X(SUPPORTED, "Supported", 's', 'o', 'd')                                                                           \
    X(REQUIRE, "Require", 'r', 'u', 'e')                                                                               \
    X(PROXY_REQUIRE, "Proxy-Require", 'p', 'r', 'e')                                                                   \
    X(UNSUPPORTED, "Unsupported", 'u', 'p', 'd')                                                                       \
    X(ALLOW, "Allow", 'a', 'l', 'w')                                                                                   \
    X(ALLOW_EVENTS, "Allow-Events", 'a', 'e', 's')                                                                     \
    X(ACCEPT, "Accept", 'a', 'e', 't')                                                                                 \
    X(RETRY_AFTER, "Retry-After", 'r', '-', 'r')                                                                       \
    X(WARNING, "Warning", 'w', 'n', 'g')                                                                               \
    X(REASON, "Reason", 'r', 's', 'n')                                                                                 \
    X(DATE, "Date", 'd', 't', 'e')                                                                                     \
    X(TIMESTAMP, "Timestamp", 't', 's', 'p')                                                                           \
    X(USER_AGENT, "User-Agent", 'u', 'a', 't')                                                                         \
    X(SERVER, "Server", 's', 'v', 'r')                                                                                 \
    X(ORGANIZATION, "Organization", 'o', 'z', 'n')                                                                     \
    X(SUBJECT, "Subject", 's', 'j', 't')                                                                               \
    X(PRIORITY, "Priority", 'p', 'r', 'y')                                                                             \
    X(EVENT, "Event", 'e', 'e', 't')                                                                                   \
    X(SUBSCRIPTION_STATE, "Subscription-State", 's', 'i', 'e')                                                         \
    X(REFER_TO, "Refer-To", 'r', 'r', 'o')                                                                             \
    X(REFERRED_BY, "Referred-By", 'r', 'r', 'y')                                                                       \
    X(REPLY_TO, "Reply-To", 'r', 'y', 'o')                                                                             \
    X(SESSION_EXPIRES, "Session-Expires", 's', '-', 's')                                                               \
    X(FLOW_TIMER, "Flow-Timer", 'f', 't', 'r')                                                                         \
    X(SECURITY_CLIENT, "Security-Client", 's', 'y', 't')                                                               \
    X(SECURITY_SERVER, "Security-Server", 's', 'y', 'r')                                                               \
    X(SECURITY_VERIFY, "Security-Verify", 's', 'y', 'y')

/* All names in one text, each with its NUL, and with "Bad " before it: that is the reason phrase of a 400. */
#define BAD "Bad "
#define BAD_LENGTH (sizeof BAD - 1)

typedef struct name_texts {
    char NONE[1];
#define X(id, name, first, middle, last) char id[sizeof(BAD name)];
    NAMES(X)
#undef X
    char room[8]; /* a name is read by words */
} name_texts;

static const name_texts texts = {.NONE = "",
#define X(id, name, first, middle, last) .id = BAD name,
                                 NAMES(X)
#undef X
};

/* Index: sira_field_id. */
static const uint16_t places[SIRA_FIELD_COUNT] = {offsetof(name_texts, NONE),
#define X(id, name, first, middle, last) offsetof(name_texts, id) + BAD_LENGTH,
                                                  NAMES(X)
#undef X
};

static const uint8_t lengths[SIRA_FIELD_COUNT] = {0,
#define X(id, name, first, middle, last) sizeof(name) - 1,
                                                  NAMES(X)
#undef X
};

/* No two of the names share a slot; the compiler would warn of an initializer that is overridden. */
#define SLOTS 128u
#define LETTER(c, place) ((uint32_t)(unsigned char)(c) << 8 * (place))
#define SLOT(length, first, middle, last)                                                                              \
    (((LETTER(first, 0) | LETTER(middle, 1) | LETTER(last, 2) | LETTER(length, 3) | 0x202020u) * 351115u) >> 25)

static const uint8_t slots[SLOTS] = {
#define X(id, name, first, middle, last) [SLOT(sizeof(name) - 1, first, middle, last)] = SIRA_FIELD_##id,
    NAMES(X)
#undef X
};

/* RFC 3261 7.3.3 and the RFCs that define the other fields. Index: the letter. */
static const uint8_t compact[26] = {
    ['b' - 'a'] = SIRA_FIELD_REFERRED_BY,
    ['c' - 'a'] = SIRA_FIELD_CONTENT_TYPE,
    ['e' - 'a'] = SIRA_FIELD_CONTENT_ENCODING,
    ['f' - 'a'] = SIRA_FIELD_FROM,
    ['i' - 'a'] = SIRA_FIELD_CALL_ID,
    ['k' - 'a'] = SIRA_FIELD_SUPPORTED,
    ['l' - 'a'] = SIRA_FIELD_CONTENT_LENGTH,
    ['m' - 'a'] = SIRA_FIELD_CONTACT,
    ['o' - 'a'] = SIRA_FIELD_EVENT,
    ['r' - 'a'] = SIRA_FIELD_REFER_TO,
    ['s' - 'a'] = SIRA_FIELD_SUBJECT,
    ['t' - 'a'] = SIRA_FIELD_TO,
    ['u' - 'a'] = SIRA_FIELD_ALLOW_EVENTS,
    ['v' - 'a'] = SIRA_FIELD_VIA,
    ['x' - 'a'] = SIRA_FIELD_SESSION_EXPIRES,
};

static inline unsigned lower(char c)
{
    return (unsigned char)c | 0x20u;
}

/* Of the known name eight bytes may always be read, of the other only length, or room if that is more. Most are written
 * as they are known, and short. */
static inline bool same(const char *name, const char *known, size_t length, size_t room)
{
    if (SIRA_I_QUICK && length < 8 && room >= 8) {
        if ((sira_i_load(name) ^ sira_i_load(known)) << (64 - 8 * length) == 0)
            return true;
    } else if (SIRA_I_QUICK && length >= 8 && length <= 16) {
        size_t last = length - 8;
        if (((sira_i_load(name) ^ sira_i_load(known)) | (sira_i_load(name + last) ^ sira_i_load(known + last))) == 0)
            return true;
    }
    return sira_str_equal_nocase((sira_str){name, length}, (sira_str){known, length});
}

static sira_field_id compact_id(char c)
{
    unsigned letter = lower(c) - 'a';
    /* bit 5 makes letters alike, but not only letters */
    return letter < 26 && (c & 0x40) != 0 ? (sira_field_id)compact[letter] : SIRA_FIELD_OTHER;
}

sira_field_id sira_i_field_id_at(const char *name, size_t length, size_t room)
{
    if (length <= 1)
        return length == 1 ? compact_id(*name) : SIRA_FIELD_OTHER;
    unsigned id = slots[SLOT(length, name[0], name[length / 2], name[length - 1])];
    if (length != lengths[id])
        return SIRA_FIELD_OTHER;
    return same(name, (const char *)&texts + places[id], length, room) ? (sira_field_id)id : SIRA_FIELD_OTHER;
}

sira_field_id sira_field_id_of(sira_str name)
{
    return sira_i_field_id_at(name.at, name.len, name.len);
}

sira_str sira_i_field_name(sira_field_id id)
{
    if ((unsigned)id >= SIRA_FIELD_COUNT)
        return (sira_str){NULL, 0};
    return (sira_str){(const char *)&texts + places[id], lengths[id]};
}

const char *sira_field_name(sira_field_id id)
{
    return (const char *)&texts + places[(unsigned)id < SIRA_FIELD_COUNT ? id : SIRA_FIELD_OTHER];
}

const char *sira_i_field_reason(sira_field_id id)
{
    return sira_i_field_name(id).len > 0 ? sira_field_name(id) - BAD_LENGTH : "Bad Request";
}

/* Index: sira_method. */
static const struct {
    uint8_t length;
    char name[9];
} methods[] = {
    {0, ""},        {6, "INVITE"},   {3, "ACK"},   {3, "BYE"},       {6, "CANCEL"},
    {7, "OPTIONS"}, {8, "REGISTER"}, {5, "PRACK"}, {9, "SUBSCRIBE"}, {6, "NOTIFY"},
    {7, "PUBLISH"}, {4, "INFO"},     {5, "REFER"}, {7, "MESSAGE"},   {6, "UPDATE"},
};

sira_method sira_method_of(sira_str name)
{
    for (unsigned i = 1; i < sizeof methods / sizeof methods[0]; i++)
        if (methods[i].length == name.len && memcmp(methods[i].name, name.at, name.len) == 0)
            return (sira_method)i;
    return SIRA_METHOD_OTHER;
}
