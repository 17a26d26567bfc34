#include "registration/registration.h"

#include "support/world.h"

#include <stdio.h>
#include <string.h>

#define SECOND 1000u
#define TEXT(str) (int)(str).len, (str).at

static char seen[120]; /* what the registrar writes behind "rport" */
static unsigned lifetime;
static bool changes; /* the mapping, with each request */
static sira_nat nat;

static sira_str field(const sira_message *request, sira_field_id id)
{
    return sira_message_field(request, id)->value;
}

static void registrar(world *w, const sira_message *request)
{
    char bytes[2000], contacts[400] = "";
    sira_str via = field(request, SIRA_FIELD_VIA);
    assert_memory_equal(via.at + via.len - 6, ";rport", 6);
    if (changes)
        (void)snprintf(seen, sizeof seen, "=%u;received=203.0.113.9", 2000 + w->requests);
    if (world_expires(request) != 0)
        (void)snprintf(contacts, sizeof contacts, "Contact: %.*s;expires=%u\r\n", TEXT(world_contact(request)),
                       lifetime);
    int len = snprintf(bytes, sizeof bytes,
                       "SIP/2.0 200 OK\r\nVia: %.*s%s\r\nFrom: %.*s\r\nTo: %.*s;tag=r\r\nCall-ID: %.*s\r\n"
                       "CSeq: %.*s\r\n%sContent-Length: 0\r\n\r\n",
                       TEXT(via), seen, TEXT(field(request, SIRA_FIELD_FROM)), TEXT(field(request, SIRA_FIELD_TO)),
                       TEXT(field(request, SIRA_FIELD_CALL_ID)), TEXT(field(request, SIRA_FIELD_CSEQ)), contacts);
    world_deliver(w, 5, bytes, (size_t)len);
}

static world *open_world(const char *rport)
{
    (void)snprintf(seen, sizeof seen, "%s", rport);
    lifetime = 3600;
    changes = false;
    world *w = world_open(registrar);
    world_init(w);
    return w;
}

/* The n-th Contact of the i-th request: its host, port and what stands behind; empty: there is none. */
static const char *contact(world *w, size_t i, int n)
{
    static char text[200];
    sira_cursor cursor;
    sira_contact found;
    sira_uri uri;
    text[0] = '\0';
    sira_cursor_init(&cursor, world_sent(w, i), SIRA_FIELD_CONTACT);
    for (int at = 0; sira_contact_next(&cursor, &found, NULL) == SIRA_OK; at++) {
        if (at != n)
            continue;
        assert_int_equal(sira_uri_parse(&uri, found.address.uri, NULL), SIRA_OK);
        (void)snprintf(text, sizeof text, "%.*s:%u%s", TEXT(uri.host), uri.port,
                       found.has_expires && found.expires == 0 ? " goes" : "");
    }
    return text;
}

static void what_the_registrar_sees(void **context)
{
    (void)context;
    static const struct {
        const char *name, *rport, *contact;
    } cases[] = {{"no NAT", "=5060;received=192.0.2.1", ""},
                 {"no NAT, not received", "=5060", ""},
                 {"another port", "=1024", "192.0.2.1:1024"},
                 {"another address", "=5060;received=203.0.113.9", "203.0.113.9:5060"},
                 {"both", "=1024;received=203.0.113.9", "203.0.113.9:1024"},
                 {"a registrar that does not help", "", ""},
                 {"received alone", ";received=203.0.113.9", ""},
                 {"another family", "=1024;received=2001:db8::9", ""}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        world *w = open_world(cases[i].rport);
        sira_registration_learn_address(&w->line, &nat);
        sira_registration_start(&w->line);
        world_run(w, 1000 * SECOND);
        assert_true(sira_registration_is_bound(&w->line));
        assert_int_equal(world_last(w)->status, SIRA_OK);
        const bool rewrites = cases[i].contact[0] != '\0';
        if (w->requests != (rewrites ? 2u : 1u))
            fail_msg("%s: %u requests", cases[i].name, w->requests);
        assert_string_equal(contact(w, 0, 0), "192.0.2.1:5060");
        if (rewrites) {
            assert_string_equal(contact(w, 1, 0), cases[i].contact);
            assert_string_equal(contact(w, 1, 1), "192.0.2.1:5060 goes");
        }
        /* and from then on it is said without ado, also when it leaves */
        world_run(w, 7000 * SECOND);
        assert_int_equal(w->requests, (rewrites ? 2u : 1u) + 2u);
        assert_string_equal(contact(w, w->sent_count - 1, 0), rewrites ? cases[i].contact : "192.0.2.1:5060");
        assert_string_equal(contact(w, w->sent_count - 1, 1), "");
        sira_registration_stop(&w->line);
        world_run(w, 7001 * SECOND);
        assert_string_equal(contact(w, w->sent_count - 1, 0), rewrites ? cases[i].contact : "192.0.2.1:5060");
        assert_int_equal(world_last(w)->kind, SIRA_EVENT_STOPPED);
        world_close(w);
    }
}

static void without_it_the_contact_is_our_own(void **context)
{
    (void)context;
    world *w = open_world("=1024;received=203.0.113.9");
    sira_registration_start(&w->line);
    world_run(w, 7000 * SECOND);
    assert_int_equal(w->requests, 3);
    for (size_t i = 0; i < 3; i++)
        assert_string_equal(contact(w, i, 0), "192.0.2.1:5060");
    world_close(w);
}

/* A day with a registrar that sees us elsewhere each time. */
static void a_mapping_that_changes_each_time_makes_no_circle(void **context)
{
    (void)context;
    static const struct {
        unsigned lifetime, most;
    } cases[] = {{3600, 2 * 29 + 1}, {60, 2880 + 144 + 2}};
    for (size_t i = 0; i < 2; i++) {
        world *w = open_world("");
        changes = true;
        lifetime = cases[i].lifetime;
        sira_registration_learn_address(&w->line, &nat);
        sira_registration_start(&w->line);
        world_run(w, 86400u * SECOND);
        assert_in_range(w->requests, 3, cases[i].most);
        size_t told = 0, rewrites = 0;
        uint64_t before = 0;
        for (size_t j = 0; j < w->event_count; j++)
            told += w->events[j].event.kind == SIRA_EVENT_REGISTERED && w->events[j].event.status == SIRA_E_MAPPING;
        for (size_t j = 0; j < w->sent_count; j++) {
            if (contact(w, j, 1)[0] == '\0')
                continue;
            assert_true(rewrites == 0 || w->sent[j].at - before >= SIRA_LIMIT_MAPPING_AGE * SECOND);
            before = w->sent[j].at;
            rewrites++;
        }
        assert_true(told > 0 && rewrites > 1);
        assert_int_equal(world_count(w, SIRA_EVENT_LAPSED), 0);
        world_close(w);
    }
}

static void a_mapping_that_changed_later_is_followed(void **context)
{
    (void)context;
    world *w = open_world("=1024;received=203.0.113.9");
    sira_registration_learn_address(&w->line, &nat);
    sira_registration_start(&w->line);
    world_run(w, 1000 * SECOND);
    (void)snprintf(seen, sizeof seen, "=1025;received=203.0.113.9");
    world_run(w, 3001 * SECOND);
    assert_int_equal(w->requests, 4);
    assert_string_equal(contact(w, 2, 0), "203.0.113.9:1024");
    assert_string_equal(contact(w, 3, 0), "203.0.113.9:1025");
    assert_string_equal(contact(w, 3, 1), "203.0.113.9:1024 goes");
    world_close(w);
}

static void from_another_network_it_is_learnt_anew(void **context)
{
    (void)context;
    world *w = open_world("=1024;received=203.0.113.9");
    sira_registration_learn_address(&w->line, &nat);
    sira_registration_start(&w->line);
    world_run(w, 60 * SECOND);
    w->address = "192.0.2.2";
    (void)snprintf(seen, sizeof seen, "=1099;received=198.51.100.4");
    sira_agent_network_changed(&w->agent, w->now);
    world_run(w, 61 * SECOND);
    assert_int_equal(w->requests, 4);
    assert_string_equal(contact(w, 2, 0), "192.0.2.2:5060");
    assert_string_equal(contact(w, 2, 1), "203.0.113.9:1024 goes");
    assert_string_equal(contact(w, 3, 0), "198.51.100.4:1099");
    assert_string_equal(contact(w, 3, 1), "192.0.2.2:5060 goes");
    world_close(w);
}

static void an_address_that_is_given(void **context)
{
    (void)context;
    sira_endpoint address = {.port = 0};
    assert_int_equal(sira_endpoint_from_text(SIRA_STR("198.51.100.7:40000"), 0, &address), SIRA_OK);
    for (int learns = 0; learns < 2; learns++) {
        world *w = open_world("=1024;received=203.0.113.9");
        if (learns != 0)
            sira_registration_learn_address(&w->line, &nat);
        sira_registration_give_address(&w->line, &nat, &address);
        sira_registration_start(&w->line);
        world_run(w, 60 * SECOND);
        assert_int_equal(w->requests, 1);
        assert_string_equal(contact(w, 0, 0), "198.51.100.7:40000");
        sira_registration_give_address(&w->line, &nat, NULL);
        sira_registration_renew(&w->line);
        world_run(w, 61 * SECOND);
        assert_int_equal(w->requests, 2 + (unsigned)learns);
        assert_string_equal(contact(w, 1, 0), "192.0.2.1:5060");
        assert_string_equal(contact(w, 1, 1), "198.51.100.7:40000 goes");
        world_close(w);
        nat = (sira_nat){.by = NULL};
    }
}

/* While the request is out the application gives another address: what is sent again is the same to the byte. */
static void what_is_under_way_stays_as_it_is(void **context)
{
    (void)context;
    sira_endpoint address = {.port = 0};
    assert_int_equal(sira_endpoint_from_text(SIRA_STR("198.51.100.7:40000"), 0, &address), SIRA_OK);
    world *w = open_world("=1024");
    w->lose = 2;
    sira_registration_give_address(&w->line, &nat, NULL);
    sira_registration_start(&w->line);
    world_run(w, 100);
    sira_registration_give_address(&w->line, &nat, &address);
    world_run(w, 10 * SECOND);
    assert_int_equal(w->sent_count, 3);
    assert_int_equal(w->sent[0].len, w->sent[2].len);
    assert_memory_equal(w->sent[0].bytes, w->sent[2].bytes, w->sent[0].len);
    world_close(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_registrar_sees),
        cmocka_unit_test(without_it_the_contact_is_our_own),
        cmocka_unit_test(a_mapping_that_changes_each_time_makes_no_circle),
        cmocka_unit_test(a_mapping_that_changed_later_is_followed),
        cmocka_unit_test(from_another_network_it_is_learnt_anew),
        cmocka_unit_test(an_address_that_is_given),
        cmocka_unit_test(what_is_under_way_stays_as_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
