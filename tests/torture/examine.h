/* One input through everything: parse, validate, every typed view, an answer, and written again. What must hold for any
 * bytes whatever is checked here. */
#ifndef TORTURE_EXAMINE_H
#define TORTURE_EXAMINE_H

#include "support/support.h"

#include <sira/writer.h>

typedef struct examined {
    sira_status parsed; /* of sira_message_parse */
    sira_status status; /* of sira_message_validate, or the same */
    size_t length;      /* of the message */
    sira_str body;
    uint64_t hash; /* over all that was read */
} examined;

/* Returns NULL, or what was wrong; the text is static. */
const char *examine(sira_str bytes, unsigned lenient, examined *result);

#endif
