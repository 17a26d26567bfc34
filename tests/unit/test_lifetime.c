#include "support/marked.h"

#include <stdio.h>
#include <string.h>

#include <sira/message.h>

#define COUNT(table) (sizeof(table) / sizeof(table)[0])
#define HEAD "SIP/2.0 200 OK\r\n"

static void test_least_expires(void **state)
{
    (void)state;
    static const struct {
        const char *fields;
        uint32_t least; /* 0: none */
    } cases[] = {
        {"", 0},
        {"Expires: 600\r\n", 600},
        {"Expires: 600\r\nExpires: 60\r\n", 60},
        {"Expires: 0\r\nExpires: 60\r\n", 60},
        {"Expires: \"60\"\r\n", 60},
        {"Expires: 60 s\r\n", 60},
        {"Expires: soon\r\n", 0},
        {"Expires: 4294967296\r\n", UINT32_MAX},
        {"Contact: <sip:a>;expires=600\r\n", 600},
        {"m: <sip:a>;EXPIRES = \"600\"\r\n", 600},
        {"Contact: <sip:a>;expires=600, <sip:b>;expires=60\r\n", 60},
        {"Contact: <sip:a>;expires=60, <sip:b>;expires=0\r\n", 60},
        {"Contact: <sip:a>;expires=0\r\n", 0},
        {"Contact: <<>,\";expires=61;\r\nContact: x;expires=62\r\n", 61},
        {"Contact: expires=7\r\n", 7},
        {"Contact: <sip:a>;xexpires=7\r\n", 0},
        {"Contact: <sip:a>;expires-x=7\r\n", 0},
        {"Contact: <sip:a>;expires\r\n", 0},
        {"Contact: <sip:a>;expires=\r\n", 0},
        {"Contact: <sip:a>;expires=\"\r\n", 0},
        {"Contact: <sip:a>;expire=7\r\n", 0},
        {"X-Contact: <sip:a>;expires=7\r\n", 0},
        {"Contact: <sip:a>;expires=70\r\nExpires: 60\r\n", 60},
        {"Contact: <sip:a>;expires=60\r\nExpires: 70\r\n", 60},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[256];
        sira_field slots[8];
        sira_message message;
        uint32_t seconds = 0;
        snprintf(text, sizeof text, HEAD "%s\r\n", cases[i].fields);
        sira_str bytes = heap_str_from(text);
        sira_message_init(&message, slots, COUNT(slots));
        expect_status(text, sira_message_parse(&message, bytes, NULL), SIRA_OK);
        expect_status(text, sira_message_least_expires(&message, &seconds), cases[i].least != 0 ? SIRA_OK : SIRA_IDLE);
        if (seconds != cases[i].least)
            fail_msg("%s: %u", text, (unsigned)seconds);
        heap_str_free(bytes);
    }
}

static void test_uri_text_param(void **state)
{
    (void)state;
    static const struct {
        const char *uri, *value; /* "-": none */
    } cases[] = {
        {"sip:a@h;line=abc", "abc"},
        {"sip:a@h;LINE=abc;x", "abc"},
        {"sip:a@h;t=\"VG8+/SaA=\";line=abc", "abc"},
        {"sip:a@h;line=abc;t=\"VG8+/SaA=\"", "abc"},
        {"sip:a@h;t=\";line=no\";line=abc", "abc"},
        {"sip:a@h;;line=abc?h=1", "abc"},
        {"sip:a@h;t=\";line=abc", "abc"},
        {"sip:a@h;line=;x", ""},
        {"sip:a@h;line", ""},
        {"sip:a@h;lines=abc", "-"},
        {"sip:a@h;lin=abc", "-"},
        {"sip:a@h;xline=abc", "-"},
        {"sip:a@h?x;line=abc", "-"},
        {"sip:a@h", "-"},
        {"line=abc", "-"},
        {"", "-"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        sira_str uri = heap_str_from(cases[i].uri), value = {NULL, 0};
        bool none = strcmp(cases[i].value, "-") == 0;
        expect_status(cases[i].uri, sira_uri_text_param(uri, SIRA_STR("line"), &value), none ? SIRA_IDLE : SIRA_OK);
        expect_str(cases[i].uri, value, none ? "" : cases[i].value);
        heap_str_free(uri);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_least_expires),
        cmocka_unit_test(test_uri_text_param),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
