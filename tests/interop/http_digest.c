/* http_digest ALGORITHMS QOP [userhash]: Sira's digest server behind just enough HTTP for curl, for one user, alice
 * with the password secret. Says where it listens; every good request gets its user's name. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <sira/digest_server.h>
#include <sira/gcrypt.h>

static sira_digest_server server;
static sira_gcrypt gcrypt;

static sira_status look_up(void *context, const sira_digest_lookup *lookup, sira_digest_account *account)
{
    const sira_digest_server_config *config = context;
    const sira_str user_realm[2] = {SIRA_STR_INIT("alice"), lookup->realm};
    uint8_t hash[SIRA_HASH_SIZE_MAX];
    char digits[2 * SIRA_HASH_SIZE_MAX + 1] = "";
    bool known = sira_str_equal(lookup->user, user_realm[0]);
    if (lookup->userhash) {
        size_t size = sira_hash_size(lookup->algorithm);
        if (sira_digest_userhash(&config->hash, lookup->algorithm, user_realm, hash) != SIRA_OK)
            return SIRA_E_HASH;
        for (size_t i = 0; i < size; i++)
            snprintf(digits + 2 * i, 3, "%02x", hash[i]);
        known = sira_str_equal_nocase(lookup->user, (sira_str){digits, 2 * size});
    }
    account->user = user_realm[0];
    account->password = SIRA_STR("secret");
    return known ? SIRA_OK : SIRA_IDLE;
}

static bool configure(sira_digest_server_config *config, char **argv, int argc)
{
    static sira_digest_slot slots[64];
    size_t count = 0;
    sira_digest_server_config_init(config);
    config->hash = sira_gcrypt_hash(&gcrypt);
    config->entropy = sira_gcrypt_entropy(&gcrypt);
    config->realm = SIRA_STR("http \"realm\"");
    config->opaque = SIRA_STR("op");
    config->lookup = look_up;
    config->lookup_context = config;
    config->slots = slots;
    config->slot_count = sizeof slots / sizeof slots[0];
    config->userhash = argc > 3;
    config->no_qop = strcmp(argv[2], "none") == 0;
    config->qop = strcmp(argv[2], "auth-int") == 0 ? SIRA_QOP_AUTH_INT : SIRA_QOP_AUTH;
    for (char *name = strtok(argv[1], ","); name != NULL && count < SIRA_DIGEST_OFFERS; name = strtok(NULL, ","))
        config->algorithms[count++] = (uint8_t)sira_algorithm_of(sira_str_from(name));
    return sira_digest_server_init(&server, config, NULL) == SIRA_OK;
}

static uint64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return 1000u * (uint64_t)now.tv_sec + (uint64_t)now.tv_nsec / 1000000u;
}

/* The parser reads SIP, and a request of HTTP differs from that in its version only. */
static sira_status parse(const char *bytes, size_t length, char *sip, sira_message *request)
{
    const char *version = strstr(bytes, " HTTP/1.1\r\n");
    size_t before = version != NULL ? (size_t)(version - bytes) : 0;
    if (version == NULL)
        return SIRA_E_VERSION;
    memcpy(sip, bytes, before);
    memcpy(sip + before, " SIP/2.0\r\n", 10);
    memcpy(sip + before + 10, version + 11, length - before - 11);
    return sira_message_parse(request, (sira_str){sip, length - 1}, NULL);
}

static void answer(int client, const sira_message *request)
{
    static const sira_digest_peer nobody = {{NULL, 0}, 0, false};
    sira_digest_peer peer = nobody;
    sira_digest_verified verified;
    sira_writer writer;
    char lines[4096];
    size_t length = 0;
    peer.now = now_ms();
    sira_writer_init(&writer, lines, sizeof lines);
    sira_status status = sira_digest_server_verify(&server, &peer, request, &verified, NULL);
    bool stale = status == SIRA_E_STALE || status == SIRA_E_REPLAY || status == SIRA_E_NONCE;
    if (status == SIRA_OK)
        (void)sira_digest_server_info(&server, &peer, &verified, SIRA_STR("alice"), &writer);
    else
        (void)sira_digest_server_challenge(&server, &peer, stale, &writer);
    (void)sira_writer_finish(&writer, &length);
    dprintf(client, "HTTP/1.1 %s\r\n%.*sContent-Length: %d\r\n\r\n%s",
            status == SIRA_OK ? "200 OK" : "401 Unauthorized", (int)length, lines, status == SIRA_OK ? 5 : 0,
            status == SIRA_OK ? "alice" : "");
}

/* Requests of one connection, one after the other; a request that is not whole yet does not parse. */
static void serve(int client)
{
    static char bytes[16384], sip[16384];
    sira_field slots[64];
    sira_message request;
    size_t length = 0;
    ssize_t count;
    sira_message_init(&request, slots, 64);
    while ((count = read(client, bytes + length, sizeof bytes - 1 - length)) > 0) {
        length += (size_t)count;
        bytes[length] = '\0';
        if (parse(bytes, length, sip, &request) != SIRA_OK)
            continue;
        answer(client, &request);
        length = 0;
    }
    close(client);
}

int main(int argc, char **argv)
{
    static sira_digest_server_config config;
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof at;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (argc < 3 || sira_gcrypt_open(&gcrypt) != SIRA_OK || !configure(&config, argv, argc) ||
        bind(listener, (struct sockaddr *)&at, size) != 0 || listen(listener, 8) != 0 ||
        getsockname(listener, (struct sockaddr *)&at, &size) != 0)
        return 2;
    printf("listening on 127.0.0.1:%u\n", ntohs(at.sin_port));
    fflush(stdout);
    for (;;) {
        int client = accept(listener, NULL, NULL);
        if (client >= 0)
            serve(client);
    }
}
