/* Contracts of functions that are not proved (yet) and that proved ones call. */
#ifndef SIRA_PROOF_OUTSIDE_H
#define SIRA_PROOF_OUTSIDE_H

#include <sira/field.h>

#include "base/acsl.h"

/*@ requires READABLE(name);
    assigns \nothing; */
sira_field_id sira_field_id_of(sira_str name);

/*@ requires length <= room && \valid_read(name + (0 .. room - 1));
    assigns \nothing; */
sira_field_id sira_i_field_id_at(const char *name, size_t length, size_t room);

#endif
