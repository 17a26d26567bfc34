/* Everything that Sira can read out of a message, as a row of facts: "via.0.host = 192.0.2.2".
 *
 * One walk asks each typed view for each value, takes each URI and each parameter list apart, and tells what it found,
 * or with which error and where it was refused. The tests compare such rows with files, with each other, or only look
 * where the views point. */
#ifndef TORTURE_WALK_H
#define TORTURE_WALK_H

#include <stdio.h>

#include <sira/message.h>

typedef struct walk_fact {
    const char *noun;  /* "via" */
    int index;         /* 0, 1, ...; -1: stands once */
    const char *part;  /* ".uri"; "" when the noun says it all */
    const char *below; /* ".param." */
    sira_str name;     /* of a parameter, a URI header, a field: as it stands in the message */
    bool has_value;    /* false: a parameter without '=' */
    bool is_view;      /* value points into the message */
    sira_str value;
} walk_fact;

typedef struct walker {
    void (*tell)(struct walker *walk, const walk_fact *fact);
    bool numbers; /* tell of numbers too; they cost more to print than to read */
    const sira_message *message;
    unsigned errors; /* values that were refused */
    bool bad_offset; /* a diag pointed behind the message */
    void *context;
} walker;

/* The message must have been parsed without an error. */
void walk_message(walker *walk, const sira_message *message);

/* One row of text with a line end, control characters as \r, \n, \t or \x00. */
void walk_print(FILE *out, const walk_fact *fact);

/* A walk that only checks that each view lies in the message; returns false when one does not, or a diag points
 * outside. *hash: over all values, to compare two messages. */
bool walk_check(const sira_message *message, uint64_t *hash);

/* All facts as text, NUL-terminated; free it. */
char *walk_text(const sira_message *message);

#endif
