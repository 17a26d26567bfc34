/* Names of header fields, inside the library. */
#ifndef SIRA_MESSAGE_NAMES_H
#define SIRA_MESSAGE_NAMES_H

#include <sira/field.h>

/* sira_field_id_of for a name of which more than its length may be read: room bytes. */
sira_field_id sira_i_field_id_at(const char *name, size_t length, size_t room);

/* sira_field_name with its length; empty when there is none. */
sira_str sira_i_field_name(sira_field_id id);

/* The reason phrase for a malformed field, as "Bad Via" (RFC 3261 21.4.1: it should name the problem); static. */
const char *sira_i_field_reason(sira_field_id id);

#endif
