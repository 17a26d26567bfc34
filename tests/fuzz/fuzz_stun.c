/* A datagram as STUN: read, answered, and the answer read again. Half the inputs get a header, so that their attributes
 * are reached. */
#include "fuzz/fuzz.h"

#include <sira/stun.h>

static void check(sira_str bytes)
{
    sira_stun stun, again;
    const sira_status status = sira_stun_read(&stun, bytes);
    REQUIRE(status == SIRA_OK || status == SIRA_IDLE || status == SIRA_E_SYNTAX);
    REQUIRE(status != SIRA_OK || sira_stun_is(bytes));
    REQUIRE(stun.unknown_count <= SIRA_STUN_UNKNOWN_MAX);
    if (status != SIRA_OK)
        return;
    REQUIRE(stun.kind != SIRA_STUN_SUCCESS || (stun.has_mapped && stun.mapped.family != SIRA_FAMILY_NONE));
    REQUIRE(stun.kind != SIRA_STUN_FAILURE || (stun.code >= 300 && stun.code <= 699));
    if (stun.kind != SIRA_STUN_REQUEST)
        return;
    uint8_t out[SIRA_STUN_ANSWER_SIZE];
    const sira_endpoint source = {
        .transport = SIRA_TRANSPORT_UDP, .family = SIRA_FAMILY_IPV4, .port = 5060, .address = {192, 0, 2, 1}};
    const size_t length = sira_stun_write_answer(&stun, &source, out);
    REQUIRE(length <= bytes.len + 24 && length <= sizeof out);
    REQUIRE(sira_stun_read(&again, (sira_str){(const char *)out, length}) == SIRA_OK);
    REQUIRE(memcmp(again.id, stun.id, sizeof again.id) == 0);
    if (stun.unknown_count != 0)
        REQUIRE(again.kind == SIRA_STUN_FAILURE && again.code == 420);
    else
        REQUIRE(again.kind == SIRA_STUN_SUCCESS && sira_endpoint_equal(&again.mapped, &source));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t header[20] = {0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42};
    uint8_t *whole = malloc(size + sizeof header);
    REQUIRE(whole != NULL && size < 4000);
    memcpy(whole, header, sizeof header);
    memcpy(whole + sizeof header, data, size);
    whole[2] = (uint8_t)(size >> 8);
    whole[3] = (uint8_t)size;
    check((sira_str){(const char *)whole, size + sizeof header});
    whole[0] = 1;
    check((sira_str){(const char *)whole, size + sizeof header});
    free(whole);
    check((sira_str){(const char *)data, size});
    return 0;
}
