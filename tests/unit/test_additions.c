#include "registration/registration.h"

#include "support/world.h"

#include <stdio.h>
#include <string.h>

#define SECOND 1000u

static void registrar(world *w, const sira_message *request)
{
    world_registrar(w, request, 3600);
}

static void everything_is_written(void **context)
{
    (void)context;
    static const struct sira_addition fields[] = {{{"X-Device", 8}, {"gw-7", 4}}, {{"Allow", 5}, {"INVITE, ACK", 11}}};
    sira_additions additions = {.uri_params = SIRA_STR("pn-provider=apns;pn-prid=00fc13adff78512"),
                                .contact_params = SIRA_STR("q=0.5;+sip.src"),
                                .fields = fields,
                                .field_count = 2};
    world *w = world_open(registrar);
    world_init(w);
    assert_int_equal(sira_registration_add(&w->line, &additions, NULL), SIRA_OK);
    sira_registration_start(&w->line);
    world_run(w, 4000 * SECOND);
    assert_int_equal(world_count(w, SIRA_EVENT_REGISTERED), 2);
    for (size_t i = 0; i < w->sent_count; i++) {
        const sira_message *request = world_sent(w, i);
        sira_cursor cursor;
        sira_contact contact;
        sira_uri uri;
        sira_str value;
        sira_cursor_init(&cursor, request, SIRA_FIELD_CONTACT);
        assert_int_equal(sira_contact_next(&cursor, &contact, NULL), SIRA_OK);
        assert_int_equal(contact.q, 500);
        assert_int_equal(sira_uri_parse(&uri, contact.address.uri, NULL), SIRA_OK);
        assert_int_equal(sira_uri_param(&uri, SIRA_STR("pn-prid"), &value), SIRA_OK);
        assert_true(sira_str_equal(value, SIRA_STR("00fc13adff78512")));
        assert_true(sira_str_equal(sira_message_find(request, SIRA_STR("x-device"), 0)->value, SIRA_STR("gw-7")));
        assert_true(sira_str_equal(sira_message_find(request, SIRA_STR("Allow"), 0)->value, SIRA_STR("INVITE, ACK")));
    }
    sira_registration_stop(&w->line);
    world_run(w, 4001 * SECOND);
    assert_int_equal(world_last(w)->kind, SIRA_EVENT_STOPPED);
    world_close(w);
}

static void what_gets_in_the_way_is_refused(void **context)
{
    (void)context;
    static char longer[SIRA_LIMIT_CONFIG + 1];
    memset(longer, 'x', sizeof longer - 1);
    const struct {
        const char *field, *uri_params, *contact_params, *name, *value;
    } cases[] = {{"uri_params", "a b", "", NULL, ""},
                 {"uri_params", "a?Subject=x", "", NULL, ""},
                 {"uri_params", "a>", "", NULL, ""},
                 {"uri_params", "x=y;Transport=tcp", "", NULL, ""},
                 {"uri_params", "line=deadbeef", "", NULL, ""},
                 {"uri_params", "a\r\nX: y", "", NULL, ""},
                 {"uri_params", longer, "", NULL, ""},
                 {"contact_params", "", "expires=60", NULL, ""},
                 {"contact_params", "", "+sip.instance=\"<urn:x:y>\"", NULL, ""},
                 {"contact_params", "", "q=0.5;reg-id=1", NULL, ""},
                 {"contact_params", "", "q=2", NULL, ""},
                 {"contact_params", "", "a, <sip:b>", NULL, ""},
                 {"contact_params", "", "a\nb", NULL, ""},
                 {"fields", "", "", "", "x"},
                 {"fields", "", "", "X Device", "x"},
                 {"fields", "", "", "X:", "x"},
                 {"fields", "", "", "X-Device", "x\r\nVia: y"},
                 {"fields", "", "", "Contact", "<sip:x>"},
                 {"fields", "", "", "m", "<sip:x>"},
                 {"fields", "", "", "call-id", "x"},
                 {"fields", "", "", "Authorization", "Digest"},
                 {"fields", "", "", "Route", "<sip:x;lr>"},
                 {"scratch", "", "", "X-Device", longer}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        sira_diag diag = {.field = ""};
        world *w = world_open(registrar);
        world_init(w);
        if (strcmp(cases[i].field, "uri_params") == 0)
            w->line.config.contact_user = SIRA_STR("u");
        const size_t size = sira_i_register_size(&w->line);
        w->agent.config.scratch_size = size + (strcmp(cases[i].field, "scratch") == 0 ? 100 : 1000);
        const struct sira_addition field = {sira_str_from(cases[i].name != NULL ? cases[i].name : ""),
                                            sira_str_from(cases[i].value)};
        sira_additions additions = {.uri_params = sira_str_from(cases[i].uri_params),
                                    .contact_params = sira_str_from(cases[i].contact_params),
                                    .fields = &field,
                                    .field_count = cases[i].name != NULL};
        sira_status status = sira_registration_add(&w->line, &additions, &diag);
        if (status != SIRA_E_CONFIG || strcmp(diag.field, cases[i].field) != 0)
            fail_msg("case %zu: %s, %s", i, sira_status_name(status), diag.field);
        assert_null(w->line.additions);
        assert_int_equal(sira_i_register_size(&w->line), size);
        world_close(w);
    }
}

static void the_size_holds_them(void **context)
{
    (void)context;
    const struct sira_addition field = {{"X-Device", 8}, {"gw-7", 4}};
    sira_additions additions = {
        .uri_params = SIRA_STR("a=b"), .contact_params = SIRA_STR("q=0.5"), .fields = &field, .field_count = 1};
    world *w = world_open(registrar);
    world_init(w);
    const size_t before = sira_i_register_size(&w->line);
    assert_int_equal(sira_registration_add(&w->line, &additions, NULL), SIRA_OK);
    /* In our Contact and in one that is removed. */
    assert_int_equal(sira_i_register_size(&w->line),
                     before + 2 * strlen(";a=b") + strlen(";q=0.5") + strlen("X-Device: gw-7\r\n"));
    world_close(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_is_written),
        cmocka_unit_test(what_gets_in_the_way_is_refused),
        cmocka_unit_test(the_size_holds_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
