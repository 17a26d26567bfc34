/* Memory between two pages that may not be touched: a read or write of one byte too many, on either side, ends the
 * program. */
#ifndef TORTURE_GUARD_H
#define TORTURE_GUARD_H

#include "support/support.h"

typedef struct guard {
    char *map;
    char *start; /* the first byte behind the page in front */
    char *end;   /* the page behind begins here */
    size_t page, size;
} guard;

void guard_open(guard *pages, size_t size);
void guard_close(guard *pages);

/* A copy that ends at the page behind, or begins at the page in front. Valid until the next copy. */
sira_str guard_at_end(guard *pages, sira_str bytes);
sira_str guard_at_start(guard *pages, sira_str bytes);

#endif
