/* What registrars grant, demand and forget: every number is clamped, none is fed back. */
#include "registration/registration.h"

#include "support/world.h"

#include <stdio.h>
#include <string.h>

#define CONTACT(request) (int)world_contact(request).len, world_contact(request).at

static const char *answer; /* headers of the 200; "$" in it is our Contact */

static void grants(world *w, const sira_message *request)
{
    char contact[512], headers[2000];
    (void)snprintf(contact, sizeof contact, "%.*s", CONTACT(request));
    const char *mark = strstr(answer, "$");
    if (mark == NULL)
        (void)snprintf(headers, sizeof headers, "%s", answer);
    else
        (void)snprintf(headers, sizeof headers, "%.*s%s%s", (int)(mark - answer), answer, contact, mark + 1);
    world_reply(w, request, 200, "%s", headers);
}

static void what_is_granted(void **context)
{
    (void)context;
    /* '$' stands for our Contact as we sent it */
    static const struct {
        const char *name, *headers;
        sira_status status;
        uint32_t expires;
        uint16_t bindings;
    } cases[] = {
        {"contact parameter", "Contact: $;expires=600\r\nExpires: 900\r\n", SIRA_OK, 600, 1},
        {"Expires header", "Contact: $\r\nExpires: 900\r\n", SIRA_OK, 900, 1},
        {"neither: never what was asked for", "Contact: $\r\n", SIRA_E_UNCLEAR, 120, 1},
        {"no Contact, an Expires", "Expires: 120\r\n", SIRA_OK, 120, 0},
        {"longer than asked", "Contact: $;expires=7200\r\n", SIRA_OK, 7200, 1},
        {"4772186", "Contact: $;expires=4772186\r\n", SIRA_OK, SIRA_LIMIT_EXPIRES_MAX, 1},
        {"2^32-1", "Contact: $;expires=4294967295\r\n", SIRA_OK, SIRA_LIMIT_EXPIRES_MAX, 1},
        {"1", "Contact: $;expires=1\r\n", SIRA_E_EXPIRES, 1, 1},
        {"10: the floor, so it lapses before each refresh", "Contact: $;expires=10\r\n", SIRA_E_EXPIRES, 10, 1},
        {"above the floor", "Contact: $;expires=11\r\n", SIRA_OK, 11, 1},
        {"others first",
         "Contact: <sip:alice@198.51.100.7>;expires=30, $;expires=700\r\nContact: <sip:x@198.51.100.8>;expires=20\r\n",
         SIRA_OK, 700, 3},
        {"one alone, rewritten", "Contact: <sip:alice@198.51.100.7:1024>;expires=500\r\n", SIRA_OK, 500, 1},
        {"several, none ours: the smallest",
         "Contact: <sip:a@198.51.100.7>;expires=900,<sip:b@198.51.100.8>;expires=300\r\n", SIRA_E_UNCLEAR, 300, 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        world *w = world_open(grants);
        answer = cases[i].headers;
        world_start(w);
        world_run(w, 500);
        const sira_event *last = world_last(w);
        if (last->kind != SIRA_EVENT_REGISTERED || last->status != cases[i].status ||
            last->expires != cases[i].expires || last->bindings != cases[i].bindings)
            fail_msg("%s: %s, %u bindings", cases[i].name, w->events[w->event_count - 1].text, last->bindings);
        world_close(w);
    }
}

static void rewrites(world *w, const sira_message *request)
{
    /* A middlebox changed host and port; ours is the second, told by its line parameter. */
    const char *line = strstr(world_contact(request).at, ";line=");
    world_reply(
        w, request, 200,
        "Contact: <sip:alice@198.51.100.7:3333>;expires=3600, <sip:alice@203.0.113.9:1024%.14s>;expires=200\r\n", line);
}

static void a_rewritten_contact_is_known_by_its_line(void **context)
{
    (void)context;
    world *w = world_open(rewrites);
    world_start(w);
    world_run(w, 500);
    assert_int_equal(world_last(w)->expires, 200);
    world_close(w);
}

static void by_instance(world *w, const sira_message *request)
{
    world_reply(
        w, request, 200,
        "Contact: "
        "<sip:alice@198.51.100.7>;expires=3600;+sip.instance=\"<urn:uuid:00000000-0000-1000-8000-000000000001>\"\r\n"
        "Contact: "
        "<sip:alice@198.51.100.8>;expires=250;+sip.instance=\"<urn:uuid:00000000-0000-1000-8000-00000000000A>\"\r\n");
}

static void a_rewritten_contact_is_known_by_its_instance(void **context)
{
    (void)context;
    world *w = world_open(by_instance);
    w->line_config.instance_id = SIRA_STR("<urn:uuid:00000000-0000-1000-8000-00000000000a>");
    world_start(w);
    world_run(w, 500);
    assert_int_equal(world_last(w)->expires, 250);
    world_close(w);
}

/* The device has restarted: what it registered before is listed still, with the same instance. "$" is our Contact with
 * its instance, "@" the old one, "~" ours without the instance. */
static const char *listed;

static void lists_leftovers(world *w, const sira_message *request)
{
    static const char old[] = "<sip:alice@192.0.2.1:5060;line=00000000>;"
                              "+sip.instance=\"<urn:uuid:00000000-0000-1000-8000-00000000000a>\"";
    char text[2000];
    size_t length = 0;
    const char *end = strchr(world_contact(request).at, '>') + 1;
    for (const char *at = listed; *at != '\0'; at++) {
        const sira_str piece = *at == '$'   ? world_contact(request)
                               : *at == '@' ? sira_str_from(old)
                               : *at == '~'
                                   ? (sira_str){world_contact(request).at, (size_t)(end - world_contact(request).at)}
                                   : (sira_str){at, 1};
        assert_true(length + piece.len < sizeof text);
        memcpy(text + length, piece.at, piece.len);
        length += piece.len;
    }
    world_reply(w, request, 200, "%.*s", (int)length, text);
}

static void a_binding_from_before_a_restart_is_not_ours(void **context)
{
    (void)context;
    static const struct {
        const char *headers;
        uint32_t expires;
    } cases[] = {
        {"Contact: @;expires=3000, $;expires=60\r\n", 60},
        {"Contact: $;expires=60, @;expires=3000\r\n", 60},
        {"Contact: @;expires=3000, ~;expires=60\r\n", 60},
        {"Contact: ~;expires=3000, $;expires=60, ~;expires=50\r\n", 60},
        {"Contact: $;expires=70, $;expires=60, $;expires=80\r\n", 60},
        {"Contact: @;expires=3000, @;expires=50\r\n", 50},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        world *w = world_open(lists_leftovers);
        listed = cases[i].headers;
        w->line_config.instance_id = SIRA_STR("<urn:uuid:00000000-0000-1000-8000-00000000000a>");
        world_start(w);
        world_run(w, 500);
        if (world_last(w)->kind != SIRA_EVENT_REGISTERED || world_last(w)->expires != cases[i].expires)
            fail_msg("%s: %s", listed, w->events[w->event_count - 1].text);
        world_close(w);
    }
}

/* What somebody else has registered must not cost us our line. */
static void a_malformed_contact_is_passed_over(void **context)
{
    (void)context;
    static const struct {
        const char *contacts;
        uint32_t expires;
        uint16_t bindings;
    } cases[] = {
        {"Contact: <sip:x>;q=2\r\nContact: $;expires=90\r\n", 90, 2},
        {"Contact: <sip:y>;expires=40, <sip:x>;q=2\r\nContact: $;expires=90\r\nContact: >\r\n", 90, 4},
        {"Contact: >;expires=60\r\nExpires: 700\r\n", 60, 1},
    };
    world *w = world_open(grants);
    answer = "Contact: $;expires=600\r\n";
    world_start(w);
    world_run(w, 500);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char bytes[1000];
        const char *mark = strchr(cases[i].contacts, '$');
        const sira_str ours = world_contact(world_sent(w, 0));
        int before = (int)(mark != NULL ? mark - cases[i].contacts : 0);
        (void)snprintf(bytes, sizeof bytes, "SIP/2.0 200 OK\r\n%.*s%.*s%s\r\n", before, cases[i].contacts,
                       mark != NULL ? (int)ours.len : 0, ours.at, mark != NULL ? mark + 1 : cases[i].contacts);
        sira_field slots[8];
        sira_message response;
        sira_i_binding binding;
        sira_message_init(&response, slots, 8);
        expect_status(bytes, sira_message_parse(&response, sira_str_from(bytes), NULL), SIRA_OK);
        expect_status(bytes, sira_i_binding_find(&w->line, &response, &binding), SIRA_OK);
        if (binding.expires != cases[i].expires || binding.bindings != cases[i].bindings)
            fail_msg("%s: %u, %u bindings", bytes, binding.expires, binding.bindings);
    }
    world_close(w);
}

static void has_very_many_fields(world *w, const sira_message *request)
{
    char headers[2900] = "";
    (void)snprintf(headers, sizeof headers, "Contact: %.*s;expires=120\r\n", CONTACT(request));
    for (unsigned i = 0; i < SIRA_LIMIT_FIELDS; i++)
        strcat(headers, "Subject-Of-Others: x\r\n");
    world_reply(w, request, 200, "%s", headers);
}

static void a_200_with_very_many_fields_is_taken(void **context)
{
    (void)context;
    world *w = world_open(has_very_many_fields);
    world_start(w);
    world_run(w, 500);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_REGISTERED);
    assert_int_equal(world_last(w)->expires, 120);
    world_close(w);
}

static void zero_is_not_registered(void **context)
{
    (void)context;
    world *w = world_open(grants);
    answer = "Contact: $;expires=0\r\n";
    world_start(w);
    world_run(w, 500);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_WAITING);
    assert_int_equal(world_last(w)->status, SIRA_E_EXPIRES);
    assert_false(world_last(w)->bound);
    assert_true(world_last(w)->next >= world_last(w)->now + 30000);
    world_run(w, 3600000);
    assert_in_range(w->requests, 3, 10); /* under back-off, not thousands */
    world_close(w);
}

static void a_tiny_lifetime_is_refreshed_under_the_floor(void **context)
{
    (void)context;
    world *w = world_open(grants);
    answer = "Contact: $;expires=2\r\n";
    world_start(w);
    world_run(w, 600000);
    assert_in_range(w->requests, 55, 61); /* one in ten seconds */
    assert_true(world_count(w, SIRA_EVENT_LAPSED) > 50);
    assert_int_equal(w->events[1].event.status, SIRA_E_EXPIRES);
    world_close(w);
}

static unsigned demands;
static const char *min_expires;

static void brief(world *w, const sira_message *request)
{
    if (demands > 0) {
        demands--;
        world_reply(w, request, 423, "%s", min_expires);
        return;
    }
    world_reply(w, request, 200, "Contact: %.*s;expires=%u\r\n", CONTACT(request), world_expires(request));
}

static void one_raise(void **context)
{
    (void)context;
    world *w = world_open(brief);
    demands = 1;
    min_expires = "Min-Expires: 7200\r\n";
    world_start(w);
    world_run(w, 500);
    assert_int_equal(w->requests, 2);
    assert_int_equal(world_expires(world_sent(w, 0)), 3600);
    assert_int_equal(world_expires(world_sent(w, 1)), 7200);
    assert_int_equal(world_last(w)->expires, 7200);
    /* What a 423 raised is asked for again, without another 423. */
    world_run(w, 7000000);
    assert_int_equal(world_expires(world_sent(w, 2)), 7200);
    assert_int_equal(w->requests, 3);
    world_close(w);
}

static void useless_423(void **context)
{
    (void)context;
    static const struct {
        const char *name, *headers;
        unsigned requests; /* in the first attempt */
        uint32_t asked;    /* in the last of them */
    } cases[] = {
        {"missing", "", 1, 3600},
        {"equal", "Min-Expires: 3600\r\n", 1, 3600},
        {"below", "Min-Expires: 60\r\n", 1, 3600},
        {"no number", "Min-Expires: soon\r\n", 1, 3600},
        {"again and again", "Min-Expires: 7200\r\n", 2, 7200},
        {"2^32-1 is clamped", "Min-Expires: 4294967295\r\n", 2, SIRA_LIMIT_MIN_EXPIRES_MAX},
        {"over 32 bits", "Min-Expires: 4294967296\r\n", 1, 3600},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        world *w = world_open(brief);
        demands = 1000000;
        min_expires = cases[i].headers;
        world_start(w);
        world_run(w, 10000);
        if (w->requests != cases[i].requests || world_expires(world_sent(w, w->sent_count - 1)) != cases[i].asked)
            fail_msg("%s: %u requests, asked for %u", cases[i].name, w->requests,
                     world_expires(world_sent(w, w->sent_count - 1)));
        assert_int_equal(world_last(w)->kind, SIRA_EVENT_WAITING);
        assert_int_equal(world_last(w)->status, SIRA_E_EXPIRES);
        assert_int_equal(world_last(w)->code, 423);
        world_run(w, 3600000);
        if (w->requests > 20)
            fail_msg("%s: %u requests in an hour", cases[i].name, w->requests);
        world_close(w);
    }
}

/* A registrar that halves what is asked must not make us ask for less and less. */
static void halves(world *w, const sira_message *request)
{
    world_reply(w, request, 200, "Contact: %.*s;expires=%u\r\n", CONTACT(request), world_expires(request) / 2);
}

static void what_is_asked_for_comes_from_the_configuration(void **context)
{
    (void)context;
    world *w = world_open(halves);
    w->line_config.expires = 1000;
    world_start(w);
    world_run(w, 10000000);
    assert_true(w->requests > 10);
    for (size_t i = 0; i < w->sent_count; i++)
        assert_int_equal(world_expires(world_sent(w, i)), 1000);
    world_close(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_granted),
        cmocka_unit_test(a_rewritten_contact_is_known_by_its_line),
        cmocka_unit_test(a_rewritten_contact_is_known_by_its_instance),
        cmocka_unit_test(a_binding_from_before_a_restart_is_not_ours),
        cmocka_unit_test(a_malformed_contact_is_passed_over),
        cmocka_unit_test(a_200_with_very_many_fields_is_taken),
        cmocka_unit_test(zero_is_not_registered),
        cmocka_unit_test(a_tiny_lifetime_is_refreshed_under_the_floor),
        cmocka_unit_test(one_raise),
        cmocka_unit_test(useless_423),
        cmocka_unit_test(what_is_asked_for_comes_from_the_configuration),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
