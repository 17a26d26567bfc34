#include "support/options.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HELP_COLUMN 29

const char *options_flag(const option *self, const char *value)
{
    (void)value;
    *(bool *)self->target = true;
    return NULL;
}

const char *options_text(const option *self, const char *value)
{
    if (value[0] == '\0')
        return "something that is not empty";
    *(const char **)self->target = value;
    return NULL;
}

const char *options_number(const option *self, const char *value)
{
    static char expected[64];
    char *end;
    errno = 0;
    unsigned long long number = strtoull(value, &end, 10);
    if (value[0] < '0' || value[0] > '9' || *end != '\0' || errno != 0 || number < self->least || number > self->most) {
        snprintf(expected, sizeof expected, "a number from %" PRIu32 " to %" PRIu32, self->least, self->most);
        return expected;
    }
    *(uint32_t *)self->target = (uint32_t)number;
    return NULL;
}

int options_refuse(const options_program *program, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "%s: ", program->name);
    vfprintf(stderr, format, arguments);
    fprintf(stderr, "\nTry \"%s --help\".\n", program->name);
    va_end(arguments);
    return 2;
}

/* Each line of the text in the second column. */
static void print_help_text(const char *text)
{
    for (;;) {
        size_t length = strcspn(text, "\n");
        printf("%.*s\n", (int)length, text);
        if (text[length] == '\0')
            return;
        text += length + 1;
        printf("%*s", HELP_COLUMN, "");
    }
}

static void print_option(const char *name, const char *value, const char *help)
{
    int width = printf("  %s%s%s", name, value != NULL ? " " : "", value != NULL ? value : "");
    if (width > HELP_COLUMN - 2) {
        printf("\n");
        width = 0;
    }
    printf("%*s", HELP_COLUMN - width, "");
    print_help_text(help);
}

static int print_help(const options_program *program)
{
    printf("Usage: %s %s\n\n%s\n\nOptions:\n", program->name, program->usage, program->about);
    for (size_t i = 0; i < program->count; i++)
        print_option(program->options[i].name, program->options[i].value, program->options[i].help);
    print_option("--help", NULL, "this text");
    printf("\n%s\n", program->epilogue);
    return fflush(stdout) == 0 ? 0 : 1;
}

static const option *find(const options_program *program, const char *name, size_t length)
{
    for (size_t i = 0; i < program->count; i++) {
        const char *candidate = program->options[i].name;
        if (strlen(candidate) == length && memcmp(candidate, name, length) == 0)
            return &program->options[i];
    }
    return NULL;
}

/* Reads argv[*at] ("--name value" or "--name=value") and moves *at behind it. */
static int read_one(const options_program *program, char **argv, int *at)
{
    const char *text = argv[(*at)++];
    size_t length = strcspn(text, "=");
    const option *found = find(program, text, length);
    if (found == NULL)
        return options_refuse(program, text[0] == '-' ? "unknown option: %s" : "unexpected argument: %s", text);
    const char *value = text[length] == '=' ? text + length + 1 : NULL;
    if (found->value == NULL && value != NULL)
        return options_refuse(program, "%s takes no value", found->name);
    if (found->value != NULL && value == NULL) {
        value = argv[*at];
        if (value == NULL)
            return options_refuse(program, "%s needs %s", found->name, found->value);
        ++*at;
    }
    const char *expected = found->take(found, value);
    if (expected != NULL)
        return options_refuse(program, "%s: expected %s, not \"%s\"", found->name, expected, value);
    return OPTIONS_GO_ON;
}

int options_read(const options_program *program, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return print_help(program);
    }
    for (int i = 1; i < argc;) {
        int status = read_one(program, argv, &i);
        if (status != OPTIONS_GO_ON)
            return status;
    }
    return OPTIONS_GO_ON;
}
