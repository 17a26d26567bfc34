#include "support/exchange.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void parse(packet *p, const char *start, const char *lines, const char *body)
{
    const size_t size = strlen(start) + strlen(lines) + strlen(body) + 400;
    char *text = malloc(size);
    assert_non_null(text);
    const int n =
        snprintf(text, size,
                 "%s\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1\r\nFrom: <sip:alice@example.com>;tag=1\r\n"
                 "To: <sip:alice@example.com>\r\nCall-ID: 1\r\nCSeq: 1 REGISTER\r\n%sContent-Length: %zu\r\n\r\n%s",
                 start, lines, strlen(body), body);
    p->bytes = heap_str(text, (size_t)n);
    free(text);
    sira_message_init(&p->message, p->fields, SIRA_LIMIT_FIELDS);
    expect_status(lines, sira_message_parse(&p->message, p->bytes, NULL), SIRA_OK);
}

void packet_response(packet *p, unsigned code, const char *lines, const char *body)
{
    char start[64];
    snprintf(start, sizeof start, "SIP/2.0 %u X", code);
    parse(p, start, lines, body);
}

void packet_request(packet *p, const char *start, const char *lines, const char *body)
{
    parse(p, start, lines, body);
}

void packet_free(packet *p)
{
    heap_str_free(p->bytes);
}

void exchange_open(exchange *x)
{
    memset(x, 0, sizeof *x);
    assert_int_equal(sira_gcrypt_open(&x->gcrypt), SIRA_OK);
    sira_digest_client_config_init(&x->config);
    x->config.hash = sira_gcrypt_hash(&x->gcrypt);
    x->config.user = SIRA_STR("alice");
    x->config.password = SIRA_STR("secret");
    x->request = (sira_digest_request){.method = SIRA_STR("REGISTER"), .uri = SIRA_STR("sip:example.com")};
}

void exchange_init(exchange *x)
{
    assert_int_equal(sira_digest_client_init(&x->client, &x->config, NULL), SIRA_OK);
}

void exchange_close(exchange *x)
{
    sira_digest_client_wipe(&x->client);
    sira_gcrypt_close(&x->gcrypt);
}

sira_status exchange_repeat(exchange *x)
{
    sira_writer writer;
    size_t length = 0;
    sira_writer_init(&writer, x->text, sizeof x->text - 1);
    const sira_status status = sira_digest_client_write(&x->client, &x->attempt, &x->request, &writer);
    if (status == SIRA_OK)
        assert_int_equal(sira_writer_finish(&writer, &length), SIRA_OK);
    else
        assert_int_equal(writer.status, status);
    x->text[length] = '\0';
    return status;
}

sira_status exchange_answer(exchange *x)
{
    uint8_t cnonce[8];
    memset(cnonce, ++x->cnonces, sizeof cnonce);
    sira_digest_client_begin(&x->client, &x->attempt, cnonce);
    return exchange_repeat(x);
}

sira_status exchange_challenge(exchange *x, const char *lines)
{
    packet p;
    packet_response(&p, 401, lines, "");
    const sira_status status = sira_digest_client_challenged(&x->client, &x->attempt, &p.message, &x->diag);
    packet_free(&p);
    return status;
}

sira_status exchange_accept(exchange *x, const char *lines)
{
    packet p;
    packet_response(&p, 200, lines, "");
    const sira_status status = sira_digest_client_accepted(&x->client, &x->attempt, &x->request, &p.message, &x->diag);
    packet_free(&p);
    return status;
}

static const char *find_line(const char *text, const char *name, unsigned n)
{
    const size_t len = strlen(name);
    for (const char *at = text; at != NULL && *at != '\0'; at = strstr(at, "\r\n"), at = at != NULL ? at + 2 : NULL)
        if (strncmp(at, name, len) == 0 && at[len] == ':' && n-- == 0)
            return at + len + 1;
    return NULL;
}

unsigned line_count(const char *text, const char *name)
{
    unsigned n = 0;
    while (find_line(text, name, n) != NULL)
        n++;
    return n;
}

/* The end of a value: a comma or line end outside quotes. */
static const char *value_end(const char *at)
{
    for (bool quoted = false; *at != '\0' && *at != '\r'; at++) {
        if (quoted && *at == '\\' && at[1] != '\0')
            at++;
        else if (*at == '"')
            quoted = !quoted;
        else if (*at == ',' && !quoted)
            break;
    }
    return at;
}

const char *line_param(const char *text, const char *name, unsigned n, const char *param)
{
    static char values[8][512];
    static unsigned turn;
    const char *at = find_line(text, name, n);
    const size_t len = strlen(param);
    at = at != NULL ? strstr(at, "Digest ") : NULL;
    for (at = at != NULL ? at + 7 : NULL; at != NULL && *at != '\0' && *at != '\r';) {
        while (*at == ' ' || *at == ',')
            at++;
        const char *end = value_end(at);
        if (strncmp(at, param, len) == 0 && at[len] == '=') {
            char *value = values[turn++ % 8];
            snprintf(value, sizeof values[0], "%.*s", (int)(end - at - (long)len - 1), at + len + 1);
            return value;
        }
        at = end;
    }
    return NULL;
}

static void hash_text(const sira_hash *hash, const book *b, const char *text, char out[65])
{
    const bool md5 = strncmp(b->algorithm, "MD5", 3) == 0 || strncmp(b->algorithm, "AKA", 3) == 0;
    const sira_hash_algorithm algorithm = md5                                        ? SIRA_HASH_MD5
                                          : strncmp(b->algorithm, "SHA-256", 7) == 0 ? SIRA_HASH_SHA256
                                                                                     : SIRA_HASH_SHA512_256;
    uint8_t bytes[SIRA_HASH_SIZE_MAX];
    const sira_str piece = sira_str_from(text);
    assert_int_equal(hash->digest(hash->context, algorithm, &piece, 1, bytes), SIRA_OK);
    for (size_t i = 0; i < sira_hash_size(algorithm); i++)
        snprintf(out + 2 * i, 3, "%02x", bytes[i]);
}

void book_response(const sira_hash *hash, const book *b, char out[65])
{
    char text[4096], ha1[65], ha2[65], body[65];
    snprintf(text, sizeof text, "%s:%s:%s", b->user, b->realm, b->password);
    hash_text(hash, b, text, ha1);
    if (strstr(b->algorithm, "-sess") != NULL) {
        snprintf(text, sizeof text, "%s:%s:%s", ha1, b->nonce, b->cnonce);
        hash_text(hash, b, text, ha1);
    }
    hash_text(hash, b, b->body != NULL ? b->body : "", body);
    const bool auth_int = strcmp(b->qop, "auth-int") == 0;
    snprintf(text, sizeof text, "%s:%s%s%s", b->method, b->uri, auth_int ? ":" : "", auth_int ? body : "");
    hash_text(hash, b, text, ha2);
    if (*b->qop == '\0')
        snprintf(text, sizeof text, "%s:%s:%s", ha1, b->nonce, ha2);
    else
        snprintf(text, sizeof text, "%s:%s:%s:%s:%s:%s", ha1, b->nonce, b->nc, b->cnonce, b->qop, ha2);
    hash_text(hash, b, text, out);
}

bool memory_holds(const void *memory, size_t size, const void *bytes, size_t n)
{
    const unsigned char *at = memory;
    for (size_t i = 0; n > 0 && i + n <= size; i++)
        if (memcmp(at + i, bytes, n) == 0)
            return true;
    return false;
}
