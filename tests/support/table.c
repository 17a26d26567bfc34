#include "support/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        fail_msg("%s can't be read", path);
        abort();
    }
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    const long size = ftell(file);
    assert_true(size >= 0);
    rewind(file);
    char *text = malloc((size_t)size + 1);
    assert_non_null(text);
    assert_int_equal(fread(text, 1, (size_t)size, file), (size_t)size);
    text[size] = '\0';
    fclose(file);
    return text;
}

static size_t split(char *line, char **cells)
{
    size_t n = 0;
    for (char *at = line; at != NULL; n++) {
        assert_true(n < TABLE_COLUMNS);
        cells[n] = at;
        at = strchr(at, '\t');
        if (at != NULL)
            *at++ = '\0';
    }
    return n;
}

/* Cuts off the next line that is none of a comment; NULL at the end. */
static char *next_line(table *t)
{
    while (*t->next != '\0') {
        char *line = t->next;
        char *end = strchr(line, '\n');
        t->next = end != NULL ? end + 1 : line + strlen(line);
        if (end != NULL)
            *end = '\0';
        if (*line != '#' && *line != '\0')
            return line;
    }
    return NULL;
}

void table_open(table *t, const char *path)
{
    memset(t, 0, sizeof *t);
    t->text = read_file(path);
    t->next = t->text;
    char *line = next_line(t);
    assert_non_null(line);
    t->columns = split(line, t->names);
}

bool table_next(table *t)
{
    char *line = next_line(t);
    if (line == NULL)
        return false;
    t->rows++;
    if (split(line, t->cells) != t->columns)
        fail_msg("row %zu (%s) has another number of cells", t->rows, t->cells[0]);
    return true;
}

const char *table_cell(const table *t, const char *name)
{
    for (size_t i = 0; i < t->columns; i++)
        if (strcmp(t->names[i], name) == 0)
            return t->cells[i];
    fail_msg("no column %s", name);
    return "";
}

char *table_text(const table *t, const char *name)
{
    const char *from = table_cell(t, name);
    char *text = malloc(strlen(from) + 1), *to = text;
    assert_non_null(text);
    for (; *from != '\0'; from++) {
        if (*from != '\\' || from[1] == '\0') {
            *to++ = *from;
            continue;
        }
        from++;
        *to++ = *from == 'r' ? '\r' : *from == 'n' ? '\n' : *from == 't' ? '\t' : *from;
    }
    *to = '\0';
    return text;
}

void table_close(table *t)
{
    free(t->text);
}
