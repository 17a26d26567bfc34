/* From credentials to a verdict. */
#include "digest/server.h"

#include <string.h>

/* Name, realm and password of up to 181 octets together cost one and the same. */
#define EVEN_BLOCKS 4u

static sira_status refuse(sira_diag *diag, sira_status status, const sira_digest_peer *peer, const char *expected)
{
    const bool bad_request = status == SIRA_E_SYNTAX || status == SIRA_E_LIMIT || status == SIRA_E_MISMATCH;
    const bool ours = status == SIRA_E_HASH || status == SIRA_E_ARGUMENT;
    sira_i_digest_refuse(diag, status,
                         sira_field_name(peer->proxy ? SIRA_FIELD_PROXY_AUTHORIZATION : SIRA_FIELD_AUTHORIZATION),
                         expected);
    if (diag != NULL) {
        diag->code = bad_request ? 400 : ours ? 500 : peer->proxy ? 407 : 401;
        diag->reason = status == SIRA_E_MISMATCH ? "URI Of Credentials Is Not That Of Request"
                       : !bad_request            ? sira_reason_phrase(diag->code)
                       : peer->proxy             ? "Bad Proxy-Authorization"
                                                 : "Bad Authorization";
    }
    return status;
}

static bool is_our_realm(const sira_digest_server *server, const sira_credentials *credentials)
{
    char text[SIRA_LIMIT_CONFIG];
    sira_str realm;
    return sira_i_unquote(credentials->realm, text, sizeof text, &realm) == SIRA_OK &&
           sira_str_equal(realm, server->config->realm);
}

/* Credentials that are wrong are no matter of ours when another realm is meant. */
static bool is_others(const sira_digest_server *server, const sira_credentials *credentials)
{
    return credentials->realm.at != NULL && !is_our_realm(server, credentials);
}

static bool was_offered(const sira_digest_server *server, const sira_credentials *credentials)
{
    const sira_digest_server_config *config = server->config;
    bool offered = false;
    for (size_t i = 0; i < SIRA_DIGEST_OFFERS; i++)
        offered = offered || sira_i_server_offer(config, i) == (sira_algorithm)credentials->algorithm;
    if (!offered || !sira_i_hash_has(&config->hash, (sira_algorithm)credentials->algorithm))
        return false;
    if (credentials->userhash && !config->userhash)
        return false;
    if (credentials->qop == SIRA_QOP_NONE)
        return (config->allow_no_qop || config->no_qop) &&
               !sira_i_algorithm_is_sess((sira_algorithm)credentials->algorithm);
    return (sira_i_server_qop(config) & credentials->qop) != 0;
}

/* RFC 5987 3.2.1, of which RFC 7616 3.4 allows UTF-8 only: UTF-8'language'text with %HH. */
static sira_status decode_extended(sira_str value, char *out, size_t size, size_t *length)
{
    static const char charset[] = "UTF-8'";
    const size_t n = sizeof charset - 1;
    if (value.len < n || !sira_str_equal_nocase((sira_str){value.at, n}, (sira_str){charset, n}))
        return SIRA_E_SYNTAX;
    const char *quote = memchr(value.at + n, '\'', value.len - n);
    if (quote == NULL)
        return SIRA_E_SYNTAX;
    const sira_str text = {quote + 1, (size_t)(value.at + value.len - quote - 1)};
    sira_status status = sira_uri_unescape(text, out, size, length);
    return status == SIRA_E_SPACE ? SIRA_E_LIMIT : status == SIRA_OK ? SIRA_OK : SIRA_E_SYNTAX;
}

static sira_status read_name(sira_digest_verified *verified)
{
    const sira_credentials *credentials = &verified->credentials;
    size_t length = 0;
    sira_status status;
    if (credentials->username.at != NULL)
        status = sira_i_inner_copy(credentials->username, verified->name, sizeof verified->name, &length);
    else
        status = decode_extended(credentials->username_extended, verified->name, sizeof verified->name, &length);
    verified->user = (sira_str){verified->name, length};
    if (status == SIRA_OK && credentials->username.at != NULL)
        verified->user = sira_i_unescape(verified->user, verified->name);
    return status;
}

static bool is_same_party(const sira_uri *a, const sira_uri *b)
{
    return a->scheme == b->scheme && sira_str_equal(a->user, b->user) && sira_str_equal_nocase(a->host, b->host);
}

/* RFC 7616 3.4.6. */
static bool is_for_request(const sira_digest_server *server, const sira_digest_verified *verified)
{
    char text[SIRA_LIMIT_CONFIG];
    sira_str uri;
    sira_uri claimed, requested;
    if (server->config->uri_check == SIRA_DIGEST_URI_ANY)
        return true;
    if (sira_i_unquote(verified->credentials.uri, text, sizeof text, &uri) != SIRA_OK)
        return false;
    if (sira_str_equal(uri, verified->request.uri))
        return true;
    if (sira_uri_parse(&claimed, uri, NULL) != SIRA_OK ||
        sira_uri_parse(&requested, verified->request.uri, NULL) != SIRA_OK)
        return false;
    if (server->config->uri_check == SIRA_DIGEST_URI_HOST)
        return is_same_party(&claimed, &requested);
    return sira_uri_equal(&claimed, &requested);
}

static sira_status keep_name(sira_digest_verified *verified, sira_str name)
{
    if (name.len > sizeof verified->name)
        return SIRA_E_LIMIT;
    if (name.len > 0)
        memmove(verified->name, name.at, name.len); /* it may be a part of the name that was looked up */
    verified->user = (sira_str){verified->name, name.len};
    return SIRA_OK;
}

/* Hashes as much more as lacks to a round number of blocks: how long a name or password is would tell who is there. */
static sira_status hash_evenly(const sira_hash *hash, sira_hash_algorithm algorithm, const sira_str parts[3])
{
    static const char zeros[128] = {0};
    const size_t block = algorithm == SIRA_HASH_SHA512_256 ? 128 : 64;
    const size_t padding = block == 128 ? 17 : 9; /* FIPS 180-4 5.1, RFC 1321 3.1: a bit and the length */
    const size_t blocks = (parts[0].len + parts[1].len + parts[2].len + 2 + padding + block - 1) / block;
    const size_t more = EVEN_BLOCKS - blocks % EVEN_BLOCKS;
    sira_str pieces[EVEN_BLOCKS];
    uint8_t out[SIRA_HASH_SIZE_MAX];
    for (size_t i = 0; i < more; i++)
        pieces[i] = (sira_str){zeros, block};
    pieces[more - 1].len -= padding;
    return hash->digest(hash->context, algorithm, pieces, more, out);
}

/* HA1 of the account. Every user costs the same hashes: who has HA1, who has a password, and who is not there. */
static sira_status find_key(const sira_digest_server *server, sira_digest_verified *verified, bool *found)
{
    const sira_digest_server_config *config = server->config;
    const sira_digest_lookup lookup = {
        .user = verified->user,
        .realm = config->realm,
        .algorithm = sira_i_algorithm_hash((sira_algorithm)verified->credentials.algorithm),
        .userhash = verified->credentials.userhash,
    };
    sira_digest_account account;
    memset(&account, 0, sizeof account);
    sira_status status = config->lookup(config->lookup_context, &lookup, &account);
    *found = status == SIRA_OK;
    if (!*found) /* whatever the look-up has left in it */
        sira_wipe(&account, sizeof account);
    if (*found && !account.has_ha1 && lookup.userhash && account.user.len == 0)
        status = SIRA_E_ARGUMENT;
    const sira_str parts[3] = {account.user.len != 0 ? account.user : lookup.user, config->realm, account.password};
    if (status >= 0)
        status = sira_digest_ha1(&config->hash, lookup.algorithm, parts, verified->ha1);
    if (status == SIRA_OK)
        status = hash_evenly(&config->hash, lookup.algorithm, parts);
    if (account.has_ha1)
        memcpy(verified->ha1, account.ha1, sizeof verified->ha1);
    if (status == SIRA_OK && account.user.len != 0)
        status = keep_name(verified, account.user);
    sira_wipe(&account, sizeof account);
    return status;
}

static sira_status check_nonce(sira_digest_server *server, const sira_digest_peer *peer, sira_digest_verified *verified)
{
    const sira_credentials *credentials = &verified->credentials;
    sira_i_nonce nonce;
    sira_status status = sira_i_nonce_read(server, peer, sira_i_inner(credentials->nonce), &nonce);
    if (status == SIRA_OK)
        status = sira_i_nonce_use(server, &nonce, credentials->count);
    if (status != SIRA_OK)
        return status;
    const uint64_t age = (peer->now & SIRA_I_NONCE_TIME) - nonce.time;
    verified->renew = server->config->one_time || age > sira_i_nonce_lifetime(server->config) / 2;
    return SIRA_OK;
}

/* What the credentials say is looked at before they are checked; the nonce behind that, because stale is said to those
 * only whose password is right (RFC 7616 3.3). */
static sira_status check(sira_digest_server *server, const sira_digest_peer *peer, sira_digest_verified *verified,
                         sira_diag *diag)
{
    bool found = false;
    if (!was_offered(server, &verified->credentials))
        return refuse(diag, SIRA_E_CREDENTIALS, peer, "an algorithm, a qop and a user name as they were offered");
    sira_status status = read_name(verified);
    if (status != SIRA_OK)
        return refuse(diag, status, peer, "a user name within SIRA_LIMIT_CONFIG");
    if (!is_for_request(server, verified))
        return refuse(diag, SIRA_E_MISMATCH, peer, "the Request-URI");
    status = find_key(server, verified, &found);
    if (status != SIRA_OK)
        return refuse(diag, status, peer, "an answer from the look-up");
    status = sira_credentials_check(&verified->credentials, &server->config->hash, &verified->request, verified->ha1);
    if (status == SIRA_OK && !found)
        status = SIRA_E_CREDENTIALS;
    if (status != SIRA_OK)
        return refuse(diag, status, peer, "the response of who knows the password");
    status = check_nonce(server, peer, verified);
    return status == SIRA_OK ? SIRA_OK : refuse(diag, status, peer, "a nonce that can be used");
}

sira_status sira_digest_server_verify_credentials(sira_digest_server *server, const sira_digest_peer *peer,
                                                  sira_digest_verified *verified, sira_diag *diag)
{
    if (!is_our_realm(server, &verified->credentials))
        return SIRA_IDLE;
    sira_status status = check(server, peer, verified, diag);
    if (status != SIRA_OK)
        sira_wipe(verified->ha1, sizeof verified->ha1);
    return status;
}

/* A client may send several, one for each algorithm that was offered: one that is right is enough, and one whose
 * password is right tells more than one that is wrong. */
static bool tells_more(sira_status status, sira_status than)
{
    const bool right = status == SIRA_E_STALE || status == SIRA_E_REPLAY || status == SIRA_E_NONCE;
    return than == SIRA_IDLE || than == SIRA_E_SYNTAX || (right && than == SIRA_E_CREDENTIALS);
}

/* Several for one algorithm would be as many guesses in one request. */
static bool is_another_guess(const sira_digest_server *server, const sira_credentials *credentials, unsigned *seen)
{
    const unsigned bit = 1u << credentials->algorithm;
    const bool again = (*seen & bit) != 0;
    if (!is_our_realm(server, credentials))
        return false;
    *seen |= bit;
    return again;
}

sira_status sira_digest_server_verify(sira_digest_server *server, const sira_digest_peer *peer,
                                      const sira_message *request, sira_digest_verified *verified, sira_diag *diag)
{
    unsigned seen = 0;
    sira_cursor cursor;
    sira_auth auth;
    sira_diag found = {.offset = 0};
    sira_status result = SIRA_IDLE;
    sira_cursor_init(&cursor, request, peer->proxy ? SIRA_FIELD_PROXY_AUTHORIZATION : SIRA_FIELD_AUTHORIZATION);
    for (unsigned i = 0; i < SIRA_LIMIT_CHALLENGES; i++) {
        memset(verified, 0, sizeof *verified);
        verified->request =
            (sira_digest_request){.method = request->method_name, .uri = request->uri, .body = request->body};
        sira_status status = sira_auth_next(&cursor, &auth, &found);
        if (status == SIRA_IDLE)
            break;
        if (status == SIRA_OK)
            status = sira_credentials_parse(&verified->credentials, &auth, &found);
        if (status < 0)
            status = is_others(server, &verified->credentials) ? SIRA_IDLE
                                                               : refuse(&found, SIRA_E_SYNTAX, peer, found.expected);
        if (status == SIRA_OK && is_another_guess(server, &verified->credentials, &seen))
            status = refuse(&found, SIRA_E_SYNTAX, peer, "one answer for each algorithm");
        if (status == SIRA_OK)
            status = sira_digest_server_verify_credentials(server, peer, verified, &found);
        if (status == SIRA_OK)
            return SIRA_OK;
        if (status == SIRA_IDLE || !tells_more(status, result))
            continue;
        result = status;
        if (diag != NULL)
            *diag = found;
    }
    sira_wipe(verified, sizeof *verified);
    return result;
}
