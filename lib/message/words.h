/* Looks at eight octets at a time. Words are read octet by octet in little-endian order, which compilers turn into one
 * load, so the same code is right on every machine; nothing is read outside the given bytes. */
#ifndef SIRA_MESSAGE_WORDS_H
#define SIRA_MESSAGE_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sira/base.h>

#include "base/acsl.h"

/* Of white space and folds. */
/*@ assigns \nothing;
    ensures \result <==> c == ' ' || c == '\t' || c == '\r' || c == '\n'; */
static inline bool sira_i_is_white(char c)
{
    return (unsigned char)c <= ' ' && (c == ' ' || c == '\t' || c == '\r' || c == '\n');
}

/* What only saves time is left out of a build for size; what it hands over to is right by itself. */
#ifdef __OPTIMIZE_SIZE__
#define SIRA_I_QUICK 0
#else
#define SIRA_I_QUICK 1
#endif

#define SIRA_I_EACH(octet) (UINT64_C(0x0101010101010101) * (uint64_t)(octet))
#define SIRA_I_HIGH SIRA_I_EACH(0x80)
#define SIRA_I_OCTET(text, i) ((uint64_t)(unsigned char)(text)[i] << 8 * (i))

/*@ requires \valid_read(text + (0 .. 7));
    assigns \nothing; */
static inline uint64_t sira_i_load(const char *text)
{
    return SIRA_I_OCTET(text, 0) | SIRA_I_OCTET(text, 1) | SIRA_I_OCTET(text, 2) | SIRA_I_OCTET(text, 3) |
           SIRA_I_OCTET(text, 4) | SIRA_I_OCTET(text, 5) | SIRA_I_OCTET(text, 6) | SIRA_I_OCTET(text, 7);
}

/* The top bit of each octet that is below limit (at most 128), and perhaps of octets behind the first such. */
/*@ assigns \nothing; */
static inline uint64_t sira_i_below(uint64_t word, unsigned limit)
{
    return (word - SIRA_I_EACH(limit)) & ~word & SIRA_I_HIGH;
}

/* The top bit of each octet that is the given one, and perhaps of octets behind the first such. */
/*@ assigns \nothing; */
static inline uint64_t sira_i_same(uint64_t word, unsigned char octet)
{
    return sira_i_below(word ^ SIRA_I_EACH(octet), 1);
}

/* Which octet (0 to 7) the lowest bit of marks stands for. marks: not 0, only top bits of octets. */
/*@ requires marks != 0;
    assigns \nothing;
    ensures \result <= 7; */
static inline size_t sira_i_lowest(uint64_t marks)
{
    return (size_t)((((marks & (0 - marks)) >> 7) * UINT64_C(0x0001020304050607)) >> 56);
}

/*@ requires \valid_read(text + (0 .. 3));
    assigns \nothing; */
static inline uint64_t sira_i_load_half(const char *text)
{
    return SIRA_I_OCTET(text, 0) | SIRA_I_OCTET(text, 1) | SIRA_I_OCTET(text, 2) | SIRA_I_OCTET(text, 3);
}

/* The first of eight octets that is no letter: names are mostly letters, and few. */
/*@ requires \valid_read(at + (0 .. 7));
    assigns \nothing;
    ensures BETWEEN(at, \result, at + 8); */
static inline const char *sira_i_letters_end(const char *at)
{
    uint64_t word = sira_i_load(at), lower = word | SIRA_I_EACH(0x20);
    uint64_t marks = ((lower - SIRA_I_EACH('a')) | (lower + SIRA_I_EACH(0x7f - 'z')) | word) & SIRA_I_HIGH;
    return marks != 0 ? at + sira_i_lowest(marks) : at + 8;
}

/* The first eight octets of a token in lower case, NULs behind it; to be compared with sira_i_load("name\0\0\0").
 * Setting the bit of lower case makes no two octets of a token alike but the two cases of a letter. */
/*@ requires WITHIN(token.at, token, end) && RANGE(token.at, end);
    assigns \nothing; */
static inline uint64_t sira_i_key(sira_str token, const char *end)
{
    uint64_t word = 0;
    if (SIRA_I_QUICK && end - token.at >= 8) {
        word = sira_i_load(token.at) | SIRA_I_EACH(0x20);
        return token.len >= 8 ? word : word & ((UINT64_C(1) << 8 * token.len) - 1);
    }
    /*@ loop invariant 0 <= i <= token.len;
        loop assigns i, word;
        loop variant token.len - i; */
    for (size_t i = 0; i < token.len && i < 8; i++)
        word |= ((uint64_t)(unsigned char)token.at[i] | 0x20u) << 8 * i;
    return word;
}

/* A quick look at eight octets: sets the top bit of each that may not stand there, and perhaps of others. */
typedef uint64_t sira_i_look(uint64_t octets);

/* Marks what is no qdtext, and may mark octets above 127. */
/*@ assigns \nothing; */
static inline uint64_t sira_i_look_in_quotes(uint64_t octets)
{
    uint64_t quote_or_control = (octets ^ SIRA_I_EACH(2)) - SIRA_I_EACH(0x21); /* '"' ^ 2 is below '!' ^ 2 */
    uint64_t backslash = (octets ^ SIRA_I_EACH('\\')) - SIRA_I_EACH(1);
    return quote_or_control | backslash | (octets + SIRA_I_EACH(1));
}

/* Marks what is no octet of a URI (SIRA_I_URIC), and '!', '~' and what is not ASCII. */
/*@ assigns \nothing; */
static inline uint64_t sira_i_look_in_uri(uint64_t octets)
{
    uint64_t brackets = ((octets | SIRA_I_EACH(0x62)) ^ SIRA_I_EACH(0x7e)) - SIRA_I_EACH(1); /* < > \ ^ | ~ */
    uint64_t accent = (octets ^ SIRA_I_EACH('`')) - SIRA_I_EACH(1);
    return (octets - SIRA_I_EACH('#' + 1)) | brackets | accent | (octets + SIRA_I_EACH(5));
}

/* The first octet that the look marks, or fewer than eight octets before the end. */
/*@ requires RANGE(at, end);
    assigns \nothing;
    ensures BETWEEN(at, \result, end); */
static inline const char *sira_i_first_marked(const char *at, const char *end, sira_i_look *look)
{
    if (!SIRA_I_QUICK || end - at < 8)
        return at;
    for (const char *last = end - 8; at <= last; at += 8) {
        uint64_t marks = look(sira_i_load(at)) & SIRA_I_HIGH;
        if (marks != 0)
            return at + sira_i_lowest(marks);
    }
    return at;
}

/* Can the octet at at stand in text that starts at start (RFC 3261 25.1: TEXT-UTF8char, LWS)? Of the controls, DEL
 * among them, only HTAB can, and others as a quoted-pair. */
/*@ requires BETWEEN(start, at, at) && \valid_read(start + (0 .. at - start));
    assigns \nothing;
    ensures \result ==> *at != '\r' && *at != '\n'; */
static inline bool sira_i_is_text(const char *start, const char *at)
{
    if ((unsigned char)*at >= ' ' && *at != 0x7f)
        return true;
    return *at == '\t' || (*at != '\r' && *at != '\n' && at > start && at[-1] == '\\');
}

/* Marks controls, and may mark octets above 126: text sets no top bit when ' ' is taken off or 1 is added. */
/*@ assigns \nothing; */
static inline uint64_t sira_i_look_in_text(uint64_t octets)
{
    return (octets - SIRA_I_EACH(' ')) | (octets + SIRA_I_EACH(1));
}

/* Where text that starts at start ends: at CR, LF or a control that can not stand in it; end when there is none. */
/*@ requires RANGE(start, end);
    assigns \nothing;
    ensures BETWEEN(start, \result, end); */
static inline const char *sira_i_text_end(const char *start, const char *end)
{
    const char *at = start;
    /*@ loop invariant BETWEEN(start, at, end);
        loop assigns at;
        loop variant end - at; */
    while (SIRA_I_QUICK && end - at >= 16) {
        uint64_t first = sira_i_look_in_text(sira_i_load(at)) & SIRA_I_HIGH;
        uint64_t second = sira_i_look_in_text(sira_i_load(at + 8)) & SIRA_I_HIGH;
        if ((first | second) == 0) {
            at += 16;
            continue;
        }
        at += first != 0 ? sira_i_lowest(first) : 8 + sira_i_lowest(second);
        if (*at == '\r' || !sira_i_is_text(start, at))
            return at;
        at++;
    }
    /*@ loop invariant BETWEEN(start, at, end);
        loop assigns at;
        loop variant end - at; */
    while (at < end && sira_i_is_text(start, at))
        at++;
    return at;
}

#endif
