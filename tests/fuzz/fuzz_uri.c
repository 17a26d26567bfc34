/* Two lines, each as a URI: taken apart, compared both ways, and written again from the parts. */
#include "fuzz/fuzz.h"

#include <sira/uri.h>
#include <sira/writer.h>

static void check_parts(const sira_uri *uri, sira_str text)
{
    const sira_str parts[] = {uri->scheme_text, uri->user,    uri->password, uri->host,
                              uri->params,      uri->headers, uri->rest};
    sira_str rest, name, value;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        REQUIRE(fuzz_inside(parts[i], text));
    for (rest = uri->params; sira_uri_param_next(&rest, &name, &value) == SIRA_OK;) {
        REQUIRE(name.len > 0 && fuzz_inside(name, uri->params) && fuzz_inside(value, uri->params));
        sira_str found;
        REQUIRE(sira_uri_param(uri, name, &found) == SIRA_OK);
    }
    for (rest = uri->headers; sira_uri_header_next(&rest, &name, &value) == SIRA_OK;)
        REQUIRE(name.len > 0 && fuzz_inside(name, uri->headers) && fuzz_inside(value, uri->headers));
}

static void check_unescaped(sira_str user)
{
    char out[5000];
    size_t length = 0;
    REQUIRE(sira_uri_unescape(user, out, sizeof out, &length) == SIRA_OK && length <= user.len);
}

static size_t written(const sira_uri *uri, char *out, size_t size)
{
    sira_writer writer;
    size_t length = 0;
    sira_writer_init(&writer, out, size);
    sira_write_uri(&writer, uri);
    REQUIRE(sira_writer_finish(&writer, &length) == SIRA_OK);
    return length;
}

/* A port loses its leading zeros; nothing else changes, and the second time nothing at all. */
static void check_written(const sira_uri *uri)
{
    char first[5000], second[5000];
    sira_uri again;
    const size_t length = written(uri, first, sizeof first);
    REQUIRE(sira_uri_parse(&again, (sira_str){first, length}, NULL) == SIRA_OK);
    REQUIRE(uri->port != 0 || sira_str_equal(again.text, uri->text));
    REQUIRE(sira_uri_equal(uri, &again) || again.text.len != uri->text.len);
    REQUIRE(written(&again, second, sizeof second) == length && memcmp(first, second, length) == 0);
}

/* Returns whether it is a URI. */
static bool check(sira_str text, sira_uri *uri)
{
    sira_diag diag = {0};
    const sira_status status = sira_uri_parse(uri, text, &diag);
    if (status != SIRA_OK) {
        REQUIRE(status == SIRA_E_URI && diag.offset <= text.len && diag.expected != NULL);
        return false;
    }
    check_parts(uri, text);
    check_unescaped(uri->user);
    check_written(uri);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data, *line = size > 0 ? memchr(text, '\n', size) : NULL;
    const size_t first = line != NULL ? (size_t)(line - text) : size;
    sira_uri a, b;
    if (size > 4000)
        return 0;
    const bool is_a = check((sira_str){text, first}, &a);
    if (is_a)
        REQUIRE(sira_uri_equal(&a, &a));
    if (line != NULL && check((sira_str){line + 1, size - first - 1}, &b) && is_a)
        REQUIRE(sira_uri_equal(&a, &b) == sira_uri_equal(&b, &a));
    return 0;
}
