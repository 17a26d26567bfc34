#include <sira/endpoint.h>

#include <string.h>

#include "base/hex.h"
#include "base/view.h"

const char *sira_transport_name(sira_transport_kind kind)
{
    switch (kind) {
    case SIRA_TRANSPORT_UDP:
        return "UDP";
    case SIRA_TRANSPORT_TCP:
        return "TCP";
    case SIRA_TRANSPORT_TLS:
        return "TLS";
    }
    return "?";
}

/* ---- text to address ---- */

/* Four times dec-octet (RFC 3986 3.2.2): 0 to 255 without leading zeros. */
/*@ requires RANGE(at, end) && \valid(address + (0 .. 3));
    requires \separated(address + (0 .. 3), at + (0 .. end - at - 1));
    assigns address[0 .. 3];
    ensures \result ==> at < end; */
static bool read_ipv4(const char *at, const char *end, uint8_t address[4])
{
    unsigned value = 0, count = 0;
    bool first = true;
    /*@ loop invariant BETWEEN(\at(at, Pre), at, end) && value <= 255 && count <= 3;
        loop invariant at == \at(at, Pre) ==> count == 0;
        loop assigns at, value, count, first, address[0 .. 3];
        loop variant end - at; */
    for (; at < end; at++) {
        int digit = *at - '0';
        if (digit >= 0 && digit <= 9) {
            if (value == 0 && !first)
                return false;
            value = 10 * value + (unsigned)digit;
            if (value > 255)
                return false;
            first = false;
        } else {
            if (*at != '.' || first || count == 3)
                return false;
            address[count++] = (uint8_t)value;
            value = 0;
            first = true;
        }
    }
    address[3] = (uint8_t)value;
    return count == 3 && !first;
}

/* h16: one to four hex digits. */
/*@ requires \valid(at) && RANGE(*at, end) && \valid(group + (0 .. 1));
    requires \separated(at, group + (0 .. 1), *at + (0 .. end - *at - 1));
    assigns *at, group[0 .. 1];
    ensures BETWEEN(\old(*at), *at, end);
    ensures \result ==> *at > \old(*at); */
static bool read_group(const char **at, const char *end, uint8_t group[2])
{
    const char *start = *at;
    unsigned value = 0;
    /*@ loop invariant BETWEEN(start, *at, end) && *at - start <= 4 && value <= 0xffff;
        loop invariant *at - start <= 3 ==> value <= 0xfff;
        loop invariant *at - start <= 2 ==> value <= 0xff;
        loop invariant *at - start <= 1 ==> value <= 0xf;
        loop invariant *at == start ==> value == 0;
        loop assigns *at, value;
        loop variant end - *at; */
    for (; *at < end && *at - start < 4; ++*at) {
        unsigned digit = sira_i_hex_digit(**at);
        if (digit > 15)
            break;
        value = 16 * value + digit;
    }
    group[0] = (uint8_t)(value >> 8);
    group[1] = (uint8_t)value;
    return *at > start;
}

/* Head bytes go to the start of the address, the rest to its end; zeros between them. */
/*@ requires head <= count <= 16 && \valid_read(bytes + (0 .. 15)) && \valid(address + (0 .. 15));
    requires \separated(address + (0 .. 15), bytes + (0 .. 15));
    assigns address[0 .. 15]; */
static void spread(const uint8_t bytes[16], size_t count, size_t head, uint8_t address[16])
{
    size_t tail = count - head;
    memset(address, 0, 16);
    memcpy(address, bytes, head);
    memcpy(address + 16 - tail, bytes + head, tail);
}

/* IPv6address of RFC 5954 4.1 (RFC 3986 3.2.2): groups, one "::" at most, an IPv4 address as the last two. Behind "::"
 * another colon may stand before that, as RFC 3261 25.1 has it by mistake (RFC 5118 4.10: it has to be tolerated). */
/*@ requires RANGE(at, end) && \valid(address + (0 .. 15));
    requires \separated(address + (0 .. 15), at + (0 .. end - at - 1));
    assigns address[0 .. 15]; */
static bool read_ipv6(const char *at, const char *end, uint8_t address[16])
{
    uint8_t bytes[16] = {0};
    size_t count = 0, gap = 17;
    if (end - at >= 2 && at[0] == ':' && at[1] == ':') {
        gap = 0;
        at += 2;
    }
    /*@ loop invariant BETWEEN(\at(at, Pre), at, end) && count <= 16 && count % 2 == 0;
        loop invariant gap == 17 || gap <= count;
        loop assigns at, count, gap, bytes[0 .. 15];
        loop variant end - at; */
    while (at < end) {
        const char *last = gap == count && *at == ':' ? at + 1 : at;
        if (count <= 12 && (gap <= count || count == 12) && read_ipv4(last, end, bytes + count)) {
            count += 4;
            at = end;
            break;
        }
        if (count == 16 || !read_group(&at, end, bytes + count))
            return false;
        count += 2;
        if (at == end)
            break;
        if (*at++ != ':' || at == end)
            return false;
        if (*at == ':') {
            if (gap <= 16)
                return false;
            gap = count;
            at++;
        }
    }
    if (gap > 16 ? count != 16 : count > 14) /* "::" stands for one group at least */
        return false;
    spread(bytes, count, gap > 16 ? 16 : gap, address);
    return true;
}

/*@ requires READABLE(host) && \valid(endpoint);
    requires \separated(endpoint, host.at + (0 .. host.len - 1));
    assigns endpoint->family, endpoint->address[0 .. 15];
    ensures \result == SIRA_OK || \result == SIRA_E_SYNTAX;
    ensures \result == SIRA_OK ==> host.len > 0;
    ensures \result != SIRA_OK ==> *endpoint == \old(*endpoint); */
sira_status sira_endpoint_from_host(sira_str host, sira_endpoint *endpoint)
{
    uint8_t address[16] = {0};
    const char *at = host.at, *end = sira_i_end(host);
    if (host.len == 0)
        return SIRA_E_SYNTAX;
    uint8_t family = SIRA_FAMILY_IPV4;
    if (!read_ipv4(at, end, address)) {
        if (*at == '[') {
            if (host.len < 2 || end[-1] != ']')
                return SIRA_E_SYNTAX;
            at++;
            end--;
        }
        family = SIRA_FAMILY_IPV6;
        if (!read_ipv6(at, end, address))
            return SIRA_E_SYNTAX;
    }
    endpoint->family = family;
    memcpy(endpoint->address, address, sizeof address);
    return SIRA_OK;
}

/*@ requires READABLE(text) && \valid(endpoint);
    requires \separated(endpoint, text.at + (0 .. text.len - 1));
    assigns endpoint->family, endpoint->port, endpoint->address[0 .. 15];
    ensures \result == SIRA_OK || \result == SIRA_E_SYNTAX || \result == SIRA_E_NUMBER;
    ensures \result != SIRA_OK ==> *endpoint == \old(*endpoint); */
sira_status sira_endpoint_from_text(sira_str text, uint16_t default_port, sira_endpoint *endpoint)
{
    sira_str host = text;
    uint32_t port = default_port;
    const char *colon = NULL;
    if (text.len > 0 && text.at[0] == '[') {
        const char *close = memchr(text.at, ']', text.len);
        if (close != NULL && close + 1 < text.at + text.len)
            colon = close + 1;
        if (colon != NULL && *colon != ':')
            return SIRA_E_SYNTAX;
    } else if (text.len > 0) {
        colon = memchr(text.at, ':', text.len);
        if (colon != NULL && memchr(colon + 1, ':', (size_t)(text.at + text.len - (colon + 1))) != NULL)
            colon = NULL; /* an IPv6 address without brackets */
    }
    if (colon != NULL) {
        host.len = (size_t)(colon - text.at);
        sira_status status = sira_str_to_u32((sira_str){colon + 1, text.len - host.len - 1}, 65535, &port);
        if (status != SIRA_OK)
            return status;
    }
    sira_status status = sira_endpoint_from_host(host, endpoint);
    if (status == SIRA_OK)
        endpoint->port = (uint16_t)port;
    return status;
}

/* ---- address to text ---- */

typedef struct output {
    char *at;
    size_t left; /* one is kept for the NUL */
    bool full;
} output;

static void put(output *out, char c)
{
    if (out->left == 0) {
        out->full = true;
        return;
    }
    *out->at++ = c;
    out->left--;
}

static void put_decimal(output *out, unsigned value)
{
    size_t digits = 1;
    for (unsigned rest = value; rest > 9; rest /= 10)
        digits++;
    if (digits > out->left) {
        out->full = true;
        return;
    }
    out->left -= digits;
    out->at += digits;
    for (char *at = out->at; digits > 0; digits--, value /= 10)
        *--at = (char)('0' + value % 10);
}

static void put_group(output *out, unsigned group)
{
    int shift = 12;
    while (shift > 0 && group >> shift == 0)
        shift -= 4;
    for (; shift >= 0; shift -= 4)
        put(out, "0123456789abcdef"[group >> shift & 15]);
}

static void put_ipv4(output *out, const uint8_t *address)
{
    for (int i = 0; i < 4; i++) {
        if (i > 0)
            put(out, '.');
        put_decimal(out, address[i]);
    }
}

/* RFC 5952 4.2: the longest run of at least two zero groups is shortened, the first of equals. */
static void longest_zeros(const uint8_t *address, int *start, int *count)
{
    *start = 8;
    *count = 1;
    for (int i = 0; i < 8; i++) {
        int n = 0;
        while (i + n < 8 && address[2 * (i + n)] == 0 && address[2 * (i + n) + 1] == 0)
            n++;
        if (n > *count) {
            *start = i;
            *count = n;
        }
        i += n;
    }
}

static void put_ipv6(output *out, const uint8_t *address)
{
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    int zeros, count, groups = memcmp(address, mapped, sizeof mapped) == 0 ? 6 : 8; /* RFC 5952 5 */
    longest_zeros(address, &zeros, &count);
    put(out, '[');
    for (int i = 0; i < groups; i++) {
        if (i == zeros) {
            put(out, ':');
            put(out, ':');
            i += count - 1;
            continue;
        }
        if (i > 0 && i != zeros + count)
            put(out, ':');
        put_group(out, (unsigned)address[2 * i] << 8 | address[2 * i + 1]);
    }
    if (groups == 6) {
        put(out, ':');
        put_ipv4(out, address + 12);
    }
    put(out, ']');
}

static bool put_host(output *out, const sira_endpoint *endpoint)
{
    if (endpoint->family == SIRA_FAMILY_IPV4)
        put_ipv4(out, endpoint->address);
    else if (endpoint->family == SIRA_FAMILY_IPV6)
        put_ipv6(out, endpoint->address);
    else
        return false;
    return true;
}

static size_t to_text(const sira_endpoint *endpoint, bool with_port, char *buffer, size_t size)
{
    output out = {buffer, size > 0 ? size - 1 : 0, size == 0};
    bool known = put_host(&out, endpoint);
    if (known && with_port && endpoint->port != 0) {
        put(&out, ':');
        put_decimal(&out, endpoint->port);
    }
    if (!known || out.full) {
        if (size > 0)
            buffer[0] = '\0';
        return 0;
    }
    *out.at = '\0';
    return (size_t)(out.at - buffer);
}

size_t sira_endpoint_host_to_text(const sira_endpoint *endpoint, char *text, size_t size)
{
    return to_text(endpoint, false, text, size);
}

size_t sira_endpoint_to_text(const sira_endpoint *endpoint, char *text, size_t size)
{
    return to_text(endpoint, true, text, size);
}

bool sira_endpoint_equal(const sira_endpoint *a, const sira_endpoint *b)
{
    return a->transport == b->transport && a->family == b->family && a->port == b->port &&
           memcmp(a->address, b->address, sizeof a->address) == 0;
}
