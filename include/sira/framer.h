/* Cuts a byte stream (TCP, TLS) into messages (RFC 3261 18.3, RFC 5626 3.5.1), in the caller's buffer.
 *
 * The caller reads from its socket to sira_framer_space(), tells how much came with sira_framer_added(), and takes what
 * is complete with sira_framer_next() until that says SIRA_MORE. Bytes that were looked at are not looked at again, so
 * the cost is linear however they arrive, and what comes out does not depend on how they arrive. */
#ifndef SIRA_FRAMER_H
#define SIRA_FRAMER_H

#include <sira/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Between messages stand only CRLFs (RFC 3261 7.5). The first of them is told as a pong, one right behind it as a ping,
 * the next as a pong again, because nobody can know whether another is on its way. Who accepted the connection answers
 * each ping with one CRLF and overlooks pongs; who opened it takes either as the answer to its own ping (RFC
 * 5626 4.4.1). */
typedef enum sira_frame_kind { SIRA_FRAME_MESSAGE = 0, SIRA_FRAME_PING, SIRA_FRAME_PONG } sira_frame_kind;

typedef struct sira_frame {
    uint8_t kind;   /* sira_frame_kind */
    sira_str bytes; /* a message with its body, or the CRLF; valid until the next call on the framer */
} sira_frame;

/* Fields are not API. */
typedef struct sira_framer {
    char *buffer;
    size_t capacity;
    size_t start, end; /* what has come and was not taken */
    size_t scanned;    /* so much of it holds no end of a header section */
    size_t need;       /* length of the message, when its header section is there; else 0 */
    bool has_line;     /* the start line was looked at */
    bool has_crlf;     /* the last frame was the first CRLF of two */
    sira_status failed;
} sira_framer;

/* buffer: the longest message that is accepted must fit. */
SIRA_API void sira_framer_init(sira_framer *framer, char *buffer, size_t capacity);

/* Where the next bytes go, and how many may. Never 0 after sira_framer_next said SIRA_MORE. */
SIRA_API char *sira_framer_space(sira_framer *framer, size_t *size);

/* n bytes were put there. */
SIRA_API void sira_framer_added(sira_framer *framer, size_t n);

/* The next message, ping or pong. SIRA_OK; SIRA_MORE: read on; SIRA_E_LIMIT: it would not fit the buffer;
 * SIRA_E_LENGTH: Content-Length is missing (RFC 3261 20.14: a stream needs it), malformed or repeated; SIRA_E_SYNTAX:
 * this will never be a message. After an error the stream is lost, and each further call says the same: close the
 * connection (18.3). */
SIRA_API sira_status sira_framer_next(sira_framer *framer, sira_frame *frame, sira_diag *diag);

#ifdef __cplusplus
}
#endif
#endif
