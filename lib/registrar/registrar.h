/* What the files of the registrar share. */
#ifndef SIRA_REGISTRAR_REGISTRAR_H
#define SIRA_REGISTRAR_REGISTRAR_H

#include <sira/registrar.h>

/* Does a list of option tags hold this one? */
bool sira_i_registrar_lists(const sira_message *request, sira_field_id id, sira_str option);

/* ---- contacts.c ---- */

/* Reads what a REGISTER asks for into the task: Contact, Expires, Path, reg-id. Looks at nothing else, so that what is
 * refused here costs no look into the store. 0, or the code of the response with *reason. */
uint16_t sira_i_contacts_read(sira_registrar_task *task, const char **reason);

/* ---- bindings.c ---- */

/* Works what was asked for into what was found: wanted is what lives then. 0 and whether the store has to learn of it,
 * or the code of the response with *reason. */
uint16_t sira_i_bindings_apply(sira_registrar_task *task, bool *changed, const char **reason);

/* Leaves in wanted what lives of what was found. */
void sira_i_bindings_live(sira_registrar_task *task);

/* ---- reply.c ---- */

/* Is this option tag one that a request may demand? */
bool sira_i_registrar_knows(const sira_registrar *registrar, sira_str option);

void sira_i_registrar_reply(sira_registrar_task *task, sira_writer *writer);

#endif
