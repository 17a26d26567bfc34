/* One REGISTER from its arrival to its response (RFC 3261 10.3):
 *
 *     take -> may it be answered without the store? -> decided
 *               no v
 *              look up --found--> what is wanted? --changed--> commit --OK--> decided: 200
 *                ^  |error: 503        | refused, or nothing to change    |  error: 503
 *                |                     v                                  |
 *                |                  decided                               |
 *                +------------------ another one was faster <-------------+
 *
 * An arrow to the store ends here with SIRA_MORE where the store takes longer, and goes on in sira_registrar_stored. Up
 * to "decided" nothing that is told to the client is true yet: no 200 without a commit that lasts. */
#include "registrar/registrar.h"

#include <string.h>

#include "digest/server.h"

#define TRIES 4u /* of a commit; whoever loses each of them is answered by 503 */
#define HOUR 3600u

enum { STEP_DECIDED = 0, STEP_LOOK_UP, STEP_FOUND, STEP_COMMITTED, STEP_SWEEP };

/* ---- configuration ---- */

void sira_registrar_config_init(sira_registrar_config *config)
{
    *config = (sira_registrar_config){.size = sizeof *config};
}

static sira_status refuse_config(sira_diag *diag, const char *field, const char *expected)
{
    if (diag != NULL)
        *diag = (sira_diag){.field = field, .expected = expected, .reason = ""};
    return SIRA_E_CONFIG;
}

static bool is_route_set(sira_str value)
{
    sira_cursor cursor;
    sira_address route;
    sira_status status;
    sira_cursor_init_text(&cursor, value, SIRA_FIELD_SERVICE_ROUTE);
    while ((status = sira_address_next(&cursor, &route, NULL)) == SIRA_OK)
        if (memchr(route.text.at, '\n', route.text.len) != NULL)
            return false;
    return status == SIRA_IDLE;
}

static sira_status check_config(const sira_registrar_config *config, sira_diag *diag)
{
    if (config->size != sizeof *config)
        return refuse_config(diag, "size", "a config filled by sira_registrar_config_init");
    if (config->store.look_up == NULL || config->store.commit == NULL)
        return refuse_config(diag, "store", "the functions look_up and commit");
    if ((config->digest == NULL) != config->open_to_all)
        return refuse_config(diag, "digest", "a server, or open_to_all in its place");
    if (config->bindings_max > SIRA_LIMIT_BINDINGS)
        return refuse_config(diag, "bindings_max", "at most SIRA_LIMIT_BINDINGS");
    if (config->expires_min > HOUR) /* RFC 3261 10.3 step 7: an hour may not be refused */
        return refuse_config(diag, "expires_min", "at most 3600");
    if (config->expires_max > SIRA_LIMIT_EXPIRES_MAX)
        return refuse_config(diag, "expires_max", "at most SIRA_LIMIT_EXPIRES_MAX");
    if (config->service_route.len > 0 && !is_route_set(config->service_route))
        return refuse_config(diag, "service_route", "addresses in angle brackets");
    return SIRA_OK;
}

sira_status sira_registrar_init(sira_registrar *registrar, const sira_registrar_config *config, sira_diag *diag)
{
    sira_status status = check_config(config, diag);
    if (status != SIRA_OK)
        return status;
    sira_registrar self = {.config = config,
                           .expires_min = config->expires_min != 0 ? config->expires_min : 60,
                           .expires_max = config->expires_max != 0 ? config->expires_max : 7200,
                           .expires_default = config->expires_default,
                           .bindings_max = config->bindings_max};
    if (self.expires_max < self.expires_min)
        return refuse_config(diag, "expires_max", "at least expires_min");
    if (self.expires_default == 0)
        self.expires_default = self.expires_max < HOUR ? self.expires_max : HOUR;
    if (self.expires_default < self.expires_min)
        return refuse_config(diag, "expires_default", "at least expires_min");
    if (self.bindings_max == 0)
        self.bindings_max = SIRA_LIMIT_BINDINGS;
    *registrar = self;
    return SIRA_OK;
}

/* ---- what is decided ---- */

static void decide(sira_registrar_task *task, uint16_t code, const char *reason)
{
    task->step = STEP_DECIDED;
    task->code = code;
    task->reason = reason != NULL ? reason : sira_reason_phrase(code);
}

uint16_t sira_registrar_code(const sira_registrar_task *task)
{
    return task->code;
}

const char *sira_registrar_reason(const sira_registrar_task *task)
{
    return task->reason;
}

sira_str sira_registrar_user(const sira_registrar_task *task)
{
    return task->verified_once ? task->verified.user : SIRA_STR("");
}

bool sira_registrar_is_guess(const sira_registrar_task *task)
{
    return task->wrong_password;
}

/* ---- without the store ---- */

/* RFC 3261 10.3 step 2, and RFC 3327 5.3 for a Path that the client knows nothing of. */
static bool demands_too_much(const sira_registrar_task *task)
{
    const sira_message *request = task->request;
    const sira_str path = SIRA_STR("path");
    sira_cursor cursor;
    sira_str option;
    sira_cursor_init(&cursor, request, SIRA_FIELD_REQUIRE);
    while (sira_token_next(&cursor, &option, NULL) == SIRA_OK)
        if (!sira_i_registrar_knows(task->registrar, option))
            return true;
    return !task->registrar->config->path_unasked && sira_message_field(request, SIRA_FIELD_PATH) != NULL &&
           !sira_i_registrar_lists(request, SIRA_FIELD_SUPPORTED, path) &&
           !sira_i_registrar_lists(request, SIRA_FIELD_REQUIRE, path);
}

/* Are there credentials for our realm, and none with a nonce that was made for this address, dead or alive? Whether
 * their password is right is nobody's business then: whoever guesses would learn it uncounted, and whoever lies about
 * their address would have its owner pay for wrong ones. Who is honest tries again (RFC 7616 3.3: stale). */
static bool has_foreign_nonce(const sira_registrar_task *task)
{
    const sira_digest_server *digest = task->registrar->config->digest;
    sira_cursor cursor;
    sira_auth auth;
    sira_credentials credentials;
    sira_i_nonce nonce;
    bool foreign = false;
    sira_cursor_init(&cursor, task->request, SIRA_FIELD_AUTHORIZATION);
    for (unsigned i = 0; i < SIRA_LIMIT_CHALLENGES && sira_auth_next(&cursor, &auth, NULL) == SIRA_OK; i++) {
        if (sira_credentials_parse(&credentials, &auth, NULL) != SIRA_OK ||
            !sira_str_equal(sira_i_inner(credentials.realm), digest->config->realm))
            continue;
        if (sira_i_nonce_read(digest, &task->peer, sira_i_inner(credentials.nonce), &nonce) != SIRA_E_NONCE)
            return false;
        foreign = true;
    }
    return foreign;
}

/* RFC 3261 10.3 step 3. */
static bool is_authentic(sira_registrar_task *task)
{
    sira_diag diag = {.code = 500};
    if (task->registrar->config->open_to_all)
        return true;
    if (has_foreign_nonce(task)) {
        task->stale = true;
        decide(task, 401, NULL);
        return false;
    }
    sira_status status =
        sira_digest_server_verify(task->registrar->config->digest, &task->peer, task->request, &task->verified, &diag);
    task->verified_once = status == SIRA_OK;
    switch (status) {
    case SIRA_OK:
        return true;
    case SIRA_IDLE:
    case SIRA_E_CREDENTIALS:
        task->wrong_password = status == SIRA_E_CREDENTIALS;
        decide(task, 401, NULL);
        break;
    case SIRA_E_STALE:
    case SIRA_E_REPLAY:
    case SIRA_E_NONCE:
        task->stale = true;
        decide(task, 401, NULL);
        break;
    case SIRA_E_HASH:
        decide(task, 500, NULL);
        break;
    default: /* of the request 400; else the look-up has failed, and may work again later */
        decide(task, diag.code == 400 ? 400 : 503, diag.code == 400 ? diag.reason : NULL);
    }
    return false;
}

/* RFC 3261 10.3 step 5: user without escapes, host in lower case, no parameters. *user: how long the part before the @
 * is. False: it has none, is too long, or holds what no name has. */
static bool canonical_aor(sira_registrar_task *task, const sira_uri *to, size_t *user)
{
    size_t length;
    if ((to->scheme != SIRA_SCHEME_SIP && to->scheme != SIRA_SCHEME_SIPS) || !to->has_user ||
        sira_uri_unescape(to->user, task->aor, sizeof task->aor, &length) != SIRA_OK ||
        to->host.len + 1 > sizeof task->aor - length)
        return false;
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)task->aor[i] <= ' ' || task->aor[i] == 0x7f)
            return false;
    *user = length;
    task->aor[length++] = '@';
    for (size_t i = 0; i < to->host.len; i++) {
        char c = to->host.at[i];
        task->aor[length++] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    task->aor_length = length;
    return true;
}

/* RFC 3261 10.3 steps 4 and 5. */
static bool is_permitted(sira_registrar_task *task)
{
    const sira_registrar_config *config = task->registrar->config;
    sira_address to;
    sira_registrar_claim claim = {.user = sira_registrar_user(task)};
    size_t user;
    const char *reason = NULL;
    uint16_t code = 0;
    if (sira_message_address(task->request, SIRA_FIELD_TO, &to, NULL) != SIRA_OK ||
        sira_uri_parse(&claim.to, to.uri, NULL) != SIRA_OK) {
        decide(task, 400, "Bad To");
        return false;
    }
    if (!canonical_aor(task, &claim.to, &user) ||
        (config->domain.len != 0 && !sira_str_equal_nocase(claim.to.host, config->domain))) {
        decide(task, 404, NULL);
        return false;
    }
    claim.aor = (sira_str){task->aor, task->aor_length};
    if (config->may_register != NULL)
        code = config->may_register(config->context, &claim, &reason);
    else if (task->verified_once && !sira_str_equal(claim.user, (sira_str){task->aor, user}) &&
             !sira_str_equal(claim.user, claim.aor))
        code = 403;
    if (code != 0)
        decide(task, code, reason);
    return code == 0;
}

static bool is_ours(sira_registrar_task *task)
{
    sira_uri uri;
    const char *reason;
    if (sira_uri_parse(&uri, task->request->uri, NULL) != SIRA_OK ||
        (uri.scheme != SIRA_SCHEME_SIP && uri.scheme != SIRA_SCHEME_SIPS)) {
        decide(task, 416, NULL);
        return false;
    }
    if (demands_too_much(task)) {
        decide(task, 420, NULL);
        return false;
    }
    if (!is_authentic(task) || !is_permitted(task))
        return false;
    uint16_t code = sira_i_contacts_read(task, &reason);
    if (code != 0)
        decide(task, code, reason);
    return code == 0;
}

/* ---- with the store ---- */

static sira_status look_up(sira_registrar_task *task)
{
    const sira_registrar_store *store = &task->registrar->config->store;
    task->step = STEP_FOUND;
    task->found.version = 0;
    task->found.count = task->found.used = 0;
    return store->look_up(store->context, task, (sira_str){task->aor, task->aor_length}, &task->found);
}

static sira_status commit(sira_registrar_task *task)
{
    const sira_registrar_store *store = &task->registrar->config->store;
    const sira_bindings_change *change = &task->change;
    task->change = (sira_bindings_change){.aor = {task->aor, task->aor_length},
                                          .version = task->found.version,
                                          .all = task->wanted,
                                          .count = task->wanted_count};
    return store->commit(store->context, task, change);
}

/* status: what the store has said to the last step. */
static sira_status run(sira_registrar_task *task, sira_status status)
{
    const char *reason;
    bool changed;
    uint16_t code;
    while (task->step != STEP_DECIDED && status != SIRA_MORE) {
        switch (task->step) {
        case STEP_LOOK_UP:
            status = look_up(task);
            break;
        case STEP_FOUND:
            if (status != SIRA_OK) {
                decide(task, 503, NULL);
                break;
            }
            code = sira_i_bindings_apply(task, &changed, &reason);
            if (code != 0 || !changed) {
                decide(task, code != 0 ? code : 200, code != 0 ? reason : NULL);
                break;
            }
            task->step = STEP_COMMITTED;
            status = commit(task);
            break;
        default:
            task->tries++;
            if (status == SIRA_E_STATE && task->tries < TRIES)
                task->step = STEP_LOOK_UP;
            else
                decide(task, status == SIRA_OK ? 200 : 503, NULL);
        }
    }
    return task->step == STEP_DECIDED ? SIRA_OK : SIRA_MORE;
}

sira_status sira_registrar_take(sira_registrar *registrar, sira_registrar_task *task, const sira_message *request,
                                const sira_endpoint *source, uint64_t now)
{
    if (!request->is_request || request->method != SIRA_METHOD_REGISTER)
        return SIRA_E_ARGUMENT;
    task->registrar = registrar;
    task->request = request;
    task->source = *source;
    task->now = now;
    task->tries = 0;
    task->stale = task->wrong_password = task->verified_once = false;
    task->path = (sira_str){NULL, 0};
    task->wanted_count = 0;
    task->peer = (sira_digest_peer){.now = now};
    task->peer.identity.at = task->peer_text;
    task->peer.identity.len = sira_endpoint_host_to_text(source, task->peer_text, sizeof task->peer_text);
    if (!is_ours(task))
        return SIRA_OK;
    task->step = STEP_LOOK_UP;
    return run(task, SIRA_OK);
}

void sira_registrar_stored(sira_registrar_task *task, sira_status status)
{
    const sira_registrar_config *config = task->registrar->config;
    if (task->step == STEP_SWEEP || task->step == STEP_DECIDED)
        return;
    if (run(task, status) == SIRA_OK && config->decided != NULL)
        config->decided(config->context, task);
}

/* ---- the response ---- */

void sira_registrar_drop(sira_registrar_task *task)
{
    task->step = STEP_DECIDED;
    task->verified_once = false;
    sira_wipe(&task->verified, sizeof task->verified);
}

sira_status sira_registrar_write_fields(sira_registrar_task *task, sira_writer *writer)
{
    sira_i_registrar_reply(task, writer);
    if (writer->status == SIRA_OK)
        sira_registrar_drop(task);
    return writer->status;
}

static void begin_response(const sira_registrar_task *task, const sira_response *response, sira_writer *writer)
{
    if (task->request->lenient != SIRA_LENIENT_NONE)
        sira_write_clean_response(writer, task->request, response);
    else
        sira_write_response(writer, task->request, response);
}

sira_status sira_registrar_write(sira_registrar_task *task, sira_str to_tag, sira_writer *writer)
{
    const sira_writer start = *writer;
    sira_response response = {
        .code = task->code, .reason = sira_str_from(task->reason), .to_tag = to_tag, .source = &task->source};
    size_t length;
    begin_response(task, &response, writer);
    if (sira_registrar_write_fields(task, writer) != SIRA_OK) {
        response.code = 500;
        response.reason = SIRA_STR("");
        sira_registrar_drop(task);
        *writer = start;
        begin_response(task, &response, writer);
    }
    sira_write_body(writer, SIRA_STR(""));
    return sira_writer_finish(writer, &length);
}

/* ---- what has lapsed ---- */

sira_status sira_registrar_sweep(sira_registrar *registrar, sira_registrar_task *task, uint64_t now)
{
    const sira_registrar_store *store = &registrar->config->store;
    if (store->next_lapsed == NULL)
        return SIRA_IDLE;
    task->registrar = registrar;
    task->now = now;
    sira_status status = store->next_lapsed(store->context, now, task->aor, &task->aor_length);
    if (status != SIRA_OK)
        return status;
    status = look_up(task);
    task->step = STEP_SWEEP;
    if (status != SIRA_OK)
        return status;
    sira_i_bindings_live(task);
    status = commit(task);
    task->step = STEP_DECIDED;
    return status == SIRA_E_STATE ? SIRA_OK : status; /* who was faster has seen it, too */
}
