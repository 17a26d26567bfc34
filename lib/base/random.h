/* Random identifiers from the entropy plug point, drawn in blocks: one call to the source serves several identifiers.
 */
#ifndef SIRA_BASE_RANDOM_H
#define SIRA_BASE_RANDOM_H

#include <sira/detail/random.h>

void sira_i_random_init(sira_random *random, const sira_entropy *source);

/* Fills n bytes (at most the pool's size). SIRA_OK, or SIRA_E_ENTROPY with out zeroed. Each byte is given out once and
 * wiped. */
sira_status sira_i_random_fill(sira_random *random, void *out, size_t n);

#endif
