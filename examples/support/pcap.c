#include "support/pcap.h"

#include <string.h>

#include "support/clock.h"

#define LINKTYPE_RAW 101u /* IPv4 or IPv6 without a link layer */
#define PROTOCOL_UDP 17u
#define UDP_HEADER 8u
#define IPV4_HEADER 20u
#define IPV6_HEADER 40u
#define PAYLOAD_MAX (65535u - UDP_HEADER - IPV4_HEADER)

static void put16(uint8_t *out, uint32_t value)
{
    out[0] = (uint8_t)(value >> 8);
    out[1] = (uint8_t)value;
}

/* RFC 1071: the sum of 16-bit words, not yet folded. */
static uint32_t sum(uint32_t start, const uint8_t *bytes, size_t length)
{
    for (size_t i = 0; i + 1 < length; i += 2)
        start += (uint32_t)(bytes[i] << 8 | bytes[i + 1]);
    return length % 2 != 0 ? start + (uint32_t)(bytes[length - 1] << 8) : start;
}

static uint16_t fold(uint32_t value)
{
    while (value >> 16 != 0)
        value = (value & 0xffffu) + (value >> 16);
    return (uint16_t)~value;
}

/* The IP header, addresses included; returns its length. */
static size_t ip_header(pcap *self, uint8_t *out, const sira_endpoint *from, const sira_endpoint *to, size_t udp_length)
{
    memset(out, 0, IPV6_HEADER);
    if (from->family == SIRA_FAMILY_IPV6) {
        out[0] = 0x60;
        put16(out + 4, (uint32_t)udp_length);
        out[6] = PROTOCOL_UDP;
        out[7] = 64;
        memcpy(out + 8, from->address, 16);
        memcpy(out + 24, to->address, 16);
        return IPV6_HEADER;
    }
    out[0] = 0x45;
    put16(out + 2, (uint32_t)(IPV4_HEADER + udp_length));
    put16(out + 4, self->identification++);
    out[8] = 64;
    out[9] = PROTOCOL_UDP;
    memcpy(out + 12, from->address, 4);
    memcpy(out + 16, to->address, 4);
    put16(out + 10, fold(sum(0, out, IPV4_HEADER)));
    return IPV4_HEADER;
}

/* RFC 768, RFC 8200 8.1: over addresses, protocol, length, header and payload; 0 is sent as its complement. */
static void udp_header(uint8_t *out, const uint8_t *addresses, size_t address_bytes, const uint16_t ports[2],
                       sira_str payload)
{
    uint32_t length = (uint32_t)(UDP_HEADER + payload.len);
    put16(out, ports[0]);
    put16(out + 2, ports[1]);
    put16(out + 4, length);
    put16(out + 6, 0);
    uint32_t total = sum(PROTOCOL_UDP + length, addresses, address_bytes);
    total = sum(total, out, UDP_HEADER);
    uint16_t checksum = fold(sum(total, (const uint8_t *)payload.at, payload.len));
    put16(out + 6, checksum != 0 ? checksum : 0xffffu);
}

bool pcap_open(pcap *self, const char *path)
{
    /* Written in this machine's byte order; readers tell it by the magic number. */
    const struct {
        uint32_t magic;
        uint16_t major, minor;
        uint32_t zone, accuracy, longest, link;
    } header = {0xa1b2c3d4u, 2, 4, 0, 0, 65535, LINKTYPE_RAW};
    *self = (pcap){.file = fopen(path, "wb")};
    if (self->file == NULL)
        return false;
    if (fwrite(&header, sizeof header, 1, self->file) == 1 && fflush(self->file) == 0)
        return true;
    pcap_close(self);
    return false;
}

bool pcap_write(pcap *self, const sira_endpoint *from, const sira_endpoint *to, sira_str payload)
{
    uint8_t headers[IPV6_HEADER + UDP_HEADER];
    const uint16_t ports[2] = {from->port, to->port};
    if (from->family != to->family || payload.len > PAYLOAD_MAX)
        return false;
    size_t ip_length = ip_header(self, headers, from, to, UDP_HEADER + payload.len);
    size_t address_bytes = from->family == SIRA_FAMILY_IPV6 ? 32 : 8;
    udp_header(headers + ip_length, headers + ip_length - address_bytes, address_bytes, ports, payload);

    uint64_t now = clock_wall();
    uint32_t length = (uint32_t)(ip_length + UDP_HEADER + payload.len);
    const uint32_t record[4] = {(uint32_t)(now / 1000000u), (uint32_t)(now % 1000000u), length, length};
    return fwrite(record, sizeof record, 1, self->file) == 1 &&
           fwrite(headers, ip_length + UDP_HEADER, 1, self->file) == 1 &&
           fwrite(payload.at, 1, payload.len, self->file) == payload.len && fflush(self->file) == 0;
}

void pcap_close(pcap *self)
{
    if (self->file != NULL)
        (void)fclose(self->file);
    self->file = NULL;
}
