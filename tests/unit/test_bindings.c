#include "support/office.h"

#include <stdio.h>
#include <string.h>

#define A "Contact: <sip:a@192.0.2.1>\r\n"
#define B "Contact: <sip:b@192.0.2.1>\r\n"

static void expect_contacts(office *o, const char *lines, const char *expected)
{
    const char *found = office_contacts(o, lines);
    if (strcmp(found, expected) != 0)
        fail_msg("%s: \"%s\" is not \"%s\"", lines, found, expected);
}

/* RFC 3261 10.3 step 7 for one contact that is there already, by what the next request says. */
static void call_id_and_cseq_are_in_order(void **state)
{
    (void)state;
    static const struct {
        const char *name, *call_id;
        unsigned cseq;
        const char *lines, *expected;
    } cases[] = {
        {"later", "call-1", 11, A, "<sip:a@192.0.2.1>;expires=3600"},
        {"the same", "call-1", 10, A, " 500 CSeq Out Of Order"},
        {"earlier", "call-1", 9, A, " 500 CSeq Out Of Order"},
        {"another call", "call-2", 1, A, "<sip:a@192.0.2.1>;expires=3600"},
        {"Call-IDs differ by case", "Call-1", 1, A, "<sip:a@192.0.2.1>;expires=3600"},
        {"later, away", "call-1", 11, A "Expires: 0\r\n", ""},
        {"the same, away", "call-1", 10, A "Expires: 0\r\n", " 500 CSeq Out Of Order"},
        {"another call, away", "call-2", 1, A "Expires: 0\r\n", ""},
        {"another contact", "call-1", 10, B, "<sip:a@192.0.2.1>;expires=60|<sip:b@192.0.2.1>;expires=3600"},
        {"all away, later", "call-1", 11, "Contact: *\r\nExpires: 0\r\n", ""},
        {"all away, the same", "call-1", 10, "Contact: *\r\nExpires: 0\r\n", " 500 CSeq Out Of Order"},
        {"all away, another call", "call-2", 1, "Contact: *\r\nExpires: 0\r\n", ""},
        {"only a question", "call-1", 9, "", "<sip:a@192.0.2.1>;expires=60"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        office o;
        office_open(&o);
        office_init(&o);
        o.cseq = 9;
        assert_int_equal(office_take(&o, A "Expires: 60\r\n"), 200);
        o.cseq = cases[i].cseq - 1;
        o.call_id = cases[i].call_id;
        expect_contacts(&o, cases[i].lines, cases[i].expected);
        office_close(&o);
    }
}

/* RFC 3261 10.3: all of a request or nothing of it. */
static void a_request_is_done_as_a_whole(void **state)
{
    (void)state;
    office o;
    office_open(&o);
    office_init(&o);
    o.cseq = 9;
    assert_int_equal(office_take(&o, B), 200);
    o.cseq = 9;
    expect_contacts(&o, A B, " 500 CSeq Out Of Order");
    assert_int_equal(o.commits, 1);
    expect_contacts(&o, "", "<sip:b@192.0.2.1>;expires=3600");
    expect_contacts(&o, "Contact: <sip:a@192.0.2.1>, <sip:b@192.0.2.1>;expires=0, <sip:c@192.0.2.1>;expires=90\r\n",
                    "<sip:a@192.0.2.1>;expires=3600|<sip:c@192.0.2.1>;expires=90");
    office_close(&o);
}

/* "*" with one that is out of order and one that is not. */
static void all_go_or_none(void **state)
{
    (void)state;
    office o;
    office_open(&o);
    office_init(&o);
    o.call_id = "other";
    assert_int_equal(office_take(&o, A), 200);
    o.call_id = "call-1";
    o.cseq = 9;
    assert_int_equal(office_take(&o, B), 200);
    o.cseq = 9;
    expect_contacts(&o, "Contact: *\r\nExpires: 0\r\n", " 500 CSeq Out Of Order");
    expect_contacts(&o, "", "<sip:a@192.0.2.1>;expires=3600|<sip:b@192.0.2.1>;expires=3600");
    expect_contacts(&o, "Contact: *\r\nExpires: 0\r\n", "");
    assert_int_equal(o.commits, 3);
    expect_contacts(&o, "Contact: *\r\nExpires: 0\r\n", "");
    assert_int_equal(o.commits, 3); /* there was nothing to change */
    office_close(&o);
}

/* Which binding a Contact means: RFC 3261 19.1.4, and RFC 5626 6 with instance-id and reg-id. */
static void contacts_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        const char *name, *first, *second;
        size_t count;
    } cases[] = {
        {"escapes and case of the host", "<sip:%61@EXAMPLE.com>", "<sip:a@example.com>", 1},
        {"case of the user", "<sip:A@example.com>", "<sip:a@example.com>", 2},
        {"port", "<sip:a@example.com>", "<sip:a@example.com:5060>", 2},
        {"a parameter that only one has", "<sip:a@example.com;x=1>", "<sip:a@example.com>", 1},
        {"a parameter that differs", "<sip:a@example.com;x=1>", "<sip:a@example.com;x=2>", 2},
        {"transport", "<sip:a@example.com;transport=tcp>", "<sip:a@example.com>", 2},
        {"another scheme", "<mailto:a@example.com>", "<mailto:a@example.com>", 1},
        {"the same flow from a new address", "<sip:a@192.0.2.1>;+sip.instance=\"<urn:uuid:1a>\";reg-id=1",
         "<sip:a@192.0.2.9>;+sip.instance=\"<urn:uuid:1A>\";reg-id=1", 1},
        {"another flow from the same address", "<sip:a@192.0.2.1>;+sip.instance=\"<urn:uuid:1a>\";reg-id=1",
         "<sip:a@192.0.2.1>;+sip.instance=\"<urn:uuid:1a>\";reg-id=2", 2},
        {"another instance", "<sip:a@192.0.2.1>;+sip.instance=\"<urn:uuid:1a>\";reg-id=1",
         "<sip:a@192.0.2.1>;+sip.instance=\"<urn:uuid:1b>\";reg-id=1", 2},
        {"reg-id without an instance counts for nothing", "<sip:a@192.0.2.1>;reg-id=1", "<sip:a@192.0.2.9>;reg-id=1",
         2},
        {"an instance without reg-id, too", "<sip:a@192.0.2.1>;+sip.instance=\"<urn:uuid:1a>\"",
         "<sip:a@192.0.2.9>;+sip.instance=\"<urn:uuid:1a>\"", 2},
        {"a flow, and the same address without one", "<sip:a@192.0.2.1>;+sip.instance=\"<urn:uuid:1a>\";reg-id=1",
         "<sip:a@192.0.2.1>", 1},
        {"an address, and a flow from it", "<sip:a@192.0.2.1>",
         "<sip:a@192.0.2.1>;+sip.instance=\"<urn:uuid:1a>\";reg-id=1", 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        office o;
        char lines[256];
        office_open(&o);
        o.config.outbound = true;
        office_init(&o);
        snprintf(lines, sizeof lines, "Contact: %s\r\n", cases[i].first);
        assert_int_equal(office_take(&o, lines), 200);
        snprintf(lines, sizeof lines, "Contact: %s\r\n", cases[i].second);
        assert_int_equal(office_take(&o, lines), 200);
        if (o.places[0].bindings.count != cases[i].count)
            fail_msg("%s: %zu bindings", cases[i].name, o.places[0].bindings.count);
        office_close(&o);
    }
}

/* Two of one request that mean the same: the later one counts, as in a request of its own. */
static void one_request_may_name_a_binding_twice(void **state)
{
    (void)state;
    office o;
    office_open(&o);
    office_init(&o);
    expect_contacts(&o, "Contact: <sip:a@192.0.2.1>;expires=100, <sip:a@192.0.2.1;x>;expires=200\r\n",
                    "<sip:a@192.0.2.1;x>;expires=200");
    expect_contacts(&o, "Contact: <sip:a@192.0.2.1>;expires=100, <sip:a@192.0.2.1>;expires=0\r\n", "");
    office_close(&o);
}

static void what_has_lapsed_is_gone(void **state)
{
    (void)state;
    office o;
    office_open(&o);
    office_init(&o);
    assert_int_equal(office_take(&o, A "Expires: 60\r\n"), 200);
    assert_int_equal(office_take(&o, B "Expires: 61\r\n"), 200);
    o.now += 59999;
    expect_contacts(&o, "", "<sip:a@192.0.2.1>;expires=1|<sip:b@192.0.2.1>;expires=2");
    o.now += 1;
    expect_contacts(&o, "", "<sip:b@192.0.2.1>;expires=1");
    o.cseq = 0; /* of a binding that is no more nothing is known */
    expect_contacts(&o, A, "<sip:b@192.0.2.1>;expires=1|<sip:a@192.0.2.1>;expires=3600");
    office_close(&o);
}

static void there_is_a_most_of_them(void **state)
{
    (void)state;
    for (unsigned most = 0; most <= SIRA_LIMIT_BINDINGS; most += SIRA_LIMIT_BINDINGS / 2) {
        office o;
        char lines[64];
        const unsigned expected = most == 0 ? SIRA_LIMIT_BINDINGS : most;
        office_open(&o);
        o.config.bindings_max = (uint16_t)most;
        office_init(&o);
        for (unsigned i = 0; i < expected; i++) {
            snprintf(lines, sizeof lines, "Contact: <sip:%u@192.0.2.1>\r\n", i);
            assert_int_equal(office_take(&o, lines), 200);
        }
        expect_contacts(&o, A, " 500 Too Many Bindings");
        expect_contacts(&o, A "Expires: 0\r\n", office_contacts(&o, ""));
        assert_int_equal(office_take(&o, lines), 200); /* one that is there */
        assert_int_equal(office_take(&o, "Contact: <sip:0@192.0.2.1>;expires=0, <sip:a@192.0.2.1>\r\n"), 200);
        assert_int_equal(o.places[0].bindings.count, expected);
        office_close(&o);
    }
}

/* What is committed can be found again: each request's text fits, all together may not. */
static void their_text_is_bounded(void **state)
{
    (void)state;
    office o;
    char lines[3000];
    unsigned count = 0, code = 200;
    office_open(&o);
    office_init(&o);
    while (code == 200 && count < SIRA_LIMIT_BINDINGS) {
        snprintf(lines, sizeof lines, "Contact: <sip:%u@192.0.2.1>;x=%02000u\r\n", count++, 1u);
        code = office_take(&o, lines);
    }
    assert_int_equal(code, 513);
    assert_int_equal(count, 1 + SIRA_LIMIT_BINDINGS_TEXT / 2030);
    assert_non_null(strstr(o.reply, " 513 Bindings Too Long\r\n"));
    office_close(&o);
}

static void a_look_up_copies(void **state)
{
    (void)state;
    static sira_bindings found;
    char text[] = "uri;params<instance>pathcall";
    sira_binding one = {.uri = {text, 3},
                        .params = {text + 3, 7},
                        .instance = {text + 10, 10},
                        .path = {text + 20, 4},
                        .call_id = {text + 24, 4},
                        .cseq = 7};
    for (unsigned i = 0; i < SIRA_LIMIT_BINDINGS; i++)
        assert_int_equal(sira_bindings_add(&found, &one), SIRA_OK);
    assert_int_equal(sira_bindings_add(&found, &one), SIRA_E_SPACE);
    memset(text, 'x', sizeof text);
    const sira_binding *last = &found.all[SIRA_LIMIT_BINDINGS - 1];
    expect_str("uri", last->uri, "uri");
    expect_str("params", last->params, ";params");
    expect_str("instance", last->instance, "<instance>");
    expect_str("path", last->path, "path");
    expect_str("call_id", last->call_id, "call");
    assert_int_equal(last->cseq, 7);

    /* to the last byte, and not one more, and then none of it */
    static char long_text[SIRA_LIMIT_BINDINGS_TEXT + 1];
    found.count = found.used = 0;
    one = (sira_binding){.uri = {long_text, SIRA_LIMIT_BINDINGS_TEXT - 1}, .call_id = {long_text, 2}};
    assert_int_equal(sira_bindings_add(&found, &one), SIRA_E_SPACE);
    assert_int_equal(found.count + found.used, 0);
    one.call_id.len = 1;
    assert_int_equal(sira_bindings_add(&found, &one), SIRA_OK);
    assert_int_equal(found.used, SIRA_LIMIT_BINDINGS_TEXT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(call_id_and_cseq_are_in_order),
        cmocka_unit_test(a_request_is_done_as_a_whole),
        cmocka_unit_test(all_go_or_none),
        cmocka_unit_test(contacts_are_told_apart),
        cmocka_unit_test(one_request_may_name_a_binding_twice),
        cmocka_unit_test(what_has_lapsed_is_gone),
        cmocka_unit_test(there_is_a_most_of_them),
        cmocka_unit_test(their_text_is_bounded),
        cmocka_unit_test(a_look_up_copies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
