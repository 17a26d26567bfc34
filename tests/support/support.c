#include "support/support.h"

#include <stdlib.h>
#include <string.h>

sira_str heap_str(const void *bytes, size_t len)
{
    char *copy = malloc(len > 0 ? len : 1);
    assert_non_null(copy);
    if (len == 0) {
        /* Even the first byte must not be read: hand out the end of the block. */
        return (sira_str){copy + 1, 0};
    }
    memcpy(copy, bytes, len);
    return (sira_str){copy, len};
}

sira_str heap_str_from(const char *text)
{
    return heap_str(text, strlen(text));
}

void heap_str_free(sira_str copy)
{
    free((void *)(uintptr_t)(copy.len > 0 ? copy.at : copy.at - 1));
}

void expect_str(const char *name, sira_str actual, const char *expected)
{
    if (actual.len != strlen(expected) || (actual.len > 0 && memcmp(actual.at, expected, actual.len) != 0)) {
        fail_msg("%s: got \"%.*s\", expected \"%s\"", name, (int)actual.len, actual.len > 0 ? actual.at : "", expected);
    }
}

void expect_status_at(const char *name, sira_status actual, sira_status expected, const char *file, int line)
{
    if (actual != expected) {
        print_error("%s: got status %d, expected %d\n", name, (int)actual, (int)expected);
        _fail(file, line);
    }
}
