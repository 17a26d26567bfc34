/* The table of classes against the sets of RFC 3261 25.1, written down here once more. */
#include "support/support.h"

#include <string.h>

#include "base/chars.h"

#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"
#define ALPHANUM UPPER LOWER DIGITS
#define MARK "-_.!~*'()"
#define UNRESERVED ALPHANUM MARK
#define RESERVED ";/?:@&=+$,"

static const struct {
    const char *name;
    unsigned class;
    const char *octets;
} classes[] = {
    {"DIGIT", SIRA_I_DIGIT, DIGITS},
    {"HEXDIG, in both cases", SIRA_I_HEX, DIGITS "ABCDEFabcdef"},
    {"ALPHA", SIRA_I_ALPHA, UPPER LOWER},
    {"token", SIRA_I_TOKEN, ALPHANUM "-.!%*_+`'~"},
    {"WSP", SIRA_I_WSP, " \t"},
    {"host", SIRA_I_HOST, ALPHANUM "-."},
    {"user = unreserved / escaped / user-unreserved", SIRA_I_USER, UNRESERVED "&=+$,;?/"},
    {"password", SIRA_I_PASSWORD, UNRESERVED "&=+$,"},
    {"paramchar = param-unreserved / unreserved / escaped", SIRA_I_PARAM, UNRESERVED "[]/:&+$"},
    {"hname, hvalue = hnv-unreserved / unreserved / escaped", SIRA_I_HEADER, UNRESERVED "[]/?:+$"},
    {"uric = reserved / unreserved / escaped, and an IPv6reference", SIRA_I_URIC, UNRESERVED RESERVED "%[]"},
    {"scheme", SIRA_I_SCHEME, ALPHANUM "+-."},
    {"word", SIRA_I_WORD, ALPHANUM "-.!%*_+`'~()<>:\\\"/[]?{}"},
    {"token68 (RFC 7235 2.1)", SIRA_I_TOKEN68, ALPHANUM "-._~+/="},
};

static void test_classes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++)
        for (int octet = 0; octet < 256; octet++) {
            bool expected = octet != 0 && strchr(classes[i].octets, octet) != NULL;
            if (sira_i_is((char)octet, classes[i].class) != expected)
                fail_msg("%s: octet %02x is %s", classes[i].name, (unsigned)octet, expected ? "missing" : "there");
        }
}

/* qdtext = LWS / %x21 / %x23-5B / %x5D-7E / UTF8-NONASCII. LWS that is no line end; octets above 127 one by one. */
static void test_quoted(void **state)
{
    (void)state;
    for (int octet = 0; octet < 256; octet++) {
        bool expected = octet == '\t' || octet == ' ' || octet == 0x21 || (octet >= 0x23 && octet <= 0x5b) ||
                        (octet >= 0x5d && octet <= 0x7e) || octet > 0x7f;
        if (sira_i_is((char)octet, SIRA_I_QUOTED) != expected)
            fail_msg("quoted: octet %02x is %s", (unsigned)octet, expected ? "missing" : "there");
    }
}

/* There is no bit that nobody has looked at. */
static void test_no_other_bits(void **state)
{
    (void)state;
    unsigned known = SIRA_I_QUOTED;
    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++) {
        assert_int_equal(known & classes[i].class, 0);
        known |= classes[i].class;
    }
    for (int octet = 0; octet < 256; octet++)
        assert_int_equal(sira_i_char_class[octet] & ~known, 0);
}

static void test_span(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned classes;
        size_t length;
    } cases[] = {
        {"", SIRA_I_DIGIT, 0},
        {"1", SIRA_I_DIGIT, 1},
        {"a", SIRA_I_DIGIT, 0},
        {"12a", SIRA_I_DIGIT, 2},
        {"12ab:c", SIRA_I_HEX, 4},
        {"12ab:c", SIRA_I_ALPHA | SIRA_I_DIGIT, 4},
        {" \t \r\n", SIRA_I_WSP, 3},
        {"caf\xc3\xa9", SIRA_I_TOKEN, 3},
        {"caf\xc3\xa9\"", SIRA_I_QUOTED, 5},
        {"12", 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        sira_str text = heap_str_from(cases[i].text);
        const char *stop = sira_i_span(text.at, text.at + text.len, cases[i].classes);
        if (stop != text.at + cases[i].length)
            fail_msg("%s: %d", cases[i].text, (int)(stop - text.at));
        heap_str_free(text);
    }
    assert_null(sira_i_span(NULL, NULL, SIRA_I_DIGIT));
}

static void test_lower(void **state)
{
    (void)state;
    static const char upper[] = UPPER, lower[] = LOWER;
    for (int octet = 0; octet < 256; octet++) {
        const char *found = octet != 0 ? strchr(upper, octet) : NULL;
        assert_int_equal(sira_i_lower((char)octet), found != NULL ? lower[found - upper] : octet);
    }
}

static void test_hex_value(void **state)
{
    (void)state;
    for (unsigned value = 0; value < 16; value++) {
        assert_int_equal(sira_i_hex_value("0123456789abcdef"[value]), value);
        assert_int_equal(sira_i_hex_value("0123456789ABCDEF"[value]), value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_classes), cmocka_unit_test(test_quoted), cmocka_unit_test(test_no_other_bits),
        cmocka_unit_test(test_span),    cmocka_unit_test(test_lower),  cmocka_unit_test(test_hex_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
