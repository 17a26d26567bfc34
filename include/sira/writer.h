/* Writes SIP messages into the caller's buffer.
 *
 * Errors stick: after the first one the other calls do nothing, so a message is written in one go and checked once, by
 * sira_writer_finish. With no buffer (NULL, 0) a writer counts, and finish tells the size that is needed. Each value is checked: no CR, LF or NUL
 * reaches the wire, so neither configuration nor a peer can inject a line. */
#ifndef SIRA_WRITER_H
#define SIRA_WRITER_H

#include <sira/base.h>
#include <sira/message.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sira_writer {
    char *buffer;       /* NULL: only count */
    size_t capacity;
    size_t length;      /* bytes written, or counted */
    sira_status status; /* the first error, or SIRA_OK */
    size_t body_gap;    /* not API */
} sira_writer;

SIRA_API void sira_writer_init(sira_writer *writer, char *buffer, size_t capacity);

/* "REGISTER sip:example.com SIP/2.0". method: a token; uri: no white space or control character. */
SIRA_API void sira_write_request_line(sira_writer *writer, sira_str method, sira_str uri);

/* "SIP/2.0 401 Unauthorized". code: 100 to 699. */
SIRA_API void sira_write_status_line(sira_writer *writer, uint16_t code, sira_str reason);

/* One header line. */
SIRA_API void sira_write_field(sira_writer *writer, sira_field_id id, sira_str value);
SIRA_API void sira_write_field_number(sira_writer *writer, sira_field_id id, uint32_t number);
SIRA_API void sira_write_other(sira_writer *writer, sira_str name, sira_str value);

/* One header line in pieces: begin, any number of pieces, end. */
SIRA_API void sira_write_begin(sira_writer *writer, sira_field_id id);
SIRA_API void sira_write_text(sira_writer *writer, sira_str text);       /* as it is, checked for CR, LF, NUL */
SIRA_API void sira_write_number(sira_writer *writer, uint32_t number);   /* decimal */
SIRA_API void sira_write_hex(sira_writer *writer, const uint8_t *bytes, size_t n); /* two lower-case digits each */
SIRA_API void sira_write_hex32(sira_writer *writer, uint32_t number);    /* eight lower-case digits: nc */
SIRA_API void sira_write_quoted(sira_writer *writer, sira_str text);     /* "..." with '"' and '\' escaped */
SIRA_API void sira_write_end(sira_writer *writer);

/* Via, From, To, Contact in one call each. */
typedef struct sira_write_via {
    const sira_endpoint *sent_by;
    sira_str branch; /* with its "z9hG4bK" */
    bool rport;      /* RFC 3581 */
} sira_write_via;
SIRA_API void sira_write_via_field(sira_writer *writer, const sira_write_via *via);
SIRA_API void sira_write_address_field(sira_writer *writer, sira_field_id id, sira_str display, sira_str uri, sira_str tag);

/* Content-Length, the empty line and the body; the last call but finish. An empty body writes "Content-Length: 0". */
SIRA_API void sira_write_body(sira_writer *writer, sira_str body);

/* SIRA_OK with the length (also when counting); SIRA_E_SPACE; SIRA_E_ARGUMENT when a value was refused. After an error the buffer holds nothing to be
 * sent. */
SIRA_API sira_status sira_writer_finish(sira_writer *writer, size_t *length);

#ifdef __cplusplus
}
#endif
#endif
