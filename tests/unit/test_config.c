#include "agent/config.h"

#include "support/marked.h"

#include <string.h>

#include <sira/limits.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static void spoil(sira_diag *diag)
{
    *diag = (sira_diag){.offset = 99, .expected = "x", .field = "x", .code = 99, .reason = "x"};
}

/* Of a configuration: a field and what it should be, but no response code. */
static void expect_refusal(const char *name, const sira_diag *diag, size_t offset, const char *expected)
{
    expect_diag(name, diag, offset, "field");
    if (expected != NULL)
        expect_str(name, sira_str_from(diag->expected), expected);
    assert_int_equal(diag->code, 0);
    assert_string_equal(diag->reason, "");
}

static void a_refusal_names_the_field(void **state)
{
    (void)state;
    sira_diag diag;
    spoil(&diag);
    assert_int_equal(sira_i_config_refuse(&diag, "field", "something else"), SIRA_E_CONFIG);
    expect_refusal("refused", &diag, 0, "something else");
    assert_int_equal(sira_i_config_refuse(NULL, "field", "something else"), SIRA_E_CONFIG);
}

static void a_size_is_that_of_the_struct(void **state)
{
    (void)state;
    sira_diag diag;
    spoil(&diag);
    assert_int_equal(sira_i_config_size(40, 40, &diag), SIRA_OK);
    assert_string_equal(diag.field, "x"); /* it is written only on an error */
    static const size_t others[] = {0, 39, 41, SIZE_MAX};
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        spoil(&diag);
        assert_int_equal(sira_i_config_size(others[i], 40, &diag), SIRA_E_CONFIG);
        expect_diag("size", &diag, 0, "size");
        assert_int_equal(sira_i_config_size(others[i], 40, NULL), SIRA_E_CONFIG);
    }
}

static void no_control_stands_in_a_string(void **state)
{
    (void)state;
    for (unsigned octet = 0; octet < 256; octet++) {
        for (size_t place = 0; place < 9; place++) {
            char bytes[9];
            sira_diag diag;
            memset(bytes, 'a', sizeof bytes);
            bytes[place] = (char)octet;
            const sira_str value = heap_str(bytes, sizeof bytes);
            const bool control = octet < ' ' || octet == 0x7f;
            spoil(&diag);
            expect_status("octet", sira_i_config_string(value, "field", &diag), control ? SIRA_E_CONFIG : SIRA_OK);
            expect_status("octet", sira_i_config_string(value, "field", NULL), control ? SIRA_E_CONFIG : SIRA_OK);
            if (control)
                expect_refusal("octet", &diag, place, "no control characters");
            else
                assert_string_equal(diag.field, "x");
            heap_str_free(value);
        }
    }
    /* The first of several. */
    sira_diag diag;
    assert_int_equal(sira_i_config_string(SIRA_STR("ab\n\rc\0"), "field", &diag), SIRA_E_CONFIG);
    assert_int_equal(diag.offset, 2);
}

static void a_string_has_its_limit(void **state)
{
    (void)state;
    char bytes[SIRA_LIMIT_CONFIG + 2];
    memset(bytes, 'a', sizeof bytes);
    assert_int_equal(sira_i_config_string((sira_str){NULL, 0}, "field", NULL), SIRA_OK);
    for (size_t length = 0; length <= sizeof bytes; length++) {
        const sira_str value = heap_str(bytes, length);
        sira_diag diag;
        spoil(&diag);
        expect_status("length", sira_i_config_string(value, "field", &diag),
                      length <= SIRA_LIMIT_CONFIG ? SIRA_OK : SIRA_E_CONFIG);
        if (length > SIRA_LIMIT_CONFIG)
            expect_refusal("length", &diag, 0, "at most 255 bytes");
        heap_str_free(value);
    }
}

static void a_uri_is_taken(void **state)
{
    (void)state;
    static const char *const uris[] = {
        "sip:example.test",
        "sips:example.test:5061",
        "SIP:alice@192.0.2.1;transport=tcp",
        "sip:al%20ice@[2001:db8::1]:5060",
        "sip:alice;x=y@example.test;lr",
    };
    for (size_t i = 0; i < COUNT_OF(uris); i++) {
        const sira_str value = heap_str_from(uris[i]);
        sira_diag diag;
        sira_uri uri;
        spoil(&diag);
        expect_status(uris[i], sira_i_config_uri(value, "field", &uri, &diag), SIRA_OK);
        expect_str(uris[i], uri.text, uris[i]);
        assert_string_equal(diag.field, "x");
        expect_status(uris[i], sira_i_config_uri(value, "field", &uri, NULL), SIRA_OK);
        heap_str_free(value);
    }
}

/* '^' stands before the octet that is refused, or at the beginning where the URI is as a whole. */
static void what_is_no_sip_uri_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *expected; /* NULL: sira_uri_parse says it */
    } cases[] = {
        {"^", NULL},
        {"^192.0.2.1", NULL},
        {"sip:^", NULL},
        {"sip:^ example.test", NULL},
        {"sip:alice@^", NULL},
        {"sip:example.test:^65536", NULL},
        {"sip:example.test^ ", NULL},
        {"sip:example.test;^", NULL},
        {"^tel:+49301234", "a sip or sips URI"},
        {"^mailto:alice@example.test", "a sip or sips URI"},
        {"^sip:alice:secret@example.test", "a URI without a password"},
        {"^sip:alice:@example.test", "a URI without a password"},
        {"^sip:example.test?Subject=x", "a URI without headers"},
        {"sip:example.test^\r\nX: y", "no control characters"},
        {"sip:al^\tice@example.test", "no control characters"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        size_t offset;
        const sira_str value = marked_str(cases[i].text, &offset);
        sira_diag diag;
        sira_uri uri;
        spoil(&diag);
        expect_status(cases[i].text, sira_i_config_uri(value, "field", &uri, &diag), SIRA_E_CONFIG);
        expect_refusal(cases[i].text, &diag, offset, cases[i].expected);
        expect_status(cases[i].text, sira_i_config_uri(value, "field", &uri, NULL), SIRA_E_CONFIG);
        heap_str_free(value);
    }
}

static void a_uri_has_the_limit_of_strings(void **state)
{
    (void)state;
    char bytes[SIRA_LIMIT_CONFIG + 1];
    memset(bytes, 'a', sizeof bytes);
    memcpy(bytes, "sip:", 4);
    for (size_t length = SIRA_LIMIT_CONFIG; length <= sizeof bytes; length++) {
        const sira_str value = heap_str(bytes, length);
        sira_diag diag;
        sira_uri uri;
        spoil(&diag);
        expect_status("length", sira_i_config_uri(value, "field", &uri, &diag),
                      length <= SIRA_LIMIT_CONFIG ? SIRA_OK : SIRA_E_CONFIG);
        if (length > SIRA_LIMIT_CONFIG)
            expect_refusal("length", &diag, 0, "at most 255 bytes");
        heap_str_free(value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_refusal_names_the_field),
        cmocka_unit_test(a_size_is_that_of_the_struct),
        cmocka_unit_test(no_control_stands_in_a_string),
        cmocka_unit_test(a_string_has_its_limit),
        cmocka_unit_test(a_uri_is_taken),
        cmocka_unit_test(what_is_no_sip_uri_is_refused),
        cmocka_unit_test(a_uri_has_the_limit_of_strings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
