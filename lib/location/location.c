/* RFC 3263. Three stages, each a few queries whose answers may come in any order:
 *
 *     NAPTR      which transports, and the names of their SRV records (4.1); left out when the URI says port or
 * transport SRV        which hosts and ports, for each transport (4.2, RFC 2782); left out when the URI says the port
 *     ADDRESSES  A and AAAA of each host; when there was no SRV record, of the URI's own
 *     DONE
 *
 * What a stage finds is kept in order by rank and bounded, so nothing has to be sorted, and a late answer takes its
 * place before what came earlier. */
#include <sira/location.h>

#include "base/chars.h"

#include <string.h>

enum { STAGE_NAPTR, STAGE_SRV, STAGE_ADDRESSES, STAGE_DONE };

/* The number of a query: its bit, and its distance from the first ticket. */
enum { QUERY_NAPTR = 0, QUERY_SRV = 1, QUERY_ADDRESS = QUERY_SRV + SIRA_LIMIT_SERVICES };

#define NAME_MAX_LENGTH 253u /* RFC 1035 2.3.4, as text */

static const sira_str service_prefix[] = {SIRA_STR_INIT("_sip._udp."), SIRA_STR_INIT("_sip._tcp."),
                                          SIRA_STR_INIT("_sips._tcp.")};
static const sira_str naptr_service[] = {SIRA_STR_INIT("SIP+D2U"), SIRA_STR_INIT("SIP+D2T"), SIRA_STR_INIT("SIPS+D2T")};

void sira_location_config_init(sira_location_config *config)
{
    *config = (sira_location_config){.size = sizeof *config};
}

sira_status sira_location_init(sira_location *location, const sira_location_config *config)
{
    if (config != NULL && config->size != sizeof *config)
        return SIRA_E_CONFIG;
    memset(location, 0, sizeof *location);
    location->stage = STAGE_DONE;
    location->families = SIRA_LOCATION_IPV4 | SIRA_LOCATION_IPV6;
    if (config != NULL && config->families != 0)
        location->families = config->families;
    location->streams_first = config != NULL && config->streams_first;
    return SIRA_OK;
}

/* ---- names ---- */

static sira_str without_dot(sira_str name)
{
    if (name.len > 0 && name.at[name.len - 1] == '.')
        name.len--;
    return name;
}

/* What a resolver can be asked for, in whatever it is written. */
static bool is_name(sira_str name)
{
    for (size_t i = 0; i < name.len; i++)
        if (name.at[i] <= ' ' || name.at[i] >= 0x7f)
            return false;
    return name.len > 0 && name.len <= NAME_MAX_LENGTH;
}

static sira_str stored(const sira_location *location, unsigned at, unsigned length)
{
    return (sira_str){location->names + at, length};
}

/* Copies a name to where the others are, as far as limit. False: no room. */
static bool store(sira_location *location, sira_str name, size_t limit)
{
    if (name.len > limit - location->names_used)
        return false;
    memcpy(location->names + location->names_used, name.at, name.len);
    location->names_used = (uint16_t)(location->names_used + name.len);
    return true;
}

/* ---- the draw ---- */

/* FNV-1a, mixed as murmur3 ends: one number for a record and this client, never 0. */
static uint32_t draw(uint32_t random, const void *bytes, size_t length, uint32_t more)
{
    const char *at = bytes;
    uint32_t hash = 2166136261u ^ random;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ sira_i_lower(at[i])) * 16777619u;
    hash = (hash ^ more) * 16777619u;
    hash = (hash ^ hash >> 16) * 0x85ebca6bu;
    hash = (hash ^ hash >> 13) * 0xc2b2ae35u;
    hash ^= hash >> 16;
    return hash != 0 ? hash : 1;
}

/* -log2(u / 2^32) with 16 bits behind the point. */
static uint32_t negative_log2(uint32_t u)
{
    uint32_t log = 31u << 16;
    for (; u >> 31 == 0; u <<= 1)
        log -= 1u << 16;
    for (uint32_t bit = 1u << 15; bit != 0; bit >>= 1) {
        const uint64_t square = (uint64_t)u * u;
        if (square >> 63 != 0)
            log |= bit;
        u = (uint32_t)(square >> (square >> 63 != 0 ? 32 : 31));
    }
    return (32u << 16) - log;
}

/* Sorted by this, SRV records stand as RFC 2782 draws them: by priority, then each next one with a probability in
 * proportion to its weight (the order in which clocks run out whose rates are the weights). Weight 0 has a very small
 * chance beside others. */
static uint64_t srv_key(const sira_location *location, const sira_dns_record *record)
{
    const sira_str target = without_dot(record->target);
    const uint32_t u = draw(location->random, target.at, target.len, record->port);
    const uint32_t rate = record->preference != 0 ? 64u * record->preference : 1;
    return (uint64_t)record->order << 48 | ((uint64_t)negative_log2(u) << 26) / rate;
}

/* The best records of an answer, by key. */
typedef struct ranking {
    uint64_t keys[SIRA_LIMIT_TARGETS];
    const sira_dns_record *records[SIRA_LIMIT_TARGETS];
    unsigned count;
} ranking;

static void enter(ranking *best, uint64_t key, const sira_dns_record *record)
{
    unsigned at = best->count;
    while (at > 0 && best->keys[at - 1] > key)
        at--;
    if (at == SIRA_LIMIT_TARGETS)
        return;
    if (best->count < SIRA_LIMIT_TARGETS)
        best->count++;
    for (unsigned i = best->count - 1; i > at; i--) {
        best->keys[i] = best->keys[i - 1];
        best->records[i] = best->records[i - 1];
    }
    best->keys[at] = key;
    best->records[at] = record;
}

static size_t record_count(const sira_dns_answer *answer)
{
    if (answer->result != SIRA_DNS_FOUND)
        return 0;
    return answer->count < SIRA_LIMIT_DNS_RECORDS ? answer->count : SIRA_LIMIT_DNS_RECORDS;
}

static void hold(sira_location *location, uint32_t ttl)
{
    if (ttl < location->ttl)
        location->ttl = ttl;
}

/* ---- NAPTR ---- */

static bool may_use(const sira_location *location, unsigned transport)
{
    return (location->kinds & 1u << transport) != 0 && (!location->secure || transport == SIRA_TRANSPORT_TLS);
}

static void add_service(sira_location *location, unsigned transport, sira_str name)
{
    const uint16_t at = location->names_used;
    /* Half of the room is for names from NAPTR: those of SRV records still need some. */
    if (location->service_count == SIRA_LIMIT_SERVICES || !store(location, name, SIRA_LIMIT_DNS_NAMES / 2))
        return;
    location->services[location->service_count++] =
        (sira_location_service){.at = at, .length = (uint8_t)name.len, .transport = (uint8_t)transport};
}

/* 4.1: records whose service is not applicable are discarded. Only terminal ones ("s") lead on, so there is no loop. */
static void take_naptr(sira_location *location, const sira_dns_answer *answer)
{
    ranking best = {.count = 0};
    for (size_t i = 0; i < record_count(answer); i++) {
        const sira_dns_record *record = &answer->records[i];
        if (record->type != SIRA_DNS_NAPTR || !sira_str_equal_nocase(record->flags, SIRA_STR("s")) ||
            !is_name(without_dot(record->target)))
            continue;
        for (unsigned t = 0; t <= SIRA_TRANSPORT_TLS; t++)
            if (may_use(location, t) && sira_str_equal_nocase(record->service, naptr_service[t])) {
                enter(&best, (uint64_t)record->order << 16 | record->preference, record);
                hold(location, record->ttl);
            }
    }
    for (unsigned i = 0; i < best.count; i++) {
        unsigned t = 0;
        while (!sira_str_equal_nocase(best.records[i]->service, naptr_service[t]))
            t++;
        add_service(location, t, without_dot(best.records[i]->target));
    }
}

/* 4.1: without NAPTR records one asks for those SRV records whose transports one has. */
static void add_own_services(sira_location *location)
{
    static const uint8_t orders[2][3] = {{SIRA_TRANSPORT_UDP, SIRA_TRANSPORT_TCP, SIRA_TRANSPORT_TLS},
                                         {SIRA_TRANSPORT_TLS, SIRA_TRANSPORT_TCP, SIRA_TRANSPORT_UDP}};
    const uint8_t *order = orders[location->streams_first];
    for (unsigned i = 0; i < 3; i++)
        if (location->has_transport ? order[i] == location->transport : may_use(location, order[i]))
            add_service(location, order[i], SIRA_STR(""));
}

/* Without a word from DNS (4.1, 4.2). */
static uint8_t default_transport(const sira_location *location)
{
    static const uint8_t orders[2][3] = {{SIRA_TRANSPORT_UDP, SIRA_TRANSPORT_TCP, SIRA_TRANSPORT_TLS},
                                         {SIRA_TRANSPORT_TCP, SIRA_TRANSPORT_UDP, SIRA_TRANSPORT_TLS}};
    const uint8_t *order = orders[location->streams_first];
    if (location->has_transport)
        return location->transport;
    unsigned i = 0;
    while (i < 2 && !may_use(location, order[i]))
        i++;
    return order[i];
}

static uint16_t port_of(const sira_location *location, uint8_t transport)
{
    if (location->port != 0)
        return location->port;
    return transport == SIRA_TRANSPORT_TLS ? 5061 : 5060;
}

/* ---- SRV ---- */

/* Its index among the names; SIRA_LIMIT_TARGETS: no room. */
static uint8_t host_index(sira_location *location, sira_str name)
{
    const uint16_t at = location->names_used;
    for (uint8_t i = 0; i < location->name_count; i++)
        if (sira_str_equal_nocase(stored(location, location->hosts[i].at, location->hosts[i].length), name))
            return i;
    if (location->name_count == SIRA_LIMIT_TARGETS || !store(location, name, SIRA_LIMIT_DNS_NAMES))
        return SIRA_LIMIT_TARGETS;
    location->hosts[location->name_count] = (sira_location_name){.at = at, .length = (uint8_t)name.len};
    return location->name_count++;
}

static void add_place(sira_location *location, uint8_t rank, uint8_t transport, uint16_t port, sira_str name)
{
    const uint8_t host = location->place_count < SIRA_LIMIT_TARGETS ? host_index(location, name) : SIRA_LIMIT_TARGETS;
    if (host < SIRA_LIMIT_TARGETS)
        location->places[location->place_count++] =
            (sira_location_place){.port = port, .transport = transport, .name = host, .rank = rank};
}

/* How many hosts one service may have, so that those of the others have room. */
static unsigned places_of(const sira_location *location, unsigned service)
{
    if (location->service_count < 2)
        return SIRA_LIMIT_TARGETS;
    if (service == 0)
        return SIRA_LIMIT_TARGETS / 2;
    return SIRA_LIMIT_TARGETS / 2 / (location->service_count - 1u);
}

static void take_srv(sira_location *location, unsigned service, const sira_dns_answer *answer)
{
    ranking best = {.count = 0};
    for (size_t i = 0; i < record_count(answer); i++) {
        const sira_dns_record *record = &answer->records[i];
        if (record->type != SIRA_DNS_SRV)
            continue;
        hold(location, record->ttl);
        const sira_str target = without_dot(record->target);
        if (target.len == 0) /* RFC 2782: the service is decidedly not available at this domain */
            location->refused = true;
        else if (record->port != 0 && is_name(target))
            enter(&best, srv_key(location, record), record);
    }
    const unsigned most = places_of(location, service);
    for (unsigned i = 0; i < best.count && i < most; i++)
        add_place(location, (uint8_t)(service * SIRA_LIMIT_TARGETS + i), location->services[service].transport,
                  best.records[i]->port, without_dot(best.records[i]->target));
}

/* ---- addresses ---- */

/* Not "this host", not a group, not everybody. */
static bool is_usable(const sira_endpoint *endpoint)
{
    if (endpoint->family == SIRA_FAMILY_IPV4)
        return endpoint->address[0] != 0 && endpoint->address[0] < 224;
    static const uint8_t none[16] = {0};
    return endpoint->address[0] != 0xff && memcmp(endpoint->address, none, sizeof none) != 0;
}

static void drop_target(sira_location *location, unsigned at)
{
    location->target_count--;
    for (unsigned i = at; i < location->target_count; i++) {
        location->targets[i] = location->targets[i + 1];
        location->ranks[i] = location->ranks[i + 1];
    }
}

/* Puts a target to its place by rank (the place's in the upper byte). A place has at most most targets, and an address
 * stands once. */
static void add_target(sira_location *location, uint16_t rank, const sira_endpoint *endpoint, unsigned most)
{
    unsigned at = 0, same = 0, last = 0;
    for (unsigned i = 0; i < location->target_count; i++)
        if (sira_endpoint_equal(&location->targets[i], endpoint)) {
            if (location->ranks[i] <= rank)
                return;
            drop_target(location, i);
        }
    for (unsigned i = 0; i < location->target_count; i++) {
        if (location->ranks[i] < rank)
            at = i + 1;
        if (location->ranks[i] >> 8 == rank >> 8) {
            same++;
            last = i;
        }
    }
    if (same >= most || location->target_count == SIRA_LIMIT_TARGETS) {
        last = same >= most ? last : SIRA_LIMIT_TARGETS - 1u;
        if (at > last)
            return;
        drop_target(location, last);
    }
    for (unsigned i = location->target_count++; i > at; i--) {
        location->targets[i] = location->targets[i - 1];
        location->ranks[i] = location->ranks[i - 1];
    }
    location->targets[at] = *endpoint;
    location->ranks[at] = rank;
}

/* Addresses of both families of a host alternate (RFC 8305 4), so that a family that fails is left with the next. */
static void take_addresses(sira_location *location, unsigned host, sira_dns_type type, const sira_dns_answer *answer)
{
    const uint8_t family = type == SIRA_DNS_AAAA ? SIRA_FAMILY_IPV6 : SIRA_FAMILY_IPV4;
    const unsigned share = location->place_count > 1 ? SIRA_LIMIT_TARGETS / location->place_count : SIRA_LIMIT_TARGETS;
    const unsigned most = share > 2 ? share : 2;
    ranking best = {.count = 0};
    for (size_t i = 0; i < record_count(answer); i++) {
        const sira_dns_record *record = &answer->records[i];
        if (record->type != (unsigned)type || record->endpoint.family != family || !is_usable(&record->endpoint))
            continue;
        hold(location, record->ttl);
        enter(&best, draw(location->random, record->endpoint.address, sizeof record->endpoint.address, 0), record);
    }
    if (answer->result == SIRA_DNS_FOUND && best.count == 0) /* nothing that can be used, and nobody says how long */
        hold(location, SIRA_LIMIT_DNS_AGAIN);
    location->hosts[host].found |= best.count > 0;
    location->hosts[host].failed |= answer->result == SIRA_DNS_FAILED;
    for (unsigned p = 0; p < location->place_count; p++) {
        const sira_location_place *place = &location->places[p];
        for (unsigned i = 0; place->name == host && i < best.count; i++) {
            sira_endpoint target = best.records[i]->endpoint;
            target.transport = place->transport;
            target.port = place->port;
            const unsigned rank = (unsigned)place->rank << 8 | i << 1 | (family == SIRA_FAMILY_IPV4 ? 1u : 0u);
            add_target(location, (uint16_t)rank, &target, most);
        }
    }
}

/* ---- the procedure ---- */

static sira_status finish(sira_location *location)
{
    location->stage = STAGE_DONE;
    location->to_ask = location->asked = 0;
    for (unsigned i = 0; i < location->name_count; i++)
        location->doubtful |= location->hosts[i].failed && !location->hosts[i].found;
    return location->target_count > 0 ? SIRA_OK : SIRA_E_RESOLVE;
}

static void plan_srv(sira_location *location)
{
    location->stage = STAGE_SRV;
    if (location->service_count == 0)
        add_own_services(location);
    for (unsigned i = 0; i < location->service_count; i++) {
        const sira_location_service *service = &location->services[i];
        if (service->length != 0 || service_prefix[service->transport].len + location->host.len <= NAME_MAX_LENGTH)
            location->to_ask |= 1u << (QUERY_SRV + i);
    }
}

static void plan_addresses(sira_location *location)
{
    location->stage = STAGE_ADDRESSES;
    if (location->place_count == 0 && !location->refused) {
        const uint8_t transport = location->service_count > 0 && location->services[0].length > 0
                                      ? location->services[0].transport /* NAPTR has chosen it */
                                      : default_transport(location);
        location->names_used = 0;
        add_place(location, 0, transport, port_of(location, transport), location->host);
    }
    for (unsigned i = 0; i < location->name_count; i++) {
        if ((location->families & SIRA_LOCATION_IPV4) != 0)
            location->to_ask |= 1u << (QUERY_ADDRESS + 2 * i);
        if ((location->families & SIRA_LOCATION_IPV6) != 0)
            location->to_ask |= 2u << (QUERY_ADDRESS + 2 * i);
    }
}

/* Goes on to the next stage when nothing is waited for. */
static sira_status proceed(sira_location *location)
{
    while ((location->to_ask | location->asked) == 0) {
        if (location->stage == STAGE_NAPTR)
            plan_srv(location);
        else if (location->stage == STAGE_SRV)
            plan_addresses(location);
        else
            return finish(location);
    }
    return SIRA_MORE;
}

/* The transport that a URI names (RFC 3261 19.1.1, 26.2.2). SIRA_IDLE: it names none. */
static sira_status transport_of(const sira_uri *uri, uint8_t *transport)
{
    sira_str name;
    const bool secure = uri->scheme == SIRA_SCHEME_SIPS;
    if (!secure && uri->scheme != SIRA_SCHEME_SIP)
        return SIRA_E_UNSUPPORTED;
    *transport = secure ? SIRA_TRANSPORT_TLS : SIRA_TRANSPORT_UDP;
    if (sira_uri_param(uri, SIRA_STR("transport"), &name) != SIRA_OK)
        return SIRA_IDLE;
    if (sira_str_equal_nocase(name, SIRA_STR("udp")))
        return secure ? SIRA_E_UNSUPPORTED : SIRA_OK;
    if (sira_str_equal_nocase(name, SIRA_STR("tls")))
        *transport = SIRA_TRANSPORT_TLS;
    else if (!sira_str_equal_nocase(name, SIRA_STR("tcp")))
        return SIRA_E_UNSUPPORTED;
    else if (!secure)
        *transport = SIRA_TRANSPORT_TCP;
    return SIRA_OK;
}

sira_status sira_location_aim(sira_location *location, const sira_uri *uri, uint32_t kinds)
{
    uint8_t transport = 0;
    const sira_status status = transport_of(uri, &transport);
    if (status < 0)
        return status;
    location->host = without_dot(uri->host);
    location->port = uri->port;
    location->kinds = (uint8_t)kinds;
    location->secure = uri->scheme == SIRA_SCHEME_SIPS;
    location->has_transport = status == SIRA_OK;
    location->transport = transport;
    return may_use(location, default_transport(location)) ? SIRA_OK : SIRA_E_UNSUPPORTED;
}

sira_status sira_location_start(sira_location *location, uint32_t first_ticket, uint32_t random)
{
    location->first_ticket = first_ticket;
    location->random = random;
    location->to_ask = location->asked = 0;
    location->ttl = SIRA_LIMIT_DNS_TTL_MAX;
    location->names_used = 0;
    location->refused = location->doubtful = false;
    location->service_count = location->name_count = location->place_count = location->target_count = 0;
    sira_endpoint numeric = {.transport = default_transport(location)};
    if (sira_endpoint_from_host(location->host, &numeric) == SIRA_OK) {
        numeric.port = port_of(location, numeric.transport);
        location->ttl = 0;
        add_target(location, 0, &numeric, 1);
        return finish(location);
    }
    if (!is_name(location->host))
        return finish(location);
    location->stage = location->port != 0 ? STAGE_SRV : STAGE_NAPTR;
    if (location->port == 0 && !location->has_transport)
        location->to_ask = 1u << QUERY_NAPTR;
    return proceed(location);
}

static void name_service(const sira_location *location, unsigned service, sira_location_query *query)
{
    const sira_location_service *asked = &location->services[service];
    const sira_str prefix = asked->length != 0 ? SIRA_STR("") : service_prefix[asked->transport];
    const sira_str rest = asked->length != 0 ? stored(location, asked->at, asked->length) : location->host;
    memcpy(query->text, prefix.at, prefix.len);
    memcpy(query->text + prefix.len, rest.at, rest.len);
    query->name.len = prefix.len + rest.len;
}

sira_status sira_location_next(sira_location *location, sira_location_query *query)
{
    unsigned number = 0;
    if (location->to_ask == 0)
        return SIRA_IDLE;
    while ((location->to_ask & 1u << number) == 0)
        number++;
    location->to_ask &= ~(1u << number);
    location->asked |= 1u << number;
    query->ticket = location->first_ticket + number;
    query->name.at = query->text;
    if (number >= QUERY_SRV && number < QUERY_ADDRESS) {
        query->type = SIRA_DNS_SRV;
        name_service(location, number - QUERY_SRV, query);
        return SIRA_OK;
    }
    sira_str name = location->host;
    query->type = SIRA_DNS_NAPTR;
    if (number >= QUERY_ADDRESS) {
        const sira_location_name *host = &location->hosts[(number - QUERY_ADDRESS) / 2];
        query->type = (number - QUERY_ADDRESS) % 2 == 0 ? SIRA_DNS_A : SIRA_DNS_AAAA;
        name = stored(location, host->at, host->length);
    }
    memcpy(query->text, name.at, name.len);
    query->name.len = name.len;
    return SIRA_OK;
}

sira_status sira_location_answer(sira_location *location, const sira_dns_answer *answer)
{
    const uint32_t number = answer->ticket - location->first_ticket;
    if (number >= SIRA_LIMIT_QUERIES || (location->asked & 1u << number) == 0)
        return SIRA_IDLE;
    location->asked &= ~(1u << number);
    if (answer->result == SIRA_DNS_FAILED) {
        hold(location, SIRA_LIMIT_DNS_AGAIN);
        location->doubtful |= number < QUERY_ADDRESS;
    }
    if (number == QUERY_NAPTR)
        take_naptr(location, answer);
    else if (number < QUERY_ADDRESS)
        take_srv(location, number - QUERY_SRV, answer);
    else
        take_addresses(location, (number - QUERY_ADDRESS) / 2,
                       (number - QUERY_ADDRESS) % 2 == 0 ? SIRA_DNS_A : SIRA_DNS_AAAA, answer);
    /* How long a negative answer holds matters only when nothing is found: else that of a family would count. */
    if (answer->result == SIRA_DNS_NONE && location->stage == STAGE_ADDRESSES && location->target_count == 0)
        hold(location, answer->ttl);
    return proceed(location);
}

sira_status sira_location_give_up(sira_location *location)
{
    if ((location->to_ask | location->asked) != 0) {
        hold(location, SIRA_LIMIT_DNS_AGAIN);
        location->doubtful = true;
    }
    return finish(location);
}

const sira_endpoint *sira_location_targets(const sira_location *location, size_t *count)
{
    *count = location->target_count;
    return location->targets;
}

uint32_t sira_location_ttl(const sira_location *location)
{
    const bool numeric = location->names_used == 0 && location->target_count > 0;
    return numeric || location->ttl > SIRA_LIMIT_DNS_TTL_MIN ? location->ttl : SIRA_LIMIT_DNS_TTL_MIN;
}

bool sira_location_is_doubtful(const sira_location *location)
{
    return location->doubtful;
}
