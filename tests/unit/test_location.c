#include <sira/location.h>

#include "support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

enum { UDP = 1u << SIRA_TRANSPORT_UDP, TCP = 1u << SIRA_TRANSPORT_TCP, TLS = 1u << SIRA_TRANSPORT_TLS, ALL = 7 };

#define TICKET 1000u
#define RECORDS 400u
#define TTL 600u

/* ---- a DNS server that is a text: "NAME [TTL] TYPE DATA", one record a line; "NAME TYPE !" fails ---- */

typedef struct reply {
    sira_dns_answer answer;
    sira_dns_record records[RECORDS];
    char text[RECORDS * 64];
    size_t used;
} reply;

static sira_str keep(reply *r, const char *text)
{
    const size_t length = strlen(text);
    assert_true(length <= sizeof r->text - r->used);
    memcpy(r->text + r->used, text, length);
    const sira_str kept = {r->text + r->used, length};
    r->used += length;
    return kept;
}

static void read_record(reply *r, sira_dns_type type, const char *data)
{
    char flags[8] = "", service[32] = "", target[300] = "";
    unsigned order = 0, preference = 0, port = 0;
    assert_true(r->answer.count < RECORDS);
    sira_dns_record *record = &r->records[r->answer.count++];
    *record = (sira_dns_record){.type = (uint16_t)type, .ttl = TTL};
    if (*data == '=') { /* "=TTL " */
        char *end = NULL;
        record->ttl = (uint32_t)strtoul(data + 1, &end, 10);
        data = end + 1;
    }
    if (type == SIRA_DNS_NAPTR)
        assert_int_equal(sscanf(data, "%u %u %7s %31s %299s", &order, &preference, flags, service, target), 5);
    else if (type == SIRA_DNS_SRV)
        assert_int_equal(sscanf(data, "%u %u %u %299s", &order, &preference, &port, target), 4);
    else
        assert_int_equal(sira_endpoint_from_host(sira_str_from(data), &record->endpoint), SIRA_OK);
    record->order = (uint16_t)order;
    record->preference = (uint16_t)preference;
    record->port = (uint16_t)port;
    record->flags = keep(r, flags);
    record->service = keep(r, service);
    record->target = keep(r, target);
}

static const char *type_name(sira_dns_type type)
{
    switch (type) {
    case SIRA_DNS_A:
        return "A";
    case SIRA_DNS_AAAA:
        return "AAAA";
    case SIRA_DNS_SRV:
        return "SRV";
    case SIRA_DNS_NAPTR:
        return "NAPTR";
    }
    return "?";
}

static void look_up(reply *r, const char *zone, const sira_location_query *query)
{
    char start[300], line[400];
    r->used = 0;
    r->answer = (sira_dns_answer){.ticket = query->ticket, .result = SIRA_DNS_NONE, .ttl = 77, .records = r->records};
    const int length =
        snprintf(start, sizeof start, "%.*s %s ", (int)query->name.len, query->name.at, type_name(query->type));
    for (const char *at = zone; *at != '\0'; at += strspn(at, "\n")) {
        const size_t n = strcspn(at, "\n");
        assert_true(n < sizeof line);
        memcpy(line, at, n);
        line[n] = '\0';
        at += n;
        if (strncmp(line, start, (size_t)length) != 0)
            continue;
        if (line[length] == '!') {
            r->answer.result = SIRA_DNS_FAILED;
            return;
        }
        read_record(r, query->type, line + length);
        r->answer.result = SIRA_DNS_FOUND;
    }
}

/* ---- one location from start to end ---- */

typedef struct run {
    sira_location location;
    sira_status status;
    unsigned queries;
    char asked[4000]; /* in order, with blanks between */
    char found[700];
} run;

static const char *const transports[] = {"udp", "tcp", "tls"};

static void describe(run *r)
{
    size_t count = 0;
    const sira_endpoint *targets = sira_location_targets(&r->location, &count);
    r->found[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        char one[SIRA_ENDPOINT_TEXT];
        assert_true(sira_endpoint_to_text(&targets[i], one, sizeof one) > 0);
        snprintf(r->found + strlen(r->found), sizeof r->found - strlen(r->found), "%s%s:%s", i > 0 ? " " : "",
                 transports[targets[i].transport], one);
    }
}

/* last_first: of the queries under way, the last is answered first. */
static void finish(run *r, const char *zone, bool last_first, uint32_t random)
{
    static reply answers;
    sira_location_query under_way[SIRA_LIMIT_QUERIES];
    size_t count = 0;
    r->queries = 0;
    r->asked[0] = '\0';
    r->status = sira_location_start(&r->location, TICKET, random);
    while (r->status == SIRA_MORE) {
        while (sira_location_next(&r->location, &under_way[count]) == SIRA_OK) {
            under_way[count].name.at = under_way[count].text;
            snprintf(r->asked + strlen(r->asked), sizeof r->asked - strlen(r->asked), "%s%.*s/%s",
                     r->queries > 0 ? " " : "", (int)under_way[count].name.len, under_way[count].name.at,
                     type_name(under_way[count].type));
            count++;
            assert_true(++r->queries <= SIRA_LIMIT_QUERIES);
        }
        assert_true(count > 0);
        sira_location_query query = under_way[last_first ? count - 1 : 0];
        query.name.at = query.text;
        count--;
        if (!last_first)
            memmove(under_way, under_way + 1, count * sizeof *under_way);
        look_up(&answers, zone, &query);
        r->status = sira_location_answer(&r->location, &answers.answer);
        assert_int_equal(sira_location_answer(&r->location, &answers.answer), SIRA_IDLE); /* once is enough */
    }
    describe(r);
}

static sira_status aim(run *r, const char *uri, unsigned kinds, const sira_location_config *config)
{
    sira_uri parsed;
    assert_int_equal(sira_uri_parse(&parsed, sira_str_from(uri), NULL), SIRA_OK);
    assert_int_equal(sira_location_init(&r->location, config), SIRA_OK);
    return sira_location_aim(&r->location, &parsed, kinds);
}

/* ---- what is found ---- */

#define HOST_A "a.test A 192.0.2.1\n"
#define HOST_B "b.test A 192.0.2.2\n"
#define THREE_SERVICES                                                                                                 \
    "x.test NAPTR 50 50 s SIPS+D2T _sips._tcp.x.test.\n"                                                               \
    "x.test NAPTR 90 50 S SIP+D2T _sip._tcp.x.test\n"                                                                  \
    "x.test NAPTR 100 50 s SIP+D2U _sip._udp.x.test\n"                                                                 \
    "_sips._tcp.x.test SRV 0 0 5071 a.test\n"                                                                          \
    "_sip._tcp.x.test SRV 0 0 5070 a.test\n"                                                                           \
    "_sip._udp.x.test SRV 0 0 5060 b.test.\n" HOST_A HOST_B

static const struct {
    const char *name, *uri;
    unsigned kinds;
    const char *zone, *expected;
} found[] = {
    {"an address", "sip:192.0.2.9", ALL, "", "udp:192.0.2.9:5060"},
    {"an address, its port", "sip:192.0.2.9:5070", ALL, "", "udp:192.0.2.9:5070"},
    {"an address over TCP", "sip:[2001:db8::9];transport=TCP", ALL, "", "tcp:[2001:db8::9]:5060"},
    {"an address with sips", "sips:192.0.2.9", ALL, "", "tls:192.0.2.9:5061"},
    {"sips over TCP is TLS", "sips:192.0.2.9;transport=tcp", ALL, "", "tls:192.0.2.9:5061"},
    {"an address, and no UDP", "sip:192.0.2.9", TCP | TLS, "", "tcp:192.0.2.9:5060"},
    {"an address, and only TLS", "sip:192.0.2.9", TLS, "", "tls:192.0.2.9:5061"},
    {"NAPTR says the order", "sip:x.test", ALL, THREE_SERVICES,
     "tls:192.0.2.1:5071 tcp:192.0.2.1:5070 udp:192.0.2.2:5060"},
    {"only what the port has", "sip:x.test", UDP | TCP, THREE_SERVICES, "tcp:192.0.2.1:5070 udp:192.0.2.2:5060"},
    {"only TLS for sips", "sips:x.test", ALL, THREE_SERVICES, "tls:192.0.2.1:5071"},
    {"preference among the same order", "sip:x.test", ALL,
     "x.test NAPTR 1 2 s SIP+D2U u.test\nx.test NAPTR 1 1 s sip+d2t t.test\n"
     "u.test SRV 1 1 1 a.test\nt.test SRV 1 1 2 a.test\n" HOST_A,
     "tcp:192.0.2.1:2 udp:192.0.2.1:1"},
    {"NAPTR leads to another domain", "sip:x.test", UDP,
     "x.test NAPTR 1 1 s SIP+D2U elsewhere.test\nelsewhere.test SRV 1 1 5080 a.test\n" HOST_A, "udp:192.0.2.1:5080"},
    {"NAPTR that leads round in a circle", "sip:x.test", UDP,
     "x.test NAPTR 1 1 - SIP+D2U x.test\nx.test NAPTR 1 1 s SIP+D2U x.test\nx.test A 192.0.2.3\n",
     "udp:192.0.2.3:5060"},
    {"NAPTR for other things", "sip:x.test", ALL,
     "x.test NAPTR 1 1 s SIPS+D2U y.test\nx.test NAPTR 1 1 s E2U+sip y.test\nx.test NAPTR 1 1 u SIP+D2U y.test\n"
     "_sip._udp.x.test SRV 1 1 5080 a.test\ny.test SRV 1 1 5081 a.test\n" HOST_A,
     "udp:192.0.2.1:5080"},
    {"NAPTR has chosen, and there is no SRV", "sip:x.test", ALL,
     "x.test NAPTR 1 1 s SIP+D2T _sip._tcp.x.test\nx.test A 192.0.2.3\n", "tcp:192.0.2.3:5060"},
    {"no NAPTR: UDP, TCP, TLS", "sip:x.test", ALL,
     "_sips._tcp.x.test SRV 0 0 3 a.test\n_sip._tcp.x.test SRV 0 0 2 a.test\n_sip._udp.x.test SRV 0 0 1 "
     "a.test\n" HOST_A,
     "udp:192.0.2.1:1 tcp:192.0.2.1:2 tls:192.0.2.1:3"},
    {"a transport is asked for", "sip:x.test;transport=tls", ALL, THREE_SERVICES, "tls:192.0.2.1:5071"},
    {"a port: neither NAPTR nor SRV", "sip:x.test:5099", ALL, THREE_SERVICES "x.test A 192.0.2.3\n",
     "udp:192.0.2.3:5099"},
    {"a port and a transport", "sip:x.test:5099;transport=tcp", ALL, "x.test A 192.0.2.3\n", "tcp:192.0.2.3:5099"},
    {"a dot at the end", "sip:x.test.", ALL, "x.test A 192.0.2.3\n", "udp:192.0.2.3:5060"},
    {"addresses alone", "sip:x.test", ALL, "x.test A 192.0.2.3\n", "udp:192.0.2.3:5060"},
    {"addresses alone, sips", "sips:x.test", ALL, "x.test AAAA 2001:db8::3\n", "tls:[2001:db8::3]:5061"},
    {"nothing", "sip:x.test", ALL, "", ""},
    {"priorities", "sip:x.test;transport=udp", ALL,
     "_sip._udp.x.test SRV 20 9 5062 b.test\n_sip._udp.x.test SRV 10 0 5061 a.test\n" HOST_A HOST_B,
     "udp:192.0.2.1:5061 udp:192.0.2.2:5062"},
    {"a host of an SRV record has no address", "sip:x.test;transport=udp", ALL,
     "_sip._udp.x.test SRV 1 0 5061 gone.test\n_sip._udp.x.test SRV 2 0 5062 b.test\n" HOST_B, "udp:192.0.2.2:5062"},
    {"the service is refused", "sip:x.test;transport=udp", ALL, "_sip._udp.x.test SRV 0 0 0 .\nx.test A 192.0.2.3\n",
     ""},
    {"one of the services is refused", "sip:x.test", UDP | TCP,
     "_sip._udp.x.test SRV 0 0 0 .\n_sip._tcp.x.test SRV 0 0 5062 a.test\n" HOST_A, "tcp:192.0.2.1:5062"},
    {"a port of 0", "sip:x.test;transport=udp", ALL,
     "_sip._udp.x.test SRV 0 0 0 a.test\n_sip._udp.x.test SRV 5 0 5062 b.test\n" HOST_A HOST_B, "udp:192.0.2.2:5062"},
    {"addresses that are none", "sip:x.test:5060", ALL,
     "x.test A 0.0.0.0\nx.test A 224.0.0.1\nx.test A 255.255.255.255\nx.test AAAA ::\nx.test AAAA ff02::1\n"
     "x.test A 192.0.2.3\nx.test AAAA ::1\n",
     "udp:[::1]:5060 udp:192.0.2.3:5060"},
    {"the same address twice", "sip:x.test;transport=udp", ALL,
     "_sip._udp.x.test SRV 1 0 5060 b.test\n_sip._udp.x.test SRV 2 0 5060 c.test\nc.test A 192.0.2.2\n" HOST_B,
     "udp:192.0.2.2:5060"},
    {"silent for NAPTR", "sip:x.test", UDP, "x.test NAPTR !\n_sip._udp.x.test SRV 1 0 5070 a.test\n" HOST_A,
     "udp:192.0.2.1:5070"},
    {"silent for AAAA", "sip:x.test:5060", UDP, "x.test AAAA !\nx.test A 192.0.2.3\n", "udp:192.0.2.3:5060"},
};

static void targets_are_found(void **context)
{
    (void)context;
    for (size_t i = 0; i < COUNT_OF(found); i++)
        for (unsigned last_first = 0; last_first < 2; last_first++) {
            run r;
            assert_int_equal(aim(&r, found[i].uri, found[i].kinds, NULL), SIRA_OK);
            finish(&r, found[i].zone, last_first != 0, 5);
            if (strcmp(r.found, found[i].expected) != 0)
                fail_msg("%s: %s instead of %s", found[i].name, r.found, found[i].expected);
            assert_int_equal(r.status, found[i].expected[0] != '\0' ? SIRA_OK : SIRA_E_RESOLVE);
        }
}

static void queries_are_those_that_are_needed(void **context)
{
    (void)context;
    static const struct {
        const char *uri, *zone, *asked;
    } cases[] = {
        {"sip:192.0.2.1", "", ""},
        {"sip:x.test:5060", "", "x.test/A x.test/AAAA"},
        {"sip:x.test;transport=tls", "", "_sips._tcp.x.test/SRV x.test/A x.test/AAAA"},
        {"sips:x.test", "", "x.test/NAPTR _sips._tcp.x.test/SRV x.test/A x.test/AAAA"},
        {"sip:x.test", "",
         "x.test/NAPTR _sip._udp.x.test/SRV _sip._tcp.x.test/SRV _sips._tcp.x.test/SRV x.test/A x.test/AAAA"},
        {"sip:x.test", THREE_SERVICES,
         "x.test/NAPTR _sips._tcp.x.test/SRV _sip._tcp.x.test/SRV _sip._udp.x.test/SRV a.test/A a.test/AAAA b.test/A "
         "b.test/AAAA"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        run r;
        assert_int_equal(aim(&r, cases[i].uri, ALL, NULL), SIRA_OK);
        finish(&r, cases[i].zone, false, 1);
        assert_string_equal(r.asked, cases[i].asked);
    }
}

static void wrong_aims_are_refused(void **context)
{
    (void)context;
    static const struct {
        const char *uri;
        unsigned kinds;
    } cases[] = {{"sips:x.test;transport=udp", ALL},
                 {"sip:x.test;transport=sctp", ALL},
                 {"sip:x.test;transport=tcp", UDP},
                 {"sips:x.test", UDP | TCP},
                 {"tel:+1", ALL},
                 {"sip:x.test", 0}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        run r;
        assert_int_equal(aim(&r, cases[i].uri, cases[i].kinds, NULL), SIRA_E_UNSUPPORTED);
    }
}

static void policy_is_followed(void **context)
{
    (void)context;
    sira_location_config config;
    run r;
    sira_location_config_init(&config);
    assert_int_equal(config.size, sizeof config);
    config.size--;
    assert_int_equal(sira_location_init(&r.location, &config), SIRA_E_CONFIG);
    config.size++;
    config.streams_first = true;
    assert_int_equal(aim(&r, "sip:x.test", ALL, &config), SIRA_OK);
    finish(&r, "x.test A 192.0.2.3\n", false, 1);
    assert_string_equal(r.asked,
                        "x.test/NAPTR _sips._tcp.x.test/SRV _sip._tcp.x.test/SRV _sip._udp.x.test/SRV x.test/A "
                        "x.test/AAAA");
    assert_string_equal(r.found, "tcp:192.0.2.3:5060");
    config.families = SIRA_LOCATION_IPV6;
    assert_int_equal(aim(&r, "sip:x.test:5060", ALL, &config), SIRA_OK);
    finish(&r, "x.test A 192.0.2.3\nx.test AAAA 2001:db8::3\n", false, 1);
    assert_string_equal(r.asked, "x.test/AAAA");
    assert_string_equal(r.found, "tcp:[2001:db8::3]:5060");
    config.families = SIRA_LOCATION_IPV4;
    assert_int_equal(aim(&r, "sip:x.test:5060", ALL, &config), SIRA_OK);
    finish(&r, "x.test A 192.0.2.3\nx.test AAAA 2001:db8::3\n", false, 1);
    assert_string_equal(r.found, "tcp:192.0.2.3:5060");
}

/* ---- order ---- */

static void families_alternate(void **context)
{
    (void)context;
    for (uint32_t random = 0; random < 20; random++) {
        run r;
        size_t count = 0;
        assert_int_equal(aim(&r, "sip:x.test:5060", ALL, NULL), SIRA_OK);
        finish(&r, "x.test A 192.0.2.1\nx.test A 192.0.2.2\nx.test AAAA 2001:db8::1\nx.test AAAA 2001:db8::2\n",
               random % 2 != 0, random);
        const sira_endpoint *targets = sira_location_targets(&r.location, &count);
        assert_int_equal(count, 4);
        for (size_t i = 0; i < count; i++)
            assert_int_equal(targets[i].family, i % 2 == 0 ? SIRA_FAMILY_IPV6 : SIRA_FAMILY_IPV4);
    }
}

/* RFC 2782: the first is drawn by weight, among the lowest priority. */
static void weights_are_followed(void **context)
{
    (void)context;
    static const char zone[] = "_sip._udp.x.test SRV 1 10 1 h.test\n_sip._udp.x.test SRV 1 30 2 h.test\n"
                               "_sip._udp.x.test SRV 1 60 3 h.test\n_sip._udp.x.test SRV 1 0 4 h.test\n"
                               "_sip._udp.x.test SRV 2 65535 5 h.test\nh.test A 192.0.2.1\n";
    enum { DRAWS = 20000 };
    unsigned first[6] = {0}, second_after_3[6] = {0};
    for (uint32_t i = 0; i < DRAWS; i++) {
        run r;
        size_t count = 0;
        assert_int_equal(aim(&r, "sip:x.test;transport=udp", UDP, NULL), SIRA_OK);
        finish(&r, zone, false, i * 2654435761u);
        const sira_endpoint *targets = sira_location_targets(&r.location, &count);
        assert_int_equal(count, 5);
        assert_int_equal(targets[4].port, 5);
        first[targets[0].port]++;
        if (targets[0].port == 3)
            second_after_3[targets[1].port]++;
    }
    assert_in_range(first[1], DRAWS * 9 / 100, DRAWS * 11 / 100);
    assert_in_range(first[2], DRAWS * 28 / 100, DRAWS * 32 / 100);
    assert_in_range(first[3], DRAWS * 58 / 100, DRAWS * 62 / 100);
    assert_in_range(first[4], 0, 40);
    assert_in_range(second_after_3[1], first[3] * 22 / 100, first[3] * 28 / 100);
    assert_in_range(second_after_3[2], first[3] * 72 / 100, first[3] * 78 / 100);
}

/* Servers rotate their records; who has drawn once stays with it. */
static void the_draw_does_not_depend_on_the_order_of_records(void **context)
{
    (void)context;
    for (uint32_t random = 0; random < 50; random++) {
        run a, b;
        assert_int_equal(aim(&a, "sip:x.test;transport=udp", UDP, NULL), SIRA_OK);
        finish(&a,
               "_sip._udp.x.test SRV 1 1 1 A.test\n_sip._udp.x.test SRV 1 1 2 b.test\nA.test A 192.0.2.1\n"
               "A.test A 192.0.2.7\n" HOST_B,
               false, random);
        assert_int_equal(aim(&b, "sip:x.test;transport=udp", UDP, NULL), SIRA_OK);
        finish(&b,
               "_sip._udp.x.test SRV 1 1 2 b.test\n_sip._udp.x.test SRV 1 1 1 a.test\na.test A 192.0.2.7\n"
               "a.test A 192.0.2.1\n" HOST_B,
               true, random);
        assert_string_equal(a.found, b.found);
    }
}

/* ---- how long it holds ---- */

static void times_are_clamped(void **context)
{
    (void)context;
    static const struct {
        const char *uri, *zone;
        uint32_t ttl;
        bool doubtful;
    } cases[] = {
        {"sip:192.0.2.1", "", 0, false},
        {"sip:x.test:5060", "x.test A 192.0.2.1\n", TTL, false},
        {"sip:x.test:5060", "x.test A =0 192.0.2.1\n", SIRA_LIMIT_DNS_TTL_MIN, false},
        {"sip:x.test:5060", "x.test A =4294967295 192.0.2.1\n", SIRA_LIMIT_DNS_TTL_MAX, false},
        {"sip:x.test:5060", "x.test A =60 192.0.2.1\nx.test AAAA =50 ::1\n", 50, false},
        {"sip:x.test;transport=udp", "_sip._udp.x.test SRV =40 1 1 1 a.test\n" HOST_A, 40, false},
        {"sip:x.test", "x.test NAPTR =30 1 1 s SIP+D2U s.test\ns.test SRV 1 1 1 a.test\n" HOST_A, 30, false},
        {"sip:x.test:5060", "", 77, false},
        {"sip:x.test:5060", "x.test A 0.0.0.0\n", SIRA_LIMIT_DNS_AGAIN, false},
        {"sip:x.test:5060", "x.test A !\nx.test AAAA !\n", SIRA_LIMIT_DNS_AGAIN, true},
        {"sip:x.test:5060", "x.test A !\nx.test AAAA ::1\n", SIRA_LIMIT_DNS_AGAIN, false},
        {"sip:x.test;transport=udp", "_sip._udp.x.test SRV !\nx.test A ::1\n", SIRA_LIMIT_DNS_AGAIN, true},
        {"sip:x.test", "x.test NAPTR !\nx.test A ::1\n", SIRA_LIMIT_DNS_AGAIN, true},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        run r;
        assert_int_equal(aim(&r, cases[i].uri, ALL, NULL), SIRA_OK);
        finish(&r, cases[i].zone, false, 1);
        if (sira_location_ttl(&r.location) != cases[i].ttl ||
            sira_location_is_doubtful(&r.location) != cases[i].doubtful)
            fail_msg("%s: %s: %u", cases[i].uri, cases[i].zone, sira_location_ttl(&r.location));
    }
}

static void giving_up_keeps_what_is_there(void **context)
{
    (void)context;
    run r;
    sira_location_query query;
    sira_dns_record record = {.type = SIRA_DNS_A, .ttl = TTL};
    assert_int_equal(sira_endpoint_from_host(SIRA_STR("192.0.2.1"), &record.endpoint), SIRA_OK);
    assert_int_equal(aim(&r, "sip:x.test:5060", ALL, NULL), SIRA_OK);
    assert_int_equal(sira_location_start(&r.location, TICKET, 1), SIRA_MORE);
    assert_int_equal(sira_location_next(&r.location, &query), SIRA_OK);
    assert_int_equal(query.type, SIRA_DNS_A);
    const sira_dns_answer answer = {.ticket = query.ticket, .records = &record, .count = 1};
    assert_int_equal(sira_location_answer(&r.location, &answer), SIRA_MORE);
    assert_int_equal(sira_location_give_up(&r.location), SIRA_OK);
    assert_true(sira_location_is_doubtful(&r.location));
    assert_int_equal(sira_location_ttl(&r.location), SIRA_LIMIT_DNS_AGAIN);
    assert_int_equal(sira_location_next(&r.location, &query), SIRA_IDLE);
    /* another start: answers to what was asked before are none */
    assert_int_equal(sira_location_start(&r.location, TICKET + 100, 1), SIRA_MORE);
    assert_int_equal(sira_location_next(&r.location, &query), SIRA_OK);
    assert_int_equal(sira_location_answer(&r.location, &answer), SIRA_IDLE);
    assert_int_equal(sira_location_give_up(&r.location), SIRA_E_RESOLVE);
}

/* ---- what DNS must not do to us ---- */

static void hundreds_of_records_are_bounded(void **context)
{
    (void)context;
    static char zone[40000];
    size_t length = 0;
    run r;
    for (unsigned i = 0; i < 300; i++)
        length += (size_t)snprintf(zone + length, sizeof zone - length, "_sip._udp.x.test SRV %u 1 5060 h%u.test\n",
                                   1000 - i, i);
    for (unsigned i = 0; i < 300; i++)
        length +=
            (size_t)snprintf(zone + length, sizeof zone - length, "h%u.test A 192.0.%u.%u\n", i, i / 250, i % 250);
    assert_int_equal(aim(&r, "sip:x.test;transport=udp", UDP, NULL), SIRA_OK);
    finish(&r, zone, false, 1);
    assert_int_equal(r.queries, 1 + 2 * SIRA_LIMIT_TARGETS);
    /* of the 256 that are looked at, the best eight */
    assert_string_equal(r.found, "udp:192.0.1.5:5060 udp:192.0.1.4:5060 udp:192.0.1.3:5060 udp:192.0.1.2:5060 "
                                 "udp:192.0.1.1:5060 udp:192.0.1.0:5060 udp:192.0.0.249:5060 udp:192.0.0.248:5060");
}

/* A host with many addresses leaves room for the next. */
static void each_host_has_its_share(void **context)
{
    (void)context;
    static char zone[4000];
    size_t length =
        (size_t)snprintf(zone, sizeof zone, "_sip._udp.x.test SRV 1 1 1 a.test\n_sip._udp.x.test SRV 2 1 2 b.test\n");
    for (unsigned i = 1; i <= 20; i++)
        length += (size_t)snprintf(zone + length, sizeof zone - length,
                                   "a.test A 192.0.2.%u\na.test AAAA 2001:db8::%u\nb.test A 198.51.100.%u\n", i, i, i);
    for (unsigned last_first = 0; last_first < 2; last_first++) {
        run r;
        size_t count = 0;
        assert_int_equal(aim(&r, "sip:x.test;transport=udp", UDP, NULL), SIRA_OK);
        finish(&r, zone, last_first != 0, 3);
        const sira_endpoint *targets = sira_location_targets(&r.location, &count);
        assert_int_equal(count, SIRA_LIMIT_TARGETS);
        for (size_t i = 0; i < count; i++) {
            assert_int_equal(targets[i].port, i < 4 ? 1 : 2);
            assert_int_equal(targets[i].family, i < 4 && i % 2 == 0 ? SIRA_FAMILY_IPV6 : SIRA_FAMILY_IPV4);
        }
    }
}

static void names_are_bounded(void **context)
{
    (void)context;
    static char zone[4000];
    char fits[254], too_long[280];
    run r;
    memset(fits, 'n', 253);
    memset(too_long, 'n', 260);
    fits[253] = too_long[260] = '\0';
    snprintf(
        zone, sizeof zone,
        "_sip._udp.x.test SRV 1 1 1 %s\n_sip._udp.x.test SRV 2 1 2 %s\n_sip._udp.x.test SRV 3 1 3 b\x01.test\n%s A "
        "192.0.2.1\n",
        too_long, fits, fits);
    assert_int_equal(aim(&r, "sip:x.test;transport=udp", UDP, NULL), SIRA_OK);
    finish(&r, zone, false, 1);
    assert_string_equal(r.found, "udp:192.0.2.1:2");
    /* names for which there is no room are left out */
    snprintf(zone, sizeof zone,
             "_sip._udp.x.test SRV 1 1 1 %s\n_sip._udp.x.test SRV 2 1 2 m%s\n_sip._udp.x.test SRV 3 1 3 l%s\n"
             "_sip._udp.x.test SRV 4 1 4 b.test\n" HOST_B,
             fits, fits + 1, fits + 1);
    finish(&r, zone, false, 1);
    assert_int_equal(r.queries, 1 + 2 * 3);
    assert_string_equal(r.found, "udp:192.0.2.2:4");
    /* a host to which no prefix fits is still looked up itself */
    char uri[300];
    snprintf(uri, sizeof uri, "sip:%s", fits);
    snprintf(zone, sizeof zone, "%s A 192.0.2.1\n", fits);
    assert_int_equal(aim(&r, uri, ALL, NULL), SIRA_OK);
    finish(&r, zone, false, 1);
    assert_int_equal(r.queries, 3);
    assert_string_equal(r.found, "udp:192.0.2.1:5060");
    snprintf(uri, sizeof uri, "sip:%s", too_long);
    assert_int_equal(aim(&r, uri, ALL, NULL), SIRA_OK);
    finish(&r, "", false, 1);
    assert_int_equal(r.queries, 0);
    assert_int_equal(r.status, SIRA_E_RESOLVE);
}

/* Answers made of anything, of any type, to any query: it ends, within its bounds. */
static void any_answers_end(void **context)
{
    (void)context;
    static const char *const texts[] = {"", ".", "a.test", "b.test", "s", "SIP+D2U", "SIP+D2T", "SIPS+D2T", "x.test"};
    static const uint16_t types[] = {SIRA_DNS_A, SIRA_DNS_AAAA, SIRA_DNS_SRV, SIRA_DNS_NAPTR, 5};
    uint32_t random = 12345;
    for (unsigned i = 0; i < 3000; i++) {
        run r;
        sira_location_query query;
        unsigned queries = 0;
        size_t count = 0;
        assert_int_equal(aim(&r, i % 3 != 0 ? "sip:x.test" : "sips:x.test", ALL, NULL), SIRA_OK);
        r.status = sira_location_start(&r.location, UINT32_MAX - 3, i); /* tickets may pass over 0 */
        while (r.status == SIRA_MORE && sira_location_next(&r.location, &query) == SIRA_OK) {
            sira_dns_record records[12] = {{0}};
            queries++;
            for (size_t n = 0; n < COUNT_OF(records); n++) {
                sira_dns_record *record = &records[n];
                uint8_t *bytes = (uint8_t *)&record->endpoint;
                for (size_t b = 0; b < sizeof record->endpoint; b++)
                    bytes[b] = (uint8_t)((random = random * 1103515245u + 12345u) >> 24);
                record->endpoint.family = bytes[4] % 3 == 0 ? SIRA_FAMILY_IPV6 : SIRA_FAMILY_IPV4;
                record->type = bytes[5] % 4 != 0 ? (uint16_t)query.type : types[bytes[6] % COUNT_OF(types)];
                record->order = bytes[7] % 3;
                record->preference = bytes[8];
                record->port = bytes[9];
                record->ttl = bytes[10];
                record->target = sira_str_from(texts[bytes[11] % COUNT_OF(texts)]);
                record->flags = sira_str_from(texts[bytes[12] % 2 != 0 ? 4 : bytes[12] % COUNT_OF(texts)]);
                record->service = sira_str_from(texts[bytes[13] % COUNT_OF(texts)]);
            }
            const sira_dns_answer answer = {.ticket = query.ticket,
                                            .result = (uint8_t)(random >> 28 < 12 ? SIRA_DNS_FOUND : random >> 30),
                                            .records = records,
                                            .count = random >> 8 & 7};
            r.status = sira_location_answer(&r.location, &answer);
        }
        const sira_endpoint *targets = sira_location_targets(&r.location, &count);
        assert_true(queries <= SIRA_LIMIT_QUERIES && count <= SIRA_LIMIT_TARGETS);
        assert_int_equal(r.status, count > 0 ? SIRA_OK : SIRA_E_RESOLVE);
        for (size_t n = 0; n < count; n++) {
            assert_true(targets[n].port != 0 && targets[n].family != SIRA_FAMILY_NONE);
            assert_true(i % 3 != 0 || targets[n].transport == SIRA_TRANSPORT_TLS);
            for (size_t m = 0; m < n; m++)
                assert_false(sira_endpoint_equal(&targets[m], &targets[n]));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(targets_are_found),
        cmocka_unit_test(queries_are_those_that_are_needed),
        cmocka_unit_test(wrong_aims_are_refused),
        cmocka_unit_test(policy_is_followed),
        cmocka_unit_test(families_alternate),
        cmocka_unit_test(weights_are_followed),
        cmocka_unit_test(the_draw_does_not_depend_on_the_order_of_records),
        cmocka_unit_test(times_are_clamped),
        cmocka_unit_test(giving_up_keeps_what_is_there),
        cmocka_unit_test(hundreds_of_records_are_bounded),
        cmocka_unit_test(each_host_has_its_share),
        cmocka_unit_test(names_are_bounded),
        cmocka_unit_test(any_answers_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
