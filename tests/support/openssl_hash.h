/* A second hash provider, over OpenSSL: what a provider of one's own takes, and an independent judge of the others. */
#ifndef SUPPORT_OPENSSL_HASH_H
#define SUPPORT_OPENSSL_HASH_H

#include <sira/hash.h>

sira_hash openssl_hash(void);

#endif
