#include "support/marked.h"

#include <stdio.h>
#include <string.h>

#include <sira/field.h>

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

static sira_status read_one(sira_str text, sira_contact *contact, sira_diag *diag)
{
    sira_cursor cursor;
    sira_cursor_init_text(&cursor, text, SIRA_FIELD_CONTACT);
    return sira_contact_next(&cursor, contact, diag);
}

static sira_str right(const char *text, sira_contact *contact)
{
    sira_str copy = heap_str_from(text);
    sira_diag diag = {.offset = 9999};
    sira_status status = read_one(copy, contact, &diag);
    if (status != SIRA_OK)
        fail_msg("%s: %d at %zu, %s", text, (int)status, diag.offset, diag.expected);
    assert_int_equal(diag.offset, 9999);
    return copy;
}

static void wrong(const char *marked)
{
    size_t offset;
    sira_str text = marked_str(marked, &offset);
    sira_diag diag = {.offset = 9999};
    sira_cursor cursor;
    sira_contact contact;
    sira_cursor_init_text(&cursor, text, SIRA_FIELD_CONTACT);
    expect_status(marked, sira_contact_next(&cursor, &contact, &diag), SIRA_E_SYNTAX);
    expect_diag(marked, &diag, offset, "Contact");
    expect_status(marked, sira_contact_next(&cursor, &contact, &diag), SIRA_IDLE);
    expect_status(marked, read_one(text, &contact, NULL), SIRA_E_SYNTAX);
    heap_str_free(text);
}

/* ---- addresses ---- */

static void test_addresses(void **state)
{
    (void)state;
    static const struct {
        const char *text, *display, *uri, *params;
    } cases[] = {
        {"<sip:a@b>", "", "sip:a@b", ""},
        {"sip:a@b", "", "sip:a@b", ""},
        {"<sip:a@b;transport=tcp>", "", "sip:a@b;transport=tcp", ""},
        {"<sip:a@b;x>;y", "", "sip:a@b;x", "y"},
        {"sip:a@b;transport=tcp", "", "sip:a@b", "transport=tcp"},
        {"<sip:a@b?Route=%3Csip:c%3E>", "", "sip:a@b?Route=%3Csip:c%3E", ""},
        {"Alice <sip:a@b>", "Alice", "sip:a@b", ""},
        {"Alice B. <sip:a@b>", "Alice B.", "sip:a@b", ""},
        {"caller<sip:caller@example.com>", "caller", "sip:caller@example.com", ""},
        {"\"Mr. Watson\" <sip:watson@worcester.example.org>;q=0.7; expires=3600", "\"Mr. Watson\"",
         "sip:watson@worcester.example.org", "q=0.7; expires=3600"},
        {"\"a, <sip:x>;y\" <mailto:watson@example.org> ;q=0.1", "\"a, <sip:x>;y\"", "mailto:watson@example.org",
         "q=0.1"},
        {"\"\" <sip:a@b>", "\"\"", "sip:a@b", ""},
        {"<sips:[2001:db8::1]:5061>", "", "sips:[2001:db8::1]:5061", ""},
        {"<tel:+1-201-555-0123>", "", "tel:+1-201-555-0123", ""},
        {"<sip:a@b>\r\n ;\r\n q\r\n =\r\n 1", "", "sip:a@b", "q\r\n =\r\n 1"},
        {"<sip:a,b@c>", "", "sip:a,b@c", ""},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        sira_contact contact;
        sira_str text = right(cases[i].text, &contact);
        expect_str(cases[i].text, contact.address.display, cases[i].display);
        expect_str(cases[i].text, contact.address.uri, cases[i].uri);
        expect_str(cases[i].text, contact.address.params, cases[i].params);
        expect_str(cases[i].text, contact.address.text, cases[i].text);
        assert_false(contact.star);
        heap_str_free(text);
    }
}

static void test_wrong_addresses(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "^",
        "^;q=1",
        "^, <sip:a>",
        "<^",
        "<^>",
        "<^ sip:a@b>",
        "<^a@b>",
        "<^sip:>",
        "<^:a@b>",
        "<^1sip:a@b>",
        "<sip:a@b^",
        "<sip:a@b^ >",
        "<sip:a@b^\"c>",
        "<sip:a@b^<sip:c>",
        "<sip:a@b> ^x",
        "<sip:a@b>^>",
        "<sip:a@b>^<sip:a@b>",
        "^a@b",
        "^a",
        "^Alice",
        "^Alice B",
        "<^<sip:a@b>",
        "\"Alice\" ^sip:a@b",
        "\"Alice^",
        "\"Alice^\\",
        "\"Alice\\\"^",
        "\"Alice\"^",
        "\"Alice\"^;q=1",
        "\"Alice\" ^B <sip:a@b>",
        "sip:a@b^?c=d",
        "sip:a@b ^c",
        "sip:a@b^>",
        "sip:a@b^\"",
        "^sip:",
        "sip:^;q=1",
        "sip:^, <sip:a>",
        "<sip:a@b>;^",
        "<sip:a@b>;^;q=1",
        "<sip:a@b>;^=1",
        "<sip:a@b>;x=^",
        "<sip:a@b>;x=\"^",
        "<sip:a@b>;x ^y",
        "<sip:a@b>,^",
        "<sip:a@b> , ^",
        "<sip:a@b>^\r\n",
    };
    for (size_t i = 0; i < COUNT(texts); i++)
        wrong(texts[i]);
}

/* ---- "*" (RFC 3261 10.2.2) ---- */

static void test_star(void **state)
{
    (void)state;
    sira_contact contact;
    memset(&contact, 0xff, sizeof contact);
    sira_str text = right("*", &contact);
    assert_true(contact.star);
    assert_false(contact.has_expires || contact.has_q);
    assert_int_equal(contact.expires, 0);
    assert_int_equal(contact.q, 0);
    assert_int_equal(contact.reg_id, 0);
    expect_str("uri", contact.address.uri, "");
    expect_str("display", contact.address.display, "");
    expect_str("params", contact.address.params, "");
    expect_str("instance", contact.instance, "");
    heap_str_free(text);

    static const char *const spaced[] = {" *", "* ", "\t*\r\n ", "\r\n *"};
    for (size_t i = 0; i < COUNT(spaced); i++) {
        text = right(spaced[i], &contact);
        assert_true(contact.star);
        heap_str_free(text);
    }
    static const char *const texts[] = {"^*;expires=0", "^*, <sip:a@b>",  "^**",   "^*,*", "^*,",
                                        " ^* *",        "^* , <sip:a@b>", "^*\r\n"};
    for (size_t i = 0; i < COUNT(texts); i++)
        wrong(texts[i]);
    text = right("* <sip:a@b>", &contact); /* a display name */
    assert_false(contact.star);
    expect_str("display", contact.address.display, "*");
    heap_str_free(text);
}

static void test_star_behind_another(void **state)
{
    (void)state;
    size_t offset;
    sira_str text = marked_str("<sip:a@b>, ^*", &offset);
    sira_diag diag = {.offset = 9999};
    sira_cursor cursor;
    sira_contact contact;
    sira_cursor_init_text(&cursor, text, SIRA_FIELD_CONTACT);
    expect_status("first", sira_contact_next(&cursor, &contact, &diag), SIRA_OK);
    expect_status("second", sira_contact_next(&cursor, &contact, &diag), SIRA_E_SYNTAX);
    expect_diag("second", &diag, offset, "Contact");
    heap_str_free(text);
}

/* ---- q ---- */

static void test_q(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int q;
    } cases[] = {
        {"<sip:a>;q=0", 0},         {"<sip:a>;q=1", 1000},  {"<sip:a>;q=0.", 0},      {"<sip:a>;q=1.", 1000},
        {"<sip:a>;q=0.0", 0},       {"<sip:a>;q=0.1", 100}, {"<sip:a>;q=0.9", 900},   {"<sip:a>;q=1.0", 1000},
        {"<sip:a>;q=0.00", 0},      {"<sip:a>;q=0.01", 10}, {"<sip:a>;q=0.99", 990},  {"<sip:a>;q=1.00", 1000},
        {"<sip:a>;q=0.000", 0},     {"<sip:a>;q=0.001", 1}, {"<sip:a>;q=0.999", 999}, {"<sip:a>;q=1.000", 1000},
        {"<sip:a>;q=0.123", 123},   {"<sip:a>;Q=0.5", 500}, {"sip:a;q=0.5", 500},     {"<sip:a> ; q = 0.5", 500},
        {"<sip:a>;x;q=0.5;y", 500},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        sira_contact contact;
        sira_str text = right(cases[i].text, &contact);
        if (!contact.has_q || contact.q != cases[i].q)
            fail_msg("%s: %d %u", cases[i].text, contact.has_q, contact.q);
        heap_str_free(text);
    }
}

/* Every number of up to three decimals, from 0.000 to 1.999. */
static void test_each_q(void **state)
{
    (void)state;
    for (unsigned n = 0; n < 2000; n++)
        for (int digits = 1; digits <= 3; digits++) {
            static const unsigned parts[] = {1000, 100, 10, 1};
            if (n % parts[digits] != 0)
                continue;
            char text[32];
            snprintf(text, sizeof text, "<sip:a>;q=%u.%0*u", n / 1000, digits, n % 1000 / parts[digits]);
            sira_str copy = heap_str_from(text);
            sira_contact contact;
            expect_status(text, read_one(copy, &contact, NULL), n <= 1000 ? SIRA_OK : SIRA_E_SYNTAX);
            if (n <= 1000)
                assert_int_equal(contact.q, n);
            heap_str_free(copy);
        }
}

static void test_wrong_q(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "<sip:a>;^q",           "<sip:a>;q=^",
        "<sip:a>;q=^2",         "<sip:a>;q=^1.1",
        "<sip:a>;q=^1.001",     "<sip:a>;q=^1.01",
        "<sip:a>;q=^0.1234",    "<sip:a>;q=^1.0000",
        "<sip:a>;q=^00",        "<sip:a>;q=^01",
        "<sip:a>;q=^10",        "<sip:a>;q=^.5",
        "<sip:a>;q=^-0.5",      "<sip:a>;q=^+0.5",
        "<sip:a>;q=^0.x",       "<sip:a>;q=^0.5x",
        "<sip:a>;q=^0.5.",      "<sip:a>;q=^0..",
        "<sip:a>;q=^\"0.5\"",   "<sip:a>;q=^[::1]",
        "<sip:a>;q=^5e-1",      "<sip:a>;q=0.5 ^5",
        "<sip:a>;q=0.5;q=^0.5", "<sip:a>;q=1;x;Q=^0.5",
        "<sip:a>;q=1;x;^q;y",   "<sip:a>;expires=9;q=^a",
    };
    for (size_t i = 0; i < COUNT(texts); i++)
        wrong(texts[i]);
}

/* ---- expires ---- */

static void test_expires(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint32_t expires;
    } cases[] = {
        {"<sip:a>;expires=0", 0},
        {"<sip:a>;expires=1", 1},
        {"<sip:a>;expires=3600", 3600},
        {"<sip:a>;expires=4294967294", 4294967294},
        {"<sip:a>;expires=4294967295", 4294967295},
        {"<sip:a>;expires=007200", 7200},
        {"<sip:a>;EXPIRES=60", 60},
        {"<sip:a>;Expires = 60", 60},
        {"<sip:a>\r\n ;\r\n expires\r\n =\r\n 60\r\n ;q=1", 60},
        {"sip:a;expires=60", 60},
        {"<sip:a;expires=1>;expires=60", 60},
        {"<sip:a>;x=\"expires=1;\";expires=60", 60},
        {"<sip:a>;expires=\"60\"", 60},
        /* malformed ones are taken as 3600 (RFC 3261 10.3) */
        {"<sip:a>;expires", 3600},
        {"<sip:a>;expires;q=1", 3600},
        {"<sip:a>;expires=4294967296", 3600},
        {"<sip:a>;expires=99999999999999999999999999", 3600},
        {"<sip:a>;expires=-1", 3600},
        {"<sip:a>;expires=+1", 3600},
        {"<sip:a>;expires=1.5", 3600},
        {"<sip:a>;expires=60s", 3600},
        {"<sip:a>;expires=x", 3600},
        {"<sip:a>;expires=0x10", 3600},
        {"<sip:a>;expires=\"60s\"", 3600},
        {"<sip:a>;expires=\"Sat, 01 Dec 2040 16:00:00 GMT\";q=0.5", 3600},
        {"<sip:a>;expires=[::1]", 3600},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        sira_contact contact;
        sira_str text = right(cases[i].text, &contact);
        if (!contact.has_expires || contact.expires != cases[i].expires)
            fail_msg("%s: %d %u", cases[i].text, contact.has_expires, (unsigned)contact.expires);
        heap_str_free(text);
    }
    static const char *const texts[] = {"<sip:a>;expires=^",
                                        "<sip:a>;expires=^;q=1",
                                        "<sip:a>;expires=1;expires=^1",
                                        "<sip:a>;expires=x;expires=^1",
                                        "<sip:a>;expires;x=y;^EXPIRES",
                                        "<sip:a>;expires=60 ^s"};
    for (size_t i = 0; i < COUNT(texts); i++)
        wrong(texts[i]);
}

/* ---- outbound and GRUU (RFC 5626, RFC 5627) ---- */

#define UUID "<urn:uuid:00000000-0000-1000-8000-000A95A0E128>"

static void test_outbound(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint32_t reg_id;
        const char *instance, *pub_gruu, *temp_gruu;
    } cases[] = {
        {"<sip:a>;reg-id=1", 1, "", "", ""},
        {"<sip:a>;REG-ID=2147483647", 2147483647, "", "", ""},
        {"<sip:a>;reg-id = 01", 1, "", "", ""},
        {"<sip:a>;+sip.instance=\"" UUID "\"", 0, UUID, "", ""},
        {"<sip:a>;+SIP.Instance=\"" UUID "\";reg-id=2", 2, UUID, "", ""},
        {"<sip:a>;+sip.instance = \"" UUID "\"\r\n ;reg-id=2", 2, UUID, "", ""},
        {"<sip:a>;+sip.instance=\"a;reg-id=9,\\\"b\\\"\"", 0, "a;reg-id=9,\\\"b\\\"", "", ""},
        {"<sip:a>;+sip.instance=\"\"", 0, "", "", ""},
        {"<sip:a>;pub-gruu=\"sip:callee@example.com;gr=urn:uuid:f81d4fae\"", 0, "",
         "sip:callee@example.com;gr=urn:uuid:f81d4fae", ""},
        {"<sip:a>;Temp-GRUU=\"sip:tgruu.7hs==@example.com;gr\"", 0, "", "", "sip:tgruu.7hs==@example.com;gr"},
        {"<sip:a>;pub-gruu=\"p\";temp-gruu=\"t\";+sip.instance=\"i\";reg-id=3;expires=60;q=1", 3, "i", "p", "t"},
        /* nearly the names */
        {"<sip:a>;reg-ie=1;reg_id=2;reg-i=3;reg-idx=4;regid=5", 0, "", "", ""},
        {"<sip:a>;sip.instance=1;+sip.instanc=2;+sip.instances=3;+sip-instance=4;+sip.insxance=5", 0, "", "", ""},
        {"<sip:a>;pub-gru=1;pub-gruus=2;pub.gruu=3;temp-gru=4;temp-gruus=5;temp-grux=6;temp.gruu=7", 0, "", "", ""},
        {"<sip:a>;+sip.instbncf=1;+sip.insinstance=2;xsip.instance=3", 0, "", "", ""},
        {"<sip:a>;expire=1;expiresx=2;qq=3;e=4;xq=5", 0, "", "", ""},
        {"<sip:a;reg-id=1;q=0.5;expires=1>", 0, "", "", ""},
        {"\";reg-id=1;q=0.5\" <sip:a>", 0, "", "", ""},
        {"<sip:a>;x=\";reg-id=1\"", 0, "", "", ""},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        sira_contact contact;
        sira_str text = right(cases[i].text, &contact);
        if (contact.reg_id != cases[i].reg_id)
            fail_msg("%s: %u", cases[i].text, (unsigned)contact.reg_id);
        expect_str(cases[i].text, contact.instance, cases[i].instance);
        expect_str(cases[i].text, contact.pub_gruu, cases[i].pub_gruu);
        expect_str(cases[i].text, contact.temp_gruu, cases[i].temp_gruu);
        if (strstr(cases[i].text, "expires=60") == NULL && (contact.has_q || contact.has_expires))
            fail_msg("%s: q or expires", cases[i].text);
        heap_str_free(text);
    }
}

static void test_wrong_outbound(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "<sip:a>;^reg-id",
        "<sip:a>;reg-id=^0",
        "<sip:a>;reg-id=^2147483648",
        "<sip:a>;reg-id=^4294967297",
        "<sip:a>;reg-id=^-1",
        "<sip:a>;reg-id=^1a",
        "<sip:a>;reg-id=^\"1\"",
        "<sip:a>;reg-id=1;reg-id=^1",
        "<sip:a>;reg-id=1;^reg-id",
        "<sip:a>;^+sip.instance",
        "<sip:a>;+sip.instance=^a",
        "<sip:a>;+sip.instance=^<urn:uuid:1>",
        "<sip:a>;+sip.instance=\"a^",
        "<sip:a>;+sip.instance=\"a\";+sip.instance=^\"a\"",
        "<sip:a>;+sip.instance=\"\";+sip.instance=^\"\"",
        "<sip:a>;^pub-gruu",
        "<sip:a>;pub-gruu=^a",
        "<sip:a>;pub-gruu=\"a\";x;pub-gruu=^\"b\"",
        "<sip:a>;^temp-gruu",
        "<sip:a>;temp-gruu=^[::1]",
        "<sip:a>;temp-gruu=\"a\";x;TEMP-GRUU=^\"b\"",
    };
    for (size_t i = 0; i < COUNT(texts); i++)
        wrong(texts[i]);
}

/* ---- lists ---- */

static void test_several_in_one_field(void **state)
{
    (void)state;
    static const char text[] =
        "\"Watson, \\\"J.\\\", <x>\" <sip:a@b;x=1,2?c=,>;q=0.7;x=\"a,b\" ,sip:c@d;expires=0,\r\n "
        "<sip:[::1]>;expires=,<mailto:e@f>";
    sira_str copy = heap_str(text, sizeof text - 1);
    sira_diag diag = {.offset = 9999};
    sira_cursor cursor;
    sira_contact contact;
    sira_cursor_init_text(&cursor, copy, SIRA_FIELD_CONTACT);
    expect_status("first", sira_contact_next(&cursor, &contact, &diag), SIRA_OK);
    expect_str("display", contact.address.display, "\"Watson, \\\"J.\\\", <x>\"");
    expect_str("uri", contact.address.uri, "sip:a@b;x=1,2?c=,");
    expect_str("params", contact.address.params, "q=0.7;x=\"a,b\"");
    expect_str("text", contact.address.text, "\"Watson, \\\"J.\\\", <x>\" <sip:a@b;x=1,2?c=,>;q=0.7;x=\"a,b\"");
    assert_int_equal(contact.q, 700);
    expect_status("second", sira_contact_next(&cursor, &contact, &diag), SIRA_OK);
    expect_str("text", contact.address.text, "sip:c@d;expires=0");
    expect_str("uri", contact.address.uri, "sip:c@d");
    assert_true(contact.has_expires && !contact.has_q);
    assert_int_equal(contact.expires, 0);
    assert_int_equal(diag.offset, 9999);
    expect_status("third", sira_contact_next(&cursor, &contact, &diag), SIRA_E_SYNTAX);
    expect_diag("third", &diag, (size_t)(strstr(text, ",<mailto") - text), "Contact");
    expect_status("end", sira_contact_next(&cursor, &contact, &diag), SIRA_IDLE);
    heap_str_free(copy);
}

static void test_cut_values(void **state)
{
    (void)state;
    static const char whole[] =
        "\"A\\\"\" <sips:a@[::1]>;q=0.7;+sip.instance=\"<a>\";pub-gruu=\"b\";reg-id=1;expires=60";
    for (size_t n = 0; n < sizeof whole; n++) {
        sira_str text = heap_str(whole, n);
        sira_diag diag = {.offset = 9999};
        sira_contact contact;
        if (read_one(text, &contact, &diag) != SIRA_OK)
            assert_true(diag.offset <= n);
        heap_str_free(text);
    }
}

/* ---- an answer's list of bindings ---- */

typedef struct sifted {
    sira_status status;
    const char *uri;
    int64_t expires; /* -1: none */
    const char *instance;
} sifted;

static void expect_sifted(const char *text, const sifted *expected)
{
    sira_str copy = heap_str_from(text);
    sira_diag diag = {.offset = 9999};
    sira_cursor cursor;
    sira_contact contact;
    sira_cursor_init_text(&cursor, copy, SIRA_FIELD_CONTACT);
    for (; expected->uri != NULL; expected++) {
        diag.offset = 9999;
        expect_status(text, sira_contact_sift(&cursor, &contact, &diag), expected->status);
        assert_true((diag.offset == 9999) == (expected->status == SIRA_OK) &&
                    (diag.offset == 9999 || diag.offset <= copy.len));
        expect_str(text, contact.address.uri, expected->uri);
        expect_str(text, contact.instance, expected->instance != NULL ? expected->instance : "");
        if (contact.has_expires != (expected->expires >= 0) ||
            (contact.has_expires && contact.expires != (uint32_t)expected->expires))
            fail_msg("%s: %d %u", text, contact.has_expires, (unsigned)contact.expires);
    }
    expect_status(text, sira_contact_sift(&cursor, &contact, NULL), SIRA_IDLE);
    heap_str_free(copy);
}

static void test_sift(void **state)
{
    (void)state;
    enum { ODD = SIRA_E_SYNTAX };
    static const struct {
        const char *text;
        sifted contacts[4];
    } cases[] = {
        {"<sip:a@h>;expires=600", {{SIRA_OK, "sip:a@h", 600, NULL}}},
        {"<sip:a@h>", {{SIRA_OK, "sip:a@h", -1, NULL}}},
        {"*", {{SIRA_OK, "", -1, NULL}}},
        {"<sip:a@h>;expires=\"600\"", {{ODD, "sip:a@h", 600, NULL}}},
        {"<sip:a@h>;expires=600s", {{ODD, "sip:a@h", 600, NULL}}},
        {"<sip:a@h>;expires=\"600 s\"", {{ODD, "sip:a@h", 600, NULL}}},
        {"<sip:a@h>;expires=600 s;x", {{ODD, "sip:a@h", 600, NULL}}},
        {"<sip:a@h>;expires=99999999999", {{ODD, "sip:a@h", UINT32_MAX, NULL}}},
        {"<sip:a@h>;expires=soon", {{ODD, "sip:a@h", -1, NULL}}},
        {"<sip:a@h>;expires=", {{ODD, "sip:a@h", -1, NULL}}},
        {"<sip:a@h>;expires", {{ODD, "sip:a@h", -1, NULL}}},
        {"<sip:a@h>;expires=600;expires=60", {{ODD, "sip:a@h", 60, NULL}}},
        {"<sip:a@h>;expires=60;expires=600", {{ODD, "sip:a@h", 60, NULL}}},
        {"<sip:a@h>;expires=0;expires=600", {{ODD, "sip:a@h", 600, NULL}}},
        {"<sip:a@h>;expires=600;expires=0", {{ODD, "sip:a@h", 600, NULL}}},
        {"<sip:a@h>;q=1.0000;expires=600", {{ODD, "sip:a@h", 600, NULL}}},
        {"<sip:a@h>;q=x;reg-id=x;pub-gruu=x;expires=600", {{ODD, "sip:a@h", 600, NULL}}},
        {"<sip:a@h>;;expires=600;", {{ODD, "sip:a@h", 600, NULL}}},
        {"<sip:a@h>;=;x=;y=\";expires=600", {{ODD, "sip:a@h", 600, NULL}}},
        {"<sip:a@h> junk;expires=600", {{ODD, "sip:a@h", 600, NULL}}},
        {"<sip:a@h;t=\"VG8+/SaA=\">;expires=600", {{ODD, "sip:a@h;t=\"VG8+/SaA=\"", 600, NULL}}},
        {"<sip:a@h;t=\"VG8+/SaA=\">;expires=600, <sip:b>;expires=60",
         {{ODD, "sip:a@h;t=\"VG8+/SaA=\"", 600, NULL}, {SIRA_OK, "sip:b", 60, NULL}}},
        {"<sip:b>;expires=60, <sip:a b>;expires=600,<sip:c>;q=2",
         {{SIRA_OK, "sip:b", 60, NULL}, {ODD, "sip:a b", 600, NULL}, {ODD, "sip:c", -1, NULL}}},
        {"<sip:a b>;+sip.instance=\"<urn:x,y>\";expires=600", {{ODD, "sip:a b", 600, "<urn:x,y>"}}},
        {"Doe, John <sip:a@h>;expires=600", {{ODD, "Doe", -1, NULL}, {SIRA_OK, "sip:a@h", 600, NULL}}},
        {"\"Doe <sip:a@h>;expires=600", {{ODD, "sip:a@h", 600, NULL}}},
        {"<sip:a@h;expires=600", {{ODD, "sip:a@h", 600, NULL}}},
        {"<sip:a@h;line=1, <sip:b>;expires=60", {{ODD, "sip:a@h;line=1, <sip:b", 60, NULL}}},
        {"sip:a@h?x=y;expires=600", {{ODD, "sip:a@h?x=y", 600, NULL}}},
        {"a@h;expires=600", {{ODD, "a@h", 600, NULL}}},
        {",<sip:a@h>;expires=600,", {{ODD, "", -1, NULL}, {ODD, "sip:a@h", 600, NULL}}},
        {"<>", {{ODD, "", -1, NULL}}},
        {"<", {{ODD, "", -1, NULL}}},
        {"\\", {{ODD, "\\", -1, NULL}}},
        {"\"\\", {{ODD, "\"\\", -1, NULL}}},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        expect_sifted(cases[i].text, cases[i].contacts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_wrong_addresses),
        cmocka_unit_test(test_star),
        cmocka_unit_test(test_star_behind_another),
        cmocka_unit_test(test_q),
        cmocka_unit_test(test_each_q),
        cmocka_unit_test(test_wrong_q),
        cmocka_unit_test(test_expires),
        cmocka_unit_test(test_wrong_outbound),
        cmocka_unit_test(test_outbound),
        cmocka_unit_test(test_several_in_one_field),
        cmocka_unit_test(test_cut_values),
        cmocka_unit_test(test_sift),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
