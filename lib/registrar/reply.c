/* What the response to a REGISTER has beyond the fields of each response. */
#include "registrar/registrar.h"

static void write_q(sira_writer *writer, unsigned q)
{
    char text[] = {'0', '.', (char)('0' + q / 100), (char)('0' + q / 10 % 10), (char)('0' + q % 10)};
    sira_write_param(writer, SIRA_STR("q"), q == 1000 ? SIRA_STR("1") : (sira_str){text, sizeof text});
}

/* RFC 3261 10.3 step 8: each binding, with the time that is left; rounded up, as none has lapsed. */
static void write_contacts(const sira_registrar_task *task, sira_writer *writer)
{
    for (size_t i = 0; i < task->wanted_count; i++) {
        const sira_binding *one = &task->wanted[i];
        sira_write_begin(writer, SIRA_FIELD_CONTACT);
        sira_write_address(writer, SIRA_STR(""), one->uri);
        sira_write_text(writer, one->params);
        if (one->has_q)
            write_q(writer, one->q);
        sira_write_param_number(writer, SIRA_STR("expires"), (uint32_t)((one->expires_at - task->now + 999u) / 1000u));
        sira_write_end(writer);
    }
}

static void write_accepted(sira_registrar_task *task, sira_writer *writer)
{
    const sira_registrar_config *config = task->registrar->config;
    write_contacts(task, writer);
    if (task->path.len > 0) /* RFC 3327 5.3 */
        sira_write_field(writer, SIRA_FIELD_PATH, task->path);
    if (config->service_route.len > 0) /* RFC 3608 6.3 */
        sira_write_field(writer, SIRA_FIELD_SERVICE_ROUTE, config->service_route);
    if (task->outbound) { /* RFC 5626 6 */
        sira_write_field(writer, SIRA_FIELD_REQUIRE, SIRA_STR("outbound"));
        if (config->flow_timer != 0)
            sira_write_field_number(writer, SIRA_FIELD_FLOW_TIMER, config->flow_timer);
    }
    sira_write_field(writer, SIRA_FIELD_SUPPORTED, config->outbound ? SIRA_STR("path, outbound") : SIRA_STR("path"));
    if (task->verified_once)
        (void)sira_digest_server_info(config->digest, &task->peer, &task->verified, SIRA_STR(""), writer);
}

bool sira_i_registrar_knows(const sira_registrar *registrar, sira_str option)
{
    return sira_str_equal_nocase(option, SIRA_STR("path")) ||
           (registrar->config->outbound && sira_str_equal_nocase(option, SIRA_STR("outbound")));
}

/* RFC 3261 8.2.2.3: all that were demanded and are not known; else it was the Path that nobody said to know. */
static void write_unsupported(const sira_registrar_task *task, sira_writer *writer)
{
    sira_cursor cursor;
    sira_str option;
    bool any = false;
    sira_cursor_init(&cursor, task->request, SIRA_FIELD_REQUIRE);
    while (sira_token_next(&cursor, &option, NULL) == SIRA_OK) {
        if (sira_i_registrar_knows(task->registrar, option))
            continue;
        sira_write_field(writer, SIRA_FIELD_UNSUPPORTED, option);
        any = true;
    }
    if (!any)
        sira_write_field(writer, SIRA_FIELD_UNSUPPORTED, SIRA_STR("path"));
}

void sira_i_registrar_reply(sira_registrar_task *task, sira_writer *writer)
{
    const sira_registrar_config *config = task->registrar->config;
    switch (task->code) {
    case 200:
        write_accepted(task, writer);
        break;
    case 401:
        (void)sira_digest_server_challenge(config->digest, &task->peer, task->stale, writer);
        break;
    case 420:
        write_unsupported(task, writer);
        break;
    case 423: /* RFC 3261 21.4.17 */
        sira_write_field_number(writer, SIRA_FIELD_MIN_EXPIRES, task->registrar->expires_min);
        break;
    case 503:
        sira_write_field_number(writer, SIRA_FIELD_RETRY_AFTER, config->retry_after != 0 ? config->retry_after : 10);
        break;
    default:
        break;
    }
}
