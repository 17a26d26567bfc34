/* The Authorization and Proxy-Authorization lines of a request. */
#include "digest/client.h"

#include "message/writing.h"

void sira_i_client_proof(const sira_digest_client *client, const sira_digest_attempt *attempt, size_t index,
                         sira_i_proof *proof, sira_i_proof_scratch *scratch)
{
    const sira_digest_realm *realm = &client->realms[index];
    const uint32_t nc = attempt->realm[index].nc;
    const uint8_t nc_bytes[4] = {(uint8_t)(nc >> 24), (uint8_t)(nc >> 16), (uint8_t)(nc >> 8), (uint8_t)nc};
    proof->hash = &client->config->hash;
    proof->algorithm = (sira_algorithm)realm->algorithm;
    proof->ha1 = realm->ha1;
    proof->nonce = sira_i_unescape(sira_i_realm_nonce(realm), scratch->nonce);
    proof->nc = sira_i_hex_write(nc_bytes, sizeof nc_bytes, scratch->nc);
    proof->cnonce = sira_i_hex_write(sira_i_algorithm_is_sess(proof->algorithm) ? realm->sess_cnonce : attempt->cnonce,
                                     sizeof attempt->cnonce, scratch->cnonce);
    proof->qop = (sira_qop)realm->qop;
}

/* All that one line is written from; it is complete before the first byte of it is written. */
struct line {
    const sira_digest_client *client;
    const sira_digest_realm *realm;
    const sira_digest_request *request;
    sira_str nc, cnonce;
    uint8_t response[SIRA_HASH_SIZE_MAX];
    uint8_t userhash[SIRA_HASH_SIZE_MAX];
};

/* Appends what can't break the line: our own text, and what was checked when it was kept. */
static void put(sira_writer *writer, sira_str text)
{
    sira_i_write_raw(writer, text.at, text.len);
}

static void put_hex(sira_writer *writer, const uint8_t *bytes, size_t n)
{
    char hex[SIRA_I_HEX_MAX];
    put(writer, sira_i_hex_write(bytes, n, hex));
}

static void write_user(const struct line *line, size_t hash_size, sira_writer *writer)
{
    SIRA_I_WRITE(writer, "Digest username=");
    if (!sira_i_realm_has(line->realm, SIRA_I_REALM_USERHASH)) {
        sira_write_quoted(writer, line->client->config->user);
        return;
    }
    SIRA_I_WRITE(writer, "\"");
    put_hex(writer, line->userhash, hash_size);
    SIRA_I_WRITE(writer, "\"");
}

/* Whether a value stands in quotes: RFC 7616 3.4. */
static void write_options(const struct line *line, sira_writer *writer)
{
    const sira_digest_realm *realm = line->realm;
    if (sira_i_realm_has(realm, SIRA_I_REALM_ALGORITHM)) {
        SIRA_I_WRITE(writer, ", algorithm=");
        put(writer, sira_str_from(sira_algorithm_name((sira_algorithm)realm->algorithm)));
    }
    if (realm->qop != SIRA_QOP_NONE) {
        SIRA_I_WRITE(writer, ", cnonce=\"");
        put(writer, line->cnonce);
        SIRA_I_WRITE(writer, "\"");
    }
    if (sira_i_realm_has(realm, SIRA_I_REALM_OPAQUE)) {
        SIRA_I_WRITE(writer, ", opaque=\"");
        put(writer, (sira_str){realm->opaque, realm->opaque_len});
        SIRA_I_WRITE(writer, "\"");
    }
    if (realm->qop != SIRA_QOP_NONE) {
        SIRA_I_WRITE(writer, ", qop=");
        put(writer, sira_i_qop_name((sira_qop)realm->qop));
        SIRA_I_WRITE(writer, ", nc=");
        put(writer, line->nc);
    }
    if (sira_i_realm_has(realm, SIRA_I_REALM_USERHASH))
        SIRA_I_WRITE(writer, ", userhash=true");
    if (sira_i_realm_has(realm, SIRA_I_REALM_AUTS))
        line->client->config->usim->ops->write_auts(realm, writer);
}

/* Realm, nonce and opaque go back as they came. */
static void write_line(const struct line *line, sira_writer *writer)
{
    const sira_digest_realm *realm = line->realm;
    const size_t hash_size = sira_hash_size(sira_i_algorithm_hash((sira_algorithm)realm->algorithm));
    sira_write_begin(writer, sira_i_realm_has(realm, SIRA_I_REALM_PROXY) ? SIRA_FIELD_PROXY_AUTHORIZATION
                                                                         : SIRA_FIELD_AUTHORIZATION);
    write_user(line, hash_size, writer);
    SIRA_I_WRITE(writer, ", realm=\"");
    put(writer, sira_i_realm_text(realm));
    SIRA_I_WRITE(writer, "\", nonce=\"");
    put(writer, sira_i_realm_nonce(realm));
    SIRA_I_WRITE(writer, "\", uri=");
    sira_write_quoted(writer, line->request->uri);
    SIRA_I_WRITE(writer, ", response=\"");
    put_hex(writer, line->response, hash_size);
    SIRA_I_WRITE(writer, "\"");
    write_options(line, writer);
    sira_write_end(writer);
}

static sira_status hash_user(struct line *line)
{
    char unescaped[SIRA_LIMIT_REALM];
    const sira_str parts[2] = {line->client->config->user, sira_i_unescape(sira_i_realm_text(line->realm), unescaped)};
    return sira_i_userhash(&line->client->config->hash, sira_i_algorithm_hash((sira_algorithm)line->realm->algorithm),
                           parts, line->userhash);
}

static sira_status prepare_line(const sira_digest_attempt *attempt, size_t i, struct line *line,
                                sira_i_proof_scratch *scratch)
{
    const sira_digest_request *request = line->request;
    sira_i_proof proof = {.method = request->method, .uri = request->uri, .body = request->body};
    line->realm = &line->client->realms[i];
    if (line->realm->generation != attempt->realm[i].generation ||
        !sira_i_realm_has(line->realm, SIRA_I_REALM_NONCE | SIRA_I_REALM_KEY))
        return SIRA_E_STATE;
    sira_i_client_proof(line->client, attempt, i, &proof, scratch);
    line->nc = proof.nc;
    line->cnonce = proof.cnonce;
    sira_status status = sira_i_proof_compute(&proof, line->response);
    if (status == SIRA_OK && sira_i_realm_has(line->realm, SIRA_I_REALM_USERHASH))
        status = hash_user(line);
    return status;
}

sira_status sira_digest_client_write(sira_digest_client *client, const sira_digest_attempt *attempt,
                                     const sira_digest_request *request, sira_writer *writer)
{
    struct line lines[SIRA_LIMIT_REALMS];
    sira_i_proof_scratch scratch[SIRA_LIMIT_REALMS];
    size_t count = 0;
    sira_status status = SIRA_OK;
    for (size_t i = 0; i < SIRA_LIMIT_REALMS && status == SIRA_OK; i++) {
        if (!sira_i_was_sent(attempt, i, 0))
            continue;
        lines[count] = (struct line){.client = client, .request = request};
        status = prepare_line(attempt, i, &lines[count], &scratch[count]);
        count++;
    }
    if (status != SIRA_OK) {
        if (writer->status == SIRA_OK)
            writer->status = status;
        return status;
    }
    for (size_t i = 0; i < count; i++)
        write_line(&lines[i], writer);
    return SIRA_OK;
}
