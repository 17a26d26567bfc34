#include <string.h>

#include "message/scan.h"

/* sent-protocol = "SIP" SLASH "2.0" SLASH transport, white space around each slash (RFC 4475 3.1.1.1). */
static const char *take_protocol(sira_i_scan *scan, sira_via *via)
{
    if (!sira_str_equal_nocase(sira_i_span_str(scan, SIRA_I_TOKEN), SIRA_STR("SIP")) ||
        !sira_i_take_around(scan, '/') || !sira_str_equal(sira_i_span_str(scan, SIRA_I_TOKEN), SIRA_STR("2.0")) ||
        !sira_i_take_around(scan, '/'))
        return "SIP/2.0/transport";
    via->transport = sira_i_span_str(scan, SIRA_I_TOKEN);
    const char *behind = scan->at;
    sira_i_skip_lws(scan);
    return via->transport.len == 0 || scan->at == behind ? "a transport and white space" : NULL;
}

static const char *take_sent_by(sira_i_scan *scan, sira_via *via)
{
    via->host = sira_i_host(scan);
    if (via->host.len == 0)
        return "a host";
    if (!sira_i_take_around(scan, ':'))
        return NULL;
    via->port = sira_i_port(scan);
    return via->port == 0 ? "a port from 1 to 65535" : NULL;
}

static const char *know_param(sira_via *via, const sira_i_params *param)
{
    uint32_t number = 0;
    sira_str name = param->name;
    if (name.len == 6 && sira_str_equal_nocase(name, SIRA_STR("branch"))) {
        via->branch = param->value;
        return via->branch.len == 0 ? "the branch's value" : NULL;
    }
    if (name.len == 5 && sira_str_equal_nocase(name, SIRA_STR("rport"))) { /* RFC 3581 3 */
        via->has_rport = true;
        if (param->value.at != NULL && (sira_str_to_u32(param->value, 65535, &number) != SIRA_OK || number == 0))
            return "a port from 1 to 65535";
        via->rport = (uint16_t)number;
    } else if (name.len == 8 && sira_str_equal_nocase(name, SIRA_STR("received"))) {
        sira_endpoint endpoint;
        if (sira_endpoint_from_host(param->value, &endpoint) != SIRA_OK)
            return "an address";
        via->received = param->value;
    } else if (name.len == 5 && sira_str_equal_nocase(name, SIRA_STR("maddr"))) {
        via->maddr = param->value;
        return via->maddr.len == 0 ? "a host" : NULL;
    } else if (name.len == 3 && sira_str_equal_nocase(name, SIRA_STR("ttl"))) {
        if (sira_str_to_u32(param->value, 255, &via->ttl) != SIRA_OK)
            return "a number from 0 to 255";
    }
    return NULL;
}

sira_status sira_via_next(sira_cursor *cursor, sira_via *via, sira_diag *diag)
{
    sira_i_scan scan;
    sira_i_params param = {0};
    sira_status status = sira_i_value_begin(cursor, &scan);
    if (status != SIRA_OK)
        return status;
    memset(via, 0, sizeof *via);
    via->ttl = UINT32_MAX;
    const char *wrong = take_protocol(&scan, via);
    if (wrong == NULL)
        wrong = take_sent_by(&scan, via);
    const char *at = scan.at;
    while (wrong == NULL && sira_i_params_next(&scan, &param)) {
        at = param.value.at != NULL ? param.value.at : param.name.at;
        wrong = know_param(via, &param);
        if (wrong == NULL)
            at = scan.at;
    }
    if (wrong != NULL)
        return sira_i_value_bad(cursor, at < scan.at && param.name.at != NULL ? at : scan.at, wrong, diag);
    if (param.bad)
        return sira_i_value_bad(cursor, scan.at, "a parameter", diag);
    via->params = param.list;
    return sira_i_value_end(cursor, &scan, diag);
}
