#include "support/judge.h"

#include <stdlib.h>
#include <string.h>

#define LONGEST 300

/* Into memory of exactly the right size. */
static void hash_hex(const judged *j, const sira_str *pieces, size_t count, char hex[65])
{
    static const char digits[] = "0123456789abcdef";
    const size_t size = sira_hash_size(j->algorithm);
    uint8_t *out = malloc(size);
    assert_non_null(out);
    j->hash(pieces, count, out);
    for (size_t i = 0; i < size; i++) {
        hex[2 * i] = digits[out[i] >> 4];
        hex[2 * i + 1] = digits[out[i] & 15];
    }
    hex[2 * size] = '\0';
    free(out);
}

void expect_published(const judged *j, const published *list, size_t count)
{
    char hex[65];
    for (size_t i = 0; i < count; i++) {
        const sira_str text = heap_str_from(list[i].text);
        hash_hex(j, &text, 1, hex);
        expect_str(list[i].text, sira_str_from(hex), list[i].hash);
        heap_str_free(text);
    }
}

void expect_million(const judged *j, const char *hash)
{
    char hex[65], bytes[1000];
    sira_str pieces[1000];
    memset(bytes, 'a', sizeof bytes);
    for (size_t i = 0; i < 1000; i++)
        pieces[i] = (sira_str){bytes, sizeof bytes};
    hash_hex(j, pieces, 1000, hex);
    expect_str("a million", sira_str_from(hex), hash);
}

static void fill(char bytes[LONGEST])
{
    uint32_t seed = 20260101;
    for (size_t i = 0; i < LONGEST; i++) {
        seed = seed * 1664525u + 1013904223u;
        bytes[i] = (char)(seed >> 24);
    }
}

void expect_as_libgcrypt(const judged *j)
{
    sira_gcrypt gcrypt;
    char bytes[LONGEST];
    fill(bytes);
    assert_int_equal(sira_gcrypt_open(&gcrypt), SIRA_OK);
    const sira_hash judge = sira_gcrypt_hash(&gcrypt);
    const size_t size = sira_hash_size(j->algorithm);
    for (size_t len = 0; len <= LONGEST; len++) {
        const sira_str text = heap_str(bytes, len);
        uint8_t right[SIRA_HASH_SIZE_MAX], whole[SIRA_HASH_SIZE_MAX], single[SIRA_HASH_SIZE_MAX];
        sira_str pieces[2 * LONGEST + 1] = {{NULL, 0}};
        for (size_t i = 0; i < len; i++)
            pieces[2 * i + 1] = (sira_str){text.at + i, 1};
        assert_int_equal(judge.digest(judge.context, j->algorithm, &text, 1, right), SIRA_OK);
        j->hash(&text, 1, whole);
        j->hash(pieces, 2 * len + 1, single);
        if (memcmp(whole, right, size) != 0 || memcmp(single, right, size) != 0)
            fail_msg("%zu bytes", len);
        heap_str_free(text);
    }
    sira_gcrypt_close(&gcrypt);
}

void expect_same_however_cut(const judged *j)
{
    static const size_t lengths[] = {1, 2, 55, 56, 57, 63, 64, 65, 111, 112, 113, 119, 127, 128, 129, 192, 256, 257};
    char bytes[LONGEST];
    fill(bytes);
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        const sira_str text = heap_str(bytes, lengths[i]);
        uint8_t right[SIRA_HASH_SIZE_MAX], out[SIRA_HASH_SIZE_MAX];
        j->hash(&text, 1, right);
        for (size_t cut = 0; cut <= text.len; cut++) {
            const sira_str first = heap_str(text.at, cut), second = heap_str(text.at + cut, text.len - cut);
            const sira_str pieces[2] = {first, second};
            j->hash(pieces, 2, out);
            if (memcmp(out, right, sira_hash_size(j->algorithm)) != 0)
                fail_msg("%zu bytes, cut behind %zu", text.len, cut);
            heap_str_free(first);
            heap_str_free(second);
        }
        heap_str_free(text);
    }
}
