#include "support/marked.h"

#include <stdio.h>
#include <string.h>

#include <sira/message.h>

#include "message/scan.h"

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

/* Takes one parameter after the other; the last status, and how many there were. */
static sira_status take_params(sira_str *rest, size_t *count)
{
    sira_status status;
    sira_str name, value;
    for (*count = 0; (status = sira_i_next_param(rest, ',', &name, &value)) == SIRA_OK; ++*count)
        assert_true(name.len > 0 && value.at != NULL);
    return status;
}

static void expect_rest(const char *name, sira_str rest, sira_str text, size_t offset)
{
    if (rest.at != text.at + offset || rest.len != text.len - offset)
        fail_msg("%s: wrong at %td, %zu left", name, rest.at - text.at, rest.len);
}

/* ---- auth-param = auth-param-name EQUAL ( token / quoted-string ) ---- */

static void test_params(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *list[9]; /* name, value, ... */
    } cases[] = {
        {"", {NULL}},
        {" ", {NULL}},
        {"\r\n ", {NULL}},
        {"a=b", {"a", "b"}},
        {"realm=\"a\"", {"realm", "\"a\""}},
        {"realm=\"\",a=b", {"realm", "\"\"", "a", "b"}},
        {"nc=00000001, qop=auth", {"nc", "00000001", "qop", "auth"}},
        {"-.!%*_+`'~=-.!%*_+`'~", {"-.!%*_+`'~", "-.!%*_+`'~"}},
        {"a=1,a=2,A=3", {"a", "1", "a", "2", "A", "3"}}, /* what may stand once is the caller's to know */
        {"any-parameter=\"of any scheme\"", {"any-parameter", "\"of any scheme\""}},
        {"uri=\"sip:a@b;c?d=e,f\",g=h", {"uri", "\"sip:a@b;c?d=e,f\"", "g", "h"}},
        /* commas, quotes, escapes */
        {"qop=\"auth,auth-int\", stale=FALSE", {"qop", "\"auth,auth-int\"", "stale", "FALSE"}},
        {"realm=\"a, nonce=b\",c=\",\"", {"realm", "\"a, nonce=b\"", "c", "\",\""}},
        {"realm=\"\\\"\", a=\"\\\\\"", {"realm", "\"\\\"\"", "a", "\"\\\\\""}},
        {"realm=\"a \\\", b=\\\"c\", d=e", {"realm", "\"a \\\", b=\\\"c\"", "d", "e"}},
        {"realm=\"\\a\\,\\ \\\1\\\x7f\", d=e", {"realm", "\"\\a\\,\\ \\\1\\\x7f\"", "d", "e"}},
        {"realm=\"K\xc3\xb6ln \xe4\xba\x94\", a=\"K\xf6ln\"",
         {"realm", "\"K\xc3\xb6ln \xe4\xba\x94\"", "a", "\"K\xf6ln\""}},
        /* white space and folds */
        {" a=b ", {"a", "b"}},
        {"a = b , c\t=\t\"d\"\t,e= f", {"a", "b", "c", "\"d\"", "e", "f"}},
        {"a=b,\r\n c=d\r\n ,e=f", {"a", "b", "c", "d", "e", "f"}},
        {"\r\n a\r\n =\r\n b\r\n ,\r\n\tc\r\n =\r\n \"d\"\r\n ", {"a", "b", "c", "\"d\""}},
        {"realm=\"a\r\n b\tc\", nonce = \"more than sixteen octets\"",
         {"realm", "\"a\r\n b\tc\"", "nonce", "\"more than sixteen octets\""}},
        {"nonce=\"more than sixteen octets\"\r\n , opaque=\"and\r\n sixteen octets more\"\r\n ",
         {"nonce", "\"more than sixteen octets\"", "opaque", "\"and\r\n sixteen octets more\""}},
        {"a=b,\n c=d", {"a", "b", "c", "d"}}, /* SIRA_LENIENT_BARE_LF */
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *text = cases[i].text;
        sira_str copy = heap_str_from(text), rest = copy, name, value;
        for (const char *const *expected = cases[i].list; *expected != NULL; expected += 2) {
            expect_status(text, sira_auth_param_next(&rest, &name, &value), SIRA_OK);
            expect_str(text, name, expected[0]);
            expect_str(text, value, expected[1]);
        }
        expect_status(text, sira_auth_param_next(&rest, &name, &value), SIRA_IDLE);
        expect_status(text, sira_auth_param_next(&rest, &name, &value), SIRA_IDLE);
        heap_str_free(copy);
    }
    sira_str rest = {NULL, 0}, name, value;
    expect_status("NULL", sira_auth_param_next(&rest, &name, &value), SIRA_IDLE);
}

/* letters="text" is read in a way of its own, and only where ten octets are left: every length on both sides. */
static void test_lengths(void **state)
{
    (void)state;
    static const char *const tails[] = {"", ",b=c", " , b=c", ",", "x", " x=y"};
    for (size_t i = 0; i < COUNT(tails) * 10 * 20; i++) {
        const char *tail = tails[i % COUNT(tails)];
        size_t n = i / COUNT(tails) % 10 + 1, m = i / COUNT(tails) / 10;
        char line[64], name_text[16], value_text[32];
        snprintf(name_text, sizeof name_text, "%.*s", (int)n, "abcdefzAYZ");
        snprintf(value_text, sizeof value_text, "\"%.*s\"", (int)m, "0 =,;<A[z~\xc3\xa4 +/=?abcd");
        snprintf(line, sizeof line, "%s=%s%s", name_text, value_text, tail);
        sira_str text = heap_str_from(line), rest = text, name, value;
        bool wrong = i % COUNT(tails) >= 3;
        expect_status(line, sira_i_next_param(&rest, ',', &name, &value), wrong ? SIRA_E_SYNTAX : SIRA_OK);
        if (!wrong) {
            expect_str(line, name, name_text);
            expect_str(line, value, value_text);
        }
        expect_str(line, rest, tail + strspn(tail, " ,"));
        heap_str_free(text);
    }
}

/* A name without a value is wrong in a list, but behind a comma of challenges it is another scheme. */
static const char *const wrong_names[] = {"realm^, nonce=1", "a=1, b^, c=1", "realm^", "a=1, b ^", "a=1,b ^,c=1"};

/* Empty elements: wrong in credentials, skipped in challenges (RFC 7235 7). */
static const char *const empty_params[] = {
    "^,",         "^,a=1",     " ^,a=1",     "a=1,^",     "a=1 , ^",
    "a=1,\r\n ^", "a=1,^,b=2", "a=1, ^,b=2", "a=\"1\",^", "a=\"of more than sixteen octets\" , ^"};

/* What is wrong in any list, whatever stands before it. */
static const char *const wrong_params[] = {
    "a=^::1,b=2", "a=^[::1], b=1", "a=b^:c", "uri=sip^:a",
    /* names */
    "^=", "^=1", "^;a=1", "^\"a\"", "^\"a\"=1", "^<a>", "^@", "^\xc3\xa4=1", "^\1", "^\x7f=1", "realm^\xc3\xa4=1",
    "realm^/a", "realm^;a=1", "realm^\"a\"", "abcdefgh^@", "abcdefgh^@=\"and sixteen octets more\"",
    /* separators */
    "a=1^;b=2", "a=1 ^;b=2", "a=1 ^b=2", "a=1\r\n ^b=2", "a=1^=", "a=1^=2", "a=1^/2", "a=1^\"2\"", "a=1 ^2", "a=1^<b>",
    "a=1^\xc3\xa4", "a=1^\1", "a=\"1\"^b=2", "a=\"1\" ^b=2", "a=\"1\"^\"2\"", "a=\"1\"^;b=2", "a=\"1\"\r\n ^b=2",
    "a=\"of more than sixteen octets\"^b=2", "a=\"of more than sixteen octets\" ^b=2",
    /* values */
    "a=1, b=^", "a=1, b= ^", "a=1, b=\r\n ^", "a=1,b=^,c=3", "a=1,b = ^,c=3", "a=1,b=^=", "a=1,b=^<c>", "a=1,b=^;c",
    "a=1,b=^\xc3\xa4",
    /* quoted strings */
    "a=\"^", "a=\"b^", "a=\"b, c=d^", "a=\"b\\\"^", "a=\"b\\\\\\\"^", "a=\"b^\\", "a=\"b^\\\xc3\xa4\"",
    "a=\"b^\\\r\n c\"", "a=\"b^\1\"", "a=\"b^\x7f\"", "a=\"b^\r\nc\"", "a=\"b^\r c\"", "a=\"b^\nc\"", "a=\"b\"^\"",
    "a=\"of more than sixteen octets^", "a=\"of more than sixteen octets ^\1\"", "a=\"of more than sixteen octets\\\"^",
    "a=\"of more than sixteen octets, b=c^",
    /* white space that is none */
    "a=1^\r\n", "a=1^\r\n,b=2", "a=1^\r ,b=2", "a=1,^\r\nb=2", "a=1,b=^\r\n2", "a=1^\v"};

static void test_wrong_params(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(wrong_params) + COUNT(wrong_names); i++) {
        const char *name = i < COUNT(wrong_params) ? wrong_params[i] : wrong_names[i - COUNT(wrong_params)];
        size_t offset, count;
        sira_str text = marked_str(name, &offset), rest = text;
        expect_status(name, take_params(&rest, &count), SIRA_E_SYNTAX);
        expect_rest(name, rest, text, offset);
        heap_str_free(text);
    }
}

static void test_empty_params(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *names;
    } cases[] = {
        {",", ""},
        {" , ,\r\n ,", ""},
        {",a=1", "a"},
        {" , a=1", "a"},
        {"a=1,", "a"},
        {"a=1 , ", "a"},
        {"a=1,\r\n ", "a"},
        {"a=1,,b=2", "ab"},
        {"a=1 , , b=\"2\" ,,", "ab"},
        {"a=\"1\",", "a"},
        {"a=\"of more than sixteen octets\",,b=\"of more than sixteen octets\",", "ab"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        sira_str text = heap_str_from(cases[i].text), rest = text, name, value;
        for (const char *expected = cases[i].names; *expected != '\0'; expected++) {
            expect_status(cases[i].text, sira_auth_param_next(&rest, &name, &value), SIRA_OK);
            assert_true(name.len == 1 && *name.at == *expected && value.len > 0);
        }
        expect_status(cases[i].text, sira_auth_param_next(&rest, &name, &value), SIRA_IDLE);
        heap_str_free(text);
    }
    for (size_t i = 0; i < COUNT(empty_params); i++) {
        size_t offset, count;
        sira_str text = marked_str(empty_params[i], &offset), rest = text, name, value;
        expect_status(empty_params[i], take_params(&rest, &count), SIRA_E_SYNTAX);
        expect_rest(empty_params[i], rest, text, offset);
        rest = text;
        while (sira_auth_param_next(&rest, &name, &value) == SIRA_OK)
            ;
        assert_int_equal(rest.len, 0);
        heap_str_free(text);
    }
}

/* ---- a scheme, and what stands behind it ---- */

typedef struct parts {
    const char *text, *scheme, *params;
} parts;

static void expect_parts(const parts *expected, const sira_auth *auth)
{
    expect_str(expected->text, auth->scheme, expected->scheme);
    expect_str(expected->text, auth->params, expected->params);
}

static void expect_right(const sira_field_id ids[2], const parts *cases, size_t count)
{
    for (size_t i = 0; i < count * 2; i++) {
        const parts *expected = &cases[i / 2];
        sira_str text = heap_str_from(expected->text);
        sira_diag diag = {.offset = 9999};
        sira_cursor cursor;
        sira_auth auth;
        sira_cursor_init_text(&cursor, text, ids[i % 2]);
        sira_status status = sira_auth_next(&cursor, &auth, &diag);
        if (status != SIRA_OK)
            fail_msg("%s: %d at %zu, %s", expected->text, (int)status, diag.offset, diag.expected);
        expect_parts(expected, &auth);
        expect_status(expected->text, sira_auth_next(&cursor, &auth, &diag), SIRA_IDLE);
        assert_int_equal(diag.offset, 9999);
        heap_str_free(text);
    }
}

static void expect_wrong(const sira_field_id ids[2], const char *const *marked, size_t count)
{
    for (size_t i = 0; i < count * 2; i++) {
        size_t offset;
        sira_field_id id = ids[i % 2];
        sira_str text = marked_str(marked[i / 2], &offset);
        sira_diag diag = {.offset = 9999};
        sira_cursor cursor;
        sira_auth auth;
        sira_cursor_init_text(&cursor, text, id);
        expect_status(marked[i / 2], sira_auth_next(&cursor, &auth, &diag), SIRA_E_SYNTAX);
        expect_diag(marked[i / 2], &diag, offset, sira_field_name(id));
        expect_status(marked[i / 2], sira_auth_next(&cursor, &auth, &diag), SIRA_IDLE);
        sira_cursor_init_text(&cursor, text, id);
        expect_status(marked[i / 2], sira_auth_next(&cursor, &auth, NULL), SIRA_E_SYNTAX);
        heap_str_free(text);
    }
}

static const sira_field_id challenges[] = {SIRA_FIELD_WWW_AUTHENTICATE, SIRA_FIELD_PROXY_AUTHENTICATE};
static const sira_field_id credentials[] = {SIRA_FIELD_AUTHORIZATION, SIRA_FIELD_PROXY_AUTHORIZATION};
static const sira_field_id infos[] = {SIRA_FIELD_AUTHENTICATION_INFO, SIRA_FIELD_PROXY_AUTHENTICATION_INFO};

/* Any scheme, and any parameters. */
static const parts lists[] = {
    {"Digest realm=\"a\"", "Digest", "realm=\"a\""},
    {"DIGEST realm=a", "DIGEST", "realm=a"},
    {"Basic realm=\"a, b\", charset=\"UTF-8\"", "Basic", "realm=\"a, b\", charset=\"UTF-8\""},
    {"-.!%*_+`'~ a=b", "-.!%*_+`'~", "a=b"},
    {"x y=\"\"", "x", "y=\"\""},
    {"a-scheme-with-a-long-name a=b", "a-scheme-with-a-long-name", "a=b"},
    {"Digest \t  a=b", "Digest", "a=b"},
    {"Digest\r\n a=b", "Digest", "a=b"},
    {"Digest \r\n\ta\r\n =\r\n b\r\n ,\r\n c=\"d\"", "Digest", "a\r\n =\r\n b\r\n ,\r\n c=\"d\""},
    {"Digest a = b , c = \"d\\\"\"", "Digest", "a = b , c = \"d\\\"\""},
    /* RFC 3261 20.44 and 20.7 */
    {"Digest realm=\"atlanta.com\", domain=\"sip:boxesbybob.com\", qop=\"auth\",\r\n"
     "        nonce=\"f84f1cec41e6cbe5aea9c8e88d359\",\r\n        opaque=\"\", stale=FALSE, algorithm=MD5",
     "Digest",
     "realm=\"atlanta.com\", domain=\"sip:boxesbybob.com\", qop=\"auth\",\r\n"
     "        nonce=\"f84f1cec41e6cbe5aea9c8e88d359\",\r\n        opaque=\"\", stale=FALSE, algorithm=MD5"},
    {"Digest username=\"Alice\", realm=\"atlanta.com\",\r\n nonce=\"84a4cc6f3082121f32b42a2187831a9e\",\r\n"
     " response=\"7587245234b3434cc3412213e5f113a5432\"",
     "Digest",
     "username=\"Alice\", realm=\"atlanta.com\",\r\n nonce=\"84a4cc6f3082121f32b42a2187831a9e\",\r\n"
     " response=\"7587245234b3434cc3412213e5f113a5432\""},
    /* token68 (RFC 7235 2.1) */
    {"Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Basic", "QWxhZGRpbjpvcGVuIHNlc2FtZQ=="},
    {"NTLM TlRMTVNTUAABAAAA", "NTLM", "TlRMTVNTUAABAAAA"},
    {"x a", "x", "a"},
    {"x a=", "x", "a="},
    {"x a====", "x", "a===="},
    {"x realm", "x", "realm"},
    {"x +/-._~09azAZ=", "x", "+/-._~09azAZ="},
    {"x /+", "x", "/+"},
    {"x\r\n a/b", "x", "a/b"},
};

static void test_schemes(void **state)
{
    (void)state;
    static const parts ended[] = {{"Digest a=b ", "Digest", "a=b"},
                                  {"Digest a=\"b\"\r\n ", "Digest", "a=\"b\""},
                                  {"x a== ", "x", "a=="},
                                  {"x a \t", "x", "a"}};
    static const char *const wrong[] = {/* no scheme */
                                        "^", "^=", "^\"Digest\" a=b", "^<a>", "^\xc3\xa4 a=b", "^\1 a=b", " ^=b",
                                        /* no white space behind it */
                                        "Digest^=b", "Digest^\"a\"", "Digest^:a=b", "Digest^/a b",
                                        "Digest^\xc3\xa4 a=b", "Digest^\r\na=b", "Digest^\ra=b"};
    /* RFC 7235 2.1: only a challenge may be a scheme alone */
    static const parts alone[] = {
        {"Negotiate", "Negotiate", ""}, {"Digest ", "Digest", ""}, {"x\r\n ", "x", ""}, {"x", "x", ""}};
    static const char *const nothing[] = {"^,",        "^, Digest a=b", "Digest^",     "Digest ^",
                                          "Digest\t^", "Digest\r\n ^",  "Digest^,a=b", "Digest^, a=b"};
    expect_right(challenges, alone, COUNT(alone));
    expect_wrong(credentials, nothing, COUNT(nothing));
    expect_right(challenges, lists, COUNT(lists));
    expect_right(credentials, lists, COUNT(lists));
    expect_right(challenges, ended, COUNT(ended));
    expect_wrong(challenges, wrong, COUNT(wrong));
    expect_wrong(credentials, wrong, COUNT(wrong));
}

/* Where a challenge ends has to be found, so its parameters are checked at once (sira/field.h). */
static void test_wrong_challenges(void **state)
{
    (void)state;
    static const char *const others[] = {"Digest ^=b",         "Digest ^==",        "Digest ^\"a\"",
                                         "Digest ^\xc3\xa4=b", "Digest realm ^a=b", "Digest a=\"^",
                                         "Digest a=b, c^;d",   "Basic ab=^=c",      "Basic ab^;c"};
    for (size_t i = 0; i < COUNT(wrong_params); i++) {
        char marked[128];
        const char *text = marked;
        snprintf(marked, sizeof marked, "Digest x=1, %s", wrong_params[i]);
        expect_wrong(challenges, &text, 1);
    }
    expect_wrong(challenges, others, COUNT(others));
}

/* RFC 3261 7.3.1: a comma in credentials is of their list, which is checked when it is asked for. */
static void test_lazily(void **state)
{
    (void)state;
    static const struct {
        const char *marked;
        size_t count;
        sira_status status;
    } cases[] = {
        {"a=b, c=\"d\"^", 2, SIRA_IDLE},
        {"^,", 0, SIRA_E_SYNTAX},
        {"^\"a\"", 0, SIRA_E_SYNTAX},
        {"^=", 0, SIRA_E_SYNTAX},
        {"a=^=", 0, SIRA_E_SYNTAX},
        {"a=\"b, c=d^", 0, SIRA_E_SYNTAX},
        {"a=b, c=^, d=e", 1, SIRA_E_SYNTAX},
        {"a=b, c=\"d\" , Basic ^e=f", 2, SIRA_E_SYNTAX},
        {"a=b, c=d, ^\xc3\xa4", 2, SIRA_E_SYNTAX},
        {"a=b^; c=d", 0, SIRA_E_SYNTAX},
    };
    for (size_t i = 0; i < COUNT(cases) * 4; i++) {
        const char *marked = cases[i / 4].marked;
        bool is_info = i % 4 >= 2;
        size_t offset, count;
        char line[64];
        snprintf(line, sizeof line, "%s%s", is_info ? "" : "Digest ", marked);
        sira_str text = marked_str(line, &offset);
        sira_diag diag = {.offset = 9999};
        sira_cursor cursor;
        sira_auth auth;
        sira_cursor_init_text(&cursor, text, is_info ? infos[i % 2] : credentials[i % 2]);
        expect_status(line, sira_auth_next(&cursor, &auth, &diag), SIRA_OK);
        expect_str(line, auth.scheme, is_info ? "" : "Digest");
        assert_true(auth.params.at == text.at + (is_info ? 0 : 7) && auth.params.len == text.len - (is_info ? 0 : 7));
        expect_status(line, take_params(&auth.params, &count), cases[i / 4].status);
        expect_rest(line, auth.params, text, offset);
        assert_int_equal(count, cases[i / 4].count);
        expect_status(line, sira_auth_next(&cursor, &auth, &diag), SIRA_IDLE);
        assert_int_equal(diag.offset, 9999);
        heap_str_free(text);
    }
}

static void test_info(void **state)
{
    (void)state;
    static const parts cases[] = {
        {"qop=auth", "", "qop=auth"},
        {"nextnonce=\"47364c23432d2e131a5fb210812c\"", "", "nextnonce=\"47364c23432d2e131a5fb210812c\""},
        {"qop=auth,\r\n rspauth=\"a, b\" , cnonce = \"\",nc=00000001,any=thing", "",
         "qop=auth,\r\n rspauth=\"a, b\" , cnonce = \"\",nc=00000001,any=thing"},
        {"Digest qop=auth", "", "Digest qop=auth"}, /* there is no scheme here */
    };
    static const char *const wrong[] = {"^", "  ^"};
    expect_right(infos, cases, COUNT(cases));
    expect_wrong(infos, wrong, COUNT(wrong));
}

/* Several challenges in one line, as HTTP has them (RFC 7235 4.1). Where a '^' stands the last is wrong. */
static void test_lists_of_challenges(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        parts read[5];
    } cases[] = {
        {"Newauth realm=\"apps\", type=1,\r\n title=\"Login to \\\"apps\\\"\", Basic realm=\"simple\"",
         {{"1", "Newauth", "realm=\"apps\", type=1,\r\n title=\"Login to \\\"apps\\\"\""},
          {"2", "Basic", "realm=\"simple\""}}},
        {"a b=c,d e=f,g h=i", {{"1", "a", "b=c"}, {"2", "d", "e=f"}, {"3", "g", "h=i"}}},
        {"a b=\"c, d e=f\" , g\r\n h = i", {{"1", "a", "b=\"c, d e=f\""}, {"2", "g", "h = i"}}},
        {"a b=c, d=e, f\tg=h, i=j", {{"1", "a", "b=c, d=e"}, {"2", "f", "g=h, i=j"}}},
        {"Digest a=b, Digest a=b", {{"1", "Digest", "a=b"}, {"2", "Digest", "a=b"}}},
        {"a b==, c d, e f=g, h i/j=", {{"1", "a", "b=="}, {"2", "c", "d"}, {"3", "e", "f=g"}, {"4", "h", "i/j="}}},
        {"a b= , c d ,\r\n e f=g", {{"1", "a", "b="}, {"2", "c", "d"}, {"3", "e", "f=g"}}},
        {"a b=c, d ^\"e\"", {{"1", "a", "b=c"}}},
        {"a b=c, d e=f, g=^", {{"1", "a", "b=c"}}},
        {"a b=c, d e=\"f^", {{"1", "a", "b=c"}}},
        {"a b=c, d e=f^; g=h, i j=k", {{"1", "a", "b=c"}}},
        /* a scheme alone (RFC 7235 2.1) */
        {"Negotiate, Digest realm=\"a\", qop=auth", {{"1", "Negotiate", ""}, {"2", "Digest", "realm=\"a\", qop=auth"}}},
        {"Digest realm=\"a\", Negotiate", {{"1", "Digest", "realm=\"a\""}, {"2", "Negotiate", ""}}},
        {"Digest a=b, NTLM , Basic realm=\"b\"",
         {{"1", "Digest", "a=b"}, {"2", "NTLM", ""}, {"3", "Basic", "realm=\"b\""}}},
        {"a,b,\r\n c , d e", {{"1", "a", ""}, {"2", "b", ""}, {"3", "c", ""}, {"4", "d", "e"}}},
        {"a b==, c", {{"1", "a", "b=="}, {"2", "c", ""}}},
        {"a b=c, d, e^=f", {{"1", "a", "b=c"}, {"2", "d", ""}}},
        {"a, b^=c", {{"1", "a", ""}}},
        {"a b==, ^=", {{"1", "a", "b=="}}},
        /* empty elements (RFC 7235 7) */
        {"a b=c, d e=f,", {{"1", "a", "b=c"}, {"2", "d", "e=f"}}},
        {", ,a b=c,, d=e, ,f g=h , ,", {{"1", "a", "b=c,, d=e"}, {"2", "f", "g=h"}}},
        {"Digest realm=\"r\", nonce=\"n\",", {{"1", "Digest", "realm=\"r\", nonce=\"n\""}}},
        {"Basic ab==,", {{"1", "Basic", "ab=="}}},
        {"Negotiate,", {{"1", "Negotiate", ""}}},
        {",", {{0}}},
        {" ,\r\n , ", {{0}}},
        {"a b=c,, ^=", {{0}}},
    };
    for (size_t i = 0; i < COUNT(cases) * 2; i++) {
        const char *name = cases[i / 2].text;
        bool wrong = strchr(name, '^') != NULL;
        size_t offset = 9999;
        sira_str text = wrong ? marked_str(name, &offset) : heap_str_from(name);
        sira_diag diag = {.offset = 9999};
        sira_cursor cursor;
        sira_auth auth;
        sira_cursor_init_text(&cursor, text, challenges[i % 2]);
        for (const parts *expected = cases[i / 2].read; expected->text != NULL; expected++) {
            expect_status(name, sira_auth_next(&cursor, &auth, &diag), SIRA_OK);
            expect_parts(expected, &auth);
        }
        expect_status(name, sira_auth_next(&cursor, &auth, &diag), wrong ? SIRA_E_SYNTAX : SIRA_IDLE);
        assert_int_equal(diag.offset, offset);
        expect_status(name, sira_auth_next(&cursor, &auth, &diag), SIRA_IDLE);
        heap_str_free(text);
    }
}

/* RFC 3261 7.3.1: one in each line; after a wrong one the next line is read. */
static void test_of_a_message(void **state)
{
    (void)state;
    static const struct {
        const char *marked;
        sira_field_id id;
        uint16_t code;
        const char *reason;
        const char *read[5]; /* params, "^": an error */
    } cases[] = {
        {"SIP/2.0 401 x\r\nWWW-Authenticate: Digest a=b, c=d\r\nwww-authenticate:\r\n Digest e=\"f\" \r\n\r\n",
         SIRA_FIELD_WWW_AUTHENTICATE,
         0,
         "",
         {"a=b, c=d", "e=\"f\""}},
        {"SIP/2.0 401 x\r\nWWW-Authenticate: a b=c, d e=^;, f g=h\r\nProxy-Authenticate: x y\r\n"
         "WWW-Authenticate: i j=k\r\n\r\n",
         SIRA_FIELD_WWW_AUTHENTICATE,
         0,
         "",
         {"b=c", "^", "j=k"}},
        {"SIP/2.0 407 x\r\nProxy-Authenticate: a^=\r\nWWW-Authenticate: b\r\nProxy-Authenticate: c d=e\r\n\r\n",
         SIRA_FIELD_PROXY_AUTHENTICATE,
         0,
         "",
         {"^", "d=e"}},
        {"OPTIONS sip:a SIP/2.0\r\nAuthorization: a b=c, d e\r\nAuthorization: f^\r\nAuthorization: g h=\"\r\n\r\n",
         SIRA_FIELD_AUTHORIZATION,
         400,
         "Bad Authorization",
         {"b=c, d e", "^", "h=\""}},
        {"OPTIONS sip:a SIP/2.0\r\nProxy-Authorization: ^\r\nProxy-Authorization: a b\r\n\r\n",
         SIRA_FIELD_PROXY_AUTHORIZATION,
         400,
         "Bad Proxy-Authorization",
         {"^", "b"}},
        {"SIP/2.0 200 x\r\nAuthentication-Info: a=b,\r\n c\r\nAuthentication-Info: ^\r\nAuthentication-Info: "
         "d=e\r\n\r\n",
         SIRA_FIELD_AUTHENTICATION_INFO,
         0,
         "",
         {"a=b,\r\n c", "^", "d=e"}},
        {"SIP/2.0 200 x\r\nProxy-Authentication-Info: a=b\r\n\r\n",
         SIRA_FIELD_PROXY_AUTHENTICATION_INFO,
         0,
         "",
         {"a=b"}},
        {"SIP/2.0 401 x\r\nProxy-Authenticate: a b=c\r\n\r\n", SIRA_FIELD_WWW_AUTHENTICATE, 0, "", {NULL}},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *name = cases[i].marked;
        bool wrong = strchr(name, '^') != NULL;
        size_t offset = 0;
        sira_str bytes = wrong ? marked_str(name, &offset) : heap_str_from(name);
        sira_field slots[8];
        sira_message message;
        sira_cursor cursor;
        sira_auth auth;
        sira_message_init(&message, slots, COUNT(slots));
        expect_status(name, sira_message_parse(&message, bytes, NULL), SIRA_OK);
        sira_cursor_init(&cursor, &message, cases[i].id);
        for (const char *const *expected = cases[i].read; *expected != NULL; expected++) {
            sira_diag diag = {.offset = 9999};
            bool here = strcmp(*expected, "^") == 0;
            expect_status(name, sira_auth_next(&cursor, &auth, &diag), here ? SIRA_E_SYNTAX : SIRA_OK);
            if (here) {
                expect_diag(name, &diag, offset, sira_field_name(cases[i].id));
                assert_int_equal(diag.code, cases[i].code);
                assert_string_equal(diag.reason, cases[i].reason);
            } else {
                expect_str(name, auth.params, *expected);
                assert_int_equal(diag.offset, 9999);
            }
        }
        expect_status(name, sira_auth_next(&cursor, &auth, NULL), SIRA_IDLE);
        heap_str_free(bytes);
    }
}

/* By length: is it a challenge ("Digest", and with a token68 "Digest a" and "Digest a=" are), and is it a whole list?
 */
static void test_cut_values(void **state)
{
    (void)state;
    static const char whole[] = "Digest a=\"b, c\", d = e";
    static const char challenge[] = "-+++++++++-----+++++--+", list[] = "---------------+------+";
    assert_int_equal(sizeof challenge, sizeof whole + 1);
    assert_int_equal(sizeof list, sizeof whole + 1);
    for (size_t n = 0; n < sizeof whole; n++) {
        sira_str text = heap_str(whole, n);
        sira_diag diag = {.offset = 0};
        sira_cursor cursor;
        sira_auth auth;
        size_t count;
        sira_cursor_init_text(&cursor, text, SIRA_FIELD_WWW_AUTHENTICATE);
        expect_status(whole, sira_auth_next(&cursor, &auth, &diag), challenge[n] == '+' ? SIRA_OK : SIRA_E_SYNTAX);
        assert_true(diag.offset <= n);
        sira_cursor_init_text(&cursor, text, SIRA_FIELD_AUTHORIZATION);
        expect_status(whole, sira_auth_next(&cursor, &auth, &diag), n > 7 ? SIRA_OK : SIRA_E_SYNTAX);
        if (n > 7)
            expect_status(whole, take_params(&auth.params, &count), list[n] == '+' ? SIRA_IDLE : SIRA_E_SYNTAX);
        heap_str_free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_params),
        cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_wrong_params),
        cmocka_unit_test(test_empty_params),
        cmocka_unit_test(test_schemes),
        cmocka_unit_test(test_wrong_challenges),
        cmocka_unit_test(test_lazily),
        cmocka_unit_test(test_info),
        cmocka_unit_test(test_lists_of_challenges),
        cmocka_unit_test(test_of_a_message),
        cmocka_unit_test(test_cut_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
