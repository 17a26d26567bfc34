#include "support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sira/message.h>

static sira_field_id id_of(const char *name)
{
    sira_str text = heap_str_from(name);
    sira_field_id id = sira_field_id_of(text);
    heap_str_free(text);
    return id;
}

static char swap_case(char c)
{
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return letter ? (char)(c ^ 0x20) : c;
}

static void test_each_name_is_found_in_any_case(void **state)
{
    (void)state;
    for (int id = 1; id < SIRA_FIELD_COUNT; id++) {
        char name[40];
        snprintf(name, sizeof name, "%s", sira_field_name((sira_field_id)id));
        assert_true(strlen(name) > 1);
        assert_int_equal(id_of(name), id);
        for (char *c = name; *c != '\0'; c++) {
            *c = swap_case(*c);
            assert_int_equal(id_of(name), id);
        }
    }
}

/* Changing, taking away or adding any one octet gives another name. */
static void test_no_other_octet_will_do(void **state)
{
    (void)state;
    for (int id = 1; id < SIRA_FIELD_COUNT; id++) {
        sira_str name = sira_str_from(sira_field_name((sira_field_id)id));
        char text[40];
        for (size_t i = 0; i < name.len; i++)
            for (int octet = 0; octet < 256; octet++) {
                memcpy(text, name.at, name.len);
                if ((char)octet == name.at[i] || (char)octet == swap_case(name.at[i]))
                    continue;
                text[i] = (char)octet;
                sira_str wrong = heap_str(text, name.len);
                if (sira_field_id_of(wrong) == (sira_field_id)id)
                    fail_msg("%s is still found with octet %d at %zu", name.at, octet, i);
                heap_str_free(wrong);
            }
        memcpy(text, name.at, name.len);
        text[name.len] = 's';
        assert_int_not_equal(sira_field_id_of((sira_str){text, name.len + 1}), id);
        if (name.len > 2) /* "T" is a form of "To" */
            assert_int_not_equal(sira_field_id_of((sira_str){text, name.len - 1}), id);
    }
}

static void test_compact_forms(void **state)
{
    (void)state;
    static const struct {
        char letter;
        sira_field_id id;
    } forms[] = {{'b', SIRA_FIELD_REFERRED_BY},    {'c', SIRA_FIELD_CONTENT_TYPE}, {'e', SIRA_FIELD_CONTENT_ENCODING},
                 {'f', SIRA_FIELD_FROM},           {'i', SIRA_FIELD_CALL_ID},      {'k', SIRA_FIELD_SUPPORTED},
                 {'l', SIRA_FIELD_CONTENT_LENGTH}, {'m', SIRA_FIELD_CONTACT},      {'o', SIRA_FIELD_EVENT},
                 {'r', SIRA_FIELD_REFER_TO},       {'s', SIRA_FIELD_SUBJECT},      {'t', SIRA_FIELD_TO},
                 {'u', SIRA_FIELD_ALLOW_EVENTS},   {'v', SIRA_FIELD_VIA},          {'x', SIRA_FIELD_SESSION_EXPIRES}};
    for (int octet = 0; octet < 256; octet++) {
        sira_field_id expected = SIRA_FIELD_OTHER;
        for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
            if (octet == forms[i].letter || octet == swap_case(forms[i].letter))
                expected = forms[i].id;
        char c = (char)octet;
        sira_str name = heap_str(&c, 1);
        if (sira_field_id_of(name) != expected)
            fail_msg("compact form %d: got %d", octet, (int)sira_field_id_of(name));
        heap_str_free(name);
    }
}

static void test_other_names(void **state)
{
    (void)state;
    /* The first three have the hash of Call-ID, Content-Length and From in libre, which compares nothing else. */
    static const char *const names[] = {
        "Foo-469",  "Foo-2488", "Foo-132",    "",        "Vi",       "Viaa", "To ",
        " To",      "To:",      "Call ID",    "Call_ID", "Call\rID", "CSe",  "Content-Lengt",
        "Contents", "X-Via",    "Timestamps", "-",       "--",       "@",    "Proxy-Authentication-Infos"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (id_of(names[i]) != SIRA_FIELD_OTHER)
            fail_msg("\"%s\" is taken for %s", names[i], sira_field_name(id_of(names[i])));
}

static void test_names_of_ids(void **state)
{
    (void)state;
    assert_string_equal(sira_field_name(SIRA_FIELD_OTHER), "");
    assert_string_equal(sira_field_name(SIRA_FIELD_VIA), "Via");
    assert_string_equal(sira_field_name(SIRA_FIELD_CALL_ID), "Call-ID");
    assert_string_equal(sira_field_name(SIRA_FIELD_SECURITY_VERIFY), "Security-Verify");
    assert_string_equal(sira_field_name(SIRA_FIELD_COUNT), "");
    assert_string_equal(sira_field_name((sira_field_id)-1), "");
}

static void test_methods(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        sira_method method;
    } cases[] = {{"INVITE", SIRA_METHOD_INVITE},    {"ACK", SIRA_METHOD_ACK},
                 {"BYE", SIRA_METHOD_BYE},          {"CANCEL", SIRA_METHOD_CANCEL},
                 {"OPTIONS", SIRA_METHOD_OPTIONS},  {"REGISTER", SIRA_METHOD_REGISTER},
                 {"PRACK", SIRA_METHOD_PRACK},      {"SUBSCRIBE", SIRA_METHOD_SUBSCRIBE},
                 {"NOTIFY", SIRA_METHOD_NOTIFY},    {"PUBLISH", SIRA_METHOD_PUBLISH},
                 {"INFO", SIRA_METHOD_INFO},        {"REFER", SIRA_METHOD_REFER},
                 {"MESSAGE", SIRA_METHOD_MESSAGE},  {"UPDATE", SIRA_METHOD_UPDATE},
                 {"", SIRA_METHOD_OTHER},           {"register", SIRA_METHOD_OTHER},
                 {"Invite", SIRA_METHOD_OTHER},     {"INVITES", SIRA_METHOD_OTHER},
                 {"INVIT", SIRA_METHOD_OTHER},      {"AC", SIRA_METHOD_OTHER},
                 {"SUBSCRIBES", SIRA_METHOD_OTHER}, {"RE%47IST%45R", SIRA_METHOD_OTHER},
                 {"BYF", SIRA_METHOD_OTHER}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        sira_str name = heap_str_from(cases[i].name);
        if (sira_method_of(name) != cases[i].method)
            fail_msg("%s: got %d", cases[i].name, (int)sira_method_of(name));
        heap_str_free(name);
    }
    assert_int_equal(sira_method_of((sira_str){"ACK\0", 4}), SIRA_METHOD_OTHER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_name_is_found_in_any_case),
        cmocka_unit_test(test_no_other_octet_will_do),
        cmocka_unit_test(test_compact_forms),
        cmocka_unit_test(test_other_names),
        cmocka_unit_test(test_names_of_ids),
        cmocka_unit_test(test_methods),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
