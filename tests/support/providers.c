#include "support/providers.h"

#ifdef SIRA_TEST_OPENSSL
#include "support/openssl_hash.h"
#endif
#ifdef SIRA_TEST_PORTABLE
#include <sira/portable_hash.h>
#endif

size_t providers(sira_gcrypt *gcrypt, provider list[PROVIDERS_MOST])
{
    size_t n = 0;
    list[n++] = (provider){"Libgcrypt", sira_gcrypt_hash(gcrypt)};
#ifdef SIRA_TEST_OPENSSL
    list[n++] = (provider){"OpenSSL", openssl_hash()};
#endif
#ifdef SIRA_TEST_PORTABLE
    list[n++] = (provider){"portable", sira_portable_hash()};
#endif
    return n;
}
