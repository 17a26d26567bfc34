#include <sira/stun.h>

#include <string.h>

#define HEADER 20u
#define COOKIE 0x2112a442u

#define BINDING_REQUEST 0x0001u
#define BINDING_INDICATION 0x0011u
#define BINDING_SUCCESS 0x0101u
#define BINDING_FAILURE 0x0111u

#define MAPPED_ADDRESS 0x0001u
#define MESSAGE_INTEGRITY 0x0008u
#define ERROR_CODE 0x0009u
#define UNKNOWN_ATTRIBUTES 0x000au
#define MESSAGE_INTEGRITY_SHA256 0x001cu
#define XOR_MAPPED_ADDRESS 0x0020u
#define FINGERPRINT 0x8028u

static uint16_t get16(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

static uint32_t get32(const uint8_t *at)
{
    return (uint32_t)get16(at) << 16 | get16(at + 2);
}

static uint8_t *put16(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
    return at + 2;
}

static uint8_t *put32(uint8_t *at, uint32_t value)
{
    return put16(put16(at, value >> 16), value);
}

/* RFC 8489 14.7: CRC-32 of ITU V.42. A keep-alive is worth no table. */
static uint32_t fingerprint(const uint8_t *at, size_t n)
{
    uint32_t crc = 0xffffffffu;
    for (size_t i = 0; i < n; i++) {
        crc ^= at[i];
        for (unsigned bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (0xedb88320u & (0u - (crc & 1u)));
    }
    return ~crc ^ 0x5354554eu;
}

bool sira_stun_is(sira_str bytes)
{
    const uint8_t *at = (const uint8_t *)bytes.at;
    return bytes.len >= HEADER && at[0] < 0x40 && get32(at + 4) == COOKIE;
}

/* RFC 8489 14.1, 14.2. key: cookie and transaction, for the form that is hidden from meddling NATs; NULL: plain. */
static bool read_address(const uint8_t *value, size_t length, const uint8_t *key, sira_endpoint *endpoint)
{
    const bool is_ipv6 = length == 20 && value[1] == 2;
    if (!is_ipv6 && !(length == 8 && value[1] == 1))
        return false;
    *endpoint = (sira_endpoint){.transport = SIRA_TRANSPORT_UDP,
                                .family = is_ipv6 ? SIRA_FAMILY_IPV6 : SIRA_FAMILY_IPV4,
                                .port = get16(value + 2)};
    memcpy(endpoint->address, value + 4, length - 4);
    if (key == NULL)
        return true;
    endpoint->port ^= COOKIE >> 16;
    for (size_t i = 0; i < length - 4; i++)
        endpoint->address[i] ^= key[i];
    return true;
}

/* What may be there although we have no use for it: RFC 8489 18.3, and what answers of RFC 3489 hold. */
static bool is_known(uint16_t type)
{
    return type >= 0x8000 || type == 0x0004 || type == 0x0005 || (type >= 0x0006 && type <= 0x000b) || type == 0x0014 ||
           type == 0x0015 || (type >= 0x001c && type <= 0x001e);
}

static bool read_error(sira_stun *stun, const uint8_t *value, size_t length)
{
    if (length < 4 || (value[2] & 7u) < 3 || (value[2] & 7u) > 6 || value[3] > 99)
        return false;
    stun->code = (uint16_t)((value[2] & 7u) * 100u + value[3]);
    return true;
}

/* Of an attribute that stands there twice the first one counts, and the hidden address more than the plain one. */
static bool take(sira_stun *stun, const uint8_t *message, const uint8_t *attribute, bool *is_hidden)
{
    const uint16_t type = get16(attribute), length = get16(attribute + 2);
    const uint8_t *value = attribute + 4;
    switch (type) {
    case XOR_MAPPED_ADDRESS:
        if (*is_hidden)
            return true;
        *is_hidden = stun->has_mapped = true;
        return read_address(value, length, message + 4, &stun->mapped);
    case MAPPED_ADDRESS:
        if (stun->has_mapped)
            return true;
        stun->has_mapped = true;
        return read_address(value, length, NULL, &stun->mapped);
    case ERROR_CODE:
        return stun->code != 0 || read_error(stun, value, length);
    default:
        if (is_known(type))
            return true;
        if (stun->unknown_count < SIRA_STUN_UNKNOWN_MAX)
            stun->unknown[stun->unknown_count++] = type;
        return true;
    }
}

static bool read_attributes(sira_stun *stun, const uint8_t *message, size_t size)
{
    bool is_hidden = false, is_sealed = false;
    for (size_t at = HEADER; at < size;) {
        /* Everything is a multiple of four. */
        const uint16_t type = get16(message + at);
        const size_t length = get16(message + at + 2), padded = (length + 3u) & ~(size_t)3u;
        if (padded > size - at - 4)
            return false;
        if (type == FINGERPRINT) { /* the last one */
            stun->has_fingerprint =
                length == 4 && at + 8 == size && get32(message + at + 4) == fingerprint(message, at);
            return stun->has_fingerprint;
        }
        if (!is_sealed && !take(stun, message, message + at, &is_hidden))
            return false;
        /* What stands behind the seal is nobody's (14.5). */
        is_sealed = is_sealed || type == MESSAGE_INTEGRITY || type == MESSAGE_INTEGRITY_SHA256;
        at += 4 + padded;
    }
    return true;
}

sira_status sira_stun_read(sira_stun *stun, sira_str bytes)
{
    const uint8_t *message = (const uint8_t *)bytes.at;
    *stun = (sira_stun){.kind = SIRA_STUN_REQUEST};
    if (!sira_stun_is(bytes))
        return SIRA_IDLE;
    switch (get16(message)) {
    case BINDING_REQUEST:
        break;
    case BINDING_INDICATION:
        stun->kind = SIRA_STUN_INDICATION;
        break;
    case BINDING_SUCCESS:
        stun->kind = SIRA_STUN_SUCCESS;
        break;
    case BINDING_FAILURE:
        stun->kind = SIRA_STUN_FAILURE;
        break;
    default:
        return SIRA_IDLE;
    }
    memcpy(stun->id, message + 8, sizeof stun->id);
    if (bytes.len % 4 != 0 || get16(message + 2) != bytes.len - HEADER || !read_attributes(stun, message, bytes.len))
        return SIRA_E_SYNTAX;
    if (stun->kind == SIRA_STUN_SUCCESS && (!stun->has_mapped || stun->unknown_count != 0))
        return SIRA_E_SYNTAX;
    if (stun->kind == SIRA_STUN_FAILURE && stun->code == 0)
        return SIRA_E_SYNTAX;
    return SIRA_OK;
}

/* The length comes last. */
static uint8_t *write_header(uint8_t *out, uint32_t type, const uint8_t *id)
{
    uint8_t *at = put32(put16(put16(out, type), 0), COOKIE);
    memcpy(at, id, SIRA_STUN_ID_SIZE);
    return at + SIRA_STUN_ID_SIZE;
}

size_t sira_stun_write_request(const uint8_t id[SIRA_STUN_ID_SIZE], uint8_t out[SIRA_STUN_REQUEST_SIZE])
{
    return (size_t)(write_header(out, BINDING_REQUEST, id) - out);
}

static uint8_t *write_address(uint8_t *at, const uint8_t *message, const sira_endpoint *source)
{
    const size_t n = source->family == SIRA_FAMILY_IPV6 ? 16 : 4;
    at = put16(put16(at, XOR_MAPPED_ADDRESS), (uint32_t)(4 + n));
    at = put16(put16(at, n == 16 ? 2 : 1), source->port ^ COOKIE >> 16);
    for (size_t i = 0; i < n; i++)
        *at++ = source->address[i] ^ message[4 + i];
    return at;
}

static uint8_t *write_unknown(uint8_t *at, const sira_stun *request)
{
    at = put32(put16(put16(at, ERROR_CODE), 4), 420u / 100u << 8 | 420u % 100u);
    at = put16(put16(at, UNKNOWN_ATTRIBUTES), 2u * request->unknown_count);
    for (unsigned i = 0; i < request->unknown_count; i++)
        at = put16(at, request->unknown[i]);
    return request->unknown_count % 2 != 0 ? put16(at, 0) : at;
}

size_t sira_stun_write_answer(const sira_stun *request, const sira_endpoint *source, uint8_t out[SIRA_STUN_ANSWER_SIZE])
{
    const bool refused = request->unknown_count != 0;
    if (source->family != SIRA_FAMILY_IPV4 && source->family != SIRA_FAMILY_IPV6)
        return 0;
    uint8_t *at = write_header(out, refused ? BINDING_FAILURE : BINDING_SUCCESS, request->id);
    at = refused ? write_unknown(at, request) : write_address(at, out, source);
    const size_t length = (size_t)(at - out) - HEADER;
    (void)put16(out + 2, (uint32_t)length);
    if (!request->has_fingerprint)
        return HEADER + length;
    (void)put16(out + 2, (uint32_t)length + 8); /* it covers itself in the length (14.7) */
    (void)put32(put16(put16(at, FINGERPRINT), 4), fingerprint(out, HEADER + length));
    return HEADER + length + 8;
}
