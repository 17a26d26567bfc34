/* Command lines: one table from which options are read and --help is printed, so that the two can't differ. */
#ifndef EXAMPLES_SUPPORT_OPTIONS_H
#define EXAMPLES_SUPPORT_OPTIONS_H

#include <stddef.h>
#include <stdint.h>

typedef struct option option;

struct option {
    const char *name;  /* "--expires" */
    const char *value; /* what stands behind it, "SECONDS"; NULL: nothing does */
    const char *help;  /* may have several lines */
    /* Takes a value (NULL when the option has none). NULL, or what would have been right, as "a number from 1 to 9". */
    const char *(*take)(const option *self, const char *value);
    void *target;
    uint32_t least, most; /* options_number */
};

/* For take. */
const char *options_flag(const option *self, const char *value);   /* target: bool * */
const char *options_text(const option *self, const char *value);   /* target: const char **; not empty */
const char *options_number(const option *self, const char *value); /* target: uint32_t * */

typedef struct options_program {
    const char *name;
    const char *usage;    /* behind "Usage: " */
    const char *about;    /* a paragraph */
    const char *epilogue; /* examples, exit statuses */
    const option *options;
    size_t count;
} options_program;

#define OPTIONS_GO_ON (-1)

/* Reads the command line. OPTIONS_GO_ON, or the exit status to end with: 0 when --help was asked for, 2 when something
 * was wrong; either way all has been said. */
int options_read(const options_program *program, int argc, char **argv);

/* "register: <text>" and where to find help, on stderr; returns 2. */
int options_refuse(const options_program *program, const char *format, ...);

#endif
