/* What digest answers cost on both sides, beside the hashing that they can't do without, measured in the same run. */
#include "bench.h"

#include <stdio.h>
#include <string.h>

#include <gcrypt.h>

#include <sira/digest_server.h>
#include <sira/gcrypt.h>

#include "digest/digest.h"

#define NONCE "dcd98b7102dd2f0e8b11d0f600bfb0c093dcd98b"
#define CNONCE "0a4f113b0a4f113b"
#define METHOD "REGISTER"
#define URI "sip:example.com"
#define FIELDS                                                                                                         \
    "Via: SIP/2.0/UDP 192.0.2.1:5060;rport=5060;branch=z9hG4bK74bf9b7a1b2c\r\n"                                        \
    "From: <sip:alice@example.com>;tag=1928301774\r\nTo: <sip:alice@example.com>;tag=a6c85cf\r\n"                      \
    "Call-ID: a84b4c76e66710@192.0.2.1\r\nCSeq: 314159 REGISTER\r\n"
#define CHALLENGE(algorithm)                                                                                           \
    "SIP/2.0 401 Unauthorized\r\n" FIELDS "WWW-Authenticate: Digest realm=\"example.com\", nonce=\"" NONCE             \
    "\", opaque=\"5ccc069c403ebaf9f0171e9517f40e41\", algorithm=" algorithm                                            \
    ", qop=\"auth\"\r\nContent-Length: 0\r\n\r\n"

/* What a program that answers challenges keeps. */
static struct {
    sira_gcrypt gcrypt;
    sira_hash hash;
    sira_digest_client_config config;
    sira_digest_client client;
    sira_digest_attempt attempt;
    sira_message message;
    sira_field fields[SIRA_LIMIT_FIELDS];
    char out[1024];
    size_t length;
} own;

static volatile unsigned char sink;

static void need(sira_status status, const char *what)
{
    if (status != SIRA_OK)
        bench_fail(what);
}

/* ---- floors: the two hashes of an answer, in handles that are kept ---- */

typedef struct floor_handle {
    gcry_md_hd_t handle;
    int algorithm;
    char response[256];
    size_t length;
} floor_handle;

static floor_handle floors[2];

static void open_floor(floor_handle *f, int algorithm, int digits)
{
    char zeros[65];
    memset(zeros, '0', sizeof zeros);
    f->algorithm = algorithm;
    f->length = (size_t)snprintf(f->response, sizeof f->response, "%.*s:%s:00000001:%s:auth:%.*s", digits, zeros, NONCE,
                                 CNONCE, digits, zeros);
    if (gcry_md_open(&f->handle, algorithm, 0) != 0)
        bench_fail("Libgcrypt");
}

static void hash_bare(floor_handle *f, const char *text, size_t length)
{
    gcry_md_reset(f->handle);
    gcry_md_write(f->handle, text, length);
    sink ^= *gcry_md_read(f->handle, f->algorithm);
}

static void floor_of(floor_handle *f)
{
    hash_bare(f, METHOD ":" URI, sizeof METHOD ":" URI - 1);
    hash_bare(f, f->response, f->length);
}

static void floor_md5(void)
{
    floor_of(&floors[0]);
}

static void floor_sha256(void)
{
    floor_of(&floors[1]);
}

/* ---- the digest of an answer, HA1 known ---- */

static void answer(sira_algorithm algorithm)
{
    static const uint8_t ha1[SIRA_HASH_SIZE_MAX];
    static sira_i_proof proof = {.ha1 = ha1,
                                 .nonce = SIRA_STR_INIT(NONCE),
                                 .nc = SIRA_STR_INIT("00000001"),
                                 .cnonce = SIRA_STR_INIT(CNONCE),
                                 .qop = SIRA_QOP_AUTH,
                                 .method = SIRA_STR_INIT(METHOD),
                                 .uri = SIRA_STR_INIT(URI)};
    uint8_t out[SIRA_HASH_SIZE_MAX];
    proof.hash = &own.hash;
    proof.algorithm = algorithm;
    need(sira_i_proof_compute(&proof, out), "answer");
    sink ^= out[0];
}

static void answer_md5(void)
{
    answer(SIRA_ALGORITHM_MD5);
}

static void answer_sha256(void)
{
    answer(SIRA_ALGORITHM_SHA_256);
}

/* ---- the client ---- */

static const sira_digest_request request = {.method = SIRA_STR_INIT(METHOD), .uri = SIRA_STR_INIT(URI)};

/* From the bytes of a 401 to the bytes of the Authorization line; when HA1 is not known, it is made too. */
static void whole(sira_str response, bool known)
{
    static const uint8_t cnonce[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    sira_writer writer;
    if (!known)
        sira_digest_client_forget(&own.client);
    memset(&own.attempt, 0, sizeof own.attempt);
    sira_message_init(&own.message, own.fields, SIRA_LIMIT_FIELDS);
    need(sira_message_parse(&own.message, response, NULL), "401");
    need(sira_digest_client_challenged(&own.client, &own.attempt, &own.message, NULL), "challenge");
    sira_digest_client_begin(&own.client, &own.attempt, cnonce);
    sira_writer_init(&writer, own.out, sizeof own.out);
    need(sira_digest_client_write(&own.client, &own.attempt, &request, &writer), "write");
    need(sira_writer_finish(&writer, &own.length), "writer");
    sink ^= (unsigned char)own.out[own.length - 3];
}

static void whole_md5(void)
{
    whole(SIRA_STR(CHALLENGE("MD5")), true);
}

static void whole_md5_new(void)
{
    whole(SIRA_STR(CHALLENGE("MD5")), false);
}

static void whole_sha256(void)
{
    whole(SIRA_STR(CHALLENGE("SHA-256")), true);
}

static void open_client(void)
{
    sira_digest_client_config_init(&own.config);
    own.config.hash = own.hash;
    own.config.user = SIRA_STR("alice");
    own.config.password = SIRA_STR("secret");
    need(sira_digest_client_init(&own.client, &own.config, NULL), "client");
}

/* ---- the server ---- */

#define SLOTS 64u

/* One that verifies the same request again and again: its counts are forgotten each time. */
typedef struct judge {
    sira_digest_server_config config;
    sira_digest_server server;
    sira_digest_slot slots[SLOTS];
    sira_digest_verified verified;
    sira_message message;
    sira_field fields[SIRA_LIMIT_FIELDS];
    char text[2048];
    size_t length;
} judge;

static judge judges[2];
static const sira_digest_peer peer = {.identity = SIRA_STR_INIT("192.0.2.1"), .now = 1000};

static sira_status look_up(void *context, const sira_digest_lookup *lookup, sira_digest_account *account)
{
    (void)lookup;
    account->password = *(const sira_str *)context;
    return SIRA_OK;
}

static void open_judge(judge *j, uint8_t algorithm)
{
    static sira_str password = SIRA_STR_INIT("secret");
    sira_writer writer;
    char line[512], response[1024];
    size_t length;
    sira_digest_server_config_init(&j->config);
    j->config.hash = own.hash;
    j->config.entropy = sira_gcrypt_entropy(&own.gcrypt);
    j->config.realm = SIRA_STR("example.com");
    j->config.lookup = look_up;
    j->config.lookup_context = &password;
    j->config.algorithms[0] = algorithm;
    j->config.slots = j->slots;
    j->config.slot_count = SLOTS;
    need(sira_digest_server_init(&j->server, &j->config, NULL), "server");

    sira_writer_init(&writer, line, sizeof line);
    need(sira_digest_server_challenge(&j->server, &peer, false, &writer), "challenge");
    need(sira_writer_finish(&writer, &length), "writer");
    length = (size_t)snprintf(response, sizeof response, "SIP/2.0 401 Unauthorized\r\n" FIELDS "%.*s\r\n", (int)length,
                              line);
    whole((sira_str){response, length}, false);
    j->length = (size_t)snprintf(j->text, sizeof j->text, METHOD " " URI " SIP/2.0\r\n" FIELDS "%.*s\r\n",
                                 (int)own.length, own.out);
}

static void verify(judge *j)
{
    memset(j->slots, 0, sizeof j->slots);
    sira_message_init(&j->message, j->fields, SIRA_LIMIT_FIELDS);
    need(sira_message_parse(&j->message, (sira_str){j->text, j->length}, NULL), "request");
    need(sira_digest_server_verify(&j->server, &peer, &j->message, &j->verified, NULL), "verify");
    sink ^= (unsigned char)j->verified.user.at[0];
}

static void verify_md5(void)
{
    verify(&judges[0]);
}

static void verify_sha256(void)
{
    verify(&judges[1]);
}

int main(int argc, char **argv)
{
    static const bench_case cases[] = {
        {"floor-md5", floor_md5},         {"answer-md5", answer_md5}, {"floor-sha256", floor_sha256},
        {"answer-sha256", answer_sha256}, {"whole-md5", whole_md5},   {"whole-md5-new", whole_md5_new},
        {"whole-sha256", whole_sha256},   {"verify-md5", verify_md5}, {"verify-sha256", verify_sha256},
    };
    need(sira_gcrypt_open(&own.gcrypt), "Libgcrypt");
    own.hash = sira_gcrypt_hash(&own.gcrypt);
    open_floor(&floors[0], GCRY_MD_MD5, 32);
    open_floor(&floors[1], GCRY_MD_SHA256, 64);
    open_client();
    open_judge(&judges[0], SIRA_ALGORITHM_MD5);
    sira_digest_client_wipe(&own.client);
    open_client();
    open_judge(&judges[1], SIRA_ALGORITHM_SHA_256);
    sira_digest_client_wipe(&own.client);
    open_client();
    return bench_main(argc, argv, cases, sizeof cases / sizeof cases[0]);
}
