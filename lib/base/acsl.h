/* The words of the contracts in the sources: comments to a compiler, theorems to Frama-C (tests/proof/run). */
#ifndef SIRA_BASE_ACSL_H
#define SIRA_BASE_ACSL_H

#ifdef __FRAMAC__
/* clang-format off */

/* A view that may be read. */
#define READABLE(s) ((s).len == 0 || \valid_read((s).at + (0 .. (s).len - 1)))

/* From at up to end is one piece of memory that may be read. */
#define RANGE(at, end) \
    (\base_addr(at) == \base_addr(end) && 0 <= (end) - (at) <= SIZE_MAX && \
     \object_pointer(at) && \object_pointer(end) && \valid_read((at) + (0 .. (end) - (at) - 1)))

/* at, or all of the view s, lies in [from, to] of the same piece. */
#define BETWEEN(from, at, to) (\base_addr(at) == \base_addr(from) && (from) <= (at) <= (to))
#define WITHIN(from, s, to) (BETWEEN(from, (s).at, to) && (s).len <= (to) - (s).at)

/* clang-format on */
#endif

#endif
