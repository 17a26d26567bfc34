/* Header lines, one at a time: what the index and the framer have in common. */
#ifndef SIRA_MESSAGE_LINES_H
#define SIRA_MESSAGE_LINES_H

#include <sira/message.h>

typedef struct sira_i_lines {
    const char *at, *end; /* what is left */
    unsigned lenient;     /* sira_lenient flags */
} sira_i_lines;

/* Why a line was refused: the place, and text for a diag. */
typedef struct sira_i_line_error {
    const char *at;
    const char *expected;
    const char *reason;
    bool broken; /* the lines can't be told apart from there on: nothing behind can be read */
} sira_i_line_error;

/* Takes the rest of the line, up to *stop. SIRA_OK or SIRA_E_SYNTAX. */
sira_status sira_i_lines_text(sira_i_lines *lines, const char **stop, sira_i_line_error *error);

/* Takes a header line with its folds (RFC 3261 7.3.1). SIRA_OK; SIRA_IDLE: the empty line, which is taken as well;
 * SIRA_E_SYNTAX: if it is not broken, the line is taken and others may follow. */
sira_status sira_i_lines_field(sira_i_lines *lines, sira_field *field, sira_i_line_error *error);

/* Does a SIP-Version, of whatever number, start here (RFC 3261 7.1: in any case)? */
static inline bool sira_i_is_sip(const char *at, const char *stop)
{
    return stop - at >= 4 && (at[0] | 0x20) == 's' && (at[1] | 0x20) == 'i' && (at[2] | 0x20) == 'p' && at[3] == '/';
}

/* Reads the value of Content-Length (RFC 3261 20.14). SIRA_E_LENGTH: no number; SIRA_E_NUMBER: above 2^32-1. */
sira_status sira_i_content_length(sira_str value, uint32_t *length);

#endif
