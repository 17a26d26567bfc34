/* Tables of test cases in files: tab-separated, first line the names of the columns, lines with '#' are comments. */
#ifndef SUPPORT_TABLE_H
#define SUPPORT_TABLE_H

#include "support/support.h"

#define TABLE_COLUMNS 24

typedef struct table {
    char *text;
    char *names[TABLE_COLUMNS];
    char *cells[TABLE_COLUMNS];
    char *next;
    size_t columns;
    size_t rows; /* that were read so far */
} table;

/* Fails the test when the file can't be read. */
void table_open(table *t, const char *path);
/* Goes to the next row: false at the end. A row with another number of cells fails the test. */
bool table_next(table *t);
/* A cell of the present row, by the name of its column. */
const char *table_cell(const table *t, const char *name);
/* The same with the escapes \r \n \t \\ \" resolved, on the heap, NUL-terminated: free() it. */
char *table_text(const table *t, const char *name);
void table_close(table *t);

#endif
