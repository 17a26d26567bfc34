/* The hash providers that this build has: what is true of one must be true of each. */
#ifndef SUPPORT_PROVIDERS_H
#define SUPPORT_PROVIDERS_H

#include <sira/gcrypt.h>

typedef struct provider {
    const char *name;
    sira_hash hash;
} provider;

#define PROVIDERS_MOST 3

/* Libgcrypt first; returns how many there are. */
size_t providers(sira_gcrypt *gcrypt, provider list[PROVIDERS_MOST]);

#endif
