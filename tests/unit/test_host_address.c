#include "host/host.h"

#include "support/support.h"

#include <string.h>

static void addresses_survive_the_way_through_a_sockaddr(void **context)
{
    (void)context;
    static const char *const texts[] = {"192.0.2.1:5060", "255.255.255.255:65535", "[2001:db8::1]:5061",
                                        "[::ffff:192.0.2.1]:1"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        sira_endpoint there = {.transport = SIRA_TRANSPORT_UDP}, back = {.transport = SIRA_TRANSPORT_UDP};
        struct sockaddr_storage address;
        memset(back.address, 0xff, sizeof back.address);
        expect_status(texts[i], sira_endpoint_from_text(sira_str_from(texts[i]), 0, &there), SIRA_OK);
        expect_status(texts[i], sira_i_sockaddr_from(&there, &address), SIRA_OK);
        expect_status(texts[i], sira_i_sockaddr_read((const struct sockaddr *)&address, &back), SIRA_OK);
        if (!sira_endpoint_equal(&there, &back))
            fail_msg("%s came back as something else", texts[i]);
    }
    sira_endpoint none = {0};
    struct sockaddr_storage address = {0};
    expect_status("no family", sira_i_sockaddr_from(&none, &address), SIRA_E_UNSUPPORTED);
    expect_status("AF_UNSPEC", sira_i_sockaddr_read((const struct sockaddr *)&address, &none), SIRA_E_UNSUPPORTED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_survive_the_way_through_a_sockaddr),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
