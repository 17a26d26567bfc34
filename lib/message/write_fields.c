/* Header lines of one kind, and what stands in them. */
#include <sira/writer.h>

#include <string.h>

#include "base/chars.h"
#include "base/view.h"
#include "message/scan.h"
#include "message/writing.h"

/* A quoted string that closes at its end, so that nothing can stand behind it. */
static bool is_quoted(sira_str text)
{
    sira_i_scan scan = {text.at, sira_i_end(text), 0};
    return text.len > 0 && text.at[0] == '"' && sira_i_quoted(&scan).len == text.len;
}

/* ---- URIs ---- */

static void write_str(sira_writer *writer, sira_str text)
{
    sira_i_write_raw(writer, text.at, text.len);
}

/* A list that is absent takes no separator. */
static void write_list(sira_writer *writer, sira_str separator, const sira_str *list)
{
    if (list->len > 0) {
        write_str(writer, separator);
        write_str(writer, *list);
    }
}

static void write_hierarchy(sira_writer *writer, const sira_uri *uri)
{
    write_str(writer, uri->user);
    if (uri->has_password || uri->password.len > 0) {
        SIRA_I_WRITE(writer, ":");
        write_str(writer, uri->password);
    }
    if (uri->user.len > 0)
        SIRA_I_WRITE(writer, "@");
    write_str(writer, uri->host);
    if (uri->port != 0) {
        SIRA_I_WRITE(writer, ":");
        sira_write_number(writer, uri->port);
    }
}

static sira_str scheme_name(const sira_uri *uri)
{
    switch (uri->scheme_text.len > 0 ? SIRA_SCHEME_OTHER : (sira_scheme)uri->scheme) {
    case SIRA_SCHEME_SIP:
        return SIRA_STR("sip");
    case SIRA_SCHEME_SIPS:
        return SIRA_STR("sips");
    case SIRA_SCHEME_TEL:
        return SIRA_STR("tel");
    case SIRA_SCHEME_OTHER:
        break;
    }
    return uri->scheme_text;
}

void sira_write_uri(sira_writer *writer, const sira_uri *uri)
{
    size_t mark = writer->length;
    if (!sira_i_uri_is_right(uri)) {
        sira_i_write_fail(writer, SIRA_E_ARGUMENT);
        return;
    }
    write_str(writer, scheme_name(uri));
    SIRA_I_WRITE(writer, ":");
    if (uri->scheme == SIRA_SCHEME_OTHER)
        write_str(writer, uri->rest);
    else if (uri->scheme == SIRA_SCHEME_TEL)
        write_str(writer, uri->user);
    else
        write_hierarchy(writer, uri);
    if (uri->scheme != SIRA_SCHEME_OTHER) {
        write_list(writer, SIRA_STR(";"), &uri->params);
        write_list(writer, SIRA_STR("?"), &uri->headers);
    }
    sira_i_write_settle(writer, mark);
}

/* ---- addresses and parameters ---- */

static void write_display_name(sira_writer *writer, sira_str display)
{
    if (display.len > 0) {
        sira_write_quoted(writer, display);
        SIRA_I_WRITE(writer, " ");
    }
}

static char *put_angle(sira_writer *writer, char *to, sira_str uri)
{
    to = SIRA_I_PUT(to, "<");
    to = sira_i_put_uri(writer, to, uri);
    return SIRA_I_PUT(to, ">");
}

void sira_write_address(sira_writer *writer, sira_str display, sira_str uri)
{
    size_t mark = writer->length;
    write_display_name(writer, display);
    put_angle(writer, sira_i_write_room(writer, uri.len + 2), uri);
    sira_i_write_settle(writer, mark);
}

static void write_param_name(sira_writer *writer, sira_str name)
{
    SIRA_I_WRITE(writer, ";");
    sira_write_token(writer, name);
}

/* gen-value = token / host / quoted-string (RFC 3261 25.1), as it is read. */
static bool is_gen_value(sira_str name, sira_str value)
{
    sira_endpoint endpoint;
    const char *end = sira_i_end(value);
    if (value.len > 0 && (value.at[0] == '[' || memchr(value.at, ':', value.len) != NULL) && value.at[0] != '"')
        return (value.at[0] == '[' || sira_str_equal_nocase(name, SIRA_STR("received"))) &&
               sira_endpoint_from_host(value, &endpoint) == SIRA_OK;
    return is_quoted(value) || (value.len > 0 && sira_i_span(value.at, end, SIRA_I_TOKEN) == end);
}

void sira_write_param(sira_writer *writer, sira_str name, sira_str value)
{
    size_t mark = writer->length;
    write_param_name(writer, name);
    if (value.at != NULL) {
        SIRA_I_WRITE(writer, "=");
        if (!is_gen_value(name, value))
            sira_i_write_fail(writer, SIRA_E_ARGUMENT);
        sira_write_text(writer, value);
    }
    sira_i_write_settle(writer, mark);
}

void sira_write_param_number(sira_writer *writer, sira_str name, uint32_t number)
{
    size_t mark = writer->length;
    write_param_name(writer, name);
    SIRA_I_WRITE(writer, "=");
    sira_write_number(writer, number);
    sira_i_write_settle(writer, mark);
}

void sira_write_param_quoted(sira_writer *writer, sira_str name, sira_str text)
{
    size_t mark = writer->length;
    write_param_name(writer, name);
    SIRA_I_WRITE(writer, "=");
    sira_write_quoted(writer, text);
    sira_i_write_settle(writer, mark);
}

/* ---- header lines ---- */

static inline char *put_octet(char *to, unsigned octet)
{
    if (octet >= 100)
        *to++ = (char)('0' + octet / 100);
    if (octet >= 10)
        *to++ = (char)('0' + octet / 10 % 10);
    *to++ = (char)('0' + octet % 10);
    return to;
}

/* Most are IPv4 addresses. */
static size_t sent_by_text(const sira_endpoint *sent_by, char text[SIRA_ENDPOINT_TEXT])
{
    char *at = text;
    if (!SIRA_I_QUICK || sent_by->family != SIRA_FAMILY_IPV4)
        return sira_endpoint_to_text(sent_by, text, SIRA_ENDPOINT_TEXT);
    for (int i = 0; i < 4; i++) {
        at = put_octet(at, sent_by->address[i]);
        *at++ = i < 3 ? '.' : ':';
    }
    if (sent_by->port == 0)
        return (size_t)(at - text) - 1;
    return (size_t)(sira_i_put_number(at, sent_by->port) - text);
}

void sira_write_via_field(sira_writer *writer, const sira_write_via *via)
{
    char text[SIRA_ENDPOINT_TEXT];
    size_t mark = writer->length;
    sira_str transport = sira_str_from(sira_transport_name((sira_transport_kind)via->sent_by->transport));
    sira_str sent_by = {text, sent_by_text(via->sent_by, text)};
    sira_str end = via->rport ? SIRA_STR(";rport\r\n") : SIRA_STR("\r\n");
    if (sent_by.len == 0)
        sira_i_write_fail(writer, SIRA_E_ARGUMENT);
    char *to = sira_i_write_room(writer, sizeof "Via: SIP/2.0/ ;branch=" - 1 + transport.len + sent_by.len +
                                             via->branch.len + end.len);
    to = SIRA_I_PUT(to, "Via: SIP/2.0/");
    to = sira_i_put_token(writer, to, transport);
    to = SIRA_I_PUT(to, " ");
    to = sira_i_put_raw(to, sent_by);
    to = SIRA_I_PUT(to, ";branch=");
    to = sira_i_put_token(writer, to, via->branch);
    sira_i_put_raw(to, end);
    sira_i_write_settle(writer, mark);
}

void sira_write_address_field(sira_writer *writer, sira_field_id id, sira_str display, sira_str uri, sira_str tag)
{
    size_t mark = writer->length, room = uri.len + sizeof "<>\r\n" - 1;
    if (tag.len > 0)
        room += sizeof ";tag=" - 1 + tag.len;
    sira_write_begin(writer, id);
    write_display_name(writer, display);
    char *to = put_angle(writer, sira_i_write_room(writer, room), uri);
    if (tag.len > 0) {
        to = SIRA_I_PUT(to, ";tag=");
        to = sira_i_put_token(writer, to, tag);
    }
    SIRA_I_PUT(to, "\r\n");
    sira_i_write_settle(writer, mark);
}

void sira_write_cseq_field(sira_writer *writer, uint32_t number, sira_str method)
{
    size_t mark = writer->length;
    if (number > INT32_MAX) { /* RFC 3261 8.1.1.5 */
        sira_i_write_fail(writer, SIRA_E_ARGUMENT);
        return;
    }
    SIRA_I_WRITE(writer, "CSeq: ");
    sira_write_number(writer, number);
    char *to = sira_i_write_room(writer, method.len + sizeof " \r\n" - 1);
    to = SIRA_I_PUT(to, " ");
    to = sira_i_put_token(writer, to, method);
    SIRA_I_PUT(to, "\r\n");
    sira_i_write_settle(writer, mark);
}

/* qvalue = ( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3("0") ] ) */
static void write_q(sira_writer *writer, unsigned thousandths)
{
    char text[] = {';',
                   'q',
                   '=',
                   (char)('0' + thousandths / 1000),
                   '.',
                   (char)('0' + thousandths / 100 % 10),
                   (char)('0' + thousandths / 10 % 10),
                   (char)('0' + thousandths % 10)};
    size_t length = sizeof text;
    if (thousandths > 1000)
        sira_i_write_fail(writer, SIRA_E_ARGUMENT);
    while (text[length - 1] == '0' && length > 5)
        length--;
    sira_i_write_raw(writer, text, length > 5 ? length : 4);
}

/* Tokens with white space between (RFC 3261 25.1: display-name). */
static bool is_tokens(sira_str text)
{
    const char *at = text.at, *end = sira_i_end(text);
    while (at < end && sira_i_is(*at, SIRA_I_TOKEN))
        at = sira_i_behind_lws(sira_i_span(at, end, SIRA_I_TOKEN), end);
    return at == end;
}

void sira_i_write_display(sira_writer *writer, sira_str display)
{
    if (display.len == 0)
        return;
    if (!is_quoted(display) && !is_tokens(display))
        sira_i_write_fail(writer, SIRA_E_ARGUMENT);
    sira_i_write_unfolded(writer, display);
    SIRA_I_WRITE(writer, " ");
}

static void write_number_behind(sira_writer *writer, sira_str name, uint32_t number)
{
    sira_i_write_raw(writer, name.at, name.len);
    sira_write_number(writer, number);
}

static void write_inner_if_any(sira_writer *writer, sira_str name, const sira_str *text)
{
    if (text->len > 0) {
        sira_i_write_raw(writer, name.at, name.len);
        sira_i_write_inner(writer, *text);
    }
}

static void write_contact(sira_writer *writer, const sira_contact *contact)
{
    sira_i_write_display(writer, contact->address.display);
    put_angle(writer, sira_i_write_room(writer, contact->address.uri.len + 2), contact->address.uri);
    if (contact->has_q)
        write_q(writer, contact->q);
    if (contact->has_expires)
        write_number_behind(writer, SIRA_STR(";expires="), contact->expires);
    write_inner_if_any(writer, SIRA_STR(";+sip.instance="), &contact->instance);
    if (contact->reg_id != 0)
        write_number_behind(writer, SIRA_STR(";reg-id="), contact->reg_id);
    write_inner_if_any(writer, SIRA_STR(";pub-gruu="), &contact->pub_gruu);
    write_inner_if_any(writer, SIRA_STR(";temp-gruu="), &contact->temp_gruu);
}

void sira_write_contact_field(sira_writer *writer, const sira_contact *contact)
{
    size_t mark = writer->length;
    SIRA_I_WRITE(writer, "Contact: ");
    if (contact->star)
        SIRA_I_WRITE(writer, "*");
    else
        write_contact(writer, contact);
    sira_write_end(writer);
    sira_i_write_settle(writer, mark);
}

static bool is_comment(sira_str text)
{
    sira_i_scan scan = {text.at, sira_i_end(text), 0};
    return text.at[0] == '(' && sira_i_comment(&scan).len == text.len;
}

void sira_write_retry_after_field(sira_writer *writer, const sira_retry_after *retry_after)
{
    size_t mark = writer->length;
    sira_str comment = retry_after->comment;
    SIRA_I_WRITE(writer, "Retry-After: ");
    sira_write_number(writer, retry_after->seconds);
    if (comment.len > 0) {
        if (!is_comment(comment))
            sira_i_write_fail(writer, SIRA_E_ARGUMENT);
        SIRA_I_WRITE(writer, " ");
        sira_i_write_unfolded(writer, comment);
    }
    if (retry_after->has_duration)
        write_number_behind(writer, SIRA_STR(";duration="), retry_after->duration);
    sira_write_end(writer);
    sira_i_write_settle(writer, mark);
}

static bool is_agent(sira_str text)
{
    sira_i_scan scan = {text.at, sira_i_end(text), 0};
    return sira_i_take_agent(&scan) && scan.at == scan.end;
}

static void put_two_digits(char *to, unsigned number)
{
    to[0] = (char)('0' + number / 10);
    to[1] = (char)('0' + number % 10);
}

/* rfc1123-date (RFC 3261 25.1) */
void sira_write_date_field(sira_writer *writer, const sira_date *date)
{
    static const char weekdays[] = "MonTueWedThuFriSatSun";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    if (date->weekday > 6 || date->month < 1 || date->month > 12 || date->day < 1 || date->day > 31 ||
        date->hour > 23 || date->minute > 59 || date->second > 60 || date->year > 9999) {
        sira_i_write_fail(writer, SIRA_E_ARGUMENT);
        return;
    }
    char line[] = "Date: ddd, 00 mmm 0000 00:00:00 GMT\r\n";
    memcpy(line + 6, weekdays + 3u * date->weekday, 3);
    put_two_digits(line + 11, date->day);
    memcpy(line + 14, months + 3u * (date->month - 1u), 3);
    put_two_digits(line + 18, date->year / 100u);
    put_two_digits(line + 20, date->year % 100u);
    put_two_digits(line + 23, date->hour);
    put_two_digits(line + 26, date->minute);
    put_two_digits(line + 29, date->second);
    sira_i_write_raw(writer, line, sizeof line - 1);
}

void sira_write_warning_field(sira_writer *writer, const sira_warning *warning)
{
    size_t mark = writer->length;
    if (warning->code < 100 || warning->code > 999 || !is_agent(warning->agent) || !is_quoted(warning->text)) {
        sira_i_write_fail(writer, SIRA_E_ARGUMENT);
        return;
    }
    SIRA_I_WRITE(writer, "Warning: ");
    sira_write_number(writer, warning->code);
    SIRA_I_WRITE(writer, " ");
    sira_i_write_raw(writer, warning->agent.at, warning->agent.len);
    SIRA_I_WRITE(writer, " ");
    sira_i_write_unfolded(writer, warning->text);
    sira_write_end(writer);
    sira_i_write_settle(writer, mark);
}
