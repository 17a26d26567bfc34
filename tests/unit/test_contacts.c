#include "support/office.h"

#include <stdio.h>
#include <string.h>

/* RFC 3261 10.3 step 7 and 10.2.1.1: which lifetime counts, and what becomes of it. */
static void lifetimes(void **state)
{
    (void)state;
    static const struct {
        const char *name, *lines, *expected;
    } cases[] = {
        {"none", "Contact: <sip:a@h>\r\n", "<sip:a@h>;expires=3600"},
        {"of the request", "Contact: <sip:a@h>\r\nExpires: 100\r\n", "<sip:a@h>;expires=100"},
        {"its own", "Contact: <sip:a@h>;expires=200\r\nExpires: 100\r\n", "<sip:a@h>;expires=200"},
        {"one of two its own", "Contact: <sip:a@h>;expires=200, <sip:b@h>\r\nExpires: 100\r\n",
         "<sip:a@h>;expires=200|<sip:b@h>;expires=100"},
        {"the shortest", "Contact: <sip:a@h>;expires=60\r\n", "<sip:a@h>;expires=60"},
        {"too short", "Contact: <sip:a@h>;expires=59\r\n", " 423 Interval Too Brief"},
        {"too short for all", "Contact: <sip:a@h>\r\nExpires: 1\r\n", " 423 Interval Too Brief"},
        {"too short for one of two", "Contact: <sip:a@h>, <sip:b@h>;expires=1\r\n", " 423 Interval Too Brief"},
        {"away", "Contact: <sip:a@h>;expires=0\r\n", ""},
        {"the longest", "Contact: <sip:a@h>;expires=7200\r\n", "<sip:a@h>;expires=7200"},
        {"too long", "Contact: <sip:a@h>;expires=7201\r\n", "<sip:a@h>;expires=7200"},
        {"as long as there are numbers", "Contact: <sip:a@h>;expires=4294967295\r\n", "<sip:a@h>;expires=7200"},
        {"malformed, of its own", "Contact: <sip:a@h>;expires=soon\r\nExpires: 100\r\n", "<sip:a@h>;expires=3600"},
        {"malformed, of the request", "Contact: <sip:a@h>\r\nExpires: soon\r\n", "<sip:a@h>;expires=3600"},
        {"all away", "Contact: *\r\nExpires: 0\r\n", ""},
        {"all away some time", "Contact: *\r\nExpires: 1\r\n", " 400 Bad Contact"},
        {"all away without a time", "Contact: *\r\n", " 400 Bad Contact"},
        {"all away at a time that is none", "Contact: *\r\nExpires: soon\r\n", " 400 Bad Contact"},
        {"a question", "", ""},
        {"a question with a lifetime", "Expires: 1\r\n", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        office o;
        office_open(&o);
        office_init(&o);
        const char *found = office_contacts(&o, cases[i].lines);
        if (strcmp(found, cases[i].expected) != 0)
            fail_msg("%s: \"%s\" is not \"%s\"", cases[i].name, found, cases[i].expected);
        assert_string_equal(office_lines(&o, "Min-Expires"),
                            found[0] == ' ' && found[1] == '4' && found[2] == '2' ? "60" : "");
        assert_int_equal(o.lookups, found[0] == ' ' ? 0 : 1); /* what is refused costs no look-up */
        office_close(&o);
    }
}

/* RFC 3261 10.3 step 7: whoever asks for an hour can't be refused, though less is granted. */
static void an_hour_is_never_too_short(void **state)
{
    (void)state;
    office o;
    office_open(&o);
    o.config.expires_min = 3600;
    o.config.expires_max = 3600;
    office_init(&o);
    assert_string_equal(office_contacts(&o, "Contact: <sip:a@h>;expires=3599\r\n"), " 423 Interval Too Brief");
    assert_string_equal(office_lines(&o, "Min-Expires"), "3600");
    assert_string_equal(office_contacts(&o, "Contact: <sip:a@h>;expires=3600\r\n"), "<sip:a@h>;expires=3600");
    office_close(&o);
}

/* What is kept of a Contact, as the answer tells it. */
static void what_is_kept(void **state)
{
    (void)state;
    static const struct {
        const char *name, *contact, *expected;
    } cases[] = {
        {"no display name", "\"A\" <sip:a@h>", "<sip:a@h>;expires=3600"},
        {"without brackets", "sip:a@h;x=1", "<sip:a@h>;x=1;expires=3600"},
        {"parameters in their order", "<sip:a@h>;b;a=\"x y\";expires=90;c=d", "<sip:a@h>;b;a=\"x y\";c=d;expires=90"},
        {"blanks around them", "<sip:a@h> ; b = c ; d", "<sip:a@h>;b=c;d;expires=3600"},
        {"folds", "<sip:a@h>;a=\"x\r\n y\";\r\n b", "<sip:a@h>;a=\"x y\";b;expires=3600"},
        {"q of 1", "<sip:a@h>;q=1.000", "<sip:a@h>;q=1;expires=3600"},
        {"q of 0", "<sip:a@h>;q=0", "<sip:a@h>;q=0.000;expires=3600"},
        {"q", "<sip:a@h>;q=0.123", "<sip:a@h>;q=0.123;expires=3600"},
        {"a tab in quotes", "<sip:a@h>;a=\"x\ty\"", "<sip:a@h>;a=\"x\ty\";expires=3600"},
        {"a control behind a backslash", "<sip:a@h>;a=\"x\\\001y\"", " 400 Bad Contact"},
        {"DEL behind a backslash", "<sip:a@h>;a=\"x\\\177y\"", " 400 Bad Contact"},
        {"a URI that is none", "<sip:@h>", " 400 Bad Contact"},
        {"a telephone number", "<tel:+49123>", "<tel:+49123>;expires=3600"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        office o;
        char lines[256];
        office_open(&o);
        office_init(&o);
        snprintf(lines, sizeof lines, "Contact: %s\r\n", cases[i].contact);
        const char *found = office_contacts(&o, lines);
        if (strcmp(found, cases[i].expected) != 0)
            fail_msg("%s: \"%s\" is not \"%s\"", cases[i].name, found, cases[i].expected);
        office_close(&o);
    }
}

static void a_binding_says_where_it_came_from(void **state)
{
    (void)state;
    office o;
    office_open(&o);
    o.config.outbound = true;
    office_init(&o);
    o.cseq = 41;
    assert_int_equal(office_take(&o,
                                 "Contact: <sip:a@h>;q=0.7;+sip.instance=\"<urn:x:1>\";reg-id=3\r\nPath: <sip:p;ob>\r\n"
                                 "Supported: path\r\n"),
                     200);
    const sira_binding *one = &o.places[0].bindings.all[0];
    expect_str("uri", one->uri, "sip:a@h");
    expect_str("params", one->params, ";+sip.instance=\"<urn:x:1>\";reg-id=3");
    expect_str("instance", one->instance, "<urn:x:1>");
    expect_str("path", one->path, "<sip:p;ob>");
    expect_str("call_id", one->call_id, "call-1");
    assert_true(sira_endpoint_equal(&one->source, &o.source));
    assert_int_equal(one->expires_at, 1000000 + 3600000);
    assert_int_equal(one->updated_at, 1000000);
    assert_int_equal(one->cseq, 42);
    assert_int_equal(one->reg_id, 3);
    assert_int_equal(one->q, 700);
    assert_true(one->has_q);
    assert_int_equal(office_take(&o, "Contact: <sip:b@h>\r\n"), 200);
    assert_int_equal(o.places[0].bindings.all[1].q, 1000);
    assert_false(o.places[0].bindings.all[1].has_q);
    office_close(&o);
}

static void a_request_is_bounded(void **state)
{
    (void)state;
    office o;
    char lines[8000];
    size_t length = 0;
    office_open(&o);
    office_init(&o);
    for (unsigned i = 0; i < SIRA_LIMIT_BINDINGS; i++)
        length += (size_t)snprintf(lines + length, sizeof lines - length, "Contact: <sip:%u@h>;expires=0\r\n", i);
    assert_int_equal(office_take(&o, lines), 200);
    snprintf(lines + length, sizeof lines - length, "Contact: <sip:x@h>;expires=0\r\n");
    assert_string_equal(office_contacts(&o, lines), " 403 Too Many Contacts");

    /* "sip:a@h", ";x=", "call-1" and the digits fill the text to the last byte */
    const int room = (int)(SIRA_LIMIT_REGISTER_TEXT - strlen("sip:a@h;x=call-1"));
    snprintf(lines, sizeof lines, "Contact: <sip:a@h>;x=%0*u\r\n", room, 1u);
    assert_int_equal(office_take(&o, lines), 200);
    snprintf(lines, sizeof lines, "Contact: <sip:a@h>;x=%0*u\r\n", room + 1, 1u);
    assert_string_equal(office_contacts(&o, lines), " 513 Contact Too Long");
    office_close(&o);
}

/* RFC 3327 5.3. */
static void paths(void **state)
{
    (void)state;
    static const struct {
        const char *name, *lines, *expected, *unsupported, *path;
        bool unasked;
    } cases[] = {
        {"one", "Path: <sip:p;lr>\r\nSupported: path\r\n", "<sip:p;lr>", "", "<sip:p;lr>", false},
        {"demanded", "Path: <sip:p;lr>\r\nRequire: path\r\n", "<sip:p;lr>", "", "<sip:p;lr>", false},
        {"several", "Path: <sip:p;lr>,<sip:q>;x\r\nPath: <sip:r>\r\nSupported: gruu, PATH\r\n",
         "<sip:p;lr>, <sip:q>;x, <sip:r>", "", "<sip:p;lr>, <sip:q>;x, <sip:r>", false},
        {"unknown to the client", "Path: <sip:p;lr>\r\n", "", "path", "", false},
        {"unknown to the client, and let be", "Path: <sip:p;lr>\r\n", "<sip:p;lr>", "", "<sip:p;lr>", true},
        {"none", "Supported: path\r\n", "", "", "", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        office o;
        char lines[256];
        office_open(&o);
        o.config.path_unasked = cases[i].unasked;
        office_init(&o);
        snprintf(lines, sizeof lines, "Contact: <sip:a@h>\r\n%s", cases[i].lines);
        const unsigned code = office_take(&o, lines);
        if (code != (cases[i].unsupported[0] != '\0' ? 420 : 200))
            fail_msg("%s: %u", cases[i].name, code);
        assert_string_equal(office_lines(&o, "Path"), cases[i].expected);
        assert_string_equal(office_lines(&o, "Unsupported"), cases[i].unsupported);
        if (code == 200)
            expect_str(cases[i].name, o.places[0].bindings.all[0].path, cases[i].path);
        office_close(&o);
    }
    office o;
    office_open(&o);
    office_init(&o);
    assert_string_equal(office_contacts(&o, "Contact: <sip:a@h>\r\nSupported: path\r\nPath: sip:p\r\n"),
                        " 400 Bad Path");
    office_close(&o);
}

/* RFC 5626 6. */
static void outbound(void **state)
{
    (void)state;
    static const char *const proxy = "Via: SIP/2.0/UDP p.example.com;branch=z9hG4bK2\r\n";
    static const struct {
        const char *name, *vias, *lines;
        unsigned code;
        const char *require;
        uint32_t reg_id;
        bool off;
    } cases[] = {
        {"direct", "", "Supported: outbound\r\n", 200, "outbound", 1, false},
        {"direct, the client does not ask", "", "", 200, "", 1, false},
        {"switched off", "", "Supported: outbound\r\n", 200, "", 0, true},
        {"demanded", "", "Require: outbound\r\nSupported: outbound\r\n", 200, "outbound", 1, false},
        {"demanded, switched off", "", "Require: outbound\r\nSupported: outbound\r\n", 420, "", 0, true},
        {"by a proxy that knows of it", proxy, "Path: <sip:p;lr;ob>\r\nSupported: path, outbound\r\n", 200, "outbound",
         1, false},
        {"by two, the first hop knows", proxy, "Path: <sip:q;lr>, <sip:p;lr;ob>\r\nSupported: path, outbound\r\n", 200,
         "outbound", 1, false},
        {"by two, the first hop does not know", proxy,
         "Path: <sip:q;lr;ob>, <sip:p;lr>\r\nSupported: path, outbound\r\n", 439, "", 0, false},
        {"by one that does not", proxy, "Path: <sip:p;lr>\r\nSupported: path, outbound\r\n", 439, "", 0, false},
        {"by one without a Path", proxy, "Supported: outbound\r\n", 439, "", 0, false},
        {"by one, the client does not ask", proxy, "", 200, "", 0, false},
        {"two that stay", "", "Contact: <sip:b@h>\r\nSupported: outbound\r\n", 400, "", 0, false},
        {"one stays", "", "Contact: <sip:b@h>;expires=0\r\nSupported: outbound\r\n", 200, "outbound", 1, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        office o;
        char lines[512];
        office_open(&o);
        o.config.outbound = !cases[i].off;
        o.config.flow_timer = 120;
        office_init(&o);
        o.vias = cases[i].vias;
        snprintf(lines, sizeof lines, "Contact: <sip:a@h>;+sip.instance=\"<urn:x:1>\";reg-id=1\r\n%s", cases[i].lines);
        const unsigned code = office_take(&o, lines);
        if (code != cases[i].code)
            fail_msg("%s: %u", cases[i].name, code);
        assert_string_equal(office_lines(&o, "Require"), cases[i].require);
        assert_string_equal(office_lines(&o, "Flow-Timer"), cases[i].require[0] != '\0' ? "120" : "");
        if (code == 200)
            assert_int_equal(o.places[0].bindings.all[0].reg_id, cases[i].reg_id);
        if (code == 200)
            assert_string_equal(office_lines(&o, "Supported"), cases[i].off ? "path" : "path, outbound");
        if (code == 439)
            assert_non_null(strstr(o.reply, "SIP/2.0 439 First Hop Lacks Outbound Support\r\n"));
        office_close(&o);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lifetimes),
        cmocka_unit_test(an_hour_is_never_too_short),
        cmocka_unit_test(what_is_kept),
        cmocka_unit_test(a_binding_says_where_it_came_from),
        cmocka_unit_test(a_request_is_bounded),
        cmocka_unit_test(paths),
        cmocka_unit_test(outbound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
