/* A provider that is a name: its zone, its registrars, and what happens to them. DNS answers from a table, at once. */
#include "support/names.h"
#include "support/world.h"

#include <stdio.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
#define SECOND 1000u
#define HOUR (3600u * SECOND)
#define CONTACT(request) (int)world_contact(request).len, world_contact(request).at

/* ---- the provider ---- */

typedef struct record {
    const char *name;
    sira_dns_type type;
    unsigned order, preference, port;
    const char *data; /* address, or target; of NAPTR "service target" */
} record;

static struct {
    const record *zone;
    size_t count;
    uint32_t ttl;
    enum { ANSWERS, FAILS, IS_SILENT } dns;
    unsigned dead;    /* a bit for each registrar that does not answer, by the last number of its address */
    unsigned expires; /* that is granted */
} provider;

/* Names without the domain: "" is the domain itself. */
static bool is_at(const record *one, const sira_location_query *query)
{
    char name[300];
    (void)snprintf(name, sizeof name, "%s%sprovider.test", one->name, one->name[0] != '\0' ? "." : "");
    return one->type == query->type && strcmp(name, query->text) == 0;
}

static void answer(world *w, const sira_location_query *query)
{
    static sira_dns_record records[300];
    static char targets[300][64];
    sira_dns_answer told = {.ticket = query->ticket, .result = SIRA_DNS_NONE, .ttl = provider.ttl, .records = records};
    for (size_t i = 0; i < provider.count; i++) {
        const record *one = &provider.zone[i];
        if (!is_at(one, query))
            continue;
        sira_dns_record *made = &records[told.count];
        const char *target = strchr(one->data, ' ') != NULL ? strchr(one->data, ' ') + 1 : one->data;
        (void)snprintf(targets[told.count], sizeof targets[0], "%s%s", target,
                       strcmp(target, ".") != 0 ? ".provider.test" : "");
        *made = (sira_dns_record){.type = (uint16_t)one->type,
                                  .order = (uint16_t)one->order,
                                  .preference = (uint16_t)one->preference,
                                  .port = (uint16_t)one->port,
                                  .ttl = provider.ttl,
                                  .target = sira_str_from(targets[told.count]),
                                  .flags = SIRA_STR("s"),
                                  .service = {one->data, strcspn(one->data, " ")}};
        (void)sira_endpoint_from_host(sira_str_from(one->data), &made->endpoint);
        told.count++;
        told.result = SIRA_DNS_FOUND;
    }
    if (provider.dns == FAILS)
        told = (sira_dns_answer){.ticket = query->ticket, .result = SIRA_DNS_FAILED};
    sira_agent_dns_answer(&w->agent, &told, w->now);
}

static void run(world *w, uint64_t until)
{
    for (;;) {
        while (w->query_count > 0 && provider.dns != IS_SILENT) {
            const sira_location_query query = w->queries[--w->query_count];
            answer(w, &query);
        }
        if (provider.dns == IS_SILENT)
            w->query_count = 0;
        if (w->now >= until && w->told > until)
            break;
        world_run(w, w->told < until ? w->told : until);
    }
}

static unsigned last_address(const world *w)
{
    return w->sent_count != 0 ? w->sent[w->sent_count - 1].flow.remote.address[3] : 0;
}

static void registrar(world *w, const sira_message *request)
{
    if ((provider.dead & 1u << last_address(w) % 32) == 0)
        world_reply(w, request, 200, "Contact: %.*s;expires=%u\r\n", CONTACT(request), provider.expires);
}

static world *open_provider(const char *uri, const record *zone, size_t count)
{
    world *w = world_open(registrar);
    provider.zone = zone;
    provider.count = count;
    provider.ttl = 60;
    provider.dns = ANSWERS;
    provider.dead = 0;
    provider.expires = 3600;
    world_name(w);
    w->agent_config.transport.kinds = 7;
    w->server_config.uri = sira_str_from(uri);
    return w;
}

static const record two[] = {
    {"_sip._udp", SIRA_DNS_SRV, 10, 0, 5060, "a"},
    {"_sip._udp", SIRA_DNS_SRV, 20, 0, 5070, "b"},
    {"a", SIRA_DNS_A, 0, 0, 0, "192.0.2.1"},
    {"b", SIRA_DNS_A, 0, 0, 0, "192.0.2.2"},
};
static const record two_tcp[] = {
    {"_sip._tcp", SIRA_DNS_SRV, 10, 0, 5060, "a"},
    {"_sip._tcp", SIRA_DNS_SRV, 20, 0, 5070, "b"},
    {"a", SIRA_DNS_A, 0, 0, 0, "192.0.2.1"},
    {"b", SIRA_DNS_A, 0, 0, 0, "192.0.2.2"},
};

static void expect_at(const char *what, const world *w, unsigned address)
{
    if (last_address(w) != address || w->events[w->event_count - 1].event.kind != SIRA_EVENT_REGISTERED)
        fail_msg("%s: %u, %s", what, last_address(w), w->events[w->event_count - 1].text);
}

/* ---- fail-over and fail-back ---- */

static void the_backup_is_used_and_left_again(void **state)
{
    (void)state;
    world *w = open_provider("sip:provider.test", two, COUNT_OF(two));
    world_start(w);
    run(w, SECOND);
    expect_at("the first", w, 1);
    provider.dead = 1u << 1;
    run(w, 3000 * SECOND + 40 * SECOND);
    expect_at("the backup", w, 2);
    assert_int_equal(w->sent[w->sent_count - 1].flow.remote.port, 5070);
    run(w, 6050 * SECOND); /* it is asked in between, for four seconds */
    expect_at("dead still", w, 2);
    provider.dead = 0;
    run(w, 9100 * SECOND);
    expect_at("back", w, 1);
    const size_t sent = w->sent_count;
    run(w, 12200 * SECOND);
    expect_at("stays", w, 1);
    assert_int_equal(w->sent_count, sent + 1); /* and nobody asks the backup */
    assert_int_equal(world_count(w, SIRA_EVENT_LAPSED), 0);
    assert_int_equal(world_count(w, SIRA_EVENT_WAITING), 0);
    world_close(w);
}

/* A minute is granted, so half a minute is there for a refresh. */
static void a_short_binding_outlives_a_preferred_one_that_stays_dead(void **state)
{
    (void)state;
    world *w = open_provider("sip:provider.test", two, COUNT_OF(two));
    provider.expires = 60;
    provider.dead = 1u << 1;
    provider.ttl = 3600;
    world_start(w);
    run(w, HOUR);
    expect_at("the backup", w, 2);
    assert_int_equal(world_count(w, SIRA_EVENT_LAPSED), 0);
    assert_int_equal(world_count(w, SIRA_EVENT_WAITING), 0);
    unsigned asked = 0;
    for (size_t i = 1; i < w->sent_count; i++)
        asked += w->sent[i].flow.remote.address[3] == 1 && w->sent[i - 1].flow.remote.address[3] == 2;
    assert_in_range(asked, 3, 7); /* rests of 1, 2, 4, 8, 16, 32 minutes */
    world_close(w);
}

static sira_registration lines[8];

/* One line finds out; the others are at the backup meanwhile, and follow with their next refresh. */
static void one_of_many_lines_asks(void **state)
{
    (void)state;
    world *w = open_provider("sip:provider.test", two, COUNT_OF(two));
    provider.dead = 1u << 1;
    provider.ttl = 86400;
    world_init(w);
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        assert_int_equal(sira_registration_init(&lines[i], &w->account, NULL, NULL), SIRA_OK);
        assert_int_equal(sira_registration_start(&lines[i]), SIRA_OK);
    }
    run(w, 60 * SECOND);
    assert_int_equal(world_count(w, SIRA_EVENT_REGISTERED), 8);
    assert_int_equal(w->asked, 1 + 3 + 4); /* for all of them */
    size_t before = w->sent_count;
    run(w, 3060 * SECOND);
    assert_int_equal(world_count(w, SIRA_EVENT_REGISTERED), 16);
    unsigned at_dead = 0;
    for (size_t i = before; i < w->sent_count; i++)
        at_dead += w->sent[i].flow.remote.address[3] == 1;
    assert_in_range(at_dead, 1, 5); /* one request, repeated */
    provider.dead = 0;
    run(w, 12200 * SECOND);
    expect_at("all", w, 1);
    assert_int_equal(w->asked, 1 + 3 + 4);
    assert_int_equal(world_count(w, SIRA_EVENT_LAPSED), 0);
    world_close(w);
}

/* The connection to the backup is closed for it, so the other line has to register anew. */
static void over_tcp_all_lines_come_back(void **state)
{
    (void)state;
    world *w = open_provider("sip:provider.test;transport=tcp", two_tcp, COUNT_OF(two_tcp));
    provider.dead = 1u << 1;
    world_init(w);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(sira_registration_init(&lines[i], &w->account, NULL, NULL), SIRA_OK);
        assert_int_equal(sira_registration_start(&lines[i]), SIRA_OK);
        run(w, (i + 1) * 45 * SECOND); /* it rests still */
    }
    expect_at("the backup", w, 2);
    provider.dead = 0;
    run(w, 3200 * SECOND);
    expect_at("back", w, 1);
    assert_int_equal(world_count(w, SIRA_EVENT_REGISTERED), 4);
    assert_int_equal(world_count(w, SIRA_EVENT_LAPSED), 0);
    const size_t sent = w->sent_count;
    for (size_t i = sent - 2; i < sent; i++)
        assert_int_equal(w->sent[i].flow.remote.address[3], 1);
    world_close(w);
}

/* ---- DNS ---- */

static void what_was_found_outlives_dns(void **state)
{
    (void)state;
    for (unsigned silent = 0; silent < 2; silent++) {
        world *w = open_provider("sip:provider.test", two, COUNT_OF(two));
        world_start(w);
        run(w, SECOND);
        provider.dns = silent ? IS_SILENT : FAILS;
        run(w, 3000 * SECOND + 3 * SECOND); /* two seconds are waited for it */
        expect_at("without DNS", w, 1);
        assert_int_equal(world_count(w, SIRA_EVENT_REGISTERED), 2);
        provider.dead = 1u << 1;
        run(w, 6100 * SECOND);
        expect_at("the backup is known, too", w, 2);
        run(w, 24 * HOUR);
        assert_int_equal(world_count(w, SIRA_EVENT_LAPSED), 0);
        assert_int_equal(world_count(w, SIRA_EVENT_WAITING), 0);
        world_close(w);
    }
}

static void another_answer_is_followed_at_the_next_refresh(void **state)
{
    (void)state;
    static const record moved[] = {
        {"_sip._udp", SIRA_DNS_SRV, 10, 0, 5060, "c"},
        {"c", SIRA_DNS_A, 0, 0, 0, "192.0.2.3"},
    };
    static const record preferred[] = {
        {"_sip._udp", SIRA_DNS_SRV, 10, 0, 5060, "c"},
        {"_sip._udp", SIRA_DNS_SRV, 20, 0, 5060, "a"},
        {"a", SIRA_DNS_A, 0, 0, 0, "192.0.2.1"},
        {"c", SIRA_DNS_A, 0, 0, 0, "192.0.2.3"},
    };
    world *w = open_provider("sip:provider.test", two, COUNT_OF(two));
    world_start(w);
    run(w, SECOND);
    expect_at("before", w, 1);
    provider.zone = moved;
    provider.count = COUNT_OF(moved);
    run(w, 3001 * SECOND);
    expect_at("moved", w, 3);
    provider.zone = two;
    provider.count = COUNT_OF(two);
    run(w, 6001 * SECOND);
    expect_at("moved back", w, 1);
    provider.zone = preferred;
    provider.count = COUNT_OF(preferred);
    run(w, 9001 * SECOND);
    expect_at("a better one", w, 3);
    assert_int_equal(world_count(w, SIRA_EVENT_WAITING), 0);
    world_close(w);
}

static void the_ttl_is_clamped(void **state)
{
    (void)state;
    static const struct {
        uint32_t ttl;
        unsigned most, least; /* times that DNS is asked in two days */
    } cases[] = {{0, 58, 57}, {1, 58, 57}, {3600, 58, 28}, {UINT32_MAX, 3, 2}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        world *w = open_provider("sip:provider.test:5070", two, COUNT_OF(two));
        static const record alone[] = {{"", SIRA_DNS_A, 0, 0, 0, "192.0.2.1"}};
        provider.zone = alone;
        provider.count = 1;
        provider.ttl = cases[i].ttl;
        world_start(w);
        run(w, 48 * HOUR);
        assert_in_range(w->asked / 2, cases[i].least, cases[i].most);
        world_close(w);
    }
}

static record hundreds[300];

static void fill_hundreds(void)
{
    for (size_t i = 0; i < COUNT_OF(hundreds) - 1; i++)
        hundreds[i] = (record){"_sip._udp", SIRA_DNS_SRV, 10, 1, 5060, "a"};
    hundreds[COUNT_OF(hundreds) - 1] = (record){"a", SIRA_DNS_A, 0, 0, 0, "192.0.2.1"};
}

static void odd_zones(void **state)
{
    (void)state;
    static const record none[] = {{"_sip._udp", SIRA_DNS_SRV, 0, 0, 0, "."}, {"", SIRA_DNS_A, 0, 0, 0, "192.0.2.9"}};
    static const record no_port[] = {{"_sip._udp", SIRA_DNS_SRV, 0, 0, 0, "a"},
                                     {"_sip._udp", SIRA_DNS_SRV, 1, 0, 5060, "b"},
                                     {"a", SIRA_DNS_A, 0, 0, 0, "192.0.2.1"},
                                     {"b", SIRA_DNS_A, 0, 0, 0, "192.0.2.2"}};
    static const record naptr[] = {{"", SIRA_DNS_NAPTR, 1, 0, 0, "SIP+D2T _sip._tcp"},
                                   {"", SIRA_DNS_NAPTR, 2, 0, 0, "SIP+D2U _sip._udp"},
                                   {"_sip._tcp", SIRA_DNS_SRV, 0, 0, 5080, "a"},
                                   {"_sip._udp", SIRA_DNS_SRV, 0, 0, 5060, "b"},
                                   {"a", SIRA_DNS_A, 0, 0, 0, "192.0.2.1"},
                                   {"b", SIRA_DNS_A, 0, 0, 0, "192.0.2.2"}};
    static const record both[] = {{"", SIRA_DNS_A, 0, 0, 0, "192.0.2.4"}, {"", SIRA_DNS_AAAA, 0, 0, 0, "2001:db8::6"}};
    static const record nothing[] = {{"x", SIRA_DNS_A, 0, 0, 0, "192.0.2.9"}};
    static const struct {
        const char *name, *uri;
        const record *zone;
        size_t count;
        sira_status status;
        const char *remote; /* transport and all */
    } cases[] = {
        {"SRV target .", "sip:provider.test", none, COUNT_OF(none), SIRA_E_RESOLVE, ""},
        {"port 0", "sip:provider.test", no_port, COUNT_OF(no_port), SIRA_OK, "UDP 192.0.2.2:5060"},
        {"NAPTR chooses TCP", "sip:provider.test", naptr, COUNT_OF(naptr), SIRA_OK, "TCP 192.0.2.1:5080"},
        {"the URI chooses UDP", "sip:provider.test;transport=udp", naptr, COUNT_OF(naptr), SIRA_OK,
         "UDP 192.0.2.2:5060"},
        {"sips goes nowhere but to TLS", "sips:provider.test", both, COUNT_OF(both), SIRA_OK, "TLS [2001:db8::6]:5061"},
        {"no SRV", "sip:provider.test", both, COUNT_OF(both), SIRA_OK, "UDP [2001:db8::6]:5060"},
        {"a port", "sip:provider.test:5090", both, COUNT_OF(both), SIRA_OK, "UDP [2001:db8::6]:5090"},
        {"no such domain", "sip:provider.test", nothing, COUNT_OF(nothing), SIRA_E_RESOLVE, ""},
        {"hundreds of records", "sip:provider.test", hundreds, COUNT_OF(hundreds), SIRA_OK, "UDP 192.0.2.1:5060"},
    };
    fill_hundreds();
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        world *w = open_provider(cases[i].uri, cases[i].zone, cases[i].count);
        char text[80] = "", address[SIRA_ENDPOINT_TEXT];
        world_start(w);
        run(w, SECOND);
        if (w->sent_count != 0) {
            const sira_endpoint *remote = &w->sent[0].flow.remote;
            assert_true(sira_endpoint_to_text(remote, address, sizeof address) > 0);
            (void)snprintf(text, sizeof text, "%s %s", sira_transport_name((sira_transport_kind)remote->transport),
                           address);
        }
        expect_str(cases[i].name, sira_str_from(text), cases[i].remote);
        expect_status(cases[i].name, world_last(w)->status, cases[i].status);
        world_close(w);
    }
}

static void a_list_of_addresses_is_used_in_order(void **state)
{
    (void)state;
    world *w = open_provider("sip:provider.test", NULL, 0);
    sira_locator_config config;
    sira_locator_config_init(&config);
    config.addresses = SIRA_STR("192.0.2.3 192.0.2.1 192.0.2.2");
    assert_int_equal(sira_locator_init(&w->locator, &config, NULL), SIRA_OK);
    provider.dead = 1u << 3 | 1u << 1;
    world_start(w);
    run(w, 65 * SECOND);
    expect_at("the third", w, 2);
    provider.dead = 0;
    run(w, 3100 * SECOND);
    expect_at("the first", w, 3);
    assert_int_equal(w->asked, 0);
    world_close(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_backup_is_used_and_left_again),
        cmocka_unit_test(a_short_binding_outlives_a_preferred_one_that_stays_dead),
        cmocka_unit_test(one_of_many_lines_asks),
        cmocka_unit_test(over_tcp_all_lines_come_back),
        cmocka_unit_test(what_was_found_outlives_dns),
        cmocka_unit_test(another_answer_is_followed_at_the_next_refresh),
        cmocka_unit_test(the_ttl_is_clamped),
        cmocka_unit_test(odd_zones),
        cmocka_unit_test(a_list_of_addresses_is_used_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
