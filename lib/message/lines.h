/* Header lines, one at a time: what the index and the framer have in common. */
#ifndef SIRA_MESSAGE_LINES_H
#define SIRA_MESSAGE_LINES_H

#include <sira/message.h>

#include "base/acsl.h"

typedef struct sira_i_lines {
    const char *at, *end; /* what is left */
    unsigned lenient;     /* sira_lenient flags */
} sira_i_lines;

/* Why a line was refused: the place, and text for a diag. */
typedef struct sira_i_line_error {
    const char *at;
    const char *expected;
    const char *reason;
    bool broken;   /* the lines can't be told apart from there on: nothing behind can be read */
    bool nameless; /* it is no header field, and the place is where its name or the colon should be */
} sira_i_line_error;

/*@ predicate lines_sound(sira_i_lines *l, sira_i_line_error *e) =
        \valid(l) && \valid(e) && \separated(l, e) && RANGE(l->at, l->end); */

/* Takes the line end that must stand at stop. SIRA_OK, or SIRA_E_SYNTAX, and then the lines are broken. */
/*@ requires lines_sound(lines, error) && BETWEEN(lines->at, stop, lines->end);
    requires stop == lines->end || *stop == '\r' || *stop == '\n';
    assigns lines->at, *error;
    ensures \result == SIRA_OK || \result == SIRA_E_SYNTAX;
    ensures \result == SIRA_OK ==> BETWEEN(stop, lines->at, lines->end) && lines->at > stop;
    ensures \result != SIRA_OK ==> lines->at == \old(lines->at) && error->at == stop && error->broken == \true;
    ensures \result != SIRA_OK ==> \valid_read(error->expected); */
sira_status sira_i_lines_end(sira_i_lines *lines, const char *stop, sira_i_line_error *error);

/* Takes the rest of a line that is of no use, from at on, with its folds. SIRA_OK, or SIRA_E_SYNTAX, and then the lines
 * are broken. */
/*@ requires lines_sound(lines, error) && BETWEEN(lines->at, at, lines->end);
    assigns lines->at, *error;
    ensures \result == SIRA_OK || \result == SIRA_E_SYNTAX;
    ensures \result == SIRA_OK ==> BETWEEN(at, lines->at, lines->end) && lines->at > at && *error == \old(*error);
    ensures \result != SIRA_OK ==>
            lines->at == \old(lines->at) && error->broken == \true && BETWEEN(at, error->at, lines->end);
    ensures \result != SIRA_OK ==> \valid_read(error->expected); */
sira_status sira_i_lines_skip(sira_i_lines *lines, const char *at, sira_i_line_error *error);

/* Takes header lines with their folds (RFC 3261 7.3.1) into the slots from *count on. SIRA_OK: the empty line was
 * reached and taken; SIRA_E_FIELDS: all slots are taken, and it was not reached; SIRA_E_SYNTAX: if it is not broken,
 * the line is taken, and this may be called again. */
/*@ requires lines_sound(lines, error) && \valid(count) && *count <= capacity;
    requires \valid(slots + (0 .. capacity - 1));
    requires \separated(lines, error, count, slots + (0 .. capacity - 1));
    assigns lines->at, slots[*count .. capacity - 1], *count, *error;
    ensures \result == SIRA_OK || \result == SIRA_E_FIELDS || \result == SIRA_E_SYNTAX;
    ensures \old(*count) <= *count <= capacity && BETWEEN(\old(lines->at), lines->at, lines->end);
    ensures \forall integer i; \old(*count) <= i < *count ==> WITHIN(\old(lines->at), slots[i].value, lines->end);
    ensures \result == SIRA_E_FIELDS ==> *count == capacity;
    ensures \result == SIRA_E_FIELDS && \old(*count) < capacity ==> lines->at > \old(lines->at);
    ensures \result == SIRA_E_SYNTAX ==> BETWEEN(\old(lines->at), error->at, lines->end);
    ensures \result == SIRA_E_SYNTAX ==> \valid_read(error->expected);
    ensures \result == SIRA_E_SYNTAX ==> error->broken == \false || error->broken == \true;
    ensures \result == SIRA_E_SYNTAX && !error->broken ==> lines->at > \old(lines->at); */
sira_status sira_i_lines_fields(sira_i_lines *lines, sira_field *slots, size_t capacity, size_t *count,
                                sira_i_line_error *error);

/* Does a SIP-Version, of whatever number, start here (RFC 3261 7.1: in any case)? */
/*@ requires RANGE(at, stop);
    assigns \nothing; */
static inline bool sira_i_is_sip(const char *at, const char *stop)
{
    return stop - at >= 4 && (at[0] | 0x20) == 's' && (at[1] | 0x20) == 'i' && (at[2] | 0x20) == 'p' && at[3] == '/';
}

/* Reads the value of Content-Length (RFC 3261 20.14). SIRA_E_LENGTH: no number; SIRA_E_NUMBER: above 2^32-1. */
/*@ requires READABLE(value) && \valid(length) && \separated(length, value.at + (0 .. value.len - 1));
    assigns *length; */
sira_status sira_i_content_length(sira_str value, uint32_t *length);

/* ---- message.c ---- */

void sira_i_message_reset(sira_message *message, sira_str bytes);

/* RFC 3261 7.5: empty lines before the start line are ignored. */
sira_str sira_i_behind_empty_lines(sira_str bytes, unsigned lenient);

/* Links the fields of each id. */
void sira_i_enter_fields(sira_message *message);

/* Is a field no list (RFC 3261 20, and its own RFC)? */
bool sira_i_stands_once(unsigned id);

#endif
