/* What two user agents know of each other between the request that began it and the last BYE (RFC 3261 12): tags, route
 * set, remote target and CSeq numbers. A value: it owns nothing, points nowhere and may be copied; what a call means,
 * and when it is over, is for the application.
 *
 * Who has sent the request:                            Who has received it:
 *
 *     sira_dialog_from_response    of each To tag          sira_dialog_from_request   with the tag of the answer
 *     sira_dialog_take_response    of what comes later     sira_dialog_confirm        when a 2xx is sent
 *
 * and then both:
 *
 *     sira_dialog_take_request     of what comes in: of this dialog, and in order?
 *     sira_dialog_refresh          before a 2xx to a request that refreshes the target
 *     sira_dialog_fill_request     for sira_request, and sira_dialog_fill_ack; or, with the writer alone,
 *     sira_dialog_next_cseq        and sira_dialog_write_request
 *
 * A request that forked has a dialog for each To tag of its responses (13.1). A zeroed dialog is none: nothing is of
 * it. All strings are views into the dialog: what is sent again while the target may change is best written from a
 * copy. */
#ifndef SIRA_DIALOG_H
#define SIRA_DIALOG_H

#include <sira/message.h>
#include <sira/request.h>
#include <sira/writer.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sira_dialog sira_dialog;

/* ---- how it begins (12.1) ---- */

/* From a response to a request of ours that begins a dialog (INVITE, SUBSCRIBE, REFER), as the client transaction has
 * let it pass: 101 to 199 make it early, 2xx confirmed. The route set is Record-Route backwards. secure: the
 * Request-URI was a sips URI; then the peer's Contact must be one (12.1.1, 26.2.2).
 *
 *   SIRA_OK
 *   SIRA_IDLE           no dialog: 100, 300 and above, or a provisional response without To tag or Contact
 *   SIRA_E_MISSING      a 2xx without Contact, or without what every message has
 *   SIRA_E_URI          Contact, or a route, has no SIP or SIPS URI, or no sips one where it must have
 *   SIRA_E_LIMIT        more routes than SIRA_LIMIT_ROUTES, or all texts more than SIRA_LIMIT_DIALOG
 *   SIRA_E_SYNTAX, ...  a malformed Contact, Record-Route, From or To
 *
 * On all but SIRA_OK the dialog is left as it was. After an error a 2xx to INVITE still wants its ACK: it goes to where
 * the Contact says, or where the INVITE went. Next: ACK for a 2xx to INVITE. */
SIRA_API sira_status sira_dialog_from_response(sira_dialog *dialog, const sira_message *response, bool secure,
                                               sira_diag *diag);

/* From a request that begins a dialog, once validated, with the tag that our response has in To: early until
 * sira_dialog_confirm. The route set is Record-Route as it stands. Where the Request-URI is a sips URI, Contact must
 * be.
 *
 *   SIRA_OK             next: the response, with that tag, the Record-Route of the request, and a Contact
 *   SIRA_E_ARGUMENT     no local tag
 *   SIRA_E_STATE        the request has a To tag: it is within a dialog, and that is not there: 481
 *   SIRA_E_MISSING, SIRA_E_URI, SIRA_E_LIMIT, SIRA_E_SYNTAX, ...  as above
 *
 * On an error the dialog is left as it was, and diag has the response code that fits. */
SIRA_API sira_status sira_dialog_from_request(sira_dialog *dialog, const sira_message *request, sira_str local_tag,
                                              sira_diag *diag);

/* A 2xx goes out: the dialog is no longer early. */
SIRA_API void sira_dialog_confirm(sira_dialog *dialog);

/* ---- what comes in ---- */

/* A further response to the request that began the dialog, or to one within it, as the client transaction has let it
 * pass. A 2xx to the first confirms an early dialog and brings its route set anew (13.2.2.4); any 2xx to a request that
 * refreshes the target (12.2.1.2) brings that.
 *
 *   SIRA_OK             also when it changes nothing
 *   SIRA_IDLE           of no dialog, or of another: try sira_dialog_from_response
 *   SIRA_E_URI, SIRA_E_LIMIT, SIRA_E_SYNTAX, ...  as above; the dialog is left as it was
 *
 * 481 or 408 to a request within the dialog say that the peer has none: it should be ended (12.2.1.2). */
SIRA_API sira_status sira_dialog_take_response(sira_dialog *dialog, const sira_message *response, sira_diag *diag);

/* Is a request, once validated, of this dialog, and in order (12.2.2)? Keeps its CSeq.
 *
 *   SIRA_OK
 *   SIRA_IDLE           of another dialog; if it has a To tag and no dialog takes it: 481
 *   SIRA_E_STATE        of this one, but out of order: CSeq is not above that of the request before. Diag has 500, and
 *                       code 0 for an ACK or CANCEL, which have the number of another request and change nothing
 *   SIRA_E_MISSING, SIRA_E_SYNTAX, ...  not a validated request */
SIRA_API sira_status sira_dialog_take_request(sira_dialog *dialog, const sira_message *request, sira_diag *diag);

/* The Contact of a request that sira_dialog_take_request has taken becomes the remote target, if the request is one
 * that refreshes it (INVITE, UPDATE, SUBSCRIBE, NOTIFY, REFER). Call it when the request is accepted, before the 2xx is
 * sent: what is refused leaves all as it was (14.2).
 *
 *   SIRA_OK             also when it changes nothing
 *   SIRA_E_URI, SIRA_E_LIMIT, SIRA_E_SYNTAX, ...  the dialog is left as it was; diag has the response code that fits */
SIRA_API sira_status sira_dialog_refresh(sira_dialog *dialog, const sira_message *request, sira_diag *diag);

/* ---- what goes out (12.2.1.1) ---- */

/* Takes the number of the next request; ACK and CANCEL have that of their INVITE. SIRA_OK; SIRA_E_NUMBER: there is none
 * left. */
SIRA_API sira_status sira_dialog_next_cseq(sira_dialog *dialog, uint32_t *number);

/* A request has been sent with this number, as one that was challenged and goes out again: the next one has a higher
 * one. */
SIRA_API void sira_dialog_used_cseq(sira_dialog *dialog, uint32_t number);

typedef struct sira_dialog_request {
    sira_str method;
    uint32_t cseq; /* of sira_dialog_next_cseq; of an ACK that of the INVITE */
    const sira_write_via *via;
} sira_dialog_request;

/* The start of a request within the dialog: request line, Via, Max-Forwards, Route (with a strict router as 12.2.1.1
 * has it), From, To, Call-ID, CSeq. Contact, where the method refreshes the target, further fields and sira_write_body
 * follow. An ACK for a 2xx is written by this, too (13.2.2.4), and sent to where sira_dialog_next_hop says, with a new
 * branch and the credentials of its INVITE. */
SIRA_API void sira_dialog_write_request(const sira_dialog *dialog, const sira_dialog_request *request,
                                        sira_writer *writer);

/* The same for a sira_request: sets what a dialog says, which is all of uri, from, to, call_id, from_tag, to_tag, cseq
 * and route, by views into the dialog; it takes the next number. The dialog, or the copy of it that this is called
 * with, has to outlive the request and keep its target meanwhile. When the request has ended tell sira_dialog_used_cseq
 * what sira_request_cseq says. SIRA_OK; SIRA_E_NUMBER. Next: method, sira_request_init. */
SIRA_API sira_status sira_dialog_fill_request(sira_dialog *dialog, sira_request_config *config);

/* The same for sira_request_send_ack: uri, to_tag and route. */
SIRA_API void sira_dialog_fill_ack(const sira_dialog *dialog, sira_request_ack *ack);

/* ---- what it says; the views hold until the target is refreshed ---- */

SIRA_API bool sira_dialog_is_confirmed(const sira_dialog *dialog);
/* Its requests must go over TLS all the way (12.1.1). */
SIRA_API bool sira_dialog_is_secure(const sira_dialog *dialog);
SIRA_API sira_str sira_dialog_call_id(const sira_dialog *dialog);
SIRA_API sira_str sira_dialog_local_tag(const sira_dialog *dialog);
SIRA_API sira_str sira_dialog_remote_tag(const sira_dialog *dialog); /* empty: the peer speaks RFC 2543 */
SIRA_API sira_str sira_dialog_local_uri(const sira_dialog *dialog);
SIRA_API sira_str sira_dialog_remote_uri(const sira_dialog *dialog);
/* Where the peer is: its last Contact, without what no Request-URI may hold (19.1.1). */
SIRA_API sira_str sira_dialog_remote_target(const sira_dialog *dialog);
/* The Request-URI of what is sent: the remote target, or a strict router. */
SIRA_API sira_str sira_dialog_request_uri(const sira_dialog *dialog);
/* The value of Route: "<sip:a;lr>, <sip:b;lr>"; empty: none. */
SIRA_API sira_str sira_dialog_route(const sira_dialog *dialog);
/* The URI that says where requests go, for sira_location or by hand (8.1.2): of the first route, else the target. */
SIRA_API sira_str sira_dialog_next_hop(const sira_dialog *dialog);

#include <sira/detail/dialog.h>

#ifdef __cplusplus
}
#endif
#endif
