/* The first byte chooses a field of challenges, credentials or Authentication-Info; the rest is its value. */
#include "fuzz/fuzz.h"

#include <sira/field.h>
#include <sira/writer.h>

/* What is unquoted and written again reads the same. */
static void check_value(sira_str value)
{
    char plain[5000], quoted[10002], again[5000];
    size_t length = 0, quoted_length = 0, again_length = 0;
    sira_writer writer;
    REQUIRE(sira_str_unquote(value, plain, sizeof plain, &length) == SIRA_OK && length <= value.len);
    sira_writer_init(&writer, quoted, sizeof quoted);
    sira_write_quoted(&writer, (sira_str){plain, length});
    if (sira_writer_finish(&writer, &quoted_length) != SIRA_OK)
        return; /* it was folded, or has a NUL behind a backslash */
    REQUIRE(sira_str_unquote((sira_str){quoted, quoted_length}, again, sizeof again, &again_length) == SIRA_OK);
    REQUIRE(length == again_length && memcmp(plain, again, length) == 0);
}

static void check_params(const sira_auth *auth, sira_str text)
{
    sira_str rest = auth->params, name, value;
    sira_status status;
    while ((status = sira_auth_param_next(&rest, &name, &value)) == SIRA_OK) {
        REQUIRE(name.len > 0 && fuzz_inside(name, text) && value.at != NULL && fuzz_inside(value, text));
        check_value(value);
    }
    REQUIRE(status == SIRA_IDLE || status == SIRA_E_SYNTAX); /* the latter for a token68 */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const sira_field_id ids[] = {SIRA_FIELD_WWW_AUTHENTICATE,    SIRA_FIELD_PROXY_AUTHENTICATE,
                                        SIRA_FIELD_AUTHORIZATION,       SIRA_FIELD_PROXY_AUTHORIZATION,
                                        SIRA_FIELD_AUTHENTICATION_INFO, SIRA_FIELD_PROXY_AUTHENTICATION_INFO};
    if (size == 0 || size > 4000)
        return 0;
    const sira_str text = {(const char *)data + 1, size - 1};
    sira_cursor cursor;
    sira_auth auth;
    sira_diag diag = {0};
    sira_status status;
    size_t count = 0;
    sira_cursor_init_text(&cursor, text, ids[data[0] % 6]);
    while ((status = sira_auth_next(&cursor, &auth, &diag)) == SIRA_OK) {
        REQUIRE(fuzz_inside(auth.scheme, text) && fuzz_inside(auth.params, text));
        check_params(&auth, text);
        REQUIRE(++count <= size);
    }
    if (status < 0)
        REQUIRE(diag.offset <= text.len && diag.expected != NULL && diag.field[0] != '\0');
    REQUIRE(sira_auth_next(&cursor, &auth, &diag) == SIRA_IDLE);
    return 0;
}
