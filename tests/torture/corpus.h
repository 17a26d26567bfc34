/* The messages of tests/vectors, read from their files. */
#ifndef TORTURE_CORPUS_H
#define TORTURE_CORPUS_H

#include "support/support.h"

#include <sira/message.h>

/* One row of an expected.tsv. */
typedef struct corpus_case {
    char *name; /* "rfc4475/raw/wsinv.dat", with "bare-lf" behind it when it is read with that leniency */
    char *path;
    bool request;
    unsigned lenient;
    char *level; /* "accepted", "parse" or "validate" */
    char *status;
    long offset; /* -1: not said */
    char *at;
    unsigned code;
    char *reason;   /* "-": none */
    sira_str bytes; /* a heap copy of exactly this length */
} corpus_case;

/* All rows; they end with one whose name is NULL. There while a group of tests has these for its set-up and tear-down.
 */
extern const corpus_case *corpus;
int corpus_open(void **state);
int corpus_close(void **state);

/* A whole file, with a NUL behind it that *length does not count; NULL when there is none. */
char *corpus_read(const char *path, size_t *length);

/* Enough for every message here. */
#define CORPUS_FIELDS 100

/* Parses and validates. *level: where it ended. */
sira_status corpus_judge(sira_message *message, sira_field *slots, const corpus_case *test, sira_str bytes,
                         const char **level, sira_diag *diag);

#endif
