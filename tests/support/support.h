/* Helpers that any test may use. */
#ifndef SUPPORT_SUPPORT_H
#define SUPPORT_SUPPORT_H

/* cmocka.h needs these before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sira/base.h>

/* A copy on the heap of exactly this length, without a NUL: the address sanitizer sees a read of one byte too many.
 * Free it with heap_str_free. Fails the test when there is no memory. */
sira_str heap_str(const void *bytes, size_t len);
sira_str heap_str_from(const char *text);
void heap_str_free(sira_str copy);

/* Fails, naming the case, unless both hold the same bytes. */
void expect_str(const char *name, sira_str actual, const char *expected);

/* Fails, naming the case and both statuses, unless they are the same. */
#define expect_status(name, actual, expected) expect_status_at((name), (actual), (expected), __FILE__, __LINE__)
void expect_status_at(const char *name, sira_status actual, sira_status expected, const char *file, int line);

#endif
