/* Where bindings are kept: what the registrar asks of a store, and what this server asks besides. */
#ifndef EXAMPLES_SUPPORT_STORE_H
#define EXAMPLES_SUPPORT_STORE_H

#include <sira/registrar.h>

typedef struct store {
    sira_registrar_store calls;
    /* How many other addresses-of-record with bindings begin with the same user. */
    size_t (*others)(void *context, sira_str aor, uint64_t now);
    /* All bindings that live. */
    size_t (*count)(void *context, uint64_t now);
    /* Takes away what has lapsed; called once in a while. */
    void (*tidy)(void *context, uint64_t now);
} store;

/* Of an address-of-record all before its host, without the '@'. */
static inline sira_str store_user(sira_str aor)
{
    while (aor.len > 0 && aor.at[--aor.len] != '@')
        ;
    return aor;
}

#endif
