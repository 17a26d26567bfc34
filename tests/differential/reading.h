/* What one parser makes of one message, as rows of text that can be compared: "via.0.host" "192.0.2.1". */
#ifndef DIFFERENTIAL_READING_H
#define DIFFERENTIAL_READING_H

#include <stdbool.h>
#include <stddef.h>

#define READING_ROWS 400
#define READING_VALUE 400

typedef struct reading_row {
    char key[40];
    char value[READING_VALUE];
} reading_row;

typedef struct reading {
    bool accepted;
    size_t count;
    reading_row rows[READING_ROWS];
} reading;

/* The parsers. Each clears the reading first. */
void read_with_sira(reading *reading, const char *bytes, size_t length);
void read_answer_with_sira(reading *reading, const char *bytes, size_t length); /* with tolerance */
void read_with_osip(reading *reading, const char *bytes, size_t length);
void read_with_sofia(reading *reading, const char *bytes, size_t length);

/* Adds a row; index -1: the key stands once, as "call-id". Bytes that are not printable become \xHH. NULL adds nothing.
 */
void reading_put(reading *reading, const char *key, int index, const char *part, const char *value);
void reading_put_bytes(reading *reading, const char *key, int index, const char *part, const char *bytes,
                       size_t length);
void reading_put_number(reading *reading, const char *key, int index, const char *part, unsigned long number);

/* A decimal number without leading zeros; other text as it is. */
void reading_put_digits(reading *reading, const char *key, int index, const char *part, const char *digits);

/* In upper case: for what is compared in any case. */
void reading_put_upper(reading *reading, const char *key, int index, const char *part, const char *value);

/* scheme:user@host:port (of schemes but sip, sips and tel: the scheme alone) with the user unescaped and an IPv6
 * address in brackets, so that it does not matter how a parser keeps them. Views may be NULL. */
typedef struct reading_uri {
    const char *scheme, *user, *host, *port;
    size_t scheme_length, user_length, host_length, port_length;
    bool user_is_escaped;
} reading_uri;
void reading_put_uri(reading *reading, const char *key, int index, const reading_uri *uri);

/* The value of a row; NULL: not there. */
const char *reading_find(const reading *reading, const char *key);

#endif
