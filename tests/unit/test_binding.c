#include "registration/registration.h"

#include "support/exchange.h"
#include "support/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

#define INSTANCE "<urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6>"
#define URI "sip:alice@192.0.2.1:5060"
#define OURS "<" URI ";line=deadbeef>"
#define MARK ";+sip.instance=\"" INSTANCE "\""

/* A line whose Contact is OURS. */
static world *open_line(bool instance)
{
    static const uint8_t line[4] = {0xde, 0xad, 0xbe, 0xef};
    world *w = world_open(NULL);
    if (instance)
        w->line_config.instance_id = SIRA_STR(INSTANCE);
    world_init(w);
    memcpy(w->line.names.line, line, sizeof line);
    memset(&w->line.exchange.flow, 0, sizeof w->line.exchange.flow);
    assert_int_equal(sira_endpoint_from_text(SIRA_STR("192.0.2.1:5060"), 0, &w->line.exchange.flow.local), SIRA_OK);
    w->line.contact = w->line.exchange.flow.local;
    w->line.asked = 3600;
    return w;
}

typedef struct binding_case {
    const char *name;
    bool instance; /* we have one */
    const char *lines;
    uint32_t expires;
    uint16_t bindings;
    bool is_ours;
    bool is_unclear;
    uint16_t odd;
} binding_case;

static const binding_case cases[] = {
    /* how long */
    {"nothing is listed", false, "", 120, 0, false, true, 1},
    {"nothing is listed, with a lifetime", false, "Expires: 600\r\n", 600, 0, false, false, 1},
    {"nothing is listed, and none granted", false, "Expires: 0\r\n", 0, 0, false, false, 0},
    {"a parameter", false, "Contact: " OURS ";expires=60\r\n", 60, 1, true, false, 0},
    {"a parameter in quotes", false, "Contact: " OURS ";expires=\"60\"\r\n", 60, 1, true, false, 1},
    {"the header field", false, "Expires: 600\r\nContact: " OURS "\r\n", 600, 1, true, false, 0},
    {"neither", false, "Contact: " OURS "\r\n", 120, 1, true, true, 0},
    {"neither, but that of another", false, "Contact: " OURS ", <sip:b@h>;expires=90\r\n", 90, 2, true, true, 0},
    {"neither, and another's is longer than was asked for", false, "Contact: " OURS ", <sip:b@h>;expires=9000\r\n",
     3600, 2, true, true, 0},
    {"the parameter before the header field", false, "Contact: " OURS ";expires=60\r\nExpires: 600\r\n", 60, 1, true,
     false, 0},
    {"and when it is longer", false, "Contact: " OURS ";expires=600\r\nExpires: 60\r\n", 600, 1, true, false, 0},
    {"a parameter that is no number", false, "Contact: " OURS ";expires=soon\r\nExpires: 600\r\n", 600, 1, true, true,
     1},
    {"a parameter that is no number, alone", false, "Contact: " OURS ";expires=soon\r\n", 120, 1, true, true, 1},
    {"a number and a unit", false, "Contact: " OURS ";expires=60s\r\n", 60, 1, true, false, 1},
    {"a parameter out of range", false, "Contact: " OURS ";expires=4294967296\r\n", UINT32_MAX, 1, true, false, 1},
    {"the largest", false, "Contact: " OURS ";expires=4294967295\r\n", UINT32_MAX, 1, true, false, 0},
    {"a header field that is no number", false, "Contact: " OURS "\r\nExpires: soon\r\n", 120, 1, true, true, 0},
    {"a header field that starts with one", false, "Contact: " OURS "\r\nExpires: 60;x\r\n", 60, 1, true, true, 0},
    {"a header field in quotes", false, "Contact: " OURS "\r\nExpires: \"60\"\r\n", 60, 1, true, true, 0},
    {"no lifetime at all", false, "Contact: " OURS ";expires=0\r\n", 0, 0, false, false, 0},
    {"no lifetime by the header field", false, "Contact: " OURS "\r\nExpires: 0\r\n", 0, 0, false, false, 0},

    /* whose */
    {"rewritten, with our line", false, "Contact: <sip:x@203.0.113.9:1024;line=deadbeef>;expires=60\r\n", 60, 1, true,
     false, 0},
    {"a line in capitals", false, "Contact: <sip:x@203.0.113.9;LINE=DEADBEEF>;expires=60\r\n", 60, 1, true, false, 0},
    {"a line behind no angle brackets", false, "Contact: sip:x@203.0.113.9;line=deadbeef;expires=60\r\n", 60, 1, true,
     false, 0},
    {"without its line", false, "Contact: <" URI ">;expires=60\r\n", 60, 1, true, false, 0},
    {"without brackets", false, "Contact: " URI ";expires=60\r\n", 60, 1, true, false, 0},
    {"another line", false, "Contact: <" URI ";line=deadbee0>;expires=60\r\n", 60, 1, false, false, 1},
    {"a line that begins alike", false, "Contact: <" URI ";line=deadbeef0>;expires=60\r\n", 60, 1, false, false, 1},
    {"another address", false, "Contact: <sip:alice@192.0.2.2:5060>;expires=60\r\n", 60, 1, false, false, 1},
    {"another address, by the header field", false, "Contact: <sip:alice@192.0.2.2:5060>\r\nExpires: 60\r\n", 60, 1,
     false, false, 1},
    {"the instance alone", true, "Contact: <sip:x@203.0.113.9>;expires=60" MARK "\r\n", 60, 1, false, false, 0},
    {"URI and instance", true, "Contact: <" URI ">;expires=60" MARK "\r\n", 60, 1, true, false, 0},
    {"instance and line", true, "Contact: " OURS ";expires=60" MARK "\r\n", 60, 1, true, false, 0},
    {"the line, without the instance", true, "Contact: " OURS ";expires=60\r\n", 60, 1, true, false, 0},
    {"an instance that we do not have", false, "Contact: <sip:x@203.0.113.9>;expires=60" MARK "\r\n", 60, 1, false,
     false, 1},
    {"another scheme", false, "Contact: <tel:+49301234>;expires=60\r\n", 60, 1, false, false, 1},
    {"no SIP at all", false, "Contact: <mailto:alice@example.test>;expires=60\r\n", 60, 1, false, false, 1},

    /* which of them */
    {"ours behind another", false, "Contact: <sip:bob@203.0.113.9>;expires=5, " OURS ";expires=60\r\n", 60, 2, true,
     false, 0},
    {"ours before another", false, "Contact: " OURS ";expires=60\r\nm: <sip:bob@203.0.113.9>;expires=5\r\n", 60, 2,
     true, false, 0},
    {"two that are not ours", false,
     "Contact: <sip:b@203.0.113.9>;expires=60\r\nContact: <sip:c@203.0.113.9>;expires=5\r\n", 5, 2, false, true, 1},
    {"two that are not ours, with a shorter header field", false,
     "Expires: 4\r\nContact: <sip:b@203.0.113.9>;expires=60, <sip:c@203.0.113.9>;expires=5\r\n", 4, 2, false, true, 1},
    {"two that are not ours, one of them removed", false,
     "Contact: <sip:b@203.0.113.9>;expires=60, <sip:c@203.0.113.9>;expires=0\r\n", 60, 1, false, false, 1},
    {"one that is not ours was removed", false, "Contact: <sip:b@203.0.113.9>;expires=0\r\nExpires: 60\r\n", 60, 0,
     false, false, 1},
    {"and nothing else is said", false, "Contact: <sip:b@203.0.113.9>;expires=0\r\n", 120, 0, false, true, 1},
    {"two with our line: the shorter", false,
     "Contact: <sip:b@203.0.113.9;line=deadbeef>;expires=60, <sip:c@203.0.113.9;line=deadbeef>;expires=50\r\n", 50, 2,
     true, false, 0},
    {"two with our line: the shorter comes first", false,
     "Contact: <sip:b@203.0.113.9;line=deadbeef>;expires=50, <sip:c@203.0.113.9;line=deadbeef>;expires=60\r\n", 50, 2,
     true, false, 0},
    {"two with our line: one of them removed", false,
     "Contact: <sip:b@203.0.113.9;line=deadbeef>;expires=50, <sip:c@203.0.113.9;line=deadbeef>;expires=0\r\n", 50, 1,
     true, false, 0},
    {"two with our line: one that does not say", false,
     "Contact: <sip:b@203.0.113.9;line=deadbeef>, <sip:c@203.0.113.9;line=deadbeef>;expires=50\r\n", 50, 2, true, false,
     0},
    {"the line says more than the instance", true,
     "Contact: <sip:x@203.0.113.9>;expires=5" MARK ", <sip:y@203.0.113.9;line=deadbeef>;expires=60\r\n", 60, 2, true,
     false, 0},
    {"and than instance and URI", true,
     "Contact: <sip:y@203.0.113.9;line=deadbeef>;expires=60, <" URI ">;expires=5" MARK "\r\n", 60, 2, true, false, 0},
    {"the instance says more than the URI", true,
     "Contact: <" URI ">;expires=5, <sip:x@203.0.113.9>;expires=60" MARK "\r\n", 60, 2, false, false, 0},
    {"line and URI say more than the line", false,
     "Contact: <sip:y@203.0.113.9;line=deadbeef>;expires=5, " OURS ";expires=60\r\n", 60, 2, true, false, 0},
    {"all of them", true,
     "Contact: <sip:y@203.0.113.9;line=deadbeef>;expires=5" MARK ", " OURS ";expires=7, " OURS ";expires=60" MARK
     "\r\n",
     60, 3, true, false, 0},
    {"ours has run out, another lives", false, "Contact: <sip:bob@203.0.113.9>;expires=60, " OURS ";expires=0\r\n", 0,
     1, false, false, 0},
    {"one of our instance was removed, the other is ours", true,
     "Contact: <sip:x@203.0.113.9>;expires=0" MARK ", <sip:y@203.0.113.9>;expires=60\r\n", 60, 1, false, false, 1},

    /* what is malformed in part */
    {"a parameter of the URI in quotes", false,
     "Contact: <" URI ";line=deadbeef;t=\"VG8+/SaA=\">;expires=600, <sip:b@h>;expires=5\r\n", 600, 2, true, false, 1},
    {"a blank in the URI", false, "Contact: <sip:al ice@h;line=deadbeef>;expires=60, <sip:b@h>;expires=5\r\n", 60, 2,
     true, false, 1},
    {"a display name with a comma and no quotes", false,
     "Contact: Doe, John " OURS ";expires=60, <sip:b@h>;expires=5\r\n", 60, 3, true, false, 1},
    {"a quote that stays open", false, "Contact: \"Doe " OURS ";expires=60\r\n", 60, 1, true, false, 1},
    {"a parameter without a name", false, "Contact: " OURS ";=x;expires=60\r\n", 60, 1, true, false, 1},
    {"an empty parameter", false, "Contact: " OURS ";;expires=60;\r\n", 60, 1, true, false, 1},
    {"a q that is none", false, "Contact: " OURS ";q=high;expires=60\r\n", 60, 1, true, false, 1},
    {"a parameter twice", false, "Contact: " OURS ";expires=60;expires=60\r\n", 60, 1, true, false, 1},
    {"a parameter twice, unlike", false, "Contact: " OURS ";expires=3600;expires=60\r\n", 60, 1, true, false, 1},
    {"by its instance, behind a URI of no use", true, "Contact: <:>;expires=60" MARK ", <sip:b@h>;expires=5\r\n", 60, 2,
     false, false, 1},
    {"a bracket that stays open", false, "Contact: <" URI ";line=deadbeef;expires=60\r\n", 60, 1, true, false, 1},
    {"a bracket that stays open, and a longer header field", false,
     "Contact: <" URI ";line=deadbeef;expires=60\r\nExpires: 3600\r\n", 60, 1, true, false, 1},

    /* what is none */
    {"a star", false, "Contact: *\r\n", 120, 0, false, true, 1},
    {"a malformed one", false, "Contact: <sip:x\r\n", 120, 1, false, true, 2},
    {"a malformed one of another line of the message", false, "Contact: <sip:x\r\nContact: " OURS ";expires=60\r\n", 60,
     2, true, false, 1},
    {"an empty line", false, "Contact:\r\nContact: " OURS ";expires=60\r\n", 60, 1, true, false, 1},
    {"nothing but quotes", false, "Contact: \"\"\"\"\r\nExpires: 60\r\n", 60, 1, false, true, 2},
    {"nothing but a lifetime", false, "Contact: ;expires=60\r\n", 60, 1, false, false, 2},
    {"a URI that is none", false, "Contact: <sip:@>;expires=5, " OURS ";expires=60\r\n", 60, 2, true, false, 0},
    {"folded", false, "Contact:\r\n " OURS "\r\n ;expires=60\r\n\t, <sip:a@b>\r\n", 60, 2, true, false, 0},
};

static void our_binding_is_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const binding_case *c = &cases[i];
        world *w = open_line(c->instance);
        packet p;
        packet_response(&p, 200, c->lines, "");
        sira_i_binding found;
        memset(&found, 0xa5, sizeof found);
        expect_status(c->name, sira_i_binding_find(&w->line, &p.message, &found), SIRA_OK);
        if (found.expires != c->expires || found.bindings != c->bindings || found.is_ours != c->is_ours ||
            found.is_unclear != c->is_unclear || found.odd.count != c->odd)
            fail_msg("%s: %u s, %u bindings, %s, %s, %u odd", c->name, (unsigned)found.expires, found.bindings,
                     found.is_ours ? "ours" : "not ours", found.is_unclear ? "unclear" : "clear", found.odd.count);
        packet_free(&p);
        world_close(w);
    }
}

/* What is removed is what was registered, wherever we are now. */
static void a_line_that_leaves_looks_for_its_old_address(void **state)
{
    (void)state;
    world *w = open_line(false);
    packet p;
    sira_i_binding found;
    assert_int_equal(sira_endpoint_from_text(SIRA_STR("198.51.100.7:5060"), 0, &w->line.exchange.flow.local), SIRA_OK);
    packet_response(&p, 200, "Contact: <" URI ">;expires=60\r\n", "");
    assert_int_equal(sira_i_binding_find(&w->line, &p.message, &found), SIRA_OK);
    assert_false(found.is_ours);
    w->line.asked = 0;
    assert_int_equal(sira_i_binding_find(&w->line, &p.message, &found), SIRA_OK);
    assert_true(found.is_ours);
    packet_free(&p);
    packet_response(&p, 200, "", "");
    assert_int_equal(sira_i_binding_find(&w->line, &p.message, &found), SIRA_OK);
    assert_int_equal(found.expires, 0); /* it is what was asked for */
    packet_free(&p);
    world_close(w);
}

/* As many as fields are kept, and several in each. */
static void bindings_are_counted(void **state)
{
    (void)state;
    enum { EACH = 40, LINES = 50 };
    static const char other[] = "<sip:b@203.0.113.9>;expires=9";
    world *w = open_line(false);
    packet p;
    sira_i_binding found;
    char *lines = malloc(LINES * (EACH * (sizeof other + 1) + 16)), *to = lines;
    assert_non_null(lines);
    for (unsigned line = 0; line < LINES; line++) {
        to += sprintf(to, "m: %s", other);
        for (unsigned i = 1; i < EACH; i++)
            to += sprintf(to, ",%s", other);
        to += sprintf(to, "\r\n");
    }
    packet_response(&p, 200, lines, "");
    assert_int_equal(sira_i_binding_find(&w->line, &p.message, &found), SIRA_OK);
    assert_int_equal(found.bindings, EACH * LINES);
    assert_int_equal(found.expires, 9);
    packet_free(&p);
    free(lines);
    world_close(w);
}

/* ---- Service-Route (RFC 3608 5) ---- */

static void a_route_is_kept_as_one_value(void **state)
{
    (void)state;
    static const struct {
        const char *name, *lines, *kept;
    } routes[] = {
        {"none", "", ""},
        {"one", "Service-Route: <sip:p1.example.test;lr>\r\n", "<sip:p1.example.test;lr>"},
        {"two in a line", "Service-Route: <sip:p1;lr>,<sip:p2;lr>\r\n", "<sip:p1;lr>, <sip:p2;lr>"},
        {"two lines", "Service-Route: <sip:p1;lr>\r\nX: y\r\nservice-route: <sip:p2;lr>\r\n",
         "<sip:p1;lr>, <sip:p2;lr>"},
        {"display names and parameters", "Service-Route: \"A, B\" <sip:p1;lr> ; x=\"1,2\" , C <sip:p2>\r\n",
         "\"A, B\" <sip:p1;lr> ; x=\"1,2\", C <sip:p2>"},
        {"another field", "Route: <sip:p1;lr>\r\nPath: <sip:p2;lr>\r\n", ""},
        {"folded", "Service-Route: <sip:p1;lr>\r\n ;x=1,\r\n\t<sip:p2>\r\n", "<sip:p1;lr> ;x=1, <sip:p2>"},
    };
    world *w = open_line(false);
    for (size_t i = 0; i < COUNT_OF(routes); i++) {
        packet p;
        packet_response(&p, 200, routes[i].lines, "");
        w->line.service_route_len = 7; /* the one before */
        expect_status(routes[i].name, sira_i_service_route_keep(&w->line, &p.message), SIRA_OK);
        packet_free(&p); /* it is a copy */
        expect_str(routes[i].name, sira_registration_service_route(&w->line), routes[i].kept);
    }
    world_close(w);
}

/* Half a route leads elsewhere. */
static void what_is_malformed_in_part_is_no_route(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "Service-Route: <sip:p1\r\n",
        "Service-Route: <sip:p1>, <sip:p2\r\n",
        "Service-Route: <sip:p1>\r\nService-Route: <sip:p2\r\nService-Route: <sip:p3>\r\n",
        "Service-Route: <sip:p1>,\r\n",
    };
    world *w = open_line(false);
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        packet p;
        packet_response(&p, 200, wrong[i], "");
        w->line.service_route_len = 7;
        expect_status(wrong[i], sira_i_service_route_keep(&w->line, &p.message), SIRA_E_SYNTAX);
        expect_str(wrong[i], sira_registration_service_route(&w->line), "");
        packet_free(&p);
    }
    world_close(w);
}

/* A part of a route set is none: what does not fit as a whole is not kept. */
static void a_route_has_its_limit(void **state)
{
    (void)state;
    world *w = open_line(false);
    for (unsigned values = 1; values <= 3; values++) {
        for (size_t length = SIRA_LIMIT_ROUTE - 2; length <= SIRA_LIMIT_ROUTE + 2; length++) {
            char lines[600] = "Service-Route: ", pad[300];
            packet p;
            size_t left = length;
            for (unsigned i = 1; i < values; i++) {
                strcat(lines, "<sip:a>,");
                left -= strlen("<sip:a>, ");
            }
            memset(pad, 'b', sizeof pad);
            pad[left - strlen("<sip:>")] = '\0';
            strcat(strcat(strcat(lines, "<sip:"), pad), ">\r\n");
            packet_response(&p, 200, lines, "");
            w->line.service_route_len = 7;
            expect_status("limit", sira_i_service_route_keep(&w->line, &p.message),
                          length <= SIRA_LIMIT_ROUTE ? SIRA_OK : SIRA_E_LIMIT);
            assert_int_equal(w->line.service_route_len, length <= SIRA_LIMIT_ROUTE ? length : 0);
            packet_free(&p);
        }
    }
    world_close(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(our_binding_is_found),
        cmocka_unit_test(a_line_that_leaves_looks_for_its_old_address),
        cmocka_unit_test(bindings_are_counted),
        cmocka_unit_test(a_route_is_kept_as_one_value),
        cmocka_unit_test(what_is_malformed_in_part_is_no_route),
        cmocka_unit_test(a_route_has_its_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
