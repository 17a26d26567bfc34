#include "support/openssl_hash.h"

#include <openssl/evp.h>

static sira_status digest(void *context, sira_hash_algorithm algorithm, const sira_str *pieces, size_t count,
                          uint8_t *out)
{
    (void)context;
    const EVP_MD *const kinds[SIRA_HASH_COUNT] = {EVP_md5(), EVP_sha256(), EVP_sha512_256()};
    EVP_MD_CTX *md = (unsigned)algorithm < SIRA_HASH_COUNT ? EVP_MD_CTX_new() : NULL;
    bool good = md != NULL && EVP_DigestInit_ex(md, kinds[algorithm], NULL) == 1;
    for (size_t i = 0; i < count && good; i++)
        good = EVP_DigestUpdate(md, pieces[i].at, pieces[i].len) == 1;
    good = good && EVP_DigestFinal_ex(md, out, NULL) == 1;
    EVP_MD_CTX_free(md);
    return good ? SIRA_OK : SIRA_E_HASH;
}

sira_hash openssl_hash(void)
{
    return (sira_hash){.algorithms = 1u << SIRA_HASH_MD5 | 1u << SIRA_HASH_SHA256 | 1u << SIRA_HASH_SHA512_256,
                       .digest = digest};
}
