#include "torture/corpus.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const collections[] = {"rfc4475", "rfc5118"};

char *corpus_read(const char *path, size_t *length)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return NULL;
    char *bytes = NULL;
    size_t size = 0, used = 0;
    do {
        size += 65536;
        bytes = realloc(bytes, size + 1);
        assert_non_null(bytes);
        used += fread(bytes + used, 1, size - used, file);
    } while (used == size);
    (void)fclose(file);
    bytes[used] = '\0';
    *length = used;
    return bytes;
}

static char *joined(const char *a, const char *b, const char *c)
{
    size_t size = strlen(a) + strlen(b) + strlen(c) + 1;
    char *text = malloc(size);
    assert_non_null(text);
    (void)snprintf(text, size, "%s%s%s", a, b, c);
    return text;
}

/* Cuts one column off a row. */
static char *column(char **row)
{
    char *start = *row, *end = strchr(start, '\t');
    if (end == NULL) {
        *row = start + strlen(start);
        return start;
    }
    *end = '\0';
    *row = end + 1;
    return start;
}

static void read_row(corpus_case *test, const char *collection, char *row)
{
    char *file = column(&row);
    (void)column(&row); /* section */
    test->request = strcmp(column(&row), "request") == 0;
    bool bare_lf = strcmp(column(&row), "bare-lf") == 0;
    test->lenient = bare_lf ? SIRA_LENIENT_BARE_LF : SIRA_LENIENT_NONE;
    test->level = joined(column(&row), "", "");
    test->status = joined(column(&row), "", "");
    char *offset = column(&row);
    test->offset = strcmp(offset, "-") == 0 ? -1 : strtol(offset, NULL, 10);
    test->at = joined(column(&row), "", "");
    test->code = (unsigned)strtoul(column(&row), NULL, 10);
    test->reason = joined(column(&row), "", "");

    char *inside = joined(collection, "/", file);
    test->name = joined(inside, bare_lf ? " bare-lf" : "", "");
    test->path = joined(SIRA_TEST_DIR "/vectors/", inside, "");
    free(inside);
    size_t length;
    char *bytes = corpus_read(test->path, &length);
    if (bytes == NULL)
        fail_msg("%s: can't be read", test->path);
    test->bytes = heap_str(bytes, length);
    free(bytes);
}

static corpus_case *cases;
const corpus_case *corpus;

int corpus_open(void **state)
{
    (void)state;
    size_t count = 0, capacity = 200;
    corpus = cases = calloc(capacity, sizeof *cases);
    assert_non_null(cases);
    for (size_t i = 0; i < sizeof collections / sizeof collections[0]; i++) {
        size_t length;
        char *path = joined(SIRA_TEST_DIR "/vectors/", collections[i], "/expected.tsv");
        char *table = corpus_read(path, &length);
        assert_non_null(table);
        for (char *row = strtok(table, "\n"); row != NULL; row = strtok(NULL, "\n")) {
            if (*row == '#')
                continue;
            assert_true(count + 1 < capacity);
            read_row(&cases[count++], collections[i], row);
        }
        free(table);
        free(path);
    }
    return 0;
}

int corpus_close(void **state)
{
    (void)state;
    for (corpus_case *test = cases; test->name != NULL; test++) {
        free(test->name);
        free(test->path);
        free(test->level);
        free(test->status);
        free(test->at);
        free(test->reason);
        heap_str_free(test->bytes);
    }
    free(cases);
    corpus = cases = NULL;
    return 0;
}

sira_status corpus_judge(sira_message *message, sira_field *slots, const corpus_case *test, sira_str bytes,
                         const char **level, sira_diag *diag)
{
    sira_message_init(message, slots, CORPUS_FIELDS);
    message->lenient = test->lenient;
    *level = "parse";
    sira_status status = sira_message_parse(message, bytes, diag);
    if (status != SIRA_OK)
        return status;
    *level = "validate";
    status = sira_message_validate(message, diag);
    if (status == SIRA_OK)
        *level = "accepted";
    return status;
}
