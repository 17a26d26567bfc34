/* Wrong texts that show where they are wrong: a '^' stands before the octet that is refused. */
#ifndef SUPPORT_MARKED_H
#define SUPPORT_MARKED_H

#include "support/support.h"

/* A heap_str without its one '^', and where that stood. Fails the test when there is none. */
sira_str marked_str(const char *text, size_t *offset);

/* Fails, naming the case, unless the diag tells what was expected at this place of this field. */
void expect_diag(const char *name, const sira_diag *diag, size_t offset, const char *field);

#endif
