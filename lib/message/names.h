/* Names of header fields, inside the library. */
#ifndef SIRA_MESSAGE_NAMES_H
#define SIRA_MESSAGE_NAMES_H

#include <sira/field.h>

/* So many bytes may be read from sira_field_name() of any id, for copies of a fixed size. */
#define SIRA_I_NAME_ROOM 32u

size_t sira_i_field_name_length(sira_field_id id);

#endif
