/* Bindings in memory: fast, bounded, and gone at exit. */
#ifndef EXAMPLES_SUPPORT_MEMORY_STORE_H
#define EXAMPLES_SUPPORT_MEMORY_STORE_H

#include "support/store.h"

#define MEMORY_STORE_HEADS 16384u

typedef struct memory_place memory_place;

/* Zero it, then set most. */
typedef struct memory_store {
    size_t most; /* addresses-of-record; one more is SIRA_E_SPACE */
    size_t used;
    uint64_t version; /* that was given last */
    memory_place *heads[MEMORY_STORE_HEADS];
} memory_store;

store memory_store_open(memory_store *self);
void memory_store_close(memory_store *self);

#endif
