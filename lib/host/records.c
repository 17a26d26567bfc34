#include "host/records.h"

#include <string.h>

enum { HEADER = 12, TYPE_CNAME = 5, TYPE_SOA = 6, CLASS_IN = 1, NXDOMAIN = 3 };
#define NAME_SIZE 256 /* a name as text: RFC 1035 2.3.4 */
#define JUMPS_MAX 64  /* of compression in one name: as many as it may have labels, or so */

/* Reading goes on after an error and yields zeros; it is looked at in the end. */
typedef struct reader {
    const uint8_t *at;
    size_t length, offset;
    bool failed;
} reader;

static uint32_t read_number(reader *in, size_t bytes)
{
    uint32_t value = 0;
    if (in->failed || in->length - in->offset < bytes) {
        in->failed = true;
        return 0;
    }
    for (size_t i = 0; i < bytes; i++)
        value = value << 8 | in->at[in->offset++];
    return value;
}

static void skip(reader *in, size_t bytes)
{
    if (in->failed || in->length - in->offset < bytes)
        in->failed = true;
    else
        in->offset += bytes;
}

/* RFC 1035 4.1.4: labels, then the root or a pointer to more of them. A pointer leads backwards only, so there is no
 * loop. A label with a dot or control character in it is no host name. */
static size_t read_name(reader *in, char *name)
{
    size_t length = 0, offset = in->offset, earliest = in->offset;
    unsigned jumps = 0;
    bool jumped = false;
    while (!in->failed && offset < in->length) {
        uint8_t label = in->at[offset++];
        if (label == 0) {
            if (!jumped)
                in->offset = offset;
            return length;
        }
        if (label >= 0xc0 && offset < in->length && jumps++ < JUMPS_MAX) {
            size_t target = (size_t)(label & 0x3f) << 8 | in->at[offset++];
            if (!jumped)
                in->offset = offset;
            jumped = true;
            if (target >= earliest)
                break;
            offset = earliest = target;
            continue;
        }
        if (label >= 0x40 || in->length - offset < label || length + label + 2 > NAME_SIZE)
            break;
        if (length != 0)
            name[length++] = '.';
        for (uint8_t i = 0; i < label; i++, offset++) {
            if (in->at[offset] <= ' ' || in->at[offset] >= 0x7f || in->at[offset] == '.')
                in->failed = true;
            name[length++] = (char)in->at[offset];
        }
    }
    in->failed = true;
    return 0;
}

/* Keeps a text; false: there is no room. */
static bool keep(sira_i_records *records, const char *text, size_t length, sira_str *kept)
{
    if (length > SIRA_I_RECORDS_TEXT - records->used)
        return false;
    if (length != 0)
        memcpy(records->text + records->used, text, length);
    *kept = (sira_str){records->text + records->used, length};
    records->used += length;
    return true;
}

static bool keep_name(sira_i_records *records, reader *in, sira_str *kept)
{
    char name[NAME_SIZE];
    size_t length = read_name(in, name);
    return !in->failed && keep(records, name, length, kept);
}

/* RFC 1035 3.3: a length, then so many characters. */
static bool keep_string(sira_i_records *records, reader *in, sira_str *kept)
{
    size_t length = read_number(in, 1), from = in->offset;
    skip(in, length);
    return !in->failed && keep(records, (const char *)in->at + from, length, kept);
}

static bool read_address(reader *in, uint8_t family, sira_endpoint *endpoint)
{
    size_t length = family == SIRA_FAMILY_IPV4 ? 4 : 16, from = in->offset;
    skip(in, length);
    if (in->failed)
        return false;
    endpoint->family = family;
    memcpy(endpoint->address, in->at + from, length);
    return true;
}

/* RFC 2782; RFC 3403 4.1. */
static bool read_data(sira_i_records *records, reader *in, sira_dns_record *record)
{
    sira_str expression;
    switch (record->type) {
    case SIRA_DNS_A:
        return read_address(in, SIRA_FAMILY_IPV4, &record->endpoint);
    case SIRA_DNS_AAAA:
        return read_address(in, SIRA_FAMILY_IPV6, &record->endpoint);
    case SIRA_DNS_SRV:
        record->order = (uint16_t)read_number(in, 2);
        record->preference = (uint16_t)read_number(in, 2);
        record->port = (uint16_t)read_number(in, 2);
        return keep_name(records, in, &record->target);
    case SIRA_DNS_NAPTR:
        record->order = (uint16_t)read_number(in, 2);
        record->preference = (uint16_t)read_number(in, 2);
        return keep_string(records, in, &record->flags) && keep_string(records, in, &record->service) &&
               keep_string(records, in, &expression) && keep_name(records, in, &record->target);
    default:
        return false;
    }
}

/* The head of a record (RFC 1035 4.1.3). */
typedef struct head {
    char owner[NAME_SIZE];
    size_t owner_length;
    uint32_t type, class, ttl;
    size_t end; /* of its data */
} head;

static bool read_head(reader *in, head *record)
{
    record->owner_length = read_name(in, record->owner);
    record->type = read_number(in, 2);
    record->class = read_number(in, 2);
    record->ttl = read_number(in, 4);
    if (record->ttl > INT32_MAX)
        record->ttl = 0; /* RFC 2181 8 */
    size_t length = read_number(in, 2);
    record->end = in->offset + length;
    if (!in->failed && length > in->length - in->offset)
        in->failed = true;
    return !in->failed;
}

typedef struct wanted {
    char name[NAME_SIZE];
    size_t length;
    sira_dns_type type;
    uint32_t ttl; /* shortest of the CNAMEs on the way */
} wanted;

static void take_record(sira_i_records *records, const head *record, reader data, wanted *want)
{
    if (record->class != CLASS_IN ||
        !sira_str_equal_nocase((sira_str){record->owner, record->owner_length}, (sira_str){want->name, want->length}))
        return;
    uint32_t ttl = record->ttl < want->ttl ? record->ttl : want->ttl;
    data.length = record->end;
    if (record->type == TYPE_CNAME) {
        char name[NAME_SIZE];
        size_t length = read_name(&data, name);
        if (data.failed)
            return;
        memcpy(want->name, name, length);
        want->length = length;
        want->ttl = ttl;
    } else if (record->type == (uint32_t)want->type && records->count < SIRA_I_RECORDS_MAX) {
        sira_dns_record *place = &records->list[records->count];
        *place = (sira_dns_record){.type = (uint16_t)record->type, .ttl = ttl};
        if (read_data(records, &data, place) && data.offset == record->end)
            records->count++;
    }
}

/* RFC 2308 5: how long it does not exist. */
static void take_authority(sira_i_records *records, const head *record, reader data)
{
    char name[NAME_SIZE];
    if (record->type != TYPE_SOA)
        return;
    data.length = record->end;
    (void)read_name(&data, name);
    (void)read_name(&data, name);
    skip(&data, 16);
    uint32_t minimum = read_number(&data, 4);
    if (!data.failed)
        records->ttl = minimum < record->ttl ? minimum : record->ttl;
}

static void take_all(sira_i_records *records, reader *in, wanted *want, const uint32_t counts[3])
{
    head record;
    char name[NAME_SIZE];
    for (uint32_t i = 0; i < counts[0] && !in->failed; i++) {
        (void)read_name(in, name);
        skip(in, 4);
    }
    for (uint32_t i = 0; i < counts[1] + counts[2] && read_head(in, &record); i++) {
        if (i < counts[1])
            take_record(records, &record, *in, want);
        else
            take_authority(records, &record, *in);
        in->offset = record.end;
    }
}

void sira_i_records_read(sira_i_records *records, sira_str bytes, sira_str name, sira_dns_type type)
{
    reader in = {.at = (const uint8_t *)bytes.at, .length = bytes.len};
    wanted want = {.type = type, .ttl = UINT32_MAX};
    records->result = SIRA_DNS_FAILED;
    records->ttl = 0;
    records->count = records->used = 0;
    if (name.len != 0 && name.at[name.len - 1] == '.')
        name.len--;
    if (bytes.len < HEADER || name.len == 0 || name.len >= NAME_SIZE)
        return;
    memcpy(want.name, name.at, name.len);
    want.length = name.len;
    skip(&in, 2);
    const uint32_t flags = read_number(&in, 2), code = flags & 0xf;
    const uint32_t counts[3] = {read_number(&in, 2), read_number(&in, 2), read_number(&in, 2)};
    skip(&in, 2);
    if ((flags & 0x8000) == 0 || (code != 0 && code != NXDOMAIN))
        return;
    take_all(records, &in, &want, counts);
    if (records->count != 0)
        records->result = SIRA_DNS_FOUND;
    else if (!in.failed)
        records->result = SIRA_DNS_NONE;
}
