/* Challenges and answers without an agent: what the digest tests speak in. */
#ifndef SUPPORT_EXCHANGE_H
#define SUPPORT_EXCHANGE_H

#include "support/support.h"

#include <sira/digest_server.h>
#include <sira/gcrypt.h>

/* A message parsed from a heap copy of exactly its length. */
typedef struct packet {
    sira_message message;
    sira_field fields[SIRA_LIMIT_FIELDS];
    sira_str bytes;
} packet;

/* A response, or request, with these header lines (each ends in CRLF) and body, besides the mandatory ones. */
void packet_response(packet *p, unsigned code, const char *lines, const char *body);
void packet_request(packet *p, const char *start, const char *lines, const char *body);
void packet_free(packet *p);

/* One client with its provider. config may be changed before exchange_init. */
typedef struct exchange {
    sira_gcrypt gcrypt;
    sira_digest_client_config config;
    sira_digest_client client;
    sira_digest_attempt attempt;
    sira_digest_request request;
    sira_diag diag;
    uint8_t cnonces; /* given out so far: each is eight times its number */
    char text[2048]; /* what exchange_answer wrote, NUL-terminated */
} exchange;

/* alice, secret; REGISTER sip:example.com. */
void exchange_open(exchange *x);
void exchange_init(exchange *x);
void exchange_close(exchange *x);

/* Begins a request and writes its lines into text. */
sira_status exchange_answer(exchange *x);
/* The lines again, without beginning anew. */
sira_status exchange_repeat(exchange *x);

/* Takes a 401 with these header lines. */
sira_status exchange_challenge(exchange *x, const char *lines);
/* Takes a 200. */
sira_status exchange_accept(exchange *x, const char *lines);

/* How many header lines of this name stand in the text? */
unsigned line_count(const char *text, const char *name);
/* The value of a parameter in the n-th line (from 0) of this name, as it stands there, with its quotes; NULL when it is
 * not there. Static, for up to eight calls. */
const char *line_param(const char *text, const char *name, unsigned n, const char *param);

/* A request digest by the book, written apart from the library: all as text, qop empty for RFC 2069. Lower-case hex in
 * out. */
typedef struct book {
    const char *algorithm, *user, *realm, *password, *method, *uri, *nonce, *nc, *cnonce, *qop, *body;
} book;
void book_response(const sira_hash *hash, const book *b, char out[65]);

/* Does a block of memory hold these bytes anywhere? */
bool memory_holds(const void *memory, size_t size, const void *bytes, size_t n);

#endif
