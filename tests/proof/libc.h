/* What the library takes from <string.h>, with contracts that Frama-C's WP can use. (Frama-C's own ask for memory that
 * is initialized and not dangling, which WP 25 has no words for; what the functions touch is the same.) */
#ifndef SIRA_PROOF_STRING_H
#define SIRA_PROOF_STRING_H
#define __FC_STRING_H_ /* in the place of Frama-C's own */

#include <stddef.h>
#include <stdint.h>

/*@ requires n == 0 || \valid_read((char *)a + (0 .. n - 1));
    requires n == 0 || \valid_read((char *)b + (0 .. n - 1));
    assigns \result \from indirect:((char *)a)[0 .. n - 1], indirect:((char *)b)[0 .. n - 1]; */
int memcmp(const void *a, const void *b, size_t n);

/*@ requires n == 0 || \valid_read((char *)s + (0 .. n - 1));
    assigns \result \from s, indirect:c, indirect:((char *)s)[0 .. n - 1];
    ensures \result == \null ||
            (\base_addr(\result) == \base_addr(s) && 0 <= (char *)\result - (char *)s < n && \valid_read((char
   *)\result) && *(char *)\result == (char)c); */
void *memchr(const void *s, int c, size_t n);

/* WP takes no uint8_t * for a void *, so those that are proved copy and set octets with these, and move text. */
/*@ requires n == 0 || (\valid(to + (0 .. n - 1)) && \valid_read(from + (0 .. n - 1)));
    requires n == 0 || \separated(to + (0 .. n - 1), from + (0 .. n - 1));
    assigns to[0 .. n - 1] \from from[0 .. n - 1];
    assigns \result \from to; */
uint8_t *proof_copy(uint8_t *to, const uint8_t *from, size_t n);
#define memcpy proof_copy

/*@ requires n == 0 || (\valid((char *)to + (0 .. n - 1)) && \valid_read((char *)from + (0 .. n - 1)));
    assigns ((char *)to)[0 .. n - 1] \from ((char *)from)[0 .. n - 1];
    assigns \result \from to; */
void *memmove(void *to, const void *from, size_t n);

/*@ requires n == 0 || \valid(to + (0 .. n - 1));
    assigns to[0 .. n - 1] \from c;
    assigns \result \from to; */
uint8_t *proof_set(uint8_t *to, int c, size_t n);
#define memset proof_set

/*@ requires \exists integer i; 0 <= i < 9223372036854775807 && s[i] == 0 && \valid_read(s + (0 .. i));
    assigns \result \from indirect:s[0 ..];
    ensures \valid_read(s + (0 .. \result)) && s[\result] == 0; */
size_t strlen(const char *s);

#endif
