/* Writes UDP datagrams into a file that Wireshark and tcpdump open. */
#ifndef EXAMPLES_SUPPORT_PCAP_H
#define EXAMPLES_SUPPORT_PCAP_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <sira/endpoint.h>

typedef struct pcap {
    FILE *file; /* NULL: not open */
    uint16_t identification;
} pcap;

/* False: the file can't be made (errno says why). */
bool pcap_open(pcap *self, const char *path);

/* Both endpoints are of one family. Each datagram is in the file when this returns, so that a crash loses none. False:
 * the file can't be written. */
bool pcap_write(pcap *self, const sira_endpoint *from, const sira_endpoint *to, sira_str payload);

void pcap_close(pcap *self);

#endif
