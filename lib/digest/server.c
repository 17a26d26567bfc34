/* A realm's server: its configuration and keys, and the lines it writes. */
#include "digest/server.h"

#include <string.h>


void sira_digest_server_config_init(sira_digest_server_config *config)
{
    *config = (sira_digest_server_config){.size = sizeof *config};
}

static sira_status check_algorithms(const sira_digest_server_config *config, sira_diag *diag)
{
    bool any = false;
    for (size_t i = 0; i < SIRA_DIGEST_OFFERS; i++) {
        const sira_algorithm algorithm = sira_i_server_offer(config, i);
        if (sira_i_algorithm_is_aka(algorithm) || algorithm >= SIRA_ALGORITHM_COUNT)
            return sira_i_digest_refuse(diag, SIRA_E_CONFIG, "algorithms", "an algorithm other than AKA");
        any = any || sira_i_hash_has(&config->hash, algorithm);
    }
    return any ? SIRA_OK : sira_i_digest_refuse(diag, SIRA_E_CONFIG, "algorithms", "one that the hash provider has");
}

static sira_status check_config(const sira_digest_server_config *config, sira_diag *diag)
{
    if (config->size != sizeof *config)
        return sira_i_digest_refuse(diag, SIRA_E_CONFIG, "size", "a config filled by sira_digest_server_config_init");
    if (config->hash.digest == NULL || !sira_i_hash_has(&config->hash, SIRA_ALGORITHM_SHA_256))
        return sira_i_digest_refuse(diag, SIRA_E_CONFIG, "hash", "the function digest, and SHA-256");
    if (config->entropy.fill == NULL)
        return sira_i_digest_refuse(diag, SIRA_E_CONFIG, "entropy", "the function fill");
    if (config->lookup == NULL)
        return sira_i_digest_refuse(diag, SIRA_E_CONFIG, "lookup", "a function");
    if (config->slots == NULL || config->slot_count == 0)
        return sira_i_digest_refuse(diag, SIRA_E_CONFIG, "slots", "at least one");
    if (config->qop > (SIRA_QOP_AUTH | SIRA_QOP_AUTH_INT))
        return sira_i_digest_refuse(diag, SIRA_E_CONFIG, "qop", "a mask of sira_qop");
    if (config->uri_check > SIRA_DIGEST_URI_ANY)
        return sira_i_digest_refuse(diag, SIRA_E_CONFIG, "uri_check", "a sira_digest_uri_check");
    if (config->realm.len == 0)
        return sira_i_digest_refuse(diag, SIRA_E_CONFIG, "realm", "a realm");
    sira_status status = sira_i_digest_text(config->realm, "realm", diag);
    if (status == SIRA_OK)
        status = sira_i_digest_text(config->opaque, "opaque", diag);
    return status == SIRA_OK ? check_algorithms(config, diag) : status;
}

static sira_status random_bytes(const sira_digest_server *server, uint8_t *bytes, size_t n)
{
    const sira_entropy *entropy = &server->config->entropy;
    return entropy->fill(entropy->context, bytes, n) == SIRA_OK ? SIRA_OK : SIRA_E_ENTROPY;
}

sira_status sira_digest_server_init(sira_digest_server *server, const sira_digest_server_config *config,
                                    sira_diag *diag)
{
    sira_status status = check_config(config, diag);
    if (status != SIRA_OK)
        return status;
    memset(server, 0, sizeof *server);
    server->config = config;
    memset(config->slots, 0, config->slot_count * sizeof config->slots[0]);
    return random_bytes(server, server->keys[0], sizeof server->keys[0]);
}

sira_status sira_digest_server_rotate(sira_digest_server *server)
{
    uint8_t fresh[SIRA_DIGEST_KEY_SIZE];
    sira_status status = random_bytes(server, fresh, sizeof fresh);
    if (status == SIRA_OK) {
        memcpy(server->keys[1], server->keys[0], sizeof fresh);
        memcpy(server->keys[0], fresh, sizeof fresh);
        server->has_former_key = true;
    }
    sira_wipe(fresh, sizeof fresh);
    return status;
}

void sira_digest_server_wipe(sira_digest_server *server)
{
    if (server->config != NULL)
        sira_wipe(server->config->slots, server->config->slot_count * sizeof server->config->slots[0]);
    sira_wipe(server, sizeof *server);
}

sira_algorithm sira_i_server_offer(const sira_digest_server_config *config, size_t i)
{
    static const uint8_t usual[] = {SIRA_ALGORITHM_SHA_256, SIRA_ALGORITHM_MD5};
    if (config->algorithms[0] == SIRA_ALGORITHM_NONE)
        return i < sizeof usual ? (sira_algorithm)usual[i] : SIRA_ALGORITHM_NONE;
    for (size_t n = 0; n < i; n++)
        if (config->algorithms[n] == SIRA_ALGORITHM_NONE)
            return SIRA_ALGORITHM_NONE;
    return (sira_algorithm)config->algorithms[i];
}

unsigned sira_i_server_qop(const sira_digest_server_config *config)
{
    if (config->no_qop)
        return SIRA_QOP_NONE;
    return config->qop != 0 ? config->qop : (unsigned)SIRA_QOP_AUTH;
}

static void write_raw(sira_writer *writer, const char *before, sira_str raw)
{
    sira_write_text(writer, sira_str_from(before));
    sira_write_text(writer, raw);
}

/* Which values stand in quotes and which do not: RFC 7616 3.3. */
static void write_challenge(const sira_digest_server_config *config, sira_algorithm algorithm, sira_str nonce,
                            sira_writer *writer)
{
    static const char *const qops[] = {"\"", "\", qop=\"auth\"", "\", qop=\"auth-int\"", "\", qop=\"auth,auth-int\""};
    sira_write_text(writer, SIRA_STR("Digest realm="));
    sira_write_quoted(writer, config->realm);
    write_raw(writer, ", nonce=\"", nonce);
    sira_write_text(writer, sira_str_from(qops[sira_i_server_qop(config)]));
    if (config->opaque.len != 0) {
        sira_write_text(writer, SIRA_STR(", opaque="));
        sira_write_quoted(writer, config->opaque);
    }
    write_raw(writer, ", algorithm=", sira_str_from(sira_algorithm_name(algorithm)));
    if (config->userhash)
        sira_write_text(writer, SIRA_STR(", userhash=true"));
    if (config->utf8)
        sira_write_text(writer, SIRA_STR(", charset=UTF-8"));
}

sira_status sira_digest_server_challenge(sira_digest_server *server, const sira_digest_peer *peer, bool stale,
                                         sira_writer *writer)
{
    char text[SIRA_I_NONCE_SIZE];
    sira_str nonce;
    sira_status status = sira_i_nonce_make(server, peer, text, &nonce);
    if (status != SIRA_OK) {
        if (writer->status == SIRA_OK)
            writer->status = status;
        return status;
    }
    for (size_t i = 0; i < SIRA_DIGEST_OFFERS; i++) {
        const sira_algorithm algorithm = sira_i_server_offer(server->config, i);
        if (!sira_i_hash_has(&server->config->hash, algorithm))
            continue;
        sira_write_begin(writer, peer->proxy ? SIRA_FIELD_PROXY_AUTHENTICATE : SIRA_FIELD_WWW_AUTHENTICATE);
        write_challenge(server->config, algorithm, nonce, writer);
        if (stale)
            sira_write_text(writer, SIRA_STR(", stale=true"));
        sira_write_end(writer);
    }
    return SIRA_OK;
}

/* Can it go back as it came? A fold or a NUL in it, which no client makes, can't. */
static bool is_plain(sira_str value)
{
    return value.at != NULL && sira_i_is_one_line(value);
}

static void write_info(const sira_digest_verified *verified, const uint8_t *rspauth, sira_str nextnonce,
                       sira_writer *writer)
{
    const sira_credentials *credentials = &verified->credentials;
    const size_t size = sira_hash_size(sira_i_algorithm_hash((sira_algorithm)credentials->algorithm));
    if (nextnonce.len != 0) {
        write_raw(writer, "nextnonce=\"", nextnonce);
        sira_write_text(writer, SIRA_STR("\", "));
    }
    sira_write_text(writer, SIRA_STR("rspauth=\""));
    sira_write_hex(writer, rspauth, size);
    sira_write_text(writer, SIRA_STR("\""));
    if (credentials->qop == SIRA_QOP_NONE)
        return;
    write_raw(writer, ", qop=", sira_i_qop_name((sira_qop)credentials->qop));
    if (is_plain(credentials->cnonce)) {
        write_raw(writer, ", cnonce=\"", sira_i_inner(credentials->cnonce));
        sira_write_text(writer, SIRA_STR("\""));
    }
    write_raw(writer, ", nc=", credentials->nc);
}

sira_status sira_digest_server_info(sira_digest_server *server, const sira_digest_peer *peer,
                                    const sira_digest_verified *verified, sira_str body, sira_writer *writer)
{
    sira_i_proof proof = {.hash = &server->config->hash, .ha1 = verified->ha1, .body = body};
    sira_i_credentials_scratch scratch;
    uint8_t rspauth[SIRA_HASH_SIZE_MAX];
    char text[SIRA_I_NONCE_SIZE];
    sira_str nextnonce = {NULL, 0};
    sira_status status = sira_i_credentials_proof(&verified->credentials, &proof, &scratch);
    if (status == SIRA_OK)
        status = sira_i_proof_compute(&proof, rspauth);
    if (status == SIRA_OK && verified->renew)
        status = sira_i_nonce_make(server, peer, text, &nextnonce);
    if (status != SIRA_OK) {
        if (writer->status == SIRA_OK)
            writer->status = status;
        return status;
    }
    sira_write_begin(writer, peer->proxy ? SIRA_FIELD_PROXY_AUTHENTICATION_INFO : SIRA_FIELD_AUTHENTICATION_INFO);
    write_info(verified, rspauth, nextnonce, writer);
    sira_write_end(writer);
    return SIRA_OK;
}
