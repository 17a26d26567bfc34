/* The tolerant reading of answers beside the strict one. What the strict one takes both read alike; and what it refuses
 * for one blemish only, a line that is no field, reads as it did without the blemish. */
#include "fuzz/fuzz.h"

#include <sira/digest.h>
#include <sira/message.h>

#define SLOTS 64
#define JUNK "no field here\r\n"

static bool is_same(sira_str a, sira_str b)
{
    return sira_str_equal(a, b) && (a.at == NULL) == (b.at == NULL);
}

static void compare_fields(const sira_message *a, const sira_message *b)
{
    REQUIRE(a->is_request == b->is_request && a->method == b->method && a->status_code == b->status_code);
    REQUIRE(a->field_count == b->field_count && a->via_count == b->via_count && a->repeated == b->repeated);
    REQUIRE(is_same(a->reason, b->reason) && is_same(a->body, b->body));
    REQUIRE(memcmp(a->first, b->first, sizeof a->first) == 0);
    for (size_t i = 0; i < a->field_count; i++)
        REQUIRE(a->fields[i].id == b->fields[i].id && is_same(a->fields[i].name, b->fields[i].name) &&
                is_same(a->fields[i].value, b->fields[i].value));
}

static void compare_addresses(const sira_message *a, const sira_message *b, sira_field_id id)
{
    sira_address x, y;
    const sira_status status = sira_message_address(a, id, &x, NULL);
    REQUIRE(status == sira_message_address(b, id, &y, NULL));
    if (status == SIRA_OK)
        REQUIRE(is_same(x.text, y.text) && is_same(x.uri, y.uri) && is_same(x.tag, y.tag) &&
                is_same(x.params, y.params) && is_same(x.display, y.display));
}

static void compare_numbers(const sira_message *a, const sira_message *b, sira_field_id id)
{
    uint32_t x = 0, y = 0;
    const sira_status status = sira_message_number(a, id, &x, NULL);
    REQUIRE(status == sira_message_number(b, id, &y, NULL) && (status != SIRA_OK || x == y));
}

/* The Contacts of the first, read strictly, beside those of the second, sifted. */
static void compare_contacts(const sira_message *a, const sira_message *b)
{
    sira_cursor strict, tolerant;
    sira_contact x, y;
    sira_status status;
    sira_cursor_init(&strict, a, SIRA_FIELD_CONTACT);
    sira_cursor_init(&tolerant, b, SIRA_FIELD_CONTACT);
    do {
        status = sira_contact_next(&strict, &x, NULL);
        if (status < 0)
            return; /* from here on sifting may find more */
        const sira_status sifted = sira_contact_sift(&tolerant, &y, NULL);
        REQUIRE(sifted == status || (status == SIRA_OK && sifted == SIRA_E_SYNTAX)); /* quoted expires */
        if (sifted != SIRA_OK)
            continue;
        REQUIRE(x.star == y.star && is_same(x.address.uri, y.address.uri) &&
                is_same(x.address.params, y.address.params));
        REQUIRE(x.has_expires == y.has_expires && (!x.has_expires || x.expires == y.expires));
        REQUIRE(x.reg_id == y.reg_id && is_same(x.instance, y.instance));
    } while (status == SIRA_OK);
}

static void compare_values(const sira_message *a, const sira_message *b)
{
    sira_via v, w;
    sira_str x = {NULL, 0}, y = {NULL, 0};
    sira_cseq c, d;
    sira_cursor first, second;
    compare_fields(a, b);
    compare_addresses(a, b, SIRA_FIELD_FROM);
    compare_addresses(a, b, SIRA_FIELD_TO);
    compare_numbers(a, b, SIRA_FIELD_EXPIRES);
    compare_numbers(a, b, SIRA_FIELD_MIN_EXPIRES);
    compare_contacts(a, b);
    REQUIRE(sira_message_call_id(a, &x, NULL) == sira_message_call_id(b, &y, NULL) && is_same(x, y));
    REQUIRE(sira_message_cseq(a, &c, NULL) == SIRA_OK && sira_message_cseq(b, &d, NULL) == SIRA_OK);
    REQUIRE(c.number == d.number && is_same(c.method, d.method));
    sira_cursor_init(&first, a, SIRA_FIELD_VIA);
    sira_cursor_init(&second, b, SIRA_FIELD_VIA);
    REQUIRE(sira_via_next(&first, &v, NULL) == SIRA_OK && sira_via_next(&second, &w, NULL) == SIRA_OK);
    REQUIRE(is_same(v.branch, w.branch) && is_same(v.host, w.host) && v.port == w.port &&
            is_same(v.transport, w.transport));
}

/* The same message with a line in it that is no field, so that only the tolerant reading takes it. */
static void blemish(const sira_message *strict, bool is_stream)
{
    sira_field slots[SLOTS];
    sira_message tolerant;
    sira_oddities odd;
    const sira_str all = strict->bytes;
    const size_t head = all.len - strict->body.len - 2, whole = all.len + sizeof JUNK - 1;
    char *bytes = malloc(whole);
    REQUIRE(bytes != NULL);
    memcpy(bytes, all.at, head);
    memcpy(bytes + head, JUNK, sizeof JUNK - 1);
    memcpy(bytes + head + sizeof JUNK - 1, all.at + head, all.len - head);
    sira_message_init(&tolerant, slots, SLOTS);
    REQUIRE(sira_message_parse(&tolerant, (sira_str){bytes, whole}, NULL) < 0);
    const sira_status status = sira_message_read(&tolerant, (sira_str){bytes, whole}, is_stream, &odd, NULL);
    REQUIRE(status == SIRA_OK && odd.count > 0);
    compare_values(strict, &tolerant);
    free(bytes);
}

static void read_both(sira_str bytes, bool is_stream)
{
    sira_field slots[2][SLOTS];
    sira_message strict, tolerant;
    sira_oddities odd;
    sira_message_init(&strict, slots[0], SLOTS);
    sira_message_init(&tolerant, slots[1], SLOTS);
    sira_status status = sira_message_parse(&strict, bytes, NULL);
    if (status == SIRA_OK)
        status = sira_message_validate(&strict, NULL);
    const sira_status read = sira_message_read(&tolerant, bytes, is_stream, &odd, NULL);
    for (size_t i = 0; read == SIRA_OK && i < tolerant.field_count; i++)
        REQUIRE(fuzz_inside(tolerant.fields[i].name, bytes) && fuzz_inside(tolerant.fields[i].value, bytes));
    if (status < 0) {
        REQUIRE(read < 0 || (read == SIRA_OK && !tolerant.is_request && odd.count > 0));
        return;
    }
    REQUIRE(odd.count == 0);
    const bool is_ours = status == SIRA_OK && (strict.is_request || strict.via_count == 1);
    REQUIRE(read == status || (!is_ours && read < 0));
    if (!is_ours)
        return;
    compare_values(&strict, &tolerant);
    if (!strict.is_request && strict.body.at != NULL && strict.bytes.len + sizeof JUNK < SIRA_LIMIT_MESSAGE)
        blemish(&strict, is_stream);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const sira_str bytes = {(const char *)data, size};
    read_both(bytes, false);
    read_both(bytes, true);
    return 0;
}
