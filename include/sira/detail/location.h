/* Layout of a location. Not API. */
#ifndef SIRA_DETAIL_LOCATION_H
#define SIRA_DETAIL_LOCATION_H

#include <sira/location.h>

/* Where SRV records are: a name from NAPTR, or (length 0) the one that the host and the transport make. */
typedef struct sira_location_service {
    uint16_t at; /* in names */
    uint8_t length;
    uint8_t transport;
} sira_location_service;

/* A name whose addresses are looked up, once however many places have it. */
typedef struct sira_location_name {
    uint16_t at;
    uint8_t length;
    bool found, failed;
} sira_location_name;

/* Name, port and transport: of an SRV record, or of the URI. */
typedef struct sira_location_place {
    uint16_t port;
    uint8_t transport;
    uint8_t name;
    uint8_t rank; /* lower is tried earlier */
} sira_location_place;

struct sira_location {
    sira_str host;
    uint32_t first_ticket, random;
    uint32_t to_ask, asked; /* a bit for each query */
    uint32_t ttl;
    uint16_t port;
    uint16_t names_used;
    uint8_t kinds, families;
    uint8_t transport; /* that the URI names */
    uint8_t stage;
    bool has_transport, secure, streams_first;
    bool refused, doubtful;
    uint8_t service_count, name_count, place_count, target_count;
    sira_location_service services[SIRA_LIMIT_SERVICES];
    sira_location_name hosts[SIRA_LIMIT_TARGETS];
    sira_location_place places[SIRA_LIMIT_TARGETS];
    uint16_t ranks[SIRA_LIMIT_TARGETS];
    sira_endpoint targets[SIRA_LIMIT_TARGETS];
    char names[SIRA_LIMIT_DNS_NAMES];
};

#endif
