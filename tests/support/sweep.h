/* Writes the same text into buffers of every size. */
#ifndef SUPPORT_SWEEP_H
#define SUPPORT_SWEEP_H

#include "support/support.h"

#include <sira/writer.h>

typedef void (*sweep_fn)(sira_writer *writer, const void *input);

/* Expects that write gives exactly this text: with enough room, with a byte too few (SIRA_E_SPACE) down to none, and
 * when only counting. A buffer is of exactly its size, so the address sanitizer sees a byte too many. */
void expect_written(const char *name, sweep_fn write, const void *input, const char *text);

/* Expects that write is refused with this status, whatever the room, and without it when only counting; nothing of the
 * call is left in length. */
void expect_refused(const char *name, sweep_fn write, const void *input, sira_status status);

#endif
