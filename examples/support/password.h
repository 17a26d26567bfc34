/* Gets a password without leaving it where others can see it: never from the command line. */
#ifndef EXAMPLES_SUPPORT_PASSWORD_H
#define EXAMPLES_SUPPORT_PASSWORD_H

#include <stdbool.h>
#include <stddef.h>

#define PASSWORD_MAX 255

typedef struct password {
    char text[PASSWORD_MAX + 3]; /* with room for a line end; no NUL behind it */
    size_t length;
} password;

/* From the file when one is named (its last line end is not part of it), else from the environment variable, else by a
 * question on the terminal. False: there is none to be had; program and reason have been told on stderr. */
bool password_get(password *self, const char *program, const char *file, const char *variable);

void password_wipe(password *self);

#endif
