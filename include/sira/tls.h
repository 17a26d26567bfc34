/* TLS for the connections of the host port: what the certificates are compared with, and the plug point behind which
 * OpenSSL, another library or a modem's secure socket does the work. */
#ifndef SIRA_TLS_H
#define SIRA_TLS_H

#include <sira/endpoint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Strings are borrowed: they must outlive the host. Files are PEM and read once, when the host is opened. */
typedef struct sira_tls_config {
    sira_str ca_file;                 /* who is trusted; default, with ca_folder empty too: the system's trust store */
    sira_str ca_folder;               /* the same as a folder with hashed names (openssl rehash) */
    sira_str certificate_file;        /* our own, with its chain; the server's when we listen. Default: none */
    sira_str key_file;                /* its key; needed with it */
    bool allow_wildcards;             /* "*.example.com" fits sip.example.com. RFC 5922 7.2 forbids it, and some
                                         providers need it */
    bool insecure_skip_verification;  /* take any certificate of a server: whoever sits on the way may read and
                                         change everything */
    bool require_client_certificates; /* who connects to us has to show one that we trust */
} sira_tls_config;

/* Whom a session is with. */
typedef struct sira_tls_peer {
    sira_str name;        /* which the certificate has to show: a domain or an address; valid during the call */
    sira_endpoint remote; /* where the connection goes to or comes from */
    bool accepted;        /* we are its server */
} sira_tls_peer;

/* A provider of TLS: a filter that never touches a socket, never blocks and never calls back. A session is what open
 * returned. Bytes from the peer go in by put and come out as messages by read; what is written, and what the handshake
 * says, comes out by take and has to be sent to the peer after each call of open, read, write and shut. */
typedef struct sira_tls {
    void *context;
    void *(*open)(void *context, const sira_tls_peer *peer); /* NULL: there is no memory */
    void (*close)(void *session);
    /* SIRA_OK; SIRA_E_TRANSPORT. All bytes are taken; read until it says SIRA_MORE before the next call. */
    sira_status (*put)(void *session, sira_str bytes);
    /* Goes on with the handshake, then reads. SIRA_OK: *length bytes; SIRA_MORE; SIRA_IDLE: the peer has ended the
     * session as it should; SIRA_E_TRANSPORT: failed, why says it. */
    sira_status (*read)(void *session, char *at, size_t size, size_t *length);
    bool (*ready)(void *session);                         /* the handshake is done, the peer is who it shall be */
    sira_status (*write)(void *session, sira_str bytes);  /* of a session that is ready: SIRA_OK, SIRA_E_TRANSPORT */
    size_t (*take)(void *session, char *at, size_t size); /* 0: there is nothing to send */
    void (*shut)(void *session);                          /* says good-bye */
    const char *(*why)(void *session);                    /* for people; valid until close */
} sira_tls;

#ifdef __cplusplus
}
#endif
#endif
