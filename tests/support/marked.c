#include "support/marked.h"

#include <stdlib.h>
#include <string.h>

sira_str marked_str(const char *text, size_t *offset)
{
    size_t length = strlen(text);
    const char *mark = strchr(text, '^');
    if (mark == NULL)
        fail_msg("%s: no mark", text);
    *offset = mark != NULL ? (size_t)(mark - text) : 0;
    char *joined = malloc(length + 1);
    assert_non_null(joined);
    memcpy(joined, text, *offset);
    memcpy(joined + *offset, text + *offset + 1, length - *offset);
    sira_str copy = heap_str(joined, length - 1);
    free(joined);
    return copy;
}

void expect_diag(const char *name, const sira_diag *diag, size_t offset, const char *field)
{
    if (diag->expected == NULL || diag->expected[0] == '\0')
        fail_msg("%s: nothing was expected", name);
    if (diag->offset != offset)
        fail_msg("%s: got offset %zu, expected %zu (\"%s\")", name, diag->offset, offset, diag->expected);
    if (diag->field == NULL || strcmp(diag->field, field) != 0)
        fail_msg("%s: field \"%s\"", name, diag->field != NULL ? diag->field : "NULL");
}
