/* The gateway's configuration file: providers, and the subscriber ports that register at them. examples/gateway.conf
 * shows all of its keys. */
#ifndef EXAMPLES_SUPPORT_GATEWAY_FILE_H
#define EXAMPLES_SUPPORT_GATEWAY_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sira/limits.h>

#define GATEWAY_NAME (63 + 1)
#define GATEWAY_TEXT (SIRA_LIMIT_CONFIG + 1)
#define GATEWAY_KEYS 8 /* at most in one kind of section */

/* All bytes of these two that no text fills are zero, so that two with the same content are the same bytes. */
typedef struct gateway_provider {
    char name[GATEWAY_NAME];
    char registrar[GATEWAY_TEXT];
    char proxy[GATEWAY_TEXT]; /* empty: the registrar itself */
    uint32_t expires, min_interval, start_window, max_in_flight;
} gateway_provider;

typedef struct gateway_port {
    char name[GATEWAY_NAME];
    char provider[GATEWAY_NAME];
    char aor[GATEWAY_TEXT];
    char display_name[GATEWAY_TEXT];
    char user[GATEWAY_TEXT];
    char password[GATEWAY_TEXT];
    bool disabled;
} gateway_port;

/* Where something stands in the file, for messages about it. */
typedef struct gateway_lines {
    unsigned section;
    unsigned keys[GATEWAY_KEYS]; /* 0: it is not there */
} gateway_lines;

typedef struct gateway_file {
    gateway_provider *providers;
    gateway_port *ports;
    gateway_lines *provider_lines, *port_lines;
    size_t provider_count, port_count;
} gateway_file;

typedef struct gateway_error {
    unsigned line; /* 0: of no line, as when the file can't be read */
    char text[400];
} gateway_error;

/* Reads a whole file into a zeroed *self. False, with the reason and nothing to be freed: what stands there is wrong or
 * contradicts itself. */
bool gateway_file_read(gateway_file *self, const char *path, gateway_error *error);

/* The line of a key of a port or provider; that of its section when the key is not there. */
unsigned gateway_file_port_line(const gateway_file *self, size_t port, const char *key);
unsigned gateway_file_provider_line(const gateway_file *self, size_t provider, const char *key);

/* NULL: there is none of this name. */
const gateway_provider *gateway_file_provider(const gateway_file *self, const char *name);

/* Wipes and frees. */
void gateway_file_free(gateway_file *self);

#endif
