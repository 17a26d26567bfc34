/* The part of a registration that outlives a reboot, as bytes.
 *
 *     0xd2, version 1; Call-ID, From tag and line (22); CSeq (4); our Contact and the target (20 each: transport,
 * family, port (2), address (16)); length (2) and Service-Route; length (2) and the account's block; CRC-32 (4)
 *
 * Numbers are big-endian. The CRC also goes over the address-of-record and the Request-URI, so that a block that is
 * another line's is refused like one that is damaged. */
#include "registration/registration.h"

#include "agent/config.h"
#include "agent/server.h"

#include <string.h>

#define MAGIC 0xd2u
#define VERSION 1u
#define FIXED (2u + SIZE_NAMES + 4u + 2u * SIZE_ENDPOINT)
#define SIZE_NAMES sizeof((sira_registration *)0)->names
#define SIZE_ENDPOINT 20u
#define SIZE_CRC 4u

/* A block may be older than the last requests before the power went: the next CSeq is above theirs all the same. */
#define CSEQ_LEAP 64u

_Static_assert(SIRA_REGISTRATION_EXPORT_SIZE == FIXED + 4u + SIRA_LIMIT_ROUTE + SIRA_DIGEST_EXPORT_SIZE + SIZE_CRC,
               "what is written is as long as the header says");

static uint32_t crc(uint32_t sum, const void *bytes, size_t n)
{
    const uint8_t *at = bytes;
    for (size_t i = 0; i < n; i++) {
        sum ^= at[i];
        for (unsigned bit = 0; bit < 8; bit++)
            sum = sum >> 1 ^ (0xedb88320u & (0u - (sum & 1u)));
    }
    return sum;
}

static uint32_t checksum(const sira_registration *registration, const uint8_t *block, size_t n)
{
    const sira_account *account = registration->exchange.account;
    uint32_t sum = crc(UINT32_MAX, account->aor.at, account->aor.len);
    sum = crc(sum, "", 1);
    sum = crc(sum, account->registrar.at, account->registrar.len);
    sum = crc(sum, "", 1);
    return ~crc(sum, block, n);
}

/* ---- out ---- */

static uint8_t *put(uint8_t *at, const void *bytes, size_t n)
{
    if (n != 0)
        memcpy(at, bytes, n);
    return at + n;
}

static uint8_t *put_number(uint8_t *at, uint32_t number, unsigned n)
{
    while (n-- > 0)
        *at++ = (uint8_t)(number >> 8 * n);
    return at;
}

static uint8_t *put_endpoint(uint8_t *at, const sira_endpoint *endpoint)
{
    at = put_number(at, endpoint->transport, 1);
    at = put_number(at, endpoint->family, 1);
    at = put_number(at, endpoint->port, 2);
    return put(at, endpoint->address, sizeof endpoint->address);
}

sira_status sira_registration_export(const sira_registration *registration, uint8_t *out, size_t size, size_t *length)
{
    const size_t routes = registration->service_route_len;
    const size_t before = FIXED + 2u + routes + 2u;
    size_t digest = 0;
    if (size < before + SIZE_CRC)
        return SIRA_E_SPACE;
    uint8_t *at = put_number(out, MAGIC << 8 | VERSION, 2);
    at = put(at, &registration->names, SIZE_NAMES);
    at = put_number(at, registration->exchange.cseq, 4);
    at = put_endpoint(at, &registration->contact);
    at = put_endpoint(at, &registration->exchange.flow.remote);
    at = put_number(at, (uint32_t)routes, 2);
    at = put(at, registration->service_route, routes);
    if (sira_account_export(registration->exchange.account, at + 2, size - before - SIZE_CRC, &digest) < 0)
        return SIRA_E_SPACE;
    at = put_number(at, (uint32_t)digest, 2) + digest;
    const size_t n = (size_t)(at - out);
    put_number(at, checksum(registration, out, n), SIZE_CRC);
    *length = n + SIZE_CRC;
    return SIRA_OK;
}

/* ---- in ---- */

static uint32_t number_at(const uint8_t *at, unsigned n)
{
    uint32_t number = 0;
    while (n-- > 0)
        number = number << 8 | *at++;
    return number;
}

static sira_endpoint endpoint_at(const uint8_t *at)
{
    sira_endpoint endpoint = {.transport = at[0], .family = at[1], .port = (uint16_t)number_at(at + 2, 2)};
    memcpy(endpoint.address, at + 4, sizeof endpoint.address);
    return endpoint;
}

static bool is_endpoint(const sira_endpoint *endpoint)
{
    return endpoint->transport <= SIRA_TRANSPORT_TLS &&
           (endpoint->family == SIRA_FAMILY_NONE || endpoint->family == SIRA_FAMILY_IPV4 ||
            endpoint->family == SIRA_FAMILY_IPV6);
}

static bool is_route(sira_str route)
{
    sira_cursor cursor;
    sira_address address;
    sira_status status;
    if (route.len == 0)
        return true;
    if (route.len > SIRA_LIMIT_ROUTE || sira_i_config_string(route, "", NULL) != SIRA_OK)
        return false;
    sira_cursor_init_text(&cursor, route, SIRA_FIELD_SERVICE_ROUTE);
    while ((status = sira_address_next(&cursor, &address, NULL)) == SIRA_OK)
        continue;
    return status == SIRA_IDLE;
}

typedef struct kept {
    const uint8_t *names, *digest;
    size_t digest_len;
    uint32_t cseq;
    sira_endpoint contact, target;
    sira_str route;
} kept;

static sira_status read_block(const sira_registration *registration, const uint8_t *bytes, size_t length, kept *block)
{
    if (length < FIXED + 4u + SIZE_CRC || bytes[0] != MAGIC)
        return SIRA_E_SYNTAX;
    if (bytes[1] != VERSION)
        return SIRA_E_UNSUPPORTED;
    const size_t n = length - SIZE_CRC;
    if (number_at(bytes + n, SIZE_CRC) != checksum(registration, bytes, n))
        return SIRA_E_SYNTAX;
    const uint8_t *at = bytes + 2;
    block->names = at;
    at += SIZE_NAMES;
    block->cseq = number_at(at, 4);
    block->contact = endpoint_at(at + 4);
    block->target = endpoint_at(at + 4 + SIZE_ENDPOINT);
    at = bytes + FIXED;
    block->route = (sira_str){(const char *)at + 2, number_at(at, 2)};
    if (block->route.len > n - FIXED - 4u)
        return SIRA_E_SYNTAX;
    at += 2 + block->route.len;
    block->digest_len = number_at(at, 2);
    block->digest = at + 2;
    if (block->digest_len != n - FIXED - 4u - block->route.len || !is_endpoint(&block->contact) ||
        !is_endpoint(&block->target) || !is_route(block->route))
        return SIRA_E_SYNTAX;
    /* RFC 3261 8.1.1.5: below 2^31. Who is near begins with another Call-ID. */
    return block->cseq > (uint32_t)INT32_MAX / 2u ? SIRA_E_LIMIT : SIRA_OK;
}

sira_status sira_registration_import(sira_registration *registration, const uint8_t *bytes, size_t length)
{
    kept block = {.digest_len = 0};
    if (registration->state != SIRA_REGISTRATION_STOPPED || registration->exchange.cseq != 0)
        return SIRA_E_STATE;
    sira_status status = read_block(registration, bytes, length, &block);
    if (status == SIRA_OK && block.digest_len != 0)
        status = sira_account_import(registration->exchange.account, block.digest, block.digest_len);
    if (status < 0)
        return status;
    memcpy(&registration->names, block.names, SIZE_NAMES);
    registration->exchange.cseq = block.cseq + CSEQ_LEAP;
    registration->contact = block.contact;
    registration->service_route_len = (uint16_t)block.route.len;
    memcpy(registration->service_route, block.route.at, block.route.len);
    sira_i_server_prefer(registration->home, &block.target);
    return SIRA_OK;
}
