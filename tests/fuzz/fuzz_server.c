/* The registrar of the examples: any datagrams, from strangers and from who has no need of a password. Each answer is a
 * right message, fits its bound, and is there when a right request has come. */
#include "fuzz/fuzz.h"

#include <sira/gcrypt.h>

#include "support/memory_store.h"
#include "support/registrar.h"

static registrar r;
static memory_store memory;

static sira_str exact_copy(sira_str bytes)
{
    char *copy = malloc(bytes.len);
    REQUIRE(copy != NULL || bytes.len == 0);
    if (bytes.len > 0)
        memcpy(copy, bytes.at, bytes.len);
    return (sira_str){copy, bytes.len};
}

/* A request that the parser takes, other than ACK. */
static bool is_right(sira_str bytes)
{
    sira_field slots[SIRA_LIMIT_FIELDS];
    sira_message message;
    sira_message_init(&message, slots, SIRA_LIMIT_FIELDS);
    return sira_message_parse(&message, bytes, NULL) == SIRA_OK && sira_message_validate(&message, NULL) == SIRA_OK &&
           message.is_request && message.method != SIRA_METHOD_ACK;
}

static void send(sira_str datagram, uint64_t now)
{
    static const sira_flow flow = {
        .local = {.transport = SIRA_TRANSPORT_UDP, .family = SIRA_FAMILY_IPV4, .port = 5060, .address = {127, 0, 0, 1}},
        .remote = {.transport = SIRA_TRANSPORT_UDP, .family = SIRA_FAMILY_IPV4, .port = 9, .address = {192, 0, 2, 1}}};
    sira_field slots[SIRA_LIMIT_FIELDS];
    sira_message message;
    const sira_str bytes = exact_copy(datagram);
    const sira_str reply = registrar_take(&r, &flow, bytes, now);
    if (reply.len == 0)
        REQUIRE(!is_right(bytes) || bytes.len < 300);
    sira_message_init(&message, slots, SIRA_LIMIT_FIELDS);
    if (reply.len != 0) {
        REQUIRE(sira_message_parse(&message, reply, NULL) == SIRA_OK && !message.is_request);
        REQUIRE(reply.len <= 3 * bytes.len || (r.open_to_all && message.status_code == 200));
        if (is_right(bytes))
            REQUIRE(sira_message_validate(&message, NULL) == SIRA_OK);
    }
    free((char *)(uintptr_t)bytes.at);
}

/* A REGISTER with these lines in it, and maybe in the name of another user. */
static void send_register(unsigned number, sira_str lines, uint64_t now)
{
    char text[1200];
    const int length =
        snprintf(text, sizeof text,
                 "REGISTER sip:h.test SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1:9;branch=z9hG4bK%u;rport\r\n"
                 "From: <sip:u%u@h.test>;tag=1\r\nTo: <sip:u%u@h.test>\r\nCall-ID: c\r\nCSeq: %u REGISTER\r\n"
                 "Max-Forwards: 70\r\nSupported: path\r\n%.*s\r\n\r\n",
                 number, number % 3, number % 3, number, (int)lines.len, lines.at);
    send((sira_str){text, (size_t)length}, now);
}

static sira_status fill(void *context, uint8_t *bytes, size_t n)
{
    (void)context;
    memset(bytes, 7, n);
    return SIRA_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static sira_gcrypt gcrypt;
    fuzz_input in = {data, size};
    const uint8_t options = fuzz_byte(&in);
    uint64_t now = 1000;
    unsigned number = 0;
    if (gcrypt.algorithms == 0) {
        REQUIRE(sira_gcrypt_open(&gcrypt) == SIRA_OK);
        REQUIRE(users_add(&r.users, SIRA_STR("u0:secret")) == NULL);
    }
    sira_digest_server_config_init(&r.digest_config);
    r.hash = sira_gcrypt_hash(&gcrypt);
    r.entropy.fill = fill;
    r.realm = SIRA_STR("h.test");
    r.domain = (options & 1) != 0 ? r.realm : SIRA_STR("");
    r.open_to_all = (options & 2) != 0;
    sira_registrar_config_init(&r.config);
    r.config.expires_min = 60;
    r.config.expires_max = 7200;
    r.config.expires_default = 3600;
    memory_store_close(&memory);
    memory = (memory_store){.most = 20};
    r.store = memory_store_open(&memory);
    replies_clear(&r.replies);
    REQUIRE(registrar_open(&r, NULL) == SIRA_OK);
    while (in.left > 0 && number < 100) {
        const uint8_t order = fuzz_byte(&in);
        now += UINT64_C(1) << order / 4 % 24;
        if (order % 4 == 0)
            send(fuzz_text(&in, 255), now);
        else if (order % 4 == 1) {
            send((sira_str){(const char *)in.at, in.left}, now);
            in.left = 0;
        } else
            send_register(++number, fuzz_text(&in, 255), now);
    }
    r.store.tidy(r.store.calls.context, now);
    return 0;
}
