/* Hexadecimal digits. */
#ifndef SIRA_BASE_HEX_H
#define SIRA_BASE_HEX_H

#include <sira/base.h>

/* Two lower-case digits for each byte, which out must hold and not overlap; returns the view of them. The time does not
 * depend on the bytes: they may be secret. */
sira_str sira_i_hex_write(const uint8_t *bytes, size_t n, char *out);

/* The value of a digit of either case; 16: it is none. */
unsigned sira_i_hex_digit(char c);

/* Reads exactly n bytes from 2n digits; false: it is something else. */
bool sira_i_hex_read(sira_str text, uint8_t *bytes, size_t n);

#endif
