/* Names of header fields, inside the library. */
#ifndef SIRA_MESSAGE_NAMES_H
#define SIRA_MESSAGE_NAMES_H

#include <sira/field.h>

/* So many bytes may be read from sira_field_name() of any id, for copies of a fixed size. */
#define SIRA_I_NAME_ROOM 32u

/* sira_field_id_of for a name of which more than its length may be read: room bytes. */
sira_field_id sira_i_field_id_at(const char *name, size_t length, size_t room);

size_t sira_i_field_name_length(sira_field_id id);

#endif
