/* What each octet may be, as one table (RFC 3261 25.1, RFC 3986). */
#ifndef SIRA_BASE_CHARS_H
#define SIRA_BASE_CHARS_H

#include <sira/base.h>

#include "base/acsl.h"

enum {
    SIRA_I_DIGIT = 1u << 0,
    SIRA_I_HEX = 1u << 1,
    SIRA_I_ALPHA = 1u << 2,
    SIRA_I_TOKEN = 1u << 3,    /* token */
    SIRA_I_WSP = 1u << 4,      /* SP, HTAB */
    SIRA_I_HOST = 1u << 5,     /* of a host name */
    SIRA_I_USER = 1u << 6,     /* of a user part, "%" apart */
    SIRA_I_PASSWORD = 1u << 7, /* of a password, "%" apart */
    SIRA_I_PARAM = 1u << 8,    /* of a URI parameter, "%" apart */
    SIRA_I_HEADER = 1u << 9,   /* of a URI header, "%" apart */
    SIRA_I_URIC = 1u << 10,    /* of any URI, "%" too */
    SIRA_I_SCHEME = 1u << 11,  /* of a scheme */
    SIRA_I_WORD = 1u << 12,    /* word: Call-ID */
    SIRA_I_TOKEN68 = 1u << 13, /* of credentials that are no list (RFC 7235 2.1) */
    SIRA_I_QUOTED = 1u << 14,  /* of a quoted string, as it is */
};

extern const uint16_t sira_i_char_class[256];

/* An end of a line is of no class. */
/*@ assigns \nothing;
    ensures c == '\r' || c == '\n' ==> !\result; */
static inline bool sira_i_is(char c, unsigned classes)
{
    return (sira_i_char_class[(unsigned char)c] & classes) != 0;
}

/* The first place from at on whose octet is not of the classes. */
/*@ requires RANGE(at, end);
    assigns \result \from at, end, indirect:classes, indirect:at[0 .. end - at - 1];
    ensures BETWEEN(at, \result, end); */
static inline const char *sira_i_span(const char *at, const char *end, unsigned classes)
{
    /*@ loop invariant BETWEEN(\at(at, Pre), at, end);
        loop assigns at;
        loop variant end - at; */
    while (at < end && sira_i_is(*at, classes))
        at++;
    return at;
}

/*@ assigns \nothing; */
static inline unsigned char sira_i_lower(char c)
{
    unsigned char octet = (unsigned char)c;
    return octet >= 'A' && octet <= 'Z' ? (unsigned char)(octet | 0x20u) : octet;
}

/* 0 to 15; the octet must be of SIRA_I_HEX. */
/*@ requires '0' <= c <= '9' || 'A' <= c <= 'F' || 'a' <= c <= 'f';
    assigns \nothing; */
static inline unsigned sira_i_hex_value(char c)
{
    return c <= '9' ? (unsigned)(c - '0') : ((unsigned)c & 7u) + 9u;
}

#endif
