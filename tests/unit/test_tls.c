#include "host_ends.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <sira/sira.h>

#include "host/tls.h"
#ifdef SIRA_TEST_MBEDTLS
#include "support/mbedtls_provider.h"
#endif

/* ---- certificates, made anew for each run ---- */

static char folder[] = "/tmp/sira-test-tls-XXXXXX";

static const char *path_of(const char *name, const char *kind)
{
    static char paths[4][200];
    static unsigned next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s.%s", folder, name, kind);
    return path;
}

typedef struct identity {
    X509 *certificate;
    EVP_PKEY *key;
} identity;

static void add_extension(X509 *certificate, int nid, const char *value)
{
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
    assert_non_null(extension);
    assert_int_equal(X509_add_ext(certificate, extension, -1), 1);
    X509_EXTENSION_free(extension);
}

typedef struct wanted {
    const char *name; /* of the files */
    const char *cn, *san;
    long from, until; /* seconds from now */
} wanted;

/* issuer NULL: self-signed. */
static identity issue(const wanted *want, const identity *issuer)
{
    static long serial = 1;
    identity made = {X509_new(), EVP_EC_gen("P-256")};
    assert_true(made.certificate != NULL && made.key != NULL);
    const identity *by = issuer != NULL ? issuer : &made;
    X509_set_version(made.certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(made.certificate), serial++);
    X509_gmtime_adj(X509_getm_notBefore(made.certificate), want->from);
    X509_gmtime_adj(X509_getm_notAfter(made.certificate), want->until);
    X509_set_pubkey(made.certificate, made.key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(made.certificate), "CN", MBSTRING_ASC,
                               (const unsigned char *)want->cn, -1, -1, 0);
    X509_set_issuer_name(made.certificate, X509_get_subject_name(by->certificate));
    add_extension(made.certificate, NID_basic_constraints, issuer == NULL ? "critical,CA:TRUE" : "CA:FALSE");
    if (want->san != NULL)
        add_extension(made.certificate, NID_subject_alt_name, want->san);
    assert_true(X509_sign(made.certificate, by->key, EVP_sha256()) > 0);
    FILE *file = fopen(path_of(want->name, "crt"), "w");
    assert_non_null(file);
    assert_int_equal(PEM_write_X509(file, made.certificate), 1);
    fclose(file);
    file = fopen(path_of(want->name, "key"), "w");
    assert_non_null(file);
    assert_int_equal(PEM_write_PrivateKey(file, made.key, NULL, NULL, 0, NULL, NULL), 1);
    fclose(file);
    return made;
}

static void forget(identity *one)
{
    X509_free(one->certificate);
    EVP_PKEY_free(one->key);
}

#define DAY 86400L

static const wanted served[] = {
    {"good", "whatever", "DNS:example.test", -DAY, DAY},
    {"uri", "whatever", "URI:sip:example.test,DNS:other.test", -DAY, DAY},
    {"uri-first", "whatever", "URI:sip:other.test,DNS:example.test", -DAY, DAY},
    {"user", "whatever", "URI:sip:alice@example.test", -DAY, DAY},
    {"https", "whatever", "URI:https://example.test", -DAY, DAY},
    {"cn", "example.test", NULL, -DAY, DAY},
    {"cn-and-san", "example.test", "DNS:other.test", -DAY, DAY},
    {"wild", "whatever", "DNS:*.example.test", -DAY, DAY},
    {"address", "whatever", "IP:127.0.0.1", -DAY, DAY},
    {"expired", "whatever", "DNS:example.test", -2 * DAY, -DAY},
    {"early", "whatever", "DNS:example.test", DAY, 2 * DAY},
    {"client", "client", NULL, -DAY, DAY},
};

static int make_all(void **state)
{
    (void)state;
    static const wanted roots[] = {{"root", "Test root", NULL, -DAY, DAY},
                                   {"other-root", "Other root", NULL, -DAY, DAY},
                                   {"self", "example.test", "DNS:example.test", -DAY, DAY}};
    if (mkdtemp(folder) == NULL)
        return 1;
    identity root = issue(&roots[0], NULL);
    for (size_t i = 0; i < sizeof served / sizeof served[0]; i++) {
        identity one = issue(&served[i], &root);
        forget(&one);
    }
    forget(&root);
    for (size_t i = 1; i < 3; i++) {
        identity one = issue(&roots[i], NULL);
        forget(&one);
    }
    return 0;
}

static int remove_all(void **state)
{
    (void)state;
    static const char *const more[] = {"root", "other-root", "self"};
    for (size_t i = 0; i < sizeof served / sizeof served[0] + 3; i++) {
        const char *name = i < 3 ? more[i] : served[i - 3].name;
        unlink(path_of(name, "crt"));
        unlink(path_of(name, "key"));
    }
    return rmdir(folder);
}

/* ---- names ---- */

static void names_are_compared_whole(void **state)
{
    (void)state;
    static const struct {
        const char *found, *expected;
        bool fits, with_wildcards;
    } cases[] = {
        {"example.com", "example.com", true, true},
        {"EXAMPLE.com", "example.COM", true, true},
        {"foo.example.com", "example.com", false, false},
        {"example.com", "foo.example.com", false, false},
        {".example.com", "foo.example.com", false, false},
        {"*.example.com", "foo.example.com", false, true},
        {"*.example.com", "a.b.example.com", false, false},
        {"*.example.com", "example.com", false, false},
        {"*.example.com", ".example.com", false, false},
        {"f*.example.com", "foo.example.com", false, false},
        {"*.com", "example.com", false, false},
        {"*", "example.com", false, false},
        {"", "", false, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        sira_str found = sira_str_from(cases[i].found), expected = sira_str_from(cases[i].expected);
        if (sira_i_tls_name_fits(found, expected, false) != cases[i].fits ||
            sira_i_tls_name_fits(found, expected, true) != cases[i].with_wildcards)
            fail_msg("\"%s\" for \"%s\"", cases[i].found, cases[i].expected);
    }
    assert_false(sira_i_tls_name_fits(SIRA_STR("example.com\0.evil.test"), SIRA_STR("example.com"), true));
}

/* ---- connections ---- */

typedef struct trial {
    const char *name;
    const char *served;   /* certificate of the server */
    const char *expected; /* the server's name */
    const char *trusted;  /* the client's trust store */
    const char *trouble;  /* of the client; NULL: it works */
    bool wildcards, insecure, client_wanted, client_shown;
} trial;

static end *make_server(stage *on, const char *certificate)
{
    end *self = end_make(on);
    self->config.listen_tls = SIRA_STR("127.0.0.1:0");
    self->config.tls.certificate_file = sira_str_from(path_of(certificate, "crt"));
    self->config.tls.key_file = sira_str_from(path_of(certificate, "key"));
    return self;
}

#define LONG_REQUEST 9000u

static void try_one(const trial *one)
{
    static char text[LONG_REQUEST + 1000];
    stage on;
    stage_open(&on);
    end *there = make_server(&on, one->served), *self = end_make(&on);
    there->config.tls.require_client_certificates = one->client_wanted;
    if (one->client_wanted)
        there->config.tls.ca_file = sira_str_from(path_of("root", "crt"));
    end_open(there);
    self->config.tls.ca_file = sira_str_from(path_of(one->trusted, "crt"));
    self->config.tls.allow_wildcards = one->wildcards;
    self->config.tls.insecure_skip_verification = one->insecure;
    if (one->client_shown) {
        self->config.tls.certificate_file = sira_str_from(path_of("client", "crt"));
        self->config.tls.key_file = sira_str_from(path_of("client", "key"));
    }
    end_open(self);
    sira_endpoint where = end_listening(there, 0);
    assert_int_equal(where.transport, SIRA_TRANSPORT_TLS);
    sira_flow flow = end_connect(self, &where, sira_str_from(one->expected), SIRA_MORE);
    size_t length = request_text(text, sizeof text, LONG_REQUEST);
    assert_int_equal(sira_i_stream_send(&self->host, &flow, (sira_str){text, length}), SIRA_E_TRANSPORT); /* not yet */
    while (self->troubles == 0 && self->received == 0 && !on.late) {
        if (there->received == 0)
            (void)sira_i_stream_send(&self->host, &flow, (sira_str){text, length});
        uv_run(&on.loop, UV_RUN_ONCE);
    }
    assert_false(on.late);
    if (one->trouble == NULL && self->troubles != 0)
        fail_msg("%s: %s", one->name, self->trouble);
    if (one->trouble != NULL && strncmp(self->trouble, one->trouble, strlen(one->trouble)) != 0)
        fail_msg("%s: \"%s\" instead of \"%s\"", one->name, self->trouble, one->trouble);
    if (one->trouble != NULL && there->received != 0)
        fail_msg("%s: the server was sent something", one->name);
    if (one->trouble == NULL)
        assert_memory_equal(self->last, "SIP/2.0 405 ", 12);
    end_close(self, &on);
    end_close(there, &on);
    stage_close(&on);
}

static const trial trials[] = {
    {.name = "a DNS name", .served = "good", .expected = "example.test", .trusted = "root"},
    {.name = "in other case", .served = "good", .expected = "Example.TEST", .trusted = "root"},
    {.name = "a sip URI", .served = "uri", .expected = "example.test", .trusted = "root"},
    {.name = "a DNS name beside a sip URI",
     .served = "uri",
     .expected = "other.test",
     .trusted = "root",
     .trouble = "TLS: the certificate is for sip:example.test, not for other.test"},
    {.name = "a sip URI of another",
     .served = "uri-first",
     .expected = "example.test",
     .trusted = "root",
     .trouble = "TLS: the certificate is for sip:other.test, not for example.test"},
    {.name = "a user's URI",
     .served = "user",
     .expected = "example.test",
     .trusted = "root",
     .trouble = "TLS: the certificate is for nobody, not for example.test"},
    {.name = "a URI of the web",
     .served = "https",
     .expected = "example.test",
     .trusted = "root",
     .trouble = "TLS: the certificate is for nobody, not for example.test"},
    {.name = "CN alone", .served = "cn", .expected = "example.test", .trusted = "root"},
    {.name = "CN beside SAN",
     .served = "cn-and-san",
     .expected = "example.test",
     .trusted = "root",
     .trouble = "TLS: the certificate is for other.test, not for example.test"},
    {.name = "a wildcard",
     .served = "wild",
     .expected = "sip.example.test",
     .trusted = "root",
     .trouble = "TLS: the certificate is for *.example.test, not for sip.example.test"},
    {.name = "a wildcard that is allowed",
     .served = "wild",
     .expected = "sip.example.test",
     .trusted = "root",
     .wildcards = true},
    {.name = "an address", .served = "address", .expected = "127.0.0.1", .trusted = "root"},
    {.name = "another address",
     .served = "address",
     .expected = "127.0.0.2",
     .trusted = "root",
     .trouble = "TLS: the certificate is for 127.0.0.1, not for 127.0.0.2"},
    {.name = "another name",
     .served = "good",
     .expected = "example.com",
     .trusted = "root",
     .trouble = "TLS: the certificate is for example.test, not for example.com"},
    {.name = "expired",
     .served = "expired",
     .expected = "example.test",
     .trusted = "root",
     .trouble = "TLS: the certificate for example.test is refused: certificate has expired"},
    {.name = "not valid yet",
     .served = "early",
     .expected = "example.test",
     .trusted = "root",
     .trouble = "TLS: the certificate for example.test is refused: certificate is not yet valid"},
    {.name = "self-signed",
     .served = "self",
     .expected = "example.test",
     .trusted = "root",
     .trouble = "TLS: the certificate for example.test is refused: self-signed certificate"},
    {.name = "self-signed and trusted", .served = "self", .expected = "example.test", .trusted = "self"},
    {.name = "an unknown issuer",
     .served = "good",
     .expected = "example.test",
     .trusted = "other-root",
     .trouble = "TLS: the certificate for example.test is refused: unable to get local issuer certificate"},
    {.name = "anything goes",
     .served = "expired",
     .expected = "example.com",
     .trusted = "other-root",
     .insecure = true},
    {.name = "a client certificate",
     .served = "good",
     .expected = "example.test",
     .trusted = "root",
     .client_wanted = true,
     .client_shown = true},
};

static void a_server_has_to_show_its_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof trials / sizeof trials[0]; i++)
        try_one(&trials[i]);
}

#ifdef SIRA_TEST_MBEDTLS
/* The same connections with mbedTLS on one side, the other, or both: nothing but the provider is another. */
static void another_library_fits_the_plug_point(void **state)
{
    static const struct {
        bool client, server;
        const char *name, *trouble;
    } pairs[] = {
        {true, false, "example.test", NULL},
        {false, true, "example.test", NULL},
        {true, true, "example.test", NULL},
        {true, false, "example.com", "TLS: example.com: The certificate Common Name (CN) does not match"},
        {false, true, "example.com", "TLS: the certificate is for example.test, not for example.com"},
    };
    static char text[LONG_REQUEST + 1000];
    const size_t length = request_text(text, sizeof text, LONG_REQUEST);
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        stage on;
        sira_tls provider;
        assert_true(
            mbedtls_provider_open(&provider, path_of("root", "crt"), path_of("good", "crt"), path_of("good", "key")));
        stage_open(&on);
        end *there = make_server(&on, "good"), *self = end_make(&on);
        self->config.tls.ca_file = sira_str_from(path_of("root", "crt"));
        there->config.tls_provider = pairs[i].server ? &provider : NULL;
        self->config.tls_provider = pairs[i].client ? &provider : NULL;
        end_open(there);
        end_open(self);
        sira_endpoint where = end_listening(there, 0);
        sira_flow flow = end_connect(self, &where, sira_str_from(pairs[i].name), SIRA_MORE);
        while (self->troubles == 0 && self->received == 0 && !on.late) {
            if (there->received == 0)
                (void)sira_i_stream_send(&self->host, &flow, (sira_str){text, length});
            uv_run(&on.loop, UV_RUN_ONCE);
        }
        assert_false(on.late);
        if (pairs[i].trouble != NULL)
            assert_memory_equal(self->trouble, pairs[i].trouble, strlen(pairs[i].trouble));
        else if (self->troubles != 0)
            fail_msg("pair %zu: %s", i, self->trouble);
        else
            assert_memory_equal(self->last, "SIP/2.0 405 ", 12);
        end_close(self, &on);
        end_close(there, &on);
        stage_close(&on);
        mbedtls_provider_close(&provider);
    }
}
#endif

/* In TLS 1.3 the client is done before the server has looked: it learns the refusal afterwards. */
static void a_client_without_a_certificate_is_refused(void **state)
{
    (void)state;
    stage on;
    stage_open(&on);
    end *there = make_server(&on, "good"), *self = end_make(&on);
    there->config.tls.require_client_certificates = true;
    end_open(there);
    self->config.tls.ca_file = sira_str_from(path_of("root", "crt"));
    end_open(self);
    sira_endpoint where = end_listening(there, 0);
    (void)end_connect(self, &where, SIRA_STR("example.test"), SIRA_MORE);
    RUN_UNTIL(&on, there->troubles == 1 && self->troubles == 1);
    assert_string_equal(there->trouble, "TLS: peer did not return a certificate");
    assert_int_equal(there->received, 0);
    end_close(self, &on);
    end_close(there, &on);
    stage_close(&on);
}

static void a_line_registers_over_tls_and_resumes(void **state)
{
    (void)state;
    stage on;
    stage_open(&on);
    end *there = make_server(&on, "address"), *self = end_make(&on);
    end_open(there);
    self->config.tls.ca_file = sira_str_from(path_of("root", "crt"));
    end_open(self);
    sira_endpoint where = end_listening(there, 0);
    end_register(self, "sips:%s:%u", "127.0.0.1", where.port);
    RUN_UNTIL(&on, self->events[SIRA_EVENT_WAITING] == 1);
    assert_int_equal(self->event.code, 405);
    assert_non_null(strstr(there->last, "Via: SIP/2.0/TLS 127.0.0.1"));
    assert_int_equal(there->flow.remote.transport, SIRA_TRANSPORT_TLS);

    /* The second connection needs no certificate from there. */
    sira_flow flow = end_connect(self, &where, SIRA_STR("127.0.0.1"), SIRA_MORE);
    char text[1000];
    size_t length = request_text(text, sizeof text, 0);
    RUN_UNTIL(&on, sira_i_stream_send(&self->host, &flow, (sira_str){text, length}) == SIRA_OK);
    RUN_UNTIL(&on, there->requests == 2);
    assert_true(sira_i_openssl_is_resumed(self->host.streams[1]->session));
    assert_false(sira_i_openssl_is_resumed(self->host.streams[0]->session));
    assert_int_equal(self->troubles + there->troubles, 0);
    end_close(self, &on);
    end_close(there, &on);
    stage_close(&on);
}

static void who_speaks_no_tls_is_left(void **state)
{
    (void)state;
    for (int quiet = 0; quiet < 2; quiet++) {
        stage on;
        peer there;
        stage_open(&on);
        end *self = end_make(&on);
        self->config.connect_timeout = quiet != 0 ? 60 : 0;
        end_open(self);
        sira_endpoint where = peer_listen(&there, &on);
        where.transport = SIRA_TRANSPORT_TLS;
        (void)end_connect(self, &where, SIRA_STR("example.test"), SIRA_MORE);
        RUN_UNTIL(&on, there.count > 0 || self->troubles != 0);
        if (quiet == 0)
            peer_write(&there, "SIP/2.0 400 Bad Request\r\n\r\n", 27);
        RUN_UNTIL(&on, self->troubles == 1);
        assert_string_equal(self->trouble, quiet != 0 ? "no TLS handshake in time" : "TLS: wrong version number");
        peer_close(&there, &on);
        end_close(self, &on);
        stage_close(&on);
    }
}

static void rubbish_at_the_listener_ends_it(void **state)
{
    (void)state;
    stage on;
    peer there;
    stage_open(&on);
    end *self = make_server(&on, "good");
    self->config.connect_timeout = 60;
    end_open(self);
    sira_endpoint where = end_listening(self, 0);
    peer_connect(&there, &on, &where);
    peer_write(&there, "REGISTER sip:example.test SIP/2.0\r\n", 35);
    RUN_UNTIL(&on, there.has_ended);
    assert_int_equal(strncmp(self->trouble, "TLS: ", 5), 0);
    peer_close(&there, &on);
    peer_connect(&there, &on, &where);
    RUN_UNTIL(&on, there.has_ended);
    assert_string_equal(self->trouble, "no TLS handshake in time");
    peer_close(&there, &on);
    end_close(self, &on);
    stage_close(&on);
}

/* ---- the configuration ---- */

static void a_wrong_configuration_is_refused(void **state)
{
    (void)state;
    const struct {
        sira_tls_config tls;
        const char *field;
        bool listens;
    } cases[] = {
        {{.ca_file = SIRA_STR("/no/such/file")}, "tls.ca_file", false},
        {{.certificate_file = SIRA_STR("/no/such/file")}, "tls.certificate_file", false},
        {{.certificate_file = sira_str_from(path_of("good", "crt"))}, "tls.key_file", false},
        {{.certificate_file = sira_str_from(path_of("good", "crt")), .key_file = sira_str_from(path_of("uri", "key"))},
         "tls.key_file",
         false},
        {{.allow_wildcards = false}, "tls.certificate_file", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        stage on;
        sira_diag diag = {.field = ""};
        stage_open(&on);
        end *self = end_make(&on);
        self->config.tls = cases[i].tls;
        if (cases[i].listens)
            self->config.listen_tls = SIRA_STR("127.0.0.1:0");
        assert_int_equal(sira_host_init(&self->host, &self->config, &diag), SIRA_E_CONFIG);
        assert_string_equal(diag.field, cases[i].field);
        end_close(self, &on);
        stage_close(&on);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_compared_whole),
        cmocka_unit_test(a_server_has_to_show_its_name),
#ifdef SIRA_TEST_MBEDTLS
        cmocka_unit_test(another_library_fits_the_plug_point),
#endif
        cmocka_unit_test(a_client_without_a_certificate_is_refused),
        cmocka_unit_test(a_line_registers_over_tls_and_resumes),
        cmocka_unit_test(who_speaks_no_tls_is_left),
        cmocka_unit_test(rubbish_at_the_listener_ends_it),
        cmocka_unit_test(a_wrong_configuration_is_refused),
    };
    return cmocka_run_group_tests(tests, make_all, remove_all);
}
