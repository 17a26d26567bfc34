/* What every message must have (RFC 3261 8.1.1, 8.2, 16.3). */
#include <sira/message.h>
#include <sira/uri.h>

#include "message/scan.h"

typedef struct mandatory {
    uint8_t id;
    char reason[16];
} mandatory;

static const mandatory mandatories[] = {
    {SIRA_FIELD_VIA, "Missing Via"},         {SIRA_FIELD_FROM, "Missing From"}, {SIRA_FIELD_TO, "Missing To"},
    {SIRA_FIELD_CALL_ID, "Missing Call-ID"}, {SIRA_FIELD_CSEQ, "Missing CSeq"},
};

static sira_status refuse(const sira_message *m, sira_status status, const sira_diag *why, sira_diag *diag)
{
    if (diag != NULL) {
        *diag = *why;
        diag->code = m->is_request ? 400 : 0;
        if (!m->is_request)
            diag->reason = "";
    }
    return status;
}

static size_t end_of_header(const sira_message *m)
{
    return m->body.at != NULL ? (size_t)(m->body.at - m->bytes.at) : m->bytes.len;
}

static sira_status check_presence(const sira_message *m, sira_diag *diag)
{
    for (size_t i = 0; i < sizeof mandatories / sizeof mandatories[0]; i++) {
        const mandatory *one = &mandatories[i];
        if (m->first[one->id] == 0 && (one->id != SIRA_FIELD_TO || (m->let_pass & SIRA_I_LENIENT_ANSWER) == 0))
            return refuse(m, SIRA_E_MISSING,
                          &(sira_diag){.offset = end_of_header(m),
                                       .expected = "a mandatory header field",
                                       .field = sira_field_name((sira_field_id)one->id),
                                       .reason = one->reason},
                          diag);
    }
    return SIRA_OK;
}

static sira_status check_repetition(const sira_message *m, sira_diag *diag)
{
    sira_cursor cursor;
    if (m->repeated == 0)
        return SIRA_OK;
    return sira_i_single(m, (sira_field_id)m->fields[m->repeated - 1].id, &cursor, diag);
}

static sira_status check_vias(sira_message *m, sira_diag *diag)
{
    sira_cursor cursor;
    sira_via via;
    sira_status status;
    sira_cursor_init(&cursor, m, SIRA_FIELD_VIA);
    m->via_count = 0;
    while ((status = sira_via_next(&cursor, &via, diag)) == SIRA_OK)
        m->via_count++;
    return status == SIRA_IDLE ? SIRA_OK : status;
}

/* "*" stands alone (RFC 3261 10.2.2, 25.1). A registrar's 200 lists the bindings of others, too: a bad one among them
 * is no reason to drop the response, and is judged by who asks for it. */
static sira_status check_contacts(const sira_message *m, sira_diag *diag)
{
    sira_cursor cursor;
    sira_contact contact;
    sira_status status;
    bool star = false;
    if (!m->is_request)
        return SIRA_OK;
    sira_cursor_init(&cursor, m, SIRA_FIELD_CONTACT);
    for (size_t count = 1; (status = sira_contact_next(&cursor, &contact, diag)) == SIRA_OK; count++) {
        star = star || contact.star;
        if (star && count > 1)
            return sira_i_value_bad(&cursor, m->fields[cursor.line - 1].value.at, "\"*\" alone", diag);
    }
    return status == SIRA_IDLE ? SIRA_OK : status;
}

static sira_status check_parties(const sira_message *m, sira_diag *diag)
{
    sira_address address;
    sira_str call_id;
    sira_status status = sira_message_address(m, SIRA_FIELD_FROM, &address, diag);
    if (status == SIRA_OK)
        status = sira_message_address(m, SIRA_FIELD_TO, &address, diag);
    if (status == SIRA_OK || status == SIRA_IDLE) /* an answer may lack To */
        status = sira_message_call_id(m, &call_id, diag);
    return status;
}

/* RFC 3261 8.1.1.5: below 2^31, and the method is the start line's. */
static sira_status check_cseq(sira_message *m, sira_diag *diag)
{
    sira_cseq cseq;
    sira_status status = sira_message_cseq(m, &cseq, diag);
    if (status != SIRA_OK)
        return status;
    sira_diag why = {.offset = (size_t)(sira_message_field(m, SIRA_FIELD_CSEQ)->value.at - m->bytes.at),
                     .expected = "a number below 2^31",
                     .field = "CSeq",
                     .reason = "Bad CSeq"};
    if (cseq.number > INT32_MAX)
        return refuse(m, SIRA_E_NUMBER, &why, diag);
    if (!m->is_request) {
        m->method = (uint8_t)sira_method_of(cseq.method);
        return SIRA_OK;
    }
    if (sira_str_equal(cseq.method, m->method_name))
        return SIRA_OK;
    why.offset = (size_t)(cseq.method.at - m->bytes.at);
    why.expected = "the method of the request line";
    why.reason = "CSeq Method Mismatch";
    (void)refuse(m, SIRA_E_MISMATCH, &why, diag);
    if (diag != NULL && m->method == SIRA_METHOD_OTHER) { /* RFC 4475 3.1.2.18: that has a better future than 400 */
        diag->code = 501;
        diag->reason = "Not Implemented";
    }
    return SIRA_E_MISMATCH;
}

static sira_status check_uri(const sira_message *m, sira_diag *diag)
{
    sira_uri uri;
    sira_diag found = {0};
    if (!m->is_request)
        return SIRA_OK;
    if (sira_uri_parse(&uri, m->uri, &found) == SIRA_OK) {
        if (uri.headers.at == NULL)
            return SIRA_OK;
        found.offset = (size_t)(uri.headers.at - 1 - uri.text.at);
        found.expected = "a URI without headers"; /* RFC 3261 19.1.1, RFC 4475 3.1.2.11 */
    }
    return refuse(m, SIRA_E_URI,
                  &(sira_diag){.offset = (size_t)(m->uri.at - m->bytes.at) + found.offset,
                               .expected = found.expected,
                               .field = "",
                               .reason = "Bad Request-URI"},
                  diag);
}

/* It may be absent: RFC 2543 had none, and RFC 3261 16.3 lets it pass. */
static sira_status check_max_forwards(const sira_message *m, sira_diag *diag)
{
    uint32_t hops;
    if (!m->is_request || m->first[SIRA_FIELD_MAX_FORWARDS] == 0)
        return SIRA_OK;
    return sira_message_number(m, SIRA_FIELD_MAX_FORWARDS, &hops, diag);
}

sira_status sira_message_validate(sira_message *message, sira_diag *diag)
{
    sira_status status = check_presence(message, diag);
    if (status == SIRA_OK)
        status = check_repetition(message, diag);
    if (status == SIRA_OK)
        status = check_uri(message, diag);
    if (status == SIRA_OK)
        status = check_vias(message, diag);
    if (status == SIRA_OK)
        status = check_parties(message, diag);
    if (status == SIRA_OK)
        status = check_cseq(message, diag);
    if (status == SIRA_OK)
        status = check_contacts(message, diag);
    if (status == SIRA_OK)
        status = check_max_forwards(message, diag);
    return status;
}

bool sira_via_is_unique(const sira_via *via)
{
    static const sira_str cookie = SIRA_STR_INIT("z9hG4bK");
    return via->branch.len > cookie.len && sira_str_equal_nocase((sira_str){via->branch.at, cookie.len}, cookie);
}
