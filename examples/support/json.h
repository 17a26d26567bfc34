/* One JSON object per line (RFC 8259). */
#ifndef EXAMPLES_SUPPORT_JSON_H
#define EXAMPLES_SUPPORT_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <sira/event.h>

typedef struct json {
    FILE *out;
    bool filled;
} json;

void json_begin(json *object, FILE *out);
void json_text(json *object, const char *name, sira_str value); /* what is not UTF-8 becomes U+FFFD */
void json_number(json *object, const char *name, uint64_t value);
void json_seconds(json *object, const char *name, uint64_t milliseconds); /* as 0.250 */
void json_bool(json *object, const char *name, bool value);
void json_null(json *object, const char *name);
/* What an event says: its line, kind, status, code, reason, whether a binding lives, lifetime, bindings, next. */
void json_event(json *object, const sira_event *event);
void json_end(json *object); /* with a line end, and flushed */

#endif
