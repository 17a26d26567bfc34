/* STUN Binding (RFC 8489), as much of it as keeps a UDP flow alive (RFC 5626 4.4.2 and 8): the client asks, the server
 * answers with the address that it sees, and both share the socket with SIP. Without credentials and without
 * FINGERPRINT of our own, which RFC 5626 does not ask for; one that is there is checked and answered. */
#ifndef SIRA_STUN_H
#define SIRA_STUN_H

#include <sira/endpoint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SIRA_STUN_ID_SIZE 12u
#define SIRA_STUN_REQUEST_SIZE 20u
#define SIRA_STUN_ANSWER_SIZE 52u /* the longest that sira_stun_write_answer writes */
#define SIRA_STUN_UNKNOWN_MAX 4u  /* attributes that a refusal names */

typedef enum sira_stun_kind {
    SIRA_STUN_REQUEST = 0,
    SIRA_STUN_INDICATION, /* is not answered */
    SIRA_STUN_SUCCESS,
    SIRA_STUN_FAILURE
} sira_stun_kind;

typedef struct sira_stun {
    uint8_t kind;                            /* sira_stun_kind */
    uint8_t id[SIRA_STUN_ID_SIZE];           /* of the transaction */
    bool has_mapped;                         /* SUCCESS: always */
    sira_endpoint mapped;                    /* what the server sees of us; its transport is UDP */
    uint16_t code;                           /* FAILURE: 300 to 699 */
    bool has_fingerprint;                    /* and it is right */
    uint8_t unknown_count;                   /* attributes that must be understood and are not: they ask for a 420, */
    uint16_t unknown[SIRA_STUN_UNKNOWN_MAX]; /* which names the first of them */
} sira_stun;

/* Is it STUN and not SIP? No SIP message begins so (RFC 8489 5: two zero bits, the magic cookie). */
SIRA_API bool sira_stun_is(sira_str bytes);

/* Reads one datagram. The bytes need no alignment.
 *   SIRA_OK;
 *   SIRA_IDLE: it is no STUN, or no Binding;
 *   SIRA_E_SYNTAX: malformed, a wrong fingerprint, or a success that tells no address, or one that holds something
 *   which must be understood and is not (6.3.3): drop it. */
SIRA_API sira_status sira_stun_read(sira_stun *stun, sira_str bytes);

/* Writes a Binding request with this id, which must be random: 96 bits (RFC 8489 6). Returns SIRA_STUN_REQUEST_SIZE. */
SIRA_API size_t sira_stun_write_request(const uint8_t id[SIRA_STUN_ID_SIZE], uint8_t out[SIRA_STUN_REQUEST_SIZE]);

/* Writes the answer to a request that came from source: its address, or 420 (RFC 8489 6.3.1). Returns its length, at
 * most 24 bytes more than the request had; 0: the source is of no family. */
SIRA_API size_t sira_stun_write_answer(const sira_stun *request, const sira_endpoint *source,
                                       uint8_t out[SIRA_STUN_ANSWER_SIZE]);

#ifdef __cplusplus
}
#endif
#endif
