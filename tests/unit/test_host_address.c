#include "host/host.h"

#include "support/support.h"

#include <arpa/inet.h>
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

static void what_is_not_used_is_zero(void **context)
{
    (void)context;
    sira_endpoint there = {.transport = SIRA_TRANSPORT_TLS}, back;
    struct sockaddr_storage address;
    memset(&address, 0xa5, sizeof address);
    assert_int_equal(sira_endpoint_from_text(SIRA_STR("192.0.2.1:5060"), 0, &there), SIRA_OK);
    assert_int_equal(sira_i_sockaddr_from(&there, &address), SIRA_OK);
    assert_int_equal(((const struct sockaddr_in *)&address)->sin_port, htons(5060));
    memset(&back, 0xff, sizeof back);
    back.transport = SIRA_TRANSPORT_TLS; /* it stays */
    assert_int_equal(sira_i_sockaddr_read((const struct sockaddr *)&address, &back), SIRA_OK);
    assert_memory_equal(&back, &there, sizeof back); /* behind the four bytes of IPv4 too */
}

/* Sends nothing: the system looks into its table of routes. */
static void a_peer_of_our_own_sees_us_as_itself(void **context)
{
    (void)context;
    sira_endpoint remote = {0}, local = {0};
    assert_int_equal(sira_endpoint_from_text(SIRA_STR("127.0.0.1:5060"), 0, &remote), SIRA_OK);
    assert_int_equal(sira_i_local_address(&remote, &local), SIRA_OK);
    assert_int_equal(local.family, SIRA_FAMILY_IPV4);
    assert_memory_equal(local.address, remote.address, sizeof local.address);
    remote.family = SIRA_FAMILY_NONE;
    assert_true(sira_i_local_address(&remote, &local) < 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_survive_the_way_through_a_sockaddr),
        cmocka_unit_test(what_is_not_used_is_zero),
        cmocka_unit_test(a_peer_of_our_own_sees_us_as_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
