/* TLS by OpenSSL: 1.2 and 1.3, between two memory BIOs, so that it never sees a socket. Who the peer is, is decided
 * here by RFC 5922, because the rules that OpenSSL knows are those of the web. */
#include "host/tls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#define REASON_SIZE 360
#define NAME_SIZE 254 /* with the NUL (RFC 1035 2.3.4) */
#define PATH_SIZE 1024
#define RESUMED 16 /* servers whose session is remembered */

typedef struct remembered {
    SSL_SESSION *session;
    sira_endpoint remote;
    char name[NAME_SIZE];
} remembered;

typedef struct provider {
    SSL_CTX *client, *server; /* server NULL: without a certificate */
    sira_tls_config config;
    remembered known[RESUMED];
    size_t next; /* that makes room for another */
} provider;

typedef struct session {
    provider *owner;
    SSL *ssl;
    BIO *in, *out;
    sira_endpoint remote;
    bool accepted, ready;
    char name[NAME_SIZE];
    char reason[REASON_SIZE];
} session;

/* ---- names ---- */

/* RFC 5922 7.2: whole names only. A wildcard, where it is allowed, stands for the first label alone (RFC 6125 6.4.3).
 */
bool sira_i_tls_name_fits(sira_str found, sira_str expected, bool allow_wildcards)
{
    if (expected.len != 0 && sira_str_equal_nocase(found, expected))
        return true;
    if (!allow_wildcards || found.len < 3 || found.at[0] != '*' || found.at[1] != '.')
        return false;
    const char *dot = expected.len != 0 ? memchr(expected.at, '.', expected.len) : NULL;
    if (dot == NULL || dot == expected.at)
        return false;
    sira_str rest = {dot, (size_t)(expected.at + expected.len - dot)};
    return memchr(found.at + 2, '.', found.len - 2) != NULL &&
           sira_str_equal_nocase((sira_str){found.at + 1, found.len - 1}, rest);
}

/* What was found in a certificate, for the reason. */
typedef struct search {
    const session *of;
    bool fits, has_sip;
    size_t length;
    char found[200];
} search;

static void note(search *self, const char *prefix, sira_str name)
{
    if (self->length >= sizeof self->found)
        return;
    int n = snprintf(self->found + self->length, sizeof self->found - self->length, "%s%s%.*s",
                     self->length != 0 ? ", " : "", prefix, (int)(name.len < 100 ? name.len : 100), name.at);
    self->length += n > 0 ? (size_t)n : 0;
}

static void compare(search *self, const char *prefix, sira_str name)
{
    note(self, prefix, name);
    self->fits = self->fits ||
                 sira_i_tls_name_fits(name, sira_str_from(self->of->name), self->of->owner->config.allow_wildcards);
}

static sira_str string_of(const ASN1_STRING *string)
{
    int length = ASN1_STRING_length(string);
    return (sira_str){(const char *)ASN1_STRING_get0_data(string), length > 0 ? (size_t)length : 0};
}

/* RFC 5922 7.1: a sip URI without a user names a domain. Its host ends at the port, a parameter or a header. */
static void compare_uri(search *self, sira_str uri)
{
    size_t length = 4;
    if (uri.len <= 4 || !sira_str_equal_nocase((sira_str){uri.at, 4}, SIRA_STR("sip:")) ||
        memchr(uri.at, '@', uri.len) != NULL)
        return;
    while (length < uri.len && strchr(":;?", uri.at[length]) == NULL && uri.at[length] != '\0')
        length++;
    self->has_sip = true;
    compare(self, "sip:", (sira_str){uri.at + 4, length - 4});
}

/* A server that was given by its address has to show that one. */
static void compare_address(search *self, sira_str bytes)
{
    sira_endpoint address = {.family = bytes.len == 4 ? SIRA_FAMILY_IPV4 : SIRA_FAMILY_IPV6}, expected = {0};
    char text[SIRA_ENDPOINT_TEXT];
    if (bytes.len != 4 && bytes.len != 16)
        return;
    memcpy(address.address, bytes.at, bytes.len);
    size_t length = sira_endpoint_host_to_text(&address, text, sizeof text);
    note(self, "", (sira_str){text, length});
    if (sira_endpoint_from_host(sira_str_from(self->of->name), &expected) == SIRA_OK &&
        sira_endpoint_equal(&expected, &address))
        self->fits = true;
}

static void compare_all(search *self, const GENERAL_NAMES *names)
{
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
        if (name->type == GEN_URI)
            compare_uri(self, string_of(name->d.uniformResourceIdentifier));
        else if (name->type == GEN_IPADD)
            compare_address(self, string_of(name->d.iPAddress));
    }
    /* DNS names count only where there is no sip URI. */
    for (int i = 0; i < sk_GENERAL_NAME_num(names) && !self->has_sip; i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
        if (name->type == GEN_DNS)
            compare(self, "", string_of(name->d.dNSName));
    }
}

static bool has_expected_name(session *self, X509 *certificate)
{
    search all = {.of = self};
    GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    if (names != NULL) {
        compare_all(&all, names);
        GENERAL_NAMES_free(names);
    } else {
        const X509_NAME *subject = X509_get_subject_name(certificate);
        int at = X509_NAME_get_index_by_NID((X509_NAME *)(uintptr_t)subject, NID_commonName, -1);
        if (at >= 0)
            compare(&all, "", string_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at))));
    }
    if (!all.fits)
        (void)snprintf(self->reason, sizeof self->reason, "the certificate is for %s, not for %.100s",
                       all.length != 0 ? all.found : "nobody", self->name);
    return all.fits;
}

/* ---- reasons ---- */

static sira_status fail(session *self, const char *text)
{
    if (self->reason[0] == '\0')
        (void)snprintf(self->reason, sizeof self->reason, "%s", text);
    return SIRA_E_TRANSPORT;
}

static sira_status fail_by_openssl(session *self)
{
    unsigned long error = ERR_get_error();
    const char *text = error != 0 ? ERR_reason_error_string(error) : NULL;
    long verified = SSL_get_verify_result(self->ssl);
    if (self->reason[0] == '\0' && verified != X509_V_OK && ERR_GET_REASON(error) == SSL_R_CERTIFICATE_VERIFY_FAILED) {
        (void)snprintf(self->reason, sizeof self->reason, "the certificate%s%.100s is refused: %s",
                       self->accepted ? " of the client" : " for ", self->accepted ? "" : self->name,
                       X509_verify_cert_error_string(verified));
    }
    return fail(self, text != NULL ? text : "the connection was closed in the middle");
}

/* ---- resumption ---- */

static remembered *find_remembered(provider *owner, const session *self)
{
    for (size_t i = 0; i < RESUMED; i++) {
        remembered *one = &owner->known[i];
        if (one->session != NULL && sira_endpoint_equal(&one->remote, &self->remote) &&
            strcmp(one->name, self->name) == 0)
            return one;
    }
    return NULL;
}

static int on_new_session(SSL *ssl, SSL_SESSION *fresh)
{
    session *self = SSL_get_app_data(ssl);
    if (self == NULL || self->accepted)
        return 0;
    remembered *place = find_remembered(self->owner, self);
    if (place == NULL)
        place = &self->owner->known[self->owner->next++ % RESUMED];
    SSL_SESSION_free(place->session);
    place->session = fresh;
    place->remote = self->remote;
    memcpy(place->name, self->name, sizeof place->name);
    return 1; /* it is ours now */
}

/* ---- sessions ---- */

static void close_session(void *context)
{
    session *self = context;
    if (self->ready)
        SSL_set_shutdown(self->ssl, SSL_SENT_SHUTDOWN); /* or it could not be resumed */
    SSL_free(self->ssl);                                /* and the BIOs */
    free(self);
}

static bool prepare(session *self)
{
    self->in = BIO_new(BIO_s_mem());
    self->out = BIO_new(BIO_s_mem());
    if (self->in == NULL || self->out == NULL) {
        BIO_free(self->in);
        BIO_free(self->out);
        return false;
    }
    SSL_set_bio(self->ssl, self->in, self->out);
    SSL_set_app_data(self->ssl, self);
    if (self->accepted) {
        SSL_set_accept_state(self->ssl);
        return true;
    }
    SSL_set_connect_state(self->ssl);
    sira_endpoint numeric;
    /* RFC 6066 3: no addresses in SNI. */
    if (sira_endpoint_from_host(sira_str_from(self->name), &numeric) != SIRA_OK && self->name[0] != '\0' &&
        SSL_set_tlsext_host_name(self->ssl, self->name) != 1)
        return false;
    const remembered *before = find_remembered(self->owner, self);
    return before == NULL || SSL_set_session(self->ssl, before->session) == 1;
}

static void *open_session(void *context, const sira_tls_peer *peer)
{
    provider *owner = context;
    SSL_CTX *with = peer->accepted ? owner->server : owner->client;
    session *self = with != NULL && peer->name.len < NAME_SIZE ? calloc(1, sizeof *self) : NULL;
    if (self == NULL)
        return NULL;
    self->owner = owner;
    self->remote = peer->remote;
    self->accepted = peer->accepted;
    if (peer->name.len != 0)
        memcpy(self->name, peer->name.at, peer->name.len);
    ERR_clear_error();
    self->ssl = SSL_new(with);
    if (self->ssl == NULL || !prepare(self)) {
        SSL_free(self->ssl);
        free(self);
        return NULL;
    }
    return self;
}

static sira_status put(void *context, sira_str bytes)
{
    session *self = context;
    if (bytes.len == 0)
        return SIRA_OK;
    return BIO_write(self->in, bytes.at, (int)bytes.len) == (int)bytes.len ? SIRA_OK : fail(self, "no memory");
}

/* The handshake is done: is the peer who it shall be? */
static sira_status check_peer(session *self)
{
    if (!self->accepted && !self->owner->config.insecure_skip_verification) {
        X509 *certificate = SSL_get1_peer_certificate(self->ssl);
        bool fits = certificate != NULL && SSL_get_verify_result(self->ssl) == X509_V_OK &&
                    has_expected_name(self, certificate);
        X509_free(certificate);
        if (!fits)
            return fail(self, "the server shows no certificate that can be trusted");
    }
    self->ready = true;
    return SIRA_OK;
}

static sira_status read_bytes(void *context, char *at, size_t size, size_t *length)
{
    session *self = context;
    ERR_clear_error();
    int result = self->ready ? 1 : SSL_do_handshake(self->ssl);
    if (result == 1 && !self->ready) {
        sira_status status = check_peer(self);
        if (status != SIRA_OK)
            return status;
    }
    if (result == 1)
        result = SSL_read_ex(self->ssl, at, size, length);
    if (result == 1)
        return SIRA_OK;
    switch (SSL_get_error(self->ssl, result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
        return SIRA_MORE;
    case SSL_ERROR_ZERO_RETURN:
        return SIRA_IDLE;
    default:
        return fail_by_openssl(self);
    }
}

static bool is_ready(void *context)
{
    return ((const session *)context)->ready;
}

static sira_status write_bytes(void *context, sira_str bytes)
{
    session *self = context;
    size_t written = 0;
    ERR_clear_error();
    if (bytes.len == 0)
        return SIRA_OK;
    return SSL_write_ex(self->ssl, bytes.at, bytes.len, &written) == 1 ? SIRA_OK : fail_by_openssl(self);
}

static size_t take(void *context, char *at, size_t size)
{
    session *self = context;
    int length = BIO_read(self->out, at, (int)size);
    return length > 0 ? (size_t)length : 0;
}

static void shut(void *context)
{
    session *self = context;
    ERR_clear_error();
    (void)SSL_shutdown(self->ssl);
}

bool sira_i_openssl_is_resumed(const void *context)
{
    return SSL_session_reused(((const session *)context)->ssl) == 1;
}

static const char *why(void *context)
{
    return ((const session *)context)->reason;
}

/* ---- the provider ---- */

/* NUL-terminated, for OpenSSL. */
static const char *path_of(sira_str text, char *path)
{
    if (text.len == 0 || text.len >= PATH_SIZE)
        return NULL;
    memcpy(path, text.at, text.len);
    path[text.len] = '\0';
    return path;
}

static sira_status refuse(sira_diag *diag, const char *field, const char *expected)
{
    *diag = (sira_diag){.field = field, .expected = expected, .reason = ""};
    return SIRA_E_CONFIG;
}

static sira_status trust(SSL_CTX *with, const sira_tls_config *config, sira_diag *diag)
{
    char file[PATH_SIZE], folder[PATH_SIZE];
    const char *ca_file = path_of(config->ca_file, file), *ca_folder = path_of(config->ca_folder, folder);
    if (config->ca_file.len == 0 && config->ca_folder.len == 0)
        return SSL_CTX_set_default_verify_paths(with) == 1 ? SIRA_OK
                                                           : refuse(diag, "tls.ca_file", "a trust store of the system");
    if (config->ca_file.len != 0 && (ca_file == NULL || SSL_CTX_load_verify_file(with, ca_file) != 1))
        return refuse(diag, "tls.ca_file", "a PEM file with certificates");
    if (config->ca_folder.len != 0 && (ca_folder == NULL || SSL_CTX_load_verify_dir(with, ca_folder) != 1))
        return refuse(diag, "tls.ca_folder", "a folder with certificates");
    return SIRA_OK;
}

static sira_status identify(SSL_CTX *with, const sira_tls_config *config, sira_diag *diag)
{
    char path[PATH_SIZE];
    if (config->certificate_file.len == 0)
        return SIRA_OK;
    const char *file = path_of(config->certificate_file, path);
    if (file == NULL || SSL_CTX_use_certificate_chain_file(with, file) != 1)
        return refuse(diag, "tls.certificate_file", "a PEM file with a certificate");
    file = path_of(config->key_file, path);
    if (file == NULL || SSL_CTX_use_PrivateKey_file(with, file, SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_check_private_key(with) != 1)
        return refuse(diag, "tls.key_file", "a PEM file with the key of the certificate");
    return SIRA_OK;
}

static sira_status make(const SSL_METHOD *method, SSL_CTX **made, const sira_tls_config *config, sira_diag *diag)
{
    static const unsigned char id[] = "sira";
    SSL_CTX *with = *made = SSL_CTX_new(method);
    if (with == NULL || SSL_CTX_set_min_proto_version(with, TLS1_2_VERSION) != 1 ||
        SSL_CTX_set_session_id_context(with, id, sizeof id) != 1)
        return SIRA_E_TRANSPORT;
    SSL_CTX_set_options(with, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_mode(with, SSL_MODE_RELEASE_BUFFERS);
    sira_status status = trust(with, config, diag);
    return status == SIRA_OK ? identify(with, config, diag) : status;
}

sira_status sira_i_openssl_open(const sira_tls_config *config, sira_tls *tls, sira_diag *diag)
{
    provider *self = calloc(1, sizeof *self);
    if (self == NULL)
        return SIRA_E_TRANSPORT;
    *tls = (sira_tls){.context = self,
                      .open = open_session,
                      .close = close_session,
                      .put = put,
                      .read = read_bytes,
                      .ready = is_ready,
                      .write = write_bytes,
                      .take = take,
                      .shut = shut,
                      .why = why};
    self->config = *config;
    ERR_clear_error();
    sira_status status = make(TLS_client_method(), &self->client, config, diag);
    if (status == SIRA_OK && config->certificate_file.len != 0)
        status = make(TLS_server_method(), &self->server, config, diag);
    if (status != SIRA_OK) {
        sira_i_openssl_close(tls);
        return status;
    }
    SSL_CTX_set_verify(self->client, config->insecure_skip_verification ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_session_cache_mode(self->client, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(self->client, on_new_session);
    if (self->server != NULL && config->require_client_certificates)
        SSL_CTX_set_verify(self->server, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    return SIRA_OK;
}

void sira_i_openssl_close(sira_tls *tls)
{
    provider *self = tls->context;
    for (size_t i = 0; i < RESUMED; i++)
        SSL_SESSION_free(self->known[i].session);
    SSL_CTX_free(self->client);
    SSL_CTX_free(self->server);
    free(self);
    tls->context = NULL;
}
