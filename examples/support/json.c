#include "support/json.h"

#include <sira/registration.h>

#include <inttypes.h>

/* Bytes of the UTF-8 character at text (RFC 3629 4: no overlong forms, no surrogates); 0 when there is none. */
static size_t utf8_length(const unsigned char *text, size_t left)
{
    static const struct {
        unsigned char first, last, second_least, second_most, length;
    } forms[] = {{0x00, 0x7f, 0, 0, 1},       {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
                 {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
                 {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4}};
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if (text[0] < forms[i].first || text[0] > forms[i].last || forms[i].length > left)
            continue;
        if (forms[i].length > 1 && (text[1] < forms[i].second_least || text[1] > forms[i].second_most))
            return 0;
        for (size_t k = 2; k < forms[i].length; k++) {
            if ((text[k] & 0xc0) != 0x80)
                return 0;
        }
        return forms[i].length;
    }
    return 0;
}

static void put_string(FILE *out, sira_str value)
{
    const unsigned char *text = (const unsigned char *)value.at;
    fputc('"', out);
    for (size_t i = 0; i < value.len;) {
        size_t length = utf8_length(text + i, value.len - i);
        if (length == 0)
            fputs("\\ufffd", out);
        else if (text[i] == '"' || text[i] == '\\')
            fprintf(out, "\\%c", text[i]);
        else if (text[i] < 0x20 || text[i] == 0x7f)
            fprintf(out, "\\u%04x", text[i]);
        else
            fwrite(text + i, 1, length, out);
        i += length == 0 ? 1 : length;
    }
    fputc('"', out);
}

static void put_name(json *object, const char *name)
{
    if (object->filled)
        fputs(", ", object->out);
    object->filled = true;
    put_string(object->out, sira_str_from(name));
    fputs(": ", object->out);
}

void json_begin(json *object, FILE *out)
{
    *object = (json){.out = out};
    fputc('{', out);
}

void json_text(json *object, const char *name, sira_str value)
{
    put_name(object, name);
    put_string(object->out, value);
}

void json_number(json *object, const char *name, uint64_t value)
{
    put_name(object, name);
    fprintf(object->out, "%" PRIu64, value);
}

void json_seconds(json *object, const char *name, uint64_t milliseconds)
{
    put_name(object, name);
    fprintf(object->out, "%" PRIu64 ".%03u", milliseconds / 1000u, (unsigned)(milliseconds % 1000u));
}

void json_bool(json *object, const char *name, bool value)
{
    put_name(object, name);
    fputs(value ? "true" : "false", object->out);
}

void json_null(json *object, const char *name)
{
    put_name(object, name);
    fputs("null", object->out);
}

void json_event(json *object, const sira_event *event)
{
    json_text(object, "aor", sira_registration_aor(event->registration));
    json_text(object, "event", sira_str_from(sira_event_kind_name((sira_event_kind)event->kind)));
    json_text(object, "status", sira_str_from(sira_status_name(event->status)));
    if (event->code != 0)
        json_number(object, "code", event->code);
    else
        json_null(object, "code");
    json_text(object, "reason", sira_str_from(sira_event_reason(event)));
    json_bool(object, "bound", event->bound);
    if (event->kind == SIRA_EVENT_REGISTERED) {
        json_number(object, "expires", event->expires);
        json_number(object, "bindings", event->bindings);
    } else {
        json_null(object, "expires");
        json_null(object, "bindings");
    }
    if (event->next != SIRA_NEVER)
        json_seconds(object, "next", event->next > event->now ? event->next - event->now : 0);
    else
        json_null(object, "next");
}

void json_end(json *object)
{
    fputs("}\n", object->out);
    fflush(object->out);
}
