/* The string view that all of Sira is written in.
 *
 * A sira_str is a place and a length; it owns nothing and ends with no NUL. Views that a parser returns point into the
 * bytes that were parsed and live as long as those do. */
#ifndef SIRA_BASE_H
#define SIRA_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sira/export.h>
#include <sira/status.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sira_str {
    const char *at; /* may be NULL when len is 0 */
    size_t len;
} sira_str;

/* A view of a string literal: SIRA_STR("sip:example.com"); SIRA_STR_INIT is the form for static initializers. */
#define SIRA_STR_INIT(literal)                                                                                         \
    {                                                                                                                  \
        (literal), sizeof(literal) - 1                                                                                 \
    }
#ifdef __cplusplus
#define SIRA_STR(literal) (sira_str SIRA_STR_INIT(literal))
#else
#define SIRA_STR(literal) ((sira_str)SIRA_STR_INIT(literal))
#endif

/* A view of a NUL-terminated string; NULL gives the empty view. */
SIRA_API sira_str sira_str_from(const char *text);

/* Same bytes? Empty views are equal wherever they point. */
SIRA_API bool sira_str_equal(sira_str a, sira_str b);

/* Same text when ASCII letters are taken as alike (RFC 3261 7.3.1)? */
SIRA_API bool sira_str_equal_nocase(sira_str a, sira_str b);

/* Reads a decimal number of digits only. SIRA_E_SYNTAX: no digits, or something else among them; SIRA_E_NUMBER: above
 * max. On an error *value stays as it was. */
SIRA_API sira_status sira_str_to_u32(sira_str text, uint32_t max, uint32_t *value);

/* Overwrites memory with zeros in a way that the compiler can't drop. NULL with 0 is allowed. */
SIRA_API void sira_wipe(void *memory, size_t size);

/* Do n bytes agree? Takes the same time wherever they differ: for responses, HA1 and nonces. */
SIRA_API bool sira_equal_constant_time(const void *a, const void *b, size_t n);

/* Time is 64-bit milliseconds of a monotonic clock of the caller's. SIRA_NEVER is the deadline of a timer that is off.
 */
#define SIRA_NEVER UINT64_MAX

#ifdef __cplusplus
}
#endif
#endif
