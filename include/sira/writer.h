/* Writes SIP messages into the caller's buffer.
 *
 * Errors stick: after the first one the other calls do nothing, so a message is written in one go and checked once, by
 * sira_writer_finish. With no buffer (NULL, 0) a writer counts, and finish tells the size that is needed. Each value is
 * checked: no CR, LF or NUL reaches the wire, so neither configuration nor a peer can inject a line, and no control
 * character that sira_message_parse would refuse there. Of a URI that is given as text only the octets are checked:
 * whether they make a URI is for sira_uri_parse to tell, and sira_write_uri writes nothing else.
 *
 *     sira_writer_init(&writer, buffer, sizeof buffer);
 *     sira_write_request_line(&writer, SIRA_STR("OPTIONS"), SIRA_STR("sip:example.com"));
 *     sira_write_via_field(&writer, &via);
 *     ...
 *     sira_write_body(&writer, SIRA_STR(""));
 *     status = sira_writer_finish(&writer, &length);
 */
#ifndef SIRA_WRITER_H
#define SIRA_WRITER_H

#include <sira/base.h>
#include <sira/message.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sira_writer {
    char *buffer; /* NULL: only count */
    size_t capacity;
    size_t length;      /* bytes written, or counted; after an error: of the calls before the one that failed */
    sira_status status; /* the first error, or SIRA_OK */
    bool has_length;    /* not API: Content-Length stands already */
} sira_writer;

SIRA_API void sira_writer_init(sira_writer *writer, char *buffer, size_t capacity);

/* SIRA_OK with the length (also when counting); SIRA_E_SPACE; SIRA_E_ARGUMENT when a value was refused; SIRA_E_STATE: a
 * second Content-Length; SIRA_E_MISSING: see sira_write_response. After an error the buffer holds nothing to be sent.
 */
SIRA_API sira_status sira_writer_finish(sira_writer *writer, size_t *length);

/* ---- start lines ---- */

/* "REGISTER sip:example.com SIP/2.0". method: a token; uri: octets that URIs have (RFC 3261 25.1). */
SIRA_API void sira_write_request_line(sira_writer *writer, sira_str method, sira_str uri);

/* "SIP/2.0 401 Unauthorized". code: 100 to 699; reason: no control characters but HTAB, empty for the standard phrase.
 */
SIRA_API void sira_write_status_line(sira_writer *writer, uint16_t code, sira_str reason);

/* ---- one header line; Content-Length takes only a number, Max-Forwards one from 0 to 255 (RFC 3261 20.22) ---- */

SIRA_API void sira_write_field(sira_writer *writer, sira_field_id id, sira_str value);
SIRA_API void sira_write_field_number(sira_writer *writer, sira_field_id id, uint32_t number);
SIRA_API void sira_write_other(sira_writer *writer, sira_str name, sira_str value); /* name: a token */

/* ---- one header line in pieces: begin, any number of pieces, end ---- */

SIRA_API void sira_write_begin(sira_writer *writer, sira_field_id id);
SIRA_API void sira_write_text(sira_writer *writer, sira_str text);     /* as it is; controls but HTAB behind '\' only */
SIRA_API void sira_write_token(sira_writer *writer, sira_str token);   /* checked to be one */
SIRA_API void sira_write_number(sira_writer *writer, uint32_t number); /* decimal */
SIRA_API void sira_write_hex(sira_writer *writer, const uint8_t *bytes, size_t n); /* two lower-case digits each */
SIRA_API void sira_write_hex32(sira_writer *writer, uint32_t number);              /* eight lower-case digits: nc */
SIRA_API void sira_write_quoted(sira_writer *writer, sira_str text);               /* "..." with '"' and '\' escaped */
SIRA_API void sira_write_end(sira_writer *writer);

/* A URI from its parts, which stand in it as they are (escapes included); text is not used. SIRA_E_ARGUMENT unless
 * sira_uri_parse would give the same parts again: scheme_text, when it is there, has to be a name of the scheme. */
SIRA_API void sira_write_uri(sira_writer *writer, const sira_uri *uri);

/* "Display" <uri>: display is quoted and escaped, empty: none. */
SIRA_API void sira_write_address(sira_writer *writer, sira_str display, sira_str uri);

/* ";name=value": value is a token, a host or a quoted string; empty with at NULL: only ";name". */
SIRA_API void sira_write_param(sira_writer *writer, sira_str name, sira_str value);
SIRA_API void sira_write_param_number(sira_writer *writer, sira_str name, uint32_t number);
SIRA_API void sira_write_param_quoted(sira_writer *writer, sira_str name, sira_str text); /* quotes and escapes it */

/* ---- whole header lines of one kind ---- */

typedef struct sira_write_via {
    const sira_endpoint *sent_by;
    sira_str branch; /* with its "z9hG4bK"; a token */
    bool rport;      /* RFC 3581 */
} sira_write_via;
SIRA_API void sira_write_via_field(sira_writer *writer, const sira_write_via *via);

/* From, To, Route, Record-Route, Path, ...: `"Display" <uri>;tag=x`; display and tag may be empty. Lists take one line
 * for each value (RFC 3261 7.3.1: that is the same as one line with commas). */
SIRA_API void sira_write_address_field(sira_writer *writer, sira_field_id id, sira_str display, sira_str uri,
                                       sira_str tag);

/* number: below 2^31 (RFC 3261 8.1.1.5). */
SIRA_API void sira_write_cseq_field(sira_writer *writer, uint32_t number, sira_str method);

/* These write what the functions of field.h read, so that a value can be taken from one message into another: as it
 * stands, escapes included, but for folds, each of which is written as one space, and NULs, which are refused. Of a
 * contact: star, display, uri, q, expires, instance, reg_id and the GRUUs; other parameters are not written. */
SIRA_API void sira_write_contact_field(sira_writer *writer, const sira_contact *contact);
SIRA_API void sira_write_retry_after_field(sira_writer *writer, const sira_retry_after *retry_after);
SIRA_API void sira_write_date_field(sira_writer *writer, const sira_date *date);
SIRA_API void sira_write_warning_field(sira_writer *writer, const sira_warning *warning);

/* The same for views that have a params: those stand there as they are, and what is a view into them (branch, tag, ...)
 * is not looked at. A bare URI gets angle brackets. A scheme alone is written in challenges only. SIRA_E_ARGUMENT for
 * anything that could be taken for more than the one value. */
SIRA_API void sira_write_via_view(sira_writer *writer, const sira_via *via);
SIRA_API void sira_write_address_view(sira_writer *writer, sira_field_id id, const sira_address *address);
SIRA_API void sira_write_token_params_field(sira_writer *writer, sira_field_id id, const sira_token_params *value);
SIRA_API void sira_write_auth_field(sira_writer *writer, sira_field_id id, const sira_auth *auth);

/* ---- the end ---- */

/* Content-Length, the empty line and the body; the last call but finish. An empty body writes "Content-Length: 0". */
SIRA_API void sira_write_body(sira_writer *writer, sira_str body);

/* ---- answering ---- */

/* The start of a response (RFC 3261 8.2.6): status line, the request's Vias, From, To, Call-ID and CSeq. Further fields
 * and sira_write_body follow. What the request lacks is left out, so a request that sira_message_parse or _validate
 * refused can be answered too; one without Via is SIRA_E_MISSING. */
typedef struct sira_response {
    uint16_t code;
    sira_str reason;             /* empty: the standard phrase */
    sira_str to_tag;             /* put into To when it has no tag; empty: none */
    const sira_endpoint *source; /* where the request came from: received and rport of the topmost Via (18.2.1, RFC 3581
                                    4); NULL: as it came */
} sira_response;
SIRA_API void sira_write_response(sira_writer *writer, const sira_message *request, const sira_response *response);

/* The same for a request that sira_message_read_sloppy has let pass: each value is written anew, a display name in
 * quotes, so that nothing of what was wrong in it is repeated. But a Call-ID stays as it is: by it the answer is known.
 */
SIRA_API void sira_write_clean_response(sira_writer *writer, const sira_message *request,
                                        const sira_response *response);

/* ---- forwarding ----
 *
 * A message is written again by going over its fields: what is not replaced or left out stays byte for byte as it came,
 * with its folds and odd spacing (RFC 3261 16.6: a proxy keeps what it does not know). A proxy's loop, for a request:
 *
 *     sira_write_start_line(&writer, &message, next_uri);
 *     sira_write_via_field(&writer, &via);
 *     for (i = 0; i < message.field_count; i++)
 *         if (message.fields[i].id == SIRA_FIELD_MAX_FORWARDS)
 *             sira_write_field_number(&writer, SIRA_FIELD_MAX_FORWARDS, hops - 1);
 *         else if (&message.fields[i] == sira_message_field(&message, SIRA_FIELD_ROUTE))
 *             sira_write_rest_of_field(&writer, &message, i);
 *         else
 *             sira_write_fields(&writer, &message, i, i + 1);
 *     sira_write_message_body(&writer, &message);
 *
 * The message must be one that sira_message_parse has taken. Where it was allowed bare LFs, CRLFs are written. */

/* The start line as it came; of a request with another Request-URI when uri is not empty. */
SIRA_API void sira_write_start_line(sira_writer *writer, const sira_message *message, sira_str uri);

/* The header lines from index from up to, but without, index to. */
SIRA_API void sira_write_fields(sira_writer *writer, const sira_message *message, size_t from, size_t to);

/* The header line at an index without its first value: takes the topmost Via or Route off. Nothing is written when it
 * was the only one. Via, Contact, Route, Record-Route, Path, Service-Route, P-Associated-URI and P-Asserted-Identity;
 * SIRA_E_ARGUMENT for others, and when there is no value or a malformed one. */
SIRA_API void sira_write_rest_of_field(sira_writer *writer, const sira_message *message, size_t index);

/* The empty line and the body, as they came. For another body leave Content-Length out above and use sira_write_body.
 */
SIRA_API void sira_write_message_body(sira_writer *writer, const sira_message *message);

/* All of that: the message as it came, without the empty lines before it and what stood behind its body. */
SIRA_API void sira_write_message(sira_writer *writer, const sira_message *message);

#ifdef __cplusplus
}
#endif
#endif
