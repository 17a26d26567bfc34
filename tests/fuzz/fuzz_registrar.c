/* Any requests, one after the other, to a registrar over a store that fails, loses and answers late. Requests are
 * separated by an octet of 255; the octet behind that says what the store does and how much time has passed. */
#include "fuzz/fuzz.h"

#include <sira/registrar.h>

#define REPLY 65536u

typedef struct office {
    sira_registrar_config config;
    sira_registrar registrar;
    sira_registrar_task task;
    sira_bindings kept; /* all addresses-of-record share one place: the more happens in it */
    sira_status look_up, commit;
    bool later;
    sira_bindings *found;
    const sira_bindings_change *change;
    unsigned decisions;
    uint64_t now;
    sira_message request;
    sira_field fields[SIRA_LIMIT_FIELDS];
    char reply[REPLY];
} office;

static office o;

static sira_status look_up(void *context, sira_registrar_task *task, sira_str aor, sira_bindings *found)
{
    (void)context;
    REQUIRE(task == &o.task && aor.len > 0 && aor.len <= SIRA_LIMIT_AOR && found->count == 0);
    found->version = o.kept.version;
    for (size_t i = 0; i < o.kept.count; i++)
        REQUIRE(sira_bindings_add(found, &o.kept.all[i]) == SIRA_OK);
    o.change = NULL;
    return o.later ? SIRA_MORE : o.look_up;
}

static bool is_clean(sira_str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (((unsigned char)text.at[i] < ' ' && text.at[i] != '\t') || text.at[i] == 0x7f)
            return false;
    return true;
}

static sira_status do_commit(const sira_bindings_change *change)
{
    if (o.commit != SIRA_OK) {
        o.kept.version += o.commit == SIRA_E_STATE;
        return o.commit;
    }
    REQUIRE(change->version == o.kept.version && change->count <= SIRA_LIMIT_BINDINGS);
    o.kept.count = o.kept.used = 0;
    o.kept.version++;
    for (size_t i = 0; i < change->count; i++) {
        const sira_binding *one = &change->all[i];
        REQUIRE(one->expires_at > o.now && one->expires_at <= o.now + 7200000u && one->q <= 1000);
        REQUIRE(one->uri.len > 0 && is_clean(one->uri) && is_clean(one->params) && is_clean(one->instance) &&
                is_clean(one->path) && is_clean(one->call_id));
        REQUIRE(sira_bindings_add(&o.kept, one) == SIRA_OK);
    }
    return SIRA_OK;
}

static sira_status commit(void *context, sira_registrar_task *task, const sira_bindings_change *change)
{
    (void)context;
    REQUIRE(task == &o.task);
    o.change = change;
    return o.later ? SIRA_MORE : do_commit(change);
}

static void decided(void *context, sira_registrar_task *task)
{
    (void)context;
    REQUIRE(task == &o.task);
    o.decisions++;
}

static size_t living(void)
{
    size_t count = 0;
    for (size_t i = 0; i < o.kept.count; i++)
        count += o.kept.all[i].expires_at > o.now;
    return count;
}

/* What the answer says is so, and it can be read by whoever is strict. A Call-ID is repeated as it came. */
static void check_answer(unsigned passed)
{
    sira_message reply;
    static sira_field fields[1024];
    sira_writer writer;
    sira_cursor cursor;
    sira_contact contact;
    size_t contacts = 0;
    const uint16_t code = sira_registrar_code(&o.task);
    REQUIRE(code >= 200 && code < 700 && code != 401);
    sira_writer_init(&writer, o.reply, REPLY);
    const sira_status status = sira_registrar_write(&o.task, SIRA_STR("tag"), &writer);
    if (status == SIRA_E_SPACE)
        return;
    REQUIRE(status == SIRA_OK);
    sira_message_init(&reply, fields, sizeof fields / sizeof fields[0]);
    reply.lenient = passed & SIRA_LENIENT_CALL_ID;
    REQUIRE(sira_message_parse(&reply, (sira_str){o.reply, writer.length}, NULL) == SIRA_OK);
    REQUIRE(sira_message_validate(&reply, NULL) == SIRA_OK);
    sira_cursor_init(&cursor, &reply, SIRA_FIELD_CONTACT);
    while (sira_contact_next(&cursor, &contact, NULL) == SIRA_OK)
        contacts++;
    REQUIRE(contacts == (reply.status_code == 200 ? living() : 0));
}

static void take(sira_str bytes)
{
    const sira_endpoint source = {SIRA_TRANSPORT_UDP, SIRA_FAMILY_IPV4, 5060, {192, 0, 2, 1}};
    const uint64_t version = o.kept.version;
    unsigned passed, rounds = 0;
    sira_diag diag;
    if (sira_message_read_sloppy(&o.request, bytes, 2u * SIRA_LENIENT_LAST - 1, &passed, &diag) != SIRA_OK)
        return;
    o.decisions = 0;
    sira_status status = sira_registrar_take(&o.registrar, &o.task, &o.request, &source, o.now);
    if (status == SIRA_E_ARGUMENT)
        return;
    while (status == SIRA_MORE && o.decisions == 0) {
        REQUIRE(++rounds <= 8);
        sira_registrar_stored(&o.task, o.change != NULL ? do_commit(o.change) : o.look_up);
    }
    if (sira_registrar_code(&o.task) != 200)
        REQUIRE(o.kept.version == version || o.commit == SIRA_E_STATE);
    check_answer(passed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const sira_status outcomes[] = {SIRA_OK, SIRA_OK, SIRA_E_STATE, SIRA_E_TRANSPORT};
    memset(&o, 0, sizeof o);
    sira_registrar_config_init(&o.config);
    o.config.open_to_all = o.config.outbound = true;
    o.config.store = (sira_registrar_store){.look_up = look_up, .commit = commit};
    o.config.decided = decided;
    o.config.flow_timer = 90;
    REQUIRE(sira_registrar_init(&o.registrar, &o.config, NULL) == SIRA_OK);
    sira_message_init(&o.request, o.fields, SIRA_LIMIT_FIELDS);
    o.now = 1000;
    while (size > 0) {
        const uint8_t *end = memchr(data, 255, size);
        const size_t length = end != NULL ? (size_t)(end - data) : size;
        if (length > 0) {
            o.commit = outcomes[data[0] & 3u];
            o.look_up = (data[0] & 4u) != 0 ? SIRA_E_TRANSPORT : SIRA_OK;
            o.later = (data[0] & 8u) != 0;
            o.now += (uint64_t)(data[0] >> 4) * 30000u;
            char *copy = malloc(length);
            REQUIRE(copy != NULL);
            memcpy(copy, data + 1, length - 1);
            take((sira_str){copy, length - 1});
            free(copy);
        }
        data += length + (end != NULL);
        size -= length + (end != NULL);
    }
    return 0;
}
