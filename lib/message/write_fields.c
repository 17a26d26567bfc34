/* Header lines of one kind, and what stands in them. */
#include <sira/writer.h>

#include "base/view.h"
#include "message/scan.h"
#include "message/writing.h"

/* A quoted string that closes at its end, so that nothing can stand behind it. */
static bool is_quoted(sira_str text)
{
    sira_i_scan scan = {text.at, sira_i_end(text)};
    return text.len > 0 && text.at[0] == '"' && sira_i_quoted(&scan).len == text.len;
}

/* Each octet is of the classes, one of those in also, or part of an escape (RFC 3261 25.1: "%" HEXDIG HEXDIG). */
static bool is_part(sira_str text, unsigned classes, sira_str also)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (sira_i_is(c, classes))
            continue;
        if (c == '%' && text.len - i > 2 && sira_i_is(text.at[i + 1], SIRA_I_HEX) &&
            sira_i_is(text.at[i + 2], SIRA_I_HEX)) {
            i += 2;
            continue;
        }
        size_t k = 0;
        while (k < also.len && also.at[k] != c)
            k++;
        if (k == also.len)
            return false;
    }
    return true;
}

static void write_if(sira_writer *writer, bool right, sira_str text)
{
    if (right)
        sira_i_write_raw(writer, text.at, text.len);
    else
        sira_i_write_fail(writer, SIRA_E_ARGUMENT);
}

/* ---- URIs ---- */

static void write_host(sira_writer *writer, sira_str host)
{
    sira_i_scan scan = {host.at, sira_i_end(host)};
    write_if(writer, host.len > 0 && sira_i_host(&scan).len == host.len, host);
}

static void write_userinfo(sira_writer *writer, const sira_uri *uri)
{
    if (!uri->has_user && uri->user.len == 0)
        return;
    write_if(writer, uri->user.len > 0 && is_part(uri->user, SIRA_I_USER, SIRA_STR("")), uri->user);
    if (uri->has_password || uri->password.len > 0) {
        SIRA_I_WRITE(writer, ":");
        write_if(writer, is_part(uri->password, SIRA_I_PASSWORD, SIRA_STR("")), uri->password);
    }
    SIRA_I_WRITE(writer, "@");
}

static void write_uri_params(sira_writer *writer, const sira_uri *uri)
{
    if (uri->params.len > 0) {
        SIRA_I_WRITE(writer, ";");
        write_if(writer, is_part(uri->params, SIRA_I_PARAM, SIRA_STR(";=")), uri->params);
    }
}

static void write_sip_uri(sira_writer *writer, const sira_uri *uri)
{
    write_userinfo(writer, uri);
    write_host(writer, uri->host);
    if (uri->port != 0) {
        SIRA_I_WRITE(writer, ":");
        sira_write_number(writer, uri->port);
    }
    write_uri_params(writer, uri);
    if (uri->headers.len > 0) {
        SIRA_I_WRITE(writer, "?");
        write_if(writer, is_part(uri->headers, SIRA_I_HEADER, SIRA_STR("&=")), uri->headers);
    }
}

static sira_str scheme_name(const sira_uri *uri)
{
    switch (uri->scheme) {
    case SIRA_SCHEME_SIP:
        return SIRA_STR("sip");
    case SIRA_SCHEME_SIPS:
        return SIRA_STR("sips");
    case SIRA_SCHEME_TEL:
        return SIRA_STR("tel");
    default:
        return uri->scheme_text;
    }
}

void sira_write_uri(sira_writer *writer, const sira_uri *uri)
{
    size_t mark = writer->length;
    sira_i_write_class(writer, uri->scheme_text.len > 0 ? uri->scheme_text : scheme_name(uri), SIRA_I_SCHEME);
    SIRA_I_WRITE(writer, ":");
    if (uri->scheme == SIRA_SCHEME_SIP || uri->scheme == SIRA_SCHEME_SIPS) {
        write_sip_uri(writer, uri);
    } else if (uri->scheme == SIRA_SCHEME_TEL) {
        /* RFC 3966 3: digits, visual separators, and what local numbers have besides */
        write_if(writer, uri->user.len > 0 && is_part(uri->user, SIRA_I_HEX, SIRA_STR("+-.()*#")), uri->user);
        write_uri_params(writer, uri);
    } else {
        sira_i_write_class(writer, uri->rest, SIRA_I_URIC);
    }
    sira_i_write_settle(writer, mark);
}

/* ---- addresses and parameters ---- */

void sira_write_address(sira_writer *writer, sira_str display, sira_str uri)
{
    size_t mark = writer->length;
    if (display.len > 0) {
        sira_write_quoted(writer, display);
        SIRA_I_WRITE(writer, " ");
    }
    SIRA_I_WRITE(writer, "<");
    sira_i_write_uri_text(writer, uri);
    SIRA_I_WRITE(writer, ">");
    sira_i_write_settle(writer, mark);
}

static void write_param_name(sira_writer *writer, sira_str name)
{
    SIRA_I_WRITE(writer, ";");
    sira_write_token(writer, name);
}

/* gen-value = token / host / quoted-string (RFC 3261 25.1) */
static bool is_gen_value(sira_str value)
{
    return is_quoted(value) || (value.len > 0 && is_part(value, SIRA_I_TOKEN, SIRA_STR("[]:")));
}

void sira_write_param(sira_writer *writer, sira_str name, sira_str value)
{
    size_t mark = writer->length;
    write_param_name(writer, name);
    if (value.at != NULL) {
        SIRA_I_WRITE(writer, "=");
        if (!is_gen_value(value))
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

void sira_write_via_field(sira_writer *writer, const sira_write_via *via)
{
    char sent_by[SIRA_ENDPOINT_TEXT];
    size_t mark = writer->length, length = sira_endpoint_to_text(via->sent_by, sent_by, sizeof sent_by);
    if (length == 0)
        sira_i_write_fail(writer, SIRA_E_ARGUMENT);
    sira_write_begin(writer, SIRA_FIELD_VIA);
    SIRA_I_WRITE(writer, "SIP/2.0/");
    sira_write_token(writer, sira_str_from(sira_transport_name((sira_transport_kind)via->sent_by->transport)));
    SIRA_I_WRITE(writer, " ");
    sira_i_write_raw(writer, sent_by, length);
    SIRA_I_WRITE(writer, ";branch=");
    sira_write_token(writer, via->branch);
    if (via->rport)
        SIRA_I_WRITE(writer, ";rport");
    sira_write_end(writer);
    sira_i_write_settle(writer, mark);
}

void sira_write_address_field(sira_writer *writer, sira_field_id id, sira_str display, sira_str uri, sira_str tag)
{
    size_t mark = writer->length;
    sira_write_begin(writer, id);
    sira_write_address(writer, display, uri);
    if (tag.len > 0) {
        SIRA_I_WRITE(writer, ";tag=");
        sira_write_token(writer, tag);
    }
    sira_write_end(writer);
    sira_i_write_settle(writer, mark);
}

void sira_write_cseq_field(sira_writer *writer, uint32_t number, sira_str method)
{
    size_t mark = writer->length;
    sira_write_begin(writer, SIRA_FIELD_CSEQ);
    sira_write_number(writer, number);
    SIRA_I_WRITE(writer, " ");
    sira_write_token(writer, method);
    sira_write_end(writer);
    sira_i_write_settle(writer, mark);
}

/* qvalue = ( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3("0") ] ) */
static void write_q(sira_writer *writer, unsigned thousandths)
{
    char text[5] = {'0', '.', (char)('0' + thousandths / 100), (char)('0' + thousandths / 10 % 10),
                    (char)('0' + thousandths % 10)};
    size_t length = sizeof text;
    if (thousandths > 1000) {
        sira_i_write_fail(writer, SIRA_E_ARGUMENT);
        return;
    }
    if (thousandths % 1000 == 0) {
        text[0] = thousandths == 0 ? '0' : '1';
        length = 1;
    }
    while (length > 1 && text[length - 1] == '0')
        length--;
    SIRA_I_WRITE(writer, ";q=");
    sira_i_write_raw(writer, text, length);
}

static void write_display(sira_writer *writer, sira_str display)
{
    if (display.len == 0)
        return;
    if (!is_quoted(display) && !is_part(display, SIRA_I_TOKEN | SIRA_I_WSP, SIRA_STR("")))
        sira_i_write_fail(writer, SIRA_E_ARGUMENT);
    sira_write_text(writer, display);
    SIRA_I_WRITE(writer, " ");
}

static void write_quoted_if_any(sira_writer *writer, sira_str name, sira_str text)
{
    if (text.len > 0)
        sira_write_param_quoted(writer, name, text);
}

static void write_contact(sira_writer *writer, const sira_contact *contact)
{
    write_display(writer, contact->address.display);
    sira_write_address(writer, (sira_str){NULL, 0}, contact->address.uri);
    if (contact->has_q)
        write_q(writer, contact->q);
    if (contact->has_expires)
        sira_write_param_number(writer, SIRA_STR("expires"), contact->expires);
    write_quoted_if_any(writer, SIRA_STR("+sip.instance"), contact->instance);
    if (contact->reg_id != 0)
        sira_write_param_number(writer, SIRA_STR("reg-id"), contact->reg_id);
    write_quoted_if_any(writer, SIRA_STR("pub-gruu"), contact->pub_gruu);
    write_quoted_if_any(writer, SIRA_STR("temp-gruu"), contact->temp_gruu);
}

void sira_write_contact_field(sira_writer *writer, const sira_contact *contact)
{
    size_t mark = writer->length;
    sira_write_begin(writer, SIRA_FIELD_CONTACT);
    if (contact->star)
        SIRA_I_WRITE(writer, "*");
    else
        write_contact(writer, contact);
    sira_write_end(writer);
    sira_i_write_settle(writer, mark);
}

void sira_write_retry_after_field(sira_writer *writer, const sira_retry_after *retry_after)
{
    size_t mark = writer->length;
    sira_str comment = retry_after->comment;
    sira_write_begin(writer, SIRA_FIELD_RETRY_AFTER);
    sira_write_number(writer, retry_after->seconds);
    if (comment.len > 0) {
        if (comment.len < 2 || comment.at[0] != '(' || comment.at[comment.len - 1] != ')')
            sira_i_write_fail(writer, SIRA_E_ARGUMENT);
        SIRA_I_WRITE(writer, " ");
        sira_write_text(writer, comment);
    }
    if (retry_after->has_duration)
        sira_write_param_number(writer, SIRA_STR("duration"), retry_after->duration);
    sira_write_end(writer);
    sira_i_write_settle(writer, mark);
}

static void write_two_digits(sira_writer *writer, unsigned number)
{
    const char digits[2] = {(char)('0' + number / 10 % 10), (char)('0' + number % 10)};
    sira_i_write_raw(writer, digits, sizeof digits);
}

/* rfc1123-date (RFC 3261 25.1) */
void sira_write_date_field(sira_writer *writer, const sira_date *date)
{
    static const char weekdays[] = "MonTueWedThuFriSatSun";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    size_t mark = writer->length;
    if (date->weekday > 6 || date->month < 1 || date->month > 12 || date->day < 1 || date->day > 31 ||
        date->hour > 23 || date->minute > 59 || date->second > 60 || date->year > 9999) {
        sira_i_write_fail(writer, SIRA_E_ARGUMENT);
        return;
    }
    sira_write_begin(writer, SIRA_FIELD_DATE);
    sira_i_write_raw(writer, weekdays + 3u * date->weekday, 3);
    SIRA_I_WRITE(writer, ", ");
    write_two_digits(writer, date->day);
    SIRA_I_WRITE(writer, " ");
    sira_i_write_raw(writer, months + 3u * (date->month - 1u), 3);
    SIRA_I_WRITE(writer, " ");
    write_two_digits(writer, date->year / 100u);
    write_two_digits(writer, date->year % 100u);
    SIRA_I_WRITE(writer, " ");
    write_two_digits(writer, date->hour);
    SIRA_I_WRITE(writer, ":");
    write_two_digits(writer, date->minute);
    SIRA_I_WRITE(writer, ":");
    write_two_digits(writer, date->second);
    SIRA_I_WRITE(writer, " GMT\r\n");
    sira_i_write_settle(writer, mark);
}

void sira_write_warning_field(sira_writer *writer, const sira_warning *warning)
{
    size_t mark = writer->length;
    if (warning->code < 100 || warning->code > 999 || warning->agent.len == 0 ||
        !is_part(warning->agent, SIRA_I_TOKEN, SIRA_STR("[]:")) || !is_quoted(warning->text)) {
        sira_i_write_fail(writer, SIRA_E_ARGUMENT);
        return;
    }
    sira_write_begin(writer, SIRA_FIELD_WARNING);
    sira_write_number(writer, warning->code);
    SIRA_I_WRITE(writer, " ");
    sira_i_write_raw(writer, warning->agent.at, warning->agent.len);
    SIRA_I_WRITE(writer, " ");
    sira_write_text(writer, warning->text);
    sira_write_end(writer);
    sira_i_write_settle(writer, mark);
}
