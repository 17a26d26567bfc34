/* Blocks of bytes by name in a file that outlives a power cut: it is written whole beside the old one and takes its
 * place, so there is always one or the other. */
#ifndef EXAMPLES_SUPPORT_KEEP_H
#define EXAMPLES_SUPPORT_KEEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KEEP_NAME 1024 /* with the NUL */
#define KEEP_BLOCK 4096

typedef struct keep_entry {
    char name[KEEP_NAME];
    uint8_t block[KEEP_BLOCK];
    size_t length;
    struct keep_entry *next;
} keep_entry;

/* Zero it. */
typedef struct keep {
    keep_entry *entries;
} keep;

/* False: no memory, or the name or the block is too long; it is left out. */
bool keep_add(keep *self, const char *name, const uint8_t *block, size_t length);

/* NULL: there is none of this name. */
const keep_entry *keep_find(const keep *self, const char *name);

/* NULL: read, or there is no file; else why nothing of it was taken, as "it is damaged". */
const char *keep_read(keep *self, const char *path);

/* For its owner's eyes only. False, with errno: the old file is there as it was. */
bool keep_write(const keep *self, const char *path);

void keep_free(keep *self);

#endif
