#include "support/mbedtls_provider.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/error.h>
#include <mbedtls/ssl.h>
#include <mbedtls/version.h>

typedef struct provider {
    mbedtls_entropy_context entropy;
    mbedtls_ctr_drbg_context random;
    mbedtls_x509_crt trusted, certificate;
    mbedtls_pk_context key;
    mbedtls_ssl_config client, server;
    bool has_server;
} provider;

/* Bytes on their way between the filter and the connection. */
typedef struct pipe {
    char *bytes;
    size_t length, capacity;
} pipe;

typedef struct session {
    mbedtls_ssl_context ssl;
    pipe in, out;
    bool is_ready;
    char name[256];
    char reason[500];
} session;

static bool push(pipe *to, const void *bytes, size_t length)
{
    if (to->length + length > to->capacity) {
        char *larger = realloc(to->bytes, to->length + length);
        if (larger == NULL)
            return false;
        to->bytes = larger;
        to->capacity = to->length + length;
    }
    if (length != 0)
        memcpy(to->bytes + to->length, bytes, length);
    to->length += length;
    return true;
}

static size_t pull(pipe *from, void *bytes, size_t size)
{
    const size_t length = size < from->length ? size : from->length;
    if (length == 0)
        return 0;
    memcpy(bytes, from->bytes, length);
    memmove(from->bytes, from->bytes + length, from->length - length);
    from->length -= length;
    return length;
}

static int send_out(void *context, const unsigned char *bytes, size_t length)
{
    session *self = context;
    return push(&self->out, bytes, length) ? (int)length : MBEDTLS_ERR_SSL_ALLOC_FAILED;
}

static int receive_in(void *context, unsigned char *bytes, size_t size)
{
    session *self = context;
    const size_t length = pull(&self->in, bytes, size);
    return length != 0 ? (int)length : MBEDTLS_ERR_SSL_WANT_READ;
}

static void close_session(void *context)
{
    session *self = context;
    mbedtls_ssl_free(&self->ssl);
    free(self->in.bytes);
    free(self->out.bytes);
    free(self);
}

static void *open_session(void *context, const sira_tls_peer *peer)
{
    provider *owner = context;
    session *self =
        peer->name.len < sizeof self->name && (!peer->accepted || owner->has_server) ? calloc(1, sizeof *self) : NULL;
    if (self == NULL)
        return NULL;
    if (peer->name.len != 0)
        memcpy(self->name, peer->name.at, peer->name.len);
    mbedtls_ssl_init(&self->ssl);
    if (mbedtls_ssl_setup(&self->ssl, peer->accepted ? &owner->server : &owner->client) != 0 ||
        (!peer->accepted && mbedtls_ssl_set_hostname(&self->ssl, self->name) != 0)) {
        close_session(self);
        return NULL;
    }
    mbedtls_ssl_set_bio(&self->ssl, self, send_out, receive_in, NULL);
    return self;
}

static sira_status fail(session *self, int error)
{
    char text[160] = "";
    const uint32_t flags = mbedtls_ssl_get_verify_result(&self->ssl);
    if (error == MBEDTLS_ERR_X509_CERT_VERIFY_FAILED)
        (void)mbedtls_x509_crt_verify_info(text, sizeof text, "", flags);
    else
        mbedtls_strerror(error, text, sizeof text);
    (void)snprintf(self->reason, sizeof self->reason, "%s: %s", self->name, text);
    return SIRA_E_TRANSPORT;
}

static sira_status put(void *context, sira_str bytes)
{
    session *self = context;
    return push(&self->in, bytes.at, bytes.len) ? SIRA_OK : SIRA_E_TRANSPORT;
}

static sira_status read_bytes(void *context, char *at, size_t size, size_t *length)
{
    session *self = context;
    int result = self->is_ready ? 0 : mbedtls_ssl_handshake(&self->ssl);
    if (result == 0) {
        self->is_ready = true;
        result = mbedtls_ssl_read(&self->ssl, (unsigned char *)at, size);
    }
    if (result > 0) {
        *length = (size_t)result;
        return SIRA_OK;
    }
    if (result == MBEDTLS_ERR_SSL_WANT_READ || result == MBEDTLS_ERR_SSL_WANT_WRITE)
        return SIRA_MORE;
    return result == 0 || result == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY ? SIRA_IDLE : fail(self, result);
}

static bool is_ready(void *context)
{
    return ((const session *)context)->is_ready;
}

static sira_status write_bytes(void *context, sira_str bytes)
{
    session *self = context;
    while (bytes.len != 0) {
        const int written = mbedtls_ssl_write(&self->ssl, (const unsigned char *)bytes.at, bytes.len);
        if (written < 0)
            return fail(self, written);
        bytes = (sira_str){bytes.at + written, bytes.len - (size_t)written};
    }
    return SIRA_OK;
}

static size_t take(void *context, char *at, size_t size)
{
    return pull(&((session *)context)->out, at, size);
}

static void shut(void *context)
{
    (void)mbedtls_ssl_close_notify(&((session *)context)->ssl);
}

static const char *why(void *context)
{
    return ((const session *)context)->reason;
}

static bool configure(provider *self, mbedtls_ssl_config *config, int role)
{
    if (mbedtls_ssl_config_defaults(config, role, MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT) != 0)
        return false;
    mbedtls_ssl_conf_rng(config, mbedtls_ctr_drbg_random, &self->random);
    mbedtls_ssl_conf_min_version(config, MBEDTLS_SSL_MAJOR_VERSION_3, MBEDTLS_SSL_MINOR_VERSION_3); /* TLS 1.2 */
    if (role == MBEDTLS_SSL_IS_SERVER)
        return mbedtls_ssl_conf_own_cert(config, &self->certificate, &self->key) == 0;
    mbedtls_ssl_conf_authmode(config, MBEDTLS_SSL_VERIFY_REQUIRED);
    mbedtls_ssl_conf_ca_chain(config, &self->trusted, NULL);
    return true;
}

static bool read_key(provider *self, const char *key)
{
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
    return mbedtls_pk_parse_keyfile(&self->key, key, NULL, mbedtls_ctr_drbg_random, &self->random) == 0;
#else
    return mbedtls_pk_parse_keyfile(&self->key, key, NULL) == 0;
#endif
}

static bool prepare(provider *self, const char *trusted, const char *certificate, const char *key)
{
    if (mbedtls_ctr_drbg_seed(&self->random, mbedtls_entropy_func, &self->entropy, NULL, 0) != 0 ||
        mbedtls_x509_crt_parse_file(&self->trusted, trusted) != 0 ||
        !configure(self, &self->client, MBEDTLS_SSL_IS_CLIENT))
        return false;
    if (certificate == NULL)
        return true;
    self->has_server = mbedtls_x509_crt_parse_file(&self->certificate, certificate) == 0 && read_key(self, key) &&
                       configure(self, &self->server, MBEDTLS_SSL_IS_SERVER);
    return self->has_server;
}

bool mbedtls_provider_open(sira_tls *tls, const char *trusted, const char *certificate, const char *key)
{
    provider *self = calloc(1, sizeof *self);
    if (self == NULL)
        return false;
    mbedtls_entropy_init(&self->entropy);
    mbedtls_ctr_drbg_init(&self->random);
    mbedtls_x509_crt_init(&self->trusted);
    mbedtls_x509_crt_init(&self->certificate);
    mbedtls_pk_init(&self->key);
    mbedtls_ssl_config_init(&self->client);
    mbedtls_ssl_config_init(&self->server);
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
    if (prepare(self, trusted, certificate, key))
        return true;
    mbedtls_provider_close(tls);
    return false;
}

void mbedtls_provider_close(sira_tls *tls)
{
    provider *self = tls->context;
    mbedtls_ssl_config_free(&self->client);
    mbedtls_ssl_config_free(&self->server);
    mbedtls_pk_free(&self->key);
    mbedtls_x509_crt_free(&self->certificate);
    mbedtls_x509_crt_free(&self->trusted);
    mbedtls_ctr_drbg_free(&self->random);
    mbedtls_entropy_free(&self->entropy);
    free(self);
    tls->context = NULL;
}
