#include "support/gateway_file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <sira/uri.h>

#define GATEWAY_LINE 1024

typedef struct key_form {
    const char *name;
    size_t at;     /* of the member in the section's struct */
    size_t size;   /* of a text's place; 0: not a text */
    uint32_t most; /* of a number */
    bool uri, switches;
    bool needed;
} key_form;

/* A key table is for one kind of section. */
typedef struct section_form {
    const char *name;
    const key_form *keys;
    size_t count;
} section_form;

#define TEXT(struct_name, member, ...)                                                                                 \
    {                                                                                                                  \
        .name = #member, .at = offsetof(struct_name, member), .size = sizeof((struct_name *)0)->member, __VA_ARGS__    \
    }
#define NUMBER(member, greatest)                                                                                       \
    {                                                                                                                  \
        .name = #member, .at = offsetof(gateway_provider, member), .most = (greatest)                                  \
    }

static const key_form provider_keys[] = {
    TEXT(gateway_provider, registrar, .uri = true, .needed = true),
    TEXT(gateway_provider, proxy, .uri = true),
    NUMBER(expires, SIRA_LIMIT_EXPIRES_MAX),
    NUMBER(min_interval, 3600),
    NUMBER(start_window, 3600000),
    NUMBER(max_in_flight, 65535),
};
static const key_form port_keys[] = {
    TEXT(gateway_port, provider, .needed = true),
    TEXT(gateway_port, aor, .uri = true, .needed = true),
    TEXT(gateway_port, display_name, .needed = false),
    TEXT(gateway_port, user, .needed = false),
    TEXT(gateway_port, password, .needed = false),
    {.name = "enabled", .at = offsetof(gateway_port, disabled), .switches = true},
};
static const section_form provider_kind = {"provider", provider_keys, sizeof provider_keys / sizeof provider_keys[0]};
static const section_form port_kind = {"port", port_keys, sizeof port_keys / sizeof port_keys[0]};

typedef struct reading {
    gateway_file *file;
    gateway_error *error;
    unsigned line;
    /* The section that is open; NULL: none yet. */
    const section_form *kind;
    void *section;
    gateway_lines *lines;
} reading;

static bool refuse(gateway_error *error, unsigned line, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    error->line = line;
    (void)vsnprintf(error->text, sizeof error->text, format, arguments);
    va_end(arguments);
    return false;
}

/* ---- values ---- */

static bool take_text(reading *self, const key_form *key, const char *value)
{
    size_t length = strlen(value);
    sira_uri uri;
    sira_diag diag = {.expected = "a SIP URI"};
    if (length >= key->size)
        return refuse(self->error, self->line, "%s: expected at most %zu bytes", key->name, key->size - 1);
    if (key->uri && sira_uri_parse(&uri, (sira_str){value, length}, &diag) != SIRA_OK)
        return refuse(self->error, self->line, "%s: expected %s, as sip:alice@example.com, not \"%s\"", key->name,
                      diag.expected, value);
    memcpy((char *)self->section + key->at, value, length);
    return true;
}

static bool take_number(reading *self, const key_form *key, const char *value)
{
    uint32_t number = 0;
    if (sira_str_to_u32(sira_str_from(value), key->most, &number) != SIRA_OK || number == 0)
        return refuse(self->error, self->line, "%s: expected a number from 1 to %" PRIu32 ", not \"%s\"", key->name,
                      key->most, value);
    memcpy((char *)self->section + key->at, &number, sizeof number);
    return true;
}

static bool take_switch(reading *self, const key_form *key, const char *value)
{
    const bool off = strcmp(value, "no") == 0;
    if (!off && strcmp(value, "yes") != 0)
        return refuse(self->error, self->line, "%s: expected yes or no, not \"%s\"", key->name, value);
    memcpy((char *)self->section + key->at, &off, sizeof off);
    return true;
}

static bool refuse_key(reading *self, const char *name)
{
    char known[200] = "";
    size_t length = 0;
    for (size_t i = 0; i < self->kind->count; i++)
        length += (size_t)snprintf(known + length, sizeof known - length, "%s%s", i == 0 ? "" : ", ",
                                   self->kind->keys[i].name);
    return refuse(self->error, self->line, "unknown key \"%s\" in a [%s] section; expected one of %s", name,
                  self->kind->name, known);
}

static bool take_key(reading *self, const char *name, const char *value)
{
    const section_form *kind = self->kind;
    if (kind == NULL)
        return refuse(self->error, self->line, "\"%s\" stands before the first section; expected [provider NAME]",
                      name);
    for (size_t i = 0; i < kind->count; i++) {
        const key_form *key = &kind->keys[i];
        if (strcmp(key->name, name) != 0)
            continue;
        if (self->lines->keys[i] != 0)
            return refuse(self->error, self->line, "%s stands in line %u already; expected it once", name,
                          self->lines->keys[i]);
        if (value[0] == '\0')
            return refuse(self->error, self->line, "%s: expected a value, or no such line", name);
        self->lines->keys[i] = self->line;
        if (key->switches)
            return take_switch(self, key, value);
        return key->size != 0 ? take_text(self, key, value) : take_number(self, key, value);
    }
    return refuse_key(self, name);
}

/* ---- sections ---- */

/* A zeroed place behind the others; NULL: no memory. Room doubles. */
static void *append(void **all, size_t count, size_t size)
{
    if ((count & (count - 1)) == 0) {
        void *more = calloc(count == 0 ? 1 : 2 * count, size);
        if (more == NULL)
            return NULL;
        if (count != 0) {
            memcpy(more, *all, count * size);
            sira_wipe(*all, count * size);
        }
        free(*all);
        *all = more;
    }
    return (char *)*all + count * size;
}

static bool open_provider(reading *self)
{
    gateway_file *file = self->file;
    void *all = file->providers, *lines = file->provider_lines;
    self->section = append(&all, file->provider_count, sizeof *file->providers);
    self->lines = append(&lines, file->provider_count, sizeof *file->provider_lines);
    file->providers = all;
    file->provider_lines = lines;
    self->kind = &provider_kind;
    if (self->section == NULL || self->lines == NULL)
        return false;
    file->provider_count++;
    return true;
}

static bool open_port(reading *self)
{
    gateway_file *file = self->file;
    void *all = file->ports, *lines = file->port_lines;
    self->section = append(&all, file->port_count, sizeof *file->ports);
    self->lines = append(&lines, file->port_count, sizeof *file->port_lines);
    file->ports = all;
    file->port_lines = lines;
    self->kind = &port_kind;
    if (self->section == NULL || self->lines == NULL)
        return false;
    file->port_count++;
    return true;
}

/* The line of the section of this kind and name; 0: there is none. */
static unsigned find_section(const gateway_file *file, bool port, const char *name)
{
    const size_t count = port ? file->port_count : file->provider_count;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(port ? file->ports[i].name : file->providers[i].name, name) == 0)
            return port ? file->port_lines[i].section : file->provider_lines[i].section;
    }
    return 0;
}

/* "provider NAME" or "port NAME", without the brackets. */
static bool take_section(reading *self, char *text)
{
    char *name = text + strcspn(text, " \t");
    if (*name != '\0')
        *name++ = '\0';
    name += strspn(name, " \t");
    const bool port = strcmp(text, "port") == 0;
    if (!port && strcmp(text, "provider") != 0)
        return refuse(self->error, self->line, "unknown section \"%s\"; expected [provider NAME] or [port NAME]", text);
    if (name[0] == '\0' || strlen(name) >= GATEWAY_NAME)
        return refuse(self->error, self->line, "expected [%s NAME], with a name of at most %d bytes", text,
                      GATEWAY_NAME - 1);
    const unsigned before = find_section(self->file, port, name);
    if (before != 0)
        return refuse(self->error, self->line, "[%s %s] stands in line %u already; expected each name once", text, name,
                      before);
    if (!(port ? open_port(self) : open_provider(self)))
        return refuse(self->error, self->line, "no memory for so many sections");
    memcpy(self->section, name, strlen(name)); /* the name comes first in both */
    self->lines->section = self->line;
    return true;
}

/* ---- lines ---- */

static char *trim(char *text)
{
    text += strspn(text, " \t");
    size_t length = strlen(text);
    while (length != 0 && strchr(" \t\r\n", text[length - 1]) != NULL)
        text[--length] = '\0';
    return text;
}

static bool take_line(reading *self, char *line)
{
    char *text = trim(line);
    char *end = strchr(text, ']'), *equals = strchr(text, '=');
    for (const char *c = text; *c != '\0'; c++) {
        if (((unsigned char)*c < ' ' && *c != '\t') || *c == '\x7f')
            return refuse(self->error, self->line, "expected no control characters");
    }
    if (text[0] == '\0' || text[0] == '#')
        return true;
    if (text[0] == '[') {
        if (end == NULL || end[1] != '\0')
            return refuse(self->error, self->line, "expected ']' at the end of the line");
        *end = '\0';
        return take_section(self, trim(text + 1));
    }
    if (equals == NULL)
        return refuse(self->error, self->line, "expected KEY = VALUE, [provider NAME] or [port NAME]");
    *equals = '\0';
    return take_key(self, trim(text), trim(equals + 1));
}

static bool read_lines(reading *self, FILE *in)
{
    char line[GATEWAY_LINE];
    bool taken = true;
    while (taken && fgets(line, sizeof line, in) != NULL) {
        self->line++;
        if (strlen(line) == sizeof line - 1)
            taken = refuse(self->error, self->line, "expected a shorter line");
        else
            taken = take_line(self, line);
    }
    sira_wipe(line, sizeof line);
    if (taken && ferror(in))
        taken = refuse(self->error, 0, "%s", strerror(errno));
    return taken;
}

/* ---- the whole ---- */

static unsigned key_line(const section_form *kind, const gateway_lines *lines, const char *name)
{
    for (size_t i = 0; i < kind->count; i++) {
        if (strcmp(kind->keys[i].name, name) == 0 && lines->keys[i] != 0)
            return lines->keys[i];
    }
    return lines->section;
}

static bool has_all(const section_form *kind, const gateway_lines *lines, const char *name, gateway_error *error)
{
    for (size_t i = 0; i < kind->count; i++) {
        if (kind->keys[i].needed && lines->keys[i] == 0)
            return refuse(error, lines->section, "[%s %s] has no %s; it needs one", kind->name, name,
                          kind->keys[i].name);
    }
    return true;
}

static bool check_provider(const gateway_file *self, size_t at, gateway_error *error)
{
    const gateway_provider *provider = &self->providers[at];
    const uint32_t least = provider->min_interval != 0 ? provider->min_interval : 10;
    if (!has_all(&provider_kind, &self->provider_lines[at], provider->name, error))
        return false;
    if ((provider->expires != 0 ? provider->expires : 3600) <= least)
        return refuse(error, gateway_file_provider_line(self, at, provider->expires != 0 ? "expires" : "min_interval"),
                      "expires: expected a lifetime above min_interval, which is %" PRIu32, least);
    return true;
}

static bool check_port(const gateway_file *self, size_t at, gateway_error *error)
{
    const gateway_port *port = &self->ports[at];
    if (!has_all(&port_kind, &self->port_lines[at], port->name, error))
        return false;
    const gateway_provider *there = gateway_file_provider(self, port->provider);
    if (there == NULL)
        return refuse(error, gateway_file_port_line(self, at, "provider"),
                      "provider: there is no [provider %s]; expected the name of one", port->provider);
    for (size_t i = 0; i < at; i++) {
        const gateway_provider *other = gateway_file_provider(self, self->ports[i].provider);
        if (strcmp(other->registrar, there->registrar) == 0 && strcasecmp(self->ports[i].aor, port->aor) == 0)
            return refuse(error, gateway_file_port_line(self, at, "aor"),
                          "aor: [port %s] has this one at the same registrar (line %u); expected each once",
                          self->ports[i].name, gateway_file_port_line(self, i, "aor"));
    }
    return true;
}

static bool check(const gateway_file *self, gateway_error *error)
{
    for (size_t i = 0; i < self->provider_count; i++) {
        if (!check_provider(self, i, error))
            return false;
    }
    for (size_t i = 0; i < self->port_count; i++) {
        if (!check_port(self, i, error))
            return false;
    }
    return self->port_count != 0 || refuse(error, 0, "it has no ports; expected at least one [port NAME]");
}

bool gateway_file_read(gateway_file *self, const char *path, gateway_error *error)
{
    reading reader = {.file = self, .error = error};
    FILE *in = fopen(path, "re");
    if (in == NULL)
        return refuse(error, 0, "%s", strerror(errno));
    const bool done = read_lines(&reader, in) && check(self, error);
    fclose(in);
    if (!done)
        gateway_file_free(self);
    return done;
}

unsigned gateway_file_port_line(const gateway_file *self, size_t port, const char *key)
{
    return key_line(&port_kind, &self->port_lines[port], key);
}

unsigned gateway_file_provider_line(const gateway_file *self, size_t provider, const char *key)
{
    return key_line(&provider_kind, &self->provider_lines[provider], key);
}

const gateway_provider *gateway_file_provider(const gateway_file *self, const char *name)
{
    for (size_t i = 0; i < self->provider_count; i++) {
        if (strcmp(self->providers[i].name, name) == 0)
            return &self->providers[i];
    }
    return NULL;
}

void gateway_file_free(gateway_file *self)
{
    if (self->ports != NULL)
        sira_wipe(self->ports, self->port_count * sizeof *self->ports);
    free(self->ports);
    free(self->port_lines);
    free(self->providers);
    free(self->provider_lines);
    *self = (gateway_file){0};
}
