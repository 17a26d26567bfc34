#include <string.h>

#include "message/scan.h"

/* sent-protocol = "SIP" SLASH "2.0" SLASH transport, white space around each slash (RFC 4475 3.1.1.1). */
static const char *take_protocol(sira_i_scan *scan, sira_via *via)
{
    if (SIRA_I_QUICK && scan->end - scan->at >= 8 && sira_i_load(scan->at) == sira_i_load("SIP/2.0/")) {
        scan->at += 8;
        sira_i_skip_lws(scan);
    } else if (!sira_str_equal_nocase(sira_i_span_str(scan, SIRA_I_TOKEN), SIRA_STR("SIP")) ||
               !sira_i_take_around(scan, '/') ||
               !sira_str_equal(sira_i_span_str(scan, SIRA_I_TOKEN), SIRA_STR("2.0")) ||
               !sira_i_take_around(scan, '/')) {
        return "SIP/2.0/transport";
    }
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

static bool is_host(sira_str text)
{
    sira_i_scan scan = {text.at, sira_i_end(text), 0};
    return text.len != 0 && sira_i_host(&scan).len == text.len;
}

/* rport = "rport" [ EQUAL 1*DIGIT ] (RFC 3581 3). */
static const char *know_rport(sira_via *via, const sira_i_generic_param *param)
{
    uint32_t number = 0;
    via->has_rport = true;
    if (param->kind == SIRA_I_VALUE_NONE)
        return NULL;
    if (sira_str_to_u32(param->value, 65535, &number) != SIRA_OK || number == 0)
        return "a port from 1 to 65535";
    via->rport = (uint16_t)number;
    return NULL;
}

static const char *know_param(sira_via *via, const sira_i_generic_param *param, const char *end)
{
    sira_endpoint endpoint;
    uint64_t key = param->name.len <= 8 ? sira_i_key(param->name, end) : 0;
    bool again = false;
    const char *wrong = NULL;
    if (key == sira_i_load("branch\0")) {
        again = via->branch.at != NULL;
        wrong = param->kind == SIRA_I_VALUE_TOKEN ? NULL : "a token";
        if (!again)
            via->branch = param->value;
    } else if (key == sira_i_load("rport\0\0")) {
        again = via->has_rport;
        wrong = know_rport(via, param);
    } else if (key == sira_i_load("received")) {
        again = via->received.at != NULL;
        wrong = sira_endpoint_from_host(param->value, &endpoint) == SIRA_OK ? NULL : "an address";
        if (wrong == NULL)
            via->received = param->value;
    } else if (key == sira_i_load("maddr\0\0")) {
        again = via->maddr.at != NULL;
        wrong = is_host(param->value) ? NULL : "a host";
        if (wrong == NULL)
            via->maddr = param->value;
    } else if (key == sira_i_load("ttl\0\0\0\0")) {
        again = via->ttl != UINT32_MAX;
        wrong = param->value.len <= 3 && sira_str_to_u32(param->value, 255, &via->ttl) == SIRA_OK
                    ? NULL
                    : "a number from 0 to 255";
    }
    return again ? "this parameter only once" : wrong; /* RFC 3261 7.3.1 */
}

/* By the branch an answer is known: two of them are never let pass. */
static bool is_other_branch(const sira_via *via, const sira_i_generic_param *param)
{
    return sira_str_equal_nocase(param->name, SIRA_STR("branch")) && !sira_str_equal(param->value, via->branch);
}

static const char *take_params(sira_i_scan *scan, sira_via *via)
{
    sira_i_params param = {0};
    while (sira_i_params_next(scan, &param)) {
        const char *wrong = know_param(via, &param.now, scan->end);
        if (wrong == NULL || ((scan->lenient & SIRA_I_LENIENT_ANSWER) != 0 && !is_other_branch(via, &param.now)))
            continue;
        scan->at = param.now.value.at != NULL ? param.now.value.at : param.now.name.at;
        return wrong;
    }
    via->params = param.list;
    return param.bad ? "a parameter" : NULL;
}

sira_status sira_via_next(sira_cursor *cursor, sira_via *via, sira_diag *diag)
{
    sira_i_scan scan;
    sira_status status = sira_i_value_begin(cursor, &scan);
    if (status != SIRA_OK)
        return status;
    memset(via, 0, sizeof *via);
    via->ttl = UINT32_MAX;
    const char *wrong = take_protocol(&scan, via);
    if (wrong == NULL)
        wrong = take_sent_by(&scan, via);
    if (wrong == NULL)
        wrong = take_params(&scan, via);
    if (wrong != NULL)
        return sira_i_value_bad(cursor, scan.at, wrong, diag);
    return sira_i_value_end(cursor, &scan, diag);
}
