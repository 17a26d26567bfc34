/* Cuts a byte stream (TCP, TLS) into messages (RFC 3261 18.3, RFC 5626 3.5.1), in the caller's buffer.
 *
 * The caller reads from its socket to sira_framer_space(), tells how much came with sira_framer_added(), and takes what is complete with
 * sira_framer_next() until that says SIRA_MORE. Bytes that were looked at are not looked at again, so the cost is linear however they arrive. */
#ifndef SIRA_FRAMER_H
#define SIRA_FRAMER_H

#include <sira/base.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum sira_frame_kind {
    SIRA_FRAME_MESSAGE = 0,
    SIRA_FRAME_PING, /* CRLF CRLF: answer with one CRLF */
    SIRA_FRAME_PONG  /* one CRLF */
} sira_frame_kind;

typedef struct sira_frame {
    uint8_t kind;   /* sira_frame_kind */
    sira_str bytes; /* a message with its body; valid until the next call on the framer */
} sira_frame;

/* Fields are not API. */
typedef struct sira_framer {
    char *buffer;
    size_t capacity, start, end, scanned, head, need;
    uint8_t state, line;
    sira_status failed;
} sira_framer;

/* buffer: the longest message that is accepted must fit. */
SIRA_API void sira_framer_init(sira_framer *framer, char *buffer, size_t capacity);

/* Where the next bytes go, and how many may. Never 0 after sira_framer_next said SIRA_MORE. */
SIRA_API char *sira_framer_space(sira_framer *framer, size_t *size);

/* n bytes were put there. */
SIRA_API void sira_framer_added(sira_framer *framer, size_t n);

/* The next message, ping or pong. SIRA_OK; SIRA_MORE: read on; SIRA_E_LIMIT: it would not fit the buffer; SIRA_E_LENGTH: Content-Length is missing, malformed or
 * contradicts itself; SIRA_E_SYNTAX: this will never be a message. After an error the stream is lost: close the connection (18.3). */
SIRA_API sira_status sira_framer_next(sira_framer *framer, sira_frame *frame, sira_diag *diag);

#ifdef __cplusplus
}
#endif
#endif
